"""The section of a configuration for rights: which catalogues, and what their words mean in this city."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import Field

from access.config_sources import Name, Section

ForWhom = Literal[
    "everyone",
    "young_children",
    "school_age",
    "young_people",
    "working_age",
    "older_people",
    "slow_walkers",
]
"""Whom a right is for. Older people and slow walkers walk at ``slow_walk_speed_km_h``."""


class RightsConfig(Section):
    """Catalogues of rights, and what in this city they speak of."""

    catalogues: list[str] = Field(
        min_length=1,
        description="Shipped catalogues by name (`eu`, `fr`, `us`, `sdg`) or own files (`.yaml`); paths "
        "start at this configuration.",
    )
    services: dict[Name, list[Name]] = Field(
        default_factory=dict,
        description="Service of the catalogues -> opportunities that provide it, added up. A service not "
        "listed is the opportunity of its own name; without one it means `no data`.",
    )
    groups: dict[ForWhom, list[Name]] = Field(
        default_factory=dict,
        description="Whom rights are for -> groups of `people.groups`, added up. Without an entry all "
        "residents of a cell are counted, and the result says so.",
    )
    slow_walk_speed_km_h: float = Field(
        2.88,
        gt=0,
        le=15,
        description="Speed of older people and slow walkers: 2.88 is 0.8 m/s, about the mean of people over "
        "65 at risk of losing their mobility; older people on the whole walk faster.",
    )

    def opportunities_of(self, service: str, known: Collection[str]) -> list[str]:
        """Return the opportunities of this run that provide a service; none means no data.

        Parameters
        ----------
        service : str
            As a catalogue names it.
        known : collection of str
            Opportunities of this run with data. Where only some of those listed are among them the answer
            is none: a part would understate what people reach.
        """
        wanted = self.services.get(service, [service])
        return list(wanted) if all(name in known for name in wanted) else []


def rights_problems(
    rights: RightsConfig, opportunities: Collection[str], groups: Collection[str]
) -> Iterator[str]:
    """Yield names of the section that the rest of the configuration does not have, with what is known."""
    for key, wanted, known, section in (
        ("services", rights.services, opportunities, "opportunities"),
        ("groups", rights.groups, groups, "people.groups"),
    ):
        for word, names in wanted.items():
            if not names:
                yield f"rights.{key}.{word}: is empty; name at least one of {section}, or leave it out"
            for name in names:
                if name not in known:
                    yield f"rights.{key}.{word}: {name!r} is none of {section}: {sorted(known)}"
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield f"rights.{key}.{word}: {name!r} stands twice and would count twice"
    if "everyone" in rights.groups:
        yield "rights.groups.everyone: everyone is `people.population_column`; leave this out"

"""A catalogue of rights: what people must be able to reach, how fast, when, and on whose authority.

A right is a sufficiency standard. Two sources are kept apart: that of the *principle* (a law, a charter: it
hardly ever names minutes) and that of the *threshold* (the number). A number nobody published is
``our_proposal``, and only one that was checked against its source may be called ``law``.

The shipped catalogues lie in ``configs/rights/``; an installed program has them as ``access/data/rights/``.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from access.checked_yaml import read_model
from access.config import PeriodKind
from access.config_rights import ForWhom
from access.config_sources import Label, Name, Section, Text
from access.errors import ConfigError

Mode = Literal["transit", "walk", "bicycle", "car"]
Walking = Literal["usual", "slow"]
SHIPPED = ("eu", "fr", "us", "sdg")

SERVICES = {
    "jobs": Label(en="jobs", fr="emplois"),
    "childcare": Label(en="childcare places", fr="modes de garde"),
    "preschool": Label(en="nursery schools", fr="écoles maternelles"),
    "primary_school": Label(en="primary schools", fr="écoles primaires"),
    "secondary_school": Label(en="secondary schools", fr="collèges et lycées"),
    "school": Label(en="schools", fr="établissements scolaires"),
    "vocational_training": Label(en="places of vocational training", fr="lieux de formation professionnelle"),
    "university": Label(en="universities", fr="universités"),
    "hospital": Label(en="hospitals", fr="hôpitaux"),
    "emergency_care": Label(en="emergency departments", fr="services d’urgences"),
    "maternity": Label(en="maternity units", fr="maternités"),
    "primary_care": Label(en="primary care", fr="soins de premier recours"),
    "pharmacy": Label(en="pharmacies", fr="pharmacies"),
    "supermarket": Label(en="supermarkets", fr="supermarchés"),
    "food_shop": Label(en="food shops", fr="commerces alimentaires"),
    "public_administration": Label(en="public administration desks", fr="guichets de services publics"),
    "employment_agency": Label(en="public employment agencies", fr="agences pour l’emploi"),
    "social_services": Label(en="social services", fr="services sociaux"),
    "post_office": Label(en="post offices", fr="bureaux de poste"),
    "bank": Label(en="bank branches and cash points", fr="agences bancaires et distributeurs"),
    "court": Label(en="courts and legal advice", fr="tribunaux et points-justice"),
    "polling_place": Label(en="polling places", fr="bureaux de vote"),
    "library": Label(en="libraries", fr="bibliothèques"),
    "culture": Label(en="cultural venues", fr="lieux culturels"),
    "sports": Label(en="sports facilities", fr="équipements sportifs"),
    "green_space": Label(en="public green spaces", fr="espaces verts publics"),
    "public_space": Label(en="open public spaces", fr="espaces publics ouverts"),
}
"""Services that catalogues may ask for; a configuration says which opportunities of its city they are."""


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value


SourceDate = Annotated[
    str, BeforeValidator(_as_text), StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
]
"""A year, month or day: ``2014``, ``2014-02``, ``2014-02-21``."""


class Principle(Section):
    """Why people have this right."""

    text: Label = Field(description="What the source says, in words.")
    source: Text = Field(description="Act and article, or document.")
    date: SourceDate = Field(description="When it was adopted, or the version read.")
    status: Literal["law", "charter", "declaration", "recommendation", "guideline"] = Field(
        description="`law`: binding; `charter`, `declaration`: solemn commitments; `recommendation`, "
        "`guideline`: advice."
    )
    verified: bool = Field(description="Whether the wording was compared with the source or a copy of it.")
    note: Label | None = Field(None, description="Limits: whom it binds, what it does not say, what changed.")


class Threshold(Section):
    """Where the amount and the minutes come from."""

    text: Label = Field(description="The number as its source states it, or why we propose it.")
    status: Literal["law", "published", "our_proposal"] = Field(
        description="`published` and `law` need a source, `law` a verified one; all else is `our_proposal`."
    )
    source: Text | None = Field(None, description="Who published the number.")
    verified: bool = Field(False, description="Whether the number was compared with the source.")
    adapted: Label | None = Field(
        None, description="How this right departs from the number published (mode, metres made minutes)."
    )

    @model_validator(mode="after")
    def _authority(self) -> Threshold:
        if self.status != "our_proposal" and self.source is None:
            raise ValueError(f"status: {self.status} needs a source; without one it is our_proposal")
        if self.status == "law" and not self.verified:
            raise ValueError("status: law needs verified: true; until then it is published or our_proposal")
        if self.status == "our_proposal" and self.verified:
            raise ValueError("status: our_proposal has nothing to verify; leave verified out")
        return self


class Right(Section):
    """One sufficiency standard: at least so much of a service in less than so many minutes."""

    name: Name = Field(description="Short name, no other right of any catalogue in use has it.")
    label: Label = Field(description="The right in words.")
    group: Name = Field(description="Field of life: education, health, work, food, administration ...")
    service: Name = Field(description="One of the vocabulary, or of `services` of the catalogue.")
    level: Label | None = Field(None, description="Which of these places count, in words.")
    at_least: float | None = Field(None, gt=0, description="Least number of opportunities.")
    at_least_share: float | None = Field(
        None, gt=0, le=1, description="Or least share of all opportunities of the study area."
    )
    within_min: int = Field(ge=1, le=254, description="In less than so many whole minutes, door to door.")
    modes: list[Mode] = Field(
        min_length=1, description="Any of these is enough; `transit` may be walking all the way."
    )
    when: PeriodKind = Field(description="Part of the week in which it must hold.")
    for_whom: ForWhom = Field(
        "everyone", description="Whose right it is; decides who counts and walks slowly."
    )
    principle: Principle = Field(description="Why people have this right.")
    threshold: Threshold = Field(description="Where the number comes from.")

    @model_validator(mode="after")
    def _consistent(self) -> Right:
        if (self.at_least is None) == (self.at_least_share is None):
            raise ValueError("give exactly one of at_least, at_least_share")
        if len(set(self.modes)) < len(self.modes):
            raise ValueError(f"modes must differ, got {self.modes}")
        return self

    @property
    def walking(self) -> Walking:
        """Speed at which those walk whose right it is."""
        return "slow" if self.for_whom in ("older_people", "slow_walkers") else "usual"


class RightsCatalogue(Section):
    """A file of rights."""

    name: Name = Field(description="Short name.")
    label: Label = Field(description="Name shown to readers.")
    note: Label = Field(description="What the catalogue is, and is not.")
    services: dict[Name, Label] = Field(
        default_factory=dict, description="Services beyond the vocabulary: name -> plural noun."
    )
    rights: list[Right] = Field(min_length=1, description="The rights.")

    @model_validator(mode="after")
    def _names(self) -> RightsCatalogue:
        names = [right.name for right in self.rights]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(
                f"names of rights must differ, these stand more than once: {', '.join(repeated)}"
            )
        known = {*SERVICES, *self.services}
        problems = [_unknown_service(right, known) for right in self.rights if right.service not in known]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def label_of_service(self, service: str) -> Label:
        """Return the plural noun of a service that a right of this catalogue asks for."""
        return self.services.get(service) or SERVICES[service]


def _unknown_service(right: Right, known: set[str]) -> str:
    near = difflib.get_close_matches(right.service, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "add it to `services` of the catalogue"
    return f"{right.name}: unknown service {right.service!r}; {hint}"


def shipped_catalogue(name: str) -> Path:
    """Return the file of a shipped catalogue, in an installed program or in its source tree."""
    installed = Path(str(resources.files("access"))) / "data" / "rights" / f"{name}.yaml"
    return installed if installed.exists() else _source_tree() / f"{name}.yaml"


def _source_tree() -> Path:
    return Path(__file__).parents[1] / "configs" / "rights"


def load_catalogue(name_or_path: str, folder: Path | None = None) -> RightsCatalogue:
    """Read one catalogue.

    Parameters
    ----------
    name_or_path : str
        ``eu``, ``fr``, ``us`` or ``sdg``, or the path of a ``.yaml`` file.
    folder : Path, optional
        Where relative paths start; without it the working directory.

    Raises
    ------
    ConfigError
        With every problem found, each naming its key.
    """
    if name_or_path in SHIPPED:
        file = shipped_catalogue(name_or_path)
    elif name_or_path.endswith((".yaml", ".yml")):
        file = (folder or Path()) / name_or_path
    else:
        allowed = f"one of {', '.join(SHIPPED)}, or the path of a file (*.yaml)"
        raise ConfigError("rights.catalogues", [f"there is no catalogue {name_or_path!r}; give {allowed}"])
    return read_model(file, RightsCatalogue, what="a catalogue of rights", guide="configs/rights/README.md")


def load_catalogues(names: Sequence[str], folder: Path | None = None) -> list[RightsCatalogue]:
    """Read several catalogues; their names and those of all their rights must differ.

    Raises
    ------
    ConfigError
        With the problems of all files.
    """
    found: list[RightsCatalogue] = []
    problems: list[str] = []
    for name in names:
        try:
            found.append(load_catalogue(name, folder))
        except ConfigError as error:
            problems.extend(f"{error.file}: {problem}" for problem in error.problems)
    problems.extend(_shared("catalogue", [catalogue.name for catalogue in found]))
    problems.extend(_shared("right", [right.name for catalogue in found for right in catalogue.rights]))
    if problems:
        raise ConfigError("rights.catalogues", problems)
    return found


def _shared(what: str, names: Sequence[str]) -> list[str]:
    return [
        f"the {what} {name!r} stands in more than one place; rename or leave out one"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]

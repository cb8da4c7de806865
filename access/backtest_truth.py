"""What is known to have happened in a history, so that warnings can be held against it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from access.checked_yaml import read_model
from access.config_sources import Label, Section

GUIDE = "configs/demo-history.yaml"


class Sign(Section):
    """What an alert that finds something is like; only what is named counts."""

    kind: Literal["level", "change", "trend", "spatial", "segregation", "data"] = Field(
        description="Kind of rule."
    )
    rule: str | None = Field(None, description="Name of the rule.")
    right: str | None = Field(None, description="Right it speaks of.")
    indicator: str | None = Field(None, description="Indicator it speaks of.")
    service: str | None = Field(None, description="Destinations it speaks of.")
    period: str | None = Field(None, description="Period it speaks of.")
    group: str | None = Field(None, description="Residents it speaks of.")
    zone: str | None = Field(None, description="Zone it speaks of.")
    feed: str | None = Field(None, description="Timetable it speaks of.")

    @property
    def subject(self) -> dict[str, str]:
        """What the subject of an alert must say."""
        named = self.model_dump(exclude={"kind", "rule"}, exclude_none=True)
        return {name: str(value) for name, value in named.items()}


class Planted(Section):
    """One thing that happened."""

    id: str = Field(description="Short name.")
    effect: Literal["harm", "good"] = Field(
        description="A harm must be found; something good must not alarm."
    )
    begins: date = Field(description="Day of the first snapshot that shows it.")
    within_snapshots: int | None = Field(
        None, ge=1, description="Limit of its own, for a harm that grows slowly."
    )
    lasts_until: date | None = Field(None, description="Last day, where it goes on for long.")
    what: Label = Field(description="What happened.")
    cause: str | None = Field(
        None, description="Input that changed: timetable, population, opportunities, streets."
    )
    found_by: list[Sign] = Field(default_factory=list, description="Any of these finds it.")
    consequences: list[Sign] = Field(
        default_factory=list,
        description="What it also brings about; no false alarm where it settles, but no find either.",
    )
    clears: list[str] = Field(default_factory=list, description="Harms that it ends.")

    @model_validator(mode="after")
    def _found_by_something(self) -> Planted:
        if self.effect == "harm" and not self.found_by:
            raise ValueError(f"{self.id}: a harm needs found_by")
        return self


class Truth(Section):
    """A history as it was."""

    city: str | None = Field(None, description="Short name of the city.")
    within_snapshots: int = Field(2, ge=1, description="Snapshots within which a harm must be found.")
    settles_snapshots: int = Field(
        4, ge=1, description="Snapshots during which what fits something planted is its consequence."
    )
    planted: list[Planted] = Field(description="What happened.")
    noise: list[tuple[date, date]] = Field(
        default_factory=list, description="Stretches in which nothing happened: first and last day."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Truth:
        names = [each.id for each in self.planted]
        problems = [f"{name} stands twice" for name in sorted({n for n in names if names.count(n) > 1})]
        for each in self.planted:
            problems += [f"{each.id}: clears {name!r}, which is not planted"
                         for name in each.clears if name not in names]  # fmt: skip
        problems += [f"{each.id}: begins {each.begins}, in the noise from {a} to {b}"
                     for each in self.planted for a, b in self.noise if a <= each.begins <= b]  # fmt: skip
        problems += [
            f"{each.id}: lasts until {each.lasts_until}, before it begins"
            for each in self.planted
            if each.lasts_until and each.lasts_until < each.begins
        ]
        problems += [f"noise from {a} to {b} ends before it begins" for a, b in self.noise if b < a]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def read_truth(file: Path) -> Truth:
    """Read what is known of a history.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    return read_model(Path(file), Truth, what="a history as it was", guide=GUIDE)

"""The rules of the early warning, read from ``configs/warnings.yaml``: what counts, how much, how often.

Nothing of what makes an alert stands in the program: thresholds, what clears an alert and how many snapshots
make a warning are data, with their source and meaning in both languages. An installed program has the file as
``access/data/warnings/warnings.yaml``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from access.checked_yaml import read_model
from access.config_sources import Label, Name, Section

Worse = Literal["lower", "higher"]
Share = Annotated[float, Field(gt=0, lt=1)]


class Counting(Section):
    """How snapshots are counted; the comments of the file say what each number decides."""

    least_days_apart: int = Field(ge=0, description="Snapshots closer than this do not count twice.")
    reference_snapshots: int = Field(ge=1, description="A change is seen against the median of so many.")
    warning_after: int = Field(ge=1, description="Snapshots after which an alert is a warning.")
    entrenched_after: int = Field(ge=2, description="Snapshots after which it is entrenched.")
    cleared_after: int = Field(ge=1, description="Good snapshots in a row that clear a warning.")
    clearing_share: Share = Field(description="Good is a snapshot under this share of every threshold.")

    @model_validator(mode="after")
    def _in_order(self) -> Counting:
        if self.entrenched_after <= self.warning_after:
            raise ValueError(
                f"entrenched_after is {self.entrenched_after}; give more than warning_after, "
                f"{self.warning_after}"
            )
        return self


class Noise(Section):
    """What an index does between snapshots when nothing happens, beside the errors of its inputs."""

    least_changes: int = Field(ge=2, description="Earlier changes from which the usual one is known.")
    assumed_share: float = Field(ge=0, lt=1, description="Usual change until it is known, of the value.")
    at_most_share: Share = Field(description="Largest usual change taken, as a share of the value.")


class _Rule(Section):
    name: Name = Field(description="Short name, part of the alert's identity.")
    label: Label
    meaning: Label = Field(description="What an alert of this rule says, and what it does not.")
    source: Label = Field(description="Where the rule comes from; say `our rule` where it is ours.")


class LevelRule(_Rule):
    """A right that is newly unmet for many residents."""

    kind: Literal["level"]
    least_residents: float = Field(gt=0)
    least_share: Share = Field(description="Of the residents judged; the larger of both counts.")


class ChangeRule(_Rule):
    """A number that is worse than before."""

    kind: Literal["change"]
    indicators: list[str] = Field(min_length=1)
    worse: Worse
    groups: list[str] = Field(min_length=1)
    least_change: Share = Field(description="Of the value before.")
    least_residents: float | None = Field(
        None, gt=0, description="Who must live where it got worse; none for a number that has no place."
    )
    least_share: Share = Field(0.0, description="Of the residents judged; the larger of both counts.")

    @model_validator(mode="after")
    def _share_of_residents(self) -> ChangeRule:
        if (self.least_residents is None) != (self.least_share == 0):
            raise ValueError("least_residents and least_share go together; give both, or neither")
        return self


class TrendRule(_Rule):
    """A number that gets worse little by little."""

    kind: Literal["trend"]
    indicators: list[str] = Field(min_length=1)
    worse: Worse
    groups: list[str] = Field(min_length=1)
    least_snapshots: int = Field(ge=4)
    window_snapshots: int = Field(ge=4)
    least_change: Share = Field(description="Of the value at the start, over the window.")
    at_most_in_one_step: Share = Field(description="Share of the change between two neighbours.")
    least_residents: float = Field(gt=0)
    least_share: Share

    @model_validator(mode="after")
    def _window(self) -> TrendRule:
        if self.window_snapshots < self.least_snapshots:
            raise ValueError(
                f"window_snapshots is {self.window_snapshots}; give least_snapshots, "
                f"{self.least_snapshots}, or more"
            )
        return self


class ZoneRule(_Rule):
    """A zone of the register that appears, grows or stays."""

    kind: Literal["spatial"]
    what: Literal["appears", "grows", "stays"]
    least_residents: float = Field(gt=0)
    least_share: Share
    same_zone_share: Share = Field(description="Share of its residents that makes a zone a known one.")
    least_growth: Share = Field(0.2, description="For `grows`: new residents as a share of those before.")


class SegregationRule(_Rule):
    """An index of segregation that leaves its range."""

    kind: Literal["segregation"]
    indicators: list[str] = Field(min_length=1)
    worse: Worse
    least_change: Share
    least_values: int = Field(5, ge=3, description="Different earlier values from which a range is told.")
    coverage: Share = Field(0.95, description="Of the range in which one more value is expected.")


class DataRule(_Rule):
    """Data that are about to fail, or fail already."""

    kind: Literal["data"]
    what: Literal["expires", "fewer_trips", "fields_vanish"]
    days: int | None = Field(None, ge=1)
    least_change: Share | None = None

    @model_validator(mode="after")
    def _complete(self) -> DataRule:
        missing = {"expires": self.days, "fewer_trips": self.least_change, "fields_vanish": self.least_change}
        if missing[self.what] is None:
            raise ValueError(f"{self.what} needs {'days' if self.what == 'expires' else 'least_change'}")
        return self


Rule = LevelRule | ChangeRule | TrendRule | ZoneRule | SegregationRule | DataRule


class Rules(Section):
    """All rules of a file."""

    counting: Counting
    false_discovery_rate: Share = Field(description="Of the tests of one rule at one snapshot.")
    noise: Noise
    rules: list[Annotated[Rule, Field(discriminator="kind")]] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Rules:
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two rules are called {', '.join(twice)}; alerts are told apart by the name")
        return self


def read_rules(file: Path) -> Rules:
    """Read rules from a file.

    Raises
    ------
    ConfigError
        With every problem found, each naming its key.
    """
    return read_model(file, Rules, what="rules of the early warning", guide="configs/warnings.yaml")


@cache
def shipped_rules() -> Rules:
    """Return the rules that come with the program, read once."""
    installed = Path(str(resources.files("access"))) / "data" / "warnings" / "warnings.yaml"
    checkout = Path(__file__).parents[1] / "configs" / "warnings.yaml"
    return read_rules(installed if installed.is_file() else checkout)

"""The sections of a configuration about evidence: how sure, how sensitive, which zones, which brackets."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from access.config_sources import Label, Name, Section

LEAST_DRAWS = 500
LEAST_REALISATIONS = 4


class InputErrorConfig(Section):
    """How far a published input may be from the truth."""

    relative_error: float | None = Field(
        None, gt=0, lt=1, description="Standard error of a cell's value as a share of it, an assumption."
    )
    margin_of_error_column: str | None = Field(
        None, description="Or the column of the same file with the published margin of error."
    )
    confidence: float = Field(
        0.9, gt=0.5, lt=1, description="Confidence level of the published margin of error."
    )
    correlation: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of the error's variance that neighbours (cells of one H3 parent) have in common.",
    )
    source: Label = Field(description="Where the error comes from; say `our assumption` where it does.")

    @model_validator(mode="after")
    def _one_size(self) -> InputErrorConfig:
        if (self.relative_error is None) == (self.margin_of_error_column is None):
            raise ValueError("give exactly one of relative_error, margin_of_error_column")
        return self


class UncertaintyConfig(Section):
    """Which errors of the inputs are carried through to every index."""

    draws: int = Field(LEAST_DRAWS, ge=LEAST_DRAWS, le=20_000, description="Number of draws.")
    seed: int = Field(1, ge=0, description="Start of the random numbers; the same in every scenario.")
    population: InputErrorConfig | None = Field(None, description="Error of residents by cell.")
    income: InputErrorConfig | None = Field(None, description="Error of the mean income by cell.")
    travel_realisations: int = Field(
        0,
        ge=0,
        le=500,
        description="How often travel times are computed again, each time from other homes in each cell "
        "and with other minutes for headway service; their spread enters every range. 0: never.",
    )

    spatial_process: bool = Field(
        False,
        description="Also resample blocks of cells for the headline, `if this city were one draw of a "
        "spatial process`; refused where that would mislead.",
    )

    @field_validator("travel_realisations")
    @classmethod
    def _not_one(cls, value: int) -> int:
        if 0 < value < LEAST_REALISATIONS:
            raise ValueError(
                f"{value} realisations show too little of a spread; give 0 or at least {LEAST_REALISATIONS}"
            )
        return value


class SensitivityConfig(Section):
    """Choices that are no errors: each is varied alone and shown as a band of its own."""

    cutoff_min: int = Field(
        5, ge=0, le=30, description="Every cutoff is also taken this many minutes lower and higher; 0: not."
    )
    walk_speeds_km_h: list[float] = Field(
        default_factory=list, description="Further walking speeds; travel times are computed for each."
    )
    service_dates: list[date] = Field(
        default_factory=list, description="Further service days, for the periods on the day of `schedule`."
    )
    h3_resolutions: list[int] = Field(
        default_factory=list, description="Further sizes of cells; not with `cells.cover: table`."
    )

    @field_validator("walk_speeds_km_h")
    @classmethod
    def _speeds(cls, values: list[float]) -> list[float]:
        if any(not 0 < value <= 15 for value in values):
            raise ValueError(f"walking speeds must lie above 0, at most 15 km/h, got {values}")
        return values

    @field_validator("h3_resolutions")
    @classmethod
    def _resolutions(cls, values: list[int]) -> list[int]:
        if any(not 5 <= value <= 12 for value in values):
            raise ValueError(f"H3 resolutions must lie from 5 to 12, got {values}")
        return values


class ExclusionConfig(Section):
    """What makes a zone enter the register: rights unmet, low income, enough residents, a stable finding."""

    term: Label = Field(
        default_factory=lambda: Label(en="underserved zone", fr="zone mal desservie"),
        description="What such a zone is called in the report.",
    )
    catalogue: str | None = Field(
        None, description="Catalogue whose rights count; without it the first of `rights.catalogues`."
    )
    min_rights_unmet: int = Field(2, ge=1, description="Rights that a cell lacks at once, at least.")
    income_rule: Literal["share_of_median", "decile", "amount"] = Field(
        "share_of_median",
        description="The income line: a share of the median resident's, the lowest deciles, or an amount.",
    )
    income_value: float = Field(
        0.6, gt=0, description="That share (0.6), the number of lowest deciles (4), or the amount."
    )
    min_residents: float = Field(200, gt=0, description="Residents of a zone, at least.")
    min_share_of_draws: float = Field(
        0.8, ge=0, le=1, description="Share of the input draws in which a zone must be found again."
    )
    permutations: int | None = Field(
        None, ge=99, description="Permutations for the statistics; without it as many as the cells need."
    )
    source: Label = Field(
        default_factory=lambda: Label(en="our proposal", fr="notre proposition"),
        description="Where the rule comes from.",
    )


class ComparisonConfig(Section):
    """Two groups of residents, compared against a threshold that somebody named has set."""

    name: Name = Field(description="Short name.")
    right: Name | None = Field(
        None, description="Compare who lacks this right; without it mean access of the headline."
    )
    group: str = Field(
        description="Group that is protected: `all`, `decile_1` to `decile_10`, or one of `people.groups`."
    )
    other: str = Field(description="Group it is compared with.")
    group_label: Label = Field(description="Name of the group, within a sentence.")
    other_label: Label = Field(description="Name of the other, within a sentence.")
    threshold: float = Field(
        gt=0, description="Of access: least ratio, such as 0.8; of a right lacked: largest, such as 1.25."
    )
    source: Label = Field(description="Who set the threshold, such as the agency's board and the date.")

    @model_validator(mode="after")
    def _side(self) -> ComparisonConfig:
        if self.right is None and self.threshold > 1:
            raise ValueError(
                f"threshold of a ratio of access is at most 1, such as 0.8; got {self.threshold:g}"
            )
        if self.right is not None and self.threshold < 1:
            raise ValueError(
                "threshold of a ratio of those who lack a right is at least 1, such as 1.25; got "
                f"{self.threshold:g}"
            )
        return self


class BracketsConfig(Section):
    """Counts by income bracket on the original census zones, for segregation."""

    file: str = Field(description="Vector file of the zones.")
    layer: str | None = Field(None, description="Layer of a file with several.")
    upper_bounds: dict[str, float | None] = Field(
        min_length=2,
        description="Column -> upper bound of its bracket; the highest has none (`null`).",
    )
    counted: Label = Field(description="What is counted: households, or persons.")

    @field_validator("upper_bounds")
    @classmethod
    def _ordered(cls, bounds: dict[str, float | None]) -> dict[str, float | None]:
        """Put the brackets in order, whatever the order of the file."""
        known = [bound for bound in bounds.values() if bound is not None]
        if len(known) != len(bounds) - 1 or len(set(known)) < len(known):
            raise ValueError(
                "upper bounds must differ, and exactly one, the highest bracket's, must be null; got "
                f"{list(bounds.values())}"
            )
        return dict(sorted(bounds.items(), key=lambda item: float("inf") if item[1] is None else item[1]))

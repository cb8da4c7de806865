"""What one run needs to know, as checked models: one YAML file a city.

Every key carries its unit in its name and its meaning in ``description``; ``configs/README.md`` is compared
with these models by a test. Sections that name files live in ``config_sources.py``, reading and error
messages in ``config_file.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from access.config_engine import EngineName, R5Config
from access.config_evidence import (
    BracketsConfig,
    ComparisonConfig,
    ExclusionConfig,
    SensitivityConfig,
    UncertaintyConfig,
)
from access.config_modes import ModeConfig, StepFreeBound, snap_limit_m
from access.config_rights import RightsConfig
from access.config_sources import (
    CellsConfig,
    GridConfig,
    IncomeConfig,
    Label,
    Name,
    OpportunityConfig,
    PeopleConfig,
    ScheduleConfig,
    Section,
    StreetsConfig,
    Text,
    ZonesConfig,
)

PeriodKind = Literal[
    "weekday_peak", "weekday_midday", "weekday_evening", "weekday_night", "saturday", "sunday"
]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-9]):[0-5]\d$")]


class TravelConfig(Section):
    """How people travel."""

    engine: EngineName = Field(
        "fairreach",
        description="Which program computes travel times; `r5` needs Java and R5's jar, see `r5`.",
    )
    walk_speed_km_h: float = Field(3.6, gt=0, le=15, description="Walking speed, printed with every result.")
    max_walk_min: float = Field(30, gt=0, le=240, description="Longest walk to, from or without transit.")
    max_transfer_walk_min: float = Field(15, ge=0, le=120, description="Longest walk between two vehicles.")
    boarding_slack_s: int = Field(60, ge=1, le=3600, description="Least time at a stop before boarding.")
    max_duration_min: int = Field(120, ge=1, le=254, description="Longest trip that counts as reached.")
    max_rides: int | None = Field(
        None, ge=1, description="Most vehicles in one journey; without it any number."
    )
    step_free: StepFreeBound | None = Field(
        None,
        description="Travel without steps on streets, in stations and vehicles, where what is not said to be "
        "accessible counts (`best`) or not (`worst`).",
    )
    percentile: int = Field(
        50,
        ge=1,
        le=100,
        description="Percentile of travel time over departure minutes that the measures use (50: half of "
        "the minutes are faster).",
    )
    further_percentiles: list[int] = Field(
        default_factory=list, description="Further percentiles written to the travel-time files."
    )

    @field_validator("further_percentiles")
    @classmethod
    def _within_range(cls, values: list[int]) -> list[int]:
        if any(not 1 <= value <= 100 for value in values):
            raise ValueError(f"percentiles must lie from 1 to 100, got {values}")
        return values

    @property
    def percentiles(self) -> list[int]:
        """All percentiles, ascending, each once."""
        return sorted({self.percentile, *self.further_percentiles})


class PeriodConfig(Section):
    """A window of departures, or of arrivals, on one service day."""

    name: Name = Field(description="Short name, used in column and file names.")
    label: Label = Field(description="Name shown to readers.")
    kind: PeriodKind | None = Field(
        None, description="What part of the week it stands for; rights say when they must be met."
    )
    service_date: date | None = Field(None, description="Service day; without it that of `schedule`.")
    departure_start: Clock | None = Field(
        None, description="First departure minute, quoted `HH:MM` (to 29:59)."
    )
    arrival_start: Clock | None = Field(
        None,
        description="Instead of `departure_start`: first minute by which to be there (school, shifts).",
    )
    departure_window_min: int = Field(
        60, ge=1, le=1440, description="Number of departure (or arrival) minutes."
    )

    @model_validator(mode="after")
    def _one_start(self) -> PeriodConfig:
        if (self.departure_start is None) == (self.arrival_start is None):
            raise ValueError("give exactly one of departure_start, arrival_start")
        return self

    @property
    def arrive_by(self) -> bool:
        """Whether the window is one of arrivals."""
        return self.arrival_start is not None

    @property
    def start(self) -> str:
        """First minute of the window, as written."""
        return self.arrival_start or self.departure_start or ""

    @property
    def start_s(self) -> int:
        """Seconds after midnight of the first minute of the window."""
        hours, minutes = self.start.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    @property
    def end_s(self) -> int:
        """Seconds after midnight of the first minute past the window."""
        return self.start_s + 60 * self.departure_window_min

    def travel_s(self, max_duration_min: int) -> tuple[int, int]:
        """Seconds after midnight between which people are on their way."""
        longest_s = 60 * (max_duration_min + 1)
        return (
            (self.start_s - longest_s, self.end_s)
            if self.arrive_by
            else (self.start_s, self.end_s + longest_s)
        )


class HeadlineConfig(Section):
    """The combination that map and first sentences show."""

    service: Name = Field(description="Name of an opportunity.")
    cutoff_min: int = Field(description="One of `measures.cutoffs_min`.")
    period: Name = Field(description="Name of a period.")


class SufficiencyConfig(Section):
    """A line below which access is called insufficient."""

    name: Name = Field(description="Short name, used in column names.")
    label: Label = Field(description="The standard in words.")
    service: Name = Field(description="Name of an opportunity.")
    at_least: float | None = Field(None, gt=0, description="Least number of opportunities.")
    at_least_share: float | None = Field(
        None, gt=0, le=1, description="Or least share of all opportunities in the cells."
    )
    within_min: int = Field(ge=1, description="Within so many minutes.")
    source: Label = Field(description="Where the threshold comes from; say `our proposal` where it does.")

    @model_validator(mode="after")
    def _one_amount(self) -> SufficiencyConfig:
        if (self.at_least is None) == (self.at_least_share is None):
            raise ValueError("give exactly one of at_least, at_least_share")
        return self


class MeasuresConfig(Section):
    """What is measured."""

    cutoffs_min: list[int] = Field(
        min_length=1, description="Travel-time limits; reached means strictly less (whole minutes)."
    )
    headline: HeadlineConfig = Field(description="Shown first.")
    sufficiency: list[SufficiencyConfig] = Field(default_factory=list, description="Sufficiency lines.")


class ResultsConfig(Section):
    """Where results go."""

    folder: str = Field(description="Run folder, beside the working directory unless absolute.")
    min_residents_shown: int = Field(
        20, ge=0, description="Figures about fewer residents than this are not shown, nor what reveals them."
    )


class RunConfig(Section):
    """One city, one run."""

    name: Text = Field(description="Name of the study area: one text, or `{en: ..., fr: ...}`.")
    notice: Label | None = Field(None, description="A limit of the data that every result must state.")
    attribution: list[Text] = Field(
        default_factory=list,
        description="Credits that the data's licences ask: texts, or `{en: ..., fr: ...}`.",
    )
    dataset: str | None = Field(
        None,
        description="Folder of the input files, looked up in FAIRREACH_DATA and the dataset cache; "
        "`demo-city-small`, `-medium`, `-metropolis` are generated. Without it, files lie beside the config.",
    )
    schedule: ScheduleConfig = Field(description="Timetables.")
    streets: StreetsConfig = Field(description="Streets.")
    cells: CellsConfig = Field(description="Cells.")
    people: PeopleConfig = Field(description="Residents.")
    population_grid: GridConfig | None = Field(
        None, description="Fine points that refine census polygons (dasymetric)."
    )
    income: IncomeConfig | None = Field(None, description="Income; without it no decile is formed.")
    income_brackets: BracketsConfig | None = Field(
        None, description="Counts by income bracket; without them segregation by income is not defined."
    )
    zones: ZonesConfig | None = Field(None, description="Neighbourhood names.")
    opportunities: list[OpportunityConfig] = Field(min_length=1, description="What is reached.")
    services_file: str | None = Field(
        None, description="Vocabulary of OSM services; default: the shipped one."
    )
    travel: TravelConfig = Field(default_factory=lambda: TravelConfig(), description="How people travel.")
    periods: list[PeriodConfig] = Field(min_length=1, description="When people travel.")
    modes: list[ModeConfig] = Field(
        default_factory=list, description="Travel without transit, to compare with."
    )
    measures: MeasuresConfig = Field(description="What is measured.")
    rights: RightsConfig | None = Field(
        None, description="Catalogues of rights; without them no right is judged."
    )
    uncertainty: UncertaintyConfig | None = Field(
        None, description="Errors of the inputs; without it no range is given (`not quantified`)."
    )
    sensitivity: SensitivityConfig = Field(
        default_factory=lambda: SensitivityConfig(), description="Choices that are varied one by one."
    )
    comparisons: list[ComparisonConfig] = Field(
        default_factory=list, description="Groups compared against thresholds that somebody has set."
    )
    exclusion: ExclusionConfig = Field(
        default_factory=lambda: ExclusionConfig(), description="The register of underserved zones."
    )
    r5: R5Config = Field(
        default_factory=lambda: R5Config(),
        description="The engine R5, for `travel.engine: r5` and crosschecks.",
    )
    results: ResultsConfig = Field(description="Where results go.")

    @property
    def max_snap_m(self) -> float:
        """Longest straight line to a street; short where only streets known to be step-free are left."""
        return snap_limit_m(self.streets.max_snap_m, self.travel.step_free)

    def service_date_of(self, period: PeriodConfig, default: date) -> date:
        """Return the service day of a period, ``default`` where it names none."""
        return period.service_date or default

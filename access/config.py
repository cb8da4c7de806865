"""What one run needs to know, as checked models: one YAML file a city.

Every key carries its unit in its name and its meaning in ``description``; ``configs/README.md`` is compared
with these models by a test. Reading and error messages live in ``config_file.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-9]):[0-5]\d$")]


class Section(BaseModel):
    """Base of all sections: unknown keys are refused, values cannot change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Section):
    """A text in both languages."""

    en: str = Field(description="English text.")
    fr: str = Field(description="French text.")

    def in_language(self, language: str) -> str:
        """Return the text in ``"en"`` or ``"fr"``."""
        return str(getattr(self, language))


def _in_both_languages(value: object) -> object:
    return {"en": value, "fr": value} if isinstance(value, str) else value


Text = Annotated[Label, BeforeValidator(_in_both_languages)]
"""A text given once for both languages, or as ``{en: ..., fr: ...}``."""


class FeedConfig(Section):
    """One GTFS feed."""

    file: str = Field(description="GTFS zip or folder.")
    name: Name = Field(description="Short name; prefixes the ids when there are several feeds.")
    whole_timetable: bool = Field(
        False,
        description="The feed is all that its operator runs: a day or window without departures then means "
        "that nothing runs. Without it, it means `no data` and is never counted as unmet.",
    )


class ScheduleConfig(Section):
    """Timetables."""

    feeds: list[FeedConfig] = Field(min_length=1, description="One or more GTFS feeds, merged.")
    service_date: date | Literal["auto"] = Field(
        "auto",
        description="Service day (YYYY-MM-DD) of every period that names none; `auto` takes the first day "
        "that comes closest to a typical weekday in all feeds.",
    )
    warn_service_share: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Warn where a feed runs less than this share of its typical trips on the service day. "
        "A day without any trip is always refused.",
    )

    @model_validator(mode="after")
    def _names_differ(self) -> ScheduleConfig:
        names = [feed.name for feed in self.feeds]
        if len(set(names)) < len(names):
            raise ValueError(f"feed names must differ, got {names}")
        return self


class StreetsConfig(Section):
    """Streets to walk on: exactly one source."""

    osm_pbf: str | None = Field(None, description="OpenStreetMap extract (`.osm.pbf`).")
    graphml: str | None = Field(None, description="Street graph saved by osmnx (`.graphml`).")
    place: str | None = Field(None, description="Place name, downloaded through osmnx (needs the network).")
    boundary: str | None = Field(
        None, description="Polygon file whose streets are downloaded through osmnx (needs the network)."
    )
    boundary_layer: str | None = Field(None, description="Layer of a boundary file with several.")
    max_snap_m: float = Field(
        1600, gt=0, le=5000, description="A point farther than this from any street is not snapped."
    )

    @model_validator(mode="after")
    def _one_source(self) -> StreetsConfig:
        given = [key for key in ("osm_pbf", "graphml", "place", "boundary") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of osm_pbf, graphml, place, boundary; "
                + f"got {', '.join(given) or 'none'}"
            )
        return self


class CellsConfig(Section):
    """Hexagons from which and to which people travel."""

    h3_resolution: int = Field(9, ge=5, le=12, description="H3 resolution (9: hexagons of about 0.1 km2).")
    cover: Literal["boundary", "population", "table"] = Field(
        description="`boundary`: every cell of the study area; `population`: cells with residents or "
        "opportunities; `table`: the cells listed in a file."
    )
    file: str | None = Field(None, description="Boundary polygons or table of cells, for those two covers.")
    layer: str | None = Field(None, description="Layer of a boundary file with several.")
    id_column: str = Field("id", description="Column with the H3 index, for `cover: table`.")

    @model_validator(mode="after")
    def _file_where_needed(self) -> CellsConfig:
        if (self.cover != "population") != (self.file is not None):
            need = "needs no file" if self.cover == "population" else "needs a file"
            raise ValueError(f"cover: {self.cover} {need}")
        return self


class PeopleConfig(Section):
    """Residents, and other counts known for the same units."""

    kind: Literal["points", "polygons", "cells"] = Field(
        description="`points`: grid or address points; `polygons`: census zones; `cells`: table by H3 index."
    )
    file: str = Field(description="CSV or any vector file.")
    layer: str | None = Field(None, description="Layer of a file with several, such as a GeoPackage.")
    population_column: str = Field(description="Residents.")
    households_column: str | None = Field(None, description="Households.")
    groups: dict[Name, str] = Field(
        default_factory=dict, description="Further counts to carry over: name of the group -> column."
    )
    lon_column: str = Field("lon", description="Longitude (WGS84), for CSV points.")
    lat_column: str = Field("lat", description="Latitude (WGS84), for CSV points.")
    id_column: str = Field("id", description="Column with the H3 index, for `kind: cells`.")


class GridConfig(Section):
    """Fine population points that say where in a census zone people live."""

    file: str = Field(description="CSV or vector file of points.")
    layer: str | None = Field(None, description="Layer of a file with several.")
    weight_column: str = Field(description="Residents at the point.")
    lon_column: str = Field("lon", description="Longitude (WGS84), for CSV.")
    lat_column: str = Field("lat", description="Latitude (WGS84), for CSV.")


class IncomeConfig(Section):
    """Mean income by zone or cell."""

    kind: Literal["polygons", "cells"] = Field(description="`polygons`: census zones; `cells`: by H3 index.")
    file: str = Field(description="Vector file of zones, or CSV by H3 index.")
    layer: str | None = Field(None, description="Layer of a file with several.")
    income_column: str = Field(description="Mean income.")
    households_column: str = Field(description="Households (the weights of the mean).")
    id_column: str = Field("id", description="Column with the H3 index, for `kind: cells`.")
    unit: Label = Field(description="What the income is: currency, year, of whom, a month or a year.")


class OpportunityConfig(Section):
    """Places that people want to reach, of one kind."""

    name: Name = Field(description="Short name, used in column names.")
    label: Label = Field(description="Name shown to readers; a plural noun, such as `jobs`.")
    kind: Literal["cells", "points", "polygons", "osm"] = Field(
        description="`cells`: table by H3 index; `points` or `polygons`: CSV or vector file; "
        "`osm`: tagged objects of the `.osm.pbf`."
    )
    file: str | None = Field(None, description="The file, for all kinds but `osm`.")
    layer: str | None = Field(None, description="Layer of a file with several.")
    id_column: str = Field("id", description="Column with the H3 index, for `kind: cells`.")
    lon_column: str = Field("lon", description="Longitude (WGS84), for CSV points.")
    lat_column: str = Field("lat", description="Latitude (WGS84), for CSV points.")
    count_column: str | None = Field(
        None, description="How many opportunities or what capacity; without it each object counts as one."
    )
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="Keep rows whose column holds one of these values."
    )
    service: str | None = Field(None, description="Entry of the services vocabulary, for `kind: osm`.")

    @model_validator(mode="after")
    def _source_fits_kind(self) -> OpportunityConfig:
        if self.kind == "osm" and (self.service is None or self.file is not None):
            raise ValueError("kind: osm needs `service` and no `file` (it reads streets.osm_pbf)")
        if self.kind != "osm" and (self.file is None or self.service is not None):
            raise ValueError(f"kind: {self.kind} needs `file` and no `service`")
        return self


class ZonesConfig(Section):
    """Neighbourhood names."""

    file: str = Field(description="Polygons of neighbourhoods.")
    layer: str | None = Field(None, description="Layer of a file with several.")
    name_column: str = Field(description="Their names.")


class TravelConfig(Section):
    """How people travel."""

    walk_speed_km_h: float = Field(3.6, gt=0, le=15, description="Walking speed, printed with every result.")
    max_walk_min: float = Field(30, gt=0, le=240, description="Longest walk to, from or without transit.")
    max_transfer_walk_min: float = Field(15, ge=0, le=120, description="Longest walk between two vehicles.")
    boarding_slack_s: int = Field(60, ge=1, le=3600, description="Least time at a stop before boarding.")
    max_duration_min: int = Field(120, ge=1, le=254, description="Longest trip that counts as reached.")
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
    """A window of departures on one service day."""

    name: Name = Field(description="Short name, used in column and file names.")
    label: Label = Field(description="Name shown to readers.")
    service_date: date | None = Field(None, description="Service day; without it that of `schedule`.")
    departure_start: Clock = Field(description="First departure minute, quoted `HH:MM` (to 29:59).")
    departure_window_min: int = Field(60, ge=1, le=1440, description="Number of departure minutes.")

    @property
    def departure_start_s(self) -> int:
        """Seconds after midnight of the first departure."""
        hours, minutes = self.departure_start.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    @property
    def departure_end_s(self) -> int:
        """Seconds after midnight of the first minute past the window."""
        return self.departure_start_s + 60 * self.departure_window_min


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
    zones: ZonesConfig | None = Field(None, description="Neighbourhood names.")
    opportunities: list[OpportunityConfig] = Field(min_length=1, description="What is reached.")
    services_file: str | None = Field(
        None, description="Vocabulary of OSM services; default: the shipped one."
    )
    travel: TravelConfig = Field(default_factory=lambda: TravelConfig(), description="How people travel.")
    periods: list[PeriodConfig] = Field(min_length=1, description="When people travel.")
    measures: MeasuresConfig = Field(description="What is measured.")
    results: ResultsConfig = Field(description="Where results go.")

    def service_date_of(self, period: PeriodConfig, default: date) -> date:
        """Return the service day of a period, ``default`` where it names none."""
        return period.service_date or default

"""The sections of a configuration that name files: timetables, streets, cells, people, opportunities."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


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
    buffer_m: float = Field(
        0,
        ge=0,
        le=100_000,
        description="Cells up to this far beyond the boundary are destinations only, so that access near the "
        "edge is not understated; for `cover: boundary`.",
    )
    study_area: str | None = Field(
        None,
        description="Polygons; cells whose centre is outside are destinations only; for the other covers.",
    )

    @model_validator(mode="after")
    def _file_where_needed(self) -> CellsConfig:
        if self.buffer_m and self.cover != "boundary":
            raise ValueError(f"buffer_m goes with cover: boundary; with cover: {self.cover} give study_area")
        if self.study_area and self.cover == "boundary":
            raise ValueError(
                "study_area goes with cover: table or population; the boundary is the study area"
            )
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

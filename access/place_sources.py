"""The files about people and opportunities, read once and checked, before any cell is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from access.cells import cell_polygons
from access.config_file import LoadedConfig
from access.config_sources import OpportunityConfig, PeopleConfig
from access.errors import InputDataError
from access.land_use import keep_rows
from access.osm_services import read_osm_services
from access.services import read_services
from access.vector_files import read_points, read_table, read_zones
from access.zones import equal_area_crs

Frame = Any
"""A DataFrame, or a GeoDataFrame where the kind of source has places; which one its kind says."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlaceSources:
    """Tables as the files give them."""

    people: Frame
    grid: gpd.GeoDataFrame | None
    opportunities: Mapping[str, Frame]  # None: OpenStreetMap has none of them, which is "no data"
    income: Frame | None = None
    brackets: gpd.GeoDataFrame | None = None  # counts by income bracket


def read_place_sources(loaded: LoadedConfig) -> PlaceSources:
    """Read residents, the population grid and every opportunity file.

    Raises
    ------
    InputDataError
        If a file cannot be used as it is.
    """
    config = loaded.config
    grid = None
    if config.population_grid:
        given = config.population_grid
        grid = read_points(
            loaded.path(given.file),
            numbers=[given.weight_column],
            lon_column=given.lon_column,
            lat_column=given.lat_column,
            layer=given.layer,
        )
    mapped = _read_osm(loaded)
    opportunities = {
        wanted.name: mapped[wanted.name] if wanted.kind == "osm" else _read_opportunities(loaded, wanted)
        for wanted in config.opportunities
    }
    error = config.uncertainty.population if config.uncertainty else None
    margin = error.margin_of_error_column if error else None
    return PlaceSources(
        _read_people(loaded, config.people, margin),
        grid,
        opportunities,
        _read_income(loaded),
        _read_brackets(loaded),
    )


def count_columns(people: PeopleConfig) -> dict[str, str]:
    """Return every count of the people file: name in the results -> column, residents first."""
    columns = {"population": people.population_column}
    if people.households_column:
        columns["households"] = people.households_column
    return columns | dict(people.groups)


def _read_people(loaded: LoadedConfig, people: PeopleConfig, margin: str | None = None) -> Frame:
    numbers = list(dict.fromkeys([*count_columns(people).values(), *([margin] if margin else [])]))
    path = loaded.path(people.file)
    if people.kind == "cells":
        return read_table(path, numbers=numbers, texts=[people.id_column])
    if people.kind == "polygons":
        return read_zones(path, numbers=numbers, layer=people.layer)
    return read_points(
        path,
        numbers=numbers,
        lon_column=people.lon_column,
        lat_column=people.lat_column,
        layer=people.layer,
    )


def _read_income(loaded: LoadedConfig) -> Frame | None:
    given = loaded.config.income
    if given is None:
        return None
    error = loaded.config.uncertainty.income if loaded.config.uncertainty else None
    margin = error.margin_of_error_column if error else None
    numbers = [given.income_column, given.households_column, *([margin] if margin else [])]
    if given.kind == "cells":
        return read_table(loaded.path(given.file), numbers=numbers, texts=[given.id_column])
    return read_zones(loaded.path(given.file), numbers=numbers, layer=given.layer)


def _read_brackets(loaded: LoadedConfig) -> gpd.GeoDataFrame | None:
    given = loaded.config.income_brackets
    if given is None:
        return None
    return read_zones(loaded.path(given.file), numbers=list(given.upper_bounds), layer=given.layer)


def _read_opportunities(loaded: LoadedConfig, wanted: OpportunityConfig) -> Frame:
    path = loaded.path(str(wanted.file))
    numbers = [wanted.count_column] if wanted.count_column else []
    if wanted.kind == "cells":
        if not numbers:
            raise InputDataError(f"opportunities {wanted.name}: kind cells needs count_column")
        table: Frame = read_table(path, numbers=numbers, texts=[wanted.id_column])
    elif wanted.kind == "polygons":
        table = read_zones(path, numbers=numbers, layer=wanted.layer)
    else:
        table = read_points(
            path,
            numbers=numbers,
            lon_column=wanted.lon_column,
            lat_column=wanted.lat_column,
            layer=wanted.layer,
        )
    return keep_rows(table, wanted.where, f"opportunities {wanted.name}") if wanted.where else table


def _read_osm(loaded: LoadedConfig) -> dict[str, gpd.GeoDataFrame | None]:
    """Read every service that comes from OpenStreetMap in one pass; keys are the names of opportunities."""
    wanted = {o.name: o for o in loaded.config.opportunities if o.kind == "osm"}
    if not wanted:
        return {}
    file = loaded.config.services_file
    vocabulary = read_services(loaded.path(file) if file else None)
    unknown = sorted({str(o.service) for o in wanted.values()} - set(vocabulary))
    if unknown:
        raise InputDataError(
            f"opportunities: {', '.join(unknown)} is not in the services vocabulary, which has "
            f"{', '.join(sorted(vocabulary))}; see configs/services.yaml"
        )
    services = {str(o.service): vocabulary[str(o.service)] for o in wanted.values()}
    found = read_osm_services(loaded.path(str(loaded.config.streets.osm_pbf)), list(services.values()))
    return {name: _with_level(o, found[str(o.service)]) for name, o in wanted.items()}


def _with_level(wanted: OpportunityConfig, places: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    if places is None or not wanted.where:
        return places
    return keep_rows(places, wanted.where, f"opportunities {wanted.name}")


def population_points(
    sources: PlaceSources, people: PeopleConfig, weight_column: str | None, cell_ids: list[str]
) -> tuple[Floats, Floats, Floats]:
    """Return where people live, as finely as the sources say: longitude, latitude and residents.

    The grid if there is one; else the people's own points; else one point for each part of a zone in a cell,
    with the zone's residents by area. A table by cell knows nothing finer than cells: no points.
    """
    if sources.grid is not None and weight_column is not None:
        points, weights = sources.grid, sources.grid[weight_column]
    elif people.kind == "points":
        points, weights = sources.people, sources.people[people.population_column]
    elif people.kind == "polygons":
        points = _parts_of_zones(sources.people, people.population_column, cell_ids)
        weights = points["residents"]
    else:
        nobody = np.empty(0)
        return nobody, nobody, nobody
    located = np.asarray(~(points.geometry.isna() | points.geometry.is_empty))
    places = np.asarray(points.geometry)[located]
    residents = np.asarray(weights.fillna(0.0), dtype=np.float64)[located]
    return shapely.get_x(places), shapely.get_y(places), residents


def _parts_of_zones(zones: gpd.GeoDataFrame, population_column: str, cell_ids: list[str]) -> gpd.GeoDataFrame:
    crs = equal_area_crs(zones)
    zones = zones[[population_column, "geometry"]].to_crs(crs)
    zones = zones.assign(per_m2=zones[population_column] / zones.area.where(zones.area > 0))
    cells = gpd.GeoDataFrame(geometry=cell_polygons(cell_ids).to_crs(crs))
    parts: gpd.GeoDataFrame = gpd.overlay(zones, cells, how="intersection", keep_geom_type=True)
    parts["residents"] = parts["per_m2"] * parts.area
    parts["geometry"] = parts.representative_point()
    return parts.to_crs("EPSG:4326")

"""Stages of a run: the cells, and who lives in them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.apportion import Apportioned, polygons_onto_cells, polygons_onto_cells_by_points
from access.cells import (
    CellPoints,
    Homes,
    cell_polygons,
    cells_covering,
    cells_from_table,
    cells_of_points,
    homes_in_cells,
    populated_cells,
    representative_points,
    widened,
)
from access.config_file import LoadedConfig
from access.errors import DataQualityWarning, InputDataError
from access.income import CellIncome, income_deciles, income_from_table, income_onto_cells
from access.place_sources import PlaceSources, count_columns, population_points
from access.population import (
    people_from_points,
    people_from_polygons,
    people_from_polygons_dasymetric,
    people_from_table,
)
from access.uncertainty import log_sd_of_margin
from access.vector_files import read_table, read_zones
from access.zones import equal_area_crs, names_of_points

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """The cells of a run, each with the point that travel starts and ends at."""

    ids: list[str]
    points: CellPoints
    in_study: npt.NDArray[np.bool_]  # others are destinations only
    homes: Homes

    @property
    def study_rows(self) -> npt.NDArray[np.int64]:
        """Positions of the cells whose residents are studied."""
        return np.flatnonzero(self.in_study)

    @property
    def study_ids(self) -> list[str]:
        """Cells whose residents are studied."""
        return [self.ids[row] for row in self.study_rows]

    @property
    def study_points(self) -> CellPoints:
        """Points of the cells whose residents are studied."""
        lon, lat, source = self.points
        return CellPoints(lon[self.in_study], lat[self.in_study], source[self.in_study])

    def counts(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        beyond = len(self.ids) - int(self.in_study.sum())
        counts: dict[str, object] = {
            "cells": len(self.ids),
            "placed at their residents": int((self.points.source == "population").sum()),
        }
        return counts | ({"destinations only": beyond} if beyond else {})


def load_cells(loaded: LoadedConfig, sources: PlaceSources) -> Cells:
    """Choose the cells and place each where its residents are.

    Raises
    ------
    InputDataError
        If the boundary, table or population gives no usable cells.
    """
    config = loaded.config
    resolution = config.cells.h3_resolution
    study: list[str] | None = None
    if config.cells.cover == "boundary":
        boundary = read_zones(loaded.path(str(config.cells.file)), layer=config.cells.layer)
        ids = study = cells_covering(boundary, resolution)
        if config.cells.buffer_m:
            ids = cells_covering(widened(boundary, config.cells.buffer_m), resolution)
    elif config.cells.cover == "table":
        column = config.cells.id_column
        table = read_table(loaded.path(str(config.cells.file)), texts=[column])
        ids = cells_from_table(table[column], resolution, name=str(config.cells.file))
    else:
        ids = _lived_in_or_served(loaded, sources, resolution)
    weight = config.population_grid.weight_column if config.population_grid else None
    lon, lat, residents = population_points(sources, config.people, weight, ids)
    if config.cells.study_area:
        study = _inside(ids, read_zones(loaded.path(config.cells.study_area)), config.cells.study_area)
    in_study = np.ones(len(ids), bool) if study is None else np.isin(ids, study)
    return Cells(
        ids,
        representative_points(ids, lon, lat, residents),
        in_study,
        homes_in_cells(ids, lon, lat, residents),
    )


def _inside(ids: list[str], area: gpd.GeoDataFrame, name: str) -> list[str]:
    """Return the cells whose centre lies in the study area."""
    crs = equal_area_crs(area)
    centres = cell_polygons(ids).to_crs(crs).centroid
    outline = area.to_crs(crs).geometry.union_all()
    inside = [cell for cell, within in zip(ids, centres.within(outline), strict=True) if within]
    if not inside:
        raise InputDataError(
            f"cells.study_area: {name} holds the centre of none of the {len(ids):,} cells; check that both "
            "cover the same place"
        )
    return inside


def _lived_in_or_served(loaded: LoadedConfig, sources: PlaceSources, resolution: int) -> list[str]:
    """Return cells with residents, and those with opportunities: a hospital in a park must not be lost."""
    config = loaded.config
    people = config.people
    if people.kind == "cells":
        counts = sources.people[people.population_column]
        cells = set(cells_from_table(sources.people.loc[counts > 0, people.id_column], resolution))
    else:
        weight = config.population_grid.weight_column if config.population_grid else None
        cells = set(populated_cells(*population_points(sources, people, weight, []), resolution))
    for wanted in config.opportunities:
        source = sources.opportunities[wanted.name]
        if source is None:
            continue
        if wanted.kind == "cells":
            served = source[source[wanted.count_column] > 0]
            cells |= set(cells_from_table(served[wanted.id_column], resolution, name=str(wanted.file)))
        else:
            places = source.geometry.dropna()
            inner = places.representative_point()
            cells |= set(cells_of_points(inner.x, inner.y, resolution))
    return sorted(cells)


@dataclass(frozen=True)
class Residents:
    """Who lives in the cells of the study area. Arrays have shape ``(n_study_cells,)``."""

    counts: pd.DataFrame  # population, households and groups; NaN = no data
    totals: pd.DataFrame  # by count: total of the source, inside, outside, missing
    income: CellIncome | None
    decile: Floats  # 1 poorest to 10 richest; NaN where income or residents are missing
    zone: pd.Series  # name of the neighbourhood, or missing
    zones_by_area: int  # census zones without a grid point, spread by area
    grid_outside_zones: float  # residents of the grid in no census zone, not used
    brackets: pd.DataFrame | None = None  # counts by income bracket
    margins: Mapping[str, Floats] = field(default_factory=dict)  # sd of the log error, where published

    @property
    def population(self) -> Floats:
        """Residents, 0 where there are no data."""
        return np.asarray(self.counts["population"].fillna(0.0), dtype=np.float64)

    @property
    def income_of_cells(self) -> Floats:
        """Mean income, NaN where not known."""
        if self.income is None:
            return np.full(len(self.counts), np.nan)
        return self.income.cells["income"].to_numpy(dtype=np.float64)

    def summary(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        population = self.totals.loc["population"]
        summary: dict[str, object] = {
            "residents in the cells": round(population["inside"]),
            "outside": round(population["outside"]),
        }
        if self.income is not None:
            summary["% with a known income"] = round(100 * self.income.share_covered, 1)
        return summary


def load_residents(loaded: LoadedConfig, sources: PlaceSources, cells: Cells) -> Residents:
    """Bring residents, income and neighbourhood names onto the cells.

    Raises
    ------
    InputDataError
        If a file cannot be used, or nobody lives in the cells.
    """
    config = loaded.config
    columns = count_columns(config.people)
    ids = cells.study_ids
    placed = _people(loaded, sources, list(dict.fromkeys(columns.values())), ids)
    for name, column in columns.items():
        missing = int(placed.totals["missing"][column])
        if missing:
            rows = f"{missing:,} of {len(sources.people):,} rows"
            _warn(f"people: {rows} have no {name}; whoever lives there is not counted")
    counts = pd.DataFrame({name: placed.cells[column] for name, column in columns.items()})
    totals = pd.DataFrame({name: placed.totals.loc[column] for name, column in columns.items()}).T
    income = _income(loaded, sources, ids)
    if income is None:
        decile = np.full(len(ids), np.nan)
    else:
        grouped = income_deciles(income.cells["income"], counts["population"].fillna(0.0))
        decile = grouped.to_numpy(dtype=np.float64, na_value=np.nan)
    names = _zone_names(loaded, cells)
    return Residents(
        counts,
        totals,
        income,
        decile,
        names,
        placed.zones_by_area,
        placed.grid_outside_zones,
        brackets=_brackets(loaded, sources, ids),
        margins=_margins(loaded, sources, ids, counts, income),
    )


def _people(
    loaded: LoadedConfig, sources: PlaceSources, columns: list[str], cell_ids: list[str]
) -> Apportioned:
    people = loaded.config.people
    if people.kind == "points":
        return people_from_points(sources.people, columns, cell_ids)
    if people.kind == "cells":
        return people_from_table(sources.people, columns, cell_ids, id_column=people.id_column)
    grid = loaded.config.population_grid
    if sources.grid is None or grid is None:
        return people_from_polygons(sources.people, columns, cell_ids)
    return people_from_polygons_dasymetric(
        sources.people, columns, sources.grid, grid.weight_column, cell_ids
    )


def _brackets(loaded: LoadedConfig, sources: PlaceSources, cell_ids: list[str]) -> pd.DataFrame | None:
    """Bring counts by income bracket onto the cells as residents are brought, None where none are known."""
    given, zones = loaded.config.income_brackets, sources.brackets
    if given is None or zones is None:
        return None
    columns = list(given.upper_bounds)
    grid = loaded.config.population_grid
    what = "income_brackets"
    if sources.grid is None or grid is None:
        return polygons_onto_cells(zones, columns, cell_ids, what).cells
    return polygons_onto_cells_by_points(
        zones, columns, sources.grid, grid.weight_column, cell_ids, what
    ).cells


def _margins(
    loaded: LoadedConfig,
    sources: PlaceSources,
    cell_ids: list[str],
    counts: pd.DataFrame,
    income: CellIncome | None,
) -> dict[str, Floats]:
    """Bring published margins of error onto the cells, as the standard deviation of the log error.

    A margin is spread as what it belongs to: within a cell the errors of several zones then add up as if they
    were one, which is right for one zone a cell and never too narrow for more.
    """
    given = loaded.config.uncertainty
    found: dict[str, Floats] = {}
    if given and given.population and given.population.margin_of_error_column:
        column = given.population.margin_of_error_column
        margin = _people(loaded, sources, [column], cell_ids).cells[column]
        found["population"] = log_sd_of_margin(
            counts["population"].to_numpy(np.float64),
            margin.to_numpy(np.float64),
            given.population.confidence,
        )
    if given and given.income and given.income.margin_of_error_column and income is not None:
        margins = _income(loaded, sources, cell_ids, given.income.margin_of_error_column)
        if margins is not None:
            found["income"] = log_sd_of_margin(
                income.cells["income"].to_numpy(np.float64),
                margins.cells["income"].to_numpy(np.float64),
                given.income.confidence,
            )
    return found


def _income(
    loaded: LoadedConfig, sources: PlaceSources, cell_ids: list[str], column: str | None = None
) -> CellIncome | None:
    given, table = loaded.config.income, sources.income
    if given is None or table is None:
        return None
    income, households = column or given.income_column, given.households_column
    if given.kind == "cells":
        return income_from_table(table, income, households, cell_ids, id_column=given.id_column)
    grid = loaded.config.population_grid
    weight = grid.weight_column if grid else None
    return income_onto_cells(table, income, households, cell_ids, grid=sources.grid, weight_column=weight)


def _zone_names(loaded: LoadedConfig, cells: Cells) -> pd.Series:
    given = loaded.config.zones
    ids, points = cells.study_ids, cells.study_points
    if given is None:
        return pd.Series(pd.NA, index=ids, dtype="string")
    zones = read_zones(loaded.path(given.file), texts=[given.name_column], layer=given.layer)
    names = names_of_points(points.lon, points.lat, zones, given.name_column)
    return names.set_axis(pd.Index(ids, name="id"))


def _warn(text: str) -> None:
    warnings.warn(text, DataQualityWarning, stacklevel=3)

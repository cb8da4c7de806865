"""Stages of a run: the cells, who lives in them, and what there is to reach."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.apportion import Apportioned
from access.cells import (
    CellPoints,
    cells_covering,
    cells_from_table,
    cells_of_points,
    populated_cells,
    representative_points,
)
from access.config_file import LoadedConfig
from access.errors import DataQualityWarning
from access.income import CellIncome, income_deciles, income_from_table, income_onto_cells
from access.land_use import (
    Opportunities,
    opportunities_from_cells,
    opportunities_from_osm,
    opportunities_from_points,
    opportunities_from_polygons,
)
from access.place_sources import PlaceSources, count_columns, population_points
from access.population import (
    people_from_points,
    people_from_polygons,
    people_from_polygons_dasymetric,
    people_from_table,
)
from access.vector_files import read_table, read_zones
from access.zones import names_of_points

Floats = npt.NDArray[np.float64]
NEGLIGIBLE_SHARE = 1e-9  # what rounding leaves of areas that touch


@dataclass(frozen=True)
class Cells:
    """The cells of a run, each with the point that travel starts and ends at."""

    ids: list[str]
    points: CellPoints

    def counts(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        return {
            "cells": len(self.ids),
            "placed at their residents": int((self.points.source == "population").sum()),
        }


def load_cells(loaded: LoadedConfig, sources: PlaceSources) -> Cells:
    """Choose the cells and place each where its residents are.

    Raises
    ------
    InputDataError
        If the boundary, table or population gives no usable cells.
    """
    config = loaded.config
    resolution = config.cells.h3_resolution
    if config.cells.cover == "boundary":
        ids = cells_covering(
            read_zones(loaded.path(str(config.cells.file)), layer=config.cells.layer), resolution
        )
    elif config.cells.cover == "table":
        column = config.cells.id_column
        table = read_table(loaded.path(str(config.cells.file)), texts=[column])
        ids = cells_from_table(table[column], resolution, name=str(config.cells.file))
    else:
        ids = _lived_in_or_served(loaded, sources, resolution)
    weight = config.population_grid.weight_column if config.population_grid else None
    points = population_points(sources, config.people, weight, ids)
    return Cells(ids, representative_points(ids, *points))


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
    """Who lives in the cells. Arrays have shape ``(n_cells,)``."""

    counts: pd.DataFrame  # population, households and groups; NaN = no data
    totals: pd.DataFrame  # by count: total of the source, inside, outside, missing
    income: CellIncome | None
    decile: Floats  # 1 poorest to 10 richest; NaN where income or residents are missing
    zone: pd.Series  # name of the neighbourhood, or missing
    zones_by_area: int  # census zones without a grid point, spread by area
    grid_outside_zones: float  # residents of the grid in no census zone, not used

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
    placed = _people(loaded, sources, list(dict.fromkeys(columns.values())), cells.ids)
    for name, column in columns.items():
        missing = int(placed.totals["missing"][column])
        if missing:
            rows = f"{missing:,} of {len(sources.people):,} rows"
            _warn(f"people: {rows} have no {name}; whoever lives there is not counted")
    counts = pd.DataFrame({name: placed.cells[column] for name, column in columns.items()})
    totals = pd.DataFrame({name: placed.totals.loc[column] for name, column in columns.items()}).T
    income = _income(loaded, sources, cells.ids)
    if income is None:
        decile = np.full(len(cells.ids), np.nan)
    else:
        grouped = income_deciles(income.cells["income"], counts["population"].fillna(0.0))
        decile = grouped.to_numpy(dtype=np.float64, na_value=np.nan)
    names = _zone_names(loaded, cells)
    return Residents(counts, totals, income, decile, names, placed.zones_by_area, placed.grid_outside_zones)


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


def _income(loaded: LoadedConfig, sources: PlaceSources, cell_ids: list[str]) -> CellIncome | None:
    given = loaded.config.income
    if given is None:
        return None
    path = loaded.path(given.file)
    income, households = given.income_column, given.households_column
    if given.kind == "cells":
        table = read_table(path, numbers=[income, households], texts=[given.id_column])
        return income_from_table(table, income, households, cell_ids, id_column=given.id_column)
    zones = read_zones(path, numbers=[income, households], layer=given.layer)
    grid = loaded.config.population_grid
    weight = grid.weight_column if grid else None
    return income_onto_cells(zones, income, households, cell_ids, grid=sources.grid, weight_column=weight)


def _zone_names(loaded: LoadedConfig, cells: Cells) -> pd.Series:
    given = loaded.config.zones
    if given is None:
        return pd.Series(pd.NA, index=cells.ids, dtype="string")
    zones = read_zones(loaded.path(given.file), texts=[given.name_column], layer=given.layer)
    names = names_of_points(cells.points.lon, cells.points.lat, zones, given.name_column)
    return names.set_axis(pd.Index(cells.ids, name="id"))


@dataclass(frozen=True)
class Services:
    """Opportunities of each service; None where there are no data."""

    found: Mapping[str, Opportunities | None]
    off_streets: Mapping[str, float] = field(default_factory=dict)  # taken out: nobody can walk there
    as_read: Mapping[str, Opportunities | None] | None = None  # before any was taken out

    def on_streets(self, snapped: npt.NDArray[np.bool_]) -> Services:
        """Take out the opportunities in cells that are not joined to the streets; warn of each service.

        "Not snapped" is not "out of reach": they would count in totals and be reached by nobody. A service
        with nothing left has no data.
        """
        found: dict[str, Opportunities | None] = {}
        off_streets: dict[str, float] = {}
        for name, places in self.found.items():
            found[name] = places
            lost = 0.0 if places is None else float(places.counts[~snapped].sum())
            if places is None or lost == 0:
                continue
            off_streets[name] = lost
            kept = replace(places, counts=places.counts.where(snapped, 0.0), inside=places.inside - lost)
            found[name] = kept if kept.counts.any() else None
            rest = "left out of its totals" if found[name] else "and no other is left: no data"
            _warn(f"{name}: {lost:,.0f} lie in cells that are not joined to the streets, {rest}")
        return Services(found, off_streets, as_read=self.found)

    def known(self) -> dict[str, Floats]:
        """Return the counts by cell of the services with data."""
        return _counts(self.found)

    def in_cells(self) -> dict[str, Floats]:
        """Return the counts by cell as read, also of cells that are not joined to the streets."""
        return _counts(self.as_read or self.found)

    def summary(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        counted: dict[str, object] = {
            name: round(places.inside) for name, places in self.found.items() if places is not None
        }
        absent = sum(places is None for places in self.found.values())
        return counted | ({"services without data": absent} if absent else {})


def _counts(found: Mapping[str, Opportunities | None]) -> dict[str, Floats]:
    return {
        name: places.counts.to_numpy(dtype=np.float64) for name, places in found.items() if places is not None
    }


def load_services(loaded: LoadedConfig, sources: PlaceSources, cell_ids: list[str]) -> Services:
    """Count the opportunities of every service by cell.

    Raises
    ------
    InputDataError
        If a file cannot be used, or holds no opportunities in the cells.
    """
    found: dict[str, Opportunities | None] = {}
    for wanted in loaded.config.opportunities:
        source = sources.opportunities[wanted.name]
        if wanted.kind == "osm" or source is None:
            places = opportunities_from_osm(wanted.name, source, cell_ids)
        elif wanted.kind == "cells":
            places = opportunities_from_cells(
                wanted.name,
                source,
                cell_ids,
                count_column=str(wanted.count_column),
                id_column=wanted.id_column,
            )
        elif wanted.kind == "polygons":
            places = opportunities_from_polygons(
                wanted.name, source, cell_ids, count_column=wanted.count_column
            )
        else:
            places = opportunities_from_points(
                wanted.name, source, cell_ids, count_column=wanted.count_column
            )
        found[wanted.name] = places
        if places is not None and places.outside > NEGLIGIBLE_SHARE * places.total:
            _warn(
                f"{wanted.name}: {places.outside:,.0f} of {places.total:,.0f} lie outside the cells and are "
                "reached by nobody here: access near the edge is understated"
            )
    return Services(found)


def _warn(text: str) -> None:
    warnings.warn(text, DataQualityWarning, stacklevel=3)

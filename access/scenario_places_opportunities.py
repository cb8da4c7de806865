"""Opportunities of a scenario: the run's tables with places more or fewer.

By kind of source, with the edited input to which the result is equal:

- ``points``: one row more with the count; without a count column, as many rows as are added.
- ``osm``: as many objects more, each as one node of the service.
- ``cells``: the count of the row of that cell, or a new row.
- ``polygons``: a zone more, two metres wide, at the place: what is added is not spread over the zone around.

Removing takes from the rows that match: nearest first where ``at`` is given, else in the order of the file.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import h3
import numpy as np
import pandas as pd

from access.config_sources import OpportunityConfig
from access.errors import InputDataError
from access.land_use import keep_rows
from access.place_sources import Floats, Frame
from access.scenario import AddOpportunities, RemoveOpportunities
from access.scenario_places_where import Spot, metres_from, row_of_cell, with_rows, zone_at
from access.scenario_words import Words, number_in, quantity
from access.shares import cell_of_each
from access.zones import inner_points
from gtfs.errors import ScenarioError

LEAST = 1e-9


def wanted_service(name: str, configured: Mapping[str, OpportunityConfig]) -> OpportunityConfig:
    """Return the opportunities that a modification names.

    Raises
    ------
    ScenarioError
        If the configuration has none of that name.
    """
    if name not in configured:
        near = difflib.get_close_matches(name, list(configured), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ScenarioError(f"service: the run has no {name!r}; {hint}it has {', '.join(configured)}")
    return configured[name]


def add_opportunities(
    table: Frame | None, change: AddOpportunities, wanted: OpportunityConfig, spot: Spot
) -> tuple[Frame, Words]:
    """Return a copy of a service's table with opportunities more.

    Raises
    ------
    ScenarioError
        If the service has no data, or a part of an object is asked for.
    """
    if table is None:
        raise ScenarioError(
            f"{wanted.name} has no data in this run: what is added would look like all there is; give the "
            "run a source of them"
        )
    count = change.count
    named = {"name": change.name} if change.name else {}
    if wanted.kind == "cells":
        edited = _cell_with_more(table, wanted, spot, count)
    elif wanted.count_column:
        shape = zone_at(spot) if wanted.kind == "polygons" else spot.point
        edited = with_rows(table, {wanted.count_column: count, **named}, shape=shape)
    else:
        _require_whole(wanted, count)
        shape = zone_at(spot) if wanted.kind == "polygons" else spot.point
        edited = with_rows(table, named, shape=shape, n=round(count))
    what = f" ({change.name})" if change.name else ""
    said = Words({"opportunities": round(count)})
    said.say(
        f"{wanted.label.en}: {number_in(count, 'en')} more{what} in cell {spot.cell}",
        f"{wanted.label.fr} : {number_in(count, 'fr')} de plus{what} dans la cellule {spot.cell}",
    )
    return edited, said


def _cell_with_more(table: Frame, wanted: OpportunityConfig, spot: Spot, count: float) -> Frame:
    column = str(wanted.count_column)
    cell, row = row_of_cell(table, wanted.id_column, spot)
    if row < 0:
        return with_rows(table, {wanted.id_column: cell, column: count})
    counts = table[column].to_numpy(dtype=np.float64, copy=True)
    counts[row] = np.nan_to_num(counts[row]) + count
    return table.assign(**{column: counts})


def _require_whole(wanted: OpportunityConfig, count: float) -> None:
    if count != round(count):
        raise ScenarioError(f"count: {wanted.name} are counted one by one; {count:g} is no whole number")


def remove_opportunities(
    table: Frame | None, change: RemoveOpportunities, wanted: OpportunityConfig, cell_ids: Sequence[str]
) -> tuple[Frame, float, Words]:
    """Return a copy of a service's table with opportunities fewer, how many are gone, and words for it.

    Raises
    ------
    ScenarioError
        If nothing matches, or more is to go than there is.
    """
    if table is None:
        raise ScenarioError(f"{wanted.name} has no data in this run: nothing to remove")
    rows = _rows_that_match(table, change, wanted, cell_ids)
    counts = _counts(table, wanted)
    there = float(counts[rows].sum())
    count = there if change.count is None else change.count
    if there == 0 or count > there + LEAST:
        raise ScenarioError(
            f"{wanted.name}: {count:,.10g} are to be removed, but there are {there:,.10g} {_where(change)}"
        )
    if wanted.count_column is None:
        _require_whole(wanted, count)
    taken = np.zeros(len(counts))
    before = np.cumsum(counts[rows]) - counts[rows]
    taken[rows] = np.clip(count - before, 0, counts[rows])
    touched = taken > 0
    said = Words({"opportunities": round(count), "places": int(touched.sum())})
    names = _names(table, touched)
    said.say(
        f"{wanted.label.en}: {number_in(count, 'en')} fewer{names}, in "
        f"{quantity(int(touched.sum()), 'row', 'rows', 'en')} of the source",
        f"{wanted.label.fr} : {number_in(count, 'fr')} de moins{names}, dans "
        f"{quantity(int(touched.sum()), 'ligne', 'lignes', 'fr')} de la source",
    )
    return _less(table, wanted, counts - taken, touched), count, said


def _less(table: Frame, wanted: OpportunityConfig, left: Floats, touched: Any) -> Frame:
    """Return the table with what is left; points with nothing left go, cells and zones stay with 0."""
    column = wanted.count_column
    if column is None:
        return table[~touched]
    known = table[column].to_numpy(dtype=np.float64)
    table = table.assign(**{column: np.where(touched, left, known)})
    return table[~(touched & (left <= LEAST))] if wanted.kind == "points" else table


def _counts(table: Frame, wanted: OpportunityConfig) -> Floats:
    if wanted.count_column is None:
        return np.ones(len(table))
    return np.asarray(np.nan_to_num(table[wanted.count_column].to_numpy(dtype=np.float64)))


def _rows_that_match(
    table: Frame, change: RemoveOpportunities, wanted: OpportunityConfig, cell_ids: Sequence[str]
) -> Any:
    """Return the positions of the rows meant, in the order in which they are used up."""
    chosen = np.ones(len(table), dtype=np.bool_)
    if change.where:
        chosen = _where_rows(table, change, wanted)
    away_m = np.zeros(len(table))
    cells = _cells(table, wanted, cell_ids)
    meant = _cell_meant(change, wanted, h3.get_resolution(cell_ids[0]))
    if meant is not None:
        chosen = chosen & (cells == meant)
        if not chosen.any():
            raise ScenarioError(f"{wanted.name}: there are none {_where(change)}")
    elif change.at is not None:
        away_m = metres_from(change.at, table.geometry)
        near = chosen & (away_m <= change.within_m)
        if not near.any():
            raise ScenarioError(_too_far(table, wanted, change, np.where(chosen, away_m, np.nan)))
        chosen = near
    rows = np.flatnonzero(chosen)
    n_outside = int(np.count_nonzero(~np.isin(cells[rows], cell_ids)))
    if n_outside and not _spread(wanted):
        raise ScenarioError(
            f"{wanted.name}: {n_outside} of the {len(rows)} rows {_where(change)} lie in no cell of the run, "
            "where they count for nothing; say more narrowly which are meant"
        )
    return rows[np.argsort(away_m[rows], kind="stable")]


def _spread(wanted: OpportunityConfig) -> bool:
    """Tell whether a row is a zone whose count is spread over many cells."""
    return wanted.kind == "polygons" and wanted.count_column is not None


def _cell_meant(change: RemoveOpportunities, wanted: OpportunityConfig, resolution: int) -> str | None:
    """Return the cell that is asked for; None where a distance or only `where` says which rows."""
    if change.cell is not None and _spread(wanted):
        raise ScenarioError(
            f"{wanted.name} are counts of zones, spread over their area: a cell has no row of its own; name "
            "the zone by at or where"
        )
    if change.at is not None and wanted.kind == "cells":
        return str(h3.latlng_to_cell(change.at.lat, change.at.lon, resolution))
    return change.cell


def _cells(table: Frame, wanted: OpportunityConfig, cell_ids: Sequence[str]) -> Any:
    """Return the cell of each row, empty where it lies nowhere."""
    resolution = h3.get_resolution(cell_ids[0])
    if wanted.kind == "cells":
        return np.array([h3.cell_to_parent(str(row), resolution) for row in table[wanted.id_column]])
    places = table.set_geometry(inner_points(table.geometry)) if wanted.kind == "polygons" else table
    return np.array(cell_of_each(places, resolution))


def _where_rows(table: Frame, change: RemoveOpportunities, wanted: OpportunityConfig) -> Any:
    numbered = table.assign(_position=np.arange(len(table)))
    try:
        kept = keep_rows(numbered, change.where, f"where of {wanted.name}")
    except InputDataError as error:
        raise ScenarioError(str(error)) from None
    return np.isin(np.arange(len(table)), kept["_position"])


def _where(change: RemoveOpportunities) -> str:
    parts = []
    if change.cell is not None:
        parts.append(f"in cell {change.cell}")
    if change.at is not None:
        parts.append(f"within {change.within_m:g} m of {change.at.lat}, {change.at.lon} (lat, lon)")
    if change.where:
        parts.append("where " + ", ".join(f"{key} is {' or '.join(v)}" for key, v in change.where.items()))
    return " ".join(parts)


def _too_far(table: Frame, wanted: OpportunityConfig, change: RemoveOpportunities, away_m: Floats) -> str:
    if np.isnan(away_m).all():
        return f"{wanted.name}: none that match have a place"
    near = int(np.nanargmin(away_m))
    touched = np.arange(len(table)) == near
    return (
        f"{wanted.name}: there are none {_where(change)}; the nearest{_names(table, touched)} is "
        f"{away_m[near]:,.0f} m away: move at, or set within_m"
    )


def _names(table: Frame, rows: Any) -> str:
    """Return up to three names of rows in brackets, nothing where they have none."""
    if "name" not in table.columns:
        return ""
    names = [str(name) for name in table["name"][rows] if not pd.isna(name)]
    more = ", ..." if len(names) > 3 else ""
    return f" ({', '.join(names[:3])}{more})" if names else ""

"""Residents of a scenario: the run's tables with people more.

By kind of source, with the edited input to which the result is equal:

- ``people`` of kind ``points``: a row more; ``cells``: the counts of the row of that cell, or a new row;
  ``polygons``: a zone more, first in the file, two metres wide, at the place.
- ``population_grid``: a point more with the residents, so that travel starts there too.
- ``income`` of kind ``polygons``: the same small zone, first in the file, with the income and households of
  the newcomers. With a grid it is there even without an income: else the new grid point would draw the
  households of the census zone around. ``cells``: the mean of the row of that cell, weighted by households.
- ``income_brackets``: with a grid, the same small zone with nobody in any bracket: the brackets of newcomers
  are not known.

Where a grid point lies at the very place, the newcomers are put a few metres beside it: a small zone must
hold no one else.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, replace

import geopandas as gpd
import h3
import numpy as np
import shapely

from access.config import RunConfig
from access.place_sources import Frame, PlaceSources, count_columns
from access.scenario import AddResidents, At
from access.scenario_places_where import METRES_A_DEGREE, Spot, metres_from, row_of_cell, with_rows, zone_at
from access.scenario_words import Words, number_in, quantity
from gtfs.errors import ScenarioError

CLEAR_M = 3.0
STEP_M = 5.0
N_STEPS = 20


@dataclass(frozen=True)
class _Newcomers:
    """One modification and what it says in the columns of the people table."""

    change: AddResidents
    spot: Spot
    counts: dict[str, float]  # column of the people table -> count


def add_residents(
    sources: PlaceSources, change: AddResidents, config: RunConfig, spot: Spot
) -> tuple[PlaceSources, Words]:
    """Return copies of the tables about people with residents more.

    Raises
    ------
    ScenarioError
        If a group is unknown, or an income is given where the run knows none.
    """
    _check(change, config)
    if sources.grid is not None:
        spot = _beside_others(sources, spot)
    newcomers = _Newcomers(change, spot, _counts_of(change, config))
    edited = replace(
        sources,
        people=_with_people(sources.people, newcomers, config),
        grid=_with_grid_point(sources, newcomers, config),
        income=_with_income(sources, newcomers, config),
        brackets=_with_brackets(sources, newcomers, config),
    )
    return edited, _words(change, config, spot)


def _check(change: AddResidents, config: RunConfig) -> None:
    problems = []
    for name in change.groups:
        if name not in config.people.groups:
            near = difflib.get_close_matches(name, list(config.people.groups), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            known = ", ".join(config.people.groups) or "none"
            problems.append(f"groups: the run has no {name!r}; {hint}its groups: {known}")
    if change.income is not None and config.income is None:
        problems.append("income: the run knows no incomes (it has no section income); leave it out")
    if problems:
        raise ScenarioError("; ".join(problems), problems)


def _counts_of(change: AddResidents, config: RunConfig) -> dict[str, float]:
    """Return what the newcomers add to each column of the people table; 0 where nothing is said."""
    said = {"population": change.count, "households": change.households or 0.0, **change.groups}
    columns = {column: float(said.get(name, 0.0)) for name, column in count_columns(config.people).items()}
    error = config.uncertainty.population if config.uncertainty else None
    if error and error.margin_of_error_column:
        columns.setdefault(error.margin_of_error_column, 0.0)  # what is planned has no error of a survey
    return columns


def _beside_others(sources: PlaceSources, spot: Spot) -> Spot:
    """Return the place, or one a few metres towards the middle of its cell where no grid point is near."""
    if sources.grid is None:
        return spot
    narrow = math.cos(math.radians(spot.lat))
    reach = 2 * N_STEPS * STEP_M / METRES_A_DEGREE  # the box only saves time
    box = shapely.box(
        spot.lon - reach / narrow, spot.lat - reach, spot.lon + reach / narrow, spot.lat + reach
    )
    others = gpd.GeoSeries(sources.grid.geometry.iloc[sources.grid.sindex.query(box)])
    lat, lon = h3.cell_to_latlng(spot.cell)
    east, north = (lon - spot.lon) * narrow, lat - spot.lat
    length = float(np.hypot(east, north))
    east, north = (east / length, north / length) if length * METRES_A_DEGREE > 1 else (0.0, 1.0)
    for step in range(N_STEPS):
        away = step * STEP_M / METRES_A_DEGREE
        here = Spot(float(spot.lon + east * away / narrow), float(spot.lat + north * away), spot.cell)
        if not (metres_from(At(lat=here.lat, lon=here.lon), others) < CLEAR_M).any():
            return here
    return spot


def _with_people(people: Frame, new: _Newcomers, config: RunConfig) -> Frame:
    if config.people.kind == "points":
        return with_rows(people, new.counts, shape=new.spot.point)
    if config.people.kind == "polygons":
        return with_rows(people, new.counts, shape=zone_at(new.spot), first=True)
    cell, row = row_of_cell(people, config.people.id_column, new.spot)
    if row < 0:
        return with_rows(people, {config.people.id_column: cell, **new.counts})
    edited = {}
    for column, count in new.counts.items():
        values = people[column].to_numpy(dtype=np.float64, copy=True)
        if count or not np.isnan(values[row]):
            values[row] = np.nan_to_num(values[row]) + count
        edited[column] = values
    return people.assign(**edited)


def _with_grid_point(sources: PlaceSources, new: _Newcomers, config: RunConfig) -> Frame | None:
    if sources.grid is None or config.population_grid is None:
        return sources.grid
    weight = {config.population_grid.weight_column: new.change.count}
    return with_rows(sources.grid, weight, shape=new.spot.point)


def _with_income(sources: PlaceSources, new: _Newcomers, config: RunConfig) -> Frame | None:
    given, table = config.income, sources.income
    if given is None or table is None:
        return table
    known = new.change.income is not None
    if given.kind == "cells":
        return _cell_with_income(table, new, config) if known else table
    if not known and sources.grid is None:
        return table
    values = {
        given.income_column: new.change.income if known else np.nan,
        given.households_column: new.change.households if known else np.nan,
    }
    error = config.uncertainty.income if config.uncertainty else None
    if known and error and error.margin_of_error_column:
        values[error.margin_of_error_column] = 0.0
    return with_rows(table, values, shape=zone_at(new.spot), first=True)


def _cell_with_income(table: Frame, new: _Newcomers, config: RunConfig) -> Frame:
    """Return the table with the mean of one cell over its old and new households."""
    given, income, households = config.income, new.change.income or 0.0, new.change.households or 0.0
    if given is None:
        return table
    cell, row = row_of_cell(table, given.id_column, new.spot)
    if row < 0:
        return with_rows(
            table,
            {given.id_column: cell, given.income_column: income, given.households_column: households},
        )
    means = table[given.income_column].to_numpy(dtype=np.float64, copy=True)
    weights = table[given.households_column].to_numpy(dtype=np.float64, copy=True)
    old = np.nan_to_num(weights[row])
    if old > 0 and np.isnan(means[row]):
        raise ScenarioError(
            f"income: cell {cell} has {old:,.0f} households of unknown income, so that its mean with the "
            "newcomers cannot be told; leave income out"
        )
    if old + households > 0:
        means[row] = (np.nan_to_num(means[row]) * old + income * households) / (old + households)
    weights[row] = old + households
    return table.assign(**{given.income_column: means, given.households_column: weights})


def _with_brackets(sources: PlaceSources, new: _Newcomers, config: RunConfig) -> Frame | None:
    if config.income_brackets is None or sources.brackets is None or sources.grid is None:
        return sources.brackets
    nobody = dict.fromkeys(config.income_brackets.upper_bounds, 0.0)
    return with_rows(sources.brackets, nobody, shape=zone_at(new.spot), first=True)


def _words(change: AddResidents, config: RunConfig, spot: Spot) -> Words:
    said = Words({"residents": round(change.count), "households": round(change.households or 0)})
    said.say(
        f"{quantity(change.count, 'resident', 'residents', 'en')} more in cell {spot.cell}",
        f"{quantity(change.count, 'habitant', 'habitants', 'fr')} de plus dans la cellule {spot.cell}",
    )
    if change.income is not None and change.households is not None:
        said.say(
            f"{quantity(change.households, 'household', 'households', 'en')} with a mean income of "
            f"{number_in(change.income, 'en')}",
            f"{quantity(change.households, 'ménage', 'ménages', 'fr')} au revenu moyen de "
            f"{number_in(change.income, 'fr')}",
        )
    elif config.income is not None:
        said.say(
            "their income is not given and the mean of the cell stays",
            "leur revenu n’est pas donné et la moyenne de la cellule reste la même",
        )
    if config.income is not None:
        said.say(
            "income deciles are formed anew, so that other cells may change theirs",
            "les déciles de revenu sont recalculés, et d’autres cellules peuvent en changer",
        )
    if config.people.households_column and change.households is None:
        said.warn(
            "households are not given and counted as none",
            "les ménages ne sont pas donnés et comptent pour zéro",
        )
    return said

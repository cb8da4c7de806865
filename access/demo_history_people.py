"""Residents, incomes, jobs and care of one moment of the demo city's history, as changes of a base city."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from access import demo_plan as plan
from access.demo_city import DemoCityFiles, write_geopackage
from access.demo_history_plan import (
    CARE_CLOSED_NORTH_OF_M,
    GROWING_INCOME,
    GROWING_OUTLINE,
    JOBS_NOISE,
    RESIDENTS_NOISE,
    Moment,
)
from access.demo_plan import Floats, Ints, share_out

INCOMES_APART = 0.15
"""In the census in which incomes part, a zone's mean moves so much by its place among zones, up or down."""


class BaseCity:
    """The files of the demo city in which nothing has happened yet, read once."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.files = DemoCityFiles(folder)
        self.seed = seed

    @cached_property
    def census(self) -> gpd.GeoDataFrame:
        """Census zones, plan CRS."""
        return gpd.read_file(self.files.census, layer="census")

    @cached_property
    def grid(self) -> pd.DataFrame:
        """Residents by grid point."""
        return pd.read_csv(self.files.population_grid)

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """Workplaces."""
        return pd.read_csv(self.files.jobs)

    @cached_property
    def health(self) -> pd.DataFrame:
        """Health facilities."""
        return pd.read_csv(self.files.health)

    @cached_property
    def points(self) -> tuple[Floats, Floats]:
        """Grid points, metres of the plan's CRS without its offset."""
        return _plan_xy(self.grid)

    @cached_property
    def zone_of_point(self) -> Ints:
        """Row of the census zone of each grid point: the one it lies in, or the nearest."""
        x, y = self.points
        places = shapely.points(x + plan.EASTING_M, y + plan.NORTHING_M)
        nearest = shapely.STRtree(self.census.geometry.to_numpy()).nearest(places)
        return np.asarray(nearest, dtype=np.int64)


def write_people(folder: Path, moment: Moment, base: BaseCity) -> None:
    """Write ``census.gpkg``, ``population_grid.csv``, ``jobs.csv`` and ``health.csv`` of a moment."""
    residents, newcomers = residents_of(moment, base)
    grid = base.grid.assign(population=residents + newcomers)
    _write_csv(grid[grid["population"] > 0], folder / "population_grid.csv")
    write_geopackage(census_of(moment, base, residents, newcomers), folder / "census.gpkg")
    rng = np.random.default_rng([base.seed, 73, moment.estimates_of])
    jobs = base.jobs["jobs"] * (1 + JOBS_NOISE * rng.standard_normal(len(base.jobs)))
    _write_csv(base.jobs.assign(jobs=np.maximum(1, np.rint(jobs)).astype(np.int64)), folder / "jobs.csv")
    health = base.health
    if moment.care_closed:
        _, y = _plan_xy(health)
        health = health[(health["kind"] == "hospital") | (y < CARE_CLOSED_NORTH_OF_M)]
    _write_csv(health, folder / "health.csv")


def residents_of(moment: Moment, base: BaseCity) -> tuple[Ints, Ints]:
    """Return residents by grid point as a statistical office estimates them, and those of the new estate."""
    rng = np.random.default_rng([base.seed, 72, moment.estimates_of])
    estimate = 1 + RESIDENTS_NOISE * rng.standard_normal(len(base.census))
    counted = base.grid["population"].to_numpy()
    residents = np.floor(counted * estimate[base.zone_of_point] + rng.random(len(counted))).astype(np.int64)
    mine = shapely.contains_xy(shapely.Polygon(GROWING_OUTLINE), *base.points)
    newcomers = np.zeros(len(counted), dtype=np.int64)
    newcomers[mine] = share_out(np.array([moment.grown]), np.ones((1, int(mine.sum()))))[0]
    return residents, newcomers


def census_of(moment: Moment, base: BaseCity, residents: Ints, newcomers: Ints) -> gpd.GeoDataFrame:
    """Return the census: what is counted in zones follows the residents, incomes those who moved in."""
    census, n = base.census, len(base.census)
    population = np.bincount(base.zone_of_point, residents + newcomers, n).astype(np.int64)
    moved_in = np.bincount(base.zone_of_point, newcomers, n)
    before = census["population"].to_numpy()
    households = np.rint(population * census["households"] / np.maximum(before, 1)).to_numpy(np.int64)
    columns: dict[str, Any] = {"population": population, "households": households}
    columns |= _shared_out(census, list(plan.AGE_GROUPS), population, {})
    new_households = np.rint(moved_in * census["households"] / np.maximum(before, 1)).to_numpy()
    share_new = np.divide(new_households, households, out=np.zeros(n), where=households > 0)
    poor = {column: share_new * part for column, part in _poor_brackets().items()}
    columns |= _shared_out(census, list(plan.INCOME_BRACKETS), households, poor)
    without_car: pd.Series[float] = census["households_no_car"] / np.maximum(census["households"], 1)
    without_car = (1 - share_new) * without_car + 0.75 * share_new
    columns["households_no_car"] = np.rint(households * without_car).astype(np.int64)
    income = (1 - share_new) * census["income_month_mean"] + share_new * GROWING_INCOME
    columns["income_month_mean"] = income.round()
    told = census.assign(**columns)
    return _apart(told) if moment.incomes_apart else told


def _shared_out(
    census: gpd.GeoDataFrame, names: list[str], totals: Ints, newcomers: Mapping[str, Floats]
) -> dict[str, Ints]:
    """Split totals of zones as the base census did, part of them as ``newcomers`` (shares) say."""
    counted = census[names].to_numpy(np.float64)
    shares = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    if newcomers:
        added = np.column_stack([newcomers[name] for name in names])
        shares = shares * (1 - added.sum(axis=1, keepdims=True)) + added
    shares[shares.sum(axis=1) <= 0] = 1
    return dict(zip(names, share_out(totals, shares).T, strict=True))


def _poor_brackets() -> dict[str, float]:
    shares = (0.5, 0.38, 0.1, 0.02, 0.0, 0.0)
    return dict(zip(plan.INCOME_BRACKETS, shares, strict=True))


def _apart(census: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the census after incomes parted: poor households a bracket lower, rich ones a bracket higher."""
    rank = census["income_month_mean"].rank(pct=True).fillna(0.5).to_numpy()
    tilt = 2 * rank - 1  # -1 poorest zone, +1 richest
    names = list(plan.INCOME_BRACKETS)
    counts = census[names].to_numpy(np.float64)
    moving = counts * np.abs(tilt)[:, None] * 2 * INCOMES_APART
    moving[tilt < 0, 0] = 0
    moving[tilt > 0, -1] = 0
    arrived = np.zeros_like(counts)
    arrived[tilt < 0, :-1] = moving[tilt < 0, 1:]
    arrived[tilt > 0, 1:] = moving[tilt > 0, :-1]
    parted = counts - moving + arrived
    totals = counts.sum(axis=1).astype(np.int64)
    parted[totals == 0] = 1
    columns: dict[str, Any] = dict(zip(names, share_out(totals, parted).T, strict=True))
    columns["income_month_mean"] = (census["income_month_mean"] * (1 + INCOMES_APART * tilt)).round()
    return census.assign(**columns)


def _plan_xy(table: pd.DataFrame) -> tuple[Floats, Floats]:
    places = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326").to_crs(plan.PLAN_CRS)
    return np.asarray(places.x - plan.EASTING_M), np.asarray(places.y - plan.NORTHING_M)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")

"""People, incomes, jobs and services of the demo city.

Residents are laid on a 150 m point grid; census zones then count the points inside them, so that the grid and
the census agree to the last resident, as in a country with a good statistical office.
"""

from __future__ import annotations

from math import erf, sqrt
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from access import demo_plan as plan
from access.demo_plan import Floats, Ints, noise01

GRID_M = 150
INCOME_SPREAD = 0.55  # sigma of the lognormal income distribution within a zone
JOBS_PER_RESIDENT = 0.44
JOB_SHARES = {"centre": 0.52, "industry": 0.10, "local": 0.38}
FEWEST_HOUSEHOLDS = 20  # below, a zone's income is withheld, as statistical offices do


class People(NamedTuple):
    """Residents by grid point; all arrays have shape (n_points,). ``district`` is -1 outside planted ones."""

    x_m: Floats
    y_m: Floats
    key: Ints
    residents: Ints
    district: Ints


def make_people(size: plan.CitySize, seed: int) -> People:
    """Lay the residents on the grid; their number is exactly that of the size."""
    reach = int(size.radius_m * 1.06 / GRID_M) + 1
    line = np.arange(-reach, reach + 1)
    i, j = (grid.ravel() for grid in np.meshgrid(line, line, indexing="ij"))
    x, y = (i + 0.5) * GRID_M, (j + 0.5) * GRID_M
    inside = shapely.contains_xy(plan.city_boundary(size.radius_m), x, y)
    i, j, x, y = i[inside], j[inside], x[inside], y[inside]
    key = (i + 2_000) * 4_096 + (j + 2_000)
    density = plan.density_per_km2(x, y, size.radius_m) * (0.5 + noise01(key, seed, 10))
    district = np.full(len(x), -1, dtype=np.int64)
    residents = np.zeros(len(x), dtype=np.int64)
    planted = 0
    for row, planted_district in enumerate(plan.DISTRICTS):
        mine = shapely.contains_xy(shapely.Polygon(planted_district.outline), x, y)
        district[mine] = row
        residents[mine] = _spread(planted_district.residents, 0.6 + noise01(key[mine], seed, 11))
        planted += planted_district.residents
    core = np.hypot(x, y) < plan.SUBURBS_FROM_M
    core_residents = plan.SIZES["small"].residents  # the core is the same in all sizes
    usual = (district < 0) & core
    residents[usual] = _spread(core_residents - planted, density[usual])
    if size.residents > core_residents:
        residents[~core] = _spread(size.residents - core_residents, density[~core])
    return People(x, y, key, residents, district)


def _spread(total: int, weights: Floats) -> Ints:
    parts: Ints = plan.share_out(np.array([total]), weights[None, :])[0]
    return parts


def make_zones(size: plan.CitySize, people: People, seed: int) -> gpd.GeoDataFrame:
    """Census zones in PLAN_CRS with people, households, income, brackets, age groups and car ownership."""
    polygons = _zone_polygons(size, people, seed)
    zone = _zone_of_points(polygons, people)
    n = len(polygons)
    population = np.bincount(zone, weights=people.residents, minlength=n).astype(np.int64)
    middle = shapely.centroid(polygons)
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    luck = noise01(np.arange(n), seed, 12)
    income = plan.income_level(x, y) * np.exp(0.5 * (luck - 0.5))
    household_size = 2.1 + 0.5 * noise01(np.arange(n), seed, 13)
    without_car = np.clip(
        0.75 - 0.16 * np.log(income / 600) - 0.02 * np.minimum(np.hypot(x, y), 8_000) / 1_000, 0.04, 0.9
    )
    ages = np.tile(np.array(plan.USUAL_AGES), (n, 1)) * (
        0.8 + 0.4 * noise01(np.arange(n * 4), seed, 14).reshape(n, 4)
    )
    for district in plan.DISTRICTS:
        mine = shapely.contains_properly(shapely.Polygon(district.outline).buffer(1), polygons)
        income[mine] = district.income_month * (0.95 + 0.1 * luck[mine])
        household_size[mine], without_car[mine] = district.household_size, district.without_car
        ages[mine] = district.ages
    households = np.rint(population / household_size).astype(np.int64)
    table = {
        "zone": [f"Z{row + 1:05d}" for row in range(n)],
        "population": population,
        "households": households,
    }
    table["income_month_mean"] = np.where(households < FEWEST_HOUSEHOLDS, np.nan, np.round(income))
    brackets = plan.share_out(households, _bracket_shares(income))
    table |= dict(zip(plan.INCOME_BRACKETS, brackets.T, strict=True))
    table |= dict(zip(plan.AGE_GROUPS, plan.share_out(population, ages).T, strict=True))
    table["households_no_car"] = np.rint(households * without_car).astype(np.int64)
    return gpd.GeoDataFrame(table, geometry=_to_plan_crs(polygons), crs=plan.PLAN_CRS)


def _to_plan_crs(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    origin = np.array([plan.EASTING_M, plan.NORTHING_M])
    return shapely.transform(polygons, lambda xy: np.round(xy + origin, 2))


def _zone_polygons(size: plan.CitySize, people: People, seed: int) -> npt.NDArray[np.object_]:
    """Voronoi zones of points drawn where people live; planted districts are cut into zones of their own."""
    rng = np.random.default_rng([seed, 1])
    weight = np.where(people.district < 0, np.sqrt(people.residents + 0.5), 0.0)
    chosen = np.sort(rng.choice(len(weight), size=size.zones, replace=False, p=weight / weight.sum()))
    # moved off the grid: between two grid points a border would run exactly through others
    shift_x, shift_y = (80 * (noise01(people.key[chosen], seed, purpose) - 0.5) for purpose in (16, 17))
    seeds = shapely.multipoints(np.column_stack([people.x_m[chosen] + shift_x, people.y_m[chosen] + shift_y]))
    boundary = plan.city_boundary(size.radius_m)
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=boundary.envelope))
    cells = np.where(shapely.contains_properly(boundary, cells), cells, shapely.intersection(cells, boundary))
    planted = [shapely.Polygon(district.outline) for district in plan.DISTRICTS]
    cut = shapely.intersects(cells, shapely.union_all(planted))
    cells[cut] = shapely.difference(cells[cut], shapely.union_all(planted))
    for outline, district in zip(planted, plan.DISTRICTS, strict=True):
        cells = np.append(cells, _cut_into(outline, *district.zones))
    middle = shapely.centroid(cells)
    return cells[np.lexsort((shapely.get_x(middle), shapely.get_y(middle)))]


def _cut_into(outline: shapely.Polygon, columns: int, rows: int) -> npt.NDArray[np.object_]:
    west, south, east, north = outline.bounds
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    boxes = [shapely.box(x[c], y[r], x[c + 1], y[r + 1]) for r in range(rows) for c in range(columns)]
    return np.array([box & outline for box in boxes], dtype=object)


def _zone_of_points(polygons: npt.NDArray[np.object_], people: People) -> Ints:
    """Row of the zone that holds each point; a point on a border belongs to the first zone."""
    points = np.asarray(shapely.points(people.x_m, people.y_m))
    point, zone = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.lexsort((zone, point))
    found, first = np.unique(point[order], return_index=True)
    if len(found) != len(points):  # pragma: no cover  (zones cover the boundary, points are inside it)
        raise AssertionError("demo census: zones leave gaps")
    zone_of_point: Ints = zone[order][first]
    return zone_of_point


def _bracket_shares(mean_income: Floats) -> Floats:
    """Share of households in each income bracket, from a lognormal with that mean; shape (n, 6)."""
    bounds = np.array(list(plan.INCOME_BRACKETS.values()))[:-1]
    middle = np.log(mean_income) - INCOME_SPREAD**2 / 2
    score = (np.log(bounds)[None, :] - middle[:, None]) / (INCOME_SPREAD * sqrt(2))
    below = 0.5 * (1 + np.vectorize(erf)(score))
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def make_jobs(people: People, seed: int) -> pd.DataFrame:
    """Workplaces: x_m, y_m, jobs, sector; half of them in the old centre, few where people are poor."""
    total = round(JOBS_PER_RESIDENT * int(people.residents.sum()))
    distance = np.hypot(people.x_m, people.y_m)
    core = distance < plan.SUBURBS_FROM_M
    dry = ~plan.in_river(people.x_m, people.y_m)
    share_of_core = people.residents[core].sum() / people.residents.sum()
    per_resident = np.ones(len(distance))
    for row, district in enumerate(plan.DISTRICTS):
        per_resident[people.district == row] = district.local_jobs
    clustered = noise01(people.key, seed, 15) ** 2
    local = people.residents * per_resident * clustered
    weights = {
        "centre": np.where(core & dry, np.exp(-distance / 650), 0.0),
        "industry": (shapely.contains_xy(plan.INDUSTRY, people.x_m, people.y_m) & dry).astype(float),
        "local": np.where(core, local, 0.0),
    }
    tables = []
    for row, (sector, weight) in enumerate(weights.items()):
        jobs = _spread(round(total * share_of_core * JOB_SHARES[sector]), weight)
        tables.append(_job_rows(people, jobs, sector, seed, 20 + 2 * row))
    if not core.all():
        # suburbs: jobs follow people, strongly clustered in the middle of each suburb
        weight = np.where(core, 0.0, local * people.residents)
        jobs = _spread(total - sum(int(table["jobs"].sum()) for table in tables), weight)
        tables.append(_job_rows(people, jobs, "suburb", seed, 30))
    return pd.concat(tables, ignore_index=True)


def _job_rows(people: People, jobs: Ints, sector: str, seed: int, purpose: int) -> pd.DataFrame:
    used = jobs > 0
    key = people.key[used]
    x = people.x_m[used] + 100 * (noise01(key, seed, purpose) - 0.5)
    y = people.y_m[used] + 100 * (noise01(key, seed, purpose + 1) - 0.5)
    return pd.DataFrame({"x_m": x, "y_m": y, "jobs": jobs[used], "sector": sector})

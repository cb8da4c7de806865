"""The plan of the demo city as data: where things are, how many people live there and what they earn.

The city, Marlune on the river Orvelle, is invented. It is drawn in metres east (x) and north (y) of its main
square and placed in the open Atlantic (45° N, 27° W), so that it can be mistaken for no real place while its
H3 cells have the size they have at middle latitudes. All sizes share the same core, with everything that is
planted; the larger sizes put a green belt and suburbs around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CITY_NAME = "Marlune"
RIVER_NAME = "Orvelle"
PLAN_CRS = "EPSG:32626"
EASTING_M, NORTHING_M = 500_000.0, 4_983_000.0  # the main square in PLAN_CRS
BLOCK_M = 960  # distance between arterial streets
CORE_RADIUS_M = 7_700.0  # inside: the planted core; beyond: green belt, then suburbs
SUBURBS_FROM_M = 8_700.0
CENTRE_RADIUS_M = 1_000.0
RIVER_WIDTH_M = 220.0
BRIDGE_EVERY_BLOCKS = 4
NO_BRIDGE_BLOCK = 8  # at the edge of the core
LAST_YEAR_DAY = "20261227"
FIRST_YEAR_DAY = "20260105"


@dataclass(frozen=True)
class CitySize:
    """How large a demo city is; ``hours`` limits the timetable to an interval of the day."""

    name: str
    radius_m: float
    residents: int
    zones: int
    hours: tuple[float, float] | None = None


SIZES = {
    "small": CitySize("small", 7_590.0, 180_000, 300),
    "medium": CitySize("medium", 19_600.0, 1_050_000, 1_700),
    "metropolis": CitySize("metropolis", 43_850.0, 6_800_000, 9_000, hours=(7.0, 11.0)),
}


class District(NamedTuple):
    """A planted district: its outline in plan metres and what its census zones will say."""

    name: str
    kind: str  # estate, enclave or settlement
    outline: tuple[tuple[float, float], ...]
    residents: int
    income_month: float
    household_size: float
    without_car: float  # share of households
    local_jobs: float  # jobs per resident, in units of the usual suburb
    zones: tuple[int, int]  # columns and rows of census zones
    ages: tuple[float, float, float, float]  # shares of AGE_GROUPS


DISTRICTS = (
    District(
        "Les Peupliers", "estate",
        ((-2480, -5420), (-1360, -5420), (-1360, -4680), (-2480, -4680)),
        13_000, 1_350, 2.9, 0.62, 0.15, (3, 2), (0.27, 0.16, 0.48, 0.09),
    ),
    District(
        "Belvédère", "enclave",
        ((-5560, 3260), (-5380, 2960), (-4260, 2900), (-3960, 3300), (-3980, 4240), (-4600, 4560),
         (-5480, 4300)),
        4_800, 12_500, 2.7, 0.03, 0.2, (2, 2), (0.18, 0.10, 0.50, 0.22),
    ),
    District(
        "Les Berges", "settlement",
        ((4000, -4640), (4260, -4700), (4640, -4600), (4700, -4260), (4560, -3990), (4160, -3960),
         (3960, -4240)),
        4_500, 640, 3.6, 0.90, 0.04, (2, 1), (0.34, 0.20, 0.42, 0.04),
    ),
)  # fmt: skip

AGE_GROUPS = ("age_0_14", "age_15_24", "age_25_64", "age_65_plus")
USUAL_AGES = (0.17, 0.12, 0.53, 0.18)
INCOME_BRACKETS = {  # column of the census -> upper end, crowns a month
    "households_income_under_1000": 1_000.0,
    "households_income_1000_2000": 2_000.0,
    "households_income_2000_3000": 3_000.0,
    "households_income_3000_5000": 5_000.0,
    "households_income_5000_8000": 8_000.0,
    "households_income_over_8000": np.inf,
}

HOSPITAL_XY = (4_900.0, 1_500.0)  # on the east bank; nearly everybody lives on the west bank
UNIVERSITY_XY = (-1_400.0, 500.0)
TOWN_HALL_XY = (60.0, -80.0)
FERRY_Y_M = -1_900.0
INDUSTRY = shapely.box(3_900, 2_400, 5_600, 3_800)
PARK = shapely.Point(-1_450, 2_900).buffer(420)
NO_SUBURB_STOPS_M = 3_000.0  # around estate and settlement, so that larger sizes keep what is planted

# fmt: off
FIRST_PARTS = ("Bel", "Clair", "Haut", "Mont", "Val", "Roche", "Font", "Pré", "Champ", "Bois", "Lac", "Pont",
               "Mar", "Chante", "Fleur", "Vert")
LAST_PARTS = ("mare", "lieu", "vigne", "court", "ville", "loup", "saine", "bourg", "lande", "val", "rive",
              "monde")
# fmt: on

NEIGHBOURHOODS = {  # name -> centre; an outline is whatever is nearest to it
    "Vieille Ville": (0, 0), "Saint-Aubin": (-1_500, 900), "Les Halles": (-700, -1_500),
    "Port-Orvelle": (1_250, -1_000), "Haute-Rive": (700, 2_000), "Jardins": (-1_600, 2_900),
    "Montclair": (-3_600, 1_700), "Les Coteaux": (-5_900, 1_200), "Bellecombe": (-2_600, 5_000),
    "Nordelle": (300, 5_400), "Grand-Pré": (-3_300, -700), "Ouchelle": (-5_800, -1_900),
    "Faubourg du Sud": (-600, -3_400), "Les Tanneries": (-3_900, -3_900), "Sablons": (700, -6_000),
    "Rive-Est": (3_300, 300), "L'Hôpital": (5_400, 900), "Les Forges": (4_700, 3_300),
    "Estuaire": (3_600, 5_600), "Prairies": (3_300, -2_300),
}  # fmt: skip


def to_lon_lat(x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Plan metres to degrees WGS84, rounded to 7 decimals (1 cm) as OSM stores them."""
    transformer = Transformer.from_crs(PLAN_CRS, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(np.asarray(x_m) + EASTING_M, np.asarray(y_m) + NORTHING_M)
    return np.round(lon, 7), np.round(lat, 7)


def city_boundary(radius_m: float) -> shapely.Polygon:
    """Outline of the city in plan metres: nearly a circle, 5 % longer along the river."""
    angle = np.linspace(0, 2 * np.pi, 181)[:-1]
    radius = radius_m * (1 + 0.05 * np.cos(2 * (angle + np.radians(85))))
    return shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def river_x_m(y_m: npt.ArrayLike) -> Floats:
    """Where the middle of the river is, metres east of the main square, at each y."""
    middle: Floats = 1_900 + 350 * np.sin(2 * np.pi * np.asarray(y_m, dtype=np.float64) / 9_000)
    return middle


def in_river(x_m: Floats, y_m: Floats, margin_m: float = 30.0) -> Bools:
    """True in the water and on its banks."""
    return np.abs(x_m - river_x_m(y_m)) < RIVER_WIDTH_M / 2 + margin_m


def is_bridge_row(block: npt.ArrayLike) -> Bools:
    """True for the arterials (blocks north of the main square) that cross the river."""
    block = np.asarray(block)
    bridges: Bools = (block % BRIDGE_EVERY_BLOCKS == 0) & (np.abs(block) != NO_BRIDGE_BLOCK)
    return bridges


def in_district(kind: str, x_m: Floats, y_m: Floats) -> Bools:
    """True inside the planted district of that kind."""
    outline = next(district.outline for district in DISTRICTS if district.kind == kind)
    return shapely.contains_xy(shapely.Polygon(outline), x_m, y_m)


def suburb_centres(radius_m: float) -> Floats:
    """Centres of the suburbs, shape (n, 2): a hexagonal pattern 7 km apart beyond the green belt."""
    n = int(radius_m // 6_000) + 2
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1)))
    x: Floats = 7_000.0 * (column + 0.5 * (row % 2)) + 700
    y: Floats = 6_100.0 * row - 500.0
    distance = np.hypot(x, y)
    keep = (distance > SUBURBS_FROM_M + 2_000) & (distance < radius_m - 1_500) & ~in_river(x, y, 400)
    centres: Floats = np.column_stack([x, y])[keep]
    return centres


def suburb_names(count: int) -> list[str]:
    """Invented names for the suburbs; the same order every time, no name twice."""
    return [f"{FIRST_PARTS[i % 16]}{LAST_PARTS[(i // 16 + i) % 12]}" for i in range(count)]


def density_per_km2(x_m: Floats, y_m: Floats, radius_m: float) -> Floats:
    """Residents per square kilometre before scaling, without the planted districts and without noise."""
    distance = np.hypot(x_m, y_m)
    core = 5_200 * np.exp(-distance / 2_600) + 420
    core = np.where(x_m > river_x_m(y_m), 0.55 * core, core)
    core = np.where((y_m < -4_000) | (distance > 6_900), 0.15 * core, core)
    density = np.where(distance < CORE_RADIUS_M - 500, core, 0.0)
    suburbs = distance > SUBURBS_FROM_M
    if suburbs.any():
        gap_m = np.full(int(suburbs.sum()), np.inf)
        for x, y in suburb_centres(radius_m):
            gap_m = np.minimum(gap_m, np.hypot(x_m[suburbs] - x, y_m[suburbs] - y))
        density[suburbs] = 2_900 * np.exp(-gap_m / 1_700) + 250
    empty = in_river(x_m, y_m, 80) | near_planted(x_m, y_m) | shapely.contains_xy(INDUSTRY | PARK, x_m, y_m)
    return np.where(empty, 0.0, density)


def near_planted(x_m: Floats, y_m: Floats) -> Bools:
    """True in and around planted districts: quarry, floodplain and gardens without other residents."""
    near = np.zeros(np.shape(x_m), dtype=bool)
    for district in DISTRICTS:
        margin_m = {"estate": 500, "enclave": 60, "settlement": 1_200}[district.kind]
        near |= shapely.contains_xy(shapely.Polygon(district.outline).buffer(margin_m), x_m, y_m)
    outside_core = np.hypot(x_m, y_m) > CORE_RADIUS_M
    return near | (outside_core & far_from_stops(x_m, y_m))


def far_from_stops(x_m: Floats, y_m: Floats) -> Bools:
    """True where larger sizes may put no suburban stop, because the estate or the settlement is near."""
    near = np.zeros(np.shape(x_m), dtype=bool)
    for district in DISTRICTS:
        if district.kind != "enclave":
            middle = shapely.Polygon(district.outline).centroid
            near |= np.hypot(x_m - middle.x, y_m - middle.y) < NO_SUBURB_STOPS_M
    return near


def income_level(x_m: Floats, y_m: Floats) -> Floats:
    """Usual monthly income of a household head in crowns: high in the north-west, low in the south-east."""
    core = 2_950 * np.exp(0.45 * np.clip((y_m - x_m) / 9_000, -1, 1))
    core = np.where(np.hypot(x_m, y_m) < CENTRE_RADIUS_M, 1.15 * core, core)
    suburbs = 2_900 * np.exp(0.3 * np.sin(x_m / 9_000 + 1) + 0.25 * np.cos(y_m / 11_000))
    return np.where(np.hypot(x_m, y_m) < CORE_RADIUS_M, core, suburbs)


def share_out(totals: Ints, weights: Floats) -> Ints:
    """Split each whole total over a row of weights by largest remainders; ties go to the first column.

    ``totals`` has shape (n,), ``weights`` (n, k) with positive row sums; the answer (n, k) sums to totals.
    """
    exact = totals[:, None] * weights / weights.sum(axis=1, keepdims=True)
    parts = np.floor(exact).astype(np.int64)
    missing = totals - parts.sum(axis=1)
    rank = np.argsort(np.argsort(-(exact - parts), axis=1, kind="stable"), axis=1)
    answer: Ints = parts + (rank < missing[:, None])
    return answer


def noise01(key: Ints, seed: int, purpose: int) -> Floats:
    """Numbers in [0, 1) that depend only on key, seed and purpose (SplitMix64, Steele et al. 2014).

    A place then keeps its random number whatever the size of the city around it.
    """
    with np.errstate(over="ignore"):
        z = key.astype(np.uint64) + np.uint64((seed * 1_000_003 + purpose) % 2**32) * np.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) / 2.0**53

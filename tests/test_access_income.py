"""Income of cells is a mean over households; deciles are tenths of residents."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from reference.spread import deciles as twin_deciles

from access.cells import cell_polygons
from access.errors import DataQualityWarning, InputDataError
from access.income import income_deciles, income_from_table, income_onto_cells
from access.population import people_from_points
from access.vector_files import read_points, read_table, read_zones

CENTRE = h3.latlng_to_cell(-30.03, -51.2, 9)
DISC = h3.grid_disk(CENTRE, 1)
RING = [cell for cell in DISC if cell != CENTRE]


def zones_of(cells: list[list[str]], income: list[float], households: list[float]) -> gpd.GeoDataFrame:
    shapes = [shapely.union_all(cell_polygons(group).to_numpy()) for group in cells]
    return gpd.GeoDataFrame({"income": income, "households": households}, geometry=shapes, crs="EPSG:4326")


def points_in(cells: list[str], weight: list[float]) -> gpd.GeoDataFrame:
    places = [shapely.Point(*reversed(h3.cell_to_latlng(cell))) for cell in cells]
    return gpd.GeoDataFrame({"weight": weight}, geometry=places, crs="EPSG:4326")


def test_a_cell_in_two_zones_has_the_mean_of_their_households() -> None:
    # (1000 x 30 + 4000 x 10) / 40 = 1750: not the mean of the zones, 2500
    zones = zones_of([[CENTRE], [CENTRE]], income=[1000, 4000], households=[30, 10])
    income = income_onto_cells(zones, "income", "households", [CENTRE])
    assert income.cells["income"][CENTRE] == pytest.approx(1750)
    assert income.cells["households"][CENTRE] == pytest.approx(40)
    assert income.share_covered == pytest.approx(1)


def test_a_large_zone_counts_only_with_its_households_in_the_cell() -> None:
    # the second zone brings 70 x 1/7 = 10 households: (1000 x 30 + 4000 x 10) / 40
    zones = zones_of([[CENTRE], DISC], income=[1000, 4000], households=[30, 70])
    assert income_onto_cells(zones, "income", "households", DISC).cells["income"][CENTRE] == pytest.approx(
        1750, rel=1e-3
    )


def test_a_zone_without_income_stays_out_of_the_mean_and_lowers_the_share_covered() -> None:
    zones = zones_of([[CENTRE], [CENTRE], [RING[0]]], income=[1000, np.nan, np.nan], households=[30, 10, 5])
    income = income_onto_cells(zones, "income", "households", DISC)
    assert income.cells["income"][CENTRE] == pytest.approx(1000)
    assert income.cells["share_covered"][CENTRE] == pytest.approx(30 / 40)
    assert np.isnan(income.cells["income"][RING[0]])
    assert income.cells["share_covered"][RING[0]] == 0
    assert income.share_covered == pytest.approx(30 / 45)
    assert (income.zones, income.zones_without_income) == (3, 2)


def test_a_cell_that_no_zone_meets_has_no_income_and_no_share() -> None:
    income = income_onto_cells(zones_of([[CENTRE]], [1000], [30]), "income", "households", DISC)
    assert income.cells.loc[RING].isna().all(axis=None)


def test_a_zone_without_households_cannot_enter_a_mean() -> None:
    zones = zones_of([[CENTRE], [CENTRE]], income=[1000, 9000], households=[30, 0])
    income = income_onto_cells(zones, "income", "households", DISC)
    assert income.cells["income"][CENTRE] == pytest.approx(1000)
    assert income.zones_without_income == 1


def test_with_a_grid_households_follow_the_points() -> None:
    # all 40 households of the pair live in the centre, with the 40 poorer ones: (40 x 1000 + 40 x 3000) / 80
    zones = zones_of([[CENTRE], [CENTRE, RING[0]]], income=[1000, 3000], households=[40, 40])
    zones.loc[0, "geometry"] = zones.loc[0, "geometry"].buffer(-1e-4)
    x, y = zones.geometry[0].centroid.coords[0]
    edge = shapely.Point(x, zones.geometry[0].bounds[3] + 1e-5)
    assert h3.latlng_to_cell(edge.y, edge.x, 9) == CENTRE
    grid = gpd.GeoDataFrame({"weight": [5, 5]}, geometry=[shapely.Point(x, y), edge], crs="EPSG:4326")
    income = income_onto_cells(zones, "income", "households", DISC, grid=grid, weight_column="weight")
    assert income.cells["income"][CENTRE] == pytest.approx(2000)
    assert np.isnan(income.cells["income"][RING[0]])


def test_with_a_grid_the_share_covered_counts_people_whose_zone_tells_nothing() -> None:
    # a census often hides both numbers of a small zone: households alone would say that all is covered
    zones = zones_of([[CENTRE], [RING[0]]], income=[1000, np.nan], households=[40, np.nan])
    grid = points_in([CENTRE, RING[0], RING[1]], weight=[60, 30, 10])
    for ordered in (zones, zones.iloc[::-1]):
        income = income_onto_cells(ordered, "income", "households", DISC, grid=grid, weight_column="weight")
        assert income.share_covered == pytest.approx(0.6)
        assert income.cells["share_covered"][[CENTRE, RING[0], RING[1]]].tolist() == [1, 0, 0]


def test_zones_of_the_caller_remain_unchanged() -> None:
    zones = zones_of([[CENTRE]], [1000], [30])
    before = zones.copy()
    income_onto_cells(zones, "income", "households", DISC)
    pd.testing.assert_frame_equal(zones, before)


def test_a_table_of_finer_cells_gives_the_mean_over_their_households() -> None:
    children = sorted(h3.cell_to_children(CENTRE, 10))[:3]
    table = pd.DataFrame({"id": children, "income": [1000, 4000, np.nan], "households": [30, 10, 40]})
    income = income_from_table(table, "income", "households", [CENTRE])
    assert income.cells.loc[CENTRE].to_dict() == {"income": 1750, "households": 80, "share_covered": 0.5}


@pytest.mark.parametrize(
    ("income", "households", "message"),
    [
        ([-999], [3], "column 'income': 1 negative values, the lowest -999"),
        (["high"], [3], "column 'income': needs numbers"),
        ([np.nan], [3], "column 'income': every value is missing"),
        ([1000], [0], "none of the 1 rows has both an income"),
    ],
)
def test_unusable_incomes_are_refused(income: list[object], households: list[float], message: str) -> None:
    with pytest.raises(InputDataError, match=message):
        income_onto_cells(zones_of([[CENTRE]], income, households), "income", "households", DISC)


def test_a_missing_income_column_is_named_with_the_nearest_one() -> None:
    with pytest.raises(InputDataError, match="no column 'incomes'; did you mean 'income'"):
        income_onto_cells(zones_of([[CENTRE]], [1], [3]), "incomes", "households", DISC)


def test_zones_elsewhere_are_refused() -> None:
    with pytest.raises(
        InputDataError, match="none of the rows with an income has households in one of the 1 cells"
    ):
        income_onto_cells(zones_of([[CENTRE]], [1], [3]), "income", "households", [RING[0]])


# deciles


def deciles_of(incomes: list[float], people: list[float]) -> list[object]:
    return list(income_deciles(pd.Series(incomes, dtype="float64"), pd.Series(people, dtype="float64")))


def test_ten_equal_cells_have_a_decile_each() -> None:
    assert deciles_of([5, 1, 2, 3, 4, 6, 7, 8, 10, 9], [100] * 10) == [5, 1, 2, 3, 4, 6, 7, 8, 10, 9]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_deciles_are_tenths_of_people_not_of_cells() -> None:
    # ranges 0-80 (middle 40 %), 80-90 (85 %), 90-100 (95 %)
    assert deciles_of([1, 2, 3], [80, 10, 10]) == [5, 9, 10]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_a_middle_on_the_line_between_two_deciles_belongs_to_the_upper_one() -> None:
    assert deciles_of([1, 2, 3, 4, 5], [1] * 5) == [2, 4, 6, 8, 10]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_rounding_of_fractional_people_does_not_push_a_middle_below_its_line() -> None:
    # 7, 4, 5 and 2 eighteenths: the second middle is (7 + 2) / 18, exactly half
    assert deciles_of([1, 2, 3, 4], [7 * 0.7, 4 * 0.7, 5 * 0.7, 2 * 0.7]) == [2, 6, 8, 10]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_cells_of_equal_income_share_one_decile() -> None:
    # the two poorest take up 0-50 %, middle 25 %: the third decile; 50-100 % has its middle at 75 %
    assert deciles_of([1, 1, 2], [10, 40, 50]) == [3, 3, 8]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_rounding_from_apportioning_does_not_break_a_tie() -> None:
    assert deciles_of([0.1 + 0.2, 0.3, 2], [10, 40, 50]) == [3, 3, 8]


@pytest.mark.filterwarnings("ignore:income deciles")
def test_cells_without_income_or_residents_have_no_decile_and_take_no_part() -> None:
    result = deciles_of([1, np.nan, 2, 3], [50, 1000, 0, np.nan])
    assert result == [6, pd.NA, pd.NA, pd.NA]


def test_empty_deciles_are_named_in_a_warning() -> None:
    with pytest.warns(
        DataQualityWarning, match="income deciles 1, 2, 4, 5, 6, 7, 9, 10 hold no cell: 3 cells"
    ):
        deciles_of([1, 1, 2], [10, 40, 50])


CELLS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 50)), min_size=1, max_size=30).filter(
    lambda cells: any(people for _, people in cells)
)


@pytest.mark.filterwarnings("ignore:income deciles")
@given(CELLS)
def test_random_cells_agree_with_the_slow_twin(cells: list[tuple[int, int]]) -> None:
    incomes, people = [income for income, _ in cells], [count for _, count in cells]
    result = [None if pd.isna(decile) else decile for decile in deciles_of(incomes, people)]
    assert result == twin_deciles(incomes, people)


@pytest.mark.filterwarnings("ignore:income deciles")
@given(CELLS, st.sampled_from([0.1, 1 / 3, 7, 1e6]), st.randoms())
def test_neither_scale_nor_order_matters(cells: list[tuple[int, int]], factor: float, random: object) -> None:
    incomes, people = [income for income, _ in cells], [count for _, count in cells]
    plain = deciles_of(incomes, people)
    assert deciles_of(incomes, [factor * count for count in people]) == plain
    assert deciles_of([factor * income for income in incomes], people) == plain
    order = list(range(len(cells)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert deciles_of([incomes[i] for i in order], [people[i] for i in order]) == [plain[i] for i in order]


def test_deciles_need_the_same_cells() -> None:
    with pytest.raises(InputDataError, match="must be for the same cells in one order"):
        income_deciles(pd.Series([1.0], index=["a"]), pd.Series([1.0], index=["b"]))


def test_deciles_need_somebody_with_an_income() -> None:
    with pytest.raises(InputDataError, match="none of the 2 cells has both income and residents"):
        deciles_of([np.nan, 5], [10, 0])


def test_deciles_refuse_negative_people() -> None:
    with pytest.raises(InputDataError, match="column 'population': 1 negative values"):
        deciles_of([4, 5], [10, -1])


@pytest.mark.real_data
def test_porto_alegre_incomes_reach_nearly_everybody_and_deciles_are_tenths(porto_alegre: Path) -> None:
    cells = read_table(porto_alegre / "land_use_h3.csv", texts=["id"])["id"].tolist()
    grid = read_points(porto_alegre / "population_grid_200m_2022.csv", numbers=["pop_2022"])
    tracts = read_zones(
        porto_alegre / "census_tracts_2022.geojson", numbers=["n_households", "income_brl_month_2022"]
    )
    income = income_onto_cells(
        tracts, "income_brl_month_2022", "n_households", cells, grid=grid, weight_column="pop_2022"
    )
    assert (income.zones, income.zones_without_income) == (2744, 49)
    assert 0.99 < income.share_covered < 1
    # a cell's mean lies between the lowest and the highest tract
    known = income.cells["income"].dropna()
    assert known.min() >= tracts["income_brl_month_2022"].min() - 1e-6
    assert known.max() <= tracts["income_brl_month_2022"].max() + 1e-6

    residents = people_from_points(grid, ["pop_2022"], cells).cells["pop_2022"]
    decile = income_deciles(income.cells["income"], residents)
    tenths = residents.groupby(decile).sum() / residents[decile.notna()].sum()
    assert tenths.to_numpy() == pytest.approx(np.full(10, 0.1), abs=0.005)
    assert residents[decile.isna()].sum() / residents.sum() < 0.01

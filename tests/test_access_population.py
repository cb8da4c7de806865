"""People onto cells: nobody is lost, nobody is invented, and missing stays missing."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.spread import by_area

from access.apportion import (
    points_onto_cells,
    polygons_onto_cells,
    polygons_onto_cells_by_points,
    table_onto_cells,
)
from access.cells import cell_polygons
from access.errors import DataQualityWarning, InputDataError
from access.population import (
    people_from_points,
    people_from_polygons,
    people_from_polygons_dasymetric,
    people_from_table,
)
from access.vector_files import read_points, read_table

CENTRE = h3.latlng_to_cell(-30.03, -51.2, 9)
DISC = h3.grid_disk(CENTRE, 2)  # 19 cells, the centre first
RING = [cell for cell in DISC if cell != CENTRE]


def zones_of(shapes: list[object], **columns: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def outline(*cells: str) -> shapely.Polygon:
    return shapely.union_all(cell_polygons(cells).to_numpy())


def middle_of(cell: str) -> shapely.Point:
    lat, lon = h3.cell_to_latlng(cell)
    return shapely.Point(lon, lat)


def points_in(cells: list[str], **columns: list[float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[middle_of(cell) for cell in cells], crs="EPSG:4326")


# points


def test_a_point_counts_in_the_cell_that_contains_it() -> None:
    points = points_in([CENTRE, CENTRE, RING[0]], people=[3, 4, 5])
    people = people_from_points(points, ["people"], [RING[0], CENTRE, RING[1]])
    assert people.cells["people"].to_dict() == {RING[0]: 5, CENTRE: 7, RING[1]: 0}


def test_points_outside_the_cells_are_reported_not_lost() -> None:
    points = points_in([CENTRE, RING[0]], people=[3, 5])
    people = people_from_points(points, ["people"], [CENTRE])
    assert people.totals.loc["people"].to_dict() == {"total": 8, "inside": 3, "outside": 5, "missing": 0}
    assert people.share_inside("people") == 3 / 8


def test_points_in_another_projection_land_in_the_same_cells() -> None:
    points = points_in([CENTRE, RING[0]], people=[3, 5])
    assert people_from_points(points.to_crs("EPSG:31982"), ["people"], DISC).cells.equals(
        people_from_points(points, ["people"], DISC).cells
    )


def test_a_point_without_a_place_is_outside() -> None:
    points = points_in([CENTRE, CENTRE], people=[3.0, 5.0])
    points.loc[1, "geometry"] = None
    assert people_from_points(points, ["people"], DISC).totals.loc["people", "outside"] == 5


def test_a_cell_whose_points_all_lack_a_value_has_no_data_and_one_without_points_has_nobody() -> None:
    points = points_in([CENTRE, RING[0]], people=[np.nan, 5.0])
    people = people_from_points(points, ["people"], [CENTRE, RING[0], RING[1]])
    assert np.isnan(people.cells["people"][CENTRE])
    assert people.cells["people"][RING[1]] == 0
    assert people.totals.loc["people", "missing"] == 1


def test_the_points_of_the_caller_remain_unchanged() -> None:
    points = points_in([CENTRE], people=[3])
    before = points.copy()
    people_from_points(points, ["people"], DISC)
    pd.testing.assert_frame_equal(points, before)


# polygons


def test_a_zone_equal_to_one_cell_gives_it_all_its_people_and_its_neighbours_no_data() -> None:
    people = people_from_polygons(zones_of([outline(CENTRE)], people=[100]), ["people"], DISC)
    assert people.cells["people"][CENTRE] == pytest.approx(100, rel=1e-12)
    assert people.cells["people"][RING].isna().all()
    assert people.totals.loc["people", "inside"] == pytest.approx(100, rel=1e-9)


def test_rounding_along_a_common_edge_does_not_give_neighbours_data() -> None:
    zones = zones_of([outline(CENTRE)], people=[100]).to_crs("EPSG:31982")
    people = people_from_polygons(zones, ["people"], DISC)
    assert people.cells["people"][RING].isna().all()


def test_a_zone_of_two_cells_is_divided_by_their_area() -> None:
    pair = [CENTRE, RING[0]]
    people = people_from_polygons(zones_of([outline(*pair)], people=[100]), ["people"], pair)
    areas = np.array([h3.cell_area(cell, unit="m^2") for cell in pair])
    assert people.cells["people"].to_numpy() == pytest.approx(100 * areas / areas.sum(), rel=1e-4)


def test_what_falls_beside_the_cells_stays_outside_and_is_not_poured_into_the_edge() -> None:
    # tobler's default, allocate_total=True, would give the one cell all 200 people
    pair = [CENTRE, RING[0]]
    people = people_from_polygons(zones_of([outline(*pair)], people=[200]), ["people"], [CENTRE])
    assert people.cells["people"][CENTRE] == pytest.approx(100, rel=1e-2)
    assert people.totals.loc["people", "outside"] == pytest.approx(100, rel=1e-2)


def test_a_zone_inside_the_cells_loses_nobody_to_a_billionth() -> None:
    # tobler's own float32 table would miss this by about 1e-7
    zones = zones_of([outline(CENTRE, *RING).buffer(-0.002)], people=[1_000_000])
    inside = people_from_polygons(zones, ["people"], DISC).totals.loc["people", "inside"]
    assert inside == pytest.approx(1_000_000, rel=1e-9)


def test_a_missing_count_does_not_stop_the_others_and_is_counted() -> None:
    zones = zones_of([outline(CENTRE), outline(RING[0])], people=[10, 20], cars=[np.nan, 7])
    people = people_from_polygons(zones, ["people", "cars"], DISC)
    assert np.isnan(people.cells["cars"][CENTRE])
    assert people.cells["cars"][RING[0]] == pytest.approx(7)
    assert people.totals["missing"].to_dict() == {"people": 0, "cars": 1}


def test_a_cell_half_in_a_missing_zone_keeps_the_known_half() -> None:
    west, east = halves(CENTRE)
    zones = zones_of([west, east], people=[10, np.nan])
    assert people_from_polygons(zones, ["people"], [CENTRE]).cells["people"][CENTRE] == pytest.approx(10)


def halves(cell: str) -> tuple[shapely.Polygon, shapely.Polygon]:
    shape, middle = outline(cell), middle_of(cell)
    west, south, east, north = shape.bounds
    return (
        shape.intersection(shapely.box(west, south, middle.x, north)),
        shape.intersection(shapely.box(middle.x, south, east, north)),
    )


def test_a_self_crossing_polygon_is_repaired_with_a_warning() -> None:
    x, y = middle_of(CENTRE).coords[0]
    bow_tie = shapely.Polygon([(x, y), (x + 1e-4, y + 1e-4), (x + 1e-4, y), (x, y + 1e-4)])
    with pytest.warns(DataQualityWarning, match="1 of 2 polygons crossed themselves and were repaired"):
        people = people_from_polygons(zones_of([bow_tie, outline(RING[0])], people=[8, 1]), ["people"], DISC)
    assert people.cells["people"][CENTRE] == pytest.approx(8)


def test_a_zone_without_a_shape_is_outside_with_a_warning() -> None:
    zones = zones_of([outline(CENTRE), None], people=[8, 1])
    with pytest.warns(DataQualityWarning, match="1 of 2 zones have no geometry"):
        people = people_from_polygons(zones, ["people"], DISC)
    assert people.totals.loc["people", "outside"] == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-0.012, 0.012), st.floats(-0.012, 0.012), st.floats(1e-4, 0.01), st.integers(0, 10**6)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_random_zones_agree_with_the_slow_twin_and_add_up(
    squares: list[tuple[float, float, float, int]],
) -> None:
    middle = middle_of(CENTRE)
    shapes = [
        shapely.box(middle.x + dx, middle.y + dy, middle.x + dx + side, middle.y + dy + side)
        for dx, dy, side, _ in squares
    ]
    values = [float(count) for *_, count in squares]
    spread = polygons_onto_cells(zones_of(shapes, people=values), ["people"], DISC)
    twin = by_area(shapes, values, DISC)
    # two equal-area projections draw straight edges of 1 km slightly differently
    assert spread.cells["people"].fillna(0).to_dict() == pytest.approx(
        twin, rel=1e-3, abs=1e-4 * (1 + sum(values))
    )
    totals = spread.totals.loc["people"]
    assert totals["inside"] + totals["outside"] == pytest.approx(sum(values), rel=1e-9)
    assert totals["outside"] >= 0


def test_a_defect_that_loses_people_is_noticed_at_run_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import tobler.area_weighted as tobler

    original = tobler.area_interpolate
    monkeypatch.setattr(
        tobler,
        "area_interpolate",
        lambda *args, **options: original(*args, **{**options, "allocate_total": True}),
    )
    zones = zones_of([outline(CENTRE, RING[0])], people=[200])
    with pytest.raises(RuntimeError, match="'people': inside and outside do not add up to the total"):
        people_from_polygons(zones, ["people"], [CENTRE])


# dasymetric


def test_a_zone_goes_to_its_populated_points_not_to_its_empty_half() -> None:
    zone = zones_of([outline(CENTRE, RING[0])], people=[100])
    grid = points_in([CENTRE], weight=[3])
    people = people_from_polygons_dasymetric(zone, ["people"], grid, "weight", DISC)
    assert people.cells["people"][CENTRE] == 100
    assert people.cells["people"][RING[0]] == 0, "covered by the zone, and nobody lives there"
    assert np.isnan(people.cells["people"][RING[1]]), "no zone says anything about it"


def test_points_share_a_zone_by_their_weight() -> None:
    zone = zones_of([outline(CENTRE, RING[0])], people=[100])
    grid = points_in([CENTRE, RING[0], RING[0]], weight=[1, 2, 1])
    people = people_from_polygons_dasymetric(zone, ["people"], grid, "weight", DISC)
    assert people.cells["people"][[CENTRE, RING[0]]].tolist() == [25, 75]


def test_a_zone_without_a_point_is_spread_by_area_and_counted() -> None:
    zones = zones_of([outline(CENTRE), outline(RING[0])], people=[100, 40])
    grid = points_in([CENTRE, RING[0]], weight=[1, 0])
    people = people_from_polygons_dasymetric(zones, ["people"], grid, "weight", DISC)
    assert people.zones_by_area == 1
    assert people.cells["people"][RING[0]] == pytest.approx(40)


def test_points_of_a_zone_outside_the_cells_take_their_share_outside() -> None:
    zone = zones_of([outline(CENTRE, RING[0])], people=[100])
    grid = points_in([CENTRE, RING[0]], weight=[1, 3])
    totals = people_from_polygons_dasymetric(zone, ["people"], grid, "weight", [CENTRE]).totals.loc["people"]
    assert totals.to_dict() == {"total": 100, "inside": 25, "outside": 75, "missing": 0}


def test_grid_points_in_no_zone_are_not_used_and_counted() -> None:
    zone = zones_of([outline(CENTRE)], people=[100])
    grid = points_in([CENTRE, RING[0]], weight=[1, 9])
    people = people_from_polygons_dasymetric(zone, ["people"], grid, "weight", DISC)
    assert people.grid_outside_zones == 9
    assert np.isnan(people.cells["people"][RING[0]])


def test_a_point_in_two_zones_serves_the_first() -> None:
    zones = zones_of([outline(CENTRE), outline(CENTRE)], people=[100, 10])
    people = people_from_polygons_dasymetric(
        zones, ["people"], points_in([CENTRE], weight=[1]), "weight", DISC
    )
    assert people.zones_by_area == 1
    assert people.cells["people"][CENTRE] == pytest.approx(110)


def test_groups_travel_with_the_people() -> None:
    zone = zones_of([outline(CENTRE, RING[0])], people=[100], over_65=[20], without_car=[np.nan])
    grid = points_in([CENTRE, RING[0]], weight=[1, 3])
    with pytest.raises(InputDataError, match="column 'without_car': every value is missing"):
        people_from_polygons_dasymetric(zone, ["people", "without_car"], grid, "weight", DISC)
    people = people_from_polygons_dasymetric(zone, ["people", "over_65"], grid, "weight", DISC)
    assert people.cells.loc[RING[0]].to_dict() == {"people": 75, "over_65": 15}


def test_a_grid_elsewhere_is_refused() -> None:
    zone = zones_of([outline(CENTRE)], people=[100])
    with pytest.raises(
        InputDataError, match="none of its 1 points has people and lies in one of the 1 zones"
    ):
        polygons_onto_cells_by_points(zone, ["people"], points_in([RING[0]], weight=[1]), "weight", DISC)


# tables


def test_a_table_fills_its_cells_and_leaves_unlisted_ones_without_data() -> None:
    table = pd.DataFrame({"id": [CENTRE, RING[0]], "people": [3, 4]})
    people = people_from_table(table, ["people"], [CENTRE, RING[1]])
    assert people.cells["people"][CENTRE] == 3
    assert np.isnan(people.cells["people"][RING[1]])
    assert people.totals.loc["people", "outside"] == 4


def test_finer_cells_are_summed_into_their_parent() -> None:
    children = sorted(h3.cell_to_children(CENTRE, 10))
    table = pd.DataFrame({"id": children, "people": range(1, 8)})
    assert people_from_table(table, ["people"], [CENTRE]).cells["people"][CENTRE] == 28


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([CENTRE, CENTRE], "1 H3 cells occur more than once"),
        ([CENTRE, "89xyz"], "1 of 2 ids are no H3 cells, such as '89xyz'"),
        ([CENTRE, h3.cell_to_parent(RING[0])], r"H3 resolutions \[8, 9\] are mixed"),
        ([h3.cell_to_parent(CENTRE, 7), h3.cell_to_parent(CENTRE, 7)], "occur more than once"),
        (
            h3.grid_disk(h3.cell_to_parent(CENTRE, 8), 1)[:2],
            r"resolution 8 are coarser .* h3_resolution to 8",
        ),
    ],
)
def test_a_table_with_unusable_cells_is_refused(ids: list[str], message: str) -> None:
    with pytest.raises(InputDataError, match=message):
        table_onto_cells(pd.DataFrame({"id": ids, "people": 1}), ["people"], DISC)


def test_a_table_without_its_id_column_is_refused() -> None:
    with pytest.raises(InputDataError, match="no column 'hex'; it has id, people"):
        table_onto_cells(pd.DataFrame({"id": [CENTRE], "people": 1}), ["people"], DISC, id_column="hex")


# bad input


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([-1, 5], "1 negative values, the lowest -1"),
        (["many", "few"], "needs numbers"),
        ([np.inf, 1], "1 infinite values"),
        ([0, 0], "counts nobody at all"),
    ],
)
def test_counts_that_are_no_counts_are_refused(values: list[float], message: str) -> None:
    with pytest.raises(InputDataError, match=message):
        people_from_points(points_in([CENTRE, RING[0]], people=values), ["people"], DISC)


def test_people_who_all_live_elsewhere_are_refused() -> None:
    with pytest.raises(InputDataError, match=r"none of the 7 residents .* lies in one of the 1 cells"):
        people_from_points(points_in([CENTRE], people=[7]), ["people"], [RING[0]])


def test_no_cells_are_refused() -> None:
    with pytest.raises(InputDataError, match="cells: there are none"):
        points_onto_cells(points_in([CENTRE], people=[7]), ["people"], [])


def test_zones_without_crs_are_refused() -> None:
    zones = zones_of([outline(CENTRE)], people=[1]).set_crs(None, allow_override=True)
    with pytest.raises(InputDataError, match="no coordinate reference system"):
        people_from_polygons(zones, ["people"], DISC)


# real data


@pytest.mark.real_data
def test_porto_alegre_61_percent_of_the_residents_live_in_the_cells(porto_alegre: Path) -> None:
    cells = read_table(porto_alegre / "land_use_h3.csv", texts=["id"])["id"].tolist()
    grid = read_points(
        porto_alegre / "population_grid_200m_2022.csv", numbers=["pop_2022", "households_2022"]
    )
    people = people_from_points(grid, ["pop_2022", "households_2022"], cells)

    raw = pd.read_csv(porto_alegre / "population_grid_200m_2022.csv")
    raw["cell"] = [h3.latlng_to_cell(lat, lon, 9) for lat, lon in zip(raw["lat"], raw["lon"], strict=True)]
    expected = raw.groupby("cell")["pop_2022"].sum().reindex(cells, fill_value=0)
    assert people.cells["pop_2022"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
    assert people.totals.loc["pop_2022", "total"] == raw["pop_2022"].sum()
    # the municipality counts 1,332,845 residents (IBGE 2022); the grid also holds squares across its border
    assert people.totals.loc["pop_2022", "inside"] / 1_332_845 == pytest.approx(0.61, abs=0.005)

"""Covering an area with cells, checking listed cells, and where a cell's people are."""

from __future__ import annotations

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from builders_streets import at
from hypothesis import given, settings
from hypothesis import strategies as st

from access.cells import (
    cell_polygons,
    cells_covering,
    cells_from_table,
    cells_of_points,
    populated_cells,
    representative_points,
)
from access.errors import InputDataError

CELL = h3.latlng_to_cell(48.0, 2.0, 9)
NEIGHBOUR = sorted(set(h3.grid_disk(CELL, 1)) - {CELL})[0]


def area(*polygons: shapely.Geometry, crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(polygons), crs=crs)


def box_m(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


def test_overlapping_cells_leave_no_part_of_the_area_out() -> None:
    square = box_m(0, 0, 3000, 2000)
    cells = cells_covering(area(square), 9)
    assert cells == sorted(set(cells))
    assert cell_polygons(cells).union_all().covers(square)
    assert all(cell_polygons(cells).intersects(square))


def test_centre_cells_are_those_whose_centre_is_inside() -> None:
    square = box_m(0, 0, 3000, 2000)
    inside = cells_covering(area(square), 9, containment="centre")
    touching = cells_covering(area(square), 9)
    assert set(inside) < set(touching)
    for cell in touching:
        lat, lon = h3.cell_to_latlng(cell)
        assert square.contains(shapely.Point(lon, lat)) == (cell in inside)


def test_an_area_smaller_than_a_cell_is_covered_by_its_cell() -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    speck = shapely.Point(lon, lat).buffer(1e-5)
    assert cells_covering(area(speck), 9) == [CELL]


def test_a_sliver_through_no_centre_is_covered() -> None:
    sliver = box_m(0, 0, 5000, 1)
    cells = cells_covering(area(sliver), 9)
    assert cell_polygons(cells).union_all().covers(sliver)
    assert len(cells) > 10


def test_a_hole_is_left_out_and_two_parts_are_both_covered() -> None:
    ring = box_m(0, 0, 4000, 4000).difference(box_m(800, 800, 3200, 3200))
    far = box_m(20_000, 0, 21_000, 1000)
    cells = cells_covering(area(ring, far), 9)
    middle = h3.latlng_to_cell(*reversed(box_m(1999, 1999, 2001, 2001).centroid.coords[0]), 9)
    assert middle not in cells
    assert h3.latlng_to_cell(*reversed(far.centroid.coords[0]), 9) in cells


def test_polygons_in_metres_are_placed_first() -> None:
    square = area(box_m(0, 0, 3000, 2000))
    assert cells_covering(square.to_crs("EPSG:2154"), 9) == cells_covering(square, 9)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-179, 178),
    st.floats(-75, 75),
    st.lists(st.tuples(st.floats(0, 0.02), st.floats(0, 0.02)), min_size=3, max_size=7),
    st.integers(6, 8),
)
def test_every_point_of_the_area_lies_in_a_cell_of_the_cover(
    west: float, south: float, corners: list[tuple[float, float]], resolution: int
) -> None:
    hull = shapely.MultiPoint([(west + x, south + y) for x, y in corners]).convex_hull.buffer(0.001)
    cells = set(cells_covering(area(hull), resolution))
    lon, lat = shapely.get_coordinates(hull).T
    # A cell's edge is straight on the globe and nearly so on the map: step inside by a little.
    centre = hull.centroid
    lon, lat = lon + (centre.x - lon) * 1e-3, lat + (centre.y - lat) * 1e-3
    assert set(cells_of_points(lon, lat, resolution)) <= cells


def test_boundary_without_reference_system_is_refused() -> None:
    with pytest.raises(
        InputDataError, match=r"districts has no coordinate reference system.*save it with one"
    ):
        cells_covering(area(box_m(0, 0, 10, 10), crs=None), 9, name="districts")


def test_boundary_of_other_geometries_is_refused() -> None:
    mixed = area(box_m(0, 0, 10, 10), shapely.Point(2, 48))
    with pytest.raises(InputDataError, match="boundary has Point; the study area must be Polygon"):
        cells_covering(mixed, 9)


@pytest.mark.parametrize(
    "empty", [area(), area(shapely.Polygon()), gpd.GeoDataFrame(geometry=[None], crs=4326)]
)
def test_boundary_without_polygon_is_refused(empty: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputDataError, match="boundary has no polygon"):
        cells_covering(empty, 9)


def test_boundary_that_lies_nowhere_on_earth_is_refused() -> None:
    nowhere = area(shapely.box(1e30, 1e30, 2e30, 2e30), crs="EPSG:2154")
    with pytest.raises(InputDataError, match="no area once placed on Earth"):
        cells_covering(nowhere, 9)


def test_no_centre_inside_is_refused() -> None:
    with pytest.raises(InputDataError, match="no cell of resolution 5 has its centre in boundary"):
        cells_covering(area(box_m(0, 0, 10, 10)), 5, containment="centre")


def test_an_invalid_polygon_is_repaired() -> None:
    bow_tie = shapely.Polygon([(2.0, 48.0), (2.02, 48.02), (2.02, 48.0), (2.0, 48.02)])
    cells = cells_covering(area(bow_tie), 9)
    assert h3.latlng_to_cell(48.01, 2.001, 9) in cells
    assert h3.latlng_to_cell(48.0189, 2.01, 9) not in cells


def test_each_point_has_its_cell_in_order() -> None:
    lat, lon = h3.cell_to_latlng(NEIGHBOUR)
    assert cells_of_points([2.0, lon, 2.0], [48.0, lat, 48.0], 9) == [CELL, NEIGHBOUR, CELL]
    assert cells_of_points([], [], 9) == []


@pytest.mark.parametrize(("lon", "lat"), [(np.nan, 48.0), (2.0, np.nan), (500_000.0, 48.0), (2.0, 91.0)])
def test_points_without_usable_coordinates_are_refused(lon: float, lat: float) -> None:
    with pytest.raises(
        InputDataError, match=r"1 of 2 points have no usable coordinates, the first at row 1 \("
    ):
        cells_of_points([2.0, lon], [48.0, lat], 9)


def test_populated_cells_are_those_with_residents() -> None:
    lat, lon = h3.cell_to_latlng(NEIGHBOUR)
    assert populated_cells([2.0, 2.0, lon], [48.0, 48.0, lat], [1, 2, 0], 9) == [CELL]
    assert populated_cells([2.0, lon], [48.0, lat], [1, 2], 9) == sorted([CELL, NEIGHBOUR])
    assert populated_cells([2.0, np.nan], [48.0, np.nan], [1, np.nan], 9) == [CELL]


@pytest.mark.parametrize("weight", [[0.0, 0.0], [np.nan, 0.0]])
def test_zero_population_is_refused(weight: list[float]) -> None:
    with pytest.raises(InputDataError, match="none of the 2 population points has residents"):
        populated_cells([2.0, 2.0], [48.0, 48.0], weight, 9)


def test_listed_cells_keep_their_order() -> None:
    cells = sorted([CELL, NEIGHBOUR], reverse=True)
    assert cells_from_table(cells, 9) == cells


def test_all_problems_of_a_table_are_listed_at_once() -> None:
    coarse = h3.cell_to_parent(CELL, 8)
    with pytest.raises(InputDataError) as caught:
        cells_from_table([CELL, "hexagon", CELL, coarse, None, 7], 9, name="land_use.csv")
    assert str(caught.value) == (
        "cells: land_use.csv cannot be used\n"
        "  - 3 no H3 cell (expected an index like 89a8100c3bbffff): row 2: 'hexagon'; row 5: 'None'; "
        "row 6: '7'\n"
        f"  - 1 not of the configured h3_resolution, 9: row 4: {coarse} of resolution 8\n"
        f"  - 1 listed more than once: {CELL} (2 times)"
    )


def test_only_the_first_examples_of_a_problem_are_shown() -> None:
    with pytest.raises(InputDataError, match=r"20 no H3 cell .*row 5: 'x4', \.\.\."):
        cells_from_table([f"x{i}" for i in range(20)], 9)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputDataError, match="table of cells cannot be used\n  - it lists no cell"):
        cells_from_table([], 9)


def test_polygons_are_the_hexagons_of_h3() -> None:
    polygons = cell_polygons([CELL, NEIGHBOUR])
    assert polygons.crs == "EPSG:4326"
    assert polygons.index.tolist() == [CELL, NEIGHBOUR]
    for cell in (CELL, NEIGHBOUR):
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
        assert polygons[cell].equals(shapely.Polygon(ring))
    assert polygons[CELL].intersection(polygons[NEIGHBOUR]).length > 0
    assert len(cell_polygons([])) == 0


def test_pentagons_and_cells_with_more_corners_are_whole() -> None:
    cells = [*h3.get_pentagons(5)[:2], CELL]
    polygons = cell_polygons(cells)
    assert [len(p.exterior.coords) - 1 for p in polygons] == [len(h3.cell_to_boundary(c)) for c in cells]
    assert polygons.is_valid.all()


def test_the_point_of_a_cell_is_the_weighted_mean_of_its_residents() -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    points = representative_points([CELL], [lon, lon + 0.0008], [lat, lat + 0.0004], [3, 1])
    assert points.lon[0] == pytest.approx(lon + 0.0002, abs=1e-12)
    assert points.lat[0] == pytest.approx(lat + 0.0001, abs=1e-12)
    assert points.source.tolist() == ["population"]


def test_a_cell_without_residents_keeps_its_centre() -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    points = representative_points([NEIGHBOUR, CELL], [lon, lon, lon], [lat] * 3, [2, 0, np.nan])
    assert points.source.tolist() == ["centre", "population"]
    assert (points.lat[0], points.lon[0]) == h3.cell_to_latlng(NEIGHBOUR)


def test_weights_of_zero_do_not_move_the_point_nor_make_it_nan() -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    points = representative_points([CELL], [lon + 0.0005], [lat], [0])
    assert points.source.tolist() == ["centre"]
    assert points.lon.tolist() == [lon]


def test_points_outside_the_cells_or_without_coordinates_are_not_used() -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    points = representative_points([CELL], [lon, lon + 1, np.nan], [lat, lat, np.nan], [1, 100, 100])
    assert points.lon.tolist() == pytest.approx([lon])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 1e6)), min_size=1, max_size=9))
def test_the_point_of_a_cell_lies_in_the_cell(spread: list[tuple[float, float, float]]) -> None:
    lat, lon = h3.cell_to_latlng(CELL)
    east, north, weight = np.array(spread).T
    points = representative_points([CELL], lon + 0.0012 * east, lat + 0.0008 * north, weight)
    assert cells_of_points(points.lon, points.lat, 9) == [CELL]


def test_negative_residents_are_refused() -> None:
    with pytest.raises(InputDataError, match=r"1 population points have a negative number .* \(least -3\)"):
        representative_points([CELL], [2.0], [48.0], [-3])


def test_no_cells_have_no_points() -> None:
    assert [len(values) for values in representative_points([], [2.0], [48.0], [1])] == [0, 0, 0]

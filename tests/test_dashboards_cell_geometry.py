"""Cells as bytes: exact enough, and the same when read back, whatever their shape and place."""

from __future__ import annotations

import gzip

import geopandas as gpd
import h3
import numpy as np
import pytest
import shapely
from builders_report import CENTRE

from dashboards.cell_geometry import (
    NO_NAME,
    STEPS,
    CellShapes,
    Grid,
    cell_shapes,
    decode,
    encode,
    near_longitudes,
    web_mercator,
)

PENTAGON = sorted(h3.get_pentagons(7))[0]


def step_of(shapes: CellShapes) -> float:
    extent = max(np.ptp(shapes.x_m), np.ptp(shapes.y_m))
    return float(extent / STEPS)


def test_corners_come_back_within_half_a_step_of_the_grid() -> None:
    shapes = cell_shapes(list(h3.grid_disk(CENTRE, 25)))
    again = decode(encode(shapes))
    half = step_of(shapes) / 2 + 1e-6
    assert np.abs(again.x_m - shapes.x_m).max() <= half
    assert np.abs(again.y_m - shapes.y_m).max() <= half
    assert half < 0.2  # a city of 18 km


def test_a_corner_shared_by_three_cells_is_one_place_so_that_no_gap_opens() -> None:
    again = decode(encode(cell_shapes(sorted(h3.grid_disk(CENTRE, 15)))))
    places, counts = np.unique(
        np.stack([again.x_m.ravel(), again.y_m.ravel()], axis=1), axis=0, return_counts=True
    )
    middle = np.hypot(*(places - places.mean(axis=0)).T) < 1500
    assert set(counts[middle]) == {3}


def test_web_mercator_is_that_of_epsg_3857() -> None:
    x_m, y_m = web_mercator(np.array([-51.2]), np.array([-30.05]))
    point = gpd.GeoSeries([shapely.Point(-51.2, -30.05)], crs=4326).to_crs(3857).iloc[0]
    assert (x_m[0], y_m[0]) == pytest.approx((point.x, point.y), abs=1e-6)


def test_a_pentagon_and_its_neighbours_fit_into_one_file_with_the_last_corner_repeated() -> None:
    cells = sorted(h3.grid_disk(PENTAGON, 1))
    shapes = cell_shapes(cells)
    again = decode(encode(shapes))
    for row, cell in enumerate(cells):
        ring = shapely.Polygon(np.stack([again.x_m[row], again.y_m[row]], axis=1))
        true = np.array(h3.cell_to_boundary(cell))
        x_m, y_m = web_mercator(true[:, 1], true[:, 0])
        assert ring.area == pytest.approx(shapely.Polygon(np.stack([x_m, y_m], axis=1)).area, rel=1e-3)
    row = cells.index(PENTAGON)
    corners = {tuple(corner) for corner in zip(again.x_m[row], again.y_m[row], strict=True)}
    assert len(corners) == len(h3.cell_to_boundary(PENTAGON))


def test_cells_on_both_sides_of_the_180th_meridian_stay_in_one_piece() -> None:
    shapes = cell_shapes(sorted(h3.grid_disk(h3.latlng_to_cell(-17.0, 179.999, 8), 10)))
    assert np.ptp(shapes.x_m) < 30_000
    again = decode(encode(shapes))
    assert np.ptp(again.x_m) < 30_000


def test_longitudes_are_written_within_180_degrees_of_the_middle() -> None:
    near = near_longitudes(np.array([-179.5, 179.5, 0.0]), 179.0)
    assert near.tolist() == pytest.approx([180.5, 179.5, 0.0])


def test_one_cell_alone_has_a_grid_too() -> None:
    shapes = cell_shapes([CENTRE])
    assert np.abs(decode(encode(shapes)).x_m - shapes.x_m).max() < 0.01


def test_names_of_neighbourhoods_come_back_and_a_missing_one_is_empty() -> None:
    cells = sorted(h3.grid_disk(CENTRE, 1))
    names = ["Île d’Été", None, float("nan"), "Île d’Été", "", "Centro", "Centro"]
    assert decode(encode(cell_shapes(cells, names))).names == [
        *("Île d’Été", "", "", "Île d’Été", "", "Centro", "Centro")
    ]
    assert len(cells) < NO_NAME


def test_fifty_thousand_cells_are_small_when_packed() -> None:
    cells = sorted(h3.grid_disk(CENTRE, 128))[:50_000]
    packed = gzip.compress(encode(cell_shapes(cells)), 9)
    assert len(packed) < 350_000


def test_no_cells_and_cells_beyond_web_mercator_are_refused() -> None:
    with pytest.raises(ValueError, match="none given"):
        cell_shapes([])
    with pytest.raises(ValueError, match="beyond 85 degrees"):
        cell_shapes([h3.latlng_to_cell(89.0, 10.0, 5)])


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="instead of"):
        decode(b"PNG" + bytes(60))


def test_a_point_outside_of_the_grid_is_drawn_to_its_edge() -> None:
    place = Grid(0.0, 0.0, 1.0).place(np.array([-5.0, 1e9]), np.array([3.4, 3.6]))
    assert place.tolist() == [[0, 3], [STEPS, 4]]


def test_the_file_says_what_its_text_says() -> None:
    data = encode(cell_shapes([CENTRE], ["A"]))
    assert data[:4] == b"FRC1"
    assert int.from_bytes(data[4:8], "little") == 1
    assert int.from_bytes(data[8:12], "little") == 6
    assert data.endswith(b'["A"]')

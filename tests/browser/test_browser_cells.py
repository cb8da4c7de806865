"""The arithmetic of the map's cells, in a real browser, against slow and obvious twins."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from playwright.sync_api import Browser, Page

from dashboards.cell_geometry import CellShapes, cell_shapes, decode, encode

SCRIPT = Path(__file__).parents[2] / "dashboards" / "assets" / "cells.js"
CENTRE = h3.latlng_to_cell(-30.05, -51.2, 9)
PENTAGON = sorted(h3.get_pentagons(9))[0]
Frame = dict[str, float]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.add_script_tag(path=SCRIPT)
    opened.evaluate(
        """() => { window.load = (text) => {
          window.cells = fairreachCells.decode(fairreachCells.bytes(text).buffer); }; }"""
    )
    yield opened
    opened.close()


def load(page: Page, cells: list[str], names: list[str] | None = None) -> CellShapes:
    """Give cells to the browser, and return them as Python reads them."""
    data = encode(cell_shapes(cells, names))
    page.evaluate("(text) => load(text)", base64.b64encode(data).decode())
    return decode(data)


def frame_over(shapes: CellShapes, cell_px: float, width: int = 120, height: int = 90) -> Frame:
    """Return a frame round the middle of the cells, in which a cell is about so many pixels wide."""
    scale = cell_px / float(np.ptp(shapes.x_m[0]))
    left = float(shapes.x_m.mean()) - width / 2 / scale
    top = float(shapes.y_m.mean()) + height / 2 / scale
    return {"left": left, "top": top, "scale": scale, "width": width, "height": height}


def raster(page: Page, frame: Frame) -> npt.NDArray[np.int64]:
    found = page.evaluate("(frame) => Array.from(fairreachCells.raster(cells, frame))", frame)
    return np.array(found, dtype=np.int64).reshape(int(frame["height"]), int(frame["width"]))


def slow_raster(shapes: CellShapes, frame: Frame) -> npt.NDArray[np.int64]:
    """Number of the cell + 1 in which the middle of each pixel lies, by shapely."""
    x = frame["left"] + (np.arange(frame["width"]) + 0.5) / frame["scale"]
    y = frame["top"] - (np.arange(frame["height"]) + 0.5) / frame["scale"]
    at_x, at_y = np.meshgrid(x, y)
    found = np.zeros(at_x.shape, dtype=np.int64)
    for row in range(len(shapes.x_m)):
        ring = shapely.Polygon(np.stack([shapes.x_m[row], shapes.y_m[row]], axis=1))
        found[shapely.contains_xy(ring, at_x, at_y)] = row + 1
    return found


def test_the_browser_reads_the_corners_that_python_reads(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(CENTRE, 3)))
    read = page.evaluate("() => ({x: Array.from(cells.x), y: Array.from(cells.y), k: cells.corners})")
    assert read["k"] == 6
    assert read["x"] == shapes.x_m.ravel().tolist()
    assert read["y"] == shapes.y_m.ravel().tolist()


def test_the_browser_reads_the_names_of_neighbourhoods(page: Page) -> None:
    cells = sorted(h3.grid_disk(CENTRE, 1))[:3]
    load(page, cells, ["Île d’Été", "", "Centro"])
    assert page.evaluate("() => [0, 1, 2].map((row) => fairreachCells.nameOf(cells, row))") == [
        *("Île d’Été", "", "Centro")
    ]


@pytest.mark.parametrize("cell_px", [2.0, 3.7, 11.0, 60.0, 400.0])
def test_every_pixel_has_the_cell_that_its_middle_lies_in(page: Page, cell_px: float) -> None:
    shapes = load(page, sorted(h3.grid_disk(CENTRE, 8)))
    frame = frame_over(shapes, cell_px)
    assert np.array_equal(raster(page, frame), slow_raster(shapes, frame))


def test_cells_of_two_pixels_leave_no_gap_and_cells_of_half_a_pixel_neither(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(CENTRE, 60)))
    for cell_px in (2.0, 0.5):
        frame = frame_over(shapes, cell_px, width=24, height=20)
        assert (raster(page, frame) > 0).all()


def test_a_pentagon_and_its_neighbours_are_drawn_where_they_lie(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(PENTAGON, 2)))
    frame = frame_over(shapes, 20.0)
    assert np.array_equal(raster(page, frame), slow_raster(shapes, frame))


def test_a_cell_at_the_edge_of_the_view_is_cut_and_one_outside_is_not_drawn(page: Page) -> None:
    shapes = load(page, [CENTRE])
    frame = frame_over(shapes, 50.0, width=60, height=60)
    for dx, dy in ((30, 0), (-30, 0), (0, 30), (0, -30), (25, 25), (500, 0), (0, -500)):
        moved = {
            **frame,
            "left": frame["left"] + dx / frame["scale"],
            "top": frame["top"] + dy / frame["scale"],
        }
        assert np.array_equal(raster(page, moved), slow_raster(shapes, moved))


def test_cells_on_the_180th_meridian_are_drawn_in_one_piece(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(h3.latlng_to_cell(-17.0, 179.9999, 9), 4)))
    frame = frame_over(shapes, 12.0)
    assert np.array_equal(raster(page, frame), slow_raster(shapes, frame))
    assert len(np.unique(raster(page, frame))) == len(shapes.x_m) + 1


def test_an_array_used_again_holds_nothing_of_the_view_before(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(CENTRE, 2)))
    frame = frame_over(shapes, 8.0, width=40, height=40)
    away = {**frame, "left": frame["left"] + 1e6}
    assert page.evaluate(
        """([frame, away]) => { const first = fairreachCells.raster(cells, frame);
          const again = fairreachCells.raster(cells, away, first);
          return again === first && again.every((number) => number === 0); }""",
        [frame, away],
    )


def test_the_cell_under_a_point_is_the_one_it_lies_in_and_none_outside(page: Page) -> None:
    shapes = load(page, sorted(h3.grid_disk(CENTRE, 3)))
    frame = frame_over(shapes, 15.0)
    slow = slow_raster(shapes, frame)
    points = [[0.2, 0.2], [60.5, 45.5], [119.9, 89.9], [33.3, 70.1], [-1, 5], [5, -1], [120, 5], [5, 90]]
    found = page.evaluate(
        """([frame, points]) => { const index = fairreachCells.raster(cells, frame);
          return points.map(([x, y]) => fairreachCells.cellAt(index, frame, x, y)); }""",
        [frame, points],
    )
    assert found[:4] == [int(slow[int(y), int(x)]) - 1 for x, y in points[:4]]
    assert found[4:] == [-1, -1, -1, -1]


LOOKS: list[dict[str, Any]] = [
    {"colour": "#440154", "pattern": "", "ink": "#ffffff"},
    {"colour": "#ffffff", "pattern": "lines", "ink": "#6b6b6b"},
    {"colour": "#ffffff", "pattern": "crosses", "ink": "#6b6b6b"},
    {"colour": "#1a1a1a", "pattern": "dots", "ink": "#ffffff"},
]


def painted(page: Page, entry: int, *, edges: bool = False, shift: tuple[int, int] = (0, 0)) -> list[int]:
    """Colours of 32 x 16 pixels, the left half of cell 1, the right half of cell 2, both of one look."""
    return page.evaluate(
        """([looks, entry, edges, shift]) => { const frame = {width: 32, height: 16};
          const index = new Uint32Array(512).map((_, i) => (i % 32 < 16 ? 1 : 2));
          const pixels = new Uint32Array(512);
          const ready = fairreachCells.palette(looks, 1, 1);
          const entryOf = new Uint8Array([entry, entry]);
          fairreachCells.paint(index, frame, entryOf, ready, pixels, edges, shift);
          return Array.from(pixels); }""",
        [LOOKS, entry, edges, list(shift)],
    )


def test_a_plain_look_is_one_colour_in_the_byte_order_of_a_canvas(page: Page) -> None:
    assert set(painted(page, 0)) == {0xFF540144}


@pytest.mark.parametrize("entry", [1, 2, 3])
def test_each_pattern_has_ground_and_ink_and_differs_from_the_others(page: Page, entry: int) -> None:
    own = painted(page, entry)
    assert len(set(own)) == 2
    assert all(painted(page, other) != own for other in range(4) if other != entry)


def test_a_pattern_moves_with_its_shift_and_is_the_same_after_a_whole_tile(page: Page) -> None:
    assert painted(page, 1, shift=(3, 0)) != painted(page, 1)
    assert painted(page, 2, shift=(8, 16)) == painted(page, 2)


def test_edges_are_drawn_between_cells_only(page: Page) -> None:
    plain, edged = (np.array(painted(page, 0, edges=edges)).reshape(16, 32) for edges in (False, True))
    changed = np.flatnonzero((plain != edged).any(axis=0))
    assert changed.tolist() == [16]


def test_a_cell_whose_look_is_not_in_the_legend_is_not_drawn(page: Page) -> None:
    assert set(painted(page, 9)) == {0}
    assert set(painted(page, 9, edges=True)) == {0}


def test_values_come_as_float32_with_their_gaps(page: Page) -> None:
    data = base64.b64encode(np.array([1.5, np.nan, np.inf], dtype="<f4").tobytes()).decode()
    found = page.evaluate("(text) => Array.from(fairreachCells.floats(text)).map(String)", data)
    assert found == ["1.5", "NaN", "Infinity"]


def test_other_bytes_are_refused(page: Page) -> None:
    text = base64.b64encode(b"PNG!" + bytes(60)).decode()
    assert "instead of FRC1" in page.evaluate(
        "(text) => { try { load(text); } catch (error) { return String(error); } }", text
    )

"""Geometry of the drawings inside the HTML: the map of cells and the bars by income decile, as SVG.

Python computes plain coordinates and texts; the templates draw and escape them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import shapely

from access.report_data import Run
from access.report_ground import Ground, ZoneMark, ZoneName, outlines
from access.report_map import CellMap, LegendEntry
from access.report_overlay import Overlay, SvgOverlay, svg_overlay
from access.texts import Texts

MAP_WIDTH = 900.0
_CHART_WIDTH, _CHART_HEIGHT = 720.0, 345.0
_CHART_TOP, _CHART_BOTTOM = 30.0, 85.0
_BAR_SHARE = 0.72
N_DECILES = 10


class SvgCell(NamedTuple):
    """One cell: SVG path data and its tooltip."""

    path: str
    title: str


class SvgLayer(NamedTuple):
    """All cells of one legend entry."""

    entry: LegendEntry
    cells: tuple[SvgCell, ...]


class SvgZone(NamedTuple):
    """A zone of the register: its outline and the place of its number."""

    path: str
    number: ZoneName


class SvgMap(NamedTuple):
    """A map in SVG units; y grows downwards."""

    width: float
    height: float
    layers: tuple[SvgLayer, ...]
    outlines: tuple[str, ...]
    names: tuple[ZoneName, ...]
    zones: tuple[SvgZone, ...] = ()
    overlay: SvgOverlay | None = None


class Bar(NamedTuple):
    """One bar; ``height`` 0 and a text for a missing value; ``low_y``, ``high_y``: the ends of its range."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    value: str
    low_y: float | None = None
    high_y: float | None = None


class BarChart(NamedTuple):
    """Bars on a common zero line, and the height of the mean over all residents (None: unknown)."""

    width: float
    height: float
    zero_y: float
    bars: tuple[Bar, ...]
    mean_y: float | None
    mean_value: str

    @property
    def has_ranges(self) -> bool:
        """Whether any bar has a range."""
        return any(bar.low_y is not None for bar in self.bars)


def svg_map(
    ground: Ground,
    cell_map: CellMap,
    titles: Sequence[str],
    marks: Sequence[ZoneMark] = (),
    overlay: Overlay | None = None,
) -> SvgMap:
    """Write the cells as SVG paths with one decimal, `MAP_WIDTH` units wide (narrower if much higher).

    ``titles`` are the tooltips, in the order of the cells; an empty one leaves the cell without. ``marks``
    are zones to be outlined, ``overlay`` lines and points drawn over the cells.
    """
    west, south, east, north = ground.cells.total_bounds
    scale = MAP_WIDTH / max(east - west, 0.6 * (north - south), 1.0)
    rows: list[list[SvgCell]] = [[] for _ in cell_map.legend]
    for geometry, place, title in zip(ground.cells.geometry, cell_map.entry_of_cell, titles, strict=True):
        rings = (_path(ring, west, north, scale) for ring in outlines(geometry))
        rows[place].append(SvgCell("".join(rings), title))
    layers = (SvgLayer(entry, tuple(row)) for entry, row in zip(cell_map.legend, rows, strict=True))
    limits = (_path(ring, west, north, scale) for ring in ground.limits)
    names = (
        ZoneName(name, round((x - west) * scale, 1), round((north - y) * scale, 1))
        for name, x, y in ground.names
    )
    zones = (
        SvgZone(
            "".join(_path(ring, west, north, scale) for ring in mark.rings),
            ZoneName(mark.number, round((mark.x - west) * scale, 1), round((north - mark.y) * scale, 1)),
        )
        for mark in marks
    )
    width, height = round((east - west) * scale, 1), round((north - south) * scale, 1)
    over = svg_overlay(overlay, west, north, scale) if overlay else None
    return SvgMap(width, height, tuple(layers), tuple(limits), tuple(names), tuple(zones), over)


def _path(ring: shapely.LineString, west: float, north: float, scale: float) -> str:
    """SVG path of a closed ring."""
    corners = shapely.get_coordinates(ring)[:-1]
    x, y = (corners[:, 0] - west) * scale, (north - corners[:, 1]) * scale
    return "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in zip(x, y, strict=True)) + "Z"


def decile_chart(run: Run, texts: Texts) -> BarChart | None:
    """Mean access by income decile for the headline; None if no decile has a value."""
    service, cutoff_min, period = run.headline
    where = {"service": service, "period": period, "cutoff_min": cutoff_min}
    means = [
        run.value("mean_access", service, period, cutoff_min, f"decile_{decile}")
        for decile in range(1, N_DECILES + 1)
    ]
    overall = run.value("mean_access", service, period, cutoff_min)
    known = [mean for mean in means if mean is not None]
    if not known:
        return None
    rows = [run.numbers.one("mean_access", group=f"decile_{n}", **where) for n in range(1, N_DECILES + 1)]
    ranges = [row if row is not None and row.has_range else None for row in rows]
    top = max([*known, overall or 0.0, *(row.high for row in ranges if row)]) or 1.0
    zero_y = _CHART_HEIGHT - _CHART_BOTTOM
    unit = (zero_y - _CHART_TOP) / top
    step = _CHART_WIDTH / N_DECILES
    bars = []
    for place, (mean, row) in enumerate(zip(means, ranges, strict=True)):
        height = 0.0 if mean is None else mean * unit
        left = place * step + step * (1 - _BAR_SHARE) / 2
        bars.append(
            Bar(
                x=round(left, 1),
                y=round(zero_y - height, 1),
                width=round(step * _BAR_SHARE, 1),
                height=round(height, 1),
                middle=round((place + 0.5) * step, 1),
                label=texts.number(place + 1),
                value=texts.amount(mean),
                low_y=round(zero_y - row.low * unit, 1) if row and mean is not None else None,
                high_y=round(zero_y - row.high * unit, 1) if row and mean is not None else None,
            )
        )
    mean_y = None if overall is None else round(zero_y - overall * unit, 1)
    return BarChart(_CHART_WIDTH, _CHART_HEIGHT, zero_y, tuple(bars), mean_y, texts.amount(overall))

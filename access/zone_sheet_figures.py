"""The two figures of a zone's sheet as SVG: where the zone is, and who lacks what here and everywhere.

No text from input stands in them: zones carry their numbers, rights the numbers of the rows of the table, so
that no name can be drawn wrongly. Letters are drawn as outlines; no font is needed to show them.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from access.report_data import Run
from access.report_png import scale_bar_m
from access.report_zones import register
from access.texts import Texts

INK, ZONE, AREA, EMPTY, EVERYBODY = "#1a1a1a", "#c2006b", "#d4d4d4", "#efefef", "#6b6b6b"
PLAIN_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "svg.fonttype": "path",
    "svg.hashsalt": "fairreach",
    "hatch.linewidth": 0.7,
    "text.usetex": False,
}
_MM = 1 / 25.4
_LARGEST_MAP_MM, _MAP_WIDTH_MM = 72.0, 60.0


def locator_map(run: Run, zone_id: str, texts: Texts) -> str:
    """Draw the study area, this zone filled and hatched, the others outlined; north is up.

    Parameters
    ----------
    zone_id : str
        A zone of the register.
    """
    crs = run.cells.estimate_utm_crs()
    cells = run.cells[["population", "geometry"]].to_crs(crs)
    zones = register(run).to_crs(crs)
    west, south, east, north = cells.total_bounds
    height_mm = min(_LARGEST_MAP_MM, _MAP_WIDTH_MM * (north - south) / (east - west) + 6)
    with mpl.rc_context(PLAIN_STYLE):
        figure = Figure(figsize=(_MAP_WIDTH_MM * _MM, height_mm * _MM))
        axes = figure.add_axes((0, 0, 1, 1))
        inhabited = (cells["population"] > 0).to_numpy(dtype=bool)
        for here, colour in ((~inhabited, EMPTY), (inhabited, AREA)):
            fill_shape(axes, merged_shape(cells[here]), facecolor=colour, linewidth=0)
        ids = zones["zone_id"].astype(str).to_list()
        for number, (each, shape) in enumerate(zip(ids, zones.geometry, strict=True), start=1):
            draw_zone(axes, shape, str(number), here=each == zone_id)
        finish_map(axes, (west, south, east, north), texts)
        return svg_of(figure)


def rights_chart(here: Sequence[float], everybody: Sequence[float], texts: Texts) -> str:
    """Draw two bars a right, in the order and with the numbers of the rows of the table.

    Parameters
    ----------
    here, everybody : sequences of float
        Shares of residents who lack each right, 0 to 1; NaN draws no bar.
    """
    n = len(here)
    with mpl.rc_context(PLAIN_STYLE):
        figure = Figure(figsize=(46 * _MM, (16 + 7.5 * n) * _MM))
        axes = figure.add_axes((0.09, 10 / (16 + 7.5 * n), 0.83, 7.5 * n / (16 + 7.5 * n)))
        place = np.arange(n)
        axes.barh(place - 0.19, _percent(here), 0.34, color=ZONE, hatch="///", edgecolor="white", linewidth=0)
        axes.barh(place + 0.19, _percent(everybody), 0.34, color=EVERYBODY)
        axes.set_yticks(place, [str(number) for number in range(1, n + 1)])
        axes.set_ylim(n - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 50, 100], [texts.percent(share) for share in (0.0, 0.5, 1.0)])
        axes.tick_params(labelsize=6.5, length=2, width=0.5)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        handles = [
            mpl.patches.Patch(facecolor=ZONE, hatch="///", edgecolor="white", linewidth=0),
            mpl.patches.Patch(facecolor=EVERYBODY),
        ]
        words = [texts("sheet.chart_here"), texts("sheet.chart_everybody")]
        figure.legend(
            handles, words, loc="upper left", ncols=2, fontsize=6.5, frameon=False, borderaxespad=0.1,
            handlelength=1.2, columnspacing=0.9, handletextpad=0.4,
        )  # fmt: skip
        return svg_of(figure)


def draw_zone(axes: Axes, shape: shapely.Geometry | None, number: str, *, here: bool) -> None:
    """Outline a zone with its number; the one that the drawing is about is filled and hatched."""
    if shape is None or shapely.is_empty(shape):
        return
    look: dict[str, Any] = {"facecolor": ZONE, "hatch": "////", "edgecolor": "white"} if here else {}
    fill_shape(
        axes, shape, **({"facecolor": "none", "edgecolor": INK, "linewidth": 0.7} | look), zorder=3 + here
    )
    if here:
        fill_shape(axes, shape, facecolor="none", edgecolor=ZONE, linewidth=1.2, zorder=5)
    middle = shapely.point_on_surface(shape)
    axes.text(
        middle.x, middle.y, number, fontsize=8 if here else 5.5, weight="bold" if here else "normal",
        ha="center", va="center", color=INK, zorder=6,
        path_effects=[withStroke(linewidth=2.2, foreground="white")],
    )  # fmt: skip


def merged_shape(cells: gpd.GeoDataFrame) -> shapely.Geometry:
    """Join cells to a few shapes, so that the drawing stays small in a large city."""
    if cells.empty:
        return shapely.Polygon()
    return shapely.union_all(cells.geometry.to_numpy(), grid_size=1.0)


def fill_shape(axes: Axes, shape: shapely.Geometry, **look: Any) -> None:
    """Draw a polygon, or several, with their holes."""
    paths = [
        Path.make_compound_path(
            *(Path(shapely.get_coordinates(ring), closed=True) for ring in (part.exterior, *part.interiors))
        )
        for part in shapely.get_parts(shape)
        if isinstance(part, shapely.Polygon) and not part.is_empty
    ]
    if paths:
        axes.add_collection(PathCollection(paths, **look), autolim=False)


def finish_map(axes: Axes, bounds: tuple[float, float, float, float], texts: Texts) -> None:
    """Set the frame and draw the scale bar below the map."""
    west, south, east, north = bounds
    extent = max(east - west, north - south)
    margin = 0.015 * extent
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - 0.09 * extent, north + margin)
    axes.set_aspect("equal", anchor="C")
    axes.set_axis_off()
    length_m, y = scale_bar_m(extent), south - 0.05 * extent
    axes.plot([west, west + length_m], [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
    unit = f"{texts.number(length_m / 1000)} km" if length_m >= 1000 else f"{texts.number(length_m)} m"
    axes.text(west + length_m + margin, y, unit, fontsize=6.5, ha="left", va="center", color=INK)


def _percent(shares: Sequence[float]) -> list[float]:
    return [100 * share if math.isfinite(share) else 0.0 for share in shares]


def svg_of(figure: Figure) -> str:
    """Return a drawing as SVG, the same bytes for the same drawing."""
    buffer = io.StringIO()
    FigureCanvasSVG(figure)
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()

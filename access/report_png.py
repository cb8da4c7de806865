"""Draw a map of cells as a PNG of 1600 x 1200 pixels, to be shown or printed on its own.

Everything a reader needs stands in the picture: what, where, when, how fast people walk, what each
colour and pattern means and how many residents it holds, the limits of the data, and the sources.
Text from input is never read as mathematics (a name with two ``$`` would be).
"""

from __future__ import annotations

import io
import textwrap
from typing import Any, NamedTuple

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from access.report_map import CellMap, LegendEntry
from access.texts import Texts

_SIZE_IN, _DOTS_PER_INCH = (16.0, 12.0), 100
_HATCHES = {"": None, "dots": "..", "lines": "////", "crosses": "xx"}
_INK, _MUTED, _HATCH_INK = "#1a1a1a", "#4a4a4a", "#6b6b6b"
_N_ZONE_NAMES = 12
_STYLE: dict[Any, Any] = {"font.family": "DejaVu Sans", "hatch.linewidth": 0.8, "text.usetex": False}


class Surroundings(NamedTuple):
    """What is written around the map."""

    notice: str
    attribution: str
    method: str


def map_png(cells: gpd.GeoDataFrame, cell_map: CellMap, around: Surroundings, texts: Texts) -> bytes:
    """Draw the map and return the PNG file as bytes, equal for equal input.

    Parameters
    ----------
    cells
        Polygons with a coordinate reference system; ``zone`` (names) and ``population`` are used if there.
    cell_map
        Look of each cell, in the order of ``cells``.
    around
        Notice (may be empty), attribution and method lines.
    texts
        Words of one language.
    """
    projected = cells.to_crs(cells.estimate_utm_crs())
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE_IN, dpi=_DOTS_PER_INCH, facecolor="white")
        FigureCanvasAgg(figure)
        title_lines = _write(figure, 0.03, 0.968, cell_map.title, 23, width=88, weight="bold")
        _write(figure, 0.03, 0.962 - 0.036 * title_lines, cell_map.subtitle, 13.5, width=142, color=_MUTED)
        axes = figure.add_axes((0.03, 0.125, 0.64, 0.735))
        _draw_cells(axes, projected, cell_map)
        _draw_zones(axes, projected)
        _draw_scale_bar(axes, projected.total_bounds, texts)
        _draw_legend(figure, cell_map, around, texts)
        _write(figure, 0.03, 0.092, around.method, 11, width=185, color=_MUTED)
        _write(figure, 0.03, 0.048, around.attribution, 11, width=185, color=_MUTED)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None, "Title": cell_map.title})
    return buffer.getvalue()


def _write(figure: Figure, x: float, y: float, text: str, size: float, width: int, **style: Any) -> int:
    """Write wrapped text with its top left corner at (x, y); return the number of lines."""
    lines = textwrap.wrap(text, width) or [""]
    look: dict[str, Any] = {"color": _INK, "va": "top", "linespacing": 1.3} | style
    figure.text(x, y, "\n".join(lines), fontsize=size, parse_math=False, **look)
    return len(lines)


def _draw_cells(axes: Axes, projected: gpd.GeoDataFrame, cell_map: CellMap) -> None:
    for place, entry in enumerate(cell_map.legend):
        here = projected.geometry[cell_map.entry_of_cell == place].explode(index_parts=False)
        rings = [shapely.get_coordinates(polygon.exterior) for polygon in here]
        look = _look(entry)
        # A hairline in the cell's own colour hides the seams between neighbours of one class.
        axes.add_collection(PolyCollection(rings, linewidth=0.35, zorder=1 + (entry.pattern != ""), **look))
    west, south, east, north = projected.total_bounds
    margin = 0.02 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal", anchor="C")
    axes.set_axis_off()


def _look(entry: LegendEntry) -> dict[str, Any]:
    """Face, edge and hatch of a legend entry; the hatch takes the colour of the edge."""
    if not entry.pattern:
        edge = "#ffffff" if entry.key == "no_residents" else entry.colour
    else:
        edge = "#ffffff" if entry.key == "none_reached" else _HATCH_INK
    return {"facecolor": entry.colour, "edgecolor": edge, "hatch": _HATCHES[entry.pattern]}


def _draw_zones(axes: Axes, projected: gpd.GeoDataFrame) -> None:
    """Draw thin limits of neighbourhoods and name those with most residents, as far as there is room."""
    if "zone" not in projected.columns or projected["zone"].notna().sum() == 0:
        return
    named = projected[projected["zone"].notna()]
    shapes = {
        zone: shapely.union_all(shapely.set_precision(group.geometry.to_numpy(), 1.0), grid_size=1.0)
        for zone, group in named.groupby("zone", sort=True)
    }
    for shape in shapes.values():
        for part in shapely.get_parts(shape):
            axes.plot(*part.exterior.xy, color="white", linewidth=1.0, alpha=0.85, zorder=4)
    residents = (
        named.groupby("zone", sort=True)["population"].sum().sort_values(ascending=False, kind="stable")
    )
    extent = max(projected.total_bounds[2:] - projected.total_bounds[:2])
    taken: list[tuple[float, float, float]] = []
    for zone in residents.index:
        point = shapes[zone].representative_point()
        half_width = 0.0068 * len(str(zone)) * extent
        crowded = any(
            abs(point.x - x) < half_width + other and abs(point.y - y) < 0.03 * extent
            for x, y, other in taken
        )
        if crowded or len(taken) == _N_ZONE_NAMES:
            continue
        taken.append((point.x, point.y, half_width))
        axes.text(
            point.x, point.y, str(zone), fontsize=11, ha="center", va="center", color=_INK, zorder=6,
            parse_math=False, path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def _draw_scale_bar(axes: Axes, bounds: npt.NDArray[np.float64], texts: Texts) -> None:
    """Draw a bar of 1, 2 or 5 x 10^n metres, about a fifth of the map's width, below the map."""
    west, south, east, north = bounds
    length_m = scale_bar_m(max(east - west, north - south))
    y = south - 0.045 * (north - south)
    axes.plot([west, west + length_m], [y, y], color=_INK, linewidth=3, solid_capstyle="butt", clip_on=False)
    label = f"{texts.number(length_m / 1000)} km" if length_m >= 1000 else f"{texts.number(length_m)} m"
    axes.text(
        west + 1.04 * length_m, y, label, fontsize=13, ha="left", va="center", color=_INK, parse_math=False
    )


def scale_bar_m(extent_m: float) -> float:
    """Longest of 1, 2, 5 x 10^n metres within a fifth of ``extent_m``."""
    limit = extent_m / 5
    power = 10.0 ** np.floor(np.log10(limit))
    return float(max(step * power for step in (1, 2, 5) if step * power <= limit))


def _draw_legend(figure: Figure, cell_map: CellMap, around: Surroundings, texts: Texts) -> None:
    """Write the legend with residents by class, and the notice, in the right column."""
    left, y = 0.70, 0.855
    y -= 0.024 * _write(figure, left, y, cell_map.legend_title, 15, width=34, weight="bold") + 0.014
    everybody = sum(entry.residents for entry in cell_map.legend)
    for entry in cell_map.legend:
        figure.add_artist(
            Rectangle(
                (left, y - 0.026), 0.028, 0.026, transform=figure.transFigure,
                **(_look(entry) | {"edgecolor": _look(entry)["edgecolor"] if entry.pattern else "#8a8a8a"}),
                linewidth=0.6,
            )
        )  # fmt: skip
        n_lines = _write(figure, left + 0.037, y + 0.001, entry.label, 13.5, width=33)
        y -= 0.0215 * n_lines
        if entry.residents > 0:
            share = texts.percent(entry.residents / everybody)
            line = texts(
                "map.legend_residents", residents=texts.plural("residents", entry.residents), share=share
            )
            _write(figure, left + 0.037, y + 0.001, line, 11, width=44, color=_MUTED)
            y -= 0.018
        y -= 0.012
    y -= 0.016 * _write(figure, left, y, cell_map.legend_note, 11, width=46, color=_MUTED) + 0.018
    if around.notice:
        box = {"facecolor": "#fff4d6", "edgecolor": "#8a5a00", "boxstyle": "square,pad=0.6"}
        lines = "\n".join([texts("notice_title"), *textwrap.wrap(around.notice, 41)])
        figure.text(left + 0.008, y - 0.008, lines, fontsize=11.5, va="top", linespacing=1.3, color=_INK,
                    parse_math=False, bbox=box)  # fmt: skip

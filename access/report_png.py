"""Draw a map of cells as a PNG of 1600 x 1200 pixels, to be shown or printed on its own.

Everything a reader needs stands in the picture: what, where, when, how fast people walk, what each
colour and pattern means and how many residents it holds, the limits of the data, and the sources.
Text from input is never read as mathematics (a text with two ``$`` would be).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from access.report_ground import Ground, ZoneMark
from access.report_map import CellMap, LegendEntry
from access.report_overlay import Overlay, draw_overlay, draw_overlay_key
from access.texts import Texts

_WIDTH_PX, _HEIGHT_PX, _DOTS_PER_INCH = 1600, 1200, 100
_HATCHES = {"": None, "dots": "..", "lines": "////", "crosses": "xx"}
_INK, _MUTED, _HATCH_INK, _ZONE_INK = "#1a1a1a", "#4a4a4a", "#6b6b6b", "#c2006b"
_LEFT, _RIGHT, _LEGEND_LEFT = 0.03, 0.97, 0.70
_LINE_SPACING = 1.32
_CELLS_A_PATH = 2_000
_NO_OVERLAY = Overlay()
_MAX_EDGED_CELLS = 5_000
_STYLE: dict[Any, Any] = {"font.family": ["DejaVu Sans"], "hatch.linewidth": 0.8, "text.usetex": False}


class Surroundings(NamedTuple):
    """What is written below the map: limits of the data (may be empty), method, sources."""

    notice: str
    method: str
    attribution: str


def map_png(
    ground: Ground,
    cell_map: CellMap,
    around: Surroundings,
    texts: Texts,
    marks: Sequence[ZoneMark] = (),
    overlay: Overlay = _NO_OVERLAY,
    people: Sequence[str] | None = None,
) -> bytes:
    """Draw the map and return the PNG file as bytes, equal for equal input.

    Parameters
    ----------
    ground
        Cells in metres, limits and names of neighbourhoods.
    cell_map
        Look of each cell, in the order of the ground's cells.
    around
        Notice, method and attribution lines.
    texts
        Words of one language.
    marks
        Zones to be outlined and numbered.
    overlay
        Lines and points to be drawn over the cells, with their legend.
    people
        Line under each entry of the legend (`access.report_map.legend_lines` hides small counts); if not
        given, its residents and their share.
    """
    with mpl.rc_context(_STYLE):
        figure = _drawn(ground, cell_map, around, texts, marks, overlay, people)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None, "Title": cell_map.title})
    return buffer.getvalue()


def map_svg(
    ground: Ground,
    cell_map: CellMap,
    around: Surroundings,
    texts: Texts,
    marks: Sequence[ZoneMark] = (),
    overlay: Overlay = _NO_OVERLAY,
    people: Sequence[str] | None = None,
) -> bytes:
    """Draw the same as `map_png` and return an SVG file as bytes, equal for equal input.

    Texts stay texts, to be searched, read aloud and edited. Where DejaVu Sans is missing, Verdana stands in
    for it: its letters are equally wide.
    """
    with mpl.rc_context(_STYLE | {"svg.fonttype": "none", "svg.hashsalt": "fairreach"}):
        figure = _drawn(ground, cell_map, around, texts, marks, overlay, people)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": cell_map.title})
    return buffer.getvalue().replace(b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, sans-serif")


def _drawn(
    ground: Ground,
    cell_map: CellMap,
    around: Surroundings,
    texts: Texts,
    marks: Sequence[ZoneMark],
    overlay: Overlay,
    people: Sequence[str] | None,
) -> Figure:
    size_in = (_WIDTH_PX / _DOTS_PER_INCH, _HEIGHT_PX / _DOTS_PER_INCH)
    figure = Figure(figsize=size_in, dpi=_DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    top = _write(figure, _LEFT, 0.972, cell_map.title, 23, _RIGHT - _LEFT, weight="bold")
    top = _write(figure, _LEFT, top - 0.008, cell_map.subtitle, 14, _RIGHT - _LEFT, color=_MUTED)
    bottom = _write_below(figure, around, texts)
    axes = figure.add_axes((_LEFT, bottom + 0.045, _LEGEND_LEFT - _LEFT - 0.03, top - bottom - 0.07))
    _draw_cells(axes, ground.cells, cell_map)
    _draw_zones(axes, ground)
    _draw_marks(axes, marks)
    draw_overlay(axes, overlay)
    _draw_scale_bar(axes, ground.cells.total_bounds, texts)
    top = _draw_legend(figure, top - 0.035, cell_map, people or _people(cell_map, texts))
    _draw_overlay_legend(figure, top - 0.025, overlay)
    return figure


def _write(
    figure: Figure, left: float, top: float, text: str, size: float, width: float, **style: Any
) -> float:
    """Write text from (left, top) downwards, broken to ``width``; return where the next may start."""
    lines = wrap(text, size, width * _WIDTH_PX, style.get("weight", "normal"))
    look: dict[str, Any] = {"color": _INK, "va": "top", "linespacing": _LINE_SPACING} | style
    figure.text(left, top, "\n".join(lines), fontsize=size, parse_math=False, **look)
    return top - _height(len(lines), size)


def _height(n_lines: int, size: float) -> float:
    """Height of some lines as part of the figure's height (a point is 1/72 inch)."""
    return n_lines * _LINE_SPACING * 1.06 * size * _DOTS_PER_INCH / 72 / _HEIGHT_PX


def wrap(text: str, size: float, width_px: float, weight: str = "normal") -> list[str]:
    """Break text at spaces into lines that are at most ``width_px`` wide as drawn at ``size`` points.

    A single word wider than that keeps a line of its own.
    """
    renderer = FigureCanvasAgg(Figure(dpi=_DOTS_PER_INCH)).get_renderer()  # type: ignore[no-untyped-call]
    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)

    def width_of(words: str) -> float:
        return float(renderer.get_text_width_height_descent(words, font, ismath=False)[0])

    space_px = width_of("a a") - width_of("aa")
    lines, used_px = [""], 0.0
    for word in text.split(" "):
        word_px = width_of(word)
        if lines[-1] and used_px + space_px + word_px > width_px:
            lines.append(word)
            used_px = word_px
        else:
            used_px += word_px + (space_px if lines[-1] else 0.0)
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _write_below(figure: Figure, around: Surroundings, texts: Texts) -> float:
    """Write sources, method and notice from the bottom upwards; return the upper edge of all."""
    width = _RIGHT - _LEFT
    top = 0.022
    for text in (around.attribution, around.method):
        if text:
            top += _height(len(wrap(text, 11, width * _WIDTH_PX)), 11) + 0.006
            _write(figure, _LEFT, top, text, 11, width, color=_MUTED)
    if around.notice:
        inner = width - 0.024
        n_lines = len(wrap(around.notice, 12.5, inner * _WIDTH_PX))
        height = _height(n_lines, 12.5) + _height(1, 12.5) + 0.026
        top += height + 0.016
        box: dict[str, Any] = {"facecolor": "#fff4d6", "edgecolor": "#8a5a00", "linewidth": 1.0}
        figure.add_artist(
            Rectangle((_LEFT, top - height), width, height, transform=figure.transFigure, **box)
        )
        below = _write(figure, _LEFT + 0.012, top - 0.012, texts("notice_title"), 12.5, inner, weight="bold")
        _write(figure, _LEFT + 0.012, below, around.notice, 12.5, inner)
    return top


def _draw_cells(axes: Axes, projected: gpd.GeoDataFrame, cell_map: CellMap) -> None:
    for place, entry in enumerate(cell_map.legend):
        here = projected.geometry[cell_map.entry_of_cell == place].explode(index_parts=False)
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_exterior_ring(here.to_numpy())]
        if not entry.pattern:
            # A hairline in the cell's own colour hides the seams between neighbours of one class.
            axes.add_collection(
                PolyCollection(rings, linewidth=0.35, zorder=1, **_look(entry)), autolim=False
            )
            continue
        # A hatch is drawn anew for each path (7 ms a cell), so that many cells share one path. Edges would
        # hide the dots, and any pattern where cells are many.
        paths = [
            Path.make_compound_path(
                *(Path(ring, closed=True) for ring in rings[start : start + _CELLS_A_PATH])
            )
            for start in range(0, len(rings), _CELLS_A_PATH)
        ]
        edge = 0.0 if entry.pattern == "dots" or len(projected) > _MAX_EDGED_CELLS else 0.35
        axes.add_collection(PathCollection(paths, linewidth=edge, zorder=2, **_look(entry)), autolim=False)
    west, south, east, north = projected.total_bounds
    margin = 0.01 * max(east - west, north - south)
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


def _draw_zones(axes: Axes, ground: Ground) -> None:
    """Draw thin limits of neighbourhoods and their names."""
    rings = [shapely.get_coordinates(ring) for ring in ground.limits]
    axes.add_collection(LineCollection(rings, color="white", linewidth=1.0, alpha=0.85, zorder=4))
    halo = [withStroke(linewidth=3, foreground="white")]
    for name, x, y in ground.names:
        axes.text(
            x, y, name, fontsize=11.5, ha="center", va="center", color=_INK, zorder=6,
            parse_math=False, path_effects=halo,
        )  # fmt: skip


def _draw_marks(axes: Axes, marks: Sequence[ZoneMark]) -> None:
    """Outline the zones of the register, on a white edge that can be seen on any colour, and number them."""
    rings = [shapely.get_coordinates(ring) for mark in marks for ring in mark.rings]
    axes.add_collection(LineCollection(rings, color="white", linewidth=5.0, zorder=7))
    axes.add_collection(LineCollection(rings, color=_ZONE_INK, linewidth=2.6, zorder=8))
    halo = [withStroke(linewidth=4, foreground="white")]
    for mark in marks:
        axes.text(
            mark.x, mark.y, mark.number, fontsize=15, weight="bold", ha="center", va="center",
            color=_ZONE_INK, zorder=9, parse_math=False, path_effects=halo,
        )  # fmt: skip


def _draw_scale_bar(axes: Axes, bounds: npt.NDArray[np.float64], texts: Texts) -> None:
    """Draw the scale bar just below the map, at its left."""
    west, south, east, north = bounds
    length_m = scale_bar_m(max(east - west, north - south))
    y = south - 0.035 * max(east - west, north - south)
    axes.plot([west, west + length_m], [y, y], color=_INK, linewidth=3, solid_capstyle="butt", clip_on=False)
    label = f"{texts.number(length_m / 1000)} km" if length_m >= 1000 else f"{texts.number(length_m)} m"
    x = west + length_m + 0.01 * (east - west)
    axes.text(x, y, label, fontsize=13, ha="left", va="center", color=_INK, parse_math=False)


def scale_bar_m(extent_m: float) -> float:
    """Longest of 1, 2, 5 x 10^n metres within a fifth of ``extent_m``."""
    limit = extent_m / 5
    power = 10.0 ** np.floor(np.log10(limit))
    return float(max(step * power for step in (1, 2, 5) if step * power <= limit))


def _people(cell_map: CellMap, texts: Texts) -> list[str]:
    """Residents of each entry of the legend, with their share; nothing where there are none."""
    everybody = sum(entry.residents for entry in cell_map.legend)
    return [
        texts(
            "map.legend_residents",
            residents=texts.plural("residents", entry.residents),
            share=texts.percent(entry.residents / everybody),
        )
        if entry.residents > 0
        else ""
        for entry in cell_map.legend
    ]


def _draw_legend(figure: Figure, top: float, cell_map: CellMap, people: Sequence[str]) -> float:
    """Write the legend, with the residents of each class, into the right column; return where it ends."""
    width, indent = _RIGHT - _LEGEND_LEFT, 0.037
    title = Texts.capital(cell_map.legend_title)
    top = _write(figure, _LEGEND_LEFT, top, title, 15.5, width, weight="bold") - 0.012
    for entry, line in zip(cell_map.legend, people, strict=True):
        look = _look(entry)
        edge = look["edgecolor"] if entry.pattern else "#8a8a8a"
        figure.add_artist(
            Rectangle((_LEGEND_LEFT, top - 0.027), 0.028, 0.026, transform=figure.transFigure,
                      linewidth=0.6, **(look | {"edgecolor": edge}))
        )  # fmt: skip
        top = _write(figure, _LEGEND_LEFT + indent, top, entry.label, 14, width - indent)
        if line:
            top = _write(figure, _LEGEND_LEFT + indent, top, line, 11.5, width - indent, color=_MUTED)
        top -= 0.011
    return _write(figure, _LEGEND_LEFT, top - 0.008, cell_map.legend_note, 11.5, width, color=_MUTED)


def _draw_overlay_legend(figure: Figure, top: float, overlay: Overlay) -> None:
    """Write what the lines and points over the cells mean."""
    indent = 0.037
    for form, kind, words in overlay.legend:
        draw_overlay_key(figure, _LEGEND_LEFT, top, form, kind)
        top = _write(figure, _LEGEND_LEFT + indent, top, words, 13, _RIGHT - _LEGEND_LEFT - indent) - 0.009

"""What a scenario changes, drawn over a map of cells: pieces of line, stops, streets and places.

The drawing is told by form, not by colour: whole lines are new or run otherwise, broken ones are gone; full
circles are new, crosses gone. Everything is black on a white edge, so that it can be seen on every class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Form of each kind of change: width in points, dashes in points (empty: whole), colour.
LINE_LOOKS = {
    "changed": (1.7, (), "#1a1a1a"),
    "new": (3.4, (), "#1a1a1a"),
    "removed": (2.4, (2.2, 1.6), "#1a1a1a"),
}
POINT_KINDS = ("new", "removed")
_INK = "#1a1a1a"


class OverlayLine(NamedTuple):
    """Lines of one kind of change: corners in metres, one array of shape (n, 2) a line."""

    kind: str
    lines: list[npt.NDArray[np.float64]]


class OverlayPoints(NamedTuple):
    """Points of one kind of change, array of shape (n, 2) in metres."""

    kind: str
    places: npt.NDArray[np.float64]


class Overlay(NamedTuple):
    """All that is drawn over a map, and what each form means: (form, kind, words)."""

    lines: tuple[OverlayLine, ...] = ()
    points: tuple[OverlayPoints, ...] = ()
    legend: tuple[tuple[str, str, str], ...] = ()


def overlay_of(
    lines: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, crs: Any, words: dict[tuple[str, str], str]
) -> Overlay:
    """Put changes into the metres of a map.

    Parameters
    ----------
    lines, stops
        With ``change`` (``new``, ``removed``, ``changed``) and a geometry.
    crs
        Coordinate reference system of the map.
    words
        Words for each form and kind: ``("line", "new")``, ``("point", "removed")``...
    """
    drawn_lines = tuple(_lines(lines, crs))
    drawn_points = tuple(_points(stops, crs))
    legend = [("line", line.kind, words["line", line.kind]) for line in drawn_lines]
    legend += [("point", points.kind, words["point", points.kind]) for points in drawn_points]
    return Overlay(drawn_lines, drawn_points, tuple(legend))


def _lines(lines: gpd.GeoDataFrame, crs: Any) -> Iterator[OverlayLine]:
    if lines.empty:
        return
    projected = lines.to_crs(crs)
    for kind in LINE_LOOKS:
        parts = shapely.get_parts(np.asarray(projected[projected["change"] == kind].geometry.array))
        if len(parts):
            yield OverlayLine(kind, [shapely.get_coordinates(part) for part in parts])


def _points(stops: gpd.GeoDataFrame, crs: Any) -> Iterator[OverlayPoints]:
    if stops.empty:
        return
    projected = stops.to_crs(crs)
    for kind in POINT_KINDS:
        here = np.asarray(projected[projected["change"] == kind].geometry.array)
        if len(here):
            yield OverlayPoints(kind, shapely.get_coordinates(here))


def draw_overlay(axes: Axes, overlay: Overlay) -> None:
    """Draw lines, then points, each over a white edge, below the names of neighbourhoods."""
    from matplotlib.collections import LineCollection

    for line in overlay.lines:
        width, dashes, colour = LINE_LOOKS[line.kind]
        style: Any = (0, dashes) if dashes else "solid"
        axes.add_collection(
            LineCollection(line.lines, color="white", linewidth=width + 2.6, alpha=0.9, zorder=5.0),
            autolim=False,
        )
        axes.add_collection(
            LineCollection(line.lines, color=colour, linewidth=width, linestyle=style, zorder=5.1),
            autolim=False,
        )
    for points in overlay.points:
        _draw_points(axes, points.kind, points.places[:, 0], points.places[:, 1])


def _draw_points(axes: Axes, kind: str, x: Any, y: Any) -> None:
    """Draw full circles for what is new, crosses for what is gone."""
    if kind == "new":
        axes.scatter(x, y, s=34, facecolor="white", edgecolor=_INK, linewidth=1.6, zorder=5.3)
    else:
        axes.scatter(x, y, s=46, marker="x", color="white", linewidth=4.6, zorder=5.2)
        axes.scatter(x, y, s=40, marker="x", color=_INK, linewidth=2.0, zorder=5.3)


def draw_overlay_key(figure: Figure, left: float, top: float, form: str, kind: str) -> None:
    """Draw one form of the legend, 0.028 wide and 0.026 high, in parts of the figure."""
    from matplotlib.lines import Line2D

    middle = top - 0.014
    if form == "line":
        width, dashes, colour = LINE_LOOKS[kind]
        style: Any = (0, dashes) if dashes else "solid"
        x, y = [left, left + 0.028], [middle, middle]
        figure.add_artist(Line2D(x, y, color=colour, linewidth=width, linestyle=style))
        return
    look: dict[str, Any] = {"marker": "x", "markersize": 7, "markeredgewidth": 2.0, "color": _INK}
    if kind == "new":
        look = {"marker": "o", "markersize": 7, "markerfacecolor": "white", "markeredgecolor": _INK,
                "markeredgewidth": 1.6}  # fmt: skip
    figure.add_artist(Line2D([left + 0.014], [middle], linestyle="", **look))


class SvgLine(NamedTuple):
    """Lines of one kind as one SVG path, with their width and dashes."""

    path: str
    width: float
    dashes: str


class SvgPoint(NamedTuple):
    """A point of one kind in the units of the drawing."""

    kind: str
    x: float
    y: float


class SvgOverlay(NamedTuple):
    """The overlay in SVG units."""

    lines: tuple[SvgLine, ...]
    points: tuple[SvgPoint, ...]
    legend: tuple[tuple[str, str, str], ...]


def svg_overlay(overlay: Overlay, west: float, north: float, scale: float) -> SvgOverlay:
    """Write the overlay in the units of a map whose west and north edge are 0."""

    def place(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack([(corners[:, 0] - west) * scale, (north - corners[:, 1]) * scale])

    lines = []
    for line in overlay.lines:
        path = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in place(corners)) for corners in line.lines
        )
        width, dashes, _ = LINE_LOOKS[line.kind]
        lines.append(SvgLine(path, width, " ".join(f"{width * dash:.1f}" for dash in dashes)))
    points = [
        SvgPoint(group.kind, round(float(x), 1), round(float(y), 1))
        for group in overlay.points
        for x, y in place(group.places)
    ]
    return SvgOverlay(tuple(lines), tuple(points), overlay.legend)

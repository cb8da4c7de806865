"""Where a scenario changes streets and places: lines and points as its file gives them.

Closed streets are drawn where the file gives an area or a line; those named by their ids only are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import h3
import shapely

from access.changed_lines import LINE_COLUMNS, NEW, REMOVED, STOP_COLUMNS

if TYPE_CHECKING:
    from access.scenario import Scenario

#: What each type of land use does at its place.
_LAND_USE = {"add-opportunities": NEW, "add-residents": NEW, "remove-opportunities": REMOVED}


def changed_places(scenario: Scenario) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return lines of streets and points of land use that a scenario adds or removes.

    Returns
    -------
    lines, points : GeoDataFrame
        Columns as ``access.changed_lines.changed_lines``; ``feed`` is empty, ``route_id`` and ``stop_id`` are
        the type of the modification, names what it says of itself.
    """
    lines, points = [], []
    for change in scenario.modifications:
        name = str(getattr(change, "name", None) or change.comment)
        for kind, shape in _streets(change):
            lines.append(("", change.type, name, kind, shape))
        place = _place(change) if change.type in _LAND_USE else None
        if place is not None:
            points.append(("", change.type, name, _LAND_USE[change.type], place))
    return _frame(lines, LINE_COLUMNS), _frame(points, STOP_COLUMNS)


def _streets(change: Any) -> Iterator[tuple[str, shapely.Geometry]]:
    if change.type == "add-streets":
        yield NEW, shapely.multilinestrings([shapely.linestrings(line) for line in change.line_strings])
    if change.type == "close-streets":
        corners = change.crossing or change.polygon
        if corners:
            closed = corners if change.crossing else [*corners, corners[0]]
            yield REMOVED, shapely.multilinestrings([shapely.linestrings(closed)])


def _place(change: Any) -> shapely.Point | None:
    """Point of a change of land use; None where it names rows of a source only."""
    if change.at is not None:
        return shapely.Point(change.at.lon, change.at.lat)
    if change.cell and h3.is_valid_cell(change.cell):
        lat, lon = h3.cell_to_latlng(change.cell)
        return shapely.Point(lon, lat)
    return None


def _frame(rows: Sequence[tuple[Any, ...]], columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(list(rows), columns=list(columns), geometry="geometry", crs="EPSG:4326")

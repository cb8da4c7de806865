"""Points of the user, a GeoDataFrame with ids, as plain arrays of degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from access.errors import AccessError
from access.snapping import SNAPPED, Snap
from access.street_graph import StreetGraph

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

WGS84 = "EPSG:4326"
_SHOWN = 5
_POINT = 0  # shapely's number of the type
_MISSING = -1


class Points(NamedTuple):
    """Checked points; NaN where a point has no coordinates."""

    ids: pd.Series[Any]  # unique, in the type and order of the user, index 0 to n - 1
    lon: npt.NDArray[np.float64]  # degrees WGS84
    lat: npt.NDArray[np.float64]

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.lon)


NO_POINTS = cast(Points, None)
"""Stands for points that could not be read; ``refuse`` then raises before anybody uses them."""


def points_of(frame: Any, what: str, problems: list[str]) -> Points:
    """Read ids and coordinates; add to ``problems`` what is wrong.

    A point without geometry, an empty one and one with NaN are points without coordinates, no problem here.

    Parameters
    ----------
    frame : GeoDataFrame
        Column ``id`` and point geometry in any CRS; left unchanged.
    what : str
        What the points are called in messages (``"origins"``).
    problems : list of str
        Extended in place, so that everything wrong is told at once.
    """
    import geopandas as gpd

    if not isinstance(frame, gpd.GeoDataFrame):
        problems.append(
            f"{what} is a {type(frame).__name__}; it must be a GeoDataFrame with a column id and points"
        )
        return NO_POINTS
    found = _id_problems(frame, what) if len(frame) else [f"{what} is empty; give at least one point"]
    found += _geometry_problems(frame, what)
    problems += found
    if found:
        return NO_POINTS
    geometry, crs = frame.geometry, cast(pyproj.CRS, frame.crs)
    if not crs.equals(WGS84, ignore_axis_order=True):
        geometry = geometry.to_crs(WGS84)
    points: Any = np.array(geometry.array)
    points[shapely.is_empty(points)] = None
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    known = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = np.where(known, lon, np.nan), np.where(known, lat, np.nan)
    if (np.abs(lon) > 180).any() or (np.abs(lat) > 90).any():
        problems.append(
            f"{what} has coordinates beyond 180 degrees east or west or 90 north or south; its crs "
            f"({crs.to_string()}) is not that of its numbers: set the right one with set_crs"
        )
    return Points(frame["id"].reset_index(drop=True), lon, lat)


def places_on_streets(streets: StreetGraph, snapped: Snap) -> npt.NDArray[np.float64]:
    """Return where points join the streets, degrees WGS84 (n_points, 2); NaN where they do not."""
    on_street = snapped.state == SNAPPED
    edge = snapped.edge[on_street]
    share = snapped.along_mm[on_street] / np.maximum(streets.edge_length_mm[edge], 1)
    start, end = streets.edge_start[edge], streets.edge_target[edge]
    place = np.full((len(snapped.state), 2), np.nan)
    for axis, degrees in enumerate((streets.node_lon, streets.node_lat)):
        place[on_street, axis] = degrees[start] * (1 - share) + degrees[end] * share
    return place


def refuse(headline: str, problems: Sequence[str]) -> None:
    """Raise AccessError with all problems, if there are any."""
    if problems:
        raise AccessError(f"{headline}:" + "".join(f"\n  - {text}" for text in problems))


def mode_name(mode: object) -> str:
    """Return the name of a mode given as text or as a member of an enumeration such as r5py's."""
    return str(getattr(mode, "name", mode)).upper()


def _id_problems(frame: gpd.GeoDataFrame, what: str) -> list[str]:
    columns = list(frame.columns).count("id")
    if columns != 1:
        near = [str(name) for name in frame.columns if str(name).lower() in ("id", "ids", "cell", "index")]
        hint = f"; rename {near[0]!r}" if columns == 0 and near else ""
        return [f"{what} has {columns or 'no'} column{'s' * (columns > 1)} id; one is needed{hint}"]
    ids = frame["id"]
    problems = []
    if ids.isna().any():
        problems.append(f"{what} has {int(ids.isna().sum()):,} points without id; give each one")
    repeated = ids[ids.duplicated() & ids.notna()].unique()
    if len(repeated):
        shown = ", ".join(repr(value) for value in repeated[:_SHOWN].tolist())
        problems.append(f"{what} has {len(repeated):,} ids more than once ({shown}); each may stand once")
    return problems


def _geometry_problems(frame: gpd.GeoDataFrame, what: str) -> list[str]:
    if frame.active_geometry_name is None:
        return [f"{what} has no geometry column; set one with set_geometry"]
    problems = []
    if frame.crs is None:
        problems.append(f"{what} has no crs; say which one its coordinates are in: set_crs('EPSG:4326')")
    kinds = frame.geometry.array
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(np.asarray(kinds)), (_POINT, _MISSING)))
    if len(wrong):
        kind = frame.geometry.iloc[wrong[0]].geom_type
        problems.append(
            f"{what} has {len(wrong):,} geometries that are no points, a {kind} for one; take points inside, "
            "such as representative_point()"
        )
    return problems

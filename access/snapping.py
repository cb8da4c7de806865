"""Where cells and stops join the streets: the nearest point of an edge of the main component.

Not the nearest node: in a long block that would move people by half a block. The straight line from the
point to the street is walked and counts. Nothing is snapped to streets cut off from the main network,
since from there nothing can be reached; a point whose only near street is such an island keeps a state of
its own, apart from one that is far from every street and one without coordinates.

Ties (the same distance to several edges, as at a crossing) go to the lowest edge index, so that equal input
gives equal output. A point exactly at the limit is snapped.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from access.errors import AccessError, DataQualityWarning, InputDataError
from access.road_graph import RoadGraph
from access.street_graph import StreetGraph

logger = logging.getLogger(__name__)

Streets = StreetGraph | RoadGraph

OWN_NETWORK_NODES = 40
"""A cut-off network of fewer nodes is a stray path; R5, too, drops street islands of fewer than 40."""

FAR_SIDE_M = 300.0
"""Beyond this, a street of the main network may lie across water or a fence; R5 links within 300 m first."""

SNAPPED = np.int8(0)
TOO_FAR = np.int8(1)
OFF_MAIN_COMPONENT = np.int8(2)
NO_COORDINATES = np.int8(3)

STATE_NAMES = ("snapped", "too_far", "off_main_component", "no_coordinates")
"""Name of each state, by its number; as in the column ``snap`` of ``cells.parquet``."""

LONGEST_SNAP_M = 100_000.0

NO_EDGE = np.int32(-1)
NO_LINK_MM = np.int32(-1)


class Snap(NamedTuple):
    """Where points join the streets. All arrays have shape (n_points,).

    Where ``state`` is not ``SNAPPED``, ``edge`` is -1, ``along_mm`` 0 and ``link_mm`` -1.
    """

    edge: npt.NDArray[np.int32]  # edge of the street graph
    along_mm: npt.NDArray[np.int32]  # from the start of the edge, 0 to its length
    link_mm: npt.NDArray[np.int32]  # straight line from the point to the edge
    state: npt.NDArray[np.int8]  # SNAPPED, TOO_FAR, OFF_MAIN_COMPONENT or NO_COORDINATES

    @property
    def link_m(self) -> npt.NDArray[np.float64]:
        """Straight line from the point to the street, metres; NaN where the point is not snapped."""
        return np.where(self.state == SNAPPED, self.link_mm / 1000, np.nan)

    @property
    def state_name(self) -> npt.NDArray[np.str_]:
        """State in words, one of ``STATE_NAMES``."""
        return np.array(STATE_NAMES)[self.state]


@dataclass(frozen=True)
class SnapReport:
    """How many points were snapped and how far; distances are NaN where no point was."""

    what: str
    n_points: int
    n_snapped: int
    n_too_far: int
    n_off_main_component: int
    n_no_coordinates: int
    link_median_m: float
    link_max_m: float

    def as_dict(self) -> dict[str, str | int | float]:
        """Return the counts as plain values."""
        return asdict(self)

    def summary(self) -> str:
        """Return one sentence in plain words."""
        parts = [f"{self.n_snapped:,} of {self.n_points:,} {self.what} joined to streets"]
        if self.n_snapped:
            parts.append(f"median {self.link_median_m:.0f} m, farthest {self.link_max_m:.0f} m")
        if self.n_too_far:
            parts.append(f"{self.n_too_far:,} too far from any street")
        if self.n_off_main_component:
            parts.append(f"{self.n_off_main_component:,} near streets cut off from the main network only")
        if self.n_no_coordinates:
            parts.append(f"{self.n_no_coordinates:,} without coordinates")
        return "; ".join(parts)


def snap(streets: Streets, lon: npt.ArrayLike, lat: npt.ArrayLike, max_snap_m: float = 1600.0) -> Snap:
    """Join points to the nearest place on a street of the main network.

    A point beside a network of its own (an island in a river) is not joined to a street of the main network
    on the far side: where a street of a cut-off network of at least ``OWN_NETWORK_NODES`` nodes is nearer and
    the main network is more than ``FAR_SIDE_M`` away, the state is ``OFF_MAIN_COMPONENT``. Else the main
    network wins, since parks, yards and the edge of an extract are full of paths joined to nothing.

    Parameters
    ----------
    streets
        Walk graph, or the road graph of a mode: points join the network that the mode uses.
    lon, lat
        Degrees WGS84, shape (n_points,); NaN for a point without coordinates.
    max_snap_m
        Longest straight line to a street. The default, 1,600 m, is the distance within which R5 links
        points.

    Raises
    ------
    AccessError
        ``lon`` and ``lat`` differ in shape, or ``max_snap_m`` is not from 0 to 100 km.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise AccessError(
            f"lon and lat must be lists of equal length, got shapes {lon.shape} and {lat.shape}"
        )
    if not 0 < max_snap_m <= LONGEST_SNAP_M:
        raise AccessError(f"max_snap_m must lie above 0 and up to {LONGEST_SNAP_M:,.0f} m, got {max_snap_m}")
    x_m, y_m = streets.to_metres(lon, lat)
    known = np.flatnonzero(~np.isnan(x_m))
    joinable = np.flatnonzero(streets.edge_joinable)
    edge = np.full(len(lon), NO_EDGE, dtype=np.int32)
    edge[known] = _nearest_edge(streets, joinable, x_m[known], y_m[known], max_snap_m)

    along_mm = np.zeros(len(lon), dtype=np.int32)
    link_mm = np.full(len(lon), NO_LINK_MM, dtype=np.int32)
    joined = np.flatnonzero(edge >= 0)
    along_mm[joined], link_mm[joined] = _place_on_edge(streets, edge[joined], x_m[joined], y_m[joined])

    state = np.where(np.isnan(x_m), NO_COORDINATES, np.where(edge >= 0, SNAPPED, TOO_FAR))
    doubtful = np.flatnonzero((state == TOO_FAR) | (link_mm > 1000 * FAR_SIDE_M))
    cut_off = _nearer_cut_off(streets, x_m[doubtful], y_m[doubtful], link_mm[doubtful], max_snap_m)
    left_out = doubtful[cut_off]
    state[left_out], edge[left_out], along_mm[left_out], link_mm[left_out] = (
        OFF_MAIN_COMPONENT,
        NO_EDGE,
        0,
        NO_LINK_MM,
    )
    return Snap(edge, along_mm, link_mm, state.astype(np.int8))


def _nearer_cut_off(
    streets: Streets,
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
    main_mm: npt.NDArray[np.int32],
    max_snap_m: float,
) -> npt.NDArray[np.bool_]:
    """Say for each point whether it belongs to a cut-off network.

    Where the main network is out of reach (``NO_LINK_MM``), any cut-off street within the limit says so;
    else it takes a nearer street of a network of its own.
    """
    nearest = _nearest_edge(streets, np.flatnonzero(~streets.edge_main), x_m, y_m, max_snap_m)
    belongs = (nearest >= 0) & (main_mm == NO_LINK_MM)
    own = ~streets.edge_main & (streets.edge_component_size >= OWN_NETWORK_NODES)
    nearest = _nearest_edge(streets, np.flatnonzero(own), x_m, y_m, max_snap_m)
    found = np.flatnonzero((nearest >= 0) & ~belongs)
    _, distance_mm = _place_on_edge(streets, nearest[found], x_m[found], y_m[found])
    belongs[found] = distance_mm < main_mm[found]
    return np.asarray(belongs)


def snap_report(snapped: Snap, what: str) -> SnapReport:
    """Count the states of points; ``what`` names them in words (``"stops"``)."""
    link_m = snapped.link_mm[snapped.state == SNAPPED] / 1000
    count = np.bincount(snapped.state, minlength=len(STATE_NAMES)).tolist()
    return SnapReport(
        what=what,
        n_points=len(snapped.state),
        n_snapped=count[SNAPPED],
        n_too_far=count[TOO_FAR],
        n_off_main_component=count[OFF_MAIN_COMPONENT],
        n_no_coordinates=count[NO_COORDINATES],
        link_median_m=float(np.median(link_m)) if len(link_m) else np.nan,
        link_max_m=float(link_m.max()) if len(link_m) else np.nan,
    )


def check_snap(
    streets: Streets,
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    snapped: Snap,
    what: str,
    consequence: str,
) -> SnapReport:
    """Report on snapped points; refuse when none is on a street, warn when some are not.

    Parameters
    ----------
    what
        The points in words (``"stops"``).
    consequence
        What happens to those that are not snapped (``"can only be ridden through"``), for the warning.

    Raises
    ------
    InputDataError
        No point is snapped: points and streets are of different places.
    """
    report = snap_report(snapped, what)
    logger.info("%s", report.summary())
    if report.n_snapped == 0:
        raise InputDataError(
            f"none of the {report.n_points:,} {what} is near a street: {what} cover "
            f"{_box(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))}, streets "
            f"{_box(streets.node_lon, streets.node_lat)} (lon, lat); give streets of the same area"
        )
    n_left_out = report.n_points - report.n_snapped
    if n_left_out:
        warnings.warn(
            f"{n_left_out:,} of {report.n_points:,} {what} are not joined to the streets and {consequence} "
            f"({report.summary()})",
            DataQualityWarning,
            stacklevel=2,
        )
    return report


def _nearest_edge(
    streets: Streets,
    candidates: npt.NDArray[np.intp],
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
    max_snap_m: float,
) -> npt.NDArray[np.int32]:
    """Return the nearest candidate edge of each point, the lowest of several; ``NO_EDGE`` if too far."""
    nearest = np.full(len(x_m), NO_EDGE, dtype=np.int32)
    if len(candidates) == 0 or len(x_m) == 0:
        return nearest
    ends = np.stack([streets.edge_start[candidates], streets.edge_target[candidates]], axis=1)
    lines: Any = shapely.linestrings(np.stack([streets.node_x_m[ends], streets.node_y_m[ends]], axis=-1))
    point, found = shapely.STRtree(lines).query_nearest(shapely.points(x_m, y_m), max_distance=max_snap_m)
    order = np.lexsort((found, point))[::-1]
    nearest[point[order]] = candidates[found[order]]  # of several, the last written is the lowest
    return nearest


def _place_on_edge(
    streets: Streets,
    edge: npt.NDArray[np.int32],
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Project points onto their edges: millimetres along the edge and to it."""
    start, target = streets.edge_start[edge], streets.edge_target[edge]
    start_x_m, start_y_m = streets.node_x_m[start], streets.node_y_m[start]
    east_m, north_m = streets.node_x_m[target] - start_x_m, streets.node_y_m[target] - start_y_m
    square = east_m**2 + north_m**2
    along = (x_m - start_x_m) * east_m + (y_m - start_y_m) * north_m
    share = np.clip(np.divide(along, square, out=np.zeros_like(along), where=square > 0), 0, 1)
    link_m = np.hypot(x_m - start_x_m - share * east_m, y_m - start_y_m - share * north_m)
    along_mm = np.rint(share * streets.edge_length_mm[edge]).astype(np.int32)
    return along_mm, np.rint(1000 * link_m).astype(np.int32)


def _box(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> str:
    if not np.isfinite(lon).any():
        return "nothing"
    return f"{np.nanmin(lon):.3f} to {np.nanmax(lon):.3f}, {np.nanmin(lat):.3f} to {np.nanmax(lat):.3f}"

"""The road graph as arrays: streets with a time for each direction, for bicycles and cars."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from access.street_graph import Floats, project

if TYPE_CHECKING:
    from access.osm_ways import Tags

CLOSED = 0.0
"""Speed, km/h, in a direction that may not be used."""

CLOSED_MS = np.int32(-1)
"""Time of an edge in a direction that may not be used."""


class Passage(NamedTuple):
    """How one passes a way: speeds along and against it (``CLOSED`` where one may not), in km/h."""

    forward_km_h: float
    backward_km_h: float
    joinable: bool  # whether a point beside the way may be joined to it
    known: bool  # whether the speed comes from a tag of the way itself


class DoorTimes(NamedTuple):
    """What a trip costs at its ends, beside the way along roads."""

    walk_speed_km_h: float  # of the straight line between a point and the road
    start_s: int  # at the origin, once a trip
    end_s: int  # at the destination, once a trip


class RoadRules(Protocol):
    """Rules of a mode: ``access.cycling.CyclingRules`` or ``access.driving.DrivingRules``."""

    @property
    def door(self) -> DoorTimes:
        """What a trip costs at its ends."""

    def passage(self, tags: Tags) -> Passage | None:
        """Return how a way with these tags is passed, None where it may not be."""

    def summary(self) -> str:
        """Return every parameter in plain words."""


class RoadSegments(NamedTuple):
    """Roads as straight pieces between nodes, as read; the input of ``access.roads.build_roads``.

    Nodes ascend by id without repeats. Pieces appear as often as the source has them.
    """

    node_id: npt.NDArray[np.int64]  # (n_nodes,)
    node_lon: Floats  # (n_nodes,) degrees WGS84
    node_lat: Floats  # (n_nodes,)
    start: npt.NDArray[np.int64]  # (n_segments,) index of a node
    target: npt.NDArray[np.int64]  # (n_segments,)
    way: npt.NDArray[np.int64]  # (n_segments,) OSM way
    forward_km_h: Floats  # (n_segments,) from start to target; CLOSED where one may not go
    backward_km_h: Floats  # (n_segments,)
    joinable: npt.NDArray[np.bool_]  # (n_segments,)
    known: npt.NDArray[np.bool_]  # (n_segments,) the speed comes from a tag
    n_ways: int
    n_cut: int  # pieces left out because the source lacks one of their nodes


class RoadGraph(NamedTuple):
    """A road graph with times in whole milliseconds. All arrays are read-only.

    R1. nodes ascend by id, edges by (start, target), ``edge_start < edge_target``: no loops and no two
        edges between the same nodes;
    R2. every edge is open in one direction at least; a time is ``CLOSED_MS`` or 0 and more;
    R3. from every main edge one can go to every other one and back.
    """

    centre_lon: float  # of the projection, degrees
    centre_lat: float
    walk_speed_km_h: float  # on the straight line between a point and the road
    start_s: int  # once a trip, at the origin
    end_s: int  # once a trip, at the destination
    node_id: npt.NDArray[np.int64]  # (n_nodes,)
    node_lon: Floats  # (n_nodes,) degrees WGS84
    node_lat: Floats  # (n_nodes,)
    node_x_m: Floats  # (n_nodes,) metres east of the centre
    node_y_m: Floats  # (n_nodes,) metres north of the centre
    edge_start: npt.NDArray[np.int32]  # (n_edges,) node
    edge_target: npt.NDArray[np.int32]  # (n_edges,) node
    edge_length_mm: npt.NDArray[np.int32]  # (n_edges,)
    edge_forward_ms: npt.NDArray[np.int32]  # (n_edges,) from start to target
    edge_backward_ms: npt.NDArray[np.int32]  # (n_edges,) from target to start
    edge_way: npt.NDArray[np.int64]  # (n_edges,) OSM way
    edge_main: npt.NDArray[np.bool_]  # (n_edges,) both ends on the main component
    edge_joinable: npt.NDArray[np.bool_]  # (n_edges,) points may be joined: main, no motorway, no tunnel
    edge_component_size: npt.NDArray[np.int32]  # (n_edges,) nodes of the component of its start

    @property
    def n_nodes(self) -> int:
        """Number of nodes, those off the main component included."""
        return len(self.node_id)

    @property
    def n_edges(self) -> int:
        """Number of edges, those off the main component included."""
        return len(self.edge_way)

    def to_metres(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Project degrees to metres east and north of the centre; NaN stays NaN."""
        return project(self.centre_lon, self.centre_lat, lon, lat)


@dataclass(frozen=True)
class RoadReport:
    """What was read, with every parameter of the mode in words. Lengths in metres."""

    source: str
    rules: str
    n_ways: int
    n_nodes: int
    n_edges: int
    length_m: float
    one_way_share: float  # of the length open in one direction only
    known_speed_share: float  # of the length whose speed a tag of the way gives
    length_removed_m: float  # off the main component
    n_edges_cut: int

    def as_dict(self) -> dict[str, str | int | float]:
        """Return the counts as plain values."""
        return asdict(self)

    def summary(self) -> str:
        """Return what was read and every parameter in plain words."""
        text = (
            f"{self.n_ways:,} ways, {self.n_nodes:,} nodes, {self.n_edges:,} edges, "
            f"{self.length_m / 1000:,.1f} km ({self.one_way_share:.0%} one-way, "
            f"{self.known_speed_share:.0%} with a speed of their own)"
        )
        if self.length_removed_m:
            text += (
                f"; {self.length_removed_m / 1000:,.1f} km are not joined to the main network both ways and "
                "put aside"
            )
        if self.n_edges_cut:
            text += f"; {self.n_edges_cut:,} edges end outside the extract and are left out"
        return f"{text}; {self.rules}"

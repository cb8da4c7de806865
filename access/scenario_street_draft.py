"""A walk graph being changed: edges closed, lines added, edges divided where lines join them.

Nothing of the base is moved: an edge that a line joins is divided at a whole millimetre, so that its parts
add up to its length and every old distance stays what it was. How the new graph is made from a draft stands
in ``access.scenario_street_build``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from access.snapping import OWN_NETWORK_NODES
from access.street_graph import Floats, StreetGraph

SAME_PLACE_MM = 12
"""Coordinates in OpenStreetMap have seven decimals, which are 11 mm: nearer places are one."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Joint(NamedTuple):
    """A place on an edge, base edges first, then added ones in order."""

    edge: int
    along_mm: int
    link_mm: int  # straight line from the point to it


class Place(NamedTuple):
    """A point in degrees and in metres of the graph's plane."""

    lon: float
    lat: float
    x_m: float
    y_m: float


class NewEdge(NamedTuple):
    """A straight piece of an added line."""

    start: int  # node: base nodes first, then new ones in order
    target: int
    length_mm: int
    line: int  # number of the added line, from 0
    linkable: bool


class StreetDraft:
    """Changes of a walk graph, collected. Close first, then add; the base is not touched."""

    def __init__(self, base: StreetGraph) -> None:
        self.base = base
        self.closed: Flags = np.zeros(base.n_edges, dtype=np.bool_)
        self.n_lines = 0
        self.new_nodes: list[Place] = []
        self.new_edges: list[NewEdge] = []
        self.divided: dict[int, dict[int, int]] = {}  # edge -> where, mm along it -> node
        self._trees: dict[bool, tuple[Ints, Any]] = {}  # with stray paths or without

    def place(self, lon: float, lat: float) -> Place:
        """Return a point in degrees and metres."""
        x_m, y_m = self.base.to_metres([lon], [lat])
        return Place(lon, lat, float(x_m[0]), float(y_m[0]))

    def nearest(self, point: Place, within_m: float) -> Joint | None:
        """Return the nearest place on an open street, the lowest edge of several; None where there is none.

        Streets are those of the base's main network, of networks of their own, and those added so far; where
        none of them is within the distance given, also stray paths: a path that leads nowhere is not what a
        bridge beside a street is for.
        """
        added = range(self.base.n_edges, self.base.n_edges + len(self.new_edges))
        joint = self._nearest_of([*self._nearest_open(point, stray=False), *added], point)
        if joint is not None and joint.link_mm <= 1000 * within_m:
            return joint
        return self._nearest_of([*self._nearest_open(point, stray=True), *added], point)

    def _nearest_of(self, edges: Sequence[int], point: Place) -> Joint | None:
        joints = [self._joint(edge, point) for edge in edges]
        return min(joints, key=lambda joint: (joint.link_mm, joint.edge), default=None)

    def _nearest_open(self, point: Place, *, stray: bool) -> list[int]:
        """Return the nearest open base edge, if any; without ``stray`` of a network worth joining."""
        if stray not in self._trees:
            base = self.base
            wanted = base.edge_main | (base.edge_component_size >= OWN_NETWORK_NODES) | stray
            edges = np.flatnonzero(wanted & ~self.closed)
            self._trees[stray] = edges, shapely.STRtree(lines_of_edges(base, edges))
        edges, tree = self._trees[stray]
        if len(edges) == 0:
            return []
        _, hit = tree.query_nearest(shapely.points([point.x_m], [point.y_m]))
        return [int(edges[hit].min())]

    def node_at(self, joint: Joint) -> int:
        """Return the node at a place on an edge; inside the edge a new one that divides it."""
        start, target, length_mm = self.ends(joint.edge)
        if joint.along_mm == 0:
            return start
        if joint.along_mm == length_mm:
            return target
        here = self.divided.setdefault(joint.edge, {})
        if joint.along_mm not in here:
            first, last = self._position(start), self._position(target)
            share = joint.along_mm / length_mm
            middle = (a + share * (b - a) for a, b in zip(first, last, strict=True))
            here[joint.along_mm] = self.new_node(Place(*middle))
        return here[joint.along_mm]

    def new_node(self, place: Place) -> int:
        """Add a node and return its number."""
        self.new_nodes.append(place)
        return self.base.n_nodes + len(self.new_nodes) - 1

    def add_line(self, nodes: list[int], linkable: bool) -> int:
        """Add a line along nodes and return its number."""
        for start, target in itertools.pairwise(nodes):
            length_mm = round(1000 * self.distance_m(start, target))
            self.new_edges.append(NewEdge(start, target, length_mm, self.n_lines, linkable))
        self.n_lines += 1
        return self.n_lines - 1

    def distance_m(self, one: int, other: int) -> float:
        """Return the straight distance between two nodes."""
        a, b = self._position(one), self._position(other)
        return float(np.hypot(a.x_m - b.x_m, a.y_m - b.y_m))

    def ends(self, edge: int) -> tuple[int, int, int]:
        """Return both nodes of an edge and its length in millimetres."""
        base = self.base
        if edge < base.n_edges:
            return int(base.edge_start[edge]), int(base.edge_target[edge]), int(base.edge_length_mm[edge])
        new = self.new_edges[edge - base.n_edges]
        return new.start, new.target, new.length_mm

    def _position(self, node: int) -> Place:
        base = self.base
        if node >= base.n_nodes:
            return self.new_nodes[node - base.n_nodes]
        where = (base.node_lon[node], base.node_lat[node], base.node_x_m[node], base.node_y_m[node])
        return Place(*(float(value) for value in where))

    def _joint(self, edge: int, point: Place) -> Joint:
        start, target, length_mm = self.ends(edge)
        a, b = self._position(start), self._position(target)
        east_m, north_m = b.x_m - a.x_m, b.y_m - a.y_m
        square = east_m**2 + north_m**2
        along = (point.x_m - a.x_m) * east_m + (point.y_m - a.y_m) * north_m
        share = min(max(along / square, 0.0), 1.0) if square > 0 else 0.0
        link_m = np.hypot(point.x_m - a.x_m - share * east_m, point.y_m - a.y_m - share * north_m)
        along_mm, link_mm = round(share * length_mm), round(1000 * float(link_m))
        if min(along_mm, length_mm - along_mm) <= SAME_PLACE_MM:
            along_mm = 0 if along_mm <= SAME_PLACE_MM else length_mm
        return Joint(edge, along_mm, link_mm if link_mm > SAME_PLACE_MM else 0)


def lines_of_edges(streets: StreetGraph, edges: Ints) -> Any:
    """Return edges as straight lines in metres."""
    ends = np.stack([streets.edge_start[edges], streets.edge_target[edges]], axis=1)
    coordinates: Floats = np.stack([streets.node_x_m[ends], streets.node_y_m[ends]], axis=-1)
    return shapely.linestrings(coordinates)

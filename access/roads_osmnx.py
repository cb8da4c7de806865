"""Roads for cars from an osmnx graph: a GraphML file it saved, or the graph itself.

Directions are those of the graph, which osmnx made from one-way tags; which ways it holds is up to its
download (``network_type="drive"``). The speed of an edge is, in this order: its ``speed_kph`` (as
``osmnx.routing.add_edge_speeds`` fills in), its ``length`` over its ``travel_time`` (seconds), its
``maxspeed``, the class of road; the congestion factor applies to each. Where osmnx merged several ways, the
first class and the highest speed count. Bends of a simplified edge become nodes, so that points join the
drawn line.

osmnx is imported when a file is read: its import takes seconds.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from access.driving import NOT_JOINED, SPEED_BY_CLASS_KM_H, DrivingRules
from access.errors import InputDataError
from access.maxspeed import parse_maxspeed
from access.road_graph import CLOSED, RoadGraph, RoadReport, RoadSegments
from access.roads import build_roads
from access.streets_osmnx import Bends, load_graph, node_positions, way_id


def read_roads_graphml(path: Path, rules: DrivingRules) -> tuple[RoadGraph, RoadReport]:
    """Read the roads of a GraphML file written by ``osmnx.save_graphml``; errors as ``roads_of_graph``.

    Raises
    ------
    InputDataError
        The file is missing or no GraphML of osmnx.
    """
    return roads_of_graph(load_graph(path), rules, str(path))


def roads_of_graph(graph: Any, rules: DrivingRules, source: str) -> tuple[RoadGraph, RoadReport]:
    """Turn an osmnx graph (a directed networkx multigraph in degrees) into roads; ``source`` is for messages.

    Raises
    ------
    InputDataError
        The graph is projected, undirected, without positions, or has no edge for cars.
    """
    if not graph.is_directed():
        raise InputDataError(
            f"streets: {source} is an undirected graph, so that one-way roads cannot be told; give the graph "
            'as osmnx downloads it with network_type="drive"'
        )
    positions = node_positions(graph, source)
    bends = Bends(positions)
    ends: list[tuple[int, int, int]] = []
    values: list[tuple[float, bool, bool]] = []
    for start, target, data in graph.edges(data=True):
        highway = _first(data.get("highway"))
        if highway not in SPEED_BY_CLASS_KM_H:
            continue
        stated = _stated_speed_km_h(data, highway)
        speed_km_h = (stated or rules.speed_by_class_km_h.get(highway, SPEED_BY_CLASS_KM_H[highway])) / (
            rules.factor(highway)
        )
        joinable = highway not in NOT_JOINED and _first(data.get("tunnel")) in (None, "no")
        for a, b in pairwise(bends.nodes_along(int(start), int(target), data.get("geometry"))):
            ends.append((a, b, way_id(data)))
            values.append((speed_km_h, joinable, stated is not None))
    if not ends:
        raise InputDataError(
            f'streets: {source} has no edge for cars; download it with osmnx and network_type="drive"'
        )
    table, columns = np.array(ends, dtype=np.int64), np.array(values, dtype=np.float64)
    node_id, pairs = np.unique(table[:, :2], return_inverse=True)
    pairs = pairs.reshape(-1, 2)
    lon_lat = np.array([positions[node] for node in node_id.tolist()], dtype=np.float64)
    segments = RoadSegments(
        node_id,
        lon_lat[:, 0].copy(),
        lon_lat[:, 1].copy(),
        pairs[:, 0].copy(),
        pairs[:, 1].copy(),
        table[:, 2].copy(),
        forward_km_h=columns[:, 0].copy(),
        backward_km_h=np.full(len(columns), CLOSED),  # the way back is an edge of its own
        joinable=columns[:, 1].astype(np.bool_),
        known=columns[:, 2].astype(np.bool_),
        n_ways=len(np.unique(table[:, 2])),
        n_cut=0,
    )
    return build_roads(segments, rules, source)


def _stated_speed_km_h(data: dict[str, Any], highway: str) -> float | None:
    """Return the speed that an edge states, None where it states none above 0."""
    speed = _number(data.get("speed_kph"))
    if speed is None:
        length_m, travel_s = _number(data.get("length")), _number(data.get("travel_time"))
        speed = 3.6 * length_m / travel_s if length_m and travel_s else None
    if speed is None:
        limits = data.get("maxspeed")
        for limit in limits if isinstance(limits, list) else [limits]:
            found = parse_maxspeed(str(limit), highway)
            speed = max(speed or 0.0, found) if found else speed
    return speed


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 < number < np.inf else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value

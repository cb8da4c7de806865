"""Directed roads for bicycles and cars, from an ``.osm.pbf`` or an osmnx graph, as a ``RoadGraph``.

The time of an edge is its length at the speed of the mode, rounded to the millisecond. Of two ways between
the same two nodes the faster counts, in each direction on its own. The main component is the largest set of
nodes that can all reach each other (strongly connected; among equals the one with the lowest node): nothing
is joined to the rest, since from there one could not come back. Heights are not considered.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from access.errors import DataQualityWarning, InputDataError
from access.osm_ways import TaggedWays, pieces_of, read_tagged_ways_pbf
from access.road_graph import CLOSED, CLOSED_MS, RoadGraph, RoadReport, RoadRules, RoadSegments
from access.street_graph import Floats, project

logger = logging.getLogger(__name__)

LONGEST_EDGE_M = 100_000.0
LONGEST_MS = 2**29
"""Times of edges are cut off here, six days, far above every limit, so that no sum overflows."""

REMOVED_SHARE_WORTH_A_WARNING = 0.10


def read_roads_pbf(path: Path, rules: RoadRules) -> tuple[RoadGraph, RoadReport]:
    """Read the roads of one mode from a local ``.osm.pbf``; errors as ``access.osm_ways``."""
    return roads_of_tagged(read_tagged_ways_pbf(path), rules, str(path))


def roads_of_tagged(tagged: TaggedWays, rules: RoadRules, source: str) -> tuple[RoadGraph, RoadReport]:
    """Return the roads of one mode among ways read for all modes; ``source`` names the input in messages."""
    passages = [rules.passage(tags) for tags in tagged.tags]
    passed = np.array([passage is not None for passage in passages], dtype=np.bool_)
    kind, ways = tagged.ways.kind, tagged.ways
    columns = np.array([passage or (CLOSED, CLOSED, False, False) for passage in passages], dtype=np.float64)
    pieces = pieces_of(ways, passed[kind])
    forward_km_h, backward_km_h, joinable, known = columns[kind[pieces.way]].T
    segments = RoadSegments(
        ways.node_id,
        ways.node_lon,
        ways.node_lat,
        pieces.start,
        pieces.target,
        ways.way_id[pieces.way],
        forward_km_h,
        backward_km_h,
        joinable.astype(np.bool_),
        known.astype(np.bool_),
        n_ways=int(np.count_nonzero(passed[kind])),
        n_cut=pieces.n_cut,
    )
    return build_roads(segments, rules, source)


def build_roads(segments: RoadSegments, rules: RoadRules, source: str) -> tuple[RoadGraph, RoadReport]:
    """Turn segments as read into a graph and a report.

    Raises
    ------
    InputDataError
        No piece of any road is left, or one is longer than 100 km.
    """
    segments = _merge_parallel(segments)
    if len(segments.way) == 0:
        raise InputDataError(
            f"streets: {source} has no road for this mode ({rules.summary()}); give an extract of the study "
            "area with complete ways"
        )
    segments = _drop_unused_nodes(segments)
    lon, lat = segments.node_lon, segments.node_lat
    centre_lon, centre_lat = float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2
    x_m, y_m = project(centre_lon, centre_lat, lon, lat)
    start, target = segments.start.astype(np.int32), segments.target.astype(np.int32)
    length_m = np.hypot(x_m[start] - x_m[target], y_m[start] - y_m[target])
    _check_lengths(segments, length_m, source)
    length_mm = np.rint(1000 * length_m).astype(np.int32)
    forward_ms, backward_ms = (
        _milliseconds(length_mm, speed) for speed in (segments.forward_km_h, segments.backward_km_h)
    )
    main, component_size = _strong_components(start, target, forward_ms, backward_ms, len(lon))
    edge_main = main[start] & main[target]
    graph = RoadGraph(
        centre_lon,
        centre_lat,
        *rules.door,
        segments.node_id,
        lon,
        lat,
        x_m,
        y_m,
        start,
        target,
        length_mm,
        forward_ms,
        backward_ms,
        segments.way,
        edge_main,
        edge_main & segments.joinable,
        component_size[start],
    )
    for values in graph:
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    report = _report(graph, segments, rules, source)
    logger.info("roads: %s", report.summary())
    _warn_of_gaps(report)
    return graph, report


def _merge_parallel(segments: RoadSegments) -> RoadSegments:
    """Keep one piece for each pair of nodes, the fastest speed each way, of the lowest way; drop loops."""
    turned = segments.start > segments.target
    low = np.where(turned, segments.target, segments.start)
    high = np.where(turned, segments.start, segments.target)
    forward = np.where(turned, segments.backward_km_h, segments.forward_km_h)
    backward = np.where(turned, segments.forward_km_h, segments.backward_km_h)
    order = np.lexsort((segments.way, high, low))
    order = order[(low != high)[order]]
    low, high = low[order], high[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    first = np.flatnonzero(new)
    if len(first) == 0:
        order = first
    return segments._replace(
        start=low[first],
        target=high[first],
        way=segments.way[order][first],
        forward_km_h=_highest(forward[order], first),
        backward_km_h=_highest(backward[order], first),
        joinable=_highest(segments.joinable[order], first),
        known=_highest(segments.known[order], first),
    )


def _highest(values: npt.NDArray[Any], first: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """Return the highest value of each group; groups begin at ``first``."""
    return np.asarray(np.maximum.reduceat(values, first)) if len(first) else values[:0]


def _drop_unused_nodes(segments: RoadSegments) -> RoadSegments:
    used, ends = np.unique(np.stack([segments.start, segments.target]), return_inverse=True)
    start, target = ends.reshape(2, -1)
    return segments._replace(
        node_id=segments.node_id[used],
        node_lon=segments.node_lon[used],
        node_lat=segments.node_lat[used],
        start=start,
        target=target,
    )


def _check_lengths(segments: RoadSegments, length_m: Floats, source: str) -> None:
    wrong = np.flatnonzero(~(length_m <= LONGEST_EDGE_M))
    if len(wrong):
        raise InputDataError(
            f"streets: {source} has {len(wrong):,} straight pieces of road longer than "
            f"{LONGEST_EDGE_M / 1000:.0f} km, way {segments.way[wrong[0]]} for one; its coordinates are "
            "damaged, or not in degrees of WGS84 (EPSG:4326)"
        )


def _milliseconds(length_mm: npt.NDArray[np.int32], speed_km_h: Floats) -> npt.NDArray[np.int32]:
    """Return times at speeds; ``CLOSED_MS`` where the speed is ``CLOSED``."""
    open_way = speed_km_h > CLOSED
    ms = np.rint(3.6 * length_mm / np.where(open_way, speed_km_h, 1.0))  # 1 km/h is 1/3.6 mm a millisecond
    return np.where(open_way, np.minimum(ms, LONGEST_MS), CLOSED_MS).astype(np.int32)


def _strong_components(
    start: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    forward_ms: npt.NDArray[np.int32],
    backward_ms: npt.NDArray[np.int32],
    n_nodes: int,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
    """Flag the nodes of the largest strong component; return also the size of each node's component."""
    from scipy.sparse import coo_array  # a cached network needs none of it
    from scipy.sparse.csgraph import connected_components

    ahead, back = forward_ms != CLOSED_MS, backward_ms != CLOSED_MS
    here = np.concatenate([start[ahead], target[back]])
    there = np.concatenate([target[ahead], start[back]])
    links = coo_array((np.ones(len(here), dtype=np.int8), (here, there)), shape=(n_nodes, n_nodes))
    _, component = connected_components(links, directed=True, connection="strong")
    size = np.bincount(component)
    main = component == component[np.argmax(size[component])]
    return main, size[component].astype(np.int32)


def _report(graph: RoadGraph, segments: RoadSegments, rules: RoadRules, source: str) -> RoadReport:
    length_m = graph.edge_length_mm / 1000
    total_m = float(length_m.sum())
    one_way = (graph.edge_forward_ms == CLOSED_MS) | (graph.edge_backward_ms == CLOSED_MS)
    return RoadReport(
        source=source,
        rules=rules.summary(),
        n_ways=segments.n_ways,
        n_nodes=graph.n_nodes,
        n_edges=graph.n_edges,
        length_m=total_m,
        one_way_share=float(length_m[one_way].sum()) / total_m if total_m else 0.0,
        known_speed_share=float(length_m[segments.known].sum()) / total_m if total_m else 0.0,
        length_removed_m=float(length_m[~graph.edge_main].sum()),
        n_edges_cut=segments.n_cut,
    )


def _warn_of_gaps(report: RoadReport) -> None:
    share = report.length_removed_m / report.length_m if report.length_m else 0.0
    if share > REMOVED_SHARE_WORTH_A_WARNING:
        warnings.warn(
            f"streets: {share:.0%} of the road length of {report.source} cannot be reached from the main "
            f"network and left again ({report.rules}); points there are not joined. Check that the extract "
            "holds the roads between its parts and is wide enough for one-way roads to close",
            DataQualityWarning,
            stacklevel=3,
        )

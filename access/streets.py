"""Streets people walk on, as arrays: from an ``.osm.pbf``, an osmnx GraphML file or a download.

All three end in the same ``StreetGraph``. Nodes are the points of the street lines (every bend is one),
edges the straight pieces between them. Positions in metres come from one transverse Mercator projection
centred on the data, and lengths from those positions; compared with the geodesic a length is wrong by less
than 1 in 100,000 within 25 km east or west of the centre, 2 in 10,000 within 100 km, 2 in 1,000 within
300 km. Heights are not considered.

Decided: two ways between the same two nodes make one edge (not steps if one of them is not, then the lower
way id); a node joined to itself is dropped; two nodes at one place stay two, and an edge of 0 m may join
them. Streets cut off from the largest connected component (by nodes; among equals the one with the lowest
OSM node id) stay in the arrays but are not flagged ``main``: nothing is snapped to them, and ``StreetReport``
counts them.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from access.errors import DataQualityWarning, InputDataError
from access.street_graph import Floats, StreetGraph, StreetReport, project
from access.streets_osm import StreetSegments, read_segments_pbf
from access.streets_osmnx import download_segments, read_segments_graphml

__all__ = [
    "StreetGraph",
    "StreetReport",
    "build_streets",
    "download_streets",
    "read_streets_graphml",
    "read_streets_pbf",
]

logger = logging.getLogger(__name__)

LONGEST_EDGE_M = 100_000.0
CUT_SHARE_WORTH_A_WARNING = 0.05
REMOVED_SHARE_WORTH_A_WARNING = 0.10
JOIN_PARTS = "Check that the extract holds the bridges and roads between its parts"


def read_streets_pbf(path: Path) -> tuple[StreetGraph, StreetReport]:
    """Read walkable streets from a local ``.osm.pbf``; rules and errors: ``access.streets_osm``."""
    return build_streets(read_segments_pbf(path), str(path))


def read_streets_graphml(path: Path) -> tuple[StreetGraph, StreetReport]:
    """Read walkable streets from an osmnx GraphML file, simplified or not; see ``access.streets_osmnx``."""
    return build_streets(read_segments_graphml(path), str(path))


def download_streets(
    *, place: str | None = None, boundary: gpd.GeoDataFrame | gpd.GeoSeries | None = None
) -> tuple[StreetGraph, StreetReport]:
    """Download walkable streets of a named place or inside a boundary through osmnx (needs a network)."""
    source = f"OpenStreetMap: {place}" if place else "OpenStreetMap: boundary"
    return build_streets(download_segments(place=place, boundary=boundary), source)


def build_streets(
    segments: StreetSegments, source: str, advice: str = JOIN_PARTS
) -> tuple[StreetGraph, StreetReport]:
    """Turn segments as read into a graph and a report.

    ``source`` names the input in messages; ``advice`` says what to do where much of it is cut off.

    Raises
    ------
    InputDataError
        No segment of any street is left (every way has a single node, say), or a segment is longer than
        100 km.
    """
    segments = _merge_parallel(_drop_loops(segments))
    if len(segments.way) == 0:
        raise InputDataError(
            f"streets: {source} has no street of two nodes or more; give an extract of the study area "
            "with complete ways"
        )
    segments = _drop_unused_nodes(segments)
    lon, lat = segments.node_lon, segments.node_lat
    centre_lon, centre_lat = float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2
    x_m, y_m = project(centre_lon, centre_lat, lon, lat)
    start, target = segments.start.astype(np.int32), segments.target.astype(np.int32)
    length_m = np.hypot(x_m[start] - x_m[target], y_m[start] - y_m[target])
    _check_lengths(segments, length_m, source)
    length_mm = np.rint(1000 * length_m).astype(np.int32)
    main, component_size, n_components = _components(start, target, len(lon))
    graph = StreetGraph(
        centre_lon,
        centre_lat,
        segments.node_id,
        lon,
        lat,
        x_m,
        y_m,
        main,
        component_size,
        start,
        target,
        length_mm,
        segments.way,
        segments.steps,
        main[start],
        *neighbours_of(start, target, length_mm, len(lon)),
    )
    for values in graph:
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    report = _report(graph, source, segments.n_ways, segments.n_cut, n_components)
    logger.info("streets: %s", report.summary())
    _warn_of_gaps(report, advice)
    return graph, report


def _warn_of_gaps(report: StreetReport, advice: str) -> None:
    cut_share = report.n_edges_cut / (report.n_edges + report.n_edges_cut)
    if cut_share > CUT_SHARE_WORTH_A_WARNING:
        warnings.warn(
            f"streets: {report.source} lacks nodes of {report.n_edges_cut:,} edges ({cut_share:.0%}), which "
            "are left out, so that walks are longer than they are or missing; extract it with complete ways "
            "and with nodes before ways, as `osmium extract` and `osmium sort` do",
            DataQualityWarning,
            stacklevel=2,
        )
    if report.length_removed_share > REMOVED_SHARE_WORTH_A_WARNING:
        warnings.warn(
            f"streets: {report.length_removed_share:.0%} of the street length of {report.source} is not "
            "joined to the main network and put aside; cells and stops there are not snapped. "
            f"{advice}",
            DataQualityWarning,
            stacklevel=2,
        )


def _check_lengths(segments: StreetSegments, length_m: Floats, source: str) -> None:
    """Refuse coordinates that cannot be: below this limit no sum of lengths overflows."""
    wrong = np.flatnonzero(~(length_m <= LONGEST_EDGE_M))
    if len(wrong):
        raise InputDataError(
            f"streets: {source} has {len(wrong):,} straight street pieces longer than "
            f"{LONGEST_EDGE_M / 1000:.0f} km, way {segments.way[wrong[0]]} for one; its coordinates are "
            "damaged, or not in degrees of WGS84 (EPSG:4326)"
        )


def _drop_loops(segments: StreetSegments) -> StreetSegments:
    return _select(segments, np.flatnonzero(segments.start != segments.target))


def _merge_parallel(segments: StreetSegments) -> StreetSegments:
    """Keep one segment for each pair of nodes and sort by pair: not steps if possible, then lowest way."""
    low = np.minimum(segments.start, segments.target)
    high = np.maximum(segments.start, segments.target)
    segments = segments._replace(start=low, target=high)
    order = np.lexsort((segments.way, segments.steps, high, low))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    return _select(segments, order[first])


def _select(segments: StreetSegments, chosen: npt.NDArray[np.intp]) -> StreetSegments:
    return segments._replace(
        start=segments.start[chosen],
        target=segments.target[chosen],
        way=segments.way[chosen],
        steps=segments.steps[chosen],
    )


def _drop_unused_nodes(segments: StreetSegments) -> StreetSegments:
    used, ends = np.unique(np.stack([segments.start, segments.target]), return_inverse=True)
    start, target = ends.reshape(2, -1)
    return segments._replace(
        node_id=segments.node_id[used],
        node_lon=segments.node_lon[used],
        node_lat=segments.node_lat[used],
        start=start,
        target=target,
    )


def _components(
    start: npt.NDArray[np.int32], target: npt.NDArray[np.int32], n_nodes: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32], int]:
    """Flag the nodes of the component with most nodes (among equals the one of the lowest node index).

    Also return the size of each node's component, in nodes, and the number of components.
    """
    from scipy.sparse import coo_array  # a cached network needs none of it
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(start), dtype=np.int8), (start, target)), shape=(n_nodes, n_nodes))
    n_components, component = connected_components(links, directed=False)
    size = np.bincount(component)
    main = component == component[np.argmax(size[component])]
    return main, size[component].astype(np.int32), int(n_components)


def neighbours_of(
    start: npt.NDArray[np.int32],
    target: npt.NDArray[np.int32],
    length_mm: npt.NDArray[np.int32],
    n_nodes: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """List every edge at both of its ends (invariant S2)."""
    here, there = np.concatenate([start, target]), np.concatenate([target, start])
    edge = np.tile(np.arange(len(start), dtype=np.int32), 2)
    order = np.lexsort((there, here))
    neighbour_start = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(here, minlength=n_nodes), out=neighbour_start[1:])
    edge = edge[order]
    return neighbour_start, there[order], edge, length_mm[edge]


def _report(graph: StreetGraph, source: str, n_ways: int, n_cut: int, n_components: int) -> StreetReport:
    length_m = graph.edge_length_mm / 1000
    removed_m = float(length_m[~graph.main[graph.edge_start]].sum())
    total_m = float(length_m.sum())
    return StreetReport(
        source=source,
        n_ways=n_ways,
        n_nodes=graph.n_nodes,
        n_edges=graph.n_edges,
        length_m=total_m,
        n_components=n_components,
        n_nodes_removed=int(np.count_nonzero(~graph.main)),
        length_removed_m=removed_m,
        length_removed_share=removed_m / total_m if total_m else 0.0,
        n_edges_cut=n_cut,
    )

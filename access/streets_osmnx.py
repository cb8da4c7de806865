"""Walkable streets through osmnx: from a GraphML file it saved, or downloaded by place or boundary.

The rules for walkable ways are those of ``access.streets_osm``, applied to the tags that the graph keeps.
osmnx keeps neither ``foot`` nor ``motorroad`` unless told to, as the download here does; a GraphML file
made elsewhere is read with the tags it has. Where osmnx merged several ways into one edge, the edge is
walkable when all of them are. Directions are dropped. Bends of a simplified edge become nodes without an
OSM id (numbered -1, -2, ...), so that snapping follows the drawn line.

osmnx is imported when a function is called: its import takes seconds.
"""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj

from access.errors import InputDataError
from access.streets_osm import StreetSegments, is_walkable

Position = tuple[float, float]

WALK_TAGS = ("highway", "foot", "access", "motorroad", "railway", "public_transport")
WAYS_ASKED = ['["highway"]', '["railway"="platform"]', '["public_transport"="platform"]']


def read_segments_graphml(path: Path) -> StreetSegments:
    """Read the walkable streets of a GraphML file written by ``osmnx.save_graphml``.

    Raises
    ------
    InputDataError
        The file is missing, no GraphML of osmnx, projected, or has no walkable edge.
    """
    return segments_of_graph(load_graph(path), str(path))


def load_graph(path: Path) -> Any:
    """Load a GraphML file of osmnx as a networkx graph; ``InputDataError`` if it cannot be."""
    import osmnx

    if not path.is_file():
        raise InputDataError(f"streets: {path} does not exist; write it with osmnx.save_graphml")
    try:
        return osmnx.load_graphml(path)
    except Exception as error:  # the parsers of XML, networkx and osmnx each raise their own kinds
        raise InputDataError(
            f"streets: {path} cannot be read as GraphML of osmnx ({type(error).__name__}: {error}); "
            "write it with osmnx.save_graphml"
        ) from error


def download_segments(
    *, place: str | None = None, boundary: gpd.GeoDataFrame | gpd.GeoSeries | None = None
) -> StreetSegments:
    """Download the walkable streets of a place, by name, or inside a boundary.

    Parameters
    ----------
    place
        A name that OpenStreetMap's geocoder finds as an area, such as ``"Porto Alegre, Brazil"``.
    boundary
        Polygons with a coordinate reference system.

    Raises
    ------
    InputDataError
        Not exactly one of the two is given, the boundary has no coordinate reference system, or the
        download fails or finds nothing.
    """
    import osmnx

    if (place is None) == (boundary is None):
        raise InputDataError("streets: give either a place name or a boundary to download")
    if boundary is not None and boundary.crs is None:
        raise InputDataError(
            "streets: the boundary has no coordinate reference system; save it with one (EPSG:4326 say)"
        )
    options: dict[str, Any] = {"custom_filter": WAYS_ASKED, "simplify": False, "retain_all": True}
    kept_tags = osmnx.settings.useful_tags_way
    osmnx.settings.useful_tags_way = sorted({*kept_tags, *WALK_TAGS})
    try:
        if boundary is not None:
            area: Any = boundary.to_crs("EPSG:4326").union_all()
            graph = osmnx.graph_from_polygon(area, **options)
        else:
            graph = osmnx.graph_from_place(str(place), **options)
    except (OSError, ValueError, TypeError) as error:  # osmnx's and requests' own errors derive from these
        raise InputDataError(
            f"streets: download of {place or 'the boundary'} failed ({type(error).__name__}: {error}); check "
            "the name and the connection, or give a local .osm.pbf in streets.osm_pbf"
        ) from error
    finally:
        osmnx.settings.useful_tags_way = kept_tags
    return segments_of_graph(graph, place or "the boundary")


def segments_of_graph(graph: Any, source: str) -> StreetSegments:
    """Turn an osmnx graph (a networkx multigraph in degrees) into segments; ``source`` is for messages."""
    positions = node_positions(graph, source)
    bends = Bends(positions)
    rows: list[tuple[int, int, int, bool]] = []
    for start, target, data in graph.edges(data=True):
        if not _edge_is_walkable(data):
            continue
        way, steps = way_id(data), data.get("highway") == "steps"
        for a, b in pairwise(bends.nodes_along(int(start), int(target), data.get("geometry"))):
            rows.append((a, b, way, steps))
    if not rows:
        raise InputDataError(
            f"streets: {source} has no edge that people may walk on; its edges need the tag highway=*"
        )
    table = np.array(rows, dtype=np.int64)
    node_id, ends = np.unique(table[:, :2], return_inverse=True)
    ends = ends.reshape(-1, 2)
    lon_lat = np.array([positions[node] for node in node_id.tolist()], dtype=np.float64)
    return StreetSegments(
        node_id=node_id,
        node_lon=lon_lat[:, 0].copy(),
        node_lat=lon_lat[:, 1].copy(),
        start=ends[:, 0].copy(),
        target=ends[:, 1].copy(),
        way=table[:, 2].copy(),
        steps=table[:, 3].astype(np.bool_),
        n_ways=len(np.unique(table[:, 2])),
        n_cut=0,
    )


def node_positions(graph: Any, source: str) -> dict[int, Position]:
    """Return lon and lat of the nodes of an osmnx graph; ``InputDataError`` if they are not in degrees."""
    crs = graph.graph.get("crs")
    if crs is None or not pyproj.CRS(crs).equals(pyproj.CRS("EPSG:4326"), ignore_axis_order=True):
        raise InputDataError(
            f"streets: {source} has coordinates in {crs or 'no stated system'}; give the unprojected osmnx "
            "graph, in EPSG:4326"
        )
    without = [node for node, data in graph.nodes(data=True) if "x" not in data or "y" not in data]
    if without:
        raise InputDataError(
            f"streets: {source} has nodes without x and y ({len(without):,}, {without[0]} for one); give a "
            "graph written by osmnx.save_graphml"
        )
    return {int(node): (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)}


def _edge_is_walkable(data: dict[str, Any]) -> bool:
    """Tell whether every combination of the values that osmnx merged is walkable."""
    tags = {key: data[key] for key in WALK_TAGS if data.get(key) is not None}
    values = [value if isinstance(value, list) else [value] for value in tags.values()]
    return all(is_walkable(dict(zip(tags, choice, strict=True))) for choice in product(*values))


def way_id(data: dict[str, Any]) -> int:
    """Return the way of an edge, the lowest of several, -1 where the graph names none."""
    way = data.get("osmid", -1)
    return int(min(way)) if isinstance(way, list) else int(way)


class Bends:
    """The nodes of edges, bends included; the same line, there once each way, gets the same bends."""

    def __init__(self, positions: dict[int, Position]) -> None:
        self.positions = positions
        self._bends_of: dict[tuple[int, int, tuple[Position, ...]], list[int]] = {}
        self._next_id = min([0, *positions]) - 1

    def nodes_along(self, start: int, target: int, geometry: Any) -> list[int]:
        """List the nodes of an edge from start to target; new bends get a position."""
        if geometry is None or len(geometry.coords) <= 2:
            return [start, target]
        line = [(float(x), float(y)) for x, y, *_ in geometry.coords]
        ahead = _square(line[0], self.positions[start]) + _square(line[-1], self.positions[target])
        astern = _square(line[-1], self.positions[start]) + _square(line[0], self.positions[target])
        if ahead > astern:
            line.reverse()  # an undirected osmnx graph may store the line from target to start
        inside = tuple(line[1:-1])
        forward = (start, inside) <= (target, inside[::-1])
        key = (start, target, inside) if forward else (target, start, inside[::-1])
        if key not in self._bends_of:
            self._bends_of[key] = [self._next_id - i for i in range(len(inside))]
            self._next_id -= len(inside)
            self.positions.update(zip(self._bends_of[key], key[2], strict=True))
        bends = self._bends_of[key]
        return [start, *(bends if forward else bends[::-1]), target]


def _square(a: Position, b: Position) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2

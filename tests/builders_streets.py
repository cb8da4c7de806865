"""Writes tiny OpenStreetMap files, so that a test shows its streets in a few lines.

Example: a street of 200 m with a school beside it::

    path = write_osm_pbf(
        tmp_path / "streets.osm.pbf",
        nodes={1: at(0, 0), 2: at(200, 0), 3: at(100, 30)},
        ways={10: ([1, 2], {"highway": "residential"})},
        node_tags={3: {"amenity": "school"}},
    )
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

ORIGIN_LON = 2.0
ORIGIN_LAT = 48.0

Tags = Mapping[str, str]
Position = tuple[float, float]


def at(east_m: float, north_m: float) -> Position:
    """Return lon, lat of a point so many metres east and north of the test origin (good to 0.1 % near it)."""
    phi = math.radians(ORIGIN_LAT)
    # Metres a degree on WGS84, from the radii of curvature at the origin.
    curvature = 1 - 0.00669437999014 * math.sin(phi) ** 2
    metres_a_degree_east = math.radians(1) * 6378137.0 / math.sqrt(curvature) * math.cos(phi)
    metres_a_degree_north = math.radians(1) * 6378137.0 * (1 - 0.00669437999014) / curvature**1.5
    return ORIGIN_LON + east_m / metres_a_degree_east, ORIGIN_LAT + north_m / metres_a_degree_north


def write_osm_pbf(
    path: Path,
    nodes: Mapping[int, Position],
    ways: Mapping[int, tuple[Sequence[int], Tags]],
    *,
    node_tags: Mapping[int, Tags] | None = None,
    relations: Mapping[int, tuple[Sequence[tuple[str, int, str]], Tags]] | None = None,
) -> Path:
    """Write an ``.osm.pbf``; ids are OSM ids, relation members are (type ``n``/``w``/``r``, id, role)."""
    tags = node_tags or {}
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node, position in sorted(nodes.items()):
            writer.add_node(Node(id=node, location=position, tags=dict(tags.get(node, {}))))
        for way, (refs, way_tags) in sorted(ways.items()):
            writer.add_way(Way(id=way, nodes=list(refs), tags=dict(way_tags)))
        for relation, (members, relation_tags) in sorted((relations or {}).items()):
            writer.add_relation(Relation(id=relation, members=list(members), tags=dict(relation_tags)))
    return path


def write_street_grid(path: Path, columns: int, rows: int, block_m: float = 100.0) -> Path:
    """Write a grid of residential streets; node ``1 + row * columns + column`` lies at its crossing."""
    nodes = {
        1 + row * columns + column: at(column * block_m, row * block_m)
        for row in range(rows)
        for column in range(columns)
    }
    street = {"highway": "residential"}
    across = {
        1000 + row: ([1 + row * columns + column for column in range(columns)], street) for row in range(rows)
    }
    along = {
        2000 + column: ([1 + row * columns + column for row in range(rows)], street)
        for column in range(columns)
    }
    return write_osm_pbf(path, nodes, {**across, **along})

"""Which OpenStreetMap ways people may walk on, and their reading from an ``.osm.pbf``.

A way is walkable when its tags say so, decided in this order (``is_walkable``):

1. ``highway=motorway`` and ``motorway_link`` never; neither are values outside ``WALKABLE_HIGHWAYS``
   (``construction``, ``proposed``, ``raceway``, ``busway``...). A platform tagged only
   ``railway=platform`` or ``public_transport=platform`` counts like ``highway=platform``.
2. ``foot`` of ``FOOT_NO`` forbids (``use_sidepath``: the pavement is drawn on its own); of ``FOOT_YES``
   allows, even where ``access`` forbids or ``motorroad=yes``.
3. Without a verdict from ``foot``, ``motorroad=yes`` and ``access`` of ``ACCESS_NO`` forbid.
4. Everything else is walkable.

Decided with it: roads with ``sidewalk=separate`` stay, because drawn pavements are often not joined to
the next street; one-way rules do not bind people on foot; steps are kept, flagged, and walked at the same
speed; a walkable area (``area=yes``) is its ring, not its inside, and multipolygon relations are not
read; gates and other barriers on nodes are passed; ferries are no streets (those with a timetable belong
in GTFS).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import osmium

from access.errors import InputDataError

WALKABLE_HIGHWAYS = frozenset(
    [
        *("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
        *("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road"),
        *("track", "pedestrian", "footway", "path", "steps", "corridor", "platform", "elevator"),
        *("cycleway", "bridleway"),
    ]
)
FOOT_YES = frozenset(["yes", "designated", "permissive", "destination", "customers", "permit", "official"])
FOOT_NO = frozenset(["no", "private", "use_sidepath"])
ACCESS_NO = frozenset(["no", "private", "military"])


class Tags(Protocol):
    """Tags of a way: a dict, or what pyosmium hands out."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key, None where the way has none."""


class StreetSegments(NamedTuple):
    """Walkable streets as straight segments between nodes, as read; the input of ``streets.build_streets``.

    Nodes ascend by id without repeats. Segments appear as often as the source has them.
    """

    node_id: npt.NDArray[np.int64]  # (n_nodes,) OSM node; below 0 for a bend that the source has not named
    node_lon: npt.NDArray[np.float64]  # (n_nodes,) degrees WGS84
    node_lat: npt.NDArray[np.float64]  # (n_nodes,)
    start: npt.NDArray[np.int64]  # (n_segments,) index of a node
    target: npt.NDArray[np.int64]  # (n_segments,)
    way: npt.NDArray[np.int64]  # (n_segments,) OSM way
    steps: npt.NDArray[np.bool_]  # (n_segments,)
    n_ways: int  # walkable ways
    n_cut: int  # segments left out because the extract lacks one of their nodes


def is_walkable(tags: Tags) -> bool:
    """Tell whether people may walk on a way with these tags (rules in the module's text)."""
    highway = tags.get("highway")
    if highway is None and "platform" in (tags.get("railway"), tags.get("public_transport")):
        highway = "platform"
    if highway not in WALKABLE_HIGHWAYS:
        return False
    foot = tags.get("foot")
    if foot in FOOT_NO:
        return False
    if foot in FOOT_YES:
        return True
    return tags.get("motorroad") != "yes" and tags.get("access") not in ACCESS_NO


def read_segments_pbf(path: Path) -> StreetSegments:
    """Read the walkable streets of an ``.osm.pbf`` with pyosmium.

    A segment whose node is not in the file is left out and counted.

    Raises
    ------
    InputDataError
        The file is missing, empty, damaged, no ``.osm.pbf``, or has no walkable way.
    """
    if not path.is_file():
        raise InputDataError(f"streets: {path} does not exist; give an .osm.pbf extract of the study area")
    if path.stat().st_size == 0:
        raise InputDataError(f"streets: {path} is empty (0 bytes); download or extract it again")
    try:
        return _read_pbf(path)
    except RuntimeError as error:  # what pyosmium raises for every damaged file
        raise InputDataError(
            f"streets: {path} cannot be read as .osm.pbf ({error}); it is truncated, damaged or of another "
            "format: download it again, or convert it with `osmium cat FILE -o streets.osm.pbf`"
        ) from error


def _read_pbf(path: Path) -> StreetSegments:
    # Ways and the positions of nodes in one pass: nodes stay in C++ and only ways come up to Python.
    # osmium's IdFilter would do the same in a second pass, 2 to 3 s slower on a small city.
    # with_locations takes a map as well as a name, although its annotation says str only.
    positions: Any = osmium.index.create_map("sparse_mem_array")
    ways = (
        osmium.FileProcessor(osmium.io.File(str(path), "pbf"), osmium.osm.NODE | osmium.osm.WAY)
        .with_locations(positions)
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway", "railway", "public_transport"))
    )
    refs: list[int] = []
    way_ids: list[int] = []
    n_refs: list[int] = []
    steps: list[bool] = []
    for way in ways:
        if isinstance(way, osmium.osm.Way) and is_walkable(way.tags):
            nodes = [node.ref for node in way.nodes]
            refs.extend(nodes)
            n_refs.append(len(nodes))
            way_ids.append(way.id)
            steps.append(way.tags.get("highway") == "steps")
    if not way_ids:
        raise InputDataError(
            f"streets: {path} has no way that people may walk on; it needs ways tagged highway=* "
            "(an extract with all ways, not only of points of interest)"
        )
    node_id, node_of_ref = np.unique(np.array(refs, dtype=np.int64), return_inverse=True)
    lon, lat = _positions(positions, node_id.tolist())
    if np.isnan(lon).all():
        raise InputDataError(
            f"streets: {path} has ways but none of their nodes; extract it again with complete ways, as "
            "`osmium extract` does"
        )
    return _segments_of_ways(
        node_id,
        lon,
        lat,
        node_of_ref,
        np.array(n_refs, dtype=np.int64),
        np.array(way_ids, dtype=np.int64),
        np.array(steps, dtype=np.bool_),
    )


def _positions(
    storage: osmium.index.LocationTable, node_ids: Iterable[int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return lon and lat of nodes, NaN where the file has none."""
    lon: list[float] = []
    lat: list[float] = []
    for node in node_ids:
        try:
            location = storage.get(node)
            position = (location.lon, location.lat)
        except (KeyError, osmium.InvalidLocationError):
            position = (np.nan, np.nan)
        lon.append(position[0])
        lat.append(position[1])
    return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)


def _segments_of_ways(
    node_id: npt.NDArray[np.int64],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    node_of_ref: npt.NDArray[np.int64],
    n_refs: npt.NDArray[np.int64],
    way_id: npt.NDArray[np.int64],
    steps: npt.NDArray[np.bool_],
) -> StreetSegments:
    """Cut ways, given as one long list of node indices, into segments between neighbouring nodes."""
    way_of_ref = np.repeat(np.arange(len(n_refs)), n_refs)
    inside_way = way_of_ref[:-1] == way_of_ref[1:]
    start, target = node_of_ref[:-1][inside_way], node_of_ref[1:][inside_way]
    way = way_of_ref[:-1][inside_way]
    known = ~(np.isnan(lon[start]) | np.isnan(lon[target]))
    start, target, way = start[known], target[known], way[known]
    return StreetSegments(
        node_id=node_id,
        node_lon=lon,
        node_lat=lat,
        start=start,
        target=target,
        way=way_id[way],
        steps=steps[way],
        n_ways=len(way_id),
        n_cut=int(np.count_nonzero(~known)),
    )

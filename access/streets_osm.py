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

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.osm_ways import TaggedWays, Tags, Ways, pieces_of, read_ways_pbf

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

WANTED = "way that people may walk on"


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


def read_segments_pbf(path: Path, may_walk: Callable[[Tags], bool] = is_walkable) -> StreetSegments:
    """Read the walkable streets of an ``.osm.pbf`` with pyosmium.

    A segment whose node is not in the file is left out and counted. ``may_walk`` decides on the tags of a
    way; other profiles are in ``access.step_free``.

    Raises
    ------
    InputDataError
        The file is missing, empty, damaged, no ``.osm.pbf``, or has no walkable way.
    """

    def kind_of(tags: Tags) -> int | None:
        return int(tags.get("highway") == "steps") if may_walk(tags) else None

    ways = read_ways_pbf(path, kind_of, WANTED)
    return _segments(ways, None, ways.kind.astype(np.bool_), len(ways.way_id))


def segments_of_tagged(tagged: TaggedWays, may_walk: Callable[[Tags], bool] = is_walkable) -> StreetSegments:
    """Return the walkable streets among ways read for all modes; equal to ``read_segments_pbf``."""
    walkable = np.array([may_walk(tags) for tags in tagged.tags], dtype=np.bool_)[tagged.ways.kind]
    steps = np.array([tags.get("highway") == "steps" for tags in tagged.tags], dtype=np.bool_)
    return _segments(tagged.ways, walkable, steps[tagged.ways.kind], int(np.count_nonzero(walkable)))


def _segments(
    ways: Ways, chosen: npt.NDArray[np.bool_] | None, steps: npt.NDArray[np.bool_], n_ways: int
) -> StreetSegments:
    pieces = pieces_of(ways, chosen)
    return StreetSegments(
        node_id=ways.node_id,
        node_lon=ways.node_lon,
        node_lat=ways.node_lat,
        start=pieces.start,
        target=pieces.target,
        way=ways.way_id[pieces.way],
        steps=steps[pieces.way],
        n_ways=n_ways,
        n_cut=pieces.n_cut,
    )

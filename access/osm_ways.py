"""Ways of an ``.osm.pbf`` in one pass, for every mode: what walks, rides and drives is decided elsewhere.

Two readers share the pass. ``read_ways_pbf`` asks a function about each way while it reads, the fastest for
one mode; ``read_tagged_ways_pbf`` keeps the tags that any mode looks at, so that all modes come from one
reading and each rule is asked once for each *combination* of tags (a city has a few thousand).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import osmium

from access.errors import InputDataError

KEPT_TAGS = frozenset(
    [
        *("highway", "railway", "public_transport", "junction", "service", "area", "tunnel"),
        *("access", "vehicle", "motor_vehicle", "motorcar", "motorroad", "foot", "bicycle"),
        *("oneway", "oneway:bicycle", "oneway:motorcar", "oneway:motor_vehicle"),
        *("maxspeed", "maxspeed:forward", "maxspeed:backward", "maxspeed:motorcar"),
        *("maxspeed:type", "source:maxspeed", "zone:maxspeed", "lanes", "lts"),
        *("cycleway", "cycleway:left", "cycleway:right", "cycleway:both"),
        *("cycleway:left:oneway", "cycleway:right:oneway"),
        *("wheelchair", "ramp", "ramp:wheelchair", "conveying", "surface", "smoothness", "incline"),
        *("width", "step_count"),
    ]
)


class Tags(Protocol):
    """Tags of a way: a dict, or what pyosmium hands out."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key, None where the way has none."""


class Ways(NamedTuple):
    """Ways as one long list of nodes.

    Nodes ascend by id without repeats; a node that the file lacks has NaN positions.
    """

    node_id: npt.NDArray[np.int64]  # (n_nodes,) OSM node
    node_lon: npt.NDArray[np.float64]  # (n_nodes,) degrees WGS84
    node_lat: npt.NDArray[np.float64]  # (n_nodes,)
    node_of_ref: npt.NDArray[np.int64]  # (n_refs,) index of a node, way after way
    n_refs: npt.NDArray[np.int64]  # (n_ways,) nodes of each way
    way_id: npt.NDArray[np.int64]  # (n_ways,) OSM way
    kind: npt.NDArray[np.int32]  # (n_ways,) what the caller's function said


class TaggedWays(NamedTuple):
    """Ways with their tags: way ``w`` has ``tags[ways.kind[w]]``."""

    ways: Ways
    tags: list[Mapping[str, str]]  # each combination of kept tags once


class Pieces(NamedTuple):
    """Straight pieces of ways between neighbouring nodes."""

    start: npt.NDArray[np.int64]  # (n_pieces,) index of a node
    target: npt.NDArray[np.int64]  # (n_pieces,)
    way: npt.NDArray[np.intp]  # (n_pieces,) index of a way
    n_cut: int  # pieces left out because the file lacks one of their nodes


def read_ways_pbf(path: Path, kind_of: Callable[[Tags], int | None], wanted: str) -> Ways:
    """Read the ways to which ``kind_of`` gives a number.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file.
    kind_of
        Called with the tags of each way that has ``highway``, ``railway`` or ``public_transport``; None
        leaves the way out.
    wanted
        What is looked for, in words (``"way that people may walk on"``), for the message.

    Raises
    ------
    InputDataError
        The file is missing, empty, damaged, no ``.osm.pbf``, or has no wanted way.
    """
    if not path.is_file():
        raise InputDataError(f"streets: {path} does not exist; give an .osm.pbf extract of the study area")
    if path.stat().st_size == 0:
        raise InputDataError(f"streets: {path} is empty (0 bytes); download or extract it again")
    try:
        return _read_pbf(path, kind_of, wanted)
    except RuntimeError as error:  # what pyosmium raises for every damaged file
        raise InputDataError(
            f"streets: {path} cannot be read as .osm.pbf ({error}); it is truncated, damaged or of another "
            "format: download it again, or convert it with `osmium cat FILE -o streets.osm.pbf`"
        ) from error


def read_tagged_ways_pbf(path: Path) -> TaggedWays:
    """Read every way with ``highway`` or a platform once, for all modes; errors as ``read_ways_pbf``."""
    number: dict[tuple[tuple[str, str], ...], int] = {}

    def kind_of(tags: Any) -> int:
        kept = tuple(tag for tag in dict(tags).items() if tag[0] in KEPT_TAGS)
        return number.setdefault(kept, len(number))

    ways = read_ways_pbf(path, kind_of, "street")
    return TaggedWays(ways, [dict(tags) for tags in number])


def pieces_of(ways: Ways, chosen: npt.NDArray[np.bool_] | None = None) -> Pieces:
    """Cut ways, all or the chosen ones (shape (n_ways,)), into pieces between neighbouring nodes."""
    way_of_ref = np.repeat(np.arange(len(ways.n_refs)), ways.n_refs)
    inside_way = way_of_ref[:-1] == way_of_ref[1:]
    if chosen is not None:
        inside_way &= chosen[way_of_ref[:-1]]
    start, target = ways.node_of_ref[:-1][inside_way], ways.node_of_ref[1:][inside_way]
    way = way_of_ref[:-1][inside_way]
    known = ~(np.isnan(ways.node_lon[start]) | np.isnan(ways.node_lon[target]))
    return Pieces(start[known], target[known], way[known], int(np.count_nonzero(~known)))


def _read_pbf(path: Path, kind_of: Callable[[Tags], int | None], wanted: str) -> Ways:
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
    kinds: list[int] = []
    for way in ways:
        if not isinstance(way, osmium.osm.Way):
            continue
        kind = kind_of(way.tags)
        if kind is not None:
            nodes = [node.ref for node in way.nodes]
            refs.extend(nodes)
            n_refs.append(len(nodes))
            way_ids.append(way.id)
            kinds.append(kind)
    if not way_ids:
        raise InputDataError(
            f"streets: {path} has no {wanted}; it needs ways tagged highway=* "
            "(an extract with all ways, not only of points of interest)"
        )
    node_id, node_of_ref = np.unique(np.array(refs, dtype=np.int64), return_inverse=True)
    lon, lat = _positions(positions, node_id.tolist())
    if np.isnan(lon).all():
        raise InputDataError(
            f"streets: {path} has ways but none of their nodes; extract it again with complete ways, as "
            "`osmium extract` does"
        )
    return Ways(
        node_id,
        lon,
        lat,
        node_of_ref,
        np.array(n_refs, dtype=np.int64),
        np.array(way_ids, dtype=np.int64),
        np.array(kinds, dtype=np.int32),
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

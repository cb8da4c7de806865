"""Walks between cells and stops along streets, in whole seconds.

The length of a walk is exact in millimetres (``access.engine.roads``); its time is that length at one
walking speed, rounded up to whole seconds, so that nobody catches a vehicle by a fraction that he lacks (R5
rounds up too, edge by edge). A walk counts when its time before rounding is at most the
limit, so that no limit is stretched by rounding. Hills, stairs, crossings and traffic lights cost nothing
extra; say so beside every result, with the speed.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
from access.engine.program import reversed_links
from access.engine.roads import NOT_REACHED_COST
from access.errors import AccessError
from access.snapping import Snap
from access.street_graph import StreetGraph
from access.street_search import Lines, lines_of, places_of, search

ROUNDING_S = 0.0101


def walk_links(
    streets: StreetGraph,
    sources: Snap,
    targets: Snap,
    *,
    max_walk_min: float,
    walk_speed_km_h: float,
    same_points: bool = False,
    threads: int | None = None,
) -> WalkLinks:
    """Find every walk from a source to a target that takes at most ``max_walk_min``.

    Points that are not snapped have no walks, not even to themselves.

    Parameters
    ----------
    streets, sources, targets
        Walk graph, and points snapped to it.
    max_walk_min, walk_speed_km_h
        Longest walk, and the one speed of all of it: link, streets, link.
    same_points
        Sources and targets are the same points in the same order: each reaches itself in 0 s, without
        going to the street and back. Two different points at one place still walk by the street.
    threads
        Number of threads, default one a core; the result does not depend on it.

    Raises
    ------
    AccessError
        A parameter is out of range, or ``same_points`` and the numbers of points differ.
    """
    limit_mm, mm_per_s = walk_limit(max_walk_min, walk_speed_km_h)
    if same_points and len(sources.edge) != len(targets.edge):
        raise AccessError(
            f"same_points needs as many sources as targets, got {len(sources.edge)} and {len(targets.edge)}"
        )
    lines = walk_lines(streets)
    walkers = places_of(lines, sources, sources.link_mm)
    n_links, target, walk_mm = search(
        lines,
        walkers,
        places_of(lines, targets, targets.link_mm),
        len(targets.edge),
        limit_mm,
        same_points=same_points,
        threads=threads,
    )
    start = np.zeros(len(sources.edge) + 1, dtype=np.int64)
    start[walkers.point + 1] = n_links
    return WalkLinks(np.cumsum(start), target, walk_seconds(walk_mm, mm_per_s))


def walk_lines(streets: StreetGraph) -> Lines:
    """Return the streets for the search: a cost is a length in millimetres, the same both ways."""
    length_mm = streets.edge_length_mm
    return lines_of(streets.n_nodes, streets.edge_start, streets.edge_target, length_mm, length_mm, length_mm)


def walk_seconds(length_mm: npt.NDArray[np.int32], mm_per_s: float) -> npt.NDArray[np.int32]:
    """Turn lengths into whole seconds, rounded up: at 1,000 mm/s 1,010 mm are 1 s, 1,011 mm 2 s.

    A hundredth of a second is forgiven: lengths are sums of rounded millimetres, and speeds such as 4.8 km/h
    have no exact binary form.
    """
    return np.ceil(length_mm / mm_per_s - ROUNDING_S).astype(np.int32)


def walk_limit(max_walk_min: float, walk_speed_km_h: float) -> tuple[int, float]:
    """Return the longest walk in millimetres, and the speed in millimetres a second."""
    if not 0 < walk_speed_km_h < math.inf:
        raise AccessError(f"walk_speed_km_h must be a positive number, got {walk_speed_km_h}")
    if not 0 <= max_walk_min < math.inf:
        raise AccessError(f"max_walk_min must be 0 or a positive number, got {max_walk_min}")
    mm_per_s = walk_speed_km_h * 1_000_000 / 3600
    # 30 min at 4.8 km/h are 2,400,000 mm, not one less because 4.8 has no exact binary form.
    limit_mm = math.floor(max_walk_min * 60 * mm_per_s + 1e-6)
    longest_mm = int(NOT_REACHED_COST) // 4
    if limit_mm > longest_mm:
        raise AccessError(
            f"max_walk_min {max_walk_min} at walk_speed_km_h {walk_speed_km_h} is {limit_mm / 1e6:,.0f} km; "
            f"the longest walk is {longest_mm // 10**6} km"
        )
    return limit_mm, mm_per_s


def reversed_walks(links: WalkLinks, n_targets: int) -> WalkLinks:
    """Return the same walks from the targets back to the sources; on foot both ways take as long.

    Cheaper than a second search: egress is access reversed.
    """
    return reversed_links(links, n_targets)

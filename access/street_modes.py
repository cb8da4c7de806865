"""Travel times by the modes beside transit: on foot, step-free, by bicycle, by car; and their networks.

A trip begins at the origin, goes on foot along the straight line to the network of the mode, along its
roads, and on foot to the destination; by car with the minutes to the car and of parking that the rules
state. Walking does not compete with the other modes: take the lower of two matrices where it should. Whole
trips count against the limit, before rounding; seconds are rounded half up, on foot up as to a stop
(``access.network``); minutes are ``seconds // 60``, as in the matrix of transit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
from access.engine.roads import NOT_REACHED_COST
from access.errors import AccessError
from access.network import walk_limit, walk_lines, walk_seconds
from access.osm_ways import TaggedWays, read_tagged_ways_pbf
from access.road_graph import RoadGraph, RoadReport, RoadRules
from access.roads import roads_of_tagged
from access.snapping import Snap, Streets
from access.step_free import BOUNDS, StepFreeLimits, StepFreeReport, is_step_free, step_free_report
from access.street_graph import StreetGraph, StreetReport
from access.street_search import Lines, Places, lines_of, places_of, search, search_blocks
from access.streets import build_streets
from access.streets_osm import segments_of_tagged

UNREACHED = np.uint8(255)
LONGEST_MIN = 254

FEW_TAGS = (
    "Where few ways are tagged, the worst case falls apart: show how much of the length is known "
    "(StepFreeReport), and the best case beside it"
)


class StreetModes(NamedTuple):
    """The networks of all modes, from one reading of an ``.osm.pbf``, each with its report."""

    walk: tuple[StreetGraph, StreetReport]
    step_free: dict[str, tuple[StreetGraph, StreetReport]]  # by bound, those that have any street
    step_free_report: StepFreeReport
    roads: dict[str, tuple[RoadGraph, RoadReport]]  # by the names given


def read_street_modes_pbf(
    path: Path,
    roads: Mapping[str, RoadRules] | None = None,
    *,
    step_free_bounds: tuple[str, ...] = BOUNDS,
    step_free_limits: StepFreeLimits | None = None,
) -> StreetModes:
    """Read the networks of all modes in one pass.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file.
    roads
        Rules by a name of the caller's, such as ``{"bicycle": CyclingRules(), "car": DrivingRules()}``.
    step_free_bounds
        Which of ``"best"`` and ``"worst"``. A bound for which not one street is known is left out; the
        report says that nothing is known.
    step_free_limits
        Thresholds of what is passable.

    Raises
    ------
    InputDataError
        The file cannot be read, or has nothing for one of the modes.
    """
    tagged = read_tagged_ways_pbf(path)
    profiles = {
        bound: _step_free_streets(tagged, bound, step_free_limits, str(path)) for bound in step_free_bounds
    }
    return StreetModes(
        build_streets(segments_of_tagged(tagged), str(path)),
        {bound: profile for bound, profile in profiles.items() if profile is not None},
        step_free_report(tagged, step_free_limits),
        {name: roads_of_tagged(tagged, rules, str(path)) for name, rules in (roads or {}).items()},
    )


def _step_free_streets(
    tagged: TaggedWays, bound: str, limits: StepFreeLimits | None, source: str
) -> tuple[StreetGraph, StreetReport] | None:
    segments = segments_of_tagged(tagged, partial(is_step_free, bound=bound, limits=limits))
    if len(segments.way) == 0:
        return None
    return build_streets(segments, f"{source} (step-free, {bound} case)", FEW_TAGS)


def street_links(
    streets: Streets,
    origins: Snap,
    destinations: Snap,
    *,
    max_duration_min: float,
    walk_speed_km_h: float | None = None,
    same_points: bool = False,
    threads: int | None = None,
) -> WalkLinks:
    """Find every trip from an origin to a destination that takes at most ``max_duration_min``.

    Parameters
    ----------
    streets
        A walk graph, step-free or not, or the road graph of a mode.
    origins, destinations
        Points snapped to these very streets.
    max_duration_min
        Longest trip, walks at both ends and parking included.
    walk_speed_km_h
        For a walk graph only; a road graph has its own.
    same_points
        Origins and destinations are the same points in the same order: each reaches itself in 0 s.
    threads
        Number of threads, default one a core; the result does not depend on it.

    Returns
    -------
    WalkLinks
        Destinations of each origin, ascending, with whole seconds; those that are not reached are missing.

    Raises
    ------
    AccessError
        A parameter is out of range, or ``same_points`` and the numbers of points differ.
    """
    trips = _trips(streets, origins, destinations, max_duration_min, walk_speed_km_h, same_points)
    n_links, target, cost = search(
        trips.lines,
        trips.sources,
        trips.targets,
        len(destinations.edge),
        trips.limit,
        same_points=same_points,
        threads=threads,
    )
    start = np.zeros(len(origins.edge) + 1, dtype=np.int64)
    start[trips.sources.point + 1] = n_links
    return WalkLinks(np.cumsum(start), target, _seconds(cost, trips))


def street_travel_times(
    streets: Streets,
    origins: Snap,
    destinations: Snap,
    *,
    max_duration_min: int,
    walk_speed_km_h: float | None = None,
    same_points: bool = False,
    threads: int | None = None,
) -> npt.NDArray[np.uint8]:
    """Return the travel time of every pair in whole minutes, 255 where it is not reached.

    Parameters are those of ``street_links``; ``max_duration_min`` is a whole number up to 254.

    Returns
    -------
    minutes
        uint8, shape (n_origins, n_destinations). Points that are not snapped are not reached, not even
        from themselves; tell them apart by their ``Snap.state``.

    Raises
    ------
    AccessError
        As ``street_links``.
    """
    if not (isinstance(max_duration_min, int | np.integer) and 1 <= max_duration_min <= LONGEST_MIN):
        raise AccessError(
            f"max_duration_min must be a whole number from 1 to {LONGEST_MIN}, got {max_duration_min}"
        )
    trips = _trips(streets, origins, destinations, max_duration_min, walk_speed_km_h, same_points)
    blocks = search_blocks(
        trips.lines,
        trips.sources,
        trips.targets,
        len(destinations.edge),
        trips.limit,
        same_points=same_points,
        threads=threads,
    )
    minutes = np.full((len(origins.edge), len(destinations.edge)), UNREACHED, dtype=np.uint8)
    for places, (n_links, target, cost) in blocks:  # block by block: the links of all would be large
        origin = np.repeat(trips.sources.point[places], n_links)
        minutes[origin, target] = _seconds(cost, trips) // 60
    return minutes


class _Trips(NamedTuple):
    lines: Lines
    sources: Places
    targets: Places
    limit: int  # in the unit of cost: millimetres on foot, else milliseconds
    cost_per_s: float
    on_foot: bool


def _seconds(cost: npt.NDArray[np.int32], trips: _Trips) -> npt.NDArray[np.int32]:
    """Whole seconds: on foot rounded up as to a stop, by road half up."""
    if trips.on_foot:
        return walk_seconds(cost, trips.cost_per_s)
    return np.floor(cost / trips.cost_per_s + 0.5).astype(np.int32)


def _trips(
    streets: Streets,
    origins: Snap,
    destinations: Snap,
    max_duration_min: float,
    walk_speed_km_h: float | None,
    same_points: bool,
) -> _Trips:
    """Check the parameters and prepare the search, in millimetres on foot and milliseconds else."""
    _check(streets, origins, destinations, max_duration_min, walk_speed_km_h, same_points)
    if isinstance(streets, StreetGraph):
        limit_mm, mm_per_s = walk_limit(max_duration_min, walk_speed_km_h or math.nan)
        lines = walk_lines(streets)
        ends = [places_of(lines, points, points.link_mm) for points in (origins, destinations)]
        return _Trips(lines, ends[0], ends[1], limit_mm, mm_per_s, on_foot=True)
    lines = lines_of(
        streets.n_nodes,
        streets.edge_start,
        streets.edge_target,
        streets.edge_length_mm,
        streets.edge_forward_ms,
        streets.edge_backward_ms,
    )
    return _Trips(
        lines,
        places_of(lines, origins, _link_ms(streets, origins, streets.start_s)),
        places_of(lines, destinations, _link_ms(streets, destinations, streets.end_s)),
        math.floor(60_000 * max_duration_min + 1e-6),
        1000.0,
        on_foot=False,
    )


def _link_ms(roads: RoadGraph, points: Snap, extra_s: int) -> npt.NDArray[np.int32]:
    """Return what each point's end of a trip costs: the straight line on foot, and the extra."""
    ms = np.rint(3.6 * np.maximum(points.link_mm, 0) / roads.walk_speed_km_h) + 1000 * extra_s
    return np.asarray(np.minimum(ms, NOT_REACHED_COST), dtype=np.int32)


def _check(
    streets: Streets,
    origins: Snap,
    destinations: Snap,
    max_duration_min: float,
    walk_speed_km_h: float | None,
    same_points: bool,
) -> None:
    problems = []
    if not 0 <= max_duration_min <= 24 * 60:
        problems.append(f"max_duration_min must lie from 0 to 1440, got {max_duration_min}")
    if isinstance(streets, StreetGraph) and walk_speed_km_h is None:
        problems.append("walk_speed_km_h must be given for a walk graph")
    if isinstance(streets, RoadGraph) and walk_speed_km_h is not None:
        problems.append("walk_speed_km_h of a road graph is set by its rules; leave it out here")
    if same_points and len(origins.edge) != len(destinations.edge):
        problems.append(
            f"same_points needs as many origins as destinations, got {len(origins.edge)} and "
            f"{len(destinations.edge)}"
        )
    if problems:
        raise AccessError("; ".join(problems))

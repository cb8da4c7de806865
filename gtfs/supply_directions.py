"""Which trips of a route run the same way, found from the stops they serve.

``direction_id`` is optional in GTFS, feeds fill it carelessly, and the timetable does not carry it; headsigns
and last stops differ between short and long trips of one direction. So the order of stops decides, on the
level of places (stations, or stops without one):

D1. Trips of one route with the same places in the same order are one pattern.
D2. Patterns are taken by number of trips, most first (on ties the one whose first trip comes first). Each
    joins the direction whose leading pattern it agrees with most, and leads a new one where there is none.
D3. Two patterns agree by their hops (from a place to the next): those they share less those they run the
    other way round. Where that is 0 (express and all-stops trips, out-and-back trips), by the order in which
    the places that both serve come first: pairs in the same order less pairs in reverse. Where that is 0 too,
    as for the two sides of a street without a station, they do not agree.
D4. What they share, less what runs the other way, must be a quarter of the shorter pattern's hops (or, by the
    order, they must share a quarter of its places). Else the two ways of a line that both go round the block
    at the terminus would be one direction.

So trips of one direction that share little, as on a route with long branches, count as two directions; each
then has fewer vehicles than both together, never more.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.supply import places_of
from gtfs.timetable import Timetable

Indices = npt.NDArray[np.int32]
_Places = tuple[int, ...]


_LEAST_SHARED = 0.25
"""Share of the shorter pattern that two patterns of one direction have in common (D4); our choice."""


class _Leader(NamedTuple):
    hops: frozenset[tuple[int, int]]
    first_at: dict[int, int]  # place -> when it comes first


def trip_directions(timetable: Timetable) -> Indices:
    """Return the direction of each trip within its route, shape ``(n_trips,)``; 0 is the commonest pattern's.

    Parameters
    ----------
    timetable : Timetable
        Holds T1 to T7. Trips of the neighbouring days are numbered with those of the day.
    """
    directions = np.zeros(timetable.n_trips, dtype=np.int32)
    for patterns in _patterns_by_route(timetable).values():
        ordered = sorted(patterns.items(), key=lambda pattern: (-len(pattern[1]), pattern[1][0]))
        numbers = pattern_directions([places for places, _ in ordered])
        for direction, (_, trips) in zip(numbers, ordered, strict=True):
            directions[trips] = direction
    return directions


def pattern_directions(patterns: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the direction of each pattern of one route, by D2 to D4; 0 is that of the first.

    Parameters
    ----------
    patterns : sequence of tuples of int
        Places in the order in which they are served, each pattern once, the most used first.
    """
    leaders: list[_Leader] = []
    directions = []
    for places in patterns:
        candidate = _leader(places)
        direction = _best(candidate, leaders)
        if direction == len(leaders):
            leaders.append(candidate)
        directions.append(direction)
    return directions


def _patterns_by_route(timetable: Timetable) -> dict[int, dict[_Places, list[int]]]:
    """Trips by route and places served, D1; trips ascending."""
    place_of_visit = places_of(timetable)[timetable.visit_stop].tolist()
    routes, start = timetable.trip_route.tolist(), timetable.trip_start.tolist()
    found: dict[int, dict[_Places, list[int]]] = {}
    for trip, route in enumerate(routes):
        places = tuple(place_of_visit[start[trip] : start[trip + 1]])
        found.setdefault(route, {}).setdefault(places, []).append(trip)
    return found


def _leader(places: _Places) -> _Leader:
    hops = frozenset((a, b) for a, b in itertools.pairwise(places) if a != b)
    first_at: dict[int, int] = {}
    for at, place in enumerate(places):
        first_at.setdefault(place, at)
    return _Leader(hops, first_at)


def _best(candidate: _Leader, leaders: Sequence[_Leader]) -> int:
    """Number of the direction that the pattern agrees with most, the first on ties; a new number if none."""
    best, best_score = len(leaders), (0, 0)
    for direction, leader in enumerate(leaders):
        score = _agreement(candidate, leader)
        if score > best_score:
            best, best_score = direction, score
    return best


def _agreement(one: _Leader, other: _Leader) -> tuple[int, int]:
    """Shared hops (D3), then order of shared places; zeros where two patterns do not agree."""
    same_hops = len(one.hops & other.hops) - sum((b, a) in other.hops for a, b in one.hops)
    if same_hops > 0:
        enough = same_hops >= _LEAST_SHARED * min(len(one.hops), len(other.hops))
        return (same_hops, 0) if enough else (0, 0)
    shared = one.first_at.keys() & other.first_at.keys()
    if same_hops < 0 or len(shared) < _LEAST_SHARED * min(len(one.first_at), len(other.first_at)):
        return (0, 0)
    at = np.array([other.first_at[place] for place in sorted(shared, key=one.first_at.__getitem__)])
    in_order = int(np.triu(np.sign(at[np.newaxis, :] - at[:, np.newaxis])).sum())
    return (0, max(in_order, 0))

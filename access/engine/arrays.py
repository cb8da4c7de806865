"""Array types, sentinels and named groups of arrays shared by the kernels, with their checks at the door."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int32]
Minutes = npt.NDArray[np.uint8]

UNREACHED_S = np.int32(2**30)
"""No arrival. Far from the int32 limit, so that adding a walk cannot overflow."""

UNREACHED_MIN = np.uint8(255)
"""No arrival within the maximum duration, in a matrix of whole minutes."""

LONGEST_WALK_S = 86_400
"""No single walk may take longer than a day; sums of a clock time and a walk then stay within int32."""


ANY_NUMBER_OF_RIDES = 0
"""Value of ``Search.max_rides`` for journeys without a limit on vehicles."""

LONGEST_WINDOW_MIN = 1_440
LONGEST_DURATION_MIN = 254
"""One byte holds a travel time in minutes; 255 stands for unreached."""

LAST_ARRIVAL_S = 2 * 86_400
"""The timetable holds its service day and the days beside it, so travel must end by 48:00."""


class Search(NamedTuple):
    """Which departures are asked for and how far a journey may go; ``search_problems`` checks it."""

    first_departure_s: int  # seconds after 00:00 of the service day
    n_departures: int  # one a minute
    max_duration_min: int  # travel times in whole minutes up to this one count
    max_rides: int  # most vehicles in a journey, at least 1, or ANY_NUMBER_OF_RIDES
    boarding_slack_s: int  # at a stop before every boarding


class WalkLinks(NamedTuple):
    """Walks from each source to the targets within reach, in compressed-sparse-row form.

    Source ``i`` reaches ``target[start[i]:start[i + 1]]`` (ascending, no repeats) in ``walk_s`` seconds.
    A source that is not snapped to a street has no links.

    Footpaths and access walks may be less than 0 s: by up to the boarding slack where the slack need not be
    kept in full, such as at a timed transfer, where the vehicle waits.
    """

    start: npt.NDArray[np.int64]  # (n_sources + 1,)
    target: npt.NDArray[np.int32]  # (n_links,)
    walk_s: npt.NDArray[np.int32]  # (n_links,) whole seconds, rounded up


def with_own_stops(footpaths: WalkLinks) -> WalkLinks:
    """Footpaths between stops with a link of 0 s from every stop to itself, whatever they say of it."""
    n_stops = len(footpaths.start) - 1
    every_stop = np.arange(n_stops)
    source = np.repeat(every_stop, np.diff(footpaths.start))
    elsewhere = source != footpaths.target
    source = np.concatenate([every_stop, source[elsewhere]])
    target = np.concatenate([every_stop, footpaths.target[elsewhere]])
    walk_s = np.concatenate([np.zeros(n_stops, np.int32), footpaths.walk_s[elsewhere]])
    order = np.lexsort((target, source))
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n_stops))])
    return frozen_walk_links(WalkLinks(start, target[order], walk_s[order]))


def least_access_s(access: WalkLinks) -> int:
    """Seconds of the shortest access walk, at most 0: nobody is at a stop sooner after setting out.

    No transfer is sooner either, since slack and footpath together are at least 1 s.
    """
    return int(access.walk_s.min(initial=0))


def search_problems(search: Search) -> list[str]:
    """List what is wrong with a search, in the user's words; empty when there is nothing."""
    allowed = {
        "departure_start_s": (search.first_departure_s, 0, LAST_ARRIVAL_S),
        "departure_window_min": (search.n_departures, 1, LONGEST_WINDOW_MIN),
        "max_duration_min": (search.max_duration_min, 1, LONGEST_DURATION_MIN),
        "boarding_slack_s": (search.boarding_slack_s, 1, 3_600),
    }
    problems = [
        f"{name} is {value!r}; allowed are whole numbers from {lowest:,} to {highest:,}"
        for name, (value, lowest, highest) in allowed.items()
        if not (isinstance(value, int | np.integer) and lowest <= value <= highest)
    ]
    if problems:
        return problems
    end_s = search.first_departure_s + 60 * (search.n_departures + search.max_duration_min)
    if end_s > LAST_ARRIVAL_S:
        return [
            f"travel would end at {end_s // 3600}:{end_s // 60 % 60:02d}, but the timetable ends at 48:00: "
            "choose the next service date, a shorter window or a shorter maximum duration"
        ]
    return []


def walk_links_problems(
    name: str, links: WalkLinks, n_sources: int, n_targets: int, least_s: int = 0
) -> list[str]:
    """List what a kernel could not survive in one group of walks; empty when there is nothing.

    Kernels read out of range without noticing, so every index is checked here, once.

    Parameters
    ----------
    name : str
        What the links are called in the messages, such as ``"egress"``.
    links : WalkLinks
        The walks to check.
    n_sources, n_targets : int
        How many sources and targets there are.
    least_s : int
        Least seconds that a walk may take: ``1 - boarding_slack_s`` for footpaths, ``-boarding_slack_s`` for
        access, so that nobody boards a vehicle that left before he arrived or set out; else 0.
    """
    arrays: list[Any] = list(links)
    for field, array in zip(links._fields, arrays, strict=True):
        whole_numbers = isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.integer)
        if not whole_numbers or array.ndim != 1:
            return [f"{name}.{field} must be a one-dimensional array of whole numbers"]
    start, target, walk_s = links
    if len(start) != n_sources + 1:
        return [f"{name}.start has {len(start)} values; {n_sources} sources need {n_sources + 1}"]
    if start[0] != 0 or np.any(np.diff(start) < 0) or not start[-1] == len(target) == len(walk_s):
        return [
            f"{name}.start must rise from 0 to the number of links "
            f"({len(target)} targets, {len(walk_s)} walks)"
        ]
    problems = []
    if len(target) and (target.min() < 0 or target.max() >= n_targets):
        problems.append(
            f"{name}.target runs from {target.min()} to {target.max()}; allowed are 0 to {n_targets - 1}"
        )
    if len(walk_s) and (walk_s.min() < least_s or walk_s.max() > LONGEST_WALK_S):
        problems.append(
            f"{name}.walk_s runs from {walk_s.min()} to {walk_s.max()} s; "
            f"allowed are {least_s} to {LONGEST_WALK_S} s"
        )
    return problems


def frozen_walk_links(links: WalkLinks) -> WalkLinks:
    """Give the walks the exact types that the kernels are compiled for, read-only."""
    return WalkLinks(
        frozen(links.start, np.int64), frozen(links.target, np.int32), frozen(links.walk_s, np.int32)
    )


def frozen(array: npt.ArrayLike, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """Contiguous read-only array of one type; the caller's own array keeps its flags.

    A kernel that writes to a read-only array does not compile, and one type means one compilation.
    """
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view

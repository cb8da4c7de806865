"""Door-to-door travel times: walks and a timetable in, whole minutes out.

The shell around ``access.engine.plain``: it checks its input once, with all problems in one message, prepares
the boardings and shares the origins out among threads. The rules of travel stand in the engine's docstring.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from access.engine.arrays import (
    ANY_NUMBER_OF_RIDES,
    UNREACHED_MIN,
    UNREACHED_S,
    Minutes,
    Search,
    Seconds,
    WalkLinks,
    search_problems,
    walk_links_problems,
)
from access.engine.plain import PlainNetwork, arrivals_from_origin, fill_percentiles, plain_network
from access.errors import AccessError, DataQualityWarning
from gtfs.timetable import Timetable


class Arrivals(NamedTuple):
    """Earliest arrivals of one origin for each departure minute, in seconds after 00:00 of the service day.

    ``UNREACHED_S`` where the journey would take longer than the maximum duration.
    """

    stop_s: Seconds  # (n_departures, n_stops) on a vehicle; walking to a stop is no arrival
    destination_s: Seconds  # (n_departures, n_destinations) riding, or walking all the way


def travel_time_percentiles(
    timetable: Timetable,
    *,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    departure_start_s: int,
    departure_window_min: int,
    percentiles: Sequence[float],
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Minutes:
    """Percentiles of door-to-door travel time over the departure minutes, from every origin.

    Parameters
    ----------
    timetable : Timetable
        One service day with the trips of the days before and after that touch it.
    access, footpaths, egress, direct : WalkLinks
        Walks from origins to stops, stops to stops, stops to destinations and origins to destinations.
        A footpath from a stop to itself is implied and takes 0 s.
    n_destinations : int
        Number of destinations.
    departure_start_s : int
        First departure, seconds after 00:00 of the service day. All travel must end by 48:00, and the
        timetable must hold every trip that leaves until then (``horizon_s`` of ``gtfs.build_schedule``).
    departure_window_min : int
        Number of departures, one a minute from ``departure_start_s`` on: 1 to 1,440.
    percentiles : sequence of float
        Above 0, at most 100, any number of them and in any order. Nearest rank: the ``ceil(p / 100 * n)``-th
        of the ``n`` sorted minutes, unreached ones last, reckoned in exact decimals (R5 reckons in floating
        point, where 55 / 100 * 100 is a little above 55).
    max_duration_min : int
        Longest travel time in whole minutes that counts, 1 to 254.
    boarding_slack_s : int
        Seconds at a stop before every boarding, at least 1.
    max_rides : int, optional
        Most vehicles in one journey; without it any number.
    threads : int, optional
        Threads to use; without it one for each CPU this process may use. The result does not depend on it.
    progress : callable, optional
        Called in the caller's thread with the number of origins finished since the last call.

    Returns
    -------
    uint8 array (n_percentiles, n_origins, n_destinations)
        Whole minutes (seconds // 60), 255 (``UNREACHED_MIN``) where unreached. To apply a cutoff, count
        ``minutes < cutoff_min``.

    Raises
    ------
    AccessError
        With all problems of the input listed.

    Warns
    -----
    DataQualityWarning
        If no departure can be boarded at all, so that all travel times are walks.
    """
    problems = _percentile_problems(percentiles)
    problems += _count_problems("threads", threads) + _count_problems("max_rides", max_rides)
    search = Search(
        departure_start_s, departure_window_min, max_duration_min,
        ANY_NUMBER_OF_RIDES if max_rides is None else max_rides, boarding_slack_s,
    )  # fmt: skip
    network = _prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
    ranks = np.array([nearest_rank(percentile, departure_window_min) for percentile in percentiles], np.int64)
    n_origins = len(access.start) - 1
    result = np.full((len(ranks), n_origins, n_destinations), UNREACHED_MIN, np.uint8)

    def one_origin(origin: int) -> None:
        fill_percentiles(network, search, origin, ranks, result)

    _for_each_origin(one_origin, n_origins, threads or _usable_cpus(), progress)
    return result


def arrivals_by_minute(
    timetable: Timetable,
    *,
    origin: int,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    departure_start_s: int,
    departure_window_min: int,
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
) -> Arrivals:
    """Earliest arrival second at every stop and destination from one origin, for each departure minute.

    Parameters, errors and warnings are those of ``travel_time_percentiles``; ``origin`` is a source of
    ``access`` and ``direct``.
    """
    problems = _count_problems("max_rides", max_rides)
    if not 0 <= origin < len(access.start) - 1:
        problems.append(f"origin is {origin}; access has the origins 0 to {len(access.start) - 2}")
    search = Search(
        departure_start_s, departure_window_min, max_duration_min,
        ANY_NUMBER_OF_RIDES if max_rides is None else max_rides, boarding_slack_s,
    )  # fmt: skip
    network = _prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
    return Arrivals(*arrivals_from_origin(network, search, origin, n_destinations))


def travel_times_by_minute(
    timetable: Timetable,
    *,
    origin: int,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    departure_start_s: int,
    departure_window_min: int,
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
) -> Minutes:
    """Travel times from one origin for each departure minute, before any percentile is taken.

    Parameters, errors and warnings are those of ``travel_time_percentiles``.

    Returns
    -------
    uint8 array (n_departures, n_destinations)
        Whole minutes, 255 (``UNREACHED_MIN``) where unreached.
    """
    arrival_s = arrivals_by_minute(
        timetable, origin=origin, access=access, footpaths=footpaths, egress=egress, direct=direct,
        n_destinations=n_destinations, departure_start_s=departure_start_s,
        departure_window_min=departure_window_min, max_duration_min=max_duration_min,
        boarding_slack_s=boarding_slack_s, max_rides=max_rides,
    ).destination_s  # fmt: skip
    departure_s = departure_start_s + 60 * np.arange(departure_window_min)[:, np.newaxis]
    minutes = np.where(arrival_s == UNREACHED_S, UNREACHED_MIN, (arrival_s - departure_s) // 60)
    return minutes.astype(np.uint8)


def nearest_rank(percentile: float, n: int) -> int:
    """Rank of a percentile among ``n`` sorted values, 1 to ``n``: ``ceil(percentile / 100 * n)``, exactly."""
    return math.ceil(Fraction(str(percentile)) * n / 100)


def _prepare(
    timetable: Timetable,
    search: Search,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    problems: Sequence[str],
) -> PlainNetwork:
    """Check everything, raise once with all problems, and make what the kernels read."""
    n_origins = len(access.start) - 1
    n_stops = timetable.n_stops
    problems = [
        *problems,
        *search_problems(search),
        *_count_problems("number of origins (sources of access)", n_origins),
        *_count_problems("n_destinations", n_destinations),
        *walk_links_problems("access", access, n_origins, n_stops),
        *walk_links_problems("footpaths", footpaths, n_stops, n_stops),
        *walk_links_problems("egress", egress, n_stops, n_destinations),
        *walk_links_problems("direct", direct, n_origins, n_destinations),
    ]
    if problems:
        raise AccessError("Travel times cannot be computed:" + "".join(f"\n  - {text}" for text in problems))
    network = plain_network(
        timetable, search, access=access, footpaths=footpaths, egress=egress, direct=direct
    )
    _warn_if_nobody_can_ride(network, search)
    return network


def _warn_if_nobody_can_ride(network: PlainNetwork, search: Search) -> None:
    """Say so where all results will be walks, and why."""
    if len(network.boardings.stop) == 0:
        end_s = search.first_departure_s + 60 * (search.n_departures + search.max_duration_min)
        cause = f"no trip can be boarded between {_clock(search.first_departure_s)} and {_clock(end_s)}"
    elif len(network.access.target) == 0:
        cause = "no stop is within walking reach of any origin"
    elif len(network.egress.target) == 0:
        cause = "no destination is within walking reach of any stop"
    else:
        return
    warnings.warn(f"All travel times are walks: {cause}.", DataQualityWarning, stacklevel=4)


def _percentile_problems(percentiles: Sequence[float]) -> list[str]:
    wrong = [percentile for percentile in percentiles if not 0 < percentile <= 100]
    if wrong:
        return [f"percentiles must be above 0 and at most 100, not {', '.join(map(str, wrong))}"]
    return [] if len(percentiles) else ["percentiles is empty; give at least one, such as 50"]


def _count_problems(name: str, value: int | None) -> list[str]:
    if value is None or (isinstance(value, int | np.integer) and value >= 1):
        return []
    return [f"{name} is {value!r}; it must be a whole number of at least 1"]


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}"


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _for_each_origin(
    work: Callable[[int], None], n_origins: int, threads: int, progress: Callable[[int], object] | None
) -> None:
    """Call ``work`` for every origin on several threads; the first failure stops the rest and is raised."""
    executor = ThreadPoolExecutor(threads)
    try:
        for done in as_completed([executor.submit(work, origin) for origin in range(n_origins)]):
            done.result()
            if progress is not None:
                progress(1)
    finally:
        executor.shutdown(cancel_futures=True)

"""Door-to-door travel times: walks and a timetable in, whole minutes out.

The shell around ``access.engine.plain``: it checks its input once, with all problems in one message, prepares
the boardings and shares the origins out among threads. The rules of travel stand in the engine's docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np

from access.engine.arrays import (
    UNREACHED_MIN,
    UNREACHED_S,
    Minutes,
    Seconds,
    WalkLinks,
)
from access.engine.plain import arrivals_from_origin, fill_percentiles
from access.travel_search import (
    count_problems,
    nearest_rank,
    new_search,
    percentile_problems,
    prepare,
    usable_cpus,
)
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
    problems = percentile_problems(percentiles)
    problems += count_problems("threads", threads) + count_problems("max_rides", max_rides)
    search = new_search(
        departure_start_s, departure_window_min, max_duration_min, boarding_slack_s, max_rides
    )
    network = prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
    ranks = np.array([nearest_rank(percentile, departure_window_min) for percentile in percentiles], np.int64)
    n_origins = len(access.start) - 1
    result = np.full((len(ranks), n_origins, n_destinations), UNREACHED_MIN, np.uint8)

    def one_origin(origin: int) -> None:
        fill_percentiles(network, search, origin, ranks, result)

    _for_each_origin(one_origin, n_origins, threads or usable_cpus(), progress)
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
    problems = count_problems("max_rides", max_rides)
    if not 0 <= origin < len(access.start) - 1:
        problems.append(f"origin is {origin}; access has the origins 0 to {len(access.start) - 2}")
    search = new_search(
        departure_start_s, departure_window_min, max_duration_min, boarding_slack_s, max_rides
    )
    network = prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
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

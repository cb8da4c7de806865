"""Door-to-door travel times by the plain engine: one origin and one departure at a time, the reference.

Results of ``access.travel_times`` equal these to the byte, at some hundred times the speed. What only this
shell gives is the view of a single origin minute by minute, to the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple, Unpack

import numpy as np

from access.engine.arrays import UNREACHED_MIN, UNREACHED_S, Minutes, Seconds
from access.engine.plain import arrivals_from_origin, fill_percentiles
from access.search import (
    PreparedSearch,
    SearchInput,
    count_problems,
    percentile_problems,
    prepare_search,
    ranks_of,
    usable_cpus,
)
from gtfs.timetable import Timetable


class Arrivals(NamedTuple):
    """Earliest arrivals of one origin for each departure minute, in seconds after 00:00 of the service day.

    ``UNREACHED_S`` where the journey would take longer than the maximum duration.
    """

    stop_s: Seconds  # (n_departures, n_stops) on a vehicle; walking to a stop is no arrival
    destination_s: Seconds  # (n_departures, n_destinations) riding, or walking all the way


class Departures(NamedTuple):
    """Latest departures to one destination for each arrival minute, in seconds of the service day.

    ``UNREACHED_S`` where the journey would take longer than the maximum duration.
    """

    stop_s: Seconds  # (n_arrivals, n_stops) of a vehicle; walking from a stop is no departure
    origin_s: Seconds  # (n_arrivals, n_origins) riding, or walking all the way


def travel_time_percentiles(
    timetable: Timetable,
    *,
    percentiles: Sequence[float],
    arrive_by: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
    **journeys: Unpack[SearchInput],
) -> Minutes:
    """Percentiles of door-to-door travel time over the minutes of a window, from every origin.

    Parameters, result, errors and warnings are those of ``access.travel_times.travel_time_percentiles``.
    """
    problems = percentile_problems(percentiles) + count_problems("threads", threads)
    search = prepare_search(timetable, **journeys, arrive_by=arrive_by, problems=problems)
    ranks = ranks_of(percentiles, search.search.n_departures)
    result = np.full((len(ranks), search.n_sources, search.n_targets), UNREACHED_MIN, np.uint8)
    network = search.plain

    def one_source(source: int) -> None:
        fill_percentiles(network, search.search, source, ranks, result)

    _for_each_source(one_source, search.n_sources, threads or usable_cpus(), progress)
    return np.ascontiguousarray(result.transpose(0, 2, 1)) if arrive_by else result


def arrivals_by_minute(timetable: Timetable, *, origin: int, **journeys: Unpack[SearchInput]) -> Arrivals:
    """Earliest arrival second at every stop and destination from one origin, for each departure minute.

    Parameters, errors and warnings are those of ``access.search.prepare_search``; ``origin`` is a source of
    ``access`` and ``direct``.
    """
    problems = []
    if not 0 <= origin < len(journeys["access"].start) - 1:
        problems.append(
            f"origin is {origin}; access has the origins 0 to {len(journeys['access'].start) - 2}"
        )
    search = prepare_search(timetable, **journeys, problems=problems)
    point_s, destination_s = arrivals_from_origin(search.plain, search.search, origin, search.n_targets)
    return Arrivals(_at_stops(search, point_s), destination_s)


def departures_by_minute(
    timetable: Timetable, *, destination: int, **journeys: Unpack[SearchInput]
) -> Departures:
    """Latest departure second from every stop and origin to one destination, for each arrival minute.

    Parameters, errors and warnings are those of ``access.search.prepare_search`` for ``arrive_by=True``.
    """
    problems = []
    if not 0 <= destination < journeys["n_destinations"]:
        problems.append(
            f"destination is {destination}; allowed are 0 to n_destinations - 1 = "
            f"{journeys['n_destinations'] - 1}"
        )
    search = prepare_search(timetable, **journeys, arrive_by=True, problems=problems)
    point_s, origin_s = arrivals_from_origin(search.plain, search.search, destination, search.n_targets)
    stop_s = _at_stops(search, point_s)
    return Departures(*(_unmirrored(times_s, search.mirror_s) for times_s in (stop_s, origin_s)))


def travel_times_by_minute(timetable: Timetable, *, origin: int, **journeys: Unpack[SearchInput]) -> Minutes:
    """Travel times from one origin for each departure minute, before any percentile is taken.

    Parameters, errors and warnings are those of ``access.search.prepare_search``.

    Returns
    -------
    uint8 array (n_departures, n_destinations)
        Whole minutes, 255 (``UNREACHED_MIN``) where unreached.
    """
    arrival_s = arrivals_by_minute(timetable, origin=origin, **journeys).destination_s
    n_departures, first_s = journeys["departure_window_min"], journeys["departure_start_s"]
    departure_s = first_s + 60 * np.arange(n_departures)[:, np.newaxis]
    minutes = np.where(arrival_s == UNREACHED_S, UNREACHED_MIN, (arrival_s - departure_s) // 60)
    return minutes.astype(np.uint8)


def _at_stops(search: PreparedSearch, point_s: Seconds) -> Seconds:
    """The earliest of the points of each stop."""
    if len(search.stop_of) == search.n_stops:
        return point_s
    stop_s = np.full((len(point_s), search.n_stops), UNREACHED_S, np.int32)
    for point, stop in enumerate(search.stop_of):
        np.minimum(stop_s[:, stop], point_s[:, point], out=stop_s[:, stop])
    return stop_s


def _unmirrored(times_s: Seconds, mirror_s: int) -> Seconds:
    """Turn mirrored arrivals into departures, and the last minute first into the first minute first."""
    turned = np.where(times_s == UNREACHED_S, UNREACHED_S, np.int32(mirror_s) - times_s)
    return turned[::-1]


def _for_each_source(
    work: Callable[[int], None], n_sources: int, threads: int, progress: Callable[[int], object] | None
) -> None:
    """Call ``work`` for every source on several threads; the first failure stops the rest and is raised."""
    executor = ThreadPoolExecutor(threads)
    try:
        for done in as_completed([executor.submit(work, source) for source in range(n_sources)]):
            done.result()
            if progress is not None:
                progress(1)
    finally:
        executor.shutdown(cancel_futures=True)

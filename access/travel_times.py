"""Door-to-door travel times of whole cities: the same results as ``access.plain_times``, for all origins.

The shell around the batched engine (``access.engine.program``, ``scan``, ``egress``): it checks its input as
``access.plain_times`` does, cuts the window into passes of at most 255 departures, puts neighbours among the
origins into batches of 128 and shares the batches out among threads. Results equal those of
``access.plain_times`` to the byte, whatever the order of origins, the batches, the passes and the threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import (
    UNREACHED_MIN,
    Minutes,
    Search,
    WalkLinks,
)
from access.engine.egress import EgressMemory, Window, egress_memory, fill_percentiles, sum_opportunities
from access.engine.hilbert import hilbert_order
from access.engine.plain import PlainNetwork
from access.engine.program import Program, event_program, footpaths_into_stops, reversed_links
from access.engine.scan import (
    Profiles,
    ScanMemory,
    binding_ride_limit,
    profiles_memory,
    scan_batch,
    scan_memory,
)
from access.engine.simd import BATCH_WIDTH
from access.travel_search import (
    count_problems,
    nearest_rank,
    new_search,
    percentile_problems,
    prepare,
    usable_cpus,
)
from gtfs.timetable import Timetable

DEPARTURES_A_PASS = 255
"""A byte holds the labels 0 (nobody) to 255."""


class Network(NamedTuple):
    """What all threads read."""

    programs: list[Program]  # one a pass
    searches: list[Search]  # one a pass
    window: Window
    access: WalkLinks  # origin -> stop
    doors: WalkLinks  # destination -> stop
    direct: WalkLinks  # origin -> destination
    origins: npt.NDArray[np.int64]  # neighbours first
    destinations: npt.NDArray[np.int64]  # neighbours first


class Memory(NamedTuple):
    """What one thread writes to."""

    scan: ScanMemory
    profiles: Profiles
    egress: EgressMemory


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

    Parameters, result, errors and warnings are those of ``access.plain_times.travel_time_percentiles``.
    """
    problems = percentile_problems(percentiles)
    problems += count_problems("threads", threads) + count_problems("max_rides", max_rides)
    search = new_search(
        departure_start_s, departure_window_min, max_duration_min, boarding_slack_s, max_rides
    )
    checked = prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
    network = _network(timetable, search, checked, n_destinations)
    ranks = np.array([nearest_rank(percentile, departure_window_min) for percentile in percentiles], np.int64)
    n_origins = len(access.start) - 1
    result = np.full((len(ranks), n_origins, n_destinations), UNREACHED_MIN, np.uint8)

    def one_batch(batch: npt.NDArray[np.int64], memory: Memory) -> None:
        scan_batch(network.programs, network.searches, network.access, batch, memory.scan, memory.profiles)
        fill_percentiles(
            batch, network.destinations, memory.profiles, network.doors, network.direct, network.window,
            ranks, memory.egress, result,
        )  # fmt: skip

    new_memory = partial(_memory, network, len(ranks))
    _for_each_batch(one_batch, _batches(network.origins), new_memory, threads or usable_cpus(), progress)
    return result


def opportunities_within(
    timetable: Timetable,
    *,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    opportunities: npt.NDArray[np.float64],
    cutoffs_min: Sequence[int],
    departure_start_s: int,
    departure_window_min: int,
    percentiles: Sequence[float],
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> npt.NDArray[np.float64]:
    """Opportunities within reach of every origin, without ever holding the matrix of travel times.

    A destination counts where the percentile of its travel time is below the cutoff
    (``minutes < cutoff``, so at most ``cutoff - 1`` whole minutes).

    Parameters
    ----------
    opportunities : float64 array (n_kinds, n_destinations)
        How much there is of each kind at each destination; finite.
    cutoffs_min : sequence of int
        Whole minutes from 1 to ``max_duration_min + 1``, in any order.
    timetable, access, footpaths, egress, direct, departure_start_s, departure_window_min, percentiles
        As in ``access.plain_times.travel_time_percentiles``.
    max_duration_min, boarding_slack_s, max_rides, threads, progress
        As there.

    Returns
    -------
    float64 array (n_percentiles, n_cutoffs, n_kinds, n_origins)
        Sums in the order of ``neighbours_first``, which batches and threads do not change.

    Raises
    ------
    AccessError
        With all problems of the input listed.

    Warns
    -----
    DataQualityWarning
        If no departure can be boarded at all, so that all travel times are walks.
    """
    problems = percentile_problems(percentiles) + _opportunity_problems(opportunities)
    problems += _cutoff_problems(cutoffs_min, max_duration_min)
    problems += count_problems("threads", threads) + count_problems("max_rides", max_rides)
    search = new_search(
        departure_start_s, departure_window_min, max_duration_min, boarding_slack_s, max_rides
    )
    n_destinations = opportunities.shape[-1]
    checked = prepare(timetable, search, access, footpaths, egress, direct, n_destinations, problems)
    network = _network(timetable, search, checked, n_destinations)
    ranks = np.array([nearest_rank(percentile, departure_window_min) for percentile in percentiles], np.int64)
    cutoffs, n_origins = np.array(cutoffs_min, np.int64), len(access.start) - 1
    result = np.zeros((len(ranks), len(cutoffs), len(opportunities), n_origins))

    def one_batch(batch: npt.NDArray[np.int64], memory: Memory) -> None:
        scan_batch(network.programs, network.searches, network.access, batch, memory.scan, memory.profiles)
        result[..., batch] = sum_opportunities(
            batch, network.destinations, memory.profiles, network.doors, network.direct, network.window,
            ranks, cutoffs, opportunities, memory.egress,
        )  # fmt: skip

    new_memory = partial(_memory, network, len(ranks))
    _for_each_batch(one_batch, _batches(network.origins), new_memory, threads or usable_cpus(), progress)
    return result


def neighbours_first(timetable: Timetable, walks: WalkLinks) -> npt.NDArray[np.int64]:
    """Order places so that neighbours, who share vehicles, follow each other.

    A place is where its nearest stop is (of several, the one listed first); places without a stop within
    reach come last, so that whole batches of them ride nothing.

    Parameters
    ----------
    walks : WalkLinks
        From the places to stops.
    """
    n_links = np.diff(walks.start)
    served = np.flatnonzero(n_links)
    lon, lat = np.full(len(n_links), np.nan), np.full(len(n_links), np.nan)
    if len(served):
        by_walk = (walks.walk_s.astype(np.int64) << 32) | walks.target
        nearest_stop = np.minimum.reduceat(by_walk, walks.start[served]) & (2**32 - 1)
        lon[served], lat[served] = timetable.stop_lon[nearest_stop], timetable.stop_lat[nearest_stop]
    return hilbert_order(lon, lat)


def _batches(origins: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    return [origins[first : first + BATCH_WIDTH] for first in range(0, len(origins), BATCH_WIDTH)]


def _network(timetable: Timetable, search: Search, checked: PlainNetwork, n_destinations: int) -> Network:
    """Cut the window into passes of about equal length and write a program for each."""
    n_passes = -(-search.n_departures // DEPARTURES_A_PASS)
    cuts = [search.n_departures * number // n_passes for number in range(n_passes + 1)]
    searches = [
        search._replace(first_departure_s=search.first_departure_s + 60 * first, n_departures=end - first)
        for first, end in pairwise(cuts)
    ]
    into_stops = footpaths_into_stops(checked.footpaths)
    doors = reversed_links(checked.egress, n_destinations)
    return Network(
        programs=[event_program(timetable, checked.access, into_stops, one_pass) for one_pass in searches],
        searches=searches,
        window=Window(np.array([one_pass.n_departures for one_pass in searches]), search.max_duration_min),
        access=checked.access,
        doors=doors,
        direct=checked.direct,
        origins=neighbours_first(timetable, checked.access),
        destinations=neighbours_first(timetable, doors),
    )


def _memory(network: Network, n_percentiles: int) -> Memory:
    max_rides = binding_ride_limit(network.searches[0])
    return Memory(
        scan=scan_memory(network.programs, max_rides),
        profiles=profiles_memory(network.programs),
        egress=egress_memory(network.window, n_percentiles, len(network.destinations)),
    )


def _opportunity_problems(opportunities: npt.NDArray[np.float64]) -> list[str]:
    if opportunities.ndim != 2 or opportunities.dtype != np.float64:
        shape = f"{opportunities.ndim} dimensions of {opportunities.dtype}"
        return [f"opportunities has {shape}; it must be a float64 array (n_kinds, n_destinations)"]
    if not np.isfinite(opportunities).all():
        return ["opportunities has values that are missing or infinite; give 0 where there are none"]
    return []


def _cutoff_problems(cutoffs_min: Sequence[int], max_duration_min: int) -> list[str]:
    wrong = [
        cutoff
        for cutoff in cutoffs_min
        if not (isinstance(cutoff, int | np.integer) and 1 <= cutoff <= max_duration_min + 1)
    ]
    if wrong:
        return [
            f"cutoffs_min has {', '.join(map(repr, wrong))}; allowed are whole minutes from 1 to "
            f"{max_duration_min + 1}, one more than max_duration_min"
        ]
    return [] if len(cutoffs_min) else ["cutoffs_min is empty; give at least one, such as 60"]


def _for_each_batch(
    work: Callable[[npt.NDArray[np.int64], Memory], None],
    batches: Sequence[npt.NDArray[np.int64]],
    new_memory: Callable[[], Memory],
    threads: int,
    progress: Callable[[int], object] | None,
) -> None:
    """Call ``work`` for every batch, each thread with its own memory; the first failure stops the rest."""
    of_thread = threading.local()

    def one_batch(batch: npt.NDArray[np.int64]) -> int:
        if not hasattr(of_thread, "memory"):
            of_thread.memory = new_memory()
        work(batch, of_thread.memory)
        return len(batch)

    executor = ThreadPoolExecutor(min(threads, len(batches)))
    try:
        for done in as_completed([executor.submit(one_batch, batch) for batch in batches]):
            n_origins = done.result()
            if progress is not None:
                progress(n_origins)
    finally:
        executor.shutdown(cancel_futures=True)

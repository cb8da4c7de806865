"""A prepared search for the batched engine: passes, batches of neighbours, and their sharing among threads.

The window is cut into passes of at most 255 departures, one program each (``access.engine.program``); 128
neighbouring sources are scanned together (``access.engine.scan``). Results do not depend on passes, batches,
threads or the order of sources.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from access.engine.arrays import Search, WalkLinks
from access.engine.doors import useful_doors
from access.engine.egress import EgressMemory, Window, egress_memory
from access.engine.hilbert import hilbert_order
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
from access.search import PreparedSearch, usable_cpus
from gtfs.timetable import Timetable

DEPARTURES_A_PASS = 255
"""A byte holds the labels 0 (nobody) to 255."""

Positions = npt.NDArray[np.int64]
Found = TypeVar("Found")


class Network(NamedTuple):
    """What all threads read."""

    programs: list[Program]  # one a pass
    searches: list[Search]  # one a pass
    window: Window
    access: WalkLinks  # source -> point
    doors: WalkLinks  # target -> point, where it is of use to leave a vehicle
    direct: WalkLinks  # source -> target
    sources: Positions  # neighbours first
    targets: Positions  # neighbours first

    @property
    def n_departures(self) -> int:
        """Number of departures (or arrivals) of the whole window."""
        return int(self.window.n_departures.sum())

    def batches(self) -> list[Positions]:
        """All sources, at most 128 neighbours together: the unit of work."""
        starts = range(0, len(self.sources), BATCH_WIDTH)
        return [self.sources[first : first + BATCH_WIDTH] for first in starts]

    def of_sources(self, sources: Positions) -> Network:
        """The same network with some of the sources only, numbered from 0 in the order given."""
        return self._replace(
            access=rows_of(self.access, sources),
            direct=rows_of(self.direct, sources),
            sources=np.arange(len(sources)),
        )


class Memory(NamedTuple):
    """What one thread writes to."""

    scan: ScanMemory
    profiles: Profiles
    egress: EgressMemory


def batched_network(search: PreparedSearch, programs: Sequence[Program] | None = None) -> Network:
    """Cut the window into passes of about equal length and write a program for each.

    ``programs`` are those of a search with the same timetable, footpaths and window, where there is one.
    """
    asked = search.search
    n_passes = -(-asked.n_departures // DEPARTURES_A_PASS)
    cuts = [asked.n_departures * number // n_passes for number in range(n_passes + 1)]
    searches = [
        asked._replace(first_departure_s=asked.first_departure_s + 60 * first, n_departures=end - first)
        for first, end in pairwise(cuts)
    ]
    doors = reversed_links(search.egress, search.n_targets)
    if programs is None:
        into_points = footpaths_into_stops(search.footpaths)
        programs = [
            event_program(search.timetable, search.access, into_points, one_pass) for one_pass in searches
        ]
    return Network(
        programs=list(programs),
        searches=searches,
        window=Window(np.array([one_pass.n_departures for one_pass in searches]), asked.max_duration_min),
        access=search.access,
        doors=useful_doors(programs, doors),
        direct=search.direct,
        sources=neighbours_first(search.timetable, search.access),
        targets=neighbours_first(search.timetable, doors),
    )


def neighbours_first(timetable: Timetable, walks: WalkLinks) -> Positions:
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


def scan_and_reduce(
    network: Network,
    n_percentiles: int,
    reduce: Callable[[Positions, Memory], Found],
    take: Callable[[Positions, Found], object],
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Scan every batch and reduce what it reaches, on several threads; the first failure stops the rest.

    Parameters
    ----------
    network : Network
        From ``batched_network``.
    n_percentiles : int
        Percentiles that ``reduce`` asks for, 1 where none.
    reduce : callable
        Given the sources of a batch and the memory of its thread, with the batch's profiles in it.
    take : callable
        Given the sources of a batch and what ``reduce`` returned; called in the order of the batches in the
        caller's thread, so that sums come out the same whatever the threads.
    threads : int, optional
        Without it one for each CPU this process may use.
    progress : callable, optional
        Called in the caller's thread with the number of sources finished since the last call.
    """
    of_thread = threading.local()

    def one_batch(batch: Positions) -> Found:
        if not hasattr(of_thread, "memory"):
            of_thread.memory = thread_memory(network, n_percentiles)
        memory: Memory = of_thread.memory
        scan_batch(network.programs, network.searches, network.access, batch, memory.scan, memory.profiles)
        return reduce(batch, memory)

    batches = network.batches()
    n_threads = min(threads or usable_cpus(), len(batches))
    executor = ThreadPoolExecutor(n_threads)
    try:
        for batch, found in _in_order(executor, one_batch, batches, 2 * n_threads):
            take(batch, found)
            if progress is not None:
                progress(len(batch))
    finally:
        executor.shutdown(cancel_futures=True)


def _in_order(
    executor: ThreadPoolExecutor,
    work: Callable[[Positions], Found],
    batches: Sequence[Positions],
    n_ahead: int,
) -> Iterator[tuple[Positions, Found]]:
    """Results in the order of the batches, with no more than a few waiting for their turn."""
    waiting: deque[tuple[Positions, Future[Found]]] = deque()
    for batch in batches:
        waiting.append((batch, executor.submit(work, batch)))
        if len(waiting) > n_ahead:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def thread_memory(network: Network, n_percentiles: int) -> Memory:
    """Room for one thread; the system hands it out only as it is written to."""
    max_rides = binding_ride_limit(network.searches[0])
    return Memory(
        scan=scan_memory(network.programs, max_rides),
        profiles=profiles_memory(network.programs),
        egress=egress_memory(network.window, n_percentiles, len(network.targets)),
    )


def rows_of(links: WalkLinks, rows: Positions) -> WalkLinks:
    """Some of the sources of walks, in the order given."""
    n_links = links.start[rows + 1] - links.start[rows]
    start = np.concatenate([[0], np.cumsum(n_links)])
    link = np.arange(start[-1]) + np.repeat(links.start[rows] - start[:-1], n_links)
    chosen = WalkLinks(start, links.target[link], links.walk_s[link])
    for array in chosen:
        array.flags.writeable = False
    return chosen

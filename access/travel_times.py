"""Door-to-door travel times: walks and a timetable in, whole minutes out, for all origins together.

The shell around the batched engine; ``access.search`` is its door and ``access.batches`` its machinery.
Results equal those of ``access.plain_times``, the reference, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from access.batches import Memory, Network, Positions, batched_network, scan_and_reduce
from access.engine.arrays import UNREACHED_MIN, Minutes, WalkLinks
from access.engine.egress import fill_percentiles
from access.engine.reach import count_within
from access.reductions import check_cutoffs
from access.search import PreparedSearch, count_problems, percentile_problems, prepare_search, ranks_of
from gtfs.timetable import Timetable


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
    arrive_by: bool = False,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Minutes:
    """Percentiles of door-to-door travel time over the minutes of a window, from every origin.

    Parameters
    ----------
    timetable, access, footpaths, egress, direct, n_destinations, departure_start_s, departure_window_min
        As in ``access.search.prepare_search``.
    max_duration_min, boarding_slack_s, max_rides, arrive_by
        As there.
    percentiles : sequence of float
        Above 0, at most 100, any number of them and in any order. Nearest rank: the ``ceil(p / 100 * n)``-th
        of the ``n`` sorted minutes, unreached ones last, reckoned in exact decimals (R5 reckons in floating
        point, where 55 / 100 * 100 is a little above 55).
    threads : int, optional
        Threads to use; without it one for each CPU this process may use. The result does not depend on it.
    progress : callable, optional
        Called in the caller's thread with the number of origins (arrive-by: destinations) finished since the
        last call.

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
        If nobody can board at all, so that all travel times are walks.
    """
    search = prepare_search(
        timetable,
        access=access,
        footpaths=footpaths,
        egress=egress,
        direct=direct,
        n_destinations=n_destinations,
        departure_start_s=departure_start_s,
        departure_window_min=departure_window_min,
        max_duration_min=max_duration_min,
        boarding_slack_s=boarding_slack_s,
        max_rides=max_rides,
        arrive_by=arrive_by,
        problems=percentile_problems(percentiles) + count_problems("threads", threads),
    )
    minutes = percentiles_of_network(batched_network(search), percentiles, threads, progress)
    return np.ascontiguousarray(minutes.transpose(0, 2, 1)) if arrive_by else minutes


def percentiles_of_network(
    network: Network,
    percentiles: Sequence[float],
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Minutes:
    """Percentiles from all sources of a network to all targets; ``Network.of_sources`` takes some of them.

    Returns
    -------
    uint8 array (n_percentiles, n_sources, n_targets)
        Sources are origins; destinations in an arrive-by search.
    """
    ranks = ranks_of(percentiles, network.n_departures)
    shape = len(ranks), len(network.sources), len(network.targets)
    result = np.full(shape, UNREACHED_MIN, np.uint8)

    def fill(batch: Positions, memory: Memory) -> None:
        fill_percentiles(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            ranks, memory.egress, result,
        )  # fmt: skip

    scan_and_reduce(network, len(ranks), fill, lambda *_: None, threads, progress)
    return result


def departures_within(
    search: PreparedSearch,
    cutoffs_min: Sequence[int],
    *,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> npt.NDArray[np.uint16]:
    """Count, for every pair, the departures (arrive-by: arrivals) that take less than each cutoff.

    Parameters
    ----------
    search : PreparedSearch
        From ``access.search.prepare_search``.
    cutoffs_min : sequence of int
        Whole minutes from 1 to ``max_duration_min + 1``, in any order.
    threads, progress
        As in ``travel_time_percentiles``.

    Returns
    -------
    uint16 array (n_cutoffs, n_origins, n_destinations)
        0 to the number of minutes of the window.

    Raises
    ------
    AccessError
        With all problems of the input listed.
    """
    check_cutoffs(search, cutoffs_min, threads)
    network, cutoffs = batched_network(search), np.array(cutoffs_min, np.int64)
    counts = np.zeros((len(cutoffs), search.n_sources, search.n_targets), np.uint16)

    def fill(batch: Positions, memory: Memory) -> None:
        count_within(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            cutoffs, memory.egress, counts,
        )  # fmt: skip

    scan_and_reduce(network, 1, fill, lambda *_: None, threads, progress)
    return np.ascontiguousarray(counts.transpose(0, 2, 1)) if search.arrive_by else counts


def share_within(
    search: PreparedSearch,
    cutoffs_min: Sequence[int],
    *,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> npt.NDArray[np.float32]:
    """Share of the departures (arrive-by: arrivals) that take less than each cutoff: how reliable a trip is.

    Parameters and errors are those of ``departures_within``.

    Returns
    -------
    float32 array (n_cutoffs, n_origins, n_destinations)
        From 0, never within the cutoff, to 1, always.
    """
    counts = departures_within(search, cutoffs_min, threads=threads, progress=progress)
    return np.divide(counts, search.search.n_departures, dtype=np.float32)

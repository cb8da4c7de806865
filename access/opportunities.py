"""What each origin reaches, without ever holding the matrix of travel times.

A destination counts within a cutoff where the travel time in whole minutes is below it (``minutes < cutoff``,
so at most ``cutoff - 1`` whole minutes; R5's convention). When travel times vary with the minute of departure
there are two ways to sum them up, and they are not the same (Jensen's inequality; R5's discussion of both is
at conveyal/r5 issue 785):

- *access of the percentile time* (``opportunities_within``; R5's and the default): what is reached in less
  than the cutoff in at least so many per cent of the departures, destination by destination;
- *mean of access over departures* (``mean_opportunities_within``): what is reached on average by who leaves
  at a random minute of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from access.batches import Memory, Network, Positions, batched_network, rows_of, scan_and_reduce
from access.engine.arrays import Minutes
from access.engine.egress import fill_percentiles, sum_opportunities
from access.errors import AccessError
from access.search import PreparedSearch, count_problems, percentile_problems, ranks_of

Floats = npt.NDArray[np.float64]
Progress = Callable[[int], object]


def opportunities_within(
    search: PreparedSearch,
    opportunities: Floats,
    cutoffs_min: Sequence[int],
    percentiles: Sequence[float],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Opportunities at destinations whose percentile of travel time is below each cutoff.

    Parameters
    ----------
    search : PreparedSearch
        From ``access.search.prepare_search``.
    opportunities : float64 array (n_kinds, n_destinations)
        How much there is of each kind at each destination; finite.
    cutoffs_min : sequence of int
        Whole minutes from 1 to ``max_duration_min + 1``, in any order.
    percentiles : sequence of float
        As in ``access.travel_times.travel_time_percentiles``.
    threads, progress
        As there.

    Returns
    -------
    float64 array (n_percentiles, n_cutoffs, n_kinds, n_origins)
        Sums in an order that batches and threads do not change.

    Raises
    ------
    AccessError
        With all problems of the input listed.
    """
    _check(search, opportunities, threads, cutoffs_min, percentiles)
    network = batched_network(search)
    ranks, cutoffs = ranks_of(percentiles, network.n_departures), np.array(cutoffs_min, np.int64)

    def from_origins(batch: Positions, memory: Memory) -> Floats:
        return sum_opportunities(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            ranks, cutoffs, opportunities, memory.egress,
        )  # fmt: skip

    def to_destinations(batch: Positions, memory: Memory) -> Floats:
        minutes = _minutes_to(network, batch, memory, ranks)
        return np.stack([[opportunities[:, batch] @ (row < cutoff) for cutoff in cutoffs] for row in minutes])

    if search.arrive_by:
        return _added_up(network, len(ranks), to_destinations, threads, progress)
    return _side_by_side(network, len(ranks), from_origins, threads, progress)


def _side_by_side(
    network: Network,
    n_percentiles: int,
    of_batch: Callable[[Positions, Memory], Floats],
    threads: int | None,
    progress: Progress | None,
) -> Floats:
    """Results of all sources, which are the origins: each batch has its own, ``(..., n_batch)``."""
    parts: list[tuple[Positions, Floats]] = []
    scan_and_reduce(network, n_percentiles, of_batch, lambda *part: parts.append(part), threads, progress)
    result = np.empty((*parts[0][1].shape[:-1], len(network.sources)))
    for batch, part in parts:
        result[..., batch] = part
    return result


def _added_up(
    network: Network,
    n_percentiles: int,
    of_batch: Callable[[Positions, Memory], Floats],
    threads: int | None,
    progress: Progress | None,
) -> Floats:
    """Sums over all sources, which are the destinations: each batch adds to all origins."""
    total: list[Floats] = []

    def add(_: Positions, part: Floats) -> None:
        if total:
            total[0] += part
        else:
            total.append(part)

    scan_and_reduce(network, n_percentiles, of_batch, add, threads, progress)
    return total[0]


def _minutes_to(network: Network, batch: Positions, memory: Memory, ranks: npt.NDArray[np.int64]) -> Minutes:
    """Percentiles of one batch of destinations, ``(n_percentiles, n_batch, n_origins)``."""
    minutes = np.empty((len(ranks), len(batch), len(network.targets)), np.uint8)
    fill_percentiles(
        np.arange(len(batch)), network.targets, memory.profiles, network.doors,
        rows_of(network.direct, batch), network.window, ranks, memory.egress, minutes,
    )  # fmt: skip
    return minutes


def _check(
    search: PreparedSearch,
    opportunities: Floats,
    threads: int | None,
    cutoffs_min: Sequence[int] | None,
    percentiles: Sequence[float] | None,
) -> None:
    """Raise once with all that is wrong."""
    problems = opportunity_problems(opportunities, search.n_destinations) + count_problems(
        "threads", threads
    )
    if percentiles is not None:
        problems += percentile_problems(percentiles)
    if cutoffs_min is not None:
        problems += cutoff_problems(cutoffs_min, search.search.max_duration_min)
    if problems:
        raise AccessError("Opportunities cannot be summed:" + "".join(f"\n  - {text}" for text in problems))


def opportunity_problems(opportunities: Floats, n_destinations: int) -> list[str]:
    """Say what is wrong with amounts ``(n_kinds, n_destinations)``; empty where nothing is."""
    if opportunities.ndim != 2 or opportunities.dtype != np.float64:
        shape = f"{opportunities.ndim} dimensions of {opportunities.dtype}"
        return [f"opportunities has {shape}; it must be a float64 array (n_kinds, n_destinations)"]
    if opportunities.shape[1] != n_destinations:
        return [
            f"opportunities has {opportunities.shape[1]} columns; there are {n_destinations} destinations"
        ]
    if not np.isfinite(opportunities).all():
        return ["opportunities has values that are missing or infinite; give 0 where there are none"]
    return []


def cutoff_problems(cutoffs_min: Sequence[int], max_duration_min: int) -> list[str]:
    """Say what is wrong with cutoffs; empty where nothing is."""
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

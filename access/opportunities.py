"""What each origin reaches, without ever holding the matrix of travel times.

A destination counts within a cutoff where the travel time in whole minutes is below it (``minutes < cutoff``,
so at most ``cutoff - 1`` whole minutes; R5's convention). When travel times vary with the minute of departure
there are two ways to sum them up, and they are not the same (Jensen's inequality; R5's discussion of both is
at conveyal/r5 issue 785):

- *access of the percentile time* (``opportunities_within``; R5's and the default): what is reached in less
  than the cutoff in at least so many per cent of the departures, destination by destination;
- *mean of access over departures* (``mean_opportunities_within``): what is reached on average by who leaves
  at a random minute of the window.

Every function takes arrive-by searches as well, but for ``opportunities_by_departure``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from access.batches import Memory, Positions, batched_network, rows_of
from access.engine.egress import sum_opportunities
from access.engine.reach import count_within, sum_over_departures
from access.engine.reach import opportunities_by_departure as by_departure
from access.engine.reach import opportunities_by_minute as at_minute
from access.errors import AccessError
from access.reductions import Floats, Progress, added_up, check_amounts, minutes_to, side_by_side
from access.search import PreparedSearch, ranks_of


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
    check_amounts(search, opportunities, threads, cutoffs_min, percentiles)
    network = batched_network(search)
    ranks, cutoffs = ranks_of(percentiles, network.n_departures), np.array(cutoffs_min, np.int64)

    def from_origins(batch: Positions, memory: Memory) -> Floats:
        return sum_opportunities(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            ranks, cutoffs, opportunities, memory.egress,
        )  # fmt: skip

    def to_destinations(batch: Positions, memory: Memory) -> Floats:
        minutes = minutes_to(network, batch, memory, ranks)
        return np.stack([[opportunities[:, batch] @ (row < cutoff) for cutoff in cutoffs] for row in minutes])

    if search.arrive_by:
        return added_up(network, len(ranks), to_destinations, threads, progress)
    return side_by_side(network, len(ranks), from_origins, threads, progress)


def mean_opportunities_within(
    search: PreparedSearch,
    opportunities: Floats,
    cutoffs_min: Sequence[int],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Opportunities within each cutoff, mean over all departures (or arrivals) of the window.

    Parameters and errors are those of ``opportunities_within``.

    Returns
    -------
    float64 array (n_cutoffs, n_kinds, n_origins)
        A destination that a quarter of the departures reach counts for a quarter of what it has.
    """
    check_amounts(search, opportunities, threads, cutoffs_min)
    network, cutoffs = batched_network(search), np.array(cutoffs_min, np.int64)

    def from_origins(batch: Positions, memory: Memory) -> Floats:
        return sum_over_departures(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            cutoffs, opportunities, memory.egress,
        )  # fmt: skip

    def to_destinations(batch: Positions, memory: Memory) -> Floats:
        counts = np.empty((len(cutoffs), len(batch), len(network.targets)), np.uint16)
        count_within(
            np.arange(len(batch)), network.targets, memory.profiles, network.doors,
            rows_of(network.direct, batch), network.window, cutoffs, memory.egress, counts,
        )  # fmt: skip
        return np.stack([opportunities[:, batch] @ row for row in counts])

    if search.arrive_by:
        return added_up(network, 1, to_destinations, threads, progress) / network.n_departures
    return side_by_side(network, 1, from_origins, threads, progress) / network.n_departures


def opportunities_by_departure(
    search: PreparedSearch,
    opportunities: Floats,
    cutoffs_min: Sequence[int],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Opportunities within each cutoff when leaving at each single minute: the access clock of every origin.

    Parameters and errors are those of ``opportunities_within``; an arrive-by search is refused.

    Returns
    -------
    float64 array (n_cutoffs, n_kinds, n_departures, n_origins)
    """
    if search.arrive_by:
        raise AccessError("access by minute is that of departures; prepare the search with arrive_by=False")
    check_amounts(search, opportunities, threads, cutoffs_min)
    network, cutoffs = batched_network(search), np.array(cutoffs_min, np.int64)

    def from_origins(batch: Positions, memory: Memory) -> Floats:
        return by_departure(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            cutoffs, opportunities, memory.egress,
        )  # fmt: skip

    return side_by_side(network, 1, from_origins, threads, progress)


def opportunities_at_minute(
    search: PreparedSearch,
    opportunities: Floats,
    percentiles: Sequence[float],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Opportunities whose percentile of travel time is exactly so many whole minutes.

    Summed up along the minutes this is access at every cutoff; weighted by a function of the minutes it is
    access with that decay. Parameters and errors are those of ``opportunities_within``.

    Returns
    -------
    float64 array (n_percentiles, n_kinds, max_duration_min + 1, n_origins)
    """
    check_amounts(search, opportunities, threads, percentiles=percentiles)
    return _by_minute(search, opportunities, percentiles, lambda amounts: amounts, threads, progress)


def time_to_nth_closest(
    search: PreparedSearch,
    opportunities: Floats,
    n: float,
    percentiles: Sequence[float],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Whole minutes within which each origin has reached ``n`` opportunities of each kind; 1 is the nearest.

    Parameters and errors are those of ``opportunities_within``; ``n`` is above 0.

    Returns
    -------
    float64 array (n_percentiles, n_kinds, n_origins)
        ``inf`` where so many are not reached within the maximum duration.
    """
    check_amounts(search, opportunities, threads, percentiles=percentiles)
    if not n > 0:
        raise AccessError(f"n must be a positive number of opportunities, got {n!r}")

    def minutes_to_n(amounts: Floats) -> Floats:
        # Fractions such as ten times 0.1 must add up to 1 in spite of rounding.
        enough = amounts.cumsum(axis=2) >= n * (1 - 1e-12)
        return np.where(enough.any(axis=2), enough.argmax(axis=2), np.inf)

    if search.arrive_by:
        return minutes_to_n(_by_minute(search, opportunities, percentiles, lambda x: x, threads, progress))
    return _by_minute(search, opportunities, percentiles, minutes_to_n, threads, progress)


def _by_minute(
    search: PreparedSearch,
    opportunities: Floats,
    percentiles: Sequence[float],
    of_amounts: Callable[[Floats], Floats],
    threads: int | None,
    progress: Progress | None,
) -> Floats:
    """``of_amounts`` of the opportunities at each minute; batch by batch where origins are the sources."""
    network = batched_network(search)
    ranks, n_minutes = ranks_of(percentiles, network.n_departures), search.search.max_duration_min + 1

    def from_origins(batch: Positions, memory: Memory) -> Floats:
        amounts = at_minute(
            batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
            ranks, opportunities, memory.egress,
        )  # fmt: skip
        return of_amounts(amounts)

    def to_destinations(batch: Positions, memory: Memory) -> Floats:
        minutes = minutes_to(network, batch, memory, ranks)
        cell = 256 * np.arange(search.n_origins) + minutes  # of a table (origin, minute)
        amounts = np.repeat(opportunities[:, batch, np.newaxis], search.n_origins, axis=2)
        sums = [
            [np.bincount(row.ravel(), kind.ravel(), 256 * search.n_origins) for kind in amounts]
            for row in cell
        ]
        table = np.array(sums, np.float64).reshape(len(ranks), len(amounts), -1, 256)
        return table[..., :n_minutes].swapaxes(2, 3)

    if search.arrive_by:
        return added_up(network, len(ranks), to_destinations, threads, progress)
    return side_by_side(network, len(ranks), from_origins, threads, progress)

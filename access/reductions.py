"""How results of batches are put together, and the checks of what is summed up.

Forward, the sources of a batch are origins and have their results to themselves. Arrive-by, they are
destinations, and every batch adds to what all origins reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from access.batches import Memory, Network, Positions, rows_of, scan_and_reduce
from access.engine.arrays import Minutes
from access.engine.egress import fill_percentiles
from access.errors import AccessError
from access.search import PreparedSearch, count_problems, percentile_problems

Floats = npt.NDArray[np.float64]
Progress = Callable[[int], object]


def side_by_side(
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


def added_up(
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


def minutes_to(network: Network, batch: Positions, memory: Memory, ranks: npt.NDArray[np.int64]) -> Minutes:
    """Percentiles of one batch of destinations, ``(n_percentiles, n_batch, n_origins)``."""
    minutes = np.empty((len(ranks), len(batch), len(network.targets)), np.uint8)
    fill_percentiles(
        np.arange(len(batch)), network.targets, memory.profiles, network.doors,
        rows_of(network.direct, batch), network.window, ranks, memory.egress, minutes,
    )  # fmt: skip
    return minutes


def check_amounts(
    search: PreparedSearch,
    opportunities: Floats,
    threads: int | None,
    cutoffs_min: Sequence[int] | None = None,
    percentiles: Sequence[float] | None = None,
) -> None:
    """Raise once with all that is wrong."""
    problems = opportunity_problems(opportunities, search.n_destinations) + count_problems("threads", threads)
    if percentiles is not None:
        problems += percentile_problems(percentiles)
    if cutoffs_min is not None:
        problems += cutoff_problems(cutoffs_min, search.search.max_duration_min)
    if problems:
        raise AccessError("Opportunities cannot be summed:" + "".join(f"\n  - {text}" for text in problems))


def check_cutoffs(search: PreparedSearch, cutoffs_min: Sequence[int], threads: int | None) -> None:
    """Raise once with all that is wrong."""
    problems = cutoff_problems(cutoffs_min, search.search.max_duration_min)
    problems += count_problems("threads", threads)
    if problems:
        raise AccessError("Departures cannot be counted:" + "".join(f"\n  - {text}" for text in problems))


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

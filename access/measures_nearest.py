"""The cost at which enough is reached: n-th closest opportunity and balancing cost, by position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.decay_shapes import Comparison
from access.engine.nearest import cost_of_enough, grouped_by_place
from access.measures import PLACES_A_BLOCK, PairCosts, each_by_minute, first_minute
from access.weights import ByteCosts, LongCosts

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]

PAIRS_A_BLOCK = 8_000_000
"""Pairs sorted at a time, some 50 bytes each: 400 MB. A streamed table is read once for each block."""

ANY = np.finfo(np.float64).smallest_subnormal
"""Needed number that anything above 0 fulfils."""


class _Pairs(NamedTuple):
    """Pairs of some places, that count."""

    here: Positions
    cost: Floats
    amount: Floats


def cost_to_nth(
    costs: ByteCosts | PairCosts, amounts: Floats, numbers: Sequence[float], *, active: bool = True
) -> Floats:
    """Return the cost at which each place has reached the n-th opportunity, cheapest first.

    Parameters
    ----------
    costs : ByteCosts or PairCosts
    amounts : array of float
        Opportunities at each destination (passive: origin). Those that are 0 or unknown (NaN) do not count.
    numbers : sequence of float
        n > 0. Opportunities are counted, not places: one place with three of them is enough for n = 3. n = 1
        is the closest place with any, also with less than one (R package accessibility, ``cost_to_closest``).
    active : bool
        By origin; else by destination.

    Returns
    -------
    array of float, shape (n_numbers, n_places)
        ``inf`` where so many are never reached.
    """
    needed = np.array([ANY if n == 1 else n for n in numbers], dtype=np.float64)
    n_places = costs.n_origins if active else costs.n_destinations
    return cost_of(costs, amounts, np.broadcast_to(needed, (n_places, len(needed))), active=active).T


def balancing(
    costs: ByteCosts | PairCosts,
    amounts: Floats,
    demand: Floats,
    increment: float = 1.0,
    *,
    comparison: Comparison = "<",
    more: bool = True,
    active: bool = True,
) -> Floats:
    """Return the smallest cutoff on a grid within which there are as many opportunities as people.

    Parameters
    ----------
    costs, amounts, active
        As for ``cost_to_nth``.
    demand : array of float, shape (n_places,)
        People at each place. 0 are balanced at cost 0; an unknown number (NaN) gives NaN.
    increment : float
        The grid is 0, increment, ... up to the highest cost of all pairs and, with ``"<"``, one step more.
    comparison : {"<", "<="}
        When a cost is within a cutoff.
    more : bool
        Whether there must be more opportunities than people, or at least as many.

    Returns
    -------
    array of float, shape (n_places,)
        NaN where it is never reached.
    """
    exact = cost_of(costs, amounts, demand[:, np.newaxis], more=more, active=active)[:, 0]
    grid = rising(0.0, _highest(costs), increment)
    if comparison == "<":
        grid = np.append(grid, len(grid) * increment)
    step = np.searchsorted(grid, exact, side="left" if comparison == "<=" else "right")
    on_grid: Floats = np.append(grid, np.nan)[step]
    on_grid[demand == 0] = 0.0
    on_grid[np.isnan(demand)] = np.nan
    return on_grid


def rising(start: float, stop: float, increment: float) -> Floats:
    """Return start, start + increment, ... up to stop, which rounding does not lose (as ``seq`` in R)."""
    n_steps = int((stop - start) / increment + 1e-10)
    steps: Floats = np.minimum(start + np.arange(n_steps + 1) * increment, stop)
    return steps


def cost_of(
    costs: ByteCosts | PairCosts,
    amounts: Floats,
    needed: Floats,
    *,
    more: bool = False,
    active: bool = True,
) -> Floats:
    """Return the cost at which what is reached is at least (or more than) ``needed``, shape (n_places, k).

    Amounts that are 0 or NaN do not count; ``inf`` where it is never enough.
    """
    known = np.nan_to_num(amounts, nan=0.0)
    reached = np.full(needed.shape, np.inf)
    if isinstance(costs, ByteCosts):
        for places, by_minute in each_by_minute(costs.minutes, known, active=active):
            reached[places] = _minutes_of(by_minute, needed[places], more)
        return reached
    n_places = len(needed)
    for first, end in _blocks(costs, n_places, active):
        found = list(_counting(costs, known, active, first, end))
        pairs = _Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))
        order = np.argsort(pairs.cost)
        starts = np.concatenate([[0], np.cumsum(np.bincount(pairs.here, minlength=end - first))])
        grouped = np.empty(len(order), np.int64)
        grouped_by_place(pairs.here, order, starts[:-1].copy(), grouped)
        block = reached[first:end]
        wanted = np.ascontiguousarray(needed[first:end])
        cost_of_enough(starts, pairs.cost[grouped], pairs.amount[grouped], wanted, more, block)
    return reached


def _minutes_of(by_minute: Floats, needed: Floats, more: bool) -> Floats:
    """Return the first whole minute at which it is enough, shape of ``needed``."""
    minutes = np.empty(needed.shape)
    for k in range(needed.shape[1]):
        wanted = needed[:, k, np.newaxis]
        enough = by_minute[:, 1:] > wanted if more else by_minute[:, 1:] >= wanted * (1 - 1e-12)
        minutes[:, k] = first_minute(enough)
    return minutes


def _counting(costs: PairCosts, amounts: Floats, active: bool, first: int, end: int) -> Iterator[_Pairs]:
    """Pairs of some places that count: reached, and with something there."""
    for part in costs.parts():
        here, there = (part.origin, part.destination) if active else (part.destination, part.origin)
        amount = amounts[there]
        counts = (amount > 0) & np.isfinite(part.cost)
        if (first, end) != (0, costs.n_origins if active else costs.n_destinations):
            counts &= (here >= first) & (here < end)
        yield _Pairs(here[counts] - np.int32(first), part.cost[counts], amount[counts])


def _blocks(costs: PairCosts, n_places: int, active: bool) -> Iterator[tuple[int, int]]:
    """Cut places into runs with about ``PAIRS_A_BLOCK`` pairs; a place by itself may have more."""
    if isinstance(costs, LongCosts) and len(costs.cost) <= PAIRS_A_BLOCK:
        yield 0, n_places
        return
    n_pairs = np.zeros(n_places, np.int64)
    for part in costs.parts():
        n_pairs += np.bincount(part.origin if active else part.destination, minlength=n_places)
    block = np.cumsum(n_pairs) // PAIRS_A_BLOCK
    yield from pairwise([0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), n_places])


def _highest(costs: ByteCosts | PairCosts) -> float:
    """Return the highest cost of all pairs that are reached; 0 without any."""
    if isinstance(costs, ByteCosts):
        blocks = range(0, costs.n_origins, PLACES_A_BLOCK)
        # One minute more turns 255, not reached, into 0.
        later = [(costs.minutes[b : b + PLACES_A_BLOCK] + np.uint8(1)).max(initial=0) for b in blocks]
        return max(float(max(later, default=0)) - 1, 0.0)
    highest = [float(np.max(part.cost, initial=0.0, where=np.isfinite(part.cost))) for part in costs.parts()]
    return max(highest, default=0.0)

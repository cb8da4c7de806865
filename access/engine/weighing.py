"""Sums of weighted amounts over origins or destinations: the products that every access measure is made of.

Travel costs are a matrix of whole minutes, one byte a pair, with a table of 256 weights; or a long table of
pairs with one weight each. No matrix of weights is ever made. A weight of 0 leaves a pair out whatever its
amount is, so that an infinite or unknown amount at a place that is not reached does no harm.

Twin: ``tests/reference/measures.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.engine.compiled import kernel

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]


@kernel
def sum_over_destinations(minutes: Bytes, table: Floats, amounts: Floats, sums: Floats) -> None:
    """Write ``sum_j table[minutes[i, j]] * amounts[j]`` to ``sums[i]``, shape (n_origins,).

    Four sums side by side: a processor need not wait for one addition before the next (bench_measures).
    """
    n = minutes.shape[1]
    for origin in range(minutes.shape[0]):
        row = minutes[origin]
        first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
        for j in range(0, n - 3, 4):
            a, b, c, d = table[row[j]], table[row[j + 1]], table[row[j + 2]], table[row[j + 3]]
            first += a * amounts[j] if a != 0.0 else 0.0
            second += b * amounts[j + 1] if b != 0.0 else 0.0
            third += c * amounts[j + 2] if c != 0.0 else 0.0
            fourth += d * amounts[j + 3] if d != 0.0 else 0.0
        for j in range(n - n % 4, n):
            a = table[row[j]]
            first += a * amounts[j] if a != 0.0 else 0.0
        sums[origin] = (first + second) + (third + fourth)


@kernel
def sum_over_origins(minutes: Bytes, table: Floats, amounts: Floats, sums: Floats) -> None:
    """Add ``sum_i table[minutes[i, j]] * amounts[i]`` to ``sums[j]``, shape (n_destinations,)."""
    for origin in range(minutes.shape[0]):
        row, amount = minutes[origin], amounts[origin]
        if amount != 0.0:
            for j in range(minutes.shape[1]):
                weight = table[row[j]]
                sums[j] += weight * amount if weight != 0.0 else 0.0


@kernel
def sum_pairs(here: Positions, there: Positions, weights: Floats, amounts: Floats, sums: Floats) -> None:
    """Add ``weights * amounts[there]`` of each pair to ``sums[here]``."""
    for pair in range(len(weights)):
        weight = weights[pair]
        if weight != 0.0:
            sums[here[pair]] += weight * amounts[there[pair]]


@kernel
def amounts_by_minute(minutes: Bytes, served: Integers, amounts: Floats, at_minute: Floats) -> None:
    """Add ``amounts[k]`` of destination ``served[k]`` to ``at_minute[i, minute]``, shape (n_origins, 256)."""
    for origin in range(minutes.shape[0]):
        row, here = minutes[origin], at_minute[origin]
        for k in range(len(served)):
            here[row[served[k]]] += amounts[k]


@kernel
def sum_pairs_within(
    here: Positions,
    there: Positions,
    cost: Floats,
    cutoffs: Floats,
    strictly: bool,
    amounts: Floats,
    sums: Floats,
) -> None:
    """Add the amount of each pair to ``sums[here, k]``, k the first of the rising cutoffs that it is within.

    ``sums``, shape (n_here, n_cutoffs), summed up along cutoffs is what lies within each. A NaN cost is
    within none.
    """
    n_cutoffs = len(cutoffs)
    for pair in range(len(cost)):
        value = cost[pair]
        for k in range(n_cutoffs):
            if value < cutoffs[k] or (value == cutoffs[k] and not strictly):
                sums[here[pair], k] += amounts[there[pair]]
                break


@kernel
def sum_new_pairs(
    here: Positions, there: Positions, n_there: int, amounts: Floats, seen: Bytes, sums: Floats
) -> None:
    """Add the amount of each pair that ``seen`` does not have yet to ``sums[here]``, and mark the pair.

    ``n_there`` and ``seen`` are those of ``count_repeated``.
    """
    for pair in range(len(here)):
        place = np.int64(here[pair]) * n_there + there[pair] % n_there
        bit = np.uint8(1 << (place & 7))
        if (seen[place >> 3] & bit) == 0:
            seen[place >> 3] |= bit
            sums[here[pair]] += amounts[there[pair]]


@kernel
def count_repeated(here: Positions, there: Positions, n_there: int, seen: Bytes) -> int:
    """Count the pairs that ``seen``, one bit a possible pair, has already; mark all of them in it.

    ``here`` tells groups of pairs apart, ``n_there`` is the number of places in one group.
    """
    repeated = 0
    for pair in range(len(here)):
        place = np.int64(here[pair]) * n_there + there[pair] % n_there
        bit = np.uint8(1 << (place & 7))
        repeated += (seen[place >> 3] & bit) != 0
        seen[place >> 3] |= bit
    return repeated

"""Sums of weighted amounts over origins or destinations: the products that every access measure is made of.

Travel costs are a matrix of whole minutes, one byte a pair, with a table of 256 weights; or a long table of
pairs with one weight each. No matrix of weights is ever made. Matrices take finite amounts only; in long
tables a weight of 0 leaves a pair out whatever its amount is.

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
    """Write ``sum_j table[minutes[i, j]] * amounts[j]`` to ``sums[i]``, shape (n_origins,); all finite.

    Eight sums side by side, since a processor need not wait for one addition before the next, and no question
    whether a weight is 0, which it would guess wrong: five times as fast (bench_measures).
    """
    n = minutes.shape[1]
    together = n - n % 8
    for origin in range(minutes.shape[0]):
        row = minutes[origin]
        a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(0, together, 8):
            a += table[row[j]] * amounts[j]
            b += table[row[j + 1]] * amounts[j + 1]
            c += table[row[j + 2]] * amounts[j + 2]
            d += table[row[j + 3]] * amounts[j + 3]
            e += table[row[j + 4]] * amounts[j + 4]
            f += table[row[j + 5]] * amounts[j + 5]
            g += table[row[j + 6]] * amounts[j + 6]
            h += table[row[j + 7]] * amounts[j + 7]
        for j in range(together, n):
            a += table[row[j]] * amounts[j]
        sums[origin] = ((a + b) + (c + d)) + ((e + f) + (g + h))


@kernel
def sum_over_origins(minutes: Bytes, table: Floats, amounts: Floats, sums: Floats) -> None:
    """Add ``sum_i table[minutes[i, j]] * amounts[i]`` to ``sums[j]``, shape (n_destinations,); all finite."""
    for origin in range(minutes.shape[0]):
        row, amount = minutes[origin], amounts[origin]
        if amount != 0.0:
            for j in range(minutes.shape[1]):
                sums[j] += table[row[j]] * amount


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

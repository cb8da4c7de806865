"""Gi* and its permutation p-value the slow way: the whole map is shuffled, cell by cell. Shares no code."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Sequence


def gi_star(values: Sequence[float], neighbours: Sequence[Sequence[int]]) -> list[float]:
    n = len(values)
    mean = sum(values) / n
    deviation = math.sqrt(sum(value**2 for value in values) / n - mean**2)
    scores = []
    for cell, others in enumerate(neighbours):
        size = 1 + len(others)
        total = values[cell] + sum(values[other] for other in others)
        scores.append((total - mean * size) / (deviation * math.sqrt((n * size - size**2) / (n - 1))))
    return scores


def p_low(
    values: Sequence[float], neighbours: Sequence[Sequence[int]], permutations: int, seed: int
) -> list[float]:
    rng = random.Random(seed)  # noqa: S311
    shuffled = list(values)

    def maps() -> Iterator[list[float]]:
        for _ in range(permutations):
            rng.shuffle(shuffled)
            yield shuffled

    counts = _at_or_below(values, neighbours, maps())
    return [(1 + count) / (1 + permutations) for count in counts]


def p_low_of_all_orders(values: Sequence[float], neighbours: Sequence[Sequence[int]]) -> list[float]:
    """The exact p-value of a tiny map: the share of all orders of its values."""
    counts = _at_or_below(values, neighbours, itertools.permutations(values))
    return [count / math.factorial(len(values)) for count in counts]


def _at_or_below(
    values: Sequence[float], neighbours: Sequence[Sequence[int]], maps: Iterator[Sequence[float]]
) -> list[int]:
    observed = [values[cell] + sum(values[o] for o in others) for cell, others in enumerate(neighbours)]
    counts = [0] * len(values)
    for order in maps:
        for cell, others in enumerate(neighbours):
            total = order[cell] + sum(order[other] for other in others)
            counts[cell] += total <= observed[cell] + 1e-9
    return counts

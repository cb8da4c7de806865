"""Twins of the competition measures: formulas as printed, loops over pairs, no code of the program.

``f`` is a list of rows, one an origin, of weights; a pair without weight is 0.
"""

from __future__ import annotations

from collections.abc import Sequence

Rows = Sequence[Sequence[float]]


def two_step(f: Rows, offered: Sequence[float], people: Sequence[float]) -> list[float]:
    supply = []
    for j, jobs in enumerate(offered):
        comers = sum(people[i] * row[j] for i, row in enumerate(f))
        supply.append(jobs / comers if comers else 0.0)
    return [sum(weight * supply[j] for j, weight in enumerate(row)) for row in f]


def balanced(f: Rows, offered: Sequence[float], people: Sequence[float]) -> list[float]:
    by_row = [[weight / sum(row) if sum(row) else 0.0 for weight in row] for row in f]
    columns = [sum(row[j] for row in f) for j in range(len(offered))]
    by_column = [[w / columns[j] if columns[j] else 0.0 for j, w in enumerate(row)] for row in f]
    supply = []
    for j, jobs in enumerate(offered):
        comers = sum(people[i] * row[j] for i, row in enumerate(by_row))
        supply.append(jobs / comers if comers else 0.0)
    return [sum(weight * supply[j] for j, weight in enumerate(row)) for row in by_column]


def spatial_availability(
    f: Rows, offered: Sequence[float], people: Sequence[float], alpha: float
) -> list[float]:
    """With both balancing factors, as published (Soukhov et al. 2023)."""
    strength = [p**alpha if p else 0.0 for p in people]
    of_demand = [s / sum(strength) if sum(strength) else 0.0 for s in strength]
    found = [0.0] * len(f)
    for j, jobs in enumerate(offered):
        column = sum(row[j] for row in f)
        factor = [of_demand[i] * row[j] / column if column else 0.0 for i, row in enumerate(f)]
        for i, mine in enumerate(factor):
            found[i] += jobs * mine / sum(factor) if sum(factor) else 0.0
    return found


def iterated(f: Rows, offered: Sequence[float], people: Sequence[float], steps: int) -> list[float]:
    """Allen and Farber's equations put into each other so many times, mean 1 after each."""
    level = [1.0] * len(f)
    scaled = [jobs * sum(people) / sum(offered) for jobs in offered]
    for _ in range(steps):
        pressed = [sum(people[i] * row[j] / level[i] for i, row in enumerate(f)) for j in range(len(offered))]
        level = [sum(scaled[j] * w / pressed[j] for j, w in enumerate(row) if w) for row in f]
        mean = sum(p * a for p, a in zip(people, level, strict=True)) / sum(people)
        level = [a / mean for a in level]
    return level

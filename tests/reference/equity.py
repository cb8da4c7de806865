"""Twin of the equity indices, one resident at a time: slow, obvious, shares no code with the program.

A city is a list of (access, income, residents) with whole residents; each is unrolled into people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

City = Sequence[tuple[float, float, int]]


def people(city: City) -> list[tuple[float, float]]:
    return [(access, income) for access, income, residents in city for _ in range(residents)]


def gini(city: City) -> float:
    """Half the mean difference between two people drawn at random, over the mean."""
    access = [a for a, _ in people(city)]
    mean = sum(access) / len(access)
    apart = sum(abs(a - b) for a in access for b in access) / len(access) ** 2
    return apart / (2 * mean)


def theil(city: City) -> float:
    access = [a for a, _ in people(city)]
    mean = sum(access) / len(access)
    return sum(a / mean * math.log(a / mean) for a in access if a > 0) / len(access)


def concentration(city: City) -> float:
    """Each person's rank is the mean of those who have the same income."""
    everyone = people(city)
    n = len(everyone)
    mean = sum(a for a, _ in everyone) / n
    total = 0.0
    for access, income in everyone:
        poorer = sum(other < income for _, other in everyone)
        same = sum(other == income for _, other in everyone)
        total += (access - mean) * ((poorer + same / 2) / n - 0.5)
    return 2 * total / (n * mean)


def palma(city: City) -> float:
    """People of one income stand in line mixed: each has the mean access of that income.

    The number of people must be a multiple of ten.
    """
    line = in_line(city)
    n = len(line)
    rich = line[n - n // 10 :]
    return (sum(rich) / len(rich)) / poor_mean(city)


def poor_mean(city: City) -> float:
    line = in_line(city)
    poor = line[: 4 * len(line) // 10]
    return sum(poor) / len(poor) if poor else 0.0


def in_line(city: City) -> list[float]:
    by_income: dict[float, list[float]] = {}
    for access, income in people(city):
        by_income.setdefault(income, []).append(access)
    return [sum(same) / len(same) for _, same in sorted(by_income.items()) for _ in same]


def fgt(city: City, line: float, power: int) -> float:
    access = [a for a, _ in people(city)]
    return sum(((line - a) / line) ** power for a in access if a < line) / len(access)


def quantile(city: City, share: float) -> float:
    access = sorted(a for a, _ in people(city))
    return access[max(0, math.ceil(share * len(access) - 1e-9) - 1)]

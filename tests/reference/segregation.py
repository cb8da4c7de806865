"""Segregation indices written as their formulas stand, with lists and loops; it imports nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log2

Table = Sequence[Sequence[float]]  # [place][group]


def dissimilarity(counts: Table, group: int) -> float:
    total = sum(sum(row) for row in counts)
    share = sum(row[group] for row in counts) / total
    apart = sum(sum(row) * abs(row[group] / sum(row) - share) for row in counts if sum(row))
    return apart / (2 * total * share * (1 - share))


def isolation(counts: Table, group: int) -> float:
    members = sum(row[group] for row in counts)
    return sum(row[group] / members * row[group] / sum(row) for row in counts if sum(row))


def entropy(row: Sequence[float]) -> float:
    return sum(-n / sum(row) * log(n / sum(row)) for n in row if n)


def spatial_information(residents: Table, phi: Table) -> float:
    """H of Reardon & O'Sullivan (2004) with proximity phi[i][j]."""
    groups = range(len(residents[0]))
    total = sum(sum(row) for row in residents)
    city = entropy([sum(row[k] for row in residents) for k in groups])
    inside = 0.0
    for i, row in enumerate(residents):
        local = [sum(phi[i][j] * other[k] for j, other in enumerate(residents)) for k in groups]
        inside += sum(row) * entropy(local)
    return 1 - inside / (total * city)


def information(counts: Table) -> float:
    itself = [[float(i == j) for j in range(len(counts))] for i in range(len(counts))]
    return spatial_information(list(counts), itself) if all(map(sum, counts)) else float("nan")


def binary_h(counts: Table, first_above: int) -> float:
    """H between the brackets before ``first_above`` and the others."""
    return information([[sum(row[:first_above]), sum(row[first_above:])] for row in counts])


def spatial_exposure(residents: Table, phi: Table, group: int, other: int) -> float:
    members = sum(row[group] for row in residents)
    exposure = 0.0
    for i, row in enumerate(residents):
        local = [sum(phi[i][j] * r[k] for j, r in enumerate(residents)) for k in range(len(row))]
        exposure += row[group] / members * local[other] / sum(local)
    return exposure


def nearest_people(minutes: Sequence[int], counts: Table, people: float) -> list[float]:
    """Mix of the ``people`` nearest; those of the last minute in proportion. All where they are fewer."""
    order = sorted({m for m in minutes if m < 255})
    found = [0.0] * len(counts[0])
    for minute in order:
        ring = [
            sum(c[k] for c, m in zip(counts, minutes, strict=True) if m == minute) for k in range(len(found))
        ]
        need = people - sum(found)
        share = min(1.0, need / sum(ring)) if sum(ring) else 0.0
        found = [f + share * r for f, r in zip(found, ring, strict=True)]
        if sum(found) >= people * (1 - 1e-12):
            return found
    return found


def bits(p: float) -> float:
    return -(p * log2(p) + (1 - p) * log2(1 - p)) if 0 < p < 1 else 0.0

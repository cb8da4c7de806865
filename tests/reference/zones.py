"""Zones of cells that qualify, the slow way: spread from cell to neighbouring cell. Shares no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import h3


def below_line(income: Mapping[str, float], people: Mapping[str, int], share: float) -> set[str]:
    """Cells below a share of the median income, from a list of all residents."""
    everybody = sorted(income[cell] for cell, number in people.items() for _ in range(number))
    n = len(everybody)
    median = (everybody[(n - 1) // 2] + everybody[n // 2]) / 2
    return {cell for cell, number in people.items() if number > 0 and income[cell] < share * median}


def zones(qualifying: set[str], people: Mapping[str, int], floor: int) -> list[set[str]]:
    found, left = [], set(qualifying)
    while left:
        zone, edge = set(), {left.pop()}
        while edge:
            zone |= edge
            edge = {other for other in left if any(h3.grid_distance(other, cell) == 1 for cell in edge)}
            left -= edge
        if sum(people[cell] for cell in zone) >= floor:
            found.append(zone)
    return found


def persists(zone: set[str], again: Sequence[set[str]], people: Mapping[str, int]) -> bool:
    """Whether half of the zone's residents live in zones of a draw."""
    everywhere = set().union(*again)
    inside = sum(people[cell] for cell in zone)
    return inside > 0 and 2 * sum(people[cell] for cell in zone & everywhere) >= inside

"""Whose gains and losses are counted: the residents of the base, in groups that the change cannot alter.

Deciles, the poorest 40 % and the richest 10 % are those of the base. Otherwise a scenario that adds residents
would move others into another group, and who gains would partly be who is counted. Residents that a scenario
adds have no before; they neither gain nor lose, and their access is told apart.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.equity import share_of_income_range
from access.indicators import People

Floats = npt.NDArray[np.float64]
INCOME_RANGES = {"poorest40": (0.0, 0.4), "richest10": (0.9, 1.0), "richer60": (0.4, 1.0)}
"""Parts of the order of incomes, 0 the poorest resident and 1 the richest; named as in the draws."""

RICHER60 = "richer60"
"""Everybody with a known income but the poorest 40 %: what their share of a benefit is held against."""

PALMA_GROUPS = tuple(name for name in INCOME_RANGES if name != RICHER60)
"""The two that the Palma ratio divides."""


def residents_by_group(people: People) -> dict[str, Floats]:
    """Return the residents of each group by cell, arrays of shape ``(n_cells,)``.

    ``all``, the deciles that exist, those of ``INCOME_RANGES`` where incomes are known (cells mixed at the
    margin count in part), and the named groups. The order of incomes is that of residents of snapped
    cells, as in the Palma ratio.
    """
    groups = people.groups()
    everyone = {name: counts for name, counts in groups.items() if name not in people.named}
    ranges = {name: residents_in_range(people, name) for name in INCOME_RANGES}
    if np.isnan(people.income).all():
        ranges = {}
    return everyone | ranges | {name: groups[name] for name in people.named}


def residents_in_range(people: People, name: str) -> Floats:
    """Return the residents of one of ``INCOME_RANGES`` by cell."""
    on_streets = np.where(people.snapped, people.population, 0.0)
    return on_streets * share_of_income_range(people.income, on_streets, *INCOME_RANGES[name])


def added_residents(base: People, scenario: People) -> Floats:
    """Return the residents that a scenario has more than the base, by cell."""
    return np.asarray(np.maximum(scenario.population - base.population, 0.0))


def same_residents(base: People, scenario: People) -> bool:
    """Tell whether the same residents of the same incomes live in the same cells."""
    pairs = [(base.population, scenario.population), (base.income, scenario.income)]
    pairs += [(counts, scenario.named.get(name, np.empty(0))) for name, counts in base.named.items()]
    return all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)

"""Who has how much: population-weighted means, groups by income, residents below a line.

Cells without a value (NaN: not snapped, no data) or without residents never enter a mean; the population that
does is returned beside each number, so that a reader sees of whom it speaks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.income import income_groups

Floats = npt.NDArray[np.float64]


class Summary(NamedTuple):
    """A number and the residents it speaks of."""

    value: float  # NaN = not defined
    covered_population: float


def weighted_mean(values: Floats, weights: Floats) -> Summary:
    """Return the mean of ``values`` weighted by residents; NaN where no resident has a value.

    An infinite value (a time never reached) makes the mean infinite: it is not dropped.
    """
    known = ~np.isnan(values) & (weights > 0)
    total = float(weights[known].sum())
    if total == 0:
        return Summary(float("nan"), 0.0)
    return Summary(float((values[known] * weights[known]).sum() / total), total)


def share_of_income_range(income: Floats, population: Floats, low: float, high: float) -> Floats:
    """Return how much of each cell's population belongs to a range of the income order.

    Residents are ordered by the income of their cell; the range from ``low`` to ``high`` (0 the poorest, 1
    the richest resident) is cut exactly: cells of one income share a marginal place in proportion to their
    residents.

    Parameters
    ----------
    income, population : arrays of float, shape (n_cells,)
        Cells with NaN income or no residents belong to no range.
    low, high : float
        Bounds as shares of the residents with known income, ``0 <= low < high <= 1``.

    Returns
    -------
    array of float, shape (n_cells,)
        From 0 to 1; ``(share * population).sum()`` is ``(high - low)`` of the residents with known income.
    """
    shares = np.zeros(len(income))
    known = ~np.isnan(income) & (population > 0)
    if not known.any():
        return shares
    group = income_groups(income[known])
    residents = np.bincount(group, weights=population[known])
    above = np.cumsum(residents)
    below = above - residents
    total = above[-1]
    inside = np.minimum(above, high * total) - np.maximum(below, low * total)
    shares[known] = (np.clip(inside, 0, None) / residents)[group]
    return shares


def mean_in_income_range(
    values: Floats, income: Floats, population: Floats, low: float, high: float
) -> Summary:
    """Return the population-weighted mean of ``values`` within a range of the income order."""
    return weighted_mean(values, population * share_of_income_range(income, population, low, high))


def ratio_richest10_to_poorest40(values: Floats, income: Floats, population: Floats) -> Summary:
    """Return mean access of the richest tenth over that of the poorest four tenths (Palma's groups).

    1 means equal, above 1 the rich have more. The marginal cell is split, so the groups hold exactly 10 % and
    40 % of the residents with known income *and* known access. NaN where the poorest reach nothing.
    """
    population = np.where(np.isnan(values), 0.0, population)
    rich = mean_in_income_range(values, income, population, 0.9, 1.0)
    poor = mean_in_income_range(values, income, population, 0.0, 0.4)
    defined = poor.value > 0
    covered = float(population[~np.isnan(income)].sum())
    return Summary(rich.value / poor.value if defined else float("nan"), covered)


def residents_below(values: Floats, line: float, population: Floats) -> Summary:
    """Count the residents of cells whose value lies below ``line``; exactly on the line is enough."""
    known = ~np.isnan(values)
    return Summary(float(population[known & (values < line)].sum()), float(population[known].sum()))

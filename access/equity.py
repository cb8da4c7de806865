"""Who has how much: population-weighted means, groups by income, residents below a line.

Cells without a value (NaN: not snapped, no data) or without residents never enter a mean; the population that
does is returned beside each number, so that a reader sees of whom it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from access.equity_input import KnownCells, known_cells, require_option
from access.errors import AccessError
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


def palma(
    values: Floats, income: Floats, population: Floats, *, marginal_cell: Literal["split", "whole"] = "split"
) -> Summary:
    """Return mean access of the richest tenth over that of the poorest four tenths (the Palma ratio).

    1 means equal, above 1 the rich have more.

    Parameters
    ----------
    values, income, population : arrays of float, shape (n_cells,)
        Access, income of the cell's residents, residents.
    marginal_cell : str
        ``"split"``: the groups hold exactly 10 % and 40 % of the residents with known income *and* known
        access; a marginal cell is cut, cells of one income share the margin. ``"whole"``: as the R package
        accessibility, no cell is cut: the poor have at most the 0.4 quantile of income, the rich *more* than
        the 0.9 quantile, both of all residents with known income (Hmisc ``wtd.quantile``).

    Returns
    -------
    Summary
        NaN where the poor reach nothing, where one of the groups is empty, or where all have one income.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    AccessError
        If ``marginal_cell`` is not known.
    """
    require_option("marginal_cell", marginal_cell, ("split", "whole"))
    cells = known_cells("Palma ratio", values, population, income)
    if not have_several_incomes(cells):
        return Summary(float("nan"), cells.covered_population)
    if marginal_cell == "split":
        rich, poor = (
            mean_in_income_range(cells.values, cells.income, cells.population, low, high).value
            for low, high in ((0.9, 1.0), (0.0, 0.4))
        )
    else:
        # Where access is not known the residents still have a place in the order of incomes, as in R.
        ranked = ~np.isnan(income) & (population > 0)
        line40, line90 = quantiles_of_replicates(income[ranked], population[ranked], (0.4, 0.9))
        rich = weighted_mean(cells.values, np.where(cells.income > line90, cells.population, 0.0)).value
        poor = weighted_mean(cells.values, np.where(cells.income <= line40, cells.population, 0.0)).value
    return Summary(rich / poor if poor > 0 else float("nan"), cells.covered_population)


def have_several_incomes(cells: KnownCells) -> bool:
    """Tell whether residents can be ordered by income at all: one income for all orders nobody."""
    return len(cells.income) > 0 and bool(income_groups(cells.income).max() > 0)


def ratio_richest10_to_poorest40(values: Floats, income: Floats, population: Floats) -> Summary:
    """Return the Palma ratio with the marginal cell split: ``palma``."""
    return palma(values, income, population)


def residents_below(values: Floats, line: float, population: Floats) -> Summary:
    """Count the residents of cells whose value lies below ``line``; exactly on the line is enough."""
    known = ~np.isnan(values)
    return Summary(float(population[known & (values < line)].sum()), float(population[known].sum()))


def weighted_quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Return, for each share of the residents, the smallest value that so many have or fall short of.

    A value that some cell has, never one between two (Hyndman and Fan 1996, definition 1, with weights).
    An infinite value (a time never reached) is a value.

    Parameters
    ----------
    values, weights : arrays of float, shape (n_cells,)
        Values and residents; cells with a NaN value or without residents are left out.
    shares : sequence of float, (n_shares,)
        From 0, the least value, to 1, the greatest; 0.5 is the median.

    Returns
    -------
    array of float, shape (n_shares,)
        NaN where no resident has a value.

    Raises
    ------
    AccessError
        If a share is not between 0 and 1.
    """
    wanted = np.asarray(shares, dtype=np.float64)
    if not ((wanted >= 0) & (wanted <= 1)).all():
        raise AccessError(f"quantiles are asked for as shares from 0 to 1, got {list(shares)}")
    known = ~np.isnan(values) & (weights > 0)
    if not known.any():
        return np.full(len(wanted), np.nan)
    order = np.argsort(values[known], kind="stable")
    ordered = values[known][order]
    below = np.cumsum(weights[known][order])
    # Ten times a tenth must be everybody in spite of rounding.
    first = np.searchsorted(below, wanted * below[-1] * (1 - 1e-12))
    return np.asarray(ordered[first], dtype=np.float64)


def quantiles_of_replicates(values: Floats, counts: Floats, shares: Sequence[float]) -> Floats:
    """Return the quantiles of ``values``, each taken as often as its count, as Hmisc ``wtd.quantile`` does.

    Between two order statistics it is interpolated, which is why they fall on whole residents only.
    """
    distinct, place = np.unique(values, return_inverse=True)
    up_to = np.cumsum(np.bincount(place, weights=counts))
    total = up_to[-1]
    rank = 1 + (total - 1) * np.asarray(shares, dtype=np.float64)
    low = np.maximum(np.floor(rank), 1.0)
    high = np.minimum(low + 1, total)
    last = len(distinct) - 1
    at_low, at_high = (distinct[np.minimum(np.searchsorted(up_to, rank_), last)] for rank_ in (low, high))
    return np.asarray((1 - rank % 1) * at_low + rank % 1 * at_high)

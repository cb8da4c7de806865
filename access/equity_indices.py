"""Inequality and poverty of access: Gini, Theil, concentration index, Foster-Greer-Thorbecke.

Each index weighs cells by their residents and speaks of those whose access (and income, where it orders by
it) is known: see ``access.equity_input``. "Not defined" is NaN, never 0:

- nobody is covered;
- nobody reaches anything, so there are no shares (Gini, Theil, concentration index);
- all residents live in one cell, so there is nothing to compare (Gini, Theil);
- all have one income, so there is no order (concentration index, Erreygers).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from access.equity import Summary, have_several_incomes
from access.equity_groups import Labels, label_codes
from access.equity_input import KnownCells, known_cells, require_option
from access.errors import AccessError, InputDataError
from access.income import income_groups

Floats = npt.NDArray[np.float64]
Zeros = Literal["keep", "drop"]
Ties = Literal["average", "order"]
Bounds = tuple[float, float] | Literal["observed"]


class TheilParts(NamedTuple):
    """Theil's T taken apart; arrays of shape ``(n_groups,)`` in the order of the labels.

    ``between.sum() + within.sum()`` is Theil's T of the same residents.
    """

    group: npt.NDArray[np.generic]
    between: Floats  # below 0 for a group that has less than its part
    within: Floats
    covered_population: float


class Poverty(NamedTuple):
    """Residents below a sufficiency line; each from 0 (nobody) to 1."""

    headcount: float  # share of residents below the line
    depth: float  # mean over all residents of the missing part of the line
    severity: float  # the same with the missing part squared, so that the worst served count more
    covered_population: float


def gini(values: Floats, population: Floats) -> Summary:
    """Return the Gini index of access: 0 when all have the same, towards 1 when few have all.

    One minus twice the area under the Lorenz curve, by trapezoids, without small-sample correction (Gini
    1912; Lorenz 1905), as the R package accessibility does.

    Parameters
    ----------
    values, population : arrays of float, shape (n_cells,)
        Access and residents.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    """
    cells = known_cells("Gini index", values, population)
    if not _can_differ(cells):
        return Summary(float("nan"), cells.covered_population)
    order = np.argsort(cells.values, kind="stable")
    people = cells.population[order]
    amount = people * cells.values[order]
    up_to = np.cumsum(amount)
    twice_area = (people * (2 * up_to - amount)).sum() / (people.sum() * up_to[-1])
    return Summary(max(0.0, 1 - float(twice_area)), cells.covered_population)


def theil(values: Floats, population: Floats, *, zeros: Zeros = "keep") -> Summary:
    """Return Theil's T of access: 0 when all have the same, at most ln(residents).

    The mean over residents of (a / mu) ln(a / mu) (Theil 1967).

    Parameters
    ----------
    values, population : arrays of float, shape (n_cells,)
        Access and residents.
    zeros : str
        ``"keep"``: residents who reach nothing count with 0 ln 0 = 0, the textbook's limit. ``"drop"``: as
        the R package accessibility without groups, they enter the mean mu but not the mean over residents,
        which then can exceed ln(residents).

    Raises
    ------
    InputDataError
        As ``known_cells``.
    AccessError
        If ``zeros`` is not known.
    """
    require_option("zeros", zeros, ("keep", "drop"))
    cells = known_cells("Theil index", values, population)
    parts = _theil_parts(cells, np.zeros(len(cells.values), dtype=np.int64), np.zeros(1), zeros)
    return Summary(float(np.maximum(0.0, parts.within[0])), parts.covered_population)


def theil_by_group(
    values: Floats, population: Floats, groups: Labels, *, zeros: Zeros = "keep"
) -> TheilParts:
    """Take Theil's T apart: inequality between the groups and within each.

    With s the group's share of access, q its share of residents and T its own Theil index, the parts are
    s ln(s / q) and s T (Shorrocks 1980). A group that reaches nothing has 0 and 0.

    Parameters
    ----------
    values, population : arrays of float, shape (n_cells,)
        Access and residents.
    groups : array, shape (n_cells,)
        Label of each cell; cells without one (NaN, None) are left out, also of the sum of the parts.
    zeros : str
        As ``theil``. ``"drop"`` here keeps the two functions in agreement; the R package gives NaN.

    Raises
    ------
    InputDataError
        As ``known_cells``, or if no cell has a label.
    AccessError
        If ``zeros`` is not known.
    """
    require_option("zeros", zeros, ("keep", "drop"))
    codes, labels = label_codes("Theil index", groups, len(values))
    cells = known_cells("Theil index", np.where(codes >= 0, values, np.nan), population)
    return _theil_parts(cells, codes[cells.known], labels, zeros)


def concentration_index(
    values: Floats, income: Floats, population: Floats, *, ties: Ties = "average"
) -> Summary:
    """Return the concentration index of access over income: above 0 the rich have more, below 0 the poor.

    From -1 to 1: twice the covariance of access and rank over mean access, the rank being the share of
    residents who are poorer plus half the own share (Wagstaff, Paci and van Doorslaer 1991).

    Parameters
    ----------
    values, income, population : arrays of float, shape (n_cells,)
        Access, income and residents.
    ties : str
        ``"average"``: cells of one income have one rank. ``"order"``: as the R package accessibility, they
        rank in the order they are given in, which then decides about the result.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    AccessError
        If ``ties`` is not known.
    """
    cells = known_cells("concentration index", values, population, income)
    mean = _mean(cells)
    if not mean > 0:
        require_option("ties", ties, ("average", "order"))
        return Summary(float("nan"), cells.covered_population)
    return Summary(_covariance_with_rank(cells, ties) * 2 / mean, cells.covered_population)


def erreygers_index(
    values: Floats, income: Floats, population: Floats, *, bounds: Bounds, ties: Ties = "average"
) -> Summary:
    """Return the concentration index corrected for bounded access (Erreygers 2009), from -1 to 1.

    E = 4 mu / (high - low) times the concentration index. Defined also where nobody reaches anything (0).

    Parameters
    ----------
    values, income, population, ties
        As ``concentration_index``.
    bounds : (low, high) or "observed"
        What access can be at least and at most, the same for all scenarios that are compared: usually 0 and
        all opportunities of the region. ``"observed"``: as the R package accessibility, the least and
        greatest access of all cells, also those without residents; then two scenarios have two scales.

    Raises
    ------
    InputDataError
        As ``known_cells``, or if access lies outside the bounds.
    AccessError
        If ``bounds`` are not two finite numbers in order, or ``ties`` is not known.
    """
    cells = known_cells("Erreygers index", values, population, income)
    low, high = _bounds(values, bounds)
    if not high > low:  # observed, and the same everywhere
        return Summary(float("nan"), cells.covered_population)
    if len(cells.values) and (cells.values.min() < low or cells.values.max() > high):
        raise InputDataError(
            f"Erreygers index: access from {cells.values.min():g} to {cells.values.max():g} lies outside the "
            f"bounds {low:g} and {high:g}; give 0 and all opportunities of the region"
        )
    return Summary(_covariance_with_rank(cells, ties) * 8 / (high - low), cells.covered_population)


def fgt(values: Floats, line: float, population: Floats) -> Poverty:
    """Return headcount, depth and severity of access below a sufficiency line.

    The mean over all residents of ((line - a) / line) ** k where a < line, for k = 0, 1, 2 (Foster, Greer
    and Thorbecke 1984). Exactly on the line is enough; a line of 0 leaves nobody below.

    Parameters
    ----------
    values : array of float, shape (n_cells,)
        Access.
    line : float
        Sufficient access, 0 or more.
    population : array of float, shape (n_cells,)
        Residents.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    AccessError
        If the line is negative or not a finite number.
    """
    if not (np.isfinite(line) and line >= 0):
        raise AccessError(f"sufficiency line: {line} is not possible; give a finite number, 0 or more")
    cells = known_cells("FGT poverty", values, population)
    covered = cells.covered_population
    if covered == 0:
        return Poverty(float("nan"), float("nan"), float("nan"), 0.0)
    below = cells.values < line
    gap = 1 - cells.values[below] / line if below.any() else np.zeros(0)
    people = cells.population[below] / covered
    return Poverty(float(people.sum()), float((people * gap).sum()), float((people * gap**2).sum()), covered)


def _can_differ(cells: KnownCells) -> bool:
    """Tell whether shares of access exist and there are two cells between which they can differ."""
    return len(cells.values) > 1 and float(cells.values.max()) > 0


def _mean(cells: KnownCells) -> float:
    covered = cells.covered_population
    return float((cells.values * cells.population).sum() / covered) if covered > 0 else float("nan")


def _theil_parts(
    cells: KnownCells, code: npt.NDArray[np.int64], labels: npt.NDArray[np.generic], zeros: Zeros
) -> TheilParts:
    n = len(labels)
    if not _can_differ(cells):
        return TheilParts(labels, np.full(n, np.nan), np.full(n, np.nan), cells.covered_population)
    people = np.bincount(code, weights=cells.population, minlength=n)
    amount = np.bincount(code, weights=cells.population * cells.values, minlength=n)
    part, share = people / people.sum(), amount / amount.sum()
    mean = np.divide(amount, people, out=np.ones(n), where=amount > 0)
    own = np.bincount(code, weights=cells.population * _x_ln_x(cells.values / mean[code]), minlength=n)
    own = np.divide(own, people, out=np.zeros(n), where=people > 0)
    more = np.divide(share, part, out=np.zeros(n), where=part > 0)
    counted = float(cells.population[cells.values > 0].sum()) if zeros == "drop" else cells.covered_population
    scale = cells.covered_population / counted
    return TheilParts(labels, part * _x_ln_x(more) * scale, share * own * scale, counted)


def _x_ln_x(x: Floats) -> Floats:
    """Return x ln x with its limit 0 at 0."""
    return np.asarray(x * np.log(np.where(x > 0, x, 1.0)))


def _covariance_with_rank(cells: KnownCells, ties: Ties) -> float:
    """Return the weighted covariance of access with the rank by income; NaN without an order."""
    require_option("ties", ties, ("average", "order"))
    if not have_several_incomes(cells):
        return float("nan")
    share = cells.population / cells.covered_population
    if ties == "average":
        place = income_groups(cells.income)
    else:
        place = np.empty(len(share), dtype=np.int64)
        place[np.argsort(cells.income, kind="stable")] = np.arange(len(share))
    share_at = np.bincount(place, weights=share)
    rank = (np.cumsum(share_at) - share_at / 2)[place]
    return float((share * (cells.values - _mean(cells)) * (rank - 0.5)).sum())


def _bounds(values: Floats, bounds: Bounds) -> tuple[float, float]:
    if isinstance(bounds, str):
        require_option("bounds", bounds, ("observed",))
        known = values[~np.isnan(values)]
        return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    low, high = (float(bound) for bound in bounds)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise AccessError(f"bounds={bounds!r}: give two finite numbers, the lower one first, or 'observed'")
    return low, high

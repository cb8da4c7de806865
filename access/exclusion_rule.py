"""What makes a cell part of an exclusion zone: rights unmet and income below a line.

The rule is one of substance. No p-value, rank or colour class enters it, so that a resident can check it by
hand: count the rights that the cell lacks, look at its income, count the residents of the zone.

A cell qualifies on what is known. A right without data counts neither as met nor as unmet; a cell without
income, or without residents, never qualifies; income exactly on the line is not below it.

A relative line is our proposal and no legal status. In France, "QPV" are quarters drawn by decree from the
median declared income per consumption unit of the whole quarter: a cell is never "QPV", whatever its income.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError
from access.income import income_groups

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class IncomeLine:
    """The line below which income is low.

    Attributes
    ----------
    kind : {"amount", "share_of_median", "decile"}
        An amount in the unit of income; a share of the income of the resident in the middle; or the lowest
        so many deciles of residents.
    value : float
        That amount, share (0.6) or number of deciles (1 to 9).
    """

    kind: Literal["amount", "share_of_median", "decile"]
    value: float

    def __post_init__(self) -> None:
        allowed = {
            "amount": (self.value > 0, "an amount above 0"),
            "share_of_median": (0 < self.value < 10, "a share such as 0.6"),
            "decile": (self.value in range(1, 10), "1 to 9 deciles"),
        }
        fits, what = allowed.get(self.kind, (False, f"one of the kinds {', '.join(allowed)}"))
        if not fits:
            raise InputDataError(f"income line: {self.kind} of {self.value:g}; give {what}")

    def below(self, income: Floats, population: Floats) -> Bools:
        """Return the cells with income below the line, False where income or residents are missing."""
        counted = ~np.isnan(income) & (population > 0)
        if self.kind == "decile":
            low = np.zeros(len(income), dtype=bool)
            if counted.any():
                place = _middle_of_income_order(income[counted], population[counted])
                low[counted] = place < self.value / 10 - 1e-9  # on the line belongs to the upper decile
            return low
        return np.asarray(counted & (np.where(counted, income, np.inf) < self.level(income, population)))

    def level(self, income: Floats, population: Floats) -> float:
        """Return the line as an amount of income; NaN where no resident has an income.

        For deciles it is the highest income of a cell below the line, rounded by nothing: a description.
        """
        if self.kind == "amount":
            return self.value
        if self.kind == "share_of_median":
            return self.value * weighted_median(income, population)
        low = self.below(income, population)
        return float(income[low].max()) if low.any() else float("nan")


@dataclass(frozen=True)
class ZoneRule:
    """The definition of an exclusion zone; the numbers are the user's, ours are proposals.

    Attributes
    ----------
    income_line : IncomeLine
    min_rights_unmet : int
        A cell lacks at least so many rights at once.
    min_residents : float
        Residents of a zone after cells that touch are merged.
    min_share_of_draws : float
        A zone enters the register if it persists in at least this share of the input draws.
    bridge_empty_cells : bool
        Merge also what one cell without residents separates. Off: a park or a river separates.
    """

    income_line: IncomeLine
    min_rights_unmet: int = 2
    min_residents: float = 200.0
    min_share_of_draws: float = 0.8
    bridge_empty_cells: bool = False

    def __post_init__(self) -> None:
        problems = []
        if self.min_rights_unmet < 1:
            problems.append(f"min_rights_unmet is {self.min_rights_unmet}; a zone lacks at least 1 right")
        if not self.min_residents > 0:
            problems.append(f"min_residents is {self.min_residents:g}; it must be above 0")
        if not 0 <= self.min_share_of_draws <= 1:
            problems.append(f"min_share_of_draws is {self.min_share_of_draws:g}; it must lie from 0 to 1")
        if problems:
            raise InputDataError("exclusion zones: " + "; ".join(problems))

    def qualifies(self, rights_unmet: Floats, income: Floats, population: Floats) -> Bools:
        """Return the cells that lack enough rights and lie below the income line.

        Parameters
        ----------
        rights_unmet : array of float, shape (n_cells,)
            How many rights the cell lacks, NaN where none could be judged.
        income, population : arrays of float, shape (n_cells,)
        """
        return self.lacks_rights(rights_unmet) & self.income_line.below(income, population)

    def lacks_rights(self, rights_unmet: Floats) -> Bools:
        """Return the cells that lack enough rights; one that could not be judged (NaN) is not among them."""
        return np.asarray(np.nan_to_num(rights_unmet, nan=-1.0) >= self.min_rights_unmet)


def weighted_median(income: Floats, population: Floats) -> float:
    """Return the income of the resident in the middle, NaN where no resident has an income.

    Everybody has the mean income of the own cell. If exactly half of the residents have at most one income,
    the answer lies halfway to the next, as in the median of a list.
    """
    counted = ~np.isnan(income) & (population > 0)
    if not counted.any():
        return float("nan")
    order = np.argsort(income[counted], kind="stable")
    ordered, people = income[counted][order], np.cumsum(population[counted][order])
    half, rounding = people[-1] / 2, 1e-12 * people[-1]
    lower = ordered[np.searchsorted(people, half - rounding, side="left")]
    upper = ordered[np.searchsorted(people, half + rounding, side="right")]
    return float((lower + upper) / 2)


def _middle_of_income_order(income: Floats, population: Floats) -> Floats:
    """Return where the middle of each cell's residents lies in the income order, 0 poorest to 1 richest."""
    group = income_groups(income)
    people = np.bincount(group, weights=population)
    upper = np.cumsum(people)
    return np.asarray(((upper - people / 2) / upper[-1])[group])

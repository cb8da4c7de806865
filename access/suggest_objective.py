"""What a search for improvements improves, and how much of a gap a change closes.

Three objectives, each a number of the run:

- ``poorest40``: mean headline access of the poorest 40 % of residents, the denominator of the run's Palma
  ratio (the same residents, the marginal cell split). Its *gap* is what they are behind all residents who
  have an income and a value. More is better.
- ``palma``: mean headline access of the richest tenth over that of the poorest 40 %
  (``ratio_richest10_poorest40``). Its gap is what the ratio lies above 1. Less is better.
- ``rights``: residents times the rights they lack, of the catalogue that the register of zones uses, as
  written; all residents count, as in the register. Its gap is the whole of it. Less is better.

The gap is that of the base and stays fixed: a change closes the share ``improvement / gap`` of it, also where
it moves what the poorest are compared with, so that taking from all others closes nothing. Where the base has
no gap (0 or the other way round) the share is not defined (NaN); improvements are ranked all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from access.equity import mean_in_income_range, palma, weighted_mean
from access.equity_input import known_cells
from access.errors import AccessError

Floats = npt.NDArray[np.float64]
ObjectiveName = Literal["poorest40", "rights", "palma"]
OBJECTIVES: tuple[ObjectiveName, ...] = get_args(ObjectiveName)


class Answer(NamedTuple):
    """What one state of the city gives; what the objective has no use for stays None."""

    headline: Floats | None = None  # (n_study_cells,), NaN = not snapped
    rights_unmet: Floats | None = None  # (n_study_cells,) how many rights are lacked, NaN = not judged


@dataclass(frozen=True)
class Objective:
    """An objective over the residents of a run.

    Attributes
    ----------
    name : {"poorest40", "rights", "palma"}
    population, income : arrays of float, shape (n_study_cells,)
        Residents, and their income (NaN = not known).

    Raises
    ------
    AccessError
        If there is no objective of this name.
    """

    name: ObjectiveName
    population: Floats
    income: Floats

    def __post_init__(self) -> None:
        if self.name not in OBJECTIVES:
            raise AccessError(f"objective {self.name!r} is not known; choose one of {', '.join(OBJECTIVES)}")

    @property
    def needs_rights(self) -> bool:
        """Whether rights are asked for, rather than access at the headline."""
        return self.name == "rights"

    def value(self, answer: Answer) -> float:
        """Return the number itself; NaN where it is not defined."""
        if self.needs_rights:
            unmet = np.nan_to_num(_given(answer.rights_unmet, "rights"))
            return float((np.nan_to_num(self.population) * unmet).sum())
        access = _given(answer.headline, "access at the headline")
        if self.name == "palma":
            return palma(access, self.income, self.population).value
        cells = known_cells(self.name, access, self.population, self.income)
        return mean_in_income_range(cells.values, cells.income, cells.population, 0.0, 0.4).value

    def gap(self, base: Answer) -> float:
        """Return the gap of the base in the unit of the value; 0 or less: there is none to close."""
        value = self.value(base)
        if self.name == "rights":
            return value
        if self.name == "palma":
            return value - 1.0
        access = _given(base.headline, "access at the headline")
        cells = known_cells(self.name, access, self.population, self.income)
        return weighted_mean(cells.values, cells.population).value - value

    def improvement(self, base: float, value: float) -> float:
        """Return by how much a value is better than that of the base, in its unit; below 0 it is worse."""
        return value - base if self.name == "poorest40" else base - value


def share_closed(improvement: float, gap: float) -> float:
    """Return the share of the gap that an improvement closes; NaN where there is no gap."""
    return improvement / gap if gap > 0 else float("nan")


def _given(values: Floats | None, what: str) -> Floats:
    if values is None:
        raise AccessError(f"the objective needs {what}, which was not computed")
    return values

"""The door of the equity indices: what cells they speak of, and which input is refused.

Decided here, once, for all of them:

- a cell whose access is NaN (not snapped, no data) is left out and its residents are not covered;
- so is, where an index orders residents by income, a cell whose income is NaN;
- a cell without residents (0 or NaN) has no effect;
- negative residents, negative or infinite access and infinite income are errors. Income may be negative: it
  only gives an order, as a deprivation score does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.errors import AccessError, InputDataError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class KnownCells(NamedTuple):
    """The cells an index speaks of: all arrays of shape ``(n_known,)``, without NaN, residents above 0."""

    values: Floats
    population: Floats
    income: Floats  # zeros where the index has no use for it
    known: Flags  # (n_cells,), which of the given cells these are

    @property
    def covered_population(self) -> float:
        """Residents of these cells."""
        return float(self.population.sum())


def known_cells(index: str, values: Floats, population: Floats, income: Floats | None = None) -> KnownCells:
    """Check the input of an index and return the cells it speaks of.

    Parameters
    ----------
    index : str
        Name of the index, for the message.
    values, population : arrays of float, shape (n_cells,)
        Access and residents.
    income : array of float, shape (n_cells,), optional
        Where given, cells without it are left out.

    Raises
    ------
    InputDataError
        If the arrays differ in length or hold what no cell can have; all problems at once.
    """
    given = {"access": values, "population": population}
    if income is not None:
        given["income"] = income
    columns = {name: np.asarray(column, dtype=np.float64) for name, column in given.items()}
    problems = [] if len({column.shape for column in columns.values()}) == 1 else [_lengths(columns)]
    for name, column in columns.items():
        problems.extend(_impossible(name, column, negative_allowed=name == "income"))
    if problems:
        raise InputDataError(f"{index}: " + "; ".join(problems))
    values, population = columns["access"], columns["population"]
    income = columns.get("income", np.zeros(len(values)))
    known = ~np.isnan(values) & ~np.isnan(income) & (population > 0)
    return KnownCells(values[known], population[known], income[known], known)


def require_option(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise ``AccessError`` if a named option is none of those allowed."""
    if value not in allowed:
        raise AccessError(f"{name}={value!r} is not known; choose from {', '.join(map(repr, allowed))}")


def _lengths(columns: dict[str, Floats]) -> str:
    shapes = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
    return f"one number a cell is needed, in one order; the shapes are {shapes}"


def _impossible(name: str, column: Floats, *, negative_allowed: bool) -> list[str]:
    problems = []
    infinite, negative = int(np.isinf(column).sum()), int((column < 0).sum())
    if infinite:
        problems.append(
            f"{name} is infinite in {infinite} cells; give a number, or NaN where it is not known"
        )
    if negative and not negative_allowed:
        least = np.nanmin(column)
        problems.append(f"{name} is negative in {negative} cells (least {least:g}); it must be 0 or more")
    return problems

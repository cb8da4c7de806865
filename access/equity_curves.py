"""Curves of shares: who holds how much of all access, as points to be drawn.

The Lorenz curve orders residents by their access, the concentration curve by their income. The Gini index is
one minus twice the area under the first; the concentration index the same of the second.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.equity_input import KnownCells, known_cells
from access.income import income_groups

Floats = npt.NDArray[np.float64]


class ShareCurve(NamedTuple):
    """Points from (0, 0) to (1, 1); both arrays of shape ``(n_points,)`` and never decreasing."""

    population_share: Floats
    access_share: Floats  # NaN throughout where nobody reaches anything
    covered_population: float


def lorenz_curve(values: Floats, population: Floats) -> ShareCurve:
    """Return the share of all access that the worst served so many residents hold (Lorenz 1905).

    The diagonal is equality; the curve never lies above it. Cells of one access make one straight piece.

    Raises
    ------
    InputDataError
        As ``known_cells``.
    """
    cells = known_cells("Lorenz curve", values, population)
    _, place = np.unique(cells.values, return_inverse=True)
    return _curve(cells, place.astype(np.int64))


def concentration_curve(values: Floats, income: Floats, population: Floats) -> ShareCurve:
    """Return the share of all access that the poorest so many residents hold.

    Below the diagonal the rich have more than their part, above it the poor have. Cells of one income make
    one straight piece. Without any residents it is the point (0, 0).

    Raises
    ------
    InputDataError
        As ``known_cells``.
    """
    cells = known_cells("concentration curve", values, population, income)
    empty = np.zeros(0, dtype=np.int64)
    return _curve(cells, income_groups(cells.income) if len(cells.income) else empty)


def _curve(cells: KnownCells, place: npt.NDArray[np.int64]) -> ShareCurve:
    people, amount = (
        np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=weights))])
        for weights in (cells.population, cells.population * cells.values)
    )
    with np.errstate(invalid="ignore"):  # 0 / 0: nothing to share
        access_share = amount / amount[-1]
    return ShareCurve(people / people[-1] if people[-1] else people, access_share, cells.covered_population)

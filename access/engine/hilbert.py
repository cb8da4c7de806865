"""Order of points along a Hilbert curve: neighbours on the curve are neighbours in the plane."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LEVELS = 16
"""The curve passes 2**16 x 2**16 squares."""


def hilbert_order(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Positions that put points in the order of a Hilbert curve through their bounding square.

    Points in one square keep their order; points without coordinates (NaN) come last.

    Source: D. Hilbert, "Ueber die stetige Abbildung einer Linie auf ein Flächenstück", Mathematische Annalen
    38, 1891. From the coarsest level to the finest, each level gives the quarter of the square, numbered 0 to
    3 along the curve, and turns the square so that the curve enters and leaves where it should.
    """
    placed = np.isfinite(x) & np.isfinite(y)
    column, row = _squares(x, y, placed)
    along = np.zeros(len(column), np.int64)
    for level in range(LEVELS - 1, -1, -1):
        right, upper = (column >> level) & 1, (row >> level) & 1
        along = 4 * along + (3 * right ^ upper)
        last = (1 << level) - 1
        column, row = column & last, row & last
        mirrored = (upper == 0) & (right == 1)
        column, row = np.where(mirrored, last - column, column), np.where(mirrored, last - row, row)
        column, row = np.where(upper == 0, row, column), np.where(upper == 0, column, row)
    along[~placed] = np.iinfo(np.int64).max
    return np.argsort(along, kind="stable")


def _squares(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], placed: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Column and row of the square of each point, 0 for points without coordinates."""
    column, row = np.zeros(len(x), np.int64), np.zeros(len(x), np.int64)
    if placed.any():
        west, south = x[placed].min(), y[placed].min()
        side = max(x[placed].max() - west, y[placed].max() - south) or 1.0
        column[placed] = (x[placed] - west) / side * (2**LEVELS - 1)
        row[placed] = (y[placed] - south) / side * (2**LEVELS - 1)
    return column, row

"""Cells whose incomes and groups are hidden, since few live there, with those of the shown cells around them.

What many numbers are made of, one by one or draw by draw, can be solved for. Where so many are published that
hidden cells would come to light, these take part with the mean of their surroundings instead of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import sparse

from access.stage_ranges import h3_parents
from access.suppression import suppress_counts
from access.uncertainty import InputChunk, InputDraws, Labels

Floats = npt.NDArray[np.float64]
LEVELS = (1, 2, 3)
"""H3 levels above the cells whose shown cells are asked, the nearest first; then all cells."""


@dataclass(frozen=True)
class Surroundings:
    """Hidden cells and the areas around all cells.

    Attributes
    ----------
    hidden : array of bool, shape (n_cells,)
    areas : tuple of array of int, shape (n_cells,)
        Area of each cell, from small to large; the last holds all cells.
    """

    hidden: npt.NDArray[np.bool_]
    areas: tuple[Labels, ...]

    def filled(self, values: Floats, population: Floats) -> Floats:
        """Return values with the mean of the surroundings in each hidden cell.

        Parameters
        ----------
        values, population : arrays of float, shape (n_cells,) or (n, n_cells)
            NaN = not known: it stays so in a hidden cell and counts in no mean.

        Returns
        -------
        array of float
            As ``values``. A hidden cell takes the mean, weighted by residents, of the shown cells of the
            smallest area that has any; NaN where no shown cell has a value.
        """
        if not self.hidden.any():
            return values
        table = np.atleast_2d(values)
        known = ~np.isnan(table)
        weights = np.where(known & ~self.hidden, np.nan_to_num(np.atleast_2d(population)), 0.0)
        found = np.full((len(table), int(self.hidden.sum())), np.nan)
        for area in self.areas:
            mean = _means(np.where(known, table, 0.0), weights, area)[:, area[self.hidden]]
            found = np.where(np.isnan(found), mean, found)
        filled = table.copy()
        filled[:, self.hidden] = np.where(known[:, self.hidden], found, np.nan)
        return filled.reshape(values.shape)


@dataclass(frozen=True)
class DrawsAroundHidden(InputDraws):
    """Draws in which a hidden cell has the drawn mean income of its surroundings."""

    around: Surroundings

    @classmethod
    def of(cls, draws: InputDraws, around: Surroundings) -> DrawsAroundHidden:
        """Take the own income of the hidden cells out of draws."""
        return cls(**{each.name: getattr(draws, each.name) for each in fields(InputDraws)}, around=around)

    def take(self, numbers: Sequence[int] | Labels) -> InputChunk:
        """Make the draws of these numbers."""
        drawn = super().take(numbers)
        return drawn._replace(income=self.around.filled(drawn.income, drawn.population))


def surroundings(cell_ids: Sequence[str], population: Floats, minimum: float) -> Surroundings:
    """Return which cells the table of cells hides, and the areas around them.

    Parameters
    ----------
    cell_ids : sequence of str
    population : array of float, shape (n_cells,)
        Residents; NaN counts as 0.
    minimum : float
        Cells with fewer residents are hidden; 0 hides none.
    """
    everywhere = np.zeros(len(cell_ids), dtype=np.int64)
    if not minimum:
        return Surroundings(np.zeros(len(cell_ids), dtype=np.bool_), (everywhere,))
    hidden = suppress_counts(np.nan_to_num(population), minimum).counts
    areas = (*(h3_parents(cell_ids, level) for level in LEVELS), everywhere)
    return Surroundings(np.asarray(hidden, dtype=np.bool_), areas)


def _means(values: Floats, weights: Floats, area: Labels) -> Floats:
    """Return the weighted mean of each area, shape (n, n_areas); NaN without weight."""
    inside = sparse.csr_array((np.ones(len(area)), (np.arange(len(area)), area)))
    amount, weight = (values * weights) @ inside, weights @ inside
    return np.asarray(np.divide(amount, weight, out=np.full(amount.shape, np.nan), where=weight > 0))

"""The paired difference of indices between a base and a scenario: draw by draw, realisation by realisation.

Both see the same draws of residents and incomes, made from the base alone: the access of the base stays the
covariate of incomes, so that the draws do not know of the scenario. What recomputed travel times add is the
spread of the *difference* of an index between the two, realisation by realisation; the sum of both spreads
would count the homes and minutes that they have in common twice.

Residents that a scenario adds are taken as exact in every draw: they are an assumption of whoever wrote the
scenario, not an observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError
from access.index_draws import IndexDraws, paired_difference
from access.index_sheet import Sheet
from access.uncertainty import InputChunk, InputDraws, Labels, generator

Floats = npt.NDArray[np.float64]
ROUNDING = 1e-12


def with_paired_spread(
    difference: IndexDraws, base: Sequence[Sheet], scenario: Sequence[Sheet], seed: int
) -> IndexDraws:
    """Move each draw of a difference by what recomputed travel times make of the difference.

    The run's own travel times are one choice of homes and minutes among others. So the own difference counts
    as one of the realisations: a further one lies around the mean of all ``n`` as Student's t with ``n - 1``
    degrees of freedom, times their standard deviation and sqrt(1 + 1 / n) (prediction of one more value of a
    normal sample). That people walk farther from their homes than from a cell's mean point, why ranges of a
    run stay centred on its own numbers (``access.stage_ranges``), is the same in base and scenario.

    Parameters
    ----------
    difference : IndexDraws
        At the own travel times of base and scenario.
    base, scenario : sequences of dict
        Indices for residents and incomes as observed: of the own travel times, then of each realisation in
        the same order; at least 3 in all.
    seed : int
        Of the random numbers, common to all indices and scenarios.

    Raises
    ------
    InputDataError
        If the numbers of realisations differ or there are fewer than 2 beside the own.
    """
    n = len(base)
    if n != len(scenario) or n < 3:
        raise InputDataError(
            f"difference of scenarios: {n - 1} realisations of the base and {len(scenario) - 1} of the "
            "scenario; give as many of both, and at least 2"
        )
    noise = generator(seed, "spread of differences").standard_t(n - 1, difference.n_draws)
    noise *= np.sqrt(1 + 1 / n)
    numbers = {}
    for key, drawn in difference.numbers.items():
        before, after = (np.array([one[key] for one in sheets]) for sheets in (base, scenario))
        shift, spread = _around(after - before, np.abs(before).max(axis=0))
        numbers[key] = drawn + shift + noise[:, None] * spread
    return replace(difference, numbers=numbers)


def _around(moved: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Return how far the mean lies from the first row, and the standard deviation; rounding is neither."""
    same = np.ptp(moved, axis=0) <= ROUNDING * size
    shift, spread = moved.mean(axis=0) - moved[0], np.std(moved, axis=0, ddof=1)
    return np.where(same, 0.0, shift), np.where(same, 0.0, spread)


def of_measures(indices: IndexDraws, columns: Sequence[int]) -> IndexDraws:
    """Return the indices of some measures, in the order given."""
    chosen = np.asarray(columns, dtype=np.int64)
    numbers = {key: drawn[:, chosen] for key, drawn in indices.numbers.items()}
    return replace(indices, numbers=numbers, n_measures=len(chosen))


def difference_of(base: IndexDraws, scenario: IndexDraws) -> IndexDraws:
    """Return ``paired_difference`` of a scenario that may have added residents to the same draws."""
    return paired_difference(base, replace(scenario, fingerprint=base.fingerprint))


@dataclass(frozen=True)
class WithAddedResidents(InputDraws):
    """Draws of a base, and in each the same residents that a scenario adds.

    The mean income of a cell is that of the scenario, and the error of the draw as far as its residents were
    there before; where the scenario leaves the mean as it is, the draw's own.
    """

    base_population: Floats
    base_income: Floats

    @classmethod
    def of(cls, draws: InputDraws, population: Floats, income: Floats) -> WithAddedResidents:
        """Put the residents and mean incomes of a scenario, shape (n_cells,), over the draws of its base.

        Raises
        ------
        InputDataError
            If a cell has fewer residents than in the base: who of them left is not known.
        """
        fewer = population < draws.population * (1 - 1e-9)
        if fewer.any():
            raise InputDataError(
                f"difference of scenarios: {int(fewer.sum())} cells have fewer residents than in the base; "
                "scenarios can only add some"
            )
        kept = {each.name: getattr(draws, each.name) for each in fields(InputDraws)}
        found = kept | {"population": population, "income": income}
        return cls(**found, base_population=draws.population, base_income=draws.income)

    def take(self, numbers: Sequence[int] | Labels) -> InputChunk:
        """Make the draws of these numbers, with the added residents."""
        drawn = self._of_base().take(numbers)
        added = self.population - self.base_population
        before = np.divide(
            self.base_population, self.population, out=np.zeros_like(added), where=self.population > 0
        )
        moved = self.income + before * (drawn.income - self.base_income)
        known = ~np.isnan(self.base_income) & (before > 0)
        income = np.where(known, np.maximum(moved, 0.0), self.income)
        income = np.where(self.income == self.base_income, drawn.income, income)
        return drawn._replace(population=drawn.population + added, income=income)

    def _of_base(self) -> InputDraws:
        kept = {each.name: getattr(self, each.name) for each in fields(InputDraws)}
        return InputDraws(**(kept | {"population": self.base_population, "income": self.base_income}))

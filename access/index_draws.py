"""The indices of every draw of the inputs, the range that follows, and the range of a difference.

Two scenarios are compared by the range of the *paired* difference: draw by draw, with the same residents and
incomes in both. Comparing two ranges by eye, or their ends, would count the shared error twice.

The number of the observed inputs need not lie in the middle of its range, and with large errors not even
inside: errors in income put cells into wrong tenths, so an observed gap between rich and poor is too small on
average, while the range is of the gap as it may truly be. The median of the draws stands beside the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError
from access.index_sheet import IndexKey, Sheet, SheetMaker
from access.uncertainty import InputDraws
from access.uncertainty_kinds import InputInterval

Floats = npt.NDArray[np.float64]
DEFINED_AT_LEAST = 0.95  # share of the draws; below, a range over the others would mislead


@dataclass(frozen=True)
class IndexDraws:
    """Every index in every draw.

    Attributes
    ----------
    numbers : dict of IndexKey to array of float, shape (n_draws, n_measures)
        NaN where an index is not defined in a draw.
    n_measures : int
        Columns of values.
    sources : tuple of str
        What was modelled; empty = nothing, and there are no draws.
    fingerprint : str
        Of the input draws: only equal ones can be paired.
    """

    numbers: Sheet
    n_draws: int
    n_measures: int
    sources: tuple[str, ...]
    fingerprint: str

    def interval(self, key: IndexKey, coverage: float = 0.95) -> InputInterval:
        """Return the central range of one index over the draws.

        Percentiles at the place p (n + 1) among n ordered draws (Weibull): between them a further draw
        falls with the nominal probability, also where draws are few.

        Raises
        ------
        KeyError
            If there is no such index.
        ValueError
            If the coverage does not lie between 0 and 1.
        """
        return _interval(self.numbers[key], self.sources, coverage)

    def intervals(self, coverage: float = 0.95) -> dict[IndexKey, InputInterval]:
        """Return the range of every index."""
        return {key: self.interval(key, coverage) for key in self.numbers}


def index_draws(
    inputs: InputDraws,
    values: Floats,
    *,
    groups: Mapping[str, Floats] | None = None,
    lines: Floats | None = None,
    unequal: npt.NDArray[np.bool_] | None = None,
) -> IndexDraws:
    """Compute every index of ``access.index_sheet`` in every draw of the inputs.

    Parameters
    ----------
    inputs : InputDraws
        Where nothing is modelled there are no draws, and every range is "not quantified".
    values : array of float, shape (n_realisations, n_cells, n_measures) or (n_cells, n_measures)
        Access under each realisation of the travel times.
    groups, lines, unequal
        As ``SheetMaker``.

    Raises
    ------
    InputDataError
        If the values do not belong to the cells or realisations of the draws; and as ``SheetMaker``.
    """
    stacked = values[None] if values.ndim == 2 else values
    wanted = int(inputs.realisation.max()) + 1 if inputs.n_draws else len(stacked)
    if stacked.ndim != 3 or stacked.shape[:2] != (wanted, len(inputs.population)):
        raise InputDataError(
            f"indices of draws: values have shape {values.shape}; needed are {wanted} realisations x "
            f"{len(inputs.population)} cells x measures, as the draws of the inputs were made for"
        )
    numbers: Sheet = {}
    for realisation, table in enumerate(stacked):
        maker = SheetMaker(table, groups=groups, lines=lines, unequal=unequal)
        for chunk in inputs.chunks(realisation):
            for key, found in maker.sheets(chunk.population, chunk.income).items():
                if key not in numbers:
                    numbers[key] = np.full((inputs.n_draws, stacked.shape[2]), np.nan)
                numbers[key][chunk.number] = found
    if not numbers:
        empty = SheetMaker(stacked[0], groups=groups, lines=lines, unequal=unequal).keys()
        numbers = {key: np.empty((0, stacked.shape[2])) for key in empty}
    return IndexDraws(numbers, inputs.n_draws, stacked.shape[2], inputs.sources, inputs.fingerprint)


def paired_difference(base: IndexDraws, scenario: IndexDraws) -> IndexDraws:
    """Return the indices of a scenario minus those of the base, draw by draw; ask it for intervals.

    Raises
    ------
    InputDataError
        If the two were not made from the same draws, or hold different measures.
    """
    problems = []
    if base.fingerprint != scenario.fingerprint:
        problems.append("the draws differ: use the same seed, cells, population, income and errors in both")
    if base.n_measures != scenario.n_measures or base.numbers.keys() != scenario.numbers.keys():
        problems.append("the measures differ: give both the same columns, groups and lines")
    if problems:
        raise InputDataError("difference of scenarios: " + "; ".join(problems))
    numbers = {key: scenario.numbers[key] - drawn for key, drawn in base.numbers.items()}
    return IndexDraws(numbers, base.n_draws, base.n_measures, base.sources, base.fingerprint)


def _interval(numbers: Floats, sources: tuple[str, ...], coverage: float) -> InputInterval:
    if not 0 < coverage < 1:
        raise ValueError(f"coverage {coverage} must lie between 0 and 1, such as 0.95")
    n_draws, n_measures = numbers.shape
    low, median, high = np.full((3, n_measures), np.nan)
    defined = np.zeros(n_measures)
    if n_draws:
        defined = (~np.isnan(numbers)).mean(axis=0)
        enough = defined >= DEFINED_AT_LEAST
        tail = (1 - coverage) / 2
        if enough.any():
            low[enough], median[enough], high[enough] = np.nanquantile(
                numbers[:, enough], [tail, 0.5, 1 - tail], axis=0, method="weibull"
            )
    return InputInterval(low, high, median, defined, n_draws, sources, coverage)

"""All population-weighted indices of many measures and many draws at once.

The same numbers as ``access.equity`` and its neighbours give one by one; here for every column of access
values and every draw of residents and incomes together, since a range needs each index hundreds of times.
A mean of a group is a row of weights times the values, so are the two halves of the Palma ratio and the
concentration index; only the Gini index has to walk along sorted values.

Deciles and ranks are formed anew in each draw: that cells change their group is part of the uncertainty.
Undecided ("not defined") is NaN, by the rules of ``access.equity_indices``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from access.errors import InputDataError
from access.income import SAME_INCOME

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Number = TypeVar("Number", np.float64, np.int64)


class IndexKey(NamedTuple):
    """What a number is: the names of the table of indicators."""

    indicator: str
    group: str = "all"


Sheet = dict[IndexKey, Floats]
DECILES = tuple(f"decile_{n}" for n in range(1, 11))
PALMA = IndexKey("ratio_richest10_poorest40")
GINI = IndexKey("gini")
CONCENTRATION = IndexKey("concentration_index")
DECILE_DIFFERENCE = IndexKey("difference_decile_10_decile_1")
DECILE_RATIO = IndexKey("ratio_decile_10_decile_1")

POOREST40, RICHEST10, RICHER60 = "poorest40", "richest10", "richer60"
"""Parts of the order of incomes that the Palma ratio divides, and everybody with a place but the poorest."""


def mean_of(group: str) -> IndexKey:
    """Return the key of the mean access of a group.

    ``all``, ``decile_1`` to ``decile_10``, one given, or, of measures whose inequality is wanted,
    ``poorest40``, ``richest10`` and ``richer60``.
    """
    return IndexKey("mean_access", group)


class SheetMaker:
    """Computes sheets of one table of access values, which it has sorted once.

    Parameters
    ----------
    values : array of float, shape (n_cells, n_measures)
        Access, 0 or more; NaN = not known, left out. A time never reached is not a number to average: give it
        as NaN, and the residents who never reach anything as a measure of their own.
    groups : mapping of str to array of float, shape (n_cells,), optional
        Share of each cell's residents, 0 to 1, who belong to a fixed group.
    lines : array of float, shape (n_measures,), optional
        Sufficiency line of each measure, NaN = none; exactly on the line is enough. Repeat a measure to
        hold it against two lines.
    unequal : array of bool, shape (n_measures,), optional
        Measures whose inequality over all residents is wanted (Palma, concentration, Gini), without it all;
        of the others these indices are NaN. They take most of the time.

    Raises
    ------
    InputDataError
        If shapes do not fit or values are negative or infinite; all problems at once.
    """

    def __init__(
        self,
        values: Floats,
        *,
        groups: Mapping[str, Floats] | None = None,
        lines: Floats | None = None,
        unequal: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        groups = {} if groups is None else groups
        problems = _problems(values, groups, lines, unequal)
        if problems:
            raise InputDataError("indices of draws: " + "; ".join(problems))
        self.n_cells, self.n_measures = values.shape
        self.unequal = np.ones(self.n_measures, dtype=np.bool_) if unequal is None else unequal
        self.group_names = ("all", *DECILES, *groups)
        self.group_shares = np.array([*groups.values()], dtype=np.float64).reshape(len(groups), self.n_cells)
        known = ~np.isnan(values)
        patterns, self.pattern_of = np.unique(known, axis=1, return_inverse=True)
        self.patterns = patterns.T  # (n_patterns, n_cells): most measures miss the same cells
        self.known = patterns.astype(np.float64)
        self.values = np.where(known, values, 0.0).astype(np.float64)
        self.line_columns = (
            np.flatnonzero(~np.isnan(lines)) if lines is not None else np.empty(0, dtype=np.int64)
        )
        self.below = np.empty((self.n_cells, 0))
        if lines is not None:
            with np.errstate(invalid="ignore"):
                self.below = (values < lines)[:, self.line_columns].astype(np.float64)
        self.sorted_cells = [
            np.argsort(column, kind="stable")[:n]
            for column, n in zip(values.T, known.sum(axis=0).tolist(), strict=True)
        ]
        self.steps = [
            np.diff(column[cells], append=column[cells[-1:]])
            for column, cells in zip(values.T, self.sorted_cells, strict=True)
        ]

    def keys(self) -> list[IndexKey]:
        """Return what a sheet holds."""
        nobody = np.zeros((1, self.n_cells))
        return list(self.sheets(nobody, nobody))

    def sheets(self, population: Floats, income: Floats) -> Sheet:
        """Return every index of every draw and measure.

        Parameters
        ----------
        population, income : arrays of float, shape (n_draws, n_cells)
            Residents, 0 or more (NaN = none), and income of cells (NaN = not known).

        Returns
        -------
        dict
            Arrays of shape (n_draws, n_measures).
        """
        people = np.where(population > 0, population, 0.0)
        orders = [_IncomeOrder.of(p, i) for p, i in zip(people, income, strict=True)]
        sheet: Sheet = {}
        self._add_groups(sheet, people, orders)
        self._add_orders(sheet, people, orders)
        sheet[GINI] = self._gini(people)
        rich, poor = sheet[mean_of("decile_10")], sheet[mean_of("decile_1")]
        sheet[DECILE_DIFFERENCE] = rich - poor
        sheet[DECILE_RATIO] = _ratio(rich, poor)
        return sheet

    def _add_groups(self, sheet: Sheet, people: Floats, orders: Sequence[_IncomeOrder]) -> None:
        """Means of all groups, and their residents below the lines."""
        weights = self._weights(people, np.stack([order.decile for order in orders]))
        flat = weights.reshape(-1, self.n_cells)
        shape = (len(self.group_names), len(people), -1)
        residents = (flat @ self.known).reshape(shape)[:, :, self.pattern_of]
        means = _ratio((flat @ self.values).reshape(shape), residents)
        below = np.full((len(self.group_names), len(people), self.n_measures), np.nan)
        below[:, :, self.line_columns] = (flat @ self.below).reshape(*shape[:2], len(self.line_columns))
        for n, name in enumerate(self.group_names):
            sheet[mean_of(name)] = means[n]
            if len(self.line_columns):
                sheet[IndexKey("below_line_residents", name)] = below[n]
                sheet[IndexKey("below_line_share", name)] = _ratio(below[n], residents[n])

    def _weights(self, people: Floats, deciles: Labels) -> Floats:
        """Return the residents of each group, (n_groups, n_draws, n_cells)."""
        weights = np.zeros((len(self.group_names), *people.shape))
        weights[0] = people
        for n in range(1, 11):
            np.copyto(weights[n], people, where=deciles == n)
        weights[11:] = people * self.group_shares[:, None]
        return weights

    def _add_orders(self, sheet: Sheet, people: Floats, orders: Sequence[_IncomeOrder]) -> None:
        """Palma ratio, its halves, concentration index: by income order of those whose access is known."""
        palma, concentration, poorest, richest, richer = np.full((5, len(people), self.n_measures), np.nan)
        for n, pattern in enumerate(self.patterns):
            columns = np.flatnonzero((self.pattern_of == n) & self.unequal)
            if not len(columns):
                continue
            weights = np.zeros((len(people), 5, self.n_cells))
            for rows, order, residents in zip(weights, orders, people, strict=True):
                order.fill(rows, residents * pattern)
            amounts = weights.reshape(-1, self.n_cells) @ self.values[:, columns]
            poor, rich, whole, ranked, others = amounts.reshape(len(people), 5, -1).transpose(1, 0, 2)
            residents = weights.sum(axis=2)[:, :, None]
            poorest[:, columns] = _shares(poor, residents[:, 0])
            richest[:, columns] = _shares(rich, residents[:, 1])
            richer[:, columns] = _shares(others, residents[:, 4])
            palma[:, columns] = _ratio(4 * rich, poor)
            # Twice the covariance of access and rank over mean access; the mean rank is one half.
            concentration[:, columns] = _ratio(2 * ranked, whole) - 1
        sheet[PALMA], sheet[CONCENTRATION] = palma, concentration
        for group, means in ((POOREST40, poorest), (RICHEST10, richest), (RICHER60, richer)):
            sheet[mean_of(group)] = means

    def _gini(self, people: Floats) -> Floats:
        """Half the mean difference of two residents over the mean: the integral of F (1 - F) (Gini 1912).

        F, the share of residents who have at most so much, is a running sum of residents in the order of
        values; between two values it stands still. One walk instead of two along each column.
        """
        gini = np.full((len(people), self.n_measures), np.nan)
        amounts = people @ self.values
        for column, cells in enumerate(self.sorted_cells):
            if len(cells) < 2 or not self.unequal[column]:
                continue
            steps = self.steps[column]
            up_to = np.take(people, cells, axis=1)
            several = np.count_nonzero(up_to, axis=1) > 1
            np.cumsum(up_to, axis=1, out=up_to)
            whole, amount = up_to[:, -1].copy(), amounts[:, column]
            first = up_to @ steps
            np.multiply(up_to, up_to, out=up_to)
            area = whole * first - up_to @ steps
            defined = several & (amount > 0)
            gini[defined, column] = np.maximum(0.0, area[defined] / (whole * amount)[defined])
        return gini


class _IncomeOrder(NamedTuple):
    """The order of incomes in one draw. Cells without income or residents have no place."""

    cells: Labels  # (n_ranked,) from the poorest to the richest
    starts: Labels  # (n_places,) where a new income begins; equal incomes share a place
    sizes: Labels  # (n_places,) cells of each income
    decile: Labels  # (n_cells,) 1 to 10, 0 = none

    @classmethod
    def of(cls, people: Floats, income: Floats) -> _IncomeOrder:
        """Order the cells of one draw; the deciles are those of ``access.income.income_deciles``."""
        known = np.flatnonzero((people > 0) & ~np.isnan(income))
        decile = np.zeros(len(people), dtype=np.int64)
        cells = known[np.argsort(income[known])]
        ordered = income[cells]
        new = np.diff(ordered) > SAME_INCOME * np.abs(ordered[1:])
        starts = np.flatnonzero(np.r_[True, new][: len(cells)])
        order = cls(cells, starts, np.diff(starts, append=len(cells)), decile)
        if len(cells):
            below, residents = order.places(people[cells])
            middle = (below + residents / 2) / (below[-1] + residents[-1])
            decile[cells] = order.spread(np.floor(10 * middle + 1e-9).astype(np.int64) + 1)
        return order

    def places(self, counted: Floats) -> tuple[Floats, Floats]:
        """Return the residents who are poorer than each income, and those who have it."""
        tied = len(self.starts) < len(self.cells)
        residents = np.add.reduceat(counted, self.starts) if tied else counted
        return np.cumsum(residents) - residents, residents

    def spread(self, of_places: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Return for each cell what its income has."""
        return np.repeat(of_places, self.sizes) if len(self.starts) < len(self.cells) else of_places

    def fill(self, weights: Floats, people: Floats) -> None:
        """Fill five rows of weights: poorest 40 %, richest 10 %, all, all times rank, richer 60 %.

        All stay 0 where nobody has a place, or all have the same one: then there is no order.
        """
        counted = people[self.cells]
        if not self._several(counted):
            return
        below, residents = self.places(counted)
        above = below + residents
        total = above[-1]
        some = np.where(residents > 0, residents, 1.0)
        poor = np.clip(np.minimum(above, 0.4 * total) - below, 0, None) / some
        rich = np.clip(above - np.maximum(below, 0.9 * total), 0, None) / some
        rank = (below + residents / 2) / total
        weights[2, self.cells] = counted
        for row, share in ((0, poor), (1, rich), (3, rank)):
            weights[row, self.cells] = counted * self.spread(share)
        weights[4, self.cells] = counted * self.spread(1 - poor)

    def _several(self, counted: Floats) -> bool:
        present = np.flatnonzero(counted > 0)
        if not len(present):
            return False
        first, last = np.searchsorted(self.starts, present[[0, -1]], side="right")
        return bool(first != last)


def sheet(
    values: Floats,
    population: Floats,
    income: Floats,
    *,
    groups: Mapping[str, Floats] | None = None,
    lines: Floats | None = None,
    unequal: npt.NDArray[np.bool_] | None = None,
) -> Sheet:
    """Return every index of each measure, arrays of shape (n_measures,), for one population and income.

    Parameters
    ----------
    values, groups, lines, unequal
        As ``SheetMaker``.
    population, income : arrays of float, shape (n_cells,)
        As observed.

    Raises
    ------
    InputDataError
        As ``SheetMaker``.
    """
    maker = SheetMaker(values, groups=groups, lines=lines, unequal=unequal)
    return {key: numbers[0] for key, numbers in maker.sheets(population[None], income[None]).items()}


def _shares(above: Floats, below: Floats) -> Floats:
    return _ratio(above, np.broadcast_to(below, above.shape))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _problems(
    values: Floats, groups: Mapping[str, Floats], lines: Floats | None, unequal: npt.NDArray[np.bool_] | None
) -> list[str]:
    if values.ndim != 2:
        return [f"values have shape {values.shape}; (n_cells, n_measures) is needed"]
    problems = []
    if (values < 0).any():
        problems.append(f"values are negative in {int((values < 0).sum())} places; they must be 0 or more")
    if np.isinf(values).any():
        problems.append(
            f"values are infinite in {int(np.isinf(values).sum())} places; give a time never reached "
            "as NaN and count those residents in a measure of their own"
        )
    for name, share in groups.items():
        if share.shape != (len(values),) or not ((share >= 0) & (share <= 1)).all():
            problems.append(
                f"group {name!r} must be one share from 0 to 1 for each of the {len(values)} cells"
            )
    if lines is not None and lines.shape != (values.shape[1],):
        problems.append(f"lines have shape {lines.shape}; one for each of the {values.shape[1]} measures")
    if unequal is not None and unequal.shape != (values.shape[1],):
        problems.append(f"unequal has shape {unequal.shape}; one for each of the {values.shape[1]} measures")
    return problems

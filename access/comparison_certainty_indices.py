"""The columns of one state of a city, and the indices that draws and realisations give of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from access.index_draws import IndexDraws, index_draws
from access.index_sheet import Sheet, sheet
from access.indicators import People
from access.range_columns import LINE, Column, penalty_columns
from access.stage_ranges import travel_columns
from access.stage_rights import period_names
from access.stage_uncertainty import group_shares
from access.uncertainty import InputDraws

if TYPE_CHECKING:
    from access.evaluated import Evaluated

Floats = npt.NDArray[np.float64]
Place = tuple[object, ...]


@dataclass(frozen=True)
class StateColumns:
    """Numbers by cell of a base or a scenario at its own travel times.

    Attributes
    ----------
    people : People
        Whom indices are of.
    groups : mapping of str to array of float, shape (n_cells,)
        Share of the residents of each cell in a named group.
    travel, fixed : mapping of place to Column
        Those that realisations of the travel times compute again, and those that they do not.
    """

    people: People
    groups: Mapping[str, Floats]
    travel: Mapping[Place, Column]
    fixed: Mapping[Place, Column]

    @classmethod
    def of(cls, evaluated: Evaluated) -> StateColumns:
        """Gather the columns of what was evaluated."""
        inputs, rights = evaluated.network.inputs, evaluated.rights.evaluated
        people = evaluated.measures.people
        written = [each for each in rights.as_written if each.counts] if rights else []
        travel = travel_columns(evaluated.measures, evaluated.periods, written, evaluated.reach.modes)
        fixed = list(penalty_columns(rights, period_names(inputs))) if rights else []
        return cls(
            people,
            group_shares(people, inputs.loaded.config),
            {column.place: column for column in travel},
            {column.place: column for column in fixed},
        )

    @property
    def places(self) -> list[Place]:
        """What tells the columns from each other, those of travel times first."""
        return [*self.travel, *self.fixed]

    def with_residents_of(self, other: StateColumns) -> StateColumns:
        """Return the same columns of the same cells with the residents of another state."""
        return replace(self, people=other.people, groups=other.groups)

    def columns(self, places: Sequence[Place]) -> list[Column]:
        """Return some of the columns, in the order given."""
        return [self.travel[place] if place in self.travel else self.fixed[place] for place in places]

    def sheet(self, places: Sequence[Place], again: Sequence[Column]) -> Sheet:
        """Return the indices of a realisation for residents and incomes as observed.

        Without columns they are those of the state itself. A number that is not known in the realisation, or
        only there, is taken as the state has it: who is covered must not change.
        """
        own = self.columns(places)
        found = {column.place: column.values for column in again}
        values = np.column_stack([column.values for column in own])
        others = np.column_stack([found.get(column.place, column.values) for column in own])
        values = np.where(np.isnan(others) | np.isnan(values), values, others)
        population, income = self.people.population, self.people.income
        return sheet(values, population, income, groups=self.groups, lines=_lines(own), unequal=_unequal(own))

    def indices(self, draws: InputDraws, places: Sequence[Place]) -> IndexDraws:
        """Return the indices of every draw of residents and incomes at the own travel times."""
        own = self.columns(places)
        values = np.column_stack([column.values for column in own])
        once = replace(draws, realisation=np.zeros_like(draws.realisation))
        return index_draws(once, values, groups=self.groups, lines=_lines(own), unequal=_unequal(own))


def _lines(columns: Sequence[Column]) -> Floats:
    return np.array([LINE if column.says_whether else np.nan for column in columns])


def _unequal(columns: Sequence[Column]) -> npt.NDArray[np.bool_]:
    return np.array([column.family == "access" for column in columns])

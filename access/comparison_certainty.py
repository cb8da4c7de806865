"""How certain the difference between a base and its scenarios is: noise floor by cell, interval by index.

The base is travelled again once (``uncertainty.travel_realisations`` of its configuration) and serves every
scenario. Without ``uncertainty`` in the configuration, or without realisations, what is missing is "not
quantified" and said so; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from access.comparison_benefit import DifferenceRange
from access.comparison_certainty_again import BaseAgain, TravelAgain, headway_days
from access.comparison_certainty_floor import noise_floor
from access.comparison_certainty_indices import Place, StateColumns
from access.comparison_certainty_paired import (
    WithAddedResidents,
    difference_of,
    of_measures,
    with_paired_spread,
)
from access.errors import InputDataError
from access.index_draws import IndexDraws
from access.index_sheet import IndexKey, Sheet
from access.indicators import People
from access.range_columns import Column
from access.rights_catalogue import RightsCatalogue
from access.stage_ranges import TRAVEL_TIMES, draws_of
from access.stage_uncertainty import Uncertainty
from access.travel_again import KnownPrograms, Realisation
from access.uncertainty import InputDraws
from access.uncertainty_kinds import INPUT_UNCERTAINTY

if TYPE_CHECKING:
    from access.evaluated import Evaluated
    from access.warm_run import WarmRun

Floats = npt.NDArray[np.float64]

NOT_CONFIGURED = {
    "en": "The configuration of the run names no uncertainty: neither how much of a change is noise nor its "
    "interval is quantified.",
    "fr": "La configuration du calcul ne déclare aucune incertitude : ni la part de bruit d’un changement ni "
    "son intervalle ne sont quantifiés.",
}
NO_REALISATIONS = {
    "en": "The run has no realisations of its travel times (uncertainty.travel_realisations is 0): the noise "
    "of a cell is not quantified, and intervals of differences do not hold that of travel times.",
    "fr": "Le calcul ne tire pas d’autres temps de parcours (uncertainty.travel_realisations vaut 0) : le "
    "bruit d’une cellule n’est pas quantifié et les intervalles des différences n’en tiennent pas compte.",
}


@dataclass(frozen=True)
class Certainty:
    """How certain the difference of one scenario is.

    Attributes
    ----------
    floor : dict of place to array of float, shape (n_study_cells,)
        By ``Column.place``: largest change of each cell that may be noise (``noise_floor``), NaN = not known
        there; empty = not quantified.
    places : sequence of place
        Columns of ``difference``, those that depend on travel times first.
    difference : IndexDraws or None
        Scenario minus base, draw by draw, each with its own residents; None = nothing is drawn.
    difference_of_base_residents : IndexDraws or None
        The same for the residents of the base alone; another only where the scenario adds residents.
    n_travel : int
        So many columns, the first, depend on travel times.
    n_realisations : int
        Realisations of the travel times.
    drawn : Uncertainty
        Draws and rights of the scenario, for its register of zones.
    note : dict of str to str or None
        What is not quantified, by language; None where all is.
    """

    floor: Mapping[Place, Floats]
    places: Sequence[Place]
    difference: IndexDraws | None
    difference_of_base_residents: IndexDraws | None
    n_travel: int
    n_realisations: int
    drawn: Uncertainty
    note: dict[str, str] | None

    def ranges(self) -> dict[tuple[Place, IndexKey], DifferenceRange]:
        """Return the interval of each index of each column that has one, as ``compare`` takes them."""
        return self._ranges(self.difference)

    def ranges_of_base_residents(self) -> dict[tuple[Place, IndexKey], DifferenceRange]:
        """Return the same for the residents of the base alone: who gains, to whom the benefit goes."""
        return self._ranges(self.difference_of_base_residents)

    def _ranges(self, difference: IndexDraws | None) -> dict[tuple[Place, IndexKey], DifferenceRange]:
        if difference is None:
            return {}
        found = {}
        for key, interval in difference.intervals().items():
            for number, place in enumerate(self.places):
                sources = [one for one in interval.sources if number < self.n_travel or one != TRAVEL_TIMES]
                if sources and np.isfinite(interval.low[number]):
                    found[place, key] = DifferenceRange(
                        float(interval.low[number]),
                        float(interval.high[number]),
                        INPUT_UNCERTAINTY,
                        "; ".join(sources),
                        interval.draws,
                    )
        return found


@dataclass(frozen=True)
class CertaintyOfBase:
    """The draws and realisations of a base, which its scenarios share; build it with ``of``.

    Attributes
    ----------
    columns : StateColumns
        Of the base at its own travel times.
    realised : sequence of BaseAgain
        Realisations of its travel times.
    sheets : sequence of dict
        Indices for residents and incomes as observed: at the own travel times, then of each realisation.
    draws : InputDraws or None
        None = the configuration names no uncertainty.
    indices : IndexDraws or None
        Of every draw at the own travel times; None where nothing is drawn.
    """

    base: Evaluated
    columns: StateColumns
    again: TravelAgain
    realised: Sequence[BaseAgain]
    sheets: Sequence[Sheet]
    draws: InputDraws | None
    indices: IndexDraws | None

    @classmethod
    def of(cls, warm: WarmRun, advance: Callable[[int, int], object] | None = None) -> CertaintyOfBase:
        """Travel again in the base as often as its configuration says.

        Parameters
        ----------
        warm : WarmRun
        advance : callable, optional
            Called with the realisations done and all of them.
        """
        return cls.of_evaluated(warm.base, warm.catalogues, advance)

    @classmethod
    def of_evaluated(
        cls,
        base: Evaluated,
        catalogues: list[RightsCatalogue],
        advance: Callable[[int, int], object] | None = None,
    ) -> CertaintyOfBase:
        """Do the same for what was evaluated without a run."""
        inputs = base.network.inputs
        given = inputs.loaded.config.uncertainty
        columns, again = StateColumns.of(base), TravelAgain(base, catalogues)
        if given is None:
            return cls(base, columns, again, [], [], None, None)
        realised = []
        for number in range(given.travel_realisations):
            realised.append(again.of_base(Realisation(given.seed, number)))
            if advance is not None:
                advance(number + 1, given.travel_realisations)
        draws = draws_of(
            columns.people,
            inputs.cells.study_ids,
            given,
            [*columns.travel.values()],
            inputs.residents.margins,
            len(realised),
        )
        sheets = [columns.sheet(columns.places, again) for again in ([], *(one.columns for one in realised))]
        indices = columns.indices(draws, columns.places) if draws.n_draws else None
        return cls(base, columns, again, realised, sheets, draws, indices)

    @property
    def note(self) -> dict[str, str] | None:
        """What is not quantified, by language; None where all is."""
        if self.draws is None:
            return NOT_CONFIGURED
        return None if self.realised else NO_REALISATIONS

    @property
    def drawn(self) -> Uncertainty:
        """Draws of the base and its rights in each realisation, for its register of zones."""
        return _drawn(self.draws, [one.columns for one in self.realised], self.columns)

    def of_scenario(
        self, evaluated: Evaluated, advance: Callable[[int, int], object] | None = None
    ) -> Certainty:
        """Travel in a scenario from the same homes at the same minutes, and hold it against the base.

        Parameters
        ----------
        evaluated : Evaluated
        advance : callable, optional
            Called with the realisations done and all of them; what it raises ends the computation.

        Raises
        ------
        InputDataError
            If it is of other cells, or has fewer residents somewhere than the base.
        """
        if self.base.network.inputs.cells.study_ids != evaluated.network.inputs.cells.study_ids:
            raise InputDataError(
                f"{evaluated.name['en']}: its cells are not those of the base; evaluate the scenario from "
                "this base"
            )
        columns = StateColumns.of(evaluated)
        draws = self._draws_with_added(columns.people)
        days = headway_days(evaluated) if self.realised else None
        programs = KnownPrograms()
        realised = []
        for number, one in enumerate(self.realised, start=1):
            realised.append(self.again.of_scenario(evaluated, days, one, programs))
            if advance is not None:
                advance(number, len(self.realised))
        known = {*columns.places}
        places = [place for place in self.columns.places if place in known]
        difference = self._difference(columns, realised, draws, places)
        of_base = difference
        if draws is not self.draws:
            stayed = columns.with_residents_of(self.columns)
            of_base = self._difference(stayed, realised, self.draws, places)
        return Certainty(
            floor=self._floor(columns, realised),
            places=places,
            difference=difference,
            difference_of_base_residents=of_base,
            n_travel=sum(place in columns.travel for place in places),
            n_realisations=len(realised),
            drawn=_drawn(draws, realised, columns),
            note=self.note,
        )

    def _draws_with_added(self, people: People) -> InputDraws | None:
        before = self.columns.people
        same = np.array_equal(people.population, before.population)
        same &= np.array_equal(people.income, before.income, equal_nan=True)
        if self.draws is None or same:
            return self.draws
        return WithAddedResidents.of(self.draws, people.population, people.income)

    def _difference(
        self,
        columns: StateColumns,
        realised: Sequence[Sequence[Column]],
        draws: InputDraws | None,
        places: Sequence[Place],
    ) -> IndexDraws | None:
        """Return the paired difference of every index; None where nothing is drawn."""
        if self.indices is None or draws is None or not places:
            return None
        every = self.columns.places
        at = [every.index(place) for place in places]
        difference = difference_of(of_measures(self.indices, at), columns.indices(draws, places))
        if not realised:
            return difference
        before = [{key: numbers[at] for key, numbers in one.items()} for one in self.sheets]
        after = [columns.sheet(places, again) for again in ([], *realised)]
        return with_paired_spread(difference, before, after, draws.seed)

    def _floor(self, columns: StateColumns, realised: Sequence[Sequence[Column]]) -> dict[Place, Floats]:
        """Return the noise floor of each column that base and scenario have."""
        if not realised:
            return {}
        before = [_values(one.columns) for one in self.realised]
        after = [_values(again) for again in realised]
        found = {}
        for place, column in columns.travel.items():
            if place in self.columns.travel and all(place in one for one in (*before, *after)):
                own = column.values - self.columns.travel[place].values
                moved = np.stack([new[place] - old[place] for old, new in zip(before, after, strict=True)])
                found[place] = noise_floor(own, moved)
        return found


def _values(columns: Sequence[Column]) -> dict[Place, Floats]:
    return {column.place: column.values for column in columns}


def _drawn(
    draws: InputDraws | None, realised: Sequence[Sequence[Column]], columns: StateColumns
) -> Uncertainty:
    return Uncertainty([], draws, realised or [[*columns.travel.values()]], {})

"""A scenario evaluated for one objective only: its periods, services and limits, exactly as in a full run.

The network of the scenario is made by the same function as for a comparison (``access.scenario_network``),
the travel times by the same search; what the objective does not ask for is left out. Nothing is
approximated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from access.config import HeadlineConfig
from access.errors import AccessError
from access.indicators import PeriodAccess
from access.rights import UNMET, EvaluatedRight
from access.rights_catalogue import RightsCatalogue
from access.rights_reach import ReachOfRun, as_written_only
from access.rights_requests import as_written, requests_in
from access.run_network import RunNetwork
from access.scenario import Scenario
from access.scenario_network import ChangedNetwork, changed_network
from access.stage_measures import PeriodMeasured, measures_of
from access.stage_rights import limits_of_rights
from access.stage_timetable import PeriodPlan
from access.suggest_objective import Answer, Objective, ObjectiveName
from access.travel_again import reach_again
from access.warm_run import WarmRun
from access.watch import Watch

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Quick:
    """Answers of one objective, for the base of a run and for scenarios.

    Raises
    ------
    AccessError
        If the run has no data for what the objective asks.
    """

    warm: WarmRun
    objective: Objective

    @classmethod
    def of(cls, warm: WarmRun, name: ObjectiveName) -> Quick:
        """Prepare an objective on a run."""
        people = warm.base.measures.people
        quick = cls(warm, Objective(name, people.population, people.income))
        if not quick.plans:
            asked = "rights" if quick.objective.needs_rights else f"headline period {quick.headline.period}"
            raise AccessError(f"objective {name}: the run has no data for {asked}, so nothing can improve it")
        return quick

    @cached_property
    def plans(self) -> Sequence[PeriodPlan]:
        """Periods with data that the objective asks for."""
        timetables = self.warm.base.network.inputs.timetables
        wanted = self._kinds if self.objective.needs_rights else {self.headline.period}
        return [
            plan
            for plan in timetables.plans
            if plan.has_data and {plan.config.kind, plan.config.name} & wanted
        ]

    @cached_property
    def base(self) -> Answer:
        """Return the city as it is."""
        return self.answer(self._network)

    def changed(self, scenario: Scenario) -> ChangedNetwork:
        """Apply a scenario without travelling; the run stays as it is.

        Raises
        ------
        AccessError, gtfs.errors.FeedError
            If a modification fits nothing in this city, or contradicts another.
        """
        return changed_network(self._network, self.warm.sources, scenario, Watch())

    def of_scenario(self, scenario: Scenario) -> Answer:
        """Compute a scenario; errors as ``changed``."""
        return self.answer(self.changed(scenario).network)

    def answer(self, network: RunNetwork) -> Answer:
        """Travel on a network and return what the objective asks for."""
        if self.objective.needs_rights:
            return Answer(rights_unmet=_unmet(as_written_only([self._catalogue], self._reach(network))))
        inputs, cells, stops, threads = network
        headline = self.headline
        amounts = {headline.service: inputs.services.known()[headline.service]}
        reach = reach_again(
            inputs, cells, stops, self._plans_of(network), amounts, [headline.cutoff_min], threads
        )
        rows = inputs.cells.study_rows
        values = reach[headline.period][headline.service].within[headline.cutoff_min][rows]
        return Answer(headline=np.where(cells.snapped[rows], values, np.nan))

    @cached_property
    def _network(self) -> RunNetwork:
        """The base with the timetables of the service days asked for only."""
        base = self.warm.base.network
        days = {plan.service_date for plan in self.plans}
        timetables = base.inputs.timetables
        schedules = {day: schedule for day, schedule in timetables.schedules.items() if day in days}
        inputs = replace(base.inputs, timetables=replace(timetables, schedules=schedules))
        return base._replace(inputs=inputs)

    def _reach(self, network: RunNetwork) -> ReachOfRun:
        """Return what answers rights; slow walkers' walks are those of the base where they can be."""
        inputs, cells, stops, threads = network
        measures = measures_of(inputs, cells)
        limits = limits_of_rights([self._catalogue], measures.longest_min)
        plans = self._plans_of(network)
        usual = [plan for plan in plans if plan.config.kind in self._usual_kinds]
        opportunities = {name: measures.opportunities[name] for name in self._opportunities(measures.totals)}
        measures = replace(measures, opportunities=opportunities)
        found = reach_again(inputs, cells, stops, usual, opportunities, limits, threads)
        nothing = PeriodAccess({}, [], [])
        periods = [PeriodMeasured(plan, found[plan.config.name], nothing, []) for plan in usual]
        reach = ReachOfRun(
            inputs, cells, stops, measures, periods, self.warm.base.reach.modes, limits, threads
        )
        reach.with_walks_of(self.warm.base.reach)
        return reach

    @cached_property
    def _catalogue(self) -> RightsCatalogue:
        """The catalogue that the register of zones uses."""
        if not self.warm.catalogues:
            raise AccessError("objective rights: the run names no catalogue of rights (rights.catalogues)")
        name = self.warm.base.network.inputs.loaded.config.exclusion.catalogue
        return next((each for each in self.warm.catalogues if each.name == name), self.warm.catalogues[0])

    @cached_property
    def _kinds(self) -> set[str | None]:
        return {
            request.period
            for right in self._catalogue.rights
            for request in requests_in(right, as_written(right))
            if request.mode == "transit"
        }

    @cached_property
    def _usual_kinds(self) -> set[str | None]:
        """Parts of the week in which rights ask for usual walking."""
        return {
            request.period
            for right in self._catalogue.rights
            for request in requests_in(right, as_written(right))
            if request.mode == "transit" and request.walking == "usual"
        }

    def _opportunities(self, known: Mapping[str, float]) -> list[str]:
        rights = self._network.inputs.loaded.config.rights
        services = dict.fromkeys(right.service for right in self._catalogue.rights)
        names = (
            name
            for service in services
            for name in (rights.opportunities_of(service, known) if rights else [])
        )
        return list(dict.fromkeys(names))

    def _plans_of(self, network: RunNetwork) -> list[PeriodPlan]:
        names = {plan.config.name for plan in self.plans}
        return [plan for plan in network.inputs.timetables.plans if plan.config.name in names]

    @property
    def catalogue_label(self) -> dict[str, str]:
        """Title of the catalogue of rights that the objective asks, by language; empty for another one."""
        return self._catalogue.label.model_dump() if self.objective.needs_rights else {}

    @property
    def headline(self) -> HeadlineConfig:
        """Service, period and limit of travel time that the run speaks of first."""
        return self.warm.base.network.inputs.loaded.config.measures.headline


def _unmet(rights: Sequence[EvaluatedRight]) -> Floats:
    """Return how many rights each cell lacks; NaN where none can be judged."""
    if not rights:
        raise AccessError("objective rights: no right of the catalogue could be judged")
    states = np.stack([each.state for each in rights])
    judged = states <= UNMET
    return np.where(judged.any(axis=0), (states == UNMET).sum(axis=0).astype(np.float64), np.nan)

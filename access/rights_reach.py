"""Answers what rights ask of a run: by transit at usual or slow walking, on foot, by the other modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from access.config import PeriodKind, RunConfig
from access.engine.arrays import WalkLinks
from access.reach_of_cells import Reach
from access.rights import EvaluatedRight, evaluate_rights
from access.rights_catalogue import RightsCatalogue
from access.rights_requests import Missing, Request, as_written, requests_in, requests_of
from access.stage_inputs import Inputs
from access.stage_measures import Measures, PeriodMeasured
from access.stage_modes import ModeReach
from access.stage_network import SnappedCells, SnappedStops
from access.stage_timetable import PeriodPlan
from access.travel_again import reach_again, walks_again, with_travel

Floats = npt.NDArray[np.float64]


@dataclass
class ReachOfRun:
    """Answers what rights ask: by transit at usual or slow walking, on foot, by the modes of the run.

    Slow walkers are computed at the first question about them, and only in the periods asked about.
    """

    inputs: Inputs
    cells: SnappedCells
    stops: SnappedStops
    measures: Measures
    periods: Sequence[PeriodMeasured]
    modes: Sequence[ModeReach]
    limits_min: Sequence[int]
    threads: int | None = None
    _slow: dict[str, Mapping[str, Reach]] = field(default_factory=dict)
    _slow_network: tuple[Inputs, SnappedCells, SnappedStops] | None = None

    def __call__(self, request: Request) -> Floats | Missing:
        """Return the opportunities reached by each cell of the study area, or why that is not known."""
        names = self._opportunities(request.service)
        if not names:
            return Missing.SERVICE
        reach = self._reach(request)
        if isinstance(reach, Missing):
            return reach
        within = [reach[name].within[request.within_min] for name in names]
        rows = self.measures.study_rows
        return np.where(self.measures.people.snapped, np.sum(within, axis=0)[rows], np.nan)

    def minutes_beyond(self, evaluated: EvaluatedRight) -> Floats:
        """Return the minutes that a right for one place by transit is exceeded by; NaN for other rights.

        0 where it is met; infinite where none is reached within the longest trip.
        """
        right = evaluated.right
        unknown = np.full(len(evaluated.state), np.nan)
        requests = list(requests_in(right, evaluated.situation))
        if right.at_least != 1 or len(requests) != 1 or requests[0].mode != "transit":
            return unknown
        reach = self._reach(requests[0])
        names = self._opportunities(right.service)
        if isinstance(reach, Missing) or not names:
            return unknown
        nearest = np.min([reach[name].nearest_min for name in names], axis=0)[self.measures.study_rows]
        return np.where(np.isnan(evaluated.value), np.nan, np.maximum(nearest + 1 - right.within_min, 0))

    def _opportunities(self, service: str) -> list[str]:
        rights = self._config.rights
        return rights.opportunities_of(service, self.measures.totals) if rights else []

    @property
    def _config(self) -> RunConfig:
        return self.inputs.loaded.config

    def _reach(self, request: Request) -> Mapping[str, Reach] | Missing:
        if request.mode == "transit":
            return self._by_transit(request)
        if request.mode == "walk":
            return self._on_foot(request)
        found = next((mode for mode in self.modes if mode.mode == request.mode), None)
        if found is None:
            return Missing.MODE
        return found.reach if request.within_min <= found.longest_min else Missing.DURATION

    def _by_transit(self, request: Request) -> Mapping[str, Reach] | Missing:
        if request.within_min > self._config.travel.max_duration_min:
            return Missing.DURATION
        plan = self._plan(request.period)
        if plan is None:
            return Missing.PERIOD
        if not plan.has_data:
            return Missing.TIMETABLE
        if request.walking == "usual":
            return next(each.reach for each in self.periods if each.plan is plan)
        if self._config.travel.engine == "r5":
            return Missing.WALKING
        name = plan.config.name
        if name not in self._slow:
            inputs, cells, stops = self._slowly()
            found = reach_again(
                inputs, cells, stops, [plan], self.measures.opportunities, self.limits_min, self.threads
            )
            self._slow |= found
        return self._slow[name]

    def _on_foot(self, request: Request) -> Mapping[str, Reach] | Missing:
        if request.within_min > self._config.travel.max_walk_min:
            return Missing.DURATION
        walks = self._slowly()[1].direct if request.walking == "slow" else self.cells.direct
        never = np.full(len(self.inputs.cells.ids), np.inf)
        return {
            name: Reach({request.within_min: within_walk(walks, amounts, request.within_min)}, never)
            for name, amounts in self.measures.opportunities.items()
        }

    def _plan(self, kind: PeriodKind | None) -> PeriodPlan | None:
        return next((plan for plan in self.inputs.timetables.plans if plan.config.kind == kind), None)

    def _slowly(self) -> tuple[Inputs, SnappedCells, SnappedStops]:
        if self._slow_network is None:
            inputs = self._slow_inputs()
            self._slow_network = inputs, *walks_again(inputs, self.cells, self.stops, self.threads)
        return self._slow_network

    def _slow_inputs(self) -> Inputs:
        speed = self._config.rights.slow_walk_speed_km_h if self._config.rights else 0.0
        return with_travel(self.inputs, walk_speed_km_h=speed)

    @property
    def slow_walks(self) -> tuple[SnappedCells, SnappedStops] | None:
        """The walks of slow walkers, if a right has asked for them so far."""
        return None if self._slow_network is None else self._slow_network[1:]

    def with_walks_of(self, other: ReachOfRun) -> None:
        """Take over slow walkers' walks from another run between the same places on the same streets."""
        same = self.cells is other.cells and self.stops is other.stops
        if same and other._slow_network is not None and self._slow_network is None:
            self._slow_network = self._slow_inputs(), *other._slow_network[1:]

    def realised(
        self,
        inputs: Inputs,
        cells: SnappedCells,
        stops: SnappedStops,
        periods: Sequence[PeriodMeasured],
        slow_walks: tuple[SnappedCells, SnappedStops] | None = None,
    ) -> ReachOfRun:
        """Return the same questions answered by another realisation of the travel times.

        ``slow_walks`` are those between its places, where they are known already.
        """
        found = ReachOfRun(
            inputs, cells, stops, self.measures, periods, self.modes, self.limits_min, self.threads
        )
        if slow_walks is not None:
            found._slow_network = found._slow_inputs(), *slow_walks
        return found


def as_written_only(catalogues: Sequence[RightsCatalogue], reach: ReachOfRun) -> list[EvaluatedRight]:
    """Evaluate the rights in the situations they are written for; those with data."""
    wanted = {
        request
        for catalogue in catalogues
        for right in catalogue.rights
        for request in requests_in(right, as_written(right))
    }

    def answer(request: Request) -> Floats | Missing:
        return reach(request) if request in wanted else Missing.PERIOD

    snapped = reach.measures.people.snapped
    evaluated = evaluate_rights(catalogues, answer, totals_of(catalogues, reach), snapped)
    return [each for each in evaluated.as_written if each.counts]


def within_walk(walks: WalkLinks, amounts: Floats, within_min: int) -> Floats:
    """Return what each cell reaches on foot in less than so many whole minutes."""
    near = walks.walk_s // 60 < within_min
    origin = np.repeat(np.arange(len(walks.start) - 1), np.diff(walks.start))[near]
    reached = np.bincount(origin, amounts[walks.target[near]], minlength=len(walks.start) - 1)
    return np.asarray(reached, dtype=np.float64)


def totals_of(catalogues: Sequence[RightsCatalogue], reach: ReachOfRun) -> dict[str, float]:
    """Return all opportunities of the services that catalogues name and the run has data for."""
    rights, totals = reach.inputs.loaded.config.rights, reach.measures.totals
    found = {}
    for service in sorted({request.service for request in requests_of(catalogues)}):
        names = rights.opportunities_of(service, totals) if rights else []
        if names:
            found[service] = sum(totals[name] for name in names)
    return found

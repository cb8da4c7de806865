"""What is computed of a network whole: travel times, measures and rights, of a base and of every scenario.

Both are computed by the same stages as a run, so that a difference is never one of method. Nothing is drawn
and nothing written here; spatial statistics and ranges follow later (``access.comparison_certainty``).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from access.batches import batched_network
from access.engine.arrays import Minutes
from access.indicators import Row
from access.matrix_reader import blocks_of
from access.progress import Stage
from access.rights_catalogue import RightsCatalogue
from access.rights_reach import ReachOfRun
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured, PeriodTimes, measure_periods, measures_of
from access.stage_modes import ModeReach
from access.stage_rights import RightsEvidence, limits_of_rights, rights_evidence
from access.stage_timetable import PeriodPlan
from access.stage_travel_times import search_of_period
from access.travel_again import blocks_of_search
from access.travel_times import percentiles_of_network

if TYPE_CHECKING:
    import gtfs_kit

    from gtfs.match import MatchReport

LARGEST_MATRIX_BYTES = 2**30
"""Travel times of a period above this pass through memory in blocks, and no pair is kept."""


@dataclass(frozen=True)
class Evaluated:
    """One state of a city: as it is, or as a scenario makes it.

    Attributes
    ----------
    name : dict of str to str
        What readers call it, by language.
    network : RunNetwork
        Its inputs, and the walks of its cells and stops.
    times : mapping of str to array of uint8, shape (n_percentiles, n_cells, n_cells)
        By period, percentiles as configured, 255 = not reached; without the periods that are too large.
    periods : sequence of PeriodMeasured
        Those with data in the base.
    feeds : mapping of str to gtfs_kit.Feed
        Its timetables.
    reports : sequence of MatchReport
        What each modification met; none for the base.
    added : mapping of str to float
        Residents (``population``) and opportunities (by service) that the scenario declares to add; removed
        ones count below 0.
    joints_moved : int
        Cells and stops that join the streets elsewhere than in the base.
    seconds : mapping of str to float
        By step, of computing it.
    """

    name: dict[str, str]
    network: RunNetwork
    measures: Measures
    times: Mapping[str, Minutes]
    periods: Sequence[PeriodMeasured]
    reach: ReachOfRun
    rights: RightsEvidence
    feeds: Mapping[str, gtfs_kit.Feed]
    reports: Sequence[MatchReport] = ()
    added: Mapping[str, float] = field(default_factory=dict)
    joints_moved: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """All numbers by group: of the periods and of the rights."""
        rows = [row for period in self.periods for row in period.access.rows]
        return rows + list(self.rights.evidence.rows)


@dataclass(frozen=True)
class Judged:
    """What is made of travel times."""

    measures: Measures
    periods: Sequence[PeriodMeasured]
    reach: ReachOfRun
    rights: RightsEvidence


def judged(
    network: RunNetwork,
    times: Sequence[PeriodTimes],
    catalogues: list[RightsCatalogue],
    modes: Sequence[ModeReach],
    like: ReachOfRun | None = None,
) -> Judged:
    """Measure access and judge rights.

    Parameters
    ----------
    network : RunNetwork
        With its services already restricted to cells on the streets.
    times : sequence of PeriodTimes
        Travel times of the periods with data.
    modes : sequence of ModeReach
        What cells reach without transit.
    like : ReachOfRun, optional
        Of the base, whose walks of slow walkers serve again where they are the same.
    """
    inputs = network.inputs
    measures = measures_of(inputs, network.cells)
    limits = limits_of_network(network, catalogues)
    periods = measure_periods(inputs, measures, times, limits, Stage("measures", _untold, _untold))
    reach = ReachOfRun(
        inputs, network.cells, network.stops, measures, periods, modes, limits, network.threads
    )
    if like is not None:
        reach.with_walks_of(like)
    return Judged(measures, periods, reach, rights_evidence(catalogues, reach, measures.people))


def _untold(*_: int) -> None:
    """A what-if question moves no bar: it is answered in seconds."""


def limits_of_network(network: RunNetwork, catalogues: list[RightsCatalogue]) -> list[int]:
    """Return every limit of travel time that measures and rights ask for."""
    measures = measures_of(network.inputs, network.cells)
    return measures.limits_min(limits_of_rights(catalogues, measures.longest_min))


def times_of_period(network: RunNetwork, plan: PeriodPlan) -> tuple[PeriodTimes, Minutes | None]:
    """Compute one period at all its percentiles; the matrix itself where it may stay in memory."""
    inputs, cells, stops, threads = network
    travel = inputs.loaded.config.travel
    search = search_of_period(inputs, cells, stops, plan)
    n_cells = len(inputs.cells.ids)
    if len(travel.percentiles) * n_cells**2 > LARGEST_MATRIX_BYTES:
        ends = {min(travel.percentiles), max(travel.percentiles)} - {travel.percentile}
        further = {end: functools.partial(blocks_of_search, search, end, threads) for end in ends}
        used = functools.partial(blocks_of_search, search, travel.percentile, threads)
        return PeriodTimes(plan, used, further), None
    minutes = percentiles_of_network(batched_network(search), travel.percentiles, threads)
    if search.arrive_by:
        minutes = np.ascontiguousarray(minutes.transpose(0, 2, 1))
    return times_of_matrix(plan, minutes, travel.percentiles, travel.percentile), minutes


def times_of_matrix(
    plan: PeriodPlan, minutes: Minutes, percentiles: Sequence[int], percentile: int
) -> PeriodTimes:
    """Return a matrix in memory as the stages of a run read travel times."""
    at = {each: functools.partial(blocks_of, minutes[number]) for number, each in enumerate(percentiles)}
    ends = {min(percentiles), max(percentiles)} - {percentile}
    return PeriodTimes(plan, at[percentile], {end: at[end] for end in ends})

"""What is lost, and by whom, if a route or a street fails.

Each is taken away alone and access is computed anew, as a scenario would be; nobody reacts by other service.
Decided so:

K1. The loss of a cell is what it reaches at the headline with everything less what it reaches without; of a
    group it is summed over residents (*person-opportunities*). A cut may also bring gains; they stand apart.
K2. A right is lost where it was met, as it is written, and is no more.
K3. The poorest 40 % and the tenths are those of the run.
K4. Ranked by what all residents lose; equal losses share a rank and stand in order of what the poorest 40 %
    lose, then of id. A route that is not on the road when somebody of the headline's period may be travelling
    has no number and no rank.
K5. An interruption keeps what is done. What runs most is computed first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.collected_warnings import collected_warnings
from access.comparison_groups import residents_by_group
from access.criticality_elements import ROUTE, Element, chosen, routes_of_run, street_cuts
from access.errors import ResultError
from access.evaluated import Evaluated
from access.indicators import PeriodAccess
from access.progress import Progress
from access.rights import MET, UNMET
from access.rights_reach import ReachOfRun, as_written_only
from access.run_network import RunNetwork
from access.scenario import Scenario
from access.scenario_network import changed_network
from access.stage_measures import PeriodMeasured, headline_access
from access.stage_timetable import PeriodPlan
from access.travel_again import reach_again
from access.warm_run import WarmRun
from access.watch import Watch

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Reached(NamedTuple):
    """What one state of a city gives its residents."""

    access: Floats  # (n_study_cells,) at the headline; NaN: not snapped
    rights: Mapping[str, npt.NDArray[np.int8]]  # state of each right by cell


@dataclass(frozen=True)
class Failure:
    """One element and what its failure takes.

    Attributes
    ----------
    element : Element
        What fails.
    loss : array of float, shape (n_study_cells,), or None
        Opportunities fewer, negative where there are more; NaN where a state has no number. None: it does not
        run in the headline's period.
    off_streets : array of bool, shape (n_study_cells,)
        Cells that no longer join the streets.
    rights_lost : mapping of str to array of bool, shape (n_study_cells,)
        By right.
    """

    element: Element
    loss: Floats | None
    off_streets: Bools
    rights_lost: Mapping[str, Bools]


@dataclass(frozen=True)
class Criticality:
    """What was found, before it is ranked.

    Attributes
    ----------
    failures : sequence of Failure
        Those computed, in the order of computation.
    base : Reached
        With everything.
    groups : mapping of str to array of float, shape (n_study_cells,)
        Residents of each group by cell.
    cell_ids : sequence of str
        The study cells.
    n_asked : int
        Elements there are; more than ``failures`` after an interruption.
    """

    failures: Sequence[Failure]
    base: Reached
    groups: Mapping[str, Floats]
    cell_ids: Sequence[str]
    n_asked: int

    @property
    def interrupted(self) -> bool:
        """Whether elements are missing."""
        return len(self.failures) < self.n_asked


def criticality(
    warm: WarmRun,
    routes: Sequence[str] | None = None,
    streets: Sequence[Path] = (),
    *,
    progress: Progress | None = None,
) -> Criticality:
    """Compute the loss of each route and of each street cut.

    Parameters
    ----------
    warm : WarmRun
        The run; it stays as it is.
    routes : sequence of str, optional
        Ids of the routes looked at; default all.
    streets : sequence of Path
        Scenario files whose close-streets are looked at as well.
    progress : Progress, optional
        Shows how far it is.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If a route is unknown, a file cannot be used, or a cut meets no street.
    """
    inputs = warm.base.network.inputs
    plans = used_plans(warm)
    longest_min = inputs.loaded.config.travel.max_duration_min
    everything = routes_of_run(inputs.timetables, warm.feeds, plans, longest_min)
    elements = [*street_cuts(streets), *_busiest_first(chosen(everything, routes))]
    base = _reached_of(warm, warm.base)
    failures: list[Failure] = []
    with (progress or Progress(1, show_bar=False)).stage("criticality") as stage:
        try:
            for element in elements:
                failures.append(_failure(warm, plans, element, base))
                stage.advance(len(failures), len(elements))
        except KeyboardInterrupt:
            if not failures:
                raise
        stage.counts = {"computed": len(failures), "left": len(elements) - len(failures)}
    groups = residents_by_group(warm.base.measures.people)
    return Criticality(failures, base, groups, inputs.cells.study_ids, len(elements))


def _busiest_first(routes: Sequence[Element]) -> list[Element]:
    """Most vehicles first, so that an interruption keeps those that matter; on ties as in the feeds."""
    return sorted(routes, key=lambda route: -max(route.trips.values(), default=0))


def used_plans(warm: WarmRun) -> list[PeriodPlan]:
    """Return the periods with data that the headline and rights ask about, the headline's first."""
    headline = warm.base.network.inputs.loaded.config.measures.headline.period
    asked = {right.when for catalogue in warm.catalogues for right in catalogue.rights}
    plans = [period.plan for period in warm.base.periods]
    used = [plan for plan in plans if plan.config.name == headline or plan.config.kind in asked]
    return sorted(used, key=lambda plan: plan.config.name != headline)


def _failure(warm: WarmRun, plans: Sequence[PeriodPlan], element: Element, base: Reached) -> Failure:
    """Compute the city without an element."""
    nowhere = np.zeros(len(base.access), dtype=bool)
    headline = warm.base.network.inputs.loaded.config.measures.headline.period
    matters = element.runs_in(headline)
    if not any(element.runs_in(plan.config.name) for plan in plans):
        return Failure(element, None, nowhere, dict.fromkeys(base.rights, nowhere))
    if element.kind == ROUTE:
        reached = _without_route(warm, plans, element.scenario)
    else:
        reached = _reached_of(warm, warm.evaluate(element.scenario))
    off_streets = np.isfinite(base.access) & ~np.isfinite(reached.access)
    lost = {
        name: (state == MET) & (reached.rights[name] == UNMET)
        for name, state in base.rights.items()
        if name in reached.rights
    }
    return Failure(element, base.access - reached.access if matters else None, off_streets, lost)


def _without_route(warm: WarmRun, plans: Sequence[PeriodPlan], scenario: Scenario) -> Reached:
    """Travel again in the periods that count, at the run's percentile alone; other modes do not change."""
    network = changed_network(warm.base.network, warm.sources, scenario, Watch()).network
    measures = warm.base.measures
    found = reach_again(
        network.inputs, network.cells, network.stops, plans, measures.opportunities, warm.limits_min,
        network.threads,
    )  # fmt: skip
    blank = PeriodAccess({}, [], [])
    periods = [PeriodMeasured(plan, found[plan.config.name], blank, ()) for plan in plans]
    reach = ReachOfRun(
        network.inputs, network.cells, network.stops, measures, periods, warm.base.reach.modes,
        warm.limits_min, network.threads,
    )  # fmt: skip
    headline = network.inputs.loaded.config.measures.headline
    within = found[headline.period][headline.service].within[headline.cutoff_min][measures.study_rows]
    return Reached(np.where(measures.people.snapped, within, np.nan), _states(warm, reach))


def _reached_of(warm: WarmRun, evaluated: Evaluated) -> Reached:
    """Take what counts out of a state that was computed whole."""
    network: RunNetwork = evaluated.network
    where, access = headline_access(network.inputs, evaluated.periods)
    if access is None:
        raise ResultError(
            f"the headline of the run ({where['service']}, {where['period']}) has no data, so no loss can be "
            "told; choose another headline (measures.headline) and run the configuration again"
        )
    return Reached(access, _states(warm, evaluated.reach))


def _states(warm: WarmRun, reach: ReachOfRun) -> dict[str, npt.NDArray[np.int8]]:
    return {each.right.name: each.state for each in as_written_only(warm.catalogues, reach)}


def write_criticality(
    run_folder: Path,
    out: Path,
    routes: Sequence[str] | None = None,
    streets: Sequence[Path] = (),
    threads: int | None = None,
    *,
    show_bar: bool = False,
) -> list[str]:
    """Rank what may fail in a finished run and write tables, maps and pages; the run is only read.

    Parameters
    ----------
    run_folder : Path
        Of a finished run.
    out : Path
        Folder to write; an earlier result of this kind there is replaced, anything else refused.
    routes : sequence of str, optional
        Ids of the routes looked at; default all.
    streets : sequence of Path
        Scenario files whose close-streets are looked at as well.
    threads : int, optional
        Default all cores; results do not depend on it.
    show_bar : bool
        Show progress bars on standard error.

    Returns
    -------
    list of str
        Lines to print: the first of the ranking and where the rest is.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If the run, a route, a file or the folder cannot be used; nothing is written then.
    """
    from access.criticality_files import check_out, write_files
    from access.warm_run import load_run

    check_out(Path(out), Path(run_folder))
    street_cuts(streets)  # what is wrong with a file is said before the run is loaded
    warm = load_run(Path(run_folder), threads, show_bar=show_bar)
    with collected_warnings(warm.told):
        found = criticality(warm, routes, streets, progress=Progress(2, show_bar))
    return write_files(Path(out), warm, found)

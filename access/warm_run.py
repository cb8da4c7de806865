"""A finished run loaded again and kept warm: what-if questions are then answered in seconds.

Everything is read from the run's own inputs, which must be as they were, and its travel times from its
folder. A scenario is computed whole by the same stages as a run; only the walks between places that neither
move nor have other streets, and the travel times that no timetable or walk of theirs touches, are taken over.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from access.collected_warnings import collected_warnings
from access.compile_notice import tell_if_compiling
from access.config import RunConfig
from access.config_file import LoadedConfig, load_config
from access.config_modes import ModeConfig
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import ResultError
from access.evaluated import (
    LARGEST_MATRIX_BYTES,
    Evaluated,
    judged,
    limits_of_network,
    times_of_matrix,
    times_of_period,
)
from access.manifest import missing_inputs
from access.matrix_reader import each_block, read_matrix, read_travel_times
from access.pipeline import join_streets
from access.progress import Progress
from access.results import read_manifest
from access.rights_catalogue import RightsCatalogue
from access.run_network import RunNetwork
from access.scenario import Scenario
from access.stage_inputs import Inputs, Sources, read_with_sources
from access.stage_measures import PeriodTimes
from access.stage_modes import ModeReach, minutes_of_mode, mode_networks, mode_reach
from access.stage_rights import catalogues_of
from access.stage_timetable import PeriodPlan
from access.watch import Watch

if TYPE_CHECKING:
    from access.planned_feeds import Planned

N_STAGES = 8
STEPS = ("changes", "timetable", "walks", "travel times", "modes", "measures")
"""What ``WarmRun.evaluate`` does, in this order."""


@dataclass(frozen=True)
class WarmRun:
    """A run in memory.

    Attributes
    ----------
    folder : Path or None
        Of the run; None where it was computed from a configuration for the purpose.
    manifest : dict
        Of the run; empty without a folder.
    base : Evaluated
        The city as it is.
    sources : Sources
        Feeds and tables as their files give them.
    modes : mapping of str to array of uint8, shape (n_cells, n_cells)
        Travel times without transit.
    told : sequence of str
        Warnings of its run and of reading it again; a comparison repeats none of them.
    """

    folder: Path | None
    manifest: Mapping[str, Any]
    base: Evaluated
    catalogues: list[RightsCatalogue]
    sources: Sources
    modes: Mapping[str, Minutes]
    told: Sequence[str]

    @property
    def feeds(self) -> Mapping[str, Any]:
        """Timetables of the base."""
        return self.sources.feeds

    @property
    def limits_min(self) -> Sequence[int]:
        """Every limit of travel time that what is reached is kept for."""
        return self.base.reach.limits_min

    def evaluate(
        self, scenario: Scenario, *, watch: Watch | None = None, planned: Planned | None = None
    ) -> Evaluated:
        """Compute a scenario; the run and its folder stay as they are.

        Parameters
        ----------
        scenario : Scenario
        watch : Watch, optional
            Told each of ``STEPS`` when it is done; it may end the computation by raising ``Cancelled``.
        planned : mapping of str to gtfs_kit.Feed, optional
            Timetables in place of those of the run, by name (``access.planned_feeds``); the modifications of
            the scenario act on them.

        Raises
        ------
        AccessError, gtfs.errors.FeedError
            If a modification fits nothing in this city, or contradicts another; with every problem found.
        Cancelled
            If ``watch`` raises it.
        """
        from access.scenario_network import changed_network

        watch = watch or Watch()
        changed = changed_network(self.base.network, self.sources, scenario, watch, planned)
        network = changed.network
        plans = [period.plan for period in self.base.periods]
        travelled: list[tuple[PeriodTimes, Minutes | None]]
        if changed.travels:
            travelled = [times_of_period(network, plan) for plan in plans]
        else:
            travelled = [self._times_of_base(plan) for plan in plans]
        watch.lap("travel times")
        modes = self._modes(network, streets=changed.streets, points=changed.points)
        watch.lap("modes")
        times = [each for each, _ in travelled]
        found = judged(network, times, self.catalogues, modes, self.base.reach)
        watch.lap("measures")
        return Evaluated(
            name=scenario.name.model_dump(),
            network=network,
            measures=found.measures,
            times=_kept(plans, travelled),
            periods=found.periods,
            reach=found.reach,
            rights=found.rights,
            feeds=changed.feeds,
            reports=changed.reports,
            added=changed.added,
            joints_moved=changed.joints_moved,
            seconds=watch.seconds,
        )

    def _times_of_base(self, plan: PeriodPlan) -> tuple[PeriodTimes, Minutes | None]:
        travel = self.base.network.inputs.loaded.config.travel
        minutes = self.base.times.get(plan.config.name)
        if minutes is None:
            return _times_in_folder(self.folder, plan, travel.percentiles, travel.percentile), None
        return times_of_matrix(plan, minutes, travel.percentiles, travel.percentile), minutes

    def _modes(self, network: RunNetwork, *, streets: bool, points: bool) -> list[ModeReach]:
        """Return what cells reach without transit; anew where cells moved, or on foot where streets changed.

        Roads of bicycles and cars are those of the run whatever a scenario does to streets for walking.
        """
        inputs = network.inputs
        modes = inputs.loaded.config.modes
        anew = modes if points else [mode for mode in modes if streets and mode.on_usual_streets]
        minutes = {**self.modes, **_mode_minutes(inputs, network.threads, anew)}
        return _mode_reaches(network, minutes, self.catalogues)


def load_run(folder: Path, threads: int | None = None, *, show_bar: bool = False) -> WarmRun:
    """Load a finished run from its folder.

    Parameters
    ----------
    folder : Path
        Of a run by our own engine.
    threads : int, optional
        Threads to compute scenarios with; default all cores. Results do not depend on it.

    Raises
    ------
    ResultError
        If the folder is no finished run, another engine computed it, or an input is gone or has changed.
    """
    tell_if_compiling()
    folder = Path(folder)
    manifest = read_manifest(folder)
    _check(folder, manifest)
    loaded = LoadedConfig(
        RunConfig.model_validate(manifest["config"]),
        Path(manifest["config_file"]),
        Path(manifest["data_folder"]),
    )
    return _warm(loaded, folder, manifest, threads, show_bar)


def warm_from_config(config_file: Path, threads: int | None = None, *, show_bar: bool = False) -> WarmRun:
    """Compute the base of a configuration in memory, without a run folder."""
    tell_if_compiling()
    return _warm(load_config(Path(config_file)), None, {}, threads, show_bar)


def _check(folder: Path, manifest: Mapping[str, Any]) -> None:
    again = "run the configuration again and name the new folder"
    if "config" not in manifest or "network_cache" not in manifest:
        raise ResultError(f"{folder}: is no run (its manifest holds no configuration); {again}")
    engine = manifest["config"].get("travel", {}).get("engine", "fairreach")
    if engine != "fairreach":
        raise ResultError(
            f"{folder}: was computed by {engine}; scenarios need travel times of `engine: fairreach`: {again}"
        )
    problems = missing_inputs(manifest)
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise ResultError(f"{folder}: its inputs are not as they were:{lines}\nPut them back, or {again}")


def _warm(
    loaded: LoadedConfig,
    folder: Path | None,
    manifest: Mapping[str, Any],
    threads: int | None,
    show_bar: bool,
) -> WarmRun:
    progress, watch = Progress(N_STAGES, show_bar), Watch()
    with collected_warnings(manifest.get("warnings")) as told:
        inputs, sources = read_with_sources(loaded, progress)
        catalogues = catalogues_of(inputs)
        cells, stops = join_streets(inputs, progress, threads)
        inputs = replace(inputs, services=inputs.services.on_streets(cells.snapped))
        network = RunNetwork(inputs, cells, stops, threads)
        plans = [plan for plan in inputs.timetables.plans if plan.has_data]
        with progress.stage("travel times") as stage:
            travelled = []
            for number, plan in enumerate(plans):
                travelled.append(_travelled(network, folder, plan))
                stage.advance(number + 1, len(plans))
        modes = _mode_minutes(inputs, threads) if folder is None else _modes_in_folder(inputs, folder)
        reached = _mode_reaches(network, modes, catalogues)
        found = judged(network, [times for times, _ in travelled], catalogues, reached)
        watch.lap("loaded")
    base = Evaluated(
        name=loaded.config.name.model_dump(),
        network=network,
        measures=found.measures,
        times=_kept(plans, travelled),
        periods=found.periods,
        reach=found.reach,
        rights=found.rights,
        feeds=sources.feeds,
        seconds=watch.seconds,
    )
    known = [*manifest.get("warnings", ()), *told]
    return WarmRun(folder, manifest, base, catalogues, sources, modes, known)


def _travelled(
    network: RunNetwork, folder: Path | None, plan: PeriodPlan
) -> tuple[PeriodTimes, Minutes | None]:
    """Read a period from the folder of the run, or compute it."""
    if folder is None:
        return times_of_period(network, plan)
    travel, ids = network.inputs.loaded.config.travel, network.inputs.cells.ids
    if len(travel.percentiles) * len(ids) ** 2 > LARGEST_MATRIX_BYTES:
        return _times_in_folder(folder, plan, travel.percentiles, travel.percentile), None
    minutes = read_matrix(_times_folder(folder, plan), ids, percentiles=travel.percentiles)
    return times_of_matrix(plan, minutes, travel.percentiles, travel.percentile), minutes


def _times_in_folder(
    folder: Path | None, plan: PeriodPlan, percentiles: Sequence[int], percentile: int
) -> PeriodTimes:
    if folder is None:
        raise ResultError("travel times of this size need a run folder: run the configuration first")
    place = _times_folder(folder, plan)
    ends = {min(percentiles), max(percentiles)} - {percentile}
    further = {end: functools.partial(each_block, place, end) for end in ends}
    return PeriodTimes(plan, functools.partial(each_block, place, percentile), further)


def _times_folder(folder: Path, plan: PeriodPlan) -> Path:
    return folder / "travel_times" / f"{plan.config.name}.parquet"


def _kept(
    plans: Sequence[PeriodPlan], travelled: Sequence[tuple[PeriodTimes, Minutes | None]]
) -> dict[str, Minutes]:
    """Return the matrices that stay in memory, read-only."""
    kept = {}
    for plan, (_, minutes) in zip(plans, travelled, strict=True):
        if minutes is not None:
            minutes.flags.writeable = False
            kept[plan.config.name] = minutes
    return kept


def _mode_minutes(
    inputs: Inputs, threads: int | None, modes: Sequence[ModeConfig] | None = None
) -> dict[str, Minutes]:
    networks = mode_networks(inputs, modes) if modes is None or modes else []
    return {each.config.name: minutes_of_mode(inputs, each, threads)[0] for each in networks}


def _mode_reaches(
    network: RunNetwork, minutes: Mapping[str, Minutes], catalogues: list[RightsCatalogue]
) -> list[ModeReach]:
    """Return what cells reach by each mode of the configuration."""
    inputs = network.inputs
    limits = limits_of_network(network, catalogues)
    return [mode_reach(mode, inputs, minutes[mode.name], limits) for mode in inputs.loaded.config.modes]


def _modes_in_folder(inputs: Inputs, folder: Path) -> dict[str, Minutes]:
    """Read the matrices of travel without transit back."""
    row = {name: number for number, name in enumerate(inputs.cells.ids)}
    found = {}
    for mode in inputs.loaded.config.modes:
        pairs = read_travel_times(folder / "travel_times" / f"{mode.name}.parquet")
        minutes = np.full((len(row), len(row)), UNREACHED_MIN, np.uint8)
        origin, destination = (
            pairs[column].cat.categories.map(row).to_numpy()[pairs[column].cat.codes]
            for column in ("from_id", "to_id")
        )
        minutes[origin, destination] = pairs["travel_time"].to_numpy(np.uint8, na_value=UNREACHED_MIN)
        found[mode.name] = minutes
    return found

"""One run from configuration to run folder: the stages in order, and what passes between them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path

from access.collected_warnings import collected_warnings
from access.compile_notice import tell_if_compiling
from access.config_file import LoadedConfig, load_config
from access.datasets import check_cache
from access.engines import r5_engine
from access.matrix_reader import blocks_of
from access.progress import Progress
from access.r5_run import find_r5
from access.results import add_to_manifest, check_target, new_run_folder, write_travel_times
from access.run_estimate import estimate_record, run_estimate
from access.run_lock import only_run
from access.run_network import RunNetwork
from access.snapping import SNAPPED, Snap, SnapReport
from access.stage_evidence import N_STAGES as N_STAGES_EVIDENCE
from access.stage_evidence import gather_evidence
from access.stage_inputs import Inputs, read_inputs
from access.stage_measures import PeriodTimes, measure_periods, measures_of
from access.stage_modes import ModeNetwork, ModeReach, ModeRecord, mode_networks, mode_times
from access.stage_network import SnappedCells, SnappedStops, cell_walks, snap_cells, snap_stops, stop_walks
from access.stage_results import write_run
from access.stage_rights import catalogues_of, limits_of_rights
from access.stage_travel_times import (
    LargeWork,
    StreamedPeriod,
    advance_of_period,
    check_large_work,
    keep_finished,
    stream_period,
    unfinished_folder,
)

N_STAGES_READ = 6
N_STAGES_RUN = 9 + N_STAGES_EVIDENCE


@dataclass(frozen=True)
class FinishedRun:
    """Where a run was written and what it warned of."""

    folder: Path
    warnings: list[str]


def run(
    config_file: Path,
    *,
    out: Path | None = None,
    threads: int | None = None,
    max_memory_bytes: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    with_report: bool = True,
    show_bar: bool = True,
) -> FinishedRun:
    """Compute everything that a configuration describes and write one run folder.

    Parameters
    ----------
    config_file : Path
        See ``configs/README.md``.
    out : Path, optional
        Run folder, instead of ``results.folder`` of the configuration.
    threads : int, optional
        Threads to compute with; default all cores. Results do not depend on it.
    max_memory_bytes : int, optional
        Travel times are computed so that the process should stay below.
    scheduler : str, optional
        Address of a Dask scheduler whose workers compute the travel times.
    resume : bool
        Whether an earlier run must have left travel times to go on with. They are used anyway where inputs
        and options are the same; this makes it an error where they are not.
    with_report : bool
        Also draw the maps and write the report; without it the folder holds the tables alone.
    show_bar : bool
        Show a progress bar on standard error.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If an input cannot be used; nothing is written then.
    """
    tell_if_compiling()
    progress = Progress(N_STAGES_RUN, show_bar)
    with collected_warnings() as told:
        loaded = load_config(config_file)
        if loaded.config.travel.engine == "r5":
            find_r5(loaded)  # what is missing is said before anything is read
        folder = (out or Path(loaded.config.results.folder)).expanduser()
        check_target(folder)
        check_cache()
        work = LargeWork(threads, max_memory_bytes, scheduler, resume)
        with only_run(unfinished_folder(folder), folder):
            check_large_work(folder, work, loaded.config.travel.engine)
            _compute(loaded, folder, work, progress, told, with_report=with_report)
    return FinishedRun(folder, told)


def _compute(
    loaded: LoadedConfig,
    folder: Path,
    work: LargeWork,
    progress: Progress,
    told: list[str],
    *,
    with_report: bool,
) -> None:
    """Read the inputs, compute everything and put the run folder in its place."""
    inputs = read_inputs(loaded, progress)
    catalogues = catalogues_of(inputs)
    cells, stops = join_streets(inputs, progress, work.threads)
    inputs = replace(inputs, services=inputs.services.on_streets(cells.snapped))
    networks = mode_networks(inputs)
    progress.n_stages += bool(networks)
    estimate = run_estimate(inputs, cells, stops, networks, folder, work)
    work = replace(work, later_bytes=estimate.later_bytes)
    with new_run_folder(folder) as partial:
        if loaded.config.travel.engine == "r5":
            periods = _r5_travel_times(inputs, cells, partial, progress, work.threads)
        else:
            periods, streamed = _streamed_travel_times(inputs, cells, stops, folder, progress, work)
        measures = measures_of(inputs, cells)
        limits = measures.limits_min(limits_of_rights(catalogues, measures.longest_min))
        modes, by_mode = _modes(inputs, networks, partial, progress, work.threads, limits)
        with progress.stage("measures") as stage:
            measured = measure_periods(inputs, measures, periods, limits, stage)
        network = RunNetwork(inputs, cells, stops, work.threads)
        evidence = gather_evidence(
            network, measures, periods, measured, by_mode, catalogues, limits, progress
        )
        with progress.stage("results") as stage:
            stage.counts = write_run(
                partial,
                inputs,
                cells,
                stops,
                measured,
                evidence,
                progress,
                told,
                modes,
                with_report=with_report,
            )
        if loaded.config.travel.engine != "r5":
            keep_finished(folder, partial, streamed)
        add_to_manifest(
            partial,
            estimate=estimate_record(estimate, partial / "travel_times"),
            seconds_by_stage=progress.seconds,
            counts=progress.counts,
        )


def check(config_file: Path, *, show_bar: bool = True) -> list[str]:
    """Read and check every input of a configuration; compute and write nothing.

    Returns
    -------
    list of str
        What was found, in lines; the last says that the configuration can run.
    """
    progress = Progress(N_STAGES_READ, show_bar)
    with collected_warnings() as told:
        loaded = load_config(config_file)
        if loaded.config.travel.engine == "r5":
            find_r5(loaded)
        check_target(Path(loaded.config.results.folder).expanduser())
        check_cache()
        inputs = read_inputs(loaded, progress)
        catalogues_of(inputs)
        with progress.stage("network") as stage:
            cells, cell_report = _snap_cells(inputs)
            _, stop_report = _snap_stops(inputs)
            inputs.services.on_streets(cells.state == SNAPPED)
            stage.counts = {"cells on the streets": cell_report.n_snapped}
    lines = [line for report in inputs.timetables.reports.values() for line in report.summary().splitlines()]
    lines += [share.summary() for share in inputs.timetables.shares]
    lines += [f"{plan.config.name}: {plan.summary()}" for plan in inputs.timetables.plans]
    lines += [inputs.street_report.summary(), cell_report.summary(), stop_report.summary()]
    lines += [f"{network.config.name}: {network.rules}" for network in mode_networks(inputs)]
    lines += [f"Warning: {text}" for text in told]
    return [*lines, f"{config_file}: can run"]


def _snap_cells(inputs: Inputs) -> tuple[Snap, SnapReport]:
    points = inputs.cells.points
    return snap_cells(inputs.streets, points.lon, points.lat, inputs.loaded.config.max_snap_m)


def _snap_stops(inputs: Inputs) -> tuple[Snap, SnapReport]:
    schedule = inputs.timetables.any_schedule()
    return snap_stops(inputs.streets, schedule, inputs.loaded.config.max_snap_m)


def join_streets(
    inputs: Inputs, progress: Progress, threads: int | None
) -> tuple[SnappedCells, SnappedStops]:
    """Join cells and stops to the streets and find the walks between them."""
    config = inputs.loaded.config
    with progress.stage("network") as stage:
        cells = cell_walks(inputs.streets, _snap_cells(inputs), config.travel, threads)
        schedule = inputs.timetables.any_schedule()
        stops = stop_walks(inputs.streets, cells, _snap_stops(inputs), config.travel, threads, schedule)
        stage.counts = {
            "cells on the streets": cells.report.n_snapped,
            "stops on the streets": stops.report.n_snapped,
            "walks between stops": len(stops.footpaths.target),
            "walks between cells and stops": len(stops.access.target),
        }
    return cells, stops


def _r5_travel_times(
    inputs: Inputs,
    cells: SnappedCells,
    folder: Path,
    progress: Progress,
    threads: int | None,
) -> list[PeriodTimes]:
    """Let R5 compute the matrix of each period with data; write it, and return what the measures use."""
    travel = inputs.loaded.config.travel
    ids = inputs.cells.ids
    used = travel.percentiles.index(travel.percentile)
    plans = [plan for plan in inputs.timetables.plans if plan.has_data]
    periods = []
    (folder / "travel_times").mkdir()
    with progress.stage("travel times") as stage:
        n_pairs, done = 0, 0

        def advance(n_origins: int) -> None:
            nonlocal done
            done += n_origins
            stage.advance(done, len(ids) * len(plans))

        compute = r5_engine(inputs, cells, threads)
        for plan in plans:
            matrix = compute(plan, advance)
            path = folder / "travel_times" / f"{plan.config.name}.parquet"
            n_pairs += write_travel_times(path, ids, ids, matrix, travel.percentiles)
            used_minutes = matrix[used].copy()  # lets go of the other percentiles
            periods.append(PeriodTimes(plan, functools.partial(blocks_of, used_minutes)))
        stage.counts = {"periods": len(plans), "pairs reached": n_pairs}
    return periods


def _streamed_travel_times(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    run_folder: Path,
    progress: Progress,
    work: LargeWork,
) -> tuple[list[PeriodTimes], list[StreamedPeriod]]:
    """Compute the matrix of each period with data part by part; return how to read and to keep each."""
    plans = [plan for plan in inputs.timetables.plans if plan.has_data]
    streamed = []
    with progress.stage("travel times") as stage:
        n_pairs = 0
        for number, plan in enumerate(plans):
            told = advance_of_period(stage, number, len(plans))
            streamed.append(stream_period(inputs, cells, stops, plan, run_folder, work, told))
            n_pairs += streamed[-1].n_pairs
        stage.counts = {"periods": len(plans), "pairs reached": n_pairs}
    travel = inputs.loaded.config.travel
    ends = {min(travel.percentiles), max(travel.percentiles)} - {travel.percentile}
    periods = [
        PeriodTimes(plan, period.blocks, {end: functools.partial(period.blocks_at, end) for end in ends})
        for plan, period in zip(plans, streamed, strict=True)
    ]
    return periods, streamed


def _modes(
    inputs: Inputs,
    networks: list[ModeNetwork],
    folder: Path,
    progress: Progress,
    threads: int | None,
    limits_min: list[int],
) -> tuple[list[ModeRecord], list[ModeReach]]:
    """Compute and write travel times without transit, where the configuration names any."""
    if not networks:
        return [], []
    (folder / "travel_times").mkdir(exist_ok=True)
    with progress.stage("modes") as stage:
        modes, reached = mode_times(inputs, networks, folder, threads, stage, limits_min)
        stage.counts = {f"pairs by {mode.name}": mode.pairs_reached for mode in modes}
    return modes, reached

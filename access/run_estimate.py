"""What a whole run takes in memory and disk, worked out once before its travel times are computed.

Memory that one stage is done with mostly stays with the process (allocators keep it), so the stages are
added up: what was read, travel times (``access.memory``), measures, map and report. The modes without
transit, whose matrices are held whole and given back, count where they take more than travel times and
measures.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from access.batches import batched_network
from access.engine.simd import BATCH_WIDTH
from access.errors import AccessError, ResultError
from access.matrix_reader import BATCHES_A_BLOCK
from access.memory import Estimate, as_size, disk_bytes_of, peak_memory_bytes, planned
from access.search import PreparedSearch, usable_cpus
from access.stage_inputs import Inputs
from access.stage_modes import ModeNetwork
from access.stage_network import SnappedCells, SnappedStops
from access.stage_travel_times import LargeWork, search_of_period, unfinished_folder

logger = logging.getLogger(__name__)

READ_BYTES, READ_PAIR_BYTES = 32 * 2**20, 64
"""For measures: reading Parquet at all, and each pair of a batch with its columns and positions."""

CELL_SERVICE_BYTES = 255 * 8
"""For each cell and service while an arrive-by matrix is reduced (``access.reach_of_cells``)."""

REPORT_BYTES, REPORT_CELL_BYTES = 40 * 2**20, 2_000
"""Tables, maps and report; measured: 12, 39 and 46 MiB with 1,227, 1,588 and 10,218 cells."""

COLUMNS_OF_RIGHTS = 100
"""About so many numbers by cell of rights, baskets, penalties and supply."""

INDICES_OF_A_COLUMN = 45
"""About so many indices by group that draws give of each number."""

MODE_PAIR_BYTES = 1.3
"""On disk, for a pair of a mode without transit; measured: 1.18 (1,588 cells) to 1.26 (1,227)."""

LEAST_SHARE_OF_DISK = 0.1
"""A run is refused when the disk has room for less than this share of all pairs; measured runs reached 0.20
(demo city of 10,218 cells), 0.28 (of 1,588) and 0.96 (Porto Alegre, 1,227) of all pairs."""


class RunEstimate(NamedTuple):
    """What a run takes, in bytes."""

    memory_bytes: int  # most memory of the process
    later_bytes: int  # of it for the stages after the travel times
    disk_bytes: int  # still to be written, at most: as if every pair were reached
    free_disk_bytes: int
    threads: int

    def summary(self) -> str:
        """Return one line for people."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"about {as_size(self.memory_bytes)} of memory with {threads}, at most "
            f"{as_size(self.disk_bytes)} on disk, where {as_size(self.free_disk_bytes)} are free"
        )


def run_estimate(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    networks: Sequence[ModeNetwork],
    run_folder: Path,
    work: LargeWork,
) -> RunEstimate:
    """Estimate a run, log it, and refuse what cannot be done.

    Raises
    ------
    AccessError
        A part does not fit ``work.max_memory_bytes``.
    ResultError
        The disk is too small.
    """
    in_use = psutil.Process().memory_info().rss
    plans = [plan for plan in inputs.timetables.plans if plan.has_data]
    n_cells = len(inputs.cells.ids)
    report_bytes = REPORT_BYTES + n_cells * REPORT_CELL_BYTES
    later_bytes = _measures_bytes(inputs) + _ranges_bytes(inputs) + report_bytes
    work = replace(work, later_bytes=later_bytes)
    if inputs.loaded.config.travel.engine == "r5":
        memory_bytes, threads = _with_r5(inputs, in_use) + later_bytes, work.threads or usable_cpus()
    else:
        takes = [_takes(search_of_period(inputs, cells, stops, plan), inputs, work) for plan in plans]
        memory_bytes = max((one.memory_bytes for one in takes), default=in_use)
        threads = max((one.threads for one in takes), default=1)
    if networks:
        with_modes = in_use + n_cells**2 + report_bytes
        _check_modes(with_modes, work.max_memory_bytes)
        memory_bytes = max(memory_bytes, with_modes)
    n_percentiles = len(inputs.loaded.config.travel.percentiles)
    disk_bytes = len(plans) * disk_bytes_of(n_cells**2, n_percentiles)
    disk_bytes += int(len(networks) * MODE_PAIR_BYTES * n_cells**2)
    there = unfinished_folder(run_folder).glob("*.parquet")
    found = RunEstimate(
        memory_bytes=max(memory_bytes, peak_memory_bytes() or 0),
        later_bytes=later_bytes,
        disk_bytes=max(0, disk_bytes - sum(map(folder_bytes, there))),
        free_disk_bytes=_free_bytes(run_folder),
        threads=threads,
    )
    logger.info("estimate: %s", found.summary())
    _check_disk(found, run_folder)
    installed = psutil.virtual_memory().total
    if found.memory_bytes > installed:
        logger.warning(
            "this machine has %s of memory, less than the run takes: limit it with --max-memory or --threads",
            as_size(installed),
        )
    return found


def estimate_record(found: RunEstimate, written: Path) -> dict[str, Any]:
    """Return what the manifest says: the estimate and what was measured when the run was finished."""
    return {
        **found._asdict(),
        "measured_memory_bytes": peak_memory_bytes(),
        "measured_disk_bytes": folder_bytes(written),
    }


def folder_bytes(folder: Path) -> int:
    """Return how much lies in a folder; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _takes(search: PreparedSearch, inputs: Inputs, work: LargeWork) -> Estimate:
    return planned(
        batched_network(search),
        len(inputs.loaded.config.travel.percentiles),
        threads=work.threads or usable_cpus(),
        max_memory_bytes=work.max_memory_bytes,
        later_bytes=work.later_bytes,
    )


def _with_r5(inputs: Inputs, in_use: int) -> int:
    """Memory beside that of R5: all percentiles of one period, and one percentile of every period."""
    n_matrices = len(inputs.loaded.config.travel.percentiles) + len(inputs.timetables.plans)
    return in_use + n_matrices * len(inputs.cells.ids) ** 2


def _measures_bytes(inputs: Inputs) -> int:
    n_cells = len(inputs.cells.ids)
    reading = n_cells * BATCH_WIDTH * (BATCHES_A_BLOCK + READ_PAIR_BYTES)
    arrive_by = any(plan.config.arrive_by for plan in inputs.timetables.plans)
    return READ_BYTES + reading + arrive_by * n_cells * len(inputs.services.known()) * CELL_SERVICE_BYTES


def _ranges_bytes(inputs: Inputs) -> int:
    """Numbers by cell under every realisation of the travel times, copied twice, and their draws."""
    config = inputs.loaded.config
    if config.uncertainty is None:
        return 0
    n_services = len(inputs.services.known())
    of_a_period = n_services * (2 + len(config.measures.cutoffs_min) * (1 + len(config.modes)))
    n_columns = len(inputs.timetables.plans) * of_a_period + COLUMNS_OF_RIGHTS
    n_copies = 2 * (2 + config.uncertainty.travel_realisations)
    indices = config.uncertainty.draws * n_columns * INDICES_OF_A_COLUMN * 8
    return n_copies * len(inputs.cells.ids) * n_columns * 8 + indices


def _check_modes(with_modes: int, max_memory_bytes: int | None) -> None:
    """Refuse modes that do not fit; travel times adapt or refuse by themselves."""
    if max_memory_bytes is not None and with_modes > max_memory_bytes:
        raise AccessError(
            f"--max-memory is {as_size(max_memory_bytes)}, but the modes without transit need "
            f"{as_size(with_modes)}: allow that much, leave `modes` out, or take fewer cells"
        )


def _check_disk(found: RunEstimate, run_folder: Path) -> None:
    if found.free_disk_bytes < LEAST_SHARE_OF_DISK * found.disk_bytes:
        raise ResultError(
            f"{run_folder}: the travel times take up to {as_size(found.disk_bytes)}, but only "
            f"{as_size(found.free_disk_bytes)} are free on that disk: make room, name a folder on another "
            "disk with --out, or ask for fewer cells, periods or percentiles"
        )
    if found.free_disk_bytes < found.disk_bytes:
        logger.warning(
            "%s: the disk may be too small: up to %s are written and %s are free; a run that fills the disk "
            "stops, and goes on from there when there is room",
            run_folder,
            as_size(found.disk_bytes),
            as_size(found.free_disk_bytes),
        )


def _free_bytes(run_folder: Path) -> int:
    nearest = next(place for place in run_folder.absolute().parents if place.exists())
    return shutil.disk_usage(nearest).free

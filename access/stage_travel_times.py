"""Travel times of a run, period by period: kept where a killed run left them until all are there.

While a run computes, its travel times lie in ``RUN_FOLDER.unfinished`` beside the run folder, one folder a
period (``access.matrix_stream``). A later run with the same inputs and options goes on with what is there;
when it is finished the folders move into the run folder.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.chunk_differences import manifest_differences
from access.chunk_record import WRITER, read_chunk_manifest
from access.config import TravelConfig
from access.errors import AccessError, ResultError
from access.matrix_reader import MatrixBlock, each_block
from access.matrix_stream import stream_travel_times
from access.progress import Stage
from access.search import PreparedSearch, prepare_search
from access.stage_inputs import Inputs
from access.stage_network import SnappedCells, SnappedStops
from access.stage_timetable import PeriodPlan

logger = logging.getLogger(__name__)

Advance = Callable[[int, int], object]


@dataclass(frozen=True)
class LargeWork:
    """How a run does large work; nothing here changes a result.

    ``resume`` insists on what an earlier run left: without it, what was begun with other inputs or options is
    dropped; with it, that is an error which says what differs. ``later_bytes`` is the memory that the stages
    after the travel times take (``access.run_estimate``).
    """

    threads: int | None = None
    max_memory_bytes: int | None = None
    scheduler: str | None = None
    resume: bool = False
    later_bytes: int = 0


@dataclass(frozen=True)
class StreamedPeriod:
    """Travel times of one period that lie in a folder."""

    folder: Path
    n_pairs: int  # reached at any percentile
    percentile: float  # that the measures use
    manifest: Mapping[str, Any]  # of the folder, as this run wrote it

    def blocks(self) -> Iterator[MatrixBlock]:
        """Read that percentile part by part."""
        return self.blocks_at(self.percentile)

    def blocks_at(self, percentile: float) -> Iterator[MatrixBlock]:
        """Read another percentile part by part."""
        return each_block(self.folder, percentile)


def unfinished_folder(run_folder: Path) -> Path:
    """Return where the travel times of a run lie until all are there."""
    return run_folder.with_name(f"{run_folder.name}.unfinished")


def check_large_work(run_folder: Path, work: LargeWork, engine: str) -> None:
    """Refuse early what cannot be done: other work than ours in parts, or going on where nothing was begun.

    Raises
    ------
    AccessError, ResultError
        Naming the options, or the place looked at.
    """
    asked = {
        "--max-memory": work.max_memory_bytes is not None,
        "--scheduler": work.scheduler is not None,
        "--resume": work.resume,
    }
    names = [name for name, given in asked.items() if given]
    if names and engine == "r5":
        raise AccessError(f"{', '.join(names)}: not with `engine: r5`, which computes a period as a whole")
    unfinished = unfinished_folder(run_folder)
    if work.resume and not any(unfinished.glob("*.parquet")):
        raise ResultError(
            f"--resume: no earlier run left anything in {unfinished}; run without --resume, or name the "
            "same run folder"
        )


def advance_of_period(stage: Stage, number: int, n_periods: int) -> Advance:
    """Return what moves the bar of all periods as one of them goes on."""
    begun = False

    def advance(done: int, total: int) -> None:
        nonlocal begun
        tell = stage.advance if begun else stage.begin_at
        begun = True
        tell(number * total + done, n_periods * total)

    return advance


def stream_period(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    plan: PeriodPlan,
    run_folder: Path,
    work: LargeWork,
    advance: Advance,
) -> StreamedPeriod:
    """Compute one period into the unfinished folder, or go on with it."""
    travel = inputs.loaded.config.travel
    folder = unfinished_folder(run_folder) / f"{plan.config.name}.parquet"
    manifest = stream_travel_times(
        search_of_period(inputs, cells, stops, plan),
        folder,
        from_ids=inputs.cells.ids,
        to_ids=inputs.cells.ids,
        percentiles=travel.percentiles,
        threads=work.threads,
        max_memory_bytes=work.max_memory_bytes,
        later_bytes=work.later_bytes,
        scheduler=work.scheduler,
        start_over=not work.resume,
        made_with=travel_options(travel, plan),
        progress=advance,
    )
    return StreamedPeriod(folder, manifest["n_rows"], travel.percentile, manifest)


def travel_options(travel: TravelConfig, plan: PeriodPlan) -> dict[str, object]:
    """Return the options on which the travel times of a period depend, under their names in the file."""
    names = ("walk_speed_km_h", "max_walk_min", "max_transfer_walk_min", "boarding_slack_s", "max_rides")
    period = plan.config
    return {
        **{name: getattr(travel, name) for name in (*names, "max_duration_min", "step_free", "percentiles")},
        "service_date": plan.service_date.isoformat(),
        "departure_start": period.departure_start,
        "arrival_start": period.arrival_start,
        "departure_window_min": period.departure_window_min,
    }


def search_of_period(
    inputs: Inputs, cells: SnappedCells, stops: SnappedStops, plan: PeriodPlan
) -> PreparedSearch:
    """Return the search of one period between all cells."""
    travel = inputs.loaded.config.travel
    return prepare_search(
        inputs.timetables.schedules[plan.service_date].timetable,
        access=stops.access,
        footpaths=stops.footpaths,
        egress=stops.egress,
        direct=cells.direct,
        n_destinations=len(inputs.cells.ids),
        departure_start_s=plan.config.start_s,
        departure_window_min=plan.config.departure_window_min,
        max_duration_min=travel.max_duration_min,
        boarding_slack_s=travel.boarding_slack_s,
        max_rides=travel.max_rides,
        arrive_by=plan.config.arrive_by,
    )


def keep_finished(run_folder: Path, partial: Path, periods: Sequence[StreamedPeriod]) -> None:
    """Move the folders of these periods into the run folder that is being written; drop those of others.

    Raises
    ------
    ResultError
        What lies in a folder is not what this run wrote there; nothing is moved then.
    """
    for period in periods:
        _refuse_changed(period)
    target = partial / "travel_times"
    target.mkdir(exist_ok=True)
    for period in periods:
        period.folder.rename(target / period.folder.name)
    for left in unfinished_folder(run_folder).iterdir():
        if left.is_dir():
            logger.warning("%s: thrown away; this run computes no period of that name", left)
            shutil.rmtree(left, ignore_errors=True)
        elif left.name != WRITER:  # the lock, held until the run folder is in its place
            left.unlink(missing_ok=True)


def _refuse_changed(period: StreamedPeriod) -> None:
    there = read_chunk_manifest(period.folder)
    found = manifest_differences(there, period.manifest)
    if not found and there["chunks"] != period.manifest["chunks"]:
        found = ["its parts differ"]
    if found:
        lines = "".join(f"\n  - {line}" for line in found)
        raise ResultError(
            f"{period.folder}: was changed by something else while this run went on, so no results were "
            f"written:{lines}\nRun again, with no other program writing there"
        )

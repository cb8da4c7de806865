"""Run both engines on the inputs and periods of one configuration and write how far they agree.

Into the folder go ``agreement.csv`` (a row a period and percentile), ``largest_differences_<period>.csv``,
``differences_<period>.png`` and ``settings.txt`` (what R5 does otherwise than asked,
and all other warnings).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.cells import cell_polygons
from access.collected_warnings import collected_warnings
from access.config_file import LoadedConfig, load_config
from access.crosscheck import (
    Agreement,
    agreement,
    by_cell,
    largest_differences,
    pairs_to_compare,
    summary_lines,
)
from access.crosscheck_map import difference_map
from access.datasets import check_cache
from access.engines import Engine, own_engine
from access.errors import AccessError, ResultError
from access.pipeline import join_streets
from access.progress import Progress
from access.r5 import R5Network
from access.r5_run import find_r5, load_r5, period_differences, r5_period_times
from access.stage_inputs import Inputs, read_inputs
from access.stage_network import SnappedCells
from access.stage_timetable import PeriodPlan

ENGINES = ("fairreach", "r5")
N_LARGEST = 200
N_STAGES = 8
_TABLE = "agreement.csv"


@dataclass(frozen=True)
class Sample:
    """Origins drawn at random, all where no number is given."""

    n_origins: int | None = None
    seed: int = 1

    def of(self, n_cells: int) -> npt.NDArray[np.int64]:
        """Return the cells, ascending; equal for equal seeds.

        Raises
        ------
        AccessError
            If fewer than one is asked for.
        """
        if self.n_origins is None or self.n_origins >= n_cells:
            return np.arange(n_cells)
        if self.n_origins < 1:
            raise AccessError(f"origins is {self.n_origins}; ask for at least one")
        drawn = np.random.default_rng(self.seed).choice(n_cells, self.n_origins, replace=False)
        return np.sort(drawn).astype(np.int64)


def crosscheck(
    config_file: Path,
    *,
    out: Path | None = None,
    sample: Sample = Sample(),
    threads: int | None = None,
    show_bar: bool = True,
) -> list[str]:
    """Run both engines and write their differences.

    Parameters
    ----------
    config_file
        See ``configs/README.md``; ``travel.engine`` does not matter.
    out
        Folder to write; default the results folder's name with ``-crosscheck``.
    sample
        Origins to compare from, to all cells.

    Returns
    -------
    list of str
        What was found, for the terminal.

    Raises
    ------
    AccessError, gtfs.errors.FeedError
        If an input cannot be used, or R5 is not there (before anything is read).
    """
    with collected_warnings() as told:
        loaded = load_config(config_file)
        installation = find_r5(loaded)
        folder = (out or Path(f"{loaded.config.results.folder}-crosscheck")).expanduser()
        check_folder(folder)
        check_cache()
        progress = Progress(N_STAGES, show_bar)
        inputs = read_inputs(loaded, progress)
        cells, stops = join_streets(inputs, progress, threads)
        origins = sample.of(len(inputs.cells.ids))
        with progress.stage("R5 network"):
            network = load_r5(installation, loaded)
        with progress.stage("both engines") as stage:
            plans = [plan for plan in inputs.timetables.plans if plan.has_data]
            done = 0

            def advance(n_origins: int) -> None:
                nonlocal done
                done += n_origins
                stage.advance(done, 2 * len(origins) * len(plans))

            own = own_engine(inputs, cells, stops, threads, origins)
            both = _Engines(inputs, cells, own, network, origins, threads, advance)
            found = [both.period(plan) for plan in plans]
    write_crosscheck(folder, found, inputs, told)
    lines = [line for period in found for line in period.lines(loaded)]
    return [*lines, f"Tables and maps: {folder}"]


@dataclass(frozen=True)
class PeriodCheck:
    """Both matrices of one period and what their comparison says."""

    plan: PeriodPlan
    percentiles: list[int]
    agreements: list[Agreement]
    largest: pd.DataFrame  # at the percentile that the measures use
    minutes_of_cells: npt.NDArray[np.float64]
    snapped_by_one: tuple[int, int]  # cells that only our engine, only R5 joins to a street
    asked_otherwise: list[str]

    def lines(self, loaded: LoadedConfig) -> Iterator[str]:
        """Say it for the terminal."""
        config = self.plan.config
        yield f"{config.label.en} ({config.name}), {self.plan.service_date} from {config.start}"
        for percentile, found in zip(self.percentiles, self.agreements, strict=True):
            mark = " (used by the measures)" if percentile == loaded.config.travel.percentile else ""
            yield f"  percentile {percentile} of travel time{mark}"
            yield from (f"    {line}" for line in summary_lines(found, ENGINES))
        ours, theirs = self.snapped_by_one
        yield f"  cells left out: {ours} that only fairreach and {theirs} that only R5 joins to a street"
        yield from (f"  {text}" for text in self.asked_otherwise)


@dataclass(frozen=True)
class _Engines:
    """Both engines, ready to compute a period."""

    inputs: Inputs
    cells: SnappedCells
    own: Engine
    network: R5Network
    origins: npt.NDArray[np.int64]
    threads: int | None
    advance: Callable[[int], object]

    def period(self, plan: PeriodPlan) -> PeriodCheck:
        travel = self.inputs.loaded.config.travel
        ids = self.inputs.cells.ids
        ours = self.own(plan, self.advance)
        theirs = r5_period_times(
            self.network,
            self.inputs,
            plan,
            origins=self.origins,
            threads=self.threads,
            progress=self.advance,
        )
        usable = self.cells.snapped & theirs.snapped
        pairs = pairs_to_compare(self.origins, usable, len(ids))
        used = travel.percentiles.index(travel.percentile)
        return PeriodCheck(
            plan=plan,
            percentiles=travel.percentiles,
            agreements=[
                agreement(first, second, pairs, travel.max_duration_min)
                for first, second in zip(ours, theirs.minutes, strict=True)
            ],
            largest=largest_differences(ours[used], theirs.minutes[used], pairs, ids, ENGINES, N_LARGEST),
            minutes_of_cells=by_cell(ours[used], theirs.minutes[used], pairs),
            snapped_by_one=(
                int((self.cells.snapped & ~theirs.snapped).sum()),
                int((theirs.snapped & ~self.cells.snapped).sum()),
            ),
            asked_otherwise=period_differences(self.inputs.loaded.config, plan),
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier crosscheck.

    Raises
    ------
    ResultError
        If it does.
    """
    if not folder.exists() or (folder / _TABLE).is_file():
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise ResultError(f"{folder}: exists and is no crosscheck's folder; name another with --out")


def write_crosscheck(folder: Path, found: list[PeriodCheck], inputs: Inputs, told: list[str]) -> None:
    """Write tables and maps, each under a temporary name first."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = cell_polygons(inputs.cells.ids).to_numpy()
    polygons = gpd.GeoDataFrame({"id": list(inputs.cells.ids)}, geometry=shapes, crs="EPSG:4326")
    for period in found:
        name = period.plan.config.name
        _write(folder / f"largest_differences_{name}.csv", period.largest.to_csv(index=False).encode())
        percentile = inputs.loaded.config.travel.percentile
        picture = difference_map(
            polygons,
            period.minutes_of_cells,
            period.largest,
            f"{inputs.loaded.config.name.en}: fairreach and R5, {period.plan.config.label.en}",
            f"95 % of the journeys to a cell differ by at most so many minutes (percentile {percentile} of "
            "travel time);\nlines join the pairs that differ most",
        )
        _write(folder / f"differences_{name}.png", picture)
    _write(folder / "settings.txt", "".join(f"{text}\n" for text in told).encode())
    _write(folder / _TABLE, agreement_table(found).to_csv(index=False).encode())


def agreement_table(found: list[PeriodCheck]) -> pd.DataFrame:
    """Return one row a period and percentile of travel time."""
    rows = []
    for period in found:
        for percentile, one in zip(period.percentiles, period.agreements, strict=True):
            row: dict[str, object] = {"period": period.plan.config.name, "percentile": percentile}
            row |= {key: value for key, value in one._asdict().items() if key.startswith("n_")}
            row |= {f"share_within_{minutes}_min": share for minutes, share in one.within.items()}
            row |= {f"signed_p{p}_min": minutes for p, minutes in one.signed.items()}
            row |= {f"absolute_p{p}_min": minutes for p, minutes in one.absolute.items()}
            rows.append(row)
    return pd.DataFrame(rows)


def _write(file: Path, content: bytes) -> None:
    partial = file.with_name(f".{file.name}.partial-{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(file)

"""The engines that a run may compute its periods with: ours, and R5.

An engine is a function that takes a period and a callback for progress, and returns the whole minutes of all
percentiles of the configuration, uint8 (n_percentiles, n_origins, n_cells), 255 = not reached.
"""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from access.batches import batched_network
from access.config_file import LoadedConfig
from access.engine.arrays import Minutes
from access.errors import DataQualityWarning
from access.r5_run import find_r5, load_r5, r5_period_times
from access.stage_inputs import Inputs
from access.stage_network import SnappedCells, SnappedStops
from access.stage_timetable import PeriodPlan
from access.stage_travel_times import search_of_period
from access.travel_times import percentiles_of_network

Engine = Callable[[PeriodPlan, Callable[[int], object]], Minutes]


def engine_record(loaded: LoadedConfig) -> dict[str, object]:
    """Return what the manifest says of the engine: for R5 also Java, r5py and the jar with its checksum."""
    if loaded.config.travel.engine != "r5":
        return {"name": "fairreach"}
    installation = find_r5(loaded)
    jar = installation.jar
    return {
        "name": "r5",
        "r5py": importlib.metadata.version("r5py"),
        "java": installation.java.version,
        "jar": jar and jar.path.name,
        "jar_sha256": jar and jar.sha256,
        "monte_carlo_draws": loaded.config.r5.monte_carlo_draws,
    }


def own_engine(
    inputs: Inputs,
    cells: SnappedCells,
    stops: SnappedStops,
    threads: int | None,
    origins: npt.NDArray[np.int64] | None = None,
) -> Engine:
    """Return our engine for windows of departures; ``origins`` are the cells to leave from, default all."""
    percentiles = inputs.loaded.config.travel.percentiles
    chosen = np.arange(len(inputs.cells.ids)) if origins is None else origins

    def minutes(plan: PeriodPlan, progress: Callable[[int], object]) -> Minutes:
        network = batched_network(search_of_period(inputs, cells, stops, plan)).of_sources(chosen)
        return percentiles_of_network(network, percentiles, threads, progress)

    return minutes


def r5_engine(inputs: Inputs, cells: SnappedCells, threads: int | None) -> Engine:
    """Return R5 with the streets and feeds of the configuration.

    Warns
    -----
    DataQualityWarning
        If R5 joins fewer cells to the streets than we do: they reach nothing, and nothing reaches them.
    """
    network = load_r5(find_r5(inputs.loaded), inputs.loaded)

    def minutes(plan: PeriodPlan, progress: Callable[[int], object]) -> Minutes:
        # Islands that we put aside have streets for R5: left out alike, so that totals mean the same.
        times = r5_period_times(
            network, inputs, plan, usable=cells.snapped, threads=threads, progress=progress
        )
        n_lost = int((cells.snapped & ~times.snapped).sum())
        if n_lost:
            warnings.warn(
                f"R5 joins {n_lost:,} cells to no street that are near one: they count as reaching nothing",
                DataQualityWarning,
                stacklevel=2,
            )
        return times.minutes

    return minutes

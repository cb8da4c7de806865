"""What a live question needs of a finished run, read from its folder and its ready network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access._version import __version__
from access.config import RunConfig
from access.errors import ResultError
from access.live_amounts import KnownAmounts, known_amounts
from access.live_day import Limits, Walks
from access.network_cache import load_names
from access.stage_timetable import horizon_of

AGAIN = "run the configuration again"


@dataclass(frozen=True)
class LiveRun:
    """A run and its ready network in memory, read-only.

    Attributes
    ----------
    network : Path
        Folder of the ready network; its timetables are read when they are asked for.
    cell_ids : list of str
        Cells of the run, sorted: the order of every array about cells.
    rows : int64 array (n_cells,)
        Position of each in the network, which may have more cells.
    days : mapping of str to date
        Service day of each period whose timetable is there, by its name.
    limits : Limits
        Of travel, as in the run.
    amounts : KnownAmounts
        Opportunities by cell of the network.
    names : mapping
        Ids and names of the network.
    config : RunConfig
        Of the run.
    """

    network: Path
    cell_ids: Sequence[str]
    rows: npt.NDArray[np.int64]
    days: Mapping[str, date]
    limits: Limits
    walks: Walks
    amounts: KnownAmounts
    names: Mapping[str, Any]
    config: RunConfig


def read_live_run(folder: Path, manifest: Mapping[str, Any]) -> LiveRun:
    """Read a run and its ready network.

    Raises
    ------
    ResultError
        Another engine or version computed the run, or its ready network is gone, incomplete or of other
        cells.
    """
    network = _network_folder(manifest)
    try:
        config = RunConfig.model_validate(manifest["config"])
    except ValueError as error:
        raise ResultError(f"the run's configuration is of another version ({error}); {AGAIN}") from None
    names = load_names(network)
    cells = _cells_of(Path(folder))
    place = pd.Index([str(cell) for cell in names["cells"]])
    rows = place.get_indexer(pd.Index(cells["id"].astype(str)))
    walks = Walks.of_folder(network)
    if (rows < 0).any() or len(place) != walks.n_cells:
        raise ResultError(f"{network}: the ready network is of other cells than the run; {AGAIN}")
    days = {
        str(period["name"]): date.fromisoformat(str(period["service_date"]))
        for period in manifest.get("periods") or []
        if str(period.get("service_date")) in names
    }
    travel = config.travel
    return LiveRun(
        network=network,
        cell_ids=[str(cell) for cell in cells["id"]],
        rows=rows.astype(np.int64),
        days=days,
        limits=Limits(travel.max_duration_min, travel.boarding_slack_s, travel.max_rides, horizon_of(config)),
        walks=walks,
        amounts=known_amounts(network, names, manifest, cells),
        names=names,
        config=config,
    )


def _network_folder(manifest: Mapping[str, Any]) -> Path:
    engine = ((manifest.get("config") or {}).get("travel") or {}).get("engine", "fairreach")
    if not manifest.get("network_cache") or not manifest.get("config"):
        raise ResultError(f"the manifest names no ready network, so an older version wrote it; {AGAIN}")
    if manifest.get("fairreach_version") != __version__:
        raise ResultError(
            f"the run is of version {manifest.get('fairreach_version')}, this is {__version__}; {AGAIN}"
        )
    if engine != "fairreach":
        raise ResultError(
            f"the run was computed by {engine}, whose travel times cannot be asked live; {AGAIN} with "
            "`engine: fairreach`"
        )
    return Path(str(manifest["network_cache"]))


def _cells_of(folder: Path) -> pd.DataFrame:
    """Read ids, joints and counts of the cells of a run, sorted by id as the report shows them."""
    try:
        cells = pd.read_parquet(folder / "cells.parquet")
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder}: cells.parquet cannot be read ({error}); {AGAIN}") from None
    wanted = [name for name in cells.columns if name in ("id", "snap") or name.startswith("n_")]
    return cells[wanted].sort_values("id", kind="stable", ignore_index=True)

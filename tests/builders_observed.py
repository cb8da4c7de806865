"""Finished runs of an invented town for the observatory: a disc of cells, its inputs, its configuration."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from builders_config import changed
from builders_evidence import zone_rights, zones
from builders_gtfs import GtfsBuilder
from builders_report import hex_disc, indicator_rows, manifest, write_run

from access.config import RunConfig
from access.config_checks import input_files
from access.datasets import sha256_of

DAY = "2024-03-06"
OPTIONS: dict[str, Any] = {
    "name": {"en": "Hexville", "fr": "Hexaville"},
    "schedule.service_date": DAY,
    "measures": {
        "cutoffs_min": [30, 45, 60],
        "headline": {"service": "jobs", "cutoff_min": 45, "period": "midday"},
    },
    "periods": [
        {
            "name": "midday",
            "label": {"en": "weekday midday", "fr": "milieu de journée"},
            "departure_start": "12:30",
            "departure_window_min": 120,
        }
    ],
}


def town_config(options: dict[str, Any] | None = None) -> RunConfig:
    """Return the town's configuration with dotted keys changed."""
    return RunConfig.model_validate(changed(copy.deepcopy(OPTIONS) | (options or {})))


def write_inputs(folder: Path, *, trips: int = 2, people: str = "people") -> Path:
    """Write the input files of the town: a timetable with so many trips a day, and texts."""
    folder.mkdir(parents=True, exist_ok=True)
    feed = GtfsBuilder()
    feed.line_of_stops("AB")
    for number in range(trips):
        feed.trip(f"t{number}", [("A", f"{8 + number:02}:00:00"), ("B", f"{8 + number:02}:10:00")])
    feed.write(folder / "bus.zip")
    for name, text in (("streets.osm.pbf", "streets"), ("people.csv", people), ("jobs.csv", "jobs")):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_observed(
    folder: Path,
    inputs: Path,
    options: dict[str, Any] | None = None,
    *,
    factor: float = 1.0,
    cells: gpd.GeoDataFrame | None = None,
    draws: pd.DataFrame | None = None,
    **entries: Any,
) -> Path:
    """Write a finished run of the town.

    ``options`` are dotted keys of the configuration, ``factor`` multiplies access, ``entries`` replace those
    of the manifest (None: absent).
    """
    config = town_config(options)
    found = hex_disc() if cells is None else cells
    for column in (name for name in found.columns if "_in_" in str(name)):
        found[column] = found[column] * factor
    days = {
        period.name: str(period.service_date or config.schedule.service_date) for period in config.periods
    }
    days |= entries.get("service_dates") or {}
    told = {
        "name": config.name.model_dump(),
        "service_dates": days,
        "periods": [
            {**period.model_dump(mode="json"), "service_date": days[period.name], "state": "ok"}
            for period in config.periods
        ],
        "inputs": inputs_of(config, inputs),
        "data_folder": str(inputs),
        "config": config.model_dump(mode="json"),
        "engine": {"name": "fairreach"},
    }
    table = indicator_rows(found).assign(low=np.nan, high=np.nan, interval_kind=None, standard=None)
    write_run(folder, point_cells(found), table, **(manifest() | told | entries))
    zones().to_parquet(folder / "zones.parquet")
    zone_rights().to_parquet(folder / "zone_rights.parquet")
    if draws is not None:
        draws.to_parquet(folder / "draws.parquet")
    return folder


def point_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells with the points that travel starts at."""
    middle = cells.geometry.representative_point()
    return cells.assign(lon=middle.x, lat=middle.y, suppressed=cells["population"] < 20)


def inputs_of(config: RunConfig, folder: Path) -> list[dict[str, Any]]:
    """Return what a manifest says of the inputs."""
    files: dict[str, dict[str, Any]] = {}
    for key, file in input_files(config).items():
        path = folder / file
        entry = {"file": file, "sha256": sha256_of(path), "bytes": path.stat().st_size, "keys": []}
        files.setdefault(file, entry)["keys"].append(key)
    return list(files.values())


def one_draw(values: tuple[float, ...] = (1.0, 2.0)) -> pd.DataFrame:
    """Draws of one number."""
    row = {"indicator": "mean_access", "service": "jobs", "period": "midday", "cutoff_min": 45}
    row |= {"standard": None, "group": "all", "kind": "inputs", "fingerprint": "f"}
    return pd.DataFrame([{**row, "numbers": np.array(values, dtype=np.float32)}])

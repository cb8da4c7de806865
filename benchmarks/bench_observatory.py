"""How long it takes to file runs of a city's size and to look for alerts among many snapshots.

    FAIRREACH_DATA=... fairreach run configs/porto-alegre.yaml --out RUN
    python benchmarks/bench_observatory.py RUN [--snapshots 50]

Each quarter becomes a run folder of the same size: access, indicators and draws of RUN move by some percent,
the timetables are files of their own (so that each is archived and counted anew), the day is a quarter
later. Every run is filed alone, as a city would; then alerts are looked for in the whole store.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import machine, peak_memory_mib, spent

from access.datasets import sha256_of
from access.observatory import observe
from access.observatory_store import reading
from access.results import read_manifest

JITTER = 0.01
TABLES = ("rights", "zones", "zone_rights", "curves", "zones_not_stable")


def main() -> None:
    """Measure and print one row."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("run", type=Path, help="folder of a finished run")
    options.add_argument("--snapshots", type=int, default=50)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairreach-observatory-") as temporary:
        folder = Path(temporary)
        store = folder / "store.duckdb"
        cpu, wall = [], []
        for number in range(asked.snapshots):
            run = variation(asked.run, folder, number)
            with spent() as one:
                observe(run, store, city="city")
            cpu.append(one.cpu_s)
            wall.append(one.wall_s)
            shutil.rmtree(run)
        print(machine())
        print(f"observe, CPU s: first {cpu[0]:.2f}, median {statistics.median(cpu):.2f}, last {cpu[-1]:.2f}")
        print(
            f"observe, wall s: first {wall[0]:.2f}, median {statistics.median(wall):.2f}, last {wall[-1]:.2f}"
        )
        archive = sum(path.stat().st_size for path in Path(f"{store}.inputs").rglob("*") if path.is_file())
        size = store.stat().st_size
        print(f"store {size / 2**20:.1f} MiB, archive {archive / 2**20:.1f} MiB, {asked.snapshots} snapshots")
        with spent() as one:
            found = alerts(store)
        print(f"warn: {one.cpu_s:.2f} CPU s, {one.wall_s:.2f} s, {found} alerts")
        print(f"peak memory {peak_memory_mib():.0f} MiB")


def alerts(store: Path) -> int:
    """Look for alerts as `fairreach warn` does; return how many there are."""
    from access.warning import alerts_of

    with reading(store) as opened:
        return len(alerts_of(opened, "city"))


def variation(run: Path, folder: Path, number: int) -> Path:
    """Write a run folder of another quarter, with other numbers and timetables of its own."""
    rng = np.random.default_rng(number)
    target = folder / f"run-{number}"
    target.mkdir()
    for name in TABLES:
        if (run / f"{name}.parquet").is_file():
            shutil.copy(run / f"{name}.parquet", target)
    shutil.copy(run / "headline.json", target)
    _cells(run, target, rng)
    factor = float(rng.normal(1, JITTER))
    indicators = pd.read_parquet(run / "indicators.parquet")
    for column in ("value", "low", "high"):
        indicators[column] *= factor
    indicators.to_parquet(target / "indicators.parquet", index=False)
    if (run / "draws.parquet").is_file():
        draws = pd.read_parquet(run / "draws.parquet")
        draws["numbers"] = [row * np.float32(factor) for row in draws["numbers"]]
        draws.to_parquet(target / "draws.parquet", index=False, compression="zstd")
    manifest = read_manifest(run)
    data = folder / "data"
    day = dt.date.fromisoformat(next(iter(manifest["service_dates"].values())))
    _move(manifest, day + dt.timedelta(days=91 * number))
    manifest["inputs"] = [
        _input(entry, Path(manifest["data_folder"]), data, number) for entry in manifest["inputs"]
    ]
    manifest["data_folder"] = str(data)
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


def _cells(run: Path, target: Path, rng: np.random.Generator) -> None:
    """Write the cells with access that moved."""
    import geopandas as gpd

    cells = gpd.read_parquet(run / "cells.parquet")
    for column in (name for name in cells.columns if "min_" in str(name) and not str(name).startswith("n_")):
        if pd.api.types.is_float_dtype(cells[column]):
            cells[column] = cells[column] * rng.normal(1, JITTER, len(cells))
    cells.to_parquet(target / "cells.parquet", compression="zstd")


def _move(manifest: dict[str, Any], day: dt.date) -> None:
    """Put the run on another day."""
    manifest["config"]["schedule"]["service_date"] = str(day)
    for period in (*manifest["config"]["periods"], *manifest["periods"]):
        if period.get("service_date"):
            period["service_date"] = str(day)
    manifest["service_dates"] = dict.fromkeys(manifest["service_dates"], str(day))


def _input(entry: dict[str, Any], source: Path, data: Path, number: int) -> dict[str, Any]:
    """Copy an input; a timetable is given a comment, so that its content is new."""
    target = data / entry["file"]
    target.parent.mkdir(parents=True, exist_ok=True)
    timetable = any(key.startswith("schedule.") for key in entry["keys"])
    if timetable or not target.exists():
        shutil.copyfile(source / entry["file"], target)
    if not timetable:
        return entry
    import zipfile

    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = f"snapshot {number}".encode()
    return {**entry, "sha256": sha256_of(target), "bytes": target.stat().st_size}


if __name__ == "__main__":
    main()

"""The record of a run: every input with its hash, every option, versions, counts, seconds and warnings.

From it a reader can tell how each number was made, and a program whether it could be made again.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from access._version import __version__
from access.config_checks import input_files
from access.config_file import LoadedConfig
from access.datasets import sha256_of
from access.engines import engine_record
from access.memory import peak_memory_bytes
from access.progress import Progress
from access.snapping import SnapReport
from access.stage_inputs import Inputs


class ManifestParts(NamedTuple):
    """What the manifest is made of."""

    inputs: Inputs
    cells_on_streets: SnapReport
    stops_on_streets: SnapReport
    hashes: Mapping[str, str]  # SHA-256 by file
    network_cache: Path
    progress: Progress
    warnings: Sequence[str]
    longest_links: Sequence[Mapping[str, object]]  # inhabited cells far from their street
    modes: Sequence[Mapping[str, object]] = ()  # travel without transit


def build_manifest(parts: ManifestParts) -> dict[str, Any]:
    """Return the manifest as plain values."""
    inputs, progress = parts.inputs, parts.progress
    config = inputs.loaded.config
    label = {"en", "fr"}
    return {
        "fairreach_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "name": config.name.model_dump(),
        "notice": config.notice.model_dump(include=label) if config.notice else None,
        "attribution": [credit.model_dump() for credit in config.attribution],
        "service_dates": {plan.config.name: str(plan.service_date) for plan in inputs.timetables.plans},
        "periods": _periods(inputs),
        "services": _services(inputs),
        "cutoffs_min": config.measures.cutoffs_min,
        "comparison": "minutes < cutoff, whole minutes",
        "percentile": config.travel.percentile,
        "engine": engine_record(inputs.loaded),
        "walking": config.travel.model_dump(
            include={
                "walk_speed_km_h",
                "max_walk_min",
                "max_transfer_walk_min",
                "max_duration_min",
                "max_rides",
                "step_free",
                "boarding_slack_s",
            }
        ),
        "modes": [dict(mode) for mode in parts.modes],
        "headline": config.measures.headline.model_dump(),
        "sufficiency": [line.model_dump() for line in config.measures.sufficiency],
        "income_unit": config.income.unit.model_dump() if config.income else None,
        "snap": _snap(parts.cells_on_streets),
        "snap_of_stops": _snap(parts.stops_on_streets),
        "streets": inputs.street_report.as_dict(),
        "residents": inputs.residents.totals.round(6).to_dict("index"),
        "zones_by_area": inputs.residents.zones_by_area,
        "grid_outside_zones": round(inputs.residents.grid_outside_zones, 6),
        "unsnapped_opportunities": dict(inputs.services.off_streets),
        "longest_links": parts.longest_links,
        "validation": {name: report.summary() for name, report in inputs.timetables.reports.items()},
        "timetables": {
            str(day): asdict(schedule.counts) for day, schedule in inputs.timetables.schedules.items()
        },
        "service_share": [share.summary() for share in inputs.timetables.shares],
        "counts": progress.counts,
        "seconds_by_stage": progress.seconds,
        "warnings": list(parts.warnings),
        "inputs": _inputs(inputs.loaded, parts.hashes),
        "data_folder": str(inputs.loaded.data_folder.resolve()),
        "network_cache": str(parts.network_cache),
        "config_file": str(inputs.loaded.file.resolve()),
        "config": config.model_dump(mode="json"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": package_versions(),
        "peak_memory_mib": _peak_memory_mib(),
    }


def missing_inputs(manifest: Mapping[str, Any]) -> list[str]:
    """Say which inputs of a finished run are gone or changed since; empty where all are as they were."""
    folder = Path(manifest["data_folder"])
    problems = []
    for entry in manifest["inputs"]:
        path = folder / entry["file"]
        if not path.exists():
            problems.append(f"{entry['file']}: gone from {folder}")
        elif sha256_of(path) != entry["sha256"]:
            problems.append(f"{entry['file']}: changed since the run")
    return problems


def _periods(inputs: Inputs) -> list[dict[str, Any]]:
    return [
        {
            **plan.config.model_dump(mode="json"),
            "arrive_by": plan.config.arrive_by,
            "service_date": str(plan.service_date),
            "state": "ok" if plan.no_data is None else "no data",
            "reason": plan.no_data.model_dump() if plan.no_data else None,
            "departures": dict(plan.departures),
        }
        for plan in inputs.timetables.plans
    ]


def _services(inputs: Inputs) -> list[dict[str, Any]]:
    services = []
    for wanted in inputs.loaded.config.opportunities:
        found = inputs.services.found[wanted.name]
        services.append(
            {
                "name": wanted.name,
                "label": wanted.label.model_dump(),
                "state": "no data" if found is None else "ok",
                "total": None if found is None else found.inside,
                "outside": None if found is None else found.outside,
            }
        )
    return services


def _snap(report: SnapReport) -> dict[str, Any]:
    return {key.removeprefix("n_"): value for key, value in report.as_dict().items() if key != "what"}


def _inputs(loaded: LoadedConfig, hashes: Mapping[str, str]) -> list[dict[str, Any]]:
    """List each file once, however many keys name it."""
    files: dict[str, dict[str, Any]] = {}
    for key, file in input_files(loaded.config).items():
        path = loaded.path(file)
        size = sum(p.stat().st_size for p in path.rglob("*")) if path.is_dir() else path.stat().st_size
        entry = files.setdefault(file, {"file": file, "sha256": hashes[file], "bytes": size, "keys": []})
        entry["keys"].append(key)
    return list(files.values())


def package_versions() -> dict[str, str]:
    """Return the installed version of each package that the program needs."""
    try:
        wanted = importlib.metadata.requires("fairreach") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    names = [re.split(r"[^A-Za-z0-9._-]", entry)[0] for entry in wanted if "extra ==" not in entry]
    return {name: importlib.metadata.version(name) for name in sorted(names)}


def _peak_memory_mib() -> float | None:
    peak = peak_memory_bytes()
    return None if peak is None else round(peak / 2**20, 1)

"""What the manifest of a run tells before its tables are read: its city, day, method and snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from access.config import RunConfig
from access.errors import ResultError, StoreError
from access.observatory_city import checked_city, city_name
from access.observatory_method import (
    config_hash,
    config_of,
    method_hash,
    method_of_manifest,
    series_id,
    snapshot_id,
)
from access.results import read_manifest


class Observed(NamedTuple):
    """What became of a run.

    Attributes
    ----------
    new : bool
        False where the same run was filed before; nothing was changed then.
    notes : tuple of str
        What a reader should know, such as inputs that could not be archived.
    """

    snapshot: str
    city: str
    series: str
    new: bool
    observed_on: dt.date
    notes: tuple[str, ...] = ()


def observed_day(config: RunConfig, manifest: Mapping[str, Any], what: str) -> dt.date:
    """Return the base service day of a run: that of the timetable, or of the first period without an own one.

    Raises
    ------
    StoreError
        If the manifest knows no service day.
    """
    if isinstance(config.schedule.service_date, dt.date):
        return config.schedule.service_date
    days = manifest.get("service_dates") or {}
    named = [period.name for period in config.periods if period.service_date is None]
    chosen = [days[name] for name in (*named, *(p.name for p in config.periods)) if days.get(name)]
    if not chosen:
        raise StoreError(
            f"{what}: its manifest has no service day, so the run stands for no day; run it again"
        )
    return dt.date.fromisoformat(str(chosen[0]))


class Head(NamedTuple):
    """What the manifest alone tells of a run."""

    run: Path
    manifest: dict[str, Any]
    config: RunConfig
    method: dict[str, Any]
    observed: Observed


def head_of(run: Path, city: str | None) -> Head:
    """Read what the manifest of a run tells, and name its snapshot.

    Raises
    ------
    StoreError
        If the folder is no run, or its configuration, its day or the name of the city cannot be used.
    """
    try:
        manifest = read_manifest(run)
    except ResultError as error:
        raise StoreError(str(error)) from None
    if manifest.get("kind", "run") != "run":
        raise StoreError(f"{run}: a {manifest['kind']}, not a run; name the folder of a run")
    absent = [key for key in ("config", "inputs", "periods", "headline", "name") if key not in manifest]
    if absent:
        raise StoreError(f"{run}: its manifest lacks {', '.join(absent)}; run the configuration again")
    config = config_of(manifest, str(run))
    short = city_name(config.name.en) if city is None else checked_city(city)
    method = method_of_manifest(manifest, str(run))
    hashed = method_hash(method)
    inputs = [entry["sha256"] for entry in manifest["inputs"]]
    snapshot = snapshot_id(short, hashed, config_hash(config), inputs)
    day = observed_day(config, manifest, str(run))
    return Head(run, manifest, config, method, Observed(snapshot, short, series_id(short, hashed), True, day))

"""File a run as a snapshot of its city in a store.

A snapshot is one run: a city on a day, by one method. Filing the same run again changes nothing; the same
inputs and options with other results are an error, because then the run cannot be made again.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from access.config import RunConfig
from access.errors import ResultError, StoreError
from access.observatory_archive_files import locate_inputs
from access.observatory_inputs import feed_rows, input_rows
from access.observatory_method import (
    config_hash,
    config_of,
    digest,
    method_hash,
    method_of_manifest,
    series_id,
    snapshot_id,
)
from access.observatory_place import check_place
from access.observatory_rows import COMPARED, headline_text, tables_of_run
from access.observatory_same import check_same
from access.observatory_schema import schema
from access.observatory_store import Store, is_server, reading, writing
from access.observatory_tables import to_arrow
from access.observatory_tally import hash_of_rows, tally
from access.results import read_manifest

CITY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ADDED_DRAWS = "it was filed without draws, as older versions made none; they are added"
RUNS_A_WRITE = 8
"""A write copies the store, so several runs share one; more would hold too many rows in memory."""


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


class _Prepared(NamedTuple):
    """A run ready to be filed."""

    observed: Observed
    city: pd.DataFrame
    series: pd.DataFrame
    tables: dict[str, pd.DataFrame]  # with the column snapshot


def observe(run: Path, location: str | Path, *, city: str | None = None, archive: bool = True) -> Observed:
    """File a run in a store, made where there is none.

    Parameters
    ----------
    run : Path
        Folder of a finished run.
    location : str or Path
        A file, or the address of a PostgreSQL server.
    city : str, optional
        Short name of the city: small letters, digits and hyphens; default from the run's English name.
    archive : bool
        Also keep a copy of each input beside the store, so that the past can be computed again.

    Raises
    ------
    StoreError
        If the folder is no run, its cells are not those of the city, the same inputs gave other results
        before, or store or archive cannot be written; the store stays as it was.
    """
    return observe_all([run], location, city=city, archive=archive)[0]


def observe_all(
    runs: Sequence[Path], location: str | Path, *, city: str | None = None, archive: bool = True
) -> list[Observed]:
    """File several runs as ``observe`` does, with few writes; what is wrong with any is said first.

    Raises
    ------
    StoreError
        As ``observe``, with the problems of all runs whose folder, configuration or day cannot be used.
    """
    heads, problems = [], []
    for run in runs:
        try:
            heads.append(_head(Path(run), city))
        except StoreError as error:
            problems.append(str(error))
    if problems:
        raise StoreError("\n".join(problems))
    done: list[Observed] = []
    for first in range(0, len(heads), RUNS_A_WRITE):
        done += _file(heads[first : first + RUNS_A_WRITE], location, archive)
    return done


def city_name(text: str) -> str:
    """Return the short name of a city: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower())[:60].strip("-") or "city"


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


class _Head(NamedTuple):
    """What the manifest alone tells of a run."""

    run: Path
    manifest: dict[str, Any]
    config: RunConfig
    method: dict[str, Any]
    observed: Observed


def _head(run: Path, city: str | None) -> _Head:
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
    short = city_name(config.name.en) if city is None else city
    if not CITY.fullmatch(short):
        raise StoreError(
            f"city {short!r}: a short name has small letters, digits and hyphens, at most 60; such as "
            f"{city_name(short)!r}"
        )
    method = method_of_manifest(manifest, str(run))
    hashed = method_hash(method)
    inputs = [entry["sha256"] for entry in manifest["inputs"]]
    snapshot = snapshot_id(short, hashed, config_hash(config), inputs)
    day = observed_day(config, manifest, str(run))
    return _Head(
        run, manifest, config, method, Observed(snapshot, short, series_id(short, hashed), True, day)
    )


def _file(heads: Sequence[_Head], location: str | Path, archive: bool) -> list[Observed]:
    """File some runs with one write, or none where all are filed already."""
    ready = [_prepared(head, location, archive) for head in heads]
    if not _all_filed(ready, location):
        with writing(location) as store:
            return [_add(store, each) for each in ready]
    with reading(location) as store:
        return [_add(store, each) for each in ready]


def _all_filed(ready: Sequence[_Prepared], location: str | Path) -> bool:
    if not is_server(location) and not Path(location).exists():
        return False
    with reading(location) as store:
        known = set(store.rows("snapshot", ["snapshot"])["snapshot"])
        return all(
            each.observed.snapshot in known and not _brings_draws(store, each.tables) for each in ready
        )


def _prepared(head: _Head, location: str | Path, archive: bool) -> _Prepared:
    """Read a run's tables and keep its inputs; the store is only looked at."""
    observed, manifest, config = head.observed, head.manifest, head.config
    tables = tables_of_run(head.run, manifest)
    known = pd.DataFrame()
    if is_server(location) or Path(location).exists():
        with reading(location) as store:
            check_place(store, observed.city, tables["cell"])
            known = store.rows("feed")
    located = locate_inputs(location, manifest, archive=archive)
    tables["input"] = input_rows(manifest, located.archived)
    tables["feed"], further = feed_rows(config, manifest, located.files, known)
    tables = {name: _with_snapshot(frame, observed.snapshot) for name, frame in tables.items()}
    hashes = {
        name: hash_of_rows(schema().tables[name], to_arrow(schema().tables[name], frame))
        for name, frame in tables.items()
    }
    tables["snapshot"] = _snapshot_row(head, tables, digest([hashes[name] for name in COMPARED]))
    label = config.name
    city = pd.DataFrame([{"city": observed.city, "name_en": label.en, "name_fr": label.fr}])
    unit = config.income.unit if config.income else None
    series = {
        "series": observed.series,
        "city": observed.city,
        "method": method_hash(head.method),
        "method_json": json.dumps(head.method, ensure_ascii=False, sort_keys=True),
        "resolution": config.cells.h3_resolution,
        "income_unit_en": unit.en if unit else None,
        "income_unit_fr": unit.fr if unit else None,
    }
    notes = (*located.notes, *further)
    return _Prepared(observed._replace(notes=notes), city, pd.DataFrame([series]), tables)


def _with_snapshot(frame: pd.DataFrame, snapshot: str) -> pd.DataFrame:
    return frame.assign(snapshot=snapshot)


def _snapshot_row(head: _Head, tables: Mapping[str, pd.DataFrame], results: str) -> pd.DataFrame:
    manifest, observed = head.manifest, head.observed
    row = {
        "snapshot": observed.snapshot,
        "series": observed.series,
        "city": observed.city,
        "observed_on": observed.observed_on,
        "run_created": manifest.get("created"),
        "filed_at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
        "fairreach_version": manifest.get("fairreach_version"),
        "config_hash": config_hash(head.config),
        "results_hash": results,
        "residents": float(tables["cell"]["population"].sum()),
        "cells": len(tables["cell"]),
        "headline_json": headline_text(head.run),
        "manifest_json": json.dumps(manifest, ensure_ascii=False),
    }
    return pd.DataFrame([row])


def _add(store: Store, ready: _Prepared) -> Observed:
    """Add a run's rows to an open store, unless they are there."""
    observed = ready.observed
    filed = store.rows("snapshot", ["snapshot", "results_hash"], snapshot=observed.snapshot)
    if len(filed):
        check_same(store, ready.tables, filed["results_hash"].iloc[0])
        if not _brings_draws(store, ready.tables):
            return observed._replace(new=False)
        store.add("draw", ready.tables["draw"])
        store.remove("tally", snapshot=observed.snapshot)
        store.add("tally", tally(store, observed.snapshot))
        return observed._replace(new=False, notes=(*observed.notes, ADDED_DRAWS))
    check_place(store, observed.city, ready.tables["cell"])
    if store.rows("city", city=observed.city).empty:
        store.add("city", ready.city)
    if store.rows("series", series=observed.series).empty:
        store.add("series", ready.series)
    earlier = store.rows("snapshot", ["observed_on"], series=observed.series)["observed_on"]
    _add_tables(store, observed.snapshot, ready.tables)
    return observed._replace(notes=(*observed.notes, *_order_notes(observed, list(earlier))))


def _brings_draws(store: Store, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Say whether a run has draws that the store lacks: an older version may have made the filed one."""
    draws = tables["draw"]
    return len(draws) > 0 and store.rows("draw", ["kind"], snapshot=draws["snapshot"].iloc[0]).empty


def _add_tables(store: Store, snapshot: str, tables: Mapping[str, pd.DataFrame]) -> None:
    """Add rows, and the tally of some tables."""
    tallied = []
    for name, frame in tables.items():
        store.add(name, frame)
    for name in schema().of_snapshot:
        table = schema().tables[name]
        frame = tables.get(name, pd.DataFrame(columns=["snapshot"]))
        tallied.append((snapshot, name, len(frame), hash_of_rows(table, to_arrow(table, frame))))
    store.add("tally", pd.DataFrame(tallied, columns=["snapshot", "table", "rows", "sha256"]))


def _order_notes(observed: Observed, earlier: Sequence[dt.date]) -> list[str]:
    """Say where a snapshot stands in its series, if not at the end."""
    if not earlier:
        return []
    if observed.observed_on < max(earlier):
        return [
            f"{observed.observed_on} is before the last snapshot of {observed.city} ({max(earlier)}); it is "
            "filed in its place, and what was said of later days may change"
        ]
    if observed.observed_on == max(earlier):
        return [
            f"{observed.city} has several snapshots of {observed.observed_on}; the one filed last counts last"
        ]
    return []

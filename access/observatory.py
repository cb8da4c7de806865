"""File a run as a snapshot of its city in a store.

A snapshot is one run: a city on a day, by one method. Filing the same run again changes nothing; the same
inputs and options with other results are an error, because then the run cannot be made again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from access.errors import StoreError
from access.observatory_archive_files import locate_inputs
from access.observatory_city import city_name as city_name
from access.observatory_head import Head, head_of
from access.observatory_head import Observed as Observed
from access.observatory_inputs import feed_rows, input_rows
from access.observatory_method import config_hash, digest, method_hash
from access.observatory_place import check_place, same_place
from access.observatory_rows import COMPARED, headline_text, tables_of_run
from access.observatory_same import check_same
from access.observatory_schema import schema
from access.observatory_store import Store, is_server, reading, writing
from access.observatory_tables import to_arrow
from access.observatory_tally import hash_of_rows, tally

ADDED_DRAWS = "it was filed without draws, as older versions made none; they are added"
OF_MACHINE = ("data_folder", "config_file", "network_cache")
"""Entries of a manifest that name folders of whoever made the run; a store may be handed on."""

RUNS_A_WRITE = 8
"""A write copies the store, so several runs share one; more would hold too many rows in memory."""


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
            heads.append(head_of(Path(run), city))
        except StoreError as error:
            problems.append(str(error))
    if problems:
        raise StoreError("\n".join(problems))
    done: list[Observed] = []
    for first in range(0, len(heads), RUNS_A_WRITE):
        done += _file(heads[first : first + RUNS_A_WRITE], location, archive)
    return done


def _file(heads: Sequence[Head], location: str | Path, archive: bool) -> list[Observed]:
    """File some runs with one write, or none where all are filed already."""
    read = [tables_of_run(head.run, head.manifest) for head in heads]
    filed, feeds = False, pd.DataFrame()
    if _exists(location):
        with reading(location) as store:
            for head, tables in zip(heads, read, strict=True):
                check_place(store, head.observed.city, tables["cell"])
            filed = all(_is_filed(store, head, tables) for head, tables in zip(heads, read, strict=True))
            feeds = store.rows("feed")
    ready = [_prepared(*each, location, archive, feeds) for each in zip(heads, read, strict=True)]
    with reading(location) if filed else writing(location) as store:
        return [_add(store, each) for each in ready]


def _exists(location: str | Path) -> bool:
    """Say whether there is a store; a server that cannot be read says why when it is written to."""
    if not is_server(location):
        return Path(location).exists()
    with contextlib.suppress(StoreError), reading(location):
        return True
    return False


def _is_filed(store: Store, head: Head, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Say whether nothing of a run is left to add."""
    snapshot = head.observed.snapshot
    if store.rows("snapshot", ["snapshot"], snapshot=snapshot).empty:
        return False
    return not _brings_draws(store, snapshot, tables)


def _prepared(
    head: Head, tables: dict[str, pd.DataFrame], location: str | Path, archive: bool, feeds: pd.DataFrame
) -> _Prepared:
    """Keep a run's inputs and bring its rows into the form of the store."""
    observed, manifest, config = head.observed, head.manifest, head.config
    located = locate_inputs(location, manifest, archive=archive)
    tables["input"] = input_rows(manifest, located.archived)
    tables["feed"], further = feed_rows(config, manifest, located.files, feeds)
    tables = {name: frame.assign(snapshot=observed.snapshot) for name, frame in tables.items()}
    tallied = _tallied(observed.snapshot, tables)
    hashes = tallied.set_index("table")["sha256"]
    tables["snapshot"] = _snapshot_row(head, tables, digest([hashes[name] for name in COMPARED]))
    tables["tally"] = tallied
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


def _snapshot_row(head: Head, tables: Mapping[str, pd.DataFrame], results: str) -> pd.DataFrame:
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
        "manifest_json": json.dumps(
            {key: value for key, value in manifest.items() if key not in OF_MACHINE}, ensure_ascii=False
        ),
    }
    return pd.DataFrame([row])


def _add(store: Store, ready: _Prepared) -> Observed:
    """Add a run's rows to an open store, unless they are there."""
    observed = ready.observed
    filed = store.rows("snapshot", ["snapshot", "results_hash"], snapshot=observed.snapshot)
    if len(filed):
        check_same(store, ready.tables, filed["results_hash"].iloc[0])
        if not _brings_draws(store, observed.snapshot, ready.tables):
            return observed._replace(new=False)
        store.add("draw", ready.tables["draw"])
        store.remove("tally", snapshot=observed.snapshot)
        store.add("tally", tally(store, observed.snapshot))
        return observed._replace(new=False, notes=(*observed.notes, ADDED_DRAWS))
    check_place(store, observed.city, ready.tables["cell"])
    twins = same_place(store, observed.city, ready.tables["cell"])
    if store.rows("city", city=observed.city).empty:
        store.add("city", ready.city)
    if store.rows("series", series=observed.series).empty:
        store.add("series", ready.series)
    earlier = store.rows("snapshot", ["observed_on"], series=observed.series)["observed_on"]
    for name, frame in ready.tables.items():
        store.add(name, frame)
    further = [*_twin_notes(observed.city, twins), *_order_notes(observed, list(earlier))]
    return observed._replace(notes=(*observed.notes, *further))


def _brings_draws(store: Store, snapshot: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Say whether a run has draws that the store lacks: an older version may have made the filed one."""
    return len(tables["draw"]) > 0 and store.rows("draw", ["kind"], snapshot=snapshot).empty


def _tallied(snapshot: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return rows of the table ``tally``, as ``access.observatory_tally.tally`` would count them."""
    counted = []
    for name in schema().of_snapshot:
        table = schema().tables[name]
        frame = tables.get(name, pd.DataFrame(columns=["snapshot"]))
        counted.append((snapshot, name, len(frame), hash_of_rows(table, to_arrow(table, frame))))
    return pd.DataFrame(counted, columns=["snapshot", "table", "rows", "sha256"])


def _twin_notes(city: str, twins: Sequence[str]) -> list[str]:
    """Say that a new city lies where another one does."""
    if not twins:
        return []
    return [
        f"{city} is a new city of this store and lies where {', '.join(twins)} does; nothing is compared "
        f"between them. If it is the same, file it with --city {twins[0]}"
    ]


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

"""Whether a store is whole: keys, references, values of their kind, and every snapshot as it was filed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import shapely

from access.datasets import sha256_of
from access.errors import StoreError
from access.observatory_archive_files import archived
from access.observatory_schema import Table, schema
from access.observatory_store import Store
from access.observatory_tables import to_arrow
from access.observatory_tally import hash_of_rows

REFERENCES = {
    ("series", "city"): ("city", "city"),
    ("snapshot", "city"): ("city", "city"),
    ("snapshot", "series"): ("series", "series"),
    ("feed_version", "city"): ("city", "city"),
    ("answer", "city"): ("city", "city"),
    ("note", "city"): ("city", "city"),
    ("counter_scenario", "city"): ("city", "city"),
    ("counter_scenario", "run_snapshot"): ("snapshot", "snapshot"),
    ("attribution", "from_snapshot"): ("snapshot", "snapshot"),
    ("attribution", "to_snapshot"): ("snapshot", "snapshot"),
}
"""Column of a table of the whole store -> where its values must be; null names nothing."""
WITHIN = {
    ("cell_value", "cell"): ("cell", "cell"),
    ("cell_right", "cell"): ("cell", "cell"),
    ("cell", "zone_id"): ("zone", "zone_id"),
    ("zone_right", "zone_id"): ("zone", "zone_id"),
}
"""The same of tables whose rows belong to a snapshot, within that snapshot."""


class Problem(NamedTuple):
    """One thing that is wrong; ``kind`` is the key of its sentence in the texts ``store.problem``."""

    kind: str
    values: Mapping[str, object]


def problems_of(store: Store, advance: Callable[[int, int], None] | None = None) -> list[Problem]:
    """Return everything that is wrong in a store; empty if it is whole.

    Parameters
    ----------
    store : Store
        Open to read.
    advance : callable, optional
        Called with the snapshots that are done and all of them.
    """
    found: list[Problem] = []
    own = [name for name in schema().tables if name not in schema().of_snapshot]
    frames = {}
    for name in own:
        frames[name], problems = _read(store, name)
        found += problems or _problems_of_table(schema().tables[name], frames[name])
    for (name, column), (other, key) in REFERENCES.items():
        found += _lost(name, column, frames[name][column], other, frames[other][key])
    snapshots = list(frames["snapshot"]["snapshot"])
    for name in [*schema().of_snapshot, "tally"]:
        names, problems = _read(store, name, ["snapshot"])
        found += problems or _lost(
            name, "snapshot", names["snapshot"], "snapshot", frames["snapshot"]["snapshot"]
        )
    for number, snapshot in enumerate(snapshots):
        found += problems_of_snapshot(store, snapshot)
        if advance is not None:
            advance(number + 1, len(snapshots))
    return list({json.dumps(one, default=str): one for one in found}.values())


def problems_of_snapshot(store: Store, snapshot: str) -> list[Problem]:
    """Return what is wrong with the rows of one snapshot."""
    found: list[Problem] = []
    frames = {}
    filed = store.rows("tally", snapshot=snapshot).set_index("table")
    for name in schema().of_snapshot:
        table = schema().tables[name]
        frames[name], problems = _read(store, name, None, snapshot=snapshot)
        found += problems
        if problems:
            continue
        found += _problems_of_table(table, frames[name], snapshot)
        where: dict[str, object] = {"snapshot": snapshot, "table": name}
        if name not in filed.index:
            found.append(Problem("tally_missing", where))
        elif len(frames[name]) != filed["rows"][name]:
            counts = {"rows": len(frames[name]), "filed": int(filed["rows"][name])}
            found.append(Problem("tally_rows", where | counts))
        elif _hash(table, frames[name]) != filed["sha256"][name]:
            found.append(Problem("tally_hash", where))
    for (name, column), (other, key) in WITHIN.items():
        found += _lost(name, column, frames[name][column], other, frames[other][key], snapshot)
    return found


def problems_of_archive(store: Store, location: str | Path) -> list[Problem]:
    """Return the inputs that a store says its archive has and that are gone or changed; reads each file."""
    inputs = store.rows("input", ["file", "sha256"], archived=True).drop_duplicates("sha256")
    found = []
    for file, sha256 in inputs.itertuples(index=False):
        path = archived(location, sha256)
        if path is None:
            found.append(Problem("archive_missing", {"file": file, "sha256": sha256}))
        elif sha256_of(path) != sha256:
            found.append(Problem("archive_changed", {"file": file, "path": str(path)}))
    return found


def _read(
    store: Store, name: str, columns: Sequence[str] | None = None, **equals: Any
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return rows, or none and the reason why they cannot be read."""
    try:
        return store.rows(name, columns, **equals), []
    except StoreError as error:
        empty = pd.DataFrame(columns=list(columns or schema().tables[name].names), dtype=object)
        return empty, [Problem("unreadable", {"table": name, "reason": str(error)})]


def _problems_of_table(table: Table, rows: pd.DataFrame, snapshot: str | None = None) -> Iterator[Problem]:
    """Yield what is wrong with rows by themselves: keys that are there twice, values that cannot be read."""
    where = {"table": table.name, "snapshot": snapshot or "-"}
    twice = rows.duplicated(list(table.key))
    if twice.any():
        key = rows.loc[twice, list(table.key)].iloc[0]
        first = "/".join("null" if gone else str(one) for one, gone in zip(key, key.isna(), strict=True))
        yield Problem("same_key", where | {"n": int(twice.sum()), "first": first})
    for column in table.columns:
        reads = _READS.get(column.kind)
        if reads is None:
            continue
        wrong = [value for value in rows[column.name].dropna().unique() if not _can(reads, value)]
        if wrong:
            told = {"column": column.name, "kind": column.kind, "n": len(wrong), "first": str(wrong[0])[:40]}
            yield Problem("value", where | told)


def _lost(
    name: str,
    column: str,
    values: pd.Series[Any],
    other: str,
    known: pd.Series[Any],
    snapshot: str | None = None,
) -> list[Problem]:
    """Return the problem of values that another table should have and has not."""
    lost = sorted({*values.dropna().unique()} - {*known.dropna().unique()})
    if not lost:
        return []
    told = {"column": column, "other": other, "n": len(lost), "first": lost[0]}
    return [Problem("reference", {"table": name, "snapshot": snapshot or "-"} | told)]


def _hash(table: Table, rows: pd.DataFrame) -> str:
    """Return the hash of rows; empty if there is a value that no table can hold."""
    try:
        return hash_of_rows(table, to_arrow(table, rows))
    except StoreError:
        return ""


def _can(reads: Callable[[Any], object], value: object) -> bool:
    try:
        reads(value)
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return False
    return True


_READS: Mapping[str, Callable[[Any], object]] = {
    "json": json.loads,
    "time": datetime.fromisoformat,
    "geometry": shapely.from_wkb,
}

"""A store as a folder of Parquet files with a data dictionary, for other programs and other institutions."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from access._version import __version__
from access.datasets import sha256_of
from access.errors import StoreError
from access.observatory_dictionary import dictionary_json, dictionary_text, readme_text
from access.observatory_public import PublicRows
from access.observatory_schema import Table, schema
from access.observatory_store import Store
from access.observatory_tables import arrow_schema, to_arrow
from access.progress import Advance
from access.whole_files import is_disk_full

FORMAT = "fairreach observatory export"
MANIFEST = "manifest.json"
_OF_CITY = ("city", "series", "snapshot", "feed_version", "answer", "note", "counter_scenario")
_GEOPARQUET = "1.1.0"


def export(
    store: Store,
    folder: Path,
    *,
    cities: Sequence[str] = (),
    all_notes: bool = False,
    public: bool = False,
    advance: Advance | None = None,
) -> dict[str, Any]:
    """Write a store, or some of its cities, as a new folder; return its manifest.

    The folder has one Parquet file for each table (``cell`` and ``zone`` as GeoParquet),
    ``dictionary.en.md``, ``dictionary.fr.md``, ``dictionary.json`` and ``manifest.json`` with the rows and
    SHA-256 of each file; ``README.en.md`` and ``README.fr.md`` say what is in it and for whom.

    Parameters
    ----------
    store : Store
        Open to read.
    folder : Path
        Made; it must not be there, or be empty.
    cities : sequence of str
        Short names; none = all.
    all_notes : bool
        Also observations of citizens that wait for moderation or were refused, for moving a store as a whole.
        Without it only those that are shown go out.
    public : bool
        Leave out the residents of cells where few live and what they follow from
        (``access.observatory_public``). Such a folder can be handed to anybody, and cannot be imported.
    advance : callable, optional
        Called with the tables that are done and all of them.

    Raises
    ------
    StoreError
        If a city is not in the store, the folder has content, or it cannot be written; nothing is left
        then. Also if notes that nobody has read shall be public.
    """
    if public and all_notes:
        raise StoreError(
            "a public export takes only notes that a moderator has let through; leave out --public or "
            "--all-notes"
        )
    chosen = _chosen(store, cities)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder}: is there and has content; an export is a new folder, name another")
    partial = folder.with_name(f".{folder.name}.partial-{uuid.uuid4().hex}")
    try:
        partial.mkdir(parents=True)
        manifest = _write(store, partial, chosen, all_notes=all_notes, public=public, advance=advance)
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()
        partial.rename(folder)
    except OSError as error:
        reason = "the disk is full" if is_disk_full(error) else error.strerror or str(error)
        raise StoreError(f"{folder}: cannot be written ({reason}); nothing was left there") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def _chosen(store: Store, cities: Sequence[str]) -> list[str]:
    known = list(store.rows("city", ["city"])["city"])
    strange = sorted({*cities} - {*known})
    if strange:
        raise StoreError(
            f"{', '.join(strange)}: not in this store; it has {', '.join(known) or 'no city'}. Name cities "
            "by their short names"
        )
    return sorted({*cities}) or known


def _write(
    store: Store,
    folder: Path,
    cities: Sequence[str],
    *,
    all_notes: bool,
    public: bool,
    advance: Advance | None,
) -> dict[str, Any]:
    snapshots = list(store.rows("snapshot", ["snapshot"], city=list(cities))["snapshot"])
    rows, shown = {}, PublicRows(store) if public else None
    for number, table in enumerate(schema().tables.values()):
        path = folder / f"{table.name}.parquet"
        parts = _parts(store, table, cities, snapshots, all_notes, shown)
        rows[path.name] = _write_table(path, table, parts)
        if advance is not None:
            advance(number + 1, len(schema().tables))
    for language in ("en", "fr"):
        (folder / f"dictionary.{language}.md").write_text(dictionary_text(language), encoding="utf-8")
        (folder / f"README.{language}.md").write_text(readme_text(language, public=public), encoding="utf-8")
    (folder / "dictionary.json").write_text(dictionary_json(), encoding="utf-8")
    files = {
        path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size}
        | ({"rows": rows[path.name]} if path.name in rows else {})
        for path in sorted(folder.iterdir())
    }
    manifest = {
        "format": FORMAT,
        "schema_version": schema().version,
        "fairreach_version": __version__,
        "exported_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "cities": list(cities),
        "snapshots": len(snapshots),
        "notes": "all" if all_notes else "shown",
        "public": public,
        "hidden_cells": len(_hidden(store, snapshots)) if shown is None else shown.hidden_cells,
        "files": files,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    return manifest


def _parts(
    store: Store,
    table: Table,
    cities: Sequence[str],
    snapshots: Sequence[str],
    all_notes: bool,
    shown: PublicRows | None,
) -> Iterator[pa.Table]:
    """Yield the rows of a table that are wanted; those of snapshots one snapshot at a time."""
    if table.name in (*schema().of_snapshot, "tally"):
        for snapshot in snapshots:
            rows = store.rows(table.name, snapshot=snapshot)
            yield to_arrow(table, rows if shown is None else shown.of(table.name, rows, snapshot))
        return
    if table.name == "attribution":
        wanted: dict[str, Any] = {"from_snapshot": list(snapshots), "to_snapshot": list(snapshots)}
    elif table.name in _OF_CITY:
        wanted = {"city": list(cities)}
    else:
        wanted = {}
    if table.name == "note" and not all_notes:
        wanted["state"] = "shown"
    rows = store.rows(table.name, **wanted)
    yield to_arrow(table, rows if shown is None else shown.of(table.name, rows))


def _hidden(store: Store, snapshots: Sequence[str]) -> pd.DataFrame:
    return store.rows("cell", ["snapshot", "cell"], snapshot=list(snapshots), suppressed=True)


def _write_table(path: Path, table: Table, parts: Iterator[pa.Table]) -> int:
    """Write one table and return its number of rows."""
    rows = 0
    box = [float("inf"), float("inf"), float("-inf"), float("-inf")]
    kinds: set[str] = set()
    with pq.ParquetWriter(path, arrow_schema(table), compression="zstd") as writer:
        for part in parts:
            writer.write_table(part)
            rows += part.num_rows
            if "geometry" in table.names:
                _widen(box, kinds, part)
        if "geometry" in table.names:
            writer.add_key_value_metadata({"geo": _geo(box, kinds)})
    return rows


def _widen(box: list[float], kinds: set[str], part: pa.Table) -> None:
    shapes = shapely.from_wkb(part.column("geometry").drop_null().to_pylist())
    if not len(shapes):
        return
    kinds.update(shape.geom_type for shape in shapes)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    box[:] = [min(box[0], west), min(box[1], south), max(box[2], east), max(box[3], north)]


def _geo(box: Sequence[float], kinds: set[str]) -> str:
    """Return the description of GeoParquet 1.1 (OGC 2024); without ``crs`` it is WGS84, longitude first."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(kinds)}
    if kinds:
        column["bbox"] = list(box)
    return json.dumps({"version": _GEOPARQUET, "primary_column": "geometry", "columns": {"geometry": column}})

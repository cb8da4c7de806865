"""Compare the numbers of two folders of results, table by table and value by value.

Equal means equal: without a tolerance two numbers differ if their last bit does; two missing values are
equal.
Pictures and pages are drawn from the tables and are not compared; of the manifest, everything that says how a
run was made and what it counted is, but not when, where, how fast and by which versions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from access.bundle_folders import manifest_in_bundle
from access.reproduce_values import differing, distance, equal, is_missing, shown_value

SHOWN = 20
"""So many differences of a table are kept; the others are counted."""

#: Of a manifest: when, where, how fast, by which versions. Those are told, not compared.
CIRCUMSTANCES = frozenset(
    {
        "created", "fairreach_version", "seconds_by_stage", "estimate", "peak_memory_mib", "data_folder",
        "network_cache", "config_file", "python", "system", "packages", "base", "inputs", "streets",
    }
)  # fmt: skip
_SECONDS = "seconds"  # of each scenario of a comparison, by stage
_PAIRS = "travel_times/"
_TEXTS = ("object", "str", "string", "category")
_NO_KEYS = ("geometry", "sources", "source", "note", "unit")


@dataclass(frozen=True)
class Difference:
    """One value that differs."""

    file: str
    where: str  # row and column, in the words of the file
    before: str
    again: str
    by: float  # absolute difference; NaN where one of them is no number


@dataclass
class TableCompared:
    """One table (or file of values) compared."""

    file: str
    values: int = 0
    differing: int = 0
    largest: float = 0.0
    largest_relative: float = 0.0
    no_numbers: int = 0  # of those that differ: texts, or a value on one side only
    shown: list[Difference] = field(default_factory=list)
    problem: str = ""  # why it could not be compared value by value

    @property
    def same(self) -> bool:
        """Whether every value is equal."""
        return not (self.differing or self.problem)

    def add(self, difference: Difference, relative: float) -> None:
        """Count a difference and keep the first ones."""
        self.differing += 1
        if math.isfinite(difference.by):
            self.largest = max(self.largest, difference.by)
            self.largest_relative = max(self.largest_relative, relative)
        else:
            self.no_numbers += 1
        if len(self.shown) < SHOWN:
            self.shown.append(difference)


def compare_folders(before: Path, again: Path, tolerance: float = 0.0) -> Iterator[TableCompared]:
    """Compare every table of values of two runs (or two comparisons).

    Parameters
    ----------
    before, again : Path
        Folder in the bundle, and the one computed again.
    tolerance : float
        Relative; 0 = every bit counts.

    Yields
    ------
    TableCompared
        One a file, in the order of names; a file of one folder only has a ``problem``.
    """
    names = sorted({*_tables(before), *_tables(again)})
    for name in names:
        found = TableCompared(name)
        missing = [folder for folder in (before, again) if not (folder / name).exists()]
        if missing:
            found.problem = "only in the bundle" if missing == [again] else "only in what was computed again"
        elif name.endswith(".json"):
            _compare_json(found, before / name, again / name, tolerance)
        elif name.endswith(".gpkg"):
            _compare_layers(found, before / name, again / name, tolerance)
        elif (before / name).is_dir() or name.startswith(_PAIRS):
            _compare_pairs(found, before / name, again / name, tolerance)
        else:
            _compare_tables(found, _read(before / name), _read(again / name), tolerance)
        yield found


def _tables(folder: Path) -> Iterator[str]:
    """Yield files of values; a folder of travel times is one of them."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".parquet", ".json", ".gpkg"):
            yield path.name
    if (folder / "travel_times").is_dir():
        for path in sorted((folder / "travel_times").iterdir()):
            yield f"{_PAIRS}{path.name}"


def _read(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame


def _compare_tables(
    found: TableCompared, before: pd.DataFrame, again: pd.DataFrame, tolerance: float, prefix: str = ""
) -> None:
    """Compare column by column; rows in their order, which results do not depend on chance."""
    if list(before.columns) != list(again.columns):
        only = sorted({*before.columns} ^ {*again.columns})
        found.problem = f"{prefix}columns differ: {', '.join(map(str, only)) or 'their order'}"
    if len(before) != len(again):
        found.problem = f"{prefix}{len(before):,} rows in the bundle, {len(again):,} computed again"
        return
    keys = _keys(before)
    for name in before.columns:
        if name in again.columns:
            _compare_columns(found, before[name], again[name], keys, f"{prefix}{name}", tolerance)


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that name a row: its texts, at most six, else its place."""
    texts = [name for name in frame.columns if str(frame[name].dtype) in _TEXTS and _is_text(frame[name])]
    named = [name for name in texts if name not in _NO_KEYS][:6]
    return frame[[*named, *(["cutoff_min"] if "cutoff_min" in frame else [])]]


def _is_text(column: pd.Series[Any]) -> bool:
    first = next((value for value in column if not is_missing(value)), None)
    return isinstance(first, str)


def _compare_columns(
    found: TableCompared,
    before: pd.Series[Any],
    again: pd.Series[Any],
    keys: pd.DataFrame,
    name: str,
    tolerance: float,
) -> None:
    found.values += len(before)
    for place in differing(before, again, tolerance):
        old, new = before.iloc[place], again.iloc[place]
        by, relative = distance(old, new)
        row = keys.iloc[place]
        where = (
            ", ".join(f"{key}={value}" for key, value in row.items() if not is_missing(value))
            or f"row {place}"
        )
        found.add(
            Difference(found.file, f"{where}: {name}", shown_value(old), shown_value(new), by), relative
        )


def _compare_pairs(found: TableCompared, before: Path, again: Path, tolerance: float) -> None:
    """Compare travel times: whole where they fit in memory part by part, in one order of pairs."""
    parts = [_parts(path) for path in (before, again)]
    if parts[0].keys() == parts[1].keys():
        for name in parts[0]:
            old, new = (_plain(pq.read_table(side[name])) for side in parts)
            if not old.equals(new):
                _compare_tables(found, old.to_pandas(), new.to_pandas(), tolerance)
            else:
                found.values += old.num_rows * old.num_columns
        return
    frames = []
    for side in parts:
        table = pa.concat_tables(
            [_plain(pq.read_table(path)) for name, path in side.items() if not name.startswith("_")]
        )
        frames.append(table.to_pandas().sort_values(["from_id", "to_id"], ignore_index=True))
    _compare_tables(found, frames[0], frames[1], tolerance)


def _parts(path: Path) -> dict[str, Path]:
    return {each.name: each for each in sorted(path.glob("*.parquet"))} if path.is_dir() else {"": path}


def _plain(table: pa.Table) -> pa.Table:
    """Return ids as texts, so that tables whose dictionaries are in another order compare."""
    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(place, column.name, table[column.name].cast(column.type.value_type))
    return table.replace_schema_metadata(None)


def _compare_layers(found: TableCompared, before: Path, again: Path, tolerance: float) -> None:
    layers = [sorted(str(name) for name, _ in pyogrio.list_layers(path)) for path in (before, again)]
    if layers[0] != layers[1]:
        found.problem = f"layers differ: {', '.join(sorted({*layers[0]} ^ {*layers[1]}))}"
        return
    for layer in layers[0]:
        old, new = (pyogrio.read_dataframe(path, layer=layer) for path in (before, again))
        _compare_tables(found, _with_wkb(old), _with_wkb(new), tolerance, f"{layer}: ")


def _with_wkb(layer: pd.DataFrame) -> pd.DataFrame:
    """Return a layer with its shapes as bytes."""
    if "geometry" not in layer:
        return pd.DataFrame(layer)
    shapes = [None if shape is None else shape.wkb for shape in layer["geometry"]]
    return pd.DataFrame(layer.drop(columns="geometry")).assign(geometry=pd.Series(shapes, dtype=object))


def _compare_json(found: TableCompared, before: Path, again: Path, tolerance: float) -> None:
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in (before, again))
    if before.name == "manifest.json":
        old, new = (_without_circumstances(manifest_in_bundle(each)) for each in (old, new))
    leaves = [dict(_leaves(each)) for each in (old, new)]
    for key in dict.fromkeys([*leaves[0], *leaves[1]]):
        found.values += 1
        a, b = (side.get(key, "(nothing)") for side in leaves)
        if not equal(a, b, tolerance):
            by, relative = distance(a, b)
            found.add(Difference(found.file, key, shown_value(a), shown_value(b), by), relative)


def _without_circumstances(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a manifest what says when, where and how fast, and what a bundle changes on purpose."""
    kept = {key: value for key, value in manifest.items() if key not in CIRCUMSTANCES}
    config = dict(kept.pop("config", None) or {})
    for key in ("dataset", "results", "rights", *_WITH_FILES):
        config.pop(key, None)  # files have other places; their contents are compared by their hashes
    streets = {key: value for key, value in (manifest.get("streets") or {}).items() if key != "source"}
    if isinstance(kept.get("scenarios"), list):  # of a comparison; how long each took is a circumstance
        kept["scenarios"] = [
            {key: value for key, value in each.items() if key != _SECONDS} for each in kept["scenarios"]
        ]
    return {**kept, "config": config, "streets": streets, "inputs": sorted(_hashes(manifest))}


_WITH_FILES = (
    "schedule", "streets", "cells", "people", "population_grid", "income", "income_brackets", "zones",
    "opportunities", "services_file",
)  # fmt: skip


def _hashes(manifest: Mapping[str, Any]) -> list[str]:
    return [str(each.get("sha256")) for each in manifest.get("inputs") or []]


def _leaves(content: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(content, list) and content:
        for place, value in enumerate(content):
            yield from _leaves(value, f"{name}.{place}")
    else:
        yield name, content

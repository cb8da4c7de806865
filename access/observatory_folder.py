"""An exported folder, read like a store: every file is checked against the manifest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from access.datasets import sha256_of
from access.errors import StoreError
from access.observatory_duckdb import named, newer_store, table_of
from access.observatory_export import FORMAT, MANIFEST
from access.observatory_schema import Table, schema
from access.observatory_tables import check_filter, filter_values, key_order, to_frame

SMALL_BYTES = 1_000_000
"""Files up to this size are kept in memory; of larger ones only the parts of a snapshot are read."""


class FolderStore:
    """The rows of an exported folder; it can only be read.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    StoreError
        If it is no export, of another version, or files are missing, changed or do not fit the schema; all
        are named.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._small: dict[str, pa.Table] = {}
        _check(folder)

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """As ``Store``."""
        wanted = table_of(table)
        names = list(named(wanted, list(columns or wanted.names)))
        check_filter(wanted, equals)
        needed = [name for name in wanted.names if {name} & {*names, *wanted.key, *equals}]
        condition = _condition(wanted, equals)
        read = self._read(table, needed, equals.get("snapshot"))
        found = read if condition is None else read.filter(condition)
        ordered = found.take(key_order(wanted, found)) if found.num_rows else found
        return to_frame(ordered, wanted, names)

    def _read(self, table: str, columns: list[str], snapshot: Any) -> pa.Table:
        """Return the rows that may be wanted; a small table is read once and kept."""
        path = self.folder / f"{table}.parquet"
        try:
            if path.stat().st_size > SMALL_BYTES:
                with pq.ParquetFile(path) as file:
                    return file.read_row_groups(_parts_with(file, snapshot), columns=columns)
            if table not in self._small:
                self._small[table] = pq.read_table(path, use_threads=False)
            return self._small[table].select(columns)
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Refuse: an export is not changed.

        Raises
        ------
        StoreError
            Always.
        """
        raise StoreError(
            f"{self.folder}: an export is only read; import it into a store ({table}, {len(frame)})"
        )

    def remove(self, table: str, **equals: Any) -> None:
        """Refuse: an export is not changed.

        Raises
        ------
        StoreError
            Always.
        """
        raise StoreError(f"{self.folder}: an export is only read; import it into a store ({table}, {equals})")


def _parts_with(file: pq.ParquetFile, snapshot: Any) -> list[int]:
    """Return the parts of a file that may have rows of a snapshot; all of them if none is asked for.

    An export has a part for each snapshot, and each part knows its first and last value of every column.
    """
    parts = range(file.metadata.num_row_groups)
    if not isinstance(snapshot, str):
        return [*parts]
    found = []
    for number in parts:
        known = file.metadata.row_group(number).column(0).statistics
        if known is None or not known.has_min_max or known.min <= snapshot <= known.max:
            found.append(number)
    return found


def _condition(table: Table, equals: dict[str, Any]) -> pc.Expression | None:
    """Return the filter of rows as Arrow has it."""
    whole = None
    for name, value in equals.items():
        values = filter_values(table, name, value)
        one = pc.field(name).isin([value for value in values if value is not None])
        if None in values:
            one = one | pc.field(name).is_null()
        whole = one if whole is None else whole & one
    return whole


def _check(folder: Path) -> None:
    manifest = _manifest(folder)
    if manifest.get("public"):
        raise StoreError(
            f"{folder}: a public export, without the residents of hidden cells and much else; it cannot be "
            "imported. Ask whoever made it for `fairreach store export` without --public"
        )
    version = manifest["schema_version"]
    if version > schema().version:
        raise newer_store(folder, version)
    if version < schema().version:
        raise StoreError(
            f"{folder}: an export of version {version}; this fairreach reads version {schema().version}. "
            "Bring the store it came from to that version (`fairreach store migrate`) and export it again"
        )
    problems = [
        problem for name, told in manifest["files"].items() for problem in _file_problems(folder / name, told)
    ]
    listed = [name for name in schema().tables if f"{name}.parquet" not in manifest["files"]]
    problems += [f"{name}.parquet: not in {MANIFEST}" for name in listed]
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise StoreError(
            f"{folder}: {len(problems)} files are not those that were exported; get the folder again\n{lines}"
        )


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] == FORMAT:
            _ = {name: told["sha256"] for name, told in content["files"].items()}
            content["schema_version"] = int(content["schema_version"])
            return dict(content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise StoreError(
        f"{folder}: no export of a store, {MANIFEST} is missing or damaged; name a folder that "
        "`fairreach store export` wrote"
    )


def _file_problems(path: Path, told: dict[str, Any]) -> list[str]:
    if path.parent / path.name != path or not path.is_file():
        return [f"{path.name}: missing"]
    found = sha256_of(path)
    if found != told["sha256"]:
        return [f"{path.name}: changed, its SHA-256 is {found}, that of the export {told['sha256']}"]
    if path.suffix != ".parquet" or path.stem not in schema().tables:
        return []
    try:
        has = pq.read_schema(path).names
    except (OSError, pa.ArrowException) as error:
        return [f"{path.name}: cannot be read ({str(error).splitlines()[0]})"]
    wanted = schema().tables[path.stem].names
    return (
        [] if has == wanted else [f"{path.name}: has the columns {', '.join(has)}; not {', '.join(wanted)}"]
    )

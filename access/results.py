"""The run folder: written to a temporary name, renamed when complete, so no result is ever half there."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from access.datasets import require_writable
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import ResultError
from access.whole_files import is_disk_full, is_left_behind

MANIFEST = "manifest.json"
DRAWS = "draws.parquet"
RUN_FILE = re.compile(
    r"(manifest\.json|headline\.json|config\.yaml|cells\.parquet|indicators\.parquet"
    r"|travel_times/[a-z0-9_]+\.parquet(/(part-\d+|_origins|_destinations)\.parquet|/_manifest\.json)?"
    r"|rights\.parquet|draws\.parquet|curves\.parquet|zones(_not_stable)?\.parquet|zone_rights\.parquet|zones\.gpkg"
    r"|(map(_low_income)?|zones)(\.[a-z]{2})?\.png|report\.[a-z]{2}\.html)"
)
#: Files of a folder that `fairreach compare` writes; the map of a scenario carries its name.
COMPARISON_FILE = re.compile(
    r"(manifest\.json|(table|cells|winners|rights|benefit|bill|zones|side_by_side)\.parquet|difference\.gpkg"
    r"|map-[a-z0-9_-]+(\.[a-z]{2})?\.png|report\.[a-z]{2}\.html)"
)
EXPORT_FILE = re.compile(r"(manifest\.json|[^/]+\.zip|(differences|bill)\.csv|differences\.[a-z]{2}\.txt)")
ANOTHER_FOLDER = "name another folder with --out or results.folder"
ORIGINS_A_BLOCK = 256


class FolderKind(NamedTuple):
    """What a folder of results holds, so that nothing else is ever replaced by a new one."""

    name: str
    files: re.Pattern[str]

    def made(self, manifest: str) -> bool:
        """Say whether this text is the manifest of such a folder."""
        try:
            content = json.loads(manifest)
        except json.JSONDecodeError:
            return False
        if not isinstance(content, dict) or "fairreach_version" not in content:
            return False
        return bool(content.get("kind", RUN.name) == self.name)


RUN = FolderKind("run", RUN_FILE)
COMPARISON = FolderKind("comparison", COMPARISON_FILE)
EXPORT = FolderKind("export", EXPORT_FILE)


def check_target(folder: Path, kind: FolderKind = RUN) -> None:
    """Refuse early to replace a folder that is not an earlier one of its kind.

    Raises
    ------
    ResultError
        If ``folder`` is a file, holds something other than a run (a comparison), or cannot be written.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise ResultError(f"{folder}: is a file; {ANOTHER_FOLDER}")
        if folder.is_dir() and any(folder.iterdir()):
            _check_earlier(folder, kind)
        require_writable(folder.parent)
    except OSError as error:
        raise ResultError(f"{folder}: cannot be used ({error.strerror or error}); {ANOTHER_FOLDER}") from None


def _check_earlier(folder: Path, kind: FolderKind) -> None:
    """Refuse a folder with anything that no run (no comparison) writes: it would be lost."""
    strangers = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not kind.files.fullmatch(path.relative_to(folder).as_posix())
    )
    if strangers:
        shown = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise ResultError(
            f"{folder}: holds {shown}, which no {kind.name} writes, so it is not replaced; {ANOTHER_FOLDER}"
        )
    manifest = folder / MANIFEST
    if not manifest.is_file() or not kind.made(manifest.read_text(encoding="utf-8", errors="replace")):
        raise ResultError(f"{folder}: is not an earlier {kind.name} and is not replaced; {ANOTHER_FOLDER}")


@contextmanager
def new_run_folder(folder: Path, kind: FolderKind = RUN) -> Iterator[Path]:
    """Give a temporary folder to write to; it takes the place of ``folder`` when the block ends well.

    An earlier run (or comparison, by ``kind``) stays as it was until then, whatever goes wrong.

    Raises
    ------
    ResultError
        If the target cannot be replaced (``check_target``) or the disk is full.
    """
    check_target(folder, kind)
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    _remove_leftovers(folder)
    try:
        partial.mkdir(parents=True)
        yield partial
        _swap(partial, folder)
    except OSError as error:
        why = "the disk is full" if is_disk_full(error) else f"cannot be written ({error})"
        raise ResultError(
            f"{folder}: {why}; nothing was changed there. {ANOTHER_FOLDER.capitalize()}"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    """Remove what a run that was killed left beside its folder; a run still going is left alone."""
    for leftover in folder.parent.glob(f"{folder.name}.partial-*"):
        number = leftover.name.rpartition("-")[2]
        if is_left_behind(number):
            shutil.rmtree(leftover, ignore_errors=True)


def _swap(partial: Path, folder: Path) -> None:
    previous = folder.with_name(f"{folder.name}.previous-{os.getpid()}")
    if folder.exists():
        folder.rename(previous)
    try:
        partial.rename(folder)
    except OSError:
        if previous.exists():
            previous.rename(folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def write_json(path: Path, content: Any) -> None:
    """Write readable UTF-8 JSON; NaN and infinity become null."""
    path.write_text(json_text(content), encoding="utf-8")


def json_text(content: Any) -> str:
    """Return readable JSON that ends with a line; NaN and infinity become null."""
    return json.dumps(_finite(content), indent=2, ensure_ascii=False, default=str) + "\n"


def add_to_manifest(folder: Path, **entries: object) -> None:
    """Add or replace entries of the manifest of a run that is being written."""
    write_json(folder / MANIFEST, read_manifest(folder) | entries)


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, float) and not np.isfinite(content):
        return None
    return content


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished run.

    Raises
    ------
    ResultError
        If the folder holds no readable manifest.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(
            f"{folder}: no {MANIFEST}, so this is not a finished run; run the configuration again"
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ResultError(f"{path}: cannot be read ({error}); run the configuration again") from None
    if not isinstance(manifest, dict):
        raise ResultError(f"{path}: holds no mapping; run the configuration again")
    return manifest


def write_travel_times(
    path: Path, from_ids: Sequence[str], to_ids: Sequence[str], minutes: Minutes, percentiles: Sequence[int]
) -> int:
    """Write a matrix as a Parquet table of the pairs reached, one row group a block of origins.

    Columns are ``from_id``, ``to_id`` and ``travel_time_p{percentile}`` (whole minutes, null = not reached at
    that percentile). A pair that is reached at none of the percentiles has no row.

    Parameters
    ----------
    minutes : array of uint8, shape (n_percentiles, n_origins, n_destinations)

    Returns
    -------
    int
        Number of rows written.
    """
    names = [f"travel_time_p{percentile}" for percentile in percentiles]
    return _write_pairs(path, from_ids, to_ids, minutes, names)


def write_street_times(path: Path, from_ids: Sequence[str], to_ids: Sequence[str], minutes: Minutes) -> int:
    """Write the matrix of a mode without a timetable, uint8 (n_origins, n_destinations), in one column.

    Columns are ``from_id``, ``to_id`` and ``travel_time``; a pair that is not reached has no row.

    Returns
    -------
    int
        Number of rows written.
    """
    return _write_pairs(path, from_ids, to_ids, minutes[np.newaxis], ["travel_time"])


def _write_pairs(
    path: Path, from_ids: Sequence[str], to_ids: Sequence[str], minutes: Minutes, names: Sequence[str]
) -> int:
    ids = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema([("from_id", ids), ("to_id", ids), *((name, pa.uint8()) for name in names)])
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for first in range(0, len(from_ids), ORIGINS_A_BLOCK):
            block = minutes[:, first : first + ORIGINS_A_BLOCK]
            origin, destination = np.nonzero((block != UNREACHED_MIN).any(axis=0))
            times = block[:, origin, destination]
            columns = [
                _dictionary(origin + first, from_ids),
                _dictionary(destination, to_ids),
                *(pa.array(row, mask=row == UNREACHED_MIN) for row in times),
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            rows += len(origin)
    return rows


def _dictionary(index: np.ndarray[Any, Any], ids: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index, pa.int32()), pa.array(ids, pa.string()))

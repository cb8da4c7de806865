"""Writes an edited feed as a GTFS zip, so that whoever opens it reads the same timetable.

Decided so:

W1. A table that the edit left as it was is copied from the base archive byte for byte; so is every file that
    gtfs-kit does not know (fares v2, translations, areas), at the top level of the archive.
W2. From a copied file that no travel time depends on, those rows are left out that name a stop, route, trip,
    service, shape, agency, fare or zone which the edit removed; a file of which nothing remains is left out.
W3. A changed table is written with its columns in their order; ids and times stand as they are in the feed,
    whole numbers without ``.0``, no number with an exponent, missing values blank, lines end with CR LF.
W4. Where feed_info.txt exists, ``feed_version`` says that this is a scenario.
W5. Same feed and base, same bytes: members are sorted and carry one fixed time.
"""

from __future__ import annotations

import os
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gtfs_kit
import numpy as np
import pandas as pd

from gtfs.archive import FeedArchive, open_archive
from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.export_references import WITHOUT_TRAVEL_TIMES, removed_ids, without_dangling
from gtfs.feed import read_feed
from gtfs.tables import COLUMN_TYPES

_NEEDED_ROWS = ("stops", "routes", "trips", "stop_times")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ExportedFeed:
    """What was written, by file name."""

    path: Path
    rewritten: tuple[str, ...]
    copied: tuple[str, ...]
    left_out: Mapping[str, int]  # rows that named something removed, by file

    def summary(self) -> dict[str, str]:
        """One line in English and French."""
        rewritten = ", ".join(self.rewritten) or "-"
        dropped = ", ".join(f"{file} {count}" for file, count in self.left_out.items())
        en = f"{self.path.name}: changed {rewritten}; {len(self.copied)} files as in the base"
        fr = f"{self.path.name} : modifiés {rewritten} ; {len(self.copied)} fichiers comme dans la base"
        if dropped:
            en += f"; rows left out that named something removed: {dropped}"
            fr += f" ; lignes omises car elles nommaient un élément supprimé : {dropped}"
        return {"en": en, "fr": fr}


def write_feed(
    feed: gtfs_kit.Feed, path: Path, base_archive: Path | None, *, scenario: str | None = "scenario"
) -> ExportedFeed:
    """Write a feed as a zip, under a temporary name first.

    Parameters
    ----------
    feed : one feed (not several merged), left unchanged.
    path : the zip to write; replaced if it exists.
    base_archive : the zip or folder the feed was read from before the edit; None: the feed is all there is.
    scenario : what ``feed_version`` is marked with (W4); None: it stays as it is.

    Raises
    ------
    FeedError
        The feed has no trip, stop or route left, which no GTFS archive can say; ``path`` is the base itself
        or a folder; the base cannot be read.
    """
    path = Path(path)
    _check(feed, path, base_archive)
    archive = None if base_archive is None else open_archive(Path(base_archive))
    base = None if base_archive is None else _read_again(Path(base_archive))
    tables = {name: _present(getattr(feed, name, None)) for name in COLUMN_TYPES}
    if scenario is not None:
        tables["feed_info"] = _marked(tables["feed_info"], scenario)
    files: dict[str, bytes] = {}
    left_out: dict[str, int] = {}
    if archive is not None and base is not None:
        unchanged = {name for name in tables if _same(tables[name], getattr(base, name, None))}
        files, left_out = _copied(archive, unchanged, removed_ids(base, feed))
    rewritten = {
        f"{name}.txt": _csv(table)
        for name, table in tables.items()
        if table is not None and f"{name}.txt" not in files and f"{name}.txt" not in left_out
    }
    _write_zip(path, files | rewritten)
    changed = sorted([*rewritten, *(file for file in left_out if file in files)])
    copied = sorted(file for file in files if file not in left_out)
    return ExportedFeed(path, tuple(changed), tuple(copied), left_out)


def _check(feed: gtfs_kit.Feed, path: Path, base_archive: Path | None) -> None:
    problems = []
    empty = [f"{name}.txt" for name in _NEEDED_ROWS if _present(getattr(feed, name)) is None]
    if _present(feed.calendar) is None and _present(feed.calendar_dates) is None:
        empty.append("calendar.txt or calendar_dates.txt")
    if empty:
        problems.append(
            f"nothing is left in {', '.join(empty)}: a GTFS archive cannot say that nothing runs; leave the "
            "feed out instead"
        )
    if path.is_dir():
        problems.append(f"{path} is a folder; give the name of a zip")
    elif base_archive is not None and path.resolve() == Path(base_archive).resolve():
        problems.append(f"{path} is the base itself, which is never overwritten; give another name")
    if problems:
        raise FeedError(f"{path.name}: the feed cannot be exported", problems)


def _read_again(path: Path) -> gtfs_kit.Feed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FeedQualityWarning)  # told when the base was read
        return read_feed(path)


def _present(table: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if table is None or table.empty else table


def _same(table: pd.DataFrame | None, base: pd.DataFrame | None) -> bool:
    """Whether the edit left a table as it was; the numbering of its rows does not count."""
    if table is None or base is None:
        return table is None and base is None
    return table.columns.equals(base.columns) and table.reset_index(drop=True).equals(base)


def _copied(
    archive: FeedArchive, unchanged: set[str], removed: Mapping[str, frozenset[str]]
) -> tuple[dict[str, bytes], dict[str, int]]:
    """Files of the base that go over (W1), and the number of rows left out of them (W2)."""
    files, left_out = {}, {}
    for file in sorted(archive.names):
        name = file.removesuffix(".txt")
        if file.endswith(".txt") and name in COLUMN_TYPES and name not in unchanged:
            continue
        content = archive.read(file)
        if file.endswith(".txt") and (name not in COLUMN_TYPES or name in WITHOUT_TRAVEL_TIMES):
            kept, n_dangling = without_dangling(content, name, removed)
            if n_dangling:
                left_out[file] = n_dangling
            if kept is None:
                continue
            content = kept
        files[file] = content
    return files, left_out


def _marked(feed_info: pd.DataFrame | None, scenario: str) -> pd.DataFrame | None:
    if feed_info is None:
        return None
    version = pd.Series(pd.NA, index=feed_info.index, dtype="string")
    if "feed_version" in feed_info.columns:
        version = feed_info["feed_version"].astype("string")
    marked = (version + f"; scenario: {scenario}").fillna(f"scenario: {scenario}")
    return feed_info.assign(feed_version=marked)


def _csv(table: pd.DataFrame) -> bytes:
    texts = pd.DataFrame({column: _texts(table[column]) for column in table.columns})
    return texts.to_csv(index=False, lineterminator="\r\n").encode()


def _texts(column: pd.Series[Any]) -> list[str]:
    missing = column.isna().to_numpy()
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return ["" if gone else _number(value) for value, gone in zip(numbers.tolist(), missing, strict=True)]
    return ["" if gone else str(value) for value, gone in zip(column.to_list(), missing, strict=True)]


def _number(value: float) -> str:
    """Shortest text that reads as the same number, without exponent and without ``.0``."""
    text = repr(value)
    if "e" in text:
        text = np.format_float_positional(value, trim="-")
    return text.removesuffix(".0")


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in sorted(files):
                member = zipfile.ZipInfo(name, _FIXED_TIME)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.create_system = 3  # the same on Windows
                member.external_attr = 0o644 << 16
                archive.writestr(member, files[name])
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)

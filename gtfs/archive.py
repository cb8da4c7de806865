"""Opens a GTFS zip or folder safely and hands out the bytes of its tables; nothing is ever unpacked to disk.

gtfs-kit reads an empty zip, a zip with its tables in a subfolder and a member named ``../stops.txt`` without
a word, so the archive is checked before any table is read.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gtfs.errors import FeedError

NEEDED_FILES = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
"""Without these no travel time can be computed; one of ``CALENDAR_FILES`` is needed as well."""

CALENDAR_FILES = ("calendar.txt", "calendar_dates.txt")

MAX_UNPACKED_BYTES = 16 * 2**30
"""The largest national feeds are about 5 GiB unpacked."""

MAX_COMPRESSION_RATIO = 250.0
"""Timetables compress 5 to 40 times; a zip bomb thousands of times. Applied from ``_RATIO_FROM_BYTES``."""

_RATIO_FROM_BYTES = 100 * 2**20


@dataclass(frozen=True)
class FeedArchive:
    """The checked files of one feed: names at the top level and a reader."""

    label: str  # how messages call the feed
    names: frozenset[str]
    read: Callable[[str], bytes]


def open_archive(path: Path, label: str | None = None) -> FeedArchive:
    """Check a GTFS zip or folder and return a reader of its files.

    Raises
    ------
    FeedError
        The path does not exist, is no zip, is damaged, encrypted or empty, holds a member that would land
        outside itself or unpacks to an implausible size, has its tables in a subfolder, or lacks a table
        without which no travel time can be computed.
    """
    path = Path(path)
    label = label or path.name
    if path.is_dir():
        return _checked_tables(_folder(path, label))
    if not path.exists():
        raise FeedError(f"{label}: there is no file or folder {path}; check the path of this feed")
    if not zipfile.is_zipfile(path):
        raise FeedError(
            f"{label}: {path} is not a zip archive (or its end is missing); "
            "download the GTFS feed again, or give the folder with its .txt files"
        )
    return _checked_tables(_zip(path, label))


def _folder(path: Path, label: str) -> FeedArchive:
    names = frozenset(file.name for file in path.iterdir() if file.is_file())
    inner = {f"{file.parent.name}/{file.name}" for file in path.glob("*/*.txt")}
    _refuse_nested(names, inner, label, "folder")
    return FeedArchive(label, names, lambda name: (path / name).read_bytes())


def _zip(path: Path, label: str) -> FeedArchive:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise FeedError(f"{label}: the zip {path} is damaged ({error}); download it again") from error
    if not members:
        raise FeedError(f"{label}: the zip {path} is empty; a GTFS feed holds tables such as stops.txt")
    problems = [problem for member in members if (problem := _unsafe(member))]
    problems += _too_large(members)
    if problems:
        raise FeedError(
            f"{label}: the zip {path} is not safe to read; ask its publisher for a clean one", problems
        )
    names = {member.filename for member in members}
    top = frozenset(name for name in names if "/" not in name)
    _refuse_nested(top, names - top, label, "zip")
    return FeedArchive(label, top, lambda name: _read_member(path, name, label))


def _read_member(path: Path, name: str, label: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FeedError(f"{label}: {name} in {path} is damaged ({error}); download the feed again") from error


def _unsafe(member: zipfile.ZipInfo) -> str | None:
    """What is dangerous about one member, if anything."""
    # zipfile turns backslashes into slashes on Windows only: look at the name as it was stored.
    stored = member.orig_filename.replace("\\", "/")
    if stored.startswith("/") or ".." in PurePosixPath(stored).parts or ":" in stored.split("/")[0]:
        return f"member {member.orig_filename!r} points outside the archive"
    if member.flag_bits & 0x1:
        return f"member {member.filename!r} is encrypted"
    return None


def _too_large(members: list[zipfile.ZipInfo]) -> list[str]:
    """Why the archive may be a zip bomb, if it may."""
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > MAX_UNPACKED_BYTES or (
        unpacked > _RATIO_FROM_BYTES and unpacked / packed > MAX_COMPRESSION_RATIO
    ):
        return [
            f"it unpacks to {unpacked / 2**20:,.0f} MiB, {unpacked / packed:,.0f} times its size (allowed: "
            f"{MAX_UNPACKED_BYTES / 2**20:,.0f} MiB and {MAX_COMPRESSION_RATIO:.0f} times)"
        ]
    return []


def _refuse_nested(top: frozenset[str], inner: set[str], label: str, kind: str) -> None:
    """Tables one folder down are a common slip; guessing which of several folders is meant would be worse."""
    if top & set(NEEDED_FILES):
        return
    folders = sorted({name.rsplit("/", 1)[0] for name in inner if name.rsplit("/", 1)[1] in NEEDED_FILES})
    if folders:
        raise FeedError(
            f"{label}: the tables lie in the folder {folders[0] + '/'!r} inside the {kind}; "
            f"they must be at its top level: use the files of {folders[0] + '/'!r} themselves"
        )


def _checked_tables(archive: FeedArchive) -> FeedArchive:
    missing = [name for name in NEEDED_FILES if name not in archive.names]
    if not archive.names & set(CALENDAR_FILES):
        missing.append(" or ".join(CALENDAR_FILES))
    if not missing:
        return archive
    lower = {name.lower(): name for name in archive.names}
    misspelt = [f"{lower[name]} must be called {name}" for name in missing if name in lower]
    hint = f"; {', '.join(misspelt)}" if misspelt else ""
    found = ", ".join(sorted(archive.names)[:20]) or "nothing"
    raise FeedError(f"{archive.label}: the feed has no {', '.join(missing)}; found {found}{hint}")

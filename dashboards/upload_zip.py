"""A zip from a stranger, looked at without unpacking it: what it claims, before anything believes it.

What is inside is bounded by what is checked here: Python's ``zipfile`` reads no more of a member than its
entry in the directory says, and refuses it where that is not true.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from dashboards.what_if_problems import Problem
from gtfs.archive import CALENDAR_FILES, NEEDED_FILES

_MB = 2**20
LARGEST_ZIP_BYTES = 40 * _MB
LARGEST_UNPACKED_BYTES = 500 * _MB
MOST_TIMES = 100
"""Timetables compress 5 to 40 times. Applied from ``_TIMES_FROM_BYTES`` unpacked."""

_TIMES_FROM_BYTES = 10 * _MB
MOST_ENTRIES = 200
_LARGEST_DIRECTORY_BYTES = _MB
_LONGEST_NAME = 80
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 2**16
_LOCATOR_64, _LOCATOR_64_BYTES = b"PK\x06\x07", 20
_ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst", ".jar")
_MAGIC = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zX",
    b"\x28\xb5\x2f\xfd",
)


def check_zip(content: bytes) -> list[Problem]:
    """Return why a zip must not be read; empty where it may.

    Parameters
    ----------
    content : bytes
        The whole file.
    """
    problem = _wrong_end(content)
    if problem is not None:
        return [problem]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            problems = list(_of_directory(members))
            return problems or list(_of_members(archive, members))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return [Problem("zip_damaged")]


def _wrong_end(content: bytes) -> Problem | None:
    """Look at the end of the archive, which says how large its directory is, before that is read."""
    start = max(0, len(content) - _END_BYTES - _LONGEST_COMMENT)
    at = content.rfind(_END, start)
    if at < 0 or len(content) < at + _END_BYTES:
        return Problem("zip_not")
    entries = int.from_bytes(content[at + 10 : at + 12], "little")
    directory = int.from_bytes(content[at + 12 : at + 16], "little")
    large = content[max(0, at - _LOCATOR_64_BYTES) : at].startswith(_LOCATOR_64)
    if large or directory > _LARGEST_DIRECTORY_BYTES or entries > MOST_ENTRIES:
        return Problem("zip_entries", {"came": entries, "limit": MOST_ENTRIES})
    return None


def _of_directory(members: Sequence[zipfile.ZipInfo]) -> Iterator[Problem]:
    """Problems of what the directory of an archive says."""
    if len(members) > MOST_ENTRIES:
        yield Problem("zip_entries", {"came": len(members), "limit": MOST_ENTRIES})
        return
    seen: set[str] = set()
    for member in members:
        yield from _of_entry(member)
        if member.filename in seen:
            yield Problem("zip_twice", {"name": _shown(member)})
        seen.add(member.filename)
    unpacked = sum(member.file_size for member in members)
    times = unpacked / max(1, sum(member.compress_size for member in members))
    if unpacked > LARGEST_UNPACKED_BYTES or (unpacked > _TIMES_FROM_BYTES and times > MOST_TIMES):
        limits = {"limit": LARGEST_UNPACKED_BYTES // _MB, "most_times": MOST_TIMES}
        yield Problem("zip_bomb", {"came": unpacked // _MB, "times": round(times), **limits})
    missing = [name for name in NEEDED_FILES if name not in seen]
    if not seen & set(CALENDAR_FILES):
        missing.append(CALENDAR_FILES[0])
    if missing:
        yield Problem("zip_tables", {"names": ", ".join(missing)})


def _of_entry(member: zipfile.ZipInfo) -> Iterator[Problem]:
    # zipfile turns backslashes into slashes on Windows only, and cuts names at a zero byte.
    stored = member.orig_filename.replace("\\", "/")
    outside = stored.startswith("/") or ".." in PurePosixPath(stored).parts or ":" in stored.split("/")[0]
    if outside or "\0" in stored or not stored:
        yield Problem("zip_path", {"name": _shown(member)})
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield Problem("zip_link", {"name": _shown(member)})
    if member.flag_bits & 0x1:
        yield Problem("zip_encrypted", {"name": _shown(member)})
    if stored.lower().endswith(_ARCHIVES):
        yield Problem("zip_nested", {"name": _shown(member)})


def _of_members(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> Iterator[Problem]:
    """Look at the first bytes of each member: an archive may have any name."""
    for member in members:
        if member.is_dir():
            continue
        with archive.open(member) as file:
            if file.read(4).startswith(_MAGIC):
                yield Problem("zip_nested", {"name": _shown(member)})


def _shown(member: zipfile.ZipInfo) -> str:
    """Return a name fit to be shown: no control characters, not long."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in member.orig_filename)
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 3] + "..."

"""Where new versions of timetables come from, and whether a zip is there as a whole.

A zip in a folder may still be written. It is taken when it is whole: the table at its end is there and every
member has its checksum. What is not whole and changed lately is left until it is; what is not whole and lies
still is damaged, and named.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from access.errors import InputDataError
from access.feed_watch_fetch import is_address
from gtfs.archive import MAX_UNPACKED_BYTES

SETTLED_S = 120.0
"""A file that did not change for so long is no longer being written."""

_CHUNK_BYTES = 1 << 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Source(NamedTuple):
    """A folder, a zip file or an address that gives the versions of one feed."""

    feed: str
    place: str

    @property
    def remote(self) -> bool:
        """Whether it is an address."""
        return is_address(self.place)


def sources_of(given: Sequence[str], feeds: Sequence[str] | None = None) -> list[Source]:
    """Read sources as written: ``FEED=PLACE``, or a place alone.

    Parameters
    ----------
    given : sequence of str
        Folders, zip files and addresses; a folder holds versions of one feed.
    feeds : sequence of str, optional
        Names of the feeds of a configuration, to which those of the sources must belong; a place alone is the
        one feed there is. Without it a place alone is named after its folder, file or end of the address.

    Raises
    ------
    InputDataError
        With every problem found.
    """
    problems, sources = [], []
    for text in given:
        name, found, place = text.partition("=")
        if not found or not _NAME.fullmatch(name):
            name, place = (feeds[0] if feeds and len(feeds) == 1 else _own_name(text)), text
            if feeds and name not in feeds:
                problems.append(f"{text}: say which feed it is, FEED={text}; feeds are {', '.join(feeds)}")
                continue
        if feeds and name not in feeds:
            problems.append(f"{text}: the configuration has no feed {name!r}; it has {', '.join(feeds)}")
        elif not is_address(place):
            problems += _place_problems(place)
        sources.append(Source(name, place))
    names = [source.feed for source in sources]
    problems += [
        f"feed {name!r}: two sources; give one, or name them apart (FEED=PLACE)"
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if problems:
        raise InputDataError("\n".join(problems))
    return sources


def _own_name(place: str) -> str:
    """Return a feed's name made from a folder, a file or an address."""
    path = urlsplit(place).path if is_address(place) else str(Path(place).resolve())
    last = Path(path).stem or urlsplit(place).netloc
    plain = re.sub(r"[^a-z0-9]+", "_", last.lower()).strip("_")
    return (plain if _NAME.fullmatch(plain) else f"feed_{plain}")[:40].rstrip("_")


def _place_problems(place: str) -> list[str]:
    path = Path(place)
    if not path.exists():
        return [f"{place}: no such folder or file; name a folder of zips, a zip, or an http(s) address"]
    if (path / "stops.txt").exists():
        return [f"{place}: an unpacked feed; the watch takes zips, so that each version can be kept: zip it"]
    return []


def zips_of(source: Source) -> list[Path]:
    """Return the zips of a folder, or the one file; hidden files and names of unfinished downloads are none.

    Raises
    ------
    InputDataError
        If the folder is gone or cannot be read.
    """
    place = Path(source.place)
    if not place.exists():
        raise InputDataError(f"{place}: is gone; put it back, or watch another place")
    try:
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        return [
            file
            for file in files
            if (file.suffix.lower() == ".zip" or file == place)
            and not file.name.startswith((".", "~"))
            and file.is_file()
        ]
    except OSError as error:
        raise InputDataError(f"{place}: cannot be read ({error.strerror or error})") from None


def not_whole(path: Path) -> str | None:
    """Say why a zip is not whole; None where it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > MAX_UNPACKED_BYTES:  # before anything of it is unpacked to be checked
                return f"it would unpack to {unpacked:,} bytes; at most {MAX_UNPACKED_BYTES:,} are read"
            return next((why for member in members if (why := _damage(archive, member))), None)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        with path.open("rb") as file:
            begins = file.read(2)
        return "no zip archive" if begins and begins != b"PK" else f"not a whole zip archive ({error})"


def _damage(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """Say what is wrong with a member; reading it to its end checks its sum."""
    try:
        with archive.open(member) as content:
            while content.read(_CHUNK_BYTES):
                pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        return f"its member {member.filename} is damaged ({error})"
    return None


def lies_still(path: Path, now: float) -> bool:
    """Say whether a file was left alone for ``SETTLED_S``; ``now`` in seconds since 1970."""
    found = path.stat()
    return now - max(found.st_mtime, found.st_ctime) > SETTLED_S

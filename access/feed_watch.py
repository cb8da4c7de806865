"""The feed watch: new versions of timetables are taken as they come, compared and filed.

One look goes through every source once. It may be repeated, stopped or killed at any time: a version is told
by its content, so that what is filed already is passed over and what is not is found again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from access.datasets import cache_folder
from access.errors import InputDataError
from access.feed_watch_fetch import Limits, fetch, is_address, shown_address
from access.feed_watch_kept import copy_to, keep, kept, room_for
from access.feed_watch_memory import Memory, Remembered
from access.feed_watch_sources import Source, lies_still, not_whole, zips_of
from access.feed_watch_versions import Told, Version, file_versions, in_order, versions_of
from access.file_fingerprint import content_fingerprint
from gtfs.errors import FeedError
from gtfs.feed_changes_content import feed_content


@dataclass
class Look:
    """What one look through the sources found.

    Attributes
    ----------
    new : list of Told
        Versions that were filed, in order.
    back : list of tuple of Source and str
        Addresses that give a version again that was followed by another, and its SHA-256.
    waiting : list of str
        Files that are still being written.
    problems : list of str
        What cannot be used, and why; nothing of it was filed.
    same : list of Source
        Sources without anything new.
    """

    new: list[Told] = field(default_factory=list)
    back: list[tuple[Source, str]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    same: list[Source] = field(default_factory=list)


def look(
    sources: Sequence[Source],
    location: str | Path,
    city: str,
    *,
    names: Mapping[str, str] | None = None,
    memory: Memory | None = None,
    limits: Limits | None = None,
    now: float | None = None,
) -> Look:
    """Look once whether sources have new versions, and file those.

    Parameters
    ----------
    sources : sequence of Source
    location : str or Path
        The store, made where there is none.
    city : str
        Short name of the city.
    names : mapping, optional
        Its name by language; default the short name.
    memory : Memory, optional
        Answers of servers; default what lies beside the store.
    limits : Limits, optional
        Of a download.
    now : float, optional
        Seconds since 1970, to tell files that are still written; default the clock.

    Raises
    ------
    StoreError
        If the store or its archive cannot be read or written. What is wrong with a source is no error here
        but one of ``Look.problems``.
    """
    seen = versions_of(location, city)
    found, versions = Look(), []
    memory = memory or Memory(location)
    for source in sources:
        mine = seen.loc[seen["feed"] == source.feed, "sha256"].tolist()
        try:
            if source.remote:
                new = _of_address(source, location, mine, memory, limits, found)
            else:
                new = _of_folder(source, location, mine, time.time() if now is None else now, found)
        except InputDataError as error:
            found.problems.append(f"{source.feed}: {error}")
            continue
        versions += new
        if not new:
            found.same.append(source)
    if versions:
        found.new = file_versions(location, city, names or {"en": city, "fr": city}, versions)
    return found


def _of_folder(
    source: Source, location: str | Path, seen: Sequence[str], now: float, found: Look
) -> list[Version]:
    """Keep the new zips of a folder; those that are not whole are noted."""
    known, new = set(seen), []
    for path in zips_of(source):
        try:
            if content_fingerprint(path, _fingerprints()) in known:
                continue
            version, wrong = _taken(source, location, path, known)
            if version is not None:
                new.append(version)
                known.add(version.sha256)
            elif wrong and not lies_still(path, now):
                found.waiting.append(str(path))
            elif wrong:
                found.problems.append(f"{source.feed}: {path}: {wrong}; put a whole one in its place")
        except OSError as error:  # taken away meanwhile, not for us, or a disk that is gone
            found.problems.append(f"{source.feed}: {path}: cannot be read ({error.strerror or error})")
    return in_order(new)


def _taken(
    source: Source, location: str | Path, path: Path, known: set[str]
) -> tuple[Version | None, str | None]:
    """Copy a zip and judge the copy, which nobody writes any more; return the version, or what is wrong."""
    with room_for(location) as partial:
        copy_to(path, partial)
        return _judged(source.feed, location, partial, path.name, known)


def _judged(
    feed: str, location: str | Path, partial: Path, shown: str, known: set[str]
) -> tuple[Version | None, str | None]:
    wrong = not_whole(partial)
    if wrong is not None:
        return None, wrong
    try:
        content = feed_content(partial, feed)
    except FeedError as error:
        return None, str(error).replace(f" {partial}", "")
    sha256, path = keep(location, partial)
    return (None if sha256 in known else Version(feed, sha256, path, shown, content)), None


def _of_address(
    source: Source,
    location: str | Path,
    seen: Sequence[str],
    memory: Memory,
    limits: Limits | None,
    found: Look,
) -> list[Version]:
    """Fetch an address if what it gives changed."""
    answer = memory.of(source.place)
    # Of a version that the store does not have, or that is not at hand, the server is asked for all.
    usable = answer is not None and (answer.problem is not None or _at_hand(location, answer.sha256, seen))
    shown = shown_address(source.place)
    with room_for(location) as partial:
        validators = fetch(source.place, partial, answer.validators if answer and usable else None, limits)
        if validators is None:
            if answer is not None and answer.problem is not None:
                raise InputDataError(answer.problem)
            return []
        version, wrong = _judged(source.feed, location, partial, shown, set())
    if version is None:
        problem = f"{shown}: {wrong}; ask its publisher for a whole one"
        memory.note(source.place, Remembered(validators, "", problem))
        raise InputDataError(problem)
    memory.note(source.place, Remembered(validators, version.sha256, None))
    if version.sha256 not in seen:
        return [version]
    if version.sha256 != seen[-1]:
        found.back.append((source, version.sha256))
    return []


def _at_hand(location: str | Path, sha256: str, seen: Sequence[str]) -> bool:
    return sha256 in seen and kept(location, sha256) is not None


def _fingerprints() -> Path | None:
    """Return the folder that remembers hashes of files; None where it cannot be made."""
    folder = cache_folder() / "fingerprints"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def shown_place(source: Source) -> str:
    """Return the place of a source as it may be shown."""
    return shown_address(source.place) if is_address(source.place) else source.place

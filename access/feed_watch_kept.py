"""Files of versions of timetables, each kept once by its content in the archive beside the store."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from access.datasets import cache_folder, sha256_of
from access.errors import StoreError
from access.observatory_address import beside
from access.observatory_store import is_server
from access.whole_files import is_left_behind, why_not_written

_PARTIAL = ".watch-"
"""Begins the name of a file that is being written, before the number of its process."""


def folder_of_versions(location: str | Path) -> Path:
    """Return where files of versions lie, as ``ab/ab12...``: the store's archive; of a server the cache."""
    return cache_folder() / "watched" if is_server(location) else beside(location, ".inputs")


def kept(location: str | Path, sha256: str) -> Path | None:
    """Return the file of a version, None where it is not at hand."""
    path = folder_of_versions(location) / sha256[:2] / sha256
    return path if path.is_file() else None


@contextlib.contextmanager
def room_for(location: str | Path) -> Iterator[Path]:
    """Give a file to write a version to, which is gone afterwards unless ``keep`` put it in its place.

    Raises
    ------
    StoreError
        If the folder of versions cannot be written.
    """
    folder = folder_of_versions(location)
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        handle, name = tempfile.mkstemp(prefix=f"{_PARTIAL}{os.getpid()}-", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def copy_to(path: Path, partial: Path) -> None:
    """Copy a file that somebody may still write.

    Raises
    ------
    StoreError
        If the copy cannot be written.
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as read, partial.open("wb") as write:
        while chunk := read.read(1 << 20):
            with _told(partial.parent):
                write.write(chunk)
                write.flush()


def keep(location: str | Path, partial: Path) -> tuple[str, Path]:
    """Put a written version in its place for good; return its SHA-256 and where it is."""
    sha256 = sha256_of(partial)
    folder = folder_of_versions(location)
    path = folder / sha256[:2] / sha256
    with _told(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.chmod(0o444)
        partial.replace(path)
    return sha256, path


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say what the system says as an error of the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{folder}: {why_not_written(error)}; nothing was filed") from None


def _remove_leftovers(folder: Path) -> None:
    """Remove what a watch that was killed left half written."""
    for left in folder.glob(f"{_PARTIAL}*"):
        number = left.name.removeprefix(_PARTIAL).partition("-")[0]
        if is_left_behind(number):
            left.unlink(missing_ok=True)

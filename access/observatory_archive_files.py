"""The archive beside a store: a copy of every input of its snapshots, kept once by content.

A copy lies at ``<store>.inputs/ab/ab12...``, named by its SHA-256, and is never changed. So the past can be
computed again, and one input at a time can be taken from another snapshot.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from access.datasets import sha256_of
from access.errors import StoreError
from access.observatory_address import beside
from access.observatory_store import is_server
from access.whole_files import is_left_behind, why_not_written

ARCHIVE_VARIABLE = "FAIRREACH_ARCHIVE"
"""Names the folder of the archive of stores on a server; that of a file lies beside it."""


class Located(NamedTuple):
    """Where the inputs of a run are.

    Attributes
    ----------
    files : dict of str to Path
        By SHA-256; what is gone or changed since the run is missing.
    archived : dict of str to bool
        By SHA-256, whether the archive has it.
    notes : list of str
        What could not be kept, and why.
    """

    files: dict[str, Path]
    archived: dict[str, bool]
    notes: list[str]


def archive_folder(location: str | Path) -> Path | None:
    """Return the folder of a store's archive (it need not exist); of a server the one named, or None."""
    if not is_server(location):
        return beside(location, ".inputs")
    named = os.environ.get(ARCHIVE_VARIABLE)
    return Path(named) if named else None


def archived(location: str | Path, sha256: str) -> Path | None:
    """Return the archive's copy of a file, or None where it has none."""
    folder = archive_folder(location)
    path = None if folder is None else _place(folder, sha256)
    return path if path is not None and path.is_file() else None


def locate_inputs(location: str | Path, manifest: Mapping[str, Any], *, archive: bool) -> Located:
    """Find the inputs of a run and, with ``archive``, copy those into the archive that it lacks.

    Raises
    ------
    StoreError
        If an input to archive is a folder, or the archive cannot be written; nothing half is left in it.
    """
    data, found = Path(manifest["data_folder"]), Located({}, {}, [])
    folder = archive_folder(location) if archive else None
    if archive and folder is None:
        found.notes.append(
            f"the inputs are not kept, so the past cannot be computed again: {ARCHIVE_VARIABLE} names no "
            "folder for the archive of a store on a server"
        )
    if folder is not None:
        _refuse_folders(data, manifest)
    for entry in manifest["inputs"]:
        sha256, path = entry["sha256"], data / entry["file"]
        kept = archived(location, sha256)
        if kept is None and not path.exists():
            found.notes.append(f"{entry['file']}: gone from {data}; not archived")
        elif kept is None and folder is not None:
            kept = _keep(path, sha256, folder)
            if kept is None:
                found.notes.append(f"{entry['file']}: changed since the run; not archived")
        elif kept is None and sha256_of(path) == sha256:
            found.files[sha256] = path
        if kept is not None:
            found.files[sha256] = kept
        found.archived[sha256] = kept is not None
    return found


def checked(location: str | Path, sha256: str, what: str) -> Path:
    """Return the archive's copy of a file after reading it whole.

    Raises
    ------
    StoreError
        If the archive lacks it, or holds something else under its name; ``what`` names the file.
    """
    path = archived(location, sha256)
    if path is None:
        raise StoreError(
            f"{what}: not in the archive {archive_folder(location)} (SHA-256 {sha256[:12]}...); file its run "
            "with the archive, or put the file back where the run read it and observe the run again"
        )
    found = sha256_of(path)
    if found != sha256:
        raise StoreError(
            f"{path}: damaged, its content is {found[:12]}... instead of {sha256[:12]}... ({what}); remove "
            "it and observe a run with that file again"
        )
    return path


def _refuse_folders(data: Path, manifest: Mapping[str, Any]) -> None:
    folders = [entry["file"] for entry in manifest["inputs"] if (data / entry["file"]).is_dir()]
    if folders:
        raise StoreError(
            f"{', '.join(folders)}: the archive keeps files, not folders; make the run from a zip (GTFS) or "
            "a GeoPackage, or file it without the archive (--no-archive)"
        )


def _place(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def _keep(source: Path, sha256: str, folder: Path) -> Path | None:
    """Copy a file into the archive; None where its content is no longer that of the run."""
    target = _place(folder, sha256)
    partial = target.with_name(f"{sha256}.partial-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(target.parent)
        same = _copied(source, partial) == sha256
        if same:
            partial.chmod(0o444)  # what links to it cannot change it by accident
            partial.replace(target)
        return target if same else None
    except OSError as error:
        raise StoreError(f"{folder}: {why_not_written(error)}; nothing was filed") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> str:
    """Copy a file to the disk and return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while chunk := read.read(1 << 20):
            digest.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    return digest.hexdigest()


def _remove_leftovers(folder: Path) -> None:
    """Remove what a process that was killed left half copied."""
    for left in folder.glob("*.partial-*"):
        number = left.name.rpartition("-")[2]
        if is_left_behind(number):
            left.unlink(missing_ok=True)

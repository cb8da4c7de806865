"""A folder that is filled chunk by chunk and can be continued after the program was killed.

`access.chunk_record` tells what lies in it.

Names that begin with ``_`` are skipped by readers of Parquet folders. A chunk is written under a temporary
name, flushed to the disk and renamed before its line is written, so a line speaks of a whole file; a file
without a line, or one that does not fit its line, is made again. When the last chunk is there the lines move
into the manifest, and nothing in the folder tells how often it was interrupted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from access.chunk_differences import MADE_WITH, manifest_differences
from access.chunk_record import (
    DESTINATIONS,
    MANIFEST,
    ORIGINS,
    RECORDS,
    WRITER,
    ChunkRecord,
    begun_manifest,
    read_records,
)
from access.errors import ResultError
from access.whole_files import PARTIAL, why_not_written, write_whole

logger = logging.getLogger(__name__)


class ChunkFolder:
    """The folder while it is being written; ``opened`` makes one.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        As it stands in the folder.
    records : mapping
        Finished chunks by number.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], records: dict[int, ChunkRecord]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.records = records

    @property
    def bounds(self) -> list[int]:
        """First batch of each chunk, and the number of batches at the end."""
        return list(self.manifest["chunk_bounds"])

    @property
    def missing(self) -> list[int]:
        """Numbers of the chunks still to be made, in order."""
        return [chunk for chunk in range(len(self.bounds) - 1) if chunk not in self.records]

    def add(self, chunk: int, content: bytes, n_rows: int) -> None:
        """Keep a finished chunk for good.

        Raises
        ------
        ResultError
            The disk is full or the folder cannot be written; chunks that are there stay.
        """
        name = f"part-{chunk:05d}.parquet"
        digest = hashlib.sha256(content).hexdigest()
        record = ChunkRecord(chunk, name, n_rows, len(content), digest)
        with _told(self.folder):
            write_whole(self.folder / name, content)
            with (self.folder / RECORDS).open("a", encoding="utf-8") as lines:
                lines.write(_as_line(record))
                lines.flush()
                os.fsync(lines.fileno())
        self.records[chunk] = record

    def finish(self) -> None:
        """Write down that all chunks are there."""
        chunks = [self.records[chunk]._asdict() for chunk in sorted(self.records)]
        self.manifest |= {"complete": True, "n_rows": sum(chunk["n_rows"] for chunk in chunks)}
        self.manifest["chunks"] = chunks
        with _told(self.folder):
            write_whole(self.folder / MANIFEST, _as_json(self.manifest))
            (self.folder / RECORDS).unlink(missing_ok=True)


@contextlib.contextmanager
def opened(
    folder: Path, manifest: Mapping[str, Any], *, files: Mapping[str, bytes], start_over: bool = False
) -> Iterator[ChunkFolder]:
    """Begin a folder, or continue the one that is there.

    Parameters
    ----------
    folder : Path
        Made where it is missing. One that holds anything else is refused.
    manifest : mapping
        With ``result``, ``program``, ``options``, ``inputs`` and ``chunk_bounds``. A folder that was begun
        with other bounds keeps its own, since they do not change the result.
    files : mapping of str to bytes
        ``ORIGINS`` and ``DESTINATIONS``, written at the beginning.
    start_over : bool
        Whether a folder that was begun with other inputs or options is emptied instead of refused.

    Raises
    ------
    ResultError
        The folder holds something else, belongs to another running program, was begun with other inputs or
        options (the message says which), or cannot be written.
    """
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_strangers(folder)
        _claim(folder)
    try:
        with _told(folder):
            begun = begun_manifest(folder)
            if begun is not None:
                found = manifest_differences(begun, manifest)
                if found and not start_over:
                    _refuse(folder, found)
                if found:
                    _tell_dropped(folder, begun, found)
                    begun = None
            if begun is None:
                _remove_results(folder)
                for name, content in files.items():
                    write_whole(folder / name, content)
                begun = {**manifest, "complete": False}
                write_whole(folder / MANIFEST, _as_json(begun))
            for leftover in folder.glob(f"*{PARTIAL}"):
                leftover.unlink()
            records = _sound_records(folder, begun)
            made_with = {MADE_WITH: manifest[MADE_WITH]} if MADE_WITH in manifest else {}
            whole = begun["complete"] and len(records) == len(begun["chunks"])
            if whole and begun != {**begun, **made_with}:  # a change without any effect
                begun = {**begun, **made_with}
                write_whole(folder / MANIFEST, _as_json(begun))
            elif not whole:
                lines = "".join(_as_line(record) for record in records.values())
                write_whole(folder / RECORDS, lines.encode())  # also drops a line cut off by a kill
                begun = {**begun, **made_with, "complete": False}
                write_whole(folder / MANIFEST, _as_json(begun))
        yield ChunkFolder(folder, begun, records)
    finally:
        with contextlib.suppress(OSError):
            (folder / WRITER).unlink()


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn errors of the disk into one that says what stays and what to do."""
    try:
        yield
    except OSError as error:
        raise ResultError(
            f"{folder}: {why_not_written(error)}. What was finished stays there: make room or give the right "
            "to write, and run again to continue"
        ) from error


def _tell_dropped(folder: Path, begun: Mapping[str, Any], found: Sequence[str]) -> None:
    n_done = len(begun["chunks"] if begun["complete"] else read_records(folder))
    if not n_done:
        return
    logger.warning(
        "%s: %s of %s parts of an earlier run are thrown away and made again, as something has changed: %s",
        folder,
        n_done,
        len(begun["chunk_bounds"]) - 1,
        "; ".join(found),
    )


def _refuse(folder: Path, found: Sequence[str]) -> None:
    lines = "".join(f"\n  - {line}" for line in found)
    raise ResultError(
        f"{folder}: was begun with something else and cannot be continued:{lines}\n"
        "Set these back, name another folder, or start over without --resume"
    )


def _refuse_strangers(folder: Path) -> None:
    ours = {MANIFEST, RECORDS, WRITER, ORIGINS, DESTINATIONS}
    strangers = sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in ours and not path.name.endswith(PARTIAL) and not path.match("part-*.parquet")
    )
    if strangers:
        shown = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise ResultError(f"{folder}: holds {shown}, which this program does not write; name another folder")


def _claim(folder: Path) -> None:
    """Refuse a folder that another process writes; a writer that was killed does not count."""
    me = psutil.Process()
    content = json.dumps({"pid": me.pid, "started": me.create_time()}).encode()
    path = folder / WRITER
    for _ in range(2):
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            if _is_running(path):
                raise ResultError(f"{folder}: is being written by another process; wait for it") from None
            path.unlink(missing_ok=True)
        else:
            return
    raise ResultError(f"{folder}: is being written by another process; wait for it")


def _is_running(path: Path) -> bool:
    try:
        writer = json.loads(path.read_text(encoding="utf-8"))
        return bool(psutil.Process(writer["pid"]).create_time() == writer["started"])
    except (OSError, ValueError, KeyError, psutil.Error):
        return False


def _remove_results(folder: Path) -> None:
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / RECORDS).unlink(missing_ok=True)
    for part in folder.glob("part-*.parquet"):
        part.unlink()


def _sound_records(folder: Path, manifest: Mapping[str, Any]) -> dict[int, ChunkRecord]:
    """Return the chunks whose files are what they should be; the others are made again."""
    known = {chunk["chunk"]: ChunkRecord(**chunk) for chunk in manifest.get("chunks", [])}
    sound = {}
    for record in (known | read_records(folder)).values():
        if _fits(folder / record.file, record):
            sound[record.chunk] = record
        else:
            logger.warning("%s: damaged or missing, is made again", folder / record.file)
    return sound


def _fits(path: Path, record: ChunkRecord) -> bool:
    try:
        if path.stat().st_size != record.n_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == record.sha256
    except OSError:
        return False


def _as_line(record: ChunkRecord) -> str:
    return json.dumps(record._asdict()) + "\n"


def _as_json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()

"""What lies in a folder that is filled chunk by chunk, and how its record is read back.

```
_manifest.json    what the result was made of (inputs, options, program) and how it was cut into chunks
_chunks.jsonl     one line a finished chunk: file, rows, bytes, SHA-256 (until all are there)
_writer.json      who is writing (until he ends)
_origins.parquet, _destinations.parquet
                  ids in the caller's order; those searched from with the batch that each is in
part-00000.parquet, part-00001.parquet, ...
```
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from access.errors import ResultError

MANIFEST, RECORDS, WRITER = "_manifest.json", "_chunks.jsonl", "_writer.json"
ORIGINS, DESTINATIONS = "_origins.parquet", "_destinations.parquet"


class ChunkRecord(NamedTuple):
    """A finished chunk."""

    chunk: int
    file: str
    n_rows: int
    n_bytes: int
    sha256: str


def read_chunk_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished folder.

    Raises
    ------
    ResultError
        There is none, or chunks are still missing.
    """
    manifest = begun_manifest(folder)
    if manifest is None:
        raise ResultError(f"{folder}: no {MANIFEST}, so these are no travel times written by this program")
    if not manifest["complete"]:
        n_chunks, n_done = len(manifest["chunk_bounds"]) - 1, len(read_records(folder))
        raise ResultError(
            f"{folder}: not finished, {n_done} of {n_chunks} parts are there; run again to continue"
        )
    return manifest


def begun_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest that is there; None where there is none or it cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError, json.JSONDecodeError):
        return None
    return manifest if isinstance(manifest, dict) and "chunk_bounds" in manifest else None


def read_records(folder: Path) -> dict[int, ChunkRecord]:
    """Return what the lines say; a line cut off by a kill is left out."""
    records = {}
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / RECORDS).read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(json.JSONDecodeError, TypeError):
                record = ChunkRecord(**json.loads(line))
                records[record.chunk] = record
    return records

"""Fingerprints of input files, by content, without reading a large file twice.

A file is read and hashed once; the result is remembered under its absolute path, size, times of the last
change of content and of the file's record (``mtime``, ``ctime``) and its number on the disk, all in
nanoseconds where the system gives them. While none of these changes the file is taken to be the same.
A program can set ``mtime`` back but not ``ctime``, and a file put in another's place has another number, so
this is safe on POSIX systems; on Windows, where ``ctime`` is the time of creation, a file that is rewritten
in place with the same size and with its old ``mtime`` restored on purpose would be missed. A file that
changed less than two seconds before it was hashed is not remembered, since a clock of coarse steps could hide
a second change; nor is one whose record changed while it was read.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from access.datasets import sha256_of

SETTLED_S = 2.0


def content_fingerprint(path: Path, memory: Path | None) -> str:
    """Return the SHA-256 of a file, or of all files below a folder.

    Parameters
    ----------
    path : Path
        File or folder; it must exist.
    memory : Path, optional
        Folder that remembers fingerprints from process to process; None reads the file every time.
    """
    if memory is None:
        return sha256_of(path)
    before = _record(path)
    note = memory / f"file-{hashlib.sha256(before.encode()).hexdigest()[:32]}.sha256"
    with contextlib.suppress(OSError):
        remembered = note.read_text(encoding="ascii")
        if len(remembered) == 64:
            return remembered
    found = sha256_of(path)
    if _record(path) == before and _settled(path):
        partial = note.with_name(f".{note.stem}.{os.getpid()}-{secrets.token_hex(4)}.partial")
        with contextlib.suppress(OSError):
            partial.write_text(found, encoding="ascii")
            partial.replace(note)
    return found


def _files(path: Path) -> Sequence[Path]:
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _record(path: Path) -> str:
    """Return what the system knows of a file, or of each file of a folder."""
    lines = [str(path.resolve())]
    for file in _files(path):
        found = file.stat()
        numbers = found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev
        lines.append(f"{file.name} {numbers}")
    return "\n".join(lines)


def _settled(path: Path) -> bool:
    """Whether the last change lies far enough back."""
    newest = max((max(f.stat().st_mtime, f.stat().st_ctime) for f in _files(path)), default=0.0)
    return time.time() - newest > SETTLED_S

"""Files that are whole or not there, and why the system would not write one."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import psutil

PARTIAL = ".partial"
"""End of the name of a file that is being written."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, flush it to the disk and rename it: it is whole or not there.

    Raises
    ------
    OSError
        If it cannot be written; what was there before is as it was.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def is_disk_full(error: OSError) -> bool:
    """Say whether the disk, or what one may use of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)


def why_not_written(error: OSError) -> str:
    """Say why the system would not write, in words for a sentence."""
    return "the disk is full" if is_disk_full(error) else f"cannot be written ({error.strerror or error})"


def is_left_behind(number: str) -> bool:
    """Say whether a temporary name with the number of a process is of one that no longer goes on."""
    return number.isdigit() and not psutil.pid_exists(int(number))

"""One run at a time writes to a run folder: a lock that the operating system gives back when a process ends.

The lock is a file in the folder of unfinished work, locked as a whole (``flock``), so that a run which was
killed, in a container or on another machine of the same file system, leaves none behind. What the file holds
only says who is writing. Where there is no ``flock`` (Windows, some network disks), the process named there
decides.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from access.chunk_record import WRITER
from access.errors import ResultError

fcntl: Any
try:
    fcntl = importlib.import_module("fcntl")
except ImportError:  # pragma: no cover - Windows
    fcntl = None

logger = logging.getLogger(__name__)


class HeldError(ResultError):
    """Another process holds the folder; ``who`` names it in brackets, or is empty."""

    def __init__(self, message: str, who: str) -> None:
        self.who = who
        super().__init__(message)


ATTEMPTS = 20  # each fails only if another run ends at that very moment


@contextlib.contextmanager
def only_run(unfinished: Path, run_folder: Path) -> Iterator[None]:
    """Hold the folder of unfinished work for the whole block; drop it if nothing is in it at the end.

    Parameters
    ----------
    unfinished : Path
        Made where it is missing, with the folders above it.
    run_folder : Path
        Named in messages.

    Raises
    ------
    HeldError
        Another run holds it (the message says which).
    ResultError
        The folder cannot be written.
    """
    missing = [folder for folder in (unfinished, *unfinished.parents) if not folder.exists()]
    try:
        file = _locked(unfinished, run_folder)
    except OSError as error:
        raise ResultError(
            f"{unfinished}: cannot be written ({error.strerror or error}); give the right to write, or name "
            "another folder with --out"
        ) from error
    try:
        yield
    except KeyboardInterrupt:
        if _has_work(unfinished):
            logger.warning(
                "Stopped. What was finished is kept in %s; the same command goes on there.", unfinished
            )
        raise
    finally:
        with contextlib.suppress(OSError):
            (unfinished / WRITER).unlink()
        file.close()
        for folder in [unfinished, *missing]:
            with contextlib.suppress(OSError):
                folder.rmdir()  # refuses where anything lies in it


def _has_work(unfinished: Path) -> bool:
    return any(unfinished.glob("*.parquet/part-*.parquet"))


def _locked(unfinished: Path, run_folder: Path) -> BinaryIO:
    path = unfinished / WRITER
    for _ in range(ATTEMPTS):
        try:
            unfinished.mkdir(parents=True, exist_ok=True)
            file = path.open("a+b")
        except (FileNotFoundError, FileExistsError):
            if unfinished.is_file():
                raise
            continue  # a run that ends just now took the folder away
        try:
            before = _read(file)
            if not _lock(file, before):
                raise _refusal(run_folder, before)
            if not _is_at(file, path):
                file.close()  # that file belonged to a run that has just ended
                continue
            file.truncate(0)
            file.write(json.dumps(_myself()).encode())
            file.flush()
        except BaseException:
            file.close()
            raise
        return file
    raise _refusal(run_folder, {})


def _lock(file: BinaryIO, before: dict[str, Any]) -> bool:
    """Lock the file of a writer; False if another process holds it."""
    if fcntl is not None:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return not _is_running(before)
        return True
    return not _is_running(before)


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _read(file: BinaryIO) -> dict[str, Any]:
    file.seek(0)
    try:
        content = json.loads(file.read())
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _myself() -> dict[str, Any]:
    me = psutil.Process()
    return {
        "pid": me.pid,
        "host": platform.node(),
        "started": me.create_time(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _is_running(writer: dict[str, Any]) -> bool:
    """Whether the process named there goes on; of another machine that cannot be known, so it counts."""
    if writer.get("host", platform.node()) != platform.node():
        return True
    try:
        return bool(psutil.Process(writer["pid"]).create_time() == writer["started"])
    except (KeyError, ValueError, psutil.Error):
        return False


def _refusal(run_folder: Path, writer: dict[str, Any]) -> HeldError:
    who = "".join(
        f"{word}{writer[key]}"
        for word, key in (("process ", "pid"), (" on host ", "host"), (" since ", "since"))
        if key in writer
    )
    who = f" ({who})" if who else ""
    return HeldError(
        f"another run is writing to {run_folder}{who}; wait for it or name another folder with --out "
        "or results.folder",
        who,
    )

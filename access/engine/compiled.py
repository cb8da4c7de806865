"""Compile the engine's kernels, and keep the machine code on disk for later processes, never stale.

Numba compiles a kernel on its first call, which takes seconds, and keeps the result on disk. It notices a
changed source file, but not a changed helper, constant or array group that the file imports from another one.
So the kernels of each file are kept in a folder named by a *key*: a hash of that file, of all engine files
that it imports, directly or not, and of what else decides about the machine code. After an upgrade the key is
another one; folders that no process has asked for in two weeks are removed.

Several processes may start at once: numba writes to a temporary name and renames, and who comes second only
compiles for nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba

import gtfs.timetable

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

KEPT_S = 14 * 86_400
"""Machine code that no process has asked for so long is removed."""

_ENGINE = Path(__file__).parent
_IMPORT = re.compile(r"^from (access\.engine|gtfs)\.(\w+) import", re.MULTILINE)
_numba_config: Any = numba.config  # its options are set at run time
_one_at_a_time = threading.Lock()


def kernel(function: Kernel) -> Kernel:
    """Decorate a function of this package: compiled on its first call, cached on disk, releases the GIL."""
    folder = None if _numba_config.DISABLE_JIT else _folder_of(Path(function.__code__.co_filename))
    with _one_at_a_time:  # numba reads the folder from its settings while it decorates
        before = _numba_config.CACHE_DIR
        _numba_config.CACHE_DIR = str(folder or before)
        try:
            compile_later: Any = numba.njit(cache=folder is not None, nogil=True)
            compiled: Kernel = compile_later(function)
        finally:
            _numba_config.CACHE_DIR = before
    return compiled


def is_compiled(module: str = "scan") -> bool:
    """Whether machine code of this engine file is there already, so that its first call will not compile.

    True as well where nothing is ever compiled (``NUMBA_DISABLE_JIT=1``).
    """
    if _numba_config.DISABLE_JIT:
        return True
    folder = _folder_of(_ENGINE / f"{module}.py")
    return folder is not None and next(folder.rglob("*.nbi"), None) is not None


@cache
def _folder_of(file: Path) -> Path | None:
    """Folder for the kernels of a file, marked as in use; None where nothing can be written anywhere."""
    root = _root()
    if root is None:
        return None
    folder = root / f"{file.stem}-{_key(file)}"
    try:
        folder.mkdir(exist_ok=True)
        os.utime(folder)
    except OSError:
        return None
    return folder


def _key(file: Path) -> str:
    """Hash of everything that the machine code of a file's kernels depends on, beside the processor.

    Numba itself looks at the processor and at the version of Python.
    """
    digest = hashlib.sha256()
    for what in (numba.__version__, _numba_config.BOUNDSCHECK, _numba_config.OPT):
        digest.update(f"{what}\n".encode())
    for source in sorted(_sources(file)):
        digest.update(f"{source.name}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(file: Path) -> set[Path]:
    """Engine files that a file imports, directly or not, with the file itself."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            folders = {"access.engine": _ENGINE, "gtfs": Path(gtfs.timetable.__file__).parent}
            imports = _IMPORT.findall(source.read_text(encoding="utf-8"))
            waiting += [folders[package] / f"{module}.py" for package, module in imports]
    return found


@cache
def _root() -> Path | None:
    """First of the places for machine code that can be written to, rid of what is out of use."""
    for root in _places():
        try:
            root.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=root).close()
        except OSError:
            continue
        _remove_unused(root)
        return root
    return None


def _places() -> list[Path]:
    """Where machine code may be kept: as the user says, else beside the sources, else in his cache folder."""
    if _numba_config.CACHE_DIR:
        return [Path(_numba_config.CACHE_DIR) / "fairreach"]
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return [
        _ENGINE / "__pycache__" / "kernels",
        (Path(user_cache) if user_cache else Path("~/.cache").expanduser()) / "fairreach" / "kernels",
    ]


def _remove_unused(root: Path) -> None:
    """Remove the folders of keys that no process has asked for in a long time."""
    for folder in root.iterdir():
        try:
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # another process has removed it

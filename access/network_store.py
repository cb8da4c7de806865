"""What a ``TransportNetwork`` has worked out, kept on disk: one file of arrays for each part.

The name of a file is a fingerprint of everything that its content depends on: the content of the input
files, every option, and the version and the source of this program. So a changed file, option or program
never meets an old result; it finds nothing and works it out anew. A file appears by renaming a finished one,
so that several processes may use one folder; where two work out the same part, both write the same bytes.

Warnings that came while a part was worked out are kept with it and repeated when it is read, so that a second
run is told what the first one was.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
import warnings
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

import gtfs
from access._version import __version__
from access.datasets import require_writable
from access.errors import DataQualityWarning, InputDataError
from access.network_cache import flat_arrays, rebuilt_group
from gtfs.errors import FeedQualityWarning

logger = logging.getLogger(__name__)
Group = TypeVar("Group", bound=tuple[Any, ...])

FORMAT = 2
LARGEST_MIB = 4_096
"""Above this size of a folder the files that were used longest ago are deleted."""

_REPEATED = {kind.__name__: kind for kind in (DataQualityWarning, FeedQualityWarning)}
_WARNINGS = "warnings"  # name of the array beside those of the group


class Text(NamedTuple):
    """Plain values as JSON in bytes, so that names can stand beside arrays."""

    utf8: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, value: object) -> Text:
        """Return plain values (text, numbers, lists, dicts) as bytes."""
        return cls(np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8))

    def value(self) -> Any:
        """Return the plain values back."""
        return json.loads(self.utf8.tobytes())


@cache
def program_fingerprint() -> str:
    """Stand for the version and the source of this program: a corrected line makes every old file unused."""
    digest = hashlib.sha256(f"{__version__} {FORMAT} {np.__version__}".encode())
    for package in (Path(__file__).parent, Path(next(iter(gtfs.__path__)))):
        for source in sorted(package.rglob("*.py")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


def key_of(*parts: object) -> str:
    """Return 32 hexadecimal digits that stand for arrays, text and numbers, in this order."""
    digest = hashlib.sha256(program_fingerprint().encode())
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"array {part.dtype} {part.shape} ".encode())
            digest.update(np.ascontiguousarray(part).data)
        else:
            digest.update(f"{type(part).__name__} {part!r} ".encode())
    return digest.hexdigest()[:32]


class NetworkStore:
    """Parts of networks in a folder, or nowhere.

    Parameters
    ----------
    folder : Path, optional
        Made where it is missing; None keeps nothing.

    Raises
    ------
    InputDataError
        Nothing can be written there.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            require_writable(folder)
        except OSError as error:
            raise InputDataError(
                f"cache folder {folder}: cannot be written ({error.strerror or error}); name another one, or "
                "give cache=False to keep nothing"
            ) from None

    def get(self, name: str, key: str, kind: type[Group], work_out: Callable[[], Group]) -> Group:
        """Return the part ``name`` with this key from the folder, or work it out and keep it.

        Parameters
        ----------
        name : str
            What the part is, for people who look into the folder.
        key : str
            From ``key_of``: everything that the part depends on.
        kind : type
            NamedTuple of arrays, possibly nested.
        work_out : callable
            Called where the folder has no such part, or a damaged one (with a RuntimeWarning).

        Returns
        -------
        kind
            Its arrays are read-only.
        """
        path = self.folder / f"{name}-{key}.npz" if self.folder else None
        kept = _read(path, kind) if path is not None else None
        if kept is None:
            kept = _worked_out(work_out)
            if path is not None:
                _write(path, *kept)
                _make_room(path.parent)
        group, told = kept
        for category, text in told:
            warnings.warn(text, _REPEATED[category], stacklevel=4)
        return group


def _worked_out(work_out: Callable[[], Group]) -> tuple[Group, list[list[str]]]:
    """Work a part out; keep its warnings about data apart and let all others pass."""
    with warnings.catch_warnings(record=True) as caught:
        for category in _REPEATED.values():
            warnings.simplefilter("always", category)
        group = work_out()
    told = []
    for warning in caught:
        if warning.category.__name__ in _REPEATED:
            told.append([warning.category.__name__, str(warning.message)])
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    for _, array in flat_arrays(group):
        array.flags.writeable = False
    return group, told


def _read(path: Path, kind: type[Group]) -> tuple[Group, list[list[str]]] | None:
    try:
        # Opened here, because np.load leaves a damaged file open.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = dict(file)
        told: list[list[str]] = Text(arrays.pop(_WARNINGS)).value()
        group = rebuilt_group(kind, arrays)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        warnings.warn(
            f"{path} in the cache is damaged ({type(error).__name__}: {error}) and is worked out anew",
            RuntimeWarning,
            stacklevel=5,
        )
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # used now: the last to be deleted
    return group, told


def _write(path: Path, group: tuple[Any, ...], told: list[list[str]]) -> None:
    partial = path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        with partial.open("wb") as file:
            np.savez(file, **{**dict(flat_arrays(group)), _WARNINGS: Text.of(told).utf8})  # type: ignore[arg-type]
        partial.replace(path)
    except OSError as error:  # a full disk costs time, not the result
        logger.warning("%s: cannot be kept in the cache (%s)", path, error)
        partial.unlink(missing_ok=True)


def _make_room(folder: Path, largest_mib: float = LARGEST_MIB) -> None:
    """Delete the files that were used longest ago until the folder is small enough."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.glob("*.npz"):
            with contextlib.suppress(OSError):  # another process was faster
                status = path.stat()
                found.append((status.st_mtime_ns, path.name, status.st_size))
    too_much = sum(size for _, _, size in found) - largest_mib * 2**20
    for _, name, size in sorted(found):
        if too_much <= 0:
            return
        (folder / name).unlink(missing_ok=True)
        too_much -= size

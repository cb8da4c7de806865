"""The ready network on disk: named groups of arrays, so that a later step can route without reading inputs.

The folder's name is a fingerprint of the arrays themselves and of the version of the program: an upgrade or
any changed input or option never meets a stale cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt

from access._version import __version__
from access.errors import ResultError

Group = TypeVar("Group", bound=tuple[Any, ...])
FORMAT = 1


def fingerprint(groups: Mapping[str, tuple[Any, ...]], names: Mapping[str, object]) -> str:
    """Return 16 hexadecimal digits that stand for the arrays, the names, the version and the file format."""
    digest = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    digest.update(json.dumps(names, sort_keys=True).encode())
    for name, group in sorted(groups.items()):
        for field, array in flat_arrays(group):
            digest.update(f"{name}.{field} {array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def save_groups(folder: Path, groups: Mapping[str, tuple[Any, ...]], names: Mapping[str, object]) -> None:
    """Write each NamedTuple of arrays to ``<name>.npz`` and the names to ``names.json``.

    Written beside the target first, then renamed; a folder that is already there is left as it is.
    """
    if folder.is_dir():
        return
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    partial.mkdir(parents=True)
    try:
        for name, group in groups.items():
            np.savez(partial / f"{name}.npz", **dict(flat_arrays(group)))  # type: ignore[arg-type]
        (partial / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
        if not folder.is_dir():
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def flat_arrays(group: tuple[Any, ...], prefix: str = "") -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Name every array of a NamedTuple, those inside inner ones as ``outer.inner``."""
    for field, value in zip(group._fields, group, strict=True):  # type: ignore[attr-defined]
        if isinstance(value, tuple):
            yield from flat_arrays(value, f"{prefix}{field}.")
        else:
            yield f"{prefix}{field}", np.asarray(value)


def load_group(folder: Path, name: str, kind: type[Group]) -> Group:
    """Read one NamedTuple of arrays back, frozen.

    Raises
    ------
    ResultError
        If the cache was deleted or does not fit ``kind``.
    """
    path = folder / f"{name}.npz"
    if not path.is_file():
        raise ResultError(f"{path}: the ready network is gone from the cache; run the configuration again")
    with np.load(path, allow_pickle=False) as arrays:
        try:
            return rebuilt_group(kind, dict(arrays))
        except KeyError as missing:
            raise ResultError(
                f"{path}: lacks {missing}, so another version wrote it; run the configuration again"
            ) from None


def rebuilt_group(kind: type[Group], arrays: Mapping[str, npt.NDArray[Any]], prefix: str = "") -> Group:
    """Put named arrays back into a NamedTuple, read-only; KeyError where one is missing."""
    values: list[Any] = []
    for field, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, tuple) and not isinstance(hint, types.GenericAlias):
            values.append(rebuilt_group(hint, arrays, f"{prefix}{field}."))
            continue
        array = arrays[f"{prefix}{field}"]
        array.flags.writeable = False
        values.append(array[()] if array.ndim == 0 else array)
    return kind(*values)


def load_names(folder: Path) -> dict[str, Any]:
    """Read the ids and names that belong to the indices of the arrays."""
    path = folder / "names.json"
    if not path.is_file():
        raise ResultError(f"{path}: the ready network is gone from the cache; run the configuration again")
    names: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return names

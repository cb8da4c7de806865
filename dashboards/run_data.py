"""The runs that the app shows, each read once and kept; what cannot be shown says why.

A run is known to the browser by its short name (``Runs.names``), never by its folder: nothing that a client
sends reaches the file system.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from access.errors import AccessError
from access.report_data import Run, read_run

UNFINISHED, GONE, UNREADABLE, UNKNOWN = "unfinished", "gone", "unreadable", "unknown"


class RunError(Exception):
    """A run that cannot be shown.

    Attributes
    ----------
    kind : str
        ``unfinished``, ``gone``, ``unreadable`` or ``unknown``; the words stand under ``run_problem.KIND``.
    detail : str
        What the program found, in English.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


@dataclass(frozen=True)
class RunData:
    """One run in memory, read-only.

    Attributes
    ----------
    name : str
        Short name by which URLs and callbacks know it.
    folder : Path
        Where it was read from; must never be shown or sent.
    run : access.report_data.Run
        Its tables. Row k of ``run.cells`` is cell number k everywhere in the app, in the browser too.
    """

    name: str
    folder: Path
    run: Run
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def manifest(self) -> dict[str, Any]:
        """Manifest of the run."""
        return dict(self.run.manifest)

    @cached_property
    def cell_ids(self) -> list[str]:
        """H3 index of every cell."""
        return [str(cell) for cell in self.run.cells["id"]]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Number of every cell by its H3 index."""
        return {cell: row for row, cell in enumerate(self.cell_ids)}

    @cached_property
    def residents(self) -> npt.NDArray[np.float64]:
        """Residents of every cell; NaN where they are not known."""
        return self.run.residents()

    @property
    def is_there(self) -> bool:
        """Whether its folder still is where it was."""
        return (self.folder / "manifest.json").is_file()


class Runs:
    """All runs of an app, by short name, in the order given.

    Parameters
    ----------
    folders : sequence of Path
        Run folders. One that cannot be read is kept, and says why when it is asked for.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = dict(zip(_short_names(folders), map(Path, folders), strict=True))
        self._read: dict[str, RunData] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """Short names of all runs."""
        return list(self._folders)

    @property
    def first(self) -> str:
        """Short name of the run shown when none is asked for."""
        return self.names[0]

    def get(self, name: str) -> RunData:
        """Return a run, read at its first use.

        Raises
        ------
        RunError
            If there is no such run, or it cannot be shown.
        """
        if name not in self._folders:
            raise RunError(UNKNOWN)
        with self._lock:
            if name not in self._read:
                self._read[name] = RunData(name, self._folders[name], _read_whole(self._folders[name]))
            return self._read[name]


def _read_whole(folder: Path) -> Run:
    if not folder.is_dir():
        raise RunError(GONE)
    if not (folder / "manifest.json").is_file():
        raise RunError(UNFINISHED)
    try:
        return read_run(folder)
    except AccessError as error:
        raise RunError(UNREADABLE, str(error).replace(str(folder), "run")) from None


def _short_names(folders: Sequence[Path]) -> list[str]:
    """Return names for URLs: letters, digits and hyphens of the folder's name, each once."""
    names: list[str] = []
    for folder in folders:
        plain = unicodedata.normalize("NFKD", Path(folder).resolve().name).encode("ascii", "ignore").decode()
        name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "run"
        number, wanted = 2, name
        while name in names:
            name, number = f"{wanted}-{number}", number + 1
        names.append(name)
    return names

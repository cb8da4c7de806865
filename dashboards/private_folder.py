"""A temporary folder that only this user may read, gone when it is done."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "fairreach-"


@contextmanager
def private_folder(within: Path | None = None) -> Iterator[Path]:
    """Yield a new empty folder; it is removed with all it holds, whatever happens.

    Parameters
    ----------
    within : Path, optional
        Folder to make it in; default the system's for temporary files.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=within) as folder:  # made with mode 0700
        yield Path(folder)

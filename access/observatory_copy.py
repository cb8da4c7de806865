"""The archived inputs of a store, brought to the archive of another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from access.errors import StoreError
from access.observatory_archive_files import archive_folder, archived
from access.observatory_store import Store, shown
from access.whole_files import is_disk_full


def copy_archive(store: Store, source: str | Path, target: str | Path) -> int:
    """Copy every archived input of a store that the archive of another lacks; return how many.

    Parameters
    ----------
    store : Store
        The one at ``source``, open to read.
    source, target : str or Path
        Locations of the stores; a server has no archive, so nothing is copied from or to one.

    Raises
    ------
    StoreError
        If the archive cannot be written.
    """
    here, there = archive_folder(source), archive_folder(target)
    if here is None or there is None:
        return 0
    copied = 0
    for sha256 in store.rows("input", ["sha256"], archived=True)["sha256"].unique():
        path = archived(source, sha256)
        if path is None or archived(target, sha256) is not None:
            continue
        place = there / path.relative_to(here)
        partial = place.with_name(f"{place.name}.partial-{os.getpid()}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial)
            partial.chmod(0o444)
            partial.replace(place)
        except OSError as error:
            partial.unlink(missing_ok=True)
            reason = "the disk is full" if is_disk_full(error) else error.strerror or str(error)
            raise StoreError(f"{there}: {reason}; the store {shown(target)} was not changed") from error
        copied += 1
    return copied

"""The input files of a transport network: found in a folder, required to exist, feeds named after them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from access.errors import InputDataError
from gtfs.archive import NEEDED_FILES


def find_files(folder: Path) -> tuple[Path, list[Path]]:
    """Return the one ``.osm.pbf`` of a folder and all its GTFS zips, in order of their names.

    Raises
    ------
    InputDataError
        The folder has no ``.osm.pbf``, or several.
    """
    found = sorted([*folder.glob("*.osm.pbf"), *folder.glob("osm.pbf")])
    if len(found) != 1:
        names = ", ".join(file.name for file in found) or "none"
        raise InputDataError(
            f"{folder}: needs one OpenStreetMap extract (.osm.pbf), found {names}; keep one, or name the "
            "files: TransportNetwork(osm_pbf, [gtfs, ...])"
        )
    return found[0], [file for file in sorted(folder.glob("*.zip")) if _is_gtfs(file)]


def require_files(osm_pbf: Path, gtfs: Sequence[Path]) -> None:
    """Raise InputDataError with every file that is missing, if one is."""
    problems = []
    if not osm_pbf.is_file():
        problems.append(f"osm_pbf: there is no file {osm_pbf}; give an OpenStreetMap extract (.osm.pbf)")
    problems += [f"gtfs: there is no file or folder {path}" for path in gtfs if not path.exists()]
    if problems:
        raise InputDataError("the network cannot be read:" + "".join(f"\n  - {text}" for text in problems))


def feed_names(gtfs: Sequence[Path]) -> list[str]:
    """Name feeds after their files; a name that comes again gets a number."""
    names: list[str] = []
    for path in gtfs:
        stem = path.name.removesuffix(".zip").replace(":", "_") or "feed"
        number, name = 1, stem
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names.append(name)
    return names


def _is_gtfs(path: Path) -> bool:
    """Whether a zip has tables of a timetable; a damaged one does, so that it is not passed over."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.rsplit("/", 1)[-1] in NEEDED_FILES for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return True

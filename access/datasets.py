"""Where data files are found: the folder named by FAIRREACH_DATA, then the dataset cache; checksums.

A dataset is a folder of input files. Those whose name starts with ``demo-city-`` are generated into the
cache at first use; all others must be put in place by the user, who is told where.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal, cast, get_args

import platformdirs

from access.errors import InputDataError

DATA_VARIABLE = "FAIRREACH_DATA"
CACHE_VARIABLE = "FAIRREACH_CACHE"
DEMO_PREFIX = "demo-city-"
DemoSize = Literal["small", "medium", "metropolis"]
DEMO_SIZES = get_args(DemoSize)


def cache_folder() -> Path:
    """Return the folder for everything that can be made again (not created here)."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("fairreach", appauthor=False))


def check_cache() -> None:
    """Refuse early a cache folder that cannot be written.

    Raises
    ------
    InputDataError
        With the way to name another one.
    """
    folder = cache_folder()
    try:
        require_writable(folder)
    except OSError as error:
        raise InputDataError(
            f"cache folder {folder}: cannot be written ({error.strerror or error}); set {CACHE_VARIABLE} "
            "to a folder that can"
        ) from None


def require_writable(folder: Path) -> None:
    """Raise OSError unless files can be made in ``folder``, or in the nearest folder above that exists."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    with tempfile.TemporaryFile(dir=nearest):
        pass


def data_folder() -> Path | None:
    """Return the folder named by FAIRREACH_DATA, or None where the variable is not set."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named) if named else None


def dataset_folder(name: str) -> Path:
    """Return the folder of a dataset, generating it where it is a demo city.

    Raises
    ------
    InputDataError
        If the name is no plain folder name, or no such folder exists in any of the places looked at.
    """
    if not name or name != Path(name).name or name in (".", ".."):
        raise InputDataError(f"dataset: {name!r} must be a plain folder name")
    looked_at = [
        folder / name for folder in (data_folder(), cache_folder() / "datasets") if folder is not None
    ]
    for folder in looked_at:
        if folder.is_dir():
            return folder
    if name.startswith(DEMO_PREFIX):
        return _generate_demo_city(name)
    places = " and ".join(str(folder) for folder in looked_at)
    raise InputDataError(
        f"dataset: no folder {name!r}; looked at {places}. "
        f"Put the files there, or set {DATA_VARIABLE} to the folder that holds {name!r}."
    )


def _generate_demo_city(name: str) -> Path:
    size = name.removeprefix(DEMO_PREFIX)
    if size not in DEMO_SIZES:
        raise InputDataError(f"dataset: {name!r} is no demo city; there are {', '.join(DEMO_SIZES)}")
    from access.demo_city import write_demo_city  # the generator is large and rarely needed

    folder = cache_folder() / "datasets" / f"{name}-{_generator_version()}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_demo_city(folder, size=cast(DemoSize, size))
    return folder


def _generator_version() -> str:
    """Return a short fingerprint of the generator's source, so that an old city is never reused."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("demo_*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files below a folder in name order."""
    digest = hashlib.sha256()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(str(file.relative_to(path)).encode())
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()

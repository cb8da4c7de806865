"""A pretended Java, a pretended jar of R5 and a pretended r5py, for tests without a JVM."""

from __future__ import annotations

import zipfile
from pathlib import Path

CLASSES = ("com/conveyal/r5/analyst/TravelTimeComputer.class", "com/conveyal/osmlib/OSM.class")


def write_jar(path: Path, classes: tuple[str, ...] = CLASSES) -> Path:
    """A jar with the names of R5's classes and nothing in them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in classes:
            archive.writestr(zipfile.ZipInfo(name), b"")
    return path


def write_java(home: Path, version: str, *, library: bool = True) -> Path:
    """The folder of a Java as far as one looks before starting it."""
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text(f'IMPLEMENTOR="Nobody"\nJAVA_VERSION="{version}"\n')
    if library:
        (home / "lib" / "server").mkdir(parents=True)
        (home / "lib" / "server" / "libjvm.so").touch()
    return home

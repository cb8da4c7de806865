"""Find the jar of R5 that r5py would load while it is imported, without importing or asking the network.

Looked at, in this order: ``r5.jar`` of the configuration, ``FAIRREACH_R5_JAR``, r5py's own settings files,
its cache, our cache. A jar that is named (the first two) is taken or refused, and no other in its place.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from access.datasets import cache_folder, sha256_of

JAR_VARIABLE = "FAIRREACH_R5_JAR"
_CLASSES = ("com/conveyal/r5/analyst/TravelTimeComputer.class", "com/conveyal/osmlib/OSM.class")


class NamedJar(NamedTuple):
    """The jar that the installed r5py was made for, read from its source."""

    name: str
    url: str
    sha256: str


class Jar(NamedTuple):
    """A jar that holds R5; ``expected`` tells whether it is the very one that r5py was made for."""

    path: Path
    sha256: str
    expected: bool


def find_jar(jar: Path | None = None, sha256: str | None = None) -> tuple[Jar | None, list[str]]:
    """Return the first jar that can be used, and one line for each place looked at.

    Parameters
    ----------
    jar, sha256
        What the configuration names. With ``sha256`` only a jar with this checksum is taken.
    """
    named = jar_of_r5py()
    places: list[str] = []
    for place, path, strict in _jar_candidates(jar, named):
        if path is None:
            places.append(f"{place}: none")
            if strict:
                return None, places
            continue
        problem, checksum = _jar_problem(path, sha256)
        places.append(f"{place}: {path}{problem}")
        if not problem:
            return Jar(path, checksum, named is not None and checksum == named.sha256), places
        if strict:
            return None, places
    return None, places


def _jar_candidates(jar: Path | None, named: NamedJar | None) -> Iterator[tuple[str, Path | None, bool]]:
    """Yield place, file and whether no other may be taken in its stead."""
    if jar is not None:
        yield "r5.jar", jar, True
    variable = os.environ.get(JAR_VARIABLE)
    if variable:
        yield JAR_VARIABLE, Path(variable).expanduser(), True
    else:
        yield JAR_VARIABLE, None, False
    for file in r5py_settings_files():
        path = _jar_of_settings(file)
        if path is not None:
            yield f"r5-classpath in {file}", path, False
    folder = r5py_cache()
    cached = folder / named.name if named else None
    yield f"r5py's cache {folder}", cached if cached and cached.is_file() else None, False
    own = cache_folder() / "r5"
    jars = sorted(own.glob("*.jar"))
    yield from ((f"our cache {own}", path, False) for path in jars)
    if not jars:
        yield f"our cache {own}", None, False


def _jar_problem(path: Path, sha256: str | None) -> tuple[str, str]:
    """Return what keeps a jar from being used (empty where nothing does), and its checksum."""
    if not path.is_file():
        return ", but there is no such file", ""
    checksum = sha256_of(path)
    if sha256 is not None and checksum != sha256.lower():
        return f", but its sha256 is {checksum}, not {sha256}", checksum
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return ", but it is no jar (damaged or cut off?)", checksum
    missing = [name for name in _CLASSES if name not in names]
    if missing:
        return f", but it lacks {missing[0]}: the jar with all parts (…-all.jar) is needed", checksum
    return "", checksum


def jar_of_r5py() -> NamedJar | None:
    """Read from r5py's source, without importing it, which jar it needs; None where it does not say."""
    package = importlib.util.find_spec("r5py")
    if package is None or not package.origin:
        return None
    file = Path(package.origin).parent / "util" / "classpath.py"
    values: dict[str, object] = {}
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError):
        tree = ast.Module([], [])
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            values[ast.unparse(node.targets[0])] = node.value.value
    url, sha256 = values.get("R5_JAR_URL"), values.get("R5_JAR_SHA256")
    if not isinstance(url, str) or not isinstance(sha256, str):
        return None
    return NamedJar(url.rpartition("/")[2], url, sha256)


def r5py_cache() -> Path:
    """Return the folder where r5py keeps its jar and networks (it makes it at import)."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "r5py"


def r5py_settings_files() -> list[Path]:
    """Return the settings files that r5py reads, where they exist."""
    base = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return [file for file in (Path(base) / "r5py.yml", Path("/etc/r5py.yml")) if file.is_file()]


def _jar_of_settings(file: Path) -> Path | None:
    """Return the local jar that a settings file of r5py names; an address would mean a download: not used."""
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    value = settings.get("r5-classpath") if isinstance(settings, dict) else None
    if not isinstance(value, str):
        return None
    path = value.removeprefix("file://")
    return None if re.match(r"[a-z]{2,}://", path) else Path(path).expanduser()

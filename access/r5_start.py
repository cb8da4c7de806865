"""Start R5: the one place where r5py is imported.

r5py starts a JVM and loads the jar of R5 while it is imported, reads ``sys.argv`` for its settings (a ``-m``
of ours would be its memory), downloads a jar that it does not find, and drops files of its cache that were
not used for two weeks, the jar too. So it is imported after ``access.r5_java`` has found Java and the jar,
with an argument list of our own, and a jar in its cache is touched first.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from access.errors import AccessError, DataQualityWarning
from access.r5_jar import r5py_cache
from access.r5_java import R5Installation


class R5(NamedTuple):
    """R5, started: the package r5py, and R5's class that computes one origin."""

    r5py: Any
    computer: Any


def start_r5(installation: R5Installation) -> R5:
    """Import r5py, which starts Java with R5's jar; the second call in a process does nothing more.

    Raises
    ------
    AccessError
        If Java or the jar does not start.
    """
    with _settings_of(installation):
        try:
            r5py = importlib.import_module("r5py")
            computer = importlib.import_module("jpype").JClass("com.conveyal.r5.analyst.TravelTimeComputer")
        except (Exception, SystemExit) as error:
            jar = installation.jar.path if installation.jar else "the jar that r5py downloads"
            raise AccessError(
                f"R5 does not start with Java {installation.java.version} at {installation.java.home} "
                f"and {jar}: {type(error).__name__}: {error}"
            ) from error
    return R5(r5py, computer)


@contextmanager
def _settings_of(installation: R5Installation) -> Iterator[None]:
    """Give r5py its settings by the ways it reads, and take them back: arguments and environment."""
    arguments = ["r5py"]
    if installation.jar is not None:
        arguments += ["--r5-classpath", str(installation.jar.path)]
        if installation.jar.path.is_relative_to(r5py_cache()):
            os.utime(installation.jar.path)
    if installation.memory is not None:
        arguments += ["--max-memory", installation.memory]
    arguments_before, environment_before = sys.argv, dict(os.environ)
    sys.argv = arguments
    os.environ["JAVA_HOME"] = str(installation.java.home)
    try:
        yield
    finally:
        sys.argv = arguments_before
        os.environ.clear()
        os.environ.update(environment_before)


@contextmanager
def warnings_of_r5py(names: Mapping[str, str]) -> Iterator[None]:
    """Give r5py's warnings as ours, shortened, with the names of files that the user knows."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for warning in told:
        if issubclass(warning.category, RuntimeWarning):
            text = str(warning.message)
            for copied, name in names.items():
                text = text.replace(copied, name)
            said_by = "" if text.startswith("R5 ") else "R5: "
            warnings.warn(f"{said_by}{_shortened(text)}", DataQualityWarning, stacklevel=4)


def _shortened(text: str, n_lines: int = 4) -> str:
    lines = text.splitlines()
    more = len(lines) - n_lines
    return "\n".join(lines[:n_lines]) + (f"\n({more} more)" if more > 0 else "")

"""What this machine offers and lacks, in plain lines: the first thing to ask of someone who needs help."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from access._version import __version__
from access.datasets import DATA_VARIABLE, cache_folder, data_folder
from access.r5_jar import JAR_VARIABLE, find_jar, jar_of_r5py
from access.r5_java import OLDEST_JAVA, find_java

OLDEST_PYTHON = (3, 11)
PACKAGES = ("gtfs-kit", "gtfs-guru", "osmium", "osmnx", "geopandas", "h3", "numba", "r5py", "dash", "tobler")


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``good`` is None where the thing is optional and absent."""

    subject: str
    text: str
    good: bool | None


def examine() -> list[Finding]:
    """Look at Python, machine, packages, Java for the optional R5 engine, and data; change nothing."""
    return [_program(), _python(), _machine(), *_packages(), _java(), _r5_jar(), *_folders()]


def _program() -> Finding:
    return Finding("fairreach", __version__, True)


def _python() -> Finding:
    good = sys.version_info >= OLDEST_PYTHON
    need = "" if good else f"; {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed"
    return Finding(
        "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}{need}", good
    )


def _machine() -> Finding:
    memory = psutil.virtual_memory()
    free, total = memory.available / 2**30, memory.total / 2**30
    text = f"{os.cpu_count()} cores, {free:.1f} of {total:.1f} GiB memory free"
    return Finding("machine", text, True)


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, importlib.metadata.version(name), True)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "not installed; install the project again: pip install .", False)


def _java() -> Finding:
    java, places = find_java()
    if java is not None:
        return Finding("Java", f"{java.version} at {java.home}", True)
    seen = "; ".join(places)
    return Finding("Java", f"none (optional: the R5 engine needs {OLDEST_JAVA} or newer); {seen}", None)


def _r5_jar() -> Finding:
    jar, places = find_jar()
    if jar is not None:
        which = "the one r5py was made for" if jar.expected else "not the one r5py was made for"
        return Finding("R5 jar", f"{jar.path}, {which}", True)
    named = jar_of_r5py()
    wanted = f", {named.name}" if named else ""
    seen = "; ".join(places)
    text = f"none (optional: the R5 engine needs it{wanted}; name it in {JAR_VARIABLE}); {seen}"
    return Finding("R5 jar", text, None)


def _folders() -> Iterator[Finding]:
    data = data_folder()
    if data is None:
        yield Finding(
            "data folder", f"{DATA_VARIABLE} is not set (needed only for datasets of your own)", None
        )
    elif not data.is_dir():
        yield Finding("data folder", f"{DATA_VARIABLE}={data} is no folder", False)
    else:
        datasets = sorted(entry.name for entry in data.iterdir() if entry.is_dir())
        yield Finding("data folder", f"{data} with {', '.join(datasets) or 'no dataset'}", True)
    cache = cache_folder()
    parent = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    free = shutil.disk_usage(parent).free / 2**30
    writable = os.access(parent, os.W_OK)
    text = f"{cache}, {free:.1f} GiB free" + ("" if writable else "; not writable")
    yield Finding("cache folder", text, writable)

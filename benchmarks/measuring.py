"""CPU seconds and memory of this process, children included, for the benchmarks."""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass
class Spent:
    """What a piece of work took."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure user and system time of all threads and ended children, and time on the wall."""
    result = Spent()
    cpu_s, wall_s = cpu_seconds(), time.perf_counter()
    yield result
    result.cpu_s, result.wall_s = cpu_seconds() - cpu_s, time.perf_counter() - wall_s


def cpu_seconds() -> float:
    """User and system seconds of this process and of its children so far."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def memory_mib() -> float:
    """Memory in use now."""
    return _status("VmRSS") / 1024


def peak_memory_mib() -> float:
    """Most memory in use so far. Not ``ru_maxrss``: a process inherits that from the one that started it."""
    return _status("VmHWM") / 1024


def _status(field: str) -> int:
    """Kibibytes from the status file of Linux."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    raise RuntimeError(f"no {field} in /proc/self/status; these benchmarks need Linux")


def machine() -> str:
    """One line on the machine: processor, cores, load."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} virtual cores, Python {platform.python_version()}, load {load}"

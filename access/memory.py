"""How much memory and disk a large search takes, worked out before it starts, and how to stay below a limit.

Working memory follows from the sizes of the arrays that kernels and columns are laid out in. Two figures are
measured: the share of alightings that leave a record (``access.engine.scan`` lays out room for all, but the
system hands out memory as it is written to), and the bytes of a pair on disk.
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

import psutil

from access.batches import Network, thread_memory
from access.engine.simd import BATCH_WIDTH
from access.errors import AccessError
from access.pairs import TARGETS_A_GROUP

RECORDS_SHARE = 0.75
"""Share of alightings that improve on the one before. Measured: 0.53 to 0.68 in windows of one or two hours
(Porto Alegre, a demo city of 10,000 cells), 0.71 to 0.78 in one of ten hours."""

KERNELS_BYTES = 48 * 2**20
"""Machine code of the kernels, threads and file buffers, beside the arrays."""

PAIR_BYTES, PAIR_PERCENTILE_BYTES = 0.15, 0.6
"""On disk, for a pair and for each of its percentiles; measured in ``access.pairs``."""

CHUNK_BYTES = 64 * 2**20
"""A chunk is about so large as a matrix: at most a few minutes of work are lost with it."""

UNITS = {
    "": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip


class Estimate(NamedTuple):
    """What a search takes, in bytes."""

    process_bytes: int  # in use before it starts: the program, timetable, walks
    thread_bytes: int  # more for each thread
    threads: int
    disk_bytes: int  # at most, as if every pair were reached
    batches_a_chunk: int
    later_bytes: int = 0  # more once the search is done, for what its process goes on to

    @property
    def memory_bytes(self) -> int:
        """Most memory of the process."""
        return self.process_bytes + KERNELS_BYTES + self.threads * self.thread_bytes + self.later_bytes

    def summary(self) -> str:
        """Return one line for people."""
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"about {as_size(self.memory_bytes)} of memory with {threads} "
            f"({as_size(self.thread_bytes)} each), at most {as_size(self.disk_bytes)} on disk"
        )


def estimate(
    network: Network, n_percentiles: int, *, threads: int, batches_a_chunk: int, matrix: bool = True
) -> Estimate:
    """Estimate memory and disk of a search before it starts.

    Parameters
    ----------
    network : Network
        The prepared network; it counts as memory in use already.
    n_percentiles : int
        Percentiles asked for.
    threads : int
        Threads of this process.
    batches_a_chunk : int
        Batches of 128 sources that one thread works on before it hands them on.
    matrix : bool
        Whether travel times are kept, not only sums of opportunities.
    """
    n_targets = len(network.targets)
    working = thread_memory(network, n_percentiles)
    thread_bytes = sum(array.nbytes for array in (*working.scan, *working.profiles, *working.egress))
    seldom_full = working.scan.records.nbytes + working.profiles.labels.nbytes
    thread_bytes -= int((1 - RECORDS_SHARE) * seldom_full)
    disk_bytes = 0
    if matrix:
        chunk_pairs = batches_a_chunk * BATCH_WIDTH * n_targets
        group_pairs = BATCH_WIDTH * min(n_targets, TARGETS_A_GROUP)
        thread_bytes += chunk_pairs * n_percentiles + 2 * disk_bytes_of(chunk_pairs, n_percentiles)
        thread_bytes += group_pairs * (3 * n_percentiles + 30)  # positions and columns of one row group
        disk_bytes = disk_bytes_of(len(network.sources) * n_targets, n_percentiles)
    in_use = psutil.Process().memory_info().rss
    return Estimate(in_use, thread_bytes, threads, disk_bytes, batches_a_chunk)


def planned(
    network: Network,
    n_percentiles: int,
    *,
    threads: int,
    max_memory_bytes: int | None,
    matrix: bool = True,
    later_bytes: int = 0,
) -> Estimate:
    """Choose threads and size of chunks so that a search stays below a limit of memory.

    Raises
    ------
    AccessError
        Even one thread with the smallest chunks takes more; the message says how much.
    """
    n_batches = -(-len(network.sources) // BATCH_WIDTH)
    batch_bytes = BATCH_WIDTH * len(network.targets) * n_percentiles if matrix else 1
    large = max(1, min(CHUNK_BYTES // batch_bytes, n_batches // (4 * threads)))
    attempts = [(number, large) for number in range(min(threads, n_batches), 0, -1)] + [(1, 1)]
    for n_threads, batches_a_chunk in attempts:
        needed = estimate(
            network, n_percentiles, threads=n_threads, batches_a_chunk=batches_a_chunk, matrix=matrix
        )._replace(later_bytes=later_bytes)
        if max_memory_bytes is None or needed.memory_bytes <= max_memory_bytes:
            return needed
    raise AccessError(
        f"--max-memory is {as_size(max_memory_bytes or 0)}, but this search needs at least "
        f"{as_size(needed.memory_bytes)}, of which {as_size(needed.process_bytes)} are in use already: "
        "allow that much, or ask for fewer cells, a shorter window or fewer percentiles"
    )


def peak_memory_bytes() -> int | None:
    """Return the most memory that this process has held so far; None on systems that do not tell."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def parsed_size(text: str) -> int:
    """Return the bytes that a text such as ``4GiB`` or ``500 MB`` stands for.

    Raises
    ------
    AccessError
        It is not a number with a unit.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", text)
    unit = UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise AccessError(f"{text!r} is no size of memory; write a number and a unit, such as 4GiB or 500MB")
    return int(float(match[1]) * unit)


def as_size(n_bytes: float) -> str:
    """Return bytes as people read them, in powers of 1,024."""
    for unit in ("B", "KiB", "MiB"):
        if n_bytes < 1024:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= 1024
    return f"{n_bytes:.1f} GiB"


def disk_bytes_of(n_pairs: int, n_percentiles: int) -> int:
    """Return what pairs take on disk, as measured in ``access.pairs``."""
    return int(n_pairs * (PAIR_BYTES + PAIR_PERCENTILE_BYTES * n_percentiles))

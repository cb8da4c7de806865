"""The chunks of a large search on the workers of a Dask cluster.

The work (network, options, ids) is sent once to every worker; each chunk is a task, tried again on another
worker when its own is killed. **Results come back over the network** as finished Parquet files and are
written by this process alone, so a cluster needs no disk in common. What it does need is checked before the
start: the same version and source of fairreach, the same minor version of Python and the same versions of
numpy, numba and pyarrow on every worker, and room for the network and the working memory of each thread.

``distributed`` is optional: ``pip install 'fairreach[cluster]'``.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt

from access.chunk_work import ChunkWork, arrays_in
from access.errors import AccessError
from access.memory import as_size
from access.pairs import PairsFile
from access.search_fingerprint import described_program

logger = logging.getLogger(__name__)

INSTALL = "install it here and on the workers with: pip install 'fairreach[cluster]'"
CONNECT_S = 20
CHUNKS_A_THREAD = 2
"""Chunks under way for each thread of the cluster: one is worked on, one waits at hand."""
ROUNDS = 5
"""How often the work is sent anew after all workers that had it were lost, without a chunk in between."""
WORKER_BYTES = 250 * 2**20
"""What a worker takes before any work: Python, libraries, kernels."""
LIBRARIES = ("numpy", "numba", "pyarrow")

Positions = npt.NDArray[np.int64]


def in_cluster(
    work: ChunkWork, to_do: Mapping[int, Positions], scheduler: str, *, thread_bytes: int
) -> Iterator[tuple[int, PairsFile]]:
    """Make chunks on the workers of a cluster; yield each when it has come back, in any order.

    Parameters
    ----------
    work : ChunkWork
        What makes the file of a chunk.
    to_do : mapping of int to int64 array
        Sources of each chunk.
    scheduler : str
        Address, such as ``tcp://10.0.0.1:8786``.
    thread_bytes : int
        Working memory of one thread.

    Raises
    ------
    AccessError
        ``distributed`` is not installed, no scheduler answers, there are no workers, they have another
        version or too little memory, or workers die on one chunk again and again.
    """
    distributed = _distributed()
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise AccessError(
            f"--scheduler {scheduler}: no Dask scheduler answers ({error}); start one with `dask scheduler`, "
            "and workers with `dask worker ADDRESS`"
        ) from None
    with client:
        _check_workers(client, scheduler, work, thread_bytes)
        left = dict(to_do)
        failures = 0
        while left:
            n_before = len(left)
            try:
                for chunk, made in _one_round(client, work, left):
                    del left[chunk]
                    yield chunk, made
            except _lost_errors() as error:
                failures = failures + 1 if len(left) == n_before else 0
                if failures >= ROUNDS:
                    raise _gave_up(scheduler, error) from error
                logger.warning("cluster: workers were lost (%s); their chunks are sent again", error)


def described_worker() -> dict[str, str]:
    """Return what must be the same everywhere so that results are the same."""
    versions = {name: metadata.version(name) for name in LIBRARIES}
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "Python": python,
        **{f"program {name}": text for name, text in described_program().items()},
    } | versions


def _one_round(
    client: Any, work: ChunkWork, left: Mapping[int, Positions]
) -> Iterator[tuple[int, PairsFile]]:
    """Send the work to all workers and feed them chunks until none is left or workers with it are lost."""
    at_workers = client.scatter(work, broadcast=True, hash=False)
    waiting = iter(list(left.items()))
    n_under_way = CHUNKS_A_THREAD * max(1, sum(client.nthreads().values()))
    chunk_of: dict[str, int] = {}
    finished = _distributed().as_completed(loop=client.loop)

    def submit() -> None:
        for chunk, sources in waiting:
            future = client.submit(_make, at_workers, sources, pure=False, retries=2)
            chunk_of[future.key] = chunk
            finished.add(future)
            return

    for _ in range(n_under_way):
        submit()
    for future in finished:
        made = future.result()
        submit()
        yield chunk_of.pop(future.key), made
        future.release()


def _make(work: ChunkWork, sources: Positions) -> PairsFile:
    """Run on a worker."""
    return work(sources)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise AccessError(f"--scheduler needs the package distributed ({error}); {INSTALL}") from None
    return distributed


def _lost_errors() -> tuple[type[BaseException], ...]:
    """Errors that mean: workers went away, not: the work is wrong."""
    distributed = _distributed()
    lost = distributed.KilledWorker, distributed.client.FutureCancelledError, CancelledError
    return *lost, TimeoutError  # the last: no worker is left to send the work to


def _gave_up(scheduler: str, error: BaseException) -> AccessError:
    return AccessError(
        f"--scheduler {scheduler}: workers were lost {ROUNDS} times in a row without finishing a chunk "
        f"({error}), probably for want of memory: give them more, or fewer threads each, and run again to "
        "continue"
    )


def _check_workers(client: Any, scheduler: str, work: ChunkWork, thread_bytes: int) -> None:
    """Refuse a cluster that cannot do the work or would do it differently, with all problems listed."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise AccessError(
            f"--scheduler {scheduler}: has no workers; start some with `dask worker {scheduler}`"
        )
    problems = []
    here = described_worker()
    network_bytes = sum(array.nbytes for array in arrays_in(work.network))
    for address, found in client.run(described_worker, on_error="return").items():
        if not isinstance(found, dict):
            problems.append(f"{address}: has no fairreach of this version ({found!r}); {INSTALL}")
            continue
        other = [
            f"{name} {found.get(name)} (here {text})"
            for name, text in here.items()
            if found.get(name) != text
        ]
        if other:
            problems.append(f"{address}: has {', '.join(other)}")
    for address, worker in workers.items():
        received = 2 * network_bytes  # once as sent, once as arrays
        needed = WORKER_BYTES + received + worker["nthreads"] * thread_bytes
        if 0 < worker["memory_limit"] < needed:
            problems.append(
                f"{address}: may use {as_size(worker['memory_limit'])}, but needs {as_size(needed)} for its "
                f"{worker['nthreads']} threads: start it with more memory or fewer threads"
            )
    if problems:
        raise AccessError(f"--scheduler {scheduler}:" + "".join(f"\n  - {text}" for text in problems))

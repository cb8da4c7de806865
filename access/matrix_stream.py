"""Searches too large for memory: chunk by chunk into a folder, continued where they were stopped.

The matrix of a metropolis is larger than memory. Here it is cut into chunks of neighbouring origins; each
becomes one Parquet file (``access.pairs``) in a folder that survives a kill (``access.chunk_folder``), made
by the threads of this process or by the workers of a Dask cluster (``access.cluster``). Rows and their order
do not depend on chunks, threads, machines or interruptions.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from access.batches import Network, Positions, batched_network
from access.chunk_differences import MADE_WITH
from access.chunk_folder import ChunkFolder, opened
from access.chunk_record import DESTINATIONS, ORIGINS
from access.chunk_work import (
    ChunkWork,
    OpportunitiesWork,
    TravelTimesWork,
    opportunity_columns,
)
from access.cluster import in_cluster
from access.errors import AccessError
from access.memory import Estimate, planned
from access.pairs import Ids, PairsFile, time_columns
from access.reductions import cutoff_problems, opportunity_problems
from access.search import PreparedSearch, count_problems, percentile_problems, usable_cpus
from access.search_fingerprint import described_program, described_search, digest_of

logger = logging.getLogger(__name__)
estimates = logging.getLogger("access.memory")  # a run tells its own, of all periods

FORMAT = 1
Advance = Callable[[int, int], object]


def stream_travel_times(
    search: PreparedSearch,
    folder: Path,
    *,
    from_ids: Sequence[str],
    to_ids: Sequence[str],
    percentiles: Sequence[float],
    threads: int | None = None,
    max_memory_bytes: int | None = None,
    later_bytes: int = 0,
    scheduler: str | None = None,
    start_over: bool = False,
    made_with: Mapping[str, object] | None = None,
    progress: Advance | None = None,
) -> dict[str, Any]:
    """Write the travel times of all pairs to a folder, or go on where an earlier call was stopped.

    Parameters
    ----------
    search : PreparedSearch
        From ``access.search.prepare_search``.
    folder : Path
        Made where it is missing. ``access.matrix_reader`` and any reader of Parquet folders can read it.
    from_ids, to_ids : sequences of str
        Ids of origins and destinations, each without repeats.
    percentiles : sequence of float
        As in ``access.travel_times.travel_time_percentiles``.
    threads : int, optional
        Threads of this process; without it one for each CPU this process may use.
    max_memory_bytes : int, optional
        Threads and chunks are chosen so that the process should stay below.
    later_bytes : int
        What this process takes more when the travel times are there; ``max_memory_bytes`` holds that too.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, whose workers do the work. They need no
        disk in common with this process, which alone writes to the folder.
    start_over : bool
        Whether a folder that was begun with other inputs or options is emptied; it is refused otherwise.
    made_with : mapping, optional
        Options that the inputs were made with, such as a walking speed, as JSON can hold them. They are kept
        to explain why inputs differ.
    progress : callable, optional
        Called with the origins (arrive-by: destinations) finished and their total; the first call tells what
        an earlier run had finished.

    Returns
    -------
    dict
        The manifest of the folder.

    Raises
    ------
    AccessError
        With all problems of the arguments listed, or if the search does not fit ``max_memory_bytes``.
    ResultError
        The folder cannot be continued or written; the message says why and what to do.
    """
    problems = percentile_problems(percentiles) + count_problems("threads", threads)
    problems += _id_problems("from_ids", from_ids, search.n_origins)
    problems += _id_problems("to_ids", to_ids, search.n_destinations)
    columns = time_columns(percentiles)
    problems += [f"percentiles has {name} twice" for name, n in Counter(columns).items() if n > 1]
    _raise_all(problems)
    network = batched_network(search)
    plan = planned(
        network,
        len(columns),
        threads=threads or usable_cpus(),
        max_memory_bytes=max_memory_bytes,
        later_bytes=later_bytes,
    )
    sources, targets = (to_ids, from_ids) if search.arrive_by else (from_ids, to_ids)
    work = TravelTimesWork(
        network, tuple(percentiles), tuple(columns), _texts(sources), _texts(targets), search.arrive_by
    )
    result = {"what": "travel times", "columns": columns, "percentiles": list(percentiles)}
    inputs = {"ids of origins": digest_of(_texts(from_ids)), "ids of destinations": digest_of(_texts(to_ids))}
    manifest = _manifest(search, network, plan, result, inputs) | {MADE_WITH: dict(made_with or {})}
    files = _id_files(network, from_ids, to_ids, search.arrive_by)
    with opened(folder, manifest, files=files, start_over=start_over) as chunks:
        return _fill(chunks, work, plan, scheduler, progress)


def stream_opportunities(
    search: PreparedSearch,
    folder: Path,
    *,
    from_ids: Sequence[str],
    opportunities: Mapping[str, npt.NDArray[np.float64]],
    cutoffs_min: Sequence[int],
    percentiles: Sequence[float],
    threads: int | None = None,
    max_memory_bytes: int | None = None,
    scheduler: str | None = None,
    start_over: bool = False,
    progress: Advance | None = None,
) -> dict[str, Any]:
    """Write what each origin reaches within each cutoff, without ever holding the matrix.

    Columns are ``id`` and ``{kind}_in_{cutoff}min_p{percentile}``; rows are in the order of batches.

    Parameters
    ----------
    opportunities : mapping of str to float64 array (n_destinations,)
        How much there is of each kind.
    cutoffs_min : sequence of int
        As in ``access.opportunities.opportunities_within``.
    search, folder, from_ids, percentiles, threads, max_memory_bytes, scheduler, start_over, progress
        As in ``stream_travel_times``. Arrive-by searches are refused: their sums need all destinations at
        once, which ``access.opportunities`` does.

    Returns
    -------
    dict
        The manifest of the folder.

    Raises
    ------
    AccessError, ResultError
        As there.
    """
    amounts = np.array(list(opportunities.values()), np.float64).reshape(len(opportunities), -1)
    problems = percentile_problems(percentiles) + count_problems("threads", threads)
    problems += _id_problems("from_ids", from_ids, search.n_origins)
    problems += opportunity_problems(amounts, search.n_destinations)
    problems += cutoff_problems(cutoffs_min, search.search.max_duration_min)
    if search.arrive_by:
        problems.append("opportunities of an arrive-by search cannot be streamed; use opportunities_within")
    _raise_all(problems)
    network = batched_network(search)
    plan = planned(
        network,
        len(percentiles),
        threads=threads or usable_cpus(),
        max_memory_bytes=max_memory_bytes,
        matrix=False,
    )
    columns = opportunity_columns(list(opportunities), cutoffs_min, percentiles)
    work = OpportunitiesWork(
        network, tuple(percentiles), tuple(cutoffs_min), amounts, tuple(columns), _texts(from_ids)
    )
    result = {"what": "opportunities", "columns": columns}
    inputs = {"ids of origins": digest_of(_texts(from_ids)), "opportunities": digest_of(amounts)}
    manifest = _manifest(search, network, plan, result, inputs)
    with opened(folder, manifest, files={}, start_over=start_over) as chunks:
        return _fill(chunks, work, plan, scheduler, progress)


def _fill(
    chunks: ChunkFolder, work: ChunkWork, plan: Estimate, scheduler: str | None, progress: Advance | None
) -> dict[str, Any]:
    """Make all chunks that are missing."""
    batches = work.network.batches()
    sources = [np.concatenate(batches[first:end]) for first, end in pairwise(chunks.bounds)]
    total = len(work.network.sources)
    done = total - sum(len(sources[chunk]) for chunk in chunks.missing)
    estimates.info("%s: %s", chunks.folder.name, plan.summary())
    if done:
        logger.info("%s: goes on, %s of %s places are done", chunks.folder.name, f"{done:,}", f"{total:,}")
    if progress is not None:
        progress(done, total)
    to_do = {chunk: sources[chunk] for chunk in chunks.missing}
    if scheduler is None or not to_do:
        finished = in_threads(work, to_do, plan.threads)
    else:
        finished = in_cluster(work, to_do, scheduler, thread_bytes=plan.thread_bytes)
    for chunk, made in finished:
        chunks.add(chunk, made.content, made.n_rows)
        done += len(sources[chunk])
        if progress is not None:
            progress(done, total)
    chunks.finish()
    return chunks.manifest


def in_threads(
    work: ChunkWork, to_do: Mapping[int, Positions], threads: int
) -> Iterator[tuple[int, PairsFile]]:
    """Make chunks on threads of this process; yield each when it is finished, in any order.

    One chunk more than threads is under way, so that finished ones do not pile up in memory.
    """
    left = iter(to_do.items())
    under_way: dict[Future[PairsFile], int] = {}
    executor = ThreadPoolExecutor(threads)
    try:
        while True:
            while len(under_way) <= threads and (chunk := next(left, None)) is not None:
                under_way[executor.submit(work, chunk[1])] = chunk[0]
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _manifest(
    search: PreparedSearch,
    network: Network,
    plan: Estimate,
    result: Mapping[str, Any],
    further_inputs: Mapping[str, str],
) -> dict[str, Any]:
    inputs, options = described_search(search)
    n_batches = len(network.batches())
    return {
        "format": FORMAT,
        "result": {"format": FORMAT, **result},
        "program": described_program(),
        "options": options,
        "inputs": {**inputs, **further_inputs},
        "estimated_memory_bytes": plan.memory_bytes,
        "estimated_disk_bytes": plan.disk_bytes,
        "chunk_bounds": [*range(0, n_batches, plan.batches_a_chunk), n_batches],
    }


def _id_files(
    network: Network, from_ids: Sequence[str], to_ids: Sequence[str], arrive_by: bool
) -> dict[str, bytes]:
    """Ids in the caller's order; those of the sources with the batch that each is in."""
    batch = np.empty(len(network.sources), np.int32)
    for number, sources in enumerate(network.batches()):
        batch[sources] = number
    tables = {ORIGINS: pa.table({"id": pa.array(_texts(from_ids), pa.string())})}
    tables[DESTINATIONS] = pa.table({"id": pa.array(_texts(to_ids), pa.string())})
    of_sources = DESTINATIONS if arrive_by else ORIGINS
    tables[of_sources] = tables[of_sources].append_column("batch", pa.array(batch))
    files = {}
    for name, table in tables.items():
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        files[name] = buffer.getvalue()
    return files


def _texts(ids: Sequence[str]) -> Ids:
    return np.array([str(name) for name in ids], object)


def _id_problems(name: str, ids: Sequence[str], expected: int) -> list[str]:
    if len(ids) != expected:
        return [f"{name} has {len(ids):,} ids; the search has {expected:,} places"]
    twice = [f"{place!r}" for place, n in Counter(map(str, ids)).items() if n > 1]
    return [f"{name} has ids more than once, such as {', '.join(twice[:3])}"] if twice else []


def _raise_all(problems: Sequence[str]) -> None:
    if problems:
        raise AccessError("The search cannot start:" + "".join(f"\n  - {text}" for text in problems))

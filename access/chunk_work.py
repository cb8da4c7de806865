"""What is done with one chunk of a large search, as a value that can be sent to another process.

A chunk is some whole batches of neighbouring sources; its result is one small Parquet file in memory, the
same bytes wherever and whenever it is made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from access.batches import Memory, Network, Positions, scan_and_reduce
from access.engine.egress import sum_opportunities
from access.pairs import Ids, PairsFile, pairs_file
from access.search import ranks_of
from access.travel_times import percentiles_of_network

Floats = npt.NDArray[np.float64]


class ChunkWork(Protocol):
    """Makes the file of one chunk, on one thread."""

    @property
    def network(self) -> Network:
        """What is searched."""

    def __call__(self, sources: Positions) -> PairsFile:
        """Return the file of these sources."""


class _Sendable:
    """Arrays that are read-only stay so on the other side, where kernels are then not compiled again."""

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        return {**state, "_writeable": [array.flags.writeable for array in arrays_in(state)]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        writeable = state.pop("_writeable")
        for array, may_write in zip(arrays_in(state), writeable, strict=True):
            if not may_write:
                array.flags.writeable = False
        self.__dict__.update(state)


@dataclass(frozen=True)
class TravelTimesWork(_Sendable):
    """Percentiles of travel time from the sources of a chunk to all targets, as a table of pairs."""

    network: Network
    percentiles: tuple[float, ...]
    columns: tuple[str, ...]
    source_ids: Ids
    target_ids: Ids
    sources_are_destinations: bool

    def __call__(self, sources: Positions) -> PairsFile:
        """Return the pairs reached, in the order of the sources given."""
        minutes = percentiles_of_network(self.network.of_sources(sources), self.percentiles, threads=1)
        return pairs_file(
            minutes,
            self.source_ids[sources],
            self.target_ids,
            self.columns,
            sources_are_destinations=self.sources_are_destinations,
        )


@dataclass(frozen=True)
class OpportunitiesWork(_Sendable):
    """Opportunities within cutoffs of the sources of a chunk, one row each."""

    network: Network
    percentiles: tuple[float, ...]
    cutoffs_min: tuple[int, ...]
    opportunities: Floats
    columns: tuple[str, ...]  # by percentile, cutoff and kind
    source_ids: Ids

    def __call__(self, sources: Positions) -> PairsFile:
        """Return ``id`` and one column of sums for each percentile, cutoff and kind."""
        network = self.network.of_sources(sources)
        ranks, cutoffs = (
            ranks_of(self.percentiles, network.n_departures),
            np.array(self.cutoffs_min, np.int64),
        )
        shape = len(ranks), len(cutoffs), len(self.opportunities), len(sources)
        sums = np.empty(shape)

        def reduce(batch: Positions, memory: Memory) -> Floats:
            return sum_opportunities(
                batch, network.targets, memory.profiles, network.doors, network.direct, network.window,
                ranks, cutoffs, self.opportunities, memory.egress,
            )  # fmt: skip

        def take(batch: Positions, of_batch: Floats) -> None:
            sums[..., batch] = of_batch

        scan_and_reduce(network, len(ranks), reduce, take, threads=1)
        names = ["id", *self.columns]
        ids = pa.array(self.source_ids[sources], pa.string())
        table = pa.Table.from_arrays([ids, *sums.reshape(-1, len(sources))], names=names)
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        return PairsFile(buffer.getvalue(), len(sources))


def opportunity_columns(
    kinds: Sequence[str], cutoffs_min: Sequence[int], percentiles: Sequence[float]
) -> list[str]:
    """Return the names of the columns by percentile, cutoff and kind, such as ``jobs_in_45min_p50``."""
    return [
        f"{kind}_in_{cutoff}min_p{percentile:g}"
        for percentile in percentiles
        for cutoff in cutoffs_min
        for kind in kinds
    ]


def arrays_in(value: object) -> Iterator[npt.NDArray[Any]]:
    """All arrays in dicts, lists and tuples, in a fixed order."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for name in sorted(value):
            yield from arrays_in(value[name])
    elif isinstance(value, list | tuple):
        for part in value:
            yield from arrays_in(part)

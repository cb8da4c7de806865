"""Travel times as a table of pairs in Parquet: ``from_id``, ``to_id`` and whole minutes for each percentile.

A pair that no percentile reaches has no row; a percentile that is not reached is null. A metropolis has
50,000 x 50,000 pairs, so bytes count. Measured on 10,218 x 10,218 cells with five percentiles (bytes a row):

- rows by origin, everything as dictionaries: 5.58;
- rows by destination within a batch of 128 neighbouring origins: 3.65, since neighbours travel alike and
  the same 128 ids follow each other;
- the same with minutes as differences from row to row (DELTA_BINARY_PACKED) under zstd: **2.71**, at 5
  million rows a CPU second for writing and 15 for reading. Higher zstd levels save less than 3 %.

Ids are dictionaries of one row group, so a reader gets text and a file pays for each id once a group.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from access.engine.arrays import UNREACHED_MIN, Minutes
from access.engine.simd import BATCH_WIDTH

TARGETS_A_GROUP = 16_384
"""With 128 sources at most 2 million pairs are held as columns at a time, about 60 MiB."""

BATCH_OF_GROUP = "fairreach.batch_of_row_group"
"""Key of a file's metadata: which batch of the file each row group belongs to, so that readers need few."""

Ids = npt.NDArray[np.object_]


class PairsFile(NamedTuple):
    """One Parquet file in memory."""

    content: bytes
    n_rows: int


def time_columns(percentiles: Sequence[float]) -> list[str]:
    """Return the names of the columns of minutes."""
    return [f"travel_time_p{percentile:g}" for percentile in percentiles]


def read_batches(
    file: Path, batches: Collection[int] | None = None, columns: Sequence[str] | None = None
) -> pa.Table:
    """Read a file of pairs, or some of its batches and columns."""
    with pq.ParquetFile(file) as pairs:
        if batches is None:
            return pairs.read(columns=columns)
        batch_of_group = json.loads(pairs.metadata.metadata[BATCH_OF_GROUP.encode()])
        groups = [group for group, batch in enumerate(batch_of_group) if batch in batches]
        return pairs.read_row_groups(groups, columns=columns)


def pairs_schema(columns: Sequence[str]) -> pa.Schema:
    """Return the columns of every table of pairs."""
    ids = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([("from_id", ids), ("to_id", ids), *((name, pa.uint8()) for name in columns)])


def pairs_file(
    minutes: Minutes,
    source_ids: Sequence[str] | Ids,
    target_ids: Sequence[str] | Ids,
    columns: Sequence[str],
    *,
    sources_are_destinations: bool = False,
) -> PairsFile:
    """Return the pairs that are reached at any percentile as a Parquet file.

    Parameters
    ----------
    minutes : uint8 array (n_percentiles, n_sources, n_targets)
        ``UNREACHED_MIN`` where not reached.
    source_ids, target_ids : sequences of str
        Ids of the rows and columns of each percentile.
    columns : sequence of str
        Names of the percentiles, such as ``travel_time_p50``.
    sources_are_destinations : bool
        Whether sources are written as ``to_id``, as in an arrive-by search.
    """
    schema = pairs_schema(columns)
    buffer = io.BytesIO()
    n_rows = 0
    batch_of_group: list[int] = []
    with pq.ParquetWriter(
        buffer,
        schema,
        compression="zstd",
        use_dictionary=["from_id", "to_id"],
        dictionary_pagesize_limit=2**30,  # else many ids are written out in full
        column_encoding=dict.fromkeys(columns, "DELTA_BINARY_PACKED"),
        write_statistics=["from_id"],
    ) as writer:
        for sources, targets in _groups(*minutes.shape[1:]):
            source, target, times = _reached(minutes[:, sources, targets])
            if len(source):
                from_column = _dictionary(source, source_ids[sources])
                to_column = _dictionary(target, target_ids[targets])
                if sources_are_destinations:
                    from_column, to_column = to_column, from_column
                times_columns = (pa.array(row, mask=row == UNREACHED_MIN) for row in times)
                table = pa.Table.from_arrays([from_column, to_column, *times_columns], schema=schema)
                writer.write_table(table, row_group_size=len(source))  # else cut at a million
                n_rows += len(source)
                batch_of_group.append(sources.start // BATCH_WIDTH)
        writer.add_key_value_metadata({BATCH_OF_GROUP: json.dumps(batch_of_group)})
    return PairsFile(buffer.getvalue(), n_rows)


def _groups(n_sources: int, n_targets: int) -> Iterator[tuple[slice, slice]]:
    """Row groups: whole batches of sources, and targets some at a time."""
    for first in range(0, n_sources, BATCH_WIDTH):
        for start in range(0, n_targets, TARGETS_A_GROUP):
            yield slice(first, first + BATCH_WIDTH), slice(start, start + TARGETS_A_GROUP)


def _reached(block: Minutes) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Minutes]:
    """Positions and minutes of the pairs reached in one group, by target and then by source."""
    by_target = np.ascontiguousarray(block.transpose(0, 2, 1))
    reached = np.flatnonzero(by_target.min(axis=0) != UNREACHED_MIN)
    target, source = np.divmod(reached.astype(np.int32), np.int32(max(1, by_target.shape[2])))
    return source, target, by_target.reshape(len(block), -1)[:, reached]


def _dictionary(index: npt.NDArray[np.int32], ids: Any) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(ids, pa.string()))

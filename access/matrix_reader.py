"""Travel times and opportunities read back from what a run or a stream has written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from access.chunk_record import DESTINATIONS, ORIGINS, read_chunk_manifest
from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import ResultError
from access.pairs import read_batches

BATCHES_A_BLOCK = 8
"""With 50,000 destinations a block of 1,024 origins takes 50 MB."""


class MatrixBlock(NamedTuple):
    """Some whole rows of one percentile of a matrix or, of an arrive-by search, some whole columns."""

    origins: npt.NDArray[np.int64]  # (n_rows,) positions in the order given to the stream
    destinations: npt.NDArray[np.int64]  # (n_columns,) as well
    minutes: Minutes  # (n_rows, n_columns), 255 = not reached


class MatrixPart(NamedTuple):
    """Some rows of a matrix of travel times."""

    from_ids: list[str]
    minutes: Minutes  # (n_percentiles, n_from_ids, n_destinations), 255 = not reached


def read_travel_times(
    place: Path, *, from_ids: Sequence[str] | None = None, to_ids: Sequence[str] | None = None
) -> pd.DataFrame:
    """Read pairs as a table, all of them or those of some origins and destinations.

    Parameters
    ----------
    place : Path
        Folder written by ``access.matrix_stream``, or one Parquet file of pairs.
    from_ids, to_ids : sequences of str, optional
        Only these. Ids that reach nothing have no rows; with a folder, ids that it does not know are an
        error.

    Returns
    -------
    DataFrame
        ``from_id``, ``to_id`` (categories) and ``travel_time_p{percentile}`` (UInt8 minutes, NA = not
        reached). Pairs that no percentile reaches have no row.

    Raises
    ------
    ResultError
        There are no travel times, they are not finished, or an id is not known.
    """
    if place.is_dir():
        read_chunk_manifest(place)
        _known(place, ORIGINS, "from_ids", from_ids)
        _known(place, DESTINATIONS, "to_ids", to_ids)
        table = pa.concat_tables(_tables(place, from_ids, to_ids))
    else:
        table = _read(place).filter(_wanted(from_ids, to_ids))
    frame: pd.DataFrame = table.unify_dictionaries().to_pandas(types_mapper=_nullable)
    return frame


def read_matrix(
    folder: Path,
    from_ids: Sequence[str] | None = None,
    *,
    percentiles: Sequence[float] | None = None,
) -> Minutes:
    """Read some origins, or all, as a matrix.

    Parameters
    ----------
    folder : Path
        Folder written by ``access.matrix_stream``.
    from_ids : sequence of str, optional
        In the order wanted; without it all origins in the order they were given to the stream.
    percentiles : sequence of float, optional
        Some of those that were streamed; without it all.

    Returns
    -------
    uint8 array (n_percentiles, n_origins, n_destinations)
        Destinations in the order they were given to the stream; ``UNREACHED_MIN`` where not reached.

    Raises
    ------
    ResultError
        There are no travel times, they are not finished, or an id is not known.
    """
    columns = _columns_of(folder, percentiles)
    origins = _known(folder, ORIGINS, "from_ids", from_ids)
    wanted = origins if from_ids is None else pd.Index([str(name) for name in from_ids])
    destinations = _known(folder, DESTINATIONS, "to_ids", None)
    minutes = np.full((len(columns), len(wanted), len(destinations)), UNREACHED_MIN, np.uint8)
    for table in _tables(folder, from_ids, None, ["from_id", "to_id", *columns]):
        for batch in table.to_batches():
            row, column = _positions(batch["from_id"], wanted), _positions(batch["to_id"], destinations)
            for number, name in enumerate(columns):
                times = batch[name].fill_null(int(UNREACHED_MIN)).to_numpy(zero_copy_only=False)
                minutes[number, row, column] = times
    return minutes


def each_part(folder: Path, *, origins_a_part: int = 1024) -> Iterator[MatrixPart]:
    """Read a matrix some origins at a time, in the order they were written, so that it need not fit memory.

    Raises
    ------
    ResultError
        As ``read_matrix``.
    """
    read_chunk_manifest(folder)
    table = pq.read_table(folder / ORIGINS)
    names = table["id"].to_numpy(zero_copy_only=False)
    if "batch" in table.column_names:
        names = names[np.argsort(table["batch"].to_numpy(), kind="stable")]
    for first in range(0, len(names), origins_a_part):
        some = names[first : first + origins_a_part].tolist()
        yield MatrixPart(some, read_matrix(folder, some))


def each_block(folder: Path, percentile: float) -> Iterator[MatrixBlock]:
    """Read one percentile of a whole matrix in the order it was written, every value once.

    Blocks are of 1,024 origins (arrive-by: destinations) that lie near each other, whatever the chunks.

    Raises
    ------
    ResultError
        As ``read_matrix``.
    """
    (column,) = _columns_of(folder, [percentile])
    manifest = read_chunk_manifest(folder)
    bounds = manifest["chunk_bounds"]
    origins, batch = _ids_and_batches(folder, ORIGINS)
    destinations, batch_of_destination = _ids_and_batches(folder, DESTINATIONS)
    rows, columns = np.arange(len(origins)), np.arange(len(destinations))
    for first in range(0, bounds[-1], BATCHES_A_BLOCK):
        batches = range(first, min(first + BATCHES_A_BLOCK, bounds[-1]))
        if batch_of_destination is not None:
            columns = np.flatnonzero(np.isin(batch_of_destination, batches))
        elif batch is not None:
            rows = np.flatnonzero(np.isin(batch, batches))
        minutes = np.full((len(rows), len(columns)), UNREACHED_MIN, np.uint8)
        for number in batches:
            chunk = bisect_right(bounds, number) - 1
            file = folder / manifest["chunks"][chunk]["file"]
            pairs = _read(file, {number - bounds[chunk]}, ["from_id", "to_id", column])
            for group in pairs.to_batches():
                row = _positions(group["from_id"], origins, rows)
                to = _positions(group["to_id"], destinations, columns)
                minutes[row, to] = group[column].fill_null(int(UNREACHED_MIN)).to_numpy(zero_copy_only=False)
        yield MatrixBlock(rows, columns, minutes)


def blocks_of(minutes: Minutes) -> Iterator[MatrixBlock]:
    """Cut a matrix that is in memory into blocks of whole rows."""
    columns = np.arange(minutes.shape[1])
    for first in range(0, len(minutes), 1024):
        block = minutes[first : first + 1024]
        yield MatrixBlock(np.arange(first, first + len(block)), columns, block)


def read_opportunities(folder: Path) -> pd.DataFrame:
    """Read what ``access.matrix_stream.stream_opportunities`` has written, one row an origin.

    Raises
    ------
    ResultError
        There are none, or they are not finished.
    """
    read_chunk_manifest(folder)
    frame: pd.DataFrame = pads.dataset(folder, format="parquet").to_table().to_pandas()
    return frame


def _tables(
    folder: Path,
    from_ids: Sequence[str] | None,
    to_ids: Sequence[str] | None,
    columns: Sequence[str] | None = None,
) -> Iterator[pa.Table]:
    """Pairs of some origins and destinations, part after part; reads only row groups that hold them."""
    manifest = read_chunk_manifest(folder)
    bounds = manifest["chunk_bounds"]
    batches = _batches_of(folder, ORIGINS, from_ids, bounds[-1])
    batches &= _batches_of(folder, DESTINATIONS, to_ids, bounds[-1])
    wanted = _wanted(from_ids, to_ids)
    for chunk, first, end in zip(manifest["chunks"], bounds[:-1], bounds[1:], strict=True):
        here = {batch - first for batch in batches if first <= batch < end}
        if here or not batches:  # without any row there is still a schema
            yield _read(folder / chunk["file"], here, columns).filter(wanted)


def _batches_of(folder: Path, file: str, ids: Sequence[str] | None, n_batches: int) -> set[int]:
    """Numbers of the batches that some places are in; all where the file does not tell."""
    if ids is not None:
        table = pq.read_table(folder / file)
        if "batch" in table.column_names:
            names = pa.array([str(name) for name in ids], pa.string())
            return set(table.filter(pc.is_in(table["id"], names))["batch"].to_pylist())
    return set(range(n_batches))


def _ids_and_batches(folder: Path, file: str) -> tuple[pd.Index[str], npt.NDArray[np.int32] | None]:
    """Ids of a folder and, where these were searched from, the batch that each was in."""
    table = pq.read_table(folder / file)
    batch = table["batch"].to_numpy() if "batch" in table.column_names else None
    return pd.Index(table["id"].to_numpy(zero_copy_only=False)), batch


def _columns_of(folder: Path, percentiles: Sequence[float] | None) -> list[str]:
    """Return the names of the columns of some percentiles; refuse others."""
    result = read_chunk_manifest(folder)["result"]
    known = dict(zip(result["percentiles"], result["columns"], strict=True))
    wanted = list(known) if percentiles is None else percentiles
    strangers = [f"{percentile:g}" for percentile in wanted if percentile not in known]
    if strangers:
        there = ", ".join(f"{percentile:g}" for percentile in known)
        raise ResultError(f"{folder}: percentiles has {', '.join(strangers)}; there are {there}")
    return [known[percentile] for percentile in wanted]


def _read(file: Path, batches: set[int] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
    try:
        return read_batches(file, batches, columns)
    except (OSError, pa.ArrowInvalid) as error:
        raise ResultError(f"{file}: cannot be read ({error}); run again to make it anew") from None


def _wanted(from_ids: Sequence[str] | None, to_ids: Sequence[str] | None) -> Any:
    """Filter for rows of some origins and destinations."""
    test = pc.scalar(True)
    for column, ids in (("from_id", from_ids), ("to_id", to_ids)):
        if ids is not None:
            test &= pc.field(column).isin(pa.array([str(name) for name in ids], pa.string()))
    return test


def _known(folder: Path, file: str, what: str, ids: Sequence[str] | None) -> pd.Index[str]:
    """Return the ids of a folder; refuse others."""
    known: pd.Index[str] = pd.Index(
        pq.read_table(folder / file, columns=["id"])["id"].to_numpy(zero_copy_only=False)
    )
    strangers = [] if ids is None else [f"{name!r}" for name in ids if str(name) not in known]
    if strangers:
        shown = ", ".join(strangers[:3]) + (", ..." if len(strangers) > 3 else "")
        raise ResultError(f"{folder}: {what} has {shown}, which these travel times do not know")
    return known


def _positions(
    ids: pa.DictionaryArray, known: pd.Index[str], among: npt.NDArray[np.int64] | None = None
) -> npt.NDArray[np.int64]:
    """Positions of ids, or their places among some positions in ascending order."""
    of_dictionary = known.get_indexer(ids.dictionary.to_numpy(zero_copy_only=False))
    if among is not None:
        of_dictionary = np.searchsorted(among, of_dictionary)
    positions: npt.NDArray[np.int64] = of_dictionary[ids.indices.to_numpy(zero_copy_only=False)]
    return positions


def _nullable(kind: pa.DataType) -> Any:
    return pd.UInt8Dtype() if kind == pa.uint8() else None

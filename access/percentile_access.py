"""Opportunities within each cutoff at any percentile of travel time that a run kept.

A run writes what cells reach at the percentile of its measures; its travel times hold further ones. They are
read here block by block (``access.matrix_reader``), so that 50,000 cells need the memory of one block, and
all services and cutoffs come out of one pass. At the run's own percentile the result equals its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from access.chunk_record import DESTINATIONS, read_chunk_manifest
from access.engine.arrays import UNREACHED_MIN
from access.errors import ResultError
from access.live_amounts import amounts_of_cells
from access.matrix_reader import MatrixBlock, each_block
from access.reach_of_cells import reach_of_cells

Floats = npt.NDArray[np.float64]

AGAIN = "run the configuration again with what is wanted in `travel.further_percentiles`"


def percentiles_kept(folder: Path, period: str) -> list[float]:
    """Return the percentiles that a run kept of one period, ascending; none where it has no travel times.

    Parameters
    ----------
    folder : Path
        Of the run.
    """
    place = _place(folder, period)
    if place.is_dir():
        return sorted(float(each) for each in read_chunk_manifest(place)["result"]["percentiles"])
    if not place.is_file():
        return []
    prefix = "travel_time_p"
    names = [name for name in _open(place).schema_arrow.names if name.startswith(prefix)]
    return sorted(float(name.removeprefix(prefix)) for name in names)


def access_at_percentile(
    folder: Path,
    manifest: Mapping[str, Any],
    cells: pd.DataFrame,
    period: str,
    percentile: float,
    cutoffs_min: Sequence[int],
) -> dict[str, dict[int, Floats]]:
    """Count what each cell reaches of every service within every cutoff.

    Parameters
    ----------
    folder : Path
        Of the run.
    manifest : mapping
        Of the run.
    cells : DataFrame
        Its cells: ``id``, ``snap`` and ``n_SERVICE``, in any order.
    period : str
        One with data.
    percentile : float
        One that the run kept of this period (``percentiles_kept``).
    cutoffs_min : sequence of int
        0 to 255; a travel time counts where it is less.

    Returns
    -------
    dict of str to dict of int to float64 array (n_cells,)
        By service and cutoff, in the order of ``cells``. Cells off the streets have 0, as in the travel
        times; the caller tells them apart.

    Raises
    ------
    ResultError
        The run kept no travel times of the period or not this percentile, or what lies beyond its study area
        is not known any more.
    """
    kept = percentiles_kept(folder, period)
    if not kept:
        raise ResultError(f"period {period}: the run kept no travel times of it; run the configuration again")
    if float(percentile) not in kept:
        there = ", ".join(f"{each:g}" for each in kept)
        raise ResultError(f"period {period}: percentile {percentile:g} was not kept, only {there}; {AGAIN}")
    place = _place(folder, period)
    ids, blocks = _matrix(place, percentile, cells)
    amounts = amounts_of_cells(ids, manifest, cells)
    if not amounts.beyond_known:
        raise ResultError(
            f"period {period}: what lies beyond the study area is counted by the run, but not known here, "
            "since the ready network is gone from the cache; run the configuration again"
        )
    reach = reach_of_cells(blocks, len(ids), amounts.of, list(cutoffs_min))
    rows = ids.get_indexer(pd.Index(cells["id"].astype(str)))
    return {
        service: {cutoff: found.within[cutoff][rows] for cutoff in cutoffs_min}
        for service, found in reach.items()
    }


def _place(folder: Path, period: str) -> Path:
    return Path(folder) / "travel_times" / f"{period}.parquet"


def _matrix(
    place: Path, percentile: float, cells: pd.DataFrame
) -> tuple[pd.Index[str], Iterator[MatrixBlock]]:
    """Return the ids of a matrix, origins and destinations alike, and its blocks."""
    if place.is_dir():
        ids = pq.read_table(place / DESTINATIONS, columns=["id"])["id"].to_numpy(zero_copy_only=False)
        return pd.Index(ids), each_block(place, percentile)
    known = pd.Index(sorted(str(cell) for cell in cells["id"]))
    return known, _blocks_of_file(place, f"travel_time_p{percentile:g}", known)


def _blocks_of_file(place: Path, column: str, ids: pd.Index[str]) -> Iterator[MatrixBlock]:
    """Read one file of pairs, as another engine's run has it: a row group holds whole rows."""
    file, columns = _open(place), np.arange(len(ids))
    for number in range(file.num_row_groups):
        pairs = file.read_row_group(number, columns=["from_id", "to_id", column]).to_pandas()
        origin = ids.get_indexer(pd.Index(pairs["from_id"].astype(str)))
        destination = ids.get_indexer(pd.Index(pairs["to_id"].astype(str)))
        if (origin < 0).any() or (destination < 0).any():
            raise ResultError(f"{place.name}: has cells that the run has not; run the configuration again")
        rows, row = np.unique(origin, return_inverse=True)
        minutes = np.full((len(rows), len(ids)), UNREACHED_MIN, np.uint8)
        minutes[row, destination] = pairs[column].fillna(int(UNREACHED_MIN)).to_numpy(np.uint8)
        yield MatrixBlock(rows, columns, minutes)


def _open(place: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(place)
    except (OSError, pa.ArrowInvalid) as error:
        raise ResultError(f"{place.name}: cannot be read ({error}); run the configuration again") from None

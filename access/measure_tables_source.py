"""Where a travel matrix comes from: a frame, a Parquet file or a folder of them, read part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from access.chunk_record import MANIFEST, read_chunk_manifest
from access.errors import InputDataError

ROWS_A_PART = 1 << 20

TravelMatrix = pd.DataFrame | str | Path


def column_names(matrix: TravelMatrix) -> list[str]:
    """Return the names of the columns.

    Raises
    ------
    InputDataError
        A file or folder is missing or cannot be read as Parquet.
    ResultError
        A folder of travel times is not finished.
    """
    if isinstance(matrix, pd.DataFrame):
        return [str(name) for name in matrix.columns]
    return list(_opened(_files(matrix)[0]).schema_arrow.names)


def n_rows(matrix: TravelMatrix) -> int:
    """Return the number of rows, read from the heads of files."""
    if isinstance(matrix, pd.DataFrame):
        return len(matrix)
    return sum(_opened(file).metadata.num_rows for file in _files(matrix))


def parts(matrix: TravelMatrix, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Read some columns, at most ``ROWS_A_PART`` rows at a time; a frame is one part. Always at least one."""
    if isinstance(matrix, pd.DataFrame):
        yield matrix.loc[:, list(columns)]
        return
    nothing = True
    for file in _files(matrix):
        with _opened(file, ["from_id", "to_id"]) as opened:
            for batch in opened.iter_batches(ROWS_A_PART, columns=list(columns)):
                nothing = False
                yield batch.to_pandas()
    if nothing:
        yield _opened(_files(matrix)[0]).schema_arrow.empty_table().select(list(columns)).to_pandas()


def name_of(matrix: TravelMatrix) -> str:
    """Name a travel matrix in messages."""
    return "travel_matrix" if isinstance(matrix, pd.DataFrame) else str(matrix)


def _files(matrix: str | Path) -> list[Path]:
    """Return the file, or the files of a folder but those that begin with ``_`` (lists of ids)."""
    place = Path(matrix)
    if not place.exists():
        raise InputDataError(f"{place}: there is no such file or folder of travel times")
    if not place.is_dir():
        return [place]
    if (place / MANIFEST).exists():
        read_chunk_manifest(place)
    files = sorted(file for file in place.glob("*.parquet") if not file.name.startswith(("_", ".")))
    if not files:
        raise InputDataError(f"{place}: the folder has no Parquet files of travel times")
    return files


def _opened(file: Path, dictionaries: Sequence[str] | None = None) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file, read_dictionary=dictionaries)
    except (OSError, pa.ArrowException) as error:
        raise InputDataError(f"{file}: cannot be read as Parquet ({error})") from None

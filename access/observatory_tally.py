"""Rows and hash of every table of a snapshot: equal wherever and in whatever order a store keeps them.

The hash is taken from the values, column by column, not from any file: a DuckDB file, a PostgreSQL server and
a folder of Parquet files with the same rows have the same hashes.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa

from access.observatory_schema import Table, schema
from access.observatory_store import Store
from access.observatory_tables import key_order, to_arrow


def tally(store: Store, snapshot: str) -> pd.DataFrame:
    """Return what a store holds of a snapshot, table by table, as rows of the table ``tally``.

    Parameters
    ----------
    store : Store
        Open, to read or to write; what was added in the same block counts.
    snapshot : str

    Returns
    -------
    DataFrame
        snapshot, table, rows and sha256, one row for each table of a snapshot; a table without rows counts 0
        and has a hash too.
    """
    counted = []
    for name in schema().of_snapshot:
        table = schema().tables[name]
        found = store.rows(name, snapshot=snapshot)
        counted.append((snapshot, name, len(found), hash_of_rows(table, to_arrow(table, found))))
    return pd.DataFrame(counted, columns=["snapshot", "table", "rows", "sha256"])


def hash_of_rows(table: Table, rows: pa.Table) -> str:
    """Return the SHA-256 of rows, sorted by the table's key with null first, as 64 hexadecimal digits.

    Of every column: its name and kind, then which values are missing (one byte a row), then those that are
    there (little-endian 64 bits for a number, a date as days since 1970, yes/no as 1 and 0; of texts and
    bytes the lengths, 64 bits each, then all of them).
    """
    ordered = rows.take(key_order(table, rows)) if rows.num_rows else rows
    digest = hashlib.sha256(f"{table.name} {rows.num_rows}\n".encode())
    for column in table.columns:
        digest.update(f"{column.name} {column.kind}\n".encode())
        values = pa.concat_arrays(ordered.column(column.name).chunks) if rows.num_rows else pa.nulls(0)
        digest.update(values.is_null().to_numpy(zero_copy_only=False).astype("u1").tobytes())
        there = values.drop_null()
        for part in _bytes_of(there) if len(there) else ():
            digest.update(part)
    return digest.hexdigest()


def _bytes_of(values: pa.Array) -> list[bytes]:
    """Return values without null as bytes."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        ends = np.frombuffer(values.buffers()[1], "<i4")[values.offset : values.offset + len(values) + 1]
        content = values.buffers()[2]
        joined = b"" if content is None else memoryview(content)[ends[0] : ends[-1]]
        return [np.diff(ends).astype("<i8").tobytes(), bytes(joined)]
    if pa.types.is_floating(kind):
        return [(values.to_numpy().astype("<f8") + 0.0).tobytes()]  # -0.0 and 0.0 are one number
    if pa.types.is_date(kind):
        return [values.cast(pa.int32()).to_numpy().astype("<i8").tobytes()]
    return [values.to_numpy(zero_copy_only=False).astype("<i8").tobytes()]

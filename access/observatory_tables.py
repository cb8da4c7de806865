"""Frames to the columns of a store's tables and back, whatever database holds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from access.errors import StoreError
from access.observatory_schema import Table

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.string(),
    "json": pa.string(),
    "blob": pa.binary(),
    "geometry": pa.binary(),
}
"""Arrow type of each kind of column."""

_PANDAS = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def arrow_schema(table: Table) -> pa.Schema:
    """Return names and types of a table's columns."""
    return pa.schema([(column.name, ARROW[column.kind]) for column in table.columns])


def to_arrow(table: Table, frame: pd.DataFrame) -> pa.Table:
    """Return a frame as rows of a table; a column that the frame lacks is null throughout.

    Raises
    ------
    StoreError
        If the frame has a column that the table lacks, or a value that is not of its kind.
    """
    strange = sorted({*frame.columns} - {*table.names})
    if strange:
        raise StoreError(
            f"table {table.name} has no column {', '.join(strange)}; it has {', '.join(table.names)}"
        )
    arrays = []
    for column in table.columns:
        wanted = ARROW[column.kind]
        if column.name not in frame.columns:
            arrays.append(pa.nulls(len(frame), wanted))
            continue
        values = [_plain(value, column.kind) for value in frame[column.name]]
        try:
            arrays.append(pa.array(values, wanted))
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise StoreError(
                f"table {table.name}, column {column.name}: {error}; it takes {column.kind}"
            ) from None
    return pa.table(arrays, schema=arrow_schema(table))


def to_frame(found: pa.Table, table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return rows as a frame: whole numbers and yes/no may be missing, dates are ``datetime.date``."""
    names = list(columns or table.names)
    wanted = pa.schema([(name, ARROW[table.kind_of(name)]) for name in names])
    frame: pd.DataFrame = (
        found.select(names).cast(wanted).to_pandas(types_mapper=_PANDAS.get, date_as_object=True)
    )
    return frame


def _plain(value: Any, kind: str) -> Any:
    """Return a value as Arrow takes it; every way of being missing is None."""
    if value is None or (not isinstance(value, bytes) and pd.isna(value)):
        return None
    if kind in ("text", "time", "json"):
        return value if isinstance(value, str) else str(value)
    if kind == "integer":
        return int(value)
    if kind == "real":
        return float(value)
    if kind == "boolean":
        return bool(value)
    if kind == "date" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


def check_filter(table: Table, equals: Mapping[str, Any]) -> None:
    """Refuse a filter by a column that the table lacks.

    Raises
    ------
    StoreError
        Naming the column.
    """
    strange = sorted({*equals} - {*table.names})
    if strange:
        raise StoreError(
            f"table {table.name} has no column {', '.join(strange)}; it has {', '.join(table.names)}"
        )

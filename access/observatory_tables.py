"""Frames to the columns of a store's tables and back, whatever database holds them.

What goes in is checked here, once: a column that there is not, a number that is not whole where whole ones
belong, a moment without its time zone. Every way of being missing (None, NaN, NA, NaT) is null.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

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

    A date may come as text (ISO 8601), a moment as ``datetime`` with its time zone, a geometry as shapely's
    (longitude, latitude), JSON as dictionary or list.

    Raises
    ------
    StoreError
        If the frame has a column that the table lacks, or values that are not of their kind; all are listed.
    """
    _check_columns(table, [str(name) for name in frame.columns])
    arrays, problems = [], []
    for column in table.columns:
        if column.name not in frame.columns:
            arrays.append(pa.nulls(len(frame), ARROW[column.kind]))
            continue
        try:
            arrays.append(_array(frame[column.name], column.kind))
        except (
            pa.ArrowException,
            shapely.errors.ShapelyError,
            TypeError,
            ValueError,
            OverflowError,
        ) as error:
            problems.append(f"column {column.name}: {error}; it takes {column.kind}")
    if problems:
        raise StoreError(f"table {table.name}: " + "; ".join(problems))
    return pa.table(arrays, schema=arrow_schema(table))


def to_frame(found: pa.Table, table: Table, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return rows as a frame: whole numbers and yes/no may be missing, dates are ``datetime.date``."""
    names = list(columns or table.names)
    wanted = pa.schema([(name, ARROW[table.kind_of(name)]) for name in names])
    frame: pd.DataFrame = (
        found.select(names).cast(wanted).to_pandas(types_mapper=_PANDAS.get, date_as_object=True)
    )
    return frame


def key_order(table: Table, rows: pa.Table) -> pa.Array:
    """Return the places of rows in the order of the table's key; texts by their bytes, null first."""
    keys = {}
    for number, name in enumerate(table.key):
        if rows.column(name).null_count:
            keys[f"{number} there"] = pc.is_valid(rows.column(name)).cast(pa.uint8())
        keys[f"{number} value"] = rows.column(name)
    return pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys])


def check_filter(table: Table, equals: Mapping[str, Any]) -> None:
    """Refuse a filter by a column that the table lacks.

    Raises
    ------
    StoreError
        Naming the column.
    """
    _check_columns(table, [*equals])


def where_clause(table: Table, equals: Mapping[str, Any], mark: str = "?") -> tuple[str, list[Any]]:
    """Return a WHERE clause of SQL and its values, ``mark`` standing for each value.

    Raises
    ------
    StoreError
        If the table lacks a column, or a value cannot be compared with it.
    """
    check_filter(table, equals)
    parts, values = [], []
    for name, value in equals.items():
        asked = filter_values(table, name, value)
        given = [one for one in asked if one is not None]
        ways = [f'"{name}" IS NULL'] if len(given) < len(asked) else []
        if given:
            ways.append(f'"{name}" IN ({", ".join([mark] * len(given))})')
        parts.append("(" + (" OR ".join(ways) or "1 = 0") + ")")
        values += given
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def filter_values(table: Table, name: str, value: Any) -> list[Any]:
    """Return the values that a filter asks for, as the column holds them; None stands for null.

    Raises
    ------
    StoreError
        If a value cannot be compared with the column.
    """
    several = isinstance(value, list | tuple | set | frozenset | np.ndarray | pd.Series | pd.Index)
    asked = pd.Series([*value] if several else [value], dtype=object)
    try:
        found: list[Any] = _array(asked, table.kind_of(name)).to_pylist()
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise StoreError(f"table {table.name}, column {name}: {error}") from None
    return found


def _check_columns(table: Table, names: Sequence[str]) -> None:
    strange = sorted({*names} - {*table.names})
    if strange:
        raise StoreError(
            f"table {table.name} has no column {', '.join(strange)}; it has {', '.join(table.names)}"
        )
    if len({*names}) < len(names):
        raise StoreError(f"table {table.name}: a column is there twice; give each once")


def _array(given: pd.Series[Any], kind: str) -> pa.Array:
    """Return a column as Arrow holds it; the common types go as a whole, others value by value."""
    values = given.astype(object) if isinstance(given.dtype, pd.CategoricalDtype) else given
    if kind == "geometry":
        return _geometries(values)
    if kind == "real" and values.dtype.kind in "iuf":
        return pa.array(values, ARROW[kind], from_pandas=True)
    if kind == "integer" and values.dtype.kind in "iu":
        return pa.array(values, ARROW[kind], from_pandas=True)
    if kind in ("text", "json", "time") and pd.api.types.is_string_dtype(values.dtype):
        try:
            return pc.cast(pa.array(values, from_pandas=True), ARROW[kind])
        except pa.ArrowException:
            pass  # not text throughout: value by value
    plain = _PLAIN[kind]
    missing = values.isna().to_numpy()
    listed = [None if gone else plain(value) for value, gone in zip(values, missing, strict=True)]
    return pa.array(listed, ARROW[kind])


def _geometries(values: pd.Series[Any]) -> pa.Array:
    """Return well-known binary, always little-endian and flat, so that equal outlines are equal bytes."""
    given = values.astype(object).to_numpy(dtype=object, copy=True)
    given[values.isna().to_numpy()] = None
    is_binary = np.array([isinstance(value, bytes | bytearray | memoryview) for value in given], dtype=bool)
    given[is_binary] = shapely.from_wkb([bytes(value) for value in given[is_binary]])
    return pa.array(shapely.to_wkb(given, output_dimension=2, byte_order=1, include_srid=False), pa.binary())


def _text(value: Any) -> str:
    if isinstance(value, bytes | dict | list | tuple | set):
        raise TypeError(f"{value!r} is no text")
    return str(value)


def _whole(value: Any) -> int:
    number = int(value)
    if isinstance(value, str) or number != value:
        raise ValueError(f"{value!r} is no whole number")
    return number


def _real(value: Any) -> float:
    if isinstance(value, str | bool | np.bool_):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool | np.bool_) and value not in (0, 1):
        raise ValueError(f"{value!r} is neither true nor false")
    return bool(value)


def _date(value: Any) -> dt.date:
    if isinstance(value, str):
        return dt.date.fromisoformat(value)
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, dt.datetime):
        return value.date()
    if not isinstance(value, dt.date):
        raise TypeError(f"{value!r} is no date")
    return value


def _moment(value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise TypeError(f"{value!r} is no moment with a time zone")
    return value.astimezone(dt.UTC).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"{type(value).__name__} is not bytes")
    return bytes(value)


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _whole,
    "real": _real,
    "boolean": _yes_or_no,
    "date": _date,
    "time": _moment,
    "json": _json,
    "blob": _bytes,
}

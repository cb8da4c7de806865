"""Tables of a store on a PostgreSQL server, and what the server says when it refuses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from access.errors import StoreError
from access.observatory_schema import schema
from access.observatory_store import shown

if TYPE_CHECKING:
    import psycopg

TYPES = {
    "text": 'text COLLATE "C"',
    "integer": "bigint",
    "real": "double precision",
    "boolean": "boolean",
    "date": "date",
    "time": 'text COLLATE "C"',
    "json": 'text COLLATE "C"',
    "blob": "bytea",
    "geometry": "geometry(Geometry, 4326)",
}
"""JSON stays text, so that what is read is what was filed, byte for byte; "C" sorts as a file does."""


def table_statements() -> list[str]:
    """Return the statements that make every table with its key, and find outlines by place."""
    made = []
    for table in schema().tables.values():
        columns = [f'"{column.name}" {TYPES[column.kind]}' for column in table.columns]
        key = ", ".join(f'"{name}"' for name in table.key)
        columns.append(f"UNIQUE NULLS NOT DISTINCT ({key}) DEFERRABLE INITIALLY DEFERRED")
        made.append(f'CREATE TABLE "{table.name}" ({", ".join(columns)})')
        made += [
            f'CREATE INDEX ON "{table.name}" USING gist ("{column.name}")'
            for column in table.columns
            if column.kind == "geometry"
        ]
    return made


@contextlib.contextmanager
def told(location: str) -> Iterator[None]:
    """Tell an error of the server as one of the store.

    Raises
    ------
    StoreError
        With the reason: a full disk, the same key twice, no right, another writer, a lost connection.
    """
    import psycopg

    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise StoreError(
            f"{shown(location)}: table {error.diag.table_name} would have several rows with the same key: "
            f"{error.diag.message_detail}; nothing was changed there"
        ) from error
    except psycopg.errors.LockNotAvailable as error:
        raise StoreError(
            f"{shown(location)}: another process is writing to this store; nothing was changed, try again "
            "when it has ended"
        ) from error
    except psycopg.Error as error:
        raise StoreError(f"{shown(location)}: {reason(error)}; nothing was changed there") from error


def reason(error: psycopg.Error) -> str:
    """Return what the server says in one line."""
    import psycopg

    if isinstance(error, psycopg.errors.DiskFull):
        return "the disk is full"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]

"""A store in a DuckDB file: opening it, its rows, its tables.

Each opening gets a database of its own in memory to which the file is attached. DuckDB keeps the databases
that a process has open by their path; a reader that opens a file by name while another thread still reads the
file that lay there before would be given that older one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from access.errors import StoreError
from access.observatory_schema import Table, schema
from access.observatory_tables import to_arrow, to_frame, where_clause

TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "VARCHAR",
    "json": "VARCHAR",
    "blob": "BLOB",
    "geometry": "BLOB",
}
STORAGE = "v1.4.0"
"""Format of a new file: what the oldest DuckDB that fairreach takes can read."""
DAMAGED = ("corrupt", "checksum", "could not read enough bytes")
"""What DuckDB says, in small letters, of a file that is not whole."""
SHOWN = 3
"""So many of the rows with the same key are named."""


class DuckStore:
    """A store in a DuckDB file that is open; for one thread.

    Parameters
    ----------
    connection
        To a database with the store as its default.
    path : Path
        Named in messages.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.grown: set[str] = set()
        """Tables that were added to."""

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """As ``Store``."""
        wanted = table_of(table)
        names = list(columns or wanted.names)
        where, values = where_clause(wanted, equals)
        order = ", ".join(f'"{name}" NULLS FIRST' for name in wanted.key)
        listed = ", ".join(f'"{name}"' for name in named(wanted, names))
        query = f'SELECT {listed} FROM "{table}"{where} ORDER BY {order}'  # noqa: S608
        with told(self.path):
            return to_frame(self.connection.sql(query, params=values).to_arrow_table(), wanted, names)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """As ``Store``."""
        rows = to_arrow(table_of(table), frame)
        if not rows.num_rows:
            return
        with told(self.path, "; nothing was changed there"):
            self.connection.register("new_rows", rows)
            run(self.connection, f'INSERT INTO "{table}" BY NAME SELECT * FROM new_rows')  # noqa: S608
            self.connection.unregister("new_rows")
        self.grown.add(table)

    def remove(self, table: str, **equals: Any) -> None:
        """As ``Store``."""
        if not equals:
            raise StoreError(f"table {table}: say which rows to remove")
        where, values = where_clause(table_of(table), equals)
        with told(self.path, "; nothing was changed there"):
            run(self.connection, f'DELETE FROM "{table}"{where}', values)  # noqa: S608

    def check_keys(self) -> None:
        """Refuse rows with the same key in the tables that were added to.

        Raises
        ------
        StoreError
            Naming table and keys; all tables are listed.
        """
        problems = [problem for name in sorted(self.grown) for problem in same_keys(self, name)]
        if problems:
            raise StoreError(f"{self.path}: " + "; ".join(problems))


def same_keys(store: DuckStore, name: str) -> list[str]:
    """Return what to say of rows of a table that have the same key; empty if there are none."""
    key = ", ".join(f'"{column}"' for column in table_of(name).key)
    query = (
        f'SELECT {key}, count(*) FROM "{name}" GROUP BY {key} HAVING count(*) > 1 '  # noqa: S608
        f"ORDER BY {key} LIMIT {SHOWN}"
    )
    with told(store.path):
        found = run(store.connection, query)
    shown = ["/".join("null" if one is None else str(one) for one in row[:-1]) for row in found]
    if not shown:
        return []
    of_key = ", ".join(table_of(name).key)
    return [f"table {name} would have several rows with the same {of_key}: {', '.join(shown)}"]


def table_of(name: str) -> Table:
    """Return a table of the schema.

    Raises
    ------
    StoreError
        If there is none of that name.
    """
    tables = schema().tables
    if name not in tables:
        raise StoreError(f"a store has no table {name}; it has {', '.join(tables)}")
    return tables[name]


def named(table: Table, names: Sequence[str]) -> Sequence[str]:
    """Return names of columns as they are asked for.

    Raises
    ------
    StoreError
        If the table lacks one of them.
    """
    strange = sorted({*names} - {*table.names})
    if strange:
        raise StoreError(
            f"table {table.name} has no column {', '.join(strange)}; it has {', '.join(table.names)}"
        )
    return names


def opened(file: Path, path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Return a connection to a store's file, made where there is none and ``read_only`` is false.

    Parameters
    ----------
    file : Path
        To open.
    path : Path
        Named in messages.
    read_only : bool

    Raises
    ------
    StoreError
        If the file is no DuckDB database, is damaged, or another program writes to it.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(Path(tempfile.gettempdir()) / f"fairreach-store-{os.getpid()}"),
        },
    )
    quoted = str(file.absolute()).replace("'", "''")
    options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE}'"
    if file.exists() and not read_only:
        options = "READ_WRITE"
    try:
        run(connection, f"ATTACH '{quoted}' AS store (TYPE duckdb, {options})")
        run(connection, "USE store")
        # so that nothing in a file from elsewhere can read other files
        run(connection, "SET enable_external_access = false")
    except duckdb.Error as error:
        connection.close()
        raise unreadable(path, error) from None
    return connection


def unreadable(path: Path, error: Exception) -> StoreError:
    """Return the refusal of a file that DuckDB cannot open."""
    said = str(error).splitlines()[0]
    if "lock" in said.lower():
        return StoreError(f"{path}: another program has opened it to write ({said}); close it there first")
    return StoreError(
        f"{path}: cannot be read as a store ({said}); name another file, or make it again from an export "
        "(`fairreach store import`)"
    )


@contextlib.contextmanager
def told(path: Path, ending: str = "") -> Iterator[None]:
    """Tell an error of DuckDB as one of the store.

    Parameters
    ----------
    path : Path
        Named in the message.
    ending : str
        Of the message.

    Raises
    ------
    StoreError
        With the reason: a full disk, a damaged file.
    """
    try:
        yield
    except duckdb.Error as error:
        said = why(error)
        if any(word in str(error).lower() for word in DAMAGED):
            ending = (
                "; the file is damaged: make it again from an export (`fairreach store import`) or a copy"
            )
        raise StoreError(f"{path}: {said}{ending}") from error


def why(error: Exception) -> str:
    """Return the reason of an error in one line."""
    told = getattr(error, "strerror", None) or str(error)  # without the name of our own lock or copy
    text = (told.splitlines() or [type(error).__name__])[0]
    full = "No space left" in text or "not enough disk space" in text.lower()
    return "the disk is full" if full or getattr(error, "errno", 0) in (28, 122) else text


def run(
    connection: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run one statement to its end and return its rows."""
    found: list[tuple[Any, ...]] = connection.execute(statement, list(values)).fetchall()
    return found


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table in an empty database, and note the version of the schema."""
    for table in schema().tables.values():
        columns = ", ".join(f'"{column.name}" {TYPES[column.kind]}' for column in table.columns)
        run(connection, f'CREATE TABLE "{table.name}" ({columns})')
    run(connection, "INSERT INTO meta VALUES ('schema_version', ?)", [str(schema().version)])


def version_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the version of the schema of an open store.

    Raises
    ------
    StoreError
        If the file is a database but no store.
    """
    try:
        found = run(connection, "SELECT value FROM meta WHERE key = 'schema_version'")
        return int(found[0][0])
    except (duckdb.CatalogException, duckdb.BinderException, IndexError, TypeError, ValueError):
        raise StoreError(f"{path}: a database, but no store of fairreach; name another file") from None
    except duckdb.Error as error:
        raise unreadable(path, error) from None


def newer_store(path: Path | str, found: int) -> StoreError:
    """Return the refusal of a store that a newer version of the program made."""
    return StoreError(
        f"{path}: a store of version {found}; this fairreach knows up to {schema().version}. "
        "Use a newer fairreach"
    )


def check_version(found: int, path: Path | str) -> None:
    """Refuse to read a store of another version of the schema.

    Raises
    ------
    StoreError
        Saying what to do.
    """
    if found > schema().version:
        raise newer_store(path, found)
    if found < schema().version:
        raise StoreError(
            f"{path}: a store of version {found}; bring it to version {schema().version} with "
            f"`fairreach store migrate {path}`"
        )

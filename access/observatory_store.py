"""The file of a store: a DuckDB database that many may read while one writes.

DuckDB lets either one process write or several read a file. So a writer works on a copy beside the file and
puts it in the file's place when everything is written and on the disk: readers keep what they have open, and
a writer that is killed, or finds the disk full, leaves the file as it was. Writers take turns by a lock.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
import psutil

from access.errors import StoreError
from access.observatory_schema import Table, schema
from access.observatory_tables import check_filter, to_arrow, to_frame
from access.run_lock import only_run

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
_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_SERVERS = ("postgresql://", "postgres://")


class Store(Protocol):
    """What every store can do, wherever it lies; ``reading`` and ``writing`` give one."""

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """Return rows in the order of the table's key.

        Parameters
        ----------
        table : str
        columns : sequence of str, optional
            All without it.
        **equals
            Only rows whose column has this value, one of a list of values, or null for None.
        """
        ...

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Add rows; columns that the frame lacks become null."""
        ...

    def remove(self, table: str, **equals: Any) -> None:
        """Remove rows; the filter as in ``rows``, never empty."""
        ...


class DuckStore:
    """A store in a DuckDB file that is open."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """As ``Store``."""
        wanted = schema().tables[table]
        names = list(columns or wanted.names)
        where, values = _where(wanted, equals)
        order = ", ".join(f'"{name}" NULLS FIRST' for name in wanted.key)
        listed = ", ".join(f'"{name}"' for name in names)
        query = f'SELECT {listed} FROM "{table}"{where} ORDER BY {order}'  # noqa: S608
        return to_frame(self.connection.sql(query, params=values).to_arrow_table(), wanted, names)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """As ``Store``."""
        if frame.empty:
            return
        rows = to_arrow(schema().tables[table], frame)
        self.connection.register("new_rows", rows)
        run(self.connection, f'INSERT INTO "{table}" BY NAME SELECT * FROM new_rows')  # noqa: S608
        self.connection.unregister("new_rows")

    def remove(self, table: str, **equals: Any) -> None:
        """As ``Store``."""
        if not equals:
            raise StoreError(f"table {table}: say which rows to remove")
        where, values = _where(schema().tables[table], equals)
        run(self.connection, f'DELETE FROM "{table}"{where}', values)  # noqa: S608


def is_server(location: str | Path) -> bool:
    """Say whether a location is a PostgreSQL server rather than a file."""
    return str(location).startswith(_SERVERS)


@contextlib.contextmanager
def reading(location: str | Path) -> Iterator[Store]:
    """Open a store to read; what is written meanwhile is seen when it is opened again.

    Raises
    ------
    StoreError
        If there is no store, it cannot be read, or a newer version of the program made it.
    """
    if is_server(location):
        from access.observatory_postgres import reading_server

        with reading_server(str(location)) as server:
            yield server
        return
    path = Path(location)
    if not path.is_file():
        raise StoreError(f"{path}: no store there; `fairreach observe RUN --store {path}` makes one")
    connection = _open(path, read_only=True)
    try:
        _check_version(connection, path)
        yield DuckStore(connection)
    finally:
        connection.close()


@contextlib.contextmanager
def writing(location: str | Path) -> Iterator[Store]:
    """Open a store to write, made where there is none; all of the block is kept, or nothing of it.

    Raises
    ------
    StoreError
        If another process is writing, the disk is full, or the store is of a newer version.
    """
    if is_server(location):
        from access.observatory_postgres import writing_server

        with writing_server(str(location)) as server:
            yield server
        return
    path = Path(location)
    with only_run(path.with_name(f".{path.name}.writing"), path):
        partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
        _remove_leftovers(path)
        try:
            yield from _on_copy(path, partial)
            _put_in_place(partial, path)
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise StoreError(f"{path}: {_why(error)}; nothing was changed there") from error
        finally:
            for left in path.parent.glob(f"{partial.name}*"):
                left.unlink(missing_ok=True)


def _on_copy(path: Path, partial: Path) -> Iterator[Store]:
    """Give the copy of a store, or a new one, to write to."""
    from access.observatory_migrations import migrate

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        shutil.copyfile(path, partial)
    connection = _open(partial, read_only=False)
    try:
        if path.exists():
            migrate(connection, path)
        else:
            create_tables(connection)
        yield DuckStore(connection)
        run(connection, "CHECKPOINT")
    finally:
        connection.close()


def run(
    connection: duckdb.DuckDBPyConnection, statement: str, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run one statement to its end and return its rows."""
    found: list[tuple[Any, ...]] = connection.execute(statement, list(values)).fetchall()
    return found


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every table in an empty database, and note the version of the schema."""
    for table in schema().tables.values():
        run(connection, table_statement(table))
    run(connection, "INSERT INTO meta VALUES ('schema_version', ?)", [str(schema().version)])


def table_statement(table: Table) -> str:
    """Return the statement that makes a table."""
    columns = ", ".join(f'"{column.name}" {TYPES[column.kind]}' for column in table.columns)
    return f'CREATE TABLE "{table.name}" ({columns})'


def version_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the version of the schema of an open store.

    Raises
    ------
    StoreError
        If the file is a database but no store.
    """
    try:
        found = run(connection, "SELECT value FROM meta WHERE key = 'schema_version'")
    except duckdb.CatalogException:
        found = []
    if not found:
        raise StoreError(f"{path}: a database, but no store of fairreach; name another file")
    return int(found[0][0])


def newer_store(path: Path | str, found: int) -> StoreError:
    """Return the refusal of a store that a newer version of the program made."""
    return StoreError(
        f"{path}: a store of version {found}; this fairreach knows up to {schema().version}. "
        "Use a newer fairreach"
    )


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    found = version_of(connection, path)
    if found > schema().version:
        raise newer_store(path, found)
    if found < schema().version:
        raise StoreError(
            f"{path}: a store of version {found}; bring it to version {schema().version} with "
            f"`fairreach store migrate {path}`"
        )


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=read_only, config=_OFFLINE)
    except duckdb.Error as error:
        raise StoreError(
            f"{path}: cannot be read as a store ({str(error).splitlines()[0]}); name another file, or make "
            "it again from an export (`fairreach store import`)"
        ) from None


def _where(table: Table, equals: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return a WHERE clause and its values."""
    check_filter(table, equals)
    parts, values = [], []
    for name, value in equals.items():
        if value is None:
            parts.append(f'"{name}" IS NULL')
        elif isinstance(value, list | tuple | set):
            marks = ", ".join("?" * len(value)) or "NULL"
            parts.append(f'"{name}" IN ({marks})')
            values += list(value)
        else:
            parts.append(f'"{name}" = ?')
            values.append(value)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _put_in_place(partial: Path, path: Path) -> None:
    """Bring the copy to the disk and give it the file's name."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)


def _remove_leftovers(path: Path) -> None:
    """Remove the copies of writers that were killed."""
    for left in path.parent.glob(f"{path.name}.partial-*"):
        number = left.name.removeprefix(f"{path.name}.partial-").split(".")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            left.unlink(missing_ok=True)


def _why(error: Exception) -> str:
    text = str(error).splitlines()[0]
    return "the disk is full" if "No space left" in text or getattr(error, "errno", 0) in (28, 122) else text

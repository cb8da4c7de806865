"""The same store on a PostgreSQL server with PostGIS, for teams that outgrow one file.

Every table lies in the database schema ``fairreach``, outlines are PostGIS geometries in WGS84. A block that
writes is one transaction: all of it is kept, or nothing; readers see what was filed when they opened it.
The address is one of libpq (``postgresql://user@host/database``); passwords belong into ``~/.pgpass``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import shapely

from access.errors import StoreError
from access.observatory_address import understood
from access.observatory_duckdb import check_version, named, table_of
from access.observatory_migrations import statements
from access.observatory_postgres_tables import reason, table_statements, told
from access.observatory_schema import schema
from access.observatory_store import WAIT_S, shown
from access.observatory_tables import arrow_schema, to_arrow, to_frame, where_clause

if TYPE_CHECKING:
    import psycopg

_COPIED = {"integer": "int8", "real": "float8", "boolean": "bool", "date": "date"} | dict.fromkeys(
    ("blob", "geometry"), "bytea"
)
_WGS84 = 4326
_OLDEST = 150000
"""Version 15: the first whose unique keys can count null as a value."""
_LOCK = 0x66616972  # "fair": writers of a database take turns by it
_AT_ONCE = 50_000
"""So many rows are fetched at a time."""


class ServerStore:
    """A store on a server, within one transaction."""

    def __init__(self, connection: psycopg.Connection[Any], location: str) -> None:
        self.connection = connection
        self.location = location

    def rows(self, table: str, columns: Sequence[str] | None = None, /, **equals: Any) -> pd.DataFrame:
        """As ``Store``."""
        wanted = table_of(table)
        names = list(named(wanted, list(columns or wanted.names)))
        where, values = where_clause(wanted, equals, mark="%s")
        listed = ", ".join(
            f"ST_AsBinary(\"{name}\", 'NDR')" if wanted.kind_of(name) == "geometry" else f'"{name}"'
            for name in names
        )
        order = ", ".join(f'"{name}" NULLS FIRST' for name in wanted.key)
        query = f'SELECT {listed} FROM "{table}"{where} ORDER BY {order}'  # noqa: S608
        found_schema = pa.schema([arrow_schema(wanted).field(name) for name in names])
        parts = []
        with told(self.location), self.connection.cursor(binary=True) as cursor:
            cursor.execute(query.encode(), values)
            while rows := cursor.fetchmany(_AT_ONCE):
                arrays = [
                    pa.array(column, field.type)
                    for column, field in zip(zip(*rows, strict=True), found_schema, strict=True)
                ]
                parts.append(pa.table(arrays, schema=found_schema))
        found = pa.concat_tables(parts) if parts else found_schema.empty_table()
        return to_frame(found, wanted, names)

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """As ``Store``."""
        wanted = table_of(table)
        rows = to_arrow(wanted, frame)
        if not rows.num_rows:
            return
        values = [
            _with_srid(rows.column(column.name))
            if column.kind == "geometry"
            else rows.column(column.name).to_pylist()
            for column in wanted.columns
        ]
        listed = ", ".join(f'"{name}"' for name in wanted.names)
        statement = f'COPY "{table}" ({listed}) FROM STDIN (FORMAT BINARY)'
        with told(self.location), self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.set_types([_COPIED.get(column.kind, "text") for column in wanted.columns])
            for row in zip(*values, strict=True):
                copy.write_row(row)

    def remove(self, table: str, **equals: Any) -> None:
        """As ``Store``."""
        if not equals:
            raise StoreError(f"table {table}: say which rows to remove")
        where, values = where_clause(table_of(table), equals, mark="%s")
        with told(self.location):
            self.connection.execute(f'DELETE FROM "{table}"{where}'.encode(), values)  # noqa: S608


@contextlib.contextmanager
def reading_server(location: str) -> Iterator[ServerStore]:
    """Open the store on a server to read, as it is at this moment.

    Raises
    ------
    StoreError
        If the server cannot be reached, has no store, or one of another version.
    """
    import psycopg

    with _connected(location) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with told(location):
            found = _version(connection, location)
        if found is None:
            where = shown(location)
            raise StoreError(f"{where}: no store there; `fairreach observe RUN --store {where}` makes one")
        check_version(found, shown(location))
        with told(location):
            _find_tables(connection)
        yield ServerStore(connection, location)


@contextlib.contextmanager
def writing_server(location: str) -> Iterator[ServerStore]:
    """Open the store on a server to write, made where there is none; all of the block is kept, or nothing.

    Raises
    ------
    StoreError
        If the server cannot be reached or lacks PostGIS, another process goes on writing, rows have the same
        key, or the store is of a newer version.
    """
    with _connected(location) as connection:
        with told(location):
            connection.execute(f"SET LOCAL lock_timeout = '{round(WAIT_S * 1000)}ms'".encode())
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            connection.execute("SET LOCAL lock_timeout = DEFAULT")
            _make_or_migrate(connection, location)
        yield ServerStore(connection, location)
        with told(location):
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            connection.commit()


def version_of_server(location: str) -> int:
    """Return the version of the schema of the store on a server.

    Raises
    ------
    StoreError
        If the server cannot be reached or has no store.
    """
    with _connected(location) as connection, told(location):
        found = _version(connection, location)
    if found is None:
        raise StoreError(f"{shown(location)}: no store there; name the database of a store")
    return found


@contextlib.contextmanager
def _connected(location: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect; what was not committed at the end is undone."""
    try:
        import psycopg
    except ImportError:
        raise StoreError(
            f"{shown(location)}: a store on a server needs psycopg; install it with "
            "`pip install fairreach[postgresql]`, or name a file"
        ) from None
    parts = understood(location)
    timeout_s = int(parts.get("connect_timeout") or 10)
    try:
        connection = psycopg.connect(location, connect_timeout=timeout_s, application_name="fairreach")
    except psycopg.Error as error:
        raise StoreError(
            f"{shown(location)}: cannot be reached ({reason(error)}); check address, user and database, and "
            "that the server runs"
        ) from None
    try:
        if connection.info.server_version < _OLDEST:
            found = connection.info.server_version // 10000
            raise StoreError(f"{shown(location)}: PostgreSQL {found}; a store needs version 15 or newer")
        yield connection
    finally:
        with contextlib.suppress(psycopg.Error):
            connection.rollback()
        connection.close()


def _version(connection: psycopg.Connection[Any], location: str) -> int | None:
    """Return the version of the schema, or None if the database has no store."""
    found = connection.execute("SELECT to_regclass('fairreach.meta')").fetchone()
    if found is None or found[0] is None:
        return None
    row = connection.execute("SELECT value FROM fairreach.meta WHERE key = 'schema_version'").fetchone()
    if row is None or not str(row[0]).isdigit():
        raise StoreError(f"{shown(location)}: has a schema fairreach that is no store; name another database")
    return int(row[0])


def _find_tables(connection: psycopg.Connection[Any]) -> None:
    """Make the tables of the store and the functions of PostGIS be found by their names."""
    from psycopg import sql

    query = (
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'postgis'"
    )
    found = connection.execute(query).fetchone()
    schemas = ["fairreach", *(found or ())]
    names = sql.SQL(", ").join(sql.Identifier(name) for name in schemas)
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(names))


def _make_or_migrate(connection: psycopg.Connection[Any], location: str) -> None:
    before = _version(connection, location)
    if before is None:
        _add_postgis(connection, location)
        connection.execute("CREATE SCHEMA fairreach")
    _find_tables(connection)
    if before is None:
        for statement in table_statements():
            connection.execute(statement.encode())
        connection.execute("INSERT INTO meta VALUES ('schema_version', %s)", [str(schema().version)])
        return
    for statement in statements(before, shown(location)):
        connection.execute(statement.encode())
    if before < schema().version:
        connection.execute("UPDATE meta SET value = %s WHERE key = 'schema_version'", [str(schema().version)])


def _add_postgis(connection: psycopg.Connection[Any], location: str) -> None:
    import psycopg

    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except psycopg.Error as error:
        raise StoreError(
            f"{shown(location)}: PostGIS cannot be added ({reason(error)}); install it on the server and "
            "let its administrator run `CREATE EXTENSION postgis` in this database"
        ) from None


def _with_srid(outlines: pa.ChunkedArray) -> list[bytes | None]:
    """Return well-known binary that names WGS84, as PostGIS takes it."""
    shapes = shapely.set_srid(shapely.from_wkb(outlines.to_pylist()), _WGS84)
    found: list[bytes | None] = shapely.to_wkb(shapes, include_srid=True).tolist()
    return found

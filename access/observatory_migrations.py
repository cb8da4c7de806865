"""Bring a store of an older schema to today's; each step is a list of statements.

The statements are of the SQL that DuckDB and PostgreSQL share, so that one step serves both.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import duckdb

from access.errors import StoreError
from access.observatory_duckdb import newer_store, opened, run, version_of
from access.observatory_schema import schema
from access.observatory_store import is_server, writing

STEPS: dict[int, tuple[str, ...]] = {}
"""Version -> statements that make the next version of it."""


def bring_up_to_date(location: str | Path) -> int:
    """Bring a store to today's version of the schema; return the version it had.

    Raises
    ------
    StoreError
        As ``migrate``; or if there is no store there.
    """
    if is_server(location):
        from access.observatory_postgres import version_of_server

        before = version_of_server(str(location))
    else:
        path = Path(location)
        if not path.is_file():
            raise StoreError(f"{path}: no store there; name the file of a store")
        with contextlib.closing(opened(path, path, read_only=True)) as connection:
            before = version_of(connection, path)
    if before != schema().version:
        with writing(location):
            pass
    return before


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Apply every step that an open store lacks; return the version it had.

    Raises
    ------
    StoreError
        If it is no store, or one of a newer version, or so old that nothing leads from it to today's.
    """
    before = version_of(connection, path)
    for statement in statements(before, path):
        run(connection, statement)
    if before < schema().version:
        run(connection, "UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(schema().version)])
    return before


def statements(before: int, path: Path | str) -> list[str]:
    """Return the statements that lead from a version of the schema to today's.

    Raises
    ------
    StoreError
        As ``migrate``.
    """
    if before > schema().version:
        raise newer_store(path, before)
    missing = [version for version in range(before, schema().version) if version not in STEPS]
    if missing:
        raise StoreError(
            f"{path}: a store of version {before}; this fairreach brings stores from version "
            f"{min(STEPS, default=schema().version)} on to version {schema().version}. Use an older "
            "fairreach for the steps before"
        )
    return [statement for version in range(before, schema().version) for statement in STEPS[version]]

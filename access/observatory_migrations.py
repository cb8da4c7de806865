"""Bring a store of an older schema to today's; each step is a list of statements."""

from __future__ import annotations

from pathlib import Path

import duckdb

from access.observatory_schema import schema
from access.observatory_store import newer_store, run, version_of

STEPS: dict[int, tuple[str, ...]] = {}
"""Version -> statements that make the next version of it."""


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Apply every step that an open store lacks; return the version it had.

    Raises
    ------
    StoreError
        If it is no store, or one of a newer version.
    """
    before = version_of(connection, path)
    if before > schema().version:
        raise newer_store(path, before)
    for version in range(before, schema().version):
        for statement in STEPS[version]:
            run(connection, statement)
        run(connection, "UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(version + 1)])
    return before

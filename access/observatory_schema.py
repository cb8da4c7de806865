"""What a store holds, read from ``data/observatory.yaml``: tables, columns, kinds and meanings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

KINDS = ("text", "integer", "real", "boolean", "date", "time", "json", "blob", "geometry")
"""Of columns; a ``time`` is a moment in UTC as ISO 8601, a ``geometry`` well-known binary in WGS84."""


class Column(NamedTuple):
    """One column; ``english`` and ``french`` say what it holds, with its unit."""

    name: str
    kind: str
    english: str
    french: str


class Table(NamedTuple):
    """One table; ``key`` names the columns that tell its rows apart, where a null counts as a value."""

    name: str
    english: str
    french: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def kind_of(self, name: str) -> str:
        """Kind of a column; KeyError if there is none."""
        return {column.name: column.kind for column in self.columns}[name]


class Schema(NamedTuple):
    """All tables by name, in an order in which they can be filled; ``version`` of the whole."""

    version: int
    tables: Mapping[str, Table]

    @property
    def of_snapshot(self) -> list[str]:
        """Tables whose rows each belong to one snapshot and are counted in ``tally``."""
        return [
            name
            for name, table in self.tables.items()
            if table.names[0] == "snapshot" and name not in ("snapshot", "tally")
        ]


@cache
def schema() -> Schema:
    """Return the schema that this version of the program writes."""
    content = yaml.safe_load(files("access.data").joinpath("observatory.yaml").read_text(encoding="utf-8"))
    tables = {}
    for name, given in content["tables"].items():
        columns = tuple(Column(column, *told) for column, told in given["columns"].items())
        english, french = given["meaning"]
        tables[name] = Table(name, english, french, tuple(given["key"]), columns)
    return Schema(int(content["version"]), tables)

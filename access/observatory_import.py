"""Bring the rows of one store into another: exports of other institutions, a copy on a server.

What both have must be the same. Of a snapshot that is the results; when and with which version each side
computed and filed it may differ, and what is there already stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from access.errors import StoreError
from access.observatory_check import problems_of
from access.observatory_city import city_name, is_city_name
from access.observatory_place import check_place, last_cells, same_place
from access.observatory_same import check_same
from access.observatory_schema import Table, schema
from access.observatory_store import Store
from access.observatory_tables import to_arrow
from access.observatory_tally import hash_of_rows
from access.observatory_words import problem_lines

MOST_NAMED = 20
"""So many conflicts are listed."""
_FILED = ("filed_at", "run_created", "fairreach_version", "manifest_json", "headline_json", "results_hash")
"""Columns of a snapshot that may differ between two stores that filed the same run."""


class Merged(NamedTuple):
    """What a merge brought.

    Attributes
    ----------
    rows : dict of str to int
        New ones by table.
    new, known : list of str
        New snapshots, and those that were there.
    not_archived : list of str
        Inputs of new snapshots of which there is no copy here.
    twins : dict of str to list of str
        New cities, and the cities of the store that lie in the same place.
    """

    rows: dict[str, int]
    new: list[str]
    known: list[str]
    not_archived: list[str]
    twins: dict[str, list[str]]


def merge(
    source: Store,
    target: Store,
    has_input: Callable[[str], bool],
    advance: Callable[[int, int], None] | None = None,
) -> Merged:
    """Add everything of a store to another one that lacks it.

    Parameters
    ----------
    source : Store
        Open to read.
    target : Store
        Open to write; its block must end with the error that is raised, so that nothing is kept.
    has_input : callable
        Says whether the archive of the target has a file, by its SHA-256.
    advance : callable, optional
        Called with the snapshots that are done and all of them.

    Raises
    ------
    StoreError
        If the source is not whole, or has rows that the target has otherwise; all are named.
    """
    broken = problem_lines(problems_of(source), "en")
    if broken:
        raise StoreError("the store to import is not whole; nothing was imported\n" + _listed(broken))
    snapshots = source.rows("snapshot")
    known = sorted({*snapshots["snapshot"]} & {*target.rows("snapshot", ["snapshot"])["snapshot"]})
    _check_names(source)
    added, conflicts = {}, _place_conflicts(source, target)
    for name in [name for name in schema().tables if name not in (*schema().of_snapshot, "tally", "meta")]:
        table = schema().tables[name]
        rows, differs = _new_rows(table, source.rows(name), target.rows(name))
        added[name] = rows
        conflicts += differs
    conflicts += [line for snapshot in known for line in _result_conflicts(source, target, snapshot)]
    if conflicts:
        n = len(conflicts)
        raise StoreError(
            f"{n} conflict{'s' * (n > 1)} with what is there already; nothing was imported\n"
            + _listed(conflicts)
        )
    twins = _twins(source, target)
    for name, rows in added.items():
        target.add(name, rows)
    counts = {name: len(rows) for name, rows in added.items()}
    new = [snapshot for snapshot in snapshots["snapshot"] if snapshot not in {*known}]
    lacking: set[str] = set()
    for number, snapshot in enumerate(new):
        for name, rows in _tables_of(source, snapshot, has_input).items():
            target.add(name, rows)
            counts[name] = counts.get(name, 0) + len(rows)
            if name == "input":
                lacking |= {*rows.loc[~rows["archived"].fillna(value=False), "sha256"]}
        if advance is not None:
            advance(number + 1, len(new))
    return Merged({name: n for name, n in counts.items() if n}, new, known, sorted(lacking), twins)


def _tables_of(source: Store, snapshot: str, has_input: Callable[[str], bool]) -> dict[str, pd.DataFrame]:
    """Return the rows of a snapshot, where inputs count as archived if the target has them."""
    tables = {name: source.rows(name, snapshot=snapshot) for name in (*schema().of_snapshot, "tally")}
    there = [has_input(sha256) for sha256 in tables["input"]["sha256"]]
    tables["input"] = tables["input"].assign(archived=pd.array(there, dtype="boolean"))
    table = schema().tables["input"]
    sha256 = hash_of_rows(table, to_arrow(table, tables["input"]))
    counted = tables["tally"]["table"] == "input"
    tables["tally"] = tables["tally"].assign(sha256=tables["tally"]["sha256"].mask(counted, sha256))
    return tables


def _new_rows(table: Table, given: pd.DataFrame, there: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose key is new, and a line for each row that differs from the one with its key."""
    key = list(table.key)
    ours = {_values(row): row for row in there[key].itertuples(index=False)}
    places = {name: number for number, name in enumerate(ours)}
    at = [places.get(_values(row)) for row in given[key].itertuples(index=False)]
    compared = [name for name in table.names if table.name != "snapshot" or name not in _FILED]
    lines = []
    for number, place in enumerate(at):
        if place is None:
            continue
        one, other = given[compared].iloc[number], there[compared].iloc[place]
        names = [name for name in compared if not _same(one[name], other[name])]
        if names:
            told = "/".join(str(value) for value in _values(given[key].iloc[number]))
            parts = (f"{name} is {_short(one[name])}, here {_short(other[name])}" for name in names)
            lines.append(f"{table.name} {told}: {'; '.join(parts)}")
    return given[[place is None for place in at]], lines


def _check_names(source: Store) -> None:
    """Refuse short names of cities that no command of this program would take."""
    strange = [str(city) for city in source.rows("city", ["city"])["city"] if not is_city_name(str(city))]
    if strange:
        names = ", ".join(f"{city!r} (such as {city_name(city)!r})" for city in strange)
        raise StoreError(
            f"short names of cities have small letters, digits and hyphens, at most 60; not {names}; nothing "
            "was imported"
        )


def _twins(source: Store, target: Store) -> dict[str, list[str]]:
    """Return the new cities that lie where another one of the store does, perhaps the same one."""
    found = {}
    for city in source.rows("city")["city"]:
        cells = last_cells(source, city)
        if cells is not None and (twins := same_place(target, city, cells)):
            found[str(city)] = twins
    return found


def _place_conflicts(source: Store, target: Store) -> list[str]:
    """Return the cities that two stores call the same and that lie elsewhere."""
    lines = []
    for city in source.rows("city")["city"]:
        cells = last_cells(source, city)
        if cells is None:
            continue
        try:
            check_place(target, city, cells)
        except StoreError:
            lines.append(
                f"city {city}: lies elsewhere, its cells are not those of the city of that name here"
            )
    return lines


def _result_conflicts(source: Store, target: Store, snapshot: str) -> list[str]:
    """Return the difference between the results that two stores have of one snapshot."""
    filed = target.rows("snapshot", ["results_hash"], snapshot=snapshot)["results_hash"].iloc[0]
    names = ["snapshot", *schema().of_snapshot]
    tables = {"snapshot": source.rows("snapshot", snapshot=snapshot)}
    if tables["snapshot"]["results_hash"].iloc[0] == filed:
        return []
    tables |= {name: source.rows(name, snapshot=snapshot) for name in names[1:]}
    try:
        check_same(target, tables, filed)
    except StoreError as error:
        return [str(error)]
    return []


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(None if pd.isna(value) else value for value in row)


def _same(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other)


def _short(value: Any) -> str:
    text = "null" if pd.isna(value) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _listed(lines: list[str]) -> str:
    shown = [f"  - {line}" for line in lines[:MOST_NAMED]]
    return "\n".join(shown + [f"  - and {len(lines) - MOST_NAMED} more"] * (len(lines) > MOST_NAMED))

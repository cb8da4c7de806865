"""Whether a store is whole: each kind of damage is found and named."""

import datetime as dt
import hashlib
import shutil
import struct
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from builders_filed_store import filed_store
from builders_observatory import ids_of
from click.testing import CliRunner

from access.cli_store import store_commands
from access.observatory_check import problems_of, problems_of_archive
from access.observatory_schema import Table, schema
from access.observatory_store import Store, reading, writing
from access.observatory_tables import to_arrow
from access.observatory_tally import hash_of_rows, tally
from access.observatory_words import problem_lines


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filed_store(tmp_path_factory.mktemp("check") / "store.duckdb")


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "store.duckdb"))


def run(store: Store, statement: str) -> None:
    store.connection.execute(statement)  # type: ignore[attr-defined]


def test_a_store_as_it_was_filed_is_whole(whole):
    done = CliRunner().invoke(store_commands, ["check", str(whole)])
    assert (done.exit_code, done.output) == (
        0,
        f"{whole}: whole. Version: 1; cities: 1; snapshots: 2\n",
    )


DAMAGES = {
    "values of a snapshot": [
        ("DELETE FROM cell_right WHERE rowid = 0", "tally_rows", "table cell_right: rows: "),
        (
            "UPDATE cell_value SET value = value + 1e-9 WHERE rowid = 3",
            "tally_hash",
            "table cell_value: the rows",
        ),
        (
            "UPDATE draw SET numbers = numbers || '\\x00'::BLOB WHERE rowid = 0",
            "tally_hash",
            "table draw: the",
        ),
        ("DELETE FROM tally WHERE \"table\" = 'finding'", "tally_missing", "table finding: never counted"),
        ("UPDATE cell SET geometry = 'x'::BLOB WHERE rowid = 0", "value", "of geometry that are no geometry"),
        ("ALTER TABLE zone DROP COLUMN depth", "unreadable", "table zone: cannot be read"),
    ],
    "keys and references": [
        ("INSERT INTO answer SELECT * FROM answer", "same_key", "is answer smalltown"),
        ("UPDATE note SET city = 'nowhere'", "reference", "values of city that table city lacks: 1, "),
        ("DELETE FROM snapshot WHERE rowid = 0", "reference", "of snapshot that table snapshot lacks: 1"),
        (
            "DELETE FROM cell WHERE cell IN (SELECT max(cell) FROM cell)",
            "reference",
            "values of cell that table",
        ),
        ("UPDATE series SET method_json = '{'", "value", "values of method_json that are no json: 1, "),
        ("UPDATE snapshot SET filed_at = 'lately'", "value", "values of filed_at that are no time: 1, the"),
    ],
}


@pytest.mark.parametrize("of", DAMAGES)
def test_each_kind_of_damage_is_found_and_named(damaged, of):
    with writing(damaged) as store:
        for statement, *_ in DAMAGES[of]:
            run(store, statement)
    with reading(damaged) as store:
        problems = problems_of(store)
    found = list(zip([one.kind for one in problems], problem_lines(problems, "en"), strict=True))
    for statement, kind, said in DAMAGES[of]:
        assert any(kind == what and said in line for what, line in found), (statement, found)


def test_a_damaged_store_ends_the_command_with_exit_code_two(damaged):
    with writing(damaged) as store:
        run(store, "DELETE FROM cell_right WHERE rowid = 0")
    done = CliRunner().invoke(store_commands, ["check", str(damaged), "--lang", "fr"])
    assert done.exit_code == 2
    assert "pas intact\u00a0; problèmes\u00a0: 1" in done.output
    assert f"relevé {ids_of(damaged)[0]}, table cell_right\u00a0: lignes" in done.output


def test_inputs_of_the_archive_are_read(damaged):
    sha256 = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"  # of b"data"
    snapshot = ids_of(damaged)[0]
    with writing(damaged) as store:
        row = {"snapshot": snapshot, "file": "kept.csv", "sha256": sha256, "archived": True}
        store.add("input", pd.DataFrame([row]))
    kept = Path(f"{damaged}.inputs", sha256[:2], sha256)

    def kinds() -> list[str]:
        with reading(damaged) as store:
            return [one.kind for one in problems_of_archive(store, damaged)]

    assert kinds() == ["archive_missing"]
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"data")
    assert kinds() == []
    kept.write_bytes(b"date")
    assert kinds() == ["archive_changed"]
    done = CliRunner().invoke(store_commands, ["check", str(damaged)])
    assert "archive: kept.csv is not what was kept" in done.output
    assert "come back when a run" in done.output


def hash_by_hand(table: Table, rows: list[dict]) -> str:
    """Return the hash of rows by its description, value by value."""

    def place(row: dict) -> list:
        given = [row.get(name) for name in table.key]
        return [(0,) if value is None else (1, str(value).encode()) for value in given]

    ordered = sorted(rows, key=place)
    parts = [f"{table.name} {len(rows)}\n".encode()]
    for column in table.columns:
        values = [row.get(column.name) for row in ordered]
        parts += [f"{column.name} {column.kind}\n".encode(), bytes(value is None for value in values)]
        there = [value.encode() if isinstance(value, str) else value for value in values if value is not None]
        if column.kind in ("text", "time", "json", "blob", "geometry"):
            parts += [struct.pack("<q", len(value)) for value in there] + there
        elif column.kind == "real":
            parts += [struct.pack("<d", value) for value in there]
        elif column.kind == "date":
            parts += [struct.pack("<q", (value - dt.date(1970, 1, 1)).days) for value in there]
        else:
            parts += [struct.pack("<q", value) for value in there]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_hash_of_rows_is_the_one_that_its_description_gives():
    table = schema().tables["draw"]
    row = {"snapshot": "s", "indicator": "a", "numbers": b"\x00\xff"}
    rows = [
        row | {"period": "é"},
        row | {"period": None, "numbers": b""},
        row | {"period": "b", "cutoff_min": 30},
    ]
    assert hash_of_rows(table, to_arrow(table, pd.DataFrame(rows))) == hash_by_hand(table, rows)
    feed = schema().tables["feed"]
    other = [
        {"snapshot": "s", "feed": "b", "first_day": dt.date(1969, 12, 31), "trips_week": -1.5, "routes": -3}
    ]
    other.append({"snapshot": "s", "feed": "a", "sha256": ""})
    assert hash_of_rows(feed, to_arrow(feed, pd.DataFrame(other))) == hash_by_hand(feed, other)
    parts = [to_arrow(feed, pd.DataFrame([one])) for one in other]  # and in pieces
    assert hash_of_rows(feed, pa.concat_tables(parts)) == hash_by_hand(feed, other)
    cell = [
        {"snapshot": "s", "cell": "c", "suppressed": True},
        {"snapshot": "s", "cell": "d", "suppressed": False},
    ]
    cells = schema().tables["cell"]
    assert hash_of_rows(cells, to_arrow(cells, pd.DataFrame(cell))) == hash_by_hand(cells, cell)
    zero, minus = ([{**cell[0], "population": value}] for value in (0.0, -0.0))
    assert hash_of_rows(cells, to_arrow(cells, pd.DataFrame(minus))) == hash_by_hand(cells, zero)


def test_a_tally_counts_the_values_and_not_their_order_or_the_snapshot_beside_them(whole, damaged):
    first, second = ids_of(damaged)
    with writing(damaged) as store:
        rows = store.rows("cell_value", snapshot=first)
        store.remove("cell_value", snapshot=[first, second])
        store.add("cell_value", rows.iloc[::-1])
    with reading(whole) as before, reading(damaged) as after:
        pd.testing.assert_frame_equal(tally(before, first), tally(after, first))
        other = tally(after, "none")
    assert list(other["rows"].unique()) == [0]
    assert other["sha256"].nunique() == len(other)

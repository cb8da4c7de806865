"""The file of a store: many read while one writes, and what is filed stays whatever happens."""

import datetime as dt
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely

from access import observatory_store
from access.errors import StoreError
from access.observatory_duckdb import told
from access.observatory_migrations import STEPS, migrate
from access.observatory_schema import schema
from access.observatory_store import kept_before, reading, writing
from access.observatory_tables import to_arrow

CITY = schema().tables["city"]


def city(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"city": list(names)})


def cities_in(path: Path) -> list[str]:
    with reading(path) as store:
        return list(store.rows("city")["city"])


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "it's a [store].duckdb"
    with writing(path) as store:
        store.add("city", city("one"))
    return path


def in_another_process(program: str, path: Path) -> subprocess.Popen[str]:
    start = f"import os, sys, signal\nfrom pathlib import Path\npath = Path({str(path)!r})\n"
    return subprocess.Popen(
        [sys.executable, "-c", start + program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    )


def test_what_is_written_is_read_again_in_the_order_of_the_key(tmp_path):
    path = tmp_path / "store.duckdb"
    given = city("b", "a", "é", "Z")
    with writing(path) as store:
        store.add("city", given)
        assert list(store.rows("city")["city"]) == ["Z", "a", "b", "é"]
    assert cities_in(path) == ["Z", "a", "b", "é"]
    assert list(given["city"]) == ["b", "a", "é", "Z"]
    assert [found.name for found in tmp_path.iterdir()] == ["store.duckdb"]


def test_a_reader_keeps_what_it_opened_and_sees_the_new_when_it_opens_again(one):
    with reading(one) as before:
        with writing(one) as store:
            store.add("city", city("two"))
        with reading(one) as after:  # while the older one is open in the same process
            assert list(after.rows("city")["city"]) == ["one", "two"]
        assert list(before.rows("city")["city"]) == ["one"]


def test_readers_of_other_processes_go_on_while_one_writes(one):
    reader = in_another_process(
        "from access.observatory_store import reading\n"
        "for _ in range(2):\n"
        "    with reading(path) as store:\n"
        "        print(len(store.rows('city')), flush=True)\n"
        "        sys.stdin.readline()\n"
        "        print(len(store.rows('city')), flush=True)\n",
        one,
    )
    with reader:
        assert reader.stdout.readline() == "1\n"
        with writing(one) as store:
            store.add("city", city("two"))
        reader.stdin.write("go\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "1\n"
        assert reader.stdout.readline() == "2\n"
        assert reader.communicate("go\n")[0] == "2\n"
    assert reader.returncode == 0


def test_threads_that_read_and_write_at_once_each_see_a_whole_store(one):
    def write(number: int) -> None:
        with writing(one) as store:
            store.add("city", city(f"city {number}"))
            store.add("series", pd.DataFrame({"series": [f"series {number}"], "city": f"city {number}"}))

    def read(_: int) -> tuple[int, int]:
        with reading(one) as store:
            return len(store.rows("city")), len(store.rows("series"))

    with ThreadPoolExecutor(4) as pool:
        written = [pool.submit(write, number) for number in range(6)]
        seen = [pool.submit(read, number) for number in range(8)]
    assert [done.result() for done in written] == [None] * 6
    assert all(n_cities == n_series + 1 for n_cities, n_series in (done.result() for done in seen))
    assert read(0) == (7, 6)


def test_a_writer_that_is_killed_loses_nothing_that_was_filed(one):
    program = (
        "import pandas as pd\n"
        "from access import observatory_store\n"
        "def end(*_):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "def write(in_block, before_name):\n"
        "    observatory_store._put_in_place = before_name\n"
        "    with observatory_store.writing(path) as store:\n"
        "        store.remove('city', city='one')\n"
        "        store.add('city', pd.DataFrame({'city': ['two']}))\n"
        "        in_block()\n"
        "for moments in ((end, None), (lambda: None, end)):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        write(*moments)\n"
        "    print(os.waitpid(child, 0)[1], flush=True)\n"
    )
    killed = in_another_process(program, one)
    assert killed.communicate()[0] == f"{int(signal.SIGKILL)}\n" * 2
    assert any(".partial-" in found.name for found in one.parent.iterdir())  # it had begun
    assert cities_in(one) == ["one"]
    with writing(one) as store:
        store.add("city", city("three"))
    assert cities_in(one) == ["one", "three"]
    assert list(one.parent.iterdir()) == [one]


def test_what_fails_in_the_block_leaves_the_store_as_it_was(one):
    with pytest.raises(ZeroDivisionError), writing(one) as store:
        store.add("city", city("two"))
        _ = 1 / 0
    with pytest.raises(OSError, match="of the caller"), writing(one):
        raise OSError("of the caller")  # not told as one of the store
    assert cities_in(one) == ["one"]
    assert list(one.parent.iterdir()) == [one]


def test_a_store_that_was_never_finished_is_not_there(tmp_path):
    path = tmp_path / "folder" / "store.duckdb"
    with pytest.raises(ZeroDivisionError), writing(path):
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match=r"no store there; `fairreach observe RUN --store .*` makes one"):
        cities_in(path)


@pytest.mark.parametrize("where", ["copyfile", "fsync"])
def test_a_full_disk_is_named_and_changes_nothing(one, monkeypatch, where):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil if where == "copyfile" else os, where, full)
    with (
        pytest.raises(StoreError, match="the disk is full; nothing was changed there"),
        writing(one) as store,
    ):
        store.add("city", city("two"))
    monkeypatch.undo()
    assert cities_in(one) == ["one"]
    assert list(one.parent.iterdir()) == [one]


def test_a_disk_that_fills_while_rows_are_written_is_named():
    class Full:
        def __getattr__(self, _: str):
            raise duckdb.IOException('Could not write file "x": No space left on device')

    store = observatory_store.DuckStore(Full(), Path("x.duckdb"))
    with pytest.raises(StoreError, match=r"x.duckdb: the disk is full; nothing was changed there"):
        store.add("city", city("two"))


def test_a_second_writer_waits_and_then_says_who_writes(one, monkeypatch):
    monkeypatch.setattr(observatory_store, "WAIT_S", 0.0)
    with (
        writing(one),
        pytest.raises(StoreError, match=rf"is writing to this store \(process {os.getpid()} on host"),
        writing(one),
    ):
        pass
    monkeypatch.undo()
    inside, done = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait()
        with writing(one) as store:
            store.add("city", city("second"))
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with writing(one) as store:
        inside.set()
        store.add("city", city("first"))
        assert not done.is_set()
    thread.join()
    assert cities_in(one) == ["first", "one", "second"]


def test_rows_with_the_same_key_are_refused_and_named(one):
    said = "table city would have several rows with the same city: one"
    with pytest.raises(StoreError, match=said), writing(one) as store:
        store.add("city", city("one", "two"))
    assert cities_in(one) == ["one"]
    null = pd.DataFrame({"snapshot": ["s", "s"], "indicator": ["a", "a"], "value": [1.0, 2.0]})
    with (
        pytest.raises(StoreError, match=r"several rows with the same .*: s/a/null/null"),
        writing(one) as store,
    ):
        store.add("indicator", null)


def test_a_link_to_a_store_stays_a_link_and_rights_stay(one, tmp_path):
    one.chmod(0o606)
    link = tmp_path / "link.duckdb"
    link.symlink_to(one)
    with writing(link) as store:
        store.add("city", city("two"))
    assert link.is_symlink()
    assert cities_in(one) == ["one", "two"]
    assert one.stat().st_mode & 0o777 == 0o606


def test_a_disk_that_may_only_be_read_is_told_without_names_of_our_own(one, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(one.with_name(f".{one.name}.writing")))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match=r"cannot be written \(Read-only file system\)"), writing(one):
        pass


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"city,value\n", "cannot be read as a store"),
        (b"", "cannot be read as a store"),
        (b"SQLite format 3\x00" + bytes(5000), "not a valid DuckDB database"),
    ],
)
def test_another_file_is_refused_and_not_touched(tmp_path, content, said):
    path = tmp_path / "store.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        cities_in(path)
    with pytest.raises(StoreError, match=said), writing(path):
        pass
    assert path.read_bytes() == content


def test_another_database_is_refused(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE city (city VARCHAR)")
    for use in (reading, writing):
        with pytest.raises(StoreError, match="a database, but no store of fairreach"), use(path):
            pass
    with pytest.raises(StoreError, match="a folder; a store is one file"), writing(tmp_path):
        pass


def test_a_file_that_another_program_writes_to_is_refused(one):
    program = (
        "import duckdb\nother = duckdb.connect(str(path))\nprint('open', flush=True)\nsys.stdin.readline()\n"
    )
    with in_another_process(program, one) as other:
        assert other.stdout.readline() == "open\n"
        for use in (reading, writing):
            with pytest.raises(StoreError, match="another program has opened it to write"), use(one):
                pass
        other.stdin.write("end\n")
    Path(f"{one}.wal").write_bytes(b"")
    with pytest.raises(StoreError, match=r"and left .*\.wal; open and close the file"), writing(one):
        pass


def test_a_damaged_block_is_named(tmp_path):
    path = tmp_path / "store.duckdb"
    with writing(path) as store:
        store.add("city", city(*(f"city {number}" for number in range(20_000))))
    content = bytearray(path.read_bytes())
    place = content.index(b"city 1")
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"store.duckdb: .*damaged|cannot be read as a store"):
        cities_in(path)


@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_a_file_that_was_cut_off_is_refused(one, share):
    content = one.read_bytes()
    one.write_bytes(content[: int(len(content) * share)])
    for use in (reading, writing):
        with pytest.raises(StoreError, match=r"cannot be read as a store|damaged"), use(one) as store:
            store.rows("city")
    assert len(one.read_bytes()) == int(len(content) * share)


def test_a_file_whose_end_is_gone_is_damaged_also_where_it_is_found_out_late(tmp_path):
    said = "Could not read enough bytes from file: attempted to read 262144 bytes from location 5517312"
    with pytest.raises(StoreError, match="make it again from an export"), told(tmp_path / "store.duckdb"):
        raise duckdb.IOException(said)


def test_a_store_of_a_newer_version_is_refused(one):
    with writing(one) as store:
        store.remove("meta", key="schema_version")
        store.add("meta", pd.DataFrame({"key": ["schema_version"], "value": [str(schema().version + 1)]}))
    for use in (reading, writing):
        with pytest.raises(StoreError, match=r"a store of version 2; .* Use a newer fairreach"), use(one):
            pass


def test_an_older_store_is_brought_to_todays_version_when_it_is_written(tmp_path, monkeypatch):
    path = tmp_path / "old.duckdb"
    with writing(path) as store:
        store.add("city", city("one"))
    with duckdb.connect(str(path)) as old:  # before there were names in French, and notes
        old.execute("ALTER TABLE city DROP COLUMN name_fr")
        old.execute("DROP TABLE note")
        old.execute("UPDATE meta SET value = '0' WHERE key = 'schema_version'")
    with pytest.raises(
        StoreError, match=r"of version 0; bring it to version 1 with `fairreach store migrate"
    ):
        cities_in(path)
    said = r"brings stores from version 1 on .* Use an older fairreach"
    with pytest.raises(StoreError, match=said), writing(path):
        pass
    listed = ", ".join(f'"{column.name}" VARCHAR' for column in schema().tables["note"].columns)
    steps = ("ALTER TABLE city ADD COLUMN name_fr VARCHAR", f"CREATE TABLE note ({listed})")
    monkeypatch.setitem(STEPS, 0, steps)
    with writing(path) as store:
        assert store.rows("city")["name_fr"].isna().all()
        assert migrate(store.connection, path) == schema().version  # and no step twice
    with reading(path) as store:
        assert store.rows("note").empty
        assert list(store.rows("city")["city"]) == ["one"]
    with duckdb.connect(
        str(kept_before(path, 0)), read_only=True
    ) as kept:  # who has an older program reads on
        assert kept.execute("SELECT value FROM meta").fetchone() == ("0",)


def test_every_way_of_being_missing_is_null_and_kinds_are_kept(one):
    row = {"snapshot": "s", "service": "jobs", "period": "peak", "standard": "x", "group": "all"}
    given = pd.DataFrame(
        [
            {**row, "indicator": "a", "cutoff_min": 30.0, "value": np.nan, "low": None, "draws": pd.NA},
            {**row, "indicator": "b", "cutoff_min": np.nan, "value": np.inf, "low": 1, "draws": np.int64(7)},
        ]
    )
    with writing(one) as store:
        store.add("indicator", given)
    with reading(one) as store:
        found = store.rows("indicator")
        assert list(found["cutoff_min"]) == [30, pd.NA]
        assert found["value"].isna().tolist() == [True, False]
        assert np.isinf(found["value"][1])
        assert list(found["draws"]) == [pd.NA, 7]
        assert list(store.rows("indicator", ["indicator"], cutoff_min=np.int64(30))["indicator"]) == ["a"]
        assert list(store.rows("indicator", ["indicator"], cutoff_min=[None, 30.0])["indicator"]) == [
            "a",
            "b",
        ]
        assert store.rows("indicator", cutoff_min=[]).empty
        assert list(store.rows("indicator", ["indicator"], low=None)["indicator"]) == ["a"]


def test_dates_moments_json_and_outlines_come_in_the_ways_programs_have_them(one):
    square = shapely.box(5, 45, 6, 46)
    day = dt.date(2026, 3, 1)
    moment = pd.Timestamp("2026-03-01 12:00", tz="Europe/Paris")
    with writing(one) as store:
        store.add(
            "snapshot",
            pd.DataFrame(
                {
                    "snapshot": ["a", "b", "c"],
                    "observed_on": [day, "2026-03-01", pd.Timestamp(day)],
                    "filed_at": [moment, "2026-03-01T11:00:00+00:00", None],
                    "headline_json": [{"value": 1}, "{}", None],
                }
            ),
        )
        big_endian = shapely.to_wkb(square, byte_order=0)
        geometry = [square, big_endian, None]
        store.add("cell", pd.DataFrame({"snapshot": "a", "cell": ["x", "y", "z"], "geometry": geometry}))
    with reading(one) as store:
        found = store.rows("snapshot", observed_on="2026-03-01")
        assert list(found["observed_on"]) == [day] * 3
        assert list(found["filed_at"].dropna()) == ["2026-03-01T11:00:00+00:00"] * 2
        assert list(found["headline_json"].dropna()) == ['{"value": 1}', "{}"]
        assert list(store.rows("cell")["geometry"]) == [shapely.to_wkb(square)] * 2 + [None]


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("city", {"town": ["x"]}, "has no column town; it has city, name_en, name_fr"),
        ("cell", {"income_decile": [2.5]}, "column income_decile: 2.5 is no whole number; it takes integer"),
        ("cell", {"population": ["many"]}, "column population: 'many' is no number; it takes real"),
        ("cell", {"suppressed": ["no"]}, "neither true nor false; it takes boolean"),
        ("cell", {"geometry": [b"x"], "population": ["y"]}, "column population: .*; column geometry: "),
        ("snapshot", {"observed_on": ["1 March"]}, "column observed_on: .*; it takes date"),
        ("snapshot", {"filed_at": [dt.datetime(2026, 1, 1)]}, "no moment with a time zone; it takes time"),  # noqa: DTZ001
        ("finding", {"text": [["a list"]]}, "is no text; it takes text"),
    ],
)
def test_values_that_are_not_of_their_kind_are_refused_together(table, values, said):
    with pytest.raises(StoreError, match=said):
        to_arrow(schema().tables[table], pd.DataFrame(values))


def test_a_question_that_a_store_cannot_have_is_refused(one):
    with reading(one) as store:
        with pytest.raises(StoreError, match="a store has no table towns; it has meta, city"):
            store.rows("towns")
        with pytest.raises(StoreError, match="has no column town"):
            store.rows("city", town="x")
        with pytest.raises(StoreError, match="has no column town"):
            store.rows("city", ["town"])
        with pytest.raises(StoreError, match="say which rows to remove"):
            store.remove("city")

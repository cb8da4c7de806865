"""The store on a PostgreSQL server, against a real server that these tests start."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import builders_postgres
import pandas as pd
import pytest
from builders_filed_store import filed_store
from builders_observatory import ids_of, quiet

from access import observatory_postgres
from access.errors import StoreError
from access.observatory_import import merge
from access.observatory_migrations import STEPS, bring_up_to_date
from access.observatory_schema import schema
from access.observatory_store import reading, shown, writing

psycopg = pytest.importorskip("psycopg")
REQUIRED = bool(os.environ.get("FAIRREACH_REQUIRE_POSTGRES"))
MISSING = builders_postgres.why_not()
pytestmark = pytest.mark.skipif(bool(MISSING) and not REQUIRED, reason=MISSING or "there is a server")


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    with builders_postgres.server() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            if not connection.execute(
                "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
            ).fetchone():
                if REQUIRED:
                    pytest.fail("the server has no PostGIS")
                pytest.skip("the PostgreSQL server that is installed has no PostGIS")
            connection.execute("CREATE EXTENSION postgis")
        yield address


@pytest.fixture
def address(running: str) -> Iterator[str]:
    """Give a database without a store."""
    yield running
    with psycopg.connect(running, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS fairreach CASCADE")


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filed_store(tmp_path_factory.mktemp("file") / "store.duckdb")


def city(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"city": list(names)})


def cities_in(address: str) -> list[str]:
    with reading(address) as store:
        return list(store.rows("city")["city"])


def test_a_store_is_the_same_on_a_server_and_in_a_file(address, filed, tmp_path):
    with reading(filed) as file, writing(address) as server:
        merge(file, server, lambda _: False)
    with reading(filed) as file, reading(address) as server:
        for name in schema().tables:
            pd.testing.assert_frame_equal(file.rows(name), server.rows(name))
        some = {"snapshot": ids_of(filed), "cutoff_min": [None, 45], "interval_kind": "inputs"}
        pd.testing.assert_frame_equal(
            file.rows("indicator", ["indicator", "value"], **some),
            server.rows("indicator", ["indicator", "value"], **some),
        )
        day = str(quiet(1)[0].observed_on)
        assert len(server.rows("snapshot", observed_on=day)) == 1
        assert server.rows("snapshot", snapshot=[]).empty
        with writing(tmp_path / "back.duckdb") as back:  # which checks that the server's store is whole
            assert merge(server, back, lambda _: False).new == sorted(ids_of(filed))


def test_outlines_are_geometries_of_postgis(address, filed):
    with reading(filed) as file, writing(address) as server:
        server.add("cell", file.rows("cell"))
    with psycopg.connect(address) as connection:
        query = (
            "SELECT count(*), sum(ST_Area(geometry::geography)) / 1e4 FROM fairreach.cell "
            "WHERE ST_SRID(geometry) = 4326 AND ST_Intersects(geometry, ST_Point(lon, lat, 4326))"
        )
        n, hectares = connection.execute(query).fetchone()
    assert n == 38
    assert 5 < hectares / n < 25  # cells of resolution 9 have about ten hectares


def test_what_fails_in_the_block_leaves_nothing(address):
    with writing(address) as store:
        store.add("city", city("one"))
    with pytest.raises(ZeroDivisionError), writing(address) as store:
        store.remove("city", city="one")
        _ = 1 / 0
    said = r"table city would have .*\(city\)=\(one\) already exists"
    with pytest.raises(StoreError, match=said), writing(address) as store:
        store.add("city", city("one", "two"))
    with pytest.raises(StoreError, match="nothing was changed"), writing(address) as store:
        store.add("city", city("with a \x00 byte"))
    with writing(address) as store:  # the key counts at the end of the block only
        store.add("city", city("one"))
        store.remove("city", city="one")
        store.add("city", city("one"))
    assert cities_in(address) == ["one"]


def test_a_null_counts_as_a_value_of_the_key(address):
    null = pd.DataFrame({"snapshot": ["s", "s"], "indicator": ["a", "a"], "value": [1.0, 2.0]})
    with (
        pytest.raises(StoreError, match="table indicator would have several rows"),
        writing(address) as store,
    ):
        store.add("indicator", null)


def test_a_writer_whose_connection_ends_loses_nothing_that_was_filed(address):
    with writing(address) as store:
        store.add("city", city("one"))
    with pytest.raises(StoreError, match="nothing was changed there"), writing(address) as store:
        store.add("city", city("two"))
        with psycopg.connect(address) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [store.connection.info.backend_pid])
        store.add("city", city("three"))
    assert cities_in(address) == ["one"]


def test_readers_go_on_while_one_writes_and_see_the_new_when_they_open_again(address):
    with writing(address) as store:
        store.add("city", city("one"))
    with reading(address) as before:
        with writing(address) as store:
            store.add("city", city("two"))
            assert cities_in(address) == ["one"]
        assert list(before.rows("city")["city"]) == ["one"]
        with pytest.raises(StoreError, match="read-only transaction"):
            before.remove("city", city="one")
    assert cities_in(address) == ["one", "two"]


def test_writers_take_turns(address, monkeypatch):
    with writing(address) as store:
        store.add("city", city("zero"))
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with writing(address) as store:
            store.add("city", city(f"after {len(store.rows('city'))}"))

    thread = threading.Thread(target=second)
    thread.start()
    with writing(address) as store:
        inside.set()
        store.add("city", city("first"))
    thread.join()
    assert cities_in(address) == ["after 2", "first", "zero"]
    monkeypatch.setattr(observatory_postgres, "WAIT_S", 0.001)
    with (
        writing(address),
        pytest.raises(StoreError, match="another process is writing to this store; nothing was changed"),
        writing(address),
    ):
        pass


def test_versions_are_told_and_older_ones_brought_to_todays(address, monkeypatch):
    with pytest.raises(StoreError, match="no store there; `fairreach observe RUN"):
        cities_in(address)
    with pytest.raises(StoreError, match="no store there"):
        bring_up_to_date(address)
    with writing(address) as store:
        store.add("city", city("one"))
    with psycopg.connect(address) as old:
        old.execute("ALTER TABLE fairreach.city DROP COLUMN name_fr")
        old.execute("UPDATE fairreach.meta SET value = '0'")
    with pytest.raises(StoreError, match=r"a store of version 0; bring it to version 1"):
        cities_in(address)
    monkeypatch.setitem(STEPS, 0, ("ALTER TABLE city ADD COLUMN name_fr VARCHAR",))
    assert bring_up_to_date(address) == 0
    assert bring_up_to_date(address) == schema().version
    assert cities_in(address) == ["one"]
    with psycopg.connect(address) as newer:
        newer.execute("UPDATE fairreach.meta SET value = '7'")
    for use in (reading, writing):
        with pytest.raises(StoreError, match=r"a store of version 7; .* Use a newer fairreach"), use(address):
            pass


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path):
    address = f"postgresql://me:s3cret@/none?host={quote(str(tmp_path))}&connect_timeout=2"
    for use in (reading, writing):
        with pytest.raises(StoreError, match="cannot be reached") as refused, use(address):
            pass
        assert "s3cret" not in str(refused.value)
    assert shown("postgresql://me@host/data?password=s3cret&x=1") == "postgresql://me@host/data?x=1"
    assert re.fullmatch("postgres://me@host", shown("postgres://me:p%40ss@host"))
    assert shown("postgresql://me:s3c?r/e@t@host/data") == "postgresql://me@host/data"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:s3c/ret@host/data",
        "postgresql://me:12/ret@host/data",
        "postgresql://me:s3c@ret@host/data",
        "postgresql://me:s3c%zzret@host/data",
        "postgresql://me@host/data?sslpassword=s3cret&no_such=1",
        "postgresql://me@host/data?p%61ssword=s3cret&connect_timeout=soon",
        "Postgresql://me:s3cret@host/data",
        "mysql://me:s3cret@host/data",
        "host=nowhere user=me password=s3cret",
    ],
)
def test_no_address_that_cannot_be_used_shows_a_part_of_its_password(address):
    for use in (reading, writing):
        with pytest.raises(StoreError, match="%40") as refused, use(address):
            pass
        assert "s3c" not in str(refused.value)
        assert "ret" not in str(refused.value)

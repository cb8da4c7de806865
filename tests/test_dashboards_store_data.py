"""What the app reads of a store: once until the store changes, never with the place where it lies."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest
from builders_observatory import quiet, small_store

from access.observatory_store import Store, writing
from dashboards.store_data import StoreData, StoreReadError


def counting(data: StoreData) -> tuple[list[int], object]:
    """Return a list that grows with every reading, and what reads the number of snapshots."""
    readings: list[int] = []

    def read(opened: Store) -> int:
        readings.append(1)
        return len(opened.rows("snapshot", ["snapshot"]))

    return readings, lambda: data.kept(("n",), read)


def test_what_was_read_is_kept_until_something_is_filed(tmp_path: Path) -> None:
    file = small_store(tmp_path / "store.duckdb", quiet(2))
    readings, n = counting(StoreData(file))
    assert (n(), n()) == (2, 2)  # type: ignore[operator]
    assert len(readings) == 1
    small_store(file, quiet(3)[2:])
    assert n() == 3  # type: ignore[operator]
    assert len(readings) == 2


def test_of_several_who_ask_at_once_one_reads(tmp_path: Path) -> None:
    data = StoreData(small_store(tmp_path / "store.duckdb", quiet(1)))
    readings: list[int] = []
    all_there = threading.Barrier(5)
    found: list[int] = []

    def read(opened: Store) -> int:
        readings.append(1)
        return len(opened.rows("snapshot", ["snapshot"]))

    def ask() -> None:
        all_there.wait(timeout=30)
        found.append(data.kept(("n",), read))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [1] * 5
    assert len(readings) == 1


def test_who_asks_for_another_thing_does_not_wait(tmp_path: Path) -> None:
    data = StoreData(small_store(tmp_path / "store.duckdb", quiet(1)))

    def read(_opened: Store) -> str:
        inner: list[str] = []
        thread = threading.Thread(target=lambda: inner.append(data.kept(("other",), lambda _: "other")))
        thread.start()
        thread.join(timeout=30)
        return inner[0]

    assert data.kept(("one",), read) == "other"


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but long enough to be looked at" * 100])
def test_a_store_that_cannot_be_read_says_so_without_its_place(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret-place" / "store.duckdb"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreReadError) as caught:
        StoreData(file).kept(("n",), lambda opened: opened.rows("city"))
    assert "secret-place" not in caught.value.detail


def test_the_address_of_a_server_is_never_told() -> None:
    data = StoreData("postgresql://reader:password@127.0.0.1:1/no_such")
    assert (data.name, data.beside) == ("", None)
    with pytest.raises(StoreReadError) as caught:
        data.kept(("n",), lambda opened: opened.rows("city"))
    assert "password" not in str(caught.value)


def test_a_store_that_comes_later_is_read_then(tmp_path: Path) -> None:
    data = StoreData(tmp_path / "store.duckdb")
    assert not data.is_there
    with pytest.raises(StoreReadError):
        data.kept(("n",), lambda opened: opened.rows("city"))
    with writing(data.location) as store:
        store.add("city", pd.DataFrame([{"city": "a", "name_en": "A", "name_fr": "A"}]))
    assert list(data.kept(("n",), lambda opened: opened.rows("city"))["city"]) == ["a"]

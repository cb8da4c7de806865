"""A city is called by one short name, and a slip of the finger does not make a second city."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from builders_feeds import one_line as feed
from builders_observatory import Planted, small_store

from access.cli import main
from access.errors import StoreError
from access.feed_watch import look
from access.feed_watch_look import Watcher
from access.feed_watch_sources import Source
from access.observatory_city import checked_city, city_name, known_cities
from access.observatory_import import merge
from access.observatory_store import reading, writing


@pytest.mark.parametrize("text", ["Bad Name!", "", "Porto", "porto_alegre", "-porto", "são-paulo", "a" * 61])
def test_what_is_no_short_name_is_refused_with_one_that_is(text: str) -> None:
    with pytest.raises(StoreError, match="small letters, digits and hyphens, at most 60") as refused:
        checked_city(text)
    assert city_name(text) in str(refused.value)
    assert checked_city(city_name(text)) == city_name(text)


def test_every_command_that_makes_a_city_refuses_a_name_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "s.db")
    (tmp_path / "drop").mkdir()
    for command in (
        ["watch", f"bus={tmp_path / 'drop'}", "--store", store, "--city", "Bad Name!"],
        ["demo-history", str(tmp_path / "out"), "--store", store, "--city", "Bad Name!"],
        ["demo-history", str(tmp_path / "out"), "--store", store, "--city", ""],
    ):
        with pytest.raises(SystemExit, match="2"):
            main(command)
        assert "a short name has small letters" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert known_cities(store) == []


def test_no_version_is_filed_for_a_name_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    feed().write(tmp_path / "a.zip")
    with pytest.raises(StoreError, match="such as 'bad-name'"):
        look([Source("bus", str(tmp_path))], tmp_path / "s.db", "Bad Name!", now=4e9)
    assert known_cities(tmp_path / "s.db") == []


def test_an_export_with_a_name_that_is_none_is_not_imported(tmp_path: Path) -> None:
    with writing(tmp_path / "source.db") as store:
        store.add("city", pd.DataFrame([{"city": "Bad Name!", "name_en": "x", "name_fr": "x"}]))
    with (
        reading(tmp_path / "source.db") as source,
        writing(tmp_path / "target.db") as target,
        pytest.raises(StoreError, match=r"not 'Bad Name!' \(such as 'bad-name'\)"),
    ):
        merge(source, target, lambda _: False)


def test_the_watch_does_not_begin_a_second_city_by_mistake(tmp_path: Path) -> None:
    store = small_store(tmp_path / "s.db", [Planted(dt.date(2026, 3, 11))])
    sources = [str(tmp_path)]
    with pytest.raises(StoreError, match=r"'smaltown': not in this store, which has smalltown.*--new-city"):
        Watcher(sources, store, "smaltown")
    assert Watcher(sources, store, "smalltown").city == "smalltown"
    assert Watcher(sources, store, "portville", new_city=True).city == "portville"
    assert Watcher(sources, tmp_path / "none.db", "portville").city == "portville"

"""Runs of new versions: which versions run together, what is filed already, and the inputs laid out."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml
from builders_config import write_config
from builders_feeds import one_line as feed
from builders_observatory import Planted, small_store

from access.config_file import load_config
from access.errors import InputDataError, StoreError
from access.feed_watch import look
from access.feed_watch_kept import kept, room_for
from access.feed_watch_look import Watcher
from access.feed_watch_run import Snapshot, combinations_to_run, is_filed, lay_out
from access.feed_watch_sources import Source
from access.feed_watch_versions import Told
from access.observatory_store import reading


def told(name: str, sha256: str) -> Told:
    return Told(name, sha256, "", {})


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def test_new_versions_of_different_feeds_run_together() -> None:
    new = [told("bus", "b2"), told("tram", "t2")]
    assert combinations_to_run({"bus": "b1"}, new) == [{"bus": "b1"}, {"bus": "b2", "tram": "t2"}]


def test_several_versions_of_one_feed_run_one_after_the_other() -> None:
    new = [told("bus", "b1"), told("bus", "b2"), told("tram", "t1")]
    assert combinations_to_run({}, new) == [{"bus": "b1", "tram": "t1"}, {"bus": "b2", "tram": "t1"}]


def test_nothing_seen_is_nothing_to_run() -> None:
    assert combinations_to_run({}, []) == []


def test_a_snapshot_of_these_versions_is_known(tmp_path: Path) -> None:
    path = small_store(tmp_path / "s.db", [Planted(dt.date(2026, 3, 11))])
    with reading(path) as store:
        sha256 = store.rows("feed")["sha256"].iloc[0]
    assert is_filed(path, "smalltown", {"bus": sha256})
    assert not is_filed(path, "smalltown", {"bus": sha256, "tram": "x"})
    assert not is_filed(path, "other", {"bus": sha256})
    assert not is_filed(tmp_path / "none.db", "smalltown", {"bus": sha256})


def a_version(tmp_path: Path, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    path = tmp_path / "s.db.inputs" / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256


def test_inputs_are_laid_out_with_the_version_in_the_place_of_the_feed(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "jobs.csv").write_text("shared")
    config = write_config(tmp_path / "city", {"opportunities.0.file": "../shared/jobs.csv"})
    sha256 = a_version(tmp_path, b"new bus")
    written = lay_out(config, tmp_path / "s.db", {"bus": sha256}, tmp_path / "laid")
    loaded = load_config(written)
    assert loaded.path("bus.zip").read_bytes() == b"new bus"
    assert loaded.path("../shared/jobs.csv").read_text() == "shared"
    assert (tmp_path / "city" / "bus.zip").read_bytes() == b""  # its own file is left alone
    assert loaded.config == load_config(config).config
    for path in (written, loaded.path("../shared/jobs.csv")):
        assert Path(os.path.normpath(path)).is_relative_to(tmp_path / "laid")
    lay_out(config, tmp_path / "s.db", {"bus": sha256}, tmp_path / "laid")  # again: in the same place


def test_a_dataset_is_left_out_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path))
    (tmp_path / "town").mkdir()
    config = write_config(tmp_path / "town", {"dataset": "town"})
    written = lay_out(config, tmp_path / "s.db", {"bus": a_version(tmp_path, b"new")}, tmp_path / "laid")
    assert "dataset" not in yaml.safe_load(written.read_text())
    assert load_config(written).path("people.csv").exists()


def test_what_is_missing_is_said_at_once(tmp_path: Path) -> None:
    config = write_config(tmp_path, with_files=False)
    with pytest.raises(InputDataError, match=r"(?s)streets\.osm\.pbf.*people\.csv.*jobs\.csv"):
        lay_out(config, tmp_path / "s.db", {"bus": a_version(tmp_path, b"new")}, tmp_path / "laid")
    with pytest.raises(StoreError, match="not at hand"):
        lay_out(config, tmp_path / "s.db", {"bus": "0" * 64}, tmp_path / "laid")


def test_a_run_that_fails_is_told_and_the_version_is_filed_all_the_same(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed().write(drop / "a.zip")
    config = write_config(tmp_path)
    tried: list[Any] = []

    def fails(*given: Any, **more: Any) -> NoReturn:
        tried.append(given[3])
        raise InputDataError("no streets")

    monkeypatch.setattr("access.feed_watch_look.run_and_file", fails)
    watcher = Watcher([str(drop)], tmp_path / "s.db", "town", config=config)
    lines: list[str] = []
    with pytest.raises(InputDataError, match="no snapshot was made: no streets"):
        watcher.once(lines.append)
    assert lines[0].startswith("bus: first version")
    assert watcher.again(lines.append) == []  # this watcher does not try the same again
    assert len(tried) == 1
    again = Watcher([str(drop)], tmp_path / "s.db", "town", config=config)
    assert len(again.again(lines.append)) == 1  # the next one does


def test_a_run_that_was_stopped_is_made_at_the_next_look(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version was filed, the process was killed before its snapshot."""
    feed().write(drop / "a.zip")
    look([Source("bus", str(drop))], tmp_path / "s.db", "town")
    made: list[Any] = []

    def runs(*given: Any, **more: Any) -> Snapshot:
        made.append(given[3])
        return Snapshot("abc", "2026-03-11", tmp_path, ("a note",))

    monkeypatch.setattr("access.feed_watch_look.run_and_file", runs)
    lines: list[str] = []
    Watcher([str(drop)], tmp_path / "s.db", "town", config=write_config(tmp_path)).once(lines.append)
    assert list(made[0]) == ["bus"]
    assert "Snapshot abc of town" in lines[1]


def test_versions_of_which_there_is_a_snapshot_are_not_run_and_that_is_said(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed().write(drop / "a.zip")
    monkeypatch.setattr("access.feed_watch_look.is_filed", lambda *_: True)
    watcher = Watcher([str(drop)], tmp_path / "s.db", "town", config=write_config(tmp_path))
    lines: list[str] = []
    watcher.once(lines.append)
    assert lines[-1] == "A snapshot of these versions is in the store already: nothing is run"
    again: list[str] = []
    watcher.again(again.append)
    assert again == []  # who looks every few minutes is not told again and again


def test_a_full_disk_is_said_and_nothing_half_stays(
    tmp_path: Path, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed().write(drop / "a.zip")

    def full(*_: Any, **__: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="the disk is full"):
        look([Source("bus", str(drop))], tmp_path / "s.db", "town")
    monkeypatch.undo()
    assert not list((tmp_path / "s.db.inputs").glob(".watch-*"))
    assert not (tmp_path / "s.db").exists()


def test_what_a_killed_watch_left_is_removed_and_what_others_write_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "s.db.inputs"
    folder.mkdir()
    (folder / ".watch-999999999-x").touch()
    (folder / f".watch-{os.getpid()}-x").touch()
    with room_for(tmp_path / "s.db"):
        assert not (folder / ".watch-999999999-x").exists()
        assert (folder / f".watch-{os.getpid()}-x").exists()
    assert kept(tmp_path / "s.db", "0" * 64) is None

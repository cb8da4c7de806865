"""The feed watch: versions as they come, from folders and a server of this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from builders_feeds import one_line as feed
from builders_gtfs import GtfsBuilder
from click.testing import CliRunner

from access.cli_watch import watch
from access.errors import InputDataError
from access.feed_watch import Look, look
from access.feed_watch_fetch import Limits, fetch, shown_address
from access.feed_watch_look import Watcher
from access.feed_watch_sources import SETTLED_S, Source, sources_of
from access.feed_watch_words import change_lines, look_lines
from access.observatory_store import reading
from access.texts import Texts


def town_of(builder: GtfsBuilder) -> GtfsBuilder:
    for number, stop in enumerate("ABCDE"):
        builder.stop(stop, -51.2, -30.0 - 0.01 * number)
    return builder


def versions(store: Path) -> list[dict[str, Any]]:
    with reading(store) as open_store:
        return open_store.rows("feed_version").sort_values("seen_at").to_dict("records")  # type: ignore[return-value]


def a_look(tmp_path: Path, place: str | Path, **more: Any) -> Look:
    return look([Source("bus", str(place))], tmp_path / "store.db", "town", **more)


def later() -> float:
    """When every file of a test lies still."""
    return time.time() + SETTLED_S + 10


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("language", "said"), [("en", "has no timetable (.zip) yet"), ("fr", "pas encore d’horaire")]
)
def test_a_folder_without_zips_is_not_called_unchanged(
    tmp_path: Path, drop: Path, language: str, said: str
) -> None:
    (line,) = look_lines(a_look(tmp_path, drop), Texts(language))
    assert said in line
    feed().write(drop / "a.zip")
    a_look(tmp_path, drop)
    assert said not in "".join(look_lines(a_look(tmp_path, drop), Texts(language)))


def test_a_version_is_filed_once_and_the_next_one_with_what_changed(tmp_path: Path, drop: Path) -> None:
    feed().write(drop / "a.zip")
    first = a_look(tmp_path, drop)
    assert [told.source for told in first.new] == ["a.zip"]
    assert a_look(tmp_path, drop).new == []
    feed(range(6, 20)).write(drop / "b.zip")
    (told,) = a_look(tmp_path, drop).new
    assert told.change["before_sha256"] == first.new[0].sha256
    assert [route["trips_week"] for route in told.change["routes"]] == [98]
    rows = versions(tmp_path / "store.db")
    assert [row["trips_week"] for row in rows] == [112, 98]
    assert json.loads(rows[1]["change_json"]) == told.change
    with reading(tmp_path / "store.db") as store:
        assert store.rows("city")["city"].tolist() == ["town"]


def test_versions_that_come_together_stand_in_the_order_of_their_days(tmp_path: Path, drop: Path) -> None:
    feed(end="20250630").write(drop / "a.zip")
    feed(end="20240630").write(drop / "z.zip")
    assert [told.source for told in a_look(tmp_path, drop).new] == ["z.zip", "a.zip"]


def test_the_same_version_under_two_names_is_one(tmp_path: Path, drop: Path) -> None:
    (drop / "b.zip").write_bytes(feed().write(drop / "a.zip").read_bytes())
    assert len(a_look(tmp_path, drop).new) == 1


def test_a_half_written_zip_is_left_until_it_is_whole(tmp_path: Path, drop: Path) -> None:
    whole = feed().write(tmp_path / "whole.zip").read_bytes()
    for part in (0, 1, len(whole) // 2, len(whole) - 1):
        (drop / "a.zip").write_bytes(whole[:part])
        found = a_look(tmp_path, drop)
        assert (found.waiting, found.problems, found.new) == ([str(drop / "a.zip")], [], [])
    (drop / "a.zip").write_bytes(whole)
    assert len(a_look(tmp_path, drop).new) == 1
    assert not list((tmp_path / "store.db.inputs").glob(".watch-*"))


def test_a_zip_that_is_not_whole_and_lies_still_is_damaged_and_named(tmp_path: Path, drop: Path) -> None:
    whole = feed().write(drop / "good.zip").read_bytes()
    (drop / "cut.zip").write_bytes(whole[:-10])
    at = whole.index(b"stop_times.txt") + 40
    (drop / "bit.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    (drop / "page.zip").write_text("<html>Not found</html>")
    found = a_look(tmp_path, drop, now=later())
    assert [told.source for told in found.new] == ["good.zip"]  # the others do no harm
    assert len(found.problems) == 3
    for name, why in (("cut.zip", "not a whole zip"), ("bit.zip", "stop_times"), ("page.zip", "no zip")):
        assert any(name in problem and why in problem for problem in found.problems), name


def test_a_zip_without_stop_times_is_named_and_not_filed(tmp_path: Path, drop: Path) -> None:
    builder = feed()
    builder.drop("stop_times.txt")
    builder.write(drop / "a.zip")
    found = a_look(tmp_path, drop, now=later())
    assert "stop_times.txt" in found.problems[0]
    assert not (tmp_path / "store.db").exists()


def test_hidden_files_and_other_names_are_no_versions(tmp_path: Path, drop: Path) -> None:
    content = feed().write(tmp_path / "a.zip").read_bytes()
    for name in (".a.zip", "a.zip.part", "a.zip.crdownload", "readme.txt"):
        (drop / name).write_bytes(content)
    assert a_look(tmp_path, drop) == Look(same=[Source("bus", str(drop))])


def test_a_store_whose_archive_is_gone_still_compares_figures(tmp_path: Path, drop: Path) -> None:
    feed().write(drop / "a.zip")
    a_look(tmp_path, drop)
    for file in (tmp_path / "store.db.inputs").rglob("*"):
        if file.is_file():
            file.unlink()
    feed(range(6, 20)).write(drop / "b.zip")
    (told,) = a_look(tmp_path, drop).new
    assert "routes" not in told.change
    lines = change_lines(told.change, Texts("en"))
    assert any("not at hand" in line for line in lines)
    assert "Trips a week: 112 → 98 (−12\u202f%)" in [line.replace("%", "\u202f%") for line in lines]


def test_several_problems_of_sources_are_said_at_once(tmp_path: Path) -> None:
    unpacked = feed().write(tmp_path / "unpacked")
    with pytest.raises(InputDataError) as told:
        sources_of(["bus=/nowhere", f"tram={unpacked}", "bus=https://example.org/a.zip"])
    for part in ("no such folder", "unpacked", "'bus': two sources"):
        assert part in str(told.value)


def test_a_source_names_its_feed(tmp_path: Path) -> None:
    place = tmp_path / "City Bus"
    place.mkdir()
    assert sources_of([str(place)]) == [Source("city_bus", str(place))]
    assert sources_of([str(place)], ["main"]) == [Source("main", str(place))]
    assert sources_of(["https://example.org/gtfs/2024.zip?key=a=b"])[0].feed == "feed_2024"
    with pytest.raises(InputDataError, match="say which feed it is"):
        sources_of([str(place)], ["bus", "tram"])
    with pytest.raises(InputDataError, match="no feed 'ferry'"):
        sources_of([f"ferry={place}"], ["bus", "tram"])


class Server:
    """A server of this machine that gives ``content``, as it is told."""

    def __init__(self) -> None:
        self.content, self.etag, self.status = b"", "1", 200
        self.promised: int | None = 0  # bytes more than are given; None does not say how many come
        self.redirect: str | None = None
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.headers.get("If-None-Match"))
                status = 304 if self.headers.get("If-None-Match") == outer.etag else outer.status
                status = 302 if outer.redirect else status
                self.send_response(status)
                if outer.redirect:
                    self.send_header("Location", outer.redirect)
                self.send_header("ETag", outer.etag)
                body = outer.content if status == 200 else b""
                if outer.promised is not None:
                    self.send_header("Content-Length", str(len(body) + outer.promised))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/bus.zip"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(drop: Path) -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def test_an_address_is_fetched_once_and_again_when_it_changed(
    tmp_path: Path, drop: Path, server: Server
) -> None:
    server.content = feed().write(tmp_path / "a.zip").read_bytes()
    place = f"{server.url}?key=secret"
    assert len(a_look(tmp_path, place).new) == 1
    assert a_look(tmp_path, place).new == []
    assert server.asked == [None, "1"]
    server.content, server.etag = feed(range(6, 20)).write(tmp_path / "b.zip").read_bytes(), "2"
    (told,) = a_look(tmp_path, place).new
    assert told.source == server.url  # the key is filed nowhere
    assert "secret" not in (tmp_path / "store.db.watch.json").read_text()
    server.content, server.etag = (tmp_path / "a.zip").read_bytes(), "3"
    found = a_look(tmp_path, place)
    assert (len(found.new), len(found.back)) == (0, 1)


def test_an_address_is_asked_for_all_again_where_the_store_is_new(
    tmp_path: Path, drop: Path, server: Server
) -> None:
    server.content = feed().write(tmp_path / "a.zip").read_bytes()
    a_look(tmp_path, server.url)
    (tmp_path / "store.db").unlink()
    assert len(a_look(tmp_path, server.url).new) == 1


def test_a_damaged_download_is_named_until_there_is_another(
    tmp_path: Path, drop: Path, server: Server
) -> None:
    whole = feed().write(tmp_path / "a.zip").read_bytes()
    server.content = whole[:-5]
    for _ in range(2):
        (problem,) = a_look(tmp_path, server.url).problems
        assert server.url in problem
        assert "not a whole zip" in problem
    assert server.asked == [None, "1"]
    server.content, server.etag = whole, "2"
    assert len(a_look(tmp_path, server.url).new) == 1


@pytest.mark.parametrize(
    ("plant", "why"),
    [
        ({"status": 404}, "answers 404"),
        ({"promised": 7}, "ended after|cannot be fetched"),
        ({"redirect": "file:///etc/hostname"}, "302|unknown url|cannot be fetched"),
        ({"content": b"x" * 2000}, "2,000 bytes; at most 1,000 bytes"),
        ({"content": b"x" * 2000, "promised": None}, "more than 1,000 bytes"),
    ],
)
def test_what_an_address_gives_wrong_is_said(
    tmp_path: Path, server: Server, plant: dict[str, Any], why: str
) -> None:
    server.content = b"PK"
    server.__dict__.update(plant)
    with pytest.raises(InputDataError, match=why):
        fetch(server.url, tmp_path / "x", limits=Limits(timeout_s=20, size_bytes=1000))


def test_a_slow_address_ends(tmp_path: Path, server: Server) -> None:
    server.content = b"PK"
    with pytest.raises(InputDataError, match="too slow"):
        fetch(server.url, tmp_path / "x", limits=Limits(whole_s=-1))


def test_nobody_there_is_said(tmp_path: Path, server: Server) -> None:
    server.close()
    with pytest.raises(InputDataError, match=r"127\.0\.0\.1.*cannot be fetched"):
        fetch(server.url, tmp_path / "x")


def test_keys_and_passwords_of_addresses_are_not_shown(tmp_path: Path) -> None:
    assert shown_address("https://me:pw@example.org:81/a.zip?key=1#x") == "https://example.org:81/a.zip"
    with pytest.raises(InputDataError, match="password is not supported") as told:
        fetch("https://me:pw@example.org/a.zip", tmp_path / "x")
    assert "pw@" not in str(told.value)


def test_one_bad_source_does_not_keep_the_others(tmp_path: Path, drop: Path) -> None:
    feed().write(drop / "a.zip")
    sources = [Source("tram", str(tmp_path / "gone")), Source("bus", str(drop))]
    found = look(sources, tmp_path / "store.db", "town")
    assert (len(found.new), len(found.problems)) == (1, 1)


def test_watching_tells_a_problem_once_and_goes_on(tmp_path: Path, drop: Path) -> None:
    lines: list[str] = []
    watcher = Watcher([f"bus={drop}"], tmp_path / "store.db", "small-town")
    drop.rename(tmp_path / "away")
    assert len(watcher.again(lines.append)) == 1
    assert watcher.again(lines.append) == []
    (tmp_path / "away").rename(drop)
    feed().write(drop / "a.zip")
    watcher.again(lines.append)
    assert any(line.startswith("bus: first version") for line in lines)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_changed_is_told_in_both_languages(tmp_path: Path, drop: Path, language: str) -> None:
    words = Texts(language)
    builder = town_of(feed())
    builder.trip("u", [("C", "08:00:00"), ("D", "09:00:00")], route="20", wheelchair_accessible=1)
    builder.write(drop / "a.zip")
    first = look_lines(a_look(tmp_path, drop), words)
    changed = town_of(feed(range(7, 20)))
    changed.trip("v", [("A", "08:00:00"), ("C", "08:30:00"), ("E", "09:00:00")], route="30")
    changed.write(drop / "b.zip")
    text = "\n".join([*first, *look_lines(a_look(tmp_path, drop), words)]).replace("\u00a0", " ")
    expected = {
        "en": ["2 routes, 4 stops", "Routes: 1 added, 1 removed, 1 changed", "+ 30: 7 trips a week",
               "10: trips a week 112 → 91", "first departure 06:00 → 07:00", "− stop D", "7 → not said",
               "Stops: 1 added, 1 removed, 3 as before"],
        "fr": ["2 lignes, 4 arrêts", "Lignes (ajoutées : 1, supprimées : 1, modifiées : 1)",
               "+ 30 : 7 courses par semaine", "10 : courses par semaine 112 → 91",
               "premier départ 6 h 00 → 7 h 00", "− arrêt D", "→ non précisé",
               "Arrêts (ajoutés : 1, supprimés : 1, inchangés : 3)"],
    }  # fmt: skip
    for part in expected[language]:
        assert part in text, f"{part}\n{text}"


def test_the_command_names_what_cannot_be_used(tmp_path: Path, drop: Path) -> None:
    (drop / "a.zip").write_text("no zip")
    store = str(tmp_path / "store.db")
    result = CliRunner().invoke(watch, [f"bus={drop}", "--store", store, "--city", "town", "--once"])
    assert result.exit_code == 0
    assert "still being written" in result.output
    result = CliRunner().invoke(watch, ["bus=/nowhere", "--store", store, "--city", "town"])
    assert isinstance(result.exception, InputDataError)

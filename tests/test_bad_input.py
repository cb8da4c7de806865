"""What a user gets to read when an input is wrong: the command ends with 2, a message and no traceback."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders_city as city
import pytest
from click.testing import CliRunner

from access.cli import main

Spoil = Callable[[Path, dict[str, Any]], None]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))


def message_after(spoil: Spoil, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Spoil one thing in a good city, run it, and return what the user reads."""
    city.write_city(folder)
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    spoil(folder, config)
    path = city.write_config(folder, config)
    with pytest.raises(SystemExit) as ended:
        main(["run", str(path), "--quiet"])
    assert ended.value.code == 2
    assert not (folder / "run").exists(), "a failed run leaves nothing behind"
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert told.startswith("Error: ") or "\nError: " in told
    return told


def feed_with(change: Callable[[Any], None]) -> Spoil:
    """Spoil the bus feed before it is written."""

    def spoil(folder: Path, _: dict[str, Any]) -> None:
        feed = city.bus_feed()
        change(feed)
        feed.write(folder / "bus.zip")

    return spoil


def file_with(name: str, content: bytes) -> Spoil:
    """Replace a file by these bytes."""

    def spoil(folder: Path, _: dict[str, Any]) -> None:
        (folder / name).write_bytes(content)

    return spoil


def text_replaced(name: str, old: str, new: str) -> Spoil:
    """Replace a text inside a file."""

    def spoil(folder: Path, _: dict[str, Any]) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return spoil


def setting(*path_and_value: Any) -> Spoil:
    """Set one key of the configuration."""
    *path, value = path_and_value

    def spoil(_: Path, config: dict[str, Any]) -> None:
        section: Any = config
        for part in path[:-1]:
            section = section[part]
        section[path[-1]] = value

    return spoil


def archive_of(**members: bytes) -> Spoil:
    """Replace the feed by a zip with these members."""

    def spoil(folder: Path, _: dict[str, Any]) -> None:
        with zipfile.ZipFile(folder / "bus.zip", "w") as archive:
            for name, content in members.items():
                archive.writestr(name.replace("UP__", "../"), content)

    return spoil


def half_of(name: str) -> Spoil:
    """Cut a file in the middle."""

    def spoil(folder: Path, _: dict[str, Any]) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return spoil


def without_crs(folder: Path, config: dict[str, Any]) -> None:
    """Zones in a file format that can lack a coordinate reference system."""
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        city.zones().set_crs(None, allow_override=True).to_file(folder / "zones.gpkg", layer="zones")
    config["income"]["file"] = "zones.gpkg"


def boundary_elsewhere(folder: Path, config: dict[str, Any]) -> None:
    """A study area on another continent."""
    city.zones().translate(50, -20).to_file(folder / "boundary.geojson", driver="GeoJSON")
    config["cells"] = {"cover": "boundary", "file": "boundary.geojson"}


def stops_elsewhere(feed: Any) -> None:
    for stop in feed.rows["stops.txt"]:
        stop["stop_lon"] += 10


def backwards(feed: Any) -> None:
    feed.trip("wrong", [("A", "08:00:00"), ("B", "07:30:00")])


def unknown_stop(feed: Any) -> None:
    feed.trip("wrong", [("A", "08:00:00"), ("B", "08:30:00")])
    feed.raw("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nA,A,48.0,2.0\n")


def second_feed_elsewhere(folder: Path, config: dict[str, Any]) -> None:
    """A second operator whose stops lie on another continent."""
    feed = city.bus_feed()
    stops_elsewhere(feed)
    feed.write(folder / "far.zip")
    config["schedule"]["feeds"].append({"file": "far.zip", "name": "far"})


def same_sequence_twice(feed: Any) -> None:
    visits = [{"stop_id": "A", "time": "08:00:00"}, {"stop_id": "B", "time": "08:30:00", "stop_sequence": 1}]
    feed.trip("wrong", visits)


CASES: dict[str, tuple[Spoil, str]] = {
    "one feed of two far outside the streets": (second_feed_elsewhere, r"no stop of far \(2 stops\) is near"),
    "a stop_sequence twice in a trip": (feed_with(same_sequence_twice), "stop_sequence twice"),
    "a group that takes the place of a column": (
        setting("people", "groups", {"income": "residents"}),
        "people.groups.income: is the name of a column of the results",
    ),
    "a folder in place of a file": (setting("people", "file", "."), "'.' is a folder; name a file in it"),
    "a number that nobody can have counted": (
        text_replaced("jobs.csv", ",1000", ",1e300"),
        "no believable count",
    ),
    "a cutoff twice": (setting("measures", "cutoffs_min", [60, 60]), "60 stands more than once"),
    "travel that ends after the second day": (
        lambda _, config: config["periods"][0].update(departure_start="29:00", departure_window_min=1440),
        "would end at 55:00, after 48:00",
    ),
    "a date outside every calendar": (setting("schedule", "service_date", "2031-03-06"), "no trip runs on"),
    "a feed without stop_times.txt": (feed_with(lambda feed: feed.drop("stop_times.txt")), "stop_times.txt"),
    "a zip that is no zip": (file_with("bus.zip", b"this is no zip"), "zip"),
    "an empty zip": (archive_of(), "empty"),
    "an empty file": (file_with("bus.zip", b""), "zip"),
    "a zip with a path outside itself": (archive_of(**{"UP__evil.txt": b"x", "stops.txt": b"x"}), "outside"),
    "a truncated zip": (half_of("bus.zip"), "zip"),
    "stop times that go backwards": (feed_with(backwards), "wrong"),
    "an unknown stop id": (feed_with(unknown_stop), "B"),
    "stops far outside the streets": (feed_with(stops_elsewhere), "none of the 2 stops is near a street"),
    "a truncated .osm.pbf": (half_of("streets.osm.pbf"), "streets.osm.pbf"),
    "an empty .osm.pbf": (file_with("streets.osm.pbf", b""), "empty"),
    "an .osm.pbf that is none": (file_with("streets.osm.pbf", b"<osm></osm>"), "streets.osm.pbf"),
    "a boundary outside the data": (boundary_elsewhere, "(?i)nobody|no resident|none of the"),
    "polygons without a coordinate reference system": (without_crs, "coordinate reference system"),
    "a missing income column": (setting("income", "income_column", "incom"), "did you mean 'income'"),
    "a negative income": (text_replaced("zones.geojson", "1000.0", "-1000.0"), "negative"),
    "an income that is text": (text_replaced("zones.geojson", "1000.0", '"much"'), "'much'|much"),
    "no opportunities": (text_replaced("jobs.csv", ",1000", ",0"), "no opportunities"),
    "a window without departures": (
        lambda _, config: config["periods"][0].update(departure_start="20:00"),
        "nothing leaves between 20:00",
    ),
    "a window after the last day": (
        lambda _, config: config["periods"][0].update(departure_start="29:00"),
        "nothing leaves between 29:00",
    ),
    "a decimal comma": (text_replaced("people.csv", ",60,", ',"6,5",'), "decimal point"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_input_is_explained(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import re

    spoil, said = CASES[case]
    assert re.search(said, message_after(spoil, tmp_path, capsys))


def test_zero_population_everywhere_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def nobody(folder: Path, _: dict[str, Any]) -> None:
        text = (folder / "people.csv").read_text()
        (folder / "people.csv").write_text(text.replace(",60,", ",0,").replace(",40,", ",0,"))

    assert "residents" in message_after(nobody, tmp_path, capsys)


def test_a_missing_configuration_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", str(tmp_path / "nowhere.yaml")])
    assert ended.value.code == 2
    assert "no such file" in capsys.readouterr().err


def test_a_configuration_that_is_no_yaml_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "city.yaml").write_text("name: [")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "city.yaml")])
    assert ended.value.code == 2
    assert "is not valid YAML" in capsys.readouterr().err


def test_a_single_period_without_departures_is_refused_and_not_walked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def sunday(_: Path, config: dict[str, Any]) -> None:
        config["schedule"]["service_date"] = "2025-01-05"

    told = message_after(sunday, tmp_path, capsys)
    assert "no trip runs on Sunday 2025-01-05" in told
    assert "2024-12-31" in told, "the message names the last day with service"


def test_an_unknown_command_and_option_end_with_two() -> None:
    from access.cli import commands

    for arguments in (["fly"], ["run"], ["run", "x", "--fast"]):
        assert CliRunner().invoke(commands, arguments).exit_code == 2


def test_help_tells_the_exit_and_the_first_step() -> None:
    from access.cli import commands

    assert "fairreach run configs/demo.yaml" in CliRunner().invoke(commands, ["--help"]).output
    assert CliRunner().invoke(commands, ["--version"]).output.startswith("fairreach, version")


def test_a_geojson_is_wgs84_by_its_standard(tmp_path: Path) -> None:
    """RFC 7946: without a crs member a GeoJSON is WGS84, so it is read and not refused."""
    city.write_city(tmp_path)
    content = json.loads((tmp_path / "zones.geojson").read_text())
    content.pop("crs", None)
    (tmp_path / "zones.geojson").write_text(json.dumps(content))
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "city.yaml"), "--quiet"])
    assert ended.value.code == 0

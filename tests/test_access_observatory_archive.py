"""A filed run is laid out again from its archive, whole or with parts of another snapshot, and replayed."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from builders_config import MINIMAL
from builders_observed import OPTIONS, inputs_of, town_config, write_inputs, write_observed
from click.testing import CliRunner

from access.cli_observe import observe as command
from access.cli_warn import warn
from access.config_file import load_config
from access.errors import StoreError
from access.observatory import Observed, observe
from access.observatory_archive import archived, filed, restore
from access.observatory_archive_files import locate_inputs
from access.observatory_method import config_hash
from access.observatory_mix import laid_out, marked, mixed
from access.observatory_read import series_of
from access.observatory_replay import problems_of, replay
from access.observatory_store import reading

RIGHTS = {
    "rights": {"catalogues": ["city-rights.yaml", "eu"], "services": {"hospital": ["jobs"]}},
}
OWN_RIGHT = {
    "name": "city_hospital", "label": {"en": "a hospital", "fr": "un hôpital"}, "group": "health",
    "service": "hospital", "level": None, "at_least": 1.0, "at_least_share": None, "within_min": 45,
    "modes": ["transit"], "when": "weekday_midday", "for_whom": "everyone",
    "principle": {"text": {"en": "t", "fr": "t"}, "source": {"en": "s", "fr": "s"}, "date": "2014",
                  "status": "charter", "verified": False, "note": None},
    "threshold": {"text": {"en": "t", "fr": "t"}, "status": "our_proposal", "source": None,
                  "verified": False, "adapted": None},
}  # fmt: skip


class Town:
    """Two snapshots of the town: a quarter later with more trips and other people."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store.duckdb"
        told = {
            "rights": [OWN_RIGHT | {"catalogue": "city", "state": "ok", "required": 1.0}],
            "rights_catalogues": [
                {"name": "city", "label": {"en": "c", "fr": "c"}, "note": {"en": "n", "fr": "n"}},
                {"name": "eu", "label": {"en": "e", "fr": "e"}, "note": {"en": "n", "fr": "n"}},
            ],
        }
        first = write_inputs(folder / "a")
        second = write_inputs(folder / "b", trips=3, people="more people")
        later = RIGHTS | {"schedule.service_date": "2024-06-05"}
        self.first = observe(write_observed(folder / "run-a", first, RIGHTS, **told), self.store)
        self.second = observe(write_observed(folder / "run-b", second, later, **told), self.store)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("town"))


def test_a_run_is_laid_out_as_it_was(town: Town, tmp_path: Path) -> None:
    config = restore(town.store, town.first.snapshot, tmp_path / "again")
    loaded = load_config(config)
    own = filed(town.store, town.first.snapshot)
    assert config_hash(loaded.config) == config_hash(own.config)
    assert (tmp_path / "again" / "people.csv").read_text(encoding="utf-8") == "people"
    catalogue = yaml.safe_load((tmp_path / "again" / "city-rights.yaml").read_text(encoding="utf-8"))
    assert catalogue["rights"] == [OWN_RIGHT]


def test_an_input_may_be_replaced_by_another_archived_file(town: Town, tmp_path: Path) -> None:
    other = filed(town.store, town.second.snapshot).hashes["people.csv"]
    restore(town.store, town.first.snapshot, tmp_path / "again", {"people.csv": other})
    assert (tmp_path / "again" / "people.csv").read_text(encoding="utf-8") == "more people"


def test_a_part_comes_from_another_snapshot_with_its_days(town: Town, tmp_path: Path) -> None:
    taken = {"timetable": town.second.snapshot}
    config = load_config(restore(town.store, town.first.snapshot, tmp_path / "again", taken_from=taken))
    assert config.config.schedule.service_date == dt.date(2024, 6, 5)
    assert (tmp_path / "again" / "people.csv").read_text(encoding="utf-8") == "people"
    archive = archived(town.store, filed(town.store, town.second.snapshot).hashes["bus.zip"])
    assert archive is not None
    assert (tmp_path / "again" / "bus.zip").read_bytes() == archive.read_bytes()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"snapshot": "nothing"}, "snapshot 'nothing': not in"),
        ({"replaced": {"moon.csv": "0" * 64}}, r"input moon\.csv: snapshot .* has none; it has bus\.zip"),
        ({"replaced": {"people.csv": "0" * 64}}, r"people\.csv of snapshot .* not in the archive"),
        ({"taken_from": {"weather": ""}}, "role 'weather': there is none; there are timetable"),
    ],
)
def test_what_is_not_there_is_named(town: Town, tmp_path: Path, change: dict, told: str) -> None:
    given = {"snapshot": town.first.snapshot, "replaced": None, "taken_from": None} | change
    if given["taken_from"]:
        given["taken_from"] = dict.fromkeys(given["taken_from"], town.second.snapshot)
    with pytest.raises(StoreError, match=told):
        restore(
            town.store, given["snapshot"], tmp_path / "new", given["replaced"], taken_from=given["taken_from"]
        )
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_in_it_is_left_alone(town: Town, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is not empty; name a new folder"):
        restore(town.store, town.first.snapshot, tmp_path)


def test_a_damaged_copy_is_found(town: Town, tmp_path: Path) -> None:
    shutil.copy(town.store, tmp_path)
    shutil.copytree(f"{town.store}.inputs", tmp_path / "store.duckdb.inputs")
    store = tmp_path / "store.duckdb"
    copy = archived(store, filed(store, town.first.snapshot).hashes["bus.zip"])
    assert copy is not None
    content = bytearray(copy.read_bytes())
    content[100] ^= 1
    copy.chmod(0o644)
    copy.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged, its content is .*bus\.zip of snapshot"):
        restore(store, town.first.snapshot, tmp_path / "again")


def test_a_store_behind_a_link_has_the_archive_of_the_file_it_points_to(
    faster_walking: tuple[Path, list[Observed]], tmp_path: Path
) -> None:
    store, done = faster_walking
    link = tmp_path / "link.duckdb"
    link.symlink_to(store)
    sha256 = filed(link, done[0].snapshot).hashes["bus.zip"]
    assert archived(link, sha256) == archived(store, sha256)
    Path(f"{link}.inputs").mkdir()  # made by hand: that one is meant
    assert archived(link, sha256) is None


def test_a_store_on_a_server_keeps_inputs_where_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_inputs(tmp_path / "inputs")
    manifest = {"data_folder": str(inputs), "inputs": inputs_of(town_config(), inputs)}
    server = "postgresql://somewhere/observatory"
    monkeypatch.delenv("FAIRREACH_ARCHIVE", raising=False)
    found = locate_inputs(server, manifest, archive=True)
    assert "FAIRREACH_ARCHIVE names no folder" in found.notes[0]
    assert not any(found.archived.values())
    assert len(found.files) == 4
    monkeypatch.setenv("FAIRREACH_ARCHIVE", str(tmp_path / "kept"))
    found = locate_inputs(server, manifest, archive=True)
    assert (found.notes, all(found.archived.values())) == ([], True)
    assert all(archived(server, sha256) == path for sha256, path in found.files.items())


def marks(options: dict[str, object] | None = None, snapshot: str = "own") -> dict:
    """Return a marked configuration whose files' hashes name the snapshot."""
    config = town_config(options)
    files = ("bus.zip", "tram.zip", "streets.osm.pbf", "people.csv", "jobs.csv", "../far/jobs.csv")
    return marked(config, {file: _sha256(snapshot, file) for file in files}, snapshot)


def _sha256(snapshot: str, file: str) -> str:
    return hashlib.sha256(f"{snapshot} {file}".encode()).hexdigest()


DAYS = {"own": dt.date(2024, 3, 6), "other": dt.date(2024, 6, 5)}


def test_two_files_of_one_name_lie_apart() -> None:
    own = marks({"opportunities.0.file": "people.csv"})
    tree, files = laid_out(mixed(own, marks(snapshot="other"), "population", DAYS))
    names = {tree["people"]["file"], tree["opportunities"][0]["file"]}
    assert names == {"people.csv", "from-own/people.csv"}
    assert files[tree["people"]["file"]].snapshot == "other"


def test_a_file_outside_the_folder_comes_inside() -> None:
    tree, files = laid_out(marks({"opportunities.0.file": "../far/jobs.csv"}))
    name = tree["opportunities"][0]["file"]
    assert name.startswith("from-own/")
    assert ".." not in name
    assert files[name].sha256 == _sha256("own", "../far/jobs.csv")


def test_a_period_that_only_one_has_keeps_its_distance_from_the_base_day() -> None:
    saturday = {**OPTIONS["periods"][0], "name": "saturday", "service_date": "2024-03-09"}
    own = marks({"periods": [*OPTIONS["periods"], saturday]})
    other = marks({"schedule.feeds": [{"file": "tram.zip", "name": "tram"}]}, "other")
    found = mixed(own, other, "timetable", DAYS)
    assert [each["service_date"] for each in found["periods"]] == [None, "2024-06-08"]
    assert found["schedule"]["feeds"][0]["name"] == "tram"
    assert own["periods"][1]["service_date"] == "2024-03-09"


def test_what_belongs_to_the_method_stays_own() -> None:
    own = marks({"streets.max_snap_m": 500.0, "cells.h3_resolution": 8})
    other = marks(snapshot="other")
    assert mixed(own, other, "streets", DAYS)["streets"]["max_snap_m"] == 500.0
    assert mixed(own, other, "other", DAYS)["cells"]["h3_resolution"] == 8


def test_a_service_that_the_other_lacks_cannot_be_mixed() -> None:
    renamed = [{**MINIMAL["opportunities"][0], "name": "posts"}]
    with pytest.raises(StoreError, match="opportunities jobs: the other snapshot has none of that name"):
        mixed(marks(), marks({"opportunities": renamed}, "other"), "opportunities", DAYS)


def computing(folder: Path) -> Callable[[Path, Path], object]:
    """Return what stands for a run: it writes the town's numbers for the configuration it is given."""

    def compute(config: Path, out: Path) -> None:
        loaded = load_config(config)
        given = loaded.config.model_dump(mode="json")
        options = {key: given[key] for key in ("schedule", "periods", "measures", "travel", "name")}
        write_observed(out, loaded.data_folder, options)

    return compute


@pytest.fixture(scope="module")
def faster_walking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Observed]]:
    """A store with two snapshots of the past, and one of today by faster walking."""
    tmp_path = tmp_path_factory.mktemp("faster")
    store = tmp_path / "store.duckdb"
    inputs = [write_inputs(tmp_path / name, trips=n) for n, name in enumerate("abc", 2)]
    days = ["2024-01-10", "2024-03-06", "2024-06-05"]
    done = []
    for number, (folder, day) in enumerate(zip(inputs, days, strict=True)):
        options = {"schedule.service_date": day} | ({"travel.walk_speed_km_h": 4.5} if number == 2 else {})
        done.append(observe(write_observed(tmp_path / f"run-{day}", folder, options), store))
    return store, done


@pytest.fixture
def changed_method(
    faster_walking: tuple[Path, list[Observed]], tmp_path: Path
) -> tuple[Path, list[Observed]]:
    """A copy of that store."""
    store, done = faster_walking
    shutil.copytree(f"{store}.inputs", tmp_path / "store.duckdb.inputs")
    return Path(shutil.copy(store, tmp_path)), done


def test_the_past_is_computed_again_with_todays_method(
    changed_method: tuple[Path, list[Observed]], tmp_path: Path
) -> None:
    store, done = changed_method
    again = list(replay(store, compute=computing(tmp_path)))
    assert [each.observed_on for each in again] == [done[0].observed_on, done[1].observed_on]
    assert {each.observed.series for each in again if each.observed} == {done[2].series}
    with reading(store) as opened:
        counted = series_of(opened, "hexville").set_index("series")["snapshots"]
        feeds = opened.rows("feed").merge(opened.rows("snapshot", ["snapshot", "series", "observed_on"]))
    assert counted.to_dict() == {done[0].series: 2, done[2].series: 3}
    new = feeds[feeds["series"] == done[2].series].sort_values("observed_on")
    assert new["trips_week"].tolist() == [14.0, 21.0, 28.0]
    assert list(replay(store, compute=computing(tmp_path))) == []


def test_who_looks_at_one_method_is_told_of_the_days_of_another(
    faster_walking: tuple[Path, list[Observed]],
) -> None:
    store, done = faster_walking
    said = CliRunner().invoke(warn, [str(store)]).output
    days = "from Wednesday 10 January 2024 to Wednesday 6 March 2024"
    assert f"Not looked at: 2 days that only another method observed ({days})" in said
    said = CliRunner().invoke(warn, [str(store), "--series", done[0].series, "--lang", "fr"]).output
    assert "Non examiné\u00a0: 1 jour relevé par une autre méthode seulement (mercredi 5 juin 2024)" in said


def test_a_replay_that_was_stopped_takes_over_when_it_has_caught_up(
    faster_walking: tuple[Path, list[Observed]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Path(shutil.copy(faster_walking[0], tmp_path))
    shutil.copytree(f"{faster_walking[0]}.inputs", f"{store}.inputs")
    monkeypatch.setattr("access.observatory_method.METHOD_VERSION", 99)  # a newer version of the program

    def in_use() -> str:
        with reading(store) as opened:
            return str(series_of(opened, "hexville")["series"].iloc[-1])

    before, seen = in_use(), []
    assert before == faster_walking[1][2].series
    for _ in range(3):  # each time stopped after one day, and started again
        first = next(replay(store, compute=computing(tmp_path)))
        seen.append((str(first.observed_on), in_use() == before))
    assert seen == [("2024-01-10", True), ("2024-03-06", True), ("2024-06-05", False)]
    assert list(replay(store, compute=computing(tmp_path))) == []


def test_a_snapshot_whose_inputs_are_not_archived_is_named_and_the_others_are_computed(
    changed_method: tuple[Path, list[Observed]], tmp_path: Path
) -> None:
    store, done = changed_method
    path = archived(store, filed(store, done[0].snapshot).hashes["bus.zip"])
    assert path is not None
    path.unlink()
    again = list(replay(store, compute=computing(tmp_path)))
    assert [each.observed is None for each in again] == [True, False]
    assert "bus.zip of snapshot" in problems_of(again)
    with pytest.raises(StoreError, match="city 'nowhere': no snapshot in this store; it has hexville"):
        list(replay(store, city="nowhere"))


def test_the_command_wants_runs_or_a_replay(town: Town) -> None:
    runner = CliRunner()
    both = runner.invoke(command, ["run", "--replay", "--store", str(town.store)])
    assert both.exit_code == 2
    nothing = runner.invoke(command, ["--replay", "--store", str(town.store), "--city", "moon"])
    assert isinstance(nothing.exception, StoreError)

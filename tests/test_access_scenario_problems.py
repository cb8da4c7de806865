"""Problems of a scenario file: all at once, counted from 1, in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.errors import ConfigError, ResultError
from access.scenario import At
from access.scenario_file import load_scenario
from access.scenario_list import list_lines
from access.scenario_places_where import spot_of
from gtfs.errors import ScenarioError


def problems_of(tmp_path: Path, modifications: str) -> list[str]:
    file = tmp_path / "scenario.yaml"
    file.write_text(f"name: Test\nmodifications:\n{modifications}", encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_scenario(file)
    return error.value.problems


def test_a_wrong_value_hides_no_other_problem(tmp_path: Path) -> None:
    entry = '{start_time: "10:00", end_time: "09:00", headway_min: 0}'
    other = '{start_time: "10:00", endTime: "12:00", headway_min: x}'
    text = f"  - {{type: adjust-frequency, route: 9, entrys: 1, entries: [{entry}, {other}]}}\n"
    where = "modification 1 (adjust-frequency): "
    assert sorted(problems_of(tmp_path, text)) == sorted([
        where + 'route: is a number, but ids are texts; write it in quotes ("9"), exactly as the feed; got 9',
        where + "entry 1: headway_min: must be more than 0; got 0",
        where + "entry 2: headway_min: must be a number; got 'x'",
        where + "entrys: unknown key; did you mean 'entries'?",
        where + "entry 1: the period ends before it starts (or at once); times after midnight go on: 25:30, "
        "not 01:30",
    ])  # fmt: skip


def test_a_misspelled_key_is_read_as_the_nearest_before_others_are_missed(tmp_path: Path) -> None:
    text = '  - {type: adjust-span, route: "9", last_depature: "23:00"}\n'
    assert problems_of(tmp_path, text) == [
        "modification 1 (adjust-span): last_depature: unknown key; did you mean 'last_departure'?",
        "modification 1 (adjust-span): headway is missing: give headway_min or headway_secs",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("extend", "did you mean 'reroute' (extension)?"),
        ("detour", "did you mean 'reroute'?"),
        ("Headway", "did you mean 'adjust-frequency'?"),
        ("new_route", "did you mean 'add-trips'?"),
        ("close", "did you mean 'close-streets'?"),
    ],
)
def test_other_words_for_a_type_lead_to_it(tmp_path: Path, written: str, said: str) -> None:
    (problem,) = problems_of(tmp_path, f"  - {{type: {written}}}\n")
    assert f"there is no {written!r}; {said} types are" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  - type: remove-trips\n     routes: [x]\n", "at line 4, column 12 .* begin in the same column"),
        (
            "  - type: remove-trips\n\troutes: [x]\n",
            "at line 4, column 1 .* with spaces, not with tabs",
        ),
        ("  - {type: a, type: b}\n", "the key 'type' stands twice.*keep one of them"),
    ],
)
def test_what_is_no_yaml_says_where_and_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"is not valid YAML {said}" if said[:2] == "at" else said):
        problems_of_any(tmp_path, text)


def problems_of_any(tmp_path: Path, text: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(f"name: Test\nmodifications:\n{text}", encoding="utf-8")
    load_scenario(file)


def test_a_scenario_is_called_by_its_file_and_name(tmp_path: Path) -> None:
    file = tmp_path / "more.yaml"
    file.write_text('name: More\nmodifications: [{type: remove-trips, routes: ["9"]}]\n', encoding="utf-8")
    assert load_scenario(file).title == f"{file} ('More')"


def test_a_place_in_another_city_is_told_where_this_one_is() -> None:
    with pytest.raises(ScenarioError, match=r"not in this city; its cells lie around lat -30.0, lon -51"):
        spot_of(At(lat=48.8, lon=2.3), None, ["89a90128b4fffff"])


def test_a_folder_without_a_run_has_nothing_to_list(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ResultError, match=r"is no run"):
        list(list_lines(tmp_path))

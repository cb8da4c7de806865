"""Scenario files: what is read, in which order it applies, and how problems are told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from access.errors import ConfigError
from access.scenario import ORDER, TYPES, AddStreets, Scenario
from access.scenario_file import hash_warnings, load_scenario, scenario_reference
from gtfs.modifications import AdjustFrequency

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "configs" / "scenarios" / "README.md"
BRIDGE: dict[str, Any] = {"type": "add-streets", "line_strings": [[[2.0, 48.0], [2.001, 48.0]]]}
CLOSURE: dict[str, Any] = {"type": "close-streets", "ways": [7]}
SCHOOL: dict[str, Any] = {"type": "add-opportunities", "service": "schools", "at": {"lat": 48, "lon": 2}}
HOUSING: dict[str, Any] = {"type": "add-residents", "cell": "891fb466257ffff", "count": 420}
EVERY_10_MIN: dict[str, Any] = {
    "type": "adjust-frequency",
    "route": "9",
    "entries": [{"startTime": "07:00", "endTime": "09:00", "headwaySecs": 600}],
}


def written(folder: Path, *modifications: Any, **keys: Any) -> Path:
    path = folder / "scenario.yaml"
    content = {"name": "What if", "modifications": list(modifications), **keys}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def problems_of(folder: Path, *modifications: Any) -> list[str]:
    with pytest.raises(ConfigError, match=r"scenario\.yaml: \d+ problem") as caught:
        load_scenario(written(folder, *modifications))
    return caught.value.problems


def test_one_text_serves_both_languages_and_numbers_count_from_one(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, SCHOOL, BRIDGE, EVERY_10_MIN))
    assert (scenario.name.en, scenario.name.fr) == ("What if", "What if")
    assert [one.number for one in scenario.land_use] == [1]
    assert [one.number for one in scenario.streets] == [2]
    assert [one.number for one in scenario.timetable] == [3]


def test_changes_apply_by_type_and_equal_types_as_in_the_file(tmp_path: Path) -> None:
    removal = {"type": "remove-opportunities", "service": "schools", "where": {"id": ["S1"]}}
    scenario = load_scenario(written(tmp_path, HOUSING, BRIDGE, SCHOOL, removal, CLOSURE, BRIDGE, SCHOOL))
    assert [one.number for one in scenario.streets] == [5, 2, 6]
    assert [one.number for one in scenario.land_use] == [4, 3, 7, 1]


def test_keys_of_r5_and_our_own_mean_the_same(tmp_path: Path) -> None:
    ours = {**BRIDGE, "join_within_m": 12, "linkable": True}
    theirs = {
        "type": "add-streets",
        "lineStrings": BRIDGE["line_strings"],
        "joinWithinM": 12,
        "linkable": True,
    }
    one, other = (load_scenario(written(tmp_path, change)).modifications[0] for change in (ours, theirs))
    assert one == other
    assert isinstance(one, AddStreets)
    assert one.join_within_m == 12
    frequency = load_scenario(written(tmp_path, EVERY_10_MIN)).modifications[0]
    assert isinstance(frequency, AdjustFrequency)
    assert frequency.entries[0].headway_secs == 600


def test_every_problem_names_its_modification_and_key(tmp_path: Path) -> None:
    frequency = {**EVERY_10_MIN, "entries": [{"startTime": "07:00", "endTime": "09:00", "headwaySecs": 0}]}
    assert problems_of(
        tmp_path,
        {**BRIDGE, "joinWithinM": -1, "linkabel": True},
        frequency,
        {"type": "add-residents", "cell": "x"},
        7,
    ) == [
        "modification 1 (add-streets): join_within_m: must be more than 0; got -1",
        "modification 1 (add-streets): linkabel: unknown key; did you mean 'linkable'?",
        "modification 2 (adjust-frequency): entry 1: headway_secs: must be more than 0; got 0",
        "modification 3 (add-residents): count: is missing",
        "modification 4: holds 7; a mapping of keys is needed, see configs/scenarios/README.md",
    ]


def test_an_unknown_type_is_answered_with_the_nearest_and_the_list(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, {"type": "add-street"})
    assert problem.startswith(
        "modification 1: type: there is no 'add-street'; did you mean 'add-streets'? types"
    )
    assert all(type_ in problem for type_ in TYPES)
    (problem,) = problems_of(tmp_path, {"type": "teleport"})
    assert problem.startswith("modification 1: type: there is no 'teleport'; types are")
    (problem,) = problems_of(tmp_path, {"service": "schools"})
    assert problem.startswith("modification 1: type: is missing; types are")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "close-streets"}, "give exactly one of ways, polygon, crossing; got none"),
        ({**CLOSURE, "crossing": [[2, 48], [3, 48]]}, "give exactly one of .*; got ways, crossing"),
        ({"type": "close-streets", "ways": []}, "ways: needs at least 1"),
        ({"type": "close-streets", "polygon": [[2, 48], [3, 48]]}, "polygon: needs at least 3; has 2"),
        (
            {"type": "close-streets", "crossing": [[2, 98], [3, 48]]},
            "crossing: number 1: number 2: must be at most 90",
        ),
        ({**BRIDGE, "line_strings": [[[2, 48]]]}, "line_strings: number 1: needs at least 2"),
        ({**BRIDGE, "join_within_m": 5000}, "join_within_m: must be at most 1600; got 5000"),
        ({**SCHOOL, "cell": "891fb466257ffff"}, "give exactly one of at, cell; got at, cell"),
        ({**SCHOOL, "count": 0}, "count: must be more than 0; got 0"),
        ({"type": "remove-opportunities", "service": "jobs"}, "give at, cell or where, to say which"),
        ({**SCHOOL, "type": "remove-opportunities", "cell": "89"}, "give at or cell, not both"),
        ({**HOUSING, "income": 1300}, "income needs households, which are the weights of the mean"),
        (
            {**HOUSING, "count": 100, "groups": {"children": 150, "old": 30}},
            "groups are part of the 100 residents; got children 150",
        ),
        ({**HOUSING, "groups": {"children": -1}}, "groups.children: must be at least 0; got -1"),
        ({**EVERY_10_MIN, "route": 9}, "route: is a number, but ids are texts"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    (problem,) = problems_of(tmp_path, change)
    assert re.search(said, problem)
    assert problem.startswith(f"modification 1 ({change['type']}): ")
    assert "{" not in problem, "no dump of the whole modification"


def test_an_empty_scenario_and_no_scenario_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"modifications: the list is empty; types are add-opp"):
        load_scenario(written(tmp_path))
    with pytest.raises(ConfigError, match=r"no such file; give the path of a scenario"):
        load_scenario(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match=r"feed: unknown key; did you mean 'feeds'\?"):
        load_scenario(written(tmp_path, BRIDGE, feed={}))


MANIFEST = {
    "config": {"schedule": {"feeds": [{"name": "bus"}, {"name": "tram"}]}},
    "inputs": [
        {"file": "bus.zip", "sha256": "ab" * 32, "keys": ["schedule.feeds.0.file"]},
        {"file": "tram.zip", "sha256": "cd" * 32, "keys": ["schedule.feeds.1.file"]},
    ],
}


def scenario_for(feeds: dict[str, str]) -> Scenario:
    return Scenario.model_validate({"name": "What if", "feeds": feeds, "modifications": [BRIDGE]})


def test_the_same_feeds_give_no_warning_whatever_the_case_of_the_fingerprint() -> None:
    assert hash_warnings(scenario_for({}), MANIFEST) == []
    assert hash_warnings(scenario_for({"bus": "AB" * 32, "tram": "cdcdcdcd"}), MANIFEST) == []


def test_another_feed_is_warned_of_naming_both() -> None:
    (told,) = hash_warnings(scenario_for({"bus": "ef" * 32}), MANIFEST)
    assert "efefefefefef" in told
    assert "bus.zip with fingerprint abababababab" in told
    (told,) = hash_warnings(scenario_for({"ferry": "ef" * 32}), MANIFEST)
    assert "a feed 'ferry' (efefefefefef), which the run does not have; it has bus, tram" in told


def test_a_fingerprint_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.bus: .*"):
        load_scenario(written(tmp_path, BRIDGE, feeds={"bus": "today's"}))


def test_every_type_has_a_place_in_the_order_and_says_its_name() -> None:
    assert set(ORDER) == set(TYPES)
    for type_, model in TYPES.items():
        assert model.model_fields["type"].default == type_


def test_the_guide_shows_all_types_and_keys_as_they_are() -> None:
    """Write it anew with ``access.scenario_file.scenario_reference``."""
    text = GUIDE.read_text(encoding="utf-8")
    assert text.partition("## Keys of a scenario")[2].strip() == (
        scenario_reference().partition("## Keys of a scenario")[2].strip()
    )


def test_every_key_is_explained() -> None:
    rows = [row for row in scenario_reference().splitlines() if row.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_example_of_the_guide_can_be_read(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert example is not None
    path = tmp_path / "example.yaml"
    path.write_text(example[1], encoding="utf-8")
    scenario = load_scenario(path)
    assert [len(part) for part in (scenario.timetable, scenario.streets, scenario.land_use)] == [1, 1, 2]


@pytest.mark.parametrize("file", sorted(GUIDE.parent.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_scenario_shipped_can_be_read(file: Path) -> None:
    assert load_scenario(file).modifications

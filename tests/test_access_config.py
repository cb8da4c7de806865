"""Configurations: every problem is listed with its key, what came and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders_config import write_config

from access.config import PeriodConfig
from access.config_file import key_reference, load_config
from access.errors import ConfigError, InputDataError

ROOT = Path(__file__).parents[1]
#: Data for the program, no configuration of a run.
NO_RUN = (
    "services.yaml",
    "demo-truth.yaml",
    "demo-history.yaml",
    "demo-history-quiet.yaml",
    "porto-alegre-rights.yaml",
    "warnings.yaml",
)
RUN_CONFIGS = sorted(path for path in (ROOT / "configs").glob("*.yaml") if path.name not in NO_RUN)


def problems(folder: Path, changes: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(write_config(folder, changes))
    return caught.value.problems


def test_a_minimal_configuration_is_read_with_documented_defaults(tmp_path: Path) -> None:
    loaded = load_config(write_config(tmp_path))
    assert loaded.config.travel.walk_speed_km_h == 3.6
    assert loaded.config.travel.max_walk_min == 30
    assert loaded.config.travel.max_transfer_walk_min == 15
    assert loaded.config.travel.percentiles == [50]
    assert loaded.path("bus.zip") == tmp_path / "bus.zip"


def test_an_unknown_key_is_refused_with_the_nearest_known_key(tmp_path: Path) -> None:
    assert problems(tmp_path, {"travel.walk_speed": 4}) == [
        "travel.walk_speed: unknown key; did you mean 'walk_speed_km_h'?"
    ]


def test_an_unknown_key_like_none_known_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"results.zzz": 1})
    assert problem == "results.zzz: unknown key; known here: folder, min_residents_shown"


def test_a_key_in_a_list_is_named_by_its_place(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"schedule.feeds.0.fil": "x"})
    assert problem == "schedule.feeds.0.fil: unknown key; did you mean 'file'?"


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, {"travel.walk_speed_km_h": -1, "cells.h3_resolution": 99, "nam": "x"})
    assert len(found) == 3
    assert any("travel.walk_speed_km_h" in text and "got -1" in text for text in found)
    assert any("cells.h3_resolution" in text and "got 99" in text for text in found)
    assert any("did you mean 'name'?" in text for text in found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measures.cutoffs_min": [30, 200]}, "200 must lie from 1 to travel.max_duration_min"),
        ({"measures.headline.service": "jos"}, "'jos' is none of ['jobs']"),
        ({"measures.headline.period": "night"}, "'night' is none of ['peak']"),
        ({"measures.headline.cutoff_min": 45}, "45 is none of [30]"),
        ({"streets.place": "Testville"}, "exactly one of osm_pbf, graphml, place, boundary"),
        ({"cells": {"cover": "table"}}, "cover: table needs a file"),
        ({"cells": {"cover": "population", "file": "x.csv"}}, "cover: population needs no file"),
        ({"travel.further_percentiles": [0]}, "percentiles must lie from 1 to 100"),
        ({"travel.walk_speed_km_h": 0}, "more than 0; got 0"),
        ({"periods.0.departure_start": "8am"}, "got '8am'"),
        ({"opportunities.0.kind": "osm"}, "kind: osm needs `service` and no `file`"),
        ({"schedule.service_date": "soon"}, "schedule.service_date"),
    ],
)
def test_a_contradiction_is_refused_in_words(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert any(said in text for text in problems(tmp_path, changes))


def test_two_periods_of_one_name_are_refused(tmp_path: Path) -> None:
    period = {"name": "peak", "label": {"en": "a", "fr": "b"}, "departure_start": "09:00"}
    assert problems(tmp_path, {"periods": [period, period]}) == [
        "periods: the name 'peak' is used more than once"
    ]


def test_two_feeds_of_one_name_are_refused(tmp_path: Path) -> None:
    feed = {"file": "bus.zip", "name": "bus"}
    assert any("feed names must differ" in p for p in problems(tmp_path, {"schedule.feeds": [feed, feed]}))


def test_every_missing_input_file_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write_config(tmp_path, with_files=False))
    assert len(caught.value.problems) == 4
    assert any("streets.osm_pbf: no file 'streets.osm.pbf'" in text for text in caught.value.problems)


def test_a_missing_configuration_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file; give the path of a configuration"):
        load_config(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [unclosed", "is not valid YAML"),
        ("", "holds nothing"),
        ("- a\n- b\n", "holds a list"),
        ("name: a\nname: b\n", "the key 'name' stands twice"),
        ("? [a, b]\n: c\n", "a key must be a plain word"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read as UTF-8"):
        load_config(path)


def test_an_unquoted_time_is_a_time_and_not_a_sexagesimal_number(tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace("08:00", "12:30").replace("'", ""))
    (period,) = load_config(path).config.periods
    assert period.start_s == 12 * 3600 + 30 * 60


def test_a_window_may_end_after_midnight() -> None:
    label = {"en": "night", "fr": "nuit"}
    period = PeriodConfig.model_validate(
        {"name": "night", "label": label, "departure_start": "23:30", "departure_window_min": 90}
    )
    assert (period.start_s, period.end_s) == (84_600, 90_000)


def test_a_window_is_one_of_departures_or_of_arrivals() -> None:
    label = {"en": "school", "fr": "école"}
    school = PeriodConfig.model_validate({"name": "school", "label": label, "arrival_start": "08:00"})
    assert school.arrive_by
    assert school.start_s == 8 * 3600
    assert school.travel_s(59) == (7 * 3600, 9 * 3600)
    shift = PeriodConfig.model_validate({"name": "shift", "label": label, "departure_start": "17:00"})
    assert shift.travel_s(59) == (17 * 3600, 19 * 3600)
    for starts in ({}, {"arrival_start": "08:00", "departure_start": "08:00"}):
        with pytest.raises(ValueError, match="give exactly one of departure_start, arrival_start"):
            PeriodConfig.model_validate({"name": "both", "label": label, **starts})


def test_to_be_there_just_after_midnight_belongs_to_the_day_before(tmp_path: Path) -> None:
    period = {"name": "night", "label": {"en": "a", "fr": "b"}, "arrival_start": "00:30"}
    found = problems(tmp_path, {"periods": [period], "measures.headline.period": "night"})
    assert len(found) == 1
    assert "would begin on the day before; name that day as service_date and add 24 hours" in found[0]


def test_a_dataset_that_is_nowhere_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputDataError, match=r"no folder 'atlantis'; looked at .*data.* and .*cache"):
        load_config(write_config(tmp_path, {"dataset": "atlantis"}))


@pytest.mark.parametrize("name", ["../etc", "a/b", ".."])
def test_a_dataset_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputDataError, match="must be a plain folder name"):
        load_config(write_config(tmp_path, {"dataset": name}))


def test_an_unknown_demo_city_lists_the_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path))
    with pytest.raises(InputDataError, match="there are small, medium, metropolis"):
        load_config(write_config(tmp_path, {"dataset": "demo-city-huge"}))


def test_the_guide_to_configurations_lists_exactly_the_keys_of_the_models() -> None:
    guide = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    assert key_reference() in guide


@pytest.mark.parametrize("path", RUN_CONFIGS, ids=lambda path: path.name)
def test_every_shipped_configuration_is_valid(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRREACH_DATA", str(tmp_path))
    for name in ("porto-alegre", "demo-city-small", "demo-city-medium", "demo-city-metropolis"):
        (tmp_path / name).mkdir()
    assert load_config(path, must_exist=False).config.name

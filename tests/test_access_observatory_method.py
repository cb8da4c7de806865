"""What makes a series: everything that defines the numbers apart from the inputs, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from builders_observed import town_config

from access.config import RunConfig
from access.observatory_method import OF_RIGHT, config_hash, method_hash, method_of, snapshot_id

RIGHT = dict.fromkeys(OF_RIGHT, "x") | {"name": "school", "catalogue": "eu", "state": "ok", "label": "words"}


def config(**options: Any) -> RunConfig:
    """Return a configuration with some keys changed; two underscores stand for a dot."""
    dotted = {key.replace("__", "."): value for key, value in options.items()}
    return town_config(dotted)


def hashed(given: RunConfig, rights: list[dict[str, Any]] | None = None) -> str:
    """Return the hash of a method by our own engine."""
    return method_hash(method_of(given, rights or [], {"name": "fairreach"}))


@pytest.mark.parametrize(
    "options",
    [
        {"name": "Elsewhere"},
        {"schedule__service_date": "2031-01-08"},
        {"periods__0__service_date": "2031-01-08"},
        {"schedule__feeds": [{"file": "other.zip", "name": "tram"}]},
        {"streets__osm_pbf": "new.osm.pbf"},
        {"people__file": "census.csv"},
        {"people__population_column": "pop_2030"},
        {"opportunities__0__file": "jobs_2030.csv"},
        {"opportunities__0__label": {"en": "posts", "fr": "postes"}},
        {"results__folder": "elsewhere"},
        {"dataset": "another"},
        {"sensitivity__service_dates": ["2031-01-08"]},
        {"exclusion": {"term": {"en": "zone", "fr": "zone"}}},
    ],
)
def test_inputs_days_and_words_are_no_method(options: dict[str, Any]) -> None:
    assert hashed(config(**options)) == hashed(config())


@pytest.mark.parametrize(
    "options",
    [
        {"travel__walk_speed_km_h": 4.5},
        {"travel__percentile": 90},
        {"travel__max_duration_min": 60},
        {"streets__max_snap_m": 100},
        {"cells__h3_resolution": 8},
        {"measures__cutoffs_min": [45]},
        {"periods__0__departure_start": "08:30"},
        {"periods__0__departure_window_min": 60},
        {"opportunities__0__where": {"source": ["register"]}},
        {"uncertainty": {"draws": 600}},
        {"uncertainty": {"seed": 2}},
        {"exclusion": {"min_rights_unmet": 3}},
        {"results__min_residents_shown": 0},
        {"people__groups": {"older": "age_65"}},
        {"rights": {"catalogues": ["eu"], "slow_walk_speed_km_h": 3.0}},
    ],
)
def test_what_moves_numbers_is_method(options: dict[str, Any]) -> None:
    assert hashed(config(**options)) != hashed(config())


def test_rights_count_by_content_not_by_words_order_or_what_the_data_gave() -> None:
    given = config(rights={"catalogues": ["eu"]})
    other = RIGHT | {"name": "food"}
    assert hashed(given, [RIGHT, other]) == hashed(given, [other, RIGHT | {"state": "no data", "label": "?"}])
    assert hashed(given, [RIGHT]) != hashed(given, [RIGHT | {"within_min": 20}])


def test_a_key_that_an_older_version_lacked_has_its_default() -> None:
    older = config().model_dump(mode="json")
    del older["sensitivity"], older["exclusion"]
    assert hashed(RunConfig.model_validate(older)) == hashed(config())


def test_the_hash_of_a_configuration_knows_its_words_but_not_where_files_and_results_lie() -> None:
    assert config_hash(config(dataset="x", results__folder="y")) == config_hash(config())
    assert config_hash(config(schedule__service_date="2031-01-08")) != config_hash(config())


def test_a_snapshot_is_told_by_its_inputs_in_any_order() -> None:
    first = snapshot_id("here", "m", "c", ["a", "b"])
    assert first == snapshot_id("here", "m", "c", ["b", "a"])
    others = [snapshot_id("there", "m", "c", ["a", "b"]), snapshot_id("here", "m", "c", ["a", "c"])]
    assert first not in others
    assert len(first) == 12

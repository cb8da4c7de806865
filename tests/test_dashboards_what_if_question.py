"""The door of what-if questions: what is refused before anything is computed, and in which words."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from access.errors import AccessError
from dashboards.what_if_headline import headline_of
from dashboards.what_if_problems import Problem, ScenarioProblems, english_problems
from dashboards.what_if_question import (
    MOST_MODIFICATIONS,
    MOST_POINTS,
    checked_scenario,
    key_of_run,
    plain_scenario,
    question_of,
)
from dashboards.words import Words, languages, words

BUS: dict[str, Any] = {"type": "remove-trips", "routes": ["R"]}
BRIDGE: dict[str, Any] = {"type": "add-streets", "line_strings": [[[2.0, 48.0], [2.01, 48.0]]]}


def scenario(*changes: Any, **more: Any) -> dict[str, Any]:
    return {"name": "test", "modifications": list(changes), **more}


def problems_of(given: object) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioProblems) as caught:
        checked_scenario(given)
    return caught.value.problems


# ---- keys


def test_equal_questions_have_one_key_whatever_the_order_of_their_keys() -> None:
    one = question_of("run", {"name": "test", "modifications": [BUS]})
    other = question_of(
        "run", {"modifications": [dict(reversed(BUS.items()))], "name": {"en": "test", "fr": "test"}}
    )
    assert one.key == other.key


@pytest.mark.parametrize(
    "other",
    [
        ("another run", scenario(BUS), {}),
        ("run", scenario(BUS, name="another name"), {}),
        ("run", scenario({"type": "remove-trips", "routes": ["S"]}), {}),
        ("run", scenario(BUS, BUS), {}),
        ("run", scenario(BUS), {"bus": ("hash", b"zip")}),
    ],
)
def test_other_questions_have_other_keys(other: tuple[str, dict[str, Any], Any]) -> None:
    assert question_of(*other).key != question_of("run", scenario(BUS)).key


def test_planned_timetables_are_told_apart_by_their_content_and_their_place() -> None:
    keys = {
        question_of("run", scenario(BUS), feeds).key
        for feeds in (
            {"a": ("1", b"")},
            {"a": ("2", b"")},
            {"b": ("1", b"")},
            {"a": ("1", b""), "b": ("1", b"")},
        )
    }
    assert len(keys) == 4


def test_the_key_of_a_run_follows_its_manifest() -> None:
    assert key_of_run({"a": 1, "b": 2}) == key_of_run({"b": 2, "a": 1}) != key_of_run({"a": 1, "b": 3})


# ---- what is read


def test_what_is_given_stays_as_it_was_and_what_was_not_given_stays_out() -> None:
    given = scenario(BUS, BRIDGE, description="no bus")
    before = copy.deepcopy(given)
    plain = question_of("run", given).scenario
    assert given == before
    assert plain == {
        "name": {"en": "test", "fr": "test"},
        "description": {"en": "no bus", "fr": "no bus"},
        "modifications": [BUS, BRIDGE],
    }
    assert plain_scenario(checked_scenario(plain)) == plain


# ---- what is refused


@pytest.mark.parametrize("given", [None, 1, "name: test", [], [BUS]])
def test_what_is_no_mapping_is_refused(given: object) -> None:
    assert [problem.key for problem in problems_of(given)] == ["not_a_mapping"]


def test_every_problem_is_told_at_once() -> None:
    given = scenario({"type": "remove-trips", "rutes": ["R"]}, {"type": "no-such-type"}, name=3)
    said = [problem.said(words("en")) for problem in problems_of(given)]
    assert any("modification 1" in text and "rutes" in text for text in said)
    assert any("modification 2" in text for text in said)
    assert any(text.startswith("name") for text in said)
    assert all(problem.english_only for problem in problems_of(given))


def test_a_scenario_without_changes_is_refused_unless_a_timetable_is_planned() -> None:
    assert [problem.key for problem in problems_of(scenario())] == ["no_change"]
    assert question_of("run", scenario(), {"bus": ("1", b"")}).scenario["modifications"] == []


def test_too_many_changes_are_refused() -> None:
    checked_scenario(scenario(*[BUS] * MOST_MODIFICATIONS))
    (problem,) = problems_of(scenario(*[BUS] * (MOST_MODIFICATIONS + 1)))
    assert problem.said(words("en")).startswith("The scenario has 201 changes; at most 200.")


def test_a_line_of_too_many_points_is_refused() -> None:
    line = [[2.0, 48.0]] * (MOST_POINTS + 1)
    (problem,) = problems_of(scenario(BUS, {"type": "add-streets", "line_strings": [line]}))
    assert (problem.key, problem.values) == ("too_many_points", {"number": 2, "limit": 2000, "came": 2001})
    assert "2\u202f001" in problem.said(words("fr"))


def test_a_scenario_of_too_many_bytes_is_refused() -> None:
    (problem,) = problems_of(scenario({**BUS, "comment": "x" * 250_000}))
    assert problem.key == "too_large"


def test_a_scenario_that_is_too_deep_is_refused_without_going_down_it() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    (problem,) = problems_of(scenario({**BUS, "comment": deep}))
    assert problem.key == "too_deep"


@pytest.mark.parametrize(
    "given", [scenario("not a mapping"), scenario(None), {"name": "test"}, {"modifications": 3}]
)
def test_odd_shapes_are_told_not_raised(given: object) -> None:
    assert problems_of(given)


def test_markup_in_a_name_is_kept_as_text() -> None:
    name = "<script>alert(1)</script>"
    assert question_of("run", scenario(BUS, name=name)).scenario["name"]["en"] == name


def test_every_problem_and_step_has_its_words_in_every_language() -> None:
    import re
    from pathlib import Path

    import dashboards
    from access.comparison_steps import REGISTER, SCENARIO
    from access.warm_run import STEPS

    folder = Path(dashboards.__file__).parent
    source = "".join(file.read_text() for file in folder.glob("*.py"))
    keys = set(re.findall(r'Problem\(\s*"([a-z0-9_]+)"', source))
    assert {"full", "crashed", "zip_bomb", "yaml_alias", "text_broken"} <= keys
    steps = {*STEPS, "comparison", "loading", "planned", "base", "export", SCENARIO, REGISTER}
    for language in languages():
        said = words(language)
        assert all(said.has(f"jobs.problem.{key}") for key in keys)
        assert all(said.has(f"jobs.step.{step.replace(' ', '_')}") for step in steps)


# ---- headline


def test_the_headline_is_read_from_what_is_shown() -> None:
    import builders_comparison as made

    from access.comparison_side_by_side import WeeklyHours, side_by_side

    comparison = made.comparison()
    side = side_by_side([comparison], [WeeklyHours(100.0, 150.0)])
    frames = {"table": made.table(), "winners": made.winners(), "benefit": comparison.benefit}
    found = headline_of(made.WHERE, frames, side, quantified=True)
    assert (found["residents_gaining"], found["residents_losing"], found["residents_within_noise"]) == (
        1900,
        7800,
        1800,
    )
    assert found["mean"] == {"base": 4000, "value": 3903, "change": -97, "low": -120, "high": -80}
    assert found["palma"]["base"] == 5.93
    assert found["vehicle_hours"] == {"base": 100, "value": 150, "change": 50}
    assert (found["total_gain"], found["total_loss"]) == (190_000, 2_280_000)
    assert found["total_per_vehicle_hour"] == pytest.approx(-2_090_000 / 50)


@pytest.mark.parametrize("said", [words("en"), words("fr")], ids=["en", "fr"])
def test_an_end_that_joins_no_street_is_told_in_the_language_of_the_page(said: Words) -> None:
    told = "modification 1: its end at 0.100000, -0.200000 (lon, lat) joins no street within 60 m: "
    near = english_problems(
        AccessError(f"{told}the nearest is 1,234.6 m away; move it, or set join_within_m")
    )
    none = english_problems(AccessError(f"{told}there is none; move it, or set join_within_m"))
    other = english_problems(AccessError("something else"))
    assert [each.key for each in (*near, *none, *other)] == ["joins_none_end_near", "joins_none_end", ""]
    assert "-0.200000, 0.100000" in near[0].said(said)
    assert said.number(1235) in near[0].said(said)
    assert "{" not in near[0].said(said) + none[0].said(said)

"""What is said of a search, where the reasons can be seen at once."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

from access.suggest_candidates import Candidate
from access.suggest_chart import Closed, closed_chart
from access.suggest_search import Found
from access.suggest_told import interval_of, interval_words, rate_words, untried, why_not, why_so
from access.suggest_trial import Trial, Tried
from access.texts import Texts

EN, FR = Texts("en"), Texts("fr")
NAN = math.nan


def candidate(route: str) -> Candidate:
    words = {"en": route, "fr": route}
    return Candidate(route, route, "headway", "bus", route, route, words, words, ())


def a_trial(package: tuple[int, ...], cost: float, budget: float = 100) -> Trial:
    quick = cast("Any", SimpleNamespace(objective=SimpleNamespace(name="poorest40")))
    found = Found(package=package, improvement=50, cost=cost)
    candidates = [candidate(name) for name in ("9", "7", "4")]
    return Trial(quick, candidates, 1, budget, 0.0, 100.0, [Tried("computed")] * 3, found, 0.0)


def a_table(**changes: Any) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "rank": pd.array([1, 2, 3], "Int64"),
            "variant": pd.array([1, 1, 1], "Int64"),
            "feed": "bus",
            "route_id": ["9", "7", "4"],
            "route_name": ["9", "7", "4"],
            "extra_vehicle_hours": [10.0, 269.0, 20.0],
            "share_closed": [0.7, 0.5, 0.05],
            "improvement": [70.0, 50.0, 5.0],
            "small": [False, False, True],
            "in_package": [True, False, True],
        }
    )
    return table.assign(**changes)


def test_a_change_that_does_not_fit_the_rest_of_the_budget_is_told_with_both_numbers() -> None:
    general, reason = why_not(a_trial((0, 2), 30), a_table(), EN)
    assert general.startswith("The package is not the top of the list")
    assert reason == "Rank 2 is not in it: it needs 269 vehicle-hours, 70 are left."


def test_a_second_change_of_a_line_and_one_that_adds_nothing_are_told_so() -> None:
    table = a_table(route_id=["9", "9", "4"], route_name=["9", "9", "4"])
    assert list(why_not(a_trial((0, 2), 30), table, EN))[1] == (
        "Rank 2 is not in it: another change of line 9 is."
    )
    table = a_table(extra_vehicle_hours=[10.0, 20.0, 20.0])
    assert "rien de plus" in list(why_not(a_trial((0, 2), 30), table, FR))[1]


def test_a_package_that_is_the_top_of_the_list_needs_no_reason() -> None:
    table = a_table(in_package=[True, True, True], small=False)
    assert list(why_not(a_trial((0, 1, 2), 30), table, EN)) == []
    assert list(why_not(a_trial((), 0), table, EN)) == []


def test_the_star_is_explained_where_it_is_shown_only() -> None:
    trial = a_trial((0,), 10)
    assert why_so(a_table(), trial, EN)[1].startswith(
        "* Closes less than 10 % of what the best single change closes (70%)"
    )
    assert len(why_so(a_table(small=False), trial, EN)) == 1


def test_rates_are_for_ten_vehicle_hours_a_week() -> None:
    assert rate_words(0.724, 5.0, 36, EN) == "20%"
    assert rate_words(0.1, 1.0, 0, EN) == "∞"
    assert rate_words(NAN, 0.036, 36, EN) == "0.0100"  # without a gap: of what is improved


def test_without_a_gap_intervals_are_in_the_unit_of_the_objective() -> None:
    row = {"share_closed": NAN, "improvement": 0.02, "low": 0.01, "high": 0.03}
    assert interval_words(row, EN) == "0.0100 to 0.0300"


def test_intervals_are_shares_of_the_gap() -> None:
    row = {"share_closed": 0.5, "improvement": 50.0, "low": 40.0, "high": 60.0}
    assert interval_of(row) == (0.4, 0.6)
    assert interval_words(row, EN) == "40% to 60%"
    assert interval_words({**row, "low": NAN, "high": NAN}, FR) == "non quantifié"


def test_one_and_several_are_told_apart() -> None:
    trial = a_trial((0,), 10)
    assert untried(trial, EN)[0] == "1 less promising candidate was left out (--max-candidates)."
    trial.tried = [Tried("over budget")] * 3
    assert untried(trial, FR)[0] == "3 candidats dépassent le budget et n’ont pas été calculés."


def test_bars_have_an_interval_where_there_is_one() -> None:
    bars = closed_chart(
        [Closed("1", 0.5, 0.4, 1.0, "50%"), Closed("2*", 0.25, NAN, NAN, "<25%", True)], "a & b"
    )
    assert 'width="305.0"' in bars  # half of the 610 that 100 % take
    assert bars.count("<path") == 1
    assert "&lt;25%" in bars
    assert "a &amp; b" in bars
    assert closed_chart([Closed("1", NAN, NAN, NAN, "–")], "t") == ""

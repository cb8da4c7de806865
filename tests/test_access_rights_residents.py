"""Residents and their rights: counts on paper, groups, baskets and penalties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from builders_rights import catalogue, raw_right, reach_by
from hypothesis import given, settings
from hypothesis import strategies as st

from access.errors import InputDataError
from access.rights_catalogue import RightsCatalogue
from access.rights_requests import Missing
from access.rights_residents import RightsAssessment, RightsResidents, assess_rights

POPULATION = np.array([100.0, 200, 300, 400])
PEAK = ("hospital", "weekday_peak", "usual")


def assess(
    chosen: RightsCatalogue,
    answers: dict[tuple[str, ...], Any],
    snapped: Any = (True, True, True, True),
    **residents: Any,
) -> RightsAssessment:
    who = RightsResidents(**{"population": POPULATION, **residents})
    return assess_rights([chosen], reach_by(answers), {"hospital": 10.0}, np.array(snapped), who)


def row(found: RightsAssessment, indicator: str, **where: Any) -> dict[str, Any]:
    where = {"group": "all", **where}
    fitting = [
        each
        for each in found.rows
        if each["indicator"] == indicator and all(each[key] == value for key, value in where.items())
    ]
    assert len(fitting) == 1, fitting
    return fitting[0]


def value(found: RightsAssessment, indicator: str, **where: Any) -> float:
    return float(row(found, indicator, **where)["value"])


def test_poverty_of_a_right_on_paper() -> None:
    """100 residents reach none of two hospitals, 200 one, 300 two, 400 three."""
    found = assess(catalogue(), {PEAK: [0, 1, 2, 3]})
    assert value(found, "right_residents") == 300
    assert value(found, "right_headcount") == pytest.approx(0.3)
    assert value(found, "right_depth") == pytest.approx(0.1 + 0.2 * 0.5)
    assert value(found, "right_severity") == pytest.approx(0.1 + 0.2 * 0.25)
    first = row(found, "right_headcount")
    assert (first["service"], first["period"], first["cutoff_min"]) == ("hospital", "weekday_peak", 30)
    assert (first["standard"], first["unit"]) == ("hospitals", "share")
    assert first["covered_population"] == 1000


def test_residents_of_a_cell_that_is_not_snapped_are_not_covered() -> None:
    found = assess(catalogue(), {PEAK: [0, 1, 2, 3]}, snapped=(False, True, True, True))
    assert row(found, "right_headcount")["covered_population"] == 900
    assert value(found, "right_headcount") == pytest.approx(200 / 900)


def test_where_one_is_required_depth_says_no_more_than_the_headcount_and_the_note_says_that() -> None:
    one = assess(catalogue(raw_right(at_least=1)), {PEAK: [0, 1, 2, 3]})
    assert value(one, "right_depth") == value(one, "right_headcount") == pytest.approx(0.1)
    assert row(one, "right_depth")["note"] == "all or nothing: equal to the headcount"
    assert row(one, "right_headcount")["note"] is None
    assert row(assess(catalogue(), {PEAK: [0, 1, 2, 3]}), "right_depth")["note"] is None


def test_deciles_are_parts_of_cells_and_groups_are_counts() -> None:
    poor = np.array([1.0, 0.5, 0, 0])  # all of the first cell, half of the second
    old = np.array([10.0, 20, 30, 40])
    found = assess(catalogue(), {PEAK: [0, 1, 2, 3]}, parts={"decile_1": poor}, groups={"age_65_plus": old})
    assert value(found, "right_residents", group="decile_1") == 200
    assert value(found, "right_depth", group="decile_1") == pytest.approx((100 + 50) / 200)
    assert value(found, "right_residents", group="age_65_plus") == 30
    assert value(found, "right_headcount", group="age_65_plus") == pytest.approx(0.3)


def test_a_right_of_children_counts_children_and_no_groups_of_others() -> None:
    children = np.array([50.0, 0, 25, 25])
    found = assess(
        catalogue(raw_right(for_whom="school_age")),
        {PEAK: [0, 1, 2, 3]},
        concerned={"school_age": children},
        parts={"decile_1": np.array([1.0, 1, 0, 0])},
        groups={"age_65_plus": POPULATION},
    )
    assert value(found, "right_residents") == 50
    assert value(found, "right_headcount") == pytest.approx(0.5)
    assert row(found, "right_headcount")["note"] == "of school_age"
    assert value(found, "right_residents", group="decile_1") == 50
    assert {each["group"] for each in found.rows if each["standard"] == "hospitals"} == {"all", "decile_1"}
    assert found.counted_as_everyone == ()


def test_where_children_are_not_known_all_residents_are_counted_and_it_is_said() -> None:
    found = assess(catalogue(raw_right(for_whom="school_age")), {PEAK: [0, 1, 2, 3]})
    assert value(found, "right_residents") == 300
    assert row(found, "right_residents")["note"] == "all residents: school_age not known apart"
    assert found.counted_as_everyone == (("hospitals", "school_age"),)


def test_the_basket_counts_residents_by_number_lacking() -> None:
    rights = (raw_right(), raw_right(name="one", at_least=1))
    found = assess(catalogue(*rights), {PEAK: [0, 1, 2, 3]})
    by_number = [value(found, "basket_residents", standard=f"test_lacking_{n}") for n in range(3)]
    assert by_number == [700, 200, 100]
    mean = row(found, "basket_mean", standard="test")
    assert mean["value"] == pytest.approx(0.4)
    assert (mean["note"], mean["service"], mean["period"]) == ("of 2 rights", None, None)


def test_the_night_takes_a_right_from_those_who_have_it_by_day() -> None:
    """300 + 400 have it in the peak; at night the 300 lose it; that the first cell gains it does not help."""
    night = ("hospital", "weekday_night", "usual")
    found = assess(catalogue(), {PEAK: [0, 1, 2, 3], night: [2, 0, 1, 2]})
    lost = row(found, "penalty_residents", period="weekday_night")
    assert lost["value"] == 300
    assert lost["note"] == "against weekday_peak"
    assert lost["covered_population"] == 1000
    assert value(found, "penalty_share", period="weekday_night") == pytest.approx(300 / 700)


def test_slow_walking_is_compared_in_the_period_of_the_right() -> None:
    found = assess(catalogue(), {PEAK: [2, 2, 2, 2], ("hospital", "weekday_peak", "slow"): [2, 2, 2, 1]})
    lost = row(found, "penalty_residents")
    assert (lost["value"], lost["period"]) == (400, "weekday_peak")
    assert lost["note"] == "slow walking against usual"


def test_no_penalty_where_nothing_changes() -> None:
    found = assess(catalogue(), {("hospital",): [0, 1, 2, 3]})
    shares = [each["value"] for each in found.rows if str(each["indicator"]).startswith("penalty")]
    assert len(shares) == 2 * 6  # five other parts of the week and slow walking
    assert set(shares) == {0.0}


def test_a_penalty_speaks_of_cells_with_both_answers_and_missing_periods_are_named() -> None:
    night = ("hospital", "weekday_night", "usual")
    found = assess(catalogue(), {PEAK: [2, 2, 2, np.nan], night: [0, np.nan, 2, 0]})
    lost = row(found, "penalty_residents", period="weekday_night")
    assert (lost["value"], lost["covered_population"]) == (100, 400)
    assert value(found, "penalty_share", period="weekday_night") == pytest.approx(100 / 400)
    assert not [each for each in found.rows if each["period"] == "sunday"]
    named = {each.situation.period for each in found.evaluated.excluded if each.left_out_of == "penalties"}
    assert "sunday" in named
    assert "weekday_night" not in named


def test_a_penalty_on_a_right_that_nobody_has_is_not_defined() -> None:
    night = ("hospital", "weekday_night", "usual")
    found = assess(catalogue(), {PEAK: [0, 0, 0, 0], night: [0, 0, 0, 0]})
    share = row(found, "penalty_share", period="weekday_night")
    assert math.isnan(share["value"])
    assert share["note"] == "not defined; against weekday_peak"
    assert value(found, "penalty_residents", period="weekday_night") == 0


def test_a_right_without_data_leaves_no_row_at_all() -> None:
    found = assess(catalogue(), {("hospital",): Missing.SERVICE})
    assert found.rows == []
    assert [each.missing for each in found.evaluated.excluded] == [Missing.SERVICE]


def test_a_group_without_covered_residents_is_not_defined() -> None:
    found = assess(catalogue(), {PEAK: [0, 1, 2, 3]}, parts={"decile_1": np.zeros(4)})
    assert math.isnan(value(found, "right_headcount", group="decile_1"))
    assert row(found, "right_headcount", group="decile_1")["note"] == "not defined"
    assert math.isnan(value(found, "basket_mean", group="decile_1"))


def test_each_row_has_its_own_key() -> None:
    found = assess(
        catalogue(raw_right(), raw_right(name="one", at_least=1)),
        {("hospital",): [0, 1, 2, 3]},
        parts={"decile_1": np.ones(4)},
        groups={"age_65_plus": POPULATION},
    )
    key = ("indicator", "service", "period", "cutoff_min", "standard", "group")
    keys = [tuple(each[part] for part in key) for each in found.rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"population": np.array([1.0, -1, 0, 0])}, "population must be finite and 0 or more"),
        ({"parts": {"decile_1": np.array([1.0, 2, 0, 0])}}, "decile_1 exceeds 1"),
        ({"groups": {"old": np.ones(3)}}, r"shapes differ: .*'old': \(3,\)"),
        ({"groups": {"old": np.array([np.nan, 1, 1, 1])}}, "old must be finite"),
        ({"groups": {"all": np.ones(4)}}, "the group 'all' stands twice"),
        ({"groups": {"x": np.ones(4)}, "parts": {"x": np.ones(4)}}, "the group 'x' stands twice"),
    ],
)
def test_impossible_residents_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputDataError, match=said):
        RightsResidents(**{"population": POPULATION, **changes})


cells = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 4), st.integers(0, 4), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, derandomize=True)
@given(cells)
def test_baskets_conserve_residents_and_indices_stay_in_bounds(
    drawn: list[tuple[int, int, int, bool]],
) -> None:
    population, peak, night, snapped = (np.array(column) for column in zip(*drawn, strict=True))
    found = assess_rights(
        [catalogue(raw_right(), raw_right(name="other", at_least=3), raw_right(name="third", at_least=1))],
        reach_by({PEAK: peak, ("hospital", "weekday_night", "usual"): night}),
        {},
        snapped,
        RightsResidents(population.astype(float)),
    )
    living = float(population[snapped].sum())
    assert sum(value(found, "basket_residents", standard=f"test_lacking_{n}") for n in range(4)) == living
    assert row(found, "basket_mean")["covered_population"] == living
    if living == 0:
        return
    headcount, depth, severity = (
        value(found, f"right_{name}", standard="hospitals") for name in ("headcount", "depth", "severity")
    )
    assert 0 <= severity <= depth <= headcount <= 1
    slow_twin = sum(w for w, a, _, on in drawn if on and a < 2) / living
    assert headcount == pytest.approx(slow_twin)
    lost = sum(w for w, a, b, on in drawn if on and a >= 2 and b < 2)
    assert value(found, "penalty_residents", standard="hospitals", period="weekday_night") == lost

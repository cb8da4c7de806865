"""What must hold of every scenario: times that cannot move the wrong way, totals that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference import comparison as reference

from access import self_checks
from access.self_checks import check_times, check_totals, direction_of

BASE = {"peak": np.array([[[0, 20], [30, 0]], [[0, 25], [255, 0]]], dtype=np.uint8)}


def moved(percentile: int, origin: int, destination: int, minutes: int) -> dict[str, np.ndarray]:
    changed = BASE["peak"].copy()
    changed[percentile, origin, destination] = minutes
    return {"peak": changed}


@pytest.mark.parametrize("kind", ["add-trips", "add-streets"])
def test_something_more_makes_no_trip_longer(kind: str) -> None:
    assert check_times(BASE, moved(0, 0, 1, 19), {kind}).state == "passed"
    assert check_times(BASE, BASE, {kind}).state == "passed"
    assert check_times(BASE, moved(1, 1, 0, 119), {kind}).state == "passed"  # was never reached
    assert check_times(BASE, moved(0, 0, 1, 21), {kind}).state == "failed"


@pytest.mark.parametrize("kind", ["remove-trips", "close-streets"])
def test_something_less_makes_no_trip_shorter(kind: str) -> None:
    assert check_times(BASE, moved(0, 0, 1, 255), {kind}).state == "passed"
    assert check_times(BASE, moved(1, 1, 0, 119), {kind}).state == "failed"


def test_a_failure_names_the_worst_pair_in_both_languages() -> None:
    scenario = {"peak": BASE["peak"].copy()}
    scenario["peak"][0, 0, 1] = 22
    scenario["peak"][1, 0, 1] = 255
    found = check_times(BASE, scenario, {"add-trips"}, cell_ids=["west", "east"])
    assert found.text["en"] == (
        "2 got longer, which cannot be; most in peak from west to east: 25 min in the base, not reached in "
        "the scenario. Please report this"
    )
    assert "25 min dans la base, non atteint dans le scénario" in found.text["fr"]


def test_every_period_and_percentile_is_looked_at() -> None:
    for scenario in (moved(1, 0, 1, 26), moved(0, 1, 0, 31)):
        two = {"peak": BASE["peak"], "night": scenario["peak"]}
        assert (
            check_times({"peak": BASE["peak"], "night": BASE["peak"]}, two, {"add-trips"}).state == "failed"
        )


def test_types_of_both_kinds_or_that_move_times_either_way_are_not_checked_and_named() -> None:
    found = check_times(BASE, BASE, {"add-trips", "remove-trips"})
    assert found.state == "not checked"
    assert found.text["en"] == "travel times may move either way: add-trips, remove-trips"
    assert "adjust-speed" in check_times(BASE, BASE, {"adjust-speed", "add-trips"}).text["fr"]
    assert check_times(BASE, BASE, {"remove-stops"}).state == "not checked"


def test_land_use_beside_it_takes_nothing_from_the_check() -> None:
    assert direction_of({"add-trips", "add-residents"}) == ("not longer", {})
    assert direction_of({"close-streets", "remove-opportunities"}) == ("not shorter", {})


def test_with_nothing_but_land_use_all_times_are_equal() -> None:
    assert check_times(BASE, BASE, {"add-residents"}).state == "passed"
    for minutes in (19, 21):
        assert check_times(BASE, moved(0, 0, 1, minutes), {"add-residents"}).state == "failed"


def test_points_that_join_other_streets_leave_nothing_to_check() -> None:
    for kinds in ({"add-streets"}, {"add-residents"}):
        found = check_times(BASE, moved(0, 0, 1, 99), kinds, joints_moved=1234)
        assert found.state == "not checked"
        assert found.text["en"].endswith("join the streets elsewhere than in the base, 1,234 of them")
        assert found.text["fr"].endswith("ailleurs que dans la base, au nombre de 1\u202f234")


def test_times_too_many_for_memory_are_not_checked() -> None:
    found = check_times({}, {}, {"add-trips"})
    assert (found.state, found.text["en"][:32]) == ("not checked", "travel times are too many to be ")


@settings(max_examples=25, derandomize=True, deadline=None)
@given(
    arrays(np.uint8, (2, 3, 3), elements=st.sampled_from([0, 1, 120, 255])),
    arrays(np.uint8, (2, 3, 3), elements=st.sampled_from([0, 1, 120, 255])),
    st.sampled_from(["add-trips", "remove-trips", "add-residents"]),
)
def test_as_many_pairs_are_wrong_as_the_slow_twin_counts(
    base: np.ndarray, scenario: np.ndarray, kind: str
) -> None:
    direction = direction_of({kind})[0]
    assert direction is not None
    wrong = sum(
        reference.monotone(one.tolist(), other.tolist(), direction)
        for one, other in zip(base, scenario, strict=True)
    )
    found = check_times({"peak": base}, {"peak": scenario}, {kind})
    assert found.state == ("failed" if wrong else "passed")
    if wrong:
        assert found.text["en"].startswith(f"{wrong:,} ")


def test_large_matrices_are_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_checks, "_BLOCK_ROWS", 1)
    found = check_times(BASE, moved(0, 1, 0, 31), {"add-trips"}, cell_ids=["west", "east"])
    assert "from east to west: 30 min in the base, 31 min" in found.text["en"]


def test_totals_add_up_to_what_is_declared() -> None:
    found = list(
        check_totals(
            {"population": 100.0, "jobs": 50.0, "clinic": 1.0},
            {"population": 110.0, "jobs": 50.0},
            {"population": 10.0, "clinic": -1.0},
        )
    )
    assert [(each.name, each.state) for each in found] == [
        ("total of population", "passed"),
        ("total of jobs", "passed"),
        ("total of clinic", "passed"),
    ]
    assert found[0].text["en"] == "100 in the base, +10 declared, 110 now"


def test_opportunities_lost_on_the_way_are_found() -> None:
    (found,) = check_totals({"jobs": 2000.0}, {"jobs": 1999.5}, {})
    assert found.state == "failed"
    assert found.text["en"].endswith("not accounted for: -0.50")
    assert found.text["fr"].endswith("inexpliqués : -0,50")


def test_sums_of_fractions_may_differ_by_rounding() -> None:
    (found,) = check_totals({"jobs": 1e6}, {"jobs": 1e6 + 1e-3}, {})
    assert found.state == "passed"

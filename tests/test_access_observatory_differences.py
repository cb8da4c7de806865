from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from access.errors import InputDataError
from access.observatory_differences import OF_NORMAL, Draws, difference, usual_change

RNG = np.random.default_rng(7)
NOISE = RNG.standard_normal(400)
NO_TRAVEL = np.empty(0)


def drawn(value: float, spread: float, seed: int | None = None, vintage: str = "a") -> Draws:
    noise = NOISE if seed is None else np.random.default_rng(seed).standard_normal(400)
    return Draws(value + spread * noise, NO_TRAVEL, vintage)


def test_what_both_snapshots_get_wrong_alike_is_no_noise_of_the_difference() -> None:
    """100 to 94 with errors of 10 in common: the paired difference is sure, the ranges overlap."""
    found = difference(drawn(100, 10), drawn(94, 10))
    assert found is not None
    assert found.paired
    assert found.mean == pytest.approx(-6)
    assert found.high < 0
    assert found.p_value("lower") < 1e-6


def test_with_another_census_errors_are_independent_and_their_variances_add() -> None:
    found = difference(drawn(100, 10), drawn(94, 10, seed=3, vintage="b"))
    assert found is not None
    assert not found.paired
    assert found.sd == pytest.approx(np.hypot(10, 10), rel=0.1)
    assert found.low < 0 < found.high
    assert found.p_value("lower") > 0.2


def test_the_same_draws_under_another_fingerprint_are_not_paired_by_their_order() -> None:
    found = difference(drawn(100, 10), drawn(94, 10, vintage="b"))
    assert found is not None
    assert found.sd > 10


def test_the_chance_is_smaller_than_any_count_of_draws_can_be() -> None:
    """None of 400 draws lies beyond zero; "less than 1 in 400" would not survive 40 tests."""
    sure = difference(drawn(100, 1), drawn(90, 1, seed=5, vintage="b"))
    assert sure is not None
    assert sure.p_value("lower") * 40 < 1 / 400


def test_the_chance_is_that_of_a_normal_distribution_and_one_sided() -> None:
    found = difference(drawn(100, 10), drawn(90, 10, seed=3, vintage="b"))
    assert found is not None
    assert found.p_value("lower") == pytest.approx(norm.cdf(found.mean / found.sd))
    assert found.p_value("higher") == pytest.approx(1 - found.p_value("lower"))
    assert found.p_value("lower", 20.0) > found.p_value("lower")


def test_exactly_the_same_is_no_change_and_certainly_not_worse() -> None:
    found = difference(drawn(100, 10), drawn(100, 10))
    assert found is not None
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert found.p_value("lower") == found.p_value("higher") == 1


def test_a_change_smaller_than_the_digits_kept_is_not_significant() -> None:
    found = difference(drawn(100, 10), drawn(99.99, 10))
    assert found is not None
    assert found.p_value("lower") > 0.1


def test_recomputed_travel_times_widen_the_difference_by_what_they_do_to_it_alone() -> None:
    """Realisations that move both by the same add nothing; their own spreads would."""
    homes = np.array([0.0, 4, -4, 2, -2, 1, -1])
    before = Draws(np.full(400, 100.0), 100 + homes, "a")
    in_common = difference(before, Draws(np.full(400, 90.0), 90 + homes, "a"))
    alone = difference(before, Draws(np.full(400, 90.0), 90 - homes, "a"))
    assert in_common is not None
    assert alone is not None
    assert in_common.sd == pytest.approx(0.0005 * 100)
    assert alone.sd > np.std(2 * homes, ddof=1)


def test_unpaired_realisations_count_with_both_their_spreads() -> None:
    homes = np.array([0.0, 4, -4, 2, -2, 1, -1])
    before = Draws(np.full(400, 100.0), 100 + homes, "a")
    found = difference(before, Draws(np.full(400, 90.0), 90 + homes, "b"))
    assert found is not None
    assert found.sd > 1.3 * np.std(homes, ddof=1)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Draws(np.empty(0), NO_TRAVEL, "a"), drawn(90, 1)),
        (Draws(np.where(NOISE > 1, np.nan, 100.0), NO_TRAVEL, "a"), drawn(90, 1)),
        (Draws(NOISE, 100 + NOISE[:7], "a"), drawn(90, 1)),
        (Draws(NOISE, np.array([1.0, np.nan, 2, 3]), "a"), Draws(NOISE, np.ones(4), "a")),
        (Draws(NOISE, np.ones(2), "a"), Draws(NOISE, np.ones(2), "a")),
    ],
    ids=["no draws", "seldom defined", "travelled again in one only", "not travelled everywhere", "two runs"],
)
def test_what_cannot_be_quantified_has_no_difference(before: Draws, now: Draws) -> None:
    assert difference(before, now) is None
    assert difference(now, before) is None


def test_the_same_draws_give_the_same_difference_and_stay_as_they_are() -> None:
    before, now = drawn(100, 10), drawn(94, 10, seed=3, vintage="b")
    kept = before.inputs.copy(), now.inputs.copy()
    assert difference(before, now) == difference(before, now)
    np.testing.assert_array_equal(before.inputs, kept[0])
    np.testing.assert_array_equal(now.inputs, kept[1])


def test_the_usual_change_is_the_median_one_whatever_one_cut_does() -> None:
    quiet = np.array([100, 101, 100, 101, 100, 101, 100.0])
    cut = np.array([100, 101, 100, 101, 50, 51, 50.0])
    assert usual_change(quiet, 4, 10) == pytest.approx(1 / OF_NORMAL)
    assert usual_change(cut, 4, 10) == pytest.approx(1 / OF_NORMAL)


def test_the_usual_change_of_noise_is_its_standard_deviation() -> None:
    """Of differences of neighbours: sqrt(2) times that of the values."""
    values = 100 + np.random.default_rng(1).standard_normal(4000)
    assert usual_change(values, 4, 100) == pytest.approx(np.sqrt(2), rel=0.05)


def test_few_changes_are_assumed_and_many_are_capped() -> None:
    values = np.array([100, 110, np.nan, 100, 110.0])
    assert usual_change(values, 3, 5, assumed=3) == 3  # two changes: a missing value ends a pair
    assert usual_change(values, 2, 5, assumed=3) == 5
    with pytest.raises(InputDataError, match="give 0 or more"):
        usual_change(values, 2, -1)

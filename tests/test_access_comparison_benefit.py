"""Shares and ratios of changes: given where they mean something, and why not where they do not."""

from __future__ import annotations

import math

import pytest

from access.comparison_benefit import (
    DifferenceRange,
    MeanChange,
    gain_per_vehicle_hour,
    ratio_of_changes,
    share_of_change,
)
from access.comparison_notes import (
    FREE_GAIN,
    NO_BILL,
    NO_CHANGE,
    NO_GAIN,
    NOBODY,
    NOISE_NOT_QUANTIFIED,
    NOTHING_GAINED,
    OPPOSITE_SIGNS,
    THEY_LOSE,
    WITHIN_NOISE,
)

NAN = math.nan


def change(
    mean: float, residents: float = 40, low: float | None = None, high: float | None = None
) -> MeanChange:
    interval = (
        None if low is None or high is None else DifferenceRange(low, high, "input uncertainty", "x", 9)
    )
    return MeanChange(mean, residents, interval)


def test_the_poorest_who_gain_as_much_per_head_get_their_part() -> None:
    """40 residents and 60 others gain 5 each: 200 of 500."""
    found = share_of_change(change(5, 40, 4, 6), change(5, 60, 4, 6))
    assert (found.value, found.direction, found.note) == (0.4, "gain", None)


def test_where_all_lose_it_is_the_share_of_the_loss() -> None:
    found = share_of_change(change(-3, 40, -4, -2), change(-1, 60, -2, -0.5))
    assert found.value == pytest.approx(120 / 180)
    assert found.direction == "loss"


def test_a_ratio_tells_how_many_times_as_much() -> None:
    assert ratio_of_changes(change(3, low=1, high=4), change(2, low=1, high=4)).value == 1.5


def test_no_share_where_one_gains_and_the_other_loses() -> None:
    found = share_of_change(change(5, 40, 4, 6), change(-1, 60, -2, -0.5))
    assert math.isnan(found.value)
    assert (found.direction, found.note) == (None, OPPOSITE_SIGNS)


@pytest.mark.parametrize("ends", [(-1.0, 6.0), (0.0, 6.0)])
def test_no_ratio_where_one_of_the_two_is_noise_and_an_end_at_zero_is(ends: tuple[float, float]) -> None:
    sure = change(5, 40, 4, 6)
    for pair in ((sure, change(3, 60, *ends)), (change(3, 60, *ends), sure)):
        assert ratio_of_changes(*pair).note == WITHIN_NOISE


def test_no_ratio_of_nothing_or_of_nobody() -> None:
    assert ratio_of_changes(change(5), change(0)).note == NO_CHANGE
    assert ratio_of_changes(change(0), change(0)).note == NO_CHANGE
    assert ratio_of_changes(change(5), change(NAN, 0)).note == NOBODY


def test_without_an_interval_the_sign_decides_and_the_note_says_so() -> None:
    assert ratio_of_changes(change(4), change(2)).note == NOISE_NOT_QUANTIFIED
    assert ratio_of_changes(change(4), change(-2)).note == OPPOSITE_SIGNS
    one_side = ratio_of_changes(change(4, low=1, high=9), change(2))
    assert (one_side.value, one_side.note) == (2, NOISE_NOT_QUANTIFIED)


def test_access_gained_is_divided_by_the_vehicle_hours_it_costs() -> None:
    assert gain_per_vehicle_hour(change(50, low=40, high=60), 25) == (2, None)
    assert gain_per_vehicle_hour(change(50), 25) == (2, NOISE_NOT_QUANTIFIED)


@pytest.mark.parametrize(
    ("mean", "low", "high", "hours", "note"),
    [
        (50, 40, 60, 0, FREE_GAIN),
        (50, 40, 60, -3, FREE_GAIN),
        (50, 40, 60, 1e-9, FREE_GAIN),  # rounding of seconds
        (50, -1, 60, 3, NO_GAIN),  # noise
        (-50, -60, 10, 3, NO_GAIN),  # noise
        (-50, -60, -40, 3, THEY_LOSE),
        (0, 0, 0, 3, NO_GAIN),
        (-50, -60, -40, -3, THEY_LOSE),
        (0, 0, 0, -3, NOTHING_GAINED),
        (50, -1, 60, -3, NOTHING_GAINED),  # noise
        (50, 40, 60, NAN, NO_BILL),
        (NAN, 0, 0, 3, NOBODY),
    ],
)
def test_otherwise_the_note_says_what_it_is(
    mean: float, low: float, high: float, hours: float, note: str
) -> None:
    value, told = gain_per_vehicle_hour(change(mean, 40, low, high), hours)
    assert math.isnan(value)
    assert told == note

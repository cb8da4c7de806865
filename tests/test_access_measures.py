"""Access measures against hand cases, a slow twin and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from access.measures import minutes_to_nth, opportunities_by_minute

MINUTES = np.array([[0, 29, 30, 255], [31, 31, 255, 255]], dtype=np.uint8)
JOBS = np.array([5.0, 10.0, 100.0, 1000.0])


def test_reached_within_30_means_strictly_less_than_30_whole_minutes() -> None:
    reached = opportunities_by_minute(MINUTES, JOBS)
    assert reached[0, 30] == 15
    assert reached[0, 31] == 115


def test_nothing_is_reached_within_zero_minutes() -> None:
    assert (opportunities_by_minute(MINUTES, JOBS)[:, 0] == 0).all()


def test_what_is_not_reached_never_counts() -> None:
    assert opportunities_by_minute(MINUTES, JOBS)[:, 255].tolist() == [115, 15]


def test_a_place_without_opportunities_is_not_a_nearest_one() -> None:
    reached = opportunities_by_minute(MINUTES, np.array([0.0, 10.0, 0.0, 0.0]))
    assert minutes_to_nth(reached).tolist() == [29, 31]


def test_the_nearest_at_the_door_takes_zero_minutes() -> None:
    assert minutes_to_nth(opportunities_by_minute(MINUTES, JOBS)).tolist() == [0, 31]


def test_too_few_opportunities_are_never_reached() -> None:
    assert minutes_to_nth(opportunities_by_minute(MINUTES, JOBS), 16).tolist() == [30, np.inf]


def test_ten_tenths_of_a_place_are_one_place() -> None:
    minutes = np.arange(10, dtype=np.uint8)[np.newaxis]
    assert minutes_to_nth(opportunities_by_minute(minutes, np.full(10, 0.1)), 1.0).tolist() == [9]


@pytest.mark.parametrize("n", [0, -1, float("nan")])
def test_a_number_of_opportunities_must_be_positive(n: float) -> None:
    with pytest.raises(ValueError, match="positive number of opportunities"):
        minutes_to_nth(np.zeros((1, 256)), n)


def test_no_destination_with_opportunities_gives_zeros_and_never() -> None:
    reached = opportunities_by_minute(MINUTES, np.zeros(4))
    assert (reached == 0).all()
    assert np.isinf(minutes_to_nth(reached)).all()


@given(
    arrays(np.uint8, (3, 6)),
    arrays(np.float64, 6, elements=st.floats(0, 1e6)),
    st.integers(0, 255),
)
def test_equals_the_obvious_double_loop(minutes: np.ndarray, jobs: np.ndarray, cutoff: int) -> None:
    reached = opportunities_by_minute(minutes, jobs)
    for origin in range(3):
        expected = sum(jobs[d] for d in range(6) if minutes[origin, d] < cutoff and minutes[origin, d] != 255)
        assert reached[origin, cutoff] == pytest.approx(expected, rel=1e-12)


@given(arrays(np.uint8, (2, 5)), arrays(np.float64, 5, elements=st.floats(0, 100)))
def test_more_time_never_reaches_less(minutes: np.ndarray, jobs: np.ndarray) -> None:
    assert (np.diff(opportunities_by_minute(minutes, jobs), axis=1) >= 0).all()

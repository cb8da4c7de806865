"""What of a cell's change may be noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.paired import exceeds_noise

from access.comparison_certainty_floor import noise_floor
from access.errors import InputDataError

T_2 = 4.302653  # Student's t with 2 degrees of freedom, 97.5 %


def floor(own: float, *differences: float) -> float:
    return float(noise_floor(np.array([own]), np.array(differences)[:, None])[0])


def test_of_nine_ten_and_eleven_jobs_more_the_mean_is_known_to_two_and_a_half() -> None:
    """Standard deviation 1, three realisations: t * 1 / sqrt(3)."""
    assert floor(10, 9, 10, 11) == pytest.approx(T_2 / np.sqrt(3))
    assert floor(-10, -9, -10, -11) == pytest.approx(T_2 / np.sqrt(3))


def test_what_the_realisations_do_not_confirm_of_a_change_is_noise() -> None:
    """Two of the 12 jobs are not confirmed; of 5 all are, since others find more."""
    assert floor(12, 9, 10, 11) == pytest.approx(T_2 / np.sqrt(3) + 2)
    assert floor(5, 9, 10, 11) == pytest.approx(T_2 / np.sqrt(3))


def test_a_gain_that_all_other_homes_see_as_a_loss_never_exceeds_its_floor() -> None:
    assert floor(7, -9, -10, -11) == pytest.approx(T_2 / np.sqrt(3) + 7)


def test_a_gain_that_no_other_home_sees_never_exceeds_its_floor() -> None:
    assert floor(500, 0, 0, 0) == 500


def test_a_gain_that_is_the_same_everywhere_has_no_noise() -> None:
    assert floor(3, 3, 3, 3, 3) == 0


def test_where_nothing_changes_the_floor_is_zero() -> None:
    assert floor(0, 0, 0, 0) == 0


def test_what_is_not_known_in_one_realisation_has_no_floor() -> None:
    assert np.isnan(floor(10, 9, np.nan, 11))
    assert np.isnan(floor(np.nan, 9, 10, 11))


def test_inputs_stay_as_they_are() -> None:
    own, differences = np.array([1.0]), np.array([[1.0], [2.0]])
    own.flags.writeable = differences.flags.writeable = False
    noise_floor(own, differences)


numbers = st.integers(-3, 3).map(float)


@settings(max_examples=150, deadline=None)
@given(numbers, st.lists(numbers, min_size=2, max_size=8))
def test_a_change_exceeds_its_floor_exactly_where_the_slow_twin_says(own: float, moved: list[float]) -> None:
    assert (abs(own) > floor(own, *moved) + 1e-9) == exceeds_noise(own, moved)


NULLS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda random, shape: random.normal(size=shape),
    "one home in twenty differs": lambda random, shape: np.where(
        random.random(shape) < 0.05, random.choice([-100.0, 100.0], shape), 0.0
    ),
    "half of the homes differ": lambda random, shape: np.where(
        random.random(shape) < 0.5, random.choice([-100.0, 100.0], shape), 0.0
    ),
    "a few homes differ by far more": lambda random, shape: random.standard_t(2, shape),
}


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("n", [4, 6, 10])
def test_where_nothing_truly_changes_at_most_one_cell_in_twenty_is_called(n: int, kind: str) -> None:
    random = np.random.default_rng([5, n])
    own, moved = NULLS[kind](random, (20_000,)), NULLS[kind](random, (n, 20_000))
    assert (np.abs(own) > noise_floor(own, moved)).mean() <= 0.05


@pytest.mark.parametrize(("n", "at_least"), [(4, 0.85), (6, 0.95), (10, 0.98)])
def test_a_gain_of_three_times_the_noise_is_found(n: int, at_least: float) -> None:
    random = np.random.default_rng([6, n])
    own, moved = 3 + random.normal(size=20_000), 3 + random.normal(size=(n, 20_000))
    found = own > noise_floor(own, moved)
    assert found.mean() >= at_least
    one_more = 2.571 * moved.std(axis=0, ddof=1) * np.sqrt(1 + 1 / 6)  # of a further realisation, n = 6
    assert n != 6 or found.mean() > (own > one_more).mean() + 0.2


@pytest.mark.parametrize(
    ("own", "moved", "coverage", "message"),
    [
        (np.zeros(2), np.zeros((3, 1)), 0.95, r"shape \(3, 1\) for 2 cells"),
        (np.zeros(1), np.zeros((1, 1)), 0.95, "1 realisations show no spread; give at least 2"),
        (np.zeros(1), np.zeros((2, 1)), 1.0, "coverage 1.0 must lie between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(
    own: np.ndarray, moved: np.ndarray, coverage: float, message: str
) -> None:
    with pytest.raises(InputDataError, match=message):
        noise_floor(own, moved, coverage)

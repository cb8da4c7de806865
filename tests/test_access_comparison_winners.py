"""Residents who gain and lose, by group, on paper and against the slow twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import comparison as reference

from access.comparison_cells import change_of_cells
from access.comparison_winners import changes_by_group

INF, NAN = math.inf, math.nan


def test_gains_and_losses_of_a_group_stand_apart() -> None:
    """100 residents get 3 jobs more each, 50 lose 6: the net is nothing, and yet people lose."""
    cells = change_of_cells(np.array([10.0, 10]), np.array([13.0, 4]))
    found = changes_by_group(cells, {"all": np.array([100.0, 50])})["all"]
    assert (found.gaining, found.losing) == (100, 50)
    assert (found.gain, found.loss) == (300, 300)
    assert found.mean_change == 0


def test_noise_counts_in_the_mean_and_neither_as_gain_nor_as_loss() -> None:
    cells = change_of_cells(np.array([10.0, 10, 10]), np.array([12.0, 14, 10]), np.array([2.0, 2, 2]))
    found = changes_by_group(cells, {"all": np.array([10.0, 10, 20])})["all"]
    assert (found.within_noise, found.gaining, found.unchanged) == (10, 10, 20)
    assert (found.gain, found.loss) == (40, 0)
    assert found.mean_change == pytest.approx(60 / 40)


def test_residents_are_counted_in_fractions_of_cells() -> None:
    cells = change_of_cells(np.array([0.0, 0]), np.array([2.0, 0]))
    found = changes_by_group(cells, {"poorest40": np.array([2.5, 1.5])})["poorest40"]
    assert (found.residents, found.gaining, found.gain) == (4, 2.5, 5)


def test_minutes_saved_are_a_gain_and_a_place_newly_reached_has_no_minutes() -> None:
    cells = change_of_cells(np.array([20.0, INF, 10]), np.array([15.0, 30, INF]), better="less")
    found = changes_by_group(cells, {"all": np.array([4.0, 8, 2])})["all"]
    assert (found.gaining, found.losing) == (12, 2)
    assert (found.gain, found.loss) == (20, 0)
    assert found.mean_change == -5


def test_cells_without_data_stand_apart_and_a_group_of_nobody_has_no_mean() -> None:
    cells = change_of_cells(np.array([NAN, 1.0]), np.array([5.0, 2]))
    found = changes_by_group(
        cells, {"all": np.array([7.0, 1]), "none": np.zeros(2), "off": np.array([3.0, 0])}
    )
    assert (found["all"].no_data, found["all"].residents, found["all"].mean_change) == (7, 8, 1)
    assert math.isnan(found["none"].mean_change)
    assert math.isnan(found["off"].mean_change)
    assert found["off"].no_data == 3


def test_without_groups_there_is_nothing_to_add_up() -> None:
    assert changes_by_group(change_of_cells(np.zeros(1), np.zeros(1)), {}) == {}


NUMBERS = st.sampled_from([0.0, 1.0, 2.0, 5.0, INF, NAN])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(NUMBERS, NUMBERS, st.sampled_from([0.0, 2.0, NAN]), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["more", "less"]),
    st.booleans(),
)
def test_every_sum_is_that_of_the_slow_twin(
    cells: list[tuple[float, float, float, int]], better: str, with_floor: bool
) -> None:
    base, value, floor, people = (np.array(each, dtype=float) for each in zip(*cells, strict=True))
    change = change_of_cells(base, value, floor if with_floor else None, better=better)  # type: ignore[arg-type]
    found = changes_by_group(change, {"all": people})["all"]
    expected = reference.group_change(
        base.tolist(), value.tolist(), floor.tolist() if with_floor else None, people.tolist(), better
    )
    for name, number in expected.items():
        np.testing.assert_allclose(getattr(found, name), number, err_msg=name)
    counts = found.gaining + found.losing + found.within_noise + found.unchanged + found.no_data
    assert counts == found.residents

"""Group means and ratios on hand cases that fit on paper, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.equity import (
    mean_in_income_range,
    ratio_richest10_to_poorest40,
    residents_below,
    share_of_income_range,
    weighted_mean,
)

NAN = float("nan")


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_a_mean_is_of_residents_and_not_of_cells() -> None:
    assert weighted_mean(of(10, 20), of(3, 1)) == (12.5, 4.0)


def test_a_cell_without_a_value_leaves_the_mean_and_the_covered_population() -> None:
    assert weighted_mean(of(10, NAN), of(3, 1)) == (10.0, 3.0)


def test_a_zero_is_a_value() -> None:
    assert weighted_mean(of(10, 0), of(1, 1)) == (5.0, 2.0)


def test_a_mean_over_nobody_is_not_defined() -> None:
    mean = weighted_mean(of(10), of(0))
    assert np.isnan(mean.value)
    assert mean.covered_population == 0


def test_a_time_never_reached_is_not_dropped_from_a_mean() -> None:
    assert weighted_mean(of(10, np.inf), of(9, 1)).value == np.inf


def test_the_marginal_cell_is_split_so_that_the_poorest_forty_percent_are_exactly_that() -> None:
    # 100 residents: 30 at income 1, 50 at income 2, 20 at income 3. The poorest 40: all 30 and 10 of the 50.
    shares = share_of_income_range(of(1, 2, 3), of(30, 50, 20), 0, 0.4)
    assert shares == pytest.approx([1, 0.2, 0])


def test_cells_of_one_income_share_the_marginal_place_by_residents() -> None:
    shares = share_of_income_range(of(1, 1), of(30, 10), 0, 0.4)
    assert shares == pytest.approx([0.4, 0.4])


def test_cells_without_income_or_residents_belong_to_no_group() -> None:
    assert share_of_income_range(of(NAN, 5, 7), of(10, 0, 10), 0, 1).tolist() == [0, 0, 1]


def test_no_income_at_all_gives_empty_groups() -> None:
    assert share_of_income_range(of(NAN, NAN), of(1, 1), 0, 1).tolist() == [0, 0]


def test_ratio_of_the_groups_by_hand() -> None:
    # Ten cells of ten residents, income 1 to 10, access = income: rich 10, poor (1+2+3+4)/4 = 2.5.
    ladder = np.arange(1.0, 11.0)
    ratio = ratio_richest10_to_poorest40(ladder, ladder, np.full(10, 10.0))
    assert ratio == (pytest.approx(4.0), 100.0)


def test_an_equal_city_has_the_ratio_one() -> None:
    assert ratio_richest10_to_poorest40(
        np.full(7, 3.0), np.arange(7.0), np.full(7, 11.0)
    ).value == pytest.approx(1)


def test_where_the_poorest_reach_nothing_the_ratio_is_not_defined() -> None:
    assert np.isnan(ratio_richest10_to_poorest40(of(0, 5), of(1, 2), of(50, 50)).value)


def test_a_cell_that_is_not_snapped_is_in_neither_group() -> None:
    # Without the first cell, 100 residents remain: rich tenth at 30, poorest forty at 10.
    ratio = ratio_richest10_to_poorest40(of(NAN, 10, 30), of(0, 1, 2), of(500, 50, 50))
    assert ratio == (pytest.approx(3.0), 100.0)


def test_exactly_on_the_line_is_enough() -> None:
    assert residents_below(of(9, 10, NAN), 10, of(1, 2, 4)) == (1.0, 3.0)


cities = st.lists(
    st.tuples(st.floats(1, 1e4), st.floats(0, 1e3), st.integers(0, 500)), min_size=1, max_size=30
)


@given(cities, st.floats(0, 0.5), st.floats(0.5, 1))
def test_a_group_holds_exactly_its_share_of_residents(
    cells: list[tuple[float, float, int]], low: float, high: float
) -> None:
    income, _, people = (np.array(column, dtype=np.float64) for column in zip(*cells, strict=True))
    shares = share_of_income_range(income, people, low, high)
    assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()
    assert (shares * people).sum() == pytest.approx((high - low) * people.sum(), abs=1e-6)


@given(cities, st.randoms())
def test_the_order_of_cells_changes_nothing(cells: list[tuple[float, float, int]], random: object) -> None:
    shuffled = list(cells)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    results = []
    for city in (cells, shuffled):
        income, access, people = (np.array(column, dtype=np.float64) for column in zip(*city, strict=True))
        results.append(mean_in_income_range(access, income, people, 0, 0.4).value)
    assert results[0] == pytest.approx(results[1], nan_ok=True)

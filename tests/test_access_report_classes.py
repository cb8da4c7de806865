from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.report_classes import (
    Coincidence,
    Special,
    access_classes,
    class_breaks,
    coincidence_classes,
    weighted_mean,
    weighted_median,
)

NAN = math.nan


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_half_of_the_weight_reaches_at_least_the_median() -> None:
    assert weighted_median(array(10, 20, 30), array(1, 1, 1)) == 20
    # 5 of 10 residents reach 30: exactly half is enough
    assert weighted_median(array(10, 30), array(5, 5)) == 30
    assert weighted_median(array(10, 30), array(6, 4)) == 10


def test_the_median_leaves_out_unknown_values_and_cells_without_residents() -> None:
    assert weighted_median(array(NAN, 7, 99), array(100, 1, 0)) == 7
    assert math.isnan(weighted_median(array(NAN, 1), array(5, 0)))


def test_the_mean_leaves_out_unknown_values_and_cells_without_residents() -> None:
    assert weighted_mean(array(2, 4, NAN, 99), array(3, 1, 5, 0)) == 2.5
    assert math.isnan(weighted_mean(array(NAN), array(1)))


def test_breaks_have_two_digits_and_cut_residents_into_equal_parts() -> None:
    values = np.arange(1.0, 601.0)
    assert class_breaks(values, np.ones(600)) == (100, 200, 300, 400, 500)


def test_breaks_of_whole_numbers_are_whole() -> None:
    assert class_breaks(array(1, 2, 3, 4), np.ones(4)) == (2, 3, 4)


def test_equal_values_make_one_class() -> None:
    assert class_breaks(array(5, 5, 5), np.ones(3)) == ()


def test_nothing_above_zero_makes_no_breaks() -> None:
    assert class_breaks(array(0, 0, NAN), np.ones(3)) == ()


@given(
    st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=60),
    st.integers(1, 8),
)
def test_breaks_ascend_and_no_end_class_is_empty(values: list[float], n_classes: int) -> None:
    known = array(*values)
    breaks = class_breaks(known, np.ones(len(known)), n_classes)
    assert len(breaks) < max(n_classes, 1) or n_classes == 1
    assert list(breaks) == sorted(set(breaks))
    assert all(known.min() < b <= known.max() for b in breaks)


def test_a_value_on_a_break_belongs_to_the_class_above() -> None:
    classes = access_classes(array(1, 9.99, 10, 20), np.ones(4), np.ones(4, bool), (10, 20))
    assert classes.tolist() == [0, 0, 1, 2]


def test_zero_no_data_not_linked_and_empty_cells_are_four_things() -> None:
    access = array(0, NAN, NAN, NAN, 5, 5)
    residents = array(1, 1, 1, 0, 0, NAN)
    snapped = np.array([True, True, False, False, True, True])
    classes = access_classes(access, residents, snapped, ())
    assert classes.tolist() == [
        Special.NONE_REACHED, Special.NO_DATA, Special.NOT_LINKED, Special.NO_RESIDENTS,
        Special.NO_RESIDENTS, Special.NO_DATA,
    ]  # fmt: skip


def test_low_access_is_below_half_of_the_mean_and_low_income_the_four_lowest_deciles() -> None:
    # mean over residents: (0 + 50 + 150 + 200) / 4 = 100
    access = array(0, 50, 150, 200, NAN, 10, 10)
    decile = array(4, 1, 5, 4, 1, NAN, 1)
    residents = array(1, 1, 1, 1, 1, 0, 0)
    classes = coincidence_classes(access, decile, residents)
    assert classes is not None
    assert classes.tolist() == [
        Coincidence.BOTH, Coincidence.LOW_INCOME, Coincidence.NEITHER, Coincidence.LOW_INCOME,
        Coincidence.NO_DATA, Coincidence.NO_RESIDENTS, Coincidence.NO_RESIDENTS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("access", "decile"),
    [(array(0, 0), array(1, 2)), (array(NAN, NAN), array(1, 2)), (array(5, 6), array(NAN, NAN))],
    ids=["nobody reaches anything", "no access known", "no income known"],
)
def test_no_coincidence_where_it_cannot_be_told(access: np.ndarray, decile: np.ndarray) -> None:
    assert coincidence_classes(access, decile, np.ones(2)) is None

"""Gini, Theil, concentration, Erreygers, FGT, curves: on paper, by laws, against one person at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import equity as twin

from access.equity_curves import ShareCurve, concentration_curve, lorenz_curve
from access.equity_indices import (
    concentration_index,
    erreygers_index,
    fgt,
    gini,
    theil,
    theil_by_group,
)
from access.errors import AccessError, InputDataError

NAN = float("nan")
RANDOM = settings(deadline=None, derandomize=True, max_examples=40)
Cells = list[tuple[float, float, int]]


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def columns(city: Cells) -> list[np.ndarray]:
    """Access, income and residents of a list of cells."""
    return [np.array(column, dtype=np.float64) for column in zip(*city, strict=True)]


cells = st.tuples(
    st.one_of(st.just(0.0), st.floats(0.5, 1000)), st.integers(0, 5).map(float), st.integers(0, 6)
)
cities = st.lists(cells, min_size=2, max_size=8).filter(
    lambda city: (
        sum(people > 0 for *_, people in city) > 1
        and any(access > 0 and people > 0 for access, _, people in city)
    )
)


# Gini


def test_gini_when_one_in_four_has_all_is_three_quarters() -> None:
    assert gini(of(0, 8), of(3, 1)) == (0.75, 4.0)


def test_gini_of_one_to_three_on_paper() -> None:
    # Lorenz points (1/2, 1/4), (1, 1): twice the area 1/2 x 1/4 + 1/2 x 5/4 = 3/4.
    assert gini(of(3, 1), of(1, 1)).value == pytest.approx(0.25)


def test_gini_takes_residents_and_not_cells() -> None:
    assert gini(of(1, 1, 3), of(2, 3, 5)).value == pytest.approx(gini(of(1, 3), of(5, 5)).value)


# Theil


def test_theil_when_half_have_all_is_ln_2() -> None:
    assert theil(of(0, 5), of(7, 7)) == (pytest.approx(np.log(2)), 14.0)


def test_theil_with_zeros_dropped_averages_over_those_who_reach_something() -> None:
    # mu = 2.5 over all 14; the 7 who reach something have 2 ln 2.
    assert theil(of(0, 5), of(7, 7), zeros="drop") == (pytest.approx(2 * np.log(2)), 7.0)


def test_theil_taken_apart_on_paper() -> None:
    # Group a: 0 and 2 (mean 1), b: 3 and 3 (mean 3); mu = 2. Shares of access 1/4 and 3/4, of people 1/2.
    parts = theil_by_group(of(0, 2, 3, 3), of(1, 1, 1, 1), np.array(["a", "a", "b", "b"]))
    assert parts.group.tolist() == ["a", "b"]
    assert parts.between == pytest.approx([np.log(0.5) / 4, 3 * np.log(1.5) / 4])
    assert parts.within == pytest.approx([np.log(2) / 4, 0])
    assert parts.covered_population == 4


def test_a_group_that_reaches_nothing_and_a_group_of_nobody_have_parts_of_zero() -> None:
    parts = theil_by_group(of(0, 2, 4, 9), of(1, 1, 1, 0), of(1, 2, 2, 3))
    assert parts.between[[0, 2]].tolist() == [0, 0]
    assert parts.within[[0, 2]].tolist() == [0, 0]


def test_cells_without_a_group_leave_the_parts_and_the_covered_population() -> None:
    with_stranger = theil_by_group(of(1, 3, 99), of(1, 1, 5), of(1, 2, NAN))
    assert with_stranger.covered_population == 2
    assert with_stranger.between == pytest.approx(theil_by_group(of(1, 3), of(1, 1), of(1, 2)).between)


@RANDOM
@given(cities, st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_theil_is_between_plus_within(city: Cells, labels: list[int]) -> None:
    access, _, people = columns(city)
    for zeros in ("keep", "drop"):
        total = theil(access, people, zeros=zeros)
        parts = theil_by_group(access, people, np.array(labels[: len(city)]), zeros=zeros)
        assert parts.between.sum() + parts.within.sum() == pytest.approx(total.value, abs=1e-12)
        assert (parts.within >= -1e-12).all()
        assert parts.between.sum() >= -1e-12
        assert parts.covered_population == total.covered_population


# Concentration index


def test_concentration_when_the_richer_half_has_all_is_one_half() -> None:
    assert concentration_index(of(0, 4), of(1, 2), of(5, 5)) == (0.5, 10.0)


def test_concentration_when_the_poorer_half_has_all_is_minus_one_half() -> None:
    assert concentration_index(of(4, 0), of(1, 2), of(5, 5)).value == -0.5


def test_cells_of_one_income_rank_alike_or_as_they_come() -> None:
    # Incomes 1, 1, 2; ranks 1/3, 1/3, 5/6 or 1/6, 1/2, 5/6. Access 0, 3, 3, mean 2:
    # 2/2 x 1/3 x (-2 x (-1/6) + 1 x (-1/6) + 1 x 1/3) = 1/6, or 1/3 x (2/3 - 2 x 0 ... ) = 1/3.
    access, income, people = of(0, 3, 3), of(1, 1, 2), of(1, 1, 1)
    assert concentration_index(access, income, people).value == pytest.approx(1 / 6)
    assert concentration_index(access, income, people, ties="order").value == pytest.approx(1 / 3)
    turned = concentration_index(of(3, 0, 3), income, people, ties="order").value
    assert turned == pytest.approx(0, abs=1e-12)


def test_who_has_no_income_is_not_in_the_order() -> None:
    found = concentration_index(of(0, 4, 9), of(1, 2, NAN), of(5, 5, 100))
    assert found == (0.5, 10.0)


# Erreygers


def test_erreygers_with_fixed_bounds_on_paper() -> None:
    # CI = 1/2, mu = 2, bounds 0 to 8: 4 x 2 / 8 x 1/2.
    assert erreygers_index(of(0, 4), of(1, 2), of(5, 5), bounds=(0, 8)) == (0.5, 10.0)


def test_erreygers_with_observed_bounds_takes_those_of_cells_without_residents_too() -> None:
    access, income, people = of(0, 4, 16), of(1, 2, 3), of(5, 5, 0)
    assert erreygers_index(access, income, people, bounds="observed").value == 0.25
    assert erreygers_index(access[:2], income[:2], people[:2], bounds="observed").value == 1


def test_erreygers_of_a_city_that_reaches_nothing_is_equal() -> None:
    assert erreygers_index(of(0, 0), of(1, 2), of(5, 5), bounds=(0, 8)).value == 0


def test_without_any_spread_observed_bounds_define_no_erreygers() -> None:
    assert np.isnan(erreygers_index(of(3, 3), of(1, 2), of(5, 5), bounds="observed").value)
    assert np.isnan(erreygers_index(of(NAN), of(1), of(5), bounds="observed").value)


def test_access_outside_the_bounds_is_refused() -> None:
    with pytest.raises(
        InputDataError, match="access from 0 to 9 lies outside the bounds 0 and 8; give 0 and"
    ):
        erreygers_index(of(0, 9), of(1, 2), of(5, 5), bounds=(0, 8))


@pytest.mark.parametrize("bounds", [(8, 0), (0, 0), (0, np.inf), (NAN, 1)])
def test_bounds_that_bound_nothing_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(AccessError, match="give two finite numbers, the lower one first"):
        erreygers_index(of(0, 4), of(1, 2), of(5, 5), bounds=bounds)


# Foster, Greer and Thorbecke


def test_poverty_below_a_line_of_ten_on_paper() -> None:
    # Of ten residents 2 have 0 (gap 1), 3 have 5 (gap 1/2), 5 have exactly 10: enough.
    assert fgt(of(0, 5, 10), 10, of(2, 3, 5)) == pytest.approx((0.5, 0.35, 0.275, 10))


def test_a_line_of_zero_leaves_nobody_below() -> None:
    assert fgt(of(0, 5), 0, of(1, 1)) == (0, 0, 0, 2)


def test_poverty_of_nobody_is_not_defined() -> None:
    found = fgt(of(NAN, 5), 10, of(3, 0))
    assert np.isnan(found[:3]).all()
    assert found.covered_population == 0


@pytest.mark.parametrize("line", [-1, np.inf, NAN])
def test_a_line_must_be_a_number_not_below_zero(line: float) -> None:
    with pytest.raises(AccessError, match="give a finite number, 0 or more"):
        fgt(of(1), line, of(1))


# Not defined, and refused


@pytest.mark.parametrize(
    ("access", "people", "covered"),
    [
        pytest.param(of(NAN, NAN), of(1, 1), 0, id="no cell has a value"),
        pytest.param(of(1, 2), of(0, NAN), 0, id="nobody lives there"),
        pytest.param(of(0, 0), of(1, 1), 2, id="nobody reaches anything"),
        pytest.param(of(5, 9), of(0, 8), 8, id="all live in one cell"),
        pytest.param(of(), of(), 0, id="no cells"),
    ],
)
def test_not_defined_is_nan_and_says_how_many_are_covered(
    access: np.ndarray, people: np.ndarray, covered: float
) -> None:
    income = np.arange(float(len(access)))
    for found in (gini(access, people), theil(access, people), concentration_index(access, income, people)):
        assert np.isnan(found.value)
        assert found.covered_population == covered


def test_parts_of_what_is_not_defined_are_nan() -> None:
    parts = theil_by_group(of(0, 0), of(1, 1), of(1, 2))
    assert np.isnan(parts.between).all()
    assert np.isnan(parts.within).all()


def test_one_income_for_all_orders_nobody() -> None:
    access, income, people = of(1, 5), of(7, 7), of(10, 10)
    assert np.isnan(concentration_index(access, income, people).value)
    assert np.isnan(concentration_index(access, income, people, ties="order").value)
    assert np.isnan(erreygers_index(access, income, people, bounds=(0, 9)).value)


def test_each_index_refuses_what_no_cell_can_have() -> None:
    bad, good = of(1, -2), of(1, 1)
    with pytest.raises(InputDataError, match="Gini index: population is negative in 1 cells"):
        gini(good, bad)
    with pytest.raises(InputDataError, match="Theil index: access is negative in 1 cells"):
        theil(bad, good)
    with pytest.raises(InputDataError, match="Theil index: access is negative"):
        theil_by_group(bad, good, of(1, 2))
    with pytest.raises(InputDataError, match="concentration index: access is infinite in 2 cells"):
        concentration_index(of(np.inf, np.inf), good, good)
    with pytest.raises(InputDataError, match="Erreygers index: population"):
        erreygers_index(good, good, bad, bounds=(0, 1))
    with pytest.raises(InputDataError, match="FGT poverty: population"):
        fgt(good, 1, bad)
    with pytest.raises(InputDataError, match="Lorenz curve: access is negative"):
        lorenz_curve(bad, good)
    with pytest.raises(InputDataError, match="concentration curve: income is infinite"):
        concentration_curve(good, of(np.inf, 1), good)


def test_unknown_options_are_refused() -> None:
    one = of(1, 2)
    with pytest.raises(AccessError, match="zeros='skip' is not known; choose from 'keep', 'drop'"):
        theil(one, one, zeros="skip")  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="ties='first' is not known; choose from 'average', 'order'"):
        concentration_index(one, one, one, ties="first")  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="ties='first'"):
        concentration_index(of(0, 0), one, one, ties="first")  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="bounds='sample' is not known; choose from 'observed'"):
        erreygers_index(one, one, one, bounds="sample")  # type: ignore[arg-type]


# Curves


def test_the_lorenz_curve_on_paper() -> None:
    # 1 x 0, 2 x 1 and 1 x 6: of 4 residents and 8 in all.
    curve = lorenz_curve(of(6, 0, 1, 1, NAN), of(1, 1, 1, 1, 9))
    assert curve.population_share.tolist() == [0, 0.25, 0.75, 1]
    assert curve.access_share.tolist() == [0, 0, 0.25, 1]
    assert curve.covered_population == 4


def test_the_concentration_curve_on_paper() -> None:
    curve = concentration_curve(of(6, 1, 1), of(1, 2, 2), of(1, 1, 2))
    assert curve.population_share.tolist() == [0, 0.25, 1]
    assert curve.access_share == pytest.approx([0, 6 / 9, 1])


def test_curves_of_nothing_and_of_nobody() -> None:
    nothing = lorenz_curve(of(0, 0), of(1, 1))
    assert nothing.population_share.tolist() == [0, 1]
    assert np.isnan(nothing.access_share).all()
    nobody = concentration_curve(of(1), of(1), of(0))
    assert nobody.population_share.tolist() == [0]
    assert nobody.covered_population == 0


def twice_area(curve: ShareCurve) -> float:
    return 2 * float(np.trapezoid(curve.access_share, curve.population_share))


# Laws


@RANDOM
@given(st.floats(0.1, 1e6), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 999)), min_size=2))
def test_an_equal_city_has_indices_of_zero(access: float, rest: list[tuple[int, int]]) -> None:
    income, people = (np.array(column, dtype=np.float64) for column in zip(*rest, strict=True))
    income[:2] = 1, 2
    everywhere = np.full(len(income), access)
    assert gini(everywhere, people).value == pytest.approx(0, abs=1e-12)
    assert theil(everywhere, people).value == pytest.approx(0, abs=1e-12)
    assert concentration_index(everywhere, income, people).value == pytest.approx(0, abs=1e-12)
    bounds = (0.0, 2 * access)
    assert erreygers_index(everywhere, income, people, bounds=bounds).value == pytest.approx(0, abs=1e-12)


@RANDOM
@given(cities)
def test_one_person_at_a_time_gives_the_same(city: Cells) -> None:
    access, income, people = columns(city)
    assert gini(access, people).value == pytest.approx(twin.gini(city), abs=1e-10)
    assert theil(access, people).value == pytest.approx(twin.theil(city), abs=1e-10)
    if len(set(income[people > 0])) > 1:
        found = concentration_index(access, income, people).value
        assert found == pytest.approx(twin.concentration(city), abs=1e-10)
    poverty = fgt(access, 100, people)
    for power in range(3):
        assert poverty[power] == pytest.approx(twin.fgt(city, 100, power), abs=1e-10)


@RANDOM
@given(cities, st.floats(0.001, 1000))
def test_scale_changes_no_relative_index_and_bounds_hold(city: Cells, factor: float) -> None:
    access, income, people = columns(city)
    n = people.sum()
    for index, least, most in (
        (lambda a: gini(a, people).value, 0, 1),
        (lambda a: theil(a, people).value, 0, np.log(n)),
        (lambda a: concentration_index(a, income, people).value, -1, 1),
    ):
        value = index(access)
        assert np.isnan(value) or least - 1e-12 <= value <= most + 1e-12
        assert index(access * factor) == pytest.approx(value, abs=1e-9, nan_ok=True)
        assert index(access[::-1]) is not None
    assert gini(access, people * 3).value == pytest.approx(gini(access, people).value, abs=1e-12)


@RANDOM
@given(cities)
def test_an_index_is_one_minus_twice_the_area_under_its_curve(city: Cells) -> None:
    access, income, people = columns(city)
    lorenz = lorenz_curve(access, people)
    assert (lorenz.access_share <= lorenz.population_share + 1e-12).all()
    assert gini(access, people).value == pytest.approx(1 - twice_area(lorenz), abs=1e-10)
    if len(set(income[people > 0])) > 1:
        area = twice_area(concentration_curve(access, income, people))
        assert concentration_index(access, income, people).value == pytest.approx(1 - area, abs=1e-10)


@RANDOM
@given(cities)
def test_nobody_changes_the_input(city: Cells) -> None:
    given_columns = columns(city)
    before = [column.copy() for column in given_columns]
    for column in given_columns:
        column.flags.writeable = False
    access, income, people = given_columns
    gini(access, people), theil(access, people), fgt(access, 3, people)
    concentration_index(access, income, people), lorenz_curve(access, people)
    assert all((now == then).all() for now, then in zip(given_columns, before, strict=True))

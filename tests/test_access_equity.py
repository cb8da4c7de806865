"""Group means and ratios on hand cases that fit on paper, and laws."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import equity as twin

from access.equity import (
    mean_in_income_range,
    palma,
    quantiles_of_replicates,
    ratio_richest10_to_poorest40,
    residents_below,
    share_of_income_range,
    weighted_mean,
    weighted_quantiles,
)
from access.equity_groups import difference_of_groups, ratio_of_groups, shares_by_group
from access.errors import AccessError, InputDataError

NAN = float("nan")
RANDOM = settings(deadline=None, derandomize=True, max_examples=50)


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


@RANDOM
@given(cities, st.floats(0, 0.5), st.floats(0.5, 1))
def test_a_group_holds_exactly_its_share_of_residents(
    cells: list[tuple[float, float, int]], low: float, high: float
) -> None:
    income, _, people = (np.array(column, dtype=np.float64) for column in zip(*cells, strict=True))
    shares = share_of_income_range(income, people, low, high)
    assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()
    assert (shares * people).sum() == pytest.approx((high - low) * people.sum(), abs=1e-6)


@RANDOM
@given(cities, st.randoms())
def test_the_order_of_cells_changes_nothing(cells: list[tuple[float, float, int]], random: object) -> None:
    shuffled = list(cells)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    results = []
    for city in (cells, shuffled):
        income, access, people = (np.array(column, dtype=np.float64) for column in zip(*city, strict=True))
        results.append(mean_in_income_range(access, income, people, 0, 0.4).value)
    assert results[0] == pytest.approx(results[1], nan_ok=True)


def test_palma_with_whole_cells_by_hand() -> None:
    # 100 residents. The 0.4 quantile is the 40.6th of them: income 2; the 0.9 quantile the 90.1st: income 3,
    # whose cell then is not *above* it. Poor: incomes 1 and 2, (30 x 1 + 50 x 2) / 80 = 1.625. Rich: nobody.
    income, people = of(1, 2, 3), of(30, 50, 20)
    assert np.isnan(palma(income, income, people, marginal_cell="whole").value)
    # With 91 residents up to income 3, the 90.1st has income 3 and the 9 at income 4 are the rich: 4 / 1.625.
    income, people = of(1, 2, 3, 4), of(30, 50, 11, 9)
    assert palma(income, income, people, marginal_cell="whole").value == pytest.approx(4 / 1.625)


def test_palma_with_a_split_marginal_cell_by_hand() -> None:
    # Rich: 9 at income 4 and 1 at income 3 = 3.9; poor: 30 at income 1 and 10 at income 2 = 1.25.
    income = of(1, 2, 3, 4)
    assert palma(income, income, of(30, 50, 11, 9)).value == pytest.approx(3.9 / 1.25)


def test_between_two_residents_the_quantile_of_whole_cells_is_interpolated() -> None:
    # Eleven residents: rank 1 + 10 x 0.4 = 5 exactly; with ten, 1 + 9 x 0.4 = 4.6, between the 4th and 5th.
    assert quantiles_of_replicates(of(*range(11)), of(*[1] * 11), (0.4, 0.9)) == pytest.approx([4, 9])
    assert quantiles_of_replicates(of(*range(10)), of(*[1] * 10), (0.4, 0.9)) == pytest.approx([3.6, 8.1])


def test_with_whole_cells_the_order_of_incomes_counts_those_without_access() -> None:
    # Ranked are all 100; the second cell, not snapped, holds the 0.4 quantile. Left of the poor: access 1.
    ratio = palma(of(1, NAN, 5, 9), of(1, 2, 3, 4), of(30, 20, 41, 9), marginal_cell="whole")
    assert ratio == (pytest.approx(9.0), 80.0)


@pytest.mark.parametrize("marginal_cell", ["split", "whole"])
def test_one_income_for_all_orders_nobody(marginal_cell: Literal["split", "whole"]) -> None:
    ratio = palma(of(1, 5), of(7, 7), of(10, 10), marginal_cell=marginal_cell)
    assert np.isnan(ratio.value)
    assert ratio.covered_population == 20


def test_an_unknown_marginal_cell_is_refused() -> None:
    with pytest.raises(AccessError, match="marginal_cell='half' is not known; choose from 'split', 'whole'"):
        palma(of(1), of(1), of(1), marginal_cell="half")  # type: ignore[arg-type]


def test_what_no_cell_can_have_is_refused_all_at_once() -> None:
    with pytest.raises(InputDataError) as caught:
        palma(of(-1, np.inf), of(1, np.inf), of(-5, 1))
    message = str(caught.value)
    assert message.startswith("Palma ratio: access is infinite in 1 cells; give a number, or NaN")
    assert "access is negative in 1 cells (least -1)" in message
    assert "population is negative in 1 cells (least -5)" in message
    assert "income is infinite in 1 cells" in message
    with pytest.raises(
        InputDataError, match=r"one number a cell is needed.*access \(2,\), population \(1,\)"
    ):
        palma(of(1, 2), of(1, 2), of(1))


def test_a_score_below_zero_orders_as_well_as_an_income() -> None:
    access, people = of(1, 2, 3, 4), of(30, 50, 11, 9)
    assert palma(access, of(-4, -3, -2, -1), people) == palma(access, of(1, 2, 3, 4), people)


def test_a_quantile_is_a_value_that_some_cell_has() -> None:
    # Ten residents at 1, ten at 2, twenty at 3: half of the forty have at most 2.
    assert weighted_quantiles(of(3, 1, 2), of(20, 10, 10), (0, 0.25, 0.5, 0.51, 1)).tolist() == [
        1,
        1,
        2,
        3,
        3,
    ]


def test_a_fifth_is_a_fifth_in_spite_of_rounding() -> None:
    # Five times 0.7 adds up to 3.4999999999999996 or 3.5: a fifth of it need not be 0.7.
    shares = [k / 5 for k in range(1, 6)]
    assert weighted_quantiles(of(0, 1, 2, 3, 4), of(*[0.7] * 5), shares).tolist() == [0, 1, 2, 3, 4]


def test_a_time_never_reached_is_a_value_of_a_quantile_and_no_value_is_none() -> None:
    assert weighted_quantiles(of(5, np.inf, NAN), of(1, 2, 9), (0.3, 0.5)).tolist() == [5, np.inf]
    assert np.isnan(weighted_quantiles(of(NAN, 1), of(1, 0), (0.5, 1))).all()


def test_a_quantile_beyond_everybody_is_refused() -> None:
    with pytest.raises(AccessError, match=r"shares from 0 to 1, got \[50\]"):
        weighted_quantiles(of(1), of(1), [50])


def test_shares_by_group_on_paper() -> None:
    # Group a: 10 + 30 residents with 1 and 3 each = 100; b: 60 with 5 = 300. The cell without a label and the
    # one without a value are in neither.
    found = shares_by_group(
        of(1, 3, 5, 99, NAN), of(10, 30, 60, 7, 7), np.array(["a", "a", "b", None, "b"], dtype=object)
    )
    assert found.group.tolist() == ["a", "b"]
    assert found.population.tolist() == [40, 60]
    assert found.population_share.tolist() == [0.4, 0.6]
    assert found.mean.tolist() == [2.5, 5]
    assert found.access_share.tolist() == [0.25, 0.75]


def test_a_group_without_residents_has_no_mean_and_nothing_has_no_shares() -> None:
    found = shares_by_group(of(0, 0), of(10, 0), of(1, 2))
    assert found.mean[0] == 0
    assert np.isnan(found.mean[1])
    assert np.isnan(found.access_share).all()


def test_labels_must_fit_the_cells() -> None:
    with pytest.raises(InputDataError, match="shares by group: 1 group labels for 2 cells"):
        shares_by_group(of(1, 2), of(1, 1), of(1))
    with pytest.raises(InputDataError, match="none of the 2 cells has a group"):
        shares_by_group(of(1, 2), of(1, 1), of(NAN, NAN))


def test_two_groups_in_mixed_cells_compared_on_paper() -> None:
    # The group: 30 residents at 10, 10 at 30: mean 15. The others: 10 and 30: mean 25.
    access, group, others = of(10, 30, NAN), of(30, 10, 5), of(10, 30, 5)
    assert difference_of_groups(access, group, others) == (-10.0, 80.0)
    assert ratio_of_groups(access, group, others) == (0.6, 80.0)


def test_groups_with_nobody_or_nothing_have_no_ratio() -> None:
    assert np.isnan(ratio_of_groups(of(1, 0), of(1, 0), of(0, 1)).value)
    assert np.isnan(difference_of_groups(of(1), of(0), of(1)).value)


@RANDOM
@given(cities.filter(lambda city: sum(people for *_, people in city) > 0))
def test_the_split_palma_is_that_of_the_people_in_line(cells: list[tuple[float, float, int]]) -> None:
    city = [(access, float(round(income)), people // 50 * 10) for income, access, people in cells]
    access, income, people = (np.array(column, dtype=np.float64) for column in zip(*city, strict=True))
    if len(set(income[people > 0])) < 2 or twin.poor_mean(city) == 0:
        assert np.isnan(palma(access, income, people).value)
    else:
        assert palma(access, income, people).value == pytest.approx(twin.palma(city))


@RANDOM
@given(cities.filter(lambda city: sum(people for *_, people in city) > 0), st.floats(0, 1))
def test_a_quantile_is_that_of_the_people_in_line(
    cells: list[tuple[float, float, int]], share: float
) -> None:
    city = [(access, income, people) for income, access, people in cells]
    access, _, people = (np.array(column, dtype=np.float64) for column in zip(*city, strict=True))
    assert weighted_quantiles(access, people, [share])[0] == twin.quantile(city, share)

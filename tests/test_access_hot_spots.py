"""Gi* and its p-values: hand cases, slow twins, PySAL, and a planted zone."""

from __future__ import annotations

import functools
import math
import warnings

import h3
import numpy as np
import pytest
from reference import hot_spots as twin
from scipy import sparse, stats

from access.contiguity import Links, contiguity
from access.errors import InputDataError
from access.hot_spots import (
    QUADRANTS,
    benjamini_hochberg,
    bivariate_local_moran,
    getis_ord_star,
    low_access_and_income,
    p_low,
    permutations_needed,
)

MIDDLE = "89a8100c3bbffff"


@functools.cache
def disc(rings: int) -> tuple[list[str], Links]:
    cells = sorted(h3.grid_disk(MIDDLE, rings))
    return cells, contiguity(cells)


def neighbours(links: Links) -> list[list[int]]:
    return [row.nonzero()[0].tolist() for row in links.toarray()]


def line(n: int) -> Links:
    """Cells in a row, each touching the next."""
    ones = np.ones(n - 1)
    return sparse.csr_array(sparse.diags_array([ones, ones], offsets=[-1, 1], shape=(n, n)))


# Gi*


def test_gi_star_of_four_cells_in_a_row_on_paper() -> None:
    # mean 3, variance (9 + 1 + 1 + 9) / 4 = 5; a neighbourhood of two: spread sqrt(5 * (8 - 4) / 3)
    scores = getis_ord_star(np.array([0.0, 2.0, 4.0, 6.0]), line(4))
    two, three = np.sqrt(5 * 4 / 3), np.sqrt(5 * 3 / 3)
    assert scores == pytest.approx([(2 - 6) / two, (6 - 9) / three, (12 - 9) / three, (10 - 6) / two])


def test_gi_star_agrees_with_the_slow_twin() -> None:
    _, links = disc(4)
    values = np.random.default_rng(1).gamma(2, 100, links.shape[0])
    assert getis_ord_star(values, links) == pytest.approx(twin.gi_star(values.tolist(), neighbours(links)))


def test_gi_star_agrees_with_esda_with_binary_weights() -> None:
    from esda import G_Local
    from libpysal.weights import WSP, WSP2W

    _, links = disc(5)
    values = np.random.default_rng(2).gamma(2, 100, links.shape[0])
    weights = WSP2W(WSP(sparse.csr_matrix(links)))
    found = G_Local(values, weights, star=True, transform="B", permutations=0)
    assert getis_ord_star(values, links) == pytest.approx(found.Zs, rel=1e-9)


def test_gi_star_is_not_defined_for_equal_values_one_cell_or_a_neighbourhood_of_all() -> None:
    assert np.isnan(getis_ord_star(np.full(4, 0.1), line(4))).all()
    assert np.isnan(getis_ord_star(np.array([5.0]), sparse.csr_array((1, 1)))).all()
    assert np.isnan(getis_ord_star(np.array([1.0, 2.0]), line(2))).all()
    scores = getis_ord_star(np.array([1.0, 2.0, 3.0]), line(3))
    assert np.isnan(scores).tolist() == [False, True, False]


def test_a_cell_without_value_is_in_nobodys_neighbourhood() -> None:
    values = np.array([0.0, 2.0, np.nan, 4.0, 6.0])
    scores = getis_ord_star(values, line(5))
    two = np.sqrt(5 * (4 * 2 - 4) / 3)
    expected = [(2 - 6) / two, (2 - 6) / two, np.nan, (10 - 6) / two, (10 - 6) / two]
    assert scores == pytest.approx(expected, nan_ok=True)


# p-values


def test_p_values_of_a_tiny_map_are_the_shares_of_all_orders() -> None:
    values = np.array([0.0, 0.0, 1.0, 3.0, 7.0, 7.0])
    found = p_low(values, line(6), 60_000, np.random.default_rng(1))
    exact = twin.p_low_of_all_orders(values.tolist(), neighbours(line(6)))
    assert found == pytest.approx(exact, abs=0.01)


def test_p_values_agree_with_shuffling_the_whole_map() -> None:
    _, links = disc(3)
    values = np.random.default_rng(3).gamma(2, 100, links.shape[0])
    found = p_low(values, links, 20_000, np.random.default_rng(1))
    assert found == pytest.approx(twin.p_low(values.tolist(), neighbours(links), 4_000, 5), abs=0.03)


def test_p_values_of_a_map_in_random_order_are_uniform() -> None:
    cells, links = disc(30)
    found = p_low(np.random.default_rng(4).normal(size=len(cells)), links, 9_999, np.random.default_rng(1))
    for level in (0.05, 0.25, 0.5):
        assert (found <= level).mean() == pytest.approx(level, abs=0.04)


def test_equal_sums_count_as_low_even_after_rounding() -> None:
    values = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]) * 1 / 3
    largest = p_low(values, line(6), 999, np.random.default_rng(1))[-1]
    assert largest == 1.0  # nothing is above 0.5 + 0.6, in whatever order it is added
    assert (p_low(np.zeros(6), line(6), 99, np.random.default_rng(1)) == 1).all()


def test_an_island_is_compared_with_single_values() -> None:
    found = p_low(np.arange(1000.0), sparse.csr_array((1000, 1000)), 20_000, np.random.default_rng(1))
    assert found == pytest.approx(np.arange(1, 1001) / 1000, abs=0.02)


def test_values_are_drawn_without_replacement() -> None:
    # A cell and six neighbours, all 0, among 50 of which half are 0: 25 over 7 of 50 over 7, or 0.5 %;
    # drawn with replacement it would be 0.8 %.
    hub = sparse.csr_array((np.ones(6), (np.zeros(6, int), np.arange(1, 7))), shape=(50, 50))
    found = p_low(np.repeat([0.0, 1.0], 25), hub, 100_000, np.random.default_rng(1))
    assert found[0] == pytest.approx(math.comb(25, 7) / math.comb(50, 7), rel=0.15)


def test_cells_without_value_have_no_p_value() -> None:
    found = p_low(np.array([1.0, np.nan, 3.0]), line(3), 99, np.random.default_rng(1))
    assert np.isnan(found).tolist() == [False, True, False]
    assert np.isnan(p_low(np.full(3, np.nan), line(3), 99, np.random.default_rng(1))).all()


@pytest.mark.parametrize(("n", "m", "needed"), [(10_000, 9, 22_222), (10_000, 1, 199_999), (10, 10, 19)])
def test_permutations_needed_make_the_least_p_small_enough(n: int, m: int, needed: int) -> None:
    assert permutations_needed(n, m) == needed
    least = benjamini_hochberg(np.append(np.full(m, 1 / (needed + 1)), np.ones(n - m)))
    assert least[0] <= 0.05 + 1e-12
    too_few = benjamini_hochberg(np.append(np.full(m, 1 / needed), np.ones(n - m)))
    assert too_few[0] > 0.05


def test_permutations_of_nothing_are_refused() -> None:
    with pytest.raises(InputDataError, match="0 cells, smallest zone of 1 cells"):
        permutations_needed(0, 1)
    with pytest.raises(InputDataError, match="a rate between 0 and 1"):
        permutations_needed(10, 1, 1.0)


# both variables


@functools.cache
def planted() -> tuple[np.ndarray, np.ndarray, np.ndarray, Links]:
    """Noise in 9,919 cells, and nine cells in its middle four standard deviations lower in both."""
    cells, links = disc(57)
    access, income = np.random.default_rng(1).normal(size=(2, len(cells)))
    zone = [*h3.grid_disk(MIDDLE, 1), *sorted(h3.grid_ring(MIDDLE, 2))[:2]]
    inside = np.isin(cells, zone)
    assert inside.sum() == 9
    return access - 4 * inside, income - 4 * inside, inside, links


@pytest.mark.parametrize("permutations", [999, 9_999])
def test_too_few_permutations_find_nothing_in_a_city_of_ten_thousand_cells(permutations: int) -> None:
    access, income, _, links = planted()
    found = low_access_and_income(access, income, links, n_permutations=permutations)
    assert (found.adjusted_p > 0.05).all()


def test_the_planted_zone_is_found_with_as_many_permutations_as_a_single_cell_needs() -> None:
    access, income, inside, links = planted()
    found = low_access_and_income(access, income, links)
    significant = found.adjusted_p <= 0.05
    assert found.n_permutations == 20 * len(access) - 1
    assert significant[inside].sum() >= 8
    assert (significant & ~inside).sum() <= 2
    assert (found.z_access[significant] < -3).all()


def test_low_access_alone_and_low_income_alone_are_not_found() -> None:
    access, income, inside, links = planted()
    found = low_access_and_income(access, income + 4 * inside, links)
    assert not (found.adjusted_p <= 0.05).any()
    assert (found.z_access[inside] < -3).any()


def test_high_access_with_low_income_is_not_found() -> None:
    access, income, inside, links = planted()
    assert not (low_access_and_income(access + 8 * inside, income, links).adjusted_p <= 0.05).any()


def test_the_larger_p_counts_and_cells_take_part_where_both_are_known() -> None:
    access = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0])
    income = np.array([7.0, 6.0, 5.0, 4.0, np.nan, 2.0, 1.0])
    found = low_access_and_income(access, income, line(7), n_permutations=99)
    assert np.isnan(found.p_value).tolist() == [False, False, True, False, True, False, False]
    only = np.where(np.isnan(income), np.nan, access)
    alone = p_low(only, line(7), 99, np.random.default_rng(0).spawn(2)[0])
    assert (found.p_value[[0, 1, 3, 5, 6]] >= alone[[0, 1, 3, 5, 6]]).all()
    again = low_access_and_income(access, income, line(7), n_permutations=99)
    assert again.p_value.tolist() == pytest.approx(found.p_value.tolist(), nan_ok=True)


def test_no_cell_with_both_gives_no_p_value_and_no_error() -> None:
    found = low_access_and_income(np.array([1.0, np.nan]), np.array([np.nan, 1.0]), line(2))
    assert np.isnan(found.p_value).all()
    assert np.isnan(found.adjusted_p).all()


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputDataError, match="links are for 3 cells"):
        low_access_and_income(np.zeros(2), np.zeros(3), line(3))
    with pytest.raises(InputDataError, match="income has infinite values"):
        low_access_and_income(np.zeros(2), np.array([1, np.inf]), line(2))


# Benjamini-Hochberg


def test_benjamini_hochberg_on_paper() -> None:
    # 0.01 * 4 / 1, 0.02 * 4 / 2, 0.03 * 4 / 3 = 0.04; 0.9 stays
    assert benjamini_hochberg(np.array([0.9, 0.03, 0.01, 0.02])) == pytest.approx([0.9, 0.04, 0.04, 0.04])
    # 0.04 * 2 / 1 = 0.08 but the larger one needs 0.05 only
    assert benjamini_hochberg(np.array([0.04, 0.05])) == pytest.approx([0.05, 0.05])


def test_benjamini_hochberg_leaves_out_what_was_not_tested() -> None:
    found = benjamini_hochberg(np.array([np.nan, 0.01, np.nan, 1.0]))
    assert found == pytest.approx([np.nan, 0.02, np.nan, 1.0], nan_ok=True)
    assert benjamini_hochberg(np.array([])).shape == (0,)


def test_benjamini_hochberg_agrees_with_scipy_and_esda() -> None:
    from esda import fdr

    rng = np.random.default_rng(1)
    for n in (1, 2, 17, 400):
        p_values = np.concatenate([rng.random(n), rng.random(n) / 50])
        adjusted = benjamini_hochberg(p_values)
        assert adjusted == pytest.approx(stats.false_discovery_control(p_values))
        # esda gives the cut-off, and alpha / n where nothing is found
        assert ((p_values <= fdr(p_values)) == (adjusted <= 0.05)).all()


# bivariate local Moran


@pytest.mark.slow
def test_bivariate_moran_relates_own_income_to_the_neighbours_access() -> None:
    access, income, inside, links = planted()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = bivariate_local_moran(income, access, links, n_permutations=99)
    z_income, z_access = (income - income.mean()) / income.std(), (access - access.mean()) / access.std()
    expected = z_income * (links @ z_access) / links.sum(axis=1)
    assert np.corrcoef(found.statistic, expected)[0, 1] == pytest.approx(1)
    middle = np.flatnonzero(inside & (found.quadrant == "low income, low access"))
    assert len(middle) >= 7
    assert (found.p_value[middle] <= 0.05).any()
    assert found.p_value.min() == pytest.approx(2 / 100)
    poor_near_access = (z_income < 0) & (links @ z_access > 0)
    assert (found.quadrant[poor_near_access] == "low income, high access").all()
    assert set(found.quadrant) <= set(QUADRANTS)


def test_bivariate_moran_of_too_few_or_equal_cells_is_refused() -> None:
    with pytest.raises(InputDataError, match="2 cells with neighbours have both values"):
        bivariate_local_moran(np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.0, 3.0]), line(3))
    with pytest.raises(InputDataError, match="more than one income"):
        bivariate_local_moran(np.ones(3), np.array([1.0, 2.0, 3.0]), line(3))

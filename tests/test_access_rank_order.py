"""Rank-order income segregation: hand cases, a city with a known curve, chance, tails, poor data."""

from __future__ import annotations

from functools import cache
from math import log

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import xlogy
from scipy.stats import norm

from access.rank_order import (
    INTEGRALS,
    binary_entropies,
    h_curve,
    information_bias,
    rank_order,
    shuffled_cities,
)
from tests.reference.segregation import binary_h, bits

RNG = np.random.default_rng(7)


def lognormal_city(n_zones: int = 60, limits: int = 16) -> np.ndarray:
    """Expected counts of 1,000 households a zone, by bracket; limits at the city's own quantiles."""
    middles = np.linspace(-0.8, 0.8, n_zones)

    grid = np.linspace(-6, 6, 4_001)
    city = norm.cdf(grid[:, None] - middles[None, :]).mean(axis=1)
    cuts = np.interp(np.linspace(0, 1, limits + 2)[1:-1], city, grid)
    below = norm.cdf(cuts[None, :] - middles[:, None])
    return 1_000 * np.diff(below, axis=1, prepend=0.0, append=1.0)


@cache
def true_curve() -> tuple[np.ndarray, np.ndarray]:
    """p and H(p) of the continuous city at many log incomes."""
    zones = norm.cdf(np.linspace(-7, 7, 1_001)[:, None] - np.linspace(-0.8, 0.8, 60)[None, :])
    p = zones.mean(axis=1)
    inside = -(xlogy(zones, zones) + xlogy(1 - zones, 1 - zones)).mean(axis=1)
    return p, 1 + inside / (xlogy(p, p) + xlogy(1 - p, 1 - p))


def test_the_five_coefficients_are_integrals_of_the_entropy_times_powers_of_p() -> None:
    for power, coefficient in enumerate(INTEGRALS):
        integral = quad(lambda p, m=power: bits(p) * p**m, 0, 1, epsabs=1e-13)[0]
        assert 2 * log(2) * integral == pytest.approx(coefficient, abs=1e-11)


def test_two_mirrored_zones_of_three_brackets_on_paper() -> None:
    """p = 1/3 and 2/3; the curve is a line through two equal values, so H^R is that value."""
    counts = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]])
    # below the first limit: 2 of 3 and 0 of 3 households; E = bits(2/3) in one of two zones, 0 in the other
    at_a_limit = 1 - 0.5 * bits(2 / 3) / bits(1 / 3)
    curve = h_curve(counts)
    assert at_a_limit == 0.5
    assert curve.below == pytest.approx([1 / 3, 2 / 3])
    assert curve.segregation == pytest.approx([0.5, 0.5])
    assert rank_order(counts, draws=0).information.value == pytest.approx(0.5)


def test_h_at_each_limit_agrees_with_the_twin() -> None:
    counts = RNG.integers(1, 60, (25, 6)).astype(float)
    curve = h_curve(counts)
    twin = [binary_h(counts.tolist(), k) for k in range(1, 6)]
    assert curve.segregation == pytest.approx(twin, rel=1e-12)
    assert len(curve.coefficients) == 5


def test_the_curve_is_a_least_squares_fit_with_weights_e_squared() -> None:
    """At the smallest sum of E^2 times squared residual its slope along every coefficient is 0."""
    counts = RNG.integers(1, 60, (25, 9)).astype(float)
    curve = h_curve(counts)
    weights = np.array([bits(p) ** 2 for p in curve.below])
    residuals = curve.segregation - [curve.at(p) for p in curve.below]
    assert np.abs(residuals).max() > 1e-4
    for power in range(5):
        assert (weights * residuals * curve.below**power).sum() == pytest.approx(0, abs=1e-12)


def test_an_equal_city_is_not_segregated_and_a_sorted_one_wholly() -> None:
    equal = np.tile([10.0, 20.0, 30.0, 40.0], (5, 1))
    assert rank_order(equal, draws=0).information.value == pytest.approx(0, abs=1e-12)
    apart = np.diag([10.0, 20.0, 30.0, 40.0])
    assert rank_order(apart, draws=0).information.value == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("limits", "tolerance"), [(16, 2e-4), (6, 2e-3), (4, 4e-3)])
def test_a_lognormal_city_agrees_with_the_integral_over_its_true_curve(limits: int, tolerance: float) -> None:
    counts = lognormal_city(limits=limits)
    p, h = true_curve()
    integral = 2 * log(2) * np.trapezoid(binary_entropies(p) * h, p)
    found = rank_order(counts, draws=0)
    assert 0.05 < integral < 0.2
    assert found.information.value == pytest.approx(integral, abs=tolerance)


def test_both_tails_of_the_lognormal_city_are_those_of_its_true_curve() -> None:
    counts = lognormal_city(limits=16)
    p, h = true_curve()
    found = rank_order(counts, draws=0)
    assert found.poverty.value == pytest.approx(np.interp(0.1, p, h), abs=2e-3)
    assert found.affluence.value == pytest.approx(np.interp(0.9, p, h), abs=2e-3)


@pytest.mark.parametrize(("people", "expected"), [(20, 0.049), (50, 0.019)])
def test_a_shuffled_city_has_its_finite_sample_bias_and_no_more(people: int, expected: float) -> None:
    """Known values: 0.049 with 20 people a cell, 0.019 with 50; (zones - 1) / households nearly."""
    zones, brackets = 400, 10
    margins = np.full((zones, brackets), people / brackets)
    cities = list(shuffled_cities(margins, 8, seed=3))
    found = rank_order(cities[0], draws=60, seed=5)
    alone = np.mean([rank_order(city, draws=0).information.value for city in cities])
    assert alone == pytest.approx(expected, abs=0.002)
    assert found.information_bias.value == pytest.approx(alone, rel=0.04)
    assert found.information_bias.value == pytest.approx(1 / people, rel=0.05)
    tails = np.mean([rank_order(city, draws=0).poverty.value for city in cities])
    assert found.poverty_bias.value == pytest.approx(tails, rel=0.1)
    assert found.draws == 60


def test_shuffled_cities_keep_the_size_of_zones_and_brackets() -> None:
    counts = np.array([[5.0, 0.0, 2.0], [0.0, 0.0, 0.0], [1.0, 9.0, 4.0]])
    cities = list(shuffled_cities(counts, 8, seed=1))
    assert all((city.sum(axis=0) == counts.sum(axis=0)).all() for city in cities)
    assert all((city.sum(axis=1) == counts.sum(axis=1)).all() for city in cities)
    assert any((city != counts).any() for city in cities)
    again = list(shuffled_cities(counts, 8, seed=1))
    assert all((one == other).all() for one, other in zip(cities, again, strict=True))


def test_the_bias_of_h_between_groups_falls_with_the_size_of_zones() -> None:
    small = information_bias(np.full((50, 2), 5.0), draws=40)
    large = information_bias(np.full((50, 2), 50.0), draws=40)
    # (zones - 1)(groups - 1) / (2 T E) with T = 500 or 5,000 and E = ln 2
    assert small.value == pytest.approx(49 / (2 * 500 * log(2)), rel=0.15)
    assert large.value == pytest.approx(49 / (2 * 5_000 * log(2)), rel=0.15)


def test_empty_zones_and_empty_brackets_change_nothing() -> None:
    counts = RNG.integers(1, 60, (12, 5)).astype(float)
    with_gaps = np.insert(np.insert(counts, [0, 2, 5], 0.0, axis=1), [0, 7, 12], 0.0, axis=0)
    plain, gaps = rank_order(counts, draws=0), rank_order(with_gaps, draws=0)
    assert gaps.information.value == pytest.approx(plain.information.value, rel=1e-12)
    assert gaps.curve.below == pytest.approx(plain.curve.below)


def test_tails_beyond_the_outer_limits_are_not_defined_and_say_which_limit_is_needed() -> None:
    counts = np.tile([30.0, 20.0, 20.0, 30.0], (4, 1))
    found = rank_order(counts, draws=2)
    assert np.isnan(found.poverty.value)
    assert found.poverty.reason == (
        "the lowest bracket holds 30% of all; needs a limit with 10% or fewer below it: "
        "nothing is extrapolated"
    )
    assert found.affluence.reason == (
        "the highest bracket holds 30% of all; needs a limit with 10% or fewer above it: "
        "nothing is extrapolated"
    )
    assert np.isnan(found.affluence_bias.value)
    assert np.isfinite(found.information_bias.value)


def test_a_limit_exactly_at_a_tenth_reaches_the_tail() -> None:
    found = rank_order(np.array([[10.0, 40.0, 40.0, 10.0], [10.0, 40.0, 40.0, 10.0]]), draws=0)
    assert found.poverty.value == pytest.approx(0, abs=1e-12)
    assert found.affluence.value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([[5, 5], [1, 9]], "only 2 income brackets"),
        ([[5, 0, 5], [1, 0, 9]], "only 2 income brackets"),
        ([[5, 0, 0], [4, 0, 0]], "all people are in one group"),
        ([[5, 4, 3], [0, 0, 0]], "all people are counted in one place"),
        ([[0, 0, 0], [0, 0, 0]], "nobody is counted"),
    ],
)
def test_what_cannot_be_measured_is_not_defined_with_the_reason(counts: list[list[int]], reason: str) -> None:
    found = rank_order(np.array(counts, dtype=float))
    for one in found[:6]:
        assert np.isnan(one.value)
        assert reason in str(one.reason)
    assert found.draws == 0


def test_it_does_not_change_with_the_unit_or_with_scaling_all_counts() -> None:
    counts = RNG.integers(1, 60, (12, 5)).astype(float)
    once, tenfold = rank_order(counts, draws=0), rank_order(10 * counts, draws=0)
    assert tenfold.information.value == pytest.approx(once.information.value, rel=1e-12)


def test_the_same_seed_gives_the_same_bias_and_the_counts_are_left_alone() -> None:
    counts = RNG.integers(1, 60, (12, 5)).astype(float)
    before = counts.copy()
    assert (
        rank_order(counts, draws=5, seed=4).information_bias
        == rank_order(counts, draws=5, seed=4).information_bias
    )
    assert (counts == before).all()

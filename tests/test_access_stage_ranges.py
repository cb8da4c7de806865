"""What recomputed travel times add to a range, and the rows that get one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from access.index_draws import IndexDraws
from access.index_sheet import PALMA, IndexKey, mean_of
from access.stage_ranges import with_travel_spread

MEAN = mean_of("all")


def still(value: float, key: IndexKey = MEAN, n_draws: int = 20_000) -> IndexDraws:
    """Draws in which nothing but travel times is uncertain."""
    return IndexDraws({key: np.full((n_draws, 1), value)}, n_draws, 1, ("travel times",), "none")


def test_five_realisations_are_a_small_sample_and_the_range_knows_it() -> None:
    """Standard deviation 2; the range of one more value is 2 x sqrt(1.2) x t of 4 degrees of freedom."""
    realised = [{MEAN: np.array([value])} for value in (98.0, 99.0, 100.0, 101.0, 103.0)]
    sd = np.std([98, 99, 100, 101, 103], ddof=1)
    interval = with_travel_spread(still(100.0), realised, seed=1).interval(MEAN)
    half = sd * np.sqrt(1.2) * t.ppf(0.975, 4)
    assert interval.low[0] == pytest.approx(100 - half, rel=0.02)
    assert interval.high[0] == pytest.approx(100 + half, rel=0.02)


def test_realisations_that_differ_from_the_run_alike_do_not_move_its_range() -> None:
    realised = [{MEAN: np.array([value])} for value in (80.0, 80.0, 80.0, 80.0)]
    interval = with_travel_spread(still(100.0), realised, seed=1).interval(MEAN)
    assert (interval.low[0], interval.high[0]) == (100, 100)


def test_a_ratio_stays_above_zero() -> None:
    realised = [{PALMA: np.array([value])} for value in (0.5, 1.0, 2.0, 4.0)]
    interval = with_travel_spread(still(1.5, PALMA), realised, seed=1).interval(PALMA)
    assert 0 < interval.low[0] < 1.5 < interval.high[0]


def test_the_same_seed_moves_two_scenarios_alike() -> None:
    realised = [{MEAN: np.array([value])} for value in (1.0, 2.0, 3.0, 4.0)]
    first, second = (with_travel_spread(still(value), realised, seed=7) for value in (10.0, 12.0))
    assert np.allclose(second.numbers[MEAN] - first.numbers[MEAN], 2.0)
    other = with_travel_spread(still(10.0), realised, seed=8)
    assert not np.allclose(other.numbers[MEAN], first.numbers[MEAN])


def test_nineteen_of_twenty_ranges_of_few_realisations_hold_what_they_should() -> None:
    """Truth drawn as the realisations are: 95 % of the ranges hold one more value (93 to 97 allowed)."""
    random = np.random.default_rng(3)
    held = 0
    for seed in range(400):
        sample = random.normal(50.0, 5.0, 6)
        realised = [{MEAN: np.array([value])} for value in sample]
        interval = with_travel_spread(still(sample.mean(), n_draws=500), realised, seed=seed).interval(MEAN)
        held += interval.low[0] <= random.normal(50.0, 5.0) <= interval.high[0]
    assert 0.93 <= held / 400 <= 0.98

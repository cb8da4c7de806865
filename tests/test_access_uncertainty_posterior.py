"""The posterior against a dense twin, and what it does where the answer can be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from access.errors import InputDataError
from access.uncertainty_posterior import LogPosterior, _Products, fit_log_posterior
from tests.reference.posterior import mean_and_covariance, restricted_log_likelihood


class City:
    """60 cells in shuffled order: 3 zones of 4 blocks of 5 cells, errors of 10 to 40 %."""

    def __init__(self, one_error: bool = False) -> None:
        rng = np.random.default_rng(1)
        shuffled = rng.permutation(60)
        self.zone, self.block = np.repeat([0, 1, 2], 20)[shuffled], np.repeat(np.arange(12), 5)[shuffled]
        self.covariates = rng.normal(size=(60, 1))
        self.error_sd = np.full(60, 0.3) if one_error else rng.uniform(0.1, 0.4, 60)
        block_part, cell_part = rng.normal(size=12)[self.block], rng.normal(size=60)
        self.log_observed = 7 + 0.3 * self.covariates[:, 0] + 0.3 * block_part + 0.5 * cell_part

    def fitted(self, correlation: float = 0.5) -> LogPosterior:
        return fit_log_posterior(
            np.exp(self.log_observed),
            self.error_sd,
            correlation=correlation,
            block=self.block,
            zone=self.zone,
            covariates=self.covariates,
            rng=np.random.default_rng(3),
        )


def log_draws(posterior: LogPosterior, n: int) -> np.ndarray:
    return np.log(np.array([posterior.draw(i, np.random.default_rng([7, i])) for i in range(n)]))


@pytest.mark.parametrize("one_error", [True, False])
def test_draws_have_mean_and_covariance_of_the_dense_twin(one_error: bool) -> None:
    city = City(one_error)
    posterior = city.fitted()
    one_pair = replace(posterior, supports=posterior.supports[:1])
    drawn = log_draws(one_pair, 3600)
    mean, covariance = mean_and_covariance(
        city.log_observed,
        city.error_sd,
        0.5,
        city.block,
        city.zone,
        city.covariates,
        *posterior.supports[0].roots,
    )
    sd = np.sqrt(np.diag(covariance))
    # 3,600 draws: the mean is off by sd / 60, a correlation by at most 1 / 60; 5 of these bound 1,830 of them
    assert np.abs((drawn.mean(axis=0) - mean) / sd).max() < 5 / 60
    assert np.abs((np.cov(drawn.T) - covariance) / np.outer(sd, sd)).max() < 5 * 1.42 / 60


@pytest.mark.parametrize("one_error", [True, False])
def test_the_likelihood_of_two_variances_is_that_of_the_dense_twin(one_error: bool) -> None:
    city = City(one_error)
    products = _Products(city.fitted())
    fixed = np.column_stack([city.zone == z for z in range(3)] + [city.covariates]).astype(float)
    ours, twins = [], []
    for roots in ((0.3, 0.5), (0.0, 0.2), (1.0, 0.7)):
        ours.append(products.solve(*roots).log_likelihood)
        twins.append(
            restricted_log_likelihood(city.log_observed, city.error_sd, 0.5, city.block, fixed, *roots)
        )
    assert np.diff(ours) == pytest.approx(np.diff(twins), rel=1e-8)  # up to a constant


def test_without_error_every_draw_is_the_observation() -> None:
    observed = np.exp(np.random.default_rng(1).normal(7, 1, 50))
    posterior = fit_log_posterior(observed, np.zeros(50), rng=np.random.default_rng(1))
    assert posterior.draw(0, np.random.default_rng(1)) == pytest.approx(observed, rel=1e-12)
    assert posterior.reliability == 1


def test_draws_spread_less_than_observations_which_hold_the_error() -> None:
    # Truth has the variance 1, the error 1: observed 2. Draws of the truth have 1 again; noise would make 3.
    rng = np.random.default_rng(5)
    observed = np.exp(rng.normal(0, np.sqrt(2), 4000))
    posterior = fit_log_posterior(observed, np.ones(4000), rng=rng)
    assert log_draws(posterior, 64).var(axis=1).mean() == pytest.approx(1, abs=0.12)
    assert posterior.reliability == pytest.approx(0.5, abs=0.06)


def test_variances_come_back_from_a_city_made_with_them() -> None:
    rng = np.random.default_rng(8)
    block = np.repeat(np.arange(200), 10)
    truth = 0.4 * rng.normal(size=200)[block] + 0.3 * rng.normal(size=2000)
    error = 0.2 * (np.sqrt(0.5) * rng.normal(size=200)[block] + np.sqrt(0.5) * rng.normal(size=2000))
    posterior = fit_log_posterior(
        np.exp(truth + error), np.full(2000, 0.2), correlation=0.5, block=block, rng=rng
    )
    root_a, root_c = np.mean([s.roots for s in posterior.supports], axis=0)
    assert root_a == pytest.approx(0.4, abs=0.06)
    assert root_c == pytest.approx(0.3, abs=0.03)


def test_a_large_city_learns_its_variances_from_a_part_and_draws_all_cells() -> None:
    rng = np.random.default_rng(8)
    observed = np.exp(rng.normal(0, 0.5, 12_000))
    block = np.repeat(np.arange(1200), 10)
    for blocks in (block, None):
        posterior = fit_log_posterior(observed, np.full(12_000, 0.1), block=blocks, rng=rng)
        assert posterior.draw(0, rng).shape == (12_000,)
        root_a, root_c = np.mean([s.roots for s in posterior.supports], axis=0)
        assert np.hypot(root_a, root_c) == pytest.approx(np.sqrt(0.25 - 0.01), abs=0.03)


def test_not_knowing_the_mean_moves_all_cells_together() -> None:
    # 25 cells that are all alike, each measured with an error of 1: their mean is known to 1 / 5.
    posterior = fit_log_posterior(
        np.exp(np.random.default_rng(2).normal(size=25)), np.ones(25), rng=np.random.default_rng(1)
    )
    alike = replace(posterior, supports=(_Products(posterior).solve(0.0, 0.01),))
    drawn = log_draws(alike, 2000)
    assert drawn.mean(axis=1).std() == pytest.approx(0.2, rel=0.08)
    assert drawn.std(axis=1).max() < 0.03


def test_a_block_in_two_zones_is_cut_at_their_border() -> None:
    rng = np.random.default_rng(3)
    observed, sd = np.exp(rng.normal(size=60)), np.full(60, 0.3)
    zone = np.arange(60) // 15
    crossing, cut = np.arange(60) // 10, np.arange(60) // 10 * 10 + zone

    def drawn(block: np.ndarray) -> np.ndarray:
        posterior = fit_log_posterior(
            observed, sd, correlation=0.5, block=block, zone=zone, rng=np.random.default_rng(1)
        )
        return posterior.draw(0, np.random.default_rng(2))

    assert np.array_equal(drawn(crossing), drawn(cut))


def test_covariates_that_say_nothing_new_are_left_out() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=50)
    columns = np.column_stack([x, 2 * x + 3, np.ones(50), x**2])
    posterior = fit_log_posterior(np.exp(rng.normal(size=50)), np.full(50, 0.1), covariates=columns, rng=rng)
    assert posterior.covariates.shape == (50, 2)


def test_too_few_cells_cannot_tell_error_from_truth() -> None:
    with pytest.raises(InputDataError, match="19 cells with a value in 1 zones are too few"):
        fit_log_posterior(np.arange(1.0, 20), np.full(19, 0.1), rng=np.random.default_rng(1))
    with pytest.raises(InputDataError, match="30 cells with a value in 30 zones are too few"):
        fit_log_posterior(
            np.arange(1.0, 31), np.full(30, 0.1), zone=np.arange(30), rng=np.random.default_rng(1)
        )

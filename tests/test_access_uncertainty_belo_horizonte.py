"""Errors planted into a real city, whose incomes are not normal in any way that the model supposes."""

from __future__ import annotations

from typing import NamedTuple

import h3
import numpy as np
import pytest

from access.block_bootstrap import IndexKind, block_bootstrap
from access.errors import InputDataError
from access.index_draws import index_draws
from access.index_sheet import GINI, PALMA, mean_of, sheet
from access.uncertainty import InputError, access_covariates, input_draws
from tests.builders_belo_horizonte import land_use, travel_matrix

KEYS = (mean_of("decile_1"), mean_of("decile_10"), PALMA, GINI)
SHARED = 0.3
pytestmark = pytest.mark.real_data


class City(NamedTuple):
    jobs_in_30_min: np.ndarray  # (n_cells, 1)
    income: np.ndarray
    population: np.ndarray
    block: np.ndarray
    xy_m: np.ndarray


def belo_horizonte() -> City:
    cells = land_use().set_index("id").sort_index()
    pairs = travel_matrix()
    near = pairs[pairs["travel_time"] <= 30]
    jobs = near["to_id"].map(cells["jobs"]).groupby(near["from_id"]).sum().reindex(cells.index).fillna(0.0)
    income = cells["income_per_capita"].where(cells["income_per_capita"] > 0).to_numpy(float)
    parents = [h3.cell_to_parent(cell, h3.get_resolution(cell) - 1) for cell in cells.index]
    lat, lon = np.array([h3.cell_to_latlng(cell) for cell in cells.index]).T
    xy_m = np.column_stack([lon * np.cos(np.radians(lat.mean())), lat]) * 111_195
    block = np.unique(parents, return_inverse=True)[1]
    return City(jobs.to_numpy(float)[:, None], income, cells["population"].to_numpy(float), block, xy_m)


def held(city: City, sd: float, replicates: int, covariates: np.ndarray | None) -> dict[str, float]:
    """Return the share of replicates in which the range holds the index of the city as it is."""
    truth = sheet(city.jobs_in_30_min, city.population, city.income)
    n_blocks = city.block.max() + 1
    held = np.zeros(len(KEYS))
    for n in range(replicates):
        rng = np.random.default_rng([5, n])
        common, own = rng.normal(size=n_blocks)[city.block], rng.normal(size=len(city.block))
        income = city.income * np.exp(sd * (np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * own))
        inputs = input_draws(
            city.population,
            income,
            income_error=InputError("income", sd, SHARED, city.block, None, covariates),
            population_error=InputError("residents", 0.001),
            seed=n,
            n_draws=199,
            minimum=1,
        )
        draws = index_draws(inputs, city.jobs_in_30_min)
        for k, key in enumerate(KEYS):
            interval = draws.interval(key)
            held[k] += interval.low[0] <= truth[key][0] <= interval.high[0]
    return {" ".join(key): float(share) for key, share in zip(KEYS, held / replicates, strict=True)}


@pytest.mark.slow
@pytest.mark.parametrize("sd", [0.1, 0.2])
def test_the_range_of_the_palma_ratio_holds_the_truth_of_a_real_city(sd: float) -> None:
    city = belo_horizonte()
    x = access_covariates(city.jobs_in_30_min, population=city.population)
    found = held(city, sd, 100, x)
    assert found[" ".join(PALMA)] >= 0.88, found  # 95 % less 3 binomial standard deviations
    assert found[" ".join(mean_of("decile_1"))] >= 0.88, found


@pytest.mark.slow
def test_in_a_real_city_too_the_posterior_must_have_seen_access() -> None:
    assert held(belo_horizonte(), 0.2, 60, None)[" ".join(PALMA)] < 0.88


def test_access_of_a_real_city_is_too_smooth_for_a_block_bootstrap() -> None:
    city = belo_horizonte()

    def bootstrapped(block: np.ndarray) -> None:
        values = city.jobs_in_30_min[:, 0]
        block_bootstrap(
            lambda residents: float((values * residents).sum() / residents.sum()),
            values,
            city.population,
            city.xy_m,
            block,
            index_kind=IndexKind.MEAN,
            seed=1,
        )

    with pytest.raises(InputDataError, match="blocks are fewer than 30"):
        bootstrapped(city.block // 10)
    with pytest.raises(InputDataError, match=r"would hold the truth in only \d+% of the cases"):
        bootstrapped(city.block)

"""The block bootstrap: what it gives where it may be used, and that it is refused elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from access.block_bootstrap import IndexKind, block_bootstrap, fitted_variogram, simulated_coverage
from access.errors import InputDataError
from access.uncertainty_kinds import SPATIAL_PROCESS

SIDE = 24
XY_M = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2) * 300.0
BLOCK = (XY_M[:, 0] // 900 * 100 + XY_M[:, 1] // 900).astype(np.int64)  # 64 blocks of 9 cells
RNG = np.random.default_rng(3)
POPULATION = np.full(SIDE**2, 10.0)


@cache
def root_of(range_m: float) -> np.ndarray:
    return np.linalg.cholesky(np.exp(-cdist(XY_M, XY_M) / range_m) + 1e-9 * np.eye(SIDE**2))


def field(range_m: float, seed: int = 1) -> np.ndarray:
    """A Gaussian field with mean 100, variance 1 and an exponential covariance."""
    return 100 + root_of(range_m) @ np.random.default_rng(seed).standard_normal(SIDE**2)


ROUGH = field(50)  # 300 m apart cells are unrelated: exp(-6)


def bootstrapped(values: np.ndarray, **changed: Any) -> Any:
    def mean(residents: np.ndarray) -> float:
        known = ~np.isnan(values)
        return float((values * residents)[known].sum() / residents[known].sum())

    given = {"xy_m": XY_M, "block": BLOCK, "index_kind": IndexKind.MEAN, "seed": 1, **changed}
    return block_bootstrap(mean, values, POPULATION, **given)


def test_where_cells_are_unrelated_the_range_is_that_of_the_mean() -> None:
    found = bootstrapped(ROUGH)
    assert found.kind == SPATIAL_PROCESS
    assert found.blocks == 64
    assert found.simulated_coverage >= 0.9
    assert found.high - found.low == pytest.approx(2 * 1.96 / SIDE, rel=0.2)  # sd of a mean of 24 x 24


def test_a_smooth_city_is_refused() -> None:
    with pytest.raises(
        InputDataError, match=r"as smooth as this city a 95% range .* in only \d+% of the cases"
    ):
        bootstrapped(field(2000))


def test_the_simulated_coverage_is_that_of_fields_made_here() -> None:
    rng = np.random.default_rng(9)
    code = np.unique(BLOCK, return_inverse=True)[1]
    held = []
    for seed in range(120):  # the truth of all these fields is 100; all blocks have 9 cells of 10 residents
        means = np.bincount(code, weights=field(600, seed)) / 9
        low, high = np.quantile(means[rng.integers(64, size=(299, 64))].mean(axis=1), [0.025, 0.975])
        held.append(low <= 100 <= high)
    simulated = [
        simulated_coverage(field(600, seed), POPULATION, XY_M, BLOCK, seed=3, fields=200) for seed in range(6)
    ]
    assert np.mean(simulated) == pytest.approx(np.mean(held), abs=0.12)
    assert np.mean(held) < 0.8


@pytest.mark.parametrize("kind", [IndexKind.SPATIAL, IndexKind.COMPETITION, IndexKind.LOCAL])
def test_indices_that_live_on_neighbours_are_always_refused(kind: IndexKind) -> None:
    with pytest.raises(InputDataError, match="refused, "):
        bootstrapped(ROUGH, index_kind=kind)


def test_fewer_than_30_blocks_are_refused() -> None:
    with pytest.raises(InputDataError, match="29 blocks are fewer than 30"):
        bootstrapped(ROUGH, block=np.arange(SIDE**2) % 29)


def test_cells_without_value_or_residents_are_in_no_block() -> None:
    values = ROUGH.copy()
    values[BLOCK == 0] = np.nan
    assert bootstrapped(values).blocks == 63


def test_an_index_that_is_not_always_defined_is_refused() -> None:
    with pytest.raises(InputDataError, match="not defined in 999 of 999 draws"):
        block_bootstrap(
            lambda residents: float("nan"),
            ROUGH,
            POPULATION,
            XY_M,
            BLOCK,
            index_kind=IndexKind.INEQUALITY,
            seed=1,
        )


def test_a_variogram_comes_back_from_fields_made_with_it() -> None:
    distance = cdist(XY_M, XY_M)
    found = [fitted_variogram(field(600, seed), distance, RNG) for seed in range(12)]
    assert np.mean([shape.range_m for shape in found]) == pytest.approx(600, rel=0.35)
    assert np.mean([shape.sill + shape.nugget for shape in found]) == pytest.approx(1, rel=0.2)
    assert fitted_variogram(np.ones(SIDE**2), distance, RNG).sill == 0


def test_a_city_without_differences_has_no_range_to_speak_of() -> None:
    found = bootstrapped(np.full(SIDE**2, 7.0))
    assert (found.low, found.high) == (7, 7)

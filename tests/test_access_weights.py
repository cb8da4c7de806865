"""Weighted sums over byte matrices and long tables against hand cases, plain matrices and each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from access.decay import Decay, decay_binary, decay_exponential
from access.measures import cumulative
from access.weights import ByteCosts, LongCosts

MINUTES = np.array([[0, 29, 30, 255], [31, 31, 255, 255]], dtype=np.uint8)
JOBS = np.array([5.0, 10.0, 100.0, 1000.0])


def long_costs(minutes: np.ndarray) -> LongCosts:
    """The same costs as a long table, which has no row where a place is not reached."""
    origin, destination = np.nonzero(minutes != 255)
    cost = minutes[origin, destination].astype(float)
    return LongCosts(origin.astype(np.int32), destination.astype(np.int32), cost, *minutes.shape)


@pytest.mark.parametrize("costs", [ByteCosts(MINUTES), long_costs(MINUTES)])
def test_sums_on_paper(costs: ByteCosts | LongCosts) -> None:
    weights = costs.weigh(decay_binary(31))
    assert weights.to_origins(JOBS).tolist() == [115, 0]
    assert weights.to_destinations([2, 3]).tolist() == [2, 2, 2, 0]
    assert (costs.n_origins, costs.n_destinations) == (2, 4)


@pytest.mark.parametrize("decay", [decay_binary(1000), decay_exponential(0)])
def test_byte_255_is_never_reached_whatever_the_decay(decay: Decay) -> None:
    assert ByteCosts(MINUTES).weigh(decay).to_origins(JOBS).tolist() == [115, 15]


def test_a_cost_that_is_missing_or_infinite_weighs_nothing() -> None:
    positions = np.zeros(3, np.int32)
    costs = LongCosts(positions, positions, np.array([np.nan, np.inf, 7.0]), 1, 1)
    assert costs.weigh(decay_exponential(0)).to_origins([1]).tolist() == [1]


@pytest.mark.parametrize("costs", [ByteCosts(MINUTES), long_costs(MINUTES)])
@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_strange_amounts_matter_only_where_they_are_reached(
    costs: ByteCosts | LongCosts, strange: float
) -> None:
    weights = costs.weigh(decay_binary(31))
    reached = weights.to_origins([1, 1, strange, strange])
    assert not np.isfinite(reached[0])
    assert reached[1] == 0
    people = weights.to_destinations([1, strange])
    assert people.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("costs", [ByteCosts(MINUTES), long_costs(MINUTES)])
def test_amounts_of_a_wrong_length_are_refused(costs: ByteCosts | LongCosts) -> None:
    weights = costs.weigh(decay_binary(31))
    with pytest.raises(ValueError, match=r"amounts must have shape \(4,\), got \(2,\)"):
        weights.to_origins([1, 2])
    with pytest.raises(ValueError, match=r"amounts must have shape \(2,\), got \(4,\)"):
        weights.to_destinations(JOBS)


def test_a_matrix_may_be_mapped_from_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "minutes.npy", MINUTES)
    mapped = np.load(tmp_path / "minutes.npy", mmap_mode="r")
    weights = ByteCosts(mapped).weigh(decay_binary(31))
    assert weights.to_origins(JOBS).tolist() == [115, 0]
    assert weights.to_destinations([2, 3]).tolist() == [2, 2, 2, 0]
    assert cumulative(ByteCosts(mapped), JOBS, range(25, 32))[-1].tolist() == [115, 0]


def test_frozen_and_sliced_matrices_are_read_too() -> None:
    wide = np.repeat(MINUTES, 2, axis=1)
    wide.flags.writeable = False
    assert ByteCosts(wide[:, ::2]).weigh(decay_binary(31)).to_origins(JOBS).tolist() == [115, 0]


@given(
    arrays(np.uint8, (3, 11)),
    arrays(np.float64, 11, elements=st.floats(0, 1e6)),
    arrays(np.float64, 3, elements=st.floats(0, 1e6)),
)
def test_both_kinds_of_costs_equal_a_matrix_of_floats(
    minutes: np.ndarray, jobs: np.ndarray, people: np.ndarray
) -> None:
    plain = np.where(minutes == 255, 0.0, np.exp(-0.05 * minutes.astype(float)))
    for costs in (ByteCosts(minutes), long_costs(minutes)):
        weights = costs.weigh(decay_exponential(0.05))
        np.testing.assert_allclose(weights.to_origins(jobs), plain @ jobs, rtol=1e-12)
        np.testing.assert_allclose(weights.to_destinations(people), people @ plain, rtol=1e-12)
        # Whichever way one sums, the pairs are the same: sum_i P_i A_i = sum_j O_j S_j.
        one, other = people @ weights.to_origins(jobs), jobs @ weights.to_destinations(people)
        assert one == pytest.approx(other, rel=1e-12)

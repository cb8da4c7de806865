"""Decays: weights on paper, the same weights as R, laws, and refusal of parameters without a meaning."""

from __future__ import annotations

import builders_belo_horizonte as belo_horizonte
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.decay import (
    Decay,
    Decays,
    decay_binary,
    decay_exponential,
    decay_gaussian,
    decay_half_life,
    decay_linear,
    decay_linear_r5,
    decay_logistic,
    decay_power,
    decay_stepped,
)
from access.errors import AccessError

ALL = [
    decay_binary(30),
    decay_binary(30, "<="),
    decay_linear(60),
    decay_linear(0),
    decay_linear_r5(30, 10),
    decay_linear_r5(30, 0),
    decay_exponential(0.1),
    decay_half_life(30),
    decay_logistic(30, 5),
    decay_power(2),
    decay_stepped([10, 20], [0.5, 0]),
    decay_gaussian(20),
]


def test_binary_counts_what_is_strictly_less_unless_told_otherwise() -> None:
    assert decay_binary(30)([29, 30, 31]).tolist() == [1, 0, 0]
    assert decay_binary(30, "<=")([29, 30, 31]).tolist() == [1, 1, 0]


def test_linear_falls_from_the_door_to_the_cutoff() -> None:
    assert decay_linear(60)([0, 15, 60, 90]).tolist() == [1, 0.75, 0, 0]


def test_linear_with_cutoff_zero_counts_only_the_door() -> None:
    assert decay_linear(0)([0, 0.5]).tolist() == [1, 0]


def test_linear_of_r5_falls_around_the_cutoff() -> None:
    assert decay_linear_r5(30, 10)([0, 25, 30, 32.5, 35, 60]).tolist() == [1, 1, 0.5, 0.25, 0, 0]
    assert decay_linear_r5(30, 0)([29, 30]).tolist() == [1, 0]


def test_half_life_halves_with_every_cutoff() -> None:
    assert decay_half_life(30)([0, 30, 60]) == pytest.approx([1, 0.5, 0.25])


def test_logistic_is_one_at_the_door_and_a_little_above_one_half_at_the_cutoff() -> None:
    weights = decay_logistic(45, 10)([0, 45])
    assert weights[0] == 1
    assert 0.5 < weights[1] < 0.501


def test_power_never_weighs_more_than_one() -> None:
    assert decay_power(2)([0, 0.5, 1, 2]).tolist() == [1, 1, 1, 0.25]


def test_at_a_step_the_next_weight_counts_already() -> None:
    assert decay_stepped([10, 20], [0.5, 0.1])([0, 9.9, 10, 20, 1000]).tolist() == [1, 1, 0.5, 0.1, 0.1]


def test_gaussian_at_one_standard_deviation() -> None:
    assert decay_gaussian(20)([0, 20]) == pytest.approx([1, np.exp(-0.5)])


@pytest.mark.parametrize("decay", ALL)
def test_what_is_not_reached_weighs_nothing(decay: Decay) -> None:
    assert decay([np.nan, np.inf]).tolist() == [0, 0]


@pytest.mark.parametrize("decay", ALL)
def test_weights_start_at_one_and_never_rise_or_overflow(decay: Decay) -> None:
    weights = decay.weights(np.append(np.arange(0, 300, 0.25), 1e9))
    assert weights[0] == 1
    assert (np.diff(weights) <= 0).all()
    assert weights.min() >= 0


@given(st.floats(0.001, 1000), st.floats(0.001, 200), st.floats(0, 1e4))
def test_logistic_is_its_formula(cutoff: float, sd: float, cost: float) -> None:
    def g(c: float) -> float:
        return float(1 + np.exp(np.clip((c - cutoff) * np.pi / (sd * np.sqrt(3)), None, 700)))

    assert decay_logistic(cutoff, sd)(cost) == pytest.approx(g(0) / g(cost), rel=1e-9, abs=1e-290)


def test_decays_are_values() -> None:
    assert decay_exponential(0.1) == decay_exponential(0.1)
    assert len({decay_stepped([10], [0]), decay_stepped([10], [0])}) == 1
    with pytest.raises(AttributeError, match="decay_value"):
        decay_exponential(0.1).decay_value = 2  # type: ignore[misc, attr-defined]


def test_costs_are_not_changed() -> None:
    costs = np.array([1.0, np.nan])
    decay_exponential(1)(costs)
    assert costs[0] == 1
    assert np.isnan(costs[1])


def test_several_parameters_give_several_decays_by_argument() -> None:
    decays = decay_exponential([0.1, 0.2])
    assert isinstance(decays, Decays)
    assert list(decays([0])) == [0.1, 0.2]
    assert list(decay_logistic([30, 45], [5, 10])([0])) == ["c30;sd5", "c45;sd10"]
    assert list(decay_stepped([[10, 20], [5]], [[0.5, 0], [0.1]])([0])) == [
        "s(10,20);w(0.5,0)",
        "s(5);w(0.1)",
    ]
    assert list(decay_linear_r5([30, 45], [0, 10])([0])) == ["c30;w0", "c45;w10"]


def test_a_list_of_one_is_one_decay_as_in_r() -> None:
    assert decay_power([2]) == decay_power(2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: decay_binary(-1), "cutoff must be finite and at least 0, got -1"),
        (lambda: decay_binary(30, "=<"), 'comparison must be "<"'),  # type: ignore[arg-type]
        (lambda: decay_linear(np.inf), "cutoff must be finite"),
        (lambda: decay_linear_r5(30, 61), "width must be at most twice the cutoff"),
        (lambda: decay_linear_r5([30, 45], [1]), "cutoff and width are paired"),
        (lambda: decay_exponential(-0.1), "decay_value must be finite and at least 0"),
        (lambda: decay_exponential([]), "decay_value must have at least one value"),
        (lambda: decay_exponential("fast"), "decay_value must be a number"),  # type: ignore[call-overload]
        (lambda: decay_half_life(0), "cutoff must be finite and above 0"),
        (lambda: decay_logistic(30, 0), "sd must be finite and above 0"),
        (lambda: decay_logistic([30, 45], 5), "cutoff and sd are paired"),  # type: ignore[call-overload]
        (lambda: decay_power(np.nan), "decay_value must be finite"),
        (lambda: decay_gaussian(0), "sd must be finite and above 0"),
        (lambda: decay_stepped([10, 10], [0.5, 0]), "steps must rise"),
        (lambda: decay_stepped([10], [0.5, 0]), "weights must be as many as steps"),
        (lambda: decay_stepped([10], [1.5]), "weights must be from 0 to 1"),
        (lambda: decay_stepped([0], [0.5]), "steps must be finite and above 0"),
        (lambda: decay_stepped([[10], [20]], [[0.5]]), "weights must be given for each of 2 steps"),
    ],
)
def test_parameters_without_a_meaning_are_refused(make, message: str) -> None:
    with pytest.raises(AccessError, match=message):
        make()


@pytest.mark.real_data
def test_weights_equal_those_of_r() -> None:
    table = belo_horizonte.golden("decay_weights")
    decays = {
        "exp0.05": decay_exponential(0.05),
        "exp0.1": decay_exponential(0.1),
        "exp0.2": decay_exponential(0.2),
        "pow1": decay_power(1),
        "pow2": decay_power(2),
        "pow0.5": decay_power(0.5),
        "logis45_5": decay_logistic(45, 5),
        "logis30_10": decay_logistic(30, 10),
        "lin60": decay_linear(60),
        "lin0": decay_linear(0),
        "step": decay_stepped([10, 20, 30, 60], [0.67, 0.33, 0.1, 0]),
        "bin45": decay_binary(45, "<="),
    }
    assert set(decays) == set(table.columns) - {"travel_cost"}
    for name, decay in decays.items():
        known = table[name].notna()
        ours = decay.weights(table["travel_cost"])
        np.testing.assert_allclose(ours[known], table[name][known], rtol=1e-9, atol=0, err_msg=name)
        # R divides 0 by 0 where the cutoff of a linear decay and the cost are 0; ours is documented to be 1.
        assert ours[~known].tolist() == ([1.0] if name == "lin0" else [])

"""Ranges of indices over draws, and of differences of scenarios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from access.errors import InputDataError
from access.index_draws import IndexDraws, index_draws, paired_difference
from access.index_sheet import CONCENTRATION, GINI, PALMA, IndexKey, mean_of, sheet
from access.uncertainty import InputDraws, InputError, input_draws
from access.uncertainty_kinds import INPUT_UNCERTAINTY

N = 60
RNG = np.random.default_rng(6)
POPULATION, INCOME = RNG.lognormal(5, 0.5, N), RNG.lognormal(7, 0.5, N)
ACCESS = RNG.lognormal(9, 1, (N, 3))
BOTH = {"population_error": InputError("population", 0.2), "income_error": InputError("income", 0.2)}


def inputs(**changed: Any) -> InputDraws:
    return input_draws(POPULATION, INCOME, **{"seed": 1, "n_draws": 40, "minimum": 40, **BOTH, **changed})


def of_numbers(numbers: np.ndarray) -> IndexDraws:
    return IndexDraws({GINI: numbers}, len(numbers), numbers.shape[1], ("income",), "same")


def test_the_range_is_between_percentiles_of_the_draws() -> None:
    # Of 1, 2, ... 39 a further draw falls between 10 and 30 in half of the cases: the places 10 and 30 of 40.
    draws = of_numbers(np.arange(1.0, 40)[:, None])
    found = draws.interval(GINI, coverage=0.5)
    assert (found.low[0], found.median[0], found.high[0], found.draws) == (10, 20, 30, 39)
    assert found.kind == INPUT_UNCERTAINTY
    assert draws.interval(GINI).low == pytest.approx(1)  # 2.5 % of 40


def test_an_index_not_defined_in_more_than_a_twentieth_of_the_draws_has_no_range() -> None:
    numbers = np.tile(np.arange(100.0)[:, None], (1, 2))
    numbers[:5, 0], numbers[:6, 1] = np.nan, np.nan
    found = of_numbers(numbers).interval(GINI)
    assert found.defined.tolist() == [0.95, 0.94]
    assert np.isnan(found.low).tolist() == [False, True]


def test_each_draw_is_the_sheet_of_its_inputs_and_its_realisation_of_travel_times() -> None:
    draws = inputs(n_realisations=2)
    values = np.stack([ACCESS, ACCESS * 1.1])
    found = index_draws(draws, values, lines=np.full(3, 8000.0))
    for n in (0, 7, 39):
        chunk = draws.take([n])
        one = sheet(
            values[chunk.realisation[0]], chunk.population[0], chunk.income[0], lines=np.full(3, 8000.0)
        )
        assert one.keys() == found.numbers.keys()
        for key, number in one.items():
            assert found.numbers[key][n] == pytest.approx(number, rel=1e-12, nan_ok=True)


def test_where_nothing_is_modelled_the_range_is_not_quantified() -> None:
    found = index_draws(inputs(population_error=None, income_error=None), ACCESS)
    interval = found.intervals()[PALMA]
    assert np.isnan([interval.low, interval.high, interval.median]).all()
    assert (interval.kind, interval.draws, interval.sources) == (None, 0, ())


def test_an_index_that_the_error_cannot_touch_has_a_range_of_one_point() -> None:
    found = index_draws(inputs(population_error=None), ACCESS)
    gini = found.interval(GINI)  # income orders nobody here
    assert gini.low == pytest.approx(gini.high)
    assert found.interval(PALMA).low[0] < found.interval(PALMA).high[0]


def test_a_scenario_that_changes_nothing_has_the_difference_zero_exactly() -> None:
    difference = paired_difference(index_draws(inputs(), ACCESS), index_draws(inputs(), ACCESS.copy()))
    for interval in difference.intervals().values():
        assert (interval.low == 0).all()
        assert (interval.high == 0).all()


def test_paired_draws_know_a_small_gain_that_two_ranges_do_not() -> None:
    base, scenario = index_draws(inputs(), ACCESS), index_draws(inputs(), ACCESS * 1.01)
    gain = paired_difference(base, scenario).interval(mean_of("all"))
    assert (gain.low > 0).all()  # scenario minus base
    assert (base.interval(mean_of("all")).high > scenario.interval(mean_of("all")).low).all()


def test_draws_of_other_inputs_cannot_be_paired() -> None:
    base = index_draws(inputs(), ACCESS)
    for other in (inputs(seed=2), inputs(population_error=None)):
        with pytest.raises(InputDataError, match="the draws differ: use the same seed"):
            paired_difference(base, index_draws(other, ACCESS))
    with pytest.raises(InputDataError, match="the measures differ"):
        paired_difference(base, index_draws(inputs(), ACCESS[:, :2]))
    with pytest.raises(InputDataError, match="the measures differ"):
        paired_difference(base, index_draws(inputs(), ACCESS, lines=np.ones(3)))


def test_values_of_other_cells_or_realisations_are_refused() -> None:
    with pytest.raises(InputDataError, match=r"needed are 1 realisations x 60 cells x measures"):
        index_draws(inputs(), ACCESS[1:])
    with pytest.raises(InputDataError, match=r"needed are 2 realisations x 60 cells x measures"):
        index_draws(inputs(n_realisations=2), ACCESS)


def test_coverage_is_a_share_and_keys_exist() -> None:
    draws = of_numbers(np.zeros((40, 1)))
    with pytest.raises(ValueError, match="coverage 95 must lie between 0 and 1"):
        draws.interval(GINI, coverage=95)
    with pytest.raises(KeyError):
        draws.interval(IndexKey("unheard of"))


def test_inequality_may_be_left_out_of_measures_that_do_not_ask_for_it() -> None:
    values = np.array([[1.0, 1.0], [3.0, 3.0]])
    population, income = np.array([1.0, 1.0]), np.array([10.0, 20.0])
    found = sheet(values, population, income, unequal=np.array([True, False]))
    everything = sheet(values, population, income)
    for key in (GINI, PALMA, CONCENTRATION):
        assert found[key][0] == everything[key][0]
        assert np.isnan(found[key][1])
    assert found[mean_of("all")].tolist() == [2.0, 2.0]
    with pytest.raises(InputDataError, match="unequal has shape"):
        sheet(values, population, income, unequal=np.array([True]))

"""Draws of inputs: what is kept, what is common, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from access.errors import DataQualityWarning, InputDataError
from access.uncertainty import (
    InputDraws,
    InputError,
    access_covariates,
    generator,
    input_draws,
    log_sd_of_margin,
)

NAN = float("nan")
N = 120
RNG = np.random.default_rng(2)
POPULATION = np.r_[0.0, NAN, RNG.lognormal(5, 1, N - 2)]
INCOME = np.r_[NAN, 500.0, RNG.lognormal(7, 0.5, N - 2)]
BLOCK = np.arange(N) // 10
ZONE = np.arange(N) // 30
PEOPLE_ERROR = InputError("population: spread over cells", 0.3, 0.2, BLOCK, ZONE)
INCOME_ERROR = InputError("income: margins of error", 0.2, 0.5, BLOCK)


def drawn(**changed: Any) -> InputDraws:
    given = {"population_error": PEOPLE_ERROR, "income_error": INCOME_ERROR, "n_draws": 20, "minimum": 20}
    return input_draws(POPULATION, INCOME, **{"seed": 4, **given, **changed})


def test_every_draw_keeps_the_totals_of_the_zones() -> None:
    chunk = drawn().take(range(20))
    observed = np.bincount(ZONE, weights=np.nan_to_num(POPULATION))
    for population in chunk.population:
        assert np.bincount(ZONE, weights=np.nan_to_num(population)) == pytest.approx(observed, rel=1e-12)
    assert chunk.population[:, 5].std() > 0


def test_nobody_stays_nobody_and_missing_stays_missing() -> None:
    chunk = drawn().take(range(20))
    assert (chunk.population[:, 0] == 0).all()
    assert np.isnan(chunk.population[:, 1]).all()
    assert np.isnan(chunk.income[:, 0]).all()
    assert (chunk.income[:, 1:] > 0).all()
    assert (chunk.population[:, 2:] > 0).all()


def test_a_draw_is_the_same_whichever_others_are_made_with_it() -> None:
    draws = drawn(n_realisations=3)
    one, all_of_them = draws.take([7]), draws.take(range(20))
    assert np.array_equal(one.population[0], all_of_them.population[7], equal_nan=True)
    assert np.array_equal(one.income[0], all_of_them.income[7], equal_nan=True)
    assert one.realisation[0] == all_of_them.realisation[7]


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    first, again, other = drawn(), drawn(), drawn(seed=5)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert np.array_equal(first.take([3]).income, again.take([3]).income, equal_nan=True)
    assert not np.array_equal(first.take([3]).income, other.take([3]).income, equal_nan=True)


def test_one_more_source_does_not_change_the_draws_of_another() -> None:
    both, income_only = drawn(), drawn(population_error=None)
    assert np.array_equal(both.take([3]).income, income_only.take([3]).income, equal_nan=True)
    assert np.array_equal(income_only.take([3]).population[0], POPULATION, equal_nan=True)
    assert both.sources == ("population: spread over cells", "income: margins of error")
    assert income_only.sources == ("income: margins of error",)
    assert both.fingerprint != income_only.fingerprint


def test_realisations_are_used_equally_often_and_chunks_cover_all_draws_once() -> None:
    draws = drawn(n_realisations=4)
    assert np.bincount(draws.realisation).tolist() == [5, 5, 5, 5]
    numbers = [n for r in range(4) for chunk in draws.chunks(r) for n in chunk.number.tolist()]
    assert sorted(numbers) == list(range(20))
    assert draws.sources[-1] == "travel times: snapping and phase of frequencies"


def test_a_large_city_is_drawn_some_cells_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.uncertainty.CELLS_AT_ONCE", 3 * N)
    assert [len(chunk.number) for chunk in drawn().chunks()] == [3] * 6 + [2]


def test_where_nothing_is_modelled_there_are_no_draws() -> None:
    draws = drawn(population_error=None, income_error=None)
    assert (draws.n_draws, draws.sources, list(draws.chunks())) == (0, (), [])


def test_errors_common_to_a_block_move_its_cells_together() -> None:
    error = InputError("income", 0.3, 1.0, BLOCK)
    income = np.log(drawn(income_error=error).take(range(20)).income[:, 10:])
    apart = income - income.reshape(20, -1, 10).mean(axis=2).repeat(10, axis=1)
    assert apart.std(axis=0).max() < 1e-9  # within a block nothing is uncertain
    assert income.std(axis=0).mean() > 0.05


def test_purposes_have_random_numbers_of_their_own() -> None:
    firsts = {
        generator(1, "income").random(),
        generator(1, "population").random(),
        generator(2, "income").random(),
        generator(1, "income", 0).random(),
        generator(1, "income", 1).random(),
    }
    assert len(firsts) == 5
    assert generator(1, "income", 1).random() in firsts


def test_a_published_margin_by_hand() -> None:
    # A 90 % margin of 164.5 on 1,000 is a standard deviation of 100.01: 10 %, on the log scale sqrt(ln 1.01).
    found = log_sd_of_margin(np.array([1000.0, 0.0, 1000.0]), np.array([164.5, 10.0, NAN]), 0.9)
    assert found[0] == pytest.approx(np.sqrt(np.log(1.01)), rel=1e-3)
    assert np.isnan(found[1:]).all()


def test_impossible_margins_are_refused() -> None:
    with pytest.raises(InputDataError, match="confidence 90 must lie between 0 and 1"):
        log_sd_of_margin(np.ones(1), np.ones(1), 90)
    with pytest.raises(InputDataError, match="1 margins are negative"):
        log_sd_of_margin(np.ones(2), np.array([1.0, -555555555.0]), 0.9)


def test_covariates_have_no_gap_and_say_where_there_was_one() -> None:
    values = RNG.lognormal(8, 1, (50, 6))
    values[3] = NAN
    values[:, 5] = 0  # a service nobody reaches
    x = access_covariates(values)
    assert x.shape == (50, 5)
    assert np.isfinite(x).all()
    population = np.r_[0.0, NAN, np.full(48, 100.0)]
    with_residents = access_covariates(values, population=population)
    assert with_residents.shape == (50, 9)
    assert np.array_equal(with_residents[:, :5], x)
    assert with_residents[:3, 5] == pytest.approx([0, 0, np.log(100)])
    assert with_residents[:, 7] == pytest.approx(with_residents[:, 5] * x[:, 0])
    assert np.flatnonzero(x[:, -1]).tolist() == [3]
    assert (
        abs(np.corrcoef(np.delete(x[:, 0], 3), np.delete(np.log1p(values[:, :5]).sum(axis=1), 3))[0, 1]) > 0.3
    )


def test_an_error_as_large_as_the_differences_is_warned_of() -> None:
    # Incomes of 1 and e, half each: a spread of 50 %. An error of 36 % would be more than half its variance.
    income = np.r_[NAN, np.tile([1.0, np.e], 50)]
    population = np.ones(101)
    with pytest.warns(DataQualityWarning, match=r"error of income \(36%\) would explain most .*\(50% on"):
        input_draws(population, income, seed=1, income_error=InputError("i", 0.36))
    input_draws(population, income, seed=1, income_error=InputError("i", 0.35))


def test_fewer_than_500_draws_are_refused() -> None:
    with pytest.raises(InputDataError, match="499 draws are too few for a range; give at least 500"):
        input_draws(POPULATION, INCOME, seed=1, n_draws=499)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": -1}, "the seed is -1"),
        ({"n_realisations": 21}, "21 realisations of the travel times for 20 draws"),
        ({"income_error": InputError("i", 0.1, 0.5)}, r"income: correlation 0.5 must .* needs blocks"),
        ({"income_error": InputError("i", 0.1, 0.5, BLOCK - 1)}, "income: block must be one label a cell"),
        ({"population_error": InputError("p", 0.1, totals=ZONE[1:])}, "population: totals must be one label"),
        ({"income_error": InputError("i", 0.1, totals=ZONE)}, "income: a mean has no total to keep"),
        ({"income_error": InputError("i", np.ones(3))}, r"income: the error has shape \(3,\)"),
        ({"income_error": InputError("i", np.full(N, NAN))}, "income: 119 cells with a value have no error"),
        ({"income_error": InputError("i", -0.1)}, "income: 119 cells with a value have no error, or a neg"),
        ({"income_error": InputError("i", 0.1, covariates=np.ones(N))}, "income: covariates must be finite"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InputDataError, match=message):
        drawn(**changed)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputDataError, match=r"seed is -1; .*population is of 1 .* of 2; population must be"):
        input_draws(np.array([-1.0]), np.array([1.0, 2.0]), seed=-1)


def test_inputs_stay_as_they_are() -> None:
    population, income = POPULATION.copy(), INCOME.copy()
    population.flags.writeable = income.flags.writeable = False
    input_draws(population, income, seed=1, population_error=PEOPLE_ERROR, income_error=INCOME_ERROR).take(
        [0, 1]
    )

"""All indices at once against the functions that give them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.errors import InputDataError
from access.index_sheet import CONCENTRATION, DECILE_RATIO, GINI, PALMA, IndexKey, SheetMaker, mean_of, sheet
from tests.reference.index_sheet import of_measure

NAN = float("nan")


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


LADDER, TENS = np.arange(1.0, 11.0), np.full(10, 10.0)


def test_a_ladder_by_hand() -> None:
    # Ten cells of ten residents, income 1 to 10, access = income.
    found = sheet(LADDER[:, None], TENS, LADDER, lines=of(3))
    assert found[mean_of("all")] == 5.5
    assert found[mean_of("decile_1")] == 1
    assert found[mean_of("decile_10")] == 10
    assert found[DECILE_RATIO] == 10
    assert found[PALMA] == pytest.approx(10 / 2.5)
    assert found[GINI] == pytest.approx(0.3)  # (n^2 - 1) / (6 n mean) / n = 99 / 330
    assert found[CONCENTRATION] == pytest.approx(0.3)  # the order of incomes is that of access
    assert found[IndexKey("below_line_residents")] == 20
    assert found[IndexKey("below_line_share", "decile_3")] == 0  # exactly on the line is enough


def test_a_middle_on_the_line_between_two_deciles_belongs_to_the_upper_one_in_spite_of_rounding() -> None:
    # Five cells of 0.7 residents: their middles are exactly 0.1, 0.3 ... of all, but not in binary numbers.
    found = sheet(of(1, 2, 3, 4, 5)[:, None], np.full(5, 0.7), of(1, 2, 3, 4, 5))
    for n, decile in enumerate((2, 4, 6, 8, 10), start=1):
        assert found[mean_of(f"decile_{decile}")] == pytest.approx(n)
    assert np.isnan(found[mean_of("decile_1")]).all()


def test_a_fixed_group_by_hand() -> None:
    found = sheet(of(1, 3)[:, None], of(10, 10), of(1, 2), groups={"without a car": of(0.3, 0.1)})
    assert found[mean_of("without a car")] == pytest.approx((3 * 1 + 1 * 3) / 4)


def test_an_equal_city() -> None:
    found = sheet(np.full((10, 1), 4.0), TENS, LADDER)
    assert found[GINI] == 0
    assert found[PALMA] == pytest.approx(1)
    assert found[CONCENTRATION] == pytest.approx(0, abs=1e-15)


def test_what_is_not_defined_is_nan_and_not_zero() -> None:
    nothing = sheet(np.zeros((10, 1)), TENS, LADDER)
    for key in (GINI, PALMA, CONCENTRATION, DECILE_RATIO):
        assert np.isnan(nothing[key]).all()
    one_income = sheet(LADDER[:, None], TENS, np.ones(10))
    assert np.isnan(one_income[PALMA]).all()
    assert np.isnan(one_income[CONCENTRATION]).all()
    nobody = sheet(LADDER[:, None], np.zeros(10), LADDER)
    assert all(np.isnan(number).all() for number in nobody.values())
    no_income = sheet(LADDER[:, None], TENS, np.full(10, NAN))
    assert np.isnan(no_income[mean_of("decile_1")]).all()
    assert no_income[mean_of("all")] == 5.5
    no_value = sheet(np.full((10, 1), NAN), TENS, LADDER)
    assert all(np.isnan(number).all() for number in no_value.values())


@st.composite
def cities(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    n, m = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    whole = st.integers(0, 4).map(float)
    missing = whole | st.just(NAN)

    def table(of: st.SearchStrategy[float], *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(of, min_size=size, max_size=size))).reshape(shape)

    return table(missing, n, m), table(missing, 2, n), table(missing, 2, n), table(missing, m)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(cities())
def test_many_draws_at_once_are_the_indices_one_by_one(city: tuple[np.ndarray, ...]) -> None:
    values, population, income, lines = city
    groups = {"half": np.full(len(values), 0.5)}
    found = SheetMaker(values, groups=groups, lines=lines).sheets(population, income)
    for draw in range(2):
        for measure in range(values.shape[1]):
            twin = of_measure(
                values[:, measure], population[draw], income[draw], float(lines[measure]), groups
            )
            for key, number in twin.items():
                ours = found[IndexKey(*key)][draw, measure]
                assert ours == pytest.approx(number, rel=1e-9, abs=1e-12, nan_ok=True), key


def test_the_same_on_a_city_of_a_thousand_cells_with_ties() -> None:
    rng = np.random.default_rng(4)
    values = rng.lognormal(9, 1, (1000, 2))
    values[rng.random((1000, 2)) < 0.05] = NAN
    population = rng.lognormal(5, 1, 1000) * (rng.random(1000) > 0.1)
    income = np.where(rng.random(1000) < 0.05, NAN, np.round(rng.lognormal(0, 1, 1000), 1))
    found = sheet(values, population, income, lines=of(8000, NAN))
    for measure, line in enumerate((8000, NAN)):
        for key, number in of_measure(values[:, measure], population, income, line, {}).items():
            assert found[IndexKey(*key)][measure] == pytest.approx(number, rel=1e-9), key


def test_inputs_stay_as_they_are() -> None:
    values, population, income = LADDER[:, None].copy(), TENS.copy(), LADDER.copy()
    for array in (values, population, income):
        array.flags.writeable = False
    sheet(values, population, income, lines=of(3))


def test_what_cannot_be_is_refused_all_at_once() -> None:
    values = of(1, -2, np.inf)[:, None]
    with pytest.raises(
        InputDataError, match=r"negative in 1 .*infinite in 1 .*'cars' must be .*lines have"
    ) as e:
        SheetMaker(values, groups={"cars": of(0, 2, 0)}, lines=of(1, 2))
    assert "never reached as NaN" in str(e.value)
    with pytest.raises(InputDataError, match=r"values have shape \(3,\)"):
        SheetMaker(of(1, 2, 3))

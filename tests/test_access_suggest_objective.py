"""What a search improves, in numbers one can add in the head."""

from __future__ import annotations

import math

import numpy as np
import pytest

from access.equity import palma
from access.errors import AccessError
from access.suggest_objective import Answer, Objective, share_closed

NAN = np.nan
POPULATION = np.array([40.0, 50.0, 10.0])
INCOME = np.array([1.0, 2.0, 3.0])
ACCESS = Answer(headline=np.array([100.0, 200.0, 400.0]))


def test_poorest40_is_the_mean_of_the_poorest_and_its_gap_what_all_are_ahead() -> None:
    objective = Objective("poorest40", POPULATION, INCOME)
    assert objective.value(ACCESS) == pytest.approx(100)
    assert objective.gap(ACCESS) == pytest.approx((40 * 100 + 50 * 200 + 10 * 400) / 100 - 100)  # 80
    better = Answer(headline=np.array([120.0, 200.0, 400.0]))
    improvement = objective.improvement(objective.value(ACCESS), objective.value(better))
    assert share_closed(improvement, objective.gap(ACCESS)) == pytest.approx(20 / 80)


def test_poorest40_is_the_denominator_of_the_palma_ratio() -> None:
    random = np.random.default_rng(1)
    access, income, people = random.random((3, 30)) * 100
    access[3] = income[5] = NAN
    poor = Objective("poorest40", people, income).value(Answer(headline=access))
    known = ~np.isnan(access) & ~np.isnan(income)
    order = np.argsort(income[known])
    mass = people[known][order]
    inside = np.clip(0.4 * mass.sum() - (np.cumsum(mass) - mass), 0, mass)
    assert poor == pytest.approx((inside * access[known][order]).sum() / inside.sum())
    ratio = Objective("palma", people, income).value(Answer(headline=access))
    assert ratio == pytest.approx(palma(access, income, people).value)


def test_palma_improves_downwards_and_its_gap_ends_at_one() -> None:
    objective = Objective("palma", POPULATION, INCOME)
    assert objective.value(ACCESS) == pytest.approx(4)
    assert objective.gap(ACCESS) == pytest.approx(3)
    assert objective.improvement(4.0, 3.0) == 1.0


def test_where_the_rich_have_less_there_is_no_gap_to_share() -> None:
    objective = Objective("palma", POPULATION, INCOME)
    gap = objective.gap(Answer(headline=np.array([100.0, 100.0, 50.0])))
    assert gap == pytest.approx(-0.5)
    assert math.isnan(share_closed(0.1, gap))


def test_rights_count_residents_times_rights_lacked() -> None:
    objective = Objective("rights", np.array([10.0, 20.0, NAN, 5.0]), INCOME[[0, 1, 2, 2]])
    answer = Answer(rights_unmet=np.array([2.0, 1.0, 7.0, NAN]))
    assert (
        objective.value(answer) == objective.gap(answer) == 40
    )  # nobody lives in the third, the last unknown
    assert objective.improvement(40.0, 30.0) == 10.0


def test_unknown_objectives_and_missing_answers_are_refused() -> None:
    with pytest.raises(AccessError, match="objective 'gini' is not known; choose one of poorest40, rights"):
        Objective("gini", POPULATION, INCOME)  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="needs access at the headline"):
        Objective("palma", POPULATION, INCOME).value(Answer())
    with pytest.raises(AccessError, match="needs rights"):
        Objective("rights", POPULATION, INCOME).value(Answer())

"""Whose gains and losses are counted: groups of the base."""

from __future__ import annotations

import numpy as np
import pytest

from access.comparison_groups import added_residents, residents_by_group, residents_in_range, same_residents
from access.equity import palma, weighted_mean
from access.indicators import People

NAN = np.nan


def people(
    population: list[float], income: list[float], snapped: list[bool] | None = None, **named: list[float]
) -> People:
    return People(
        np.array(population),
        np.array(income),
        np.full(len(population), NAN) if np.isnan(income).all() else np.arange(1.0, len(population) + 1),
        np.ones(len(population), dtype=bool) if snapped is None else np.array(snapped),
        {name: np.array(counts) for name, counts in named.items()},
    )


def test_the_poorest_40_percent_are_exactly_so_many_and_cut_through_a_cell() -> None:
    """30, 30 and 40 residents by income: 30 of the first and 10 of the second are the poorest 40."""
    groups = residents_by_group(people([30, 30, 40], [1, 2, 3]))
    assert groups["poorest40"].tolist() == pytest.approx([30, 10, 0])
    assert groups["richest10"].tolist() == pytest.approx([0, 0, 10])
    assert groups["all"].tolist() == [30, 30, 40]


def test_residents_off_the_streets_have_no_place_in_the_order_as_in_the_palma_ratio() -> None:
    who = people([50, 50, 50], [1, 2, 3], [False, True, True])
    groups = residents_by_group(who)
    assert groups["poorest40"].tolist() == pytest.approx([0, 40, 0])
    values = np.array([NAN, 10.0, 30.0])
    means = [weighted_mean(values, groups[name]).value for name in ("richest10", "poorest40")]
    assert means[0] / means[1] == pytest.approx(palma(values, who.income, who.population).value)


def test_without_incomes_there_are_no_groups_by_income_and_named_ones_stay() -> None:
    groups = residents_by_group(people([30, 30], [NAN, NAN], no_car=[3.0, NAN]))
    assert list(groups) == ["all", "no_car"]
    assert groups["no_car"].tolist() == [3, 0]


def test_a_group_and_the_rest_are_everybody_with_an_income() -> None:
    who = people([30, 30, 40, 5], [1, 2, 3, NAN])
    both = residents_in_range(who, "poorest40") + residents_in_range(who, "richer60")
    assert both.tolist() == pytest.approx([30, 30, 40, 0])


def test_added_residents_are_those_of_the_scenario_only_and_none_are_taken_away() -> None:
    before, after = people([30, 30], [1, 2]), people([50, 20], [1, 2])
    assert added_residents(before, after).tolist() == [20, 0]


def test_other_residents_incomes_or_groups_are_noticed() -> None:
    base = people([30, 30], [1, NAN], old=[1, 2])
    assert same_residents(base, people([30, 30], [1, NAN], old=[1, 2]))
    assert not same_residents(base, people([30, 31], [1, NAN], old=[1, 2]))
    assert not same_residents(base, people([30, 30], [2, NAN], old=[1, 2]))
    assert not same_residents(base, people([30, 30], [1, NAN], old=[1, 3]))
    assert not same_residents(base, people([30, 30], [1, NAN]))

"""Numbers of base and scenario side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_access_comparison_groups import people

from access.comparison_benefit import DifferenceRange
from access.comparison_notes import (
    NOT_DEFINED_BASE,
    NOT_DEFINED_SCENARIO,
    ONLY_IN_BASE,
    ONLY_IN_SCENARIO,
    OTHER_RESIDENTS,
)
from access.comparison_table import TABLE_COLUMNS, added_rows, difference_table, halves_of_palma
from access.index_sheet import PALMA, IndexKey, mean_of
from access.indicator_rows import access_rows
from access.indicators import Measured, Row

WHERE = {"service": "jobs", "period": "peak", "cutoff_min": 30}
ACCESS = ("access", "jobs", "peak", 30, None)
INTERVAL = DifferenceRange(1.0, 3.0, "input uncertainty", "income: ours", 500)


def row(value: Any, indicator: str = "mean_access", group: str = "all", **more: Any) -> Row:
    return {
        "indicator": indicator,
        "standard": None,
        **WHERE,
        "group": group,
        "value": value,
        "unit": "jobs",
    } | more


def only(table: pd.DataFrame, **where: Any) -> pd.Series:
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1, table
    return table.iloc[0]


def test_a_change_is_scenario_minus_base_with_its_share_of_the_base() -> None:
    table = difference_table("s", [row(10.0)], [row(12.5)])
    assert list(table.columns) == list(TABLE_COLUMNS)
    found = only(table)
    assert (found["base"], found["value"], found["change"], found["relative_change"]) == (10, 12.5, 2.5, 0.25)
    assert (found["scenario"], found["better"], found["cutoff_min"]) == ("s", "more", 30)
    assert found["note"] is None or pd.isna(found["note"])


@pytest.mark.parametrize(("indicator", "unit"), [("gini", "index"), ("share_of_total", "share")])
def test_a_share_of_an_index_or_of_a_share_is_not_given(indicator: str, unit: str) -> None:
    found = only(difference_table("s", [row(0.5, indicator, unit=unit)], [row(0.25, indicator, unit=unit)]))
    assert found["change"] == -0.25
    assert math.isnan(found["relative_change"])


def test_a_base_of_nothing_has_a_change_and_no_percentage() -> None:
    found = only(difference_table("s", [row(0.0)], [row(4.0)]))
    assert found["change"] == 4
    assert math.isnan(found["relative_change"])


def test_what_is_not_defined_or_only_in_one_is_said() -> None:
    nan = float("nan")
    before = [row(nan, note="not defined"), row(1.0, "gini"), row(3.0, "right_depth"), row(nan, "x")]
    after = [row(2.0), row(nan, "gini"), row(5.0, "basket_mean"), row(nan, "x")]
    table = difference_table("s", before, after)
    notes = dict(zip(table["indicator"], table["note"], strict=True))
    assert notes == {
        "mean_access": NOT_DEFINED_BASE,
        "gini": NOT_DEFINED_SCENARIO,
        "right_depth": ONLY_IN_BASE,
        "basket_mean": ONLY_IN_SCENARIO,
        "x": f"{NOT_DEFINED_BASE}; {NOT_DEFINED_SCENARIO}",
    }
    assert table["change"].isna().all()
    assert only(table, indicator="right_depth")["base"] == 3


def test_the_first_row_of_a_key_counts() -> None:
    found = only(difference_table("s", [row(1.0), row(9.0)], [row(2.0), row(8.0)]))
    assert (found["base"], found["value"]) == (1, 2)


def test_other_residents_are_told_in_every_row() -> None:
    table = difference_table("s", [row(1.0, note="odd")], [row(2.0, note="odd")], other_residents=True)
    assert only(table)["note"] == f"odd; {OTHER_RESIDENTS}"


def test_intervals_of_the_difference_stand_at_their_number() -> None:
    ranges = {(ACCESS, mean_of("all")): INTERVAL, (ACCESS, PALMA): INTERVAL._replace(low=-1.0)}
    before = [row(10.0), row(0.1, "share_of_total"), row(2.0, "ratio_richest10_poorest40"), row(1.0, "gini")]
    after = [row(12.0), row(0.12, "share_of_total"), row(1.5, "ratio_richest10_poorest40"), row(1.0, "gini")]
    table = difference_table("s", before, after, ranges, totals={"jobs": 100.0})
    found = only(table, indicator="mean_access")
    assert (found["low"], found["high"], found["draws"]) == (1, 3, 500)
    assert (found["interval_kind"], found["sources"]) == ("input uncertainty", "income: ours")
    assert only(table, indicator="share_of_total")["low"] == pytest.approx(0.01)
    assert only(table, indicator="ratio_richest10_poorest40")["low"] == -1
    assert math.isnan(only(table, indicator="gini")["low"])


def test_where_all_opportunities_are_others_a_share_of_them_has_no_interval() -> None:
    ranges = {(ACCESS, mean_of("all")): INTERVAL}
    table = difference_table("s", [row(0.1, "share_of_total")], [row(0.1, "share_of_total")], ranges)
    assert math.isnan(only(table)["low"])


def test_a_difference_that_is_not_defined_or_a_range_that_is_not_has_no_interval() -> None:
    ranges = {(ACCESS, mean_of("all")): INTERVAL, (ACCESS, mean_of("a")): INTERVAL._replace(low=math.nan)}
    before, after = [row(math.nan), row(1.0, group="a")], [row(2.0), row(2.0, group="a")]
    table = difference_table("s", before, after, ranges)
    assert table[["low", "high", "draws"]].isna().all(axis=None)


def test_rights_of_children_take_the_interval_of_children() -> None:
    place = ("right", "school")
    ranges = {
        (place, IndexKey("below_line_residents", "all")): INTERVAL,
        (place, IndexKey("below_line_residents", "for_school_age")): INTERVAL._replace(low=2.0),
        (place, IndexKey("below_line_residents", "decile_1")): INTERVAL,
    }
    rows = [row(9.0, "right_residents", group, standard="school") for group in ("all", "decile_1")]
    table = difference_table("s", rows, rows, ranges, whom={"school": "for_school_age"})
    assert only(table, group="all")["low"] == 2
    assert math.isnan(only(table, group="decile_1")["low"])  # of everybody in the draws
    assert only(difference_table("s", rows, rows, ranges), group="decile_1") is not None
    assert only(difference_table("s", rows, rows, ranges), group="decile_1")["low"] == 1


def test_the_halves_of_the_palma_ratio_are_those_it_divides() -> None:
    who = people([30, 30, 40, 10], [1, 2, 3, 0.5], [True, True, True, False])
    values = np.array([1.0, 5, 9, np.nan])
    measured = [Measured("access", WHERE, values), Measured("nearest", {"service": "jobs"}, values)]
    halves = {str(row["group"]): float(str(row["value"])) for row in halves_of_palma(measured, who)}
    assert halves == {"poorest40": pytest.approx((30 + 50) / 40), "richest10": pytest.approx(9)}
    ratio = next(
        row["value"]
        for row in access_rows(values, 10.0, who, WHERE)
        if row["indicator"] == "ratio_richest10_poorest40"
    )
    assert halves["richest10"] / halves["poorest40"] == pytest.approx(ratio)


def test_without_incomes_there_are_no_halves() -> None:
    who = people([30.0], [np.nan])
    assert list(halves_of_palma([Measured("access", WHERE, np.ones(1))], who)) == []


def test_added_residents_have_their_access_in_the_scenario_alone() -> None:
    base, scenario = people([30, 30], [1, 2]), people([30, 50], [1, 2])
    measured = [Measured("access", WHERE, np.array([3.0, 7]))]
    before, after = added_rows(measured, base, scenario, np.array([0.0, 20]))
    table = difference_table("s", before, after)
    assert only(table, indicator="residents")["change"] == 20
    added = only(table, group="added_residents")
    assert (added["value"], added["note"]) == (7, ONLY_IN_SCENARIO)
    assert added_rows(measured, base, base, np.zeros(2)) == ([], [])

"""Columns of base and scenario: which there are, what they weigh, which interval they take."""

from __future__ import annotations

import math

import numpy as np
import pytest

from access.comparison_benefit import DifferenceRange
from access.comparison_cells import NO_DATA
from access.comparison_columns import ColumnChange, column_changes
from access.comparison_notes import NOISE_NOT_QUANTIFIED
from access.index_sheet import mean_of
from access.indicators import Measured

WHERE = {"service": "jobs", "period": "peak", "cutoff_min": 30}
NEAREST = {"service": "jobs", "period": "peak"}
PLACE = ("access", "jobs", "peak", 30, None)
GROUPS = {"all": np.array([10.0, 20, 5])}
INTERVAL = DifferenceRange(1.0, 3.0, "input uncertainty", "x", 9)


def measured(access: list[float], nearest: list[float]) -> list[Measured]:
    return [
        Measured("access", WHERE, np.array(access)),
        Measured("nearest", NEAREST, np.array(nearest)),
        Measured("below", {**WHERE, "standard": "a_line"}, np.array(access), 5.0),
    ]


def columns(floor: dict[tuple[object, ...], np.ndarray] | None = None) -> list[ColumnChange]:
    base, scenario = measured([10, 20, np.nan], [5, 9, 9]), measured([12, 20, 7], [4, 9, 9])
    return list(column_changes(base, scenario, GROUPS, floor or {}))


def test_access_and_nearest_are_compared_under_the_names_of_a_run_and_lines_are_not() -> None:
    assert [each.name for each in columns()] == ["jobs_in_30min_peak", "nearest_jobs_min_peak"]
    assert [each.unit for each in columns()] == ["jobs", "min"]
    assert [each.cells.better for each in columns()] == ["more", "less"]


def test_a_column_without_a_floor_says_so() -> None:
    access, nearest = columns({PLACE: np.zeros(3)})
    assert (access.note, nearest.note) == (None, NOISE_NOT_QUANTIFIED)


def test_residents_off_the_streets_weigh_nothing_in_a_share() -> None:
    change = columns()[0].mean_change("all", {})
    assert (change.residents, change.mean) == (30, pytest.approx(20 / 30))


def test_a_group_that_does_not_exist_is_nobody() -> None:
    assert math.isnan(columns()[0].mean_change("decile_1", {}).mean)


def test_access_takes_the_interval_of_its_group_and_minutes_take_none() -> None:
    access, nearest = columns()
    ranges = {(PLACE, mean_of("all")): INTERVAL, (nearest.place, mean_of("all")): INTERVAL}
    assert access.interval("all", ranges) == INTERVAL
    assert access.interval("decile_1", ranges) is None
    assert nearest.interval("all", ranges) is None
    assert access.interval("all", {(PLACE, mean_of("all")): INTERVAL._replace(low=math.nan)}) is None


def test_where_the_scenario_has_no_data_no_cell_has_a_change() -> None:
    (access, *_) = column_changes(measured([1, 2, 3], [1, 1, 1]), [], GROUPS, {})
    assert set(access.cells.state) == {NO_DATA}
    assert access.groups["all"].no_data == 35

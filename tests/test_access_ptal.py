"""Public Transport Accessibility Level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from builders_supply import every, make_schedule, make_walks

import access.ptal
from access.ptal import ptal_bands, ptal_index
from access.supply_standards_rules import Placement, PtalRules
from access.supply_standards_walks import cell_walks_m
from gtfs.supply import departures_between
from gtfs.supply_directions import trip_directions
from gtfs.timetable import Schedule

RULES = PtalRules()


def index(schedule: Schedule, cells: Sequence[Mapping[str, int]], rules: PtalRules = RULES) -> list[float]:
    """Index of cells whose walks are given in metres."""
    timetable = schedule.timetable
    calls = departures_between(timetable, rules.window_start_s, rules.window_end_s)
    walks = cell_walks_m(make_walks(schedule, cells), 3.6, 30)
    ways = trip_directions(timetable)
    return ptal_index(timetable, schedule.route_types, calls, ways, walks, rules).tolist()


def test_worked_example() -> None:
    """Two bus routes and a train, each sum on paper.

    Route 1: stop A at 400 m, 5 min; 6 an hour one way, 4 the other, so 6: wait 5 + 2; 30 / 12 = 2.5.
    Route 2: stop A, 3 an hour: wait 10 + 2; 30 / 17.
    Train: 800 m, 10 min; 10 an hour: wait 3 + 0.75; 30 / 13.75.
    Bus 2.5 + 0.5 * 30 / 17; train 30 / 13.75.
    """
    schedule = make_schedule(
        every(10, "8:15", "9:14", "1", ["A", "Z1"])
        + every(15, "8:15", "9:14", "1", ["Y1", "B"]).replace("1: Y1", "1: Z2")
        + every(20, "8:15", "9:14", "2", ["A", "Z3"])
        + every(6, "8:15", "9:14", "train", ["S", "Z4"]),
        types={"train": 2},
    )
    found = index(schedule, [{"A": 400, "B": 480, "S": 800}])
    assert found == [pytest.approx(2.5 + 0.5 * 30 / 17 + 30 / 13.75)]
    assert ptal_bands(np.array(found), RULES).tolist() == ["2"]  # 5.56


def test_each_route_counts_once_at_its_nearest_stop() -> None:
    schedule = make_schedule(every(10, "8:15", "9:14", "1", ["A", "B", "Z"]))
    assert index(schedule, [{"A": 400, "B": 80}]) == [pytest.approx(30 / (1 + 5 + 2))]


def test_the_walk_is_to_the_nearest_stop_and_the_frequency_that_of_the_busier_way() -> None:
    """Across the street, at 160 m, six leave; here, at 80 m, two."""
    schedule = make_schedule(
        every(30, "8:15", "9:14", "1", ["A1", "Z1"]) + every(10, "8:15", "9:14", "1", ["A2", "Z2"])
    )
    assert index(schedule, [{"A1": 80, "A2": 160}]) == [pytest.approx(30 / (1 + 5 + 2))]


def test_a_way_has_the_frequency_of_its_nearest_stop_not_of_a_busier_one_further_on() -> None:
    lines = every(30, "8:15", "9:14", "1", ["A", "B", "Z"]) + every(30, "8:20", "9:14", "1", ["B", "Z"])
    assert index(make_schedule(lines), [{"A": 80, "B": 160}]) == [pytest.approx(30 / (1 + 15 + 2))]


def test_of_two_stops_of_one_way_equally_near_the_more_frequent_counts() -> None:
    lines = every(30, "8:15", "9:14", "1", ["A", "B", "Z"]) + every(30, "8:20", "9:14", "1", ["B", "Z"])
    assert index(make_schedule(lines), [{"A": 80, "B": 80}]) == [pytest.approx(30 / (1 + 7.5 + 2))]


def test_the_busier_way_beyond_the_limit_does_not_count() -> None:
    schedule = make_schedule(
        every(30, "8:15", "9:14", "1", ["A1", "Z1"]) + every(10, "8:15", "9:14", "1", ["A2", "Z2"])
    )
    assert index(schedule, [{"A1": 80, "A2": 641}]) == [pytest.approx(30 / (1 + 15 + 2))]


def test_a_bus_stop_at_640_m_counts_and_one_at_641_m_does_not() -> None:
    schedule = make_schedule(every(10, "8:15", "9:14", "1", ["A", "Z"]))
    found = index(schedule, [{"A": 640}, {"A": 641}, {}])
    assert found == [pytest.approx(30 / (8 + 5 + 2)), 0.0, 0.0]


def test_a_station_at_960_m_counts_and_trams_are_rail() -> None:
    schedule = make_schedule(every(10, "8:15", "9:14", "T", ["A", "Z"]), types={"T": 0})
    assert index(schedule, [{"A": 960}, {"A": 961}]) == [pytest.approx(30 / (12 + 5 + 0.75)), 0.0]


def test_each_mode_has_its_own_best_route() -> None:
    """Tram and metro: both weigh 1. Two metro lines: the second weighs one half."""
    lines = every(10, "8:15", "9:14", "M", ["A", "Z"]) + every(10, "8:15", "9:14", "T", ["A", "Y"])
    edf = 30 / (1 + 5 + 0.75)
    two_modes = make_schedule(lines, types={"M": 1, "T": 0})
    one_mode = make_schedule(lines, types={"M": 1, "T": 1})
    assert index(two_modes, [{"A": 80}]) == [pytest.approx(2 * edf)]
    assert index(one_mode, [{"A": 80}]) == [pytest.approx(1.5 * edf)]


def test_a_bus_that_stops_twice_at_a_station_is_one_vehicle() -> None:
    trips = "\n".join(f"1: P1 8:{m}, X 8:{m + 2}, P2 8:{m + 4}, Z 8:{m + 6}" for m in (20, 30, 40))
    schedule = make_schedule(trips, stations={"P1": "S", "P2": "S"})
    assert index(schedule, [{"P1": 80}]) == [pytest.approx(30 / (1 + 10 + 2))]


def test_platforms_of_one_way_are_counted_together() -> None:
    """Three an hour from each of two platforms, six from the station."""
    lines = every(20, "8:15", "9:14", "1", ["P1", "Z"]) + every(20, "8:25", "9:14", "1", ["P2", "Z"])
    schedule = make_schedule(lines, stations={"P1": "S", "P2": "S"}, types={"1": 2})
    assert index(schedule, [{"P1": 80}]) == [pytest.approx(30 / (1 + 5 + 0.75))]


def test_vehicles_outside_the_peak_hour_do_not_count() -> None:
    lines = "1: A 8:14:59, Z 8:20\n1: A 8:15, Z 8:20\n1: A 9:15, Z 9:20\n1: A 1:00, Z 1:10"
    assert index(make_schedule(lines), [{"A": 80}]) == [pytest.approx(30 / (1 + 30 + 2))]


def test_ferries_are_left_out_unless_placed() -> None:
    schedule = make_schedule(every(10, "8:15", "9:14", "F", ["A", "Z"]), types={"F": 1000})
    assert index(schedule, [{"A": 80}]) == [0.0]
    placed = replace(RULES, modes={**RULES.modes, "FERRY": Placement("rail", False, "our choice")})
    assert index(schedule, [{"A": 80}], placed) == [pytest.approx(30 / (1 + 5 + 0.75))]


def test_constants_can_be_changed() -> None:
    schedule = make_schedule(every(10, "8:15", "9:14", "1", ["A", "Z"]))
    rules = replace(RULES, bus_reliability_min=0.0, doorstep_min=60.0, walk_speed_m_min=40.0)
    assert index(schedule, [{"A": 80}], rules) == [pytest.approx(60 / (2 + 5))]


def test_blocks_of_cells_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = make_schedule(
        every(10, "8:15", "9:14", "1", ["A", "B", "Z"]) + every(12, "8:15", "9:14", "2", ["B", "A", "Y"])
    )
    cells = [{"A": 80, "B": 90}, {}, {"B": 300}, {"A": 600, "B": 10}, {}, {"A": 1}]
    whole = index(schedule, cells)
    for n_links in (1, 2, 3, 5):
        monkeypatch.setattr(access.ptal, "_BLOCK_OF_LINKS", n_links)
        assert index(schedule, cells) == whole
    assert whole[1] == whole[4] == 0


def test_the_bounds_of_the_bands_belong_below() -> None:
    values = np.array([0.0, 0.01, 2.5, 2.51, 5, 10, 15, 20, 25, 40, 40.01, np.nan])
    bands = ["0", "1a", "1a", "1b", "1b", "2", "3", "4", "5", "6a", "6b", None]
    assert ptal_bands(values, RULES).tolist() == bands


def test_a_timetable_that_is_silent_in_the_hour_gives_zero_everywhere() -> None:
    assert index(make_schedule("1: A 12:00, B 12:10"), [{"A": 80}, {}]) == [0.0, 0.0]

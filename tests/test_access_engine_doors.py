"""Stops around a destination where everybody would better ride on, by hand and on random networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from builders_examples import examples
from builders_scan import program_of, random_kernel_inputs, search_of, with_complete_footpaths
from builders_timetable import Town, clock_s, make_links
from hypothesis import given, settings

from access.engine.doors import useful_doors
from access.engine.program import event_program, footpaths_into_stops, reversed_links

RANDOM = settings(deadline=None, database=None, derandomize=True)


def useful_stops(town: Town, leave: str = "8:00") -> str:
    """Names of the stops kept for the one destination."""
    search = {"departure_start_s": clock_s(leave), "departure_window_min": 10}
    case = with_complete_footpaths({**town.journey_input(), **search})
    kept = useful_doors([program_of(case)], reversed_links(case["egress"], case["n_destinations"]))
    assert kept.start.tolist() == [0, len(kept.target)]
    return "".join(town._stops()[stop] for stop in kept.target)


def test_who_is_at_the_door_sooner_by_riding_on_does_not_leave_before() -> None:
    """From B at 8:10 and 11 min of walking at 8:21, from C at 8:15 and 5 min at 8:20."""
    assert useful_stops(Town("A 8:05, B 8:10, C 8:15", egress={"B": 660, "C": 300})) == "C"


def test_as_soon_is_enough_but_a_second_later_is_not() -> None:
    assert useful_stops(Town("A 8:05, B 8:10, C 8:15", egress={"B": 600, "C": 300})) == "C"
    assert useful_stops(Town("A 8:05, B 8:10, C 8:15", egress={"B": 599, "C": 300})) == "BC"


def test_a_stop_further_on_from_where_nobody_walks_to_the_door_does_not_count() -> None:
    assert useful_stops(Town("A 8:05, B 8:10, C 8:15", egress={"B": 3_000})) == "B"


def test_one_vehicle_that_ends_there_makes_a_stop_useful() -> None:
    town = Town(
        """A 8:05, B 8:10, C 8:15
           A 8:25, B 8:30""",
        egress={"B": 660, "C": 300},
    )
    assert useful_stops(town) == "BC"


def test_a_stop_that_nobody_can_leave_a_vehicle_at_is_of_no_use() -> None:
    assert useful_stops(Town("A 8:05, B 8:10 no-drop-off, C 8:15", egress={"A": 0, "B": 0, "C": 300})) == "C"


def test_where_each_stop_is_worse_than_the_next_the_last_one_stays() -> None:
    town = Town("A 8:05, B 8:06, C 8:07, D 8:08", egress={"B": 900, "C": 600, "D": 0})
    assert useful_stops(town) == "D"


def test_a_stop_near_another_destination_is_none_near_this_one() -> None:
    """Riding on to C helps who goes to the first destination; nobody walks from C to the second."""
    case = Town("A 8:05, B 8:10, C 8:15", egress={"B": 660, "C": 300}).journey_input()
    case |= {"departure_start_s": clock_s("8:00"), "departure_window_min": 10}
    doors = make_links([{1: 660, 2: 300}, {1: 660}])
    kept = useful_doors([program_of(with_complete_footpaths(case))], doors)
    assert kept.target.tolist() == [2, 1]
    assert kept.start.tolist() == [0, 1, 2]


@settings(RANDOM, max_examples=examples(100))
@given(case=random_kernel_inputs())
def test_each_trip_is_at_each_door_as_early_from_the_stops_that_stay(case: dict[str, Any]) -> None:
    """From every alighting on: the earliest arrival of its trip with all walks, and with those that stay."""
    search = search_of(case)
    doors = reversed_links(case["egress"], case["n_destinations"])
    program = event_program(
        case["timetable"], case["access"], footpaths_into_stops(case["footpaths"]), search
    )
    kept = useful_doors([program], doors)
    for destination in range(len(doors.start) - 1):
        walks = [
            dict(zip(links.target[part].tolist(), links.walk_s[part].tolist(), strict=True))
            for links in (doors, kept)
            for part in [slice(links.start[destination], links.start[destination + 1])]
        ]
        assert walks[1].items() <= walks[0].items()
        earliest: list[dict[int, int]] = [{}, {}]
        for event in np.flatnonzero(~program.event_boards)[::-1]:
            trip, stop = int(program.event_trip[event]), int(program.event_stop[event])
            for best, walk_s in zip(earliest, walks, strict=True):
                there_s = int(program.event_s[event]) + walk_s.get(stop, 10**9)
                best[trip] = min(best.get(trip, 10**9), there_s)
            assert min(earliest[0][trip], 10**9) == min(earliest[1][trip], 10**9)

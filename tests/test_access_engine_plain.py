"""The rules of travel: hand cases with times to add in your head, then random networks against the twin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference.travel_times as twin
from builders_examples import examples
from builders_scan import network_of, plain_seconds, random_kernel_inputs, search_of, with_complete_footpaths
from builders_timetable import Town, busy_journey_input, clock_s, make_timetable, random_journey_inputs
from hypothesis import given, settings

from access.engine.arrays import UNREACHED_S
from access.engine.plain import fill_percentiles
from gtfs.timetable import check_timetable

RANDOM = settings(deadline=None, database=None)


def arrives(town: Town, leave: str, **options: Any) -> str | None:
    """Clock time at work when leaving home at this minute, or None."""
    return _clock(at_work(town, leave, **options)[0])


def alights(town: Town, stop: str, leave: str, **options: Any) -> str | None:
    """Clock time of the first vehicle left at a stop, or None."""
    return _clock(_arrivals(town, leave, **options)[0][0, town.stop(stop)])


def at_work(town: Town, leave: str, **options: Any) -> Any:
    """Seconds of arrival at work for each departure."""
    return _arrivals(town, leave, **options)[1][:, 0]


def _arrivals(town: Town, leave: str, **options: Any) -> Any:
    options = {"departure_start_s": clock_s(leave), "departure_window_min": 1, **options}
    return plain_seconds(with_complete_footpaths({**town.journey_input(), **options}), 0)


def _clock(second: np.int32) -> str | None:
    if second == UNREACHED_S:
        return None
    minutes, seconds = divmod(int(second), 60)
    return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


# R1 slack


def test_first_boarding_needs_the_slack_to_the_second() -> None:
    town = Town("A 8:00, Z 8:10", access={"A": 59})
    assert arrives(town, "7:58", boarding_slack_s=61) == "8:10"
    assert arrives(town, "7:58", boarding_slack_s=60) == "8:10"
    late = Town("A 8:00, Z 8:10", access={"A": 61})
    assert arrives(late, "7:58", boarding_slack_s=60) is None
    assert arrives(late, "7:58", boarding_slack_s=59) == "8:10"


def test_change_at_a_stop_needs_the_slack_to_the_second() -> None:
    town = Town("""A 8:00, B 8:10
                   B 8:11, Z 8:20
                   B 8:30, Z 8:40""")
    assert arrives(town, "7:50", boarding_slack_s=60) == "8:20"
    assert arrives(town, "7:50", boarding_slack_s=61) == "8:40"


def test_change_over_a_footpath_needs_the_walk_and_the_slack() -> None:
    town = Town(
        """A 8:00, B 8:10
           C 8:13, Z 8:20
           C 8:30, Z 8:40""",
        footpaths={"B-C": 120},
    )
    assert arrives(town, "7:50", boarding_slack_s=60) == "8:20"
    assert arrives(town, "7:50", boarding_slack_s=61) == "8:40"


def test_trips_that_meet_in_the_same_second_do_not_connect() -> None:
    town = Town("""A 8:00, B 8:10
                   B 8:10, Z 8:20""")
    assert arrives(town, "7:50", boarding_slack_s=1) is None


def test_rides_of_zero_seconds_never_chain_within_one_second() -> None:
    town = Town("""A 8:00, B 8:00
                   B 8:00, Z 8:00
                   B 8:01, Z 8:01""")
    assert arrives(town, "7:50", boarding_slack_s=1) == "8:01"


def test_changes_to_a_bus_that_set_out_before_one_left_home() -> None:
    town = Town("""X 7:00, B 8:20, Z 8:30
                   A 8:00, B 8:10""")
    assert arrives(town, "7:50") == "8:30"


# R2 staying on board


def test_staying_on_board_needs_neither_slack_nor_pickup() -> None:
    assert arrives(Town("A 8:00, B 8:10 no-pickup, Z 8:20"), "7:50") == "8:20"


def test_rides_past_the_same_stop_twice() -> None:
    loop = Town("A 8:00, B 8:05, A 8:10, Z 8:15")
    assert arrives(loop, "7:50") == "8:15"
    assert arrives(loop, "8:05") == "8:15"
    assert alights(loop, "A", "7:50") == "8:10"
    assert alights(loop, "B", "8:05") is None


def test_a_ride_from_a_stop_to_itself_is_a_ride() -> None:
    assert alights(Town("A 8:00, A 8:05, Z 8:10"), "A", "7:50") == "8:05"


def test_rides_of_zero_seconds_are_rides() -> None:
    assert arrives(Town("A 8:00, B 8:00, Z 8:00"), "7:59") == "8:00"


def test_takes_the_overtaking_express() -> None:
    town = Town("""A 8:00, B 8:20, Z 8:40
                   A 8:05, B 8:10, Z 8:15""")
    assert arrives(town, "7:50") == "8:15"


def test_boards_further_down_the_line_when_that_is_all_that_can_be_caught() -> None:
    town = Town("A 8:00, B 8:10, C 8:20, Z 8:30", access={"A": 0, "B": 300})
    assert alights(town, "C", "8:00") == "8:20"
    assert alights(town, "B", "8:00") is None
    assert alights(town, "B", "7:59") == "8:10"


def test_leaving_earlier_adds_the_stops_up_to_the_later_boarding() -> None:
    town = Town("A 8:00, B 8:10, C 8:20, Z 8:30", access={"A": 0, "C": 300})
    found, _ = _arrivals(town, "7:59", departure_window_min=10)
    stop_s = found[:, [town.stop(name) for name in "BCZ"]]
    assert [_clock(second) for second in stop_s[0]] == ["8:10", "8:20", "8:30"]
    assert [_clock(second) for second in stop_s[1]] == [None, None, "8:30"]


# R3 pickup and drop-off


def test_does_not_board_without_pickup() -> None:
    town = Town("""A 8:00 no-pickup, Z 8:10
                   A 8:30, Z 8:40""")
    assert arrives(town, "7:50") == "8:40"


def test_does_not_leave_without_drop_off() -> None:
    town = Town("A 8:00, Z 8:10 no-drop-off, Z 8:30", footpaths={"Z-A": 60})
    assert arrives(town, "7:50") == "8:30"


def test_does_not_change_where_drop_off_is_forbidden() -> None:
    town = Town("""A 8:00, B 8:10 no-drop-off, C 8:20
                   B 8:15, Z 8:30""")
    assert arrives(town, "7:50") is None


def test_pickup_at_the_last_visit_and_drop_off_at_the_first_mean_nothing() -> None:
    town = Town("A 8:00, Z 8:10", access={"Z": 0}, egress={"A": 0})
    assert arrives(town, "7:50") is None


# R4 one walk between rides


def test_footpaths_are_not_chained() -> None:
    town = Town(
        """A 8:00, B 8:10
           D 8:30, Z 8:40""",
        footpaths={"B-C": 60, "C-D": 60},
    )
    assert arrives(town, "7:50") is None


def test_no_footpath_after_the_access_walk() -> None:
    assert arrives(Town("B 8:00, Z 8:10", access={"A": 0}, footpaths={"A-B": 60}), "7:50") is None


def test_no_egress_without_a_ride() -> None:
    assert arrives(Town("B 8:00, Z 8:10", access={"A": 0}, egress={"A": 60}), "7:50") is None


def test_no_footpath_before_the_egress_walk() -> None:
    town = Town("A 8:00, B 8:10", egress={"C": 60}, footpaths={"B-C": 60})
    assert arrives(town, "7:50") is None


def test_footpaths_hold_in_their_direction_only() -> None:
    town = Town(
        """A 8:00, B 8:10
           C 8:30, Z 8:40""",
        footpaths={"C-B": 60},
    )
    assert arrives(town, "7:50") is None


def test_a_stop_reached_later_by_vehicle_than_on_foot_still_walks_on() -> None:
    """C is reached on foot at 8:11 first, which may not walk on; the bus at 8:15 may."""
    town = Town(
        """A 8:00, B 8:10, C 8:15
           D 8:20, Z 8:30""",
        footpaths={"B-C": 60, "C-D": 60},
    )
    assert arrives(town, "7:50") == "8:30"


TO_ITSELF = Town("""A 8:00, B 8:10
                   B 8:12, Z 8:20""")  # fmt: skip


def test_no_change_of_vehicle_at_a_stop_without_a_footpath_to_itself() -> None:
    case = {**TO_ITSELF.journey_input(), "departure_start_s": clock_s("7:50"), "departure_window_min": 1}
    assert _clock(plain_seconds(case, 0)[1][0, 0]) is None
    assert _clock(plain_seconds(with_complete_footpaths(case), 0)[1][0, 0]) == "8:20"


@pytest.mark.parametrize(("walk_s", "arrival"), [(0, "8:20"), (60, "8:20"), (61, None), (-59, "8:20")])
def test_a_footpath_from_a_stop_to_itself_takes_what_it_says(walk_s: int, arrival: str | None) -> None:
    own = Town(TO_ITSELF.trips, footpaths={"B-B": walk_s}).journey_input()
    case = {**own, "departure_start_s": clock_s("7:50"), "departure_window_min": 1}
    assert _clock(plain_seconds(case, 0)[1][0, 0]) == arrival


def test_a_vehicle_that_waits_is_caught_a_second_after_the_arrival_but_not_in_it() -> None:
    """A timed transfer: 1 s in all, so the footpath is 59 s shorter than nothing."""
    for departs, arrival in (("8:10:01", "8:20"), ("8:10", None)):
        town = Town(f"""A 8:00, B 8:10
                        C {departs}, Z 8:20""", footpaths={"B-C": -59})  # fmt: skip
        assert arrives(town, "7:50") == arrival


def test_an_access_walk_may_take_up_the_slack() -> None:
    """At the stop when the vehicle departs, and as soon as one sets out."""
    town = Town("A 8:00, Z 8:10", access={"A": -60})
    assert arrives(town, "8:00") == "8:10"
    assert arrives(town, "8:01") is None
    assert [_clock(one) for one in at_work(town, "7:59", departure_window_min=3)] == ["8:10", "8:10", None]


# R5 egress and direct walking


def test_walks_home_from_the_stop_that_is_best_door_to_door() -> None:
    town = Town("A 8:00, B 8:10, C 8:12", egress={"B": 300, "C": 60})
    assert arrives(town, "7:50") == "8:13"


def test_walking_all_the_way_competes() -> None:
    town = Town("A 8:00, Z 8:10", direct=15 * 60)
    assert arrives(town, "7:50") == "8:05"
    assert arrives(town, "7:56") == "8:10"
    assert arrives(town, "8:05") == "8:20"


# R6 waiting, midnight


def test_each_minute_takes_its_own_next_trip() -> None:
    town = Town("""A 8:02, Z 8:12
                   A 8:04, Z 8:09""")
    second = at_work(town, "8:00", departure_window_min=5)
    assert [_clock(one) for one in second] == ["8:09", "8:09", "8:09", "8:09", None]


def test_boards_at_midnight() -> None:
    assert arrives(Town("A 0:00, Z 0:10"), "0:00") is None
    assert arrives(Town("A 0:01, Z 0:10"), "0:00") == "0:10"


def test_boards_a_trip_of_the_day_before_and_one_past_24_hours() -> None:
    assert arrives(Town("B -0:30, A 0:05, Z 0:10"), "0:01") == "0:10"
    assert arrives(Town("B 23:30, A 24:05, Z 24:10"), "24:01") == "24:10"
    assert arrives(Town("B 23:30, A 24:05, Z 24:10"), "23:50") == "24:10"


# R7 maximum duration


def test_the_last_second_of_the_maximum_minute_counts() -> None:
    assert arrives(Town("A 8:00, Z 8:20:59"), "7:59", max_duration_min=21) == "8:20:59"
    assert arrives(Town("A 8:00, Z 8:21:00"), "7:59", max_duration_min=21) is None
    assert arrives(Town("A 8:00, Z 8:20", egress={"Z": 59}), "7:59", max_duration_min=21) == "8:20:59"
    assert arrives(Town("A 8:00, Z 8:20", egress={"Z": 60}), "7:59", max_duration_min=21) is None
    assert arrives(Town("A 9:00, Z 9:10", direct=21 * 60 + 59), "7:59", max_duration_min=21) == "8:20:59"
    assert arrives(Town("A 9:00, Z 9:10", direct=22 * 60), "7:59", max_duration_min=21) is None
    assert alights(Town("A 8:00, Z 8:21"), "Z", "7:59", max_duration_min=21) is None


def test_the_maximum_duration_holds_for_each_minute_apart() -> None:
    town = Town("A 8:10, Z 8:20")
    second = at_work(town, "8:00", departure_window_min=3, max_duration_min=18)
    assert [_clock(one) for one in second] == [None, None, "8:20"]


def test_boards_in_the_last_minute_that_counts() -> None:
    town = Town("A 8:20, Z 8:20:30")
    assert arrives(town, "7:59", max_duration_min=21) == "8:20:30"
    second = at_work(town, "7:40", departure_window_min=30, max_duration_min=21)
    assert [_clock(one) for one in second] == [None] * 19 + ["8:20:30"] * 11


# R9 rides

THREE_RIDES = """A 8:00, B 8:10
                 B 8:15, C 8:20
                 C 8:25, Z 8:30
                 A 8:05, Z 9:00
                 B 8:12, Z 8:45"""


@pytest.mark.parametrize(
    ("max_rides", "arrival"), [(1, "9:00"), (2, "8:45"), (3, "8:30"), (4, "8:30"), (None, "8:30")]
)
def test_fewer_rides_arrive_later(max_rides: int | None, arrival: str) -> None:
    assert arrives(Town(THREE_RIDES), "7:50", max_rides=max_rides) == arrival
    assert alights(Town(THREE_RIDES), "B", "7:50", max_rides=max_rides) == "8:10"


def test_an_early_arrival_with_more_rides_does_not_hide_a_later_one_with_fewer() -> None:
    """B is reached at 8:10 with two rides and at 8:12 with one; only the latter may ride on."""
    town = Town("""A 8:00, C 8:04
                   C 8:06, B 8:10
                   A 8:01, B 8:12
                   B 8:20, Z 8:30""")
    assert arrives(town, "7:50", max_rides=2) == "8:30"


def test_an_arrival_of_a_later_departure_with_more_rides_does_not_hide_one_with_fewer() -> None:
    """B is reached at 8:10 with two rides, and with one at 8:12 if one leaves by 7:50."""
    town = Town("""A 7:51, B 8:12
                   A 8:00, C 8:04
                   C 8:06, B 8:10
                   B 8:20, Z 8:30""")
    second = at_work(town, "7:50", departure_window_min=2, max_rides=2)
    assert [_clock(one) for one in second] == ["8:30", None]


def test_a_trip_boarded_by_a_later_departure_as_second_ride_may_be_the_first_of_an_earlier_one() -> None:
    """The bus at B is caught on foot if one leaves by 7:50; later only with a ride to B before it."""
    town = Town(
        """A 8:00, B 8:10
           B 8:20, C 8:30
           C 8:40, Z 8:50""",
        access={"A": 0, "B": 29 * 60},
    )
    second = at_work(town, "7:50", departure_window_min=2, max_rides=2)
    assert [_clock(one) for one in second] == ["8:50", None]


# minutes


def test_travel_times_are_truncated_to_whole_minutes() -> None:
    town = Town("A 8:00, Z 8:10:59")
    search = {"departure_start_s": clock_s("7:58"), "departure_window_min": 3}
    case = {**town.journey_input(), **search}
    minutes = np.empty((3, 1, 1), np.uint8)
    fill_percentiles(network_of(case), search_of(case), 0, np.array([1, 2, 3]), minutes)
    assert minutes[:, 0, 0].tolist() == [11, 12, 255]


# random networks


@settings(RANDOM, max_examples=examples(300), derandomize=True)
@given(random_kernel_inputs())
def test_equals_the_twin_to_the_second_with_walks_shorter_than_nothing(case: dict[str, Any]) -> None:
    _compare_with_twin(case)


@settings(RANDOM, max_examples=examples(300), derandomize=True)
@given(random_journey_inputs().map(with_complete_footpaths))
def test_equals_the_twin_to_the_second_on_random_networks(case: dict[str, Any]) -> None:
    _compare_with_twin(case)


@pytest.mark.parametrize("max_rides", [1, 2, 3, None])
def test_equals_the_twin_to_the_second_on_busy_networks(max_rides: int | None) -> None:
    """Where labels of later departures with more rides get in the way of fewer rides: about one in twenty."""
    for seed in range(examples(100)):
        _compare_with_twin(with_complete_footpaths({**busy_journey_input(seed), "max_rides": max_rides}))


@pytest.mark.slow
@settings(RANDOM, max_examples=examples(10_000))
@given(random_kernel_inputs())
def test_equals_the_twin_to_the_second_on_many_random_networks(case: dict[str, Any]) -> None:
    _compare_with_twin(case)


def _compare_with_twin(case: dict[str, Any]) -> None:
    check_timetable(case["timetable"])  # the generator makes valid input
    for origin in range(len(case["access"].start) - 1):
        found_stop_s, found_destination_s = plain_seconds(case, origin)
        expected = twin.arrivals(origin=origin, **case)
        for minute, (stop_s, destination_s) in enumerate(expected):
            assert _reached(found_stop_s[minute]) == stop_s
            assert _reached(found_destination_s[minute]) == destination_s


def _reached(seconds: np.ndarray) -> dict[int, int]:
    return {int(place): int(seconds[place]) for place in np.flatnonzero(seconds != UNREACHED_S)}


@settings(RANDOM, max_examples=examples(100), derandomize=True)
@given(random_kernel_inputs())
def test_leaving_later_never_arrives_earlier(case: dict[str, Any]) -> None:
    stop_s, destination_s = plain_seconds({**case, "max_duration_min": 254}, 0)
    assert np.all(np.diff(destination_s, axis=0) >= 0)
    assert np.all(np.diff(stop_s, axis=0) >= 0)


@settings(RANDOM, max_examples=examples(100), derandomize=True)
@given(random_kernel_inputs(), random_journey_inputs())
def test_adding_trips_never_hurts(case: dict[str, Any], other: dict[str, Any]) -> None:
    n_stops = case["timetable"].n_stops
    more = [
        [(stop % n_stops, *rest) for stop, *rest in trip]
        for trip in [*twin._trips(case["timetable"]), *twin._trips(other["timetable"])]
    ]
    fewer = plain_seconds(case, 0)
    richer = plain_seconds({**case, "timetable": make_timetable(more, n_stops)}, 0)
    assert np.all(richer[0] <= fewer[0])
    assert np.all(richer[1] <= fewer[1])

"""Which of all journeys is chosen, by hand and against a twin that tries all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference.journeys as twin
from builders_timetable import Town, busy_journey_input, clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from access.engine.arrays import ANY_NUMBER_OF_RIDES, UNREACHED_S, Search, WalkLinks, with_own_stops
from access.engine.journey import JourneyNetwork, Journeys, journey_network, journeys
from access.engine.plain import arrivals_from_origin, plain_network

RANDOM = settings(deadline=None, database=None, derandomize=True)


def prepared(case: dict[str, Any]) -> tuple[JourneyNetwork, Search, dict[str, WalkLinks]]:
    """Network, search and walks of a case from ``builders_timetable``; its footpaths are made complete."""
    search = Search(
        case["departure_start_s"],
        case["departure_window_min"],
        case["max_duration_min"],
        case["max_rides"] or ANY_NUMBER_OF_RIDES,
        case["boarding_slack_s"],
    )
    walks = {name: case[name] for name in ("access", "footpaths", "egress", "direct")}
    if not case.get("complete"):
        walks["footpaths"] = with_own_stops(walks["footpaths"])
    plain = plain_network(case["timetable"], search, **walks)
    return journey_network(plain, search, case["n_destinations"]), search, walks


def town_case(town: Town, leave: str, **changes: Any) -> dict[str, Any]:
    search = {"departure_window_min": 1, "max_duration_min": 120, "boarding_slack_s": 60, "max_rides": None}
    return {**town.journey_input(), "departure_start_s": clock_s(leave), **search, **changes}


def legs(case: dict[str, Any]) -> list[tuple[str, str, str, str, int]]:
    """Rides of the only journey as ``(from, board, to, alight, walk before)``, then the last walk."""
    network, search, _ = prepared(case)
    found = journeys(network, search, 0, search.first_departure_s, [0])
    assert found.arrival_s[0] != UNREACHED_S
    times = case["timetable"]
    rides = []
    for board, alight, walk_s in zip(found.board_visit, found.alight_visit, found.walk_before_s, strict=True):
        stop = [chr(ord("A") + int(times.visit_stop[visit])) for visit in (board, alight)]
        rides.append(
            (stop[0], hour(times.departure_s[board]), stop[1], hour(times.arrival_s[alight]), int(walk_s))
        )
    return rides


def hour(time_s: int) -> str:
    return f"{time_s // 3600}:{time_s // 60 % 60:02d}"


def only(case: dict[str, Any]) -> Journeys:
    network, search, _ = prepared(case)
    return journeys(network, search, 0, search.first_departure_s, [0])


# one journey by hand; stops are lettered without gaps, so that A is stop 0


def test_one_ride_with_its_walks() -> None:
    town = Town("A 8:00, B 8:10", access={"A": 120}, egress={"B": 60})
    case = town_case(town, "7:30")
    assert legs(case) == [("A", "8:00", "B", "8:10", 120)]
    found = only(case)
    assert (found.asked_s, found.arrival_s[0], found.last_walk_s[0]) == (clock_s("7:30"), clock_s("8:11"), 60)
    assert found.leave_s[0] == clock_s("7:57"), "2 min walk and 60 s of slack before 8:00"


def test_a_change_with_a_footpath() -> None:
    town = Town("A 8:00, B 8:10\nC 8:15, D 8:30", footpaths={"B-C": 120}, egress={"D": 0})
    assert legs(town_case(town, "7:30")) == [("A", "8:00", "B", "8:10", 0), ("C", "8:15", "D", "8:30", 120)]


def test_walking_all_the_way_has_no_rides_and_can_leave_at_no_other_time() -> None:
    found = only(town_case(Town("A 8:00, B 8:10", egress={"B": 0}, direct=600), "7:55"))
    assert (np.diff(found.ride_start)[0], found.last_walk_s[0]) == (0, 600)
    assert (found.leave_s[0], found.arrival_s[0]) == (clock_s("7:55"), clock_s("8:05"))


def test_walking_wins_a_tie_with_riding() -> None:
    """Both are there at 8:10."""
    found = only(town_case(Town("A 8:00, B 8:10", egress={"B": 0}, direct=900), "7:55"))
    assert found.ride_start.tolist() == [0, 0]


def test_of_two_equally_early_journeys_the_one_with_fewer_rides() -> None:
    trips = "A 8:00, B 8:10\nB 8:12, C 8:20\nA 7:50, C 8:20"
    assert legs(town_case(Town(trips, egress={"C": 0}), "7:30")) == [("A", "7:50", "C", "8:20", 0)]


def test_one_more_ride_is_taken_for_one_second() -> None:
    trips = "A 8:00, B 8:10\nB 8:12, C 8:19:59\nA 7:50, C 8:20"
    assert len(legs(town_case(Town(trips, egress={"C": 0}), "7:30"))) == 2


def test_waits_at_home_rather_than_at_a_stop_on_the_way() -> None:
    """The bus at 7:40 would wait at B as well; who leaves at 8:00 catches the same train."""
    trips = "A 7:40, B 7:50\nA 8:00, B 8:10\nB 8:15, C 8:30"
    case = town_case(Town(trips, egress={"C": 0}), "7:30")
    assert legs(case)[0] == ("A", "8:00", "B", "8:10", 0)
    assert only(case).leave_s[0] == clock_s("7:59")


def test_of_two_that_leave_alike_the_one_with_less_walking() -> None:
    """Both changes catch the bus at 8:20; B-D takes 5 minutes on foot, C-D 1."""
    trips = "A 8:00, B 8:05, C 8:10\nD 8:20, E 8:30"
    town = Town(trips, footpaths={"B-D": 300, "C-D": 60}, egress={"E": 0})
    assert legs(town_case(town, "7:30")) == [("A", "8:00", "C", "8:10", 0), ("D", "8:20", "E", "8:30", 60)]


def test_walks_from_the_last_stop_count_as_walking() -> None:
    """C is reached 4 minutes after B, and is 4 minutes nearer to the door."""
    town = Town("A 8:00, B 8:10, C 8:14", egress={"B": 300, "C": 60})
    assert legs(town_case(town, "7:30")) == [("A", "8:00", "C", "8:14", 0)]

    town = Town("A 8:00, C 8:10, B 8:14", egress={"C": 300, "B": 60})
    assert legs(town_case(town, "7:30")) == [("A", "8:00", "B", "8:14", 0)], "whichever stop comes first"


def test_boards_and_leaves_a_loop_where_it_does_as_well_with_the_earliest_visit() -> None:
    town = Town("A 8:00, B 8:05, A 8:10, B 8:15, C 8:20", egress={"C": 0})
    assert legs(town_case(town, "8:05")) == [("A", "8:10", "C", "8:20", 0)]
    town = Town("A 8:00, B 8:05, A 8:10, B 8:15, C 8:20", egress={"B": 0, "C": 900})
    assert legs(town_case(town, "7:30")) == [("A", "8:00", "B", "8:05", 0)]


def test_changes_as_early_as_it_can_where_that_does_as_well() -> None:
    """The first vehicle comes past B twice before 8:20, the second one leaves B twice."""
    trips = "A 8:00, B 8:05, E 8:10, B 8:15, E 8:18\nB 8:20, C 8:22, B 8:25, D 8:30"
    town = Town(trips, access={"A": 0}, egress={"D": 0})
    assert legs(town_case(town, "7:59")) == [("A", "8:00", "B", "8:05", 0), ("B", "8:20", "D", "8:30", 0)]


def test_a_timed_transfer_needs_less_than_the_slack() -> None:
    """The bus at B waits: 10 s are enough, which is the slack of 60 s less 50 s."""
    town = Town("A 8:00, B 8:10\nB 8:10:10, C 8:30", footpaths={"B-B": -50}, egress={"C": 0})
    assert len(legs(town_case(town, "7:30", complete=True))) == 2
    later = Town("A 8:00, B 8:10\nB 8:10:09, C 8:30", footpaths={"B-B": -50}, egress={"C": 0})
    assert only(town_case(later, "7:30", complete=True)).arrival_s[0] == UNREACHED_S


def test_without_a_footpath_of_a_stop_to_itself_nobody_changes_there() -> None:
    town = Town("A 8:00, B 8:10\nB 8:20, C 8:30", footpaths={"A-A": 0}, egress={"C": 0})
    assert only(town_case(town, "7:30", complete=True)).arrival_s[0] == UNREACHED_S


@pytest.mark.parametrize(("max_rides", "arrival"), [(1, "8:40"), (2, "8:30"), (3, "8:25"), (None, "8:25")])
def test_the_ride_limit(max_rides: int | None, arrival: str) -> None:
    trips = "A 8:00, B 8:05, D 8:40\nB 8:10, C 8:15, D 8:30\nC 8:20, D 8:25"
    found = only(town_case(Town(trips, egress={"D": 0}), "7:30", max_rides=max_rides))
    assert found.arrival_s[0] == clock_s(arrival)


def test_a_minute_too_long_is_unreached() -> None:
    town = Town("A 8:00, B 8:30:59", egress={"B": 0})
    assert only(town_case(town, "8:00", max_duration_min=29, boarding_slack_s=1)).arrival_s[0] == UNREACHED_S
    town = Town("A 8:01, B 8:30:59", egress={"B": 0})
    case = town_case(town, "8:00", max_duration_min=30)
    assert only(case).arrival_s[0] == clock_s("8:30:59")
    case = town_case(town, "8:00", max_duration_min=29)
    assert only(case).arrival_s[0] == UNREACHED_S


def test_an_egress_walk_past_the_maximum_is_unreached() -> None:
    case = town_case(Town("A 8:01, B 8:20", egress={"B": 660}), "8:00", max_duration_min=30)
    found = only(case)
    assert found.arrival_s[0] == UNREACHED_S
    assert found.ride_start.tolist() == [0, 0]


def test_leaving_at_midnight_is_leaving() -> None:
    found = only(town_case(Town("A 0:01, B 0:10", egress={"B": 0}), "0:00"))
    assert (found.leave_s[0], found.arrival_s[0]) == (0, clock_s("0:10"))


def test_destinations_in_any_order_and_twice() -> None:
    case = busy_journey_input(3)
    network, search, _ = prepared(case)
    leave = search.first_departure_s
    both = journeys(network, search, 0, leave, [1, 0, 1])
    alone = [journeys(network, search, 0, leave, [destination]) for destination in (1, 0, 1)]
    assert both.arrival_s.tolist() == [int(found.arrival_s[0]) for found in alone]
    assert both.board_visit.tolist() == [visit for found in alone for visit in found.board_visit.tolist()]
    assert len(journeys(network, search, 0, leave, []).arrival_s) == 0


# against the twin and the plain engine


def assert_best(case: dict[str, Any], minutes: list[int]) -> None:
    network, search, walks = prepared(case)
    plain = plain_network(case["timetable"], search, **walks)
    wanted = range(case["n_destinations"])
    for origin in range(len(case["access"].start) - 1):
        _, destination_s = arrivals_from_origin(plain, search, origin, len(wanted))
        for minute in minutes:
            leave = search.first_departure_s + 60 * minute
            found = journeys(network, search, origin, leave, wanted)
            assert found.arrival_s.tolist() == destination_s[minute].tolist()
            expected = twin.best(
                case["timetable"],
                origin=origin,
                leave=leave,
                max_duration_min=search.max_duration_min,
                boarding_slack_s=search.boarding_slack_s,
                max_rides=case["max_rides"],
                **walks,
            )
            for destination in wanted:
                assert chosen(found, destination) == expected.get(destination)


def chosen(found: Journeys, number: int) -> tuple[int, int, int, int] | None:
    """What C1 to C3 compare: arrival, rides, minus the latest departure, walking."""
    if found.arrival_s[number] == UNREACHED_S:
        return None
    rides = slice(found.ride_start[number], found.ride_start[number + 1])
    walks_s = found.walk_before_s[rides]
    walking_s = walks_s[:1].sum() + np.maximum(walks_s[1:], 0).sum() + found.last_walk_s[number]
    return int(found.arrival_s[number]), len(walks_s), -int(found.leave_s[number]), int(walking_s)


@settings(RANDOM, max_examples=150)
@given(random_journey_inputs())
def test_the_best_of_all_journeys_on_random_networks(case: dict[str, Any]) -> None:
    assert_best(case, list(range(case["departure_window_min"])))


@settings(RANDOM, max_examples=60)
@given(random_journey_inputs(), st.data())
def test_the_best_with_timed_and_forbidden_transfers(case: dict[str, Any], data: st.DataObject) -> None:
    """Footpaths down to 1 s less than the slack, access down to the slack, stops without a change."""
    slack_s = case["boarding_slack_s"]
    n_stops = case["timetable"].n_stops
    least_s = st.integers(1 - slack_s, 120)
    row = st.dictionaries(st.integers(0, n_stops - 1), least_s, max_size=3)
    case["footpaths"] = make_links(data.draw(st.lists(row, min_size=n_stops, max_size=n_stops)))
    case["access"] = case["access"]._replace(walk_s=case["access"].walk_s - slack_s)
    assert_best({**case, "complete": True}, [0])


@pytest.mark.slow
@settings(RANDOM, max_examples=3000)
@given(random_journey_inputs())
def test_the_best_of_all_journeys_on_many_random_networks(case: dict[str, Any]) -> None:
    assert_best(case, list(range(case["departure_window_min"])))


@pytest.mark.parametrize("seed", range(6))
def test_the_best_in_a_busy_town(seed: int) -> None:
    for max_rides in (None, 1, 2, 3):
        assert_best({**busy_journey_input(seed), "max_rides": max_rides}, [0, 4, 9])


@settings(RANDOM, max_examples=60)
@given(random_journey_inputs())
def test_every_leg_is_a_walk_or_ride_of_the_network(case: dict[str, Any]) -> None:
    network, search, walks = prepared(case)
    times = case["timetable"]
    leave = search.first_departure_s
    found = journeys(network, search, 0, leave, range(case["n_destinations"]))
    for number in np.flatnonzero(found.arrival_s != UNREACHED_S):
        place, now, links, first = 0, leave, walks["access"], True
        for ride in range(found.ride_start[number], found.ride_start[number + 1]):
            board, alight = int(found.board_visit[ride]), int(found.alight_visit[ride])
            walk_s = twin.walks(links, place)[int(times.visit_stop[board])]
            assert walk_s == found.walk_before_s[ride]
            assert now + walk_s + search.boarding_slack_s <= times.departure_s[board]
            if first:
                spare_s = int(times.departure_s[board]) - search.boarding_slack_s - walk_s - now
                assert found.leave_s[number] == leave + spare_s
            trip = np.searchsorted(times.trip_start, [board, alight], side="right")
            assert trip[0] == trip[1]
            assert board < alight
            assert times.pickup[board]
            assert times.drop_off[alight]
            place, now, first = int(times.visit_stop[alight]), int(times.arrival_s[alight]), False
            links = walks["footpaths"]
        links = walks["direct"] if first else walks["egress"]
        assert twin.walks(links, place)[int(number)] == found.last_walk_s[number]
        assert now + found.last_walk_s[number] == found.arrival_s[number]

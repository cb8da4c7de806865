"""Rules about changing vehicles, written into the network: hand cases, laws and the slow twin."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from builders_timetable import Town, make_links, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import transfer_rules as twin

from access.engine.arrays import ANY_NUMBER_OF_RIDES, UNREACHED_S, Search
from access.engine.plain import arrivals_from_origin, plain_network
from access.transfer_rules import RuledNetwork, apply_rules
from gtfs.timetable import NO_INDEX, Timetable, TransferRules, check_timetable

SIDES = ("from_stop", "to_stop", "from_route", "to_route", "from_trip", "to_trip")


def frozen(values: Any, dtype: Any) -> np.ndarray:
    array = np.array(values, dtype)
    array.flags.writeable = False
    return array


def rules_of(rows: list[dict[str, int]]) -> TransferRules:
    """Rules from ``{"from_stop": 0, "type": 3}``; what is not given is none."""
    columns = [frozen([row.get(name, NO_INDEX) for row in rows], np.int32) for name in SIDES]
    types = frozen([row.get("type", 0) for row in rows], np.int8)
    return TransferRules(*columns, types, frozen([row.get("time", -1) for row in rows], np.int32))


class City:
    """A town whose trips, in order of departure, are routes 0, 1, ... of their own, with rules."""

    def __init__(self, trips: str, rules: list[dict[str, Any]] = [], **walks: Any) -> None:  # noqa: B006
        self.town = Town(trips, **walks)
        self.case = self.town.journey_input()
        self.rules = [
            {key: self.town.stop(value) if isinstance(value, str) else value for key, value in rule.items()}
            for rule in rules
        ]
        timetable = self.case["timetable"]
        self.timetable: Timetable = timetable._replace(
            trip_route=frozen(range(timetable.n_trips), np.int32), transfers=rules_of(self.rules)
        )

    def stations(self, **station: str) -> City:
        """Put stops into stations, both by name: ``stations(B="S", C="S")``."""
        parent = self.timetable.stop_station.copy()
        for stop, of in station.items():
            parent[self.town.stop(stop)] = self.town.stop(of)
        self.timetable = self.timetable._replace(stop_station=frozen(parent, np.int32))
        return self

    def blocks(self, *blocks: int) -> City:
        self.timetable = self.timetable._replace(trip_block=frozen(blocks, np.int32))
        return self

    def ruled(self, slack_s: int = 60) -> RuledNetwork:
        walks = (self.case[name] for name in ("access", "footpaths", "egress"))
        return apply_rules(self.timetable, *walks, slack_s)

    def arrival(self, leave: str = "8:00", slack_s: int = 60, max_rides: int = ANY_NUMBER_OF_RIDES) -> str:
        """When one gets to work, or ``never``."""
        hours, minutes = leave.split(":")
        search = Search(3600 * int(hours) + 60 * int(minutes), 1, 120, max_rides, slack_s)
        network = self.ruled(slack_s)
        check_timetable(network.timetable)
        plain = plain_network(
            network.timetable,
            search,
            access=network.access,
            footpaths=network.footpaths,
            egress=network.egress,
            direct=self.case["direct"],
        )
        second = arrivals_from_origin(plain, search, 0, 1)[1][0, 0]
        return "never" if second == UNREACHED_S else f"{second // 3600}:{second // 60 % 60:02d}"

    def links(self, slack_s: int = 60) -> dict[tuple[int, int], int]:
        """Footpaths between points."""
        footpaths = self.ruled(slack_s).footpaths
        source = np.repeat(np.arange(len(footpaths.start) - 1), np.diff(footpaths.start)).tolist()
        pairs = zip(source, footpaths.target.tolist(), strict=True)
        return dict(zip(pairs, footpaths.walk_s.tolist(), strict=True))


# Home at A, work at Z; the bus reaches B at 8:10, where buses leave at 8:11, 8:15 and 8:20.
AT_B = """
    A 8:01, B 8:10
    B 8:11, Z 8:21
    B 8:15, Z 8:25
    B 8:20, Z 8:30
"""
B = {"from_stop": "B", "to_stop": "B"}


def test_without_rules_a_change_takes_the_slack():
    assert City(AT_B).arrival() == "8:21"
    assert City(AT_B).arrival(slack_s=61) == "never"  # the first bus leaves a second too soon
    assert City(AT_B, access={"A": -1}).arrival(slack_s=61) == "8:25"


def test_a_minimum_time_replaces_the_walk_whether_longer_or_shorter():
    assert City(AT_B, [B | {"type": 2, "time": 300}]).arrival() == "8:25"
    assert City(AT_B, [B | {"type": 2, "time": 301}]).arrival() == "8:30"
    far = """
        A 8:01, B 8:10
        C 8:12, Z 8:21
        C 8:20, Z 8:30
    """
    ways = {"footpaths": {"B-C": 540}}
    rule = {"from_stop": "B", "to_stop": "C", "type": 2}
    assert City(far, **ways).arrival() == "8:30"
    assert City(far, [rule | {"time": 120}], **ways).arrival() == "8:21"
    assert City(far, [rule | {"time": 121}], **ways).arrival() == "8:30"


def test_a_minimum_time_makes_a_change_where_the_streets_have_none():
    apart = "A 8:01, B 8:10\nC 8:15, Z 8:25"
    assert City(apart).arrival() == "never"
    assert City(apart, [{"from_stop": "B", "to_stop": "C", "type": 2, "time": 300}]).arrival() == "8:25"


def test_a_minimum_time_below_the_slack_is_the_slack():
    city = City(AT_B, [B | {"type": 2, "time": 0}])
    assert city.arrival() == "8:21"
    assert city.links()[city.town.stop("B"), city.town.stop("B")] == 0


def test_a_minimum_time_that_is_not_given_has_no_effect():
    assert City(AT_B, [B | {"type": 2}]).arrival() == "8:21"
    assert City(AT_B, [B | {"type": 2}, B | {"type": 3, "from_route": 0}]).arrival() == "never"


def test_a_timed_transfer_waits_for_whoever_arrives_a_second_before():
    timed = """
        A 8:01, B 8:10
        C 8:10:01, Z 8:20
        C 8:30, Z 8:40
    """
    rule = {"from_stop": "B", "to_stop": "C", "type": 1}
    ways = {"footpaths": {"B-C": 240}}
    assert City(timed, **ways).arrival() == "8:40"
    assert City(timed, [rule], **ways).arrival() == "8:20"
    assert City(timed, [rule]).arrival() == "8:20"  # no walk on the streets is needed
    assert City(timed.replace("8:10:01", "8:10"), [rule], **ways).arrival() == "8:40"
    links = City(timed, [rule], **ways).links(slack_s=90)
    assert min(links.values()) == 1 - 90


def test_a_forbidden_change_stays_forbidden_at_the_same_stop():
    assert City(AT_B, [B | {"type": 3}]).arrival() == "never"
    assert City(AT_B, [B | {"type": 3, "to_route": 1}]).arrival() == "8:25"
    assert City(AT_B, [B | {"type": 3, "from_trip": 0, "to_trip": 1}]).arrival() == "8:25"


def test_a_recommended_change_has_no_effect_but_stands_before_a_less_specific_rule():
    assert City(AT_B, [B]).arrival() == "8:21"
    assert City(AT_B, [B | {"type": 3}, B | {"type": 0, "to_route": 2}]).arrival() == "8:25"


def test_the_order_of_specificity():
    """Each rule forbids; the next more specific one asks for five minutes, whatever its place in the file."""
    sides = [
        {},
        {"to_route": 1},
        {"from_route": 0, "to_route": 1},
        {"to_trip": 1},
        {"from_route": 0, "to_trip": 1},
        {"from_trip": 0, "to_trip": 1},
    ]
    mirrored = [
        {},
        {"from_route": 0},
        {"from_route": 0, "to_route": 1},
        {"from_trip": 0},
        {"from_trip": 0, "to_route": 1},
        {"from_trip": 0, "to_trip": 1},
    ]
    late = "A 8:01, B 8:10\nB 8:15, Z 8:25"
    for ladder in (sides, mirrored):
        for less, more in pairwise(ladder):
            forbids, allows = B | less | {"type": 3}, B | more | {"type": 2, "time": 300}
            assert City(late, [forbids, allows]).arrival() == "8:25", more
            assert City(late, [allows, forbids]).arrival() == "8:25", more
            assert City(late, [forbids | {"type": 2, "time": 60}, allows | {"type": 3}]).arrival() == "never"


def test_a_trip_counts_before_the_route_beside_it():
    rule = B | {"type": 3, "from_trip": 0, "from_route": 3, "to_trip": 1, "to_route": 3}
    assert City(AT_B, [rule]).arrival() == "8:25"


def test_a_station_stands_for_its_stops():
    apart = "A 8:01, B 8:10\nC 8:15, Z 8:25"
    rule = {"from_stop": "S", "to_stop": "S", "type": 2, "time": 300}
    assert City(apart, [rule], footpaths={"S-S": 0}).stations(B="S", C="S").arrival() == "8:25"
    assert City(apart, [rule], footpaths={"S-S": 0}).stations(B="S").arrival() == "never"
    at_b = City(AT_B, [rule], footpaths={"S-S": 0}).stations(B="S")
    assert at_b.arrival() == "8:25"  # the rule holds at each stop of the station, too


def test_the_stop_itself_counts_before_its_station_and_then_the_first_row():
    station, mixed = {"from_stop": "S", "to_stop": "S"}, {"from_stop": "B", "to_stop": "S"}
    forbid, allow = {"type": 3}, {"type": 2, "time": 300}
    way = {"footpaths": {"S-S": 0}}
    for rules, arrival in (
        ([station | forbid, B | allow], "8:25"),
        ([B | allow, station | forbid], "8:25"),
        ([station | forbid, mixed | allow], "8:25"),
        ([mixed | forbid, B | allow], "8:25"),
        ([B | allow, B | forbid], "8:25"),
        ([B | forbid, B | allow], "never"),
        ([mixed | forbid, {"from_stop": "S", "to_stop": "B"} | allow], "never"),
        ([{"from_stop": "S", "to_stop": "B"} | allow, mixed | forbid], "8:25"),
        ([station | forbid | {"from_route": 0}, B | allow], "never"),  # who counts before where
    ):
        assert City(AT_B, rules, **way).stations(B="S").arrival() == arrival, rules


def test_a_rule_without_a_stop_is_left_out():
    assert City(AT_B, [{"to_stop": "B", "type": 3}, {"from_stop": "B", "type": 3}]).arrival() == "8:21"


def test_rules_about_seats_do_not_touch_changes_on_foot():
    rules = [B | {"type": kind, "from_trip": 0, "to_trip": 1} for kind in (4, 5)]
    assert City(AT_B, rules[1:]).arrival() == "8:21"
    assert City(AT_B, [B | {"type": 3}, rules[0]]).arrival() == "8:21"  # the seat is kept


def test_a_seat_kept_is_one_ride():
    city = City("A 8:01, B 8:10\nB 8:10, Z 8:20").blocks(7, 7)
    assert city.arrival(max_rides=1) == "8:20"
    assert City("A 8:01, B 8:10\nB 8:10, Z 8:20").arrival() == "never"


def test_the_rules_of_the_later_trip_hold_for_the_vehicle_that_becomes_it():
    # The vehicle of routes 0 and 1 reaches C as route 1; from route 1 one may not change there.
    trips = "A 8:01, B 8:10\nB 8:11, C 8:20\nC 8:30, Z 8:40"
    forbid = {"from_stop": "C", "to_stop": "C", "type": 3}
    assert City(trips, [forbid | {"from_route": 1}]).blocks(7, 7, NO_INDEX).arrival() == "never"
    assert City(trips, [forbid | {"from_route": 0}]).blocks(7, 7, NO_INDEX).arrival() == "8:40"


def test_walks_from_home_and_to_work_know_no_rules():
    forbid = [{"from_stop": stop, "to_stop": stop, "type": 3} for stop in "AZ"]
    city = City("A 8:01, Z 8:10", [forbid[0] | {"to_route": 0}, forbid[1] | {"from_route": 0}])
    assert city.ruled().timetable.n_stops == 4
    assert city.arrival() == "8:10"


def test_without_rules_all_comes_back_but_for_the_walks_from_stops_to_themselves():
    city = City(AT_B, [B, B | {"type": 2}], footpaths={"A-B": 50})
    network = city.ruled()
    assert network.timetable is city.timetable
    assert network.stop_of.tolist() == [0, 1, 2]
    assert network.visit_of.tolist() == list(range(8))
    for name in ("access", "egress"):
        for mine, given_ in zip(getattr(network, name), city.case[name], strict=True):
            assert np.array_equal(mine, given_)
    assert city.links() == {(0, 0): 0, (0, 1): 50, (1, 1): 0, (2, 2): 0}


def test_stops_are_split_only_where_rules_tell_vehicles_apart():
    assert City(AT_B, [B | {"type": 3}]).ruled().timetable.n_stops == 3
    network = City(AT_B, [B | {"type": 3, "to_route": 1}]).ruled()
    assert network.stop_of.tolist() == [0, 1, 2, 1]
    assert network.timetable.visit_stop.tolist() == [0, 1, 3, 2, 1, 2, 1, 2]
    # Two routes under two rules are two points, although they ask for the same.
    two = [B | {"type": 2, "time": 90, "to_route": route} for route in (1, 2)]
    assert City(AT_B, two).ruled().stop_of.tolist() == [0, 1, 2, 1, 1]


def test_links_that_no_vehicle_could_use_are_left_out_at_split_stops():
    city = City(AT_B, [B | {"type": 3, "to_route": 1}])
    # B is 1 for the arriving bus and routes 2 and 3, and 3 for route 1; nobody leaves a vehicle at 3.
    assert city.links() == {(0, 0): 0, (1, 1): 0, (2, 2): 0}
    late = City(AT_B, [B | {"type": 2, "time": 61, "to_route": 1}])
    assert (1, 3) not in late.links()  # it leaves 60 s after the arrival


def test_a_rule_between_trips_that_makes_no_difference_splits_nothing():
    pair = B | {"from_trip": 0, "to_trip": 2, "type": 2}  # 5 min apart; the slack alone is 1 min
    assert City(AT_B, [pair | {"time": 300}]).ruled().timetable.n_stops == 3
    assert City(AT_B, [pair | {"time": 301}]).ruled().timetable.n_stops == 5
    assert City(AT_B, [B | {"type": 3}, pair | {"time": 300}]).ruled().timetable.n_stops == 5
    assert City(AT_B, [B | {"type": 3}, pair | {"time": 301}]).ruled().timetable.n_stops == 3
    back = B | {"from_trip": 0, "to_trip": 0, "type": 1}
    assert City(AT_B, [back]).ruled().timetable.n_stops == 3


def test_a_change_of_more_than_a_day_is_none():
    assert City(AT_B, [B | {"type": 2, "time": 10**6}]).links() == {(0, 0): 0, (2, 2): 0}


def test_access_leads_to_all_points_of_a_stop_and_egress_from_all():
    city = City(AT_B, [B | {"type": 3, "to_route": 1}], access={"A": 10, "B": 20}, egress={"B": 30})
    network = city.ruled()
    assert network.access.target.tolist() == [0, 1, 3]
    assert network.access.walk_s.tolist() == [10, 20, 20]
    assert network.egress.start.tolist() == [0, 0, 1, 1, 2]
    assert network.egress.walk_s.tolist() == [30, 30]


def test_blocks_of_points_give_the_same_links(monkeypatch):
    rules = [B | {"type": 2, "time": 90, "to_route": route} for route in (1, 2, 3)]
    at_once = City(AT_B, rules, footpaths={"A-B": 50, "B-A": 50, "Z-B": 10}).links()
    monkeypatch.setattr("access.transfer_rules.PAIRS_A_BLOCK", 1)
    assert City(AT_B, rules, footpaths={"A-B": 50, "B-A": 50, "Z-B": 10}).links() == at_once


@st.composite
def ruled_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A random journey with routes, stations, blocks and rules of all types."""
    case = draw(random_journey_inputs())
    timetable = case["timetable"]
    n_stops, n_trips = timetable.n_stops, timetable.n_trips
    maybe_trip = st.sampled_from([NO_INDEX, NO_INDEX, *range(n_trips)])
    maybe_route = st.sampled_from([NO_INDEX, NO_INDEX, 0, 1, 2])
    mostly_stop = st.sampled_from([*range(n_stops), *range(n_stops), NO_INDEX])
    rule = st.fixed_dictionaries(
        {"from_stop": mostly_stop, "to_stop": mostly_stop, "from_trip": maybe_trip, "to_trip": maybe_trip,
         "from_route": maybe_route, "to_route": maybe_route, "type": st.integers(0, 5),
         "time": st.sampled_from([-1, 0, 1, 30, 59, 60, 61, 120, 300, 100_000])}
    )  # fmt: skip
    some = {"min_size": n_trips, "max_size": n_trips}
    stations = st.lists(st.sampled_from([NO_INDEX, NO_INDEX, 0, 1]), min_size=n_stops, max_size=n_stops)
    nearby = [station if station < n_stops else NO_INDEX for station in draw(stations)]
    case["timetable"] = timetable._replace(
        stop_station=frozen(nearby, np.int32),
        stop_lon=frozen(draw(st.sampled_from([np.zeros(n_stops), np.arange(n_stops)])), np.float64),
        trip_route=frozen(draw(st.lists(st.integers(0, 2), **some)), np.int32),
        trip_block=frozen(draw(st.lists(st.sampled_from([NO_INDEX, NO_INDEX, 4, 5]), **some)), np.int32),
        transfers=rules_of(draw(st.lists(rule, max_size=8))),
    )
    return case


def arrivals_of(case: dict[str, Any]) -> tuple[RuledNetwork, Search, list[tuple[np.ndarray, np.ndarray]]]:
    """Ruled network, search, and the arrivals at points and destinations from each origin."""
    slack_s, max_rides = case["boarding_slack_s"], case["max_rides"]
    network = apply_rules(case["timetable"], case["access"], case["footpaths"], case["egress"], slack_s)
    check_timetable(network.timetable)
    search = Search(
        case["departure_start_s"],
        case["departure_window_min"],
        case["max_duration_min"],
        ANY_NUMBER_OF_RIDES if max_rides is None else max_rides,
        slack_s,
    )
    plain = plain_network(
        network.timetable,
        search,
        access=network.access,
        footpaths=network.footpaths,
        egress=network.egress,
        direct=case["direct"],
    )
    n_origins = len(case["access"].start) - 1
    found = [
        arrivals_from_origin(plain, search, origin, case["n_destinations"]) for origin in range(n_origins)
    ]
    return network, search, found


def check_against_twin(case: dict[str, Any]) -> None:
    network, search, found = arrivals_of(case)
    town = twin.Town(case["timetable"], case["footpaths"], search.boarding_slack_s)
    for origin, (point_s, destination_s) in enumerate(found):
        for departure in range(search.n_departures):
            leave_s = search.first_departure_s + 60 * departure
            at_stop = town.stop_arrivals(case["access"], origin, leave_s, case["max_rides"])
            too_late = leave_s + 60 * (search.max_duration_min + 1)
            mine: dict[int, int] = {}
            for point, second in enumerate(point_s[departure].tolist()):
                stop = int(network.stop_of[point])
                if second != UNREACHED_S:
                    mine[stop] = min(second, mine.get(stop, second))
            assert mine == {stop: second for stop, second in at_stop.items() if second < too_late}
            ways = [(d, leave_s + walk) for d, walk in links_of(case["direct"], origin)]
            ways += [
                (d, second + walk)
                for stop, second in at_stop.items()
                for d, walk in links_of(case["egress"], stop)
            ]
            best = {d: min(s for e, s in ways if e == d) for d, _ in ways}
            doors = {d: s for d, s in enumerate(destination_s[departure].tolist()) if s != UNREACHED_S}
            assert doors == {d: s for d, s in best.items() if s < too_late}


def links_of(links: Any, source: int) -> list[tuple[int, int]]:
    rows = range(int(links.start[source]), int(links.start[source + 1]))
    return [(int(links.target[row]), int(links.walk_s[row])) for row in rows]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ruled_cases())
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
def test_arrivals_equal_those_of_the_slow_twin(case):
    check_against_twin(case)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(ruled_cases())
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
def test_arrivals_equal_those_of_the_slow_twin_many_times(case):
    check_against_twin(case)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(ruled_cases())
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
def test_links_catch_what_the_slow_twin_says_can_be_caught(case):
    """From every visit to every other."""
    timetable, slack_s = case["timetable"], case["boarding_slack_s"]
    network = apply_rules(timetable, case["access"], case["footpaths"], case["egress"], slack_s)
    point = dict(zip(network.visit_of.tolist(), network.timetable.visit_stop.tolist(), strict=True))
    first, last = set(timetable.trip_start[:-1].tolist()), set((timetable.trip_start[1:] - 1).tolist())
    for arriving in range(len(timetable.visit_stop)):
        for departing in range(len(timetable.visit_stop)):
            if not timetable.drop_off[arriving] or arriving in first:
                continue
            wait_s = timetable.departure_s[departing] - timetable.arrival_s[arriving]
            if not timetable.pickup[departing] or departing in last or wait_s <= 0:
                continue
            needs_s = twin.required_s(timetable, case["footpaths"], slack_s, arriving, departing)
            link = dict(links_of(network.footpaths, point[arriving])).get(point[departing])
            caught = needs_s is not None and wait_s >= needs_s
            assert caught == (link is not None and wait_s >= link + slack_s)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(ruled_cases())
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
def test_what_is_given_is_left_unchanged_and_what_comes_is_frozen(case):
    names = ("access", "footpaths", "egress")
    before = [np.array(column) for name in names for column in case[name]]
    network = apply_rules(case["timetable"], *(case[name] for name in names), case["boarding_slack_s"])
    after = [column for name in names for column in case[name]]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    arrays = [*network.access, *network.footpaths, *network.egress, network.stop_of, network.visit_of]
    assert not any(array.flags.writeable for array in arrays)
    assert network.footpaths.walk_s.min(initial=0) >= 1 - case["boarding_slack_s"]
    for source in range(len(network.footpaths.start) - 1):
        targets = [target for target, _ in links_of(network.footpaths, source)]
        assert targets == sorted(set(targets))


def test_rules_apply_once():
    city = City(AT_B, [B | {"type": 3, "to_route": 1}]).blocks(7, NO_INDEX, 7, NO_INDEX)
    once = city.ruled()
    again = apply_rules(once.timetable, once.access, once.footpaths, once.egress, 60)
    assert again.timetable is once.timetable


def test_make_links_is_ascending():  # the helper that the cases above rely on
    assert make_links([{2: 5, 0: 1}]).target.tolist() == [0, 2]

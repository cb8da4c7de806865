"""Itineraries: legs without gaps, names of the feed, as long as the matrix says to the second."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable import Town, clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from access.engine.arrays import UNREACHED_S
from access.engine.journey import Journeys
from access.itineraries import Itinerary, ItineraryFinder, Ride, Stop, Wait, Walk, route_use, turned_round
from access.network import walk_links
from access.plain_times import arrivals_by_minute, departures_by_minute
from access.search import prepare_search
from access.snapping import snap
from access.streets import read_streets_pbf
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule
from gtfs.timetable import Schedule, Timetable

RANDOM = settings(deadline=None, database=None, derandomize=True)
WALKS_ONLY = pytest.mark.filterwarnings("ignore:All travel times are walks:access.errors.DataQualityWarning")
DAY = date(2024, 3, 6)


def named(timetable: Timetable) -> Schedule:
    """A schedule whose stops are called S0, S1, ... and whose trips and routes T0, T1, ... and R0."""
    n_routes = int(timetable.trip_route.max(initial=0)) + 1
    stops = [f"S{stop}" for stop in range(timetable.n_stops)]
    routes = [f"R{route}" for route in range(n_routes)]
    trips = [f"T{trip}" for trip in range(timetable.n_trips)]
    return Schedule(timetable, DAY, stops, stops, routes, routes, [3] * n_routes, trips)


def finder_of(case: dict[str, Any], **options: Any) -> ItineraryFinder:
    case = {**case, **options}
    return ItineraryFinder(prepare_search(**case), named(case["timetable"]), 3.6)


def town_finder(town: Town, time: str, window_min: int = 1, **options: Any) -> ItineraryFinder:
    times = {"departure_start_s": clock_s(time), "departure_window_min": window_min}
    return finder_of({**town.journey_input(), **times}, **options)


def only(finder: ItineraryFinder, minute: int = 0) -> Itinerary:
    found = finder.one(0, 0, minute)
    assert found is not None
    return found


def told(itinerary: Itinerary) -> list[tuple[str, int, int]]:
    """Kind, start and seconds of each leg."""
    return [(leg.leg, leg.start_s, leg.end_s - leg.start_s) for leg in itinerary.legs]


# legs by hand; stops are lettered, A is S0

CHANGE = Town(
    """A 8:00, B 8:05, C 8:10
       D 8:20, E 8:30""",
    access={"A": 120},
    footpaths={"C-D": 180},
    egress={"E": 60},
)


def test_all_legs_of_a_journey_with_a_change() -> None:
    found = only(town_finder(CHANGE, "7:50"))
    assert found.legs[0] == Walk("access", clock_s("7:50"), clock_s("7:52"), None, Stop("S0", "S0"), 120)
    assert found.legs[1] == Wait(clock_s("7:52"), clock_s("8:00"), Stop("S0", "S0"))
    ride = found.legs[2]
    assert isinstance(ride, Ride)
    assert (ride.start_s, ride.end_s, ride.from_stop.id, ride.to_stop.id) == (
        clock_s("8:00"), clock_s("8:10"), "S0", "S2",
    )  # fmt: skip
    assert (ride.parts[0].trip_id, ride.parts[0].route_name, ride.parts[0].n_stops) == ("T0", "R0", 2)
    assert found.legs[3] == Walk(
        "transfer", clock_s("8:10"), clock_s("8:13"), Stop("S2", "S2"), Stop("S3", "S3"), 180
    )
    assert told(found)[4:] == [
        ("wait", clock_s("8:13"), 7 * 60),
        ("ride", clock_s("8:20"), 10 * 60),
        ("walk", clock_s("8:30"), 60),
    ]
    assert found.legs[-1] == Walk("egress", clock_s("8:30"), clock_s("8:31"), Stop("S4", "S4"), None, 60)
    assert (found.total_s, found.n_rides, found.routes) == (41 * 60, 2, ("R0", "R0"))
    assert [found.seconds(kind) for kind in ("walk", "wait", "ride")] == [6 * 60, 15 * 60, 20 * 60]


def test_it_says_until_when_one_could_wait_at_home() -> None:
    """2 minutes to the stop, there 60 s before 8:00."""
    assert only(town_finder(CHANGE, "7:50")).could_leave_s == clock_s("7:57")


def test_arrive_by_leaves_as_late_as_possible_and_waits_at_the_destination() -> None:
    found = only(town_finder(CHANGE, "8:35", arrive_by=True))
    assert (found.departure_s, found.arrival_s) == (clock_s("7:57"), clock_s("8:31"))
    assert found.total_s == 38 * 60, "to 8:35"
    assert told(found) == [
        ("walk", clock_s("7:57"), 120),
        ("wait", clock_s("7:59"), 60),
        ("ride", clock_s("8:00"), 600),
        ("walk", clock_s("8:10"), 180),
        ("wait", clock_s("8:13"), 420),
        ("ride", clock_s("8:20"), 600),
        ("walk", clock_s("8:30"), 60),
        ("wait", clock_s("8:31"), 240),
    ]
    last = found.legs[-1]
    assert isinstance(last, Wait)
    assert last.stop is None
    rides = [leg for leg in found.legs if isinstance(leg, Ride)]
    assert rides == [leg for leg in only(town_finder(CHANGE, "7:57")).legs if isinstance(leg, Ride)]


def test_arrive_by_of_two_that_leave_alike_is_there_early() -> None:
    """Both buses can be caught from the 8:00; the first at B arrives 10 minutes before the other."""
    town = Town("A 8:00, B 8:10\nB 8:15, Z 8:20\nB 8:25, Z 8:30")
    found = only(town_finder(town, "8:30", arrive_by=True))
    assert (found.departure_s, found.arrival_s) == (clock_s("7:59"), clock_s("8:20"))


def test_walking_all_the_way() -> None:
    town = Town("A 8:00, Z 8:30", direct=300)
    found = only(town_finder(town, "7:50"))
    assert found.legs == (Walk("direct", clock_s("7:50"), clock_s("7:55"), None, None, 300),)
    assert (found.n_rides, found.routes, found.could_leave_s) == (0, (), clock_s("7:50"))
    found = only(town_finder(town, "8:20", arrive_by=True))
    assert found.legs == (Walk("direct", clock_s("8:15"), clock_s("8:20"), None, None, 300),)


def test_the_length_of_a_walk_is_its_time_at_the_speed_given() -> None:
    case = {**Town("A 8:00, Z 8:30", direct=300).journey_input(), "departure_start_s": clock_s("7:50")}
    search = prepare_search(**case, departure_window_min=1)
    walk = only(ItineraryFinder(search, named(case["timetable"]), 4.8)).legs[0]
    assert isinstance(walk, Walk)
    assert walk.distance_m == 400


def test_a_place_reaches_itself_without_legs() -> None:
    found = only(town_finder(Town("A 8:00, Z 8:30", direct=0), "7:50"))
    assert (found.legs, found.total_s) == ((), 0)


def test_unreached_is_none() -> None:
    assert town_finder(Town("A 8:00, Z 8:30\nA 8:05, B 8:10"), "8:00").one(0, 0) is None
    assert town_finder(Town("A 8:00, Z 8:30"), "8:29", arrive_by=True).one(0, 0) is None


# the feed's names and rules


def build(tmp_path: Path, feed: GtfsBuilder) -> Schedule:
    return build_schedule(read_feed(feed.write(tmp_path / "feed")), DAY)


def feed_itinerary(tmp_path: Path, feed: GtfsBuilder, time: str, **options: Any) -> Itinerary:
    """From the first stop of the feed to the last one, no walks between stops."""
    schedule = build(tmp_path, feed)
    n_stops = len(schedule.stop_ids)
    egress: list[dict[int, int]] = [{} for _ in range(n_stops - 1)]
    search = prepare_search(
        schedule.timetable,
        access=make_links([{0: 0}]),
        footpaths=make_links([{} for _ in range(n_stops)]),
        egress=make_links([*egress, {0: 0}]),
        direct=make_links([{}]),
        n_destinations=1,
        departure_start_s=clock_s(time),
        departure_window_min=1,
        **options,
    )
    return only(ItineraryFinder(search, schedule, 3.6))


def two_trips(**second: Any) -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")], route="7", trip_headsign="Centro", block_id="b")
    feed.trip("t2", [("B", "08:12:00"), ("C", "08:20:00")], route="8", **second)
    return feed


@pytest.mark.parametrize("options", [{"arrive_by": False}, {"arrive_by": True}])
def test_the_seat_is_kept_from_trip_to_trip_of_a_block(tmp_path: Path, options: dict[str, Any]) -> None:
    time = "8:25" if options["arrive_by"] else "7:55"
    found = feed_itinerary(tmp_path, two_trips(block_id="b"), time, **options)
    ride = next(leg for leg in found.legs if isinstance(leg, Ride))
    assert found.n_rides == 1
    assert [(p.trip_id, p.route_name, p.headsign, p.from_stop.id, p.to_stop.id) for p in ride.parts] == [
        ("t1", "7", "Centro", "A", "B"),
        ("t2", "8", "", "B", "C"),
    ]
    assert (ride.start_s, ride.end_s) == (clock_s("8:00"), clock_s("8:20"))
    assert found.routes == ("7", "8")


def test_without_a_block_the_same_is_two_rides(tmp_path: Path) -> None:
    found = feed_itinerary(tmp_path, two_trips(), "7:55")
    assert [leg.leg for leg in found.legs] == ["wait", "ride", "wait", "ride"]


@pytest.mark.parametrize("options", [{"arrive_by": False}, {"arrive_by": True}])
def test_a_transfer_time_at_one_stop_is_waiting(tmp_path: Path, options: dict[str, Any]) -> None:
    """100 s are asked and 120 s are there; the points that the rule needs carry the stop's name."""
    feed = two_trips()
    feed.row(
        "transfers.txt", from_stop_id="B", to_stop_id="B", from_route_id="7", to_route_id="8",
        transfer_type=2, min_transfer_time=100,
    )  # fmt: skip
    time = "8:20" if options["arrive_by"] else "7:55"
    found = feed_itinerary(tmp_path, feed, time, **options)
    assert [leg.leg for leg in found.legs] == ["wait", "ride", "wait", "ride"]
    assert found.legs[2] == Wait(clock_s("8:10"), clock_s("8:12"), Stop("B", "B"))


def test_a_timed_transfer_has_no_walk_of_less_than_nothing(tmp_path: Path) -> None:
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.trip("t2", [("B", "08:10:05"), ("C", "08:20:00")])
    feed.row("transfers.txt", from_stop_id="B", to_stop_id="B", transfer_type=1)
    found = feed_itinerary(tmp_path, feed, "7:59")
    assert told(found) == [
        ("wait", clock_s("7:59"), 60),
        ("ride", clock_s("8:00"), 600),
        ("wait", clock_s("8:10"), 5),
        ("ride", clock_s("8:10:05"), 595),
    ]


# windows


def test_a_window_is_its_minutes_in_order() -> None:
    """Buses at 8:00 and 8:03, 10 minutes; who leaves at 8:00 catches the second."""
    town = Town("A 8:00, Z 8:10\nA 8:03, Z 8:13")
    window = town_finder(town, "7:58", 6).window(0, 0)
    assert [found.total_s // 60 if found else None for found in window] == [12, 11, 13, 12, 11, None]
    assert [found.asked_s for found in window if found] == [clock_s("7:58") + 60 * m for m in range(5)]


def test_a_window_of_arrivals_is_its_minutes_in_order() -> None:
    window = town_finder(Town("A 8:00, Z 8:10\nA 8:03, Z 8:13"), "8:09", 5, arrive_by=True).window(0, 0)
    assert [found.total_s // 60 if found else None for found in window] == [None, 11, 12, 13, 11]
    assert [found.asked_s for found in window if found] == [clock_s("8:10") + 60 * m for m in range(4)]


def test_route_use_counts_minutes_most_frequent_first() -> None:
    town = Town("A 8:00, Z 8:10\nA 8:03, Z 8:13", direct=900)
    case = {**town.journey_input(), "departure_start_s": clock_s("7:55"), "departure_window_min": 8}
    window = finder_of(case).window(0, 0)
    uses = route_use([*window, None])
    assert [(use.routes, use.minutes, use.shortest_s, use.longest_s) for use in uses] == [
        (("R0",), (1, 2, 3, 4, 5, 6, 7), 660, 840),
        ((), (0,), 900, 900),
    ]
    assert route_use([None]) == []
    tie = route_use([window[0], window[1]])
    assert [use.routes for use in tie] == [(), ("R0",)], "of equals the earlier"


# as long as the matrix says


def check(found: Itinerary) -> None:
    """Legs follow each other without gaps and last as long as the journey; nothing is negative."""
    now_s = found.departure_s
    for leg in found.legs:
        assert leg.start_s == now_s
        assert leg.end_s >= leg.start_s
        now_s = leg.end_s
    assert now_s == (found.asked_s if found.arrive_by else found.arrival_s)
    assert sum(found.seconds(kind) for kind in ("walk", "wait", "ride")) == found.total_s
    assert found.could_leave_s >= found.departure_s


@WALKS_ONLY
@settings(RANDOM, max_examples=80)
@given(random_journey_inputs())
def test_itineraries_are_as_long_as_the_plain_engine_says(case: dict[str, Any]) -> None:
    finder = finder_of(case)
    targets = list(range(case["n_destinations"]))
    for origin in range(len(case["access"].start) - 1):
        arrival_s = arrivals_by_minute(**case, origin=origin).destination_s
        for minute in range(case["departure_window_min"]):
            for target, found in enumerate(finder.many(origin, targets, minute)):
                expected = arrival_s[minute, target]
                assert (found.arrival_s if found else UNREACHED_S) == expected
                if found:
                    check(found)
                    assert found.total_s == expected - case["departure_start_s"] - 60 * minute
                    assert finder.one(origin, target, minute) == found


@WALKS_ONLY
@settings(RANDOM, max_examples=80)
@given(random_journey_inputs(), st.sampled_from([9 * 3600, 9 * 3600 + 30]))
def test_arrive_by_itineraries_leave_when_the_plain_engine_says(case: dict[str, Any], by_s: int) -> None:
    shift_s = by_s - case["departure_start_s"] - 10 * 60
    timetable = case["timetable"]
    shifted = {name: getattr(timetable, name) + np.int32(shift_s) for name in ("arrival_s", "departure_s")}
    case = {**case, "departure_start_s": by_s, "timetable": timetable._replace(**shifted)}
    finder = finder_of(case, arrive_by=True)
    origins = list(range(len(case["access"].start) - 1))
    for destination in range(case["n_destinations"]):
        departure_s = departures_by_minute(**case, destination=destination).origin_s
        for minute in range(case["departure_window_min"]):
            asked_s = by_s + 60 * minute
            for origin, found in enumerate(finder.many(destination, origins, minute)):
                expected = departure_s[minute, origin]
                assert (found.departure_s if found else UNREACHED_S) == expected
                if found is None:
                    continue
                check(found)
                assert found.arrival_s <= asked_s == found.asked_s
                # Who leaves then, by a search for departures, is there no earlier: the earliest was chosen.
                leave_s = int(expected)
                forward = {**case, "departure_start_s": leave_s, "departure_window_min": 1}
                if leave_s >= 0:
                    arrival_s = arrivals_by_minute(**forward, origin=origin).destination_s[0, destination]
                    assert arrival_s <= found.arrival_s


def test_turning_round_keeps_what_is_unreached() -> None:
    none = np.zeros(0, np.int32)
    unreached = np.array([UNREACHED_S], np.int32)
    mirrored = Journeys(60, unreached, unreached, np.array([0, 0]), none, none, none, unreached)
    turned = turned_round(mirrored, 3600, 60)
    assert turned.asked_s == 3540
    assert turned.leave_s.tolist() == turned.arrival_s.tolist() == [UNREACHED_S]


@pytest.mark.real_data
@pytest.mark.parametrize("arrive_by", [False, True])
def test_64_random_pairs_of_porto_alegre(porto_alegre: Path, arrive_by: bool) -> None:
    if numba.config.DISABLE_JIT:
        pytest.skip("walks of a whole city take hours in plain Python")
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    schedule = build_schedule(merge_feeds(feeds), date(2019, 5, 15))
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    cells = pd.read_csv(porto_alegre / "land_use_h3.csv").sample(8, random_state=1)
    doors, stops = (
        snap(streets, cells.lon, cells.lat),
        snap(streets, schedule.timetable.stop_lon, schedule.timetable.stop_lat),
    )
    walk: dict[str, Any] = {"max_walk_min": 30, "walk_speed_km_h": 3.6}
    case = {
        "timetable": schedule.timetable,
        "access": walk_links(streets, doors, stops, **walk),
        "footpaths": walk_links(streets, stops, stops, max_walk_min=15, walk_speed_km_h=3.6),
        "egress": walk_links(streets, stops, doors, **walk),
        "direct": walk_links(streets, doors, doors, same_points=True, **walk),
        "n_destinations": len(cells),
        "departure_start_s": clock_s("14:00") if arrive_by else clock_s("13:00"),
        "departure_window_min": 20,
    }
    finder = ItineraryFinder(prepare_search(**case, arrive_by=arrive_by), schedule, 3.6)
    n_rides = []
    for source in range(8):
        if arrive_by:
            times_s = departures_by_minute(**case, destination=source).origin_s
        else:
            times_s = arrivals_by_minute(**case, origin=source).destination_s
        for minute in (0, 19):
            for target, found in enumerate(finder.many(source, list(range(8)), minute)):
                end_s = UNREACHED_S if found is None else found.departure_s if arrive_by else found.arrival_s
                assert end_s == times_s[minute, target]
                if found is not None:
                    check(found)
                    n_rides.append(found.n_rides)
    assert len(n_rides) > 60
    assert max(n_rides) >= 3

"""Arrive-by: the latest departure that is there in time, for every minute of a window of arrivals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import reference.arrive_by as twin
import reference.transfer_rules as rules_twin
from builders_timetable import Town, clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from test_access_transfer_rules import ruled_cases
from test_access_travel_times import all_ranks, busy_town, needs_speed, walks_only

from access import plain_times
from access.engine.arrays import UNREACHED_S, with_own_stops
from access.errors import AccessError, DataQualityWarning
from access.plain_times import departures_by_minute
from access.travel_times import travel_time_percentiles

RANDOM = settings(deadline=None, database=None, derandomize=True)


def school_run(**changes: Any) -> dict[str, Any]:
    """Bus 8:00 to 8:10 and 8:30 to 8:40; 3 minutes to the stop, 2 minutes to school; by 8:10 to 8:13."""
    town = Town("""A 8:00, Z 8:10
                   A 8:30, Z 8:40""", access={"A": 180}, egress={"Z": 120}).journey_input()  # fmt: skip
    return {**town, "departure_start_s": clock_s("8:10"), "departure_window_min": 4, **changes}


def latest(case: dict[str, Any]) -> list[int]:
    return departures_by_minute(destination=0, **case).origin_s[:, 0].tolist()


def test_who_must_be_there_when_the_bus_arrives_and_one_has_walked_leaves_for_that_bus() -> None:
    """There at 8:12 at the earliest; leave home at 7:56, to be at the stop 60 s before 8:00."""
    assert latest(school_run()) == [UNREACHED_S, UNREACHED_S, clock_s("7:56"), clock_s("7:56")]


def test_waiting_at_school_counts_as_travel_time() -> None:
    case = school_run(departure_start_s=clock_s("8:12"), arrive_by=True)
    times = travel_time_percentiles(**case, percentiles=[25, 100])
    assert times[:, 0, 0].tolist() == [16, 19]


def test_the_later_bus_is_taken_as_soon_as_it_is_early_enough() -> None:
    case = school_run(departure_start_s=clock_s("8:41"), departure_window_min=2)
    assert latest(case) == [clock_s("7:56"), clock_s("8:26")]


def test_walking_all_the_way_is_left_for_at_the_last_moment() -> None:
    case = school_run(direct=make_links([{0: 600}]))
    assert latest(case) == [clock_s("8:00"), clock_s("8:01"), clock_s("8:02"), clock_s("8:03")]


def test_the_slack_is_kept_before_every_boarding_and_not_after_the_last_ride() -> None:
    """Change at B: there 8:10:00, on at 8:11:00 works with 60 s; with 61 s the earlier bus is needed."""
    trips = """A 7:30, B 7:40
               A 8:00, B 8:10
               B 8:11, Z 8:20"""
    town = Town(trips, access={"A": 0}, egress={"Z": 0}).journey_input()
    window = {"departure_start_s": clock_s("8:20"), "departure_window_min": 1}
    assert latest({**town, **window}) == [clock_s("7:59")]
    assert latest({**town, **window, "boarding_slack_s": 61}) == [clock_s("7:28:59")]


def test_a_journey_as_long_as_the_maximum_counts_and_a_second_more_does_not() -> None:
    """Leave 7:56 for 8:12: 16 minutes."""
    assert latest(school_run(max_duration_min=16))[2] == clock_s("7:56")
    assert latest(school_run(max_duration_min=15))[2] == UNREACHED_S


def test_the_ride_limit_counts_vehicles() -> None:
    trips = "A 8:00, B 8:10\nB 8:15, Z 8:20"
    town = Town(trips).journey_input()
    window = {"departure_start_s": clock_s("8:20"), "departure_window_min": 1}
    assert latest({**town, **window, "max_rides": 2}) == [clock_s("7:59")]
    assert latest({**town, **window, "max_rides": 1}) == [UNREACHED_S]


def test_pickup_and_drop_off_keep_their_places() -> None:
    town = Town("A 8:00, B 8:05 no-pickup, C 8:08 no-drop-off, Z 8:10", access={"B": 0}).journey_input()
    window = {"departure_start_s": clock_s("8:10"), "departure_window_min": 1}
    assert latest({**town, **window}) == [UNREACHED_S]
    town = Town("A 8:00, B 8:05, C 8:08 no-drop-off, Z 8:10", egress={"C": 0}).journey_input()
    assert latest({**town, **window}) == [UNREACHED_S]


def test_who_arrives_the_day_before_is_sent_to_its_timetable() -> None:
    with pytest.raises(AccessError, match=r"arrive by 01:00 may begin on the day before.*write 25:00"):
        latest(school_run(departure_start_s=3600))


def test_the_timetable_ends_at_48() -> None:
    with pytest.raises(AccessError, match="the last arrival would be at 48:01"):
        latest(school_run(departure_start_s=clock_s("47:58")))


def test_a_window_and_a_destination_that_do_not_exist_are_refused_together() -> None:
    with pytest.raises(AccessError, match=r"(?s)destination is 7; allowed are 0 to.*departure_start_s is -1"):
        departures_by_minute(destination=7, **school_run(departure_start_s=-1))


def test_says_that_all_are_walks() -> None:
    case = school_run(direct=make_links([{0: 60}]), departure_start_s=clock_s("6:00"))
    with pytest.warns(DataQualityWarning, match="no trip can be boarded between 04:00 and 06:04"):
        assert latest(case)[0] == clock_s("5:59")


@walks_only
@settings(RANDOM, max_examples=150)
@given(random_journey_inputs())
def test_equals_the_twin_to_the_second_on_random_networks(case: dict[str, Any]) -> None:
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    shared = {**case, "footpaths": with_own_stops(case["footpaths"])}
    for destination in range(case["n_destinations"]):
        found = departures_by_minute(destination=destination, **case).origin_s
        for origin in range(len(case["access"].start) - 1):
            expected = twin.departures(**shared, origin=origin, destination=destination)
            assert found[:, origin].tolist() == [UNREACHED_S if x is None else x for x in expected]


@walks_only
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
@settings(RANDOM, max_examples=60)
@given(ruled_cases())
def test_equals_the_twin_to_the_second_with_rules_about_changing(case: dict[str, Any]) -> None:
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    town = rules_twin.Town(case["timetable"], case["footpaths"], case["boarding_slack_s"])
    found = departures_by_minute(destination=0, **case).origin_s
    for origin in range(len(case["access"].start) - 1):
        forward = partial(_from(town, case["access"], case["max_rides"]), origin)
        expected = twin.departures(**case, origin=origin, destination=0, stop_arrivals=forward)
        assert found[:, origin].tolist() == [UNREACHED_S if x is None else x for x in expected]


def _from(town: Any, access: Any, max_rides: int | None) -> Callable[[int, int], dict[int, int]]:
    return lambda origin, leave: town.stop_arrivals(access, origin, leave, max_rides)


@pytest.mark.parametrize("arrive_by", [False, True])
@walks_only
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
@settings(RANDOM, max_examples=60)
@given(case=ruled_cases())
def test_batched_equals_plain_with_rules_about_changing(arrive_by: bool, case: dict[str, Any]) -> None:
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    asked = {**case, "percentiles": all_ranks(case), "arrive_by": arrive_by}
    assert np.array_equal(travel_time_percentiles(**asked), plain_times.travel_time_percentiles(**asked))


@walks_only
@settings(RANDOM, max_examples=100)
@given(random_journey_inputs())
def test_batched_equals_plain_on_random_networks(case: dict[str, Any]) -> None:
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    percentiles = all_ranks(case)
    found = travel_time_percentiles(**case, percentiles=percentiles, arrive_by=True)
    expected = plain_times.travel_time_percentiles(**case, percentiles=percentiles, arrive_by=True)
    assert np.array_equal(found, expected)


@needs_speed
@pytest.mark.parametrize("max_rides", [None, 2])
def test_batched_equals_plain_over_several_batches(max_rides: int | None) -> None:
    case = {**busy_town(np.random.default_rng(4)), "max_rides": max_rides, "arrive_by": True}
    case.pop("percentiles", None)
    found = travel_time_percentiles(**case, percentiles=[5, 50, 95], threads=2)
    assert np.array_equal(found, plain_times.travel_time_percentiles(**case, percentiles=[5, 50, 95]))
    assert len(np.unique(found)) > 20


@walks_only
@settings(RANDOM, max_examples=60)
@given(random_journey_inputs())
def test_having_to_be_there_later_never_means_leaving_earlier(case: dict[str, Any]) -> None:
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    origin_s = departures_by_minute(destination=0, **{**case, "max_duration_min": 30}).origin_s
    for before, after in zip(origin_s[:-1].ravel(), origin_s[1:].ravel(), strict=True):
        if before != UNREACHED_S and after != UNREACHED_S:
            assert after >= before

"""Percentiles, checks at the door, threads: the shell around the plain engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest
import reference.travel_times as twin
from builders_timetable import Town, clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from access import search as module
from access.engine.arrays import UNREACHED_S, WalkLinks, with_own_stops
from access.errors import AccessError, DataQualityWarning
from access.network import walk_links
from access.plain_times import (
    arrivals_by_minute,
    travel_time_percentiles,
    travel_times_by_minute,
)
from access.search import nearest_rank
from access.snapping import snap
from access.streets import read_streets_pbf
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

RANDOM = settings(deadline=None, database=None, derandomize=True)

HALF_HOURLY = """A 8:00, Z 8:10
                 A 8:30, Z 8:40"""


def journey(**changes: Any) -> dict[str, Any]:
    """Valid input: one origin, one destination, a bus every half hour, 10 departures from 7:55 on."""
    town = Town(HALF_HOURLY).journey_input()
    search = {"departure_start_s": clock_s("7:55"), "departure_window_min": 10, "percentiles": [50]}
    return {**town, **search, **changes}


def by_minute(case: dict[str, Any], origin: int = 0) -> Any:
    return travel_times_by_minute(**{k: v for k, v in case.items() if k != "percentiles"}, origin=origin)


# percentiles


def test_percentiles_by_hand() -> None:
    """Bus at 8:00: departures 7:55 to 7:59 take 15 to 11 minutes; those from 8:00 to 8:04 take 40 to 36."""
    case = journey(percentiles=[1, 10, 11, 50, 51, 90, 100])
    assert by_minute(case)[:, 0].tolist() == [15, 14, 13, 12, 11, 40, 39, 38, 37, 36]
    assert travel_time_percentiles(**case)[:, 0, 0].tolist() == [11, 11, 12, 15, 36, 39, 40]


def test_unreached_minutes_sort_last() -> None:
    """With 20 minutes at most, the second half of the departures reaches nothing, nor does a walk of 21."""
    case = journey(percentiles=[50, 50.1, 100], max_duration_min=20, direct=make_links([{0: 21 * 60}]))
    assert travel_time_percentiles(**case)[:, 0, 0].tolist() == [15, 255, 255]


def test_percentiles_keep_the_order_given_and_may_repeat() -> None:
    case = journey(percentiles=[100, 1, 100])
    assert travel_time_percentiles(**case)[:, 0, 0].tolist() == [40, 11, 40]


@pytest.mark.parametrize(
    ("percentile", "n", "rank"),
    [(5, 120, 6), (50, 120, 60), (95, 120, 114), (100, 120, 120), (0.1, 120, 1), (50, 1, 1), (50, 3, 2),
     (55, 100, 55), (7, 100, 7), (99.9, 1000, 999)],
)  # fmt: skip
def test_nearest_rank_is_exact(percentile: float, n: int, rank: int) -> None:
    assert nearest_rank(percentile, n) == rank


@settings(RANDOM, max_examples=100)
@given(random_journey_inputs(), st.lists(st.sampled_from([1, 5, 25, 33.3, 50, 75, 95, 100]), min_size=1))
@pytest.mark.filterwarnings("ignore:All travel times are walks:access.errors.DataQualityWarning")
def test_percentiles_equal_the_twin_on_random_networks(
    case: dict[str, Any], percentiles: list[float]
) -> None:
    found = travel_time_percentiles(**case, percentiles=percentiles, threads=2)
    for origin in range(found.shape[1]):
        arrivals = twin.arrivals(origin=origin, **{**case, "footpaths": with_own_stops(case["footpaths"])})
        for destination in range(case["n_destinations"]):
            minutes = [
                (at_door[destination] - case["departure_start_s"] - 60 * minute) // 60
                if destination in at_door
                else 255
                for minute, (_, at_door) in enumerate(arrivals)
            ]
            assert by_minute(case, origin)[:, destination].tolist() == minutes
            expected = [twin.percentile(minutes, percentile) for percentile in percentiles]
            assert found[:, origin, destination].tolist() == expected


# threads, order, progress, caller's data


def many_origins(order: list[int]) -> dict[str, Any]:
    access = make_links([{0: 60 * origin} for origin in order])
    return journey(access=access, direct=make_links([{} for _ in order]), percentiles=[10, 90])


def test_results_do_not_depend_on_the_threads() -> None:
    case = many_origins(list(range(20)))
    one = travel_time_percentiles(**case, threads=1)
    assert len(np.unique(one[0])) > 5
    assert np.array_equal(one, travel_time_percentiles(**case, threads=4))
    assert np.array_equal(one, travel_time_percentiles(**case))


def test_results_do_not_depend_on_the_order_of_origins() -> None:
    order = [3, 1, 4, 0, 2]
    ordered = travel_time_percentiles(**many_origins(list(range(5))))
    assert np.array_equal(ordered[:, order], travel_time_percentiles(**many_origins(order)))


def test_progress_counts_every_origin_once() -> None:
    finished: list[int] = []
    travel_time_percentiles(**many_origins(list(range(7))), progress=finished.append, threads=2)
    assert sum(finished) == 7


def test_a_failing_progress_callback_stops_the_work() -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        travel_time_percentiles(**many_origins(list(range(7))), progress=stop)


def test_input_stays_unchanged() -> None:
    case = journey()
    before = {name: [array.copy() for array in case[name]] for name in ("access", "egress")}
    travel_time_percentiles(**case)
    for name, arrays in before.items():
        for array, copy in zip(case[name], arrays, strict=True):
            assert np.array_equal(array, copy)
            assert array.flags.writeable


def test_arrays_of_other_integer_types_are_accepted() -> None:
    case = journey()
    expected = travel_time_percentiles(**case)
    for name in ("access", "egress", "footpaths", "direct"):
        case[name] = WalkLinks(*(array.astype(np.int16) for array in case[name]))
    assert np.array_equal(travel_time_percentiles(**case), expected)


# walks only


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"departure_start_s": clock_s("12:00")}, "no trip can be boarded between 12:00 and 14:10"),
        ({"departure_start_s": clock_s("8:35")}, "no trip can be boarded between 08:35 and 10:45"),
        ({"access": make_links([{}])}, "no stop is within walking reach of any origin"),
        ({"egress": make_links([{}, {}])}, "no destination is within walking reach of any stop"),
    ],
)
def test_warns_where_all_travel_times_are_walks(changes: dict[str, Any], cause: str) -> None:
    case = journey(direct=make_links([{0: 1234}]), **changes)
    with pytest.warns(DataQualityWarning, match=cause):
        assert travel_time_percentiles(**case).tolist() == [[[20]]]


def test_an_origin_without_any_walk_reaches_nothing() -> None:
    case = journey(access=make_links([{0: 0}, {}]), direct=make_links([{}, {}]))
    assert travel_time_percentiles(**case).tolist() == [[[15], [255]]]


# checks at the door


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"percentiles": []}, "percentiles is empty"),
        ({"percentiles": [0, 50]}, "percentiles must be above 0 and at most 100, not 0"),
        ({"percentiles": [100.5, float("nan")]}, "at most 100, not 100.5, nan"),
        ({"departure_start_s": -1}, "departure_start_s is -1; allowed are whole numbers from 0 to 172,800"),
        ({"departure_start_s": 28800.5}, "departure_start_s is 28800.5; allowed are whole numbers"),
        ({"departure_window_min": 0}, "departure_window_min is 0; allowed are whole numbers from 1 to 1,440"),
        ({"departure_window_min": 1441}, "departure_window_min is 1441"),
        ({"max_duration_min": 0}, "max_duration_min is 0; allowed are whole numbers from 1 to 254"),
        ({"max_duration_min": 255}, "max_duration_min is 255"),
        (
            {"departure_start_s": clock_s("46:00")},
            r"travel would end at 48:10, but the timetable ends at 48:00",
        ),
        ({"boarding_slack_s": 0}, "boarding_slack_s is 0; allowed are whole numbers from 1 to 3,600"),
        ({"max_rides": 0}, "max_rides is 0; it must be a whole number of at least 1"),
        ({"threads": 0}, "threads is 0; it must be a whole number of at least 1"),
        ({"n_destinations": 0, "egress": make_links([{}, {}])}, "n_destinations is 0"),
        (
            {"access": make_links([]), "direct": make_links([])},
            r"number of origins \(sources of access\) is 0",
        ),
        ({"access": make_links([{2: 0}])}, "access.target runs from 2 to 2; allowed are 0 to 1"),
        ({"footpaths": make_links([{}])}, "footpaths.start has 2 values; 2 sources need 3"),
        (
            {"egress": make_links([{0: -5}, {}])},
            "egress.walk_s runs from -5 to -5 s; allowed are 0 to 86400 s",
        ),
        ({"direct": make_links([{0: 86_401}])}, "direct.walk_s runs from 86401 to 86401 s"),
        ({"direct": make_links([{}, {}])}, "direct.start has 3 values; 1 sources need 2"),
    ],
)
def test_refuses_bad_input(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AccessError, match=message):
        travel_time_percentiles(**journey(**changes))


def test_refuses_links_that_are_no_compressed_rows() -> None:
    start, target, walk_s = make_links([{0: 0}])
    for links, message in [
        (
            WalkLinks(start + 1, target, walk_s),
            r"access.start must rise from 0 to the number of links \(1 targets, 1 walks\)",
        ),
        (WalkLinks(start, target, walk_s[:0]), r"\(1 targets, 0 walks\)"),
        (
            WalkLinks(start, target, walk_s.astype(float)),
            "access.walk_s must be a one-dimensional array of whole numbers",
        ),
        (WalkLinks(start, target, walk_s[np.newaxis]), "access.walk_s must be a one-dimensional array"),
        (WalkLinks(start, [0], walk_s), "access.target must be a one-dimensional array"),  # type: ignore[arg-type]
    ]:
        with pytest.raises(AccessError, match=message):
            travel_time_percentiles(**journey(access=links))


def test_lists_all_problems_at_once() -> None:
    with pytest.raises(AccessError) as caught:
        travel_time_percentiles(
            **journey(percentiles=[0], boarding_slack_s=0, max_rides=0, access=make_links([{9: 0}]))
        )
    assert str(caught.value).startswith("Travel times cannot be computed:\n  - ")
    assert str(caught.value).count("\n  - ") == 4


def test_refuses_an_origin_that_is_not_there() -> None:
    case = {name: value for name, value in journey().items() if name != "percentiles"}
    with pytest.raises(AccessError, match="origin is 1; access has the origins 0 to 0"):
        arrivals_by_minute(**case, origin=1)


def test_uses_the_cpus_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.usable_cpus() >= 1
    monkeypatch.delattr(module.os, "sched_getaffinity", raising=False)
    assert module.usable_cpus() >= 1


# Porto Alegre


@pytest.fixture(scope="module")
def places(porto_alegre: Path) -> pd.DataFrame:
    return pd.read_csv(porto_alegre / "points_of_interest.csv")


@pytest.fixture(scope="module")
def porto_alegre_journeys(porto_alegre: Path, places: pd.DataFrame) -> dict[str, Any]:
    """From each place to each place on the Monday that R5 was run for, walking up to 60 minutes."""
    if numba.config.DISABLE_JIT:
        pytest.skip("walks of a whole city take hours in plain Python")
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    timetable = build_schedule(merge_feeds(feeds), date(2019, 5, 13)).timetable
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    doors = snap(streets, places.lon, places.lat)
    stops = snap(streets, timetable.stop_lon, timetable.stop_lat)
    walk: dict[str, Any] = {"max_walk_min": 60, "walk_speed_km_h": 3.6}
    return {
        "timetable": timetable,
        "access": walk_links(streets, doors, stops, **walk),
        "footpaths": walk_links(streets, stops, stops, max_walk_min=15, walk_speed_km_h=3.6),
        "egress": walk_links(streets, stops, doors, **walk),
        "direct": walk_links(streets, doors, doors, same_points=True, **walk),
        "n_destinations": len(places),
        "departure_start_s": clock_s("14:00"),
    }


@pytest.mark.real_data
def test_porto_alegre_equals_the_twin_to_the_second(porto_alegre_journeys: dict[str, Any]) -> None:
    window, duration, slack = 20, 90, 60
    for origin in (0, 7):
        found = arrivals_by_minute(
            **porto_alegre_journeys, origin=origin, departure_window_min=window, max_duration_min=duration
        )
        for minute in (0, 8, 19):
            leave = porto_alegre_journeys["departure_start_s"] + 60 * minute
            network = [porto_alegre_journeys[name] for name in ("timetable", "access", "footpaths")]
            network[2] = with_own_stops(network[2])
            expected = twin.stop_arrivals_by_scan(*network, origin, leave, slack, leave + 60 * duration + 59)
            reached = np.flatnonzero(found.stop_s[minute] != UNREACHED_S)
            assert len(reached) > 1000
            assert (
                dict(zip(reached.tolist(), found.stop_s[minute, reached].tolist(), strict=True)) == expected
            )

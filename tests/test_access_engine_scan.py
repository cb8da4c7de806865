"""The batched scan against the plain engine: earliest arrival second at every stop, for every departure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders_examples import examples
from builders_scan import (
    plain_seconds,
    program_of,
    random_kernel_inputs,
    scanned,
    search_of,
    stop_seconds,
    with_complete_footpaths,
)
from builders_timetable import Town, clock_s, make_links
from hypothesis import given, settings

from access.engine import scan
from access.engine.arrays import ANY_NUMBER_OF_RIDES, UNREACHED_S, Search
from access.engine.simd import BATCH_WIDTH

RANDOM = settings(deadline=None, database=None, derandomize=True)


def stop_clock(town: Town, stop: str, leave: str, **options: Any) -> list[str | None]:
    """Clock time of the first vehicle left at a stop, for each departure."""
    case = {**town.journey_input(), "departure_start_s": clock_s(leave), "departure_window_min": 1, **options}
    case = with_complete_footpaths(case)
    found = stop_seconds(scanned(case, np.array([0])), 0, search_of(case))[:, town.stop(stop)]
    return [None if at == UNREACHED_S else f"{at // 3600}:{at // 60 % 60:02d}" for at in found]


def test_each_departure_takes_its_own_next_trip() -> None:
    town = Town("""A 8:02, Z 8:12
                   A 8:04, Z 8:09""")
    assert stop_clock(town, "Z", "8:00", departure_window_min=5) == ["8:09", "8:09", "8:09", "8:09", None]


def test_a_label_too_old_for_the_maximum_duration_makes_no_record() -> None:
    """The bus at 8:20 is too late for a departure at 8:00, and nothing is kept of it."""
    case = {
        **Town("A 8:02, Z 8:20").journey_input(),
        "departure_start_s": clock_s("8:00"),
        "departure_window_min": 5,
    }
    assert scanned({**case, "max_duration_min": 19}, np.array([0])).start[0].tolist() == [0, 0, 1]
    assert scanned({**case, "max_duration_min": 18}, np.array([0])).start[0].tolist() == [0, 0, 0]


def test_a_vehicle_that_brings_nobody_later_makes_no_record() -> None:
    """The slow bus left before the express and arrives after it."""
    town = Town("""A 8:04, Z 8:09
                   A 8:02, Z 8:12""")
    case = {**town.journey_input(), "departure_start_s": clock_s("8:00"), "departure_window_min": 5}
    profiles = scanned(case, np.array([0]))
    assert profiles.start[0].tolist() == [0, 0, 1]
    assert profiles.labels[0, :2].tolist() == [4, 0]


@pytest.mark.parametrize("max_rides", [None, 2])
def test_long_access_walks_beside_one_that_takes_up_an_hour_of_slack(max_rides: int | None) -> None:
    """Walks of 3 h 14 and more do not fit into a byte of minutes that begins an hour before."""
    walks = [-3_600, 0, 194 * 60 - 1, 194 * 60, 194 * 60 + 1, 195 * 60 - 1, 195 * 60, 254 * 60]
    for first_s in (0, 1, 59):
        case = {
            **Town("A 9:50, B 13:05, Z 13:05").journey_input(),
            "access": make_links([{0: max(-3_600, walk_s - 3_600), 1: walk_s} for walk_s in walks]),
            "direct": make_links([{}] * len(walks)),
            "departure_start_s": clock_s("8:45") + first_s,
            "departure_window_min": 255,
            "max_duration_min": 254,
            "boarding_slack_s": 3_600,
            "max_rides": max_rides,
        }
        case = with_complete_footpaths(case)
        _compare_with_the_plain_engine(case)
        reached = [np.any(plain_seconds(case, origin)[0] != UNREACHED_S) for origin in range(len(walks))]
        assert reached[:4] == [True] * 4
        assert reached[-2:] == [False] * 2


def test_departures_of_a_pass_end_at_255() -> None:
    town = Town("A 13:00, Z 13:10")
    found = stop_clock(town, "Z", "8:30", departure_window_min=255, max_duration_min=254)
    assert found == [None] * 26 + ["13:10"] * 229


@pytest.mark.parametrize(
    ("max_rides", "duration", "slack", "limit"),
    [
        (ANY_NUMBER_OF_RIDES, 120, 60, ANY_NUMBER_OF_RIDES),
        (120, 120, 60, 120),
        (121, 120, 60, ANY_NUMBER_OF_RIDES),
        (1, 1, 119, ANY_NUMBER_OF_RIDES),
        (1, 1, 118, 1),
        (10**12, 254, 1, ANY_NUMBER_OF_RIDES),
    ],
)
def test_a_ride_limit_that_the_slacks_keep_anyway_costs_nothing(
    max_rides: int, duration: int, slack: int, limit: int
) -> None:
    assert scan.binding_ride_limit(Search(0, 1, duration, max_rides, slack)) == limit


def test_a_journey_of_as_many_rides_as_the_slacks_allow() -> None:
    """Three rides of 0 s, a minute apart: 3 min in all, 3 rides are needed and 3 are enough."""
    town = Town("""A 8:01, B 8:01
                   B 8:02, C 8:02
                   C 8:03, Z 8:03""")
    for rides, arrival in ((2, None), (3, "8:03"), (4, "8:03"), (None, "8:03")):
        assert stop_clock(town, "Z", "8:00", max_duration_min=3, max_rides=rides) == [arrival]


def test_memory_is_used_again_without_a_trace() -> None:
    """The same batch before and after another one, in one memory."""
    case = {
        **Town("A 8:00, B 8:10\nB 8:20, Z 8:30").journey_input(),
        "access": make_links([{0: 0}, {1: 0}]),
        "departure_start_s": clock_s("7:55"),
        "departure_window_min": 20,
        "max_rides": 2,
    }
    case = with_complete_footpaths(case)
    program, search = program_of(case), search_of(case)
    memory, profiles = scan.scan_memory([program], 2), scan.profiles_memory([program])
    found = []
    for batch in (np.array([0]), np.array([1]), np.array([0])):
        scan.scan_batch([program], [search], case["access"], batch, memory, profiles)
        found.append(stop_seconds(profiles, 0, search))
    assert np.array_equal(found[0], found[2])
    assert not np.array_equal(found[0], found[1])


def test_passes_share_their_memory_without_a_trace() -> None:
    """A short pass, a long one, a short one: nobody has alighted before the first alighting of each."""
    trips = [f"A {h}:00, B {h}:10\nB {h}:20, Z {h}:30\nA {h}:05, B {h}:12" for h in range(8, 12)]
    case = {**Town("\n".join(trips)).journey_input(), "departure_window_min": 100, "max_duration_min": 60}
    case = with_complete_footpaths(case)
    windows = [(clock_s("10:58"), 1), (clock_s("7:55"), 200), (clock_s("10:58"), 1)]
    cases = [
        {**case, "departure_start_s": start_s, "departure_window_min": length} for start_s, length in windows
    ]
    programs, searches = [program_of(one) for one in cases], [search_of(one) for one in cases]
    assert len(programs[1].alighting_s) > len(programs[0].alighting_s) > 0
    memory, profiles = scan.scan_memory(programs, ANY_NUMBER_OF_RIDES), scan.profiles_memory(programs)
    for array in memory:
        array[:] = 1
    scan.scan_batch(programs, searches, case["access"], np.array([0]), memory, profiles)
    for number, (one, search) in enumerate(zip(cases, searches, strict=True)):
        found = stop_seconds(profiles._replace(start=profiles.start[[number]]), 0, search)
        assert np.array_equal(found, plain_seconds(one, 0)[0])


def _compare_with_the_plain_engine(case: dict[str, Any]) -> None:
    n_origins = len(case["access"].start) - 1
    profiles, search = scanned(case, np.arange(n_origins)), search_of(case)
    for origin in range(n_origins):
        expected = plain_seconds(case, origin)[0]
        assert np.array_equal(stop_seconds(profiles, origin, search), expected)


@settings(RANDOM, max_examples=examples(60))
@given(random_kernel_inputs())
def test_equals_the_plain_engine_to_the_second_on_random_networks(case: dict[str, Any]) -> None:
    _compare_with_the_plain_engine(case)


@pytest.mark.slow
@settings(RANDOM, max_examples=examples(5_000))
@given(random_kernel_inputs())
def test_equals_the_plain_engine_to_the_second_on_many_random_networks(case: dict[str, Any]) -> None:
    _compare_with_the_plain_engine(case)


@settings(RANDOM, max_examples=examples(30))
@given(random_kernel_inputs())
def test_columns_do_not_touch_each_other(case: dict[str, Any]) -> None:
    """A full batch of the same few origins, mixed: each column equals its origin alone."""
    n_origins = len(case["access"].start) - 1
    batch = np.random.default_rng(1).integers(0, n_origins, BATCH_WIDTH)
    profiles = scanned(case, batch)
    search = search_of(case)
    alone = [stop_seconds(scanned(case, np.array([origin])), 0, search) for origin in range(n_origins)]
    for column in (0, 1, 63, 64, 126, 127):
        assert np.array_equal(stop_seconds(profiles, column, search), alone[batch[column]])


@settings(RANDOM, max_examples=examples(60))
@given(random_kernel_inputs())
def test_labels_at_a_stop_only_grow(case: dict[str, Any]) -> None:
    profiles = scanned(case, np.arange(len(case["access"].start) - 1))
    for stop in range(case["timetable"].n_stops):
        of_stop = slice(*profiles.start[0, stop : stop + 2])
        assert np.all(np.diff(profiles.labels[of_stop].astype(int), axis=0) >= 0)
        assert np.all(np.diff(profiles.arrival_s[of_stop]) >= 0)

"""The batched engine as a whole: the same bytes as the plain one, whatever batches, passes and threads."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest
from builders_scan import scanned, search_of, stop_seconds
from builders_timetable import DAY_S, Town, clock_s, make_links, make_timetable, random_journey_inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from access import batches, plain_times
from access.batches import neighbours_first
from access.engine.arrays import WalkLinks, with_own_stops
from access.engine.hilbert import hilbert_order
from access.engine.simd import BATCH_WIDTH
from access.errors import AccessError, DataQualityWarning
from access.network import reversed_walks, walk_links
from access.snapping import snap
from access.streets import read_streets_pbf
from access.travel_times import travel_time_percentiles
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

walks_only = pytest.mark.filterwarnings("ignore:All travel times are walks:access.errors.DataQualityWarning")
RANDOM = settings(deadline=None, database=None, derandomize=True)


def all_ranks(case: dict[str, Any]) -> list[float]:
    """Percentiles that read off every rank: the whole distribution over departures."""
    n = case["departure_window_min"]
    return [100 * rank / n for rank in range(1, n + 1)] if n <= 100 else list(range(1, 101))


def assert_equal_engines(case: dict[str, Any], **options: Any) -> np.ndarray:
    percentiles = all_ranks(case)
    found = travel_time_percentiles(**case, **options, percentiles=percentiles)
    assert np.array_equal(found, plain_times.travel_time_percentiles(**case, percentiles=percentiles))
    return found


def journey(**changes: Any) -> dict[str, Any]:
    """Valid input: one origin, one destination, a bus every half hour, 10 departures from 7:55 on."""
    town = Town("""A 8:00, Z 8:10
                   A 8:30, Z 8:40""").journey_input()
    return {**town, "departure_start_s": clock_s("7:55"), "departure_window_min": 10, **changes}


# hand cases


def test_percentiles_by_hand() -> None:
    """Bus at 8:00: departures 7:55 to 7:59 take 15 to 11 minutes; those from 8:00 to 8:04 take 40 to 36."""
    found = travel_time_percentiles(**journey(), percentiles=[1, 10, 11, 50, 51, 90, 100])
    assert found.dtype == np.uint8
    assert found[:, 0, 0].tolist() == [11, 11, 12, 15, 36, 39, 40]


TOWNS = {
    "loop": Town("A 8:00, B 8:05, A 8:10, Z 8:15", egress={"A": 0, "Z": 0}),
    "overtaking": Town("A 8:00, B 8:20, Z 8:40\nA 8:05, B 8:10, Z 8:15"),
    "zero rides": Town("A 8:00, B 8:00\nB 8:00, Z 8:00\nB 8:01, Z 8:01"),
    "no pickup": Town("A 8:00 no-pickup, Z 8:10\nA 8:08, Z 8:40"),
    "no drop-off": Town("A 8:00, Z 8:10 no-drop-off, Z 8:30", footpaths={"Z-A": 60}),
    "no chained footpaths": Town(
        "A 8:00, B 8:10\nD 8:30, Z 8:40\nC 8:50, Z 9:00", footpaths={"B-C": 60, "C-D": 60}
    ),
    "a slow footpath to itself": Town("A 8:00, B 8:10\nB 8:12, Z 8:20", footpaths={"B-B": 600}),
    "three rides": Town("""A 8:00, B 8:10
                           B 8:15, C 8:20
                           C 8:25, Z 8:30
                           A 8:05, Z 9:00
                           B 8:12, Z 8:45"""),
    "early with more rides": Town("""A 8:00, C 8:04
                                     C 8:06, B 8:10
                                     A 8:01, B 8:12
                                     B 8:20, Z 8:30"""),
    "walking": Town("A 8:00, Z 8:10", direct=15 * 60),
    "midnight": Town("B -0:30, A 8:00, Z 8:10"),
}


@pytest.mark.parametrize("max_rides", [None, 1, 2, 3, 4])
@pytest.mark.parametrize("slack", [1, 60])
@pytest.mark.parametrize("town", TOWNS.values(), ids=TOWNS)
def test_equals_the_plain_engine_on_hand_cases(town: Town, slack: int, max_rides: int | None) -> None:
    search = {"departure_start_s": clock_s("7:50"), "departure_window_min": 20, "max_duration_min": 75}
    found = assert_equal_engines(
        {**town.journey_input(), **search, "boarding_slack_s": slack, "max_rides": max_rides}
    )
    assert found.min() < 255 or max_rides is not None


def test_any_number_of_rides_may_be_allowed() -> None:
    """A limit that cannot bind takes no memory."""
    found = travel_time_percentiles(**journey(max_rides=10**9), percentiles=[10, 90])
    assert np.array_equal(found, travel_time_percentiles(**journey(), percentiles=[10, 90]))


# windows of several passes


@pytest.mark.parametrize("window", [254, 255, 256, 510, 511, 1440])
@pytest.mark.parametrize("max_rides", [None, 2])
def test_windows_of_any_length(window: int, max_rides: int | None) -> None:
    """A bus every 37 minutes all day, and one change at B."""
    lines = [f"A {m // 60}:{m % 60:02d}, B {m // 60 + 1}:{m % 60:02d}" for m in range(0, 1500, 37)]
    lines += [f"B {m // 60}:{m % 60:02d}, Z {m // 60 + 1}:{m % 60:02d}" for m in range(60, 1600, 53)]
    town = Town("\n".join(lines), direct=170 * 60).journey_input()
    found = assert_equal_engines({
        **town, "departure_start_s": 0, "departure_window_min": window, "max_duration_min": 180,
        "max_rides": max_rides,
    })  # fmt: skip
    assert 120 < found.min() < found.max() == 170


@walks_only
@settings(RANDOM, max_examples=60)
@given(random_journey_inputs())
def test_passes_do_not_change_the_result(case: dict[str, Any]) -> None:
    """The same random windows in passes of at most 3 departures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "DEPARTURES_A_PASS", 3)
        assert_equal_engines(case)


# random networks


@walks_only
@settings(RANDOM, max_examples=60)
@given(random_journey_inputs())
def test_equals_the_plain_engine_on_random_networks(case: dict[str, Any]) -> None:
    assert_equal_engines(case)


@walks_only
@pytest.mark.slow
@settings(RANDOM, max_examples=500)
@given(random_journey_inputs())
def test_equals_the_plain_engine_on_many_random_networks(case: dict[str, Any]) -> None:
    for max_rides in (None, 1, 2, 3):
        assert_equal_engines({**case, "max_rides": max_rides})


def busy_town(rng: np.random.Generator, n_origins: int = 300, n_stops: int = 40) -> dict[str, Any]:
    """A random town with more origins than one batch holds, and many changes of vehicle."""
    trips = []
    for _ in range(250):
        at_s = int(rng.integers(7 * 3600, 10 * 3600)) // 30 * 30
        trip = []
        for stop in rng.choice(n_stops, rng.integers(2, 8), replace=False):
            leave_s = at_s + int(rng.choice([0, 0, 30]))
            trip.append((int(stop), at_s, leave_s, bool(rng.random() < 0.9), bool(rng.random() < 0.9)))
            at_s = leave_s + int(rng.choice([0, 60, 120, 300]))
        trips.append(trip)

    def walks(n_sources: int, n_targets: int, most: int) -> WalkLinks:
        rows = [rng.choice(n_targets, rng.integers(0, most + 1), replace=False) for _ in range(n_sources)]
        return make_links([{int(target): int(rng.integers(0, 900)) for target in row} for row in rows])

    timetable = make_timetable(trips, n_stops)
    place = {"stop_lon": rng.uniform(-51, -50, n_stops), "stop_lat": rng.uniform(-31, -30, n_stops)}
    return {
        "timetable": timetable._replace(**place),
        "access": walks(n_origins, n_stops, 3),
        "footpaths": walks(n_stops, n_stops, 4),
        "egress": walks(n_stops, 70, 3),
        "direct": walks(n_origins, 70, 2),
        "n_destinations": 70,
        "departure_start_s": 7 * 3600 + 30,
        "departure_window_min": 90,
        "max_duration_min": 100,
    }


needs_speed = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="takes hours in plain Python")


@needs_speed
@pytest.mark.parametrize("max_rides", [None, 1, 3])
def test_equals_the_plain_engine_over_several_batches(max_rides: int | None) -> None:
    found = assert_equal_engines({**busy_town(np.random.default_rng(7)), "max_rides": max_rides})
    assert 0.05 < np.mean(found < 255) < 0.95


# laws


@needs_speed
def test_results_do_not_depend_on_threads_or_order_of_origins() -> None:
    case = {**busy_town(np.random.default_rng(8)), "percentiles": [5, 50, 95]}
    one = travel_time_percentiles(**case, threads=1)
    assert np.array_equal(one, travel_time_percentiles(**case, threads=3))
    assert np.array_equal(one, travel_time_percentiles(**case))
    order = np.random.default_rng(1).permutation(one.shape[1])
    for name in ("access", "direct"):
        start, target, walk_s = case[name]
        rows = [range(start[origin], start[origin + 1]) for origin in order]
        case[name] = make_links([{int(target[k]): int(walk_s[k]) for k in row} for row in rows])
    assert np.array_equal(one[:, order], travel_time_percentiles(**case, threads=2))


@needs_speed
def test_results_do_not_depend_on_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    case = {**busy_town(np.random.default_rng(9), n_origins=150), "percentiles": [50, 90]}
    together = travel_time_percentiles(**case)
    for order in (np.arange(150)[::-1].copy(), np.random.default_rng(1).permutation(150)):
        monkeypatch.setattr(
            batches,
            "neighbours_first",
            lambda _, walks, order=order: order[order < len(walks.start) - 1],
        )
        assert np.array_equal(together, travel_time_percentiles(**case))


@walks_only
@settings(RANDOM, max_examples=40)
@given(random_journey_inputs(), random_journey_inputs())
def test_adding_trips_never_hurts(case: dict[str, Any], other: dict[str, Any]) -> None:
    def trips(timetable: Any) -> list[list[tuple[int, int, int, bool, bool]]]:
        visits = list(zip(*(array.tolist() for array in timetable[7:12]), strict=True))
        starts = timetable.trip_start
        return [visits[first:end] for first, end in pairwise(starts)]

    n_stops = case["timetable"].n_stops
    others = [[(stop % n_stops, *rest) for stop, *rest in trip] for trip in trips(other["timetable"])]
    richer = {**case, "timetable": make_timetable(trips(case["timetable"]) + others, n_stops)}
    percentiles = all_ranks(case)
    before = travel_time_percentiles(**case, percentiles=percentiles)
    assert np.all(travel_time_percentiles(**richer, percentiles=percentiles) <= before)


@pytest.mark.parametrize("arrive_by", [False, True])
@walks_only
@settings(RANDOM, max_examples=40)
@given(case=random_journey_inputs(), pair=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_a_footpath_more_or_a_faster_one_never_hurts(
    arrive_by: bool, case: dict[str, Any], pair: tuple[int, int]
) -> None:
    n_stops = case["timetable"].n_stops
    links = case["footpaths"]
    rows = [
        dict(zip(links.target[first:end].tolist(), links.walk_s[first:end].tolist(), strict=True))
        for first, end in pairwise(links.start)
    ]
    source, target = (stop % n_stops for stop in pair)
    rows[source][target] = min(rows[source].get(target, 30), 30)
    asked = {"percentiles": all_ranks(case), "arrive_by": arrive_by}
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    before = travel_time_percentiles(**case, **asked)
    assert np.all(travel_time_percentiles(**{**case, "footpaths": make_links(rows)}, **asked) <= before)


@walks_only
@settings(RANDOM, max_examples=40)
@given(random_journey_inputs())
def test_more_rides_never_hurt_and_percentiles_never_fall(case: dict[str, Any]) -> None:
    found = [
        travel_time_percentiles(**{**case, "max_rides": rides}, percentiles=all_ranks(case))
        for rides in (1, 2, 3, None)
    ]
    for fewer, more in pairwise(found):
        assert np.all(more <= fewer)
    assert np.all(np.diff(found[-1].astype(int), axis=0) >= 0)


# the shell


def test_progress_counts_every_origin_once() -> None:
    n = 2 * BATCH_WIDTH + 5
    case = journey(access=make_links([{0: origin} for origin in range(n)]), direct=make_links([{}] * n))
    finished: list[int] = []
    travel_time_percentiles(**case, percentiles=[50], progress=finished.append, threads=2)
    assert sorted(finished) == [5, BATCH_WIDTH, BATCH_WIDTH]


def test_a_failing_progress_callback_stops_the_work() -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        travel_time_percentiles(**journey(), percentiles=[50], progress=stop)


def test_input_stays_unchanged_and_may_have_other_integer_types() -> None:
    case = journey()
    before = {name: [array.copy() for array in case[name]] for name in ("access", "egress", "footpaths")}
    expected = travel_time_percentiles(**case, percentiles=[50])
    for name, arrays in before.items():
        for array, copy in zip(case[name], arrays, strict=True):
            assert np.array_equal(array, copy)
            assert array.flags.writeable
        case[name] = WalkLinks(*(array.astype(np.int16) for array in case[name]))
    assert np.array_equal(travel_time_percentiles(**case, percentiles=[50]), expected)


def test_refuses_bad_input_with_the_words_of_the_plain_engine() -> None:
    with pytest.raises(AccessError, match=r"(?s)percentiles must be above 0.*threads is 0.*max_rides is 0"):
        travel_time_percentiles(**journey(max_rides=0), percentiles=[0], threads=0)
    with pytest.raises(AccessError, match=r"access\.target runs from 9 to 9; allowed are 0 to 1"):
        travel_time_percentiles(**journey(access=make_links([{9: 0}])), percentiles=[50])


def test_warns_where_all_travel_times_are_walks() -> None:
    case = journey(direct=make_links([{0: 1234}]), departure_start_s=clock_s("12:00"))
    with pytest.warns(DataQualityWarning, match="no trip can be boarded between 12:00 and 14:10") as caught:
        assert travel_time_percentiles(**case, percentiles=[50]).tolist() == [[[20]]]
    assert caught[0].filename == __file__


@walks_only
def test_a_timetable_without_trips_leaves_walking() -> None:
    case = journey(timetable=make_timetable([], 2), direct=make_links([{0: 1234}]))
    assert travel_time_percentiles(**case, percentiles=[50]).tolist() == [[[20]]]


def test_trips_past_midnight_and_of_the_day_before() -> None:
    town = Town("B -0:30, A 0:05, Z 0:10\nB 23:30, A 24:05, Z 24:20").journey_input()
    for start_s, fastest in ((0, 6), (DAY_S, 16)):
        case = {**town, "departure_start_s": start_s, "departure_window_min": 10}
        assert assert_equal_engines(case).min() == fastest


# neighbours


def test_neighbours_follow_each_other_and_those_without_a_stop_come_last() -> None:
    """Places near one stop and near another, given alternately."""
    stops = make_timetable([], 2)._replace(stop_lon=np.array([0.0, 9.0]), stop_lat=np.array([0.0, 9.0]))
    rows = [{0: 5, 1: 900} if place % 2 else {0: 800, 1: 6} for place in range(10)]
    order = neighbours_first(stops, make_links([{}, *rows])).tolist()
    assert order == [2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 0]


def test_the_first_of_stops_equally_near_says_where_a_place_is() -> None:
    stops = make_timetable([], 3)._replace(stop_lon=np.array([0.0, 5.0, 9.0]), stop_lat=np.zeros(3))
    order = neighbours_first(stops, make_links([{2: 7}, {0: 7, 2: 7}, {1: 7}])).tolist()
    assert order == [1, 2, 0]


def test_places_without_any_stop_keep_their_order() -> None:
    assert neighbours_first(make_timetable([], 1), make_links([{}, {}])).tolist() == [0, 1]


# the Hilbert curve


def test_the_hilbert_curve_visits_every_square_once_and_never_jumps() -> None:
    x, y = (axis.ravel().astype(float) for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = hilbert_order(x, y)
    assert sorted(order.tolist()) == list(range(256))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert set(steps.tolist()) == {1.0}


def test_the_hilbert_order_keeps_equal_points_in_place_and_puts_missing_ones_last() -> None:
    x = np.array([np.nan, 1.0, 1.0, 0.0, 1.0])
    assert hilbert_order(x, np.ones(5)).tolist() == [3, 1, 2, 4, 0]
    assert hilbert_order(np.full(3, 2.0), np.full(3, 2.0)).tolist() == [0, 1, 2]


# Porto Alegre


@pytest.fixture(scope="module")
def some_of_porto_alegre(porto_alegre: Path) -> dict[str, Any]:
    """From 30 random cells to all, with the walks of the documentation: 30, 15 and 30 minutes."""
    if numba.config.DISABLE_JIT:
        pytest.skip("walks of a whole city take hours in plain Python")
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    timetable = build_schedule(merge_feeds(feeds), date(2019, 5, 13)).timetable
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    cells = pd.read_csv(porto_alegre / "land_use_h3.csv")
    origins = cells.sample(30, random_state=1)
    doors, homes = (snap(streets, table.lon.to_numpy(), table.lat.to_numpy()) for table in (cells, origins))
    stops = snap(streets, timetable.stop_lon, timetable.stop_lat)
    speed = {"walk_speed_km_h": 3.6}
    return {
        "timetable": timetable,
        "access": walk_links(streets, homes, stops, max_walk_min=30, **speed),
        "footpaths": walk_links(streets, stops, stops, max_walk_min=15, **speed),
        "egress": walk_links(streets, stops, doors, max_walk_min=30, **speed),
        "direct": walk_links(streets, homes, doors, max_walk_min=30, **speed),
        "n_destinations": len(cells),
        "departure_start_s": clock_s("12:30"),
        "departure_window_min": 120,
    }


@pytest.mark.real_data
@pytest.mark.parametrize("max_rides", [None, 4])
def test_porto_alegre_equals_the_plain_engine(
    some_of_porto_alegre: dict[str, Any], max_rides: int | None
) -> None:
    found = assert_equal_engines({**some_of_porto_alegre, "max_rides": max_rides})
    assert 0.3 < np.mean(found < 255) < 0.99


@pytest.mark.real_data
@pytest.mark.parametrize("max_rides", [None, 4])
def test_porto_alegre_equals_the_plain_engine_to_be_there_in_time(
    some_of_porto_alegre: dict[str, Any], max_rides: int | None
) -> None:
    """From all cells to the 30, by each minute from 14:30 to 15:30."""
    case = some_of_porto_alegre
    n_stops, n_cells = case["timetable"].n_stops, case["n_destinations"]
    there = {
        "access": reversed_walks(case["egress"], n_cells),
        "egress": reversed_walks(case["access"], n_stops),
        "direct": reversed_walks(case["direct"], n_cells),
        "n_destinations": 30,
        "departure_start_s": clock_s("14:30"),
        "departure_window_min": 60,
        "max_rides": max_rides,
        "arrive_by": True,
    }
    found = assert_equal_engines({**case, **there})
    assert 0.3 < np.mean(found < 255) < 0.99


@pytest.mark.real_data
@pytest.mark.parametrize("max_rides", [None, 2])
def test_porto_alegre_equals_the_plain_engine_at_every_stop_to_the_second(
    some_of_porto_alegre: dict[str, Any], max_rides: int | None
) -> None:
    case = {
        **some_of_porto_alegre,
        "departure_window_min": 60,
        "max_duration_min": 90,
        "max_rides": max_rides,
    }
    complete = {**case, "footpaths": with_own_stops(case["footpaths"])}  # as the shell gives them to kernels
    profiles = scanned(complete, np.arange(30))
    for origin in range(0, 30, 3):
        expected = plain_times.arrivals_by_minute(origin=origin, **case).stop_s
        assert np.array_equal(stop_seconds(profiles, origin, search_of(case)), expected)


def test_more_stops_and_trips_than_a_16_bit_index_holds() -> None:
    """70,001 stops in a row, a trip from each to the next every minute; the last two are the traveller's."""
    n = 70_001
    boards_s = 8 * 3600 + 60 * (np.arange(n - 1) - (n - 3))  # at 8:01 from the stop before the last
    trips = [
        [(stop, second, second, True, True), (stop + 1, second + 30, second + 30, True, True)]
        for stop, second in enumerate(boards_s.tolist())
    ]
    nothing: list[dict[int, int]] = [{}] * n
    case = {
        "timetable": make_timetable(trips, n),
        "access": make_links([{n - 2: 0}]),
        "footpaths": make_links(nothing),
        "egress": make_links([*nothing[:-1], {0: 60}]),
        "direct": make_links([{}]),
        "n_destinations": 1,
        "departure_start_s": 8 * 3600,
        "departure_window_min": 2,
    }
    found = travel_time_percentiles(**case, percentiles=[50, 100])
    assert found[:, 0, 0].tolist() == [2, 255]  # leave 8:00, board 8:01, there 8:01:30, walk a minute
    assert np.array_equal(found, plain_times.travel_time_percentiles(**case, percentiles=[50, 100]))

"""From labels at stops to minutes at doors, with profiles written by hand; times to count on the fingers."""

from __future__ import annotations

from typing import Any

import numpy as np
from builders_examples import examples
from builders_timetable import make_links
from hypothesis import given, settings
from hypothesis import strategies as st

from access.engine import egress
from access.engine.egress import Window, egress_memory, fill_percentiles
from access.engine.scan import Profiles
from access.engine.simd import BATCH_WIDTH

RANDOM = settings(deadline=None, database=None, derandomize=True)


def profiles_of(passes: list[list[list[tuple[int, dict[int, int]]]]]) -> Profiles:
    """Profiles from, for each pass and stop, ``(arrival_s, {column: label})``; labels never fall."""
    start, arrival_s, labels = [], [], []
    for stops in passes:
        start.append([len(arrival_s)])
        for improvements in stops:
            row = np.zeros(BATCH_WIDTH, np.uint8)
            for time_s, raised in improvements:
                for column, label in raised.items():
                    row[column] = max(row[column], label)
                arrival_s.append(time_s)
                labels.append(row.copy())
            start[-1].append(len(arrival_s))
    return Profiles(
        np.array(start, np.int64),
        np.array(arrival_s, np.int32),
        np.array(labels, np.uint8).reshape(-1, BATCH_WIDTH),
    )


def minutes(
    profiles: Profiles,
    departures: list[int],
    doors: list[dict[int, int]],
    ranks: list[int],
    *,
    max_duration_min: int = 60,
    direct: list[dict[int, int]] | None = None,
    n_origins: int = 1,
) -> Any:
    """Percentiles, shape (n_ranks, n_origins, n_destinations)."""
    window = Window(np.array(departures, np.int64), max_duration_min)
    memory = egress_memory(window, len(ranks), len(doors))
    for array in memory:  # whatever an earlier batch has left must not matter
        array[:] = 77
    found = np.full((len(ranks), n_origins, len(doors)), 99, np.uint8)
    order = np.arange(len(doors))[::-1].copy()
    walks = make_links(direct or [{}] * n_origins)
    fill_percentiles(
        np.arange(n_origins),
        order,
        profiles,
        make_links(doors),
        walks,
        window,
        np.array(ranks),
        memory,
        found,
    )
    return found


def test_the_last_departure_in_time_rides_the_shortest() -> None:
    """Departures 0 to 3 arrive at 10:00, and it takes 60 s to the door: 11, 10, 9 and 8 minutes."""
    profiles = profiles_of([[[(600, {0: 4})]]])
    found = minutes(profiles, [5], [{0: 60}], [1, 2, 3, 4, 5])
    assert found[:, 0, 0].tolist() == [8, 9, 10, 11, 255]


def test_minutes_are_truncated_at_the_door() -> None:
    profiles = profiles_of([[[(599, {0: 1})]]])
    assert minutes(profiles, [1], [{0: 0}, {0: 1}, {0: 60}, {0: 61}], [1])[0, 0].tolist() == [9, 10, 10, 11]


def test_only_the_last_improvement_of_a_minute_is_needed_but_none_after_it() -> None:
    """At 5:10 departure 0 arrives, at 5:50 also 1, at 6:00 also 2."""
    profiles = profiles_of([[[(310, {0: 1}), (350, {0: 2}), (360, {0: 3})]]])
    assert minutes(profiles, [3], [{0: 0}], [1, 2, 3])[:, 0, 0].tolist() == [4, 4, 5]


def test_the_best_of_several_stops_counts_for_each_departure() -> None:
    """Stop 0 brings departures 0 and 1 by 5:00, stop 1 departure 2 by 5:00, a long walk away."""
    profiles = profiles_of([[[(300, {0: 2})], [(300, {0: 3})]]])
    assert minutes(profiles, [3], [{0: 0, 1: 240}], [1, 2, 3])[:, 0, 0].tolist() == [4, 5, 7]


def test_the_maximum_duration_counts_to_its_last_second() -> None:
    profiles = profiles_of([[[(20 * 60 + 59, {0: 1})], [(21 * 60, {0: 1})]]])
    assert minutes(profiles, [1], [{0: 0}, {1: 0}], [1], max_duration_min=20)[0, 0].tolist() == [20, 255]


def test_arrivals_after_the_window_are_not_written() -> None:
    """Far too late: beyond the last row."""
    profiles = profiles_of([[[(90 * 60, {0: 3}), (95 * 60, {0: 4})]]])
    assert minutes(profiles, [4], [{0: 86_400}, {0: 0}], [1], max_duration_min=20)[0, 0].tolist() == [
        255,
        255,
    ]


def test_255_departures_and_254_minutes_fit() -> None:
    """All 255 departures arrive at 4:14:59 + 254 min: departure 254 takes 254 minutes, the others more."""
    profiles = profiles_of([[[((254 + 254) * 60 + 59, {0: 255})]]])
    found = minutes(profiles, [255], [{0: 0}], [1, 2], max_duration_min=254)
    assert found[:, 0, 0].tolist() == [254, 255]
    at_once = profiles_of([[[(60 * m, {0: m + 1}) for m in range(255)]]])
    assert minutes(at_once, [255], [{0: 0}], [1, 255], max_duration_min=254)[:, 0, 0].tolist() == [0, 0]


def test_walking_all_the_way_competes_with_the_percentile() -> None:
    profiles = profiles_of([[[(600, {0: 4})]]])
    found = minutes(profiles, [5], [{0: 60}], [1, 2, 3, 4, 5], direct=[{0: 9 * 60 + 59}])
    assert found[:, 0, 0].tolist() == [8, 9, 9, 9, 9]


def test_walking_longer_than_the_maximum_duration_does_not_count() -> None:
    nobody = profiles_of([[[]]])
    direct = [{0: 20 * 60 + 59, 1: 21 * 60}]
    found = minutes(nobody, [5], [{}, {0: 0}], [1, 5], max_duration_min=20, direct=direct)
    assert found[:, 0].tolist() == [[20, 255], [20, 255]]


def test_passes_are_counted_together() -> None:
    """Pass 1 has 3 departures, pass 2 has 2: travel times 5, 4, 3 and 8, none."""
    profiles = profiles_of([[[(300, {0: 3})]], [[(480, {0: 1})]]])
    found = minutes(profiles, [3, 2], [{0: 0}], [1, 2, 3, 4, 5], max_duration_min=10)
    assert found[:, 0, 0].tolist() == [3, 4, 5, 8, 255]


def test_more_departures_than_a_byte_can_count() -> None:
    """Six passes of 240, each column's label full at its own minute: ranks up to 1,440."""
    profiles = profiles_of([[[(60 * 249, {0: 240})]]] * 6)
    found = minutes(profiles, [240] * 6, [{0: 0}], [1, 6, 7, 1439, 1440], max_duration_min=254)
    assert found[:, 0, 0].tolist() == [10, 10, 11, 249, 249]


def test_every_column_has_its_own_result() -> None:
    columns = range(BATCH_WIDTH)
    improvements = [(60 * column, {column: 1}) for column in columns]
    found = minutes(profiles_of([[improvements]]), [1], [{0: 0}], [1], max_duration_min=254, n_origins=128)
    assert found[0, :, 0].tolist() == list(columns)


def test_a_column_that_meets_no_rank_does_not_stop_the_others() -> None:
    """Column 0 reaches with 1 of 4 departures, column 1 with all, later."""
    profiles = profiles_of([[[(60, {0: 1}), (40 * 60, {1: 4})]]])
    found = minutes(profiles, [4], [{0: 0}], [2, 4], n_origins=2)
    assert found[:, :, 0].tolist() == [[255, 38], [255, 40]]


def test_ranks_keep_their_order_and_may_repeat() -> None:
    profiles = profiles_of([[[(600, {0: 4})]]])
    assert minutes(profiles, [5], [{0: 0}], [4, 1, 5, 4])[:, 0, 0].tolist() == [10, 7, 255, 10]


def test_destinations_beyond_one_bundle_are_written_to_their_places() -> None:
    n = 2 * egress.DESTINATIONS_A_TIME + 3
    profiles = profiles_of([[[(0, {0: 1, 1: 1})]]])
    doors = [{0: 60 * (destination % 61)} for destination in range(n)]
    found = minutes(profiles, [1], doors, [1], n_origins=2)
    assert found[0].tolist() == [[destination % 61 for destination in range(n)]] * 2


@settings(RANDOM, max_examples=examples(60))
@given(st.data())
def test_equals_a_count_departure_by_departure(data: st.DataObject) -> None:
    """Random labels against the definition: first arrival of each departure, sorted, rank read off."""
    n_departures = data.draw(st.integers(1, 12))
    duration = data.draw(st.integers(1, 15))
    n_columns = 3
    stops = []
    for _ in range(data.draw(st.integers(1, 3))):
        times = sorted(data.draw(st.lists(st.integers(0, 60 * (n_departures + duration)), max_size=6)))
        raised = st.dictionaries(
            st.integers(0, n_columns - 1), st.integers(1, n_departures), max_size=n_columns
        )
        stops.append(
            [
                (at, {column: min(label, at // 60 + 1) for column, label in data.draw(raised).items()})
                for at in times
            ]
        )
    door = data.draw(st.dictionaries(st.integers(0, len(stops) - 1), st.sampled_from([0, 1, 59, 60, 200])))
    ranks = data.draw(st.lists(st.integers(1, n_departures), min_size=1, max_size=3))
    found = minutes(
        profiles_of([stops]), [n_departures], [door], ranks, max_duration_min=duration, n_origins=n_columns
    )
    for column in range(n_columns):
        times = []
        for departure in range(n_departures):
            at_door = [
                at + walk_s
                for stop, walk_s in door.items()
                for at, raised in stops[stop]
                if raised.get(column, 0) > departure
            ]
            travel_min = (min(at_door) - 60 * departure) // 60 if at_door else 255
            times.append(travel_min if travel_min <= duration else 255)
        assert found[:, column, 0].tolist() == [sorted(times)[rank - 1] for rank in ranks]

"""Clock times and the fill of blank stop times."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.gtfs import distance_m, fill

from gtfs.stop_times import (
    BLANK_S,
    MALFORMED_S,
    FilledTimes,
    fill_blank_times,
    format_time,
    great_circle_m,
    parse_times,
)

NAN = float("nan")


def fill_one(times, lat=None, lon=None, dist=None) -> FilledTimes:
    """One trip; a time is None, a number or (arrival, departure)."""
    pairs = [time if isinstance(time, tuple) else (time, time) for time in times]
    arrival, departure = (
        np.array([BLANK_S if pair[side] is None else pair[side] for pair in pairs], dtype=np.int32)
        for side in (0, 1)
    )
    n = len(times)
    return fill_blank_times(
        np.array([0, n]),
        arrival,
        departure,
        np.full(n, -51.2) if lon is None else np.array(lon, dtype=float),
        -30 - 0.01 * np.arange(n) if lat is None else np.array(lat, dtype=float),
        np.full(n, NAN) if dist is None else np.array(dist, dtype=float),
    )


def test_reads_times_with_and_without_leading_zero_and_past_midnight():
    texts = pd.Series(["8:05:00", "08:05:00", "25:10:09", "00:00:00", "100:00:00"], dtype="string")
    assert parse_times(texts).tolist() == [29_100, 29_100, 90_609, 0, 360_000]


def test_a_blank_time_is_not_midnight():
    assert parse_times(pd.Series([None, "00:00:00"], dtype="string")).tolist() == [BLANK_S, 0]


@pytest.mark.parametrize("text", ["8h00", "08:60:00", "08:00", "-1:00:00", "08:00:61", "x"])
def test_text_that_is_no_time_is_marked(text):
    assert parse_times(pd.Series([text], dtype="string")).tolist() == [MALFORMED_S]


def test_writes_times_past_midnight():
    assert format_time(90_609) == "25:10:09"


def test_a_stop_halfway_gets_the_time_halfway():
    filled = fill_one([0, None, 600])
    assert filled.arrival_s.tolist() == filled.departure_s.tolist() == [0, 300, 600]
    assert filled.filled.tolist() == [False, True, False]


def test_a_stop_a_quarter_of_the_way_gets_a_quarter_of_the_time():
    assert fill_one([100, None, 500], lat=[-30.0, -30.01, -30.04]).arrival_s.tolist() == [100, 200, 500]


def test_the_fill_is_truncated_to_whole_seconds():
    # Three equal hops in 100 s: 33.3 and 66.7 become 33 and 66.
    assert fill_one([0, None, None, 100]).arrival_s.tolist() == [0, 33, 66, 100]


def test_rounding_of_distances_costs_no_second():
    # Ten equal hops of a minute; the sixth share comes out as 0.5999999999999 in floating point.
    assert fill_one([0] + [None] * 9 + [600]).arrival_s.tolist() == [60 * hop for hop in range(11)]


def test_the_fill_starts_when_the_vehicle_leaves_and_ends_when_it_arrives():
    filled = fill_one([(0, 60), None, (160, 400)])
    assert filled.arrival_s.tolist() == [0, 110, 160]
    assert filled.departure_s.tolist() == [60, 110, 400]


def test_a_single_time_is_both_arrival_and_departure():
    filled = fill_one([(None, 5), (20, None)])
    assert filled.arrival_s.tolist() == filled.departure_s.tolist() == [5, 20]
    assert not filled.filled.any()


def test_distances_of_the_feed_are_used_where_the_whole_trip_has_them():
    assert fill_one([0, None, 100], dist=[10.0, 40.0, 50.0]).arrival_s.tolist() == [0, 75, 100]


@pytest.mark.parametrize("dist", [[10.0, NAN, 50.0], [NAN, 40.0, 50.0], [10.0, 60.0, 50.0]])
def test_distances_of_the_feed_are_not_used_where_one_is_missing_or_falls(dist):
    assert fill_one([0, None, 100], dist=dist).arrival_s.tolist() == [0, 50, 100]


def test_stops_at_one_place_share_the_time_evenly():
    assert fill_one([0, None, None, 30], lat=[-30.0] * 4).arrival_s.tolist() == [0, 10, 20, 30]


def test_a_blank_next_to_a_stop_without_coordinates_stays_blank_and_is_reported():
    filled = fill_one([0, None, 20, None, 40], lat=[-30.0, NAN, -30.02, -30.03, -30.04])
    assert filled.unplaced.tolist() == [False, True, False, False, False]
    assert filled.arrival_s.tolist() == [0, BLANK_S, 20, 30, 40]


def test_distances_of_the_feed_need_no_coordinates():
    filled = fill_one([0, None, 100], lat=[-30.0, NAN, -30.02], dist=[0.0, 10.0, 100.0])
    assert filled.arrival_s.tolist() == [0, 10, 100]


def test_trips_do_not_leak_into_each_other():
    filled = fill_blank_times(
        np.array([0, 3, 5]),
        np.array([0, -1, 100, 500, 600], dtype=np.int32),
        np.array([0, -1, 100, 500, 600], dtype=np.int32),
        np.full(5, -51.2),
        np.array([-30.0, -30.01, -30.02, 10.0, 10.1]),
        np.array([NAN, NAN, NAN, 0.0, 5.0]),
    )
    assert filled.arrival_s.tolist() == [0, 50, 100, 500, 600]


def test_no_trips_give_no_times():
    none = np.zeros(0, dtype=np.int32)
    filled = fill_blank_times(
        np.array([0]), none, none, none.astype(float), none.astype(float), none.astype(float)
    )
    assert filled.arrival_s.tolist() == []


def test_inputs_are_left_unchanged():
    arrival = np.array([0, BLANK_S, 10], dtype=np.int32)
    arrival.flags.writeable = False
    fill_blank_times(np.array([0, 3]), arrival, arrival, np.zeros(3), np.arange(3.0), np.full(3, NAN))
    assert arrival.tolist() == [0, BLANK_S, 10]


def test_a_degree_of_latitude_is_111_km():
    one = great_circle_m(np.array([-51.0]), np.array([-30.0]), np.array([-51.0]), np.array([-31.0]))
    assert one == pytest.approx([6_371_008.8 * np.pi / 180])  # arc of one degree on the sphere


coordinates = st.integers(-300, 300).map(lambda step: step / 1000)


@st.composite
def trips(draw):
    """Trips whose first and last visit are timed and whose times never fall."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        n = draw(st.integers(2, 8))
        clock, times = draw(st.integers(0, 100)), []
        for position in range(n):
            clock += draw(st.integers(0, 400))
            leaves = clock + draw(st.integers(0, 30))
            blank = 0 < position < n - 1 and draw(st.booleans())
            one_only = draw(st.sampled_from([(1, 1), (1, 1), (1, 0), (0, 1)]))
            times.append((None, None) if blank else tuple(
                value if keep else None for value, keep in zip((clock, leaves), one_only, strict=True)
            ))  # fmt: skip
            clock = leaves
        places = draw(st.lists(st.tuples(coordinates, coordinates), min_size=n, max_size=n))
        hops = draw(st.lists(st.none() | st.integers(0, 50), min_size=n, max_size=n))
        found.append((times, places, hops))
    return found


@settings(max_examples=300, deadline=None)
@given(trips())
def test_the_fill_equals_its_slow_twin(trips):
    expected, arrivals, departures, lon, lat, shape = [], [], [], [], [], []
    start = [0]
    for times, places, hops in trips:
        along = [0.0]
        for a, b in itertools.pairwise(places):
            along.append(along[-1] + distance_m(a, b))
        dist = [NAN if hop is None else float(sum(filter(None, hops[: i + 1]))) for i, hop in enumerate(hops)]
        expected += fill(times, along if None in hops else dist)
        arrivals += [BLANK_S if a is None else a for a, _ in times]
        departures += [BLANK_S if d is None else d for _, d in times]
        lon += [x for x, _ in places]
        lat += [y for _, y in places]
        shape += dist
        start.append(len(lon))
    filled = fill_blank_times(
        np.array(start), np.array(arrivals, np.int32), np.array(departures, np.int32),
        np.array(lon), np.array(lat), np.array(shape),
    )  # fmt: skip
    assert list(zip(filled.arrival_s.tolist(), filled.departure_s.tolist(), strict=True)) == expected
    inside = np.ones(len(lon) - 1, dtype=bool)
    inside[np.array(start[1:-1], dtype=int) - 1] = False
    assert (filled.arrival_s[1:] >= filled.departure_s[:-1])[inside].all()

"""The invariants T1 to T7 of a timetable."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from builders_gtfs import GtfsBuilder

from gtfs.feed import read_feed
from gtfs.schedule import build_schedule
from gtfs.timetable import ScheduleCounts, check_timetable


@pytest.fixture(scope="module")
def timetable(tmp_path_factory):
    feed = GtfsBuilder()
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")], block_id="x")
    feed.trip("t2", [("B", "08:20:00"), ("A", "24:30:00"), ("C", "24:40:00")], block_id="x")
    feed.transfer("A", "B", 4, from_trip_id="t1", to_trip_id="t2")
    path = feed.write(tmp_path_factory.mktemp("timetable") / "feed")
    return build_schedule(read_feed(path), date(2024, 5, 15)).timetable


def changed(timetable, field, at, value):
    array = getattr(timetable, field).copy()
    array[at] = value
    array.flags.writeable = False
    return timetable._replace(**{field: array})


def test_a_timetable_built_from_a_feed_holds_them_all(timetable):
    check_timetable(timetable, 1)


@pytest.mark.parametrize(
    ("field", "at", "value", "broken"),
    [
        ("trip_start", 0, 1, "T1"),
        ("trip_start", 1, 1, "T1"),
        ("trip_start", -1, 5, "T1"),
        ("arrival_s", 0, 10**6, "T2"),
        ("departure_s", 0, 10**6, "T2"),
        ("visit_stop", 0, 3, "T3"),
        ("visit_stop", 0, -1, "T3"),
        ("stop_station", 0, 3, "T3"),
        ("trip_route", 0, 1, "T3"),
        ("trip_day", 0, 2, "T5"),
        ("trip_day", 1, 1, "T5"),
    ],
)
def test_a_broken_invariant_is_named(timetable, field, at, value, broken):
    with pytest.raises(ValueError, match=f"the timetable breaks .*{broken}"):
        check_timetable(changed(timetable, field, at, value), 1)


def test_arrays_of_the_wrong_length_break_t1(timetable):
    with pytest.raises(ValueError, match="breaks T1"):
        check_timetable(timetable._replace(arrival_s=timetable.arrival_s[:-1]))


def test_trips_out_of_order_break_t4(timetable):
    times = {}
    for field in ("arrival_s", "departure_s"):
        times[field] = getattr(timetable, field).copy()
        times[field][:2] = 10**6
        times[field].flags.writeable = False
    with pytest.raises(ValueError, match="T4: trips are not in order of departure"):
        check_timetable(timetable._replace(**times))


@pytest.mark.parametrize(
    ("field", "value"), [("from_stop", 9), ("to_trip", 99), ("from_route", 1), ("transfer_type", 6)]
)
def test_transfer_rules_out_of_range_break_t6(timetable, field, value):
    rules = changed(timetable.transfers, field, 0, value)
    with pytest.raises(ValueError, match="T6: a transfer rule names no stop, route, trip or type"):
        check_timetable(timetable._replace(transfers=rules), 1)


def test_a_writable_array_breaks_t7(timetable):
    with pytest.raises(ValueError, match="T7: an array is writable"):
        check_timetable(timetable._replace(pickup=timetable.pickup.copy()))


def test_arrays_have_the_types_promised(timetable):
    assert timetable.stop_lon.dtype == timetable.stop_lat.dtype == np.float64
    assert timetable.trip_start.dtype == np.int64
    assert timetable.trip_day.dtype == timetable.transfers.transfer_type.dtype == np.int8
    assert timetable.pickup.dtype == timetable.drop_off.dtype == np.bool_
    names = ("stop_station", "trip_route", "trip_block", "visit_stop", "arrival_s", "departure_s")
    assert {getattr(timetable, name).dtype for name in names} == {np.dtype(np.int32)}
    rules = timetable.transfers._replace(transfer_type=timetable.visit_stop)
    assert {array.dtype for array in rules} == {np.dtype(np.int32)}


def test_counts_of_zero_are_not_mentioned():
    text = ScheduleCounts(trips=2, routes=1, visits=4, served_stops=2, stops=3, expanded_trips=1).summary()
    assert text == "2 trips on 1 routes, 4 visits at 2 of 3 stops; 1 trips from headways"

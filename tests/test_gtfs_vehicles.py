"""The bill of a timetable: hand cases, laws and a twin that counts second by second."""

from __future__ import annotations

import copy
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_gtfs import WEEKDAYS, GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.vehicles import most_at_once, seconds_on_road

from gtfs.feed import merge_feeds, read_feed
from gtfs.frequencies import trip_weights
from gtfs.schedule import build_schedule
from gtfs.trip_measures import measure_trips
from gtfs.vehicles import (
    Vehicles,
    bill_of_day,
    bill_of_window,
    clipped,
    peak_vehicles,
    vehicle_hours,
    vehicles_of,
)
from gtfs.vehicles_week import bill_of_week

WEDNESDAY = date(2024, 5, 15)
HOP_KM = 1.1119508  # 0.01 degrees of a meridian on a sphere of 6,371,008.8 m


def read(builder: GtfsBuilder, folder: Path):  # type: ignore[no-untyped-def]
    return read_feed(builder.write(folder / "feed.zip"))


def day_of(builder: GtfsBuilder, folder: Path, day: date = WEDNESDAY):  # type: ignore[no-untyped-def]
    feed = read(builder, folder)
    return build_schedule(feed, day), feed


def a_line() -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    return feed


def test_a_trip_of_half_an_hour_over_two_hops_is_half_a_vehicle_hour(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("t", [("A", "08:00:00", "08:05:00"), ("B", "08:20:00"), ("C", "08:35:00", "08:40:00")])
    bill = bill_of_day(*day_of(feed, tmp_path))
    assert bill.total["trips"] == 1
    assert bill.total["vehicle_hours"] == 0.5  # 08:05 to 08:35
    assert bill.total["vehicle_km"] == pytest.approx(2 * HOP_KM)
    assert bill.total["straight_km"] == pytest.approx(2 * HOP_KM)
    assert bill.total["trips_along_shapes"] == 0
    assert bill.total["peak_vehicles"] == 1


def test_the_bill_of_a_route_is_its_own_and_peaks_do_not_add_up(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("1", [("A", "08:00:00"), ("B", "09:00:00")], route="X")
    feed.trip("2", [("A", "08:30:00"), ("B", "09:30:00")], route="X")
    feed.trip("3", [("A", "10:00:00"), ("B", "12:00:00")], route="Y")
    feed.route("Z")
    bill = bill_of_day(*day_of(feed, tmp_path))
    assert bill.by_route["route_id"].to_list() == ["X", "Y"]
    by_route = bill.by_route.set_index("route_id")
    assert by_route["vehicle_hours"].to_dict() == {"X": 2.0, "Y": 2.0}
    assert by_route["peak_vehicles"].to_dict() == {"X": 2.0, "Y": 1.0}
    assert bill.total["peak_vehicles"] == 2


def test_a_vehicle_that_arrives_in_the_second_another_leaves_is_the_same_one(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("1", [("A", "08:00:00"), ("B", "08:30:00")])
    feed.trip("2", [("B", "08:30:00"), ("A", "09:00:00")])
    feed.trip("3", [("B", "08:59:59"), ("A", "09:10:00")])
    assert bill_of_day(*day_of(feed, tmp_path)).total["peak_vehicles"] == 2


def test_a_trip_that_takes_no_time_is_a_trip_but_never_on_the_road(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("1", [("A", "08:00:00"), ("B", "08:00:00")])
    schedule, read_again = day_of(feed, tmp_path)
    bill = bill_of_day(schedule, read_again)
    assert (bill.total["trips"], bill.total["vehicle_hours"], bill.total["peak_vehicles"]) == (1, 0, 0)
    window = bill_of_window(schedule, 8 * 3600, 9 * 3600)
    assert window.total["trips"] == 1
    assert window.total["vehicle_km"] == pytest.approx(HOP_KM)
    assert bill_of_window(schedule, 7 * 3600, 8 * 3600).by_route.empty


def test_a_window_clips_time_and_shares_out_kilometres_by_time(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("t", [("A", "07:45:00"), ("B", "08:45:00")])
    schedule, _ = day_of(feed, tmp_path)
    before = bill_of_window(schedule, 7 * 3600, 8 * 3600).total
    after = bill_of_window(schedule, 8 * 3600, 9 * 3600).total
    assert (before["trips"], before["vehicle_hours"]) == (1, 0.25)
    assert (after["trips"], after["vehicle_hours"], after["peak_vehicles"]) == (0, 0.75, 1)
    assert before["vehicle_km"] == pytest.approx(HOP_KM / 4)
    assert after["vehicle_km"] == pytest.approx(HOP_KM * 3 / 4)
    assert vehicle_hours(schedule.timetable, 8 * 3600, 9 * 3600) == 0.75
    assert vehicle_hours(schedule.timetable) == 1.0


def test_a_window_after_midnight_sees_the_night_before_and_the_day_does_not(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("night", [("A", "23:30:00"), ("B", "24:30:00")])
    schedule, read_again = day_of(feed, tmp_path)
    assert bill_of_day(schedule, read_again).total["vehicle_hours"] == 1.0
    window = bill_of_window(schedule, 0, 3600, read_again).total
    assert (window["vehicle_hours"], window["trips"], window["peak_vehicles"]) == (0.5, 0, 1)
    late = bill_of_window(schedule, 24 * 3600, 25 * 3600).total
    assert late["vehicle_hours"] == 0.5


@pytest.mark.parametrize("window", [(-1, 3600), (3600, 3600), (3600, 60), (0, 33 * 3600)])
def test_a_window_that_is_none_is_refused(tmp_path: Path, window: tuple[int, int]) -> None:
    feed = a_line()
    feed.trip("t", [("A", "07:45:00"), ("B", "08:45:00")])
    schedule, _ = day_of(feed, tmp_path)
    with pytest.raises(ValueError, match=rf"before its end.*got {window[0]} to {window[1]}"):
        bill_of_window(schedule, *window)


def shaped(dist: bool = False) -> GtfsBuilder:
    """A trip A to C, 2 hops, on a shape with a detour: 4 hops, and one hop more beyond C."""
    feed = a_line()
    rows = [(-30.0, 0), (-30.01, 10), (-30.0, 20), (-30.02, 40), (-30.03, 50)]
    for sequence, (lat, along) in enumerate(rows):
        extra = {"shape_dist_traveled": along} if dist else {}
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2,
                 shape_pt_sequence=sequence, **extra)  # fmt: skip
    ends = [{"shape_dist_traveled": 0}, {"shape_dist_traveled": 40}] if dist else [{}, {}]
    feed.trip(
        "t",
        [
            {"stop_id": "A", "time": "08:00:00", **ends[0]},
            {"stop_id": "C", "time": "09:00:00", **ends[1]},
        ],
        shape_id="s",
    )
    return feed


def test_kilometres_follow_the_shape(tmp_path: Path) -> None:
    total = bill_of_day(*day_of(shaped(), tmp_path)).total
    assert total["vehicle_km"] == pytest.approx(5 * HOP_KM)
    assert total["straight_km"] == pytest.approx(2 * HOP_KM)
    assert total["trips_along_shapes"] == 1


def test_kilometres_follow_the_part_of_the_shape_that_the_trip_covers_where_it_says_so(
    tmp_path: Path,
) -> None:
    assert bill_of_day(*day_of(shaped(dist=True), tmp_path)).total["vehicle_km"] == pytest.approx(4 * HOP_KM)


def test_a_shape_that_no_table_has_or_that_is_a_point_leaves_straight_lines(tmp_path: Path) -> None:
    feed = shaped()
    feed.row("shapes.txt", shape_id="point", shape_pt_lat=-30.0, shape_pt_lon=-51.2, shape_pt_sequence=1)
    feed.trip("lost", [("A", "08:00:00"), ("B", "09:00:00")], shape_id="nowhere")
    feed.trip("still", [("A", "08:00:00"), ("B", "09:00:00")], shape_id="point")
    measured = measure_trips(read(feed, tmp_path))
    assert np.isnan(measured.shape_m).tolist() == [False, True, True]
    assert measured.length_m[1:] / 1000 == pytest.approx([HOP_KM, HOP_KM])


def test_trips_by_headway_are_one_vehicle_a_departure(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("t", [("A", "00:00:00"), ("B", "00:25:00")])
    feed.frequency("t", "06:00:00", "08:00:00", 600)
    schedule, read_again = day_of(feed, tmp_path)
    total = bill_of_day(schedule, read_again).total
    assert (total["trips"], total["vehicle_hours"], total["peak_vehicles"]) == (12, 5.0, 3)
    week = bill_of_week(read_again, WEDNESDAY)
    assert (week.total["trips"], week.total["vehicle_hours"], week.total["peak_vehicles"]) == (84, 35, 3)


def test_a_week_counts_each_date_its_service_runs_and_exceptions(tmp_path: Path) -> None:
    feed = a_line()
    feed.service("work", WEEKDAYS)
    feed.service("sunday", "0000001")
    feed.trip("1", [("A", "08:00:00"), ("B", "09:00:00")], service="work")
    feed.trip("2", [("A", "08:00:00"), ("B", "10:00:00")], service="sunday")
    feed.exception("work", "20240515", 2)  # a holiday that runs as a Sunday
    feed.exception("sunday", "20240515", 1)
    week = bill_of_week(read(feed, tmp_path), WEDNESDAY)
    assert week.monday == date(2024, 5, 13)
    assert week.by_day["vehicle_hours"].to_list() == [1, 1, 2, 1, 1, 0, 2]
    assert week.total["vehicle_hours"] == 8
    assert week.days_with_service == 6
    assert bill_of_week(read(feed, tmp_path), date(2024, 5, 19)).by_day.equals(week.by_day)


def test_a_week_without_service_costs_nothing(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("1", [("A", "08:00:00"), ("B", "09:00:00")])
    week = bill_of_week(read(feed, tmp_path), date(2030, 1, 1))
    assert (week.total == 0).all()
    assert week.by_route.empty
    assert week.days_with_service == 0


def test_a_trip_without_usable_times_is_not_billed_and_stops_no_week(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("good", [("A", "08:00:00"), ("B", "09:00:00")])
    feed.trip("blank", [("A", None), ("B", "09:00:00")])
    feed.trip("backwards", [("A", "10:00:00"), ("B", "09:00:00")])
    feed.trip("nonsense", [("A", "soon"), ("B", "09:00:00")])
    feed.trip("short", [("A", "08:00:00")])
    read_again = read(feed, tmp_path)
    assert measure_trips(read_again).timed.tolist() == [True, False, False, False, False]
    assert bill_of_week(read_again, WEDNESDAY).total["vehicle_hours"] == 7


def test_nothing_of_the_feed_changes(tmp_path: Path) -> None:
    feed = read(shaped(), tmp_path)
    before = {name: copy.deepcopy(getattr(feed, name)) for name in ("trips", "stop_times", "shapes", "stops")}
    bill_of_week(feed, WEDNESDAY)
    bill_of_day(build_schedule(feed, WEDNESDAY), feed)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(feed, name), table)


trips_of_two_groups = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 1)), max_size=12
)


@given(trips_of_two_groups)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_peaks_are_those_counted_second_by_second(drawn: list[tuple[int, int, int]]) -> None:
    leaves_s = np.array([at for at, _, _ in drawn], dtype=np.int64)
    ends_s = leaves_s + np.array([takes for _, takes, _ in drawn], dtype=np.int64)
    group = np.array([which for _, _, which in drawn], dtype=np.int64)
    expected = [
        most_at_once([(at, at + takes) for at, takes, which in drawn if which == one]) for one in (0, 1)
    ]
    assert peak_vehicles(leaves_s, ends_s, group, 2).tolist() == expected


@given(trips_of_two_groups, st.integers(0, 80), st.integers(1, 40))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_time_in_a_window_is_that_counted_second_by_second(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int, int]], start_s: int, takes_s: int
) -> None:
    leaves_s = np.array([at for at, _, _ in drawn], dtype=np.int64)
    ends_s = leaves_s + np.array([takes for _, takes, _ in drawn], dtype=np.int64)
    nothing, no = np.zeros(len(drawn)), np.zeros(len(drawn), dtype=bool)
    vehicles = Vehicles(leaves_s * 0, leaves_s, ends_s, nothing, nothing, no, ~no)
    part = clipped(vehicles, start_s, start_s + takes_s)
    trips = list(zip(leaves_s.tolist(), ends_s.tolist(), strict=True))
    assert (part.ends_s - part.leaves_s).sum() == seconds_on_road(trips, start_s, start_s + takes_s)


def test_windows_that_tile_a_day_add_up_to_all_vehicles(tmp_path: Path) -> None:
    feed = a_line()
    feed.trip("1", [("A", "05:10:00"), ("B", "13:20:00")])
    feed.trip("2", [("A", "22:10:00"), ("C", "26:20:00")])
    schedule, read_again = day_of(feed, tmp_path)
    whole = bill_of_window(schedule, 0, 32 * 3600, read_again).total
    windows = [(at * 3600, (at + 4) * 3600) for at in range(0, 32, 4)]
    parts = pd.DataFrame([bill_of_window(schedule, *window, read_again).total for window in windows]).sum()
    for column in ("trips", "vehicle_hours", "vehicle_km", "straight_km"):
        assert parts[column] == pytest.approx(whole[column])


@pytest.mark.real_data
def test_a_week_of_porto_alegre_is_its_seven_days_and_cheap(porto_alegre: Path) -> None:
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    feed = merge_feeds(feeds)
    started = time.perf_counter()
    week = bill_of_week(feed, date(2019, 5, 15))
    assert time.perf_counter() - started < 1.0  # about 0.1 s on a quiet computer
    monday = build_schedule(feed, week.monday)
    saturday = build_schedule(feed, week.monday + timedelta(days=5))
    sunday = build_schedule(feed, week.monday + timedelta(days=6))
    days = [bill_of_day(schedule, feed) for schedule in (monday, saturday, sunday)]
    assert week.total["vehicle_hours"] == pytest.approx(
        5 * days[0].total["vehicle_hours"] + days[1].total["vehicle_hours"] + days[2].total["vehicle_hours"]
    )
    assert week.total["vehicle_km"] == pytest.approx(
        5 * days[0].total["vehicle_km"] + days[1].total["vehicle_km"] + days[2].total["vehicle_km"]
    )
    assert week.total["peak_vehicles"] == days[0].total["peak_vehicles"]
    assert days[0].total["trips"] == len(vehicles_of(monday).route) - (monday.timetable.trip_day != 0).sum()
    assert week.total["trips"] <= 7 * trip_weights(feed).sum()

"""Feed + date -> Schedule: unfolding, checks, transfers, blocks, stations."""

from __future__ import annotations

import copy
import logging
from datetime import date

import numpy as np
import pytest
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import gtfs as twin

from gtfs.errors import FeedError, FeedQualityWarning, ServiceError
from gtfs.feed import read_feed
from gtfs.schedule import build_schedule
from gtfs.stop_times import format_time
from gtfs.timetable import NO_INDEX, Schedule

WEDNESDAY = date(2024, 5, 15)


def build(tmp_path, feed: GtfsBuilder, day=WEDNESDAY, **options) -> Schedule:
    return build_schedule(read_feed(feed.write(tmp_path / "feed")), day, **options)


def trips_of(schedule: Schedule) -> list[tuple[int, str, list[tuple[str, int, int]]]]:
    """The timetable in the form of its slow twin."""
    table = schedule.timetable
    return [
        (
            int(table.trip_day[trip]),
            schedule.trip_ids[trip],
            [
                (schedule.stop_ids[table.visit_stop[v]], int(table.arrival_s[v]), int(table.departure_s[v]))
                for v in range(table.trip_start[trip], table.trip_start[trip + 1])
            ],
        )
        for trip in range(table.n_trips)
    ]


def one_line(*visits, **values) -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.trip("t1", visits, **values)
    return feed


def today(schedule):
    return [(trip_id, visits) for day, trip_id, visits in trips_of(schedule) if day == 0]


# --- unfolding ---


def test_a_headsign_goes_with_every_vehicle_and_is_empty_where_there_is_none(tmp_path):
    feed = one_line(("A", "23:00:00"), ("B", "25:10:00"), trip_headsign="Centro")
    feed.trip("t2", [("B", "08:00:00"), ("A", "08:10:00")])
    schedule = build(tmp_path, feed)
    assert dict(zip(schedule.trip_ids, schedule.trip_headsigns, strict=True)) == {"t1": "Centro", "t2": ""}
    assert len(schedule.trip_headsigns) == schedule.timetable.n_trips > 2
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    assert set(build_schedule(read_feed(feed.write(tmp_path / "bare")), WEDNESDAY).trip_headsigns) == {""}


def test_a_trip_becomes_its_visits_in_seconds(tmp_path):
    schedule = build(tmp_path, one_line(("A", "08:00:00"), ("B", "08:10:00", "08:11:00"), ("C", "08:20:00")))
    assert today(schedule) == [("t1", [("A", 28_800, 28_800), ("B", 29_400, 29_460), ("C", 30_000, 30_000)])]
    assert schedule.route_names == ["R"]
    assert schedule.service_date == WEDNESDAY


def test_a_trip_past_midnight_is_seen_today_and_as_yesterdays_tail(tmp_path):
    schedule = build(tmp_path, one_line(("A", "23:50:00"), ("B", "24:30:00")), horizon_s=0)
    assert trips_of(schedule) == [
        (-1, "t1", [("A", -600, -600), ("B", 1800, 1800)]),
        (0, "t1", [("A", 85_800, 85_800), ("B", 88_200, 88_200)]),
    ]


def test_yesterdays_trip_that_ends_at_midnight_is_over(tmp_path):
    schedule = build(tmp_path, one_line(("A", "23:50:00"), ("B", "24:00:00")), horizon_s=0)
    assert [day for day, _, _ in trips_of(schedule)] == [0]


def test_tomorrows_first_trips_are_seen_after_24_hours(tmp_path):
    schedule = build(tmp_path, one_line(("A", "00:10:00"), ("B", "00:30:00")))
    assert trips_of(schedule)[-1] == (1, "t1", [("A", 87_000, 87_000), ("B", 88_200, 88_200)])


def test_tomorrows_trips_stop_at_the_horizon(tmp_path):
    feed = one_line(("A", "00:10:00"), ("B", "00:30:00"))
    assert build(tmp_path, feed, horizon_s=87_001).counts.trips_after == 1
    assert build(tmp_path, feed, horizon_s=87_000).counts.trips_after == 0


def test_each_day_has_its_own_services(tmp_path):
    feed = GtfsBuilder()
    feed.service("tuesday", "0100000")
    feed.service("wednesday", "0010000")
    feed.service("thursday", "0001000")
    for service in ("tuesday", "wednesday", "thursday"):
        feed.trip(service, [("A", "00:30:00"), ("B", "24:30:00")], service=service)
    found = [(day, trip_id) for day, trip_id, _ in trips_of(build(tmp_path, feed))]
    assert found == [(-1, "tuesday"), (0, "wednesday"), (1, "thursday")]


def test_trips_are_ordered_by_departure_then_by_row(tmp_path):
    feed = GtfsBuilder()
    for trip_id, time in (("late", "09:00:00"), ("x", "08:00:00"), ("a", "08:00:00")):
        feed.trip(trip_id, [("A", time), ("B", "10:00:00")])
    assert [trip_id for trip_id, _ in today(build(tmp_path, feed))] == ["x", "a", "late"]


def test_a_headway_trip_keeps_its_row_among_trips_that_leave_at_the_same_time(tmp_path):
    feed = one_line(("A", "00:00:00"), ("B", "00:05:00"))
    feed.frequency("t1", "08:00:00", "08:10:00", 600, 1)
    feed.trip("t2", [("A", "08:00:00"), ("B", "08:10:00")])
    assert [trip_id for trip_id, _ in today(build(tmp_path, feed))] == ["t1", "t2"]


def test_visits_are_ordered_by_stop_sequence_not_by_row(tmp_path):
    feed = one_line(
        {"stop_id": "C", "time": "08:20:00", "stop_sequence": 30},
        {"stop_id": "A", "time": "08:00:00", "stop_sequence": 4},
        {"stop_id": "B", "time": "08:10:00", "stop_sequence": 7},
    )
    assert [stop for stop, _, _ in today(build(tmp_path, feed))[0][1]] == ["A", "B", "C"]


def test_headway_trips_leave_by_their_period_not_by_their_own_times(tmp_path):
    feed = one_line(("A", "05:00:00"), ("B", "05:07:00"))
    feed.frequency("t1", "08:00:00", "08:30:00", 600, 1)
    feed.frequency("t1", "20:00:00", "20:10:00", 600, 0)
    schedule = build(tmp_path, feed, horizon_s=0)
    assert [visits[0][2] for _, visits in today(schedule)] == [28_800, 29_400, 30_000, 72_300]
    assert today(schedule)[0][1][1] == ("B", 29_220, 29_220)
    assert (schedule.counts.headway_trips, schedule.counts.expanded_trips, schedule.counts.trips) == (1, 4, 4)


def test_a_headway_period_past_midnight_is_unfolded_too(tmp_path):
    feed = one_line(("A", "00:00:00"), ("B", "00:05:00"))
    feed.frequency("t1", "23:50:00", "24:20:00", 600, 1)
    days = [(day, visits[0][2]) for day, _, visits in trips_of(build(tmp_path, feed, horizon_s=0))]
    assert days == [(-1, 0), (-1, 600), (0, 85_800), (0, 86_400), (0, 87_000)]


def test_blank_times_are_filled_by_distance_and_counted(tmp_path):
    schedule = build(tmp_path, one_line(("A", "08:00:00"), ("B", ""), ("C", "08:10:00")))
    assert today(schedule)[0][1][1] == ("B", 29_100, 29_100)
    assert schedule.counts.filled_visits == 1


def test_trips_with_fewer_than_two_visits_are_dropped_and_counted(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.trip("single", [("A", "08:00:00")])
    feed.trip("none", [])
    schedule = build(tmp_path, feed)
    assert [trip_id for trip_id, _ in today(schedule)] == ["t1"]
    assert schedule.counts.short_trips == 2


def test_on_demand_trips_are_dropped_and_counted(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.trip(
        "flex", [{"stop_id": "", "location_id": "zone", "start_pickup_drop_off_window": "08:00:00"}] * 2
    )
    schedule = build(tmp_path, feed)
    assert [trip_id for trip_id, _ in today(schedule)] == ["t1"]
    assert (schedule.counts.on_demand_trips, schedule.counts.short_trips) == (1, 0)


# --- boarding and alighting ---


def test_pickup_and_drop_off_types_are_respected(tmp_path):
    feed = one_line(
        {"stop_id": "A", "time": "08:00:00", "drop_off_type": 1},
        {"stop_id": "B", "time": "08:10:00", "pickup_type": 1},
        {"stop_id": "C", "time": "08:20:00", "pickup_type": 2, "drop_off_type": 3},
        {"stop_id": "D", "time": "08:30:00", "pickup_type": 0},
    )
    schedule = build(tmp_path, feed)
    assert schedule.timetable.pickup[:4].tolist() == [True, False, True, True]
    assert schedule.timetable.drop_off[:4].tolist() == [False, True, True, True]
    assert schedule.counts.by_arrangement_visits == 1
    strict = build(tmp_path, feed, by_arrangement=False).timetable
    assert strict.pickup[:4].tolist() == [True, False, False, True]
    assert strict.drop_off[:4].tolist() == [False, True, False, True]


# --- stops, stations, blocks, transfers ---


def test_stations_are_linked_and_lend_their_coordinates(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", "", "", parent_station="S")
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("B", -51.3, -30.0, parent_station="lost")
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    table = build(tmp_path, feed).timetable
    assert table.stop_station.tolist() == [1, NO_INDEX, NO_INDEX]
    assert (table.stop_lon[0], table.stop_lat[0]) == (-51.2, -30.0)


@pytest.mark.parametrize(("lon", "lat"), [("", ""), (0, 0), (-512, -30), (-51, -300)])
def test_a_served_stop_without_usable_coordinates_warns(tmp_path, lon, lat):
    feed = GtfsBuilder()
    feed.stop("A", lon, lat)
    feed.stop("B", -51.3, -30.0)
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    with pytest.warns(
        FeedQualityWarning, match=r"1 stops with service have no usable coordinates \('A'\); vehicles"
    ):
        table = build(tmp_path, feed).timetable
    assert np.isnan(table.stop_lon[0])
    assert np.isnan(table.stop_lat[0])


def test_a_stop_nobody_serves_may_lie_anywhere(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.stop("unused", "", "")
    assert build(tmp_path, feed).counts.served_stops == 2


def test_a_block_is_one_vehicle_on_one_day(tmp_path):
    feed = one_line(("A", "00:10:00"), ("B", "24:20:00"), block_id="x")
    feed.trip("t2", [("B", "24:30:00"), ("A", "24:40:00")], block_id="x")
    feed.trip("t3", [("B", "12:00:00"), ("A", "12:10:00")])
    schedule = build(tmp_path, feed)
    blocks = {}
    for trip, trip_id in enumerate(schedule.trip_ids):
        blocks[trip_id, int(schedule.timetable.trip_day[trip])] = int(schedule.timetable.trip_block[trip])
    assert blocks["t1", 0] == blocks["t2", 0] != blocks["t1", -1] == blocks["t2", -1] >= 0
    assert blocks["t3", 0] == NO_INDEX


def test_vehicles_of_a_headway_trip_share_no_block(tmp_path):
    feed = one_line(("A", "00:00:00"), ("B", "00:20:00"), block_id="x")
    feed.frequency("t1", "08:00:00", "09:00:00", 600)
    assert set(build(tmp_path, feed).timetable.trip_block.tolist()) == {NO_INDEX}


def test_transfer_rules_are_indices_with_types_and_times(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.trip("t2", [("B", "08:20:00"), ("C", "08:30:00")], route="R2")
    feed.transfer("A", "B", "", min_transfer_time="")
    feed.transfer("B", "A", 2, min_transfer_time=90, from_route_id="R", to_route_id="R2")
    feed.transfer("", "", 4, from_trip_id="t1", to_trip_id="t2")
    feed.transfer("B", "B", 3, from_trip_id="t1")
    schedule = build(tmp_path, feed, horizon_s=0)
    rules = schedule.timetable.transfers
    assert rules.from_stop.tolist() == [0, 1, NO_INDEX, 1]
    assert rules.to_stop.tolist() == [1, 0, NO_INDEX, 1]
    assert rules.transfer_type.tolist() == [0, 2, 4, 3]
    assert rules.min_transfer_time_s.tolist() == [-1, 90, -1, -1]
    assert rules.from_route.tolist() == [NO_INDEX, 0, NO_INDEX, NO_INDEX]
    assert rules.to_route.tolist() == [NO_INDEX, 1, NO_INDEX, NO_INDEX]
    assert [schedule.trip_ids[trip] for trip in rules.from_trip[2:]] == ["t1", "t1"]
    assert schedule.trip_ids[rules.to_trip[2]] == "t2"
    assert rules.to_trip[3] == NO_INDEX


def test_rules_of_trips_link_vehicles_of_the_same_day(tmp_path):
    feed = one_line(("A", "00:10:00"), ("B", "24:10:00"))
    feed.trip("t2", [("B", "00:20:00"), ("C", "24:30:00")])
    feed.transfer("B", "B", 3, from_trip_id="t1", to_trip_id="t2")
    table = build(tmp_path, feed).timetable
    days = table.trip_day[table.transfers.from_trip]
    assert days.tolist() == table.trip_day[table.transfers.to_trip].tolist() == [-1, 0, 1]


def test_rules_of_trips_that_do_not_run_are_left_out(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.service("sunday", "0000001")
    feed.trip("t2", [("B", "08:20:00"), ("C", "08:30:00")], service="sunday")
    feed.transfer("B", "B", 4, from_trip_id="t1", to_trip_id="t2")
    schedule = build(tmp_path, feed)
    assert len(schedule.timetable.transfers.from_stop) == 0
    assert schedule.counts.unknown_transfers == 0


def test_rules_that_name_something_unknown_are_dropped_and_counted(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.transfer("A", "lost", 2)
    feed.transfer("A", "B", 9)
    feed.transfer("A", "B", 1, from_trip_id="lost")
    feed.transfer("A", "B", 1)
    schedule = build(tmp_path, feed)
    assert schedule.timetable.transfers.transfer_type.tolist() == [1]
    assert schedule.counts.unknown_transfers == 3


def test_rules_that_say_too_little_are_left_out_with_a_warning(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.transfer("", "B", 3, from_trip_id="t1")
    feed.transfer("B", "", 1, to_route_id="R")
    feed.transfer("B", "B", 4, from_trip_id="t1")
    feed.transfer("A", "B", 2)
    feed.transfer("B", "A", 2, min_transfer_time=-30)
    feed.transfer("B", "B", 2, min_transfer_time=86_401)
    with pytest.warns(
        FeedQualityWarning,
        match=r"^feed: transfers.txt: 2 rows of type 1, 2 or 3 name no .*; 1 rows of type 4 or 5 name no .*; "
        r"1 rows of type 2 have no min_transfer_time; the walk .*; 1 rows .* below 0; the walk .*; "
        r"1 rows of type 2 ask for more than a day; nobody can change there; journeys that change",
    ):
        schedule = build(tmp_path, feed)
    rules = schedule.timetable.transfers
    assert rules.transfer_type.tolist() == [2, 2, 2]
    assert rules.min_transfer_time_s.tolist() == [-1, -1, 86_401]
    assert schedule.counts.useless_transfers == 3
    assert "3 transfer rules dropped" in schedule.counts.summary()


def linked_trips(schedule) -> list[tuple[str, int, str, int]]:
    """Pairs of trip and day that the rules name."""
    table = schedule.timetable
    return [
        (schedule.trip_ids[a], int(table.trip_day[a]), schedule.trip_ids[b], int(table.trip_day[b]))
        for a, b in zip(table.transfers.from_trip, table.transfers.to_trip, strict=True)
    ]


def test_a_seat_kept_overnight_leads_to_the_next_service_day(tmp_path):
    feed = one_line(("A", "23:00:00"), ("B", "24:10:00"))
    feed.trip("t2", [("B", "00:20:00"), ("C", "00:30:00")])
    feed.transfer("", "", 4, from_trip_id="t1", to_trip_id="t2")
    assert linked_trips(build(tmp_path, feed)) == [("t1", -1, "t2", 0), ("t1", 0, "t2", 1)]


def test_a_seat_kept_overnight_needs_no_service_of_the_later_trip_on_the_first_day(tmp_path):
    feed = one_line(("A", "23:00:00"), ("B", "24:10:00"))
    feed.service("thursday", "0001000")
    feed.trip("t2", [("B", "00:20:00"), ("C", "00:30:00")], service="thursday")
    feed.transfer("", "", 4, from_trip_id="t1", to_trip_id="t2")
    assert linked_trips(build(tmp_path, feed)) == [("t1", 0, "t2", 1)]


def test_each_vehicle_of_a_headway_trip_is_followed_by_the_first_that_fits(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.trip("t2", [("B", "08:00:00"), ("C", "08:10:00")])
    feed.frequency("t1", "08:00:00", "08:20:00", 600)
    feed.frequency("t2", "08:00:00", "09:00:00", 900)
    feed.transfer("", "", 4, from_trip_id="t1", to_trip_id="t2")
    feed.transfer("B", "B", 3, from_trip_id="t1", to_trip_id="t2")
    table = build(tmp_path, feed, phase=0, horizon_s=0).timetable
    rules = table.transfers
    seats = rules.transfer_type == 4
    ends = table.arrival_s[table.trip_start[rules.from_trip + 1] - 1]
    leaves = table.departure_s[table.trip_start[rules.to_trip]]
    # 08:10 -> 08:15 and 08:20 -> 08:30; of the rule about changing, all 2 x 4 pairs of vehicles
    assert [(e - 8 * 3600, d - 8 * 3600) for e, d in zip(ends[seats], leaves[seats], strict=True)] == [
        (600, 900), (1200, 1800)
    ]  # fmt: skip
    assert (~seats).sum() == 8


def test_a_feed_without_transfers_has_no_rules(tmp_path):
    rules = build(tmp_path, one_line(("A", "08:00:00"), ("B", "08:10:00"))).timetable.transfers
    assert all(len(array) == 0 for array in rules)


# --- what stops a run ---


@pytest.mark.parametrize(
    ("visits", "message"),
    [
        ([("A", "08:00:00"), ("X", "08:10:00")], r"stop_sequence 2 \(stop 'X'\): stops.txt has no such stop"),
        ([("A", "08:00:00"), ("", "08:10:00")], r"stop_sequence 2 \(stop <NA>\): stops.txt has no such stop"),
        ([("A", "8h"), ("B", "08:10:00")], "arrival_time 8h, departure_time 8h is no time; write HH:MM:SS"),
        (
            [("A", ""), ("B", "08:10:00")],
            r"stop_sequence 1 \(stop 'A'\): the first and the last visit of a trip ne",
        ),
        (
            [("A", "08:00:00"), ("B", "")],
            r"stop_sequence 2 \(stop 'B'\): the first and the last visit of a trip ne",
        ),
        (
            [("A", "08:00:00", "07:59:59"), ("B", "08:10:00")],
            "departure_time 07:59:59: leaves before it arrives",
        ),
        (
            [("A", "08:00:00"), ("B", "08:10:00", "08:12:00"), ("C", ""), ("D", "08:11:59")],
            r"stop_sequence 4 \(stop 'D'\): arrives at 08:11:59, before it leaves stop_sequence 2 "
            r"\(stop 'B'\) at 08:12:00",
        ),
        (
            [("A", "08:00:00"), {"stop_id": "B", "time": "08:10:00", "stop_sequence": ""}],
            "stop_sequence is missing",
        ),
    ],
)
def test_a_trip_that_cannot_be_trusted_is_named(tmp_path, visits, message):
    with pytest.raises(FeedError, match=f"(?s)buses: stop_times.txt cannot be used .*trip 't1'.*{message}"):
        build(tmp_path, one_line(*visits), name="buses")


def test_a_fill_without_coordinates_is_named(tmp_path):
    feed = GtfsBuilder()
    for stop_id, lon in (("A", -51.2), ("B", ""), ("C", -51.3)):
        feed.stop(stop_id, lon, -30)
    feed.trip("t1", [("A", "08:00:00"), ("B", ""), ("C", "08:10:00")])
    with pytest.raises(
        FeedError, match=r"trip 't1', stop_sequence 2 .*a stop nearby has no coordinates to fill it by"
    ):
        build(tmp_path, feed)


def test_all_problems_are_listed_and_long_lists_are_cut(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "07:00:00"))
    for number in range(8):
        feed.trip(f"x{number}", [("A", "08:00:00"), ("X", "08:10:00")])
    with pytest.raises(FeedError, match=r"\(and 3 more visits like this\)") as caught:
        build(tmp_path, feed)
    assert len(caught.value.problems) == 6


def test_a_bad_trip_of_another_day_does_no_harm(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.service("sunday", "0000001")
    feed.trip("bad", [("A", "08:00:00"), ("X", "07:00:00")], service="sunday")
    assert build(tmp_path, feed).counts.trips == 1


def test_trips_of_an_unknown_route_are_refused(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"), route="lost")
    feed.raw("routes.txt", "route_id,route_type\nR,3\n")
    with pytest.raises(
        FeedError, match=r"1 trips name a route that routes\.txt lacks; .*\n  - trip 't1' .* 'lost'"
    ):
        build(tmp_path, feed)


@pytest.mark.parametrize("file", ["stops", "routes", "trips"])
def test_an_id_that_appears_twice_is_refused(tmp_path, file):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    lines = feed.files()[f"{file}.txt"].decode().splitlines()
    feed.raw(f"{file}.txt", "\n".join([*lines, lines[1]]))
    with pytest.raises(
        FeedError, match=rf"{file}\.txt has 1 {file[:-1]}_id twice \(such as '.'?.*\); keep one row"
    ):
        build(tmp_path, feed)


def test_a_row_without_its_id_is_refused(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.stop("", -51, -30)
    with pytest.raises(FeedError, match=r"1 rows of stops\.txt have no stop_id; give each one its id"):
        build(tmp_path, feed)


def test_stop_times_of_an_unknown_trip_are_left_out_with_a_warning(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.row("stop_times.txt", trip_id="lost", stop_id="A", stop_sequence=1)
    with pytest.warns(
        FeedQualityWarning, match=r"1 rows of stop_times.txt name a trip that trips.txt lacks \(as 'lo"
    ):
        assert build(tmp_path, feed).counts.trips == 1


def test_a_date_without_trips_is_refused(tmp_path):
    with pytest.raises(
        ServiceError, match="no trip runs on Tuesday 2030-01-01; the feed has service between 2024"
    ):
        build(tmp_path, one_line(("A", "08:00:00"), ("B", "08:10:00")), date(2030, 1, 1))


def test_yesterdays_tail_alone_is_no_service(tmp_path):
    feed = one_line(("A", "23:50:00"), ("B", "24:30:00"))
    with pytest.raises(ServiceError, match="no trip runs on Wednesday 2025-01-01"):
        build(tmp_path, feed, date(2025, 1, 1))


# --- the whole ---


def test_the_feed_is_left_unchanged_and_the_arrays_are_frozen(tmp_path):
    builder = one_line(("A", "08:00:00"), ("B", ""), ("C", "08:10:00"), block_id="x")
    builder.transfer("A", "B", min_transfer_time=60)
    builder.frequency("t1", "06:00:00", "07:00:00", 600)
    feed = read_feed(builder.write(tmp_path / "feed"))
    before = copy.deepcopy(feed)
    schedule = build_schedule(feed, WEDNESDAY)
    assert feed == before
    with pytest.raises(ValueError, match="read-only"):
        schedule.timetable.arrival_s[0] = 0


def test_equal_input_gives_equal_arrays(tmp_path):
    feed = one_line(("A", "08:00:00"), ("B", "08:10:00"))
    feed.frequency("t1", "06:00:00", "07:00:00", 600)
    a, b = build(tmp_path, feed), build(tmp_path, feed)
    assert a.trip_ids == b.trip_ids
    assert all(
        np.array_equal(x, y, equal_nan=True) for x, y in zip(a.timetable[:-1], b.timetable[:-1], strict=True)
    )


def test_one_log_line_says_what_was_done(tmp_path, caplog):
    with caplog.at_level(logging.INFO, logger="gtfs"):
        build(tmp_path, one_line(("A", "08:00:00"), ("B", ""), ("C", "08:10:00")), name="buses", horizon_s=0)
    assert caplog.messages == [
        "buses on 2024-05-15: 1 trips on 1 routes, 3 visits at 3 of 4 stops; 1 blank times filled by distance"
    ]


@st.composite
def feeds(draw):
    """Valid feeds with blank times, headways, services and trips across midnight."""
    feed = GtfsBuilder()
    stops = "ABCDE"
    for stop in stops:
        lon, lat = (draw(st.integers(-200, 200)) / 10_000 for _ in range(2))
        feed.stop(stop, -51 + lon, -30 + lat)
    for name in ("a", "b"):
        feed.service(name, "".join(draw(st.lists(st.sampled_from("01"), min_size=7, max_size=7))))
    feed.service("always")
    feed.trip("sure", [("A", "10:00:00"), ("B", "10:10:00")], service="always")
    for number in range(draw(st.integers(0, 6))):
        clock, visits = draw(st.integers(0, 28 * 3600)), []
        n = draw(st.integers(0, 6))
        for position in range(n):
            clock += draw(st.integers(0, 3 * 3600))
            leaves = clock + draw(st.sampled_from([0, 0, 30]))
            timed = position in (0, n - 1) or draw(st.booleans())
            times = (format_time(clock), format_time(leaves)) if timed else ("", "")
            visits.append((draw(st.sampled_from(stops)), *times))
            clock = leaves
        feed.trip(f"t{number}", visits, service=draw(st.sampled_from(["a", "b", "always"])))
        for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
            start, length = draw(st.integers(0, 26 * 3600)), draw(st.integers(0, 3 * 3600))
            feed.frequency(f"t{number}", format_time(start), format_time(start + length),
                           draw(st.integers(300, 4000)), draw(st.integers(0, 1)))  # fmt: skip
    return feed


@settings(max_examples=80, deadline=None)
@given(feeds(), st.sampled_from([0, 0.25, 0.5]), st.integers(24, 40))
def test_the_schedule_equals_its_slow_twin(tmp_path_factory, builder, phase, horizon_h):
    feed = read_feed(builder.write(tmp_path_factory.mktemp("twin") / "feed"))
    schedule = build_schedule(feed, WEDNESDAY, phase=phase, horizon_s=horizon_h * 3600)
    expected = twin.timetable(builder.files(), WEDNESDAY, phase, horizon_h * 3600)
    assert trips_of(schedule) == expected

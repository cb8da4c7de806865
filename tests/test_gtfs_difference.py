"""What a scenario changes in a timetable: things and the bill, as tables and in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import gtfs_kit
import numpy as np
import pandas as pd
import pytest
from builders_gtfs import GtfsBuilder

from gtfs.difference import Window, difference
from gtfs.difference_bill import ALL_ROUTES, BY_STRAIGHT_LINES
from gtfs.difference_text import lines_of, number_text
from gtfs.difference_things import COLUMNS, things
from gtfs.difference_trips import trip_differences
from gtfs.draft_patterns import pattern_id
from gtfs.feed import read_feed
from gtfs.schedule import build_schedule

WEDNESDAY = date(2024, 5, 15)


def a_feed() -> GtfsBuilder:
    """Two routes of two trips each, every day; a third without trips."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.trip("x1", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "09:00:00")], route="X")
    feed.trip("x2", [("A", "08:30:00"), ("B", "08:40:00"), ("C", "09:30:00")], route="X")
    feed.trip("y1", [("C", "08:00:00"), ("B", "08:30:00")], route="Y")
    feed.trip("y2", [("C", "09:00:00"), ("B", "09:30:00")], route="Y")
    feed.route("Z")
    return feed


def read(builder: GtfsBuilder, tmp_path: Path, name: str = "feed") -> gtfs_kit.Feed:
    return read_feed(builder.write(tmp_path / f"{name}.zip"))


def rows(frame: pd.DataFrame, **chosen: str) -> list[tuple[str, str, str]]:
    for column, value in chosen.items():
        frame = frame[frame[column] == value]
    return list(frame[["id", "change", "what"]].itertuples(index=False, name=None))


def total(bill: pd.DataFrame, measure: str, period: str = "week", route: str = ALL_ROUTES) -> list[float]:
    found = bill[(bill["measure"] == measure) & (bill["period"] == period) & (bill["route_id"] == route)]
    return [float(value) for value in found[["base", "value", "change"]].iloc[0]]


def test_a_feed_and_itself_do_not_differ(tmp_path: Path) -> None:
    feed = read(a_feed(), tmp_path)
    found = difference(feed, feed, week_of=WEDNESDAY)
    assert found.things.empty
    assert found.things.columns.to_list() == list(COLUMNS)
    assert (found.bill["change"] == 0).all()
    assert found.vehicle_hours_a_week == 0
    assert found.lines["en"] == [
        "Timetables: no difference",
        "Week from Monday 2024-05-13: trips 28; vehicle-hours 21.0; vehicle-kilometres 47; "
        "vehicles at once 2",
    ]
    assert found.lines["fr"][0] == "Horaires : aucune différence"


def test_a_route_whose_last_trip_goes_is_removed_and_its_stops_are_no_longer_served(tmp_path: Path) -> None:
    builder = a_feed()
    builder.trip("z", [("D", "10:00:00"), ("C", "12:00:00")], route="Z")
    after, before = read(a_feed(), tmp_path), read(builder, tmp_path, "before")
    found = difference(before, after, week_of=WEDNESDAY)
    frame = found.things
    assert rows(frame, kind="route") == [("Z", "removed", "trips")]
    assert rows(frame, kind="pattern") == [(pattern_id("Z", None, ["D", "C"]), "removed", "trips")]
    assert rows(frame, kind="trip") == [("z", "removed", "")]
    assert rows(frame, kind="stop") == [("D", "changed", "served")]
    assert total(found.bill, "vehicle_hours") == [35, 21, -14]
    assert total(found.bill, "vehicle_hours", route="Z") == [14, 0, -14]
    assert total(found.bill, "trips") == [35, 28, -7]
    assert found.vehicle_hours_a_week == -14
    assert found.lines["en"][:4] == [
        "Routes: 1 removed (Z)",
        "Patterns: 1 removed",
        "Trips: 1 removed",
        "Stops: 1 changed (D): 1 no longer served",
    ]
    assert "vehicle-hours 35.0 \u2192 21.0 (\u221214.0)" in found.lines["en"][4]
    assert found.lines["fr"][3] == "Arrêts : 1 modification (D) : 1 désormais sans desserte"
    assert "véhicules-heures 35,0 \u2192 21,0 (\u221214,0)" in found.lines["fr"][4]
    back = difference(after, before, week_of=WEDNESDAY)
    assert rows(back.things, kind="route") == [("Z", "added", "trips")]
    assert back.vehicle_hours_a_week == 14


def test_a_trip_that_leaves_later_has_other_times_and_says_by_how_much(tmp_path: Path) -> None:
    builder = a_feed()
    for visit in builder.rows["stop_times.txt"]:
        if visit["trip_id"] == "x1" and visit["stop_id"] == "C":
            visit["arrival_time"] = visit["departure_time"] = "09:15:00"
    found = difference(read(a_feed(), tmp_path), read(builder, tmp_path, "after"), week_of=WEDNESDAY)
    assert rows(found.things, kind="route") == [("X", "changed", "trips")]
    assert rows(found.things, kind="pattern") == [
        (pattern_id("X", None, ["A", "B", "C"]), "changed", "trips")
    ]
    trips = found.things[found.things["kind"] == "trip"]
    assert trips[["id", "what", "value", "unit"]].to_numpy().tolist() == [["x1", "times", 900.0, "s"]]
    assert found.lines["en"][2] == "Trips: 1 changed: 1 with other times (+15 min)"
    assert found.lines["fr"][2] == "Courses : 1 modification : 1 avec d’autres horaires (+15 min)"
    assert total(found.bill, "vehicle_hours") == [21, 22.75, 1.75]
    assert total(found.bill, "vehicle_km")[2] == 0


def test_a_blank_time_that_is_filled_in_as_a_timetable_would_is_no_difference(tmp_path: Path) -> None:
    before = a_feed()
    before.trip("w", [("A", "10:00:00"), ("B", None), ("C", "10:20:00")], route="X")
    after = a_feed()
    after.trip("w", [("A", "10:00:00"), ("B", "10:10:00"), ("C", "10:20:00")], route="X")
    assert things(read(before, tmp_path), read(after, tmp_path, "after")).empty


def test_other_stops_days_headways_and_routes_are_told_apart(tmp_path: Path) -> None:
    before, after = a_feed(), a_feed()
    for builder, service in ((before, "1111111"), (after, "1111100")):
        builder.service("s", service)
        builder.service("daily")
        builder.trip("days", [("A", "10:00:00"), ("B", "10:10:00")], route="X", service="s")
    before.trip("service", [("A", "10:00:00"), ("B", "10:10:00")], route="X", service="s")
    after.trip("service", [("A", "10:00:00"), ("B", "10:10:00")], route="X")
    before.trip("headway", [("A", "00:00:00"), ("B", "00:10:00")], route="X")
    after.trip("headway", [("A", "00:00:00"), ("B", "00:10:00")], route="X")
    before.frequency("headway", "06:00:00", "08:00:00", 600)
    after.frequency("headway", "06:00:00", "08:00:00", 300)
    before.trip("skips", [("A", "10:00:00"), ("B", "10:05:00"), ("C", "10:10:00")], route="X")
    after.trip("skips", [("A", "10:00:00"), ("C", "10:10:00")], route="X")
    before.trip("turns", [("A", "10:00:00"), ("B", "10:05:00"), ("C", "10:10:00")], route="X")
    after.trip("turns", [("A", "10:00:00"), ("D", "10:05:00"), ("C", "10:10:00")], route="X")
    before.trip("moves", [("A", "10:00:00"), ("B", "10:05:00")], route="X")
    after.trip("moves", [("A", "10:00:00"), ("B", "10:05:00")], route="Y")
    found = trip_differences(read(before, tmp_path), read(after, tmp_path, "after"))
    assert found.days == {"days", "service"}
    assert found.headways == {"headway"}
    assert found.stops == {"skips", "turns"}
    assert found.routes == {"moves"}
    assert found.times == set()
    assert found.added == found.removed == []


def test_a_new_headway_alone_is_a_change_of_its_route(tmp_path: Path) -> None:
    before = a_feed()
    after = a_feed()
    after.frequency("y1", "06:00:00", "09:00:00", 1800)
    found = difference(read(before, tmp_path), read(after, tmp_path, "after"), week_of=WEDNESDAY)
    assert rows(found.things, kind="trip") == [("y1", "changed", "headways")]
    assert rows(found.things, kind="route") == [("Y", "changed", "trips")]
    assert total(found.bill, "trips", route="Y") == [14, 49, 35]  # 6 departures a day instead of 1


def test_a_stop_that_moves_says_by_how_many_metres(tmp_path: Path) -> None:
    builder = a_feed()
    builder.rows["stops.txt"][3] |= {"stop_lat": -30.04, "stop_name": "Delta"}
    builder.stop("E", -51.2, -30.05)
    found = difference(read(a_feed(), tmp_path), read(builder, tmp_path, "after"), week_of=WEDNESDAY)
    stops = found.things[found.things["kind"] == "stop"]
    assert stops[["id", "change", "what"]].to_numpy().tolist() == [
        ["E", "added", ""],
        ["D", "changed", "position"],
        ["D", "changed", "name"],
    ]
    assert stops["value"].iloc[1] == pytest.approx(1111.95, abs=0.01)
    assert found.lines["en"][0] == "Stops: 1 added (E), 1 changed (Delta [D]): 1 moved (1,112 m), 1 renamed"
    assert found.lines["fr"][0] == (
        "Arrêts : 1 ajout (E), 1 modification (Delta [D]) : "
        "1 à un autre endroit (1\u202f112 m), 1 sous un autre nom"
    )


def test_a_stop_that_loses_its_coordinates_has_moved_nobody_knows_how_far(tmp_path: Path) -> None:
    builder = a_feed()
    builder.rows["stops.txt"][3] |= {"stop_lat": 0, "stop_lon": 0}
    found = things(read(a_feed(), tmp_path), read(builder, tmp_path, "after"))
    assert rows(found, kind="stop") == [("D", "changed", "position")]
    assert np.isnan(found["value"].iloc[0])


def shaped(with_shape: bool, *, stops: str = "ABC") -> GtfsBuilder:
    feed = a_feed()
    for sequence, lat in enumerate((-30.0, -30.01, -30.0, -30.02)):
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2,
                 shape_pt_sequence=sequence)  # fmt: skip
    clock = ("12:00:00", "12:30:00", "13:00:00", "13:30:00")
    feed.trip(
        "w", list(zip(stops, clock, strict=False)), route="W", **({"shape_id": "s"} if with_shape else {})
    )
    return feed


def test_a_route_that_loses_its_shape_is_measured_by_straight_lines_in_both_states(tmp_path: Path) -> None:
    before, after = (
        read(shaped(True), tmp_path),
        read(shaped(False, stops="ABCD"), tmp_path, "after"),
    )
    found = difference(before, after, week_of=WEDNESDAY)
    hop_km = 1.1119508
    assert total(found.bill, "vehicle_km", route="W") == pytest.approx([14 * hop_km, 21 * hop_km, 7 * hop_km])
    base, value, change = total(found.bill, "vehicle_km")
    assert base == pytest.approx((28 + 42) * hop_km)  # as billed: 4 hops a day along the shape, and 6
    assert (value - base, change) == pytest.approx((7 * hop_km, 7 * hop_km))
    notes = found.bill.loc[found.bill["measure"] == "vehicle_km", "note"].to_list()
    assert notes == [BY_STRAIGHT_LINES, BY_STRAIGHT_LINES]
    assert "straight lines between stops" in found.lines["en"][-1]
    assert "vol d’oiseau" in found.lines["fr"][-1]


def test_windows_are_billed_beside_the_week(tmp_path: Path) -> None:
    after = a_feed()
    after.trip("y3", [("C", "08:15:00"), ("B", "08:45:00")], route="Y")
    feeds = read(a_feed(), tmp_path), read(after, tmp_path, "after")
    schedules = [build_schedule(feed, WEDNESDAY) for feed in feeds]
    window = Window("morning", schedules[0], schedules[1], 8 * 3600, 9 * 3600)
    found = difference(*feeds, week_of=WEDNESDAY, windows=[window])
    assert found.bill["period"].unique().tolist() == ["week", "morning"]
    assert total(found.bill, "vehicle_hours", "morning") == [2, 2.5, 0.5]
    assert total(found.bill, "peak_vehicles", "morning") == [2, 3, 1]
    assert total(found.bill, "peak_vehicles", "morning", "Y") == [1, 2, 1]
    assert found.lines["en"][-1].startswith(
        "morning: trips 3 \u2192 4 (+1); vehicle-hours 2.0 \u2192 2.5 (+0.5)"
    )


def test_french_lines_have_labels_dates_and_marks_of_their_own(tmp_path: Path) -> None:
    after = a_feed()
    after.trip("y3", [("C", "08:15:00"), ("B", "08:45:00")], route="Y")
    feeds = read(a_feed(), tmp_path), read(after, tmp_path, "after")
    schedules = [build_schedule(feed, WEDNESDAY) for feed in feeds]
    window = Window("morning", schedules[0], schedules[1], 8 * 3600, 9 * 3600)
    found = difference(*feeds, week_of=WEDNESDAY, windows=[window])
    labels = {"morning": {"en": "weekday morning", "fr": "matin en semaine"}}
    lines = lines_of(found.things, found.bill, WEDNESDAY, labels)
    assert lines["fr"][-1].startswith("matin en semaine : courses 3 \u2192 4 (+1) ; véhicules-heures 2,0")
    assert lines["en"][-1].startswith("weekday morning: trips 3 \u2192 4 (+1); ")
    assert lines["fr"][-2].startswith("Semaine du lundi 13 mai 2024 : ")


def test_long_lists_are_cut_short(tmp_path: Path) -> None:
    after = a_feed()
    for number in range(7):
        after.trip(f"n{number}", [("A", "10:00:00"), ("B", "10:30:00")], route=f"N{number}")
    lines = difference(read(a_feed(), tmp_path), read(after, tmp_path, "after"), week_of=WEDNESDAY).lines
    assert lines["en"][0] == "Routes: 7 added (N0, N1, N2, N3, N4, and 2 more)"
    assert lines["fr"][0] == "Lignes : 7 ajouts (N0, N1, N2, N3, N4, et 2 de plus)"


def test_everything_removed_is_a_difference_too(tmp_path: Path) -> None:
    feed, empty = read(a_feed(), tmp_path), read(a_feed(), tmp_path)
    empty.trips, empty.stop_times = empty.trips.iloc[:0], empty.stop_times.iloc[:0]
    found = difference(feed, empty, week_of=WEDNESDAY)
    assert rows(found.things, kind="route") == [("X", "removed", "trips"), ("Y", "removed", "trips")]
    assert total(found.bill, "vehicle_hours") == [21, 0, -21]
    assert difference(empty, feed, week_of=WEDNESDAY).vehicle_hours_a_week == 21


@pytest.mark.parametrize(
    ("value", "en", "fr"),
    [(-0.01, "0.0", "0,0"), (1234.56, "+1,234.6", "+1\u202f234,6"), (-2, "\u22122.0", "\u22122,0")],
)
def test_numbers_are_written_as_a_language_does(value: float, en: str, fr: str) -> None:
    assert number_text(value, "en", 1, signed=True) == en
    assert number_text(value, "fr", 1, signed=True) == fr

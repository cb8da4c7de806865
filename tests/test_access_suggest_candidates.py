"""Candidates generated from a timetable that one can read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from builders_gtfs import WEEKDAYS, GtfsBuilder

from access.suggest_candidates import Candidate, Window, clock, day_kind, unique
from access.suggest_headways import headway_candidates
from access.suggest_lines import RouteOfDay, routes_of_day
from access.suggest_spans import span_candidates
from access.suggest_zones import WALK_M, ZonePlace, zone_candidates
from gtfs.draft_patterns import patterns_of
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

WEDNESDAY, SUNDAY = date(2024, 3, 6), date(2024, 3, 10)
MORNING = Window("weekdays", 8 * 3600, 9 * 3600)


def feed_of(tmp_path: Path, every_min: int = 30, **ways: str) -> GtfsBuilder:
    """Route R from A by B to C and back on weekdays from 7:00 to 20:00; 12 minutes from end to end."""
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C"])  # 1,112 m apart, going south
    feed.service("week", WEEKDAYS)
    for start in range(7 * 60, 20 * 60 + 1, every_min):
        times = [f"{(start + m) // 60:02d}:{(start + m) % 60:02d}:00" for m in (0, 6, 12)]
        feed.trip(f"there{start}", list(zip("ABC", times, strict=True)), service="week", direction_id=0)
        feed.trip(f"back{start}", list(zip("CBA", times, strict=True)), service="week", direction_id=1)
    return feed


def routes_of(feed: GtfsBuilder, tmp_path: Path, day: date = WEDNESDAY) -> list[RouteOfDay]:
    feeds = {"bus": read_feed(feed.write(tmp_path / "bus.zip"))}
    return routes_of_day(build_schedule(merge_feeds(feeds), day, allow_no_service=True), feeds)


def keys(candidates: object) -> list[str]:
    return [candidate.key for candidate in candidates]  # type: ignore[attr-defined]


def test_route_is_read_with_its_directions_headway_and_speed(tmp_path: Path) -> None:
    (route,) = routes_of(feed_of(tmp_path), tmp_path)
    assert (route.feed, route.route_id, len(route.patterns)) == ("bus", "R", 2)
    there = route.patterns[0]
    assert [stop.stop_id for stop in there.stops] == ["A", "B", "C"]
    assert route.headway_min(8 * 3600, 10 * 3600) == route.usual_gap_min(8 * 3600, 10 * 3600) == 30
    assert there.speed_m_s == pytest.approx(2 * 1112 / 720, rel=0.01)
    assert route.opposite(there) is route.patterns[1]


def test_pattern_ids_are_those_of_modifications(tmp_path: Path) -> None:
    (route,) = routes_of(feed_of(tmp_path), tmp_path)
    feed = read_feed(tmp_path / "bus.zip")
    known = patterns_of(feed.trips, feed.stop_times, feed.trips["trip_id"].tolist())
    assert {pattern.pattern_id for pattern in route.patterns} == {pattern.id for pattern in known}


def test_merged_feeds_give_their_own_names_back(tmp_path: Path) -> None:
    feed = read_feed(feed_of(tmp_path).write(tmp_path / "bus.zip"))
    feeds = {"one": feed, "two": feed}
    routes = routes_of_day(build_schedule(merge_feeds(feeds), WEDNESDAY), feeds)
    assert [(route.feed, route.route_id) for route in routes] == [("one", "R"), ("two", "R")]
    assert routes[1].patterns[0].stops[0].stop_id == "A"


def test_headways_are_clock_face_steps_down_to_a_quarter(tmp_path: Path) -> None:
    found = list(headway_candidates(routes_of(feed_of(tmp_path), tmp_path), MORNING))
    part = "bus-R-headway-weekdays-0700-0900"
    day = "bus-R-headway-weekdays-all-day"
    assert keys(found) == [f"{place}-{n}min" for place in (part, day) for n in (10, 15, 20)]
    entries = found[0].modifications[0]["entries"]
    assert [(e["start_time"], e["end_time"], e["headway_secs"], e["days"]) for e in entries] == [
        ("07:00", "09:00", 600, ["weekdays"])
    ] * 2
    assert {entry["source_trip"][:4] for entry in entries} == {"ther", "back"}


def test_a_branch_keeps_its_share(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    for hour in (7, 8):  # one more each hour, by another way
        feed.trip(
            f"b{hour}", [("A", f"{hour}:15:00"), ("C", f"{hour}:25:00")], service="week", direction_id=0
        )
    found = list(headway_candidates(routes_of(feed, tmp_path), MORNING))
    # A: 4 + 2 departures in two hours, one each 20 minutes; from 20 to 10 every pattern doubles
    change = next(c for c in found if c.key.endswith("0700-0900-10min")).modifications[0]
    assert sorted(entry["headway_secs"] for entry in change["entries"]) == [900, 900, 1800]


def test_whole_day_steps_leave_better_parts_alone(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    for start in range(9 * 60 + 5, 16 * 60, 10):  # by day a bus every 7.5 minutes
        feed.trip(f"x{start}", [("A", f"{start // 60}:{start % 60:02d}:00"), ("B", "23:00:00")],
                  service="week", direction_id=0)  # fmt: skip
    found = list(headway_candidates(routes_of(feed, tmp_path), MORNING))
    change = next(c for c in found if c.key.endswith("all-day-10min")).modifications[0]
    times = {(entry["start_time"], entry["end_time"]) for entry in change["entries"]}
    assert times == {("07:00", "09:00"), ("16:00", "20:01")}


def test_longer_hours_begin_where_service_ends(tmp_path: Path) -> None:
    routes = routes_of(feed_of(tmp_path), tmp_path)
    evening = Window("weekdays", 21 * 3600, 22 * 3600)
    found = list(span_candidates({"weekdays": routes}, evening))
    assert keys(found) == ["bus-R-span-weekdays-2000-2200-30min", "bus-R-span-weekdays-2000-2200-60min"]
    assert found[0].modifications[0]["last_departure"] == "22:00"
    night = Window("weekdays", 3600, 3 * 3600)
    assert (
        next(iter(span_candidates({"weekdays": routes}, night))).modifications[0]["last_departure"] == "27:00"
    )
    early = Window("weekdays", 6 * 3600, 7 * 3600)
    assert (
        next(iter(span_candidates({"weekdays": routes}, early))).modifications[0]["first_departure"]
        == "06:00"
    )
    assert list(span_candidates({"weekdays": routes}, MORNING)) == []  # it runs then


def test_sunday_service_is_that_of_a_weekday_by_day(tmp_path: Path) -> None:
    routes = routes_of(feed_of(tmp_path), tmp_path)
    assert routes_of(feed_of(tmp_path), tmp_path, SUNDAY) == []
    found = list(span_candidates({"weekdays": routes, "sunday": []}, Window("sunday", 36000, 39600)))
    change = found[0].modifications[0]
    assert (change["first_departure"], change["last_departure"], change["days"]) == (
        "07:00",
        "20:00",
        ["sunday"],
    )


def place_at(lon: float, lat: float) -> ZonePlace:
    return ZonePlace(
        "zone", {"en": "Hill", "fr": "Hill"}, np.array([lon]), np.array([lat]), np.array([300.0])
    )


def zone_changes(tmp_path: Path, zone: ZonePlace) -> dict[str, Candidate]:
    routes = routes_of(feed_of(tmp_path), tmp_path)
    return {candidate.kind: candidate for candidate in zone_candidates(routes, [zone], MORNING)}


def test_a_zone_that_vehicles_pass_gets_a_stop_both_ways(tmp_path: Path) -> None:
    half_way = place_at(-51.2, -30.005)  # 556 m from A and from B
    there, back = zone_changes(tmp_path, half_way)["stop"].modifications
    assert (there["from_stop"], there["to_stop"], there["hop_times"]) == (
        "A",
        "B",
        [195, 195],
    )  # 6 min, +30 s
    assert (back["from_stop"], back["to_stop"]) == ("B", "A")
    assert there["stops"] == [{"name": "Hill", "lat": -30.005, "lon": -51.2}]


def test_a_zone_with_a_stop_gets_none(tmp_path: Path) -> None:
    assert zone_changes(tmp_path, place_at(-51.2, -30.002)) == {}  # 222 m from A


def test_a_zone_beyond_the_end_gets_the_route_and_a_branch_in_between(tmp_path: Path) -> None:
    beyond = place_at(-51.2, -30.03)  # 1,112 m south of C
    changes = zone_changes(tmp_path, beyond)
    assert set(changes) == {"extension"}
    there, back = changes["extension"].modifications
    assert (there["from_stop"], back["to_stop"]) == ("C", "C")
    # 1,112 m x 1.2 at 1,112 m in 6 minutes
    assert there["hop_times"] == back["hop_times"] == [pytest.approx(1.2 * 360, abs=2)]
    aside = place_at(-51.19, -30.01)  # 963 m east of B
    branch = zone_changes(tmp_path, aside)["split"]
    removed, there, back = branch.modifications
    assert len(removed["trips"]) == 26  # of 27 each way every second one
    assert [stop.get("id", "new") for stop in there["stops"]] == ["A", "B", "new"]
    assert [stop.get("id", "new") for stop in back["stops"]] == ["new", "B", "A"]
    assert there["frequencies"][0]["first_departures"][0] == "07:30"


def test_zones_far_away_get_nothing(tmp_path: Path) -> None:
    assert zone_changes(tmp_path, place_at(-51.2, -30.2)) == {}
    assert WALK_M < 500


def test_clock_and_days() -> None:
    assert [clock(s) for s in (27000, 91800, 28830)] == ["07:30", "25:30", "08:00:30"]
    assert [day_kind(day) for day in (WEDNESDAY, date(2024, 3, 9), SUNDAY)] == [
        "weekdays",
        "saturday",
        "sunday",
    ]


def test_two_changes_of_one_name_are_an_error_and_equal_ones_are_dropped(tmp_path: Path) -> None:
    first = next(iter(headway_candidates(routes_of(feed_of(tmp_path), tmp_path), MORNING)))
    assert unique([first, first]) == [first]
    other = Candidate(**{**vars(first), "modifications": ({"type": "x"},)})
    with pytest.raises(ValueError, match="two candidates are called bus-R-headway"):
        unique([first, other])

"""A small bus line to be modified, and timetables as plain lists to compare before and after."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import gtfs_kit
import pandas as pd
from builders_gtfs import GtfsBuilder

from gtfs.feed import read_feed
from gtfs.modifications import Modification
from gtfs.scenario import EditedFeeds, edit_feeds
from gtfs.schedule import build_schedule
from gtfs.stop_times import format_time

WEDNESDAY, SATURDAY, SUNDAY = date(2024, 5, 15), date(2024, 5, 18), date(2024, 5, 19)

Vehicle = tuple[int, str, list[tuple[str, int, int]]]


def at(text: str) -> int:
    """Seconds of "08:00"."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def visits(stops: str, start: str, hop_min: int = 10, dwell_min: int = 0) -> list[tuple[str, str, str]]:
    """Visits of a trip that serves each letter of ``stops``, every hop and stay of the same length."""
    now, found = at(start), []
    for number, stop in enumerate(stops):
        stay = 60 * dwell_min if 0 < number < len(stops) - 1 else 0
        found.append((stop, format_time(now), format_time(now + stay)))
        now += stay + 60 * hop_min
    return found


def line() -> GtfsBuilder:
    """Route 9 "Harbour" A-B-C-D and back, every 30 min from 06:00 to 09:30 daily; route 7 "Hill" once."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.route("9", route_long_name="Harbour")
    feed.route("7", route_long_name="Hill")
    for number in range(8):
        start = format_time(at("06:00") + 1800 * number)[:5]
        feed.trip(f"out{number}", visits("ABCD", start), route="9", direction_id=0)
        feed.trip(f"back{number}", visits("DCBA", start), route="9", direction_id=1)
    feed.trip("hill", visits("BD", "12:00"), route="7", direction_id=0)
    return feed


def built(feed: GtfsBuilder) -> gtfs_kit.Feed:
    """The feed as the program reads it."""
    with tempfile.TemporaryDirectory() as folder:
        return read_feed(feed.write(Path(folder) / "feed"), "bus")


def edit(feed: gtfs_kit.Feed, *changes: Modification) -> EditedFeeds:
    """Apply modifications to one feed, called bus."""
    return edit_feeds({"bus": feed}, changes)


def edited(feed: gtfs_kit.Feed, *changes: Modification) -> gtfs_kit.Feed:
    return edit(feed, *changes).feeds["bus"]


def vehicles(feed: gtfs_kit.Feed, day: date = WEDNESDAY) -> list[Vehicle]:
    """Everything on the road on a day: service day, trip, visits; in order T4."""
    schedule = build_schedule(feed, day, allow_no_service=True)
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


def of_trip(feed: gtfs_kit.Feed, trip: str, day: date = WEDNESDAY) -> list[tuple[str, str, str]]:
    """Visits of one trip on its own day, times as "08:00:00"."""
    (found,) = [visits for offset, name, visits in vehicles(feed, day) if name == trip and offset == 0]
    return [(stop, format_time(arrival), format_time(leaves)) for stop, arrival, leaves in found]


def departures(feed: gtfs_kit.Feed, first_stop: str, day: date = WEDNESDAY, last_stop: str = "") -> list[str]:
    """When the vehicles of a day leave their first stop, as "08:00"."""
    return [
        format_time(visits[0][2])[:5]
        for offset, _, visits in vehicles(feed, day)
        if offset == 0 and visits[0][0] == first_stop and visits[-1][0].startswith(last_stop)
    ]


def running(feed: gtfs_kit.Feed, day: date) -> list[str]:
    """Trips of a day, those of the nights around it left out."""
    return sorted({trip for offset, trip, _ in vehicles(feed, day) if offset == 0})


def tables(feed: gtfs_kit.Feed) -> dict[str, pd.DataFrame]:
    """Deep copies of all tables, to see that nobody changed them."""
    names = ("stops", "routes", "trips", "stop_times", "calendar", "calendar_dates", "frequencies", "shapes")
    return {
        name: table.copy(deep=True)
        for name in (*names, "transfers", "attributions")
        if (table := getattr(feed, name)) is not None
    }


def assert_same(feed: gtfs_kit.Feed, before: dict[str, pd.DataFrame]) -> None:
    now = tables(feed)
    assert now.keys() == before.keys()
    for name, table in before.items():
        pd.testing.assert_frame_equal(now[name], table, obj=name)


def ids(table: pd.DataFrame | None, column: str) -> Sequence[str]:
    return [] if table is None else table[column].tolist()

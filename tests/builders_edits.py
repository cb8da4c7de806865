"""Feeds edited in tests: written small, changed, looked at and validated."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import gtfs_guru
import gtfs_kit
from builders_gtfs import GtfsBuilder

from gtfs.draft import Draft
from gtfs.feed import read_feed
from gtfs.modifications import Modification
from gtfs.scenario import EditedFeeds, edit_feeds
from gtfs.schedule import build_schedule
from gtfs.tables import COLUMN_TYPES
from gtfs.timetable import Schedule

DAY = date(2024, 5, 7)  # a Tuesday

Visit = tuple[str, str, str]  # stop, arrival, departure


def edit(feed: gtfs_kit.Feed, *changes: Modification) -> EditedFeeds:
    """Apply modifications to the feed called ``bus``."""
    return edit_feeds({"bus": feed}, changes)


def edited(feed: gtfs_kit.Feed, *changes: Modification) -> gtfs_kit.Feed:
    return edit(feed, *changes).feeds["bus"]


def feed_of(builder: GtfsBuilder, folder: Path) -> gtfs_kit.Feed:
    return read_feed(builder.write(folder / "feed"))


def visits(feed: gtfs_kit.Feed, trip: str) -> list[Visit]:
    """Stops and times of a trip as they stand in stop_times.txt, HH:MM where the seconds are 00."""
    rows = feed.stop_times[feed.stop_times["trip_id"] == trip].sort_values("stop_sequence")
    columns = (
        rows[column].fillna("").str.removesuffix(":00") for column in ("arrival_time", "departure_time")
    )
    return list(zip(rows["stop_id"], *columns, strict=True))


def runs(schedule: Schedule) -> list[tuple[str, tuple[tuple[str, int, int, bool, bool], ...]]]:
    """Every vehicle of the day itself: its trip and where it calls when, for whom; sorted."""
    timetable, found = schedule.timetable, []
    for trip, first, end, day in zip(
        schedule.trip_ids,
        timetable.trip_start[:-1],
        timetable.trip_start[1:],
        timetable.trip_day,
        strict=True,
    ):
        if day:
            continue
        calls = tuple(
            (schedule.stop_ids[timetable.visit_stop[at]], int(timetable.arrival_s[at]),
             int(timetable.departure_s[at]), bool(timetable.pickup[at]), bool(timetable.drop_off[at]))
            for at in range(first, end)
        )  # fmt: skip
        found.append((trip, calls))
    return sorted(found)


def runs_on(feed: gtfs_kit.Feed, day: date = DAY) -> list:
    return runs(build_schedule(feed, day, allow_no_service=True))


def snapshot(feed: gtfs_kit.Feed) -> dict[str, object]:
    """All tables as texts, to see whether a feed was changed."""
    tables = {name: getattr(feed, name, None) for name in COLUMN_TYPES}
    return {name: None if table is None else table.to_csv() for name, table in tables.items()}


def error_counts(feed: gtfs_kit.Feed, folder: Path, day: date = DAY) -> Counter[str]:
    """Notices of severity ERROR by code that the canonical validator finds in the feed."""
    folder.mkdir()
    for name in COLUMN_TYPES:
        table = getattr(feed, name, None)
        if table is not None:
            table.to_csv(folder / f"{name}.txt", index=False)
    notices = gtfs_guru.validate(str(folder), date=day.isoformat()).notices
    return Counter(notice.code for notice in notices if notice.severity == "ERROR")


def pattern_ids(feed: gtfs_kit.Feed, route: str = "R") -> list[str]:
    draft = Draft(feed, "bus")
    trips = feed.trips.loc[feed.trips["route_id"] == route, "trip_id"].tolist()
    return [pattern.id for pattern in draft.patterns(trips)]


def pattern_of(feed: gtfs_kit.Feed, trip: str) -> str:
    draft = Draft(feed, "bus")
    return next(p.id for p in draft.patterns(feed.trips["trip_id"].tolist()) if trip in p.trips)

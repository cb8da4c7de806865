"""The reference week of a feed: the fullest one, and how often each trip runs in it and at all.

Decided so:

W1. The reference week runs from Monday to Sunday and is the one with most trips (``gtfs.calendar``); on ties
    the earliest. A feed that is renewed in the middle of a week, or in a holiday, is so measured by its
    ordinary service, whatever the day it is looked at.
W2. A trip of frequencies.txt counts as its vehicles; one without a timetable (``gtfs.trip_measures``, M1)
    or of an unknown route does not count, as in a bill (``gtfs.vehicles_week``).
W3. A feed without any trip on any day has no reference week.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.calendar import Calendar, active_services, read_calendar, trips_by_date
from gtfs.frequencies import trip_weights
from gtfs.trip_measures import measure_trips
from gtfs.visits import lookup

Counts = npt.NDArray[np.int64]


class ReferenceWeek(NamedTuple):
    """The fullest week (W1) and the trips in it; arrays have one entry for each row of trips.txt."""

    monday: date | None  # None without service (W3)
    first_day: date | None  # with service, of the whole feed
    last_day: date | None
    runs: Counts  # vehicles in the reference week
    ever: npt.NDArray[np.bool_]  # runs on a day of the whole feed
    leaves_s: Counts  # first departure after 00:00 of the service day
    ends_s: Counts  # last arrival

    @property
    def vehicle_hours(self) -> npt.NDArray[np.float64]:
        """In the reference week, by row of trips.txt."""
        hours: npt.NDArray[np.float64] = self.runs * (self.ends_s - self.leaves_s) / 3600
        return hours


def reference_week(feed: gtfs_kit.Feed, name: str = "feed") -> ReferenceWeek:
    """Find the reference week of a feed; left unchanged.

    Raises
    ------
    FeedError
        If the calendar or frequencies.txt cannot be read.
    """
    calendar = read_calendar(feed, name)
    measures = measure_trips(feed)
    known = lookup(feed.routes["route_id"], feed.trips["route_id"]) >= 0
    weight = np.where(measures.timed & known, trip_weights(feed, name), 0)
    by_date = trips_by_date(feed, name, calendar=calendar)
    running = np.flatnonzero(by_date.trips)
    first_day = last_day = monday = None
    days: dict[str, int] = {}
    if len(running):
        first_day, last_day = (date.fromordinal(by_date.first_day + int(running[at])) for at in (0, -1))
        monday = _fullest(by_date.first_day, by_date.trips)
        days = _days_in_week(calendar, monday)
    services = feed.trips["service_id"]
    of_week = services.map(days).fillna(0).to_numpy(dtype=np.int64)
    ever = services.isin(list(_services_ever(calendar))).to_numpy(dtype=bool) & (weight > 0)
    return ReferenceWeek(
        monday, first_day, last_day, weight * of_week, ever, measures.leaves_s, measures.ends_s
    )


def _fullest(first_day: int, trips: Counts) -> date:
    """Monday of the week with most trips, the earliest of equals (W1)."""
    to_monday = (first_day - 1) % 7  # ordinal 1 was a Monday
    padded = np.zeros(-(-(to_monday + len(trips)) // 7) * 7, dtype=np.int64)
    padded[to_monday : to_monday + len(trips)] = trips
    week = int(np.argmax(padded.reshape(-1, 7).sum(axis=1)))
    return date.fromordinal(first_day - to_monday + 7 * week)


def _days_in_week(calendar: Calendar, monday: date) -> dict[str, int]:
    days: dict[str, int] = {}
    for offset in range(7):
        for service in active_services(calendar, monday + timedelta(days=offset)):
            days[service] = days.get(service, 0) + 1
    return days


def _services_ever(calendar: Calendar) -> set[str]:
    """Services that run on at least one day."""
    exceptions = pd.DataFrame(
        {"service": calendar.exception_service, "day": calendar.exception_day, "added": calendar.added}
    )
    # One verdict for each service and day: removed wins, as in active_services.
    verdict = exceptions.groupby(["service", "day"], sort=False)["added"].all().reset_index()
    found = set(verdict.loc[verdict["added"], "service"])
    removed = verdict[~verdict["added"]].groupby("service")["day"].agg(set).to_dict()
    for service, runs, first, last in zip(
        calendar.service, calendar.runs, calendar.first_day.tolist(), calendar.last_day.tolist(), strict=True
    ):
        without: set[int] = removed.get(service, set())
        # Each weekday comes once more than days are removed: whatever runs shows in so many weeks.
        last_looked = min(last, first + 7 * (len(without) + 1))
        days = range(first, last_looked + 1)
        if service not in found and any(runs[(day - 1) % 7] and day not in without for day in days):
            found.add(service)
    return found

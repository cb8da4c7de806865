"""How a feed's service on a date compares with its typical day, and which date to choose.

A feed silently contributes nothing on a date its calendar does not cover, and the map then shows walking
only. So each feed is measured by itself, never the union of feeds.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.calendar import TripsByDate, trips_by_date
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.frequencies import DEFAULT_PHASE
from gtfs.stop_times import format_time
from gtfs.timetable import Schedule

if TYPE_CHECKING:
    import gtfs_kit

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SATURDAY = 5

WARN_BELOW_SHARE = 0.8
"""Below this share of the typical day of the same kind, ``check_service`` warns."""


@dataclass(frozen=True)
class ServiceShare:
    """Trips of one feed on a date, beside those of its typical weekday and its typical day of the same kind.

    Trips of frequencies.txt count as the vehicles they expand to. The *typical weekday* is the lower median
    over the Mondays to Fridays on which anything runs. The typical day *of the same kind* is that for a
    Monday to Friday, and the lower median over the Saturdays (Sundays) with service for a Saturday (Sunday).
    ``*_date`` is the first date with exactly that many trips, None (and 0 trips) where there is none.
    """

    feed: str
    service_date: date
    trips: int
    typical_weekday_trips: int
    typical_weekday_date: date | None
    same_kind_trips: int
    same_kind_date: date | None
    first_date: date | None  # first and last date with any trip
    last_date: date | None

    @property
    def share(self) -> float | None:
        """Trips on the date as a share of the typical weekday; may exceed 1; None if that has no trips."""
        return self.trips / self.typical_weekday_trips if self.typical_weekday_trips else None

    @property
    def same_kind_share(self) -> float | None:
        """Trips on the date as a share of the typical day of the same kind; None if that has no trips."""
        return self.trips / self.same_kind_trips if self.same_kind_trips else None

    def summary(self) -> str:
        """One line in words."""
        day = DAY_NAMES[self.service_date.weekday()]
        text = f"{self.feed}: {self.trips:,} trips on {day} {self.service_date}"
        if self.share is not None:
            text += f", {self.share:.0%} of a typical weekday ({self.typical_weekday_trips:,})"
        if self.service_date.weekday() >= _SATURDAY and self.same_kind_share is not None:
            text += f", {self.same_kind_share:.0%} of a typical {day} ({self.same_kind_trips:,})"
        return text


class _TypicalDay(NamedTuple):
    trips: int
    day: date | None


def service_share(
    feed: gtfs_kit.Feed, service_date: date, name: str = "feed", phase: float = DEFAULT_PHASE
) -> ServiceShare:
    """Count the trips of one feed on a date and on its typical days; a date without service is no error here.

    Raises
    ------
    FeedError
        The calendar or frequencies.txt cannot be read.
    """
    by_date = trips_by_date(feed, name, phase)
    at = service_date.toordinal() - by_date.first_day
    trips = int(by_date.trips[at]) if 0 <= at < len(by_date.trips) else 0
    weekday = service_date.weekday()
    typical = _typical(by_date, range(_SATURDAY))
    same_kind = typical if weekday < _SATURDAY else _typical(by_date, (weekday,))
    running = np.flatnonzero(by_date.trips)
    first, last = (_date(by_date, running[end]) for end in (0, -1)) if len(running) else (None, None)
    return ServiceShare(
        name, service_date, trips, typical.trips, typical.day, same_kind.trips, same_kind.day, first, last
    )


def check_service(
    feed: gtfs_kit.Feed,
    service_date: date,
    name: str = "feed",
    *,
    warn_below_share: float = WARN_BELOW_SHARE,
    phase: float = DEFAULT_PHASE,
) -> ServiceShare:
    """``service_share`` as a gate: refuse a date without trips, warn about a thin one.

    A Saturday or Sunday is compared with its own kind, so that a weekend chosen on purpose does not warn.

    Raises
    ------
    ServiceError
        The feed has no trip on the date; the message gives its calendar range and a date that has service.
    """
    found = service_share(feed, service_date, name, phase)
    if not found.trips:
        raise ServiceError(no_service_message(found))
    if found.trips < warn_below_share * found.same_kind_trips:
        warnings.warn(
            f"{found.summary()}: a thin day (holiday, strike or end of the calendar?), access will look "
            f"worse than usual; {found.same_kind_date} is a typical day",
            FeedQualityWarning,
            stacklevel=2,
        )
    return found


def no_service_message(found: ServiceShare) -> str:
    """Why a date without trips is refused: the feed's range and a date that has service."""
    day = f"{DAY_NAMES[found.service_date.weekday()]} {found.service_date}"
    if found.first_date is None:
        return (
            f"{found.feed}: no trip on {day} nor on any other date of its calendar; the feed cannot be used"
        )
    suggestion = found.same_kind_date or found.typical_weekday_date or found.first_date
    return (
        f"{found.feed}: no trip runs on {day}; the feed has service between {found.first_date} and "
        f"{found.last_date}. Choose another service_date, for example "
        f"{DAY_NAMES[suggestion.weekday()]} {suggestion}, or leave this feed out"
    )


def _typical(by_date: TripsByDate, weekdays: range | tuple[int, ...]) -> _TypicalDay:
    """Lower median of the positive counts on these weekdays, and the first date that has it."""
    candidates = np.flatnonzero((by_date.trips > 0) & np.isin(_weekdays(by_date), list(weekdays)))
    if not len(candidates):
        return _TypicalDay(0, None)
    counts = by_date.trips[candidates]
    median = int(np.sort(counts)[(len(counts) - 1) // 2])
    return _TypicalDay(median, _date(by_date, candidates[np.argmax(counts == median)]))


def _weekdays(by_date: TripsByDate) -> npt.NDArray[np.int64]:
    return (np.arange(len(by_date.trips)) + by_date.first_day - 1) % 7


def _date(by_date: TripsByDate, at: np.int64) -> date:
    return date.fromordinal(by_date.first_day + int(at))


def choose_service_date(feeds: Mapping[str, gtfs_kit.Feed], phase: float = DEFAULT_PHASE) -> date:
    """The date for ``service_date: auto``: a weekday on which every feed runs as on its typical weekday.

    Among the Mondays to Fridays on which every feed has trips:

    1. the greatest share of the typical weekday in the worst feed (shares above 1 count as 1);
    2. on ties, the smallest sum over feeds of the distance of the share from 1;
    3. on ties, Tuesday to Thursday before Monday and Friday;
    4. on ties, the earliest date.

    Raises
    ------
    ServiceError
        There is no Monday to Friday on which all feeds run; the message gives each feed's range.
    """
    counted = {name: trips_by_date(feed, name, phase) for name, feed in feeds.items()}
    first = max(by_date.first_day for by_date in counted.values())
    last = min(by_date.first_day + len(by_date.trips) - 1 for by_date in counted.values())
    days = np.arange(first, max(last + 1, first))
    days = days[(days - 1) % 7 < _SATURDAY]
    shares = np.array(
        [
            by_date.trips[days - by_date.first_day] / max(_typical(by_date, range(_SATURDAY)).trips, 1)
            for by_date in counted.values()
        ]
    )
    worst = np.minimum(shares, 1.0).min(axis=0)
    if not (worst > 0).any():
        raise ServiceError(_no_common_date(feeds, phase))
    middle_of_week = np.isin((days - 1) % 7, (1, 2, 3))
    distance = np.round(np.abs(shares - 1).sum(axis=0), 9)
    best = np.lexsort((days, ~middle_of_week, distance, -np.round(worst, 9)))[0]
    return date.fromordinal(int(days[best]))


def _no_common_date(feeds: Mapping[str, gtfs_kit.Feed], phase: float) -> str:
    ranges = []
    for name, feed in feeds.items():
        found = service_share(feed, date(1970, 1, 1), name, phase)
        ranges.append(
            f"{name}: {found.first_date} to {found.last_date}" if found.first_date else f"{name}: none"
        )
    return (
        "no Monday to Friday has service in every feed; dates with service are "
        + "; ".join(ranges)
        + ". Give a service_date, use feeds of the same period, or leave one out"
    )


def departures_in_window(schedule: Schedule, start_s: int, end_s: int, feed: str | None = None) -> int:
    """Departures somebody can board: visits that leave in ``[start_s, end_s)`` and are not the end of a trip.

    Parameters
    ----------
    schedule : of one feed or of merged feeds; trips of the neighbouring days count.
    start_s, end_s : seconds after midnight of the service day.
    feed : name of one of several merged feeds (ids ``name:id``); default all.
    """
    timetable = schedule.timetable
    leaves = (timetable.departure_s >= start_s) & (timetable.departure_s < end_s) & timetable.pickup
    leaves[timetable.trip_start[1:] - 1] = False
    if feed is not None:
        mine = np.array([trip_id.startswith(f"{feed}:") for trip_id in schedule.trip_ids], dtype=bool)
        leaves &= np.repeat(mine, np.diff(timetable.trip_start))
    return int(leaves.sum())


def check_window(schedule: Schedule, start_s: int, end_s: int, feed: str | None = None) -> int:
    """``departures_in_window`` as a gate.

    Raises
    ------
    ServiceError
        Nothing leaves in the window; the message says when the feed does run on that day.
    """
    count = departures_in_window(schedule, start_s, end_s, feed)
    if count:
        return count
    window = f"{format_time(start_s)} and {format_time(end_s)} on {schedule.service_date}"
    timetable = schedule.timetable
    first_visit, last_visit = timetable.trip_start[:-1], timetable.trip_start[1:] - 1
    mine = timetable.trip_day == 0
    if feed is not None:
        mine &= np.array([trip_id.startswith(f"{feed}:") for trip_id in schedule.trip_ids], dtype=bool)
    who = feed or "the timetable"
    if not mine.any():
        raise ServiceError(f"{who}: nothing leaves between {window}, nor at any time of that day")
    starts = int(timetable.departure_s[first_visit[mine]].min())
    ends = int(timetable.arrival_s[last_visit[mine]].max())
    raise ServiceError(
        f"{who}: nothing leaves between {window}; that day its vehicles run from {format_time(starts)} to "
        f"{format_time(ends)}. Choose a departure_start inside, or treat this period as no data"
    )

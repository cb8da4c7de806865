"""The service days of a run, each prepared at the first question about it and kept."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from access.errors import ResultError
from access.live_coverage import Leaving, leaving_of, tells
from access.live_day import LiveDay, departures_of_feeds
from access.live_journey import schedule_of
from access.live_run import LiveRun
from access.network_cache import load_group
from gtfs.timetable import Schedule, Timetable

Thing = TypeVar("Thing")


class LiveDays:
    """Service days by period. Several threads may ask at once; a day is prepared by the first.

    The days of a run are few, so all that were asked for stay.

    Parameters
    ----------
    run : LiveRun
        The run.
    """

    def __init__(self, run: LiveRun) -> None:
        self._run = run
        self._ready: dict[tuple[date, str], Any] = {}
        self._lock = threading.RLock()

    def date_of(self, period: str) -> date:
        """Return the service day of a period; ResultError where its timetable is not there."""
        if period not in self._run.days:
            there = ", ".join(self._run.days) or "none"
            raise ResultError(
                f"period {period!r}: the ready network has no timetable of its day, only of: {there}"
            )
        return self._run.days[period]

    def departures(self, period: str) -> LiveDay:
        """Return the day of a period, to be asked by departure."""
        return self._once(period, "departures", lambda: self._prepared(period, LiveDay.of_timetable))

    def arrivals(self, period: str) -> LiveDay:
        """Return the day of a period, to be asked by arrival."""
        return self._once(period, "arrivals", lambda: self._prepared(period, LiveDay.of_arrivals))

    def schedule(self, period: str) -> Schedule:
        """Return the timetable of the day of a period, with its names."""
        return self._once(period, "schedule", lambda: self._schedule(period))

    def silent_feeds(self, period: str, departure_s: int, within_min: int = 0) -> list[str]:
        """Name the feeds, not called whole, that do not tell of a journey (``access.live_coverage``)."""
        leaving = self._once(period, "feeds", lambda: self._leaving(period))
        return [feed for feed, leaves in leaving.items() if not tells(leaves, departure_s, within_min)]

    def _prepared(self, period: str, make: Callable[..., LiveDay]) -> LiveDay:
        timetable = self._timetable(period)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the run has told them
            return make(timetable, self._run.walks, self._run.limits)

    def _timetable(self, period: str) -> Timetable:
        return load_group(self._run.network, f"timetable_{self.date_of(period)}", Timetable)

    def _schedule(self, period: str) -> Schedule:
        day = self.date_of(period)
        return schedule_of(self._timetable(period), day, self._run.names[str(day)])

    def _leaving(self, period: str) -> dict[str, Leaving]:
        """Return when vehicles leave, by feed that is not called whole."""
        feeds = self._run.config.schedule.feeds
        trip_ids = self._run.names[str(self.date_of(period))]["trip_ids"]
        found = departures_of_feeds(self._timetable(period), trip_ids, [feed.name for feed in feeds])
        return {feed.name: leaving_of(found[feed.name]) for feed in feeds if not feed.whole_timetable}

    def _once(self, period: str, what: str, make: Callable[[], Thing]) -> Thing:
        key = self.date_of(period), what
        with self._lock:
            if key not in self._ready:
                self._ready[key] = make()
            found: Thing = self._ready[key]
            return found

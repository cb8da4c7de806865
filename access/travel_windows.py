"""Minutes of departure (or arrival) on a service day, from the clock times a caller writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from access.engine.arrays import LAST_ARRIVAL_S

DAY_S = 86_400


@dataclass(frozen=True)
class Window:
    """Minutes of departure (or arrival) on one service day."""

    clock: datetime | None  # as the caller wrote it; None without transit
    service_date: date | None
    start_s: int  # seconds after 00:00 of the service day

    @property
    def asked_date(self) -> date | None:
        """The date that the caller wrote; that after the service day to arrive shortly after midnight."""
        return None if self.clock is None else self.clock.date()


def windows_of(
    departure: datetime | Iterable[datetime] | None,
    arrive_by: bool,
    max_time_min: int,
    window_min: int,
    problems: list[str],
) -> tuple[Window, ...]:
    """Return the window of each departure; add to ``problems`` what is wrong and then return none."""
    if departure is None:
        problems.append(
            "departure is missing; give date and time, such as datetime(2024, 3, 6, 8, 0): a result must not "
            "depend on the clock of the computer, and few timetables hold today"
        )
        return ()
    given: Any = departure
    single = isinstance(given, str) or not isinstance(given, Iterable)
    clocks: list[Any] = [given] if single else list(given)
    if not clocks:
        problems.append("departure is an empty list; give a datetime, or a list of at least one")
        return ()
    found = [problem for clock in clocks if (problem := _clock_problem(clock))]
    if not found and len(set(clocks)) < len(clocks):
        found = ["departure has the same date and time twice"]
    problems += found
    if found:
        return ()
    windows = tuple(_window(clock, arrive_by, max_time_min) for clock in clocks)
    latest_s = 60 * (window_min + (0 if arrive_by else max_time_min))
    for window in windows:
        end_s = window.start_s + latest_s
        if end_s > LAST_ARRIVAL_S:
            end = f"{end_s // 3600}:{end_s // 60 % 60:02d}"
            problems.append(
                f"departure {window.clock}: travel would end at {end} of the service day "
                f"{window.service_date}, but a timetable ends at 48:00: give a shorter "
                "departure_time_window or max_time, or two departures on two days"
            )
    return windows


def _clock_problem(clock: Any) -> str:
    if clock is pd.NaT:
        return "departure has NaT, a missing time; give date and time, such as datetime(2024, 3, 6, 8, 0)"
    if not isinstance(clock, datetime):
        return f"departure has {clock!r}; give a datetime, date and time of the clock on the spot"
    if clock.tzinfo is not None:
        return (
            f"departure {clock} has a time zone; give the time of the clock on the spot, without a zone "
            "(departure.replace(tzinfo=None) where it is that already)"
        )
    return f"departure {clock} has fractions of a second; give whole seconds" if clock.microsecond else ""


def _window(clock: datetime, arrive_by: bool, max_time_min: int) -> Window:
    """Place a clock time on a service day.

    Someone who is to be there shortly after midnight leaves on the day before: that day's timetable, whose
    times run on past 24:00, holds the whole journey.
    """
    start_s = 3600 * clock.hour + 60 * clock.minute + clock.second
    if arrive_by and start_s < 60 * (max_time_min + 1):
        return Window(clock, clock.date() - timedelta(days=1), start_s + DAY_S)
    return Window(clock, clock.date(), start_s)

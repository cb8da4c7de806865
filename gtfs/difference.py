"""What a scenario changes in the timetables: routes, patterns, trips, stops and the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import gtfs_kit
import pandas as pd

from gtfs.difference_bill import bill_difference
from gtfs.difference_text import lines_of
from gtfs.difference_things import things
from gtfs.timetable import Schedule
from gtfs.trip_measures import measure_trips
from gtfs.vehicles import Bill, bill_of_window
from gtfs.vehicles_week import WeekBill, bill_of_week

WEEK = "week"
"""Name of the whole week among the periods of a bill."""


class Window(NamedTuple):
    """A period of the day to bill, with the schedules of its service day in both states."""

    name: str
    before: Schedule
    after: Schedule
    start_s: int
    end_s: int


@dataclass(frozen=True)
class FeedDifference:
    """What differs between two states of a feed."""

    things: pd.DataFrame  # see ``gtfs.difference_things.COLUMNS``
    bill: pd.DataFrame  # see ``gtfs.difference_bill.COLUMNS``
    lines: dict[str, list[str]]  # the same in short lines, by language (en, fr)

    @property
    def vehicle_hours_a_week(self) -> float:
        """Vehicle-hours that the change costs a week; negative where it saves some."""
        rows = self.bill[
            (self.bill["period"] == WEEK)
            & (self.bill["route_id"] == "")
            & (self.bill["measure"] == "vehicle_hours")
        ]
        return float(rows["change"].iloc[0])


def difference(
    base: gtfs_kit.Feed,
    edited: gtfs_kit.Feed,
    *,
    week_of: date,
    windows: Sequence[Window] = (),
    name: str = "feed",
) -> FeedDifference:
    """Compare two states of a feed, or of several merged; both are left unchanged.

    Parameters
    ----------
    base, edited : the feed before and after.
    week_of : any date of the week, Monday to Sunday, that is billed.
    windows : periods of the day to bill as well; their schedules are those of ``base`` and ``edited``.
    name : the feed's name in messages.

    Raises
    ------
    FeedError
        If a calendar or frequencies.txt cannot be read.
    """
    measured = measure_trips(base), measure_trips(edited)
    before: dict[str, Bill | WeekBill] = {WEEK: bill_of_week(base, week_of, name, measured[0])}
    after: dict[str, Bill | WeekBill] = {WEEK: bill_of_week(edited, week_of, name, measured[1])}
    for window in windows:
        clock = window.start_s, window.end_s
        before[window.name] = bill_of_window(window.before, *clock, base, measured[0])
        after[window.name] = bill_of_window(window.after, *clock, edited, measured[1])
    found, bill = things(base, edited), bill_difference(before, after)
    return FeedDifference(found, bill, lines_of(found, bill, week_of))

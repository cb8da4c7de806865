"""Which trips of two states of a feed differ, and in what: stops, times, days, headways."""

from __future__ import annotations

from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.calendar import WEEKDAY_COLUMNS
from gtfs.draft_times import TripVisits, filled, visits_of

Bools = npt.NDArray[np.bool_]


class TripDifferences(NamedTuple):
    """Trips that one state lacks, and those of both that differ."""

    added: list[str]  # in the order of trips.txt
    removed: list[str]
    stops: set[str]  # of both: other stops, or in another order
    times: set[str]  # same stops at other times
    latest_s: dict[str, int]  # of ``times``: the greatest shift of a time, negative where earlier
    days: set[str]  # another service, or the same one on other days
    headways: set[str]  # other rows in frequencies.txt
    routes: set[str]  # another route

    @property
    def changed(self) -> set[str]:
        """Trips of both that differ in anything."""
        return self.stops | self.times | self.days | self.headways | self.routes

    @property
    def all(self) -> set[str]:
        """Trips of either that the other lacks or has otherwise."""
        return self.changed | set(self.added) | set(self.removed)


def trip_differences(base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> TripDifferences:
    """Compare the trips of two states of a feed by ``trip_id``; both are left unchanged."""
    before, after = base.trips["trip_id"].tolist(), edited.trips["trip_id"].tolist()
    known, still = set(before), set(after)
    both = [trip for trip in before if trip in still]
    stops, latest_s = _visits_differ(both, _visits(base, both), _visits(edited, both))
    return TripDifferences(
        added=[trip for trip in after if trip not in known],
        removed=[trip for trip in before if trip not in still],
        stops=stops,
        times=set(latest_s),
        latest_s=latest_s,
        days=_days_differ(both, base, edited),
        headways=_headways_differ(both, base, edited),
        routes=_column_differs(both, base.trips, edited.trips, "route_id"),
    )


def _visits(feed: gtfs_kit.Feed, trips: list[str]) -> TripVisits:
    """Visits with blank times filled as in a timetable: a blank that gets its time is no difference."""
    return filled(visits_of(feed.stop_times, trips), feed.stop_times, feed.stops)


def _visits_differ(both: list[str], one: TripVisits, other: TripVisits) -> tuple[set[str], dict[str, int]]:
    """Trips with other stops; and the greatest shift of those with the same stops at other times."""
    counts = np.diff(one.trip_start), np.diff(other.trip_start)
    aligned = counts[0] == counts[1]
    rows, others = (visits.trip_start[:-1][aligned] for visits in (one, other))
    count = counts[0][aligned]
    trip = np.repeat(np.flatnonzero(aligned), count)
    step = np.arange(len(trip)) - np.repeat(np.cumsum(count) - count, count)
    at, there = np.repeat(rows, count) + step, np.repeat(others, count) + step
    other_stops = ~aligned
    other_stops[trip[one.stop_id[at] != other.stop_id[there]]] = True
    shift_s = np.zeros(len(trip), dtype=np.int64)
    for column in ("arrival_s", "departure_s"):
        change_s = getattr(other, column)[there].astype(np.int64) - getattr(one, column)[at]
        shift_s = np.where(np.abs(change_s) > np.abs(shift_s), change_s, shift_s)
    latest_s: dict[str, int] = {}
    for visit in np.flatnonzero((shift_s != 0) & ~other_stops[trip]):
        name, found_s = both[trip[visit]], int(shift_s[visit])
        if abs(found_s) > abs(latest_s.get(name, 0)):
            latest_s[name] = found_s
    return {both[number] for number in np.flatnonzero(other_stops)}, latest_s


def _column_differs(both: list[str], one: pd.DataFrame, other: pd.DataFrame, column: str) -> set[str]:
    before, after = one.set_index("trip_id")[column], other.set_index("trip_id")[column]
    different = before.reindex(both).to_numpy(dtype=object) != after.reindex(both).to_numpy(dtype=object)
    return {both[number] for number in np.flatnonzero(different)}


def _days_differ(both: list[str], base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> set[str]:
    found = _column_differs(both, base.trips, edited.trips, "service_id")
    before, after = _calendars(base), _calendars(edited)
    other_days = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if other_days:
        services = base.trips.set_index("trip_id")["service_id"]
        found |= {trip for trip in both if services[trip] in other_days}
    return found


def _calendars(feed: gtfs_kit.Feed) -> dict[str, set[tuple[str, ...]]]:
    """Rows of both calendar tables by service."""
    found: dict[str, set[tuple[str, ...]]] = {}
    tables = (
        (feed.calendar, ["service_id", *WEEKDAY_COLUMNS, "start_date", "end_date"]),
        (feed.calendar_dates, ["service_id", "date", "exception_type"]),
    )
    for table, columns in tables:
        if table is not None:
            for row in table[columns].astype("string").itertuples(index=False):
                found.setdefault(str(row[0]), set()).add(tuple(map(str, row)))
    return found


def _headways_differ(both: list[str], base: gtfs_kit.Feed, edited: gtfs_kit.Feed) -> set[str]:
    before, after = _frequencies(base), _frequencies(edited)
    different = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return different & set(both)


def _frequencies(feed: gtfs_kit.Feed) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    table = feed.frequencies
    if table is None:
        return found
    exact = table["exact_times"] if "exact_times" in table.columns else pd.Series(0, index=table.index)
    rows = table[["trip_id", "start_time", "end_time", "headway_secs"]].assign(exact=exact.fillna(0))
    for row in rows.astype("string").itertuples(index=False):
        found.setdefault(str(row[0]), []).append(tuple(map(str, row[1:])))
    return {name: sorted(rows_of_trip) for name, rows_of_trip in found.items()}

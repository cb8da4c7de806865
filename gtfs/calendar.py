"""calendar.txt and calendar_dates.txt as arrays: which services run on a date, how many trips on each date.

Done on arrays, because the typical day needs the trips of every date of the calendar, often of several years.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.errors import FeedError
from gtfs.frequencies import DEFAULT_PHASE, trip_weights

if TYPE_CHECKING:
    import gtfs_kit

WEEKDAY_COLUMNS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ADDED, _REMOVED = 1, 2  # exception_type


class Calendar(NamedTuple):
    """Days are proleptic ordinals (``date.toordinal``). ``n`` regular services, ``m`` exceptions."""

    service: npt.NDArray[np.object_]  # (n,) service_id, no repeats
    runs: npt.NDArray[np.bool_]  # (n, 7) Monday first
    first_day: npt.NDArray[np.int64]  # (n,)
    last_day: npt.NDArray[np.int64]  # (n,) included
    exception_service: npt.NDArray[np.object_]  # (m,)
    exception_day: npt.NDArray[np.int64]  # (m,)
    added: npt.NDArray[np.bool_]  # (m,) added on that day, else removed


def read_calendar(feed: gtfs_kit.Feed, name: str = "feed") -> Calendar:
    """Parse both calendar tables; either may be missing.

    Raises
    ------
    FeedError
        A date is no YYYYMMDD, a weekday flag or an exception type is not one of the two allowed values, an id
        is missing, or a service has two rows in calendar.txt (which of them holds is not defined).
    """
    problems: list[str] = []
    regular = _table(feed.calendar, ("service_id", *WEEKDAY_COLUMNS, "start_date", "end_date"))
    exceptions = _table(feed.calendar_dates, ("service_id", "date", "exception_type"))
    flags = regular[list(WEEKDAY_COLUMNS)].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    kinds = exceptions["exception_type"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    calendar = Calendar(
        service=_ids(regular["service_id"]),
        runs=flags == 1,
        first_day=_days(regular["start_date"], "calendar.txt", problems),
        last_day=_days(regular["end_date"], "calendar.txt", problems),
        exception_service=_ids(exceptions["service_id"]),
        exception_day=_days(exceptions["date"], "calendar_dates.txt", problems),
        added=kinds == _ADDED,
    )
    wrong_flags = (~np.isin(flags, (0, 1))).any(axis=1)
    wrong_kinds = ~np.isin(kinds, (_ADDED, _REMOVED))
    _note(problems, wrong_flags, calendar.service, "calendar.txt", "a weekday is neither 0 nor 1")
    _note(
        problems,
        wrong_kinds,
        calendar.exception_service,
        "calendar_dates.txt",
        "exception_type is not 1 or 2",
    )
    twice = regular["service_id"].duplicated().to_numpy()
    _note(problems, twice, calendar.service, "calendar.txt", "the service has two rows; keep one")
    if regular["service_id"].isna().any() or exceptions["service_id"].isna().any():
        problems.append("a row of calendar.txt or calendar_dates.txt has no service_id")
    if problems:
        raise FeedError(f"{name}: the calendar cannot be read", problems)
    return calendar


def _table(table: pd.DataFrame | None, columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in columns}, dtype="string") if table is None else table


def _ids(column: pd.Series[Any]) -> npt.NDArray[np.object_]:
    ids = np.empty(len(column), dtype=object)
    ids[:] = column.to_list()
    return ids


def _days(texts: pd.Series[Any], file: str, problems: list[str]) -> npt.NDArray[np.int64]:
    codes, values = pd.factorize(texts)
    days = []
    for value in map(str, values):
        try:
            if len(value) != 8 or not value.isdigit():
                raise ValueError
            days.append(date.fromisoformat(value).toordinal())
        except ValueError:
            days.append(0)
            problems.append(f"{file}: {texts.name} {value!r} is no date; write it as YYYYMMDD")
    if (codes < 0).any():
        problems.append(f"{file}: {int((codes < 0).sum())} rows have no {texts.name}")
    return np.array([*days, 0], dtype=np.int64)[codes]


def _note(
    problems: list[str],
    wrong: npt.NDArray[np.bool_] | np.bool_,
    ids: npt.NDArray[np.object_],
    file: str,
    what: str,
) -> None:
    if wrong.any():
        problems.append(
            f"{file}: service {ids[np.argmax(wrong)]!r}: {what} ({np.count_nonzero(wrong)} such rows)"
        )


def active_services(calendar: Calendar, service_date: date) -> frozenset[str]:
    """Ids of the services that run on a date: those of the regular week, plus added, less removed ones.

    If one date adds and removes the same service, which GTFS does not allow, it does not run.
    """
    day = service_date.toordinal()
    rows = (calendar.first_day <= day) & (day <= calendar.last_day) & calendar.runs[:, service_date.weekday()]
    on_day = calendar.exception_day == day
    running = set(calendar.service[rows]) | set(calendar.exception_service[on_day & calendar.added])
    return frozenset(running - set(calendar.exception_service[on_day & ~calendar.added]))


class TripsByDate(NamedTuple):
    """Number of trips on each date from the first to the last date the calendar names."""

    first_day: int  # ordinal of the first entry
    trips: npt.NDArray[np.int64]  # (n_days,)


def trips_by_date(
    feed: gtfs_kit.Feed, name: str = "feed", phase: float = DEFAULT_PHASE, calendar: Calendar | None = None
) -> TripsByDate:
    """Trips that run on every date of the calendar; a headway-based trip counts as its departures."""
    calendar = calendar or read_calendar(feed, name)
    weight = pd.Series(trip_weights(feed, name, phase)).groupby(feed.trips["service_id"].to_numpy()).sum()
    trips = weight.reindex(calendar.service, fill_value=0).to_numpy(dtype=np.int64)
    valid = calendar.first_day <= calendar.last_day
    named = np.concatenate([calendar.first_day[valid], calendar.last_day[valid], calendar.exception_day])
    if not len(named):
        return TripsByDate(1, np.zeros(0, dtype=np.int64))
    first, n_days = int(named.min()), int(named.max() - named.min()) + 1
    weekdays = (np.arange(n_days) + first - 1) % 7  # ordinal 1 was a Monday
    counts = np.zeros(n_days, dtype=np.int64)
    for weekday in range(7):
        rows = valid & calendar.runs[:, weekday]
        steps = np.zeros(n_days + 1, dtype=np.int64)
        np.add.at(steps, calendar.first_day[rows] - first, trips[rows])
        np.add.at(steps, calendar.last_day[rows] + 1 - first, -trips[rows])
        counts += np.where(weekdays == weekday, np.cumsum(steps[:-1]), 0)
    return TripsByDate(first, counts + _exceptions(calendar, weight, first, n_days))


def _exceptions(calendar: Calendar, weight: pd.Series[int], first: int, n_days: int) -> npt.NDArray[np.int64]:
    """Trips gained or lost on each day by exceptions that really change whether a service runs."""
    exceptions = pd.DataFrame(
        {"service": calendar.exception_service, "day": calendar.exception_day, "added": calendar.added}
    )
    # One verdict for each service and day: removed wins, as in active_services.
    verdict = exceptions.groupby(["service", "day"], sort=False)["added"].all().reset_index()
    row = pd.Index(calendar.service).get_indexer(pd.Index(verdict["service"]))
    day = verdict["day"].to_numpy(dtype=np.int64)
    regular = np.zeros(len(row), dtype=bool)
    known = row >= 0
    at = row[known]
    within = (calendar.first_day[at] <= day[known]) & (day[known] <= calendar.last_day[at])
    regular[known] = within & calendar.runs[at, (day[known] - 1) % 7]
    change = verdict["added"].to_numpy(dtype=np.int64) - regular
    trips = weight.reindex(verdict["service"], fill_value=0).to_numpy(dtype=np.int64)
    counts = np.zeros(n_days, dtype=np.int64)
    np.add.at(counts, day - first, change * trips)
    return counts

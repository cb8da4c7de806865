"""stop_times.txt of the trips that matter, as checked arrays with every time filled in.

What stops a run, because guessing would change travel times unseen: an unknown stop, a stop_sequence that a
trip has twice, a time that is no time or goes backwards, a trip whose first or last visit has no time. Only
trips of the days asked for are looked at, so a slip in another day's trip does no harm here
(``gtfs.validation`` reports it all the same).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.errors import FeedError, FeedQualityWarning
from gtfs.stop_times import BLANK_S, MALFORMED_S, fill_blank_times, format_time, parse_times

_NOT_AVAILABLE, _BY_PHONE, _WITH_DRIVER = 1, 2, 3  # pickup_type, drop_off_type
_ON_DEMAND_COLUMNS = ("location_group_id", "location_id", "start_pickup_drop_off_window")
_SHOWN_PER_KIND = 5


class Visits(NamedTuple):
    """Visits of ``n`` trips, ordered by row of trips.txt and stop_sequence; times unshifted."""

    trip: npt.NDArray[np.int64]  # (n_trips,) row of trips.txt
    trip_start: npt.NDArray[np.int64]  # (n_trips + 1,)
    stop: npt.NDArray[np.int32]  # (n_visits,)
    arrival_s: npt.NDArray[np.int32]
    departure_s: npt.NDArray[np.int32]
    pickup: npt.NDArray[np.bool_]
    drop_off: npt.NDArray[np.bool_]
    n_filled: int
    n_short: int  # trips left out: fewer than two visits
    n_on_demand: int  # trips left out: a visit without a stop
    n_by_arrangement: int


class _Rows(NamedTuple):
    """Rows of stop_times.txt in travel order, before the checks."""

    table: pd.DataFrame
    trip: npt.NDArray[np.int64]  # row of trips.txt
    stop: npt.NDArray[np.int64]  # -1 unknown
    arrival_s: npt.NDArray[np.int32]
    departure_s: npt.NDArray[np.int32]


def read_visits(
    feed: gtfs_kit.Feed,
    wanted: npt.NDArray[np.bool_],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    *,
    name: str = "feed",
    by_arrangement: bool = True,
) -> Visits:
    """Visits of the wanted trips.

    Parameters
    ----------
    feed : left unchanged.
    wanted : (rows of trips.txt,) trips to read.
    lon, lat : (rows of stops.txt,) degrees; NaN if unknown.
    name : the feed's name in messages.
    by_arrangement : whether pickup and drop-off types 2 (phone the agency) and 3 (ask the driver) count as
        allowed: the vehicle passes at the stated time, and whoever arranges it can use it. Type 1 never does.

    Raises
    ------
    FeedError
        Lists all that is wrong with the wanted trips (see the module's first lines).
    """
    rows = _rows_of(feed, wanted, name)
    on_demand = _trips_on_demand(rows)
    keep = ~np.isin(rows.trip, on_demand)
    keep &= np.bincount(rows.trip, minlength=len(wanted))[rows.trip] >= 2
    rows = _Rows(
        rows.table[keep], rows.trip[keep], rows.stop[keep], rows.arrival_s[keep], rows.departure_s[keep]
    )
    trip, first = np.unique(rows.trip, return_index=True)
    trip_start = np.append(first, len(rows.trip)).astype(np.int64)
    problems = _problems(feed, rows, trip_start)
    shape_dist = _numbers(rows.table, "shape_dist_traveled", np.nan)
    if not problems:
        filled = fill_blank_times(
            trip_start, rows.arrival_s, rows.departure_s, lon[rows.stop], lat[rows.stop], shape_dist
        )
        problems = _listed(
            feed,
            rows,
            filled.unplaced,
            lambda _: "no time, and a stop nearby has no coordinates to fill it by",
        )
    if problems:
        raise FeedError(f"{name}: stop_times.txt cannot be used as it is; correct the feed", problems)
    pickup, drop_off = _numbers(rows.table, "pickup_type", 0), _numbers(rows.table, "drop_off_type", 0)
    refused = (_NOT_AVAILABLE,) if by_arrangement else (_NOT_AVAILABLE, _BY_PHONE, _WITH_DRIVER)
    arranged = np.isin(pickup, (_BY_PHONE, _WITH_DRIVER)) | np.isin(drop_off, (_BY_PHONE, _WITH_DRIVER))
    return Visits(
        trip=trip.astype(np.int64),
        trip_start=trip_start,
        stop=rows.stop.astype(np.int32),
        arrival_s=filled.arrival_s,
        departure_s=filled.departure_s,
        pickup=~np.isin(pickup, refused),
        drop_off=~np.isin(drop_off, refused),
        n_filled=int(filled.filled.sum()),
        n_short=int(wanted.sum()) - len(trip) - len(on_demand),
        n_on_demand=len(on_demand),
        n_by_arrangement=int(arranged.sum()),
    )


def _rows_of(feed: gtfs_kit.Feed, wanted: npt.NDArray[np.bool_], name: str) -> _Rows:
    table = feed.stop_times
    trip = lookup(feed.trips["trip_id"], table["trip_id"])
    lost = int((trip < 0).sum())
    if lost:
        example = table["trip_id"].iloc[int(np.argmax(trip < 0))]
        warnings.warn(
            f"{name}: {lost:,} rows of stop_times.txt name a trip that trips.txt lacks (as {example!r}); "
            "they are left out, so their vehicles are missing from the timetable",
            FeedQualityWarning,
            stacklevel=4,
        )
    sequence = table["stop_sequence"].to_numpy(dtype=np.int64, na_value=-1)
    chosen = np.flatnonzero((trip >= 0) & wanted[trip])
    key = (trip[chosen] << 32) + sequence[chosen]
    if (np.diff(key) < 0).any():
        chosen = chosen[np.argsort(key, kind="stable")]
    table = table.iloc[chosen]
    return _Rows(
        table,
        trip[chosen],
        lookup(feed.stops["stop_id"], table["stop_id"]),
        parse_times(table["arrival_time"]),
        parse_times(table["departure_time"]),
    )


def lookup(known: pd.Series[str], names: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Row of each name in ``known`` (no repeats); -1 where it is missing or unknown."""
    codes, values = pd.factorize(names)
    rows = pd.Index(known).get_indexer(pd.Index(values))
    return np.append(rows, -1).astype(np.int64)[codes]


def _trips_on_demand(rows: _Rows) -> npt.NDArray[np.int64]:
    """Trips with a GTFS-Flex visit: a place or a time window instead of a stop. They have no timetable."""
    flexible = np.zeros(len(rows.trip), dtype=bool)
    for column in _ON_DEMAND_COLUMNS:
        if column in rows.table.columns:
            flexible |= rows.table[column].notna().to_numpy()
    return np.unique(rows.trip[flexible])


def _problems(feed: gtfs_kit.Feed, rows: _Rows, trip_start: npt.NDArray[np.int64]) -> list[str]:
    """All that stops a run, in words."""
    arrival_s, departure_s = rows.arrival_s, rows.departure_s
    unnumbered = rows.table["stop_sequence"].isna().to_numpy()
    malformed = (arrival_s == MALFORMED_S) | (departure_s == MALFORMED_S)
    ends = np.zeros(len(arrival_s), dtype=bool)
    ends[trip_start[:-1]] = ends[trip_start[1:] - 1] = True
    untimed = ends & (arrival_s == BLANK_S) & (departure_s == BLANK_S)
    arrival_s = np.where(arrival_s == BLANK_S, departure_s, arrival_s)
    departure_s = np.where(departure_s == BLANK_S, arrival_s, departure_s)
    timed = np.flatnonzero((arrival_s >= 0) & (departure_s >= 0))
    dwells_backwards = (arrival_s > departure_s) & ~malformed
    backwards = np.zeros(len(arrival_s), dtype=bool)
    before = np.zeros(len(arrival_s), dtype=np.int64)
    before[timed[1:]] = timed[:-1]
    same_trip = rows.trip[timed[1:]] == rows.trip[timed[:-1]]
    sequence = rows.table["stop_sequence"].to_numpy(dtype=np.int64, na_value=-1)
    repeated = np.zeros(len(sequence), dtype=bool)
    repeated[1:] = (rows.trip[1:] == rows.trip[:-1]) & (sequence[1:] == sequence[:-1]) & (sequence[1:] >= 0)
    backwards[timed[1:]] = same_trip & (departure_s[timed[:-1]] > arrival_s[timed[1:]])

    def arrives_too_early(at: int) -> str:
        previous = rows.table.iloc[before[at]]
        return (
            f"arrives at {format_time(arrival_s[at])}, before it leaves "
            f"stop_sequence {previous['stop_sequence']} (stop {previous['stop_id']!r}) at "
            f"{format_time(departure_s[before[at]])}"
        )

    return [
        *_listed(feed, rows, rows.stop < 0, lambda _: "stops.txt has no such stop"),
        *_listed(feed, rows, unnumbered, lambda _: "stop_sequence is missing"),
        *_listed(feed, rows, repeated, lambda _: "the trip has this stop_sequence twice; which comes first?"),
        *_listed(feed, rows, malformed, lambda at: f"{_times(rows, at)} is no time; write HH:MM:SS"),
        *_listed(feed, rows, untimed, lambda _: "the first and the last visit of a trip need a time"),
        *_listed(feed, rows, dwells_backwards, lambda at: f"{_times(rows, at)}: leaves before it arrives"),
        *_listed(feed, rows, backwards, arrives_too_early),
    ]


def _times(rows: _Rows, at: int) -> str:
    row = rows.table.iloc[at]
    return f"arrival_time {row['arrival_time']}, departure_time {row['departure_time']}"


def _listed(
    feed: gtfs_kit.Feed, rows: _Rows, wrong: npt.NDArray[np.bool_], what: Callable[[int], str]
) -> list[str]:
    """One line for each wrong visit, at most a few of a kind."""
    positions = np.flatnonzero(wrong)
    lines = []
    for at in positions[:_SHOWN_PER_KIND]:
        row, trip_id = rows.table.iloc[at], feed.trips["trip_id"].iloc[rows.trip[at]]
        place = f"trip {trip_id!r}, stop_sequence {row['stop_sequence']} (stop {row['stop_id']!r})"
        lines.append(f"{place}: {what(int(at))}")
    if len(positions) > _SHOWN_PER_KIND:
        lines[-1] += f" (and {len(positions) - _SHOWN_PER_KIND} more visits like this)"
    return lines


def _numbers(table: pd.DataFrame, column: str, missing: float) -> npt.NDArray[np.float64]:
    """An optional number column; ``missing`` where it is not given."""
    if column not in table.columns:
        return np.full(len(table), missing)
    return table[column].to_numpy(dtype=np.float64, na_value=missing)

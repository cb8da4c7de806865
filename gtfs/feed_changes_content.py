"""What a version of a feed is made of, whatever the ids: its stops, routes and patterns."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.feed import read_feed
from gtfs.feed_facts import FeedFacts, facts_of, served_stops
from gtfs.feed_facts_week import ReferenceWeek, reference_week
from gtfs.frequencies import read_frequencies
from gtfs.schedule import route_names
from gtfs.visits import lookup

Floats = npt.NDArray[np.float64]


class StopsOf(NamedTuple):
    """Stops that are served, in the order of stops.txt. All entries have ``n`` items."""

    ids: list[str]
    names: list[str]  # empty where the feed gives none
    lon: Floats  # degrees; NaN if unknown
    lat: Floats


class RouteOf(NamedTuple):
    """One row of routes.txt with trips."""

    id: str
    agency: str  # its name; empty where the feed names none
    name: str  # short name, else long name; empty where the feed gives neither
    trips_week: float  # in the reference week; 0 where it runs in other weeks only
    vehicle_hours_week: float
    first_s: int  # earliest departure from a first stop after 00:00 of the service day, of any day
    last_s: int  # latest one; of headways the end of the last period
    patterns: dict[tuple[int, ...], float]  # numbers of ``StopsOf`` in order -> trips in the week


class FeedContent(NamedTuple):
    """One version of a feed."""

    facts: FeedFacts
    stops: StopsOf
    routes: list[RouteOf]


def feed_content(path: Path, name: str | None = None) -> FeedContent:
    """Read a version of a feed, a zip or a folder.

    Raises
    ------
    FeedError
        As ``gtfs.feed_facts.feed_facts``.
    """
    label = name or Path(path).name
    feed = read_feed(Path(path), label)
    return content_of(feed, label)


def content_of(feed: gtfs_kit.Feed, name: str = "feed") -> FeedContent:
    """Take apart a feed that is read; left unchanged."""
    week = reference_week(feed, name)
    served = served_stops(feed, week.ever)
    return FeedContent(facts_of(feed, week), _stops(feed, served), _routes(feed, week, served, name))


def _stops(feed: gtfs_kit.Feed, served: npt.NDArray[np.bool_]) -> StopsOf:
    rows = feed.stops[served]
    names = rows["stop_name"].fillna("") if "stop_name" in rows.columns else pd.Series("", index=rows.index)
    lon, lat = (
        rows[column].to_numpy(dtype=np.float64, na_value=np.nan) for column in ("stop_lon", "stop_lat")
    )
    placed = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    return StopsOf(
        rows["stop_id"].to_list(),
        [" ".join(str(text).split()) for text in names],
        np.where(placed, lon, np.nan),
        np.where(placed, lat, np.nan),
    )


def _routes(
    feed: gtfs_kit.Feed, week: ReferenceWeek, served: npt.NDArray[np.bool_], name: str
) -> list[RouteOf]:
    route = lookup(feed.routes["route_id"], feed.trips["route_id"])
    first_s, last_s = _departures(feed, week, name)
    patterns = _patterns(feed, week, served, route)
    agencies, names = _agencies(feed), _names(feed.routes)
    hours = week.vehicle_hours
    found = []
    for number in np.unique(route[week.ever]):
        mine = (route == number) & week.ever
        found.append(
            RouteOf(
                str(feed.routes["route_id"].iloc[number]),
                agencies[number],
                names[number],
                float(week.runs[mine].sum()),
                round(float(hours[mine].sum()), 6),
                int(first_s[mine].min()),
                int(last_s[mine].max()),
                patterns.get(int(number), {}),
            )
        )
    return found


def _departures(
    feed: gtfs_kit.Feed, week: ReferenceWeek, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last departure of each row of trips.txt; of headways the ends of their periods."""
    first_s, last_s = week.leaves_s.copy(), week.leaves_s.copy()
    frequencies = read_frequencies(feed, name)
    first_s[frequencies.trip] = np.iinfo(np.int64).max
    last_s[frequencies.trip] = 0
    np.minimum.at(first_s, frequencies.trip, frequencies.start_s)
    np.maximum.at(last_s, frequencies.trip, frequencies.end_s)
    return first_s, last_s


def _patterns(
    feed: gtfs_kit.Feed,
    week: ReferenceWeek,
    served: npt.NDArray[np.bool_],
    route: npt.NDArray[np.int64],
) -> dict[int, dict[tuple[int, ...], float]]:
    """Patterns by row of routes.txt; visits of stops that are not served are passed over."""
    table = feed.stop_times
    trip, stop = (
        lookup(feed.trips["trip_id"], table["trip_id"]),
        lookup(feed.stops["stop_id"], table["stop_id"]),
    )
    sequence = table["stop_sequence"].to_numpy(dtype=np.int64, na_value=-1)
    rows = np.flatnonzero((trip >= 0) & (stop >= 0) & np.append(week.ever, False)[trip])
    rows = rows[np.append(served, False)[stop[rows]]]
    rows = rows[np.lexsort((sequence[rows], trip[rows]))]
    number_of = np.cumsum(served) - 1
    stops = number_of[stop[rows]]
    trips, start = np.unique(trip[rows], return_index=True)
    grouped: dict[tuple[int, bytes], float] = {}
    for row, first, end in zip(trips, start, np.append(start, len(rows))[1:], strict=False):
        key = int(route[row]), stops[first:end].tobytes()
        grouped[key] = grouped.get(key, 0.0) + float(week.runs[row])
    found: dict[int, dict[tuple[int, ...], float]] = {}
    for (number, text), runs in grouped.items():
        found.setdefault(number, {})[tuple(np.frombuffer(text, dtype=stops.dtype).tolist())] = runs
    return found


def _agencies(feed: gtfs_kit.Feed) -> list[str]:
    """Name of the agency of each row of routes.txt."""
    agency = getattr(feed, "agency", None)
    if agency is None or "agency_name" not in agency.columns:
        return [""] * len(feed.routes)
    names = [str(name) for name in agency["agency_name"].fillna("")]
    if len(names) == 1 or not {"agency_id"} <= {*agency.columns} & {*feed.routes.columns}:
        return [names[0] if len(names) == 1 else ""] * len(feed.routes)
    at = lookup(agency["agency_id"], feed.routes["agency_id"])
    return [names[number] if number >= 0 else "" for number in at]


def _names(routes: pd.DataFrame) -> list[str]:
    """Short or long name of each row of routes.txt; empty where it has neither."""
    given = np.zeros(len(routes), dtype=bool)
    for column in ("route_short_name", "route_long_name"):
        if column in routes.columns:
            given |= routes[column].notna().to_numpy(dtype=bool)
    return [name if has else "" for name, has in zip(route_names(routes), given, strict=True)]

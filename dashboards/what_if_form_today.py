"""What runs today: lines, their directions, headways and stops, read from the timetables of a run.

The forms choose from it and show it. Timetables are inputs of the run, not part of its folder: they may have
gone or changed since, and then the page says so and offers what needs no timetable.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from access.datasets import sha256_of
from dashboards.run_data import RunData
from gtfs.calendar import active_services, read_calendar
from gtfs.draft import Draft
from gtfs.draft_headways import departures_of
from gtfs.edit_directions import towards
from gtfs.edit_sources import directions_of
from gtfs.errors import FeedError
from gtfs.feed import read_feed
from gtfs.match import names_of, route_names

#: Timetables of so many runs are kept.
MOST_KEPT = 4
_KEPT: OrderedDict[tuple[str, str], Today] = OrderedDict()
_LOCK = threading.Lock()


class TimetablesGone(Exception):  # noqa: N818 - what happened, not a fault
    """The timetables of a run are not where they were, or not what they were.

    Attributes
    ----------
    feeds : list of str
        Names of the feeds concerned.
    """

    def __init__(self, feeds: Sequence[str]) -> None:
        super().__init__(", ".join(feeds))
        self.feeds = list(feeds)


class Way(NamedTuple):
    """One direction of a line on the service day.

    ``direction`` is the feed's number of it, "0" or "1"; ``stops`` are those of its most used pattern, in
    order; ``departures_s`` the departures from the first stop, in seconds after midnight, sorted.
    """

    direction: str
    towards: str
    stops: tuple[str, ...]
    all_stops: frozenset[str]
    departures_s: tuple[int, ...]


class Line(NamedTuple):
    """A line of a feed: ``key`` is what the browser knows it by."""

    key: str
    feed: str
    id: str
    short: str
    name: str
    ways: tuple[Way, ...]

    def serves(self, stop: str) -> bool:
        """Whether any vehicle of the line stops there."""
        return any(stop in way.all_stops for way in self.ways)


class Stop(NamedTuple):
    """A stop of a feed that vehicles serve."""

    key: str
    feed: str
    id: str
    name: str
    lon: float
    lat: float
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Today:
    """Lines and stops of all feeds of a run, by their keys; ``day`` is the service day of the headways."""

    day: date | None = None
    lines: Mapping[str, Line] = field(default_factory=dict)
    stops: Mapping[str, Stop] = field(default_factory=dict)

    def line(self, feed: str | None, identifier: str) -> Line | None:
        """Return a line by its id; where no feed is named, that of the only feed which knows the id."""
        return _by_id(self.lines, feed, identifier)

    def stop(self, feed: str | None, identifier: str) -> Stop | None:
        """Return a stop by its id; where no feed is named, that of the only feed which knows the id."""
        return _by_id(self.stops, feed, identifier)


def key_of(feed: str, identifier: str) -> str:
    """Return what the browser calls a line or stop: no two feeds share a key."""
    return f"{feed}|{identifier}"


def _by_id(known: Mapping[str, Any], feed: str | None, identifier: str) -> Any:
    if feed is not None:
        return known.get(key_of(feed, identifier))
    feeds = {each.feed for each in known.values()}
    found = [known[key] for name in feeds if (key := key_of(name, identifier)) in known]
    return found[0] if len(found) == 1 else None


def today_of(data: RunData) -> Today:
    """Return lines and stops of a run, read once and kept.

    Raises
    ------
    TimetablesGone
        If a feed is not there any more, has changed, or cannot be read.
    """
    kept = str(data.folder), str(data.manifest.get("created"))
    with _LOCK:
        if kept not in _KEPT:
            _KEPT[kept] = _read(data.manifest)
            while len(_KEPT) > MOST_KEPT:
                _KEPT.popitem(last=False)
        _KEPT.move_to_end(kept)
        return _KEPT[kept]


def _read(manifest: Mapping[str, Any]) -> Today:
    schedule = (manifest.get("config") or {}).get("schedule") or {}
    hashes = {
        key: entry["sha256"] for entry in manifest.get("inputs") or () for key in entry.get("keys") or ()
    }
    folder, feeds, gone = Path(str(manifest.get("data_folder"))), {}, []
    for number, each in enumerate(schedule.get("feeds") or ()):
        file = folder / each["file"]
        try:
            if sha256_of(file) != hashes.get(f"schedule.feeds.{number}.file"):
                gone.append(str(each["name"]))
            else:
                feeds[str(each["name"])] = read_feed(file, each["name"])
        except (OSError, FeedError):
            gone.append(str(each["name"]))
    if gone or not feeds:
        raise TimetablesGone(gone)
    return today_of_feeds(feeds, _day(manifest))


def _day(manifest: Mapping[str, Any]) -> date:
    """Service day of the headline's period, else of the first that has data."""
    headline = (manifest.get("headline") or {}).get("period")
    periods = [each for each in manifest.get("periods") or () if each.get("service_date")]
    chosen = [each for each in periods if each["name"] == headline] or periods
    return date.fromisoformat(str(chosen[0]["service_date"]))


def today_of_feeds(feeds: Mapping[str, Any], day: date) -> Today:
    """Return lines and stops of feeds on a service day.

    Parameters
    ----------
    feeds : mapping of str to gtfs_kit.Feed
        By name.
    day : date
        Service day that departures are of; lines that do not run that day have none.
    """
    lines: dict[str, Line] = {}
    stops: dict[str, Stop] = {}
    for name, feed in feeds.items():
        draft = Draft(feed, name)
        mine = {line.key: line for line in _lines(draft, day)}
        lines |= dict(sorted(mine.items(), key=lambda item: _natural(item[1].name or item[1].id)))
        stops |= {stop.key: stop for stop in _stops(draft, mine.values())}
    return Today(day, lines, stops)


def _lines(draft: Draft, day: date) -> list[Line]:
    services = active_services(read_calendar(draft.base, draft.name), day)
    running = set(draft.trips.loc[draft.trips["service_id"].isin(services), "trip_id"])
    leaves_s = departures_of(draft, draft.trips.loc[draft.trips["trip_id"].isin(running), "trip_id"].tolist())
    names = route_names(draft.routes)
    short = names_of(draft.routes, "route_id", ("route_short_name", "route_long_name"))
    trips_of = draft.trips.groupby("route_id")["trip_id"].agg(list).to_dict()
    found = []
    for route in draft.routes["route_id"].astype(str):
        ways = []
        for direction, patterns in directions_of(draft, draft.patterns(trips_of.get(route, []))).items():
            departures_s = sorted(
                int(second) for each in patterns for trip in each.trips for second in leaves_s.get(trip, ())
            )
            every = frozenset(stop for each in patterns for stop in each.stops)
            main = patterns[0]
            ways.append(Way(direction, towards(draft, main), main.stops, every, tuple(departures_s)))
        name = names.get(route) or route
        key = key_of(draft.name, route)
        found.append(Line(key, draft.name, route, short.get(route) or route, name, tuple(ways)))
    return found


def _stops(draft: Draft, lines: Any) -> list[Stop]:
    served: dict[str, list[str]] = {}
    for line in lines:
        for stop in sorted(set().union(*(way.all_stops for way in line.ways))):
            served.setdefault(stop, []).append(line.short)
    table = draft.stops[draft.stops["stop_id"].isin(list(served))]
    names = names_of(table, "stop_id", ("stop_name",))
    places = zip(table["stop_id"].astype(str), table["stop_lon"], table["stop_lat"], strict=True)
    return [
        Stop(key_of(draft.name, stop), draft.name, stop, names.get(stop) or stop, float(lon), float(lat),
             tuple(served[stop]))
        for stop, lon, lat in places
        if pd.notna(lon) and pd.notna(lat)
    ]  # fmt: skip


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Order "9" before "10", as people do."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts]


class Headway(NamedTuple):
    """Departures of one hour: how many, and the usual gap in minutes, NaN where there are fewer than two."""

    hour: int
    departures: int
    every_min: float


def headways_by_hour(departures_s: Sequence[int]) -> list[Headway]:
    """Return departures and the usual gap by hour of the service day; hours without any are left out.

    The gap is the median of those that end in the hour, the first departure of the day having none. Hours
    go on after midnight: 25 is one in the morning of the night after.
    """
    leaves = np.asarray(departures_s, dtype=np.int64)
    gaps = np.diff(leaves, prepend=leaves[:1]) / 60 if len(leaves) else np.empty(0)
    hours = leaves // 3600
    found = []
    for hour in np.unique(hours):
        here = np.flatnonzero(hours == hour)
        ending = gaps[here[here > 0]]
        every = float(np.median(ending)) if len(ending) else float("nan")
        found.append(Headway(int(hour), len(here), every))
    return found

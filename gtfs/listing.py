"""What a scenario can name: routes with their ids, and of one route its patterns and stops in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import gtfs_kit
import numpy as np

from gtfs.calendar import active_services, read_calendar
from gtfs.draft import Draft
from gtfs.draft_headways import departures_of
from gtfs.draft_patterns import Pattern
from gtfs.draft_select import unknown_anywhere
from gtfs.edit_directions import towards
from gtfs.edit_sources import directions_of
from gtfs.errors import ScenarioError
from gtfs.match import clock_text, counted, days_text, route_names
from gtfs.new_stops import stop_names


def route_lines(feeds: Mapping[str, gtfs_kit.Feed], day: date) -> Iterator[str]:
    """Say of every route its id, name and feed, and its trips and headway on a service day.

    Parameters
    ----------
    feeds : name -> feed.
    day : service day that trips and headways are of.

    Yields
    ------
    str
        A heading, a line a route in the order of the feeds, and what to do next.
    """
    rows = [("route", "name", "feed", "trips", "headway")]
    for name, feed in feeds.items():
        draft = Draft(feed, name)
        departures = _departures(draft, day)
        names = route_names(draft.routes)
        for route in draft.routes["route_id"].tolist():
            mine = departures.get(route, [])
            n = sum(map(len, mine))
            rows.append((f'"{route}"', names[route], name, f"{n:,}", _headway_words(mine)))
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    yield f"Trips and headways of {days_text([day.weekday()], 'en')} {day}:"
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        cells[3] = row[3].rjust(widths[3])
        yield "  ".join([*cells, row[4]]).rstrip()
    yield "Stops and patterns of one of them: add --route and its id"


def stop_lines(feeds: Mapping[str, gtfs_kit.Feed], day: date, route: str) -> Iterator[str]:
    """Say the patterns of a route by direction, each with its stops in order, ids and names.

    Parameters
    ----------
    feeds : name -> feed.
    day : service day that trips are of.
    route : id of the route; where no feed has it, a short name.

    Raises
    ------
    ScenarioError
        If no feed has the route; the nearest are named.
    """
    found = _feeds_with(feeds, route)
    for feed, identifier in found:
        yield from _stops_of(Draft(feeds[feed], feed), day, identifier)


def _feeds_with(feeds: Mapping[str, gtfs_kit.Feed], route: str) -> list[tuple[str, str]]:
    """Feeds and ids of a route by its id, else by its short name."""
    found = [(name, route) for name, feed in feeds.items() if (feed.routes["route_id"] == route).any()]
    if not found:
        for name, feed in feeds.items():
            if "route_short_name" in feed.routes.columns:
                called = (feed.routes["route_short_name"] == route).fillna(False)
                found += [(name, str(each)) for each in feed.routes.loc[called, "route_id"]]
    if not found:
        drafts = [Draft(feed, name) for name, feed in feeds.items()]
        raise ScenarioError(unknown_anywhere(drafts, "routes", route))
    return found


def _stops_of(draft: Draft, day: date, route: str) -> Iterator[str]:
    trips = draft.trips.loc[(draft.trips["route_id"] == route).fillna(False), "trip_id"].tolist()
    on_day = departures_of(draft, [trip for trip in trips if trip in _trips_on(draft, day)])
    yield f'route "{route}" ({route_names(draft.routes)[route]}), feed {draft.name}; trips of {day}'
    if not trips:
        yield "  no trips"
    for way, patterns in directions_of(draft, draft.patterns(trips)).items():
        n = sum(len(on_day.get(trip, ())) for pattern in patterns for trip in pattern.trips)
        yield f"direction {way}, towards {towards(draft, patterns[0])}: {counted('trips', n, 'en')}"
        for pattern in patterns:
            n = sum(len(on_day.get(trip, ())) for trip in pattern.trips)
            yield f'  pattern "{pattern.id}": {counted("trips", n, "en")}'
            yield from _numbered_stops(draft, pattern)


def _numbered_stops(draft: Draft, pattern: Pattern) -> Iterator[str]:
    width = max(len(stop) for stop in pattern.stops) + 2
    for number, (stop, name) in enumerate(
        zip(pattern.stops, stop_names(draft, pattern.stops), strict=True), start=1
    ):
        identifier = f'"{stop}"'
        yield f"  {number:>4}  {identifier:<{width}}  {name}".rstrip()


def _trips_on(draft: Draft, day: date) -> set[str]:
    services = active_services(read_calendar(draft.base, draft.name), day)
    return set(draft.trips.loc[draft.trips["service_id"].isin(services), "trip_id"])


def _departures(draft: Draft, day: date) -> dict[str, list[list[int]]]:
    """Route -> first-stop departures on a day, one sorted list a direction, in seconds."""
    running = _trips_on(draft, day)
    leaves_s = departures_of(draft, draft.trips.loc[draft.trips["trip_id"].isin(running), "trip_id"].tolist())
    found: dict[str, list[list[int]]] = {}
    of_route: dict[str, list[str]] = {}
    for trip, route in zip(draft.trips["trip_id"], draft.trips["route_id"], strict=True):
        if trip in leaves_s:
            of_route.setdefault(route, []).append(trip)
    for route, trips in of_route.items():
        ways = directions_of(draft, draft.patterns(trips)).values()
        found[route] = [
            sorted(second for pattern in patterns for trip in pattern.trips for second in leaves_s[trip])
            for patterns in ways
        ]
    return found


def _headway_words(ways: Sequence[Sequence[int]]) -> str:
    """Return "every 40 min, 05:06-20:46"; of uneven gaps the middle eight tenths: "every 8 to 20 min"."""
    every = sorted(second for way in ways for second in way)
    if not every:
        return "does not run that day"
    span = f"{clock_text(every[0] // 60 * 60)}-{clock_text(every[-1] // 60 * 60)}"
    gaps = np.concatenate([np.empty(0), *(np.diff(np.asarray(way, dtype=float)) for way in ways)])
    if not len(gaps):
        return f"once, {span}" if every[0] != every[-1] else f"once, {clock_text(every[0] // 60 * 60)}"
    low, high = (max(1, round(value / 60)) for value in np.percentile(gaps, [10, 90]))
    return f"every {low} min, {span}" if low == high else f"every {low} to {high} min, {span}"

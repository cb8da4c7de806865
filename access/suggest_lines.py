"""The routes of a service day as candidates need them: patterns, when they leave, how fast they go.

A *pattern* here is a route's trips with the same stops in the same order on one day. Only trips of the
service day itself count; those of frequencies.txt as the vehicles they become.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.draft_patterns import pattern_id
from gtfs.feed import SEPARATOR
from gtfs.stop_times import great_circle_m
from gtfs.timetable import Schedule

Floats = npt.NDArray[np.float64]
Seconds = npt.NDArray[np.int64]


class StopPlace(NamedTuple):
    """A stop in its own feed."""

    row: int  # position among the stops of the schedule
    stop_id: str
    name: str
    lon: float  # NaN = nowhere
    lat: float


@dataclass(frozen=True)
class PatternOfDay:
    """Trips of one route with the same stops, in order of departure.

    Attributes
    ----------
    route_id : str
        As in the feed.
    direction_id : int or None
        As the feed gives it.
    stops : tuple of StopPlace
    trip_ids : tuple of str
        As in the feed; a trip of frequencies.txt stands once for each vehicle.
    leaves_s, ends_s : arrays of int, shape (n_trips,)
        Seconds after midnight of the service day.
    hops_s : array of int, shape (n_stops - 1,)
        Departure to arrival between neighbours, of the trip in the middle of the order.
    """

    route_id: str
    direction_id: int | None
    stops: tuple[StopPlace, ...]
    trip_ids: tuple[str, ...]
    leaves_s: Seconds
    ends_s: Seconds
    hops_s: Seconds

    @property
    def direction(self) -> str:
        """What tells directions apart: ``direction_id``, else the first stop."""
        return f"from {self.stops[0].stop_id}" if self.direction_id is None else str(self.direction_id)

    @property
    def pattern_id(self) -> str:
        """Its name in modifications, of all days together."""
        return pattern_id(self.route_id, self.direction_id, [stop.stop_id for stop in self.stops])

    @property
    def takes_s(self) -> float:
        """Median from end to end."""
        return float(np.median(self.ends_s - self.leaves_s))

    @cached_property
    def lon_lat(self) -> tuple[Floats, Floats]:
        """Coordinates of the stops."""
        return np.array([s.lon for s in self.stops]), np.array([s.lat for s in self.stops])

    @property
    def speed_m_s(self) -> float:
        """Commercial speed along straight lines between stops; NaN where not known."""
        lon, lat = self.lon_lat
        hops_m = great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
        length_m = float(hops_m[~np.isnan(hops_m)].sum())
        return length_m / self.takes_s if self.takes_s > 0 and length_m > 0 else float("nan")

    def within(self, start_s: int, end_s: int) -> Seconds:
        """Return the departures in ``[start_s, end_s)``."""
        return self.leaves_s[(self.leaves_s >= start_s) & (self.leaves_s < end_s)]


@dataclass(frozen=True)
class RouteOfDay:
    """One route on one service day, at least one pattern."""

    feed: str
    route_id: str  # as in the feed
    name: str
    patterns: tuple[PatternOfDay, ...]  # most trips first

    @property
    def leaves_s(self) -> Seconds:
        """All departures from first stops, ascending."""
        return np.sort(np.concatenate([pattern.leaves_s for pattern in self.patterns]))

    def busiest(self, start_s: int, end_s: int) -> int:
        """Return the departures of the busier direction in ``[start_s, end_s)``."""
        counts: dict[str, int] = {}
        for pattern in self.patterns:
            counts[pattern.direction] = counts.get(pattern.direction, 0) + len(pattern.within(start_s, end_s))
        return max(counts.values())

    def headway_min(self, start_s: int, end_s: int) -> float:
        """Return the mean headway of the busier direction; inf where nothing leaves."""
        busiest = self.busiest(start_s, end_s)
        return (end_s - start_s) / 60 / busiest if busiest else float("inf")

    def usual_gap_min(self, start_s: int, end_s: int) -> float:
        """Return the median time to the next departure of the busier direction, as riders would say it."""
        by_direction: dict[str, list[Seconds]] = {}
        for pattern in self.patterns:
            by_direction.setdefault(pattern.direction, []).append(pattern.leaves_s)
        leaves_s = np.sort(np.concatenate(max(by_direction.values(), key=lambda all_s: sum(map(len, all_s)))))
        gaps_s = np.diff(leaves_s)[(leaves_s[:-1] >= start_s) & (leaves_s[:-1] < end_s)]
        return float(np.median(gaps_s)) / 60 if len(gaps_s) else self.headway_min(start_s, end_s)

    def opposite(self, pattern: PatternOfDay) -> PatternOfDay | None:
        """Return the pattern with most trips of another direction, None where there is none."""
        return next((each for each in self.patterns if each.direction != pattern.direction), None)


def routes_of_day(schedule: Schedule, feeds: Mapping[str, Any]) -> list[RouteOfDay]:
    """Return the routes with a trip on the day, in the order of the feeds.

    Parameters
    ----------
    schedule : Schedule
        Of the day, of one feed or of merged feeds.
    feeds : mapping of str to gtfs_kit.Feed
        The feeds it was built from, for the directions; unchanged.
    """
    names = list(feeds)
    directions = {name: _directions(feed) for name, feed in feeds.items()}
    timetable = schedule.timetable
    start = timetable.trip_start
    trips: dict[int, dict[tuple[bytes, int | None], list[int]]] = {}
    own = [_own_id(trip_id, names) for trip_id in schedule.trip_ids]
    for trip in np.flatnonzero(timetable.trip_day == 0).tolist():
        feed, trip_id = own[trip]
        stops = timetable.visit_stop[start[trip] : start[trip + 1]]
        key = stops.tobytes(), directions[feed].get(trip_id)
        trips.setdefault(int(timetable.trip_route[trip]), {}).setdefault(key, []).append(trip)
    places = _places(schedule, names)
    routes = []
    for route in sorted(trips):
        feed, route_id = _own_id(schedule.route_ids[route], names)
        patterns = [
            _pattern(schedule, members, direction, places, own, route_id)
            for (_, direction), members in trips[route].items()
        ]
        patterns.sort(key=lambda each: -len(each.trip_ids))  # stable: ties by first departure
        routes.append(RouteOfDay(feed, route_id, schedule.route_names[route], tuple(patterns)))
    return routes


def _pattern(
    schedule: Schedule,
    trips: Sequence[int],
    direction_id: int | None,
    places: Sequence[StopPlace],
    own: Sequence[tuple[str, str]],
    route_id: str,
) -> PatternOfDay:
    timetable = schedule.timetable
    start = timetable.trip_start
    first = start[:-1][list(trips)]
    last = start[1:][list(trips)] - 1
    middle = slice(int(first[len(first) // 2]), int(last[len(last) // 2]) + 1)
    leaves_s, arrives_s = timetable.departure_s[middle], timetable.arrival_s[middle]
    return PatternOfDay(
        route_id,
        direction_id,
        tuple(places[stop] for stop in timetable.visit_stop[middle]),
        tuple(own[trip][1] for trip in trips),
        timetable.departure_s[first].astype(np.int64),
        timetable.arrival_s[last].astype(np.int64),
        (arrives_s[1:] - leaves_s[:-1]).astype(np.int64),
    )


def _directions(feed: Any) -> dict[str, int]:
    """Direction of each trip, where the feed gives it."""
    if "direction_id" not in feed.trips.columns:
        return {}
    known = feed.trips[feed.trips["direction_id"].notna()]
    return dict(zip(known["trip_id"], known["direction_id"].astype(int), strict=True))


def _places(schedule: Schedule, feeds: Sequence[str]) -> list[StopPlace]:
    timetable = schedule.timetable
    return [
        StopPlace(row, _own_id(stop_id, feeds)[1], name, lon, lat)
        for row, (stop_id, name, lon, lat) in enumerate(
            zip(
                schedule.stop_ids,
                schedule.stop_names,
                timetable.stop_lon.tolist(),
                timetable.stop_lat.tolist(),
                strict=True,
            )
        )
    ]


def _own_id(name: str, feeds: Sequence[str]) -> tuple[str, str]:
    """Split an id of merged feeds into feed and id; of one feed it is the id itself."""
    if len(feeds) == 1:
        return feeds[0], name
    feed, _, own = name.partition(SEPARATOR)
    return feed, own

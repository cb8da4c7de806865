"""What runs on one route, and which of its trips new service copies.

S1. Directions are those of ``direction_id`` where all trips of the route have one, else they are told by the
    order of stops (``gtfs.supply_directions``).
S2. New service of a direction copies its most used pattern: the one with most vehicles on the days asked for
    (at all hours; on ties the pattern with more trips, then the first of the feed). Where the direction runs
    on none of these days, over all days.
S3. Of that pattern it copies, among the trips that run on most of the days asked for, the one that leaves
    nearest the middle of the period (the earlier on ties), so that running times fit the day and the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gtfs.draft import Draft
from gtfs.draft_headways import departures_of
from gtfs.draft_patterns import Pattern
from gtfs.modification_parts import DaysOfWeek
from gtfs.supply_directions import pattern_directions


@dataclass(frozen=True)
class RouteService:
    """Trips of one route as they are now."""

    directions: dict[str, list[Pattern]]  # name of the direction -> its patterns, most trips first
    departures_s: dict[str, list[int]]  # trip -> first-stop departures, several with frequencies.txt
    weekdays: dict[str, frozenset[int]]  # trip -> days of the week on which it runs
    services: list[str]  # of the trips, without repeats

    def days_of(self, change: DaysOfWeek) -> tuple[int, ...]:
        """Days that a modification of the route means: those it names, else those on which the route runs."""
        running = sorted(frozenset[int]().union(*self.weekdays.values()))
        return change.weekdays if change.names_days or not running else tuple(running)

    def trips(self, direction: str, weekdays: Sequence[int] = tuple(range(7))) -> list[str]:
        """Trips of a direction that leave on any of these days, pattern by pattern."""
        chosen = frozenset(weekdays)
        return [
            trip
            for pattern in self.directions[direction]
            for trip in pattern.trips
            if self.departures_s[trip] and self.weekdays[trip] & chosen
        ]

    def source(self, direction: str, weekdays: Sequence[int], middle_s: float) -> str | None:
        """Trip that new service copies (S2, S3); None where no trip of the direction has times."""
        on_days = self.trips(direction, weekdays)
        asked = frozenset(weekdays if on_days else range(7))
        usable = set(on_days or self.trips(direction))
        if not usable:
            return None
        members = [
            [trip for trip in pattern.trips if trip in usable] for pattern in self.directions[direction]
        ]
        n_days = {trip: len(self.weekdays[trip] & asked) for trip in usable}
        most_used = max(
            members, key=lambda trips: sum(len(self.departures_s[trip]) * n_days[trip] for trip in trips)
        )
        return min(most_used, key=lambda trip: (-n_days[trip], *_distance(self.departures_s[trip], middle_s)))


def _distance(departures_s: list[int], middle_s: float) -> tuple[float, int]:
    nearest_s = min(departures_s, key=lambda leaves_s: (abs(leaves_s - middle_s), leaves_s))
    return abs(nearest_s - middle_s), nearest_s


def service_of(draft: Draft, trips: list[str], patterns: list[Pattern]) -> RouteService:
    """What runs on a route, from a selection of all its trips."""
    chosen = draft.trips[draft.trips["trip_id"].isin(trips)]
    service = dict(zip(chosen["trip_id"].tolist(), chosen["service_id"].tolist(), strict=True))
    weekdays = {name: draft.services.weekdays_of(name) for name in dict.fromkeys(service.values())}
    return RouteService(
        directions=directions_of(draft, patterns),
        departures_s=departures_of(draft, trips),
        weekdays={trip: weekdays[service[trip]] for trip in trips},
        services=list(weekdays),
    )


def directions_of(draft: Draft, patterns: list[Pattern]) -> dict[str, list[Pattern]]:
    """Patterns of one route by direction (S1), "0" and "1"; most trips first."""
    served = [pattern for pattern in patterns if pattern.stops]
    if all(pattern.direction_id is not None for pattern in served):
        numbers = [int(pattern.direction_id or 0) for pattern in served]
    else:
        numbers = pattern_directions(_places(draft, served))
    found: dict[str, list[Pattern]] = {}
    for number, pattern in sorted(zip(numbers, served, strict=True), key=lambda pair: pair[0]):
        found.setdefault(str(number), []).append(pattern)
    return found


def _places(draft: Draft, patterns: list[Pattern]) -> list[tuple[int, ...]]:
    """Stops as numbers, those of one station as one."""
    stops = draft.stops
    station = dict(zip(stops["stop_id"].tolist(), stops["stop_id"].tolist(), strict=True))
    if "parent_station" in stops.columns:
        inside = stops[stops["parent_station"].notna()]
        station |= dict(zip(inside["stop_id"].tolist(), inside["parent_station"].tolist(), strict=True))
    numbers: dict[str, int] = {}
    return [
        tuple(numbers.setdefault(station.get(stop, stop), len(numbers)) for stop in pattern.stops)
        for pattern in patterns
    ]

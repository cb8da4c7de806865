"""What changed between two versions of a feed, told by what it offers and not by its ids.

Publishers renumber trips, services, stops and routes from version to version. So trips are never compared one
by one: a route is compared by its trips and vehicle-hours in the reference week of each version
(``gtfs.feed_facts_week``), its patterns (sequences of stops) and its first and last departure. Stops and
routes are told by name and place (``gtfs.feed_changes_stops``, ``gtfs.feed_changes_routes``). A feed with
other ids and nothing else has no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gtfs.feed_changes_content import FeedContent, RouteOf, feed_content
from gtfs.feed_changes_routes import Line, pair_routes
from gtfs.feed_changes_stops import StopPairs, pair_stops
from gtfs.feed_facts import FeedFacts

SAME_HOURS = 0.01
"""Vehicle-hours a week that may differ by rounding."""

RouteKind = Literal["added", "removed", "changed"]
StopKind = Literal["added", "removed", "moved", "renamed"]


@dataclass(frozen=True)
class RouteChange:
    """One line that differs; numbers are 0 and departures None on the side that lacks it."""

    kind: RouteKind
    name: str  # as it is now, or was last; the id where it has none
    name_before: str
    agency: str
    trips_week_before: float
    trips_week: float
    vehicle_hours_week_before: float
    vehicle_hours_week: float
    patterns_same: int
    patterns_added: int
    patterns_removed: int
    first_departure_before_s: int | None
    first_departure_s: int | None
    last_departure_before_s: int | None
    last_departure_s: int | None


@dataclass(frozen=True)
class StopChange:
    """One served stop that differs; a stop that moved and was renamed is ``moved``."""

    kind: StopKind
    stop_id: str  # as it is now, or was last
    name: str
    name_before: str
    lon: float | None
    lat: float | None
    moved_m: float | None  # metres; None where it was added, removed or has no coordinates


@dataclass(frozen=True)
class FeedChanges:
    """What differs; lines with the greatest change of trips first, stops in the order of the feed."""

    before: FeedFacts
    after: FeedFacts
    routes: tuple[RouteChange, ...]
    routes_same: int
    stops: tuple[StopChange, ...]
    stops_same: int

    @property
    def same_service(self) -> bool:
        """Whether all routes and stops are as before, so that at most the days of validity differ."""
        return not self.routes and not self.stops

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values; days as ISO 8601."""
        return {
            "before": plain_facts(self.before),
            "after": plain_facts(self.after),
            "routes": [asdict(route) for route in self.routes],
            "routes_same": self.routes_same,
            "stops": [asdict(stop) for stop in self.stops],
            "stops_same": self.stops_same,
        }


def plain_facts(facts: FeedFacts) -> dict[str, Any]:
    """Return facts as plain values; days as ISO 8601."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in facts._asdict().items()
    }


def changes_between(before: Path, after: Path, name: str | None = None) -> FeedChanges:
    """Read two versions of a feed and compare them.

    Raises
    ------
    FeedError
        If one of them cannot be read.
    """
    return feed_changes(feed_content(before, name), feed_content(after, name))


def feed_changes(before: FeedContent, after: FeedContent) -> FeedChanges:
    """Compare two versions of a feed; both are left unchanged."""
    pairs = pair_stops(before.stops, after.stops)
    lines = pair_routes(before.routes, _in_numbers_of(before, after, pairs))
    changes = [change for line in lines if (change := _route_change(line)) is not None]
    changes.sort(key=_importance)
    stops = _stop_changes(before, after, pairs)
    same = len(pairs.before) - sum(stop.kind in ("moved", "renamed") for stop in stops)
    return FeedChanges(
        before.facts, after.facts, tuple(changes), len(lines) - len(changes), tuple(stops), same
    )


def _in_numbers_of(before: FeedContent, after: FeedContent, pairs: StopPairs) -> list[RouteOf]:
    """Return the routes of ``after`` with stops numbered as in ``before``, new ones after all of those."""
    number = len(before.stops.ids) + np.arange(len(after.stops.ids))
    number[pairs.after] = pairs.before
    found = []
    for route in after.routes:
        patterns = {tuple(number[list(stops)].tolist()): runs for stops, runs in route.patterns.items()}
        found.append(route._replace(patterns=patterns))
    return found


def _route_change(line: Line) -> RouteChange | None:
    before, after = _sums(line.before), _sums(line.after)
    old, new = ({stops for route in side for stops in route.patterns} for side in line)
    kind: RouteKind = "changed" if line.before and line.after else "added" if line.after else "removed"
    renamed = kind == "changed" and after[0] != before[0] and line.before[0].name and line.after[0].name
    differs = (
        kind != "changed"
        or renamed
        or old != new
        or before[1] != after[1]
        or abs(before[2] - after[2]) > SAME_HOURS
        or before[3:] != after[3:]
    )
    if not differs:
        return None
    return RouteChange(
        kind=kind,
        name=after[0] or before[0],
        name_before=before[0] if renamed else after[0] or before[0],
        agency=(line.after or line.before)[0].agency,
        trips_week_before=before[1],
        trips_week=after[1],
        vehicle_hours_week_before=before[2],
        vehicle_hours_week=after[2],
        patterns_same=len(old & new),
        patterns_added=len(new - old),
        patterns_removed=len(old - new),
        first_departure_before_s=before[3],
        first_departure_s=after[3],
        last_departure_before_s=before[4],
        last_departure_s=after[4],
    )


def _sums(routes: Sequence[RouteOf]) -> tuple[str, float, float, int | None, int | None]:
    """Name, trips, vehicle-hours, first and last departure of the routes of one side."""
    return (
        (routes[0].name or routes[0].id) if routes else "",
        sum(route.trips_week for route in routes),
        round(sum(route.vehicle_hours_week for route in routes), 6),
        min((route.first_s for route in routes), default=None),
        max((route.last_s for route in routes), default=None),
    )


def _importance(route: RouteChange) -> tuple[float, float, str]:
    trips = abs(route.trips_week - route.trips_week_before)
    hours = abs(route.vehicle_hours_week - route.vehicle_hours_week_before)
    return -trips, -hours, route.name


def _stop_changes(before: FeedContent, after: FeedContent, pairs: StopPairs) -> list[StopChange]:
    kept = set(pairs.before.tolist()), set(pairs.after.tolist())
    removed = [number for number in range(len(before.stops.ids)) if number not in kept[0]]
    added = [number for number in range(len(after.stops.ids)) if number not in kept[1]]
    found = [_stop("removed", before, number) for number in removed]
    found += [_stop("added", after, number) for number in added]
    for one, other, moved_m, moved in zip(
        pairs.before.tolist(), pairs.after.tolist(), pairs.moved_m.tolist(), pairs.moved.tolist(), strict=True
    ):
        name = before.stops.names[one]
        if moved:
            found.append(_stop("moved", after, other, name, round(moved_m, 1)))
        elif name != after.stops.names[other]:
            found.append(_stop("renamed", after, other, name, round(moved_m, 1)))
    return found


def _stop(
    kind: StopKind,
    content: FeedContent,
    number: int,
    name_before: str | None = None,
    moved_m: float | None = None,
) -> StopChange:
    stops = content.stops
    lon, lat = float(stops.lon[number]), float(stops.lat[number])
    placed = bool(np.isfinite(lon) and np.isfinite(lat))
    name = stops.names[number]
    before = name if name_before is None else name_before
    return StopChange(
        kind,
        stops.ids[number],
        name,
        before,
        round(lon, 6) if placed else None,
        round(lat, 6) if placed else None,
        moved_m if moved_m is not None and np.isfinite(moved_m) else None,
    )

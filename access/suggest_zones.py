"""Candidates that bring a route to the residents of a zone of the register: a stop, an extension, a branch.

- *Stop*: vehicles pass, by the straight line between two stops, within ``WALK_M`` of residents of a zone who
  have no stop of the route that near; they stop there too, which takes ``STOP_S``.
- *Extension*: a route that ends within ``REACH_M`` of the centre of a zone's residents goes on to it.
- *Branch*: of a route that passes within that distance every second trip goes to the centre instead of to its
  end.

Ways are straight lines times ``gtfs.hop_times.DETOUR``, at the route's own commercial speed. Nobody has
looked whether a bus can drive there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from access.suggest_candidates import DAY_WORDS, Candidate, Kind, Window, clock
from access.suggest_lines import PatternOfDay, RouteOfDay, StopPlace
from gtfs.hop_times import DETOUR
from gtfs.stop_times import great_circle_m

Floats = npt.NDArray[np.float64]
WALK_M = 400.0
REACH_M = 4000.0
NEAREST_ROUTES = 5
"""Routes tried for each zone and kind of change, the nearest ones."""
STOP_S = 30
USUAL_SPEED_M_S = 5.0
"""Where a route's own speed is not known."""
ALL_DAYS = {"en": "at all times", "fr": "en tout temps"}


@dataclass(frozen=True)
class ZonePlace:
    """Where the residents of a zone live; arrays of shape ``(n_cells,)``."""

    zone_id: str
    label: dict[str, str]
    lon: Floats
    lat: Floats
    population: Floats

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the mean resident."""
        people = self.population / self.population.sum()
        return float((self.lon * people).sum()), float((self.lat * people).sum())

    def within(self, lon: Floats, lat: Floats, limit_m: float) -> npt.NDArray[np.bool_]:
        """Tell which cells lie within a distance of any of some places."""
        if not len(lon):
            return np.zeros(len(self.lon), dtype=np.bool_)
        away_m = great_circle_m(self.lon[:, None], self.lat[:, None], lon[None], lat[None])
        return np.asarray((away_m <= limit_m).any(axis=1))


def zone_candidates(
    routes: Sequence[RouteOfDay], zones: Sequence[ZonePlace], window: Window
) -> Iterator[Candidate]:
    """Yield stops, extensions and branches towards each zone, of the routes nearest to it."""
    for zone in zones:
        stops = [found for route in routes if (found := _stop(route, zone)) is not None]
        yield from _nearest(stops)
        yield from _nearest([found for route in routes if (found := _extension(route, zone)) is not None])
        yield from _nearest(
            [found for route in routes if (found := _branch(route, zone, window)) is not None]
        )


def _nearest(found: Sequence[tuple[float, Candidate]]) -> list[Candidate]:
    return [candidate for _, candidate in sorted(found, key=lambda each: each[0])[:NEAREST_ROUTES]]


def _stop(route: RouteOfDay, zone: ZonePlace) -> tuple[float, Candidate] | None:
    """Return the stop that serves most residents so far without one, on both ways where it can be."""
    pattern = route.patterns[0]
    unserved = ~zone.within(*pattern.lon_lat, WALK_M)
    best: tuple[float, int, float, float] | None = None  # residents, hop, lon, lat
    for hop in range(len(pattern.hops_s)):
        for lon, lat in _points_on_hop(pattern, hop, zone, unserved):
            near = zone.within(np.array([lon]), np.array([lat]), WALK_M) & unserved
            served = float(zone.population[near].sum())
            if served > 0 and (best is None or served > best[0]):
                best = served, hop, lon, lat
    if best is None:
        return None
    served, hop, lon, lat = best
    changes = [_stop_change(route, pattern, hop, lon, lat, zone)]
    back = route.opposite(pattern)
    if back is not None and (nearest := _nearest_hop(back, lon, lat)) is not None:
        changes.append(_stop_change(route, back, nearest, lon, lat, zone))
    title = {
        "en": f"Line {route.name}: one stop more in {zone.label['en']}",
        "fr": f"Ligne {route.name} : un arrêt de plus à {zone.label['fr']}",
    }
    return -served, _candidate("stop", route, zone, title, changes)


def _points_on_hop(
    pattern: PatternOfDay, hop: int, zone: ZonePlace, unserved: npt.NDArray[np.bool_]
) -> Iterator[tuple[float, float]]:
    """Yield the points of a hop nearest to each unserved cell, those within ``WALK_M``."""
    start, end = pattern.stops[hop], pattern.stops[hop + 1]
    if np.isnan([start.lon, end.lon]).any() or not unserved.any():
        return
    narrow = np.cos(np.radians(start.lat))  # degrees of longitude are shorter, by so much
    way = np.array([(end.lon - start.lon) * narrow, end.lat - start.lat])
    if not way.any():
        return
    for lon, lat in zip(zone.lon[unserved].tolist(), zone.lat[unserved].tolist(), strict=True):
        share = float(way @ [(lon - start.lon) * narrow, lat - start.lat] / (way @ way))
        at = start.lon + share * (end.lon - start.lon), start.lat + share * (end.lat - start.lat)
        if 0.1 < share < 0.9 and _away_m(at[0], at[1], lon, lat) <= WALK_M:
            yield at


def _nearest_hop(pattern: PatternOfDay, lon: float, lat: float) -> int | None:
    """Return the hop that passes within ``WALK_M`` of a place, the nearest; None where none does."""
    here = ZonePlace("", {}, np.array([lon]), np.array([lat]), np.ones(1))
    anyone = np.ones(1, dtype=np.bool_)
    passes = [
        (_away_m(*at, lon, lat), hop)
        for hop in range(len(pattern.hops_s))
        for at in _points_on_hop(pattern, hop, here, anyone)
    ]
    return min(passes)[1] if passes else None


def _stop_change(
    route: RouteOfDay, pattern: PatternOfDay, hop: int, lon: float, lat: float, zone: ZonePlace
) -> dict[str, Any]:
    start, end = pattern.stops[hop], pattern.stops[hop + 1]
    before_m, after_m = _away_m(start.lon, start.lat, lon, lat), _away_m(lon, lat, end.lon, end.lat)
    share = before_m / (before_m + after_m)
    takes_s = int(pattern.hops_s[hop])
    first_s = round(takes_s * share) + STOP_S // 2
    return {
        **_reroute(route, pattern),
        "from_stop": start.stop_id,
        "to_stop": end.stop_id,
        "stops": [_new_stop(zone, lon, lat)],
        "hop_times": [first_s, takes_s + STOP_S - first_s],
    }


def _extension(route: RouteOfDay, zone: ZonePlace) -> tuple[float, Candidate] | None:
    """Return the extension from the terminus nearest to the zone, both ways."""
    centre = zone.centre
    ends = [(_from_stop_m(pattern.stops[-1], centre), pattern) for pattern in route.patterns]
    away_m, pattern = min(ends, key=lambda each: each[0])
    if not WALK_M < away_m <= REACH_M:
        return None
    if min(_nearest_stop(each, centre)[1] for each in route.patterns) <= WALK_M:
        return None
    hop_s = _ride_s(away_m, pattern)
    new = _new_stop(zone, *centre)
    changes = [
        {
            **_reroute(route, pattern),
            "from_stop": pattern.stops[-1].stop_id,
            "stops": [new],
            "hop_times": [hop_s],
        }
    ]
    back = next((p for p in route.patterns if p is not pattern and _turns(pattern, p)), None)
    if back is not None:
        changes.append(
            {**_reroute(route, back), "to_stop": back.stops[0].stop_id, "stops": [new], "hop_times": [hop_s]}
        )
    km = away_m / 1000
    title = {
        "en": f"Line {route.name}: on from {pattern.stops[-1].name} to {zone.label['en']} ({km:.1f} km)",
        "fr": f"Ligne {route.name} : de {pattern.stops[-1].name} jusqu’à {zone.label['fr']} "
        f"({km:.1f} km)".replace(".", ","),
    }
    return away_m, _candidate("extension", route, zone, title, changes)


def _branch(route: RouteOfDay, zone: ZonePlace, window: Window) -> tuple[float, Candidate] | None:
    """Return the branch from the stop nearest to the zone: every second trip of the day goes there."""
    pattern, centre = route.patterns[0], zone.centre
    at, away_m = _nearest_stop(pattern, centre)
    back = route.opposite(pattern)
    inner = 0 < at < len(pattern.stops) - 1
    if not inner or back is None or not WALK_M < away_m <= REACH_M:
        return None
    back_at, _ = _nearest_stop(back, centre)
    if back_at >= len(back.stops) - 1 or _repeats(pattern) or _repeats(back) or len(pattern.trip_ids) < 2:
        return None
    hop_s = _ride_s(away_m, pattern)
    new = _new_stop(zone, *centre)
    removed = [*pattern.trip_ids[1::2], *back.trip_ids[1::2]]
    there = [*({"id": s.stop_id} for s in pattern.stops[: at + 1]), new]
    returning = [new, *({"id": s.stop_id} for s in back.stops[back_at:])]
    earlier_s = hop_s - int(back.hops_s[:back_at].sum())  # leaves the zone so that the rest keeps its times
    leaves_back_s = back.leaves_s[1::2] - earlier_s
    changes: list[dict[str, Any]] = [
        {"type": "remove-trips", "feed": route.feed, "trips": removed, "days": [window.day]},
        _added(route, there, pattern, [*pattern.hops_s[:at], hop_s], pattern.leaves_s[1::2], 0, window),
        _added(route, returning, back, [hop_s, *back.hops_s[back_at:]], leaves_back_s, 1, window),
    ]
    title = {
        "en": f"Line {route.name}: every second trip {DAY_WORDS[window.day]['en']} from "
        f"{pattern.stops[at].name} to {zone.label['en']} ({away_m / 1000:.1f} km)",
        "fr": f"Ligne {route.name} : un passage sur deux {DAY_WORDS[window.day]['fr']} de "
        f"{pattern.stops[at].name} à {zone.label['fr']} " + f"({away_m / 1000:.1f} km)".replace(".", ","),
    }
    return away_m, _candidate("split", route, zone, title, changes, DAY_WORDS[window.day])


def _added(
    route: RouteOfDay,
    stops: list[dict[str, Any]],
    pattern: PatternOfDay,
    hops_s: Sequence[int],
    leaves_s: npt.NDArray[np.int64],
    way: int,
    window: Window,
) -> dict[str, Any]:
    departures = sorted({int(leave) for leave in leaves_s if leave >= 0})
    return {
        "type": "add-trips",
        "feed": route.feed,
        "route": route.route_id,
        "stops": stops,
        "bidirectional": False,
        "direction_id": way if pattern.direction_id is None else pattern.direction_id,
        "frequencies": [
            {
                "first_departures": [clock(leave) for leave in departures],
                "hop_times": [int(hop) for hop in hops_s],
                "days": [window.day],
            }
        ],
    }


def _reroute(route: RouteOfDay, pattern: PatternOfDay) -> dict[str, Any]:
    return {"type": "reroute", "feed": route.feed, "patterns": [pattern.pattern_id]}


def _new_stop(zone: ZonePlace, lon: float, lat: float) -> dict[str, Any]:
    return {"name": zone.label["fr"], "lat": round(lat, 6), "lon": round(lon, 6)}


def _candidate(
    kind: Kind,
    route: RouteOfDay,
    zone: ZonePlace,
    title: dict[str, str],
    changes: Sequence[dict[str, Any]],
    when: dict[str, str] = ALL_DAYS,
) -> Candidate:
    key = f"{route.feed}-{route.route_id}-{kind}-{zone.zone_id}"
    return Candidate(
        key, key, kind, route.feed, route.route_id, route.name, dict(when), title, tuple(changes)
    )


def _turns(there: PatternOfDay, back: PatternOfDay) -> bool:
    """Whether a pattern begins where another ends."""
    end, start = there.stops[-1], back.stops[0]
    return _away_m(end.lon, end.lat, start.lon, start.lat) <= WALK_M


def _repeats(pattern: PatternOfDay) -> bool:
    """Whether one trip of the feed stands for several vehicles (frequencies.txt)."""
    return len(set(pattern.trip_ids)) < len(pattern.trip_ids)


def _nearest_stop(pattern: PatternOfDay, place: tuple[float, float]) -> tuple[int, float]:
    """Return its position and distance; inf where no stop has coordinates."""
    lon, lat = pattern.lon_lat
    away_m = great_circle_m(lon, lat, np.full(len(lon), place[0]), np.full(len(lat), place[1]))
    away_m = np.where(np.isnan(away_m), np.inf, away_m)
    at = int(np.argmin(away_m))
    return at, float(away_m[at])


def _from_stop_m(stop: StopPlace, place: tuple[float, float]) -> float:
    """Distance of a stop; inf for one without coordinates."""
    return float("inf") if np.isnan(stop.lon) else _away_m(stop.lon, stop.lat, *place)


def _ride_s(straight_m: float, pattern: PatternOfDay) -> int:
    speed_m_s = pattern.speed_m_s
    return max(1, round(straight_m * DETOUR / (USUAL_SPEED_M_S if np.isnan(speed_m_s) else speed_m_s)))


def _away_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    here, there = (np.array([lon]), np.array([lat])), (np.array([other_lon]), np.array([other_lat]))
    return float(great_circle_m(*here, *there)[0])

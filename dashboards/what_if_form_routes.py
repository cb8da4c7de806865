"""Forms that draw: a new line, another way for a line, stops that close or move.

A way is a list of places in the order in which vehicles serve them: stops of the feed, or free points that
become new stops. Stops across the road mostly have ids of their own; where both directions are asked for,
the stop on the other side is the one of the other direction with the same id, else the same name, else the
nearest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from dashboards.what_if_form_read import Place, Reading, entries
from dashboards.what_if_form_today import Line, Stop, Today, Way, key_of

#: Farther than this apart two stops are not the two sides of one.
ACROSS_M = 250.0
_METRES_A_DEGREE = 111_320.0
MODES = ("bus", "tram", "subway", "rail", "ferry", "trolleybus", "gondola")
Change = dict[str, Any]


def metres_apart(one: Stop | Place, other: Stop | Place) -> float:
    """Return the distance of two places that lie near each other (equirectangular)."""
    east = (one.lon - other.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return _METRES_A_DEGREE * math.hypot(east, one.lat - other.lat)


def _new_line(reading: Reading, places: list[Place]) -> list[Change]:
    """Draw a new line along stops and points."""
    if len(places) < 2:
        reading.problem("two_places", n=len(places))
    name = reading.text("name")
    if not name:
        reading.problem("missing", field=reading.label("name"))
    mode = reading.one_of("mode", MODES, "bus")
    hops_s, speed = way_times(reading, len(places))
    listed = entries(reading)
    feed = feed_of(places, reading)
    for entry in listed:
        if hops_s is not None:
            entry["hop_times"] = hops_s
    change: Change = {
        "type": "add-trips",
        "name": name,
        "mode": mode,
        "stops": [stop_spec(place, feed, reading.city.today) for place in places],
        "frequencies": listed,
        "bidirectional": reading.yes("both_ways"),
    }
    if feed:
        change["feed"] = feed
    if hops_s is None:
        change["speed_km_h"] = speed
    return [change]


def way_times(reading: Reading, n_places: int) -> tuple[list[int] | None, float | None]:
    """Return seconds between places, or the speed that they follow from."""
    hops_s = reading.hops_s(n_places)
    speed = None
    if hops_s is None:
        speed = reading.number("speed_km_h", 1, 300)
    return hops_s, speed


def feed_of(places: Sequence[Place], reading: Reading) -> str:
    """Return the feed that most of the stops belong to, the first on ties; without stops the run's first."""
    stops = reading.city.today.stops
    named = [stops[place.stop].feed for place in places if place.stop in stops]
    every = named or [line.feed for line in reading.city.today.lines.values()][:1]
    return max(every, key=every.count) if every else ""


def stop_spec(place: Place, feed: str, today: Today) -> str | dict[str, Any]:
    """Return a place as a stop of a scenario; a stop of another feed becomes a new stop beside it."""
    stop = today.stops.get(place.stop)
    if stop is not None and stop.feed == feed:
        return stop.id
    return {"name": place.name or f"{place.lat:.5f}, {place.lon:.5f}", **place.at}


def _reroute(reading: Reading, places: list[Place]) -> list[Change]:
    """Lead lines another way: from a stop of theirs by new stops to a stop of theirs."""
    lines = reading.lines()
    if not places:
        reading.problem("no_way")
    if not lines or not places:
        return []
    if len({line.feed for line in lines}) > 1:
        reading.problem("one_feed")
        return []
    stops = reading.city.today.stops
    begins, ends = (_on_all(lines, place, stops) for place in (places[0], places[-1]))
    if not begins and not (ends and len(places) > 1):
        reading.problem("no_joint", line=lines[0].short)
        return []
    first = stops[places[0].stop].id if begins else None
    last = stops[places[-1].stop].id if ends and len(places) > 1 else None
    between = places[1 if first else 0 : -1 if last else None]
    hops_s, speed = way_times(reading, len(places)) if len(places) > 1 else (None, None)
    feed = lines[0].feed
    specs = [stop_spec(place, feed, reading.city.today) for place in between]
    changes = [_way(lines, first, last, specs, hops_s, speed)]
    if reading.yes("both_ways"):
        changes += _ways_back(reading, lines, first, last, specs, hops_s, speed)
    return changes


def _on_all(lines: Sequence[Line], place: Place, stops: Any) -> bool:
    stop = stops.get(place.stop)
    return stop is not None and all(line.feed == stop.feed and line.serves(stop.id) for line in lines)


def _way(
    lines: Sequence[Line],
    first: str | None,
    last: str | None,
    specs: Sequence[str | dict[str, Any]],
    hops_s: Sequence[int] | None,
    speed: float | None,
) -> Change:
    change: Change = {"type": "reroute", "feed": lines[0].feed, "routes": [line.id for line in lines]}
    ends = {"from_stop": first, "to_stop": last}
    change |= {key: stop for key, stop in ends.items() if stop is not None}
    change["stops"] = list(specs)
    if hops_s is not None:
        change["hop_times"] = list(hops_s)
    elif speed is not None:
        change["speed_km_h"] = speed
    return change


def _ways_back(
    reading: Reading,
    lines: Sequence[Line],
    first: str | None,
    last: str | None,
    specs: Sequence[str | dict[str, Any]],
    hops_s: Sequence[int] | None,
    speed: float | None,
) -> list[Change]:
    """Return the same way in the other direction, line by line, where a line has one."""
    found = []
    for line in lines:
        other = other_way(line, first, last)
        if other is None:
            continue
        back_first = across(line, other, last, reading.city.today)
        back_last = across(line, other, first, reading.city.today)
        if (last and not back_first) or (first and not back_last):
            reading.problem("no_stop_across", line=line.short, towards=other.towards)
            continue
        back_hops_s = None if hops_s is None else list(reversed(hops_s))
        back = _way([line], back_first, back_last, list(reversed(specs)), back_hops_s, speed)
        found.append(back)
    return found


def other_way(line: Line, first: str | None, last: str | None) -> Way | None:
    """Return the direction opposite to the one in which a way from ``first`` to ``last`` is drawn.

    The drawn one has both stops in their order; with one stop only, it is the one that has it nearest its
    end (of an extension), or its beginning.
    """
    if len(line.ways) < 2:
        return None

    def fits(way: Way) -> float:
        places = {stop: number for number, stop in enumerate(way.stops)}
        if any(stop is not None and stop not in places for stop in (first, last)):
            return -1.0
        if first is not None and last is not None:
            return 1.0 if places[first] < places[last] else -0.5
        share = places[first or last or ""] / max(1, len(places) - 1)
        return share if first is not None else 1 - share

    drawn = max(line.ways, key=fits)
    return next(way for way in line.ways if way is not drawn)


def across(line: Line, way: Way, stop: str | None, today: Today) -> str | None:
    """Return the stop of a direction that is the other side of a stop of the line."""
    if stop is None or stop in way.stops:
        return stop
    here = today.stops.get(key_of(line.feed, stop))
    if here is None:
        return None
    near = [
        each
        for name in way.stops
        if (each := today.stops.get(key_of(line.feed, name))) and metres_apart(here, each) <= ACROSS_M
    ]
    same = [each for each in near if each.name == here.name]
    chosen = min(same or near, key=lambda each: metres_apart(here, each), default=None)
    return chosen.id if chosen else None


def _close_stop(reading: Reading, _: list[Place]) -> list[Change]:
    """Stops that vehicles pass: one change a feed."""
    stops, lines = reading.stops(), reading.lines(needed=False)
    if reading.yes("both_sides"):
        stops = with_other_sides(stops, reading.city.today)
    saved = reading.number("saved_s", 0, 600, needed=False, whole=True) or 0
    for line in lines:
        if not any(stop.feed == line.feed and line.serves(stop.id) for stop in stops):
            reading.problem("line_without_stop", line=line.short)
    changes = []
    for feed in dict.fromkeys(stop.feed for stop in stops):
        change: Change = {"type": "remove-stops", "feed": feed}
        if routes := [line.id for line in lines if line.feed == feed]:
            change["routes"] = routes
        elif lines:
            continue
        change["stops"] = [stop.id for stop in stops if stop.feed == feed]
        if saved:
            change["seconds_saved_at_each_stop"] = saved
        changes.append(change)
    return changes


def with_other_sides(stops: Iterable[Stop], today: Today) -> list[Stop]:
    """Return stops and those of the same name and feed nearby, which are their other sides."""
    found = {stop.key: stop for stop in stops}
    for stop in list(found.values()):
        for each in today.stops.values():
            same = each.feed == stop.feed and each.name == stop.name
            if same and each.key not in found and metres_apart(stop, each) <= ACROSS_M:
                found[each.key] = each
    return list(found.values())


def _move_stop(reading: Reading, places: list[Place]) -> list[Change]:
    """Move a stop of the feed to another place."""
    stops = reading.stops("stop")
    if not places:
        reading.problem("no_place")
    if not stops or not places:
        return []
    return [{"type": "move-stop", "feed": stops[0].feed, "stop": stops[0].id, **places[-1].at}]


ROUTE_FORMS = {
    "new_line": _new_line,
    "reroute": _reroute,
    "close_stop": _close_stop,
    "move_stop": _move_stop,
}

"""Slow twin of ``gtfs.in_seat`` and ``access.transfer_rules``: straight from the rules. Shares no code."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

NONE = -1


def _rules(timetable: Any) -> list[dict[str, int]]:
    """Rows of transfers.txt as dicts."""
    columns = timetable.transfers._asdict()
    n_rules = len(timetable.transfers.from_stop)
    return [{name: int(column[row]) for name, column in columns.items()} for row in range(n_rules)]


def _trip_visits(timetable: Any, trip: int) -> range:
    return range(int(timetable.trip_start[trip]), int(timetable.trip_start[trip + 1]))


def _distance_m(timetable: Any, a: int, b: int) -> float:
    """Straight line on the globe, by the angle between two unit vectors."""
    points = []
    for stop in (a, b):
        lon, lat = math.radians(timetable.stop_lon[stop]), math.radians(timetable.stop_lat[stop])
        points.append((math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)))
    chord = math.dist(*points)
    return 2 * 6_371_008.8 * math.asin(chord / 2)


def _same_place(timetable: Any, a: int, b: int) -> bool:
    stations = [int(timetable.stop_station[stop]) for stop in (a, b)]
    names = [stop if station == NONE else station for stop, station in zip((a, b), stations, strict=True)]
    return names[0] == names[1] or _distance_m(timetable, a, b) <= 200


def successors(timetable: Any) -> dict[int, list[int]]:
    """Trips that may follow each trip without leaving the seat."""
    trips = range(timetable.n_trips)
    begins = {t: int(timetable.departure_s[_trip_visits(timetable, t)[0]]) for t in trips}
    ends = {t: int(timetable.arrival_s[_trip_visits(timetable, t)[-1]]) for t in trips}
    when = {t: (begins[t], ends[t], t) for t in trips}
    linked: dict[tuple[int, int], int] = {}
    for rule in _rules(timetable):
        if rule["transfer_type"] in (4, 5) and NONE not in (rule["from_trip"], rule["to_trip"]):
            linked.setdefault((rule["from_trip"], rule["to_trip"]), rule["transfer_type"])
    pairs = {
        (a, b) for (a, b), kind in linked.items() if kind == 4 and ends[a] <= begins[b] and when[a] < when[b]
    }
    for block in {int(b) for b in timetable.trip_block} - {NONE}:
        members = sorted((t for t in trips if timetable.trip_block[t] == block), key=when.get)
        clash = {
            t
            for at, a in enumerate(members)
            for b in members[at + 1 :]
            if begins[b] < ends[a]
            for t in (a, b)
        }
        for a, b in pairwise(members):
            last = int(timetable.visit_stop[_trip_visits(timetable, a)[-1]])
            first = int(timetable.visit_stop[_trip_visits(timetable, b)[0]])
            if a in clash or b in clash or not _same_place(timetable, last, first):
                continue
            if a not in {a for a, _ in linked} and b not in {b for _, b in linked}:
                pairs.add((a, b))
    return {a: sorted(b for c, b in pairs if c == a) for a in trips}


def vehicles(timetable: Any) -> list[list[int]]:
    """Trips of each vehicle: every way from a trip that follows none to one that none follows."""
    after = successors(timetable)

    def ways(trip: int) -> list[list[int]]:
        return [[trip, *way] for follower in after[trip] for way in ways(follower)] or [[trip]]

    followers = {b for trips in after.values() for b in trips}
    return [way for trip in range(timetable.n_trips) if trip not in followers for way in ways(trip)]

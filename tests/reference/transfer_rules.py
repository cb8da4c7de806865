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


def required_s(timetable: Any, footpaths: Any, slack: int, arriving: int, departing: int) -> int | None:
    """Seconds from the arrival of one visit to the departure of another, or None where nobody can change."""
    return _required_s(timetable, _rules(timetable), footpaths, slack, arriving, departing)


def _required_s(
    timetable: Any, rules: list[dict[str, int]], footpaths: Any, slack: int, arriving: int, departing: int
) -> int | None:
    trips = [sum(timetable.trip_start[1:] <= v) for v in (arriving, departing)]
    stops = [int(timetable.visit_stop[v]) for v in (arriving, departing)]
    station = [int(timetable.stop_station[stop]) for stop in stops]
    route = [int(timetable.trip_route[trip]) for trip in trips]
    best: tuple[int, int, int] | None = None
    chosen: dict[str, int] = {}
    for row, rule in enumerate(rules):
        if rule["transfer_type"] > 3:
            continue
        said, itself, applies = [], 0, True
        for at, side in enumerate(("from", "to")):
            place = rule[f"{side}_stop"]
            itself += place == stops[at]
            applies &= place != NONE and place in (stops[at], station[at])
            if rule[f"{side}_trip"] != NONE:
                said.append("trip")
                applies &= rule[f"{side}_trip"] == trips[at]
            elif rule[f"{side}_route"] != NONE:
                said.append("route")
                applies &= rule[f"{side}_route"] == route[at]
            else:
                said.append("-")
        order = ["- -", "- route", "route route", "- trip", "route trip", "trip trip"]
        score = (order.index(" ".join(sorted(said))), itself, -row)
        if applies and (best is None or score > best):
            best, chosen = score, rule
    kind, time = chosen.get("transfer_type", 0), chosen.get("min_transfer_time_s", NONE)
    if kind == 1:
        return 1
    if kind == 2 and time >= 0:
        return max(time, slack)
    if kind == 3:
        return None
    if stops[0] == stops[1]:
        return slack
    links = range(int(footpaths.start[stops[0]]), int(footpaths.start[stops[0] + 1]))
    walks = [int(footpaths.walk_s[link]) for link in links if footpaths.target[link] == stops[1]]
    return walks[0] + slack if walks else None


class Town:
    """What is the same for all departures: vehicles as visits, and how long every change takes."""

    def __init__(self, timetable: Any, footpaths: Any, slack: int) -> None:
        self.slack = slack
        self.stop = timetable.visit_stop.tolist()
        self.departure, self.arrival = timetable.departure_s.tolist(), timetable.arrival_s.tolist()
        self.runs = []
        for vehicle in vehicles(timetable):
            visits = []
            for trip in vehicle:
                own = _trip_visits(timetable, trip)
                visits += [
                    (
                        v,
                        bool(timetable.pickup[v]) and v != own[-1],
                        bool(timetable.drop_off[v]) and v != own[0],
                    )
                    for v in own
                ]
            self.runs.append(visits)
        alighted = {v for visits in self.runs for v, _, alights in visits if alights}
        boarded = {v for visits in self.runs for v, boards, _ in visits if boards}
        rules = _rules(timetable)
        self.needs = {
            (a, d): _required_s(timetable, rules, footpaths, slack, a, d)
            for a in alighted
            for d in boarded
            if self.arrival[a] < self.departure[d]
        }

    def stop_arrivals(self, access: Any, origin: int, leave: int, max_rides: int | None) -> dict[int, int]:
        """Earliest second at which a vehicle can be left at each stop, for one departure; exhaustive."""
        ready: dict[int, int] = {}
        for link in range(int(access.start[origin]), int(access.start[origin + 1])):
            ready[int(access.target[link])] = leave + int(access.walk_s[link]) + self.slack
        waiting: list[tuple[int | None, int]] = [(None, 0)]
        seen: set[tuple[int | None, int]] = set(waiting)
        earliest: dict[int, int] = {}
        while waiting:
            left, rides = waiting.pop()
            if rides == max_rides:
                continue
            for visits in self.runs:
                for position, (d, boards, _) in enumerate(visits):
                    if not boards or not self._catches(left, d, ready):
                        continue
                    for a, _, alights in visits[position + 1 :]:
                        state = (a, rides + 1 if max_rides is not None else 0)
                        if alights and state not in seen:
                            at, when = self.stop[a], self.arrival[a]
                            earliest[at] = min(when, earliest.get(at, when))
                            seen.add(state)
                            waiting.append(state)
        return earliest

    def _catches(self, left: int | None, d: int, ready: dict[int, int]) -> bool:
        """Whether who has left this visit, or comes from home, catches that one."""
        if left is None:
            return self.stop[d] in ready and self.departure[d] >= ready[self.stop[d]]
        need = self.needs.get((left, d))
        return need is not None and self.departure[d] >= self.arrival[left] + need

"""Slow twin of the standards of supply: dictionaries and loops, straight from their definitions.

A trip is ``{"route", "way", "visits": [(stop, departure_s, boards)]}``; a cell is ``{stop: metres}``;
``kind`` gives the mode of each route, ``station`` the place of each stop.
"""

from __future__ import annotations

import math
from typing import Any

Trip = dict[str, Any]
Walks = dict[str, float]


def departures(trips: list[Trip], start_s: int, end_s: int) -> list[tuple[str, str, int, int]]:
    """Rows ``(stop, route, way, number of the trip)``."""
    return [
        (stop, trip["route"], trip["way"], number)
        for number, trip in enumerate(trips)
        for stop, leaves_s, boards in trip["visits"][:-1]
        if boards and start_s <= leaves_s < end_s
    ]


def vehicles(rows: list[tuple[str, str, int, int]], group: dict[str, str]) -> dict[tuple[str, str, int], int]:
    """Different trips by (group of stops, route, way)."""
    trips: dict[tuple[str, str, int], set[int]] = {}
    for stop, route, way, number in rows:
        trips.setdefault((group[stop], route, way), set()).add(number)
    return {key: len(numbers) for key, numbers in trips.items()}


def nearest(cell: Walks, trips: list[Trip], routes: set[str], end_s: int) -> float:
    served = {stop for stop, route, _, _ in departures(trips, 0, end_s) if route in routes}
    return min((metres for stop, metres in cell.items() if stop in served), default=math.inf)


def best_cluster(
    cell: Walks,
    trips: list[Trip],
    routes: set[str],
    cluster: dict[str, str],
    window: tuple[int, int],
    limit_m: float,
) -> float:
    """Vehicles an hour of some routes at the best cluster in reach."""
    rows = [row for row in departures(trips, *window) if row[1] in routes]
    best = 0.0
    for stop, metres in cell.items():
        if metres <= limit_m and any(row[0] == stop for row in rows):
            numbers = {row[3] for row in rows if cluster[row[0]] == cluster[stop]}
            best = max(best, len(numbers) / ((window[1] - window[0]) / 3600))
    return best


def frequent(
    cell: Walks, trips: list[Trip], station: dict[str, str], window: tuple[int, int], limit_m: float
) -> float:
    rows = departures(trips, *window)
    counts = vehicles(rows, station)
    best = 0.0
    for stop, metres in cell.items():
        if metres > limit_m or all(row[0] != stop for row in rows):
            continue
        busier: dict[str, int] = {}
        for (place, route, _), n in counts.items():
            if place == station[stop]:
                busier[route] = max(busier.get(route, 0), n)
        best = max(best, sum(busier.values()) / ((window[1] - window[0]) / 3600))
    return best


def ptal(
    cell: Walks,
    trips: list[Trip],
    station: dict[str, str],
    kind: dict[str, str],
    window: tuple[int, int],
    limit_m: dict[str, float],
    late_min: dict[str, float],
) -> float:
    rows = departures(trips, *window)
    counts = vehicles(rows, station)
    hours = (window[1] - window[0]) / 3600
    doorstep: dict[str, list[float]] = {}
    for route, mode in kind.items():
        if mode not in limit_m:
            continue
        near: dict[int, tuple[float, float]] = {}
        for stop, metres in cell.items():
            for way in {row[2] for row in rows if row[0] == stop and row[1] == route}:
                if metres <= limit_m[mode]:
                    offer = metres, -counts[(station[stop], route, way)] / hours
                    near[way] = min(near.get(way, (math.inf, 0.0)), offer)
        if near:
            walk_min = min(metres for metres, _ in near.values()) / 80
            per_h = max(-minus for _, minus in near.values())
            doorstep.setdefault(mode, []).append(30 / (walk_min + 0.5 * 60 / per_h + late_min[mode]))
    return sum(max(edf) + 0.5 * (sum(edf) - max(edf)) for edf in doorstep.values())

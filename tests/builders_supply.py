"""Small schedules for the standards of supply, written by hand: one trip a line, its route before the colon.

bus 1: A 8:00, B 8:10/8:12, C 8:20 no-pickup
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from builders_timetable import clock_s, make_links, make_timetable

from access.engine.arrays import WalkLinks
from gtfs.timetable import Schedule

WEDNESDAY = date(2024, 5, 15)
Visits = list[tuple[int, int, int, bool, bool]]


def make_schedule(
    lines: str,
    *,
    stops: Sequence[str] = (),
    types: Mapping[str, int] | None = None,
    stations: Mapping[str, str] | None = None,
    where: Mapping[str, tuple[float, float]] | None = None,
    day: date = WEDNESDAY,
) -> Schedule:
    """Schedule of the trips; routes are buses unless ``types`` says else.

    Stops stand a degree apart on the equator unless ``where`` gives metres east and north of the origin.
    """
    parsed = [_parsed(line) for line in lines.strip().splitlines() if line.strip()]
    names = sorted(
        {name for _, visits in parsed for name, *_ in visits}
        | set(stops)
        | set(stations or {})
        | set((stations or {}).values())
    )
    routes = sorted({route for route, _ in parsed} | set(types or {}))
    trips = sorted(parsed, key=lambda trip: trip[1][0][2])  # as make_timetable orders them
    timetable = make_timetable(
        [[(names.index(visit[0]), *visit[1:]) for visit in visits] for _, visits in trips], len(names)
    )
    station = np.full(len(names), -1, np.int32)
    for stop, parent in (stations or {}).items():
        station[names.index(stop)] = names.index(parent)
    metre = 180 / (np.pi * 6_371_008.8)
    lon, lat = np.arange(len(names), dtype=float), np.zeros(len(names))
    for stop, (east_m, north_m) in (where or {}).items():
        lon[names.index(stop)], lat[names.index(stop)] = east_m * metre, north_m * metre
    arrays = {
        "stop_lon": lon,
        "stop_lat": lat,
        "stop_station": station,
        "trip_route": np.array([routes.index(route) for route, _ in trips], np.int32),
    }
    for array in arrays.values():
        array.flags.writeable = False
    return Schedule(
        timetable=timetable._replace(**arrays),
        service_date=day,
        stop_ids=names,
        stop_names=names,
        route_ids=routes,
        route_names=routes,
        route_types=[(types or {}).get(route, 3) for route in routes],
        trip_ids=[str(at) for at in range(len(trips))],
    )


def make_walks(schedule: Schedule, cells: Sequence[Mapping[str, int]]) -> WalkLinks:
    """Walks in seconds from each cell to stops by name."""
    return make_links([{schedule.stop_ids.index(name): s for name, s in cell.items()} for cell in cells])


def every(minutes: float, first: str, last: str, route: str, stops: Sequence[str], ride_min: int = 2) -> str:
    """Lines of trips that leave the first stop every so many minutes, ``last`` included."""
    lines = []
    for leaves_s in range(clock_s(first), clock_s(last) + 1, round(60 * minutes)):
        times = [leaves_s + 60 * ride_min * at for at in range(len(stops))]
        visits = [
            f"{stop} {t // 3600}:{t // 60 % 60:02d}:{t % 60:02d}"
            for stop, t in zip(stops, times, strict=True)
        ]
        lines.append(f"{route}: " + ", ".join(visits))
    return "\n".join(lines) + "\n"


def _parsed(line: str) -> tuple[str, list[tuple[str, int, int, bool, bool]]]:
    route, _, rest = line.partition(": ")
    visits = []
    for text in rest.split(","):
        name, times, *flags = text.split()
        arrival, _, departure = times.partition("/")
        visits.append(
            (
                name,
                clock_s(arrival),
                clock_s(departure or arrival),
                "no-pickup" not in flags,
                "no-drop-off" not in flags,
            )
        )
    return route.strip(), visits

"""Slow, obvious twins of the array code in ``gtfs``: dictionaries and loops, nothing imported from it."""

from __future__ import annotations

import csv
import io
import itertools
import math
from datetime import date, timedelta
from typing import Any

Visit = tuple[str, int, int]  # stop, arrival, departure


def seconds(text: str) -> int:
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great circle between two (lon, lat), spherical law of cosines on unit vectors."""
    points = []
    for lon, lat in (a, b):
        x, y = math.radians(lon), math.radians(lat)
        points.append((math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)))
    chord = math.dist(*points)
    return 2 * 6_371_008.8 * math.asin(min(chord / 2, 1.0))


def fill(visits: list[tuple[int | None, int | None]], places: list[float]) -> list[tuple[int, int]]:
    """Times of one trip; ``places`` is the distance of each visit from the start."""
    times = [(a if a is not None else d, d if d is not None else a) for a, d in visits]
    done = list(times)
    for at, (arrival, _) in enumerate(times):
        if arrival is not None:
            continue
        before = max(i for i in range(at) if times[i][0] is not None)
        after = min(i for i in range(at + 1, len(times)) if times[i][0] is not None)
        whole = places[after] - places[before]
        share = (places[at] - places[before]) / whole if whole > 0 else (at - before) / (after - before)
        leaves, reached = times[before][1], times[after][0]
        passes = leaves + math.floor((reached - leaves) * share + 1e-6)
        done[at] = (passes, passes)
    return done  # type: ignore[return-value]


def departures(start: int, end: int, headway: int, exact: bool, phase: float) -> list[int]:
    """First-stop departures of one row of frequencies.txt."""
    moment = start if exact else start + math.floor(phase * headway)
    found = []
    while moment < end:
        found.append(moment)
        moment += headway
    return found


def rows(files: dict[str, bytes], file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[file].decode()))) if file in files else []


def services(files: dict[str, bytes], day: date) -> set[str]:
    """Services that run on a day."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    text = day.strftime("%Y%m%d")
    running = {
        row["service_id"]
        for row in rows(files, "calendar.txt")
        if row[names[day.weekday()]] == "1" and row["start_date"] <= text <= row["end_date"]
    }
    today = [row for row in rows(files, "calendar_dates.txt") if row["date"] == text]
    running |= {row["service_id"] for row in today if row["exception_type"] == "1"}
    return running - {row["service_id"] for row in today if row["exception_type"] == "2"}


def trips_on(files: dict[str, bytes], day: date, phase: float) -> int:
    running = services(files, day)
    return sum(
        len(vehicles(files, row["trip_id"], phase) or [None]) if is_headway(files, row["trip_id"]) is False
        else len(vehicles(files, row["trip_id"], phase))
        for row in rows(files, "trips.txt")
        if row["service_id"] in running
    )  # fmt: skip


def is_headway(files: dict[str, bytes], trip_id: str) -> bool:
    return any(row["trip_id"] == trip_id for row in rows(files, "frequencies.txt"))


def vehicles(files: dict[str, bytes], trip_id: str, phase: float) -> list[int]:
    """Departures of a headway-based trip."""
    return [
        moment
        for row in rows(files, "frequencies.txt")
        if row["trip_id"] == trip_id
        for moment in departures(
            seconds(row["start_time"]),
            seconds(row["end_time"]),
            int(row["headway_secs"]),
            row.get("exact_times") == "1",
            phase,
        )
    ]


def timetable(
    files: dict[str, bytes], day: date, phase: float = 0.5, horizon_s: int = 32 * 3600
) -> list[tuple[int, str, list[Visit]]]:
    """All vehicles on the clock of ``day``: (service day, trip, visits), in order T4."""
    stops = {
        row["stop_id"]: (float(row["stop_lon"]), float(row["stop_lat"])) for row in rows(files, "stops.txt")
    }
    found: list[tuple[Any, ...]] = []
    for offset in (-1, 0, 1):
        running = services(files, day + timedelta(days=offset))
        for number, trip in enumerate(rows(files, "trips.txt")):
            if trip["service_id"] not in running:
                continue
            visits = _visits(files, trip["trip_id"], stops)
            if len(visits) < 2:
                continue
            shifts = [0]
            if is_headway(files, trip["trip_id"]):
                shifts = [moment - visits[0][2] for moment in vehicles(files, trip["trip_id"], phase)]
            for shift in shifts:
                move = shift + offset * 86_400
                moved = [(stop, arrival + move, leave + move) for stop, arrival, leave in visits]
                if offset == -1 and moved[-1][1] <= 0:
                    continue
                if offset == 1 and moved[0][2] >= horizon_s:
                    continue
                found.append((moved[0][2], number, offset, trip["trip_id"], moved))
    found.sort(key=lambda vehicle: vehicle[:3])
    return [(offset, trip_id, moved) for _, _, offset, trip_id, moved in found]


def _visits(files: dict[str, bytes], trip_id: str, stops: dict[str, tuple[float, float]]) -> list[Visit]:
    mine = [row for row in rows(files, "stop_times.txt") if row["trip_id"] == trip_id]
    mine.sort(key=lambda row: int(row["stop_sequence"]))
    places = [0.0]
    for a, b in itertools.pairwise(mine):
        places.append(places[-1] + distance_m(stops[a["stop_id"]], stops[b["stop_id"]]))
    given = [
        tuple(seconds(row[column]) if row[column] else None for column in ("arrival_time", "departure_time"))
        for row in mine
    ]
    times = fill(given, places)  # type: ignore[arg-type]
    return [(row["stop_id"], *time) for row, time in zip(mine, times, strict=True)]

"""Writes small GTFS feeds from a few lines of Python, for tests only.

    feed = GtfsBuilder()
    feed.stop("A", -51.20, -30.03)
    feed.stop("B", -51.21, -30.04)
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00", "08:11:00"), {"stop_id": "C", ...}])
    feed.write(tmp_path / "feed.zip")          # or a folder name without ".zip"

Stops, routes and services that a trip names and nobody described are added with defaults, so that a test
only says what it is about. The default service ``daily`` runs every day of 2024.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ALL_DAYS = "1111111"
WEEKDAYS = "1111100"
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Visit = Sequence[str | None] | Mapping[str, Any]


class GtfsBuilder:
    """Collects rows by file; missing columns are left blank, columns nobody used are not written."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.raw_files: dict[str, bytes] = {}
        self.dropped: set[str] = set()

    def row(self, file: str, **values: Any) -> None:
        """Add one row to a file, e.g. ``row("levels.txt", level_id="L1")``."""
        self.rows.setdefault(file, []).append(values)

    def stop(self, stop_id: str, lon: float | str, lat: float | str, **values: Any) -> None:
        self.row("stops.txt", stop_id=stop_id, stop_name=stop_id, stop_lat=lat, stop_lon=lon, **values)

    def line_of_stops(self, stop_ids: Iterable[str], lon: float = -51.2, lat: float = -30.0) -> None:
        """Stops on a meridian, 0.01 degrees (about 1,112 m) apart, going south."""
        for position, stop_id in enumerate(stop_ids):
            self.stop(stop_id, lon, round(lat - 0.01 * position, 6))

    def route(self, route_id: str, route_type: int = 3, **values: Any) -> None:
        self.row("routes.txt", route_id=route_id, agency_id="agency", route_short_name=route_id,
                 route_type=route_type, **values)  # fmt: skip

    def service(
        self, service_id: str, days: str = ALL_DAYS, start: str = "20240101", end: str = "20241231"
    ) -> None:
        """A row of calendar.txt; ``days`` is seven digits, Monday first."""
        flags = dict(zip(DAY_NAMES, days, strict=True))
        self.row("calendar.txt", service_id=service_id, **flags, start_date=start, end_date=end)

    def exception(self, service_id: str, date: str, exception_type: int = 1) -> None:
        """A row of calendar_dates.txt: 1 adds the service on that date, 2 removes it."""
        self.row("calendar_dates.txt", service_id=service_id, date=date, exception_type=exception_type)

    def trip(
        self,
        trip_id: str,
        visits: Iterable[Visit],
        *,
        route: str = "R",
        service: str = "daily",
        **values: Any,
    ) -> None:
        """A trip and its visits: (stop, time), (stop, arrival, departure) or a row of stop_times.txt."""
        self.row("trips.txt", route_id=route, service_id=service, trip_id=trip_id, **values)
        for sequence, visit in enumerate(visits, start=1):
            row: dict[str, Any] = {"trip_id": trip_id, "stop_sequence": sequence}
            if isinstance(visit, Mapping):
                if "time" in visit:
                    row |= {"arrival_time": visit["time"], "departure_time": visit["time"]}
                row |= {key: value for key, value in visit.items() if key != "time"}
            else:
                row |= {"stop_id": visit[0], "arrival_time": visit[1], "departure_time": visit[-1]}
            self.row("stop_times.txt", **row)

    def frequency(self, trip_id: str, start: str, end: str, headway_s: int, exact: int | None = None) -> None:
        self.row("frequencies.txt", trip_id=trip_id, start_time=start, end_time=end, headway_secs=headway_s,
                 **({} if exact is None else {"exact_times": exact}))  # fmt: skip

    def transfer(self, from_stop: str, to_stop: str, transfer_type: int = 2, **values: Any) -> None:
        self.row("transfers.txt", from_stop_id=from_stop, to_stop_id=to_stop,
                 transfer_type=transfer_type, **values)  # fmt: skip

    def raw(self, file: str, content: str | bytes) -> None:
        """Write a file exactly as given, instead of its rows."""
        self.raw_files[file] = content.encode() if isinstance(content, str) else content

    def drop(self, file: str) -> None:
        """Leave a file out."""
        self.dropped.add(file)

    def files(self) -> dict[str, bytes]:
        """File name -> content, defaults added."""
        rows = {file: list(table) for file, table in self.rows.items()}
        _add_defaults(rows)
        files = {file: _csv(table) for file, table in rows.items()} | self.raw_files
        return {file: content for file, content in sorted(files.items()) if file not in self.dropped}

    def write(self, path: Path) -> Path:
        """Write a zip if the name ends in ``.zip``, else a folder; returns the path."""
        files = self.files()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for file, content in files.items():
                    archive.writestr(file, content)
        else:
            path.mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (path / file).write_bytes(content)
        return path


def _add_defaults(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Add the agency and every stop, route and service that is used and not described."""
    rows.setdefault("agency.txt", [{
        "agency_id": "agency", "agency_name": "Agency", "agency_url": "https://agency.example.org",
        "agency_timezone": "America/Sao_Paulo",
    }])  # fmt: skip
    extra = GtfsBuilder()
    trips = rows.get("trips.txt", [])
    for stop_id in _unknown(rows, "stops.txt", "stop_id", rows.get("stop_times.txt", [])):
        number = len(rows.get("stops.txt", [])) + len(extra.rows.get("stops.txt", []))
        extra.stop(stop_id, -51.2, round(-30.0 - 0.01 * number, 6))
    for route_id in _unknown(rows, "routes.txt", "route_id", trips):
        extra.route(route_id)
    if "calendar_dates.txt" not in rows:
        for service_id in _unknown(rows, "calendar.txt", "service_id", trips):
            extra.service(service_id)
    for file, table in extra.rows.items():
        rows.setdefault(file, []).extend(table)


def _unknown(
    rows: Mapping[str, list[dict[str, Any]]], file: str, column: str, users: list[dict[str, Any]]
) -> list[str]:
    """Ids that ``users`` name and ``file`` lacks; nothing if the test wrote the file itself."""
    known = {row[column] for row in rows.get(file, [])}
    if known and file == "stops.txt":
        return []  # a test that describes stops may want an unknown one
    return [name for name in dict.fromkeys(str(row[column]) for row in users) if name not in known]


def _csv(table: list[dict[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(column for row in table for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()

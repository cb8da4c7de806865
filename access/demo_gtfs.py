"""Writes one feed of the demo city as a GTFS zip, byte for byte the same each time."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from access import demo_plan as plan
from access.demo_lines import FREQUENCY_BANDS, SERVICES
from access.demo_transit import HEADINGS, Feed, Places, stop_positions

COLOURS = ("005F73", "9B2226", "3A5A40", "6A4C93", "BC6C25", "1D3557", "7F5539", "2B2D42")
FEED_NAMES = {
    "bus": ("marlune-bus", "Autobus de Marlune"),
    "tram": ("marlune-tram", "Tramways de Marlune"),
}
HOLIDAYS = ("20260501", "20260714", "20261225")  # run as a Sunday
TEXT_AT_ONCE = 200_000  # visits turned into text together, to bound memory

Strings = npt.NDArray[np.object_]


class Edition(NamedTuple):
    """When a feed is valid, and whether it says what can be used in a wheelchair."""

    first_day: str = plan.FIRST_YEAR_DAY
    last_day: str = plan.LAST_YEAR_DAY
    version: str = "demo"
    holidays: tuple[str, ...] = HOLIDAYS
    wheelchair: bool = True


USUAL_EDITION = Edition()


def write_gtfs(path: Path, feed: Feed, edition: Edition = USUAL_EDITION) -> None:
    """Write all tables of the feed; times of the archive members are fixed."""
    tables = {
        "agency.txt": _agency(feed),
        "stops.txt": _stops(feed),
        "routes.txt": _routes(feed),
        "trips.txt": _trips(feed),
        **_calendar(feed, edition),
        "feed_info.txt": _feed_info(feed, edition),
    }
    if not edition.wheelchair:
        tables["stops.txt"] = tables["stops.txt"].drop(columns="wheelchair_boarding")
        tables["trips.txt"] = tables["trips.txt"].drop(columns="wheelchair_accessible")
    if len(feed.frequency_trips):
        tables["frequencies.txt"] = _frequencies(feed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, table in tables.items():
            text = table.to_csv(index=False, lineterminator="\n", float_format="%.7f")
            archive.writestr(_member(name), text)
        with archive.open(_member("stop_times.txt"), "w", force_zip64=True) as member:
            _write_stop_times(member, feed)  # type: ignore[arg-type]


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _agency(feed: Feed) -> pd.DataFrame:
    agency_id, name = FEED_NAMES[feed.name]
    return pd.DataFrame({
        "agency_id": [agency_id], "agency_name": name, "agency_url": "https://example.org/marlune",
        "agency_timezone": "Etc/UTC", "agency_lang": "fr",
    })  # fmt: skip


def _feed_info(feed: Feed, edition: Edition) -> pd.DataFrame:
    return pd.DataFrame({
        "feed_publisher_name": [FEED_NAMES[feed.name][1]], "feed_publisher_url": "https://example.org/marlune",
        "feed_lang": "fr", "feed_start_date": edition.first_day, "feed_end_date": edition.last_day,
        "feed_version": edition.version, "feed_contact_email": "demo@example.org",
    })  # fmt: skip


def stop_ids(feed_name: str, stops: Places) -> Strings:
    """Stop ids tell the place: ``bus-4W-2N-E`` is served eastward at half block (-4, 2)."""
    columns = [f"{abs(value)}{'W' if value < 0 else 'E'}" for value in stops.column.tolist()]
    rows = [f"{abs(value)}{'S' if value < 0 else 'N'}" for value in stops.row.tolist()]
    ends = [HEADINGS[value] for value in stops.heading.tolist()]
    ids = [f"{feed_name}-{c}-{r}-{e}" for c, r, e in zip(columns, rows, ends, strict=True)]
    return np.array(ids, dtype=object)


def _street_name(half_blocks: int, positive: str, negative: str) -> str:
    """Name of an arterial, or of the street half a block on."""
    number, half = divmod(abs(half_blocks), 2)
    side = positive if half_blocks > 0 else negative
    return (f"{number}{' bis' if half else ''} {side}" if half_blocks else "centrale").strip()


def _stops(feed: Feed) -> pd.DataFrame:
    lon, lat = plan.to_lon_lat(*stop_positions(feed.stops))
    places = zip(feed.stops.column.tolist(), feed.stops.row.tolist(), strict=True)
    names = [
        "Grand-Place" if (column, row) == (0, 0)
        else f"Avenue {_street_name(column, 'Est', 'Ouest')} / Rue {_street_name(row, 'Nord', 'Sud')}"
        for column, row in places
    ]  # fmt: skip
    ids = stop_ids(feed.name, feed.stops)
    table = pd.DataFrame({"stop_id": ids, "stop_name": names, "stop_lat": lat, "stop_lon": lon})
    table["location_type"], table["parent_station"] = 0, ""
    table["wheelchair_boarding"] = 1 if feed.name == "tram" else 1 + (np.arange(len(ids)) % 3 == 0)
    if feed.name == "bus":
        return table
    stations = table["stop_id"].str.rsplit("-", n=1).str[0].str.replace("tram", "station", regex=False)
    table["parent_station"] = stations
    parents = table.assign(station=stations).groupby("station", as_index=False).first()
    parents["stop_id"], parents["parent_station"], parents["location_type"] = parents["station"], "", 1
    return pd.concat([parents.drop(columns="station"), table], ignore_index=True)


def _routes(feed: Feed) -> pd.DataFrame:
    agency_id = FEED_NAMES[feed.name][0]
    rows = [
        (line.route_id, agency_id, line.route_id, line.name, line.kind, COLOURS[n % len(COLOURS)], "FFFFFF")
        for n, line in enumerate(feed.lines)
    ]
    names = "route_id agency_id route_short_name route_long_name route_type route_color route_text_color"
    return pd.DataFrame(rows, columns=names.split())


def trip_ids(feed: Feed) -> Strings:
    """Trip ids tell route, kind of day, direction and number: ``9-weekday-0-003``."""
    rows = zip(*(part.tolist() for part in (feed.trip_line, feed.trip_service, feed.trip_direction,
                                            feed.trip_number)), strict=True)  # fmt: skip
    return np.array(
        [f"{feed.lines[a].route_id}-{SERVICES[b]}-{c}-{d:03d}" for a, b, c, d in rows], dtype=object
    )


def _trips(feed: Feed) -> pd.DataFrame:
    ends = [line.name.removeprefix("Nuit: ").removeprefix("Rocade: ").split(" – ") for line in feed.lines]
    headsigns = [(end[-1], end[0]) for end in ends]
    pairs = list(zip(feed.trip_line.tolist(), feed.trip_direction.tolist(), strict=True))
    return pd.DataFrame({
        "route_id": [feed.lines[line].route_id for line, _ in pairs],
        "service_id": np.array(SERVICES, dtype=object)[feed.trip_service],
        "trip_id": trip_ids(feed),
        "trip_headsign": [headsigns[line][direction] for line, direction in pairs],
        "direction_id": feed.trip_direction,
        "wheelchair_accessible": 1 if feed.name == "tram" else 0,
    })  # fmt: skip


def _calendar(feed: Feed, edition: Edition) -> dict[str, pd.DataFrame]:
    """Buses: calendar.txt with holidays as exceptions. Trams: every day listed in calendar_dates.txt."""
    used = [SERVICES[row] for row in np.unique(feed.trip_service)]
    if feed.name == "tram":
        first, last = (_day(text) for text in (edition.first_day, edition.last_day))
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        rows = [(_service_of(day, edition.holidays), f"{day:%Y%m%d}", 1) for day in days]
        table = pd.DataFrame(rows, columns=["service_id", "date", "exception_type"])
        return {"calendar_dates.txt": table[table["service_id"].isin(used)]}
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    calendar = pd.DataFrame({"service_id": used})
    for number, name in enumerate(names):
        runs = "sunday" if number == 6 else "saturday" if number == 5 else "weekday"
        calendar[name] = [int(service == runs) for service in used]
    calendar["start_date"], calendar["end_date"] = edition.first_day, edition.last_day
    rows = [("weekday", day, 2) for day in edition.holidays]
    rows += [("sunday", day, 1) for day in edition.holidays]
    exceptions = pd.DataFrame(rows, columns=["service_id", "date", "exception_type"])
    return {"calendar.txt": calendar, "calendar_dates.txt": exceptions[exceptions["service_id"].isin(used)]}


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _service_of(day: date, holidays: tuple[str, ...]) -> str:
    if f"{day:%Y%m%d}" in holidays or day.weekday() == 6:
        return "sunday"
    return "saturday" if day.weekday() == 5 else "weekday"


def _frequencies(feed: Feed) -> pd.DataFrame:
    ids = trip_ids(feed)[feed.frequency_trips]
    rows = [
        (trip, f"{int(start):02d}:00:00", f"{int(end):02d}:00:00", int(headway * 60), 0)
        for trip in ids
        for start, end, headway in FREQUENCY_BANDS
    ]
    return pd.DataFrame(rows, columns=["trip_id", "start_time", "end_time", "headway_secs", "exact_times"])


def _write_stop_times(file: io.BufferedIOBase, feed: Feed) -> None:
    """Write stop_times.txt in pieces; texts are looked up in tables: millions of rows take seconds."""
    ids, stops = pa.array(trip_ids(feed)), pa.array(stop_ids(feed.name, feed.stops))
    clock = _clock_texts(int(max(feed.departure_s.max(), 0)))
    trip_of_visit = np.repeat(np.arange(len(feed.trip_line)), np.diff(feed.trip_start))
    with_distance = bool((feed.distance_m >= 0).any())
    names = ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "timepoint"]
    file.write((",".join(names + ["shape_dist_traveled"] * with_distance) + "\n").encode())
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
    for start in range(0, len(trip_of_visit), TEXT_AT_ONCE):
        piece = slice(start, start + TEXT_AT_ONCE)
        arrival, departure = feed.arrival_s[piece], feed.departure_s[piece]
        columns = [
            ids.take(pa.array(trip_of_visit[piece])),
            clock.take(pa.array(arrival, mask=arrival < 0)),
            clock.take(pa.array(departure, mask=departure < 0)),
            stops.take(pa.array(feed.visit_stop[piece])),
            pa.array(feed.visit_sequence[piece] + 1),
            pa.array((arrival >= 0).astype(np.int8)),
        ]
        if with_distance:
            distance = feed.distance_m[piece]
            columns.append(pa.array(distance, mask=distance < 0))
        names = names[:6] + ["shape_dist_traveled"] * with_distance
        arrow_csv.write_csv(pa.table(columns, names=names), file, options)


def _clock_texts(last_s: int) -> pa.Array:
    """``HH:MM:SS`` of every second up to the last one needed; hours go on past 24."""
    return pa.array([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(last_s + 1)])

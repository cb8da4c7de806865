"""Porto Alegre for the benchmarks: its network ready for a search, and its feeds with all times filled in.

    FAIRREACH_DATA=... python benchmarks/porto_alegre.py OUT

writes to the folder OUT one GTFS feed with every vehicle of Monday 2019-05-13, blank times filled by the rule
of ``gtfs`` (by straight-line distance, whole seconds), as a folder and as a zip. Other programs fill blank
times by other rules or refuse them, and then nothing can be compared. Ids of stops, routes and trips are
their positions in the timetable.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from access.network import reversed_walks
from access.transport_network import TransportNetwork
from gtfs.timetable import Schedule

SERVICE_DATE = date(2019, 5, 13)
FIRST_DEPARTURE_S = 12 * 3600 + 30 * 60
HORIZON_S = 32 * 3600
PERCENTILES = (5, 25, 50, 75, 95)
MAX_WALK_MIN, MAX_TRANSFER_WALK_MIN = 30, 15
WALK_SPEED_KM_H = 3.6
MAX_DURATION_MIN = 120


def data_folder() -> Path:
    return Path(os.environ["FAIRREACH_DATA"]) / "porto-alegre"


def inputs(folder: Path) -> tuple[Path, list[Path]]:
    """Streets and feeds."""
    return folder / "osm.pbf", [folder / "gtfs_eptc.zip", folder / "gtfs_trensurb.zip"]


def cells(folder: Path) -> pd.DataFrame:
    """The 1,227 cells of H3 resolution 9: id, lon, lat and amounts."""
    return pd.read_csv(folder / "land_use_h3.csv")


def finer_cells(table: pd.DataFrame) -> pd.DataFrame:
    """The seven children of each cell."""
    import h3

    ids = [child for cell in table["id"] for child in h3.cell_to_children(cell, 10)]
    lat, lon = np.array([h3.cell_to_latlng(cell) for cell in ids]).T
    return pd.DataFrame({"id": ids, "lon": lon, "lat": lat})


def ready_network(
    network: TransportNetwork, places: pd.DataFrame, service_date: date = SERVICE_DATE
) -> dict[str, Any]:
    """Timetable and walks between all places, as ``access.search.prepare_search`` takes them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stops outside the streets are known
        day = network.service_day(service_date, HORIZON_S)
        stops = network.snap_stops(day.schedule, HORIZON_S)
    doors = network.snap(places["lon"].to_numpy(np.float64), places["lat"].to_numpy(np.float64))
    speed: dict[str, Any] = {"walk_speed_km_h": WALK_SPEED_KM_H}
    access = network.walks(doors, stops, max_walk_min=MAX_WALK_MIN, **speed)
    return {
        "timetable": day.schedule.timetable,
        "access": access,
        "footpaths": network.walks(
            stops, stops, max_walk_min=MAX_TRANSFER_WALK_MIN, same_points=True, **speed
        ),
        "egress": reversed_walks(access, day.schedule.timetable.n_stops),
        "direct": network.walks(doors, doors, max_walk_min=MAX_WALK_MIN, same_points=True, **speed),
        "n_destinations": len(places),
    }


def schedule_of(folder: Path) -> Schedule:
    """The vehicles of the day, with the ids of their feeds."""
    osm_pbf, feeds = inputs(folder)
    return TransportNetwork(osm_pbf, feeds, cache=False).service_day(SERVICE_DATE, HORIZON_S).schedule


def porto_alegre(
    folder: Path, cache: Path | bool | None = None
) -> tuple[Schedule, dict[str, Any], pd.DataFrame]:
    """The vehicles of the day, the network ready for a search, and the cells."""
    osm_pbf, feeds = inputs(folder)
    network = TransportNetwork(osm_pbf, feeds, cache=cache)
    table = cells(folder)
    ready = ready_network(network, table)
    return network.service_day(SERVICE_DATE, HORIZON_S).schedule, ready, table


def one_pattern_a_route(schedule: Schedule) -> np.ndarray:
    """A number for each trip, the same for trips that serve the same stops and do not overtake each other."""
    timetable = schedule.timetable
    patterns: dict[tuple[int, ...], list[tuple[int, np.ndarray]]] = {}
    number = np.empty(timetable.n_trips, np.int64)
    n_patterns = 0
    for trip in range(timetable.n_trips):
        visits = slice(timetable.trip_start[trip], timetable.trip_start[trip + 1])
        times = np.stack([timetable.arrival_s[visits], timetable.departure_s[visits]])
        rows = patterns.setdefault(tuple(timetable.visit_stop[visits]), [])
        for at, (known, last) in enumerate(rows):
            if (times >= last).all():
                number[trip], rows[at] = known, (known, times)
                break
        else:
            number[trip] = n_patterns
            rows.append((n_patterns, times))
            n_patterns += 1
    return number


def write_filled_feed(schedule: Schedule, out: Path, route_of_trip: np.ndarray | None = None) -> None:
    """Write the vehicles of one service day as a GTFS feed, a folder and a zip beside it.

    Parameters
    ----------
    schedule : Schedule
        From ``gtfs.schedule.build_schedule``; trips of the days before and after are left out.
    out : Path
        Folder to be made anew; the zip has its name and ``.zip``.
    route_of_trip : int array (n_trips,), optional
        Other routes than those of the feed.
    """
    timetable = schedule.timetable
    routes = timetable.trip_route if route_of_trip is None else route_of_trip
    route_type = dict(enumerate(schedule.route_types))
    kinds = {
        int(route): route_type[int(own)] for route, own in zip(routes, timetable.trip_route, strict=True)
    }
    trips = np.flatnonzero(timetable.trip_day == 0)
    length = np.diff(timetable.trip_start)
    trip_of_visit = np.repeat(np.arange(timetable.n_trips), length)
    place = np.arange(len(trip_of_visit)) - np.repeat(timetable.trip_start[:-1], length)
    today = np.isin(trip_of_visit, trips)
    day = schedule.service_date.strftime("%Y%m%d")
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    tables: dict[str, pd.DataFrame] = {
        "agency": pd.DataFrame(
            {
                "agency_id": ["a"],
                "agency_name": ["all"],
                "agency_url": ["http://example.org"],
                "agency_timezone": ["America/Sao_Paulo"],
            }
        ),
        "feed_info": pd.DataFrame(
            {
                "feed_publisher_name": ["all"],
                "feed_publisher_url": ["http://example.org"],
                "feed_lang": ["pt"],
            }
        ),
        "calendar": pd.DataFrame(
            {"service_id": ["s"], **{name: [1] for name in weekdays}, "start_date": [day], "end_date": [day]}
        ),
        "calendar_dates": pd.DataFrame({"service_id": [], "date": [], "exception_type": []}),
        "stops": pd.DataFrame(
            {
                "stop_id": np.arange(timetable.n_stops),
                "stop_name": np.arange(timetable.n_stops),
                "stop_lat": timetable.stop_lat,
                "stop_lon": timetable.stop_lon,
            }
        ),
        "routes": pd.DataFrame(
            {
                "route_id": list(kinds),
                "agency_id": "a",
                "route_short_name": list(kinds),
                "route_type": list(kinds.values()),
            }
        ),
        "trips": pd.DataFrame({"route_id": routes[trips], "service_id": "s", "trip_id": trips}),
        "stop_times": pd.DataFrame(
            {
                "trip_id": trip_of_visit,
                "arrival_time": _clock(timetable.arrival_s),
                "departure_time": _clock(timetable.departure_s),
                "stop_id": timetable.visit_stop,
                "stop_sequence": place + 1,
                "pickup_type": np.where(timetable.pickup, 0, 1),
                "drop_off_type": np.where(timetable.drop_off, 0, 1),
            }
        )[today],
    }
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(out / f"{name}.txt", index=False)
    shutil.make_archive(str(out), "zip", out)


def _clock(seconds: np.ndarray) -> list[str]:
    return [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in seconds.tolist()]


if __name__ == "__main__":
    city = schedule_of(data_folder())
    write_filled_feed(city, Path(sys.argv[1]))
    print(city.counts.summary())

"""What the tables of a feed say about one service day, before its trips are unfolded.

None of it depends on where headway-based vehicles leave within their headway: read once, a day can be
unfolded at several phases.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.calendar import active_services, read_calendar
from gtfs.errors import FeedError
from gtfs.pathways import accessible_stops, accessible_trips, read_pathways, step_free_pathways
from gtfs.timetable import NO_INDEX, Pathways
from gtfs.unfolding import DAYS
from gtfs.visits import Visits, lookup, read_visits

StepFree = Literal["best", "worst"] | None
"""Who travels: None everybody; else those who need a way without steps, by the best or the worst case."""

_SHOWN = 5


class DayStops(NamedTuple):
    """Stops with their coordinates, NaN where there are none in range."""

    ids: list[str]
    names: list[str]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    station: npt.NDArray[np.int32]


class DayTables(NamedTuple):
    """A feed on one day and the nights around it."""

    feed: gtfs_kit.Feed
    service_date: date
    name: str
    stops: DayStops
    route: npt.NDArray[np.int64]  # row of routes.txt of each row of trips.txt, -1 unknown
    active: list[npt.NDArray[np.bool_]]  # rows of trips.txt, of each of DAYS
    visits: Visits
    pathways: Pathways  # that the travellers can use
    all_pathways: Pathways
    unknown_pathways: int
    stops_known: npt.NDArray[np.bool_] | None  # whether the feed says if accessible; None = not asked
    trips_known: npt.NDArray[np.bool_] | None


def read_day_tables(
    feed: gtfs_kit.Feed,
    service_date: date,
    *,
    name: str = "feed",
    by_arrangement: bool = True,
    step_free: StepFree = None,
) -> DayTables:
    """Read and check the tables; parameters and errors are those of ``gtfs.schedule.build_schedule``."""
    stops = _read_stops(feed, name)
    route = _read_routes(feed, name)
    active = _active_trips(feed, service_date, name)
    visits = read_visits(
        feed, np.logical_or.reduce(active), stops.lon, stops.lat, name=name, by_arrangement=by_arrangement
    )
    _check_routes(feed, visits, route, name)
    all_pathways, unknown_pathways = read_pathways(feed)
    pathways, stops_known, trips_known = all_pathways, None, None
    if step_free is not None:
        accessible, stops_known = accessible_stops(feed, step_free)
        boards, trips_known = accessible_trips(feed, step_free)
        pathways = step_free_pathways(all_pathways, accessible)
        visits = _only_accessible(visits, accessible, boards)
    return DayTables(
        feed,
        service_date,
        name,
        stops,
        route,
        active,
        visits,
        pathways,
        all_pathways,
        unknown_pathways,
        stops_known,
        trips_known,
    )


def _only_accessible(visits: Visits, stops: npt.NDArray[np.bool_], trips: npt.NDArray[np.bool_]) -> Visits:
    """No pickup or drop-off where the stop or the trip takes no wheelchair."""
    usable = stops[visits.stop] & np.repeat(trips[visits.trip], np.diff(visits.trip_start))
    return visits._replace(pickup=visits.pickup & usable, drop_off=visits.drop_off & usable)


def _read_stops(feed: gtfs_kit.Feed, name: str) -> DayStops:
    """Stops with coordinates in range (else NaN); a stop without its own takes those of its station."""
    table = feed.stops
    _refuse_repeats(table["stop_id"], "stops.txt", name)
    lon = table["stop_lon"].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    lat = table["stop_lat"].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    nowhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)) | ((lon == 0) & (lat == 0))
    lon[nowhere] = lat[nowhere] = np.nan
    station = np.full(len(table), NO_INDEX)
    if "parent_station" in table.columns:
        station = lookup(table["stop_id"], table["parent_station"]).astype(np.int32)
        inherits = nowhere & (station >= 0)
        lon[inherits], lat[inherits] = lon[station[inherits]], lat[station[inherits]]
    ids = table["stop_id"]
    names = table["stop_name"].fillna(ids) if "stop_name" in table.columns else ids
    return DayStops(ids.to_list(), names.to_list(), lon, lat, station)


def _read_routes(feed: gtfs_kit.Feed, name: str) -> npt.NDArray[np.int64]:
    """Row of routes.txt for each row of trips.txt, -1 where unknown."""
    _refuse_repeats(feed.routes["route_id"], "routes.txt", name)
    _refuse_repeats(feed.trips["trip_id"], "trips.txt", name)
    return lookup(feed.routes["route_id"], feed.trips["route_id"])


def _refuse_repeats(ids: pd.Series[str], file: str, name: str) -> None:
    if ids.isna().any():
        raise FeedError(
            f"{name}: {int(ids.isna().sum())} rows of {file} have no {ids.name}; give each one its id"
        )
    if ids.is_unique:
        return
    repeated = ids[ids.duplicated()].unique()
    raise FeedError(
        f"{name}: {file} has {len(repeated)} {ids.name} twice (such as {repeated[0]!r}); keep one row of each"
    )


def _active_trips(feed: gtfs_kit.Feed, service_date: date, name: str) -> list[npt.NDArray[np.bool_]]:
    """Rows of trips.txt that run on the day before, the day itself and the day after."""
    calendar = read_calendar(feed, name)
    services = feed.trips["service_id"]
    return [
        services.isin(list(active_services(calendar, service_date + timedelta(days=offset)))).to_numpy(
            dtype=bool
        )
        for offset in DAYS
    ]


def _check_routes(feed: gtfs_kit.Feed, visits: Visits, route: npt.NDArray[np.int64], name: str) -> None:
    lost = visits.trip[route[visits.trip] < 0]
    if len(lost):
        trips = feed.trips.iloc[lost[:_SHOWN]]
        problems = [
            f"trip {trip!r} belongs to route {route_id!r}"
            for trip, route_id in zip(trips["trip_id"], trips["route_id"], strict=True)
        ]
        raise FeedError(f"{name}: {len(lost)} trips name a route that routes.txt lacks; add it", problems)

"""What leaves and arrives where and when: departures by stop, route and direction in a window of the day.

A *call* is a visit that passengers can use. What counts is decided so:

C1. A departure is a visit at which boarding is allowed and that is not the last one of its trip; an arrival
    one at which alighting is allowed and that is not the first.
C2. A visit belongs to the window ``[start_s, end_s)`` in which it leaves (arrives). Trips of the neighbouring
    days count where they fall into it; trips by headway are vehicles already.
C3. Where vehicles are counted, each counts once at a group of stops, however often it calls there: a loop
    that ends where it begins, or a bus that stops on both sides of a square, is one vehicle.
C4. Stops of one station are one *place*; a stop without a station is a place of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.stop_times import EARTH_RADIUS_M
from gtfs.timetable import NO_INDEX, Timetable

Indices = npt.NDArray[np.int32]

DAY_END_S = 86_400


class Calls(NamedTuple):
    """Departures, or arrivals, one row each, in order of trip. All arrays have shape ``(n_calls,)``."""

    stop: Indices
    route: Indices
    trip: Indices
    time_s: Indices  # seconds after 00:00 of the service day


class Service(NamedTuple):
    """Vehicles by group of stops, route and direction; sorted, without repeats. Shape ``(n_rows,)``."""

    group: Indices  # group of stops: place, cluster or stop, as given
    route: Indices
    direction: Indices  # within the route, see ``gtfs.supply_directions``
    vehicles: npt.NDArray[np.int64]  # trips that call there at least once


def departures_between(timetable: Timetable, start_s: int, end_s: int) -> Calls:
    """Return every departure of ``[start_s, end_s)`` that somebody can board (C1, C2)."""
    usable = timetable.pickup.copy()
    usable[timetable.trip_start[1:] - 1] = False
    return _calls(timetable, usable, timetable.departure_s, start_s, end_s)


def arrivals_between(timetable: Timetable, start_s: int, end_s: int) -> Calls:
    """Return every arrival of ``[start_s, end_s)`` at which somebody can alight (C1, C2)."""
    usable = timetable.drop_off.copy()
    usable[timetable.trip_start[:-1]] = False
    return _calls(timetable, usable, timetable.arrival_s, start_s, end_s)


def _calls(
    timetable: Timetable, usable: npt.NDArray[np.bool_], time_s: Indices, start_s: int, end_s: int
) -> Calls:
    visit = np.flatnonzero(usable & (time_s >= start_s) & (time_s < end_s))
    trip = (np.searchsorted(timetable.trip_start, visit, side="right") - 1).astype(np.int32)
    return Calls(timetable.visit_stop[visit], timetable.trip_route[trip], trip, time_s[visit])


def places_of(timetable: Timetable) -> Indices:
    """Return the place of each stop, shape ``(n_stops,)``: the index of its outermost station, else its own.

    A boarding area belongs to a platform and that to a station, so that parents are followed to the end.
    """
    place = np.arange(timetable.n_stops, dtype=np.int32)
    for _ in range(3):  # boarding area, platform, station
        parent = timetable.stop_station[place]
        place = np.where(parent == NO_INDEX, place, parent).astype(np.int32)
    return place


def clusters_of(timetable: Timetable, within_m: float) -> Indices:
    """Return the cluster of each stop, shape ``(n_stops,)``, numbered from 0 in order of stops.

    Stops of one station, and stops at most ``within_m`` apart in a straight line, are in one cluster, and so
    are stops joined by a chain of such pairs (the bays of a bus station). Stops without coordinates join
    through their station only.
    """
    from scipy.sparse import coo_array  # only the EU typology needs them
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n_stops = timetable.n_stops
    placed = np.flatnonzero(np.isfinite(timetable.stop_lon) & np.isfinite(timetable.stop_lat))
    lon, lat = np.radians(timetable.stop_lon[placed]), np.radians(timetable.stop_lat[placed])
    on_sphere = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    near = np.zeros((0, 2), dtype=np.intp)
    if len(placed):
        near = cKDTree(EARTH_RADIUS_M * on_sphere).query_pairs(within_m, output_type="ndarray")
    source = np.concatenate([placed[near[:, 0]], np.arange(n_stops)])
    target = np.concatenate([placed[near[:, 1]], places_of(timetable)])
    joined = coo_array((np.ones(len(source), np.int8), (source, target)), shape=(n_stops, n_stops))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int32)


def count_service(calls: Calls, group_of_stop: Indices, direction_of_trip: Indices) -> Service:
    """Count the vehicles of each route and direction at each group of stops, each vehicle once (C3).

    Parameters
    ----------
    calls : Calls
        Departures or arrivals of a window.
    group_of_stop : array of int, shape (n_stops,)
        ``places_of``, ``clusters_of`` or the stops themselves.
    direction_of_trip : array of int, shape (n_trips,)
        See ``gtfs.supply_directions.trip_directions``; zeros count both directions together.
    """
    n_trips = max(len(direction_of_trip), 1)
    route_of_trip = np.zeros(n_trips, dtype=np.int64)
    route_of_trip[calls.trip] = calls.route
    # One whole number a row: sorting numbers is many times faster than sorting rows.
    group, trip = np.divmod(
        np.unique(group_of_stop[calls.stop].astype(np.int64) * n_trips + calls.trip), n_trips
    )
    n_routes, n_ways = int(route_of_trip.max(initial=0)) + 1, int(direction_of_trip.max(initial=0)) + 1
    rows, vehicles = np.unique(
        (group * n_routes + route_of_trip[trip]) * n_ways + direction_of_trip[trip], return_counts=True
    )
    rows, direction = np.divmod(rows, n_ways)
    group, route = np.divmod(rows, n_routes)
    group, route, direction = (column.astype(np.int32) for column in (group, route, direction))
    return Service(group, route, direction, vehicles.astype(np.int64))


def headway_min(vehicles: npt.NDArray[np.int64], start_s: int, end_s: int) -> npt.NDArray[np.float64]:
    """Return the mean minutes between vehicles: the window by their number; infinite where none runs.

    The window counts whole, so that two vehicles at the start of an hour have a headway of 30 minutes.
    """
    window_min = (end_s - start_s) / 60
    headway = np.full(len(vehicles), np.inf)
    np.divide(window_min, vehicles, out=headway, where=vehicles > 0)
    return headway

"""The bill of a timetable: trips, vehicle-hours, vehicle-kilometres and vehicles on the road at once.

What counts is decided so:

B1. A vehicle is on the road from the first departure of a trip to its last arrival. Layover at the ends,
    empty runs and recovery time are not in a feed: what an operator pays for is more.
B2. A *service day* is billed by its own trips, whole, those after midnight included; trips of the night
    before belong to the day before.
B3. A *window* of the clock is billed by all vehicles in it, those of the neighbouring days too: their time
    is clipped to the window, their kilometres are shared out by time, and a trip counts in the window in
    which it leaves, so that windows that tile a time add up.
B4. *Peak vehicles* are the most trips on the road at one moment. A trip that ends in the second in which
    another leaves is the same vehicle's, whatever their blocks; vehicles that wait between two trips do not
    count, so that the fleet must be larger. Routes peak at different times: their peaks add up to more than
    the peak of all.
B5. Trips of frequencies.txt are one vehicle for each departure, see ``gtfs.frequencies``.

Lengths: see ``gtfs.trip_measures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.schedule import DEFAULT_HORIZON_S
from gtfs.stop_times import great_circle_m
from gtfs.timetable import Schedule, Timetable
from gtfs.trip_measures import TripMeasures, measure_trips
from gtfs.visits import lookup

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

COLUMNS = ("trips", "vehicle_hours", "vehicle_km", "straight_km", "trips_along_shapes", "peak_vehicles")
"""Numbers of a bill, by route and in all. ``straight_km`` measures every trip by straight lines between its
stops; ``vehicle_km`` along the shape of those ``trips_along_shapes`` that have one."""


class Vehicles(NamedTuple):
    """Vehicles on one clock; one entry each. All arrays have shape ``(n_vehicles,)``."""

    route: Indices  # row of routes.txt
    leaves_s: Indices
    ends_s: Indices
    length_m: Floats
    straight_m: Floats
    has_shape: npt.NDArray[np.bool_]
    counted: npt.NDArray[np.bool_]  # as a trip; not those that left before the window (B3)

    def of(self, chosen: npt.NDArray[np.bool_]) -> Vehicles:
        """Return some of them."""
        return Vehicles(
            self.route[chosen],
            self.leaves_s[chosen],
            self.ends_s[chosen],
            self.length_m[chosen],
            self.straight_m[chosen],
            self.has_shape[chosen],
            self.counted[chosen],
        )


@dataclass(frozen=True)
class Bill:
    """What a service day or a window costs; numbers are ``COLUMNS``."""

    total: pd.Series[float]
    by_route: pd.DataFrame  # route_id, route_name, COLUMNS; routes with a vehicle, as in routes.txt


def bill_of_day(
    schedule: Schedule, feed: gtfs_kit.Feed | None = None, measures: TripMeasures | None = None
) -> Bill:
    """Bill the trips of a service day (B2).

    Parameters
    ----------
    schedule : of the day, with everybody's trips.
    feed : the feed it was built from, for the shapes; without it kilometres are by straight lines.
    measures : ``measure_trips(feed)`` if it is known already.
    """
    vehicles = vehicles_of(schedule, feed, measures)
    return _bill(vehicles.of(schedule.timetable.trip_day == 0), schedule)


def bill_of_window(
    schedule: Schedule,
    start_s: int,
    end_s: int,
    feed: gtfs_kit.Feed | None = None,
    measures: TripMeasures | None = None,
) -> Bill:
    """Bill what is on the road in ``[start_s, end_s)`` after midnight of the service day (B3).

    Raises
    ------
    ValueError
        If the window is empty or outside 00:00 to 32:00, beyond which a schedule does not hold all vehicles.
    """
    if not 0 <= start_s < end_s <= DEFAULT_HORIZON_S:
        raise ValueError(
            f"a window begins at 0 s or later, before its end, and ends by {DEFAULT_HORIZON_S} s (32:00); "
            f"got {start_s} to {end_s}"
        )
    return _bill(clipped(vehicles_of(schedule, feed, measures), start_s, end_s), schedule)


def vehicle_hours(timetable: Timetable, start_s: int | None = None, end_s: int | None = None) -> float:
    """Return the vehicle-hours of the service day (B2), or of a window where both its ends are given (B3)."""
    leaves_s = timetable.departure_s[timetable.trip_start[:-1]].astype(np.int64)
    ends_s = timetable.arrival_s[timetable.trip_start[1:] - 1].astype(np.int64)
    if start_s is None or end_s is None:
        return float((ends_s - leaves_s)[timetable.trip_day == 0].sum()) / 3600
    inside_s = np.minimum(ends_s, end_s) - np.maximum(leaves_s, start_s)
    return float(np.maximum(inside_s, 0).sum()) / 3600


def vehicles_of(
    schedule: Schedule, feed: gtfs_kit.Feed | None = None, measures: TripMeasures | None = None
) -> Vehicles:
    """Return every vehicle of a schedule, those of the neighbouring days included."""
    timetable = schedule.timetable
    straight_m = _straight_m(timetable)
    shape_m = np.full(timetable.n_trips, np.nan)
    if feed is not None:
        measures = measures or measure_trips(feed)
        row = lookup(feed.trips["trip_id"], pd.Series(schedule.trip_ids, dtype="string"))
        shape_m = np.append(measures.shape_m, np.nan)[row]
    return Vehicles(
        timetable.trip_route.astype(np.int64),
        timetable.departure_s[timetable.trip_start[:-1]].astype(np.int64),
        timetable.arrival_s[timetable.trip_start[1:] - 1].astype(np.int64),
        np.where(np.isnan(shape_m), straight_m, shape_m),
        straight_m,
        ~np.isnan(shape_m),
        np.ones(timetable.n_trips, dtype=bool),
    )


def _straight_m(timetable: Timetable) -> Floats:
    """Straight lines between the stops of each trip; stops without coordinates are passed over."""
    trip = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))
    lon, lat = timetable.stop_lon[timetable.visit_stop], timetable.stop_lat[timetable.visit_stop]
    placed = ~np.isnan(lon)
    lon, lat, trip = lon[placed], lat[placed], trip[placed]
    inside = trip[:-1] == trip[1:]
    hop_m = great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:])[inside]
    return np.bincount(trip[:-1][inside], hop_m, minlength=timetable.n_trips).astype(np.float64)


def clipped(vehicles: Vehicles, start_s: int, end_s: int) -> Vehicles:
    """Return what of the vehicles falls into ``[start_s, end_s)``."""
    takes_s = vehicles.ends_s - vehicles.leaves_s
    inside_s = np.minimum(vehicles.ends_s, end_s) - np.maximum(vehicles.leaves_s, start_s)
    leaves_inside = (vehicles.leaves_s >= start_s) & (vehicles.leaves_s < end_s)
    at_once = (takes_s == 0) & leaves_inside
    share = np.where(at_once, 1.0, np.maximum(inside_s, 0) / np.maximum(takes_s, 1))
    part = vehicles._replace(
        leaves_s=np.maximum(vehicles.leaves_s, start_s),
        ends_s=np.minimum(vehicles.ends_s, end_s),
        length_m=vehicles.length_m * share,
        straight_m=vehicles.straight_m * share,
        counted=vehicles.counted & leaves_inside,
    )
    return part.of((inside_s > 0) | at_once)


def _bill(vehicles: Vehicles, schedule: Schedule) -> Bill:
    n_routes = len(schedule.route_ids)
    frame = pd.DataFrame({"route_id": schedule.route_ids, "route_name": schedule.route_names})
    frame = pd.concat([frame, numbers_by(vehicles, vehicles.route, n_routes)], axis=1)
    runs = np.isin(np.arange(n_routes), vehicles.route)
    total = numbers_by(vehicles, np.zeros(len(vehicles.route), dtype=np.int64), 1).iloc[0]
    return Bill(total, frame[runs].reset_index(drop=True))


def numbers_by(vehicles: Vehicles, group: Indices, n_groups: int) -> pd.DataFrame:
    """Return ``COLUMNS`` by group of vehicles, one row each, zeros for a group without.

    Parameters
    ----------
    vehicles : Vehicles
        Of a day, or clipped to a window.
    group : array of int, shape (n_vehicles,)
    n_groups : int
    """

    def summed(values: Floats | Indices | npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(group, values.astype(np.float64), minlength=n_groups).astype(np.float64)

    numbers = (
        summed(vehicles.counted),
        summed(vehicles.ends_s - vehicles.leaves_s) / 3600,
        summed(vehicles.length_m) / 1000,
        summed(vehicles.straight_m) / 1000,
        summed(vehicles.has_shape & vehicles.counted),
        peak_vehicles(vehicles.leaves_s, vehicles.ends_s, group, n_groups).astype(np.float64),
    )
    return pd.DataFrame(dict(zip(COLUMNS, numbers, strict=True)))


def peak_vehicles(leaves_s: Indices, ends_s: Indices, group: Indices, n_groups: int) -> Indices:
    """Return the most vehicles on the road at one moment by group, shape ``(n_groups,)`` (B4)."""
    moving = ends_s > leaves_s
    leaves_s, ends_s, group = leaves_s[moving], ends_s[moving], group[moving]
    change = np.repeat([-1, 1], len(group))
    at_s, group = np.concatenate([ends_s, leaves_s]), np.concatenate([group, group])
    order = np.lexsort((change, at_s, group))  # who arrives is off the road before who leaves is on it
    # The changes of each group sum to 0, so that the next one starts from 0.
    on_road = np.cumsum(change[order])
    peak = np.zeros(n_groups, dtype=np.int64)
    np.maximum.at(peak, group[order], on_road)
    return peak

"""The bill of a whole week, Monday to Sunday, from a feed and without unfolding its days.

Each service day of the week is billed by its own trips (``gtfs.vehicles``, B2), so that a week is the sum of
seven days. Trips are measured once and counted on each date their service runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.calendar import active_services, read_calendar
from gtfs.frequencies import expand_frequencies, read_frequencies
from gtfs.schedule import route_names
from gtfs.trip_measures import TripMeasures, measure_trips
from gtfs.vehicles import COLUMNS, Indices, Vehicles, numbers_by
from gtfs.visits import lookup


@dataclass(frozen=True)
class WeekBill:
    """What a week costs; numbers are ``gtfs.vehicles.COLUMNS``, peaks those of the busiest day."""

    monday: date
    total: pd.Series[float]
    by_route: pd.DataFrame  # route_id, route_name, numbers; routes with a vehicle in the week
    by_day: pd.DataFrame  # date, numbers; seven rows, Monday first

    @property
    def days_with_service(self) -> int:
        """Number of days on which anything runs."""
        return int((self.by_day["trips"] > 0).sum())


def bill_of_week(
    feed: gtfs_kit.Feed, around: date, name: str = "feed", measures: TripMeasures | None = None
) -> WeekBill:
    """Bill the week from Monday to Sunday that holds a date.

    A trip that cannot be measured (``gtfs.trip_measures``, M1) is not billed; a week without service costs 0.

    Parameters
    ----------
    feed : from ``read_feed`` or ``merge_feeds``; left unchanged.
    around : any date of the week.
    name : the feed's name in messages.
    measures : ``measure_trips(feed)`` if it is known already.

    Raises
    ------
    FeedError
        If the calendar or frequencies.txt cannot be read.
    """
    row, vehicles = _vehicles_of_any_day(feed, name, measures or measure_trips(feed))
    monday = around - timedelta(days=around.weekday())
    calendar = read_calendar(feed, name)
    services = feed.trips["service_id"]
    n_routes = len(feed.routes)
    known: dict[frozenset[str], tuple[pd.DataFrame, pd.Series[float]]] = {}
    days, by_route = [], []
    for offset in range(7):
        active = active_services(calendar, monday + timedelta(days=offset))
        if active not in known:
            today = vehicles.of(services.isin(list(active)).to_numpy(dtype=bool)[row])
            everything = numbers_by(today, np.zeros(len(today.route), dtype=np.int64), 1).iloc[0]
            known[active] = numbers_by(today, today.route, n_routes), everything
        by_route.append(known[active][0])
        days.append(known[active][1])
    routes = _week_of([np.asarray(frame, dtype=np.float64) for frame in by_route])
    routes.insert(0, "route_name", route_names(feed.routes))
    routes.insert(0, "route_id", feed.routes["route_id"].to_list())
    by_day = pd.DataFrame(days).reset_index(drop=True)
    by_day.insert(0, "date", [monday + timedelta(days=offset) for offset in range(7)])
    total = _week_of([day.to_numpy(dtype=np.float64)[None] for day in days]).iloc[0]
    return WeekBill(monday, total, routes[routes["trips"] > 0].reset_index(drop=True), by_day)


def _vehicles_of_any_day(feed: gtfs_kit.Feed, name: str, measures: TripMeasures) -> tuple[Indices, Vehicles]:
    """Row of trips.txt of each vehicle, and the vehicles, as if every service ran."""
    frequencies = read_frequencies(feed, name)
    departures = expand_frequencies(
        frequencies.start_s, frequencies.end_s, frequencies.headway_s, frequencies.exact
    )
    by_headway = frequencies.trip[departures.row]
    once = np.flatnonzero(~np.isin(np.arange(len(feed.trips)), frequencies.trip))
    row = np.concatenate([once, by_headway]).astype(np.int64)
    leaves_s = np.concatenate([measures.leaves_s[once], departures.departure_s.astype(np.int64)])
    route = lookup(feed.routes["route_id"], feed.trips["route_id"])[row]
    vehicles = Vehicles(
        route,
        leaves_s,
        leaves_s + (measures.ends_s - measures.leaves_s)[row],
        measures.length_m[row],
        measures.straight_m[row],
        ~np.isnan(measures.shape_m[row]),
        np.ones(len(row), dtype=bool),
    )
    usable = measures.timed[row] & (route >= 0)
    return row[usable], vehicles.of(usable)


def _week_of(days: Sequence[npt.NDArray[np.floating[Any]]]) -> pd.DataFrame:
    """Sum of the days, but the greatest of their peaks."""
    stacked = np.stack(days).astype(np.float64)
    week = pd.DataFrame(stacked.sum(axis=0), columns=list(COLUMNS))
    week["peak_vehicles"] = stacked[:, :, COLUMNS.index("peak_vehicles")].max(axis=0)
    return week

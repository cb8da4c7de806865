"""What a feed offers in a few numbers, so that its versions can be followed over time.

Decided so:

F1. Routes and stops count if a trip with a timetable runs there on at least one day of the feed; a stop also
    needs a visit at which one may board or alight.
F2. Trips and vehicle-hours are those of the reference week (``gtfs.feed_facts_week``); what a vehicle-hour
    leaves out stands in ``gtfs.vehicles``.
F3. A stop is usable in a wheelchair if the feed says so of it, or says nothing of it and yes of its station.
    Where the feed says neither yes nor no of any served stop (no field, blanks, zeros) the number is None,
    "not said", which is another thing than 0, "of none". Trips are counted as vehicles of the reference week.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.feed import read_feed
from gtfs.feed_facts_week import ReferenceWeek, reference_week
from gtfs.pathways import accessible_stops, accessible_trips
from gtfs.visits import lookup

_NOT_AVAILABLE = 1  # pickup_type, drop_off_type

Rows = npt.NDArray[np.bool_]


class FeedFacts(NamedTuple):
    """Numbers of one feed; the names are columns of a store's tables ``feed`` and ``feed_version``."""

    first_day: date | None  # with service; None where nothing ever runs
    last_day: date | None
    routes: int  # with trips (F1)
    stops: int  # that are served (F1)
    trips_week: float  # of the reference week (F2)
    vehicle_hours_week: float
    week_from: date | None  # its Monday
    stops_wheelchair: int | None  # said to be usable; None where the feed does not say (F3)
    trips_wheelchair: int | None


def feed_facts(path: Path, name: str | None = None) -> FeedFacts:
    """Read a feed, a zip or a folder, and count.

    Parameters
    ----------
    path : Path
    name : str, optional
        How messages call the feed; default the file name.

    Raises
    ------
    FeedError
        If the archive, a table that travel times depend on, or the calendar cannot be read.
    """
    label = name or Path(path).name
    feed = read_feed(Path(path), label)
    return facts_of(feed, reference_week(feed, label))


def facts_of(feed: gtfs_kit.Feed, week: ReferenceWeek) -> FeedFacts:
    """Count a feed that is read, with its reference week; both are left unchanged."""
    served = served_stops(feed, week.ever)
    stops_yes, stops_said = accessible_stops(feed, "worst")
    trips_yes, trips_said = accessible_trips(feed, "worst")
    here = week.runs > 0
    return FeedFacts(
        first_day=week.first_day,
        last_day=week.last_day,
        routes=int(feed.trips["route_id"][week.ever].nunique()),
        stops=int(served.sum()),
        trips_week=float(week.runs.sum()),
        vehicle_hours_week=round(float(week.vehicle_hours.sum()), 6),
        week_from=week.monday,
        stops_wheelchair=int((stops_yes & served).sum()) if (stops_said & served).any() else None,
        trips_wheelchair=int(week.runs[trips_yes].sum()) if (trips_said & here).any() else None,
    )


def served_stops(feed: gtfs_kit.Feed, trips: Rows) -> Rows:
    """Say of each row of stops.txt whether somebody may board or alight there on one of some trips.

    Parameters
    ----------
    feed : Feed
        Left unchanged.
    trips : array of bool, shape (rows of trips.txt,)
    """
    table = feed.stop_times
    mine = table["trip_id"].isin(feed.trips.loc[trips, "trip_id"]).to_numpy(dtype=bool)
    closed = np.ones(len(table), dtype=bool)
    for column in ("pickup_type", "drop_off_type"):
        given = table[column] if column in table.columns else pd.Series(0, index=table.index)
        closed &= given.eq(_NOT_AVAILABLE).fillna(value=False).to_numpy(dtype=bool)
    stop = lookup(feed.stops["stop_id"], table["stop_id"][mine & ~closed])
    served = np.zeros(len(feed.stops), dtype=bool)
    served[stop[stop >= 0]] = True
    return served

"""Feed + date -> Schedule: the trips of one service day and of the nights around it, as typed arrays."""

from __future__ import annotations

import logging
import warnings
from dataclasses import replace
from datetime import date

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.day_tables import DayStops, DayTables, read_day_tables
from gtfs.day_tables import StepFree as StepFree
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.frequencies import DEFAULT_PHASE, Phase
from gtfs.service_day import no_service_message, service_share
from gtfs.timetable import NO_INDEX, Schedule, ScheduleCounts, Timetable, check_timetable
from gtfs.transfers import RuleProblems, TripCopies, read_transfers
from gtfs.unfolding import Runs, blocks_of, unfold
from gtfs.visits import Visits

logger = logging.getLogger(__name__)

DEFAULT_HORIZON_S = 32 * 3600
"""Trips of the day after count if they start before 32:00: enough for a window of four hours that begins
before midnight, and journeys of four hours."""

_SHOWN = 5


def build_schedule(
    feed: gtfs_kit.Feed,
    service_date: date,
    *,
    name: str = "feed",
    phase: Phase = DEFAULT_PHASE,
    by_arrangement: bool = True,
    horizon_s: int = DEFAULT_HORIZON_S,
    allow_no_service: bool = False,
    step_free: StepFree = None,
) -> Schedule:
    """Unfold a feed into the timetable of one service day.

    Parameters
    ----------
    feed : from ``read_feed`` or ``merge_feeds``; left unchanged.
    service_date : the day whose midnight is 0 s.
    name : the feed's name in messages.
    phase : where headway-based vehicles leave within their headway: a share for all, see
        ``expand_frequencies``, or ``RandomPhases``, a share of its own for each row of frequencies.txt.
    by_arrangement : whether one may board or alight by arrangement, see ``read_visits``.
    horizon_s : trips of the day after are kept if they leave before this time.
    step_free : who travels without steps boards and alights only where stop and trip are accessible
        (``wheelchair_boarding``, also the station's; ``wheelchair_accessible``) and takes no stairs or
        escalators in stations. What the feed does not say counts as accessible for ``"best"`` and as not
        for ``"worst"``. None: everybody, no look at either.
    allow_no_service : a day on which nothing runs gives a timetable of the neighbouring nights' trips, or
        without trips, instead of an error.

    Returns
    -------
    Schedule
        Its timetable holds T1 to T7; ``counts`` says what was filled, expanded and dropped.

    Raises
    ------
    FeedError
        Lists what in the tables would make travel times wrong.
    ServiceError
        No trip runs on the date, unless ``allow_no_service``.
    """
    tables = read_day_tables(
        feed, service_date, name=name, by_arrangement=by_arrangement, step_free=step_free
    )
    return unfold_day(tables, phase=phase, horizon_s=horizon_s, allow_no_service=allow_no_service)


def unfold_day(
    tables: DayTables,
    *,
    phase: Phase = DEFAULT_PHASE,
    horizon_s: int = DEFAULT_HORIZON_S,
    allow_no_service: bool = False,
) -> Schedule:
    """Do what ``build_schedule`` does with tables read before: for one day at several phases."""
    feed, name, visits = tables.feed, tables.name, tables.visits
    runs = unfold(feed, visits, tables.active, name, phase, horizon_s)
    if not allow_no_service and not (runs.day == 0).any():
        raise ServiceError(no_service_message(service_share(feed, tables.service_date, name)))
    timetable, rule_problems = _timetable(feed, tables.stops, visits, runs, tables.route)
    check_timetable(timetable, len(feed.routes))
    _warn_of_unplaced_stops(tables.stops, timetable, name)
    _warn_of_rules(rule_problems, name)
    schedule = Schedule(
        timetable=timetable,
        service_date=tables.service_date,
        stop_ids=tables.stops.ids,
        stop_names=tables.stops.names,
        route_ids=feed.routes["route_id"].to_list(),
        route_names=route_names(feed.routes),
        route_types=[int(kind) for kind in feed.routes["route_type"].fillna(NO_INDEX)],
        trip_ids=feed.trips["trip_id"].iloc[visits.trip[runs.template]].to_list(),
        trip_headsigns=_headsigns(feed.trips.iloc[visits.trip[runs.template]]),
        counts=_counts(visits, runs, timetable, rule_problems),
        pathways=tables.pathways,
        all_pathways=tables.all_pathways,
    )
    found = {"pathways": len(tables.all_pathways.source), "unknown_pathways": tables.unknown_pathways}
    if tables.stops_known is not None and tables.trips_known is not None:
        known = tables.trips_known[visits.trip[runs.template]]
        found |= _step_free_counts(timetable, tables.stops_known, known)
    schedule = replace(schedule, counts=replace(schedule.counts, **found))
    logger.info("%s on %s: %s", name, tables.service_date, schedule.counts.summary())
    return schedule


def _step_free_counts(
    timetable: Timetable, stops_known: npt.NDArray[np.bool_], trips_known: npt.NDArray[np.bool_]
) -> dict[str, int]:
    served, today = np.unique(timetable.visit_stop), timetable.trip_day == 0
    return {
        "step_free_stops_known": int(stops_known[served].sum()),
        "step_free_stops_unknown": int((~stops_known[served]).sum()),
        "step_free_trips_known": int(trips_known[today].sum()),
        "step_free_trips_unknown": int((~trips_known[today]).sum()),
    }


def _timetable(
    feed: gtfs_kit.Feed, stops: DayStops, visits: Visits, runs: Runs, route: npt.NDArray[np.int64]
) -> tuple[Timetable, RuleProblems]:
    count = np.diff(visits.trip_start)[runs.template]
    trip_start = np.zeros(len(count) + 1, dtype=np.int64)
    np.cumsum(count, out=trip_start[1:])
    visit = np.arange(trip_start[-1]) + np.repeat(visits.trip_start[runs.template] - trip_start[:-1], count)
    shift_s = np.repeat(runs.shift_s, count)
    rows = visits.trip[runs.template]
    copies = TripCopies(
        row=rows,
        day=runs.day,
        leaves_s=visits.departure_s[visits.trip_start[runs.template]] + runs.shift_s,
        ends_s=visits.arrival_s[visits.trip_start[runs.template + 1] - 1] + runs.shift_s,
        by_headway=runs.by_headway,
    )
    transfers, rule_problems = read_transfers(feed, copies)
    timetable = Timetable(
        stop_lon=stops.lon,
        stop_lat=stops.lat,
        stop_station=stops.station,
        trip_start=trip_start,
        trip_route=route[rows].astype(np.int32),
        trip_block=blocks_of(feed, rows, runs),
        trip_day=runs.day,
        visit_stop=visits.stop[visit],
        arrival_s=(visits.arrival_s[visit] + shift_s).astype(np.int32),
        departure_s=(visits.departure_s[visit] + shift_s).astype(np.int32),
        pickup=visits.pickup[visit],
        drop_off=visits.drop_off[visit],
        transfers=transfers,
    )
    for array in (*timetable[:-1], *transfers):
        array.flags.writeable = False
    return timetable, rule_problems


def _warn_of_rules(problems: RuleProblems, name: str) -> None:
    if texts := problems.texts():
        warnings.warn(
            f"{name}: transfers.txt: {'; '.join(texts)}; journeys that change vehicles there may look "
            "shorter or longer than they are",
            FeedQualityWarning,
            stacklevel=3,
        )


def _warn_of_unplaced_stops(stops: DayStops, timetable: Timetable, name: str) -> None:
    served = np.unique(timetable.visit_stop)
    unplaced = served[np.isnan(stops.lon[served])]
    if len(unplaced):
        examples = ", ".join(repr(stops.ids[at]) for at in unplaced[:_SHOWN])
        warnings.warn(
            f"{name}: {len(unplaced)} stops with service have no usable coordinates ({examples}); vehicles "
            "pass through, but nobody can walk to or from them",
            FeedQualityWarning,
            stacklevel=3,
        )


def route_names(routes: pd.DataFrame) -> list[str]:
    """Short name, else long name, else id."""
    names = routes["route_id"]
    for column in ("route_long_name", "route_short_name"):
        if column in routes.columns:
            names = routes[column].fillna(names)
    return [str(name) for name in names]


def _headsigns(trips: pd.DataFrame) -> list[str]:
    """What the vehicles show, empty where trips.txt does not say."""
    if "trip_headsign" not in trips.columns:
        return [""] * len(trips)
    return [str(text) for text in trips["trip_headsign"].fillna("")]


def _counts(visits: Visits, runs: Runs, timetable: Timetable, rule_problems: RuleProblems) -> ScheduleCounts:
    today = runs.day == 0
    return ScheduleCounts(
        stops=timetable.n_stops,
        served_stops=len(np.unique(timetable.visit_stop)),
        routes=len(np.unique(timetable.trip_route[today])),
        trips=int(today.sum()),
        trips_before=int((runs.day == -1).sum()),
        trips_after=int((runs.day == 1).sum()),
        visits=len(timetable.visit_stop),
        read_visits=len(visits.stop),
        filled_visits=visits.n_filled,
        headway_trips=len(np.unique(runs.template[runs.by_headway])),
        expanded_trips=int((runs.by_headway & today).sum()),
        short_trips=visits.n_short,
        on_demand_trips=visits.n_on_demand,
        by_arrangement_visits=visits.n_by_arrangement,
        unknown_transfers=rule_problems.unknown,
        useless_transfers=rule_problems.without_stops + rule_problems.without_trips,
    )

"""Whether anything runs at the time asked for: nothing is an error, little a warning.

What counts are the vehicles that can be boarded while one may be on the way, those of the night before and
of the day after too, and of the modes asked for only. A date without trips of its own is refused where none
of them runs either.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from access.errors import DataQualityWarning
from access.service_days import FeedDay, ServiceDay
from access.transit_modes import ANY_TRANSIT, mode_of_route, trips_of_modes
from access.travel_options import TravelOptions
from access.travel_windows import DAY_S, Window
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.stop_times import format_time
from gtfs.timetable import Schedule

QUIET_MIN = 60
"""A feed without a departure for so long, and for all of the window, is worth a warning."""

Trips = npt.NDArray[np.bool_]

_BARRED = {
    "best": "the timetable says of all of them, or of their stops, that no wheelchair gets on",
    "worst": "the timetable does not say of one of them and its stop that a wheelchair gets on; "
    'step_free="best" takes those of which it says nothing too',
}


def check_service(
    day: ServiceDay, window: Window, options: TravelOptions, day_asked_for: Callable[[], ServiceDay]
) -> bool:
    """Say whether anything can be boarded; refuse a date or a window without service, warn of a thin one.

    Parameters
    ----------
    day : ServiceDay
        Of ``window.service_date``, other modes closed.
    window, options
        What is asked for.
    day_asked_for : callable
        Gives the service day of the date that the caller wrote; called where it is another one (to arrive
        shortly after midnight one leaves on the day before) and something is missing.

    Raises
    ------
    ServiceError
        No route is of the modes asked for, a feed has no trip on the date nor vehicles of the nights around
        it in the time of travel, or nothing can be boarded in that time, unless ``allow_no_service``.
    """
    lacking = _lacking_modes(day.schedule, options.transit_modes)
    if lacking:
        _refuse_or_warn([lacking], options, "choose other modes")
        return False
    trips = _trips_by_feed(day, options.transit_modes)
    start_s, end_s = _time_of_travel(window, options)
    runs = {name: _boardings(day.schedule, mine, start_s, end_s) > 0 for name, mine in trips.items()}
    shifted = window.asked_date != window.service_date
    asked = day_asked_for() if shifted and not all(runs.values()) else day
    feeds = [feed for feed in asked.feeds if feed.name in runs]
    absent = [feed.no_service for feed in feeds if not feed.trips and not runs[feed.name]]
    _refuse_or_warn(absent, options)
    for feed in day.feeds:
        if feed.thin and feed.name in runs and (runs[feed.name] or not shifted):
            warnings.warn(feed.thin, FeedQualityWarning, stacklevel=6)
    if not any(runs.values()):
        if not absent:
            problem = _problem(day, asked, "the timetable", (start_s, end_s), window, options)
            _refuse_or_warn([problem], options)
        return False
    first_s, last_s = start_s, window.start_s + 60 * max(options.window_min, QUIET_MIN)
    for feed in feeds:
        present = feed.trips or runs[feed.name]
        if present and not _boardings(day.schedule, trips[feed.name], first_s, last_s):
            who = feed.name if len(day.feeds) > 1 else "the timetable"
            problem = _problem(day, asked, who, (first_s, last_s), window, options, feed)
            warnings.warn(f"{problem}; this counts as no service", DataQualityWarning, stacklevel=6)
    return True


def _time_of_travel(window: Window, options: TravelOptions) -> tuple[int, int]:
    """Return when one may be on the way: from the first departure to the last arrival."""
    window_s, travel_s = 60 * options.window_min, 60 * options.max_time_min
    if options.arrive_by:
        return window.start_s - travel_s, window.start_s + window_s
    return window.start_s, window.start_s + window_s + travel_s


def _lacking_modes(schedule: Schedule, modes: frozenset[str]) -> str:
    """Say that no route is of the modes asked for, and which ones there are."""
    known = {mode_of_route(route_type) for route_type in schedule.route_types}
    if ANY_TRANSIT in modes or modes & known:
        return ""
    named = ", ".join(sorted(known - {ANY_TRANSIT})) or "no mode with a name of its own"
    others = f" and others, which {ANY_TRANSIT} takes" * (ANY_TRANSIT in known)
    return f"the timetable has no {' and no '.join(sorted(modes))}; it has {named}{others}"


def _trips_by_feed(day: ServiceDay, modes: frozenset[str]) -> dict[str, Trips]:
    """Return the trips of the modes asked for, by the name of each feed that has a route of them."""
    schedule = day.schedule
    wanted = trips_of_modes(schedule.timetable, schedule.route_types, modes)
    if len(day.feeds) == 1:
        return {day.feeds[0].name: wanted}
    feed_of_route = np.array([route_id.partition(":")[0] for route_id in schedule.route_ids], np.str_)
    having = {
        feed
        for feed, kind in zip(feed_of_route, schedule.route_types, strict=True)
        if mode_of_route(kind) in modes
    }
    feed_of_trip = feed_of_route[schedule.timetable.trip_route]
    return {
        feed.name: wanted & (feed_of_trip == feed.name)
        for feed in day.feeds
        if ANY_TRANSIT in modes or feed.name in having
    }


def _boardings(schedule: Schedule, trips: Trips, start_s: int, end_s: int, *, barred: bool = False) -> int:
    """Count the visits of trips that leave in ``[start_s, end_s)``, by default those one may board at."""
    timetable = schedule.timetable
    leaves = (timetable.departure_s >= start_s) & (timetable.departure_s < end_s)
    leaves &= np.repeat(trips, np.diff(timetable.trip_start))
    if not barred:
        leaves &= timetable.pickup
    leaves[timetable.trip_start[1:] - 1] = False
    return int(leaves.sum())


def _problem(
    day: ServiceDay,
    asked: ServiceDay,
    who: str,
    between_s: tuple[int, int],
    window: Window,
    options: TravelOptions,
    feed: FeedDay | None = None,
) -> str:
    """Say that nothing leaves between two times, or that nothing may be boarded, of one feed or of all."""
    modes = options.transit_modes
    what = "nothing" if ANY_TRANSIT in modes else f"no {' or '.join(sorted(modes))}"
    before_s = DAY_S if window.asked_date != window.service_date else 0
    start, end = (_clock(time_s - before_s) for time_s in between_s)
    between = f"{start} and {end} on {window.asked_date}"
    trips = _trips_of(day, modes, feed)
    if options.step_free is not None and _boardings(day.schedule, trips, *between_s, barred=True):
        return (
            f"{who}: what leaves between {between} cannot be boarded without steps: "
            f"{_BARRED[options.step_free]}"
        )
    timetable = asked.schedule.timetable
    own = _trips_of(asked, modes, feed) & (timetable.trip_day == 0)
    if not own.any():
        return f"{who}: {what} leaves between {between}, nor at any time of that day"
    starts = int(timetable.departure_s[timetable.trip_start[:-1][own]].min())
    ends = int(timetable.arrival_s[timetable.trip_start[1:][own] - 1].max())
    return (
        f"{who}: {what} leaves between {between}; that day its vehicles run from {format_time(starts)} to "
        f"{format_time(ends)}"
    )


def _trips_of(day: ServiceDay, modes: frozenset[str], feed: FeedDay | None) -> Trips:
    by_feed = _trips_by_feed(day, modes)
    return np.logical_or.reduce(list(by_feed.values())) if feed is None else by_feed[feed.name]


def _clock(time_s: int) -> str:
    return format_time(time_s) if time_s >= 0 else f"{format_time(time_s + DAY_S)} of the day before"


def _refuse_or_warn(
    problems: Sequence[str], options: TravelOptions, way_out: str = "choose another departure"
) -> None:
    if problems and not options.allow_no_service:
        raise ServiceError(
            f"no service where travel times by transit are asked for; {way_out}, or say with "
            "allow_no_service=True that nothing running is what you want to measure",
            problems,
        )
    for problem in problems:
        text = problem.partition(". Choose")[0]
        warnings.warn(f"{text}; this counts as no service", DataQualityWarning, stacklevel=7)

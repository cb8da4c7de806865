"""Whether anything runs at the time asked for: nothing is an error, little a warning."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from access.errors import DataQualityWarning
from access.service_days import ServiceDay
from access.travel_options import TravelOptions
from access.travel_windows import Window
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.service_day import check_window
from gtfs.timetable import Schedule

QUIET_MIN = 60
"""A feed without a departure for so long, and for all of the window, is worth a warning."""

_STEP_FREE_CAUSE = {
    "best": ", without the stops and trips that the timetable says are not accessible (step_free)",
    "worst": ', at stops and with trips that the timetable says are accessible; step_free="best" takes those '
    "of which it says nothing too",
}


def check_service(day: ServiceDay, window: Window, options: TravelOptions) -> bool:
    """Say whether anything can be boarded; refuse a date or a window without service, warn of a thin one.

    Raises
    ------
    ServiceError
        A feed has no trip on the date, or nothing leaves until the last journey must have ended, unless
        ``allow_no_service``.
    """
    absent = [feed.no_service for feed in day.feeds if not feed.trips]
    _refuse_or_warn(absent, options)
    for feed in day.feeds:
        if feed.thin:
            warnings.warn(feed.thin, FeedQualityWarning, stacklevel=5)
    start_s, end_s = window.start_s, window.start_s + 60 * max(options.window_min, QUIET_MIN)
    if options.arrive_by:
        start_s -= 60 * options.max_time_min
    several = len(day.feeds) > 1
    missing = [
        problem
        for feed in day.feeds
        if feed.trips and (problem := _window_problem(day.schedule, start_s, end_s, feed.name * several))
    ]
    last_s = window.start_s + 60 * options.window_min
    last_s += 0 if options.arrive_by else 60 * options.max_time_min
    nothing = _window_problem(day.schedule, start_s, last_s, "")
    if nothing:
        if options.step_free is not None:
            nothing += _STEP_FREE_CAUSE[options.step_free]
        if not absent:
            _refuse_or_warn([nothing], options)
        return False
    for problem in missing:
        warnings.warn(f"{problem}; this counts as no service", DataQualityWarning, stacklevel=5)
    return True


def _refuse_or_warn(problems: Sequence[str], options: TravelOptions) -> None:
    if problems and not options.allow_no_service:
        raise ServiceError(
            "no service where travel times by transit are asked for; choose another departure, or say with "
            "allow_no_service=True that nothing running is what you want to measure",
            problems,
        )
    for problem in problems:
        text = problem.partition(". Choose")[0]
        warnings.warn(f"{text}; this counts as no service", DataQualityWarning, stacklevel=6)


def _window_problem(schedule: Schedule, start_s: int, end_s: int, feed: str) -> str:
    try:
        check_window(schedule, max(start_s, 0), end_s, feed or None)
    except ServiceError as error:
        return str(error).partition(". Choose")[0]
    return ""

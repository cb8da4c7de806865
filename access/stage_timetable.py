"""Stage of a run: feeds read, checked and unfolded; each period found to have data or not.

A feed without departures in a window means "no data": the period is left out of every result, unless the
configuration says that the feed is its operator's whole timetable; then nothing runs, which is a finding.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from access.config import PeriodConfig, RunConfig
from access.config_file import LoadedConfig
from access.config_sources import Label
from access.errors import DataQualityWarning
from gtfs.day_tables import DayTables, read_day_tables
from gtfs.errors import FeedError, ServiceError
from gtfs.feed import merge_feeds, read_feed
from gtfs.frequencies import DEFAULT_PHASE, Phase
from gtfs.schedule import DEFAULT_HORIZON_S, build_schedule, unfold_day
from gtfs.service_day import (
    ServiceShare,
    check_service,
    check_window,
    choose_service_date,
    no_service_message,
    service_share,
)
from gtfs.timetable import Schedule
from gtfs.validation import FeedReport, validate_feed

ALL_FEEDS = "all feeds"
"""What messages call the feeds of a run together."""


@dataclass(frozen=True)
class PeriodPlan:
    """One period with its service day, and why it has no data where it has none."""

    config: PeriodConfig
    service_date: date
    departures: Mapping[str, int]  # by feed, in the window
    no_data: Label | None = None

    @property
    def has_data(self) -> bool:
        """Whether the period can be measured."""
        return self.no_data is None

    def summary(self) -> str:
        """One line in words."""
        counts = ", ".join(f"{count:,} of {feed}" for feed, count in self.departures.items())
        state = f"no data: {self.no_data.en}" if self.no_data else f"departures in the window: {counts}"
        return f"{self.service_date} from {self.config.start}, {state}"


@dataclass(frozen=True)
class Timetables:
    """Schedules by service day, and what was found about the feeds."""

    schedules: Mapping[date, Schedule]
    plans: Sequence[PeriodPlan]
    reports: Mapping[str, FeedReport]
    shares: Sequence[ServiceShare]  # each feed on each service day used

    def any_schedule(self) -> Schedule:
        """Return one schedule; stops are the same on every day."""
        return next(iter(self.schedules.values()))

    def counts(self) -> dict[str, object]:
        """Counts for the INFO line of the stage."""
        schedule = self.any_schedule()
        return {
            "stops": len(schedule.stop_ids),
            "routes": len(schedule.route_ids),
            "service days": len(self.schedules),
            "trips": sum(len(found.trip_ids) for found in self.schedules.values()),
            "periods with data": sum(plan.has_data for plan in self.plans),
            "periods without": sum(not plan.has_data for plan in self.plans),
        }


def read_feeds(loaded: LoadedConfig) -> dict[str, Any]:
    """Read the feeds of a configuration, by name.

    Raises
    ------
    FeedError
        If one cannot be read.
    """
    return {feed.name: read_feed(loaded.path(feed.file), feed.name) for feed in loaded.config.schedule.feeds}


def load_timetables(loaded: LoadedConfig, feeds: Mapping[str, Any] | None = None) -> Timetables:
    """Read all feeds where they are not given, check them, and unfold the service day of each period.

    Raises
    ------
    FeedError
        If a feed cannot be used, or a service day of a single period has no trips.
    ServiceError
        If no period has data.
    """
    config = loaded.config
    feeds = read_feeds(loaded) if feeds is None else feeds
    chosen = config.schedule.service_date
    default = choose_service_date(feeds) if chosen == "auto" else chosen
    days = sorted({config.service_date_of(period, default) for period in config.periods})
    reports = _validated(loaded, feeds, days)
    merged = merge_feeds(feeds)
    absent = {day: _absent_feeds(config, feeds, day) for day in days}
    served = [day for day in days if len(absent[day]) < len(feeds)]
    schedules = schedules_of(config, merged, served)
    plans = [_plan(config, period, default, schedules, absent) for period in config.periods]
    if not any(plan.has_data for plan in plans):
        raise ServiceError(
            "no period has data", [f"{p.config.name}: {p.no_data.en}" for p in plans if p.no_data]
        )
    used = {plan.service_date for plan in plans if plan.has_data}
    shares = [
        _share(config, feeds[feed.name], day, feed.name, feed.name in absent[day])
        for day in sorted(used)
        for feed in config.schedule.feeds
    ]
    return Timetables({day: schedules[day] for day in sorted(used)}, plans, reports, shares)


def days_with_headways(
    loaded: LoadedConfig, timetables: Timetables, feeds: Mapping[str, Any] | None = None
) -> dict[date, DayTables] | None:
    """Read the service days again where vehicles are placed within headways; None where none are.

    ``feeds`` are those of the configuration or others with the same stops; by default they are read from
    their files.
    """
    if not any(found.counts.headway_trips for found in timetables.schedules.values()):
        return None
    merged = merge_feeds(read_feeds(loaded) if feeds is None else feeds)
    step_free = loaded.config.travel.step_free
    return {
        day: read_day_tables(merged, day, name=ALL_FEEDS, step_free=step_free) for day in timetables.schedules
    }


def schedules_again(
    loaded: LoadedConfig, days: Mapping[date, DayTables], phase: Phase
) -> dict[date, Schedule]:
    """Unfold the same days once more, headway-based vehicles elsewhere within their headways."""
    horizon_s = horizon_of(loaded.config)
    return {
        day: unfold_day(tables, phase=phase, horizon_s=horizon_s, allow_no_service=True)
        for day, tables in days.items()
    }


def schedules_of(
    config: RunConfig, merged: Any, days: Sequence[date], phase: Phase = DEFAULT_PHASE
) -> dict[date, Schedule]:
    """Unfold merged feeds on each of some days; one without trips gives a timetable without any."""
    return {
        day: build_schedule(
            merged,
            day,
            name=ALL_FEEDS,
            phase=phase,
            horizon_s=horizon_of(config),
            allow_no_service=True,
            step_free=config.travel.step_free,
        )
        for day in days
    }


def _validated(loaded: LoadedConfig, feeds: Mapping[str, Any], days: Sequence[date]) -> dict[str, FeedReport]:
    """Check each feed for the first of the days on which it runs, so that one empty day refuses nothing."""
    reports = {}
    for feed in loaded.config.schedule.feeds:
        served = (day for day in days if service_share(feeds[feed.name], day, feed.name).trips)
        day = next(served, days[0])
        reports[feed.name] = validate_feed(loaded.path(feed.file), day, feed.name, feeds[feed.name])
    blocking = [
        text if text.startswith(f"{name}:") else f"{name}: {text}"
        for name, report in reports.items()
        for text in report.blocking
    ]
    if blocking:
        raise FeedError("the timetable cannot be used as it is", blocking)
    for name, report in reports.items():
        for finding in report.findings:
            if finding.changes_travel_times:
                _warn(f"{name}: {finding.meaning} ({finding.count:,} x {finding.code}; {finding.example})")
    return reports


def horizon_of(config: RunConfig) -> int:
    """Return until when trips of the day after matter: the last departure and the longest trip."""
    longest_min = config.travel.max_duration_min
    return max(DEFAULT_HORIZON_S, *(period.travel_s(longest_min)[1] for period in config.periods))


def _absent_feeds(config: RunConfig, feeds: Mapping[str, Any], day: date) -> dict[str, str]:
    """Return the feeds without a trip on a day, each with the words that say so."""
    absent = {}
    for feed in config.schedule.feeds:
        found = service_share(feeds[feed.name], day, feed.name)
        if found.trips:
            continue
        covered = found.first_date is not None and found.first_date <= day <= (found.last_date or day)
        if feed.whole_timetable and covered:
            _warn(f"{feed.name}: nothing runs on {day}; the feed is called whole, so this is no service")
        else:
            absent[feed.name] = _without_advice(no_service_message(found)).removeprefix(f"{feed.name}: ")
    return absent


def _share(config: RunConfig, feed: Any, day: date, name: str, absent: bool) -> ServiceShare:
    found = service_share(feed, day, name)
    if absent or not found.trips:
        return found
    return check_service(feed, day, name, warn_below_share=config.schedule.warn_service_share)


def _plan(
    config: RunConfig,
    period: PeriodConfig,
    default: date,
    schedules: Mapping[date, Schedule],
    absent: Mapping[date, Mapping[str, str]],
) -> PeriodPlan:
    """Look for departures of every feed in the window of one period."""
    day = config.service_date_of(period, default)
    departures: dict[str, int] = {}
    problems: list[Label] = []
    for feed in config.schedule.feeds:
        if feed.name in absent[day]:
            departures[feed.name] = 0
            words = f"{feed.name} : aucune course ce jour-là"
            problems.append(Label(en=f"{feed.name}: {absent[day][feed.name]}", fr=words))
            continue
        merged_name = feed.name if len(config.schedule.feeds) > 1 else None
        start_s, end_s = period.start_s, period.end_s
        if period.arrive_by:  # what leaves in the hour before can bring people there
            start_s -= min(3600, 60 * config.travel.max_duration_min)
        try:
            departures[feed.name] = check_window(schedules[day], start_s, end_s, merged_name)
        except ServiceError as error:
            departures[feed.name] = 0
            if feed.whole_timetable:
                _warn(
                    f"{period.name}: nothing of {feed.name} leaves in the window, which counts as no service"
                )
            else:
                words = f"{feed.name} : aucun départ dans cette fenêtre"
                problems.append(Label(en=_without_advice(str(error)), fr=words))
    if not problems:
        return PeriodPlan(period, day, departures)
    reason = Label(en="; ".join(p.en for p in problems), fr=" ; ".join(p.fr for p in problems))
    if len(config.periods) > 1:
        _warn(f"period {period.name} is no data and left out of every result: {reason.en}")
    return PeriodPlan(period, day, departures, reason)


def _without_advice(message: str) -> str:
    """Cut what a message advises: a period without data is left out, there is nothing to choose."""
    return message.partition(". Choose")[0]


def _warn(text: str) -> None:
    warnings.warn(text, DataQualityWarning, stacklevel=3)

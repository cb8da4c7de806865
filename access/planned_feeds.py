"""A planned timetable in place of one of the run: read, checked for the days of the run, put in its place.

The run's service days stay: a planned timetable without a trip on one of them is refused, because everybody
would seem to lose everything. One that runs on the day but has no departure in the window of a period counts
as no service there, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gtfs.errors import ScenarioError
from gtfs.feed import read_feed
from gtfs.match import Match, MatchReport, quoted, report_of
from gtfs.scenario import EditedFeeds
from gtfs.service_day import service_share
from gtfs.validation import validate_feed

if TYPE_CHECKING:
    import gtfs_kit

    from access.run_network import RunNetwork
    from access.stage_inputs import Sources

    Planned = Mapping[str, gtfs_kit.Feed]

PLANNED = "planned-timetable"
"""Type in the report of what a planned timetable holds."""


def read_planned(file: Path, name: str, base: RunNetwork) -> gtfs_kit.Feed:
    """Read a planned timetable and check it for the service days of a run.

    Parameters
    ----------
    file : Path
        GTFS zip.
    name : str
        Feed of the run whose place it takes.
    base : RunNetwork
        Of the run.

    Raises
    ------
    ScenarioError
        If the run has no feed of this name, the file cannot be used, or nothing runs on a day of the run.
    FeedError
        If the file cannot be read.
    """
    known = [feed.name for feed in base.inputs.loaded.config.schedule.feeds]
    if name not in known:
        raise ScenarioError(f"the run has no feed {name!r}; its feeds are {quoted(known)}")
    feed = read_feed(file, name)
    days = _days(base)
    problems = [problem for day in days if (problem := _without_service(feed, name, day, days[day]))]
    if not problems:
        problems = validate_feed(file, next(iter(days)), name, feed).blocking
    if problems:
        raise ScenarioError(f"the planned timetable cannot take the place of {name!r}", problems)
    return feed


def in_place(sources: Sources, planned: Planned) -> Sources:
    """Return the sources with planned timetables where their names stand; the order of feeds stays."""
    return sources._replace(feeds={name: planned.get(name, feed) for name, feed in sources.feeds.items()})


def with_planned(edited: EditedFeeds | None, sources: Sources, planned: Planned) -> EditedFeeds:
    """Return what a scenario made of the feeds, with the planned ones told first.

    Parameters
    ----------
    edited : EditedFeeds or None
        None where the scenario edits no timetable.
    sources : Sources
        With the planned timetables in their place.
    """
    if edited is None:
        edited = EditedFeeds(dict(sources.feeds), [], frozenset())
    told = [_report(name, feed) for name, feed in planned.items()]
    return EditedFeeds(edited.feeds, [*told, *edited.reports], edited.changed | set(planned))


def _days(base: RunNetwork) -> dict[date, list[str]]:
    """Return the service days of the run, each with the periods measured on it."""
    days: dict[date, list[str]] = {}
    for plan in base.inputs.timetables.plans:
        if plan.has_data:
            days.setdefault(plan.service_date, []).append(plan.config.name)
    return days


def _without_service(feed: gtfs_kit.Feed, name: str, day: date, periods: list[str]) -> str | None:
    found = service_share(feed, day, name)
    if found.trips:
        return None
    if found.first_date is None:
        return f"{name}: no trip runs on any date; add calendar dates on which the timetable is valid"
    return (
        f"{name}: nothing runs on {day}, the service day of the run ({', '.join(periods)}); its trips run "
        f"from {found.first_date} to {found.last_date}: set its calendar so that it is valid on {day}"
    )


def _report(name: str, feed: gtfs_kit.Feed) -> MatchReport:
    counts = {"routes": len(feed.routes), "trips": len(feed.trips), "stops": len(feed.stops)}
    note = {
        "en": f"a planned timetable in place of {name!r}",
        "fr": f"un horaire projeté à la place de {name!r}",
    }
    return report_of(Match(counts, notes=[note]), 0, PLANNED, name)

"""The timetable of one date with what was found about each feed, in the form that a cache keeps."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from access.network_store import Text
from gtfs.errors import FeedQualityWarning
from gtfs.timetable import Pathways, Schedule, ScheduleCounts, Timetable

if TYPE_CHECKING:
    import gtfs_kit


class FeedDay(NamedTuple):
    """One feed on one date."""

    name: str
    trips: int
    no_service: str  # why the date has no trips, and a date that has; empty where it has some
    thin: str  # why the date is unusual; empty where it is not


class ServiceDay(NamedTuple):
    """The timetable of one date and what was found about each feed on it."""

    schedule: Schedule
    feeds: list[FeedDay]

    @property
    def has_pathways(self) -> bool:
        """Whether a feed describes ways inside stations."""
        pathways = self.schedule.all_pathways
        return pathways is not None and len(pathways.source) > 0


class KeptDay(NamedTuple):
    """A service day as arrays and text."""

    timetable: Timetable
    pathways: Pathways  # empty where the schedule has none
    all_pathways: Pathways
    text: Text


_NOTHING: Any = np.zeros(0)
NO_PATHWAYS = Pathways(*[_NOTHING] * len(Pathways._fields))
_ARRAYS = ("timetable", "pathways", "all_pathways")


def unfold(
    feeds: Mapping[str, gtfs_kit.Feed],
    service_date: date,
    horizon_s: int,
    step_free: Literal["best", "worst"] | None = None,
) -> KeptDay:
    """Unfold the timetable of a date; one without trips is no error here.

    Raises
    ------
    FeedError
        The tables hold something that would make travel times wrong.
    """
    from gtfs.feed import merge_feeds  # gtfs-kit takes half a second to import; a cached day needs none
    from gtfs.schedule import build_schedule

    found = [_feed_day(feed, service_date, name) for name, feed in feeds.items()]
    schedule = build_schedule(
        merge_feeds(feeds),
        service_date,
        name=", ".join(feeds),
        horizon_s=horizon_s,
        allow_no_service=True,
        step_free=step_free,
    )
    if step_free is not None:
        _warn_of_unknown(schedule.counts, step_free)
    names = {
        name: value
        for name, value in vars(schedule).items()
        if name not in (*_ARRAYS, "service_date", "counts")
    }
    text: dict[str, Any] = {"names": names, "counts": asdict(schedule.counts), "feeds": found}
    pathways = schedule.pathways or NO_PATHWAYS, schedule.all_pathways or NO_PATHWAYS
    text["has_pathways"] = schedule.pathways is not None
    return KeptDay(schedule.timetable, *pathways, Text.of(text))


def service_day(kept: KeptDay, service_date: date) -> ServiceDay:
    """Return a kept day in the form that is used."""
    text = kept.text.value()
    looked = text["has_pathways"]
    schedule = Schedule(
        kept.timetable,
        service_date,
        **text["names"],
        counts=ScheduleCounts(**text["counts"]),
        pathways=kept.pathways if looked else None,
        all_pathways=kept.all_pathways if looked else None,
    )
    return ServiceDay(schedule, [FeedDay(*feed) for feed in text["feeds"]])


def _warn_of_unknown(counts: ScheduleCounts, step_free: str) -> None:
    stops = counts.step_free_stops_known, counts.step_free_stops_unknown
    trips = counts.step_free_trips_known, counts.step_free_trips_unknown
    warnings.warn(
        f"step-free: the timetable says of {stops[0]:,} of {sum(stops):,} served stops and of "
        f"{trips[0]:,} of {sum(trips):,} trips whether one gets on in a wheelchair; the {step_free} case "
        f"takes all others as {'accessible' if step_free == 'best' else 'not accessible'}",
        FeedQualityWarning,
        stacklevel=2,
    )


def _feed_day(feed: gtfs_kit.Feed, service_date: date, name: str) -> FeedDay:
    """Compare the trips of a feed on a date with its typical day."""
    from gtfs.service_day import check_service, no_service_message, service_share

    found = service_share(feed, service_date, name)
    if not found.trips:
        return FeedDay(name, 0, no_service_message(found).replace("another service_date", "another date"), "")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_service(feed, service_date, name)
    return FeedDay(name, found.trips, "", " ".join(str(warning.message) for warning in caught))

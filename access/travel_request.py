"""One request to a transport network: points on the streets, the walks between them, and the search.

The shell between the public functions (``access.matrix``, ``access.opportunity_access``) and the engine: here
frames have become arrays, dates service days, and every problem has been told.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.engine.arrays import UNREACHED_MIN, Minutes, WalkLinks
from access.errors import AccessError, DataQualityWarning
from access.network import reversed_walks
from access.points import Points, points_of
from access.snapping import SNAPPED, Snap, check_snap
from access.transit_modes import with_modes
from access.transport_network import ServiceDay, TransportNetwork
from access.travel_options import TravelOptions, Window, travel_options
from access.travel_times import travel_time_percentiles
from gtfs.errors import FeedQualityWarning, ServiceError
from gtfs.service_day import check_window
from gtfs.timetable import Schedule

logger = logging.getLogger(__name__)

NO_TARGET = -1


@dataclass(frozen=True)
class TravelRequest:
    """Points joined to the streets of a network, and what is asked between them."""

    network: TransportNetwork
    options: TravelOptions
    origins: Points
    destinations: Points
    origin_snap: Snap
    destination_snap: Snap
    same: npt.NDArray[np.int64]  # (n_origins,) destination that is the very same point, or NO_TARGET

    @property
    def same_points(self) -> bool:
        """Whether origins and destinations are the same points in the same order."""
        return len(self.same) == self.destinations.n_points and bool(
            (self.same == np.arange(len(self.same))).all()
        )

    @cached_property
    def direct(self) -> WalkLinks:
        """Ways from origins to destinations without a vehicle with a timetable, the fastest mode of each."""
        options = self.options
        others = sorted(options.modes & {"BICYCLE", "CAR"})
        if others:
            raise AccessError(f"transport_modes has {', '.join(others)}; this version knows TRANSIT and WALK")
        walks = self.network.walks(
            self.origin_snap,
            self.destination_snap,
            max_walk_min=options.max_walk_min,
            walk_speed_km_h=options.walk_speed_km_h,
            same_points=self.same_points,
            threads=options.threads,
        )
        same = np.where(self.origin_snap.state == SNAPPED, self.same, NO_TARGET)
        return walks if self.same_points else with_same_places(walks, same)

    def day(self, window: Window) -> ServiceDay:
        """Return the timetable of a window, with the modes asked for."""
        assert window.service_date is not None  # noqa: S101 - checked in travel_options
        day = self.network.service_day(window.service_date, self.options.horizon_s)
        schedule = day.schedule
        timetable = with_modes(schedule.timetable, schedule.route_types, self.options.transit_modes)
        return day._replace(schedule=replace(schedule, timetable=timetable))

    def search_arguments(self, day: ServiceDay, window: Window) -> dict[str, Any]:
        """Return the arguments that all functions of ``access.travel_times`` share."""
        options = self.options
        walks = partial(self.network.walks, walk_speed_km_h=options.walk_speed_km_h, threads=options.threads)
        timetable = day.schedule.timetable
        stops = self.network.snap_stops(day.schedule, options.horizon_s, options.max_snap_m)
        access = walks(self.origin_snap, stops, max_walk_min=options.max_walk_min)
        back = access
        if not self.same_points:
            back = walks(self.destination_snap, stops, max_walk_min=options.max_walk_min)
        arguments = {
            "access": access,
            "footpaths": walks(stops, stops, max_walk_min=options.max_transfer_walk_min, same_points=True),
            "egress": reversed_walks(back, timetable.n_stops),
            "direct": self.direct,
            "departure_start_s": window.start_s,
            "departure_window_min": options.window_min,
            "max_duration_min": options.max_time_min,
            "boarding_slack_s": options.boarding_slack_s,
            "max_rides": options.max_rides,
            "threads": options.threads,
            "progress": options.progress,
        }
        return arguments | ({"arrive_by": True} if options.arrive_by else {})

    def minutes(self, window: Window) -> tuple[Minutes, bool]:
        """Compute one window: minutes (percentile, origin, destination), and whether anything ran in it."""
        if not self.options.transit_modes:
            return self._street_minutes(), True
        day = self.day(window)
        if not check_service(day, window, self.options):
            return self._street_minutes(), False
        minutes = travel_time_percentiles(
            day.schedule.timetable,
            n_destinations=self.destinations.n_points,
            percentiles=self.options.percentiles,
            **self.search_arguments(day, window),
        )
        return minutes, True

    def _street_minutes(self) -> Minutes:
        """Spread the ways over the matrix; all departure minutes, so all percentiles, are alike."""
        direct, n_destinations = self.direct, self.destinations.n_points
        minutes = np.full((self.origins.n_points, n_destinations), UNREACHED_MIN, np.uint8)
        taken = direct.walk_s // 60
        near = taken <= self.options.max_time_min
        origin = np.repeat(np.arange(self.origins.n_points), np.diff(direct.start))
        minutes[origin[near], direct.target[near]] = taken[near]
        return np.repeat(minutes[np.newaxis], len(self.options.percentiles), axis=0)


def travel_request(
    network: TransportNetwork | Sequence[Any],
    origins: Any,
    destinations: Any,
    arguments: dict[str, Any],
) -> TravelRequest:
    """Check everything that a caller gave, join the points to the streets, and raise or warn.

    Raises
    ------
    AccessError
        With all problems of points and options.
    InputDataError
        No origin, or no destination, is near a street.
    """
    problems: list[str] = []
    if not isinstance(network, TransportNetwork):
        network = _network_of(network, problems)
    from_points = points_of(origins, "origins", problems)
    same_frame = destinations is None or destinations is origins
    to_points = from_points if same_frame else points_of(destinations, "destinations", problems)
    options = travel_options(problems, **arguments)
    logger.info("travel times: %s", options.as_plain_values())
    origin_snap = _snapped(network, from_points, options, "origins")
    destination_snap = origin_snap
    if not same_frame:
        destination_snap = _snapped(network, to_points, options, "destinations")
    same = _same_places(from_points, to_points)
    return TravelRequest(network, options, from_points, to_points, origin_snap, destination_snap, same)


def _network_of(given: Any, problems: list[str]) -> TransportNetwork:
    """Read a network named by its files, as r5py allows."""
    if isinstance(given, tuple) and len(given) in (1, 2):
        return TransportNetwork(*given)
    problems.append(
        f"transport_network is a {type(given).__name__}; give a TransportNetwork, or a tuple of the path of "
        "an .osm.pbf and a list of GTFS feeds"
    )
    return given  # type: ignore[no-any-return]  # never used: the problems are raised first


def _snapped(network: TransportNetwork, points: Points, options: TravelOptions, what: str) -> Snap:
    snapped = network.snap(points.lon, points.lat, options.max_snap_m)
    consequence = f"have no travel times ({what[:-1]} not snapped)"
    check_snap(network.streets, points.lon, points.lat, snapped, what, consequence)
    return snapped


def _same_places(origins: Points, destinations: Points) -> npt.NDArray[np.int64]:
    """Find for each origin the destination with the same id at the same place."""
    found = pd.Index(destinations.ids).get_indexer(pd.Index(origins.ids)).astype(np.int64)
    alike = (destinations.lon[found] == origins.lon) & (destinations.lat[found] == origins.lat)
    return np.where(alike, found, NO_TARGET)


def with_same_places(links: WalkLinks, same: npt.NDArray[np.int64]) -> WalkLinks:
    """Return the links with a way of 0 s from each origin to the destination that is the same point."""
    origin = np.repeat(np.arange(len(same)), np.diff(links.start))
    others = links.target != same[origin]
    here = np.flatnonzero(same != NO_TARGET)
    source = np.concatenate([origin[others], here])
    target = np.concatenate([links.target[others], same[here]]).astype(np.int32)
    walk_s = np.concatenate([links.walk_s[others], np.zeros(len(here), np.int32)])
    order = np.lexsort((target, source))
    start = np.zeros(len(same) + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=len(same)), out=start[1:])
    return WalkLinks(start, target[order], walk_s[order])


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
    start_s, end_s = window.start_s, window.start_s + 60 * options.window_min
    if options.arrive_by:
        start_s -= 60 * options.max_time_min
    several = len(day.feeds) > 1
    missing = [
        problem
        for feed in day.feeds
        if feed.trips and (problem := _window_problem(day.schedule, start_s, end_s, feed.name * several))
    ]
    last_s = end_s if options.arrive_by else end_s + 60 * options.max_time_min
    nothing = _window_problem(day.schedule, start_s, last_s, "")
    if nothing:
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

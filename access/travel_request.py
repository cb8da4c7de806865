"""One request to a transport network: points on the streets, the walks between them, and the search.

The shell between the public functions (``access.matrix``, ``access.opportunity_access``) and the engine: here
frames have become arrays, dates service days, and every problem has been told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.engine.arrays import UNREACHED_MIN, Minutes, WalkLinks
from access.network import reversed_walks
from access.network_service import check_service
from access.points import Points, points_of
from access.search import PreparedSearch, prepare_search
from access.service_days import ServiceDay
from access.snapping import SNAPPED, Snap, check_snap
from access.stops_near import WithoutStop, without_stop
from access.transit_modes import with_modes
from access.transport_network import TransportNetwork
from access.travel_options import STREET_MODES, TravelOptions, travel_options
from access.travel_times import travel_time_percentiles
from access.travel_windows import Window

logger = logging.getLogger(__name__)

NO_TARGET = -1


@dataclass(frozen=True)
class TravelRequest:
    """Points joined to the streets of a network, and what is asked between them."""

    network: TransportNetwork
    options: TravelOptions
    origins: Points
    destinations: Points
    snaps: Mapping[str, tuple[Snap, Snap]]  # by street mode: origins and destinations on its streets
    same: npt.NDArray[np.int64]  # (n_origins,) destination that is the very same point, or NO_TARGET

    @property
    def origin_state(self) -> npt.NDArray[np.int8]:
        """State of each origin (``access.snapping``): snapped where it is so in any mode."""
        states = np.stack([snap.state for snap, _ in self.snaps.values()])
        return np.asarray(states.min(axis=0))

    @property
    def destination_state(self) -> npt.NDArray[np.int8]:
        """State of each destination, as of the origins."""
        states = np.stack([snap.state for _, snap in self.snaps.values()])
        return np.asarray(states.min(axis=0))

    @property
    def same_points(self) -> bool:
        """Whether origins and destinations are the same points in the same order."""
        return len(self.same) == self.destinations.n_points and bool(
            (self.same == np.arange(len(self.same))).all()
        )

    @cached_property
    def direct(self) -> WalkLinks:
        """Ways from origins to destinations along streets alone, by the fastest mode asked for."""
        links = fastest([self._street_links(mode, *snaps) for mode, snaps in self.snaps.items()])
        same = np.where(self.origin_state == SNAPPED, self.same, NO_TARGET)
        return links if self.same_points else with_same_places(links, same)

    def _street_links(self, mode: str, sources: Snap, targets: Snap) -> WalkLinks:
        options = self.options
        if mode == "WALK":
            return self.network.walks(
                sources,
                targets,
                max_walk_min=options.max_walk_min,
                walk_speed_km_h=options.walk_speed_km_h,
                same_points=self.same_points,
                threads=options.threads,
                step_free=options.step_free,
            )
        return self.network.rides(
            sources,
            targets,
            options.road_rules[mode],
            max_duration_min=options.max_bicycle_min if mode == "BICYCLE" else options.max_car_min,
            same_points=self.same_points,
            threads=options.threads,
        )

    def day(self, window: Window) -> ServiceDay:
        """Return the timetable of a window, with the modes asked for."""
        assert window.service_date is not None  # noqa: S101 - checked in travel_options
        day = self.network.service_day(window.service_date, self.options.horizon_s, self.options.step_free)
        schedule = day.schedule
        timetable = with_modes(schedule.timetable, schedule.route_types, self.options.transit_modes)
        return day._replace(schedule=replace(schedule, timetable=timetable))

    def _runs(self, day: ServiceDay, window: Window) -> bool:
        """Check the service of a window; see ``access.network_service``."""
        options = self.options

        def day_asked_for() -> ServiceDay:
            assert window.asked_date is not None  # noqa: S101 - checked in travel_options
            return self.network.service_day(window.asked_date, options.horizon_s, options.step_free)

        return check_service(day, window, options, day_asked_for)

    def search_arguments(self, day: ServiceDay, window: Window) -> dict[str, Any]:
        """Return the arguments of ``access.search.prepare_search``."""
        options = self.options
        walks = partial(
            self.network.walks,
            walk_speed_km_h=options.walk_speed_km_h,
            threads=options.threads,
            step_free=options.step_free,
        )
        timetable = day.schedule.timetable
        stops = self.network.snap_stops(
            day.schedule, options.horizon_s, options.max_snap_m, step_free=options.step_free
        )
        origin_snap, destination_snap = self.snaps["WALK"]
        access = walks(origin_snap, stops, max_walk_min=options.max_walk_min)
        back = access
        if not self.same_points:
            back = walks(destination_snap, stops, max_walk_min=options.max_walk_min)
        footpaths = walks(stops, stops, max_walk_min=options.max_transfer_walk_min, same_points=True)
        egress = reversed_walks(back, timetable.n_stops)
        if day.has_pathways:
            from access.station_walks import station_walks  # with gtfs-kit, half a second

            access, footpaths, egress, _ = station_walks(
                day.schedule,
                access,
                footpaths,
                egress,
                on_street=stops.state == SNAPPED,
                walk_speed_km_h=options.walk_speed_km_h,
                max_walk_min=options.max_walk_min,
                max_transfer_walk_min=options.max_transfer_walk_min,
            )
        return {
            "access": access,
            "footpaths": footpaths,
            "egress": egress,
            "direct": self.direct,
            "departure_start_s": window.start_s,
            "departure_window_min": options.window_min,
            "max_duration_min": options.max_time_min,
            "boarding_slack_s": options.boarding_slack_s,
            "max_rides": options.max_rides,
            "arrive_by": options.arrive_by,
        }

    def search(self, window: Window) -> PreparedSearch | None:
        """Prepare the search of a window; None without transit, and where nothing can be boarded."""
        if not self.options.transit_modes:
            return None
        day = self.day(window)
        if not self._runs(day, window):
            return None
        arguments = self.search_arguments(day, window)
        return prepare_search(day.schedule.timetable, n_destinations=self.destinations.n_points, **arguments)

    def minutes(self, window: Window) -> tuple[Minutes, bool, WithoutStop | None]:
        """Compute one window.

        Returns
        -------
        minutes : array (n_percentiles, n_origins, n_destinations)
        runs : whether anything ran in it
        no_stop : who has no stop within the walking limit; None where no vehicle was looked for
        """
        if not self.options.transit_modes:
            return self._all_alike(self.street_minutes()), True, None
        day = self.day(window)
        if not self._runs(day, window):
            return self._all_alike(self.street_minutes()), False, None
        timetable, arguments = day.schedule.timetable, self.search_arguments(day, window)
        n_destinations = self.destinations.n_points
        minutes = travel_time_percentiles(
            timetable,
            n_destinations=n_destinations,
            percentiles=self.options.percentiles,
            threads=self.options.threads,
            progress=self.options.progress,
            **arguments,
        )
        return (
            minutes,
            True,
            without_stop(timetable, arguments["access"], arguments["egress"], n_destinations),
        )

    def street_minutes(self) -> Minutes:
        """Return the minutes along streets alone, (origin, destination); 255 where not reached."""
        direct, n_destinations = self.direct, self.destinations.n_points
        minutes = np.full((self.origins.n_points, n_destinations), UNREACHED_MIN, np.uint8)
        origin = np.repeat(np.arange(self.origins.n_points), np.diff(direct.start))
        minutes[origin, direct.target] = direct.walk_s // 60  # no limit exceeds max_time, so all fit a byte
        return minutes

    def _all_alike(self, minutes: Minutes) -> Minutes:
        """Spread times that do not depend on the departure over all percentiles."""
        return np.repeat(minutes[np.newaxis], len(self.options.percentiles), axis=0)


def travel_request(
    network: TransportNetwork | Sequence[Any],
    origins: Any,
    destinations: Any,
    arguments: dict[str, Any],
    problems: Sequence[str] = (),
) -> TravelRequest:
    """Check everything that a caller gave, join the points to the streets, and raise or warn.

    Parameters
    ----------
    network, origins, destinations
        As the caller gave them.
    arguments : dict
        Keywords of ``access.travel_options.travel_options``.
    problems : sequence of str
        What was found wrong before.

    Raises
    ------
    AccessError
        With all problems of points and options.
    InputDataError
        No origin, or no destination, is near a street.
    """
    problems = list(problems)
    if not isinstance(network, TransportNetwork):
        network = _network_of(network, problems)
    from_points = points_of(origins, "origins", problems)
    same_frame = destinations is None or destinations is origins
    to_points = from_points if same_frame else points_of(destinations, "destinations", problems)
    options = travel_options(problems, **arguments)
    logger.info("travel times: %s", options.as_plain_values())
    snaps = {
        mode: _snapped_for(mode, network, options, from_points, None if same_frame else to_points)
        for mode in STREET_MODES
        if mode in options.modes or (mode == "WALK" and options.transit_modes)
    }
    same = _same_places(from_points, to_points)
    return TravelRequest(network, options, from_points, to_points, snaps, same)


def _snapped_for(
    mode: str, network: TransportNetwork, options: TravelOptions, origins: Points, others: Points | None
) -> tuple[Snap, Snap]:
    """Join origins and destinations to the streets of a mode; no ``others``: they are the origins."""
    rules = options.road_rules.get(mode)
    streets = network.walk_streets(options.step_free) if rules is None else network.roads(rules)
    snaps: list[Snap] = []
    for what, points in (("origins", origins), ("destinations", others)):
        if points is None:
            return snaps[0], snaps[0]
        snapped = network.snap(points.lon, points.lat, options.max_snap_m, rules, step_free=options.step_free)
        check_snap(
            streets, points.lon, points.lat, snapped, what, "have no travel times; see unreached_reason"
        )
        snaps.append(snapped)
    return snaps[0], snaps[1]


def _network_of(given: Any, problems: list[str]) -> TransportNetwork:
    """Read a network named by its files, as r5py allows."""
    if isinstance(given, tuple) and len(given) in (1, 2):
        return TransportNetwork(*given)
    problems.append(
        f"transport_network is a {type(given).__name__}; give a TransportNetwork, or a tuple of the path of "
        "an .osm.pbf and a list of GTFS feeds"
    )
    return given  # type: ignore[no-any-return]  # never used: the problems are raised first


def _same_places(origins: Points, destinations: Points) -> npt.NDArray[np.int64]:
    """Find for each origin the destination with the same id at the same place."""
    found = pd.Index(destinations.ids).get_indexer(pd.Index(origins.ids)).astype(np.int64)
    alike = (destinations.lon[found] == origins.lon) & (destinations.lat[found] == origins.lat)
    return np.where(alike, found, NO_TARGET)


def fastest(links: Sequence[WalkLinks]) -> WalkLinks:
    """Return for each pair the shortest of its ways."""
    if len(links) == 1:
        return links[0]
    n_sources = len(links[0].start) - 1
    source = np.concatenate([np.repeat(np.arange(n_sources), np.diff(one.start)) for one in links])
    target = np.concatenate([one.target for one in links])
    walk_s = np.concatenate([one.walk_s for one in links])
    order = np.lexsort((walk_s, target, source))
    source, target, walk_s = source[order], target[order], walk_s[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(source) != 0) | (np.diff(target) != 0)
    start = np.zeros(n_sources + 1, np.int64)
    np.cumsum(np.bincount(source[first], minlength=n_sources), out=start[1:])
    return WalkLinks(start, target[first], walk_s[first])


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

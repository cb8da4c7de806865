"""The timetable of one service day as typed arrays: what ``gtfs`` hands over to ``access``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

NO_INDEX = np.int32(-1)
"""Stands for "none" in index arrays (no parent station, no block, rule not limited to a route)."""


class TransferRules(NamedTuple):
    """Rows of ``transfers.txt`` as indices into the timetable; ``NO_INDEX`` where a rule is not limited.

    ``transfer_type`` is the GTFS value 0 to 5; ``min_transfer_time_s`` is -1 where not given.
    All arrays have shape ``(n_rules,)``.
    """

    from_stop: npt.NDArray[np.int32]
    to_stop: npt.NDArray[np.int32]
    from_route: npt.NDArray[np.int32]
    to_route: npt.NDArray[np.int32]
    from_trip: npt.NDArray[np.int32]
    to_trip: npt.NDArray[np.int32]
    transfer_type: npt.NDArray[np.int8]
    min_transfer_time_s: npt.NDArray[np.int32]


class Timetable(NamedTuple):
    """Every vehicle movement that can matter on one service day. All arrays are read-only.

    Times are int32 seconds after 00:00 of the service day. Trips of the day before that are still running
    appear with 86,400 s subtracted (their early visits are negative), trips of the day after with 86,400 s
    added, so that a window that starts at 00:30 or ends at 25:30 sees all its vehicles.

    A *visit* is one trip at one stop. Invariants, checked by ``check_timetable``:

    T1. trip ``t`` owns the visits ``trip_start[t]`` to ``trip_start[t + 1] - 1``, in travel order, 2 or more;
    T2. within a trip ``arrival_s[v] <= departure_s[v] <= arrival_s[v + 1]``;
    T3. ``visit_stop`` and ``stop_station`` index stops, ``trip_route`` indexes routes;
    T4. trips are ordered by first departure, then by trip index of the feed, so that equal input gives
        equal arrays;
    T5. ``trip_day`` is -1, 0 or 1; a block belongs to one day;
    T6. transfer rules index stops, routes and trips, types are 0 to 5;
    T7. no array can be written to.
    """

    stop_lon: npt.NDArray[np.float64]  # (n_stops,) degrees WGS84
    stop_lat: npt.NDArray[np.float64]  # (n_stops,)
    stop_station: npt.NDArray[np.int32]  # (n_stops,) index of the parent station, or NO_INDEX
    trip_start: npt.NDArray[np.int64]  # (n_trips + 1,) offsets into visits
    trip_route: npt.NDArray[np.int32]  # (n_trips,)
    trip_block: npt.NDArray[np.int32]  # (n_trips,) vehicle block, or NO_INDEX
    trip_day: npt.NDArray[np.int8]  # (n_trips,) -1, 0 or +1: service day the trip belongs to
    visit_stop: npt.NDArray[np.int32]  # (n_visits,)
    arrival_s: npt.NDArray[np.int32]  # (n_visits,)
    departure_s: npt.NDArray[np.int32]  # (n_visits,)
    pickup: npt.NDArray[np.bool_]  # (n_visits,) boarding allowed
    drop_off: npt.NDArray[np.bool_]  # (n_visits,) alighting allowed
    transfers: TransferRules

    @property
    def n_stops(self) -> int:
        """Number of stops, stations included."""
        return len(self.stop_lon)

    @property
    def n_trips(self) -> int:
        """Number of trips, those of the neighbouring days included."""
        return len(self.trip_start) - 1


class Pathways(NamedTuple):
    """Rows of ``pathways.txt``, once for each direction in which they can be walked. Read-only.

    What they mean, and how long each takes, stands in ``gtfs.pathways``.
    """

    source: npt.NDArray[np.int32]  # (n_pathways,) stop where it begins
    target: npt.NDArray[np.int32]  # (n_pathways,)
    mode: npt.NDArray[np.int8]  # (n_pathways,) pathway_mode
    traversal_s: npt.NDArray[np.float64]  # (n_pathways,) NaN where not given, as in the next three
    length_m: npt.NDArray[np.float64]
    steps_up: npt.NDArray[np.float64]  # negative: down
    straight_m: npt.NDArray[np.float64]  # straight line between the ends
    location_type: npt.NDArray[np.int8]  # (n_stops,) 0 stop, 1 station, 2 entrance, 3 node, 4 boarding area
    from_street: npt.NDArray[np.bool_]  # (n_stops,) stop_access 1: reached from the street, not by pathways


@dataclass(frozen=True)
class ScheduleCounts:
    """What ``build_schedule`` found and did, for the log, the manifest and the report."""

    stops: int = 0  # rows of stops.txt, stations included
    served_stops: int = 0  # with a visit in the timetable
    routes: int = 0  # with a trip on the service day
    trips: int = 0  # on the service day
    trips_before: int = 0  # of the day before, still running after midnight
    trips_after: int = 0  # of the day after, starting before the horizon
    visits: int = 0
    read_visits: int = 0  # rows of stop_times.txt of these trips
    filled_visits: int = 0  # of them those that got a time by distance
    headway_trips: int = 0  # trips.txt rows that frequencies.txt expands
    expanded_trips: int = 0  # vehicles they became on the service day
    short_trips: int = 0  # dropped: fewer than two visits
    on_demand_trips: int = 0  # dropped: visits without a stop (GTFS-Flex)
    by_arrangement_visits: int = 0  # pickup or drop-off by phone or with the driver
    unknown_transfers: int = 0  # rows of transfers.txt dropped: unknown stop or route, or no such type
    pathways: int = 0  # rows of pathways.txt, twice where they go both ways
    unknown_pathways: int = 0  # rows of pathways.txt dropped: unknown stop or mode
    step_free_stops_known: int = 0  # served stops whose feed says whether a wheelchair gets there
    step_free_stops_unknown: int = 0  # both only for a step-free schedule, as the next two
    step_free_trips_known: int = 0  # of the service day, whether a wheelchair gets on
    step_free_trips_unknown: int = 0
    useless_transfers: int = 0  # rows of transfers.txt dropped: no stops or trips that the type needs

    def summary(self) -> str:
        """One line in words."""
        text = (
            f"{self.trips:,} trips on {self.routes:,} routes, {self.visits:,} visits at "
            f"{self.served_stops:,} of {self.stops:,} stops"
        )
        extras = (
            (self.trips_before, "trips of the night before"),
            (self.trips_after, "trips of the day after"),
            (self.filled_visits, "blank times filled by distance"),
            (self.expanded_trips, "trips from headways"),
            (self.short_trips, "trips dropped (fewer than two visits)"),
            (self.on_demand_trips, "trips dropped (on demand)"),
            (self.by_arrangement_visits, "visits by arrangement"),
            (self.unknown_transfers + self.useless_transfers, "transfer rules dropped"),
            (self.pathways, "pathways"),
            (self.unknown_pathways, "pathways dropped"),
            (self.step_free_stops_unknown, "stops of unknown wheelchair access"),
            (self.step_free_trips_unknown, "trips of unknown wheelchair access"),
        )
        return "; ".join([text, *(f"{count:,} {what}" for count, what in extras if count)])


@dataclass(frozen=True)
class Schedule:
    """A timetable with the names that belong to its indices."""

    timetable: Timetable
    service_date: date
    stop_ids: list[str]
    stop_names: list[str]
    route_ids: list[str]
    route_names: list[str]
    route_types: list[int]
    trip_ids: list[str]
    trip_headsigns: list[str] = field(default_factory=list)  # by trip, empty where the feed has none
    counts: ScheduleCounts = field(default_factory=ScheduleCounts)
    pathways: Pathways | None = None  # None: nobody looked
    all_pathways: Pathways | None = None  # those with steps, too; the same but for a step-free schedule


def check_timetable(timetable: Timetable, n_routes: int | None = None) -> None:
    """Check the invariants T1 to T7.

    Raises
    ------
    ValueError
        Lists every invariant that does not hold.
    """
    start, n_visits = timetable.trip_start, len(timetable.visit_stop)
    counted = all(len(array) == n_visits for array in timetable[8:12]) and all(
        len(array) == timetable.n_trips for array in timetable[4:7]
    )
    owned = bool(len(start)) and start[0] == 0 and start[-1] == n_visits and bool((np.diff(start) >= 2).all())
    if not (counted and owned):
        raise ValueError("the timetable breaks T1: trips do not own the visits, at least two each")
    broken = []
    arrival_s, departure_s = timetable.arrival_s, timetable.departure_s
    rides_on = np.ones(n_visits, dtype=bool)
    rides_on[start[1:] - 1] = False
    if (arrival_s > departure_s).any() or (departure_s[:-1] > arrival_s[1:])[rides_on[:-1]].any():
        broken.append("T2: times go backwards")
    routes = np.inf if n_routes is None else n_routes
    if not (
        _indexes(timetable.visit_stop, timetable.n_stops)
        and _indexes(timetable.stop_station, timetable.n_stops, none_allowed=True)
        and _indexes(timetable.trip_route, routes)
    ):
        broken.append("T3: an index names no stop or route")
    if (np.diff(departure_s[start[:-1]]) < 0).any():
        broken.append("T4: trips are not in order of departure")
    blocks = np.stack([timetable.trip_block, timetable.trip_day])[:, timetable.trip_block != NO_INDEX]
    if not np.isin(timetable.trip_day, (-1, 0, 1)).all() or (
        np.unique(blocks, axis=1).shape[1] != len(np.unique(blocks[0]))
    ):
        broken.append("T5: a day is none of -1, 0, 1 or a block spans two days")
    rules, sizes = timetable.transfers, (timetable.n_stops,) * 2 + (routes,) * 2 + (timetable.n_trips,) * 2
    if not all(_indexes(rules[at], size, none_allowed=True) for at, size in enumerate(sizes)) or (
        not _indexes(rules.transfer_type, 6)
    ):
        broken.append("T6: a transfer rule names no stop, route, trip or type")
    if any(array.flags.writeable for array in (*timetable[:-1], *rules)):
        broken.append("T7: an array is writable")
    if broken:
        raise ValueError(f"the timetable breaks {'; '.join(broken)}")


def _indexes(
    array: npt.NDArray[np.int32] | npt.NDArray[np.int8], size: float, none_allowed: bool = False
) -> bool:
    """Whether all values are 0 to ``size - 1`` (or ``NO_INDEX``)."""
    return bool(((array >= (NO_INDEX if none_allowed else 0)) & (array < size)).all())

"""Journeys leg by leg, with the names of the feed: the answer to "why 58 minutes?".

An itinerary is a chain of walks, waits and rides without gaps: each leg starts in the second in which the
leg before ends, and all legs together last as long as the travel time in the matrix, to the second.

Two choices that the numbers do not show:

- Who asks for a departure leaves at that minute and waits at the stop, as the matrix counts it, also where he
  could wait at home; ``could_leave_s`` says until when. Arrive-by, the journey leaves as late as possible and
  the time left at the destination is its last wait.
- A transfer time asked by the feed at one stop is waiting; only between two stops it is a walk.

Of several equally fast journeys one is chosen by C1 to C4 of ``access.engine.journey``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_S, Seconds
from access.engine.journey import JourneyNetwork, Journeys, journey_network, journeys
from access.search import PreparedSearch
from gtfs.timetable import Schedule

WalkKind = Literal["access", "transfer", "egress", "direct"]


@dataclass(frozen=True)
class Stop:
    """A stop of the feed."""

    id: str
    name: str


@dataclass(frozen=True)
class Walk:
    """A walk; ``None`` for a stop stands for the door."""

    kind: WalkKind
    start_s: int
    end_s: int
    from_stop: Stop | None
    to_stop: Stop | None
    distance_m: float  # whole seconds at walking speed, so right to about a metre

    leg: ClassVar[str] = "walk"


@dataclass(frozen=True)
class Wait:
    """Time before a boarding, at ``stop``; without a stop, at the destination until the time asked for."""

    start_s: int
    end_s: int
    stop: Stop | None

    leg: ClassVar[str] = "wait"


@dataclass(frozen=True)
class TripPart:
    """The part of a ride on one trip; most rides have one part."""

    trip_id: str
    route_id: str
    route_name: str
    headsign: str  # empty where the feed has none
    from_stop: Stop
    to_stop: Stop
    start_s: int
    end_s: int
    n_stops: int  # stops passed on the way and the last one


@dataclass(frozen=True)
class Ride:
    """From boarding to alighting; several parts where the vehicle goes on as another trip, seat kept."""

    start_s: int
    end_s: int
    from_stop: Stop
    to_stop: Stop
    parts: tuple[TripPart, ...]

    leg: ClassVar[str] = "ride"


Leg = Walk | Wait | Ride


@dataclass(frozen=True)
class Itinerary:
    """One journey from door to door. Times are seconds after 00:00 of the service day."""

    asked_s: int  # the departure, or the arrival, asked for
    arrive_by: bool
    departure_s: int
    arrival_s: int
    could_leave_s: int  # latest departure that arrives at the same second by the same number of rides
    legs: tuple[Leg, ...]

    @property
    def total_s(self) -> int:
        """Travel time as in the matrix: the minute asked for counts as one end of the journey."""
        return self.asked_s - self.departure_s if self.arrive_by else self.arrival_s - self.asked_s

    @property
    def routes(self) -> tuple[str, ...]:
        """Names of the routes ridden, in order; empty for a walk all the way."""
        rides = (leg for leg in self.legs if isinstance(leg, Ride))
        return tuple(part.route_name for ride in rides for part in ride.parts)

    @property
    def n_rides(self) -> int:
        """Number of boardings."""
        return sum(isinstance(leg, Ride) for leg in self.legs)

    def seconds(self, kind: str) -> int:
        """Seconds of all legs of a kind: ``walk``, ``wait`` or ``ride``."""
        return sum(leg.end_s - leg.start_s for leg in self.legs if leg.leg == kind)


@dataclass(frozen=True)
class RouteUse:
    """In how many minutes of a window one combination of routes is the fastest."""

    routes: tuple[str, ...]  # empty: on foot
    minutes: tuple[int, ...]  # of the window, from 0
    shortest_s: int
    longest_s: int


class ItineraryFinder:
    """Journeys of one prepared search, with the names of a schedule.

    Parameters
    ----------
    search : PreparedSearch
        What the matrix is computed from, so that both agree.
    schedule : Schedule
        Names of the timetable that ``search`` was prepared with.
    walk_speed_km_h : float
        The speed that all walks were timed with; gives their length.
    """

    def __init__(self, search: PreparedSearch, schedule: Schedule, walk_speed_km_h: float) -> None:
        self._search, self._schedule = search, schedule
        self._m_per_s = walk_speed_km_h / 3.6
        self._network: JourneyNetwork = journey_network(search.plain, search.search, search.n_targets)

    def one(self, origin: int, destination: int, minute: int = 0) -> Itinerary | None:
        """Return the itinerary of one pair for one minute of the window, None where it is not reached."""
        if self._search.arrive_by:
            return self.many(destination, [origin], minute)[0]
        return self.many(origin, [destination], minute)[0]

    def many(self, source: int, targets: Sequence[int], minute: int = 0) -> list[Itinerary | None]:
        """Return itineraries between one place and several, in the order of ``targets``.

        Parameters
        ----------
        source : int
            The origin; of an arrive-by search, the destination.
        targets : sequence of int
            The destinations; of an arrive-by search, the origins.
        minute : int
            Minute of the window, 0 for the first.
        """
        search = self._search.search
        at = search.n_departures - 1 - minute if self._search.arrive_by else minute
        leave_s = search.first_departure_s + 60 * at
        found = journeys(self._network, search, source, leave_s, targets)
        if self._search.arrive_by:
            found = turned_round(found, self._search.mirror_s, search.boarding_slack_s)
        return [self._itinerary(found, number) for number in range(len(targets))]

    def window(self, origin: int, destination: int) -> list[Itinerary | None]:
        """Return the itinerary of one pair for each minute of the window, in order."""
        return [self.one(origin, destination, minute) for minute in range(self._search.search.n_departures)]

    def _itinerary(self, found: Journeys, number: int) -> Itinerary | None:
        if found.arrival_s[number] == UNREACHED_S:
            return None
        arrive_by = self._search.arrive_by
        departure_s = int(found.leave_s[number]) if arrive_by else found.asked_s
        arrival_s = int(found.arrival_s[number])
        legs = self._legs(found, number, departure_s)
        if arrive_by and found.asked_s > arrival_s:
            legs.append(Wait(arrival_s, found.asked_s, None))
        could_leave_s = int(found.leave_s[number])
        return Itinerary(found.asked_s, arrive_by, departure_s, arrival_s, could_leave_s, tuple(legs))

    def _legs(self, found: Journeys, number: int, departure_s: int) -> list[Leg]:
        legs: list[Leg] = []
        here: Stop | None = None
        now_s = departure_s
        for ride in range(found.ride_start[number], found.ride_start[number + 1]):
            vehicle = self._ride(int(found.board_visit[ride]), int(found.alight_visit[ride]))
            walk_s = int(found.walk_before_s[ride])
            if walk_s > 0 and here != vehicle.from_stop:
                kind: WalkKind = "transfer" if here else "access"
                legs.append(self._walk(kind, now_s, walk_s, here, vehicle.from_stop))
                now_s += walk_s
            if vehicle.start_s > now_s:
                legs.append(Wait(now_s, vehicle.start_s, vehicle.from_stop))
            legs.append(vehicle)
            here, now_s = vehicle.to_stop, vehicle.end_s
        walk_s = int(found.last_walk_s[number])
        if walk_s > 0:
            legs.append(self._walk("egress" if here else "direct", now_s, walk_s, here, None))
        return legs

    def _walk(
        self, kind: WalkKind, start_s: int, walk_s: int, from_stop: Stop | None, to_stop: Stop | None
    ) -> Walk:
        return Walk(kind, start_s, start_s + walk_s, from_stop, to_stop, round(walk_s * self._m_per_s, 1))

    def _ride(self, board: int, alight: int) -> Ride:
        """Cut what is one vehicle to the engine into the trips of the feed."""
        timetable = self._schedule.timetable
        onward = -1 if self._search.arrive_by else 1  # mirrored, later visits come first
        visits = self._search.visit_of[np.arange(board, alight + onward, onward)]
        trips = np.searchsorted(timetable.trip_start, visits, side="right") - 1
        cuts = [0, *(np.flatnonzero(np.diff(trips)) + 1), len(visits)]
        # Two visits or more in each: at a seam nobody gets on before it or off after it (gtfs.in_seat, S7).
        parts = tuple(self._part(int(trips[start]), visits[start:end]) for start, end in pairwise(cuts))
        return Ride(parts[0].start_s, parts[-1].end_s, parts[0].from_stop, parts[-1].to_stop, parts)

    def _part(self, trip: int, visits: npt.NDArray[np.int64]) -> TripPart:
        schedule = self._schedule
        route = int(schedule.timetable.trip_route[trip])
        first, last = int(visits[0]), int(visits[-1])
        headsigns: Sequence[str] = getattr(schedule, "trip_headsigns", ())
        return TripPart(
            trip_id=schedule.trip_ids[trip],
            route_id=schedule.route_ids[route],
            route_name=schedule.route_names[route],
            headsign=headsigns[trip] if headsigns else "",
            from_stop=self._stop(first),
            to_stop=self._stop(last),
            start_s=int(schedule.timetable.departure_s[first]),
            end_s=int(schedule.timetable.arrival_s[last]),
            n_stops=len(visits) - 1,
        )

    def _stop(self, visit: int) -> Stop:
        stop = int(self._schedule.timetable.visit_stop[visit])
        return Stop(self._schedule.stop_ids[stop], self._schedule.stop_names[stop])


def route_use(window: Sequence[Itinerary | None]) -> list[RouteUse]:
    """Count the combinations of routes over the minutes of a window, the most frequent first.

    Ties go to the combination that is used earlier. Minutes that are not reached count nowhere.
    """
    minutes: dict[tuple[str, ...], list[int]] = {}
    for minute, itinerary in enumerate(window):
        if itinerary is not None:
            minutes.setdefault(itinerary.routes, []).append(minute)
    uses = []
    for routes, used in minutes.items():
        total_s = [itinerary.total_s for minute in used if (itinerary := window[minute]) is not None]
        uses.append(RouteUse(routes, tuple(used), min(total_s), max(total_s)))
    return sorted(uses, key=lambda use: (-len(use.minutes), use.minutes[0]))


def turned_round(mirrored: Journeys, mirror_s: int, boarding_slack_s: int) -> Journeys:
    """Bring journeys found on a mirrored clock (``access.mirror``) back to the ordinary clock and direction.

    Visits stay those of the mirrored timetable. The slack that was put into the mirrored last walk and taken
    off the mirrored first one is moved back, so that walks are walks again.
    ``asked_s`` becomes the arrival asked for, ``leave_s`` the latest departure, and ``arrival_s`` the
    earliest arrival of those who leave then.
    """
    reached = mirrored.arrival_s != UNREACHED_S
    start = mirrored.ride_start
    n_rides = np.diff(start)
    journey = np.repeat(np.arange(len(n_rides)), n_rides)
    ride = np.arange(len(journey))
    back = start[journey] + start[journey + 1] - 1 - ride  # within a journey the last ride becomes the first
    transfer_s = np.append(mirrored.walk_before_s, 0)[back + 1]
    first_walk_s = mirrored.last_walk_s[journey] - boarding_slack_s
    last_walk_s = mirrored.last_walk_s.copy()
    last_walk_s[n_rides > 0] = mirrored.walk_before_s[start[:-1][n_rides > 0]] + boarding_slack_s
    return Journeys(
        asked_s=mirror_s - mirrored.asked_s,
        leave_s=_or_unreached(mirror_s - mirrored.arrival_s, reached),
        arrival_s=_or_unreached(mirror_s - mirrored.leave_s, reached),
        ride_start=start,
        board_visit=mirrored.alight_visit[back],
        alight_visit=mirrored.board_visit[back],
        walk_before_s=np.where(ride == start[journey], first_walk_s, transfer_s).astype(np.int32),
        last_walk_s=last_walk_s,
    )


def _or_unreached(time_s: npt.NDArray[np.int32], reached: npt.NDArray[np.bool_]) -> Seconds:
    return np.where(reached, time_s, UNREACHED_S).astype(np.int32)

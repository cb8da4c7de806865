"""Journeys with all their legs: from one origin at one departure to some destinations, by the rules R1 to R9.

Arrivals equal those of ``access.engine.plain`` to the second. Of several ways to arrive at the same second
one is chosen, by these criteria in order:

C1. fewest rides; walking all the way is no ride;
C2. latest possible departure from the door, that is most time to wait at home instead of at a stop;
C3. least walking (a footpath of less than 0 s counts as 0 s);
C4. the earliest boarding and the earliest alighting that do the same, then the lowest index of the stop.

How: a round for each number of rides (Delling, Pajor, Werneck, "Round-Based Public Transit Routing",
Transportation Science 49, 2015). A round goes once through boardings and alightings in time order, as a
connection scan does, and keeps for every moment at every stop the best *key* with which somebody can have
left a vehicle there: C2 and C3 packed into one number, smaller is better. A ride never changes a key, a walk
adds its seconds, so the best key of a moment follows from best keys of earlier moments.

Departures from the papers:

- Labels are keys by moment instead of earliest arrivals by stop: an itinerary by earliest arrivals alone
  rushes to a transfer and waits there.
- An alighting counts only if it is earlier than every one at its stop with fewer rides: else those do as
  well, by C1.
- No label is pushed ahead of its time: a boarding *pulls* from the stops around it.

The twin is ``tests/reference/journeys.py``. Words: a *row* is a moment at a stop, namely an alighting there
in time order; ``came_row`` is the row of the round before from which a boarding was reached.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import (
    ANY_NUMBER_OF_RIDES,
    UNREACHED_S,
    Indices,
    Search,
    Seconds,
    WalkLinks,
    frozen,
)
from access.engine.compiled import kernel
from access.engine.plain import PlainNetwork
from access.engine.program import reversed_links

Keys = npt.NDArray[np.int64]

NOBODY = np.int64(2**62)
"""Key of a moment at which nobody can be there."""

NO_ROW = np.int32(-1)
NO_WALK_S = np.int32(2**30)
_ONE_SECOND_EARLIER = np.int64(2**32)  # more than all walking together, in C2 before C3
_LATEST_S = np.int64(2**20)  # later than any departure; keys of all departures lie far below NOBODY


class Events(NamedTuple):
    """Boardings and alightings in time order; along a trip in travel order. Shape (n_events,)."""

    time_s: Seconds
    visit: Indices
    stop: Indices
    trip: Indices
    row: Indices  # of an alighting; NO_ROW for a boarding


class JourneyNetwork(NamedTuple):
    """What the search for journeys reads, the same for all origins and departures. Read-only."""

    events: Events
    row_s: Seconds  # (n_rows,) stop by stop, ascending
    row_start: npt.NDArray[np.int64]  # (n_stops + 1,)
    n_trips: int
    access: WalkLinks  # origin -> stop
    into_stops: WalkLinks  # footpaths by the stop they lead to
    doors: WalkLinks  # destination -> stop: egress from its end
    direct: WalkLinks  # origin -> destination


class Departure(NamedTuple):
    """What one round needs to know of the search."""

    departure_s: int
    until_s: int  # last arrival that can still be of use
    slack_s: int
    by_access: bool  # the first round, which boards from the origin


class Round(NamedTuple):
    """The best way, with one number of rides, to have left a vehicle at a stop by the moment of each row."""

    key: Keys  # (n_rows,) or (n_rounds, n_rows) where stacked
    alighted: Indices  # event of that way, not later than the row
    boarded: Indices  # event where its vehicle was boarded
    came_row: Indices  # (n_events,) for a boarding: row of the round before; NO_ROW from the origin


class Journeys(NamedTuple):
    """Chosen journeys to ``n`` destinations with ``m`` rides together.

    Journey ``i`` owns the rides ``ride_start[i]`` to ``ride_start[i + 1] - 1``. One without rides and with an
    arrival is a walk all the way. Where ``arrival_s`` is ``UNREACHED_S``, the other values mean nothing.
    """

    asked_s: int  # the departure asked for; the arrival where the search was mirrored
    leave_s: Seconds  # (n,) latest departure from the door that arrives as early
    arrival_s: Seconds  # (n,)
    ride_start: npt.NDArray[np.int64]  # (n + 1,)
    board_visit: Indices  # (m,)
    alight_visit: Indices  # (m,)
    walk_before_s: Seconds  # (m,) access walk or footpath to the boarding
    last_walk_s: Seconds  # (n,) egress walk, or the walk all the way


def journey_network(network: PlainNetwork, search: Search, n_destinations: int) -> JourneyNetwork:
    """Prepare what journeys need: events in time order, rows by stop, walks from their ends.

    Parameters
    ----------
    network : PlainNetwork
        With complete footpaths: a stop's link to itself is explicit.
    search : Search
        The search that ``network`` was prepared for.
    n_destinations : int
        Number of targets of ``egress`` and ``direct``.
    """
    trips, boardings = network.trips, network.boardings
    first_visit = np.concatenate([[0], trips.last_visit[:-1] + 1])[: len(trips.last_visit)]
    last_s = search.first_departure_s + 60 * (search.n_departures + search.max_duration_min)
    alights = trips.drop_off & (trips.arrival_s >= search.first_departure_s) & (trips.arrival_s < last_s)
    alights[first_visit] = False
    alight = np.flatnonzero(alights)
    stop, arrival_s = trips.visit_stop[alight], trips.arrival_s[alight]
    n_stops = len(network.footpaths.start) - 1
    by_stop = np.lexsort((alight, arrival_s, stop))
    row = np.empty(len(alight), np.int32)
    row[by_stop] = np.arange(len(alight))
    row_start = np.concatenate([[0], np.cumsum(np.bincount(stop, minlength=n_stops))])

    time_s = np.concatenate([arrival_s, boardings.be_there_s + search.boarding_slack_s])
    visit = np.concatenate([alight, boardings.visit])
    row = np.concatenate([row, np.full(len(boardings.visit), NO_ROW)])
    order = np.lexsort((row == NO_ROW, visit, time_s))  # at one visit people get off before others get on
    events = Events(
        time_s=frozen(time_s[order], np.int32),
        visit=frozen(visit[order], np.int32),
        stop=frozen(trips.visit_stop[visit[order]], np.int32),
        trip=frozen(np.searchsorted(trips.last_visit, visit[order]), np.int32),
        row=frozen(row[order], np.int32),
    )
    return JourneyNetwork(
        events,
        frozen(arrival_s[by_stop], np.int32),
        frozen(row_start, np.int64),
        len(trips.last_visit),
        network.access,
        reversed_links(network.footpaths, n_stops),
        reversed_links(network.egress, n_destinations),
        network.direct,
    )


def journeys(
    network: JourneyNetwork, search: Search, origin: int, departure_s: int, destinations: npt.ArrayLike
) -> Journeys:
    """Find the journey to each destination that arrives first, and of several the one by C1 to C4.

    Parameters
    ----------
    network : JourneyNetwork
        Prepared for ``search``.
    search : Search
        Limits and slack.
    origin : int
        Source of ``access`` and ``direct``.
    departure_s : int
        One of the departures of the search.
    destinations : (n,) whole numbers
        Targets of ``egress`` and ``direct``, in any order, repeats allowed.
    """
    wanted = np.ascontiguousarray(destinations, np.int32)
    n_stops, n_destinations = len(network.row_start) - 1, len(network.doors.start) - 1
    latest_s = departure_s + 60 * search.max_duration_min + 59
    direct_s = _row_of(network.direct, origin, n_destinations)[wanted]
    access_s = _row_of(network.access, origin, n_stops)
    arrival_s = np.where(direct_s <= latest_s - departure_s, departure_s + direct_s, UNREACHED_S)
    arrival_s = arrival_s.astype(np.int32)
    n_rides = np.zeros(len(wanted), np.int32)
    earliest_s = np.full(n_stops, UNREACHED_S, np.int32)
    rounds = [_nobody_anywhere(network)]  # round 0 has no rows: the origin stands for them
    while search.max_rides == ANY_NUMBER_OF_RIDES or len(rounds) <= search.max_rides:
        # Later than the latest of the arrivals wanted, nothing can improve any of them.
        until_s = min(latest_s, int(arrival_s.max(initial=departure_s)))
        leave = Departure(departure_s, until_s, search.boarding_slack_s, len(rounds) == 1)
        rounds.append(_nobody_anywhere(network))
        if not _scan_events(leave, network, access_s, earliest_s, rounds[-2], rounds[-1]):
            break  # No stop is reached earlier than with fewer rides, so none will be with more.
        _arrive(network.doors, wanted, len(rounds) - 1, earliest_s, arrival_s, n_rides)
    too_late = arrival_s > latest_s
    arrival_s[too_late], n_rides[too_late] = UNREACHED_S, 0
    chosen = Round(*(np.stack(arrays) for arrays in zip(*rounds, strict=True)))
    return _legs(departure_s, network, chosen, access_s, wanted, arrival_s, n_rides, direct_s)


def _row_of(links: WalkLinks, source: int, n_targets: int) -> Seconds:
    """Walk from one source to every target, ``NO_WALK_S`` where there is none."""
    walk_s = np.full(n_targets, NO_WALK_S, np.int32)
    here = slice(links.start[source], links.start[source + 1])
    walk_s[links.target[here]] = links.walk_s[here]
    return walk_s


def _nobody_anywhere(network: JourneyNetwork) -> Round:
    n_rows, n_events = len(network.row_s), len(network.events.row)
    return Round(
        np.full(n_rows, NOBODY, np.int64),
        np.full(n_rows, -1, np.int32),
        np.full(n_rows, -1, np.int32),
        np.full(n_events, NO_ROW, np.int32),
    )


@kernel
def _scan_events(
    leave: Departure,
    network: JourneyNetwork,
    access_s: Seconds,
    earliest_s: Seconds,
    before: Round,
    found: Round,
) -> bool:
    """Fill one round; improve ``earliest_s`` and say whether any stop was reached earlier than before."""
    events = network.events
    on_board_key = np.full(network.n_trips, NOBODY, np.int64)
    boarded = np.full(network.n_trips, -1, np.int32)
    stop_key = np.full(len(earliest_s), NOBODY, np.int64)
    stop_row = np.full(len(earliest_s), NO_ROW, np.int32)
    next_row = np.empty(len(network.into_stops.target), np.int64)
    for link in range(len(next_row)):
        next_row[link] = network.row_start[network.into_stops.target[link]]
    earliest_before_s = earliest_s.copy()
    improved = False
    first = np.searchsorted(events.time_s, leave.departure_s)
    end = np.searchsorted(events.time_s, leave.until_s, side="right")
    for event in range(first, end):
        stop, trip, row = events.stop[event], events.trip[event], events.row[event]
        if row == NO_ROW:
            be_there_s = events.time_s[event] - leave.slack_s
            if leave.by_access:
                key = _key_from_origin(be_there_s, access_s[stop], leave.departure_s)
                came_row = NO_ROW
            else:
                _pull(be_there_s, stop, network, before, next_row, stop_key, stop_row)
                key, came_row = stop_key[stop], stop_row[stop]
            if key < on_board_key[trip]:
                on_board_key[trip], boarded[trip], found.came_row[event] = key, event, came_row
        else:
            if row > network.row_start[stop]:
                _copy_row(found, row - 1, row)
            # No earlier than with fewer rides: then those do as well (C1).
            if events.time_s[event] < earliest_before_s[stop] and on_board_key[trip] < NOBODY:
                if events.time_s[event] < earliest_s[stop]:
                    earliest_s[stop] = events.time_s[event]
                    improved = True
                if on_board_key[trip] < found.key[row]:
                    found.key[row] = on_board_key[trip]
                    found.alighted[row], found.boarded[row] = event, boarded[trip]
    return improved


@kernel
def _key_from_origin(be_there_s: int, walk_s: int, departure_s: int) -> np.int64:
    """Key of somebody who leaves home just in time for a boarding; ``NOBODY`` if that is too early."""
    if walk_s == NO_WALK_S or departure_s + walk_s > be_there_s:
        return NOBODY
    return (_LATEST_S - np.int64(be_there_s - walk_s)) * _ONE_SECOND_EARLIER + walk_s


@kernel
def _leave_s(key: np.int64) -> np.int64:
    """Latest departure from the door that a key stands for; walks are rounded off, also negative ones."""
    return _LATEST_S - ((key + _ONE_SECOND_EARLIER // 2) >> 32)


@kernel
def _pull(
    be_there_s: int,
    stop: int,
    network: JourneyNetwork,
    before: Round,
    next_row: npt.NDArray[np.int64],
    stop_key: Keys,
    stop_row: Indices,
) -> None:
    """Bring the best key at a stop up to date: who alighted around it early enough to be there by now.

    Boardings at a stop come in time order, so each footpath's rows are passed once in a round.
    """
    links = network.into_stops
    for link in range(links.start[stop], links.start[stop + 1]):
        source, walk_s = links.target[link], links.walk_s[link]
        row = next_row[link]
        last = network.row_start[source + 1]
        while row < last and network.row_s[row] + walk_s <= be_there_s:
            row += 1
        if row == next_row[link]:
            continue
        next_row[link] = row
        key = before.key[row - 1]
        if key < NOBODY and key + max(walk_s, 0) < stop_key[stop]:
            stop_key[stop] = key + max(walk_s, 0)
            stop_row[stop] = row - 1


@kernel
def _copy_row(found: Round, source: int, target: int) -> None:
    """At a later moment at a stop the best is at least what it was."""
    found.key[target] = found.key[source]
    found.alighted[target] = found.alighted[source]
    found.boarded[target] = found.boarded[source]


@kernel
def _arrive(
    doors: WalkLinks, wanted: Indices, rides: int, earliest_s: Seconds, arrival_s: Seconds, n_rides: Indices
) -> None:
    """Note where one more ride arrives earlier; stops with fewer rides were looked at before."""
    for number, destination in enumerate(wanted):
        for door in range(doors.start[destination], doors.start[destination + 1]):
            at_door_s = earliest_s[doors.target[door]] + doors.walk_s[door]
            if at_door_s < arrival_s[number]:
                arrival_s[number], n_rides[number] = at_door_s, rides


@kernel
def _last_row(
    doors: WalkLinks, destination: int, arrival_s: int, network: JourneyNetwork, key: Keys
) -> tuple[int, int]:
    """Row and door of the best way to arrive at a destination at this very second (C2 to C4)."""
    best_key, best_row, best_door = NOBODY, -1, -1
    for door in range(doors.start[destination], doors.start[destination + 1]):
        stop, walk_s = doors.target[door], doors.walk_s[door]
        here = network.row_s[network.row_start[stop] : network.row_start[stop + 1]]
        row = network.row_start[stop] + np.searchsorted(here, arrival_s - walk_s, side="right") - 1
        if row < network.row_start[stop] or network.row_s[row] != arrival_s - walk_s:
            continue
        if key[row] < NOBODY and key[row] + walk_s < best_key:
            best_key, best_row, best_door = key[row] + walk_s, row, door
    return best_row, best_door


@kernel
def _footpath_s(links: WalkLinks, source: int, stop: int) -> int:
    """Seconds of the footpath between two stops that has been walked."""
    for link in range(links.start[stop], links.start[stop + 1]):
        if links.target[link] == source:
            return int(links.walk_s[link])
    return int(NO_WALK_S)


@kernel
def _legs(
    departure_s: int,
    network: JourneyNetwork,
    rounds: Round,
    access_s: Seconds,
    wanted: Indices,
    arrival_s: Seconds,
    n_rides: Indices,
    direct_s: Seconds,
) -> Journeys:
    """Follow each journey back from its destination, ride by ride."""
    n = len(wanted)
    ride_start = np.zeros(n + 1, np.int64)
    ride_start[1:] = np.cumsum(n_rides)
    board, alight = np.empty(ride_start[n], np.int32), np.empty(ride_start[n], np.int32)
    walk_before_s = np.empty(ride_start[n], np.int32)
    leave_s, last_walk_s = np.full(n, departure_s, np.int32), direct_s.copy()
    events = network.events
    for number in range(n):
        if n_rides[number] == 0:
            continue
        keys = rounds.key[n_rides[number]]
        row, door = _last_row(network.doors, wanted[number], arrival_s[number], network, keys)
        leave_s[number], last_walk_s[number] = _leave_s(keys[row]), network.doors.walk_s[door]
        for ride in range(n_rides[number], 0, -1):
            at = ride_start[number] + ride - 1
            boarded = rounds.boarded[ride, row]
            alight[at], board[at] = events.visit[rounds.alighted[ride, row]], events.visit[boarded]
            row = rounds.came_row[ride, boarded]
            if row == NO_ROW:
                walk_before_s[at] = access_s[events.stop[boarded]]
            else:
                source = events.stop[rounds.alighted[ride - 1, row]]
                walk_before_s[at] = _footpath_s(network.into_stops, source, events.stop[boarded])
    return Journeys(departure_s, leave_s, arrival_s, ride_start, board, alight, walk_before_s, last_walk_s)

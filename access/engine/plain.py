"""The plain travel-time engine: earliest arrivals from one origin, one departure minute at a time.

The reference that every faster engine must equal to the second. For each departure minute it goes once
through all boardings in time order (a connection scan: Dibbelt, Pajor, Strasser, Wagner, "Connection Scan
Algorithm", ACM Journal of Experimental Algorithmics 23, 2018), with R5's rules of travel:

R1. *Slack.* A passenger is at a stop at least ``boarding_slack_s`` seconds before every boarding, the first
    one too. Slack and footpath together are at least 1 s, so an arrival never catches another trip of the
    same second and the order of simultaneous events cannot matter.
R2. *Staying on board* needs no slack and no pickup: a passenger may ride on over any number of visits, also
    past the same stop twice, and leave where drop-off is allowed; rides of 0 s are rides.
R3. *Pickup and drop-off.* Nobody boards at a visit without pickup, or leaves at a visit without drop-off.
R4. *One walk between rides.* A journey is access walk, ride, (one footpath, ride), egress walk. A footpath
    starts only where a vehicle was left, so footpaths are never chained nor joined to an access walk. A stop
    without a footpath to itself allows no change of vehicle there; ``with_own_stops`` adds them.
    Footpaths of ``1 - boarding_slack_s`` or more and access walks of ``-boarding_slack_s`` or more seconds
    are allowed: nobody boards a vehicle that departed before he set out, or in the second he arrived.
R5. *Egress* starts only at stops where a vehicle was left. Walking all the way competes with every ride.
R6. *Waiting at the origin* is allowed, so leaving later never arrives earlier.
R7. *Maximum duration.* A travel time in whole minutes (seconds // 60) counts when it is at most
    ``max_duration_min``: 120 min 59 s counts for 120, 121 min 0 s does not. Cutoffs below it are applied
    later, as ``minutes < cutoff``.
R8. *Percentiles* are nearest rank over the departure minutes, unreached minutes sorted last.
R9. *Rides.* At most ``max_rides`` vehicles, or any number.

Rules of the feed about changing vehicles, and seats kept from one trip to the next, are part of timetable and
footpaths by the time a search begins (``access.transfer_rules``).

Departures from the paper:

- Departure minutes are taken from the last to the first and the labels are kept in between, because by R6 an
  arrival found for 08:05 also stands for 08:04 (the range query rRAPTOR of Delling, Pajor, Werneck,
  "Round-Based Public Transit Routing", Transportation Science 49, 2015, does the same). So a minute only adds
  what is earlier: only stops reached earlier walk on, and a trip is ridden only up to the visit from which
  it was ridden before.
- A trip is ridden on at once when it is boarded, not connection by connection. That is the same, because an
  arrival in the future is not used before its time.
- Footpaths need not be transitively closed: where a passenger may board (``ready_s``) and where one has left
  a vehicle (``alighted_s``) are two labels.

The twin without any of this is ``tests/reference/travel_times.py``.

Words: a *visit* is one trip at one stop; a *boarding* is a visit where a passenger may get on; a *round* is
the number of vehicles used before this one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import (
    ANY_NUMBER_OF_RIDES,
    UNREACHED_MIN,
    UNREACHED_S,
    Indices,
    Minutes,
    Search,
    Seconds,
    WalkLinks,
    frozen,
    frozen_walk_links,
    least_access_s,
)
from access.engine.compiled import kernel
from gtfs.timetable import Timetable


class Boardings(NamedTuple):
    """The visits where a passenger may get on within the search, in time order. Shape (n_boardings,)."""

    be_there_s: Seconds  # departure less the slack: the last moment to reach the stop; ascending
    stop: Indices
    trip: Indices
    visit: Indices


class Trips(NamedTuple):
    """What a passenger on board sees. Invariants T1 and T2 of ``Timetable`` hold."""

    last_visit: Indices  # (n_trips,)
    visit_stop: Indices  # (n_visits,)
    arrival_s: Seconds  # (n_visits,)
    drop_off: npt.NDArray[np.bool_]  # (n_visits,)


class PlainNetwork(NamedTuple):
    """Everything that the kernels read, the same for all origins. All arrays are read-only."""

    boardings: Boardings
    trips: Trips
    access: WalkLinks  # origin -> stop
    footpaths: WalkLinks  # stop -> stop
    egress: WalkLinks  # stop -> destination
    direct: WalkLinks  # origin -> destination


class Labels(NamedTuple):
    """Best known so far for one origin; row ``r`` of a two-dimensional array belongs to round ``r``."""

    ready_s: Seconds  # (n_rounds or n_rounds + 1, n_stops) at the stop and free to board, slack not counted
    alighted_s: Seconds  # (n_rounds, n_stops) earliest arrival on a vehicle
    boarded_visit: Indices  # (n_rounds, n_trips) on board from this visit on; its last visit means nobody
    destination_s: Seconds  # (n_destinations,) earliest arrival at the door


def plain_network(
    timetable: Timetable,
    search: Search,
    *,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
) -> PlainNetwork:
    """Prepare what is the same for all origins: the boardings of the search in time order.

    Parameters
    ----------
    timetable : Timetable
        Keeps its invariants T1 to T3 (``gtfs.timetable.check_timetable``).
    search : Search
        Checked by the caller (``search_problems``). Only boardings that it can use are kept.
    access, footpaths, egress, direct : WalkLinks
        Walks; checked by the caller (``walk_links_problems``). Footpaths are complete (R4).
    """
    n_visits = np.diff(timetable.trip_start)
    trip_of_visit = np.repeat(np.arange(timetable.n_trips), n_visits)
    last_visit = timetable.trip_start[1:] - 1
    be_there_s = timetable.departure_s.astype(np.int64) - search.boarding_slack_s
    last_departure_s = search.first_departure_s + 60 * (search.n_departures - 1)
    useful = timetable.pickup & (be_there_s >= search.first_departure_s + least_access_s(access))
    useful &= timetable.departure_s <= _latest_s(last_departure_s, search)
    useful[last_visit] = False
    visit = np.flatnonzero(useful)
    visit = visit[np.argsort(be_there_s[visit], kind="stable")]
    boardings = Boardings(
        be_there_s=frozen(be_there_s[visit], np.int32),
        stop=frozen(timetable.visit_stop[visit], np.int32),
        trip=frozen(trip_of_visit[visit], np.int32),
        visit=frozen(visit, np.int32),
    )
    trips = Trips(
        last_visit=frozen(last_visit, np.int32),
        visit_stop=frozen(timetable.visit_stop, np.int32),
        arrival_s=frozen(timetable.arrival_s, np.int32),
        drop_off=frozen(timetable.drop_off, np.bool_),
    )
    walks = (frozen_walk_links(links) for links in (access, footpaths, egress, direct))
    return PlainNetwork(boardings, trips, *walks)


def arrivals_from_origin(
    network: PlainNetwork, search: Search, origin: int, n_destinations: int
) -> tuple[Seconds, Seconds]:
    """Earliest arrivals for each departure minute, in seconds after 00:00 of the service day.

    Returns
    -------
    stop_s : int32 array (n_departures, n_stops)
        Earliest arrival on a vehicle at each stop; walking to a stop is no arrival.
    destination_s : int32 array (n_departures, n_destinations)
        Earliest arrival at each destination, riding or walking all the way.
        ``UNREACHED_S`` in both where the journey is longer than the maximum duration (R7).
    """
    n_stops = len(network.footpaths.start) - 1
    stop_s = np.full((search.n_departures, n_stops), UNREACHED_S, np.int32)
    destination_s = np.full((search.n_departures, n_destinations), UNREACHED_S, np.int32)
    _fill_arrivals(network, search, origin, stop_s, destination_s)
    return stop_s, destination_s


def fill_percentiles(
    network: PlainNetwork, search: Search, origin: int, ranks: npt.NDArray[np.int64], percentile_min: Minutes
) -> None:
    """Fill ``percentile_min[:, origin, :]`` with travel times in whole minutes; releases the GIL.

    Parameters
    ----------
    ranks : int64 array (n_percentiles,)
        Nearest ranks, 1 to ``n_departures``.
    percentile_min : uint8 array (n_percentiles, n_origins, n_destinations)
        Written in place, one origin only; ``UNREACHED_MIN`` where unreached.
    """
    _fill_percentiles(network, search, origin, ranks, percentile_min)


@kernel
def _fill_percentiles(
    network: PlainNetwork, search: Search, origin: int, ranks: npt.NDArray[np.int64], percentile_min: Minutes
) -> None:
    """Sort the minutes of each destination over the departures and read off the ranks (R8)."""
    n_destinations = percentile_min.shape[2]
    labels = _fresh_labels(network, search, n_destinations)
    minutes = np.empty((n_destinations, search.n_departures), np.uint8)
    for departure in range(search.n_departures - 1, -1, -1):
        departure_s = search.first_departure_s + 60 * departure
        _leave_at(departure_s, network, search, origin, labels)
        for destination in range(n_destinations):
            arrival_s = labels.destination_s[destination]
            within = arrival_s <= _latest_s(departure_s, search)
            minutes[destination, departure] = (arrival_s - departure_s) // 60 if within else UNREACHED_MIN
    for destination in range(n_destinations):
        ordered = np.sort(minutes[destination])
        for percentile in range(len(ranks)):
            percentile_min[percentile, origin, destination] = ordered[ranks[percentile] - 1]


@kernel
def _fill_arrivals(
    network: PlainNetwork, search: Search, origin: int, stop_s: Seconds, destination_s: Seconds
) -> None:
    """Copy the labels of each departure minute, without what exceeds the maximum duration."""
    labels = _fresh_labels(network, search, destination_s.shape[1])
    for departure in range(search.n_departures - 1, -1, -1):
        departure_s = search.first_departure_s + 60 * departure
        latest_s = _latest_s(departure_s, search)
        _leave_at(departure_s, network, search, origin, labels)
        for stop in range(stop_s.shape[1]):
            alighted_s = labels.alighted_s[:, stop].min()
            if alighted_s <= latest_s:
                stop_s[departure, stop] = alighted_s
        for destination in range(destination_s.shape[1]):
            if labels.destination_s[destination] <= latest_s:
                destination_s[departure, destination] = labels.destination_s[destination]


@kernel
def _fresh_labels(network: PlainNetwork, search: Search, n_destinations: int) -> Labels:
    """Nothing reached, nobody on board."""
    n_stops = len(network.footpaths.start) - 1
    n_trips = len(network.trips.last_visit)
    limited = search.max_rides != ANY_NUMBER_OF_RIDES
    n_rounds = search.max_rides if limited else 1
    boarded_visit = np.empty((n_rounds, n_trips), np.int32)
    boarded_visit[:] = network.trips.last_visit
    # With a limit, row n_rounds holds those who may not board again; without one, all share row 0.
    return Labels(
        ready_s=np.full((n_rounds + 1 if limited else 1, n_stops), UNREACHED_S, np.int32),
        alighted_s=np.full((n_rounds, n_stops), UNREACHED_S, np.int32),
        boarded_visit=boarded_visit,
        destination_s=np.full(n_destinations, UNREACHED_S, np.int32),
    )


@kernel
def _leave_at(departure_s: int, network: PlainNetwork, search: Search, origin: int, labels: Labels) -> None:
    """Improve the labels by what leaving at this minute adds to leaving later."""
    _walk(network.access, origin, departure_s, labels.ready_s[0])
    _walk(network.direct, origin, departure_s, labels.destination_s)
    latest_s = _latest_s(departure_s, search)
    n_rounds = len(labels.alighted_s)
    for this_round in range(n_rounds):
        next_round = 0 if search.max_rides == ANY_NUMBER_OF_RIDES else this_round + 1
        _scan_boardings(
            departure_s, latest_s, search.boarding_slack_s, network, labels, this_round, next_round
        )


@kernel
def _scan_boardings(
    departure_s: int,
    latest_s: int,
    slack_s: int,
    network: PlainNetwork,
    labels: Labels,
    this_round: int,
    next_round: int,
) -> None:
    """Go through all boardings in time order and board wherever somebody is there and not yet on board.

    When a boarding is looked at, every arrival that could catch it is known: such an arrival is of an
    earlier second, and so is the boarding that led to it (R1 and T2).
    """
    boardings = network.boardings
    ready_s = labels.ready_s[this_round]
    boarded_visit = labels.boarded_visit[this_round]
    first = np.searchsorted(boardings.be_there_s, departure_s - slack_s)
    end = np.searchsorted(boardings.be_there_s, latest_s, side="right")
    for boarding in range(first, end):
        if ready_s[boardings.stop[boarding]] <= boardings.be_there_s[boarding]:
            trip = boardings.trip[boarding]
            visit = boardings.visit[boarding]
            if visit < boarded_visit[trip]:
                _ride(visit, boarded_visit[trip], latest_s, network, labels, this_round, next_round)
                boarded_visit[trip] = visit


@kernel
def _ride(
    boarding: int,
    boarded_before: int,
    latest_s: int,
    network: PlainNetwork,
    labels: Labels,
    this_round: int,
    next_round: int,
) -> None:
    """Ride from one visit up to the visit from which the trip was known to be ridden before."""
    trips = network.trips
    alighted_s = labels.alighted_s[this_round]
    for visit in range(boarding + 1, boarded_before + 1):
        arrival_s = trips.arrival_s[visit]
        if arrival_s > latest_s:
            break  # The minutes still to come leave earlier, so it is too late for them as well.
        stop = trips.visit_stop[visit]
        if trips.drop_off[visit] and arrival_s < alighted_s[stop]:
            alighted_s[stop] = arrival_s
            _walk(network.footpaths, stop, arrival_s, labels.ready_s[next_round])
            _walk(network.egress, stop, arrival_s, labels.destination_s)


@kernel
def _walk(links: WalkLinks, source: int, leave_s: int, reached_s: Seconds) -> None:
    """Walk from one source to all its targets, keeping the earlier arrival."""
    for link in range(links.start[source], links.start[source + 1]):
        target = links.target[link]
        # min instead of a branch, which could not be predicted: half the time.
        reached_s[target] = min(reached_s[target], np.int32(leave_s + links.walk_s[link]))


@kernel
def _latest_s(departure_s: int, search: Search) -> int:
    """Last arrival that still counts when leaving at this second (R7)."""
    return departure_s + 60 * search.max_duration_min + 59

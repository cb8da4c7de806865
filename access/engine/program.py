"""The event program: what the batched scan does in time order, the same for all origins.

The scan (``access.engine.scan``) asks for each event of the timetable: *from which departure minutes can a
passenger still be there?* Which other events an event depends on is a matter of the timetable and the
footpaths alone. It is worked out here once for a pass of at most 255 departure minutes, so that the scan
itself is a straight run through arrays.

Words:

- a *visit* is one trip at one stop; a *boarding* is a visit where a passenger may get on, an *alighting* one
  where he may get off; both are *events*;
- alightings are numbered stop by stop and in order of time within a stop. Who has left a vehicle at a stop
  can wait there, so what is known at an alighting holds for all later ones at that stop;
- a *transfer* brings to a boarding what has newly come within reach on one footpath: the last alighting at
  the footpath's source from which the boarding can be caught. It *replaces* the alighting that the same
  footpath brought to an earlier boarding at the stop.

Three kinds of transfers are left out. There is none where no later alighting has come within
reach since an earlier boarding at the stop, so their number grows with the alightings and not with the
boardings. There is none where the trip has taken up the same or a later alighting at the same source before,
at another of its stops: who walks to a bus may as well walk to the stop where he catches it first. And there
is none from an alighting after which the same trip can be left again with a footpath from there that is at
the boarding's stop no later: who could get off twice may as well do so the second time.

Sound because slack and footpath together are at least 1 s (R1 of ``access.engine.plain``): a transfer then
depends only on alightings of earlier seconds, and simultaneous events of different trips not on each other.
Footpaths are not chained: transfers lead from alightings to boardings and nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import Search, Seconds, WalkLinks, frozen, least_access_s
from access.engine.compiled import kernel
from gtfs.timetable import Timetable

NEVER_S = NO_FOOTPATH_S = np.int32(2**29)
"""Longer than any window and walk; two of them may be added."""

Positions = npt.NDArray[np.uint32]
"""Indices. Unsigned, because numba then leaves out the test for negative ones."""


class Program(NamedTuple):
    """Events of one pass and what they depend on. All arrays are read-only.

    Seconds are counted from the first departure of the pass. Invariants:

    E1. events are in order of time; within one second and trip, in order along the trip, where an alighting
        precedes the boarding of the same visit;
    E2. ``event_s`` is the arrival at an alighting, and at a boarding the last moment to reach the stop
        (departure less slack); an alighting is at 0 or later, a boarding not before the shortest access
        walk, which may be negative; none is later than the last departure can use;
    E3. the alightings of stop ``s`` are ``alighting_start[s]`` to ``alighting_start[s + 1] - 1``, in the
        order of events; ``n_alightings`` itself stands for "nobody yet";
    E4. the transfers of a boarding are ``transfer_start[event]`` to ``transfer_start[event + 1] - 1``, other
        events have none; each is an alighting of an earlier event, later than the one it replaces and at the
        same stop as this, if any; none is brought to a trip that has taken it up already, or from an
        alighting from which it is better to ride on (E6);
    E5. trips are numbered from 0 without gaps; every trip has an alighting after its first boarding or none;
    E6. it is better to ride on from an alighting where the next one of the same trip, with the footpath from
        there, brings to the boarding's stop at the same second or earlier.
    """

    event_s: Seconds  # (n_events,)
    event_boards: npt.NDArray[np.bool_]  # (n_events,) boarding, else alighting
    event_stop: Positions  # (n_events,)
    event_trip: Positions  # (n_events,)
    event_alighting: Positions  # (n_events,) which alighting; n_alightings at boardings
    alighting_start: npt.NDArray[np.int64]  # (n_stops + 1,)
    alighting_s: Seconds  # (n_alightings,)
    next_stop: Positions  # (n_alightings,) where the same trip can be left next, if at all
    next_alighting_s: Seconds  # (n_alightings,) when, or NEVER_S
    transfer_start: npt.NDArray[np.int64]  # (n_events + 1,)
    transfer_alighting: Positions  # (n_transfers,)
    transfer_replaces: Positions  # (n_transfers,)


def event_program(
    timetable: Timetable, access: WalkLinks, footpaths_into: WalkLinks, search: Search
) -> Program:
    """Write the program of one pass.

    Parameters
    ----------
    timetable : Timetable
        Keeps its invariants T1 to T3 (``gtfs.timetable.check_timetable``).
    access : WalkLinks
        Walks from all origins to stops, of which the shortest matters where it is negative.
    footpaths_into : WalkLinks
        Made by ``footpaths_into_stops``; complete (R4).
    search : Search
        First departure and departures of the pass, at most 255; checked by the caller.
    """
    boarding, alighting = _useful_visits(timetable, search, least_access_s(access))
    visit = np.concatenate([boarding, alighting])
    boards = np.arange(len(visit)) < len(boarding)
    time_s = np.where(boards, timetable.departure_s[visit], timetable.arrival_s[visit])
    order = _in_order(time_s, 2 * visit + boards)  # E1
    visit, boards, time_s = visit[order], boards[order], time_s[order]
    event_stop = timetable.visit_stop[visit]
    event_s = time_s - search.first_departure_s - np.where(boards, search.boarding_slack_s, 0)

    alights = np.flatnonzero(~boards)
    by_stop = alights[_in_order(event_stop[alights], alights)]  # E3
    event_alighting = np.full(len(visit), len(by_stop))
    event_alighting[by_stop] = np.arange(len(by_stop))
    n_alightings_at = np.bincount(event_stop[alights], minlength=timetable.n_stops)
    event_trip = _numbered(_trip_of_visit(timetable)[visit], timetable.n_trips)
    along_trips = _in_order(event_trip, np.arange(len(event_trip)))
    next_stop, next_alighting_s = _riding_on(
        along_trips[~boards[along_trips]], event_trip, event_alighting, event_stop, event_s
    )
    events = Program(
        event_s=frozen(event_s, np.int32),
        event_boards=frozen(boards, np.bool_),
        event_stop=frozen(event_stop, np.uint32),
        event_trip=frozen(event_trip, np.uint32),
        event_alighting=frozen(event_alighting, np.uint32),
        alighting_start=frozen(np.concatenate([[0], np.cumsum(n_alightings_at)]), np.int64),
        alighting_s=frozen(event_s[by_stop], np.int32),
        next_stop=frozen(next_stop, np.uint32),
        next_alighting_s=frozen(next_alighting_s, np.int32),
        transfer_start=frozen([], np.int64),
        transfer_alighting=frozen([], np.uint32),
        transfer_replaces=frozen([], np.uint32),
    )
    return _with_transfers(events, footpaths_into, along_trips)


def footpaths_into_stops(footpaths: WalkLinks) -> WalkLinks:
    """Footpaths by the stop they lead to."""
    return reversed_links(footpaths, len(footpaths.start) - 1)


def reversed_links(links: WalkLinks, n_targets: int) -> WalkLinks:
    """The same walks listed by target: source ``i`` of the result is target ``i`` of ``links``."""
    source = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start))
    order = np.argsort(links.target, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(links.target, minlength=n_targets))])
    return WalkLinks(
        frozen(start, np.int64), frozen(source[order], np.int32), frozen(links.walk_s[order], np.int32)
    )


def _useful_visits(
    timetable: Timetable, search: Search, first_there_s: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Visits where somebody can board or alight who leaves within the pass and is not too long on the way."""
    first_s = search.first_departure_s
    latest_s = first_s + 60 * (search.n_departures + search.max_duration_min) - 1
    boards = timetable.pickup & (timetable.departure_s <= latest_s)
    boards &= timetable.departure_s - search.boarding_slack_s >= first_s + first_there_s
    boards[timetable.trip_start[1:] - 1] = False
    boardings_before: npt.NDArray[np.int64] = np.cumsum(boards) - boards
    before_trip = boardings_before[timetable.trip_start[:-1]]
    on_board = boardings_before > np.repeat(before_trip, np.diff(timetable.trip_start))
    alights = timetable.drop_off & (timetable.arrival_s <= latest_s) & on_board
    return np.flatnonzero(boards), np.flatnonzero(alights)


def _in_order(first: npt.NDArray[np.integer], second: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Positions in the order of two numbers below 2**31, the second never the same twice; one fast sort."""
    return np.argsort((first.astype(np.int64) << 32) + second)


def _numbered(values: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    """Number the values that occur, of 0 to ``n - 1``, without gaps and in their order."""
    occurs = np.zeros(n, np.bool_)
    occurs[values] = True
    numbers: npt.NDArray[np.int64] = np.cumsum(occurs) - 1
    return numbers[values]


def _trip_of_visit(timetable: Timetable) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))


def _riding_on(
    alights: npt.NDArray[np.int64],
    event_trip: npt.NDArray[np.int64],
    event_alighting: npt.NDArray[np.int64],
    event_stop: npt.NDArray[np.int32],
    event_s: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Stop and second of the next alighting of the same trip; ``alights`` are events, trip by trip."""
    next_stop = np.zeros(len(alights), np.int32)
    next_alighting_s = np.full(len(alights), NEVER_S, np.int32)
    stays = event_trip[alights[1:]] == event_trip[alights[:-1]]
    alighting, following = event_alighting[alights[:-1][stays]], alights[1:][stays]
    next_stop[alighting], next_alighting_s[alighting] = event_stop[following], event_s[following]
    return next_stop, next_alighting_s


def _with_transfers(
    events: Program, footpaths_into: WalkLinks, along_trips: npt.NDArray[np.int64]
) -> Program:
    """Fill in the transfers, of all pairs of a boarding and a footpath to its stop those that bring news."""
    boardings = np.flatnonzero(events.event_boards)
    by_stop = boardings[_in_order(events.event_stop[boardings], boardings)]
    n_footpaths = np.diff(footpaths_into.start)[events.event_stop]
    pair_start = np.concatenate([[0], np.cumsum(np.where(events.event_boards, n_footpaths, 0))])
    newest = np.empty(pair_start[-1], np.uint32)
    _find_newest_alightings(events, footpaths_into, by_stop, pair_start, newest)
    n_news = _leave_out_what_trips_have(events, footpaths_into, pair_start, along_trips, newest)
    start = np.empty(len(events.event_s) + 1, np.int64)
    alighting, replaces = np.empty(n_news, np.uint32), np.empty(n_news, np.uint32)
    n_transfers = _write_transfers(events, footpaths_into, pair_start, newest, start, alighting, replaces)
    return events._replace(
        transfer_start=frozen(start, np.int64),
        transfer_alighting=frozen(alighting[:n_transfers], np.uint32),
        transfer_replaces=frozen(replaces[:n_transfers], np.uint32),
    )


@kernel
def _find_newest_alightings(
    events: Program,
    footpaths_into: WalkLinks,
    boardings_by_stop: npt.NDArray[np.int64],
    pair_start: npt.NDArray[np.int64],
    newest: Positions,
) -> None:
    """Find for each boarding and footpath the last alighting at its source that makes the boarding.

    Stop by stop: every footpath goes once through the alightings at its source, since the boardings at its
    target come in time order. Passed over are alightings of passengers who better ride on to the next one.
    """
    nobody = len(events.alighting_s)
    walk_from = np.full(len(events.alighting_start) - 1, NO_FOOTPATH_S, np.int32)  # to the stop looked at
    first_boarding = 0
    while first_boarding < len(boardings_by_stop):
        stop = events.event_stop[boardings_by_stop[first_boarding]]
        end_boarding = first_boarding
        while end_boarding < len(boardings_by_stop) and (
            events.event_stop[boardings_by_stop[end_boarding]] == stop
        ):
            end_boarding += 1
        first, end = footpaths_into.start[stop], footpaths_into.start[stop + 1]
        for footpath in range(first, end):
            walk_from[footpaths_into.target[footpath]] = footpaths_into.walk_s[footpath]
        for footpath in range(first, end):
            source, walk_s = footpaths_into.target[footpath], footpaths_into.walk_s[footpath]
            alighting, last = nobody, events.alighting_start[source + 1]
            candidate = events.alighting_start[source]
            for place in range(first_boarding, end_boarding):
                event = boardings_by_stop[place]
                leave_by_s = events.event_s[event] - walk_s
                while candidate < last and events.alighting_s[candidate] <= leave_by_s:
                    later_s = events.next_alighting_s[candidate] + walk_from[events.next_stop[candidate]]
                    if later_s > events.alighting_s[candidate] + walk_s:  # E6
                        alighting = candidate
                    candidate += 1
                newest[pair_start[event] + footpath - first] = alighting
        for footpath in range(first, end):
            walk_from[footpaths_into.target[footpath]] = NO_FOOTPATH_S
        first_boarding = end_boarding


@kernel
def _leave_out_what_trips_have(
    events: Program,
    footpaths_into: WalkLinks,
    pair_start: npt.NDArray[np.int64],
    along_trips: npt.NDArray[np.int64],
    newest: Positions,
) -> int:
    """Set to nobody what a trip has taken up from the same source before; return how many are left."""
    nobody = len(events.alighting_s)
    n_stops = len(events.alighting_start) - 1
    taken_up = np.full(n_stops, -1, np.int64)  # of each source: trip * 2**32 + alighting, for one comparison
    n_left = 0
    for event in along_trips:
        if not events.event_boards[event]:
            continue
        stop, trip, pair = events.event_stop[event], events.event_trip[event], pair_start[event]
        for footpath in range(footpaths_into.start[stop], footpaths_into.start[stop + 1]):
            source = footpaths_into.target[footpath]
            if newest[pair] != nobody:
                taking_up = (np.int64(trip) << 32) + newest[pair]
                if taken_up[source] >= taking_up:  # E5: trips come in ascending order
                    newest[pair] = nobody
                else:
                    taken_up[source] = taking_up
                    n_left += 1
            pair += 1
    return n_left


@kernel
def _write_transfers(
    events: Program,
    footpaths_into: WalkLinks,
    pair_start: npt.NDArray[np.int64],
    newest: Positions,
    transfer_start: npt.NDArray[np.int64],
    transfer_alighting: Positions,
    transfer_replaces: Positions,
) -> int:
    """Write, in time order, what no earlier boarding at the stop was brought; return the number."""
    nobody = len(events.alighting_s)
    brought = np.full(len(footpaths_into.target), nobody, np.int64)  # by each footpath
    n_transfers = 0
    for event in range(len(events.event_s)):
        transfer_start[event] = n_transfers
        if not events.event_boards[event]:
            continue
        stop, pair = events.event_stop[event], pair_start[event]
        for footpath in range(footpaths_into.start[stop], footpaths_into.start[stop + 1]):
            if newest[pair] != nobody and newest[pair] != brought[footpath]:
                transfer_alighting[n_transfers] = newest[pair]
                transfer_replaces[n_transfers] = brought[footpath]
                brought[footpath] = newest[pair]
                n_transfers += 1
            pair += 1
    transfer_start[-1] = n_transfers
    return n_transfers

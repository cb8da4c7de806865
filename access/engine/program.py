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
  footpath brought to an earlier boarding at the stop. Where no later alighting has come within reach there
  is no transfer, so their number grows with the alightings and not with the boardings.

Sound because the slack is at least 1 s (R1 of ``access.engine.plain``): a transfer then depends only on
alightings of earlier seconds, and simultaneous events of different trips not on each other. Footpaths are not
chained: transfers lead from alightings to boardings and nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from access.engine.arrays import Search, Seconds, WalkLinks, frozen
from gtfs.timetable import Timetable

Positions = npt.NDArray[np.uint32]
"""Indices. Unsigned, because numba then leaves out the test for negative ones."""


class Program(NamedTuple):
    """Events of one pass and what they depend on. All arrays are read-only.

    Seconds are counted from the first departure of the pass. Invariants:

    E1. events are in order of time; within one second and trip, in order along the trip, where an alighting
        precedes the boarding of the same visit;
    E2. ``event_s`` is the arrival at an alighting, and at a boarding the last moment to reach the stop
        (departure less slack), 0 or later; none is later than the last departure can use;
    E3. the alightings of stop ``s`` are ``alighting_start[s]`` to ``alighting_start[s + 1] - 1``, in the
        order of events; ``n_alightings`` itself stands for "nobody yet";
    E4. the transfers of a boarding are ``transfer_start[event]`` to ``transfer_start[event + 1] - 1``, other
        events have none; each is an alighting of an earlier event, later than the one it replaces and at the
        same stop as this, if any;
    E5. trips are numbered from 0 without gaps; every trip has an alighting after its first boarding or none.
    """

    event_s: Seconds  # (n_events,)
    event_boards: npt.NDArray[np.bool_]  # (n_events,) boarding, else alighting
    event_stop: Positions  # (n_events,)
    event_trip: Positions  # (n_events,)
    event_alighting: Positions  # (n_events,) which alighting; n_alightings at boardings
    alighting_start: npt.NDArray[np.int64]  # (n_stops + 1,)
    alighting_s: Seconds  # (n_alightings,)
    transfer_start: npt.NDArray[np.int64]  # (n_events + 1,)
    transfer_alighting: Positions  # (n_transfers,)
    transfer_replaces: Positions  # (n_transfers,)


def event_program(timetable: Timetable, footpaths_into: WalkLinks, search: Search) -> Program:
    """Write the program of one pass.

    Parameters
    ----------
    timetable : Timetable
        Keeps its invariants T1 to T3 (``gtfs.timetable.check_timetable``).
    footpaths_into : WalkLinks
        Made by ``footpaths_into_stops``.
    search : Search
        First departure and departures of the pass, at most 255; checked by the caller.
    """
    boarding, alighting = _useful_visits(timetable, search)
    visit = np.concatenate([boarding, alighting])
    boards = np.arange(len(visit)) < len(boarding)
    time_s = np.where(boards, timetable.departure_s[visit], timetable.arrival_s[visit])
    order = np.lexsort((2 * visit + boards, time_s))  # E1
    visit, boards, time_s = visit[order], boards[order], time_s[order]
    event_stop = timetable.visit_stop[visit]
    event_s = time_s - search.first_departure_s - np.where(boards, search.boarding_slack_s, 0)

    alights = np.flatnonzero(~boards)
    by_stop = alights[np.argsort(event_stop[alights], kind="stable")]  # E3
    event_alighting = np.full(len(visit), len(by_stop))
    event_alighting[by_stop] = np.arange(len(by_stop))
    n_alightings_at = np.bincount(event_stop[alights], minlength=timetable.n_stops)
    _, event_trip = np.unique(_trip_of_visit(timetable)[visit], return_inverse=True)
    events = Program(
        event_s=frozen(event_s, np.int32),
        event_boards=frozen(boards, np.bool_),
        event_stop=frozen(event_stop, np.uint32),
        event_trip=frozen(event_trip, np.uint32),
        event_alighting=frozen(event_alighting, np.uint32),
        alighting_start=frozen(np.concatenate([[0], np.cumsum(n_alightings_at)]), np.int64),
        alighting_s=frozen(event_s[by_stop], np.int32),
        transfer_start=frozen([], np.int64),
        transfer_alighting=frozen([], np.uint32),
        transfer_replaces=frozen([], np.uint32),
    )
    return _with_transfers(events, footpaths_into)


def footpaths_into_stops(footpaths: WalkLinks) -> WalkLinks:
    """Footpaths by the stop they lead to, each stop 0 s from itself whatever the footpaths say (R4)."""
    n_stops = len(footpaths.start) - 1
    source = np.repeat(np.arange(n_stops), np.diff(footpaths.start))
    elsewhere = source != footpaths.target
    every_stop = np.arange(n_stops)
    source = np.concatenate([every_stop, source[elsewhere]])
    target = np.concatenate([every_stop, footpaths.target[elsewhere]])
    walk_s = np.concatenate([np.zeros(n_stops, np.int64), footpaths.walk_s[elsewhere]])
    return _walks_by(target, source, walk_s, n_stops)


def reversed_links(links: WalkLinks, n_targets: int) -> WalkLinks:
    """The same walks listed by target: source ``i`` of the result is target ``i`` of ``links``."""
    source = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start))
    return _walks_by(links.target, source, links.walk_s, n_targets)


def _walks_by(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], walk_s: npt.NDArray[np.integer], n: int
) -> WalkLinks:
    order = np.argsort(first, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=n))])
    return WalkLinks(
        frozen(start, np.int64), frozen(second[order], np.int32), frozen(walk_s[order], np.int32)
    )


def _useful_visits(
    timetable: Timetable, search: Search
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Visits where somebody can board or alight who leaves within the pass and is not too long on the way."""
    first_s = search.first_departure_s
    latest_s = first_s + 60 * (search.n_departures + search.max_duration_min) - 1
    boards = timetable.pickup & (timetable.departure_s <= latest_s)
    boards &= timetable.departure_s - search.boarding_slack_s >= first_s
    boards[timetable.trip_start[1:] - 1] = False
    boardings_before: npt.NDArray[np.int64] = np.cumsum(boards) - boards
    before_trip = boardings_before[timetable.trip_start[:-1]]
    on_board = boardings_before > np.repeat(before_trip, np.diff(timetable.trip_start))
    alights = timetable.drop_off & (timetable.arrival_s <= latest_s) & on_board
    return np.flatnonzero(boards), np.flatnonzero(alights)


def _trip_of_visit(timetable: Timetable) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))


def _with_transfers(events: Program, footpaths_into: WalkLinks) -> Program:
    """Fill in the transfers.

    Each transfer brings at least one alighting that its footpath has not brought before. That bounds their
    number; the system hands out only the memory that is written to.
    """
    most = int(np.diff(events.alighting_start)[footpaths_into.target].sum())
    start = np.empty(len(events.event_s) + 1, np.int64)
    alighting, replaces = np.empty(most, np.uint32), np.empty(most, np.uint32)
    n_transfers = _find_transfers(events, footpaths_into, start, alighting, replaces)
    return events._replace(
        transfer_start=frozen(start, np.int64),
        transfer_alighting=frozen(alighting[:n_transfers], np.uint32),
        transfer_replaces=frozen(replaces[:n_transfers], np.uint32),
    )


@njit(cache=True, nogil=True)
def _find_transfers(
    events: Program,
    footpaths_into: WalkLinks,
    transfer_start: npt.NDArray[np.int64],
    transfer_alighting: Positions,
    transfer_replaces: Positions,
) -> int:
    """Go through the boardings in time order and find what each footpath brings; return the number.

    Every footpath keeps its place among the alightings at its source and only moves on, because the boardings
    at its target come in time order.
    """
    nobody = np.int64(len(events.alighting_s))
    alighting_start = events.alighting_start
    next_alighting = alighting_start[footpaths_into.target]  # of each footpath: first not yet brought
    n_transfers = 0
    for event in range(len(events.event_s)):
        transfer_start[event] = n_transfers
        if not events.event_boards[event]:
            continue
        stop = events.event_stop[event]
        for footpath in range(footpaths_into.start[stop], footpaths_into.start[stop + 1]):
            source = footpaths_into.target[footpath]
            first, end = next_alighting[footpath], alighting_start[source + 1]
            leave_by_s = events.event_s[event] - footpaths_into.walk_s[footpath]
            late = first
            while late < end and events.alighting_s[late] <= leave_by_s:
                late += 1
            if late > first:
                transfer_alighting[n_transfers] = late - 1
                transfer_replaces[n_transfers] = nobody if first == alighting_start[source] else first - 1
                next_alighting[footpath] = late
                n_transfers += 1
    transfer_start[-1] = n_transfers
    return n_transfers

"""The batched scan: one pass over all events for 128 origins and up to 255 departure minutes together.

The plain engine asks for the earliest arrival when leaving at a given minute. Here the question is turned
round: for each event and each origin, *what is the latest minute at which one can leave and still be there?*
Waiting at the origin is allowed (R6 of ``access.engine.plain``), so who can leave at 08:05 can as well leave
at 08:04, and one byte, the *label*, answers for all minutes of the pass: 0 means that nobody gets there, 37
that the departures 0 to 36 do. All that ever happens to labels is that the greater of two is kept, and which
two does not depend on the origin. So the labels of 128 origins lie side by side in a *row*, and one vector
instruction (``access.engine.simd``) works on many of them.

Departures from the usual connection scan (Dibbelt, Pajor, Strasser, Wagner, "Connection Scan Algorithm", ACM
Journal of Experimental Algorithmics 23, 2018), besides the batch:

- Forward in time with latest departures as labels, where the paper's profile scan goes backward with
  arrivals.
- A row that an alighting did not change is not written again: alightings point to *records*, and a transfer
  whose record is the one it has brought before costs one comparison. Half of the alightings go this way.
- Labels too old to arrive within the maximum duration do not make a record (they may ride along in one).

With at most R rides every stop and trip has R rows, its *layers*: layer ``r`` answers for at most ``r + 1``
rides. A boarding on the way reads layer ``r`` and writes layer ``r + 1``, the first boarding writes all.
Without a limit there is one layer that feeds itself.

The rules of travel are R1 to R9 of ``access.engine.plain``, which every result must equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import ANY_NUMBER_OF_RIDES, Search, Seconds, WalkLinks, least_access_s
from access.engine.compiled import kernel
from access.engine.program import NEVER_S, Program
from access.engine.simd import (
    Rows,
    copy_row,
    empty_rows,
    labels_at_stop,
    max_into,
    raises,
    write_larger,
)

NO_WALK_MIN = np.uint8(255)
"""No walk to a stop, or one listed apart because its whole minutes do not fit into a byte."""


class Layers(NamedTuple):
    """How rides are counted."""

    n: int  # rows of each trip, stop and record
    up: int  # layers that a change of vehicle leads up: 1 with a ride limit, 0 without


class ScanMemory(NamedTuple):
    """What one thread writes to while it scans; used again for the next batch.

    Row ``thing * n_layers + layer`` belongs to a layer of a thing. Record 0 is all zero: nobody.
    """

    on_board: Rows  # (n_trips * n_layers, BATCH_WIDTH)
    trip_is_boarded: npt.NDArray[np.bool_]  # (n_trips,) by anybody
    ready: Rows  # (n_stops * n_layers, BATCH_WIDTH) free to board after a transfer
    stop_is_ready: npt.NDArray[np.bool_]  # (n_stops,) for anybody
    latest_record: npt.NDArray[np.int32]  # (n_stops,) what is known of alightings so far
    records: Rows  # ((n_alightings + 1) * n_layers, BATCH_WIDTH)
    record_of: npt.NDArray[
        np.int32
    ]  # (n_alightings + 1,) record at each alighting; the one beyond is "nobody"
    walk_min: Rows  # (n_stops, BATCH_WIDTH) from the origins: whole minutes and a lead, or NO_WALK_MIN
    walk_rest_s: Rows  # (n_stops, BATCH_WIDTH) and the seconds beyond
    soonest_s: Seconds  # (n_stops,) shortest of these walks, or NEVER_S
    at_door: Rows  # (1, BATCH_WIDTH) labels of those who board as their first ride


class LongWalks(NamedTuple):
    """Access walks of one batch that take too many minutes for a byte: at stop ``s`` from ``start[s]`` on."""

    start: npt.NDArray[np.int64]  # (n_stops + 1,)
    column: npt.NDArray[np.int64]  # (n_walks,) place of the origin in the batch
    walk_s: Seconds  # (n_walks,)


class Profiles(NamedTuple):
    """What a batch can reach at each stop: for each improvement its time and labels, in time order.

    Improvement ``i`` of pass ``p`` at stop ``s`` has ``start[p, s] <= i < start[p, s + 1]``. Its labels are
    at least those of the improvement before, and hold until the next one.
    """

    start: npt.NDArray[np.int64]  # (n_passes, n_stops + 1)
    arrival_s: Seconds  # (n_improvements,) after the first departure of the pass
    labels: Rows  # (n_improvements, BATCH_WIDTH) with at most the allowed number of rides


def binding_ride_limit(search: Search) -> int:
    """The ride limit, or ``ANY_NUMBER_OF_RIDES`` where the slacks alone fill the maximum duration before."""
    longest_s = 60 * (search.max_duration_min + 1) - 1
    binds = search.max_rides * search.boarding_slack_s < longest_s
    return search.max_rides if binds else ANY_NUMBER_OF_RIDES


def scan_memory(programs: Sequence[Program], max_rides: int) -> ScanMemory:
    """Room for scans of any of the programs, all of one timetable.

    Records are laid out for the worst case, but the system hands out memory only as it is written to.
    """
    n_stops = len(programs[0].alighting_start) - 1
    n_trips = max(int(program.event_trip.max(initial=0)) + 1 for program in programs)
    n_records = max(len(program.alighting_s) + 1 for program in programs)
    n_layers = _n_layers(max_rides)
    return ScanMemory(
        on_board=empty_rows(n_trips * n_layers),
        trip_is_boarded=np.empty(n_trips, np.bool_),
        ready=empty_rows(n_stops * n_layers),
        stop_is_ready=np.empty(n_stops, np.bool_),
        latest_record=np.empty(n_stops, np.int32),
        records=empty_rows(n_records * n_layers),
        record_of=np.empty(n_records, np.int32),
        walk_min=empty_rows(n_stops),
        walk_rest_s=empty_rows(n_stops),
        soonest_s=np.empty(n_stops, np.int32),
        at_door=empty_rows(1),
    )


def profiles_memory(programs: Sequence[Program]) -> Profiles:
    """Room for the profiles of one batch in all passes."""
    n_stops = len(programs[0].alighting_start) - 1
    n_improvements = sum(len(program.alighting_s) for program in programs)
    return Profiles(
        start=np.zeros((len(programs), n_stops + 1), np.int64),
        arrival_s=np.empty(n_improvements, np.int32),
        labels=empty_rows(n_improvements),
    )


def scan_batch(
    programs: Sequence[Program],
    searches: Sequence[Search],
    access: WalkLinks,
    batch: npt.NDArray[np.int64],
    memory: ScanMemory,
    profiles: Profiles,
) -> None:
    """Scan all passes for one batch of origins and fill ``profiles``; releases the GIL.

    Parameters
    ----------
    programs, searches
        One of each for every pass.
    access : WalkLinks
        Walks from all origins to stops.
    batch : int64 array (at most BATCH_WIDTH,)
        Origins of the batch; the first has column 0.
    memory, profiles
        Made by ``scan_memory`` for ``binding_ride_limit`` and by ``profiles_memory``; written to.
    """
    lead_min = -least_access_s(access) // 60 + 1
    long_walks = _long_walks(access, batch, lead_min, len(memory.latest_record))
    _note_walks(access, batch, lead_min, memory)
    n_improvements = 0
    for number, (program, search) in enumerate(zip(programs, searches, strict=True)):
        max_rides = binding_ride_limit(search)
        _scan_events(
            program, long_walks, lead_min, search.n_departures, search.max_duration_min, max_rides, memory
        )
        last_layer = _n_layers(max_rides) - 1
        n_improvements = _collect_profiles(program, memory, last_layer, profiles, number, n_improvements)


def _n_layers(max_rides: int) -> int:
    return 1 if max_rides == ANY_NUMBER_OF_RIDES else max_rides


def _long_walks(access: WalkLinks, batch: npt.NDArray[np.int64], lead_min: int, n_stops: int) -> LongWalks:
    """List by stop the walks of the batch that do not fit into ``walk_min``; hardly ever any."""
    longest_s = 60 * (int(NO_WALK_MIN) - lead_min) - 1
    if access.walk_s.max(initial=0) <= longest_s:
        return LongWalks(np.zeros(n_stops + 1, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))
    n_walks = access.start[batch + 1] - access.start[batch]
    column = np.repeat(np.arange(len(batch)), n_walks)
    walk = np.arange(len(column)) + np.repeat(access.start[batch] - (np.cumsum(n_walks) - n_walks), n_walks)
    long = access.walk_s[walk] > longest_s
    column, walk = column[long], walk[long]
    stop = access.target[walk]
    by_stop = np.argsort(stop, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(stop, minlength=n_stops))])
    return LongWalks(start.astype(np.int64), column[by_stop], access.walk_s[walk[by_stop]])


@kernel
def _note_walks(access: WalkLinks, batch: npt.NDArray[np.int64], lead_min: int, memory: ScanMemory) -> None:
    """Write the walks of the batch into the rows of the stops they lead to."""
    memory.walk_min[:] = NO_WALK_MIN
    memory.soonest_s[:] = NEVER_S
    for column in range(len(batch)):
        for link in range(access.start[batch[column]], access.start[batch[column] + 1]):
            stop, walk_s = access.target[link], access.walk_s[link]
            whole_min = walk_s // 60 + lead_min
            if whole_min < NO_WALK_MIN:
                memory.walk_min[stop, column] = whole_min
                memory.walk_rest_s[stop, column] = walk_s % 60
                memory.soonest_s[stop] = min(memory.soonest_s[stop], walk_s)


@kernel
def _scan_events(
    program: Program,
    long_walks: LongWalks,
    lead_min: int,
    n_departures: int,
    max_duration_min: int,
    max_rides: int,
    memory: ScanMemory,
) -> None:
    """Go through all events in time order and keep the labels of trips, stops and alightings."""
    limited = max_rides != ANY_NUMBER_OF_RIDES
    layers = Layers(max_rides if limited else 1, 1 if limited else 0)
    _forget(memory, layers, len(program.alighting_s))
    n_records = 1
    n_long_walks = len(long_walks.column)
    for event in range(len(program.event_s)):
        if program.event_boards[event]:
            if layers.up < layers.n:
                _transfer(program, event, memory, layers)
            _board_at_the_door(program, event, lead_min, n_departures, memory, layers)
            if n_long_walks > 0:
                _board_after_long_walks(program, event, long_walks, n_departures, memory, layers)
        else:
            n_records = _alight(program, event, max_duration_min, memory, layers, n_records)


@kernel
def _forget(memory: ScanMemory, layers: Layers, n_alightings: int) -> None:
    """Nobody is anywhere."""
    memory.on_board[:] = 0
    memory.trip_is_boarded[:] = False
    memory.ready[:] = 0
    memory.stop_is_ready[:] = False
    memory.latest_record[:] = 0
    memory.records[: layers.n] = 0
    memory.record_of[n_alightings] = 0


@kernel
def _transfer(program: Program, event: int, memory: ScanMemory, layers: Layers) -> None:
    """Raise what is ready at the stop by what has come within reach (E4), and board."""
    stop, trip = program.event_stop[event], program.event_trip[event]
    for transfer in range(program.transfer_start[event], program.transfer_start[event + 1]):
        record = memory.record_of[program.transfer_alighting[transfer]]
        if record != memory.record_of[program.transfer_replaces[transfer]]:
            memory.stop_is_ready[stop] = True
            for layer in range(layers.n - layers.up):
                ready = stop * layers.n + layer + layers.up
                max_into(memory.ready, ready, memory.records, record * layers.n + layer)
    if memory.stop_is_ready[stop]:
        memory.trip_is_boarded[trip] = True
        for layer in range(layers.up, layers.n):
            max_into(memory.on_board, trip * layers.n + layer, memory.ready, stop * layers.n + layer)


@kernel
def _board_at_the_door(
    program: Program, event: int, lead_min: int, n_departures: int, memory: ScanMemory, layers: Layers
) -> None:
    """Board as the first ride, straight from the origin, in all layers."""
    stop, trip = program.event_stop[event], program.event_trip[event]
    if program.event_s[event] >= memory.soonest_s[stop]:
        there_s = program.event_s[event] + 60 * lead_min
        labels_at_stop(
            memory.at_door, 0,
            memory.walk_min, stop,
            memory.walk_rest_s, stop,
            there_s // 60, there_s % 60, n_departures,
        )  # fmt: skip
        memory.trip_is_boarded[trip] = True
        for row in range(trip * layers.n, (trip + 1) * layers.n):
            max_into(memory.on_board, row, memory.at_door, 0)


@kernel
def _board_after_long_walks(
    program: Program, event: int, walks: LongWalks, n_departures: int, memory: ScanMemory, layers: Layers
) -> None:
    """Do the same for walks that do not fit into a row."""
    stop, trip = program.event_stop[event], program.event_trip[event]
    for walk in range(walks.start[stop], walks.start[stop + 1]):
        leave_by_s = program.event_s[event] - walks.walk_s[walk]
        if leave_by_s >= 0:
            label = np.uint8(min(n_departures, leave_by_s // 60 + 1))
            memory.trip_is_boarded[trip] = True
            for row in range(trip * layers.n, (trip + 1) * layers.n):
                if label > memory.on_board[row, walks.column[walk]]:
                    memory.on_board[row, walks.column[walk]] = label


@kernel
def _alight(
    program: Program, event: int, max_duration_min: int, memory: ScanMemory, layers: Layers, n_records: int
) -> int:
    """Leave the vehicle: a new record where that is any use, else the one before; return their number.

    Any use: a label rises that is young enough, since departure ``label - 1`` arrives within the maximum
    duration (R7) only where ``label >= arrival minute + 1 - max_duration_min``.
    """
    stop, trip = program.event_stop[event], program.event_trip[event]
    record = memory.latest_record[stop]
    if memory.trip_is_boarded[trip]:
        least = max(1, program.event_s[event] // 60 + 1 - max_duration_min)
        on_board, known, new = trip * layers.n, record * layers.n, n_records * layers.n
        useful = False
        for layer in range(layers.n):
            if raises(memory.on_board, on_board + layer, memory.records, known + layer, least):
                useful = True
                break
        if useful:
            for layer in range(layers.n):
                write_larger(
                    memory.records, new + layer,
                    memory.records, known + layer,
                    memory.on_board, on_board + layer,
                )  # fmt: skip
            record = np.int32(n_records)
            memory.latest_record[stop] = record
            n_records += 1
    memory.record_of[program.event_alighting[event]] = record
    return n_records


@kernel
def _collect_profiles(
    program: Program,
    memory: ScanMemory,
    last_layer: int,
    profiles: Profiles,
    number: int,
    n_improvements: int,
) -> int:
    """Append the records of one pass, stop by stop, to the profiles; return the number of improvements."""
    n_layers = last_layer + 1
    start = profiles.start[number]
    for stop in range(len(program.alighting_start) - 1):
        start[stop] = n_improvements
        record = 0
        for alighting in range(program.alighting_start[stop], program.alighting_start[stop + 1]):
            if memory.record_of[alighting] != record:
                record = memory.record_of[alighting]
                profiles.arrival_s[n_improvements] = program.alighting_s[alighting]
                copy_row(profiles.labels, n_improvements, memory.records, record * n_layers + last_layer)
                n_improvements += 1
    start[-1] = n_improvements
    return n_improvements

"""From stops to destinations: what a batch of origins reaches at the door, as percentiles or opportunities.

The scan leaves labels: at this stop, from this second on, those who left at departure ``label - 1`` or
before (``access.engine.scan``). A destination collects them from the stops around it, one row for each
minute ``m`` of the clock, and turns them into ``elapsed[m]``: the minutes since the latest departure that
is at the door by the end of minute ``m``. Departure ``d`` has a travel time of at most ``x`` whole minutes
exactly where it or a later one is there by minute ``d + x``, that is where ``elapsed[d + x] <= x``. So for
one ``x`` the departures of all origins are counted by comparing rows with one constant. Percentiles follow
by going up in ``x`` and counting how many values of ``x`` are too small for the rank (nearest rank, R8 of
``access.engine.plain``: minutes are truncated first, which changes no order).

Walking all the way takes the same time at each departure, so it is compared with the percentile of the rides
(R5). Windows of several passes count each pass apart and add the counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, Minutes, WalkLinks
from access.engine.compiled import kernel
from access.engine.scan import Profiles
from access.engine.simd import (
    BATCH_WIDTH,
    Counts,
    Rows,
    add_if_below,
    add_within,
    any_below,
    clear,
    copy_row,
    elapsed_from_labels,
    empty_rows,
    max_into,
    set_row,
    settle,
)

DESTINATIONS_A_TIME = 64
"""Destinations whose minutes are written to the matrix together, along its rows."""


class Window(NamedTuple):
    """The departures asked for, in passes of at most 255."""

    n_departures: npt.NDArray[np.int64]  # (n_passes,)
    max_duration_min: int


class EgressMemory(NamedTuple):
    """What one thread writes to on the way to destinations; used again for the next batch."""

    elapsed: Rows  # (n_passes * n_minutes, BATCH_WIDTH) each with its top bit flipped
    minutes: Rows  # (DESTINATIONS_A_TIME * n_percentiles, BATCH_WIDTH)
    direct_min: Rows  # (n_destinations, BATCH_WIDTH) walking all the way
    reached: Counts  # departures within the travel time looked at
    reached_in_time: Counts  # departures within the maximum duration
    goals: Counts  # highest rank met within the maximum duration


def egress_memory(window: Window, n_percentiles: int, n_destinations: int) -> EgressMemory:
    """Room for one thread."""
    n_rows = len(window.n_departures) * (int(window.n_departures.max()) + window.max_duration_min)
    return EgressMemory(
        elapsed=empty_rows(n_rows),
        minutes=empty_rows(DESTINATIONS_A_TIME * n_percentiles),
        direct_min=empty_rows(n_destinations),
        reached=np.empty(BATCH_WIDTH, np.uint16),
        reached_in_time=np.empty(BATCH_WIDTH, np.uint16),
        goals=np.empty(BATCH_WIDTH, np.uint16),
    )


def fill_percentiles(
    batch: npt.NDArray[np.int64],
    destinations: npt.NDArray[np.int64],
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: npt.NDArray[np.int64],
    memory: EgressMemory,
    percentile_min: Minutes,
) -> None:
    """Fill ``percentile_min[:, batch, :]`` with travel times in whole minutes; releases the GIL.

    Parameters
    ----------
    batch : int64 array (at most BATCH_WIDTH,)
        Origins, as given to the scan.
    destinations : int64 array
        All destinations or some, in any order; neighbours one after the other find more in the caches.
    profiles : Profiles
        Filled by the scan for this batch.
    doors : WalkLinks
        Walks from each destination to the stops around it, that is the egress walks by destination.
    direct : WalkLinks
        Walks from all origins to destinations.
    ranks : int64 array (n_percentiles,)
        Nearest ranks among all departures, 1 to their number.
    percentile_min : uint8 array (n_percentiles, n_origins, n_destinations)
        Written in place; ``UNREACHED_MIN`` where unreached.
    """
    _fill_percentiles(batch, destinations, profiles, doors, direct, window, ranks, memory, percentile_min)


def sum_opportunities(
    batch: npt.NDArray[np.int64],
    destinations: npt.NDArray[np.int64],
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: npt.NDArray[np.int64],
    cutoffs_min: npt.NDArray[np.int64],
    opportunities: npt.NDArray[np.float64],
    memory: EgressMemory,
) -> npt.NDArray[np.float64]:
    """Sum the opportunities at destinations whose percentile is below each cutoff; releases the GIL.

    Parameters
    ----------
    batch, destinations, profiles, doors, direct, window, ranks, memory
        As for ``fill_percentiles``.
    cutoffs_min : int64 array (n_cutoffs,)
        1 to ``max_duration_min + 1``; a travel time counts where it is less.
    opportunities : float64 array (n_kinds, n_destinations)
        How much there is of each kind.

    Returns
    -------
    float64 array (n_percentiles, n_cutoffs, n_kinds, n_origins of the batch)
    """
    sums = np.zeros((len(ranks), len(cutoffs_min), len(opportunities), BATCH_WIDTH))
    _sum_opportunities(
        batch, destinations, profiles, doors, direct, window, ranks, cutoffs_min,
        by_destination(opportunities), memory, sums,
    )  # fmt: skip
    return sums[..., : len(batch)]


def by_destination(opportunities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """All kinds of one destination side by side, read-only."""
    at_destination = np.ascontiguousarray(opportunities.T)
    at_destination.flags.writeable = False
    return at_destination


@kernel
def _sum_opportunities(
    batch: npt.NDArray[np.int64],
    destinations: npt.NDArray[np.int64],
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: npt.NDArray[np.int64],
    cutoffs_min: npt.NDArray[np.int64],
    at_destination: npt.NDArray[np.float64],
    memory: EgressMemory,
    sums: npt.NDArray[np.float64],
) -> None:
    """One count of departures for each destination and cutoff is enough for all percentiles."""
    walk_directly(batch, direct, window.max_duration_min, memory.direct_min)
    for destination in destinations:
        if not at_destination[destination].any():
            continue
        arrive(destination, profiles, doors, window, memory.elapsed)
        for cutoff in range(len(cutoffs_min)):
            longest_min = cutoffs_min[cutoff] - 1
            count_reached(memory.elapsed, window, longest_min, memory.reached)
            for percentile in range(len(ranks)):
                for column in range(BATCH_WIDTH):
                    rides = memory.reached[column] >= ranks[percentile]
                    if rides or memory.direct_min[destination, column] <= longest_min:
                        for kind in range(at_destination.shape[1]):
                            sums[percentile, cutoff, kind, column] += at_destination[destination, kind]


@kernel
def _fill_percentiles(
    batch: npt.NDArray[np.int64],
    destinations: npt.NDArray[np.int64],
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: npt.NDArray[np.int64],
    memory: EgressMemory,
    percentile_min: Minutes,
) -> None:
    """Take the destinations some at a time, so that the matrix is written along its rows."""
    n_percentiles = len(ranks)
    walk_directly(batch, direct, window.max_duration_min, memory.direct_min)
    for first in range(0, len(destinations), DESTINATIONS_A_TIME):
        together = destinations[first : first + DESTINATIONS_A_TIME]
        for place, destination in enumerate(together):
            percentiles_at(destination, place * n_percentiles, profiles, doors, window, ranks, memory)
        for percentile in range(n_percentiles):
            for column in range(len(batch)):
                for place, destination in enumerate(together):
                    minutes = memory.minutes[place * n_percentiles + percentile, column]
                    percentile_min[percentile, batch[column], destination] = minutes


@kernel
def walk_directly(
    batch: npt.NDArray[np.int64], direct: WalkLinks, max_duration_min: int, direct_min: Rows
) -> None:
    """Whole minutes of walking all the way from each origin of the batch."""
    direct_min[:] = UNREACHED_MIN
    for column in range(len(batch)):
        for link in range(direct.start[batch[column]], direct.start[batch[column] + 1]):
            minutes = direct.walk_s[link] // 60
            if minutes <= max_duration_min:
                direct_min[direct.target[link], column] = minutes


@kernel
def percentiles_at(
    destination: int,
    first_row: int,
    profiles: Profiles,
    doors: WalkLinks,
    window: Window,
    ranks: npt.NDArray[np.int64],
    memory: EgressMemory,
) -> None:
    """Percentiles of all origins of the batch at one destination, one row for each percentile.

    Goes up minute by minute from the least of all percentiles and counts the minutes too short for each rank,
    until every rank is met that can be met within the maximum duration.
    """
    minutes, reached, reached_in_time = memory.minutes, memory.reached, memory.reached_in_time
    if not arrive(destination, profiles, doors, window, memory.elapsed):
        for row in range(first_row, first_row + len(ranks)):
            copy_row(minutes, row, memory.direct_min, destination)
        return
    count_reached(memory.elapsed, window, window.max_duration_min, reached_in_time)
    _set_goals(reached_in_time, ranks, memory.goals)
    travel_min = _least_percentile(memory.elapsed, window, ranks.min(), reached)
    for row in range(first_row, first_row + len(ranks)):
        set_row(minutes, row, travel_min)
    while travel_min < window.max_duration_min:  # what is not met then takes one minute more, or too long
        count_reached(memory.elapsed, window, travel_min, reached)
        for percentile in range(len(ranks)):
            add_if_below(minutes, first_row + percentile, reached, ranks[percentile])
        if not any_below(reached, memory.goals):
            break
        travel_min += 1
    for percentile in range(len(ranks)):
        row = first_row + percentile
        settle(minutes, row, reached_in_time, ranks[percentile], memory.direct_min, destination)


@kernel
def arrive(destination: int, profiles: Profiles, doors: WalkLinks, window: Window, elapsed: Rows) -> bool:
    """Fill ``elapsed`` for one destination, pass after pass; return whether anybody arrives in time."""
    somebody = False
    rows_a_pass = len(elapsed) // len(window.n_departures)
    for number in range(len(window.n_departures)):
        first_row = number * rows_a_pass
        n_minutes = window.n_departures[number] + window.max_duration_min
        for row in range(first_row, first_row + n_minutes):
            set_row(elapsed, row, 0)
        somebody |= _enter_arrivals(destination, profiles, number, doors, elapsed, first_row, n_minutes)
        elapsed_from_labels(elapsed, first_row, n_minutes)
    return somebody


@kernel
def _enter_arrivals(
    destination: int,
    profiles: Profiles,
    number: int,
    doors: WalkLinks,
    labels: Rows,
    first_row: int,
    n_minutes: int,
) -> bool:
    """Enter the improvements at the stops around in the minute they arrive; return whether any was in time.

    Of several in one minute the last one says it all, but finding out costs as much as entering all. One
    kernel for all stops, since numba counts references to arrays at every call: -20 %, bench_matrix.
    """
    somebody = False
    for link in range(doors.start[destination], doors.start[destination + 1]):
        stop, walk_s = doors.target[link], doors.walk_s[link]
        for improvement in range(profiles.start[number, stop], profiles.start[number, stop + 1]):
            minute = _minute(profiles.arrival_s[improvement] + walk_s)
            if minute >= n_minutes:
                break
            max_into(labels, first_row + minute, profiles.labels, improvement)
            somebody = True
    return somebody


@kernel
def _minute(time_s: int) -> int:
    """Whole minutes of a time of 0 or later; unsigned, because that division is much faster."""
    minute: int = np.int64(np.uint32(time_s) // np.uint32(60))  # type: ignore[assignment]
    return minute


@kernel
def _least_percentile(elapsed: Rows, window: Window, rank: int, reached: Counts) -> int:
    """Find by halving the least minutes in which any column meets a rank; one too many where none does."""
    least, most = 0, window.max_duration_min + 1
    while least < most:
        middle = (least + most) // 2
        count_reached(elapsed, window, middle, reached)
        if reached.max() >= rank:
            most = middle
        else:
            least = middle + 1
    return least


@kernel
def _set_goals(reached_in_time: Counts, ranks: npt.NDArray[np.int64], goals: Counts) -> None:
    """Highest rank that each column meets within the maximum duration."""
    clear(goals)
    for rank in ranks:
        for column in range(BATCH_WIDTH):
            met = rank if rank <= reached_in_time[column] else 0
            goals[column] = max(goals[column], met)


@kernel
def count_reached(elapsed: Rows, window: Window, travel_min: int, reached: Counts) -> None:
    """Count the departures of each column that arrive within so many whole minutes, over all passes."""
    clear(reached)
    rows_a_pass = len(elapsed) // len(window.n_departures)
    for number in range(len(window.n_departures)):
        first_row = number * rows_a_pass + travel_min
        add_within(elapsed, first_row, window.n_departures[number], travel_min, reached)

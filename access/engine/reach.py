"""What a batch of origins can reach within cutoffs or by the minute, summed without a matrix of travel times.

The scan and the way to the door are those of percentiles (``access.engine.egress``): for each destination
``elapsed`` says which departures are there within so many minutes. Here those departures are counted, or each
of them is credited with the opportunities at the destination. Walking all the way takes the same time at each
departure, so within a cutoff it counts for all of them.

A travel time counts within a cutoff where it is less, ``minutes < cutoff``. Sums are made in the order of
``destinations``, so that batches and threads do not change them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, WalkLinks
from access.engine.compiled import kernel
from access.engine.egress import (
    DESTINATIONS_A_TIME,
    EgressMemory,
    Window,
    arrive,
    by_destination,
    count_reached,
    percentiles_at,
    walk_directly,
)
from access.engine.scan import Profiles
from access.engine.simd import BATCH_WIDTH, FLIP

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def count_within(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    memory: EgressMemory,
    counts: npt.NDArray[np.uint16],
) -> None:
    """Count the departures that arrive within each cutoff; releases the GIL.

    Parameters
    ----------
    batch, destinations, profiles, doors, direct, window, memory
        As for ``access.engine.egress.fill_percentiles``.
    cutoffs_min : int64 array (n_cutoffs,)
        1 to ``max_duration_min + 1``.
    counts : uint16 array (n_cutoffs, n_origins, n_destinations)
        Written in place at the batch and the destinations: 0 to the number of departures.
    """
    together = np.empty((DESTINATIONS_A_TIME * len(cutoffs_min), BATCH_WIDTH), np.uint16)
    _count_within(batch, destinations, profiles, doors, direct, window, cutoffs_min, memory, together, counts)


def sum_over_departures(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    opportunities: Floats,
    memory: EgressMemory,
) -> Floats:
    """Sum the opportunities within each cutoff over all departures; releases the GIL.

    Divided by the number of departures this is the mean access over departures.

    Parameters
    ----------
    batch, destinations, profiles, doors, direct, window, cutoffs_min, memory
        As for ``count_within``.
    opportunities : float64 array (n_kinds, n_destinations)
        How much there is of each kind.

    Returns
    -------
    float64 array (n_cutoffs, n_kinds, n_batch)
    """
    sums = np.zeros((len(cutoffs_min), len(opportunities), BATCH_WIDTH))
    _sum_over_departures(
        batch, destinations, profiles, doors, direct, window, cutoffs_min, by_destination(opportunities),
        memory, sums,
    )  # fmt: skip
    return sums[..., : len(batch)]


def opportunities_by_departure(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    opportunities: Floats,
    memory: EgressMemory,
) -> Floats:
    """Sum the opportunities within each cutoff of each single departure; releases the GIL.

    Parameters are those of ``sum_over_departures``.

    Returns
    -------
    float64 array (n_cutoffs, n_kinds, n_departures, n_batch)
        Departures of all passes, one after the other.
    """
    n_departures = int(window.n_departures.sum())
    sums = np.zeros((len(cutoffs_min), len(opportunities), n_departures, BATCH_WIDTH))
    _opportunities_by_departure(
        batch, destinations, profiles, doors, direct, window, cutoffs_min, by_destination(opportunities),
        memory, sums,
    )  # fmt: skip
    return sums[..., : len(batch)]


def opportunities_by_minute(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: Integers,
    opportunities: Floats,
    memory: EgressMemory,
) -> Floats:
    """Sum the opportunities at each percentile travel time in whole minutes; releases the GIL.

    Summed up along the minutes this is access at every cutoff; the minute in which the sum passes ``n`` is
    the time to the n-th closest; weighted by minute it is access with any decay.

    Parameters
    ----------
    ranks : int64 array (n_percentiles,)
        Nearest ranks among all departures; ``memory`` is made for at least as many percentiles.
    batch, destinations, profiles, doors, direct, window, opportunities, memory
        As for ``sum_over_departures``.

    Returns
    -------
    float64 array (n_percentiles, n_kinds, max_duration_min + 1, n_batch)
    """
    sums = np.zeros((len(ranks), len(opportunities), window.max_duration_min + 1, BATCH_WIDTH))
    _opportunities_by_minute(
        batch, destinations, profiles, doors, direct, window, ranks, by_destination(opportunities), memory,
        sums,
    )  # fmt: skip
    return sums[..., : len(batch)]


@kernel
def _count_within(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    memory: EgressMemory,
    together: npt.NDArray[np.uint16],
    counts: npt.NDArray[np.uint16],
) -> None:
    """Take the destinations some at a time, so that the counts are written along their rows."""
    n_cutoffs = len(cutoffs_min)
    walk_directly(batch, direct, window.max_duration_min, memory.direct_min)
    for first in range(0, len(destinations), DESTINATIONS_A_TIME):
        bundle = destinations[first : first + DESTINATIONS_A_TIME]
        for place, destination in enumerate(bundle):
            arrive(destination, profiles, doors, window, memory.elapsed)
            for cutoff in range(n_cutoffs):
                _count_at(destination, cutoffs_min[cutoff], window, memory)
                for column in range(BATCH_WIDTH):
                    together[place * n_cutoffs + cutoff, column] = memory.reached[column]
        for cutoff in range(n_cutoffs):
            for column in range(len(batch)):
                for place, destination in enumerate(bundle):
                    count = together[place * n_cutoffs + cutoff, column]
                    counts[cutoff, batch[column], destination] = count


@kernel
def _sum_over_departures(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    at_destination: Floats,
    memory: EgressMemory,
    sums: Floats,
) -> None:
    """Each destination counts as often as a departure reaches it."""
    walk_directly(batch, direct, window.max_duration_min, memory.direct_min)
    for destination in destinations:
        if not at_destination[destination].any():
            continue
        arrive(destination, profiles, doors, window, memory.elapsed)
        for cutoff in range(len(cutoffs_min)):
            _count_at(destination, cutoffs_min[cutoff], window, memory)
            for kind in range(at_destination.shape[1]):
                amount = at_destination[destination, kind]
                for column in range(BATCH_WIDTH):
                    sums[cutoff, kind, column] += amount * memory.reached[column]


@kernel
def _count_at(destination: int, cutoff_min: int, window: Window, memory: EgressMemory) -> None:
    """Count in ``memory.reached`` the departures that are at the destination within the cutoff."""
    count_reached(memory.elapsed, window, cutoff_min - 1, memory.reached)
    n_departures = window.n_departures.sum()
    for column in range(BATCH_WIDTH):
        if memory.direct_min[destination, column] < cutoff_min:
            memory.reached[column] = n_departures


@kernel
def _opportunities_by_departure(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    cutoffs_min: Integers,
    at_destination: Floats,
    memory: EgressMemory,
    sums: Floats,
) -> None:
    """Departure ``d`` is there within ``x`` whole minutes where ``elapsed[d + x] <= x``."""
    elapsed, direct_min = memory.elapsed, memory.direct_min
    rows_a_pass = len(elapsed) // len(window.n_departures)
    walk_directly(batch, direct, window.max_duration_min, direct_min)
    for destination in destinations:
        if not at_destination[destination].any():
            continue
        arrive(destination, profiles, doors, window, elapsed)
        for cutoff in range(len(cutoffs_min)):
            longest_min = cutoffs_min[cutoff] - 1
            first_departure = 0
            for number in range(len(window.n_departures)):
                first_row = number * rows_a_pass + longest_min
                for departure in range(window.n_departures[number]):
                    for kind in range(at_destination.shape[1]):
                        amount = at_destination[destination, kind]
                        for column in range(BATCH_WIDTH):
                            least_min = min(
                                elapsed[first_row + departure, column] ^ FLIP,
                                direct_min[destination, column],
                            )
                            counted = amount if least_min <= longest_min else 0.0
                            sums[cutoff, kind, first_departure + departure, column] += counted
                first_departure += window.n_departures[number]


@kernel
def _opportunities_by_minute(
    batch: Integers,
    destinations: Integers,
    profiles: Profiles,
    doors: WalkLinks,
    direct: WalkLinks,
    window: Window,
    ranks: Integers,
    at_destination: Floats,
    memory: EgressMemory,
    sums: Floats,
) -> None:
    """Put what is at a destination where its percentile travel time says."""
    walk_directly(batch, direct, window.max_duration_min, memory.direct_min)
    for destination in destinations:
        if not at_destination[destination].any():
            continue
        percentiles_at(destination, 0, profiles, doors, window, ranks, memory)
        for percentile in range(len(ranks)):
            for column in range(BATCH_WIDTH):
                minute = memory.minutes[percentile, column]
                if minute != UNREACHED_MIN:
                    for kind in range(at_destination.shape[1]):
                        sums[percentile, kind, minute, column] += at_destination[destination, kind]

"""Cuts a stretch out of trips of one pattern and puts another in: arrays in, arrays out.

The semantics are those of R5's Reroute (conveyal/r5, ``analyst/scenario/Reroute.java``): both ends of the
stretch stay, their dwell times are replaced, everything between them gives way to the new stops. Decided
here:

C1. Where a pattern visits an end of the stretch several times, those visits are meant between which least is
    cut out; on ties the earliest. So a line that begins and ends at one stop is extended beyond its last
    visit there, or before its first. (R5 takes the last visit of either stop.)
C2. The arrival at the first end is kept and so is all before it. Later visits keep their riding and dwell
    times; they move by the time the new stretch is longer than the old one.
C3. Without a first end (the new stops go to the beginning) the arrival at the last end is kept. The new stops
    come before it, which may put them before 00:00: the caller must look.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]

NEW = -1
"""Stands for a new stop where visits of the old pattern are numbered."""


class Stretch(NamedTuple):
    """Positions of the visits that stay at either end; -1 and the number of visits where there is none."""

    first: int
    last: int


class OutOfOrder(NamedTuple):
    """Both ends are visited, but the last never after the first; their earliest and latest positions."""

    first: int
    last: int


def find_stretch(
    stops: Sequence[str], from_stop: str | None, to_stop: str | None
) -> Stretch | OutOfOrder | None:
    """Where in a pattern the stretch lies (C1); None where an end is not visited.

    Parameters
    ----------
    stops : ids in the order of travel.
    from_stop, to_stop : ids of the ends, None for a stretch that begins or ends the trip; not both None.
    """
    first = [at for at, stop in enumerate(stops) if stop == from_stop] if from_stop is not None else [-1]
    last = [at for at, stop in enumerate(stops) if stop == to_stop] if to_stop is not None else [len(stops)]
    if not first or not last:
        return None
    pairs = [Stretch(a, b) for a, b in itertools.product(first, last) if a < b]
    if not pairs:
        return OutOfOrder(first[0], last[-1])
    return min(pairs, key=lambda pair: (pair.last - pair.first, pair.first))


class Spliced(NamedTuple):
    """Trips of one pattern after the change."""

    visit_of: Seconds  # (n_visits,) position in the old pattern, ``NEW`` for a new stop
    arrival_s: Seconds  # (n_trips, n_visits)
    departure_s: Seconds


def splice(
    arrival_s: Seconds,
    departure_s: Seconds,
    stretch: Stretch,
    hop_s: Seconds,
    dwell_s: Seconds,
    dwell_given: npt.NDArray[np.bool_] | None = None,
) -> Spliced:
    """Put new stops between the ends of a stretch (C2, C3).

    Preconditions: times are filled and do not go backwards; N dwells and N - 1 hops for the N stops of the
    new stretch, its ends included where it has them; N >= 1; hops and dwells are not negative.

    Parameters
    ----------
    arrival_s, departure_s : (n_trips, n_visits) seconds; not changed.
    stretch : from ``find_stretch``.
    hop_s : (N - 1,) riding times.
    dwell_s : (N,) dwell times.
    dwell_given : (N,) False for an end that keeps the dwell time it has; default all True.
    """
    n_trips, n_visits = arrival_s.shape
    has_first, has_last = stretch.first >= 0, stretch.last < n_visits
    n_new = len(dwell_s) - has_first - has_last
    visit_of = np.concatenate([
        np.arange(stretch.first + 1), np.full(n_new, NEW), np.arange(stretch.last, n_visits)
    ])  # fmt: skip
    begins = stretch.first if has_first else 0  # column of the stretch's first stop
    ends = begins + len(dwell_s)
    known = visit_of != NEW
    dwells = np.zeros((n_trips, len(visit_of)), dtype=np.int64)
    dwells[:, known] = (departure_s - arrival_s)[:, visit_of[known]]
    given = np.ones(len(dwell_s), dtype=bool) if dwell_given is None else dwell_given
    dwells[:, begins:ends][:, given] = dwell_s[given]
    hops = np.zeros((n_trips, len(visit_of)), dtype=np.int64)  # from the visit before
    old_hops = np.zeros_like(arrival_s, dtype=np.int64)
    old_hops[:, 1:] = arrival_s[:, 1:] - departure_s[:, :-1]
    hops[:, known] = old_hops[:, visit_of[known]]
    hops[:, begins + 1 : ends] = hop_s
    arrival = np.cumsum(hops, axis=1) + np.cumsum(dwells, axis=1) - dwells
    anchor = begins if has_first else ends - 1
    # Whatever stands for a hop to the first visit is taken back here.
    arrival += (arrival_s[:, visit_of[anchor]] - arrival[:, anchor])[:, np.newaxis]
    return Spliced(visit_of, arrival, arrival + dwells)


class Skipped(NamedTuple):
    """Trips of one pattern without some of their visits."""

    arrival_s: Seconds  # (n_trips, visits that stay)
    departure_s: Seconds
    n_held: int  # trips in which a hop is too short to save the time asked for


def skip_visits(
    arrival_s: Seconds, departure_s: Seconds, stays: npt.NDArray[np.bool_], saved_s: int = 0
) -> Skipped:
    """Leave visits out: the vehicle passes without stopping.

    As in R5's RemoveStops the dwell time there is saved, and ``saved_s`` for each such visit besides
    (braking, pulling out), which makes all later visits earlier. A hop keeps at least a second (none where it
    had none). Visits left out before the first that stays move nothing: the trip begins later; those left out
    after the last one neither. (R5's comments say so too, its code takes ``saved_s`` off the beginning.)

    Preconditions: times are filled and do not go backwards; at least one visit stays.

    Parameters
    ----------
    arrival_s, departure_s : (n_trips, n_visits) seconds; not changed.
    stays : (n_visits,) visits at which the vehicle still stops.
    saved_s : seconds at each visit left out, dwell time apart; not negative.
    """
    kept = np.flatnonzero(stays)
    n_left_out = np.diff(kept) - 1
    dwells = departure_s - arrival_s
    passed = np.cumsum(np.where(stays, 0, dwells), axis=1)  # dwell time left out so far
    riding_s = arrival_s[:, kept[1:]] - departure_s[:, kept[:-1]] - np.diff(passed[:, kept], axis=1)
    hop_s = np.maximum(riding_s - saved_s * n_left_out, np.minimum(riding_s, 1))
    held = (hop_s > riding_s - saved_s * n_left_out).any(axis=1)
    arrival = np.empty((len(arrival_s), len(kept)), dtype=np.int64)
    arrival[:, 0] = arrival_s[:, kept[0]]
    arrival[:, 1:] = arrival[:, :1] + np.cumsum(hop_s, axis=1) + np.cumsum(dwells[:, kept[:-1]], axis=1)
    return Skipped(arrival, arrival + dwells[:, kept], int(held.sum()))

"""Headway-based trips: rows of frequencies.txt and the departures they stand for.

Source: GTFS Schedule Reference, ``frequencies.txt``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.errors import FeedError
from gtfs.stop_times import parse_times

if TYPE_CHECKING:
    import gtfs_kit

DEFAULT_PHASE = 0.5
"""Where in its headway the first vehicle of a period leaves; see ``expand_frequencies``."""


@dataclass(frozen=True)
class RandomPhases:
    """A random share of the headway for each row of frequencies.txt, whatever other rows there are.

    A row's share depends on the seed, the number of the realisation, its ``trip_id`` and its ``start_time``
    alone. A feed with one row more or less, or with its rows in another order, keeps the shares of all
    others; a row whose headway or end changes keeps its share too. Two rows of one trip that start at the
    same moment have the same share. In a merged feed trip ids carry the feed's name.

    Attributes
    ----------
    seed, number : int
        0 or more.
    """

    seed: int
    number: int

    def shares(self, trip_ids: Sequence[str], start_s: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Return the share of each row, 0 <= share < 1, uniform: 53 bits of a hash of what tells the row."""
        key = hashlib.blake2b(f"{self.seed} {self.number}".encode(), digest_size=8)
        bits = np.empty(len(trip_ids), dtype=np.uint64)
        for row, (trip_id, start) in enumerate(zip(trip_ids, start_s.tolist(), strict=True)):
            digest = key.copy()
            digest.update(f" {start} {trip_id}".encode())
            bits[row] = int.from_bytes(digest.digest(), "little")
        return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


Phase = float | RandomPhases
"""A share of the headway for all rows, or a random share of its own for each row."""


class Frequencies(NamedTuple):
    """Rows of frequencies.txt whose trip exists. All arrays have shape ``(n_rows,)``."""

    trip: npt.NDArray[np.int64]  # row of trips.txt
    start_s: npt.NDArray[np.int32]
    end_s: npt.NDArray[np.int32]
    headway_s: npt.NDArray[np.int32]
    exact: npt.NDArray[np.bool_]


def read_frequencies(feed: gtfs_kit.Feed, name: str = "feed") -> Frequencies:
    """Parse frequencies.txt; rows of unknown trips are left out, no table gives no rows.

    Raises
    ------
    FeedError
        A time is missing or malformed, a period ends before it starts, or a headway is not positive.
    """
    table = feed.frequencies
    if table is None:
        none = np.zeros(0, dtype=np.int32)
        return Frequencies(np.zeros(0, dtype=np.int64), none, none, none, np.zeros(0, dtype=bool))
    trip = pd.Index(feed.trips["trip_id"]).get_indexer(pd.Index(table["trip_id"]))
    start_s, end_s = parse_times(table["start_time"]), parse_times(table["end_time"])
    headway_s = table["headway_secs"].to_numpy(dtype=np.int32, na_value=0)
    exact = np.zeros(len(table), dtype=bool)
    if "exact_times" in table.columns:
        exact = table["exact_times"].to_numpy(dtype=np.int32, na_value=0) == 1
    problems = []
    for wrong, what in (
        ((start_s < 0) | (end_s < 0), "start_time or end_time is no time; write it as HH:MM:SS"),
        ((end_s < start_s) & (end_s >= 0), "the period ends before it starts"),
        (headway_s <= 0, "headway_secs is missing or not positive"),
    ):
        rows = np.flatnonzero(wrong & (trip >= 0))
        if len(rows):
            first = table["trip_id"].iloc[rows[0]]
            problems.append(f"trip {first!r}: {what} ({len(rows)} such rows)")
    if problems:
        raise FeedError(f"{name}: frequencies.txt cannot be expanded", problems)
    known = trip >= 0
    return Frequencies(trip[known], start_s[known], end_s[known], headway_s[known], exact[known])


class Departures(NamedTuple):
    """Vehicles that leave by headway: which row of the input each comes from, and when it starts."""

    row: npt.NDArray[np.int64]  # (n_departures,)
    departure_s: npt.NDArray[np.int32]  # (n_departures,)


def expand_frequencies(
    start_s: npt.NDArray[np.int32],
    end_s: npt.NDArray[np.int32],
    headway_s: npt.NDArray[np.int32],
    exact: npt.NDArray[np.bool_],
    phase: float | npt.NDArray[np.float64] = DEFAULT_PHASE,
) -> Departures:
    """First-stop departures of rows of frequencies.txt, row by row in time order. ``end_s`` is exclusive.

    With ``exact_times`` = 1 vehicles leave at ``start, start + headway, ...``. Otherwise GTFS leaves the
    minute open; the first leaves at ``start + floor(phase * headway)``. The default phase 0.5 is the mean of
    the unknown offset: somebody who comes at the start of the period waits half a headway, as on average, and
    the number of vehicles is that of exact times when the period is a multiple of the headway. Phase 0 would
    let every line leave on the first second of the period, without waiting and all at once. The same input
    gives the same departures in every run; vary ``phase`` to see how much a result depends on it.

    Parameters
    ----------
    start_s, end_s, headway_s : (n_rows,) seconds; headway at least 1.
    exact : (n_rows,) ``exact_times`` = 1.
    phase : share of the headway, 0 <= phase < 1, of all rows or (n_rows,) of each.

    Raises
    ------
    ValueError
        A phase is outside [0, 1).
    """
    given = np.atleast_1d(phase)
    wrong = given[~((given >= 0) & (given < 1))]
    if len(wrong):
        raise ValueError(f"phase is a share of the headway, 0 <= phase < 1; got {wrong[0]}")
    shares = np.broadcast_to(given, start_s.shape)
    first_s = start_s + np.where(exact, 0, np.floor(shares * headway_s)).astype(np.int32)
    count = np.maximum(-((first_s - end_s) // headway_s), 0).astype(np.int64)
    row = np.repeat(np.arange(len(start_s)), count)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return Departures(row, (first_s[row] + turn * headway_s[row]).astype(np.int32))


def trip_weights(
    feed: gtfs_kit.Feed, name: str = "feed", phase: float = DEFAULT_PHASE
) -> npt.NDArray[np.int64]:
    """How many vehicles each row of trips.txt stands for: 1, or its departures in frequencies.txt."""
    weights = np.ones(len(feed.trips), dtype=np.int64)
    if feed.frequencies is None:
        return weights
    frequencies = read_frequencies(feed, name)
    weights[frequencies.trip] = 0
    departures = expand_frequencies(*frequencies[1:], phase=phase)
    np.add.at(weights, frequencies.trip[departures.row], 1)
    return weights

"""Headway-based trips: rows of frequencies.txt and the departures they stand for.

Source: GTFS Schedule Reference, ``frequencies.txt``.
"""

from __future__ import annotations

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

Phase = float | np.random.Generator
"""A share of the headway for all rows, or random numbers for a share of its own for each row."""


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
    phase: Phase = DEFAULT_PHASE,
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
    phase : share of the headway, 0 <= phase < 1, or a generator that draws one for each row.

    Raises
    ------
    ValueError
        ``phase`` is outside [0, 1).
    """
    if isinstance(phase, np.random.Generator):
        shares = phase.random(len(start_s))
    elif 0 <= phase < 1:
        shares = np.full(len(start_s), phase)
    else:
        raise ValueError(f"phase is a share of the headway, 0 <= phase < 1; got {phase}")
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

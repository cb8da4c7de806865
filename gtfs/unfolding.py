"""Places the vehicles of three service days on the clock of one.

*Unfolding*: a trip of yesterday that runs past 24:00 is on the road after today's midnight, and tomorrow's
first trips are on the road at 24:30 of today. Yesterday's trips are moved by -86,400 s, tomorrow's by
+86,400 s. Trips that run longer than two days are seen from their own day and the day after only.
"""

from __future__ import annotations

from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.frequencies import Phase, RandomPhases, expand_frequencies, read_frequencies
from gtfs.timetable import NO_INDEX
from gtfs.visits import Visits

DAY_S = 86_400
DAYS = (-1, 0, 1)


class Runs(NamedTuple):
    """Vehicles on today's clock. All arrays have shape ``(n_vehicles,)``."""

    template: npt.NDArray[np.int64]  # trip of ``Visits`` that the vehicle repeats
    shift_s: npt.NDArray[np.int64]  # how much later
    day: npt.NDArray[np.int8]  # service day: -1, 0 or 1
    by_headway: npt.NDArray[np.bool_]  # one of the vehicles of frequencies.txt


def unfold(
    feed: gtfs_kit.Feed,
    visits: Visits,
    active: list[npt.NDArray[np.bool_]],
    name: str,
    phase: Phase,
    horizon_s: int,
) -> Runs:
    """Every vehicle of the three service days that is on the road after midnight and before the horizon.

    Parameters
    ----------
    feed : for frequencies.txt; left unchanged.
    visits : of all trips that run on any of the three days.
    active : for each of ``DAYS``, which rows of trips.txt run, shape ``(n_rows,)``.
    name : the feed's name in messages.
    phase : see ``expand_frequencies``; with ``RandomPhases`` a share of its own for each row.
    horizon_s : trips of the day after are kept if they leave before this time.

    Returns
    -------
    Runs
        Ordered by first departure, then row of trips.txt, then day (T4).
    """
    leaves_s = visits.departure_s[visits.trip_start[:-1]].astype(np.int64)
    ends_s = visits.arrival_s[visits.trip_start[1:] - 1].astype(np.int64)
    template, shift_s, by_headway = _vehicles_of_a_day(feed, visits, leaves_s, name, phase)
    days = []
    for day, runs_today in zip(DAYS, active, strict=True):
        moved_s = shift_s + day * DAY_S
        chosen = runs_today[visits.trip[template]]
        if day == -1:
            chosen &= ends_s[template] + moved_s > 0
        if day == 1:
            chosen &= leaves_s[template] + moved_s < horizon_s
        days.append(
            Runs(template[chosen], moved_s[chosen], np.full(chosen.sum(), day, np.int8), by_headway[chosen])
        )
    return _ordered(
        visits,
        Runs(
            np.concatenate([runs.template for runs in days]),
            np.concatenate([runs.shift_s for runs in days]),
            np.concatenate([runs.day for runs in days]),
            np.concatenate([runs.by_headway for runs in days]),
        ),
    )


def _vehicles_of_a_day(
    feed: gtfs_kit.Feed, visits: Visits, leaves_s: npt.NDArray[np.int64], name: str, phase: Phase
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Trips once as they are, those of frequencies.txt once for each departure; with their shift in time."""
    frequencies = read_frequencies(feed, name)
    template_of_row = np.full(len(feed.trips), -1, dtype=np.int64)
    template_of_row[visits.trip] = np.arange(len(visits.trip))
    shares: float | npt.NDArray[np.float64]
    if isinstance(phase, RandomPhases):
        trip_ids = feed.trips["trip_id"].iloc[frequencies.trip].to_list()
        shares = phase.shares(trip_ids, frequencies.start_s)
    else:
        shares = phase
    departures = expand_frequencies(*frequencies[1:], phase=shares)
    template = template_of_row[frequencies.trip[departures.row]]
    departure_s = departures.departure_s[template >= 0].astype(np.int64)
    template = template[template >= 0]
    once = np.flatnonzero(~np.isin(visits.trip, frequencies.trip))
    return (
        np.concatenate([once, template]),
        np.concatenate([np.zeros(len(once), dtype=np.int64), departure_s - leaves_s[template]]),
        np.repeat([False, True], [len(once), len(template)]),
    )


def _ordered(visits: Visits, runs: Runs) -> Runs:
    """T4: by first departure, then by row of trips.txt, then by day."""
    leaves_s = visits.departure_s[visits.trip_start[runs.template]] + runs.shift_s
    order = np.lexsort((runs.day, visits.trip[runs.template], leaves_s))
    return Runs(runs.template[order], runs.shift_s[order], runs.day[order], runs.by_headway[order])


def blocks_of(feed: gtfs_kit.Feed, rows: npt.NDArray[np.int64], runs: Runs) -> npt.NDArray[np.int32]:
    """A block is one vehicle on one day; headway-based copies of a trip are different vehicles: no block."""
    blocks = np.full(len(rows), NO_INDEX)
    if "block_id" not in feed.trips.columns:
        return blocks
    codes = pd.factorize(feed.trips["block_id"])[0][rows].astype(np.int64)
    has_block = (codes >= 0) & ~runs.by_headway
    keys = codes[has_block] * 3 + runs.day[has_block] + 1
    blocks[has_block] = np.unique(keys, return_inverse=True)[1]
    return blocks

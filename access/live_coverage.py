"""Which times of a day a feed tells of, told from its departures alone.

A feed often holds a part of a day: the hours that somebody wrote down, or a piece cut out of a larger one.
Outside it nothing leaves, which looks like bad service and is none. At its ends vehicles are missing too:
those that would be under way had begun before. So a feed tells of a journey only where

- something leaves in the hour before the journey begins, in the hour after that, and in the hour after its
  end;
- around both ends of the journey at least half as many vehicles leave as in a usual hour.

This errs on the side of not knowing: a late evening with under half of the usual departures is not known
either. Who knows that a feed holds every departure says so (``whole_timetable``).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from access.engine.arrays import Seconds

HOUR_S = 3600
THIN_SHARE = 1 / 2
QUARTER_S = 900


class Leaving(NamedTuple):
    """Departures of a feed: seconds after 00:00 in order, and how many leave in a usual hour."""

    leaves_s: Seconds
    usual_per_hour: float


def leaving_of(leaves_s: Seconds) -> Leaving:
    """Return the departures of a feed with their usual number: the median of the hours with any.

    Parameters
    ----------
    leaves_s : int array
        Ascending. Hours are taken every quarter of an hour.
    """
    if not len(leaves_s):
        return Leaving(leaves_s, 0.0)
    starts_s = np.arange(0, int(leaves_s[-1]) + 1, QUARTER_S)
    counts = np.searchsorted(leaves_s, starts_s + HOUR_S) - np.searchsorted(leaves_s, starts_s)
    return Leaving(leaves_s, float(np.median(counts[counts > 0])))


def tells(leaving: Leaving, from_s: int, within_min: int = 0) -> bool:
    """Say whether a feed tells of all journeys that begin at a time and take so many minutes.

    Parameters
    ----------
    from_s : int
        Seconds after 00:00. Of the half hour before midnight the timetable of a day tells nothing, so the
        first half hour is not held against it.
    """
    until_s = from_s + 60 * within_min
    begun = from_s < HOUR_S // 2 or _count(leaving, from_s - HOUR_S, from_s + 1)
    if not begun or not all(_count(leaving, at_s, at_s + HOUR_S) for at_s in (from_s, until_s)):
        return False
    enough = THIN_SHARE * leaving.usual_per_hour
    return all(
        _count(leaving, at_s - HOUR_S // 2, at_s + HOUR_S // 2) >= enough for at_s in (from_s, until_s)
    )


def _count(leaving: Leaving, first_s: int, end_s: int) -> int:
    first, end = np.searchsorted(leaving.leaves_s, [first_s, end_s])
    return int(end - first)

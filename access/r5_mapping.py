"""Our windows, percentiles and limits in the terms of R5, and what R5 cannot be told.

R5 asks for whole percentiles from 1 to 99, ascending, at most five a task; for whole minutes; and for one
date, whose trips it knows up to their last stop, also past midnight, but without those of the days before and
after. Its boarding slack (60 s) and its limits on transfers (1,000 m of street) and on walks from a stop
(2,000 m) are fixed. ``differences`` says which of them matter for a given run.

R5 prunes journeys at its maximum duration and then cuts times to whole minutes; we count every time of at
most ``max_duration_min`` whole minutes, 59 s more. So R5 is asked for one minute more and its result cut at
ours: order statistics below the limit do not change by that.

Source: r5py 1.1 (``RegionalTask``) and R5 7 (``AnalysisWorkerTask``, ``FastRaptorWorker``,
``TravelTimeReducer``, ``TransitLayer``, ``StreetLayer``), read 2026-11.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, Minutes
from access.errors import AccessError

PERCENTILES_A_TASK = 5
MOST_RIDES = 8
"""Taken where rides are unlimited: the default of r5py and R5, which runs every round, also an idle one."""
BOARDING_SLACK_S = 60
MAX_TRANSFER_WALK_M = 1000
MAX_EGRESS_WALK_M = 2000
MAX_SNAP_M = 1600
R5_UNREACHED = 2**31 - 1
MONTE_CARLO_DRAWS = 60
"""Random timetables for headway service over the whole window; R5 lets nobody set their seed."""
_DAY_S = 86_400
_EARLY_S = 4 * 3600
"""Before 04:00 vehicles of the day before may still run."""


class R5Window(NamedTuple):
    """Departure minutes on one service day; ``departure_start_s`` may lie past midnight (25:00 is 90,000)."""

    service_date: date
    departure_start_s: int
    departure_window_min: int


class R5Limits(NamedTuple):
    """How people travel, as in our configuration."""

    walk_speed_km_h: float = 3.6
    max_walk_min: float = 30
    max_duration_min: int = 120
    max_rides: int | None = None
    monte_carlo_draws: int = MONTE_CARLO_DRAWS


class R5Request(NamedTuple):
    """One task in R5's terms."""

    service_date: date
    from_s: int
    to_s: int
    percentiles: list[int]
    walk_speed_km_h: float
    max_walk_min: int
    max_trip_min: int
    max_rides: int
    monte_carlo_draws: int


def r5_requests(window: R5Window, limits: R5Limits, percentiles: Sequence[float]) -> list[R5Request]:
    """Write what is asked as tasks of at most five percentiles, ascending over all tasks.

    Raises
    ------
    AccessError
        With everything that R5 cannot be asked.
    """
    problems = [*_percentile_problems(percentiles), *_limit_problems(window, limits)]
    if problems:
        raise AccessError("R5 cannot be asked for this:" + "".join(f"\n  - {text}" for text in problems))
    asked = sorted({int(percentile) for percentile in percentiles})
    max_trip_min = limits.max_duration_min + 1
    return [
        R5Request(
            service_date=window.service_date,
            from_s=window.departure_start_s,
            to_s=window.departure_start_s + 60 * window.departure_window_min,
            percentiles=asked[first : first + PERCENTILES_A_TASK],
            walk_speed_km_h=limits.walk_speed_km_h,
            # r5py lengthens the whole trip where a walk may take longer.
            max_walk_min=min(math.floor(limits.max_walk_min), max_trip_min),
            max_trip_min=max_trip_min,
            max_rides=MOST_RIDES if limits.max_rides is None else limits.max_rides,
            monte_carlo_draws=limits.monte_carlo_draws,
        )
        for first in range(0, len(asked), PERCENTILES_A_TASK)
    ]


def _percentile_problems(percentiles: Sequence[float]) -> list[str]:
    wrong = [str(percentile) for percentile in percentiles if percentile not in range(1, 100)]
    if wrong:
        return [f"percentiles {', '.join(wrong)}: R5 takes whole numbers from 1 to 99"]
    return [] if len(percentiles) else ["percentiles is empty; give at least one, such as 50"]


def _limit_problems(window: R5Window, limits: R5Limits) -> list[str]:
    lowest = {
        "departure_start_s": (window.departure_start_s, 0),
        "departure_window_min": (window.departure_window_min, 1),
        "max_walk_min": (limits.max_walk_min, 1),
        "max_duration_min": (limits.max_duration_min, 1),
        "max_rides": (1 if limits.max_rides is None else limits.max_rides, 1),
        "monte_carlo_draws": (limits.monte_carlo_draws, 0),
    }
    problems = [
        f"{name} is {came}; R5 takes {low} or more" for name, (came, low) in lowest.items() if not came >= low
    ]
    if limits.max_duration_min >= UNREACHED_MIN:
        problems.append(f"max_duration_min is {limits.max_duration_min}; 254 minutes are the most")
    if not 0.01 <= limits.walk_speed_km_h < math.inf:
        problems.append(f"walk_speed_km_h is {limits.walk_speed_km_h}; R5 takes 0.01 or more")
    return problems


def rows_of(percentiles: Sequence[float]) -> npt.NDArray[np.int64]:
    """Return for each percentile asked for its row among the ascending ones of all tasks."""
    asked = sorted({int(percentile) for percentile in percentiles})
    return np.array([asked.index(int(percentile)) for percentile in percentiles], np.int64)


def minutes_of(r5_minutes: npt.NDArray[Any], max_duration_min: int) -> Minutes:
    """Turn R5's whole minutes into ours: above the longest trip, and where R5 says so, not reached (255)."""
    reached = (r5_minutes >= 0) & (r5_minutes <= max_duration_min)
    return np.where(reached, r5_minutes, UNREACHED_MIN).astype(np.uint8)


def differences(
    window: R5Window,
    limits: R5Limits,
    *,
    boarding_slack_s: int = BOARDING_SLACK_S,
    max_transfer_walk_min: float | None = None,
    max_snap_m: float = MAX_SNAP_M,
) -> list[str]:
    """Say what R5 does otherwise than asked, one sentence each, for this window and these limits."""
    told = []
    m_a_min = limits.walk_speed_km_h * 1000 / 60
    if boarding_slack_s != BOARDING_SLACK_S:
        told.append(f"R5 always waits {BOARDING_SLACK_S} s before boarding, not {boarding_slack_s} s")
    transfer_min = MAX_TRANSFER_WALK_M / m_a_min
    if max_transfer_walk_min is not None and abs(max_transfer_walk_min - transfer_min) > 1e-9:
        told.append(
            f"R5 walks up to {MAX_TRANSFER_WALK_M:,} m ({transfer_min:.1f} min) between vehicles and to the "
            f"nearest stop of each line only, not up to {max_transfer_walk_min:g} min"
        )
    if limits.max_walk_min != math.floor(limits.max_walk_min):
        told.append(f"R5 walks whole minutes: {math.floor(limits.max_walk_min)}, not {limits.max_walk_min:g}")
    if limits.max_walk_min * m_a_min > MAX_EGRESS_WALK_M:
        told.append(
            f"R5 walks at most {MAX_EGRESS_WALK_M:,} m from a stop to a destination, not "
            f"{limits.max_walk_min * m_a_min:,.0f} m"
        )
    if limits.max_rides is None:
        told.append(f"R5 takes at most {MOST_RIDES} rides, not any number")
    if max_snap_m > MAX_SNAP_M:
        told.append(f"R5 joins no point farther than {MAX_SNAP_M:,} m from a street, not {max_snap_m:,.0f} m")
    return told + _missed_trips(window, limits)


def _missed_trips(window: R5Window, limits: R5Limits) -> list[str]:
    """R5 knows the trips of one service day only."""
    told = []
    if window.departure_start_s < _EARLY_S:
        told.append("R5 leaves out trips of the day before that run past midnight")
    last_s = window.departure_start_s + 60 * (window.departure_window_min + limits.max_duration_min)
    if last_s > _DAY_S:
        told.append("R5 leaves out trips of the day after, which others would take past midnight")
    return told

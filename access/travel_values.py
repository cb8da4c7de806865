"""Single values of the Python API, checked: durations, speeds, a radius. Each problem is one sentence.

Every function appends what is wrong to ``problems`` and then returns some value in range, so that the caller
goes on to find the rest.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np

from access.search import count_problems
from access.snapping import LONGEST_SNAP_M
from access.transport_network import DEFAULT_SNAP_M

FASTEST_KM_H = 300.0
LONGEST_SLACK_S = 3_600


def is_duration(value: object) -> bool:
    """Whether a value is a timedelta."""
    return isinstance(value, timedelta)


def whole_minutes(name: str, value: Any, most: int, problems: list[str]) -> int:
    """Return a duration in minutes, 1 where it is wrong."""
    if not is_duration(value):
        problems.append(f"{name} is {value!r}; give a timedelta, such as timedelta(minutes=60)")
        return 1
    minutes, rest = divmod(value, timedelta(minutes=1))
    if rest or not 1 <= minutes <= most:
        problems.append(f"{name} is {_shown(value)}; allowed are whole minutes from 1 to {most:,}")
        return 1
    return int(minutes)


def limit_min(
    name: str, value: timedelta | None, default: timedelta | None, most: timedelta | None, problems: list[str]
) -> float:
    """Return a limit on one part of a journey in minutes; it may not exceed that on the whole."""
    limit: Any = default if value is None else value
    if not is_duration(limit):
        if value is not None or default is None:
            problems.append(f"{name} is {value!r}; give a timedelta, such as timedelta(minutes=30)")
        return 0.0
    if limit < timedelta(0):
        problems.append(f"{name} is {_shown(limit)}; it cannot be negative")
    elif most is not None and is_duration(most) and limit > most:
        problems.append(
            f"{name} ({_shown(limit)}) is longer than max_time ({_shown(most)}), which no journey may "
            "exceed; raise max_time"
        )
    return float(limit / timedelta(minutes=1))


def _shown(value: timedelta) -> str:
    return f"{value / timedelta(minutes=1):g} min"


def speed_km_h(name: str, value: Any, problems: list[str]) -> float:
    """Return a speed, 1 where it is wrong."""
    if isinstance(value, bool) or not is_number(value) or not 0 < value <= FASTEST_KM_H:
        problems.append(f"{name} is {value!r}; allowed are km/h above 0 and up to {FASTEST_KM_H:g}")
        return 1.0
    return float(value)


def slack_s(value: Any, problems: list[str]) -> int:
    """Return the time before a boarding in seconds, 1 where it is wrong."""
    seconds, rest = divmod(value, timedelta(seconds=1)) if is_duration(value) else (0, timedelta(0))
    if rest or not 1 <= seconds <= LONGEST_SLACK_S:
        came = _shown(value) if is_duration(value) else repr(value)
        problems.append(f"boarding_slack is {came}; allowed is a timedelta of whole seconds from 1 to 3,600")
        return 1
    return int(seconds)


def radius_m(value: Any, problems: list[str]) -> float:
    """Return how far a point may lie from a street; r5py's True and False both mean the default."""
    if isinstance(value, bool):
        return DEFAULT_SNAP_M
    if not is_number(value) or not 0 < value <= LONGEST_SNAP_M:
        problems.append(
            f"snap_to_network is {value!r}; allowed are True and a radius above 0 and up to "
            f"{LONGEST_SNAP_M:,.0f} m"
        )
        return DEFAULT_SNAP_M
    return float(value)


def count(name: str, value: Any, problems: list[str]) -> int | None:
    """Return a whole number of at least 1, or None for the default; True is no number."""
    found = [f"{name} is {value!r}; it must be a whole number of at least 1"] * isinstance(
        value, bool | np.bool_
    )
    found = found or count_problems(name, value)
    problems += found
    return None if found else value


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    try:
        return math.isfinite(value)
    except TypeError:
        return False

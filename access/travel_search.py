"""What both travel-time engines share at the door: checks, the prepared network, ranks and threads."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from access.engine.arrays import (
    ANY_NUMBER_OF_RIDES,
    Search,
    WalkLinks,
    search_problems,
    walk_links_problems,
    with_own_stops,
)
from access.engine.plain import PlainNetwork, plain_network
from access.errors import AccessError, DataQualityWarning
from gtfs.timetable import Timetable


def new_search(
    departure_start_s: int,
    departure_window_min: int,
    max_duration_min: int,
    boarding_slack_s: int,
    max_rides: int | None,
) -> Search:
    """Return the search of these departures; no ``max_rides`` means any number of rides."""
    rides = ANY_NUMBER_OF_RIDES if max_rides is None else max_rides
    return Search(departure_start_s, departure_window_min, max_duration_min, rides, boarding_slack_s)


def percentile_problems(percentiles: Sequence[float]) -> list[str]:
    """Say what is wrong with the percentiles asked for; empty where nothing is."""
    wrong = [percentile for percentile in percentiles if not 0 < percentile <= 100]
    if wrong:
        return [f"percentiles must be above 0 and at most 100, not {', '.join(map(str, wrong))}"]
    return [] if len(percentiles) else ["percentiles is empty; give at least one, such as 50"]


def count_problems(name: str, value: int | None) -> list[str]:
    """Say whether a number that must be whole and at least 1 is not; None stands for the default."""
    if value is None or (isinstance(value, int | np.integer) and value >= 1):
        return []
    return [f"{name} is {value!r}; it must be a whole number of at least 1"]


def prepare(
    timetable: Timetable,
    search: Search,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    problems: Sequence[str],
) -> PlainNetwork:
    """Check everything, raise once with all problems, and make what the kernels read."""
    n_origins = len(access.start) - 1
    n_stops = timetable.n_stops
    problems = [
        *problems,
        *search_problems(search),
        *count_problems("number of origins (sources of access)", n_origins),
        *count_problems("n_destinations", n_destinations),
        *walk_links_problems("access", access, n_origins, n_stops),
        *walk_links_problems("footpaths", footpaths, n_stops, n_stops),
        *walk_links_problems("egress", egress, n_stops, n_destinations),
        *walk_links_problems("direct", direct, n_origins, n_destinations),
    ]
    if problems:
        raise AccessError("Travel times cannot be computed:" + "".join(f"\n  - {text}" for text in problems))
    network = plain_network(
        timetable,
        search,
        access=access,
        footpaths=with_own_stops(footpaths),
        egress=egress,
        direct=direct,
    )
    _warn_if_nobody_can_ride(network, search)
    return network


def _warn_if_nobody_can_ride(network: PlainNetwork, search: Search) -> None:
    """Say so where all results will be walks, and why."""
    if len(network.boardings.stop) == 0:
        end_s = search.first_departure_s + 60 * (search.n_departures + search.max_duration_min)
        cause = f"no trip can be boarded between {_clock(search.first_departure_s)} and {_clock(end_s)}"
    elif len(network.access.target) == 0:
        cause = "no stop is within walking reach of any origin"
    elif len(network.egress.target) == 0:
        cause = "no destination is within walking reach of any stop"
    else:
        return
    warnings.warn(f"All travel times are walks: {cause}.", DataQualityWarning, stacklevel=4)


def nearest_rank(percentile: float, n: int) -> int:
    """Rank of a percentile among ``n`` sorted values, 1 to ``n``: ``ceil(percentile / 100 * n)``, exactly."""
    return math.ceil(Fraction(str(percentile)) * n / 100)


def usable_cpus() -> int:
    """Count the CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}"

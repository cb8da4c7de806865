"""The door of every travel-time search: what is asked, checked once and prepared for the kernels.

A search leaves every minute of a window (``arrive_by=False``) or has to be there every minute of a window
(``arrive_by=True``). Three things happen here, so that the kernels need not know of them:

1. all problems of the input are collected and raised together;
2. the rules of the feed about changing vehicles become footpaths (``access.transfer_rules``);
3. an arrive-by search is mirrored in time (``access.mirror``).

The rules of travel stand in ``access.engine.plain``.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NotRequired, TypedDict

import numpy as np
import numpy.typing as npt

from access.compile_notice import tell_if_compiling
from access.engine.arrays import (
    ANY_NUMBER_OF_RIDES,
    LAST_ARRIVAL_S,
    Search,
    WalkLinks,
    frozen_walk_links,
    search_problems,
    walk_links_problems,
)
from access.engine.plain import PlainNetwork, plain_network
from access.errors import AccessError, DataQualityWarning
from access.mirror import mirrored_timetable, mirrored_walks
from access.transfer_rules import apply_rules
from gtfs.timetable import Timetable


class SearchInput(TypedDict):
    """Keywords of ``prepare_search``, where another function hands them on."""

    access: WalkLinks
    footpaths: WalkLinks
    egress: WalkLinks
    direct: WalkLinks
    n_destinations: int
    departure_start_s: int
    departure_window_min: int
    max_duration_min: NotRequired[int]
    boarding_slack_s: NotRequired[int]
    max_rides: NotRequired[int | None]


@dataclass(frozen=True)
class PreparedSearch:
    """A search that has passed all checks. Arrays only, so that it can be sent to another process.

    The kernels search from *sources* to *targets*: from origins to destinations, or, arrive-by, on the
    mirrored clock ``mirror_s - t`` from destinations to origins. ``search``, ``timetable`` and walks are on
    that clock and in that direction. *Points* are stops, some of them split where rules tell vehicles apart.
    """

    search: Search
    timetable: Timetable
    access: WalkLinks  # source -> point
    footpaths: WalkLinks  # point -> point, complete
    egress: WalkLinks  # point -> target
    direct: WalkLinks  # source -> target
    n_targets: int
    arrive_by: bool
    mirror_s: int  # 0 where nothing is mirrored
    n_stops: int  # of the timetable that was given
    stop_of: npt.NDArray[np.int32]  # (n_points,) stop of the timetable that was given
    visit_of: npt.NDArray[np.int64]  # (n_visits,) visit of the timetable that was given

    @property
    def n_sources(self) -> int:
        """Number of places searched from."""
        return len(self.access.start) - 1

    @property
    def n_origins(self) -> int:
        """Number of places where journeys begin."""
        return self.n_targets if self.arrive_by else self.n_sources

    @property
    def n_destinations(self) -> int:
        """Number of places where journeys end."""
        return self.n_sources if self.arrive_by else self.n_targets

    @cached_property
    def plain(self) -> PlainNetwork:
        """What the plain engine reads."""
        return plain_network(
            self.timetable,
            self.search,
            access=self.access,
            footpaths=self.footpaths,
            egress=self.egress,
            direct=self.direct,
        )


def prepare_search(
    timetable: Timetable,
    *,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    direct: WalkLinks,
    n_destinations: int,
    departure_start_s: int,
    departure_window_min: int,
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
    arrive_by: bool = False,
    problems: Sequence[str] = (),
) -> PreparedSearch:
    """Check a search and bring it into the form that both engines read.

    Parameters
    ----------
    timetable : Timetable
        One service day with the trips of the days before and after that touch it.
    access, footpaths, egress, direct : WalkLinks
        Walks from origins to stops, stops to stops, stops to destinations and origins to destinations.
        A footpath from a stop to itself is implied and takes 0 s, unless the feed has a rule for it.
    n_destinations : int
        Number of destinations.
    departure_start_s : int
        First departure, seconds after 00:00 of the service day. All travel must end by 48:00, and the
        timetable must hold every trip that leaves until then (``horizon_s`` of ``gtfs.build_schedule``).
        Arrive-by: the first minute by which to be there; no travel may then begin before 00:00.
    departure_window_min : int
        Number of departures (arrive-by: of arrivals), one a minute from ``departure_start_s`` on: 1 to 1,440.
    max_duration_min : int
        Longest travel time in whole minutes that counts, 1 to 254.
    boarding_slack_s : int
        Seconds at a stop before every boarding, at least 1.
    max_rides : int, optional
        Most vehicles in one journey; without it any number. Keeping one's seat from one trip to the next
        (block transfer) is one ride.
    arrive_by : bool
        Whether the window is one of arrivals. A travel time then is from the latest departure that is there
        by the minute asked for, to that minute: waiting at the destination counts, as waiting at the origin
        does otherwise.
    problems : sequence of str
        What the caller has found wrong already, raised together with the rest.

    Raises
    ------
    AccessError
        With all problems of the input listed.

    Warns
    -----
    DataQualityWarning
        If nobody can board at all, so that all travel times are walks.
    """
    tell_if_compiling()
    rides = ANY_NUMBER_OF_RIDES if max_rides is None else max_rides
    search = Search(departure_start_s, departure_window_min, max_duration_min, rides, boarding_slack_s)
    n_origins, n_stops = len(access.start) - 1, timetable.n_stops
    problems = [
        *problems,
        *count_problems("max_rides", max_rides),
        *(_arrive_by_problems(search) if arrive_by else search_problems(search)),
        *count_problems("number of origins (sources of access)", n_origins),
        *count_problems("n_destinations", n_destinations),
        *walk_links_problems("access", access, n_origins, n_stops),
        *walk_links_problems("footpaths", footpaths, n_stops, n_stops),
        *walk_links_problems("egress", egress, n_stops, n_destinations),
        *walk_links_problems("direct", direct, n_origins, n_destinations),
    ]
    if problems:
        raise AccessError("Travel times cannot be computed:" + "".join(f"\n  - {text}" for text in problems))
    _warn_if_nobody_can_ride(timetable, search, access, egress, arrive_by)
    ruled = apply_rules(timetable, access, footpaths, egress, boarding_slack_s)
    timetable, access, footpaths, egress, stop_of, visit_of = ruled
    mirror_s = 0
    if arrive_by:
        mirror_s = search.first_departure_s + 60 * (search.n_departures - 1)
        access, footpaths, egress, direct = mirrored_walks(
            access, footpaths, egress, direct, n_destinations, boarding_slack_s
        )
        timetable, visit_of = mirrored_timetable(timetable, mirror_s), visit_of[::-1]
        search = search._replace(first_departure_s=0)
    return PreparedSearch(
        search=search,
        timetable=timetable,
        access=frozen_walk_links(access),
        footpaths=frozen_walk_links(footpaths),
        egress=frozen_walk_links(egress),
        direct=frozen_walk_links(direct),
        n_targets=n_origins if arrive_by else n_destinations,
        arrive_by=arrive_by,
        mirror_s=mirror_s,
        n_stops=n_stops,
        stop_of=stop_of,
        visit_of=visit_of,
    )


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


def _arrive_by_problems(search: Search) -> list[str]:
    """The same limits as for departures, and no travel before 00:00, where trips may be missing."""
    problems = search_problems(search._replace(first_departure_s=0))
    first_s, n_minutes = search.first_departure_s, search.n_departures
    if not (isinstance(first_s, int | np.integer) and 0 <= first_s <= LAST_ARRIVAL_S):
        problems.append(
            f"departure_start_s is {first_s!r}; allowed are whole numbers from 0 to {LAST_ARRIVAL_S:,}"
        )
    if problems:
        return problems
    if first_s < 60 * (search.max_duration_min + 1):
        return [
            f"travel to arrive by {_clock(first_s)} may begin on the day before, whose evening trips this "
            f"timetable lacks: choose the service date before and write {_clock(first_s + 86_400)}, or a "
            "shorter maximum duration"
        ]
    end_s = first_s + 60 * (n_minutes - 1)
    if end_s > LAST_ARRIVAL_S:
        return [
            f"the last arrival would be at {_clock(end_s)}, but the timetable ends at 48:00: choose the next "
            "service date or a shorter window"
        ]
    return []


def _warn_if_nobody_can_ride(
    timetable: Timetable, search: Search, access: WalkLinks, egress: WalkLinks, arrive_by: bool
) -> None:
    """Say so where all results will be walks, and why."""
    first_s = search.first_departure_s
    end_s = first_s + 60 * (search.n_departures + search.max_duration_min)
    if arrive_by:
        first_s, end_s = first_s - 60 * search.max_duration_min, first_s + 60 * search.n_departures
    boards = timetable.pickup & (timetable.departure_s >= first_s + search.boarding_slack_s)
    boards &= timetable.departure_s < end_s
    boards[timetable.trip_start[1:] - 1] = False
    if not boards.any():
        cause = f"no trip can be boarded between {_clock(first_s)} and {_clock(end_s)}"
    elif len(access.target) == 0:
        cause = "no stop is within walking reach of any origin"
    elif len(egress.target) == 0:
        cause = "no destination is within walking reach of any stop"
    else:
        return
    warnings.warn(f"All travel times are walks: {cause}.", DataQualityWarning, stacklevel=4)


def nearest_rank(percentile: float, n: int) -> int:
    """Rank of a percentile among ``n`` sorted values, 1 to ``n``: ``ceil(percentile / 100 * n)``, exactly."""
    return math.ceil(Fraction(str(percentile)) * n / 100)


def ranks_of(percentiles: Sequence[float], n: int) -> npt.NDArray[np.int64]:
    """Nearest ranks of percentiles among ``n`` departures."""
    return np.array([nearest_rank(percentile, n) for percentile in percentiles], np.int64)


def usable_cpus() -> int:
    """Count the CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _clock(time_s: int) -> str:
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}"

"""Our engine under the rules of other programs, so that what is left of a difference can be named.

The engine keeps at least one second before a boarding. *No slack* is searched on a doubled clock: arrivals at
``2 a``, departures at ``2 d + 1``, walks of ``2 w`` and a slack of 1 s; then who arrives at ``a`` boards what
leaves at ``a``, since ``2 a + 2 w + 1 <= 2 d + 1`` exactly where ``a + w <= d``. Times come out doubled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from access import plain_times, travel_times
from access.engine.arrays import UNREACHED_S, WalkLinks
from gtfs.timetable import Timetable

HALF_MINUTES = 254
"""Longest travel on the doubled clock: 127 minutes."""


def links_of(walks: npt.NDArray[np.int64], n_sources: int) -> WalkLinks:
    """Walks given as rows (source, target, seconds)."""
    walks = walks[np.lexsort((walks[:, 1], walks[:, 0]))]
    start = np.concatenate([[0], np.cumsum(np.bincount(walks[:, 0], minlength=n_sources))])
    return WalkLinks(start.astype(np.int64), walks[:, 1].astype(np.int32), walks[:, 2].astype(np.int32))


def backwards(walks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same walks the other way round."""
    return walks[:, [1, 0, 2]]


def with_walks(
    network: dict[str, Any],
    access: npt.NDArray[np.int64],
    footpaths: npt.NDArray[np.int64],
    direct: npt.NDArray[np.int64],
) -> dict[str, Any]:
    """The network with the walks of another program, each as rows (from, to, seconds)."""
    n_stops, n_cells = network["timetable"].n_stops, network["n_destinations"]
    return network | {
        "access": links_of(access, n_cells),
        "footpaths": links_of(footpaths, n_stops),
        "egress": links_of(backwards(access), n_stops),
        "direct": links_of(direct, n_cells),
    }


def without_slack(network: dict[str, Any]) -> dict[str, Any]:
    """The network on the doubled clock."""
    doubled = {
        name: network[name]._replace(walk_s=2 * network[name].walk_s)
        for name in ("access", "footpaths", "egress", "direct")
    }
    return network | doubled | {"timetable": _doubled(network["timetable"]), "boarding_slack_s": 1}


def _doubled(timetable: Timetable) -> Timetable:
    """Times doubled; where a vehicle takes no second between two stops, the second is half a second late."""
    arrival_s, departure_s = 2 * timetable.arrival_s, 2 * timetable.departure_s + 1
    first = np.zeros(len(arrival_s), bool)
    first[timetable.trip_start[:-1]] = True
    late = ~first[1:] & (arrival_s[1:] < departure_s[:-1])
    arrival_s[1:][late] = departure_s[:-1][late]
    return timetable._replace(arrival_s=arrival_s, departure_s=departure_s)


def half_minutes(
    network: dict[str, Any], departures_s: Sequence[int], max_rides: int | None
) -> npt.NDArray[np.uint8]:
    """Travel times without slack in half minutes (seconds // 30), ``(n_departures, n_origins, n_cells)``."""
    doubled = without_slack(network)
    return np.concatenate(
        [
            travel_times.travel_time_percentiles(
                **doubled,
                departure_start_s=2 * departure_s,
                departure_window_min=1,
                percentiles=[100],
                max_duration_min=HALF_MINUTES,
                max_rides=max_rides,
            )
            for departure_s in departures_s
        ]
    )


def seconds(
    network: dict[str, Any], departure_s: int, origin: int, max_rides: int | None
) -> npt.NDArray[np.int64]:
    """Travel times without slack in seconds from one origin, -1 where more than 127 minutes."""
    found = (
        plain_times.arrivals_by_minute(
            **without_slack(network),
            origin=origin,
            departure_start_s=2 * departure_s,
            departure_window_min=1,
            max_duration_min=HALF_MINUTES,
            max_rides=max_rides,
        )
        .destination_s[0]
        .astype(np.int64)
    )
    return np.where(found == UNREACHED_S, -1, found // 2 - departure_s)


def nearest_rank(values: npt.NDArray[Any], percentiles: Sequence[int]) -> npt.NDArray[Any]:
    """Percentiles over the first axis, nearest rank."""
    ranks = [-(-percentile * len(values) // 100) - 1 for percentile in percentiles]
    return np.partition(values, ranks, axis=0)[ranks]


def agreement(ours: npt.NDArray[Any], theirs: npt.NDArray[Any], unreached: int) -> str:
    """Differences in words, theirs less ours, among pairs that both reach."""
    both = (ours != unreached) & (theirs != unreached)
    by = theirs[both].astype(np.int64) - ours[both].astype(np.int64)
    if not len(by):
        return "no pair is reached by both"
    shares = ", ".join(f"{np.mean(np.abs(by) <= within):.4%} within {within}" for within in (0, 1, 2, 5))
    only = (
        f"reached by ours alone {np.mean((theirs == unreached) & (ours != unreached)):.3%}, by theirs alone "
    )
    only += f"{np.mean((ours == unreached) & (theirs != unreached)):.3%}"
    return f"{len(by):,} pairs: {shares}; mean {by.mean():+.2f}, median {np.median(by):+.0f}; {only}"


def walked_on(
    access: npt.NDArray[np.int64], footpaths: npt.NDArray[np.int64], n_stops: int
) -> npt.NDArray[np.int64]:
    """Walks between cells and stops when a footpath between two stops may be walked on foot after them."""
    n_cells = int(access[:, 0].max()) + 1
    onward = links_of(footpaths, n_stops)
    reached = np.full((n_cells, n_stops), 2**30)
    reached[access[:, 0], access[:, 1]] = access[:, 2]
    longer = reached.copy()
    for stop in range(n_stops):
        links = slice(onward.start[stop], onward.start[stop + 1])
        there = reached[:, stop : stop + 1] + onward.walk_s[links]
        longer[:, onward.target[links]] = np.minimum(longer[:, onward.target[links]], there)
    cells, stops = np.nonzero(longer < 2**30)
    return np.stack([cells, stops, longer[cells, stops]], 1)

"""Slow twin of arrive-by searches: tries every second at which leaving could make a difference.

Nothing is mirrored here: a departure is good where the exhaustive forward search arrives in time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reference.travel_times as forward


def departures(
    timetable: Any,
    *,
    origin: int,
    destination: int,
    access: Any,
    footpaths: Any,
    egress: Any,
    direct: Any,
    n_destinations: int,
    departure_start_s: int,
    departure_window_min: int,
    max_duration_min: int = 120,
    boarding_slack_s: int = 60,
    max_rides: int | None = None,
    stop_arrivals: Callable[[int], dict[int, int]] | None = None,
) -> list[int | None]:
    """Latest second at which one can leave and be there by each arrival minute; None where too long.

    ``stop_arrivals`` searches forward from the origin in another way, by rules of the feed for one.
    """
    walks_to_stops = dict(forward._walks(access, origin))
    walk = dict(forward._walks(direct, origin)).get(destination)
    leaves = {
        int(departure_s) - boarding_slack_s - walks_to_stops[int(stop)]
        for stop, departure_s in zip(timetable.visit_stop, timetable.departure_s, strict=True)
        if int(stop) in walks_to_stops
    }
    arrivals = {}
    for leave in leaves:
        at_stop = (
            stop_arrivals(leave)
            if stop_arrivals
            else forward.stop_arrivals(
                timetable, access, footpaths, origin, leave, boarding_slack_s, max_rides
            )
        )
        at_door = [
            arrival + seconds
            for stop, arrival in at_stop.items()
            for target, seconds in forward._walks(egress, stop)
            if target == destination
        ]
        if at_door:
            arrivals[leave] = min(at_door)
    result: list[int | None] = []
    for minute in range(departure_window_min):
        by = departure_start_s + 60 * minute
        good = [leave for leave, arrival in arrivals.items() if arrival <= by]
        good += [] if walk is None else [by - walk]
        latest = max(good, default=None)
        in_time = latest is not None and (by - latest) // 60 <= max_duration_min
        result.append(latest if in_time else None)
    return result

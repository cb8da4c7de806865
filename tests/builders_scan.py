"""The batched engine taken apart for tests: programs, scans and what they say about each stop."""

from __future__ import annotations

from typing import Any

import numpy as np

from access.engine.arrays import ANY_NUMBER_OF_RIDES, UNREACHED_S, Search
from access.engine.program import Program, event_program, footpaths_into_stops
from access.engine.scan import Profiles, binding_ride_limit, profiles_memory, scan_batch, scan_memory


def search_of(case: dict[str, Any]) -> Search:
    """The search of a journey, with the defaults of ``access.travel_times``."""
    max_rides = case.get("max_rides")
    return Search(
        case["departure_start_s"],
        case["departure_window_min"],
        case.get("max_duration_min", 120),
        ANY_NUMBER_OF_RIDES if max_rides is None else max_rides,
        case.get("boarding_slack_s", 60),
    )


def program_of(case: dict[str, Any]) -> Program:
    """Program of a journey whose window is one pass."""
    return event_program(case["timetable"], footpaths_into_stops(case["footpaths"]), search_of(case))


def scanned(case: dict[str, Any], batch: np.ndarray) -> Profiles:
    """Profiles of a batch of origins for a journey whose window is one pass."""
    program, search = program_of(case), search_of(case)
    profiles = profiles_memory([program])
    memory = scan_memory([program], binding_ride_limit(search))
    for array in memory:  # whatever an earlier batch has left must not matter
        array[:] = 1
    scan_batch([program], [search], case["access"], batch, memory, profiles)
    return profiles


def stop_seconds(profiles: Profiles, column: int, search: Search) -> np.ndarray:
    """Earliest arrival on a vehicle, shape (n_departures, n_stops), as ``arrivals_by_minute`` gives it."""
    n_stops = profiles.start.shape[1] - 1
    found = np.full((search.n_departures, n_stops), UNREACHED_S, np.int32)
    for stop in range(n_stops):
        for improvement in range(*profiles.start[0, stop : stop + 2])[::-1]:
            arrival_s = profiles.arrival_s[improvement]
            for departure in range(profiles.labels[improvement, column]):
                if (arrival_s - 60 * departure) // 60 <= search.max_duration_min:
                    found[departure, stop] = arrival_s + search.first_departure_s
    return found

"""The engines taken apart for tests: programs, scans and what they say about each stop, without a shell.

A *case* is what ``builders_timetable`` makes, with footpaths that are complete or completed here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from builders_timetable import make_links, random_journey_inputs
from hypothesis import strategies as st

from access.engine.arrays import ANY_NUMBER_OF_RIDES, UNREACHED_S, Search, Seconds, WalkLinks, with_own_stops
from access.engine.egress import Window
from access.engine.plain import PlainNetwork, arrivals_from_origin, plain_network
from access.engine.program import Program, event_program, footpaths_into_stops, reversed_links
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


def with_complete_footpaths(case: dict[str, Any]) -> dict[str, Any]:
    """The case as the kernels read it: each stop 0 s from itself."""
    return {**case, "footpaths": with_own_stops(case["footpaths"])}


@st.composite
def random_kernel_inputs(draw: st.DrawFn) -> dict[str, Any]:
    """Random journeys with footpaths and access walks shorter than 0 s, and stops without a change."""
    case = with_complete_footpaths(draw(random_journey_inputs()))
    slack_s = case["boarding_slack_s"]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    earlier = {"footpaths": 1 - slack_s, "access": -slack_s}
    for name, least_s in earlier.items():
        links, rows = case[name], []
        for source in range(len(links.start) - 1):
            row = range(links.start[source], links.start[source + 1])
            walks = {int(links.target[link]): int(links.walk_s[link]) for link in row}
            for target in walks:
                if random.random() < 0.4:
                    walks[target] = int(random.choice([least_s, least_s, min(0, least_s + 1), least_s // 2]))
            if name == "footpaths" and random.random() < 0.2:
                del walks[source]
            rows.append(walks)
        case[name] = make_links(rows)
    return case


def network_of(case: dict[str, Any]) -> PlainNetwork:
    """The plain engine's network of a case."""
    walks = {name: case[name] for name in ("access", "footpaths", "egress", "direct")}
    return plain_network(case["timetable"], search_of(case), **walks)


def plain_seconds(case: dict[str, Any], origin: int) -> tuple[Seconds, Seconds]:
    """Arrivals at stops and destinations by the plain engine, shapes (n_departures, n)."""
    return arrivals_from_origin(network_of(case), search_of(case), origin, case["n_destinations"])


def program_of(case: dict[str, Any]) -> Program:
    """Program of a journey whose window is one pass."""
    into_stops = footpaths_into_stops(case["footpaths"])
    return event_program(case["timetable"], case["access"], into_stops, search_of(case))


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


class Scanned(NamedTuple):
    """All origins of a case scanned as one batch, with what the way to the door needs."""

    batch: np.ndarray
    destinations: np.ndarray
    profiles: Profiles
    doors: WalkLinks
    direct: WalkLinks
    window: Window


def scanned_in_passes(case: dict[str, Any], departures_a_pass: int) -> Scanned:
    """Scan a case whose window is cut into passes."""
    search = search_of(case)
    searches = [
        search._replace(
            first_departure_s=search.first_departure_s + 60 * first,
            n_departures=min(departures_a_pass, search.n_departures - first),
        )
        for first in range(0, search.n_departures, departures_a_pass)
    ]
    into_stops = footpaths_into_stops(case["footpaths"])
    programs = [event_program(case["timetable"], case["access"], into_stops, one) for one in searches]
    profiles, memory = profiles_memory(programs), scan_memory(programs, binding_ride_limit(search))
    batch = np.arange(len(case["access"].start) - 1)
    scan_batch(programs, searches, case["access"], batch, memory, profiles)
    window = Window(np.array([one.n_departures for one in searches]), search.max_duration_min)
    doors = reversed_links(case["egress"], case["n_destinations"])
    destinations = np.arange(case["n_destinations"])[::-1].copy()
    return Scanned(batch, destinations, profiles, doors, case["direct"], window)


def plain_minutes(case: dict[str, Any]) -> list[list[list[int]]]:
    """Travel times in whole minutes by the plain engine, ``[origin][departure][destination]``."""
    leave_s = case["departure_start_s"] + 60 * np.arange(case["departure_window_min"])[:, np.newaxis]
    minutes = []
    for origin in range(len(case["access"].start) - 1):
        arrival_s = plain_seconds(case, origin)[1]
        minutes.append(np.where(arrival_s == UNREACHED_S, 255, (arrival_s - leave_s) // 60).tolist())
    return minutes

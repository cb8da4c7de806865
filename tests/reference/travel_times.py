"""Slow twin of ``access.engine.plain``: tries every journey that the rules R1 to R9 allow. Shares no code.

Footpaths are complete: no change of vehicle at a stop without a footpath to itself.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any


def _walks(links: Any, source: int) -> list[tuple[int, int]]:
    """``(target, seconds)`` of one source."""
    rows = range(int(links.start[source]), int(links.start[source + 1]))
    return [(int(links.target[row]), int(links.walk_s[row])) for row in rows]


def _trips(timetable: Any) -> list[list[tuple[int, int, int, bool, bool]]]:
    """Trips as lists of visits ``(stop, arrival, departure, pickup, drop_off)``."""
    names = ("visit_stop", "arrival_s", "departure_s", "pickup", "drop_off")
    visits = list(zip(*(getattr(timetable, name).tolist() for name in names), strict=True))
    return [visits[start:end] for start, end in pairwise(timetable.trip_start.tolist())]


def stop_arrivals(timetable: Any, access: Any, footpaths: Any, origin: int, leave: int, slack: int,
                  max_rides: int | None) -> dict[int, int]:  # fmt: skip
    """Earliest second at which a vehicle can be left at each stop, for one departure; exhaustive search."""
    trips = _trips(timetable)
    waiting = [(stop, leave + walk, 0) for stop, walk in _walks(access, origin)]
    seen = set(waiting)
    earliest: dict[int, int] = {}
    while waiting:
        stop, ready, rides = waiting.pop()
        if rides == max_rides:
            continue
        for trip in trips:
            for position, (board_at, _, departure, pickup, _) in enumerate(trip):
                if board_at != stop or not pickup or departure < ready + slack:
                    continue
                for alight_at, arrival, _, _, drop_off in trip[position + 1 :]:
                    if not drop_off:
                        continue
                    earliest[alight_at] = min(arrival, earliest.get(alight_at, arrival))
                    for target, walk in _walks(footpaths, alight_at):
                        state = (target, arrival + walk, rides + 1 if max_rides is not None else 0)
                        if state not in seen:
                            seen.add(state)
                            waiting.append(state)
    return earliest


def stop_arrivals_by_scan(timetable: Any, access: Any, footpaths: Any, origin: int, leave: int, slack: int,
                          until: int) -> dict[int, int]:  # fmt: skip
    """Like ``stop_arrivals`` for any number of rides, for networks too large to try everything.

    A textbook connection scan of one departure alone; ``until`` is the last arrival that counts.
    """
    hops = [
        (here[2], number, position, here, there)
        for number, trip in enumerate(_trips(timetable))
        for position, (here, there) in enumerate(pairwise(trip))
        if leave <= here[2] <= until
    ]
    ready = {stop: leave + walk for stop, walk in _walks(access, origin)}
    earliest: dict[int, int] = {}
    on_board = set()
    for departure, number, _, here, there in sorted(hops):
        board_at, pickup = here[0], here[3]
        alight_at, arrival, _, _, drop_off = there
        if pickup and board_at in ready and ready[board_at] + slack <= departure:
            on_board.add(number)
        useful = drop_off and arrival <= until and arrival < earliest.get(alight_at, arrival + 1)
        if number in on_board and useful:
            earliest[alight_at] = arrival
            for target, walk in _walks(footpaths, alight_at):
                ready[target] = min(arrival + walk, ready.get(target, arrival + walk))
    return earliest


def arrivals(
    timetable: Any,
    *,
    origin: int,
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
) -> list[tuple[dict[int, int], dict[int, int]]]:
    """For each departure minute: ``(stop -> second, destination -> second)``, only what counts by R7."""
    result = []
    for minute in range(departure_window_min):
        leave = departure_start_s + 60 * minute
        at_stop = stop_arrivals(timetable, access, footpaths, origin, leave, boarding_slack_s, max_rides)
        ways = [(target, leave + walk) for target, walk in _walks(direct, origin)]
        for stop, arrival in at_stop.items():
            ways += [(target, arrival + walk) for target, walk in _walks(egress, stop)]
        at_door = {target: min(arrival for t, arrival in ways if t == target) for target, _ in ways}
        too_late = leave + (max_duration_min + 1) * 60
        result.append(tuple({k: v for k, v in times.items() if v < too_late} for times in (at_stop, at_door)))
    return result


def percentile(minutes: list[int], p: float) -> int:
    """Smallest of the minutes such that at least ``p`` % of them are not greater (nearest rank)."""
    enough = Fraction(str(p)) / 100 * len(minutes)
    return min(m for m in minutes if sum(other <= m for other in minutes) >= enough)

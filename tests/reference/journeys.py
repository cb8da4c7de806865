"""Slow twin of ``access.engine.journey``: tries every journey and takes the best. Shares no code."""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def walks(links: Any, source: int) -> dict[int, int]:
    """``{target: seconds}`` of one source."""
    rows = range(int(links.start[source]), int(links.start[source + 1]))
    return {int(links.target[row]): int(links.walk_s[row]) for row in rows}


def best(
    timetable: Any,
    *,
    origin: int,
    leave: int,
    access: Any,
    footpaths: Any,
    egress: Any,
    direct: Any,
    max_duration_min: int,
    boarding_slack_s: int,
    max_rides: int | None,
) -> dict[int, tuple[int, int, int, int]]:
    """``{destination: (arrival, rides, minus the latest departure from the door, walking)}``, the least."""
    visits = list(
        zip(
            timetable.visit_stop.tolist(),
            timetable.arrival_s.tolist(),
            timetable.departure_s.tolist(),
            timetable.pickup.tolist(),
            timetable.drop_off.tolist(),
            strict=True,
        )
    )
    trips = [range(start, end) for start, end in pairwise(timetable.trip_start.tolist())]
    found: dict[int, tuple[int, int, int, int]] = {}

    def arrive(destination: int, *journey: int) -> None:
        if journey[0] < leave + 60 * (max_duration_min + 1):
            found[destination] = min(journey, found.get(destination, journey))  # type: ignore[assignment]

    for destination, walk in walks(direct, origin).items():
        arrive(destination, leave + walk, 0, -leave, walk)
    # stop, ready to board from, rides so far, latest departure (None: not yet known), walking so far
    to_do: list[tuple[int, int, int, int | None, int]] = [
        (stop, leave + walk, 0, None, walk) for stop, walk in walks(access, origin).items()
    ]
    seen = set(to_do)
    while to_do:
        stop, ready, rides, latest, walked = to_do.pop()
        if rides == max_rides:
            continue
        for trip in trips:
            for here in trip:
                at, _, departure, pickup, _ = visits[here]
                if at != stop or not pickup or ready + boarding_slack_s > departure:
                    continue
                home = departure - boarding_slack_s - walked if latest is None else latest
                for there in trip[here - trip.start + 1 :]:
                    place, arrival, _, _, drop_off = visits[there]
                    if not drop_off:
                        continue
                    for destination, walk in walks(egress, place).items():
                        arrive(destination, arrival + walk, rides + 1, -home, walked + walk)
                    for target, walk in walks(footpaths, place).items():
                        state = (target, arrival + walk, rides + 1, home, walked + max(walk, 0))
                        if state not in seen:
                            seen.add(state)
                            to_do.append(state)
    return found

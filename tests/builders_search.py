"""Small searches for tests of large work: a random town with several batches of origins."""

from __future__ import annotations

from typing import Any

import numpy as np
from builders_timetable import make_links, make_timetable

from access.engine.arrays import WalkLinks
from access.search import PreparedSearch, prepare_search


def town_search(
    seed: int = 1, *, n_origins: int = 300, n_destinations: int = 70, n_stops: int = 30, **options: Any
) -> PreparedSearch:
    """A search from many origins through a random town, with some that reach nothing."""
    rng = np.random.default_rng(seed)
    trips = []
    for _ in range(120):
        at_s = int(rng.integers(7 * 3600, 9 * 3600)) // 30 * 30
        trip = []
        for stop in rng.choice(n_stops, rng.integers(2, 6), replace=False):
            trip.append((int(stop), at_s, at_s, True, True))
            at_s += int(rng.choice([60, 120, 300]))
        trips.append(trip)

    def walks(n_sources: int, n_targets: int, most: int) -> WalkLinks:
        rows = [rng.choice(n_targets, rng.integers(0, most + 1), replace=False) for _ in range(n_sources)]
        return make_links([{int(target): int(rng.integers(0, 900)) for target in row} for row in rows])

    place = {"stop_lon": rng.uniform(-51, -50, n_stops), "stop_lat": rng.uniform(-31, -30, n_stops)}
    return prepare_search(
        make_timetable(trips, n_stops)._replace(**place),
        access=walks(n_origins, n_stops, 2),
        footpaths=walks(n_stops, n_stops, 3),
        egress=walks(n_stops, n_destinations, 4),
        direct=walks(n_origins, n_destinations, 2),
        n_destinations=n_destinations,
        **{
            "departure_start_s": 7 * 3600,
            "departure_window_min": 20,
            "max_duration_min": 100,
            **options,
        },
    )


def ids_of(search: PreparedSearch) -> dict[str, list[str]]:
    """Ids of its origins and destinations, with characters that are not ASCII."""
    return {
        "from_ids": [f"origem-{number}" for number in range(search.n_origins)],
        "to_ids": [f"São-{number}" for number in range(search.n_destinations)],
    }

"""Patterns: trips of one route and direction that serve the same stops in the same order.

The id of a pattern is a text that says what it is and depends on nothing else in the feed:
``T1:1:1511>1563:47:9c3e`` is route T1, direction 1, from stop 1511 to stop 1563, 47 stops; the last part
tells apart patterns that differ in between only.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from gtfs.draft_times import TripVisits, visits_of


class Pattern(NamedTuple):
    """Trips that run the same way."""

    id: str
    route_id: str
    direction_id: int | None  # as trips.txt says, None where it does not
    stops: tuple[str, ...]
    trips: list[str]  # in the order of trips.txt


def pattern_id(route_id: str, direction_id: int | None, stops: Sequence[str | None]) -> str:
    """Id of a pattern, see the module's first lines; the direction is ``-`` where the feed names none."""
    names = [stop or "" for stop in stops]
    mark = zlib.crc32("\n".join(names).encode()) & 0xFFFF
    ends = f"{names[0]}>{names[-1]}" if names else "no stops"
    direction = "-" if direction_id is None else direction_id
    return f"{route_id}:{direction}:{ends}:{len(names)}:{mark:04x}"


def patterns_of(
    trips: pd.DataFrame, stop_times: pd.DataFrame, trip_ids: Sequence[str], visits: TripVisits | None = None
) -> list[Pattern]:
    """Group chosen trips into patterns: most trips first, on ties that of the earliest row of trips.txt.

    Parameters
    ----------
    trips, stop_times : the tables.
    trip_ids : trips of trips.txt in its order.
    visits : those of the trips, if already read.
    """
    visits = visits or visits_of(stop_times, trip_ids)
    rows = trips[trips["trip_id"].isin(list(trip_ids))]
    routes = dict(zip(rows["trip_id"], rows["route_id"], strict=True))
    directions = dict.fromkeys(trip_ids, None)
    if "direction_id" in rows.columns:
        directions = {
            trip: None if pd.isna(value) else int(value)
            for trip, value in zip(rows["trip_id"], rows["direction_id"], strict=True)
        }
    found: dict[tuple[str, int | None, tuple[str, ...]], list[str]] = {}
    for number, trip in enumerate(visits.trip_ids):
        key = (routes[trip], directions[trip], visits.stops(number))
        found.setdefault(key, []).append(trip)
    patterns = [Pattern(pattern_id(*key), *key, members) for key, members in found.items()]
    return sorted(patterns, key=lambda pattern: -len(pattern.trips))

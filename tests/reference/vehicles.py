"""The slow obvious twin of ``gtfs.vehicles``: lists of trips, one second after the other."""

from __future__ import annotations

from collections.abc import Sequence


def seconds_on_road(trips: Sequence[tuple[int, int]], start_s: int, end_s: int) -> int:
    """Seconds of all trips (leaves, ends) in a window."""
    return sum(1 for leaves_s, ends_s in trips for at in range(leaves_s, ends_s) if start_s <= at < end_s)


def most_at_once(trips: Sequence[tuple[int, int]]) -> int:
    """Most trips on the road in one second."""
    seconds = {at for leaves_s, ends_s in trips for at in range(leaves_s, ends_s)}
    return max((sum(leaves_s <= at < ends_s for leaves_s, ends_s in trips) for at in seconds), default=0)

"""Modifications of one scenario that contradict each other, found without looking into the feeds.

Refused, each pair with a text of its own:

- two ``adjust-frequency`` on one route (write one with several entries);
- two ``adjust-speed`` or two ``adjust-dwell-time`` for the same trips, hops or stops and hours: which holds?
- ``move-stop`` twice for one stop, or of a stop that is closed for all vehicles;
- trips, patterns or routes removed on all days and changed by another modification, or removed twice;
- a stop removed from a route that a ``reroute`` of it begins or ends at or adds;
- ``add-trips`` to a route that is removed.

Changes that meet only in part (a route, and one of its patterns) are allowed: they add up in the order of
application.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from gtfs.modification_parts import EVERY_DAY, LATEST_S
from gtfs.modifications import (
    AddTrips,
    AdjustDwellTime,
    AdjustFrequency,
    AdjustSpeed,
    Modification,
    MoveStop,
    RemoveStops,
    RemoveTrips,
    Reroute,
    kind_of,
)

Meant = tuple[int, str, Modification]
"""Number in the file, name of the feed, modification."""


def contradictions(meant: Sequence[Meant]) -> dict[tuple[int, int], str]:
    """Say what contradicts what, one text a pair of numbers; none where all agree."""
    problems = {}
    for (number, feed, one), (other_number, other_feed, other) in itertools.combinations(meant, 2):
        if feed != other_feed:
            continue
        for rule in _RULES:
            if text := rule(one, other) or rule(other, one):
                problems[number, other_number] = (
                    f"modifications {number} and {other_number} contradict each other: {text}"
                )
                break
    return problems


def _selected(change: Modification) -> set[tuple[str, str]]:
    """Routes, patterns and trips that are changed, as (kind, id)."""
    named = change.named()
    kinds = ("routes",) if isinstance(change, AdjustFrequency) else ("routes", "patterns", "trips")
    return {(kind, name) for kind in kinds for name in named.get(kind, ())}


def _common(one: Modification, other: Modification) -> str:
    """The first route, pattern or trip of both, in words; empty where there is none."""
    both = sorted(_selected(one) & _selected(other))
    return f"{both[0][0][:-1]} {both[0][1]!r}" if both else ""


def _two_headways(one: Modification, other: Modification) -> str:
    if not (isinstance(one, AdjustFrequency) and isinstance(other, AdjustFrequency)):
        return ""
    common = _common(one, other)
    return f"both are adjust-frequency of {common}; write one with all entries" if common else ""


def _removed_and_changed(one: Modification, other: Modification) -> str:
    if not isinstance(one, RemoveTrips) or one.weekdays != EVERY_DAY:
        return ""
    common = _common(one, other)
    if not common:
        return ""
    if isinstance(other, RemoveTrips):
        return f"both remove {common}; keep one"
    return f"{common} is removed and also changed by {kind_of(other)}; keep one"


def _two_speeds(one: Modification, other: Modification) -> str:
    if not (isinstance(one, AdjustSpeed) and isinstance(other, AdjustSpeed)):
        return ""
    apart = one.hops is not None and other.hops is not None and not set(one.hops) & set(other.hops)
    later = max(one.start_time or 0, other.start_time or 0)
    sooner = min(LATEST_S if change.end_time is None else change.end_time for change in (one, other))
    common = _common(one, other)
    return f"both change the speed of {common}; write one" if common and not apart and later < sooner else ""


def _two_dwells(one: Modification, other: Modification) -> str:
    if not (isinstance(one, AdjustDwellTime) and isinstance(other, AdjustDwellTime)):
        return ""
    apart = one.stops is not None and other.stops is not None and not set(one.stops) & set(other.stops)
    common = _common(one, other)
    return f"both change the stays of {common}; write one" if common and not apart else ""


def _moved_twice(one: Modification, other: Modification) -> str:
    if isinstance(one, MoveStop) and isinstance(other, MoveStop) and one.stop == other.stop:
        return f"both move stop {one.stop!r}; keep one"
    return ""


def _closed_and_moved(one: Modification, other: Modification) -> str:
    if not (isinstance(one, RemoveStops) and isinstance(other, MoveStop)):
        return ""
    for_all = one.routes is None and one.patterns is None
    return f"stop {other.stop!r} is closed and moved; keep one" if for_all and other.stop in one.stops else ""


def _removed_and_used(one: Modification, other: Modification) -> str:
    if not (isinstance(one, RemoveStops) and isinstance(other, Reroute)):
        return ""
    used = set(one.stops) & set(other.named().get("stops", ()))
    common = _common(one, other)
    return f"stop {min(used)!r} is removed from {common}, whose new way needs it" if used and common else ""


def _added_to_removed(one: Modification, other: Modification) -> str:
    if not (isinstance(one, RemoveTrips) and isinstance(other, AddTrips)):
        return ""
    common = _common(one, other)
    return f"{common} is removed and gets new trips; use adjust-frequency, or a new route" if common else ""


_RULES: tuple[Callable[[Modification, Modification], str], ...] = (
    _two_headways,
    _added_to_removed,
    _removed_and_changed,
    _two_speeds,
    _two_dwells,
    _moved_twice,
    _closed_and_moved,
    _removed_and_used,
)

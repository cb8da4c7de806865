"""Which routes of two versions of a feed are the same line, whatever their ids.

A *line* is one or more rows of routes.txt on either side. Rows join, by the first of these rules that fits:

R1. Rows of the same agency and name that share a stop, in one version or between them, are one line: many
    feeds give a line an id for each season or direction. Rows of the same name without a common stop stay
    apart (line 1 of two towns), unless one line of that name is left on each side: it was moved as a whole.
R2. So do rows of the same name left over that share a stop: the agency was renamed, or another runs the line.
R3. Lines left over join the one whose ways from stop to stop are most alike (Jaccard index of the pairs of
    neighbouring stops, at least ``ALIKE``): the line was renamed, or has no name.
R4. Lines without any name join by their id.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from gtfs.feed_changes_content import RouteOf

ALIKE = 0.5
"""Least share of ways that a line under another name has in common with what it was."""

Key = Callable[[RouteOf], tuple[str, ...] | None]


class Line(NamedTuple):
    """Routes of both versions that are one line; one side is empty where it was added or removed."""

    before: tuple[RouteOf, ...]
    after: tuple[RouteOf, ...]


def pair_routes(before: Sequence[RouteOf], after: Sequence[RouteOf]) -> list[Line]:
    """Join the routes of two versions, see the module's first lines.

    Parameters
    ----------
    before, after : sequences of RouteOf
        Their patterns in the same numbers of stops.

    Returns
    -------
    list of Line
        Every route in one line, in the order of the version before, new lines last.
    """
    lines: list[Line] = []
    left = [Line((route,), ()) for route in before] + [Line((), (route,)) for route in after]
    joined, left = _by_name(left, _agency_and_name, wholly_moved=True)
    lines += joined
    joined, left = _by_name(left, _name, wholly_moved=False)
    lines += joined
    joined, left = _by_ways(left)
    lines += joined
    joined, left = _by_id(left)
    order = {route.id: number for number, route in enumerate(before)}
    lines += joined + left
    return sorted(lines, key=lambda line: order[line.before[0].id] if line.before else len(order))


def _agency_and_name(route: RouteOf) -> tuple[str, ...] | None:
    return (route.agency, route.name) if route.name else None


def _name(route: RouteOf) -> tuple[str, ...] | None:
    return (route.name,) if route.name else None


def _by_name(left: list[Line], key: Key, *, wholly_moved: bool) -> tuple[list[Line], list[Line]]:
    """Lines that both versions have by R1 or R2, and what is left."""
    groups: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    rest = []
    for line in left:
        name = key((line.before or line.after)[0])
        if name is None:
            rest.append(line)
        else:
            groups[name].append(line)
    joined = []
    for group in groups.values():
        merged = _sharing_stops(group)
        both = [line for line in merged if line.before and line.after]
        one_sided = [line for line in merged if not (line.before and line.after)]
        if wholly_moved and len(one_sided) == 2 and bool(one_sided[0].before) != bool(one_sided[1].before):
            both.append(_union(one_sided))
            one_sided = []
        joined += both
        rest += one_sided
    return joined, rest


def _sharing_stops(group: list[Line]) -> list[Line]:
    """Unite lines of one name that share a stop, directly or through others."""
    parts: list[tuple[set[int], list[int]]] = []
    for number, line in enumerate(group):
        stops, members = _stops_of(line), [number]
        for part in [part for part in parts if part[0] & stops]:
            parts.remove(part)
            stops |= part[0]
            members = part[1] + members
        parts.append((stops, sorted(members)))
    return [
        _union(group[number] for number in members) for _, members in sorted(parts, key=lambda part: part[1])
    ]


def _union(lines: Iterable[Line]) -> Line:
    parts = list(lines)
    return Line(
        tuple(route for line in parts for route in line.before),
        tuple(route for line in parts for route in line.after),
    )


def _stops_of(line: Line) -> set[int]:
    return {stop for route in (*line.before, *line.after) for pattern in route.patterns for stop in pattern}


def ways_of(routes: Sequence[RouteOf]) -> set[tuple[int, int]]:
    """Pairs of neighbouring stops on the patterns of some routes."""
    return {way for route in routes for pattern in route.patterns for way in pairwise(pattern)}


def _by_ways(left: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines that go the same way under another name (R3): most alike first, then in order."""
    ways = [ways_of(line.before or line.after) for line in left]
    on_way = defaultdict(list)
    for number, line in enumerate(left):
        if line.after:
            for way in ways[number]:
                on_way[way].append(number)
    candidates = []
    for number, line in enumerate(left):
        if line.before:
            shared = Counter(other for way in ways[number] for other in on_way[way])
            for other, common in shared.items():
                alike = common / (len(ways[number]) + len(ways[other]) - common)
                if alike >= ALIKE:
                    candidates.append((-alike, number, other))
    return _joined(left, [(one, other) for _, one, other in sorted(candidates)])


def _by_id(left: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines without a name that keep their id (R4)."""
    nameless = {
        line.after[0].id: number for number, line in enumerate(left) if line.after and not line.after[0].name
    }
    pairs = [
        (number, nameless[line.before[0].id])
        for number, line in enumerate(left)
        if line.before and not line.before[0].name and line.before[0].id in nameless
    ]
    return _joined(left, pairs)


def _joined(left: list[Line], pairs: Iterable[tuple[int, int]]) -> tuple[list[Line], list[Line]]:
    """Join pairs of numbers in order, each line once; and what is left."""
    used: set[int] = set()
    joined = []
    for one, other in pairs:
        if not used & {one, other}:
            used |= {one, other}
            joined.append(_union((left[one], left[other])))
    return joined, [line for number, line in enumerate(left) if number not in used]

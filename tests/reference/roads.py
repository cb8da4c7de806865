"""The slow, obvious twin of ``access.engine.roads``: Dijkstra with dicts on an explicitly split graph.

Every point becomes a node at its place on the edge, and another beside the road, joined to it by its link.
No chains; it shares no code with the package.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

Road = tuple[int, int, int, int, int]  # start node, target node, length, cost there, cost back; -1 is closed
Point = tuple[int, int, int]  # edge, length along it, link


def ways(
    roads: Sequence[Road],
    sources: Sequence[Point],
    targets: Sequence[Point],
    limit: int,
    *,
    same_points: bool = False,
) -> list[dict[int, int]]:
    """Return for each source the cost of the cheapest way to each target within the limit."""
    graph = _split(roads, sources, targets)
    found = []
    for i in range(len(sources)):
        cost = _dijkstra(graph, ("source", i))
        reached = {
            j: cost["target", j] for j in range(len(targets)) if cost.get(("target", j), limit + 1) <= limit
        }
        if same_points:
            reached[i] = 0
        found.append(dict(sorted(reached.items())))
    return found


def _split(
    roads: Sequence[Road], sources: Sequence[Point], targets: Sequence[Point]
) -> dict[object, dict[object, int]]:
    """Cut every road at the places of its points and join the places that follow each other."""
    graph: dict[object, dict[object, int]] = {}

    def join(a: object, b: object, cost: int) -> None:
        graph.setdefault(a, {})
        graph.setdefault(b, {})
        graph[a][b] = min(cost, graph[a].get(b, cost))

    for number, (start, target, length, there, back) in enumerate(roads):
        places = sorted({along for edge, along, _ in [*sources, *targets] if edge == number} | {0, length})
        for a, b in ((("node", start), ("place", number, 0)), (("node", target), ("place", number, length))):
            join(a, b, 0)
            join(b, a, 0)
        for before, after in pairwise(places):
            if there >= 0:
                step = _part(there, after, length) - _part(there, before, length)
                join(("place", number, before), ("place", number, after), step)
            if back >= 0:
                step = _part(back, after, length) - _part(back, before, length)
                join(("place", number, after), ("place", number, before), step)
    for i, (edge, along, link) in enumerate(sources):
        join(("source", i), ("place", edge, along), link)
    for i, (edge, along, link) in enumerate(targets):
        join(("place", edge, along), ("target", i), link)
    return graph


def _part(cost: int, along: int, length: int) -> int:
    """Return the cost of the first part of a road, rounded half up to a whole number."""
    return math.floor(Fraction(cost * along, length) + Fraction(1, 2)) if length else 0


def _dijkstra(graph: dict[object, dict[object, int]], start: object) -> dict[object, int]:
    cost: dict[object, int] = {}
    queue: list[tuple[int, str, object]] = [(0, "", start)]
    while queue:
        so_far, _, here = heapq.heappop(queue)
        if here in cost:
            continue
        cost[here] = so_far
        for there, step in graph.get(here, {}).items():
            if there not in cost:
                heapq.heappush(queue, (so_far + step, repr(there), there))
    return cost

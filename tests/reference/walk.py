"""The slow, obvious twin of ``access.network.walk_links``: Dijkstra with dicts on an explicitly split graph.

Every point becomes a node at its place on the edge, and another beside the street, joined to it by its
link. It shares no code with the package.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

Edge = tuple[int, int, int]  # start node, target node, length in mm
Point = tuple[int, int, int]  # edge, mm along it, link in mm


def walks(
    edges: Sequence[Edge],
    sources: Sequence[Point],
    targets: Sequence[Point],
    limit_mm: int,
    *,
    same_points: bool = False,
) -> list[dict[int, int]]:
    """Return for each source the length of the shortest walk to each target within the limit."""
    graph = _split(edges, sources, targets)
    found = []
    for i in range(len(sources)):
        distance = _dijkstra(graph, ("source", i))
        reached = {
            j: distance["target", j]
            for j in range(len(targets))
            if distance.get(("target", j), limit_mm + 1) <= limit_mm
        }
        if same_points:
            reached[i] = 0
        found.append(dict(sorted(reached.items())))
    return found


def _split(
    edges: Sequence[Edge], sources: Sequence[Point], targets: Sequence[Point]
) -> dict[object, dict[object, int]]:
    """Cut every edge at the places of its points and join the places that follow each other."""
    graph: dict[object, dict[object, int]] = {}

    def join(a: object, b: object, length: int) -> None:
        for here, there in ((a, b), (b, a)):
            graph.setdefault(here, {})
            graph[here][there] = min(length, graph[here].get(there, length))

    for number, (start, target, length) in enumerate(edges):
        stops = sorted({along for edge, along, _ in [*sources, *targets] if edge == number} | {0, length})
        join(("node", start), ("place", number, 0), 0)
        join(("node", target), ("place", number, length), 0)
        for before, after in pairwise(stops):
            join(("place", number, before), ("place", number, after), after - before)
    for kind, points in (("source", sources), ("target", targets)):
        for i, (edge, along, link) in enumerate(points):
            join((kind, i), ("place", edge, along), link)
    return graph


def _dijkstra(graph: dict[object, dict[object, int]], start: object) -> dict[object, int]:
    distance: dict[object, int] = {}
    queue: list[tuple[int, str, object]] = [(0, "", start)]
    while queue:
        length, _, here = heapq.heappop(queue)
        if here in distance:
            continue
        distance[here] = length
        for there, step in graph.get(here, {}).items():
            if there not in distance:
                heapq.heappush(queue, (length + step, repr(there), there))
    return distance

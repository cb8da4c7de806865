"""Walks from many points to many points along streets: one bounded Dijkstra search a source.

E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1 (1959), with a
binary heap in which an entry that was overtaken is skipped when it comes up. Lengths are whole
millimetres, so that sums are exact and the answer does not depend on the order of the search.

A *point* lies beside a street: it is joined by a *link* to a place on an *edge*, ``along_mm`` from the
edge's start. A walk is its link, the way along streets, and the link of the target; between two points of
one edge it may run along that edge alone. A walk counts when its length is at most the limit.

The slow twin is ``tests/reference/walk.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.compiled import kernel

NOT_REACHED_MM = np.int32(2**30)
"""No walk found (yet). Far from the int32 limit, so that adding an edge cannot overflow."""

NO_TARGET = np.int32(-1)


class WalkGraph(NamedTuple):
    """Undirected streets: node ``n`` has the neighbours at ``start[n]`` to ``start[n + 1] - 1``.

    W1. every edge is listed at both ends, with the same length, below ``NOT_REACHED_MM``.
    """

    start: npt.NDArray[np.int64]  # (n_nodes + 1,)
    neighbour: npt.NDArray[np.int32]  # (2 * n_edges,) node
    length_mm: npt.NDArray[np.int32]  # (2 * n_edges,)


class WalkSources(NamedTuple):
    """Points from which walks start, all of them on a street."""

    edge: npt.NDArray[np.int32]  # (n_sources,)
    along_mm: npt.NDArray[np.int32]  # (n_sources,) from the start of the edge
    link_mm: npt.NDArray[np.int32]  # (n_sources,)
    same_target: npt.NDArray[
        np.int32
    ]  # (n_sources,) target that is this very point, reached in 0; or NO_TARGET
    edge_start: npt.NDArray[np.int32]  # (n_edges,) node
    edge_target: npt.NDArray[np.int32]  # (n_edges,) node
    edge_length_mm: npt.NDArray[np.int32]  # (n_edges,)


class WalkTargets(NamedTuple):
    """Targets listed at both ends of their edge: node ``n`` has ``start[n]`` to ``start[n + 1] - 1``.

    ``remaining_mm`` is the way from the node along the edge to the target's link, and the link.
    """

    start: npt.NDArray[np.int64]  # (n_nodes + 1,)
    target: npt.NDArray[np.int32]  # (2 * n_targets,)
    edge: npt.NDArray[np.int32]  # (2 * n_targets,)
    along_mm: npt.NDArray[np.int32]  # (2 * n_targets,) from the start of the edge
    link_mm: npt.NDArray[np.int32]  # (2 * n_targets,)
    remaining_mm: npt.NDArray[np.int32]  # (2 * n_targets,)


class _Search(NamedTuple):
    """Working memory of one thread; between sources every length is ``NOT_REACHED_MM``."""

    node_mm: npt.NDArray[np.int32]  # (n_nodes,) shortest way found so far, link of the source included
    target_mm: npt.NDArray[np.int32]  # (n_targets,) shortest walk found so far
    seen_nodes: npt.NDArray[np.int32]  # (n_nodes,) nodes to clear afterwards
    seen_targets: npt.NDArray[np.int32]  # (n_targets,)
    heap: npt.NDArray[np.int64]  # (2 * n_edges + 2,) length * 2**32 + node: shortest first, then lowest node


@kernel
def walks_from(
    graph: WalkGraph,
    sources: WalkSources,
    first: int,
    last: int,
    targets: WalkTargets,
    n_targets: int,
    limit_mm: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the walks of at most ``limit_mm`` from the sources ``first`` to ``last - 1``.

    Returns
    -------
    n_links, target, length_mm
        Number of targets reached by each source, shape (last - first,); the targets, ascending, and the
        lengths, source after source.

    Preconditions: 0 <= limit_mm < NOT_REACHED_MM, and links and edges far below it too.
    """
    n_links = np.zeros(last - first, np.int64)
    target = np.empty(1024, np.int32)
    length_mm = np.empty(1024, np.int32)
    search = _new_search(graph, n_targets)
    n = 0
    for source in range(first, last):
        n_seen = _search_from(graph, sources, source, targets, limit_mm, search)
        if n + n_seen > len(target):
            target = _longer(target, n + n_seen)
            length_mm = _longer(length_mm, n + n_seen)
        for reached in np.sort(search.seen_targets[:n_seen]):
            target[n] = reached
            length_mm[n] = search.target_mm[reached]
            search.target_mm[reached] = NOT_REACHED_MM
            n += 1
        n_links[source - first] = n_seen
    return n_links, target[:n].copy(), length_mm[:n].copy()


@kernel
def _new_search(graph: WalkGraph, n_targets: int) -> _Search:
    n_nodes = len(graph.start) - 1
    return _Search(
        np.full(n_nodes, NOT_REACHED_MM, np.int32),
        np.full(n_targets, NOT_REACHED_MM, np.int32),
        np.empty(n_nodes, np.int32),
        np.empty(n_targets, np.int32),
        np.empty(len(graph.neighbour) + 2, np.int64),
    )


@kernel
def _longer(values: npt.NDArray[np.int32], least: int) -> npt.NDArray[np.int32]:
    longer = np.empty(max(2 * len(values), least), np.int32)
    longer[: len(values)] = values
    return longer


@kernel
def _search_from(
    graph: WalkGraph,
    sources: WalkSources,
    source: int,
    targets: WalkTargets,
    limit_mm: int,
    search: _Search,
) -> int:
    """Find the walks of one source; return the number of targets in ``search.seen_targets``."""
    edge = sources.edge[source]
    along_mm, link_mm = sources.along_mm[source], sources.link_mm[source]
    edge_start, edge_target = sources.edge_start[edge], sources.edge_target[edge]
    n_targets = 0
    if sources.same_target[source] != NO_TARGET:
        n_targets = _reach(sources.same_target[source], 0, limit_mm, search, n_targets)
    n_targets = _reach_on_edge(targets, edge_start, edge, along_mm, link_mm, limit_mm, search, n_targets)

    n_heap, n_nodes = 0, 0
    back_mm, ahead_mm = link_mm + along_mm, link_mm + sources.edge_length_mm[edge] - along_mm
    n_heap, n_nodes = _improve(edge_start, back_mm, limit_mm, search, n_heap, n_nodes)
    n_heap, n_nodes = _improve(edge_target, ahead_mm, limit_mm, search, n_heap, n_nodes)
    while n_heap > 0:
        entry = search.heap[0]
        n_heap = _remove_first(search.heap, n_heap)
        node, walked_mm = int(entry & 0xFFFFFFFF), int(entry >> 32)
        if walked_mm > search.node_mm[node]:
            continue  # overtaken by a shorter way
        n_targets = _reach_at_node(targets, node, walked_mm, limit_mm, search, n_targets)
        for k in range(graph.start[node], graph.start[node + 1]):
            n_heap, n_nodes = _improve(
                graph.neighbour[k], walked_mm + graph.length_mm[k], limit_mm, search, n_heap, n_nodes
            )
    for seen in search.seen_nodes[:n_nodes]:
        search.node_mm[seen] = NOT_REACHED_MM
    return n_targets


@kernel
def _reach_on_edge(
    targets: WalkTargets,
    edge_start: int,
    edge: int,
    along_mm: int,
    link_mm: int,
    limit_mm: int,
    search: _Search,
    n_targets: int,
) -> int:
    """Reach the targets on the source's own edge straight along it; each is listed at the edge's start."""
    for k in range(targets.start[edge_start], targets.start[edge_start + 1]):
        if targets.edge[k] == edge:
            walk_mm = link_mm + abs(targets.along_mm[k] - along_mm) + targets.link_mm[k]
            n_targets = _reach(targets.target[k], walk_mm, limit_mm, search, n_targets)
    return n_targets


@kernel
def _reach_at_node(
    targets: WalkTargets, node: int, walked_mm: int, limit_mm: int, search: _Search, n_targets: int
) -> int:
    """Reach the targets on the edges that end at a node."""
    for k in range(targets.start[node], targets.start[node + 1]):
        walk_mm = walked_mm + targets.remaining_mm[k]
        n_targets = _reach(targets.target[k], walk_mm, limit_mm, search, n_targets)
    return n_targets


@kernel
def _reach(target: int, walk_mm: int, limit_mm: int, search: _Search, n_targets: int) -> int:
    """Note a walk to a target if it is within the limit and shorter than any before."""
    if walk_mm > limit_mm or walk_mm >= search.target_mm[target]:
        return n_targets
    if search.target_mm[target] == NOT_REACHED_MM:
        search.seen_targets[n_targets] = target
        n_targets += 1
    search.target_mm[target] = walk_mm
    return n_targets


@kernel
def _improve(
    node: int, walked_mm: int, limit_mm: int, search: _Search, n_heap: int, n_nodes: int
) -> tuple[int, int]:
    """Note a way to a node if it is within the limit and shorter than any before."""
    if walked_mm > limit_mm or walked_mm >= search.node_mm[node]:
        return n_heap, n_nodes
    if search.node_mm[node] == NOT_REACHED_MM:
        search.seen_nodes[n_nodes] = node
        n_nodes += 1
    search.node_mm[node] = walked_mm
    n_heap = _insert(search.heap, n_heap, int(walked_mm) * 2**32 + int(node))
    return n_heap, n_nodes


@kernel
def _insert(heap: npt.NDArray[np.int64], n: int, entry: int) -> int:
    """Add an entry to a binary heap of ``n`` entries; return the new number."""
    hole = n
    while hole > 0:
        parent = (hole - 1) >> 1
        if heap[parent] <= entry:
            break
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = entry
    return n + 1


@kernel
def _remove_first(heap: npt.NDArray[np.int64], n: int) -> int:
    """Remove the least entry of a binary heap of ``n`` entries; return the new number."""
    n -= 1
    entry = heap[n]
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= n:
            break
        if child + 1 < n and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= entry:
            break
        heap[hole] = heap[child]
        hole = child
    heap[hole] = entry
    return n

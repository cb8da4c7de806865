"""Shortest ways from many points to many points along streets: one bounded Dijkstra search a source.

E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1 (1959), with a
binary heap in which an entry that was overtaken is skipped when it comes up. Costs are whole numbers
(millimetres, milliseconds), so that sums are exact and the answer does not depend on the order of the search.

A *point* lies beside a street: it is joined by a *link* to a place on a *chain* (``access.engine.chains``).
Its way is its link, the way along open directions of chains, and the link of the target; between two
points of one chain it may run along that chain alone, if it is open from one to the other. A place at the
very end of a chain is at the node there, whatever is open. A way counts when its cost is at most the limit.

The slow twin is ``tests/reference/roads.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.chains import CLOSED_COST
from access.engine.compiled import kernel

NOT_REACHED_COST = np.int32(2**30)
"""No way found (yet). Far from the int32 limit, so that adding two costs cannot overflow."""

NO_TARGET = np.int32(-1)

Indices = npt.NDArray[np.int32]
Costs = npt.NDArray[np.int64]


class Arcs(NamedTuple):
    """Open directions of chains: from node ``n`` to ``node[k]``, ``start[n] <= k < start[n + 1]``.

    A1. a cost is at most ``NOT_REACHED_COST``; so are links and remaining costs below.
    """

    start: npt.NDArray[np.int64]  # (n_nodes + 1,)
    node: Indices  # (n_arcs,)
    cost: Indices  # (n_arcs,)


class Sources(NamedTuple):
    """Points from which ways start, all of them on a street."""

    chain: Indices  # (n_sources,)
    along: Costs  # (n_sources,) length from the start of the chain
    forward_at: Costs  # (n_sources,) cost from the start of the chain
    backward_at: Costs  # (n_sources,) cost back to the start of the chain
    link: Indices  # (n_sources,)
    leave_start: (
        Indices  # (n_sources,) link, and cost to the node at the chain's start; NOT_REACHED_COST if none
    )
    leave_target: Indices  # (n_sources,) the same for the node at the chain's end
    same_target: Indices  # (n_sources,) target that is this very point, reached at 0; or NO_TARGET
    chain_start: Indices  # (n_chains,) node
    chain_target: Indices  # (n_chains,) node
    chain_forward: Costs  # (n_chains,) or CLOSED_COST
    chain_backward: Costs  # (n_chains,)


class Targets(NamedTuple):
    """Targets listed by the nodes from which they are entered, and by the chains on which they lie.

    ``node_remaining`` is the cost from the node along the chain to the target's link, and the link.
    """

    node_first: npt.NDArray[np.int64]  # (n_nodes + 1,) offsets into the next two
    node_target: Indices
    node_remaining: Indices
    chain_first: npt.NDArray[np.int64]  # (n_chains + 1,) offsets into the rest
    chain_target: Indices  # (n_targets on streets,)
    along: Costs
    forward_at: Costs
    backward_at: Costs
    link: Indices


class _Search(NamedTuple):
    """Working memory of one thread; between sources every cost is ``NOT_REACHED_COST``."""

    node_cost: Indices  # (n_nodes,) least found so far, link of the source included
    target_cost: Indices  # (n_targets,)
    seen_nodes: Indices  # (n_nodes,) nodes to clear afterwards
    seen_targets: Indices  # (n_targets,)
    heap: Costs  # (n_arcs + 2,) cost * 2**32 + node: least first, then lowest node


@kernel
def ways_from(
    arcs: Arcs, sources: Sources, first: int, last: int, targets: Targets, n_targets: int, limit: int
) -> tuple[npt.NDArray[np.int64], Indices, Indices]:
    """Return the ways of at most ``limit`` from the sources ``first`` to ``last - 1``.

    Returns
    -------
    n_links, target, cost
        Number of targets reached by each source, shape (last - first,); the targets, ascending, and the
        costs, source after source.

    Preconditions: 0 <= limit < NOT_REACHED_COST.
    """
    n_links = np.zeros(last - first, np.int64)
    target = np.empty(1024, np.int32)
    cost = np.empty(1024, np.int32)
    search = _new_search(arcs, n_targets)
    n = 0
    for source in range(first, last):
        n_seen = _search_from(arcs, sources, source, targets, limit, search)
        if n + n_seen > len(target):
            target = _longer(target, n + n_seen)
            cost = _longer(cost, n + n_seen)
        for reached in np.sort(search.seen_targets[:n_seen]):
            target[n] = reached
            cost[n] = search.target_cost[reached]
            search.target_cost[reached] = NOT_REACHED_COST
            n += 1
        n_links[source - first] = n_seen
    return n_links, target[:n].copy(), cost[:n].copy()


@kernel
def _new_search(arcs: Arcs, n_targets: int) -> _Search:
    n_nodes = len(arcs.start) - 1
    return _Search(
        np.full(n_nodes, NOT_REACHED_COST, np.int32),
        np.full(n_targets, NOT_REACHED_COST, np.int32),
        np.empty(n_nodes, np.int32),
        np.empty(n_targets, np.int32),
        np.empty(len(arcs.node) + 2, np.int64),
    )


@kernel
def _longer(values: Indices, least: int) -> Indices:
    longer = np.empty(max(2 * len(values), least), np.int32)
    longer[: len(values)] = values
    return longer


@kernel
def _search_from(
    arcs: Arcs, sources: Sources, source: int, targets: Targets, limit: int, search: _Search
) -> int:
    """Find the ways of one source; return the number of targets in ``search.seen_targets``."""
    chain = sources.chain[source]
    n_targets = 0
    if sources.same_target[source] != NO_TARGET:
        n_targets = _reach(sources.same_target[source], 0, limit, search, n_targets)
    n_targets = _reach_on_chain(sources, source, targets, limit, search, n_targets)

    n_heap, n_nodes = 0, 0
    back, ahead = sources.leave_start[source], sources.leave_target[source]
    n_heap, n_nodes = _improve(sources.chain_start[chain], back, limit, search, n_heap, n_nodes)
    n_heap, n_nodes = _improve(sources.chain_target[chain], ahead, limit, search, n_heap, n_nodes)
    while n_heap > 0:
        entry = search.heap[0]
        n_heap = _remove_first(search.heap, n_heap)
        node, cost = int(entry & 0xFFFFFFFF), int(entry >> 32)
        if cost > search.node_cost[node]:
            continue  # overtaken by a cheaper way
        for k in range(targets.node_first[node], targets.node_first[node + 1]):
            whole = cost + targets.node_remaining[k]
            n_targets = _reach(targets.node_target[k], whole, limit, search, n_targets)
        for k in range(arcs.start[node], arcs.start[node + 1]):
            n_heap, n_nodes = _improve(arcs.node[k], cost + arcs.cost[k], limit, search, n_heap, n_nodes)
    for seen in search.seen_nodes[:n_nodes]:
        search.node_cost[seen] = NOT_REACHED_COST
    return n_targets


@kernel
def _reach_on_chain(
    sources: Sources, source: int, targets: Targets, limit: int, search: _Search, n_targets: int
) -> int:
    """Reach the targets on the source's own chain straight along it, in the directions that are open."""
    chain, along, link = sources.chain[source], sources.along[source], sources.link[source]
    for k in range(targets.chain_first[chain], targets.chain_first[chain + 1]):
        if targets.along[k] >= along and sources.chain_forward[chain] != CLOSED_COST:
            whole = link + targets.forward_at[k] - sources.forward_at[source] + targets.link[k]
            n_targets = _reach(targets.chain_target[k], whole, limit, search, n_targets)
        if targets.along[k] <= along and sources.chain_backward[chain] != CLOSED_COST:
            whole = link + sources.backward_at[source] - targets.backward_at[k] + targets.link[k]
            n_targets = _reach(targets.chain_target[k], whole, limit, search, n_targets)
    return n_targets


@kernel
def _reach(target: int, cost: int, limit: int, search: _Search, n_targets: int) -> int:
    """Note a way to a target if it is within the limit and cheaper than any before."""
    if cost > limit or cost >= search.target_cost[target]:
        return n_targets
    if search.target_cost[target] == NOT_REACHED_COST:
        search.seen_targets[n_targets] = target
        n_targets += 1
    search.target_cost[target] = cost
    return n_targets


@kernel
def _improve(node: int, cost: int, limit: int, search: _Search, n_heap: int, n_nodes: int) -> tuple[int, int]:
    """Note a way to a node if it is within the limit and cheaper than any before."""
    if cost > limit or cost >= search.node_cost[node]:
        return n_heap, n_nodes
    if search.node_cost[node] == NOT_REACHED_COST:
        search.seen_nodes[n_nodes] = node
        n_nodes += 1
    search.node_cost[node] = cost
    n_heap = _insert(search.heap, n_heap, int(cost) * 2**32 + int(node))
    return n_heap, n_nodes


@kernel
def _insert(heap: Costs, n: int, entry: int) -> int:
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
def _remove_first(heap: Costs, n: int) -> int:
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

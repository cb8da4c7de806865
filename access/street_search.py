"""From streets and snapped points to the arrays of the search kernel, and its run in threads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.chains import CLOSED_COST, Chains, Edges, chains_of
from access.engine.roads import NO_TARGET, NOT_REACHED_COST, Arcs, Sources, Targets, ways_from
from access.snapping import SNAPPED, Snap

SOURCES_A_BLOCK = 128

Costs = npt.NDArray[np.int64]
Links = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]


class Lines(NamedTuple):
    """Streets as the search sees them: edges with their costs, their chains, and the open arcs."""

    edges: Edges
    chains: Chains
    arcs: Arcs


class Places(NamedTuple):
    """Points on streets, those that are not snapped left out. ``point`` ascends."""

    point: npt.NDArray[np.intp]  # (n_places,) number of the point
    chain: npt.NDArray[np.int32]  # (n_places,)
    along: Costs  # (n_places,) length from the start of the chain
    forward_at: Costs  # (n_places,) cost from the start of the chain
    backward_at: Costs  # (n_places,) cost back to it
    link: npt.NDArray[np.int32]  # (n_places,)
    to_start: Costs  # (n_places,) cost to the node at the chain's start, or NOT_REACHED_COST
    to_target: Costs  # (n_places,) to the node at its end
    from_start: Costs  # (n_places,) and from these nodes
    from_target: Costs  # (n_places,)


def lines_of(
    n_nodes: int,
    edge_start: npt.NDArray[np.int32],
    edge_target: npt.NDArray[np.int32],
    length_mm: npt.NDArray[np.int32],
    forward: npt.NDArray[np.int32],
    backward: npt.NDArray[np.int32],
) -> Lines:
    """Shorten streets to chains and list their open directions at each node.

    ``forward`` and ``backward`` are the costs of each edge from start to target and back, in any unit, or
    ``CLOSED_COST``.
    """
    n_edges = len(edge_start)
    node = np.concatenate([edge_start, edge_target])
    edges = Edges(
        edge_start,
        edge_target,
        length_mm.astype(np.int64),
        forward.astype(np.int64),
        backward.astype(np.int64),
        _offsets(node, n_nodes),
        np.tile(np.arange(n_edges, dtype=np.int32), 2)[np.argsort(node, kind="stable")],
    )
    chains = chains_of(Edges(*_frozen(edges)))
    here = np.concatenate([chains.start, chains.target])
    there = np.concatenate([chains.target, chains.start])
    cost = np.concatenate([chains.forward, chains.backward])
    open_arcs = np.flatnonzero((cost != CLOSED_COST) & (cost < NOT_REACHED_COST) & (here != there))
    order = open_arcs[np.lexsort((there[open_arcs], here[open_arcs]))]
    return Lines(
        edges, chains, Arcs(_offsets(here[order], n_nodes), there[order], cost[order].astype(np.int32))
    )


def places_of(lines: Lines, points: Snap, link: npt.NDArray[np.int32]) -> Places:
    """Put snapped points onto chains.

    The cost from an edge's start to a place is the edge's cost times the share of its length, rounded half
    up; the cost of the rest is what remains, so that both parts add up to the edge. ``link`` has the cost of
    every point's link, shape (n_points,), in the unit of the streets.
    """
    point = np.flatnonzero(points.state == SNAPPED)
    edge, along = points.edge[point], points.along_mm[point].astype(np.int64)
    edges, chains = lines.edges, lines.chains
    length, forward, backward = edges.length[edge], edges.forward[edge], edges.backward[edge]
    to_place, from_place = _share(forward, along, length), _share(backward, along, length)
    ahead, chain = chains.edge_ahead[edge], chains.edge_chain[edge]
    place = chains.edge_before[edge] + np.where(ahead, along, length - along)
    forward_at = chains.edge_before_forward[edge] + np.where(ahead, to_place, backward - from_place)
    backward_at = chains.edge_before_backward[edge] + np.where(ahead, from_place, forward - to_place)
    whole_forward, whole_backward = chains.forward[chain], chains.backward[chain]
    at_start, at_target = place == 0, place == chains.length[chain]  # at the very node: no way to go
    forward_open, backward_open = whole_forward != CLOSED_COST, whole_backward != CLOSED_COST

    def end(at_end: npt.NDArray[np.bool_], is_open: npt.NDArray[np.bool_], cost: Costs) -> Costs:
        return np.where(at_end, 0, np.where(is_open, np.minimum(cost, NOT_REACHED_COST), NOT_REACHED_COST))

    return Places(
        point,
        chain,
        place,
        forward_at,
        backward_at,
        link[point],
        to_start=end(at_start, backward_open, backward_at),
        to_target=end(at_target, forward_open, whole_forward - forward_at),
        from_start=end(at_start, forward_open, forward_at),
        from_target=end(at_target, backward_open, whole_backward - backward_at),
    )


def search(
    lines: Lines,
    sources: Places,
    targets: Places,
    n_targets: int,
    limit: int,
    *,
    same_points: bool = False,
    threads: int | None = None,
) -> Links:
    """Find the ways of at most ``limit`` from every source.

    Returns
    -------
    n_links, target, cost
        Number of targets reached by each place of ``sources``; the numbers of the targets, ascending,
        and the costs, source after source. Neither depends on the number of threads.
    """
    blocks = search_blocks(
        lines, sources, targets, n_targets, limit, same_points=same_points, threads=threads
    )
    n_links, target, cost = zip(*(links for _, links in blocks), strict=True)
    return np.concatenate(n_links), np.concatenate(target), np.concatenate(cost)


def search_blocks(
    lines: Lines,
    sources: Places,
    targets: Places,
    n_targets: int,
    limit: int,
    *,
    same_points: bool = False,
    threads: int | None = None,
) -> Iterator[tuple[slice, Links]]:
    """Yield the ways of one block of sources after another, with the places that it holds; see ``search``."""
    chains = lines.chains
    same = sources.point.astype(np.int32) if same_points else np.full(len(sources.point), NO_TARGET)
    leave_start, leave_target = (
        np.minimum(sources.link + cost, NOT_REACHED_COST).astype(np.int32)
        for cost in (sources.to_start, sources.to_target)
    )
    arcs = Arcs(*_frozen(lines.arcs))
    from_points = Sources(
        *_frozen([*sources[1:6], leave_start, leave_target, same]),
        *_frozen([chains.start, chains.target, chains.forward, chains.backward]),
    )
    to_points = Targets(*_frozen(_listed(lines, targets)))
    n_sources = len(sources.point)

    def block(first: int) -> tuple[slice, Links]:
        last = min(first + SOURCES_A_BLOCK, n_sources)
        return slice(first, last), ways_from(arcs, from_points, first, last, to_points, n_targets, limit)

    # The kernel releases the interpreter lock, so that threads share streets and targets without copies.
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        yield from pool.map(block, range(0, max(n_sources, 1), SOURCES_A_BLOCK))


def _listed(lines: Lines, targets: Places) -> Targets:
    """List targets at the nodes from which their chains are entered, and on their chains."""
    chains, chain, n_chains = lines.chains, targets.chain, len(lines.chains.start)
    remaining = np.concatenate([targets.from_start, targets.from_target]) + np.tile(targets.link, 2)
    node = np.concatenate([chains.start[chain], chains.target[chain]])
    target = np.tile(targets.point, 2).astype(np.int32)
    order = np.flatnonzero(remaining < NOT_REACHED_COST)
    order = order[np.argsort(node[order], kind="stable")]
    by_chain = np.argsort(chain, kind="stable")
    return Targets(
        _offsets(node[order], len(lines.edges.node_first) - 1),
        target[order],
        remaining[order].astype(np.int32),
        _offsets(chain, n_chains),
        targets.point[by_chain].astype(np.int32),
        targets.along[by_chain],
        targets.forward_at[by_chain],
        targets.backward_at[by_chain],
        targets.link[by_chain],
    )


def _share(cost: Costs, along: Costs, length: Costs) -> Costs:
    """Return the part of an edge's cost up to a place, rounded half up; 0 where the edge has no length."""
    whole = np.maximum(length, 1)
    return np.asarray(np.where((cost > 0) & (length > 0), (2 * cost * along + whole) // (2 * whole), 0))


def _offsets(group: npt.NDArray[Any], n_groups: int) -> npt.NDArray[np.int64]:
    offsets = np.zeros(n_groups + 1, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=n_groups), out=offsets[1:])
    return offsets


def _frozen(arrays: Iterable[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Return read-only views: the kernel is compiled once, for read-only arrays, and cannot change them."""
    views = [np.ascontiguousarray(values).view() for values in arrays]
    for view in views:
        view.flags.writeable = False
    return views

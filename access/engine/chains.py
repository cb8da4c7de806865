"""Streets shortened for a search: edges end to end without a crossing become one chain.

In a street network more than half of the nodes are bends. A node is passed when exactly two edges meet there
and both are open in the same directions through it; every other node is a *junction*. Costs add up in whole
numbers, so that shortest costs stay what they were, to the unit.

A chain may begin and end at one junction (a cul-de-sac with a loop), and several may join the same two. A
ring without any crossing gets a junction at the start of its lowest edge.

The twin is ``tests/reference/roads.py``, which does without chains.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.compiled import kernel

CLOSED_COST = -1
"""Cost of a direction that may not be used."""

Costs = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Edges with a cost for each direction, and the list of them at each node.

    E1. ``start != target``; no two edges join the same nodes; costs are ``CLOSED_COST`` or 0 and more.
    """

    start: npt.NDArray[np.int32]  # (n_edges,) node
    target: npt.NDArray[np.int32]  # (n_edges,) node
    length: Costs  # (n_edges,) to tell which of two places on a chain comes first
    forward: Costs  # (n_edges,) from start to target
    backward: Costs  # (n_edges,)
    node_first: npt.NDArray[np.int64]  # (n_nodes + 1,) offsets into node_edge
    node_edge: npt.NDArray[np.int32]  # (2 * n_edges,) edges at each node


class Chains(NamedTuple):
    """Chains, and where each edge lies on its chain.

    C1. the edge ``e`` begins, seen along its chain, ``edge_before_forward[e]`` from the chain's start, and
        ``edge_before_backward[e]`` back to it; a direction that is closed for the chain counts 0 there.
    """

    edge_chain: npt.NDArray[np.int32]  # (n_edges,)
    edge_ahead: npt.NDArray[np.bool_]  # (n_edges,) the edge's start comes first along the chain
    edge_before: Costs  # (n_edges,) length from the chain's start
    edge_before_forward: Costs  # (n_edges,)
    edge_before_backward: Costs  # (n_edges,)
    start: npt.NDArray[np.int32]  # (n_chains,) node
    target: npt.NDArray[np.int32]  # (n_chains,) node
    length: Costs  # (n_chains,)
    forward: Costs  # (n_chains,) of the whole chain, or CLOSED_COST
    backward: Costs  # (n_chains,)


@kernel
def chains_of(edges: Edges) -> Chains:
    """Join the edges into chains; the order of chains depends on the order of edges alone."""
    n_edges, n_nodes = len(edges.start), len(edges.node_first) - 1
    passed = np.zeros(n_nodes, np.bool_)
    for node in range(n_nodes):
        passed[node] = _is_passed(edges, node)
    chains = Chains(
        np.full(n_edges, -1, np.int32),
        np.zeros(n_edges, np.bool_),
        np.zeros(n_edges, np.int64),
        np.zeros(n_edges, np.int64),
        np.zeros(n_edges, np.int64),
        np.empty(n_edges, np.int32),
        np.empty(n_edges, np.int32),
        np.empty(n_edges, np.int64),
        np.empty(n_edges, np.int64),
        np.empty(n_edges, np.int64),
    )
    n_chains = 0
    for node in range(n_nodes):
        if not passed[node]:
            for k in range(edges.node_first[node], edges.node_first[node + 1]):
                n_chains = _follow(edges, passed, chains, n_chains, node, edges.node_edge[k])
    for edge in range(n_edges):  # what is left are rings
        if chains.edge_chain[edge] < 0:
            passed[edges.start[edge]] = False
            n_chains = _follow(edges, passed, chains, n_chains, edges.start[edge], edge)
    return Chains(
        chains.edge_chain,
        chains.edge_ahead,
        chains.edge_before,
        chains.edge_before_forward,
        chains.edge_before_backward,
        chains.start[:n_chains].copy(),
        chains.target[:n_chains].copy(),
        chains.length[:n_chains].copy(),
        chains.forward[:n_chains].copy(),
        chains.backward[:n_chains].copy(),
    )


@kernel
def _is_passed(edges: Edges, node: int) -> bool:
    """Tell whether two edges meet at a node, open in the same directions through it."""
    first = edges.node_first[node]
    if edges.node_first[node + 1] - first != 2:
        return False
    a, b = edges.node_edge[first], edges.node_edge[first + 1]
    a_in, a_out = edges.forward[a], edges.backward[a]  # where the node is its target
    if edges.start[a] == node:
        a_in, a_out = a_out, a_in
    b_in, b_out = edges.forward[b], edges.backward[b]
    if edges.start[b] == node:
        b_in, b_out = b_out, b_in
    through = (a_in == CLOSED_COST) == (b_out == CLOSED_COST)
    return bool(through and (b_in == CLOSED_COST) == (a_out == CLOSED_COST))


@kernel
def _follow(
    edges: Edges, passed: npt.NDArray[np.bool_], chains: Chains, n_chains: int, node: int, edge: int
) -> int:
    """Lay one chain from a junction along an edge, unless it is laid already; return the number of chains."""
    if chains.edge_chain[edge] >= 0:
        return n_chains
    ahead = edges.start[edge] == node
    forward_open = (edges.forward[edge] if ahead else edges.backward[edge]) != CLOSED_COST
    backward_open = (edges.backward[edge] if ahead else edges.forward[edge]) != CLOSED_COST
    length, forward, backward = 0, 0, 0
    here = node
    while True:
        ahead = edges.start[edge] == here
        chains.edge_chain[edge] = n_chains
        chains.edge_ahead[edge] = ahead
        chains.edge_before[edge] = length
        chains.edge_before_forward[edge] = forward
        chains.edge_before_backward[edge] = backward
        length += edges.length[edge]
        if forward_open:
            forward += edges.forward[edge] if ahead else edges.backward[edge]
        if backward_open:
            backward += edges.backward[edge] if ahead else edges.forward[edge]
        here = edges.target[edge] if ahead else edges.start[edge]
        if not passed[here]:
            break
        first = edges.node_first[here]
        edge = edges.node_edge[first + 1] if edges.node_edge[first] == edge else edges.node_edge[first]
    chains.start[n_chains] = node
    chains.target[n_chains] = here
    chains.length[n_chains] = length
    chains.forward[n_chains] = forward if forward_open else CLOSED_COST
    chains.backward[n_chains] = backward if backward_open else CLOSED_COST
    return n_chains + 1

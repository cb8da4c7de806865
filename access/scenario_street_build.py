"""From a draft of changed streets to a walk graph, and where each old edge went.

New nodes and ways have ids below all others and below 0, since OpenStreetMap has none for them.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.scenario_street_draft import Flags, Ints, StreetDraft
from access.street_graph import StreetGraph
from access.streets import neighbours_of


class Pieces(NamedTuple):
    """Where each open base edge went. Arrays of shape (n_pieces,), by base edge, then along it."""

    base_edge: Ints
    from_mm: Ints  # where on the base edge the piece begins
    edge: Ints  # of the new graph
    reversed: Flags  # the new edge runs the other way


class Built(NamedTuple):
    """A new graph and how its edges came about; flags have shape (n_edges,) of the new graph."""

    streets: StreetGraph
    pieces: Pieces
    line: Ints  # number of the added line; -1 for an old street
    newly_main: Flags  # an old street that the base had put aside
    cut_off_mm: int  # length of the base's main network that no longer is joined to its largest part


class _Parts(NamedTuple):
    start: Ints  # node of the draft: base nodes first, then new ones in order
    target: Ints
    length_mm: Ints
    base_edge: Ints  # -1 for an added line
    from_mm: Ints
    line: Ints  # -1 for an old street
    linkable: Flags


class _Main(NamedTuple):
    size: npt.NDArray[np.int32]  # (n_nodes,) nodes of the component
    flag: Flags  # (n_nodes,) the component has something of the base's main network
    cut_off_mm: int


def build_draft(draft: StreetDraft) -> Built:
    """Make the new graph; invariants S1 to S3 of ``StreetGraph`` hold. At least one main edge is open.

    ``main`` are all parts of what was the main network, also those that a closure cut off, and what an added
    line joins to them: people who are cut off are still there, and what they lose must show.
    """
    base, parts = draft.base, _parts(draft)
    n_new = len(draft.new_nodes)
    number = np.r_[n_new + np.arange(base.n_nodes), np.arange(n_new)]  # new nodes first: lowest ids
    ends = number[np.stack([parts.start, parts.target])]
    used = np.zeros(n_new + base.n_nodes, dtype=np.bool_)
    used[ends] = True
    renumbered = np.cumsum(used) - 1
    start, target = renumbered[ends.min(axis=0)], renumbered[ends.max(axis=0)]
    chosen = _sorted_once(start, target)
    edge_of_part = np.full(len(start), -1, dtype=np.int64)
    edge_of_part[chosen] = np.arange(len(chosen))
    old = parts.base_edge >= 0
    backwards = ends[0] > ends[1]
    pieces = Pieces(parts.base_edge[old], parts.from_mm[old], edge_of_part[old], backwards[old])
    was_main = (old & base.edge_main[np.maximum(parts.base_edge, 0)])[chosen]
    start, target, length_mm = start[chosen], target[chosen], parts.length_mm[chosen]
    main = _main_parts(start, target, length_mm, was_main, int(used.sum()))
    streets = _graph(draft, parts, chosen, (start, target), used, main)
    newly_main = old[chosen] & ~was_main & streets.edge_main
    return Built(streets, pieces, parts.line[chosen], newly_main, main.cut_off_mm)


def _parts(draft: StreetDraft) -> _Parts:
    """List what edges are made of: open base edges, divided where lines join, by number; then added ones."""
    base = draft.base
    divided = sorted(edge for edge in draft.divided if edge < base.n_edges)
    whole = ~draft.closed
    whole[divided] = False
    edges = np.flatnonzero(whole)
    columns = np.zeros((7, len(edges)), dtype=np.int64)
    columns[0], columns[1] = base.edge_start[edges], base.edge_target[edges]
    columns[2], columns[3], columns[5], columns[6] = base.edge_length_mm[edges], edges, -1, 1
    rows = [(*part, -1, 1) for edge in divided for part in _divide(draft, edge, edge)]
    for number, new in enumerate(draft.new_edges, start=base.n_edges):
        rows += [(*part, new.line, int(new.linkable)) for part in _divide(draft, number, -1)]
    columns = np.concatenate([columns, np.array(rows, dtype=np.int64).reshape(-1, 7).T], axis=1)
    by_edge = np.where(columns[3] < 0, base.n_edges, columns[3])
    order = np.lexsort((np.arange(columns.shape[1]), by_edge))
    start, target, length_mm, base_edge, from_mm, line, linkable = columns[:, order]
    return _Parts(start, target, length_mm, base_edge, from_mm, line, linkable.astype(np.bool_))


def _divide(draft: StreetDraft, edge: int, base_edge: int) -> list[tuple[int, int, int, int, int]]:
    start, target, length_mm = draft.ends(edge)
    stops = [(0, start), *sorted(draft.divided.get(edge, {}).items()), (length_mm, target)]
    return [
        (here, there, to_mm - from_mm, base_edge, from_mm)
        for (from_mm, here), (to_mm, there) in itertools.pairwise(stops)
    ]


def _sorted_once(start: Ints, target: Ints) -> Ints:
    """Order parts by their ends; of several between the same two nodes the first stays, an old street."""
    order = np.lexsort((np.arange(len(start)), target, start))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(start[order]) != 0) | (np.diff(target[order]) != 0)
    return order[first]


def _main_parts(start: Ints, target: Ints, length_mm: Ints, was_main: Flags, n_nodes: int) -> _Main:
    """Find components and tell which have something of the base's main network."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(start), dtype=np.int8), (start, target)), shape=(n_nodes, n_nodes))
    n_components, component = connected_components(links, directed=False)
    of_edge = component[start]
    main_mm = np.bincount(of_edge, weights=length_mm * was_main, minlength=n_components)
    has_main = np.bincount(of_edge, weights=was_main, minlength=n_components) > 0
    size = np.bincount(component)[component].astype(np.int32)
    return _Main(size, has_main[component], int(main_mm.sum() - main_mm.max()))


def _graph(
    draft: StreetDraft, parts: _Parts, chosen: Ints, ends: tuple[Ints, Ints], used: Flags, main: _Main
) -> StreetGraph:
    base, n_new = draft.base, len(draft.new_nodes)
    new = np.array(draft.new_nodes, dtype=np.float64).reshape(-1, 4).T
    old = (base.node_lon, base.node_lat, base.node_x_m, base.node_y_m)
    lon, lat, x_m, y_m = (np.concatenate(pair)[used] for pair in zip(new, old, strict=True))
    lowest_id, lowest_way = min(0, int(base.node_id.min())), min(0, int(base.edge_way.min()))
    ids = np.concatenate([np.arange(lowest_id - n_new, lowest_id), base.node_id])[used]
    base_edge = parts.base_edge[chosen]
    from_base, base_edge = base_edge >= 0, np.maximum(base_edge, 0)
    way = np.where(from_base, base.edge_way[base_edge], lowest_way - 1 - parts.line[chosen])
    start, target = (end.astype(np.int32) for end in ends)
    length_mm = parts.length_mm[chosen].astype(np.int32)
    neighbour_start, neighbour, neighbour_edge, neighbour_length_mm = neighbours_of(
        start, target, length_mm, len(ids)
    )
    graph = StreetGraph(
        centre_lon=base.centre_lon,
        centre_lat=base.centre_lat,
        node_id=ids,
        node_lon=lon,
        node_lat=lat,
        node_x_m=x_m,
        node_y_m=y_m,
        main=main.flag,
        component_size=main.size,
        edge_start=start,
        edge_target=target,
        edge_length_mm=length_mm,
        edge_way=way,
        edge_steps=from_base & base.edge_steps[base_edge],
        edge_joinable=main.flag[start] & parts.linkable[chosen],
        neighbour_start=neighbour_start,
        neighbour=neighbour,
        neighbour_edge=neighbour_edge,
        neighbour_length_mm=neighbour_length_mm,
    )
    for values in graph:
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    return graph

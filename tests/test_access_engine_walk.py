"""The bounded street search, against hand cases and against its slow twin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.walk import Edge, Point, walks

from access.engine.walk import (
    NO_TARGET,
    WalkGraph,
    WalkSources,
    WalkTargets,
    _insert,
    _remove_first,
    walks_from,
)

FAR = 10**6


def kernel_walks(
    edges: Sequence[Edge],
    sources: Sequence[Point],
    targets: Sequence[Point],
    limit_mm: int = FAR,
    *,
    same_points: bool = False,
) -> list[dict[int, int]]:
    """Call the kernel with plain lists; the same shape of answer as the twin."""
    n_nodes = 1 + max(max(start, target) for start, target, _ in edges)
    at: list[list[tuple[int, int]]] = [[] for _ in range(n_nodes)]
    listed: list[list[tuple[int, ...]]] = [[] for _ in range(n_nodes)]
    for start, target, length in edges:
        at[start].append((target, length))
        at[target].append((start, length))
    for j, (edge, along, link) in enumerate(targets):
        start, target, length = edges[edge]
        listed[start].append((j, edge, along, link, along + link))
        listed[target].append((j, edge, along, link, length - along + link))
    graph = WalkGraph(offsets(at), *columns(at, 2))
    at_nodes = WalkTargets(offsets(listed), *columns(listed, 5))
    own = range(len(sources)) if same_points else [int(NO_TARGET)] * len(sources)
    points = columns([[(*point, same) for point, same in zip(sources, own, strict=True)]], 4)
    start, target, length = columns([list(edges)], 3)
    from_points = WalkSources(*points, start, target, length)
    n_links, reached, length_mm = walks_from(
        graph, from_points, 0, len(sources), at_nodes, len(targets), limit_mm
    )
    ends = np.cumsum(n_links)
    pairs = list(zip(reached.tolist(), length_mm.tolist(), strict=True))
    return [dict(pairs[end - n : end]) for end, n in zip(ends, n_links, strict=True)]


def offsets(rows: Sequence[Sequence[object]]) -> np.ndarray:
    return frozen(np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64))


def columns(rows: Sequence[Sequence[tuple[int, ...]]], n: int) -> list[np.ndarray]:
    table = np.array([entry for row in rows for entry in row], dtype=np.int32).reshape(-1, n)
    return [frozen(table[:, column].copy()) for column in range(n)]


def frozen(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


# A square 0-1-2-3 of sides 100 with a tail 3-4 of 50, and an island 5-6. Edge numbers in this order.
SQUARE: list[Edge] = [(0, 1, 100), (1, 2, 100), (2, 3, 100), (0, 3, 100), (3, 4, 50), (5, 6, 80)]


def test_both_links_count() -> None:
    assert kernel_walks(SQUARE, [(0, 20, 7)], [(1, 30, 5)]) == [{0: 7 + 80 + 30 + 5}]


def test_two_points_on_one_edge_walk_straight_between_them() -> None:
    assert kernel_walks(SQUARE, [(0, 20, 7)], [(0, 70, 5), (0, 10, 1)]) == [{0: 62, 1: 18}]


def test_leaves_its_edge_by_the_nearer_end() -> None:
    # From 10 beyond node 0 to 10 before node 3 on edge (0, 3): by node 0 it is 10 + 90.
    assert kernel_walks(SQUARE, [(0, 10, 0)], [(3, 90, 0)]) == [{0: 100}]
    # From 90 along edge (0, 1) to the middle of (1, 2): by node 1.
    assert kernel_walks(SQUARE, [(0, 90, 0)], [(1, 50, 0)]) == [{0: 60}]


def test_enters_the_targets_edge_by_the_nearer_end() -> None:
    assert kernel_walks(SQUARE, [(4, 50, 0)], [(2, 90, 0), (3, 90, 0)]) == [{0: 60, 1: 60}]


def test_a_walk_of_exactly_the_limit_counts_and_one_millimetre_more_does_not() -> None:
    source, target = (0, 20, 7), (1, 30, 5)  # 122 mm apart
    assert kernel_walks(SQUARE, [source], [target], 122) == [{0: 122}]
    assert kernel_walks(SQUARE, [source], [target], 121) == [{}]


def test_the_limit_may_be_used_up_exactly_at_a_crossing() -> None:
    assert kernel_walks(SQUARE, [(0, 20, 0)], [(1, 0, 0)], 80) == [{0: 80}]


def test_targets_ascend_whatever_order_they_are_reached_in() -> None:
    assert list(kernel_walks(SQUARE, [(0, 0, 0)], [(4, 50, 0), (3, 60, 0), (0, 5, 0)])[0]) == [0, 1, 2]


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**60), max_size=60))
def test_the_heap_gives_back_the_least_first(entries: list[int]) -> None:
    heap, n = np.empty(len(entries) + 1, dtype=np.int64), 0
    for entry in entries:
        n = _insert(heap, n, entry)
    found = []
    while n:
        found.append(int(heap[0]))
        n = _remove_first(heap, n)
    assert found == sorted(entries)


def test_an_island_is_not_reached_from_outside() -> None:
    assert kernel_walks(SQUARE, [(0, 0, 0), (5, 10, 0)], [(5, 80, 2), (4, 50, 0)]) == [{1: 150}, {0: 72}]


def test_the_same_point_reaches_itself_in_zero_although_its_link_is_long() -> None:
    points = [(0, 20, 7), (0, 20, 7)]
    assert kernel_walks(SQUARE, points, points, same_points=True) == [{0: 0, 1: 14}, {0: 14, 1: 0}]
    assert kernel_walks(SQUARE, points, points, 0, same_points=True) == [{0: 0}, {1: 0}]


def test_one_source_leaves_nothing_behind_for_the_next() -> None:
    sources = [(0, 0, 0), (5, 0, 0), (0, 0, 0), (2, 100, 0)]
    targets = [(4, 50, 0), (5, 80, 0)]
    assert kernel_walks(SQUARE, sources, targets) == [{0: 150}, {1: 80}, {0: 150}, {0: 50}]


def test_edges_of_zero_length_are_passed() -> None:
    edges = [(0, 1, 0), (1, 2, 0), (2, 3, 5)]
    assert kernel_walks(edges, [(0, 0, 1)], [(2, 5, 1), (1, 0, 0)]) == [{0: 7, 1: 1}]


def test_many_targets_grow_the_answer_and_stay_ascending() -> None:
    targets = [(0, 100 - i % 101, i) for i in range(3000)]
    found = kernel_walks(SQUARE, [(0, 0, 0), (1, 0, 0)], targets)
    assert found == walks(SQUARE, [(0, 0, 0), (1, 0, 0)], targets, FAR)
    assert list(found[0]) == list(range(3000))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Edge], list[Point], list[Point], int]:
    """Random streets, also disconnected, and points on them."""
    n_nodes = draw(st.integers(2, 9))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, n_nodes - 2), st.integers(0, n_nodes - 1)).filter(lambda p: p[0] < p[1]),
            min_size=1,
            max_size=16,
            unique=True,
        )
    )
    edges = [(start, target, draw(st.integers(0, 30))) for start, target in pairs]
    point = st.integers(0, len(edges) - 1).flatmap(
        lambda edge: st.tuples(st.just(edge), st.integers(0, edges[edge][2]), st.integers(0, 8))
    )
    points = st.lists(point, min_size=1, max_size=6)
    return edges, draw(points), draw(points), draw(st.integers(0, 120))


@settings(max_examples=400, deadline=None)
@given(cases())
@example(([(0, 1, 0)], [(0, 0, 0)], [(0, 0, 0)], 0))
def test_equals_the_slow_twin_on_random_streets(
    case: tuple[list[Edge], list[Point], list[Point], int],
) -> None:
    found, expected = kernel_walks(*case), walks(*case)
    assert found == expected
    assert [list(reached) for reached in found] == [list(reached) for reached in expected], "ascending"


@settings(max_examples=100, deadline=None)
@given(cases())
def test_equals_the_slow_twin_among_the_same_points(
    case: tuple[list[Edge], list[Point], list[Point], int],
) -> None:
    edges, points, _, limit = case
    found = kernel_walks(edges, points, points, limit, same_points=True)
    assert found == walks(edges, points, points, limit, same_points=True)
    for i, reached in enumerate(found):
        for j, length in reached.items():
            assert found[j][i] == length, "a walk is as long there as back"


@pytest.mark.parametrize("split", [0, 1, 3])
def test_blocks_of_sources_give_what_one_block_gives(split: int) -> None:
    points = [(0, 20, 7), (2, 5, 0), (5, 1, 1)]
    whole = kernel_walks(SQUARE, points, points)
    assert kernel_walks(SQUARE, points[:split] or points[:1], points) == whole[: split or 1]

"""The bounded street search and its chains, against hand cases and against the slow twin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.roads import Point, Road, ways

from access.engine.chains import CLOSED_COST
from access.engine.roads import _insert, _remove_first
from access.snapping import NO_EDGE, NO_LINK_MM, SNAPPED, TOO_FAR, Snap
from access.street_search import Lines, lines_of, places_of, search

FAR = 10**6
CLOSED = CLOSED_COST


def lines(roads: Sequence[Road]) -> Lines:
    n_nodes = 1 + max(max(start, target) for start, target, *_ in roads)
    return lines_of(n_nodes, *np.array(roads, dtype=np.int32).T)


def snapped(points: Sequence[Point]) -> Snap:
    edge, along, link = np.array(points, dtype=np.int32).reshape(-1, 3).T
    state = np.where(edge == NO_EDGE, TOO_FAR, SNAPPED)
    return Snap(edge, along, link, state)


def kernel_ways(
    roads: Sequence[Road],
    sources: Sequence[Point],
    targets: Sequence[Point],
    limit: int = FAR,
    *,
    same_points: bool = False,
) -> list[dict[int, int]]:
    """Search with plain lists; the same shape of answer as the twin."""
    streets, origins, destinations = lines(roads), snapped(sources), snapped(targets)
    from_places = places_of(streets, origins, origins.link_mm)
    to_places = places_of(streets, destinations, destinations.link_mm)
    n_links, target, cost = search(
        streets, from_places, to_places, len(targets), limit, same_points=same_points, threads=1
    )
    pairs = list(zip(target.tolist(), cost.tolist(), strict=True))
    ends = dict(zip(from_places.point.tolist(), np.cumsum(n_links).tolist(), strict=True))
    number = dict(zip(from_places.point.tolist(), n_links.tolist(), strict=True))
    return [dict(pairs[ends[i] - number[i] : ends[i]]) if i in ends else {} for i in range(len(sources))]


def both(start: int, target: int, length: int) -> Road:
    """A road that costs its length both ways."""
    return start, target, length, length, length


def one_way(start: int, target: int, length: int) -> Road:
    return start, target, length, length, CLOSED


# A square 0-1-2-3 of sides 100 with a tail 3-4 of 50, and an island 5-6. Edge numbers in this order.
SQUARE = [both(0, 1, 100), both(1, 2, 100), both(2, 3, 100), both(0, 3, 100), both(3, 4, 50), both(5, 6, 80)]
# The same square, but one can only go round 0 -> 1 -> 2 -> 3 -> 0.
ROUNDABOUT = [one_way(0, 1, 100), one_way(1, 2, 100), one_way(2, 3, 100), (0, 3, 100, CLOSED, 100)]


def test_both_links_count() -> None:
    assert kernel_ways(SQUARE, [(0, 20, 7)], [(1, 30, 5)]) == [{0: 7 + 80 + 30 + 5}]


def test_two_points_on_one_edge_go_straight_between_them() -> None:
    assert kernel_ways(SQUARE, [(0, 20, 7)], [(0, 70, 5), (0, 10, 1)]) == [{0: 62, 1: 18}]


def test_leaves_its_edge_by_the_nearer_end() -> None:
    # From 10 beyond node 0 to 10 before node 3 on edge (0, 3): by node 0 it is 10 + 90.
    assert kernel_ways(SQUARE, [(0, 10, 0)], [(3, 90, 0)]) == [{0: 100}]
    # From 90 along edge (0, 1) to the middle of (1, 2): by node 1.
    assert kernel_ways(SQUARE, [(0, 90, 0)], [(1, 50, 0)]) == [{0: 60}]


def test_enters_the_targets_edge_by_the_nearer_end() -> None:
    assert kernel_ways(SQUARE, [(4, 50, 0)], [(2, 90, 0), (3, 90, 0)]) == [{0: 60, 1: 60}]


def test_a_one_way_street_makes_the_way_back_longer() -> None:
    roads = [one_way(0, 1, 100), *SQUARE[1:4]]
    there, back = (0, 40, 0), (1, 0, 0)
    assert kernel_ways(roads, [there], [back]) == [{0: 60}]
    assert kernel_ways(roads, [back], [there]) == [{0: 300 + 40}]


def test_round_a_roundabout_one_goes_the_long_way_to_the_place_just_passed() -> None:
    assert kernel_ways(ROUNDABOUT, [(0, 20, 0)], [(0, 30, 0), (0, 10, 0)]) == [{0: 10, 1: 390}]
    assert kernel_ways(ROUNDABOUT, [(3, 70, 0)], [(3, 60, 0), (3, 80, 0)]) == [{0: 10, 1: 390}]


def test_behind_on_the_same_one_way_dead_end_is_not_reached() -> None:
    assert kernel_ways([one_way(0, 1, 100)], [(0, 50, 0)], [(0, 60, 0), (0, 40, 0), (0, 50, 0)]) == [
        {0: 10, 2: 0}
    ]


def test_one_way_back_only_is_one_way_too() -> None:
    assert kernel_ways([(0, 1, 100, CLOSED, 70)], [(0, 50, 0)], [(0, 0, 0), (0, 100, 0)]) == [{0: 35}]


def test_a_dead_end_is_left_the_way_one_came() -> None:
    assert kernel_ways(SQUARE, [(4, 50, 0)], [(4, 0, 0), (0, 0, 0)]) == [{0: 50, 1: 150}]


def test_there_and_back_may_cost_differently() -> None:
    hill = [(0, 1, 100, 300, 50), (1, 2, 100, 300, 50)]
    assert kernel_ways(hill, [(0, 0, 0)], [(1, 100, 0)]) == [{0: 600}]
    assert kernel_ways(hill, [(1, 100, 0)], [(0, 50, 0)]) == [{0: 75}]


def test_a_part_of_an_edge_is_rounded_half_up_and_the_rest_is_what_remains() -> None:
    roads = [(0, 1, 2, 5, CLOSED), (1, 2, 10, 0, 0)]  # half of 5 is 3, the rest is 2
    assert kernel_ways(roads, [(0, 0, 0), (0, 1, 0)], [(0, 1, 0), (0, 2, 0)]) == [{0: 3, 1: 5}, {0: 0, 1: 2}]


def test_a_loop_at_the_end_of_a_road_may_be_gone_round_either_way() -> None:
    # 0 -(10)- 1, and a loop 1-2-3-1 of 40 + 40 + 40.
    roads = [both(0, 1, 10), both(1, 2, 40), both(2, 3, 40), both(1, 3, 40)]
    assert kernel_ways(roads, [(0, 0, 0)], [(1, 30, 0), (3, 30, 0), (2, 20, 0)]) == [{0: 40, 1: 40, 2: 70}]
    assert kernel_ways(roads, [(1, 10, 0)], [(3, 10, 0), (2, 30, 0)]) == [{0: 20, 1: 60}]


def test_a_ring_without_crossings_is_searched() -> None:
    ring = [both(0, 1, 10), both(1, 2, 10), both(0, 2, 10)]
    assert kernel_ways(ring, [(0, 5, 0)], [(1, 9, 0), (2, 2, 0)]) == [{0: 5 + 9, 1: 5 + 2}]


def test_a_road_that_becomes_one_way_at_a_bend_is_not_passed_against_it() -> None:
    roads = [both(0, 1, 10), one_way(1, 2, 10)]
    assert kernel_ways(roads, [(0, 5, 0), (1, 5, 0)], [(0, 0, 0), (1, 10, 0)]) == [{0: 5, 1: 15}, {1: 5}]


def test_two_one_way_streets_that_meet_head_on_do_not_lead_through() -> None:
    roads = [one_way(0, 1, 10), (1, 2, 10, CLOSED, 10)]
    assert kernel_ways(roads, [(0, 5, 0)], [(0, 10, 0), (1, 5, 0)]) == [{0: 5}]


def test_a_point_at_a_crossing_may_take_every_road_although_it_lies_on_a_one_way_street() -> None:
    roads = [one_way(0, 1, 100), both(0, 2, 100), both(1, 3, 100)]
    assert kernel_ways(roads, [(0, 0, 5)], [(1, 30, 0)]) == [{0: 35}]
    assert kernel_ways(roads, [(1, 30, 0)], [(0, 0, 5)]) == [{0: 35}]
    against = [(0, 1, 100, CLOSED, 100), both(0, 2, 100), both(1, 3, 100)]
    assert kernel_ways(against, [(0, 100, 0)], [(2, 30, 0)]) == [{0: 30}]
    assert kernel_ways(against, [(2, 30, 0)], [(0, 100, 0)]) == [{0: 30}]


def test_bends_are_passed_over_without_a_trace() -> None:
    bends = [both(node, node + 1, 3) for node in range(50)]
    assert len(lines(bends).chains.start) == 1
    assert kernel_ways(bends, [(0, 0, 0)], [(49, 3, 0)]) == [{0: 150}]
    assert kernel_ways(bends, [(30, 1, 0)], [(10, 2, 0)]) == [{0: 91 - 32}]


def test_a_way_of_exactly_the_limit_counts_and_one_more_does_not() -> None:
    source, target = (0, 20, 7), (1, 30, 5)  # 122 apart
    assert kernel_ways(SQUARE, [source], [target], 122) == [{0: 122}]
    assert kernel_ways(SQUARE, [source], [target], 121) == [{}]


def test_the_limit_may_be_used_up_exactly_at_a_crossing() -> None:
    assert kernel_ways(SQUARE, [(0, 20, 0)], [(1, 0, 0)], 80) == [{0: 80}]


def test_targets_ascend_whatever_order_they_are_reached_in() -> None:
    assert list(kernel_ways(SQUARE, [(0, 0, 0)], [(4, 50, 0), (3, 60, 0), (0, 5, 0)])[0]) == [0, 1, 2]


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
    assert kernel_ways(SQUARE, [(0, 0, 0), (5, 10, 0)], [(5, 80, 2), (4, 50, 0)]) == [{1: 150}, {0: 72}]


def test_the_same_point_reaches_itself_in_zero_although_its_link_is_long() -> None:
    points = [(0, 20, 7), (0, 20, 7)]
    assert kernel_ways(SQUARE, points, points, same_points=True) == [{0: 0, 1: 14}, {0: 14, 1: 0}]
    assert kernel_ways(SQUARE, points, points, 0, same_points=True) == [{0: 0}, {1: 0}]


def test_points_that_are_not_snapped_have_no_ways_and_shift_no_numbers() -> None:
    off = (int(NO_EDGE), 0, int(NO_LINK_MM))
    points = [(0, 20, 7), off, (0, 30, 0)]
    found = kernel_ways(SQUARE, points, points, same_points=True)
    assert found == [{0: 0, 2: 17}, {}, {0: 17, 2: 0}]


def test_one_source_leaves_nothing_behind_for_the_next() -> None:
    sources = [(0, 0, 0), (5, 0, 0), (0, 0, 0), (2, 100, 0)]
    targets = [(4, 50, 0), (5, 80, 0)]
    assert kernel_ways(SQUARE, sources, targets) == [{0: 150}, {1: 80}, {0: 150}, {0: 50}]


def test_edges_of_zero_length_are_passed() -> None:
    roads = [both(0, 1, 0), both(1, 2, 0), both(2, 3, 5)]
    assert kernel_ways(roads, [(0, 0, 1)], [(2, 5, 1), (1, 0, 0)]) == [{0: 7, 1: 1}]


def test_many_targets_grow_the_answer_and_stay_ascending() -> None:
    targets = [(0, 100 - i % 101, i) for i in range(3000)]
    found = kernel_ways(SQUARE, [(0, 0, 0), (1, 0, 0)], targets)
    assert found == ways(SQUARE, [(0, 0, 0), (1, 0, 0)], targets, FAR)
    assert list(found[0]) == list(range(3000))


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_of_sources_and_threads_change_nothing(threads: int) -> None:
    points = [(i % 5, (7 * i) % 50, i % 9) for i in range(300)]
    streets, places = lines(SQUARE), snapped(points)
    at = places_of(streets, places, places.link_mm)
    n_links, target, cost = search(streets, at, at, 300, FAR, threads=threads)
    found = np.split(np.stack([target, cost]), np.cumsum(n_links)[:-1], axis=1)
    expected = kernel_ways(SQUARE, points[130:131], points)
    assert dict(zip(*found[130].tolist(), strict=True)) == expected[0]


Case = tuple[list[Road], list[Point], list[Point], int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Random roads, disconnected too, many of them bends and one-way, and points on them.

    A one-way road has a length: on one of no length, a point would be at both its ends at once.
    """
    n_nodes = draw(st.integers(2, 9))
    chain = [(node, node + 1) for node in range(n_nodes - 1) if draw(st.integers(0, 4))]
    pair = st.tuples(st.integers(0, n_nodes - 2), st.integers(0, n_nodes - 1)).filter(lambda p: p[0] < p[1])
    pairs = sorted({*chain, *draw(st.lists(pair, min_size=1, max_size=6))})
    cost = st.integers(0, 40)
    costs = st.one_of(
        st.tuples(cost, cost), st.tuples(cost, st.just(CLOSED)), st.tuples(st.just(CLOSED), cost)
    )
    roads: list[Road] = []
    for a, b in pairs:
        there, back = draw(costs)
        length = draw(st.integers(int(CLOSED in (there, back)), 30))
        roads.append((a, b, length, min(there, 40 * length), min(back, 40 * length)))
    point = st.integers(0, len(roads) - 1).flatmap(
        lambda edge: st.tuples(st.just(edge), st.integers(0, roads[edge][2]), st.integers(0, 8))
    )
    points = st.lists(point, min_size=1, max_size=6)
    return roads, draw(points), draw(points), draw(st.integers(0, 160))


@settings(max_examples=200, deadline=None)
@given(cases())
@example(([(0, 1, 0, 0, 0)], [(0, 0, 0)], [(0, 0, 0)], 0))
def test_equals_the_slow_twin_on_random_roads(case: Case) -> None:
    found, expected = kernel_ways(*case), ways(*case)
    assert found == expected
    assert [list(reached) for reached in found] == [list(reached) for reached in expected], "ascending"


@settings(max_examples=100, deadline=None)
@given(cases())
def test_equals_the_slow_twin_among_the_same_points(case: Case) -> None:
    roads, points, _, limit = case
    found = kernel_ways(roads, points, points, limit, same_points=True)
    assert found == ways(roads, points, points, limit, same_points=True)


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_closing_a_direction_never_helps_and_cheaper_never_hurts(case: Case, data: st.DataObject) -> None:
    roads, sources, targets, limit = case
    before = kernel_ways(roads, sources, targets, limit)
    edge = data.draw(st.integers(0, len(roads) - 1))
    a, b, length, there, back = roads[edge]
    worse = [*roads[:edge], (a, b, length, CLOSED, max(back, 0)), *roads[edge + 1 :]]
    if back == CLOSED:
        worse = [*roads[:edge], (a, b, length, there + length, back), *roads[edge + 1 :]]
    after = kernel_ways(worse, sources, targets, limit)
    for i, reached in enumerate(after):
        assert all(before[i].get(j, FAR) <= cost for j, cost in reached.items())


@settings(max_examples=100, deadline=None)
@given(cases())
def test_no_detour_by_a_third_point_is_shorter(case: Case) -> None:
    roads, points, _, _ = case
    points = [(edge, along, 0) for edge, along, _ in points]
    cost = kernel_ways(roads, points, points)
    for i, reached in enumerate(cost):
        for j, first in reached.items():
            for k, second in cost[j].items():
                assert reached[k] <= first + second
        assert cost[i][i] == 0

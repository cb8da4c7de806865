"""The search for a package within a budget."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from reference.suggest import plain_greedy

from access.suggest_search import Found, Option, Package, search

NAN = float("nan")

covers = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, 9), max_size=5),  # whom a change reaches
        st.integers(0, 6),  # its cost
        st.integers(0, 3),  # its route
    ),
    max_size=8,
)


def reached(changes: list[frozenset[int]]) -> Callable[[Package], float]:
    """Improvement = people whom at least one change reaches: submodular."""
    return lambda package: float(len(frozenset().union(*(changes[number] for number in package))))


def found_of(
    changes: list[frozenset[int]], costs: list[float], routes: list[int], budget: float, **more: object
) -> Found:
    improvement = reached(changes)
    return search(
        len(changes),
        lambda number: Option(costs[number], improvement((number,)), routes[number]),
        improvement,
        budget,
        **more,  # type: ignore[arg-type]
    )


@settings(derandomize=True, max_examples=150, deadline=None)
@given(covers, st.integers(0, 15))
def test_lazy_search_picks_what_the_plain_one_picks(
    changes: list[tuple[frozenset[int], int, int]], budget: int
) -> None:
    sets = [change[0] for change in changes]
    costs, routes = [float(change[1]) for change in changes], [change[2] for change in changes]
    found = found_of(sets, costs, routes, budget)
    assert [step.package for step in found.steps] == plain_greedy(costs, routes, reached(sets), budget)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(covers, st.integers(0, 15))
def test_budget_is_never_exceeded_and_a_route_changes_once(
    changes: list[tuple[frozenset[int], int, int]], budget: int
) -> None:
    sets = [change[0] for change in changes]
    costs, routes = [float(change[1]) for change in changes], [change[2] for change in changes]
    found = found_of(sets, costs, routes, budget)
    for package in [step.package for step in found.steps] + [found.package]:
        assert sum(costs[number] for number in package) <= budget
        assert len({routes[number] for number in package}) == len(package)
    assert found.improvement == reached(sets)(found.package)
    improvements = [step.improvement for step in found.steps]
    assert improvements == sorted(set(improvements)), "each pick improves"
    assert found == found_of(sets, costs, routes, budget), "the same again"


def test_takes_the_larger_improvement_per_vehicle_hour_first() -> None:
    found = found_of([frozenset({1, 2}), frozenset({3, 4, 5})], [1.0, 3.0], [1, 2], 4)
    assert [step.added for step in found.steps] == [0, 1]  # 2 an hour, then 1 an hour
    assert (found.improvement, found.cost) == (5.0, 4.0)


def test_the_cheaper_of_two_equals_comes_first_then_the_earlier() -> None:
    found = found_of([frozenset({1, 2}), frozenset({3}), frozenset({4})], [2.0, 1.0, 1.0], [1, 2, 3], 9)
    assert [step.added for step in found.steps] == [1, 2, 0]


def test_a_stronger_variant_replaces_the_one_of_the_same_route() -> None:
    weak, strong = frozenset({1, 2}), frozenset({1, 2, 3})
    found = found_of([strong, weak], [6.0, 1.0], [9, 9], 6)
    assert [(step.added, step.dropped) for step in found.steps] == [(1, None), (0, 1)]
    assert (found.package, found.cost) == ((0,), 6.0)


def test_one_large_change_is_taken_instead_of_a_small_package() -> None:
    small, large = frozenset({1}), frozenset(range(1, 10))
    found = found_of([small, large], [1.0, 10.0], [1, 2], 10)
    assert [step.package for step in found.steps] == [(0,)]  # 1 an hour beats 0.9; then 9 hours are left
    assert (found.package, found.improvement, found.cost) == ((1,), 9.0, 10.0)


def test_what_cannot_be_computed_or_does_not_fit_is_left_out() -> None:
    options = [Option(1.0, NAN, 1), Option(NAN, NAN, 2), Option(2.0, 1.0, 3), Option(1.0, -3.0, 4)]
    found = search(4, lambda number: options[number], lambda package: NAN, 9)
    assert (found.package, found.complete) == ((2,), True)


def test_changes_that_do_not_go_together_are_not_put_together() -> None:
    options = [Option(1.0, 5.0, 1), Option(1.0, 4.0, 2)]
    found = search(2, lambda number: options[number], lambda package: NAN, 9)
    assert found.package == (0,)


def test_interruption_keeps_the_best_so_far() -> None:
    options = [Option(1.0, 2.0, 1), Option(1.0, 5.0, 2)]

    def alone(number: int) -> Option:
        if number == 2:
            raise KeyboardInterrupt
        return options[number]

    found = search(3, alone, lambda package: NAN, 9)
    assert (found.complete, found.stopped) == (False, "interrupted")
    assert found.options == options
    assert (found.package, found.improvement) == ((1,), 5.0)


def test_interruption_between_picks_keeps_the_picks() -> None:
    changes = [frozenset({1, 2}), frozenset({3}), frozenset({4})]
    improvement = reached(changes)

    def interrupted(package: Package) -> float:
        if len(package) == 3:
            raise KeyboardInterrupt
        return improvement(package)

    found = search(3, lambda n: Option(1.0, improvement((n,)), n), interrupted, 9)
    assert (found.complete, found.package) == (False, (0, 1))


def test_time_limit_is_looked_at_before_each_computation() -> None:
    asked: list[bool] = []

    def out_of_time() -> bool:
        asked.append(True)
        return len(asked) > 2

    found = found_of([frozenset({1}), frozenset({2}), frozenset({3})], [1.0] * 3, [1, 2, 3], 9,
                     out_of_time=out_of_time)  # fmt: skip
    assert (len(found.options), found.stopped, found.evaluations) == (2, "time limit", 2)


def test_lazy_search_computes_less_than_the_plain_one() -> None:
    changes = [frozenset({number}) for number in range(20)]
    found = found_of(changes, [1.0] * 20, list(range(20)), 3)
    assert len(found.steps) == 3
    assert found.evaluations <= 20 + 2 * 3  # of 20 + 19 + 18

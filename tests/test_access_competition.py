"""Competition measures on arrays: on paper, laws, the published formulas, and where nothing settles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import competition as twin

from access.competition import (
    balanced,
    nobody_competes_for,
    per_person,
    spatial_availability,
    two_step,
)
from access.competition_iterated import iterated_competition
from access.decay import decay_binary, decay_exponential
from access.errors import AccessError
from access.weights import ByteCosts, LongCosts, Weights

NAN = float("nan")
RANDOM = settings(deadline=None, derandomize=True, max_examples=50)
FAR = 255


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def within(minutes: list[list[int]], cutoff: float = 30) -> Weights:
    return ByteCosts(np.array(minutes, dtype=np.uint8)).weigh(decay_binary(cutoff))


# Two hamlets at one school of 10 places, the second also at another one of 6.
TWO = within([[10, FAR], [20, 10]])


def test_two_step_on_paper() -> None:
    # School 1: 10 for 1 + 4 people = 2; school 2: 6 for 4 = 1.5.
    assert two_step(TWO, of(10, 6), of(1, 4)).tolist() == [2, 3.5]


def test_balanced_on_paper() -> None:
    # Hamlet 2 counts half at each school: demand 1 + 2 and 2, so 10/3 and 3 a person; school 1 is half for
    # each hamlet: 5/3, and 5/3 + 3.
    assert balanced(TWO, of(10, 6), of(1, 4)).tolist() == pytest.approx([5 / 3, 14 / 3])


def test_spatial_availability_on_paper() -> None:
    # Of the 10 places 1/5 and 4/5; of the 6 all for hamlet 2.
    assert spatial_availability(TWO, of(10, 6), of(1, 4)).tolist() == [2, 14]
    assert spatial_availability(TWO, of(10, 6), of(1, 4), 0).tolist() == [5, 11]
    assert spatial_availability(TWO, of(10, 6), of(1, 4), 2).tolist() == pytest.approx(
        [10 / 17, 160 / 17 + 6]
    )


def test_availability_per_person_is_not_defined_without_people() -> None:
    assert per_person(of(2, 14, 0), of(1, 4, 0)).tolist() == pytest.approx([2, 3.5, NAN], nan_ok=True)


def test_nobody_has_what_nobody_competes_for() -> None:
    given_two = TWO, of(10, 6), of(3, 0)
    assert nobody_competes_for(*given_two) == 6
    for measure in (two_step, balanced):
        assert np.isfinite(measure(*given_two)).all()
        assert measure(*given_two, no_demand="as_r").tolist()[1] == np.inf
    assert spatial_availability(*given_two).tolist() == [10, 0]
    assert spatial_availability(*given_two, 0).tolist() == [10, 0]


def test_without_opportunities_or_people_all_is_zero() -> None:
    for measure in (two_step, balanced, spatial_availability):
        assert measure(TWO, of(0, 0), of(1, 4)).tolist() == [0, 0]
        assert measure(TWO, of(10, 6), of(0, 0)).tolist() == [0, 0]


def test_the_unknown_makes_unknown_only_what_it_reaches() -> None:
    hamlets = within([[10, FAR], [FAR, 10]])
    for measure in (two_step, balanced, spatial_availability):
        assert np.isnan(measure(hamlets, of(10, 6), of(NAN, 4))).tolist() == [True, False]
        assert np.isnan(measure(hamlets, of(NAN, 6), of(1, 4))).tolist() == [True, False]


def test_no_opportunities_are_not_infinitely_many_as_in_r() -> None:
    for measure in (two_step, balanced):
        assert (
            measure(TWO, of(10, 0), of(3, 0), no_demand="as_r").tolist()
            == measure(TWO, of(10, 0), of(3, 0)).tolist()
        )


# Iterated


def test_iterated_competition_on_paper() -> None:
    # 6 places for 3 + 3 people, 2 for the same and 4 for the second only... with all in reach: all alike.
    found = iterated_competition(within([[10, 10], [10, 10]]), of(6, 2), of(3, 3))
    assert found.access.tolist() == pytest.approx([1, 1])
    # One joint place of 2, one of 2 for hamlet 2 only, 1 and 3 people: hamlet 1 gets its own 1 of the joint
    # place, hamlet 2 the other 1 and its own 2. L1 = 1/a + 3/b, L2 = 3/b; a = 2/L1, b = 2/L1 + 2/L2 gives
    # b = 3 a; mean (a + 3 b) / 4 = 1: a = 0.4, b = 1.2.
    found = iterated_competition(within([[10, FAR], [20, 10]]), of(2, 2), of(1, 3))
    assert found.access.tolist() == pytest.approx([0.4, 1.2], rel=1e-7)
    assert len(found.not_connected) == len(found.not_converging) == 0


def test_scale_of_people_and_opportunities_changes_nothing() -> None:
    weights = ByteCosts(np.array([[10, 40], [20, 10]], dtype=np.uint8)).weigh(decay_exponential(0.1))
    once = iterated_competition(weights, of(2, 2), of(1, 3)).access
    again = iterated_competition(weights, of(500, 500), of(7, 21)).access
    assert again == pytest.approx(once, rel=1e-7)


def test_an_island_is_named_and_a_cell_that_reaches_nothing_has_zero() -> None:
    weights = within([[10, FAR], [20, FAR], [FAR, 10], [FAR, FAR]])
    found = iterated_competition(weights, of(4, 1), of(2, 2, 1, 5))
    assert found.access.tolist() == pytest.approx([1, 1, NAN, 0], nan_ok=True)
    assert found.not_connected.tolist() == [2]


def test_who_alone_has_more_than_all_others_never_settles_and_is_named() -> None:
    # 40 places for 1 person who also reaches the 4 that 3 others share: a step later always more.
    weights = within([[10, 10], [FAR, 10], [FAR, 10]])
    found = iterated_competition(weights, of(40, 4), of(1, 2, 1))
    assert found.not_converging.tolist() == [0]
    assert found.access.tolist() == pytest.approx([NAN, 1, 1], nan_ok=True)


def test_places_without_opportunities_join_nobody() -> None:
    weights = within([[10, FAR, 10], [10, FAR, FAR], [FAR, 10, 10]])
    found = iterated_competition(weights, of(4, 1, 0), of(2, 2, 1))
    assert found.not_connected.tolist() == [2]


def test_who_was_joined_only_through_one_taken_out_is_an_island_then() -> None:
    # Cell 0 has 1,000 places of its own; it joins cells 1 and 2, of 5 people, to cell 3, of 1.
    weights = within([[10, 10, 10], [FAR, 10, FAR], [FAR, 10, FAR], [FAR, FAR, 10]])
    found = iterated_competition(weights, of(1000, 5, 1), of(1, 3, 2, 1))
    assert found.not_converging.tolist() == [0]
    assert found.not_connected.tolist() == [3]
    assert found.access.tolist() == pytest.approx([NAN, 1, 1, NAN], nan_ok=True)


def test_a_cell_without_people_is_given_what_people_there_would_have() -> None:
    weights = within([[10, FAR], [20, 10], [10, FAR]])
    found = iterated_competition(weights, of(2, 2), of(1, 3, 0))
    assert found.access[2] == pytest.approx(found.access[0])


def test_where_most_people_are_left_out_nothing_is_defined() -> None:
    # Three islands of one third each: no part speaks for the city.
    found = iterated_competition(
        within([[1, FAR, FAR], [FAR, 1, FAR], [FAR, FAR, 1]]), of(1, 1, 1), of(5, 5, 5)
    )
    assert np.isnan(found.access).all()
    assert len(found.not_connected) + len(found.not_converging) == 3


def test_too_few_steps_name_who_has_not_arrived() -> None:
    weights = within([[10, FAR], [20, 10]])
    found = iterated_competition(weights, of(2, 2), of(1, 3), max_steps=1)
    assert found.not_converging.tolist() == [0]


def test_no_people_or_no_opportunities_define_nothing() -> None:
    weights = within([[10, 10]])
    assert iterated_competition(weights, of(0, 0), of(1)).access.tolist() == [0]
    assert np.isnan(iterated_competition(weights, of(1, 1), of(0)).access).all()


@pytest.mark.parametrize(("tolerance", "max_steps"), [(0, 9), (NAN, 9), (1e-9, 0)])
def test_limits_that_limit_nothing_are_refused(tolerance: float, max_steps: int) -> None:
    with pytest.raises(AccessError, match="tolerance must be above 0 and max_steps at least 1"):
        iterated_competition(TWO, of(1, 1), of(1, 1), tolerance=tolerance, max_steps=max_steps)


def test_weakly_joined_towns_arrive_in_few_steps() -> None:
    # Twin: 20,000 plain steps of the published equations (7,000 were enough).
    minutes = np.array([[15, 30, 100], [30, 15, 100], [100, 100, 15]], dtype=np.uint8)
    weights = ByteCosts(minutes).weigh(decay_exponential(0.1))
    found = iterated_competition(weights, of(100, 100, 10), of(50, 150, 10))
    expected = twin.iterated(np.exp(-0.1 * minutes).tolist(), [100, 100, 10], [50, 150, 10], 20_000)
    assert found.access == pytest.approx(expected, rel=1e-6)
    assert found.steps < 100


# Laws and twins

amounts = st.one_of(st.just(0.0), st.floats(0.1, 100))


@st.composite
def towns(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    minute = st.one_of(st.just(FAR), st.integers(0, 60))
    minutes = [[draw(minute) for _ in range(m)] for _ in range(n)]
    return (
        np.array(minutes, dtype=np.uint8),
        np.array([draw(amounts) for _ in range(m)]),
        np.array([draw(amounts) for _ in range(n)]),
    )


@RANDOM
@given(towns(), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_the_published_formulas_give_the_same_and_nothing_is_lost(
    town: tuple[np.ndarray, np.ndarray, np.ndarray], alpha: float
) -> None:
    minutes, offered, people = town
    costs = ByteCosts(minutes)
    weights = costs.weigh(decay_exponential(0.05))
    f = np.where(minutes == FAR, 0.0, np.exp(-0.05 * minutes)).tolist()
    assert two_step(weights, offered, people) == pytest.approx(twin.two_step(f, offered, people))
    assert balanced(weights, offered, people) == pytest.approx(twin.balanced(f, offered, people))
    shared = spatial_availability(weights, offered, people, alpha)
    assert shared == pytest.approx(twin.spatial_availability(f, offered, people, alpha))
    lost = nobody_competes_for(weights, offered, people)
    assert shared.sum() + lost == pytest.approx(offered.sum())
    assert (people * two_step(weights, offered, people)).sum() + lost == pytest.approx(offered.sum())
    assert (shared >= 0).all()


@RANDOM
@given(towns())
def test_a_table_of_pairs_gives_what_the_matrix_gives(
    town: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    minutes, offered, people = town
    origin, destination = np.nonzero(minutes != FAR)
    cost = minutes[origin, destination].astype(np.float64)
    pairs = LongCosts(origin.astype(np.int32), destination.astype(np.int32), cost, *minutes.shape)
    both = [costs.weigh(decay_exponential(0.05)) for costs in (ByteCosts(minutes), pairs)]
    for measure in (two_step, balanced, spatial_availability):
        first, second = (measure(weights, offered, people) for weights in both)
        assert first == pytest.approx(second)


@RANDOM
@given(towns())
def test_settled_competition_solves_both_equations(town: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    minutes, offered, people = town
    weights = ByteCosts(minutes).weigh(decay_exponential(0.05))
    found = iterated_competition(weights, offered, people)
    defined = ~np.isnan(found.access) & (people > 0) & (found.access > 0)
    assume(defined.any())
    assert np.average(found.access[defined], weights=people[defined]) == pytest.approx(1)
    f = np.where(minutes == FAR, 0.0, np.exp(-0.05 * minutes))[defined]
    pressed = (people[defined] / found.access[defined]) @ f
    jobs = np.where(pressed > 0, offered, 0)
    again = f @ np.divide(jobs, pressed, out=np.zeros(len(jobs)), where=pressed > 0)
    assert again / np.average(again, weights=people[defined]) == pytest.approx(
        found.access[defined], rel=1e-5
    )
    left_out = {*found.not_connected.tolist(), *found.not_converging.tolist()}
    assert left_out == set(np.flatnonzero(np.isnan(found.access) & (people > 0)).tolist())

"""Small counts: hidden, and attacked by somebody who knows the rule and adds and subtracts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import disclosure

from access.errors import InputDataError
from access.suppression import SuppressedTable, suppress_counts, suppress_table


def counts_hidden(*counts: float, minimum: float = 20) -> tuple[list[bool], bool]:
    found = suppress_counts(np.array(counts, dtype=float), minimum)
    return found.counts.tolist(), found.total


# lists


def test_large_counts_and_zeros_are_shown() -> None:
    assert counts_hidden(20, 0, 300) == ([False, False, False], False)
    assert counts_hidden() == ([], False)


def test_one_small_count_takes_the_next_smallest_with_it() -> None:
    assert counts_hidden(5, 300, 40, 0) == ([True, False, True, False], False)


def test_two_small_counts_hide_each_other_if_together_they_could_reach_the_minimum() -> None:
    assert counts_hidden(9, 12, 100) == ([True, True, False], False)  # 1 + 20 is possible
    assert counts_hidden(9, 11, 100) == ([True, True, True], False)  # at most 19


def test_the_total_goes_where_nothing_else_can_hide_a_count() -> None:
    assert counts_hidden(5) == ([True], True)
    assert counts_hidden(5, 0, 0) == ([True, False, False], True)
    assert counts_hidden(5, 10) == ([True, True], True)
    assert counts_hidden(*[1] * 20) == ([True] * 20, True)  # twenty who live in twenty cells


def test_fractions_of_residents_are_handled_alike() -> None:
    assert counts_hidden(0.4, 30.5, 300) == ([True, True, False], False)
    assert counts_hidden(19.9999999999, 300) == ([False, False], False)  # rounding is no person


@given(
    st.lists(st.one_of(st.just(0), st.integers(1, 6), st.integers(7, 40)), min_size=1, max_size=5),
    st.integers(2, 6),
)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_no_small_count_can_be_found_from_the_others_and_the_total(counts: list[int], minimum: int) -> None:
    hidden, total = counts_hidden(*counts, minimum=minimum)
    for count, hide in zip(counts, hidden, strict=True):
        assert hide or count == 0 or count >= minimum
        assert not (hide and count == 0)
    if total or not any(hidden):
        return
    seen = [None if hide else count for count, hide in zip(counts, hidden, strict=True)]
    possible = list(disclosure.possible_lists(seen, sum(counts)))
    assert counts in possible
    for place, count in enumerate(counts):
        values = {other[place] for other in possible}
        if hidden[place]:
            assert len(values) >= 2
        if 0 < count < minimum:
            assert max(values) >= minimum


# tables


def test_a_table_of_large_counts_is_shown() -> None:
    found = suppress_table(np.array([[20.0, 0.0], [30.0, 40.0]]))
    assert not any(np.any(part) for part in found)


def test_a_small_count_is_protected_by_a_rectangle_of_the_smallest() -> None:
    table = np.array([[5.0, 100, 60], [70, 300, 80], [90, 400, 500]])
    found = suppress_table(table)
    assert found.cells.tolist() == [[True, False, True], [True, False, True], [False, False, False]]
    assert not found.row_totals.any()
    assert not found.column_totals.any()
    assert not found.total


def test_a_bridge_between_two_closed_rectangles_is_seen() -> None:
    # Two rectangles of four small counts each, and one small count between: each row and column with a
    # hidden count holds at least two, and yet the one between would be known.
    table = np.full((4, 4), 500.0)
    table[:2, :2] = table[2:, 2:] = 15
    table[1, 2] = 15
    found = suppress_table(table)
    first_look = table < 20
    assert found.cells.sum() > first_look.sum()
    assert attack(table, found, 20)


def test_a_small_total_is_hidden_too() -> None:
    found = suppress_table(np.array([[5.0, 0.0], [300.0, 400.0], [500.0, 600.0]]))
    assert found.cells[0].tolist() == [True, False]
    assert found.row_totals[0]
    assert found.row_totals.sum() == 2
    assert not found.total


def test_one_row_hides_its_columns_totals() -> None:
    found = suppress_table(np.array([[5.0, 95.0]]))
    assert found.cells.tolist() == [[True, True]]
    assert found.column_totals.tolist() == [True, True]
    assert (found.row_totals.tolist(), found.total) == ([False], False)


def test_a_table_of_few_people_is_hidden_whole() -> None:
    found = suppress_table(np.array([[5.0, 0.0], [3.0, 4.0]]))
    assert found.cells.tolist() == [[True, False], [True, True]]
    assert found.total
    assert found.row_totals.all()


def test_where_only_few_cells_are_not_empty_everything_may_have_to_go() -> None:
    found = suppress_table(np.array([[5.0, 0.0], [0.0, 300.0]]))
    assert attack(np.array([[5.0, 0.0], [0.0, 300.0]]), found, 20)


def attack(table: np.ndarray, found: SuppressedTable, minimum: int) -> bool:
    """By linear programmes of its own: can every small count be at least the minimum? True if so."""
    from scipy.optimize import linprog

    n_rows, n_columns = table.shape
    unknown = found.cells.ravel()
    if found.total:
        return True
    base = np.where(found.cells, 0, table)
    equations, sums = [], []
    for row in range(n_rows):
        if not found.row_totals[row]:
            mask = np.zeros(table.shape)
            mask[row] = 1
            equations.append(mask.ravel()[unknown])
            sums.append(table[row].sum() - base[row].sum())
    for column in range(n_columns):
        if not found.column_totals[column]:
            mask = np.zeros(table.shape)
            mask[:, column] = 1
            equations.append(mask.ravel()[unknown])
            sums.append(table[:, column].sum() - base[:, column].sum())
    equations.append(np.ones(unknown.sum()))
    sums.append(table.sum() - base.sum())
    for place, number in enumerate(np.flatnonzero(unknown)):
        if table.ravel()[number] < minimum:
            aim = np.zeros(unknown.sum())
            aim[place] = -1
            best = linprog(aim, A_eq=np.array(equations), b_eq=sums, bounds=(1, None))
            if -best.fun < minimum - 1e-6:
                return False
    return True


def hidden_right(table: np.ndarray, found: SuppressedTable, minimum: int) -> None:
    """All small counts and totals are hidden, no zero is."""
    for values, hidden in (
        (table, found.cells),
        (table.sum(axis=1), found.row_totals),
        (table.sum(axis=0), found.column_totals),
    ):
        assert hidden[(values > 0) & (values < minimum)].all()
        assert not hidden[values == 0].any()


entries = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 9))


@given(st.lists(st.lists(entries, min_size=2, max_size=2), min_size=1, max_size=3), st.integers(2, 5))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_no_small_count_of_a_table_can_be_found_by_trying_all(rows: list[list[int]], minimum: int) -> None:
    table = np.array(rows, dtype=float)
    found = suppress_table(table, minimum)
    hidden_right(table, found, minimum)
    if found.total or not found.cells.any():
        return
    seen = [
        [None if h else int(v) for v, h in zip(row, hidden, strict=True)]
        for row, hidden in zip(table, found.cells, strict=True)
    ]
    row_totals = [None if h else int(v) for v, h in zip(table.sum(axis=1), found.row_totals, strict=True)]
    column_totals = [
        None if h else int(v) for v, h in zip(table.sum(axis=0), found.column_totals, strict=True)
    ]
    possible = list(disclosure.possible_tables(seen, row_totals, column_totals, int(table.sum())))
    assert rows in possible
    for (row, column), value in np.ndenumerate(table):
        if 0 < value < minimum:
            assert max(other[row][column] for other in possible) >= minimum
    for row, value in enumerate(table.sum(axis=1)):
        if 0 < value < minimum:
            assert max(sum(other[row]) for other in possible) >= minimum


@pytest.mark.slow
def test_no_small_count_of_many_random_tables_can_be_found() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        shape = rng.integers(1, 9, 2)
        table = np.floor(rng.lognormal(3, 1.5, shape) * (rng.random(shape) < 0.8))
        found = suppress_table(table)
        hidden_right(table, found, 20)
        assert attack(table, found, 20)


def test_no_small_count_of_some_random_tables_can_be_found() -> None:
    rng = np.random.default_rng(2)
    for _ in range(15):
        table = np.floor(rng.lognormal(4, 1.5, (6, 4)))
        found = suppress_table(table)
        hidden_right(table, found, 20)
        assert attack(table, found, 20)
        assert not found.total


def test_counts_that_are_none_are_refused() -> None:
    for wrong in (-1.0, np.nan):
        with pytest.raises(InputDataError, match="counts hold negative or missing values"):
            suppress_counts(np.array([wrong, 1.0]))
        with pytest.raises(InputDataError, match="table hold negative or missing values"):
            suppress_table(np.array([[wrong, 1.0]]))
    with pytest.raises(InputDataError, match=r"minimum of 0\.5 residents"):
        suppress_counts(np.array([1.0]), 0.5)

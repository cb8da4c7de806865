"""Two matrices compared: numbers that one can add in the head, and a slow twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.crosscheck import (
    agreement,
    by_cell,
    largest_differences,
    pairs_to_compare,
    summary_lines,
)
from access.errors import AccessError

NO = 255
FIRST = np.array([[0, 10, 20, NO], [10, 0, 30, 58], [20, 30, 0, NO]], np.uint8)
SECOND = np.array([[0, 11, 18, NO], [10, 0, 36, NO], [NO, 30, 0, 40]], np.uint8)
PAIRS = pairs_to_compare(np.arange(3), np.ones(4, bool), 4)
NAMES = ("fairreach", "r5")


def test_shares_within_some_minutes_are_those_of_pairs_that_both_reach() -> None:
    # both reach 5 pairs, which differ by +1, -2, 0, +6, 0
    found = agreement(FIRST, SECOND, PAIRS, 60)
    assert found.n_both == 5
    assert found.within == {0: 0.4, 1: 0.6, 2: 0.8, 5: 0.8}
    assert found.signed == {1: -2, 5: -2, 25: 0, 50: 0, 75: 1, 95: 6, 99: 6}
    assert found.absolute == {50: 1, 75: 2, 90: 6, 95: 6, 99: 6, 100: 6}


def test_pairs_that_one_engine_reaches_are_counted_apart() -> None:
    found = agreement(FIRST, SECOND, PAIRS, 60)
    assert found.n_pairs == 9  # 3 x 4 less three cells with themselves
    assert (found.n_first_only, found.n_second_only, found.n_neither) == (2, 1, 1)


@pytest.mark.parametrize(("longest", "n_at_limit"), [(60, 1), (62, 1), (63, 0), (24, 3)])
def test_a_minute_decides_near_the_longest_trip(longest: int, n_at_limit: int) -> None:
    # one engine only: in 58, in 20 and in 40 minutes; within 5 minutes of 62 is more than 57
    assert agreement(FIRST, SECOND, PAIRS, longest).n_one_only_at_limit == n_at_limit


def test_a_cell_that_an_engine_has_not_snapped_is_left_out() -> None:
    pairs = pairs_to_compare(np.arange(3), np.array([True, True, False, True]), 4)
    found = agreement(FIRST, SECOND, pairs, 60)
    assert (found.n_pairs, found.n_both, found.n_first_only, found.n_neither) == (4, 2, 1, 1)


def test_sampled_origins_are_not_compared_with_themselves() -> None:
    pairs = pairs_to_compare(np.array([2, 0]), np.ones(4, bool), 4)
    assert pairs.compared.tolist() == [[True, True, False, True], [False, True, True, True]]


def test_nothing_reached_has_no_shares() -> None:
    empty = np.full((3, 4), NO, np.uint8)
    found = agreement(empty, SECOND, PAIRS, 60)
    assert (found.n_both, found.n_second_only) == (0, 6)
    assert np.isnan(list(found.within.values())).all()
    assert np.isnan(list(found.absolute.values())).all()
    assert summary_lines(found, NAMES) == ["9 pairs, none of them reached by both engines"]


def test_matrices_of_different_shapes_are_refused() -> None:
    with pytest.raises(AccessError, match=r"matrices of \(3, 4\) and \(3, 3\) cannot be compared"):
        agreement(FIRST, SECOND[:, :3], PAIRS, 60)
    with pytest.raises(AccessError, match="4 cells are marked as usable or not, but there are 5"):
        pairs_to_compare(np.arange(3), np.ones(4, bool), 5)


def test_the_largest_difference_comes_first_and_those_of_one_engine_after() -> None:
    table = largest_differences(FIRST, SECOND, PAIRS, list("ABCD"), NAMES, 2)
    assert table["from_id"].str.cat(table["to_id"]).tolist() == ["BC", "AC", "CA", "CD"]
    assert table["difference_min"].tolist()[:2] == [6, -2]
    assert table["minutes_fairreach"].fillna(-1).tolist() == [30, 20, 20, -1]
    assert table["minutes_r5"].fillna(-1).tolist() == [36, 18, -1, 40]
    assert table["difference_min"].isna().tolist() == [False, False, True, True]


def test_equal_differences_keep_the_order_of_cells() -> None:
    first = np.full((1, 6), 10, np.uint8)
    second = np.array([[10, 13, 7, 13, 12, 7]], np.uint8)
    pairs = pairs_to_compare(np.array([0]), np.ones(6, bool), 6)
    table = largest_differences(first, second, pairs, list("ABCDEF"), NAMES, 3)
    assert table["to_id"].tolist() == ["B", "C", "D"]


def test_no_difference_is_an_empty_table() -> None:
    table = largest_differences(FIRST, FIRST, PAIRS, list("ABCD"), NAMES, 5)
    assert len(table) == 0
    assert list(table) == ["from_id", "to_id", "minutes_fairreach", "minutes_r5", "difference_min"]


def test_each_cell_has_the_differences_of_the_pairs_that_lead_to_it() -> None:
    found = by_cell(FIRST, SECOND, PAIRS)
    assert found[:3].tolist() == [0, 1, 6]
    assert np.isnan(found[3])


def test_the_lines_say_both_names_and_the_direction() -> None:
    lines = summary_lines(agreement(FIRST, SECOND, PAIRS, 60), NAMES)
    assert lines[0] == (
        "9 pairs, reached by both 5 (55.56 %), by fairreach only 2 (22.22 %), by r5 only 1 (11.11 %) "
        "(within 5 min of the longest trip: 1)"
    )
    assert lines[1] == "equal within 0 min: 40.00 %, 1 min: 60.00 %, 2 min: 80.00 %, 5 min: 80.00 %"
    assert lines[2].startswith("minutes r5 minus fairreach: p1: -2,")


MINUTES = st.sampled_from([0, 1, 5, 119, 120, 254, NO])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), n_origins=st.integers(1, 4), n_cells=st.integers(4, 6))
def test_counts_equal_those_of_a_walk_over_all_pairs(
    data: st.DataObject, n_origins: int, n_cells: int
) -> None:
    def matrix() -> np.ndarray:
        row = st.lists(MINUTES, min_size=n_cells, max_size=n_cells)
        return np.array(data.draw(st.lists(row, min_size=n_origins, max_size=n_origins)), np.uint8)

    first, second = matrix(), matrix()
    usable = np.array(data.draw(st.lists(st.booleans(), min_size=n_cells, max_size=n_cells)))
    origins = np.arange(n_origins)
    found = agreement(first, second, pairs_to_compare(origins, usable, n_cells), 120)
    differences, one_only, n_pairs = [], 0, 0
    for origin in range(n_origins):
        for cell in range(n_cells):
            if origin == cell or not usable[origin] or not usable[cell]:
                continue
            n_pairs += 1
            a, b = int(first[origin, cell]), int(second[origin, cell])
            if a != NO and b != NO:
                differences.append(b - a)
            elif a != NO or b != NO:
                one_only += 1
    assert (found.n_pairs, found.n_both) == (n_pairs, len(differences))
    assert found.n_first_only + found.n_second_only == one_only
    assert found.n_neither == n_pairs - len(differences) - one_only
    if differences:
        signed = pd.Series(differences).quantile([0.5, 0.95], interpolation="nearest")
        assert found.absolute[100] == max(abs(difference) for difference in differences)
        assert found.signed[50] == sorted(differences)[-(-len(differences) // 2) - 1]
        assert min(differences) <= signed[0.95] <= max(differences)
        assert found.within[1] == pytest.approx(
            sum(abs(difference) <= 1 for difference in differences) / len(differences)
        )


def test_matrices_are_not_changed() -> None:
    first, second = FIRST.copy(), SECOND.copy()
    agreement(first, second, PAIRS, 60)
    largest_differences(first, second, PAIRS, list("ABCD"), NAMES, 3)
    by_cell(first, second, PAIRS)
    assert (first == FIRST).all()
    assert (second == SECOND).all()

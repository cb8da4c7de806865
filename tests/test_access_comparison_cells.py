"""What changes in a cell: sign, noise, minutes never reached, cells off the streets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import comparison as reference

from access.comparison_cells import STATES, CellChange, change_of_cells, relative_change
from access.errors import InputDataError

INF, NAN = math.inf, math.nan


def states(found: CellChange) -> list[str]:
    return [STATES[state] for state in found.state]


def arrays(*lists: list[float]) -> list[np.ndarray]:
    return [np.array(each, dtype=float) for each in lists]


def test_without_a_floor_the_sign_decides() -> None:
    found = change_of_cells(*arrays([10, 10, 10], [10.5, 9, 10]))
    assert states(found) == ["gain", "loss", "unchanged"]
    assert found.change.tolist() == [0.5, -1, 0]
    assert found.improvement.tolist() == [0.5, -1, 0]


def test_a_change_must_exceed_its_floor_and_exactly_the_floor_is_noise() -> None:
    base, value, floor = arrays([10, 10, 10, 10, 10], [12, 12.5, 8, 7, 10], [2, 2, 2, 2, 2])
    assert states(change_of_cells(base, value, floor)) == [
        "within noise", "gain", "within noise", "loss", "unchanged",
    ]  # fmt: skip


def test_a_floor_of_zero_is_a_floor_and_an_unknown_one_keeps_the_cell_within_the_noise() -> None:
    base, value, floor = arrays([10, 10], [11, 1000], [0, NAN])
    assert states(change_of_cells(base, value, floor)) == ["gain", "within noise"]


def test_fewer_minutes_are_a_gain() -> None:
    found = change_of_cells(*arrays([10, 10], [7, 12]), better="less")
    assert states(found) == ["gain", "loss"]
    assert found.change.tolist() == [-3, 2]
    assert found.improvement.tolist() == [3, -2]


def test_a_place_reached_newly_is_a_gain_without_a_number_of_minutes() -> None:
    base, value, floor = arrays([INF, 20, INF], [20, INF, INF], [5, 5, 5])
    for found in (
        change_of_cells(base, value, better="less"),
        change_of_cells(base, value, floor, better="less"),
    ):
        assert states(found) == ["gain", "loss", "unchanged"]
        np.testing.assert_array_equal(found.change, [NAN, NAN, 0])


def test_a_cell_off_the_streets_in_one_of_the_two_has_no_change() -> None:
    found = change_of_cells(*arrays([NAN, 5, NAN, NAN], [5, NAN, NAN, INF], [0, 0, 0, 0]))
    assert states(found) == ["no data"] * 4
    assert np.isnan(found.change).all()


def test_nothing_reached_is_a_number_and_gains_from_zero() -> None:
    assert states(change_of_cells(*arrays([0, 3], [3, 0]))) == ["gain", "loss"]


def test_sums_that_differ_by_rounding_are_unchanged() -> None:
    found = change_of_cells(*arrays([0.1 + 0.2, 1e9], [0.3, 1e9 + 0.5]))
    assert states(found) == ["unchanged", "unchanged"]
    assert found.change.tolist() == [0, 0]


def test_shapes_and_floors_are_checked_together() -> None:
    base, value, floor = arrays([1, 2], [1], [-1, 2])
    with pytest.raises(InputDataError, match=r"shapes differ.*1 noise floors are below 0; give 0 or more"):
        change_of_cells(base, value, floor)


def test_the_inputs_stay_as_they_are() -> None:
    base, value, floor = arrays([1, INF, NAN], [1, 2, 3], [0, 0, 0])
    for each in (base, value, floor):
        each.flags.writeable = False
    change_of_cells(base, value, floor, better="less")


def test_a_share_of_a_base_of_nothing_is_never_given() -> None:
    assert relative_change(200, 150) == -0.25
    assert all(
        math.isnan(relative_change(*pair)) for pair in ((0, 5), (NAN, 5), (5, NAN), (5, INF), (INF, 5))
    )


NUMBERS = st.sampled_from([0.0, 1.0, 2.0, 5.0, INF, NAN])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from([0.0, 1.0, 3.0, NAN])), min_size=1, max_size=8),
    st.sampled_from(["more", "less"]),
    st.booleans(),
)
def test_every_cell_is_as_the_slow_twin_says(
    cells: list[tuple[float, float, float]], better: str, with_floor: bool
) -> None:
    base, value, floor = arrays(*map(list, zip(*cells, strict=True)))
    found = change_of_cells(base, value, floor if with_floor else None, better=better)  # type: ignore[arg-type]
    expected = [reference.state(b, v, f if with_floor else None, better) for b, v, f in cells]
    assert states(found) == expected


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_seen_from_the_scenario_gains_are_losses(cells: list[tuple[float, float]]) -> None:
    base, value = arrays(*map(list, zip(*cells, strict=True)))
    swap = {"gain": "loss", "loss": "gain"}
    there, back = states(change_of_cells(base, value)), states(change_of_cells(value, base))
    assert back == [swap.get(state, state) for state in there]

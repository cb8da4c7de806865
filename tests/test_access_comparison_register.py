"""Zones of two registers put together by the residents they share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.comparison_register import (
    ENTERS,
    GROWS,
    LEAVES,
    SHRINKS,
    STAYS,
    ZonesOfCells,
    matched,
    state_of,
)


def zones(*number: int, residents: int = 10) -> ZonesOfCells:
    """Zone of each cell, -1 outside, every cell of as many residents."""
    ids = [f"zone {n}" for n in range(max(number, default=-1) + 1)]
    return ZonesOfCells(np.array(number, dtype=np.int64), ids, np.full(len(number), float(residents)))


def groups(base: ZonesOfCells, scenario: ZonesOfCells) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    found = matched(base, scenario)
    return {
        (
            tuple(np.flatnonzero(found.base == group).tolist()),
            tuple(np.flatnonzero(found.scenario == group).tolist()),
        )
        for group in range(found.n_groups)
    }


def test_a_zone_that_shares_a_cell_goes_on_and_others_enter_and_leave() -> None:
    assert groups(zones(0, 0, -1, 1, -1), zones(-1, 0, 0, -1, 1)) == {((0,), (0,)), ((1,), ()), ((), (1,))}


def test_two_zones_that_merge_are_one_row_and_so_are_those_that_split() -> None:
    apart, together = zones(0, 0, -1, 1), zones(0, 0, 0, 0)
    assert groups(apart, together) == {((0, 1), (0,))}
    assert groups(together, apart) == {((0,), (0, 1))}


def test_a_shared_cell_in_which_nobody_lives_joins_nothing() -> None:
    for before, after in ((0, 0), (0, 10), (10, 0)):
        found = groups(zones(0, residents=before), zones(0, residents=after))
        assert found == {((0,), ()), ((), (0,))}


def test_registers_without_zones_have_no_rows() -> None:
    assert groups(zones(-1, -1), zones(-1, -1)) == set()


@pytest.mark.parametrize(
    ("residents_base", "residents", "before", "after", "state"),
    [
        (0, 300, False, True, ENTERS),
        (300, 0, True, False, LEAVES),
        (300, 300, True, True, STAYS),
        (300, 300 + 1e-8, True, True, STAYS),
        (300, 310, True, True, GROWS),
        (300, 290, True, True, SHRINKS),
    ],
)
def test_the_state_follows_the_residents(
    residents_base: float, residents: float, before: bool, after: bool, state: str
) -> None:
    assert state_of(residents_base, residents, before=before, after=after) == state


@st.composite
def two_registers(draw: st.DrawFn) -> tuple[ZonesOfCells, ZonesOfCells]:
    n = draw(st.integers(1, 12))

    def one() -> ZonesOfCells:
        label = draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
        used = sorted({value for value in label if value >= 0})
        number = [used.index(value) if value >= 0 else -1 for value in label]
        return zones(*number)

    return one(), one()


@settings(max_examples=80, deadline=None)
@given(two_registers())
def test_every_zone_is_in_one_group_and_shared_cells_have_one_group(
    both: tuple[ZonesOfCells, ZonesOfCells],
) -> None:
    base, scenario = both
    found = matched(base, scenario)
    assert sorted({*found.base.tolist(), *found.scenario.tolist()}) == list(range(found.n_groups))
    of_base, of_scenario = found.of_cells(base, scenario)
    shared = (of_base >= 0) & (of_scenario >= 0)
    np.testing.assert_array_equal(of_base[shared], of_scenario[shared])
    reached = _reached_from(0, base, scenario) if base.ids else set()
    assert not base.ids or reached == {
        *(("base", zone) for zone in np.flatnonzero(found.base == found.base[0]).tolist()),
        *(("scenario", zone) for zone in np.flatnonzero(found.scenario == found.base[0]).tolist()),
    }


def _reached_from(zone: int, base: ZonesOfCells, scenario: ZonesOfCells) -> set[tuple[str, int]]:
    """Slow twin: walk from zone to zone over shared cells until nothing new is found."""
    pairs = [
        (("base", int(one)), ("scenario", int(other)))
        for one, other in zip(base.number, scenario.number, strict=True)
        if one >= 0 and other >= 0
    ]
    found = {("base", zone)}
    while True:
        more = {side for pair in pairs if found & {*pair} for side in pair}
        if more <= found:
            return found
        found |= more

"""Who touches whom on the H3 grid."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from builders_exclusion import MIDDLE, opposite

from access.contiguity import contiguity, links_across_empty_cells
from access.errors import InputDataError

RING = sorted(h3.grid_ring(MIDDLE, 1))


def test_a_cell_touches_six_others_and_not_itself() -> None:
    links = contiguity([MIDDLE, *RING])
    assert links.sum(axis=1).tolist() == [6, 3, 3, 3, 3, 3, 3]
    assert links.diagonal().tolist() == [0] * 7
    assert (links != links.T).nnz == 0


def test_a_pentagon_touches_five() -> None:
    pentagon = h3.get_pentagons(9)[0]
    links = contiguity([pentagon, *sorted(set(h3.grid_disk(pentagon, 1)) - {pentagon})])
    assert links.sum(axis=1).tolist()[0] == 5


def test_an_island_and_an_only_cell_touch_nobody() -> None:
    far = h3.latlng_to_cell(0, 0, 9)
    assert contiguity([MIDDLE, RING[0], far]).sum(axis=1).tolist() == [1, 1, 0]
    assert contiguity([MIDDLE]).nnz == 0
    assert contiguity([]).shape == (0, 0)


def test_neighbours_outside_the_list_do_not_exist() -> None:
    assert contiguity([MIDDLE, RING[0]]).nnz == 2


def test_one_empty_cell_is_bridged_whether_it_is_in_the_run_or_not() -> None:
    west = RING[0]
    east = opposite(west, MIDDLE)
    assert links_across_empty_cells([west, east], np.array([True, True])).nnz == 2
    within = links_across_empty_cells([west, MIDDLE, east], np.array([True, False, True]))
    assert within[[0], [2]] == 1


def test_an_inhabited_cell_and_a_gap_of_two_cells_separate() -> None:
    west = RING[0]
    assert links_across_empty_cells([west, MIDDLE, opposite(west, MIDDLE)], np.ones(3, bool))[[0], [2]] == 0
    three_away = h3.grid_ring(west, 3)[0]
    assert links_across_empty_cells([west, three_away], np.ones(2, bool)).nnz == 0


def test_cells_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(InputDataError, match=r"1 of 2 are no H3 cells \(such as 'north'\)"):
        contiguity([MIDDLE, "north"])
    with pytest.raises(InputDataError, match="resolutions 8, 9 are mixed"):
        contiguity([MIDDLE, h3.cell_to_parent(MIDDLE)])
    with pytest.raises(InputDataError, match="1 are listed twice"):
        links_across_empty_cells([MIDDLE, MIDDLE], np.ones(2, bool))

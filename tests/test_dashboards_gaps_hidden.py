"""What the page Gaps must not tell, and must not tell wrongly: few residents, places off the streets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_gaps import CHOICE, run_by_hand

from access.report_classes import Special
from dashboards.charts import decile_chart
from dashboards.gaps_grid import grid_frame
from dashboards.gaps_reach import Reach, reach_map, reach_sentence
from dashboards.maps import access_cell_map
from dashboards.run_data import RunData
from dashboards.words import words

EN = words("en")
FEW, UNLINKED = 5, 7


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return run_by_hand(Path(tmp_path_factory.mktemp("gaps")))


def test_the_table_of_cells_hides_the_ten_residents_that_the_panel_hides(data: RunData) -> None:
    cell_map, values = access_cell_map(data, "jobs", 45, "midday", 50, "all", EN)
    residents = grid_frame(data, CHOICE, cell_map, values)["residents"]
    assert np.isnan(residents[FEW])
    assert residents.isna().sum() == 1
    assert residents[[0, 6]].tolist() == [300, 0]  # nobody is no small count


def test_the_residents_beside_a_mean_are_those_that_it_speaks_of(data: RunData) -> None:
    chart = decile_chart(data, CHOICE, EN)
    assert chart is not None
    assert chart.table.rows[0][3] == "1,600"  # as the run says, not the 600 of the cells


def test_from_a_place_off_the_streets_nothing_is_known_rather_than_nothing_reached(data: RunData) -> None:
    reach = Reach(UNLINKED, 750, np.full(8, 255, np.uint8))
    cell_map, _ = reach_map(data, reach, CHOICE, EN)
    assert {entry.key for entry in cell_map.legend} == {"no_data", "not_linked"}
    assert "It is not counted as zero" in reach_sentence(data, reach, CHOICE, EN)


def test_from_a_place_on_the_streets_what_is_not_reached_is_said_to_be(data: RunData) -> None:
    reach = Reach(0, 750, np.array([0, 255, 255, 255, 255, 255, 255, 255], np.uint8))
    cell_map, _ = reach_map(data, reach, CHOICE, EN)
    assert "not_reached" in {entry.key for entry in cell_map.legend}
    assert Special.NONE_REACHED != Special.NO_DATA


def test_a_map_without_classes_says_nothing_of_classes(data: RunData) -> None:
    nothing = np.full(8, np.nan)
    cell_map, _ = access_cell_map(data, "clinics", 45, "midday", 50, "all", EN, access=nothing)
    assert cell_map.legend_note == ""

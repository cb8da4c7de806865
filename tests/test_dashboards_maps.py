"""Maps of the cells for any choice, on eight cells whose classes are told by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_gaps import CHOICE, PEOPLE, cells_by_hand, run_by_hand

from access.report_map import CellMap
from dashboards.gaps_choice import residents_of, rounded
from dashboards.gaps_reach import Reach, reach_map, reach_sentence
from dashboards.maps import access_cell_map
from dashboards.run_data import RunData
from dashboards.words import words

EN = words("en")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return run_by_hand(tmp_path_factory.mktemp("maps") / "run")


def made(data: RunData, language: str = "en", **changes: object) -> tuple[CellMap, np.ndarray]:
    choice = CHOICE._replace(**changes)  # type: ignore[arg-type]
    return access_cell_map(data, *choice[:5], words(language), shows=choice.shows)


def keys(cell_map: CellMap) -> list[str]:
    return [cell_map.legend[place].key for place in cell_map.entry_of_cell]


def test_what_is_no_value_has_a_look_of_its_own_and_no_number(data: RunData) -> None:
    cell_map, values = made(data)
    assert keys(cell_map)[0] == "none_reached"
    assert keys(cell_map)[6:] == ["no_residents", "not_linked"]
    assert all(key.startswith("class_") for key in keys(cell_map)[1:6])
    assert values[0] == 0
    assert values[4] == 800
    assert np.isnan(values[6:]).all()


def test_the_legend_counts_residents_of_each_class(data: RunData) -> None:
    cell_map, _ = made(data)
    by_key = {entry.key: entry for entry in cell_map.legend}
    assert by_key["none_reached"].residents == PEOPLE[0]
    assert by_key["not_linked"].residents == PEOPLE[7]
    assert sum(entry.residents for entry in cell_map.legend) == sum(PEOPLE)
    assert sum(entry.n_cells for entry in cell_map.legend) == len(PEOPLE)


def test_a_group_shows_its_own_cells_in_the_colours_of_all(data: RunData) -> None:
    everybody, _ = made(data)
    richest, values = made(data, group="decile_10")
    colour = {row: everybody.legend[everybody.entry_of_cell[row]].colour for row in (3, 4)}
    assert {row: richest.legend[richest.entry_of_cell[row]].colour for row in (3, 4)} == colour
    assert keys(richest)[:3] == ["not_of_group"] * 3
    assert np.isnan(values[:3]).all()


def test_where_a_group_is_hidden_the_cell_says_so_and_sends_no_value(data: RunData) -> None:
    for group in ("decile_1", "older"):
        cell_map, values = made(data, group=group)
        assert keys(cell_map)[5] == "hidden"
        assert np.isnan(values[5])


def test_a_tenth_of_unknown_income_is_not_called_hidden(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["suppressed"] = False
    cell_map, _ = made(run_by_hand(tmp_path / "run", cells), group="decile_1")
    assert keys(cell_map)[5] == "unknown"


def test_minutes_to_the_nearest_are_dark_where_far_and_black_where_none(data: RunData) -> None:
    cell_map, values = made(data, shows="nearest")
    assert keys(cell_map)[0] == "none_reached"
    assert np.isinf(values[0])
    labels = {row: cell_map.legend[cell_map.entry_of_cell[row]].label for row in (1, 2, 3)}
    assert labels == {1: "20 to under 30", 2: "10 to under 15", 3: "under 5"} or labels[1] == "20 and more"
    dark = [sum(bytes.fromhex(cell_map.legend[cell_map.entry_of_cell[row]].colour[1:])) for row in (1, 3)]
    assert dark[0] < dark[1]


def test_low_access_and_low_incomes_meet_below_half_of_the_mean_in_the_lowest_four_tenths(
    data: RunData,
) -> None:
    cell_map, _ = made(data, shows="low_income")  # mean 355.2, so below 177.6
    assert keys(cell_map) == [
        "both",
        "both",
        "low_income",
        "neither",
        "neither",
        "no_data",
        "no_residents",
        "no_data",
    ]


def test_without_incomes_the_map_of_incomes_becomes_the_map_of_access(tmp_path: Path) -> None:
    cells = cells_by_hand().drop(columns=["income", "income_decile"])
    cell_map, _ = made(run_by_hand(tmp_path / "run", cells), shows="low_income")
    assert keys(cell_map)[0] == "none_reached"


def test_people_are_dark_where_many_and_grey_where_nobody(data: RunData) -> None:
    cell_map, values = made(data, shows="people")
    assert keys(cell_map)[6] == "no_residents"
    assert values[3] == 500
    assert keys(cell_map)[7].startswith("class_")  # not linked to a street, but people live there


def test_a_period_without_data_is_no_data_and_never_zero(data: RunData) -> None:
    cell_map, values = made(data, period="night")
    assert set(keys(cell_map)[:6]) == {"no_data"}
    assert np.isnan(values).all()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("shows", ["access", "nearest", "low_income", "people"])
def test_every_map_has_words_in_every_language(data: RunData, language: str, shows: str) -> None:
    cell_map, _ = made(data, language, shows=shows, group="older" if shows == "people" else "all")
    assert cell_map.title
    assert cell_map.legend_title
    assert all(entry.label for entry in cell_map.legend)


def test_given_access_is_painted_instead_of_that_of_the_run(data: RunData) -> None:
    values = np.full(8, 7.0)
    cell_map, shown = access_cell_map(data, *CHOICE[:5], EN, access=values)
    assert keys(cell_map)[0].startswith("class_")
    assert shown[0] == 7
    assert made(data)[1][0] == 0  # and what is kept is not touched


def test_residents_of_a_group_are_zero_unknown_or_hidden(data: RunData) -> None:
    poorest = residents_of(data, "poorest40")
    assert poorest.people[:5].tolist() == [300, 300, 400, 0, 0]
    assert poorest.hidden.tolist() == [False] * 5 + [True, False, False]
    assert poorest.people[6] == 0  # nobody lives there: of no group, not unknown


def test_a_headline_number_has_three_digits() -> None:
    assert rounded(97_316, EN.texts) == "97,300"
    assert rounded(999.0, EN.texts) == "999"
    assert rounded(1_000_000, EN.texts) == "1,000,000"


def reach(*minutes: int) -> Reach:
    return Reach(2, 12 * 60 + 30, np.array(minutes, dtype=np.uint8))


def test_the_reach_map_has_bands_from_near_to_far_and_tells_what_is_not_reached(data: RunData) -> None:
    cell_map, values = reach_map(data, reach(20, 14, 0, 15, 89, 255, 44, 10), CHOICE, EN)
    labels = [cell_map.legend[place].label for place in cell_map.entry_of_cell]
    assert labels[:5] == [
        "15 to under 30 min",
        "0 to under 15 min",
        "0 to under 15 min",
        "15 to under 30 min",
        "60 to under 90 min",
    ]
    assert keys(cell_map)[5] == "not_reached"
    assert keys(cell_map)[7] == "not_linked"
    assert np.isnan(values[[5, 7]]).all()


def test_what_is_reached_counts_strictly_less_than_the_cutoff(data: RunData) -> None:
    told = reach_sentence(data, reach(255, 255, 0, 44, 45, 255, 255, 255), CHOICE, EN)
    assert "300 jobs" in told  # 100 here and 200 in 44 minutes; the 700 at 45 are out of reach
    assert "12:30" in told
    assert "30%" in told
    assert "900 residents" in told


def test_a_cell_that_reaches_nothing_says_why(data: RunData) -> None:
    assert "Nothing can be reached" in reach_sentence(data, reach(*[255] * 8), CHOICE, EN)

"""The page Rights: its choices, words, tables, maps and charts on the disc of hexagons."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders_report import few_people_run, hex_disc, write_run
from builders_rights_pages import NO_DATA, NOT_SNAPPED, data_of, ring_of_cells, write_rights_run

from dashboards.charts_rights import basket_by_group, right_by_group, several_chart, share_ticks
from dashboards.maps_rights import basket_map, right_map, right_of_cells
from dashboards.rights_actions import (
    choice_groups,
    chosen,
    has_rights,
    headline,
    how_key,
    lack_sentence,
    penalty_sentences,
    right_facts,
    untold_baskets,
)
from dashboards.rights_of_cell import rights_of_cell
from dashboards.rights_page import layout, shown
from dashboards.rights_panels import (
    about,
    cell_of_click,
    cell_of_rows,
    cell_panel,
    groups_panel,
    several_panel,
)
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return data_of(write_rights_run(tmp_path_factory.mktemp("rights") / "run"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """A run without rights, zones and ranges."""
    return data_of(write_run(tmp_path_factory.mktemp("bare") / "run"))


def cell(place: int) -> str:
    """H3 index of a cell of the disc by its place in ``hex_disc``."""
    return str(hex_disc()["id"].iloc[place])


def ring_in_order(data: RunData) -> np.ndarray:
    """Ring of each cell in the order of the run."""
    disc = hex_disc()
    ring = dict(zip(disc["id"], ring_of_cells(disc), strict=True))
    return np.array([ring[each] for each in data.cell_ids])


def text_of(component: object) -> str:
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def looks(data: RunData, choice: str) -> dict[str, str]:
    """Key of the legend's entry by H3 index."""
    made, _ = right_map(data, choice, EN)
    return {
        each: made.legend[entry].key for each, entry in zip(data.cell_ids, made.entry_of_cell, strict=True)
    }


def test_the_first_choice_is_the_right_that_most_lack(data: RunData) -> None:
    assert chosen(data.run, "") == "school_15"
    assert headline(data.run, EN).startswith("Most often lacking: “a primary school”. 4,000 residents")
    assert "3,700 to 4,300" in headline(data.run, EN)


@pytest.mark.parametrize("forged", ["gone", "basket:gone", "<script>", "school_15|x", "../manifest.json"])
def test_an_unknown_choice_becomes_the_first(data: RunData, forged: str) -> None:
    assert chosen(data.run, forged) == "school_15"


def test_basket_alone_is_that_of_the_first_catalogue(data: RunData) -> None:
    assert chosen(data.run, "basket") == "basket:fr"
    assert chosen(data.run, "basket:fr") == "basket:fr"


def test_the_list_has_every_right_once_and_the_baskets(data: RunData) -> None:
    values = [item["value"] for group in choice_groups(data.run, EN) for item in group["items"]]
    assert values == ["school_15", "hospital_45", "basket:fr"]


def test_a_right_to_one_place_is_met_or_not(data: RunData) -> None:
    seen = looks(data, "school_15")
    ring = dict(zip(data.cell_ids, ring_in_order(data), strict=True))
    assert seen[cell(0)] == "met"
    assert {seen[each] for each in data.cell_ids if ring[each] == 4} == {"met", "no_data"}
    assert {seen[each] for each in data.cell_ids if ring[each] == 5} == {"unmet_none"}
    assert seen[cell(NO_DATA)] == "no_data"
    assert {seen[cell(place)] for place in NOT_SNAPPED} == {"not_linked"}
    assert {seen[each] for each in data.cell_ids if ring[each] == 9} == {"no_residents"}


def test_a_right_to_an_amount_says_how_much_is_missing(data: RunData) -> None:
    """Ring r misses r tenths; exactly half is in the upper of two classes."""
    made, values = right_map(data, "hospital_45", EN)
    seen, ring = looks(data, "hospital_45"), dict(zip(data.cell_ids, ring_in_order(data), strict=True))
    known = [each for each in data.cell_ids if seen[each] not in ("no_data", "not_linked", "no_residents")]
    of_ring = {ring[each]: seen[each] for each in known}
    assert of_ring == {
        0: "met", 1: "short_1", 2: "short_1", 3: "short_2", 4: "short_2", 5: "short_3", 6: "short_3",
        7: "short_3", 8: "short_4",
    }  # fmt: skip
    assert [entry.label for entry in made.legend if entry.key == "short_2"] == ["not met: 25% to 50% missing"]
    assert values[data.row_of[cell(0)]] == 100.0
    assert np.isnan(values[data.row_of[cell(NO_DATA)]])


def test_met_and_unmet_differ_without_colour(data: RunData) -> None:
    """Lightness tells met from unmet, and what is no value has a pattern."""
    made, _ = right_map(data, "school_15", EN)
    light = {entry.key: sum(int(entry.colour[at : at + 2], 16) for at in (1, 3, 5)) for entry in made.legend}
    assert light["met"] - light["unmet_none"] > 150
    assert {entry.key: entry.pattern for entry in made.legend if entry.pattern} == {
        "no_data": "lines",
        "not_linked": "crosses",
    }


def test_a_right_that_the_run_does_not_judge_is_no_data_everywhere(data: RunData) -> None:
    assert set(right_of_cells(data, "gone").state) == {""}
    assert {entry.key for entry in right_map(data, "gone", EN)[0].legend} == {"no_data", "no_residents"}


def test_the_basket_counts_rights_lacking(data: RunData) -> None:
    made, values = basket_map(data, "fr", EN)
    ring = ring_in_order(data)
    expected = np.where(ring == 0, 0, np.where(ring <= 4, 1, 2)).astype(float)
    known = np.isfinite(values)
    assert np.array_equal(values[known], expected[known])
    keys = [made.legend[entry].key for entry in made.entry_of_cell]
    assert keys[data.row_of[cell(0)]] == "lacking_0"
    assert keys[data.row_of[cell(NO_DATA)]] == "no_data"
    assert keys[data.row_of[cell(NOT_SNAPPED[0])]] == "not_linked"


def test_the_cell_lists_values_and_requirements(data: RunData) -> None:
    table = rights_of_cell(data, cell(150), EN)  # ring 7
    assert table is not None
    school, hospital = table.rows
    assert school == (
        "A primary school",
        "primary schools: at least 1, in less than 15 min, weekday midday, children of school age",
        "0 primary schools",
        "not met",
    )
    assert hospital[2:] == ("30 own service", "not met: 70% missing")


def test_the_cell_says_no_data_and_not_linked_apart(data: RunData) -> None:
    states = [[row[3] for row in rights_of_cell(data, cell(place), EN).rows] for place in (NO_DATA, 100)]
    assert states == [["no data"] * 2, ["not linked to the streets (no data)"] * 2]
    assert "No right could be judged here" in text_of(cell_panel(data, cell(NO_DATA), EN))


@pytest.mark.parametrize("forged", ["", "gone", "../../etc/passwd", "<b>"])
def test_an_unknown_cell_has_no_rights(data: RunData, forged: str) -> None:
    assert rights_of_cell(data, forged, EN) is None
    assert "Click a cell" in text_of(cell_panel(data, forged, EN))


@pytest.mark.parametrize("click", [None, {}, {"cell": -1}, {"cell": 10**9}, {"cell": True}, {"cell": "3"}])
def test_a_click_beside_the_cells_or_a_forged_one_is_none(data: RunData, click: dict[str, object]) -> None:
    assert cell_of_click(data, click) == ""


def test_a_click_is_the_cell_of_its_number(data: RunData) -> None:
    assert cell_of_click(data, {"cell": 3}) == data.cell_ids[3]
    assert cell_of_rows(data, [{"cell": data.cell_ids[3]}]) == data.cell_ids[3]
    assert cell_of_rows(data, [{"cell": "gone"}]) == ""
    assert cell_of_rows(data, []) == ""


def test_groups_stand_with_everybody_first_then_tenths_then_people(data: RunData) -> None:
    chart = right_by_group(data.run, "school_15", EN)
    assert chart is not None
    names = [row[0] for row in chart.table.rows]
    assert names == [
        "All residents",
        "Poorest tenth",
        "Income decile 5",
        "Richest tenth",
        "People of 65 and over",
    ]
    assert list(chart.figure.data[0].y) == names
    assert chart.table.rows[0][1:5] == ("19%", "18% to 20%", "4,000", "3,700 to 4,300")


def test_a_difference_without_overlap_is_told_and_one_with_overlap_is_not_claimed(data: RunData) -> None:
    chart = right_by_group(data.run, "school_15", EN)
    assert chart is not None
    # 0.487 against 0.187, both ranges the same width as everybody's: they do not overlap.
    assert "Poorest tenth: 49%; richest tenth: 19%." in chart.sentence
    assert "overlap" not in chart.sentence


def test_whiskers_go_from_low_to_high(data: RunData) -> None:
    chart = right_by_group(data.run, "school_15", EN)
    assert chart is not None
    whiskers = chart.figure.data[0].error_x
    assert whiskers.array[0] == pytest.approx(0.01)
    assert whiskers.arrayminus[0] == pytest.approx(0.01)


def test_no_chart_for_a_right_without_numbers(data: RunData) -> None:
    assert right_by_group(data.run, "gone", EN) is None
    assert "no numbers by group" in text_of(groups_panel(data, "gone", EN))


def test_the_basket_has_a_chart_of_means_and_one_of_counts(data: RunData) -> None:
    means, counts = basket_by_group(data.run, "fr", FR), several_chart(data.run, "fr", FR)
    assert means is not None
    assert counts is not None
    assert means.table.rows[0][1] == "0,24"
    assert [row[:2] for row in counts.table.rows] == [
        ("aucun", "17\u202f000"),
        ("1", "3\u202f600"),
        ("2", "800"),
    ]
    assert list(counts.figure.data[0].y) == [3600.0, 800.0]
    assert "17\u202f000 habitants" in counts.sentence


def test_penalties_name_the_right_lost_and_its_number(data: RunData) -> None:
    told = dict(penalty_sentences(data.run, EN))
    night, slow = told
    assert night.startswith("Night: 700 residents who have “a primary school”")
    assert slow.startswith("Walking slowly: 300 residents")
    assert told[night] == "penalty_residents||night||school_15|all"


def test_a_suppressed_number_is_told_as_such(data: RunData) -> None:
    assert lack_sentence(data.run, "odd", EN) == (
        "How many residents lack it is not told: suppressed (too few residents)."
    )


def test_what_a_right_asks_is_in_plain_words_with_its_authority(data: RunData) -> None:
    facts = dict(right_facts(data.run, "school_15", EN))
    assert facts["In plain words"] == "One of the primary schools in less than 15 minutes"
    assert facts["Where this stands"] == "Act, article 1 · law · checked against the source"
    assert facts["Where the number comes from"].startswith("Our proposal")
    assert dict(right_facts(data.run, "hospital_45", EN))["In plain words"].startswith("At least 10% of all")


def test_how_a_number_was_made_has_the_keys_of_its_row(data: RunData) -> None:
    assert how_key(data.run, "school_15") == "right_residents||midday|15|school_15|all"
    assert how_key(data.run, "basket:fr") == "basket_mean||||fr|all"
    assert how_key(data.run, "gone") == ""


@pytest.mark.parametrize("said", [EN, FR])
def test_the_page_stands_in_both_languages(data: RunData, said: object) -> None:
    language = said.language  # type: ignore[attr-defined]
    page = text_of(layout(data, View("rights", language, data.name), said))  # type: ignore[arg-type]
    assert page.count('"type": "H1"') == 1
    assert ("Our proposal" in page) == (language == "en")
    assert "Schools for all" in page or "L’école pour tous" in page


def test_a_run_without_rights_says_so(bare: RunData) -> None:
    assert not has_rights(bare.run)
    page = text_of(layout(bare, View("rights", "fr", bare.name), FR))
    assert "ne nomme aucun catalogue" in page
    assert shown(bare, View("rights", "fr", bare.name), FR).tables == []


def test_rights_without_cells_say_so(tmp_path: Path) -> None:
    """A run of an older version: numbers on rights, but no table of cells."""
    folder = write_rights_run(tmp_path / "run")
    (folder / "rights.parquet").unlink()
    older = data_of(folder)
    assert {entry.key for entry in right_map(older, "school_15", EN)[0].legend} == {"no_data", "no_residents"}
    assert rights_of_cell(older, cell(0), EN) is None


def test_downloads_hold_the_map_and_the_tables(data: RunData) -> None:
    view = View("rights", "en", data.name, more={"right": "hospital_45"})
    made = shown(data, view, EN)
    assert made.cells is not None
    assert made.cells.columns.tolist() == ["id", "hospital_45", "hospital_45_words"]
    assert made.cells["id"].tolist() == data.cell_ids
    assert made.cell_map is not None
    assert len(made.tables) >= 4


def test_frames_of_the_run_stay_as_they_are(data: RunData) -> None:
    before = data.run.rights.copy()  # type: ignore[union-attr]
    cells = data.run.cells.copy()
    layout(data, View("rights", "en", data.name), EN)
    shown(data, View("rights", "en", data.name), EN)
    assert data.run.rights.equals(before)  # type: ignore[union-attr]
    assert data.run.cells.equals(cells)


def test_few_residents_are_not_counted_out(tmp_path: Path) -> None:
    few = data_of(few_people_run(tmp_path / "few"))
    assert not has_rights(few.run)


def test_nobody_is_said_to_lack_none_of_a_catalogue_of_which_one_right_was_judged(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("rights_actions", "charts_rights"):
        monkeypatch.setattr(f"dashboards.{module}.n_judged", lambda _numbers: 1)
    assert several_chart(data.run, "fr", EN) is None
    assert "basket:fr" not in [
        item["value"] for group in choice_groups(data.run, EN) for item in group["items"]
    ]
    assert chosen(data.run, "basket:fr") == "school_15"
    (told,) = untold_baskets(data.run, EN)
    assert "fewer than two of its rights could be judged" in told
    assert told in text_of(several_panel(data, "school_15", EN))


def test_a_catalogue_of_which_two_rights_were_judged_is_counted(data: RunData) -> None:
    assert untold_baskets(data.run, EN) == []
    assert several_chart(data.run, "fr", EN) is not None


def test_times_are_not_said_to_be_to_the_door(data: RunData) -> None:
    told = text_of(about(data, "school_15", EN))
    assert "Times are not to the door." in told
    assert "is less than 15" in told
    assert "door to door" not in told
    assert "door to door" not in text_of(
        layout(data, View("rights", "en", "disc", "jobs", 45, 50, "midday"), EN)
    )


def test_ticks_of_shares_are_easy_to_read_and_written_in_the_language(data: RunData) -> None:
    assert share_ticks(0.0) == [0.0, 0.001]
    assert share_ticks(0.47) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert share_ticks(1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    chart = right_by_group(data.run, "school_15", FR)
    assert chart is not None
    assert all(tick.endswith("\u202f%") for tick in chart.figure.layout.xaxis.ticktext)

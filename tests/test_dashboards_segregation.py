"""The page Segregation: what is said, drawn and listed, also where incomes are known as means only."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from builders_report import write_run
from builders_segregation_pages import POOR, RICH, WANTED, segregation_data, undefined_rows

from access.report_data import read_run
from dashboards.charts_segregation import (
    chance_chart,
    extremes_chart,
    group_chart,
    height_px,
    isolation_chart,
    mix_chart,
    profile_chart,
    school_chart,
)
from dashboards.how import how_made, key_of
from dashboards.maps_segregation import chosen_kernel, common_breaks, kernels_of, map_sentence, mix_map
from dashboards.run_data import RunData
from dashboards.segregation_actions import (
    groups_table,
    index_table,
    lead,
    low_income_words,
    places_table,
    through_travel_table,
)
from dashboards.segregation_page import layout, sections, shown
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return segregation_data(tmp_path_factory.mktemp("segregation") / "run")


@pytest.fixture(scope="module")
def means_only(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """A run as that of Porto Alegre: at home nothing is defined."""
    folder = tmp_path_factory.mktemp("means") / "run"
    found = segregation_data(folder, undefined_rows())
    found.run.manifest["segregation"]["not_defined"] = [WANTED]  # type: ignore[index]
    return found


def view(language: str = "en", **more: str) -> View:
    return View("segregation", language, "disc", "jobs", 45, 50, "midday", more=more)


def text_of(component: object) -> str:
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_the_first_sentences_name_the_group_furthest_apart_and_whom_the_poor_can_reach(data: RunData) -> None:
    said = [each.sentence for each in lead(data.run, EN)]
    assert said[0].startswith("Households with incomes under 1,000 live most apart: 50% of them")
    assert "range by the modelled errors of the inputs: 0.400 to 0.600" in said[0].lower()
    assert said[1].startswith("Of the people whom low-income residents can reach by transit, 74%")
    assert "on foot 69%" in said[1]
    assert "0.800" in said[2]
    assert "the whole city has 0.900" in said[2]


def test_the_keys_beside_each_sentence_and_row_lead_to_a_number_of_the_run(data: RunData) -> None:
    asked = [each.how for each in lead(data.run, EN)]
    for told in (groups_table, index_table, through_travel_table, places_table):
        table = told(data.run, FR)
        assert table is not None
        assert len(table.how) == len(table.table.rows)
        asked += [key for key in table.how if key]
    assert len(asked) > 8
    for key in asked:
        made = how_made(data, key_of(key), EN)  # type: ignore[arg-type]
        assert made is not None
        assert made.rows


def test_who_has_a_low_income_is_said_by_name_or_by_tenths(data: RunData, tmp_path: Path) -> None:
    assert (
        low_income_words(data.run, EN)
        == "Low-income residents are here: households with incomes under 1,000."
    )
    rows = undefined_rows()
    for row in rows:
        row["note"] = row["note"].replace(POOR, "class_1, class_2")
    tenths = segregation_data(tmp_path / "run", rows)
    assert "2 poorest tenths" in low_income_words(tenths.run, EN)


def test_groups_are_drawn_from_top_to_bottom_with_their_ranges(data: RunData) -> None:
    chart = group_chart(data.run, EN)
    assert chart is not None
    (marks,) = chart.figure.data
    assert list(marks.x) == [0.5, 0.3]
    assert marks.error_x.array[0] == pytest.approx(0.1)
    assert marks.error_x.arrayminus[0] == pytest.approx(0.1)
    assert list(chart.figure.layout.yaxis.categoryarray)[::-1] == list(marks.y)
    assert "highest: households with incomes under 1,000, 0.500" in chart.sentence.lower()


def test_chance_is_drawn_beside_each_index_that_has_it(data: RunData) -> None:
    chart = chance_chart(data.run, EN)
    assert chart is not None
    city, shuffled = chart.figure.data
    assert list(city.x) == [0.17, 0.26]
    assert list(shuffled.x) == [0.01, 0.02]
    assert city.marker.symbol != shuffled.marker.symbol
    assert chart.table is not None
    assert [row[1:3] for row in chart.table.rows] == [("0.170", "0.010"), ("0.260", "0.020")]


def test_the_profile_goes_from_near_to_far(data: RunData) -> None:
    chart = profile_chart(data.run, EN)
    assert chart is not None
    assert list(chart.figure.data[0].x) == ["500\u00a0m", "2\u00a0km"]
    assert "0.120 within 500\u00a0m, 0.060 within 2\u00a0km" in chart.sentence


def test_ways_of_reaching_differ_by_symbol_and_colour(data: RunData) -> None:
    chart = mix_chart(data.run, EN)
    assert chart is not None
    assert len({trace.marker.symbol for trace in chart.figure.data}) == 3
    assert len({trace.marker.color for trace in chart.figure.data}) == 3
    assert list(chart.figure.data[0].x) == [0.7, 0.9]
    assert chart.table is not None
    assert [len(row) for row in chart.table.rows] == [4, 4]


def test_negative_values_are_on_the_axis_and_in_the_words(data: RunData) -> None:
    chart = extremes_chart(data.run, FR)
    assert chart is not None
    assert chart.figure.layout.xaxis.rangemode == "normal"
    assert chart.table is not None
    assert chart.table.rows[0][1] == "−0,200"


def test_the_share_of_the_city_alone_makes_no_chart_of_isolation(data: RunData) -> None:
    assert isolation_chart(data.run, EN) is None


def test_schools_are_drawn_by_tenth(data: RunData) -> None:
    chart = school_chart(data.run, "schools_in_reach", EN)
    assert chart is not None
    assert list(chart.figure.data[0].y) == ["1 (poorest)", "10 (richest)"]
    assert "30 minutes" in chart.sentence
    assert school_chart(data.run, "schools_mix", EN) is None


def test_more_rows_make_a_higher_chart(data: RunData) -> None:
    few, more = group_chart(data.run, EN), mix_chart(data.run, EN)
    assert few is not None and more is not None  # noqa: PT018
    assert height_px(few) == height_px(more) >= 260


def test_the_map_has_zero_no_data_not_linked_and_nobody_apart(data: RunData) -> None:
    drawn = mix_map(data, "transit", EN)
    keys = {entry.key for entry in drawn.legend}
    assert {"none_reached", "no_data", "not_linked", "no_residents"} <= keys
    looks = {(entry.colour, entry.pattern) for entry in drawn.legend}
    assert len(looks) == len(drawn.legend)
    zero = data.row_of[data.run.cells.loc[data.run.column("mix_of_reach_people_transit") == 0, "id"].iloc[0]]
    assert drawn.legend[drawn.entry_of_cell[zero]].label == EN("segregation.map.one_group")


def test_all_ways_of_reaching_share_their_classes(data: RunData) -> None:
    breaks = common_breaks(data)
    assert breaks
    labels = [{e.label for e in mix_map(data, k, EN).legend if e.key == "class_0"} for k in ("walk",)]
    assert labels == [{f"under {EN.number(breaks[0], 2)}"}]
    assert not [e for e in mix_map(data, "transit", EN).legend if e.key == "class_0"]


def test_the_sentence_of_the_map_counts_residents_below_the_first_break(data: RunData) -> None:
    mix, people = data.run.column("mix_of_reach_people_walk"), data.residents
    known = np.isfinite(mix) & (people > 0)
    low = known & (mix < common_breaks(data)[0])
    share = EN.percent(people[low].sum() / people[known].sum())
    assert map_sentence(data, "walk", EN).startswith(f"{share} of residents")


def test_a_way_that_the_run_does_not_have_becomes_its_first(data: RunData) -> None:
    assert kernels_of(data) == ["transit", "walk"]
    for asked in ("equal_population", "<b>", None, 3):
        assert chosen_kernel(data, asked) == "transit"
    assert chosen_kernel(data, "walk") == "walk"


def test_where_incomes_are_means_the_page_says_what_is_missing_and_the_rest_stands(
    means_only: RunData,
) -> None:
    for said in (EN, FR):
        page = text_of(sections(means_only, said))
        assert WANTED[said.language] in page
        assert said("segregation.part.travel") in page
        assert said("segregation.part.chance") not in page
    assert group_chart(means_only.run, EN) is None
    assert profile_chart(means_only.run, EN) is None
    assert lead(means_only.run, EN)


def test_a_run_without_segregation_says_so(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    bare = RunData("disc", folder, read_run(folder))
    page = text_of(layout(bare, view(), EN))
    assert EN.texts("page.no_segregation") in page
    assert shown(bare, view(), EN).cell_map is None


def test_the_page_is_whole_in_both_languages(data: RunData) -> None:
    for said in (EN, FR):
        page = text_of(layout(data, view(said.language, kernel="walk"), said))
        assert said("segregation.title") in page
        assert '"value": "walk"' in page
        parts = text_of(sections(data, said))
        for name in ("home", "chance", "profile", "travel", "places", "schools", "notes"):
            assert said(f"segregation.part.{name}") in parts


def test_what_can_be_downloaded_has_the_mix_of_every_way(data: RunData) -> None:
    given = shown(data, view(kernel="walk"), EN)
    assert given.cells is not None
    assert list(given.cells.columns)[2:] == ["mix_of_reach_people_transit", "mix_of_reach_people_walk"]
    assert given.cell_map is not None
    assert "on foot" in given.cell_map.title
    assert RICH in {number.group for number in data.run.numbers.of("segregation_dissimilarity")}


def test_indices_have_plain_words_before_their_names(data: RunData) -> None:
    chart, table = chance_chart(data.run, EN), index_table(data.run, EN)
    assert chart is not None
    assert table is not None
    assert not any("theory" in row[0] for row in chart.table.rows)  # type: ignore[union-attr]
    assert any(row[0].startswith("All incomes apart (") for row in table.table.rows)
    assert len(table.how) == len(table.table.rows)


def test_no_note_of_the_page_names_a_file_of_the_run(data: RunData) -> None:
    assert "indicators.parquet" not in text_of(layout(data, view(), EN))
    assert "indicators.parquet" not in text_of(sections(data, EN))
    assert "indicators.parquet" not in text_of(sections(data, FR))

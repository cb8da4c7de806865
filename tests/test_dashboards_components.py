"""Shared pieces of pages: tables, charts, buttons."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from dash import html

from access.report_section import Section
from access.report_tables import Table
from dashboards.components import (
    LONG_TABLE_ROWS,
    chart_block,
    download_menu,
    how_button,
    section_block,
    table_block,
    waiting,
)
from dashboards.words import words

EN, FR = words("en"), words("fr")
TABLE = Table("Mean access", ("Group", "Jobs", "Range"), (("all", "10", "9 to 11"), ("poor", "5", "–")),
              word_columns=(2,))  # fmt: skip


def plain(component: Any) -> Any:
    return json.loads(json.dumps(component, default=lambda each: each.to_plotly_json()))


def found(component: Any, kind: type) -> list[Any]:
    here = [component] if isinstance(component, kind) else []
    return here + [each for _, each in component._traverse_with_paths() if isinstance(each, kind)]


def test_a_table_has_a_caption_and_names_its_rows_and_columns() -> None:
    made = table_block(TABLE)
    assert [each.children for each in found(made, html.Caption)] == ["Mean access"]
    headers = found(made, html.Th)
    assert [each.scope for each in headers] == ["col", "col", "col", "row", "row"]


def test_a_table_that_may_scroll_can_be_reached_by_keyboard_and_has_a_name() -> None:
    frame = found(table_block(TABLE), html.Div)[1]
    assert (frame.tabIndex, frame.role, getattr(frame, "aria-label")) == ("0", "region", "Mean access")


def test_numbers_stand_right_and_words_left() -> None:
    assert [cell.className for cell in found(table_block(TABLE), html.Td)] == ["", "word"] * 2
    assert [each.className for each in found(table_block(TABLE), html.Th)[:3]] == ["word", "number", "word"]


def test_only_a_long_table_keeps_its_header_in_sight() -> None:
    def frame(n_rows: int) -> str:
        return found(table_block(TABLE._replace(rows=TABLE.rows[:1] * n_rows)), html.Div)[1].className

    assert "long" not in frame(LONG_TABLE_ROWS)
    assert "long" in frame(LONG_TABLE_ROWS + 1)


def test_no_table_is_nothing() -> None:
    assert table_block(None) is None


def test_a_row_has_a_button_where_its_number_is_known() -> None:
    buttons = found(table_block(TABLE, ("mean_access|jobs", ""), EN), html.Button)
    assert [getattr(each, "data-how") for each in buttons] == ["mean_access|jobs"]


def test_words_of_the_program_are_marked_as_english() -> None:
    rows = found(table_block(TABLE._replace(english_rows=(1,))), html.Th)[3:]
    assert [getattr(each, "lang", None) for each in rows] == [None, "en"]


def test_a_how_button_has_a_name_and_no_id_so_that_a_number_may_stand_twice() -> None:
    button = how_button("gini|jobs", FR)
    assert getattr(button, "aria-label") == FR("how.button")
    assert not hasattr(button, "id")


@pytest.mark.parametrize(("language", "separators"), [("en", ".,"), ("fr", ",\u202f")])
def test_charts_write_numbers_as_the_language_and_leave_the_figure_as_it_is(
    language: str, separators: str
) -> None:
    figure = go.Figure(go.Bar(x=["a"], y=[1]))
    made = plain(chart_block(figure, "One bar.", TABLE, words(language), "bars"))
    graph = made["props"]["children"][1]["props"]["children"]["props"]
    assert graph["figure"]["layout"]["separators"] == separators
    assert figure.layout.separators is None


def test_a_chart_uploads_nothing_and_its_box_is_a_group_with_a_name() -> None:
    made = plain(chart_block(go.Figure(), "One bar.", TABLE, EN, "bars", height_px=300))
    box = made["props"]["children"][1]["props"]
    graph = box["children"]["props"]
    assert graph["config"]["showSendToCloud"] is False
    assert graph["config"]["plotlyServerURL"] == ""
    assert (box["role"], box["aria-label"], box["style"]["minHeight"]) == ("group", "One bar.", "300px")


def test_a_chart_without_a_table_has_no_empty_fold() -> None:
    assert not found(chart_block(go.Figure(), "One bar.", None, EN, "bars"), html.Details)


def test_an_absent_section_says_so_under_its_title() -> None:
    made = section_block(Section("x", absent="Nothing here."), "Title")
    assert [each.children for each in (*found(made, html.H2), *found(made, html.P))] == [
        "Title",
        "Nothing here.",
    ]


def test_a_menu_offers_the_forms_asked_for() -> None:
    buttons = found(download_menu(EN, ("csv", "png")), html.Button)
    assert [each.id["what"] for each in buttons] == ["csv", "png"]


def test_what_waits_is_as_high_as_what_comes() -> None:
    assert waiting(320, FR).style == {"minHeight": "320px"}

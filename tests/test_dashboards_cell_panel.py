"""The panel of a cell and what the callbacks of the page answer, with a double for the live engine."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders_gaps import CHOICE, JOBS, PEOPLE, cells_by_hand, run_by_hand
from dash import no_update

from access.place_cells import FoundPlace
from dashboards import gaps_answers, gaps_live, gaps_page, live
from dashboards.cell_panel import panel_parts
from dashboards.cell_panel_facts import (
    cell_name,
    cell_sentence,
    people_lines,
    reach_table,
    rights_sentence,
    rights_table,
    worse_than,
    zone_line,
)
from dashboards.gaps_grid import grid_frame, grid_rows
from dashboards.gaps_reach import at_of, is_on
from dashboards.run_data import RunData, RunError
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    cells = cells_by_hand()
    cells["zone_id"] = ["z", "z", *[None] * 6]
    return run_by_hand(tmp_path_factory.mktemp("panel") / "run", cells)


def view_of(data: RunData, row: int | None = None, **more: str) -> View:
    cell = "" if row is None else data.cell_ids[row]
    return View("gaps", "en", data.name, "jobs", 45, 50, "midday", "all", cell, more)


def text_of(component: Any) -> str:
    return json.dumps(
        json.loads(json.dumps(component, default=lambda each: each.to_plotly_json())), ensure_ascii=False
    )


class City:
    """Double of the live engine: 10 minutes to every cell, 255 to the last."""

    def minutes_from(self, cell_id: str, period: str, departure_s: int) -> np.ndarray:
        return np.array([10] * 7 + [255], dtype=np.uint8)

    def clock(
        self, cell_id: str, period: str, service: str, cutoff_min: int, every_min: int
    ) -> SimpleNamespace:
        at = np.arange(0, 86_400, 60 * every_min, dtype=np.int32)
        known = np.ones(len(at), dtype=bool)
        return SimpleNamespace(
            departure_s=at, reached=at / 3600.0, known=known, rides=known, beyond_known=True
        )

    def silent_feeds(self, period: str, departure_s: int, within_min: int) -> list[str]:
        ends_at_23 = departure_s + 60 * within_min > 23 * 3600
        return ["ferry"] if departure_s < 3600 or ends_at_23 else []

    def rides_from(self, period: str, departure_s: int) -> bool:
        return True


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "live_city", lambda data: City())


def test_a_cell_is_worse_than_the_residents_who_reach_strictly_more() -> None:
    access, people = np.array(JOBS), np.array(PEOPLE)
    assert worse_than(access, people, 2) == pytest.approx(1010 / 2010)
    assert (
        worse_than(access, people, 3) == worse_than(access, people, 5) == pytest.approx(500 / 2010)
    )  # a tie
    assert worse_than(access, people, 4) == 0
    assert np.isnan(worse_than(access, people, 7))
    assert np.isnan(worse_than(access, np.zeros(8), 0))


def test_the_first_words_say_what_is_reached_of_how_much_and_the_rank(data: RunData) -> None:
    told = cell_sentence(data, 2, CHOICE, EN)
    assert "200 jobs can be reached within 45 minutes (weekday midday): 20% of all." in told
    assert "50% of residents reach more." in told
    assert "No resident reaches more" in cell_sentence(data, 4, CHOICE, EN)


def test_a_cell_off_the_streets_and_one_without_data_say_different_things(data: RunData) -> None:
    assert "not linked to the streets" in cell_sentence(data, 7, CHOICE, EN)
    assert "no data on jobs" in cell_sentence(data, 2, CHOICE._replace(period="night"), EN)


def test_people_and_incomes_and_what_is_hidden_of_few(data: RunData) -> None:
    assert [line.text for line in people_lines(data, 0, EN)] == [
        "300 residents",
        "100",
        "1 of 10 (1 is the poorest)",
    ]
    few = people_lines(data, 5, EN)
    assert few[0].text == "fewer than 20 residents"
    assert few[1].text == "not shown, since few people live here"
    assert len(few) == 2
    assert [line.text for line in people_lines(data, 6, EN)] == ["nobody lives here"]


def test_a_run_without_incomes_tells_none(tmp_path: Path) -> None:
    data = run_by_hand(tmp_path / "run", cells_by_hand().drop(columns=["income", "income_decile"]))
    assert len(people_lines(data, 0, EN)) == 1


def test_what_is_reached_and_missed_by_service(data: RunData) -> None:
    rows = reach_table(data, 2, CHOICE, EN).rows
    assert rows[0] == ("Jobs", "200", "800", "12 min", "50%")
    assert rows[1] == ("Clinics", "no data", "–", "no data", "–")
    assert reach_table(data, 0, CHOICE, EN).rows[0][3] == "not reached"


def test_a_place_in_the_cell_itself_is_not_told_to_be_0_minutes_away(tmp_path: Path) -> None:
    cells = cells_by_hand()
    cells["nearest_jobs_min_midday"] = [0.0] * 8
    cells["n_jobs"] = [5.0, 0.0, *[5.0] * 6]
    data = run_by_hand(tmp_path / "run", cells)
    assert reach_table(data, 0, CHOICE, EN).rows[0][3] == "in the cell itself"
    assert reach_table(data, 1, CHOICE, EN).rows[0][3] == "0 min"  # that of a neighbour, under a minute


def test_a_cell_off_the_streets_has_a_row_all_the_same(data: RunData) -> None:
    assert reach_table(data, 7, CHOICE, EN).rows[0][1] == "not linked"


def test_rights_of_a_cell_lacking_first_with_value_and_what_is_asked(data: RunData) -> None:
    table = rights_table(data, 2, EN)
    assert table is not None
    assert table.rows[0][:3] == ("300 jobs", "lacks it", "200 jobs")
    assert "45" in table.rows[0][3]
    assert rights_sentence(data, 2, EN).startswith("1 of 1 rights that could be judged is lacking here.")
    assert "1 further right has no data." in rights_sentence(data, 2, EN)
    assert "lacking here" in rights_sentence(data, 4, EN)
    assert "not linked" in rights_sentence(data, 7, EN)


def test_a_run_without_rights_and_without_zones_says_so(tmp_path: Path) -> None:
    data = run_by_hand(tmp_path / "run", rights=False, zones=False)
    assert "no catalogue" in rights_sentence(data, 2, EN)
    assert rights_table(data, 2, EN) is None
    assert zone_line(data, 2, EN) == ""


def test_the_zone_of_the_register_is_named_with_how_often_it_is_found(data: RunData) -> None:
    assert "South End" in zone_line(data, 0, EN)
    assert "90%" in zone_line(data, 0, EN)
    assert zone_line(data, 3, EN).startswith("Not in a zone")


def test_a_cell_without_a_neighbourhood_has_a_name_all_the_same(tmp_path: Path) -> None:
    data = run_by_hand(tmp_path / "run", cells_by_hand().drop(columns="zone"))
    assert cell_name(data, 0, EN) == "A place without a name"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("row", [None, *range(8)])
def test_every_cell_has_a_panel_in_every_language(data: RunData, language: str, row: int | None) -> None:
    parts = panel_parts(data, view_of(data, row), CHOICE, words(language))
    assert parts.head
    assert bool(parts.numbers) == (row is not None)


def test_a_click_gives_panel_id_number_and_key(data: RunData) -> None:
    head, _, _, held, number, clock, key = gaps_answers.chosen(data, view_of(data), EN, "", {"cell": 2})
    assert "South" in text_of(head)
    assert held == data.cell_ids[2]
    assert number == 2
    assert key == f"{data.cell_ids[2]}|jobs|45|midday|50"
    assert "being computed" in text_of(clock)


@pytest.mark.parametrize("number", [-1, 8, 10**9, None, "2", 2.0, [1]])
def test_a_click_on_no_cell_takes_the_choice_away(data: RunData, number: Any) -> None:
    answer = gaps_answers.chosen(data, view_of(data, 2), EN, "", {"cell": number})
    assert answer[3:5] == ("", -1)


def test_a_change_of_the_view_leaves_the_held_cell_and_the_clock_of_equal_numbers(data: RunData) -> None:
    before = f"{data.cell_ids[2]}|jobs|45|midday|90"
    answer = gaps_answers.chosen(data, view_of(data, 2), EN, before, None)
    assert answer[3] is no_update
    assert answer[5] is no_update


def test_the_clock_is_of_the_cell_that_the_panel_shows(data: RunData, city: None) -> None:
    shown = f"{data.cell_ids[2]}|jobs|45|midday|50"
    assert "Most at 23:45" in text_of(gaps_answers.clock(data, view_of(data), EN, shown)[0])
    assert "no clock" in text_of(gaps_answers.clock(data, view_of(data), EN, data.cell_ids[7])[0])
    assert gaps_answers.clock(data, view_of(data), EN, "") == ([], True)
    assert gaps_answers.clock(data, view_of(data), EN, "../../etc") == ([], True)


@pytest.mark.parametrize("kind", ["no_network", "getting_ready", "no_percentile", "else"])
def test_without_the_engine_the_page_stands_and_says_why(
    data: RunData, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def gone(data: RunData) -> None:
        raise RunError(kind)

    monkeypatch.setattr(live, "live_city", gone)
    why = gaps_live.why_not(RunError(kind), EN)
    assert why
    paint, told = gaps_answers.paint(data, view_of(data, 2, reach="1"), EN)
    assert told == why
    assert paint["looks"][0]["key"].startswith("class_")
    children, settled = gaps_answers.clock(data, view_of(data), EN, data.cell_ids[2])
    assert why in text_of(children)
    assert settled == (kind != "getting_ready")  # then it is asked for again
    assert gaps_answers.painted(data, view_of(data, 2, reach="1"), EN)[3] == settled


def test_the_reach_map_paints_minutes_and_says_what_is_reached(data: RunData, city: None) -> None:
    paint, told = gaps_answers.paint(data, view_of(data, 2, reach="1", at="757"), EN)
    assert "leaving at 12:35" in paint["title"]
    assert told.startswith("Leaving at 12:35, 1,000 jobs (100% of all)")
    _, silent = gaps_answers.paint(data, view_of(data, 2, reach="1", at="10"), EN)
    assert silent.startswith("Careful: the timetable of ferry")
    _, later = gaps_answers.paint(data, view_of(data, 2, reach="1", at="1330"), EN)  # 22:10 and 45 minutes
    assert later.startswith("The timetable of ferry ends")
    assert "farther than 45 minutes" in later


@pytest.mark.parametrize(
    ("at", "expected"), [("757", 755), ("", 750), ("1440", 750), ("-5", 750), ("x", 750)]
)
def test_the_minute_of_the_view_is_on_a_step_else_the_start_of_the_period(
    data: RunData, at: str, expected: int
) -> None:
    assert at_of(view_of(data, 2, at=at), data.run) == expected


def test_the_reach_map_needs_a_cell(data: RunData) -> None:
    assert is_on(view_of(data, 2, reach="1"))
    assert not is_on(view_of(data, None, reach="1"))
    assert not is_on(view_of(data, 2, reach="0"))


def test_the_table_twin_has_a_row_a_cell_and_sends_no_hidden_value(data: RunData) -> None:
    choice = CHOICE._replace(group="decile_1")
    frame = grid_frame(data, choice, *gaps_answers.map_of(data, choice, EN))
    rows = grid_rows(frame)
    assert [row["id"] for row in rows] == data.cell_ids
    assert rows[1]["value"] == 100
    assert rows[5]["value"] is None
    assert rows[5]["residents"] is None
    assert rows[5]["class"] == "Not shown: too few residents"
    json.dumps(rows, allow_nan=False)


def test_search_results_keep_to_cells_of_the_run_and_tell_several_apart(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = data.cell_ids[0]
    hits = [
        FoundPlace("street", "High Street", cell, 0.0, 0.0, "South", street_only=True),
        FoundPlace("street", "High Street", cell, 0.0, 0.0, "North"),
        FoundPlace("coordinates", "Far away", "", 0.0, 0.0),
    ]
    monkeypatch.setattr(live, "find_places", lambda data, text, limit: hits)
    options = gaps_answers.found(data, "  high street ", EN)
    assert [(option["label"], option["disabled"]) for option in options] == [
        ("High Street · South · street · house number not known", False),
        ("High Street · North · street", False),
        ("Far away · coordinates · outside the area of this run", True),
    ]
    assert len({option["value"] for option in options}) == 3
    assert gaps_answers.found(data, "h", EN) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_comes_whole_for_any_choice(data: RunData, language: str) -> None:
    for more in ({}, {"shows": "nearest"}, {"shows": "people"}, {"shows": "low_income"}, {"reach": "1"}):
        said = words(language)
        layout = gaps_page.layout(data, view_of(data, 2, **more), said)
        assert "gaps-lead" in text_of(layout)
        shown = gaps_page.shown(data, view_of(data, 2, **more), said)
        assert shown.cells is not None
        assert shown.cell_map is not None
        assert len(shown.tables) == 4


def test_charts_of_a_period_without_data_say_so(data: RunData) -> None:
    view = View("gaps", "en", data.name, "jobs", 45, 50, "night")
    told = text_of(gaps_answers.charts(data, view, EN))
    assert "There are no data under this choice." in told
    assert "no neighbourhoods are ranked" in told

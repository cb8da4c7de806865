"""The page Data and method: findings in readable form, no folder of the machine, formulas to be searched."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from builders_report import write_run

from access.indicator_registry import registry
from access.report_data import read_run
from dashboards.maps_method import link_map
from dashboards.method_facts import (
    Finding,
    citation,
    configuration_text,
    day_table,
    findings_of,
    findings_table,
    income_counts,
    lead_sentences,
    share_table,
    snap_of_all_table,
    snap_sentences,
    version_table,
    without_folders,
)
from dashboards.method_formulas import formula_list, found_indicators
from dashboards.method_page import PARTS, layout, shown
from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import words

EN, FR = words("en"), words("fr")
SUMMARY = """bus: can be used on 2019-05-15
  stops the run: nothing runs
  warning: half of the stops have no name
  can change travel times: trips go backwards in time (1,200 x backwards_time; trip 7)
  no effect on travel times: 115 invalid_color, 3,599 mixed_case, 89 mixed_case"""
SHARES = [
    "bus: 1,014 trips on Saturday 2026-03-14, 63% of a typical weekday (1,611), "
    "100% of a typical Saturday (1,014)",
    "tram: 5 trips on Sunday 2026-03-15",
    "something else",
]
CONFIG = {"name": "x", "people": {"file": "/srv/secret/people.csv"}, "list": ["C:\\data\\a.csv", "plain", 3]}


def made(folder: Path, **changes: object) -> RunData:
    write_run(folder, **changes)
    return RunData("disc", folder, read_run(folder))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return made(
        tmp_path_factory.mktemp("method") / "run",
        validation={"bus": SUMMARY, "tram": "tram: can be used on 2019-05-15"},
        service_share=SHARES,
        config=CONFIG,
        config_file="/srv/secret/run.yaml",
        data_folder="/srv/data",
        warnings=["9 cells of /srv/data/cells.csv are not joined"],
        snap={"points": 271, "snapped": 269, "too_far": 1, "off_main_component": 1, "no_coordinates": 0,
              "link_median_m": 19.4},
        snap_of_stops={"points": 42, "snapped": 40, "too_far": 2, "off_main_component": 0,
                       "no_coordinates": 0},
        unsnapped_opportunities={"jobs": 67, "schools": 1, "health": 0},
        timetables={"2019-05-15": {"routes": 3, "stops": 42, "served_stops": 40, "trips": 900}},
        packages={"numpy": "2.0"},
        python="3.12.1",
    )  # fmt: skip


def view(language: str = "en", **more: str) -> View:
    return View("method", language, "disc", "jobs", 45, 50, "midday", more=more)


def text_of(component: object) -> str:
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_findings_are_read_what_matters_most_first_and_counts_of_one_kind_added() -> None:
    assert findings_of(SUMMARY) == [
        Finding("blocking", "nothing runs", None),
        Finding("warning", "half of the stops have no name", None),
        Finding("changes", "trips go backwards in time (backwards time)", 1200),
        Finding("none", "mixed case", 3688),
        Finding("none", "invalid color", 115),
    ]


def test_a_clean_timetable_has_no_findings_and_an_odd_line_is_kept() -> None:
    assert findings_of("tram: can be used on 2019-05-15") == []
    assert findings_of("1 finding\ninvalid_color: 1") == [Finding("warning", "invalid_color: 1", None)]
    assert findings_of("") == []


def test_findings_are_marked_as_english_in_every_language(data: RunData) -> None:
    table = findings_table(data.run, "bus", findings_of(SUMMARY), FR)
    assert table is not None
    assert table.english_rows == (0, 1, 2, 3, 4)
    assert table.rows[3] == ("mixed case", "aucun", "3\u202f688")


def test_trips_of_a_day_are_told_in_the_language_and_an_odd_line_stays_english(data: RunData) -> None:
    table = share_table(data.run, FR)
    assert table is not None
    assert table.rows[0] == ("bus", "samedi 14 mars 2026", "1\u202f014", "63\u202f%", "100\u202f%")
    assert table.rows[1] == ("tram", "dimanche 15 mars 2026", "5", "–", "–")
    assert table.rows[2][0] == "something else"
    assert table.english_rows == (2,)


def test_a_run_that_says_nothing_has_no_such_tables(tmp_path: Path) -> None:
    bare = made(tmp_path / "run", service_share=None, validation=None, snap=None).run
    assert share_table(bare, EN) is None
    assert day_table(bare, EN) is None
    assert snap_of_all_table(bare, EN) is None
    assert findings_table(bare, "bus", [], EN) is None


def test_the_configuration_names_files_but_no_folder_of_the_machine(data: RunData) -> None:
    text = configuration_text(data.run)
    assert "secret" not in text
    assert yaml.safe_load(text) == {
        "name": "x", "people": {"file": "people.csv"}, "list": ["a.csv", "plain", 3],
    }  # fmt: skip


def test_no_folder_of_the_machine_stands_on_the_page(data: RunData) -> None:
    said = text_of(layout(data, view(), EN))
    assert "cells.csv are not joined" in said
    for folder in ("/srv", str(data.folder)):
        assert folder not in said


def test_a_text_without_folders_stays_as_it_is() -> None:
    assert without_folders("a/b is 3", {"data_folder": "/x", "config_file": "configs/a.yaml"}) == "a/b is 3"
    assert without_folders("in /x", {"data_folder": "/x"}) == "in …"


def test_periods_without_data_are_told_with_their_reason(data: RunData) -> None:
    sentences = list(lead_sentences(data, EN))
    assert any("no departure between 23:30 and 00:30" in sentence for sentence in sentences)
    assert "fairreach 0.1.0" in sentences[0]


def test_what_is_not_linked_is_counted_in_words(data: RunData) -> None:
    said = " ".join(snap_sentences(data.run, EN))
    assert "269 of 271 cells and 40 of 42 stops" in said
    assert "67 of the jobs lie in cells" in said
    assert "1 of the schools lies in a cell" in said
    assert "clinics" not in said


def test_older_runs_count_the_cells_themselves(tmp_path: Path) -> None:
    bare = made(tmp_path / "run").run
    assert next(iter(snap_sentences(bare, EN))) == "269 of 271 cells are linked to the streets."


def test_the_map_shows_each_kind_of_link(data: RunData) -> None:
    drawn = link_map(data, EN)
    assert drawn is not None
    kinds = [drawn.legend[place].key for place in drawn.entry_of_cell]
    snap = data.run.cells["snap"].to_list()
    names = {"snapped": "linked"}
    assert kinds == [names.get(state, state) for state in snap]
    assert sum(entry.n_cells for entry in drawn.legend) == len(snap)


def test_where_residents_live_and_the_middle_look_different(tmp_path: Path) -> None:
    data = made(tmp_path / "run")
    data.run.cells["placed_at"] = np.where(np.arange(len(data.run.cells)) % 2 == 0, "population", "centre")
    drawn = link_map(data, EN)
    assert drawn is not None
    assert {entry.key for entry in drawn.legend} >= {"at_residents", "at_centre"}
    assert len({(entry.colour, entry.pattern) for entry in drawn.legend}) == len(drawn.legend)


def test_without_links_there_is_no_map(tmp_path: Path) -> None:
    data = made(tmp_path / "run")
    run = data.run._replace(cells=data.run.cells.drop(columns="snap"))
    assert link_map(RunData("disc", data.folder, run), EN) is None


def test_a_search_finds_words_whatever_their_case_and_accents() -> None:
    assert [each.name for each in found_indicators("DISSIMILARITE", "fr")][:1] == [
        "segregation_dissimilarity"
    ]
    assert len(found_indicators("", "en")) == len(registry())
    assert found_indicators("no such thing at all", "en") == []
    assert len(found_indicators("x" * 5000, "en")) == 0


def test_an_indicator_is_found_by_its_name_and_alone_it_is_unfolded(data: RunData) -> None:
    assert "mean_access" in [each.name for each in found_indicators("mean_access", "en")]
    parts = formula_list(data.run, "segregation_rank_order_bias", EN)
    folds = [part for part in parts if type(part).__name__ == "Details"]
    assert [fold.open for fold in folds] == [True]


def test_a_search_without_success_says_so(data: RunData) -> None:
    (said,) = formula_list(data.run, "zzz", FR)
    assert said.children == FR("method.found_none")


def test_the_page_has_every_part_in_both_languages_and_keeps_the_search_of_a_link(data: RunData) -> None:
    for said, language in ((EN, "en"), (FR, "fr")):
        page = text_of(layout(data, view(language, find="gini"), said))
        for name in PARTS:
            assert json.dumps(said(f"method.part.{name}"), ensure_ascii=False) in page
    assert '"value": "gini"' in page


def test_what_can_be_downloaded_is_what_is_shown(data: RunData) -> None:
    given = shown(data, view(), EN)
    captions = [table.caption for table in given.tables]
    assert EN("method.share_caption") in captions
    assert given.cells is not None
    assert set(given.cells.columns) <= {"id", "lon", "lat", "placed_at", "snap", "snap_m"}
    assert given.cell_map is not None


def test_a_citation_names_place_program_and_sources(data: RunData) -> None:
    said = citation(data.run, EN)
    for part in ("Hexville", "fairreach 0.1.0", "OpenStreetMap", "Our own survey"):
        assert part in said


def test_versions_are_listed(data: RunData) -> None:
    assert version_table(data.run, EN).rows == (
        ("fairreach", "0.1.0"), ("Python", "3.12.1"), ("numpy", "2.0"),
    )  # fmt: skip


def test_each_count_of_known_incomes_says_what_it_counts(tmp_path: Path) -> None:
    """The run studied 50,000 residents, of whom 10 have no known income; the cells show fewer."""
    rule = {"residents": 50_000.0, "residents_income_unknown": 10.0}
    found = income_counts(made(tmp_path / "run", exclusion=rule).run, EN)
    assert [line.partition(": ")[2].split(",")[0].split(";")[0] for line in found] == [
        "known and shown",
        "known",
    ]
    assert found[1].startswith("49,990: ")


def test_a_run_with_one_count_of_incomes_explains_nothing(tmp_path: Path) -> None:
    assert income_counts(made(tmp_path / "run").run, EN) == []

"""How a number was made: found by its keys in the run, polite to whatever a browser sends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders_segregation_pages import POOR, number, numbers, segregation_data, undefined_rows

from access.indicator_registry import registry
from dashboards.how import LONGEST_KEY, Key, how_made, key_of, key_text
from dashboards.how_callbacks import answer
from dashboards.how_panel import panel_of
from dashboards.input_files import input_files_table
from dashboards.run_data import RunData, Runs
from dashboards.words import words

EN, FR = words("en"), words("fr")
DISSIMILARITY = f"segregation_dissimilarity|||||{POOR}"
JOBS = "mean_access|jobs|midday|45||all"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    inputs = [
        {"file": "bus.zip", "sha256": "a" * 64, "bytes": 5, "keys": ["schedule.feeds.0.file"]},
        {"file": "/private/jobs.csv", "sha256": "b" * 64, "bytes": 6,
         "keys": ["cells.file", "opportunities.jobs.file"]},
    ]  # fmt: skip
    band = number("mean_access", 5000.0, service="jobs", period="midday", cutoff_min=45, unit="jobs",
                  low=4000.0, high=6000.0, note=None,
                  interval_kind="sensitivity: cutoff 5 min lower and higher")  # fmt: skip
    folder = tmp_path_factory.mktemp("how") / "run"
    return segregation_data(folder, [*numbers(), band], inputs=inputs)


def text_of(component: object) -> str:
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_keys_are_read_as_they_are_written(data: RunData) -> None:
    for name in data.run.numbers.names():
        for each in data.run.numbers.of(name):
            made = how_made(data, key_of(key_text(each)), EN)  # type: ignore[arg-type]
            assert made is not None
            assert len(made.rows) == 1


def test_missing_parts_do_not_apply() -> None:
    assert key_of("gini|jobs") == Key("gini", "jobs", "", None, "", "all")


@pytest.mark.parametrize(
    "sent",
    [None, 7, "", "no_such_indicator", "gini|jobs|midday|1e3", "gini|jobs|midday|٤٥", "gini|a|b|4|c|d|e",
     "gini|" + "x" * LONGEST_KEY, ["gini"], {"number": "gini"}, "gini|jobs|midday|-45"],
)  # fmt: skip
def test_what_is_no_key_of_an_indicator_is_none(sent: object) -> None:
    assert key_of(sent) is None


@pytest.mark.parametrize("sent", ["no_such", "gini|<script>|x", "gini|jobs|morning", "gini||||../../etc"])
def test_unknown_keys_are_answered_politely_and_not_repeated(data: RunData, sent: str) -> None:
    said = text_of(panel_of(data, sent, FR))
    assert FR("how.unknown") in said
    assert sent not in said


def test_a_number_comes_with_the_range_of_its_own_row_and_what_that_models(data: RunData) -> None:
    made = how_made(data, key_of(DISSIMILARITY), EN)  # type: ignore[arg-type]
    assert made is not None
    (row,) = made.rows
    (spread,) = row.spreads
    assert (row.value, row.covered) == ("0.500", "1,000 households counted")
    assert (spread.kind, spread.ends) == ("Errors of the inputs", "0.400 to 0.600")
    assert spread.modelled == "Modelled by 500 draws: mean income by cell."


def test_every_kind_of_range_stands_apart(data: RunData) -> None:
    made = how_made(data, key_of(JOBS), EN)  # type: ignore[arg-type]
    assert made is not None
    (spread,) = made.rows[0].spreads
    assert spread.kind.startswith("Choice of the cutoff")
    assert spread.ends == "4,000 to 6,000"
    assert "no error" in spread.meaning


def test_a_number_without_a_range_says_that_it_is_not_quantified(data: RunData) -> None:
    assert EN("how.not_quantified") in text_of(panel_of(data, "segregation_rank_order", EN))


def test_formula_source_reading_and_limits_are_those_of_the_registry(data: RunData) -> None:
    said = text_of(panel_of(data, DISSIMILARITY, FR))
    entry = registry()["segregation_dissimilarity"]
    for text in (entry.formula, entry.source.text, entry.reading.fr, entry.limits.fr):
        assert json.dumps(text, ensure_ascii=False)[1:-1] in said


def test_the_period_its_window_and_the_walking_speed_stand_with_a_number_of_travel(data: RunData) -> None:
    said = " ".join(how_made(data, key_of(JOBS), EN).settings)  # type: ignore[arg-type, union-attr]
    assert "Weekday midday: Wednesday 15 May 2019, departures 12:30 to 14:30." in said
    assert "3.6" in said
    assert "less than the limit" in said
    at_home = " ".join(how_made(data, key_of(DISSIMILARITY), EN).settings)  # type: ignore[arg-type, union-attr]
    assert "3.6" not in at_home


def test_files_are_named_with_their_use_and_without_folders(data: RunData) -> None:
    rows = input_files_table(data.run, EN).rows
    assert [row[:2] for row in rows] == [("bus.zip", "timetable"), ("jobs.csv", "cells and jobs")]
    assert "private" not in text_of(panel_of(data, JOBS, EN))
    assert str(data.folder) not in text_of(panel_of(data, JOBS, EN))


def test_a_value_of_the_cells_has_no_row_but_is_explained(data: RunData) -> None:
    said = text_of(panel_of(data, "cumulative_cutoff|jobs|midday|45", EN))
    assert EN("how.no_row") in said
    assert registry()["cumulative_cutoff"].formula in said


def test_a_number_that_is_not_defined_says_why_and_counts_nobody(tmp_path: Path) -> None:
    bare = segregation_data(tmp_path / "run", undefined_rows())
    said = text_of(panel_of(bare, "segregation_dissimilarity", EN))
    assert "not defined" in said
    assert "counted" not in said.split("How to read it")[0].split("not defined: ")[0]
    assert "0 households" not in said


def test_the_panel_opens_in_the_language_of_the_view(data: RunData) -> None:
    runs = Runs([data.folder])
    is_open, title, close, content = answer(DISSIMILARITY, {"lang": "fr", "page": "segregation"}, runs)
    assert is_open
    assert (title, close) == (FR("how.title"), {"aria-label": FR("how.close")})
    assert "ménages aux revenus de moins de" in text_of(content)


def test_a_run_that_is_gone_is_told_in_the_panel(tmp_path: Path) -> None:
    _, title, _, content = answer("gini", {"lang": "fr"}, Runs([tmp_path / "nowhere"]))
    assert title == FR("how.title")
    assert FR("run_problem.gone") in text_of(content)

"""The page on exclusion zones: register, order, chosen zone, overlay, scenarios, on the disc of hexagons."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders_report import hex_disc, write_run
from builders_rights_pages import data_of, write_rights_run

from dashboards.run_data import RunData
from dashboards.view import View
from dashboards.words import words
from dashboards.zones_actions import (
    checked_order,
    chosen_zone,
    edge_warning,
    facts,
    headline,
    next_order,
    overlay,
    register_rows,
    rights_table,
    sorted_rows,
    unjudged_sentences,
    unstable_table,
    zone_facts,
    zone_of_click,
)
from dashboards.zones_callbacks import sheet_name
from dashboards.zones_page import layout, shown
from dashboards.zones_panels import heading_words, register_body, scenarios_panel, sort_state, zone_panel
from dashboards.zones_scenarios import keys_of, results_of, scenario_table

EN, FR = words("en"), words("fr")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return data_of(write_rights_run(tmp_path_factory.mktemp("zones") / "run"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return data_of(write_run(tmp_path_factory.mktemp("bare") / "run"))


def text_of(component: object) -> str:
    return json.dumps(component, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


def test_the_first_sentence_counts_people_and_zones(data: RunData) -> None:
    assert headline(data.run, EN).startswith("4,700 residents (22%) live in 2 zones")
    assert headline(data.run, FR).startswith("4\u202f700 habitants (22\u202f%) vivent dans 2 zones")


def test_the_zone_with_most_residents_is_shown_first(data: RunData) -> None:
    assert chosen_zone(data.run, "") == "a_east"
    assert chosen_zone(data.run, "b_west") == "b_west"
    assert chosen_zone(data.run, "../b_west") == "a_east"


def test_rows_stand_in_the_order_of_the_register(data: RunData) -> None:
    assert [row.zone_id for row in register_rows(data.run, EN.texts)] == ["a_east", "b_west"]


def test_unknown_numbers_come_last_upwards_and_downwards(data: RunData) -> None:
    """The eastern zone has no income."""
    rows = register_rows(data.run, EN.texts)
    for order in ("income", "-income"):
        assert [row.zone_id for row in sorted_rows(rows, order)] == ["b_west", "a_east"]
    assert [row.zone_id for row in sorted_rows(rows, "residents")] == ["b_west", "a_east"]
    assert [row.zone_id for row in sorted_rows(rows, "-residents")] == ["a_east", "b_west"]
    assert sorted_rows(rows, "gone") == rows


def test_a_heading_sorts_downwards_first_and_then_upwards() -> None:
    assert next_order("number", "residents") == "-residents"
    assert next_order("-residents", "residents") == "residents"
    assert next_order("residents", "name") == "name"
    assert next_order("name", "name") == "-name"
    assert next_order("name", "gone") == "name"
    assert checked_order("__class__") == "number"
    assert sort_state("income", "-income") == "descending"
    assert sort_state("income", "name") == "none"
    assert heading_words("income", "income", EN) == "Mean income ↑"


def test_the_table_says_which_zone_is_chosen(data: RunData) -> None:
    rows = register_body(data, "b_west", "number", EN)
    assert [row.className for row in rows] == ["", "chosen-row"]
    assert '"aria-pressed": "true"' in text_of(rows[1])


def test_outlines_carry_number_and_id_and_the_chosen_one_is_thicker(data: RunData) -> None:
    features = overlay(data, "b_west")["features"]
    assert [each["properties"]["id"] for each in features] == ["a_east", "b_west"]
    assert [each["properties"]["label"] for each in features] == ["1", "2"]
    weights = [each["properties"]["weight"] for each in features]
    assert weights[1] > weights[0]
    assert {each["properties"]["kind"] for each in features} == {"zone"}
    json.dumps(features)


def test_a_click_on_an_outline_or_on_a_cell_of_a_zone_chooses_it(data: RunData) -> None:
    inside = int(np.flatnonzero(data.run.cells["zone_id"].astype(object) == "b_west")[0])
    outside = int(np.flatnonzero(data.run.cells["zone_id"].isna())[0])
    outline = {"feature": {"kind": "zone", "id": "a_east"}, "cell": inside}
    assert zone_of_click(data.run, data, outline) == "a_east"
    assert zone_of_click(data.run, data, {"feature": None, "cell": inside}) == "b_west"
    assert zone_of_click(data.run, data, {"cell": outside}) == ""


@pytest.mark.parametrize(
    "click", [None, "x", {"cell": -1}, {"cell": 10**9}, {"feature": {"id": "gone"}}, {"cell": True}]
)
def test_a_forged_click_chooses_nothing(data: RunData, click: Any) -> None:
    assert zone_of_click(data.run, data, click) == ""


def test_facts_of_a_zone_are_in_words(data: RunData) -> None:
    told = dict(zone_facts(data.run, facts(data.run, "b_west", EN), EN))
    assert told["Who lives here"] == "2,300 residents"
    assert told["Mean income"] == "1,800, 50% of that of all residents"
    assert told["At least half of them lack"] == "a primary school and a hospital"
    assert told["How sure"] == "Found again in 93% of 500 computations with slightly different inputs"


def test_what_a_zone_does_not_know_is_said(data: RunData) -> None:
    told = dict(zone_facts(data.run, facts(data.run, "a_east", EN), EN))
    assert told["Mean income"] == "no data"
    assert told["How sure"] == "It was not computed whether the zone is found with slightly different inputs"
    assert "Clustered" not in told


def test_the_edge_is_warned_of_where_a_zone_touches_it(data: RunData) -> None:
    assert edge_warning(facts(data.run, "b_west", EN), EN).startswith("Careful: 75% of this zone’s cells")
    assert edge_warning(facts(data.run, "a_east", EN), EN) == ""


def test_few_residents_who_lack_a_right_are_hidden(data: RunData) -> None:
    """3 of 2,400 lack a hospital in the east: fewer than 20."""
    table = rights_table(facts(data.run, "a_east", EN), EN)
    assert table is not None
    shown_words = {row[0]: row[1] for row in table.rows}
    assert shown_words == {"A hospital": "suppressed (too few residents)", "A primary school": "0%"}
    assert not any("7 min" in cell for row in table.rows for cell in row)


def test_what_could_not_be_judged_is_told_in_both_languages(tmp_path: Path) -> None:
    rule = {"residents_income_unknown": 500.0, "residents_rights_unknown": None, "small_groups": 2.0,
            "residents_in_small_groups": 90.0, "min_residents": 200.0, "state": "ok"}  # fmt: skip
    told = data_of(write_rights_run(tmp_path / "run", exclusion=rule))
    english = list(unjudged_sentences(told.run, EN))
    assert english[0] == "Residents of places whose income is not known: 500. These places belong to no zone."
    assert "a few" in english[1]
    assert "too small for a zone: 2, with 90 residents" in english[2]
    assert len(list(unjudged_sentences(told.run, FR))) == 3


def test_a_run_without_a_register_says_so(bare: RunData) -> None:
    page = text_of(layout(bare, View("zones", "fr", bare.name), FR))
    assert "n’a pas de registre" in page or "pas de registre" in page
    assert shown(bare, View("zones", "fr", bare.name), FR).tables == []
    assert overlay(bare, "")["features"] == []
    assert chosen_zone(bare.run, "x") == ""


def test_an_empty_register_says_that_no_zone_meets_the_rule(tmp_path: Path) -> None:
    folder = write_rights_run(tmp_path / "run")
    import geopandas as gpd

    for name in ("zones.parquet",):
        gpd.read_parquet(folder / name).iloc[:0].to_parquet(folder / name)
    empty = data_of(folder)
    page = text_of(layout(empty, View("zones", "en", empty.name), EN))
    assert "No zone meets the rule" in page
    assert "How a zone qualifies" in page


@pytest.mark.parametrize("said", [EN, FR])
def test_the_page_stands_in_both_languages(data: RunData, said: Any) -> None:
    page = text_of(layout(data, View("zones", said.language, data.name, more={"zone": "b_west"}), said))
    assert page.count('"type": "H1"') == 1
    assert "Oeste <1>" in page
    assert page.count("zone-sheet") == 2


def test_unstable_zones_are_read_from_the_folder(tmp_path: Path) -> None:
    folder = write_rights_run(tmp_path / "run")
    assert unstable_table(data_of(folder), EN) is None
    import geopandas as gpd

    zones = gpd.read_parquet(folder / "zones.parquet").assign(population=[7.0, 900.0], share_of_draws=0.4)
    zones.to_parquet(folder / "zones_not_stable.parquet")
    table = unstable_table(data_of(folder), EN)
    assert table is not None
    assert [row[1] for row in table.rows] == ["900", "fewer than 20"]
    (folder / "zones_not_stable.parquet").write_bytes(b"broken")
    assert unstable_table(data_of(folder), EN) is None


def result(data: RunData, **more: Any) -> Any:
    """A what-if result in which everybody in the west gains 100 jobs beyond noise."""
    west = (data.run.cells["zone_id"].astype(object) == "b_west").to_numpy(dtype=bool)
    base = np.where(west, 50.0, 1000.0)
    cells = pd.DataFrame(
        {
            "headline_base": base,
            "headline_value": base + 100.0 * west,
            "headline_state": np.where(west, "gain", "within noise"),
        }
    )
    zones = pd.DataFrame(
        [
            {"zone": None, "zone_base": "b_west", "state": "leaves", "residents": 0.0, "share_of_draws": 0.1},
            {"zone": "a_east,c", "zone_base": "a_east", "state": "grows", "residents": 2600.0,
             "share_of_draws": np.nan},
        ]
    )  # fmt: skip
    plain = {"key": "k1", "name": {"en": "A line", "fr": "Une ligne"}, "zones": zones, "cells": cells,
             "quantified": True, "final": True}  # fmt: skip
    return SimpleNamespace(**(plain | more))


def test_a_scenario_tells_what_becomes_of_a_zone(data: RunData) -> None:
    table = scenario_table(data, "b_west", [result(data)], EN)
    assert table is not None
    assert table.rows[0] == (
        "A line", "leaves", "0", "10%", "50 jobs", "150 jobs",
        "100% of its residents reach more, 0% fewer, beyond the noise",
    )  # fmt: skip
    east = scenario_table(data, "a_east", [result(data)], FR)
    assert east is not None
    assert east.rows[0][:4] == ("Une ligne", "s’étend", "2\u202f600", "non chiffrée")


def test_first_results_say_that_the_noise_is_not_computed_yet(data: RunData) -> None:
    table = scenario_table(data, "b_west", [result(data, quantified=False, zones=None, final=False)], EN)
    assert table is not None
    assert table.rows[0][1] == "being computed"
    assert "noise not computed yet" in table.rows[0][-1]


def test_cells_of_another_run_are_no_data(data: RunData) -> None:
    """A result whose cells are not those of this run is never laid over it."""
    table = scenario_table(data, "b_west", [result(data, cells=result(data).cells.iloc[:1])], EN)
    assert table is not None
    assert table.rows[0][4:] == ("no data",) * 3


def test_without_a_scenario_the_page_says_how_to_make_one(data: RunData) -> None:
    said = text_of(scenarios_panel(data, "b_west", [], EN))
    assert '"href": "/what-if"' in said


@pytest.mark.parametrize("loaded", [None, "x", {}, [None, 3, {"key": 5}, {"key": "k" * 500}, {"name": "n"}]])
def test_what_the_browser_made_up_has_no_keys(loaded: Any) -> None:
    assert keys_of(loaded) == []


def test_at_most_four_results_are_asked_for_and_missing_ones_left_out() -> None:
    asked: list[str] = []

    class Engine:
        def result(self, run: str, key: str) -> str | None:
            asked.append(f"{run}:{key}")
            return None if key == "k1" else key

    keys = keys_of([{"key": f"k{n}"} for n in range(9)])
    assert results_of(Engine(), "city", keys) == ["k0", "k2", "k3"]
    assert asked == [f"city:k{n}" for n in range(4)]
    assert results_of(None, "city", keys) == []


@pytest.mark.parametrize(
    ("zone", "name"),
    [("89a9012b2a3ffff", "zone-89a9012b2a3ffff.en.pdf"), ("../../etc/passwd", "zone-etc-passwd.en.pdf")],
)
def test_the_file_name_comes_from_the_id_alone(zone: str, name: str) -> None:
    assert sheet_name(zone, "en") == name


def test_downloads_hold_the_register_and_the_zone_of_each_cell(data: RunData) -> None:
    made = shown(data, View("zones", "en", data.name), EN)
    assert made.cells is not None
    assert made.cells["id"].tolist() == data.cell_ids
    assert set(made.cells["zone_id"].dropna()) == {"a_east", "b_west"}
    assert made.cell_map is not None
    assert len(hex_disc()) == len(made.cells)


def test_only_a_zone_with_a_name_is_said_to_be_around_a_place(
    data: RunData, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        panel = zone_panel(data, chosen_zone(data.run, ""), EN)
        return json.dumps(panel, default=lambda each: each.to_plotly_json())

    assert "Around " not in told()
    monkeypatch.setattr("dashboards.zones_panels.text_in", lambda _row, _column: "Vila Nova")
    assert "Around " in told()

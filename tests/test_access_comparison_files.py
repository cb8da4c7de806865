"""The folder of a comparison: what is written, replaced, refused, hidden; and read again."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from builders_comparison import (
    bill,
    compared,
    comparison,
    number,
    rights,
    scenario_named,
    warm_run,
    winner,
    winners,
)

from access.comparison_bill import DAY, WEEK, change_of_bill, difference_of_bills, sums_of_bill
from access.comparison_files import scenario_ids, write_comparison
from access.comparison_package import stacked, stacked_places
from access.comparison_reader import read_comparison
from access.comparison_shown import shown_benefit, shown_rights, shown_table, shown_winners
from access.errors import ResultError
from access.results import COMPARISON, check_target, new_run_folder
from access.scenario import ORDER
from access.scenario_file import load_scenario

FILES = {
    "manifest.json", "table.parquet", "cells.parquet", "winners.parquet", "rights.parquet", "benefit.parquet",
    "bill.parquet", "zones.parquet", "side_by_side.parquet", "difference.gpkg",
    "map-a-bus-every-10-minutes.png", "map-a-bus-every-10-minutes.fr.png", "report.en.html", "report.fr.html",
}  # fmt: skip
NOON = "2026-03-01T12:00:00+00:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison without its pages."""
    place = tmp_path_factory.mktemp("comparison")
    warm = warm_run(place / "run")
    labels = {"school_15": {"en": "a school nearby", "fr": "une école proche"}}
    made = compared(place, comparison=comparison(labels=labels))
    return write_comparison(place / "out", warm, [made], created=NOON, report=False)


# ---- files


def test_every_file_is_written_and_the_run_left_as_it_was(tmp_path: Path) -> None:
    warm = warm_run(tmp_path / "run")
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    written = write_comparison(tmp_path / "out", warm, [compared(tmp_path)])
    assert {path.name for path in written.iterdir()} == FILES
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"run", "out", "scenario.yaml"}


def test_equal_comparisons_give_equal_bytes(tmp_path: Path) -> None:
    warm, scenario = warm_run(tmp_path / "run"), compared(tmp_path)
    one, other = (
        write_comparison(tmp_path / name, warm, [scenario], created=NOON, report=False)
        for name in ("one", "other")
    )
    for path in one.iterdir():
        here, there = (hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, other / path.name))
        assert here == there, path.name


def test_an_earlier_comparison_is_replaced_anything_else_is_not(tmp_path: Path) -> None:
    warm, scenario = warm_run(tmp_path / "run"), [compared(tmp_path)]
    out = write_comparison(tmp_path / "out", warm, scenario, report=False)
    write_comparison(out, warm, scenario, report=False)
    with pytest.raises(ResultError, match="is not an earlier comparison and is not replaced"):
        write_comparison(tmp_path / "run", warm, scenario, report=False)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultError, match=r"holds notes\.txt, which no comparison writes"):
        write_comparison(out, warm, scenario, report=False)
    assert (out / "table.parquet").is_file()


def test_a_run_does_not_replace_a_comparison(folder: Path) -> None:
    with pytest.raises(ResultError, match="which no run writes"), new_run_folder(folder):
        pass
    check_target(folder, COMPARISON)


def test_nothing_is_left_when_writing_fails(tmp_path: Path) -> None:
    broken = compared(tmp_path, bill=None)
    with pytest.raises(TypeError):
        write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [broken], report=False)
    assert {path.name for path in tmp_path.iterdir()} == {"run", "scenario.yaml"}


def test_no_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no scenario given"):
        write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [])


# ---- manifest


def test_the_manifest_names_base_scenario_and_what_it_met(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["created"]) == ("comparison", NOON)
    run = folder.parent / "run" / "manifest.json"
    assert manifest["base"]["manifest_sha256"] == hashlib.sha256(run.read_bytes()).hexdigest()
    assert manifest["base"]["name"] == "Hexville"
    entry = manifest["scenarios"][0]
    file = folder.parent / "scenario.yaml"
    assert entry["text"] == file.read_text(encoding="utf-8")
    assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [change["type"] for change in entry["modifications"]][:2] == ["add-streets", "close-streets"]
    assert entry["reports"][0]["text"]["fr"] == "1 nouvelle rue, 150 m"
    assert [check["state"] for check in entry["checks"]] == ["passed", "failed", "not checked"]
    assert entry["seconds"] == {"measures": 0.5, "ranges": 2.0}
    assert entry["register"] == {"residents_base": 300.0, "residents": 500.0, "note": None}


def test_a_scenario_made_in_python_has_no_file(tmp_path: Path) -> None:
    made = compared(tmp_path, file=None)
    out = write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [made], report=False)
    entry = read_comparison(out).scenarios[0].entry
    assert (entry["file"], entry["sha256"], entry["text"]) == (None, None, None)


def test_ids_are_plain_and_each_once(tmp_path: Path) -> None:
    names = ["Bus n° 9: toutes les 10'", "Été", "Été", "???", "x" * 60]
    made = [replace(compared(tmp_path), scenario=scenario_named({"en": name, "fr": name})) for name in names]
    assert scenario_ids(made) == [
        "bus-n-9-toutes-les-10", "ete", "ete-3", "scenario-4", "x" * 40,
    ]  # fmt: skip


# ---- tables


def test_tables_stack_scenarios_by_their_ids(tmp_path: Path) -> None:
    one = compared(tmp_path)
    other = replace(
        one,
        scenario=scenario_named({"en": "Other", "fr": "Autre"}),
        comparison=comparison(scenario={"en": "Other", "fr": "Autre"}),
        register=None,
    )
    out = write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [one, other], report=False)
    found = read_comparison(out)
    assert [scenario.id for scenario in found.scenarios] == ["a-bus-every-10-minutes", "other"]
    assert [len(scenario.run.cells) for scenario in found.scenarios] == [271, 271]
    assert [len(scenario.zones) for scenario in found.scenarios] == [2, 0]
    assert {"a-bus-every-10-minutes", "other"} < set(found.side_by_side.columns)
    hours = found.side_by_side.set_index("what").loc["vehicle_hours_week"]
    assert (hours["base"], hours["other"]) == (700.0, 770.0)


def test_the_package_has_hexagons_and_what_is_changed(folder: Path) -> None:
    package = folder / "difference.gpkg"
    layers = dict(pyogrio.list_layers(package).tolist())
    assert layers == {
        "a-bus-every-10-minutes": "Polygon",
        "changed_lines": "MultiLineString",
        "changed_points": "Point",
    }
    # Rings 6 and 7 have 36 and 42 cells; of the three cells without data one lies in ring 6, two in 4 and 8.
    cells = gpd.read_file(package, layer="a-bus-every-10-minutes")
    assert list(cells["state"].value_counts().sort_index().items()) == [
        ("gain", 19), ("loss", 77), ("no data", 3), ("unchanged", 154), ("within noise", 18),
    ]  # fmt: skip
    assert cells.loc[cells["state"] == "gain", "change"].eq(100).all()
    named = cells.loc[cells["rights_gained"] == "school_15"].iloc[0]
    assert (named["rights_gained_en"], named["rights_gained_fr"]) == ("a school nearby", "une école proche")
    assert set(cells["rights_lost_fr"]) == {""}
    lines = gpd.read_file(package, layer="changed_lines")
    assert sorted(zip(lines["route_id"], lines["change"], strict=True)) == [
        ("add-streets", "new"),
        ("close-streets", "removed"),
    ]
    points = gpd.read_file(package, layer="changed_points")
    assert list(points["change"]) == ["new", "removed"]
    assert points["stop_name"].iloc[0] == "New school"


def test_empty_stacks_keep_their_column() -> None:
    assert list(stacked([]).columns) == ["scenario"]
    assert stacked_places([]).crs.to_epsg() == 4326


# ---- small counts


def test_counts_of_few_are_hidden_and_so_is_what_they_follow_from() -> None:
    rows = [
        winner("all", 1000, 5, 300, 100, 595, 0, gain=50.0, loss=300.0),
        winner("decile_1", 500, 5, 100, 50, 345, 0, gain=50.0, loss=100.0),
        winner("decile_2", 500, 0, 200, 50, 250, 0, loss=200.0),
        winner("poorest40", 600, 300, 0, 0, 300, 0, gain=900.0),
    ]
    shown = shown_winners(pd.DataFrame(rows), 20).set_index("group")
    assert shown.loc[["all", "decile_1"], ["residents_gaining", "gain"]].isna().all(axis=None)
    assert shown.loc["decile_1", ["residents_losing", "residents_within_noise"]].isna().any()
    assert shown.loc["decile_2", "residents_gaining"] == 0
    assert shown.loc["poorest40", "residents_gaining"] == 300
    assert (
        shown.loc["all", "note"] == "suppressed: fewer than 20 residents, or it would give such a count away"
    )
    assert shown.loc["poorest40", "note"] is None


def test_winners_are_shown_as_they_are_without_a_minimum_and_without_few() -> None:
    pd.testing.assert_frame_equal(shown_winners(winners(), 0), winners())
    shown = shown_winners(winners(), 20)
    pd.testing.assert_frame_equal(
        shown.drop(columns="note"), winners().drop(columns="note"), check_dtype=False
    )


def test_a_group_of_few_shows_nothing() -> None:
    few = pd.DataFrame([winner("age_65_plus", 7, 7, 0, 0, 0, 0, gain=70.0, mean_change=10.0)])
    shown = shown_winners(few, 20).iloc[0]
    assert shown[["residents", "residents_gaining", "gain", "mean_change"]].isna().all()
    ratio = pd.DataFrame([{"group": "age_65_plus", "against": "all", "value": 2.0, "change_group": 1.0,
                           "change_against": 0.5, "note": None}])  # fmt: skip
    hidden = shown_benefit(ratio, shown_winners(few, 20), 20).iloc[0]
    assert hidden[["value", "change_group", "change_against"]].isna().all()
    assert shown_benefit(ratio, few, 20).iloc[0]["value"] == 2.0


def test_few_who_lose_a_right_are_hidden_with_what_they_follow_from() -> None:
    few = rights().assign(losing=[7.0, 0.0, 0.0, np.nan], unmet=[8407.0, 6900.0, 5000.0, np.nan])
    shown = shown_rights(few, 20)
    assert shown.loc[0, ["losing", "unmet"]].isna().all()
    assert shown.loc[0, "base_unmet"] == 9000
    assert shown.loc[1, ["gaining", "losing", "unmet"]].tolist() == [100, 0, 6900]
    assert shown.loc[3, "note"] is None


def test_a_change_by_few_residents_hides_the_number_of_the_scenario() -> None:
    frame = pd.DataFrame([number("right_residents", "all", 5000.0, 5007.0, "residents"),
                          number("right_residents", "decile_1", 500.0, 600.0, "residents")])  # fmt: skip
    shown = shown_table(frame.astype({"cutoff_min": "Int64"}), [], [], 20)
    assert np.isnan(shown.loc[0, "value"])
    assert shown.loc[0, "base"] == 5000
    assert shown.loc[1, "value"] == 600


def test_what_a_run_hides_is_hidden_on_both_sides() -> None:
    row = {"indicator": "mean_access", "service": "jobs", "period": "midday", "cutoff_min": 45,
           "standard": None, "group": "age_65_plus", "value": 3.0, "unit": "jobs", "covered_population": 7.0,
           "note": None}  # fmt: skip
    frame = pd.DataFrame([number("mean_access", "age_65_plus", 3.0, 4.0, "jobs")])
    shown = shown_table(frame.astype({"cutoff_min": "Int64"}), [row], [row], 20).iloc[0]
    assert shown[["base", "value", "change"]].isna().all()
    assert shown["note"] == "suppressed: fewer than 20 residents, or it would give such a count away"


def test_numbers_of_named_groups_are_rounded_and_their_change_follows() -> None:
    frame = pd.DataFrame([number("mean_access", "age_65_plus", 12345.678, 12399.9, "jobs")])
    shown = shown_table(frame.astype({"cutoff_min": "Int64"}), [], [], 20, ["age_65_plus"]).iloc[0]
    assert shown[["base", "value", "change"]].tolist() == [12350, 12400, 50]


# ---- bill


def test_a_route_in_one_bill_only_costs_nothing_in_the_other() -> None:
    columns = ["scope", "period", "date", "route_id", "route_name",
               "vehicle_hours", "vehicle_km", "peak_vehicles", "trips"]  # fmt: skip
    week = ("week", "", "2026-03-09")
    base = pd.DataFrame(
        [(*week, "all", "", 10, 200, 2, 20), (*week, "A", "A", 10, 200, 2, 20)], columns=columns
    )
    after = pd.DataFrame(
        [
            (*week, "all", "", 13, 260, 3, 26),
            (*week, "A", "A", 10, 200, 2, 20),
            (*week, "B", "B", 3, 60, 1, 6),
        ],
        columns=columns,
    )
    table = difference_of_bills(base, after)
    assert set(table["route_id"]) == {"all", "B"}
    new = table[(table["route_id"] == "B") & (table["measure"] == "vehicle_hours")].iloc[0]
    assert (new["base"], new["value"], new["change"]) == (0, 3, 3)
    assert sums_of_bill(table, "vehicle_km", WEEK) == (200.0, 260.0)


def test_a_sum_that_is_not_there_has_no_change() -> None:
    assert change_of_bill(bill(), "vehicle_hours", WEEK) == 70
    assert np.isnan(change_of_bill(bill()[bill()["scope"] == WEEK], "vehicle_hours", DAY))


# ---- reading


def test_a_run_is_no_comparison(tmp_path: Path) -> None:
    warm_run(tmp_path / "run")
    with pytest.raises(ResultError, match="is no comparison; make one with `fairreach compare"):
        read_comparison(tmp_path / "run")


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    out = write_comparison(tmp_path / "out", warm_run(tmp_path / "run"), [compared(tmp_path)], report=False)
    (out / "winners.parquet").unlink()
    with pytest.raises(ResultError, match=r"a result file cannot be read .*make it again"):
        read_comparison(out)


# ---- documents

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("name", ["scenarios.md", "scenarios.fr.md"])
def test_the_guide_has_a_valid_example_of_each_type(name: str, tmp_path: Path) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    file = tmp_path / "example.yaml"
    file.write_text(text.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    types = [change.type for change in load_scenario(file).modifications]
    assert types == sorted(ORDER, key=lambda kind: ORDER[kind])


def test_every_file_and_column_is_described(folder: Path) -> None:
    text = (DOCS / "comparison-folder.md").read_text(encoding="utf-8")
    for name in {path.name for path in folder.iterdir()} | FILES:
        assert re.sub(r"a-bus-every-10-minutes", "SCENARIO", name) in text, name
    for table in folder.glob("*.parquet"):
        if table.name != "side_by_side.parquet":
            for column in pd.read_parquet(table).columns:
                assert re.search(rf"\b{column}\b", text), f"{table.name}: {column}"

"""A finished run loaded again: it holds what it wrote, answers scenarios, and is never touched.

The city on one street: a bus every ten minutes, 20 minutes from A in the west to B in the east, where the
jobs are; the median trip across takes 28 minutes.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import builders_city as city
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_streets import at
from click.testing import CliRunner

from access import pipeline
from access.cli import commands
from access.comparison import compare
from access.comparison_run import default_folder, load_all
from access.errors import AccessError, DataQualityWarning, ResultError
from access.scenario import Scenario
from access.scenario_export import export_scenario
from access.warm_run import WarmRun, load_run
from gtfs.errors import ScenarioError
from gtfs.feed import read_feed

pytestmark = pytest.mark.filterwarnings("ignore:income deciles")  # two cells cannot be cut into tenths


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    os.environ["FAIRREACH_CACHE"] = str(folder / "cache")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataQualityWarning)
            return pipeline.run(city.write_city(folder), show_bar=False).folder
    finally:
        del os.environ["FAIRREACH_CACHE"]


@pytest.fixture(scope="module")
def warm(finished: Path) -> WarmRun:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return load_run(finished)


def scenario(*modifications: dict[str, Any], name: str = "test") -> Scenario:
    return Scenario.model_validate({"name": name, "modifications": list(modifications)})


def written(folder: Path, *modifications: dict[str, Any], name: str = "test") -> Path:
    path = folder / "change.yaml"
    path.write_text(yaml.safe_dump({"name": name, "modifications": list(modifications)}), encoding="utf-8")
    return path


def minutes_across(evaluated: Any) -> int:
    """Median minutes from west to east."""
    lon = evaluated.network.inputs.cells.points.lon
    return int(evaluated.times["peak"][0, lon.argmin(), lon.argmax()])


def test_a_loaded_run_holds_what_it_wrote(finished: Path, warm: WarmRun) -> None:
    cells = gpd.read_parquet(finished / "cells.parquet")
    for period in warm.base.periods:
        for name, column in period.access.columns.items():
            pd.testing.assert_series_equal(pd.Series(column, name=name), cells[name], check_dtype=False)
    assert minutes_across(warm.base) == 28


def test_without_any_change_nothing_differs(warm: WarmRun) -> None:
    evaluated = warm.evaluate(scenario())
    np.testing.assert_array_equal(evaluated.times["peak"], warm.base.times["peak"])
    pd.testing.assert_frame_equal(pd.DataFrame(evaluated.rows), pd.DataFrame(warm.base.rows))


def test_twice_as_many_buses_halve_the_waiting(warm: WarmRun) -> None:
    """The next bus in time is 3 to 7 minutes away, not 3 to 12: 24 to 28 whole minutes, the middle is 26."""
    every_5 = {"start_time": "07:00", "end_time": "10:55", "headway_min": 5, "exact": True}
    change = {"type": "adjust-frequency", "route": "r", "entries": [every_5]}
    route = warm.feeds["bus"].routes["route_id"].iloc[0]
    evaluated = warm.evaluate(scenario({**change, "route": route}))
    assert minutes_across(evaluated) == 26


def test_without_the_bus_people_walk_and_it_is_said(warm: WarmRun) -> None:
    route = warm.feeds["bus"].routes["route_id"].iloc[0]
    with pytest.warns(DataQualityWarning, match="All travel times are walks"):
        evaluated = warm.evaluate(scenario({"type": "remove-trips", "routes": [route]}))
    assert minutes_across(evaluated) == 255
    comparison = compare(warm.base, evaluated)
    assert comparison.cells["headline_state"].to_list().count("loss") == 1
    assert [check.state for check in comparison.checks] == ["passed"] * 3


def test_a_stop_in_the_river_is_refused_with_its_distance(warm: WarmRun) -> None:
    lon, lat = at(3000, 30_000)
    with pytest.raises(ScenarioError, match=r"stop 'A'.* is 30,0\d\d m from the nearest street; at most"):
        warm.evaluate(scenario({"type": "move-stop", "stop": "A", "lat": lat, "lon": lon}))


def test_all_problems_of_a_scenario_come_at_once(warm: WarmRun) -> None:
    with pytest.raises(ScenarioError) as caught:
        warm.evaluate(
            scenario(
                {"type": "remove-trips", "routes": ["nowhere"]},
                {"type": "close-streets", "ways": [987654]},
                {"type": "add-opportunities", "service": "jobs", "at": {"lat": 0.0, "lon": 0.0}},
            )
        )
    told = str(caught.value)
    assert "3 problems" in told
    assert all(f"modification {number}" in told for number in (1, 2, 3))


def test_a_run_whose_inputs_have_changed_is_refused(finished: Path, tmp_path: Path) -> None:
    manifest = json.loads((finished / "manifest.json").read_text())
    manifest["inputs"][0]["sha256"] = "0" * 64
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ResultError, match=r"its inputs are not as they were:\n  - .*: changed since the run"):
        load_run(tmp_path)


def test_a_run_by_another_engine_and_a_folder_without_run_are_refused(finished: Path, tmp_path: Path) -> None:
    manifest = json.loads((finished / "manifest.json").read_text())
    manifest["config"]["travel"]["engine"] = "r5"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ResultError, match="was computed by r5; scenarios need"):
        load_run(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"fairreach_version": "0"}))
    with pytest.raises(ResultError, match="is no run"):
        load_run(tmp_path)


def test_an_export_gives_its_scenario_when_read_again(finished: Path, tmp_path: Path) -> None:
    route = read_feed(finished.parent / "bus.zip").routes["route_id"].iloc[0]
    file = written(tmp_path, {"type": "adjust-speed", "routes": [route], "scale": 2})
    lines = list(export_scenario(finished, file, tmp_path / "export"))
    assert any("to the second" in line for line in lines)
    times = read_feed(tmp_path / "export" / "bus.zip").stop_times
    assert times["arrival_time"].to_list()[1] == "07:10:00"
    list(export_scenario(finished, file, tmp_path / "export"))  # an earlier export is replaced
    with pytest.raises(ResultError, match="which no export writes"):
        list(export_scenario(finished, file, finished))


def test_an_export_needs_a_timetable_change(finished: Path, tmp_path: Path) -> None:
    lon, lat = at(0, 0)
    file = written(tmp_path, {"type": "add-opportunities", "service": "jobs", "at": {"lat": lat, "lon": lon}})
    with pytest.raises(AccessError, match="changes no timetable"):
        list(export_scenario(finished, file, tmp_path / "export"))


def test_the_commands_check_and_compare(finished: Path, tmp_path: Path) -> None:
    route = read_feed(finished.parent / "bus.zip").routes["route_id"].iloc[0]
    file = written(tmp_path, {"type": "adjust-speed", "routes": [route], "scale": 2}, name="Fast")
    checked = CliRunner().invoke(commands, ["scenario", "check", str(finished), str(file), "-q"])
    assert checked.exit_code == 0, checked.output
    assert "adjust-speed: 1 route, 1 pattern, 24 trips" in checked.output
    quick = CliRunner().invoke(commands, ["compare", str(finished), str(file), "--quick", "-q"])
    assert quick.exit_code == 0, quick.output
    assert "Fast" in quick.output
    assert not default_folder(finished, [file]).exists()
    whole = CliRunner().invoke(
        commands, ["compare", str(finished), str(file), "--out", str(tmp_path / "out"), "-q"]
    )
    assert whole.exit_code == 0, whole.output
    assert (tmp_path / "out" / "report.fr.html").is_file()
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    itself = CliRunner().invoke(commands, ["compare", str(finished), str(file), "--out", str(finished)])
    assert "is the run itself" in str(itself.exception)
    assert before == {path: path.stat().st_mtime_ns for path in finished.rglob("*")}


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("name: one\nmodifications: []\n")
    other.write_text("name: other\nmodifications: [{type: remove-bus}]\n")
    with pytest.raises(AccessError, match=r"(?s)one\.yaml.*other\.yaml"):
        load_all([one, other])
    with pytest.raises(AccessError, match="named twice"):
        load_all([one, one])
    for path in (one, other):
        path.write_text("name: same\nmodifications: [{type: remove-trips, routes: [a]}]\n")
    with pytest.raises(AccessError, match="'same': the name of several scenarios"):
        load_all([one, other])

"""A whole run of a city that fits on paper, and the real ones."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

import builders_city as city
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from builders_streets import at
from click.testing import CliRunner

from access import pipeline
from access.cli import commands
from access.engine.arrays import WalkLinks
from access.errors import ResultError
from access.manifest import missing_inputs
from access.network_cache import load_group
from access.results import read_manifest
from access.summary import summary_lines
from gtfs.timetable import Timetable


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(cache))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The run folder of the city on one street."""
    folder = tmp_path_factory.mktemp("city")
    config = city.write_city(folder)
    os.environ["FAIRREACH_CACHE"] = str(cache)
    try:
        return pipeline.run(config, show_bar=False).folder
    finally:
        del os.environ["FAIRREACH_CACHE"]


def west_and_east(folder: Path) -> tuple[pd.Series, pd.Series]:
    cells = gpd.read_parquet(folder / "cells.parquet").sort_values("lon")
    assert len(cells) == 2
    return cells.iloc[0], cells.iloc[1]


def value(folder: Path, indicator: str, group: str = "all", cutoff_min: int | None = None) -> float:
    rows = pd.read_parquet(folder / "indicators.parquet")
    rows = rows[(rows["indicator"] == indicator) & (rows["group"] == group) & rows["interval_kind"].isna()]
    if cutoff_min is not None:
        rows = rows[rows["cutoff_min"] == cutoff_min]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def test_the_median_ride_across_town_takes_28_minutes(finished: Path) -> None:
    """100 m to the stop are 100 s, then 60 s before boarding, so the bus must leave at least 160 s later.

    Leaving at minute m, the next bus is 3 to 12 minutes away, each equally often. Its 20 minutes and the last
    100 s make 24 to 33 whole minutes, each six times in the hour; the 30th of 60 is 28.
    """
    table = pd.read_parquet(finished / "travel_times" / "peak.parquet")
    west, east = west_and_east(finished)
    pair = table[(table["from_id"] == west["id"]) & (table["to_id"] == east["id"])]
    assert pair["travel_time_p50"].tolist() == [28]


def test_to_be_there_by_a_minute_takes_28_minutes_too(tmp_path: Path) -> None:
    """A bus arrives every ten minutes, 100 s before its riders do; they left 22 min 40 s before it arrived.

    Who has to be there at minute m comes 0:20 to 9:20 early, so the 24 to 33 whole minutes are those of the
    departures, in opposite order; the median is 28 again.
    """
    config = city.write_city(tmp_path, periods=[ARRIVALS])
    folder = pipeline.run(config, show_bar=False).folder
    west, east = west_and_east(folder)
    table = pd.read_parquet(folder / "travel_times" / "peak.parquet").set_index(["from_id", "to_id"])
    assert table.loc[(west["id"], east["id"]), "travel_time_p50"] == 28
    assert (east["id"], west["id"]) not in table.index
    assert read_manifest(folder)["periods"][0]["arrive_by"] is True
    assert "arrivals 08:30 to 09:30" in (folder / "report.en.html").read_text(encoding="utf-8")
    assert "arrivées de 8\u00a0h\u00a030" in (folder / "report.fr.html").read_text(encoding="utf-8")


ARRIVALS = {
    "name": "peak",
    "label": {"en": "morning", "fr": "matin"},
    "arrival_start": "08:30",
    "departure_window_min": 60,
}


def test_nobody_rides_back_west(finished: Path) -> None:
    table = pd.read_parquet(finished / "travel_times" / "peak.parquet")
    west, east = west_and_east(finished)
    assert table[(table["from_id"] == east["id"]) & (table["to_id"] == west["id"])].empty


def test_28_minutes_are_not_within_28_minutes(finished: Path) -> None:
    west, east = west_and_east(finished)
    assert (west["jobs_in_28min_peak"], west["jobs_in_29min_peak"]) == (0, 1000)
    assert (east["jobs_in_28min_peak"], east["nearest_jobs_min_peak"]) == (1000, 0)
    assert west["nearest_jobs_min_peak"] == 28


def test_means_weigh_residents(finished: Path) -> None:
    assert value(finished, "mean_access", cutoff_min=28) == 400
    assert value(finished, "share_of_total", cutoff_min=28) == pytest.approx(0.4)
    assert value(finished, "nearest_mean_min") == pytest.approx(0.6 * 28)


def test_residents_below_the_line_are_the_sixty_in_the_west(finished: Path) -> None:
    west, east = west_and_east(finished)
    assert value(finished, "below_line_residents") == 60
    assert value(finished, "below_line_share") == pytest.approx(0.6)
    assert (west["below_jobs_28_peak"], east["below_jobs_28_peak"]) == (True, False)


def test_the_poorest_reach_nothing_so_the_ratio_is_not_defined(finished: Path) -> None:
    assert np.isnan(value(finished, "ratio_richest10_poorest40", cutoff_min=28))
    assert value(finished, "ratio_richest10_poorest40", cutoff_min=60) == 1


def test_incomes_and_names_land_on_their_cells(finished: Path) -> None:
    west, east = west_and_east(finished)
    assert (west["income"], east["income"]) == (1000, 5000)
    assert (west["zone"], east["zone"]) == ("West", "East")
    # 60 of 100 residents: the middle of the poor is the 30th, so decile 4; that of the rich the 80th, so 9.
    assert (west["income_decile"], east["income_decile"]) == (4, 9)


def test_cells_lie_where_their_residents_are(finished: Path) -> None:
    west, _ = west_and_east(finished)
    assert (west["lon"], west["lat"]) == pytest.approx(at(0, 0))
    assert west["placed_at"] == "population"


def test_the_manifest_tells_how_the_run_was_made(finished: Path) -> None:
    manifest = read_manifest(finished)
    assert manifest["service_dates"] == {"peak": city.SERVICE_DATE}
    assert manifest["walking"]["walk_speed_km_h"] == 3.6
    assert {entry["file"] for entry in manifest["inputs"]} == {
        "bus.zip",
        "streets.osm.pbf",
        "people.csv",
        "jobs.csv",
        "zones.geojson",
    }
    assert all(len(entry["sha256"]) == 64 for entry in manifest["inputs"])
    assert manifest["packages"]["numba"]
    assert manifest["config"]["travel"]["max_transfer_walk_min"] == 15
    assert set(manifest["seconds_by_stage"]) >= {"timetable", "streets", "network", "travel times"}
    assert manifest["residents"]["population"]["inside"] == 100


def test_the_ready_network_is_in_the_cache(finished: Path) -> None:
    folder = Path(read_manifest(finished)["network_cache"])
    assert load_group(folder, "access", WalkLinks).walk_s.tolist() == [100, 100]
    assert load_group(folder, f"timetable_{city.SERVICE_DATE}", Timetable).n_stops == 2


def test_an_input_that_changed_or_vanished_is_named(finished: Path, tmp_path: Path) -> None:
    manifest = read_manifest(finished)
    assert missing_inputs(manifest) == []
    shutil.copytree(manifest["data_folder"], tmp_path / "copy")
    moved = {**manifest, "data_folder": str(tmp_path / "copy")}
    (tmp_path / "copy" / "jobs.csv").write_text("changed")
    (tmp_path / "copy" / "bus.zip").unlink()
    problems = missing_inputs(moved)
    assert len(problems) == 2
    assert any(text.startswith("bus.zip: gone") for text in problems)
    assert "jobs.csv: changed since the run" in problems


def test_map_and_report_are_there_in_both_languages(finished: Path) -> None:
    for name in ("map.png", "report.en.html", "report.fr.html", "headline.json", "config.yaml"):
        assert (finished / name).stat().st_size > 0
    assert "One Street" in (finished / "report.fr.html").read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_tables(finished: Path, tmp_path: Path) -> None:
    again = pipeline.run(city.write_city(tmp_path), threads=1, show_bar=False).folder
    for name in ("cells.parquet", "travel_times/peak.parquet", "indicators.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(finished / name), pd.read_parquet(again / name))


def test_the_command_prints_a_table_and_where_the_map_lies(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["run", str(city.write_city(tmp_path)), "--quiet"])
    assert result.exit_code == 0, result.output
    assert "One Street" in result.output
    assert "walking 3.6 km/h" in result.output
    assert str(tmp_path / "run" / "map.png") in result.output
    assert "residents without a job within 28 minutes" in result.output


def test_check_reads_everything_and_writes_nothing(tmp_path: Path) -> None:
    config = city.write_city(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(commands, ["check", str(config), "--quiet"])
    assert result.exit_code == 0, result.output
    assert result.output.strip().endswith("can run")
    assert sorted(tmp_path.rglob("*")) == before


def with_periods(folder: Path, *starts: str, whole_timetable: bool = False) -> Path:
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    config["schedule"]["feeds"][0]["whole_timetable"] = whole_timetable
    config["periods"] = [
        {**city.CONFIG["periods"][0], "name": f"p{start[:2]}", "departure_start": start} for start in starts
    ]
    config["measures"]["headline"]["period"] = f"p{starts[0][:2]}"
    city.write_city(folder)
    return city.write_config(folder, config)


def test_a_period_without_departures_is_no_data_and_enters_no_result(tmp_path: Path) -> None:
    finished = pipeline.run(with_periods(tmp_path, "08:00", "20:00"), show_bar=False)
    states = {period["name"]: period["state"] for period in read_manifest(finished.folder)["periods"]}
    assert states == {"p08": "ok", "p20": "no data"}
    assert any("p20 is no data and left out of every result" in text for text in finished.warnings)
    assert not [name for name in gpd.read_parquet(finished.folder / "cells.parquet") if name.endswith("p20")]
    assert set(pd.read_parquet(finished.folder / "indicators.parquet")["period"].dropna()) == {"p08"}
    assert not (finished.folder / "travel_times" / "p20.parquet").exists()


def test_in_a_whole_timetable_an_empty_evening_is_a_finding(tmp_path: Path) -> None:
    finished = pipeline.run(with_periods(tmp_path, "08:00", "20:00", whole_timetable=True), show_bar=False)
    states = {period["name"]: period["state"] for period in read_manifest(finished.folder)["periods"]}
    assert states == {"p08": "ok", "p20": "ok"}
    west, _ = west_and_east(finished.folder)
    assert west["jobs_in_60min_p20"] == 0


def on_two_days(folder: Path, *, whole_timetable: bool) -> Path:
    """Wednesday and Sunday mornings of a bus that runs on weekdays only."""
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    config["schedule"]["feeds"][0]["whole_timetable"] = whole_timetable
    peak = city.CONFIG["periods"][0]
    config["periods"] = [peak, {**peak, "name": "sunday", "service_date": "2024-03-10"}]
    city.write_city(folder)
    feed = city.bus_feed()
    feed.service("daily", "1111100")
    feed.write(folder / "bus.zip")
    return city.write_config(folder, config)


def test_a_sunday_of_a_partial_feed_is_no_data(tmp_path: Path) -> None:
    finished = pipeline.run(on_two_days(tmp_path, whole_timetable=False), show_bar=False)
    sunday = read_manifest(finished.folder)["periods"][1]
    assert sunday["state"] == "no data"
    assert "no trip runs on Sunday 2024-03-10" in sunday["reason"]["en"]
    assert "aucune course" in sunday["reason"]["fr"]


def test_a_sunday_without_any_bus_in_a_whole_timetable_leaves_only_walking_and_says_so(
    tmp_path: Path,
) -> None:
    finished = pipeline.run(on_two_days(tmp_path, whole_timetable=True), show_bar=False)
    assert read_manifest(finished.folder)["periods"][1]["state"] == "ok"
    assert any("nothing runs on 2024-03-10" in text for text in finished.warnings)
    west, east = west_and_east(finished.folder)
    assert (west["jobs_in_60min_sunday"], east["jobs_in_60min_sunday"]) == (0, 1000)


def test_a_full_disk_leaves_the_earlier_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = city.write_city(tmp_path)
    folder = pipeline.run(config, show_bar=False).folder
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", full)
    with pytest.raises(ResultError, match="disk is full; nothing was changed"):
        pipeline.run(config, show_bar=False)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert [path.name for path in tmp_path.glob("run.*")] == ["run.unfinished"]  # the next run goes on there


def test_headline_numbers_are_json_a_machine_can_read(finished: Path) -> None:
    rows = json.loads((finished / "headline.json").read_text())
    assert {"indicator", "service", "period", "cutoff_min", "group", "value", "unit", "what"} <= set(rows[0])


def test_opportunities_off_the_streets_leave_the_totals_and_are_named(tmp_path: Path) -> None:
    """A second workplace 5 km north of the only street is not snapped: not out of reach, but not known."""
    city.write_city(tmp_path)
    north = at(5000, 5000)
    with (tmp_path / "jobs.csv").open("a") as stream:
        stream.write(f"{north[0]},{north[1]},500\n")
    finished = pipeline.run(tmp_path / "city.yaml", show_bar=False)
    manifest = read_manifest(finished.folder)
    assert manifest["unsnapped_opportunities"] == {"jobs": 500}
    assert manifest["services"][0]["total"] == 1000
    assert any(
        "jobs: 500 lie in cells that are not joined to the streets" in text for text in finished.warnings
    )
    assert value(finished.folder, "share_of_total", cutoff_min=60) == 1


def test_a_service_wholly_off_the_streets_is_no_data_and_not_out_of_reach(tmp_path: Path) -> None:
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    clinic = {"name": "clinics", "label": {"en": "clinics", "fr": "cliniques"}, "kind": "points"}
    config["opportunities"].append({**clinic, "file": "clinics.csv"})
    config["measures"]["sufficiency"][0]["service"] = "clinics"
    city.write_city(tmp_path)
    north = at(5000, 5000)
    (tmp_path / "clinics.csv").write_text(f"lon,lat\n{north[0]},{north[1]}\n")
    finished = pipeline.run(city.write_config(tmp_path, config), show_bar=False)
    states = {service["name"]: service["state"] for service in read_manifest(finished.folder)["services"]}
    assert states == {"jobs": "ok", "clinics": "no data"}
    assert not [name for name in gpd.read_parquet(finished.folder / "cells.parquet") if "clinics_in" in name]
    assert set(pd.read_parquet(finished.folder / "indicators.parquet")["service"].dropna()) == {"jobs"}


def test_missing_residents_are_warned_of(tmp_path: Path) -> None:
    city.write_city(tmp_path)
    with (tmp_path / "people.csv").open("a") as stream:
        stream.write("2.01,48.0,,\n")
    finished = pipeline.run(tmp_path / "city.yaml", show_bar=False)
    assert any("people: 1 of 3 rows have no population" in text for text in finished.warnings)


def test_another_day_gives_another_network_in_the_cache(finished: Path, tmp_path: Path) -> None:
    config: dict[str, Any] = copy.deepcopy(city.CONFIG)
    config["schedule"]["service_date"] = "2024-03-07"
    city.write_city(tmp_path)
    later = pipeline.run(city.write_config(tmp_path, {**config}), show_bar=False).folder
    assert read_manifest(later)["network_cache"] != read_manifest(finished)["network_cache"]


def test_the_manifest_has_the_seconds_of_every_stage_and_all_limits(finished: Path) -> None:
    manifest = read_manifest(finished)
    assert "results" in manifest["seconds_by_stage"]
    assert manifest["walking"]["max_duration_min"] == 120
    assert manifest["walking"]["boarding_slack_s"] == 60


def test_one_line_a_stage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="access.progress")
    pipeline.run(city.write_city(tmp_path), show_bar=False)
    lines = [
        record.message.partition(":")[0] for record in caplog.records if record.name == "access.progress"
    ]
    stages = ["timetable", "streets", "cells", "residents", "opportunities", "network", "travel times"]
    assert lines == [*stages, "measures", "rights", "segregation", "ranges", "zones", "results"]


def test_the_engine_stands_in_summary_and_report(finished: Path) -> None:
    assert read_manifest(finished)["engine"] == {"name": "fairreach"}
    assert "travel times: engine fairreach" in summary_lines(finished)
    page = (finished / "report.en.html").read_text(encoding="utf-8")
    assert "Travel times are computed by the engine of fairreach" in page


def test_the_estimate_is_kept_beside_what_was_measured(finished: Path) -> None:
    estimate = read_manifest(finished)["estimate"]
    written = sum(path.stat().st_size for path in (finished / "travel_times").rglob("*") if path.is_file())
    assert estimate["measured_disk_bytes"] == written
    assert estimate["memory_bytes"] > 2**20
    assert estimate["free_disk_bytes"] > 0

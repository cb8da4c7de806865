"""Porto Alegre from end to end, on a sample of its cells: real feeds, streets, census and opportunities."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import yaml

from access import pipeline
from access.live_reach import LiveCity
from access.matrix_reader import read_matrix
from access.place_search import PlaceIndex
from access.results import read_manifest

pytestmark = pytest.mark.real_data
CONFIG = Path(__file__).parents[1] / "configs" / "porto-alegre.yaml"


@pytest.fixture(scope="module")
def finished(porto_alegre: Path, tmp_path_factory: pytest.TempPathFactory) -> pipeline.FinishedRun:
    """A run over the shipped configuration with ten departure minutes instead of 120."""
    folder = tmp_path_factory.mktemp("porto-alegre")
    config: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    for period in config["periods"]:
        period["departure_window_min"] = 10
    (folder / "city.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    shutil.copy(CONFIG.with_name("porto-alegre-rights.yaml"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIRREACH_CACHE", str(folder / "cache"))
        patch.setenv("FAIRREACH_DATA", str(porto_alegre.parent))
        return pipeline.run(folder / "city.yaml", out=folder / "run", show_bar=False)


def test_the_morning_without_buses_is_no_data_and_never_unmet(finished: pipeline.FinishedRun) -> None:
    periods = {period["name"]: period for period in read_manifest(finished.folder)["periods"]}
    assert periods["midday"]["state"] == "ok"
    assert periods["morning"]["state"] == "no data"
    assert periods["morning"]["departures"]["eptc"] == 0
    assert periods["morning"]["departures"]["trensurb"] > 0
    assert set(pd.read_parquet(finished.folder / "indicators.parquet")["period"].dropna()) == {"midday"}


def test_about_61_percent_of_the_residents_are_inside_and_the_rest_is_counted(
    finished: pipeline.FinishedRun,
) -> None:
    people = read_manifest(finished.folder)["residents"]["population"]
    assert people["inside"] / people["total"] == pytest.approx(0.58, abs=0.04)
    assert people["inside"] + people["outside"] == pytest.approx(people["total"], rel=1e-9)


def test_all_1227_cells_are_there_and_almost_all_on_the_streets(finished: pipeline.FinishedRun) -> None:
    cells = gpd.read_parquet(finished.folder / "cells.parquet")
    assert len(cells) == 1227
    assert (cells["snap"] == "snapped").sum() > 1200
    assert cells["n_jobs"].sum() == 337_921


def test_115_wrong_colours_do_not_stop_a_run(finished: pipeline.FinishedRun) -> None:
    told = read_manifest(finished.folder)["validation"]["eptc"]
    assert "can be used" in told
    assert "115 invalid_color" in told


def test_the_notice_stands_on_both_reports(finished: pipeline.FinishedRun) -> None:
    assert "Not the whole city" in (finished.folder / "report.en.html").read_text(encoding="utf-8")
    assert "Pas toute la ville" in (finished.folder / "report.fr.html").read_text(encoding="utf-8")


def test_stops_outside_the_extract_are_warned_of(finished: pipeline.FinishedRun) -> None:
    assert any("1,183 of 4,010 stops" in text for text in finished.warnings)


def test_live_questions_get_the_answers_of_the_run(finished: pipeline.FinishedRun) -> None:
    """Rows of the matrix from single cells, and what they reach at 13:00 as a sum over a minute's travel."""
    manifest = read_manifest(finished.folder)
    city = LiveCity.of_run(finished.folder, manifest)
    some = city.cell_ids[::60]
    percentiles = city.run.config.travel.percentiles
    stored = read_matrix(finished.folder / "travel_times" / "midday.parquet", some)
    in_order = stored[:, :, city.run.rows]
    for number, cell in enumerate(some):
        assert np.array_equal(city.percentiles_from(cell, "midday", percentiles), in_order[:, number])
    cells = gpd.read_parquet(finished.folder / "cells.parquet").sort_values("id")
    jobs = cells["n_jobs"].where(cells["snap"] == "snapped", 0).to_numpy()
    at_one = city.clock(some[7], "midday", "jobs", 45)
    assert at_one.reached[52] == jobs[city.minutes_from(some[7], "midday", 13 * 3600) < 45].sum() > 0
    assert at_one.known[52]
    assert not at_one.known[28]  # at 7:00 there are no buses in the feed


def test_a_street_is_found_with_its_neighbourhood(finished: pipeline.FinishedRun) -> None:
    cells = gpd.read_parquet(finished.folder / "cells.parquet")
    (found,) = PlaceIndex.of_run(cells, read_manifest(finished.folder)).search("rua dos andradas 1234")
    assert (found.kind, found.detail, found.street_only) == ("street", "Centro Histórico", True)
    assert found.cell_id in set(cells["id"])

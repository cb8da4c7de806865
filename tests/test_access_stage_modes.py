"""Modes beside transit in a run: on foot, by bicycle, by car, along one street of 10 km."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import builders_city as city
import geopandas as gpd
import pandas as pd
import pytest

from access import pipeline
from access.config_modes import ModeConfig
from access.errors import ConfigError, InputDataError
from access.results import read_manifest

LABEL = {"en": "mode", "fr": "mode"}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))


def mode(name: str, kind: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "label": LABEL, "mode": kind, **options}


def minutes_across(folder: Path, name: str) -> int | None:
    cells = gpd.read_parquet(folder / "cells.parquet").sort_values("lon")["id"].tolist()
    times = pd.read_parquet(folder / "travel_times" / f"{name}.parquet").set_index(["from_id", "to_id"])
    assert list(times.columns) == ["travel_time"]
    assert times.loc[(cells[0], cells[0]), "travel_time"] == 0
    pair = (cells[0], cells[1])
    return int(times.loc[pair, "travel_time"]) if pair in times.index else None


def test_each_mode_crosses_town_at_its_speed(tmp_path: Path) -> None:
    """The cells lie 10 km apart on one street."""
    modes = [
        mode("foot", "walk", speed_km_h=6.1, max_duration_min=254),
        mode("bicycle", "bicycle", speed_km_h=12.1),
        mode("car", "car", congestion_factor=2, access_min=2, parking_min=3),
        mode("slow", "walk", speed_km_h=2, max_duration_min=10),
    ]
    folder = pipeline.run(city.write_city(tmp_path, modes=modes), show_bar=False).folder
    assert minutes_across(folder, "bicycle") == 49  # 10 km at 12.1 km/h: 49 min 35 s
    assert minutes_across(folder, "foot") == 98  # at 6.1 km/h: 98 min 22 s
    assert minutes_across(folder, "slow") is None
    by_car = minutes_across(folder, "car")
    assert by_car is not None
    assert by_car >= 5
    told = {record["name"]: record for record in read_manifest(folder)["modes"]}
    assert "12.1 km/h" in told["bicycle"]["rules"]
    assert "congestion factor 2 (free flow); 2 min to the car, 3 min of parking" in told["car"]["rules"]
    page = (folder / "report.fr.html").read_text(encoding="utf-8")
    assert "Trajets sans transports collectifs" in page
    assert "congestion factor 2" in page


def test_a_worst_case_without_a_known_street_is_refused(tmp_path: Path) -> None:
    worst = city.write_city(tmp_path, modes=[mode("wheels", "walk", step_free="worst")])
    with pytest.raises(InputDataError, match=r"modes\.wheels: not one street is known to be passable"):
        pipeline.run(worst, show_bar=False)


def test_the_best_case_passes_what_is_not_said(tmp_path: Path) -> None:
    best = city.write_city(tmp_path, modes=[mode("wheels", "walk", step_free="best", max_duration_min=254)])
    folder = pipeline.run(best, show_bar=False).folder
    assert minutes_across(folder, "wheels") is not None
    assert "not said" in read_manifest(folder)["modes"][0]["rules"]


def test_options_of_another_mode_are_refused() -> None:
    with pytest.raises(ValueError, match="parking_min does not belong to mode bicycle, which takes"):
        ModeConfig.model_validate(mode("bike", "bicycle", parking_min=3))
    with pytest.raises(ValueError, match=r"congestion_factor must be 1 or more, got 0\.5"):
        ModeConfig.model_validate(mode("car", "car", congestion_factor=0.5))


def test_names_of_modes_and_periods_differ(tmp_path: Path) -> None:
    twice = city.write_city(tmp_path, modes=[mode("peak", "walk")])
    with pytest.raises(ConfigError, match="the name 'peak' is that of a period"):
        pipeline.run(twice, show_bar=False)

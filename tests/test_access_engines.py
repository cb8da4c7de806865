"""``travel.engine: r5`` runs the same job: same table, the minutes of the other engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
import yaml
from builders_r5 import PRETENDED, PretendedComputer, PretendedNetwork

from access import engines, pipeline, r5_java
from access.r5 import R5Network
from access.r5_jar import Jar
from access.r5_java import Java, R5Installation, R5Missing
from access.r5_start import R5
from access.results import read_manifest


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def config(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The city on one street, to be computed by R5."""
    monkeypatch.setenv("FAIRREACH_CACHE", str(cache))
    file = city.write_city(tmp_path)
    settings = yaml.safe_load(file.read_text())
    settings["travel"] = settings.get("travel", {}) | {"engine": "r5", "further_percentiles": [10]}
    file.write_text(yaml.safe_dump(settings))
    return file


def pretend(monkeypatch: pytest.MonkeyPatch, coast_lon: float) -> None:
    network = PretendedNetwork(Path("streets"), [], allow_errors=True, coast_lon=coast_lon)
    jar = Jar(Path("r5-all.jar"), "ab" * 32, expected=True)
    for module in (engines, pipeline):
        monkeypatch.setattr(
            module, "find_r5", lambda loaded: R5Installation(Java(Path("java"), 21), jar, None)
        )
    loaded: Any = R5Network(R5(PRETENDED, PretendedComputer), network)
    monkeypatch.setattr(engines, "load_r5", lambda installation, loaded_config: loaded)


def test_a_run_writes_the_minutes_of_r5(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, coast_lon=180)
    finished = pipeline.run(config, out=config.parent / "run", show_bar=False)
    table = pd.read_parquet(finished.folder / "travel_times" / "peak.parquet")
    assert list(table) == ["from_id", "to_id", "travel_time_p10", "travel_time_p50"]
    cells = pd.read_parquet(finished.folder / "cells.parquet", columns=["id", "lon"]).set_index("id")
    apart = cells.loc[table["to_id"], "lon"].to_numpy() - cells.loc[table["from_id"], "lon"].to_numpy()
    minutes = 1 + np.rint(1000 * np.abs(apart)) + 10
    expected = pd.Series(np.where(apart == 0, 0, minutes))
    reached = table["travel_time_p10"].notna().to_numpy()
    assert reached.any()
    assert (table["travel_time_p10"][reached].to_numpy() == expected[reached].to_numpy()).all()
    assert any("R5 takes at most 8 rides" in text for text in finished.warnings)
    engine = read_manifest(finished.folder)["engine"]
    assert (engine["name"], engine["java"], engine["jar_sha256"]) == ("r5", 21, "ab" * 32)


def test_cells_that_r5_joins_to_no_street_are_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, coast_lon=-180)
    finished = pipeline.run(config, out=config.parent / "run", show_bar=False)
    assert any("R5 joins 2 cells to no street that are near one" in text for text in finished.warnings)


def test_without_java_nothing_is_read(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(r5_java, "COMMON_PLACES", ())
    monkeypatch.setenv("PATH", "")
    for variable in ("JAVA_HOME", "CONDA_PREFIX", "FAIRREACH_R5_JAR"):
        monkeypatch.delenv(variable, raising=False)
    (config.parent / "bus.zip").write_text("not a feed")
    for command in (pipeline.run, pipeline.check):
        with pytest.raises(R5Missing, match="no Java 21 or newer"):
            command(config, show_bar=False)

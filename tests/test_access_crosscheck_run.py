"""A crosscheck from configuration to tables and maps, with a pretended R5 on the city on one street."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import builders_city as city
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_config import write_config
from builders_r5 import PRETENDED, PretendedComputer, write_jar, write_java
from click.testing import CliRunner
from matplotlib.image import imread

from access import crosscheck_run, r5_java
from access.batches import rows_of
from access.cli import commands, main
from access.config_file import load_config
from access.crosscheck_map import class_labels, class_of, difference_map, pair_lines
from access.crosscheck_run import Sample, crosscheck
from access.engine.arrays import WalkLinks
from access.errors import AccessError, ResultError
from access.r5 import R5Times
from access.r5_run import find_r5, load_r5, r5_problems
from access.r5_start import R5

NO = 255


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(cache))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The city on one street, and an R5 that says 30 minutes eastwards and 40 westwards."""
    monkeypatch.setattr(crosscheck_run, "find_r5", lambda loaded: None)
    monkeypatch.setattr(crosscheck_run, "load_r5", lambda installation, loaded: None)

    def r5_times(_: object, inputs: Any, plan: Any, *, origins: Any, **others: Any) -> R5Times:
        east = int(np.argmax(inputs.cells.points.lon))
        minutes = np.full((1, 2, 2), 0, np.uint8)
        minutes[0, 1 - east, east], minutes[0, east, 1 - east] = 30, 40
        others["progress"](len(origins))
        return R5Times(minutes[:, origins], np.ones(2, bool))

    monkeypatch.setattr(crosscheck_run, "r5_period_times", r5_times)
    return city.write_city(tmp_path)


def test_lines_tables_and_maps_of_one_street(config: Path, tmp_path: Path) -> None:
    # Our median ride east takes 28 minutes; nobody rides back west. So one pair differs by 2 minutes, and
    # one is reached by R5 alone.
    lines = crosscheck(config, out=tmp_path / "check", show_bar=False)
    assert lines[0].startswith(f"morning (peak), {city.SERVICE_DATE} from 08:00")
    assert "    2 pairs, reached by both 1 (50.00 %), by fairreach only 0 (0.00 %), by r5 only 1" in lines[2]
    assert lines[3].strip() == "equal within 0 min: 0.00 %, 1 min: 0.00 %, 2 min: 100.00 %, 5 min: 100.00 %"
    assert any("R5 takes at most 8 rides" in line for line in lines)
    (row,) = pd.read_csv(tmp_path / "check" / "agreement.csv").to_dict("records")
    assert (row["period"], row["percentile"], row["n_both"], row["n_second_only"]) == ("peak", 50, 1, 1)
    assert (row["share_within_1_min"], row["share_within_2_min"], row["signed_p50_min"]) == (0, 1, 2)
    table = pd.read_csv(tmp_path / "check" / "largest_differences_peak.csv")
    assert table["minutes_fairreach"].fillna(-1).tolist() == [28, -1]
    assert table["minutes_r5"].tolist() == [30, 40]
    assert imread(tmp_path / "check" / "differences_peak.png").shape[:2] == (1000, 1200)
    assert "income deciles" in (tmp_path / "check" / "settings.txt").read_text()
    assert not list((tmp_path / "check").glob(".*"))


def test_one_origin_drawn_is_compared_with_all_cells(config: Path, tmp_path: Path) -> None:
    lines = crosscheck(config, out=tmp_path / "check", sample=Sample(1), show_bar=False)
    assert "1 pairs" in lines[2]


def test_an_earlier_crosscheck_is_replaced_and_nothing_else(config: Path, tmp_path: Path) -> None:
    crosscheck(config, out=tmp_path / "check", show_bar=False)
    crosscheck(config, out=tmp_path / "check", show_bar=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    with pytest.raises(ResultError, match=r"mine: exists and is no crosscheck's folder; name another"):
        crosscheck(config, out=tmp_path / "mine", show_bar=False)
    with pytest.raises(ResultError, match="exists and is no crosscheck's folder"):
        crosscheck(config, out=tmp_path / "mine" / "letter.txt", show_bar=False)


def test_the_command_prints_what_was_found(config: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["crosscheck", str(config), "--out", str(tmp_path / "c"), "-q"])
    assert result.exit_code == 0, result.output
    assert "equal within" in result.output
    assert f"Tables and maps: {tmp_path / 'c'}" in result.output


def test_without_java_the_command_ends_with_2_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(r5_java, "COMMON_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    for variable in ("JAVA_HOME", "CONDA_PREFIX", "FAIRREACH_R5_JAR"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["crosscheck", str(city.write_city(tmp_path)), "-q"])
    assert ended.value.code == 2
    assert "no Java 21 or newer" in capsys.readouterr().err


def test_samples_are_equal_for_equal_seeds() -> None:
    assert Sample(None).of(4).tolist() == [0, 1, 2, 3]
    assert Sample(9).of(4).tolist() == [0, 1, 2, 3]
    drawn = Sample(50, seed=3).of(1000)
    assert (drawn == Sample(50, seed=3).of(1000)).all()
    assert (np.diff(drawn) > 0).all()
    assert drawn.tolist() != Sample(50, seed=4).of(1000).tolist()
    with pytest.raises(AccessError, match="origins is 0; ask for at least one"):
        Sample(0).of(4)


def test_walks_of_some_sources_keep_their_order() -> None:
    links = WalkLinks(
        np.array([0, 2, 2, 5]), np.array([7, 8, 1, 2, 3], np.int32), np.array([1, 2, 3, 4, 5], np.int32)
    )
    chosen = rows_of(links, np.array([2, 1, 0]))
    assert chosen.start.tolist() == [0, 3, 3, 5]
    assert chosen.target.tolist() == [1, 2, 3, 7, 8]
    assert chosen.walk_s.tolist() == [3, 4, 5, 1, 2]


@pytest.mark.parametrize(
    ("minutes", "place"), [(0, 0), (0.9, 0), (1, 1), (2, 2), (4.9, 2), (5, 3), (10, 4), (200, 4), (np.nan, 5)]
)
def test_classes_begin_at_their_lower_limit(minutes: float, place: int) -> None:
    assert class_of(np.array([minutes])).tolist() == [place]
    assert len(class_labels()) == 6


def test_maps_are_equal_for_equal_input_and_take_dollars_as_text() -> None:
    cells = gpd.GeoDataFrame(
        {"id": ["a", "b"]}, geometry=[shapely.box(x, 0, x + 0.01, 0.01) for x in (0, 0.01)], crs=4326
    )
    largest = pd.DataFrame({"from_id": ["a", "b"], "to_id": ["b", "a"], "difference_min": [4, None]})
    assert len(pair_lines(cells, largest)) == 1
    pictures = {difference_map(cells, np.array([4.0, np.nan]), largest, "Costs $x^$", "$") for _ in range(2)}
    assert len(pictures) == 1


def loaded(folder: Path, changes: dict[str, Any]) -> Any:
    return load_config(write_config(folder, changes))


def test_what_r5_cannot_run_is_told_with_its_key(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        {"travel.percentile": 100, "periods.0.departure_start": None, "periods.0.arrival_start": "08:00"},
    )
    with pytest.raises(
        AccessError, match=r"(?s)R5 cannot run this.*periods\.peak: arrival_start.*percentile 100"
    ):
        find_r5(config)
    (tmp_path / "streets.graphml").touch()
    graph = loaded(tmp_path, {"streets": {"graphml": "streets.graphml"}})
    assert r5_problems(graph.config) == [
        "streets: R5 reads streets.osm_pbf only; give an extract, or use engine fairreach"
    ]


def test_the_section_r5_leads_to_java_and_jar(tmp_path: Path) -> None:
    home, jar = write_java(tmp_path / "java", "21"), write_jar(tmp_path / "r5.jar")
    config = loaded(tmp_path, {"r5.jar": str(jar), "r5.java_home": str(home), "r5.memory": "3G"})
    found = find_r5(config)
    assert (found.java.home, found.jar and found.jar.path, found.memory) == (home, jar, "3G")


def test_the_network_is_that_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.r5_run.start_r5", lambda installation: R5(PRETENDED, PretendedComputer))
    found: Any = load_r5(None, loaded(tmp_path, {}))  # type: ignore[arg-type]
    assert [file.name.partition("-")[2] for file in found.network.files] == ["streets.osm.pbf", "bus.zip"]

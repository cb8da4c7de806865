"""The real r5py in a real JVM, first on a stub of R5, then - where its jar is found - on R5 itself.

Each test runs in a process of its own, as a JVM starts once a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import builders_city as city
import numpy as np
import pandas as pd
import pytest
from builders_r5_stub import compile_stub
from builders_streets import at

from access.r5_jar import find_jar
from access.r5_java import Java, find_java

PREAMBLE = """
import json, sys, warnings
from datetime import date
from pathlib import Path
import numpy as np
from access.errors import AccessError, DataQualityWarning
from access.r5 import build_network, r5_travel_times
from access.r5_java import R5Settings, require_r5
from access.r5_mapping import R5Limits, R5Window
from access.r5_start import start_r5
jar, osm, *feeds = [Path(argument) for argument in json.loads(sys.argv[1])]
warnings.simplefilter("always")
installation = require_r5(R5Settings(jar=jar, memory="2G"))
r5 = start_r5(installation)
"""


def run_r5(code: str, jar: Path, osm: Path, feeds: list[Path], cache: Path) -> Any:
    """Run the code after the preamble, with the options of a test run in its argument list."""
    environment = os.environ | {"FAIRREACH_CACHE": str(cache), "XDG_CACHE_HOME": str(cache / "xdg")}
    environment |= {"XDG_CONFIG_HOME": str(cache / "xdg")}
    paths = json.dumps([str(path) for path in (jar, osm, *feeds)])
    answer = subprocess.run(
        [sys.executable, "-c", PREAMBLE + code, paths, "-m", "not slow", "-v"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=560,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def java() -> Java:
    found, places = find_java()
    if found is None:
        pytest.skip(f"needs Java 21 or newer; looked at: {'; '.join(places)}")
    return found


@pytest.fixture(scope="module")
def stub(java: Java, tmp_path_factory: pytest.TempPathFactory) -> Path:
    jar = compile_stub(java.home, tmp_path_factory.mktemp("stub"))
    if jar is None:
        pytest.skip(f"needs a Java compiler; {java.home} has none")
    return jar


@pytest.fixture(scope="module")
def r5_jar(java: Java) -> Path:
    found, places = find_jar()
    if found is None:
        pytest.skip(f"needs the jar of R5; looked at: {'; '.join(places)}")
    return found.path


ON_THE_STUB = """
network = build_network(r5, osm, feeds)
def times(**changes):
    limits = R5Limits(walk_speed_km_h=4.5, max_walk_min=20, max_duration_min=60, max_rides=3)
    asked = dict(window=R5Window(date(2019, 5, 15), 25 * 3600 + 600, 45), limits=limits) | changes
    return r5_travel_times(network, lon=np.array([0.0, 0.01, 0.03, 0.6, 0.2]), lat=np.zeros(5),
                           percentiles=[50, 5, 40, 25, 30, 10, 20], **asked)
one, two = times(threads=1), times(threads=2)
assert (one.minutes == two.minutes).all()
try:
    times(limits=R5Limits(max_rides=7))
except AccessError as error:
    failure = str(error)
print(json.dumps({"argv": sys.argv[1:], "minutes": one.minutes.tolist(), "snapped": one.snapped.tolist(),
                  "task": str(r5.computer.last), "failure": failure}))
"""


@pytest.fixture(scope="module")
def on_the_stub(stub: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("inputs")
    osm, feed = folder / "osm.pbf", folder / "bus.zip"
    osm.write_text("streets")
    feed.write_text("feed")
    return run_r5(ON_THE_STUB, stub, osm, [feed], tmp_path_factory.mktemp("cache"))


def test_r5py_takes_our_tasks_and_gives_minutes(on_the_stub: Any) -> None:
    minutes = np.array(on_the_stub["minutes"])
    assert minutes[:, 0, 1].tolist() == [255, 16, 51, 36, 41, 21, 31]  # p50: 61 minutes, more than 60
    assert minutes[5].tolist() == [
        [0, 21, 41, 255, 255],
        [21, 0, 31, 255, 255],
        [41, 31, 0, 255, 255],
        [255, 255, 255, 255, 255],
        [255, 255, 255, 255, 0],
    ]


def test_r5py_says_which_points_are_near_a_street(on_the_stub: Any) -> None:
    assert on_the_stub["snapped"] == [True, True, True, False, True]


def test_the_task_that_reaches_r5_has_our_limits(on_the_stub: Any) -> None:
    assert on_the_stub["task"] == (
        "2019-05-15 90600-93300 walk 1.25 m/s 20 min, trip 61, rides 3, draws 60 [WALK][WALK][WALK] 10 modes"
    )


def test_an_error_of_java_becomes_ours(on_the_stub: Any) -> None:
    assert "R5 failed: " in on_the_stub["failure"]
    assert "Java heap space" in on_the_stub["failure"]


def test_r5py_does_not_see_our_arguments(on_the_stub: Any) -> None:
    assert on_the_stub["argv"][1:] == ["-m", "not slow", "-v"]


def test_inputs_that_java_refuses_are_named(stub: Path, tmp_path: Path) -> None:
    code = """
try:
    build_network(r5, osm, feeds)
except AccessError as error:
    print(json.dumps(str(error)))
"""
    (tmp_path / "osm.pbf").touch()
    (tmp_path / "bus.zip").touch()
    told = run_r5(code, stub, tmp_path / "osm.pbf", [tmp_path / "bus.zip"], tmp_path / "cache")
    assert "R5 cannot read" in told
    assert "empty extract" in told


def test_r5_rides_across_the_one_street(r5_jar: Path, tmp_path: Path) -> None:
    """Our engine says 28 minutes at the median (see test_access_pipeline); nobody rides back west."""
    code = f"""
network = build_network(r5, osm, feeds)
found = r5_travel_times(network, lon=np.array({[at(0, 0)[0], at(city.EAST_M, 0)[0]]}),
                        lat=np.array({[at(0, 0)[1], at(city.EAST_M, 0)[1]]}),
                        window=R5Window(date.fromisoformat("{city.SERVICE_DATE}"), 8 * 3600, 60),
                        percentiles=[5, 25, 50, 75, 90, 95], limits=R5Limits(max_walk_min=30))
print(json.dumps([found.minutes.tolist(), found.snapped.tolist()]))
"""
    city.write_city(tmp_path)
    osm, feed = tmp_path / "streets.osm.pbf", tmp_path / "bus.zip"
    minutes, snapped = run_r5(code, r5_jar, osm, [feed], tmp_path / "cache")
    assert snapped == [True, True]
    found = np.array(minutes)
    assert abs(found[2, 0, 1] - 28) <= 1
    assert (np.diff(found[:, 0, 1].astype(int)) >= 0).all()
    assert (found[:, 1, 0] == 255).all()
    assert (found[:, [0, 1], [0, 1]] == 0).all()


@pytest.mark.real_data
def test_r5_says_again_what_it_printed_for_porto_alegre(
    r5_jar: Path, porto_alegre: Path, tmp_path: Path
) -> None:
    """Travel times of the published set without elevation, 30-minute window: at most two minutes apart."""
    printed = pd.read_csv(porto_alegre / "r5" / "published_values.csv")
    printed = printed[printed["set_id"] == "B_poi_w30"]
    places = pd.read_csv(porto_alegre / "points_of_interest.csv").set_index("id")
    percentiles = sorted(printed["percentile"].astype(int).unique().tolist())
    code = f"""
network = build_network(r5, osm, feeds)
found = r5_travel_times(network, lon=np.array({places["lon"].tolist()}),
                        lat=np.array({places["lat"].tolist()}),
                        window=R5Window(date(2019, 5, 13), 14 * 3600, 30), percentiles={percentiles},
                        limits=R5Limits(max_walk_min=60, max_duration_min=60, max_rides=3),
                        origins=np.array([{places.index.get_loc("public_market")}]))
print(json.dumps(found.minutes.tolist()))
"""
    feeds = [porto_alegre / f"gtfs_{name}.zip" for name in ("eptc", "trensurb")]
    minutes = np.array(run_r5(code, r5_jar, porto_alegre / "osm.pbf", feeds, tmp_path))
    rows = [percentiles.index(int(percentile)) for percentile in printed["percentile"]]
    columns = [places.index.get_loc(place) for place in printed["to_id"]]
    apart = np.abs(minutes[rows, 0, columns] - printed["value"].astype(int).to_numpy())
    assert apart.max() <= 2
    assert (apart <= 1).mean() >= 0.9

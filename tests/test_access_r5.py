"""The engine R5 with a pretended r5py: what is asked of it, and what is made of its answers."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders_r5 import PRETENDED, PretendedComputer, PretendedNetwork, write_jar, write_java

from access.errors import AccessError, DataQualityWarning
from access.r5 import R5Network, build_network, by_checksum, r5_travel_times
from access.r5_jar import find_jar
from access.r5_java import Java, R5Installation
from access.r5_mapping import R5Limits, R5Window
from access.r5_start import R5, start_r5

LON = np.array([0.0, 0.01, 0.03, 0.6, 0.2])  # the fourth lies in the sea, the fifth out of reach
LAT = np.zeros(5)
NOON = R5Window(date(2019, 5, 15), 12 * 3600, 60)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRREACH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def network() -> R5Network:
    PretendedComputer.tasks.clear()
    PretendedComputer.threads.clear()
    r5 = R5(PRETENDED, PretendedComputer)
    return R5Network(r5, PretendedNetwork(Path("streets"), [], allow_errors=True))


def times(network: R5Network, **changes: Any) -> Any:
    asked: dict[str, Any] = {"window": NOON, "percentiles": [10], "limits": R5Limits()} | changes
    return r5_travel_times(network, lon=LON, lat=LAT, **asked)


def test_minutes_come_back_by_origin_and_destination(network: R5Network) -> None:
    # 1 minute, 10 a hundredth of a degree, and 10 for the tenth percentile
    found = times(network)
    assert found.minutes.dtype == np.uint8
    assert found.minutes[0].tolist() == [
        [0, 21, 41, 255, 255],
        [21, 0, 31, 255, 255],
        [41, 31, 0, 255, 255],
        [255, 255, 255, 255, 255],
        [255, 255, 255, 255, 0],
    ]


def test_a_cell_in_the_sea_is_not_snapped_and_one_out_of_reach_is(network: R5Network) -> None:
    assert times(network).snapped.tolist() == [True, True, True, False, True]
    assert len(PretendedComputer.tasks) == 4
    assert [len(task.destinations) for task in PretendedComputer.tasks] == [4] * 4


def test_cells_that_are_not_usable_are_as_if_not_snapped(network: R5Network) -> None:
    found = times(network, usable=np.array([True, False, True, True, True]))
    assert found.snapped.tolist() == [True, False, True, False, True]
    assert found.minutes[0, 0].tolist() == [0, 255, 41, 255, 255]
    assert (found.minutes[0, 1] == 255).all()


def test_chosen_origins_make_rows_in_their_order(network: R5Network) -> None:
    found = times(network, origins=np.array([2, 3, 0]))
    assert found.minutes[0].tolist() == [
        [41, 31, 0, 255, 255],
        [255, 255, 255, 255, 255],
        [0, 21, 41, 255, 255],
    ]


def test_seven_percentiles_are_two_tasks_an_origin_with_the_same_destinations(network: R5Network) -> None:
    asked = [50, 5, 95, 25, 75, 10, 90]
    found = times(network, percentiles=asked, origins=np.array([0]))
    assert found.minutes[:, 0, 1].tolist() == [11 + percentile for percentile in asked]
    first, second = PretendedComputer.tasks
    assert first.destinations is second.destinations


def test_the_longest_trip_cuts_r5s_extra_minute(network: R5Network) -> None:
    assert times(network, limits=R5Limits(max_duration_min=30)).minutes[0, 0].tolist() == [
        0,
        21,
        255,
        255,
        255,
    ]


def test_limits_reach_the_task(network: R5Network) -> None:
    limits = R5Limits(
        walk_speed_km_h=4.5, max_walk_min=20, max_duration_min=90, max_rides=3, monte_carlo_draws=7
    )
    times(network, window=R5Window(date(2019, 5, 15), 25 * 3600 + 600, 45), limits=limits)
    task = PretendedComputer.tasks[0]
    assert task.speed_walking == 4.5
    assert task.max_time_walking == timedelta(minutes=20)
    assert task.max_time == timedelta(minutes=91)
    assert task.max_rides == 3
    assert task.modes == (["TRANSIT"], ["WALK"])
    assert task.departure == datetime(2019, 5, 15)  # noqa: DTZ001 - the service day; 25:10 stands beside it
    assert task.departure_time_window == timedelta(minutes=45)
    java_task = task._regional_task
    assert (java_task.fromTime, java_task.toTime, java_task.monteCarloDraws) == (90_600, 93_300, 7)


def test_several_windows_use_one_network(network: R5Network) -> None:
    windows = [NOON, R5Window(date(2019, 5, 16), 8 * 3600, 30)]
    first, second = (times(network, window=window) for window in windows)
    assert (first.minutes == second.minutes).all()


def test_what_r5py_says_of_a_task_is_told(network: R5Network) -> None:
    def task(*args: Any, **options: Any) -> Any:
        warnings.warn("no services on that day", RuntimeWarning, stacklevel=1)
        return PRETENDED.RegionalTask(*args, **options)

    r5 = R5(SimpleNamespace(RegionalTask=task), PretendedComputer)
    with pytest.warns(DataQualityWarning, match="R5: no services on that day"):
        times(R5Network(r5, network.network))


@pytest.mark.parametrize("threads", [1, 4])
def test_threads_share_the_origins_and_change_nothing(network: R5Network, threads: int) -> None:
    done: list[int] = []
    found = times(network, threads=threads, progress=done.append)
    assert found.minutes[0, 1].tolist() == [21, 0, 31, 255, 255]
    assert sum(done) == 5
    assert len(PretendedComputer.threads) <= threads + 1


def test_no_snapped_cell_is_a_matrix_without_any_time(network: R5Network) -> None:
    network.network.coast_lon = -1
    found = times(network)
    assert (found.minutes == 255).all()
    assert not found.snapped.any()
    assert PretendedComputer.tasks == []


@pytest.mark.parametrize(("max_snap_m", "radius_m"), [(400.0, 400.0), (3000.0, 1600.0)])
def test_the_snapping_limit_is_ours_up_to_that_of_r5(
    network: R5Network, max_snap_m: float, radius_m: float
) -> None:
    times(network, max_snap_m=max_snap_m)
    assert network.network.radius_m == radius_m


def test_coordinates_are_not_changed(network: R5Network) -> None:
    lon, lat = LON.copy(), LAT.copy()
    times(network)
    assert (lon == LON).all()
    assert (lat == LAT).all()


@pytest.mark.parametrize("failing", [0.0, 0.01])  # the first origin runs alone, the others in threads
def test_a_failure_inside_r5_is_told(network: R5Network, failing: float) -> None:
    class OutOfMemoryError(Exception):
        pass

    class Failing(PretendedComputer):
        def computeTravelTimes(self) -> Any:
            if self.task.origin.x == failing:
                raise OutOfMemoryError("Java heap space")
            return super().computeTravelTimes()

    with pytest.raises(AccessError, match="R5 failed: OutOfMemoryError: Java heap space"):
        times(R5Network(R5(PRETENDED, Failing), network.network))


def test_files_of_one_name_in_two_folders_stay_two_files(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "osm.pbf" for folder in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(path.parent.name)
    first, second = (by_checksum(path) for path in paths)
    assert first.name != second.name
    assert (first.read_text(), second.read_text()) == ("a", "b")
    assert by_checksum(paths[0]) == first


def test_a_feed_in_a_folder_becomes_a_zip(tmp_path: Path) -> None:
    feed = tmp_path / "bus"
    feed.mkdir()
    (feed / "stops.txt").write_text("stop_id\n")
    (feed / "notes.md").write_text("not a table")
    with zipfile.ZipFile(by_checksum(feed)) as archive:
        assert archive.namelist() == ["stops.txt"]


def write_inputs(folder: Path) -> tuple[Path, list[Path]]:
    osm, feed = folder / "osm.pbf", folder / "bus.zip"
    osm.write_text("streets")
    feed.write_text("feed")
    return osm, [feed]


def test_a_network_is_built_from_files_under_their_checksums(tmp_path: Path) -> None:
    osm, feeds = write_inputs(tmp_path)
    built = build_network(R5(PRETENDED, PretendedComputer), osm, feeds)
    assert built.network.files == [by_checksum(osm), by_checksum(feeds[0])]


def test_what_r5_finds_wrong_in_a_feed_is_told_in_four_lines(tmp_path: Path) -> None:
    def network(*args: Any, **options: Any) -> None:
        name = args[1][0].name  # the copy under its checksum
        warnings.warn("\n".join([f"faults in {name}", *"abcde"]), RuntimeWarning, stacklevel=1)
        warnings.warn("old call", DeprecationWarning, stacklevel=1)

    osm, feeds = write_inputs(tmp_path)
    with pytest.warns(DataQualityWarning, match=r"(?s)R5: faults in bus.zip\na\nb\nc\n\(2 more\)") as told:
        build_network(R5(SimpleNamespace(TransportNetwork=network), None), osm, feeds)
    assert len(told) == 1


def test_inputs_that_r5_cannot_read_are_named(tmp_path: Path) -> None:
    def network(*args: Any, **options: Any) -> None:
        raise RuntimeError("not an extract")

    osm, feeds = write_inputs(tmp_path)
    with pytest.raises(
        AccessError, match=r"R5 cannot read .*osm.pbf, .*bus.zip: RuntimeError: not an extract"
    ):
        build_network(R5(SimpleNamespace(TransportNetwork=network), None), osm, feeds)


@pytest.fixture
def installation(tmp_path: Path) -> R5Installation:
    jar, _ = find_jar(write_jar(tmp_path / "xdg" / "r5py" / "r5.jar"))
    os.utime(tmp_path / "xdg" / "r5py" / "r5.jar", (0, 0))
    return R5Installation(Java(write_java(tmp_path / "java", "21"), 21), jar, "2G")


def pretend_r5py(monkeypatch: pytest.MonkeyPatch, start: Any) -> None:
    """Put modules in place of r5py and jpype; ``start`` is called where r5py would be imported."""

    def import_module(name: str) -> Any:
        if name == "r5py":
            start()
            return PRETENDED
        assert name == "jpype"
        module = ModuleType("jpype")
        module.JClass = lambda java_name: (java_name, PretendedComputer)  # type: ignore[attr-defined]
        return module

    monkeypatch.setattr("access.r5_start.importlib.import_module", import_module)


def test_r5py_starts_with_our_arguments_and_gives_them_back(
    installation: R5Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[list[str], str]] = []

    def start() -> None:
        seen.append((sys.argv, os.environ["JAVA_HOME"]))
        os.environ["LD_PRELOAD"] = "libjsig.so"  # as r5py does

    pretend_r5py(monkeypatch, start)
    arguments, environment = sys.argv, dict(os.environ)
    r5 = start_r5(installation)
    assert r5.computer == ("com.conveyal.r5.analyst.TravelTimeComputer", PretendedComputer)
    assert installation.jar is not None
    expected = ["r5py", "--r5-classpath", str(installation.jar.path), "--max-memory", "2G"]
    assert seen == [(expected, str(installation.java.home))]
    assert sys.argv is arguments
    assert dict(os.environ) == environment


def test_an_old_jar_in_r5pys_cache_is_touched_so_that_r5py_does_not_delete_it(
    installation: R5Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_r5py(monkeypatch, lambda: None)
    start_r5(installation)
    assert installation.jar is not None
    assert installation.jar.path.stat().st_mtime > 1_000_000_000


@pytest.mark.parametrize("error", [RuntimeError("no JVM"), SystemExit(2)])
def test_a_start_that_fails_names_java_and_jar(
    installation: R5Installation, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def start() -> None:
        raise error

    pretend_r5py(monkeypatch, start)
    with pytest.raises(AccessError, match=r"R5 does not start with Java 21 at .*java and .*r5\.jar: "):
        start_r5(installation)


def test_our_import_does_not_import_r5py() -> None:
    code = "import sys, access.r5, access.r5_mapping; print({'r5py', 'jpype'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"

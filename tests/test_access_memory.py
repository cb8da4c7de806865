"""Memory and disk of a search: said before it starts, and kept below a limit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders_search import ids_of, town_search

from access import memory
from access.batches import batched_network
from access.errors import AccessError
from access.matrix_stream import stream_travel_times
from access.memory import as_size, estimate, parsed_size, planned

MIB = 2**20


def test_sizes_are_read_as_people_write_them() -> None:
    assert parsed_size("4GiB") == parsed_size(" 4 gib ") == 4 * 1024**3
    assert parsed_size("500MB") == 500_000_000
    assert parsed_size("1.5 KiB") == 1_536
    assert parsed_size("12") == 12
    for wrong in ("", "much", "4 parsecs", "-1GiB", "1e9", "GiB"):
        with pytest.raises(
            AccessError, match=r"is no size of memory; write a number and a unit, such as 4GiB"
        ):
            parsed_size(wrong)


def test_sizes_are_told_as_people_read_them() -> None:
    assert [as_size(n) for n in (0, 1023, 1024, 5 * MIB, 2048 * MIB)] == [
        "0 B", "1023 B", "1 KiB", "5 MiB", "2.0 GiB",
    ]  # fmt: skip


def test_disk_is_that_of_all_pairs() -> None:
    """300 x 70 pairs with 2 percentiles: 1.35 bytes each."""
    found = estimate(batched_network(town_search()), 2, threads=1, batches_a_chunk=1)
    assert found.disk_bytes == pytest.approx(28_350, abs=1)
    assert (
        estimate(batched_network(town_search()), 2, threads=1, batches_a_chunk=1, matrix=False).disk_bytes
        == 0
    )


def test_memory_grows_with_threads_chunks_rides_and_percentiles() -> None:
    network = batched_network(town_search())

    def thread_bytes(n_percentiles: int = 1, batches: int = 1, max_rides: int | None = None) -> int:
        other = batched_network(town_search(max_rides=max_rides)) if max_rides else network
        return estimate(other, n_percentiles, threads=1, batches_a_chunk=batches).thread_bytes

    one = thread_bytes()
    assert one < thread_bytes(n_percentiles=5)
    assert one < thread_bytes(batches=3)
    assert one < thread_bytes(max_rides=3)
    two = estimate(network, 1, threads=2, batches_a_chunk=1)
    assert two.memory_bytes == two.process_bytes + memory.KERNELS_BYTES + 2 * one


def test_a_limit_of_memory_takes_threads_away_then_makes_chunks_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "CHUNK_BYTES", 10**9)
    network = batched_network(town_search(n_origins=3_000))  # 24 batches
    free = planned(network, 5, threads=3, max_memory_bytes=None)
    assert (free.threads, free.batches_a_chunk) == (3, 2)
    limit = free.memory_bytes - free.thread_bytes
    two = planned(network, 5, threads=3, max_memory_bytes=limit + MIB // 4)
    assert (two.threads, two.batches_a_chunk) == (2, 2)
    one = planned(network, 5, threads=3, max_memory_bytes=limit - free.thread_bytes - 1)
    assert (one.threads, one.batches_a_chunk) == (1, 1)


def test_a_limit_that_cannot_be_kept_is_refused_with_the_least_that_it_takes(tmp_path: Path) -> None:
    search = town_search()
    with pytest.raises(
        AccessError, match=r"--max-memory is 10 MiB, but this search needs at least [\d.]+ [MG]iB"
    ):
        stream_travel_times(
            search, tmp_path / "t", **ids_of(search), percentiles=[50], max_memory_bytes=10 * MIB
        )
    assert not (tmp_path / "t").exists()


def test_the_estimate_is_logged_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    search = town_search()
    with caplog.at_level("INFO", "access.memory"):
        manifest = stream_travel_times(search, tmp_path / "t", **ids_of(search), percentiles=[50], threads=1)
    assert "of memory with 1 thread" in caplog.text
    assert "at most 15 KiB on disk" in caplog.text
    assert manifest["estimated_memory_bytes"] > MIB
    assert manifest["estimated_disk_bytes"] == 15_750


PEAK = """
import json, resource, sys, tempfile
from datetime import date
from pathlib import Path
import pandas as pd
from access.matrix_stream import stream_travel_times
from access.network import walk_links
from access.search import prepare_search
from access.snapping import snap
from access.streets import read_streets_pbf
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule

folder = Path(sys.argv[1])
feeds = {name: read_feed(folder / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
timetable = build_schedule(merge_feeds(feeds), date(2019, 5, 13)).timetable
streets, _ = read_streets_pbf(folder / "osm.pbf")
cells = pd.read_csv(folder / "land_use_h3.csv")
doors = snap(streets, cells.lon.to_numpy(), cells.lat.to_numpy())
stops = snap(streets, timetable.stop_lon, timetable.stop_lat)
speed = {"walk_speed_km_h": 3.6}
search = prepare_search(
    timetable,
    access=walk_links(streets, doors, stops, max_walk_min=30, **speed),
    footpaths=walk_links(streets, stops, stops, max_walk_min=15, **speed),
    egress=walk_links(streets, stops, doors, max_walk_min=30, **speed),
    direct=walk_links(streets, doors, doors, max_walk_min=30, same_points=True, **speed),
    n_destinations=len(cells), departure_start_s=12 * 3600 + 1800, departure_window_min=120,
    max_rides=int(sys.argv[2]) or None,
)
ids = [str(number) for number in range(len(cells))]
with tempfile.TemporaryDirectory() as out:
    manifest = stream_travel_times(
        search, Path(out) / "t", from_ids=ids, to_ids=ids, percentiles=[5, 25, 50, 75, 95], threads=2
    )
    written = sum(file.stat().st_size for file in Path(out).rglob("part-*"))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"peak": peak, "written": written, **manifest}))
"""


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.parametrize("max_rides", [0, 4])
def test_the_estimate_of_porto_alegre_is_within_a_quarter_of_what_was_measured(
    porto_alegre: Path, max_rides: int
) -> None:
    pytest.importorskip("resource", reason="peak memory is measured on POSIX systems")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(porto_alegre), str(max_rides)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["peak"] == pytest.approx(found["estimated_memory_bytes"], rel=0.25)
    assert 0.6 * found["estimated_disk_bytes"] < found["written"] <= 1.25 * found["estimated_disk_bytes"]

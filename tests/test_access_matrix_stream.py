"""Large work in chunks: the same matrix, whatever the chunks, threads, interruptions and damage."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders_search import ids_of, town_search

from access import chunk_folder, matrix_stream, memory
from access.batches import batched_network
from access.engine.arrays import UNREACHED_MIN
from access.errors import AccessError, ResultError
from access.matrix_reader import each_part, read_matrix, read_opportunities, read_travel_times
from access.matrix_stream import stream_opportunities, stream_travel_times
from access.opportunities import opportunities_within
from access.pairs import pairs_file, read_batches, time_columns
from access.search import PreparedSearch
from access.travel_times import percentiles_of_network

PERCENTILES = [5, 50, 97.5]


def in_memory(search: PreparedSearch) -> np.ndarray:
    minutes = percentiles_of_network(batched_network(search), PERCENTILES, threads=1)
    return minutes.transpose(0, 2, 1) if search.arrive_by else minutes


def streamed(search: PreparedSearch, folder: Path, **options: Any) -> dict[str, Any]:
    return stream_travel_times(search, folder, **{**ids_of(search), "percentiles": PERCENTILES, **options})


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch a chunk: three chunks for 300 origins."""
    monkeypatch.setattr(memory, "CHUNK_BYTES", 1)


# what is written


def test_a_pair_has_a_row_where_any_percentile_reaches_it(tmp_path: Path) -> None:
    """Two origins, three destinations; the second origin reaches the first destination on good days only."""
    minutes = np.array([[[10, 20, 255], [30, 255, 255]], [[15, 20, 255], [255, 255, 255]]], np.uint8)
    made = pairs_file(minutes, ["A", "B"], ["x", "y", "z"], time_columns([5, 50]))
    assert made.n_rows == 3
    (tmp_path / "p.parquet").write_bytes(made.content)
    found = read_travel_times(tmp_path / "p.parquet").astype({"from_id": str, "to_id": str})
    expected = pd.DataFrame(
        {
            "from_id": ["A", "B", "A"],
            "to_id": ["x", "x", "y"],
            "travel_time_p5": pd.array([10, 30, 20], "UInt8"),
            "travel_time_p50": pd.array([15, None, 20], "UInt8"),
        }
    )
    pd.testing.assert_frame_equal(found, expected)
    of_a = read_travel_times(tmp_path / "p.parquet", from_ids=["A"], to_ids=["y", "z"])
    assert of_a["travel_time_p50"].tolist() == [20]


def test_more_than_a_million_pairs_of_a_batch_stay_one_row_group(tmp_path: Path) -> None:
    """Readers ask for batches by number of row group; 130 x 8,500 pairs are two batches."""
    minutes = np.full((1, 130, 8_500), 7, np.uint8)
    minutes[0, 128:] = 9
    made = pairs_file(minutes, [f"f{n}" for n in range(130)], [f"t{n}" for n in range(8_500)], ["m"])
    (tmp_path / "p.parquet").write_bytes(made.content)
    assert read_batches(tmp_path / "p.parquet", {0}).num_rows == 128 * 8_500
    second = read_batches(tmp_path / "p.parquet", {1})
    assert second.num_rows == 2 * 8_500
    assert set(second["m"].to_pylist()) == {9}
    assert len(made.content) / made.n_rows < 0.5


def test_very_many_destinations_are_cut_into_row_groups_by_destination(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("access.pairs.TARGETS_A_GROUP", 16)
    search = town_search()
    streamed(search, tmp_path / "t")
    assert np.array_equal(read_matrix(tmp_path / "t"), in_memory(search))
    assert pq.ParquetFile(tmp_path / "t" / "part-00000.parquet").num_row_groups > 3


# the same matrix


@pytest.mark.parametrize("arrive_by", [False, True])
def test_the_folder_holds_the_matrix_that_is_computed_in_memory(
    tmp_path: Path, small_chunks: None, arrive_by: bool
) -> None:
    options = {"departure_start_s": 9 * 3600, "n_destinations": 290} if arrive_by else {}
    search = town_search(arrive_by=arrive_by, **options)
    expected = in_memory(search)
    manifest = streamed(search, tmp_path / "t")
    assert 0.05 < np.mean(expected != UNREACHED_MIN) < 0.95
    assert np.array_equal(read_matrix(tmp_path / "t"), expected)
    assert manifest["n_rows"] == np.count_nonzero((expected != UNREACHED_MIN).any(axis=0))
    assert len(manifest["chunks"]) == 3
    assert manifest == json.loads((tmp_path / "t" / "_manifest.json").read_text())
    table = pd.read_parquet(tmp_path / "t")  # any reader of Parquet folders
    assert len(table) == manifest["n_rows"]
    assert list(table) == ["from_id", "to_id", "travel_time_p5", "travel_time_p50", "travel_time_p97.5"]


def test_rows_and_their_order_do_not_depend_on_chunks_and_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = town_search(n_origins=1_200)
    tables, n_parts = [], []
    for number, (chunk_bytes, threads) in enumerate([(1, 1), (1, 3), (10**9, 1)]):
        monkeypatch.setattr(memory, "CHUNK_BYTES", chunk_bytes)
        streamed(search, tmp_path / str(number), threads=threads)
        tables.append(read_travel_times(tmp_path / str(number)).astype({"from_id": str, "to_id": str}))
        n_parts.append(len(list((tmp_path / str(number)).glob("part-*"))))
    assert n_parts == [10, 10, 5]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], other)


def test_some_origins_and_destinations_are_read_back(tmp_path: Path, small_chunks: None) -> None:
    search = town_search()
    expected = in_memory(search)
    streamed(search, tmp_path / "t")
    ids = ids_of(search)
    some = [299, 3, 150]
    minutes = read_matrix(tmp_path / "t", [ids["from_ids"][origin] for origin in some])
    assert np.array_equal(minutes, expected[:, some])
    origin = int(np.argmax((expected[0] != UNREACHED_MIN).sum(axis=1)))
    destination = int(np.flatnonzero(expected[0, origin] != UNREACHED_MIN)[0])
    pair = {"from_ids": [ids["from_ids"][origin]], "to_ids": [ids["to_ids"][destination]]}
    row = read_travel_times(tmp_path / "t", **pair)
    assert row["travel_time_p5"].tolist() == [expected[0, origin, destination]]
    parts = list(each_part(tmp_path / "t", origins_a_part=77))
    assert sorted(name for part in parts for name in part.from_ids) == sorted(ids["from_ids"])
    position = {name: number for number, name in enumerate(ids["from_ids"])}
    for part in parts:
        assert np.array_equal(part.minutes, expected[:, [position[name] for name in part.from_ids]])


def test_an_origin_that_reaches_nothing_has_no_rows_and_a_stranger_is_refused(tmp_path: Path) -> None:
    search = town_search()
    streamed(search, tmp_path / "t")
    nowhere = np.flatnonzero((in_memory(search) == UNREACHED_MIN).all(axis=(0, 2)))
    name = ids_of(search)["from_ids"][nowhere[0]]
    assert len(read_travel_times(tmp_path / "t", from_ids=[name])) == 0
    assert (read_matrix(tmp_path / "t", [name]) == UNREACHED_MIN).all()
    with pytest.raises(ResultError, match="from_ids has 'Lima', which these travel times do not know"):
        read_travel_times(tmp_path / "t", from_ids=["Lima"])
    with pytest.raises(ResultError, match="to_ids has 'Lima'"):
        read_travel_times(tmp_path / "t", to_ids=["Lima"])


def test_opportunities_are_streamed_to_the_same_sums(tmp_path: Path, small_chunks: None) -> None:
    search = town_search()
    rng = np.random.default_rng(3)
    amounts = {"jobs": rng.integers(0, 50, 70).astype(float), "schools": rng.random(70)}
    from_ids = ids_of(search)["from_ids"]
    asked = {"cutoffs_min": [30, 60], "percentiles": [5, 50]}
    stream_opportunities(search, tmp_path / "o", from_ids=from_ids, opportunities=amounts, **asked)
    found = read_opportunities(tmp_path / "o").set_index("id").loc[from_ids]
    expected = opportunities_within(search, np.array(list(amounts.values())), [30, 60], [5, 50])
    assert list(found) == [
        f"{kind}_in_{cutoff}min_p{p}" for p in (5, 50) for cutoff in (30, 60) for kind in amounts
    ]
    assert np.array_equal(found.to_numpy().T, expected.reshape(8, 300))
    assert found.to_numpy().any()


def test_progress_tells_what_is_done(tmp_path: Path, small_chunks: None) -> None:
    told: list[tuple[int, int]] = []
    search = town_search()
    streamed(search, tmp_path / "t", threads=1, progress=lambda *done: told.append(done))
    assert told == [(0, 300), (128, 300), (256, 300), (300, 300)]
    told.clear()
    (tmp_path / "t" / "part-00001.parquet").unlink()
    streamed(search, tmp_path / "t", progress=lambda *done: told.append(done))
    assert told == [(172, 300), (300, 300)]


# interruptions

KILLED = """
import os, signal, sys, pathlib
sys.path.insert(0, {tests!r})
from builders_search import ids_of, town_search
from access import memory, chunk_folder
from access.matrix_stream import stream_travel_times

memory.CHUNK_BYTES = 1
left = int(sys.argv[2])
write_whole = chunk_folder.write_whole

def killed_in_the_middle(path, content):
    global left
    if path.name.startswith("part-"):
        left -= 1
        if left == 0:
            path.with_name(path.name + chunk_folder.PARTIAL).write_bytes(content[:100])
            os.kill(os.getpid(), signal.SIGKILL)
    write_whole(path, content)

chunk_folder.write_whole = killed_in_the_middle
search = town_search(n_origins=700)
stream_travel_times(search, pathlib.Path(sys.argv[1]), **ids_of(search), percentiles={percentiles}, threads=2)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_continues_after_kill_9_to_the_same_bytes(tmp_path: Path, small_chunks: None) -> None:
    """Killed while it writes its second part, then its third; finished by a third process."""
    code = KILLED.format(tests=str(Path(__file__).parent), percentiles=PERCENTILES)
    whole = tmp_path / "whole"
    search = town_search(n_origins=700)
    expected = streamed(search, whole)
    for n_parts, so_far in ((2, 1), (3, 3)):
        ended = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "t"), str(n_parts)], capture_output=True, check=False
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
        assert len(list((tmp_path / "t").glob("*.parquet.partial"))) == 1
        with pytest.raises(ResultError, match=f"not finished, {so_far} of 6 parts are there; run again"):
            read_matrix(tmp_path / "t")
    found = streamed(search, tmp_path / "t")
    different = {"estimated_memory_bytes"}  # what was in use when it began
    assert {k: v for k, v in found.items() if k not in different} == {
        k: v for k, v in expected.items() if k not in different
    }
    here, there = content(tmp_path / "t"), content(whole)
    del here["_manifest.json"], there["_manifest.json"]
    assert here == there
    assert np.array_equal(read_matrix(tmp_path / "t"), in_memory(search))


def test_a_line_cut_off_by_a_kill_costs_one_part(tmp_path: Path, small_chunks: None) -> None:
    search = town_search()
    before = streamed(search, tmp_path / "t")
    unfinished(tmp_path / "t")
    lines = (tmp_path / "t" / "_chunks.jsonl").read_text()
    (tmp_path / "t" / "_chunks.jsonl").write_text(lines[:-40])
    told: list[tuple[int, int]] = []
    assert streamed(search, tmp_path / "t", progress=lambda *done: told.append(done)) == before
    assert told == [(256, 300), (300, 300)]


def unfinished(folder: Path) -> None:
    """Take a finished folder back to the moment before it was finished."""
    manifest = json.loads((folder / "_manifest.json").read_text())
    lines = "".join(json.dumps(chunk) + "\n" for chunk in manifest.pop("chunks"))
    (folder / "_chunks.jsonl").write_text(lines)
    (folder / "_manifest.json").write_text(json.dumps({**manifest, "complete": False}))


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("damage", ["half", "other bytes", "empty", "gone"])
def test_a_damaged_part_is_found_and_made_again(
    tmp_path: Path, small_chunks: None, damage: str, finished: bool, caplog: pytest.LogCaptureFixture
) -> None:
    search = town_search()
    streamed(search, tmp_path / "t")
    if not finished:
        unfinished(tmp_path / "t")
    part = tmp_path / "t" / "part-00001.parquet"
    good = part.read_bytes()
    bad = {"half": good[: len(good) // 2], "other bytes": good[:500] + b"\0" + good[501:], "empty": b""}
    if damage == "gone":
        part.unlink()
    else:
        part.write_bytes(bad[damage])
    streamed(search, tmp_path / "t")
    assert part.read_bytes() == good
    assert "part-00001.parquet: damaged or missing, is made again" in caplog.text


def test_a_finished_folder_is_not_computed_again(
    tmp_path: Path, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = town_search()
    before = streamed(search, tmp_path / "t")
    monkeypatch.setattr(matrix_stream.TravelTimesWork, "__call__", None)
    monkeypatch.setattr(memory, "CHUNK_BYTES", 10**9)  # the cuts of the folder stay
    assert streamed(search, tmp_path / "t") == before


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"max_duration_min": 90}, {}, "option max_duration_min was 100 and is 90"),
        ({"departure_start_s": 7 * 3600 + 60}, {}, "option departure_start_s was 25200 and is 25260"),
        ({"departure_window_min": 30}, {}, "option departure_window_min was 20 and is 30"),
        ({"max_rides": 2}, {}, "option max_rides was 0 and is 2"),
        ({"boarding_slack_s": 30}, {}, "option boarding_slack_s was 60 and is 30"),
        ({}, {"percentiles": [50]}, r"result percentiles was \[5, 50, 97.5\] and is \[50\]"),
        ({}, {"to_ids": [f"other-{n}" for n in range(70)]}, "input ids of destinations differs"),
        ({"seed": 2}, {}, "input walks from origins to stops differs"),
        ({"seed": 2}, {}, "input timetable differs"),
    ],
)
def test_refuses_to_continue_what_was_begun_with_something_else(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    streamed(town_search(), tmp_path / "t")
    before = content(tmp_path / "t")
    with pytest.raises(ResultError, match=message):
        streamed(town_search(**changes), tmp_path / "t", **options)
    assert content(tmp_path / "t") == before
    search = town_search(**changes)
    streamed(search, tmp_path / "t", **options, start_over=True)
    assert content(tmp_path / "t") != before


def test_refuses_to_continue_with_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed(town_search(), tmp_path / "t")
    program = {**matrix_stream.described_program(), "fairreach": "99.0"}
    monkeypatch.setattr(matrix_stream, "described_program", lambda: program)
    with pytest.raises(ResultError, match=r"program fairreach was '.*' and is '99.0'"):
        streamed(town_search(), tmp_path / "t")


def test_refuses_a_folder_with_anything_else_and_leaves_it_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("three years")
    with pytest.raises(ResultError, match=r"holds thesis.docx, which this program does not write"):
        streamed(town_search(), tmp_path, start_over=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_refuses_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("")
    with pytest.raises(ResultError, match="cannot be written"):
        streamed(town_search(), tmp_path / "t")


def test_two_programs_do_not_write_one_folder(tmp_path: Path) -> None:
    manifest = streamed(town_search(), tmp_path / "t")
    with (
        chunk_folder.opened(tmp_path / "t", manifest, files={}),
        pytest.raises(ResultError, match="is being written by another process"),
    ):
        streamed(town_search(), tmp_path / "t")
    streamed(town_search(), tmp_path / "t")


def test_a_writer_that_was_killed_or_left_nonsense_does_not_count(tmp_path: Path) -> None:
    streamed(town_search(), tmp_path / "t")
    for left in ('{"pid": 1, "started": 0}', "{", '{"pid": 999999999, "started": 1}'):
        (tmp_path / "t" / "_writer.json").write_text(left)
        streamed(town_search(), tmp_path / "t")
        assert not (tmp_path / "t" / "_writer.json").exists()


def test_a_full_disk_loses_nothing(
    tmp_path: Path, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = town_search()
    before = streamed(search, tmp_path / "whole")
    write_whole = chunk_folder.write_whole

    def full(path: Path, content: bytes) -> None:
        if path.name == "part-00001.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(path, content)

    monkeypatch.setattr(chunk_folder, "write_whole", full)
    with pytest.raises(ResultError, match=r"the disk is full\. What was finished stays there: make room"):
        streamed(search, tmp_path / "t", threads=1)
    assert (tmp_path / "t" / "part-00000.parquet").exists()
    monkeypatch.undo()
    monkeypatch.setattr(memory, "CHUNK_BYTES", 1)
    after = streamed(search, tmp_path / "t")
    assert after["chunks"] == before["chunks"]


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are POSIX")
def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        place = Path("/proc/fairreach")
    else:
        (tmp_path / "closed").mkdir(mode=0o500)
        place = tmp_path / "closed" / "t"
    with pytest.raises(ResultError, match="cannot be written"):
        streamed(town_search(), place)


def test_what_a_thread_raises_ends_the_stream(
    tmp_path: Path, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(matrix_stream.TravelTimesWork, "__call__", fails)
    started = time.monotonic()
    with pytest.raises(RuntimeError, match="a defect"):
        streamed(town_search(), tmp_path / "t")
    assert time.monotonic() - started < 60


# arguments


def test_all_problems_of_the_arguments_are_listed(tmp_path: Path) -> None:
    search = town_search()
    with pytest.raises(AccessError, match="The search cannot start:") as caught:
        stream_travel_times(
            search, tmp_path / "t", from_ids=["a"], to_ids=["b"] * 70, percentiles=[0, 50, 50.0], threads=0
        )
    for problem in (
        "from_ids has 1 ids; the search has 300 places",
        "to_ids has ids more than once, such as 'b'",
        "percentiles must be above 0",
        "percentiles has travel_time_p50 twice",
        "threads is 0",
    ):
        assert problem in str(caught.value)
    assert not (tmp_path / "t").exists()


def test_problems_of_opportunities_are_listed(tmp_path: Path) -> None:
    search = town_search(arrive_by=True, departure_start_s=9 * 3600)
    with pytest.raises(AccessError, match="arrive-by search cannot be streamed") as caught:
        stream_opportunities(
            search, tmp_path / "t", from_ids=["a"], opportunities={"jobs": np.zeros(3)}, cutoffs_min=[0],
            percentiles=[50],
        )  # fmt: skip
    assert "opportunities has 3 columns; there are 70 destinations" in str(caught.value)
    assert "cutoffs_min has 0" in str(caught.value)


def test_reading_what_is_no_result_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"no _manifest.json, so these are no travel times"):
        read_travel_times(tmp_path)
    (tmp_path / "p.parquet").write_bytes(b"PAR1")
    with pytest.raises(ResultError, match="cannot be read"):
        read_travel_times(tmp_path / "p.parquet")

"""Runs that were stopped go on with the travel times that are there, to the same run folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import builders_city as city
import geopandas as gpd
import pandas as pd
import psutil
import pytest
import yaml
from click.testing import CliRunner

from access import matrix_stream, pipeline, results, run_lock
from access.cli import commands
from access.errors import AccessError, ResultError
from access.matrix_reader import read_matrix, read_travel_times
from access.progress import Stage, in_words
from access.run_lock import only_run
from access.stage_travel_times import LargeWork, advance_of_period, check_large_work


def stopped_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose run ended after the travel times and before its results."""
    config = city.write_city(tmp_path)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gpd.GeoDataFrame, "to_parquet", stop)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(config, show_bar=False)
    assert (tmp_path / "run.unfinished" / "peak.parquet" / "_manifest.json").is_file()
    return config


def test_a_stopped_run_goes_on_and_ends_with_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = stopped_run(tmp_path, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(matrix_stream.TravelTimesWork, "__call__", None)  # all of it is there
        folder = pipeline.run(config, resume=True, show_bar=False).folder
    assert not (tmp_path / "run.unfinished").exists()
    period = folder / "travel_times" / "peak.parquet"
    again = pipeline.run(config, out=tmp_path / "again", show_bar=False).folder
    for name in ("part-00000.parquet", "_origins.parquet", "_destinations.parquet"):
        assert (period / name).read_bytes() == (again / "travel_times" / "peak.parquet" / name).read_bytes()
    assert read_matrix(period).shape[1:] == (2, 2)
    assert len(read_travel_times(period)) == len(pd.read_parquet(period))
    pipeline.run(config, show_bar=False)  # a finished run is replaced like any other


def test_a_changed_option_starts_over_or_is_refused_with_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = stopped_run(tmp_path, monkeypatch)
    described = matrix_stream.described_search

    def other(search: object) -> tuple[dict[str, str], dict[str, object]]:
        inputs, options = described(search)  # type: ignore[arg-type]
        return inputs, {**options, "boarding_slack_s": 1}

    monkeypatch.setattr(matrix_stream, "described_search", other)
    with pytest.raises(ResultError, match="option boarding_slack_s was 60 and is 1"):
        pipeline.run(config, resume=True, show_bar=False)
    pipeline.run(config, show_bar=False)
    assert not (tmp_path / "run.unfinished").exists()


def test_resume_where_nothing_was_left_is_refused_at_once(tmp_path: Path) -> None:
    config = city.write_city(tmp_path)
    with pytest.raises(ResultError, match=r"--resume: no earlier run left anything in .*run\.unfinished"):
        pipeline.run(config, out=tmp_path / "new" / "run", resume=True, show_bar=False)
    assert not (tmp_path / "new").exists()


def test_r5_does_no_large_work(tmp_path: Path) -> None:
    work = LargeWork(max_memory_bytes=1, scheduler="tcp://x")
    with pytest.raises(AccessError, match="--max-memory, --scheduler: not with `engine: r5`"):
        check_large_work(tmp_path / "run", work, "r5")
    check_large_work(tmp_path / "run", LargeWork(threads=2), "r5")


def test_the_command_line_says_what_is_wrong_with_a_size(tmp_path: Path) -> None:
    asked = ["run", str(tmp_path / "c.yaml"), "--max-memory", "much"]
    failed = CliRunner().invoke(commands, asked).exception
    assert isinstance(failed, AccessError)
    assert "'much' is no size of memory" in str(failed)


def test_the_bar_of_several_periods_does_not_take_earlier_work_for_speed() -> None:
    """Two periods of 10 origins; 4 of the first and all of the second are there from an earlier run."""
    told: list[tuple[str, int, int]] = []
    stage = Stage(
        "s", lambda done, total: told.append(("advance", done, total)),
        lambda done, total: told.append(("begin", done, total)),
    )  # fmt: skip
    first, second = (advance_of_period(stage, number, 2) for number in range(2))
    first(4, 10)
    first(10, 10)
    second(10, 10)
    assert told == [("begin", 4, 20), ("advance", 10, 20), ("begin", 20, 20)]


def test_times_are_told_as_people_say_them() -> None:
    assert [in_words(seconds) for seconds in (7, 119, 3_540, 7_500)] == [
        "7 s",
        "2 min",
        "59 min",
        "2 h 5 min",
    ]


HOLDS_THE_LOCK = """
import sys, time
from pathlib import Path
from typing import Any, BinaryIO
from access.run_lock import only_run
with only_run(Path(sys.argv[1]), Path("run")):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_to_the_same_folder_is_refused_before_it_reads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the folder; once it is killed, its lock counts for nothing."""
    config = city.write_city(tmp_path)
    unfinished = tmp_path / "run.unfinished"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS_THE_LOCK, str(unfinished)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        refusal = rf"another run is writing to .*run \(process {other.pid} on host .* since 2.*\); wait"
        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "read_inputs", None)
            with pytest.raises(ResultError, match=refusal):
                pipeline.run(config, show_bar=False)
        assert json.loads((unfinished / "_writer.json").read_text())["pid"] == other.pid
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.communicate()
    assert unfinished.is_dir()
    pipeline.run(config, show_bar=False)
    assert not unfinished.exists()


def test_the_lock_is_held_until_the_run_folder_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = city.write_city(tmp_path)
    swapped = []

    def swap(partial: Path, folder: Path) -> None:
        with (
            pytest.raises(ResultError, match="another run is writing to"),
            only_run(tmp_path / "run.unfinished", folder),
        ):
            pass
        swapped.append(partial.rename(folder))

    monkeypatch.setattr(results, "_swap", swap)
    pipeline.run(config, show_bar=False)
    assert len(swapped) == 1
    assert not (tmp_path / "run.unfinished").exists()


def test_where_files_cannot_be_locked_the_process_named_in_the_lock_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "fcntl", None)
    unfinished = tmp_path / "run.unfinished"
    with (
        only_run(unfinished, tmp_path / "run"),
        pytest.raises(ResultError, match=f"process {os.getpid()} on host"),
        only_run(unfinished, tmp_path / "run"),
    ):
        pass
    unfinished.mkdir()
    lock = unfinished / "_writer.json"
    lock.write_text(json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time() - 100}))
    with only_run(unfinished, tmp_path / "run"):  # the number belongs to a later process
        pass
    unfinished.mkdir()
    lock.write_text(json.dumps({"pid": 1, "started": 0, "host": "another-machine"}))
    with (
        pytest.raises(ResultError, match="process 1 on host another-machine"),
        only_run(unfinished, tmp_path / "run"),
    ):
        pass


def test_a_lock_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.unfinished").write_text("a file")
    with (
        pytest.raises(ResultError, match=r"run\.unfinished: cannot be written .*--out"),
        only_run(tmp_path / "run.unfinished", tmp_path / "run"),
    ):
        pass


@pytest.mark.parametrize("part", ["options", "chunks"])
def test_travel_times_that_another_program_put_there_are_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """The lock forbids it; if it happens nevertheless, the run ends without results."""
    config = city.write_city(tmp_path)
    write_run = pipeline.write_run

    def after_another_program(*given: object, **named: object) -> object:
        path = tmp_path / "run.unfinished" / "peak.parquet" / "_manifest.json"
        manifest = json.loads(path.read_text())
        if part == "options":
            manifest["options"]["boarding_slack_s"] = 1
        else:
            manifest["chunks"][0]["sha256"] = "0" * 64
        path.write_text(json.dumps(manifest))
        return write_run(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "write_run", after_another_program)
    difference = {"options": "boarding_slack_s was 1 and is 60", "chunks": "its parts differ"}[part]
    with pytest.raises(ResultError, match=rf"(?s)peak\.parquet: was changed by something else.*{difference}"):
        pipeline.run(config, show_bar=False)
    assert not (tmp_path / "run").exists()


def with_other_travel(config: Path, **options: object) -> Path:
    """The same configuration with other values in its section ``travel``."""
    content = yaml.safe_load(config.read_text())
    content["travel"] = {**content.get("travel", {}), **options}
    config.write_text(yaml.safe_dump(content))
    return config


def test_resume_names_the_option_that_changed_before_the_inputs_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_other_travel(stopped_run(tmp_path, monkeypatch), walk_speed_km_h=4.0)
    told = (
        r"cannot be continued:\n  - walk_speed_km_h: 3\.6, now 4\.0\n"
        r"  - input walks from origins to stops differs\n"
    )
    with pytest.raises(ResultError, match=told):
        pipeline.run(config, resume=True, show_bar=False)


def test_resume_tells_each_changed_option_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = stopped_run(tmp_path, monkeypatch)
    with_other_travel(config, boarding_slack_s=90, max_duration_min=100, further_percentiles=[5, 95])
    with pytest.raises(ResultError) as refused:
        pipeline.run(config, resume=True, show_bar=False)
    lines = [line for line in str(refused.value).splitlines() if line.startswith("  - ")]
    assert lines[:3] == [
        "  - boarding_slack_s: 60, now 90",
        "  - max_duration_min: 120, now 100",
        "  - percentiles: 50, now 5 and 50 and 95",
    ]
    assert not [line for line in lines[3:] if not line.startswith("  - input ")]


def test_an_option_without_effect_on_the_travel_times_is_written_down_and_no_reason_to_start_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No walk between stops is longer than 15 minutes, so up to 16 are the same walks."""
    config = with_other_travel(stopped_run(tmp_path, monkeypatch), max_transfer_walk_min=16)
    with monkeypatch.context() as patch:
        patch.setattr(matrix_stream.TravelTimesWork, "__call__", None)
        folder = pipeline.run(config, resume=True, show_bar=False).folder
    manifest = json.loads((folder / "travel_times" / "peak.parquet" / "_manifest.json").read_text())
    assert manifest["made_with"]["max_transfer_walk_min"] == 16


def test_what_is_thrown_away_is_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = with_other_travel(stopped_run(tmp_path, monkeypatch), walk_speed_km_h=4.0)
    (tmp_path / "run.unfinished" / "night.parquet").mkdir()
    pipeline.run(config, show_bar=False)
    told = [record.getMessage() for record in caplog.records if "thrown away" in record.getMessage()]
    assert len(told) == 2
    assert "peak.parquet: 1 of 1 parts of an earlier run are thrown away" in told[0]
    assert "as something has changed: walk_speed_km_h: 3.6, now 4.0; input walks" in told[0]
    assert told[1].endswith("night.parquet: thrown away; this run computes no period of that name")


def test_a_run_that_is_interrupted_says_where_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopped_run(tmp_path, monkeypatch)
    kept = tmp_path / "run.unfinished"
    last = caplog.records[-1].getMessage()
    assert last == f"Stopped. What was finished is kept in {kept}; the same command goes on there."


def test_a_run_that_is_interrupted_before_anything_is_finished_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(KeyboardInterrupt), only_run(tmp_path / "run.unfinished", tmp_path / "run"):
        raise KeyboardInterrupt
    assert not caplog.records
    assert not (tmp_path / "run.unfinished").exists()


def test_runs_that_take_turns_never_hold_the_folder_together(tmp_path: Path) -> None:
    """Four threads, each with its own open file; a folder that vanishes meanwhile is no error."""
    holding: list[int] = []
    together: list[int] = []
    refused: set[str] = set()

    def take_turns(number: int) -> None:
        for _ in range(200):
            try:
                with only_run(tmp_path / "run.unfinished", tmp_path / "run"):
                    holding.append(number)
                    together.append(len(holding))
                    holding.remove(number)
            except ResultError as error:
                refused.add(str(error).partition(" to ")[0])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(take_turns, range(4)))
    assert set(together) == {1}
    assert refused <= {"another run is writing"}
    assert not (tmp_path / "run.unfinished").exists()


def test_the_file_of_a_run_that_ends_at_that_moment_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run takes its file away after we opened it: locking what is nowhere would hold nobody off."""
    lock, tried = run_lock._lock, []
    writer = tmp_path / "run.unfinished" / "_writer.json"

    def after_the_other_ended(file: BinaryIO, before: dict[str, Any]) -> bool:
        if not tried:
            writer.unlink()
        tried.append(file)
        return lock(file, before)

    monkeypatch.setattr(run_lock, "_lock", after_the_other_ended)
    with only_run(tmp_path / "run.unfinished", tmp_path / "run"):
        assert json.loads(writer.read_text())["pid"] == os.getpid()
    assert len(tried) == 2

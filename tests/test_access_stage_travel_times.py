"""Runs that were stopped go on with the travel times that are there, to the same run folder."""

from __future__ import annotations

from pathlib import Path

import builders_city as city
import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from access import matrix_stream, pipeline
from access.cli import commands
from access.errors import AccessError, ResultError
from access.matrix_reader import read_matrix, read_travel_times
from access.progress import Stage, in_words
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
    with pytest.raises(ResultError, match=r"--resume: no earlier run left anything in .*run\.unfinished"):
        check_large_work(tmp_path / "run", LargeWork(resume=True), "fairreach")


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

"""What a run takes is said once before its travel times, and what cannot be done is refused then."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import builders_city as city
import psutil
import pytest

from access import pipeline, run_estimate
from access.chunk_record import read_chunk_manifest
from access.errors import AccessError, ResultError
from access.memory import disk_bytes_of, parsed_size
from access.results import read_manifest


def with_free_disk(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    usage = SimpleNamespace(free=n_bytes)
    monkeypatch.setattr(run_estimate, "shutil", SimpleNamespace(disk_usage=lambda _: usage))


def test_a_disk_that_is_too_small_is_refused_before_the_travel_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cells, one percentile, one period: 4 pairs of 0.75 bytes."""
    config = city.write_city(tmp_path)
    assert disk_bytes_of(4, 1) == 3
    with_free_disk(monkeypatch, 0)
    with pytest.raises(ResultError, match=r"take up to .* B, but only 0 B are free .* with --out"):
        pipeline.run(config, show_bar=False)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "run.unfinished").exists()


def test_a_disk_that_may_be_too_small_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = city.write_city(tmp_path)
    with_free_disk(monkeypatch, 1)
    with caplog.at_level("INFO", "access.run_estimate"):
        folder = pipeline.run(config, show_bar=False).folder
    told = [record.message for record in caplog.records if record.name == "access.run_estimate"]
    assert [line.startswith("estimate: about ") for line in told] == [True, False]
    assert "the disk may be too small: up to" in told[1]
    assert read_manifest(folder)["estimate"]["free_disk_bytes"] == 1


def test_a_run_larger_than_the_machine_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=2**20))
    pipeline.run(city.write_city(tmp_path), show_bar=False)
    assert "this machine has 1 MiB of memory, less than the run takes" in caplog.text


def test_a_limit_of_memory_is_checked_for_all_periods_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = city.write_city(tmp_path)
    monkeypatch.setattr(pipeline, "stream_period", None)
    with pytest.raises(AccessError, match="--max-memory is 1 MiB, but this search needs at least"):
        pipeline.run(config, max_memory_bytes=parsed_size("1MiB"), show_bar=False)
    assert not (tmp_path / "run.unfinished").exists()


def test_a_limit_of_memory_holds_for_the_stages_after_the_travel_times_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two cells are nothing, but a report of 1 TiB is too large for a limit of 1 TiB."""
    config = city.write_city(tmp_path)
    monkeypatch.setattr(run_estimate, "REPORT_BYTES", 2**40)
    with pytest.raises(AccessError, match=r"--max-memory is 1024\.0 GiB, but this search needs at least"):
        pipeline.run(config, max_memory_bytes=2**40, show_bar=False)
    folder = pipeline.run(config, max_memory_bytes=2**41, show_bar=False).folder
    estimate = read_manifest(folder)["estimate"]
    assert 2**40 < estimate["later_bytes"] < estimate["memory_bytes"] < 2**41
    of_period = read_chunk_manifest(folder / "travel_times" / "peak.parquet")
    assert of_period["estimated_memory_bytes"] > 2**40


def test_modes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(AccessError, match=r"the modes without transit need 2\.0 GiB: .* leave `modes` out"):
        run_estimate._check_modes(2 * 2**30, 2**30)
    run_estimate._check_modes(2 * 2**30, 2 * 2**30)
    run_estimate._check_modes(2 * 2**30, None)


def test_what_an_earlier_run_left_is_not_counted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = city.write_city(tmp_path)
    folder = tmp_path / "run.unfinished" / "peak.parquet"
    folder.mkdir(parents=True)
    (folder / "part-00000.parquet").write_bytes(bytes(1000))
    assert read_manifest(pipeline.run(config, show_bar=False).folder)["estimate"]["disk_bytes"] == 0

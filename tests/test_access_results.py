"""Run folders: complete or not there at all; an earlier result survives whatever goes wrong."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from access.errors import ResultError
from access.results import check_target, new_run_folder, read_manifest, write_json, write_travel_times

EARLIER = {"name": "earlier", "fairreach_version": "0.1.0"}


def earlier_run(folder: Path) -> Path:
    folder.mkdir()
    write_json(folder / "manifest.json", EARLIER)
    return folder


def test_a_new_run_appears_only_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with new_run_folder(target) as partial:
        write_json(partial / "manifest.json", {"name": "new"})
        assert not target.exists()
    assert read_manifest(target) == {"name": "new"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_an_earlier_run_is_replaced_whole(tmp_path: Path) -> None:
    target = earlier_run(tmp_path / "run")
    (target / "map.png").touch()
    with new_run_folder(target) as partial:
        write_json(partial / "manifest.json", {"name": "new"})
    assert [entry.name for entry in target.iterdir()] == ["manifest.json"]


def test_a_failure_leaves_the_earlier_run_and_no_rubbish(tmp_path: Path) -> None:
    target = earlier_run(tmp_path / "run")
    with pytest.raises(ZeroDivisionError), new_run_folder(target):
        raise ZeroDivisionError
    assert read_manifest(target) == EARLIER
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OSError("[Errno 28] No space left on device")]
)
def test_a_full_disk_is_said_in_words_and_damages_nothing(tmp_path: Path, error: OSError) -> None:
    target = earlier_run(tmp_path / "run")
    with (
        pytest.raises(ResultError, match="disk is full; nothing was changed there"),
        new_run_folder(target) as partial,
    ):
        (partial / "cells.parquet").touch()
        raise error
    assert read_manifest(target) == EARLIER
    assert [entry.name for entry in tmp_path.iterdir()] == ["run"]


def test_another_input_output_error_is_said_and_not_called_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"cannot be written .*denied"), new_run_folder(tmp_path / "run"):
        raise PermissionError(errno.EACCES, "denied")


def test_a_failing_rename_brings_the_earlier_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = earlier_run(tmp_path / "run")
    rename = Path.rename

    def failing(self: Path, other: Path) -> Path:
        if ".partial-" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(ResultError, match="disk is full"), new_run_folder(target):
        pass
    assert read_manifest(target) == EARLIER


def test_a_folder_that_is_no_run_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(ResultError, match=r"holds thesis\.docx, which no run writes, so it is not replaced"):
        check_target(tmp_path)


def test_another_programs_manifest_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"short_name": "web app"}')
    with pytest.raises(ResultError, match="is not an earlier run and is not replaced"):
        check_target(tmp_path)


def test_a_run_folder_with_the_users_own_notes_is_not_replaced(tmp_path: Path) -> None:
    target = earlier_run(tmp_path / "run")
    (target / "precious.txt").write_text("mine")
    with pytest.raises(ResultError, match=r"holds precious\.txt"), new_run_folder(target):
        pass
    assert (target / "precious.txt").read_text() == "mine"


def test_a_folder_below_a_file_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultError, match=r"cannot be used .*name another folder"):
        check_target(tmp_path / "file" / "run")


def test_a_name_that_is_too_long_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="cannot be used"):
        check_target(tmp_path / ("x" * 300))


def test_leftovers_of_a_killed_run_are_removed_and_those_of_a_living_one_kept(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead, living = tmp_path / f"run.partial-{int(ended.stdout)}", tmp_path / f"run.partial-{os.getppid()}"
    dead.mkdir()
    living.mkdir()
    with new_run_folder(tmp_path / "run") as partial:
        write_json(partial / "manifest.json", EARLIER)
    assert (dead.exists(), living.exists()) == (False, True)


def test_a_file_is_no_target(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    with pytest.raises(ResultError, match="is a file; name another folder"):
        check_target(tmp_path / "run")


def test_an_empty_folder_is_a_target(tmp_path: Path) -> None:
    check_target(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"), [(None, "is not a finished run"), ("{", "cannot be read"), ("[]", "holds no mapping")]
)
def test_a_folder_without_a_good_manifest_is_no_run(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ResultError, match=said):
        read_manifest(tmp_path)


def test_json_has_no_nan(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": float("nan"), "b": [np.float64("inf"), np.int64(3)], "c": "é"})
    assert (
        tmp_path / "a.json"
    ).read_text() == '{\n  "a": null,\n  "b": [\n    null,\n    3\n  ],\n  "c": "é"\n}\n'


def test_travel_times_keep_pairs_reached_at_any_percentile_and_null_where_not(tmp_path: Path) -> None:
    minutes = np.array([[[0, 20], [255, 255]], [[0, 255], [255, 9]]], dtype=np.uint8)
    rows = write_travel_times(tmp_path / "t.parquet", ["a", "b"], ["x", "y"], minutes, [50, 90])
    table = pd.read_parquet(tmp_path / "t.parquet", dtype_backend="numpy_nullable")
    assert rows == 3
    assert table["from_id"].tolist() == ["a", "a", "b"]
    assert table["to_id"].tolist() == ["x", "y", "y"]
    assert table["travel_time_p50"].fillna(255).tolist() == [0, 20, 255]
    assert table["travel_time_p90"].fillna(255).tolist() == [0, 255, 9]


def test_travel_times_of_more_than_one_block_of_origins(tmp_path: Path) -> None:
    n = 600
    minutes = (np.arange(n * 3).reshape(1, n, 3) % 255).astype(np.uint8)
    ids = [f"o{i}" for i in range(n)]
    assert write_travel_times(tmp_path / "t.parquet", ids, ["x", "y", "z"], minutes, [50]) == 3 * n
    table = pd.read_parquet(tmp_path / "t.parquet")
    assert table["travel_time_p50"].to_numpy().reshape(n, 3).tolist() == minutes[0].tolist()
    assert table["from_id"].astype(str).tolist() == [i for i in ids for _ in range(3)]

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from access.whole_files import is_left_behind, why_not_written, write_whole


def test_a_file_that_cannot_be_finished_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alerts.csv"
    write_whole(file, b"before")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"after")
    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["alerts.csv"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full"),
        (OSError(errno.EACCES, "Permission denied"), "cannot be written (Permission denied)"),
        (OSError("of a library"), "cannot be written (of a library)"),
    ],
)
def test_a_full_disk_is_told_apart_from_a_missing_right(error: OSError, said: str) -> None:
    assert why_not_written(error) == said


def test_what_a_process_that_goes_on_is_writing_is_left_alone() -> None:
    assert not is_left_behind(str(os.getpid()))
    assert not is_left_behind("abc")
    assert is_left_behind(str(2**22 + 1))  # above the largest number of a process

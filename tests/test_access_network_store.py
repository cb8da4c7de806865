"""Kept parts come back to the byte, with their warnings; what is damaged or old is worked out anew."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from access import network_store
from access.engine.arrays import WalkLinks
from access.errors import DataQualityWarning, InputDataError
from access.network_store import NetworkStore, Text, key_of
from gtfs.errors import FeedQualityWarning


def links(walk_s: int = 60) -> WalkLinks:
    return WalkLinks(np.array([0, 1]), np.array([4], np.int32), np.array([walk_s], np.int32))


def never() -> WalkLinks:
    raise AssertionError("worked out again")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_part_is_worked_out_once(tmp_path: Path) -> None:
    first = NetworkStore(tmp_path).get("walks", "k", WalkLinks, links)
    again = NetworkStore(tmp_path).get("walks", "k", WalkLinks, never)
    for one, other in zip(first, again, strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()
        assert not one.flags.writeable
        assert not other.flags.writeable
    assert files(tmp_path) == ["walks-k.npz"]


def test_another_key_or_name_is_another_part(tmp_path: Path) -> None:
    store = NetworkStore(tmp_path)
    store.get("walks", "k", WalkLinks, links)
    assert store.get("walks", "l", WalkLinks, lambda: links(61)).walk_s.tolist() == [61]
    assert store.get("snaps", "k", WalkLinks, lambda: links(62)).walk_s.tolist() == [62]


def test_no_folder_keeps_nothing(tmp_path: Path) -> None:
    store = NetworkStore(None)
    assert store.get("walks", "k", WalkLinks, links) is not None
    assert store.get("walks", "k", WalkLinks, lambda: links(61)).walk_s.tolist() == [61]


def test_text_comes_back() -> None:
    value = {"names": ["Zoé", "Ørsted"], "counts": {"trips": 3}}
    assert Text.of(value).value() == value


@pytest.mark.parametrize("category", [DataQualityWarning, FeedQualityWarning])
def test_warnings_are_repeated_when_the_part_is_read(tmp_path: Path, category: type[Warning]) -> None:
    def work_out() -> WalkLinks:
        warnings.warn("5 stops are off the streets", category, stacklevel=1)
        return links()

    for work in (work_out, never):
        with pytest.warns(category, match="5 stops are off the streets"):
            NetworkStore(tmp_path).get("walks", "k", WalkLinks, work)


def test_other_warnings_pass_and_are_not_kept(tmp_path: Path) -> None:
    def work_out() -> WalkLinks:
        warnings.warn("old spelling", DeprecationWarning, stacklevel=1)
        return links()

    with pytest.warns(DeprecationWarning, match="old spelling"):
        NetworkStore(tmp_path).get("walks", "k", WalkLinks, work_out)
    NetworkStore(tmp_path).get("walks", "k", WalkLinks, never)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path) -> None:
    """Change one byte of the walks; the archive's checksum notices."""
    content = bytearray(path.read_bytes())
    content[content.index(b"walk_s.npy") + 10 + 128] ^= 1
    path.write_bytes(bytes(content))


def lacks(path: Path) -> None:
    np.savez(path, start=np.array([0]), warnings=Text.of([]).utf8)


@pytest.mark.parametrize("damage", [cut, flip, lacks, lambda path: path.write_bytes(b"")])
def test_a_damaged_file_is_worked_out_anew_with_a_warning(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    NetworkStore(tmp_path).get("walks", "k", WalkLinks, links)
    damage(tmp_path / "walks-k.npz")
    with pytest.warns(RuntimeWarning, match="walks-k.npz in the cache is damaged .* worked out anew"):
        found = NetworkStore(tmp_path).get("walks", "k", WalkLinks, lambda: links(70))
    assert found.walk_s.tolist() == [70]
    assert NetworkStore(tmp_path).get("walks", "k", WalkLinks, never).walk_s.tolist() == [70]


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="worked out again"):
        NetworkStore(tmp_path).get("walks", "k", WalkLinks, never)
    assert files(tmp_path) == []


def test_a_full_disk_costs_time_not_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert NetworkStore(tmp_path).get("walks", "k", WalkLinks, links).walk_s.tolist() == [60]
    assert "cannot be kept in the cache" in caplog.text
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputDataError, match=r"cannot be written .*; name another one, or give cache=False"):
        NetworkStore(tmp_path / "file" / "cache")


def test_keys_tell_everything_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    base = key_of("walks", np.array([1, 2]), 1600.0, True)
    assert base == key_of("walks", np.array([1, 2]), 1600.0, True)
    others = [
        key_of("snap", np.array([1, 2]), 1600.0, True),
        key_of("walks", np.array([1, 3]), 1600.0, True),
        key_of("walks", np.array([1, 2], np.int32), 1600.0, True),
        key_of("walks", np.array([[1, 2]]), 1600.0, True),
        key_of("walks", np.array([1, 2]), 1600.1, True),
        key_of("walks", np.array([1, 2]), 1600, True),
        key_of("walks", np.array([1, 2]), 1600.0, False),
        key_of("walks", np.array([1, 2]), 1600.0),
    ]
    monkeypatch.setattr(network_store, "program_fingerprint", lambda: "another version")
    others.append(key_of("walks", np.array([1, 2]), 1600.0, True))
    assert len({base, *others}) == 10


def test_the_program_counts_with_version_and_source(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = network_store.program_fingerprint.__wrapped__
    found = fingerprint()
    assert found == fingerprint()
    monkeypatch.setattr(network_store, "__version__", "0.0.0")
    other_version = fingerprint()
    monkeypatch.undo()
    monkeypatch.setattr(Path, "read_bytes", lambda path: path.name.encode())
    assert len({found, other_version, fingerprint()}) == 3


def test_the_files_used_longest_ago_make_room(tmp_path: Path) -> None:
    store = NetworkStore(tmp_path)
    for number, key in enumerate("abc"):
        store.get("walks", key, WalkLinks, links)
        os.utime(tmp_path / f"walks-{key}.npz", (number, number))
    store.get("walks", "a", WalkLinks, never)  # used again: b is now the oldest
    size = (tmp_path / "walks-a.npz").stat().st_size
    network_store._make_room(tmp_path, largest_mib=3 * size / 2**20)
    assert len(files(tmp_path)) == 3
    network_store._make_room(tmp_path, largest_mib=2.5 * size / 2**20)
    assert files(tmp_path) == ["walks-a.npz", "walks-c.npz"]
    network_store._make_room(tmp_path, largest_mib=0)
    assert files(tmp_path) == []


def test_two_processes_at_once_agree(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from access.network_store import NetworkStore, Text\n"
        "store = NetworkStore(Path(sys.argv[1]))\n"
        "for n in range(60):\n"
        "    found = store.get('t', str(n), Text, lambda: Text.of(['x' * 9999, n]))\n"
        "    assert found.value() == ['x' * 9999, n]"
    )
    run = [sys.executable, "-W", "error::RuntimeWarning", "-c", code, str(tmp_path)]
    processes = [subprocess.Popen(run, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in processes:
        _, problem = process.communicate(timeout=120)
        assert process.returncode == 0, problem
    assert files(tmp_path) == sorted(f"t-{n}.npz" for n in range(60))

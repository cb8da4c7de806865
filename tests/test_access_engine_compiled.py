"""Machine code on disk: found again, never stale, put where it may be written. On a copy of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.engine import compiled

ROOT = Path(__file__).parents[1]
HELPER = "STEP = {step}\n"
KERNELS = """from access.engine.compiled import kernel
from access.engine.helper import STEP

@kernel
def stepped(number):
    return number + STEP

@kernel
def third(numbers):
    return numbers[3]
"""
SHOW = """
from access.engine.compiled import is_compiled
before = is_compiled("kernels")
from access.engine.kernels import stepped
print(stepped(1), before, is_compiled("kernels"))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Folder with a copy of what kernels need, and two small kernels that use a helper."""
    engine = tmp_path / "access" / "engine"
    engine.mkdir(parents=True)
    (tmp_path / "gtfs").mkdir()
    for folder in (tmp_path / "access", engine, tmp_path / "gtfs"):
        (folder / "__init__.py").touch()
    shutil.copy(ROOT / "access" / "engine" / "compiled.py", engine)
    shutil.copy(ROOT / "gtfs" / "timetable.py", tmp_path / "gtfs")
    (engine / "kernels.py").write_text(KERNELS)
    (engine / "helper.py").write_text(HELPER.format(step=1))
    return tmp_path


def run(package: Path, program: str = SHOW, **environment: str) -> str:
    """Output of a program in a new process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=package,
        env={**kept, **environment},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def beside_sources(package: Path) -> Path:
    return package / "access" / "engine" / "__pycache__" / "kernels"


@pytest.fixture
def fresh(package: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same in this process: where would kernels of the copy go?"""
    monkeypatch.setattr(compiled, "_ENGINE", package / "access" / "engine")
    monkeypatch.setattr(compiled._numba_config, "CACHE_DIR", "")
    monkeypatch.setattr(compiled._numba_config, "DISABLE_JIT", 0)
    monkeypatch.setattr(compiled._numba_config, "BOUNDSCHECK", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(package / "user"))
    for remembered in (compiled._root, compiled._folder_of):
        remembered.cache_clear()
    yield package
    for remembered in (compiled._root, compiled._folder_of):
        remembered.cache_clear()


def folder(package: Path) -> Path | None:
    return compiled._folder_of(package / "access" / "engine" / "kernels.py")


def test_a_changed_helper_is_noticed_and_an_unchanged_one_is_found_again(package: Path) -> None:
    assert run(package) == "2 False True"
    assert run(package) == "2 True True"
    (package / "access" / "engine" / "helper.py").write_text(HELPER.format(step=100))
    assert run(package) == "101 False True"


def test_the_key_changes_with_the_kernels_their_helpers_and_the_check_of_bounds(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = fresh / "access" / "engine"
    keys = [compiled._key(engine / "kernels.py")]
    for name in ("kernels.py", "helper.py", "compiled.py"):
        with (engine / name).open("a") as file:
            file.write("# another line\n")
        keys.append(compiled._key(engine / "kernels.py"))
    (engine / "stranger.py").touch()
    assert compiled._key(engine / "kernels.py") == keys[-1]
    monkeypatch.setattr(compiled._numba_config, "BOUNDSCHECK", 1)
    keys.append(compiled._key(engine / "kernels.py"))
    assert len(set(keys)) == len(keys)


def test_kernels_go_where_the_user_says(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled._numba_config, "CACHE_DIR", str(fresh / "mine"))
    found = folder(fresh)
    assert found is not None
    assert found.parent == fresh / "mine" / "fairreach"
    assert not beside_sources(fresh).exists()


def test_kernels_go_beside_the_sources_else_to_the_users_cache_else_nowhere(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = folder(fresh)
    assert first is not None
    assert first.parent == beside_sources(fresh)
    first.rmdir()
    first.parent.rmdir()
    first.parent.touch()  # in the way of a folder
    compiled._root.cache_clear()
    compiled._folder_of.cache_clear()
    second = folder(fresh)
    assert second == fresh / "user" / "fairreach" / "kernels" / first.name
    shutil.rmtree(fresh / "user")
    (fresh / "user").touch()
    compiled._root.cache_clear()
    compiled._folder_of.cache_clear()
    assert folder(fresh) is None
    assert not compiled.is_compiled("kernels")

    @compiled.kernel
    def twice(number: int) -> int:
        return 2 * number

    assert twice(4) == 8, "compiled, but not kept"


def test_nothing_is_compiled_or_written_without_jit(package: Path) -> None:
    assert run(package, NUMBA_DISABLE_JIT="1") == "2 True True"
    assert not beside_sources(package).exists()


def test_kernels_that_check_bounds_are_kept_apart(package: Path) -> None:
    """Machine code that reads out of range unnoticed must not serve a run that asks for the check."""
    beyond = """
import numpy as np
from access.engine.kernels import third
try:
    third(np.zeros(3))
    print("unnoticed")
except IndexError:
    print("noticed")
"""
    assert run(package, beyond) == "unnoticed"
    assert run(package, beyond, NUMBA_BOUNDSCHECK="1") == "noticed"


def test_kernels_out_of_use_are_removed(fresh: Path) -> None:
    in_use = folder(fresh)
    assert in_use is not None
    for name, days in (("old", 15), ("recent", 13), (in_use.name, 13)):
        kept = beside_sources(fresh) / name
        kept.mkdir(exist_ok=True)
        (kept / "kernel.nbi").touch()
        long_ago = time.time() - days * 86_400
        os.utime(kept, (long_ago, long_ago))
    compiled._root.cache_clear()
    compiled._folder_of.cache_clear()
    assert folder(fresh) == in_use
    assert sorted(kept.name for kept in beside_sources(fresh).iterdir()) == [in_use.name, "recent"]
    assert time.time() - in_use.stat().st_mtime < 3_600, "marked as in use"


@pytest.mark.slow
def test_many_processes_may_start_at_once(package: Path) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", SHOW], cwd=package, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert {process.communicate()[0].split()[0] for process in started} == {"2"}


def test_the_key_of_the_scan_follows_all_that_it_imports() -> None:
    names = {file.name for file in compiled._sources(ROOT / "access" / "engine" / "scan.py")}
    assert names == {"scan.py", "simd.py", "arrays.py", "program.py", "timetable.py", "compiled.py"}


def test_every_kernel_of_the_engine_is_kept_by_its_key() -> None:
    """Nothing but ``kernel`` compiles with a cache, and imports have the one form that keys understand."""
    for file in (ROOT / "access" / "engine").glob("*.py"):
        source = file.read_text()
        assert "cache=True" not in source, file.name
        assert "from access.engine import" not in source, file.name
        assert "import access.engine" not in source, file.name

"""Finished runs of the shipped configurations, each computed once for all processes of one call of pytest.

``FAIRREACH_TEST_RUNS`` may name a folder that keeps them from one call to the next (``demo``,
``porto-alegre``); what is found there is taken as it is, so empty it when results change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

CONFIGS = Path(__file__).parents[1] / "configs"
LONGEST_WAIT_S = 900


def finished_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of ``configs/demo.yaml`` as it is shipped."""
    return _finished("demo", tmp_path_factory, {})


def finished_porto_alegre(porto_alegre: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of ``configs/porto-alegre.yaml`` with 30 departure minutes instead of 120."""
    return _finished(
        "porto-alegre",
        tmp_path_factory,
        {"FAIRREACH_DATA": str(porto_alegre.parent)},
        departure_window_min=30,
    )


def cache_of(run_folder: Path) -> Path | None:
    """Return the cache in which the run's network was kept (``FAIRREACH_CACHE``); None for the usual one."""
    own = run_folder.parent / "cache"
    return own if own.is_dir() else None


def _finished(
    name: str, tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str], **period: Any
) -> Path:
    folder = _shared(tmp_path_factory)
    with _one_process(folder / f"{name}.lock"):
        if not (folder / name / "manifest.json").is_file():
            _compute(name, folder, environment, period)
    return folder / name


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that every process of this call of pytest sees."""
    named = os.environ.get("FAIRREACH_TEST_RUNS")
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a folder of its own below the common one
        root = root.parent
    folder = Path(named) if named else root / "finished-runs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _compute(name: str, folder: Path, environment: dict[str, str], period: dict[str, Any]) -> None:
    """Run the command in a process of its own, so that nothing of it stays in the memory of the tests."""
    config: dict[str, Any] = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"))
    for each in config["periods"]:
        each.update(period)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    for catalogue in CONFIGS.glob(f"{name}-*.yaml"):
        shutil.copy(catalogue, folder)
    made = subprocess.run(
        [sys.executable, "-m", "access", "run", str(file), "--out", str(folder / name)],
        env={**os.environ, "FAIRREACH_CACHE": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        timeout=LONGEST_WAIT_S,
    )
    assert made.returncode == 0, f"{name}: {made.stderr[-2000:]}"


@contextmanager
def _one_process(lock: Path) -> Iterator[None]:
    """Let one process in, the others wait; the system frees the lock of a process that was killed."""
    try:
        import fcntl
    except ImportError:  # Windows: whoever makes the file goes first
        give_up = time.monotonic() + LONGEST_WAIT_S
        while True:
            try:
                lock.open("x").close()
                break
            except FileExistsError:
                assert time.monotonic() < give_up, f"{lock}: left by a test that was killed? remove it"
                time.sleep(0.5)
        try:
            yield
        finally:
            lock.unlink()
        return
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

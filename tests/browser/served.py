"""The app of some runs, served by the real command in a process of its own on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_START_S = 90
TRACEBACK = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the file of what it said."""

    url: str
    log: Path

    def n_said(self) -> int:
        """Return how much it has said so far, in bytes."""
        return self.log.stat().st_size

    def problems(self, after: int) -> list[str]:
        """Return the last lines of every traceback that came after so many bytes; empty is good."""
        said = self.log.read_bytes()[after:].decode("utf-8", errors="replace")
        return ["server: " + _last_lines(each) for each in said.split(TRACEBACK)[1:]]


def _last_lines(traceback: str) -> str:
    """Return the last place in our code and what was raised there."""
    lines = [line for line in traceback.splitlines() if line.strip()]
    raised = next((number for number, line in enumerate(lines) if not line.startswith(" ")), len(lines) - 1)
    places = [line.strip() for line in lines[:raised] if line.strip().startswith("File")]
    return " | ".join([*places[-2:], *lines[raised : raised + 1]])


@contextmanager
def served(
    runs: Sequence[Path], log: Path, *, cache: Path | None = None, options: Sequence[str] = ()
) -> Iterator[Served]:
    """Serve runs until the block ends."""
    port = free_port()
    environment = {**os.environ, **({"FAIRREACH_CACHE": str(cache)} if cache else {})}
    command = [
        sys.executable,
        "-m",
        "dashboards",
        "dashboard",
        *map(str, runs),
        "--port",
        str(port),
        *options,
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=ROOT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server, log)
            yield Served(f"http://127.0.0.1:{port}", log)
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + LONGEST_START_S
    while time.monotonic() < give_up:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    server.kill()
    raise AssertionError(
        f"the app did not start: {log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
    )

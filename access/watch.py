"""Seconds of the steps of a computation."""

from __future__ import annotations

import time


class Watch:
    """Books wall-clock time to steps, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last step."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._began, 3)
        self._began = now

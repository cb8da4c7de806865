"""Seconds of the steps of a computation, and who listens to them."""

from __future__ import annotations

import time
from collections.abc import Callable


class Cancelled(Exception):  # noqa: N818 - nothing went wrong: nobody waits any more
    """Raised by whoever is told of steps, to end a computation between two of them."""


class Watch:
    """Books wall-clock time to steps, one after the other.

    Parameters
    ----------
    tell : callable, optional
        Called with the name of each step when it is done; may raise ``Cancelled``. Its own time is booked to
        no step.
    """

    def __init__(self, tell: Callable[[str], object] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._tell = tell
        self._began = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last step."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._began, 3)
        if self._tell is not None:
            self._tell(step)
            now = time.perf_counter()
        self._began = now

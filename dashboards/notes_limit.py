"""How many notes the form takes in a time: so that no program fills the store through it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Notes at once, and how many more every hour. One app serves one city or a few, so all visitors share them.
AT_ONCE, AN_HOUR = 10, 60.0


class NotesLimit:
    """A bucket of notes that fills up slowly.

    Parameters
    ----------
    at_once : int
        Notes that may come one after the other.
    an_hour : float
        How many more there may be every hour.
    now_s : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self, at_once: int = AT_ONCE, an_hour: float = AN_HOUR, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._at_once, self._a_second, self._now_s = at_once, an_hour / 3600, now_s
        self._left, self._since_s = float(at_once), now_s()
        self._lock = threading.Lock()

    def takes_one(self) -> bool:
        """Take one out of the bucket; False if it is empty."""
        with self._lock:
            now_s = self._now_s()
            self._left = min(float(self._at_once), self._left + (now_s - self._since_s) * self._a_second)
            self._since_s = now_s
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def gives_back(self, share: float) -> None:
        """Put a part of a note back into the bucket, as of one that was not stored."""
        with self._lock:
            self._left = min(float(self._at_once), self._left + share)

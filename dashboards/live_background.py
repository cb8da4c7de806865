"""Work that takes longer than a click, done once in the background and kept.

A callback that asks for what is not ready waits a moment and is then told so (``RunError`` of the kind
``getting_ready``), so that a first compilation or a large file never freezes the server.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Generic, TypeVar

from dashboards.run_data import RunError

Kept = TypeVar("Kept")
GETTING_READY = "getting_ready"
TRY_AGAIN_S = 30.0


class Background(Generic[Kept]):
    """What is made once for each key, by a thread of its own.

    Parameters
    ----------
    most : int
        How many are kept; of more, the one used longest ago goes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Future[Kept]] = OrderedDict()
        self._failed_at: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def begin(self, key: Hashable, make: Callable[[], Kept]) -> Future[Kept]:
        """Begin to make something, where it has not been begun; a failure is tried again after a while."""
        with self._lock:
            known = self._made.get(key)
            if known is not None and not self._may_try_again(key, known):
                self._made.move_to_end(key)
                return known
            future: Future[Kept] = Future()
            self._made[key] = future
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        threading.Thread(target=_fulfil, args=(future, make, self, key), daemon=True).start()
        return future

    def get(self, key: Hashable, make: Callable[[], Kept], wait_s: float) -> Kept:
        """Return what is kept under a key, made now where it is not; wait at most so long for it.

        Raises
        ------
        RunError
            ``getting_ready`` if it takes longer.
        Exception
            Whatever ``make`` raised.
        """
        try:
            return self.begin(key, make).result(wait_s)
        except NotYet:
            raise RunError(GETTING_READY) from None

    def is_ready(self, key: Hashable) -> bool:
        """Say whether it has been made."""
        with self._lock:
            future = self._made.get(key)
        return future is not None and future.done() and future.exception() is None

    def failure(self, key: Hashable) -> BaseException | None:
        """Return why it could not be made; None where it was, or is still being made."""
        with self._lock:
            future = self._made.get(key)
        return future.exception() if future is not None and future.done() else None

    def note_failure(self, key: Hashable) -> None:
        """Remember when it failed."""
        with self._lock:
            self._failed_at[key] = time.monotonic()

    def _may_try_again(self, key: Hashable, known: Future[Any]) -> bool:
        if not known.done() or known.exception() is None:
            return False
        return time.monotonic() - self._failed_at.get(key, 0.0) > TRY_AGAIN_S


def _fulfil(
    future: Future[Kept], make: Callable[[], Kept], background: Background[Kept], key: Hashable
) -> None:
    try:
        found = make()
    except BaseException as error:  # handed on to whoever asks
        background.note_failure(key)
        future.set_exception(error)
    else:
        future.set_result(found)

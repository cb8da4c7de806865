"""A cache of bounded size that several threads may use at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class BoundedCache(Generic[Kept]):
    """Keeps what was used last, up to a total size.

    Parameters
    ----------
    largest : int
        Most that all together may take, in the unit of ``size_of``.
    size_of : callable, optional
        Size of one; without it each counts 1.
    """

    def __init__(self, largest: int, size_of: Callable[[Kept], int] = lambda _: 1) -> None:
        self._largest, self._size_of = largest, size_of
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._size = 0

    def get(self, key: Hashable, work_out: Callable[[], Kept]) -> Kept:
        """Return what is kept under a key, or work it out.

        Two threads that miss at once both work it out, and the first result stays; nobody waits for another.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = work_out()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._size += self._size_of(found)
                while self._size > self._largest and len(self._kept) > 1:
                    _, oldest = self._kept.popitem(last=False)
                    self._size -= self._size_of(oldest)
            return self._kept[key]

    @property
    def size(self) -> int:
        """Size of everything kept."""
        return self._size

    def __len__(self) -> int:
        return len(self._kept)

"""What was computed, kept while there is room: the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Store(Generic[Kept]):
    """Values by key, of bounded size together.

    Parameters
    ----------
    most_bytes : int
        Of all values. The newest is kept even where it is larger: whoever asked for it must see it once.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[str, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: Kept, size: int) -> None:
        """Keep a value of a size in bytes; others go where there is no room."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = (value, size)
            while len(self._kept) > 1 and self._size() > self.most_bytes:
                self._kept.popitem(last=False)

    def get(self, key: str) -> Kept | None:
        """Return a value, which is then the most recently used; None where there is none."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes of all values."""
        with self._lock:
            return self._size()

    def _size(self) -> int:
        return sum(size for _, size in self._kept.values())

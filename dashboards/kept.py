"""Things reckoned once for each run and kept with it: they go when the run goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from dashboards.run_data import RunData

Thing = TypeVar("Thing")


def kept(data: RunData, key: str, make: Callable[[], Thing]) -> Thing:
    """Return what is kept with a run under a key, made at the first call.

    While one thread makes it, others that ask for the same wait; who asks for other things does not.
    """
    with data.lock:
        things: dict[str, Thing] = vars(data).setdefault("_things", {})  # as functools.cached_property does
        lock = vars(data).setdefault("_thing_locks", {}).setdefault(key, threading.RLock())
    with lock:
        if key not in things:
            things[key] = make()
        return things[key]

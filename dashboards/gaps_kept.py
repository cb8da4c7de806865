"""What was made from a run and may be asked for again: kept beside the run, and bounded.

Maps and tables of one choice are the same for every visitor. They are kept in the memory of the run
itself, so that a run that is let go takes them along.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from dashboards.run_data import RunData

MOST_KEPT = 48
_PLACE = "_kept"
T = TypeVar("T")


def kept(data: RunData, key: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make`` gave for this key of this run, made now if it is not kept.

    Parameters
    ----------
    data : RunData
        The run.
    key : hashable
        Names the thing, its kind first: ``("map", "jobs", 45, ...)``.
    make : callable
        Makes it; it is called outside the lock, so that a slow one holds up nobody. What several threads make
        at once is equal.
    """
    memory: OrderedDict[Hashable, Any] = data.__dict__.setdefault(_PLACE, OrderedDict())
    with data.lock:
        if key in memory:
            memory.move_to_end(key)
            found: T = memory[key]
            return found
    made = make()
    with data.lock:
        memory[key] = made
        memory.move_to_end(key)
        while len(memory) > MOST_KEPT:
            memory.popitem(last=False)
    return made

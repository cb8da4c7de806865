"""What waits for the process of the what-if questions: first results before all else, then as they came.

Questions come in while one is computed, so that every method may be called from two threads.
"""

from __future__ import annotations

import heapq
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboards.what_if_messages import FIRST, Job

if TYPE_CHECKING:
    from access.comparison_files import ComparedScenario


@dataclass(order=True)
class Task:
    """A step of a job in the queue: smallest priority first, then as they came."""

    priority: int
    number: int
    job: Job = field(compare=False)
    found: ComparedScenario | None = field(default=None, compare=False)


class Waiting:
    """Tasks that wait, and jobs that were given up while they were computed.

    Attributes
    ----------
    is_closing : bool
        Nobody waits for anything any more.
    """

    def __init__(self) -> None:
        self.is_closing = False
        self._tasks: list[Task] = []
        self._dropped: set[int] = set()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._tasks)

    def put(self, task: Task) -> bool:
        """Let a task wait; False if its job was given up meanwhile, which ends here."""
        with self._changed:
            if task.number in self._dropped:
                self._dropped.discard(task.number)
                return False
            heapq.heappush(self._tasks, task)
            self._changed.notify()
        return True

    def drop(self, number: int) -> bool:
        """Take a job out; False if it does not wait, so that it must end at its next step."""
        with self._changed:
            left = [task for task in self._tasks if task.number != number]
            waited = len(left) < len(self._tasks)
            self._tasks[:] = left
            heapq.heapify(self._tasks)
            if not waited:
                self._dropped.add(number)
        return waited

    def ended(self, number: int) -> None:
        """Forget a job that was given up and has ended."""
        with self._changed:
            self._dropped.discard(number)

    def is_wanted(self, number: int) -> bool:
        """Whether somebody still waits for a job."""
        return not self.is_closing and number not in self._dropped

    def next(self, patience_s: float) -> Task | None:
        """Wait for the next task; None when nobody asks any more or the patience is at its end."""
        with self._changed:
            until = time.monotonic() + patience_s
            while not self._tasks and not self.is_closing:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return None if self.is_closing else heapq.heappop(self._tasks)

    def urgent(self) -> Task | None:
        """Return first results that wait, without waiting for any."""
        with self._changed:
            if self._tasks and self._tasks[0].priority == FIRST and not self.is_closing:
                return heapq.heappop(self._tasks)
            return None

    def close(self) -> None:
        """End all waiting."""
        with self._changed:
            self.is_closing = True
            self._changed.notify()

    def held_bytes(self) -> int:
        """Return the bytes of the scenarios that wait for their certainty."""
        with self._changed:
            return sum(size_of(task.found) for task in self._tasks if task.found is not None)


def size_of(found: ComparedScenario) -> int:
    """Return the bytes of the travel times that a scenario holds."""
    return sum(times.nbytes for times in found.evaluated.times.values())

"""The process that computes what-if questions of one run: it holds the run in memory and answers in turn.

First results of any question go before the certainty of another: where one waits, it is computed between two
steps of what is under way. Between steps it is also looked whether anybody still waits. The process ends when
its server does, or when nobody has asked for long.

What goes in: ``Job``, ``Cancel``; what comes out: ``Ready``, ``Unusable``, ``Begun``, ``Step``, ``Answer``,
``Exported``, ``Failed``, ``Dropped``. The server and its worker are the same program, so that plain pickles
are safe here; nothing of a client is unpickled.
"""

from __future__ import annotations

import heapq
import logging
import pickle
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tqdm import tqdm

from access.errors import AccessError
from access.watch import Cancelled, Watch
from dashboards.what_if_messages import (
    CERTAINTY,
    EXPORT,
    FIRST,
    Answer,
    Begun,
    Cancel,
    Dropped,
    Exported,
    Failed,
    Job,
    Ready,
    Step,
    Unusable,
)
from dashboards.what_if_problems import Problem, english_problems
from gtfs.errors import FeedError

if TYPE_CHECKING:
    import pandas as pd

    from access.comparison_certainty import CertaintyOfBase
    from access.comparison_files import ComparedScenario
    from access.warm_run import WarmRun

logger = logging.getLogger(__name__)

IDLE_S = 1800.0
LARGEST_HELD_BYTES = 2**30
"""Scenarios that wait for their certainty stay in memory up to this; others are computed again then."""

BACKGROUND = 9
"""Last in the queue: ranges of the base, computed before anybody asks."""

#: How much of the whole each step of the first results takes, roughly, in order.
FIRST_SHARES = {
    "changes": 0.1,
    "timetable": 0.2,
    "walks": 0.25,
    "travel times": 0.55,
    "modes": 0.6,
    "measures": 0.9,
    "comparison": 1.0,
}
FIRST_SHARE, BASE_SHARE, SCENARIO_SHARE = 0.2, 0.3, 0.35
"""Of the whole; the rest is the register."""


class Setting(NamedTuple):
    """What a worker must know of its run."""

    run: str
    folder: str
    manifest_key: str
    order: Sequence[str]  # ids of the cells in the order of the app
    temporary: str  # folder of this worker alone; removed when either ends
    idle_s: float = IDLE_S


@dataclass(order=True)
class Task:
    """A step of a job in the queue: smallest priority first, then as they came."""

    priority: int
    number: int
    job: Job = field(compare=False)
    found: ComparedScenario | None = field(default=None, compare=False)


def work(connection: Connection, setting: Setting) -> None:
    """Answer questions until the server ends or nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its worker itself
    # Else tqdm shares a lock between processes, which is left behind where this one is ended.
    tqdm.set_lock(threading.RLock())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        Worker(connection, setting).run()
    finally:  # a server that was killed cannot
        shutil.rmtree(setting.temporary, ignore_errors=True)


class Worker:
    """One run in memory and the questions that wait for it."""

    def __init__(self, connection: Connection, setting: Setting) -> None:
        self.connection, self.setting = connection, setting
        self.warm: WarmRun | None = None
        self._queue: list[Task] = []
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._dropped: set[int] = set()
        self._closing = False
        self._certain: CertaintyOfBase | None = None
        self._bill: pd.DataFrame | None = None

    def run(self) -> None:
        """Load the run, then answer."""
        threading.Thread(target=self._listen, daemon=True, name="what-if-requests").start()
        if not self._load():
            return
        self._put(Task(BACKGROUND, 0, Job(0, BACKGROUND, "", {})))
        while (task := self._next()) is not None:
            self._do(task)

    def send(self, message: object) -> None:
        """Tell the server; when it is gone there is nobody to tell."""
        with self._sending:
            try:
                self.connection.send(message)
            except OSError:
                self._closing = True

    def _listen(self) -> None:
        """Take questions in, also while one is computed."""
        while True:
            try:
                message = self.connection.recv()
            except (EOFError, OSError):
                with self._changed:
                    self._closing = True
                    self._changed.notify()
                return
            if isinstance(message, Cancel):
                self._drop(message.number)
            else:
                self._put(Task(message.kind, message.number, message))

    def _drop(self, number: int) -> None:
        """Take a job out of the queue, or mark it so that it ends at its next step."""
        with self._changed:
            waiting = [task for task in self._queue if task.number != number]
            at_once = len(waiting) < len(self._queue)
            self._queue[:] = waiting
            heapq.heapify(self._queue)
            if not at_once:
                self._dropped.add(number)
        if at_once:
            self.send(Dropped(number))

    def _put(self, task: Task) -> None:
        """Let a task wait; one that was given up meanwhile ends here."""
        with self._changed:
            wanted = task.number not in self._dropped
            self._dropped.discard(task.number)
            if wanted:
                heapq.heappush(self._queue, task)
                self._changed.notify()
        if not wanted:
            self.send(Dropped(task.number))

    def _next(self) -> Task | None:
        """Wait for the next task; None when the server or the patience is at its end."""
        with self._changed:
            until = time.monotonic() + self.setting.idle_s
            while not self._queue and not self._closing:
                left = until - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return None if self._closing else heapq.heappop(self._queue)

    def _urgent(self) -> Task | None:
        """Return first results that wait, without waiting for any."""
        with self._changed:
            if self._queue and self._queue[0].priority == FIRST and not self._closing:
                return heapq.heappop(self._queue)
            return None

    def _load(self) -> bool:
        from access.warm_run import load_run
        from dashboards.what_if_question import key_of_run

        started = time.perf_counter()
        try:
            warm = load_run(Path(self.setting.folder))
            if key_of_run(warm.manifest) != self.setting.manifest_key:
                self.send(Unusable([Problem("changed_on_disk")]))
                return False
        except (AccessError, FeedError) as error:
            self.send(Unusable([Problem("not_loaded"), *english_problems(error)]))
            return False
        except Exception as error:
            logger.exception("a run could not be loaded for what-if questions")
            self.send(Unusable([Problem("not_loaded"), Problem(english=f"{type(error).__name__}")]))
            return False
        self.warm = warm
        self.send(Ready(round(time.perf_counter() - started, 2)))
        return True

    def _do(self, task: Task) -> None:
        """Do one task and tell how it ended."""
        if task.number:
            self.send(Begun(task.number))
        try:
            self._checked(task.number)
            {FIRST: self._first, CERTAINTY: self._certainty, EXPORT: self._export, BACKGROUND: self._ahead}[
                task.priority
            ](task)
        except Cancelled:
            with self._changed:
                self._dropped.discard(task.number)
            self.send(Dropped(task.number))
        except (AccessError, FeedError) as error:
            self._failed(task, english_problems(error))
        except MemoryError:
            self._failed(task, [Problem("no_memory")])
        except Exception as error:
            logger.exception("a what-if question could not be computed")
            self._failed(task, [Problem("defect", {"kind": type(error).__name__})])

    def _failed(self, task: Task, problems: list[Problem]) -> None:
        if task.number:
            self.send(Failed(task.number, problems))

    def _checked(self, number: int) -> None:
        """End a job for which nobody waits any more."""
        if self._closing or number in self._dropped:
            raise Cancelled

    def _told(self, task: Task, step: str, share: float) -> None:
        """Tell a step; see who still waits; let first results of others pass."""
        self._checked(task.number)
        if task.number:
            self.send(Step(task.number, step.replace(" ", "_"), round(share, 3)))
        while task.priority != FIRST and (urgent := self._urgent()) is not None:
            self._do(urgent)

    def _loaded(self) -> WarmRun:
        if self.warm is None:
            message = "the run is not loaded yet"
            raise RuntimeError(message)
        return self.warm

    def _compared(self, task: Task) -> ComparedScenario:
        """Compute the first results of a job."""
        from access.comparison_bill import bill_of
        from access.comparison_steps import first_results
        from access.scenario import Scenario

        warm = self._loaded()
        if self._bill is None:
            self._bill = bill_of(warm.base)
        if task.job.feeds:
            self._told(task, "planned", 0.0)
        planned = self._planned(task.job)
        watch = Watch(lambda step: self._told(task, step, FIRST_SHARE * FIRST_SHARES.get(step, 0.0)))
        scenario = Scenario.model_validate(task.job.scenario)
        return first_results(warm, scenario, self._bill, watch=watch, planned=planned or None)

    def _planned(self, job: Job) -> dict[str, Any]:
        from access.planned_feeds import read_planned
        from dashboards.private_folder import private_folder

        found = {}
        for name, content in job.feeds.items():
            with private_folder(Path(self.setting.temporary)) as folder:
                file = folder / "planned.zip"
                file.write_bytes(content)
                found[name] = read_planned(file, name, self._loaded().base.network)
        return found

    def _first(self, task: Task) -> None:
        began = time.perf_counter()
        found = self._compared(task)
        self._answer(task, found, final=False, seconds={"first results": time.perf_counter() - began})
        held = sum(waiting.found is not None and _size(waiting.found) for waiting in self._queue)
        keep = held + _size(found) <= LARGEST_HELD_BYTES
        self._put(Task(CERTAINTY, task.number, task.job, found if keep else None))

    def _certainty(self, task: Task) -> None:
        from access.comparison_steps import REGISTER, with_certainty

        found = task.found or self._compared(task)
        certain = self._ranges_of_base(task)
        before = FIRST_SHARE + BASE_SHARE
        rest = 1 - before - SCENARIO_SHARE

        def advance(part: str, done: int, total: int) -> None:
            share = (
                before + SCENARIO_SHARE + rest * done / total
                if part == REGISTER
                else (before + SCENARIO_SHARE * done / total)
            )
            self._told(task, part, share)

        self._answer(
            task, with_certainty(self._loaded(), certain, found, advance), final=True, note=certain.note
        )

    def _ranges_of_base(self, task: Task) -> CertaintyOfBase:
        """Travel again in the base, once for all questions."""
        from access.collected_warnings import collected_warnings
        from access.comparison_certainty import CertaintyOfBase

        if self._certain is None:
            warm = self._loaded()

            def advance(done: int, total: int) -> None:
                self._told(task, "base", FIRST_SHARE + BASE_SHARE * done / total)

            with collected_warnings(warm.told):
                self._certain = CertaintyOfBase.of(warm, advance)
        return self._certain

    def _ahead(self, task: Task) -> None:
        """Use the time until somebody asks."""
        self._ranges_of_base(task)

    def _answer(
        self,
        task: Task,
        found: ComparedScenario,
        *,
        final: bool,
        note: dict[str, str] | None = None,
        seconds: dict[str, float] | None = None,
    ) -> None:
        from dashboards.what_if_answer import Asked, answer_of

        job, setting = task.job, self.setting
        asked = Asked(job.key, setting.run, job.scenario, job.planned, setting.order)
        answer = answer_of(self._loaded(), found, asked, final=final, note=note, seconds=seconds)
        self._checked(task.number)
        self.send(Answer(task.number, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL), final))

    def _export(self, task: Task) -> None:
        from access.scenario import Scenario
        from dashboards.what_if_gtfs import files_of_export

        scenario = Scenario.model_validate(task.job.scenario)
        files = files_of_export(
            self._loaded(),
            scenario,
            Path(self.setting.temporary),
            lambda share: self._told(task, "export", share),
        )
        self._checked(task.number)
        self.send(Exported(task.number, files))


def _size(found: ComparedScenario) -> int:
    """Return the bytes of the travel times that a scenario holds."""
    return sum(times.nbytes for times in found.evaluated.times.values())

"""The process that computes what-if questions of one run: it holds the run in memory and answers in turn.

First results of any question go before the certainty of another, between two steps of what is under way. The
process ends when its server does, or when nobody has asked for long.

What goes in: ``Job``, ``Cancel``; what comes out: ``Ready``, ``Unusable``, ``Begun``, ``Step``, ``Answer``,
``Exported``, ``Failed``, ``Dropped``. The server and its worker are the same program, so that plain pickles
are safe here; nothing of a client is unpickled.
"""

from __future__ import annotations

import logging
import pickle
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
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
from dashboards.what_if_progress import share_of_base, share_of_first, share_of_register, share_of_scenario
from dashboards.what_if_queue import Task, Waiting, size_of
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


class Setting(NamedTuple):
    """What a worker must know of its run."""

    run: str
    folder: str
    manifest_key: str
    order: Sequence[str]  # ids of the cells in the order of the app
    temporary: str  # folder of this worker alone; removed when either ends
    idle_s: float = IDLE_S


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
        self._waiting = Waiting()
        self._sending = threading.Lock()
        self._certain: CertaintyOfBase | None = None
        self._bill: pd.DataFrame | None = None

    def run(self) -> None:
        """Load the run, then answer."""
        threading.Thread(target=self._listen, daemon=True, name="what-if-requests").start()
        if not self._load():
            return
        self._put(Task(BACKGROUND, 0, Job(0, BACKGROUND, "", {})))
        while (task := self._waiting.next(self.setting.idle_s)) is not None:
            self._do(task)

    def send(self, message: object) -> None:
        """Tell the server; when it is gone there is nobody to tell."""
        with self._sending:
            try:
                self.connection.send(message)
            except OSError:
                self._waiting.is_closing = True

    def _listen(self) -> None:
        """Take questions in, also while one is computed."""
        while True:
            try:
                message = self.connection.recv()
            except (EOFError, OSError):
                self._waiting.close()
                return
            if isinstance(message, Cancel):
                self._drop(message.number)
            else:
                self._put(Task(message.kind, message.number, message))

    def _drop(self, number: int) -> None:
        """Take a job out of the queue, or mark it so that it ends at its next step."""
        if self._waiting.drop(number):
            self.send(Dropped(number))

    def _put(self, task: Task) -> None:
        """Let a task wait; one that was given up meanwhile ends here."""
        if not self._waiting.put(task):
            self.send(Dropped(task.number))

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
            self._waiting.ended(task.number)
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
        if not self._waiting.is_wanted(number):
            raise Cancelled

    def _told(self, task: Task, step: str, share: float) -> None:
        """Tell a step; see who still waits; let first results of others pass."""
        self._checked(task.number)
        if task.number:
            self.send(Step(task.number, step.replace(" ", "_"), round(share, 3)))
        while task.priority != FIRST and (urgent := self._waiting.urgent()) is not None:
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
        watch = Watch(lambda step: self._told(task, step, share_of_first(step)))
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
        keep = self._waiting.held_bytes() + size_of(found) <= LARGEST_HELD_BYTES
        self._put(Task(CERTAINTY, task.number, task.job, found if keep else None))

    def _certainty(self, task: Task) -> None:
        from access.comparison_steps import REGISTER, with_certainty

        found = task.found or self._compared(task)
        certain = self._ranges_of_base(task)

        def advance(part: str, done: int, total: int) -> None:
            share = share_of_register if part == REGISTER else share_of_scenario
            self._told(task, part, share(done, total))

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
                self._told(task, "base", share_of_base(done, total))

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

        files = files_of_export(
            self._loaded(),
            Scenario.model_validate(task.job.scenario),
            Path(self.setting.temporary),
            lambda share: self._told(task, "export", share),
        )
        self._checked(task.number)
        self.send(Exported(task.number, files))

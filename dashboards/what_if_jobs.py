"""The jobs of one run: who waits for which, and what becomes of them when the worker ends."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dashboards.what_if_messages import (
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
from dashboards.what_if_problems import Problem, ScenarioProblems
from dashboards.what_if_process import WorkerProcess
from dashboards.what_if_question import Question
from dashboards.what_if_worker import Setting
from dashboards.words import Words

QUEUED, LOADING, PREPARING = "queued", "loading", "preparing"
COMPUTING, FIRST_RESULTS = "computing", "first"
DONE, FAILED, CANCELLED, UNKNOWN = "done", "failed", "cancelled", "unknown"
ENDED = (DONE, FAILED, CANCELLED, UNKNOWN)
MOST_JOBS, MOST_OF_ONE = 12, 6
"""Jobs of a run that are not done, and those of one browser."""

MOST_ENDED = 200
ANSWER_S = 5.0
"""A worker that does not give a job up within this is ended."""


@dataclass(frozen=True)
class Status:
    """How far a job is.

    Attributes
    ----------
    state : str
        ``queued, loading, preparing, computing, first, done, failed, cancelled`` or ``unknown``; one that
        is ``preparing`` has no other question before it.
    step : str
        Key of the text below ``jobs.step``; empty before the first and after the last.
    share : float
        Of the whole, 0 to 1.
    seconds : float
        Since it was asked for, until it ended.
    ahead : int
        Jobs that wait before it.
    problems : sequence of Problem
        Why it failed.
    """

    state: str
    step: str = ""
    share: float = 0.0
    seconds: float = 0.0
    ahead: int = 0
    problems: Sequence[Problem] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED

    @property
    def message(self) -> str:
        """Why it failed, for a log."""
        return "; ".join(problem.english or problem.key for problem in self.problems)

    def said(self, words: Words) -> list[str]:
        """Why it failed, in the language of the words."""
        return [problem.said(words) for problem in self.problems]


@dataclass
class _Live:
    """A job that is not done."""

    job: Job
    clients: set[str]
    asked: float = field(default_factory=time.monotonic)
    state: str = QUEUED
    step: str = ""
    share: float = 0.0
    crashes: int = 0


class JobsOfRun:
    """Jobs and worker of one run.

    Parameters
    ----------
    setting : Setting
        Of the worker.
    keep : callable
        Called with the key and the message of each ``Answer`` or ``Exported``, by a thread of its own.
    answer_s : float
        How long a worker may take to give a job up.
    """

    def __init__(
        self,
        setting: Setting,
        keep: Callable[[str, Answer | Exported], None],
        answer_s: float = ANSWER_S,
    ) -> None:
        self._setting, self._keep, self._answer_s = setting, keep, answer_s
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._live: dict[int, _Live] = {}  # in the order in which they were asked for
        self._given_up: dict[int, threading.Timer] = {}
        self._ended: OrderedDict[str, Status] = OrderedDict()
        self._worker: WorkerProcess | None = None
        self._ready = False
        self._under_way: list[int] = []  # what the worker is at, the innermost last

    @property
    def pid(self) -> int | None:
        """Id of the worker's process; None while there is none."""
        with self._lock:
            return self._worker.pid if self._worker else None

    def prepare(self) -> None:
        """Start the worker, where none is."""
        with self._lock:
            if self._worker is None:
                self._ready = False
                self._worker = WorkerProcess(self._setting, self._hear, self._gone)

    def submit(
        self, question: Question, client: str, kind: int = FIRST, planned: Mapping[str, str] | None = None
    ) -> None:
        """Let a question be computed; one that is under way is joined.

        Raises
        ------
        ScenarioProblems
            Where too many jobs wait.
        """
        with self._lock:
            live = self._of_key(question.key)
            if live is not None:
                live.clients.add(client)
                return
            if len(self._live) >= MOST_JOBS:
                raise ScenarioProblems([Problem("full", {"limit": MOST_JOBS})])
            own = sum(client in each.clients for each in self._live.values())
            if client and own >= MOST_OF_ONE:
                raise ScenarioProblems([Problem("full_of_yours", {"limit": MOST_OF_ONE})])
            job = Job(
                next(self._numbers), kind, question.key, question.scenario, question.feeds, planned or {}
            )
            self.prepare()
            self._ended.pop(question.key, None)
            self._live[job.number] = _Live(job, {client})
            self._send(job)

    def cancel(self, key: str, client: str) -> None:
        """Give up a job, unless somebody else waits for it too; one that is done stays done."""
        with self._lock:
            live = self._of_key(key)
            if live is None:
                return
            live.clients.discard(client)
            if live.clients:
                return
            number = live.job.number
            self._end(number, Status(CANCELLED))
            self._await_answer(number)
            self._send(Cancel(number))

    def status(self, key: str) -> Status:
        """Return how far a job is."""
        with self._lock:
            live = self._of_key(key)
            if live is None:
                return self._ended.get(key, Status(UNKNOWN))
            state = live.state
            if state == QUEUED and not self._ready:
                state = LOADING
            elif state == QUEUED and len(self._live) == 1:
                state = PREPARING
            waiting = [each.job.number for each in self._live.values() if each.state == QUEUED]
            ahead = sum(number < live.job.number for number in waiting) if live.state == QUEUED else 0
            step = "loading" if state == LOADING else live.step
            return Status(state, step, live.share, time.monotonic() - live.asked, ahead)

    def close(self) -> None:
        """End the worker; all jobs are cancelled."""
        with self._lock:
            for number in list(self._live):
                self._end(number, Status(CANCELLED))
            for timer in self._given_up.values():
                timer.cancel()
            self._given_up.clear()
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()

    def _of_key(self, key: str) -> _Live | None:
        return next((live for live in self._live.values() if live.job.key == key), None)

    def _send(self, message: object) -> None:
        if self._worker is not None:
            self._worker.tell(message)

    def _end(self, number: int, status: Status) -> None:
        live = self._live.pop(number, None)
        if live is None:
            return
        seconds = time.monotonic() - live.asked
        self._ended[live.job.key] = Status(
            status.state, "", 1.0 if status.state == DONE else live.share, seconds, 0, status.problems
        )
        while len(self._ended) > MOST_ENDED:
            self._ended.popitem(last=False)

    def _hear(self, worker: WorkerProcess, message: object) -> None:
        """Take in what a worker says; one that was given up is not listened to."""
        with self._lock:
            if worker is not self._worker:
                return
            if isinstance(message, Answer | Exported) and message.number in self._live:
                self._keep(self._live[message.number].job.key, message)
            self._take(message)

    def _take(self, message: object) -> None:
        match message:
            case Ready():
                self._ready = True
            case Unusable(problems):
                for number in list(self._live):
                    self._end(number, Status(FAILED, problems=problems))
            case Begun(number):
                self._under_way.append(number)
                if number in self._live and self._live[number].state == QUEUED:
                    self._live[number].state = COMPUTING
            case Step(number, step, share) if number in self._live:
                live = self._live[number]
                live.step, live.share = step, max(live.share, share)
            case Answer(number, _, False):
                self._left(number)
                if number in self._live:
                    self._live[number].state = FIRST_RESULTS
            case Answer(number) | Exported(number):
                self._left(number)
                self._end(number, Status(DONE))
            case Failed(number, problems):
                self._left(number)
                self._end(number, Status(FAILED, problems=problems))
            case Dropped(number):
                self._left(number)
                self._end(number, Status(CANCELLED))

    def _left(self, number: int) -> None:
        """Forget that the worker is at a job."""
        if number in self._under_way:
            self._under_way.remove(number)
        timer = self._given_up.pop(number, None)
        if timer is not None:
            timer.cancel()

    def _await_answer(self, number: int) -> None:
        timer = threading.Timer(self._answer_s, self._without_answer, (number, self._worker))
        timer.daemon = True
        self._given_up[number] = timer
        timer.start()

    def _without_answer(self, number: int, worker: WorkerProcess | None) -> None:
        """End a worker that does not give a job up; one that is at another's meanwhile has more time."""
        with self._lock:
            if number not in self._given_up or worker is None or worker is not self._worker:
                self._given_up.pop(number, None)
                return
            if self._under_way[-1:] != [number]:
                self._await_answer(number)
                return
        worker.end()

    def _gone(self, worker: WorkerProcess) -> None:
        """A worker has ended: what it was at failed, the rest goes to a new one."""
        with self._lock:
            if worker is not self._worker:
                return
            self._worker = None
            under_way, self._under_way = self._under_way, []
            for timer in self._given_up.values():
                timer.cancel()
            self._given_up.clear()
            if not self._ready:
                for number in list(self._live):
                    self._end(number, Status(FAILED, problems=[Problem("crashed_loading")]))
            self._after_crash(under_way)
            if self._live:
                self.prepare()
                for live in self._live.values():
                    self._send(live.job)

    def _after_crash(self, under_way: Sequence[int]) -> None:
        """Fail the job that the worker was at; another that waited half done is tried once more."""
        for number in under_way:
            live = self._live.get(number)
            if live is None:
                continue
            live.crashes += 1
            if number == under_way[-1] or live.crashes > 1:
                self._end(number, Status(FAILED, problems=[Problem("crashed")]))
        for live in self._live.values():
            live.state = FIRST_RESULTS if live.state == FIRST_RESULTS else QUEUED
            if live.job.kind == EXPORT:
                live.share = 0.0

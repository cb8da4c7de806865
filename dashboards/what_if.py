"""What-if questions of the app: asked, followed, given up, answered.

One ``WhatIf`` serves an app. Each run has a worker process of its own, started when it is first needed, which
holds the run in memory (``what_if_worker``). Answers are known by the SHA-256 of run and scenario: equal
questions share one, other ones can never be mixed. Runs and their folders are only read.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Mapping

from dashboards.run_data import RunData, Runs
from dashboards.uploads import Uploads
from dashboards.what_if_jobs import DONE, UNKNOWN, JobsOfRun, Status
from dashboards.what_if_messages import EXPORT, Answer, Exported
from dashboards.what_if_problems import Problem, ScenarioProblems
from dashboards.what_if_question import Question, key_of_run, question_of
from dashboards.what_if_result import WhatIfResult, size_of
from dashboards.what_if_store import Store
from dashboards.what_if_worker import IDLE_S, Setting

__all__ = ["Problem", "ScenarioProblems", "Status", "WhatIf", "WhatIfResult"]

MOST_RESULT_BYTES = 256 * 2**20
MOST_EXPORT_BYTES = 128 * 2**20


class WhatIf:
    """What-if questions of an app; every method may be called by many threads at once.

    Parameters
    ----------
    runs : Runs
        Of the app.
    most_bytes : int
        Of all answers kept; the least recently used go first.
    idle_s : float
        A worker that nobody asks for so long ends and frees its memory.
    """

    def __init__(self, runs: Runs, *, most_bytes: int = MOST_RESULT_BYTES, idle_s: float = IDLE_S) -> None:
        self.uploads = Uploads()
        self._runs, self._idle_s = runs, idle_s
        self._lock = threading.Lock()
        self._jobs: dict[str, JobsOfRun] = {}
        self._run_keys: dict[str, str] = {}
        self._results: Store[WhatIfResult] = Store(most_bytes)
        self._exports: Store[Mapping[str, bytes]] = Store(MOST_EXPORT_BYTES)

    def prepare(self, run: str) -> None:
        """Start the worker of a run, so that it has the run in memory when a question comes.

        Raises
        ------
        RunError
            If there is no such run, or it cannot be shown.
        """
        self._of_run(run).prepare()

    def start(
        self, run: str, scenario: object, *, client: str = "", planned: Mapping[str, str] | None = None
    ) -> str:
        """Ask a question.

        Parameters
        ----------
        run : str
            Short name of the run.
        scenario : object
            Mapping with the keys of a scenario file, as a browser sent it.
        client : str
            Random id of the browser. A question that two browsers ask is given up when both do.
        planned : mapping of str to str, optional
            Planned timetables in place of those of the run: SHA-256 of an upload (``uploads``) by name of the
            feed.

        Returns
        -------
        str
            Key of the question, for the other methods.

        Raises
        ------
        ScenarioProblems
            With every problem of the scenario, or if too many questions wait.
        RunError
            If there is no such run, or it cannot be shown.
        """
        planned = dict(planned or {})
        question = self._question(run, scenario, planned)
        known = self._results.get(question.key)
        if known is None or not known.final:
            self._of_run(run).submit(question, client, planned=planned)
        return question.key

    def status(self, run: str, key: str) -> Status:
        """Return how far a question or an export is."""
        jobs = self._jobs.get(run)
        found = jobs.status(key) if jobs else Status(UNKNOWN)
        if found.state in (UNKNOWN, DONE):
            result = self._results.get(key)
            there = (result is not None and result.final and result.run == run) or self._exports.get(
                f"{run}/{key}"
            ) is not None
            return Status(DONE, share=1.0, seconds=found.seconds) if there else Status(UNKNOWN)
        return found

    def cancel(self, run: str, key: str, *, client: str = "") -> None:
        """Give a question up for one browser; it goes on while another waits for it."""
        jobs = self._jobs.get(run)
        if jobs is not None:
            jobs.cancel(key, client)

    def result(self, run: str, key: str) -> WhatIfResult | None:
        """Return what is known so far, first results or all; None before, and once it made room."""
        found = self._results.get(key)
        return found if found is not None and found.run == run else None

    def start_export(
        self, run: str, scenario: object, *, client: str = "", planned: Mapping[str, str] | None = None
    ) -> str:
        """Let the timetables of a scenario be written as GTFS; ``status`` and ``cancel`` as of a question.

        Parameters
        ----------
        run, scenario, client
            As ``start``.
        planned : mapping of str to str, optional
            As ``start``; such a scenario is refused, because what it changes was never part of the run.

        Returns
        -------
        str
            Key of the export.

        Raises
        ------
        ScenarioProblems, RunError
            As ``start``; also where the scenario changes no timetable.
        """
        if planned:
            raise ScenarioProblems([Problem("planned_no_export")])
        question = self._question(run, scenario, {})
        key = hashlib.sha256(f"gtfs\n{question.key}".encode()).hexdigest()
        if self._exports.get(f"{run}/{key}") is None:
            self._of_run(run).submit(Question(key, question.scenario), client, EXPORT)
        return key

    def export(self, run: str, key: str) -> Mapping[str, bytes] | None:
        """Return the files of a GTFS export by name: changed feeds as zips, what differs as CSV and text."""
        return self._exports.get(f"{run}/{key}")

    def key_of(self, run: str, scenario: object, planned: Mapping[str, str] | None = None) -> str:
        """Return the key that ``start`` would; nothing is computed."""
        return self._question(run, scenario, dict(planned or {})).key

    def pid(self, run: str) -> int | None:
        """Id of the worker's process; None while there is none."""
        jobs = self._jobs.get(run)
        return jobs.pid if jobs else None

    def close(self) -> None:
        """End all workers."""
        for jobs in list(self._jobs.values()):
            jobs.close()

    def _question(self, run: str, scenario: object, planned: Mapping[str, str]) -> Question:
        feeds = {}
        for name, upload in planned.items():
            content = self.uploads.get(upload)
            if content is None:
                raise ScenarioProblems([Problem("upload_gone")])
            feeds[name] = (upload, content)
        return question_of(self._run_key(run), scenario, feeds)

    def _run_key(self, run: str) -> str:
        data = self._runs.get(run)
        if run not in self._run_keys:
            self._run_keys[run] = key_of_run(data.manifest)
        return self._run_keys[run]

    def _of_run(self, run: str) -> JobsOfRun:
        data, key = self._runs.get(run), self._run_key(run)
        with self._lock:
            if run not in self._jobs:
                self._jobs[run] = JobsOfRun(self._setting(data, key), lambda *told: self._keep(run, *told))
            return self._jobs[run]

    def _setting(self, data: RunData, key: str) -> Setting:
        return Setting(data.name, str(data.folder.resolve()), key, data.cell_ids, "", self._idle_s)

    def _keep(self, run: str, key: str, message: Answer | Exported) -> None:
        if isinstance(message, Exported):
            size = sum(map(len, message.files.values()))
            self._exports.put(f"{run}/{key}", message.files, size)
            return
        result: WhatIfResult = pickle.loads(message.content)  # noqa: S301 - of our own worker
        self._results.put(key, result, size_of(result))

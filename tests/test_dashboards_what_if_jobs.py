"""Jobs of a run without any process: who waits, who is given up, what a crash leaves behind."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dashboards import what_if_jobs
from dashboards.what_if_jobs import MOST_JOBS, MOST_OF_ONE, JobsOfRun
from dashboards.what_if_messages import Answer, Begun, Cancel, Dropped, Failed, Job, Ready, Step, Unusable
from dashboards.what_if_problems import Problem, ScenarioProblems, without_paths
from dashboards.what_if_question import Question
from dashboards.what_if_store import Store
from dashboards.what_if_worker import Setting


class Pretended:
    """A worker that only listens; the test speaks for it."""

    made: list[Pretended] = []

    def __init__(self, _setting: Setting, hear: Any, gone: Any) -> None:
        self.heard: list[Any] = []
        self.ended = False
        self._hear, self._gone = hear, gone
        self.pid = len(self.made) + 1
        self.made.append(self)

    def tell(self, message: object) -> None:
        self.heard.append(message)

    def says(self, *messages: object) -> None:
        for message in messages:
            self._hear(self, message)

    def end(self) -> None:
        self.ended = True
        self.crashes()

    def crashes(self) -> None:
        self._gone(self)

    def numbers(self) -> list[int]:
        return [message.number for message in self.heard if isinstance(message, Job)]


@pytest.fixture
def kept() -> dict[str, Any]:
    return {}


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch, kept: dict[str, Any]) -> JobsOfRun:
    Pretended.made = []
    monkeypatch.setattr(what_if_jobs, "WorkerProcess", Pretended)
    return JobsOfRun(Setting("run", "folder", "key", [], ""), kept.__setitem__, answer_s=0.1)


def question(key: str) -> Question:
    return Question(key, {"name": key})


def worker() -> Pretended:
    return Pretended.made[-1]


def test_nothing_is_started_before_anybody_asks(jobs: JobsOfRun) -> None:
    assert Pretended.made == []
    assert jobs.pid is None
    jobs.prepare()
    jobs.prepare()
    assert len(Pretended.made) == 1


def test_a_job_goes_through_its_states(jobs: JobsOfRun, kept: dict[str, Any]) -> None:
    assert jobs.status("a").state == "unknown"
    jobs.submit(question("a"), "x")
    assert (jobs.status("a").state, jobs.status("a").step) == ("loading", "loading")
    worker().says(Ready(1.0))
    assert jobs.status("a").state == "preparing"  # nobody else's question is before it
    worker().says(Begun(1), Step(1, "walks", 0.1))
    status = jobs.status("a")
    assert (status.state, status.step, status.share) == ("computing", "walks", 0.1)
    worker().says(Answer(1, b"first", False))
    assert jobs.status("a").state == "first"
    assert kept["a"].content == b"first"
    worker().says(Begun(1), Step(1, "register", 0.9), Answer(1, b"all", True))
    assert (jobs.status("a").state, jobs.status("a").share) == ("done", 1.0)
    assert kept["a"].content == b"all"


def test_progress_never_goes_back(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Ready(1.0), Begun(1), Step(1, "measures", 0.2), Step(1, "changes", 0.02))
    assert jobs.status("a").share == 0.2


def test_equal_questions_are_computed_once(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.submit(question("a"), "y")
    assert worker().numbers() == [1]


def test_it_is_told_how_many_wait_before(jobs: JobsOfRun) -> None:
    jobs.prepare()
    worker().says(Ready(1.0))
    for key in "abc":
        jobs.submit(question(key), key)
    assert [jobs.status(key).ahead for key in "abc"] == [0, 1, 2]
    worker().says(Begun(1))
    assert [jobs.status(key).ahead for key in "abc"] == [0, 0, 1]


# ---- giving up


def test_a_job_is_given_up_when_the_last_who_waits_does(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.submit(question("a"), "y")
    jobs.cancel("a", "x")
    assert jobs.status("a").state == "loading"
    jobs.cancel("a", "y")
    assert jobs.status("a").state == "cancelled"
    assert worker().heard[-1] == Cancel(1)


def test_a_stranger_gives_up_nobodys_job(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.cancel("a", "stranger")
    jobs.cancel("b", "x")
    assert jobs.status("a").state == "loading"


def test_an_answer_that_comes_after_giving_up_is_not_kept(jobs: JobsOfRun, kept: dict[str, Any]) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Ready(1.0), Begun(1))
    jobs.cancel("a", "x")
    worker().says(Answer(1, b"late", True))
    assert kept == {}
    assert jobs.status("a").state == "cancelled"


def test_asked_again_after_giving_up_it_is_a_new_job(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Ready(1.0), Begun(1))
    jobs.cancel("a", "x")
    jobs.submit(question("a"), "x")
    worker().says(Dropped(1))
    assert jobs.status("a").state == "preparing"
    worker().says(Begun(2), Answer(2, b"", True))
    assert jobs.status("a").state == "done"


def test_a_worker_that_does_not_give_up_is_ended_and_the_others_go_to_a_new_one(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.submit(question("b"), "y")
    stuck = worker()
    stuck.says(Ready(1.0), Begun(1))
    jobs.cancel("a", "x")
    latest = time.monotonic() + 5
    while not stuck.ended and time.monotonic() < latest:
        time.sleep(0.01)
    assert stuck.ended
    assert worker() is not stuck
    assert worker().numbers() == [2]
    assert (jobs.status("a").state, jobs.status("b").state) == ("cancelled", "loading")


def test_a_worker_that_is_at_the_job_of_another_has_time_to_give_up(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.submit(question("b"), "y")
    worker().says(Ready(1.0), Begun(1), Answer(1, b"", False), Begun(1), Begun(2))
    jobs.cancel("a", "x")
    time.sleep(0.3)
    assert not worker().ended
    worker().says(Answer(2, b"", False))
    latest = time.monotonic() + 5
    while not Pretended.made[0].ended and time.monotonic() < latest:
        time.sleep(0.01)
    assert Pretended.made[0].ended


def test_a_worker_that_gives_up_in_time_stays(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Ready(1.0), Begun(1))
    jobs.cancel("a", "x")
    worker().says(Dropped(1))
    time.sleep(0.3)
    assert not worker().ended
    assert len(Pretended.made) == 1


# ---- crashes


def test_a_crash_fails_the_job_under_way_and_no_other(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.submit(question("b"), "y")
    dead = worker()
    dead.says(Ready(1.0), Begun(1))
    dead.crashes()
    assert jobs.status("a").state == "failed"
    assert [problem.key for problem in jobs.status("a").problems] == ["crashed"]
    assert worker().numbers() == [2]
    worker().says(Ready(1.0), Begun(2), Answer(2, b"", True))
    assert jobs.status("b").state == "done"


def test_a_crash_in_the_certainty_of_one_keeps_first_results_of_another_in_the_queue(jobs: JobsOfRun) -> None:
    for key in "ab":
        jobs.submit(question(key), key)
    worker().says(Ready(1.0), Begun(1), Answer(1, b"", False), Begun(2), Answer(2, b"", False), Begun(1))
    worker().crashes()
    assert (jobs.status("a").state, jobs.status("b").state) == ("failed", "first")
    assert worker().numbers() == [2]


def test_what_waits_half_done_while_another_crashes_is_tried_once_more(jobs: JobsOfRun) -> None:
    for key in "abc":
        jobs.submit(question(key), key)
    worker().says(Ready(1.0), Begun(1), Answer(1, b"", False), Begun(1), Begun(2))
    worker().crashes()
    assert (jobs.status("a").state, jobs.status("b").state) == ("first", "failed")
    worker().says(Ready(1.0), Begun(1), Answer(1, b"", False), Begun(1), Begun(3))
    worker().crashes()
    assert (jobs.status("a").state, jobs.status("c").state) == ("failed", "failed")
    assert len(Pretended.made) == 2


def test_a_crash_while_loading_fails_all_and_the_next_question_gets_a_new_worker(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().crashes()
    assert [problem.key for problem in jobs.status("a").problems] == ["crashed_loading"]
    assert jobs.pid is None
    jobs.submit(question("a"), "x")
    assert jobs.status("a").state == "loading"


def test_a_run_that_cannot_be_loaded_says_why(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Unusable([Problem(english="its inputs are gone")]))
    worker().crashes()
    assert jobs.status("a").message == "its inputs are gone"
    assert jobs.pid is None


def test_an_idle_worker_that_ends_just_when_a_job_comes_is_replaced(jobs: JobsOfRun) -> None:
    jobs.prepare()
    worker().says(Ready(1.0))
    jobs.submit(question("a"), "x")
    worker().crashes()
    assert jobs.status("a").state == "loading"
    assert worker().numbers() == [1]


def test_a_failed_job_tells_its_problems_and_is_no_obstacle(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    worker().says(Ready(1.0), Begun(1), Failed(1, [Problem(english="no such line")]))
    assert (jobs.status("a").state, jobs.status("a").message) == ("failed", "no such line")
    jobs.submit(question("a"), "x")
    assert worker().numbers() == [1, 2]


# ---- limits


def test_a_full_queue_refuses_politely(jobs: JobsOfRun) -> None:
    for number in range(MOST_JOBS):
        jobs.submit(question(f"{number}"), f"{number}")
    with pytest.raises(ScenarioProblems, match="full"):
        jobs.submit(question("one more"), "z")
    jobs.submit(question("0"), "z")  # joins


def test_one_browser_cannot_fill_the_queue(jobs: JobsOfRun) -> None:
    for number in range(MOST_OF_ONE):
        jobs.submit(question(f"{number}"), "x")
    with pytest.raises(ScenarioProblems, match="full_of_yours"):
        jobs.submit(question("one more"), "x")
    jobs.submit(question("of another"), "y")


def test_closing_ends_the_worker_and_cancels_all(jobs: JobsOfRun) -> None:
    jobs.submit(question("a"), "x")
    jobs.close()
    assert worker().ended
    assert jobs.status("a").state == "cancelled"
    assert len(Pretended.made) == 1


# ---- store


def test_the_least_recently_used_makes_room() -> None:
    store: Store[str] = Store(10)
    store.put("a", "A", 4)
    store.put("b", "B", 4)
    assert store.get("a") == "A"
    store.put("c", "C", 4)
    assert (store.get("a"), store.get("b"), store.get("c")) == ("A", None, "C")
    assert store.size == 8


def test_the_newest_is_kept_even_where_it_is_too_large() -> None:
    store: Store[str] = Store(10)
    store.put("a", "A", 4)
    store.put("b", "B", 40)
    assert (store.get("a"), store.get("b"), len(store)) == (None, "B", 1)
    store.put("b", "B", 3)
    assert store.size == 3


# ---- words


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("/srv/data/city/bus.zip: is gone", "bus.zip: is gone"),
        ("the zip '/tmp/x/planned.zip' is damaged", "the zip 'planned.zip' is damaged"),
        (r"C:\data\city\bus.zip: is gone", "bus.zip: is gone"),
        ("residents/ha, 3/4 of 1 km/h", "residents/ha, 3/4 of 1 km/h"),
        ("between 07:00 and 10:55", "between 07:00 and 10:55"),
    ],
)
def test_folders_of_this_machine_are_not_told(told: str, shown: str) -> None:
    assert without_paths(told) == shown

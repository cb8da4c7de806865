"""What-if questions computed by a real worker process, of the city on one street; one worker for all."""

from __future__ import annotations

import base64
import dataclasses
import io
import os
import pickle
import signal
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import builders_city as city
import pandas as pd
import psutil
import pytest
from builders_streets import at
from builders_what_if import EVERY_5, FEW, NO_BUS, finished_city, scenario, waited

from access.comparison import compare
from access.comparison_bill import bill_of, difference_of_bills
from access.comparison_certainty import CertaintyOfBase
from access.comparison_files import ComparedScenario, write_comparison
from access.comparison_register import register_change
from access.errors import DataQualityWarning
from access.scenario import Scenario
from access.warm_run import STEPS, WarmRun, load_run
from access.watch import Cancelled, Watch
from dashboards import what_if_worker
from dashboards.exports import csv_of, package_of, side_by_side_of
from dashboards.run_data import Runs
from dashboards.what_if import ScenarioProblems, WhatIf
from dashboards.what_if_messages import CERTAINTY, FIRST, Begun, Dropped, Job
from dashboards.what_if_queue import Task
from dashboards.what_if_read import read_of
from dashboards.what_if_worker import Setting, Worker

pytestmark = [
    pytest.mark.filterwarnings("ignore:income deciles"),
    pytest.mark.filterwarnings("ignore:All travel times are walks"),
]
RUN = "run"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished_city(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def asked(folder: Path) -> Iterator[WhatIf]:
    """Serves all tests; its worker is started by the first question."""
    found = WhatIf(Runs([folder]))
    yield found
    found.close()


@pytest.fixture(scope="module")
def warm(folder: Path) -> WarmRun:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return load_run(folder)


def upload(feed: Any, folder: Path) -> str:
    """Return a timetable as a browser sends it."""
    feed.write(folder / "planned.zip")
    return "data:application/zip;base64," + base64.b64encode((folder / "planned.zip").read_bytes()).decode()


# ---- numbers


def test_the_app_tells_the_numbers_of_the_command_line(asked: WhatIf, warm: WarmRun, tmp_path: Path) -> None:
    key = asked.start(RUN, scenario(EVERY_5))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        written = Scenario.model_validate(scenario(EVERY_5))
        evaluated = warm.evaluate(written)
        certain = CertaintyOfBase.of(warm)
        certainty = certain.of_scenario(evaluated)
        ranges = certainty.ranges()
        comparison = compare(warm.base, evaluated, certainty.floor, ranges, ranges)
        bill = difference_of_bills(bill_of(warm.base), bill_of(evaluated))
        register = register_change(warm.base, evaluated, certain, certainty)
        compared = ComparedScenario(written, None, evaluated, comparison, bill, register)
        out = write_comparison(tmp_path / "out", warm, [compared], report=False)
    assert waited(asked, RUN, key).state == "done"
    result = asked.result(RUN, key)
    assert result is not None
    assert (result.final, result.quantified) == (True, True)
    for name in ("table", "winners", "rights", "benefit", "bill"):
        wanted = pd.read_parquet(out / f"{name}.parquet").drop(columns="scenario")
        getattr(result, name).to_parquet(tmp_path / "came.parquet", index=False)
        came = pd.read_parquet(tmp_path / "came.parquet").drop(columns="scenario", errors="ignore")
        pd.testing.assert_frame_equal(came, wanted, check_dtype=False, obj=name)
    cells = pd.read_parquet(out / "cells.parquet").set_index("id").drop(columns=["scenario", "geometry"])
    came = result.cells.set_index("id").loc[cells.index].drop(columns="scenario", errors="ignore")
    pd.testing.assert_frame_equal(came, cells, check_dtype=False, check_categorical=False)


def test_twice_as_many_buses_are_told_as_such(asked: WhatIf) -> None:
    """24 trips of 20 minutes a day become 47 or 48."""
    key = asked.start(RUN, scenario(EVERY_5))
    waited(asked, RUN, key)
    result = asked.result(RUN, key)
    assert result is not None
    assert result.headline["vehicle_hours"]["base"] == pytest.approx(7 * 24 * 20 / 60)
    assert result.headline["vehicle_hours"]["change"] == pytest.approx(7 * 23 * 20 / 60, rel=0.1)
    assert [check["state"] for check in result.checks] == ["not checked", "passed", "passed"]
    assert result.reports[0]["text"]["fr"].startswith("1 ligne")
    assert {feature["properties"]["kind"] for feature in result.lines["features"]} == {"changed"}
    assert result.cells["id"].tolist() == Runs([Path(asked._runs._folders[RUN])]).get(RUN).cell_ids


def test_few_residents_are_hidden_before_the_answer_leaves_the_worker(asked: WhatIf) -> None:
    key = asked.start(RUN, scenario(NO_BUS))
    waited(asked, RUN, key)
    result = asked.result(RUN, key)
    assert result is not None
    few = result.cells[result.cells["population"] < FEW]
    assert len(few) == 1
    assert few["income"].isna().all()
    counts = result.winners.filter(like="residents").to_numpy(dtype=float)
    assert not ((counts > 0) & (counts < FEW)).any()


def test_an_answer_serves_the_pages_and_the_exports(asked: WhatIf) -> None:
    keys = [asked.start(RUN, scenario(change, name=change["type"])) for change in (EVERY_5, NO_BUS)]
    for key in keys:
        assert waited(asked, RUN, key).state == "done"
    results = [asked.result(RUN, key) for key in keys]
    found = [result for result in results if result is not None]
    data = asked._runs.get(RUN)
    frame, names = side_by_side_of(found)
    assert list(names) == ["adjust-frequency", "remove-trips"]
    assert {"base", *names} <= set(frame.columns)
    assert set(csv_of(found)) >= {"side_by_side.csv", "table.csv", "cells.csv"}
    assert package_of(found, data)[:15] == b"SQLite format 3"
    read = read_of(found[1], data)
    assert (read.quantified, len(read.cells if hasattr(read, "cells") else read.run.cells)) == (True, 2)


# ---- several who ask


def test_two_who_ask_different_things_at_once_never_get_each_others_answer(asked: WhatIf) -> None:
    changes = {"a": NO_BUS, "b": EVERY_5, "c": {"type": "adjust-speed", "routes": ["R"], "scale": 2.0}}
    got: dict[str, Any] = {}

    def ask(client: str) -> None:
        key = asked.start(RUN, scenario(changes[client], name=client), client=client)
        waited(asked, RUN, key)
        got[client] = asked.result(RUN, key)

    threads = [threading.Thread(target=ask, args=(client,)) for client in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client, change in changes.items():
        assert got[client].name["en"] == client
        assert [each["type"] for each in got[client].reports] == [change["type"]]
        assert got[client].scenario["modifications"][0]["type"] == change["type"]
    assert len({result.key for result in got.values()}) == 3


def test_first_results_come_before_all_is_known(asked: WhatIf) -> None:
    key = asked.start(RUN, scenario(EVERY_5, name="in two steps"))
    seen = []
    while not (status := asked.status(RUN, key)).ended:
        result = asked.result(RUN, key)
        seen.append((status.state, result.final if result else None))
        time.sleep(0.002)
    assert ("first", False) in seen
    final = asked.result(RUN, key)
    assert final is not None
    assert final.final


def test_an_answer_of_one_run_is_none_of_another(asked: WhatIf) -> None:
    key = asked.start(RUN, scenario(EVERY_5))
    waited(asked, RUN, key)
    assert asked.result("another", key) is None
    assert asked.status("another", key).state == "unknown"


# ---- what cannot be computed


def test_a_line_that_is_not_there_fails_in_words_and_the_next_question_is_answered(asked: WhatIf) -> None:
    key = asked.start(RUN, scenario({"type": "remove-trips", "routes": ["no such line"]}))
    status = waited(asked, RUN, key)
    assert status.state == "failed"
    assert "no such line" in status.message
    assert asked.result(RUN, key) is None
    assert waited(asked, RUN, asked.start(RUN, scenario(EVERY_5))).state == "done"


def test_a_cancelled_question_leaves_the_base_as_it_was(asked: WhatIf) -> None:
    before = asked.result(RUN, _done(asked, NO_BUS))
    key = asked.start(RUN, scenario(NO_BUS, EVERY_5, name="given up"), client="x")
    asked.cancel(RUN, key, client="x")
    assert asked.status(RUN, key).state == "cancelled"
    after = asked.result(RUN, _done(asked, NO_BUS, name="test again"))
    assert before is not None
    assert after is not None
    pd.testing.assert_frame_equal(before.table.drop(columns="scenario"), after.table.drop(columns="scenario"))


def test_a_killed_worker_fails_its_job_and_the_next_question_gets_a_new_one(
    asked: WhatIf, folder: Path
) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    waited(asked, RUN, asked.start(RUN, scenario(EVERY_5)))
    pid = asked.pid(RUN)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it is at the job for sure
    key = asked.start(RUN, scenario(NO_BUS, name="killed"))
    _at_it(asked, key, pid)
    os.kill(pid, signal.SIGKILL)
    again = asked.start(RUN, scenario(NO_BUS, name="after it"))
    assert waited(asked, RUN, again).state == "done"
    assert asked.status(RUN, key).state in ("failed", "done")
    assert asked.pid(RUN) != pid
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def _at_it(asked: WhatIf, key: str, pid: int) -> None:
    """Let the worker go on until it has taken the job up."""
    os.kill(pid, signal.SIGCONT)
    while asked.status(RUN, key).state in ("queued", "loading"):
        time.sleep(0.001)


def _done(asked: WhatIf, change: dict[str, Any], name: str = "test") -> str:
    key = asked.start(RUN, scenario(change, name=name))
    assert waited(asked, RUN, key).state == "done"
    return key


def test_a_run_computed_again_meanwhile_is_not_mixed_with_the_one_shown(folder: Path) -> None:
    setting = Setting(RUN, str(folder), "another manifest", [], "")
    sent: list[Any] = []
    worker = Worker(SimpleNamespace(send=sent.append), setting)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        assert not worker._load()
    assert [problem.key for problem in sent[0].problems] == ["changed_on_disk"]


# ---- planned timetables and exports


def test_a_planned_timetable_takes_the_place_of_a_feed(asked: WhatIf, tmp_path: Path) -> None:
    """One bus at 08:00 and no other: within the hour few arrive, so that the median never does."""
    planned = city.bus_feed()
    found = asked.uploads.keep_timetable(upload(planned, tmp_path))
    key = asked.start(RUN, scenario(name="as it is"), planned={"bus": found})
    assert waited(asked, RUN, key).state == "done"
    result = asked.result(RUN, key)
    assert result is not None
    assert result.headline["mean"]["change"] == 0
    assert result.reports[0]["type"] == "planned-timetable"
    assert result.timetables_only
    assert result.planned == {"bus": found}
    assert key != asked.key_of(RUN, scenario(EVERY_5, name="as it is"))
    both = asked.start(RUN, scenario(NO_BUS, name="as it is"), planned={"bus": found})
    assert both not in (key, asked.key_of(RUN, scenario(NO_BUS, name="as it is")))


def test_a_planned_timetable_of_other_days_is_refused_with_the_way_out(asked: WhatIf, tmp_path: Path) -> None:
    planned = city.bus_feed()
    planned.write(tmp_path / "planned.zip")
    found = asked.uploads.keep_timetable(_other_year(tmp_path / "planned.zip"))
    key = asked.start(RUN, scenario(name="next year"), planned={"bus": found})
    status = waited(asked, RUN, key)
    assert status.state == "failed"
    assert "nothing runs on 2024-03-06" in status.message
    assert "from 2031-01-01 to 2031-12-31: set its calendar" in status.message
    unknown = asked.start(RUN, scenario(name="no such feed"), planned={"tram": found})
    assert "no feed 'tram'; its feeds are 'bus'" in waited(asked, RUN, unknown).message


def test_an_upload_that_made_room_must_come_again(asked: WhatIf) -> None:
    with pytest.raises(ScenarioProblems, match="upload_gone"):
        asked.start(RUN, scenario(), planned={"bus": "0" * 64})


def _other_year(file: Path) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(packed, "w") as new:
        for member in old.namelist():
            new.writestr(
                member, old.read(member).replace(b"20240101", b"20310101").replace(b"20241", b"20311")
            )
    return "data:application/zip;base64," + base64.b64encode(packed.getvalue()).decode()


def test_the_timetable_of_a_scenario_is_exported_without_folders_of_this_machine(
    asked: WhatIf, folder: Path
) -> None:
    key = asked.start_export(RUN, scenario(EVERY_5))
    assert waited(asked, RUN, key).state == "done"
    files = asked.export(RUN, key)
    assert files is not None
    assert set(files) == {
        "bus.zip",
        "bill.csv",
        "differences.csv",
        "differences.en.txt",
        "differences.fr.txt",
    }
    with zipfile.ZipFile(io.BytesIO(files["bus.zip"])) as archive:
        assert "trips.txt" in archive.namelist()
    assert not any(str(folder.parent).encode() in content for content in files.values())
    stop = {
        "type": "add-opportunities",
        "service": "jobs",
        "count": 1,
        "at": dict(zip(("lon", "lat"), at(0, 0), strict=True)),
    }
    with pytest.raises(ScenarioProblems, match="planned_no_export"):
        asked.start_export(RUN, scenario(EVERY_5), planned={"bus": "0" * 64})
    none = asked.start_export(RUN, scenario(stop))
    assert "changes no timetable" in waited(asked, RUN, none).message


# ---- steps


def test_every_step_is_told_and_can_be_the_last(warm: WarmRun) -> None:
    told: list[str] = []
    warm.evaluate(Scenario.model_validate(scenario(EVERY_5)), watch=Watch(told.append))
    assert tuple(told) == STEPS

    def stop(step: str) -> None:
        if step == "travel times":
            raise Cancelled

    with pytest.raises(Cancelled):
        warm.evaluate(Scenario.model_validate(scenario(EVERY_5)), watch=Watch(stop))


def test_first_results_of_another_pass_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    worker = Worker(SimpleNamespace(send=sent.append), Setting(RUN, "", "", [], ""))  # type: ignore[arg-type]
    done: list[str] = []
    monkeypatch.setattr(worker, "_first", lambda task: done.append(task.job.key))
    slow = Task(CERTAINTY, 1, Job(1, CERTAINTY, "slow", {}))
    worker._put(Task(CERTAINTY, 2, Job(2, CERTAINTY, "waits", {})))
    worker._put(Task(FIRST, 3, Job(3, FIRST, "quick", {})))
    worker._told(slow, "scenario", 0.5)
    assert done == ["quick"]
    assert [type(message).__name__ for message in sent] == ["Step", "Begun"]
    worker._drop(1)
    with pytest.raises(Cancelled):
        worker._told(slow, "scenario", 0.6)


def test_a_job_given_up_while_it_waits_never_begins() -> None:
    sent: list[Any] = []
    worker = Worker(SimpleNamespace(send=sent.append), Setting(RUN, "", "", [], ""))  # type: ignore[arg-type]
    worker._put(Task(FIRST, 4, Job(4, FIRST, "a", {})))
    worker._drop(4)
    assert sent == [Dropped(4)]
    worker._drop(5)
    worker._do(Task(FIRST, 5, Job(5, FIRST, "b", {})))
    assert sent[1:] == [Begun(5), Dropped(5)]
    worker._drop(6)
    worker._put(Task(CERTAINTY, 6, Job(6, FIRST, "c", {})))  # given up between its two steps
    assert sent[3:] == [Dropped(6)]
    assert len(worker._waiting) == 0


def test_an_idle_worker_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(SimpleNamespace(send=id), Setting(RUN, "", "", [], "", idle_s=0.01))  # type: ignore[arg-type]
    assert worker._waiting.next(worker.setting.idle_s) is None


def test_the_server_loads_no_engine_for_what_if_questions() -> None:
    """Its process stays small; the worker alone holds compiled code."""
    import subprocess

    code = "import sys, dashboards.what_if; print('numba' in sys.modules, 'dash' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]
    assert what_if_worker.work.__module__ == "dashboards.what_if_worker"


def test_closing_leaves_no_process_and_no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    made: list[str] = []
    real = tempfile.mkdtemp
    monkeypatch.setattr(
        "dashboards.what_if_process.tempfile.mkdtemp", lambda **given: made.append(real(**given)) or made[-1]
    )
    own = WhatIf(Runs([folder]))
    own.prepare(RUN)
    pid = own.pid(RUN)
    assert pid is not None
    own.close()
    latest = time.monotonic() + 10
    while (psutil.pid_exists(pid) or Path(made[0]).exists()) and time.monotonic() < latest:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid)
    assert not Path(made[0]).exists()


def test_a_worker_whose_server_was_killed_removes_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise EOFError

    monkeypatch.setattr(what_if_worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr(what_if_worker.tqdm, "set_lock", lambda _: None)
    own = tmp_path / "own"
    own.mkdir()
    (own / "planned.zip").write_bytes(b"x")
    ears = SimpleNamespace(send=id, recv=gone)
    what_if_worker.work(ears, Setting(RUN, str(tmp_path / "no run"), "", [], str(own)))  # type: ignore[arg-type]
    assert not own.exists()


def test_an_answer_is_plain_and_can_be_sent(asked: WhatIf) -> None:
    result = asked.result(RUN, _done(asked, EVERY_5))
    assert result is not None
    again = pickle.loads(pickle.dumps(result))  # noqa: S301
    assert dataclasses.asdict(again)["headline"].keys() == result.headline.keys()

"""Ten years of the demo city from end to end: every planted harm is found in time, and noise stays quiet.

The whole histories take minutes; ``fairreach demo-history`` makes the same for a look by hand.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from access.attribution import key_of, why
from access.attribution_pick import picked_snapshots
from access.backtest import BackTest, back_test
from access.backtest_truth import read_truth
from access.demo_history import CITY, QUIET_CITY, run_history
from access.observatory_read import KEY
from access.observatory_store import reading

CONFIGS = Path(__file__).parents[1] / "configs"
TRUTH = read_truth(CONFIGS / "demo-history.yaml")
QUIET_TRUTH = read_truth(CONFIGS / "demo-history-quiet.yaml")
JOBS = dict(zip(KEY, ("right_residents", "jobs", "peak", 60, "eu_jobs", "all"), strict=True))
CARE = dict(
    zip(KEY, ("right_residents", "primary_care", "midday", 20, "eu_primary_care", "all"), strict=True)
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("history")
    path = folder / "store.duckdb"
    run_history(folder / "city", path)
    return path


@pytest.fixture(scope="module")
def found(store: Path) -> BackTest:
    with reading(store) as opened:
        return back_test(opened, CITY, TRUTH)


def test_the_history_goes_on_where_it_stopped(store: Path, tmp_path: Path) -> None:
    assert run_history(tmp_path / "city", store) == []


def test_every_planted_harm_is_found_within_two_snapshots_but_the_slow_one(found: BackTest) -> None:
    assert TRUTH.within_snapshots == 2
    slow = {each.id: each.within_snapshots for each in TRUTH.planted if each.within_snapshots is not None}
    assert slow == {"estate_grows": 6}
    assert found.misses == []


def test_what_is_good_clears_the_alerts_that_it_ends(found: BackTest) -> None:
    good = found.planted[found.planted["effect"] == "good"]
    assert list(good["id"][~good["found"].astype(bool)]) == []


def test_noise_raises_at_most_one_false_alarm_in_fifty_snapshot_rules(found: BackTest) -> None:
    assert found.snapshot_rules >= 90
    assert found.false_per_50 is not None
    assert found.false_per_50 <= 1


def test_a_history_of_noise_alone_raises_at_most_one_false_alarm_in_fifty_snapshot_rules(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("quiet")
    run_history(folder / "city", folder / "store.duckdb", seed=3, planted=False)
    with reading(folder / "store.duckdb") as opened:
        quiet = back_test(opened, QUIET_CITY, QUIET_TRUTH)
    assert quiet.snapshot_rules >= 450
    assert quiet.false_per_50 is not None
    assert quiet.false_per_50 <= 1


@pytest.mark.parametrize(
    ("number", "days", "cause"),
    [
        (JOBS, ("2017-06-14", "2017-09-13"), "timetable"),
        (CARE, ("2021-12-08", "2022-03-09"), "opportunities"),
    ],
)
def test_the_cause_of_a_planted_harm_is_named(store: Path, number: dict, days: tuple, cause: str) -> None:
    ends = picked_snapshots(store, days, CITY)
    moved = why(store, ends[0].snapshot, ends[1].snapshot, [key_of(number)])[0]
    assert moved.shares[cause] > 0.8
    assert moved.residual is not None
    assert math.isclose(moved.residual, 0, abs_tol=1e-6 * abs(moved.before or 1))

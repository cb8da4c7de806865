from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from access.warning_episodes import (
    Candidate,
    Episode,
    NotJudged,
    Seen,
    Status,
    reference_of,
    significant,
    walk,
)
from access.warning_rules import Counting, DataRule, shipped_rules

COUNTING = shipped_rules().counting
RULE = next(rule for rule in shipped_rules().rules if isinstance(rule, DataRule))
MARKS: dict[str, Status] = {"!": "holds", "-": "between", ".": "good", "?": "unknown"}


def days(n: int, apart: int = 91) -> list[dt.date]:
    return [dt.date(2020, 1, 1) + dt.timedelta(days=apart * k) for k in range(n)]


class Written:
    """A rule that sees what is written: one mark a snapshot."""

    def __init__(self, marks: str) -> None:
        self.rule = RULE
        self.begun: Sequence[Episode] = ()
        self.marks = marks

    def candidates(self, now: int, opened: Sequence[Episode]) -> Iterator[Candidate | NotJudged]:
        if not opened:
            yield Candidate({"feed": "bus"}, None, self.marks[now] == "!", Seen(now=now), None)

    def follow(self, episode: Episode, now: int) -> tuple[Status, Seen]:
        return MARKS[self.marks[now]], Seen(now=now)


def told(marks: str, apart: int = 91) -> list[tuple[int, str, int]]:
    """Alerts of a line of marks: since, state, snapshots."""
    found, _ = walk([Written(marks)], days(len(marks), apart), COUNTING, 0.05)
    return [(each.since, each.state(COUNTING), each.n_snapshots) for each in found]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("....", []),
        (".!", [(1, "notice", 1)]),
        (".!!", [(1, "warning", 2)]),
        (".!!!", [(1, "warning", 3)]),
        (".!!!!", [(1, "entrenched", 4)]),
        (".!.", [(1, "cleared", 1)]),
        (".!!.", [(1, "warning", 2)]),
        (".!!..", [(1, "cleared", 2)]),
        (".!!.!", [(1, "warning", 3)]),
        (".!!.-.", [(1, "warning", 2)]),
        (".!-", [(1, "notice", 1)]),
        (".!-!", [(1, "warning", 2)]),
        (".!!-----", [(1, "warning", 2)]),
        (".!?!", [(1, "warning", 2)]),
        (".!!.?.", [(1, "cleared", 2)]),
        (".!.!", [(1, "cleared", 1), (3, "notice", 1)]),
        (".!!..!!!!", [(1, "cleared", 2), (5, "entrenched", 4)]),
    ],
)
def test_two_snapshots_make_a_warning_four_entrench_it_two_good_ones_clear_it(
    marks: str, expected: list[tuple[int, str, int]]
) -> None:
    assert told(marks) == expected


def test_a_snapshot_a_day_does_not_make_a_warning_in_two_days() -> None:
    assert told(".!!", apart=1) == [(1, "notice", 1)]
    assert told("." + "!" * 15, apart=1) == [(1, "warning", 2)]


def test_nor_do_two_good_days_clear_one() -> None:
    quarters = days(3)
    daily = [*quarters, quarters[-1] + dt.timedelta(days=91), quarters[-1] + dt.timedelta(days=92)]
    found, _ = walk([Written(".!!..")], daily, COUNTING, 0.05)
    assert found[0].state(COUNTING) == "warning"


@pytest.mark.parametrize("marks", [".!!..!!!!", ".!-!.?!..!", "!!!!....!!"])
def test_what_is_said_at_a_snapshot_does_not_depend_on_later_ones(marks: str) -> None:
    for known in range(1, len(marks) + 1):
        early = told(marks[:known])
        late = [each[0] for each in told(marks) if each[0] < known]
        assert [each[0] for each in early] == late


def test_the_reference_is_the_median_of_the_last_three() -> None:
    values = np.array([100, 50, 101, 99, 0.0])
    assert reference_of(values, days(5), 4, 0, COUNTING) == 3  # of 50, 101 and 99
    assert reference_of(values, days(5), 3, 0, COUNTING) == 0  # of 100, 50 and 101
    assert reference_of(values, days(5), 4, 3, COUNTING) == 3


def test_of_two_the_later_is_the_reference_and_of_equal_ones_too() -> None:
    assert reference_of(np.array([100, 50, 0.0]), days(3), 2, 0, COUNTING) == 1
    assert reference_of(np.array([50, 100, 0.0]), days(3), 2, 0, COUNTING) == 1
    assert reference_of(np.array([7, 7, 7, 0.0]), days(4), 3, 0, COUNTING) == 2


def test_without_a_known_earlier_snapshot_there_is_no_reference() -> None:
    assert reference_of(np.array([5.0]), days(1), 0, 0, COUNTING) is None
    assert reference_of(np.array([np.nan, 5]), days(2), 1, 0, COUNTING) is None
    assert reference_of(np.array([3, np.nan, 5]), days(3), 2, 0, COUNTING) == 0


def test_snapshots_of_one_week_are_one_reference() -> None:
    """Three runs of one bad week must not outvote the quarters before."""
    quarter = days(3)
    close = [quarter[-1] + dt.timedelta(days=k) for k in (88, 89, 90)]
    values = np.array([100, 101, 102, 40, 41, 42, 0.0])
    assert reference_of(values, [*quarter, *close, quarter[-1] + dt.timedelta(days=110)], 6, 0, COUNTING) == 1
    assert reference_of(values[:3], days(3, apart=1), 2, 0, COUNTING) == 1  # all too close: the newest


def candidate(p_value: float | None, *, enough: bool = True) -> Candidate:
    return Candidate({}, p_value, enough, Seen(), None)


def test_one_in_twenty_tests_by_chance_is_no_alert() -> None:
    tested = [candidate(0.04)] + [candidate(p_value) for p_value in np.linspace(0.1, 1, 19)]
    assert significant(tested, 0.05) == []
    assert significant([candidate(0.04)], 0.05) != []


def test_tests_of_what_is_too_small_to_matter_count_among_the_tests() -> None:
    one = candidate(0.01)
    assert significant([one, candidate(0.9, enough=False)], 0.05) == [one]
    assert significant([one, *[candidate(0.9, enough=False)] * 9], 0.05) == []


def test_a_chance_equal_to_the_rate_is_significant_and_small_ones_need_size_too() -> None:
    assert len(significant([candidate(0.05)], 0.05)) == 1
    assert significant([candidate(1e-9, enough=False)], 0.05) == []
    assert significant([], 0.05) == []


def test_a_count_without_error_is_no_test() -> None:
    count, tested = candidate(None), candidate(0.04)
    assert significant([count] * 30 + [tested], 0.05) == [count] * 30 + [tested]


def test_counting_in_the_wrong_order_is_refused() -> None:
    given = COUNTING.model_dump() | {"entrenched_after": 2}
    with pytest.raises(ValueError, match="give more than warning_after, 2"):
        Counting(**given)

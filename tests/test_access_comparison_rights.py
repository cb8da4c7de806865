"""Rights gained and lost, by cell and group."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from builders_rights import catalogue, raw_right, reach_by

from access.comparison_notes import NO_DATA
from access.comparison_rights import RightChange, changes_of_rights, names_by_cell, rights_rows
from access.rights import EvaluatedRight, evaluate_rights
from access.rights_catalogue import RightsCatalogue
from access.rights_requests import Missing
from access.rights_residents import RightsResidents

PEAK = ("hospital", "weekday_peak", "usual")
POPULATION = np.array([100.0, 200, 300, 400])


def judged(
    answers: dict[tuple[str, ...], Any],
    chosen: RightsCatalogue | None = None,
    snapped: Any = (True, True, True, True),
) -> tuple[EvaluatedRight, ...]:
    chosen = chosen or catalogue()
    return evaluate_rights([chosen], reach_by(answers), {"hospital": 10.0}, np.array(snapped)).as_written


def rows(changes: list[RightChange], **residents: Any) -> dict[str, dict[str, Any]]:
    who = RightsResidents(**{"population": POPULATION, **residents})
    shares = {"poorest40": np.array([1.0, 0.5, 0, 0])}
    return {str(row["group"]): row for row in rights_rows(changes, who, shares)}


def test_two_hospitals_are_needed_who_gains_and_who_loses_on_paper() -> None:
    """Reached were 1, 2, 2 and 0 hospitals, then 2, 1, 3 and 1."""
    changes = changes_of_rights(judged({PEAK: [1, 2, 2, 0]}), judged({PEAK: [2, 1, 3, 1]}))
    found = rows(changes)
    everybody = found["all"]
    assert (everybody["gaining"], everybody["losing"]) == (100, 200)
    assert (everybody["base_unmet"], everybody["unmet"]) == (500, 600)
    assert (everybody["residents"], everybody["no_data"]) == (1000, 0)
    poor = found["poorest40"]
    assert (poor["residents"], poor["gaining"], poor["losing"], poor["unmet"]) == (200, 100, 100, 100)
    assert names_by_cell(changes, gained=True) == ["hospitals", "", "", ""]
    assert names_by_cell(changes, gained=False) == ["", "hospitals", "", ""]


def test_a_cell_off_the_streets_in_one_of_the_two_neither_gains_nor_loses() -> None:
    before = judged({PEAK: [np.nan, 2, 0, 2]}, snapped=(False, True, True, True))
    after = judged({PEAK: [2, np.nan, 2, 2]}, snapped=(True, False, True, True))
    found = rows(changes_of_rights(before, after))["all"]
    assert (found["gaining"], found["losing"], found["no_data"], found["residents"]) == (300, 0, 300, 700)


def test_a_right_without_data_in_one_of_the_two_is_no_data_and_not_lost() -> None:
    before, after = judged({PEAK: [2, 2, 2, 2]}), judged({PEAK: Missing.PERIOD})
    changes = changes_of_rights(before, after)
    found = rows(changes)["all"]
    assert all(math.isnan(found[name]) for name in ("residents", "gaining", "losing", "unmet", "base_unmet"))
    assert found["note"] == NO_DATA
    assert names_by_cell(changes, gained=False) == [""] * 4


def test_rights_of_children_count_children() -> None:
    school = catalogue(raw_right(for_whom="school_age"))
    changes = changes_of_rights(judged({PEAK: [0, 0, 2, 2]}, school), judged({PEAK: [2, 2, 2, 2]}, school))
    found = rows(changes, concerned={"school_age": np.array([10.0, 20, 30, 40])})
    assert (found["all"]["gaining"], found["poorest40"]["gaining"]) == (30, 20)
    assert found["all"]["note"] == "of school_age"
    assert rows(changes)["all"]["note"] == "all residents: school_age not known apart"


def test_several_rights_of_a_cell_are_joined_and_none_give_no_names() -> None:
    two = catalogue(raw_right(), raw_right(name="one_hospital", at_least=1))
    changes = changes_of_rights(judged({PEAK: [0, 1, 2, 2]}, two), judged({PEAK: [2, 2, 2, 0]}, two))
    assert names_by_cell(changes, gained=True) == ["hospitals,one_hospital", "hospitals", "", ""]
    assert names_by_cell(changes, gained=False) == ["", "", "", "hospitals,one_hospital"]
    assert names_by_cell([], gained=True) == []


def test_a_right_that_only_one_of_the_two_has_is_left_out() -> None:
    assert changes_of_rights(judged({PEAK: [2, 2, 2, 2]}), ()) == []

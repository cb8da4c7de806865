"""Cutoffs, sizes and ratios of a comparison, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from access.comparison_cutoffs import at_cutoffs, holds_zero
from access.comparison_ratios import TOO_LITTLE, changes_little, steady_ratios
from access.comparison_sizes import sizes_of

NAN = float("nan")


def group(name: str, change: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    """Row of who gains: all 100 residents, if it gains."""
    moving = {"residents_gaining": 100.0 * (change > 0), "residents_losing": 100.0 * (change < 0)}
    return {"measure": "access", "service": "jobs", "period": "peak", "cutoff_min": 45, "group": name,
            "residents": 100.0, **moving, "residents_no_data": 0.0, "mean_change": change, "low": low,
            "high": high, **more}  # fmt: skip


def test_residents_by_the_size_of_their_change() -> None:
    """10 of 100 is a tenth, 2 of 100 is not less than 2 %, and from 0 it is a tenth or more."""
    cells = pd.DataFrame(
        {
            "population": [30.0, 40, 50, 60, 70],
            "headline_base": [100.0, 100, 100, 0, 100],
            "headline_change": [10.0, 2, 1, 1, -50],
            "headline_state": ["gain", "gain", "gain", "gain", "loss"],
        }
    )
    assert sizes_of(cells, "gain") == (90, 50)
    assert sizes_of(cells, "loss") == (70, 0)
    assert np.isnan(sizes_of(cells, "gain", minimum=45)).all()  # 40 are between 2 % and a tenth
    assert sizes_of(cells, "gain", minimum=40) == (90, 50)
    assert sizes_of(cells.iloc[:0], "gain", 20) == (0, 0)


@pytest.mark.parametrize(
    ("numbers", "chance"),
    [((53, -85, 128), True), ((53, 1, 128), False), ((-5, -9, -1), False), ((0, 0, 0), False),
     ((0, 0, 2.3), True), ((5, 0, 9), True), ((5, NAN, NAN), False)],
)  # fmt: skip
def test_a_range_that_holds_0_is_not_told_from_chance(
    numbers: tuple[float, float, float], chance: bool
) -> None:
    assert holds_zero(*numbers) is chance


def test_cutoffs_stand_in_their_order_and_other_places_are_left_out() -> None:
    rows = [group("all", change, -9.0, 9.0, cutoff_min=cutoff) for cutoff, change in ((60, 3.0), (30, 1.0))]
    rows += [group("all", 5.0, 1.0, 9.0, period="night"), group("all", 5.0, 1.0, 9.0, measure="nearest")]
    share = {"measure": "share", "service": "jobs", "period": "peak", "cutoff_min": 60, "group": "poorest40",
             "value": 0.43, "direction": "gain"}  # fmt: skip
    found = at_cutoffs(pd.DataFrame(rows), pd.DataFrame([share]), {"service": "jobs", "period": "peak"})
    assert [each.cutoff_min for each in found] == [30, 60]
    assert np.isnan(found[0].share)
    assert (found[1].share, found[1].direction, found[1].mean_change) == (0.43, "gain", 3.0)
    assert found[1].by_chance


@pytest.mark.parametrize(
    ("changes", "little"),
    [
        (group("x", 100.0, 24.0, 190.0), True),  # under a quarter
        (group("x", 100.0, 25.0, 190.0), False),
        (group("x", -100.0, -190.0, -24.0), True),
        (group("x", -100.0, -190.0, -30.0), False),
        (group("x", 100.0, 90.0, 110.0, residents_gaining=4.9), True),  # under 5 %
        (group("x", 100.0, 90.0, 110.0, residents_gaining=5.0), False),
        (group("x", 100.0, NAN, NAN, residents_gaining=4.0), True),
        (group("x", 100.0, NAN, NAN), False),
        (group("x", 100.0, 90.0, 110.0, residents_gaining=NAN), False),  # hidden
    ],
)
def test_what_hardly_changes_is_not_divided_by(changes: dict[Any, Any], little: bool) -> None:
    assert changes_little(changes) is little


def test_only_ratios_by_a_group_that_hardly_changes_are_withheld() -> None:
    row = {"service": "jobs", "period": "peak", "cutoff_min": 45, "direction": "gain", "note": None}
    benefit = pd.DataFrame(
        [
            row | {"measure": "ratio", "group": "poorest40", "against": "richest10", "value": 132.9},
            row | {"measure": "ratio", "group": "age_0_14", "against": "all", "value": 1.3},
            row | {"measure": "ratio", "group": "decile_1", "against": "decile_10", "value": 400.1},
            row | {"measure": "share", "group": "poorest40", "against": "richest10", "value": 0.9},
        ]
    )
    winners = pd.DataFrame([group("richest10", 38.0, 21.0, 147.0, residents_gaining=2.0),
                            group("all", 100.0, 90.0, 110.0)])  # fmt: skip
    found = steady_ratios(benefit, winners)
    assert found["value"].isna().tolist() == [True, False, False, False]  # nothing is known of decile_10
    assert found.loc[0, "note"] == TOO_LITTLE
    assert found.loc[0, "direction"] is None
    assert benefit.loc[0, "value"] == 132.9
    assert steady_ratios(found, winners).equals(found)
    assert steady_ratios(benefit, winners.iloc[:0]) is benefit

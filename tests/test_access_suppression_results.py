"""Small counts hidden in the tables of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from access.errors import InputDataError
from access.suppression_results import (
    hide_what_reveals,
    rounded_groups,
    suppress_cells,
    suppress_indicators,
    suppress_zone_rights,
    suppress_zones,
    suppressed_note,
)

NOTE = "suppressed: fewer than 20 residents, or it would give such a count away"


def row(group: str, value: float, covered: float, **other: Any) -> dict[str, Any]:
    return {
        "indicator": "below_line_residents",
        "service": "hospital",
        "period": "peak",
        "cutoff_min": 45,
        "standard": "hospital_45",
        "group": group,
        "value": value,
        "low": np.nan,
        "high": np.nan,
        "interval_kind": None,
        "unit": "residents",
        "covered_population": covered,
        "note": None,
        **other,
    }


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def shown(frame: pd.DataFrame) -> dict[str, float | None]:
    return {g: None if np.isnan(v) else v for g, v in zip(frame["group"], frame["value"], strict=True)}


# counts and shares of residents


def test_few_counted_residents_are_hidden_with_a_note_and_large_counts_are_not() -> None:
    found = suppress_indicators(table(row("all", 7, 500), row("all", 300, 500, service="school")))
    assert shown(found.iloc[:1]) == {"all": None}
    assert found["note"].tolist() == [NOTE, None]
    assert found["value"].tolist()[1] == 300


def test_none_and_all_are_shown_but_all_but_few_are_not() -> None:
    for value, expected in ((0, 0), (500, 500), (495, None), (5, None), (480, 480), (20, 20)):
        assert shown(suppress_indicators(table(row("all", value, 500)))) == {"all": expected}


def test_a_share_of_residents_is_hidden_like_their_number() -> None:
    share = {"indicator": "below_line_share", "unit": "share"}
    assert shown(suppress_indicators(table(row("all", 0.01, 500, **share)))) == {"all": None}
    assert shown(suppress_indicators(table(row("all", 0.5, 500, **share)))) == {"all": 0.5}
    access = {"indicator": "share_of_total", "unit": "share"}  # of the jobs, not of residents
    assert shown(suppress_indicators(table(row("all", 0.01, 500, **access)))) == {"all": 0.01}
    named = suppress_indicators(table(row("all", 0.01, 500, unit="share of residents")))
    assert shown(named) == {"all": None}


def test_a_hidden_decile_takes_the_next_smallest_with_it() -> None:
    counts = {"decile_1": (5, 100), "decile_2": (30, 100), "decile_3": (60, 100), "decile_4": (50, 100)}
    rows = [row(group, *numbers) for group, numbers in counts.items()]
    found = shown(suppress_indicators(table(row("all", 145, 400), *rows)))
    assert found == {"all": 145, "decile_1": None, "decile_2": None, "decile_3": 60, "decile_4": 50}


def test_those_in_no_group_of_a_family_count_as_a_group() -> None:
    # 400 residents, 300 of three ages: of the other 100, 4 are below, which 145 - 141 would tell.
    rows = [row("age=1", 61, 100), row("age=2", 30, 100), row("age=3", 50, 100)]
    found = shown(suppress_indicators(table(row("all", 145, 400), *rows)))
    assert [group for group, value in found.items() if value is None] == ["age=1"]


def test_those_of_unknown_income_are_no_group_beside_the_deciles() -> None:
    rows = [row("decile_1", 61, 100), row("decile_2", 30, 100), row("decile_3", 50, 100)]
    assert None not in shown(suppress_indicators(table(row("all", 145, 310), *rows))).values()
    mean = {"indicator": "mean_access", "unit": "jobs"}
    rows = [
        row("all", 1.0, 205, **mean),
        row("decile_1", 1.0, 100, **mean),
        row("decile_2", 2.0, 100, **mean),
    ]
    assert None not in shown(suppress_indicators(table(*rows))).values()


def test_a_group_without_a_value_leaves_the_others_protected() -> None:
    rows = [row("decile_1", 5, 100), row("decile_2", 30, 100), row("decile_3", np.nan, 100)]
    found = shown(suppress_indicators(table(row("all", 145, 400), *rows)))
    assert [group for group, value in found.items() if value is None] == ["decile_1", "decile_2", "decile_3"]


def test_without_a_row_for_everybody_the_sum_of_the_groups_counts_as_known() -> None:
    rows = [row("decile_1", 5, 100), row("decile_2", 30, 100), row("decile_3", 60, 100)]
    found = shown(suppress_indicators(table(*rows)))
    assert found == {"decile_1": None, "decile_2": None, "decile_3": 60}


def test_a_family_of_few_hides_everybody() -> None:
    mean = {"indicator": "mean_access", "unit": "jobs"}
    rows = [row("all", 1.0, 25, **mean), row("decile_1", 1.0, 12, **mean), row("decile_2", 2.0, 13, **mean)]
    assert shown(suppress_indicators(table(*rows))) == {"all": 1, "decile_1": None, "decile_2": None}
    rows[0]["covered_population"], rows[2]["covered_population"] = 18, 6
    assert set(shown(suppress_indicators(table(*rows))).values()) == {None}
    # three times seven: two could be one each, and the third then no more than 19
    sevens = [row(group, 1.0, 7, **mean) for group in ("decile_1", "decile_2", "decile_3")]
    assert set(shown(suppress_indicators(table(row("all", 1.0, 21, **mean), *sevens))).values()) == {None}


def test_all_intervals_of_a_hidden_row_are_hidden() -> None:
    rows = [row("all", 7, 500, low=3, high=11, interval_kind=kind) for kind in (None, "input uncertainty")]
    found = suppress_indicators(table(*rows))
    assert found[["value", "low", "high"]].isna().all().all()


def test_indicators_are_protected_apart() -> None:
    found = suppress_indicators(table(row("all", 7, 500), row("all", 300, 500, standard="other")))
    assert found["value"].isna().tolist() == [True, False]


# means and ratios


def test_a_mean_of_few_residents_is_hidden() -> None:
    mean = {"indicator": "mean_access", "unit": "jobs"}
    found = suppress_indicators(
        table(row("all", 7.0, 19, **mean), row("all", 3.0, 500, period="night", **mean))
    )
    assert found["value"].isna().tolist() == [True, False]


def test_a_hidden_mean_takes_a_second_group_with_it() -> None:
    mean = {"indicator": "mean_access", "unit": "jobs"}
    groups = [("all", 230), ("women", 130), ("age=old", 10), ("age=young", 40), ("age=other", 180)]
    found = suppress_indicators(table(*(row(group, 1.0, people, **mean) for group, people in groups)))
    assert [g for g, value in shown(found).items() if value is None] == ["age=old", "age=young"]


def test_an_undefined_value_stays_undefined_with_its_own_note() -> None:
    found = suppress_indicators(table(row("all", np.nan, 500, note="not defined")))
    assert found["note"].tolist() == ["not defined"]


def test_groups_too_small_to_name_lose_their_covered_residents_too() -> None:
    rows = [row("g_1", 5, 9), row("g_2", 30, 60), row("g_3", 100, 300)]
    found = suppress_indicators(table(row("all", 135, 369), *rows)).set_index("group")
    assert np.isnan(found.loc["g_1", "covered_population"])
    assert found["covered_population"].isna().sum() >= 2


def test_missing_parts_of_the_key_are_values_like_others() -> None:
    none = {"service": None, "cutoff_min": pd.NA, "standard": np.nan}
    rows = [row("all", 7, 500, **none), row("all", 300, 500, **(none | {"period": "night"}))]
    rows += [row("all", 300, 500), row("decile_1", 5, 100, **none), row("decile_2", 2, 100, **none)]
    found = suppress_indicators(table(*rows))
    assert found["value"].isna().tolist() == [True, False, False, True, True]


def test_an_empty_table_and_tables_without_optional_columns() -> None:
    needed = ["indicator", "group", "value", "unit", "covered_population", "note"]
    assert suppress_indicators(table(row("all", 7, 500)).iloc[:0]).empty
    assert suppress_indicators(table(row("all", 7, 500))[needed])["note"].tolist() == [NOTE]
    with pytest.raises(InputDataError, match="indicators has no column unit, note; it has indicator, group"):
        suppress_indicators(table(row("all", 7, 500))[["indicator", "group", "value", "covered_population"]])


def test_the_minimum_is_the_users_and_input_stays() -> None:
    frame = table(row("all", 7, 500))
    before = frame.copy()
    assert shown(suppress_indicators(frame, 5)) == {"all": 7}
    assert suppress_indicators(frame, 10)["note"].tolist() == [suppressed_note(10)]
    pd.testing.assert_frame_equal(frame, before)


# cells


CELLS = pd.DataFrame(
    {
        "id": list("abcde"),
        "population": [0.0, 3.0, 25.0, 400.0, 500.0],
        "income": [np.nan, 900.0, 800.0, 700.0, 600.0],
        "income_decile": pd.array([None, 5, 4, 3, 2], dtype="Int64"),
        "elderly": [0, 1, 5, 40, 60],
        "jobs": [10, 20, 30, 40, 50],
    }
)


def test_cells_with_few_residents_lose_income_and_one_more_cell_does() -> None:
    found = suppress_cells(CELLS, ["income", "income_decile", "elderly"])
    assert found["suppressed"].tolist() == [False, True, True, False, False]
    assert found["income"].isna().tolist() == [True, True, True, False, False]
    assert found["income_decile"].isna().tolist() == [True, True, True, False, False]
    assert found["elderly"].tolist()[3:] == [40, 60]
    assert found["elderly"].isna().tolist() == [False, True, True, False, False]
    assert found["jobs"].tolist() == CELLS["jobs"].tolist()
    assert found["population"].tolist() == CELLS["population"].tolist()
    assert CELLS["income"].notna().sum() == 4


def test_cells_that_all_have_enough_residents_stay() -> None:
    found = suppress_cells(CELLS, ["income"], 3)
    assert not found["suppressed"].any()
    with pytest.raises(InputDataError, match="cells has no column wealth"):
        suppress_cells(CELLS, ["wealth"])


def test_unknown_population_counts_as_nobody() -> None:
    found = suppress_cells(CELLS.assign(population=[np.nan, 30, 30, 30, 30]), ["income"])
    assert not found["suppressed"].any()


# zones


def test_zones_with_few_residents_lose_their_income() -> None:
    zones = pd.DataFrame({"population": [10.0, 300.0], "mean_income": [5.0, 6.0], "income_ratio": [0.5, 0.6]})
    found = suppress_zones(zones)
    assert found["mean_income"].isna().tolist() == [True, False]
    assert found["income_ratio"].isna().tolist() == [True, False]
    assert found["note"].isna().tolist() == [False, True]
    assert suppress_zones(zones.iloc[:0]).empty


def test_rights_of_a_zone_hide_figures_about_few_and_about_all_but_few() -> None:
    """Of 1,000 judged residents 5 lack the first right, 995 the second, 400 the third, nobody the last."""
    lacking = [5.0, 995.0, 400.0, 0.0]
    frame = pd.DataFrame(
        {
            "zone_id": "a",
            "right": list("wxyz"),
            "judged_residents": 1000.0,
            "unmet_residents": lacking,
            "unmet_share": [one / 1000 for one in lacking],
            "depth": [one / 1000 for one in lacking],
            "missing_opportunities": 1.0,
            "missing_minutes": 3.0,
        }
    )
    shown = suppress_zone_rights(frame, 20)
    assert shown["unmet_residents"].isna().tolist() == [True, True, False, False]
    assert shown["missing_minutes"].isna().tolist() == [True, True, False, False]
    assert shown["note"].notna().tolist() == [True, True, False, False]
    assert frame["unmet_residents"].tolist() == lacking


def test_rights_of_a_zone_without_their_columns_are_refused() -> None:
    with pytest.raises(InputDataError, match="judged_residents"):
        suppress_zone_rights(pd.DataFrame({"zone_id": ["a"]}), 20)


def test_what_a_hidden_count_could_be_subtracted_from_is_hidden_too() -> None:
    """100 residents, 93 of whom reach one: the 7 others are hidden, so the 93 must be."""
    frame = pd.DataFrame(
        {
            "indicator": ["nearest_mean_min", "nearest_unreached_residents", "nearest_mean_min"],
            "service": "jobs",
            "period": ["peak", "peak", "night"],
            "group": "decile_1",
            "value": [12.0, np.nan, 20.0],
            "covered_population": [93.0, 100.0, 93.0],
        }
    )
    assert hide_what_reveals(frame)["covered_population"].isna().tolist() == [True, False, False]


def test_numbers_about_groups_keep_four_digits() -> None:
    frame = pd.DataFrame(
        {
            "group": ["age_65_plus", "all", "age_65_plus"],
            "value": [1234.567, 1234.567, 0.0],
            "low": [0.00123456, 1.0, np.nan],
            "high": [2.0, 2.0, np.nan],
            "covered_population": [98_765.4, 98_765.4, 10.0],
        }
    )
    shown = rounded_groups(frame, ["age_65_plus"])
    assert shown["value"].tolist() == [1235, 1234.567, 0]
    assert shown["low"].tolist()[:2] == [pytest.approx(0.001235), 1]
    assert shown["covered_population"].tolist() == [98_770, 98_765.4, 10]

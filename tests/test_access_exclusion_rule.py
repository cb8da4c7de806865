"""The definition of a zone, its parts: income line, rights by cell, merging, names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from access.errors import InputDataError
from access.exclusion_merge import merge_cells, zones_of_cells
from access.exclusion_names import (
    labels,
    middle_of_residents,
    names_from_layer,
    names_from_places,
    numbered,
)
from access.exclusion_rights import RightsOfCells, rights_of_cells
from access.exclusion_rule import IncomeLine, ZoneRule, weighted_median
from access.place_names import Place

nan = np.nan


def line(n: int) -> sparse.csr_array:
    ones = np.ones(n - 1)
    return sparse.csr_array(sparse.diags_array([ones, ones], offsets=[-1, 1], shape=(n, n)))


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


# income line


def test_the_median_is_that_of_the_residents_not_of_the_cells() -> None:
    assert weighted_median(floats(100, 200, 900), floats(10, 10, 30)) == 900
    assert weighted_median(floats(900, 100, 200), floats(5, 10, 10)) == 200


def test_a_median_between_two_cells_lies_halfway() -> None:
    assert weighted_median(floats(100, 300), floats(10, 10)) == 200
    assert weighted_median(floats(100, 300, 999), floats(0.1, 0.1, 0)) == 200


def test_the_median_leaves_out_unknown_incomes_and_empty_cells() -> None:
    assert weighted_median(floats(nan, 100, 7), floats(500, 10, 0)) == 100
    assert np.isnan(weighted_median(floats(nan, 7), floats(5, 0)))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=8))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_the_median_is_that_of_a_list_of_all_residents(cells: list[tuple[int, int]]) -> None:
    everybody = [income for income, people in cells for _ in range(people)]
    found = weighted_median(*(floats(*column) for column in zip(*cells, strict=True)))
    assert found == (pytest.approx(np.median(everybody)) if everybody else pytest.approx(nan, nan_ok=True))


def test_income_on_the_line_is_not_below_it() -> None:
    half = IncomeLine("share_of_median", 0.5)
    income, people = floats(99, 100, 200, 300), floats(1, 1, 10, 1)
    assert half.level(income, people) == 100
    assert half.below(income, people).tolist() == [True, False, False, False]
    assert IncomeLine("amount", 200).below(income, people).tolist() == [True, True, False, False]


def test_the_lowest_deciles_are_those_of_the_table_of_cells() -> None:
    from access.income import income_deciles

    rng = np.random.default_rng(1)
    income, people = np.round(rng.lognormal(7, 0.5, 300), -1), rng.integers(0, 50, 300).astype(float)
    deciles = income_deciles(pd.Series(income), pd.Series(people)).to_numpy(float, na_value=nan)
    for k in (1, 4, 9):
        assert IncomeLine("decile", k).below(income, people).tolist() == (deciles <= k).tolist()


def test_the_level_of_a_decile_line_is_the_highest_income_below_it() -> None:
    assert IncomeLine("decile", 4).level(floats(1, 2, 3, 4, 5), np.ones(5)) == 2
    assert np.isnan(IncomeLine("decile", 4).level(floats(nan), np.ones(1)))


def test_without_income_or_residents_nobody_is_below() -> None:
    for kind, value in (("amount", 5), ("share_of_median", 2), ("decile", 9)):
        found = IncomeLine(kind, value).below(floats(nan, 1, 1), floats(10, 0, 10))  # type: ignore[arg-type]
        assert not found[:2].any()
        assert not IncomeLine(kind, value).below(floats(nan, nan), np.ones(2)).any()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [("amount", 0, "an amount above 0"), ("share_of_median", 60, "a share such as 0.6"),
     ("decile", 2.5, "1 to 9 deciles"), ("rank", 1, "one of the kinds amount, share_of_median, decile")],
)  # fmt: skip
def test_lines_that_mean_nothing_are_refused(kind: str, value: float, told: str) -> None:
    with pytest.raises(InputDataError, match=told):
        IncomeLine(kind, value)  # type: ignore[arg-type]


def test_a_rule_that_means_nothing_is_refused_with_all_that_is_wrong() -> None:
    amount = IncomeLine("amount", 5)
    with pytest.raises(InputDataError, match=r"min_rights_unmet is 0.*min_residents is 0.*draws is 2"):
        ZoneRule(amount, min_rights_unmet=0, min_residents=0, min_share_of_draws=2)


# rights by cell


def rights_table(*rows: tuple[str, str, str, str, float, float, float]) -> pd.DataFrame:
    columns = ["id", "right", "period", "state", "value", "required", "shortfall"]
    return pd.DataFrame(rows, columns=columns)


def test_a_right_is_unmet_where_it_is_unmet_in_one_of_its_periods() -> None:
    table = rights_table(
        ("a", "gp", "peak", "met", 3, 2, 0),
        ("a", "gp", "night", "unmet", 1, 2, 0.5),
        ("b", "gp", "peak", "met", 3, 2, 0),
        ("b", "gp", "night", "no data", nan, 2, nan),
        ("c", "gp", "peak", "not snapped", nan, 2, nan),
        ("a", "jobs", "peak", "unmet", 0, 50, 1),
    )
    found = rights_of_cells(table, ["c", "b", "a"], {"gp": "doctors"})
    assert found.names == ("gp", "jobs")
    assert found.destinations == ("doctors", "jobs")
    assert found.unmet.tolist() == pytest.approx(np.array([[nan, 0, 1], [nan, nan, 1]]), nan_ok=True)
    assert found.shortfall == pytest.approx(np.array([[nan, 0, 0.5], [nan, nan, 1]]), nan_ok=True)
    assert found.missing == pytest.approx(np.array([[nan, 0, 1], [nan, nan, 50]]), nan_ok=True)
    assert found.count_unmet() == pytest.approx([nan, 0, 2], nan_ok=True)


def test_an_empty_table_of_rights_judges_nobody() -> None:
    found = rights_of_cells(rights_table(), ["a", "b"])
    assert found.unmet.shape == (0, 2)
    assert np.isnan(found.count_unmet()).all()


def test_tables_of_rights_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(InputDataError, match="columns missing: state"):
        rights_of_cells(rights_table().drop(columns="state"), ["a"])
    with pytest.raises(InputDataError, match="states not known: maybe"):
        rights_of_cells(rights_table(("a", "gp", "peak", "maybe", 1, 2, 0)), ["a"])


def test_rights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputDataError, match=r"1 names and 1 destinations for states of \(2, 3\)"):
        RightsOfCells(("gp",), ("gp",), np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(InputDataError, match=r"missing has shape \(1, 2\).*states must be 1.*from 0 to 1"):
        RightsOfCells(("gp",), ("gp",), np.full((1, 3), 2.0), np.full((1, 3), 1.5), np.zeros((1, 2)))


# merging


def test_cells_that_touch_are_one_group_numbered_by_the_first_cell() -> None:
    qualifies = np.array([False, True, True, False, True, True, True, False])
    assert merge_cells(qualifies, line(8)).tolist() == [-1, 0, 0, -1, 1, 1, 1, -1]
    assert merge_cells(np.zeros(3, bool), line(3)).tolist() == [-1, -1, -1]
    assert merge_cells(np.ones(3, bool), line(3)).tolist() == [0, 0, 0]


def test_groups_below_the_floor_are_no_zones_and_the_others_are_numbered_anew() -> None:
    qualifies = np.array([True, False, True, True, False, True])
    people = floats(99, 500, 60, 40, 500, 100)
    assert zones_of_cells(qualifies, people, line(6), 100).tolist() == [-1, -1, 0, 0, -1, 1]


# names


def test_the_layer_gives_the_name_that_most_residents_live_under() -> None:
    names = ["Nord", "Sud", "Sud", None, "Est", "Ouest"]
    zones = np.array([0, 0, 0, 1, 2, 2])
    people = floats(50, 30, 30, 10, 5, 5)
    assert names_from_layer(names, zones, people, 3) == ["Sud", None, "Est"]  # a tie: the alphabet


def test_a_local_place_goes_before_a_nearer_town_and_far_places_give_no_name() -> None:
    places = [Place("Town", 0, 0, "town"), Place("Suburb", 0.01, 0, "suburb"), Place("Far", 1, 0, "village")]
    assert names_from_places(floats(0, 0.5), floats(0, 0), places, 3_000) == ["Suburb", None]
    assert names_from_places(floats(0), floats(0), places, 1_000) == ["Town"]
    twins = [Place("B", 0, 0.001, "suburb"), Place("A", 0, -0.001, "suburb")]
    assert names_from_places(floats(0), floats(0), twins, 3_000) == ["A"]
    assert names_from_places(floats(0), floats(0), [], 3_000) == [None]


def test_names_that_occur_twice_are_numbered_from_the_largest_zone() -> None:
    assert numbered(["A", "B", "A", None, None], [5, 1, 9, 1, 1]) == ["A 2", "B", "A 1", None, None]


def test_zones_without_a_name_are_numbered_in_each_language() -> None:
    found = labels([None, "A", None], [5, 1, 9], {"en": "zone", "fr": "lieu"})
    assert found == {"en": ["zone 2", "A (zone)", "zone 1"], "fr": ["lieu 2", "A (lieu)", "lieu 1"]}


def test_the_middle_of_residents_may_lie_beyond_the_date_line() -> None:
    import h3

    cells = sorted(h3.grid_disk(h3.latlng_to_cell(0, 180, 9), 1))
    lon, lat = middle_of_residents(cells, np.zeros(7, int), np.ones(7), 1)
    assert abs(abs(lon[0]) - 180) < 0.01
    assert abs(lat[0]) < 0.01

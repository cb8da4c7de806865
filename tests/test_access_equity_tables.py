"""The functions with R's names: against R on Belo Horizonte, joins on paper, and tables that do not fit."""

from __future__ import annotations

import pandas as pd
import pytest
from builders_belo_horizonte import golden, land_use

from access.equity_tables import concentration_index, fgt_poverty, gini_index, palma_ratio, theil_t
from access.errors import AccessError, DataQualityWarning, InputDataError

NAN = float("nan")
INCOME = "income_per_capita"

REACH = pd.DataFrame({"id": ["c", "a", "b"], "jobs": [30, 10, 20]})
PEOPLE = pd.DataFrame(
    {"id": ["a", "b", "c"], "people": [40, 50, 10], "income": [1.0, 2.0, 3.0], "group": ["x", "x", "y"]}
)


# Against R


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return land_use()


@pytest.fixture(scope="module")
def jobs() -> pd.DataFrame:
    return golden("cumcut_jobs_active")


@pytest.fixture(scope="module")
def within_30(jobs: pd.DataFrame) -> pd.DataFrame:
    return jobs[jobs["travel_time"] == 30].drop(columns="travel_time")


@pytest.fixture(scope="module")
def of_r() -> pd.DataFrame:
    return golden("inequality_scalars").query("access == 'cumcut_jobs_active@30'")


def value_of_r(of_r: pd.DataFrame, index: str, params: str) -> float:
    rows = of_r[(of_r["index"] == index) & of_r["params"].fillna("").str.startswith(params)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


@pytest.mark.real_data
def test_palma_of_r_and_ours(cells: pd.DataFrame, within_30: pd.DataFrame, of_r: pd.DataFrame) -> None:
    given = within_30, cells, "jobs", "population", INCOME
    whole = palma_ratio(*given, marginal_cell="whole")
    assert list(whole.columns) == ["palma_ratio"]
    expected = value_of_r(of_r, "palma_ratio", f"income={INCOME}")
    assert whole["palma_ratio"].item() == pytest.approx(expected, rel=1e-9)
    # 3.7793: computed once by another program with persons split exactly (golden notes, 3.5).
    assert palma_ratio(*given)["palma_ratio"].item() == pytest.approx(3.7793, abs=5e-5)


@pytest.mark.real_data
def test_gini_theil_and_poverty_of_r(
    cells: pd.DataFrame, within_30: pd.DataFrame, of_r: pd.DataFrame
) -> None:
    given = within_30, cells, "jobs", "population"
    expected = value_of_r(of_r, "gini_index", "")
    assert gini_index(*given)["gini_index"].item() == pytest.approx(expected, rel=1e-9)
    expected = value_of_r(of_r, "theil_t", "no groups")
    for zeros in ("keep", "drop"):
        assert theil_t(*given, zeros=zeros)["theil_t"].item() == pytest.approx(expected, rel=1e-9)
    for line in (95368, 74201, 55153.69241733605):
        found = fgt_poverty(*given, line)
        assert list(found.columns) == ["FGT0", "FGT1", "FGT2"]
        for power in range(3):
            expected = value_of_r(of_r, f"fgt{power}", f"poverty_line={line}")
            assert found[f"FGT{power}"].item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize(("kind", "bounds"), [("standard", None), ("corrected", "observed")])
@pytest.mark.parametrize("income", [INCOME, "income_decile"])
def test_concentration_of_r(
    cells: pd.DataFrame, within_30: pd.DataFrame, of_r: pd.DataFrame, kind: str, bounds: str, income: str
) -> None:
    ordered = within_30.sort_values("id")
    found = concentration_index(
        ordered, cells, "jobs", "population", income, kind, ties="order", bounds=bounds
    )
    params = f"type={kind};income={income};access rows sorted by id"
    expected = of_r.loc[(of_r["index"] == "concentration_index") & (of_r["params"] == params), "value"].item()
    assert list(found.columns) == ["concentration_index"]
    assert found["concentration_index"].item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.real_data
def test_tied_deciles_averaged_lie_between_the_two_orders_of_r(
    cells: pd.DataFrame, within_30: pd.DataFrame
) -> None:
    given = (
        within_30.sort_values("id", ascending=False),
        cells,
        "jobs",
        "population",
        "income_decile",
        "standard",
    )
    turned = concentration_index(*given, ties="order")["concentration_index"].item()
    assert turned == pytest.approx(0.27635821175391007, rel=1e-9)  # R, rows in descending order
    assert concentration_index(*given)["concentration_index"].item() == pytest.approx(0.2840, abs=5e-5)


@pytest.mark.real_data
def test_theil_by_decile_of_r(cells: pd.DataFrame, within_30: pd.DataFrame) -> None:
    found = theil_t(within_30, cells, "jobs", "population", "income_decile")
    for name, key in (
        ("summary", "component"),
        ("within_group_component", "income_decile"),
        ("between_group_component", "income_decile"),
    ):
        expected = golden(f"theil_decile_cumcut_jobs_active_30_{name}")
        table = found[name]  # type: ignore[literal-required]
        assert list(table.columns) == list(expected.columns)
        merged = table.merge(expected, on=key, suffixes=("", "_r"))
        assert len(merged) == len(expected) == len(table)
        for column in expected.columns.drop(key):
            assert merged[column].to_numpy() == pytest.approx(merged[f"{column}_r"].to_numpy(), rel=1e-9)


@pytest.mark.real_data
def test_all_cutoffs_at_once_by_group(cells: pd.DataFrame, jobs: pd.DataFrame) -> None:
    # R at 30, 45 and 60 minutes (golden notes, "Golden scalars").
    given = jobs, cells, "jobs", "population"
    by = ["travel_time"]
    palma = palma_ratio(*given, INCOME, by, marginal_cell="whole")
    assert palma["travel_time"].tolist() == [30, 45, 60]
    expected = [3.8004645426416874, 1.53347231965166, 1.116876689038171]
    assert palma["palma_ratio"].tolist() == pytest.approx(expected, rel=1e-9)
    expected = [0.47152507640725105, 0.19606598010195364, 0.05240943875859938]
    assert gini_index(*given, by)["gini_index"].tolist() == pytest.approx(expected, rel=1e-9)
    expected = [0.36166310073416186, 0.06934050469889404, 0.006720721342175877]
    assert theil_t(*given, None, by)["theil_t"].tolist() == pytest.approx(expected, rel=1e-9)
    standard = concentration_index(*given, INCOME, "standard", by, ties="order")
    expected = [0.2865012670193227, 0.10149752952369329, 0.028905177771148618]
    assert standard["concentration_index"].tolist() == pytest.approx(expected, rel=1e-9)
    corrected = concentration_index(*given, INCOME, "corrected", by, ties="order", bounds="observed")
    expected = [0.3346494401461463, 0.25870714326096084, 0.10478653799164882]
    assert corrected["concentration_index"].tolist() == pytest.approx(expected, rel=1e-9)
    poverty = fgt_poverty(*given, 95368, by)
    expected = [0.5745378044115772, 0.03602469293212631, 0.0015608398146967572]
    assert poverty["FGT0"].tolist() == pytest.approx(expected, rel=1e-9)
    expected = [0.2218769034376935, 0.006859706013321654, 0.0008551953580879536]
    assert poverty["FGT2"].tolist() == pytest.approx(expected, rel=1e-9)


# Joins on paper


def test_tables_are_joined_by_id_and_not_by_row() -> None:
    # Poor: 40 at 10; rich: 10 at 30.
    found = palma_ratio(REACH, PEOPLE, "jobs", "people", "income")
    assert found["palma_ratio"].item() == pytest.approx(3)
    assert found.attrs == {"covered_population": [100.0]}


def test_each_group_of_rows_has_its_line() -> None:
    both = pd.concat([REACH.assign(mode="walk"), REACH.assign(mode="bus", jobs=[7, 7, 7])])
    found = gini_index(both, PEOPLE, "jobs", "people", ["mode"])
    assert list(found.columns) == ["mode", "gini_index"]
    assert found["mode"].tolist() == ["bus", "walk"]
    assert found["gini_index"].iloc[0] == pytest.approx(0, abs=1e-12)
    assert found["gini_index"].iloc[1] == gini_index(REACH, PEOPLE, "jobs", "people")["gini_index"].item()


def test_a_cell_without_a_row_of_access_is_not_covered() -> None:
    found = gini_index(REACH[REACH["id"] != "c"], PEOPLE, "jobs", "people")
    assert found.attrs["covered_population"] == [90]


def test_those_without_a_row_of_access_keep_their_place_among_whole_cells() -> None:
    # The 40.6th of 100 residents lies between incomes 1 and 2, the 90.1st between 2 and 3: a is poor, c rich.
    # Of the 90 with access alone the 36.6th would have income 2, and b would be poor too.
    people = pd.DataFrame({"id": [*"abcd"], "people": [30, 50, 10, 10], "income": [1.0, 2.0, 3.0, 0.5]})
    found = palma_ratio(REACH, people, "jobs", "people", "income", marginal_cell="whole")
    assert found["palma_ratio"].item() == pytest.approx(3)
    assert found.attrs["covered_population"] == [90]


def test_a_group_without_a_label_has_its_line_too() -> None:
    both = pd.concat([REACH.assign(mode="walk"), REACH.assign(mode=None)])
    found = gini_index(both, PEOPLE, "jobs", "people", ["mode"])
    assert len(found) == 2
    assert found["mode"].isna().tolist() == [False, True]


def test_missing_access_in_nullable_columns_is_not_covered() -> None:
    reach = REACH.assign(jobs=pd.array([None, 10, 20], dtype="Int64"))
    assert fgt_poverty(reach, PEOPLE, "jobs", "people", 15).attrs["covered_population"] == [90]
    assert fgt_poverty(reach, PEOPLE, "jobs", "people", 15)["FGT0"].item() == pytest.approx(40 / 90)


def test_the_parts_of_theil_by_mode_and_group() -> None:
    both = pd.concat([REACH.assign(mode="walk"), REACH.assign(mode="bus", jobs=[7, 7, 7])])
    found = theil_t(both, PEOPLE, "jobs", "people", "group", ["mode"])
    assert list(found["summary"].columns) == ["mode", "component", "value", "share_of_total"]
    assert list(found["between_group_component"].columns) == ["mode", "group", "value"]
    walk = found["summary"].query("mode == 'walk'").set_index("component")["value"]
    assert walk["total"] == pytest.approx(theil_t(REACH, PEOPLE, "jobs", "people")["theil_t"].item())
    assert walk["total"] == walk["between_group"] + walk["within_group"]
    bus = found["summary"].query("mode == 'bus'")
    assert bus["value"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_the_shares_of_nothing_to_share_are_not_defined() -> None:
    found = theil_t(REACH.assign(jobs=0), PEOPLE, "jobs", "people", "group")
    assert found["summary"]["share_of_total"].isna().all()


def test_residents_of_no_group_at_all_are_told() -> None:
    with pytest.raises(InputDataError, match="none of the 3 cells has a group"):
        theil_t(REACH, PEOPLE.assign(group=None), "jobs", "people", "group")


def test_access_of_unknown_cells_is_left_out_with_a_warning() -> None:
    reach = pd.concat([REACH, pd.DataFrame({"id": ["z"], "jobs": [999]})])
    with pytest.warns(
        DataQualityWarning, match="1 ids of accessibility_data .* such as 'z': nobody is known"
    ):
        found = gini_index(reach, PEOPLE, "jobs", "people")
    assert found["gini_index"].item() == gini_index(REACH, PEOPLE, "jobs", "people")["gini_index"].item()


def test_the_tables_remain_as_they_were() -> None:
    reach, people = REACH.copy(deep=True), PEOPLE.copy(deep=True)
    concentration_index(REACH, PEOPLE, "jobs", "people", "income", "corrected", bounds=(0, 30))
    theil_t(REACH, PEOPLE, "jobs", "people", "group")
    pd.testing.assert_frame_equal(REACH, reach)
    pd.testing.assert_frame_equal(PEOPLE, people)


# Tables that do not fit


def test_all_problems_of_both_tables_are_told_at_once() -> None:
    twice = pd.concat([PEOPLE, PEOPLE.iloc[:1]])
    with pytest.raises(InputDataError) as caught:
        gini_index(REACH.rename(columns={"id": "cell"}), twice.assign(people="many"), "jobs", "people")
    message = str(caught.value)
    assert message.startswith("gini_index: accessibility_data lacks 'id'; its columns are 'cell', 'jobs'")
    assert "sociodemographic_data: column 'people' must hold numbers" in message
    assert "sociodemographic_data: id 'a' comes twice; give one row a cell" in message


def test_two_rows_of_access_a_cell_need_a_group() -> None:
    both = pd.concat([REACH, REACH])
    with pytest.raises(InputDataError, match="id 'c' comes twice; give the columns that differ as group_by"):
        palma_ratio(both, PEOPLE, "jobs", "people", "income")
    with pytest.raises(InputDataError, match="id 'c' comes twice within one group of mode"):
        palma_ratio(both.assign(mode="bus"), PEOPLE, "jobs", "people", "income", ["mode"])


def test_a_row_without_id_or_a_table_without_rows_is_refused() -> None:
    with pytest.raises(InputDataError, match="accessibility_data: 1 rows have no id"):
        gini_index(REACH.assign(id=["a", None, "b"]), PEOPLE, "jobs", "people")
    with pytest.raises(InputDataError, match="sociodemographic_data has no rows"):
        gini_index(REACH, PEOPLE.iloc[:0], "jobs", "people")


def test_one_column_to_group_by_needs_no_list() -> None:
    found = gini_index(REACH.assign(mode="bus"), PEOPLE, "jobs", "people", "mode")
    assert found["mode"].tolist() == ["bus"]


def test_numbers_as_ids_never_match_text() -> None:
    with pytest.raises(InputDataError, match="ids are integers in accessibility_data and text in socio"):
        gini_index(REACH.assign(id=[1, 2, 3]), PEOPLE, "jobs", "people")


def test_negative_residents_are_refused_by_name() -> None:
    with pytest.raises(InputDataError, match="population is negative in 1 cells"):
        gini_index(REACH, PEOPLE.assign(people=[-1, 1, 1]), "jobs", "people")


def test_bounds_belong_to_the_corrected_index_and_are_the_observed_ones_without_any() -> None:
    with pytest.raises(AccessError, match="only the corrected index has bounds"):
        concentration_index(REACH, PEOPLE, "jobs", "people", "income", "standard", bounds=(0, 1))
    given = concentration_index(REACH, PEOPLE, "jobs", "people", "income", "corrected", bounds="observed")
    found = concentration_index(REACH, PEOPLE, "jobs", "people", "income", "corrected")
    assert found.equals(given)
    assert found.attrs["bounds"] == "observed"


def test_a_type_of_no_index_is_refused() -> None:
    with pytest.raises(
        AccessError, match="type='erreygers' is not known; choose from 'standard', 'corrected'"
    ):
        concentration_index(REACH, PEOPLE, "jobs", "people", "income", "erreygers")


def test_income_may_be_ordered_groups_as_in_r_and_group_by_none() -> None:
    access = pd.DataFrame({"id": ["a", "b", "c"], "jobs": [1.0, 2.0, 4.0]})
    groups = pd.Categorical(["low", "middle", "high"], categories=["low", "middle", "high"], ordered=True)
    people = pd.DataFrame({"id": ["a", "b", "c"], "people": [40.0, 50.0, 10.0], "group": groups})
    numbered = people.assign(group=[1.0, 2.0, 3.0])
    for index in (palma_ratio, concentration_index):
        rest = ("standard",) if index is concentration_index else ()
        ordered = index(access, people, "jobs", "people", "group", *rest, group_by=None)
        assert ordered.equals(index(access, numbered, "jobs", "people", "group", *rest))
    unordered = people.assign(group=people["group"].astype(str).astype("category"))
    with pytest.raises(InputDataError, match="'group' must hold numbers"):
        palma_ratio(access, unordered, "jobs", "people", "group")

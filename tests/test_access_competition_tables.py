"""Competition measures of tables: the published example, R on Belo Horizonte, groups, gaps and bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders_belo_horizonte import golden, land_use, travel_matrix

from access.competition_iterated_tables import competitive_access
from access.competition_tables import floating_catchment_area, spatial_availability
from access.decay import (
    decay_binary,
    decay_exponential,
    decay_linear,
    decay_stepped,
)
from access.errors import AccessError, DataQualityWarning, InputDataError

NAN = float("nan")
DECAYS = {
    "exp0.05": decay_exponential(0.05),
    "exp0.1": decay_exponential(0.1),
    "exp0.2": decay_exponential(0.2),
    "bin5": decay_binary(5, "<="),
    "bin30": decay_binary(30, "<="),
    "bin45": decay_binary(45, "<="),
    "lin60": decay_linear(60),
    "step": decay_stepped([10, 20, 30, 60], [0.67, 0.33, 0.1, 0]),
}
NAMES = "jobs", "travel_time", "population"


@pytest.fixture(scope="module")
def matrix() -> pd.DataFrame:
    return travel_matrix()


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return land_use()


def same(found: pd.DataFrame, column: str, expected: pd.DataFrame, of: str) -> None:
    both = found.merge(expected[["id", of]].rename(columns={of: "of_r"}), on="id", validate="1:1")
    assert len(both) == len(found) == len(expected)
    assert both[column].to_numpy() == pytest.approx(both["of_r"].to_numpy(), rel=1e-9, nan_ok=True)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["exp0.05", "exp0.2", "bin45", "step", "lin60", "bin30", "bin5"])
def test_two_step_of_r(matrix: pd.DataFrame, cells: pd.DataFrame, name: str) -> None:
    found = floating_catchment_area(matrix, cells, *NAMES, "2sfca", DECAYS[name], no_demand="as_r")
    assert list(found.columns) == ["id", "jobs"]
    assert found["id"].is_monotonic_increasing
    same(found, "jobs", golden("fca_2sfca_jobs"), name)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["exp0.1", "exp0.05", "bin45", "step", "lin60", "bin5"])
def test_spatial_availability_of_r(matrix: pd.DataFrame, cells: pd.DataFrame, name: str) -> None:
    found = spatial_availability(matrix, cells, *NAMES, DECAYS[name], no_demand="as_r")
    same(found, "jobs", golden("sa_jobs"), name)


@pytest.mark.real_data
def test_the_sums_of_r(matrix: pd.DataFrame, cells: pd.DataFrame) -> None:
    # R, golden notes: sum over cells of bfca with exp 0.05; all 496,088 jobs are shared out.
    balanced = floating_catchment_area(matrix, cells, *NAMES, "bfca", DECAYS["exp0.05"])
    assert balanced["jobs"].sum() == pytest.approx(381.0113307549144, rel=1e-9)
    shared = spatial_availability(matrix, cells, *NAMES, DECAYS["exp0.1"])
    assert shared["jobs"].sum() == pytest.approx(496088, rel=1e-12)
    assert shared["jobs"].notna().all()


@pytest.mark.real_data
def test_jobs_nobody_reaches_within_five_minutes_are_told(matrix: pd.DataFrame, cells: pd.DataFrame) -> None:
    with pytest.warns(DataQualityWarning, match="nobody competes for 476232 of 496088 jobs"):
        shared = spatial_availability(matrix, cells, *NAMES, DECAYS["bin5"])
    assert shared["jobs"].sum() == pytest.approx(496088 - 476232)


@pytest.mark.real_data
def test_iterated_competition_of_belo_horizonte(matrix: pd.DataFrame, cells: pd.DataFrame) -> None:
    with pytest.warns(DataQualityWarning) as told:
        found = competitive_access(matrix, cells, *NAMES, DECAYS["exp0.1"])
    assert len(told) == 2
    both = found.merge(cells, on="id", suffixes=("", "_there"))
    known = both[(both["population"] > 0) & both["jobs"].notna()]
    assert len(known) >= 814  # of 820 cells with people
    assert np.average(known["jobs"], weights=known["population"]) == pytest.approx(1)


# The published example (Soukhov et al. 2023, as in the tests of the R package): three towns, three centres.
TOWNS = pd.DataFrame(
    {
        "from_id": [*"AAABBBCCC"],
        "to_id": [*"123123123"],
        "travel_time": [15, 30, 100, 30, 15, 100, 100, 100, 15],
    }
)
PLACES = pd.DataFrame(
    {
        "id": [*"ABC123"],
        "people": [50_000, 150_000, 10_000, 0, 0, 0],
        "jobs": [0, 0, 0, 100_000, 100_000, 10_000],
    }
)
NEAR = "jobs", "travel_time", "people"
ALONG = decay_exponential(0.1)


def test_the_published_example() -> None:
    found = spatial_availability(TOWNS, PLACES, *NEAR, ALONG)
    assert found["id"].tolist() == [*"ABC"]
    assert found["jobs"].round().tolist() == [66833, 133203, 9963]


def test_the_published_example_pair_by_pair() -> None:
    found = spatial_availability(TOWNS, PLACES, *NEAR, ALONG, detailed_results=True)
    assert list(found.columns) == [
        "from_id", "to_id", "demand_bal_fac", "impedance_bal_fac", "combined_bal_fac", "jobs",
    ]  # fmt: skip
    # First row as documented for R: A to 1.
    first = found.iloc[0, 2:5].astype(float).tolist()
    assert first == pytest.approx([0.23809524, 0.8174384949, 0.5990064], rel=1e-6)
    sums = found.groupby("from_id")["jobs"].sum()
    assert sums.round().tolist() == [66833, 133203, 9963]


def test_pairs_of_several_decays_and_of_a_study_area() -> None:
    found = spatial_availability(
        TOWNS, PLACES, *NEAR, decay_exponential([0.1, 0.2]), detailed_results=True, study_area=["A", "B"]
    )
    assert len(found) == 2 * 6
    assert found["decay_function_arg"].tolist()[:2] == [0.1, 0.2]
    assert set(found["from_id"]) == {"A", "B"}


def test_pairs_of_each_group() -> None:
    both = pd.concat([TOWNS.assign(mode="bus"), TOWNS.assign(mode="car", travel_time=10)])
    found = spatial_availability(both, PLACES, *NEAR, ALONG, group_by=["mode"], detailed_results=True)
    bus = found.query("mode == 'bus'").drop(columns="mode").reset_index(drop=True)
    expected = spatial_availability(TOWNS, PLACES, *NEAR, ALONG, detailed_results=True)
    pd.testing.assert_frame_equal(bus, expected)


def test_two_step_on_paper() -> None:
    # Within 20 minutes each centre is for its own town: 100/50, 100/150, 10/10 jobs a person.
    found = floating_catchment_area(TOWNS, PLACES, *NEAR, "2sfca", decay_binary(20))
    assert found["jobs"].tolist() == pytest.approx([2, 2 / 3, 1])


def test_balanced_on_paper() -> None:
    # Within 31 minutes A and B share 1 and 2. Each person counts half at both: demand 100 at each, so R = 1
    # (thousands); each centre is half for A and half for B: A = 1/2 + 1/2.
    found = floating_catchment_area(TOWNS, PLACES, *NEAR, "bfca", decay_binary(31))
    assert found["jobs"].tolist() == pytest.approx([1, 1, 1])


def test_a_matrix_from_the_opportunities_gives_the_same() -> None:
    turned = TOWNS.rename(columns={"from_id": "to_id", "to_id": "from_id"})
    for measure in (
        lambda matrix, active: floating_catchment_area(matrix, PLACES, *NEAR, "bfca", ALONG, active=active),
        lambda matrix, active: spatial_availability(matrix, PLACES, *NEAR, ALONG, active=active),
        lambda matrix, active: competitive_access(matrix, PLACES, *NEAR, ALONG, active=active),
        lambda matrix, active: spatial_availability(
            matrix, PLACES, *NEAR, ALONG, active=active, detailed_results=True
        ).rename(columns={} if active else {"from_id": "to_id", "to_id": "from_id"}),
    ):
        found, expected = measure(turned, False), measure(TOWNS, True)
        keys = [name for name in ("id", "from_id", "to_id") if name in expected]
        found = found.sort_values(keys, ignore_index=True)[expected.columns]
        pd.testing.assert_frame_equal(found, expected)


def test_groups_compete_each_by_itself() -> None:
    both = pd.concat([TOWNS.assign(mode="bus"), TOWNS.assign(mode="car", travel_time=10)])
    for measure in (spatial_availability, competitive_access):
        found = measure(both, PLACES, *NEAR, ALONG, group_by="mode")
        assert list(found.columns) == ["id", "mode", "jobs"]
        bus = found[found["mode"] == "bus"]["jobs"].to_numpy()
        assert bus == pytest.approx(measure(TOWNS, PLACES, *NEAR, ALONG)["jobs"].to_numpy())


def test_a_town_without_rows_in_a_group_has_nothing_there_or_no_row() -> None:
    both = pd.concat([TOWNS.assign(mode="bus"), TOWNS[:6].assign(mode="car")])
    near = decay_binary(20)
    with pytest.warns(DataQualityWarning, match="nobody competes for 10000 of 420000 jobs"):
        filled = floating_catchment_area(both, PLACES, *NEAR, "2sfca", near, "mode")
    assert filled.query("id == 'C'")["jobs"].tolist() == [1, 0]
    with pytest.warns(DataQualityWarning, match="nobody competes"):
        found = floating_catchment_area(both, PLACES, *NEAR, "2sfca", near, "mode", fill_missing_ids=False)
    assert found.query("id == 'C'")["mode"].tolist() == ["bus"]


def test_several_decays_have_rows_each() -> None:
    found = floating_catchment_area(TOWNS, PLACES, *NEAR, "2sfca", decay_exponential([0.2, 0.1]))
    assert found["decay_function_arg"].tolist() == [0.1, 0.2] * 3


def test_opportunities_that_only_empty_places_reach() -> None:
    empty_town = PLACES.assign(people=[50_000, 150_000, 0, 0, 0, 0])
    near = decay_binary(20)
    given = TOWNS, empty_town, *NEAR
    with pytest.warns(DataQualityWarning, match="nobody competes for 10000 of 210000 jobs"):
        ours = floating_catchment_area(*given, "2sfca", near)
    assert ours["jobs"].tolist() == pytest.approx([2, 2 / 3, 0])
    of_r = floating_catchment_area(*given, "2sfca", near, no_demand="as_r")
    assert of_r["jobs"].tolist() == pytest.approx([2, 2 / 3, np.inf])
    of_r = floating_catchment_area(*given, "bfca", near, no_demand="as_r")
    assert of_r["jobs"].tolist()[2] == np.inf
    with pytest.warns(DataQualityWarning, match="nobody competes for 10000 of 210000 jobs"):
        ours = spatial_availability(*given, near)
    assert ours["jobs"].tolist() == pytest.approx([100_000, 100_000, 0])
    # In R the towns with a row to centre 3 are NaN, though it is 100 minutes away.
    of_r = spatial_availability(*given, near, no_demand="as_r")
    assert of_r["jobs"].isna().all()
    pairs = spatial_availability(*given, near, no_demand="as_r", detailed_results=True)
    assert pairs.query("to_id == '3'")["jobs"].isna().all()


def test_unknown_people_make_unknown_what_they_compete_for() -> None:
    unknown = PLACES.assign(people=[50_000, 150_000, NAN, 0, 0, 0])
    with pytest.warns(DataQualityWarning, match="what it competes with is NaN"):
        found = spatial_availability(TOWNS, unknown, *NEAR, decay_binary(20))
    assert found["jobs"].tolist() == pytest.approx([100_000, 100_000, NAN], nan_ok=True)


def test_with_alpha_zero_all_inhabited_places_compete_alike() -> None:
    found = spatial_availability(TOWNS, PLACES, *NEAR, decay_binary(31), 0)
    assert found["jobs"].tolist() == pytest.approx([100_000, 100_000, 10_000])


def test_those_outside_the_study_area_compete_and_have_no_row() -> None:
    found = spatial_availability(TOWNS, PLACES, *NEAR, ALONG, study_area=["A"])
    assert found["id"].tolist() == ["A"]
    assert found["jobs"].round().tolist() == [66833]


def test_where_competition_never_settles_is_told_by_name() -> None:
    # C reaches no centre but its own and nobody else does: it is a network of its own.
    with pytest.warns(
        DataQualityWarning, match="not defined for 1 places with 10000 people, which reach another part .* C;"
    ):
        found = competitive_access(TOWNS, PLACES, *NEAR, decay_binary(31))
    assert found["jobs"].tolist() == pytest.approx([1, 1, NAN], nan_ok=True)


def test_a_matrix_may_be_a_file(tmp_path: Path) -> None:
    TOWNS.to_parquet(tmp_path / "towns.parquet")
    for measure in (spatial_availability, competitive_access):
        found = measure(tmp_path / "towns.parquet", PLACES, *NEAR, ALONG)
        pd.testing.assert_frame_equal(found, measure(TOWNS, PLACES, *NEAR, ALONG))


def test_what_needs_memory_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("access.measure_tables_pairs.ROWS_IN_MEMORY", 0)
    TOWNS.assign(mode="bus").to_parquet(tmp_path / "towns.parquet")
    given = tmp_path / "towns.parquet", PLACES, *NEAR, ALONG
    found = floating_catchment_area(*given[:2], *NEAR, "2sfca", ALONG)
    pd.testing.assert_frame_equal(found, floating_catchment_area(TOWNS, PLACES, *NEAR, "2sfca", ALONG))
    with pytest.raises(AccessError, match="detailed_results needs a travel matrix that fits memory"):
        spatial_availability(*given, detailed_results=True)
    both = pd.concat([TOWNS.assign(mode="bus"), TOWNS.assign(mode="car")])
    both.to_parquet(tmp_path / "both.parquet")
    with pytest.raises(AccessError, match="competitive_access with group_by needs a travel matrix that fits"):
        competitive_access(tmp_path / "both.parquet", PLACES, *NEAR, ALONG, "mode")


def test_the_tables_remain_as_they_were() -> None:
    towns, places = TOWNS.copy(deep=True), PLACES.copy(deep=True)
    floating_catchment_area(TOWNS, PLACES, *NEAR, "bfca", ALONG)
    spatial_availability(TOWNS, PLACES, *NEAR, ALONG, detailed_results=True)
    pd.testing.assert_frame_equal(TOWNS, towns)
    pd.testing.assert_frame_equal(PLACES, places)


@pytest.mark.parametrize("alpha", [-1, np.inf, NAN])
def test_alpha_is_a_number_not_below_zero(alpha: float) -> None:
    with pytest.raises(AccessError, match="alpha must be a finite number, 0 or more"):
        spatial_availability(TOWNS, PLACES, *NEAR, ALONG, alpha)


def test_arguments_are_checked_by_name() -> None:
    with pytest.raises(AccessError, match="method='3sfca' is not known; choose from '2sfca', 'bfca'"):
        floating_catchment_area(TOWNS, PLACES, *NEAR, "3sfca", ALONG)  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="no_demand='nan' is not known; choose from 'zero', 'as_r'"):
        floating_catchment_area(TOWNS, PLACES, *NEAR, "2sfca", ALONG, no_demand="nan")  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="no_demand='nan'"):
        spatial_availability(TOWNS, PLACES, *NEAR, ALONG, no_demand="nan")  # type: ignore[arg-type]
    with pytest.raises(AccessError, match="decay_function must be a decay"):
        spatial_availability(TOWNS, PLACES, *NEAR, "exponential")  # type: ignore[arg-type]
    with pytest.raises(InputDataError, match="people must not be negative, got -1"):
        spatial_availability(TOWNS, PLACES.assign(people=-1), *NEAR, ALONG)
    with pytest.raises(InputDataError, match="land_use_data has no column 'beds'"):
        floating_catchment_area(TOWNS, PLACES, "beds", "travel_time", "people", "2sfca", ALONG)

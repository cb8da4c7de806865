"""The mix of reach and of schools: hand cases, laws, poor data."""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd
import pytest

from access.decay import decay_binary, decay_exponential
from access.matrix_reader import MatrixBlock, blocks_of
from access.reach_mix import concentration_at_extremes, mix_entropy, mix_of_reach, places_by_class
from access.school_mix import SchoolReach, places_with_school, school_rows, schools_in_reach
from access.segregation_counts import GroupCounts, group_counts
from access.segregation_reach import KERNELS, TravelSegregation, segregation_through_travel


def counted(people: object, of: str = "households") -> GroupCounts:
    names = ["poor", "middle", "rich"]
    table = np.asarray(people, dtype=float)
    names = names if table.shape[1] == 3 else ["poor", "rich"]
    return group_counts(pd.DataFrame(table, columns=names), names, of=of)


def in_a_row(n_cells: int, minutes_apart: int) -> np.ndarray:
    steps = np.abs(np.subtract.outer(np.arange(n_cells), np.arange(n_cells)))
    return np.minimum(steps * minutes_apart, 255).astype(np.uint8)


def reach(
    people: object, cutoff: float, places: dict[str, np.ndarray] | None = None, nearest: float = 10
) -> TravelSegregation:
    minutes = in_a_row(len(np.asarray(people)), 5)
    return segregation_through_travel(
        blocks_of(minutes),
        counted(people),
        decay_binary(cutoff),
        walks=blocks_of(minutes),
        nearest_people=nearest,
        places=places,
    )


def by_key(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index(["indicator", "group"]).sort_index()


def test_entropy_is_1_for_equal_numbers_and_0_for_one_group() -> None:
    around = np.array([[5.0, 5.0], [7.0, 0.0], [0.0, 0.0], [1.0, 3.0]])
    found = mix_entropy(around)
    assert found[:2] == pytest.approx([1, 0])
    assert np.isnan(found[2])
    assert found[3] == pytest.approx(-(0.25 * log(0.25) + 0.75 * log(0.75)) / log(2))
    assert mix_entropy(np.array([[5.0, 5.0, 0.0]]))[0] == pytest.approx(1)  # a group that is nowhere
    assert mix_entropy(np.array([[5.0, 5.0, 0.0]]), 3)[0] == pytest.approx(log(2) / log(3))
    assert mix_entropy(np.array([[5.0]]))[0] == 0


def test_concentration_at_the_extremes_runs_from_only_poor_to_only_affluent() -> None:
    around = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 4.0], [2.0, 4.0, 2.0], [6.0, 4.0, 10.0], [0.0, 0.0, 0.0]])
    found = concentration_at_extremes(around, [0], [2])
    assert found[:4] == pytest.approx([-1, 1, 0, 0.2])
    assert np.isnan(found[4])


def test_places_belong_to_the_class_of_their_cell() -> None:
    found = places_by_class(np.array([5.0, 7.0, 9.0, 1.0]), np.array([2.0, 1.0, np.nan, 2.0]), 3)
    assert found.tolist() == [[0, 5, 0], [7, 0, 0], [0, 0, 0], [0, 1, 0]]
    for wrong in (0.0, 4.0, 1.5):
        with pytest.raises(ValueError, match="class_of_cell must be whole numbers from 1 to 3, or NaN"):
            places_by_class(np.ones(1), np.array([wrong]), 3)


def test_three_cells_on_paper() -> None:
    """10 poor | 10 rich | 10 rich, 5 minutes apart, within 6: around them 1:1, 1:2 and 0:2."""
    found = reach([[10, 0], [0, 10], [0, 10]], 6)
    mix = mix_of_reach(found, poor=["poor"], affluent=["rich"], period="peak")
    third = -(log(1 / 3) / 3 + 2 * log(2 / 3) / 3) / log(2)
    assert mix.people["transit"] == pytest.approx([1, third, 0])
    assert mix.extremes["transit"] == pytest.approx([0, 1 / 3, 1])
    rows = by_key(mix.rows)
    value = rows.value
    assert value["mix_of_reach_people_transit", "all"] == pytest.approx((1 + third) / 3)
    assert value["mix_of_reach_people_transit", "poor"] == pytest.approx(1)
    assert value["mix_of_reach_people_transit", "rich"] == pytest.approx(third / 2)
    assert value["mix_of_reach_people_equal_population", "all"] == pytest.approx(0)  # 10 are at home
    assert value["exposure_of_low_income_transit", "low_income"] == pytest.approx(0.5)
    assert value["extremes_in_reach_transit", "rich"] == pytest.approx(2 / 3)
    assert value["mix_of_reach_city", "all"] == pytest.approx(third)
    assert rows.covered_population["mix_of_reach_people_transit", "poor"] == 10
    assert set(rows.period) == {"peak"}


def test_a_group_that_nobody_reaches_still_counts_among_those_that_could_be_around() -> None:
    """Poor and middle are around in equal numbers; the rich live in a cell on no street."""
    minutes = np.array([[0, 0, 255], [0, 0, 255], [255, 255, 255]], dtype=np.uint8)
    found = segregation_through_travel(
        blocks_of(minutes),
        counted([[5, 0, 0], [0, 5, 0], [0, 0, 9]]),
        decay_binary(9),
        walks=blocks_of(minutes),
    )
    mix = mix_of_reach(found, poor=["poor"], affluent=["rich"])
    assert mix.people["transit"][:2] == pytest.approx([log(2) / log(3)] * 2)


def test_the_mix_of_places_in_reach_speaks_of_those_who_reach_any() -> None:
    """Jobs of two classes in the first cell, one class in the second, none near the third and fourth."""
    classes = {"jobs": np.array([[6.0, 6.0], [0.0, 4.0], [0.0, 0.0], [0.0, 0.0]])}
    found = reach([[10, 0], [10, 0], [0, 10], [0, 10]], 1, classes)
    mix = mix_of_reach(found, poor=["poor"], affluent=["rich"])
    assert mix.places["jobs"][:2] == pytest.approx([1, 0])
    assert np.isnan(mix.places["jobs"][2:]).all()
    rows = by_key(mix.rows)
    assert rows.value["mix_of_reach_places", "all"] == pytest.approx(0.5)
    assert rows.covered_population["mix_of_reach_places", "all"] == 20
    assert rows.service["mix_of_reach_places", "all"] == "jobs"
    assert "nobody of this group who is covered reaches any" in str(rows.note["mix_of_reach_places", "rich"])


def test_in_an_equal_city_everybody_has_the_city_around() -> None:
    mix = mix_of_reach(reach([[1, 2, 3]] * 9, 11), poor=["poor"], affluent=["rich"])
    rows = by_key(mix.rows)
    city = rows.value["mix_of_reach_city", "all"]
    for kernel in KERNELS:
        assert rows.value[f"mix_of_reach_people_{kernel}", "all"] == pytest.approx(city)
        assert rows.value[f"exposure_of_low_income_{kernel}", "low_income"] == pytest.approx(5 / 6)
        assert rows.value[f"extremes_in_reach_{kernel}", "all"] == pytest.approx(2 / 6)


def test_reaching_nobody_leaves_every_mean_undefined() -> None:
    minutes = np.full((2, 2), 255, dtype=np.uint8)
    found = segregation_through_travel(
        blocks_of(minutes),
        counted([[5, 0], [0, 5]]),
        decay_binary(9),
        walks=blocks_of(minutes),
        nearest_people=8,
    )
    rows = pd.DataFrame(mix_of_reach(found, poor=["poor"], affluent=["rich"]).rows)
    assert rows.value.isna().all()
    assert rows.note.str.startswith("not defined: ").all()


def test_groups_that_are_not_counted_or_are_both_are_refused() -> None:
    found = reach([[10, 0], [0, 10]], 6)
    with pytest.raises(ValueError, match="must be different groups of poor, rich; got beggars and rich"):
        mix_of_reach(found, poor=["beggars"], affluent=["rich"])
    with pytest.raises(ValueError, match="must be different groups of poor, rich; got rich and rich"):
        mix_of_reach(found, poor=["rich"], affluent=["rich"])


def schools_on_paper() -> dict[str, SchoolReach]:
    """Cells 5 minutes apart; schools in the first and third; within 6 minutes a child reaches one or two.

    30 poor | 10 rich | 20 rich | 5 poor in a far cell that reaches no school.
    """
    minutes = np.full((4, 4), 255, dtype=np.uint8)
    minutes[:3, :3] = in_a_row(3, 5)
    minutes[3, 3] = 0
    children = counted([[30, 0], [0, 10], [0, 20], [5, 0]], of="children")
    return schools_in_reach(
        blocks_of(minutes), children, {"primary": np.array([1.0, 0.0, 2.0, 0.0])}, decay_binary(6)
    )


def test_schools_on_paper() -> None:
    found = schools_on_paper()["primary"]
    assert found.schools.tolist() == [1, 3, 2, 0]
    assert found.children.tolist() == [[30, 10], [0, 0], [0, 30], [0, 0]]
    # the middle cell: one school with 3/4 poor, two without any
    assert found.met[:3] == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]))
    assert np.isnan(found.met[3]).all()
    quarter = -(0.25 * log(0.25) + 0.75 * log(0.75)) / log(2)
    assert found.entropy[:3] == pytest.approx([quarter, quarter, 0])
    assert found.without == 5
    assert found.exposure[0] == pytest.approx([0.75, 0.25])
    assert found.exposure[1] == pytest.approx([0.25 / 3, 1 - 0.25 / 3])
    assert places_with_school(found)[[0, 2]] == pytest.approx([quarter, 0])
    assert np.isnan(places_with_school(found)[[1, 3]]).all()


def test_rows_of_schools_on_paper() -> None:
    children = counted([[30, 0], [0, 10], [0, 20], [5, 0]], of="children")
    rows = by_key(school_rows(schools_on_paper(), children, period="peak"))
    assert rows.value["schools_in_reach", "poor"] == pytest.approx(30 / 35)
    assert rows.value["schools_in_reach", "rich"] == pytest.approx(70 / 30)
    assert rows.value["schools_in_reach", "all"] == pytest.approx(100 / 65)
    assert rows.value["schools_reach_none", "all"] == 5
    assert rows.value["schools_isolation", "poor"] == pytest.approx(0.75)
    assert rows.covered_population["schools_mix", "poor"] == 30
    assert set(rows.service) == {"primary"}
    assert rows.unit["schools_reach_none", "all"] == "children"
    assert np.isfinite(rows.value["schools_segregation", "all"])


def test_levels_are_apart_and_blocks_of_rows_and_columns_agree() -> None:
    rng = np.random.default_rng(3)
    minutes = rng.integers(0, 60, (30, 30)).astype(np.uint8)
    minutes[rng.random((30, 30)) < 0.4] = 255
    children = counted(rng.integers(0, 20, (30, 3)))
    schools = {"primary": rng.integers(0, 2, 30).astype(float), "secondary": np.eye(30)[4] * 2}
    decay = decay_exponential(0.06)
    by_rows = schools_in_reach(blocks_of(minutes), children, schools, decay)
    every = np.arange(30)
    columns = [MatrixBlock(every, some, minutes[:, some]) for some in np.array_split(every, 4)]
    by_columns = schools_in_reach(columns, children, schools, decay)
    weights = np.where(minutes == 255, 0, np.exp(-0.06 * minutes))
    for level, amounts in schools.items():
        for mine, other in zip(by_rows[level][:4], by_columns[level][:4], strict=True):
            assert mine == pytest.approx(other, nan_ok=True)
        assert by_rows[level].schools == pytest.approx(weights @ amounts)
        assert by_rows[level].children == pytest.approx(
            (weights.T @ children.counts) * (amounts > 0)[:, None]
        )


def test_a_school_that_no_child_reaches_and_a_level_without_schools() -> None:
    minutes = in_a_row(3, 5)
    children = counted([[3, 1], [1, 3], [0, 0]])
    found = schools_in_reach(
        blocks_of(minutes),
        children,
        {"primary": np.array([1.0, 0, 1.0]), "none": np.zeros(3)},
        decay_binary(1),
    )
    assert found["primary"].met[0] == pytest.approx([0.75, 0.25])
    assert np.isnan(found["primary"].met[2]).all()
    assert found["none"].without == 8
    rows = by_key(school_rows({"none": found["none"]}, children))
    assert rows.value["schools_in_reach", "all"] == 0
    assert np.isnan(rows.value["schools_mix", "all"])
    assert rows.note["schools_mix", "poor"] == "not defined: none of them reaches a school"


def test_a_group_without_children_and_schools_for_other_cells() -> None:
    children = counted([[3, 0, 1], [1, 0, 3]])
    found = schools_in_reach(blocks_of(in_a_row(2, 5)), children, {"primary": np.ones(2)}, decay_binary(30))
    rows = by_key(school_rows(found, children))
    assert rows.note["schools_in_reach", "middle"] == "not defined: nobody is in this group"
    assert rows.value["schools_segregation", "all"] == pytest.approx(0, abs=1e-12)  # all reach both schools
    with pytest.raises(ValueError, match=r"schools 'primary': shape \(3,\) is not \(2 cells,\)"):
        schools_in_reach(blocks_of(in_a_row(2, 5)), children, {"primary": np.ones(3)}, decay_binary(30))

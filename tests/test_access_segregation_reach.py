"""Segregation through travel: hand cases, plain twins, and the law of the faster network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.decay import decay_binary, decay_exponential
from access.engine.arrays import WalkLinks
from access.errors import InputDataError
from access.matrix_reader import MatrixBlock, blocks_of
from access.reach_mix import mix_of_reach, residents_by_class
from access.segregation_counts import ONE_MEAN_ONLY, GroupCounts, group_counts
from access.segregation_reach import KERNELS, TravelSegregation, segregation_through_travel, travel_rows
from access.segregation_rows import OF_TRAVEL, undefined_rows
from access.segregation_surroundings import (
    groups_at_minute,
    minute_weights,
    nearest_groups,
    surroundings_by_travel,
    surroundings_on_foot,
)
from tests.reference import segregation as twin

NAMES = ["poor", "rich"]


def counted(people: object, names: list[str] | None = None) -> GroupCounts:
    table = np.asarray(people, dtype=float)
    names = names or [*NAMES, "other"][: table.shape[1]]
    return group_counts(pd.DataFrame(table, columns=names), names)


def in_a_row(n_cells: int, minutes_apart: float) -> np.ndarray:
    """Cells along a line, so many minutes from one to the next."""
    steps = np.abs(np.subtract.outer(np.arange(n_cells), np.arange(n_cells)))
    return np.minimum(np.floor(steps * minutes_apart), 255).astype(np.uint8)


def columns_of(minutes: np.ndarray, width: int) -> list[MatrixBlock]:
    """The matrix as arrive-by searches give it: whole columns."""
    rows = np.arange(len(minutes))
    cuts = [np.arange(first, min(first + width, len(minutes))) for first in range(0, len(minutes), width)]
    return [MatrixBlock(rows, cut, minutes[:, cut]) for cut in cuts]


def measure(minutes: np.ndarray, people: object, cutoff: float, **options: object) -> TravelSegregation:
    options.setdefault("walks", blocks_of(minutes))
    return segregation_through_travel(
        blocks_of(minutes),
        counted(people),
        decay_binary(cutoff),
        **options,  # type: ignore[arg-type]
    )


def test_three_cells_on_paper() -> None:
    """10 poor | 10 rich | 10 rich, 5 minutes apart; within 6 minutes the first two meet, and the last two."""
    found = measure(in_a_row(3, 5), [[10, 0], [0, 10], [0, 10]], 6, nearest_people=10)
    # surroundings: half poor; one third poor; none poor
    h = 1 - (10 * twin.bits(1 / 2) + 10 * twin.bits(1 / 3) + 0) / (30 * twin.bits(1 / 3))
    assert found.information["transit"].value == pytest.approx(h)
    assert found.information["walk"].value == pytest.approx(h)
    assert found.information["equal_population"].value == pytest.approx(1)  # the own cell is enough
    assert found.exposure["transit"][0] == pytest.approx([1 / 2, 1 / 2])
    assert found.exposure["transit"][1] == pytest.approx([(1 / 3 + 0) / 2, (2 / 3 + 1) / 2])
    assert found.covered.all()


def test_the_nearest_people_of_the_last_minute_count_in_proportion() -> None:
    """4 people at home, 10 poor and 30 rich at minute 7; of the nearest 14, 2.5 are these poor."""
    minutes = np.array([[0, 7, 7, 255]], dtype=np.uint8)
    people = np.array([[4.0, 0.0], [10.0, 0.0], [0.0, 30.0], [9.0, 9.0]])
    at_minute = groups_at_minute(minutes, people)
    assert nearest_groups(at_minute, 14.0)[0] == pytest.approx([6.5, 7.5])
    assert nearest_groups(at_minute, 3.0)[0] == pytest.approx([3.0, 0.0])
    assert nearest_groups(at_minute, 44.0)[0] == pytest.approx([14.0, 30.0])
    assert nearest_groups(at_minute, 45.0)[0] == pytest.approx([14.0, 30.0])  # one too few: all


def test_tenths_of_people_add_up_in_spite_of_rounding() -> None:
    at_minute = groups_at_minute(np.zeros((1, 10), dtype=np.uint8), np.full((10, 1), 0.1))
    assert nearest_groups(at_minute, 1.0)[0] == pytest.approx([1.0])


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.data())
def test_random_cities_agree_with_the_twins(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 7))
    k = data.draw(st.integers(2, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    people = rng.integers(0, 20, (n, k)).astype(float) + rng.integers(0, 2, (n, k)) / 4
    people[0] += 1
    people[1, 0] += 1
    minutes = np.where(rng.random((n, n)) < 0.2, 255, rng.integers(0, 60, (n, n))).astype(np.uint8)
    np.fill_diagonal(minutes, 0)
    decay = decay_exponential(0.07)
    nearest = float(people.sum()) * 0.3
    found = segregation_through_travel(
        blocks_of(minutes), counted(people), decay, walks=blocks_of(minutes), nearest_people=nearest
    )
    mixes = [twin.nearest_people(row, people.tolist(), nearest) for row in minutes.tolist()]
    for mine, theirs in zip(found.surroundings["equal_population"], mixes, strict=True):
        assert mine == pytest.approx(theirs)
    lived_in = people.sum(axis=1) > 0
    assert (found.covered == lived_in).all()  # every cell reaches itself
    short = np.array([sum(mix) < nearest * (1 - 1e-9) for mix in mixes])
    assert found.fewer == pytest.approx(people[short].sum() / people.sum())
    phi = np.where(minutes == 255, 0, np.exp(-0.07 * minutes))
    assert found.surroundings["transit"] == pytest.approx(phi @ people)
    lists = people[lived_in].tolist()
    phi = phi[np.ix_(lived_in, lived_in)]
    assert found.information["transit"].value == pytest.approx(twin.spatial_information(lists, phi.tolist()))
    for m in range(k):
        if people[:, m].any():
            expected = [twin.spatial_exposure(lists, phi.tolist(), m, other) for other in range(k)]
            assert found.exposure["transit"][m] == pytest.approx(expected)


def test_rows_columns_and_walk_links_give_the_same_surroundings() -> None:
    rng = np.random.default_rng(5)
    minutes = rng.integers(0, 90, (23, 23)).astype(np.uint8)
    minutes[rng.random((23, 23)) < 0.3] = 255
    np.fill_diagonal(minutes, 0)
    people = rng.integers(0, 30, (23, 3)).astype(float)
    weights = minute_weights(decay_exponential(0.05))
    by_rows = surroundings_by_travel(blocks_of(minutes), people, weights, 50.0)
    by_columns = surroundings_by_travel(columns_of(minutes, 7), people, weights, 50.0)
    assert by_rows.weighted == pytest.approx(by_columns.weighted)
    assert by_rows.nearest == pytest.approx(by_columns.nearest)
    linked = [np.flatnonzero(row < 255) for row in minutes]
    start = np.cumsum([0, *map(len, linked)])
    target = np.concatenate(linked).astype(np.int32)
    seconds = (
        np.concatenate([row[cells] for row, cells in zip(minutes, linked, strict=True)]) * np.int32(60) + 59
    )
    links = WalkLinks(start.astype(np.int64), target, seconds.astype(np.int32))
    assert surroundings_on_foot(links, people, weights) == pytest.approx(by_rows.weighted)
    assert surroundings_on_foot(blocks_of(minutes), people, weights) == pytest.approx(by_rows.weighted)


def test_walk_links_without_the_cell_itself_count_it_and_a_cell_without_links_has_nobody() -> None:
    links = WalkLinks(
        np.array([0, 1, 1, 2]), np.array([2, 2], dtype=np.int32), np.array([300, 0], dtype=np.int32)
    )
    people = np.array([[1.0], [10.0], [100.0]])
    weights = minute_weights(decay_exponential(0.1))
    expected = [1 + 100 * np.exp(-0.5), 0, 100]
    assert surroundings_on_foot(links, people, weights)[:, 0] == pytest.approx(expected)


def test_walks_of_more_minutes_than_a_byte_holds_weigh_nothing() -> None:
    links = WalkLinks(
        np.array([0, 2, 2]), np.array([0, 1], dtype=np.int32), np.array([0, 80_000], dtype=np.int32)
    )
    around = surroundings_on_foot(links, np.array([[1.0], [10.0]]), np.ones(256) * (np.arange(256) < 255))
    assert around[:, 0] == pytest.approx([1, 0])


def sorted_line_city(n_cells: int = 40) -> np.ndarray:
    """Poor in the west, rich in the east, 100 people a cell."""
    share = np.linspace(0.05, 0.95, n_cells)
    return 100 * np.column_stack([1 - share, share])


def test_a_faster_network_lowers_the_transit_index_but_not_that_of_equal_populations() -> None:
    """Every journey takes half as long. Who is nearer than whom stays: 8, 16 ... minutes become 4, 8 ..."""
    people = sorted_line_city()
    slow, fast = in_a_row(40, 6), in_a_row(40, 3)
    on_foot = in_a_row(40, 20)
    before, after = (
        segregation_through_travel(
            blocks_of(minutes), counted(people), decay_exponential(0.05), walks=blocks_of(on_foot)
        )
        for minutes in (slow, fast)
    )
    assert after.information["transit"].value < 0.7 * before.information["transit"].value
    assert after.information["walk"] == before.information["walk"]
    assert after.information["equal_population"] == before.information["equal_population"]
    assert after.exposure["equal_population"] == pytest.approx(before.exposure["equal_population"])
    isolation = [found.exposure["transit"][0, 0] for found in (before, after)]
    assert isolation[1] < isolation[0]


def test_a_line_that_joins_poor_and_rich_lowers_the_equal_population_index() -> None:
    """Order matters to it: a fast line between the two ends brings them among each other's nearest."""
    people = sorted_line_city()
    without, joined = in_a_row(40, 6), in_a_row(40, 6)
    for cell in range(8):
        joined[cell, 39 - cell] = joined[39 - cell, cell] = 1
    before, after = (measure(minutes, people, 30, nearest_people=500.0) for minutes in (without, joined))
    assert after.information["equal_population"].value < before.information["equal_population"].value - 0.01


def test_an_equal_city_is_0_and_a_wholly_separate_one_1_in_all_three_ways() -> None:
    equal = measure(in_a_row(9, 5), [[3, 6]] * 9, 20)
    apart = measure(in_a_row(2, 200), [[5, 0], [0, 5]], 20, nearest_people=5)
    for kernel in KERNELS:
        assert equal.information[kernel].value == pytest.approx(0, abs=1e-12)
        assert equal.exposure[kernel] == pytest.approx(np.array([[1 / 3, 2 / 3]] * 2))
        assert apart.information[kernel].value == pytest.approx(1)


def test_who_reaches_too_few_keeps_all_that_are_reached_and_who_reaches_nobody_is_left_out() -> None:
    """The fourth cell reaches only its own 10 people, the fifth is empty, the sixth is on no street."""
    minutes = in_a_row(6, 5)
    minutes[[3, 5]] = minutes[:, [3, 5]] = 255
    minutes[3, 3] = 0
    people = [[10, 10], [20, 0], [0, 20], [5, 5], [0, 0], [15, 15]]
    found = measure(minutes, people, 30, nearest_people=30)
    assert found.covered.tolist() == [True, True, True, True, False, False]
    assert found.surroundings["equal_population"][3].tolist() == [5, 5]
    assert {found.information[kernel].covered_population for kernel in KERNELS} == {70}
    assert found.fewer == pytest.approx(1 / 7)
    rows = pd.DataFrame(travel_rows(found, period="peak"))
    left_out = "of households; 30.0% left out, in cells without links to a street"
    assert rows.note[0] == left_out
    assert rows.note.iloc[-1] == (f"the 30 nearest by transit, fewer for 14.3% who reach no more; {left_out}")
    assert set(rows.period) == {"peak"}
    assert set(rows.indicator) == set(OF_TRAVEL)
    undefined = pd.DataFrame(undefined_rows(ONE_MEAN_ONLY, OF_TRAVEL, period="night"))
    assert set(undefined.columns) == set(rows.columns)
    assert set(undefined.period) == {"night"}


def test_a_cell_without_walks_is_left_out_of_all_three() -> None:
    """The third cell is reached by transit, but has no walk links: all three speak of the same people."""
    minutes = in_a_row(3, 5)
    links = WalkLinks(
        np.array([0, 1, 2, 2]), np.array([0, 1], dtype=np.int32), np.array([0, 0], dtype=np.int32)
    )
    found = measure(minutes, [[10, 0], [0, 10], [0, 20]], 6, walks=links, nearest_people=10)
    assert found.covered.tolist() == [True, True, False]
    # the rich of the second cell have 10 poor and 30 rich around; those of the third are not asked
    assert found.exposure["transit"][1] == pytest.approx([0.25, 0.75])
    assert found.information["transit"].covered_population == 20
    assert found.note == "of households; 50.0% left out, in cells without links to a street"


def test_the_size_of_equal_surroundings_is_a_twentieth_of_all_where_it_is_not_given() -> None:
    assert measure(in_a_row(5, 5), [[10, 10]] * 5, 30).nearest_people == 5


@pytest.mark.parametrize("nearest", [0.0, -3.0, 71.0, float("nan")])
def test_an_impossible_size_of_equal_surroundings_is_refused(nearest: float) -> None:
    with pytest.raises(InputDataError, match=r"must be above 0 and at most the 70 households counted, got"):
        measure(in_a_row(2, 5), [[10, 20], [20, 20]], 30, nearest_people=nearest)


def test_where_no_cell_is_reached_nothing_is_defined() -> None:
    minutes = np.full((2, 2), 255, dtype=np.uint8)
    found = measure(minutes, [[5, 0], [0, 5]], 20)
    for kernel in KERNELS:
        assert found.information[kernel].reason == "no inhabited cell is reached, not even from itself"
    rows = pd.DataFrame(travel_rows(found))
    assert rows.value.isna().all()
    assert rows.note.str.startswith("not defined: no inhabited cell").all()


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ([[5, 0], [4, 0]], "all people are in one group"),
        ([[5, 4], [0, 0]], "all people are counted in one place"),
        ([[0, 0], [0, 0]], "nobody is counted"),
    ],
)
def test_what_cannot_be_measured_is_not_defined_with_the_reason(people: list[list[int]], reason: str) -> None:
    found = measure(in_a_row(2, 5), people, 30)
    for kernel in KERNELS:
        assert np.isnan(found.information[kernel].value)
        assert reason in str(found.information[kernel].reason)
    assert pd.DataFrame(travel_rows(found)).value.isna().all()


def test_places_are_weighed_in_the_same_reading() -> None:
    jobs = {"jobs": np.array([[4.0, 0.0], [0.0, 6.0], [1.0, 1.0]]), "care": np.array([[1.0], [0.0], [0.0]])}
    found = measure(in_a_row(3, 5), [[10, 0], [0, 10], [0, 10]], 6, nearest_people=10, places=jobs)
    assert found.places["jobs"].tolist() == [[4, 6], [5, 7], [1, 7]]
    assert found.places["care"].tolist() == [[1], [1], [0]]
    assert measure(in_a_row(2, 5), [[1, 0], [0, 1]], 6).places == {}
    with pytest.raises(ValueError, match=r"places 'jobs': shape \(2, 1\) is not \(3 cells, n_classes\)"):
        measure(in_a_row(3, 5), [[1, 1]] * 3, 6, places={"jobs": np.ones((2, 1))})


def test_classes_by_mean_income_have_a_mix_of_reach_but_no_segregation_index() -> None:
    """Each cell is of one class by construction: an index would measure the classing, not the city."""
    residents = residents_by_class(np.array([10.0, 20.0, 5.0]), np.array([1.0, 3.0, np.nan]), 3)
    assert residents.counts.tolist() == [[10, 0, 0], [0, 0, 20], [0, 0, 0]]
    assert residents.known.tolist() == [True, True, False]
    minutes = in_a_row(3, 5)
    found = segregation_through_travel(
        blocks_of(minutes), residents, decay_binary(9), walks=blocks_of(minutes), nearest_people=20
    )
    rows = pd.DataFrame(travel_rows(found))
    assert rows.value.isna().all()
    assert rows.note.str.contains("only one mean income a zone is known").all()
    mix = mix_of_reach(found, poor=["class_1"], affluent=["class_3"])
    table = pd.DataFrame(mix.rows).set_index(["indicator", "group"])
    expected = twin.bits(1 / 3)  # both reach 10 of the first and 20 of the third class
    assert mix.people["transit"][:2] == pytest.approx([expected] * 2)
    assert table.value["mix_of_reach_city", "all"] == pytest.approx(expected)
    assert table.value["exposure_of_low_income_transit", "low_income"] == pytest.approx(2 / 3)
    assert "residents, by the mean income of their cell" in str(table.note["mix_of_reach_city", "all"])


def test_weights_by_minute_are_checked() -> None:
    assert minute_weights(np.ones(256))[255] == 0
    assert minute_weights(decay_binary(30)).sum() == 30
    with pytest.raises(ValueError, match=r"must have shape \(256,\), got \(255,\)"):
        minute_weights(np.ones(255))
    for wrong in (np.zeros(256), np.full(256, -1.0), np.full(256, np.nan)):
        with pytest.raises(ValueError, match="must be finite, at least 0 and not all 0"):
            minute_weights(wrong)


def test_the_caller_s_arrays_stay_as_they_were() -> None:
    minutes, people = in_a_row(6, 5), np.arange(12.0).reshape(6, 2)
    residents, before = counted(people), people.copy()
    measured = segregation_through_travel(
        blocks_of(minutes), residents, decay_binary(20), walks=blocks_of(minutes)
    )
    assert (minutes == in_a_row(6, 5)).all()
    assert (people == before).all()
    assert measured.residents is residents

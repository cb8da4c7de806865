"""Measures of tables by the names of the R package: cases on paper, a slow twin, laws, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import measures as twin

from access.decay import decay_binary, decay_exponential, decay_logistic, decay_stepped
from access.errors import AccessError, DataQualityWarning
from access.measures import cumulative
from access.measures_costs import balancing_cost, cost_to_closest
from access.measures_cumulative import cumulative_cutoff, cumulative_interval
from access.measures_gravity import gravity
from access.measures_nearest import balancing, cost_to_nth, rising
from access.weights import ByteCosts, LongCosts

# b has 2 jobs at the door, 10 at 20 minutes and 100 at 40; a only those at its door.
MATRIX = pd.DataFrame(
    {
        "from_id": ["b", "b", "b", "a"],
        "to_id": ["c", "b", "a", "a"],
        "travel_time": [40, 0, 20, 5],
    }
)
LAND = pd.DataFrame({"id": ["a", "b", "c"], "jobs": [10, 2, 100], "people": [7, 12, 0]})


def rows(table: pd.DataFrame) -> list[list]:
    return table.to_numpy().tolist()


# Cumulative


def test_within_20_minutes_is_less_than_20_unless_told_otherwise() -> None:
    assert rows(cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", 20)) == [["a", 10], ["b", 2]]
    up_to = cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", 20, comparison="<=")
    assert rows(up_to) == [["a", 10], ["b", 12]]


def test_several_cutoffs_are_a_column_in_rising_order() -> None:
    table = cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", [60, 1])
    assert list(table.columns) == ["id", "travel_time", "jobs"]
    assert rows(table) == [["a", 1, 0], ["a", 60, 10], ["b", 1, 2], ["b", 60, 112]]


def test_a_list_of_one_cutoff_is_one_cutoff() -> None:
    assert list(cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", [60]).columns) == ["id", "jobs"]


def test_who_reaches_nothing_has_a_row_only_if_asked_for() -> None:
    table = cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", [1, 60], fill_missing_ids=False)
    assert rows(table) == [["a", 60, 10], ["b", 1, 2], ["b", 60, 112]]


def test_who_reaches_a_place_with_nothing_keeps_its_row() -> None:
    table = cumulative_cutoff(
        MATRIX, LAND.assign(jobs=[0, 2, 100]), "jobs", "travel_time", 10, fill_missing_ids=False
    )
    assert rows(table) == [["a", 0], ["b", 2]]


def test_passive_access_is_who_can_reach_a_place() -> None:
    table = cumulative_cutoff(MATRIX, LAND, "people", "travel_time", 30, active=False)
    assert rows(table) == [["a", 19], ["b", 12], ["c", 0]]


FARES = pd.DataFrame(
    {
        "from_id": ["a", "a", "a"],
        "to_id": ["b", "b", "c"],
        "travel_time": [50, 20, 20],
        "fare": [0.0, 5.0, 9.0],
    }
)


def test_with_several_costs_one_row_must_keep_all_cutoffs_and_a_pair_counts_once() -> None:
    table = cumulative_cutoff(FARES, LAND, "jobs", ["travel_time", "fare"], [[30, 60], [1, 6]])
    assert list(table.columns) == ["id", "travel_time", "fare", "jobs"]
    assert rows(table) == [["a", 30, 1, 0], ["a", 30, 6, 2], ["a", 60, 1, 2], ["a", 60, 6, 2]]


def test_with_several_costs_a_single_cutoff_each_will_do() -> None:
    table = cumulative_cutoff(FARES, LAND, "jobs", ["travel_time", "fare"], [60, 10])
    assert rows(table) == [["a", 60, 10, 102]]
    passive = cumulative_cutoff(
        FARES, LAND, "people", ["travel_time", "fare"], [30, 6], active=False, fill_missing_ids=False
    )
    assert rows(passive) == [["b", 30, 6, 7]]


def test_several_costs_at_the_cutoff_follow_the_comparison() -> None:
    at = {"travel_cost": ["travel_time", "fare"], "cutoff": [20, 9]}
    assert cumulative_cutoff(FARES, LAND, "jobs", **at)["jobs"].tolist() == [0]
    assert cumulative_cutoff(FARES, LAND, "jobs", **at, comparison="<=")["jobs"].tolist() == [102]


def test_several_costs_keep_groups_apart() -> None:
    days = pd.concat([FARES.assign(day=day) for day in ("sunday", "monday")])
    days = days[(days["day"] == "monday") | (days["fare"] > 0)]
    table = cumulative_cutoff(days, LAND, "jobs", ["travel_time", "fare"], [60, [1, 10]], "day")
    assert list(table.columns) == ["id", "day", "travel_time", "fare", "jobs"]
    assert rows(table) == [
        ["a", "monday", 60, 1, 2],
        ["a", "monday", 60, 10, 102],
        ["a", "sunday", 60, 1, 0],
        ["a", "sunday", 60, 10, 102],
    ]
    passive = cumulative_cutoff(days, LAND, "people", ["travel_time", "fare"], [60, 1], "day", active=False)
    assert passive["people"].tolist() == [7, 0, 0, 0]


# Interval


def test_an_interval_is_the_median_of_its_cutoffs() -> None:
    # Cutoffs 10, 20, ..., 60 give b 2, 2, 12, 12, 112, 112.
    table = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", (10, 60), 10)
    assert rows(table) == [["a", 10], ["b", 12]]
    mean = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", (10, 60), 10, "mean", truncate=False)
    assert mean["jobs"].tolist() == [10, 42]
    largest = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", (10, 60), 10, lambda x: x.max())
    assert largest["jobs"].tolist() == [10, 112]


def test_half_an_opportunity_is_cut_off_as_in_r() -> None:
    # Cutoffs 20 and 30 give b 2 and 13.
    table = cumulative_interval(MATRIX, LAND.assign(jobs=[11, 2, 0]), "jobs", "travel_time", (20, 30), 10)
    assert table["jobs"].tolist() == [11, 7]
    whole = cumulative_interval(MATRIX, LAND.assign(jobs=[11, 2, 0]), "jobs", "travel_time", (20, 30), 10,
                                truncate=False)  # fmt: skip
    assert whole["jobs"].tolist() == [11, 7.5]


def test_an_end_that_the_steps_do_not_meet_is_not_visited() -> None:
    # Cutoffs 10, 25 and 40, not 41: b has 2, 12, 12.
    table = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", (10, 41), 15, "max")
    assert table["jobs"].tolist() == [10, 12]


def test_several_intervals_are_named_and_each_has_its_own_cutoffs() -> None:
    intervals = [(0, 30), (0, 42)]
    table = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", intervals, 21, "mean", truncate=False)
    assert list(table.columns) == ["id", "interval", "jobs"]
    # b: cutoffs 0, 21 give 0, 12; cutoffs 0, 21, 42 give 0, 12, 112.
    assert rows(table)[2:] == [["b", "[0,30]", 6], ["b", "[0,42]", pytest.approx(124 / 3)]]


def test_intervals_pooled_as_in_r_share_their_cutoffs() -> None:
    options = {"interval_increment": 21, "summary_function": "mean", "truncate": False}
    intervals = [(0, 41), (20, 41)]  # cutoffs 0, 21 and 20, 41
    apart = cumulative_interval(MATRIX, LAND, "jobs", "travel_time", intervals, **options)
    pooled = cumulative_interval(
        MATRIX, LAND, "jobs", "travel_time", intervals, pool_intervals=True, **options
    )
    assert apart["jobs"].tolist()[2:] == [6, 57]
    assert pooled["jobs"].tolist()[2:] == [(0 + 2 + 12 + 112) / 4, (2 + 12 + 112) / 3]


# Gravity


def test_gravity_with_a_step_is_cumulative() -> None:
    assert rows(gravity(MATRIX, LAND, "jobs", "travel_time", decay_binary(30))) == [["a", 10], ["b", 12]]


def test_several_decays_are_told_apart_by_their_argument() -> None:
    table = gravity(MATRIX, LAND, "jobs", "travel_time", decay_exponential([0.2, 0.1]))
    assert list(table.columns) == ["id", "decay_function_arg", "jobs"]
    assert table["decay_function_arg"].tolist() == [0.1, 0.2, 0.1, 0.2]
    assert table["jobs"][0] == pytest.approx(10 * np.exp(-0.5))
    stepped = gravity(MATRIX, LAND, "jobs", "travel_time", decay_stepped([[10], [30]], [[0.5], [0]]))
    assert rows(stepped)[2:] == [["b", "s(10);w(0.5)", 57], ["b", "s(30);w(0)", 12]]


def test_a_function_of_ones_own_is_a_decay_too() -> None:
    table = gravity(MATRIX, LAND, "jobs", "travel_time", lambda cost: 2 / (2 + cost / 5))
    assert rows(table) == [["a", pytest.approx(10 * 2 / 3)], ["b", pytest.approx(2 + 10 / 3 + 100 / 5)]]


def test_decays_of_several_shapes_may_be_mixed() -> None:
    table = gravity(MATRIX, LAND, "jobs", "travel_time", [decay_logistic(30, 5), decay_binary(30)])
    assert table["decay_function_arg"].tolist() == [30, "c30;sd5"] * 2
    assert table["jobs"][0] == 10


def test_passive_gravity_is_by_destination() -> None:
    table = gravity(MATRIX, LAND, "people", "travel_time", decay_stepped([1], [0.5]), active=False)
    assert rows(table) == [["a", 9.5], ["b", 12], ["c", 6]]


def test_groups_without_a_pair_are_filled_only_if_asked_for() -> None:
    modes = MATRIX.assign(mode=["bus", "bus", "walk", "walk"], peak=1)
    filled = gravity(modes, LAND, "jobs", "travel_time", decay_binary(60), ["mode", "peak"])
    assert rows(filled) == [
        ["a", "bus", 1, 0],
        ["a", "walk", 1, 10],
        ["b", "bus", 1, 102],
        ["b", "walk", 1, 10],
    ]
    there = gravity(modes, LAND, "jobs", "travel_time", decay_binary(60), ["mode", "peak"], True, False)
    assert rows(there) == rows(filled)[1:]


def test_each_group_is_what_it_is_alone() -> None:
    random = np.random.default_rng(3)
    pairs = pd.MultiIndex.from_product([["walk", "bus"], [7, 12, 22], list("abcd"), list("abcd")])
    matrix = pairs.to_frame(index=False, name=["mode", "hour", "from_id", "to_id"]).sample(60, random_state=1)
    matrix["travel_time"] = random.integers(0, 60, 60)
    land = pd.DataFrame({"id": list("abcd"), "jobs": [1, 10, 100, 1000], "people": [5, 50, 500, 0]})
    for active in (True, False):
        for call in (
            lambda m, **o: cumulative_cutoff(m, land, "jobs", "travel_time", [20, 40], **o),
            lambda m, **o: gravity(m, land, "jobs", "travel_time", decay_exponential([0.1, 0.2]), **o),
            lambda m, **o: cost_to_closest(m, land, "jobs", "travel_time", [1, 50], **o),
            lambda m, **o: balancing_cost(m, land, "jobs", "travel_time", "people", **o),
        ):
            options = {"active": active, "fill_missing_ids": False}
            table = call(matrix, group_by=["mode", "hour"], **options)
            assert table.equals(table.sort_values(["id", "mode", "hour"], kind="stable"))
            for (mode, hour), rows_of_group in matrix.groupby(["mode", "hour"]):
                mine = table[(table["mode"] == mode) & (table["hour"] == hour)].drop(columns=["mode", "hour"])
                alone = call(rows_of_group, **options)
                pd.testing.assert_frame_equal(mine.reset_index(drop=True), alone)


# Closest


def test_the_closest_counts_opportunities_and_not_places() -> None:
    table = cost_to_closest(MATRIX, LAND, "jobs", "travel_time", [3, 1])
    assert list(table.columns) == ["id", "n", "travel_time"]
    assert rows(table) == [["a", 1, 5], ["a", 3, 5], ["b", 1, 0], ["b", 3, 20]]


def test_who_never_reaches_so_many_has_infinity_or_no_row() -> None:
    assert rows(cost_to_closest(MATRIX, LAND, "jobs", "travel_time", 11)) == [["a", np.inf], ["b", 20]]
    table = cost_to_closest(MATRIX, LAND, "jobs", "travel_time", 11, fill_missing_ids=False)
    assert rows(table) == [["b", 20]]


def test_less_than_one_is_enough_for_the_closest_as_in_r() -> None:
    table = cost_to_closest(MATRIX, LAND.assign(jobs=[10, 0.4, 100]), "jobs", "travel_time", [1, 2])
    assert rows(table)[2:] == [["b", 1, 0], ["b", 2, 20]]


def test_a_place_with_an_unknown_number_is_not_a_closest_one() -> None:
    with pytest.warns(DataQualityWarning, match="does not count as a closest one"):
        table = cost_to_closest(MATRIX, LAND.assign(jobs=[10, np.nan, 100]), "jobs", "travel_time")
    assert rows(table) == [["a", 5], ["b", 20]]


def test_fifty_tenths_are_five() -> None:
    places = pd.DataFrame({"from_id": 0, "to_id": np.arange(60), "travel_time": np.arange(60)})
    tenths = pd.DataFrame({"id": np.arange(60), "jobs": 0.1})  # fifty of them add up to a little less than 5
    assert cost_to_closest(places, tenths, "jobs", "travel_time", 5)["travel_time"].tolist() == [49]


# Balancing


def test_the_cost_at_which_jobs_exceed_people() -> None:
    # a has 7 people and 10 jobs at 5 minutes; b has 12 people, 12 jobs at 20 and 112 at 40.
    up_to = {"comparison": "<="}
    assert rows(balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people", **up_to)) == [
        ["a", 5],
        ["b", 40],
    ]
    as_many = balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people", balance=">=", **up_to)
    assert rows(as_many) == [["a", 5], ["b", 20]]
    strictly = balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people")
    assert rows(strictly) == [["a", 6], ["b", 41]]


def test_the_balancing_cost_lies_on_the_grid_and_not_beyond_its_end() -> None:
    table = balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people", 15, comparison="<=")
    assert rows(table) == [["a", 15], ["b", pytest.approx(np.nan, nan_ok=True)]]  # the grid ends at 30
    table = balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people", 15)
    assert rows(table) == [["a", 15], ["b", 45]]


def test_steps_that_are_no_binary_fractions_meet_the_end() -> None:
    assert rising(0, 0.3, 0.1).tolist() == pytest.approx([0, 0.1, 0.2, 0.3])  # 0.3 / 0.1 is below 3
    assert rising(0, 0.35, 0.1).tolist() == pytest.approx([0, 0.1, 0.2, 0.3])


def test_nobody_is_balanced_at_once_and_an_unknown_number_never() -> None:
    nobody = LAND.assign(people=[0, 1, 0])
    assert rows(balancing_cost(MATRIX, nobody, "jobs", "travel_time", "people")) == [["a", 0], ["b", 1]]
    with pytest.warns(DataQualityWarning, match="people without a number are not balanced"):
        table = balancing_cost(
            MATRIX,
            LAND.assign(people=[1, np.nan, 0]),
            "jobs",
            "travel_time",
            "people",
            fill_missing_ids=False,
        )
    assert rows(table) == [["a", 6]]


def test_passive_balancing_is_by_destination() -> None:
    table = balancing_cost(MATRIX, LAND, "people", "travel_time", "jobs", active=False)
    assert table["id"].tolist() == ["a", "b", "c"]
    assert table["travel_time"].tolist()[:2] == [21, 1]
    assert np.isnan(table["travel_time"][2])


# Refusals


def cumulating(cutoff, **options):
    return lambda: cumulative_cutoff(MATRIX, LAND, "jobs", "travel_time", cutoff, **options)


def over(interval, *options):
    return lambda: cumulative_interval(MATRIX, LAND, "jobs", "travel_time", interval, *options)


def weighing(decay):
    return lambda: gravity(MATRIX, LAND, "jobs", "travel_time", decay)


def nearest(n):
    return lambda: cost_to_closest(MATRIX, LAND, "jobs", "travel_time", n)


def balanced(**options):
    return lambda: balancing_cost(MATRIX, LAND, "jobs", "travel_time", "people", **options)


def fares(cutoff):
    return lambda: cumulative_cutoff(FARES, LAND, "jobs", ["travel_time", "fare"], cutoff)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (cumulating(-1), "cutoff must be finite and at least 0, got -1"),
        (cumulating([1, 1]), "cutoff has a value twice"),
        (cumulating([]), "cutoff must be a number or a list of numbers"),
        (cumulating("30"), "cutoff must be a number"),
        (cumulating(1, comparison=">"), "comparison must be"),
        (fares(30), "one list for each of 2 travel costs, got 30"),
        (fares([[30], [1], [2]]), "one list for each of 2"),
        (fares([30, [1, np.nan]]), "cutoff must be finite"),
        (over((30, 30)), "interval must rise"),
        (over(30), "interval must be a pair"),
        (over((0, 9), 0), "interval_increment must be finite"),
        (over((0, 9), 1, "mode"), "summary_function must be one of median, mean, min, max or a function"),
        (weighing(0.1), "decay_function must be a decay"),
        (weighing(len), "len must return one finite weight"),
        (weighing(lambda cost: -cost), "at least 0 for each cost; for 4 costs"),
        (weighing(lambda cost: cost[:1]), "for 4 costs it returned"),
        (weighing([]), "decay_function must be a decay"),
        (weighing(decay_exponential([1, 1])), "decay_function has a parameter twice"),
        (nearest(0.5), "n must be at least 1"),
        (nearest([2, 2]), "n has a number twice"),
        (balanced(cost_increment=0), "cost_increment must be finite"),
        (balanced(balance="="), "balance must be"),
    ],
)
def test_arguments_without_a_meaning_are_refused(call, message: str) -> None:
    with pytest.raises(AccessError, match=message):
        call()


# A slow twin and laws

FEW = settings(max_examples=10, derandomize=True, deadline=None)


@st.composite
def cities(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Some pairs of up to 6 places, some of them never reached; whole minutes; jobs and people."""
    n = draw(st.integers(1, 6))
    pairs = draw(st.lists(st.integers(0, n * n - 1), min_size=1, max_size=n * n, unique=True))
    minutes = st.one_of(st.just(np.nan), st.integers(0, 90).map(float))
    times = draw(st.lists(minutes, min_size=len(pairs), max_size=len(pairs)))
    matrix = pd.DataFrame(
        {
            "from_id": [f"p{pair // n}" for pair in pairs],
            "to_id": [f"p{pair % n}" for pair in pairs],
            "travel_time": times,
        }
    )
    counts = st.lists(st.integers(0, 20), min_size=n, max_size=n)
    land = pd.DataFrame({"id": [f"p{i}" for i in range(n)], "jobs": draw(counts), "people": draw(counts)})
    return matrix, land


def matrix_of_bytes(matrix: pd.DataFrame, land: pd.DataFrame) -> ByteCosts:
    """The same travel times as a run keeps them, all places of land use as origins and destinations."""
    place = {name: i for i, name in enumerate(land["id"])}
    minutes = np.full((len(place), len(place)), 255, np.uint8)
    known = matrix[matrix["travel_time"].notna()]
    minutes[known["from_id"].map(place), known["to_id"].map(place)] = known["travel_time"]
    return ByteCosts(minutes)


@given(cities(), st.integers(0, 100), st.booleans(), st.booleans())
@FEW
def test_sums_equal_those_of_joined_frames(city, cutoff: int, active: bool, including: bool) -> None:
    matrix, land = city
    amounts = "jobs" if active else "people"
    ours = cumulative_cutoff(
        matrix, land, amounts, "travel_time", cutoff, active=active, comparison="<=" if including else "<"
    )
    theirs = twin.cumulative(matrix, land, amounts, cutoff, active=active, including=including)
    assert dict(zip(ours["id"], ours[amounts], strict=True)) == theirs.to_dict()
    ours = gravity(matrix, land, amounts, "travel_time", decay_exponential(0.1), active=active)
    theirs = twin.gravity(matrix, land, amounts, lambda cost: np.exp(-0.1 * cost), active=active)
    assert dict(zip(ours["id"], ours[amounts], strict=True)) == pytest.approx(theirs.to_dict(), rel=1e-12)


@given(cities(), st.integers(1, 30), st.booleans(), st.booleans())
@FEW
def test_costs_equal_those_of_joined_frames(city, n: int, including: bool, more: bool) -> None:
    matrix, land = city
    ours = cost_to_closest(matrix, land, "jobs", "travel_time", n)
    theirs = twin.nth_closest(matrix, land, "jobs", n)
    assert ours["travel_time"].tolist() == theirs.tolist()
    ours = balancing_cost(
        matrix, land, "jobs", "travel_time", "people",
        comparison="<=" if including else "<", balance=">" if more else ">=",
    )  # fmt: skip
    theirs = twin.balancing(matrix, land, "jobs", "people", including=including, more=more)
    np.testing.assert_array_equal(ours["travel_time"], theirs)


@given(cities(), st.integers(0, 100), st.sampled_from(["<", "<="]), st.booleans())
@FEW
def test_a_matrix_of_bytes_gives_what_the_table_gives(city, cutoff: int, comparison, active: bool) -> None:
    matrix, land = city
    costs = matrix_of_bytes(matrix, land)
    jobs, people = (land[name].to_numpy(float) for name in ("jobs", "people"))
    options = {"active": active}
    here = "from_id" if active else "to_id"
    for table, values in (
        (
            cumulative_cutoff(matrix, land, "jobs", "travel_time", cutoff, comparison=comparison, **options),
            cumulative(costs, jobs, [cutoff, 255, cutoff + 0.5], comparison=comparison, **options)[0],
        ),
        (
            cost_to_closest(matrix, land, "jobs", "travel_time", 5, **options),
            cost_to_nth(costs, jobs, [5], **options)[0],
        ),
        (
            balancing_cost(
                matrix, land, "jobs", "travel_time", "people", 7, comparison=comparison, **options
            ),
            balancing(costs, jobs, people, 7, comparison=comparison, **options),
        ),
    ):
        known = land["id"].isin(matrix[here]).to_numpy()
        np.testing.assert_array_equal(table.iloc[:, -1], values[known])


@given(cities(), st.integers(0, 100))
@FEW
def test_another_opportunity_never_lowers_access_nor_raises_a_cost(city, cutoff: int) -> None:
    matrix, land = city
    richer = land.assign(jobs=land["jobs"] + (land["id"] == matrix["to_id"][0]))
    for call in (
        lambda lu: cumulative_cutoff(matrix, lu, "jobs", "travel_time", cutoff)["jobs"],
        lambda lu: gravity(matrix, lu, "jobs", "travel_time", decay_logistic(30, 5))["jobs"],
        lambda lu: cumulative_interval(matrix, lu, "jobs", "travel_time", (cutoff, cutoff + 10))["jobs"],
        lambda lu: -cost_to_closest(matrix, lu, "jobs", "travel_time", 3)["travel_time"],
    ):
        assert (call(richer) >= call(land)).all()


@given(cities())
@FEW
def test_reached_pairs_are_the_same_from_both_ends(city) -> None:
    """The sum over people of the jobs they reach is the sum over jobs of the people who reach them."""
    matrix, land = city
    by_id = land.set_index("id")
    for decay in (decay_binary(30), decay_exponential(0.05)):
        active = gravity(matrix, land, "jobs", "travel_time", decay).set_index("id")["jobs"]
        passive = gravity(matrix, land, "people", "travel_time", decay, active=False).set_index("id")[
            "people"
        ]
        assert (active * by_id["people"][active.index]).sum() == pytest.approx(
            (passive * by_id["jobs"][passive.index]).sum(), rel=1e-12
        )


@given(cities())
@FEW
def test_many_cutoffs_of_a_matrix_are_what_each_of_them_is(city) -> None:
    costs, jobs = matrix_of_bytes(*city), city[1]["jobs"].to_numpy(float)
    cutoffs = [30, 0, 29.5, 255, 254, 300, 90, 0.5, 60]
    for comparison in ("<", "<="):
        for active in (True, False):
            options = {"comparison": comparison, "active": active}
            together = cumulative(costs, jobs, cutoffs, **options)
            each = [cumulative(costs, jobs, [cutoff], **options)[0] for cutoff in cutoffs]
            np.testing.assert_array_equal(together, each)


@given(cities())
@FEW
def test_order_of_rows_does_not_matter(city) -> None:
    matrix, land = city
    mixed = matrix.sample(frac=1, random_state=1)
    for call in (
        lambda m, lu: cumulative_cutoff(m, lu, "jobs", "travel_time", [10, 50]),
        lambda m, lu: cost_to_closest(m, lu, "jobs", "travel_time", [1, 7]),
        lambda m, lu: balancing_cost(m, lu, "jobs", "travel_time", "people"),
    ):
        pd.testing.assert_frame_equal(call(mixed, land.iloc[::-1]), call(matrix, land))


def test_costs_that_are_no_whole_minutes_are_compared_as_they_are() -> None:
    positions = np.zeros(2, np.int32), np.arange(2, dtype=np.int32)
    costs = LongCosts(*positions, np.array([5.8, 6.0]), 1, 2)
    assert cumulative(costs, np.ones(2), [5.8, 6, 5.9]).tolist() == [[0], [1], [1]]
    assert cumulative(costs, np.ones(2), [5.8, 6, 5.9], comparison="<=").tolist() == [[1], [2], [1]]

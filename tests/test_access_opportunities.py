"""Opportunities within reach without a matrix: the same sums as by way of all travel times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders_timetable import Town, clock_s, make_links, random_journey_inputs
from hypothesis import given, settings
from test_access_travel_times import busy_town, journey, needs_speed, walks_only

from access import batches, plain_times
from access.errors import AccessError
from access.opportunities import (
    mean_opportunities_within,
    opportunities_at_minute,
    opportunities_by_departure,
    opportunities_within,
    time_to_nth_closest,
)
from access.search import prepare_search
from access.travel_times import departures_within, share_within

RANDOM = settings(deadline=None, database=None, derandomize=True)


def from_the_matrix(
    case: dict[str, Any], opportunities: np.ndarray, cutoffs: list[int], percentiles: list[float]
) -> np.ndarray:
    minutes = plain_times.travel_time_percentiles(**case, percentiles=percentiles)
    within = np.stack([minutes < cutoff for cutoff in cutoffs], axis=1)
    return np.einsum("pcod,kd->pcko", within.astype(float), opportunities)


@pytest.mark.parametrize("cutoff", [1, 9, 10, 11, 12])
def test_a_travel_time_equal_to_the_cutoff_does_not_count(cutoff: int) -> None:
    """Bus at 8:00, ten minutes; who leaves at 7:59 takes 11 minutes, at 8:00 misses it."""
    case = journey(departure_start_s=clock_s("7:59"), departure_window_min=1, direct=make_links([{}]))
    found = opportunities_within(prepare_search(**case), np.array([[3.0]]), [cutoff], [50])
    assert found.tolist() == [[[[3.0 if cutoff == 12 else 0.0]]]]


@pytest.mark.parametrize("arrive_by", [False, True])
@walks_only
@settings(RANDOM, max_examples=40)
@given(case=random_journey_inputs())
def test_opportunities_equal_those_of_the_matrix_on_random_networks(
    arrive_by: bool, case: dict[str, Any]
) -> None:
    case["arrive_by"] = arrive_by
    case["departure_start_s"] = max(case["departure_start_s"], 1860)
    duration = case["max_duration_min"]
    cutoffs = sorted({1, min(5, duration), duration, duration + 1})
    opportunities = np.arange(1.0, 2 * case["n_destinations"] + 1).reshape(2, -1)
    opportunities[0, 0] = 0
    expected = from_the_matrix(case, opportunities, cutoffs, [1, 50, 100])
    found = opportunities_within(prepare_search(**case), opportunities, cutoffs, [1, 50, 100])
    assert np.array_equal(found, expected)


@needs_speed
@pytest.mark.parametrize("arrive_by", [False, True])
def test_opportunities_equal_those_of_the_matrix_over_several_batches_and_passes(
    arrive_by: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = {**busy_town(np.random.default_rng(11)), "max_rides": 2, "arrive_by": arrive_by}
    case.pop("percentiles", None)
    opportunities = np.random.default_rng(1).integers(0, 50, (3, 70)).astype(float)
    expected = from_the_matrix(case, opportunities, [30, 60, 101], [5, 50])
    monkeypatch.setattr(batches, "DEPARTURES_A_PASS", 40)
    monkeypatch.setattr(batches, "BATCH_WIDTH", 32)  # batches may be smaller than the rows of the engine
    finished: list[int] = []
    search = prepare_search(**case)
    found = opportunities_within(
        search, opportunities, [30, 60, 101], [5, 50], threads=2, progress=finished.append
    )
    assert np.array_equal(found, expected)
    assert sum(finished) == search.n_sources == (70 if arrive_by else 300)
    assert len(np.unique(expected)) > 50


@pytest.mark.parametrize(
    ("opportunities", "cutoffs", "message"),
    [
        (np.array([[1.0]]), [], "cutoffs_min is empty"),
        (np.array([[1.0]]), [0, 30, 31], "cutoffs_min has 0, 31; allowed are whole minutes from 1 to 30"),
        (np.array([[1.0]]), [10.5], "cutoffs_min has 10.5"),
        (np.array([[np.nan]]), [30], "opportunities has values that are missing or infinite"),
        (np.array([1.0]), [30], "opportunities has 1 dimensions of float64; it must be"),
        (np.array([[1]]), [30], "opportunities has 2 dimensions of int64; it must be"),
        (np.array([[1.0, 2.0]]), [30], "opportunities has 2 columns; there are 1 destinations"),
    ],
)
def test_refuses_bad_opportunities(opportunities: np.ndarray, cutoffs: list[int], message: str) -> None:
    search = prepare_search(**journey(max_duration_min=29))
    with pytest.raises(AccessError, match=message):
        opportunities_within(search, opportunities, cutoffs, [50])


def test_refuses_bad_percentiles_and_threads_too() -> None:
    search = prepare_search(**Town("A 8:00, Z 8:10").journey_input(), **WINDOW)
    with pytest.raises(AccessError, match=r"(?s)threads is 0.*percentiles must be above 0"):
        opportunities_within(search, np.ones((1, 1)), [30], [0], threads=0)


WINDOW = {"departure_start_s": clock_s("7:55"), "departure_window_min": 10}


# the whole distribution, against the travel times of every single minute


def by_minute(case: dict[str, Any]) -> np.ndarray:
    """Travel times of every departure (or arrival), (n_minutes, n_origins, n_destinations)."""
    if not case["arrive_by"]:
        plain = {name: value for name, value in case.items() if name != "arrive_by"}
        origins = range(len(case["access"].start) - 1)
        return np.stack([plain_times.travel_times_by_minute(origin=o, **plain) for o in origins], axis=1)
    one_minute = {**case, "departure_window_min": 1, "percentiles": [50]}
    starts = [case["departure_start_s"] + 60 * minute for minute in range(case["departure_window_min"])]
    return np.concatenate(
        [
            plain_times.travel_time_percentiles(**{**one_minute, "departure_start_s": start})
            for start in starts
        ]
    )


def random_case(case: dict[str, Any], arrive_by: bool) -> tuple[dict[str, Any], np.ndarray, list[int]]:
    start_s = max(case["departure_start_s"], 1860)
    duration = case["max_duration_min"]
    amounts = np.arange(1.0, 2 * case["n_destinations"] + 1).reshape(2, -1)
    amounts[0, 0] = 0
    case = {**case, "arrive_by": arrive_by, "departure_start_s": start_s}
    return case, amounts, sorted({1, min(5, duration), duration + 1})


@pytest.mark.parametrize("arrive_by", [False, True])
@walks_only
@settings(RANDOM, max_examples=40)
@given(case=random_journey_inputs())
def test_departures_and_mean_access_equal_those_of_every_single_minute(
    arrive_by: bool, case: dict[str, Any]
) -> None:
    case, amounts, cutoffs = random_case(case, arrive_by)
    search = prepare_search(**case)
    within = np.stack([by_minute(case) < cutoff for cutoff in cutoffs])
    assert np.array_equal(departures_within(search, cutoffs), within.sum(axis=1))
    expected = np.einsum("cmod,kd->cko", within.astype(float), amounts) / case["departure_window_min"]
    assert mean_opportunities_within(search, amounts, cutoffs) == pytest.approx(expected, rel=1e-12)
    share = share_within(search, cutoffs)
    assert share.dtype == np.float32
    assert share == pytest.approx(within.mean(axis=1), rel=1e-6)


@walks_only
@settings(RANDOM, max_examples=40)
@given(case=random_journey_inputs())
def test_the_access_clock_equals_every_single_minute(case: dict[str, Any]) -> None:
    case, amounts, cutoffs = random_case(case, arrive_by=False)
    within = np.stack([by_minute(case) < cutoff for cutoff in cutoffs]).astype(float)
    found = opportunities_by_departure(prepare_search(**case), amounts, cutoffs)
    assert np.array_equal(found, np.einsum("cmod,kd->ckmo", within, amounts))


@pytest.mark.parametrize("arrive_by", [False, True])
@walks_only
@settings(RANDOM, max_examples=40)
@given(case=random_journey_inputs())
def test_amounts_at_each_minute_and_the_nth_closest_equal_those_of_the_matrix(
    arrive_by: bool, case: dict[str, Any]
) -> None:
    case, amounts, _ = random_case(case, arrive_by)
    minutes = plain_times.travel_time_percentiles(**case, percentiles=[50, 90])
    search = prepare_search(**case)
    n_minutes = case["max_duration_min"] + 1
    exactly = (minutes[:, None] == np.arange(n_minutes)[None, :, None, None]).astype(float)
    expected = np.einsum("pmod,kd->pkmo", exactly, amounts)
    assert np.array_equal(opportunities_at_minute(search, amounts, [50, 90]), expected)
    for n in (1, 3.5):
        closest = np.full(expected.shape[:2] + expected.shape[3:], np.inf)
        for place in np.ndindex(closest.shape):
            reached = 0.0
            for minute in range(n_minutes):
                reached += expected[place[0], place[1], minute, place[2]]
                if reached >= n:
                    closest[place] = minute
                    break
        assert np.array_equal(time_to_nth_closest(search, amounts, n, [50, 90]), closest)


def test_ten_tenths_are_one() -> None:
    case = journey(departure_start_s=clock_s("7:59"), departure_window_min=1)
    case["egress"] = make_links([dict.fromkeys(range(10), 0) if walks else {} for walks in (0, 1)])
    search = prepare_search(**{**case, "n_destinations": 10, "direct": make_links([{}])})
    assert time_to_nth_closest(search, np.full((1, 10), 0.1), 1, [50]).tolist() == [[[11.0]]]


def test_the_mean_over_departures_is_not_access_of_the_median() -> None:
    """Bus at 8:00: departures 7:55 to 7:59 take 15 to 11 minutes, the five after it 40 to 36.

    Within 15 minutes are 4 departures of 10: on average 0.4 of the school, and none of it at the median.
    """
    search = prepare_search(**journey(direct=make_links([{}])))
    school = np.array([[1.0]])
    assert mean_opportunities_within(search, school, [15]).tolist() == [[[0.4]]]
    assert opportunities_within(search, school, [15], [50]).tolist() == [[[[0.0]]]]
    clock = opportunities_by_departure(search, school, [15])[0, 0, :, 0]
    assert clock.tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_the_access_clock_of_arrivals_is_refused() -> None:
    search = prepare_search(**journey(departure_start_s=clock_s("9:00"), arrive_by=True))
    with pytest.raises(AccessError, match="prepare the search with arrive_by=False"):
        opportunities_by_departure(search, np.ones((1, 1)), [30])


def test_the_nth_closest_needs_a_positive_n() -> None:
    with pytest.raises(AccessError, match="n must be a positive number of opportunities, got 0"):
        time_to_nth_closest(prepare_search(**journey()), np.ones((1, 1)), 0, [50])


def test_bad_cutoffs_of_departures_are_refused() -> None:
    with pytest.raises(
        AccessError, match=r"(?s)Departures cannot be counted.*cutoffs_min has 0.*threads is 0"
    ):
        departures_within(prepare_search(**journey()), [0], threads=0)

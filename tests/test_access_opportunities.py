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
from access.opportunities import opportunities_within
from access.search import prepare_search

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

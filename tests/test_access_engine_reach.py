"""Reductions of a scanned batch: hand cases, then random networks in several passes against the twin."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference.reach as twin
from builders_examples import examples
from builders_scan import plain_minutes, random_kernel_inputs, scanned_in_passes, with_complete_footpaths
from builders_timetable import Town, clock_s
from hypothesis import given, settings
from hypothesis import strategies as st

from access.engine.egress import DESTINATIONS_A_TIME, egress_memory
from access.engine.reach import (
    count_within,
    opportunities_by_departure,
    opportunities_by_minute,
    sum_over_departures,
)

RANDOM = settings(deadline=None, database=None, derandomize=True)


def reduced(
    case: dict[str, Any],
    *,
    cutoffs: list[int],
    ranks: list[int],
    opportunities: list[list[float]],
    departures_a_pass: int = 255,
) -> dict[str, Any]:
    """All four reductions of a case, by name."""
    found = scanned_in_passes(case, departures_a_pass)
    memory = egress_memory(found.window, len(ranks), case["n_destinations"])
    for array in memory:  # whatever an earlier batch has left must not matter
        array[:] = 77
    limits, kinds = np.array(cutoffs), np.array(opportunities, np.float64)
    counts = np.full((len(cutoffs), len(found.batch), case["n_destinations"]), 9_999, np.uint16)
    count_within(*found, limits, memory, counts)
    return {
        "counts": counts,
        "over": sum_over_departures(*found, limits, kinds, memory),
        "by_departure": opportunities_by_departure(*found, limits, kinds, memory),
        "by_minute": opportunities_by_minute(*found, np.array(ranks), kinds, memory),
    }


def bus(**changes: Any) -> dict[str, Any]:
    """One bus at 8:05, ten minutes to work; departures 8:00 to 8:09 take 14 to 10 minutes until 8:04."""
    town = Town("A 8:05, Z 8:14", **changes).journey_input()
    search = {"departure_start_s": clock_s("8:00"), "departure_window_min": 10, "max_duration_min": 60}
    return with_complete_footpaths({**town, **search})


def test_departures_within_a_cutoff_are_counted() -> None:
    """Travel times 14, 13, 12, 11, 10 and none: less than 12 in two departures."""
    found = reduced(bus(), cutoffs=[10, 11, 12, 61], ranks=[1, 5, 6], opportunities=[[3.0], [0.5]])
    assert found["counts"][:, 0, 0].tolist() == [0, 1, 2, 5]
    assert found["over"][:, :, 0].tolist() == [[0, 0], [3, 0.5], [6, 1], [15, 2.5]]
    assert found["by_departure"][2, 0, :, 0].tolist() == [0, 0, 0, 3, 3, 0, 0, 0, 0, 0]
    reached = [(rank, minute) for rank, minute in np.argwhere(found["by_minute"][:, 0, :, 0]).tolist()]
    assert reached == [(0, 10), (1, 14)]
    assert found["by_minute"][0, :, 10, 0].tolist() == [3, 0.5]


def test_walking_all_the_way_counts_for_every_departure() -> None:
    """Eleven minutes on foot."""
    found = reduced(bus(direct=11 * 60), cutoffs=[11, 12], ranks=[1, 2, 10], opportunities=[[1.0]])
    assert found["counts"][:, 0, 0].tolist() == [1, 10]
    assert found["by_departure"][:, 0, :, 0].tolist() == [[0, 0, 0, 0, 1, 0, 0, 0, 0, 0], [1] * 10]
    assert found["by_minute"][:, 0, 10:12, 0].tolist() == [[1, 0], [0, 1], [0, 1]]


def test_nothing_is_summed_where_there_is_nothing() -> None:
    found = reduced(bus(), cutoffs=[61], ranks=[1], opportunities=[[0.0]])
    assert not found["over"].any()
    assert found["counts"][0, 0, 0] == 5


def test_counts_beyond_one_bundle_are_written_to_their_places() -> None:
    n = DESTINATIONS_A_TIME + 3
    case = bus()
    walk = np.arange(n) % 50 * 60
    case["egress"] = case["egress"]._replace(
        start=np.array([0, 0, n]), target=np.arange(n, dtype=np.int32), walk_s=walk.astype(np.int32)
    )
    case["direct"] = case["direct"]._replace(start=np.array([0, 0]))
    found = reduced({**case, "n_destinations": n}, cutoffs=[15], ranks=[1], opportunities=[[1.0] * n])
    assert found["counts"][0, 0].tolist() == [max(0, 5 - minutes) for minutes in (walk // 60).tolist()]


def test_counts_may_be_larger_than_a_byte() -> None:
    case = {**bus(direct=60), "departure_window_min": 1_440, "departure_start_s": 0}
    found = reduced(case, cutoffs=[1, 2], ranks=[1_440], opportunities=[[2.0]], departures_a_pass=240)
    assert found["counts"][:, 0, 0].tolist() == [0, 1_440]
    assert found["over"][:, 0, 0].tolist() == [0, 2_880]
    assert found["by_departure"].shape == (2, 1, 1_440, 1)
    assert found["by_departure"][1].sum() == 2_880


@settings(RANDOM, max_examples=examples(60))
@given(random_kernel_inputs(), st.data())
def test_equals_the_twin_on_random_networks(case: dict[str, Any], data: st.DataObject) -> None:
    longest, n_departures = case["max_duration_min"], case["departure_window_min"]
    cutoffs = data.draw(st.lists(st.integers(1, longest + 1), min_size=1, max_size=3))
    ranks = data.draw(st.lists(st.integers(1, n_departures), min_size=1, max_size=3))
    amounts = st.lists(
        st.sampled_from([0.0, 1.0, 2.5]), min_size=case["n_destinations"], max_size=case["n_destinations"]
    )
    kinds = data.draw(st.lists(amounts, min_size=1, max_size=2))
    found = reduced(
        case,
        cutoffs=cutoffs,
        ranks=ranks,
        opportunities=kinds,
        departures_a_pass=data.draw(st.sampled_from([2, 3, 255])),
    )
    minutes = plain_minutes(case)
    assert found["counts"].tolist() == twin.counts_within(minutes, cutoffs)
    assert found["over"].tolist() == twin.over_departures(minutes, cutoffs, kinds)
    assert found["by_departure"].tolist() == twin.by_departure(minutes, cutoffs, kinds)
    assert found["by_minute"].tolist() == twin.by_minute(minutes, ranks, kinds, longest)

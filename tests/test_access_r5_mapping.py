"""Windows, percentiles and limits in R5's terms: no JVM, no r5py."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from access.errors import AccessError
from access.r5_mapping import R5Limits, R5Window, differences, minutes_of, r5_requests, rows_of

DAY = date(2019, 5, 15)
NOON = R5Window(DAY, 12 * 3600, 60)


def test_noon_to_one_is_43200_to_46800_seconds() -> None:
    (request,) = r5_requests(NOON, R5Limits(), [50])
    assert (request.service_date, request.from_s, request.to_s) == (DAY, 43_200, 46_800)


def test_a_window_past_midnight_stays_on_its_service_day() -> None:
    (request,) = r5_requests(R5Window(DAY, 25 * 3600, 30), R5Limits(), [50])
    assert (request.service_date, request.from_s, request.to_s) == (DAY, 90_000, 91_800)


def test_seven_percentiles_are_two_tasks_and_come_back_in_the_order_asked() -> None:
    asked = [50, 5, 95, 25, 75, 10, 90, 50]
    requests = r5_requests(NOON, R5Limits(), asked)
    assert [request.percentiles for request in requests] == [[5, 10, 25, 50, 75], [90, 95]]
    ascending = [percentile for request in requests for percentile in request.percentiles]
    assert [ascending[row] for row in rows_of(asked)] == asked


def test_whole_numbers_may_come_as_floats() -> None:
    (request,) = r5_requests(NOON, R5Limits(), [50.0])
    assert request.percentiles == [50]
    assert isinstance(request.percentiles[0], int)


@pytest.mark.parametrize("percentile", [0, 100, -1, 12.5, float("nan")])
def test_percentiles_that_r5_does_not_know_are_refused(percentile: float) -> None:
    with pytest.raises(AccessError, match=f"percentiles {percentile}: R5 takes whole numbers from 1 to 99"):
        r5_requests(NOON, R5Limits(), [50, percentile])


def test_no_percentile_is_refused() -> None:
    with pytest.raises(AccessError, match="percentiles is empty"):
        r5_requests(NOON, R5Limits(), [])


def test_all_limits_out_of_range_are_told_at_once() -> None:
    limits = R5Limits(
        walk_speed_km_h=0, max_walk_min=0.5, max_duration_min=255, max_rides=0, monte_carlo_draws=-1
    )
    with pytest.raises(AccessError) as caught:
        r5_requests(R5Window(DAY, -60, 0), limits, [50])
    for words in (
        "departure_start_s is -60; R5 takes 0 or more",
        "departure_window_min is 0; R5 takes 1 or more",
        "max_walk_min is 0.5; R5 takes 1 or more",
        "max_rides is 0; R5 takes 1 or more",
        "monte_carlo_draws is -1; R5 takes 0 or more",
        "max_duration_min is 255; 254 minutes are the most",
        "walk_speed_km_h is 0; R5 takes 0.01 or more",
    ):
        assert words in str(caught.value)


def test_limits_that_are_no_number_are_refused() -> None:
    nan = float("nan")
    with pytest.raises(AccessError, match=r"(?s)max_walk_min is nan.*walk_speed_km_h is nan"):
        r5_requests(NOON, R5Limits(walk_speed_km_h=nan, max_walk_min=nan), [50])


def test_one_minute_more_is_asked_so_that_120_minutes_and_59_seconds_count() -> None:
    (request,) = r5_requests(NOON, R5Limits(max_duration_min=120), [50])
    assert request.max_trip_min == 121
    assert minutes_of(np.array([120, 121]), 120).tolist() == [120, 255]


def test_a_walk_never_lengthens_the_trip() -> None:
    (request,) = r5_requests(NOON, R5Limits(max_walk_min=60, max_duration_min=30), [50])
    assert (request.max_walk_min, request.max_trip_min) == (31, 31)


def test_unlimited_rides_are_eight_and_a_limit_stays() -> None:
    assert r5_requests(NOON, R5Limits(), [50])[0].max_rides == 8
    assert r5_requests(NOON, R5Limits(max_rides=3), [50])[0].max_rides == 3


def test_what_r5_does_not_reach_is_255() -> None:
    r5_minutes = np.array([[0, 7, 2**31 - 1], [-9, 90, 91]], np.int64)
    assert minutes_of(r5_minutes, 90).tolist() == [[0, 7, 255], [255, 90, 255]]
    assert minutes_of(r5_minutes, 90).dtype == np.uint8


def test_nothing_differs_where_all_limits_are_those_of_r5() -> None:
    # 1,000 m in 10 minutes are 6 km/h, so 20 minutes are the 2,000 m that R5 walks from a stop.
    limits = R5Limits(walk_speed_km_h=6, max_walk_min=20, max_rides=8)
    assert differences(NOON, limits, max_transfer_walk_min=10) == []


def test_every_difference_is_told() -> None:
    limits = R5Limits(walk_speed_km_h=6, max_walk_min=20.5)
    told = differences(NOON, limits, boarding_slack_s=90, max_transfer_walk_min=15, max_snap_m=2000)
    assert told == [
        "R5 always waits 60 s before boarding, not 90 s",
        "R5 walks up to 1,000 m (10.0 min) between vehicles and to the nearest stop of each line only, "
        "not up to 15 min",
        "R5 walks whole minutes: 20, not 20.5",
        "R5 walks at most 2,000 m from a stop to a destination, not 2,050 m",
        "R5 takes at most 8 rides, not any number",
        "R5 joins no point farther than 1,600 m from a street, not 2,000 m",
    ]


@pytest.mark.parametrize(
    ("start_s", "said"),
    [
        (3 * 3600, ["before"]),
        (4 * 3600, []),
        (21 * 3600, []),  # 60 minutes and then 120: arrives by 24:00
        (21 * 3600 + 60, ["after"]),
        (25 * 3600, ["after"]),
    ],
)
def test_trips_of_the_neighbouring_days_are_missed_around_midnight(start_s: int, said: list[str]) -> None:
    told = differences(R5Window(DAY, start_s, 60), R5Limits(max_rides=8))
    assert [text.partition("trips of the day ")[2].split()[0].rstrip(",") for text in told] == said

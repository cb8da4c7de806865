"""Which times a feed tells of, on departures counted by hand."""

from __future__ import annotations

import numpy as np

from access.live_coverage import leaving_of, tells

HOUR = 3600


def every(minutes: int, first_h: float, last_h: float) -> np.ndarray:
    return np.arange(int(first_h * HOUR), int(last_h * HOUR) + 1, 60 * minutes, dtype=np.int32)


def test_the_usual_hour_is_the_median_of_hours_with_any_departure() -> None:
    assert leaving_of(every(10, 7, 19)).usual_per_hour == 6
    assert leaving_of(np.array([], np.int32)).usual_per_hour == 0


def test_a_feed_without_departures_tells_nothing() -> None:
    assert not tells(leaving_of(np.array([], np.int32)), 8 * HOUR)


def test_the_last_departure_must_not_come_before_the_journey_ends() -> None:
    feed = leaving_of(every(10, 7, 19))
    assert tells(feed, 18 * HOUR, 60)
    assert not tells(feed, 18 * HOUR + 60, 60)


def test_a_feed_that_begins_with_a_few_vehicles_does_not_tell_of_them() -> None:
    """One from 11:20 on, every two minutes from 12:30: at 11:30 nearly all vehicles under way are missing."""
    feed = leaving_of(np.sort(np.concatenate([every(30, 11.34, 12.4), every(2, 12.5, 17)])))
    assert not tells(feed, int(11.5 * HOUR), 45)
    assert not tells(feed, 12 * HOUR, 45)
    assert tells(feed, 13 * HOUR, 45)


def test_a_hole_of_an_hour_tells_nothing_and_an_hourly_train_does() -> None:
    hole = leaving_of(np.concatenate([every(10, 7, 10), every(10, 13, 19)]))
    assert not tells(hole, int(10.5 * HOUR))
    hourly = leaving_of(every(60, 5, 23))
    assert all(tells(hourly, at_s, 45) for at_s in range(5 * HOUR, 22 * HOUR, 900))


def test_a_service_all_night_is_known_at_midnight() -> None:
    assert tells(leaving_of(every(10, 0.1, 31)), 0, 45)

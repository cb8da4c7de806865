"""Headway-based trips."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import pytest
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.gtfs import departures

from gtfs.errors import FeedError
from gtfs.feed import read_feed
from gtfs.frequencies import RandomPhases, expand_frequencies, read_frequencies, trip_weights
from gtfs.schedule import build_schedule


def expand(start, end, headway, exact, phase=0.5):
    arrays = (np.array([value], dtype=np.int32) for value in (start, end, headway))
    return expand_frequencies(*arrays, np.array([exact]), phase).departure_s.tolist()


def test_exact_times_leave_at_the_start_and_never_at_the_end():
    assert expand(0, 1800, 600, exact=True) == [0, 600, 1200]


def test_inexact_times_leave_half_a_headway_later_in_equal_number():
    assert expand(0, 1800, 600, exact=False) == [300, 900, 1500]


def test_the_phase_is_a_parameter_and_is_truncated_to_whole_seconds():
    assert expand(0, 200, 75, exact=False, phase=0.5) == [37, 112, 187]
    assert expand(0, 1200, 600, exact=False, phase=0) == [0, 600]


def test_a_period_shorter_than_half_a_headway_has_no_vehicle():
    assert expand(0, 200, 600, exact=False) == []


def test_an_empty_period_has_no_vehicle():
    assert expand(600, 600, 60, exact=True) == []


@pytest.mark.parametrize("phase", [-0.1, 1.0, float("nan")])
def test_a_phase_outside_its_headway_is_refused(phase):
    with pytest.raises(ValueError, match=r"phase is a share of the headway, 0 <= phase < 1; got"):
        expand(0, 600, 60, exact=False, phase=phase)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 900), st.booleans())),
    st.floats(0, 0.99),
)
def test_the_expansion_equals_its_slow_twin(rows, phase):
    start, length, headway, exact = np.array(rows, dtype=np.int32).reshape(-1, 4).T
    found = expand_frequencies(start, start + length, headway, exact.astype(bool), phase)
    expected = [
        (at, moment)
        for at, (first, lasting, gap, is_exact) in enumerate(rows)
        for moment in departures(first, first + lasting, gap, is_exact, phase)
    ]
    assert list(zip(found.row.tolist(), found.departure_s.tolist(), strict=True)) == expected


def headway_feed(tmp_path, *rows):
    feed = GtfsBuilder()
    feed.trip("t1", [("A", "00:00:00"), ("B", "00:10:00")])
    feed.trip("t2", [("A", "09:00:00"), ("B", "09:10:00")])
    for row in rows:
        feed.frequency(*row)
    return read_feed(feed.write(tmp_path / "feed"))


def test_a_trip_counts_as_its_departures(tmp_path):
    feed = headway_feed(tmp_path, ("t1", "06:00:00", "07:00:00", 600), ("t1", "20:00:00", "21:00:00", 1800))
    assert trip_weights(feed).tolist() == [8, 1]


def test_a_headway_above_nine_hours_is_read(tmp_path):
    feed = headway_feed(tmp_path, ("t1", "00:00:00", "24:00:00", 43_200, 1))
    assert trip_weights(feed).tolist() == [2, 1]


def test_a_row_of_an_unknown_trip_is_left_out(tmp_path):
    feed = headway_feed(tmp_path, ("lost", "06:00:00", "07:00:00", 600))
    assert read_frequencies(feed).trip.tolist() == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("t1", "six", "07:00:00", 600), "start_time or end_time is no time"),
        (("t1", "07:00:00", "06:00:00", 600), "the period ends before it starts"),
        (("t1", "06:00:00", "07:00:00", 0), "headway_secs is missing or not positive"),
    ],
)
def test_a_malformed_row_is_named(tmp_path, row, message):
    with pytest.raises(FeedError, match=rf"frequencies.txt cannot be expanded\n  - trip 't1': {message}"):
        trip_weights(headway_feed(tmp_path, row))


def shares(phases, *rows):
    return phases.shares([trip for trip, _ in rows], np.array([start for _, start in rows], dtype=np.int32))


def test_a_row_keeps_its_share_whatever_rows_stand_around_it():
    phases = RandomPhases(seed=1, number=0)
    early, late, other = shares(phases, ("t1", 21_600), ("t1", 72_000), ("t2", 21_600))
    assert len({early, late, other}) == 3
    assert shares(phases, ("new", 0), ("t2", 21_600), ("t1", 21_600)).tolist()[1:] == [other, early]


def test_another_seed_or_realisation_gives_other_shares():
    found = {shares(RandomPhases(*key), ("t1", 0))[0] for key in ((1, 0), (1, 1), (2, 0), (10, 0), (1, 10))}
    assert len(found) == 5


def test_a_share_is_the_hash_of_what_tells_the_row():
    digest = hashlib.blake2b("1 2 28800 é:t1".encode(), digest_size=8).digest()
    expected = (int.from_bytes(digest, "little") >> 11) / 2**53
    assert shares(RandomPhases(1, 2), ("é:t1", 28_800)).tolist() == [expected]


def test_shares_are_spread_evenly_over_the_headway():
    found = RandomPhases(3, 4).shares([f"t{n}" for n in range(10_000)], np.zeros(10_000, dtype=np.int32))
    counts = np.histogram(found, bins=10, range=(0, 1))[0]
    # chi-squared with 9 degrees of freedom stays below 27.9 in 999 of 1000 samples
    assert ((counts - 1000) ** 2 / 1000).sum() < 27.9


def test_no_rows_have_no_shares():
    assert shares(RandomPhases(1, 0)).tolist() == []


def departures_of(feed, trip_id, phase):
    schedule = build_schedule(feed, date(2024, 5, 15), phase=phase, horizon_s=0)
    table = schedule.timetable
    first = table.departure_s[table.trip_start[:-1]]
    return first[(np.array(schedule.trip_ids) == trip_id) & (table.trip_day == 0)].tolist()


def test_a_line_that_is_not_changed_leaves_at_the_same_random_minutes(tmp_path):
    rows = [("t1", "06:00:00", "07:00:00", 600), ("t2", "06:00:00", "07:00:00", 600)]
    both = headway_feed(tmp_path / "both", *rows)
    alone = headway_feed(tmp_path / "alone", rows[1])
    denser = headway_feed(tmp_path / "denser", ("t1", "06:00:00", "07:00:00", 300), rows[1])
    phase = RandomPhases(1, 5)
    kept = departures_of(both, "t2", phase)
    assert len(kept) == 6
    assert departures_of(alone, "t2", phase) == departures_of(denser, "t2", phase) == kept
    # the same share of half the headway
    first, sooner = departures_of(both, "t1", phase)[0], departures_of(denser, "t1", phase)[0]
    assert (first - 21_600) // 2 == sooner - 21_600
    assert departures_of(both, "t2", RandomPhases(1, 6)) != kept

"""The real feeds of Porto Alegre as schedules."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from reference import gtfs as twin

from gtfs.feed import read_feed
from gtfs.schedule import build_schedule
from gtfs.stop_times import parse_times


@pytest.mark.real_data
def test_porto_alegre_on_a_wednesday(porto_alegre):
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    buses = build_schedule(feeds["eptc"], date(2019, 5, 15), name="eptc")
    # SOURCES.md: 3,986 stops, 2,374 weekday trips, 96 % of 130,019 stop times blank (2 timed stops a trip).
    assert (buses.counts.stops, buses.counts.trips) == (3986, 2374)
    assert buses.counts.filled_visits == 130_019 - 2 * 2374
    # `awk -F, '$2=="FULLW"' trips.txt | wc -l` counts 529 weekday trips of the train.
    assert build_schedule(feeds["trensurb"], date(2019, 5, 15)).counts.trips == 529


@pytest.mark.real_data
def test_porto_alegre_first_trip_is_filled_by_straight_line_distance(porto_alegre):
    feed = read_feed(porto_alegre / "gtfs_eptc.zip")
    schedule = build_schedule(feed, date(2019, 5, 15))
    trip = schedule.trip_ids.index("T1-2@1#1202")
    visits = slice(*schedule.timetable.trip_start[trip : trip + 2])
    stops = schedule.timetable.visit_stop[visits]
    along = [0.0]
    for a, b in itertools.pairwise(stops):
        places = [(schedule.timetable.stop_lon[stop], schedule.timetable.stop_lat[stop]) for stop in (a, b)]
        along.append(along[-1] + twin.distance_m(*places))
    rows = feed.stop_times[feed.stop_times["trip_id"] == "T1-2@1#1202"]
    given = [None if time < 0 else int(time) for time in parse_times(rows["arrival_time"])]
    expected = twin.fill([(time, time) for time in given], along)
    assert schedule.timetable.arrival_s[visits].tolist() == [arrival for arrival, _ in expected]

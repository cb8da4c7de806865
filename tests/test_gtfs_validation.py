"""Canonical findings in words, and what stops a run."""

from __future__ import annotations

from datetime import date

import gtfs_guru
import pytest
from builders_gtfs import GtfsBuilder

from gtfs import notices
from gtfs.feed import read_feed
from gtfs.validation import validate_feed

DAY = date(2024, 5, 15)


def small() -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00")])
    return feed


def report_on(tmp_path, feed, day=DAY):
    return validate_feed(feed.write(tmp_path / "feed.zip"), day, "buses")


def codes(report):
    return [finding.code for finding in report.findings]


def test_a_good_feed_can_be_used(tmp_path):
    report = report_on(tmp_path, small())
    assert report.blocking == []
    assert not any(finding.changes_travel_times for finding in report.findings)
    assert report.summary().startswith("buses: can be used on 2024-05-15\n  no effect on travel times: ")


def test_wrong_colours_do_not_stop_a_run(tmp_path):
    feed = small()
    feed.raw("routes.txt", "route_id,route_short_name,route_type,route_color\nR,R,3,red\n")
    report = report_on(tmp_path, feed)
    finding = next(finding for finding in report.findings if finding.code == "invalid_color")
    assert (finding.severity, finding.count, finding.changes_travel_times) == ("ERROR", 1, False)
    assert finding.example == "routes.txt row 2, column route_color, fieldValue red"
    assert report.blocking == []


def test_findings_that_change_travel_times_come_first(tmp_path):
    feed = small()
    feed.raw("routes.txt", "route_id,route_short_name,route_type,route_color\nR,R,3,red\n")
    feed.trip("fast", [("A", "09:00:00"), ("C", "09:00:20")])
    report = report_on(tmp_path, feed)
    assert codes(report)[:2] == [
        "fast_travel_between_consecutive_stops",
        "invalid_color",
    ]  # a warning, an error
    assert "can change travel times: A vehicle would have to drive implausibly fast" in report.summary()


def test_backwards_times_stop_the_run_and_name_trip_and_rows(tmp_path):
    feed = small()
    feed.trip("back", [("A", "09:00:00"), ("B", "08:50:00")])
    report = report_on(tmp_path, feed)
    assert report.blocking == [
        "trip 'back', stop_sequence 2 (stop 'B'): arrives at 08:50:00, before it leaves stop_sequence 1 "
        "(stop 'A') at 09:00:00"
    ]
    assert codes(report)[0] == "stop_time_with_arrival_before_previous_departure_time"
    assert "row 5" in report.findings[0].example
    assert report.summary().startswith("buses: cannot be used on 2024-05-15\n  stops the run: trip 'back'")


def test_a_bad_row_in_an_unused_file_changes_nothing(tmp_path):
    feed = small()
    feed.raw("fare_attributes.txt", "fare_id,price,currency_type,payment_method,transfers\nx,free,BRL,0,0\n")
    report = report_on(tmp_path, feed)
    finding = next(finding for finding in report.findings if finding.code == "invalid_float")
    assert (finding.file, finding.changes_travel_times) == ("fare_attributes.txt", False)
    assert report.blocking == []


def test_today_is_the_service_date(tmp_path):
    feed = small()
    feed.service("daily", start="20190101", end="20191231")
    assert "expired_calendar" not in codes(report_on(tmp_path, feed, date(2019, 5, 15)))
    late = report_on(tmp_path, feed, date(2020, 5, 15))
    assert "expired_calendar" in codes(late)
    assert "no trip runs on Friday 2020-05-15" in late.blocking[0]


def test_an_archive_that_cannot_be_opened_is_reported_not_raised(tmp_path):
    (tmp_path / "feed.zip").write_text("no zip")
    report = validate_feed(tmp_path / "feed.zip", DAY)
    assert report.findings == []
    assert "is not a zip archive" in report.blocking[0]


def test_a_feed_without_stop_times_is_reported(tmp_path):
    feed = small()
    feed.drop("stop_times.txt")
    assert "the feed has no stop_times.txt" in report_on(tmp_path, feed).blocking[0]


def test_warnings_of_reading_are_part_of_the_report(tmp_path):
    feed = small()
    feed.row("stop_times.txt", trip_id="lost", stop_id="A", stop_sequence=1)
    report = report_on(tmp_path, feed)
    assert report.blocking == []
    assert "name a trip that trips.txt lacks" in report.warnings[0]
    assert "\n  warning: buses: 1 rows of stop_times.txt" in report.summary()


def test_a_feed_read_before_gives_the_same_report(tmp_path):
    path = small().write(tmp_path / "feed")
    assert validate_feed(path, DAY, feed=read_feed(path)) == validate_feed(path, DAY)


@pytest.mark.parametrize(
    "table",
    [notices.CHANGES_TRAVEL_TIMES, notices.CHANGES_TRAVEL_TIMES_IN_TIMETABLE_FILES, notices.OTHER_MEANINGS],
)
def test_every_code_we_explain_is_one_of_the_validators(table):
    assert set(table) <= set(gtfs_guru.notice_codes())


@pytest.mark.real_data
def test_porto_alegre_has_115_wrong_colours_and_runs(porto_alegre):
    report = validate_feed(porto_alegre / "gtfs_eptc.zip", date(2019, 5, 15))
    errors = [(finding.code, finding.count) for finding in report.findings if finding.severity == "ERROR"]
    assert errors == [("invalid_color", 115)]
    # Seen only once the colours are blank: the canonical validator skips this rule with them.
    assert "stops_match_shape_out_of_order" in codes(report)
    assert report.blocking == []
    assert not any(finding.changes_travel_times for finding in report.findings)


@pytest.mark.real_data
def test_porto_alegre_buses_are_refused_on_a_saturday(porto_alegre):
    report = validate_feed(porto_alegre / "gtfs_eptc.zip", date(2019, 5, 18), "eptc")
    assert (
        "eptc: no trip runs on Saturday 2019-05-18; the feed has service between 2019-04-15"
        in report.blocking[0]
    )

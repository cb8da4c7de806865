"""Facts of a feed: counted by hand, equal to the bill of the same week, and blind to ids."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders_gtfs import WEEKDAYS, GtfsBuilder

from gtfs.errors import FeedError
from gtfs.feed import read_feed
from gtfs.feed_facts import feed_facts
from gtfs.vehicles_week import bill_of_week

HOUR = [("A", "08:00:00"), ("B", "09:00:00")]


def two_services() -> GtfsBuilder:
    """A daily trip of one hour in 2024 and another on weekdays of March only."""
    feed = GtfsBuilder()
    feed.service("daily")
    feed.service("march", WEEKDAYS, "20240301", "20240331")
    feed.trip("t1", HOUR, route="R1")
    feed.trip("t2", [("B", "10:00:00"), ("C", "10:30:00")], route="R2", service="march")
    return feed


def test_the_fullest_week_is_measured_and_the_earliest_of_equals(tmp_path: Path) -> None:
    facts = feed_facts(two_services().write(tmp_path / "f.zip"))
    assert (facts.first_day, facts.last_day) == (date(2024, 1, 1), date(2024, 12, 31))
    assert facts.week_from == date(2024, 3, 4)  # 1 March was a Friday: its week has one such trip only
    assert (facts.trips_week, facts.vehicle_hours_week) == (12.0, 9.5)
    assert (facts.routes, facts.stops) == (2, 3)


def test_a_week_is_that_of_the_bill(tmp_path: Path) -> None:
    feed = two_services()
    feed.trip("t3", [("A", "08:00:00"), ("C", "08:40:00")], service="march")
    feed.frequency("t3", "08:00:00", "09:00:00", 600)
    feed.exception("march", "20240306", 2)
    feed.exception("daily", "20240306", 2)
    path = feed.write(tmp_path / "f.zip")
    facts = feed_facts(path)
    assert facts.week_from == date(2024, 3, 11)
    bill = bill_of_week(read_feed(path), facts.week_from)
    assert facts.trips_week == bill.total["trips"]
    assert facts.vehicle_hours_week == pytest.approx(bill.total["vehicle_hours"])


def test_what_never_runs_does_not_count(tmp_path: Path) -> None:
    feed = two_services()
    feed.service("never", "0000000")
    feed.service("all_removed", WEEKDAYS, "20240506", "20240507")
    feed.exception("all_removed", "20240506", 2)
    feed.exception("all_removed", "20240507", 2)
    feed.trip("t3", [("X", "08:00:00"), ("Y", "09:00:00")], route="R3", service="never")
    feed.trip("t4", [("X", "08:00:00"), ("Y", "09:00:00")], route="R4", service="all_removed")
    feed.trip("t5", [("X", "08:00:00"), ("Y", "07:00:00")], route="R5", service="daily")  # backwards
    facts = feed_facts(feed.write(tmp_path / "f.zip"))
    assert (facts.routes, facts.stops) == (2, 3)


def test_a_service_whose_first_days_are_removed_runs_later(tmp_path: Path) -> None:
    feed = two_services()
    feed.service("fridays", "0000100", "20240503", "20240517")
    feed.exception("fridays", "20240503", 2)
    feed.exception("fridays", "20240510", 2)
    feed.trip("t3", [("X", "08:00:00"), ("Y", "09:00:00")], route="R3", service="fridays")
    assert feed_facts(feed.write(tmp_path / "f.zip")).routes == 3


def test_a_service_of_added_days_only_runs(tmp_path: Path) -> None:
    feed = two_services()
    feed.exception("fair", "20250105")
    feed.trip("t3", [("X", "08:00:00"), ("Y", "09:00:00")], route="R3", service="fair")
    facts = feed_facts(feed.write(tmp_path / "f.zip"))
    assert (facts.routes, facts.stops, facts.last_day) == (3, 5, date(2025, 1, 5))


def test_a_stop_where_nobody_may_board_or_alight_is_not_served(tmp_path: Path) -> None:
    feed = GtfsBuilder()
    feed.trip("t1", [
        ("A", "08:00:00"),
        {"stop_id": "depot", "time": "08:30:00", "pickup_type": 1, "drop_off_type": 1},
        {"stop_id": "B", "time": "09:00:00", "pickup_type": 1},
    ])  # fmt: skip
    assert feed_facts(feed.write(tmp_path / "f.zip")).stops == 2


def test_a_feed_without_any_day_has_facts_and_no_week(tmp_path: Path) -> None:
    feed = GtfsBuilder()
    feed.service("never", "0000000")
    feed.trip("t1", HOUR, service="never")
    facts = feed_facts(feed.write(tmp_path / "f.zip"))
    assert facts == (None, None, 0, 0, 0.0, 0.0, None, None, None)


def test_no_word_on_wheelchairs_is_another_thing_than_no(tmp_path: Path) -> None:
    def facts_with(stop: str, trip: str) -> tuple[int | None, int | None]:
        feed = GtfsBuilder()
        for name, lat in (("A", -30.0), ("B", -30.1)):
            feed.stop(name, -51.2, lat, wheelchair_boarding=stop)
        feed.trip("t1", HOUR, wheelchair_accessible=trip)
        facts = feed_facts(feed.write(tmp_path / f"f{stop}{trip}.zip"))
        return facts.stops_wheelchair, facts.trips_wheelchair

    assert facts_with("", "") == (None, None)
    assert facts_with("0", "0") == (None, None)
    assert facts_with("2", "2") == (0, 0)
    assert facts_with("1", "1") == (2, 7)


def test_a_stop_that_says_nothing_is_as_its_station(tmp_path: Path) -> None:
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1, wheelchair_boarding=1)
    feed.stop("A", -51.2, -30.0, parent_station="S")
    feed.stop("B", -51.2, -30.1, wheelchair_boarding=2)
    feed.trip("t1", HOUR)
    assert feed_facts(feed.write(tmp_path / "f.zip")).stops_wheelchair == 1


def test_a_damaged_feed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "f.zip"
    path.write_bytes(b"PK no zip")
    with pytest.raises(FeedError, match=r"f\.zip"):
        feed_facts(path)

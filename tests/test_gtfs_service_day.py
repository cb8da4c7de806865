"""Calendars, the typical day, the gates on date and window, the automatic date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders_gtfs import ALL_DAYS, WEEKDAYS, GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.gtfs import services, trips_on

from gtfs.calendar import active_services, read_calendar, trips_by_date
from gtfs.errors import FeedError, FeedQualityWarning, ServiceError
from gtfs.feed import merge_feeds, read_feed
from gtfs.schedule import build_schedule
from gtfs.service_day import (
    check_service,
    check_window,
    choose_service_date,
    departures_in_window,
    service_share,
)

WEDNESDAY, SATURDAY = date(2024, 5, 15), date(2024, 5, 18)


def feed_of(tmp_path, services_of_trips, describe=lambda feed: None, name="feed"):
    """A feed with one trip for each service id given."""
    feed = GtfsBuilder()
    describe(feed)
    for number, service in enumerate(services_of_trips):
        feed.trip(f"t{number}", [("A", "08:00:00"), ("B", "08:10:00")], service=service)
    return read_feed(feed.write(tmp_path / name))


def city(feed):
    """10 weekday trips may be listed as wk, 4 Saturday trips as sa."""
    feed.service("wk", WEEKDAYS, "20240101", "20240630")
    feed.service("sa", "0000010", "20240101", "20240630")
    feed.exception("wk", "20240501", 2)  # a holiday


def active(feed, day):
    return active_services(read_calendar(feed), day)


def test_calendar_only(tmp_path):
    feed = feed_of(tmp_path, ["wk"], lambda f: f.service("wk", WEEKDAYS, "20240515", "20240520"))
    running = [day for day in range(14, 23) if active(feed, date(2024, 5, day))]
    assert running == [15, 16, 17, 20]  # the last day is included, the weekend is not


def test_calendar_dates_only(tmp_path):
    def describe(feed):
        feed.drop("calendar.txt")
        feed.exception("x", "20240515", 1)

    feed = feed_of(tmp_path, ["x"], describe)
    assert active(feed, WEDNESDAY) == {"x"}
    assert active(feed, SATURDAY) == frozenset()


def test_exceptions_add_to_and_take_from_the_calendar(tmp_path):
    def describe(feed):
        feed.service("wk", WEEKDAYS)
        feed.service("sa", "0000010")
        feed.exception("wk", "20240515", 2)
        feed.exception("sa", "20240515", 1)

    feed = feed_of(tmp_path, ["wk", "sa"], describe)
    assert active(feed, WEDNESDAY) == {"sa"}
    assert active(feed, WEDNESDAY + timedelta(days=1)) == {"wk"}


@pytest.mark.parametrize(
    ("describe", "message"),
    [
        (
            lambda f: f.service("wk", start="2024-01-01"),
            "start_date '2024-01-01' is no date; write it as YYYYMMDD",
        ),
        (lambda f: f.service("wk", end="20240231"), "end_date '20240231' is no date"),
        (lambda f: f.service("wk", end=""), "calendar.txt: 1 rows have no end_date"),
        (lambda f: f.service("wk", days="1211111"), "service 'wk': a weekday is neither 0 nor 1"),
        (lambda f: (f.service("wk"), f.service("wk")), "service 'wk': the service has two rows; keep one"),
        (lambda f: (f.service("wk"), f.exception("wk", "20240515", 3)), "exception_type is not 1 or 2"),
        (lambda f: (f.service("wk"), f.exception("", "20240515", 1)), "has no service_id"),
    ],
)
def test_a_malformed_calendar_is_refused_in_words(tmp_path, describe, message):
    feed = feed_of(tmp_path, ["wk"], describe)
    with pytest.raises(FeedError, match="buses: the calendar cannot be read") as caught:
        read_calendar(feed, "buses")
    assert message in str(caught.value)


def test_a_weekday_is_compared_with_the_typical_weekday(tmp_path):
    found = service_share(feed_of(tmp_path, ["wk"] * 10 + ["sa"] * 4, city), WEDNESDAY, "buses")
    assert (found.trips, found.typical_weekday_trips, found.share) == (10, 10, 1.0)
    assert found.typical_weekday_date == date(2024, 1, 1)
    assert (found.first_date, found.last_date) == (date(2024, 1, 1), date(2024, 6, 29))
    assert found.summary() == "buses: 10 trips on Wednesday 2024-05-15, 100% of a typical weekday (10)"


def test_a_saturday_tells_both_shares_and_does_not_warn(tmp_path):
    found = check_service(feed_of(tmp_path, ["wk"] * 10 + ["sa"] * 4, city), SATURDAY, "buses")
    assert (found.share, found.same_kind_share) == (0.4, 1.0)
    assert found.summary().endswith("40% of a typical weekday (10), 100% of a typical Saturday (4)")


def test_a_thin_weekday_warns_and_names_a_typical_one(tmp_path):
    def describe(feed):
        city(feed)
        feed.service("more", WEEKDAYS, "20240101", "20240630")
        feed.exception("more", "20240515", 2)

    feed = feed_of(tmp_path, ["wk"] * 3 + ["more"] * 7, describe)
    with pytest.warns(
        FeedQualityWarning, match=r"30% of a typical weekday \(10\): a thin day .*2024-01-01 is a typ"
    ):
        found = check_service(feed, WEDNESDAY, "buses")
    assert found.trips == 3
    check_service(feed, WEDNESDAY, warn_below_share=0.3)  # at the limit: no warning


def test_a_date_without_trips_is_refused_with_range_and_suggestion(tmp_path):
    feed = feed_of(tmp_path, ["wk"] * 10, city)
    with pytest.raises(
        ServiceError,
        match=r"buses: no trip runs on Saturday 2024-05-18; the feed has service between 2024-01-01 and "
        r"2024-06-28\. Choose another service_date, for example Monday 2024-01-01, or leave this feed out",
    ):
        check_service(feed, SATURDAY, "buses")


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2024, 7, 1), date(1990, 1, 1), date(2090, 1, 1)])
def test_a_date_outside_every_calendar_is_refused(tmp_path, day):
    with pytest.raises(ServiceError, match=r"no trip runs on .*; the feed has service between 2024-01-01"):
        check_service(feed_of(tmp_path, ["wk"], city), day)


def test_a_feed_that_never_runs_is_refused(tmp_path):
    feed = feed_of(tmp_path, ["never"], lambda f: f.service("never", "0000000"))
    with pytest.raises(ServiceError, match="nor on any other date of its calendar"):
        check_service(feed, WEDNESDAY)
    assert service_share(feed, WEDNESDAY).share is None


def test_the_typical_day_is_the_lower_median(tmp_path):
    def describe(feed):
        feed.service("a", "1000000", "20240506", "20240506")  # Monday 1 trip, Tuesday 2
        feed.service("b", "0100000", "20240507", "20240507")

    found = service_share(feed_of(tmp_path, ["a", "b", "b"], describe), date(2024, 5, 7))
    assert (found.typical_weekday_trips, found.share) == (1, 2.0)


def test_headway_trips_count_as_the_vehicles_they_expand_to(tmp_path):
    feed = GtfsBuilder()
    feed.trip("t", [("A", "00:00:00"), ("B", "00:10:00")])
    feed.frequency("t", "06:00:00", "08:00:00", 600)
    assert service_share(read_feed(feed.write(tmp_path / "feed")), WEDNESDAY).trips == 12


def test_a_calendar_without_end_is_no_burden(tmp_path):
    feed = feed_of(tmp_path, ["x"], lambda f: f.service("x", ALL_DAYS, "19000101", "20991231"))
    assert service_share(feed, WEDNESDAY).last_date == date(2099, 12, 31)


# --- the automatic date ---


def test_auto_is_the_earliest_full_day_in_the_middle_of_the_week(tmp_path):
    assert choose_service_date({"a": feed_of(tmp_path, ["wk"], city)}) == date(
        2024, 1, 2
    )  # Monday is the 1st


def test_auto_prefers_a_date_on_which_the_worst_feed_is_complete(tmp_path):
    def young(feed):
        feed.service("wk", WEEKDAYS, "20240508", "20240512")  # Wednesday to Friday
        feed.service("more", WEEKDAYS, "20240509", "20240512")

    feeds = {
        "a": feed_of(tmp_path, ["wk"], city, "a"),
        "b": feed_of(tmp_path, ["wk", "more"], young, "b"),
    }
    assert choose_service_date(feeds) == date(2024, 5, 9)


def test_auto_takes_monday_only_if_it_must(tmp_path):
    feed = feed_of(tmp_path, ["x"], lambda f: f.service("x", "1000000"))
    assert choose_service_date({"a": feed}) == date(2024, 1, 1)


def test_auto_prefers_the_usual_over_an_extra_day(tmp_path):
    def describe(feed):
        feed.service("wk", WEEKDAYS, "20240101", "20240112")
        feed.drop("nothing")
        feed.exception("extra", "20240102", 1)

    feed = feed_of(tmp_path, ["wk", "extra"], describe)
    assert choose_service_date({"a": feed}) == date(2024, 1, 3)  # the 2nd has an extra trip


def test_auto_refuses_feeds_of_different_periods(tmp_path):
    feeds = {
        "a": feed_of(tmp_path, ["x"], lambda f: f.service("x", WEEKDAYS, "20240101", "20240131"), "a"),
        "b": feed_of(tmp_path, ["x"], lambda f: f.service("x", WEEKDAYS, "20240301", "20240331"), "b"),
    }
    with pytest.raises(ServiceError, match=r"a: 2024-01-01 to 2024-01-31; b: 2024-03-01 to 2024-03-29"):
        choose_service_date(feeds)


# --- the window gate ---


def windowed(tmp_path):
    feed = GtfsBuilder()
    feed.trip(
        "t1", [("A", "08:00:00"), {"stop_id": "B", "time": "08:30:00", "pickup_type": 1}, ("C", "09:00:00")]
    )
    feed.trip("t2", [("A", "23:50:00"), ("B", "24:30:00"), ("C", "25:00:00")])
    return read_feed(feed.write(tmp_path / "feed"))


def test_departures_count_where_one_can_board_and_the_end_is_excluded(tmp_path):
    schedule = build_schedule(windowed(tmp_path), WEDNESDAY)
    assert departures_in_window(schedule, 8 * 3600, 8 * 3600 + 1) == 1
    assert departures_in_window(schedule, 8 * 3600 + 1, 9 * 3600 + 1) == 0  # no pickup at B, end at C
    assert departures_in_window(schedule, 7 * 3600, 8 * 3600) == 0


def test_yesterdays_late_trip_counts_after_midnight(tmp_path):
    schedule = build_schedule(windowed(tmp_path), WEDNESDAY)
    assert departures_in_window(schedule, 1800, 1801) == 1


def test_a_window_without_departures_is_refused_with_the_hours_of_the_feed(tmp_path):
    schedule = build_schedule(windowed(tmp_path), WEDNESDAY)
    with pytest.raises(
        ServiceError,
        match=r"the timetable: nothing leaves between 10:00:00 and 12:00:00 on 2024-05-15; that day its "
        r"vehicles run from 08:00:00 to 25:00:00",
    ):
        check_window(schedule, 36_000, 43_200)
    assert check_window(schedule, 8 * 3600, 9 * 3600) == 1


def test_windows_are_counted_for_each_feed(tmp_path):
    early = feed_of(tmp_path, ["x"], name="early")  # 08:00
    schedule = build_schedule(merge_feeds({"early": early, "all": windowed(tmp_path)}), WEDNESDAY)
    assert departures_in_window(schedule, 8 * 3600, 9 * 3600) == 2
    assert departures_in_window(schedule, 8 * 3600, 9 * 3600, "early") == 1
    with pytest.raises(ServiceError, match=r"early: nothing leaves between 23:00:00"):
        check_window(schedule, 23 * 3600, 24 * 3600, "early")
    with pytest.raises(ServiceError, match=r"lost: nothing leaves .* nor at any time of that day"):
        check_window(schedule, 23 * 3600, 24 * 3600, "lost")


days = st.integers(0, 20).map(lambda offset: date(2024, 2, 20) + timedelta(days=offset))


@st.composite
def calendars(draw):
    feed = GtfsBuilder()
    names = ["a", "b", "c"]
    for name in draw(st.lists(st.sampled_from(names), unique=True, min_size=1)):
        start, end = draw(days), draw(days)
        mask = "".join(draw(st.lists(st.sampled_from("01"), min_size=7, max_size=7)))
        feed.service(name, mask, start.strftime("%Y%m%d"), end.strftime("%Y%m%d"))
    for name, day in draw(st.lists(st.tuples(st.sampled_from(names), days), unique=True, max_size=8)):
        feed.exception(name, day.strftime("%Y%m%d"), draw(st.sampled_from([1, 2])))
    for number, name in enumerate(draw(st.lists(st.sampled_from(names), min_size=1, max_size=6))):
        feed.trip(f"t{number}", [("A", "08:00:00"), ("B", "08:10:00")], service=name)
        if draw(st.booleans()):
            feed.frequency(
                f"t{number}", "06:00:00", "06:30:00", draw(st.integers(60, 2000)), draw(st.integers(0, 1))
            )
    return feed


@settings(max_examples=60, deadline=None)
@given(calendars())
def test_calendars_equal_their_slow_twin(tmp_path_factory, builder):
    files = builder.files()
    feed = read_feed(builder.write(tmp_path_factory.mktemp("calendar") / "feed"))
    calendar, by_date = read_calendar(feed), trips_by_date(feed)
    for offset in range(-2, 24):
        day = date(2024, 2, 20) + timedelta(days=offset)
        assert active_services(calendar, day) == services(files, day)
        at = day.toordinal() - by_date.first_day
        found = by_date.trips[at] if 0 <= at < len(by_date.trips) else 0
        assert found == trips_on(files, day, 0.5)


@pytest.mark.real_data
def test_porto_alegre_service_by_day_and_window(porto_alegre):
    feeds = {name: read_feed(porto_alegre / f"gtfs_{name}.zip", name) for name in ("eptc", "trensurb")}
    shares = {name: check_service(feed, date(2019, 5, 15), name) for name, feed in feeds.items()}
    assert {name: (found.trips, found.share) for name, found in shares.items()} == {
        "eptc": (2374, 1.0),
        "trensurb": (529, 1.0),
    }
    with pytest.raises(ServiceError, match="eptc: no trip runs on Saturday 2019-05-18"):
        check_service(feeds["eptc"], date(2019, 5, 18), "eptc")
    assert check_service(feeds["trensurb"], date(2019, 5, 18)).trips == 416  # SA in trips.txt
    assert choose_service_date(feeds) == date(2019, 4, 16)
    schedule = build_schedule(merge_feeds(feeds), date(2019, 5, 15))
    morning, noon = (7 * 3600, 9 * 3600), (45_000, 52_200)
    assert [departures_in_window(schedule, *window, "eptc") > 0 for window in (morning, noon)] == [
        False,
        True,
    ]
    assert departures_in_window(schedule, *morning, "trensurb") > 0
    with pytest.raises(
        ServiceError, match="eptc: nothing leaves between 07:00:00 and 09:00:00 on 2019-05-15"
    ):
        check_window(schedule, *morning, "eptc")

"""remove-trips: hand cases, public holidays, feeds with calendar_dates.txt only, what dangles; a twin."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from builders_gtfs import DAY_NAMES, GtfsBuilder
from builders_timetable_edits import (
    SATURDAY,
    SUNDAY,
    WEDNESDAY,
    assert_same,
    built,
    edit,
    edited,
    ids,
    line,
    running,
    tables,
    vehicles,
    visits,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import gtfs as twin

from gtfs.calendar import active_services, read_calendar
from gtfs.draft import Draft
from gtfs.errors import ScenarioError
from gtfs.modifications import RemoveTrips


def test_removes_a_route_and_leaves_the_other() -> None:
    feed = built(line())
    result = edit(feed, RemoveTrips(routes=["9"]))
    assert running(result.feeds["bus"], WEDNESDAY) == ["hill"]
    assert result.feeds["bus"].stop_times["trip_id"].unique().tolist() == ["hill"]
    assert len(result.feeds["bus"].stops) == 4, "stops stay, so that walks need not be found again"
    assert result.reports[0].counts == {"routes": 1, "patterns": 2, "trips": 16, "trips_cut": 0}
    assert result.reports[0].text == {
        "en": "1 route, 2 patterns, 16 trips",
        "fr": "1 ligne, 2 parcours, 16 courses",
    }


def test_removes_one_pattern() -> None:
    feed = built(line())
    pattern = Draft(feed, "bus").patterns(["back0"])[0].id
    assert pattern.startswith("9:1:D>A:4:")
    assert running(edited(feed, RemoveTrips(patterns=[pattern])), WEDNESDAY) == [
        "hill",
        *(f"out{n}" for n in range(8)),
    ]


def test_removes_single_trips_and_tells_the_unknown() -> None:
    result = edit(built(line()), RemoveTrips(trips=["out0", "hill", "ghost"]))
    assert "out0" not in running(result.feeds["bus"], WEDNESDAY)
    assert result.reports[0].counts == {
        "routes": 2, "patterns": 2, "trips": 2, "trips_cut": 0, "unknown_trips": 1
    }  # fmt: skip
    assert result.reports[0].text["en"] == "2 routes, 2 patterns, 2 trips; 1 trip unknown: 'ghost'"
    assert result.reports[0].text["fr"] == "2 lignes, 2 parcours, 2 courses ; 1 course inconnue : 'ghost'"


def test_everything_removed_is_still_a_feed() -> None:
    feed = edited(built(line()), RemoveTrips(routes=["9", "7"]))
    assert len(feed.trips) == 0
    assert {"trip_id", "route_id", "service_id"} <= set(feed.trips.columns)
    assert len(feed.stop_times) == 0
    assert vehicles(feed) == []


def test_the_feed_given_is_never_changed() -> None:
    feed = built(line())
    before = tables(feed)
    edited(feed, RemoveTrips(routes=["9"], days=["saturday"]))
    edited(feed, RemoveTrips(routes=["9"]))
    assert_same(feed, before)


def test_a_daily_trip_removed_on_weekends_runs_on_weekdays() -> None:
    result = edit(built(line()), RemoveTrips(trips=["out0"], days="weekend"))
    feed = result.feeds["bus"]
    assert "out0" in running(feed, WEDNESDAY)
    assert "out0" not in running(feed, SATURDAY)
    assert "out0" not in running(feed, SUNDAY)
    assert "out1" in running(feed, SUNDAY)
    assert "1 trip kept on its other days" in result.reports[0].text["en"]


def test_r5_flags_mean_the_same_as_a_list() -> None:
    feed = built(line())
    by_list = edited(feed, RemoveTrips(trips=["out0"], days=["sat", "sunday"]))
    by_flags = edited(feed, RemoveTrips(trips=["out0"], saturday=True, sunday=True))
    assert by_list.trips.equals(by_flags.trips)
    assert by_list.calendar.equals(by_flags.calendar)


def holidays() -> GtfsBuilder:
    """Weekday trip w, Sunday trip s; Friday 17 May is a public holiday with Sunday service."""
    feed = GtfsBuilder()
    feed.service("week", "1111100")
    feed.service("sun", "0000001")
    feed.exception("week", "20240517", 2)
    feed.exception("sun", "20240517", 1)
    feed.trip("w", visits("AB", "08:00"), service="week")
    feed.trip("s", visits("AB", "09:00"), service="sun")
    return feed


HOLIDAY = date(2024, 5, 17)


def test_a_service_cut_to_some_days_keeps_its_public_holidays() -> None:
    feed = edited(built(holidays()), RemoveTrips(routes=["R"], days=["wednesday"]))
    assert running(feed, WEDNESDAY) == []
    assert running(feed, HOLIDAY) == ["s"], "w was removed on the holiday, and stays removed"
    assert running(feed, HOLIDAY + timedelta(days=7)) == ["w"]
    assert running(feed, SUNDAY) == ["s"]


def test_sunday_service_on_a_holiday_goes_with_sundays_not_with_fridays() -> None:
    feed = built(holidays())
    without_sundays = edited(feed, RemoveTrips(routes=["R"], days=["sunday"]))
    assert running(without_sundays, HOLIDAY) == []
    without_fridays = edited(feed, RemoveTrips(routes=["R"], days=["friday"]))
    assert running(without_fridays, HOLIDAY) == ["s"]
    assert running(without_fridays, HOLIDAY + timedelta(days=7)) == []


def test_a_feed_with_calendar_dates_only_is_cut_by_date() -> None:
    feed = GtfsBuilder()
    for day in ("20240515", "20240516", "20240518"):
        feed.exception("some", day)
    feed.trip("t", visits("AB", "08:00"), service="some")
    result = edited(built(feed), RemoveTrips(trips=["t"], days="weekdays"))
    assert result.calendar is None
    assert running(result, WEDNESDAY) == []
    assert running(result, SATURDAY) == ["t"]


def test_a_trip_past_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    feed = GtfsBuilder()
    feed.trip("late", visits("AB", "23:55"))
    result = edited(built(feed), RemoveTrips(trips=["late"], days=["saturday"]))
    assert [day for day, _, _ in vehicles(result, SATURDAY)] == [-1]  # Friday's is still on the road
    assert [day for day, _, _ in vehicles(result, SUNDAY)] == [0]


def test_what_would_dangle_is_dropped_and_counted() -> None:
    feed = line()
    feed.transfer("A", "B", 2, min_transfer_time=60)
    feed.transfer("D", "D", 4, from_trip_id="out0", to_trip_id="back1")
    feed.frequency("out0", "06:00:00", "07:00:00", 600)
    feed.row("attributions.txt", organization_name="x", trip_id="out0")
    feed.row("attributions.txt", organization_name="x", route_id="9")
    for row in feed.rows["trips.txt"]:
        row["shape_id"] = row["trip_id"][:3]
    for shape in ("out", "hil", "old"):
        feed.row("shapes.txt", shape_id=shape, shape_pt_lat=-30, shape_pt_lon=-51, shape_pt_sequence=1)
    result = edit(built(feed), RemoveTrips(trips=[f"out{n}" for n in range(8)]))
    after = result.feeds["bus"]
    assert ids(after.transfers, "from_stop_id") == ["A"]
    assert after.frequencies is None
    assert ids(after.attributions, "route_id") == ["9"]
    assert ids(after.shapes, "shape_id") == ["hil", "old"], "no trip used 'old' before: not ours to drop"
    assert result.reports[0].counts["transfers_dropped"] == 1
    assert result.reports[0].text["en"].endswith("8 trips, 1 transfer rule dropped, 1 shape dropped")


def test_days_on_which_nothing_runs_are_an_error() -> None:
    with pytest.raises(ScenarioError, match="none of the trips runs on these days"):
        edit(built(holidays()), RemoveTrips(trips=["w"], days=["sunday"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (RemoveTrips(routes=["99"]), r"no route '99' in bus; nearest: '9' \(Harbour\)|no route '99' in bus"),
        (RemoveTrips(routes=["harbor"]), r"no route 'harbor' in bus; nearest: '9'"),
        (
            RemoveTrips(trips=["out9"]),
            r"no trip 'out9' in bus; nearest: 'out0', 'out1', 'out2'|nearest: 'out",
        ),
        (
            RemoveTrips(patterns=["9:0:A>D:4:0000"]),
            r"no pattern '9:0:A>D:4:0000' in bus; nearest: '9:0:A>D:4:",
        ),
    ],
)
def test_what_matches_nothing_is_an_error_with_the_nearest_names(change: RemoveTrips, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        edit(built(line()), change)


# --- slow twin ------------------------------------------------------------------------------------------


def belongs(files: dict[str, bytes], service: str, day: date, weekdays: set[int]) -> bool:
    """Whether a date of a service counts as one of these days of the week (rules W1 to W3), the slow way."""
    for row in twin.rows(files, "calendar.txt"):
        if row["service_id"] == service:
            flags = {number for number, name in enumerate(DAY_NAMES) if row[name] == "1"}
            if flags and flags <= weekdays:
                return True
            if flags and not flags & weekdays:
                return False
    return day.weekday() in weekdays


@st.composite
def calendars(draw: st.DrawFn) -> GtfsBuilder:
    """Three services with days, dates and exceptions of any kind; one may lie in calendar_dates.txt only."""
    feed = GtfsBuilder()
    for service in ("x", "y", "z"):
        if service != "z":
            days = "".join(draw(st.lists(st.sampled_from("01"), min_size=7, max_size=7)))
            feed.service(service, days, "20240506", "20240526")
        for day in draw(st.sets(st.integers(1, 30), min_size=service == "z", max_size=4)):
            feed.exception(service, f"202405{day:02d}", draw(st.sampled_from([1, 2])))
        feed.trip(service, visits("AB", draw(st.sampled_from(["08:00", "23:55", "24:30"]))), service=service)
    return feed


@given(calendars(), st.sets(st.integers(0, 6), min_size=1))
@settings(max_examples=10, deadline=None, derandomize=True)
def test_cut_services_run_on_the_dates_of_the_slow_twin(feed: GtfsBuilder, weekdays: set[int]) -> None:
    files, after = feed.files(), built(feed)
    with contextlib.suppress(ScenarioError):  # nothing runs on these days: nothing changes
        after = edited(after, RemoveTrips(routes=["R"], days=sorted(weekdays)))
    calendar = read_calendar(after)
    service = dict(zip(after.trips["trip_id"], after.trips["service_id"], strict=True))
    for number in range(31):
        day = date(2024, 5, 1) + timedelta(days=number)
        kept = {name for name in twin.services(files, day) if not belongs(files, name, day, weekdays)}
        active = active_services(calendar, day)
        assert {trip for trip, name in service.items() if name in active} == kept, day

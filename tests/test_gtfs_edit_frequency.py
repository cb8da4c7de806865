"""adjust-frequency: hand cases, laws on built schedules, a slow twin for what stays and what runs when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import (
    SATURDAY,
    SUNDAY,
    WEDNESDAY,
    assert_same,
    at,
    built,
    departures,
    edit,
    edited,
    line,
    of_trip,
    running,
    tables,
    vehicles,
    visits,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import gtfs as twin
from reference import timetable_edits as edits_twin

from gtfs.errors import ScenarioError
from gtfs.modifications import AdjustFrequency, FrequencyEntry


def entry(start: str = "06:00", end: str = "10:00", headway_min: float = 10, **more: Any) -> FrequencyEntry:
    return FrequencyEntry(start_time=start, end_time=end, headway_min=headway_min, **more)


def change(*entries: FrequencyEntry, keep: bool = False) -> AdjustFrequency:
    return AdjustFrequency(route="9", entries=list(entries), retain_trips_outside_frequency_entries=keep)


def test_the_same_headway_as_before_gives_as_many_departures_each_way() -> None:
    feed = built(line())
    after = edited(feed, change(entry(headway_min=30)))
    for first_stop in "AD":
        assert len(departures(after, first_stop)) == len(departures(feed, first_stop)) == 8
    assert departures(after, "A")[:2] == ["06:15", "06:45"], "half a headway after the start, on average"


def test_exact_departures_at_the_same_headway_give_the_same_timetable() -> None:
    feed = built(line())
    after = edited(feed, change(entry(headway_min=30, exact=True)))
    assert [trip for _, _, trip in vehicles(after)] == [trip for _, _, trip in vehicles(feed)]
    assert after.frequencies["exact_times"].tolist() == [1, 1]


def test_every_ten_minutes_is_three_times_every_half_hour() -> None:
    result = edit(built(line()), change(entry(headway_min=10)))
    assert len(departures(result.feeds["bus"], "A")) == 24
    assert result.reports[0].counts == {
        "routes": 1, "patterns": 2, "trips": 16, "trips_removed": 16, "headway_services": 2
    }  # fmt: skip
    assert "06:00-10:00, every day: 24 departures a day each way, copied from" in result.reports[0].text["en"]
    assert "06:00-10:00, tous les jours : 24 départs par jour par sens" in result.reports[0].text["fr"]
    assert result.reports[0].warnings == ()


def test_seconds_and_minutes_are_two_ways_to_write_one_headway() -> None:
    feed = built(line())
    by_secs = change(FrequencyEntry(start_time="06:00", end_time="10:00", headway_secs=450))
    assert vehicles(edited(feed, by_secs)) == vehicles(edited(feed, change(entry(headway_min=7.5))))


def test_other_trips_vanish_as_in_r5_and_the_report_says_so() -> None:
    result = edit(built(line()), change(entry("06:00", "08:00")))
    assert departures(result.feeds["bus"], "A")[-1] == "07:55"
    (warning,) = result.reports[0].warnings
    assert warning.startswith("gone: 8 trips on other days or at other times (such as 'out4')")
    assert "retain_trips_outside_frequency_entries: true" in warning
    assert "ne circulent plus : 8 courses d'autres jours ou d'autres heures" in result.reports[0].text["fr"]


def test_other_trips_stay_if_asked_for_and_the_end_of_the_period_is_not_in_it() -> None:
    result = edit(built(line()), change(entry("06:00", "08:00", exact=True), keep=True))
    found = departures(result.feeds["bus"], "A")
    assert found == [*(f"{6 + n // 6:02d}:{n % 6}0" for n in range(12)), "08:00", "08:30", "09:00", "09:30"]
    assert result.reports[0].counts["trips_removed"] == 8
    assert result.reports[0].warnings == ()


def test_other_days_stay_if_asked_for() -> None:
    feed = built(line())
    after = edited(feed, change(entry(days="weekdays"), keep=True))
    assert len(departures(after, "A", WEDNESDAY)) == 24
    assert departures(after, "A", SATURDAY) == departures(feed, "A", SATURDAY)
    gone = edited(feed, change(entry(days="weekdays")))
    assert departures(gone, "A", SUNDAY) == []


def test_entries_for_different_days_and_hours() -> None:
    after = edited(
        built(line()),
        change(entry("06:00", "08:00", 15, days="weekdays"), entry("08:00", "10:00", 60, days="weekend")),
    )
    assert (len(departures(after, "A")), len(departures(after, "A", SUNDAY))) == (8, 2)


def test_exact_departures_are_trips() -> None:
    result = edit(built(line()), change(FrequencyEntry(first_departures=["06:07", "25:10"])))
    assert departures(result.feeds["bus"], "A") == ["06:07", "25:10"]
    assert result.feeds["bus"].frequencies is None
    assert result.reports[0].counts["new_trips"] == 4
    assert "06:07-25:10, every day: 2 departures a day each way" in result.reports[0].text["en"]


def test_exact_departures_replace_what_leaves_from_the_first_to_the_last() -> None:
    after = edited(built(line()), change(FrequencyEntry(first_departures=["07:00", "08:00"]), keep=True))
    assert departures(after, "A") == ["06:00", "06:30", "07:00", "08:00", "08:30", "09:00", "09:30"]


def two_patterns() -> GtfsBuilder:
    """Out: A-B-C-D three times, A-C-D (express) once; running times are longer at 08:00."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.trip("slow", visits("ABCD", "08:00", hop_min=20), route="9")
    feed.trip("early", visits("ABCD", "06:00"), route="9")
    feed.trip("late", visits("ABCD", "10:00"), route="9")
    feed.trip("express", visits("ACD", "09:00"), route="9")
    feed.trip("back", visits("DCBA", "09:00"), route="9")
    return feed


def test_new_service_copies_the_most_used_pattern_at_the_nearest_hour() -> None:
    after = edited(built(two_patterns()), change(entry("07:00", "09:00", 60, exact=True)))
    trips = {trip[0][0]: trip for _, _, trip in vehicles(after)}
    assert [stop for stop, _, _ in trips["A"]] == list("ABCD")
    assert trips["A"][-1][1] - trips["A"][0][2] == 3600, "as the trip of 08:00"
    assert set(trips) == {"A", "D"}, "directions are told by the order of stops"


def test_trips_that_run_on_most_of_the_days_are_copied_before_nearer_ones() -> None:
    feed = GtfsBuilder()
    feed.service("week", "1111100")
    feed.service("sun", "0000001")
    feed.trip("w", visits("AB", "09:00", hop_min=20), route="9", service="week")
    feed.trip("s", visits("AB", "08:00"), route="9", service="sun")
    base = built(feed)
    for days, day, minutes in (("daily", WEDNESDAY, 20), ("sun", SUNDAY, 10), ("sat", SATURDAY, 20)):
        after = edited(base, change(entry("08:00", "08:30", days=days)))
        assert {trip[1][1] - trip[0][2] for _, _, trip in vehicles(after, day)} == {60 * minutes}, days


def test_a_source_trip_says_what_to_copy() -> None:
    result = edit(built(two_patterns()), change(entry("07:00", "09:00", source_trip="express", exact=True)))
    assert {tuple(stop for stop, _, _ in trip) for _, _, trip in vehicles(result.feeds["bus"])} == {
        tuple("ACD")
    }
    assert "direction 1 of the route no longer has any trip" in result.reports[0].warnings[1]


def test_vehicles_count_not_rows_when_the_most_used_pattern_is_sought() -> None:
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.trip("t1", visits("ABD", "06:00"), route="9")
    feed.trip("t2", visits("ABD", "07:00"), route="9")
    feed.trip("often", visits("ACD", "06:00"), route="9")
    feed.frequency("often", "06:00:00", "10:00:00", 600)
    after = edited(built(feed), change(entry(headway_min=30)))
    assert {tuple(stop for stop, _, _ in trip) for _, _, trip in vehicles(after)} == {tuple("ACD")}
    assert len(departures(after, "A")) == 8, "the rows of the old headway are gone"


def test_a_headway_trip_keeps_its_other_hours_and_days() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("AB", "00:00"), route="9")
    feed.frequency("t", "06:00:00", "10:00:00", 3600)  # 06:30 to 09:30
    after = edited(built(feed), change(entry("07:00", "08:00", 15, exact=True, days="weekdays"), keep=True))
    assert departures(after, "A") == ["06:30", "07:00", "07:15", "07:30", "07:45", "08:30", "09:30"]
    assert departures(after, "A", SUNDAY) == ["06:30", "07:30", "08:30", "09:30"]


def test_hours_past_midnight_are_those_of_the_service_day() -> None:
    feed = GtfsBuilder()
    feed.service("sat", "0000010")
    feed.trip("t", visits("AB", "24:30"), route="9", service="sat")
    feed.trip("night", visits("AB", "00:30"), route="9", service="sat")
    after = edited(built(feed), change(entry("24:00", "26:00", 60, exact=True), keep=True))
    assert departures(after, "A", SATURDAY) == ["00:30", "24:00", "25:00"]


def test_an_entry_without_days_means_the_days_on_which_the_route_runs() -> None:
    feed = line()
    feed.service("week", "1111100")
    for row in feed.rows["trips.txt"]:
        row["service_id"] = "week" if row["route_id"] == "9" else "daily"
    feed.service("daily")
    after = edited(built(feed), change(entry()))
    assert (len(departures(after, "A")), departures(after, "A", SUNDAY)) == (24, [])
    asked = edited(built(feed), change(entry(days="daily")))
    assert (len(departures(asked, "A")), len(departures(asked, "A", SUNDAY))) == (24, 24)


def test_new_service_keeps_the_public_holidays_of_the_route() -> None:
    feed = line()
    feed.service("daily")
    feed.exception("daily", "20240515", 2)
    after = edited(built(feed), change(entry(days="weekdays")))
    assert running(after, WEDNESDAY) == []
    assert len(departures(after, "A", WEDNESDAY + timedelta(days=7))) == 24


@pytest.mark.parametrize("keep", [True, False])
def test_a_saturday_with_weekday_service_gets_the_new_weekday_service(keep: bool) -> None:
    feed = line()
    feed.service("daily", "1111100")
    feed.exception("daily", "20240518")
    after = edited(built(feed), change(entry(days="weekdays"), keep=keep))
    assert len(departures(after, "A", SATURDAY)) == 24
    assert departures(after, "A", SATURDAY + timedelta(days=7)) == []


def test_service_on_a_new_day_follows_the_sundays_and_holidays_of_the_feed() -> None:
    feed = line()
    feed.service("week", "1111100")
    feed.service("sun", "0000001", start="20240512")
    for day in ("20240517",):  # a Friday with Sunday service
        feed.exception("week", day, 2)
        feed.exception("sun", day, 1)
    for row in feed.rows["trips.txt"]:
        row["service_id"] = "week" if row["route_id"] == "9" else "sun"
    after = edited(built(feed), change(entry(days="daily")))
    assert len(departures(after, "A", SUNDAY)) == 24
    assert departures(after, "A", date(2024, 5, 5)) == [], "the feed has no Sundays before the 12th"
    assert len(departures(after, "A", date(2024, 5, 17))) == 24, "Sunday service on the holiday"
    assert len(departures(after, "A", SATURDAY)) == 24, "the feed has no Saturdays: every one"


def test_service_on_a_new_day_ends_with_the_timetable_of_the_route() -> None:
    feed = line()
    feed.service("summer", "1111110", start="20240501", end="20240531")
    feed.service("daily")
    for row in feed.rows["trips.txt"]:
        row["service_id"] = "summer" if row["route_id"] == "9" else "daily"
    after = edited(built(feed), change(entry(days="daily")))
    assert len(departures(after, "A", SUNDAY)) == 24
    for outside in (date(2024, 4, 28), date(2024, 6, 2)):
        assert departures(after, "A", outside) == []


def test_a_feed_with_calendar_dates_only_gets_dates() -> None:
    feed = line()
    for day in ("20240515", "20240518"):
        feed.exception("daily", day)
    after = edited(built(feed), change(entry(days="weekdays")))
    assert after.calendar is None
    assert (len(departures(after, "A")), running(after, SATURDAY)) == (24, ["hill"])


def test_copies_have_no_block_and_keep_what_the_source_says() -> None:
    feed = line()
    for row in feed.rows["trips.txt"]:
        row |= {"block_id": "b", "trip_headsign": "Harbour", "wheelchair_accessible": 1}
    after = edited(built(feed), change(entry()))
    new = after.trips[after.trips["route_id"] == "9"]
    assert new["block_id"].isna().all()
    assert new["trip_headsign"].tolist() == ["Harbour"] * 2
    assert new["wheelchair_accessible"].tolist() == [1, 1]


def test_overlapping_entries_are_told() -> None:
    result = edit(built(line()), change(entry(), entry("07:00", "08:00", 5)))
    assert result.reports[0].warnings == (
        "entries 1 and 2 overlap (every day, 07:00-08:00): the vehicles of both run",
    )


def test_the_feed_given_is_never_changed() -> None:
    feed = built(line())
    before = tables(feed)
    edited(feed, change(entry(days="weekdays"), keep=True))
    edited(feed, change(FrequencyEntry(first_departures=["07:00"])))
    assert_same(feed, before)


def test_running_times_are_those_of_the_source() -> None:
    after = edited(built(line()), change(entry("05:00", "05:30", 30, exact=True)))
    (name,) = [trip for trip in running(after, WEDNESDAY) if trip.startswith("out")]
    assert [arrival for _, arrival, _ in of_trip(after, name)] == [
        "05:00:00",
        "05:10:00",
        "05:20:00",
        "05:30:00",
    ]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([entry(source_trip="out77")], "entry 1: no trip 'out77' in bus; nearest: 'out7'"),
        ([entry(source_trip="hill")], "entry 1: trip 'hill' is of route '7', not '9'"),
        (
            [entry(), entry("06:00", "06:10", 30)],
            "entry 2: a headway of 30 min gives no departure from 06:00",
        ),
    ],
)
def test_entries_that_make_no_sense_are_errors(entries: list[FrequencyEntry], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        edit(built(line()), change(*entries))


def test_a_source_without_times_is_an_error() -> None:
    feed = line()
    feed.service("never", "0000000")
    feed.trip("blank", [{"stop_id": "A"}, {"stop_id": "B"}], route="9", service="never", direction_id=0)
    with pytest.raises(ScenarioError, match="entry 1: trip 'blank' has no times to copy"):
        edit(built(feed), change(entry(source_trip="blank")))


def test_a_route_that_never_runs_is_an_error() -> None:
    feed = line()
    feed.service("never", "0000000")
    feed.trip("x", visits("AB", "08:00"), route="8", service="never")
    with pytest.raises(ScenarioError, match="no trip of route '8' has times and days to copy"):
        edit(built(feed), AdjustFrequency(route="8", entries=[entry()]))


def test_a_route_without_trips_is_an_error() -> None:
    feed = line()
    feed.route("8")
    with pytest.raises(ScenarioError, match="routes '8' have no trips in bus; add-trips gives"):
        edit(built(feed), AdjustFrequency(route="8", entries=[entry()]))


# --- slow twin ------------------------------------------------------------------------------------------


@st.composite
def entries_and_calendar(draw: st.DrawFn) -> tuple[GtfsBuilder, list[dict[str, Any]], bool]:
    feed = GtfsBuilder()
    feed.line_of_stops("AB")
    for service in ("x", "y"):
        days = "".join(draw(st.lists(st.sampled_from("01"), min_size=7, max_size=7)))
        feed.service(service, days, "20240506", "20240526")
        for number in range(draw(st.integers(0, 3))):
            feed.trip(f"{service}{number}", visits("AB", f"{draw(st.integers(0, 27)):02d}:30"), route="9",
                      service=service)  # fmt: skip
    if "trips.txt" not in feed.rows:
        feed.trip("x0", visits("AB", "08:30"), route="9", service="x")
    entries = []
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, 24))
        entries.append(
            {
                "start": start,
                "end": start + draw(st.integers(1, 4)),
                "headway": draw(st.sampled_from([10, 17, 60])),
                "exact": draw(st.booleans()),
                "days": sorted(draw(st.sets(st.integers(0, 6), min_size=1))),
            }
        )
    return feed, entries, draw(st.booleans())


@given(entries_and_calendar())
@settings(max_examples=8, deadline=None, derandomize=True)
def test_departures_are_those_of_the_slow_twin(
    drawn: tuple[GtfsBuilder, list[dict[str, Any]], bool],
) -> None:
    feed, entries, keep = drawn
    files = feed.files()
    days = [date(2024, 5, 6) + timedelta(days=number) for number in range(7, 14)]
    own = {row["trip_id"]: row["service_id"] for row in twin.rows(files, "trips.txt")}
    every = [date(2024, 5, 6) + timedelta(days=number) for number in range(21)]
    dates = [day for day in every if twin.services(files, day) & set(own.values())]
    if not dates:
        return
    after = edited(
        built(feed),
        change(
            *(
                entry(
                    f"{e['start']:02d}:00",
                    f"{e['end']:02d}:00",
                    e["headway"],
                    exact=e["exact"],
                    days=e["days"],
                )
                for e in entries
            ),
            keep=keep,
        ),
    )
    for day in days:
        expected = []
        for e in entries:
            if day.weekday() in e["days"] and _runs(files, set(own.values()), day, dates):
                expected += edits_twin.entry_departures(
                    e["start"] * 3600, e["end"] * 3600, e["headway"] * 60, e["exact"]
                )
        for trip, service in own.items():
            leaves = at(_first(files, trip)[:5])
            covered = any(
                day.weekday() in e["days"] and e["start"] * 3600 <= leaves < e["end"] * 3600 for e in entries
            )
            if keep and service in twin.services(files, day) and not covered:
                expected.append(leaves)
        found = [trip[0][2] for offset, _, trip in vehicles(after, day) if offset == 0]
        assert sorted(found) == sorted(expected), day


def _first(files: dict[str, bytes], trip: str) -> str:
    return next(row["departure_time"] for row in twin.rows(files, "stop_times.txt") if row["trip_id"] == trip)


def _runs(files: dict[str, bytes], services: set[str], day: date, dates: list[date]) -> bool:
    """Whether new service runs on a date: when the route does, else as the feed, else every such day."""
    if any(other.weekday() == day.weekday() for other in dates):
        return bool(twin.services(files, day) & services)
    if not min(dates) <= day <= max(dates):
        return False
    same = [date(2024, 5, 6) + timedelta(days=number) for number in range(21)]
    same = [d for d in same if d.weekday() == day.weekday() and min(dates) <= d <= max(dates)]
    if any(twin.services(files, d) for d in same):
        return bool(twin.services(files, day))
    return True

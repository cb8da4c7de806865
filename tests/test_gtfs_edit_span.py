"""adjust-span: starts earlier, ends later, new days; hand cases with departures one can count."""

from __future__ import annotations

from typing import Any

import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import (
    SATURDAY,
    SUNDAY,
    WEDNESDAY,
    assert_same,
    built,
    departures,
    edit,
    edited,
    line,
    tables,
    vehicles,
    visits,
)

from gtfs.errors import ScenarioError
from gtfs.modifications import AdjustSpan


def span(**options: Any) -> AdjustSpan:
    return AdjustSpan(**{"route": "9", "headway_min": 60, **options})


OUT = ["06:00", "06:30", "07:00", "07:30", "08:00", "08:30", "09:00", "09:30"]


def test_starts_earlier_up_to_the_first_departure_of_today() -> None:
    result = edit(built(line()), span(first_departure="04:00"))
    assert departures(result.feeds["bus"], "A") == ["04:00", "05:00", *OUT]
    assert departures(result.feeds["bus"], "D") == ["04:00", "05:00", *OUT]
    assert result.reports[0].counts == {"routes": 1, "patterns": 2, "trips": 16, "new_trips": 4}
    assert (
        result.reports[0]
        .text["en"]
        .startswith(
            "1 route, 2 patterns, 16 trips, 4 new trips; direction 0, every day, 04:00-05:00: "
            "2 departures a day copied from 'out0'"
        )
    )
    assert (
        "sens 1, tous les jours, 04:00-05:00 : 2 départs par jour d'après 'back0'"
        in (result.reports[0].text["fr"])
    )


def test_ends_later_a_headway_after_the_last_departure_of_today() -> None:
    after = edited(built(line()), span(last_departure="12:30"))
    assert departures(after, "A") == [*OUT, "10:30", "11:30", "12:30"], "the last departure is included"


def test_ends_in_the_night_of_the_same_service_day() -> None:
    after = edited(built(line()), span(last_departure="25:30", headway_min=240))
    assert departures(after, "A") == [*OUT, "13:30", "17:30", "21:30", "25:30"]
    assert [day for day, name, _ in vehicles(after) if name.endswith("2530")] == [-1, -1, 0, 0]


def test_one_direction_only() -> None:
    after = edited(built(line()), span(first_departure="05:00", direction_id=1))
    assert (departures(after, "A"), departures(after, "D")) == (OUT, ["05:00", *OUT])


def test_some_days_only() -> None:
    after = edited(built(line()), span(first_departure="05:00", days="weekend"))
    assert (departures(after, "A"), departures(after, "A", SUNDAY)) == (OUT, ["05:00", *OUT])


def weekdays_only() -> GtfsBuilder:
    feed = line()
    feed.service("daily", "1111100")
    return feed


def test_without_days_no_new_day_is_added() -> None:
    after = edited(built(weekdays_only()), span(first_departure="05:00", last_departure="11:00"))
    assert departures(after, "A") == ["05:00", *OUT, "10:30"]
    assert departures(after, "A", SATURDAY) == []


def test_a_new_day_runs_from_the_first_to_the_last_departure() -> None:
    after = edited(
        built(weekdays_only()), span(first_departure="08:00", last_departure="11:30", days=["sunday"])
    )
    assert departures(after, "A", SUNDAY) == ["08:00", "09:00", "10:00", "11:00"]
    assert departures(after, "A") == OUT
    assert departures(after, "A", SATURDAY) == []


def test_each_day_of_the_week_is_extended_from_its_own_first_departure() -> None:
    feed = GtfsBuilder()
    feed.service("week", "1111100")
    feed.service("sun", "0000001")
    feed.trip("w", visits("AB", "06:00"), route="9", service="week")
    feed.trip("s", visits("AB", "09:00"), route="9", service="sun")
    after = edited(built(feed), span(first_departure="05:00"))
    assert departures(after, "A", WEDNESDAY) == ["05:00", "06:00"]
    assert departures(after, "A", SUNDAY) == ["05:00", "06:00", "07:00", "08:00", "09:00"]


def test_early_trips_copy_the_first_trip_and_late_ones_the_last() -> None:
    feed = GtfsBuilder()
    feed.line_of_stops("ABC")
    feed.trip("short", visits("AB", "06:00"), route="9", direction_id=0)
    feed.trip("full", visits("ABC", "09:00"), route="9", direction_id=0)
    after = edited(built(feed), span(first_departure="05:00", last_departure="10:00"))
    assert [len(trip) for day, _, trip in vehicles(after) if day == 0] == [2, 2, 3, 3]


def test_a_headway_route_is_extended_from_its_vehicles() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("AB", "00:00"), route="9")
    feed.frequency("t", "06:00:00", "08:00:00", 3600)  # 06:30, 07:30
    after = edited(built(feed), span(first_departure="05:00", last_departure="09:00"))
    assert departures(after, "A") == ["05:00", "06:00", "06:30", "07:30", "08:30"]


def test_the_feed_given_is_never_changed() -> None:
    feed = built(line())
    before = tables(feed)
    edited(feed, span(first_departure="05:00", last_departure="23:00", days="weekend"))
    assert_same(feed, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"first_departure": "06:00"}, "route '9' already leaves from 06:00 to 09:30 on these days"),
        ({"last_departure": "10:00"}, "a later last_departure or a shorter headway"),
        ({"first_departure": "05:00", "direction_id": 0, "route": "7"}, ""),
        ({"first_departure": "05:00", "direction_id": 1, "route": "7"}, "has no direction 1; it has '0'"),
        ({"first_departure": "05:00", "route": "99"}, "no route '99' in bus"),
    ],
)
def test_spans_that_make_no_sense_are_errors(options: dict[str, Any], message: str) -> None:
    if not message:
        edit(built(line()), span(**options))
        return
    with pytest.raises(ScenarioError, match=message):
        edit(built(line()), span(**options))


def test_a_new_day_needs_both_ends() -> None:
    for options, missing in (
        ({"first_departure": "05:00"}, "last_departure"),
        ({"last_departure": "23:00"}, "first_departure"),
    ):
        with pytest.raises(ScenarioError, match=rf"does not run on Sunday \(direction 0\); give {missing}"):
            edit(built(weekdays_only()), span(days="daily", **options))

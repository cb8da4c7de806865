"""Routes, patterns and stops that a scenario can name, and what to say of ids that nobody has."""

from __future__ import annotations

from datetime import date

import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import WEDNESDAY, built, line, visits

from gtfs.errors import ScenarioError
from gtfs.listing import route_lines, stop_lines


def test_routes_with_trips_and_headway_of_the_day() -> None:
    assert list(route_lines({"bus": built(line())}, WEDNESDAY)) == [
        "Trips and headways of Wednesday 2024-05-15:",
        "route  name       feed  trips  headway",
        '"9"    9 Harbour  bus      16  every 30 min, 06:00-09:30',
        '"7"    7 Hill     bus       1  once, 12:00',
        "Stops and patterns of one of them: add --route and its id",
    ]
    nothing = list(route_lines({"bus": built(line())}, date(2030, 1, 1)))
    assert nothing[2].endswith(" 0  does not run that day")


def test_uneven_headways_are_a_range() -> None:
    feed = GtfsBuilder()
    feed.line_of_stops("AB")
    feed.route("5")
    for number, start in enumerate(("08:00", "08:10", "08:20", "08:40", "09:00")):
        feed.trip(f"t{number}", visits("AB", start), route="5")
    assert "every 10 to 20 min, 08:00-09:00" in list(route_lines({"bus": built(feed)}, WEDNESDAY))[2]


def test_stops_of_a_route_in_order_by_direction() -> None:
    lines = list(stop_lines({"bus": built(line())}, WEDNESDAY, "9"))
    assert lines[:2] == [
        'route "9" (9 Harbour), feed bus; trips of 2024-05-15',
        "direction 0, towards D: 8 trips",
    ]
    assert lines[2].startswith('  pattern "9:0:A>D:4:')
    assert lines[2].endswith('": 8 trips')
    assert lines[3:7] == ['     1  "A"  A', '     2  "B"  B', '     3  "C"  C', '     4  "D"  D']
    assert lines[7] == "direction 1, towards A: 8 trips"
    assert len(lines) == 13


@pytest.mark.parametrize("wanted", ["Line 9", "harbour", "9 harbour", "Harbor"])
def test_a_route_is_found_by_words_of_its_id_and_name(wanted: str) -> None:
    with pytest.raises(ScenarioError, match=rf"no feed has a route '{wanted}'; nearest: '9' \(9 Harbour\)"):
        list(stop_lines({"bus": built(line()), "tram": built(line_of_none())}, WEDNESDAY, wanted))


def line_of_none() -> GtfsBuilder:
    feed = GtfsBuilder()
    feed.line_of_stops("XY")
    feed.route("ZZ")
    feed.trip("z", visits("XY", "08:00"), route="ZZ")
    return feed

"""A change of stops that meets one direction of a line only is warned of."""

from __future__ import annotations

import gtfs_kit
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import built, edit, visits

from gtfs.modifications import RemoveStops, Reroute

DETOUR = {"routes": ["9"], "stops": [{"name": "New", "lat": -30.015, "lon": -51.205}], "speed_km_h": 20}


def two_sides(*, back: str = "dcba") -> gtfs_kit.Feed:
    """Two trips there by A-B-C-D, and two back by stops of their own across the road."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCD")
    feed.line_of_stops("abcd", lon=-51.2002)
    feed.route("9")
    for number, start in enumerate(("08:00", "09:00")):
        feed.trip(f"out{number}", visits("ABCD", start), route="9", direction_id=0)
        feed.trip(f"back{number}", visits(back, start), route="9", direction_id=1)
    return built(feed)


def test_a_closed_stop_of_one_side_is_told_in_both_languages() -> None:
    report = edit(two_sides(), RemoveStops(routes=["9"], stops=["B"])).reports[0]
    assert report.warnings == (
        "route 9: only direction 0 (towards D) is changed; the 2 trips the other way stay. Stops across the "
        "road have their own ids: add a second modification.",
    )
    assert report.text["fr"].endswith(
        "ligne 9 : seul le sens 0 (vers D) change ; les 2 courses de l’autre sens restent. Les arrêts d’en "
        "face ont leurs propres identifiants : ajoutez une deuxième modification."
    )
    assert report.matched == "1 pattern, 2 trips, 1 stop, 2 visits removed"


def test_a_detour_and_an_extension_of_one_direction_are_told() -> None:
    for ends in ({"from_stop": "B", "to_stop": "C"}, {"from_stop": "D"}):
        (warning,) = edit(two_sides(), Reroute(**DETOUR, **ends)).reports[0].warnings
        assert "only direction 0 (towards D) is changed; the 2 trips the other way stay" in warning


def test_nothing_is_told_where_a_second_modification_changes_the_other_direction() -> None:
    there = Reroute(**DETOUR, from_stop="B", to_stop="C")
    back = Reroute(**DETOUR, from_stop="c", to_stop="b")
    assert [report.warnings for report in edit(two_sides(), there, back).reports] == [(), ()]
    again = Reroute(**DETOUR, from_stop="A", to_stop="B")
    told = [report.warnings for report in edit(two_sides(), there, again).reports]
    assert all(len(warnings) == 1 for warnings in told), "the same direction twice leaves the other alone"


def test_nothing_is_told_of_closed_stops_patterns_named_and_lines_that_run_one_way() -> None:
    feed = two_sides()
    assert edit(feed, RemoveStops(stops=["B"])).reports[0].warnings == ()
    assert edit(feed, RemoveStops(routes=["9"], stops=["B", "b"])).reports[0].warnings == ()
    loop = two_sides(back="ABCD")
    assert edit(loop, RemoveStops(routes=["9"], stops=["B"])).reports[0].warnings == ()


def test_where_both_directions_share_the_stop_the_advice_is_another() -> None:
    # The way back begins at D: from there on it would be a new line, so that it stays.
    feed = two_sides(back="DCBA")
    (warning,) = edit(feed, Reroute(**DETOUR, from_stop="D")).reports[0].warnings
    assert warning.endswith("Add a second modification for the way back, with the stops in its order.")

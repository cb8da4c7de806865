"""The modification ``reroute``."""

from __future__ import annotations

import itertools

import pytest
from builders_edits import (
    DAY,
    edit,
    edited,
    error_counts,
    feed_of,
    pattern_ids,
    pattern_of,
    runs_on,
    snapshot,
    visits,
)
from builders_gtfs import GtfsBuilder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtfs.errors import ScenarioError
from gtfs.in_seat import join_trips
from gtfs.modifications import Reroute
from gtfs.schedule import build_schedule

NEW = {"name": "Rue Haute", "lat": -30.015, "lon": -51.21}


@pytest.fixture
def line(tmp_path):
    """A, B, C, D every ten minutes apart, a kilometre each; B stops a minute."""
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D", "X", "Y"])
    feed.trip("t1", [("A", "08:00:00"), ("B", "08:10:00", "08:11:00"), ("C", "08:20:00"), ("D", "08:30:00")])
    feed.trip("t2", [("A", "23:50:00"), ("B", "24:00:00", "24:01:00"), ("C", "24:10:00"), ("D", "24:20:00")])
    feed.trip("short", [("C", "07:00:00"), ("D", "07:10:00")])
    return feed_of(feed, tmp_path)


def test_a_detour_by_a_new_stop_moves_what_comes_after(line):
    before = snapshot(line)
    change = Reroute(
        routes="R", from_stop="B", to_stop="C", stops=[NEW], hop_times=[300, 360], dwell_times=[60, 30, 0]
    )
    found = edit(line, change)
    feed = found.feeds["bus"]
    # B 8:11 + 5 min = 8:16, half a minute there, 6 min to C: 8:22:30, 2.5 minutes later than before.
    assert visits(feed, "t1") == [
        ("A", "08:00", "08:00"), ("B", "08:10", "08:11"), ("new-rue-haute", "08:16", "08:16:30"),
        ("C", "08:22:30", "08:22:30"), ("D", "08:32:30", "08:32:30"),
    ]  # fmt: skip
    assert visits(feed, "t2")[2:4] == [
        ("new-rue-haute", "24:06", "24:06:30"), ("C", "24:12:30", "24:12:30")
    ]  # fmt: skip
    assert visits(feed, "short") == [("C", "07:00", "07:00"), ("D", "07:10", "07:10")]
    assert snapshot(line) == before
    report = found.reports[0]
    assert report.counts == {"patterns": 1, "trips": 2, "new_stops": 1}
    assert report.text["en"].startswith(
        "1 pattern, 2 trips, 1 new stop; unchanged, not passing there: 1 pattern"
    )
    assert report.text["fr"].startswith("1 parcours, 2 courses, 1 nouvel arrêt ; sans changement") or (
        "sans changement, ne passant pas par là : 1 parcours" in report.text["fr"]
    )
    row = feed.stops[feed.stops["stop_id"] == "new-rue-haute"].iloc[0]
    assert (row["stop_name"], row["stop_lat"], row["stop_lon"]) == ("Rue Haute", -30.015, -51.21)


def test_stop_sequences_count_from_one_again(line):
    feed = edited(line, Reroute(routes="R", from_stop="B", to_stop="C", stops=["X"], hop_times=[60, 60]))
    assert feed.stop_times.loc[feed.stop_times["trip_id"] == "t1", "stop_sequence"].tolist() == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_without_dwell_times_old_stops_keep_theirs_and_new_ones_have_none(line):
    feed = edited(line, Reroute(routes="R", from_stop="A", to_stop="B", stops=["X"], hop_times=[300, 300]))
    assert visits(feed, "t1")[1:3] == [("X", "08:05", "08:05"), ("B", "08:10", "08:11")]


def test_the_time_to_a_new_stop_follows_from_a_speed(line):
    # D to X is 0.01 degrees: 1,112 m, at 40 km/h straight 100 s, with the detour factor 1.2 120 s.
    change = {"routes": "R", "from_stop": "D", "stops": ["X"], "speed_km_h": 40}
    assert visits(edited(line, Reroute(**change)), "t1")[-1] == ("X", "08:32", "08:32")
    assert visits(edited(line, Reroute(**change, detour_factor=1)), "t1")[-1] == ("X", "08:31:40", "08:31:40")


def test_a_line_is_cut_short(line):
    found = edit(line, Reroute(routes="R", from_stop="B"))
    assert visits(found.feeds["bus"], "t1") == [("A", "08:00", "08:00"), ("B", "08:10", "08:11")]
    assert "no longer served by these trips: 2 stops ('C', 'D')" in found.reports[0].text["en"]
    assert "fin de desserte par ces courses : 2 arrêts ('C', 'D')" in found.reports[0].text["fr"]


def test_a_trip_that_would_start_before_midnight_stays(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "X"])
    feed.trip("early", [("A", "00:05:00"), ("B", "00:10:00")])
    feed.trip("late", [("A", "01:05:00"), ("B", "01:10:00")])
    line = feed_of(feed, tmp_path)
    found = edit(line, Reroute(routes="R", to_stop="A", stops=["X"], hop_times=[600]))
    assert visits(found.feeds["bus"], "early") == [("A", "00:05", "00:05"), ("B", "00:10", "00:10")]
    assert visits(found.feeds["bus"], "late") == [
        ("X", "00:55", "00:55"), ("A", "01:05", "01:05"), ("B", "01:10", "01:10")
    ]  # fmt: skip
    assert found.reports[0].warnings == ("unchanged, since they would start before 00:00: 1 trip ('early')",)
    with pytest.raises(ScenarioError, match=r"would start before 00:00: 2 trips"):
        edit(line, Reroute(routes="R", to_stop="A", stops=["X"], hop_times=[7200]))


def test_vehicles_by_headway_serve_the_old_stops_when_they_did(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "X"])
    feed.trip("t", [("A", "00:00:00"), ("B", "00:10:00")])
    feed.frequency("t", "06:00:00", "09:00:00", 600)
    line = feed_of(feed, tmp_path)
    found = edited(line, Reroute(routes="R", to_stop="A", stops=["X"], hop_times=[300]))
    assert found.frequencies[["start_time", "end_time"]].values.tolist() == [["05:55:00", "08:55:00"]]
    old = [[call for call in calls if call[0] in "AB"] for _, calls in runs_on(found)]
    assert old == [list(calls) for _, calls in runs_on(line)]


def test_headways_that_would_begin_before_midnight_stay(tmp_path):
    feed = GtfsBuilder()
    feed.trip("t", [("A", "06:00:00"), ("B", "06:10:00")])
    feed.trip("u", [("A", "06:00:00"), ("B", "06:10:00")])
    feed.frequency("t", "00:02:00", "09:00:00", 600)
    line = feed_of(feed, tmp_path)
    found = edit(line, Reroute(routes="R", to_stop="A", stops=[NEW], hop_times=[300]))
    assert "before 00:00: 1 trip ('t')" in found.reports[0].warnings[0]
    assert found.feeds["bus"].frequencies["start_time"].tolist() == ["00:02:00"]


def test_blank_times_are_written_out_as_they_were_filled(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "X"])
    feed.trip("t", [("A", "08:00:00"), ("B", None), ("C", "08:20:00")])
    line = feed_of(feed, tmp_path)
    found = edited(line, Reroute(routes="R", from_stop="C", stops=["X"], hop_times=[60]))
    assert visits(found, "t")[:3] == [
        ("A", "08:00", "08:00"),
        ("B", "08:10", "08:10"),
        ("C", "08:20", "08:20"),
    ]


def test_a_terminus_without_boarding_is_boarded_once_vehicles_go_on(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "X"])
    feed.trip("t", [{"stop_id": "A", "time": "08:00:00", "drop_off_type": 1},
                    {"stop_id": "B", "time": "08:10:00", "pickup_type": 1}])  # fmt: skip
    line = feed_of(feed, tmp_path)
    on = edited(line, Reroute(routes="R", from_stop="B", stops=["X"], hop_times=[60])).stop_times
    assert on["pickup_type"].fillna(0).tolist() == [0, 0, 0]
    assert on["drop_off_type"].fillna(0).tolist() == [1, 0, 0]
    before = edited(line, Reroute(routes="R", to_stop="A", stops=["X"], hop_times=[60])).stop_times
    assert before["pickup_type"].fillna(0).tolist() == [0, 0, 1]
    assert before["drop_off_type"].fillna(0).tolist() == [0, 0, 0]
    same = edited(line, Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[60])).stop_times
    assert same["pickup_type"].fillna(0).tolist() == [0, 1]


def test_the_way_back_with_the_same_stops_stays_and_is_told(tmp_path):
    feed = GtfsBuilder()
    feed.trip("there", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00")])
    feed.trip("back", [("C", "09:00:00"), ("B", "09:10:00"), ("A", "09:20:00")])
    line = feed_of(feed, tmp_path)
    found = edit(line, Reroute(routes="R", from_stop="A", to_stop="C", hop_times=[600]))
    assert visits(found.feeds["bus"], "back") == visits(line, "back")
    assert "unchanged, from_stop after to_stop: 1 pattern ('R:-:C>A:3:" in found.reports[0].warnings[0]
    assert "3 and 1" in found.reports[0].warnings[0]


def test_stops_in_the_wrong_order_are_an_error_with_both_positions(line):
    with pytest.raises(ScenarioError) as raised:
        edit(line, Reroute(routes="R", from_stop="C", to_stop="B", hop_times=[60]))
    assert "pattern R:-:A>D:4:" in str(raised.value)
    assert "'C' is stop number 3 of 4, 'B' number 2: from_stop must come first; are they swapped?" in str(
        raised.value
    )


def test_an_extension_from_the_first_stop_on_is_a_new_line(line):
    with pytest.raises(
        ScenarioError, match=r"nothing of it would stay but 'A'; make a new line with add-trips"
    ):
        edit(line, Reroute(routes="R", from_stop="A", stops=["X"], hop_times=[60]))


def test_a_stop_that_the_route_does_not_serve_is_an_error_with_the_nearest(line):
    with pytest.raises(ScenarioError, match=r"stop 'Y' is not served by 2 patterns; nearest: "):
        edit(line, Reroute(routes="R", from_stop="Y", to_stop="B", hop_times=[60]))


def test_two_stops_that_no_pattern_serves_together_are_an_error_for_each_pattern(tmp_path):
    feed = GtfsBuilder()
    feed.trip("one", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.trip("two", [("C", "08:00:00"), ("D", "08:10:00")])
    line = feed_of(feed, tmp_path)
    with pytest.raises(ScenarioError) as raised:
        edit(line, Reroute(routes="R", from_stop="A", to_stop="D", hop_times=[60]))
    assert "does not serve 'D'" in str(raised.value)
    assert "does not serve 'A'" in str(raised.value)


def test_all_unknown_stops_are_told_at_once(line):
    with pytest.raises(ScenarioError) as raised:
        edit(line, Reroute(routes="R", from_stop="AA", to_stop="BB", stops=["CC"], hop_times=[60, 60]))
    assert [f"no stop '{stop}'" in str(raised.value) for stop in ("AA", "BB", "CC")] == [True] * 3
    assert "nearest: 'A'" in str(raised.value)


def test_patterns_named_one_by_one_must_all_fit(line):
    long, short = pattern_ids(line)
    change = {"from_stop": "B", "to_stop": "C", "hop_times": [60]}
    assert edit(line, Reroute(patterns=[long], **change)).reports[0].counts["trips"] == 2
    with pytest.raises(ScenarioError, match=r"stop 'B' is not served by pattern R:-:C>D:2:"):
        edit(line, Reroute(patterns=[long, short], **change))


def test_a_speed_needs_coordinates(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", -51.2, -30.0)
    feed.stop("B", "", "")
    feed.stop("X", -51.2, -30.1)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    with pytest.raises(
        ScenarioError, match=r"stops 'B' have no coordinates: no time follows from speed_km_h"
    ):
        edit(feed_of(feed, tmp_path), Reroute(routes="R", from_stop="B", stops=["X"], speed_km_h=20))


def test_trips_with_times_that_go_backwards_are_left_alone(tmp_path):
    feed = GtfsBuilder()
    feed.trip("good", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.trip("bad", [("A", "08:00:00"), ("B", "07:10:00")])
    feed.trip("none", [("A", "08:00:00"), ("B", None)])
    line = feed_of(feed, tmp_path)
    found = edit(line, Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[60]))
    assert visits(found.feeds["bus"], "bad") == visits(line, "bad")
    assert found.reports[0].warnings == (
        "unchanged, with times that are missing or go backwards, or on demand: 2 trips ('bad', 'none')",
    )


def test_transfer_rules_of_a_trip_at_a_stop_it_no_longer_serves_are_dropped(tmp_path):
    feed = GtfsBuilder()
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00")])
    feed.trip("u", [("B", "08:30:00"), ("C", "08:40:00")], route="U")
    feed.transfer("B", "B", 1, from_trip_id="t", to_trip_id="u")
    feed.transfer("C", "C", 1, from_trip_id="t", to_trip_id="u")
    feed.transfer("B", "C", 2, min_transfer_time=60, from_trip_id=None, to_trip_id=None)
    found = edit(feed_of(feed, tmp_path), Reroute(routes="R", from_stop="A", to_stop="C", hop_times=[600]))
    assert found.feeds["bus"].transfers[["from_stop_id", "to_stop_id"]].values.tolist() == [
        ["C", "C"],
        ["B", "C"],
    ]
    assert "1 transfer rule dropped, of a trip at a stop it no longer serves" in found.reports[0].text["en"]


def test_transfer_rules_of_the_station_of_a_stop_stay(tmp_path):
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("A", -51.2, -30.0, parent_station="S")
    feed.stop("B", -51.2, -30.01)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.trip("u", [("B", "08:30:00"), ("A", "08:40:00")], route="U")
    feed.transfer("S", "B", 1, from_trip_id="t", to_trip_id="u")
    found = edited(feed_of(feed, tmp_path), Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[600]))
    assert len(found.transfers) == 1


def test_a_trip_that_overlaps_its_block_leaves_it_and_seats_are_kept_elsewhere(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "X"])
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")], block_id="b")
    feed.trip("u", [("B", "08:12:00"), ("A", "08:20:00")], block_id="b", route="U")
    line = feed_of(feed, tmp_path)
    slow = edit(line, Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[900]))
    assert slow.reports[0].counts["blocks_dropped"] == 1
    assert slow.feeds["bus"].trips["block_id"].fillna("").tolist() == ["", "b"]
    fast = edit(line, Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[660]))
    joined = join_trips(build_schedule(fast.feeds["bus"], DAY).timetable)
    assert joined.counts.by_block > 0
    far = edit(line, Reroute(routes="R", from_stop="B", stops=["X"], hop_times=[60]))
    assert "other first or last stop" in far.reports[0].warnings[0]


def test_the_shape_is_cut_and_drawn_on(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "X"])
    for sequence, lat in enumerate((-30.0, -30.01, -30.02), start=1):
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2, shape_pt_sequence=sequence)
    feed.trip("t", [{"stop_id": stop, "time": f"08:{minute}:00", "shape_dist_traveled": km}
                    for stop, minute, km in (("A", "00", 0), ("B", "10", 1), ("C", "20", 2))],
              shape_id="s")  # fmt: skip
    line = feed_of(feed, tmp_path)
    found = edit(line, Reroute(routes="R", from_stop="B", stops=[NEW], hop_times=[60]))
    shapes = found.feeds["bus"].shapes
    assert shapes["shape_id"].unique().tolist() == ["s~new"]
    last = shapes.iloc[-1]
    assert (last["shape_pt_lat"], last["shape_pt_lon"]) == (-30.015, -51.21)
    assert abs(shapes["shape_pt_lat"].iloc[-2] + 30.01) < 0.0002  # as far as B, not C
    assert found.feeds["bus"].stop_times["shape_dist_traveled"].isna().all()
    assert "1 shape drawn anew" in found.reports[0].text["en"]
    assert "1 tracé redessiné" in found.reports[0].text["fr"]


def test_a_shape_that_cannot_be_placed_is_dropped(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", -51.2, -30.0)
    feed.stop("B", "", "")
    feed.row("shapes.txt", shape_id="s", shape_pt_lat=-30, shape_pt_lon=-51.2, shape_pt_sequence=1)
    feed.row("shapes.txt", shape_id="s", shape_pt_lat=-31, shape_pt_lon=-51.2, shape_pt_sequence=2)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")], shape_id="s")
    found = edit(feed_of(feed, tmp_path), Reroute(routes="R", from_stop="A", to_stop="B", hop_times=[60]))
    assert found.feeds["bus"].trips["shape_id"].isna().all()
    assert "1 trip without shape now" in found.reports[0].text["en"]


def test_a_pattern_that_visits_a_stop_twice_is_changed_where_least_is_cut_out(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["T", "A", "B", "X"])
    feed.trip("loop", [("T", "08:00:00"), ("A", "08:10:00"), ("B", "08:20:00"), ("T", "08:30:00")])
    line = feed_of(feed, tmp_path)
    on = edited(line, Reroute(routes="R", from_stop="T", stops=["X"], hop_times=[60]))
    assert [visit[0] for visit in visits(on, "loop")] == ["T", "A", "B", "T", "X"]
    before = edited(line, Reroute(routes="R", to_stop="T", stops=["X"], hop_times=[60]))
    assert [visit[0] for visit in visits(before, "loop")] == ["X", "T", "A", "B", "T"]


def test_two_directions_share_a_new_stop(tmp_path):
    feed = GtfsBuilder()
    feed.trip("there", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.trip("back", [("B", "09:00:00"), ("A", "09:10:00")])
    line = feed_of(feed, tmp_path)
    found = edit(
        line,
        Reroute(routes="R", from_stop="A", to_stop="B", stops=[NEW], hop_times=[60, 60]),
        Reroute(routes="R", from_stop="B", to_stop="A", stops=[NEW], hop_times=[60, 60]),
    )
    assert [report.counts["new_stops"] for report in found.reports] == [1, 0]
    assert visits(found.feeds["bus"], "back")[1][0] == visits(found.feeds["bus"], "there")[1][0]


@st.composite
def lines(draw):
    """A route of one or two patterns over stops A to F, with dwell times, blank times and late trips."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCDEF")
    for number in range(draw(st.integers(1, 3))):
        stops = draw(st.lists(st.sampled_from("ABCDEF"), min_size=2, max_size=5))
        clock, trip = draw(st.integers(0, 25)) * 3600, []
        for at, stop in enumerate(stops):
            stay, hop = draw(st.integers(0, 60)), draw(st.integers(0, 600))
            blank = 0 < at < len(stops) - 1 and draw(st.booleans())
            times = [
                None if blank else f"{s // 3600:02d}:{s % 3600 // 60:02d}:{s % 60:02d}"
                for s in (clock, clock + stay)
            ]
            trip.append((stop, *times))
            clock += stay + hop
        feed.trip(f"t{number}", trip)
    return feed


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines(), st.data())
def test_the_same_stops_and_times_change_nothing(tmp_path_factory, builder, data):
    line = feed_of(builder, tmp_path_factory.mktemp("line"))
    trip, calls = data.draw(st.sampled_from(runs_on(line)))
    stops = [call[0] for call in calls]
    if len(set(stops)) < len(stops):
        return
    first = data.draw(st.integers(0, len(stops) - 2))
    last = data.draw(st.integers(first + 1, len(stops) - 1))
    part = calls[first : last + 1]
    change = Reroute(
        patterns=pattern_of(line, trip), from_stop=stops[first], to_stop=stops[last],
        stops=stops[first + 1 : last],
        hop_times=[later[1] - earlier[2] for earlier, later in itertools.pairwise(part)],
        dwell_times=[call[2] - call[1] for call in part],
    )  # fmt: skip
    after = edited(line, change)
    assert dict(runs_on(after))[trip] == calls


@settings(max_examples=12, deadline=None, derandomize=True)
@given(lines(), st.sampled_from("ABCDEF"), st.integers(0, 900), st.integers(0, 900))
def test_an_extension_makes_no_arrival_at_the_old_stops_later(tmp_path_factory, builder, end, hop, dwell):
    line = feed_of(builder, tmp_path_factory.mktemp("line"))
    try:
        found = edited(
            line, Reroute(routes="R", from_stop=end, stops=[NEW], hop_times=[hop], dwell_times=[dwell, 0])
        )
    except ScenarioError:
        return
    before, after = dict(runs_on(line)), dict(runs_on(found))
    for trip, calls in after.items():
        kept = calls if calls[-1][0] != "new-rue-haute" else calls[:-1]
        assert [call[:2] for call in kept] == [call[:2] for call in before[trip][: len(kept)]]


def test_the_validator_finds_no_new_error(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "X"])
    for sequence, lat in enumerate((-30.0, -30.01, -30.02), start=1):
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2, shape_pt_sequence=sequence,
                 shape_dist_traveled=sequence - 1)  # fmt: skip
    for number, hour in enumerate(("08", "09")):
        feed.trip(f"t{number}", [{"stop_id": stop, "time": f"{hour}:{minute}:00", "shape_dist_traveled": km}
                  for stop, minute, km in (("A", "00", 0), ("B", "10", 1), ("C", "59", 2))],
                  shape_id="s", block_id="b")  # fmt: skip
    feed.transfer("B", "A", 1, from_trip_id="t0", to_trip_id="t1")
    line = feed_of(feed, tmp_path)
    base = error_counts(line, tmp_path / "base")
    for number, change in enumerate((
        Reroute(routes="R", from_stop="A", to_stop="C", stops=[NEW, "X"], hop_times=[600, 600, 3600]),
        Reroute(routes="R", from_stop="C", stops=[NEW], hop_times=[600]),
        Reroute(routes="R", to_stop="A", stops=[NEW], hop_times=[600]),
    )):  # fmt: skip
        assert error_counts(edited(line, change), tmp_path / str(number)) <= base


def test_a_line_with_one_id_for_both_directions_is_cut_with_a_warning(tmp_path):
    feed = GtfsBuilder()
    feed.trip("there", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00")])
    feed.trip("back", [("C", "09:00:00"), ("B", "09:10:00"), ("A", "09:20:00")])
    line = feed_of(feed, tmp_path)
    [report] = edit(line, Reroute(routes="R", from_stop="B")).reports
    assert report.warnings[0].startswith(
        "cut opposite ways, one losing what the other keeps (name patterns if"
    )
    assert "that is not meant): 2 patterns" in report.warnings[0]
    assert edit(line, Reroute(patterns=pattern_of(line, "there"), from_stop="B")).reports[0].warnings == ()


def test_a_headsign_follows_the_last_stop(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C"])
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")], trip_headsign="B")
    feed.trip("u", [("A", "08:00:00"), ("B", "08:10:00")], trip_headsign="Centre")
    feed.trip("v", [("A", "08:00:00"), ("B", "08:10:00")])
    line = feed_of(feed, tmp_path)
    on = edited(line, Reroute(routes="R", from_stop="B", stops=["C"], hop_times=[60]))
    assert on.trips["trip_headsign"].fillna("").tolist() == ["C", "Centre", ""]
    before = edited(line, Reroute(routes="R", to_stop="A", stops=["C"], hop_times=[60]))
    assert before.trips["trip_headsign"].fillna("").tolist() == ["B", "Centre", ""]

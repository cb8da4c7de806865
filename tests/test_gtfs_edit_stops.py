"""The modifications ``remove-stops`` and ``move-stop``."""

from __future__ import annotations

import pytest
from builders_edits import edit, edited, error_counts, feed_of, pattern_ids, runs_on, snapshot, visits
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.errors import ScenarioError
from gtfs.modifications import MoveStop, RemoveStops


@pytest.fixture
def line(tmp_path):
    """A, B, C, D every ten minutes, a minute at B; a short trip C, D."""
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D", "X"])
    feed.trip("t1", [("A", "23:40:00"), ("B", "23:50:00", "23:51:00"), ("C", "24:00:00"), ("D", "24:10:00")])
    feed.trip("short", [("C", "07:00:00"), ("D", "07:10:00")])
    return feed_of(feed, tmp_path)


def test_passing_a_stop_saves_its_dwell_time_and_the_seconds_given(line):
    before = snapshot(line)
    found = edit(line, RemoveStops(routes="R", stops=["B"], seconds_saved_at_each_stop=30))
    # A minute at B and 30 s: C and D are 90 s earlier.
    assert visits(found.feeds["bus"], "t1") == [
        ("A", "23:40", "23:40"), ("C", "23:58:30", "23:58:30"), ("D", "24:08:30", "24:08:30")
    ]  # fmt: skip
    assert visits(found.feeds["bus"], "short") == visits(line, "short")
    assert "B" in found.feeds["bus"].stops["stop_id"].tolist()
    assert snapshot(line) == before
    report = found.reports[0]
    assert report.counts["trips"] == 1
    assert report.text["en"] == "1 pattern, 1 trip, 1 stop, 1 visit removed"
    assert report.text["fr"] == "1 parcours, 1 course, 1 arrêt, 1 passage supprimé"


def test_blank_times_do_not_move_when_a_stop_goes(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D"])
    feed.trip("t", [("A", "08:00:00"), ("B", None), ("C", None), ("D", "08:30:00")])
    found = edited(feed_of(feed, tmp_path), RemoveStops(routes="R", stops=["B"]))
    assert visits(found, "t") == [("A", "08:00", "08:00"), ("C", "08:20", "08:20"), ("D", "08:30", "08:30")]


def test_unknown_stops_and_stops_served_by_others_are_told(line):
    found = edit(line, RemoveStops(routes="R", stops=["B", "X", "nowhere"]))
    text = found.reports[0].text
    assert "1 stop unknown: 'nowhere'; not served by these trips anyway: 1 stop ('X')" in text["en"]
    assert "1 arrêt inconnu : 'nowhere' ; " in text["fr"] or "1 arrêt inconnu : 'nowhere'; " in text["fr"]
    assert "hors desserte de ces courses, de toute façon : 1 arrêt ('X')" in text["fr"]


def test_no_known_stop_is_an_error_with_the_nearest(line):
    with pytest.raises(ScenarioError, match=r"no stop 'AA' in bus; nearest: 'A'"):
        edit(line, RemoveStops(routes="R", stops=["AA"]))
    with pytest.raises(ScenarioError, match=r"stop 'X' is not served by these trips; nearest: "):
        edit(line, RemoveStops(routes="R", stops=["X"]))


def test_a_trip_with_fewer_than_two_stops_left_is_removed_and_told(line):
    found = edit(line, RemoveStops(routes="R", stops=["C"]))
    assert found.feeds["bus"].trips["trip_id"].tolist() == ["t1"]
    assert found.reports[0].counts["trips_removed"] == 1
    assert found.reports[0].warnings == ("removed, with fewer than two stops left: 1 trip ('short')",)
    assert "suppression, moins de deux arrêts restants : 1 course ('short')" in found.reports[0].text["fr"]
    gone = edit(line, RemoveStops(routes="R", stops=["B", "C", "D"]))
    assert gone.feeds["bus"].trips.empty
    assert gone.feeds["bus"].stop_times.empty


def test_only_the_patterns_named_are_changed(line):
    long, _ = pattern_ids(line)
    found = edited(line, RemoveStops(patterns=[long], stops=["C"]))
    assert visits(found, "short") == visits(line, "short")
    assert [visit[0] for visit in visits(found, "t1")] == ["A", "B", "D"]


def test_a_stop_is_closed_for_all_routes(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "X"])
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00")])
    feed.trip("u", [("C", "08:00:00"), ("B", "08:10:00"), ("A", "08:20:00")], route="U")
    feed.trip("v", [("C", "08:00:00"), ("A", "08:20:00")], route="V")
    line = feed_of(feed, tmp_path)
    found = edit(line, RemoveStops(stops="B"))
    assert found.reports[0].text["en"] == "2 patterns, 2 trips, 1 stop, 2 visits removed"
    assert not (found.feeds["bus"].stop_times["stop_id"] == "B").any()
    with pytest.raises(ScenarioError, match=r"no trip serves stop 'X'"):
        edit(line, RemoveStops(stops="X"))


def test_seconds_that_cannot_be_saved_are_told(line):
    found = edit(line, RemoveStops(routes="R", stops=["B"], seconds_saved_at_each_stop=3600))
    assert visits(found.feeds["bus"], "t1")[1] == ("C", "23:40:01", "23:40:01")
    assert found.reports[0].warnings == ("1 trip cannot save 3600 s at each stop: 1 s is left between stops",)


def test_both_visits_of_a_stop_go(tmp_path):
    feed = GtfsBuilder()
    feed.trip(
        "t", [("A", "08:00:00"), ("B", "08:10:00"), ("C", "08:20:00"), ("B", "08:30:00"), ("D", "08:40:00")]
    )
    found = edited(feed_of(feed, tmp_path), RemoveStops(routes="R", stops=["B"]))
    assert [visit[0] for visit in visits(found, "t")] == ["A", "C", "D"]


def test_vehicles_by_headway_begin_at_the_first_stop_left_when_they_came_there(tmp_path):
    feed = GtfsBuilder()
    feed.trip("t", [("A", "00:00:00"), ("B", "00:10:00", "00:11:00"), ("C", "00:20:00")])
    feed.frequency("t", "06:00:00", "07:00:00", 600)
    line = feed_of(feed, tmp_path)
    found = edited(line, RemoveStops(routes="R", stops=["A"]))
    assert found.frequencies[["start_time", "end_time"]].values.tolist() == [["06:11:00", "07:11:00"]]
    old = [[call for call in calls if call[0] != "A"] for _, calls in runs_on(line)]
    assert [list(calls) for _, calls in runs_on(found)] == old


def test_the_shape_ends_where_the_trip_now_ends(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D"])
    for sequence, lat in enumerate((-30.0, -30.03), start=1):
        feed.row("shapes.txt", shape_id="s", shape_pt_lat=lat, shape_pt_lon=-51.2, shape_pt_sequence=sequence)
    feed.trip("t", [(stop, f"08:{at}0:00") for at, stop in enumerate("ABCD")], shape_id="s")
    line = feed_of(feed, tmp_path)
    lat = edited(line, RemoveStops(routes="R", stops=["A", "D"])).shapes["shape_pt_lat"].to_numpy()
    assert abs(lat[0] + 30.01) < 0.0002
    assert abs(lat[-1] + 30.02) < 0.0002
    passed = edited(line, RemoveStops(routes="R", stops=["B"]))
    assert passed.trips["shape_id"].tolist() == ["s"]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from("ABCDE"), min_size=2, max_size=6),
    st.sets(st.sampled_from("ABCDE"), min_size=1),
    st.data(),
)
def test_no_arrival_gets_later_and_without_dwell_times_or_savings_none_moves(
    tmp_path_factory, stops, removed, data
):
    feed = GtfsBuilder()
    feed.line_of_stops("ABCDE")
    clock, trip = 8 * 3600, []
    for stop in stops:
        trip.append((stop, f"{clock // 3600:02d}:{clock % 3600 // 60:02d}:{clock % 60:02d}"))
        clock += data.draw(st.integers(0, 300))
    feed.trip("t", trip)
    line = feed_of(feed, tmp_path_factory.mktemp("line"))
    saved = data.draw(st.integers(0, 60))
    try:
        found = edited(line, RemoveStops(routes="R", stops=sorted(removed), seconds_saved_at_each_stop=saved))
    except ScenarioError:
        assert not removed & set(stops)
        return
    [(_, before)] = runs_on(line)
    kept = [call for call in before if call[0] not in removed]
    if len(kept) < 2:
        assert runs_on(found) == []
        return
    [(_, after)] = runs_on(found)
    assert [call[0] for call in after] == [call[0] for call in kept]
    assert all(new[1] <= old[1] for new, old in zip(after, kept, strict=True))
    if not saved:
        assert list(after) == kept


def test_a_moved_stop_keeps_its_times_even_where_they_are_blank(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D"])
    feed.trip("t", [("A", "08:00:00"), ("B", None), ("C", None), ("D", "08:30:00")])
    line = feed_of(feed, tmp_path)
    before = snapshot(line)
    found = edit(line, MoveStop(stop="B", lat=-30.019, lon=-51.2))
    assert runs_on(found.feeds["bus"]) == runs_on(line)
    row = found.feeds["bus"].stops.set_index("stop_id").loc["B"]
    assert (row["stop_lat"], row["stop_lon"]) == (-30.019, -51.2)
    assert snapshot(line) == before
    report = found.reports[0]
    assert report.counts == {"stops": 1, "trips": 1}
    # 0.009 degrees of latitude are 1,000.8 m.
    assert report.text["en"] == (
        "1 stop, 1 trip; moved by 1,001 m; times and paths of its trips stay; if vehicles must make a "
        "detour, use reroute"
    )
    assert "déplacé de 1\u202f001 m" in report.text["fr"]


def test_a_small_move_needs_no_warning(line):
    assert edit(line, MoveStop(stop="B", lat=-30.0105, lon=-51.2)).reports[0].warnings == ()


def test_odd_moves_are_told(tmp_path):
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("A", -51.2, -30.0, parent_station="S")
    feed.stop("B", -51.2, -30.01)
    feed.stop("X", -51.2, -30.02)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    feed.transfer("A", "B", 2, min_transfer_time=60)
    line = feed_of(feed, tmp_path)
    [report] = edit(line, MoveStop(stop="A", lat=-30.01, lon=-51.2)).reports
    assert report.warnings[1:] == (
        "it still belongs to station 'S', 1112 m away",
        "1 transfer rule of the stop with its time as before",
    )
    assert edit(line, MoveStop(stop="X", lat=-30.03, lon=-51.2)).reports[0].warnings == (
        "no trip serves the stop",
    )
    assert (
        edit(line, MoveStop(stop="B", lat=-30.01, lon=-51.2)).reports[0].warnings[0]
        == "the stop is there already"
    )


def test_a_moved_station_takes_along_its_stops_without_a_place(tmp_path):
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("A", "", "", parent_station="S")
    feed.stop("B", -51.2, -30.01)
    feed.stop("C", -51.2, -30.02)
    feed.trip("t", [("A", "08:00:00"), ("B", None), ("C", "08:20:00")])
    line = feed_of(feed, tmp_path)
    found = edit(line, MoveStop(stop="S", lat=-30.005, lon=-51.2))
    assert runs_on(found.feeds["bus"]) == runs_on(line)
    assert found.reports[0].counts == {"stops": 1, "trips": 1}


def test_a_stop_without_a_place_gets_one(tmp_path):
    feed = GtfsBuilder()
    feed.stop("A", "", "")
    feed.stop("B", -51.2, -30.01)
    feed.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    found = edit(feed_of(feed, tmp_path), MoveStop(stop="A", lat=-30.0, lon=-51.2))
    assert "it had no coordinates before" in found.reports[0].text["en"]


def test_an_unknown_stop_or_a_place_far_away_is_an_error(line):
    with pytest.raises(ScenarioError, match=r"no stop 'BB' in bus; nearest: 'B'"):
        edit(line, MoveStop(stop="BB", lat=-30, lon=-51))
    with pytest.raises(
        ScenarioError, match=r"'B' at lat -51.2, lon -30.0 is .* km from .* are lat and lon swapped\?"
    ):
        edit(line, MoveStop(stop="B", lat=-51.2, lon=-30.0))


def test_the_validator_finds_no_new_error(tmp_path):
    feed = GtfsBuilder()
    feed.line_of_stops(["A", "B", "C", "D"])
    for number, hour in enumerate(("08", "09")):
        feed.trip(f"t{number}", [(stop, f"{hour}:{at}0:00") for at, stop in enumerate("ABCD")], block_id="b")
    feed.transfer("D", "A", 1, from_trip_id="t0", to_trip_id="t1")
    line = feed_of(feed, tmp_path)
    base = error_counts(line, tmp_path / "base")
    for number, change in enumerate((
        RemoveStops(routes="R", stops=["A", "D"], seconds_saved_at_each_stop=9),
        RemoveStops(routes="R", stops=["A", "B", "C"]),
        MoveStop(stop="B", lat=-30.5, lon=-51.2),
    )):  # fmt: skip
        assert error_counts(edited(line, change), tmp_path / str(number)) <= base


def test_a_stop_moved_to_nowhere_is_an_error(line):
    with pytest.raises(ScenarioError, match="'B' at lat 0, lon 0 is a place that was left blank"):
        edit(line, MoveStop(stop="B", lat=0, lon=0))


def test_trips_without_usable_times_cannot_lose_a_stop(tmp_path):
    feed = GtfsBuilder()
    feed.trip("bad", [("A", "08:00:00"), ("B", "07:10:00"), ("C", "09:00:00")])
    with pytest.raises(ScenarioError, match=r"unchanged, with times that are missing or go backwards"):
        edit(feed_of(feed, tmp_path), RemoveStops(routes="R", stops=["B"]))


def test_a_period_without_a_time_does_not_get_one(tmp_path):
    feed = GtfsBuilder()
    feed.trip("t", [("A", "00:00:00"), ("B", "00:10:00"), ("C", "00:20:00")])
    feed.frequency("t", "nonsense", "07:00:00", 600)
    found = edited(feed_of(feed, tmp_path), RemoveStops(routes="R", stops=["A"])).frequencies
    assert found["start_time"].isna().all()
    assert found["end_time"].tolist() == ["07:10:00"]


def test_a_moved_station_leaves_its_placed_stops_and_times_that_are_none(tmp_path):
    feed = GtfsBuilder()
    feed.stop("S", -51.2, -30.0, location_type=1)
    feed.stop("A", -51.2, -30.0, parent_station="S")
    feed.stop("B", -51.2, -30.01)
    feed.stop("C", -51.2, -30.02)
    feed.trip("t", [("A", "08:00:00"), ("B", None), ("C", "soon")])
    line = feed_of(feed, tmp_path)
    station = edit(line, MoveStop(stop="S", lat=-30.005, lon=-51.2))
    assert station.reports[0].counts == {"stops": 1, "trips": 0}
    stop = edited(line, MoveStop(stop="B", lat=-30.011, lon=-51.2))
    assert visits(stop, "t") == visits(line, "t")

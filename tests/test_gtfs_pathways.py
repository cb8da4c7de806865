"""pathways.txt: reading, seconds of each pathway, shortest ways; who can use stops and trips step-free."""

from __future__ import annotations

from datetime import date

import pytest
from builders_gtfs import GtfsBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.errors import FeedError
from gtfs.feed import merge_feeds, read_feed
from gtfs.pathways import pathway_seconds, station_times
from gtfs.schedule import build_schedule

DAY = date(2024, 5, 15)
WALKWAY, STAIRS, TRAVELATOR, ESCALATOR, ELEVATOR, FARE_GATE, EXIT_GATE = range(1, 8)


class Station:
    """A station S with platforms P and Q, entrances E and F, a node N; trips from P to far away."""

    def __init__(self, **stop_values: dict[str, object]) -> None:
        self.feed = GtfsBuilder()
        for name, kind in (("S", 1), ("P", 0), ("Q", 0), ("E", 2), ("F", 2), ("N", 3)):
            parent = {} if name == "S" else {"parent_station": "S"}
            place = ("", "") if name == "N" else (-51.2, -30)
            values = parent | stop_values.get(name, {})
            self.feed.stop(name, *place, location_type=kind, **values)
        self.feed.stop("far", -51.3, -30)
        self.names = ["S", "P", "Q", "E", "F", "N", "far"]
        self.n_pathways = 0

    def path(self, source: str, target: str, mode: int = WALKWAY, both: int = 1, **values: object) -> Station:
        self.n_pathways += 1
        self.feed.row(
            "pathways.txt", pathway_id=f"p{self.n_pathways}", from_stop_id=source, to_stop_id=target,
            pathway_mode=mode, is_bidirectional=both, **values,
        )  # fmt: skip
        return self

    def schedule(self, tmp_path, **options):
        if "trips.txt" not in self.feed.rows:
            self.feed.trip("t", [("P", "08:00:00"), ("far", "08:10:00")])
        return build_schedule(read_feed(self.feed.write(tmp_path / "feed")), DAY, **options)

    def seconds(self, tmp_path, speed_km_h: float = 3.6, **options) -> dict[str, int]:
        times = station_times(self.schedule(tmp_path, **options).pathways, speed_km_h)
        return {
            f"{self.names[a]}-{self.names[b]}": int(walk_s)
            for a, b, walk_s in zip(*times, strict=True)
        }  # fmt: skip


def test_a_pathway_takes_the_time_it_gives_both_ways(tmp_path):
    station = Station().path("E", "P", traversal_time=40, length=1000, stair_count=500)
    assert station.seconds(tmp_path) == {"P-E": 40, "E-P": 40}


def test_a_pathway_may_go_one_way(tmp_path):
    assert Station().path("E", "P", both=0, traversal_time=40).seconds(tmp_path) == {"E-P": 40}


def test_an_exit_gate_goes_one_way_whatever_it_says(tmp_path):
    assert Station().path("P", "E", EXIT_GATE, traversal_time=4).seconds(tmp_path) == {"P-E": 4}
    assert len(Station().path("P", "E", FARE_GATE, traversal_time=4).seconds(tmp_path)) == 2


def test_a_length_is_walked_at_the_walking_speed(tmp_path):
    station = Station().path("E", "P", length=60)
    assert station.seconds(tmp_path) == {"P-E": 60, "E-P": 60}
    assert station.seconds(tmp_path, speed_km_h=7.2) == {"P-E": 30, "E-P": 30}
    assert Station().path("E", "P", STAIRS, length=60).seconds(tmp_path)["E-P"] == 120  # 0.50 m/s
    assert Station().path("E", "P", ESCALATOR, length=60).seconds(tmp_path)["E-P"] == 120


def test_stairs_take_longer_up_than_down(tmp_path):
    # From the platform 100 steps up: 0.30 m / 0.50 m/s = 0.6 s each, down 0.30 / 0.61 = 0.4918 s.
    assert Station().path("P", "E", STAIRS, stair_count=100).seconds(tmp_path) == {"P-E": 60, "E-P": 49}
    assert Station().path("P", "E", STAIRS, stair_count=-100).seconds(tmp_path) == {"P-E": 49, "E-P": 60}


def test_an_unknown_time_is_guessed_and_known_as_a_guess(tmp_path):
    station = Station().path("E", "P").path("F", "P", ELEVATOR).path("N", "P")
    station.path("Q", "P", traversal_time=7)
    station.feed.rows["stops.txt"][3]["stop_lat"] = -30.001
    seconds, guessed = pathway_seconds(station.schedule(tmp_path).pathways, 3.6)
    assert seconds.round().tolist() == [111, 110, 5, 7] * 2  # 111 m; an elevator; a node without coordinates
    assert guessed.tolist() == [True, True, True, False] * 2


def test_a_time_of_0_is_no_time_and_a_negative_length_is_none(tmp_path):
    station = Station().path("E", "P", traversal_time=0, length=-5)
    assert station.seconds(tmp_path) == {"P-E": 0, "E-P": 0}  # at one place by the straight line
    assert Station().path("E", "P", traversal_time=0, length=25).seconds(tmp_path)["E-P"] == 25


def test_the_shortest_way_leads_past_nodes_and_platforms_and_is_rounded_once(tmp_path):
    station = Station().path("E", "N", length=10.4).path("N", "P", length=10.4).path("P", "Q", length=10.4)
    assert station.seconds(tmp_path) == {
        "E-P": 21, "P-E": 21, "E-Q": 31, "Q-E": 31, "P-Q": 10, "Q-P": 10
    }  # fmt: skip


def test_of_two_pathways_side_by_side_the_faster_is_taken(tmp_path):
    station = Station().path("E", "P", STAIRS, traversal_time=50).path("E", "P", ELEVATOR, traversal_time=30)
    assert station.seconds(tmp_path) == {"P-E": 30, "E-P": 30}


def test_boarding_areas_are_their_platform(tmp_path):
    station = Station()
    station.feed.stop("B", -51.2, -30, location_type=4, parent_station="P")
    station.path("E", "B", traversal_time=20)
    assert station.seconds(tmp_path) == {"P-E": 20, "E-P": 20}


def test_rows_that_name_nothing_are_dropped_and_counted(tmp_path):
    station = Station().path("E", "lost").path("E", "P", 9).path("E", "E").path("E", "P", traversal_time=3)
    counts = station.schedule(tmp_path).counts
    assert (counts.pathways, counts.unknown_pathways) == (2, 3)
    assert "2 pathways; 3 pathways dropped" in counts.summary()


def test_a_feed_without_pathways_has_none(tmp_path):
    schedule = Station().schedule(tmp_path)
    assert len(schedule.pathways.source) == 0
    assert len(schedule.pathways.location_type) == 7
    assert station_times(schedule.pathways, 3.6).walk_s.tolist() == []


def test_text_for_a_number_is_refused(tmp_path):
    with pytest.raises(
        FeedError, match=r"pathways.txt has text where numbers belong\n.*traversal_time is 'soon'"
    ):
        Station().path("E", "P", traversal_time="soon").schedule(tmp_path)


def test_pathways_of_merged_feeds_stay_with_their_stops(tmp_path):
    station = Station().path("E", "P", traversal_time=20)
    station.schedule(tmp_path)
    feed = read_feed(station.feed.write(tmp_path / "one"))
    none = GtfsBuilder()
    none.trip("t", [("A", "08:00:00"), ("B", "08:10:00")])
    merged = merge_feeds({"a": read_feed(none.write(tmp_path / "two")), "b": feed})
    schedule = build_schedule(merged, DAY)
    times = station_times(schedule.pathways, 3.6)
    names = [
        (schedule.stop_ids[a], schedule.stop_ids[b]) for a, b in zip(times.source, times.target, strict=True)
    ]
    assert names == [("b:P", "b:E"), ("b:E", "b:P")]


def test_equal_pathways_are_frozen(tmp_path):
    pathways = Station().path("E", "P").schedule(tmp_path).pathways
    assert not any(array.flags.writeable for array in pathways)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from("PQEFN"), st.sampled_from("PQEFN"), st.integers(0, 1), st.integers(1, 9))
    )
)
def test_shortest_ways_equal_those_found_by_trying_all(tmp_path_factory, rows):
    station = Station()
    best = {(a, a): 0 for a in "PQEFN"}
    for a, b, both, seconds in rows:
        station.path(a, b, both=both, traversal_time=seconds)
        for pair in [(a, b), (b, a)][: 1 + both]:
            best[pair] = min(seconds, best.get(pair, seconds))
    for via in "PQEFN":
        for a in "PQEFN":
            for b in "PQEFN":
                if (a, via) in best and (via, b) in best:
                    best[a, b] = min(best[a, via] + best[via, b], best.get((a, b), 10**6))
    expected = {f"{a}-{b}": s for (a, b), s in best.items() if a != b and "N" not in (a, b)}
    assert station.seconds(tmp_path_factory.mktemp("all")) == expected


# --- step-free ---


def usable(schedule) -> list[tuple[bool, bool]]:
    return list(zip(schedule.timetable.pickup.tolist(), schedule.timetable.drop_off.tolist(), strict=True))


@pytest.mark.parametrize(
    ("of_stop", "of_station", "best", "worst"),
    [
        (1, 2, True, True),
        (2, 1, False, False),
        ("", 1, True, True),
        (0, 2, False, False),
        (0, 0, True, False),
        ("", "", True, False),
    ],
)
def test_a_stop_of_unknown_access_is_as_its_station_else_best_and_worst_differ(
    tmp_path, of_stop, of_station, best, worst
):
    station = Station(P={"wheelchair_boarding": of_stop}, S={"wheelchair_boarding": of_station})
    station.feed.rows["stops.txt"][-1]["wheelchair_boarding"] = 1
    station.feed.trip(
        "t", [("P", "08:00:00"), ("far", "08:10:00"), ("P", "08:20:00")], wheelchair_accessible=1
    )
    assert usable(station.schedule(tmp_path)) == [(True, True)] * 3
    for case, at_p in (("best", best), ("worst", worst)):
        schedule = station.schedule(tmp_path, step_free=case)
        assert usable(schedule) == [(at_p, at_p), (True, True), (at_p, at_p)]
    known = of_stop in (1, 2) or of_station in (1, 2)
    assert schedule.counts.step_free_stops_known == 1 + known
    assert schedule.counts.step_free_stops_unknown == 1 - known


def test_a_trip_that_takes_no_wheelchair_is_ridden_by_nobody_in_one(tmp_path):
    station = Station(P={"wheelchair_boarding": 1})
    station.feed.rows["stops.txt"][-1]["wheelchair_boarding"] = 1
    for hour, access in ((7, 1), (8, 2), (9, "")):
        visits = [("P", f"0{hour}:00:00"), ("far", f"0{hour}:10:00")]
        station.feed.trip(f"t{hour}", visits, wheelchair_accessible=access)
    best, worst = (station.schedule(tmp_path, step_free=case, horizon_s=0) for case in ("best", "worst"))
    assert usable(best) == [(True, True)] * 2 + [(False, False)] * 2 + [(True, True)] * 2
    assert usable(worst) == [(True, True)] * 2 + [(False, False)] * 4
    assert (best.counts.step_free_trips_known, best.counts.step_free_trips_unknown) == (2, 1)
    assert "1 trips of unknown wheelchair access" in best.counts.summary()


def test_without_steps_stairs_and_escalators_are_out_and_elevators_in(tmp_path):
    station = Station().path("E", "P", STAIRS, traversal_time=10).path("E", "Q", ELEVATOR, traversal_time=60)
    station.path("Q", "P", ESCALATOR, traversal_time=10).path("F", "P", TRAVELATOR, traversal_time=50)
    assert station.seconds(tmp_path, step_free="best") == {"E-Q": 60, "Q-E": 60, "F-P": 50, "P-F": 50}
    assert len(station.schedule(tmp_path, step_free="best").all_pathways.source) == 8


def test_without_steps_an_inaccessible_entrance_is_shut(tmp_path):
    station = Station(E={"wheelchair_boarding": 2}, F={"wheelchair_boarding": 0})
    station.path("E", "P", traversal_time=10).path("F", "P", traversal_time=10)
    assert station.seconds(tmp_path, step_free="best") == {"F-P": 10, "P-F": 10}
    assert station.seconds(tmp_path, step_free="worst") == {}


def test_the_feed_is_left_unchanged(tmp_path):
    station = Station().path("E", "P", traversal_time=10)
    station.schedule(tmp_path)
    feed = read_feed(station.feed.write(tmp_path / "again"))
    before = feed.pathways.copy()
    build_schedule(feed, DAY, step_free="worst")
    assert feed.pathways.equals(before)

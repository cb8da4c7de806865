"""Trips joined into vehicles: blocks, linked trips, seams."""

from __future__ import annotations

import numpy as np
import pytest
from builders_timetable import clock_s, make_timetable
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import transfer_rules as twin

from gtfs.errors import FeedQualityWarning
from gtfs.in_seat import MOST_WAYS, join_trips
from gtfs.timetable import NO_INDEX, Timetable, TransferRules, check_timetable


def frozen(values, dtype) -> np.ndarray:
    array = np.array(values, dtype)
    array.flags.writeable = False
    return array


def rules_of(rows: list[dict]) -> TransferRules:
    """Rules from ``{"from_trip": 0, ...}``; what is not given is none."""
    names = ("from_stop", "to_stop", "from_route", "to_route", "from_trip", "to_trip")
    columns = [frozen([row.get(name, NO_INDEX) for row in rows], np.int32) for name in names]
    types = frozen([row.get("type", 0) for row in rows], np.int8)
    return TransferRules(*columns, types, frozen([row.get("time", -1) for row in rows], np.int32))


def trips_of(lines: list[str], blocks=None, rules=(), place=None, station=None, day=None) -> Timetable:
    """Trips in order of departure, as ``A 8:00, B 8:10/8:12``; stops are the letters from A on.

    ``place`` is metres north of A, by default a kilometre a letter.
    """
    visits = []
    for line in lines:
        trip = []
        for text in line.split(","):
            name, times = text.split()
            arrival, _, departure = times.partition("/")
            trip.append((ord(name) - ord("A"), clock_s(arrival), clock_s(departure or arrival), True, True))
        visits.append(trip)
    n_stops = 1 + max(visit[0] for trip in visits for visit in trip)
    place = {letter: 1000 * at for at, letter in enumerate("ABCDEFGH")} | (place or {})
    metre = 180 / np.pi / 6_371_008.8
    station = [(station or {}).get(chr(ord("A") + at), NO_INDEX) for at in range(n_stops)]
    return make_timetable(visits, n_stops)._replace(
        stop_lat=frozen([place[chr(ord("A") + at)] * metre for at in range(n_stops)], np.float64),
        stop_station=frozen(station, np.int32),
        trip_route=frozen(range(len(lines)), np.int32),
        trip_block=frozen(blocks or [NO_INDEX] * len(lines), np.int32),
        trip_day=frozen(day or [0] * len(lines), np.int8),
        transfers=rules_of(list(rules)),
    )


def vehicles(timetable: Timetable) -> list[list[int]]:
    """Trips of each vehicle after joining, seen by their routes' numbers through ``visit_of``."""
    joined = join_trips(timetable)
    check_timetable(joined.timetable)
    trip_of_visit = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))
    found = []
    for start, end in zip(joined.timetable.trip_start[:-1], joined.timetable.trip_start[1:], strict=True):
        trips = trip_of_visit[joined.visit_of[start:end]].tolist()
        found.append(list(dict.fromkeys(trips)))
    return found


BUS = ["A 8:00, B 8:10", "B 8:10, C 8:20"]


def test_trips_of_a_block_become_one_vehicle():
    joined = join_trips(trips_of(BUS, blocks=[5, 5]))
    table = joined.timetable
    assert table.visit_stop.tolist() == [0, 1, 1, 2]
    assert table.trip_start.tolist() == [0, 4]
    assert joined.visit_of.tolist() == [0, 1, 2, 3]
    assert joined.counts.by_block == 1
    check_timetable(table)


def test_nobody_boards_at_the_end_of_a_trip_or_alights_at_the_start_of_the_next():
    table = join_trips(trips_of(BUS, blocks=[5, 5])).timetable
    assert table.pickup.tolist() == [True, False, True, True]
    assert table.drop_off.tolist() == [True, True, False, True]


def test_times_at_a_seam_do_not_go_backwards():
    # The first trip stands at B until 8:15, the second is there from 8:05 and leaves at 8:12.
    table = join_trips(trips_of(["A 8:00, B 8:10/8:15", "B 8:05/8:12, C 8:20"], blocks=[5, 5])).timetable
    assert [(int(s) - 8 * 3600) // 60 for s in table.arrival_s] == [0, 10, 10, 20]
    assert [(int(s) - 8 * 3600) // 60 for s in table.departure_s] == [0, 10, 12, 20]


def test_trips_without_a_block_and_other_blocks_stay_apart():
    assert vehicles(trips_of(BUS)) == [[0], [1]]
    assert vehicles(trips_of(BUS, blocks=[5, 6])) == [[0], [1]]
    assert vehicles(trips_of(BUS, blocks=[5, NO_INDEX])) == [[0], [1]]


def test_without_anything_to_join_the_timetable_itself_comes_back():
    table = trips_of(BUS, rules=[{"from_stop": 0, "to_stop": 1, "type": 3}])
    joined = join_trips(table)
    assert joined.timetable is table
    assert joined.visit_of.tolist() == [0, 1, 2, 3]


def test_three_trips_of_a_block_are_one_vehicle_in_order_of_time():
    lines = ["A 8:00, B 8:10", "B 8:20, C 8:30", "C 8:40, A 8:50"]
    assert vehicles(trips_of(lines, blocks=[5, 5, 5])) == [[0, 1, 2]]


@pytest.mark.parametrize(("metres", "found"), [(200, [[0, 1]]), (201, [[0], [1]])])
def test_a_block_goes_on_within_200_m(metres, found):
    lines = ["A 8:00, B 8:10", "C 8:10, D 8:20"]
    assert vehicles(trips_of(lines, blocks=[5, 5], place={"B": 0, "C": metres - 0.001})) == found


def test_a_block_goes_on_anywhere_in_the_same_station():
    lines = ["A 8:00, B 8:10", "C 8:10, D 8:20"]
    assert vehicles(trips_of(lines, blocks=[5, 5], station={"B": 0, "C": 0})) == [[0, 1]]
    assert vehicles(trips_of(lines, blocks=[5, 5], station={"B": 0, "C": 3})) == [[0], [1]]


def test_a_block_does_not_go_on_where_a_stop_has_no_coordinates():
    lines = ["A 8:00, B 8:10", "C 8:10, D 8:20"]
    assert vehicles(trips_of(lines, blocks=[5, 5], place={"B": 0, "C": np.nan})) == [[0], [1]]


def test_trips_that_overlap_in_their_block_are_not_joined_and_said_so():
    lines = ["A 8:00, B 9:00", "B 8:10, C 8:20", "C 9:30, D 9:40", "D 9:50, A 9:55"]
    with pytest.warns(
        FeedQualityWarning, match="^2 trips overlap another trip of their block_id in time: pa"
    ):
        assert vehicles(trips_of(lines, blocks=[5] * 4)) == [[0], [1], [2, 3]]


def test_a_long_trip_overlaps_all_that_run_meanwhile():
    lines = ["A 8:00, C 9:00", "A 8:10, B 8:20", "B 8:30, C 8:40", "C 9:00, D 9:10"]
    with pytest.warns(FeedQualityWarning, match="^3 trips overlap"):
        assert vehicles(trips_of(lines, blocks=[5] * 4)) == [[0], [1], [2], [3]]


def test_a_rule_of_type_5_keeps_trips_of_a_block_apart():
    assert vehicles(trips_of(BUS, blocks=[5, 5], rules=[{"from_trip": 0, "to_trip": 1, "type": 5}])) == [
        [0], [1]
    ]  # fmt: skip


def test_a_rule_of_type_4_joins_trips_without_a_block_at_any_distance():
    lines = ["A 8:00, B 8:10", "H 8:10, C 8:20"]
    assert vehicles(trips_of(lines, rules=[{"from_trip": 0, "to_trip": 1, "type": 4}])) == [[0, 1]]


def test_of_two_rules_for_a_pair_the_first_holds():
    pair = {"from_trip": 0, "to_trip": 1}
    assert vehicles(trips_of(BUS, rules=[pair | {"type": 4}, pair | {"type": 5}])) == [[0, 1]]
    assert vehicles(trips_of(BUS, rules=[pair | {"type": 5}, pair | {"type": 4}])) == [[0], [1]]


def test_a_link_stands_above_the_block():
    lines = ["A 8:00, B 8:10", "B 8:20, C 8:30", "B 8:40, D 8:50"]
    rule = {"from_trip": 0, "to_trip": 2, "type": 4}
    assert vehicles(trips_of(lines, blocks=[5, 5, NO_INDEX], rules=[rule])) == [[0, 2], [1]]
    # The vehicle goes on to trip 2, where passengers may not stay; so it does not go on to trip 1.
    assert vehicles(trips_of(lines, blocks=[5, 5, NO_INDEX], rules=[rule | {"type": 5}])) == [[0], [1], [2]]
    # Trip 2 comes from trip 0, so not from trip 1 of its block.
    assert vehicles(trips_of(lines, blocks=[NO_INDEX, 5, 5], rules=[rule])) == [[0, 2], [1]]


def test_one_train_becomes_two():
    lines = ["A 8:00, B 8:10", "B 8:12, C 8:20", "B 8:14, D 8:20"]
    rules = [{"from_trip": 0, "to_trip": trip, "type": 4} for trip in (1, 2)]
    assert vehicles(trips_of(lines, rules=rules)) == [[0, 1], [0, 2]]


def test_two_trains_become_one():
    lines = ["A 8:00, C 8:10", "B 8:01, C 8:10", "C 8:12, D 8:20"]
    rules = [{"from_trip": trip, "to_trip": 2, "type": 4} for trip in (0, 1)]
    assert vehicles(trips_of(lines, rules=rules)) == [[0, 2], [1, 2]]


def test_a_link_that_goes_back_in_time_joins_nothing():
    rule = {"from_trip": 1, "to_trip": 0, "type": 4}
    with pytest.warns(
        FeedQualityWarning, match=r"^1 rules of transfers.txt \(type 4\) link a trip to one th"
    ):
        assert vehicles(trips_of(BUS, rules=[rule])) == [[0], [1]]


def test_trips_of_no_duration_never_follow_each_other_in_a_circle():
    lines = ["A 8:00, A 8:00", "A 8:00, A 8:00"]
    rules = [{"from_trip": a, "to_trip": b, "type": 4} for a, b in ((0, 1), (1, 0), (0, 0))]
    with pytest.warns(FeedQualityWarning, match="^2 rules of"):
        assert vehicles(trips_of(lines, rules=rules)) == [[0, 1]]


def test_too_many_ways_on_are_cut_with_a_warning():
    # 2 ways on at each of 9 levels: 512 ways from the first trip, 256 from the second level on.
    lines, rules = ["A 8:00, B 8:01"], []
    for level in range(1, 10):
        lines += [f"A 8:{level:02d}, B 8:{level:02d}"] * 2
        rules += [
            {"from_trip": 2 * level - 3 + a if level > 1 else 0, "to_trip": 2 * level - 1 + b, "type": 4}
            for a in range(2 if level > 1 else 1)
            for b in range(2)
        ]
    with pytest.warns(FeedQualityWarning, match="^1 trips are linked in more than 256 ways to those after"):
        found = vehicles(trips_of(lines, rules=rules))
    assert found[0] == [0]
    assert len(found) == 1 + 2 * MOST_WAYS


def test_a_vehicle_is_known_by_its_first_trip_and_order_is_kept():
    lines = ["A 8:00, B 8:10", "C 8:05, D 8:06", "B 8:10, C 8:20"]
    table = join_trips(trips_of(lines, blocks=[5, NO_INDEX, 5])).timetable
    assert table.trip_route.tolist() == [0, 1]
    assert table.trip_block.tolist() == [NO_INDEX, NO_INDEX]
    assert table.departure_s[table.trip_start[:-1]].tolist() == [8 * 3600, 8 * 3600 + 300]
    assert all(len(column) == 0 for column in table.transfers)


@st.composite
def blocks_and_links(draw) -> Timetable:
    """Random trips with blocks and links, many of them at the same place and time."""
    n_trips = draw(st.integers(1, 7))
    lines = []
    for _ in range(n_trips):
        clock = 8 * 60 + draw(st.integers(0, 12))
        visits = []
        for _ in range(draw(st.integers(2, 3))):
            leaves = clock + draw(st.sampled_from([0, 0, 1]))
            visits.append((clock, leaves, draw(st.sampled_from("ABC"))))
            clock = leaves + draw(st.sampled_from([0, 1, 3]))
        lines.append((visits[0][1], visits))
    lines.sort(key=lambda line: line[0])
    texts = [
        ", ".join(f"{name} {a // 60}:{a % 60:02d}/{d // 60}:{d % 60:02d}" for a, d, name in visits)
        for _, visits in lines
    ]
    trip = st.integers(0, n_trips - 1)
    pair = st.fixed_dictionaries({"from_trip": trip, "to_trip": trip, "type": st.sampled_from([3, 4, 4, 5])})
    return trips_of(
        [*texts],
        blocks=draw(st.lists(st.sampled_from([NO_INDEX, 1, 1, 2]), min_size=n_trips, max_size=n_trips)),
        rules=draw(st.lists(pair, max_size=5)),
        place={"A": 0, "B": draw(st.sampled_from([150, 250])), "C": 350, **dict.fromkeys("DEFGH", 0)},
        station={"C": draw(st.sampled_from([NO_INDEX, 0]))},
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(blocks_and_links())
@pytest.mark.filterwarnings("ignore::gtfs.errors.FeedQualityWarning")
def test_vehicles_equal_those_of_the_slow_twin(timetable):
    before = [column.copy() for column in timetable[:-1]]
    assert sorted(vehicles(timetable)) == sorted(twin.vehicles(timetable))
    assert all(np.array_equal(a, b) for a, b in zip(before, timetable[:-1], strict=True))

"""adjust-speed and adjust-dwell-time: hand cases, laws on built schedules, a slow twin with fractions."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction

import pytest
from builders_gtfs import GtfsBuilder
from builders_timetable_edits import (
    WEDNESDAY,
    assert_same,
    at,
    built,
    departures,
    edit,
    edited,
    line,
    of_trip,
    tables,
    vehicles,
    visits,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import timetable_edits as twin

from gtfs.errors import ScenarioError
from gtfs.modifications import AdjustDwellTime, AdjustSpeed, RemoveTrips


def test_twice_as_fast_halves_each_hop_and_keeps_departure_and_stays() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("ABCD", "08:00", hop_min=10, dwell_min=2))
    after = edited(built(feed), AdjustSpeed(routes=["R"], scale=2))
    assert of_trip(after, "t") == [
        ("A", "08:00:00", "08:00:00"),
        ("B", "08:05:00", "08:07:00"),
        ("C", "08:12:00", "08:14:00"),
        ("D", "08:19:00", "08:19:00"),
    ]


def test_stays_are_scaled_only_when_asked_for() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("ABC", "08:00", hop_min=10, dwell_min=2))
    after = edited(built(feed), AdjustSpeed(trips=["t"], scale=2, scale_dwells=True))
    assert of_trip(after, "t")[1] == ("B", "08:05:00", "08:06:00")


def test_the_stay_at_the_first_stop_is_never_scaled() -> None:
    feed = GtfsBuilder()
    feed.trip("t", [("A", "07:50:00", "08:00:00"), ("B", "08:10:00")])
    after = edited(built(feed), AdjustSpeed(trips=["t"], scale=2, scale_dwells=True))
    assert of_trip(after, "t") == [("A", "07:50:00", "08:00:00"), ("B", "08:05:00", "08:05:00")]


def test_rounding_does_not_add_up() -> None:
    feed = GtfsBuilder()
    feed.trip("t", [("A", "08:00:00"), ("B", "08:00:10"), ("C", "08:00:20"), ("D", "08:00:30")])
    after = edited(built(feed), AdjustSpeed(trips=["t"], scale=3))  # hops of 3.33 s: 3.33, 6.67, 10
    assert [arrival[-2:] for _, arrival, _ in of_trip(after, "t")] == ["00", "03", "07", "10"]


def test_only_the_named_hops_are_slowed_and_what_follows_moves_along() -> None:
    result = edit(built(line()), AdjustSpeed(routes=["9"], scale=0.5, hops=[("B", "C")]))
    after = result.feeds["bus"]
    assert [arrival for _, arrival, _ in of_trip(after, "out0")] == [
        "06:00:00", "06:10:00", "06:30:00", "06:40:00"
    ]  # fmt: skip
    assert of_trip(after, "back0") == of_trip(built(line()), "back0"), "it goes from C to B"
    assert result.reports[0].counts == {"routes": 1, "patterns": 1, "trips": 8, "hops": 1}


def test_a_period_means_trips_by_their_first_departure() -> None:
    after = edited(built(line()), AdjustSpeed(routes=["9"], scale=2, start_time="07:00", end_time="08:00"))
    ends = {name: trip[-1][1] - trip[0][2] for _, name, trip in vehicles(after)}
    fast = {name for name, length in ends.items() if length == 15 * 60}
    assert fast == {"out2", "out3", "back2", "back3"}, "06:30 and 08:00 are outside"


def test_a_headway_trip_is_divided_where_only_some_vehicles_leave_in_the_period() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("AB", "00:00"))
    feed.frequency("t", "06:00:00", "09:00:00", 1200)  # 06:10, 06:30, 06:50, 07:10, ... 08:50
    before = built(feed)
    result = edit(before, AdjustSpeed(routes=["R"], scale=2, start_time="07:00", end_time="08:00"))
    after = result.feeds["bus"]
    assert departures(after, "A") == departures(before, "A")
    fast = [trip[0][2] for day, _, trip in vehicles(after) if day == 0 and trip[1][1] - trip[0][2] == 300]
    assert fast == [at("07:10"), at("07:30"), at("07:50")]
    assert result.reports[0].counts["trips"] == 1
    assert len(after.trips) == 2


def test_a_headway_trip_wholly_inside_stays_one_trip() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("AB", "00:00"))
    feed.frequency("t", "07:00:00", "08:00:00", 1200)
    after = edited(built(feed), AdjustSpeed(routes=["R"], scale=2, start_time="07:00", end_time="08:00"))
    assert len(after.trips) == 1
    assert {trip[1][1] - trip[0][2] for _, _, trip in vehicles(after)} == {300}


@pytest.mark.parametrize("exact", [0, 1])
@given(
    start=st.integers(0, 120), length=st.integers(0, 200),
    headway=st.integers(1, 90), cuts=st.tuples(st.integers(0, 300), st.integers(1, 300)),
)  # fmt: skip
@settings(max_examples=40, deadline=None, derandomize=True)
def test_dividing_headways_keeps_every_vehicle(
    exact: int, start: int, length: int, headway: int, cuts: tuple[int, int]
) -> None:
    from gtfs.draft_headways import Row

    row = Row(start, start + length, headway, bool(exact))
    parts = [part for first in row.divided(cuts[0]) for part in first.divided(cuts[0] + cuts[1])]
    found = [list(part.departures_s) for part in parts]
    assert [second for part in found for second in part] == twin.entry_departures(
        start, start + length, headway, bool(exact)
    )
    for part in found:
        sides = {(second >= cuts[0]) + (second >= sum(cuts)) for second in part}
        assert len(sides) <= 1, "a part lies on one side of each cut"


def test_trips_past_midnight_keep_their_clock() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("ABC", "23:55"))
    after = edited(built(feed), AdjustSpeed(routes=["R"], scale=0.5, start_time="23:00", end_time="24:00"))
    assert of_trip(after, "t") == [
        ("A", "23:55:00", "23:55:00"),
        ("B", "24:15:00", "24:15:00"),
        ("C", "24:35:00", "24:35:00"),
    ]
    assert [day for day, _, _ in vehicles(after)] == [-1, 0]


def test_blank_times_are_filled_as_the_schedule_fills_them_before_they_are_scaled() -> None:
    feed = GtfsBuilder()
    feed.trip("t", [("A", "08:00:00"), {"stop_id": "B"}, {"stop_id": "C"}, ("D", "08:30:00")])
    before = built(feed)
    assert vehicles(edited(before, AdjustSpeed(routes=["R"], scale=1))) == vehicles(before)
    after = edited(before, AdjustSpeed(routes=["R"], scale=2, hops=[("A", "B")]))
    assert [arrival for _, arrival, _ in of_trip(after, "t")] == [
        "08:00:00", "08:05:00", "08:15:00", "08:25:00"
    ]  # fmt: skip


def test_speed_one_changes_no_timetable_and_no_given_feed() -> None:
    feed = built(line())
    before, schedule = tables(feed), vehicles(feed)
    assert vehicles(edited(feed, AdjustSpeed(routes=["9", "7"], scale=1))) == schedule
    edited(feed, AdjustSpeed(routes=["9"], scale=3, scale_dwells=True))
    assert_same(feed, before)


def test_a_trip_that_now_overlaps_its_block_leaves_it() -> None:
    feed = GtfsBuilder()
    feed.trip("first", visits("AB", "08:00"), block_id="bus1")
    feed.trip("next", visits("BA", "08:10"), block_id="bus1")
    feed.trip("other", visits("BA", "08:10"), block_id="bus2")
    base = built(feed)
    faster = edit(base, AdjustSpeed(trips=["first"], scale=2))
    assert faster.feeds["bus"].trips["block_id"].tolist() == ["bus1", "bus1", "bus2"]
    slower = edit(base, AdjustSpeed(trips=["first"], scale=0.5))
    assert slower.feeds["bus"].trips["block_id"].fillna("none").tolist() == ["none", "bus1", "bus2"]
    assert slower.reports[0].counts["blocks_dropped"] == 1
    assert "1 trip taken out of its block" in slower.reports[0].text["en"]


def test_trips_of_different_days_may_share_a_block() -> None:
    feed = GtfsBuilder()
    feed.service("week", "1111100")
    feed.service("end", "0000011")
    feed.trip("first", visits("AB", "08:00"), block_id="bus1", service="week")
    feed.trip("next", visits("BA", "08:10"), block_id="bus1", service="end")
    slower = edited(built(feed), AdjustSpeed(trips=["first"], scale=0.5))
    assert slower.trips["block_id"].tolist() == ["bus1", "bus1"]


def test_a_seat_rule_that_would_run_back_in_time_is_dropped() -> None:
    feed = GtfsBuilder()
    feed.trip("first", visits("AB", "08:00"))
    feed.trip("next", visits("BA", "08:15"))
    feed.transfer("B", "B", 4, from_trip_id="first", to_trip_id="next")
    base = built(feed)
    assert len(edited(base, AdjustSpeed(trips=["first"], scale=1)).transfers) == 1
    result = edit(base, AdjustSpeed(trips=["first"], scale=0.5))
    assert result.feeds["bus"].transfers is None
    assert result.reports[0].counts["transfers_dropped"] == 1


def test_a_trip_without_usable_times_stays_and_is_told() -> None:
    feed = line()
    feed.service("never", "0000000")
    feed.trip("broken", [("A", "08:00:00"), {"stop_id": "B"}], route="9", service="never", direction_id=0)
    result = edit(built(feed), AdjustSpeed(routes=["9"], scale=2))
    assert result.reports[0].counts["trips"] == 16
    assert result.reports[0].warnings == ("left as found, without usable times: 1 trip",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hops": [("A", "C")]}, "no trip that matches goes from 'A' straight to 'C'; after 'A'"),
        ({"hops": [("A", "Z")]}, "no stop 'Z' in bus; nearest: "),
        ({"start_time": "03:00", "end_time": "05:00"}, "none of the 16 trips that match leaves from 03:00"),
        ({"start_time": "22:00"}, "none of the 16 trips that match leaves from 22:00 on"),
    ],
)  # fmt: skip
def test_hops_and_hours_that_match_nothing_are_errors(options: dict[str, object], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        edit(built(line()), AdjustSpeed(routes=["9"], scale=2, **options))  # type: ignore[arg-type]


def test_hops_of_which_some_match_are_told() -> None:
    result = edit(built(line()), AdjustSpeed(routes=["9"], scale=2, hops=[("A", "B"), ("A", "Q")]))
    assert "1 hop between stops unknown: 'A > Q'" in result.reports[0].text["en"]
    assert "1 intervalle entre arrêts inconnu : 'A > Q'" in result.reports[0].text["fr"]


# --- adjust-dwell-time ----------------------------------------------------------------------------------


def test_new_stays_move_what_follows() -> None:
    result = edit(built(line()), AdjustDwellTime(routes=["9"], dwell_secs=60))
    assert of_trip(result.feeds["bus"], "out0") == [
        ("A", "06:00:00", "06:00:00"),
        ("B", "06:10:00", "06:11:00"),
        ("C", "06:21:00", "06:22:00"),
        ("D", "06:32:00", "06:32:00"),
    ]
    assert result.reports[0].counts == {"routes": 1, "patterns": 2, "trips": 16, "visits": 32}


def test_stays_at_one_stop_only() -> None:
    result = edit(built(line()), AdjustDwellTime(routes=["9"], stops=["C", "X"], dwell_secs=30))
    assert [leaves for _, _, leaves in of_trip(result.feeds["bus"], "out0")][1:3] == ["06:10:00", "06:20:30"]
    assert "1 stop unknown: 'X'" in result.reports[0].text["en"]


def test_stays_can_be_scaled() -> None:
    feed = GtfsBuilder()
    feed.trip("t", visits("ABC", "08:00", dwell_min=4))
    after = edited(built(feed), AdjustDwellTime(trips=["t"], scale=0.25))
    assert of_trip(after, "t")[1:] == [("B", "08:10:00", "08:11:00"), ("C", "08:21:00", "08:21:00")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale": 2}, "all 32 stays that match take 0 s .* give dwell_secs instead of scale"),
        ({"stops": ["Z"], "dwell_secs": 5}, "no stop 'Z' in bus; nearest: "),
        ({"trips": ["hill"], "dwell_secs": 5}, "the trips make no stop between their first and last one"),
        ({"trips": ["out0"], "stops": ["A"], "dwell_secs": 5}, "make no stop at 'A' between their first"),
    ],
)
def test_stays_that_cannot_change_are_errors(options: dict[str, object], message: str) -> None:
    chosen = {} if "trips" in options else {"routes": ["9"]}
    with pytest.raises(ScenarioError, match=message):
        edit(built(line()), AdjustDwellTime(**chosen, **options))  # type: ignore[arg-type]


# --- slow twin ------------------------------------------------------------------------------------------


@st.composite
def feeds(draw: st.DrawFn) -> GtfsBuilder:
    """Trips over A to E with odd hops and stays, some times blank, some after midnight."""
    feed = GtfsBuilder()
    feed.line_of_stops("ABCDE")
    for number in range(draw(st.integers(1, 3))):
        now, rows = draw(st.integers(0, 90_000)), []
        stops = draw(st.permutations("ABCDE"))[: draw(st.integers(2, 5))]
        for place, stop in enumerate(stops):
            stay = draw(st.integers(0, 90))
            blank = 0 < place < len(stops) - 1 and draw(st.booleans())
            times = {} if blank else {
                "arrival_time": _text(now), "departure_time": _text(now + stay)
            }  # fmt: skip
            rows.append({"stop_id": stop, **times})
            now += stay + draw(st.integers(0, 700))
        feed.trip(f"t{number}", rows)
    return feed


def _text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


SCALES = {0.5: Fraction(1, 2), 1.25: Fraction(5, 4), 2.0: Fraction(2), 8.0: Fraction(8)}


@given(feeds(), st.sampled_from(sorted(SCALES)), st.booleans(), st.booleans())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_speeds_are_those_of_the_slow_twin(
    feed: GtfsBuilder, scale: float, dwells: bool, some_hops: bool
) -> None:
    base = built(feed)
    day = date(2024, 5, 15)
    before = {name: trip for offset, name, trip in vehicles(base, day) if offset == 0}
    hops = sorted({(a[0], b[0]) for trip in before.values() for a, b in itertools.pairwise(trip)})
    chosen = hops[::2] if some_hops else None
    after = edited(base, AdjustSpeed(routes=["R"], scale=scale, scale_dwells=dwells, hops=chosen))
    for offset, name, trip in vehicles(after, day):
        if offset == 0:
            wanted = set(chosen) if chosen is not None else None
            assert trip == twin.faster(before[name], SCALES[scale], wanted, dwells), name


@given(feeds(), st.integers(0, 200))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_stays_are_those_of_the_slow_twin(feed: GtfsBuilder, dwell_s: int) -> None:
    base = built(feed)
    before = {name: trip for offset, name, trip in vehicles(base) if offset == 0}
    if not any(visit[0] in "ABC" for trip in before.values() for visit in trip[1:-1]):
        return  # nothing to change, which is an error with a test of its own
    after = edited(base, AdjustDwellTime(routes=["R"], stops=["A", "B", "C"], dwell_secs=dwell_s))
    for offset, name, trip in vehicles(after):
        if offset == 0:
            old = before[name]
            expected = twin.with_hops_and_stays(
                old,
                lambda _, length: Fraction(length),
                lambda number, length, old=old: Fraction(  # type: ignore[misc]
                    dwell_s if old[number][0] in "ABC" else length
                ),
            )
            assert trip == expected


def test_speeds_act_before_trips_are_removed_whatever_the_order_of_the_file() -> None:
    feed = built(line())
    remove, speed = RemoveTrips(trips=["out0"]), AdjustSpeed(routes=["9"], scale=2)
    assert edit(feed, remove, speed).reports[1].counts["trips"] == 16
    assert vehicles(edited(feed, remove, speed), WEDNESDAY) == vehicles(
        edited(feed, speed, remove), WEDNESDAY
    )

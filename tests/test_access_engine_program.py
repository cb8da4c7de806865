"""The event program by hand: which visits become events, in which order, and what each boarding waits for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from builders_examples import examples
from builders_scan import program_of, random_kernel_inputs, search_of, with_complete_footpaths
from builders_timetable import Town, clock_s, make_links
from hypothesis import given, settings

from access.engine.program import Program, footpaths_into_stops, reversed_links

RANDOM = settings(deadline=None, database=None, derandomize=True)


def town_case(town: Town, leave: str = "8:00", **options: Any) -> dict[str, Any]:
    search = {"departure_start_s": clock_s(leave), "departure_window_min": 10}
    return with_complete_footpaths({**town.journey_input(), **search, **options})


def events(town: Town, **options: Any) -> list[str]:
    """Events in words, such as ``+A 2:00``: boarding (alighting ``-``) at A, that long after the start."""
    program = program_of(town_case(town, **options))
    names = town._stops()
    return [
        f"{'+' if boards else '-'}{names[stop]} {time_s // 60}:{time_s % 60:02d}"
        for boards, stop, time_s in zip(
            program.event_boards, program.event_stop, program.event_s, strict=True
        )
    ]


def transfers(town: Town, **options: Any) -> list[str]:
    """Transfers in words: ``B 10:00 (B 5:00) -> C 20:00``, alighting (the one it replaces) to boarding."""
    program = program_of(town_case(town, **options))
    names = town._stops()
    stop_of = np.repeat(np.arange(len(names)), np.diff(program.alighting_start))

    def alighting(number: int) -> str:
        if number == len(program.alighting_s):
            return "nobody"
        time_s = program.alighting_s[number]
        return f"{names[stop_of[number]]} {time_s // 60}:{time_s % 60:02d}"

    words = []
    for event, (time_s, stop) in enumerate(zip(program.event_s, program.event_stop, strict=True)):
        for transfer in range(program.transfer_start[event], program.transfer_start[event + 1]):
            brought, replaced = program.transfer_alighting[transfer], program.transfer_replaces[transfer]
            boarding = f"{names[stop]} {time_s // 60}:{time_s % 60:02d}"
            words.append(f"{alighting(brought)} ({alighting(replaced)}) -> {boarding}")
    return words


def test_boardings_are_earlier_by_the_slack_and_events_keep_the_order_of_the_clock() -> None:
    town = Town("""A 8:05, B 8:10/8:11, C 8:20
                   D 8:10:30, E 8:15""")
    assert events(town) == ["+A 4:00", "-B 10:00", "+D 9:30", "+B 10:00", "-E 15:00", "-C 20:00"]
    assert events(town, boarding_slack_s=1)[0] == "+A 4:59"


def test_events_of_one_second_keep_the_order_of_the_trip() -> None:
    assert events(Town("A 8:05, B 8:05, Z 8:05")) == ["+A 4:00", "-B 5:00", "+B 4:00", "-Z 5:00"]


def test_first_visits_bring_nobody_and_last_ones_take_nobody() -> None:
    assert events(Town("A 8:05, Z 8:10")) == ["+A 4:00", "-Z 10:00"]


def test_no_event_without_pickup_or_drop_off() -> None:
    assert events(Town("A 8:05, B 8:10 no-pickup, C 8:15 no-drop-off, D 8:20")) == [
        "+A 4:00", "-B 10:00", "+C 14:00", "-D 20:00"
    ]  # fmt: skip


def test_nobody_can_alight_who_could_not_board() -> None:
    assert events(Town("A 8:05 no-pickup, B 8:10, C 8:15")) == ["+B 9:00", "-C 15:00"]
    assert events(Town("A 7:58, B 8:00, C 8:15, D 8:20")) == ["+C 14:00", "-D 20:00"]


def test_boarding_at_the_first_second_counts() -> None:
    assert events(Town("A 8:00:59, B 8:01, Z 8:02")) == ["+B 0:00", "-Z 2:00"]


def test_events_end_with_the_last_second_of_the_last_departure() -> None:
    """Ten departures until 8:09, 20 minutes at most: 8:29:59 counts, 8:30 does not."""
    town = Town("A 8:01, B 8:29:59, Z 8:30")
    assert events(town, max_duration_min=20) == ["+A 0:00", "-B 29:59", "+B 28:59"]
    assert events(Town("A 8:30, Z 8:31"), max_duration_min=20) == []


def test_transfer_at_a_stop_needs_the_slack_to_the_second() -> None:
    town = Town("""A 8:01, B 8:10
                   B 8:11, Z 8:20""")
    assert transfers(town) == ["B 10:00 (nobody) -> B 10:00"]
    assert transfers(town, boarding_slack_s=61) == []


def test_transfer_over_a_footpath_takes_its_time() -> None:
    town = Town("""A 8:01, B 8:10
                   C 8:13, Z 8:20""", footpaths={"B-C": 120})  # fmt: skip
    assert transfers(town) == ["B 10:00 (nobody) -> C 12:00"]
    assert transfers(town, boarding_slack_s=61) == []


def test_a_transfer_brings_only_the_last_alighting_and_only_once() -> None:
    town = Town("""A 8:01, B 8:05
                   A 8:02, B 8:07
                   B 8:10, Z 8:20
                   B 8:11, Z 8:21
                   A 8:03, B 8:12
                   B 8:20, Z 8:30""")
    assert transfers(town) == ["B 7:00 (nobody) -> B 9:00", "B 12:00 (B 7:00) -> B 19:00"]


def test_footpaths_are_remembered_one_by_one() -> None:
    town = Town("""A 8:01, B 8:05
                   A 8:02, C 8:06
                   D 8:10, Z 8:20
                   D 8:15, Z 8:20""", footpaths={"B-D": 60, "C-D": 300})  # fmt: skip
    assert transfers(town) == ["B 5:00 (nobody) -> D 9:00", "C 6:00 (nobody) -> D 14:00"]


def test_a_trip_takes_up_an_alighting_once_but_later_ones_again() -> None:
    """From B one walks to C or D; what the trip took up at C is not brought to D, the next one is."""
    town = Town("""A 8:01, B 8:05
                   C 8:10, D 8:20, Z 8:30
                   A 8:02, B 8:12""", footpaths={"B-C": 60, "B-D": 60})  # fmt: skip
    assert transfers(town) == ["B 5:00 (nobody) -> C 9:00", "B 12:00 (nobody) -> D 19:00"]
    earlier = Town("""A 8:01, B 8:05
                      C 8:10, D 8:20, Z 8:30""", footpaths={"B-C": 60, "B-D": 60})  # fmt: skip
    assert transfers(earlier) == ["B 5:00 (nobody) -> C 9:00"]


def test_who_can_ride_on_and_be_there_as_early_does_not_alight_before() -> None:
    """From C the walk to D is as late as from B, or a second later."""
    later = "D 8:40, Z 8:50"
    town = Town(f"A 8:01, B 8:05, C 8:10\n{later}", footpaths={"B-D": 900, "C-D": 600})
    assert transfers(town) == ["C 10:00 (nobody) -> D 39:00"]
    earlier = Town(f"A 8:01, B 8:05, C 8:10\n{later}", footpaths={"B-D": 899, "C-D": 600})
    assert transfers(earlier) == ["B 5:00 (nobody) -> D 39:00", "C 10:00 (nobody) -> D 39:00"]
    no_drop_off = Town(f"A 8:01, B 8:05, C 8:10 no-drop-off\n{later}", footpaths={"B-D": 900, "C-D": 600})
    assert transfers(no_drop_off) == ["B 5:00 (nobody) -> D 39:00"]


def test_what_one_trip_has_is_still_brought_to_the_next_one() -> None:
    """The first trip has B's passengers since C, the second one starts at D."""
    town = Town("""A 8:01, B 8:05
                   C 8:10, D 8:20, Z 8:30
                   D 8:25, Z 8:28""", footpaths={"B-C": 60, "B-D": 60})  # fmt: skip
    to_the_next = ["B 5:00 (nobody) -> D 24:00", "D 20:00 (nobody) -> D 24:00"]
    assert transfers(town) == ["B 5:00 (nobody) -> C 9:00", *to_the_next]


def test_a_timetable_without_events_is_a_program() -> None:
    program = program_of(town_case(Town("A 9:00, Z 9:10"), leave="20:00"))
    assert len(program.event_s) == len(program.alighting_s) == len(program.transfer_alighting) == 0
    assert program.alighting_start.tolist() == [0, 0, 0]
    assert program.transfer_start.tolist() == [0]


def test_footpaths_are_taken_as_they_are() -> None:
    into = footpaths_into_stops(make_links([{0: 600, 1: 60}, {}, {1: -30, 2: 5}]))
    assert into.start.tolist() == [0, 1, 3, 4]
    assert into.target.tolist() == [0, 0, 2, 2]
    assert into.walk_s.tolist() == [600, 60, -30, 5]


def test_no_transfer_without_a_footpath_to_the_stop_itself() -> None:
    town = Town("""A 8:01, B 8:10
                   B 8:11, Z 8:20""")
    case = town_case(town)
    assert len(program_of(case).transfer_alighting) == 1
    assert len(program_of({**case, **town.journey_input()}).transfer_alighting) == 0


def test_an_access_walk_shorter_than_nothing_boards_before_the_first_second() -> None:
    town = Town("A 8:00:59, B 8:01, Z 8:02", access={"A": -1})
    assert events(town) == ["+A -1:59", "-B 1:00", "+B 0:00", "-Z 2:00"]
    assert events(town, boarding_slack_s=61) == ["+B -1:59", "-Z 2:00"]


def test_links_are_reversed() -> None:
    links = reversed_links(make_links([{0: 5, 2: 6}, {}, {2: 7}]), 4)
    assert links.start.tolist() == [0, 1, 1, 3, 3]
    assert links.target.tolist() == [0, 0, 2]
    assert links.walk_s.tolist() == [5, 6, 7]


def _expected_transfers(program: Program, case: dict[str, Any]) -> list[tuple[int, int, int]]:
    """``(event, alighting, replaced)`` from the definition, event by event, with dictionaries."""
    into = footpaths_into_stops(case["footpaths"])
    nobody, expected = len(program.alighting_s), []
    brought: dict[int, int] = {}  # by each footpath
    taken_up: dict[tuple[int, int], int] = {}  # by each trip from each source
    alights = np.flatnonzero(~program.event_boards)
    event_of = dict(zip(program.event_alighting[alights].tolist(), alights.tolist(), strict=True))

    def better_rides_on(alighting: int, stop: int, there_s: int) -> bool:
        after = alights[alights > event_of[alighting]]
        after = after[program.event_trip[after] == program.event_trip[event_of[alighting]]]
        if len(after) == 0:
            return False
        walks = range(into.start[stop], into.start[stop + 1])
        from_next = [into.walk_s[walk] for walk in walks if into.target[walk] == program.event_stop[after[0]]]
        return any(program.event_s[after[0]] + walk_s <= there_s for walk_s in from_next)

    for event in np.flatnonzero(program.event_boards):
        stop, trip = int(program.event_stop[event]), int(program.event_trip[event])
        for footpath in range(into.start[stop], into.start[stop + 1]):
            source = int(into.target[footpath])
            in_reach = []
            for alighting in range(*program.alighting_start[source : source + 2].tolist()):
                there_s = int(program.alighting_s[alighting] + into.walk_s[footpath])
                if there_s <= program.event_s[event] and not better_rides_on(alighting, stop, there_s):
                    in_reach.append(alighting)
            if in_reach and in_reach[-1] > taken_up.get((trip, source), -1):
                taken_up[trip, source] = in_reach[-1]
                if in_reach[-1] != brought.get(footpath, nobody):
                    expected.append((int(event), in_reach[-1], brought.get(footpath, nobody)))
                    brought[footpath] = in_reach[-1]
    return expected


@settings(RANDOM, max_examples=examples(100))
@given(random_kernel_inputs())
def test_invariants_hold_on_random_networks(case: dict[str, Any]) -> None:
    program, search = program_of(case), search_of(case)
    assert all(not array.flags.writeable for array in program)
    clock = program.event_s + np.where(program.event_boards, search.boarding_slack_s, 0)
    assert np.all(np.diff(clock) >= 0)  # E1
    assert np.all(program.event_s >= min(0, case["access"].walk_s.min(initial=0)))  # E2
    assert np.all(program.alighting_s >= 0)
    assert np.all(clock < 60 * (search.n_departures + search.max_duration_min))
    alights = np.flatnonzero(~program.event_boards)
    assert sorted(program.event_alighting[alights]) == list(range(len(alights)))  # E3
    for event in alights:
        alighting, stop = program.event_alighting[event], program.event_stop[event]
        assert program.alighting_start[stop] <= alighting < program.alighting_start[stop + 1]
        assert program.alighting_s[alighting] == program.event_s[event]
    for stop in range(case["timetable"].n_stops):
        of_stop = [program.event_alighting[event] for event in alights if program.event_stop[event] == stop]
        assert of_stop == sorted(of_stop)
    found = [
        (event, program.transfer_alighting[transfer], program.transfer_replaces[transfer])
        for event in range(len(program.event_s))
        for transfer in range(program.transfer_start[event], program.transfer_start[event + 1])
    ]
    assert found == _expected_transfers(program, case)  # E4
    event_of = dict(zip(program.event_alighting[alights], alights, strict=True))
    assert all(event_of[alighting] < event for event, alighting, _ in found)
    assert set(program.event_trip.tolist()) == set(range(len(set(program.event_trip.tolist()))))  # E5


@pytest.mark.parametrize("leave", ["-0:30", "23:50"])
def test_seconds_count_from_the_first_departure(leave: str) -> None:
    other = {"-0:30": "A -0:20, Z -0:10", "23:50": "A 24:00, Z 24:10"}[leave]
    assert events(Town(other), leave=leave) == ["+A 9:00", "-Z 20:00"]

"""A stretch of a pattern replaced; visits left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import splice as twin

from gtfs.splice import NEW, OutOfOrder, Stretch, find_stretch, skip_visits, splice

# A 0, B 100 to 110, C 200, D 300: seconds, one trip.
ARRIVAL = np.array([[0, 100, 200, 300]])
DEPARTURE = np.array([[0, 110, 200, 300]])


def times(spliced) -> list[tuple[int, int]]:
    return list(zip(spliced.arrival_s[0].tolist(), spliced.departure_s[0].tolist(), strict=True))


def spliced(from_stop, to_stop, hops, dwells, given=None):
    stretch = find_stretch("ABCD", from_stop, to_stop)
    given = None if given is None else np.array(given)
    return splice(ARRIVAL, DEPARTURE, stretch, np.array(hops, int), np.array(dwells, int), given)


def test_a_new_stop_between_two_moves_all_later_visits_by_the_detour():
    # B to C took 90 s. Now 60 + 20 + 60 = 140: C and D are 50 s later.
    found = spliced("B", "C", hops=[60, 60], dwells=[10, 20, 0])
    assert found.visit_of.tolist() == [0, 1, NEW, 2, 3]
    assert times(found) == [(0, 0), (100, 110), (170, 190), (250, 250), (350, 350)]


def test_the_dwell_times_of_both_ends_are_replaced():
    # B stops 30 s instead of 10, C 5 s instead of 0: 20 s later at C, 25 s at D.
    assert times(spliced("B", "C", hops=[90], dwells=[30, 5])) == [
        (0, 0), (100, 130), (220, 225), (325, 325)
    ]  # fmt: skip


def test_an_end_without_a_dwell_time_of_its_own_keeps_what_it_has():
    found = spliced("B", "C", hops=[90], dwells=[0, 0], given=[False, False])
    assert times(found) == [(0, 0), (100, 110), (200, 200), (300, 300)]


def test_a_line_is_extended_at_its_end_and_nothing_before_moves():
    found = spliced("D", None, hops=[70], dwells=[5, 0])
    assert times(found) == [(0, 0), (100, 110), (200, 200), (300, 305), (375, 375)]


def test_a_line_is_extended_at_its_beginning_and_nothing_after_moves():
    found = spliced(None, "A", hops=[40, 50], dwells=[0, 5, 0])
    assert found.visit_of.tolist() == [NEW, NEW, 0, 1, 2, 3]
    assert times(found) == [(-95, -95), (-55, -50), (0, 0), (100, 110), (200, 200), (300, 300)]


def test_a_line_is_cut_at_its_end_and_at_its_beginning():
    assert times(spliced("B", None, hops=[], dwells=[0])) == [(0, 0), (100, 100)]
    assert times(spliced(None, "C", hops=[], dwells=[0])) == [(200, 200), (300, 300)]


def test_stops_between_the_ends_are_cut_out():
    # A to D in 150 s without B and C.
    found = spliced("A", "D", hops=[150], dwells=[0, 0])
    assert found.visit_of.tolist() == [0, 3]
    assert times(found) == [(0, 0), (150, 150)]


def test_of_a_loop_that_returns_to_its_start_the_last_visit_is_extended():
    assert find_stretch("TABT", "T", None) == Stretch(3, 4)


def test_of_a_loop_that_returns_to_its_start_the_first_visit_is_preceded():
    assert find_stretch("TABT", None, "T") == Stretch(-1, 0)


def test_of_several_visits_those_are_meant_between_which_least_is_cut_out():
    assert find_stretch("ABCAB", "A", "B") == Stretch(0, 1)  # the earliest of two neighbours
    assert find_stretch("AXAYB", "A", "B") == Stretch(2, 4)
    assert find_stretch("AXBYB", "A", "B") == Stretch(0, 2)


def test_a_stop_visited_twice_can_be_both_ends():
    assert find_stretch("TABT", "T", "T") == Stretch(0, 3)
    assert find_stretch("TAB", "T", "T") == OutOfOrder(0, 0)


def test_stops_in_the_wrong_order_are_told_with_both_positions():
    assert find_stretch("ABCD", "C", "B") == OutOfOrder(2, 1)


def test_a_pattern_without_an_end_is_no_match():
    assert find_stretch("ABCD", "X", "B") is None
    assert find_stretch("ABCD", "B", "X") is None
    assert find_stretch("ABCD", None, "X") is None


def skipped(stays: str, saved: int):
    return skip_visits(ARRIVAL, DEPARTURE, np.array([stop in stays for stop in "ABCD"]), saved)


def test_a_vehicle_that_passes_saves_the_dwell_time_and_the_seconds_given():
    # 10 s of dwell time at B and 15 s for braking: C and D are 25 s earlier.
    assert times(skipped("ACD", 15)) == [(0, 0), (175, 175), (275, 275)]


def test_stops_left_out_at_the_ends_move_nothing():
    assert times(skipped("BC", 15)) == [(100, 110), (200, 200)]


def test_a_hop_too_short_for_what_is_to_be_saved_keeps_one_second():
    found = skipped("AD", 200)  # A to D rides 290 s, 400 are to be saved
    assert times(found) == [(0, 0), (1, 1)]
    assert found.n_held == 1


def test_a_hop_of_no_time_stays_one():
    found = skip_visits(np.array([[0, 0, 0]]), np.array([[0, 0, 0]]), np.array([True, False, True]), 5)
    assert times(found) == [(0, 0), (0, 0)]
    assert found.n_held == 1


@st.composite
def trips(draw):
    """Two to six visits at stops A to D, any of them several times."""
    clock, visits = draw(st.integers(0, 50)), []
    for stop in draw(st.lists(st.sampled_from("ABCD"), min_size=2, max_size=6)):
        stay = draw(st.integers(0, 9))
        visits.append((stop, clock, clock + stay))
        clock += stay + draw(st.integers(0, 9))
    return visits


def arrays(trip):
    stops, arrival, departure = zip(*trip, strict=True)
    return stops, np.array([arrival]), np.array([departure])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(trips(), st.sampled_from("ABCD") | st.none(), st.sampled_from("ABCD") | st.none(), st.data())
def test_splicing_agrees_with_its_twin(trip, from_stop, to_stop, data):
    if from_stop is None and to_stop is None:
        return
    new = data.draw(st.lists(st.sampled_from("XYZ"), max_size=3))
    n = len(new) + (from_stop is not None) + (to_stop is not None)
    hops = data.draw(st.lists(st.integers(0, 9), min_size=n - 1, max_size=n - 1))
    dwells = data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    keeps = [from_stop is not None and data.draw(st.booleans())] + [False] * (n - 1)
    expected = twin.reroute(
        trip, from_stop, to_stop, new, [None if k else d for k, d in zip(keeps, dwells, strict=True)], hops
    )
    stops, arrival, departure = arrays(trip)
    stretch = find_stretch(stops, from_stop, to_stop)
    if expected is None:
        assert not isinstance(stretch, Stretch)
        return
    found = splice(arrival, departure, stretch, np.array(hops, int), np.array(dwells), ~np.array(keeps))
    inserted = iter(new)
    names = [next(inserted) if visit == NEW else stops[visit] for visit in found.visit_of]
    assert list(zip(names, found.arrival_s[0], found.departure_s[0], strict=True)) == expected
    assert arrival.tolist() == [[visit[1] for visit in trip]]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(trips(), st.sets(st.sampled_from("ABCD"), max_size=3), st.integers(0, 12))
def test_leaving_visits_out_agrees_with_its_twin_and_never_makes_a_ride_longer(trip, removed, saved):
    stops, arrival, departure = arrays(trip)
    stays = np.array([stop not in removed for stop in stops])
    if not stays.any():
        return
    found = skip_visits(arrival, departure, stays, saved)
    expected = twin.skip(trip, removed, saved)
    assert times(found) == [visit[1:] for visit in expected]
    assert (found.arrival_s[0] <= arrival[0, stays]).all()
    if not removed:
        assert found.n_held == 0


@pytest.mark.parametrize(("from_stop", "to_stop"), [("A", "D"), ("B", "C"), ("C", None), (None, "B")])
def test_the_same_stops_and_times_put_in_again_change_nothing(from_stop, to_stop):
    stretch = find_stretch("ABCD", from_stop, to_stop)
    inside = slice(max(stretch.first, 0), stretch.last + 1)
    dwells = (DEPARTURE - ARRIVAL)[0, inside]
    hops = ARRIVAL[0, inside][1:] - DEPARTURE[0, inside][:-1]
    found = splice(ARRIVAL, DEPARTURE, stretch, hops, dwells)
    assert found.arrival_s.tolist() == ARRIVAL.tolist()
    assert found.departure_s.tolist() == DEPARTURE.tolist()

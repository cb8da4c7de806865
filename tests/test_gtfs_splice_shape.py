"""The path of a changed trip."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.splice import Stretch
from gtfs.splice_shape import _densified, _lengths_m, _places_along, splice_shape

KM = 180 / np.pi / 6371.0088  # degrees a kilometre on the equator


def points(*kilometres) -> np.ndarray:
    return np.array(kilometres, dtype=float).reshape(-1, 2) * KM


def length_km(path: np.ndarray) -> float:
    return float(_lengths_m(path[:-1], path[1:]).sum() / 1000)


STREET = points((0, 0), (3, 0))
STOPS = points((0, 0.01), (1, 0.01), (2, 0.01), (3, 0.01))  # 10 m beside the street


def test_a_detour_adds_its_straight_lines_to_the_street_that_stays():
    # 1 km of street, 1 km up, 1 km along, 1 km down, 1 km of street.
    path = splice_shape(STREET, STOPS, Stretch(1, 2), points((1, 1), (2, 1)))
    assert abs(length_km(path) - 5) < 0.03  # the street is left 10 m from each stop
    assert np.allclose(path[[0, -1]], STREET)


def test_a_cut_line_ends_at_its_last_stop():
    path = splice_shape(STREET, STOPS, Stretch(2, 4), points())
    assert abs(length_km(path) - 2) < 0.02
    assert np.allclose(path[0], STREET[0])


def test_an_extension_goes_on_from_the_end_of_the_street():
    path = splice_shape(STREET, STOPS, Stretch(3, 4), points((3, 2)))
    assert abs(length_km(path) - 5) < 0.02
    path = splice_shape(STREET, STOPS, Stretch(-1, 0), points((-2, 0)))
    assert abs(length_km(path) - 5) < 0.02


def test_on_a_street_run_twice_the_order_of_stops_decides():
    there_and_back = points((0, 0), (3, 0), (0, 0))
    stops = points((0, 0), (2, 0), (3, 0), (1, 0), (0, 0))
    path = splice_shape(there_and_back, stops, Stretch(3, 5), points())  # ends at (1, 0) on the way back
    assert abs(length_km(path) - 5) < 0.02


def test_neighbouring_points_differ():
    path = splice_shape(STREET, STOPS, Stretch(1, 2), points())
    assert (np.diff(path, axis=0) != 0).any(axis=1).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=4),
)
def test_places_are_the_best_of_all_that_keep_the_order(shape, stops):
    path, places = points(*shape), points(*stops)

    def cost(at) -> float:
        return sum(float(_lengths_m(places[n], path[point])) ** 2 for n, point in enumerate(at))

    found = _places_along(path, places).tolist()
    assert found == sorted(found)
    ways = itertools.combinations_with_replacement(range(len(path)), len(places))
    assert cost(found) <= min(map(cost, ways)) * (1 + 1e-9) + 1e-3


def test_a_shape_is_made_fine_enough():
    fine = _densified(STREET)
    assert _lengths_m(fine[:-1], fine[1:]).max() <= 20.001
    assert abs(length_km(fine) - 3) < 1e-6
    assert _densified(STREET[:1]).tolist() == STREET[:1].tolist()

"""Modal ratio and EU transport performance on hand cases, laws and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import transport_performance as module
from access.errors import AccessError, InputDataError
from access.modal_ratio import modal_gap, modal_ratio
from access.transport_performance import EARTH_RADIUS_M, EU, ONS, Variant, transport_performance

NAN = float("nan")
DEGREE_M = EARTH_RADIUS_M * math.pi / 180  # of latitude


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def on_a_meridian(*metres: float) -> tuple[np.ndarray, np.ndarray]:
    """Places so many metres north of the equator."""
    return np.zeros(len(metres)), of(*metres) / DEGREE_M


# Modal ratio


def test_ratio_and_gap_on_paper() -> None:
    assert modal_ratio(of(25, 0, 150), of(100, 100, 100)).tolist() == [0.25, 0, 1.5]
    assert modal_gap(of(25, 0, 150), of(100, 100, 100)).tolist() == [0.75, 1, -0.5]


def test_where_the_car_reaches_nothing_there_is_no_ratio() -> None:
    assert np.isnan(modal_ratio(of(0, 5, NAN, 5), of(0, 0, 5, NAN))).all()
    assert np.isnan(modal_gap(of(0, 5, NAN, 5), of(0, 0, 5, NAN))).all()


def test_access_that_cannot_be_is_refused_all_at_once() -> None:
    with pytest.raises(InputDataError) as caught:
        modal_ratio(of(-1, 2), of(np.inf))
    assert "transit has shape (2,), car (1,)" in str(caught.value)
    assert "access by transit must be finite and 0 or more" in str(caught.value)
    assert "access by car must be finite and 0 or more" in str(caught.value)


# Transport performance


def test_half_of_the_people_nearby_are_reached() -> None:
    # Near the first cell: itself (10), at 5 km (20), at 7.5 km exactly (30): 60. At 8 km (40) is not near.
    # Reached in less than 30 minutes: itself and 29 minutes away at 7.5 km... and not the 30:00.
    places = on_a_meridian(0, 5000, 7500, 8000)
    minutes = np.array([[0, 30, 29, 255]], dtype=np.uint8)
    start = (places[0][:1], places[1][:1])
    found = transport_performance(minutes, start, places, of(10, 20, 30, 40))
    assert found.nearby.tolist() == [60]
    assert found.reached.tolist() == [40]
    assert found.performance.tolist() == pytest.approx([100 * 40 / 60])


def test_a_fast_line_beyond_the_circle_gives_more_than_a_hundred() -> None:
    places = on_a_meridian(0, 20_000)
    found = transport_performance(np.array([[0, 20]], np.uint8), (of(0), of(0)), places, of(10, 20))
    assert found.performance.tolist() == [300]


def test_the_variant_of_the_statistics_office_takes_more_time_and_a_wider_circle() -> None:
    places = on_a_meridian(0, 8000, 11_300)
    minutes = np.array([[0, 40, 40]], np.uint8)
    found = transport_performance(minutes, (of(0), of(0)), places, of(10, 20, 30), ONS)
    assert (found.reached[0], found.nearby[0]) == (60, 30)
    found = transport_performance(minutes, (of(0), of(0)), places, of(10, 20, 30))
    assert (found.reached[0], found.nearby[0]) == (10, 10)


def test_where_nobody_lives_nearby_it_is_not_defined() -> None:
    found = transport_performance(
        np.array([[0, 5]], np.uint8), (of(0), of(0)), on_a_meridian(0, 50_000), of(0, 5)
    )
    assert np.isnan(found.performance[0])


def haversine_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


coordinates = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


@settings(deadline=None, derandomize=True, max_examples=50)
@given(coordinates, st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=1, max_size=12))
def test_nearby_is_by_great_circle_whatever_the_blocks(
    start: tuple[float, float], offsets: list[tuple[float, float]]
) -> None:
    lon = np.clip(of(*(start[0] + dx for dx, _ in offsets)), -180, 180)
    lat = of(*(start[1] + dy for _, dy in offsets))
    n = len(offsets)
    expected = [
        sum(not haversine_m(lon[i], lat[i], lon[j], lat[j]) > 7_500 for j in range(n)) for i in range(n)
    ]
    minutes = np.full((n, n), 255, np.uint8)
    before = module.BLOCK_PAIRS
    try:
        for pairs in (1, before):
            module.BLOCK_PAIRS = pairs
            found = transport_performance(minutes, (lon, lat), (lon, lat), np.ones(n))
            assert found.nearby.tolist() == expected
    finally:
        module.BLOCK_PAIRS = before


@pytest.mark.parametrize(
    "variant", [Variant(0, 7500), Variant(255, 7500), Variant(30, 0), Variant(30, np.inf)]
)
def test_a_variant_has_a_time_and_a_radius(variant: Variant) -> None:
    with pytest.raises(AccessError, match="give 1 to 254 minutes and a radius above 0 m"):
        transport_performance(np.zeros((1, 1), np.uint8), (of(0), of(0)), (of(0), of(0)), of(1), variant)


def test_what_does_not_fit_is_refused_all_at_once() -> None:
    with pytest.raises(InputDataError) as caught:
        transport_performance(np.zeros((1, 2), np.uint8), (of(0), of(91)), (of(0), of(0)), of(-1, 2), EU)
    message = str(caught.value)
    assert "a matrix of 1 x 2 needs (1, 1, 2, 2, 2)" in message
    assert "origins must have lon from -180 to 180 and lat from -90 to 90" in message
    assert "population must be finite and 0 or more" in message

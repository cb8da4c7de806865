"""Walks in seconds between snapped points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from builders_streets import at, write_osm_pbf, write_street_grid
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.walk import walks

from access.engine.arrays import WalkLinks
from access.errors import AccessError
from access.network import reversed_walks, walk_links, walk_seconds
from access.snapping import NO_COORDINATES, SNAPPED, TOO_FAR, Snap, snap
from access.streets import StreetGraph, read_streets_pbf

MM_A_SECOND_KM_H = 0.0036
"""At this speed a walk of so many millimetres takes as many seconds."""


def as_dicts(links: WalkLinks) -> list[dict[int, int]]:
    return [
        dict(zip(links.target[a:b].tolist(), links.walk_s[a:b].tolist(), strict=True))
        for a, b in zip(links.start[:-1], links.start[1:], strict=True)
    ]


def points_at(streets: StreetGraph, *places_m: tuple[float, float]) -> Snap:
    lon, lat = zip(*(at(*place) for place in places_m), strict=True)
    return snap(streets, lon, lat)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> StreetGraph:
    """Four by three crossings, 100 m apart."""
    return read_streets_pbf(write_street_grid(tmp_path_factory.mktemp("grid") / "grid.osm.pbf", 4, 3))[0]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> StreetGraph:
    return read_streets_pbf(write_street_grid(tmp_path_factory.mktemp("city") / "city.osm.pbf", 20, 20))[0]


def test_walks_round_the_corner_and_counts_both_links(grid: StreetGraph) -> None:
    home, stop = points_at(grid, (50, 10)), points_at(grid, (205, 50))
    # 10 m to the street, 150 m to the crossing at (200, 0), 50 m north, 5 m to the stop; 1 m a second.
    links = walk_links(grid, home, stop, max_walk_min=30, walk_speed_km_h=3.6)
    assert as_dicts(links) == [{0: 215}]


def test_twice_the_speed_halves_the_time(grid: StreetGraph) -> None:
    home, stop = points_at(grid, (50, 10)), points_at(grid, (205, 50))
    links = walk_links(grid, home, stop, max_walk_min=30, walk_speed_km_h=7.2)
    assert as_dicts(links) == [{0: 108}]  # 107.5 s, rounded up


def test_seconds_are_rounded_up_so_that_nobody_catches_a_vehicle_by_rounding() -> None:
    lengths = np.array([0, 10, 11, 999, 1010, 1011, 2500], dtype=np.int32)
    assert walk_seconds(lengths, 1000.0).tolist() == [0, 0, 1, 1, 1, 2, 3]
    assert walk_seconds(lengths, 1000.0).dtype == np.int32


def test_whole_seconds_stay_what_they_are_at_speeds_without_an_exact_binary_form() -> None:
    seconds = np.arange(1, 1801)
    for speed_km_h in (3.6, 4.5, 4.8, 5.4, 7.2):
        mm_per_s = speed_km_h * 1_000_000 / 3600
        lengths = np.floor(seconds * mm_per_s + 1e-6).astype(np.int32)  # at most the walk of so many seconds
        assert walk_seconds(lengths, mm_per_s).tolist() == seconds.tolist()


def test_a_walk_of_exactly_the_limit_counts(grid: StreetGraph) -> None:
    a, b = (snap(grid, grid.node_lon[[node]], grid.node_lat[[node]]) for node in (0, 1))
    edge = int(np.flatnonzero((grid.edge_start == 0) & (grid.edge_target == 1))[0])
    exact_min = int(grid.edge_length_mm[edge]) / 1000 / 60
    assert len(walk_links(grid, a, b, max_walk_min=exact_min, walk_speed_km_h=3.6).target) == 1
    assert len(walk_links(grid, a, b, max_walk_min=exact_min - 2e-5, walk_speed_km_h=3.6).target) == 0


def test_a_limit_of_zero_leaves_only_the_same_point(grid: StreetGraph) -> None:
    points = points_at(grid, (50, 10), (150, 10))
    links = walk_links(grid, points, points, max_walk_min=0, walk_speed_km_h=3.6, same_points=True)
    assert as_dicts(links) == [{0: 0}, {1: 0}]


def test_without_same_points_a_point_walks_to_the_street_and_back(grid: StreetGraph) -> None:
    points = points_at(grid, (50, 10))
    assert as_dicts(walk_links(grid, points, points, max_walk_min=5, walk_speed_km_h=3.6)) == [{0: 20}]


def test_points_off_the_streets_have_no_walks_not_even_to_themselves(grid: StreetGraph) -> None:
    lon, lat = zip(at(50, 0), (np.nan, np.nan), at(90_000, 0), at(60, 0), strict=True)
    points = snap(grid, lon, lat)
    assert points.state.tolist() == [SNAPPED, NO_COORDINATES, TOO_FAR, SNAPPED]
    links = walk_links(grid, points, points, max_walk_min=5, walk_speed_km_h=3.6, same_points=True)
    assert as_dicts(links) == [{0: 0, 3: 10}, {}, {}, {0: 10, 3: 0}]


def test_no_sources_or_no_targets_give_no_links(grid: StreetGraph) -> None:
    some, none = points_at(grid, (50, 0)), snap(grid, [], [])
    assert as_dicts(walk_links(grid, none, some, max_walk_min=5, walk_speed_km_h=3.6)) == []
    assert as_dicts(walk_links(grid, some, none, max_walk_min=5, walk_speed_km_h=3.6)) == [{}]
    assert as_dicts(walk_links(grid, none, none, max_walk_min=5, walk_speed_km_h=3.6)) == []


def test_one_thread_and_many_give_the_same(city: StreetGraph) -> None:
    random = np.random.default_rng(1)
    points = points_at(city, *(random.random((700, 2)) * 1900).tolist())
    one, many = (
        walk_links(city, points, points, max_walk_min=8, walk_speed_km_h=4.8, threads=n) for n in (1, 4)
    )
    assert len(one.start) == 701
    for a, b in zip(one, many, strict=True):
        np.testing.assert_array_equal(a, b)


def test_targets_ascend_and_types_are_those_of_the_contract(city: StreetGraph) -> None:
    points = points_at(city, (950, 950), (20, 20), (500, 510))
    links = walk_links(city, points, points, max_walk_min=60, walk_speed_km_h=4.8)
    assert [a.dtype for a in links] == [np.int64, np.int32, np.int32]
    assert links.target.tolist() == [0, 1, 2] * 3


def test_inputs_are_unchanged(grid: StreetGraph) -> None:
    points = points_at(grid, (50, 10), (150, 10))
    before = [values.copy() for values in points]
    walk_links(grid, points, points, max_walk_min=5, walk_speed_km_h=3.6, same_points=True)
    assert all(values.flags.writeable for values in points)
    for a, b in zip(before, points, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_cell_walks_round_the_river_not_across(tmp_path: Path) -> None:
    # Two banks 50 m apart, one bridge 1 km away.
    path = write_osm_pbf(
        tmp_path / "river.osm.pbf",
        nodes={1: at(0, 0), 2: at(1000, 0), 3: at(0, 50), 4: at(1000, 50)},
        ways={
            1: ([1, 2], {"highway": "residential"}),
            2: ([3, 4], {"highway": "residential"}),
            3: ([2, 4], {"highway": "footway", "bridge": "yes"}),
        },
    )
    streets, _ = read_streets_pbf(path)
    here, across = points_at(streets, (0, -2)), points_at(streets, (0, 52))
    assert as_dicts(walk_links(streets, here, across, max_walk_min=60, walk_speed_km_h=3.6)) == [{0: 2054}]
    assert as_dicts(walk_links(streets, here, across, max_walk_min=30, walk_speed_km_h=3.6)) == [{}]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-40, 340), st.integers(-40, 240)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(-40, 340), st.integers(-40, 240)), min_size=1, max_size=8),
    st.integers(0, 600_000),
)
def test_equals_the_slow_twin_on_a_grid(
    grid: StreetGraph, homes_m: list[tuple[int, int]], stops_m: list[tuple[int, int]], limit_mm: int
) -> None:
    homes, stops = points_at(grid, *homes_m), points_at(grid, *stops_m)
    edges = list(
        zip(grid.edge_start.tolist(), grid.edge_target.tolist(), grid.edge_length_mm.tolist(), strict=True)
    )
    plain = [
        list(zip(s.edge.tolist(), s.along_mm.tolist(), s.link_mm.tolist(), strict=True))
        for s in (homes, stops)
    ]
    links = walk_links(grid, homes, stops, max_walk_min=limit_mm / 60, walk_speed_km_h=MM_A_SECOND_KM_H)
    assert as_dicts(links) == walks(edges, *plain, limit_mm)


def test_walks_are_the_same_backwards(city: StreetGraph) -> None:
    random = np.random.default_rng(2)
    homes = points_at(city, *(random.random((40, 2)) * 1900).tolist())
    stops = points_at(city, *(random.random((25, 2)) * 1900).tolist(), (90_000, 0))
    there = walk_links(city, homes, stops, max_walk_min=10, walk_speed_km_h=4.8)
    back = walk_links(city, stops, homes, max_walk_min=10, walk_speed_km_h=4.8)
    for a, b in zip(reversed_walks(there, n_targets=26), back, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"walk_speed_km_h": 0}, "walk_speed_km_h must be a positive number, got 0"),
        ({"walk_speed_km_h": float("nan")}, "walk_speed_km_h must be a positive number, got nan"),
        ({"max_walk_min": -1}, "max_walk_min must be 0 or a positive number, got -1"),
        ({"max_walk_min": float("inf")}, "max_walk_min must be 0 or a positive number, got inf"),
        ({"max_walk_min": 9000}, "is 540 km; the longest walk is 268 km"),
    ],
)
def test_refuses_a_parameter_out_of_range(grid: StreetGraph, change: dict[str, float], message: str) -> None:
    points = points_at(grid, (50, 10))
    with pytest.raises(AccessError, match=message):
        walk_links(grid, points, points, **{"max_walk_min": 5, "walk_speed_km_h": 3.6, **change})


def test_refuses_same_points_that_are_not(grid: StreetGraph) -> None:
    one, two = points_at(grid, (50, 10)), points_at(grid, (50, 10), (60, 10))
    with pytest.raises(AccessError, match="same_points needs as many sources as targets, got 1 and 2"):
        walk_links(grid, one, two, max_walk_min=5, walk_speed_km_h=3.6, same_points=True)


@pytest.mark.real_data
def test_porto_alegre_stops_are_as_far_as_the_streets_say(porto_alegre: Path) -> None:
    """Laws that need no other program: never shorter than the straight line, and the triangle rule."""
    streets, _ = read_streets_pbf(porto_alegre / "osm.pbf")
    random = np.random.default_rng(3)
    nodes = random.choice(np.flatnonzero(streets.main), 120, replace=False)
    lon, lat = streets.node_lon[nodes] + 0.0003, streets.node_lat[nodes]
    points = snap(streets, lon, lat)
    x_m, y_m = streets.to_metres(lon, lat)
    found = as_dicts(
        walk_links(streets, points, points, max_walk_min=120, walk_speed_km_h=3.6, same_points=True)
    )
    for i, reached in enumerate(found):
        for j, walk_s in reached.items():
            assert walk_s >= np.hypot(x_m[i] - x_m[j], y_m[i] - y_m[j]) - 1
            onward = {k: walk_s + s for k, s in found[j].items()}
            assert all(reached[k] <= s + 1 for k, s in onward.items() if k in reached)

"""Travel times by bicycle, car and on foot, door to door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders_streets import at, write_osm_pbf, write_street_grid
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.roads import ways as twin_ways
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from access.cycling import CyclingRules
from access.driving import DrivingRules
from access.engine.arrays import WalkLinks
from access.errors import AccessError, DataQualityWarning
from access.network import walk_links
from access.road_graph import CLOSED_MS, RoadGraph
from access.roads import read_roads_pbf
from access.snapping import Snap, Streets, snap
from access.street_graph import StreetGraph
from access.street_modes import UNREACHED, read_street_modes_pbf, street_links, street_travel_times
from access.streets import read_streets_pbf

SLOW = {"highway": "residential", "maxspeed": "36"}  # 10 m a second
CAR = DrivingRules()


def as_dicts(links: WalkLinks) -> list[dict[int, int]]:
    return [
        dict(zip(links.target[a:b].tolist(), links.walk_s[a:b].tolist(), strict=True))
        for a, b in zip(links.start[:-1], links.start[1:], strict=True)
    ]


def points_at(streets: Streets, *places_m: tuple[float, float]) -> Snap:
    lon, lat = zip(*(at(*place) for place in places_m), strict=True)
    return snap(streets, lon, lat)


@pytest.fixture(scope="module")
def block(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A block of 1,000 m by 500 m; its south side is one-way to the east."""
    return write_osm_pbf(
        tmp_path_factory.mktemp("block") / "block.osm.pbf",
        nodes={1: at(0, 0), 2: at(1000, 0), 3: at(1000, 500), 4: at(0, 500)},
        ways={1: ([1, 2], {**SLOW, "oneway": "yes"}), 2: ([2, 3, 4, 1], SLOW)},
    )


def seconds(streets: Streets, here: tuple[float, float], there: tuple[float, float], **options: Any) -> int:
    a, b = points_at(streets, here), points_at(streets, there)
    return int(street_links(streets, a, b, max_duration_min=120, **options).walk_s[0])


def test_a_trip_by_car_has_a_walk_at_both_ends_and_goes_round_the_one_way_street(block: Path) -> None:
    car, _ = read_roads_pbf(block, CAR)
    west, east = (200, -10), (700, -20)
    # 10 m and 20 m on foot at 1 m a second; 500 m along, or 1,000 - 700 + 500 + 1,000 + 500 + 200 round.
    assert seconds(car, west, east) == 10 + 50 + 20
    assert seconds(car, east, west) == 20 + 250 + 10


def test_congestion_the_way_to_the_car_and_parking_are_added(block: Path) -> None:
    rules = DrivingRules(congestion_factor=2, access_min=3, parking_min=5, walk_speed_km_h=7.2)
    car, _ = read_roads_pbf(block, rules)
    assert seconds(car, (200, -10), (700, -20)) == 180 + 5 + 2 * 50 + 10 + 300


def test_by_bicycle_one_pushes_against_the_one_way_street_where_that_is_shorter(block: Path) -> None:
    bicycle, _ = read_roads_pbf(block, CyclingRules(speed_km_h=18))
    assert seconds(bicycle, (700, 0), (600, 0)) == 100, "pushed, not ridden round"
    assert seconds(bicycle, (600, 0), (700, 0)) == 20
    assert seconds(bicycle, (900, 0), (100, 0)) == (100 + 500 + 1000 + 500 + 100) / 5


def test_the_same_point_is_reached_in_no_time_although_its_car_is_parked_far_away(block: Path) -> None:
    car, _ = read_roads_pbf(block, DrivingRules(access_min=3, parking_min=5))
    here = points_at(car, (200, -10))
    assert as_dicts(street_links(car, here, here, max_duration_min=60, same_points=True)) == [{0: 0}]
    assert as_dicts(street_links(car, here, here, max_duration_min=60)) == [{0: 20 + 480}]


def test_the_limit_holds_for_the_whole_trip_before_rounding(block: Path) -> None:
    car, _ = read_roads_pbf(block, DrivingRules(parking_min=1))
    a, b = points_at(car, (200, 0)), points_at(car, (500, 0))  # 30 s, and 60 s of parking
    exact_min = 90.2 / 60  # the projection is good to a thousandth
    assert as_dicts(street_links(car, a, b, max_duration_min=exact_min)) == [{0: 90}]
    assert as_dicts(street_links(car, a, b, max_duration_min=89.5 / 60)) == [{}]


def test_minutes_are_cut_off_and_255_is_not_reached(block: Path) -> None:
    car, _ = read_roads_pbf(block, DrivingRules(parking_min=1))
    points = points_at(car, (200, 0), (495, 0), (505, 0), (90_000, 0))
    minutes = street_travel_times(car, points, points, max_duration_min=60, same_points=True)
    assert minutes.dtype == np.uint8
    assert minutes[0].tolist() == [0, 1, 1, 255]  # 89.5 s and 90.5 s
    assert minutes[3].tolist() == [UNREACHED] * 4
    # 2,505 m and 1 min: 310 s is the longest way, back to the first point.
    assert street_travel_times(car, points, points, max_duration_min=4)[1, 0] == UNREACHED
    assert street_travel_times(car, points, points, max_duration_min=6)[1, 0] == 5


def test_walking_is_the_walk_of_the_transit_search(block: Path) -> None:
    streets, _ = read_streets_pbf(block)
    points = points_at(streets, (200, -10), (700, -20), (0, 400))
    found = street_links(streets, points, points, max_duration_min=30, walk_speed_km_h=4.5)
    expected = walk_links(streets, points, points, max_walk_min=30, walk_speed_km_h=4.5)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    minutes = street_travel_times(streets, points, points, max_duration_min=30, walk_speed_km_h=4.5)
    assert minutes[0, 1] == expected.walk_s[1] // 60


def test_one_reading_gives_every_network(block: Path) -> None:
    modes = read_street_modes_pbf(block, {"car": CAR, "bicycle": CyclingRules()}, step_free_bounds=("best",))
    assert list(modes.roads) == ["car", "bicycle"]
    assert list(modes.step_free) == ["best"]
    alone = [read_streets_pbf(block), read_roads_pbf(block, CAR), read_roads_pbf(block, CyclingRules())]
    for (graph, report), (expected, expected_report) in zip(
        [modes.walk, modes.roads["car"], modes.roads["bicycle"]], alone, strict=True
    ):
        assert isinstance(graph, StreetGraph | RoadGraph)
        for a, b in zip(graph, expected, strict=True):
            np.testing.assert_array_equal(a, b)
        assert report == expected_report


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_duration_min": 0}, "max_duration_min must be a whole number from 1 to 254, got 0"),
        ({"max_duration_min": 255}, "max_duration_min must be a whole number from 1 to 254, got 255"),
        ({"max_duration_min": 2.5}, "max_duration_min must be a whole number from 1 to 254, got 2.5"),
        ({"walk_speed_km_h": 4.0}, "walk_speed_km_h of a road graph is set by its rules"),
    ],
)
def test_refuses_a_parameter_out_of_range(block: Path, change: dict[str, Any], message: str) -> None:
    car, _ = read_roads_pbf(block, CAR)
    points = points_at(car, (200, 0))
    with pytest.raises(AccessError, match=message):
        street_travel_times(car, points, points, **{"max_duration_min": 60, **change})


def test_refuses_what_street_links_cannot_use(block: Path) -> None:
    streets, _ = read_streets_pbf(block)
    one, two = points_at(streets, (200, 0)), points_at(streets, (200, 0), (300, 0))
    message = (
        "max_duration_min must lie from 0 to 1440, got -1; walk_speed_km_h must be given for a walk graph; "
        "same_points needs as many origins as destinations, got 1 and 2"
    )
    with pytest.raises(AccessError, match=message):
        street_links(streets, one, two, max_duration_min=-1, same_points=True)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid with one-way streets, an avenue, a footway and a bending lane of its own."""
    nodes = {10 * row + column: at(100 * column, 100 * row) for row in range(5) for column in range(5)}
    nodes |= {100 + i: at(400 + 40 * i, 400 + 15 * (i % 3)) for i in range(1, 8)}
    rows = [[10 * row + column for column in range(5)] for row in range(5)]
    columns = [list(line) for line in zip(*rows, strict=True)]
    tags: list[dict[str, str]] = [
        SLOW,
        {**SLOW, "oneway": "yes"},
        {"highway": "secondary", "maxspeed": "60"},
        {"highway": "footway"},
        {**SLOW, "oneway": "-1"},
    ]
    ways = {row: (rows[row], tags[row]) for row in range(5)}
    ways |= {10 + column: (columns[column], tags[(column + 3) % 5]) for column in range(5)}
    ways[30] = ([44, *range(101, 108)], SLOW)
    return write_osm_pbf(tmp_path_factory.mktemp("town") / "town.osm.pbf", nodes, ways)


@pytest.fixture(scope="module")
def town_roads(town: Path) -> dict[str, RoadGraph]:
    rules = {
        "car": CAR,
        "peak": DrivingRules(congestion_factor=1.7, parking_min=2),
        "bicycle": CyclingRules(),
        "calm": CyclingRules(max_stress=1),
    }
    return {name: read_roads_pbf(town, rule)[0] for name, rule in rules.items()}


places = st.lists(st.tuples(st.integers(-20, 720), st.integers(-20, 450)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(places, places, st.sampled_from(["car", "bicycle", "calm"]))
def test_equals_the_slow_twin_on_a_town(
    town_roads: dict[str, RoadGraph],
    homes_m: list[tuple[int, int]],
    shops_m: list[tuple[int, int]],
    mode: str,
) -> None:
    roads = town_roads[mode]
    homes, shops = points_at(roads, *homes_m), points_at(roads, *shops_m)
    edges = np.stack(
        [
            roads.edge_start,
            roads.edge_target,
            roads.edge_length_mm,
            roads.edge_forward_ms,
            roads.edge_backward_ms,
        ],
        axis=1,
    ).tolist()
    plain = [
        [
            (edge, along, round(3.6 * link / roads.walk_speed_km_h))
            for edge, along, link in zip(
                s.edge.tolist(), s.along_mm.tolist(), s.link_mm.tolist(), strict=True
            )
        ]
        for s in (homes, shops)
    ]
    expected = [
        {j: (ms + 500) // 1000 for j, ms in reached.items()}
        for reached in twin_ways(edges, *plain, 30 * 60_000)
    ]
    assert as_dicts(street_links(roads, homes, shops, max_duration_min=30)) == expected


@settings(max_examples=40, deadline=None)
@given(places)
def test_congestion_and_a_limit_of_stress_never_help(
    town_roads: dict[str, RoadGraph], places_m: list[tuple[int, int]]
) -> None:
    for better, worse in (("car", "peak"), ("bicycle", "calm")):
        minutes = []
        for mode in (better, worse):
            points = points_at(town_roads[mode], *places_m)
            minutes.append(street_travel_times(town_roads[mode], points, points, max_duration_min=60))
        assert (minutes[0] <= minutes[1]).all()


def test_threads_change_nothing(town_roads: dict[str, RoadGraph]) -> None:
    roads = town_roads["car"]
    random = np.random.default_rng(5)
    points = points_at(roads, *(random.random((300, 2)) * 400).tolist())
    one, many = (street_links(roads, points, points, max_duration_min=30, threads=n) for n in (1, 4))
    for a, b in zip(one, many, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.real_data
@pytest.mark.filterwarnings("ignore::access.errors.DataQualityWarning")
def test_porto_alegre_equals_scipy_between_crossings(porto_alegre: Path) -> None:
    rules = {"car": CAR, "bicycle": CyclingRules(max_stress=2)}
    modes = read_street_modes_pbf(porto_alegre / "osm.pbf", rules)
    random = np.random.default_rng(6)
    for roads, _ in modes.roads.values():
        ahead, back = roads.edge_forward_ms != CLOSED_MS, roads.edge_backward_ms != CLOSED_MS
        here = np.concatenate([roads.edge_start[ahead], roads.edge_target[back]])
        there = np.concatenate([roads.edge_target[ahead], roads.edge_start[back]])
        ms = np.concatenate([roads.edge_forward_ms[ahead], roads.edge_backward_ms[back]])
        graph = coo_array((np.maximum(ms, 1e-6), (here, there)), shape=(roads.n_nodes, roads.n_nodes))
        edges = random.choice(np.flatnonzero(roads.edge_joinable), 60, replace=False)
        nodes = roads.edge_start[edges]
        points = Snap(edges.astype(np.int32), *np.zeros((3, 60), np.int32))
        expected = np.rint(dijkstra(graph.tocsr(), indices=nodes)[:, nodes]).astype(np.int64)
        links = street_links(roads, points, points, max_duration_min=600)
        assert np.diff(links.start).tolist() == [60] * 60, "the main component is connected both ways"
        np.testing.assert_array_equal(links.walk_s.reshape(60, 60), (expected + 500) // 1000)


@pytest.mark.real_data
def test_porto_alegre_has_few_tags_on_steps(porto_alegre: Path) -> None:
    with pytest.warns(DataQualityWarning, match="step-free, worst case"):
        modes = read_street_modes_pbf(porto_alegre / "osm.pbf")
    assert 0.02 < modes.step_free_report.yes_share < 0.04
    assert 0.04 < modes.step_free_report.known_share < 0.08
    for a, b in zip(modes.walk[0], read_streets_pbf(porto_alegre / "osm.pbf")[0], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_grid_of_two_way_streets_is_as_far_there_as_back(tmp_path: Path) -> None:
    roads, _ = read_roads_pbf(write_street_grid(tmp_path / "grid.osm.pbf", 4, 4), CAR)
    points = points_at(roads, (50, 10), (250, 310), (120, 200))
    seconds_there = np.array(street_links(roads, points, points, max_duration_min=60).walk_s).reshape(3, 3)
    np.testing.assert_array_equal(seconds_there, seconds_there.T)

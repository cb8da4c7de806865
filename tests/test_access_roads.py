"""Directed roads from .osm.pbf and osmnx: times, parallel ways, components, bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx
import pytest
import shapely
from builders_streets import at, write_osm_pbf, write_street_grid

from access.cycling import CyclingRules
from access.driving import DrivingRules
from access.errors import DataQualityWarning, InputDataError
from access.osm_ways import read_tagged_ways_pbf
from access.road_graph import CLOSED_MS, RoadGraph
from access.roads import read_roads_pbf, roads_of_tagged
from access.roads_osmnx import read_roads_graphml, roads_of_graph
from access.snapping import OFF_MAIN_COMPONENT, SNAPPED, snap

SLOW = {"highway": "residential", "maxspeed": "36"}  # 10 m a second
FAST = {"highway": "primary", "maxspeed": "72"}
CAR = DrivingRules()
SQUARE = {1: at(0, 0), 2: at(100, 0), 3: at(100, 100), 4: at(0, 100)}


def times(roads: RoadGraph) -> dict[tuple[int, int], int]:
    """Open directions as pairs of OSM nodes -> seconds, to the tenth, in tenths."""
    found = {}
    ends = np.stack([roads.node_id[roads.edge_start], roads.node_id[roads.edge_target]], axis=1).tolist()
    both = zip(ends, roads.edge_forward_ms.tolist(), roads.edge_backward_ms.tolist(), strict=True)
    for (a, b), there, back in both:
        found |= {(a, b): round(there / 100)} if there != CLOSED_MS else {}
        found |= {(b, a): round(back / 100)} if back != CLOSED_MS else {}
    return found


def test_edges_have_a_time_for_each_open_direction(tmp_path: Path) -> None:
    ways = {
        1: ([1, 2], SLOW),
        2: ([2, 3], {**SLOW, "oneway": "yes"}),
        3: ([4, 3], {**FAST, "oneway": "-1"}),
        4: ([4, 1], {**FAST, "maxspeed:backward": "36"}),
        5: ([1, 3], {"highway": "footway"}),
    }
    roads, report = read_roads_pbf(write_osm_pbf(tmp_path / "r.osm.pbf", SQUARE, ways), CAR)
    assert times(roads) == {(1, 2): 100, (2, 1): 100, (2, 3): 100, (3, 4): 50, (4, 1): 50, (1, 4): 100}
    assert report.n_ways == 4
    assert report.one_way_share == pytest.approx(0.5, abs=1e-3)
    assert report.known_speed_share == 1
    assert "50% one-way, 100% with a speed of their own" in report.summary()
    assert CAR.summary() in report.summary()
    assert report.as_dict()["rules"] == CAR.summary()


def test_of_two_ways_between_two_nodes_the_faster_counts_in_each_direction(tmp_path: Path) -> None:
    ways = {
        1: ([1, 2], {**FAST, "oneway": "yes"}),
        2: ([2, 1], SLOW),
        3: ([2, 3, 1], SLOW),
        4: ([3, 3], SLOW),
    }
    roads, _ = read_roads_pbf(write_osm_pbf(tmp_path / "r.osm.pbf", SQUARE, ways), CAR)
    assert {pair: s for pair, s in times(roads).items() if 3 not in pair} == {(1, 2): 50, (2, 1): 100}
    assert roads.n_edges == 3
    assert roads.edge_way.tolist() == [1, 3, 3]


def test_a_road_from_which_one_cannot_come_back_is_not_main(tmp_path: Path) -> None:
    nodes = {**SQUARE, 5: at(200, 0), 6: at(-500, 0)}
    ways = {
        1: ([1, 2, 3, 4, 1], SLOW),
        2: ([2, 5], {**SLOW, "oneway": "yes"}),
        3: ([6, 1], {**SLOW, "oneway": "yes"}),
    }
    path = write_osm_pbf(tmp_path / "r.osm.pbf", nodes, ways)
    message = r"60% of the road length of .*cannot be reached from the main network and left again \(car: "
    with pytest.warns(DataQualityWarning, match=message):
        roads, report = read_roads_pbf(path, CAR)
    by_way = dict(zip(roads.edge_way.tolist(), roads.edge_main.tolist(), strict=True))
    assert by_way == {1: True, 2: False, 3: False}
    assert report.length_removed_m == pytest.approx(600, rel=1e-3)
    assert "0.6 km are not joined to the main network both ways" in report.summary()
    points = snap(roads, *zip(at(190, 5), at(-300, 5), at(-490, 0), strict=True), 250)
    assert points.state.tolist() == [SNAPPED, OFF_MAIN_COMPONENT, OFF_MAIN_COMPONENT]
    assert points.link_m[0] == pytest.approx(90, abs=0.3), "joined to the square, not to the dead end"


def test_a_car_starts_at_a_road_and_not_at_the_nearer_path_or_motorway(tmp_path: Path) -> None:
    nodes = {i: at(100 * (i % 2), 50 * (i // 2)) for i in range(2, 10)}
    ways = {
        1: ([2, 3], SLOW),
        2: ([4, 5], {"highway": "footway"}),
        3: ([6, 7], {"highway": "motorway", "oneway": "no"}),
        4: ([2, 6], SLOW),
        5: ([3, 7], {**SLOW, "tunnel": "yes"}),
    }
    path = write_osm_pbf(tmp_path / "r.osm.pbf", nodes, ways)
    tagged = read_tagged_ways_pbf(path)
    car, _ = roads_of_tagged(tagged, CAR, "test")
    points = snap(car, *zip(at(50, 148), at(99, 100), strict=True))
    assert car.edge_way[points.edge].tolist() == [4, 1]
    np.testing.assert_allclose(points.link_m, [50, 50], atol=0.2)


def test_the_stress_limit_and_the_mode_choose_the_network(tmp_path: Path) -> None:
    ways = {1: ([1, 2, 3], FAST), 2: ([3, 4, 1], {"highway": "cycleway"})}
    path = write_osm_pbf(tmp_path / "r.osm.pbf", SQUARE, ways)
    calm = times(read_roads_pbf(path, CyclingRules(speed_km_h=18, max_stress=2))[0])
    bold = times(read_roads_pbf(path, CyclingRules(speed_km_h=18))[0])
    assert (calm[1, 2], bold[1, 2]) == (1000, 200)
    assert calm[3, 4] == bold[3, 4] == 200


def test_all_modes_of_one_reading_equal_each_read_alone(tmp_path: Path) -> None:
    path = write_street_grid(tmp_path / "grid.osm.pbf", 4, 3)
    tagged = read_tagged_ways_pbf(path)
    for rules in (CAR, CyclingRules()):
        for a, b in zip(roads_of_tagged(tagged, rules, "x")[0], read_roads_pbf(path, rules)[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_arrays_are_frozen(tmp_path: Path) -> None:
    roads, _ = read_roads_pbf(write_street_grid(tmp_path / "grid.osm.pbf", 3, 3), CAR)
    assert not any(values.flags.writeable for values in roads if isinstance(values, np.ndarray))


def test_two_nodes_at_one_place_are_joined_in_no_time(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: at(0, 0), 3: at(100, 0)}
    roads, _ = read_roads_pbf(write_osm_pbf(tmp_path / "r.osm.pbf", nodes, {1: ([1, 2, 3], SLOW)}), CAR)
    assert times(roads)[1, 2] == times(roads)[2, 1] == 0


def test_a_file_without_roads_for_the_mode_is_refused(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "r.osm.pbf", SQUARE, {1: ([1, 2], {"highway": "footway"})})
    with pytest.raises(InputDataError, match=r"r.osm.pbf has no road for this mode \(car: "):
        read_roads_pbf(path, CAR)


def test_damaged_coordinates_are_refused(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: (10.0, 48.0)}
    path = write_osm_pbf(tmp_path / "r.osm.pbf", nodes, {7: ([1, 2], SLOW)})
    with pytest.raises(InputDataError, match="1 straight pieces of road longer than 100 km, way 7 for one"):
        read_roads_pbf(path, CAR)


def drive_graph(**edge: Any) -> nx.MultiDiGraph:
    """1 -> 2 -> 3 -> 1, the first both ways, as osmnx would have it."""
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node in (1, 2, 3):
        lon, lat = SQUARE[node]
        graph.add_node(node, x=lon, y=lat)
    for a, b in ((1, 2), (2, 1), (2, 3), (3, 1)):
        graph.add_edge(a, b, osmid=10 * a + b, highway="residential", length=100.0, **edge)
    return graph


@pytest.mark.parametrize(
    ("edge", "tenths", "known"),
    [
        ({"speed_kph": 36.0}, 100, 1),
        ({"speed_kph": "36.0"}, 100, 1),
        ({"travel_time": 20.0}, 200, 1),
        ({"speed_kph": 72.0, "travel_time": 20.0, "maxspeed": "10"}, 50, 1),
        ({"maxspeed": "18"}, 200, 1),
        ({"maxspeed": ["18", "36"]}, 100, 1),
        ({"speed_kph": float("nan"), "maxspeed": "36"}, 100, 1),
        ({}, 90, 0),  # residential, 40 km/h
    ],
)
def test_speeds_of_an_osmnx_graph(edge: dict[str, Any], tenths: int, known: float) -> None:
    roads, report = roads_of_graph(drive_graph(**edge), CAR, "test")
    found = times(roads)
    assert sorted(found) == [(1, 2), (2, 1), (2, 3), (3, 1)]
    assert found[1, 2] == tenths
    assert report.known_speed_share == known
    slow = times(roads_of_graph(drive_graph(**edge), DrivingRules(congestion_factor=2), "test")[0])
    assert slow[1, 2] == 2 * tenths


def test_a_simplified_edge_of_osmnx_keeps_its_bends(tmp_path: Path) -> None:
    graph = drive_graph(speed_kph=36.0)
    line = shapely.LineString([SQUARE[2], at(100, 50), SQUARE[3]])
    graph.edges[2, 3, 0]["geometry"] = line
    path = tmp_path / "drive.graphml"
    osmnx.save_graphml(graph, path)
    roads, _ = read_roads_graphml(path, CAR)
    assert times(roads) == {(1, 2): 100, (2, 1): 100, (2, -1): 50, (-1, 3): 50, (3, 1): 141}


def test_an_undirected_graph_or_one_without_roads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="test is an undirected graph, so that one-way roads"):
        roads_of_graph(drive_graph().to_undirected(), CAR, "test")
    graph = drive_graph()
    for *_, data in graph.edges(data=True):
        data["highway"] = ["footway", "residential"]
    with pytest.raises(InputDataError, match=r'no edge for cars; download it .*network_type="drive"'):
        roads_of_graph(graph, CAR, "test")
    with pytest.raises(InputDataError, match=r"none.graphml does not exist"):
        read_roads_graphml(tmp_path / "none.graphml", CAR)

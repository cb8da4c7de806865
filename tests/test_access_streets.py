"""Streets from .osm.pbf, GraphML and download: what is walkable, lengths, components, bad input."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pyproj
import pytest
import shapely
from builders_streets import at, write_osm_pbf, write_street_grid
from osmium.osm.mutable import Node, Way

from access.errors import DataQualityWarning, InputDataError
from access.streets import StreetGraph, download_streets, read_streets_graphml, read_streets_pbf
from access.streets_osm import is_walkable

STREET = {"highway": "residential"}
SQUARE_NODES = {1: at(0, 0), 2: at(100, 0), 3: at(100, 100), 4: at(0, 100)}


def edges_by_osm_node(streets: StreetGraph) -> dict[tuple[int, int], int]:
    """Edges as pairs of OSM nodes -> OSM way."""
    ends = zip(streets.node_id[streets.edge_start], streets.node_id[streets.edge_target], strict=True)
    return {(int(a), int(b)): int(way) for (a, b), way in zip(ends, streets.edge_way, strict=True)}


@pytest.mark.parametrize(
    ("tags", "walkable"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "cycleway"}, True),
        ({"highway": "pedestrian", "area": "yes"}, True),
        ({"highway": "trunk"}, True),
        ({"highway": "trunk", "motorroad": "yes"}, False),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, True),
        ({"highway": "motorway", "foot": "yes"}, False),
        ({"highway": "motorway_link"}, False),
        ({"highway": "construction"}, False),
        ({"highway": "busway"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "no"}, False),
        ({"highway": "service", "access": "no", "foot": "yes"}, True),
        ({"highway": "service", "access": "private", "foot": "designated"}, True),
        ({"highway": "service", "access": "destination"}, True),
        ({"highway": "service", "access": "customers"}, True),
        ({"highway": "track", "access": "forestry"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "residential", "foot": "private", "access": "yes"}, False),
        ({"highway": "residential", "foot": "use_sidepath"}, False),
        ({"highway": "residential", "foot": "discouraged", "access": "no"}, False),
        ({"highway": "residential", "sidewalk": "separate"}, True),
        ({"highway": "residential", "oneway": "yes"}, True),
        ({"railway": "platform"}, True),
        ({"public_transport": "platform"}, True),
        ({"railway": "rail"}, False),
        ({"route": "ferry", "foot": "yes"}, False),
        ({}, False),
    ],
)
def test_walkable_ways(tags: Mapping[str, str], walkable: bool) -> None:
    assert is_walkable(tags) is walkable


def test_only_walkable_ways_are_read_with_their_ids(tmp_path: Path) -> None:
    path = write_osm_pbf(
        tmp_path / "s.osm.pbf",
        SQUARE_NODES,
        {
            11: ([1, 2], STREET),
            12: ([2, 3], {"highway": "steps"}),
            13: ([3, 4], {"highway": "motorway"}),
            14: ([1, 3], {"building": "yes"}),
        },
    )
    streets, report = read_streets_pbf(path)
    assert edges_by_osm_node(streets) == {(1, 2): 11, (2, 3): 12}
    assert streets.edge_steps.tolist() == [False, True]
    assert streets.node_id.tolist() == [1, 2, 3], "node 4 has no street"
    assert report.n_ways == 2


def test_a_way_is_cut_at_every_node_and_the_lists_of_neighbours_mirror_it(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {11: ([4, 1, 2, 3], STREET)})
    streets, _ = read_streets_pbf(path)
    assert edges_by_osm_node(streets) == {(1, 2): 11, (1, 4): 11, (2, 3): 11}
    assert streets.neighbour_start.tolist() == [0, 2, 4, 5, 6]
    assert streets.neighbour.tolist() == [1, 3, 0, 2, 1, 0]
    assert streets.neighbour_edge.tolist() == [0, 1, 0, 2, 2, 1]
    np.testing.assert_array_equal(streets.neighbour_length_mm, streets.edge_length_mm[streets.neighbour_edge])


def test_an_area_is_its_ring(tmp_path: Path) -> None:
    square = ([1, 2, 3, 4, 1], {"highway": "pedestrian", "area": "yes"})
    streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {11: square}))
    assert sorted(edges_by_osm_node(streets)) == [(1, 2), (1, 4), (2, 3), (3, 4)]


def test_of_two_ways_between_two_nodes_the_one_without_steps_stays_then_the_lowest(tmp_path: Path) -> None:
    path = write_osm_pbf(
        tmp_path / "s.osm.pbf",
        SQUARE_NODES,
        {
            11: ([1, 2], {"highway": "steps"}),
            13: ([2, 1], STREET),
            12: ([1, 2], STREET),
            14: ([2, 3], STREET),
            15: ([2, 3], {"highway": "steps"}),
        },
    )
    streets, _ = read_streets_pbf(path)
    assert edges_by_osm_node(streets) == {(1, 2): 12, (2, 3): 14}
    assert not streets.edge_steps.any()


def test_a_node_twice_in_a_row_makes_no_loop(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {11: ([1, 1, 2, 2], STREET)})
    assert edges_by_osm_node(read_streets_pbf(path)[0]) == {(1, 2): 11}


def test_two_nodes_at_one_place_stay_two_joined_by_an_edge_of_zero(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: at(0, 0), 3: at(100, 0)}
    streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", nodes, {11: ([1, 2, 3], STREET)}))
    assert streets.edge_length_mm[0] == 0
    assert streets.n_nodes == 3


def test_ways_that_leave_the_extract_lose_only_the_missing_part(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {11: ([1, 2, 99, 3, 4], STREET)})
    with pytest.warns(DataQualityWarning) as warned:
        streets, report = read_streets_pbf(path)
    assert re.search(r"lacks nodes of 2 edges \(50%\), which are left out", str(warned[0].message))
    assert edges_by_osm_node(streets) == {(1, 2): 11, (3, 4): 11}
    assert report.n_edges_cut == 2
    assert "2 edges end outside the extract" in report.summary()


def test_the_largest_component_is_main_and_the_rest_reported(tmp_path: Path) -> None:
    nodes = {**SQUARE_NODES, 8: at(1000, 0), 9: at(1300, 0)}
    ways = {11: ([1, 2, 3], STREET), 12: ([8, 9], STREET)}
    with pytest.warns(DataQualityWarning, match="60% of the street length .* is not joined to the main"):
        streets, report = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", nodes, ways))
    assert dict(zip(streets.node_id.tolist(), streets.main.tolist(), strict=True)) == {
        1: True,
        2: True,
        3: True,
        8: False,
        9: False,
    }
    assert (report.n_components, report.n_nodes_removed) == (2, 2)
    assert report.length_m == pytest.approx(500, rel=1e-3)
    assert report.length_removed_m == pytest.approx(300, rel=1e-3)
    assert report.length_removed_share == pytest.approx(0.6, rel=1e-3)
    assert report.summary() == (
        "2 walkable ways, 5 nodes, 3 edges, 0.5 km; 1 parts not joined to the main network are put aside: "
        "2 nodes, 0.3 km (60.0%)"
    )
    assert report.as_dict()["n_components"] == 2


def test_of_two_components_of_one_size_the_lowest_node_id_is_main(tmp_path: Path) -> None:
    ways = {11: ([2, 3], STREET), 12: ([4, 1], STREET)}
    with pytest.warns(DataQualityWarning, match="50% of the street length"):
        streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, ways))
    assert streets.node_id[streets.main].tolist() == [1, 4]


def test_equal_files_give_equal_and_frozen_arrays(tmp_path: Path) -> None:
    path = write_street_grid(tmp_path / "s.osm.pbf", 5, 4)
    one, two = read_streets_pbf(path)[0], read_streets_pbf(path)[0]
    for field, a, b in zip(one._fields, one, two, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=field)
        assert not isinstance(a, np.ndarray) or not a.flags.writeable, field
    # Invariants S1 and S2.
    keys = one.edge_start.astype(np.int64) * one.n_nodes + one.edge_target
    assert (np.diff(keys) > 0).all()
    assert (one.edge_start < one.edge_target).all()
    for node in range(one.n_nodes):
        here = slice(one.neighbour_start[node], one.neighbour_start[node + 1])
        assert (np.diff(one.neighbour[here]) > 0).all()
        for other, edge in zip(one.neighbour[here], one.neighbour_edge[here], strict=True):
            assert {node, int(other)} == {int(one.edge_start[edge]), int(one.edge_target[edge])}


@pytest.mark.parametrize(
    ("east_km", "bound"), [(0, 1e-5), (25, 1e-5), (100, 2e-4), (300, 2e-3)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("lat", [0.5, 48.0, -69.0])
def test_lengths_agree_with_the_geodesic_as_far_as_promised(
    tmp_path: Path, east_km: float, bound: float, lat: float
) -> None:
    geod = pyproj.Geod(ellps="WGS84")
    lon_east = geod.fwd(10.0, lat, 90, max(east_km, 1) * 1000)[0]
    lon_west = 20.0 - lon_east
    # Two streets of about 10 km, at both rims of data centred on 10 degrees east.
    nodes = {
        node: (lon + east, lat + north)
        for node, (lon, east, north) in enumerate(
            [(lon_west, 0, 0), (lon_west, 0.05, 0.08), (lon_east, 0, 0), (lon_east, -0.05, -0.08)], 1
        )
    }
    ways = {11: ([1, 2], STREET), 12: ([3, 4], STREET)}
    with pytest.warns(DataQualityWarning, match="50% of the street length"):
        streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", nodes, ways))
    start, target = streets.edge_start, streets.edge_target
    lon, lat_of = streets.node_lon, streets.node_lat
    _, _, true_m = geod.inv(lon[start], lat_of[start], lon[target], lat_of[target])
    np.testing.assert_allclose(streets.edge_length_mm / 1000, true_m, rtol=bound, atol=0.001)


def test_points_are_projected_with_the_streets_and_nan_stays_nan(tmp_path: Path) -> None:
    streets, _ = read_streets_pbf(write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {1: ([1, 3], STREET)}))
    x_m, y_m = streets.to_metres([streets.node_lon[0], np.nan], [streets.node_lat[0], 48.0])
    assert (x_m[0], y_m[0]) == (streets.node_x_m[0], streets.node_y_m[0])
    assert np.isnan([x_m[1], y_m[1]]).all()
    assert x_m[0] == pytest.approx(-50, abs=0.1)
    assert streets.bounds == pytest.approx((*at(0, 0), *at(100, 100)), abs=1e-7)


# Bad files -------------------------------------------------------------------------------------------


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"no\.osm\.pbf does not exist; give an \.osm\.pbf extract"):
        read_streets_pbf(tmp_path / "no.osm.pbf")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.osm.pbf"
    path.touch()
    with pytest.raises(InputDataError, match=r"s\.osm\.pbf is empty \(0 bytes\)"):
        read_streets_pbf(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_wherever_it_is_cut(tmp_path: Path, share: float) -> None:
    path = write_street_grid(tmp_path / "s.osm.pbf", 30, 30)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputDataError, match=r"cannot be read as \.osm\.pbf .* truncated, damaged"):
        read_streets_pbf(path)


def test_a_file_that_is_no_pbf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.osm.pbf"
    path.write_text("<html>404 Not Found</html>\n" * 20)
    with pytest.raises(InputDataError, match=r"cannot be read as \.osm\.pbf .* of another format"):
        read_streets_pbf(path)


def test_a_file_without_walkable_way_is_refused(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {1: ([1, 2], {"highway": "motorway"})})
    with pytest.raises(InputDataError, match=r"no way that people may walk on; it needs ways tagged highway"):
        read_streets_pbf(path)


def test_nodes_may_follow_the_ways(tmp_path: Path) -> None:
    path = tmp_path / "s.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_way(Way(id=1, nodes=[1, 2], tags=STREET))
        for node in (1, 2):
            writer.add_node(Node(id=node, location=SQUARE_NODES[node]))
    assert read_streets_pbf(path)[0].n_edges == 1


def test_a_file_of_ways_without_nodes_is_refused(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", {}, {1: ([1, 2], STREET)})
    with pytest.raises(InputDataError, match="has ways but none of their nodes; extract it again"):
        read_streets_pbf(path)


def test_ways_of_a_single_node_are_refused(tmp_path: Path) -> None:
    path = write_osm_pbf(tmp_path / "s.osm.pbf", SQUARE_NODES, {1: ([1], STREET), 2: ([2, 2], STREET)})
    with pytest.raises(InputDataError, match="has no street of two nodes or more"):
        read_streets_pbf(path)


def test_streets_longer_than_a_country_are_refused(tmp_path: Path) -> None:
    nodes = {1: at(0, 0), 2: (0.0, 0.0), 3: at(100, 0)}
    path = write_osm_pbf(tmp_path / "s.osm.pbf", nodes, {7: ([1, 2], STREET), 8: ([1, 3], STREET)})
    with pytest.raises(InputDataError, match="1 straight street pieces longer than 100 km, way 7 for one"):
        read_streets_pbf(path)


# osmnx -----------------------------------------------------------------------------------------------


BENT_STREET = {(-2, -1): 11, (-2, 2): 11, (-1, 1): 11, (2, 3): 13}
BENT_STREET_MM = [40_000, 100_000, 60_000, 100_000]


def osmnx_graph(**edge_changes: Any) -> nx.MultiDiGraph:
    """A street with a bend, there in both directions as osmnx stores walk graphs, and a dead end."""
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    for node, (lon, lat) in {1: at(0, 0), 2: at(100, 100), 3: at(200, 100)}.items():
        graph.add_node(node, x=lon, y=lat, street_count=1)
    bent = shapely.LineString([at(0, 0), at(60, 0), at(100, 0), at(100, 100)])
    street = {"highway": "residential", "oneway": False, "reversed": False, "length": 200.0, **edge_changes}
    graph.add_edge(1, 2, osmid=[12, 11], geometry=bent, **street)
    graph.add_edge(2, 1, osmid=[12, 11], geometry=bent.reverse(), **street)
    graph.add_edge(2, 3, osmid=13, highway="steps", oneway=False, reversed=False, length=100.0)
    return graph


def test_graphml_follows_the_bends_and_merges_the_two_directions(tmp_path: Path) -> None:
    osmnx.save_graphml(osmnx_graph(), tmp_path / "s.graphml")
    streets, report = read_streets_graphml(tmp_path / "s.graphml")
    assert edges_by_osm_node(streets) == BENT_STREET
    assert streets.edge_length_mm.tolist() == pytest.approx(BENT_STREET_MM, abs=50)
    assert streets.edge_steps.tolist() == [False, False, False, True]
    assert report.n_components == 1


def test_a_line_stored_backwards_is_turned(tmp_path: Path) -> None:
    graph = osmnx_graph()
    for data in graph.get_edge_data(1, 2).values():
        data["geometry"] = data["geometry"].reverse()
    osmnx.save_graphml(graph, tmp_path / "s.graphml")
    streets, _ = read_streets_graphml(tmp_path / "s.graphml")
    assert edges_by_osm_node(streets) == BENT_STREET
    assert streets.edge_length_mm.tolist() == pytest.approx(BENT_STREET_MM, abs=50)


def test_an_unsimplified_graphml_gives_the_graph_of_the_pbf(tmp_path: Path) -> None:
    path = write_street_grid(tmp_path / "s.osm.pbf", 4, 3)
    expected, _ = read_streets_pbf(path)
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, lon, lat in zip(expected.node_id.tolist(), expected.node_lon, expected.node_lat, strict=True):
        graph.add_node(node, x=float(lon), y=float(lat))
    for (a, b), way in edges_by_osm_node(expected).items():
        for start, target in ((a, b), (b, a)):
            graph.add_edge(start, target, osmid=way, highway="residential", length=1.0)
    osmnx.save_graphml(graph, tmp_path / "s.graphml")
    found, _ = read_streets_graphml(tmp_path / "s.graphml")
    for field, a, b in zip(expected._fields, expected, found, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=field)


@pytest.mark.parametrize(
    ("changes", "n_edges"),
    [
        ({"highway": ["residential", "footway"]}, 4),
        ({"highway": ["residential", "motorway"]}, 1),
        ({"access": "private"}, 1),
        ({"access": ["yes", "private"]}, 1),
        ({"access": "private", "foot": "yes"}, 4),
    ],
)
def test_an_edge_of_several_ways_is_walkable_when_all_are(
    tmp_path: Path, changes: dict[str, Any], n_edges: int
) -> None:
    osmnx.save_graphml(osmnx_graph(**changes), tmp_path / "s.graphml")
    assert read_streets_graphml(tmp_path / "s.graphml")[0].n_edges == n_edges


def test_graphml_that_is_missing_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"s\.graphml does not exist; write it with osmnx.save_graphml"):
        read_streets_graphml(tmp_path / "s.graphml")
    (tmp_path / "s.graphml").write_text("not xml")
    with pytest.raises(InputDataError, match="cannot be read as GraphML of osmnx"):
        read_streets_graphml(tmp_path / "s.graphml")
    (tmp_path / "s.graphml").write_text("<kml></kml>")
    with pytest.raises(InputDataError, match="cannot be read as GraphML of osmnx"):
        read_streets_graphml(tmp_path / "s.graphml")


def test_graphml_without_positions_is_refused(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_edge(1, 2, highway="residential")
    nx.write_graphml(graph, tmp_path / "s.graphml")
    with pytest.raises(InputDataError, match=r"s\.graphml has nodes without x and y"):
        read_streets_graphml(tmp_path / "s.graphml")


@pytest.mark.parametrize(("crs", "said"), [("epsg:32723", "in epsg:32723"), (None, "in no stated system")])
def test_a_projected_graphml_is_refused(tmp_path: Path, crs: str | None, said: str) -> None:
    graph = osmnx_graph()
    graph.graph.pop("crs")
    if crs:
        graph.graph["crs"] = crs
    osmnx.save_graphml(graph, tmp_path / "s.graphml")
    with pytest.raises(InputDataError, match=f"coordinates {said}; give the unprojected osmnx graph"):
        read_streets_graphml(tmp_path / "s.graphml")


def test_graphml_without_walkable_edge_is_refused(tmp_path: Path) -> None:
    graph = osmnx_graph(highway="motorway")
    graph.remove_edge(2, 3)
    osmnx.save_graphml(graph, tmp_path / "s.graphml")
    with pytest.raises(InputDataError, match="no edge that people may walk on"):
        read_streets_graphml(tmp_path / "s.graphml")


def test_download_asks_for_every_street_and_its_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def graph_from_place(place: str, **options: Any) -> nx.MultiDiGraph:
        asked.update(options, place=place, tags=osmnx.settings.useful_tags_way)
        return osmnx_graph()

    monkeypatch.setattr(osmnx, "graph_from_place", graph_from_place)
    before = list(osmnx.settings.useful_tags_way)
    streets, report = download_streets(place="Trifouillis, France")
    assert streets.n_edges == 4
    assert report.source == "OpenStreetMap: Trifouillis, France"
    assert asked["place"] == "Trifouillis, France"
    assert (asked["simplify"], asked["retain_all"]) == (False, True)
    assert {"highway", "foot", "access", "motorroad"} <= set(asked["tags"])
    assert osmnx.settings.useful_tags_way == before, "the user's settings are put back"


def test_download_inside_a_boundary_goes_by_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def graph_from_polygon(polygon: shapely.Polygon, **_: Any) -> nx.MultiDiGraph:
        asked.append(polygon.bounds)
        return osmnx_graph()

    monkeypatch.setattr(osmnx, "graph_from_polygon", graph_from_polygon)
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(*at(0, 0), *at(500, 500))], crs="EPSG:4326")
    assert download_streets(boundary=boundary.to_crs("EPSG:2154"))[0].n_edges == 4
    assert asked[0] == pytest.approx(boundary.total_bounds.tolist(), abs=1e-4)


@pytest.mark.parametrize("error", [ConnectionError("no route"), ValueError("no data"), TypeError("no area")])
def test_a_download_that_fails_names_the_way_out(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def graph_from_place(*_: Any, **__: Any) -> nx.MultiDiGraph:
        raise error

    monkeypatch.setattr(osmnx, "graph_from_place", graph_from_place)
    with pytest.raises(InputDataError, match=r"download of Atlantis failed .* or give a local \.osm\.pbf"):
        download_streets(place="Atlantis")


def test_a_download_without_or_with_two_places_is_refused() -> None:
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326")
    for options in ({}, {"place": "Lyon", "boundary": boundary}):
        with pytest.raises(InputDataError, match="give either a place name or a boundary"):
            download_streets(**options)  # type: ignore[arg-type]


def test_a_boundary_without_reference_system_is_not_downloaded() -> None:
    boundary = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)])
    with pytest.raises(InputDataError, match="the boundary has no coordinate reference system"):
        download_streets(boundary=boundary)


def test_reading_a_pbf_does_not_import_osmnx() -> None:
    code = "import sys, access.streets; sys.exit('osmnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.real_data
def test_porto_alegre_streets_are_one_network_but_for_little(porto_alegre: Path) -> None:
    streets, report = read_streets_pbf(porto_alegre / "osm.pbf")
    assert report.length_removed_share < 0.02
    west, south, east, north = streets.bounds
    assert -51.28 < west < -51.25
    assert -30.12 < south < -30.10
    assert -51.14 < east < -51.12
    assert -30.00 < north < -29.97
    geod = pyproj.Geod(ellps="WGS84")
    start, target = streets.edge_start, streets.edge_target
    lon, lat = streets.node_lon, streets.node_lat
    _, _, true_m = geod.inv(lon[start], lat[start], lon[target], lat[target])
    np.testing.assert_allclose(streets.edge_length_mm / 1000, true_m, rtol=1e-5, atol=0.0006)

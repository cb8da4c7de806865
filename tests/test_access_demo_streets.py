"""The streets of the demo city hold what ``configs/demo-truth.yaml`` says is planted."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import osmium
import pytest
import shapely
from demo_truth import (
    area_polygon,
    plan_xy,
    read_truth,
)

from access import demo_plan
from access.demo_city import DemoCityFiles, write_demo_city

TRUTH = read_truth()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCityFiles:
    return write_demo_city(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def osm(city: DemoCityFiles) -> dict[str, Any]:
    nodes, ways = {}, []
    for item in osmium.FileProcessor(str(city.streets)):
        if item.is_node():
            nodes[item.id] = (item.lon, item.lat, dict(item.tags))
        elif item.is_way():
            ways.append(([node.ref for node in item.nodes], dict(item.tags)))
    return {"nodes": nodes, "ways": ways}


def _components(osm: dict[str, Any]) -> list[set[int]]:
    """Connected sets of street nodes, largest first; a plain union by relabelling neighbours."""
    neighbours: dict[int, set[int]] = {}
    for nodes, tags in osm["ways"]:
        if tags.get("highway", "motorway") != "motorway":
            for a, b in pairwise(nodes):
                neighbours.setdefault(a, set()).add(b)
                neighbours.setdefault(b, set()).add(a)
    found, left = [], set(neighbours)
    while left:
        part, edge = set(), {left.pop()}
        while edge:
            part |= edge
            edge = {n for node in edge for n in neighbours[node]} - part
        left -= part
        found.append(part)
    return sorted(found, key=len, reverse=True)


def test_osm_has_the_realities_a_reader_must_know(osm: dict[str, Any]) -> None:
    highways = Counter(tags.get("highway") for _, tags in osm["ways"])
    assert highways.keys() >= {"steps", "footway", "path", "track", "living_street", "motorway", "service"}
    assert any(tags.get("access") == "private" for _, tags in osm["ways"])
    ferries = [nodes for nodes, tags in osm["ways"] if tags.get("route") == "ferry"]
    banks = [osm["nodes"][node] for node in ferries[0]]
    assert not any("highway" in tags for _, tags in osm["ways"] if "route" in tags or "railway" in tags)
    x, y = plan_xy([bank[0] for bank in banks], [bank[1] for bank in banks])
    assert ((x > demo_plan.river_x_m(y)) == [False, True]).all()
    tags = [tags for _, _, tags in osm["nodes"].values() if tags] + [tags for _, tags in osm["ways"]]
    assert {tag["place"] for tag in tags if "place" in tag} == {"city", "suburb", "neighbourhood"}
    assert any(tag.get("natural") == "water" for tag in tags)
    assert {"0", "1", "2;3"} <= {tag.get("isced:level") for tag in tags}
    assert {"hospital", "clinic", "pharmacy", "library", "townhall"} <= {tag.get("amenity") for tag in tags}


def test_one_island_of_streets_is_cut_off_and_small(osm: dict[str, Any]) -> None:
    parts = _components(osm)
    depot = next(part for part in parts[1:] if len(part) == 16)
    assert osm["nodes"][min(depot)][0] < -27.07
    assert len(parts[0]) > 0.97 * sum(len(part) for part in parts)


def test_the_settlement_is_joined_to_the_streets(osm: dict[str, Any]) -> None:
    main = _components(osm)[0]
    polygon = area_polygon(TRUTH, "settlement")
    inside = [node for node in main if shapely.contains_xy(polygon, *osm["nodes"][node][:2])]
    assert len(inside) > 60


def test_three_bridges_cross_the_river(osm: dict[str, Any]) -> None:
    main = _components(osm)[0]
    rows = set()
    for nodes, tags in osm["ways"]:
        if tags.get("bridge") == "yes" and tags["highway"] != "motorway" and set(nodes) <= main:
            rows.add(round(plan_xy([osm["nodes"][nodes[0]][0]], [osm["nodes"][nodes[0]][1]])[1][0] / 960))
    assert len(rows) == TRUTH["network"]["bridges"]


def test_the_enclave_is_all_cul_de_sacs(osm: dict[str, Any]) -> None:
    polygon = area_polygon(TRUTH, "enclave")
    degree: Counter[int] = Counter()
    for nodes, tags in osm["ways"]:
        if tags.get("highway", "motorway") != "motorway" and tags.get("access") != "private":
            for a, b in pairwise(nodes):
                degree.update((a, b))
    inside = [node for node in degree if shapely.contains_xy(polygon, *osm["nodes"][node][:2])]
    dead_ends = sum(degree[node] == 1 for node in inside)
    crossings = sum(degree[node] >= 3 for node in inside)
    assert dead_ends > crossings > 0


def test_the_enclave_has_two_gates(osm: dict[str, Any]) -> None:
    polygon = area_polygon(TRUTH, "enclave")
    spine_y = 4 * demo_plan.BLOCK_M
    gates, ways = 0, []
    for nodes, tags in osm["ways"]:
        for a, b in pairwise(nodes):
            ends = [osm["nodes"][node] for node in (a, b)]
            inside = [shapely.contains_xy(polygon, *end[:2]) for end in ends]
            y = plan_xy([end[0] for end in ends], [end[1] for end in ends])[1] if any(inside) else [0]
            gate = inside[0] != inside[1] and np.abs(np.asarray(y) - spine_y).max() < 30
            gates += gate
            if not gate:
                ways.append(([a, b], tags))
    assert gates == 2
    main = _components({"ways": ways})[0]
    core = polygon.buffer(-0.0005)  # 40 m: streets that pass along the border are not in it
    assert not any(shapely.contains_xy(core, *osm["nodes"][node][:2]) for node in main)

"""Writes streets, places, services and water of the demo city as an ``.osm.pbf`` with pyosmium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
import shapely
from osmium.osm.mutable import Node, Way

from access import demo_plan as plan
from access.demo_streets import HIGHWAYS, Streets

SHOPS = {"supermarket"}
ISCED_LEVELS = {"early_childhood": "0", "primary": "1", "secondary": "2;3", "tertiary": "5;6;7;8"}

Outline = tuple[list[tuple[float, float]], dict[str, str]]  # lon/lat pairs and tags
PlaceName = tuple[str, str, float, float]  # name, OSM place value, x_m, y_m


def write_osm(
    path: Path, size: plan.CitySize, streets: Streets, services: pd.DataFrame, places: list[PlaceName]
) -> None:
    """Write everything; ids start at 1 and nothing carries a date: equal input gives equal bytes."""
    header = osmium.io.Header()
    header.set("generator", "fairreach demo city")
    lon, lat = plan.to_lon_lat(streets.x_m, streets.y_m)
    outlines = [*_service_areas(services), *_land_cover(size), *_unwalkable(size)]
    with osmium.SimpleWriter(str(path), header=header) as writer:
        writer_nodes = zip(lon.tolist(), lat.tolist(), strict=True)
        for node_id, place in enumerate(writer_nodes, start=1):
            writer.add_node(Node(id=node_id, location=place))
        next_id = len(lon) + 1
        for tags, place in _points(services, places):
            writer.add_node(Node(id=next_id, location=place, tags=tags))
            next_id += 1
        way_nodes = []
        for corners, _ in outlines:
            closed = corners[0] == corners[-1]
            own = corners[:-1] if closed else corners
            for number, place in enumerate(own):
                writer.add_node(Node(id=next_id + number, location=place))
            ids = list(range(next_id, next_id + len(own)))
            way_nodes.append(ids + ids[:1] if closed else ids)
            next_id += len(own)
        next_way = _write_street_ways(writer, streets)
        ferry = _ferry_nodes(streets)
        extra = [(nodes, tags) for nodes, (_, tags) in zip(way_nodes, outlines, strict=True)]
        for way_id, (nodes, tags) in enumerate([*extra, ferry], start=next_way):
            writer.add_way(Way(id=way_id, nodes=nodes, tags=tags))


def _write_street_ways(writer: Any, streets: Streets) -> int:
    """Write one way per row of ``way_start``; the answer is the next free way id."""
    nodes = (streets.way_nodes + 1).tolist()
    starts = streets.way_start.tolist()
    kinds = [HIGHWAYS[code] for code in streets.way_highway]
    flags = zip(streets.way_private.tolist(), streets.way_bridge.tolist(), strict=True)
    for row, (private, bridge) in enumerate(flags):
        tags = {"highway": kinds[row]}
        if private:
            tags["access"] = "private"
        if bridge:
            tags |= {"bridge": "yes", "layer": "1"}
        if kinds[row] in ("secondary", "unclassified"):
            tags["sidewalk"] = "both"
        writer.add_way(Way(id=row + 1, nodes=nodes[starts[row] : starts[row + 1]], tags=tags))
    return len(kinds) + 1


def _service_tags(row: Any) -> dict[str, str]:
    tags = {"shop" if row.kind in SHOPS else "amenity": row.kind, "name": row.name}
    if row.level:
        tags["isced:level"] = ISCED_LEVELS[row.level]
    if row.capacity:
        tags["beds" if row.kind == "hospital" else "capacity"] = str(row.capacity)
    return tags


AS_AREA = ("school", "university", "hospital")  # mapped as outlines, the rest as nodes


def _points(
    services: pd.DataFrame, places: list[PlaceName]
) -> Iterator[tuple[dict[str, str], tuple[float, float]]]:
    """Tagged nodes: services that are no areas, and the names of places."""
    nodes = services[~services["kind"].isin(AS_AREA)]
    lon, lat = plan.to_lon_lat(nodes["x_m"].to_numpy(), nodes["y_m"].to_numpy())
    for row, x, y in zip(nodes.itertuples(index=False), lon.tolist(), lat.tolist(), strict=True):
        yield _service_tags(row), (x, y)
    for name, kind, x_m, y_m in places:
        lon_1, lat_1 = plan.to_lon_lat(x_m, y_m)
        yield {"place": kind, "name": name}, (float(lon_1), float(lat_1))


def _service_areas(services: pd.DataFrame) -> list[Outline]:
    areas = services[services["kind"].isin(AS_AREA)]
    outlines = []
    row: Any
    for row in areas.itertuples(index=False):
        half_m = {"school": 35.0, "university": 160.0, "hospital": 120.0}[str(row.kind)]
        square = shapely.box(row.x_m - half_m, row.y_m - half_m, row.x_m + half_m, row.y_m + half_m)
        outlines.append((_ring(square), _service_tags(row)))
    return outlines


def _ring(polygon: shapely.Polygon) -> list[tuple[float, float]]:
    x, y = np.asarray(polygon.exterior.coords).T
    lon, lat = plan.to_lon_lat(x, y)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _line(x: Any, y: Any) -> list[tuple[float, float]]:
    lon, lat = plan.to_lon_lat(x, y)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _land_cover(size: plan.CitySize) -> list[Outline]:
    """River as water area and as line, park, industry."""
    y = np.arange(-size.radius_m * 1.08, size.radius_m * 1.08, 240.0)
    x = plan.river_x_m(y)
    half_m = plan.RIVER_WIDTH_M / 2
    water = shapely.Polygon(np.column_stack([np.r_[x - half_m, (x + half_m)[::-1]], np.r_[y, y[::-1]]]))
    park = shapely.Polygon(np.round(np.asarray(plan.PARK.exterior.coords)[::4], 1))
    return [
        (_ring(water), {"natural": "water", "water": "river", "name": plan.RIVER_NAME}),
        (_line(x, y), {"waterway": "river", "name": plan.RIVER_NAME}),
        (_ring(park), {"leisure": "park", "name": "Parc des Jardins"}),
        (_ring(plan.INDUSTRY), {"landuse": "industrial", "name": "Les Forges"}),
    ]


def _unwalkable(size: plan.CitySize) -> list[Outline]:
    """A motorway across the whole city that meets no street, and a railway."""
    x = np.linspace(-size.radius_m, size.radius_m, 80)
    motorway = {"highway": "motorway", "ref": "A1", "oneway": "yes", "bridge": "yes", "layer": "2"}
    railway = {"railway": "rail", "layer": "-1"}
    return [(_line(x, np.full(80, 2_210.0)), motorway), (_line(np.full(80, -6_310.0), x * 0.7), railway)]


def _ferry_nodes(streets: Streets) -> tuple[list[int], dict[str, str]]:
    """A ferry between the nearest street nodes of both banks; a walker must not be carried by it."""
    ends = []
    for side in (-1, 1):
        x_m = plan.river_x_m(plan.FERRY_Y_M) + side * 260.0
        ends.append(int(np.hypot(streets.x_m - x_m, streets.y_m - plan.FERRY_Y_M).argmin()) + 1)
    return ends, {"route": "ferry", "foot": "yes", "name": "Bac de l'Orvelle"}

"""The ground of a map, from the run's own data: streets, water, parks, rail, transit lines, names.

Streets come from the ``.osm.pbf`` that the run read, if it is still where it was and as long as it was; else
all streets of the ready network, without classes; else there are none. Nothing is fetched. Everything is in
metres of Web Mercator, cut to the surroundings of the cells and simplified to about a pixel of a city map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import shapely

from access.errors import AccessError
from access.network_cache import load_group
from access.report_ground import zone_shapes
from access.street_graph import StreetGraph
from dashboards.cell_geometry import (
    MAX_LATITUDE,
    CellShapes,
    cell_shapes,
    middle_longitude,
    near_longitudes,
    web_mercator,
)
from dashboards.run_data import RunData
from dashboards.transit_lines import transit_lines

#: Kinds in the order in which they are drawn, the first lowest.
AREAS = ("park", "water")
LINES = ("stream", "street3", "street2", "street1", "rail")
AROUND = 0.3  # ground beyond the cells on each side, as a part of their longer side
DETAIL = 1 / 4000  # what is simplified away, as a part of the cells' longer side
MOST_SMALL_STREETS = 60_000  # ways; a larger place shows its main streets only
MOST_NAMES = 150

_STREETS = {
    **dict.fromkeys(("motorway", "trunk", "primary"), "street1"),
    **dict.fromkeys(("secondary", "tertiary"), "street2"),
    **dict.fromkeys(("residential", "unclassified", "living_street", "pedestrian", "road"), "street3"),
}
_RAILS = ("rail", "light_rail", "subway", "monorail")
_WATERS = ("river", "canal")
_PARKS = (("leisure", "park"), ("leisure", "nature_reserve"), ("landuse", "forest"), ("natural", "wood"))
_KEYS = ("highway", "railway", "waterway", "natural", "leisure", "landuse")

Box = tuple[float, float, float, float]


class GroundPart(NamedTuple):
    """Lines or areas of one kind."""

    kind: str  # one of AREAS, LINES, "bus" or "fixed" (transit on rails, water or a rope)
    shapes: list[npt.NDArray[np.float64]]  # each (n, 2) metres; rings of areas one after the other


class PlaceName(NamedTuple):
    """A name to be written on the map."""

    name: str
    x_m: float
    y_m: float


class Ground(NamedTuple):
    """The ground of one run; ``names`` are those of its neighbourhoods, those with most residents first."""

    parts: list[GroundPart]
    names: list[PlaceName]
    source: str  # "osm", "network" or "" where no streets were found


def ground_of(data: RunData) -> Ground:
    """Return the ground of a run; takes seconds, so that it is made in the background."""
    shapes = cell_shapes(data.cell_ids)
    box, detail_m = _box(shapes)
    middle = middle_longitude(data.cell_ids)
    found, source = _streets(data, middle)
    parts = [_part(kind, found.get(kind, []), box, detail_m) for kind in (*AREAS, *LINES)]
    parts += [_part(kind, lines, box, detail_m) for kind, lines in _transit(data, middle).items()]
    return Ground([part for part in parts if part.shapes], _names(data, middle), source)


def _box(shapes: CellShapes) -> tuple[Box, float]:
    west, south, east, north = (float(f(a)) for f in (np.min, np.max) for a in (shapes.x_m, shapes.y_m))
    extent = max(east - west, north - south)
    room = AROUND * extent
    return (west - room, south - room, east + room, north + room), DETAIL * extent


# ---- streets ---------------------------------------------------------------------------------------------


def _streets(data: RunData, middle: float) -> tuple[dict[str, list[Any]], str]:
    """Return shapes by kind in metres, and where they come from."""
    pbf = _pbf_of(data)
    if pbf is not None:
        try:
            return _of_pbf(pbf, middle), "osm"
        except (OSError, RuntimeError, ValueError):  # pyosmium raises RuntimeError for every damaged file
            pass
    cache = data.run.manifest.get("network_cache")
    if cache:
        try:
            return {"street2": [_of_network(Path(str(cache)), middle)]}, "network"
        except (OSError, ValueError, AccessError):
            pass
    return {}, ""


def _pbf_of(data: RunData) -> Path | None:
    """Return the streets' file of the run if it is where it was, and as long."""
    manifest = data.run.manifest
    name = data.run.option("streets", "osm_pbf")
    entry = next((each for each in manifest.get("inputs") or [] if each.get("file") == name), None)
    if not name or entry is None or not manifest.get("data_folder"):
        return None
    path = Path(str(manifest["data_folder"])) / str(name)
    return path if path.is_file() and path.stat().st_size == entry.get("bytes") else None


def _of_pbf(path: Path, middle: float) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kind, wkb in _objects(path):
        found.setdefault(kind, []).append(wkb)
    if len(found.get("street3", ())) > MOST_SMALL_STREETS:
        del found["street3"]
    return {kind: list(_metres(shapely.from_wkb(shapes), middle)) for kind, shapes in found.items()}


def _objects(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield kind and shape (WKB) of what the ground shows; what lacks its nodes is left out."""
    factory: Any = osmium.geom.WKBFactory()
    store: Any = osmium.index.create_map("sparse_mem_array")
    tagged = osmium.filter.KeyFilter(*_KEYS)
    areas = osmium.filter.KeyFilter("natural", "leisure", "landuse")
    processor = osmium.FileProcessor(osmium.io.File(str(path), "pbf")).with_locations(store)
    things: Iterable[Any] = processor.with_areas(areas).with_filter(tagged)
    for thing in things:
        try:
            if thing.is_area():
                kind = _kind_of_area(thing.tags)
                if kind:
                    yield kind, bytes.fromhex(factory.create_multipolygon(thing))
            elif thing.is_way():
                kind = _kind_of_way(thing.tags)
                if kind:
                    yield kind, bytes.fromhex(factory.create_linestring(thing))
        except (RuntimeError, osmium.InvalidLocationError):
            continue


def _kind_of_way(tags: Any) -> str:
    highway = tags.get("highway")
    if highway is not None:
        return _STREETS.get(highway.removesuffix("_link"), "") if tags.get("area") != "yes" else ""
    if tags.get("railway") in _RAILS and tags.get("service") is None:
        return "rail"
    return "stream" if tags.get("waterway") in _WATERS or tags.get("natural") == "coastline" else ""


def _kind_of_area(tags: Any) -> str:
    if tags.get("natural") == "water":
        return "water"
    return "park" if any(tags.get(key) == value for key, value in _PARKS) else ""


def _of_network(folder: Path, middle: float) -> Any:
    """Return all streets of the ready network as one shape."""
    streets = load_group(folder, "streets", StreetGraph)
    ends = np.stack([streets.edge_start, streets.edge_target], axis=1)
    lon, lat = streets.node_lon[ends], streets.node_lat[ends]
    return next(_metres(np.array([shapely.multilinestrings(np.stack([lon, lat], axis=-1))]), middle))


# ---- transit and names -----------------------------------------------------------------------------------


def _transit(data: RunData, middle: float) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"bus": [], "fixed": []}
    for line in transit_lines(data):
        kind = "bus" if line.mode in ("BUS", "TRANSIT") else "fixed"
        found[kind] += [shapely.LineString(way) for way in line.coordinates if len(way) > 1]
    return {kind: list(_metres(np.array(lines, dtype=object), middle)) for kind, lines in found.items()}


def _names(data: RunData, middle: float) -> list[PlaceName]:
    """Names of neighbourhoods, each at a point inside it; equal residents: alphabetical order."""
    cells = data.run.cells
    if "zone" not in cells.columns:
        return []
    projected = cells[["zone", "geometry"]].to_crs(cells.estimate_utm_crs())
    shapes = zone_shapes(projected)
    if not shapes:
        return []
    residents = cells.groupby(cells["zone"].astype("string"), sort=True)["population"].sum()
    ranked = residents.sort_values(ascending=False, kind="stable").index[:MOST_NAMES]
    points = shapely.point_on_surface(np.array([shapes[str(name)] for name in ranked], dtype=object))
    placed = shapely.get_coordinates(gpd.GeoSeries(points, crs=projected.crs).to_crs(4326).to_numpy())
    x_m, y_m = web_mercator(near_longitudes(placed[:, 0], middle), placed[:, 1])
    return [PlaceName(str(n), float(x), float(y)) for n, x, y in zip(ranked, x_m, y_m, strict=True)]


# ---- shapes ----------------------------------------------------------------------------------------------


def _metres(shapes: npt.NDArray[Any], middle: float) -> Iterator[Any]:
    """Yield shapes in metres of Web Mercator, near the cells also across the 180th meridian."""

    def project(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lat = np.clip(degrees[:, 1], -MAX_LATITUDE, MAX_LATITUDE)
        return np.stack(web_mercator(near_longitudes(degrees[:, 0], middle), lat), axis=1)

    yield from shapely.transform(shapes, project)


def _part(kind: str, shapes: list[Any], box: Box, detail_m: float) -> GroundPart:
    """Cut shapes to a box, join and simplify them, and take them apart into arrays."""
    if not shapes:
        return GroundPart(kind, [])
    cut = shapely.clip_by_rect(np.array(shapes, dtype=object), *box)
    plain = shapely.get_parts(cut[~shapely.is_empty(cut)])
    if kind in AREAS:
        plain = plain[shapely.get_type_id(plain) == shapely.GeometryType.POLYGON]
        simple = shapely.simplify(plain, detail_m)
        rings = shapely.get_rings(simple[shapely.area(simple) > (3 * detail_m) ** 2])
        return GroundPart(kind, [shapely.get_coordinates(ring) for ring in rings])
    plain = plain[shapely.get_type_id(plain) == shapely.GeometryType.LINESTRING]
    joined = plain if kind in ("bus", "fixed") else _joined(plain)
    simple = shapely.simplify(joined, detail_m, preserve_topology=False)
    return GroundPart(kind, [shapely.get_coordinates(line) for line in simple[shapely.length(simple) > 0]])


def _joined(lines: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if not len(lines):
        return lines
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))))

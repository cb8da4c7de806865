"""The ground of a map: cells in metres, limits and names of neighbourhoods for orientation.

A neighbourhood is drawn as the cells that carry its name, not as its legal outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import shapely

N_NAMES = 12
#: Width of a letter and height of a line, as parts of the map's longer side, when names are placed.
_LETTER, _LINE = 0.0068, 0.03


class ZoneName(NamedTuple):
    """A name and the point it is centred on, in the units of the map."""

    name: str
    x: float
    y: float


class ZoneMark(NamedTuple):
    """A zone of the register to be outlined: its number, its outer rings, where the number stands."""

    number: str
    rings: list[shapely.LineString]
    x: float
    y: float


class Ground(NamedTuple):
    """What every map of one run is drawn on."""

    cells: gpd.GeoDataFrame
    limits: list[shapely.LineString]
    names: list[ZoneName]


def ground(cells: gpd.GeoDataFrame) -> Ground:
    """Project cells to metres (UTM zone of their middle) and find limits and names of neighbourhoods.

    Parameters
    ----------
    cells
        Polygons with a coordinate reference system and ``population``; ``zone`` (names) is used if there.
    """
    projected = cells.to_crs(cells.estimate_utm_crs())
    shapes = zone_shapes(projected)
    limits = [ring for shape in shapes.values() for ring in outlines(shape)]
    return Ground(projected, limits, zone_names(projected, shapes))


def without_names_under(ground: Ground, marks: Sequence[ZoneMark]) -> Ground:
    """Leave out the names of neighbourhoods that the numbers of zones would be written over."""
    west, south, east, north = ground.cells.total_bounds
    extent = max(east - west, north - south)
    names = [
        name
        for name in ground.names
        if not any(
            abs(name.x - mark.x) < _LETTER * extent * (len(name.name) + 2)
            and abs(name.y - mark.y) < _LINE * extent
            for mark in marks
        )
    ]
    return ground._replace(names=names)


def zone_shapes(projected: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """Cells of each neighbourhood as one shape, by name; empty where no cell has a name.

    ``projected`` is in metres; corners are rounded to one metre, so that neighbours share them.
    """
    if "zone" not in projected.columns:
        return {}
    named = projected[projected["zone"].notna()]
    return {
        str(zone): shapely.union_all(group.geometry.to_numpy(), grid_size=1.0)
        for zone, group in named.groupby("zone", sort=True)
    }


def outlines(shape: shapely.Geometry) -> list[shapely.LineString]:
    """Outer rings of a shape."""
    return [part.exterior for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]


def zone_names(projected: gpd.GeoDataFrame, shapes: dict[str, shapely.Geometry]) -> list[ZoneName]:
    """Names of the neighbourhoods with most residents, at most `N_NAMES`, none on top of another.

    Equal numbers of residents: alphabetical order.
    """
    if not shapes:
        return []
    residents = projected.groupby(projected["zone"].astype("string"), sort=True)["population"].sum()
    west, south, east, north = projected.total_bounds
    extent = max(east - west, north - south)
    placed: list[ZoneName] = []
    for zone in residents.sort_values(ascending=False, kind="stable").index:
        point = shapely.point_on_surface(shapes[zone])
        crowded = any(
            abs(point.x - other.x) < _LETTER * extent * (len(zone) + len(other.name))
            and abs(point.y - other.y) < _LINE * extent
            for other in placed
        )
        if not crowded and len(placed) < N_NAMES:
            placed.append(ZoneName(zone, point.x, point.y))
    return placed

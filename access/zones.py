"""Polygons of people and places: checked and repaired, projected for areas, asked which holds a point."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from access.errors import DataQualityWarning, InputDataError

POLYGONAL = ("Polygon", "MultiPolygon")


def checked_polygons(zones: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Return the zones with valid polygons; the caller's frame is left as it is.

    A self-crossing outline is repaired by the even-odd rule of its linework (``shapely.make_valid``); parts
    that collapse to lines or points are dropped. A zone without geometry stays, in no place.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons or multipolygons with a CRS.
    what : str
        How messages call the input.

    Raises
    ------
    InputDataError
        If there are no zones, if they have no CRS, or if a geometry is no polygon.
    """
    if zones.empty:
        raise InputDataError(f"{what}: has no rows")
    if zones.crs is None:
        raise InputDataError(f"{what}: no coordinate reference system; set it before areas are compared")
    shapes = zones.geometry.to_numpy()
    kinds = sorted(set(zones.geom_type.dropna()) - set(POLYGONAL))
    if kinds:
        raise InputDataError(f"{what}: needs polygons, has {', '.join(kinds)}")
    located = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not located.any():
        raise InputDataError(f"{what}: no row has a geometry")
    invalid = located & ~shapely.is_valid(shapes)
    if not located.all():
        _warn(f"{what}: {(~located).sum()} of {len(zones)} zones have no geometry and lie in no cell")
    if not invalid.any():
        return zones
    _warn(f"{what}: {invalid.sum()} of {len(zones)} polygons crossed themselves and were repaired")
    shapes = shapes.copy()
    shapes[invalid] = [_polygonal_part(shape) for shape in shapely.make_valid(shapes[invalid])]
    return zones.set_geometry(gpd.GeoSeries(shapes, index=zones.index, crs=zones.crs))


def equal_area_crs(places: gpd.GeoSeries | gpd.GeoDataFrame) -> CRS:
    """Return the Lambert azimuthal equal-area projection centred on the places, in metres.

    Areas are exact; distances are right to about 1 in 10,000 within 100 km of the centre.
    """
    bounds = places.to_crs("EPSG:4326").total_bounds
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    return CRS.from_dict(
        {"proj": "laea", "lon_0": round(lon, 4), "lat_0": round(lat, 4), "datum": "WGS84", "units": "m"}
    )


def zone_of_points(points: gpd.GeoSeries, zones: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Return for each point the row number of the zone that holds it, -1 for none.

    A point on a common edge, or in zones that overlap, belongs to the first of them in file order.

    Parameters
    ----------
    points : GeoSeries, (n_points,)
        Points with a CRS; a missing point is in no zone.
    zones : GeoDataFrame, (n_zones,)
        Valid polygons with a CRS.
    """
    found = np.full(len(points), len(zones), dtype=np.int64)
    shapes = zones.geometry.to_crs(CRS.from_user_input(points.crs))
    point, zone = shapes.sindex.query(points.to_numpy(), predicate="intersects")
    np.minimum.at(found, point, zone)
    found[found == len(zones)] = -1
    return found


def names_of_points(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], zones: gpd.GeoDataFrame, name_column: str
) -> pd.Series:
    """Return the name of the zone that holds each point, (n_points,), missing where there is none.

    For cells, give their representative points. Ties as in ``zone_of_points``. A point without coordinates
    (NaN) and a zone without a name give a missing name.

    Raises
    ------
    InputDataError
        If the zones have no CRS, no polygons or no such column.
    """
    if name_column not in zones.columns:
        columns = ", ".join(str(column) for column in zones.columns if column != zones.geometry.name)
        raise InputDataError(f"zones: no column {name_column!r}; they have {columns}")
    zones = checked_polygons(zones, "zones")
    zone = zone_of_points(gpd.GeoSeries(points_or_none(lon, lat), crs="EPSG:4326"), zones)
    names = [None if pd.isna(name) else str(name) for name in zones[name_column]]
    return pd.Series([names[row] if row >= 0 else None for row in zone], dtype="string", name="zone")


def points_or_none(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """Return a point for each pair of coordinates, None where one of them is missing (NaN)."""
    places = np.array(shapely.points(lon, lat), dtype=object)
    places[np.isnan(lon) | np.isnan(lat)] = None
    return places


def inner_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the centroid of each shape, or a point inside it where the centroid lies outside."""
    outlines = shapes.to_numpy()
    centroids = shapely.centroid(outlines)
    inside = np.where(shapely.covers(outlines, centroids), centroids, shapely.point_on_surface(outlines))
    return gpd.GeoSeries(inside, index=shapes.index, crs=shapes.crs)


def _polygonal_part(shape: BaseGeometry) -> BaseGeometry:
    if shape.geom_type in POLYGONAL:
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in POLYGONAL]
    return shapely.union_all(parts) if parts else shapely.MultiPolygon()


def _warn(text: str) -> None:
    warnings.warn(text, DataQualityWarning, stacklevel=3)

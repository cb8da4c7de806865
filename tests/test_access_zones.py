"""Zones: names of the points in them, equal areas, points inside shapes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from access.errors import DataQualityWarning, InputDataError
from access.vector_files import read_zones
from access.zones import checked_polygons, equal_area_crs, inner_points, names_of_points

WEST, EAST = shapely.box(0, 50, 1, 51), shapely.box(1, 50, 2, 51)
ZONES = gpd.GeoDataFrame({"name": ["West", "East"]}, geometry=[WEST, EAST], crs="EPSG:4326")


def names(lon: list[float], lat: list[float], zones: gpd.GeoDataFrame = ZONES) -> list[object]:
    return names_of_points(np.array(lon), np.array(lat), zones, "name").tolist()


def test_each_point_has_the_name_of_its_zone_and_none_outside() -> None:
    assert names([0.5, 1.5, 3.0], [50.5, 50.5, 50.5]) == ["West", "East", pd.NA]


def test_a_point_on_the_common_edge_belongs_to_the_first_zone() -> None:
    assert names([1.0], [50.5]) == ["West"]
    assert names([1.0], [50.5], ZONES.iloc[::-1]) == ["East"]


def test_a_point_without_coordinates_and_a_zone_without_name_give_no_name() -> None:
    unnamed = ZONES.assign(name=[None, "East"])
    assert names([np.nan, 0.5, 1.5], [50.5, 50.5, 50.5], unnamed) == [pd.NA, pd.NA, "East"]


def test_zones_in_another_projection_give_the_same_names() -> None:
    assert names([0.5, 1.5], [50.5, 50.5], ZONES.to_crs("EPSG:3857")) == ["West", "East"]


def test_a_missing_name_column_is_refused() -> None:
    with pytest.raises(InputDataError, match="zones: no column 'nom'; they have name"):
        names_of_points(np.array([0.5]), np.array([50.5]), ZONES, "nom")


def test_zones_without_any_shape_or_row_are_refused() -> None:
    with pytest.raises(InputDataError, match="zones: no row has a geometry"):
        checked_polygons(gpd.GeoDataFrame(geometry=[None], crs="EPSG:4326"), "zones")
    with pytest.raises(InputDataError, match="zones: has no rows"):
        checked_polygons(gpd.GeoDataFrame(geometry=[], crs="EPSG:4326"), "zones")


def test_a_polygon_that_collapses_to_a_line_is_left_without_area() -> None:
    line = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    with pytest.warns(DataQualityWarning, match="1 of 2 polygons crossed themselves and were repaired"):
        repaired = checked_polygons(gpd.GeoDataFrame(geometry=[line, WEST], crs="EPSG:4326"), "zones")
    assert shapely.area(repaired.geometry.to_numpy()).tolist() == [0, 1]


def test_areas_are_those_of_the_ellipsoid() -> None:
    # degree squares near 50 N: areas from the exact integral on WGS84 (pyproj.Geod of a dense outline)
    from pyproj import Geod

    dense = shapely.segmentize(WEST, 0.01)
    exact = abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0])
    projected = gpd.GeoSeries([dense], crs="EPSG:4326").to_crs(equal_area_crs(ZONES)).area[0]
    assert projected == pytest.approx(exact, rel=1e-5)


def test_the_point_of_a_shape_lies_inside_it_also_where_the_centroid_does_not() -> None:
    square = shapely.box(0, 0, 2, 2)
    horseshoe = square.difference(shapely.box(0.5, 0.5, 1.5, 2))
    points = inner_points(gpd.GeoSeries([square, horseshoe], crs="EPSG:4326"))
    assert points[0].equals(shapely.Point(1, 1))
    assert not horseshoe.covers(horseshoe.centroid)
    assert horseshoe.covers(points[1])


@pytest.mark.real_data
def test_porto_alegre_the_historic_centre_is_found(porto_alegre: Path) -> None:
    districts = read_zones(porto_alegre / "bairros.geojson", texts=["name"])
    # the public market and a point in the lake (points_of_interest.csv; Lago Guaíba)
    found = names_of_points(np.array([-51.227811, -51.30]), np.array([-30.027565, -30.05]), districts, "name")
    assert found[0] == "Centro Histórico"
    assert pd.isna(found[1])

"""The door for tables, points and zones: every problem of a file is told at once, in words."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from access.errors import DataQualityWarning, InputDataError
from access.vector_files import number_problems, read_points, read_table, read_zones


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def gpkg(path: Path, shapes: list[object], crs: str = "EPSG:4326", **columns: list[object]) -> Path:
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


SQUARE = shapely.box(2, 48, 2.01, 48.01)


# tables


def test_named_columns_become_numbers_and_all_others_stay_text(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "code,jobs,note\n0123,7,x\n0124,,\n")
    table = read_table(path, numbers=["jobs"], texts=["code"])
    assert table["code"].tolist() == ["0123", "0124"]
    assert table["jobs"].tolist() == [7.0, pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_and_byte_order_mark_are_recognised(tmp_path: Path, separator: str) -> None:
    text = "\ufeffid,jobs\nécole,7\n".replace(",", separator)
    table = read_table(written(tmp_path / "a.csv", text), numbers=["jobs"], texts=["id"])
    assert table.to_dict("list") == {"id": ["école"], "jobs": [7.0]}


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,jobs,schools,beds\na,-9,1,\nb,4,"1,5",\n')
    with pytest.raises(InputDataError) as error:
        read_table(path, numbers=["jobs", "schools", "beds", "job"], texts=["name"])
    text = str(error.value)
    assert "a.csv: 5 problems" in text
    assert "no column 'job'; did you mean 'jobs'? it has id, jobs, schools, beds" in text
    assert "no column 'name'" in text
    assert "column 'jobs': 1 negative values, the lowest -9" in text
    assert "column 'schools': 1 values are no numbers, the first '1,5' in data row 2" in text
    assert "column 'beds': every value is missing" in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"id,jobs\n", "has a header but no rows"),
        ("id,nom\n1,école\n".encode("latin-1"), "not UTF-8 text .* save it again as 'CSV UTF-8'"),
        (b"id,jobs\n1,2\n1,2,3,4\n", "cannot be read as a table"),
        (b"id,inf\n1,inf\n", "column 'inf': 1 infinite values"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InputDataError, match=message):
        read_table(path, numbers=["inf"] if b"inf" in content else [])


def test_a_column_name_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="column names occur twice: jobs"):
        read_table(written(tmp_path / "a.csv", "id,jobs,jobs\n1,2,3\n"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (read_table, read_points):
        with pytest.raises(InputDataError, match=r"nowhere\.csv: no such file"):
            read(tmp_path / "nowhere.csv")
    with pytest.raises(InputDataError, match=r"nowhere\.gpkg: no such file"):
        read_zones(tmp_path / "nowhere.gpkg")


# points


def test_points_are_read_from_a_table(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "x,y,jobs\n2.5,48.5,7\n")
    points = read_points(path, numbers=["jobs"], lon_column="x", lat_column="y")
    assert (points.geometry.x[0], points.geometry.y[0], points["jobs"][0]) == (2.5, 48.5, 7)
    assert points.crs == "EPSG:4326"


def test_points_of_a_vector_file_come_as_degrees(tmp_path: Path) -> None:
    metres = gpd.GeoSeries([shapely.Point(2.5, 48.5)], crs="EPSG:4326").to_crs("EPSG:2154")
    points = read_points(gpkg(tmp_path / "a.gpkg", list(metres), "EPSG:2154", jobs=[7]), numbers=["jobs"])
    assert points.geometry.x[0] == pytest.approx(2.5, abs=1e-6)
    assert points["jobs"].dtype == "float64"


def test_a_row_without_coordinates_is_kept_and_reported(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "lon,lat,jobs\n2,48,1\n,48,5\n")
    with pytest.warns(DataQualityWarning, match="1 of 2 rows have no coordinates"):
        points = read_points(path, numbers=["jobs"])
    assert points.geometry.isna().tolist() == [False, True]
    assert points["jobs"].sum() == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lon,lat\n652000,6862000\n", "column 'lon': has 652000, beyond 180 degrees.*\n.*'lat'.*beyond 90"),
        ("lon,lat\n2 E,48\n", "column 'lon': 1 values are no numbers, the first '2 E'"),
        ("lon,lat\n2,\n", "column 'lat': every value is missing"),
        ("long,lat\n2,48\n", "no column 'lon'; did you mean 'long'"),
    ],
)
def test_coordinates_that_are_no_degrees_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputDataError, match=message):
        read_points(written(tmp_path / "a.csv", text))


def test_polygons_are_no_points(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="needs points, has Polygon"):
        read_points(gpkg(tmp_path / "a.gpkg", [SQUARE], jobs=[7]))


# zones


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet"])
def test_zones_are_read_from_any_vector_file(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame({"name": ["Nord"], "people": [3]}, geometry=[SQUARE], crs="EPSG:4326")
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    zones = read_zones(path, numbers=["people"], texts=["name"])
    assert zones["name"].tolist() == ["Nord"]
    assert zones.geometry[0].equals(SQUARE)


def test_zones_in_metres_come_as_degrees(tmp_path: Path) -> None:
    metres = gpd.GeoSeries([SQUARE], crs="EPSG:4326").to_crs("EPSG:2154")
    zones = read_zones(gpkg(tmp_path / "a.gpkg", list(metres), "EPSG:2154", people=[3]))
    assert zones.total_bounds == pytest.approx(SQUARE.bounds, abs=1e-6)


def test_a_layer_is_chosen_by_name(tmp_path: Path) -> None:
    for layer, people in (("zones", 1), ("blocks", 2)):
        frame = gpd.GeoDataFrame({"people": [people]}, geometry=[SQUARE], crs="EPSG:4326")
        frame.to_file(tmp_path / "a.gpkg", layer=layer)
    assert read_zones(tmp_path / "a.gpkg", numbers=["people"], layer="blocks")["people"].tolist() == [2]
    with pytest.raises(InputDataError, match="has several layers, name one of zones, blocks"):
        read_zones(tmp_path / "a.gpkg")
    with pytest.raises(InputDataError, match="cannot be read as a vector file"):
        read_zones(tmp_path / "a.gpkg", layer="nowhere")


def test_zones_without_crs_and_without_their_column_are_told_together(tmp_path: Path) -> None:
    gpkg(tmp_path / "a.shp", [SQUARE], people=[1])
    (tmp_path / "a.prj").unlink()
    with pytest.raises(InputDataError, match=r"(?s)no column 'income'.*no coordinate reference system"):
        read_zones(tmp_path / "a.shp", numbers=["income"])


def test_a_table_is_no_zones(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="polygons need a vector file"):
        read_zones(written(tmp_path / "a.csv", "id\n1\n"))


def test_points_are_no_zones(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="needs polygons, has Point"):
        read_zones(gpkg(tmp_path / "a.gpkg", [shapely.Point(2, 48)], people=[1]))


def test_a_file_that_is_no_vector_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="cannot be read as a vector file"):
        read_zones(written(tmp_path / "a.gpkg", "not a database"))


def test_a_vector_file_without_rows_or_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="has no rows"):
        read_zones(written(tmp_path / "a.geojson", '{"type": "FeatureCollection", "features": []}'))
    pd.DataFrame({"people": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputDataError, match="cannot be read as a vector file"):
        read_zones(tmp_path / "a.parquet")


def test_a_self_crossing_zone_is_repaired_with_a_warning(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(2, 48), (2.01, 48.01), (2.01, 48), (2, 48.01)])
    path = gpkg(tmp_path / "a.gpkg", [bow_tie], people=[1])
    with pytest.warns(DataQualityWarning, match=r"a\.gpkg: 1 of 1 polygons crossed themselves"):
        zones = read_zones(path, numbers=["people"])
    assert zones.geometry.is_valid.all()
    assert zones.geometry[0].area == pytest.approx(0.01 * 0.01 / 2)


def test_true_and_false_are_no_counts() -> None:
    table = pd.DataFrame({"jobs": [True, False]})
    assert number_problems(table, ["jobs"]) == ["column 'jobs': needs numbers, has bool values"]

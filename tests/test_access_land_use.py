"""Opportunities onto cells: counted where they are, and never invented where nothing is known."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely

from access.cells import cell_polygons
from access.errors import DataQualityWarning, InputDataError
from access.land_use import (
    keep_rows,
    opportunities_from_cells,
    opportunities_from_osm,
    opportunities_from_points,
    opportunities_from_polygons,
)
from access.vector_files import read_table

CENTRE = h3.latlng_to_cell(-30.03, -51.2, 9)
EAST = h3.grid_ring(CENTRE, 1)[0]
FAR = h3.grid_ring(CENTRE, 5)[0]


def places_in(cells: list[str], **columns: list[object]) -> gpd.GeoDataFrame:
    middles = [shapely.Point(*reversed(h3.cell_to_latlng(cell))) for cell in cells]
    return gpd.GeoDataFrame(columns, geometry=middles, crs="EPSG:4326", index=range(10, 10 + len(cells)))


def test_points_count_one_each_or_what_their_column_says() -> None:
    schools = places_in([CENTRE, CENTRE, EAST], pupils=[100, 50, 30])
    assert opportunities_from_points("school", schools, [CENTRE, EAST]).counts.tolist() == [2, 1]
    by_pupils = opportunities_from_points("school", schools, [CENTRE, EAST], count_column="pupils")
    assert by_pupils.counts.tolist() == [150, 30]
    assert by_pupils.total == by_pupils.inside == 180


def test_places_are_kept_with_level_capacity_and_cell() -> None:
    schools = places_in([CENTRE, FAR], name=["A", None], level=["2", "3"], jobs=[1, 2])
    places = opportunities_from_points("school", schools, [CENTRE]).places
    assert places is not None
    assert list(places.columns) == ["name", "level", "capacity", "count", "lon", "lat", "cell"]
    assert places["level"].tolist() == ["2", "3"]
    assert places["capacity"].isna().all()
    assert places["cell"].tolist() == [CENTRE, FAR]
    assert places["lat"].to_numpy() == pytest.approx(schools.geometry.y.to_numpy())


def test_places_outside_the_cells_are_counted_and_a_cell_without_any_has_zero() -> None:
    jobs = opportunities_from_points(
        "jobs", places_in([CENTRE, FAR], n=[4, 6]), [CENTRE, EAST], count_column="n"
    )
    assert (jobs.total, jobs.inside, jobs.outside) == (10, 4, 6)
    assert jobs.counts.to_dict() == {CENTRE: 4, EAST: 0}


def test_a_row_without_a_number_counts_nothing_and_is_counted() -> None:
    jobs = opportunities_from_points(
        "jobs", places_in([CENTRE, EAST], n=[4, np.nan]), [CENTRE, EAST], count_column="n"
    )
    assert jobs.missing == 1
    assert jobs.counts.tolist() == [4, 0]


def test_a_table_by_cell_counts_zero_in_cells_that_it_does_not_list() -> None:
    table = pd.DataFrame({"id": [CENTRE, FAR], "jobs": [7, 2]})
    jobs = opportunities_from_cells("jobs", table, [CENTRE, EAST], count_column="jobs")
    assert jobs.counts.tolist() == [7, 0]
    assert (jobs.outside, jobs.places) == (2, None)


def test_polygons_with_a_count_are_spread_and_without_one_are_single_places() -> None:
    pair = shapely.union_all(cell_polygons([CENTRE, EAST]).to_numpy())
    zones = gpd.GeoDataFrame({"jobs": [100]}, geometry=[pair], crs="EPSG:4326")
    spread = opportunities_from_polygons("jobs", zones, [CENTRE, EAST], count_column="jobs")
    assert spread.counts.to_numpy() == pytest.approx([50, 50], rel=0.01)
    campus = opportunities_from_polygons("university", zones, [CENTRE, EAST])
    assert sorted(campus.counts) == [0, 1]
    assert campus.places is not None
    assert len(campus.places) == 1


def test_no_opportunities_are_refused() -> None:
    with pytest.raises(InputDataError, match="jobs: no opportunities: 'n' is zero everywhere"):
        opportunities_from_points("jobs", places_in([CENTRE], n=[0]), [CENTRE], count_column="n")
    with pytest.raises(InputDataError, match="jobs: no opportunities: the source has no rows"):
        opportunities_from_points("jobs", places_in([]), [CENTRE])


def test_opportunities_that_all_lie_elsewhere_are_refused() -> None:
    with pytest.raises(InputDataError, match="jobs: none of the 3 opportunities lies in one of the 1 cells"):
        opportunities_from_points("jobs", places_in([FAR], n=[3]), [CENTRE], count_column="n")


def test_negative_jobs_are_refused_with_the_name_of_the_service() -> None:
    with pytest.raises(InputDataError, match="jobs: column 'n': 1 negative values"):
        opportunities_from_points("jobs", places_in([FAR], n=[-3]), [CENTRE], count_column="n")


def test_points_of_the_caller_remain_unchanged() -> None:
    schools = places_in([CENTRE])
    before = schools.copy()
    opportunities_from_points("school", schools, [CENTRE])
    pd.testing.assert_frame_equal(schools, before)


def test_a_service_absent_from_openstreetmap_is_no_data_not_zero() -> None:
    assert opportunities_from_osm("hospital", None, [CENTRE]) is None
    with pytest.warns(
        DataQualityWarning, match="hospital: all 1 places in OpenStreetMap lie outside the cells"
    ):
        assert opportunities_from_osm("hospital", places_in([FAR]), [CENTRE]) is None


def test_openstreetmap_places_count_one_each() -> None:
    schools = opportunities_from_osm("school", places_in([CENTRE, CENTRE, FAR]), [CENTRE, EAST])
    assert schools is not None
    assert schools.counts.tolist() == [2, 0]
    assert schools.outside == 1


# rows of one kind


SCHOOLS = pd.DataFrame({"level": [1.0, 2.0, np.nan, 2.0], "kind": ["public", "public", "public", "private"]})


def test_rows_are_kept_where_all_columns_fit() -> None:
    assert keep_rows(SCHOOLS, {"level": ["1", "2"], "kind": ["public"]}, "school").index.tolist() == [0, 1]
    assert keep_rows(SCHOOLS, {}, "school").equals(SCHOOLS)


def test_a_field_that_lists_several_values_fits_with_any_of_them() -> None:
    levels = pd.DataFrame({"level": ["2;3", "1; 2", "3", "23", None]}, dtype="string")
    assert keep_rows(levels, {"level": ["2"]}, "school").index.tolist() == [0, 1]
    assert keep_rows(levels, {"level": ["2;3"]}, "school").index.tolist() == [0]


def test_a_filter_that_leaves_nothing_lists_the_values_there_are() -> None:
    with pytest.raises(InputDataError, match="school: no row has level = 3; values there: 1, 2"):
        keep_rows(SCHOOLS, {"level": ["3"]}, "school")


def test_a_filter_on_an_unknown_column_is_refused() -> None:
    with pytest.raises(InputDataError, match="school: where names no column 'stage'; it has level, kind"):
        keep_rows(SCHOOLS, {"stage": ["3"]}, "school")


@pytest.mark.real_data
def test_porto_alegre_has_the_jobs_schools_and_health_that_its_sources_state(porto_alegre: Path) -> None:
    services = {"jobs": 337_921, "schools": 194, "healthcare": 141}  # SOURCES.md of the data
    table = read_table(porto_alegre / "land_use_h3.csv", numbers=list(services), texts=["id"])
    for service, total in services.items():
        found = opportunities_from_cells(service, table, table["id"].tolist(), count_column=service)
        assert (found.total, found.inside, found.outside) == (total, total, 0)

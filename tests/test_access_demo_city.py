"""The demo city has the people, jobs and services that are written down, and is written safely."""

from __future__ import annotations

import hashlib
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import gtfs_guru
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from demo_truth import (
    area_polygon,
    area_xy,
    evaluate,
    holds,
    plan_xy,
    read_gtfs_table,
    read_truth,
    read_visits,
    share_of_gap_closed,
)

from access import demo_city, demo_plan
from access.demo_city import DemoCityFiles, write_demo_city
from access.errors import InputDataError, ResultError

TRUTH = read_truth()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCityFiles:
    return write_demo_city(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def census(city: DemoCityFiles) -> gpd.GeoDataFrame:
    return gpd.read_file(city.census, layer="census")


def _digests(files: DemoCityFiles) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files.folder.iterdir())
    }


# the files as such


def test_equal_seeds_give_identical_bytes_a_day_later(
    city: DemoCityFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert _digests(write_demo_city(tmp_path / "again")) == _digests(city)


def test_another_seed_gives_another_city_with_the_same_residents(city: DemoCityFiles, tmp_path: Path) -> None:
    other = write_demo_city(tmp_path / "other", seed=2)
    changed = {name for name, digest in _digests(other).items() if digest != _digests(city)[name]}
    assert changed >= {"streets.osm.pbf", "bus.zip", "census.gpkg", "jobs.csv", "population_grid.csv"}
    assert pd.read_csv(other.population_grid)["population"].sum() == TRUTH["residents"]


def test_small_takes_less_than_five_seconds(tmp_path: Path) -> None:
    start = time.process_time()
    write_demo_city(tmp_path / "city")
    assert time.process_time() - start < 5


def test_small_has_about_1500_cells(city: DemoCityFiles) -> None:
    outline = gpd.read_file(city.boundary).geometry.iloc[0]
    assert 1_400 < len(h3.geo_to_cells(outline, 9)) < 1_600


@pytest.mark.parametrize("feed", ["bus", "tram"])
def test_feeds_pass_the_canonical_validator(city: DemoCityFiles, feed: str) -> None:
    result = gtfs_guru.validate(str(city.feeds[feed]), date="2026-03-11")
    assert [notice.code for notice in result.errors()] == []


def test_the_validator_would_see_a_broken_feed(city: DemoCityFiles, tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(city.feeds["bus"]) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, text.replace("bus-0E-0N-E", "nowhere") if name == "stops.txt" else text)
    assert gtfs_guru.validate(str(broken), date="2026-03-11").error_count > 0


# people


def test_grid_and_census_agree_to_the_last_resident(city: DemoCityFiles, census: gpd.GeoDataFrame) -> None:
    grid = pd.read_csv(city.population_grid)
    assert grid["population"].sum() == census["population"].sum() == TRUTH["residents"]
    points = gpd.GeoDataFrame(grid, geometry=gpd.points_from_xy(grid["lon"], grid["lat"]), crs=4326)
    joined = gpd.sjoin(points.to_crs(census.crs), census[["zone", "geometry"]])
    by_zone = joined.groupby("zone")["population"].sum().reindex(census["zone"], fill_value=0)
    differences = np.abs(by_zone.to_numpy() - census["population"].to_numpy())
    assert differences.sum() < 0.002 * TRUTH["residents"]  # rounding moves points on zone borders


def test_brackets_ages_and_cars_fit_their_totals(census: gpd.GeoDataFrame) -> None:
    brackets = census[list(demo_plan.INCOME_BRACKETS)].sum(axis=1)
    assert (brackets == census["households"]).all()
    assert (census[list(demo_plan.AGE_GROUPS)].sum(axis=1) == census["population"]).all()
    assert census["households_no_car"].between(0, census["households"]).all()
    assert 0.2 < census["households_no_car"].sum() / census["households"].sum() < 0.6


def test_zones_cover_the_city_once_and_know_their_crs(city: DemoCityFiles, census: gpd.GeoDataFrame) -> None:
    assert census.crs.to_epsg() == 32626
    assert census.geometry.is_valid.all()
    outline = gpd.read_file(city.boundary).to_crs(census.crs).geometry.iloc[0]
    assert census.area.sum() == pytest.approx(outline.area, rel=1e-4)
    assert census.union_all().area == pytest.approx(outline.area, rel=1e-4)


def test_income_is_withheld_only_where_few_households_live(census: gpd.GeoDataFrame) -> None:
    withheld = census["income_month_mean"].isna()
    assert 0 < withheld.sum() < 0.1 * len(census)
    assert (withheld == (census["households"] < 20)).all()


@pytest.mark.parametrize("area", ["estate", "enclave", "settlement"])
def test_planted_districts_have_the_written_people_and_incomes(area: str, census: gpd.GeoDataFrame) -> None:
    truth = TRUTH["areas"][area]
    middle = census.to_crs(4326).geometry.representative_point()
    zones = census[shapely.contains_xy(area_polygon(TRUTH, area), middle.x, middle.y)]
    assert zones["population"].sum() == truth["residents"]
    income = np.average(zones["income_month_mean"], weights=zones["households"])
    assert income == pytest.approx(truth["income_month"], rel=0.1)


def test_the_written_outlines_are_those_of_the_plan() -> None:
    for district in demo_plan.DISTRICTS:
        distance = shapely.hausdorff_distance(shapely.Polygon(district.outline), area_xy(district.kind))
        assert distance < 30
        assert TRUTH["areas"][district.kind]["name"] == district.name


def test_jobs_add_up_and_the_estate_has_few(city: DemoCityFiles) -> None:
    jobs = pd.read_csv(city.jobs)
    assert jobs["jobs"].sum() == TRUTH["jobs"]
    inside = shapely.contains_xy(area_polygon(TRUTH, "estate"), jobs["lon"], jobs["lat"])
    assert jobs.loc[inside, "jobs"].sum() < 0.05 * TRUTH["areas"]["estate"]["residents"]


def test_the_only_hospital_is_on_the_east_bank(city: DemoCityFiles) -> None:
    health = pd.read_csv(city.health)
    hospital = health[health["kind"] == "hospital"].iloc[0]
    assert (health["kind"] == "hospital").sum() == 1
    truth = TRUTH["hospital"]
    assert (hospital["lon"], hospital["lat"]) == pytest.approx((truth["lon"], truth["lat"]), abs=1e-3)
    x, y = plan_xy([hospital["lon"]], [hospital["lat"]])
    assert x[0] > demo_plan.river_x_m(y[0]) + 1_000
    assert not shapely.contains_xy(area_polygon(TRUTH, "west_bank"), hospital["lon"], hospital["lat"])


def test_schools_have_levels_and_capacity_for_the_children(
    city: DemoCityFiles, census: gpd.GeoDataFrame
) -> None:
    schools = pd.read_csv(city.schools)
    assert set(schools["level"]) == {"early_childhood", "primary", "secondary", "tertiary"}
    school_places = schools.loc[schools["level"].isin(["primary", "secondary"]), "capacity"].sum()
    assert 0.6 < school_places / census["age_0_14"].sum() < 1.5


# writing


def test_refuses_a_folder_that_is_no_demo_city(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ResultError, match="exists and is no demo city, so it is not overwritten"):
        write_demo_city(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_refuses_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ResultError, match="is no demo city"):
        write_demo_city(tmp_path / "out")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(
        InputDataError, match=r"size is 'huge', allowed are small, medium, metropolis; seed is -1"
    ):
        write_demo_city(tmp_path / "out", size="huge", seed=-1)  # type: ignore[arg-type]


def test_replaces_an_earlier_demo_city_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    first = _digests(write_demo_city(tmp_path / "city", seed=1))
    second = _digests(write_demo_city(tmp_path / "city", seed=2))
    assert first["bus.zip"] != second["bus.zip"]
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_a_full_disk_leaves_the_earlier_city_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = _digests(write_demo_city(tmp_path / "city"))

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(demo_city, "write_gtfs", no_space)
    with pytest.raises(ResultError, match="No space left on device; nothing was changed there"):
        write_demo_city(tmp_path / "city", seed=2)
    assert _digests(DemoCityFiles(tmp_path / "city")) == earlier
    assert [path.name for path in tmp_path.iterdir()] == ["city"]


def test_says_in_both_languages_that_it_is_invented(city: DemoCityFiles) -> None:
    text = (city.folder / "README.txt").read_text(encoding="utf-8")
    assert "an invented city" in text
    assert "Ville inventée" in text


def test_reports_progress(tmp_path: Path) -> None:
    told: list[str] = []
    write_demo_city(tmp_path / "city", progress=told.append)
    assert told == ["people and census", "streets", "timetable: bus", "timetable: tram"]


# helpers of the plan, and of the statements


def test_share_out_keeps_totals_and_breaks_ties_to_the_left() -> None:
    parts = demo_plan.share_out(np.array([10, 7]), np.array([[1.0, 1.0, 1.0], [5.0, 0.0, 5.0]]))
    assert parts.tolist() == [[4, 3, 3], [4, 0, 3]]


def test_noise_depends_on_key_seed_and_purpose_and_fills_the_unit_interval() -> None:
    keys = np.arange(20_000)
    noise = demo_plan.noise01(keys, 1, 1)
    assert (noise >= 0).all()
    assert (noise < 1).all()
    assert np.histogram(noise, 10, (0, 1))[0] == pytest.approx(2_000, rel=0.1)
    assert not np.array_equal(noise, demo_plan.noise01(keys, 2, 1))
    assert not np.array_equal(noise, demo_plan.noise01(keys, 1, 2))


def test_suburbs_have_names_of_their_own() -> None:
    names = demo_plan.suburb_names(len(demo_plan.suburb_centres(demo_plan.SIZES["metropolis"].radius_m)))
    assert len(names) == len(set(names)) > 100


def test_statements_are_evaluated_by_residents() -> None:
    x, y = area_polygon(TRUTH, "estate").centroid.coords[0]
    places = [shapely.box(x - d, y - d, x + d, y + d) for d in (1e-5, 2e-5)] + [shapely.box(0, 0, 1, 1)] * 2
    cells = gpd.GeoDataFrame(
        {
            "population": [100.0, 300.0, 400.0, 0.0],
            "income_decile": [1, 2, 9, 9],
            "snap": ["snapped", "too_far", "snapped", "snapped"],
            "jobs_in_45min_peak": [10.0, 30.0, 75.0, 9_999.0],
            "hospitals_in_60min_night": [1.0, 0.0, 2.0, 0.0],
        },
        geometry=places,
        crs=4326,
    )  # fmt: skip
    base = {"area": "estate", "at_most": 0.5}
    ratio = {**base, "check": "mean_ratio_to_city", "service": "jobs", "cutoff_min": 45, "period": "peak"}
    assert evaluate(ratio, TRUTH, cells) == pytest.approx(25 / 50)
    reach = {**base, "check": "share_reaching", "service": "hospitals", "cutoff_min": 60, "period": "night"}
    assert evaluate(reach, TRUTH, cells) == pytest.approx(0.25)
    assert evaluate({**base, "check": "share_in_decile", "deciles": [1]}, TRUTH, cells) == pytest.approx(0.25)
    assert evaluate({**base, "check": "share_snapped"}, TRUTH, cells) == pytest.approx(0.25)
    assert holds(base, 0.5)
    assert not holds(base, 0.51)
    better = cells.assign(jobs_in_45min_peak=[30.0, 50.0, 75.0, 0.0])
    effect = {"area": "estate", "service": "jobs", "cutoff_min": 45, "period": "peak"}
    assert share_of_gap_closed(effect, TRUTH, cells, better) == pytest.approx(1 - 15 / 25)


def test_every_statement_is_in_both_languages_and_was_measured() -> None:
    for statement in TRUTH["statements"]:
        assert statement["en"]
        assert statement["fr"]
        assert holds(statement, statement["measured"])
    ids = [statement["id"] for statement in TRUTH["statements"]]
    assert len(ids) == len(set(ids))
    assert TRUTH["remedy"]["effect"]["measured"] >= TRUTH["remedy"]["effect"]["at_least"]


# larger sizes


@pytest.mark.slow
def test_medium_has_the_same_core_in_ten_thousand_cells(city: DemoCityFiles, tmp_path: Path) -> None:
    medium = write_demo_city(tmp_path / "medium", size="medium")
    outline = gpd.read_file(medium.boundary).geometry.iloc[0]
    assert 9_000 < len(h3.geo_to_cells(outline, 9)) < 11_000
    visits = pd.concat([read_visits(path, name) for name, path in medium.feeds.items()])
    near = shapely.dwithin(shapely.points(visits["x"], visits["y"]), area_xy("estate"), 1_200)
    assert set(visits.loc[near, "route_id"]) == {TRUTH["network"]["estate_line"]["route_id"]}
    distance = shapely.distance(shapely.points(visits["x"], visits["y"]), area_xy("settlement"))
    assert distance.min() >= TRUTH["network"]["settlement_nearest_stop_m"]
    small_grid, grid = (pd.read_csv(files.population_grid) for files in (city, medium))
    same = small_grid.merge(grid, on=["lon", "lat", "population"])
    assert len(same) == len(small_grid)
    for path in medium.feeds.values():
        assert gtfs_guru.validate(str(path), date="2026-03-11").error_count == 0


@pytest.mark.slow
def test_metropolis_has_the_promised_size_in_time(tmp_path: Path) -> None:
    start = time.process_time()
    metropolis = write_demo_city(tmp_path / "metropolis", size="metropolis")
    assert time.process_time() - start < 300
    outline = gpd.read_file(metropolis.boundary).geometry.iloc[0]
    assert 48_000 < len(h3.geo_to_cells(outline, 9)) < 52_000
    stops = sum(len(read_gtfs_table(path, "stops.txt")) for path in metropolis.feeds.values())
    assert 43_000 < stops < 48_000
    connections = 0
    for path in metropolis.feeds.values():
        visits = read_gtfs_table(path, "stop_times.txt")
        connections += len(visits) - visits["trip_id"].nunique()
        assert visits["arrival_time"].min() >= "07:00:00"
        assert visits["departure_time"].max() <= "11:00:00"
        assert gtfs_guru.validate(str(path), date="2026-03-11").error_count == 0
    assert 2_200_000 < connections < 2_400_000

"""The demo city holds what ``configs/demo-truth.yaml`` says is planted, as files a real user could have."""

from __future__ import annotations

import hashlib
import time
import zipfile
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import gtfs_guru
import h3
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from demo_truth import area_polygon, evaluate, holds, read_truth, share_of_gap_closed

from access import demo_city, demo_plan
from access.demo_city import DemoCityFiles, write_demo_city
from access.errors import InputDataError, ResultError

TRUTH = read_truth()
NIGHT_S = (1 * 3_600, 4 * 3_600 + 1_800)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCityFiles:
    return write_demo_city(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def census(city: DemoCityFiles) -> gpd.GeoDataFrame:
    return gpd.read_file(city.census, layer="census")


@pytest.fixture(scope="module")
def trips(city: DemoCityFiles) -> pd.DataFrame:
    """Every timed visit of both feeds with route, kind of day, position (plan metres) and seconds."""
    return pd.concat([_visits(path, name) for name, path in city.feeds.items()], ignore_index=True)


@pytest.fixture(scope="module")
def osm(city: DemoCityFiles) -> dict[str, Any]:
    nodes, ways = {}, []
    for item in osmium.FileProcessor(str(city.streets)):
        if item.is_node():
            nodes[item.id] = (item.lon, item.lat, dict(item.tags))
        elif item.is_way():
            ways.append(([node.ref for node in item.nodes], dict(item.tags)))
    return {"nodes": nodes, "ways": ways}


def _table(path: Path, name: str) -> pd.DataFrame:
    with zipfile.ZipFile(path) as archive:
        return pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)


def _seconds(texts: pd.Series) -> pd.Series:
    parts = texts.str.split(":", expand=True).astype(int)
    return parts[0] * 3_600 + parts[1] * 60 + parts[2]


def _plan_xy(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(demo_plan.PLAN_CRS)
    return points.x.to_numpy() - demo_plan.EASTING_M, points.y.to_numpy() - demo_plan.NORTHING_M


def _visits(path: Path, feed: str) -> pd.DataFrame:
    visits = _table(path, "stop_times.txt").merge(_table(path, "trips.txt"), on="trip_id")
    visits = visits.merge(_table(path, "stops.txt"), on="stop_id")
    visits["x"], visits["y"] = _plan_xy(visits["stop_lon"].astype(float), visits["stop_lat"].astype(float))
    visits["feed"], visits["timed"] = feed, visits["departure_time"] != ""
    visits["time_s"] = -1
    visits.loc[visits["timed"], "time_s"] = _seconds(visits.loc[visits["timed"], "departure_time"])
    return visits


def _digests(files: DemoCityFiles) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files.folder.iterdir())
    }


def _area_xy(area: str) -> shapely.Polygon:
    lon, lat = np.array(TRUTH["areas"][area]["polygon"]).T
    return shapely.Polygon(np.column_stack(_plan_xy(lon, lat)))


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
        distance = shapely.hausdorff_distance(shapely.Polygon(district.outline), _area_xy(district.kind))
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
    x, y = _plan_xy([hospital["lon"]], [hospital["lat"]])
    assert x[0] > demo_plan.river_x_m(y[0]) + 1_000
    assert not shapely.contains_xy(area_polygon(TRUTH, "west_bank"), hospital["lon"], hospital["lat"])


def test_schools_have_levels_and_capacity_for_the_children(
    city: DemoCityFiles, census: gpd.GeoDataFrame
) -> None:
    schools = pd.read_csv(city.schools)
    assert set(schools["level"]) == {"early_childhood", "primary", "secondary", "tertiary"}
    school_places = schools.loc[schools["level"].isin(["primary", "secondary"]), "capacity"].sum()
    assert 0.6 < school_places / census["age_0_14"].sum() < 1.5


# timetables


def test_only_the_slow_line_serves_the_estate(trips: pd.DataFrame) -> None:
    line = TRUTH["network"]["estate_line"]
    near = shapely.dwithin(shapely.points(trips["x"], trips["y"]), _area_xy("estate"), 1_200)
    assert set(trips.loc[near, "route_id"]) == {line["route_id"]}
    starts = _starts(trips, line["route_id"], "weekday")
    assert set(np.diff(starts)) == {line["weekday_headway_min"] * 60}
    first_h, last_h = line["weekday_hours"]
    assert starts[0] >= first_h * 3_600 - 60
    assert starts[-1] <= last_h * 3_600
    assert set(np.diff(_starts(trips, line["route_id"], "saturday"))) == {line["saturday_headway_min"] * 60}
    assert len(_starts(trips, line["route_id"], "sunday")) == 0


def _starts(trips: pd.DataFrame, route_id: str, service_id: str, direction: str = "0") -> np.ndarray:
    first = trips[(trips["stop_sequence"] == "1") & (trips["route_id"] == route_id)]
    chosen = first[(first["service_id"] == service_id) & (first["direction_id"] == direction)]
    return np.sort(chosen["time_s"].to_numpy())


def test_the_enclave_has_two_stops_and_an_hourly_line(trips: pd.DataFrame) -> None:
    line = TRUTH["network"]["enclave_line"]
    inside = shapely.contains_xy(_area_xy("enclave"), trips["x"], trips["y"])
    assert set(trips.loc[inside, "route_id"]) == {line["route_id"]}
    places = {stop.rsplit("-", 1)[0] for stop in trips.loc[inside, "stop_id"]}
    assert len(places) <= 3
    assert set(np.diff(_starts(trips, line["route_id"], "weekday"))) == {line["weekday_headway_min"] * 60}


def test_no_stop_is_near_the_settlement(trips: pd.DataFrame) -> None:
    distance = shapely.distance(shapely.points(trips["x"], trips["y"]), _area_xy("settlement"))
    assert distance.min() >= TRUTH["network"]["settlement_nearest_stop_m"]


def test_at_night_three_lines_run_and_none_crosses_the_river(trips: pd.DataFrame) -> None:
    timed = trips[trips["timed"]]
    for service_id in ("weekday", "saturday", "sunday"):
        today = timed[timed["service_id"] == service_id]
        clock = today["time_s"] % 86_400
        night = today[(clock >= NIGHT_S[0]) & (clock < NIGHT_S[1])]
        assert set(night["route_id"]) == set(TRUTH["network"]["night_gap"]["routes_running"])
        assert not (night["x"] > demo_plan.river_x_m(night["y"])).any()


def test_by_day_buses_and_trams_cross_the_river(trips: pd.DataFrame) -> None:
    east = trips["x"] > demo_plan.river_x_m(trips["y"])
    sides = east.groupby(trips["route_id"]).agg(["min", "max"])
    assert {"T1", "4", "6"} <= set(sides.index[~sides["min"] & sides["max"]])


def test_on_sunday_the_written_routes_do_not_run(trips: pd.DataFrame) -> None:
    sunday = set(trips.loc[trips["service_id"] == "sunday", "route_id"])
    assert sunday.isdisjoint(TRUTH["network"]["sunday_gap"]["routes_not_running"])
    assert {"T1", "1", "2"} <= sunday


def test_trips_go_on_after_midnight(trips: pd.DataFrame) -> None:
    assert (trips.loc[trips["service_id"] == "weekday", "time_s"] > 25 * 3_600).any()


def test_times_never_go_back_and_every_trip_moves(trips: pd.DataFrame) -> None:
    timed = trips[trips["timed"]]
    order = timed["stop_sequence"].astype(int)
    steps = timed.assign(order=order).sort_values(["trip_id", "order"]).groupby("trip_id")["time_s"].diff()
    assert steps.dropna().min() > 0


def test_some_stop_times_are_blank_with_and_without_distances(trips: pd.DataFrame) -> None:
    blank = trips[~trips["timed"]]
    assert {"2", "5", "8", "11"} == set(blank["route_id"])
    with_distance = set(trips.loc[trips["shape_dist_traveled"].fillna("") != "", "route_id"])
    assert with_distance == {"5", "8"}
    assert (trips.loc[trips["stop_sequence"] == "1", "timed"]).all()


def test_one_line_is_in_frequencies_and_trams_use_calendar_dates_only(city: DemoCityFiles) -> None:
    frequencies = _table(city.feeds["bus"], "frequencies.txt")
    assert set(frequencies["trip_id"].str.split("-").str[0]) == {"10"}
    members = {name: set(zipfile.ZipFile(path).namelist()) for name, path in city.feeds.items()}
    assert "calendar.txt" in members["bus"]
    assert "calendar.txt" not in members["tram"]


def test_trams_have_stations_and_both_feeds_run_every_day(city: DemoCityFiles) -> None:
    stops = _table(city.feeds["tram"], "stops.txt")
    assert set(stops.loc[stops["location_type"] == "0", "parent_station"]) == set(
        stops.loc[stops["location_type"] == "1", "stop_id"]
    )
    dates = _table(city.feeds["tram"], "calendar_dates.txt")
    by_day = dates.set_index("date")["service_id"]
    for day in ("20260311", "20260314", "20260315", "20260714"):
        weekday = date(int(day[:4]), int(day[4:6]), int(day[6:])).weekday()
        expected = (
            "sunday" if weekday == 6 or day == "20260714" else "saturday" if weekday == 5 else "weekday"
        )
        assert by_day[day] == expected


def test_every_stop_is_used_and_lies_in_the_city(city: DemoCityFiles, trips: pd.DataFrame) -> None:
    outline = gpd.read_file(city.boundary).geometry.iloc[0]
    for name, path in city.feeds.items():
        stops = _table(path, "stops.txt")
        lon, lat = stops["stop_lon"].astype(float), stops["stop_lat"].astype(float)
        assert shapely.contains_xy(outline, lon, lat).all()
        used = set(trips.loc[trips["feed"] == name, "stop_id"])
        assert used == set(stops.loc[stops["location_type"] == "0", "stop_id"])


# streets


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
    x, y = _plan_xy([bank[0] for bank in banks], [bank[1] for bank in banks])
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
            rows.add(round(_plan_xy([osm["nodes"][nodes[0]][0]], [osm["nodes"][nodes[0]][1]])[1][0] / 960))
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
    visits = pd.concat([_visits(path, name) for name, path in medium.feeds.items()])
    near = shapely.dwithin(shapely.points(visits["x"], visits["y"]), _area_xy("estate"), 1_200)
    assert set(visits.loc[near, "route_id"]) == {TRUTH["network"]["estate_line"]["route_id"]}
    distance = shapely.distance(shapely.points(visits["x"], visits["y"]), _area_xy("settlement"))
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
    stops = sum(len(_table(path, "stops.txt")) for path in metropolis.feeds.values())
    assert 43_000 < stops < 48_000
    connections = 0
    for path in metropolis.feeds.values():
        visits = _table(path, "stop_times.txt")
        connections += len(visits) - visits["trip_id"].nunique()
        assert visits["arrival_time"].min() >= "07:00:00"
        assert visits["departure_time"].max() <= "11:00:00"
        assert gtfs_guru.validate(str(path), date="2026-03-11").error_count == 0
    assert 2_200_000 < connections < 2_400_000

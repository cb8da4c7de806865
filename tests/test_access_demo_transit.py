"""The timetables of the demo city hold what ``configs/demo-truth.yaml`` says is planted."""

from __future__ import annotations

import zipfile
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from demo_truth import (
    area_xy,
    read_gtfs_table,
    read_truth,
    read_visits,
)

from access import demo_plan
from access.demo_city import DemoCityFiles, write_demo_city

TRUTH = read_truth()
NIGHT_S = (1 * 3_600, 4 * 3_600 + 1_800)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> DemoCityFiles:
    return write_demo_city(tmp_path_factory.mktemp("demo") / "city")


@pytest.fixture(scope="module")
def trips(city: DemoCityFiles) -> pd.DataFrame:
    """Every timed visit of both feeds with route, kind of day, position (plan metres) and seconds."""
    return pd.concat([read_visits(path, name) for name, path in city.feeds.items()], ignore_index=True)


def test_only_the_slow_line_serves_the_estate(trips: pd.DataFrame) -> None:
    line = TRUTH["network"]["estate_line"]
    near = shapely.dwithin(shapely.points(trips["x"], trips["y"]), area_xy("estate"), 1_200)
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
    inside = shapely.contains_xy(area_xy("enclave"), trips["x"], trips["y"])
    assert set(trips.loc[inside, "route_id"]) == {line["route_id"]}
    places = {stop.rsplit("-", 1)[0] for stop in trips.loc[inside, "stop_id"]}
    assert len(places) <= 3
    assert set(np.diff(_starts(trips, line["route_id"], "weekday"))) == {line["weekday_headway_min"] * 60}


def test_no_stop_is_near_the_settlement(trips: pd.DataFrame) -> None:
    distance = shapely.distance(shapely.points(trips["x"], trips["y"]), area_xy("settlement"))
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
    frequencies = read_gtfs_table(city.feeds["bus"], "frequencies.txt")
    assert set(frequencies["trip_id"].str.split("-").str[0]) == {"10"}
    members = {name: set(zipfile.ZipFile(path).namelist()) for name, path in city.feeds.items()}
    assert "calendar.txt" in members["bus"]
    assert "calendar.txt" not in members["tram"]


def test_trams_have_stations_and_both_feeds_run_every_day(city: DemoCityFiles) -> None:
    stops = read_gtfs_table(city.feeds["tram"], "stops.txt")
    assert set(stops.loc[stops["location_type"] == "0", "parent_station"]) == set(
        stops.loc[stops["location_type"] == "1", "stop_id"]
    )
    dates = read_gtfs_table(city.feeds["tram"], "calendar_dates.txt")
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
        stops = read_gtfs_table(path, "stops.txt")
        lon, lat = stops["stop_lon"].astype(float), stops["stop_lat"].astype(float)
        assert shapely.contains_xy(outline, lon, lat).all()
        used = set(trips.loc[trips["feed"] == name, "stop_id"])
        assert used == set(stops.loc[stops["location_type"] == "0", "stop_id"])

"""Every wrong option is told in words that name it, what came and what is allowed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from builders_api import EIGHT, clock, points

from access.errors import AccessError
from access.points import places_on_streets, points_of
from access.travel_options import TravelOptions, travel_options

MINUTE = timedelta(minutes=1)


def options(**changes: Any) -> TravelOptions:
    return travel_options([], **{"departure": EIGHT, **changes})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"departure": None}, r"departure is missing; give date and time"),
        ({"departure": []}, r"departure is an empty list"),
        ({"departure": "2024-03-06"}, r"departure has '2024-03-06'; give a datetime"),
        ({"departure": date(2024, 3, 6)}, r"departure has datetime.date\(2024, 3, 6\); give a datetime"),
        ({"departure": datetime(2024, 3, 6, tzinfo=UTC)}, r"has a time zone; give the time of the clock"),
        ({"departure": EIGHT.replace(microsecond=5)}, r"has fractions of a second"),
        ({"departure": [EIGHT, EIGHT]}, r"departure has the same date and time twice"),
        (
            {"departure_time_window": timedelta(0)},
            r"departure_time_window is 0 min; allowed are whole minutes",
        ),
        ({"departure_time_window": 60}, r"departure_time_window is 60; give a timedelta"),
        ({"departure_time_window": timedelta(seconds=90)}, r"departure_time_window is 1.5 min"),
        ({"departure_time_window": timedelta(hours=25)}, r"is 1500 min; allowed are whole minutes .* 1,440"),
        (
            {"departure": clock("2024-03-06 23:00"), "departure_time_window": timedelta(hours=24)},
            r"end at 49:00",
        ),
        ({"percentiles": []}, r"percentiles is empty"),
        ({"percentiles": 50}, r"percentiles is 50; give a list of numbers"),
        ({"percentiles": [50, 50.0]}, r"percentiles has a number twice"),
        ({"percentiles": [-5, 100.5]}, r"percentiles must be above 0 and at most 100, not -5, 100.5"),
        ({"percentiles": [True]}, r"percentiles is \[True\]; give a list of numbers"),
        ({"percentiles": ["fifty"]}, r"percentiles is \['fifty'\]; give a list of numbers"),
        ({"percentiles": [float("nan")]}, r"percentiles must be above 0 and at most 100, not nan"),
        ({"transport_modes": []}, r"transport_modes is empty"),
        ({"transport_modes": None}, r"transport_modes is None; give a list, such as \['WALK'\]"),
        ({"transport_modes": "BUS"}, r"transport_modes is 'BUS'; give a list, such as \['BUS'\]"),
        ({"transport_modes": "WALK"}, r"transport_modes is 'WALK'; give a list, such as \['WALK'\]"),
        (
            {"transport_modes": ["CAR_PARK"]},
            r"transport_modes has CAR_PARK; known are WALK, BICYCLE, CAR, AIR",
        ),
        ({"access_modes": ["CAR"]}, r"access_modes has CAR; to and from stops one walks"),
        ({"egress_modes": ["BICYCLE"]}, r"egress_modes has BICYCLE"),
        (
            {"max_time": timedelta(minutes=255)},
            r"max_time is 255 min; allowed are whole minutes from 1 to 254",
        ),
        ({"max_time": 120}, r"max_time is 120; give a timedelta"),
        ({"max_time_walking": timedelta(minutes=-1)}, r"max_time_walking is -1 min; it cannot be negative"),
        ({"max_time_walking": timedelta(hours=3)}, r"max_time_walking \(180 min\) is longer than max_time"),
        ({"max_time_cycling": 5}, r"max_time_cycling is 5; give a timedelta"),
        ({"max_time_driving": timedelta(hours=3)}, r"max_time_driving \(180 min\) is longer than max_time"),
        ({"max_time_transfer": None}, r"max_time_transfer is None; give a timedelta"),
        ({"speed_walking": -3.6}, r"speed_walking is -3.6; allowed are km/h above 0"),
        ({"speed_walking": float("nan")}, r"speed_walking is nan"),
        ({"speed_walking": True}, r"speed_walking is True"),
        ({"speed_cycling": "fast"}, r"speed_cycling is 'fast'"),
        ({"speed_cycling": 3, "transport_modes": ["BICYCLE"]}, r"below walk_speed_km_h 3.6; walk instead"),
        ({"departure": pd.NaT}, r"departure has NaT, a missing time; give date and time"),
        ({"departure": [EIGHT, pd.NaT]}, r"departure has NaT, a missing time"),
        ({"max_public_transport_rides": True}, r"max_public_transport_rides is True; it must be a whole"),
        ({"threads": True}, r"threads is True; it must be a whole number"),
        ({"max_bicycle_traffic_stress": True}, r"max_bicycle_traffic_stress is True; allowed are 1"),
        ({"max_public_transport_rides": 0}, r"max_public_transport_rides is 0; it must be a whole number"),
        ({"max_bicycle_traffic_stress": 5}, r"max_bicycle_traffic_stress is 5; allowed are 1 \(calm\) to 4"),
        (
            {"boarding_slack": timedelta(0)},
            r"boarding_slack is 0 min; allowed is a timedelta of whole seconds",
        ),
        ({"boarding_slack": 60}, r"boarding_slack is 60; allowed is a timedelta"),
        ({"driving_rules": 1, "transport_modes": ["CAR"]}, r"driving_rules is 1; give access.driving.Dri"),
        ({"snap_to_network": 0.0}, r"snap_to_network is 0.0; allowed are True and a radius"),
        ({"snap_to_network": "far"}, r"snap_to_network is 'far'"),
        ({"threads": 0}, r"threads is 0"),
    ],
)
def test_a_wrong_option_is_told(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(AccessError, match=problem) as caught:
        options(**changes)
    assert str(caught.value).count("\n  - ") == 1


def test_several_departures_without_transit_are_refused() -> None:
    with pytest.raises(AccessError, match="departure is a list; without TRANSIT times do not depend on it"):
        options(departure=[EIGHT], transport_modes=["WALK"])


def test_problems_of_the_caller_come_first() -> None:
    with pytest.raises(AccessError, match=r"cannot be computed:\n  - one\n  - speed_walking is 0"):
        travel_options(["one"], departure=EIGHT, speed_walking=0)


def test_an_unknown_keyword_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'speed'"):
        options(speed=5)


def test_defaults_are_those_of_r5py_but_for_the_stated_ones() -> None:
    found = options()
    assert (found.window_min, found.percentiles, found.max_time_min) == (10, (50,), 120)
    assert found.walk_speed_km_h == 3.6
    assert found.max_snap_m == 1600
    assert found.max_rides is None  # r5py: 8
    assert found.max_walk_min == 30  # r5py: max_time
    assert found.max_transfer_walk_min == 15  # r5py has no such option
    assert found.boarding_slack_s == 60
    assert found.modes == {"TRANSIT", "WALK"}


def test_walking_is_limited_by_a_shorter_max_time() -> None:
    assert options(max_time=20 * MINUTE).max_walk_min == 20
    assert options(transport_modes=["WALK"]).max_walk_min == 120


def test_false_and_true_are_the_default_radius_as_r5py_links_points_anyway() -> None:
    assert options(snap_to_network=False).max_snap_m == options(snap_to_network=True).max_snap_m == 1600
    assert options(snap_to_network=250).max_snap_m == 250


def test_the_horizon_is_one_of_two_so_that_few_timetables_are_kept() -> None:
    assert options().horizon_s == 32 * 3600
    late = {"departure": clock("2024-03-06 23:00"), "max_time": 240 * MINUTE}
    assert options(**late, departure_time_window=300 * MINUTE).horizon_s == 32 * 3600
    assert options(**late, departure_time_window=301 * MINUTE).horizon_s == 48 * 3600


def test_to_arrive_after_midnight_one_leaves_on_the_day_before() -> None:
    window = options(departure=clock("2024-03-07 02:00"), arrive_by=True).windows[0]
    assert (window.service_date, window.start_s) == (date(2024, 3, 6), 26 * 3600)
    window = options(departure=clock("2024-03-07 02:01"), arrive_by=True).windows[0]
    assert (window.service_date, window.start_s) == (date(2024, 3, 7), 2 * 3600 + 60)
    window = options(departure=clock("2024-03-07 00:30")).windows[0]
    assert (window.service_date, window.start_s) == (date(2024, 3, 7), 1800)


# points


def problems_of(frame: Any) -> list[str]:
    problems: list[str] = []
    points_of(frame, "origins", problems)
    return problems


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        (pd.DataFrame({"id": [1]}), "origins is a DataFrame; it must be a GeoDataFrame"),
        (points(a=0).iloc[:0], "origins is empty; give at least one point"),
        (
            points(a=0).rename(columns={"id": "cell"}),
            "origins has no column id; one is needed; rename 'cell'",
        ),
        (points(a=0)[["id", "id", "geometry"]], "origins has 2 columns id; one is needed"),
        (points(a=0, b=1).assign(id=["a", None]), "origins has 1 points without id"),
        (points(a=0, b=1, c=2).assign(id=[7, 7, 8]), r"origins has 1 ids more than once (7)"),
        (points(None, a=0), "origins has no crs; say which one its coordinates are in"),
        (gpd.GeoDataFrame({"id": [1]}), "origins has no geometry column"),
        (
            points("EPSG:3857", a=0).assign(geometry=lambda f: f.buffer(1)),
            "1 geometries that are no points, a Polygon",
        ),
        (points("EPSG:3857", a=0).set_crs(4326, allow_override=True), "coordinates beyond 180 degrees"),
    ],
    ids=[
        "no geo",
        "empty",
        "no id",
        "two ids",
        "missing id",
        "repeated",
        "no crs",
        "no geometry",
        "area",
        "metres",
    ],
)
def test_points_that_cannot_be_used(frame: Any, problem: str) -> None:
    found = problems_of(frame)
    assert len(found) == 1
    assert problem in found[0]


def test_points_without_coordinates_are_no_problem() -> None:
    frame = gpd.GeoDataFrame(
        {"id": [1, 2, 3]}, geometry=[None, shapely.Point(), shapely.Point(2, 48)], crs=4326
    )
    problems: list[str] = []
    found = points_of(frame, "origins", problems)
    assert problems == []
    assert np.isnan(found.lon).tolist() == [True, True, False]
    assert places_on_streets.__doc__


def test_ids_keep_order_and_type() -> None:
    frame = points(b=0, a=1).set_index(pd.Index([9, 4]))
    assert points_of(frame, "origins", []).ids.tolist() == ["b", "a"]
    assert points_of(frame, "origins", []).n_points == 2

"""Where a car may go, which way round and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from access.driving import SPEED_BY_CLASS_KM_H, DrivingRules, car_directions
from access.errors import AccessError

BOTH, FORWARD, BACKWARD, NEITHER = (True, True), (True, False), (False, True), (False, False)
STREET = {"highway": "residential"}


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        (STREET, BOTH),
        ({"highway": "footway"}, NEITHER),
        ({"highway": "cycleway", "motor_vehicle": "yes"}, NEITHER),
        ({"highway": "construction"}, NEITHER),
        ({"railway": "platform"}, NEITHER),
        ({**STREET, "oneway": "yes"}, FORWARD),
        ({**STREET, "oneway": "1"}, FORWARD),
        ({**STREET, "oneway": "-1"}, BACKWARD),
        ({**STREET, "oneway": "no"}, BOTH),
        ({**STREET, "oneway": "reversible"}, BOTH),
        ({**STREET, "oneway": "yes", "oneway:motor_vehicle": "no"}, BOTH),
        ({**STREET, "oneway": "no", "oneway:bicycle": "yes"}, BOTH),
        ({**STREET, "junction": "roundabout"}, FORWARD),
        ({**STREET, "junction": "circular"}, FORWARD),
        ({**STREET, "junction": "roundabout", "oneway": "-1"}, BACKWARD),
        ({**STREET, "junction": "jughandle"}, BOTH),
        ({"highway": "motorway"}, FORWARD),
        ({"highway": "motorway", "oneway": "no"}, BOTH),
        ({"highway": "motorway_link"}, BOTH),
        ({**STREET, "access": "private"}, NEITHER),
        ({**STREET, "access": "destination"}, BOTH),
        ({**STREET, "access": "no", "motor_vehicle": "yes"}, BOTH),
        ({**STREET, "motor_vehicle": "no", "motorcar": "yes"}, BOTH),
        ({**STREET, "access": "yes", "motor_vehicle": "agricultural"}, NEITHER),
        ({**STREET, "vehicle": "no"}, NEITHER),
        ({**STREET, "motor_vehicle": "unknown", "access": "no"}, NEITHER),
        ({"highway": "track"}, NEITHER),
        ({"highway": "track", "motor_vehicle": "yes"}, BOTH),
        ({"highway": "service", "service": "driveway"}, BOTH),
        ({"highway": "service", "service": "emergency_access"}, NEITHER),
        ({"highway": "service", "area": "yes"}, NEITHER),
    ],
)
def test_where_a_car_may_go(tags: Mapping[str, str], directions: tuple[bool, bool]) -> None:
    assert car_directions(tags) == directions
    assert (DrivingRules().passage(tags) is None) == (directions == NEITHER)


def test_the_limit_goes_before_the_class_and_is_known() -> None:
    passage = DrivingRules().passage({"highway": "primary", "maxspeed": "50", "maxspeed:backward": "40"})
    assert passage == (50, 40, True, True)
    assert DrivingRules().passage({"highway": "primary"}) == (72, 72, True, False)
    assert DrivingRules().passage({"highway": "tertiary", "oneway": "yes", "maxspeed": "30 mph"}) == (
        pytest.approx(48.28, abs=0.01),
        0,
        True,
        True,
    )


def test_nobody_sets_out_from_a_motorway_or_in_a_tunnel() -> None:
    rules = DrivingRules()
    for tags in ({"highway": "motorway"}, {"highway": "trunk_link"}, {**STREET, "tunnel": "yes"}):
        passage = rules.passage(tags)
        assert passage is not None
        assert not passage.joinable
    assert rules.passage({**STREET, "tunnel": "building_passage"}).joinable  # type: ignore[union-attr]


def test_congestion_slows_every_road_or_the_classes_named() -> None:
    street = {**STREET, "maxspeed": "30"}
    assert DrivingRules(congestion_factor=1.5).passage(street)[:2] == (20, 20)  # type: ignore[index]
    by_class = DrivingRules(congestion_factor={"primary": 2.0})
    assert by_class.passage(street)[:2] == (30, 30)  # type: ignore[index]
    assert by_class.passage({"highway": "primary_link", "maxspeed": "50"})[:2] == (25, 25)  # type: ignore[index]
    own = DrivingRules(congestion_factor={"primary": 2.0, "primary_link": 1.0})
    assert own.passage({"highway": "primary_link", "maxspeed": "50"})[:2] == (50, 50)  # type: ignore[index]


def test_a_table_of_ones_own_need_not_be_whole() -> None:
    rules = DrivingRules(speed_by_class_km_h={"residential": 20})
    assert rules.passage(STREET)[:2] == (20, 20)  # type: ignore[index]
    assert rules.passage({"highway": "primary"})[:2] == (72, 72)  # type: ignore[index]
    assert "a table of its own" in rules.summary()


def test_the_summary_has_every_parameter() -> None:
    rules = DrivingRules(
        congestion_factor={"primary": 1.8, "residential": 1.2},
        congestion_period="weekdays 7 to 9",
        access_min=2,
        parking_min=5.5,
        walk_speed_km_h=4.2,
    )
    text = rules.summary()
    for part in (
        "congestion factor primary 1.8, residential 1.2 (weekdays 7 to 9)",
        "2 min to the car, 5.5 min of parking",
        "on foot at 4.2 km/h",
        "R5's table",
        "turn restrictions",
    ):
        assert part in text
    assert rules.door == (4.2, 120, 330)
    assert "congestion factor 1 (free flow)" in DrivingRules().summary()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"congestion_factor": 0.9}, r"congestion_factor must be 1 or more, got 0.9"),
        ({"congestion_factor": {"primary": 0}}, r"congestion_factor of primary must be 1 or more, got 0"),
        ({"congestion_factor": {"avenue": 2}}, r"unknown classes of road: avenue; known are motorway, "),
        ({"congestion_factor": float("nan")}, r"congestion_factor must be 1 or more, got nan"),
        ({"access_min": -1}, r"access_min must lie from 0 to 240, got -1"),
        ({"parking_min": 300}, r"parking_min must lie from 0 to 240, got 300"),
        ({"walk_speed_km_h": 0}, r"walk_speed_km_h must lie from 0.1 to 300 km/h, got 0"),
        ({"speed_by_class_km_h": {"primary": -5}}, r"speed of primary must lie from 0.1 to 300 km/h, got -5"),
    ],
)
def test_refuses_a_parameter_out_of_range(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AccessError, match=message):
        DrivingRules(**change)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(AccessError, match=r"congestion_factor .*; access_min .*; parking_min "):
        DrivingRules(congestion_factor=0, access_min=-1, parking_min=-1)


def test_the_table_is_faster_for_greater_roads() -> None:
    main = ["living_street", "residential", "secondary", "primary", "trunk", "motorway"]
    speeds = [SPEED_BY_CLASS_KM_H[name] for name in main]
    assert speeds == sorted(speeds)

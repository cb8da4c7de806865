"""Where one rides, where one pushes, and how stressful it is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from access.cycling import CyclingRules, ride_directions, traffic_stress
from access.errors import AccessError

BOTH, FORWARD, BACKWARD, NEITHER = (True, True), (True, False), (False, True), (False, False)
STREET = {"highway": "residential"}
ROAD = {"highway": "secondary"}
ONE_WAY = {**STREET, "oneway": "yes"}


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        (STREET, BOTH),
        ({"highway": "cycleway"}, BOTH),
        ({"highway": "path"}, BOTH),
        ({"highway": "footway"}, NEITHER),
        ({"highway": "footway", "bicycle": "yes"}, BOTH),
        ({"highway": "pedestrian", "bicycle": "permissive"}, BOTH),
        ({"highway": "steps"}, NEITHER),
        ({"highway": "motorway", "bicycle": "yes"}, NEITHER),
        ({"highway": "trunk", "motorroad": "yes"}, NEITHER),
        ({**STREET, "bicycle": "dismount"}, NEITHER),
        ({**STREET, "bicycle": "use_sidepath"}, NEITHER),
        ({**STREET, "bicycle": "no"}, NEITHER),
        ({**STREET, "access": "private"}, NEITHER),
        ({**STREET, "access": "private", "bicycle": "yes"}, BOTH),
        ({**STREET, "vehicle": "no"}, NEITHER),
        ({**STREET, "motor_vehicle": "no"}, BOTH),
        ({**STREET, "access": "no", "vehicle": "destination"}, BOTH),
        (ONE_WAY, FORWARD),
        ({**ONE_WAY, "oneway:bicycle": "no"}, BOTH),
        ({**ONE_WAY, "oneway:bicycle": "yes", "cycleway": "opposite"}, FORWARD),
        ({**ONE_WAY, "cycleway": "opposite"}, BOTH),
        ({**ONE_WAY, "cycleway:left": "opposite_lane"}, BOTH),
        ({**ONE_WAY, "cycleway:left": "track", "cycleway:left:oneway": "-1"}, BOTH),
        ({**STREET, "oneway:bicycle": "-1"}, BACKWARD),
        ({**STREET, "junction": "roundabout"}, FORWARD),
    ],
)
def test_where_one_rides(tags: Mapping[str, str], directions: tuple[bool, bool]) -> None:
    assert ride_directions(tags) == directions


@pytest.mark.parametrize(
    ("tags", "speeds"),
    [
        (STREET, (15, 15)),
        (ONE_WAY, (15, 3.6)),  # pushed against the one-way street
        ({"highway": "footway"}, (3.6, 3.6)),
        ({"highway": "steps"}, (3.6, 3.6)),
        ({**STREET, "bicycle": "dismount"}, (3.6, 3.6)),
        ({**ONE_WAY, "foot": "no"}, (15, 0)),
        ({"highway": "trunk", "motorroad": "yes"}, None),
        ({"highway": "motorway"}, None),
        ({**STREET, "access": "private"}, None),
    ],
)
def test_what_is_not_ridden_is_pushed_if_one_may_walk(
    tags: Mapping[str, str], speeds: tuple[float, float] | None
) -> None:
    passage = CyclingRules().passage(tags)
    assert (passage and passage[:2]) == speeds


@pytest.mark.parametrize(
    ("tags", "stress"),
    [
        (STREET, (1, 1)),
        ({"highway": "cycleway"}, (1, 1)),
        ({"highway": "tertiary", "motor_vehicle": "no"}, (1, 1)),
        ({"highway": "service"}, (1, 1)),
        ({"highway": "tertiary"}, (3, 3)),
        ({"highway": "tertiary", "lanes": "2"}, (2, 2)),
        ({"highway": "tertiary", "maxspeed": "40"}, (2, 2)),
        ({"highway": "tertiary", "maxspeed": "25 mph"}, (2, 2)),
        ({"highway": "tertiary", "maxspeed": "50", "lanes": "2"}, (3, 3)),
        ({"highway": "tertiary", "maxspeed": "40", "lanes": "4"}, (3, 3)),
        ({"highway": "tertiary", "maxspeed": "50", "cycleway": "lane"}, (2, 2)),
        (ROAD, (4, 4)),
        ({**ROAD, "maxspeed": "30"}, (4, 4)),
        ({**ROAD, "cycleway": "lane"}, (3, 3)),
        ({**ROAD, "cycleway:right": "lane", "maxspeed": "40"}, (2, 4)),
        ({**ROAD, "cycleway:left": "lane"}, (4, 3)),
        ({**ROAD, "cycleway:both": "lane"}, (3, 3)),
        ({**ROAD, "cycleway:left": "lane", "oneway": "yes"}, (3, 3)),
        ({**ROAD, "cycleway": "track"}, (1, 1)),
        ({**ROAD, "cycleway:right": "track"}, (1, 4)),
        ({**ROAD, "lts": "2"}, (2, 2)),
        ({**ROAD, "lts": "3.0"}, (3, 3)),
        ({**ROAD, "lts": "low"}, (4, 4)),
        ({**ROAD, "lanes": "two"}, (4, 4)),
    ],
)
def test_traffic_stress(tags: Mapping[str, str], stress: tuple[int, int]) -> None:
    assert traffic_stress(tags) == stress


def test_above_the_limit_of_stress_the_bicycle_is_pushed() -> None:
    tags = {"highway": "tertiary", "maxspeed": "40"}
    speeds = [CyclingRules(max_stress=limit).passage(tags) for limit in (1, 2, 3, 4)]
    assert [passage and passage[:2] for passage in speeds] == [(3.6, 3.6), (15, 15), (15, 15), (15, 15)]
    assert CyclingRules(max_stress=3).passage({"highway": "trunk", "foot": "no"}) is None


@pytest.mark.parametrize("tags", [STREET, ROAD, ONE_WAY, {"highway": "tertiary"}, {**ROAD, "foot": "no"}])
def test_a_stricter_limit_of_stress_never_speeds_up(tags: Mapping[str, str]) -> None:
    speeds = [
        passage[:2] if (passage := CyclingRules(max_stress=limit).passage(tags)) else (0, 0)
        for limit in (1, 2, 3, 4)
    ]
    for strict, lax in pairwise(speeds):
        assert strict[0] <= lax[0]
        assert strict[1] <= lax[1]


def test_the_summary_has_every_parameter() -> None:
    text = CyclingRules(speed_km_h=18, walk_speed_km_h=4, max_stress=2).summary()
    assert "18 km/h on the flat and uphill, traffic stress up to level 2, else pushed" in text
    assert "at 4 km/h" in text
    assert "any traffic" in CyclingRules().summary()
    assert CyclingRules().door == (3.6, 0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"speed_km_h": 0}, "speed_km_h must lie from 0.1 to 100 km/h, got 0"),
        ({"walk_speed_km_h": float("nan")}, "walk_speed_km_h must lie from 0.1 to 100 km/h, got nan"),
        ({"speed_km_h": 3}, "speed_km_h 3 is below walk_speed_km_h 3.6; walk instead"),
        ({"max_stress": 5}, "max_stress must be 1, 2, 3 or 4, got 5"),
        ({"speed_km_h": -1, "max_stress": 0}, "got -1; max_stress must be 1, 2, 3 or 4, got 0"),
    ],
)
def test_refuses_a_parameter_out_of_range(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AccessError, match=message):
        CyclingRules(**change)

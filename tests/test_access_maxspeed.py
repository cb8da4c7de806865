"""Speed limits out of tags."""

from __future__ import annotations

import pytest

from access.maxspeed import NO_LIMIT_KM_H, WALK_KM_H, ZONE_LIMITS_KM_H, parse_maxspeed, speed_limits_km_h


@pytest.mark.parametrize(
    ("value", "km_h"),
    [
        ("60", 60),
        ("60 km/h", 60),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("7.5", 7.5),
        ("walk", WALK_KM_H),
        ("none", NO_LIMIT_KM_H),
        ("60|100|80", 100),
        ("50;30", 50),
        ("signals|50", 50),
        ("DE:urban", 50),
        ("DE:rural", 100),
        ("DE:walk", WALK_KM_H),
        ("FR:zone30", 30),
        ("DE:zone:30", 30),
        ("DE:30", 30),
        ("GB:zone20", 32.18688),
        ("BE-VLG:rural", 70),
        ("XX:urban", 50),
        ("XX:living_street", 20),
        ("0", None),
        ("signals", None),
        ("variable", None),
        ("fast", None),
        ("XX:moon", None),
        ("", None),
        (None, None),
    ],
)
def test_values_of_maxspeed(value: str | None, km_h: float | None) -> None:
    assert parse_maxspeed(value) == (None if km_h is None else pytest.approx(km_h))


@pytest.mark.parametrize(
    ("highway", "km_h"),
    [("residential", 30), ("tertiary", 40), ("secondary_link", 60), ("primary", 60), ("trunk", 80)],
)
def test_brazils_limit_in_towns_depends_on_the_class_of_road(highway: str, km_h: float) -> None:
    assert parse_maxspeed("BR:urban", highway) == km_h


def test_limits_may_differ_by_direction() -> None:
    tags = {"maxspeed": "50", "maxspeed:backward": "30"}
    assert speed_limits_km_h(tags, "primary") == (50, 30)
    assert speed_limits_km_h({"maxspeed:forward": "60"}, "primary") == (60, None)
    assert speed_limits_km_h({}, "primary") == (None, None)


def test_a_limit_for_cars_goes_before_the_common_one_and_a_zone_comes_last() -> None:
    assert speed_limits_km_h({"maxspeed": "100", "maxspeed:motorcar": "80"}, "trunk") == (80, 80)
    assert speed_limits_km_h({"maxspeed": "40", "source:maxspeed": "DE:urban"}, "primary") == (40, 40)
    assert speed_limits_km_h({"source:maxspeed": "DE:urban"}, "primary") == (50, 50)
    assert speed_limits_km_h({"maxspeed:type": "sign"}, "primary") == (None, None)
    assert speed_limits_km_h({"source:maxspeed": "survey 2019"}, "primary") == (None, None)


def test_every_legal_limit_is_a_speed() -> None:
    for country, limits in ZONE_LIMITS_KM_H.items():
        assert len(country) == 2
        assert all(5 <= limit <= 140 for limit in limits.values()), country
        assert {"urban", "rural"} <= set(limits) or country == "GB", country

"""Modes of routes, and vehicles closed because of theirs."""

from __future__ import annotations

import numpy as np
import pytest
from builders_timetable import Town

from access.transit_modes import TRANSIT_MODES, mode_of_route, with_modes


@pytest.mark.parametrize(
    ("route_type", "mode"),
    [
        *(
            (0, "TRAM"),
            (1, "SUBWAY"),
            (2, "RAIL"),
            (3, "BUS"),
            (4, "FERRY"),
            (5, "CABLE_CAR"),
            (6, "GONDOLA"),
        ),
        *(
            (7, "FUNICULAR"),
            (11, "BUS"),
            (12, "RAIL"),
            (100, "RAIL"),
            (109, "RAIL"),
            (200, "BUS"),
            (401, "SUBWAY"),
        ),
        *((702, "BUS"), (800, "BUS"), (900, "TRAM"), (1000, "FERRY"), (1100, "AIR"), (1200, "FERRY")),
        *(
            (1300, "GONDOLA"),
            (1400, "FUNICULAR"),
            (1501, "BUS"),
            (1700, "TRANSIT"),
            (-1, "TRANSIT"),
            (99, "TRANSIT"),
        ),
    ],
)
def test_mode_of_a_route_type(route_type: int, mode: str) -> None:
    assert mode_of_route(route_type) == mode
    assert mode in TRANSIT_MODES


def test_vehicles_of_other_modes_are_closed_and_the_timetable_given_is_unchanged() -> None:
    timetable = Town("A 8:00, Z 8:10\nA 8:30, Z 8:40").journey_input()["timetable"]
    timetable = timetable._replace(trip_route=np.array([0, 1], np.int32))
    only_rail = with_modes(timetable, [3, 2], {"RAIL"})
    assert only_rail.pickup.tolist() == [False, False, True, True]
    assert only_rail.drop_off.tolist() == [False, False, True, True]
    assert not only_rail.pickup.flags.writeable
    assert timetable.pickup.all()
    assert with_modes(timetable, [3, 2], {"TRANSIT", "RAIL"}) is timetable
    assert with_modes(timetable, [3, 2], {"BUS", "RAIL"}).pickup.all()

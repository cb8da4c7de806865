"""Which trips a journey may use, by the mode of their route in r5py's names.

Types 0 to 12 of ``routes.txt`` as the GTFS reference names them, and the extended ones by their hundreds
(Google's "Extended GTFS Route Types").
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from gtfs.timetable import Timetable

ANY_TRANSIT = "TRANSIT"

_MODE_OF_TYPE = {
    0: "TRAM",
    1: "SUBWAY",
    2: "RAIL",
    3: "BUS",
    4: "FERRY",
    5: "CABLE_CAR",
    6: "GONDOLA",
    7: "FUNICULAR",
    11: "BUS",  # trolleybus
    12: "RAIL",  # monorail
}
_MODE_OF_HUNDRED = {
    1: "RAIL",
    2: "BUS",  # coach
    4: "SUBWAY",
    7: "BUS",
    8: "BUS",  # trolleybus
    9: "TRAM",
    10: "FERRY",
    11: "AIR",
    12: "FERRY",
    13: "GONDOLA",
    14: "FUNICULAR",
    15: "BUS",  # shared taxi
}

TRANSIT_MODES = frozenset({ANY_TRANSIT, *_MODE_OF_TYPE.values(), *_MODE_OF_HUNDRED.values()})
"""Names a caller may use; ``TRANSIT`` stands for all, also for types without a name."""


def mode_of_route(route_type: int) -> str:
    """Return the mode of a GTFS route type; ``TRANSIT`` where it has no name of its own."""
    by_hundred = _MODE_OF_HUNDRED.get(route_type // 100, ANY_TRANSIT)
    return _MODE_OF_TYPE.get(route_type, by_hundred) if route_type < 100 else by_hundred


def trips_of_modes(
    timetable: Timetable, route_types: Sequence[int], modes: Set[str]
) -> npt.NDArray[np.bool_]:
    """Say of each trip whether its mode is among some of ``TRANSIT_MODES``."""
    wanted = [ANY_TRANSIT in modes or mode_of_route(route_type) in modes for route_type in route_types]
    return np.array(wanted, dtype=np.bool_)[timetable.trip_route]


def with_modes(timetable: Timetable, route_types: Sequence[int], modes: Set[str]) -> Timetable:
    """Close all vehicles of other modes: nobody may board or leave them. The timetable given is unchanged.

    Parameters
    ----------
    timetable : Timetable
        Of one service day.
    route_types : sequence of int
        GTFS type of each route.
    modes : set of str
        Some of ``TRANSIT_MODES``.
    """
    if ANY_TRANSIT in modes:
        return timetable
    trips = trips_of_modes(timetable, route_types, modes)
    open_visit = np.repeat(trips, np.diff(timetable.trip_start))
    pickup, drop_off = timetable.pickup & open_visit, timetable.drop_off & open_visit
    pickup.flags.writeable = drop_off.flags.writeable = False
    return timetable._replace(pickup=pickup, drop_off=drop_off)

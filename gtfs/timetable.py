"""The timetable of one service day as typed arrays: what ``gtfs`` hands over to ``access``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

NO_INDEX = np.int32(-1)
"""Stands for "none" in index arrays (no parent station, no block, rule not limited to a route)."""


class TransferRules(NamedTuple):
    """Rows of ``transfers.txt`` as indices into the timetable; ``NO_INDEX`` where a rule is not limited.

    ``transfer_type`` is the GTFS value 0 to 5; ``min_transfer_time_s`` is -1 where not given.
    All arrays have shape ``(n_rules,)``.
    """

    from_stop: npt.NDArray[np.int32]
    to_stop: npt.NDArray[np.int32]
    from_route: npt.NDArray[np.int32]
    to_route: npt.NDArray[np.int32]
    from_trip: npt.NDArray[np.int32]
    to_trip: npt.NDArray[np.int32]
    transfer_type: npt.NDArray[np.int8]
    min_transfer_time_s: npt.NDArray[np.int32]


class Timetable(NamedTuple):
    """Every vehicle movement that can matter on one service day. All arrays are read-only.

    Times are int32 seconds after 00:00 of the service day. Trips of the day before that are still running
    appear with 86,400 s subtracted (their early visits are negative), trips of the day after with 86,400 s
    added, so that a window that starts at 00:30 or ends at 25:30 sees all its vehicles.

    A *visit* is one trip at one stop. Invariants, checked by ``check_timetable``:

    T1. trip ``t`` owns the visits ``trip_start[t]`` to ``trip_start[t + 1] - 1``, in travel order, at least 2;
    T2. within a trip ``arrival_s[v] <= departure_s[v] <= arrival_s[v + 1]``;
    T3. ``visit_stop`` and ``stop_station`` index stops, ``trip_route`` indexes routes;
    T4. trips are ordered by first departure, then by trip index of the feed, so that equal input gives
        equal arrays.
    """

    stop_lon: npt.NDArray[np.float64]  # (n_stops,) degrees WGS84
    stop_lat: npt.NDArray[np.float64]  # (n_stops,)
    stop_station: npt.NDArray[np.int32]  # (n_stops,) index of the parent station, or NO_INDEX
    trip_start: npt.NDArray[np.int64]  # (n_trips + 1,) offsets into visits
    trip_route: npt.NDArray[np.int32]  # (n_trips,)
    trip_block: npt.NDArray[np.int32]  # (n_trips,) vehicle block, or NO_INDEX
    trip_day: npt.NDArray[np.int8]  # (n_trips,) -1, 0 or +1: service day the trip belongs to
    visit_stop: npt.NDArray[np.int32]  # (n_visits,)
    arrival_s: npt.NDArray[np.int32]  # (n_visits,)
    departure_s: npt.NDArray[np.int32]  # (n_visits,)
    pickup: npt.NDArray[np.bool_]  # (n_visits,) boarding allowed
    drop_off: npt.NDArray[np.bool_]  # (n_visits,) alighting allowed
    transfers: TransferRules

    @property
    def n_stops(self) -> int:
        """Number of stops, stations included."""
        return len(self.stop_lon)

    @property
    def n_trips(self) -> int:
        """Number of trips, those of the neighbouring days included."""
        return len(self.trip_start) - 1


@dataclass(frozen=True)
class Schedule:
    """A timetable with the names that belong to its indices."""

    timetable: Timetable
    service_date: date
    stop_ids: list[str]
    stop_names: list[str]
    route_ids: list[str]
    route_names: list[str]
    route_types: list[int]
    trip_ids: list[str]

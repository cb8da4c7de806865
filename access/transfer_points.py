"""Splits stops into points: visits that the rules of ``transfers.txt`` treat alike share one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_S, frozen
from access.transfer_rule_effect import usable_visits
from access.transfer_rule_table import Keys, RuleTable, Side
from gtfs.timetable import NO_INDEX, Timetable

Integers = npt.NDArray[np.int64]


class Points(NamedTuple):
    """Stops split into points. Points 0 to ``n_stops - 1`` are the stops themselves."""

    stop_of: npt.NDArray[np.int32]  # (n_points,)
    start: Integers  # (n_stops + 1,) offsets into ``point``
    point: Integers  # (n_points,) stop by stop, ascending
    of_visit: npt.NDArray[np.int32]  # (n_visits,)
    arriving: Keys  # whom the rules see at each point, shape (n_points,)
    departing: Keys
    first_arrival_s: Integers  # (n_points,) of a vehicle that can be left; UNREACHED_S where none can
    last_departure_s: Integers  # (n_points,) of a vehicle that can be boarded; -UNREACHED_S where none can


def split_stops(timetable: Timetable, table: RuleTable) -> Points:
    """Give every stop a point for each set of rules that applies to some of its visits.

    Only rules for which it matters are looked at: those about arriving where the visit can be alighted at,
    those about departing where it can be boarded. Visits that no rule about routes or trips applies to stay
    at the stop itself.
    """
    trip = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))
    alights, boards = usable_visits(timetable)
    from_name = _names_at_visits(timetable, table, table.arriving, trip, alights)
    to_name = _names_at_visits(timetable, table, table.departing, trip, boards)
    special = np.flatnonzero((from_name != NO_INDEX) | (to_name != NO_INDEX))
    columns = timetable.visit_stop[special].astype(np.int64), from_name[special], to_name[special]
    order = np.lexsort(columns[::-1])
    stop, arriving, departing = (column[order] for column in columns)
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(stop) != 0) | (np.diff(arriving) != 0) | (np.diff(departing) != 0)
    n_stops = timetable.n_stops
    of_visit = timetable.visit_stop.copy()
    of_visit[special[order]] = n_stops + np.cumsum(new) - 1
    stop_of = np.concatenate([np.arange(n_stops), stop[new]])
    nobody = np.full(n_stops, NO_INDEX, dtype=np.int64)
    route_of = timetable.trip_route.astype(np.int64)
    first_arrival_s = np.full(len(stop_of), int(UNREACHED_S))
    np.minimum.at(first_arrival_s, of_visit[alights], timetable.arrival_s[alights])
    last_departure_s = np.full(len(stop_of), -int(UNREACHED_S))
    np.maximum.at(last_departure_s, of_visit[boards], timetable.departure_s[boards])
    return Points(
        stop_of=frozen(stop_of, np.int32),
        start=np.append(0, np.cumsum(np.bincount(stop_of, minlength=n_stops))),
        point=np.argsort(stop_of, kind="stable"),
        of_visit=of_visit,
        arriving=table.arriving.keys(np.concatenate([nobody, arriving[new]]), table.n_routes, route_of),
        departing=table.departing.keys(np.concatenate([nobody, departing[new]]), table.n_routes, route_of),
        first_arrival_s=first_arrival_s,
        last_departure_s=last_departure_s,
    )


def _names_at_visits(
    timetable: Timetable, table: RuleTable, side: Side, trip: Integers, concerned: npt.NDArray[np.bool_]
) -> Integers:
    """Trip or else route that some rule names at the stop of each visit, or ``NO_INDEX``."""
    names = np.full(len(trip), NO_INDEX, dtype=np.int64)
    stops = np.zeros(timetable.n_stops, dtype=bool)
    stops[side.place // table.n_keys] = True
    visit = np.flatnonzero(concerned & stops[timetable.visit_stop])
    place = timetable.visit_stop[visit].astype(np.int64) * table.n_keys
    for name in (timetable.trip_route[trip[visit]].astype(np.int64), table.n_routes + trip[visit]):
        at = np.minimum(np.searchsorted(side.place, place + name), len(side.place) - 1)
        named = side.place[at] == place + name
        names[visit[named]] = name[named]
    return names

"""Rows of transfers.txt written out for pairs of stops: stations become their stops, and one rule holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.transfer_rule_table import AS_ON_STREETS, FORBIDDEN, Integers, WrittenRules
from gtfs.timetable import NO_INDEX, Timetable

RECOMMENDED, TIMED, MINIMUM_TIME, NOT_POSSIBLE = 0, 1, 2, 3

_NOBODY, _ROUTE, _TRIP = 0, 1, 2  # what a rule says of one side
# Of what it says of both; the reference's order of specificity upside down.
_RANK = np.array([[1, 2, 4], [2, 3, 5], [4, 5, 6]])


def write_out(timetable: Timetable, row: Integers, n_routes: int, boarding_slack_s: int) -> WrittenRules:
    """Rules for stops instead of stations; of two for the same stops and vehicles, the one that holds."""
    rules = timetable.transfers
    n_rows, kind, time_s = len(rules.transfer_type), rules.transfer_type, rules.min_transfer_time_s
    place, member, itself = _members(timetable)
    row, from_stop, from_itself = _written_out(row, rules.from_stop[row], place, member, itself)
    row, to_stop, to_itself, from_stop, from_itself = _written_out(
        row, rules.to_stop[row], place, member, itself, from_stop, from_itself
    )
    from_name, from_kind = _names(rules.from_route[row], rules.from_trip[row], n_routes)
    to_name, to_kind = _names(rules.to_route[row], rules.to_trip[row], n_routes)
    seconds = np.select(
        [kind == TIMED, kind == NOT_POSSIBLE, (kind == MINIMUM_TIME) & (time_s >= 0)],
        [1, FORBIDDEN, np.maximum(time_s, boarding_slack_s)],
        AS_ON_STREETS,
    )
    preference = (3 * _RANK[from_kind, to_kind] + from_itself + to_itself) * n_rows + (n_rows - 1 - row)
    about_trips = (from_kind == _TRIP) & (to_kind == _TRIP)
    written = WrittenRules(from_stop, to_stop, from_name, to_name, preference, seconds[row], about_trips)
    order = np.lexsort((preference, to_name, from_name, to_stop, from_stop))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = np.logical_or.reduce([np.diff(column[order]) != 0 for column in written[:4]])
    return written.chosen(order[last])


def _members(timetable: Timetable) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
    """Places that a rule may name and the served stops they stand for, by place; whether it is the stop."""
    served = np.unique(timetable.visit_stop).astype(np.int64)
    in_station = served[timetable.stop_station[served] != NO_INDEX]
    place = np.concatenate([served, timetable.stop_station[in_station]])
    member = np.concatenate([served, in_station])
    itself = np.arange(len(place)) < len(served)
    order = np.lexsort((member, place))
    return place[order], member[order], itself[order]


def _written_out(
    row: Integers,
    named: npt.NDArray[np.int32],
    place: Integers,
    member: Integers,
    itself: npt.NDArray[np.bool_],
    *others: npt.NDArray[np.generic],
) -> tuple[npt.NDArray[np.int64], ...]:
    """Repeat each row for every stop that the place it names stands for."""
    first, end = np.searchsorted(place, named), np.searchsorted(place, named, side="right")
    n_members = end - first
    source = np.repeat(np.arange(len(row)), n_members)
    at = np.arange(len(source)) + np.repeat(first - (np.cumsum(n_members) - n_members), n_members)
    return row[source], member[at], itself[at].astype(np.int64), *(other[source] for other in others)


def _names(
    route: npt.NDArray[np.int32], trip: npt.NDArray[np.int32], n_routes: int
) -> tuple[Integers, npt.NDArray[np.int64]]:
    """Whom rules mean on one side, and what kind that is; a trip counts before a route."""
    names = np.where(trip != NO_INDEX, n_routes + trip.astype(np.int64), route)
    return names, np.where(trip != NO_INDEX, _TRIP, np.where(route != NO_INDEX, _ROUTE, _NOBODY))

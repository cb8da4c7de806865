"""transfers.txt as a table that answers how long a change takes, for many changes at once.

The rules of stations are written out for their stops, and every question is at most nine look-ups: trip,
route or neither of the arriving vehicle, and of the departing one. What the rules mean stands in
``access.transfer_rules``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.timetable import NO_INDEX, Timetable

Integers = npt.NDArray[np.int64]

FORBIDDEN = -1
"""Required seconds where nobody can change."""

AS_ON_STREETS = -2
"""Required seconds where the walk on the streets holds."""

RECOMMENDED, TIMED, MINIMUM_TIME, NOT_POSSIBLE = 0, 1, 2, 3

_NOBODY, _ROUTE, _TRIP = 0, 1, 2  # what a rule says of one side
_RANK = np.array(
    [[1, 2, 4], [2, 3, 5], [4, 5, 6]]
)  # of what it says of both; the reference's order upside down


class Keys(NamedTuple):
    """Whom a rule may mean on one side of a change: numbers in the table, ``NO_INDEX`` for no rule's."""

    route: Integers
    trip: Integers


class Side(NamedTuple):
    """Routes and trips that rules name on one side, with the stops where they do."""

    name: Integers  # (n_names,) ascending: NO_INDEX, routes, ``n_routes`` plus the index of trips
    place: Integers  # (n_places,) ascending: ``stop * n_keys + name`` of every route or trip named at a stop


class RuleTable(NamedTuple):
    """Rules by pair of stops and by whom they mean. No rule stands twice."""

    pair: Integers  # (n_pairs,) ascending: ``from stop * n_stops + to stop`` of the stops with rules
    arriving: Side
    departing: Side
    n_routes: int
    n_keys: int  # routes and trips
    code: Integers  # (n_rules,) ascending: pair, name of the arriving side, name of the departing side
    preference: Integers  # (n_rules,) the rule with the greatest holds
    seconds: Integers  # (n_rules,) required, or FORBIDDEN or AS_ON_STREETS

    def required_s(self, pair: Integers, arriving: Keys, departing: Keys) -> Integers:
        """How long changes take, from the end of one ride to the start of the next.

        Parameters
        ----------
        pair : (n,) number of the pair of stops, in the order of ``self.pair``.
        arriving, departing : whose changes they are.

        Returns
        -------
        int64 array (n,)
            Seconds, ``FORBIDDEN`` or ``AS_ON_STREETS``.
        """
        best = np.full(len(pair), -1)
        seconds = np.full(len(pair), AS_ON_STREETS)
        for a in self._kinds(arriving):
            for b in self._kinds(departing):
                code = _code(pair, a, b, len(self.arriving.name), len(self.departing.name))
                at = np.minimum(np.searchsorted(self.code, code), len(self.code) - 1)
                better = (self.code[at] == code) & (a >= 0) & (b >= 0) & (self.preference[at] > best)
                best[better] = self.preference[at[better]]
                seconds[better] = self.seconds[at[better]]
        return seconds

    @staticmethod
    def _kinds(keys: Keys) -> list[Integers]:
        """Nobody in particular, the route, the trip; without those that no rule names."""
        named = [kind for kind in keys if (kind != NO_INDEX).any()]
        return [np.zeros_like(keys.route), *named]


def rule_table(timetable: Timetable, boarding_slack_s: int) -> RuleTable | None:
    """Write the rules about changing out for stops; None where no rule changes anything."""
    rules = timetable.transfers
    kind, time_s = rules.transfer_type, rules.min_transfer_time_s
    has_effect = (kind == TIMED) | (kind == NOT_POSSIBLE) | ((kind == MINIMUM_TIME) & (time_s >= 0))
    about_changes = (kind <= NOT_POSSIBLE) & (rules.from_stop != NO_INDEX) & (rules.to_stop != NO_INDEX)
    row = np.flatnonzero(about_changes)
    if not (has_effect & about_changes).any():
        return None
    place, member, itself = _members(timetable)
    row, from_stop, from_itself = _written_out(row, rules.from_stop[row], place, member, itself)
    row, to_stop, to_itself, from_stop, from_itself = _written_out(
        row, rules.to_stop[row], place, member, itself, from_stop, from_itself
    )
    if len(row) == 0:
        return None
    n_routes = int(max(timetable.trip_route.max(), rules.from_route.max(), rules.to_route.max())) + 1
    n_keys = n_routes + timetable.n_trips
    from_name, from_kind = _names(rules.from_route[row], rules.from_trip[row], n_routes)
    to_name, to_kind = _names(rules.to_route[row], rules.to_trip[row], n_routes)
    arriving, departing = _side(from_stop, from_name, n_keys), _side(to_stop, to_name, n_keys)
    pair, pair_number = np.unique(from_stop * timetable.n_stops + to_stop, return_inverse=True)
    a, b = np.searchsorted(arriving.name, from_name), np.searchsorted(departing.name, to_name)
    code = _code(pair_number, a, b, len(arriving.name), len(departing.name))
    n_rows = len(kind)
    preference = (3 * _RANK[from_kind, to_kind] + from_itself + to_itself) * n_rows + (n_rows - 1 - row)
    order = np.lexsort((preference, code))
    best = order[np.append(np.diff(code[order]) > 0, True)]
    seconds = np.select(
        [kind == TIMED, kind == NOT_POSSIBLE, (kind == MINIMUM_TIME) & (time_s >= 0)],
        [1, FORBIDDEN, np.maximum(time_s, boarding_slack_s)],
        AS_ON_STREETS,
    )
    return RuleTable(
        pair, arriving, departing, n_routes, n_keys, code[best], preference[best], seconds[row[best]]
    )


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


def _side(stop: Integers, name: Integers, n_keys: int) -> Side:
    named = name != NO_INDEX
    return Side(
        np.unique(np.append(name, NO_INDEX)), np.unique(stop[named] * n_keys + name[named]).astype(np.int64)
    )


def _code(
    pair: Integers, arriving: Integers, departing: Integers, n_arriving: int, n_departing: int
) -> Integers:
    return (pair * n_arriving + arriving) * n_departing + departing

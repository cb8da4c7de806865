"""transfers.txt as a table that answers how long a change takes, for many changes at once.

Every question is at most nine look-ups: trip, route or neither of the arriving vehicle, and of the departing
one. What the rules mean stands in ``access.transfer_rules``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.timetable import NO_INDEX, Timetable

Integers = npt.NDArray[np.int64]

FORBIDDEN = -1
"""Required seconds where nobody can change."""

AS_ON_STREETS = -2
"""Required seconds where the walk on the streets holds."""


class Keys(NamedTuple):
    """Whom a rule may mean on one side of a change: numbers in the table, ``NO_INDEX`` for no rule's."""

    route: Integers
    trip: Integers


class Side(NamedTuple):
    """Routes and trips that rules name on one side, with the stops where they do."""

    name: Integers  # (n_names,) ascending: NO_INDEX, routes, ``n_routes`` plus the index of trips
    place: Integers  # (n_places,) ascending: ``stop * n_keys + name`` of every route or trip named at a stop

    def keys(self, name: Integers, n_routes: int, route_of: Integers) -> Keys:
        """Numbers of the route and the trip that a name stands for; a trip's route is in ``route_of``."""
        is_trip = name >= n_routes
        route = np.where(is_trip, route_of[np.where(is_trip, name - n_routes, 0)], name)
        return Keys(self._number(route), self._number(np.where(is_trip, name, NO_INDEX)))

    def _number(self, name: Integers) -> Integers:
        at = np.minimum(np.searchsorted(self.name, name), len(self.name) - 1)
        return np.where((self.name[at] == name) & (name != NO_INDEX), at, NO_INDEX)


class WrittenRules(NamedTuple):
    """Rules written out for pairs of stops. All arrays have shape ``(n,)``."""

    from_stop: Integers
    to_stop: Integers
    from_name: Integers  # route, ``n_routes`` plus trip, or NO_INDEX
    to_name: Integers
    preference: Integers
    seconds: Integers
    about_trips: npt.NDArray[np.bool_]  # names both trips

    def chosen(self, which: npt.NDArray[np.bool_] | Integers) -> WrittenRules:
        """Some of them."""
        columns: list[Any] = [column[which] for column in self]
        return WrittenRules(*columns)


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


def table_of(timetable: Timetable, written: WrittenRules, n_routes: int) -> RuleTable:
    """Put rules, no two of them for the same stops and vehicles, in the order of look-ups."""
    n_keys = n_routes + timetable.n_trips
    arriving = _side(written.from_stop, written.from_name, n_keys)
    departing = _side(written.to_stop, written.to_name, n_keys)
    pair, number = np.unique(written.from_stop * timetable.n_stops + written.to_stop, return_inverse=True)
    a = np.searchsorted(arriving.name, written.from_name)
    b = np.searchsorted(departing.name, written.to_name)
    code = _code(number, a, b, len(arriving.name), len(departing.name))
    order = np.argsort(code)
    preference, seconds = written.preference[order], written.seconds[order]
    return RuleTable(pair, arriving, departing, n_routes, n_keys, code[order], preference, seconds)


def _side(stop: Integers, name: Integers, n_keys: int) -> Side:
    named = name != NO_INDEX
    return Side(
        np.unique(np.append(name, NO_INDEX)), np.unique(stop[named] * n_keys + name[named]).astype(np.int64)
    )


def _code(
    pair: Integers, arriving: Integers, departing: Integers, n_arriving: int, n_departing: int
) -> Integers:
    return (pair * n_arriving + arriving) * n_departing + departing

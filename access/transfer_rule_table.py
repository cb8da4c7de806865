"""transfers.txt as a table that answers how long a change takes, for many changes at once.

The rules of stations are written out for their stops, and every question is at most nine look-ups: trip,
route or neither of the arriving vehicle, and of the departing one. What the rules mean stands in
``access.transfer_rules``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks
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

    def keys(self, name: Integers, n_routes: int, route_of: Integers) -> Keys:
        """Numbers of the route and the trip that a name stands for; a trip's route is in ``route_of``."""
        is_trip = name >= n_routes
        route = np.where(is_trip, route_of[np.where(is_trip, name - n_routes, 0)], name)
        return Keys(self._number(route), self._number(np.where(is_trip, name, NO_INDEX)))

    def _number(self, name: Integers) -> Integers:
        at = np.minimum(np.searchsorted(self.name, name), len(self.name) - 1)
        return np.where((self.name[at] == name) & (name != NO_INDEX), at, NO_INDEX)


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


class _Written(NamedTuple):
    """Rules written out for pairs of stops. All arrays have shape ``(n,)``."""

    from_stop: Integers
    to_stop: Integers
    from_name: Integers  # route, ``n_routes`` plus trip, or NO_INDEX
    to_name: Integers
    preference: Integers
    seconds: Integers
    about_trips: npt.NDArray[np.bool_]  # names both trips

    def chosen(self, which: npt.NDArray[np.bool_] | Integers) -> _Written:
        """Some of them."""
        return self._make(column[which] for column in self)


def rule_table(timetable: Timetable, footpaths: WalkLinks, boarding_slack_s: int) -> RuleTable | None:
    """Write the rules about changing out for stops; None where no rule changes anything.

    A rule between two trips that makes no difference, because the later trip is caught with it as without it,
    or missed with it as without it, is left out: each of the others costs points and footpaths.

    Parameters
    ----------
    timetable : with the rules.
    footpaths : walks on the streets between stops, complete.
    boarding_slack_s : seconds at a stop before every boarding.
    """
    rules = timetable.transfers
    kind = rules.transfer_type
    has_effect = np.isin(kind, (TIMED, NOT_POSSIBLE)) | (
        (kind == MINIMUM_TIME) & (rules.min_transfer_time_s >= 0)
    )
    about_changes = (kind <= NOT_POSSIBLE) & (rules.from_stop != NO_INDEX) & (rules.to_stop != NO_INDEX)
    if not (has_effect & about_changes).any():
        return None
    n_routes = 1 + int(max(timetable.trip_route.max(initial=0), rules.from_route.max(), rules.to_route.max()))
    written = _write_out(timetable, np.flatnonzero(about_changes), n_routes, boarding_slack_s)
    if written.about_trips.any():
        others = written.chosen(~written.about_trips)
        otherwise = _table(timetable, others, n_routes) if len(others.from_stop) else None
        matters = ~written.about_trips
        matters[written.about_trips] = _make_a_difference(
            timetable, footpaths, written.chosen(written.about_trips), otherwise, n_routes, boarding_slack_s
        )
        written = written.chosen(matters)
    return _table(timetable, written, n_routes) if len(written.from_stop) else None


def _write_out(timetable: Timetable, row: Integers, n_routes: int, boarding_slack_s: int) -> _Written:
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
    written = _Written(from_stop, to_stop, from_name, to_name, preference, seconds[row], about_trips)
    order = np.lexsort((preference, to_name, from_name, to_stop, from_stop))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = np.logical_or.reduce([np.diff(column[order]) != 0 for column in written[:4]])
    return written.chosen(order[last])


def _table(timetable: Timetable, written: _Written, n_routes: int) -> RuleTable:
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


def _make_a_difference(
    timetable: Timetable,
    footpaths: WalkLinks,
    written: _Written,
    otherwise: RuleTable | None,
    n_routes: int,
    boarding_slack_s: int,
) -> npt.NDArray[np.bool_]:
    """Whether each rule between two trips lets somebody catch, or miss, what other rules and walks do not."""
    without_s = _without_s(timetable, footpaths, written, otherwise, n_routes, boarding_slack_s)
    alights, boards = usable_visits(timetable)
    arriving = _visits_of(timetable, alights, written.from_name - n_routes, written.from_stop)
    departing = _visits_of(timetable, boards, written.to_name - n_routes, written.to_stop)
    # Most trips are at a stop once; a loop is there more often: every visit with every other.
    rule, a = arriving
    first, end = np.searchsorted(departing[0], rule), np.searchsorted(departing[0], rule, side="right")
    at = np.repeat(np.arange(len(rule)), end - first)
    d = departing[1][
        np.arange(len(at)) + np.repeat(first - (np.cumsum(end - first) - (end - first)), end - first)
    ]
    wait_s = timetable.departure_s[d].astype(np.int64) - timetable.arrival_s[a[at]]
    of = rule[at]
    with_s = np.where(written.seconds[of] == AS_ON_STREETS, _streets_s(
        timetable, footpaths, written.from_stop[of], written.to_stop[of], boarding_slack_s
    ), written.seconds[of])  # fmt: skip
    caught = [(needed_s != FORBIDDEN) & (wait_s >= needed_s) for needed_s in (with_s, without_s[of])]
    differs = np.zeros(len(written.from_stop), dtype=bool)
    differs[of[caught[0] != caught[1]]] = True
    return differs


def _without_s(
    timetable: Timetable,
    footpaths: WalkLinks,
    written: _Written,
    otherwise: RuleTable | None,
    n_routes: int,
    boarding_slack_s: int,
) -> Integers:
    """Required seconds between trips if the rules about both of them did not exist."""
    ends = written.from_stop, written.to_stop
    needed_s = np.full(len(ends[0]), AS_ON_STREETS)
    if otherwise is not None:
        pair = ends[0] * timetable.n_stops + ends[1]
        at = np.minimum(np.searchsorted(otherwise.pair, pair), len(otherwise.pair) - 1)
        ruled = np.flatnonzero(otherwise.pair[at] == pair)
        route_of = timetable.trip_route.astype(np.int64)
        arriving, departing = (
            side.keys(name[ruled], n_routes, route_of)
            for side, name in (
                (otherwise.arriving, written.from_name),
                (otherwise.departing, written.to_name),
            )
        )
        needed_s[ruled] = otherwise.required_s(at[ruled], arriving, departing)
    streets_s = _streets_s(timetable, footpaths, *ends, boarding_slack_s)
    return np.where(needed_s == AS_ON_STREETS, streets_s, needed_s)


def _streets_s(
    timetable: Timetable, footpaths: WalkLinks, from_stop: Integers, to_stop: Integers, boarding_slack_s: int
) -> Integers:
    """Required seconds on the streets, or FORBIDDEN."""
    source = np.repeat(np.arange(timetable.n_stops), np.diff(footpaths.start))
    links = source * timetable.n_stops + footpaths.target
    wanted = from_stop * timetable.n_stops + to_stop
    at = np.minimum(np.searchsorted(links, wanted), len(links) - 1)
    return np.where(links[at] == wanted, footpaths.walk_s[at].astype(np.int64) + boarding_slack_s, FORBIDDEN)


def usable_visits(timetable: Timetable) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether a passenger can alight at each visit, and board there: never at the first, or at the last."""
    alights, boards = timetable.drop_off.copy(), timetable.pickup.copy()
    alights[timetable.trip_start[:-1]] = False
    boards[timetable.trip_start[1:] - 1] = False
    return alights, boards


def _visits_of(
    timetable: Timetable, usable: npt.NDArray[np.bool_], trip: Integers, stop: Integers
) -> tuple[Integers, Integers]:
    """Number of the question and visit, for all usable visits of a trip at a stop; ascending questions."""
    asked = np.zeros(timetable.n_trips, dtype=bool)
    asked[trip] = True
    trip_of_visit = np.repeat(np.arange(timetable.n_trips), np.diff(timetable.trip_start))
    visit = np.flatnonzero(usable & asked[trip_of_visit])
    code = trip_of_visit[visit] * timetable.n_stops + timetable.visit_stop[visit]
    order = np.argsort(code, kind="stable")
    wanted = trip * timetable.n_stops + stop
    first, end = (np.searchsorted(code[order], wanted, side=side) for side in ("left", "right"))
    number = np.repeat(np.arange(len(trip)), end - first)
    at = np.arange(len(number)) + np.repeat(first - (np.cumsum(end - first) - (end - first)), end - first)
    return number, visit[order][at]


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

"""The feed's rules about changing vehicles, written into the network before a search.

Kernels know only a timetable and footpaths. So trips are joined where the seat may be kept
(``gtfs.in_seat``), stops are split into *points* where a rule tells vehicles apart, and footpaths between
points carry what each change takes. Source: GTFS Schedule Reference, ``transfers.txt``. What it means here
for a change from an arriving visit to a departing one:

X1. *Time.* Type 1 (timed): the departing vehicle waits, so it is caught if it leaves at least 1 s after the
    arrival, walk included. Type 2: as long as ``min_transfer_time``, at least the boarding slack, whether the
    walk on the streets is longer or shorter, also where the streets have no such walk. Type 3: no change.
    Type 0 or blank, and type 2 without a time: the walk on the streets, as where no rule applies.
X2. *Where.* A rule applies at the stops it names; a station stands for its stops. A rule of type 1, 2 or 3
    needs both stops (the reference requires them) and is left out otherwise.
X3. *Whom.* A rule with a route or a trip applies to their vehicles only; a trip counts before the route
    beside it.
X4. *Which.* The rule of the greatest specificity in the reference's order holds, be it type 0: both trips; a
    trip and a route; one trip; both routes; one route; stops only. Then the one that names more of the two
    stops themselves instead of their stations; then the first of the file.
X5. *Seats.* Types 4 and 5 are about staying seated and do not touch changes on foot.
X6. Rules are about changes. Walking from an origin to a stop, or from a stop to a destination, is not one.

The twin is ``tests/reference/transfer_rules.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import LONGEST_WALK_S, WalkLinks, frozen, frozen_walk_links, with_own_stops
from access.transfer_points import Points, split_stops
from access.transfer_rule_effect import rule_table
from access.transfer_rule_table import AS_ON_STREETS, FORBIDDEN, Keys, RuleTable
from gtfs.in_seat import join_trips
from gtfs.timetable import NO_INDEX, Timetable, TransferRules

PAIRS_A_BLOCK = 2_000_000
"""Pairs of points that are looked at together, so that a hub with many of them needs little memory."""


class RuledNetwork(NamedTuple):
    """A network in which the rules are footpaths. All arrays are read-only."""

    timetable: Timetable  # its stops are points, its trips vehicles; no rules or blocks left to apply
    access: WalkLinks  # origin -> point
    footpaths: WalkLinks  # point -> point, complete: what is missing is forbidden or useless
    egress: WalkLinks  # point -> destination
    stop_of: npt.NDArray[np.int32]  # (n_points,) original stop; points 0 to n_stops - 1 are the stops
    visit_of: npt.NDArray[np.int64]  # (n_visits,) original visit


class _Pairs(NamedTuple):
    """Pairs of stops between which somebody may change. All arrays have shape ``(n_pairs,)``."""

    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    walk_s: npt.NDArray[np.int64]  # on the streets; FORBIDDEN where there is no way
    rule_pair: npt.NDArray[np.int64]  # number of the pair in the rule table, or NO_INDEX


def apply_rules(
    timetable: Timetable, access: WalkLinks, footpaths: WalkLinks, egress: WalkLinks, boarding_slack_s: int
) -> RuledNetwork:
    """Join trips, split stops and set footpaths as the feed's rules say (X1 to X6).

    A footpath between points takes what the rule requires less ``boarding_slack_s``, so that it may be less
    than 0 s, but never less than ``1 - boarding_slack_s``. A stop's footpath to itself is explicit, 0 s where
    no rule applies, whatever ``footpaths`` says of it. Access walks lead to all points of a stop, egress
    walks from all of them. Links from or to the points of a split stop that no vehicle could make use of are
    left out, as are rules between two trips that make no difference to who catches what.

    Parameters
    ----------
    timetable : holds T1 to T7; left unchanged, as are the walks.
    access, footpaths, egress : walks from origins to stops, stops to stops, stops to destinations; checked by
        the caller.
    boarding_slack_s : seconds at a stop before every boarding, at least 1.

    Returns
    -------
    RuledNetwork
        The timetable itself and the walks that were given, but for the footpaths from stops to themselves,
        where the feed has no blocks, linked trips or rules.

    Warns
    -----
    FeedQualityWarning
        See ``gtfs.in_seat.join_trips``.
    """
    joined = join_trips(timetable)
    complete = with_own_stops(footpaths)
    every_stop = frozen(np.arange(timetable.n_stops), np.int32)
    table = rule_table(timetable, complete, boarding_slack_s)
    if table is None:
        walks = frozen_walk_links(access), complete, frozen_walk_links(egress)
        return RuledNetwork(joined.timetable, *walks, every_stop, joined.visit_of)
    points = split_stops(timetable, table)
    ruled = _with_points(joined.timetable, points, joined.visit_of)
    between = _footpaths(points, table, _pairs(complete, table), boarding_slack_s)
    walks = _access_to_points(access, points), between, _egress_from_points(egress, points)
    return RuledNetwork(ruled, *walks, points.stop_of, joined.visit_of)


def _with_points(timetable: Timetable, points: Points, visit_of: npt.NDArray[np.int64]) -> Timetable:
    none = frozen([], np.int32)
    return timetable._replace(
        stop_lon=frozen(timetable.stop_lon[points.stop_of], np.float64),
        stop_lat=frozen(timetable.stop_lat[points.stop_of], np.float64),
        stop_station=frozen(timetable.stop_station[points.stop_of], np.int32),
        trip_block=frozen(np.full(timetable.n_trips, NO_INDEX), np.int32),
        visit_stop=frozen(points.of_visit[visit_of], np.int32),
        transfers=TransferRules(none, none, none, none, none, none, frozen([], np.int8), none),
    )


def _pairs(footpaths: WalkLinks, table: RuleTable) -> _Pairs:
    """Pairs of stops joined by the streets or by a rule."""
    n_stops = len(footpaths.start) - 1
    source = np.repeat(np.arange(n_stops), np.diff(footpaths.start))
    on_streets = source * n_stops + footpaths.target  # ascending, because links are
    at = np.searchsorted(table.pair, on_streets)
    found = table.pair[np.minimum(at, len(table.pair) - 1)] == on_streets
    rule_pair = np.where(found, at, NO_INDEX)
    only_ruled = np.setdiff1d(np.arange(len(table.pair)), at[found])
    elsewhere = table.pair[only_ruled]
    return _Pairs(
        source=np.concatenate([source, elsewhere // n_stops]),
        target=np.concatenate([footpaths.target, elsewhere % n_stops]),
        walk_s=np.concatenate([footpaths.walk_s, np.full(len(elsewhere), FORBIDDEN)]),
        rule_pair=np.concatenate([rule_pair, only_ruled]),
    )


def _footpaths(points: Points, table: RuleTable, pairs: _Pairs, boarding_slack_s: int) -> WalkLinks:
    """Links between the points of all pairs of stops."""
    n_points_of = np.diff(points.start)
    n_pairs = n_points_of[pairs.source] * n_points_of[pairs.target]
    block = (np.cumsum(n_pairs) - n_pairs) // PAIRS_A_BLOCK
    ends = np.append(np.flatnonzero(np.diff(block)) + 1, len(block))
    links = []
    first = 0
    for end in ends:
        chosen = _Pairs(*(column[first:end] for column in pairs))
        links.append(_links_of(points, table, chosen, n_pairs[first:end], boarding_slack_s))
        first = end
    source, target, walk_s = (np.concatenate(column) for column in zip(*links, strict=True))
    order = np.lexsort((target, source))
    start = np.append(0, np.cumsum(np.bincount(source, minlength=len(points.stop_of))))
    return frozen_walk_links(WalkLinks(start, target[order], walk_s[order]))


def _links_of(
    points: Points, table: RuleTable, pairs: _Pairs, n_pairs: npt.NDArray[np.int64], boarding_slack_s: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Source, target and seconds of the links between the points of some pairs of stops."""
    pair = np.repeat(np.arange(len(n_pairs)), n_pairs)
    number = np.arange(len(pair)) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs)
    from_stop, to_stop = pairs.source[pair], pairs.target[pair]
    n_to = (points.start[1:] - points.start[:-1])[to_stop]
    source = points.point[points.start[from_stop] + number // n_to]
    target = points.point[points.start[to_stop] + number % n_to]
    walk_s = pairs.walk_s[pair]
    required_s = np.where(walk_s == FORBIDDEN, FORBIDDEN, walk_s + boarding_slack_s)
    ruled = np.flatnonzero(pairs.rule_pair[pair] != NO_INDEX)
    by_rule_s = table.required_s(
        pairs.rule_pair[pair[ruled]],
        _keys_at(points.arriving, source[ruled]),
        _keys_at(points.departing, target[ruled]),
    )
    required_s[ruled] = np.where(by_rule_s == AS_ON_STREETS, required_s[ruled], by_rule_s)
    keep = (required_s != FORBIDDEN) & (required_s - boarding_slack_s <= LONGEST_WALK_S)
    split = (np.diff(points.start)[from_stop] > 1) | (n_to > 1)
    keep &= ~split | (points.first_arrival_s[source] + required_s <= points.last_departure_s[target])
    return source[keep], target[keep], required_s[keep] - boarding_slack_s


def _keys_at(keys: Keys, point: npt.NDArray[np.int64]) -> Keys:
    return Keys(keys.route[point], keys.trip[point])


def _access_to_points(access: WalkLinks, points: Points) -> WalkLinks:
    """Walks to every point of a stop."""
    if len(points.stop_of) == len(points.start) - 1:
        return frozen_walk_links(access)
    n_origins = len(access.start) - 1
    origin = np.repeat(np.arange(n_origins), np.diff(access.start))
    copies = np.diff(points.start)[access.target]
    link = np.repeat(np.arange(len(copies)), copies)
    number = np.arange(len(link)) - np.repeat(np.cumsum(copies) - copies, copies)
    target = points.point[points.start[access.target[link]] + number]
    order = np.lexsort((target, origin[link]))
    start = np.append(0, np.cumsum(np.bincount(origin[link], minlength=n_origins)))
    return frozen_walk_links(WalkLinks(start, target[order], access.walk_s[link[order]]))


def _egress_from_points(egress: WalkLinks, points: Points) -> WalkLinks:
    """Walks from every point of a stop."""
    n_links = np.diff(egress.start)[points.stop_of]
    start = np.append(0, np.cumsum(n_links))
    link = np.arange(start[-1]) + np.repeat(egress.start[points.stop_of] - start[:-1], n_links)
    return frozen_walk_links(WalkLinks(start, egress.target[link], egress.walk_s[link]))

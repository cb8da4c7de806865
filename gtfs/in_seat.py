"""Joins trips into vehicles where a passenger may keep the seat from one trip to the next.

Source: GTFS Schedule Reference, ``trips.txt`` (``block_id``) and ``transfers.txt`` (linked trips, types 4
and 5). What it leaves open is decided so:

S1. Trips of one block and service day, in order of time, are joined where the next leaves no earlier than the
    last one ends and starts at the same stop, at a stop of the same station or within ``NEARBY_M``.
S2. A trip that overlaps another of its block in time is not joined by the block: one vehicle cannot be on two
    trips, so the block cannot be trusted there.
S3. A type 4 rule joins its two trips at any distance, with or without a block. A type 5 rule keeps its two
    trips apart. Of two rules for one pair the first of the file holds.
S4. Where a rule of either type says which trip follows another, or which goes before it, the block is not
    asked there: the reference puts linked trips above blocks.
S5. A type 4 rule whose later trip leaves before the earlier one ends joins nothing. (``gtfs.transfers`` has
    moved rules across midnight to the next service day already.)
S6. One trip may be followed by several, and several by one: vehicles couple and uncouple. Each way through
    the linked trips becomes a vehicle, and a shared trip is repeated in each of them. A trip from which more
    than ``MOST_WAYS`` vehicles would lead on is not joined to what follows.
S7. At the seam nobody boards at the last visit of the earlier trip, nobody alights at the first visit of the
    later one: nobody could before. Both visits stay, so that every visit can be traced back.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.errors import FeedQualityWarning
from gtfs.stop_times import great_circle_m
from gtfs.timetable import NO_INDEX, Timetable, TransferRules

NEARBY_M = 200.0
"""Straight line between the last stop of a trip and the first of the next in its block; the figure that
OpenTripPlanner uses by default (``maxInterlineDistance``)."""

MOST_WAYS = 256
"""Vehicles that may lead on from one trip (S6); real coupling makes two or three."""

STAY_SEATED, LEAVE_SEAT = 4, 5

Trips = npt.NDArray[np.int64]


class JoinCounts(NamedTuple):
    """How trips were joined, and why not."""

    by_block: int = 0  # seams between trips of a block
    by_rule: int = 0  # seams from type 4 rules
    overlapping: int = 0  # trips not joined because they overlap another of their block (S2)
    too_far: int = 0  # neighbours in a block that are too far apart (S1)
    unusable_rules: int = 0  # type 4 rules that go back in time (S5)
    cut: int = 0  # trips with more than ``MOST_WAYS`` ways on (S6)


class JoinedTrips(NamedTuple):
    """Vehicles instead of trips; ``timetable`` itself, unchanged, where nothing is joined."""

    timetable: Timetable
    visit_of: npt.NDArray[np.int64]  # (n_visits,) visit of the timetable that was given
    counts: JoinCounts


def join_trips(timetable: Timetable) -> JoinedTrips:
    """Join trips into vehicles by the rules S1 to S7.

    Parameters
    ----------
    timetable : holds T1 to T7; left unchanged.

    Returns
    -------
    JoinedTrips
        Its timetable holds T1 to T7. Route and day of a vehicle are those of its first trip. Where trips were
        joined it has no blocks and no transfer rules left: they name trips that are no more. Use those of the
        timetable that was given, by way of ``visit_of``.

    Warns
    -----
    FeedQualityWarning
        If trips of a block overlap, a rule goes back in time or a trip has too many ways on.
    """
    earlier, later, counts = seat_links(timetable)
    if len(earlier):
        row_trip, row_vehicle, n_cut = _vehicles(timetable, earlier, later)
        joined, visit_of = _joined(timetable, row_trip, row_vehicle)
        counts = counts._replace(cut=n_cut)
    else:
        joined, visit_of = timetable, np.arange(len(timetable.visit_stop))
    _warn(counts)
    visit_of.flags.writeable = False
    return JoinedTrips(joined, visit_of, counts)


def seat_links(timetable: Timetable) -> tuple[Trips, Trips, JoinCounts]:
    """Pairs of trips, earlier and later, between which the seat may be kept; sorted, without repeats."""
    no_trips = np.zeros(0, dtype=np.int64)
    by_rule = by_block = no_trips, no_trips
    counts = JoinCounts()
    ruled = _ruled_pairs(timetable.transfers)
    if len(ruled):
        stays = ruled[ruled[:, 2] == STAY_SEATED, :2]
        usable = _in_time(timetable, stays[:, 0], stays[:, 1])
        by_rule = stays[usable, 0], stays[usable, 1]
        counts = counts._replace(by_rule=int(usable.sum()), unusable_rules=int((~usable).sum()))
    if (timetable.trip_block != NO_INDEX).any():
        earlier, later, n_overlapping, n_far = _neighbours_in_blocks(timetable)
        free = ~np.isin(earlier, ruled[:, 0]) & ~np.isin(later, ruled[:, 1])  # S4
        by_block = earlier[free], later[free]
        counts = counts._replace(by_block=int(free.sum()), overlapping=n_overlapping, too_far=n_far)
    earlier, later = (np.concatenate(side) for side in zip(by_rule, by_block, strict=True))
    order = np.lexsort((later, earlier))
    return earlier[order], later[order], counts


def _ruled_pairs(rules: TransferRules) -> npt.NDArray[np.int64]:
    """Rows ``(earlier trip, later trip, type)`` of the seat rules, the first rule of each pair (S3)."""
    about_seats = np.isin(rules.transfer_type, (STAY_SEATED, LEAVE_SEAT))
    about_seats &= (rules.from_trip != NO_INDEX) & (rules.to_trip != NO_INDEX)
    columns = (rules.from_trip, rules.to_trip, rules.transfer_type)
    pairs = np.stack([column[about_seats].astype(np.int64) for column in columns], axis=1)
    first = np.sort(np.unique(pairs[:, :2], axis=0, return_index=True)[1])
    return pairs[first]


def _in_time(timetable: Timetable, earlier: Trips, later: Trips) -> npt.NDArray[np.bool_]:
    """Whether each later trip can follow (S5)."""
    ends_s, leaves_s = _ends_s(timetable)[earlier], _leaves_s(timetable)[later]
    # Trips of 0 s at the same second could follow each other in a circle; the order of trips forbids it.
    begins_s, finishes_s = _leaves_s(timetable)[earlier], _ends_s(timetable)[later]
    at_once = (leaves_s == ends_s) & ((begins_s < finishes_s) | (earlier < later))
    return np.asarray((leaves_s > ends_s) | at_once)


def _leaves_s(timetable: Timetable) -> npt.NDArray[np.int32]:
    return timetable.departure_s[timetable.trip_start[:-1]]


def _ends_s(timetable: Timetable) -> npt.NDArray[np.int32]:
    return timetable.arrival_s[timetable.trip_start[1:] - 1]


def _neighbours_in_blocks(timetable: Timetable) -> tuple[Trips, Trips, int, int]:
    """Trips that follow each other in a block (S1, S2); how many overlap; how many pairs are too far."""
    trip = np.flatnonzero(timetable.trip_block != NO_INDEX)
    leaves_s, ends_s = _leaves_s(timetable), _ends_s(timetable)
    trip = trip[np.lexsort((trip, ends_s[trip], leaves_s[trip], timetable.trip_block[trip]))]
    leaves_s, ends_s = leaves_s[trip].astype(np.int64), ends_s[trip].astype(np.int64)
    same_block = timetable.trip_block[trip[1:]] == timetable.trip_block[trip[:-1]]
    number = np.append(0, np.cumsum(~same_block)) << 32
    latest_end_s = np.maximum.accumulate(number + ends_s) - number  # of the block so far
    overlaps = np.zeros(len(trip), dtype=bool)
    overlaps[1:] = same_block & (leaves_s[1:] < latest_end_s[:-1])
    overlaps[:-1] |= same_block & (leaves_s[1:] < ends_s[:-1])
    earlier, later = trip[:-1], trip[1:]
    follows = same_block & ~overlaps[:-1] & ~overlaps[1:]
    earlier, later = earlier[follows], later[follows]
    near = _near(timetable, earlier, later)
    return earlier[near], later[near], int(overlaps.sum()), int((~near).sum())


def _near(timetable: Timetable, earlier: Trips, later: Trips) -> npt.NDArray[np.bool_]:
    """Whether a trip starts at the stop or station where the one before it ended, or close by (S1)."""
    ended = timetable.visit_stop[timetable.trip_start[earlier + 1] - 1]
    starts = timetable.visit_stop[timetable.trip_start[later]]
    stations = np.where(
        timetable.stop_station == NO_INDEX, np.arange(timetable.n_stops), timetable.stop_station
    )
    places = timetable.stop_lon[ended], timetable.stop_lat[ended], timetable.stop_lon[starts]
    distance_m = great_circle_m(*places, timetable.stop_lat[starts])  # NaN, so not near, where unknown
    return np.asarray((stations[ended] == stations[starts]) | (distance_m <= NEARBY_M))


def _vehicles(timetable: Timetable, earlier: Trips, later: Trips) -> tuple[Trips, Trips, int]:
    """Every way through the linked trips (S6): the trips of all vehicles one after the other.

    Returns
    -------
    row_trip, row_vehicle : (n_rows,) a trip and the number of the vehicle that runs it; vehicles are numbered
        in the order of their first trips, which keeps T4.
    n_cut : trips with too many ways on.
    """
    following: dict[int, list[int]] = defaultdict(list)
    for trip, next_trip in zip(earlier.tolist(), later.tolist(), strict=True):
        following[trip].append(next_trip)
    n_cut = _cut_too_many_ways(timetable, following)
    followers = {trip for trips in following.values() for trip in trips}
    linked = set(following) | followers
    ways = [way for trip in sorted(linked - followers) for way in _ways_from(trip, following)]
    alone = np.setdiff1d(np.arange(timetable.n_trips), np.array(sorted(linked), dtype=np.int64))
    length = np.concatenate([np.ones(len(alone), np.int64), np.array([len(way) for way in ways], np.int64)])
    trips = np.concatenate([alone, np.array([trip for way in ways for trip in way], dtype=np.int64)])
    start = np.cumsum(length) - length
    order = np.argsort(trips[start], kind="stable")
    row_vehicle = np.repeat(np.arange(len(order)), length[order])
    rows = np.arange(len(trips)) - np.repeat(np.cumsum(length[order]) - length[order], length[order])
    return trips[rows + start[order][row_vehicle]], row_vehicle, n_cut


def _cut_too_many_ways(timetable: Timetable, following: dict[int, list[int]]) -> int:
    """Take out the links of trips with more than ``MOST_WAYS`` ways on; say how many trips that were."""
    leaves_s, ends_s = _leaves_s(timetable), _ends_s(timetable)
    n_ways: dict[int, int] = {}
    n_cut = 0
    # What follows a trip comes after it in this order (S5), so its ways are counted before.
    for trip in sorted(following, key=lambda trip: (leaves_s[trip], ends_s[trip], trip), reverse=True):
        n_ways[trip] = sum(n_ways.get(next_trip, 1) for next_trip in following[trip])
        if n_ways[trip] > MOST_WAYS:
            del following[trip], n_ways[trip]
            n_cut += 1
    return n_cut


def _ways_from(first: int, following: dict[int, list[int]]) -> list[list[int]]:
    """Every sequence of linked trips from a trip to one that nothing follows."""
    ways, unfinished = [], [[first]]
    while unfinished:
        way = unfinished.pop()
        next_trips = following.get(way[-1], [])
        unfinished += [[*way, trip] for trip in reversed(next_trips)]
        if not next_trips:
            ways.append(way)
    return ways


def _joined(
    timetable: Timetable, row_trip: Trips, row_vehicle: Trips
) -> tuple[Timetable, npt.NDArray[np.int64]]:
    """Put the visits of the trips of each vehicle one after the other; with the visit each one came from."""
    n_visits = np.diff(timetable.trip_start)[row_trip]
    row_start = np.append(0, np.cumsum(n_visits))
    visit_of = np.arange(row_start[-1]) + np.repeat(timetable.trip_start[row_trip] - row_start[:-1], n_visits)
    arrival_s, departure_s = timetable.arrival_s[visit_of], timetable.departure_s[visit_of]
    pickup, drop_off = timetable.pickup[visit_of], timetable.drop_off[visit_of]

    goes_on = row_vehicle[1:] == row_vehicle[:-1]
    before, after = row_start[1:-1][goes_on] - 1, row_start[1:-1][goes_on]  # the visits at the seams
    pickup[before] = drop_off[after] = False
    departure_s[before] = arrival_s[before]  # T2; nobody boards here
    arrival_s[after] = np.maximum(arrival_s[after], arrival_s[before])  # T2; nobody alights here

    first_row = np.append(0, np.flatnonzero(~goes_on) + 1)
    first_trip = row_trip[first_row]
    none = np.zeros(0, dtype=np.int32)
    joined = timetable._replace(
        trip_start=np.append(row_start[first_row], row_start[-1]),
        trip_route=timetable.trip_route[first_trip],
        trip_block=np.full(len(first_trip), NO_INDEX),
        trip_day=timetable.trip_day[first_trip],
        visit_stop=timetable.visit_stop[visit_of],
        arrival_s=arrival_s,
        departure_s=departure_s,
        pickup=pickup,
        drop_off=drop_off,
        transfers=TransferRules(none, none, none, none, none, none, none.astype(np.int8), none),
    )
    for array in (*joined[:-1], *joined.transfers):
        array.flags.writeable = False
    return joined, visit_of


def _warn(counts: JoinCounts) -> None:
    causes = (
        (counts.overlapping, "trips overlap another trip of their block_id in time"),
        (
            counts.unusable_rules,
            "rules of transfers.txt (type 4) link a trip to one that leaves before it ends",
        ),
        (counts.cut, f"trips are linked in more than {MOST_WAYS} ways to those after them"),
    )
    found = [f"{count:,} {what}" for count, what in causes if count]
    if found:
        warnings.warn(
            f"{'; '.join(found)}: passengers are taken to change vehicles there, so some journeys look "
            "longer than they may be",
            FeedQualityWarning,
            stacklevel=3,
        )

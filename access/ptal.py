"""Public Transport Accessibility Level: how often and how near public transport leaves from a place.

For each route within walking distance, total access time = walk + average wait, with average wait = half the
headway + an allowance for unreliability; equivalent doorstep frequency (EDF) = 30 / total access time. The
index of a mode is its greatest EDF plus half of all others; the index of a place is the sum over modes, and
the level is the band it falls into. Source: Transport for London's method of the 1990s and 2000s, as
secondary sources describe it; which constants were read there stands in ``PtalRules``.

Each route counts once, with the walk to its nearest stop in either direction and the frequency of its busier
direction. What the sources leave open is decided so:

L1. A direction's frequency is that at the nearest place (station, or stop without one) within the limit where
    it can be boarded; of two equally near the more frequent. So the stop across the street counts.
L2. The busier direction is that with more vehicles in the window, each vehicle once at a place.
L3. A route is a route of the feed, its calling patterns together (the sources split railways by pattern), and
    a route that the feed splits into several (one for each direction) counts several times.
L4. Modes are bus, tram, metro and rail; each has its own greatest EDF. Trams have the limit and allowance of
    rail, as the sources say. Routes of other modes are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.supply_standards_rules import PtalRules
from access.supply_standards_walks import TOLERANCE_M, CellWalks
from access.transit_modes import mode_of_route
from gtfs.supply import Calls, Service, count_service, places_of
from gtfs.timetable import Timetable

Floats = npt.NDArray[np.float64]

_BLOCK_OF_LINKS = 100_000
"""Walks joined with routes at a time: at 20 routes and directions a stop some 200 MB."""


class Offers(NamedTuple):
    """What can be boarded at each stop, sorted by stop. Arrays of shape ``(n_offers,)``."""

    start: npt.NDArray[np.int64]  # (n_stops + 1,) offsets
    route: npt.NDArray[np.int32]
    direction: npt.NDArray[np.int32]
    per_h: Floats  # vehicles an hour of route and direction at the stop's place


class _RoutesInReach(NamedTuple):
    """Each route once for each cell that has it within walking distance."""

    cell: npt.NDArray[np.int64]
    route: npt.NDArray[np.int32]
    walk_m: Floats
    per_h: Floats


def ptal_index(
    timetable: Timetable,
    route_types: Sequence[int],
    departures: Calls,
    direction_of_trip: npt.NDArray[np.int32],
    walks: CellWalks,
    rules: PtalRules,
) -> Floats:
    """Return the accessibility index of each cell, shape ``(n_cells,)``; 0 where no route is in reach.

    Parameters
    ----------
    timetable : Timetable
    route_types : sequence of int
        GTFS type of each route.
    departures : Calls
        Those of the rules' window.
    direction_of_trip : array of int, shape (n_trips,)
        See ``gtfs.supply_directions``.
    walks : CellWalks
        At least as far as the rules look.
    rules : PtalRules
    """
    modes = [mode_of_route(kind) for kind in route_types]
    group = [rules.modes[mode].group if mode in rules.modes else "" for mode in modes]
    limit_m = np.array(
        [{"bus": rules.bus_walk_m, "rail": rules.rail_walk_m}.get(name, -1.0) for name in group]
    )
    late_min = np.where(
        np.array(group, dtype=object) == "rail", rules.rail_reliability_min, rules.bus_reliability_min
    )
    hours = (rules.window_end_s - rules.window_start_s) / 3600
    offers = offers_of(timetable, departures, direction_of_trip, hours)
    mode_names = sorted(set(modes))
    mode_number = np.array([mode_names.index(mode) for mode in modes], dtype=np.int64)
    index = np.zeros(walks.n_cells)
    for links in _blocks(walks):
        found = _routes_in_reach(walks, links, offers, limit_m)
        wait_min = 0.5 * 60 / found.per_h + late_min[found.route]
        edf = rules.doorstep_min / (found.walk_m / rules.walk_speed_m_min + wait_min)
        first = int(found.cell[0]) if len(found.cell) else 0
        _add_modes(index, first, found.cell, mode_number[found.route], len(mode_names), edf, rules)
    return index


def ptal_bands(index: Floats, rules: PtalRules) -> npt.NDArray[np.object_]:
    """Return the band of each index, ``"0"`` for 0 and None for NaN; an upper bound belongs to its band."""
    names = np.array(["0", *(name for name, _ in rules.bands)], dtype=object)
    bounds = np.array([0.0, *(upper for _, upper in rules.bands)])
    bands = names[np.searchsorted(bounds, np.nan_to_num(index, nan=0.0))]
    bands[np.isnan(index)] = None
    return bands


def offers_of(
    timetable: Timetable, departures: Calls, direction_of_trip: npt.NDArray[np.int32], hours: float
) -> Offers:
    """List the routes and directions that leave from each stop, with the frequency at the stop's place."""
    place = places_of(timetable)
    service = count_service(departures, place, direction_of_trip)
    at_stop = count_service(departures, np.arange(timetable.n_stops, dtype=np.int32), direction_of_trip)
    n_routes = int(departures.route.max(initial=0)) + 1
    n_directions = int(direction_of_trip.max(initial=0)) + 1

    def key(of_place: npt.NDArray[np.int32], of: Service) -> npt.NDArray[np.int64]:
        return (of_place.astype(np.int64) * n_routes + of.route) * n_directions + of.direction

    same = np.searchsorted(key(service.group, service), key(place[at_stop.group], at_stop))
    vehicles = service.vehicles[same]
    start = np.searchsorted(at_stop.group, np.arange(timetable.n_stops + 1))
    return Offers(start.astype(np.int64), at_stop.route, at_stop.direction, vehicles / hours)


def _blocks(walks: CellWalks) -> list[slice]:
    """Cut the walks into pieces that end where a cell ends."""
    ends = np.searchsorted(walks.cell, np.arange(walks.n_cells + 1))
    cuts = [0]
    while cuts[-1] < len(walks.cell):
        beyond = np.searchsorted(ends, cuts[-1] + _BLOCK_OF_LINKS, side="right") - 1
        end = int(ends[beyond])
        cuts.append(end if end > cuts[-1] else int(ends[ends > cuts[-1]][0]))
    return [slice(a, b) for a, b in itertools.pairwise(cuts)]


def _routes_in_reach(walks: CellWalks, links: slice, offers: Offers, limit_m: Floats) -> _RoutesInReach:
    """Join walks with what leaves at their stops; keep each route once a cell."""
    reachable = walks.length_m[links] <= limit_m.max(initial=-1.0) + TOLERANCE_M
    stop = walks.stop[links][reachable]
    n_offers = offers.start[stop + 1] - offers.start[stop]
    first = np.cumsum(n_offers) - n_offers
    offer = np.arange(n_offers.sum()) + np.repeat(offers.start[stop] - first, n_offers)
    cell = np.repeat(walks.cell[links][reachable], n_offers)
    walk_m = np.repeat(walks.length_m[links][reachable], n_offers)
    route = offers.route[offer]
    near = walk_m <= limit_m[route] + TOLERANCE_M
    cell, walk_m, route, offer = cell[near], walk_m[near], route[near], offer[near]
    direction, per_h = offers.direction[offer], offers.per_h[offer]
    order = np.lexsort((-per_h, walk_m, direction, route, cell))
    cell, walk_m, route, direction, per_h = (
        column[order] for column in (cell, walk_m, route, direction, per_h)
    )
    new_route = _changes(cell, route)
    nearest_of_direction = new_route | _changes(direction)
    group = np.cumsum(new_route) - 1
    starts = np.flatnonzero(new_route)
    busier = np.zeros(len(starts))
    np.maximum.at(busier, group[nearest_of_direction], per_h[nearest_of_direction])
    nearest = np.minimum.reduceat(walk_m, starts) if len(starts) else np.zeros(0)
    return _RoutesInReach(cell[starts], route[starts], nearest, busier)


def _changes(*columns: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Where a row differs from the one before; the first always does."""
    changed = np.ones(len(columns[0]), dtype=bool)
    changed[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return changed


def _add_modes(
    index: Floats,
    first: int,
    cell: npt.NDArray[np.int64],
    mode: npt.NDArray[np.int64],
    n_modes: int,
    edf: Floats,
    rules: PtalRules,
) -> None:
    """Add the greatest EDF of each mode and a share of its others to the index of the cells."""
    if not len(cell):
        return
    slot = (cell - first) * n_modes + mode
    n_slots = (int(cell[-1]) - first + 1) * n_modes
    total = np.bincount(slot, weights=edf, minlength=n_slots)
    greatest = np.zeros(n_slots)
    np.maximum.at(greatest, slot, edf)
    by_mode = greatest + rules.other_routes_weight * (total - greatest)
    index[first : int(cell[-1]) + 1] = by_mode.reshape(-1, n_modes).sum(axis=1)

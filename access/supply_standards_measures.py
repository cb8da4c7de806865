"""What each cell finds: metres to stops (SDG 11.2.1), departures in reach (EU typology, frequent transit)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from access.supply_standards_rules import (
    BUS_TRAM,
    HIGH_CAPACITY,
    LOW_CAPACITY,
    METRO_TRAIN,
    EuTypologyRules,
    FrequentTransitRules,
    Placement,
    SdgRules,
)
from access.supply_standards_walks import TOLERANCE_M, CellWalks, best_within, nearest_m
from access.transit_modes import mode_of_route
from gtfs.supply import Calls, clusters_of, count_service, places_of
from gtfs.timetable import Timetable

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]

EU_CLASSES = ("very high", "high", "medium", "low", "none")


def groups_of_routes(route_types: Sequence[int], modes: Mapping[str, Placement]) -> npt.NDArray[np.object_]:
    """Return the group of each route in a standard, ``""`` where its mode is left out."""
    names = [mode_of_route(kind) for kind in route_types]
    return np.array([modes[name].group if name in modes else "" for name in names], dtype=object)


def stops_served(calls: Calls, wanted_route: npt.NDArray[np.bool_], n_stops: int) -> npt.NDArray[np.bool_]:
    """Say which stops a vehicle of some routes leaves from."""
    served = np.zeros(n_stops, dtype=bool)
    served[calls.stop[wanted_route[calls.route]]] = True
    return served


def sdg_distances(
    departures: Calls, group_of_route: npt.NDArray[np.object_], walks: CellWalks, n_stops: int
) -> tuple[Floats, Floats]:
    """Return metres to the nearest low-capacity and to the nearest high-capacity stop of each cell."""
    low, high = (
        nearest_m(walks, stops_served(departures, group_of_route == name, n_stops))
        for name in (LOW_CAPACITY, HIGH_CAPACITY)
    )
    return low, high


def sdg_met(low_m: Floats, high_m: Floats, rules: SdgRules) -> npt.NDArray[np.bool_]:
    """Say which cells are near enough; a stop exactly at the limit counts."""
    near_low = low_m <= rules.low_capacity_m + TOLERANCE_M
    return np.asarray(near_low | (high_m <= rules.high_capacity_m + TOLERANCE_M))


def eu_departures_per_h(
    timetable: Timetable,
    departures: Calls,
    group_of_route: npt.NDArray[np.object_],
    walks: CellWalks,
    rules: EuTypologyRules,
) -> tuple[Floats, Floats]:
    """Return average departures an hour at the best cluster of each cell: bus and tram, metro and train.

    Stops near to each other are one cluster; departures of a cluster are summed, each vehicle once; where
    several clusters are in reach the greatest counts, not their sum (Poelman). A cluster is in reach if one
    of its stops from which the group leaves is. NaN where no such stop is in reach.

    Parameters
    ----------
    departures : Calls
        Those of the rules' window.
    group_of_route : array of str, shape (n_routes,)
        See ``groups_of_routes``.
    """
    cluster = clusters_of(timetable, rules.cluster_within_m)
    hours = (rules.window_end_s - rules.window_start_s) / 3600
    m_per_min = rules.walk_speed_km_h * 1000 / 60
    limits_min = {BUS_TRAM: rules.bus_tram_walk_min, METRO_TRAIN: rules.metro_train_walk_min}
    found = []
    for name, limit_min in limits_min.items():
        mine = group_of_route[departures.route] == name
        calls = Calls(*(column[mine] for column in departures))
        both_ways = np.zeros(timetable.n_trips, dtype=np.int32)
        service = count_service(calls, cluster, both_ways)
        vehicles = np.bincount(
            service.group, weights=service.vehicles, minlength=int(cluster.max(initial=0)) + 1
        )
        per_h = np.where(
            stops_served(calls, np.ones(len(group_of_route), bool), timetable.n_stops),
            vehicles[cluster] / hours,
            0,
        )
        best = best_within(walks, per_h, limit_min * m_per_min)
        found.append(np.where(best > 0, best, np.nan))
    return found[0], found[1]


def eu_classes(bus_tram: Floats, metro_train: Floats, rules: EuTypologyRules) -> npt.NDArray[np.object_]:
    """Return the class of each cell, one of ``EU_CLASSES``; departures are NaN where no stop is in reach."""
    best = np.fmax(bus_tram, metro_train)
    frequent = [group > rules.high_above_per_h for group in (bus_tram, metro_train)]
    classes = np.full(len(best), "low", dtype=object)
    classes[best >= rules.medium_from_per_h] = "medium"
    classes[frequent[0] | frequent[1]] = "high"
    if rules.very_high:
        classes[frequent[0] & frequent[1]] = "very high"
    classes[np.isnan(best)] = "none"
    return classes


def frequent_departures_per_h(
    timetable: Timetable,
    departures: Calls,
    direction_of_trip: Indices,
    walks: CellWalks,
    rules: FrequentTransitRules,
) -> Floats:
    """Return departures an hour at the best stop or station within the walk of each cell; 0 where none is.

    All routes of a stop count together, each with its busier direction, so that a stop that serves both sides
    of the street does not look twice as frequent.
    """
    place = places_of(timetable)
    service = count_service(departures, place, direction_of_trip)
    new_route = np.ones(len(service.group), dtype=bool)  # rows come by place, then by route
    new_route[1:] = (np.diff(service.group) != 0) | (np.diff(service.route) != 0)
    first = np.flatnonzero(new_route)
    busier = np.maximum.reduceat(service.vehicles, first) if len(first) else np.zeros(0)
    per_place = np.bincount(service.group[first], weights=busier, minlength=timetable.n_stops)
    hours = (rules.window_end_s - rules.window_start_s) / 3600
    served = np.zeros(timetable.n_stops, dtype=bool)
    served[departures.stop] = True
    return best_within(walks, np.where(served, per_place[place] / hours, 0.0), rules.walk_m)

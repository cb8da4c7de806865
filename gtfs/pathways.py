"""pathways.txt: walks inside stations. Source: GTFS Schedule Reference, ``pathways.txt`` and ``stops.txt``.

What it leaves open is decided so:

P1. A pathway takes its ``traversal_time`` where given. Else stairs and escalators with a ``stair_count``
    take ``STEP_UP_S`` or ``STEP_DOWN_S`` a step. Else the ``length`` is walked: stairs at ``STAIRS_M_S``,
    escalators at ``ESCALATOR_M_S``, all else at the walking speed.
P2. Where none of these is given, an elevator takes ``ELEVATOR_S``; anything else is walked along the straight
    line between its ends, or takes ``UNKNOWN_S`` where an end has no coordinates of its own. Such pathways
    are counted.
P3. ``is_bidirectional`` 1 goes both ways (stairs up one way, down the other); an exit gate goes one way
    whatever it says. Fare gates cost time, no money.
P4. A platform and its boarding areas are one place.
P5. A journey through a station is the shortest way along pathways, also past other platforms and entrances;
    its time is rounded half up once, at the end.
P6. Step-free: no stairs, no escalators, and no entrance that is not accessible. Slopes and widths are not
    looked at.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gtfs.stop_times import great_circle_m
from gtfs.timetable import NO_INDEX, Pathways
from gtfs.visits import lookup

STEP_DEPTH_M = 0.30
STEP_UP_S, STEP_DOWN_S = STEP_DEPTH_M / 0.50, STEP_DEPTH_M / 0.61
"""Seconds a step: 0.50 m/s up and 0.61 m/s down, measured level, over steps 30 cm deep. The speeds are those
of OpenTripPlanner for stairs in pathways (1.6404 and 2.0013 ft/s), the depth is our assumption."""

STAIRS_M_S = 0.50
"""Stairs of which only the length is known, up or down: the slower of the two."""

ESCALATOR_M_S = 0.50
"""Standing on an escalator: our assumption, at the low end of usual speeds."""

ELEVATOR_S = 110.0
"""An elevator of which no time is known: our assumption, 90 s of waiting and 20 s of riding."""

UNKNOWN_S = 5.0
"""A pathway of which nothing is known: our assumption."""

STOP, STATION, ENTRANCE, NODE, BOARDING_AREA = range(5)  # location_type
WALKWAY, STAIRS, TRAVELATOR, ESCALATOR, ELEVATOR, FARE_GATE, EXIT_GATE = range(1, 8)  # pathway_mode


class StationTimes(NamedTuple):
    """Shortest walks inside stations, between stops and entrances. Shape ``(n_walks,)``, sorted."""

    source: npt.NDArray[np.int32]
    target: npt.NDArray[np.int32]
    walk_s: npt.NDArray[np.int32]


def read_pathways(feed: gtfs_kit.Feed) -> tuple[Pathways, int]:
    """Pathways in each direction they can be walked, and the number of rows dropped.

    Dropped are rows that name an unknown place or mode, or lead from a place to itself.

    Parameters
    ----------
    feed : from ``read_feed`` or ``merge_feeds``; one made otherwise has no pathways. Left unchanged.
    """
    stops = feed.stops
    location_type = _numbers(stops, "location_type", STOP).astype(np.int8)
    # Neither by the reference nor here are pathways asked for where a stop is reached from the street.
    from_street = _numbers(stops, "stop_access", 0) == 1
    table: pd.DataFrame | None = getattr(feed, "pathways", None)
    if table is None:
        none = np.zeros(0, dtype=np.int32)
        no_metres = np.zeros(0)
        empty = Pathways(
            none,
            none,
            none.astype(np.int8),
            no_metres,
            no_metres,
            no_metres,
            no_metres,
            location_type,
            from_street,
        )
        return _frozen(empty), 0
    source, target = (lookup(stops["stop_id"], table[f"{side}_stop_id"]) for side in ("from", "to"))
    mode = _numbers(table, "pathway_mode", 0)
    usable = (source >= 0) & (target >= 0) & (source != target) & (mode >= WALKWAY) & (mode <= EXIT_GATE)
    row = np.flatnonzero(usable)
    both_ways = row[(_numbers(table, "is_bidirectional", 0)[row] == 1) & (mode[row] != EXIT_GATE)]
    rows = np.concatenate([row, both_ways])
    back = np.arange(len(rows)) >= len(row)
    lon, lat = (stops[column].to_numpy(np.float64, na_value=np.nan) for column in ("stop_lon", "stop_lat"))
    ends = source[rows], target[rows]
    pathways = Pathways(
        source=np.where(back, ends[1], ends[0]).astype(np.int32),
        target=np.where(back, ends[0], ends[1]).astype(np.int32),
        mode=mode[rows].astype(np.int8),
        traversal_s=_positive(_numbers(table, "traversal_time", np.nan)[rows]),
        length_m=_not_negative(_numbers(table, "length", np.nan)[rows]),
        steps_up=_numbers(table, "stair_count", np.nan)[rows] * np.where(back, -1, 1),
        straight_m=great_circle_m(lon[ends[0]], lat[ends[0]], lon[ends[1]], lat[ends[1]]),
        location_type=location_type,
        from_street=from_street,
    )
    return _frozen(_boarding_areas_merged(pathways, feed)), int((~usable).sum())


def _boarding_areas_merged(pathways: Pathways, feed: gtfs_kit.Feed) -> Pathways:
    """Let pathways lead to platforms instead of their boarding areas (P4)."""
    place = np.arange(len(feed.stops), dtype=np.int32)
    if "parent_station" in feed.stops.columns:
        parent = lookup(feed.stops["stop_id"], feed.stops["parent_station"]).astype(np.int32)
        area = (pathways.location_type == BOARDING_AREA) & (parent >= 0)
        place[area] = parent[area]
    return pathways._replace(source=place[pathways.source], target=place[pathways.target])


def step_free_pathways(pathways: Pathways, accessible: npt.NDArray[np.bool_]) -> Pathways:
    """Pathways without stairs, escalators and what leads to an inaccessible entrance (P6)."""
    shut = (pathways.location_type == ENTRANCE) & ~accessible
    keep = ~np.isin(pathways.mode, (STAIRS, ESCALATOR)) & ~shut[pathways.source] & ~shut[pathways.target]
    by_pathway = pathways._fields[:7]
    return _frozen(pathways._replace(**{name: getattr(pathways, name)[keep] for name in by_pathway}))


def pathway_seconds(
    pathways: Pathways, walk_speed_km_h: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Seconds that each pathway takes, and whether that had to be guessed (P1, P2)."""
    mode, walk_m_s = pathways.mode, walk_speed_km_h / 3.6
    steps = pathways.steps_up
    stepped = np.isin(mode, (STAIRS, ESCALATOR)) & ~np.isnan(steps) & (steps != 0)
    step_s = np.abs(steps) * np.where(steps > 0, STEP_UP_S, STEP_DOWN_S)
    speed_m_s = np.select([mode == STAIRS, mode == ESCALATOR], [STAIRS_M_S, ESCALATOR_M_S], walk_m_s)
    guess_s = np.where(mode == ELEVATOR, ELEVATOR_S, pathways.straight_m / walk_m_s)
    guess_s = np.where(np.isnan(guess_s), UNKNOWN_S, guess_s)
    given = [~np.isnan(pathways.traversal_s), stepped, ~np.isnan(pathways.length_m)]
    seconds = np.select(given, [pathways.traversal_s, step_s, pathways.length_m / speed_m_s], guess_s)
    return seconds, ~np.logical_or.reduce(given)


def station_times(pathways: Pathways, walk_speed_km_h: float) -> StationTimes:
    """Shortest walks along pathways from every stop or entrance to every other (P5).

    Parameters
    ----------
    pathways : of a schedule.
    walk_speed_km_h : where a pathway has a length and no time.
    """
    seconds, _ = pathway_seconds(pathways, walk_speed_km_h)
    places, node = np.unique(np.concatenate([pathways.source, pathways.target]), return_inverse=True)
    n_nodes, n_edges = len(places), len(pathways.source)
    edge = pd.DataFrame({"a": node[:n_edges], "b": node[n_edges:], "s": seconds})
    edge = (
        edge[edge["a"] != edge["b"]].sort_values("s").drop_duplicates(["a", "b"])
    )  # side by side: the fastest
    ends = edge["a"].to_numpy(), edge["b"].to_numpy()
    # A pathway of 0 s would be none in a sparse matrix; a nanosecond is.
    graph = coo_array((np.maximum(edge["s"].to_numpy(), 1e-9), ends), shape=(n_nodes, n_nodes)).tocsr()
    terminal = np.isin(pathways.location_type[places], (STOP, ENTRANCE))
    n_parts, part = connected_components(graph, directed=False) if n_nodes else (0, np.zeros(0))
    found = []
    order = np.argsort(part, kind="stable")
    for members in np.split(order, np.cumsum(np.bincount(part.astype(int), minlength=n_parts))[:-1]):
        doors = np.flatnonzero(terminal[members])
        if len(doors) > 1:
            distance = dijkstra(graph[members][:, members], indices=doors)[:, doors]
            a, b = np.nonzero(np.isfinite(distance) & ~np.eye(len(doors), dtype=bool))
            found.append((places[members[doors[a]]], places[members[doors[b]]], distance[a, b]))
    if not found:
        return StationTimes(*(np.zeros(0, dtype=np.int32) for _ in range(3)))
    source, target, total_s = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((target, source))
    walk_s = np.floor(total_s[order] + 0.5).astype(np.int32)
    return StationTimes(source[order].astype(np.int32), target[order].astype(np.int32), walk_s)


def _numbers(table: pd.DataFrame, column: str, missing: float) -> npt.NDArray[np.float64]:
    """An optional number column, even if it was read as text; ``missing`` where it is not given."""
    if column not in table.columns:
        return np.full(len(table), missing)
    return pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64, na_value=missing)


def _positive(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(values > 0, values, np.nan)


def _not_negative(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(values >= 0, values, np.nan)


def _frozen(pathways: Pathways) -> Pathways:
    arrays: list[npt.NDArray[Any]] = [np.ascontiguousarray(column) for column in pathways]
    for array in arrays:
        array.flags.writeable = False
    return Pathways(*arrays)


def accessible_stops(
    feed: gtfs_kit.Feed, step_free: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each stop can be used in a wheelchair, and whether the feed says so.

    ``wheelchair_boarding`` 0 or blank at a place inside a station is that of the station. What stays unknown
    counts as accessible for ``"best"`` and not for ``"worst"``.
    """
    value = _numbers(feed.stops, "wheelchair_boarding", 0)
    if "parent_station" in feed.stops.columns:
        parent = lookup(feed.stops["stop_id"], feed.stops["parent_station"])
        value = np.where((value == 0) & (parent != NO_INDEX), value[parent], value)
    return _known(value, step_free)


def accessible_trips(
    feed: gtfs_kit.Feed, step_free: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each row of trips.txt takes a wheelchair, and whether the feed says so."""
    return _known(_numbers(feed.trips, "wheelchair_accessible", 0), step_free)


def _known(
    value: npt.NDArray[np.float64], step_free: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    known = np.isin(value, (1, 2))
    return np.where(known, value == 1, step_free == "best"), known

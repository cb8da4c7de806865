"""Walks through stations: entrances and pathways instead of the street above the platform.

Streets know nothing of stairs, mezzanines and gates, and a platform drawn under a square is next to any
street there. Where a feed describes a station's inside (``pathways.txt``), walks follow it:

W1. A stop joined by pathways to entrances is *enclosed*: one gets there only by way of an entrance and leaves
    it only by one. Walk on the street and way inside together keep the walking limit.
W2. Stops joined by pathways to each other change by them, not by the streets, even where the streets are
    shorter; the limit on transfers holds. Rules of ``transfers.txt`` are applied later and win over both.
W3. From an enclosed stop to any other stop one walks out through one entrance and, if that stop is enclosed
    too, in through another.
W4. ``stop_access`` 1 says that a stop is reached from the street: it is not enclosed. Nor is one whose
    entrances are all off the streets: else it could not be reached at all.
W5. Which stops are enclosed is decided with all pathways. In a step-free schedule a platform that only stairs
    lead to is thus out of reach, not next to the street.

Stations without pathways stay as they are.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks, frozen_walk_links
from access.errors import DataQualityWarning
from gtfs.pathways import ENTRANCE, STOP, StationTimes, pathway_seconds, station_times
from gtfs.timetable import Pathways, Schedule


class StationCounts(NamedTuple):
    """How many stops pathways concern."""

    enclosed: int = 0  # stops reached through entrances only
    entrances: int = 0  # entrances that lead to them
    inside_pairs: int = 0  # pairs of stops that change by pathways
    locked: int = 0  # enclosed stops with service that one cannot get into, or not out of
    guessed: int = 0  # pathways whose time had to be guessed
    pathways: int = 0


class StationWalks(NamedTuple):
    """Walks that follow pathways, and what was done."""

    access: WalkLinks  # origin -> stop
    footpaths: WalkLinks  # stop -> stop
    egress: WalkLinks  # stop -> destination
    counts: StationCounts


class _Doors(NamedTuple):
    """What every place on the streets leads to: itself, or through an entrance the stops behind it."""

    start: npt.NDArray[np.int64]  # (n_stops + 1,)
    stop: npt.NDArray[np.int64]
    inside_s: npt.NDArray[np.int64]


def station_walks(
    schedule: Schedule,
    access: WalkLinks,
    footpaths: WalkLinks,
    egress: WalkLinks,
    *,
    on_street: npt.NDArray[np.bool_],
    walk_speed_km_h: float,
    max_walk_min: float,
    max_transfer_walk_min: float,
) -> StationWalks:
    """Lead the walks to, from and between stops through stations (W1 to W5).

    Parameters
    ----------
    schedule : with its pathways; entrances are rows of its stops.
    access, footpaths, egress : walks on the streets from origins to stops, stops to stops, stops to
        destinations; left unchanged.
    on_street : (n_stops,) whether each stop is snapped to a street.
    walk_speed_km_h, max_walk_min, max_transfer_walk_min : those of the street walks.

    Returns
    -------
    StationWalks
        The walks that were given where the feed has no pathways.

    Warns
    -----
    DataQualityWarning
        If no way leads from a street into, or out of, an enclosed stop with service.
    """
    pathways, every_pathway = schedule.pathways, schedule.all_pathways
    if pathways is None or every_pathway is None or not len(every_pathway.source):
        return StationWalks(access, footpaths, egress, StationCounts())
    times = station_times(pathways, walk_speed_km_h)
    enclosed = _enclosed(every_pathway, on_street, walk_speed_km_h)
    kind = pathways.location_type
    ways_in = _doors(times.source, times.target, times.walk_s, kind, enclosed, on_street)
    ways_out = _doors(times.target, times.source, times.walk_s, kind, enclosed, on_street)
    n_origins = len(access.start) - 1
    to_stops = _fastest(*_through(_rows(access), None, ways_in), n_origins, 60 * max_walk_min)
    from_stops = _fastest(*_through(_rows(egress), ways_out, None), len(kind), 60 * max_walk_min)
    between = _through(_rows(footpaths), ways_out, ways_in)
    inside = _between_stops(times, kind)
    changes = _fastest(*_inside_instead(between, inside, len(kind)), len(kind), 60 * max_transfer_walk_min)
    served = np.zeros(len(kind), dtype=bool)
    served[schedule.timetable.visit_stop] = True
    counts = StationCounts(
        enclosed=int(enclosed.sum()),
        entrances=int((_leads_inside(ways_in, enclosed) | _leads_inside(ways_out, enclosed)).sum()),
        inside_pairs=len(inside.source),
        locked=int((enclosed & served & ~(_reached(ways_in) & _reached(ways_out))).sum()),
        guessed=int(pathway_seconds(pathways, walk_speed_km_h)[1].sum()),
        pathways=len(pathways.source),
    )
    _warn(counts)
    return StationWalks(to_stops, changes, from_stops, counts)


def _enclosed(
    pathways: Pathways, on_street: npt.NDArray[np.bool_], walk_speed_km_h: float
) -> npt.NDArray[np.bool_]:
    """Stops that one reaches through entrances only (W1, W4, W5)."""
    kind = pathways.location_type
    times = station_times(pathways, walk_speed_km_h)
    enclosed = np.zeros(len(kind), dtype=bool)
    for stop, other in ((times.source, times.target), (times.target, times.source)):
        enclosed[stop[(kind[stop] == STOP) & (kind[other] == ENTRANCE) & on_street[other]]] = True
    return np.asarray(enclosed & ~pathways.from_street)


def _doors(
    entrance: npt.NDArray[np.int32],
    stop: npt.NDArray[np.int32],
    walk_s: npt.NDArray[np.int32],
    kind: npt.NDArray[np.int8],
    enclosed: npt.NDArray[np.bool_],
    on_street: npt.NDArray[np.bool_],
) -> _Doors:
    """What the streets lead to at each place: the place itself unless enclosed; behind an entrance, stops."""
    leads = (kind[entrance] == ENTRANCE) & on_street[entrance] & enclosed[stop]
    itself = np.flatnonzero(~enclosed)
    place = np.concatenate([itself, entrance[leads]])
    behind = np.concatenate([itself, stop[leads]])
    inside_s = np.concatenate([np.zeros(len(itself), np.int64), walk_s[leads]])
    order = np.lexsort((behind, place))
    start = np.append(0, np.cumsum(np.bincount(place, minlength=len(kind))))
    return _Doors(start, behind[order], inside_s[order])


_Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _rows(links: WalkLinks) -> _Rows:
    source = np.repeat(np.arange(len(links.start) - 1), np.diff(links.start))
    return source, links.target.astype(np.int64), links.walk_s.astype(np.int64)


def _through(rows: _Rows, before: _Doors | None, after: _Doors | None) -> _Rows:
    """Lead walks out through the doors at their beginning and in through those at their end."""
    source, target, walk_s = rows
    if before is not None:
        at, source, inside_s = _behind(before, source)
        target, walk_s = target[at], walk_s[at] + inside_s
    if after is not None:
        at, target, inside_s = _behind(after, target)
        source, walk_s = source[at], walk_s[at] + inside_s
    return source, target, walk_s


def _behind(doors: _Doors, place: npt.NDArray[np.int64]) -> _Rows:
    """Row, stop and seconds for everything that each place leads to."""
    n_stops = np.diff(doors.start)[place]
    row = np.repeat(np.arange(len(place)), n_stops)
    at = np.arange(len(row)) + np.repeat(doors.start[place] - (np.cumsum(n_stops) - n_stops), n_stops)
    return row, doors.stop[at], doors.inside_s[at]


def _between_stops(times: StationTimes, kind: npt.NDArray[np.int8]) -> StationTimes:
    both = (kind[times.source] == STOP) & (kind[times.target] == STOP)
    return StationTimes(*(column[both] for column in times))


def _inside_instead(rows: _Rows, inside: StationTimes, n_stops: int) -> _Rows:
    """Changes by pathways instead of those on the streets between the same two stops (W2)."""
    source, target, walk_s = rows
    by_pathway = inside.source.astype(np.int64) * n_stops + inside.target
    streets = ~np.isin(source * n_stops + target, by_pathway)
    return (
        np.concatenate([source[streets], inside.source.astype(np.int64)]),
        np.concatenate([target[streets], inside.target.astype(np.int64)]),
        np.concatenate([walk_s[streets], inside.walk_s.astype(np.int64)]),
    )


def _fastest(
    source: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
    walk_s: npt.NDArray[np.int64],
    n_sources: int,
    limit_s: float,
) -> WalkLinks:
    """Of all walks between two places the fastest, within the limit."""
    near = np.flatnonzero(walk_s <= limit_s)
    order = near[np.lexsort((walk_s[near], target[near], source[near]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(source[order]) != 0) | (np.diff(target[order]) != 0)
    chosen = order[first]
    start = np.append(0, np.cumsum(np.bincount(source[chosen], minlength=n_sources)))
    return frozen_walk_links(
        WalkLinks(start, target[chosen].astype(np.int32), walk_s[chosen].astype(np.int32))
    )


def _leads_inside(doors: _Doors, enclosed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether each place is an entrance to an enclosed stop."""
    place = np.repeat(np.arange(len(enclosed)), np.diff(doors.start))
    return np.isin(np.arange(len(enclosed)), place[enclosed[doors.stop]])


def _reached(doors: _Doors) -> npt.NDArray[np.bool_]:
    """Whether each stop is behind some door."""
    return np.isin(np.arange(len(doors.start) - 1), doors.stop)


def _warn(counts: StationCounts) -> None:
    if counts.locked:
        warnings.warn(
            f"{counts.locked:,} of {counts.enclosed:,} stops inside stations cannot be both entered and left "
            "along pathways from and to an entrance near a street; who needs to board or alight there cannot",
            DataQualityWarning,
            stacklevel=3,
        )

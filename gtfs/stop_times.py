"""Clock times and the fill of blank stop times: arrays in, arrays out.

Sources: GTFS Schedule Reference, ``stop_times.txt``; the fill of blank times follows R5: straight-line
distance between stops, truncated to whole seconds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

BLANK_S = np.int32(-1)
"""A stop time that is not given. GTFS times are never negative, so 0 (midnight) stays a time."""

MALFORMED_S = np.int32(-2)
"""Text that is no time."""

EARTH_RADIUS_M = 6_371_008.8

_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")

# The distance share of a stop halfway may come out as 0.49999999; a microsecond keeps truncation honest.
_ROUNDING_S = 1e-6


def parse_times(texts: pd.Series[str]) -> npt.NDArray[np.int32]:
    """Seconds since midnight of "8:05:00", "08:05:00" or "25:10:00".

    Hours may exceed 23. A missing text gives ``BLANK_S``, any other text ``MALFORMED_S``. Shape ``(n,)``.
    """
    codes, values = pd.factorize(texts)
    seconds = np.array([_parse_time(str(value)) for value in values] + [BLANK_S], dtype=np.int32)
    return seconds[codes]  # a missing text has code -1: the last one


def _parse_time(text: str) -> int:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return int(MALFORMED_S)
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def format_time(seconds: int) -> str:
    """The GTFS text of a number of seconds since midnight, e.g. 90,600 -> "25:10:00"."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


class FilledTimes(NamedTuple):
    """Times of all visits, and which of them could not be filled. All arrays have shape ``(n_visits,)``."""

    arrival_s: npt.NDArray[np.int32]
    departure_s: npt.NDArray[np.int32]
    filled: npt.NDArray[np.bool_]  # blank before, a time now
    unplaced: npt.NDArray[np.bool_]  # still blank: no coordinates to measure a distance with


def fill_blank_times(
    trip_start: npt.NDArray[np.int64],
    arrival_s: npt.NDArray[np.int32],
    departure_s: npt.NDArray[np.int32],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    shape_dist: npt.NDArray[np.float64],
) -> FilledTimes:
    """Give every visit without a time one in proportion to the distance between the timed visits around it.

    Preconditions: the first and the last visit of each trip are timed; timed visits do not go backwards.

    Where only one of arrival and departure is given, the other is its copy. Where both are blank, both become
    ``departure + floor(share * (next arrival - departure))`` with the share of the distance covered since the
    timed visit before. Distance is ``shape_dist`` for a trip that gives it at every visit without ever
    falling, else the great circle from stop to stop. If all the distance is 0, the share goes by position.

    Parameters
    ----------
    trip_start : (n_trips + 1,) offsets into the visits.
    arrival_s, departure_s : (n_visits,) seconds or ``BLANK_S``.
    lon, lat : (n_visits,) degrees of the stop visited; NaN if unknown.
    shape_dist : (n_visits,) in any unit, increasing along the trip; NaN where not given.
    """
    arrival_s = np.where(arrival_s == BLANK_S, departure_s, arrival_s)
    departure_s = np.where(departure_s == BLANK_S, arrival_s, departure_s)
    visits = np.arange(len(arrival_s))
    timed = arrival_s != BLANK_S
    blank = visits[~timed]
    before = np.maximum.accumulate(np.where(timed, visits, 0))[blank]
    after = np.minimum.accumulate(np.where(timed, visits, len(visits))[::-1])[::-1][blank]

    distance, unknown_hops = _distance_along_trips(trip_start, lon, lat, shape_dist)
    whole = distance[after] - distance[before]
    covered = distance[blank] - distance[before]
    standing = whole <= 0
    whole = np.where(standing, after - before, whole)
    covered = np.where(standing, blank - before, covered)
    gap_s = (arrival_s[after] - departure_s[before]).astype(np.float64)
    passing_s = departure_s[before] + np.floor(gap_s * covered / whole + _ROUNDING_S).astype(np.int32)

    unplaced = np.zeros(len(visits), dtype=bool)
    unplaced[blank] = unknown_hops[after] > unknown_hops[before]
    arrival_s[blank] = np.where(unplaced[blank], BLANK_S, passing_s)
    departure_s[blank] = arrival_s[blank]
    return FilledTimes(arrival_s, departure_s, ~timed & ~unplaced, unplaced)


def _distance_along_trips(
    trip_start: npt.NDArray[np.int64],
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    shape_dist: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Running distance, comparable inside a trip only, and running number of hops of unknown length."""
    if len(trip_start) == 1:
        return np.empty(0), np.empty(0, dtype=np.int64)
    first = np.zeros(len(lon), dtype=bool)
    first[trip_start[:-1]] = True
    hop_m = np.zeros(len(lon))
    hop_m[1:] = great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    n_visits = np.diff(trip_start)
    shape_hop = np.diff(shape_dist, prepend=np.nan)
    rises = (shape_hop >= 0) | (first & ~np.isnan(shape_dist))
    by_shape = np.repeat(np.logical_and.reduceat(rises, trip_start[:-1]), n_visits)
    unknown = np.isnan(hop_m) & ~by_shape
    straight = np.cumsum(np.where(np.isnan(hop_m), 0.0, hop_m))
    return np.where(by_shape, shape_dist, straight), np.cumsum(unknown)


def great_circle_m(
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    other_lon: npt.NDArray[np.float64],
    other_lat: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Distance in metres on a sphere of the Earth's mean radius (haversine formula)."""
    lon, lat, other_lon, other_lat = map(np.radians, (lon, lat, other_lon, other_lat))
    half = np.sin((other_lat - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    distance_m: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance_m

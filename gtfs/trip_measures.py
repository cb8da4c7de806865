"""How long each row of trips.txt is on the road, in time and in metres.

Decided so:

M1. A trip is on the road from its first departure to its last arrival. A trip without both, with fewer than
    two visits, with times that run backwards or on demand (GTFS-Flex) has no timetable and is not measured.
M2. Its length is that of its shape: the part between ``shape_dist_traveled`` of its first and last visit
    where both tables give it, else the whole shape.
M3. Without a shape it is the sum of straight lines between the stops it visits, which is shorter than the
    road. Stops without coordinates are passed over.
"""

from __future__ import annotations

from typing import NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.stop_times import great_circle_m, parse_times
from gtfs.visits import lookup

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_ON_DEMAND_COLUMNS = ("location_group_id", "location_id", "start_pickup_drop_off_window")


class TripMeasures(NamedTuple):
    """One entry for each row of trips.txt. All arrays have shape ``(n_rows,)``."""

    timed: npt.NDArray[np.bool_]  # has a timetable (M1); else 0 s and 0 m
    leaves_s: npt.NDArray[np.int64]  # first departure after 00:00 of the service day
    ends_s: npt.NDArray[np.int64]  # last arrival
    straight_m: Floats  # by straight lines between stops (M3)
    shape_m: Floats  # along the shape (M2); NaN without one

    @property
    def length_m(self) -> Floats:
        """Along the shape, else by straight lines."""
        return np.where(np.isnan(self.shape_m), self.straight_m, self.shape_m)


def measure_trips(feed: gtfs_kit.Feed) -> TripMeasures:
    """Measure every trip of a feed; left unchanged.

    No slip in a trip stops this: what cannot be measured is said by ``timed``.
    """
    n_trips, table = len(feed.trips), feed.stop_times
    trip = lookup(feed.trips["trip_id"], table["trip_id"])
    sequence = table["stop_sequence"].to_numpy(dtype=np.int64, na_value=-1)
    rows = np.flatnonzero(trip >= 0)
    key = (trip[rows] << 32) + sequence[rows]
    if (np.diff(key) < 0).any():
        rows = rows[np.argsort(key, kind="stable")]
    table, trip = table.iloc[rows], trip[rows]
    first = np.searchsorted(trip, np.arange(n_trips + 1))
    leaves_s, ends_s, timed = _ends(table, first)
    timed &= ~np.isin(np.arange(n_trips), _on_demand(table, trip))
    straight_m = _straight_m(feed, table, trip, n_trips)
    shape_m = _shape_m(feed, table, first)
    return TripMeasures(
        timed,
        np.where(timed, leaves_s, 0),
        np.where(timed, ends_s, 0),
        np.where(timed, straight_m, 0.0),
        np.where(timed, shape_m, np.nan),
    )


def _ends(table: pd.DataFrame, first: Indices) -> tuple[Indices, Indices, npt.NDArray[np.bool_]]:
    """First departure, last arrival, and whether there are both in this order."""
    two = np.diff(first) >= 2
    begin, end = first[:-1][two], first[1:][two] - 1
    leaves_s, ends_s = np.zeros(len(two), dtype=np.int64), np.zeros(len(two), dtype=np.int64)
    leaves_s[two] = _first_given(table, begin, "departure_time", "arrival_time")
    ends_s[two] = _first_given(table, end, "arrival_time", "departure_time")
    return leaves_s, ends_s, two & (leaves_s >= 0) & (ends_s >= leaves_s)


def _first_given(table: pd.DataFrame, at: Indices, column: str, instead: str) -> Indices:
    texts = table[column].iloc[at]
    return parse_times(texts.fillna(table[instead].iloc[at])).astype(np.int64)


def _on_demand(table: pd.DataFrame, trip: Indices) -> Indices:
    flexible = np.zeros(len(trip), dtype=bool)
    for column in _ON_DEMAND_COLUMNS:
        if column in table.columns:
            flexible |= table[column].notna().to_numpy()
    return np.unique(trip[flexible])


def _straight_m(feed: gtfs_kit.Feed, table: pd.DataFrame, trip: Indices, n_trips: int) -> Floats:
    stop = lookup(feed.stops["stop_id"], table["stop_id"])
    lon, lat = (
        np.append(feed.stops[column].to_numpy(dtype=np.float64, na_value=np.nan), np.nan)[stop]
        for column in ("stop_lon", "stop_lat")
    )
    placed = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    return _hops_m(lon[placed], lat[placed], trip[placed], n_trips)


def _hops_m(lon: Floats, lat: Floats, group: Indices, n_groups: int) -> Floats:
    """Sum of the straight lines between neighbours of one group; groups stand together, in order."""
    hop_m = great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    inside = group[:-1] == group[1:]
    return np.bincount(group[:-1][inside], hop_m[inside], minlength=n_groups).astype(np.float64)


def _shape_m(feed: gtfs_kit.Feed, table: pd.DataFrame, first: Indices) -> Floats:
    none = np.full(len(first) - 1, np.nan)
    if feed.shapes is None or "shape_id" not in feed.trips.columns:
        return none
    needed = {"shape_id", "shape_pt_lon", "shape_pt_lat", "shape_pt_sequence"}
    if not needed <= set(feed.shapes.columns):
        return none
    whole = _lengths_of_shapes(feed.shapes)
    shape = lookup(pd.Series(whole.index), feed.trips["shape_id"])
    length_m = np.append(whole["length_m"].to_numpy(), np.nan)[shape]
    if "shape_dist_traveled" not in table.columns:
        return length_m
    covered = table["shape_dist_traveled"].to_numpy(dtype=np.float64, na_value=np.nan)
    two = np.diff(first) >= 2
    part = np.full(len(none), np.nan)
    part[two] = covered[first[1:][two] - 1] - covered[first[:-1][two]]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = part / np.append(whole["distance"].to_numpy(), np.nan)[shape]
    usable = (share > 0) & (share <= 1)
    return np.where(usable, length_m * share, length_m)


def _lengths_of_shapes(shapes: pd.DataFrame) -> pd.DataFrame:
    """By shape_id: ``length_m`` on the sphere, ``distance`` in the feed's own unit (NaN where not given)."""
    codes, ids = pd.factorize(shapes["shape_id"])
    order = np.lexsort((shapes["shape_pt_sequence"].to_numpy(dtype=np.float64, na_value=np.nan), codes))
    order = order[codes[order] >= 0]
    group = codes[order].astype(np.int64)
    lon, lat = (
        shapes[column].to_numpy(dtype=np.float64, na_value=np.nan)[order]
        for column in ("shape_pt_lon", "shape_pt_lat")
    )
    placed = ~(np.isnan(lon) | np.isnan(lat))
    length_m = _hops_m(lon[placed], lat[placed], group[placed], len(ids))
    length_m[length_m == 0] = np.nan  # a point is no way
    distance = np.full(len(ids), np.nan)
    if "shape_dist_traveled" in shapes.columns:
        given = shapes["shape_dist_traveled"].groupby(codes)
        span = (given.max() - given.min()).reindex(range(len(ids)))
        distance = span.to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.DataFrame({"length_m": length_m, "distance": distance}, index=pd.Index(ids))

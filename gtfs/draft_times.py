"""The visits of chosen trips as arrays, read from stop_times.txt and written back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.stop_times import BLANK_S, fill_blank_times, format_time, parse_times


class TripVisits(NamedTuple):
    """Visits of ``n`` trips in the order asked for, each in travel order."""

    trip_ids: list[str]  # n
    trip_start: npt.NDArray[np.int64]  # (n + 1,) offsets into the visits; a trip may have none
    row: npt.NDArray[np.int64]  # (n_visits,) position in stop_times.txt
    stop_id: npt.NDArray[np.object_]  # (n_visits,) None where a visit has no stop (GTFS-Flex)
    arrival_s: npt.NDArray[np.int32]  # (n_visits,) BLANK_S where not given, MALFORMED_S where no time
    departure_s: npt.NDArray[np.int32]  # (n_visits,)

    @property
    def trip(self) -> npt.NDArray[np.int64]:
        """Trip of each visit, shape ``(n_visits,)``."""
        return np.repeat(np.arange(len(self.trip_ids)), np.diff(self.trip_start))

    def stops(self, trip: int) -> tuple[str, ...]:
        """Stops of one trip in travel order."""
        return tuple(self.stop_id[self.trip_start[trip] : self.trip_start[trip + 1]].tolist())


def visits_of(stop_times: pd.DataFrame, trip_ids: Sequence[str]) -> TripVisits:
    """Read the visits of chosen trips.

    Parameters
    ----------
    stop_times : the table.
    trip_ids : trips, without repeats; one without visits is allowed.
    """
    chosen = np.flatnonzero(stop_times["trip_id"].isin(list(trip_ids)).to_numpy(dtype=bool))
    names = stop_times["trip_id"].array.take(chosen).to_numpy(dtype=object)
    trip = pd.Index(list(trip_ids), dtype=object).get_indexer(pd.Index(names))
    sequence = stop_times["stop_sequence"].array.take(chosen).to_numpy(dtype=np.int64, na_value=-1)
    order = np.lexsort((sequence, trip))
    table = stop_times[["stop_id", "arrival_time", "departure_time"]].iloc[chosen[order]]
    start = np.zeros(len(trip_ids) + 1, dtype=np.int64)
    np.cumsum(np.bincount(trip, minlength=len(trip_ids)), out=start[1:])
    return TripVisits(
        trip_ids=list(trip_ids),
        trip_start=start,
        row=chosen[order],
        stop_id=_texts(table["stop_id"]),
        arrival_s=parse_times(table["arrival_time"]),
        departure_s=parse_times(table["departure_time"]),
    )


def filled(visits: TripVisits, stop_times: pd.DataFrame, stops: pd.DataFrame) -> TripVisits:
    """Give every visit a time, blank ones in proportion to distance, exactly as ``build_schedule`` would.

    Trips whose times cannot be filled (an end without time, a stop nearby without coordinates) keep blanks.
    """
    start, ends = visits.trip_start, np.zeros(len(visits.row), dtype=bool)
    if not len(ends):
        return visits
    some = start[:-1] < start[1:]
    ends[start[:-1][some]] = ends[start[1:][some] - 1] = True
    untimed = ends & (np.maximum(visits.arrival_s, visits.departure_s) < 0)
    usable = np.ones(len(visits.trip_ids), dtype=bool)
    usable[visits.trip[untimed]] = False
    keep = usable[visits.trip]
    place = pd.Index(stops["stop_id"].to_numpy(dtype=object)).get_indexer(pd.Index(visits.stop_id[keep]))
    lon, lat = coordinates(stops)
    lon, lat = (np.where(place >= 0, degrees[place], np.nan) for degrees in (lon, lat))
    shape_dist = np.full(int(keep.sum()), np.nan)
    if "shape_dist_traveled" in stop_times.columns:
        shape_dist = (
            stop_times["shape_dist_traveled"]
            .iloc[visits.row[keep]]
            .to_numpy(dtype=np.float64, na_value=np.nan)
        )
    counts = np.diff(start)[usable]
    done = fill_blank_times(
        np.concatenate([[0], np.cumsum(counts[counts > 0])]).astype(np.int64),
        visits.arrival_s[keep],
        visits.departure_s[keep],
        lon,
        lat,
        shape_dist,
    )
    arrival_s, departure_s = visits.arrival_s.copy(), visits.departure_s.copy()
    arrival_s[keep], departure_s[keep] = done.arrival_s, done.departure_s
    return visits._replace(arrival_s=arrival_s, departure_s=departure_s)


def coordinates(stops: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Degrees of each stop as ``build_schedule`` takes them: NaN where unusable, else its station's."""
    lon = stops["stop_lon"].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    lat = stops["stop_lat"].to_numpy(dtype=np.float64, na_value=np.nan).copy()
    nowhere = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)) | ((lon == 0) & (lat == 0))
    lon[nowhere] = lat[nowhere] = np.nan
    if "parent_station" in stops.columns and nowhere.any():
        ids = pd.Index(stops["stop_id"].to_numpy(dtype=object))
        station = ids.get_indexer(pd.Index(_texts(stops["parent_station"])))
        inherits = nowhere & (station >= 0)
        lon[inherits], lat[inherits] = lon[station[inherits]], lat[station[inherits]]
    return lon, lat


def _texts(column: pd.Series[str]) -> npt.NDArray[np.object_]:
    texts: npt.NDArray[np.object_] = np.array(column.to_numpy(dtype=object), dtype=object)
    texts[column.isna().to_numpy(dtype=bool)] = None
    return texts


def first_departures_s(visits: TripVisits) -> npt.NDArray[np.int64]:
    """First departure of each trip, shape ``(n_trips,)``; ``BLANK_S`` where it has none."""
    found = np.full(len(visits.trip_ids), int(BLANK_S), dtype=np.int64)
    some = visits.trip_start[:-1] < visits.trip_start[1:]
    first = visits.trip_start[:-1][some]
    found[some] = np.where(visits.departure_s[first] >= 0, visits.departure_s[first], visits.arrival_s[first])
    return found


def time_texts(seconds: npt.NDArray[Any]) -> list[str | None]:
    """GTFS texts of times; a blank stays blank."""
    known = {int(value): format_time(int(value)) for value in np.unique(seconds) if value >= 0}
    return [known.get(int(value)) for value in seconds]

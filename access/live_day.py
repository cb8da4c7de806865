"""One service day of a ready network, for questions from one place at any minute.

A run searches from all places together, for which it rewrites the timetable window by window. From one place
the plain engine (``access.engine.plain``), whose results are the same to the byte, needs nothing of the kind:
the boardings of the whole day in time order serve every departure, and each search looks only at those
between its departure and its last arrival. Nothing has to be prepared by the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from access.engine.arrays import UNREACHED_MIN, UNREACHED_S, Minutes, Search, Seconds, WalkLinks
from access.engine.plain import PlainNetwork, arrivals_from_origin, plain_network
from access.network_cache import load_group
from access.search import PreparedSearch, prepare_search
from gtfs.feed import SEPARATOR
from gtfs.timetable import Timetable

DAY_MIN = 1_440


@dataclass(frozen=True)
class Limits:
    """Limits of travel, as the run was computed with."""

    max_duration_min: int
    boarding_slack_s: int
    max_rides: int | None
    horizon_s: int  # until then the timetable holds every departure

    @property
    def last_departure_s(self) -> int:
        """Last whole minute of departure whose journeys the timetable holds to their end."""
        return (self.horizon_s - 60 * (self.max_duration_min + 1)) // 60 * 60

    @property
    def first_arrival_s(self) -> int:
        """First whole minute of arrival for which nobody sets out before 00:00."""
        return 60 * (self.max_duration_min + 1)


@dataclass(frozen=True)
class Walks:
    """Walks of a ready network between its cells and stops."""

    access: WalkLinks
    footpaths: WalkLinks
    egress: WalkLinks
    direct: WalkLinks

    @classmethod
    def of_folder(cls, folder: Path) -> Walks:
        """Read them; ResultError where they are gone."""
        return cls(
            *(load_group(folder, name, WalkLinks) for name in ("access", "footpaths", "egress", "direct"))
        )

    @property
    def n_cells(self) -> int:
        """Cells are origins and destinations alike."""
        return len(self.access.start) - 1


@dataclass(frozen=True)
class LiveDay:
    """A service day ready to be asked. Read-only, so that several threads may ask at once.

    Attributes
    ----------
    prepared : PreparedSearch
        All minutes of the day, checked, the feed's rules of transfer applied.
    network : PlainNetwork
        Boardings of the whole day in time order, with the walks.
    """

    prepared: PreparedSearch
    network: PlainNetwork

    @classmethod
    def of_timetable(cls, timetable: Timetable, walks: Walks, limits: Limits) -> LiveDay:
        """Prepare departures."""
        prepared = _prepared(timetable, walks, limits, 0, arrive_by=False)
        departures = prepared.search._replace(n_departures=limits.last_departure_s // 60 + 1)
        return cls(prepared, _plain(prepared, departures))

    @classmethod
    def of_arrivals(cls, timetable: Timetable, walks: Walks, limits: Limits) -> LiveDay:
        """Prepare arrivals of 24 hours from ``limits.first_arrival_s`` on (``access.mirror``)."""
        prepared = _prepared(timetable, walks, limits, limits.first_arrival_s, arrive_by=True)
        return cls(prepared, _plain(prepared, prepared.search))

    def minutes(self, source: int, at_s: int, n_minutes: int = 1) -> Minutes:
        """Travel times between one cell and all others, for some minutes of departure (or arrival).

        Parameters
        ----------
        source : int
            Where journeys begin; prepared for arrivals, where they end.
        at_s : int
            First minute, seconds after 00:00 of the service day.
        n_minutes : int
            How many minutes in a row.

        Returns
        -------
        uint8 array (n_minutes, n_cells)
            Whole minutes, 255 = not reached.
        """
        prepared = self.prepared
        first_s = prepared.mirror_s - at_s - 60 * (n_minutes - 1) if prepared.arrive_by else at_s
        search = prepared.search._replace(first_departure_s=first_s, n_departures=n_minutes)
        _, arrival_s = arrivals_from_origin(self.network, search, source, prepared.n_targets)
        minutes = _whole_minutes(arrival_s, search)
        return minutes[::-1] if prepared.arrive_by else minutes

    def rides_from(self, departure_s: int) -> bool:
        """Say whether any vehicle can be boarded anywhere within the longest journey of who leaves then."""
        there_s = self.network.boardings.be_there_s
        latest_s = departure_s + 60 * (self.prepared.search.max_duration_min + 1)
        first, end = np.searchsorted(there_s, [departure_s - self.prepared.search.boarding_slack_s, latest_s])
        return bool(end > first)

    def one_departure(self, departure_s: int) -> PreparedSearch:
        """Return the search of a single departure, for its itineraries."""
        search = self.prepared.search._replace(first_departure_s=departure_s, n_departures=1)
        return replace(self.prepared, search=search)


def percentiles_of(minutes: Minutes, ranks: npt.NDArray[np.int64]) -> Minutes:
    """Read nearest ranks off minutes by departure, uint8 ``(n_ranks, n_cells)``: R8 of the plain engine."""
    found: Minutes = np.sort(minutes, axis=0)[ranks - 1]
    return found


def departures_of_feeds(
    timetable: Timetable, trip_ids: Sequence[str], feeds: Sequence[str]
) -> dict[str, Seconds]:
    """Return when vehicles of each feed can be boarded, in order; of several, ids begin with its name."""
    boards = timetable.pickup.copy()
    boards[timetable.trip_start[1:] - 1] = False
    feed_of_trip = np.array([name.partition(SEPARATOR)[0] for name in trip_ids])
    n_visits = np.diff(timetable.trip_start)
    found = {}
    for feed in feeds:
        own = boards if len(feeds) == 1 else boards & np.repeat(feed_of_trip == feed, n_visits)
        found[feed] = np.sort(timetable.departure_s[own])
    return found


def _prepared(
    timetable: Timetable, walks: Walks, limits: Limits, start_s: int, *, arrive_by: bool
) -> PreparedSearch:
    return prepare_search(
        timetable,
        access=walks.access,
        footpaths=walks.footpaths,
        egress=walks.egress,
        direct=walks.direct,
        n_destinations=walks.n_cells,
        departure_start_s=start_s,
        departure_window_min=DAY_MIN,
        max_duration_min=limits.max_duration_min,
        boarding_slack_s=limits.boarding_slack_s,
        max_rides=limits.max_rides,
        arrive_by=arrive_by,
    )


def _plain(prepared: PreparedSearch, search: Search) -> PlainNetwork:
    return plain_network(
        prepared.timetable,
        search,
        access=prepared.access,
        footpaths=prepared.footpaths,
        egress=prepared.egress,
        direct=prepared.direct,
    )


def _whole_minutes(arrival_s: Seconds, search: Search) -> Minutes:
    departure_s = search.first_departure_s + 60 * np.arange(search.n_departures)[:, np.newaxis]
    minutes = np.where(arrival_s == UNREACHED_S, UNREACHED_MIN, (arrival_s - departure_s) // 60)
    return minutes.astype(np.uint8)

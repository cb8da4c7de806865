"""A working copy of one feed on which modifications act; the feed itself is never changed.

Tables are replaced, never written into: a draft begins with the frames of its feed and shares those that no
modification touches. All helpers touch the chosen rows only, so that editing one route of a large feed takes
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import gtfs_kit
import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft_patterns import Pattern, patterns_of
from gtfs.draft_select import ID_COLUMN, Selection, has_any, select, unknown_text
from gtfs.draft_services import Services
from gtfs.draft_tidy import tidy
from gtfs.draft_times import TripVisits, filled, first_departures_s, time_texts, visits_of
from gtfs.feed import feed_of
from gtfs.match import Match
from gtfs.modifications import Modification
from gtfs.tables import COLUMN_TYPES


class Copy(NamedTuple):
    """A copy of a trip to be made."""

    trip_id: str  # trip to copy
    service_id: str  # service of the copy
    wanted: str  # id of the copy, made unique
    leaves_s: int | None = None  # first departure of the copy; None as the trip's
    part: bool = False  # carries on a part of the trip (its other days or hours) instead of being new service


class Draft:
    """One feed being modified.

    Parameters
    ----------
    feed : the feed; left unchanged.
    name : its name in messages.
    """

    def __init__(self, feed: gtfs_kit.Feed, name: str) -> None:
        self.base = feed
        self.name = name
        self.tables: dict[str, pd.DataFrame | None] = {
            table: getattr(feed, table, None) for table in COLUMN_TYPES
        }
        self.touched: set[str] = set()
        """Trips with other times or stops than before; ``tidy`` looks after their blocks."""
        self.trips_before: pd.Series[str] = feed.trips["trip_id"]  # what ``tidy`` saw last
        self.shapes_before: set[str] = (
            set(feed.trips["shape_id"].dropna().unique()) if "shape_id" in feed.trips.columns else set()
        )
        nothing: list[str] = []
        self._last_read = (feed.stop_times, nothing, visits_of(feed.stop_times, nothing))
        self._origin: dict[str, str] = {}  # trip made here -> trip of the feed it was copied from
        self._parts: set[str] = set()  # trips made here that carry on a part of the trip they come from

    # --- tables ---------------------------------------------------------------------------------------

    def table(self, name: str) -> pd.DataFrame:
        """Return a table that every feed has; never write into it."""
        table = self.tables[name]
        if table is None:
            raise KeyError(f"the feed {self.name} has no {name}.txt")
        return table

    @property
    def trips(self) -> pd.DataFrame:
        """trips.txt as it is now."""
        return self.table("trips")

    @property
    def stops(self) -> pd.DataFrame:
        """stops.txt as it is now."""
        return self.table("stops")

    @property
    def routes(self) -> pd.DataFrame:
        """routes.txt as it is now."""
        return self.table("routes")

    @property
    def stop_times(self) -> pd.DataFrame:
        """stop_times.txt as it is now."""
        return self.table("stop_times")

    @cached_property
    def services(self) -> Services:
        """Calendar of the draft."""
        return Services(self)

    def append(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows to a table, with the column types of the feed; a table that is missing is begun."""
        table = self.tables[name]
        if rows.empty:
            return
        columns = (
            list(rows.columns) if table is None else [*table.columns, *rows.columns.difference(table.columns)]
        )
        typed = {}
        for column in columns:
            kind: Any = COLUMN_TYPES[name].get(column, "string")
            if table is not None and column in table.columns:
                kind = table[column].dtype
            given = rows[column] if column in rows.columns else [None] * len(rows)
            if isinstance(given, pd.Series) and given.dtype == kind:
                typed[column] = given.array
            else:
                typed[column] = pd.array(list(given), dtype=kind)
        frame = pd.DataFrame(typed)
        if table is not None:
            missing = [column for column in columns if column not in table.columns]
            if missing:
                blank = {
                    c: pd.Series([None] * len(table), dtype=frame[c].dtype, index=table.index)
                    for c in missing
                }
                table = table.assign(**blank)
            frame = pd.concat([table, frame], ignore_index=True)
        self.tables[name] = frame

    def keep(self, name: str, rows: npt.NDArray[np.bool_]) -> None:
        """Keep the marked rows of a table; a table that a feed may lack becomes None without rows."""
        table = self.table(name)[rows].reset_index(drop=True)
        optional = name not in ("trips", "stops", "routes", "stop_times")
        self.tables[name] = None if optional and table.empty else table

    def assign(self, name: str, rows: npt.NDArray[Any], **columns: Any) -> None:
        """Set columns of some rows (positions or mask), each to one value or to one a row."""
        table = self.table(name)
        changed = {}
        for column, values in columns.items():
            if column not in table.columns:
                kind: Any = COLUMN_TYPES[name].get(column, "string")
                table = table.assign(
                    **{column: pd.Series([None] * len(table), dtype=kind, index=table.index)}
                )
            array = table[column].array.copy()
            array[rows] = values
            changed[column] = array
        self.tables[name] = table.assign(**changed)

    def new_id(self, table: str, wanted: str) -> str:
        """Return ``wanted`` or, where the feed has it, ``wanted~2``, ``wanted~3``, ..."""
        return self.new_ids(table, [wanted])[0]

    def new_ids(self, table: str, wanted: Sequence[str]) -> list[str]:
        """Ids for new rows of routes, trips, stops or shapes, like no other in the feed, before or now."""
        column = ID_COLUMN[table]
        known: set[str] = set()
        for frame in (self.tables[table], getattr(self.base, table)):  # an id means one thing for ever
            known |= set() if frame is None else set(frame[column].tolist())
        new = []
        for name in wanted:
            found, number = name, 1
            while found in known:
                number += 1
                found = f"{name}~{number}"
            known.add(found)
            new.append(found)
        return new

    # --- trips chosen ---------------------------------------------------------------------------------

    def select(self, change: Modification) -> Selection:
        """Trips that a modification means, see ``gtfs.draft_select.select``."""
        return select(self, change)

    def has_any(self, named: Mapping[str, Sequence[str]]) -> bool:
        """Whether the feed has any of these ids, by kind as ``Modification.named`` gives them."""
        return has_any(self, named)

    def known_stops(self, stops: Sequence[str]) -> tuple[list[str], list[str]]:
        """Which of these stops the feed has and which not."""
        known = set(self.stops["stop_id"].tolist())
        return [stop for stop in stops if stop in known], [stop for stop in stops if stop not in known]

    def unknown_text(self, kind: str, name: str) -> str:
        """Say that the feed lacks a route, pattern, trip or stop, and what comes nearest."""
        return unknown_text(self, kind, name)

    def origin(self, trip_id: str) -> str:
        """Trip of the feed that a trip was copied from; itself where it was not."""
        return self._origin.get(trip_id, trip_id)

    def is_part(self, trip_id: str) -> bool:
        """Whether a trip made here carries on a part of the trip that it was copied from."""
        return trip_id in self._parts

    # --- visits of chosen trips -----------------------------------------------------------------------

    def patterns(self, trip_ids: Sequence[str]) -> list[Pattern]:
        """Patterns of chosen trips as they are now, most trips first."""
        return patterns_of(self.trips, self.stop_times, trip_ids, self.visits(trip_ids))

    def visits(self, trip_ids: Sequence[str], *, fill: bool = False) -> TripVisits:
        """Visits of chosen trips; ``fill`` gives blank times as ``build_schedule`` would."""
        table, ids, visits = self._last_read
        if table is not self.stop_times or ids != list(trip_ids):
            visits = visits_of(self.stop_times, trip_ids)
            self._last_read = (self.stop_times, list(trip_ids), visits)
        return filled(visits, self.stop_times, self.stops) if fill else visits

    def set_times(
        self, visits: TripVisits, arrival_s: npt.NDArray[Any], departure_s: npt.NDArray[Any]
    ) -> None:
        """Write the times of visits read with ``visits`` (not outdated by other changes of stop_times)."""
        self.assign(
            "stop_times",
            visits.row,
            arrival_time=time_texts(arrival_s),
            departure_time=time_texts(departure_s),
        )
        self.touched.update(visits.trip_ids)

    def replace_visits(self, trip_ids: Sequence[str], rows: pd.DataFrame) -> None:
        """Give trips other visits: ``rows`` of stop_times.txt, times as texts."""
        self.keep("stop_times", ~self.stop_times["trip_id"].isin(list(trip_ids)).to_numpy(dtype=bool))
        self.append("stop_times", rows)
        self.touched.update(trip_ids)

    # --- trips added and removed ----------------------------------------------------------------------

    def remove(self, trip_ids: Iterable[str]) -> None:
        """Remove trips; what hung on them goes with ``tidy``."""
        self.keep("trips", ~self.trips["trip_id"].isin(list(trip_ids)).to_numpy(dtype=bool))

    def copy_trips(self, copies: Sequence[Copy]) -> list[str]:
        """Add copies of trips, without blocks, and return their ids, one a copy."""
        sources = list(dict.fromkeys(copy.trip_id for copy in copies))
        row_of = dict(zip(self.trips["trip_id"].tolist(), range(len(self.trips)), strict=True))
        new = self.new_ids("trips", [copy.wanted for copy in copies])
        rows = self.trips.iloc[[row_of[copy.trip_id] for copy in copies]].assign(
            trip_id=new, service_id=[copy.service_id for copy in copies]
        )
        if "block_id" in rows.columns:
            rows = rows.assign(block_id=None)
        visits = self.visits(sources)
        number = {trip: at for at, trip in enumerate(sources)}
        starts, first_s = visits.trip_start, first_departures_s(visits)
        which, shift_s, ids = [], [], []
        for copy, identifier in zip(copies, new, strict=True):
            at = number[copy.trip_id]
            mine = np.arange(starts[at], starts[at + 1])
            which.append(mine)
            shift_s.append(np.full(len(mine), 0 if copy.leaves_s is None else copy.leaves_s - first_s[at]))
            ids += [identifier] * len(mine)
        chosen, moved_s = np.concatenate(which), np.concatenate(shift_s)
        visit_rows = self.stop_times.iloc[visits.row[chosen]].assign(trip_id=ids)
        if moved_s.any():
            for column, times in (("arrival_time", visits.arrival_s), ("departure_time", visits.departure_s)):
                own_s = times[chosen]
                visit_rows[column] = time_texts(np.where(own_s >= 0, own_s + moved_s, own_s))
        self.append("trips", rows)
        self.append("stop_times", visit_rows)
        for copy, identifier in zip(copies, new, strict=True):
            self._origin[identifier] = self.origin(copy.trip_id)
            if copy.part:
                self._parts.add(identifier)
        return new

    # --- end ------------------------------------------------------------------------------------------

    def tidy(self, match: Match) -> Match:
        """Drop what a modification left dangling and add it to its counts; see ``gtfs.draft_tidy``."""
        return tidy(self, match)

    def with_tables(self, *names: str) -> gtfs_kit.Feed:
        """Return a feed of these tables only, for functions that read from a feed."""
        return gtfs_kit.Feed(dist_units=self.base.dist_units, **{name: self.tables[name] for name in names})

    def feed(self) -> gtfs_kit.Feed:
        """Return the modified feed."""
        return feed_of(self.base.dist_units, self.tables)

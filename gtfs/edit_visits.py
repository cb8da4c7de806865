"""Trips of one pattern as tables of visits, and how trips with other visits are written back to a draft.

Decided so, for every modification that changes which stops a trip serves:

V1. Blank times of changed trips are filled first, exactly as ``build_schedule`` would fill them, and then
    written out. Otherwise a stop left out would move the times of all others.
V2. Trips whose times cannot be filled or go backwards, or with a visit without a stop (GTFS-Flex), are left
    as they are, with a warning.
V3. ``shape_dist_traveled`` of changed trips becomes blank where their path changes; the shape itself is
    spliced (see ``gtfs.splice_shape``), or dropped where a stop has no coordinates.
V4. Headway-based trips leave their first stop when frequencies.txt says. Where another stop becomes the
    first, that period moves by the time between them, so that the old stops are served when they were.
V5. Rules of transfers.txt that name a changed trip at a stop it no longer serves are dropped.
V6. A headsign that is the name of the last stop becomes the name of the new last stop; others stay.
V7. A stop that forbids boarding because trips end there (``pickup_type`` 1), or alighting because they begin
    there, becomes a regular one where trips now go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft_patterns import Pattern
from gtfs.draft_times import time_texts
from gtfs.edit_links import drop_stale_transfers, move_frequencies, rename_headsigns
from gtfs.edit_shapes import shapes_of_changed
from gtfs.edit_texts import Text, told
from gtfs.new_stops import stop_names
from gtfs.splice import NEW, Stretch

if TYPE_CHECKING:
    from gtfs.draft import Draft

Seconds = npt.NDArray[np.int64]

_NOT_AVAILABLE = 1  # pickup_type, drop_off_type


class PatternVisits(NamedTuple):
    """All usable trips of one pattern."""

    pattern: Pattern  # its ``trips`` are the rows of the tables
    row: Seconds  # (n_trips, n_visits) position in stop_times.txt
    arrival_s: Seconds  # (n_trips, n_visits) filled
    departure_s: Seconds


class ChangedPattern(NamedTuple):
    """What became of them."""

    before: PatternVisits
    visit_of: Seconds  # (n_visits,) position in the old pattern, ``NEW`` for a new stop
    stops: list[str]  # (n_visits,)
    arrival_s: Seconds  # (n_trips, n_visits)
    departure_s: Seconds
    stretches: list[tuple[Stretch, list[str]]]
    """Parts of the path that change, and the new stops there; each counts positions after those before it."""


def read_patterns(draft: Draft, patterns: Sequence[Pattern]) -> tuple[list[PatternVisits], list[Text]]:
    """Visits of the trips of patterns with all times (V1), and warnings about trips left as they are (V2)."""
    trips = [trip for pattern in patterns for trip in pattern.trips]
    visits = draft.visits(trips, fill=True)
    number = {trip: at for at, trip in enumerate(visits.trip_ids)}
    found, unusable = [], []
    for pattern in patterns:
        starts = visits.trip_start[[number[trip] for trip in pattern.trips]]
        at = starts[:, np.newaxis] + np.arange(len(pattern.stops))
        arrival_s = visits.arrival_s[at].astype(np.int64)
        departure_s = visits.departure_s[at].astype(np.int64)
        usable = (arrival_s >= 0).all(axis=1) & (arrival_s <= departure_s).all(axis=1)
        usable &= (departure_s[:, :-1] <= arrival_s[:, 1:]).all(axis=1)
        usable &= len(pattern.stops) >= 2 and None not in pattern.stops
        unusable += [trip for trip, ok in zip(pattern.trips, usable, strict=True) if not ok]
        if usable.any():
            kept = pattern._replace(
                trips=[trip for trip, ok in zip(pattern.trips, usable, strict=True) if ok]
            )
            found.append(PatternVisits(kept, visits.row[at][usable], arrival_s[usable], departure_s[usable]))
    return found, [_left_alone(unusable)] if unusable else []


def _left_alone(trips: list[str]) -> Text:
    return told(
        "unchanged, with times that are missing or go backwards, or on demand",
        "sans changement, horaires manquants ou à rebours, ou à la demande",
        "trips",
        trips,
    )


def write_patterns(draft: Draft, changed: Sequence[ChangedPattern]) -> list[Text]:
    """Write changed trips back (V3 to V7); return what else happened, in sentences."""
    if not changed:
        return []
    trips = [trip for pattern in changed for trip in pattern.before.pattern.trips]
    table = draft.stop_times
    rows = pd.concat([_rows(table, pattern) for pattern in changed], ignore_index=True)
    notes = shapes_of_changed(draft, changed)
    draft.replace_visits(trips, rows)
    moved_s = {
        trip: int(shift)
        for pattern in changed
        for trip, shift in zip(pattern.before.pattern.trips, _moved_s(pattern), strict=True)
        if shift
    }
    move_frequencies(draft, moved_s)
    rename_headsigns(draft, _last_stops(draft, changed))
    stops_of = {trip: pattern.stops for pattern in changed for trip in pattern.before.pattern.trips}
    return notes + drop_stale_transfers(draft, stops_of)


def _last_stops(draft: Draft, changed: Sequence[ChangedPattern]) -> dict[str, tuple[str, str]]:
    """Names of the last stop of each changed trip before and now, where it is another one."""
    found: dict[str, tuple[str, str]] = {}
    for pattern in changed:
        old, new = pattern.before.pattern.stops[-1], pattern.stops[-1]
        if old != new:
            names = stop_names(draft, [old, new])
            found |= dict.fromkeys(pattern.before.pattern.trips, (names[0], names[1]))
    return found


def _moved_s(changed: ChangedPattern) -> Seconds:
    """How much later each trip leaves its first stop, whichever that is."""
    return np.asarray(changed.departure_s[:, 0] - changed.before.departure_s[:, 0])


def _rows(table: pd.DataFrame, changed: ChangedPattern) -> pd.DataFrame:
    """Rows of stop_times.txt of the changed trips of one pattern."""
    n_trips, n_visits = changed.arrival_s.shape
    new = np.tile(changed.visit_of == NEW, n_trips)
    # A new visit takes its trip's id from any visit of the trip; all else in it is blank.
    at = changed.before.row[:, np.where(changed.visit_of == NEW, 0, changed.visit_of)].ravel()
    rows = table.iloc[at].reset_index(drop=True)
    if new.any():
        for column in rows.columns.difference(["trip_id"]):
            rows[column] = rows[column].mask(new)
        rows["stop_sequence"] = np.tile(np.arange(1, n_visits + 1), n_trips)
    rows["stop_id"] = changed.stops * n_trips
    # The clock of a headway-based trip is free (V4); only it can show times before midnight here.
    clock_s = np.maximum(-changed.arrival_s[:, :1], 0)
    rows["arrival_time"] = time_texts((changed.arrival_s + clock_s).ravel())
    rows["departure_time"] = time_texts((changed.departure_s + clock_s).ravel())
    if changed.stretches and "shape_dist_traveled" in rows.columns:
        rows["shape_dist_traveled"] = np.nan
    _open_old_ends(rows, changed)
    return rows


def _open_old_ends(rows: pd.DataFrame, changed: ChangedPattern) -> None:
    """V7, in place: ``rows`` are our own."""
    last = len(changed.before.pattern.stops) - 1
    for column, end, new_end in (("pickup_type", last, -1), ("drop_off_type", 0, 0)):
        places = np.flatnonzero(changed.visit_of == end)
        if column not in rows.columns or not len(places) or changed.visit_of[new_end] == end:
            continue
        opened = np.zeros(len(changed.visit_of), dtype=bool)
        opened[places] = True
        forbidden = (rows[column] == _NOT_AVAILABLE).fillna(False).to_numpy(dtype=bool)
        rows[column] = rows[column].mask(np.tile(opened, len(changed.arrival_s)) & forbidden, 0)

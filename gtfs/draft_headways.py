"""Which trips leave in a period; trips of frequencies.txt are divided where only some of their vehicles do.

A row of frequencies.txt is divided so that every vehicle leaves at the second at which it left before (with
the default phase of ``gtfs.frequencies``): of vehicles at ``start + offset + k * headway``, those before the
cut stay with the first part, and the second begins ``offset`` before its first vehicle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gtfs.draft import Copy, Draft
from gtfs.draft_times import first_departures_s
from gtfs.frequencies import DEFAULT_PHASE, read_frequencies
from gtfs.modification_parts import LATEST_S
from gtfs.stop_times import format_time

_LATER_S = 10 * LATEST_S


class Row(NamedTuple):
    """One row of frequencies.txt, in seconds; ``end_s`` is not included."""

    start_s: int
    end_s: int
    headway_s: int
    exact: bool

    @property
    def departures_s(self) -> range:
        """First-stop departures with the default phase."""
        offset_s = 0 if self.exact else int(np.floor(DEFAULT_PHASE * self.headway_s))
        return range(self.start_s + offset_s, self.end_s, self.headway_s)

    def divided(self, cut_s: int) -> list[Row]:
        """Parts with the vehicles before the cut and those after; one part where all are on one side."""
        n_before = sum(departure_s < cut_s for departure_s in self.departures_s)
        if n_before in (0, len(self.departures_s)):
            return [self]
        seam_s = self.start_s + n_before * self.headway_s
        return [self._replace(end_s=seam_s), self._replace(start_s=seam_s)]


def headway_rows(draft: Draft, trip_ids: Sequence[str]) -> dict[str, list[Row]]:
    """Rows of frequencies.txt of those of the trips that have any, in the order of the table."""
    table = draft.tables["frequencies"]
    if table is None or not table["trip_id"].isin(list(trip_ids)).any():
        return {}
    chosen = set(trip_ids)
    rows = read_frequencies(draft.with_tables("trips", "frequencies"), draft.name)
    ids = draft.trips["trip_id"].to_numpy(dtype=object)[rows.trip]
    found: dict[str, list[Row]] = {}
    for number, trip in enumerate(ids.tolist()):
        if trip in chosen:
            row = Row(
                int(rows.start_s[number]),
                int(rows.end_s[number]),
                int(rows.headway_s[number]),
                bool(rows.exact[number]),
            )
            found.setdefault(trip, []).append(row)
    return found


def departures_of(draft: Draft, trip_ids: Sequence[str]) -> dict[str, list[int]]:
    """First-stop departures of each trip in seconds: its own one, or those of its vehicles; or none."""
    own = first_departures_s(draft.visits(trip_ids)).tolist()
    found = {trip: [leaves_s] if leaves_s >= 0 else [] for trip, leaves_s in zip(trip_ids, own, strict=True)}
    for trip, rows in headway_rows(draft, trip_ids).items():
        found[trip] = sorted(departure_s for row in rows for departure_s in row.departures_s)
    return found


def in_period(
    draft: Draft, trip_ids: Sequence[str], start_s: int, end_s: int | None
) -> tuple[list[str], list[str]]:
    """Divide trips by their first departure.

    Parameters
    ----------
    trip_ids : trips; those of frequencies.txt with vehicles on both sides become two trips in the draft.
    start_s, end_s : the period, ``end_s`` not included; None is open.

    Returns
    -------
    inside, outside : ids of trips.
    """
    end_s = _LATER_S if end_s is None else end_s
    headways = headway_rows(draft, trip_ids)
    own = first_departures_s(draft.visits(trip_ids)).tolist()
    inside: list[str] = []
    outside: list[str] = []
    divided: dict[str, list[Row]] = {}
    for trip, leaves_s in zip(trip_ids, own, strict=True):
        if trip not in headways:
            (inside if start_s <= leaves_s < end_s else outside).append(trip)
            continue
        parts = [
            part for row in headways[trip] for first in row.divided(start_s) for part in first.divided(end_s)
        ]
        within = [part for part in parts if _starts_in(part, start_s, end_s)]
        if len(within) in (0, len(parts)):
            (inside if within else outside).append(trip)
        else:
            divided[trip] = parts
            outside.append(trip)
    return inside + _divide(draft, divided, start_s, end_s), outside


def _starts_in(row: Row, start_s: int, end_s: int) -> bool:
    departures_s = row.departures_s
    return start_s <= (departures_s[0] if len(departures_s) else row.start_s) < end_s


def _divide(draft: Draft, divided: dict[str, list[Row]], start_s: int, end_s: int) -> list[str]:
    """Make a trip for the vehicles in the period; the ids of these trips."""
    if not divided:
        return []
    services = dict(zip(draft.trips["trip_id"], draft.trips["service_id"], strict=True))
    copies = [Copy(trip, services[trip], f"{trip}~{clock(start_s)}", part=True) for trip in divided]
    new = draft.copy_trips(copies)
    rows = draft.table("frequencies")
    draft.keep("frequencies", ~rows["trip_id"].isin(list(divided)).to_numpy(dtype=bool))
    for copy, trip in zip(new, divided, strict=True):
        for part in divided[trip]:
            add_headways(draft, copy if _starts_in(part, start_s, end_s) else trip, [part])
    return new


def add_headways(draft: Draft, trip_id: str, rows: Sequence[Row]) -> None:
    """Add rows to frequencies.txt."""
    draft.append(
        "frequencies",
        pd.DataFrame(
            {
                "trip_id": trip_id,
                "start_time": [format_time(row.start_s) for row in rows],
                "end_time": [format_time(row.end_s) for row in rows],
                "headway_secs": [row.headway_s for row in rows],
                "exact_times": [int(row.exact) for row in rows],
            }
        ),
    )


def clock(seconds: int) -> str:
    """Return "0730" for ids."""
    return format_time(seconds).replace(":", "")[:-2]

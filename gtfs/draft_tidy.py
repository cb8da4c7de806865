"""Drops what a modification leaves dangling, and counts it.

D1. Visits, frequencies, attributions and transfer rules of trips that are no more go with them.
D2. A shape goes when the last of its trips goes; shapes that no trip used before stay.
D3. A trip whose times or stops changed leaves its block where it now overlaps another trip of the block on a
    common day: one vehicle cannot be on two trips at once.
D4. A rule that keeps passengers seated (transfer type 4) goes where a changed trip turns its meaning round: a
    later trip that leaves before the earlier one ends would be read as that of the next day.
D5. Stops, routes and services without trips stay, so that what belongs to them (walks, fares, names) stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gtfs.draft_times import TripVisits, visits_of
from gtfs.match import Match

if TYPE_CHECKING:
    from gtfs.draft import Draft

_STAY_SEATED = 4
_TRIP_COLUMNS = (("attributions", "trip_id"), ("transfers", "from_trip_id"), ("transfers", "to_trip_id"))


def tidy(draft: Draft, match: Match) -> Match:
    """Apply D1 to D4; the match comes back with what was dropped added to its counts."""
    n_rules = _length(draft, "transfers")
    _drop_seat_rules(draft)
    dropped = {"blocks_dropped": _leave_blocks(draft)}
    lost = _lost_trips(draft)
    if lost:
        for table in ("stop_times", "frequencies"):
            _drop(draft, table, "trip_id", lost)
        for table, column in _TRIP_COLUMNS:
            _drop(draft, table, column, lost)
    dropped["transfers_dropped"] = n_rules - _length(draft, "transfers")
    dropped["shapes_dropped"] = _drop_shapes(draft)
    draft.touched.clear()
    return replace(match, counts={**match.counts, **{kind: n for kind, n in dropped.items() if n}})


def _length(draft: Draft, table: str) -> int:
    frame = draft.tables[table]
    return 0 if frame is None else len(frame)


def _lost_trips(draft: Draft) -> set[str]:
    """Trips that were there when ``tidy`` looked last and are no more."""
    now = draft.trips["trip_id"]
    if draft.trips_before is now:
        return set()
    lost = set(draft.trips_before.tolist()) - set(now.tolist())
    draft.trips_before = now
    return lost


def _drop(draft: Draft, table: str, column: str, lost: set[str]) -> None:
    frame = draft.tables[table]
    if frame is None or column not in frame.columns:
        return
    gone = frame[column].isin(list(lost)).to_numpy(dtype=bool)
    if gone.any():
        draft.keep(table, ~gone)


def _drop_shapes(draft: Draft) -> int:
    shapes = draft.tables["shapes"]
    if shapes is None or "shape_id" not in draft.trips.columns:
        return 0
    used, before = set(draft.trips["shape_id"].dropna().unique()), draft.shapes_before
    draft.shapes_before = used
    unused = list(before - used)
    gone = shapes["shape_id"].isin(unused).to_numpy(dtype=bool) if unused else np.zeros(0, dtype=bool)
    if not gone.any():
        return 0
    n_gone = int(shapes.loc[gone, "shape_id"].nunique())
    draft.keep("shapes", ~gone)
    return n_gone


def _drop_seat_rules(draft: Draft) -> None:
    """D4; trips that were not in the feed before have no rules."""
    rules = draft.tables["transfers"]
    if rules is None or not draft.touched or not {"from_trip_id", "to_trip_id"} <= set(rules.columns):
        return
    touched = rules["from_trip_id"].isin(list(draft.touched)) | rules["to_trip_id"].isin(list(draft.touched))
    concerned = np.flatnonzero(
        (touched & (rules["transfer_type"] == _STAY_SEATED)).to_numpy(dtype=bool, na_value=False)
    )
    if not len(concerned):
        return
    pairs = rules.iloc[concerned][["from_trip_id", "to_trip_id"]].to_numpy(dtype=object)
    ids = list(dict.fromkeys(trip for pair in pairs for trip in pair if isinstance(trip, str)))
    was, now = _spans(visits_of(draft.base.stop_times, ids)), _spans(draft.visits(ids))
    keep = np.ones(len(rules), dtype=bool)
    for row, (earlier, later) in zip(concerned, pairs, strict=True):
        if {earlier, later} <= was.keys() & now.keys():
            overnight = [spans[later][0] < spans[earlier][1] for spans in (was, now)]
            keep[row] = overnight[0] == overnight[1]
    if not keep.all():
        draft.keep("transfers", keep)


def _spans(visits: TripVisits) -> dict[str, tuple[int, int]]:
    """First departure and last arrival of each trip that has both."""
    spans = {}
    departs_s, arrives_s = visits.departure_s, visits.arrival_s
    for number, trip in enumerate(visits.trip_ids):
        first, last = visits.trip_start[number], visits.trip_start[number + 1] - 1
        if first <= last:
            leaves_s = int(departs_s[first] if departs_s[first] >= 0 else arrives_s[first])
            ends_s = int(arrives_s[last] if arrives_s[last] >= 0 else departs_s[last])
            if leaves_s >= 0 and ends_s >= 0:
                spans[trip] = (leaves_s, ends_s)
    return spans


def _leave_blocks(draft: Draft) -> int:
    """D3; the number of trips that leave their block."""
    trips = draft.trips
    if "block_id" not in trips.columns or not draft.touched:
        return 0
    touched = trips["trip_id"].isin(list(draft.touched)) & trips["block_id"].notna()
    if not touched.any():
        return 0
    members = trips[trips["block_id"].isin(trips.loc[touched, "block_id"].unique())]
    spans = _spans(draft.visits(members["trip_id"].tolist()))
    leaves = {
        trip
        for _, block in members.groupby("block_id", sort=False)
        for trip in _overlapping(draft, block, spans)
        if trip in draft.touched
    }
    if leaves:
        draft.assign("trips", trips["trip_id"].isin(list(leaves)).to_numpy(dtype=bool), block_id=pd.NA)
    return len(leaves)


def _overlapping(draft: Draft, block: pd.DataFrame, spans: dict[str, tuple[int, int]]) -> set[str]:
    """Trips of a block that are on the road at the same time as another one on a common date."""
    rows = [
        (*spans[trip], trip, service)
        for trip, service in zip(block["trip_id"], block["service_id"], strict=True)
        if trip in spans
    ]
    rows.sort()
    found: set[str] = set()
    for number, (_, ends_s, trip, service) in enumerate(rows):
        for leaves_s, _, other, other_service in rows[number + 1 :]:
            if leaves_s >= ends_s:
                break
            if draft.services.dates(service) & draft.services.dates(other_service):
                found |= {trip, other}
    return found

"""What hangs on a changed trip: the periods of its headway, transfer rules that name it, its headsign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gtfs.draft_times import time_texts
from gtfs.edit_texts import Text, number_of
from gtfs.stop_times import parse_times

if TYPE_CHECKING:
    from gtfs.draft import Draft

_SIDES = ("from", "to")


def move_frequencies(draft: Draft, moved_s: Mapping[str, int]) -> None:
    """Move the periods of headway-based trips by as much as their first departure moved.

    Parameters
    ----------
    draft : is changed.
    moved_s : trip -> seconds, later if positive; trips without periods are passed over.
    """
    table = draft.tables["frequencies"]
    if table is None or not moved_s:
        return
    shift_s = table["trip_id"].map(moved_s)
    rows = np.flatnonzero(shift_s.notna().to_numpy())
    if not len(rows):
        return
    by_row = shift_s.iloc[rows].to_numpy(dtype=np.int64)
    columns = {}
    for column in ("start_time", "end_time"):
        seconds = parse_times(table[column].iloc[rows]).astype(np.int64)
        columns[column] = time_texts(np.where(seconds < 0, seconds, seconds + by_row))
    draft.assign("frequencies", rows, **columns)


def earliest_s(draft: Draft, trip_ids: Sequence[str]) -> dict[str, int]:
    """First second at which vehicles of headway-based trips may leave; trips without periods are missing."""
    table = draft.tables["frequencies"]
    if table is None:
        return {}
    mine = table[table["trip_id"].isin(list(trip_ids))]
    starts = pd.Series(parse_times(mine["start_time"]), index=mine["trip_id"].to_numpy(dtype=object))
    return {str(trip): int(start) for trip, start in starts.groupby(level=0).min().items()}


def drop_stale_transfers(draft: Draft, stops_of: Mapping[str, Sequence[str]]) -> list[Text]:
    """Drop rules that name a trip at a stop it no longer serves; say how many.

    Parameters
    ----------
    draft : is changed.
    stops_of : changed trip -> the stops it serves now. A rule may name their stations as well.
    """
    table = draft.tables["transfers"]
    if table is None:
        return []
    parents = _parents(draft.stops)
    served = {
        trip: set(stops) | {parents.get(stop, stop) for stop in stops} for trip, stops in stops_of.items()
    }
    stale = np.zeros(len(table), dtype=bool)
    for side in _SIDES:
        trip, stop = f"{side}_trip_id", f"{side}_stop_id"
        if trip not in table.columns or stop not in table.columns:
            continue
        for at in np.flatnonzero(table[trip].isin(list(served)).to_numpy(dtype=bool)):
            named = table[stop].iloc[at]
            stale[at] |= not pd.isna(named) and named not in served[table[trip].iloc[at]]
    if not stale.any():
        return []
    draft.keep("transfers", ~stale)
    nouns = (
        "transfer rule dropped, of a trip at a stop it no longer serves",
        "transfer rules dropped, of trips at stops they no longer serve",
        "règle de correspondance supprimée, d'une course à un arrêt qu'elle ne dessert plus",
        "règles de correspondance supprimées, de courses à des arrêts qu'elles ne desservent plus",
    )
    return [number_of(int(stale.sum()), nouns)]


def rename_headsigns(draft: Draft, ends_of: Mapping[str, tuple[str, str]]) -> None:
    """Give trips that bore the name of their last stop that of the new one; other headsigns stay.

    Parameters
    ----------
    draft : is changed.
    ends_of : changed trip -> names of its last stop before and now.
    """
    trips = draft.trips
    if "trip_headsign" not in trips.columns:
        return
    rows = np.flatnonzero(trips["trip_id"].isin(list(ends_of)).to_numpy(dtype=bool))
    found = [ends_of[trip] for trip in trips["trip_id"].iloc[rows]]
    signs = trips["trip_headsign"].iloc[rows].tolist()
    named = [not pd.isna(sign) and sign == old for sign, (old, _) in zip(signs, found, strict=True)]
    if any(named):
        names = [new for (_, new), wanted in zip(found, named, strict=True) if wanted]
        draft.assign("trips", rows[np.array(named)], trip_headsign=pd.array(names, dtype="string"))


def _parents(stops: pd.DataFrame) -> dict[str, str]:
    if "parent_station" not in stops.columns:
        return {}
    known = stops[["stop_id", "parent_station"]].dropna()
    return dict(zip(known["stop_id"], known["parent_station"], strict=True))

"""``remove-trips``: trips no longer run, on all days or on some.

A trip that is removed on some days of the week keeps its id and runs on the other dates of its service (see
``gtfs.draft_services`` for public holidays). Trips of frequencies.txt go with all their vehicles.
"""

from __future__ import annotations

import pandas as pd

from gtfs.draft import Draft
from gtfs.errors import ScenarioError
from gtfs.match import Match
from gtfs.modification_parts import EVERY_DAY
from gtfs.modifications import RemoveTrips


def remove_trips(draft: Draft, change: RemoveTrips) -> Match:
    """Remove whole routes, patterns or single trips.

    Raises
    ------
    ScenarioError
        Nothing matches, or no trip that matches runs on the days named.
    """
    chosen = draft.select(change)
    removed, cut = cut_days(draft, chosen.trips, change.weekdays)
    if not removed and not cut:
        raise ScenarioError("none of the trips runs on these days; nothing to remove")
    counts = chosen.counts | {"trips": len(removed) + len(cut), "trips_cut": len(cut)}
    return Match(counts, chosen.unknown)


def cut_days(draft: Draft, trip_ids: list[str], weekdays: tuple[int, ...]) -> tuple[list[str], list[str]]:
    """Take trips away on some days of the week.

    Returns
    -------
    removed, cut : trips that run on no other day and are gone; trips that go on on their other days.
    """
    others = [day for day in EVERY_DAY if day not in weekdays]
    rows = draft.trips["trip_id"].isin(trip_ids).to_numpy(dtype=bool)
    chosen = draft.trips[rows]
    services = {
        service: draft.services.restricted(service, others) for service in chosen["service_id"].unique()
    }
    left = chosen["service_id"].map(services)
    unchanged = left == chosen["service_id"]
    removed = chosen.loc[left.isna(), "trip_id"].tolist()
    cut = chosen.loc[left.notna() & ~unchanged, "trip_id"].tolist()
    if cut:
        positions = draft.trips["trip_id"].isin(cut).to_numpy(dtype=bool)
        draft.assign(
            "trips", positions, service_id=pd.array(left[left.notna() & ~unchanged].tolist(), dtype="string")
        )
    if removed:
        draft.remove(removed)
    return removed, cut

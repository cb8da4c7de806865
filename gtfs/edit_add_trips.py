"""``add-trips``: new trips along stops of the feed or new ones.

A1. Without ``route`` a new route is made, of the feed's agency (the one with most routes, if it has several).
    Its name is the short name, or the long one if longer than a bus can show (12 characters).
A2. Each entry becomes, for each direction, one trip with a row of frequencies.txt, or one trip for each of
    its ``first_departures``. These, and the period of a headway, are times of departure from the first stop:
    the dwell time there comes before (in R5 after).
A3. An entry runs on its days of the week when the route does, or for a new route the feed: on the dates on
    which any of its services of that day runs, so that public holidays are those of the feed (see
    ``Services.for_days``).
A4. The way back serves the same stops in reverse, with hop and dwell times reversed, at the same headway or
    times (as in R5). Where the stops of the two sides of a street have ids of their own, write two
    modifications with ``bidirectional: false``.
A5. New trips have no block, no shape (their length is that of straight lines) and say nothing of wheelchairs.
A6. Entries that overlap in time on a common day add up, with a warning.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft import Draft
from gtfs.draft_headways import Row
from gtfs.draft_times import time_texts
from gtfs.edit_texts import Text
from gtfs.errors import ScenarioError
from gtfs.hop_times import hop_times_s
from gtfs.match import Match, clock_text, counted, days_text, quoted
from gtfs.modifications import AddTrips, PatternTimetable
from gtfs.new_routes import new_route
from gtfs.new_stops import PlacedStops, place_stops, stop_coordinates, stop_names, stop_problems

Seconds = npt.NDArray[np.int64]


class _Way(NamedTuple):
    """One direction of an entry."""

    stops: list[str]
    hop_s: Seconds
    dwell_s: Seconds
    direction_id: int


def add_trips(draft: Draft, change: AddTrips) -> Match:
    """Add a line or trips to a line.

    Raises
    ------
    ScenarioError
        Lists unknown stops, a stop that follows itself, an unknown route, and entries on days on which
        nothing in the calendar runs.
    """
    problems = stop_problems(draft, [], change.stops)
    if change.route is not None and not (draft.routes["route_id"] == change.route).any():
        problems.append(draft.unknown_text("routes", change.route))
    twice = [
        one.id for one, other in itertools.pairwise(change.stops) if one.id is not None and one.id == other.id
    ]
    problems += [f"stops: {stop!r} follows itself; name each stop once in a row" for stop in twice]
    if problems:
        raise ScenarioError("trips cannot be added", problems)
    placed = place_stops(draft, change.stops)
    hops_s = [_hops_s(draft, change, entry, placed.ids) for entry in change.frequencies]
    services = [_service(draft, change, entry) for entry in change.frequencies]
    route, warnings = _route(draft, change)
    made = _Rows(draft, route)
    for number, (entry, hop_s, service) in enumerate(
        zip(change.frequencies, hops_s, services, strict=True), 1
    ):
        for way in _ways(change, entry, placed, hop_s):
            made.add(number, entry, way, service)
    n_new = made.write()
    exact = sum(len(entry.first_departures) for entry in change.frequencies) * (1 + change.bidirectional)
    counted_as = {"headway_services": n_new - exact, "new_trips": exact}
    counts = {"new_routes": int(change.route is None), **counted_as, "new_stops": placed.n_new}
    counts = {kind: n for kind, n in counts.items() if n or kind not in counted_as}
    notes = [note for entry in change.frequencies for note in _told_service(entry, change.bidirectional)]
    return Match(counts, notes=notes, warnings=[*placed.warnings, *warnings, *_overlaps(change.frequencies)])


def _told_service(entry: PatternTimetable, both_ways: bool) -> list[Text]:
    """Say how many vehicles a headway stands for; exact departures are counted as trips."""
    if entry.first_departures:
        return []
    n = len(Row(*entry.period_s, entry.headway_s, entry.exact).departures_s)
    period = "-".join(map(clock_text, entry.period_s))
    text = {}
    for language, colon, each in (("en", ":", " each way"), ("fr", " :", " par sens")):
        days = days_text(entry.weekdays, language)
        departures = counted("departures", n, language) + (each if both_ways else "")
        text[language] = f"{period}, {days}{colon} {departures}"
    return [text]


def _hops_s(draft: Draft, change: AddTrips, entry: PatternTimetable, stops: list[str]) -> Seconds:
    if entry.hop_times is not None or change.speed_km_h is None:
        return np.array(entry.hop_times or [], dtype=np.int64)
    lon, lat = stop_coordinates(draft, stops)
    nowhere = [stop for stop, x, y in zip(stops, lon, lat, strict=True) if np.isnan(x) or np.isnan(y)]
    if nowhere:
        raise ScenarioError(
            f"stops {quoted(nowhere)} have no coordinates: no time follows from speed_km_h; give hop_times"
        )
    return hop_times_s(lon, lat, change.speed_km_h, change.detour_factor)


def _service(draft: Draft, change: AddTrips, entry: PatternTimetable) -> str:
    """Service of an entry (A3)."""
    own: list[str] = []
    if change.route is not None:
        trips = draft.trips
        own = (
            trips.loc[(trips["route_id"] == change.route).fillna(False), "service_id"]
            .dropna()
            .unique()
            .tolist()
        )
    service = draft.services.for_days(own, entry.weekdays)
    if service is None:
        raise ScenarioError(f"the calendar of {draft.name} has no date, so that no trip can be added")
    return service


def _route(draft: Draft, change: AddTrips) -> tuple[str, list[Text]]:
    """Id of the route, made if it is new, and warnings."""
    if change.route is None:
        return new_route(draft, change.name, change.route_type, change.color)
    known = draft.routes.loc[(draft.routes["route_id"] == change.route).fillna(False), "route_type"].iloc[0]
    if "mode" not in change.model_fields_set or known == change.route_type:
        return change.route, []
    return change.route, [{
        "en": f"mode {change.mode!r} is not used: route {change.route!r} has route_type {known}",
        "fr": f"mode {change.mode!r} sans effet : la ligne {change.route!r} a le route_type {known}",
    }]  # fmt: skip


def _ways(change: AddTrips, entry: PatternTimetable, placed: PlacedStops, hop_s: Seconds) -> list[_Way]:
    dwell_s = np.array(entry.dwell_times or [0] * len(placed.ids), dtype=np.int64)
    there = _Way(placed.ids, hop_s, dwell_s, change.direction_id)
    if not change.bidirectional:
        return [there]
    return [there, _Way(placed.ids[::-1], hop_s[::-1], dwell_s[::-1], 1 - change.direction_id)]


class _Rows:
    """Rows of new trips, collected and then written at once."""

    def __init__(self, draft: Draft, route: str) -> None:
        self._draft, self._route = draft, route
        self._taken = set(draft.trips["trip_id"].tolist()) | set(draft.base.trips["trip_id"].tolist())
        self._trips: list[dict[str, Any]] = []
        self._visits: list[pd.DataFrame] = []
        self._frequencies: list[dict[str, Any]] = []

    def add(self, number: int, entry: PatternTimetable, way: _Way, service: str) -> None:
        """Add the trips of one direction of an entry (A2)."""
        for leaves_s in entry.first_departures or [entry.period_s[0]]:
            trip = self._free_id(f"{self._route}~{way.direction_id}~{number}~{_clock(leaves_s)}")
            row: dict[str, Any] = {"trip_id": trip, "route_id": self._route, "service_id": service}
            columns = self._draft.trips.columns
            if "direction_id" in columns:
                row["direction_id"] = way.direction_id
            if "trip_headsign" in columns:
                row["trip_headsign"] = stop_names(self._draft, way.stops[-1:])[0]
            self._trips.append(row)
            self._visits.append(_visits(trip, way, leaves_s))
            if not entry.first_departures:
                self._frequencies.append(_frequency(trip, entry))

    def _free_id(self, wanted: str) -> str:
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}~{number}"
        self._taken.add(found)
        return found

    def write(self) -> int:
        """Write all rows; return the number of trips."""
        self._draft.append("trips", pd.DataFrame(self._trips))
        self._draft.append("stop_times", pd.concat(self._visits, ignore_index=True))
        self._draft.append("frequencies", pd.DataFrame(self._frequencies))
        return len(self._trips)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds % 3600 // 60:02d}" + (
        f"{seconds % 60:02d}" if seconds % 60 else ""
    )


def _visits(trip: str, way: _Way, leaves_s: int) -> pd.DataFrame:
    """Rows of stop_times.txt; the stay at the first stop begins at 00:00 at the earliest."""
    departure_s = leaves_s + np.concatenate([[0], np.cumsum(way.hop_s) + np.cumsum(way.dwell_s[1:])])
    arrival_s = np.maximum(departure_s - way.dwell_s, 0)
    return pd.DataFrame({
        "trip_id": trip, "stop_id": way.stops, "stop_sequence": np.arange(1, len(way.stops) + 1),
        "arrival_time": time_texts(arrival_s), "departure_time": time_texts(departure_s),
    })  # fmt: skip


def _frequency(trip: str, entry: PatternTimetable) -> dict[str, Any]:
    start_time, end_time = time_texts(np.array(entry.period_s))
    return {
        "trip_id": trip, "start_time": start_time, "end_time": end_time, "headway_secs": entry.headway_s,
        "exact_times": int(entry.exact),
    }  # fmt: skip


def _overlaps(entries: list[PatternTimetable]) -> list[Text]:
    """A6; exact departures overlap nothing."""
    found = []
    periodic = [(at, entry) for at, entry in enumerate(entries, start=1) if not entry.first_departures]
    for (at, entry), (other_at, other) in itertools.combinations(periodic, 2):
        (start, end), (other_start, other_end) = entry.period_s, other.period_s
        if set(entry.weekdays) & set(other.weekdays) and start < other_end and other_start < end:
            found.append({
                "en": f"entries {at} and {other_at} overlap in time: the vehicles of both run",
                "fr": f"les plages {at} et {other_at} se recouvrent : les véhicules des deux circulent",
            })  # fmt: skip
    return found

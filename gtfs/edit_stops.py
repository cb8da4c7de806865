"""``remove-stops`` and ``move-stop``.

S0. Without routes and patterns, all vehicles that serve the stops pass them: the stops are closed.
S1. A vehicle passes a removed stop without stopping; what is saved is decided in ``gtfs.splice.skip_visits``.
    Every visit of the stop goes, also where a pattern visits it twice (as in R5).
S2. The vehicle's path stays, but for what lies before the first and after the last stop left: it is cut.
S3. A trip left with fewer than two stops is removed, and the report says so.
S4. The removed stop stays in stops.txt: other routes may serve it.
S5. A moved stop keeps its id, its times and its place in the path; only the way on foot changes. Blank times
    of its trips are written out first as they are filled in today, since their fill depends on distances.
S6. Whoever moves a station moves its own point and those of its stops that have none; the others stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gtfs.draft import Draft
from gtfs.draft_patterns import Pattern
from gtfs.draft_select import Selection
from gtfs.draft_times import coordinates
from gtfs.edit_directions import one_way
from gtfs.edit_texts import Text, number_of, told
from gtfs.edit_visits import ChangedPattern, PatternVisits, read_patterns, write_patterns
from gtfs.errors import ScenarioError
from gtfs.match import Match, counted, nearest
from gtfs.modifications import MoveStop, RemoveStops
from gtfs.new_stops import SAME_PLACE_M, place_problems, stop_coordinates, stop_names
from gtfs.splice import Stretch, skip_visits
from gtfs.stop_times import MALFORMED_S, great_circle_m

FAR_M = 100.0
"""A stop moved farther than this is no longer beside the path of its vehicles; the distance at which the
canonical GTFS validator, too, finds a stop too far from its shape."""


def remove_stops(draft: Draft, change: RemoveStops) -> Match:
    """Let the vehicles of routes or patterns pass some stops.

    Raises
    ------
    ScenarioError
        No stop named is in the feed, or none is served by these trips.
    """
    known, unknown = draft.known_stops(change.stops)
    if not known:
        raise ScenarioError("no stop matches", [draft.unknown_text("stops", stop) for stop in unknown])
    chosen = draft.select(change) if change.routes or change.patterns else _serving(draft, known)
    removed = set(known)
    patterns = [pattern for pattern in chosen.patterns if removed & set(pattern.stops)]
    ways = one_way(draft, chosen.patterns, [p.id for p in patterns], known) if change.routes else []
    served = {stop for pattern in patterns for stop in pattern.stops}
    if not patterns:
        raise ScenarioError("no stop matches", _not_served(draft, chosen.patterns, known))
    gone = [pattern for pattern in patterns if _n_left(pattern, removed) < 2]
    lost = [trip for pattern in gone for trip in pattern.trips]
    visits, warnings = read_patterns(draft, [p for p in patterns if _n_left(p, removed) >= 2])
    changed, n_held = [], 0
    for before in visits:
        made, held = _without(before, removed, change.seconds_saved_at_each_stop)
        changed.append(made)
        n_held += held
    if not changed and not lost:
        raise ScenarioError("no trip can be changed", [text["en"] for text in warnings])
    notes = write_patterns(draft, changed)
    if lost:
        draft.remove(lost)
        warnings.append(_told_lost(lost))
    if n_held:
        warnings.append(_told_held(n_held, change.seconds_saved_at_each_stop))
    idle = [stop for stop in known if stop not in served]
    counts = {
        "patterns": len(changed) + len(gone),
        "trips": sum(len(pattern.before.pattern.trips) for pattern in changed) + len(lost),
        "stops": len(removed & served),
        "visits_removed": _n_visits_removed(changed, gone),
        "trips_removed": len(lost),
    }
    unknown_ids = dict(chosen.unknown) | ({"stops": unknown} if unknown else {})
    return Match(counts, unknown_ids, [*_told_idle(idle), *notes], warnings, ways)


def _serving(draft: Draft, stops: Sequence[str]) -> Selection:
    """All trips that serve any of the stops; without routes and patterns nothing is served by others."""
    serving = draft.stop_times.loc[draft.stop_times["stop_id"].isin(list(stops)).to_numpy(bool), "trip_id"]
    trips = draft.trips.loc[draft.trips["trip_id"].isin(serving).to_numpy(bool), "trip_id"].tolist()
    return Selection(trips, draft.patterns(trips), {}, {})


def _n_left(pattern: Pattern, removed: set[str]) -> int:
    return sum(stop not in removed for stop in pattern.stops)


def _n_visits_removed(changed: Sequence[ChangedPattern], gone: Sequence[Pattern]) -> int:
    return sum(c.before.arrival_s.size - c.arrival_s.size for c in changed) + sum(
        len(pattern.stops) * len(pattern.trips) for pattern in gone
    )


def _without(before: PatternVisits, removed: set[str], saved_s: int) -> tuple[ChangedPattern, int]:
    """The trips of a pattern without some stops, and in how many less is saved than asked for."""
    stops = before.pattern.stops
    stays = np.array([stop not in removed for stop in stops], dtype=bool)
    skipped = skip_visits(before.arrival_s, before.departure_s, stays, saved_s)
    left = np.flatnonzero(stays)
    first, last = int(left[0]), int(left[-1])
    cuts: list[tuple[Stretch, list[str]]] = []
    if first > 0:
        cuts.append((Stretch(-1, first), []))
    if last < len(stops) - 1:
        cuts.append((Stretch(last - first, len(stops) - first), []))
    kept = [stops[at] for at in left]
    return ChangedPattern(before, left, kept, skipped.arrival_s, skipped.departure_s, cuts), skipped.n_held


def _not_served(draft: Draft, patterns: Sequence[Pattern], known: Sequence[str]) -> list[str]:
    if not patterns:
        return [f"no trip serves stop {stop!r}" for stop in known]
    served = list(dict.fromkeys(stop for pattern in patterns for stop in pattern.stops if stop))
    names = dict(zip(served, stop_names(draft, served), strict=True))
    return [f"stop {stop!r} is not served by these trips; {nearest(stop, names)}" for stop in known]


def _told_lost(lost: list[str]) -> Text:
    en, fr = "removed, with fewer than two stops left", "suppression, moins de deux arrêts restants"
    return told(en, fr, "trips", lost)


def _told_held(n_held: int, saved_s: int) -> Text:
    return {
        "en": f"{counted('trips', n_held, 'en')} cannot save {saved_s} s at each stop: 1 s is "
        "left between stops",
        "fr": f"{counted('trips', n_held, 'fr')} sans la place de gagner {saved_s} s par arrêt : il reste "
        "1 s entre arrêts",
    }


def _told_idle(idle: list[str]) -> list[Text]:
    en, fr = "not served by these trips anyway", "hors desserte de ces courses, de toute façon"
    return [told(en, fr, "stops", idle)] if idle else []


def move_stop(draft: Draft, change: MoveStop) -> Match:
    """Put a stop in another place; its vehicles call there at the same times.

    Raises
    ------
    ScenarioError
        The feed lacks the stop, or the new place is far from all its stops.
    """
    if not draft.known_stops([change.stop])[0]:
        raise ScenarioError(draft.unknown_text("stops", change.stop))
    problems = place_problems(draft, change.stop, change.lon, change.lat)
    if problems:
        raise ScenarioError(problems[0])
    row = np.flatnonzero((draft.stops["stop_id"] == change.stop).to_numpy(dtype=bool))
    lon, lat = stop_coordinates(draft, [change.stop])
    moved_m = float(great_circle_m(lon, lat, np.array([change.lon]), np.array([change.lat]))[0])
    moved = _moved_along(draft, change.stop)
    serving = draft.stop_times["stop_id"].isin(moved).to_numpy(dtype=bool)
    trips = draft.stop_times.loc[serving, "trip_id"].unique().tolist()
    _write_out_times(draft, trips)
    draft.assign("stops", row, stop_lat=change.lat, stop_lon=change.lon)
    notes = [_told_distance(moved_m)]
    warnings = _move_warnings(draft, change, moved_m, bool(trips))
    return Match({"stops": 1, "trips": len(trips)}, notes=notes, warnings=warnings)


def _moved_along(draft: Draft, stop: str) -> list[str]:
    """The stop and, of a station, its stops without coordinates of their own (S6)."""
    table = draft.stops
    if "parent_station" not in table.columns:
        return [stop]
    lon, _ = coordinates(table.drop(columns="parent_station"))
    child = (table["parent_station"] == stop).fillna(False).to_numpy(dtype=bool)
    return [stop, *table.loc[child & np.isnan(lon), "stop_id"].tolist()]


def _write_out_times(draft: Draft, trips: Sequence[str]) -> None:
    """S5; trips with a time that is none are left to ``build_schedule`` to complain about."""
    visits = draft.visits(trips)
    blank = np.minimum(visits.arrival_s, visits.departure_s) < 0
    malformed = np.minimum(visits.arrival_s, visits.departure_s) == MALFORMED_S
    wanted = _trips_with(visits.trip, blank, len(trips)) & ~_trips_with(visits.trip, malformed, len(trips))
    chosen = [trip for trip, want in zip(visits.trip_ids, wanted, strict=True) if want]
    if chosen:
        visits = draft.visits(chosen, fill=True)
        draft.set_times(visits, visits.arrival_s, visits.departure_s)


def _trips_with(
    trip: npt.NDArray[np.int64], marked: npt.NDArray[np.bool_], n_trips: int
) -> npt.NDArray[np.bool_]:
    return np.asarray(np.bincount(trip[marked], minlength=n_trips) > 0)


def _told_distance(moved_m: float) -> Text:
    if np.isnan(moved_m):
        return {"en": "it had no coordinates before", "fr": "il n'avait pas de coordonnées"}
    metres = f"{moved_m:,.0f}"
    return {"en": f"moved by {metres} m", "fr": f"déplacé de {metres.replace(',', chr(0x202F))} m"}


def _move_warnings(draft: Draft, change: MoveStop, moved_m: float, served: bool) -> list[Text]:
    found = []
    if moved_m < SAME_PLACE_M:
        found.append({"en": "the stop is there already", "fr": "l'arrêt y est déjà"})
    if not served:
        found.append({"en": "no trip serves the stop", "fr": "aucune course ne dessert l'arrêt"})
    if served and moved_m > FAR_M:
        found.append({
            "en": "times and paths of its trips stay; if vehicles must make a detour, use reroute",
            "fr": "horaires et tracés de ses courses restent ; pour un détour, utilisez reroute",
        })  # fmt: skip
    station = _station_of(draft, change.stop)
    if station is not None:
        lon, lat = stop_coordinates(draft, [station])
        away_m = float(great_circle_m(lon, lat, np.array([change.lon]), np.array([change.lat]))[0])
        if away_m > FAR_M:
            found.append({
                "en": f"it still belongs to station {station!r}, {away_m:.0f} m away",
                "fr": f"il appartient toujours à la station {station!r}, à {away_m:.0f} m",
            })  # fmt: skip
    for table, nouns in (("transfers", _RULES), ("pathways", _PATHWAYS)):
        n = _n_naming(draft.tables[table], change.stop)
        found += [number_of(n, nouns)] if n else []
    return found


_RULES = (
    "transfer rule of the stop with its time as before",
    "transfer rules of the stop with their times as before",
    "règle de correspondance de l'arrêt, au temps inchangé",
    "règles de correspondance de l'arrêt, aux temps inchangés",
)
_PATHWAYS = (
    "pathway to the stop with its length as before",
    "pathways to the stop with their lengths as before",
    "cheminement vers l'arrêt, à la longueur inchangée",
    "cheminements vers l'arrêt, aux longueurs inchangées",
)


def _station_of(draft: Draft, stop: str) -> str | None:
    if "parent_station" not in draft.stops.columns:
        return None
    station = draft.stops.loc[(draft.stops["stop_id"] == stop).to_numpy(dtype=bool), "parent_station"].iloc[0]
    return None if pd.isna(station) else str(station)


def _n_naming(table: pd.DataFrame | None, stop: str) -> int:
    """Rows of transfers or pathways with the stop at either end."""
    if table is None:
        return 0
    ends = [table[column] == stop for column in ("from_stop_id", "to_stop_id") if column in table.columns]
    return int(pd.concat(ends, axis=1).fillna(False).any(axis=1).sum()) if ends else 0

"""Which trips of a draft a modification means, and what to say where it means none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.draft_patterns import Pattern, patterns_of
from gtfs.errors import ScenarioError
from gtfs.match import names_of, nearest, nearness, quoted, route_names
from gtfs.modifications import Modification

if TYPE_CHECKING:
    from gtfs.draft import Draft

ID_COLUMN = {"routes": "route_id", "trips": "trip_id", "stops": "stop_id", "shapes": "shape_id"}
_NAME_COLUMNS = {
    "stops": ("stop_name",),
    "trips": ("trip_headsign", "trip_short_name"),
}


class Selection(NamedTuple):
    """Trips that a modification means."""

    trips: list[str]  # in the order of trips.txt
    patterns: list[Pattern]  # of these trips, as they are now
    counts: dict[str, int]  # routes, patterns, trips
    unknown: dict[str, list[str]]  # ids asked for that the feed lacks


def select(draft: Draft, change: Modification) -> Selection:
    """Trips that ``routes``, ``patterns``, ``trips`` or ``route`` of a modification mean.

    Patterns are those of the feed before the scenario, whatever modifications came first; trips that were
    copied from theirs belong to them. ``trips`` means these trips, not copies of them in new service.

    Raises
    ------
    ScenarioError
        Nothing matches; the nearest ids and names are given.
    """
    named = change.named()
    kind = next(kind for kind in ("routes", "patterns", "trips") if kind in named)
    wanted = named[kind]
    known, unknown = _rows(draft, kind, wanted)
    if len(unknown) == len(wanted):
        raise ScenarioError(f"no {kind[:-1]} matches", [draft.unknown_text(kind, name) for name in unknown])
    trips = draft.trips.loc[known, "trip_id"].tolist()
    if not trips:
        raise ScenarioError(_nothing_left(draft, kind, wanted))
    patterns = draft.patterns(trips)
    counts = {
        "routes": len({pattern.route_id for pattern in patterns}),
        "patterns": len(patterns),
        "trips": len(trips),
    }
    return Selection(trips, patterns, counts, {kind: unknown} if unknown else {})


def _rows(draft: Draft, kind: str, wanted: list[str]) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Rows of trips.txt that are meant, and what is unknown."""
    trips = draft.trips
    if kind == "routes":
        known = set(draft.routes["route_id"].tolist())
        rows = trips["route_id"].isin(wanted).to_numpy(dtype=bool)
        return rows, [name for name in wanted if name not in known]
    ids = trips["trip_id"].tolist()
    if kind == "patterns":
        members, unknown = _trips_of_patterns(draft, wanted)
        return np.array([draft.origin(trip) in members for trip in ids], dtype=bool), unknown
    asked, known = set(wanted), set(draft.base.trips["trip_id"].tolist())
    own = [trip in asked or (draft.is_part(trip) and draft.origin(trip) in asked) for trip in ids]
    return np.array(own, dtype=bool), [name for name in wanted if name not in known]


def _nothing_left(draft: Draft, kind: str, wanted: list[str]) -> str:
    """Say why ids that the feed has have no trips."""
    base = draft.base.trips
    if kind == "routes" and not base["route_id"].isin(wanted).any():
        return f"routes {quoted(wanted)} have no trips in {draft.name}; add-trips gives them some"
    return f"{kind} {quoted(wanted)}: no trip is left to change; another modification took them"


def has_any(draft: Draft, named: Mapping[str, Sequence[str]]) -> bool:
    """Whether the feed has any of these ids, by kind as ``Modification.named`` gives them."""
    for kind, ids in named.items():
        if kind == "patterns":
            if _trips_of_patterns(draft, ids)[0]:
                return True
        elif draft.table(kind)[ID_COLUMN[kind]].isin(list(ids)).any():
            return True
    return False


def unknown_text(draft: Draft, kind: str, name: str) -> str:
    """Say that the feed lacks a route, pattern, trip or stop, and what comes nearest."""
    return f"no {kind[:-1]} {name!r} in {draft.name}; {nearest(name, _known(draft, kind, name))}"


def unknown_anywhere(drafts: Sequence[Draft], kind: str, name: str) -> str:
    """Say in one sentence that no feed has an id, and what comes nearest in those where it comes nearest."""
    known = [_known(draft, kind, name) for draft in drafts]
    scores = [nearness(name, each) for each in known]
    best = max(scores)
    told = [
        f"{nearest(name, each)} in {draft.name}"
        for draft, each, score in zip(drafts, known, scores, strict=True)
        if score >= best and each
    ]
    return f"no feed has a {kind[:-1]} {name!r}; {'; '.join(told) or 'there is none at all'}"


def _known(draft: Draft, kind: str, name: str) -> dict[str, str]:
    """Id -> name of what a text could mean."""
    if kind == "patterns":
        return {pattern.id: "" for pattern in _patterns_near(draft, name)}
    if kind == "routes":
        return route_names(draft.routes)
    return names_of(draft.table(kind), ID_COLUMN[kind], _NAME_COLUMNS[kind])


def _patterns_near(draft: Draft, name: str) -> list[Pattern]:
    """Patterns of the base on the routes whose id begins the text, else on all routes."""
    trips = draft.base.trips
    routes = trips["route_id"].dropna().unique().tolist()
    meant = [route for route in routes if name.startswith(f"{route}:")] or routes
    ids = trips.loc[trips["route_id"].isin(meant), "trip_id"].tolist()
    return patterns_of(trips, draft.base.stop_times, ids)


def _trips_of_patterns(draft: Draft, wanted: Sequence[str]) -> tuple[set[str], list[str]]:
    members: set[str] = set()
    unknown = []
    for name in wanted:
        found = [pattern for pattern in _patterns_near(draft, name) if pattern.id == name]
        members.update(trip for pattern in found for trip in pattern.trips)
        unknown += [] if found else [name]
    return members, unknown

"""``reroute``: another way between two stops, an extension or a truncation.

What becomes of the times is decided in ``gtfs.splice`` (C1 to C3) and ``gtfs.edit_visits`` (V1 to V7); here,
which patterns are meant:

R1. Of the routes named, the patterns that visit both stops in this order are changed. The others stay, and
    the report counts them. Where a pattern serves both stops in the other order only (the way back of a line
    whose stops have one id for both directions), it stays too, with a warning, if another pattern is changed;
    else it is an error that names both positions. (R5 refuses all then.)
R2. Patterns named one by one must all fit, as in R5.
R3. A pattern of which no more than the one stop would stay (an extension from its first stop on) is no
    match: that is a new line, see ``add-trips``.
R4. A trip that would have to start before 00:00 of its service day stays as it is, with a warning: GTFS has
    no such time.
R5. Without dwell times the ends keep theirs and new stops have none. Hop times from a speed are those of
    ``gtfs.hop_times``.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gtfs.draft import Draft
from gtfs.draft_patterns import Pattern
from gtfs.edit_directions import one_way
from gtfs.edit_links import earliest_s
from gtfs.edit_texts import Text, told
from gtfs.edit_visits import ChangedPattern, PatternVisits, read_patterns, write_patterns
from gtfs.errors import ScenarioError
from gtfs.hop_times import hop_times_s
from gtfs.match import Match, nearest, quoted
from gtfs.modifications import Reroute
from gtfs.new_stops import place_stops, stop_coordinates, stop_names, stop_problems
from gtfs.splice import NEW, OutOfOrder, Stretch, find_stretch, splice


class _Found(NamedTuple):
    """Patterns of the selection by what the stops mean in them."""

    fits: list[tuple[Pattern, Stretch]]
    lacks: list[Pattern]
    turned: list[tuple[Pattern, OutOfOrder]]
    whole: list[Pattern]  # R3


def reroute(draft: Draft, change: Reroute) -> Match:
    """Replace the part of trips between two stops, before one or after one.

    Raises
    ------
    ScenarioError
        Lists every unknown stop; or no pattern has the stops in this order, or a pattern named does not.
    """
    chosen = draft.select(change)
    problems = stop_problems(draft, [change.from_stop, change.to_stop], change.stops)
    if problems:
        raise ScenarioError("stops are unknown or unusable", problems)
    found = _find(change, chosen.patterns)
    problems = _misfits(draft, change, found)
    if problems:
        raise ScenarioError("no pattern can be rerouted", problems)
    # Of a line whose stops have one id for both ways, R1 warns.
    named = [stop for stop in (change.from_stop, change.to_stop) if stop is not None]
    fitting = [pattern.id for pattern, _ in found.fits]
    ways = one_way(draft, chosen.patterns, fitting, named) if change.routes and not found.turned else []
    placed = place_stops(draft, change.stops)
    hop_s = _hops_s(draft, change, placed.ids)
    stretches = {pattern.stops: stretch for pattern, stretch in found.fits}
    visits, warnings = read_patterns(draft, [pattern for pattern, _ in found.fits])
    changed, early = [], []
    for before in visits:
        made, too_early = _changed(draft, change, before, stretches[before.pattern.stops], placed.ids, hop_s)
        changed += [made] if made.before.pattern.trips else []
        early += too_early
    if not changed:
        raise ScenarioError(
            "no trip can be rerouted", [text["en"] for text in [*warnings, *_told_early(early)]]
        )
    notes = _left_out(draft, changed) + write_patterns(draft, changed)
    warnings += placed.warnings + _told_early(early) + _told_turned(found) + _told_ends(draft, changed)
    counts = {
        "patterns": len(changed),
        "trips": sum(len(pattern.before.pattern.trips) for pattern in changed),
        "new_stops": placed.n_new,
    }
    return Match(counts, chosen.unknown, [*_told_others(found), *notes], warnings, ways)


def _find(change: Reroute, patterns: list[Pattern]) -> _Found:
    found = _Found([], [], [], [])
    for pattern in patterns:
        stretch = find_stretch(pattern.stops, change.from_stop, change.to_stop)
        if stretch is None:
            found.lacks.append(pattern)
        elif isinstance(stretch, OutOfOrder):
            found.turned.append((pattern, stretch))
        elif stretch.first + 1 + len(pattern.stops) - stretch.last < 2:
            found.whole.append(pattern)
        else:
            found.fits.append((pattern, stretch))
    return found


def _misfits(draft: Draft, change: Reroute, found: _Found) -> list[str]:
    """Why nothing can be done (R1), or why not all that was named (R2)."""
    if found.fits and change.patterns is None:
        return []
    problems = [
        f"pattern {pattern.id}: {change.from_stop!r} is stop number {at.first + 1} of {len(pattern.stops)}, "
        f"{change.to_stop!r} number {at.last + 1}: from_stop must come first; are they swapped?"
        for pattern, at in found.turned
    ]
    end = change.from_stop or change.to_stop
    problems += [
        f"pattern {pattern.id}: nothing of it would stay but {end!r}; make a new line with add-trips instead"
        for pattern in found.whole
    ]
    if change.patterns is not None or not (found.turned or found.whole):
        problems += _lacking(draft, change, found.lacks)
    return problems


def _lacking(draft: Draft, change: Reroute, patterns: list[Pattern]) -> list[str]:
    """One problem for each end that no pattern serves; else one for each pattern."""
    served = list(dict.fromkeys(stop for pattern in patterns for stop in pattern.stops if stop))
    names = dict(zip(served, stop_names(draft, served), strict=True))
    ends = [stop for stop in (change.from_stop, change.to_stop) if stop is not None]
    missing = [stop for stop in ends if stop not in names] if patterns else []
    if missing:
        where = f"{len(patterns)} patterns" if len(patterns) > 1 else f"pattern {patterns[0].id}"
        return [f"stop {stop!r} is not served by {where}; {nearest(stop, names)}" for stop in missing]
    return [
        f"pattern {pattern.id} does not serve {quoted([stop for stop in ends if stop not in pattern.stops])}"
        for pattern in patterns
    ]


def _hops_s(draft: Draft, change: Reroute, new: list[str]) -> npt.NDArray[np.int64]:
    if change.hop_times is not None or change.speed_km_h is None:
        return np.array(change.hop_times or [], dtype=np.int64)
    ends = [change.from_stop], [change.to_stop]
    stops = [stop for stop in (*ends[0], *new, *ends[1]) if stop is not None]
    lon, lat = stop_coordinates(draft, stops)
    nowhere = [stop for stop, x, y in zip(stops, lon, lat, strict=True) if np.isnan(x) or np.isnan(y)]
    if nowhere:
        raise ScenarioError(
            f"stops {quoted(nowhere)} have no coordinates: no time follows from speed_km_h; give hop_times"
        )
    return hop_times_s(lon, lat, change.speed_km_h, change.detour_factor)


def _changed(
    draft: Draft,
    change: Reroute,
    before: PatternVisits,
    stretch: Stretch,
    new: list[str],
    hop_s: npt.NDArray[np.int64],
) -> tuple[ChangedPattern, list[str]]:
    """The trips of a pattern after the change, and those that would start before midnight (R4)."""
    ends = (change.from_stop is not None, change.to_stop is not None)
    given = np.ones(len(new) + sum(ends), dtype=bool)
    if change.dwell_times is None:
        given[[at for at, there in ((0, ends[0]), (-1, ends[1])) if there]] = False
    dwell_s = np.array(change.dwell_times or [0] * len(given), dtype=np.int64)
    spliced = splice(before.arrival_s, before.departure_s, stretch, hop_s, dwell_s, given)
    inserted = iter(new)
    old = before.pattern.stops
    stops = [next(inserted) if visit == NEW else old[visit] for visit in spliced.visit_of]
    trips = before.pattern.trips
    starts = earliest_s(draft, trips)
    moved_s = spliced.departure_s[:, 0] - before.departure_s[:, 0]
    fits = np.array(
        [
            starts[trip] + moved >= 0 if trip in starts else arrives >= 0
            for trip, moved, arrives in zip(trips, moved_s, spliced.arrival_s[:, 0], strict=True)
        ],
        dtype=bool,
    )
    kept = PatternVisits(
        before.pattern._replace(trips=[trip for trip, fit in zip(trips, fits, strict=True) if fit]),
        before.row[fits],
        before.arrival_s[fits],
        before.departure_s[fits],
    )
    early = [trip for trip, fit in zip(trips, fits, strict=True) if not fit]
    made = ChangedPattern(
        kept, spliced.visit_of, stops, spliced.arrival_s[fits], spliced.departure_s[fits], [(stretch, new)]
    )
    return made, early


def _left_out(draft: Draft, changed: list[ChangedPattern]) -> list[Text]:
    """Stops that changed patterns no longer serve."""
    lost = [stop for pattern in changed for stop in pattern.before.pattern.stops if stop not in pattern.stops]
    stops = list(dict.fromkeys(lost))
    names = zip(stops, stop_names(draft, stops), strict=True)
    named = [stop if name == stop else f"{stop} {name}" for stop, name in names]
    return [told("no longer served by these trips", "fin de desserte par ces courses", "stops", named)][
        : len(lost)
    ]


def _told_early(early: list[str]) -> list[Text]:
    en, fr = (
        "unchanged, since they would start before 00:00",
        "sans changement, car le départ serait avant 00:00",
    )
    return [told(en, fr, "trips", early)] if early else []


def _told_turned(found: _Found) -> list[Text]:
    listed = [f"{pattern.id}, {at.first + 1} and {at.last + 1}" for pattern, at in found.turned]
    en, fr = "unchanged, from_stop after to_stop", "sans changement, from_stop après to_stop"
    return [told(en, fr, "patterns", listed)] if listed else []


def _told_others(found: _Found) -> list[Text]:
    others = [pattern.id for pattern in (*found.lacks, *found.whole)]
    en, fr = "unchanged, not passing there", "sans changement, ne passant pas par là"
    return [told(en, fr, "patterns", others)] if others else []


def _told_ends(draft: Draft, changed: list[ChangedPattern]) -> list[Text]:
    """Lines cut short the wrong way round, and vehicles whose next trip may start elsewhere."""
    warnings = []
    opposite = _cut_opposite_ways(changed)
    if opposite:
        en = "cut opposite ways, one losing what the other keeps (name patterns if that is not meant)"
        fr = (
            "coupés en sens opposés, l'un perd ce que l'autre garde (nommez des parcours si c'est une erreur)"
        )
        warnings.append(told(en, fr, "patterns", opposite))
    return warnings + _told_blocks(draft, changed)


def _cut_opposite_ways(changed: list[ChangedPattern]) -> list[str]:
    """Two patterns each of which loses stops that the other keeps; none if there are no such two."""
    kept = [set(pattern.stops) for pattern in changed]
    lost = [set(pattern.before.pattern.stops) - stays for pattern, stays in zip(changed, kept, strict=True)]
    for one, other in itertools.combinations(range(len(changed)), 2):
        if lost[one] & kept[other] and lost[other] & kept[one]:
            return [changed[at].before.pattern.id for at in (one, other)]
    return []


def _told_blocks(draft: Draft, changed: list[ChangedPattern]) -> list[Text]:
    """Trips whose vehicle goes on to another trip and that now begin or end elsewhere."""
    if "block_id" not in draft.trips.columns:
        return []
    moved = [trip for pattern in changed if _has_new_end(pattern) for trip in pattern.before.pattern.trips]
    blocks = draft.trips["trip_id"].isin(moved) & draft.trips["block_id"].notna()
    trips = draft.trips.loc[blocks, "trip_id"].tolist()
    en = "other first or last stop, so that seats are kept only where the vehicle's next trip starts nearby"
    fr = "autre premier ou dernier arrêt : on ne reste assis que si la course suivante part à proximité"
    return [told(en, fr, "trips", trips)] if trips else []


def _has_new_end(changed: ChangedPattern) -> bool:
    old, new = changed.before.pattern.stops, changed.stops
    return (old[0], old[-1]) != (new[0], new[-1])

"""``adjust-speed`` and ``adjust-dwell-time``: other running times and stays of chosen trips.

Decided so:

T1. A trip leaves its first stop when it did; everything after moves along. Time at the first stop is no time
    on board and is never changed, neither is that at the last.
T2. Blank times are filled first as ``build_schedule`` fills them, then written out: half a trip may be
    slowed, and what lies between timed stops must move with it.
T3. Times are added up exactly and rounded to the second at each stop (half up), so that rounding does not add
    up along the trip; a speed of 1 changes nothing.
T4. A period means trips by their first departure, on the clock of the service day. Of a trip of
    frequencies.txt the vehicles that leave in the period become a trip of their own.
T5. With ``hops`` and ``scale_dwells``, the stay at the stop where a chosen hop ends is scaled.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gtfs.draft import Draft
from gtfs.draft_headways import in_period
from gtfs.draft_times import TripVisits
from gtfs.errors import ScenarioError
from gtfs.match import Match, clock_text, counted, quoted
from gtfs.modifications import AdjustDwellTime, AdjustSpeed

Mask = npt.NDArray[np.bool_]


def adjust_speed(draft: Draft, change: AdjustSpeed) -> Match:
    """Divide the time of each hop (and stay, if asked for) by ``scale``.

    Raises
    ------
    ScenarioError
        Nothing matches: no route, pattern, trip or hop, or no trip that leaves in the period.
    """
    chosen = draft.select(change)
    trips = _leaving_in_period(draft, chosen.trips, change)
    visits, n_unusable = _timed(draft, trips)
    hops, stays = _inner(visits)
    unknown = dict(chosen.unknown)
    if change.hops is not None:
        hops, missing = _chosen_hops(draft, visits, hops, change.hops)
        unknown |= {"hops": missing} if missing else {}
    arrival_s, departure_s = _rescaled(
        visits,
        np.where(hops, change.scale, 1.0),
        np.where(stays & hops & change.scale_dwells, change.scale, 1.0),
    )
    trip_changes = np.unique(visits.trip[hops])
    match = _matched(draft, visits, trip_changes, n_unusable)
    if change.hops is not None:
        match.counts["hops"] = len(change.hops) - len(unknown.get("hops", ()))
    draft.set_times(visits, arrival_s, departure_s)
    return Match(match.counts, unknown, match.notes, match.warnings)


def adjust_dwell_time(draft: Draft, change: AdjustDwellTime) -> Match:
    """Set or scale the stays at stops between the ends of the trips.

    Raises
    ------
    ScenarioError
        Nothing matches, or every stay to be scaled is 0 s, which scaling cannot change.
    """
    chosen = draft.select(change)
    visits, n_unusable = _timed(draft, chosen.trips)
    _, stays = _inner(visits)
    unknown = dict(chosen.unknown)
    if change.stops is not None:
        known, missing = draft.known_stops(change.stops)
        unknown |= {"stops": missing} if missing else {}
        if not known:
            raise ScenarioError("no stop matches", [draft.unknown_text("stops", stop) for stop in missing])
        stays &= np.isin(visits.stop_id, known)
    if not stays.any():
        where = "" if change.stops is None else f" at {quoted(change.stops)}"
        raise ScenarioError(
            f"the trips make no stop{where} between their first and last one; nothing to change"
        )
    old_s = (visits.departure_s - visits.arrival_s).astype(np.float64)
    if change.scale is not None and not old_s[stays].any():
        raise ScenarioError(
            f"all {int(stays.sum()):,} stays that match take 0 s in the feed, and a multiple of 0 is 0; "
            "give dwell_secs instead of scale"
        )
    new_s = (
        np.full(len(old_s), float(change.dwell_secs or 0)) if change.scale is None else old_s * change.scale
    )
    arrival_s, departure_s = _moved(visits, _hops_s(visits), np.where(stays, new_s, old_s))
    match = _matched(draft, visits, np.unique(visits.trip[stays]), n_unusable)
    match.counts["visits"] = int(stays.sum())
    draft.set_times(visits, arrival_s, departure_s)
    return Match(match.counts, unknown, match.notes, match.warnings)


def _leaving_in_period(draft: Draft, trips: list[str], change: AdjustSpeed) -> list[str]:
    if change.start_time is None and change.end_time is None:
        return trips
    start_s, end_s = change.start_time or 0, change.end_time
    inside, _ = in_period(draft, trips, start_s, end_s)
    if not inside:
        until = "on" if end_s is None else f"to {clock_text(end_s)}"
        raise ScenarioError(
            f"none of the {len(trips)} trips that match leaves from {clock_text(start_s)} {until}"
        )
    return inside


def _timed(draft: Draft, trips: list[str]) -> tuple[TripVisits, int]:
    """Visits of the trips with all times filled in; how many trips have times that cannot be used."""
    visits = draft.visits(trips, fill=True)
    bad = np.unique(visits.trip[(visits.arrival_s < 0) | (visits.departure_s < 0)])
    if not len(bad):
        return visits, 0
    left = [trip for number, trip in enumerate(trips) if number not in set(bad.tolist())]
    if not left:
        raise ScenarioError("none of the trips that match has times at its first and last stop")
    return draft.visits(left, fill=True), len(bad)


def _inner(visits: TripVisits) -> tuple[Mask, Mask]:
    """Which visits end a hop (all but the first of a trip); which are stays on board (nor the last)."""
    hops = np.ones(len(visits.row), dtype=bool)
    some = visits.trip_start[:-1] < visits.trip_start[1:]
    hops[visits.trip_start[:-1][some]] = False
    stays = hops.copy()
    stays[visits.trip_start[1:][some] - 1] = False
    return hops, stays


def _chosen_hops(
    draft: Draft, visits: TripVisits, hops: Mask, wanted: list[tuple[str, str]]
) -> tuple[Mask, list[str]]:
    """Which visits end a hop that is wanted; the wanted ones that no trip makes, as texts."""
    ends = np.flatnonzero(hops)
    pairs = list(zip(visits.stop_id[ends - 1].tolist(), visits.stop_id[ends].tolist(), strict=True))
    asked, made = set(wanted), set(pairs)
    missing = [pair for pair in dict.fromkeys(wanted) if pair not in made]
    if len(missing) == len(asked):
        problems = []
        for a, b in missing:
            _, unknown = draft.known_stops([a, b])
            problems += [draft.unknown_text("stops", stop) for stop in unknown]
            if not unknown:
                after = list(dict.fromkeys(end for start, end in pairs if start == a))
                nexts = f"after {a!r} they serve {quoted(after)}" if after else f"they do not leave {a!r}"
                problems.append(f"no trip that matches goes from {a!r} straight to {b!r}; {nexts}")
        raise ScenarioError("no hop matches", problems)
    found = np.zeros(len(hops), dtype=bool)
    found[ends] = [pair in asked for pair in pairs]
    return found, [f"{a} > {b}" for a, b in missing]


def _hops_s(visits: TripVisits) -> npt.NDArray[np.float64]:
    """Seconds of the hop that ends at each visit; 0 at the first of a trip."""
    hops, _ = _inner(visits)
    hop_s = np.zeros(len(visits.row))
    hop_s[1:] = visits.arrival_s[1:].astype(np.float64) - visits.departure_s[:-1]
    return np.where(hops, hop_s, 0.0)


def _rescaled(
    visits: TripVisits, hop_scale: npt.NDArray[np.float64], stay_scale: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    stay_s = (visits.departure_s - visits.arrival_s).astype(np.float64)
    return _moved(visits, _hops_s(visits) / hop_scale, stay_s / stay_scale)


def _moved(
    visits: TripVisits, hop_s: npt.NDArray[np.float64], stay_s: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Arrivals and departures that follow from hops and stays, each trip from its first arrival on (T3)."""
    first = visits.trip_start[visits.trip]  # first visit of each visit's trip
    spent_s = np.cumsum(hop_s + stay_s)  # until each departure, over all trips
    before_s = (spent_s - hop_s - stay_s)[first]
    start_s = visits.arrival_s[first].astype(np.float64)
    departure_s = start_s + spent_s - before_s
    arrival_s = departure_s - stay_s
    return _rounded(arrival_s), _rounded(departure_s)


def _rounded(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    # A microsecond lets sums such as 3 x (10 / 3) reach their whole second from below.
    return np.floor(seconds + 0.5 + 1e-6).astype(np.int64)


def _matched(draft: Draft, visits: TripVisits, trips: npt.NDArray[np.int64], n_unusable: int) -> Match:
    ids = [visits.trip_ids[trip] for trip in trips.tolist()]
    patterns = draft.patterns(ids)
    counts = {
        "routes": len({pattern.route_id for pattern in patterns}),
        "patterns": len(patterns),
        "trips": len(ids),
    }
    if not n_unusable:
        return Match(counts)
    warning = {
        "en": f"left as found, without usable times: {counted('trips', n_unusable, 'en')}",
        "fr": f"sans horaires utilisables, laissé tel quel : {counted('trips', n_unusable, 'fr')}",
    }
    return Match(counts, warnings=[warning])

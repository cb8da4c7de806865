"""``adjust-frequency``: new headways on a route, in the place of its trips.

Decided so:

F1. Each entry gives service in one period on some days of the week. It copies ``source_trip``, or one trip of
    each direction (``gtfs.edit_sources``). Departures by headway become rows of frequencies.txt, exact ones
    (``exact: true``) with ``exact_times`` 1; ``first_departures`` become trips.
F2. An entry runs on the dates on which the route runs today, on these days of the week; on a day of the week
    on which the route does not run, when the feed does (``Services.for_days``). An entry that names no days
    means those on which the route runs.
F3. All trips of the route are removed, as in R5, and the report says how many of them ran at other times or
    on other days. With ``retain_trips_outside_frequency_entries`` only those go that leave in the period of
    an entry, and only on its days; exact departures replace what leaves from the first of them to the last.
F4. A period does not include its end; hours are those of the service day, so 25:00 is the night after.
"""

from __future__ import annotations

from typing import NamedTuple

from gtfs.draft import Copy, Draft
from gtfs.draft_headways import Row, add_headways, clock, in_period
from gtfs.edit_sources import RouteService, service_of
from gtfs.edit_trips import cut_days
from gtfs.errors import ScenarioError
from gtfs.match import Match, clock_text, counted, days_text, quoted
from gtfs.modifications import AdjustFrequency, FrequencyEntry


class _Plan(NamedTuple):
    """One entry, ready to be written."""

    entry: FrequencyEntry
    service_id: str
    sources: list[str]
    departures_s: list[int]
    weekdays: tuple[int, ...]


def adjust_frequency(draft: Draft, change: AdjustFrequency) -> Match:
    """Replace trips of a route by service at other headways.

    Raises
    ------
    ScenarioError
        The route has no trips, a source trip is not one of them, or an entry gives no departure.
    """
    chosen = draft.select(change)
    running = service_of(draft, chosen.trips, chosen.patterns)
    plans = _plans(draft, change, running)
    new = [_write(draft, plan, number) for number, plan in enumerate(plans, start=1)]
    made = {trip for trips in new for trip in trips}
    gone = [trip for trip in chosen.trips if not _replaced(running, trip, plans)]
    if change.retain_trips_outside_frequency_entries:
        removed = _make_room(draft, change.route, plans, made)
        warnings = []
    else:
        draft.remove(chosen.trips)
        removed, warnings = len(chosen.trips), _warn_of_gone(gone)
    warnings += _warn_of_overlaps(plans) + _warn_of_directions(draft, running)
    counts = chosen.counts | {"trips_removed": removed, **_new(plans, new)}
    return Match(counts, chosen.unknown, [_note(plan) for plan in plans], warnings)


def _plans(draft: Draft, change: AdjustFrequency, running: RouteService) -> list[_Plan]:
    plans, problems = [], []
    for number, entry in enumerate(change.entries, start=1):
        departures_s = _departures_s(entry)
        days = running.days_of(entry)
        service_id = draft.services.for_days(running.services, days)
        start_s, end_s = entry.period_s
        if entry.source_trip is not None:
            sources = [entry.source_trip]
            if text := _wrong_source(draft, change.route, running, entry.source_trip):
                problems.append(f"entry {number}: {text}")
        else:
            found = [running.source(way, days, (start_s + end_s) / 2) for way in running.directions]
            sources = [trip for trip in found if trip is not None]
        if not departures_s:
            problems.append(
                f"entry {number}: a headway of {entry.headway_s / 60:g} min gives no departure from "
                f"{clock_text(start_s)} to {clock_text(end_s)}; give exact: true or first_departures"
            )
        if service_id is None:
            problems.append(f"entry {number}: the calendar of {draft.name} has no date")
        elif not sources:
            problems.append(f"entry {number}: no trip of route {change.route!r} has times and days to copy")
        else:
            plans.append(_Plan(entry, service_id, sources, departures_s, days))
    if problems:
        raise ScenarioError("adjust-frequency", problems)
    return plans


def _new(plans: list[_Plan], new: list[list[str]]) -> dict[str, int]:
    """How many trips were made: a trip with a row of frequencies.txt stands for many departures."""
    made = {"headway_services": 0, "new_trips": 0}
    for plan, trips in zip(plans, new, strict=True):
        made["new_trips" if plan.entry.first_departures else "headway_services"] += len(trips)
    return {kind: n for kind, n in made.items() if n}


def _wrong_source(draft: Draft, route: str, running: RouteService, source: str) -> str:
    """Why a trip cannot be copied; empty where it can."""
    if source in running.departures_s:
        return "" if running.departures_s[source] else f"trip {source!r} has no times to copy"
    found = draft.trips.loc[draft.trips["trip_id"] == source, "route_id"].tolist()
    if found:
        return f"trip {source!r} is of route {found[0]!r}, not {route!r}"
    return draft.unknown_text("trips", source)


def _departures_s(entry: FrequencyEntry) -> list[int]:
    if entry.first_departures:
        return sorted(entry.first_departures)
    return list(Row(*entry.period_s, entry.headway_s, entry.exact).departures_s)


def _write(draft: Draft, plan: _Plan, number: int) -> list[str]:
    """Add the trips of one entry; their ids."""
    entry = plan.entry
    start_s, end_s = entry.period_s
    if entry.first_departures:
        return draft.copy_trips(
            [
                Copy(source, plan.service_id, f"{source}~{number}~{clock(leaves_s)}", leaves_s)
                for source in plan.sources
                for leaves_s in plan.departures_s
            ]
        )
    names = [f"{source}~{number}~{clock(start_s)}-{clock(end_s)}" for source in plan.sources]
    new = draft.copy_trips(
        [
            Copy(source, plan.service_id, name, start_s)
            for source, name in zip(plan.sources, names, strict=True)
        ]
    )
    for trip in new:
        add_headways(draft, trip, [Row(start_s, end_s, entry.headway_s, entry.exact)])
    return new


def _make_room(draft: Draft, route: str, plans: list[_Plan], made: set[str]) -> int:
    """Remove what leaves in the periods of the entries on their days; the number of trips that lost a day."""
    n_removed = 0
    for plan in plans:
        own = draft.trips.loc[draft.trips["route_id"] == route, "trip_id"]
        inside, _ = in_period(
            draft, [trip for trip in own.tolist() if trip not in made], *plan.entry.period_s
        )
        removed, cut = cut_days(draft, inside, plan.weekdays)
        n_removed += len(removed) + len(cut)
    return n_removed


def _replaced(running: RouteService, trip: str, plans: list[_Plan]) -> bool:
    """Whether an entry covers every departure of a trip on every day on which it runs."""
    periods = [(plan.weekdays, *plan.entry.period_s) for plan in plans]
    return all(
        any(day in days and start_s <= leaves_s < end_s for days, start_s, end_s in periods)
        for day in running.weekdays[trip]
        for leaves_s in running.departures_s[trip]
    )


def _note(plan: _Plan) -> dict[str, str]:
    entry, (start_s, end_s) = plan.entry, plan.entry.period_s
    n, ways, copied = len(plan.departures_s), len(plan.sources), quoted(plan.sources)
    last_s = end_s - 1 if entry.first_departures else end_s
    period = f"{clock_text(start_s)}-{clock_text(last_s)}"
    text = {}
    for language, colon, each, of in (
        ("en", ":", "each way, ", "copied from"),
        ("fr", " :", "par sens, ", "d'après"),
    ):
        days, each_way = days_text(plan.weekdays, language), each if ways > 1 else ""
        text[language] = (
            f"{period}, {days}{colon} {counted('departures', n, language)} {each_way}{of} {copied}"
        )
    return text


def _warn_of_gone(gone: list[str]) -> list[dict[str, str]]:
    if not gone:
        return []
    n, key = len(gone), "retain_trips_outside_frequency_entries: true"
    return [
        {
            "en": f"gone: {counted('trips', n, 'en')} on other days or at other times "
            f"(such as {quoted(gone[:1])}); to keep such trips, write {key}",
            "fr": f"ne circulent plus : {counted('trips', n, 'fr')} d'autres jours ou d'autres heures "
            f"(comme {quoted(gone[:1])}) ; pour les garder, écrire {key}",
        }
    ]


def _warn_of_overlaps(plans: list[_Plan]) -> list[dict[str, str]]:
    warnings = []
    for number, one in enumerate(plans, start=1):
        for other_number, other in enumerate(plans[number:], start=number + 1):
            days = sorted(set(one.weekdays) & set(other.weekdays))
            start_s = max(one.entry.period_s[0], other.entry.period_s[0])
            end_s = min(one.entry.period_s[1], other.entry.period_s[1])
            exact = bool(one.entry.first_departures or other.entry.first_departures)
            same = one.entry.source_trip == other.entry.source_trip
            if days and start_s < end_s and same and not exact:
                period = f"{clock_text(start_s)}-{clock_text(end_s)}"
                warnings.append(
                    {
                        "en": f"entries {number} and {other_number} overlap "
                        f"({days_text(days, 'en')}, {period}): the vehicles of both run",
                        "fr": f"les plages {number} et {other_number} se recouvrent "
                        f"({days_text(days, 'fr')}, {period}) : les véhicules des deux circulent",
                    }
                )
    return warnings


def _warn_of_directions(draft: Draft, running: RouteService) -> list[dict[str, str]]:
    """Directions that ran and no longer have any trip."""
    left = {draft.origin(trip) for trip in draft.trips["trip_id"].tolist()}
    left |= set(draft.trips["trip_id"].tolist())
    lost = [
        way
        for way, patterns in running.directions.items()
        if running.trips(way) and not any(trip in left for pattern in patterns for trip in pattern.trips)
    ]
    return [
        {
            "en": f"direction {way} of the route no longer has any trip: no entry copies one of its trips",
            "fr": f"le sens {way} de la ligne n'a plus aucune course : aucune plage n'en reprend une",
        }
        for way in lost
    ]

"""``adjust-span``: a route starts earlier, ends later, or runs on days on which it did not.

Ours; R5 has no such type. Decided so, for each direction and each day of the week asked for:

P1. Where the direction runs that day, new trips leave at ``first_departure`` and every headway after it
    before today's first one, and every headway after today's last one up to ``last_departure`` (included).
    Today's first and last departure are those over all services of that day of the week. Trips of today stay.
    Without ``days``, the days are those on which the route runs.
P2. Where it does not run that day, new trips leave from ``first_departure`` to ``last_departure``; both are
    needed.
P3. Early trips copy the first trip of today, late ones the last: the nearest in time. On new days they copy
    the most used pattern (``gtfs.edit_sources``).
P4. New trips run on the dates of ``Services.for_days`` (public holidays as the route, new days as the feed).
P5. Hours are those of the service day: a night service until 02:00 ends at 26:00.
"""

from __future__ import annotations

from typing import NamedTuple

from gtfs.draft import Copy, Draft
from gtfs.draft_headways import clock
from gtfs.edit_sources import RouteService, service_of
from gtfs.errors import ScenarioError
from gtfs.match import Match, clock_text, counted, days_text, quoted
from gtfs.modifications import AdjustSpan


class _Gap(NamedTuple):
    """New departures of one direction, copied from one trip, on some days."""

    direction: str
    source: str
    departures_s: tuple[int, ...]


def adjust_span(draft: Draft, change: AdjustSpan) -> Match:
    """Add trips before the first and after the last of a route, or on new days.

    Raises
    ------
    ScenarioError
        The route has no trips, runs in that span already, or an end of the span is missing on a new day.
    """
    chosen = draft.select(change)
    running = service_of(draft, chosen.trips, chosen.patterns)
    directions = list(running.directions)
    if change.direction_id is not None:
        directions = [way for way in directions if way == str(change.direction_id)]
        if not directions:
            ways = quoted(list(running.directions))
            raise ScenarioError(
                f"route {change.route!r} has no direction {change.direction_id}; it has {ways}"
            )
    gaps: dict[_Gap, list[int]] = {}
    problems: list[str] = []
    for day in running.days_of(change):
        for way in directions:
            found = _gaps(running, way, day, change)
            problems += [found] if isinstance(found, str) else []
            for gap in [] if isinstance(found, str) else found:
                gaps.setdefault(gap, []).append(day)
    if problems:
        raise ScenarioError("adjust-span", list(dict.fromkeys(problems)))
    if not gaps:
        raise ScenarioError(_nothing(running, directions, change))
    new, notes = [], []
    for gap, days in gaps.items():
        service_id = draft.services.for_days(running.services, days)
        if service_id is None:
            raise ScenarioError(f"the calendar of {draft.name} has no date")
        new += [
            Copy(gap.source, service_id, f"{gap.source}~{clock(leaves_s)}", leaves_s)
            for leaves_s in gap.departures_s
        ]
        notes.append(_note(gap, days))
    draft.copy_trips(new)
    return Match(chosen.counts | {"new_trips": len(new)}, chosen.unknown, notes)


def _gaps(running: RouteService, way: str, day: int, change: AdjustSpan) -> list[_Gap] | str:
    """What a direction lacks on one day of the week; a text where that cannot be told."""
    first_s, last_s, headway_s = change.first_departure, change.last_departure, change.headway_s
    today = [
        (leaves_s, trip) for trip in running.trips(way, [day]) for leaves_s in running.departures_s[trip]
    ]
    if not today:
        if first_s is None or last_s is None:
            missing = "first_departure" if first_s is None else "last_departure"
            return (
                f"route {change.route!r} does not run on {days_text([day], 'en')} (direction {way}); "
                f"give {missing} as well"
            )
        source = running.source(way, [day], (first_s + last_s) / 2)
        departures_s = tuple(range(first_s, last_s + 1, headway_s))
        return [] if source is None else [_Gap(way, source, departures_s)]
    gaps = []
    opens_s, opening = min(today, key=lambda entry: entry[0])
    closes_s, closing = max(today, key=lambda entry: entry[0])
    if first_s is not None and first_s < opens_s:
        gaps.append(_Gap(way, opening, tuple(range(first_s, opens_s, headway_s))))
    if last_s is not None and closes_s + headway_s <= last_s:
        gaps.append(_Gap(way, closing, tuple(range(closes_s + headway_s, last_s + 1, headway_s))))
    return gaps


def _nothing(running: RouteService, directions: list[str], change: AdjustSpan) -> str:
    leaves_s = [
        leaves_s
        for way in directions
        for trip in running.trips(way, running.days_of(change))
        for leaves_s in running.departures_s[trip]
    ]
    if not leaves_s:
        return f"no trip of route {change.route!r} has times to copy"
    span = f"from {clock_text(min(leaves_s))} to {clock_text(max(leaves_s))}"
    return (
        f"route {change.route!r} already leaves {span} on these days, and no trip fits beyond; choose an "
        "earlier first_departure, a later last_departure or a shorter headway"
    )


def _note(gap: _Gap, days: list[int]) -> dict[str, str]:
    n, period = len(gap.departures_s), f"{clock_text(gap.departures_s[0])}-{clock_text(gap.departures_s[-1])}"
    return {
        "en": f"direction {gap.direction}, {days_text(days, 'en')}, {period}: "
        f"{counted('departures', n, 'en')} copied from {gap.source!r}",
        "fr": f"sens {gap.direction}, {days_text(days, 'fr')}, {period} : "
        f"{counted('departures', n, 'fr')} d'après {gap.source!r}",
    }

"""Candidates that let a route run when it does not: evenings, nights, Saturdays, Sundays.

A route that has no departure in the window people travel in is extended to it, from its present first or
last departure on, at ``HEADWAYS_MIN``; the night after belongs to the service day before (25:30). A route
that does not run at all on that day runs as on a weekday, between ``DAY_H`` at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from access.suggest_candidates import DAY_WORDS, Candidate, DayKind, Window, clock
from access.suggest_lines import RouteOfDay

HEADWAYS_MIN = (30, 60)
DAY_H = (7, 21)
NIGHT_ENDS_S = 5 * 3600
"""A window that ends by then is served by the night of the day before."""
DAY_S = 24 * 3600


def span_candidates(routes: Mapping[DayKind, Sequence[RouteOfDay]], window: Window) -> Iterator[Candidate]:
    """Yield extensions into the window of all routes that run on its day or on weekdays."""
    here = {(route.feed, route.route_id): route for route in routes.get(window.day, [])}
    for route in here.values():
        yield from _longer(route, window)
    for route in routes.get("weekdays", []):
        if (route.feed, route.route_id) not in here:
            yield from _another_day(route, window)


def _longer(route: RouteOfDay, window: Window) -> Iterator[Candidate]:
    start_s, end_s = window.start_s, window.end_s
    if end_s <= NIGHT_ENDS_S:
        start_s, end_s = start_s + DAY_S, end_s + DAY_S
    leaves_s = route.leaves_s
    if route.busiest(start_s, end_s) or route.busiest(window.start_s, window.end_s):
        return
    if leaves_s[-1] < start_s:
        begins = {"last_departure": clock(end_s)}
        hours = clock(60 * (int(leaves_s[-1]) // 60)), clock(end_s)
    elif leaves_s[0] >= end_s:
        begins = {"first_departure": clock(start_s)}
        hours = clock(start_s), clock(60 * (int(leaves_s[0]) // 60))
    else:  # runs before and after, not in the window: a gap, which longer hours do not fill
        return
    for headway_min in HEADWAYS_MIN:
        yield _candidate(route, window, begins, hours, headway_min)


def _another_day(route: RouteOfDay, window: Window) -> Iterator[Candidate]:
    first_s = min(max(int(route.leaves_s[0]), DAY_H[0] * 3600), window.start_s)
    last_s = max(min(int(route.leaves_s[-1]), DAY_H[1] * 3600), window.end_s)
    first_s, last_s = 60 * (first_s // 60), 60 * (last_s // 60)
    begins = {"first_departure": clock(first_s), "last_departure": clock(last_s)}
    for headway_min in HEADWAYS_MIN:
        yield _candidate(route, window, begins, (clock(first_s), clock(last_s)), headway_min)


def _candidate(
    route: RouteOfDay, window: Window, begins: dict[str, str], hours: tuple[str, str], headway_min: int
) -> Candidate:
    words = DAY_WORDS[window.day]
    line = f"{route.feed}-{route.route_id}-span-{window.day}"
    return Candidate(
        key=f"{line}-{hours[0]}-{hours[1]}-{headway_min}min".replace(":", ""),
        line=line,
        kind="span",
        feed=route.feed,
        route_id=route.route_id,
        route_name=route.name,
        when={lang: f"{words[lang]}, {hours[0]}–{hours[1]}" for lang in ("en", "fr")},
        title={
            "en": f"Line {route.name}: also {words['en']} {hours[0]}–{hours[1]}, every {headway_min} minutes",
            "fr": f"Ligne {route.name} : aussi {words['fr']} {hours[0]}–{hours[1]}, toutes les "
            f"{headway_min} minutes",
        },
        modifications=(
            {
                "type": "adjust-span",
                "feed": route.feed,
                "route": route.route_id,
                **begins,
                "headway_secs": 60 * headway_min,
                "days": [window.day],
            },
        ),
        weaker=HEADWAYS_MIN.index(headway_min),
    )

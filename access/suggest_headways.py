"""Candidates that run a route more often: in one part of the day, or the whole day.

- Steps are clock-face headways (``STEPS_MIN``) between a quarter and three quarters of the present one.
- Every pattern of the route gets its share: a branch that has every third departure keeps every third one.
- A whole-day step only touches parts of the day in which vehicles run less often than the step: nobody's
  service gets worse. First and last departures stay about where they are.
- Only headways are promised, not minutes: the new trips stand in frequencies.txt (``exact: false``), so that
  draws also draw when in their headway vehicles leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from access.suggest_candidates import DAY_WORDS, Candidate, Window, clock
from access.suggest_lines import RouteOfDay

STEPS_MIN = (60, 30, 20, 15, 10, 6, 5)
PARTS_H = (4, 7, 9, 16, 19, 22, 26)
"""Early, morning peak, daytime, afternoon peak, evening, night: hours that end and begin parts of the day."""

Band = tuple[int, int]


def headway_candidates(routes: Sequence[RouteOfDay], window: Window) -> Iterator[Candidate]:
    """Yield the steps of each route in the parts of the day that hold the window, and for the whole day."""
    for route in routes:
        bands = list(_bands(route))
        here = [band for band in bands if band[0] < window.end_s and window.start_s < band[1]]
        for band in here:
            for weaker, step in enumerate(_steps(route.headway_min(*band))):
                yield _candidate(route, [band], step, window, weaker, whole_day=False)
        if not here:
            continue
        for weaker, step in enumerate(_steps(min(route.headway_min(*band) for band in here))):
            worse = _joined([band for band in bands if route.headway_min(*band) > step])
            yield _candidate(route, worse, step, window, weaker, whole_day=True)


def _bands(route: RouteOfDay) -> Iterator[Band]:
    """Yield the parts of the day in which the route runs, cut at its first and last departure."""
    first, last = int(route.leaves_s[0]), int(route.leaves_s[-1])
    for start_h, end_h in pairwise((0, *PARTS_H, 48)):
        start, end = max(start_h * 3600, first), min(end_h * 3600, last + 60)
        if start < end and route.busiest(start, end):
            yield start, end


def _steps(headway_min: float) -> list[int]:
    """Return the steps from a headway, the shortest first."""
    return [step for step in reversed(STEPS_MIN) if headway_min / 4 <= step <= headway_min * 3 / 4]


def _lies_in(band: Band, bands: Sequence[Band]) -> bool:
    return any(start <= band[0] and band[1] <= end for start, end in bands)


def _joined(bands: Sequence[Band]) -> list[Band]:
    """Join parts that follow one another, so that headways go on across them."""
    joined: list[Band] = []
    for start, end in bands:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _candidate(
    route: RouteOfDay, bands: Sequence[Band], step_min: int, window: Window, weaker: int, *, whole_day: bool
) -> Candidate:
    entries = [entry for band in bands for entry in _entries(route, band, step_min, window)]
    from_s, until_s = bands[0][0], bands[-1][1]
    gaps_min = [round(route.usual_gap_min(*band)) for band in _bands(route) if _lies_in(band, bands)]
    low, high = min(gaps_min), max(gaps_min)
    words, hours = DAY_WORDS[window.day], (clock(60 * (from_s // 60)), clock(60 * (until_s // 60)))
    when = {
        "en": f"all day {words['en']}" if whole_day else f"{words['en']}, {hours[0]}–{hours[1]}",
        "fr": f"toute la journée {words['fr']}" if whole_day else f"{words['fr']}, {hours[0]}–{hours[1]}",
    }
    part = "all-day" if whole_day else f"{hours[0]}-{hours[1]}".replace(":", "")
    line = f"{route.feed}-{route.route_id}-headway-{window.day}"
    return Candidate(
        key=f"{line}-{part}-{step_min}min",
        line=line,
        kind="headway",
        feed=route.feed,
        route_id=route.route_id,
        route_name=route.name,
        when=when,
        title={
            "en": f"Line {route.name}: every {step_min} minutes instead of "
            f"{low if low == high else f'{low} to {high}'}, {when['en']}",
            "fr": f"Ligne {route.name} : toutes les {step_min} minutes au lieu de "
            f"{low if low == high else f'{low} à {high}'}, {when['fr']}",
        },
        modifications=(
            {
                "type": "adjust-frequency",
                "feed": route.feed,
                "route": route.route_id,
                "retain_trips_outside_frequency_entries": True,
                "entries": entries,
            },
        ),
        weaker=weaker,
    )


def _entries(route: RouteOfDay, band: Band, step_min: int, window: Window) -> Iterator[dict[str, Any]]:
    """Yield one entry a pattern with departures there; its headway is longer by its share of them."""
    busiest = route.busiest(*band)
    for pattern in route.patterns:
        n_here = len(pattern.within(*band))
        if n_here:
            middle = pattern.trip_ids[len(pattern.trip_ids) // 2]
            yield {
                "source_trip": middle,
                "start_time": clock(band[0]),
                "end_time": clock(band[1]),
                "headway_secs": round(60 * step_min * busiest / n_here),
                "days": [window.day],
            }

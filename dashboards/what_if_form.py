"""The forms of "what if": each turns values and places into changes of a scenario, or says what is wrong.

A form speaks a planner's language (new frequency, new line, footbridge); the changes are those of
``access.scenario``. One form may make several changes: a new frequency of three lines is three.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from access.scenario import Scenario
from access.scenario_problems import problems_in
from dashboards.what_if_form_places import PLACE_FORMS
from dashboards.what_if_form_read import City, Place, Reading, entries
from dashboards.what_if_form_routes import ROUTE_FORMS
from dashboards.what_if_form_today import Line
from dashboards.words import Words

Change = dict[str, Any]
#: Speed of the moving vehicle, the scale of which a form asks for, in percent of today's.
SLOWEST_PERCENT, FASTEST_PERCENT = -80, 300


class Made(NamedTuple):
    """Changes that a form makes, and its problems: with any, there are no changes.

    ``in_english`` are problems that the checks of a scenario file found, which know no other language.
    """

    changes: list[Change]
    problems: list[str]
    in_english: Sequence[str] = ()


def changes_of(
    kind: str, values: Mapping[str, Any], places: Sequence[Place], city: City, words: Words
) -> Made:
    """Make the changes that a form asks for.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    values : mapping
        Field -> value as the browser gave it; nothing is trusted.
    places : sequence of Place
        In the order in which they were chosen.
    city : City
        What the run knows.
    words : Words
        Language of the problems.
    """
    reading = Reading(values, city, words)
    if kind not in FORMS:
        reading.problem("no_kind")
        return Made([], reading.problems)
    changes = FORMS[kind](reading, list(places))
    if reading.problems:
        return Made([], reading.problems)
    try:
        Scenario.model_validate({"name": "-", "modifications": changes})
    except ValidationError as error:
        return Made([], [], list(problems_in({"modifications": changes}, error.errors())))
    return Made(changes, [])


def _headway(reading: Reading, _: list[Place]) -> list[Change]:
    """Other frequency: one change a line."""
    lines, listed = reading.lines(), entries(reading)
    return [
        {
            "type": "adjust-frequency",
            "feed": line.feed,
            "route": line.id,
            "entries": [dict(entry) for entry in listed],
            "retain_trips_outside_frequency_entries": reading.yes("retain"),
        }
        for line in lines
    ]


def _span(reading: Reading, _: list[Place]) -> list[Change]:
    """Longer hours or more days: one change a line."""
    lines = reading.lines()
    first, last = reading.clock("first", needed=False), reading.clock("last", needed=False)
    if first is None and last is None and reading.is_empty("first") and reading.is_empty("last"):
        reading.problem("first_or_last")
    if first is not None and last is not None and last < first:
        reading.problem("period_ends_first", start=first, end=last)
    every_min = reading.number("every_min", 1, 240)
    days = reading.days()
    direction = reading.one_of("direction", ("both", "0", "1"), "both")
    change = {"first_departure": first, "last_departure": last}
    given = {key: value for key, value in change.items() if value is not None}
    if direction != "both":
        given["direction_id"] = int(direction)  # type: ignore[assignment]
    return [
        {"type": "adjust-span", "feed": line.feed, "route": line.id, **given,
         "headway_min": every_min, "days": days}
        for line in lines
    ]  # fmt: skip


def _speed(reading: Reading, _: list[Place]) -> list[Change]:
    """Faster or slower vehicles: one change a feed."""
    lines = reading.lines()
    percent = reading.number("percent", SLOWEST_PERCENT, FASTEST_PERCENT)
    if percent == 0:
        reading.problem("no_change")
    start, end = reading.period("from_time", "to_time", needed=False)
    period = {"start_time": start, "end_time": end}
    return [
        {"type": "adjust-speed", "feed": feed, "routes": routes, "scale": round(1 + (percent or 0) / 100, 4),
         **{key: value for key, value in period.items() if value is not None}}
        for feed, routes in by_feed(lines).items()
    ]  # fmt: skip


def _dwell(reading: Reading, _: list[Place]) -> list[Change]:
    """Time at stops: one change a feed."""
    lines = reading.lines()
    seconds = reading.number("dwell_s", 0, 600, whole=True)
    return [
        {"type": "adjust-dwell-time", "feed": feed, "routes": routes, "dwell_secs": seconds}
        for feed, routes in by_feed(lines).items()
    ]


def _remove_line(reading: Reading, _: list[Place]) -> list[Change]:
    """Lines that no longer run, on all days or on some: one change a feed."""
    lines, days = reading.lines(), reading.days()
    some = {} if days == "daily" else {"days": days}
    return [
        {"type": "remove-trips", "feed": feed, "routes": routes, **some}
        for feed, routes in by_feed(lines).items()
    ]


def by_feed(lines: Sequence[Line]) -> dict[str, list[str]]:
    """Return ids of lines by feed, in the order chosen."""
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line.feed, []).append(line.id)
    return found


FORMS: dict[str, Callable[[Reading, list[Place]], list[Change]]] = {
    "headway": _headway,
    "span": _span,
    "speed": _speed,
    "dwell": _dwell,
    "remove_line": _remove_line,
    **ROUTE_FORMS,
    **PLACE_FORMS,
}
#: Every form by the group under which the page offers it.
GROUPS: dict[str, tuple[str, ...]] = {
    "lines": ("headway", "span", "speed", "dwell", "remove_line"),
    "routes": ("new_line", "reroute", "close_stop", "move_stop"),
    "places": ("add_service", "move_service", "remove_service", "add_residents"),
    "streets": ("footbridge", "close_street"),
}
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)

"""Forms of places: services that open, close or move, people who move in, footbridges, streets that close."""

from __future__ import annotations

from typing import Any

from dashboards.what_if_form_read import Place, Reading

Change = dict[str, Any]
LARGEST_COUNT = 1e7


def _service(reading: Reading) -> str:
    name = str(reading.values.get("service") or "")
    if name not in reading.city.services:
        reading.problem("no_service")
    return name


def _place(reading: Reading, places: list[Place]) -> Place | None:
    if not places:
        reading.problem("no_place")
        return None
    return places[-1]


def _add_service(reading: Reading, places: list[Place]) -> list[Change]:
    """Open a service at a place."""
    service, place = _service(reading), _place(reading, places)
    count = reading.number("count", 0.01, LARGEST_COUNT)
    if place is None:
        return []
    change: Change = {"type": "add-opportunities", "service": service, "at": place.at, "count": count}
    if name := reading.text("name_of_place"):
        change["name"] = name
    return [change]


def _remove_service(reading: Reading, places: list[Place]) -> list[Change]:
    """Close a service at a place, all of it or some."""
    service, place = _service(reading), _place(reading, places)
    within_m = reading.number("within_m", 1, 5000)
    count = reading.number("count_removed", 0.01, LARGEST_COUNT, needed=False)
    if place is None:
        return []
    change: Change = {
        "type": "remove-opportunities", "service": service, "at": place.at, "within_m": within_m,
    }  # fmt: skip
    if count is not None:
        change["count"] = count
    return [change]


def _move_service(reading: Reading, places: list[Place]) -> list[Change]:
    """Close a service at the first place and open as much of it at the second."""
    service = _service(reading)
    count = reading.number("count", 0.01, LARGEST_COUNT)
    within_m = reading.number("within_m", 1, 5000)
    if len(places) != 2:
        reading.problem("from_and_to", n=len(places))
        return []
    return [
        {"type": "remove-opportunities", "service": service, "at": places[0].at, "within_m": within_m,
         "count": count},
        {"type": "add-opportunities", "service": service, "at": places[1].at, "count": count},
    ]  # fmt: skip


def _add_residents(reading: Reading, places: list[Place]) -> list[Change]:
    """Let people move in."""
    place = _place(reading, places)
    count = reading.number("residents", 1, LARGEST_COUNT)
    households = reading.number("households", 0, LARGEST_COUNT, needed=False)
    income = reading.number("income", 0, 1e9, needed=False)
    if income is not None and not households:
        reading.problem("income_needs_households")
    groups = {}
    for group in reading.city.groups:
        n = reading.number(f"group_{group}", 0, LARGEST_COUNT, needed=False)
        if n is not None and count is not None and n > count:
            reading.problem("group_too_large", group=reading.group_label(group), n=n, count=count)
        if n:
            groups[group] = n
    if place is None:
        return []
    given = {"households": households, "income": income, "groups": groups or None}
    change: Change = {"type": "add-residents", "at": place.at, "count": count}
    return [change | {key: value for key, value in given.items() if value is not None}]


def _footbridge(reading: Reading, places: list[Place]) -> list[Change]:
    """Draw a way for walking."""
    if len(places) < 2:
        reading.problem("two_places", n=len(places))
    join_within_m = reading.number("join_within_m", 1, 1600)
    return [
        {"type": "add-streets", "line_strings": [[place.position for place in places]],
         "linkable": reading.yes("linkable"), "join_within_m": join_within_m}
    ]  # fmt: skip


def _close_street(reading: Reading, places: list[Place]) -> list[Change]:
    """Close what a line crosses, or what lies in an area."""
    how = reading.one_of("how", ("crossing", "area"), "crossing")
    needed = 2 if how == "crossing" else 3
    if len(places) < needed:
        reading.problem("two_places" if needed == 2 else "three_places", n=len(places))
    key = "crossing" if how == "crossing" else "polygon"
    return [{"type": "close-streets", key: [place.position for place in places]}]


PLACE_FORMS = {
    "add_service": _add_service,
    "remove_service": _remove_service,
    "move_service": _move_service,
    "add_residents": _add_residents,
    "footbridge": _footbridge,
    "close_street": _close_street,
}

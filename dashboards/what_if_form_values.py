"""The way back: values and places of the form that made a change, so that it can be edited.

A change that no form can make, of a file written by hand, is shown and can be removed, but not edited: what
the form cannot say would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from access.scenario import TYPES
from dashboards.what_if_form import changes_of
from dashboards.what_if_form_read import DAYS, City, Place, place_of_stop
from dashboards.what_if_form_today import key_of
from dashboards.words import words as words_in
from gtfs.calendar import WEEKDAY_COLUMNS

Values = dict[str, Any]


class Filled(NamedTuple):
    """A form filled in."""

    kind: str
    values: Values
    places: list[Place]


#: Type of change -> the form that makes it; a service that moves is edited as the two changes it is.
_KINDS = {
    "adjust-frequency": "headway",
    "adjust-span": "span",
    "adjust-speed": "speed",
    "adjust-dwell-time": "dwell",
    "remove-trips": "remove_line",
    "add-trips": "new_line",
    "reroute": "reroute",
    "remove-stops": "close_stop",
    "move-stop": "move_stop",
    "add-opportunities": "add_service",
    "remove-opportunities": "remove_service",
    "add-residents": "add_residents",
    "add-streets": "footbridge",
    "close-streets": "close_street",
}


def filled_of(change: Mapping[str, Any], city: City) -> Filled | None:
    """Return the form that makes a change; None where none makes exactly this one."""
    kind = _KINDS.get(str(change.get("type")))
    if kind is None:
        return None
    try:
        filled = Filled(kind, _values(kind, change, city), _places(change, city))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    made = changes_of(kind, filled.values, filled.places, city, words_in("en"))
    return filled if len(made.changes) == 1 and same(made.changes[0], change) else None


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two changes mean the same, however they are written; comments do not count."""
    try:
        return _meaning(one) == _meaning(other)
    except (KeyError, ValueError):  # pydantic's ValidationError is a ValueError
        return False


def _meaning(change: Mapping[str, Any]) -> dict[str, Any]:
    checked = TYPES[str(change["type"])].model_validate(dict(change)).model_dump()
    return {key: value for key, value in checked.items() if key != "comment"}


def _number(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_number(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def day_name(days: Any) -> str | None:
    """Return the form's name for days of the week; None where it has none."""
    if isinstance(days, str) and days in DAYS:
        return days
    names = [days] if isinstance(days, str) else list(days or ())
    numbers: set[int] = set()
    for name in names:
        if name in DAYS:
            numbers |= set(DAYS[name])
        elif isinstance(name, int):
            numbers.add(name)
        else:
            numbers |= {
                number for number, column in enumerate(WEEKDAY_COLUMNS) if column[:3] == str(name)[:3]
            }
    return next((name for name, each in DAYS.items() if set(each) == numbers), None)


def _values(kind: str, change: Mapping[str, Any], city: City) -> Values:
    values: Values = {}
    feed = change.get("feed")
    routes = [change["route"]] if "route" in change and kind != "new_line" else change.get("routes") or []
    keys = [line.key for route in routes if (line := city.today.line(feed, str(route)))]
    if len(keys) < len(routes):
        raise ValueError(routes)
    values["lines"] = keys
    if change.get("days"):
        values["days"] = day_name(change["days"])
    elif kind == "remove_line":
        values["days"] = "daily"
    values |= _SPECIAL.get(kind, lambda _change, _city: {})(change, city)
    return values


def _entries(change: Mapping[str, Any], key: str) -> Values:
    found: Values = {}
    for row, entry in enumerate(change[key], start=1):
        found |= {
            f"start_row_{row}": _clock(entry["start_time"]),
            f"end_row_{row}": _clock(entry["end_time"]),
            f"every_min_row_{row}": _number(entry["headway_min"]),
            f"days_row_{row}": day_name(entry.get("days") or "daily"),
        }
    return found


def _clock(time: Any) -> str | None:
    """Write a time of day as the form does; the checks of a file give it in seconds."""
    if not isinstance(time, int):
        return None if time is None else str(time)
    minutes, seconds = divmod(time, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _minutes(seconds: Any) -> Values:
    return {"hop_minutes": " ".join(f"{_number(each / 60)}" for each in seconds)} if seconds else {}


def _headway(change: Mapping[str, Any], _: City) -> Values:
    retain = bool(change.get("retain_trips_outside_frequency_entries"))
    return {"retain": retain, **_entries(change, "entries")}


def _span(change: Mapping[str, Any], _: City) -> Values:
    direction = change.get("direction_id")
    return {
        "first": _clock(change.get("first_departure")),
        "last": _clock(change.get("last_departure")),
        "every_min": change["headway_min"],
        "direction": "both" if direction is None else str(direction),
    }


def _speed(change: Mapping[str, Any], _: City) -> Values:
    percent = _number(round(100 * (change["scale"] - 1), 2))
    start, end = (_clock(change.get(key)) for key in ("start_time", "end_time"))
    return {"percent": percent, "from_time": start, "to_time": end}


def _new_line(change: Mapping[str, Any], _: City) -> Values:
    return {
        "name": change.get("name"),
        "mode": change.get("mode", "bus"),
        "both_ways": change.get("bidirectional", True),
        "speed_km_h": change.get("speed_km_h"),
        **_minutes(change["frequencies"][0].get("hop_times")),
        **_entries(change, "frequencies"),
    }


def _reroute(change: Mapping[str, Any], _: City) -> Values:
    return {"both_ways": False, "speed_km_h": change.get("speed_km_h"), **_minutes(change.get("hop_times"))}


def _close_stop(change: Mapping[str, Any], _: City) -> Values:
    stops = [key_of(str(change["feed"]), str(stop)) for stop in change["stops"]]
    return {"stops": stops, "both_sides": False, "saved_s": change.get("seconds_saved_at_each_stop")}


_SPECIAL: dict[str, Any] = {
    "headway": _headway,
    "span": _span,
    "speed": _speed,
    "dwell": lambda change, _: {"dwell_s": change["dwell_secs"]},
    "new_line": _new_line,
    "reroute": _reroute,
    "close_stop": _close_stop,
    "move_stop": lambda change, _: {"stop": key_of(str(change["feed"]), str(change["stop"]))},
    "add_service": lambda change, _: {
        "service": change["service"], "count": change.get("count", 1), "name_of_place": change.get("name"),
    },
    "remove_service": lambda change, _: {
        "service": change["service"], "within_m": change.get("within_m", 50),
        "count_removed": change.get("count"),
    },
    "add_residents": lambda change, _: {
        "residents": change["count"], "households": change.get("households"),
        "income": change.get("income"),
        **{f"group_{name}": n for name, n in (change.get("groups") or {}).items()},
    },
    "footbridge": lambda change, _: {
        "linkable": change.get("linkable", False), "join_within_m": change.get("join_within_m", 30),
    },
    "close_street": lambda change, _: {"how": "area" if "polygon" in change else "crossing"},
}  # fmt: skip


def _places(change: Mapping[str, Any], city: City) -> list[Place]:
    if at := change.get("at"):
        return [Place("", float(at["lon"]), float(at["lat"]))]
    if change["type"] == "move-stop":
        return [Place("", float(change["lon"]), float(change["lat"]))]
    lines = change.get("line_strings") or []
    positions = (lines[0] if len(lines) == 1 else ()) or change.get("crossing") or change.get("polygon") or ()
    if positions:
        return [Place("", float(lon), float(lat)) for lon, lat in positions]
    if change["type"] not in ("add-trips", "reroute"):
        return []
    ends = [change.get("from_stop")], [change.get("to_stop")]
    stops = [stop for stop in (*ends[0], *change.get("stops", ()), *ends[1]) if stop is not None]
    return [_stop(stop, change.get("feed"), city) for stop in stops]


def _stop(stop: Any, feed: str | None, city: City) -> Place:
    identifier = stop.get("id") if isinstance(stop, Mapping) else stop
    if identifier is None:
        return Place(str(stop.get("name") or ""), float(stop["lon"]), float(stop["lat"]))
    known = city.today.stop(feed, str(identifier))
    if known is None:
        raise ValueError(identifier)
    return place_of_stop(known)

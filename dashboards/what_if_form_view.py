"""The forms as the page shows them: fields with labels and today's values, none of it computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from access.report_tables import Table
from dashboards import what_if_page_ids as page
from dashboards.aria import aria
from dashboards.components import table_block
from dashboards.what_if_form import GROUPS
from dashboards.what_if_form_read import DAYS, MOST_ENTRIES, City
from dashboards.what_if_form_routes import MODES
from dashboards.what_if_form_today import Line, headways_by_hour
from dashboards.words import Words

#: Fields of each form, in order; a leading "?" is a box to tick, "@entries" the periods with headways,
#: "@groups" the groups of residents.
FIELDS: dict[str, tuple[str, ...]] = {
    "headway": ("lines", "@entries", "?retain"),
    "span": ("lines", "first", "last", "every_min", "days", "direction"),
    "speed": ("lines", "percent", "from_time", "to_time"),
    "dwell": ("lines", "dwell_s"),
    "remove_line": ("lines", "days"),
    "new_line": ("name", "mode", "speed_km_h", "hop_minutes", "?both_ways", "@entries"),
    "reroute": ("lines", "speed_km_h", "hop_minutes", "?both_ways"),
    "close_stop": ("stops", "?both_sides", "lines", "saved_s"),
    "move_stop": ("stop",),
    "add_service": ("service", "count", "name_of_place"),
    "move_service": ("service", "count", "within_m"),
    "remove_service": ("service", "within_m", "count_removed"),
    "add_residents": ("residents", "households", "income", "@groups"),
    "footbridge": ("join_within_m", "?linkable"),
    "close_street": ("how",),
}
DEFAULTS: dict[str, Any] = {
    "start_row_1": "06:00", "end_row_1": "22:00", "every_min_row_1": 10, "days_row_1": "weekdays",
    "retain": True, "days": "weekdays", "direction": "both", "every_min": 30, "percent": 25, "dwell_s": 20,
    "mode": "bus", "speed_km_h": 18, "both_ways": True, "both_sides": True, "count": 1, "within_m": 250,
    "residents": 500, "join_within_m": 60, "linkable": False, "how": "crossing",
}  # fmt: skip
#: Forms that need places, and how many: "one" keeps the last, "two" the last two, "way" all in order.
PLACES = {
    "new_line": "way", "reroute": "way", "footbridge": "way", "close_street": "way", "move_stop": "one",
    "add_service": "one", "remove_service": "one", "add_residents": "one", "move_service": "two",
}  # fmt: skip
#: What of today's network the map offers to click, by form.
NETWORK = {
    **dict.fromkeys(("headway", "span", "speed", "dwell", "remove_line"), "routes"),
    "new_line": "stops", "reroute": "both", "close_stop": "stops", "move_stop": "stops",
}  # fmt: skip
_TIMES = ("first", "last", "from_time", "to_time")
_TEXTS = ("name", "hop_minutes", "name_of_place")
_MOST_SHOWN, _MOST_LINES_TOLD = 100, 3
_BOUNDS = {
    "every_min": (1, 240), "percent": (-80, 300), "dwell_s": (0, 600), "speed_km_h": (1, 300),
    "saved_s": (0, 600),
    "within_m": (1, 5000), "join_within_m": (1, 1600),
}  # fmt: skip


def kind_choice(words: Words, kind: str = "") -> Component:
    """Return the list of what can change."""
    data = [
        {
            "group": words(f"what_if.group.{group}"),
            "items": [{"value": each, "label": words(f"what_if.kind.{each}")} for each in kinds],
        }
        for group, kinds in GROUPS.items()
    ]
    return dmc.Select(
        id=page.KIND, label=words("what_if.kind.label"), placeholder=words("what_if.kind.placeholder"),
        data=data, value=kind or None, searchable=False, maxDropdownHeight=420, size="sm",
        checkIconPosition="right",
    )  # fmt: skip


def form_block(kind: str, values: Mapping[str, Any], city: City, words: Words, *, editing: bool) -> Component:
    """Return a form.

    Parameters
    ----------
    kind : str
        One of ``what_if_form.KINDS``.
    values : mapping
        Of the fields; those not named start with what is usual.
    city : City
        Lines, stops, services and groups to choose from.
    editing : bool
        Whether it stands for a change of the list.
    """
    given = dict(values) if editing else {**DEFAULTS, **usual_values(kind, values, city), **values}
    parts: list[Component] = [html.P(words(f"what_if.help.{kind}"), className="muted")]
    for name in FIELDS[kind]:
        if name == "@entries":
            parts.append(_entries(given, words))
        elif name == "@groups":
            parts += _groups(given, city, words)
        elif name.startswith("?"):
            parts.append(_box(name[1:], given, words))
        else:
            parts.append(_field(kind, name, given, city, words))
        if name == "lines":
            parts.append(html.Div(id=page.TODAY, **aria(live="polite")))
    return html.Div(parts, className="what-if-fields")


def usual_values(kind: str, values: Mapping[str, Any], city: City) -> dict[str, int]:
    """Return how much a form proposes of the service chosen, else of the first one; nothing for others."""
    if not {"service", "count"} <= set(FIELDS.get(kind, ())):
        return {}
    service = str(values.get("service") or next(iter(city.services), ""))
    return {"count": city.usual.get(service, 1)}


def _box(name: str, given: Mapping[str, Any], words: Words) -> Component:
    label = words(f"what_if.field.{name}")
    return dmc.Checkbox(id=page.check(name), label=label, checked=bool(given.get(name)), size="sm")


def _field(kind: str, name: str, given: Mapping[str, Any], city: City, words: Words) -> Component:
    label = words(
        "what_if.field.lines_only" if (kind, name) == ("close_stop", "lines") else f"what_if.field.{name}"
    )
    value = given.get(name)
    more: dict[str, Any] = {"id": page.field(name), "label": label, "size": "sm"}
    if name == "lines":
        return _many(line_options(city), value, words("what_if.example.lines"), more)
    if name == "stops":
        return _many(stop_options(city), value, words("what_if.example.stops"), more)
    if name == "stop":
        return _search(stop_options(city), value, words("what_if.example.stops"), more)
    if options := _options(name, city, words):
        value = value or options[0]["value"]
        return dmc.Select(data=options, value=value, allowDeselect=False, **more)
    if name in _TIMES:
        example = words("what_if.example.time")
        return dmc.TextInput(value=value or "", placeholder=example, **more)
    if name in _TEXTS:
        return dmc.TextInput(value=value or "", **more)
    return _number(name, value, more)


def _many(options: list[dict[str, str]], value: Any, example: str, more: dict[str, Any]) -> Component:
    return dmc.MultiSelect(
        data=options, value=list(value or []), searchable=True, limit=_MOST_SHOWN, placeholder=example,
        hidePickedOptions=True, clearable=True, maxDropdownHeight=300,
        clearButtonProps=aria(label=more["label"]), **more,
    )  # fmt: skip


def _search(options: list[dict[str, str]], value: Any, example: str, more: dict[str, Any]) -> Component:
    return dmc.Select(
        data=options, value=value or None, searchable=True, limit=_MOST_SHOWN, placeholder=example,
        maxDropdownHeight=300, **more,
    )  # fmt: skip


def _number(name: str, value: Any, more: dict[str, Any]) -> Component:
    low, high = _BOUNDS.get(name.partition("_row_")[0], (0, 10_000_000))
    return dmc.NumberInput(
        value="" if value is None else value,
        min=low,
        max=high,
        clampBehavior="none",
        hideControls=True,
        **more,
    )


def _options(name: str, city: City, words: Words) -> list[dict[str, str]]:
    if name == "service":
        return [{"value": each, "label": city.service(each, words)} for each in city.services]
    if name == "direction":
        both = [{"value": "both", "label": words("what_if.direction.both")}]
        return both + [{"value": way, "label": words("what_if.direction.one", direction=way)} for way in "01"]
    listed = {"days": tuple(DAYS), "mode": MODES, "how": ("crossing", "area")}.get(name, ())
    return [{"value": each, "label": words(f"what_if.{name}.{each}")} for each in listed]


def _entries(given: Mapping[str, Any], words: Words) -> Component:
    """Return the periods: the first one open, further ones folded."""
    rows = [_row(row, given, words) for row in range(1, MOST_ENTRIES + 1)]
    filled = any(given.get(f"every_min_row_{row}") not in (None, "") for row in range(2, MOST_ENTRIES + 1))
    further = html.Details([html.Summary(words("what_if.more_periods")), *rows[1:]], open=filled)
    return html.Fieldset([html.Legend(words("what_if.periods")), rows[0], further])


def _row(row: int, given: Mapping[str, Any], words: Words) -> Component:
    def common(name: str) -> dict[str, Any]:
        return {"id": page.field(f"{name}_row_{row}"), "label": words(f"what_if.field.{name}"), "size": "sm"}

    days = [{"value": each, "label": words(f"what_if.days.{each}")} for each in DAYS]
    example = words("what_if.example.time_short")
    value = {name: given.get(f"{name}_row_{row}") for name in ("start", "end", "every_min", "days")}
    return html.Div(
        [
            dmc.TextInput(value=value["start"] or "", placeholder=example, **common("start")),
            dmc.TextInput(value=value["end"] or "", placeholder=example, **common("end")),
            _number("every_min", value["every_min"], common("every_min")),
            dmc.Select(data=days, value=value["days"] or "weekdays", allowDeselect=False, **common("days")),
        ],
        className="what-if-row",
        role="group",
        **aria(label=words("what_if.period_n", n=row)),
    )


def _groups(given: Mapping[str, Any], city: City, words: Words) -> list[Component]:
    if not city.groups:
        return []
    from dashboards.what_if_form_read import Reading

    reading = Reading({}, city, words)
    fields = [
        _number("group", given.get(f"group_{group}"), {
            "id": page.field(f"group_{group}"), "label": reading.group_label(group), "size": "sm",
        })
        for group in city.groups
    ]  # fmt: skip
    summary = html.Summary(words("what_if.groups_of_residents"))
    return [html.Details([summary, *fields], open=any(given.get(f"group_{group}") for group in city.groups))]


def line_options(city: City) -> list[dict[str, str]]:
    """Return every line as a choice; the feed is named where there are several."""
    several = len({line.feed for line in city.today.lines.values()}) > 1
    return [
        {"value": line.key, "label": f"{line.name} ({line.feed})" if several else line.name}
        for line in city.today.lines.values()
    ]


def stop_options(city: City) -> list[dict[str, str]]:
    """Return every stop as a choice, with the lines that serve it, by name."""
    stops = sorted(city.today.stops.values(), key=lambda stop: (stop.name.casefold(), stop.id))
    return [{"value": stop.key, "label": f"{stop.name} ({', '.join(stop.lines[:4])})"} for stop in stops]


def today_block(lines: list[Line], city: City, words: Words) -> list[Component]:
    """Return what runs today on the lines chosen: usual minutes between vehicles, by hour and direction."""
    found: list[Component] = []
    for line in lines[:_MOST_LINES_TOLD]:
        table = today_table(line, city, words)
        if table is None:
            day = words.texts.day(city.today.day)
            found.append(html.P(words("what_if.today.not_running", line=line.short, day=day)))
        else:
            summary = html.Summary(words("what_if.today.title", said=today_words(line, words)))
            found.append(html.Details([summary, table_block(table)]))
    return found


def today_words(line: Line, words: Words) -> str:
    """Say in a few words how often a line runs: "line 9: every 40 to 60 minutes, 05:06 to 20:46"."""
    every = [
        each.every_min
        for way in line.ways
        for each in headways_by_hour(way.departures_s)
        if each.every_min > 0
    ]
    leaves = [second for way in line.ways for second in way.departures_s]
    ends = {"start": words.texts.clock(min(leaves)), "end": words.texts.clock(max(leaves))}
    if not every:
        return words("what_if.today.in_short_once", line=line.short, **ends)
    low, high = (words.number(round(each)) for each in (min(every), max(every)))
    key = "in_short_even" if low == high else "in_short"
    return words(f"what_if.today.{key}", line=line.short, low=low, high=high, **ends)


def today_table(line: Line, city: City, words: Words) -> Table | None:
    """Return usual minutes between vehicles and departures of a line by hour; None where it does not run."""
    by_way = [{each.hour: each for each in headways_by_hour(way.departures_s)} for way in line.ways]
    hours = sorted(set().union(*by_way)) if by_way else []
    if not hours:
        return None
    rows = []
    for hour in hours:
        cells = []
        for known in by_way:
            each = known.get(hour)
            if each is None:
                cells.append(words.texts("range.none"))
            elif math.isnan(each.every_min):
                cells.append(words("what_if.today.one"))
            else:
                n = words.number(each.departures)
                cells.append(words("what_if.today.cell", every=words.number(round(each.every_min)), n=n))
        rows.append((words.texts.clock(hour * 3600), *cells))
    heads = [
        words("what_if.direction.towards", direction=way.direction, towards=way.towards) for way in line.ways
    ]
    caption = words("what_if.today.caption", line=line.short, day=words.texts.day(city.today.day))
    return Table(caption, (words("what_if.today.hour"), *heads), tuple(rows))

"""The form that is open, with the places that it needs and its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards import what_if_page_ids as page
from dashboards.aria import aria
from dashboards.what_if_form_read import City
from dashboards.what_if_form_view import NETWORK, PLACES, form_block, stop_options
from dashboards.words import Words

#: Forms whose places may be stops of the feed.
_OF_STOPS = ("new_line", "reroute")


def opened_form(form: Mapping[str, Any], city: City, gone: Sequence[str], words: Words) -> list[Component]:
    """Return everything of the form that is open; nothing before one is chosen.

    Parameters
    ----------
    form : mapping
        ``kind``, ``values`` and ``number`` of the change that is edited, -1 for a new one.
    city : City
        What can be chosen.
    gone : sequence of str
        Feeds whose timetables are gone; forms of lines say so instead.
    """
    kind, editing = str(form["kind"]), int(form["number"]) >= 0
    if not kind:
        return []
    if gone and kind in NETWORK:
        return [html.P(words("what_if.today.gone", feeds=", ".join(gone)), role="alert", className="problem")]
    parts: list[Component] = [form_block(kind, form["values"], city, words, editing=editing)]
    if kind in PLACES:
        parts.append(_places(kind, city, words))
    key = "replace" if editing else "button"
    buttons: list[Component] = [dmc.Button(words(f"what_if.add.{key}"), id=page.ADD, size="sm")]
    cancel = dmc.Button(
        words("what_if.add.cancel"), id=page.LEAVE, size="sm", variant="outline",
        style={} if editing else {"display": "none"},
    )  # fmt: skip
    return [*parts, html.Div([*buttons, cancel], className="what-if-actions")]


def _places(kind: str, city: City, words: Words) -> Component:
    """Return the list of places, and the ways to add one without the map."""
    parts: list[Component] = [
        html.Legend(words("what_if.places.title")),
        html.Div(id=page.PLACE_LIST, **aria(live="polite")),
    ]
    if kind in _OF_STOPS:
        parts.append(_by_stop(city, words))
    parts.append(
        html.Div(
            [
                dmc.TextInput(
                    id=page.PLACE_TEXT,
                    label=words("what_if.places.by_name"),
                    value="",
                    size="sm",
                ),
                dmc.Button(words("what_if.places.find"), id=page.PLACE_FIND, size="sm", variant="outline"),
            ],
            className="what-if-find",
        )
    )
    parts.append(html.Div(id=page.PLACE_FOUND, **aria(live="polite")))
    parts.append(
        html.Button(
            words("what_if.places.clear"), id=page.PLACE_CLEAR, type="button", className="small-button"
        )
    )
    return html.Fieldset(parts)


def _by_stop(city: City, words: Words) -> Component:
    choice = dmc.Select(
        id=page.PLACE_STOP, label=words("what_if.places.by_stop"), data=stop_options(city), searchable=True,
        limit=100, placeholder=words("what_if.example.stops"), size="sm", maxDropdownHeight=300,
    )  # fmt: skip
    button = dmc.Button(
        words("what_if.places.add_stop"), id=page.PLACE_STOP_ADD, size="sm", variant="outline"
    )
    return html.Div([choice, button], className="what-if-find")

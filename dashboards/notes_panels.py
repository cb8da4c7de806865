"""Observations of citizens on a page: those that were let through, and the form to hand one in.

What strangers wrote is text and nothing else; it stands beside the computed numbers and never in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from access.errors import InputDataError
from access.notes import shown
from access.notes_check import FEWEST_LETTERS, KINDS, MOST_LETTERS
from access.notes_places import ATTACHED, timetable
from access.observatory_read import snapshots_of
from access.observatory_store import Store
from dashboards.aria import aria
from dashboards.run_data import RunData
from dashboards.store_data import StoreData, StoreReadError, store_data
from dashboards.time_alerts_read import judged_in
from dashboards.time_choice import cities_in, city_of_run, series_in
from dashboards.time_words import short_day
from dashboards.view import View
from dashboards.words import Words

#: Notes shown at once.
MOST_SHOWN = 30
#: Stops or lines of a list to choose from that are drawn at once; typing finds the others.
MOST_DRAWN = 40
LONGEST_DAY = 10
KIND, ATTACHED_TO, WHICH, DAY, TEXT = "note-kind", "note-attached", "note-which", "note-day", "note-text"
WHICH_PLACE, SEND, ANSWER, LIST, CITY = (
    "note-which-place",
    "note-send",
    "note-answer",
    "note-list",
    "note-city",
)
Children = list[Component]


class Target(NamedTuple):
    """Something that a note can be about: its id and what it is called, in one language or in all."""

    id: str
    name: str | Mapping[str, str]

    def named(self, words: Words) -> str:
        """Return what it is called."""
        return self.name if isinstance(self.name, str) else words.label(dict(self.name), self.id)


def notes_in(
    store: StoreData, city: str, attached: str | None = None, attached_to: str | None = None
) -> pd.DataFrame:
    """Return the notes that a moderator let through, of a city or of one thing in it, the newest first."""
    key = ("notes", city, attached, attached_to)
    return store.kept(key, lambda opened: shown(opened, city, attached, attached_to))


def notes_section(store: StoreData, city: str, view: View, words: Words) -> Component:
    """Return the section on notes: what others observed, and the form."""
    return html.Section(
        [
            html.H2(words("notes_page.title")),
            html.P(words("notes_page.intro"), className="muted"),
            html.Div(notes_list(store, city, words), id=LIST),
            html.Details(
                [html.Summary(words("notes_page.form")), _form(store, city, view, words)],
                className="note-form",
            ),
        ]
    )


def notes_list(
    store: StoreData, city: str, words: Words, attached: str | None = None, attached_to: str | None = None
) -> Children:
    """Return notes as a list, the newest first; words where there are none."""
    found = notes_in(store, city, attached, attached_to)
    if found.empty:
        return [html.P(words("notes_page.none"), className="muted")]
    names = names_of(store, city, set(found["attached"]), words)
    items = [_note(row, names, words) for row in found.head(MOST_SHOWN).to_dict("records")]
    left = len(found) - len(items)
    more = [html.P(words.plural("notes_page.more", left), className="muted")] if left else []
    return [html.Ul(items, className="notes"), *more]


def to_the_form(data: RunData, words: Words) -> list[Component]:
    """Return a link to the form for notes; nothing where the run's city is in no store."""
    try:
        known = _store_of(data) is not None
    except StoreReadError:
        known = False
    return [html.P(dcc.Link(words("notes_page.to_form"), href="/time"))] if known else []


def _store_of(data: RunData) -> tuple[StoreData, str] | None:
    """Return the store and the run's city in it; None without either."""
    store = store_data()
    city = city_of_run(cities_in(store), data) if store is not None else ""
    return (store, city) if store is not None and city else None


def notes_on(data: RunData, attached: str, attached_to: str, words: Words) -> list[Component]:
    """Return what citizens observed at one place of a run, under a heading; nothing where there is nothing.

    Without a store, without the run's city in it, or where it cannot be read, there is nothing either.
    """
    try:
        found = _store_of(data)
        if found is None or not attached_to:
            return []
        store, city = found
        if notes_in(store, city, attached, attached_to).empty:
            return []
        listed = notes_list(store, city, words, attached, attached_to)
    except StoreReadError:
        return []
    return [html.H3(words("notes_page.title")), *listed, html.P(words("notes_page.intro"), className="muted")]


def _note(row: dict[Any, Any], names: dict[tuple[str, str], str], words: Words) -> Component:
    texts = words.texts
    attached, name = str(row["attached"]), str(row["attached_to"])
    what = texts(f"notes.attached.{attached}")
    about = words("notes_page.about", what=what, name=names.get((attached, name), name))
    day = row["happened_on"]
    told = [texts.capital(texts(f"notes.kind.{row['kind']}")), about]
    told += [] if day is None or pd.isna(day) else [short_day(day, words)]
    return html.Li(
        [
            html.P(" · ".join(told), className="note-head"),
            html.Blockquote(str(row["text"]), lang=str(row["language"])),
        ]
    )


def names_of(store: StoreData, city: str, kinds: Collection[str], words: Words) -> dict[tuple[str, str], str]:
    """Return what zones, stops, lines, alerts and places are called, by what they are and their id."""
    listed = {attached: targets_of(store, city, attached) for attached in sorted(kinds)}
    if "cell" in listed:
        listed["cell"] = store.kept(("quarters", city), lambda opened: _quarters(opened, city))
    return {(attached, each.id): each.named(words) for attached, found in listed.items() for each in found}


def targets_of(store: StoreData, city: str, attached: str) -> list[Target]:
    """Return what a note of a kind can be about; empty where nothing is known, or for a place on the map.

    Zones are those of the newest snapshot, stops and lines those of its archived timetables.
    """
    if attached == "zone":
        return store.kept(("zones", city), lambda opened: _zones(opened, city))
    if attached in ("stop", "route"):
        both = store.kept(("stops", city), lambda opened: _timetable(opened, store.location, city))
        return both[0] if attached == "stop" else both[1]
    if attached == "alert":
        return _alerts(store, city)
    return []


def _zones(store: Store, city: str) -> list[Target]:
    newest = list(snapshots_of(store, city)["snapshot"].tail(1))
    frame = store.rows("zone", ["zone_id", "name", "population"], snapshot=newest)
    ordered = frame.sort_values("population", ascending=False)
    return [
        Target(str(row["zone_id"]), str(row["name"] or row["zone_id"])) for row in ordered.to_dict("records")
    ]


def _quarters(store: Store, city: str) -> list[Target]:
    """Return the neighbourhood of each cell that has one, with the cell's id."""
    newest = list(snapshots_of(store, city)["snapshot"].tail(1))
    frame = store.rows("cell", ["cell", "zone"], snapshot=newest).dropna()
    return [Target(str(cell), f"{zone} ({cell})") for cell, zone in frame.itertuples(index=False)]


def _alerts(store: StoreData, city: str) -> list[Target]:
    """Return the open alerts of the newest series; the page has applied the rules to it before."""
    found = judged_in(store, city, str(series_in(store, city)["series"].iloc[-1])).alerts
    return [Target(each.alert, each.text) for each in found if each.state != "cleared"]


def _timetable(store: Store, location: str, city: str) -> tuple[list[Target], list[Target]]:
    try:
        found = timetable(store, location, city)
    except InputDataError:  # no archive of timetables
        return [], []
    stops, routes = (
        [Target(str(row["id"]), str(row["name"] or row["id"])) for row in frame.to_dict("records")]
        for frame in (found.stops, found.routes)
    )
    by_name = (
        sorted(each, key=lambda target: (str(target.name).casefold(), target.id)) for each in (stops, routes)
    )
    named_stops, named_routes = by_name
    return named_stops, named_routes


def _form(store: StoreData, city: str, view: View, words: Words) -> Component:
    """Return the form; nothing in it is a key of the view, so that no text stands in a link."""
    texts = words.texts
    kinds = [{"value": each, "label": texts.capital(texts(f"notes.kind.{each}"))} for each in KINDS]
    # Alerts are looked for only when somebody chooses them: that takes longest.
    offered = [each for each in ATTACHED if each in ("cell", "alert") or targets_of(store, city, each)]
    first = "zone" if "zone" in offered and not view.cell else "cell"
    about = [{"value": each, "label": words(f"notes_page.of.{each}")} for each in offered]
    return html.Div(
        [
            html.P(words("notes_page.rules"), className="notice"),
            dcc.Store(id=CITY, data=city),
            dmc.Select(
                id=KIND, label=words("notes_page.kind"), data=kinds, value=KINDS[0], allowDeselect=False
            ),
            dmc.Select(
                id=ATTACHED_TO,
                label=words("notes_page.what"),
                data=about,
                value=first,
                allowDeselect=False,
            ),
            html.Div(which(store, city, first, view.cell, words), id=WHICH_PLACE),
            dmc.TextInput(
                id=DAY,
                label=words("notes_page.day"),
                description=words("notes_page.day_help"),
                inputProps={"maxLength": LONGEST_DAY},
                value="",
            ),
            dmc.Textarea(
                id=TEXT,
                label=words("notes_page.text"),
                description=words(
                    "notes_page.text_help", fewest=FEWEST_LETTERS, most=texts.number(MOST_LETTERS)
                ),
                # More than is taken: a text that is cut off when it is pasted would lose its end in silence.
                inputProps={"maxLength": 2 * MOST_LETTERS},
                autosize=True,
                minRows=4,
                value="",
            ),
            html.Button(words("notes_page.send"), id=SEND, type="button", className="plain-button"),
            html.Div(id=ANSWER, role="status", **aria(live="polite")),
        ],
        className="form-fields",
    )


def which(store: StoreData, city: str, attached: str, cell: str, words: Words) -> Children:
    """Return the field that says which zone, stop, line or place a note is about."""
    if attached not in ATTACHED or attached == "cell":
        return [
            dmc.TextInput(
                id=WHICH,
                label=words("notes_page.cell"),
                description=words("notes_page.cell_help"),
                inputProps={"maxLength": 20},
                value=cell,
            )
        ]
    data = _told_apart([(each.id, each.named(words)) for each in targets_of(store, city, attached)])
    return [
        dmc.Select(
            id=WHICH,
            label=words(f"notes_page.which.{attached}"),
            data=data,
            value=None,
            searchable=True,
            limit=MOST_DRAWN,
            nothingFoundMessage=words("notes_page.nothing_found"),
        )
    ]


def _told_apart(named: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Return choices of a list; names that several things have get their ids."""
    times = Counter(name for _, name in named)
    return [
        {"value": which_one, "label": f"{name} ({which_one})" if times[name] > 1 else name}
        for which_one, name in named
    ]

"""The form for notes; each callback is one call into plain functions. Nothing else writes to the store."""

from __future__ import annotations

import logging
import threading
from typing import Any

import dash
from dash import Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from access.errors import AccessError
from access.notes import submit
from access.notes_check import KINDS, MOST_LETTERS
from access.notes_places import ATTACHED
from dashboards import ids
from dashboards.notes_limit import NotesLimit
from dashboards.notes_panels import (
    ANSWER,
    ATTACHED_TO,
    CITY,
    DAY,
    KIND,
    LONGEST_DAY,
    SEND,
    TEXT,
    WHICH,
    WHICH_PLACE,
    which,
)
from dashboards.run_data import RunError, Runs
from dashboards.store_data import StoreData, StoreReadError, store_data
from dashboards.time_choice import cities_in
from dashboards.view import view_of_table
from dashboards.words import Words, languages, words

LONGEST_ID = 120
#: A note waits for whoever writes to the store; one at a time, so that the other threads of the app go on.
_TURN = threading.Lock()
_TURN_S = 3.0
#: Of a note that was refused, so that whoever corrects one does not keep the others out.
REFUNDED = 0.8
_LABELS = {
    "kind": "notes_page.kind",
    "attached": "notes_page.what",
    "attached_to": "notes_page.what",
    "happened_on": "notes_page.day_short",
    "text": "notes_page.text",
}
Children = list[Component]
logger = logging.getLogger(__name__)


def register_notes(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the form."""
    limit = NotesLimit()

    @app.callback(
        Output(WHICH_PLACE, "children"),
        Input(ATTACHED_TO, "value"),
        State(CITY, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def other_kind(attached: str, city: str, table: dict[str, Any]) -> Children:
        store, said = _opened(table)
        try:
            if city not in set(cities_in(store)["city"]):
                raise PreventUpdate
            cell = view_of_table(table, runs).cell
            return which(store, city, attached, cell, said)
        except (StoreReadError, RunError):
            raise PreventUpdate from None

    @app.callback(
        Output(ANSWER, "children"),
        Output(TEXT, "value"),
        Input(SEND, "n_clicks"),
        State(KIND, "value"),
        State(ATTACHED_TO, "value"),
        State(WHICH, "value"),
        State(DAY, "value"),
        State(TEXT, "value"),
        State(CITY, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def send(
        clicks: int | None,
        kind: str,
        attached: str,
        named: str,
        day: str,
        text: str,
        city: str,
        table: dict[str, Any],
    ) -> tuple[Component, Any]:
        if not clicks:
            raise PreventUpdate
        store, said = _opened(table)
        given = {"kind": kind, "attached": attached, "attached_to": named, "happened_on": day, "text": text}
        problems = hand_in(store, city, given, limit, said)
        return answer(problems, said), dash.no_update if problems else ""


def hand_in(
    store: StoreData, city: object, given: dict[str, Any], limit: NotesLimit, said: Words
) -> list[str]:
    """Hand a note in; return why it was not taken, in the language of the page, empty if it was.

    What the browser sent must be short texts, of the kinds that there are; ``access.notes`` checks the rest:
    that the thing is there, that the text tells nobody's identity.
    """
    plain = {name: value if isinstance(value, str) else "" for name, value in given.items()}
    try:
        is_known = isinstance(city, str) and city in set(cities_in(store)["city"])
    except StoreReadError:
        return [said("notes_page.not_now")]
    is_short = (
        len(plain["text"]) <= 2 * MOST_LETTERS
        and len(plain["attached_to"]) <= LONGEST_ID
        and len(plain["happened_on"]) <= 2 * LONGEST_DAY
    )
    if not (is_known and is_short and plain["kind"] in KINDS and plain["attached"] in ATTACHED):
        return [said("notes_page.refused")]
    if not limit.takes_one():
        return [said("notes_page.too_many")]
    if not _TURN.acquire(timeout=_TURN_S):
        return [said("notes_page.not_now")]
    try:
        problems = submit(
            store.location,
            str(city),
            plain["kind"],
            plain["attached"],
            plain["attached_to"],
            plain["happened_on"] or None,
            said.texts.language,
            plain["text"],
        )
        if problems:
            limit.gives_back(REFUNDED)
        return [_of_field(problem, said) for problem in problems]
    except AccessError:  # somebody else writes, or the disk is full
        logger.warning("a note could not be stored", exc_info=True)
        return [said("notes_page.not_now")]
    finally:
        _TURN.release()


def _of_field(problem: str, said: Words) -> str:
    """Return a problem with the name of a field as the form calls it, not as a file does."""
    if problem == said.texts("notes.problem.no_id"):
        return said("notes_page.which_missing")
    name, found, rest = problem.partition(":")
    label = _LABELS.get(name.strip())
    return f"{said(label)}{name[len(name.rstrip()) :]}{found}{rest}" if found and label else problem


def answer(problems: list[str], said: Words) -> Component:
    """Return what the author of a note reads."""
    if not problems:
        return html.P(said("notes_page.taken"), className="notice")
    told = [html.Li(problem) for problem in problems]
    return html.Div([html.P(said("notes_page.problems")), html.Ul(told)], role="alert", className="problem")


def _opened(table: dict[str, Any]) -> tuple[StoreData, Words]:
    """Return the store and the words of the view; nothing happens without a store."""
    store, language = store_data(), str((table or {}).get("lang") or "")
    if store is None:
        raise PreventUpdate
    return store, words(language if language in languages() else languages()[0])

"""What a callback of the page Over time works on: store, run, view and words of what the browser shows."""

from __future__ import annotations

from typing import Any

from dash.exceptions import PreventUpdate

from dashboards.run_data import RunData, RunError, Runs
from dashboards.store_data import StoreData, store_data
from dashboards.time_choice import Choice, choice_of
from dashboards.view import View, view_of_table
from dashboards.words import Words, words


def opened(table: dict[str, Any], runs: Runs) -> tuple[StoreData, RunData, View, Words]:
    """Return store, run, view and words of this page; nothing happens on another page, or without them."""
    store = store_data()
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
    except RunError:
        raise PreventUpdate from None
    if store is None or view.page != "time":
        raise PreventUpdate
    return store, data, view, words(view.language)


def chosen_in(store: StoreData, data: RunData, view: View) -> Choice:
    """Return what is looked at; nothing happens where the store has become empty."""
    chosen = choice_of(store, data, view)
    if chosen is None:
        raise PreventUpdate
    return chosen

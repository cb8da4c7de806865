"""The page Cities: the newest snapshots side by side, and what cannot be compared, with the reason."""

from __future__ import annotations

import dash
from dash import html
from dash.development.base_component import Component

from dashboards.cities_tables import compared
from dashboards.components import download_menu, table_block
from dashboards.downloads import Shown
from dashboards.run_data import RunData, Runs
from dashboards.store_data import StoreReadError, store_data
from dashboards.time_contents import problem_of_store, without_store
from dashboards.view import View
from dashboards.words import Words


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page; without a store, how to make one."""
    top = [html.H1(words("cities.title"), tabIndex="-1"), html.P(words("cities.intro"), className="muted")]
    store = store_data()
    if store is None:
        return html.Div([*top, *without_store(words, data)], className="prose")
    try:
        found = compared(store, words)
    except StoreReadError as problem:
        return html.Div([*top, problem_of_store(problem, words)])
    if not found.n_cities:
        return html.Div([*top, html.P(words("time.empty")), *without_store(words, data)], className="prose")
    parts: list[Component] = [html.P(found.sentence, className="lead")]
    if found.tables:
        parts.append(download_menu(words, what=("csv",)))
        parts += [block for table in found.tables if (block := table_block(table)) is not None]
    parts += [html.P(note, className="muted") for note in found.notes]
    parts.append(html.H2(words("cities.refused")))
    if found.refused:
        parts += [
            html.P(words("cities.refused_intro")),
            html.Ul([html.Li(reason) for reason in found.refused]),
        ]
    else:
        parts.append(html.P(words("cities.none_refused"), className="muted"))
    return html.Div([*top, *parts])


def register(app: dash.Dash, runs: Runs) -> None:
    """Nothing on this page changes by itself."""


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return the tables of the page."""
    store = store_data()
    try:
        return Shown("cities", [] if store is None else list(compared(store, words).tables))
    except StoreReadError:
        return Shown("cities", [])

"""The page Over time: what the store of the observatory holds of a city, and what its alerts say."""

from __future__ import annotations

import dash
from dash import dcc, html
from dash.development.base_component import Component

from access.report_tables import Table
from dashboards import time_callbacks
from dashboards.downloads import Shown
from dashboards.maps_change import map_twin
from dashboards.proposals_panel import proposals_in
from dashboards.run_data import RunData, Runs
from dashboards.store_data import StoreReadError, store_data
from dashboards.time_alerts import alert_table
from dashboards.time_alerts_read import alerts_in
from dashboards.time_choice import choice_of, run_of_city, runs_here
from dashboards.time_contents import BODY, SHOWN, contents, without_store
from dashboards.time_panels import change_and_map, feeds_table, number_chart
from dashboards.view import View
from dashboards.words import Words


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page; without a store, how to make one."""
    top = [html.H1(words("time.title"), tabIndex="-1"), html.P(words("time.intro"), className="muted")]
    store = store_data()
    if store is None:
        return html.Div([*top, *without_store(words, data)], className="prose")
    content, series = contents(store, runs_here(), data, view, words)
    return html.Div([*top, dcc.Store(id=SHOWN, data=series), html.Div(content, id=BODY)])


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    time_callbacks.register(app, runs)


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return the tables of the page: the number, the alerts, timetables, scenarios, the map of change."""
    store = store_data()
    if store is None:
        return Shown("time", [])
    try:
        chosen = choice_of(store, data, view)
        if chosen is None:
            return Shown("time", [])
        chart = number_chart(store, chosen, words)
        tables: list[Table | None] = [
            None if chart is None else chart.table,
            alert_table(alerts_in(store, chosen), words),
            feeds_table(store, chosen, words),
            *(each.table for each in proposals_in(store, chosen, words)),
        ]
        run = run_of_city(store, runs_here(), chosen.city, data)
        if run is not None and chosen.before:
            found, made = change_and_map(store, chosen, run, words)
            tables.append(map_twin(found, made, words))
    except StoreReadError:
        return Shown("time", [])
    return Shown("time", [table for table in tables if table is not None])

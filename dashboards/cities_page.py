"""The page Cities: the newest snapshots side by side, and what cannot be compared, with the reason."""

from __future__ import annotations

import dash
from dash import html
from dash.development.base_component import Component

from access.report_tables import Table
from dashboards.cities_tables import Compared, compared
from dashboards.components import chart_block, download_menu, table_block
from dashboards.downloads import Shown
from dashboards.run_data import RunData, Runs
from dashboards.store_data import StoreReadError, store_data
from dashboards.time_contents import problem_of_store, without_store
from dashboards.view import View
from dashboards.words import Words


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page; without a store, how to make one."""
    top = [
        html.H1(words("cities_page.title"), tabIndex="-1"),
        html.P(words("cities_page.intro"), className="muted"),
    ]
    store = store_data()
    if store is None:
        return html.Div([*top, *without_store(words, data)], className="prose")
    try:
        found = compared(store, words)
    except StoreReadError as problem:
        return html.Div([*top, problem_of_store(problem, words)])
    if not found.n_cities:
        return html.Div([*top, html.P(words("time.empty")), *without_store(words, data)], className="prose")
    lead = html.P(found.sentence, className="lead")
    if found.n_cities == 1:  # the sentence says that there is nothing to compare it with
        return html.Div([*top, lead])
    return html.Div([*top, lead, *_side(found, words), *_refused(found, words)])


def register(app: dash.Dash, runs: Runs) -> None:
    """Nothing on this page changes by itself."""


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return the tables of the page."""
    store = store_data()
    try:
        return Shown("cities", [] if store is None else list(compared(store, words).tables))
    except StoreReadError:
        return Shown("cities", [])


def _side(found: Compared, words: Words) -> list[Component]:
    """Return who is compared, the tables of numbers, the first one open, and how to read them."""
    if not found.tables:
        return [html.P(note) for note in found.notes]
    return [
        html.Ul([html.Li(heading) for heading in found.headings]),
        *_chart(found, words),
        download_menu(words, what=("csv",)),
        *(_table(table, is_open=place == 0) for place, table in enumerate(found.tables)),
        html.H2(words("cities_page.reading")),
        html.Ul([html.Li(note) for note in found.notes]),
    ]


def _chart(found: Compared, words: Words) -> list[Component]:
    chart = found.chart
    if chart is None:
        return []
    block = chart_block(
        chart.figure, chart.sentence, chart.table, words, "chart-cities", found.chart_height_px
    )
    title = html.H2(words("cities_page.chart.title"))
    note = html.P(words("cities_page.chart.note"), className="muted")
    return [html.Section([title, block, note], id="cities-chart")]


def _table(table: Table, *, is_open: bool) -> Component:
    title = html.Summary(html.H2(table.caption))
    return html.Details([title, table_block(table)], open=is_open, className="cities-table")


def _refused(found: Compared, words: Words) -> list[Component]:
    title = html.H2(words("cities_page.refused"))
    if not found.refused:
        return [title, html.P(words("cities_page.none_refused"), className="muted")]
    return [
        title,
        html.P(words("cities_page.refused_intro")),
        html.Ul([html.Li(each) for each in found.refused]),
    ]

"""The page "gaps": who is badly served, by how much, how sure that is."""

from __future__ import annotations

import dash
import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from access.report_findings import area_name
from dashboards import gaps_answers, gaps_callbacks
from dashboards.aria import aria
from dashboards.cell_panel import cell_panel
from dashboards.charts import curves_chart, decile_chart, spread_chart
from dashboards.components import download_menu, waiting
from dashboards.downloads import Shown
from dashboards.gaps_callbacks import (
    ASKED,
    CHARTS,
    CHOICE,
    CLOCK_AGAIN,
    FIRST,
    LEAD,
    MAP,
    REACH_AGAIN,
    REST,
    SHOWN_CELL,
    TABLE,
    TABLE_BUTTON,
    TABLE_KEY,
)
from dashboards.gaps_choice import choice_of, is_own_percentile
from dashboards.gaps_controls import controls, search_box
from dashboards.gaps_grid import grid_frame
from dashboards.gaps_ranking import ranking_table
from dashboards.gaps_reach import at_of
from dashboards.map_view import map_block
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words

AGAIN_AFTER_MS = 2_500


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run: words, choices, map and panel; charts and table come after the map."""
    choice = choice_of(view)
    paint, lead = gaps_answers.first(data, view, words)
    at_once = is_own_percentile(data, choice)
    place = area_name(data.run, words.texts)
    map_part = html.Div(
        [
            html.Div([search_box(words), download_menu(words)], className="gaps-above-map"),
            map_block(MAP, data, view, words, label=words("gaps.map_label", place=place), paint=paint),
        ],
        className="gaps-map",
    )
    table_button = html.Button(
        words("gaps.grid.open"),
        id=TABLE_BUTTON,
        className="wide-button",
        n_clicks=0,
        **aria(expanded="false"),
    )
    stores = (
        (CHOICE, None if paint is None else "painted"),
        (ASKED, None),
        (SHOWN_CELL, gaps_answers.asked_key(view) if at_once else "-"),
        (REST, None),
        (TABLE_KEY, None),
        (FIRST, {**view.as_table(), "shows": choice.shows, "at": str(at_of(view, data.run))}),
    )
    return html.Div(
        [
            html.H1(words("gaps.headline", place=place), tabIndex="-1"),
            html.Div(lead, id=LEAD, **aria(live="polite")),
            controls(data, view, words),
            html.Div(
                [
                    map_part,
                    cell_panel(data, view, choice, words, at_once=at_once),
                    html.Div([table_button, html.Div(id=TABLE)], className="gaps-table"),
                    html.Div(waiting(900, words), id=CHARTS, className="gaps-rest"),
                ],
                className="gaps-main",
            ),
            *(dcc.Store(id=name, data=value) for name, value in stores),
            *(
                dcc.Interval(id=name, interval=AGAIN_AFTER_MS, disabled=True)
                for name in (REACH_AGAIN, CLOCK_AGAIN)
            ),
        ],
        className="gaps",
    )


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return what the page shows, for downloads."""
    choice = choice_of(view)
    cell_map, values = gaps_answers.map_of(data, choice, words)
    charts = (make(data, choice, words) for make in (decile_chart, curves_chart, spread_chart))
    tables = [ranking_table(data, choice, words), *(chart.table for chart in charts if chart is not None)]
    frame: pd.DataFrame = grid_frame(data, choice, cell_map, values)
    return Shown("gaps", [table for table in tables if table is not None], frame, cell_map)


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    gaps_callbacks.register(app, runs)

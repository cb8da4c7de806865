"""Callbacks of the page Gaps; each is one call into plain functions.

The browser boils the view down to short keys (``assets/gaps.js``): the map is asked for again only when
something that it shows has changed, the panel only when its cell or its numbers have.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import gaps_answers, gaps_paint, ids
from dashboards.cell_panel import (
    CLOCK,
    CLOSE,
    HEAD,
    NUMBERS,
    REACH_BUTTON,
    REACH_CHOICES,
    REACH_PART,
    REACH_TOLD,
    RIGHTS,
)
from dashboards.gaps_controls import SEARCH
from dashboards.gaps_grid import GRID
from dashboards.run_data import RunData, Runs
from dashboards.view import View, view_of_table
from dashboards.words import Words, words

MAP = "gaps"
CHOICE, ASKED, SHOWN_CELL, REST, FIRST, TABLE_KEY = (
    "gaps-choice", "gaps-asked", "gaps-shown-cell", "gaps-rest", "gaps-first",
    "gaps-table-key",
)  # fmt: skip
LEAD, CHARTS, TABLE, TABLE_BUTTON = (
    "gaps-lead", "gaps-charts", "gaps-table", "gaps-table-button",
)  # fmt: skip
#: Intervals that ask again while the engine gets ready; off otherwise.
REACH_AGAIN, CLOCK_AGAIN = "gaps-reach-again", "gaps-clock-again"
Table = dict[str, Any] | None
Asked = tuple[RunData, View, Words]


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""

    def asked(table: Table) -> Asked:
        view = view_of_table(table, runs)
        if view.page != "gaps":
            raise PreventUpdate
        return runs.get(view.run), view, words(view.language)

    gaps_paint.register(app.server, runs)
    _in_the_browser(app)
    _map(app, asked)
    _cell(app, asked)
    _rest(app, asked)
    _search(app, asked)


def _map(app: dash.Dash, asked: Any) -> None:
    @app.callback(
        Output(ids.of_map("paint", MAP), "data"),
        Output(LEAD, "children"),
        Output(REACH_TOLD, "children"),
        Output(REACH_AGAIN, "disabled"),
        Input(CHOICE, "data"),
        Input(REACH_AGAIN, "n_intervals"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def paint(choice: str, _again: int | None, table: Table) -> tuple[Any, list[Component], str, bool]:
        data, view, said = asked(table)
        made, lead, told, settled = gaps_answers.painted(data, view, said)
        shown_already = ctx.triggered_id == CHOICE and str(choice).endswith(gaps_paint.PAINTED)
        return no_update if shown_already else made, lead, told, settled


def _cell(app: dash.Dash, asked: Any) -> None:
    @app.callback(
        Output(HEAD, "children"),
        Output(NUMBERS, "children"),
        Output(RIGHTS, "children"),
        Output(ids.held("cell"), "data"),
        Output(ids.of_map("select", MAP), "data"),
        Output(CLOCK, "children", allow_duplicate=True),
        Output(SHOWN_CELL, "data"),
        Input(ids.of_map("click", MAP), "data"),
        Input(ASKED, "data"),
        State(SHOWN_CELL, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def show_cell(click: dict[str, Any] | None, _asked: str, before: str, table: Table) -> tuple[Any, ...]:
        data, view, said = asked(table)
        clicked = ctx.triggered_id == ids.of_map("click", MAP)
        return gaps_answers.chosen(data, view, said, before, click if clicked else None)

    @app.callback(
        Output(CLOCK, "children"),
        Output(CLOCK_AGAIN, "disabled"),
        Input(SHOWN_CELL, "data"),
        Input(CLOCK_AGAIN, "n_intervals"),
        State(ids.VIEW, "data"),
    )
    def show_clock(shown: str, _again: int | None, table: Table) -> tuple[list[Component], bool]:
        data, view, said = asked(table)
        return gaps_answers.clock(data, view, said, shown)


def _rest(app: dash.Dash, asked: Any) -> None:
    @app.callback(
        Output(CHARTS, "children"),
        Input(REST, "data"),
        State(ids.VIEW, "data"),
    )
    def draw_charts(key: str | None, table: Table) -> list[Component]:
        if not key:  # the map comes first
            raise PreventUpdate
        data, view, said = asked(table)
        return gaps_answers.charts(data, view, said)

    @app.callback(
        Output(TABLE, "children"),
        Output(TABLE_BUTTON, "aria-expanded"),
        Input(TABLE_BUTTON, "n_clicks"),
        Input(TABLE_KEY, "data"),
        State(TABLE_BUTTON, "aria-expanded"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def show_table(clicks: int | None, _key: str, is_open: str, table: Table) -> tuple[Any, str]:
        if not clicks:  # the page has just come; nobody has asked
            raise PreventUpdate
        data, view, said = asked(table)
        wanted = ctx.triggered_id != TABLE_BUTTON or is_open != "true"
        return (gaps_answers.grid(data, view, said), "true") if wanted else ([], "false")


def _search(app: dash.Dash, asked: Any) -> None:
    @app.callback(
        Output(SEARCH, "data"),
        Input(SEARCH, "searchValue"),
        State(SEARCH, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def find(text: str | None, before: list[dict[str, Any]] | None, table: Table) -> list[dict[str, Any]]:
        data, _, said = asked(table)
        if any(option.get("label") == text for option in before or []):  # one of them was chosen
            raise PreventUpdate
        return gaps_answers.found(data, text or "", said)


def _in_the_browser(app: dash.Dash) -> None:
    """Boil the view down to keys, and let rows, results and buttons write into it."""

    def do(name: str, output: Any, *inputs: Any, at_once: bool = True) -> None:
        app.clientside_callback(
            ClientsideFunction("gaps", name), output, *inputs, prevent_initial_call=not at_once
        )

    view, first = Input(ids.VIEW, "data"), State(FIRST, "data")
    do("choice", Output(CHOICE, "data"), view, State(CHOICE, "data"), first)
    do("asked", Output(ASKED, "data"), view, State(SHOWN_CELL, "data"), first)
    do("rest", Output(REST, "data"), view, State(REST, "data"), first)
    do("ifOpen", Output(TABLE_KEY, "data"), Input(REST, "data"), State(TABLE_BUTTON, "aria-expanded"))
    do(
        "reachShown",
        [
            Output(REACH_PART, "hidden"),
            Output(REACH_CHOICES, "hidden"),
            Output(REACH_BUTTON, "aria-pressed"),
        ],
        view,
    )
    do(
        "toggleReach", Output(ids.held("reach"), "data"), Input(REACH_BUTTON, "n_clicks"),
        State(ids.held("reach"), "data"), at_once=False,
    )  # fmt: skip
    cell = Output(ids.held("cell"), "data", allow_duplicate=True)
    do("fromRow", cell, Input(GRID, "selectedRows"), State(ids.VIEW, "data"), at_once=False)
    do("fromSearch", cell, Input(SEARCH, "value"), State(ids.VIEW, "data"), at_once=False)
    do("closeCell", cell, Input(CLOSE, "n_clicks"), at_once=False)

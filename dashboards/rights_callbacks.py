"""Callbacks of the page Rights; each is one call into plain functions."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards.rights_actions import chosen
from dashboards.rights_panels import (
    ABOUT,
    CELL,
    CELLS,
    CELLS_BUTTON,
    GRID,
    GROUPS,
    MAP,
    SEVERAL,
    SHOWN_KEY,
    about,
    cell_of_click,
    cell_of_rows,
    cell_panel,
    cells_grid,
    groups_panel,
    painted,
    several_panel,
)
from dashboards.run_data import RunData, RunError, Runs
from dashboards.view import View, view_of_table
from dashboards.words import Words, words

Children = list[Component]


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    _choice(app, runs)
    _cell(app, runs)

    @app.callback(
        Output(GROUPS, "children"),
        Output(SEVERAL, "children"),
        Input(SHOWN_KEY, "data"),
        State(ids.VIEW, "data"),
    )
    def charts(choice: str, table: dict[str, Any]) -> tuple[Children, Children]:
        data, _, said = _opened(table, runs)
        choice = chosen(data.run, choice)
        return groups_panel(data, choice, said), several_panel(data, choice, said)

    @app.callback(
        Output(CELLS, "children"),
        Input(CELLS_BUTTON, "n_clicks"),
        Input(SHOWN_KEY, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def cells(clicks: int | None, choice: str, table: dict[str, Any]) -> Children:
        if not clicks:
            raise PreventUpdate
        data, _, said = _opened(table, runs)
        return cells_grid(data, chosen(data.run, choice), said)


def _choice(app: dash.Dash, runs: Runs) -> None:
    """Map and words follow the choice; nothing is done where another key of the view has changed."""

    @app.callback(
        Output(ids.of_map("paint", MAP), "data"),
        Output(ABOUT, "children"),
        Output(SHOWN_KEY, "data"),
        Input(ids.VIEW, "data"),
        State(SHOWN_KEY, "data"),
        prevent_initial_call=True,
    )
    def choose(table: dict[str, Any], now: str) -> tuple[dict[str, Any], Children, str]:
        data, view, said = _opened(table, runs)
        choice = chosen(data.run, view.more.get("right", ""))
        if not choice or choice == now:
            raise PreventUpdate
        return painted(data, choice, said), about(data, choice, said), choice


def _cell(app: dash.Dash, runs: Runs) -> None:
    """A click on the map and a row of the list choose a cell; the view keeps it, the panel tells of it."""
    outputs = (
        Output(ids.held("cell"), "data", allow_duplicate=True),
        Output(CELL, "children", allow_duplicate=True),
        Output(ids.of_map("select", MAP), "data", allow_duplicate=True),
    )

    @app.callback(
        *outputs,
        Input(ids.of_map("click", MAP), "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def click(clicked: dict[str, Any] | None, table: dict[str, Any]) -> tuple[str, Children, int]:
        if not clicked:
            raise PreventUpdate
        data, _, said = _opened(table, runs)
        return _told(data, cell_of_click(data, clicked), said)

    @app.callback(
        *outputs,
        Input(GRID, "selectedRows"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def pick(rows: list[dict[str, Any]] | None, table: dict[str, Any]) -> tuple[str, Children, int]:
        data, _, said = _opened(table, runs)
        cell = cell_of_rows(data, rows)
        if not cell:
            raise PreventUpdate
        return _told(data, cell, said)


def _told(data: RunData, cell: str, said: Words) -> tuple[str, Children, int]:
    """Return the cell for the view, its rights, and its number for the map; -1 where none is chosen."""
    return cell, cell_panel(data, cell, said), data.row_of.get(cell, -1)


def _opened(table: dict[str, Any], runs: Runs) -> tuple[RunData, View, Words]:
    """Return run, view and words of this page; nothing happens on another page, or without the run."""
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
    except RunError:
        raise PreventUpdate from None
    if view.page != "rights":
        raise PreventUpdate
    return data, view, words(view.language)

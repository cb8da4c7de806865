"""Callbacks of the shell, and those of every page; each is one call into plain functions."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State
from dash.development.base_component import Component

from dashboards import downloads_callbacks, how_callbacks, ids, map_view, shell
from dashboards.pages import BY_NAME
from dashboards.run_data import Runs
from dashboards.view import frame_of


def register(app: dash.Dash, runs: Runs) -> None:
    """Add every callback to an app."""
    _keep_view(app)
    map_view.register_maps(app, runs)

    @app.callback(
        Output(ids.BODY, "children"),
        Output(ids.FRAME_SHOWN, "data"),
        Input(ids.FRAME, "data"),
        State(ids.FRAME_SHOWN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def draw_frame(frame: str, shown: str, table: dict[str, Any]) -> tuple[list[Component], str]:
        if frame == shown:
            raise dash.exceptions.PreventUpdate
        return shell.body(runs, table, frame_of(table, runs)), frame

    for page in BY_NAME.values():
        page.register(app, runs)
    downloads_callbacks.register(app, runs)
    how_callbacks.register(app, runs)


def _keep_view(app: dash.Dash) -> None:
    """URL, controls and view follow each other in the browser, without the server."""
    app.clientside_callback(
        ClientsideFunction("view", "fromUrl"),
        Output(ids.VIEW, "data"),
        Input(ids.URL, "pathname"),
        Input(ids.URL, "search"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("view", "fromControls"),
        Output(ids.VIEW, "data", allow_duplicate=True),
        Input({"type": "control", "key": ALL}, "value"),
        Input({"type": "held", "key": ALL}, "data"),
        State({"type": "control", "key": ALL}, "id"),
        State({"type": "held", "key": ALL}, "id"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("view", "toUrl"),
        Output(ids.FRAME, "data"),
        Input(ids.VIEW, "data"),
        State(ids.FRAME, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("view", "arrived"), Input(ids.FRAME_SHOWN, "data"), State(ids.TITLE, "children")
    )

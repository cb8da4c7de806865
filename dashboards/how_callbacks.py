"""The panel "How was this number made?" opens for any button that ``components.how_button`` makes."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, html
from dash.development.base_component import Component

from dashboards import ids
from dashboards.how_panel import ASKED, BODY, DRAWER, panel_of
from dashboards.run_data import RunError, Runs
from dashboards.view import frame_of, view_of_table
from dashboards.words import words


def register(app: dash.Dash, runs: Runs) -> None:
    """Open the panel for a number; close it where page, language or run change."""

    @app.callback(
        Output(DRAWER, "opened"),
        Output(DRAWER, "title"),
        Output(DRAWER, "closeButtonProps"),
        Output(BODY, "children"),
        Input(ASKED, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def open_panel(
        asked: dict[str, Any] | None, table: dict[str, Any]
    ) -> tuple[bool, str, dict[str, str], list[Component]]:
        if not isinstance(asked, dict):
            raise dash.exceptions.PreventUpdate
        return answer(asked.get("number"), table, runs)

    app.clientside_callback(
        ClientsideFunction("how", "close"),
        Output(DRAWER, "opened", allow_duplicate=True),
        Input(ids.FRAME, "data"),
        prevent_initial_call=True,
    )


def answer(
    number: object, table: dict[str, Any], runs: Runs
) -> tuple[bool, str, dict[str, str], list[Component]]:
    """Return what the panel shows for the keys of a number: open, title, its close button, content."""
    said = words(frame_of(table, runs)[1])
    try:
        view = view_of_table(table, runs)
        content = panel_of(runs.get(view.run), number, said)
    except RunError as problem:
        content = [html.P(said(f"run_problem.{problem.kind}"), role="alert")]
    return True, said("how.title"), {"aria-label": said("how.close")}, content

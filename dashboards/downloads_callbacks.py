"""The buttons "Download" of every page, the message that a file is on its way, and its callback."""

from __future__ import annotations

import base64
import time
from typing import Any

import dash
from dash import ALL, Input, Output, State, dcc, html
from dash.development.base_component import Component

from access.errors import AccessError
from dashboards.downloads import FORMATS, made_file
from dashboards.pages import BY_NAME
from dashboards.run_data import RunError, Runs
from dashboards.view import frame_of, view_of_table
from dashboards.words import words

FILE, SAID = "downloaded", "download-said"


def layout() -> list[Component]:
    """Return what stands once in the app: the file on its way, and the line that tells of it."""
    return [
        dcc.Download(id=FILE),
        html.Div(id=SAID, role="status", className="download-said"),
    ]


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the one callback of all download buttons."""

    @app.callback(
        Output(FILE, "data"),
        Output(SAID, "children"),
        Input({"type": "download", "what": ALL}, "n_clicks"),
        State("view", "data"),
        prevent_initial_call=True,
    )
    def download(_clicks: list[int | None], table: dict[str, Any]) -> tuple[Any, Component]:
        # Buttons that have just been drawn call too, without a click.
        if not any(each["value"] for each in dash.ctx.triggered) or not isinstance(
            dash.ctx.triggered_id, dict
        ):
            raise dash.exceptions.PreventUpdate
        sent, text = answer(str(dash.ctx.triggered_id.get("what")), table, runs)
        return sent, _told(text)


def _told(text: str) -> Component:
    """Return a line that goes away by itself; a new key starts its time anew."""
    return html.Span(text, key=str(time.monotonic_ns()))


def answer(form: str, table: dict[str, Any], runs: Runs) -> tuple[Any, str]:
    """Return the file of a form for the browser, and what is said of it; only the words if there is none."""
    page, language, _ = frame_of(table, runs)
    said, shown_of = words(language), BY_NAME[page].shown
    if form not in FORMATS:
        return dash.no_update, said("downloads.failed")
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
        shown = shown_of(data, view, said) if shown_of else None
        made = made_file(form, shown, data, view, said) if shown else None
    except (RunError, AccessError, OSError):
        return dash.no_update, said("downloads.failed")
    if made is None:
        return dash.no_update, said(f"downloads.nothing.{form}")
    sent = {
        "content": base64.b64encode(made.content).decode("ascii"),
        "filename": made.name,
        "type": made.mime_type,
        "base64": True,
    }
    return sent, said("downloads.done", file=made.name)

"""Callbacks of the page on exclusion zones; each is one call into plain functions."""

from __future__ import annotations

import base64
import re
from typing import Any

import dash
import flask
from dash import ALL, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from access.errors import AccessError
from access.texts import LANGUAGES
from dashboards import ids
from dashboards.evidence_panel import report_file
from dashboards.run_data import RunData, RunError, Runs
from dashboards.view import View, view_of_table
from dashboards.words import Words, words
from dashboards.zones_actions import checked_order, chosen_zone, next_order, overlay, zone_of_click
from dashboards.zones_panels import (
    BODY,
    CHOSEN_ROW,
    FILE,
    MAP,
    PANEL,
    RIGHTS,
    SAID,
    SCENARIOS,
    heading_words,
    register_body,
    rights_panel,
    scenarios_panel,
    sort_state,
    zone_panel,
)
from dashboards.zones_scenarios import keys_of, results_of

Children = list[Component]
_CHOOSE = {"type": "zone-choose", "zone": ALL}
_SORT = {"type": "zone-sort", "column": ALL}
_ROW = {"type": "zone-row", "zone": ALL}
_HEADING = {"type": "zone-heading", "column": ALL}
_SHEET = {"type": "zone-sheet", "lang": ALL}
_EVIDENCE = {"type": "zone-evidence", "lang": ALL}


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    _choices(app, runs)
    _sheet(app, runs)
    _evidence(app, runs)
    _register_table(app, runs)

    @app.callback(
        Output(PANEL, "children"),
        Output(RIGHTS, "children"),
        Output(ids.of_map("overlay", MAP), "data"),
        Input(ids.held("zone"), "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def tell(zone: str | None, table: dict[str, Any]) -> tuple[Children, Children, dict[str, Any]]:
        data, _, said = _opened(table, runs)
        chosen = chosen_zone(data.run, zone or "")
        return zone_panel(data, chosen, said), rights_panel(data, chosen, said), overlay(data, chosen)

    @app.callback(
        Output(SCENARIOS, "children"),
        Input(ids.SCENARIOS, "data"),
        Input(ids.held("zone"), "data"),
        State(ids.VIEW, "data"),
    )
    def compare(loaded: Any, zone: str | None, table: dict[str, Any]) -> Children:
        data, view, said = _opened(table, runs)
        what_if = flask.current_app.config.get("WHAT_IF")
        results = results_of(what_if, view.run, keys_of(loaded))
        return scenarios_panel(data, chosen_zone(data.run, zone or ""), results, said)


def _register_table(app: dash.Dash, runs: Runs) -> None:
    """Order and marks of the table; no button is drawn anew by its own click, so that it keeps the focus."""

    @app.callback(
        Output(BODY, "children"),
        Output(_HEADING, "aria-sort"),
        Output(_SORT, "children"),
        Input(ids.held("zone_sort"), "data"),
        State(ids.held("zone"), "data"),
        State(_SORT, "id"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def order_rows(
        order: str | None, zone: str | None, buttons: list[dict[str, str]], table: dict[str, Any]
    ) -> tuple[Children, list[str], list[str]]:
        data, _, said = _opened(table, runs)
        now = checked_order(order or "")
        columns = [str(each["column"]) for each in buttons]
        states = [sort_state(column, now) for column in columns]
        headings = [heading_words(column, now, said) for column in columns]
        return register_body(data, chosen_zone(data.run, zone or ""), now, said), states, headings

    @app.callback(
        Output(_ROW, "className"),
        Output(_CHOOSE, "aria-pressed"),
        Input(ids.held("zone"), "data"),
        State(_ROW, "id"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def mark_row(
        zone: str | None, rows: list[dict[str, str]], table: dict[str, Any]
    ) -> tuple[list[str], list[str]]:
        data, _, _ = _opened(table, runs)
        chosen = chosen_zone(data.run, zone or "")
        marks = [each["zone"] == chosen for each in rows]
        return [CHOSEN_ROW if mark else "" for mark in marks], [str(mark).lower() for mark in marks]


def _choices(app: dash.Dash, runs: Runs) -> None:
    """A zone is chosen on the map or in the table; a heading of the table sorts it."""

    @app.callback(
        Output(ids.held("zone"), "data"),
        Input(ids.of_map("click", MAP), "data"),
        Input(_CHOOSE, "n_clicks"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def choose(click: dict[str, Any] | None, clicks: list[int | None], table: dict[str, Any]) -> str:
        data, _, _ = _opened(table, runs)
        if isinstance(dash.ctx.triggered_id, dict) and dash.ctx.triggered_id.get("type") == "zone-choose":
            zone = str(dash.ctx.triggered_id.get("zone")) if any(clicks) and _was_clicked() else ""
        else:
            zone = zone_of_click(data.run, data, click)
        if not zone or chosen_zone(data.run, zone) != zone:
            raise PreventUpdate
        return zone

    @app.callback(
        Output(ids.held("zone_sort"), "data"),
        Input(_SORT, "n_clicks"),
        State(ids.held("zone_sort"), "data"),
        prevent_initial_call=True,
    )
    def sort(_clicks: list[int | None], now: str | None) -> str:
        if not _was_clicked() or not isinstance(dash.ctx.triggered_id, dict):
            raise PreventUpdate
        return next_order(checked_order(now or ""), str(dash.ctx.triggered_id.get("column")))


def _sheet(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(FILE, "data"),
        Output(SAID, "children"),
        Input(_SHEET, "n_clicks"),
        State(ids.held("zone"), "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def sheet(_clicks: list[int | None], zone: str | None, table: dict[str, Any]) -> tuple[Any, str]:
        if not _was_clicked() or not isinstance(dash.ctx.triggered_id, dict):
            raise PreventUpdate
        data, _, said = _opened(table, runs)
        return sheet_file(data, zone or "", str(dash.ctx.triggered_id.get("lang")), said)


def _evidence(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(FILE, "data", allow_duplicate=True),
        Output(SAID, "children", allow_duplicate=True),
        Input(_EVIDENCE, "n_clicks"),
        State(ids.held("zone"), "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def report(_clicks: list[int | None], zone: str | None, table: dict[str, Any]) -> tuple[Any, str]:
        if not _was_clicked() or not isinstance(dash.ctx.triggered_id, dict):
            raise PreventUpdate
        data, _, said = _opened(table, runs)
        return report_file(data, zone or "", str(dash.ctx.triggered_id.get("lang")), said)


def sheet_file(data: RunData, zone: str, language: str, said: Words) -> tuple[Any, str]:
    """Return the sheet of a zone for the browser and what is said of it; words alone where it fails."""
    from access.zone_sheet import zone_sheet

    chosen = chosen_zone(data.run, zone)
    if language not in LANGUAGES or not chosen:
        return dash.no_update, said("zones.sheet_failed")
    try:
        content = zone_sheet(data.run, chosen, language)
    except AccessError:
        return dash.no_update, said("zones.sheet_failed")
    name = sheet_name(chosen, language)
    sent = {
        "content": base64.b64encode(content).decode("ascii"),
        "filename": name,
        "type": "application/pdf",
        "base64": True,
    }
    return sent, said("zones.sheet_done", file=name)


def sheet_name(zone_id: str, language: str) -> str:
    """Return the name of a sheet's file: from the id of the zone alone, letters and digits."""
    return f"zone-{re.sub(r'[^0-9A-Za-z]+', '-', zone_id)[:40].strip('-')}.{language}.pdf"


def _was_clicked() -> bool:
    """Say whether a button was pressed; one that has just been drawn calls too."""
    return any(each["value"] for each in dash.ctx.triggered)


def _opened(table: dict[str, Any], runs: Runs) -> tuple[RunData, View, Words]:
    """Return run, view and words of this page; nothing happens on another page, or without the run."""
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
    except RunError:
        raise PreventUpdate from None
    if view.page != "zones" or data.run.zones is None:
        raise PreventUpdate
    return data, view, words(view.language)

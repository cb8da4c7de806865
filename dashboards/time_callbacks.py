"""Callbacks of the page Over time; each is one call into plain functions."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards.maps_change import sentence_of
from dashboards.notes_callbacks import register_notes
from dashboards.run_data import RunData, RunError, Runs
from dashboards.store_data import StoreData, StoreReadError, store_data
from dashboards.time_alerts import alerts_panel
from dashboards.time_alerts_read import alerts_in, cells_of_alert, not_judged_in
from dashboards.time_choice import Choice, choice_of, run_of_city
from dashboards.time_contents import ASKED, BODY, SHOWN, contents, problem_of_store, signature
from dashboards.time_panels import (
    ALERTS,
    CHART,
    MAP,
    MAP_SAID,
    MAP_TABLE,
    change_and_map,
    chart_panel,
    map_table_part,
    outline_of,
    painted,
)
from dashboards.view import View, view_of_table
from dashboards.words import Words, words

Children = list[Component]
_ON_MAP = {"type": "alert-choose", "alert": ALL}


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    _series(app, runs)
    _map(app, runs)
    _alerts(app, runs)
    register_notes(app, runs)


def _series(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(BODY, "children"),
        Output(SHOWN, "data"),
        Input(ids.VIEW, "data"),
        State(SHOWN, "data"),
        prevent_initial_call=True,
    )
    def other_series(table: dict[str, Any], shown: str) -> tuple[Children, str]:
        store, data, view, said = _opened(table, runs)
        try:
            chosen = choice_of(store, data, view)
        except StoreReadError:
            chosen = None
        if (signature(chosen) if chosen else "") == shown:
            raise PreventUpdate
        return contents(store, runs, data, view, said)

    @app.callback(
        Output(CHART, "children"),
        Input(ids.control("number"), "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def other_number(number: str, table: dict[str, Any]) -> Children:
        store, data, view, said = _opened({**table, "number": number}, runs)
        try:
            chosen = _chosen(store, data, view)
            is_of_run = run_of_city(store, runs, chosen.city, data) is data
            return chart_panel(store, chosen, said, is_of_run=is_of_run)
        except StoreReadError as problem:
            return [problem_of_store(problem, said)]


def _map(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(ids.of_map("paint", MAP), "data"),
        Output(MAP_SAID, "children"),
        Output(MAP_TABLE, "children"),
        Output(ids.control("before"), "value"),
        Output(ids.control("after"), "value"),
        Input(ids.control("before"), "value"),
        Input(ids.control("after"), "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def other_pair(before: str, after: str, table: dict[str, Any]) -> tuple[Any, ...]:
        store, data, view, said = _opened({**table, "before": before, "after": after}, runs)
        try:
            chosen = _chosen(store, data, view)
            run = run_of_city(store, runs, chosen.city, data)
            if run is None or not chosen.before:
                raise PreventUpdate
            found, made = change_and_map(store, chosen, run, said)
        except StoreReadError:
            raise PreventUpdate from None
        return (
            painted(found, made, said),
            sentence_of(found, said),
            map_table_part(found, made, said),
            dash.no_update if chosen.before == before else chosen.before,
            dash.no_update if chosen.after == after else chosen.after,
        )


def _alerts(app: dash.Dash, runs: Runs) -> None:
    """Alerts come after the page: to find them every snapshot is read."""

    @app.callback(Output(ALERTS, "children"), Input(ASKED, "data"), State(ids.VIEW, "data"))
    def alerts(_asked: str, table: dict[str, Any]) -> Children:
        store, data, view, said = _opened(table, runs)
        try:
            chosen = _chosen(store, data, view)
            run = run_of_city(store, runs, chosen.city, data)
            on_map = run is not None and bool(chosen.before)
            untested = not_judged_in(store, chosen, said)
            return alerts_panel(alerts_in(store, chosen), said, on_map=on_map, not_judged=untested)
        except StoreReadError as problem:
            return [problem_of_store(problem, said)]

    @app.callback(
        Output(ids.of_map("overlay", MAP), "data"),
        Output(_ON_MAP, "aria-pressed"),
        Input(_ON_MAP, "n_clicks"),
        State(_ON_MAP, "id"),
        State(_ON_MAP, "aria-pressed"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def on_map(
        _clicks: list[int | None],
        buttons: list[dict[str, str]],
        pressed: list[str],
        table: dict[str, Any],
    ) -> tuple[dict[str, Any], list[str]]:
        if not any(each["value"] for each in dash.ctx.triggered) or not isinstance(
            dash.ctx.triggered_id, dict
        ):
            raise PreventUpdate
        name = str(dash.ctx.triggered_id.get("alert"))
        was = {str(button["alert"]): state == "true" for button, state in zip(buttons, pressed, strict=True)}
        wanted = "" if was.get(name) else name
        store, data, view, said = _opened(table, runs)
        try:
            chosen = _chosen(store, data, view)
            run = run_of_city(store, runs, chosen.city, data)
            cells = cells_of_alert(alerts_in(store, chosen), wanted)
        except StoreReadError:
            raise PreventUpdate from None
        if run is None:
            raise PreventUpdate
        marks = ["true" if str(button["alert"]) == wanted else "false" for button in buttons]
        return outline_of(run, cells, said("time.alerts.outlined")), marks


def _chosen(store: StoreData, data: RunData, view: View) -> Choice:
    """Return what is looked at; nothing happens where the store has become empty."""
    chosen = choice_of(store, data, view)
    if chosen is None:
        raise PreventUpdate
    return chosen


def _opened(table: dict[str, Any], runs: Runs) -> tuple[StoreData, RunData, View, Words]:
    """Return store, run, view and words of this page; nothing happens on another page, or without them."""
    store = store_data()
    try:
        view = view_of_table(table, runs)
        data = runs.get(view.run)
    except RunError:
        raise PreventUpdate from None
    if store is None or view.page != "time":
        raise PreventUpdate
    return store, data, view, words(view.language)

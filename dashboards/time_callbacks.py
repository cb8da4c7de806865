"""Callbacks of the page Over time; each is one call into plain functions."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards.maps_change import sentence_of
from dashboards.notes_callbacks import register_notes
from dashboards.run_data import Runs
from dashboards.store_data import StoreReadError
from dashboards.time_alerts_callbacks import register_alerts
from dashboards.time_choice import choice_of, run_of_city
from dashboards.time_contents import BODY, SHOWN, contents, problem_of_store, signature
from dashboards.time_opened import chosen_in, opened
from dashboards.time_panels import (
    CHART,
    MAP,
    MAP_SAID,
    MAP_TABLE,
    change_and_map,
    chart_panel,
    map_table_part,
    painted,
)

Children = list[Component]


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    _series(app, runs)
    _map(app, runs)
    register_alerts(app, runs)
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
        store, data, view, said = opened(table, runs)
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
        store, data, view, said = opened({**table, "number": number}, runs)
        try:
            chosen = chosen_in(store, data, view)
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
        store, data, view, said = opened({**table, "before": before, "after": after}, runs)
        try:
            chosen = chosen_in(store, data, view)
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

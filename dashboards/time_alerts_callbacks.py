"""Callbacks of the alerts on the page Over time: what is asked for comes from the server, piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards.run_data import RunData, Runs
from dashboards.store_data import StoreData, StoreReadError
from dashboards.time_alert_details import alert_details
from dashboards.time_alerts import (
    ASK,
    CHOOSE,
    FOUND,
    LIST,
    LISTED,
    PICK,
    PICKED,
    alert_list,
    alerts_panel,
    picked_details,
)
from dashboards.time_alerts_read import Told, alerts_in, cells_of_alert, not_judged_in
from dashboards.time_choice import Choice, run_of_city
from dashboards.time_contents import ASKED, problem_of_store
from dashboards.time_opened import chosen_in, opened
from dashboards.time_panels import ALERTS, MAP, MAP_PART, outline_of
from dashboards.words import Words

Children = list[Component]
_ON_MAP = {"type": CHOOSE, "alert": ALL}


def register_alerts(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the alerts."""
    _panel(app, runs)
    _details(app, runs)
    _without_card(app, runs)
    _outline(app, runs)


def _panel(app: dash.Dash, runs: Runs) -> None:
    """Alerts come after the page: to find them every snapshot is read."""

    @app.callback(Output(ALERTS, "children"), Input(ASKED, "data"), State(ids.VIEW, "data"))
    def alerts(_asked: str, table: dict[str, Any]) -> Children:
        store, data, view, said = opened(table, runs)
        try:
            chosen = chosen_in(store, data, view)
            untested = not_judged_in(store, chosen, said)
            on_map = _has_map(store, runs, chosen, data)
            return alerts_panel(alerts_in(store, chosen), said, on_map=on_map, not_judged=untested)
        except StoreReadError as problem:
            return [problem_of_store(problem, said)]


def _details(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output({"type": FOUND, "alert": MATCH}, "children"),
        Output({"type": ASK, "alert": MATCH}, "aria-expanded"),
        Input({"type": ASK, "alert": MATCH}, "n_clicks"),
        State({"type": ASK, "alert": MATCH}, "id"),
        State({"type": ASK, "alert": MATCH}, "aria-expanded"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def details(
        clicks: int | None, button: dict[str, str], expanded: str, table: dict[str, Any]
    ) -> tuple[Children, str]:
        return _toggled(
            clicks, expanded, table, runs, lambda told, said: alert_details(_one(told, button["alert"]), said)
        )


def _without_card(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output({"type": LISTED, "which": MATCH}, "children"),
        Output({"type": LIST, "which": MATCH}, "aria-expanded"),
        Input({"type": LIST, "which": MATCH}, "n_clicks"),
        State({"type": LIST, "which": MATCH}, "id"),
        State({"type": LIST, "which": MATCH}, "aria-expanded"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def listed(
        clicks: int | None, button: dict[str, str], expanded: str, table: dict[str, Any]
    ) -> tuple[Children, str]:
        return _toggled(
            clicks, expanded, table, runs, lambda told, said: alert_list(told, button["which"], said)
        )

    @app.callback(
        Output({"type": PICKED, "which": MATCH}, "children"),
        Input({"type": PICK, "which": MATCH}, "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def picked(name: str | None, table: dict[str, Any]) -> Children:
        if not name:
            return []
        told, said, on_map = _told(table, runs)
        return [picked_details(_one(told, name), said, on_map=on_map)]


def _outline(app: dash.Dash, runs: Runs) -> None:
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
        store, data, view, said = opened(table, runs)
        try:
            chosen = chosen_in(store, data, view)
            run = run_of_city(store, runs, chosen.city, data)
            cells = cells_of_alert(alerts_in(store, chosen), wanted)
        except StoreReadError:
            raise PreventUpdate from None
        if run is None:
            raise PreventUpdate
        marks = ["true" if str(button["alert"]) == wanted else "false" for button in buttons]
        return outline_of(run, cells, said("time.alerts.outlined")), marks

    app.clientside_callback(
        ClientsideFunction("time", "show"),
        Output(MAP_PART, "data-shown"),
        Input(_ON_MAP, "aria-pressed"),
        prevent_initial_call=True,
    )


def _toggled(
    clicks: int | None,
    expanded: str,
    table: dict[str, Any],
    runs: Runs,
    show: Callable[[list[Told], Words], Children],
) -> tuple[Children, str]:
    """Return what a button opens, or nothing where that was open, and the button's state."""
    if not clicks:
        raise PreventUpdate
    if expanded == "true":
        return [], "false"
    told, said, _ = _told(table, runs)
    return show(told, said), "true"


def _told(table: dict[str, Any], runs: Runs) -> tuple[list[Told], Words, bool]:
    """Return the alerts of what is looked at, the page's words, and whether the page has a map of it."""
    store, data, view, said = opened(table, runs)
    try:
        chosen = chosen_in(store, data, view)
        return alerts_in(store, chosen), said, _has_map(store, runs, chosen, data)
    except StoreReadError:
        raise PreventUpdate from None


def _has_map(store: StoreData, runs: Runs, chosen: Choice, data: RunData) -> bool:
    return bool(chosen.before) and run_of_city(store, runs, chosen.city, data) is not None


def _one(told: list[Told], name: str) -> Told:
    """Return an alert by its name; nothing happens where the store no longer has it."""
    for each in told:
        if each.alert.alert == name:
            return each
    raise PreventUpdate

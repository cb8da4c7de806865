"""Callbacks of the forms: which one is open, what is chosen on the map or by name, and what is added."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, ctx, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards import what_if_page_ids as page
from dashboards.maps_difference import overlay_of_places
from dashboards.run_data import Runs
from dashboards.what_if_form_clicks import stored, with_place
from dashboards.what_if_form_network import marked_lines, network_features
from dashboards.what_if_form_read import place_of_stop, places_of
from dashboards.what_if_form_view import NETWORK, PLACES, today_block, usual_values
from dashboards.what_if_page_context import asked, city, feeds_gone, values_of_fields
from dashboards.what_if_page_form_filled import (
    added,
    after_click,
    changed_places,
    found_places,
    fresh,
    opened,
)
from dashboards.what_if_page_opened import opened_form
from dashboards.what_if_page_parts import place_list

_FIELDS = (
    State({"type": "what-if-field", "name": ALL}, "id"),
    State({"type": "what-if-field", "name": ALL}, "value"),
    State({"type": "what-if-check", "name": ALL}, "id"),
    State({"type": "what-if-check", "name": ALL}, "checked"),
)
_MAP_CLICK = ids.of_map("click", page.MAP)
_MODE = ids.of_map("mode", page.MAP)


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the forms."""
    _open_and_draw(app, runs)
    _choose_places(app, runs)
    _add_change(app, runs)
    app.clientside_callback(
        ClientsideFunction("what_if", "overlay"),
        Output(ids.of_map("overlay", page.MAP), "data"),
        Input(page.NETWORK, "data"),
        Input(page.CHANGES, "data"),
        Input(page.MARKED, "data"),
        Input(page.DRAWN, "data"),
    )


def _open_and_draw(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.OPEN, "data"),
        Input(page.KIND, "value"),
        State(page.OPEN, "data"),
        prevent_initial_call=True,
    )
    def open_form(kind: str | None, open_: Any) -> dict[str, Any]:
        if (kind or "") == opened(open_)["kind"]:  # set by a change that is edited
            raise PreventUpdate
        return fresh(kind or "", open_)

    @app.callback(
        Output(page.FORM, "children"),
        Output(page.PLACES, "data"),
        Output(_MODE, "data"),
        Output(page.NEEDED, "data"),
        Input(page.OPEN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def draw_form(
        open_: Any, table: Any
    ) -> tuple[list[Component], list[dict[str, Any]], dict[str, str], str]:
        who, form = asked(table, runs), opened(open_)
        kind = form["kind"]
        made = opened_form(form, city(who.data), feeds_gone(who.data), who.words)
        picks = "point" if kind in PLACES else "feature" if kind in NETWORK else "cell"
        return made, form["places"], {"pick": picks}, NETWORK.get(kind, "")

    @app.callback(
        Input(page.field("service"), "value"),
        State(page.OPEN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def propose_count(service: Any, open_: Any, table: Any) -> None:
        form, here = opened(open_), city(asked(table, runs).data)
        if form["number"] >= 0:  # a change that is edited keeps what it has
            raise PreventUpdate
        for name, value in usual_values(form["kind"], {"service": service}, here).items():
            set_props(page.field(name), {"value": value})

    @app.callback(
        Output(page.NETWORK, "data"),
        Input(page.NEEDED, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def draw_network(needed: str, table: Any) -> list[dict[str, Any]]:
        who = asked(table, runs)
        return network_features(who.data, city(who.data), needed or "")

    @app.callback(
        Output(page.TODAY, "children"),
        Output(page.MARKED, "data"),
        Input(page.field("lines"), "value"),
        State(ids.VIEW, "data"),
    )
    def show_today(keys: Any, table: Any) -> tuple[list[Component], list[dict[str, Any]]]:
        who = asked(table, runs)
        here = city(who.data)
        lines = [here.today.lines[key] for key in keys or () if key in here.today.lines]
        return today_block(lines, here, who.words), marked_lines(who.data, here, [line.key for line in lines])


def _choose_places(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.PLACES, "data", allow_duplicate=True),
        Output({"type": "what-if-field", "name": ALL}, "value"),
        Input(_MAP_CLICK, "data"),
        State(page.OPEN, "data"),
        State(page.PLACES, "data"),
        *_FIELDS[:2],
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def click_map(
        click: Any, open_: Any, places: Any, names: list[Any], values: list[Any], table: Any
    ) -> tuple[Any, list[Any]]:
        who, kind = asked(table, runs), opened(open_)["kind"]
        if not click or not kind:
            raise PreventUpdate
        return after_click(kind, click, places, values_of_fields(names, values), city(who.data), who.words)

    @app.callback(
        Output(page.PLACE_LIST, "children"),
        Input(page.PLACES, "data"),
        State(page.OPEN, "data"),
        State(ids.VIEW, "data"),
    )
    def list_places(places: Any, open_: Any, table: Any) -> Any:
        who = asked(table, runs)
        return place_list(opened(open_)["kind"], places_of(places, city(who.data)), who.words)

    @app.callback(
        Output(page.DRAWN, "data"),
        Input(page.PLACES, "data"),
        State(page.OPEN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def draw_places(places: Any, open_: Any, table: Any) -> list[dict[str, Any]]:
        who, kind = asked(table, runs), opened(open_)["kind"]
        listed = places_of(places, city(who.data))
        return overlay_of_places(listed, joined=PLACES.get(kind) in ("way", "two"))

    @app.callback(
        Output(page.PLACES, "data", allow_duplicate=True),
        *(
            Input({"type": f"what-if-place-{what}", "number": ALL}, "n_clicks")
            for what in ("up", "down", "remove")
        ),
        Input(page.PLACE_CLEAR, "n_clicks"),
        State(page.PLACES, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def change_places(*given: Any) -> Any:
        *_, places, table = given
        if not ctx.triggered or not ctx.triggered[0]["value"]:  # a list that was drawn anew
            raise PreventUpdate
        return stored(changed_places(ctx.triggered_id, places_of(places, city(asked(table, runs).data))))

    @app.callback(
        Output(page.PLACES, "data", allow_duplicate=True),
        Output(page.PLACE_STOP, "value"),
        Input(page.PLACE_STOP_ADD, "n_clicks"),
        State(page.PLACE_STOP, "value"),
        State(page.OPEN, "data"),
        State(page.PLACES, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def add_stop(clicks: Any, key: Any, open_: Any, places: Any, table: Any) -> tuple[Any, None]:
        here = city(asked(table, runs).data)
        stop = here.today.stops.get(str(key or ""))
        if not clicks or stop is None:
            raise PreventUpdate
        kind = opened(open_)["kind"]
        return stored(with_place(kind, places_of(places, here), place_of_stop(stop))), None

    @app.callback(
        Output(page.PLACE_FOUND, "children"),
        Output(page.FOUND, "data"),
        Input(page.PLACE_FIND, "n_clicks"),
        Input(page.PLACE_TEXT, "n_submit"),
        State(page.PLACE_TEXT, "value"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def find(clicks: Any, submits: Any, text: Any, table: Any) -> tuple[Any, list[dict[str, Any]]]:
        if not clicks and not submits:
            raise PreventUpdate
        return found_places(str(text or ""), asked(table, runs))

    @app.callback(
        Output(page.PLACES, "data", allow_duplicate=True),
        Output(page.PLACE_FOUND, "children", allow_duplicate=True),
        Output(page.PLACE_TEXT, "value"),
        Input({"type": "what-if-found", "number": ALL}, "n_clicks"),
        State(page.FOUND, "data"),
        State(page.OPEN, "data"),
        State(page.PLACES, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def add_found(clicks: list[Any], found: Any, open_: Any, places: Any, table: Any) -> tuple[Any, Any, str]:
        here = city(asked(table, runs).data)
        chosen = places_of(found, here)
        number = ctx.triggered_id["number"] if ctx.triggered_id else -1
        if not any(clicks) or not 0 <= number < len(chosen):
            raise PreventUpdate
        kind = opened(open_)["kind"]
        return stored(with_place(kind, places_of(places, here), chosen[number])), [], ""


def _add_change(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(page.TOLD, "children", allow_duplicate=True),
        Output(page.OPEN, "data", allow_duplicate=True),
        Input(page.ADD, "n_clicks"),
        State(page.OPEN, "data"),
        *_FIELDS,
        State(page.PLACES, "data"),
        State(ids.DRAFT, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def add_change(clicks: Any, open_: Any, *given: Any) -> tuple[Any, Any, Any]:
        if not clicks:
            raise PreventUpdate
        names, values, boxes, ticks, places, draft, table = given
        filled = values_of_fields(names, values) | values_of_fields(boxes, ticks)
        return added(opened(open_), filled, places, draft, asked(table, runs))

    @app.callback(
        Output(page.OPEN, "data", allow_duplicate=True),
        Output(page.TOLD, "children", allow_duplicate=True),
        Input(page.LEAVE, "n_clicks"),
        State(page.OPEN, "data"),
        prevent_initial_call=True,
    )
    def leave(clicks: Any, open_: Any) -> tuple[dict[str, Any], list[Component]]:
        if not clicks:
            raise PreventUpdate
        return fresh(opened(open_)["kind"], open_), []

"""Callbacks of the computation: asked, followed, given up; its result, the comparison, downloads."""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards import what_if_page_ids as page
from dashboards.maps_difference import overlay_of_changes
from dashboards.run_data import Runs
from dashboards.what_if_actions import (
    draft_of,
    drop_scenario,
)
from dashboards.what_if_page_answers import (
    DIFFERENCE,
    exported,
    kept_here,
    key_of_job,
    painted,
    polled,
    polled_export,
    result_of,
    results_of,
    said_before,
    shown_of,
    started,
)
from dashboards.what_if_page_context import asked, city, client_of, jobs
from dashboards.what_if_page_draft import draft_of_text
from dashboards.what_if_page_parts import headline_block, result_block, side_block


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of computations and results."""
    _jobs(app, runs)
    _results(app, runs)
    _side(app, runs)
    _exports(app, runs)


def _jobs(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.JOB, "data"),
        Output(page.PROGRESS, "children"),
        Input(page.COMPUTE, "n_clicks"),
        State(ids.DRAFT, "data"),
        State(page.PLANNED, "data"),
        State(page.JOB, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def compute(clicks: Any, draft: Any, planned: Any, job: Any, table: Any) -> tuple[Any, Any]:
        if not clicks:
            raise PreventUpdate
        return started(draft, planned, job, asked(table, runs))

    @app.callback(
        Output(ids.DRAFT, "data", allow_duplicate=True),
        Output(page.ARRIVED_DONE, "data"),
        Output(page.JOB, "data", allow_duplicate=True),
        Output(page.PROGRESS, "children", allow_duplicate=True),
        Input(page.ARRIVED, "data"),
        State(ids.DRAFT, "data"),
        State(page.JOB, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def arrive(text: Any, draft: Any, job: Any, table: Any) -> tuple[Any, bool, Any, Any]:
        who = asked(table, runs)
        there = draft_of_text(text, city(who.data)) if text else None
        if there is None or there["modifications"] == draft_of(draft)["modifications"]:
            return no_update, True, no_update, no_update
        return there, True, *started(there, None, job, who)

    @app.callback(
        Output(page.TICK, "disabled"),
        Output(page.CANCEL, "disabled"),
        Input(page.JOB, "data"),
        State(ids.VIEW, "data"),
    )
    def follow(job: Any, table: Any) -> tuple[bool, bool]:
        still = not key_of_job(job, asked(table, runs).data.name)
        return still, still

    @app.callback(
        Output(page.PROGRESS, "children", allow_duplicate=True),
        Output(page.TICK, "disabled", allow_duplicate=True),
        Output(page.CANCEL, "disabled", allow_duplicate=True),
        Output(page.SHOWN, "data"),
        Output(ids.SCENARIOS, "data", allow_duplicate=True),
        Output(page.SHOW, "value"),
        Input(page.TICK, "n_intervals"),
        State(page.JOB, "data"),
        State(page.SHOWN, "data"),
        State(ids.SCENARIOS, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def poll(_: Any, job: Any, shown: Any, kept: Any, table: Any) -> tuple[Any, ...]:
        return polled(job, shown, kept, asked(table, runs))

    @app.callback(
        Output(page.JOB, "data", allow_duplicate=True),
        Output(page.PROGRESS, "children", allow_duplicate=True),
        Input(page.CANCEL, "n_clicks"),
        State(page.JOB, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def cancel(clicks: Any, job: Any, table: Any) -> tuple[Any, Any]:
        who = asked(table, runs)
        key = key_of_job(job, who.data.name)
        if not clicks or not key:
            raise PreventUpdate
        jobs().cancel(who.data.name, key, client=client_of(job))
        return {"client": client_of(job)}, html.P(who.words("what_if.compute.cancelled"), role="status")


def _results(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.HEADLINE, "children"),
        Output(page.CHANGES, "data"),
        Output(page.SHOW_BOX, "style"),
        Input(page.SHOWN, "data"),
        State(ids.VIEW, "data"),
    )
    def show_headline(shown: Any, table: Any) -> tuple[Any, Any, dict[str, str]]:
        who = asked(table, runs)
        result = result_of(shown, who)
        if result is None:
            told = [html.P(who.words("what_if.compute.gone" if shown else "what_if.result.none"))]
            return told, [], {"display": "none"}
        return headline_block(who.data, result, who.words), overlay_of_changes(result, who.words), {}

    @app.callback(
        Output(page.BEFORE, "children"),
        Input(page.JOB, "data"),
        Input(page.SHOWN, "data"),
        Input(page.TICK, "disabled"),
        State(ids.VIEW, "data"),
    )
    def mark_as_before(job: Any, shown: Any, stopped: Any, table: Any) -> Any:
        return said_before(job, shown, bool(stopped), asked(table, runs))

    @app.callback(
        Output(page.RESULT, "children"),
        Input(page.SHOWN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def show_result(shown: Any, table: Any) -> list[Component]:
        who = asked(table, runs)
        result = result_of(shown, who)
        return [] if result is None else result_block(who.data, result, who.words)

    @app.callback(
        Output(ids.of_map("paint", page.MAP), "data"),
        Input(page.SHOWN, "data"),
        Input(page.SHOW, "value"),
        State(ids.SCENARIOS, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def paint(shown: Any, show: Any, kept: Any, table: Any) -> dict[str, Any]:
        who = asked(table, runs)
        result = result_of(shown, who) if show == DIFFERENCE else None
        return painted(result, results_of(kept, who), who)


def _side(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.SIDE, "children"),
        Input(ids.SCENARIOS, "data"),
        Input(page.SHOWN, "data"),
        State(ids.VIEW, "data"),
    )
    def compare(kept: Any, shown: Any, table: Any) -> Any:
        who = asked(table, runs)
        listed = kept_here(kept, who)
        found = {each.key: each for each in results_of(kept, who)}
        return side_block(who.data, listed, found, str((shown or {}).get("key") or ""), who.words)

    @app.callback(
        Output(page.SHOWN, "data", allow_duplicate=True),
        Output(page.SHOW, "value", allow_duplicate=True),
        Input({"type": "what-if-show", "number": ALL}, "n_clicks"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def choose(clicks: list[Any], table: Any) -> tuple[Any, str]:
        if not any(clicks):
            raise PreventUpdate
        return shown_of(str(ctx.triggered_id["number"]), asked(table, runs)), DIFFERENCE

    @app.callback(
        Output(ids.SCENARIOS, "data", allow_duplicate=True),
        Input({"type": "what-if-drop", "number": ALL}, "n_clicks"),
        State(ids.SCENARIOS, "data"),
        prevent_initial_call=True,
    )
    def drop(clicks: list[Any], kept: Any) -> Any:
        if not any(clicks):
            raise PreventUpdate
        return drop_scenario(kept, str(ctx.triggered_id["number"]))

    @app.callback(
        Output(page.SHOWN, "data", allow_duplicate=True),
        Output(page.SHOW, "value", allow_duplicate=True),
        Input(ids.SCENARIOS, "data"),
        State(page.SHOWN, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def come_back(kept: Any, shown: Any, table: Any) -> tuple[Any, str]:
        """Show the last result again after another page or another language."""
        who = asked(table, runs)
        found = results_of(kept, who)
        if shown or not found:
            raise PreventUpdate
        return shown_of(found[-1].key, who), DIFFERENCE


def _exports(app: dash.Dash, runs: Runs) -> None:
    @app.callback(
        Output(page.EXPORTED, "data"),
        Output(page.EXPORT_JOB, "data"),
        Output(page.EXPORT_TOLD, "children"),
        Input({"type": "what-if-export", "number": ALL}, "n_clicks"),
        State(page.SHOWN, "data"),
        State(page.JOB, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def export(clicks: list[Any], shown: Any, job: Any, table: Any) -> tuple[Any, Any, Any]:
        who = asked(table, runs)
        result = result_of(shown, who)
        if not any(clicks) or result is None:
            raise PreventUpdate
        return exported(str(ctx.triggered_id["number"]), result, job, who)

    @app.callback(
        Output(page.EXPORT_TICK, "disabled"),
        Input(page.EXPORT_JOB, "data"),
    )
    def follow_export(job: Any) -> bool:
        return not job

    @app.callback(
        Output(page.EXPORTED, "data", allow_duplicate=True),
        Output(page.EXPORT_JOB, "data", allow_duplicate=True),
        Output(page.EXPORT_TOLD, "children", allow_duplicate=True),
        Input(page.EXPORT_TICK, "n_intervals"),
        State(page.EXPORT_JOB, "data"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def poll_export(_: Any, job: Any, table: Any) -> tuple[Any, Any, Any]:
        return polled_export(job, asked(table, runs))

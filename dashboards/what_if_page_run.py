"""Callbacks of the computation: asked, followed, given up; its result, the comparison, downloads."""

from __future__ import annotations

import base64
import re
from typing import Any

import dash
from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboards import ids
from dashboards import what_if_page_ids as page
from dashboards.exports import csv_of, package_of, yaml_of, zip_of
from dashboards.map_view import paint_of
from dashboards.maps_difference import base_cells, difference_cells, overlay_of_changes
from dashboards.run_data import RunError, Runs
from dashboards.what_if_actions import (
    changes_in,
    draft_of,
    drop_scenario,
    keep_scenario,
    kept_scenarios,
    scenario_of,
)
from dashboards.what_if_page_context import Asked, asked, city, client_of, jobs, said_problems
from dashboards.what_if_page_draft import draft_of_text, planned_feeds
from dashboards.what_if_page_parts import alert, headline_block, progress_block, result_block, side_block
from dashboards.what_if_problems import ScenarioProblems
from dashboards.what_if_result import WhatIfResult

_KEY = re.compile(r"[0-9a-f]{64}")
BASE, DIFFERENCE = "base", "difference"


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


def started(draft: Any, planned: Any, job: Any, who: Asked) -> tuple[Any, Any]:
    """Ask a question; return the job that the browser follows, or what is wrong."""
    words, written = who.words, draft_of(draft)
    feeds = planned_feeds(planned, who.data.name)
    if not changes_in(written) and not feeds:
        return no_update, html.P(words("what_if.compute.nothing"), role="alert")
    scenario, client = scenario_of(written, city(who.data)), client_of(job)
    try:
        key = jobs().start(who.data.name, scenario, client=client, planned=feeds)
    except ScenarioProblems as problems:
        return no_update, alert(words("what_if.compute.cannot"), *said_problems(problems, words))
    except RunError as problem:
        return no_update, html.P(words(f"run_problem.{problem.kind}"), role="alert")
    entry = {
        "run": who.data.name,
        "key": key,
        "name": scenario["name"],
        "scenario": scenario,
        "client": client,
    }
    state = jobs().status(who.data.name, key).state
    return entry, progress_block(
        state if words.has(f"what_if.state.{state}") else "queued", "", 0.0, 0.0, words
    )


def key_of_job(job: Any, run: str) -> str:
    """Return the key of the job that a browser follows in this run; empty without one."""
    if not isinstance(job, dict) or job.get("run") != run:
        return ""
    key = str(job.get("key") or "")
    return key if _KEY.fullmatch(key) else ""


def polled(job: Any, shown: Any, kept: Any, who: Asked) -> tuple[Any, ...]:
    """Return progress, whether to go on asking, and what is newly there to be shown."""
    key, words = key_of_job(job, who.data.name), who.words
    if not key:
        return no_update, True, True, no_update, no_update, no_update
    status = jobs().status(who.data.name, key)
    result = jobs().result(who.data.name, key)
    now = {"key": key, "final": bool(result.final)} if result is not None else None
    fresh = now is not None and now != shown
    entry = {name: job.get(name) for name in ("key", "run", "name", "scenario")}
    sent = (now if fresh else no_update, keep_scenario(kept, entry) if fresh else no_update)
    show = DIFFERENCE if fresh and (shown or {}).get("key") != key else no_update
    ended = status.ended
    if status.state == "done":
        seconds = words.number(status.seconds, 1)
        told: Any = (
            html.P(words("what_if.compute.took", seconds=seconds), role="status") if status.seconds else []
        )
    elif status.state == "failed":
        english = [each.said(words) for each in status.problems if each.english_only]
        own = [each.said(words) for each in status.problems if not each.english_only]
        told = alert(words("what_if.compute.cannot"), own, english)
    elif status.state == "cancelled":
        told = html.P(words("what_if.compute.cancelled"), role="status")
    elif status.state == "unknown":
        told = html.P(words("what_if.compute.gone"), role="status")
    else:
        step = words(f"jobs.step.{status.step}") if words.has(f"jobs.step.{status.step}") else ""
        told = progress_block(status.state, step, status.share, status.seconds, words)
    return told, ended, ended, *sent, show


def said_before(job: Any, shown: Any, stopped: bool, who: Asked) -> Any:
    """Say of a result on the page that it is not of the scenario which is being computed; else nothing."""
    asked_for, there = key_of_job(job, who.data.name), str((shown or {}).get("key") or "")
    if stopped or not asked_for or not there or asked_for == there:
        return []
    return html.P(who.words("what_if.result.before"), className="what-if-strong")


def result_of(shown: Any, who: Asked) -> WhatIfResult | None:
    """Return the result that the page shows; None where there is none or it is no longer kept."""
    key = str(shown.get("key") or "") if isinstance(shown, dict) else ""
    return jobs().result(who.data.name, key) if _KEY.fullmatch(key) else None


def shown_of(key: str, who: Asked) -> dict[str, Any]:
    """Return what the browser keeps of the result on the page."""
    result = result_of({"key": key}, who)
    if result is None:
        raise PreventUpdate
    return {"key": key, "final": bool(result.final)}


def kept_here(kept: Any, who: Asked) -> list[dict[str, Any]]:
    """Return the scenarios of this browser that are of this run."""
    return [each for each in kept_scenarios(kept) if each.get("run") == who.data.name]


def results_of(kept: Any, who: Asked) -> list[WhatIfResult]:
    """Return the results of this browser's scenarios that are still kept."""
    found = (result_of(each, who) for each in kept_here(kept, who))
    return [each for each in found if each is not None]


def painted(result: WhatIfResult | None, others: list[WhatIfResult], who: Asked) -> dict[str, Any]:
    """Return what the map shows: the difference, or the city as it is."""
    run, words = who.data.run, who.words
    service = words.label(
        next((each.get("label") for each in run.services if each["name"] == run.headline.service), "")
    )
    if result is None:
        cell_map, values = base_cells(who.data, words)
        return paint_of(cell_map, values, words, unit=service, run=run)
    cell_map, values = difference_cells(who.data, result, words, others)
    return paint_of(cell_map, values, words, unit=service, run=run)


def exported(kind: str, result: WhatIfResult, job: Any, who: Asked) -> tuple[Any, Any, Any]:
    """Return a file of a result; timetables are written in the background first."""
    if kind == "yaml":
        return _file(yaml_of(result.scenario).encode(), "scenario.yaml"), None, []
    if kind == "csv":
        return _file(zip_of(csv_of([result])), "scenario-tables.zip"), None, []
    if kind == "gpkg":
        return _file(package_of([result], who.data), "scenario.gpkg"), None, []
    if kind != "gtfs":
        raise PreventUpdate
    try:
        key = jobs().start_export(
            who.data.name, result.scenario, client=client_of(job), planned=result.planned
        )
    except ScenarioProblems as problems:
        told = alert(who.words("what_if.compute.cannot"), *said_problems(problems, who.words))
        return no_update, None, told
    return no_update, {"run": who.data.name, "key": key}, who.words("what_if.state.preparing")


def polled_export(job: Any, who: Asked) -> tuple[Any, Any, Any]:
    """Return the timetables once they are written."""
    key = key_of_job(job, who.data.name)
    if not key:
        raise PreventUpdate
    files = jobs().export(who.data.name, key)
    if files is not None:
        return _file(zip_of(files), "scenario-gtfs.zip"), None, []
    status = jobs().status(who.data.name, key)
    if status.ended:
        return no_update, None, alert(who.words("what_if.compute.cannot"), status.said(who.words))
    return no_update, no_update, who.words(f"what_if.state.{status.state}")


def _file(content: bytes, name: str) -> Any:
    return {"content": base64.b64encode(content).decode(), "filename": name, "base64": True}

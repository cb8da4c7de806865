"""What the page What if answers: jobs started and followed, results, what the map shows, files."""

from __future__ import annotations

import base64
import re
from typing import Any

from dash import html, no_update
from dash.exceptions import PreventUpdate

from dashboards.exports import csv_of, package_of, yaml_of, zip_of
from dashboards.map_view import paint_of
from dashboards.maps_difference import base_cells, difference_cells
from dashboards.run_data import RunError
from dashboards.what_if_actions import (
    changes_in,
    draft_of,
    keep_scenario,
    kept_scenarios,
    scenario_of,
)
from dashboards.what_if_page_context import Asked, city, client_of, jobs, said_problems
from dashboards.what_if_page_draft import planned_feeds
from dashboards.what_if_page_parts import alert, progress_block
from dashboards.what_if_problems import ScenarioProblems
from dashboards.what_if_result import WhatIfResult

_KEY = re.compile(r"[0-9a-f]{64}")
BASE, DIFFERENCE = "base", "difference"


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

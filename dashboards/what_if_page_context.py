"""What every callback of the page "what if" begins with: the run, the view and the words it is asked for."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import flask
from dash.exceptions import PreventUpdate

from dashboards.kept import kept
from dashboards.run_data import RunData, RunError, Runs
from dashboards.view import View, view_of_table
from dashboards.what_if import WhatIf
from dashboards.what_if_form_read import City, city_of
from dashboards.what_if_form_today import TimetablesGone, Today, today_of
from dashboards.what_if_problems import ScenarioProblems
from dashboards.words import Words, words

PAGE = "what-if"


class Asked(NamedTuple):
    """Who asks for what."""

    data: RunData
    view: View
    words: Words


def asked(table: Mapping[str, Any] | None, runs: Runs) -> Asked:
    """Read the view of a callback.

    Raises
    ------
    PreventUpdate
        If another page is shown, or the run cannot be (the page says so already).
    """
    try:
        view = view_of_table(table, runs)
        if view.page != PAGE:
            raise PreventUpdate
        return Asked(runs.get(view.run), view, words(view.language))
    except RunError:
        raise PreventUpdate from None


def jobs() -> WhatIf:
    """Return the what-if questions of the app that answers this request."""
    found: WhatIf = flask.current_app.config["WHAT_IF"]
    return found


def city(data: RunData) -> City:
    """Return what the forms of a run can speak of; without lines and stops where the timetables are gone."""
    try:
        today = today_of(data)
    except TimetablesGone:
        return city_of(data.run, Today())
    return kept(data, "what-if-city", lambda: city_of(data.run, today))


def warm_up(data: RunData) -> None:
    """Read the timetables and load the run for questions, in the background; returns at once."""
    threading.Thread(target=city, args=(data,), daemon=True, name="what-if-timetables").start()
    if flask.has_app_context() and "WHAT_IF" in flask.current_app.config:
        jobs().prepare(data.name)


def feeds_gone(data: RunData) -> list[str]:
    """Return the feeds of the run that are not where they were; empty where all are."""
    try:
        today_of(data)
    except TimetablesGone as gone:
        return gone.feeds
    return []


def said_problems(problems: ScenarioProblems, said: Words) -> tuple[list[str], list[str]]:
    """Return problems in the language of the page, and those that are in English only."""
    own = [each.said(said) for each in problems.problems if not each.english_only]
    return own, [each.said(said) for each in problems.problems if each.english_only]


def client_of(job: Any) -> str:
    """Return the random id of this browser, made at its first question."""
    given = job.get("client") if isinstance(job, Mapping) else None
    return given if isinstance(given, str) and len(given) == 32 and given.isalnum() else uuid.uuid4().hex


def values_of_fields(ids: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a form by the name of their field."""
    return {str(each["name"]): value for each, value in zip(ids, values, strict=True)}

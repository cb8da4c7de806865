"""What a visitor reads when the app itself fails: one message in the language of the page, never a traceback.

What happened is logged on the server with its traceback.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dash
import flask
from dash import html
from dash.development.base_component import Component
from werkzeug.exceptions import HTTPException

from dashboards import ids
from dashboards.run_data import RunError
from dashboards.words import DEFAULT_LANGUAGE, Words, languages, words

logger = logging.getLogger(__name__)
CALLBACKS = "/_dash-update-component"


def notice_place() -> Component:
    """Return where messages appear; screen readers read out what is put there."""
    return html.Div(id=ids.NOTICE, role="alert")


def forget_when_moving_on(app: dash.Dash) -> None:
    """Take a message away when the visitor asks for something else; done in the browser."""
    app.clientside_callback(
        dash.ClientsideFunction("notice", "clear"),
        dash.Output(ids.NOTICE, "children"),
        dash.Input(ids.VIEW, "data"),
        dash.State(ids.NOTICE, "children"),
        prevent_initial_call=True,
    )


def tell_problem(error: Exception) -> None:
    """Show the message of a callback that failed; what the callback would have changed stays as it was."""
    if isinstance(error, RunError):
        logger.warning("a run cannot be shown: %s", error)
    else:
        logger.error("a callback failed", exc_info=error)
    dash.set_props(ids.NOTICE, {"children": notice(error, words(_language()))})


def notice(error: Exception, said: Words) -> Component:
    """Return the message of a failed callback."""
    if isinstance(error, RunError):
        title, text = said("run_problem.title"), said(f"run_problem.{error.kind}")
    else:
        title, text = said("safety.failed_title"), said("safety.failed")
    return html.Div([html.Strong(title), html.P(text)], className="problem")


def failed_page(said: Words) -> Component:
    """Return what stands in place of a page that could not be made."""
    return html.Div(
        [html.H1(said("safety.failed_title")), html.P(said("safety.failed_page"))],
        role="alert",
        className="problem",
    )


def answer_problem(error: Exception) -> flask.Response:
    """Answer a request that cannot be answered, in one line."""
    if isinstance(error, dash.exceptions.PreventUpdate):
        return flask.Response("", 204)
    if isinstance(error, dash.exceptions.InvalidResourceError | dash.exceptions.DependencyException):
        return _line("There is no such file.", 404)
    if isinstance(error, HTTPException):
        if error.code is not None and 300 <= error.code < 400:
            return flask.Response(error.get_response().get_data(), error.code, error.get_headers())
        return _line(f"{error.code} {error.name}", error.code or 500)
    if flask.request.path.endswith(CALLBACKS):
        # Dash found no callback for the body, or could not read it: no page of ours asks so.
        logger.error("a request for a callback was not understood", exc_info=error)
        return _line("The request was not understood.", 400)
    logger.error("a request failed", exc_info=error)
    return _line("The request failed; the server's log says why.", 500)


def _line(text: str, status: int) -> flask.Response:
    return flask.Response(text + "\n", status=status, mimetype="text/plain")


def _language() -> str:
    """Return the language of the page that asked: its address says it."""
    asked = urlsplit((flask.request.referrer or "") if flask.has_request_context() else "").query
    try:
        table: dict[str, Any] = dict(parse_qsl(asked[:40_000], max_num_fields=40))
    except ValueError:
        table = {}
    language = table.get("lang", "")
    return language if language in languages() else DEFAULT_LANGUAGE

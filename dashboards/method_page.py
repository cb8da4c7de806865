"""The page "method"."""

from __future__ import annotations

import dash
from dash import html
from dash.development.base_component import Component

from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run."""
    key = "page.method"
    return html.Div([html.H1(words(key), tabIndex="-1")])


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""

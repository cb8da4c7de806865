"""The pages of the app by name: what each shows, and the callbacks it brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import dash
from dash.development.base_component import Component

from dashboards import gaps_page, method_page, rights_page, segregation_page, what_if_page, zones_page
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words


class Page(NamedTuple):
    """One page."""

    layout: Callable[[RunData, View, Words], Component]
    register: Callable[[dash.Dash, Runs], None]


BY_NAME = {
    "gaps": Page(gaps_page.layout, gaps_page.register),
    "rights": Page(rights_page.layout, rights_page.register),
    "zones": Page(zones_page.layout, zones_page.register),
    "segregation": Page(segregation_page.layout, segregation_page.register),
    "what-if": Page(what_if_page.layout, what_if_page.register),
    "method": Page(method_page.layout, method_page.register),
}

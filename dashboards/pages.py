"""The pages of the app by name: what each shows, and the callbacks it brings."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import dash
from dash.development.base_component import Component

from dashboards import (
    cities_page,
    gaps_page,
    method_page,
    rights_page,
    segregation_page,
    time_page,
    what_if_page,
    zones_page,
)
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words


class Page(NamedTuple):
    """One page."""

    layout: Callable[[RunData, View, Words], Component]
    register: Callable[[dash.Dash, Runs], None]
    shown: Callable[[RunData, View, Words], Any] | None  # dashboards.downloads.Shown; what can be downloaded


def _page(module: ModuleType) -> Page:
    return Page(module.layout, module.register, getattr(module, "shown", None))


BY_NAME = {
    "gaps": _page(gaps_page),
    "rights": _page(rights_page),
    "zones": _page(zones_page),
    "segregation": _page(segregation_page),
    "what-if": _page(what_if_page),
    "time": _page(time_page),
    "cities": _page(cities_page),
    "method": _page(method_page),
}

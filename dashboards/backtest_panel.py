"""How the warnings would have done in the past: the results of a back-test that lie beside the store."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.store_data import StoreData
from dashboards.words import Words


def backtest_panel(store: StoreData, city: str, words: Words) -> list[Component]:
    """Return the section of the back-test; nothing without one."""
    return []

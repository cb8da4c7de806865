"""The page Exclusion zones: the register on the map and as a table, a chosen zone, its sheet, the rule."""

from __future__ import annotations

from typing import Any

import dash
import numpy as np
import pandas as pd
from dash import html
from dash.development.base_component import Component

from access.report_findings import area_name
from access.report_map import CellMap, access_map
from access.report_tables import Table, map_table
from access.report_zones import register_table, zone_map, zone_rights_table
from dashboards import zones_callbacks
from dashboards.aria import aria
from dashboards.components import download_menu, table_block
from dashboards.downloads import Shown
from dashboards.map_view import map_block, paint_of
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words
from dashboards.zones_actions import (
    checked_order,
    chosen_zone,
    facts,
    has_register,
    headline,
    overlay,
    rights_table,
    rule_sentences,
    unjudged_sentences,
    unstable_table,
)
from dashboards.zones_panels import (
    MAP,
    PANEL,
    RIGHTS,
    SAID,
    SCENARIOS,
    register_panel,
    rights_panel,
    scenarios_panel,
    stores,
    zone_panel,
)


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run."""
    run = data.run
    top = [html.H1(words("zones.title"), tabIndex="-1"), html.P(headline(run, words), className="lead")]
    if run.zones is None:
        return html.Div(top)
    zone, order = chosen_zone(run, view.more.get("zone", "")), checked_order(view.more.get("zone_sort", ""))
    parts = [*top, html.P(words("zones.intro"), className="muted"), *stores(view.more.get("zone", ""), order)]
    if has_register(run):
        parts += [
            _map_and_panel(data, view, words, zone),
            html.Section(
                [
                    html.H2(words("zones.register")),
                    html.Div(register_panel(data, zone, order, words), id="zones-register"),
                ]
            ),
            html.Section(
                [html.H2(words("zones.rights")), html.Div(rights_panel(data, zone, words), id=RIGHTS)]
            ),
            html.Section(
                [
                    html.H2(words("zones.scenarios")),
                    html.Div(scenarios_panel(data, zone, [], words), id=SCENARIOS, **aria(live="polite")),
                ]
            ),
        ]
    return html.Div([*parts, *_rule_sections(data, words)])


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    zones_callbacks.register(app, runs)


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return what can be downloaded: the register, rights by zone, and the zone of each cell."""
    run, texts = data.run, words.texts
    if not has_register(run):
        return Shown("zones", [])
    zone = facts(run, chosen_zone(run, view.more.get("zone", "")), words)
    tables: list[Table | None] = [
        register_table(run, texts),
        zone_rights_table(run, texts),
        rights_table(zone, words),
        unstable_table(data, words),
    ]
    columns = [name for name in ("zone_id", "zone_share_of_draws") if name in run.cells.columns]
    cells = pd.DataFrame(
        {"id": data.cell_ids, **{name: run.cells[name].to_numpy(dtype=object) for name in columns}}
    )
    cell_map = zone_map(run, texts)
    if cell_map is not None:
        tables.append(map_table(run, cell_map, texts))
    return Shown("zones", [table for table in tables if table is not None], cells, cell_map)


def _map_of(data: RunData, words: Words) -> CellMap:
    return zone_map(data.run, words.texts) or access_map(data.run, words.texts)


def _map_and_panel(data: RunData, view: View, words: Words, zone: str) -> Component:
    made = _map_of(data, words)
    values = np.asarray(data.run.headline_access(), dtype=np.float32)
    block = map_block(
        MAP,
        data,
        view,
        words,
        label=words("zones.map_label", place=area_name(data.run, words.texts)),
        height="min(34rem, 70vh)",
        paint=paint_of(made, values, words, unit=_unit(data, words), run=data.run),
        overlay=overlay(data, zone),
    )
    panel = html.Div(zone_panel(data, zone, words), id=PANEL, **aria(live="polite"))
    actions = html.Div([download_menu(words), html.Span(id=SAID, role="status")], className="page-actions")
    return html.Div([html.Div(block), html.Div([panel, actions])], className="map-and-panel")


def _unit(data: RunData, words: Words) -> str:
    return words.label(data.run.service(data.run.headline.service).get("label"), data.run.headline.service)


def _rule_sections(data: RunData, words: Words) -> list[Component]:
    run, texts = data.run, words.texts
    rule = [html.Li(sentence) for sentence in rule_sentences(run, words)]
    unjudged = [html.Li(sentence) for sentence in unjudged_sentences(run, words)]
    unstable = table_block(unstable_table(data, words))
    of_rights = table_block(zone_rights_table(run, texts)) if has_register(run) else None
    folded: list[Any] = (
        [html.Details([html.Summary(words("zones.all_rights")), of_rights])] if of_rights is not None else []
    )
    limits = f"{texts('zones.not_official')} {texts('zones.places_not_people')}"
    return [
        *folded,
        html.Section(
            [
                html.H2(words("zones.rule")),
                html.Ul(rule),
                html.P(limits, className="muted"),
            ]
        ),
        html.Section([html.H2(words("zones.unstable")), unstable or html.P(words("zones.none_unstable"))]),
        html.Section(
            [
                html.H2(words("zones.unjudged")),
                html.Ul(unjudged) if unjudged else html.P(words("zones.none_unjudged")),
            ]
        ),
    ]

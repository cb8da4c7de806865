"""The page Rights: the catalogue, who lacks what, where, how many at once, and when rights are lost."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from access.report_findings import area_name
from access.report_rights_tables import excluded_table, penalty_table
from access.report_tables import Table, map_table
from dashboards import ids, rights_callbacks
from dashboards.aria import aria
from dashboards.charts_rights import basket_by_group, right_by_group, several_chart
from dashboards.components import download_menu, how_button, table_block
from dashboards.downloads import Shown
from dashboards.map_view import map_block
from dashboards.rights_actions import (
    catalogue_of_basket,
    catalogue_tables,
    choice_groups,
    chosen,
    has_rights,
    headline,
    penalty_sentences,
    proposal_note,
)
from dashboards.rights_panels import (
    ABOUT,
    CELL,
    CELLS,
    CELLS_BUTTON,
    GROUPS,
    MAP,
    SEVERAL,
    SHOWN_KEY,
    about,
    cell_panel,
    map_of,
    painted,
)
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run."""
    title = html.H1(words("rights.title"), tabIndex="-1")
    if not has_rights(data.run):
        return html.Div([title, html.P(words("rights.no_rights"))])
    choice = chosen(data.run, view.more.get("right", ""))
    return html.Div(
        [
            title,
            html.P(headline(data.run, words), className="lead"),
            html.P(words("rights.intro"), className="muted"),
            dcc.Store(id=SHOWN_KEY, data=choice),
            # Kept beside the map's own store, so that a link restores the cell.
            dcc.Store(id=ids.held("cell"), data=view.cell),
            *([_map_and_panel(data, view, words, choice)] if choice else []),
            *([_cell_section(data, view, words)] if choice else []),
            *([_lazy_sections(words)] if choice else []),
            _penalty_section(data, words),
            _catalogue_section(data, words),
            _left_out_section(data, words),
        ]
    )


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    rights_callbacks.register(app, runs)


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return what can be downloaded: the tables of the choice, and what the map shows by cell."""
    run = data.run
    choice = chosen(run, view.more.get("right", ""))
    catalogue = catalogue_of_basket(choice)
    tables: list[Table | None] = [*(table for _, _, table in catalogue_tables(run, words))]
    if not choice:
        return Shown("rights", [table for table in tables if table is not None])
    cell_map, values = map_of(data, choice, words)
    chart = basket_by_group(run, catalogue, words) if catalogue else right_by_group(run, choice, words)
    several = several_chart(run, catalogue, words) if catalogue else None
    tables = [
        map_table(run, cell_map, words.texts),
        *(each.table for each in (chart, several) if each is not None),
        penalty_table(run, words.texts),
        excluded_table(run, words.texts),
        *tables,
    ]
    name = f"rights_lacking_{catalogue}" if catalogue else choice
    state = [cell_map.legend[entry].label for entry in cell_map.entry_of_cell]
    cells = pd.DataFrame({"id": data.cell_ids, name: values, f"{name}_words": state})
    return Shown(f"rights {name}", [table for table in tables if table is not None], cells, cell_map)


def _map_and_panel(data: RunData, view: View, words: Words, choice: str) -> Component:
    control = dmc.Select(
        id=ids.control("right"),
        label=words("rights.choose"),
        data=choice_groups(data.run, words),
        value=choice,
        allowDeselect=False,
        searchable=False,
        size="sm",
        maxDropdownHeight=420,
        comboboxProps={"zIndex": 1500},  # above the map, whose panes reach 1000
    )
    made, _ = map_of(data, choice, words)
    label = words("rights.map_label", place=area_name(data.run, words.texts), title=made.title)
    block = map_block(
        MAP, data, view, words, label=label, height="min(34rem, 70vh)", paint=painted(data, choice, words)
    )
    panel = html.Div(about(data, choice, words), id=ABOUT, **aria(live="polite"))
    return html.Div(
        [html.Div([control, block]), html.Div([panel, _downloads(words)])], className="map-and-panel"
    )


def _downloads(words: Words) -> Component:
    return html.Div(download_menu(words), className="page-actions")


def _cell_section(data: RunData, view: View, words: Words) -> Component:
    return html.Section(
        [
            html.H2(words("rights.cell")),
            html.Div(cell_panel(data, view.cell, words), id=CELL, **aria(live="polite")),
            html.Button(words("rights.cells_show"), id=CELLS_BUTTON, className="plain-button"),
            html.Div(id=CELLS),
        ]
    )


def _lazy_sections(words: Words) -> Component:
    """Return places for the charts, which come after the map."""
    return html.Div(
        [
            html.Section([html.H2(words("rights.groups")), html.Div(id=GROUPS)]),
            html.Section([html.H2(words("rights.at_once")), html.Div(id=SEVERAL)]),
        ]
    )


def _penalty_section(data: RunData, words: Words) -> Component:
    told = list(penalty_sentences(data.run, words))
    table = penalty_table(data.run, words.texts)
    items = [html.Li([sentence, " ", how_button(key, words)]) for sentence, key in told]
    inside: list[Any] = [html.Ul(items)] if told else []
    inside.insert(0, html.P(words("rights.penalty_intro" if told else "rights.no_penalties")))
    if table is not None:
        folded = html.Details([html.Summary(words("as_table")), table_block(table)])
        inside.append(folded)
    return html.Section([html.H2(words("rights.penalties")), *inside])


def _catalogue_section(data: RunData, words: Words) -> Component:
    proposals = proposal_note(data.run, words)
    parts: list[Any] = [html.P(proposals)] if proposals else []
    for label, note, table in catalogue_tables(data.run, words):
        inside = [html.Summary(label), *([html.P(note, className="muted")] if note else [])]
        parts.append(html.Details([*inside, table_block(table)], className="catalogue"))
    texts = words.texts
    notes = [texts("rights.how_counted"), texts("rights.no_legal_finding")]
    parts += [html.P(note, className="muted") for note in notes]
    return html.Section([html.H2(words("rights.catalogue")), *parts])


def _left_out_section(data: RunData, words: Words) -> Component:
    table = table_block(excluded_table(data.run, words.texts))
    told = table if table is not None else html.P(words("rights.nothing_left_out"))
    return html.Section([html.H2(words("rights.left_out")), told])

"""Parts of the page on exclusion zones that change with the choice: register, chosen zone, scenarios."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from access.report_tables import Table
from access.report_zone_gap import text_in
from access.texts import LANGUAGES
from dashboards import ids
from dashboards.aria import aria
from dashboards.components import table_block
from dashboards.evidence_panel import zone_evidence
from dashboards.notes_panels import notes_on
from dashboards.run_data import RunData
from dashboards.words import Words, words
from dashboards.zones_actions import (
    SORTS,
    edge_warning,
    facts,
    has_register,
    register_rows,
    rights_table,
    sorted_rows,
    zone_facts,
    zone_term,
)
from dashboards.zones_scenarios import scenario_table

MAP = "zones"
PANEL, BODY, RIGHTS, SCENARIOS = "zones-panel", "zones-body", "zones-rights", "zones-scenarios"
CHOSEN_ROW = "chosen-row"
FILE, SAID = "zones-file", "zones-said"
COLUMNS = ("number", "name", "residents", "income", "lacking", "of_mean", "missing", "draws")


def zone_panel(data: RunData, zone_id: str, said: Words) -> list[Component]:
    """Return the facts of the chosen zone, and its sheet to download."""
    if not zone_id:
        return [html.P(said("zones.none_chosen"), className="muted")]
    found = facts(data.run, zone_id, said)
    warning, is_named = edge_warning(found, said), bool(text_in(found.row, "name"))
    told = [
        part
        for name, words_of in zone_facts(data.run, found, said)
        for part in (html.Dt(name), html.Dd(words_of))
    ]
    return [
        html.H2(said("zones.chosen", n=found.number, name=found.zone.name)),
        *([html.P(said("zones.around", name=found.zone.name), className="muted")] if is_named else []),
        *([html.P(warning, className="warning", role="note")] if warning else []),
        html.Dl(told),
        _sheets(said),
        *zone_evidence(zone_id, said),
        *notes_on(data, "zone", zone_id, said),
    ]


def register_panel(data: RunData, chosen: str, order: str, said: Words) -> list[Component]:
    """Return the register as a table whose columns can be sorted and whose zones can be chosen."""
    if not has_register(data.run):
        return []
    head = html.Tr([_heading(column, order, said) for column in COLUMNS])
    caption = said.texts("table.register_caption", term=zone_term(data.run, said))
    body = html.Tbody(register_body(data, chosen, order, said), id=BODY)
    table = html.Table([html.Caption(caption), html.Thead(head), body], className="plain-table")
    frame = html.Div(table, className="table-frame", tabIndex="0", role="region", **aria(label=caption))
    return [frame, html.P(said("zones.register_note"), className="muted")]


def register_body(data: RunData, chosen: str, order: str, said: Words) -> list[Component]:
    """Return the rows of the register in an order; only these are drawn anew when a heading is pressed."""
    rows = sorted_rows(register_rows(data.run, said.texts), order)
    return [
        html.Tr(
            [
                html.Td(row.words[0]),
                html.Th(_choose(row.zone_id, row.words[1], chosen=row.zone_id == chosen), scope="row"),
                *(
                    html.Td(cell, className="word" if column == "missing" else "")
                    for column, cell in zip(COLUMNS[2:], row.words[2:], strict=True)
                ),
            ],
            id={"type": "zone-row", "zone": row.zone_id},
            className=CHOSEN_ROW if row.zone_id == chosen else "",
        )
        for row in rows
    ]


def sort_state(column: str, order: str) -> str:
    """Return how a column is sorted, in the words of ``aria-sort``."""
    return {column: "ascending", f"-{column}": "descending"}.get(order, "none")


def heading_words(column: str, order: str, said: Words) -> str:
    """Return the words of a heading, with an arrow where the table is sorted by it."""
    mark = {"ascending": " \u2191", "descending": " \u2193"}.get(sort_state(column, order), "")
    return said(f"zones.column.{column}") + mark


def rights_panel(data: RunData, zone_id: str, said: Words) -> list[Component]:
    """Return what is missing in the chosen zone, right by right."""
    table = rights_table(facts(data.run, zone_id, said), said) if zone_id else None
    return [table_block(table) or html.P(said("zones.no_rights"), className="muted")]


def scenarios_panel(data: RunData, zone_id: str, results: list[Any], said: Words) -> list[Component]:
    """Return how the chosen zone would change; without a scenario, how to make one."""
    table: Table | None = scenario_table(data, zone_id, results, said) if zone_id else None
    if table is None:
        link = dcc.Link(said("zones.to_what_if"), href="/what-if")
        return [html.P([said("zones.no_scenarios"), " ", link])]
    return [table_block(table) or html.Div()]


def _heading(column: str, order: str, said: Words) -> Component:
    """Return a column's heading: a button that sorts, its state told to screen readers."""
    name = said(f"zones.column.{column}")
    if column not in SORTS:
        return html.Th(name, scope="col")
    button = html.Button(
        heading_words(column, order, said),
        id={"type": "zone-sort", "column": column},
        className="sort-button",
        title=said("zones.sort_by", column=name),
    )
    heading = {"type": "zone-heading", "column": column}
    return html.Th(button, id=heading, scope="col", **aria(sort=sort_state(column, order)))


def _choose(zone_id: str, name: str, *, chosen: bool) -> Component:
    return html.Button(
        name,
        id={"type": "zone-choose", "zone": zone_id},
        className="plain-button",
        **aria(pressed="true" if chosen else "false"),
    )


def _sheets(said: Words) -> Component:
    """Return the buttons of the sheet: in the language of the page first."""
    languages = sorted(LANGUAGES, key=lambda language: language != said.language)
    buttons = [
        html.Button(
            said("zones.sheet", language=words(language)("language")),
            id={"type": "zone-sheet", "lang": language},
            className="plain-button",
        )
        for language in languages
    ]
    return html.Div([*buttons], className="page-actions")


def stores(zone: str, order: str) -> list[Component]:
    """Return the stores of the page: the zone and the order of the table, both keys of the view."""
    return [
        dcc.Store(id=ids.held("zone"), data=zone),
        dcc.Store(id=ids.held("zone_sort"), data=order),
        dcc.Download(id=FILE),
    ]

"""Pieces of pages that several pages use: tables, charts with their twin in words and numbers, sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from access.report_section import Section
from access.report_tables import Table
from dashboards import ids
from dashboards.aria import aria, in_english
from dashboards.words import Words

#: Nothing that a chart shows leaves the machine: the upload button of plotly is off.
GRAPH_CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": [
        "lasso2d",
        "select2d",
        "autoScale2d",
        "zoom2d",
        "pan2d",
        "zoomIn2d",
        "zoomOut2d",
    ],
}


def table_block(table: Table | None) -> Component | None:
    """Return a table of results for the page; None without one."""
    if table is None:
        return None
    words_in = {*range(table.n_headers), *table.word_columns, *table.code_columns}
    head = html.Tr([html.Th(name, scope="col") for name in table.columns])
    rows = [
        html.Tr(
            [
                html.Th(cell, scope="row", **in_english(so=number in table.english_rows))
                if column < table.n_headers
                else html.Td(cell, className="word" if column in words_in else "")
                for column, cell in enumerate(row)
            ]
        )
        for number, row in enumerate(table.rows)
    ]
    made = html.Table(
        [html.Caption(table.caption), html.Thead(head), html.Tbody(rows)], className="plain-table"
    )
    note = [html.P(table.note, className="muted")] if table.note else []
    # A table that scrolls must be reachable by keyboard, and then needs a name.
    frame = html.Div(made, className="table-frame", tabIndex="0", role="region", **aria(label=table.caption))
    return html.Div([frame, *note])


def chart_block(
    figure: go.Figure, sentence: str, table: Table | None, words: Words, name: str, height_px: int = 320
) -> Component:
    """Return a chart with a sentence that says what it shows, and its table folded below.

    Parameters
    ----------
    name : str
        Id of the graph; also the name of the picture that can be saved from it.
    """
    config: Any = {
        **GRAPH_CONFIG,
        "toImageButtonOptions": {"format": "svg", "filename": name},
        "locale": words.language,
    }
    graph = dcc.Graph(id=name, figure=figure, config=config, style={"height": f"{height_px}px"})
    twin = table_block(table)
    return html.Figure(
        [
            html.Figcaption(sentence),
            # A group, not an image: the chart has buttons of its own.
            html.Div(graph, role="group", **aria(label=sentence)),
            *([html.Details([html.Summary(words("as_table")), twin])] if twin is not None else []),
        ],
        className="chart",
    )


def section_block(section: Section, title: str) -> Component:
    """Return a section of evidence: sentences, tables, notes; or that the run has nothing of the kind."""
    if section.absent:
        return html.Section([html.H2(title), html.P(section.absent, className="muted")])
    tables = [table_block(table) for table in section.tables]
    reasons = [html.Li(reason, lang="en") for reason in section.reasons]
    return html.Section(
        [
            html.H2(title),
            *(html.P(sentence) for sentence in section.sentences),
            *tables,
            *(html.P(note, className="muted") for note in section.notes),
            *([html.Ul(reasons, className="muted")] if reasons else []),
        ]
    )


def choice(key: str, label: str, options: list[dict[str, str]], value: str, **more: Any) -> Component:
    """Return a drop-down list that writes a key of the view."""
    return dmc.Select(
        id=ids.control(key), label=label, data=options, value=value, allowDeselect=False, size="sm", **more
    )


def how_button(number: str, words: Words) -> Component:
    """Return a small button that tells how a number was made.

    Parameters
    ----------
    number : str
        ``indicator|service|period|cutoff|standard|group``, empty where it does not apply: keys of a row of
        ``indicators.parquet``.
    """
    return html.Button(
        "?",
        id=ids.how(number),
        className="how",
        title=words("how.button"),
        **aria(label=words("how.button")),
    )


def download_menu(words: Words, what: Sequence[str] = ("csv", "gpkg", "png", "svg")) -> Component:
    """Return a button that opens the list of forms in which the view can be downloaded.

    Parameters
    ----------
    what : sequence of str
        Forms that the page has, of ``dashboards.downloads.FORMATS``. The page's function ``shown`` says
        what they hold.
    """
    items = [dmc.MenuItem(words(f"downloads.{form}"), id=ids.download(form)) for form in what]
    return dmc.Menu(
        [
            dmc.MenuTarget(dmc.Button(words("downloads.button"), size="sm", variant="outline")),
            dmc.MenuDropdown(items),
        ],
        position="bottom-start",
        withinPortal=False,
        transitionProps={"duration": 0},
    )

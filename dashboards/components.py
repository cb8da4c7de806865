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
#: Marks of decimals and thousands in the numbers of charts, as in those of tables.
_SEPARATORS = {"en": ".,", "fr": ",\u202f"}
_FONT = 'system-ui, "DejaVu Sans", "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
#: A longer table scrolls under its header.
LONG_TABLE_ROWS = 15


def table_block(table: Table | None, how: Sequence[str] = (), words: Words | None = None) -> Component | None:
    """Return a table of results for the page; None without one.

    Parameters
    ----------
    how : sequence of str
        Keys of the number of each row, as of ``how_button``; empty for a row without one.
    words : Words, optional
        Needed with ``how``.
    """
    if table is None:
        return None
    asked = list(how) if words is not None and any(how) else []
    rows = [
        _row(table, place, asked[place] if place < len(asked) else "", words)
        for place in range(len(table.rows))
    ]
    made = html.Table(
        [html.Caption(table.caption), html.Thead(_head(table)), html.Tbody(rows)], className="plain-table"
    )
    note = [html.P(table.note, className="muted")] if table.note else []
    is_long = len(table.rows) > LONG_TABLE_ROWS
    # A table that scrolls must be reachable by keyboard, and then needs a name.
    frame = html.Div(
        made,
        className=f"table-frame{' table-frame-long' if is_long else ''}",
        tabIndex="0",
        role="region",
        **aria(label=table.caption),
    )
    return html.Div([frame, *note])


def _head(table: Table) -> Component:
    return html.Tr(
        [
            html.Th(name, scope="col", className=_kind(table, column) or "number")
            for column, name in enumerate(table.columns)
        ]
    )


def _row(table: Table, place: int, how: str, words: Words | None) -> Component:
    cells: list[Component] = []
    button = [how_button(how, words)] if how and words is not None else []
    for column, cell in enumerate(table.rows[place]):
        if column < table.n_headers:
            last = column == table.n_headers - 1
            english = in_english(so=place in table.english_rows)
            cells.append(html.Th([cell, *(button if last else [])], scope="row", **english))
        else:
            cells.append(html.Td(cell, className=_kind(table, column)))
    return html.Tr(cells)


def _kind(table: Table, column: int) -> str:
    """Class of a column: words, codes that may break anywhere, or (empty) numbers."""
    if column in table.code_columns:
        return "code"
    return "word" if column < table.n_headers or column in table.word_columns else ""


def chart_block(
    figure: go.Figure, sentence: str, table: Table | None, words: Words, name: str, height_px: int = 320
) -> Component:
    """Return a chart with a sentence that says what it shows, and its table folded below.

    Numbers in the chart are written as the language writes them; the figure itself is left as it is.

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
    shown = go.Figure(figure)
    shown.update_layout(
        separators=_SEPARATORS.get(words.language, _SEPARATORS["en"]),
        font_family=_FONT,
        dragmode=False,
        transition_duration=0,
    )
    # The height is known before the chart is drawn, so that nothing below it jumps.
    graph = dcc.Graph(id=name, figure=shown, config=config, style={"height": f"{height_px}px"})
    twin = table_block(table)
    return html.Figure(
        [
            html.Figcaption(sentence),
            # A group, not an image: the chart has buttons of its own.
            html.Div(
                graph,
                role="group",
                className="chart-frame",
                style={"minHeight": f"{height_px}px"},
                **aria(label=sentence),
            ),
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
    """Return a small button that tells how a number was made; ``assets/how.js`` listens to it.

    Parameters
    ----------
    number : str
        ``indicator|service|period|cutoff|standard|group``, empty where it does not apply: keys of a row of
        ``indicators.parquet`` (``dashboards.how.key_text`` writes them). The same may stand several times
        on a page.
    """
    which: dict[str, Any] = {"data-how": number}
    return html.Button(
        "?",
        className="how",
        type="button",
        title=words("how.button"),
        **which,
        **aria(label=words("how.button"), haspopup="dialog"),
    )


def waiting(height_px: int, words: Words) -> Component:
    """Return what stands where something is still computed, as high as what will come."""
    return html.Div(
        html.Span(words("parts.waiting")), className="waiting", style={"minHeight": f"{height_px}px"}
    )


def download_menu(words: Words, what: Sequence[str] = ("csv", "gpkg", "png", "svg")) -> Component:
    """Return a fold with the forms in which the view can be downloaded; ``assets/downloads.js`` closes it.

    Parameters
    ----------
    what : sequence of str
        Forms that the page has, of ``dashboards.downloads.FORMATS``. The page's function ``shown`` says
        what they hold.
    """
    # A fold and buttons of HTML: the menu of the kit puts states of a button on a plain box.
    items = [
        html.Button(
            words(f"downloads.{form}"), id=ids.download(form), type="button", className="download-item"
        )
        for form in what
    ]
    return html.Details(
        [html.Summary(words("downloads.button"), className="download-button"), html.Div(items)],
        className="download",
    )

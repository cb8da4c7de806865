"""The page "what if": a scenario is put together, computed, and compared with the city as it is."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
import pandas as pd
from dash import dcc, html
from dash.development.base_component import Component

from access.report_map import CellMap
from access.report_tables import Table, map_table
from dashboards import ids, what_if_page_draft, what_if_page_form, what_if_page_run
from dashboards import what_if_page_ids as page
from dashboards.aria import aria
from dashboards.components import download_menu
from dashboards.downloads import Shown
from dashboards.map_view import map_block, paint_of
from dashboards.maps_difference import base_cells
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.what_if_form_view import kind_choice
from dashboards.what_if_page_context import warm_up
from dashboards.words import Words

POLL_MS = 500
LARGEST_YAML_BYTES, LARGEST_GTFS_BYTES = 400_000, 60_000_000


def layout(data: RunData, view: View, words: Words) -> Component:
    """Return the page of a run."""
    warm_up(data)
    return html.Div(
        [
            html.H1(words("page.what-if"), tabIndex="-1"),
            html.P(words("what_if.intro"), className="muted"),
            *_stores(view),
            html.Div(
                [html.Div(_steps(data, words), className="what-if-left"), _map(data, view, words)],
                className="what-if-columns",
            ),
            html.Div(id=page.BEFORE, **aria(live="polite")),
            html.Div(id=page.HEADLINE, **aria(live="polite")),
            html.Div(id=page.RESULT),
            html.Div(id=page.SIDE),
        ],
        className="what-if",
    )


def register(app: dash.Dash, runs: Runs) -> None:
    """Add the callbacks of the page."""
    what_if_page_form.register(app, runs)
    what_if_page_draft.register(app, runs)
    what_if_page_run.register(app, runs)


def shown(data: RunData, view: View, words: Words) -> Shown:
    """Return what can be downloaded of the city as it is; a scenario has downloads of its own."""
    cell_map, values = base_cells(data, words)
    cells = pd.DataFrame({"id": data.cell_ids, "access": values})
    tables: list[Table] = [map_table(data.run, cell_map, words.texts)]
    return Shown("what if, base", tables, cells, cell_map)


def _stores(view: View) -> list[Component]:
    text = view.more.get("scenario", "")
    return [
        dcc.Store(id=ids.held("scenario"), data=text),
        dcc.Store(id=page.ARRIVED, data=text),
        dcc.Store(id=page.ARRIVED_DONE, data=False),
        dcc.Store(id=page.OPEN),
        dcc.Store(id=page.PLACES, data=[]),
        dcc.Store(id=page.FOUND, data=[]),
        dcc.Store(id=page.DRAWN, data=[]),
        dcc.Store(id=page.NEEDED, data=""),
        dcc.Store(id=page.NETWORK, data=[]),
        dcc.Store(id=page.CHANGES, data=[]),
        dcc.Store(id=page.MARKED, data=[]),
        dcc.Store(id=page.PLANNED, storage_type="session"),
        dcc.Store(id=page.JOB, storage_type="session"),
        dcc.Store(id=page.SHOWN),
        dcc.Store(id=page.EXPORT_JOB),
        dcc.Interval(id=page.TICK, interval=POLL_MS, disabled=True),
        dcc.Interval(id=page.EXPORT_TICK, interval=POLL_MS, disabled=True),
        dcc.Download(id=page.SAVED),
        dcc.Download(id=page.EXPORTED),
    ]


def _steps(data: RunData, words: Words) -> list[Component]:
    return [
        html.Section([html.H2(words("what_if.step.choose")), kind_choice(words)]),
        html.Section(
            [
                html.H2(words("what_if.step.set")),
                html.Div(id=page.FORM),
                html.Div(id=page.TOLD, **aria(live="polite")),
            ]
        ),
        html.Section(
            [
                html.H2(words("what_if.list.title")),
                html.Div(id=page.LIST),
                html.Div(id=page.NAME_BOX),
                _files(words),
                html.P(id=page.LINK, className="muted", **aria(live="polite")),
                _planned(data, words),
            ]
        ),
        html.Section(
            [
                html.H2(words("what_if.step.see")),
                html.Div(
                    [
                        dmc.Button(words("what_if.compute.button"), id=page.COMPUTE, size="md"),
                        dmc.Button(
                            words("what_if.compute.cancel"), id=page.CANCEL, size="md", variant="outline",
                            disabled=True,
                        ),
                    ],
                    className="what-if-actions",
                ),
                html.Div(id=page.PROGRESS),
            ]
        ),
    ]  # fmt: skip


def _files(words: Words) -> Component:
    return html.Div(
        [
            html.Button(words("what_if.file.new"), id=page.NEW, type="button", className="small-button"),
            html.Button(words("what_if.file.save"), id=page.SAVE, type="button", className="small-button"),
            _upload(page.LOAD, words("what_if.file.load"), ".yaml,.yml", LARGEST_YAML_BYTES),
        ],
        className="what-if-actions",
        title=words("what_if.file.load_help"),
    )


def _upload(name: str, label: str, accept: str, largest: int) -> Component:
    # A button inside, so that it can be reached and pressed by keyboard.
    button = html.Button(label, type="button", className="small-button")
    return dcc.Upload(
        button, id=name, accept=accept, multiple=False, max_size=largest, className="what-if-upload"
    )


def _planned(data: RunData, words: Words) -> Component:
    feeds = [str(each["name"]) for each in data.run.option("schedule", "feeds") or ()]
    return html.Details(
        [
            html.Summary(words("what_if.file.feed")),
            html.P(words("what_if.file.feed_help"), className="muted"),
            dmc.Select(
                id=page.FEED_CHOICE, label=words("what_if.file.feed_choice"), data=feeds,
                value=feeds[0] if feeds else None, allowDeselect=False, size="sm",
            ),
            _upload(page.FEED, words("what_if.file.load_feed"), ".zip", LARGEST_GTFS_BYTES),
            html.Div(id=page.PLANNED_TOLD, **aria(live="polite")),
        ]
    )  # fmt: skip


def _map(data: RunData, view: View, words: Words) -> Component:
    cell_map, values = base_cells(data, words)
    paint = paint_of(cell_map, values, words, unit=_unit(data, words), run=data.run)
    show = dmc.SegmentedControl(
        id=page.SHOW,
        data=[{"value": each, "label": words(f"what_if.map.{each}")} for each in ("base", "difference")],
        value="base",
        size="sm",
        **aria(label=words("what_if.map.show")),
    )
    return html.Section(
        [
            html.H2(words("what_if.map.title"), className="visually-hidden"),
            html.Div(show, id=page.SHOW_BOX, style={"display": "none"}),
            map_block(page.MAP, data, view, words, label=_label(cell_map), paint=paint),
            html.Div(download_menu(words), className="page-actions"),
        ],
        className="what-if-right",
    )


def _label(cell_map: CellMap) -> str:
    return cell_map.title


def _unit(data: RunData, words: Words) -> str:
    labels: Any = {str(each["name"]): each.get("label") for each in data.run.services}
    return words.label(labels.get(data.run.headline.service), "")

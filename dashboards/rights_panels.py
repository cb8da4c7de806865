"""Parts of the page Rights that change with the choice: paint, what a right asks, one cell, charts."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import numpy as np
from dash import html
from dash.development.base_component import Component

from access.report_map import CellMap
from access.report_rights_words import catalogue_label, right_label
from access.report_small import residents_words
from dashboards.charts_rights import Chart, basket_by_group, right_by_group, several_chart
from dashboards.components import chart_block, how_button, table_block
from dashboards.map_view import paint_of
from dashboards.maps_rights import Floats, basket_map, right_map
from dashboards.rights_actions import (
    basket_catalogues,
    catalogue_of_basket,
    entry_of,
    how_key,
    lack_sentence,
    right_facts,
    times_words,
    untold_baskets,
)
from dashboards.rights_of_cell import cell_sentence, rights_of_cell
from dashboards.run_data import RunData
from dashboards.words import Words

MAP = "rights"
SHOWN_KEY, ABOUT, GROUPS, SEVERAL = "rights-shown", "rights-about", "rights-groups", "rights-several"
CELL, CELLS, CELLS_BUTTON, GRID = "rights-cell", "rights-cells", "rights-cells-button", "rights-grid"


def map_of(data: RunData, choice: str, words: Words) -> tuple[CellMap, Floats]:
    """Return the map of a choice and the number of each cell; made once a run, choice and language."""
    kept: dict[tuple[str, str], tuple[CellMap, Floats]] = data.__dict__.setdefault("_maps_rights", {})
    key = (choice, words.language)
    if key not in kept:
        catalogue = catalogue_of_basket(choice)
        kept[key] = basket_map(data, catalogue, words) if catalogue else right_map(data, choice, words)
    return kept[key]


def painted(data: RunData, choice: str, words: Words) -> dict[str, Any]:
    """Return the paint of a choice for the browser."""
    cell_map, values = map_of(data, choice, words)
    unit = words("rights.rights_lacking" if catalogue_of_basket(choice) else "rights.within_reach")
    return paint_of(cell_map, values.astype(np.float32), words, unit=unit, run=data.run)


def about(data: RunData, choice: str, words: Words) -> list[Component]:
    """Return what the chosen right asks for, on whose authority, and who lacks it."""
    catalogue = catalogue_of_basket(choice)
    if catalogue:
        label = catalogue_label(data.run, catalogue, words.texts)
        return [
            html.H2(words("rights.about_basket")),
            html.P([words("rights.basket_explained", catalogue=label), " ", *_how(data, choice, words)]),
        ]
    facts = right_facts(data.run, choice, words)
    return [
        html.H2(words("rights.about")),
        html.H3(words.texts.capital(right_label(data.run, choice, words.texts))),
        html.P([lack_sentence(data.run, choice, words), " ", *_how(data, choice, words)]),
        html.Dl([part for name, told in facts for part in (html.Dt(name), html.Dd(told))]),
        html.P(times_words(entry_of(data.run, choice), words), className="muted"),
    ]


def _how(data: RunData, choice: str, words: Words) -> list[Component]:
    key = how_key(data.run, choice)
    return [how_button(key, words)] if key else []


def cell_panel(data: RunData, cell: str, words: Words) -> list[Component]:
    """Return the rights of a cell with values and requirements, or how to choose one."""
    table = rights_of_cell(data, cell, words)
    if table is None:
        return [html.P(words("rights.cell_none"), className="muted")]
    return [
        html.P(f"{where_words(data, cell, words)}. {cell_sentence(data, cell, words)}"),
        table_block(table) or html.Div(),
    ]


def where_words(data: RunData, cell: str, words: Words) -> str:
    """Say where a cell is and how many live there."""
    row = data.row_of[cell]
    people = residents_words(data.run, float(data.residents[row]), words.texts)
    return words("rights.cell_where", place=_place_of(data, row, words), residents=people, cell=cell)


def groups_panel(data: RunData, choice: str, words: Words) -> list[Component]:
    """Return who lacks the chosen right, group by group."""
    catalogue = catalogue_of_basket(choice)
    chart = (
        basket_by_group(data.run, catalogue, words) if catalogue else right_by_group(data.run, choice, words)
    )
    if chart is None:
        return [html.P(words("rights.no_groups"), className="muted")]
    height = int(chart.figure.layout.height or 320)
    return [_chart(chart, "rights-group-chart", words, height)]


def several_panel(data: RunData, choice: str, words: Words) -> list[Component]:
    """Return how many lack several rights at once, of the catalogue of the choice or of all."""
    asked = catalogue_of_basket(choice)
    names = [asked] if asked else basket_catalogues(data.run)
    made = [(name, several_chart(data.run, name, words)) for name in names]
    charts = [
        _chart(chart, f"rights-several-{number}", words, 300)
        for number, (_, chart) in enumerate(made)
        if chart is not None
    ]
    untold = [] if asked else [html.P(said, className="muted") for said in untold_baskets(data.run, words)]
    return [*charts, *untold] or [html.P(words("rights.no_several"), className="muted")]


def cells_grid(data: RunData, choice: str, words: Words) -> list[Component]:
    """Return the cells as a table: the way to the map for those who do not use a mouse."""
    cell_map, values = map_of(data, choice, words)
    labels = [entry.label for entry in cell_map.legend]
    rows = [
        {
            "place": _place_of(data, row, words),
            "cell": cell,
            "residents": _finite(data.residents[row]),
            "met": labels[cell_map.entry_of_cell[row]],
            "value": _finite(values[row]),
        }
        for row, cell in enumerate(data.cell_ids)
    ]
    heads = {key: words(f"rights.column.{key}") for key in ("place", "met", "value", "residents", "cell")}
    if catalogue_of_basket(choice):
        heads["value"] = words("rights.column.lacking")
    columns = [
        {"field": key, "headerName": name, "filter": key in ("place", "cell", "met")}
        for key, name in heads.items()
    ]
    grid = dag.AgGrid(
        id=GRID,
        rowData=rows,
        columnDefs=columns,
        defaultColDef={"sortable": True, "resizable": True, "minWidth": 120, "flex": 1},
        dashGridOptions={
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "suppressColumnVirtualisation": True,
        },
        style={"height": "22rem"},
    )
    caption = words("rights.cells_caption", title=cell_map.title)
    return [html.H3(caption), html.P(words("rights.cells_hint"), className="muted"), grid]


def cell_of_click(data: RunData, click: dict[str, Any] | None) -> str:
    """Return the H3 index of the cell clicked on the map; empty for a click beside it, or a forged one."""
    number = (click or {}).get("cell")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(data.cell_ids):
        return ""
    return data.cell_ids[number]


def cell_of_rows(data: RunData, rows: list[dict[str, Any]] | None) -> str:
    """Return the H3 index of the row chosen in the list; empty for none, or an unknown one."""
    cell = str((rows or [{}])[0].get("cell", "")) if isinstance(rows, list) and rows else ""
    return cell if cell in data.row_of else ""


def _chart(chart: Chart, name: str, words: Words, height_px: int) -> Component:
    return chart_block(chart.figure, chart.sentence, chart.table, words, name, height_px)


def _place_of(data: RunData, row: int, words: Words) -> str:
    if "zone" in data.run.cells.columns:
        name = data.run.cells["zone"].iloc[row]
        if isinstance(name, str) and name:
            return name
    return words("rights.place_unnamed")


def _finite(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None

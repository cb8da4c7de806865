"""The table twin of the map: every cell a row, selected by keyboard as the pointer selects on the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash.development.base_component import Component

from access.report_map import CellMap
from access.report_rights_words import catalogue_label
from access.report_small import fewest_shown
from access.suppression import is_small
from access.texts import Texts
from dashboards.gaps_choice import Choice, residents_of
from dashboards.maps import Float32Array
from dashboards.run_data import RunData
from dashboards.words import Words

GRID = "gaps-grid"
LACKING = "rights_lacking_"


def grid_frame(data: RunData, choice: Choice, cell_map: CellMap, values: Float32Array) -> pd.DataFrame:
    """Return one row a cell: id, zone, residents of the group, value, look, income tenth, rights lacking.

    Numbers stay numbers, as in the run; an infinite value stands for none within the longest trip. Columns
    that the run does not have are left out. Counts of few residents are missing, as everywhere on the page.
    """
    cells = data.run.cells
    frame = pd.DataFrame({"id": data.cell_ids})
    if "zone" in cells.columns:
        frame["zone"] = cells["zone"].astype(object).where(cells["zone"].notna(), None).to_numpy()
    people = residents_of(data, choice.group).people
    frame["residents"] = np.where(is_small(people, fewest_shown(data.run)), np.nan, people)
    if choice.shows != "people":
        frame["value"] = values.astype(np.float64)
    frame["class"] = [cell_map.legend[place].label for place in cell_map.entry_of_cell]
    if "income_decile" in cells.columns:
        frame["income_decile"] = data.run.column("income_decile")
    for column in cells.columns:
        if str(column).startswith(LACKING):
            frame[str(column)] = data.run.column(str(column))
    return frame


def grid_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows for the browser: nothing for what is not known, a text for infinity."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: object) -> object:
    if isinstance(value, float):
        if np.isnan(value):
            return None
        if np.isinf(value):
            return None
        return int(value) if value == int(value) else round(value, 2)
    return value


def cell_grid(
    frame: pd.DataFrame, cell: str, value_name: str, words: Words, catalogues: Mapping[str, str]
) -> Component:
    """Return the grid; the row of the chosen cell is selected.

    Parameters
    ----------
    value_name : str
        What the column of values holds: the title of the map's legend.
    catalogues : mapping of str to str
        Heading of each column of rights that are lacking (``catalogue_names``).
    """
    names = {
        "value": value_name,
        **{key: words(f"gaps.grid.{key}") for key in ("id", "zone", "residents", "class", "income_decile")},
        **catalogues,
    }
    columns = [{"field": name, "headerName": names.get(name, name), **_kind(name)} for name in frame.columns]
    return dag.AgGrid(
        id=GRID,
        rowData=grid_rows(frame),
        columnDefs=columns,
        selectedRows={"ids": [cell]} if cell else [],
        getRowId="params.data.id",
        defaultColDef={"sortable": True, "filter": True, "resizable": True, "minWidth": 100,
                       "wrapHeaderText": True, "autoHeaderHeight": True},
        dashGridOptions={
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "animateRows": False,
            "ensureDomOrder": True,
            "suppressColumnVirtualisation": True,
            "localeText": grid_words(words),
        },
        style={"height": "26rem"},
    )  # fmt: skip


def grid_words(words: Words) -> dict[str, str]:
    """Return the words of the grid's own menus that a reader meets."""
    keys = ("filterOoo", "contains", "equals", "noRowsToShow", "greaterThan", "lessThan", "blank", "notBlank")
    return {key: words(f"gaps.grid_words.{key}") for key in keys}


def catalogue_names(data: RunData, words: Words) -> dict[str, str]:
    """Return the heading of every column of rights that are lacking: the name of its catalogue."""
    columns = [str(column) for column in data.run.cells.columns if str(column).startswith(LACKING)]
    labels = {each: catalogue_label(data.run, each.removeprefix(LACKING), words.texts) for each in columns}
    return {each: words("gaps.grid.rights", catalogue=label) for each, label in labels.items()}


def _kind(name: str) -> dict[str, Any]:
    if name in ("id", "zone", "class"):
        return {"flex": 2 if name != "id" else 1, "filter": "agTextColumnFilter", "minWidth": 160}
    formatter = {"function": "fairreachNumber(params.value)"}
    return {
        "type": "numericColumn",
        "minWidth": 130,
        "filter": "agNumberColumnFilter",
        "flex": 1,
        "valueFormatter": formatter,
    }


def value_name(choice: Choice, cell_map: CellMap, texts: Texts) -> str:
    """Name of the value of a map in words."""
    return texts.capital(cell_map.legend_title) if choice.shows != "low_income" else cell_map.legend_title

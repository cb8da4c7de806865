"""A map for any page: the component, what paints it, and its callbacks.

A map NAME is an element with a ``dl.Map`` and stores ``ids.of_map(part, NAME)``; ``assets/map.js`` draws.

========== ==== ============================================================================================
part       way  data
========== ==== ============================================================================================
setup      in   addresses of the run's files, words of the map; written once by ``map_block``
paint      in   what ``paint_of`` returns: looks, the look of each cell, values for the pointer's label
overlay    in   GeoJSON FeatureCollection; properties: kind in zone, route, stop, place, drawn, new, changed,
                removed; id; label; clickable (default True); colour ``#rrggbb`` and weight if not the usual
mode       in   {"pick": "cell" | "feature" | "point"}
select     in   number of the cell to be outlined, or -1
click      out  {"cell": number or -1, "lat", "lon", "feature": {"kind", "id"} or None, "n": clicks so far}
========== ==== ============================================================================================
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from typing import Any

import dash
import dash_leaflet as dl
import flask
import numpy as np
import numpy.typing as npt
from dash import MATCH, ClientsideFunction, Input, Output, State, dcc, html
from dash.development.base_component import Component

from access.report_data import Run
from access.report_map import CellMap, LegendEntry
from access.report_small import fewest_shown
from access.suppression import DEFAULT_MINIMUM, is_small, suppress_counts
from dashboards import data_routes, ids
from dashboards.aria import aria
from dashboards.run_data import RunData, Runs
from dashboards.view import View
from dashboards.words import Words

#: Looks that are no value: the pointer's label says the look and no number.
SPECIAL = ("none_reached", "no_data", "not_linked", "no_residents", "hidden")
HIDDEN_COLOUR, HIDDEN_PATTERN = "#e3d9ee", "dots"
#: Key of the server's configuration: address of online tiles with {z}, {x}, {y}; without it there are none.
TILES = "TILES"
MOST_LOOKS = 250
MAX_ZOOM, MIN_ZOOM = 18, 8
_DARK_INK, _LIGHT_INK = "#6b6b6b", "#ffffff"
_HELD_VIEW = re.compile(r"^(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?),(\d{1,2}(?:\.\d{1,2})?)$")


def map_block(
    name: str,
    data: RunData,
    view: View,
    words: Words,
    *,
    label: str,
    height: str = "min(68vh, 40rem)",
    paint: dict[str, Any] | None = None,
    overlay: dict[str, Any] | None = None,
    pick: str = "cell",
    keep_view: bool = True,
) -> Component:
    """Return a map of the run's cells with its legend and stores.

    Parameters
    ----------
    name : str
        Name of the map, once a page; the stores are ``ids.of_map(part, name)``.
    label : str
        What the map shows, for screen readers.
    height : str
        Height of the map in CSS.
    paint, overlay : dict, optional
        First content of the stores; spares the first paint a round trip.
    pick : {"cell", "feature", "point"}
        What a click means.
    keep_view : bool
        Whether middle and zoom are a key of the view (``map=lat,lon,zoom``); only one map of a page can.
    """
    chosen = data.row_of.get(view.cell, -1)
    stores = {
        "setup": _setup(name, data, words, label, keep_view=keep_view),
        "paint": paint,
        "overlay": overlay,
        "mode": {"pick": pick},
        "select": chosen,
        "click": None,
        "shown": None,
    }
    held = held_view(view.more.get("map", ""))
    around: list[Component] = [
        dcc.Store(id=ids.of_map(part, name), data=each) for part, each in stores.items()
    ]
    if keep_view:
        around.append(dcc.Store(id=ids.held("map"), data=view.more["map"] if held else None))
    frame = html.Div(
        [
            _leaflet(name, data, height, held),
            html.P(words("map.no_ground"), className="fr-no-ground"),
            html.P(_attribution(data, words), className="fr-attribution"),
        ],
        className="fr-frame",
    )
    legend = html.Div(className="fr-legend", role="group", **aria(label=words("map.legend")))
    text = html.P(words("map.help"), id=_help_id(name), className="visually-hidden")
    named: dict[str, Any] = {"data-map": name, "data-pick": pick}
    return html.Div([frame, legend, text, *around], className="fr-map", **named)


def paint_of(
    cell_map: CellMap,
    values: npt.ArrayLike | None,
    words: Words,
    *,
    unit: str = "",
    decimals: int = 0,
    run: Run | None = None,
) -> dict[str, Any]:
    """Return what the store ``paint`` of a map holds.

    Parameters
    ----------
    cell_map : access.report_map.CellMap
        Look of each cell and the legend.
    values : array of float, shape (n_cells,), optional
        Shown under the pointer with ``unit``; a cell with a NaN or infinite value shows its class only.
    run : access.report_data.Run, optional
        Its smallest count shown (20 without it): legends hide the residents of classes with fewer, and of
        those from which they could be reckoned.

    Raises
    ------
    ValueError
        If values and cells are not as many, or the looks too many for one byte.
    """
    n = len(cell_map.entry_of_cell)
    if len(cell_map.legend) > MOST_LOOKS:
        raise ValueError(f"legend: {len(cell_map.legend)} looks; a map has at most {MOST_LOOKS}")
    listed = None if values is None else np.asarray(values, dtype="<f4")
    if listed is not None and listed.shape != (n,):
        raise ValueError(f"values: shape {listed.shape} for {n} cells")
    details = _details(cell_map.legend, words, DEFAULT_MINIMUM if run is None else fewest_shown(run))
    looks = [look_of(entry, detail) for entry, detail in zip(cell_map.legend, details, strict=True)]
    return {
        "title": cell_map.title,
        "legend_title": words.texts.capital(cell_map.legend_title),
        "legend_note": cell_map.legend_note,
        "looks": looks,
        "entry": base64.b64encode(cell_map.entry_of_cell.astype(np.uint8).tobytes()).decode(),
        "values": "" if listed is None else base64.b64encode(listed.tobytes()).decode(),
        "unit": unit,
        "decimals": decimals,
    }


def look_of(entry: LegendEntry, detail: str = "") -> dict[str, Any]:
    """Return a look as the browser knows it: colour, pattern and its ink, words."""
    dark = int(entry.colour[1:3], 16) + int(entry.colour[3:5], 16) + int(entry.colour[5:7], 16) < 384
    return {
        "key": entry.key,
        "label": words_first_up(entry.label),
        "detail": detail,
        "colour": entry.colour,
        "pattern": entry.pattern,
        "ink": _LIGHT_INK if dark else _DARK_INK,
        "special": entry.key in SPECIAL,
    }


def with_hidden(
    cell_map: CellMap, hidden: npt.NDArray[np.bool_], residents: npt.NDArray[np.float64], words: Words
) -> CellMap:
    """Give cells whose value must not be shown (too few residents) a look of their own.

    Their values must be taken out of ``values`` too; this function changes looks only.
    """
    if not hidden.any():
        return cell_map
    before = cell_map.entry_of_cell
    legend: list[LegendEntry] = []
    entry_of_cell = np.zeros(len(before), dtype=np.int64)
    for place, entry in enumerate(cell_map.legend):
        here = (before == place) & ~hidden
        if here.any():
            entry_of_cell[here] = len(legend)
            total = float(np.nansum(residents[here]))
            legend.append(entry._replace(residents=total, n_cells=int(here.sum())))
    entry_of_cell[hidden] = len(legend)
    total = float(np.nansum(residents[hidden]))
    look = ("hidden", words("map.hidden"), HIDDEN_COLOUR, HIDDEN_PATTERN, total, int(hidden.sum()))
    return cell_map._replace(legend=(*legend, LegendEntry(*look)), entry_of_cell=entry_of_cell)


def held_view(text: str) -> tuple[float, float, float] | None:
    """Read ``lat,lon,zoom`` of a view; None for anything else."""
    found = _HELD_VIEW.match(text)
    if found is None:
        return None
    lat, lon, zoom = (float(part) for part in found.groups())
    inside = abs(lat) <= 85 and abs(lon) <= 360 and MIN_ZOOM <= zoom <= MAX_ZOOM
    return (lat, lon, zoom) if inside else None


def register_maps(app: dash.Dash, runs: Runs) -> None:
    """Add the callback of all maps, and the addresses of their files."""
    data_routes.register(app.server, runs)
    # One call a map: what has changed is found in the browser, so that nothing is painted twice.
    app.clientside_callback(
        ClientsideFunction("map", "update"),
        Output(ids.of_map("shown", MATCH), "data"),  # type: ignore[arg-type]
        *(
            Input(ids.of_map(part, MATCH), "data")  # type: ignore[arg-type]
            for part in ("setup", "paint", "overlay", "mode", "select")
        ),
        State(ids.of_map("setup", MATCH), "id"),  # type: ignore[arg-type]
    )


def words_first_up(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def _leaflet(name: str, data: RunData, height: str, held: tuple[float, float, float] | None) -> Component:
    west, south, east, north = bounds_of(data)
    place: dict[str, Any] = (
        {"center": list(held[:2]), "zoom": held[2]}
        if held
        else {"bounds": [[south, west], [north, east]], "boundsOptions": {"padding": [12, 12]}}
    )
    return dl.Map(
        id=f"map-{name}",
        zoomControl=False,  # map.js adds one whose buttons have names in the visitor's language
        attributionControl=False,
        trackViewport=False,
        zoomSnap=0.25,
        wheelPxPerZoomLevel=90,
        minZoom=MIN_ZOOM,
        maxZoom=MAX_ZOOM,
        style={"height": height, "minHeight": "20rem"},
        **place,
    )


def bounds_of(data: RunData) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the cells in degrees; east may lie beyond 180."""
    return data_routes.cells_file(data).bounds


def _setup(name: str, data: RunData, words: Words, label: str, *, keep_view: bool) -> dict[str, Any]:
    return {
        "cells": data_routes.cells_url(data),
        "ground": data_routes.ground_url(data),
        "label": label,
        "help_id": _help_id(name),
        "keep_view": keep_view,
        "tiles": flask.current_app.config.get(TILES) if flask.has_app_context() else None,
        "locale": words.language,
        "words": {key: words(f"map.{key}") for key in ("zoom_in", "zoom_out", "no_cell")},
    }


def _help_id(name: str) -> str:
    return f"map-{name}-help"


def _attribution(data: RunData, words: Words) -> str:
    """Return who made the data, in one line."""
    parts = [words.label(each) for each in data.run.manifest.get("attribution") or ()]
    return " · ".join(part for part in parts if part)


def _details(legend: Sequence[LegendEntry], words: Words, minimum: float) -> list[str]:
    """Return "12,300 residents (4%)" for each class; small counts, and what gives them away, are hidden."""
    counts = np.array([entry.residents for entry in legend], dtype=np.float64)
    hidden = suppress_counts(counts, minimum).counts if minimum >= 1 else np.zeros(len(counts), dtype=bool)
    small, everybody = is_small(counts, minimum), math.fsum(counts)
    found = []
    for n, few, hide in zip(counts.tolist(), small.tolist(), hidden.tolist(), strict=True):
        if few:
            found.append(words.texts("few.residents", n=words.number(minimum)))
        elif hide or n <= 0:
            found.append("")
        else:
            residents = words.texts.plural("residents", n)
            found.append(
                words.texts("map.legend_residents", residents=residents, share=words.percent(n / everybody))
            )
    return found

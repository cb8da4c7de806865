"""The map of a difference: who gains, who loses, what cannot be told from noise; what changes, drawn above.

Classes, colours and words are those of a comparison's report (``access.report_scenario_map``): blue gains,
orange loses, darker the more. Two colours are hard to tell apart in grey, so that losses carry crosses here
and what is within the noise carries dots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from access.report_map import CellMap, access_map
from access.report_scenario_map import Scale, difference_map, scale_of, without_few
from dashboards.run_data import RunData
from dashboards.what_if_form_read import Place
from dashboards.what_if_result import WhatIfResult
from dashboards.what_if_shown import read_of
from dashboards.words import Words

_PATTERNS = {"loss": "crosses", "noise": "dots"}
Floats = npt.NDArray[np.float64]


def difference_cells(
    data: RunData, result: WhatIfResult, words: Words, others: Sequence[WhatIfResult] = ()
) -> tuple[CellMap, Floats]:
    """Return the map of what a scenario changes at the headline, and the change of each cell.

    Parameters
    ----------
    data : RunData
        The base.
    result : WhatIfResult
        Its cells are those of the base, in their order.
    words : Words
        Of the language.
    others : sequence of WhatIfResult
        Scenarios of the same comparison: the classes are then the same for all of them.

    Returns
    -------
    cell_map : CellMap
    change : array of float64, shape (n_cells,)
        NaN without data, and where nobody lives.
    """
    read = read_of(data, result)
    every = [read.run, *(read_of(data, each).run for each in others if each.key != result.key)]
    scale: Scale = scale_of(every)
    made = difference_map(read.run, words.label(result.name), result.quantified, words.texts, scale)
    cell_map = without_few(read.run, made)
    legend = tuple(
        entry._replace(pattern=_PATTERNS.get(entry.key.partition("_")[0], entry.pattern))
        for entry in cell_map.legend
    )
    return cell_map._replace(legend=legend), read.run.column("headline_change")


def base_cells(data: RunData, words: Words) -> tuple[CellMap, Floats]:
    """Return the map of the city as it is, at the headline, and the access of each cell."""
    return access_map(data.run, words.texts), data.run.headline_access()


def overlay_of_changes(result: WhatIfResult | None, words: Words) -> list[dict[str, Any]]:
    """Return changed lines and stops of a result as features of the map's overlay, none of them clickable."""
    if result is None:
        return []
    found = []
    for form, collection in (("line", result.lines), ("point", result.points)):
        for feature in collection.get("features") or ():
            properties = feature.get("properties") or {}
            kind = str(properties.get("kind"))
            key = f"scenario.map.{form}_{kind}"
            what = words.texts(key) if words.texts.has(key) else kind
            label = f"{properties.get('label')}: {what}" if properties.get("label") else what
            found.append(_feature(feature.get("geometry"), kind, str(properties.get("id")), label))
    return found


def overlay_of_places(places: Sequence[Place], *, joined: bool, closed: bool = False) -> list[dict[str, Any]]:
    """Return places being chosen as numbered points, and the way through them."""
    found: list[dict[str, Any]] = []
    positions = [place.position for place in places]
    if joined and len(positions) > 1:
        ring = [*positions, positions[0]] if closed and len(positions) > 2 else positions
        line = {"type": "LineString", "coordinates": ring}
        found.append(_feature(line, "drawn", "way", ""))
    for number, place in enumerate(places, start=1):
        point = {"type": "Point", "coordinates": place.position}
        found.append(_feature(point, "drawn", f"place-{number}", f"{number}. {place.name}"))
    return found


def collection_of(*parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return features as one collection, in the order in which they are drawn."""
    return {"type": "FeatureCollection", "features": [feature for part in parts for feature in part]}


def _feature(geometry: Any, kind: str, identifier: str, label: str) -> dict[str, Any]:
    properties: Mapping[str, Any] = {"kind": kind, "id": identifier, "label": label, "clickable": False}
    return {"type": "Feature", "geometry": geometry, "properties": dict(properties)}

"""Map of how cells are linked to the streets, and where in a cell travel starts."""

from __future__ import annotations

import numpy as np

from access.report_findings import area_name
from access.report_map import CellMap, legend_of
from dashboards.run_data import RunData
from dashboards.words import Words

#: What a cell is, its colour and its pattern, in the order of the legend. Crosses: not linked.
LOOKS = {
    "at_residents": ("#6baed6", ""),
    "at_centre": ("#d4d4d4", ""),
    "linked": ("#9ecae1", ""),
    "too_far": ("#ffffff", "crosses"),
    "off_main_component": ("#fdae6b", "crosses"),
    "no_coordinates": ("#ffffff", "lines"),
}


def link_map(data: RunData, words: Words) -> CellMap | None:
    """Return the map; None where the run does not say how its cells are linked."""
    cells = data.run.cells
    if "snap" not in cells.columns:
        return None
    snap = cells["snap"].astype("string").fillna("no_coordinates").to_numpy(dtype=object)
    placed = np.full(len(cells), "linked", dtype=object)
    if "placed_at" in cells.columns:
        at = cells["placed_at"].astype("string").to_numpy(dtype=object, na_value="")
        placed = np.where(at == "population", "at_residents", np.where(at == "centre", "at_centre", placed))
    state = np.where(snap == "snapped", placed, snap)
    classes = np.full(len(cells), list(LOOKS).index("no_coordinates"), dtype=np.int64)
    for place, name in enumerate(LOOKS):
        classes[state == name] = place
    looks = [
        (place, name, words(f"method.map.{name}"), colour, pattern)
        for place, (name, (colour, pattern)) in enumerate(LOOKS.items())
    ]
    legend, entry_of_cell = legend_of(looks, classes, data.residents)
    return CellMap(
        title=words("method.map.title", place=area_name(data.run, words.texts)),
        subtitle="",
        legend_title=words("method.map.legend"),
        legend_note=words("method.map.note"),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )

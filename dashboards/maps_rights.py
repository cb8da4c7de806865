"""Maps of rights: one right met or not in each cell, and how many rights of a catalogue each cell lacks.

Dark is lacking, as on the map of access. A right to an amount (a share of all jobs) shows how much is
missing; a right to one place is met or not. Where nothing at all is within reach, no data, not linked to the
streets and nobody living there look different from each other and from a class, with a pattern or a grey.

Where several hold, the first of: nobody lives there, not linked, no data, met or not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from access.report_map import CellMap, legend_of
from access.report_rights_words import catalogue_label, demand, entries_of, right_label, service_words
from access.report_section import period_or_all
from dashboards.run_data import RunData
from dashboards.words import Words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Upper ends of the classes of how much is missing, as shares of what is required.
SHORT_STEPS = (0.25, 0.5, 0.75)
MET, NONE_REACHED, NO_DATA, NOT_LINKED, NO_RESIDENTS, UNMET = 0, -1, -2, -3, -4, -5
#: Colour and pattern of what is not a class; the same looks as on the map of access.
LOOKS = {
    NONE_REACHED: ("#1a1a1a", "dots"),
    NO_DATA: ("#ffffff", "lines"),
    NOT_LINKED: ("#ffffff", "crosses"),
    NO_RESIDENTS: ("#ececec", ""),
}
_SPECIAL_KEYS = {NO_DATA: "no_data", NOT_LINKED: "not_linked", NO_RESIDENTS: "no_residents"}


class RightOfCells(NamedTuple):
    """One right in each cell, in the order of the run's cells."""

    state: npt.NDArray[np.str_]  # met, unmet, no data, not snapped; empty: the run does not say
    value: Floats  # places within reach, NaN = not known
    shortfall: Floats  # share of what is required that is missing, NaN = not known
    required: float  # NaN = not known


def right_of_cells(data: RunData, right: str) -> RightOfCells:
    """Return one right cell by cell; cells that the run does not judge have an empty state."""
    n_cells = len(data.cell_ids)
    state: npt.NDArray[np.str_] = np.full(n_cells, "", dtype="U12")
    value, shortfall = np.full(n_cells, np.nan), np.full(n_cells, np.nan)
    table = data.run.rights
    if table is None:
        return RightOfCells(state, value, shortfall, np.nan)
    mine = table[table["right"].astype(str) == right]
    rows = np.array([data.row_of.get(str(cell), -1) for cell in mine["id"]], dtype=np.int64)
    here = rows >= 0
    rows = rows[here]
    state[rows] = mine["state"].astype(str).to_numpy()[here]
    value[rows] = _floats(mine["value"])[here]
    shortfall[rows] = _floats(mine["shortfall"])[here]
    required = _floats(mine["required"])
    known = required[np.isfinite(required)]
    return RightOfCells(state, value, shortfall, float(known[0]) if known.size else np.nan)


def right_map(data: RunData, right: str, words: Words) -> tuple[CellMap, Floats]:
    """Return the map of one right and the places within reach of each cell.

    Parameters
    ----------
    right : str
        Name of a right of the run.
    """
    texts, run = words.texts, data.run
    entry = next((each for each in entries_of(run) if each.get("name") == right), {})
    of_cells = right_of_cells(data, right)
    partly = bool(np.any((of_cells.shortfall > 0) & (of_cells.shortfall < 1)))
    classes = _classes(of_cells, data.residents, partly=partly)
    service = service_words(run, str(entry.get("service") or ""), texts)
    steps = len(SHORT_STEPS) + 1 if partly else 0
    minutes = str(entry.get("within_min") or texts("no_data"))
    none = words("rights.map_none", service=service, minutes=minutes)
    looks = [(MET, "met", words("rights.map_met"), _colour(1.0), "")]
    looks += [
        (step, f"short_{step}", _short_label(step, words), _colour(0.8 - 0.72 * (step - 1) / 3), "")
        for step in range(1, steps + 1)
    ]
    looks.append((UNMET, "unmet", words("rights.map_unmet"), _colour(0.08), ""))
    # Of a right to one place nothing lies between met and none within reach: a plain dark is easier to read.
    looks.append(
        (NONE_REACHED, "none_reached", none, *LOOKS[NONE_REACHED])
        if partly
        else (NONE_REACHED, "unmet_none", none, _colour(0.08), "")
    )
    looks += _special_looks(words)
    legend, entry_of_cell = legend_of(looks, classes, data.residents)
    title = texts.capital(right_label(run, right, texts))
    made = CellMap(
        title=title,
        subtitle=demand(run, entry, texts) if entry else "",
        legend_title=words("rights.map_legend", right=title),
        legend_note=words(
            "rights.map_note", period=period_or_all(run, str(entry.get("period") or ""), texts)
        ),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )
    return made, of_cells.value


def basket_map(data: RunData, catalogue: str, words: Words) -> tuple[CellMap, Floats]:
    """Return the map of how many rights of a catalogue each cell lacks at once, and these numbers."""
    run = data.run
    lacking = run.column(f"rights_lacking_{catalogue}")
    most = int(np.nanmax(lacking)) if np.isfinite(lacking).any() else 0
    classes = np.where(np.isfinite(lacking), lacking, NO_DATA).astype(np.int64)
    classes[np.isnan(data.residents)] = NO_DATA
    classes[~run.snapped()] = NOT_LINKED
    classes[data.residents == 0] = NO_RESIDENTS
    looks = [
        (n, f"lacking_{n}", _lacking_label(n, words), _colour(1.0 - 0.92 * n / max(most, 1)), "")
        for n in range(most + 1)
    ]
    legend, entry_of_cell = legend_of([*looks, *_special_looks(words)], classes, data.residents)
    label = catalogue_label(run, catalogue, words.texts)
    made = CellMap(
        title=words("rights.basket_title", catalogue=label),
        subtitle="",
        legend_title=words("rights.basket_legend"),
        legend_note=words("rights.basket_map_note"),
        legend=legend,
        entry_of_cell=entry_of_cell,
    )
    return made, lacking


def _classes(of_cells: RightOfCells, residents: Floats, *, partly: bool) -> Ints:
    """Return MET, a step from 1 (little missing) on, or what is not a class."""
    unmet = of_cells.state == "unmet"
    step = np.searchsorted(np.array(SHORT_STEPS), of_cells.shortfall, side="right") + 1
    classes = np.full(len(residents), NO_DATA, dtype=np.int64)
    classes[of_cells.state == "met"] = MET
    classes[unmet] = step[unmet] if partly else UNMET
    classes[unmet & (of_cells.value == 0)] = NONE_REACHED
    classes[np.isnan(residents)] = NO_DATA
    classes[of_cells.state == "not snapped"] = NOT_LINKED
    classes[residents == 0] = NO_RESIDENTS
    return classes


def _special_looks(words: Words) -> list[tuple[int, str, str, str, str]]:
    return [(code, key, words.texts(f"map.{key}"), *LOOKS[code]) for code, key in _SPECIAL_KEYS.items()]


def _short_label(step: int, words: Words) -> str:
    percent = words.percent
    if step == 1:
        return words("rights.map_short_first", high=percent(SHORT_STEPS[0]))
    if step > len(SHORT_STEPS):
        return words("rights.map_short_last", low=percent(SHORT_STEPS[-1]))
    return words("rights.map_short", low=percent(SHORT_STEPS[step - 2]), high=percent(SHORT_STEPS[step - 1]))


def _lacking_label(n: int, words: Words) -> str:
    return words.plural("rights.lacks", n) if n else words("rights.lacks_none")


def _colour(position: float) -> str:
    return to_hex(colormaps["viridis"](position))


def _floats(column: pd.Series) -> Floats:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

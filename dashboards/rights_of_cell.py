"""Which rights are met in one cell, in words and as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from access.report_data import Run
from access.report_rights_words import (
    demand,
    right_label,
    service_words,
)
from access.report_tables import Table
from dashboards.maps_rights import right_of_cells
from dashboards.rights_actions import entry_of
from dashboards.run_data import RunData
from dashboards.words import Words


def rights_of_cell(data: RunData, cell: str, words: Words) -> Table | None:
    """Return the rights of one cell: what each asks for, what is within reach there, whether it is met.

    Rights that the whole run has no data for are counted in the note, not listed.

    Parameters
    ----------
    cell : str
        H3 index; None is returned for one that the run does not have, or where it has no rights by cell.
    """
    run, texts = data.run, words.texts
    row = data.row_of.get(cell)
    if row is None or run.rights is None:
        return None
    rows = []
    named = list(dict.fromkeys(run.rights["right"].astype(str)))
    listed = [name for name in named if entry_of(run, name).get("state", "ok") == "ok"]
    for name in listed:
        of_cells, entry = right_of_cells(data, name), entry_of(run, name)
        rows.append(
            (
                texts.capital(right_label(run, name, texts)),
                demand(run, entry, texts) if entry else texts("no_data"),
                _within_reach(run, entry, float(of_cells.value[row]), words),
                _state_words(str(of_cells.state[row]), float(of_cells.shortfall[row]), words),
            )
        )
    columns = tuple(words(f"rights.column.{key}") for key in ("right", "asks", "here", "met"))
    left_out = len(named) - len(listed)
    note = words.plural("rights.cell_no_data", left_out) if left_out else ""
    return Table(words("rights.cell_caption"), columns, tuple(rows), note=note, word_columns=(1, 2, 3))


def cell_sentence(data: RunData, cell: str, words: Words) -> str:
    """Say how many of the rights that could be judged a cell lacks; empty for an unknown cell."""
    run, row = data.run, data.row_of.get(cell)
    if row is None or run.rights is None:
        return ""
    states = run.rights.loc[run.rights["id"].astype(str) == cell, "state"].astype(str)
    judged, lacking = int(states.isin(["met", "unmet"]).sum()), int((states == "unmet").sum())
    if not judged:
        return words("rights.cell_unknown")
    return words("rights.cell_lacks" if lacking else "rights.cell_has_all", n=lacking, judged=judged)


def _within_reach(run: Run, entry: Mapping[str, Any], value: float, words: Words) -> str:
    if math.isnan(value):
        return words.texts("no_data")
    service = service_words(run, str(entry.get("service") or ""), words.texts)
    return words.texts("counted", n=words.texts.amount(value), service=service)


def _state_words(state: str, shortfall: float, words: Words) -> str:
    """Write whether a right is met, and how much is missing where that is a part."""
    if state == "unmet" and 0 < shortfall < 1:
        return words("rights.state_short", share=words.percent(shortfall))
    known = {"met": "rights.state_met", "unmet": "rights.state_unmet"}
    if state in known:
        return words(known[state])
    return words.texts("map.not_linked" if state == "not snapped" else "no_data")

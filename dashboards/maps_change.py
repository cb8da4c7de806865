"""The map of change between two snapshots: which places reach more, fewer, hardly other, or cannot be told.

Places are matched by their H3 index; the classes and colours are those of a scenario's map. A place whose
access moved by less than ``HARDLY`` of what it was is grey: the store holds no noise of single places.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.observatory_store import Store
from access.report_data import Run
from access.report_map import CellMap
from access.report_scenario_map import difference_map, without_few
from access.report_tables import Table, map_table
from dashboards.map_view import with_hidden
from dashboards.run_data import RunData
from dashboards.store_data import StoreData
from dashboards.time_choice import Choice
from dashboards.time_words import short_day
from dashboards.words import Words

HARDLY = 0.05
_PATTERNS = {"loss": "crosses", "noise": "dots"}
_COLUMNS = ["cell", "population", "headline", "snap", "suppressed"]
Floats = npt.NDArray[np.float64]


class Change(NamedTuple):
    """Change of access by cell of a run, in its order.

    Attributes
    ----------
    run : Run
        The run's cells with the change, ready for the map and its table.
    change : array of float64, shape (n_cells,)
        NaN where it cannot be told or must not be shown.
    hidden : array of bool, shape (n_cells,)
        Too few residents in one of the snapshots.
    outside : int
        Cells of the later snapshot that the run does not have.
    """

    run: Run
    change: Floats
    hidden: npt.NDArray[np.bool_]
    outside: int


def cells_of(store: StoreData, snapshot: str) -> pd.DataFrame:
    """Return the cells of a snapshot by their H3 index."""

    def read(opened: Store) -> pd.DataFrame:
        return opened.rows("cell", _COLUMNS, snapshot=snapshot).set_index("cell")

    return store.kept(("cells", snapshot), read)


def change_of(before: pd.DataFrame, after: pd.DataFrame, data: RunData) -> Change:
    """Compare the cells of two snapshots.

    Parameters
    ----------
    before, after : DataFrame
        What ``cells_of`` returns.
    data : RunData
        A run of the city: its cells are those that the map can draw.
    """
    ids = data.cell_ids
    was, now = (_numbers(frame, ids, "headline") for frame in (before, after))
    people = _numbers(after, ids, "population")
    hidden = _flags(before, ids) | _flags(after, ids)
    change = np.where(hidden, np.nan, now - was)
    cells = data.run.cells[["id", "geometry"]].assign(
        population=people, headline_change=change, headline_state=_states(was, change)
    )
    run = data.run._replace(cells=cells)
    return Change(run, change, hidden, int((~after.index.isin(ids)).sum()))


def change_map(found: Change, choice: Choice, words: Words) -> CellMap:
    """Return the map of a change."""
    days = {
        "before": short_day(choice.day_of(choice.before), words),
        "after": short_day(choice.day_of(choice.after), words),
    }
    made = difference_map(found.run, words("time.map.scenario", **days), False, words.texts)
    legend = tuple(
        entry._replace(
            label=words("time.map.hardly", n=words.number(100 * HARDLY))
            if entry.key == "noise"
            else entry.label,
            pattern=_PATTERNS.get(entry.key.partition("_")[0], entry.pattern),
        )
        for entry in made.legend
    )
    made = made._replace(
        legend=legend, title=words("time.map.title", **days), legend_note=words("time.map.note")
    )
    return without_few(found.run, with_hidden(made, found.hidden, found.run.residents(), words))


def map_twin(found: Change, made: CellMap, words: Words) -> Table:
    """Return residents and places by class."""
    return map_table(found.run, made, words.texts)


def sentence_of(found: Change, words: Words) -> str:
    """Say what share of all residents live where more, and where fewer, can be reached."""
    states, people = found.run.cells["headline_state"].to_numpy(), np.nan_to_num(found.run.residents())
    if people[np.isin(states, ["gain", "loss", "within noise", "unchanged"])].sum() <= 0:
        return words("time.map.nothing")
    gain, loss = (float(people[states == name].sum() / people.sum()) for name in ("gain", "loss"))
    return words("time.map.sentence", gain=words.percent(gain), loss=words.percent(loss))


def _states(was: Floats, change: Floats) -> npt.NDArray[np.object_]:
    """State of each cell; from nothing to something is a gain whatever its size."""
    states = np.full(len(change), "no data", dtype=object)
    known = np.isfinite(change)
    states[known & (change > 0)] = "gain"
    states[known & (change < 0)] = "loss"
    states[known & (np.abs(change) < HARDLY * np.abs(was))] = "within noise"
    states[known & (change == 0)] = "unchanged"
    return states


def _numbers(frame: pd.DataFrame, ids: list[str], name: str) -> Floats:
    found = pd.to_numeric(frame[name], errors="coerce").reindex(ids)
    return np.asarray(found.to_numpy(dtype=np.float64, na_value=math.nan), dtype=np.float64)


def _flags(frame: pd.DataFrame, ids: list[str]) -> npt.NDArray[np.bool_]:
    found: Any = frame["suppressed"].reindex(ids)
    return np.array([flag is True or flag is np.True_ for flag in found], dtype=bool)

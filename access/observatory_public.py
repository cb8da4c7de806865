"""What of a store may be handed to anybody: without the residents of hidden cells, nor what they follow from.

A store, like the ``cells.parquet`` of its runs, keeps the residents of every cell, also of those where so few
live that income and groups are hidden: they come from a published grid, and rules and replays need them.
Where the grid is not public, or where nobody should be able to look up who lives alone, an export is made
public. Then, decided once:

- Of a hidden cell stay its index, outline and the fact that it is hidden. Its residents, what they reach and
  whether rights are met are left out: with them every mean would be an equation with few unknowns.
- Of a zone with a hidden cell all numbers about its residents are left out; the shown cells and the total
  would tell the rest. Which cells it has stays.
- Numbers about all residents or a group are told so coarsely that they tell no count more finely than to the
  hundred: counts to the hundred, shares to 100 / covered residents, other numbers to that share of
  themselves. Numbers about fewer than 2,000 residents are left out.
- Draws, findings, manifests and headlines are left out, for they hold exact numbers; so are the hashes of
  results and rows, for twenty possible counts are soon tried out.

Who has the inputs can compute all of it again. A public export cannot be imported: it is no whole store.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from access.observatory_store import Store
from access.suppression_results import COUNT_UNIT, SHARE_INDICATORS, SHARE_UNIT

EMPTY = ("tally", "draw", "finding")
"""Tables that have no rows in a public export."""
FINEST_RESIDENTS, FEWEST_RESIDENTS = 100, 2000
LEFT_OUT = "left out: tells of cells with few residents"
_OF_CELL = ("population", "income", "income_decile", "headline", "lon", "lat")
_OF_ZONE = ("population", "income_ratio", "access_ratio", "depth")
_OF_ZONE_RIGHT = ("judged_residents", "unmet_residents", "unmet_share", "depth")
_OF_SNAPSHOT = ("results_hash", "headline_json", "manifest_json")
_COUNTS, _SHARES = (COUNT_UNIT, "children of school age"), ("share", SHARE_UNIT)
_NUMBERS = ("value", "low", "high")


class PublicRows:
    """Rows of a store as they may be handed to anybody.

    Parameters
    ----------
    store : Store
        Open to read.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hidden: tuple[str, set[str]] = ("", set())
        self.hidden_cells = 0

    def of(self, table: str, rows: pd.DataFrame, snapshot: str | None = None) -> pd.DataFrame:
        """Return the rows of a table, of one snapshot where it has such, without what is not for anybody."""
        if table in EMPTY:
            return rows.iloc[:0]
        if table == "cell":
            hidden = rows["suppressed"].fillna(value=False).astype(bool)
            self.hidden_cells += int(hidden.sum())
            return _without(rows, _OF_CELL, hidden)
        if table in ("cell_value", "cell_right"):
            return rows[~rows["cell"].isin(self._hidden_of(snapshot))]
        if table == "zone":
            return _without(rows, _OF_ZONE, rows["zone_id"].isin(self._zones_of(snapshot)))
        if table == "zone_right":
            few = rows["zone_id"].isin(self._zones_of(snapshot))
            return _without(rows, _OF_ZONE_RIGHT, few).assign(note=rows["note"].mask(few, LEFT_OUT))
        if table == "indicator":
            return _coarse_indicators(rows)
        if table == "snapshot":
            residents = [to_step(value, FINEST_RESIDENTS) for value in rows["residents"]]
            return rows.assign(residents=residents, **dict.fromkeys(_OF_SNAPSHOT))
        if table == "attribution":
            return self._coarse_causes(rows)
        if table == "counter_scenario":
            return rows.assign(results_json=None)
        return rows

    def _hidden_of(self, snapshot: str | None) -> set[str]:
        if snapshot != self._hidden[0] or snapshot is None:
            cells = self._store.rows("cell", ["cell"], snapshot=snapshot, suppressed=True)["cell"]
            self._hidden = (str(snapshot), {*cells})
        return self._hidden[1]

    def _zones_of(self, snapshot: str | None) -> set[str]:
        """Return the zones that have a hidden cell."""
        zones = self._store.rows("zone", ["zone_id", "cells"], snapshot=snapshot)
        hidden = self._hidden_of(snapshot)
        return {
            str(zone)
            for zone, cells in zones.itertuples(index=False)
            if not hidden.isdisjoint(str(cells).split(","))
        }

    def _coarse_causes(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return causes to the hundredth part of the larger end, or to the hundred residents."""
        found = []
        for row in rows.to_dict("records"):
            ends = [abs(row[name]) for name in ("before", "after") if not pd.isna(row[name])]
            is_count = str(row["indicator"]).endswith("_residents")
            step = float(FINEST_RESIDENTS) if is_count else round_step(max(ends, default=0.0) / 100)
            parts = json.loads(row["parts_json"] or "{}")
            told = {name: to_step(row[name], step) for name in ("before", "after", "residual")}
            found.append(row | told | {"parts_json": json.dumps(_stepped(parts, step), sort_keys=True)})
        return pd.DataFrame(found, columns=rows.columns) if found else rows


def round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least so much; 0 for 0."""
    if least <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * (1 - 1e-9))


def to_step(value: Any, step: float) -> Any:
    """Return a number as the nearest multiple of a step; missing and infinite ones as they are."""
    if pd.isna(value) or not math.isfinite(value) or step <= 0:
        return value
    return float(f"{round(value / step) * step:.12g}")


def _stepped(content: Any, step: float) -> Any:
    if isinstance(content, dict):
        return {name: _stepped(value, step) for name, value in content.items()}
    if isinstance(content, list):
        return [_stepped(value, step) for value in content]
    return to_step(content, step) if isinstance(content, float | int) else content


def _coarse_indicators(rows: pd.DataFrame) -> pd.DataFrame:
    """Return indicators that tell no count of residents more finely than to the hundred."""
    covered = pd.to_numeric(rows["covered_population"]).to_numpy(np.float64)
    is_count = rows["unit"].isin(_COUNTS).to_numpy()
    is_share = (rows["unit"].isin(_SHARES) | rows["indicator"].isin(SHARE_INDICATORS)).to_numpy()
    told: dict[str, list[Any]] = {name: [] for name in _NUMBERS}
    for number, given in enumerate(rows[[*_NUMBERS]].to_numpy(np.float64)):
        enough = covered[number] >= FEWEST_RESIDENTS
        part = FINEST_RESIDENTS / covered[number] if enough else 0.0
        if is_count[number]:
            step = float(FINEST_RESIDENTS)
        elif is_share[number]:
            step = round_step(part)
        else:
            finite = [abs(each) for each in given if np.isfinite(each)]
            step = round_step(part * (abs(given[0]) if np.isfinite(given[0]) else max(finite, default=0.0)))
        for name, value in zip(_NUMBERS, given, strict=True):
            told[name].append(to_step(value, step) if enough else None)
    few = ~(covered >= FEWEST_RESIDENTS) & rows["value"].notna().to_numpy()
    note = rows["note"].astype(object).mask(few, LEFT_OUT)
    coarse = [to_step(value, FINEST_RESIDENTS) if value >= FEWEST_RESIDENTS else None for value in covered]
    numbers = {name: pd.Series(values, index=rows.index, dtype="float64") for name, values in told.items()}
    coverage = pd.Series(coarse, index=rows.index, dtype="float64")
    return rows.assign(**numbers, covered_population=coverage, note=note)


def _without(rows: pd.DataFrame, columns: Collection[str], where: pd.Series[bool]) -> pd.DataFrame:
    """Return rows with nothing in some columns of some of them."""
    flags = where.to_numpy(dtype=bool)
    return rows.assign(**{name: rows[name].mask(flags) for name in columns})

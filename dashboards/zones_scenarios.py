"""How a zone of the register would change under the scenarios that are loaded in the browser."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from access.report_findings import counted
from access.report_tables import Table
from access.report_zone_gap import number_in, text_in
from dashboards.run_data import RunData
from dashboards.words import Words
from dashboards.zones_actions import mean_in_zone

MOST_SCENARIOS = 4
#: A change of the mean below this share of today's is called hardly one.
HARDLY = 0.01
_COLUMNS = (
    "scenario", "zone_state", "residents_after", "draws_after", "access_before", "access_after", "noise",
)  # fmt: skip
_STATES = ("enters", "leaves", "grows", "shrinks", "stays")


def keys_of(loaded: Any) -> list[str]:
    """Return the keys of the scenarios in the browser's store; what is no key is left out."""
    if not isinstance(loaded, list):
        return []
    keys = [each.get("key") for each in loaded if isinstance(each, Mapping)]
    return [key for key in keys if isinstance(key, str) and 0 < len(key) <= 128][:MOST_SCENARIOS]


def results_of(what_if: Any, run: str, keys: Sequence[str]) -> list[Any]:
    """Return the results that are there, in the order of the keys; none without a what-if engine."""
    if what_if is None:
        return []
    return [found for key in keys if (found := what_if.result(run, key)) is not None]


def scenario_table(data: RunData, zone_id: str, results: Sequence[Any], words: Words) -> Table | None:
    """Return what becomes of a zone, one row a scenario; None without a result.

    Mean access is over the zone's residents of today, in the cells that it has today, whatever becomes of the
    zone: so both numbers speak of the same people.
    """
    if not results:
        return None
    rows = tuple(_row(data, zone_id, result, words) for result in results)
    columns = tuple(words(f"zones.column.{key}") for key in _COLUMNS)
    note = words("zones.scenarios_note")
    return Table(words("zones.scenarios_caption"), columns, rows, note=note, word_columns=(1, 6))


def _row(data: RunData, zone_id: str, result: Any, words: Words) -> tuple[str, ...]:
    texts = words.texts
    name = words.label(result.name, str(result.key)[:12])
    change = _of_zone(getattr(result, "zones", None), zone_id)
    if change is None:
        computing = getattr(result, "zones", None) is None and not getattr(result, "final", True)
        state = residents = draws = words("zones.not_yet") if computing else texts("no_data")
    else:
        told = text_in(change, "state")
        state = texts(f"scenario.zone_{told}") if told in _STATES else texts("no_data")
        residents = texts.number(number_in(change, "residents"))
        share = number_in(change, "share_of_draws")
        draws = texts.percent(share) if math.isfinite(share) else texts("range.not_quantified")
    before, after, noise = _access(data, zone_id, result, words)
    return name, state, residents, draws, before, after, noise


def _of_zone(zones: pd.DataFrame | None, zone_id: str) -> dict[Any, Any] | None:
    """Return the row of the comparison that holds a zone of the base; zones that merge or split share one."""
    if zones is None or "zone_base" not in zones.columns:
        return None
    plain = pd.DataFrame(zones.drop(columns="geometry", errors="ignore"))
    for row in plain.to_dict("records"):
        if zone_id in text_in(row, "zone_base").split(","):
            return dict(row)
    return None


def _access(data: RunData, zone_id: str, result: Any, words: Words) -> tuple[str, str, str]:
    """Write mean access of the zone before and after, and for how many residents it changes beyond noise."""
    nothing = words.texts("no_data")
    cells = getattr(result, "cells", None)
    if cells is None or len(cells) != len(data.cell_ids) or "zone_id" not in data.run.cells.columns:
        return nothing, nothing, nothing
    if not {"headline_base", "headline_value", "headline_state"} <= set(cells.columns):
        return nothing, nothing, nothing
    inside = (data.run.cells["zone_id"].astype(object) == zone_id).to_numpy(dtype=bool)
    service = data.run.headline.service
    before, after = (
        mean_in_zone(_numbers(cells[column]), data.residents, inside)
        for column in ("headline_base", "headline_value")
    )
    told = tuple(
        counted(data.run, service, n, words.texts) if math.isfinite(n) else nothing for n in (before, after)
    )
    said = _noise(cells["headline_state"], inside, data.residents, result, words)
    hardly = before > 0 and abs(after - before) < HARDLY * before
    return told[0], told[1], words("what_if.zone_hardly", said=said) if hardly else said


def _noise(states: pd.Series, inside: Any, residents: Any, result: Any, words: Words) -> str:
    """Say which share of the zone's residents gains or loses, beyond the noise where that is known."""
    people = np.where(np.isfinite(residents), residents, 0.0)
    everybody = float(people[inside].sum())
    if everybody <= 0:
        return words.texts("no_data")
    state = states.astype(str).to_numpy()
    gain, loss = (float(people[inside & (state == name)].sum()) / everybody for name in ("gain", "loss"))
    key = "zones.noise" if getattr(result, "quantified", False) else "zones.noise_first"
    return words(key, gain=words.percent(gain), loss=words.percent(loss))


def _numbers(column: pd.Series) -> Any:
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)

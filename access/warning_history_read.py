"""The history of a series read from a store: rows of its tables laid out by snapshot and cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import StoreError
from access.observatory_differences import Draws
from access.observatory_read import KEY, series_of, snapshots_of
from access.observatory_store import Store
from access.uncertainty_kinds import INPUT_UNCERTAINTY
from access.warning_history import (
    MET,
    NOT_KNOWN,
    UNMET,
    Floats,
    History,
    Key,
    Number,
    RightKey,
    ZoneSeen,
    measure_of,
)
from access.warning_rules import Rules


def history_of(store: Store, city: str, rules: Rules, series: str | None = None) -> History:
    """Read what the rules ask for of a series; without ``series`` of the newest one.

    Parameters
    ----------
    store : Store
        Open; may be closed after.

    Raises
    ------
    StoreError
        If the store has no such city or series.
    """
    known = series_of(store, city)
    chosen = series or str(known["series"].iloc[-1])
    if chosen not in set(known["series"]):
        raise StoreError(f"series {chosen!r}: not of {city}; it has {', '.join(known['series'])}")
    filed = snapshots_of(store, city, chosen)
    counted = filed.drop_duplicates("observed_on", keep="last")
    instead = dict(zip(counted["observed_on"], counted["snapshot"], strict=True))
    ids = [str(name) for name in counted["snapshot"]]
    cells = store.rows("cell", ["snapshot", "cell", "population", "income_decile", "zone", "suppressed"],
                       snapshot=ids)  # fmt: skip
    grid = _Grid(ids, cells)
    hidden = cells["suppressed"].fillna(value=False).to_numpy(dtype=bool)
    numbers = _numbers(store, ids, rules)
    names = store.rows("city", city=city).iloc[0]
    manifest = _manifest(store, ids)
    return History(
        city=city,
        city_names={"en": names["name_en"] or city, "fr": names["name_fr"] or city},
        series=chosen,
        snapshots=ids,
        days=list(counted["observed_on"]),
        filed=[(str(row.snapshot), str(instead[row.observed_on])) for row in filed.itertuples()],
        cells=grid.cells,
        residents=grid.floats(cells[~hidden], "population"),
        deciles=grid.floats(cells[~hidden], "income_decile"),
        numbers=numbers,
        draws=_draws(store, ids, rules),
        rights=_rights(store, grid, cells[hidden]),
        measures=_measures(store, grid, numbers),
        neighbourhoods=grid.last_text(cells, "zone"),
        zones=_zones(store, grid),
        feeds=_feeds(store, ids),
        names=_names(store, ids, manifest),
        minimum=_minimum(manifest),
        headline=_headline(store, ids),
    )


class _Grid:
    """Positions of snapshots and cells."""

    def __init__(self, ids: Sequence[str], cells: pd.DataFrame) -> None:
        self.ids = list(ids)
        self.cells: list[str] = sorted(cells["cell"].unique())
        self.snapshot = {name: number for number, name in enumerate(ids)}
        self.cell = {name: number for number, name in enumerate(self.cells)}

    def places(self, rows: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the position of each row; of cells that no snapshot lists there are no rows."""
        return _positions(rows["snapshot"], self.snapshot), _positions(rows["cell"], self.cell)

    def floats(self, rows: pd.DataFrame, column: str) -> Floats:
        table = np.full((len(self.ids), len(self.cells)), np.nan)
        table[self.places(rows)] = rows[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        return table

    def last_text(self, rows: pd.DataFrame, column: str) -> npt.NDArray[np.object_]:
        found = np.full((len(self.ids), len(self.cells)), None, dtype=object)
        codes, different = pd.factorize(rows[column])
        texts = np.array([*(str(name) for name in different), None], dtype=object)
        found[self.places(rows)] = texts[codes]  # -1 = missing = the last
        return found


def _positions(names: pd.Series, place: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Return the position of each name; each different one is looked up once."""
    codes, different = pd.factorize(names)
    return np.array([place[str(name)] for name in different], dtype=np.int64)[codes]


def _watched(rules: Rules) -> list[str]:
    """Return the indicators that any rule looks at."""
    found = {"right_residents"}
    for rule in rules.rules:
        for name in getattr(rule, "indicators", ()):
            found |= {name, f"{name}_bias"}
    return sorted(found)


def _key(row: Sequence[Any]) -> Key:
    values = [None if pd.isna(value) else value for value in row]
    cutoff = values[3]
    return Key(str(values[0]), values[1], values[2], None if cutoff is None else int(cutoff), *values[4:])


def _numbers(store: Store, ids: list[str], rules: Rules) -> dict[Key, Number]:
    """Return every watched number; its own row counts, never one of a sensitivity."""
    columns = ["snapshot", *KEY, "interval_kind", "value", "covered_population", "unit"]
    rows = store.rows("indicator", columns, snapshot=ids, indicator=_watched(rules))
    own = rows["interval_kind"].isna() | (rows["interval_kind"] == INPUT_UNCERTAINTY)
    rows = rows[own].drop_duplicates(["snapshot", *KEY], keep="last")
    place = {name: number for number, name in enumerate(ids)}
    numbers: dict[Key, Number] = {}
    for row in rows.itertuples(index=False):
        key = _key(row[1:7])
        if key not in numbers:
            numbers[key] = Number(np.full(len(ids), np.nan), np.full(len(ids), np.nan), _text(row.unit))
        number = place[str(row.snapshot)]
        numbers[key].value[number] = _float(row.value)
        numbers[key].covered[number] = _float(row.covered_population)
    return dict(sorted(numbers.items(), key=lambda item: tuple(str(part) for part in item[0])))


def _float(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _draws(store: Store, ids: list[str], rules: Rules) -> dict[tuple[Key, int], Draws]:
    columns = ["snapshot", *KEY, "kind", "numbers", "fingerprint"]
    rows = store.rows("draw", columns, snapshot=ids, indicator=_watched(rules))
    place = {name: number for number, name in enumerate(ids)}
    parts: dict[tuple[Key, int], dict[str, Any]] = {}
    for snapshot, *named, kind, numbers, fingerprint in zip(*(rows[name] for name in columns), strict=True):
        found = parts.setdefault((_key(named), place[snapshot]), {})
        found[kind] = np.frombuffer(numbers, dtype="<f4").astype(np.float64)
        found["fingerprint"] = fingerprint
    return {
        at: Draws(found["inputs"], found.get("travel", np.empty(0)), found["fingerprint"])
        for at, found in parts.items()
        if "inputs" in found
    }


def _rights(store: Store, grid: _Grid, hidden: pd.DataFrame) -> dict[RightKey, npt.NDArray[np.int8]]:
    columns = ["snapshot", "cell", "right", "period", "walking", "state"]
    rows = store.rows("cell_right", columns, snapshot=grid.ids, state=["met", "unmet"])
    rows = rows[rows["cell"].isin(grid.cell)]
    found: dict[RightKey, npt.NDArray[np.int8]] = {}
    for (right, period, walking), part in rows.groupby(["right", "period", "walking"], dropna=False):
        table = np.full((len(grid.ids), len(grid.cells)), NOT_KNOWN, dtype=np.int8)
        table[grid.places(part)] = np.where(part["state"] == "unmet", UNMET, MET)
        table[grid.places(hidden)] = NOT_KNOWN
        found[RightKey(str(right), _text(period), _text(walking))] = table
    return found


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _measures(store: Store, grid: _Grid, numbers: Mapping[Key, Number]) -> dict[str, Floats]:
    wanted = sorted({measure_of(key) for key in numbers if key.indicator == "mean_access"})
    rows = store.rows(
        "cell_value", ["snapshot", "cell", "measure", "value"], snapshot=grid.ids, measure=wanted
    )
    rows = rows[rows["cell"].isin(grid.cell)]
    return {str(name): grid.floats(part, "value") for name, part in rows.groupby("measure")}


def _zones(store: Store, grid: _Grid) -> list[list[ZoneSeen]]:
    columns = ["snapshot", "zone_id", "name", "label_en", "label_fr", "population", "cells"]
    rows = store.rows("zone", columns, snapshot=grid.ids)
    seen: list[list[ZoneSeen]] = [[] for _ in grid.ids]
    for row in rows.itertuples(index=False):
        members = frozenset(grid.cell[cell] for cell in str(row.cells).split(",") if cell in grid.cell)
        zone = ZoneSeen(
            str(row.zone_id), _text(row.name), _text(row.label_en), _text(row.label_fr),
            _float(row.population), members,
        )  # fmt: skip
        seen[grid.snapshot[str(row.snapshot)]].append(zone)
    return seen


def _feeds(store: Store, ids: list[str]) -> list[dict[str, dict[str, Any]]]:
    rows = store.rows("feed", snapshot=ids)
    found: list[dict[str, dict[str, Any]]] = [{} for _ in ids]
    place = {name: number for number, name in enumerate(ids)}
    for row in rows.to_dict("records"):
        facts = {str(name): None if pd.isna(value) else value for name, value in row.items()}
        found[place[str(row["snapshot"])]][str(row["feed"])] = facts
    return found


def _manifest(store: Store, ids: list[str]) -> Mapping[str, Any]:
    """Return the manifest of the newest snapshot."""
    found = store.rows("snapshot", ["manifest_json"], snapshot=ids[-1:])
    return json.loads(found["manifest_json"].iloc[0] or "{}") if len(found) else {}


def _headline(store: Store, ids: list[str]) -> tuple[str | None, int | None]:
    found = store.rows("snapshot", ["headline_json"], snapshot=ids[-1:])["headline_json"]
    rows = json.loads(found.iloc[0] or "[]") if len(found) else []
    return (rows[0].get("period"), rows[0].get("cutoff_min")) if rows else (None, None)


def _minimum(manifest: Mapping[str, Any]) -> float:
    told = (manifest.get("config") or {}).get("results") or {}
    return float(manifest.get("suppression_minimum") or told.get("min_residents_shown") or 0)


def _names(
    store: Store, ids: list[str], manifest: Mapping[str, Any]
) -> dict[str, dict[str, Mapping[str, str]]]:
    periods = store.rows("period", ["period", "name_en", "name_fr"], snapshot=ids[-1:])
    return {
        "period": {
            str(row.period): {"en": str(row.name_en), "fr": str(row.name_fr)} for row in periods.itertuples()
        },
        "service": {entry["name"]: entry["label"] for entry in manifest.get("services") or ()},
        "right": {entry["name"]: entry["label"] for entry in manifest.get("rights") or ()},
    }

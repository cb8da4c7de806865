"""The rows that a run folder becomes in a store, as the run shows them: hidden counts stay hidden.

A column that an older run lacks stays null. Kept of the measures of cells are those that a map or a rule of
the observatory may ask for: access at the headline's cutoff and minutes to the nearest, of every service and
period, and what belongs to no period. Counts of residents by group are not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from access.errors import StoreError
from access.observatory_schema import schema
from access.report_data import read_run
from access.report_findings import findings
from access.results import DRAWS
from access.texts import Texts

FREE_OF_PERIOD = (
    "rights_lacking_",
    "sdg_11_2_1_",
    "eu_bus_tram_departures_per_h",
    "eu_metro_train_departures_per_h",
    "frequent_transit_departures_per_h",
    "ptal_index",
    "mix_of_reach_",
    "transport_performance",
)
"""Beginnings of the names of measures that belong to no period."""

COMPARED = ("cell", "cell_value", "cell_right", "indicator", "zone", "zone_right")
"""Tables whose content is the result of a run: equal inputs must give equal rows."""


def tables_of_run(folder: Path, manifest: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the rows of a run for each table of results, without the column ``snapshot``.

    Parameters
    ----------
    folder : Path
        Of a finished run.
    manifest : mapping
        Its manifest.

    Raises
    ------
    StoreError
        If a table of the run is missing, cannot be read or lacks what every run has.
    """
    cells = _read(folder, "cells")
    _require(folder, "cells", cells, ("id", "population", "snap", "lon", "lat", "geometry"))
    indicators = _read(folder, "indicators")
    _require(folder, "indicators", indicators, ("indicator", "group", "value", "unit", "covered_population"))
    zones = _of_table(_read(folder, "zones", needed=False), "zone")
    return {
        "period": _periods(manifest),
        "cell": _cells(cells, manifest),
        "cell_value": _cell_values(cells, manifest),
        "cell_right": _of_table(_read(folder, "rights", needed=False), "cell_right", {"id": "cell"}),
        "indicator": _of_table(indicators, "indicator"),
        "draw": _draws(_read(folder, DRAWS.removesuffix(".parquet"), needed=False)),
        "zone": zones,
        "zone_right": rights_of_zones(_read(folder, "zone_rights", needed=False), zones),
        "finding": _findings(folder),
    }


def headline_column(manifest: Mapping[str, Any]) -> str:
    """Return the column of cells that holds the headline's access."""
    headline = manifest["headline"]
    return f"{headline['service']}_in_{headline['cutoff_min']}min_{headline['period']}"


def headline_text(folder: Path) -> str | None:
    """Return the content of ``headline.json`` as one line; None where there is none."""
    path = folder / "headline.json"
    if not path.is_file():
        return None
    try:
        return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); run the configuration again") from None


def _read(folder: Path, name: str, *, needed: bool = True) -> pd.DataFrame:
    path = folder / f"{name}.parquet"
    if not path.is_file() and not needed:
        return pd.DataFrame()
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}); run the configuration again") from None


def _require(folder: Path, name: str, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise StoreError(
            f"{folder / name}.parquet: no column {', '.join(absent)}; run the configuration again"
        )


def _of_table(frame: pd.DataFrame, table: str, renamed: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the columns that a table of the store has."""
    named = frame.rename(columns=dict(renamed or {}))
    return named[[name for name in schema().tables[table].names if name in named.columns]]


def rights_of_zones(rights: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Return the rights of zones of the register; those that too few draws found again are none."""
    if rights.empty or zones.empty:
        return pd.DataFrame()
    return _of_table(rights[rights["zone_id"].isin(zones["zone_id"])], "zone_right")


def _cells(cells: pd.DataFrame, manifest: Mapping[str, Any]) -> pd.DataFrame:
    named = cells.rename(columns={"id": "cell"})
    headline = headline_column(manifest)
    if headline in cells.columns:
        named = named.assign(headline=cells[headline])
    return _of_table(named, "cell")


def _cell_values(cells: pd.DataFrame, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a cell and measure."""
    cutoff_min = manifest["headline"]["cutoff_min"]
    kept = [
        str(name)
        for name in cells.columns
        if f"_in_{cutoff_min}min_" in str(name) or str(name).startswith(("nearest_", *FREE_OF_PERIOD))
    ]
    numbers = {name: pd.to_numeric(cells[name].astype("Float64"), errors="coerce") for name in kept}
    wide = pd.DataFrame(numbers).astype("float64").assign(cell=cells["id"])
    return wide.melt(id_vars="cell", var_name="measure", value_name="value")


def _draws(table: pd.DataFrame) -> pd.DataFrame:
    """Return draws with their numbers as the store keeps them: 32-bit floats, little-endian."""
    if table.empty:
        return table
    return table.assign(numbers=[np.asarray(row, dtype="<f4").tobytes() for row in table["numbers"]])


def _periods(manifest: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {
            "period": period["name"],
            "name_en": period["label"]["en"],
            "name_fr": period["label"]["fr"],
            "kind": period.get("kind"),
            "service_date": period.get("service_date"),
            "departure_start": period.get("departure_start"),
            "window_min": period.get("departure_window_min"),
            "state": period.get("state", "ok"),
        }
        for period in manifest["periods"]
    ]
    return pd.DataFrame(rows)


def _findings(folder: Path) -> pd.DataFrame:
    """Return the sentences at the top of the run's report, in both languages."""
    run = read_run(folder)
    rows = [
        {"language": language, "number": number, "text": sentence}
        for language in ("en", "fr")
        for number, sentence in enumerate(findings(run, Texts(language)))
    ]
    return pd.DataFrame(rows)

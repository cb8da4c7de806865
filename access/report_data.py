"""Read a run folder for the report: its tables, its manifest, and single indicator values.

The report reads files, never results in memory, so that it can be made again from the folder alone.
A service or a period may be missing anywhere: look-ups then give None, which the report calls
"no data" and never 0.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import ResultError
from access.report_numbers import Numbers, number_of

RUN_FILES = ("cells.parquet", "indicators.parquet", "headline.json", "manifest.json")
FloatArray = npt.NDArray[np.float64]
IndicatorKey = tuple[str, str | None, str | None, int | None, str]


class Headline(NamedTuple):
    """What the map and the first sentences are about."""

    service: str
    cutoff_min: int
    period: str


class Run(NamedTuple):
    """One run folder in memory.

    ``rights``, ``zones`` and ``curves`` are None in a run without these files.
    """

    cells: gpd.GeoDataFrame
    manifest: Mapping[str, Any]
    headline: Headline
    values: Mapping[IndicatorKey, float]
    numbers: Numbers
    rights: pd.DataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    curves: pd.DataFrame | None = None
    zone_rights: pd.DataFrame | None = None

    @property
    def travel(self) -> Mapping[str, Any]:
        """Options of walking and riding: those the manifest puts first, else those of its configuration."""
        options = (self.manifest.get("config") or {}).get("travel") or {}
        return {**options, **(self.manifest.get("walking") or {})}

    @property
    def services(self) -> list[Mapping[str, Any]]:
        """Services of the run, each with its name."""
        return [service for service in self.manifest.get("services") or [] if service.get("name")]

    @property
    def periods(self) -> list[Mapping[str, Any]]:
        """Periods of the run, each with its name."""
        return [period for period in self.manifest.get("periods") or [] if period.get("name")]

    @property
    def cutoffs_min(self) -> list[int]:
        """Cutoffs in minutes, ascending, each once."""
        return sorted({int(cutoff) for cutoff in self.manifest.get("cutoffs_min") or []})

    @property
    def buffer_m(self) -> float:
        """How far beyond the study area destinations count; 0 where they do not."""
        return float(self.manifest.get("study_area_buffer_m") or self.option("cells", "buffer_m") or 0)

    @property
    def counts_outside(self) -> bool:
        """Whether destinations beyond the study area count."""
        return self.buffer_m > 0 or bool(self.option("cells", "study_area"))

    def option(self, section: str, key: str) -> Any:
        """Option of the configuration that made the run; None where the run does not say."""
        return ((self.manifest.get("config") or {}).get(section) or {}).get(key)

    def service(self, name: str) -> Mapping[str, Any]:
        """Entry of a service; an empty one, with its name only, if the manifest has none."""
        return next((entry for entry in self.services if entry["name"] == name), {"name": name})

    def period(self, name: str) -> Mapping[str, Any]:
        """Entry of a period; an empty one, with its name only, if the manifest has none."""
        return next((entry for entry in self.periods if entry["name"] == name), {"name": name})

    def has_data(self, service: str, period: str) -> bool:
        """Say whether neither the service nor the period is marked "no data"."""
        states = (self.service(service).get("state", "ok"), self.period(period).get("state", "ok"))
        return "no data" not in states

    def column(self, name: str) -> FloatArray:
        """Column of the cells as float64; all NaN where the column is absent."""
        if name not in self.cells.columns:
            return np.full(len(self.cells), np.nan)
        column = pd.to_numeric(self.cells[name], errors="coerce")
        return column.to_numpy(dtype=np.float64, na_value=np.nan)

    def residents(self) -> FloatArray:
        """Residents of each cell; NaN where they are not known."""
        return self.column("population")

    def access(self, service: str, cutoff_min: int, period: str) -> FloatArray:
        """Opportunities within reach of each cell; NaN: no data or not snapped."""
        if not self.has_data(service, period):
            return np.full(len(self.cells), np.nan)
        column = self.column(f"{service}_in_{cutoff_min}min_{period}")
        return np.where(self.snapped(), column, np.nan)

    def headline_access(self) -> FloatArray:
        """Opportunities of the headline service within its cutoff and period."""
        return self.access(*self.headline)

    def snapped(self) -> npt.NDArray[np.bool_]:
        """Whether each cell is linked to the streets; all True where the run does not say."""
        if "snap" not in self.cells.columns:
            return np.ones(len(self.cells), dtype=np.bool_)
        return (self.cells["snap"] == "snapped").to_numpy(dtype=np.bool_)

    def value(
        self, indicator: str, service: str, period: str, cutoff_min: int | None = None, group: str = "all"
    ) -> float | None:
        """Value of an indicator, or None where the run has none or it is not defined."""
        if not self.has_data(service, period):
            return None
        value = self.values.get((indicator, service, period, cutoff_min, group))
        return None if value is None or math.isnan(value) else value

    def is_undefined(
        self, indicator: str, service: str, period: str, cutoff_min: int | None = None, group: str = "all"
    ) -> bool:
        """Say whether the run has data but the indicator has no value (a ratio to 0, a mean of nobody)."""
        value = self.values.get((indicator, service, period, cutoff_min, group))
        return self.has_data(service, period) and value is not None and math.isnan(value)


def read_run(folder: Path) -> Run:
    """Read the run folder ``folder``.

    Raises
    ------
    ResultError
        A file is missing or cannot be read, or the cells lack what every run has.
    """
    missing = [name for name in RUN_FILES if not (folder / name).is_file()]
    if missing:
        message = (
            f"{folder}: no {', '.join(missing)}; a run folder holds {', '.join(RUN_FILES)}. "
            "Make it again with `fairreach run CONFIG`"
        )
        raise ResultError(message)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        headline = json.loads((folder / "headline.json").read_text(encoding="utf-8"))
        cells = gpd.read_parquet(folder / "cells.parquet")
        indicators = pd.read_parquet(folder / "indicators.parquet")
        rights, curves, zone_rights = (
            _table(folder / f"{name}.parquet") for name in ("rights", "curves", "zone_rights")
        )
        zones_file = folder / "zones.parquet"
        zones = gpd.read_parquet(zones_file) if zones_file.is_file() else None
    except (OSError, ValueError) as error:
        message = (
            f"{folder}: a result file cannot be read ({error}); make it again with `fairreach run CONFIG`"
        )
        raise ResultError(message) from error
    if problem := _problem(manifest, cells):
        message = f"{folder}: {problem}; make the run again with `fairreach run CONFIG`"
        raise ResultError(message)
    cells = cells.sort_values("id", kind="stable", ignore_index=True)
    rows: list[dict[Any, Any]] = [*indicators.to_dict("records"), *_headline_rows(headline)]
    numbers = Numbers(indicators.to_dict("records"))
    return Run(
        cells,
        manifest,
        _headline(manifest),
        _indicator_values(rows),
        numbers,
        rights,
        zones,
        curves,
        zone_rights,
    )


def _table(path: Path) -> pd.DataFrame | None:
    """Read a table that not every run has."""
    return pd.read_parquet(path) if path.is_file() else None


def _problem(manifest: object, cells: gpd.GeoDataFrame) -> str:
    """Say what makes the files no run; empty text if nothing does."""
    if not isinstance(manifest, dict):
        return f"manifest.json holds a {type(manifest).__name__}, not an object"
    absent = [name for name in ("id", "geometry", "population") if name not in cells.columns]
    if absent:
        return f"cells.parquet has no column {', '.join(absent)}"
    if cells.empty:
        return "cells.parquet has no cells"
    if cells.crs is None:
        return "cells.parquet has no coordinate reference system (EPSG:4326 expected)"
    return ""


def _headline(manifest: Mapping[str, Any]) -> Headline:
    """Headline of the manifest; a part it does not name is the first service, period, middle cutoff."""
    given = manifest.get("headline") or {}
    services = [entry.get("name", "") for entry in manifest.get("services") or []]
    periods = [entry.get("name", "") for entry in manifest.get("periods") or []]
    cutoffs = sorted(int(cutoff) for cutoff in manifest.get("cutoffs_min") or [])
    middle = cutoffs[len(cutoffs) // 2] if cutoffs else 0
    return Headline(
        str(given.get("service") or next(iter(services), "")),
        int(given.get("cutoff_min") or middle),
        str(given.get("period") or next(iter(periods), "")),
    )


def _headline_rows(headline: object) -> list[dict[str, Any]]:
    """Rows of headline.json: a list of rows, or one such list under any name."""
    if isinstance(headline, dict):
        headline = next((value for value in headline.values() if isinstance(value, list)), [])
    return [row for row in headline if isinstance(row, dict)] if isinstance(headline, list) else []


def _indicator_values(rows: list[dict[Any, Any]]) -> dict[IndicatorKey, float]:
    """Values by (indicator, service, period, cutoff, group); the first base row of a key counts.

    NaN stands for a value that the run notes as not defined; other missing values are left out.
    """
    values: dict[IndicatorKey, float] = {}
    for row in rows:
        number = number_of(row)
        if not number.is_base or (math.isnan(number.value) and not number.note.startswith("not defined")):
            continue
        key = (
            number.indicator,
            number.service or None,
            number.period or None,
            number.cutoff_min,
            number.group,
        )
        values.setdefault(key, number.value)
    return values

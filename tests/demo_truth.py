"""Reads ``configs/demo-truth.yaml`` and evaluates its statements on the cells of a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import yaml

TRUTH_FILE = Path(__file__).parents[1] / "configs" / "demo-truth.yaml"


def read_truth() -> dict[str, Any]:
    return yaml.safe_load(TRUTH_FILE.read_text(encoding="utf-8"))


def area_polygon(truth: dict[str, Any], area: str) -> shapely.Polygon:
    return shapely.Polygon(truth["areas"][area]["polygon"])


def mean_value(cells: gpd.GeoDataFrame, column: str, inside: np.ndarray | None = None) -> float:
    """Mean by residents; cells without a value (not joined to the streets) stay out."""
    value, people = cells[column].to_numpy(float), cells["population"].to_numpy(float)
    used = np.isfinite(value) & (people > 0) & (True if inside is None else inside)
    return float(np.average(value[used], weights=people[used]))


def cells_in(cells: gpd.GeoDataFrame, polygon: shapely.Polygon) -> np.ndarray:
    """True where the centre of the cell lies in the polygon."""
    middle = shapely.centroid(cells.geometry.to_numpy())
    return shapely.contains_xy(polygon, shapely.get_x(middle), shapely.get_y(middle))


def evaluate(statement: dict[str, Any], truth: dict[str, Any], cells: gpd.GeoDataFrame) -> float:
    """The number that a statement bounds, from ``cells.parquet`` of a run on the demo city."""
    inside = cells_in(cells, area_polygon(truth, statement["area"])) & (cells["population"].to_numpy() > 0)
    assert inside.any(), f"no inhabited cell in {statement['area']}"
    people = cells["population"].to_numpy(float)[inside]
    check = statement["check"]
    if check == "share_in_decile":
        values = cells["income_decile"].isin(statement["deciles"]).to_numpy()[inside]
    elif check == "share_snapped":
        values = (cells["snap"] == "snapped").to_numpy()[inside]
    else:
        column = f"{statement['service']}_in_{statement['cutoff_min']}min_{statement['period']}"
        if check == "mean_ratio_to_city":
            return mean_value(cells, column, inside) / mean_value(cells, column)
        assert check == "share_reaching", check
        values = cells[column].to_numpy(float)[inside] >= 1
    return float(np.average(values, weights=people))


def holds(statement: dict[str, Any], value: float) -> bool:
    return statement.get("at_least", -np.inf) <= value <= statement.get("at_most", np.inf)


def share_of_gap_closed(effect: dict[str, Any], truth: dict[str, Any], before: Any, after: Any) -> float:
    """Share of the gap between city and area that disappears from one run to another."""
    column = f"{effect['service']}_in_{effect['cutoff_min']}min_{effect['period']}"
    polygon = area_polygon(truth, effect["area"])
    gaps = [
        mean_value(run, column) - mean_value(run, column, cells_in(run, polygon)) for run in (before, after)
    ]
    return 1 - gaps[1] / gaps[0]

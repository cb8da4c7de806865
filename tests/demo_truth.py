"""Evaluates the statements of ``configs/demo-truth.yaml`` on finished runs; reads demo city files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml

from access import demo_plan

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


def read_gtfs_table(path: Path, name: str) -> pd.DataFrame:
    with zipfile.ZipFile(path) as archive:
        return pd.read_csv(archive.open(name), dtype=str, keep_default_na=False)


def clock_seconds(texts: pd.Series) -> pd.Series:
    parts = texts.str.split(":", expand=True).astype(int)
    return parts[0] * 3_600 + parts[1] * 60 + parts[2]


def plan_xy(lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(demo_plan.PLAN_CRS)
    return points.x.to_numpy() - demo_plan.EASTING_M, points.y.to_numpy() - demo_plan.NORTHING_M


def read_visits(path: Path, feed: str) -> pd.DataFrame:
    visits = read_gtfs_table(path, "stop_times.txt").merge(read_gtfs_table(path, "trips.txt"), on="trip_id")
    visits = visits.merge(read_gtfs_table(path, "stops.txt"), on="stop_id")
    visits["x"], visits["y"] = plan_xy(visits["stop_lon"].astype(float), visits["stop_lat"].astype(float))
    visits["feed"], visits["timed"] = feed, visits["departure_time"] != ""
    visits["time_s"] = -1
    visits.loc[visits["timed"], "time_s"] = clock_seconds(visits.loc[visits["timed"], "departure_time"])
    return visits


def area_xy(area: str) -> shapely.Polygon:
    lon, lat = np.array(read_truth()["areas"][area]["polygon"]).T
    return shapely.Polygon(np.column_stack(plan_xy(lon, lat)))

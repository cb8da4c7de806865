"""The GeoPackage of a comparison: hexagons by scenario, and the lines and points that scenarios change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from access.comparison_reader import LINES_LAYER, POINTS_LAYER
from access.exclusion_files import without_time_of_writing
from access.texts import LANGUAGES

#: Columns of a layer of hexagons, under short names; everything else is in cells.parquet.
LAYER_COLUMNS = {
    "headline_base": "base",
    "headline_value": "value",
    "headline_change": "change",
    "headline_floor": "floor",
    "headline_state": "state",
}


def named(frame: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """Return a table whose first column is the id of its scenario."""
    told = frame.drop(columns="scenario", errors="ignore")
    told.insert(0, "scenario", scenario)
    return told


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables below each other; without any, one with the column ``scenario`` only."""
    if not parts:
        return pd.DataFrame({"scenario": pd.Series([], dtype=str)})
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0].reset_index(drop=True)


def stacked_places(parts: Sequence[pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return tables with a geometry in EPSG:4326 below each other, as ``stacked``."""
    if not parts:
        return gpd.GeoDataFrame(stacked(parts), geometry=[], crs="EPSG:4326")
    return gpd.GeoDataFrame(stacked(parts), geometry="geometry", crs="EPSG:4326")


def write_package(
    path: Path,
    cells: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame,
    points: gpd.GeoDataFrame,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write one layer of hexagons a scenario, named by its id, and what the scenarios change.

    ``labels`` are what readers call each right, by language; a right without one goes by its name.

    Equal input gives equal files, byte by byte. The file is there whole or not at all.
    """
    partial = path.with_name(f"partial-{path.name}")  # GDAL wants the ending
    partial.unlink(missing_ok=True)
    try:
        with without_time_of_writing():
            for scenario in cells["scenario"].unique():
                layer = _layer(gpd.GeoDataFrame(cells[cells["scenario"] == scenario]), labels or {})
                _to_layer(layer, partial, str(scenario), "Polygon")
            if len(lines):
                _to_layer(lines, partial, LINES_LAYER, "MultiLineString")
            if len(points):
                _to_layer(points, partial, POINTS_LAYER, "Point")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _layer(cells: gpd.GeoDataFrame, labels: Mapping[str, Mapping[str, str]]) -> gpd.GeoDataFrame:
    kept = ["id", "zone", "population", "income_decile", *LAYER_COLUMNS, "rights_gained", "rights_lost"]
    here = [name for name in kept if name in cells.columns]
    layer = cells[[*here, "geometry"]].rename(columns=LAYER_COLUMNS)
    for column in ("rights_gained", "rights_lost"):
        for language in LANGUAGES if column in here else ():
            layer[f"{column}_{language}"] = [_named_rights(told, labels, language) for told in layer[column]]
    return gpd.GeoDataFrame(layer.assign(state=layer["state"].astype(str)), crs=cells.crs)


def _named_rights(told: object, labels: Mapping[str, Mapping[str, str]], language: str) -> str:
    """Return rights joined by commas under the names that readers know, joined by semicolons."""
    names = [name.strip() for name in told.split(",") if name.strip()] if isinstance(told, str) else []
    return "; ".join(labels.get(name, {}).get(language) or name for name in names)


def _to_layer(frame: gpd.GeoDataFrame, file: Path, layer: str, geometry_type: str) -> None:
    pyogrio.write_dataframe(
        frame, file, layer=layer, driver="GPKG", geometry_type=geometry_type, append=file.exists()
    )

"""The columns of the register that draws, statistics, names and outlines give."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from access.cells import cell_polygons
from access.exclusion_merge import Stability
from access.exclusion_names import (
    Naming,
    labels,
    middle_of_residents,
    names_from_layer,
    names_from_places,
    numbered,
)
from access.hot_spots import FALSE_DISCOVERY_RATE, HotSpots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TEXT_COLUMNS = ("zone_id", "name", "cells", "rights_unmet", "missing_right", "missing_destinations")


def stability_columns(steady: Stability | None, n_zones: int) -> pd.DataFrame:
    """Return the share of draws in which each zone persists, NaN without draws, and their number."""
    share = np.full(n_zones, np.nan) if steady is None else steady.share_of_zones
    return pd.DataFrame({"share_of_draws": share, "draws": 0 if steady is None else steady.n_draws})


def cluster_columns(spots: HotSpots | None, zones: Ints, people: Floats, n_zones: int) -> pd.DataFrame:
    """Share of each zone's residents in cells where low access and low income gather, NaN = no statistics."""
    share = np.full(n_zones, np.nan)
    if spots is not None:
        inside = zones >= 0
        gathered = people * (np.nan_to_num(spots.adjusted_p, nan=1.0) <= FALSE_DISCOVERY_RATE)
        residents = np.bincount(zones[inside], weights=people[inside], minlength=n_zones)
        share = np.bincount(zones[inside], weights=gathered[inside], minlength=n_zones) / residents
    return pd.DataFrame({"cluster_share": share})


def with_names(
    table: pd.DataFrame, cells: Sequence[str], zones: Ints, people: Floats, naming: Naming
) -> pd.DataFrame:
    """Put a name and labels before the other columns; names from a layer go before places."""
    n_zones = len(table)
    names: list[str | None] = [None] * n_zones
    if naming.names_of_cells is not None:
        names = names_from_layer(naming.names_of_cells, zones, people, n_zones)
    if naming.places and n_zones:
        lon, lat = middle_of_residents(cells, zones, people, n_zones)
        near = names_from_places(lon, lat, naming.places, naming.within_m)
        names = [own if own is not None else other for own, other in zip(names, near, strict=True)]
    names = numbered(names, table["population"].tolist())
    front = pd.DataFrame({"zone_id": table["zone_id"], "name": pd.Series(names, dtype=object)})
    for language, texts in labels(names, table["population"].tolist(), naming.term).items():
        front[f"label_{language}"] = pd.Series(texts, dtype=object)
    return pd.concat([front, table.drop(columns="zone_id")], axis=1)


def with_outlines(table: pd.DataFrame, cells: Sequence[str], zones: Ints) -> gpd.GeoDataFrame:
    """Add the union of each zone's hexagons, always as multipolygons."""
    hexagons = cell_polygons([cells[row] for row in np.flatnonzero(zones >= 0).tolist()]).to_numpy()
    number = zones[zones >= 0]
    outlines = [_outline(hexagons[number == zone]) for zone in range(len(table))]
    texts = [name for name in table.columns if name in TEXT_COLUMNS or name.startswith("label_")]
    types = {name: "string" if name in texts else "float64" for name in table.columns}
    types |= {"n_cells": "int64", "draws": "int64"}
    return gpd.GeoDataFrame(table.astype(types), geometry=outlines, crs="EPSG:4326")


def _outline(hexagons: npt.NDArray[np.object_]) -> shapely.MultiPolygon:
    merged = shapely.normalize(shapely.union_all(hexagons))
    return shapely.MultiPolygon(list(shapely.get_parts(merged)))

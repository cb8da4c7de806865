"""Where changes of places and people lie: points, cells, distances, and new rows of the run's tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from access.cells import WGS84, cell_polygons
from access.place_sources import Floats, Frame
from access.scenario import At
from gtfs.errors import ScenarioError

ZONE_HALF_M = 1.0
OUTSIDE_M = 50_000.0
"""Farther from the nearest cell, a place is taken for one of another city: metres would tell nothing."""
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True)
class Spot:
    """A place in degrees, and the cell of the run that holds it."""

    lon: float
    lat: float
    cell: str

    @property
    def point(self) -> shapely.Point:
        """The place as a point, longitude first."""
        return shapely.Point(self.lon, self.lat)

    def cell_at(self, resolution: int) -> str:
        """Return the cell of another resolution that holds the place; that of its own is its cell."""
        if resolution == h3.get_resolution(self.cell):
            return self.cell
        return str(h3.latlng_to_cell(self.lat, self.lon, resolution))


def spot_of(at: At | None, cell: str | None, cell_ids: Sequence[str]) -> Spot:
    """Find a place that a modification names.

    Raises
    ------
    ScenarioError
        If it lies in no cell of the run; the text says how far the nearest is.
    """
    if cell is not None:
        if cell not in set(cell_ids):
            raise ScenarioError(f"cell: {_why_not(cell, cell_ids)}")
        lat, lon = h3.cell_to_latlng(cell)
        return Spot(lon, lat, cell)
    if at is None:
        raise ScenarioError("give at or cell, to say where")
    holds = str(h3.latlng_to_cell(at.lat, at.lon, h3.get_resolution(cell_ids[0])))
    if holds not in set(cell_ids):
        raise ScenarioError(
            f"at: {at.lat}, {at.lon} (lat, lon) lies in no cell of the run; {_nearest(at, cell_ids)}"
        )
    return Spot(at.lon, at.lat, holds)


def _why_not(cell: str, cell_ids: Sequence[str]) -> str:
    if not h3.is_valid_cell(cell):
        return f"{cell!r} is no H3 index, such as {cell_ids[0]}"
    resolution = h3.get_resolution(cell_ids[0])
    if h3.get_resolution(cell) != resolution:
        return f"{cell} is of H3 resolution {h3.get_resolution(cell)}, the run's cells are of {resolution}"
    lat, lon = h3.cell_to_latlng(cell)
    return f"{cell} is not in the run; {_nearest(At(lat=lat, lon=lon), cell_ids)}"


def _nearest(at: At, cell_ids: Sequence[str]) -> str:
    centres = np.array([h3.cell_to_latlng(cell) for cell in cell_ids])
    scale = math.cos(math.radians(at.lat))
    near = int(np.argmin(np.hypot(centres[:, 0] - at.lat, scale * (centres[:, 1] - at.lon))))
    away_m = h3.great_circle_distance((at.lat, at.lon), tuple(centres[near]), unit="m")
    if away_m > OUTSIDE_M:
        lat, lon = np.median(centres, axis=0)
        return f"it is not in this city; its cells lie around lat {lat:.1f}, lon {lon:.1f}"
    return f"the centre of the nearest one, {cell_ids[near]}, is {away_m:,.0f} m away"


def metres_from(at: At, places: gpd.GeoSeries) -> Floats:
    """Return how far each place is from a point (0 inside a polygon, NaN without geometry)."""
    local = CRS.from_dict({"proj": "aeqd", "lon_0": at.lon, "lat_0": at.lat, "datum": "WGS84", "units": "m"})
    shapes = places.to_crs(local)
    away_m = np.asarray(shapes.distance(shapely.Point(0, 0)), dtype=np.float64)
    return np.where(np.asarray(shapes.isna() | shapes.is_empty), np.nan, away_m)


def zone_at(spot: Spot) -> Any:
    """Return a zone of about two metres each way at a place, inside its cell, in degrees."""
    half_lat = ZONE_HALF_M / METRES_A_DEGREE
    half_lon = half_lat / math.cos(math.radians(spot.lat))
    square = shapely.box(spot.lon - half_lon, spot.lat - half_lat, spot.lon + half_lon, spot.lat + half_lat)
    cell = cell_polygons([spot.cell]).iloc[0]
    return square if cell.covers(square) else square.intersection(cell)


def with_rows(
    frame: Frame, values: Mapping[str, object], *, shape: Any = None, n: int = 1, first: bool = False
) -> Frame:
    """Return a copy of a table with ``n`` equal rows more; columns not named stay empty there.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Left as it is.
    values : mapping
        Column to value.
    shape : geometry, optional
        For a GeoDataFrame, in degrees.
    n : int
        How many rows.
    first : bool
        Before all others: where zones overlap, the first one counts.
    """
    rows = pd.DataFrame([dict(values)] * n)
    if shape is not None:
        name = frame.geometry.name
        rows = gpd.GeoDataFrame(rows.assign(**{name: [shape] * n}), geometry=name, crs=WGS84).to_crs(
            frame.crs
        )
    parts = [rows, frame] if first else [frame, rows]
    joined = pd.concat(parts, ignore_index=True)
    return joined[[*frame.columns, *(column for column in joined.columns if column not in frame.columns)]]


def row_of_cell(table: Frame, id_column: str, spot: Spot) -> tuple[str, int]:
    """Return the id that a table by H3 index has for a place, and its row, -1 where it has none.

    The table may be finer than the run: the id is then that of the fine cell that holds the place.
    """
    ids = table[id_column].astype(str)
    wanted = spot.cell_at(h3.get_resolution(ids.iloc[0]))
    found = np.flatnonzero((ids == wanted).to_numpy())
    return wanted, int(found[0]) if len(found) else -1

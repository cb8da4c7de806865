"""Which share of each source row (point, zone, table row) lies in which cell: sparse matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import sparse

from access.cells import WGS84, cells_of_points

SLIVER = 1e-9  # a common area below this share of the zone is rounding along a shared edge


class Shares(NamedTuple):
    """How the rows of a source are spread; ``in_cells`` summed over cells plus ``outside`` is 1 a row.

    ``meets`` is positive where a row says something about a cell, also if no share of it falls there (a zone
    that covers a cell without grid points).
    """

    in_cells: sparse.csr_array  # (n_rows, n_cells), 0 to 1
    outside: npt.NDArray[np.float64]  # (n_rows,), 0 to 1
    meets: sparse.csr_array  # (n_rows, n_cells)


def cell_of_each(points: gpd.GeoDataFrame, resolution: int) -> list[str]:
    """Return the H3 cell that contains each point, ``""`` for a row without geometry."""
    places = points.geometry.to_crs(WGS84).to_numpy()
    located = np.flatnonzero(~(shapely.is_missing(places) | shapely.is_empty(places)))
    cells = [""] * len(places)
    found = cells_of_points(shapely.get_x(places[located]), shapely.get_y(places[located]), resolution)
    for row, cell in zip(located, found, strict=True):
        cells[row] = cell
    return cells


def rows_of_cells(cells: Sequence[str], cell_ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the position of each cell in ``cell_ids``, -1 where it is not among them."""
    row_of = {cell: row for row, cell in enumerate(cell_ids)}
    return np.array([row_of.get(cell, -1) for cell in cells], dtype=np.int64)


def one_cell_a_row(rows: npt.NDArray[np.int64], n_cells: int) -> Shares:
    """Put each source row wholly into one cell (``rows``), or outside (-1)."""
    here = np.flatnonzero(rows >= 0)
    in_cells = sparse.csr_array((np.ones(len(here)), (here, rows[here])), shape=(len(rows), n_cells))
    return Shares(in_cells, (rows < 0).astype(np.float64), in_cells)


def areas_m2(zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> sparse.csr_array:
    """Return the area common to each zone and cell, (n_zones, n_cells), without slivers of rounding."""
    cell, zone = zones.sindex.query(cells.geometry.to_numpy(), predicate="intersects")
    shapes = zones.geometry.to_numpy()[zone]
    common = shapely.area(shapely.intersection(shapes, cells.geometry.to_numpy()[cell]))
    real = common > SLIVER * shapely.area(shapes)
    return sparse.csr_array((common[real], (zone[real], cell[real])), shape=(len(zones), len(cells)))


def share_by_area(areas: sparse.csr_array, zones: gpd.GeoDataFrame) -> Shares:
    """Spread each zone evenly over its area; a zone without area (no geometry) lies outside."""
    zone_m2 = np.nan_to_num(zones.area.to_numpy())
    per_m2 = np.divide(1.0, zone_m2, out=np.zeros_like(zone_m2), where=zone_m2 > 0)
    in_cells = sparse.csr_array(sparse.diags_array(per_m2) @ areas)
    return Shares(in_cells, np.clip(1.0 - in_cells.sum(axis=1), 0.0, 1.0), in_cells)


def share_by_points(
    zone: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    by_area: Shares,
) -> Shares:
    """Spread each zone over its grid points by weight, and as ``by_area`` where it has none.

    Parameters
    ----------
    zone : ndarray, (n_points,)
        Zone that holds each point.
    rows : ndarray, (n_points,)
        Cell that contains each point, -1 for none.
    weights : ndarray, (n_points,)
        Weight of each point, positive.
    by_area : Shares
        How the zones are spread by area, and which cells they meet.
    """
    n_zones, n_cells = by_area.in_cells.shape
    weight_of_zone = np.bincount(zone, weights=weights, minlength=n_zones)
    share = weights / weight_of_zone[zone]
    here = rows >= 0
    by_point = sparse.csr_array((share[here], (zone[here], rows[here])), shape=(n_zones, n_cells))
    outside = np.bincount(zone[~here], weights=share[~here], minlength=n_zones)
    bare = weight_of_zone == 0
    in_cells = sparse.csr_array(by_point + sparse.diags_array(bare.astype(np.float64)) @ by_area.in_cells)
    return Shares(in_cells, np.where(bare, by_area.outside, outside), in_cells + by_area.meets)

"""Counts of any unit (points, zones, a table) onto H3 cells, with every one of them accounted for.

Only *extensive* variables pass here: numbers that add up, such as residents, households, jobs, people of an
age group. Intensive ones, such as a mean income, go through two extensive ones (``access.income``).

For each column, ``inside`` (in the cells) plus ``outside`` equals the total of the source to 1e-9 relative;
this is checked at run time. In a cell:

- 0 means nobody: the source covers the cell and counts none there;
- NaN means no data: every source unit that meets the cell lacks the value, or, for zones and tables, none
  meets it. A point source lists only places where there is something, so a cell without a point counts 0.

A cell that meets both known and missing units holds the sum of the known ones; ``missing`` says how many
source rows have no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
from scipy import sparse

from access.cells import cell_polygons
from access.errors import InputDataError
from access.shares import (
    Shares,
    areas_m2,
    cell_of_each,
    one_cell_a_row,
    rows_of_cells,
    share_by_area,
    share_by_points,
)
from access.vector_files import number_problems
from access.zones import checked_polygons, equal_area_crs, zone_of_points

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Apportioned:
    """Extensive counts by cell.

    Attributes
    ----------
    cells : DataFrame, (n_cells, n_columns)
        Counts, index ``id`` in the order of the cells asked for; NaN where there are no data.
    totals : DataFrame, (n_columns, 4)
        By column: ``total`` of the source, ``inside`` the cells, ``outside`` them or in no place, ``missing``
        (source rows without a value).
    zones_by_area : int
        Dasymetric only: zones without a grid point, spread by area instead.
    grid_outside_zones : float
        Dasymetric only: weight of the grid points that lie in no zone and were not used.
    """

    cells: pd.DataFrame
    totals: pd.DataFrame
    zones_by_area: int = 0
    grid_outside_zones: float = 0.0

    def share_inside(self, column: str) -> float:
        """Return the share of a column's total that lies in the cells, from 0 to 1."""
        return float(self.totals["inside"][column]) / float(self.totals["total"][column])


def points_onto_cells(
    points: gpd.GeoDataFrame, columns: Sequence[str], cell_ids: Sequence[str], what: str = "points"
) -> Apportioned:
    """Sum points by the cell that contains them; a point is never spread over several cells.

    Parameters
    ----------
    points : GeoDataFrame
        Points with a CRS; a row without geometry lies in no cell.
    columns : sequence of str
        Columns to sum: numbers, not negative; NaN is missing.
    cell_ids : sequence of str
        Distinct H3 cells of one resolution.
    what : str
        How messages call the input.

    Raises
    ------
    InputDataError
        If a column is missing or no count, or if cells repeat, are invalid or of several resolutions.
    """
    resolution = resolution_of(cell_ids)
    _check(points, columns, what)
    rows = rows_of_cells(cell_of_each(points, resolution), cell_ids)
    shares = one_cell_a_row(rows, len(cell_ids))
    return _apportion(points, columns, cell_ids, shares, covered_everywhere=True)


def polygons_onto_cells(
    zones: gpd.GeoDataFrame, columns: Sequence[str], cell_ids: Sequence[str], what: str = "zones"
) -> Apportioned:
    """Spread each zone's counts evenly over its area (``tobler.area_weighted.area_interpolate``).

    Areas are those of a Lambert azimuthal equal-area projection centred on the zones. What falls on a part
    of a zone without cells is ``outside``: tobler's ``allocate_total=False``, since its default pours it into
    the cells along the edge.

    Parameters and errors are those of ``points_onto_cells``; also refused: zones without CRS, other shapes
    than polygons.
    """
    _check(zones, columns, what)
    from tobler.area_weighted import area_interpolate  # takes a second to import

    zones, cells = _projected(zones, cell_ids, what)
    areas = areas_m2(zones, cells)
    known = gpd.GeoDataFrame(zones[list(columns)].fillna(0.0).astype("float64"), geometry=zones.geometry)
    # our own table in float64: the one that tobler builds is float32 and misses totals by 1e-7
    estimated = area_interpolate(
        known, cells, extensive_variables=list(columns), table=sparse.csr_matrix(areas), allocate_total=False
    )
    shares = share_by_area(areas, zones)
    return _apportion(zones, columns, cell_ids, shares, estimated=estimated[list(columns)])


def polygons_onto_cells_by_points(
    zones: gpd.GeoDataFrame,
    columns: Sequence[str],
    grid: gpd.GeoDataFrame,
    weight_column: str,
    cell_ids: Sequence[str],
    what: str = "zones",
) -> Apportioned:
    """Spread each zone's counts over the grid points inside it, by their weight (dasymetric).

    The counts of a zone go to the cells that contain its points, in the proportion of the points' weights.
    A zone without any weight in it is spread by area and counted in ``zones_by_area``. A point on a common
    edge or in overlapping zones serves the first zone in file order.

    Parameters
    ----------
    zones : GeoDataFrame
        Polygons with a CRS.
    columns : sequence of str
        Columns of ``zones`` to spread: numbers, not negative; NaN is missing.
    grid : GeoDataFrame
        Points with a CRS, such as the centres of a fine population grid.
    weight_column : str
        Column of ``grid``: people at the point; missing counts as none.
    cell_ids : sequence of str
        Distinct H3 cells of one resolution.
    what : str
        How messages call the zones.

    Raises
    ------
    InputDataError
        As ``polygons_onto_cells``; also if the weights are no counts, all zero, or lie in no zone.
    """
    _check(zones, columns, what)
    _check(grid, [weight_column], "population grid")
    zones, cells = _projected(zones, cell_ids, what)
    weights = grid[weight_column].fillna(0.0).to_numpy(dtype=np.float64)
    zone = zone_of_points(grid.geometry, zones)
    weighted = (zone >= 0) & (weights > 0)
    if not weighted.any():
        raise InputDataError(
            f"population grid: none of its {len(grid)} points has people and lies in one of the {len(zones)} "
            f"{what}; check that both cover the same place"
        )
    rows = rows_of_cells(cell_of_each(grid, resolution_of(cell_ids)), cell_ids)
    by_area = share_by_area(areas_m2(zones, cells), zones)
    shares = share_by_points(zone[weighted], rows[weighted], weights[weighted], by_area)
    result = _apportion(zones, columns, cell_ids, shares)
    n_by_area = len(zones) - len(np.unique(zone[weighted]))
    return replace(result, zones_by_area=n_by_area, grid_outside_zones=float(weights[zone < 0].sum()))


def table_onto_cells(
    table: pd.DataFrame,
    columns: Sequence[str],
    cell_ids: Sequence[str],
    *,
    id_column: str = "id",
    what: str = "table",
) -> Apportioned:
    """Take counts from a table keyed by H3 cell, of the same resolution or finer.

    Finer cells are summed into their H3 parent (whose outline children overstep slightly). Coarser ones are
    refused: they would have to be split. A cell that the table does not list has no data.

    Raises
    ------
    InputDataError
        If the id column is missing, an id is no H3 cell, is coarser, occurs twice or mixes resolutions, or
        if a column is missing or no count.
    """
    resolution = resolution_of(cell_ids)
    if id_column not in table.columns:
        raise InputDataError(f"{what}: no column {id_column!r}; it has {', '.join(map(str, table.columns))}")
    _check(table, columns, what)
    ids = [str(cell) for cell in table[id_column]]
    finer = resolution_of(ids, what)
    if finer < resolution:
        raise InputDataError(
            f"{what}: cells of H3 resolution {finer} are coarser than those asked for ({resolution}) and "
            f"would have to be split; set h3_resolution to {finer} or less"
        )
    rows = rows_of_cells([h3.cell_to_parent(cell, resolution) for cell in ids], cell_ids)
    return _apportion(table, columns, cell_ids, one_cell_a_row(rows, len(cell_ids)))


def _check(table: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    problems = number_problems(table, columns)
    if problems:
        raise InputDataError(f"{what}: " + "; ".join(problems))


def resolution_of(cell_ids: Sequence[str], what: str = "cells") -> int:
    """Return the H3 resolution of distinct, valid cells of one resolution; refuse all others."""
    if len(cell_ids) == 0:
        raise InputDataError(f"{what}: there are none")
    invalid = [cell for cell in cell_ids if not h3.is_valid_cell(cell)]
    if invalid:
        raise InputDataError(
            f"{what}: {len(invalid)} of {len(cell_ids)} ids are no H3 cells, such as {invalid[0]!r}"
        )
    repeated = pd.Series(cell_ids)[pd.Series(cell_ids).duplicated()]
    if len(repeated):
        raise InputDataError(
            f"{what}: {len(repeated)} H3 cells occur more than once, such as {repeated.iloc[0]!r}; "
            "give each cell one row"
        )
    resolutions = sorted({h3.get_resolution(cell) for cell in cell_ids})
    if len(resolutions) > 1:
        raise InputDataError(f"{what}: H3 resolutions {resolutions} are mixed; give cells of one resolution")
    return int(resolutions[0])


def _projected(
    zones: gpd.GeoDataFrame, cell_ids: Sequence[str], what: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the checked zones, and the cells as polygons, in one equal-area projection."""
    resolution_of(cell_ids)
    zones = checked_polygons(zones, what).reset_index(drop=True)
    crs = equal_area_crs(zones)
    return zones.to_crs(crs), gpd.GeoDataFrame(
        geometry=cell_polygons(cell_ids).to_crs(crs).reset_index(drop=True)
    )


def _apportion(
    source: pd.DataFrame,
    columns: Sequence[str],
    cell_ids: Sequence[str],
    shares: Shares,
    *,
    estimated: pd.DataFrame | None = None,
    covered_everywhere: bool = False,
) -> Apportioned:
    """Multiply values by shares, blank the cells without data, and check that nothing was lost."""
    values = source[list(columns)].astype("float64").to_numpy()
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    by_cell = shares.in_cells.T @ filled if estimated is None else estimated.to_numpy()
    inside, outside, total = by_cell.sum(axis=0), shares.outside @ filled, filled.sum(axis=0)
    lost = np.abs(inside + outside - total) > TOLERANCE * total
    if lost.any():
        column = list(columns)[int(np.argmax(lost))]
        raise RuntimeError(
            f"column {column!r}: inside and outside do not add up to the total; please report this"
        )
    met = (shares.meets.T @ np.ones(len(values)))[:, np.newaxis] > 0
    met_known = shares.meets.T @ known.astype(np.float64) > 0
    no_data = met & ~met_known if covered_everywhere else ~met_known
    cells = pd.DataFrame(
        np.where(no_data, np.nan, by_cell), index=pd.Index(cell_ids, name="id"), columns=list(columns)
    )
    totals = pd.DataFrame(
        {"total": total, "inside": inside, "outside": outside, "missing": (~known).sum(axis=0)},
        index=pd.Index(list(columns), name="column"),
    )
    return Apportioned(cells, totals)

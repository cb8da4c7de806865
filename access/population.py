"""Residents, and whatever else is counted with them, onto cells.

The first column is the population. The others are optional extensive ones: households, age groups, people
without a car, counts by income bracket. How each unit is spread, and what 0 and NaN mean, is written in
``access.apportion``; every function returns its ``Apportioned``.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from access.apportion import (
    Apportioned,
    points_onto_cells,
    polygons_onto_cells,
    polygons_onto_cells_by_points,
    table_onto_cells,
)
from access.errors import InputDataError


def people_from_points(
    points: gpd.GeoDataFrame, columns: Sequence[str], cell_ids: Sequence[str]
) -> Apportioned:
    """Count the people of each point in the cell that contains it (a grid's people at its centres).

    Raises
    ------
    InputDataError
        As ``points_onto_cells``; also if nobody lives at the points, or nobody of them in the cells.
    """
    return _inhabited(points_onto_cells(points, columns, cell_ids, "people"), columns[0])


def people_from_polygons(
    zones: gpd.GeoDataFrame, columns: Sequence[str], cell_ids: Sequence[str]
) -> Apportioned:
    """Spread the people of each census zone evenly over its area.

    Raises
    ------
    InputDataError
        As ``polygons_onto_cells``; also if nobody lives in the zones, or nobody of them in the cells.
    """
    return _inhabited(polygons_onto_cells(zones, columns, cell_ids, "people"), columns[0])


def people_from_polygons_dasymetric(
    zones: gpd.GeoDataFrame,
    columns: Sequence[str],
    grid: gpd.GeoDataFrame,
    weight_column: str,
    cell_ids: Sequence[str],
) -> Apportioned:
    """Spread the people of each census zone over the populated grid points inside it.

    Raises
    ------
    InputDataError
        As ``polygons_onto_cells_by_points``; also if nobody lives in the zones, or nobody of them in the
        cells.
    """
    spread = polygons_onto_cells_by_points(zones, columns, grid, weight_column, cell_ids, "people")
    return _inhabited(spread, columns[0])


def people_from_table(
    table: pd.DataFrame, columns: Sequence[str], cell_ids: Sequence[str], *, id_column: str = "id"
) -> Apportioned:
    """Take people from a table keyed by H3 cell.

    Raises
    ------
    InputDataError
        As ``table_onto_cells``; also if nobody lives in the table's cells, or nobody in the cells asked for.
    """
    return _inhabited(
        table_onto_cells(table, columns, cell_ids, id_column=id_column, what="people"), columns[0]
    )


def _inhabited(people: Apportioned, column: str) -> Apportioned:
    total, inside = people.totals.loc[column, ["total", "inside"]]
    if total == 0:
        raise InputDataError(f"people: column {column!r} counts nobody at all; is it the right column?")
    if inside == 0:
        raise InputDataError(
            f"people: none of the {total:,.0f} residents of column {column!r} lies in one of the "
            f"{len(people.cells)} cells; check that both cover the same place"
        )
    return people

"""Opportunities (jobs, schools, health and other services) onto cells.

A service is either known, then its ``Opportunities`` hold more than nothing, or it is "no data", then
there is no object at all (None): never a table of zeros. Zero in a cell means none there.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from access.apportion import (
    Apportioned,
    points_onto_cells,
    polygons_onto_cells,
    resolution_of,
    table_onto_cells,
)
from access.errors import DataQualityWarning, InputDataError
from access.shares import cell_of_each
from access.zones import checked_polygons, inner_points

Table = TypeVar("Table", bound=pd.DataFrame)
EACH_COUNTS_ONE = "objects"
DESCRIPTIONS = ("name", "level", "capacity")


@dataclass(frozen=True)
class Opportunities:
    """The opportunities of one service.

    Attributes
    ----------
    service : str
        Its name.
    counts : Series of float, (n_cells,)
        Opportunities by cell, index ``id``; 0 where there is none.
    places : DataFrame or None
        The single places, where the source has them: ``name``, ``level``, ``capacity`` (missing where not
        given), ``count``, ``lon``, ``lat``, ``cell`` (its H3 cell, also outside the study area).
    total, inside, outside : float
        Opportunities in the source, in the cells, and outside them or in no place; inside + outside = total.
    missing : int
        Source rows without a number; they count nothing.
    """

    service: str
    counts: pd.Series
    places: pd.DataFrame | None
    total: float
    inside: float
    outside: float
    missing: int


def opportunities_from_cells(
    service: str, table: pd.DataFrame, cell_ids: Sequence[str], *, count_column: str, id_column: str = "id"
) -> Opportunities:
    """Take opportunities from a table keyed by H3 cell. A cell that it does not list has none.

    Raises
    ------
    InputDataError
        As ``table_onto_cells``; also if there are no opportunities, or none in the cells.
    """
    counted = table_onto_cells(table, [count_column], cell_ids, id_column=id_column, what=service)
    return _opportunities(service, counted, count_column, None)


def opportunities_from_points(
    service: str, points: gpd.GeoDataFrame, cell_ids: Sequence[str], *, count_column: str | None = None
) -> Opportunities:
    """Count points by the cell that contains them, each as ``count_column`` says or else as one.

    Columns ``name``, ``level`` and ``capacity`` are kept in ``places`` where the points have them.

    Raises
    ------
    InputDataError
        As ``points_onto_cells``; also if there are no opportunities, or none in the cells.
    """
    column, points = _countable(service, points, count_column)
    counted = points_onto_cells(points, [column], cell_ids, service)
    return _opportunities(service, counted, column, _places(points, column, cell_ids))


def opportunities_from_polygons(
    service: str, polygons: gpd.GeoDataFrame, cell_ids: Sequence[str], *, count_column: str | None = None
) -> Opportunities:
    """Spread polygons with a count evenly over their area; without a count, each is one place.

    A count belongs to the whole zone (jobs of a census zone), so every cell gets its share. Without one, a
    polygon is a thing (a school ground): it counts one, at its centroid or else at a point inside.

    Raises
    ------
    InputDataError
        As ``polygons_onto_cells``; also if there are no opportunities, or none in the cells.
    """
    if count_column is None:
        return opportunities_from_points(service, _as_points(polygons, service), cell_ids)
    counted = polygons_onto_cells(polygons, [count_column], cell_ids, service)
    return _opportunities(service, counted, count_column, None)


def opportunities_from_osm(
    service: str, places: gpd.GeoDataFrame | None, cell_ids: Sequence[str]
) -> Opportunities | None:
    """Count the OpenStreetMap places of a service by cell, each as one; None where there are no data.

    No data means that the extract has no such object, or none in the cells (then a warning says so):
    OpenStreetMap does not tell "none exists" from "nobody has mapped it".

    Parameters
    ----------
    service : str
        Name of the service.
    places : GeoDataFrame or None
        What ``access.osm_services.read_osm_services`` returned for it.
    cell_ids : sequence of str
        Distinct H3 cells of one resolution.
    """
    if places is None:
        return None
    counted = points_onto_cells(places.assign(**{EACH_COUNTS_ONE: 1.0}), [EACH_COUNTS_ONE], cell_ids, service)
    if counted.totals["inside"][EACH_COUNTS_ONE] == 0:
        warnings.warn(
            f"{service}: all {len(places)} places in OpenStreetMap lie outside the cells: no data",
            DataQualityWarning,
            stacklevel=2,
        )
        return None
    return opportunities_from_points(service, places, cell_ids)


def keep_rows(table: Table, where: Mapping[str, Sequence[str]], what: str) -> Table:
    """Return the rows whose columns hold one of the values listed, for every column named.

    Values are compared as text; a whole number is written without decimals (``1``, not ``1.0``). A field that
    lists several, separated by semicolons as in OpenStreetMap (``2;3``), fits if one of them does.

    Raises
    ------
    InputDataError
        If a column does not exist, or no row is left; the message lists the values that there are.
    """
    absent = [column for column in where if column not in table.columns]
    if absent:
        columns = ", ".join(str(column) for column in table.columns)
        raise InputDataError(
            f"{what}: where names no column {', '.join(map(repr, absent))}; it has {columns}"
        )
    kept = table
    for column, values in where.items():
        texts = kept[column].map(_as_text)
        chosen = _holds_one_of(texts, {str(value) for value in values})
        if not chosen.any():
            there = ", ".join(sorted(texts.dropna().unique())[:10])
            raise InputDataError(
                f"{what}: no row has {column} = {' or '.join(map(str, values))}; "
                f"values there: {there or 'none'}"
            )
        kept = kept[chosen]
    return kept


def _as_text(value: object) -> str | None:
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _holds_one_of(texts: pd.Series, wanted: set[str]) -> pd.Series:
    """Tell for each field whether it, or a part between its semicolons, is wanted."""
    parts = [
        set() if pd.isna(text) else {text, *(part.strip() for part in text.split(";"))} for text in texts
    ]
    return pd.Series([not wanted.isdisjoint(listed) for listed in parts], index=texts.index)


def _countable(
    service: str, points: gpd.GeoDataFrame, count_column: str | None
) -> tuple[str, gpd.GeoDataFrame]:
    if points.empty:
        raise InputDataError(f"{service}: no opportunities: the source has no rows")
    if count_column is not None:
        return count_column, points
    return EACH_COUNTS_ONE, points.assign(**{EACH_COUNTS_ONE: 1.0})


def _as_points(polygons: gpd.GeoDataFrame, service: str) -> gpd.GeoDataFrame:
    polygons = checked_polygons(polygons, service)
    return polygons.set_geometry(inner_points(polygons.geometry))


def _places(points: gpd.GeoDataFrame, column: str, cell_ids: Sequence[str]) -> pd.DataFrame:
    degrees = points.geometry.to_crs("EPSG:4326")
    described = {key: points[key] if key in points.columns else None for key in DESCRIPTIONS}
    places = pd.DataFrame(described, index=points.index)
    places["count"] = points[column].fillna(0.0).astype("float64")
    places["lon"], places["lat"] = degrees.x, degrees.y
    places["cell"] = pd.array(
        [cell or None for cell in cell_of_each(points, resolution_of(cell_ids))], dtype="string"
    )
    return places.reset_index(drop=True)


def _opportunities(
    service: str, counted: Apportioned, column: str, places: pd.DataFrame | None
) -> Opportunities:
    total, inside, outside, missing = (
        float(counted.totals[key][column]) for key in ("total", "inside", "outside", "missing")
    )
    if total == 0:
        raise InputDataError(f"{service}: no opportunities: {column!r} is zero everywhere")
    if inside == 0:
        raise InputDataError(
            f"{service}: none of the {total:,.0f} opportunities lies in one of the "
            f"{len(counted.cells)} cells; check that both cover the same place"
        )
    counts = counted.cells[column].fillna(0.0).rename(service)
    return Opportunities(service, counts, places, total, inside, outside, int(missing))

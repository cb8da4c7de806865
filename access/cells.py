"""Hexagons of H3 from which and to which people travel.

Three ways to choose them: all cells of a study boundary, the cells where somebody lives, or a list.

Cells of a boundary are by default all that overlap it, so that no resident near the edge is lost; taking
only cells whose centre is inside would leave out people in up to half a cell along the whole edge. Counts
are then of whole cells: population and opportunities must themselves end at the boundary.

A cell's travel point is where its residents are, on average, not its centre, which may lie in a lake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import geopandas as gpd
import h3
import numpy as np
import numpy.typing as npt
import shapely

from access.errors import InputDataError

WGS84 = "EPSG:4326"
MAX_EXAMPLES = 5


class CellPoints(NamedTuple):
    """One point a cell, where its residents are or at its centre. All arrays have shape (n_cells,)."""

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    source: npt.NDArray[np.str_]  # "population" or "centre"


def cells_covering(
    area: gpd.GeoDataFrame | gpd.GeoSeries,
    resolution: int,
    *,
    containment: Literal["overlap", "centre"] = "overlap",
    name: str = "boundary",
) -> list[str]:
    """List the cells of a study area, ascending.

    Parameters
    ----------
    area
        Polygons with a coordinate reference system; several are taken together.
    resolution
        H3 resolution, 0 to 15.
    containment
        ``overlap``: every cell with a point in common with the area; ``centre``: cells whose centre is in it.
    name
        The input in words, for messages.

    Raises
    ------
    InputDataError
        The area has no coordinate reference system, no polygon, or other geometries than polygons; or
        ``centre`` was asked and no cell has its centre in the area.
    """
    polygons = _polygons(area, name)
    edge_m = h3.average_hexagon_edge_length(resolution, unit="m")
    cells: set[str] = set()
    for polygon in polygons:
        if containment == "centre":
            cells.update(h3.geo_to_cells(polygon, resolution))
        else:
            cells.update(_overlapping(polygon, resolution, edge_m))
    if not cells:
        raise InputDataError(
            f"cells: no cell of resolution {resolution} has its centre in {name}; it is smaller than a cell: "
            "use a finer resolution or the overlapping cells"
        )
    return sorted(cells)


def widened(area: gpd.GeoDataFrame, buffer_m: float) -> gpd.GeoSeries:
    """Return a study area with everything up to ``buffer_m`` metres beyond it, in one shape."""
    crs = area.estimate_utm_crs()
    merged = area.to_crs(crs).geometry.make_valid().union_all().buffer(buffer_m)
    return gpd.GeoSeries([merged], crs=crs)


def cells_of_points(lon: npt.ArrayLike, lat: npt.ArrayLike, resolution: int) -> list[str]:
    """Return the cell of each point, in the order of the points.

    Raises
    ------
    InputDataError
        A coordinate is missing or outside -180 to 180 and -90 to 90 degrees.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    wrong = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
    if len(wrong):
        raise InputDataError(
            f"cells: {len(wrong):,} of {len(lon):,} points have no usable coordinates, the first at row "
            f"{wrong[0]} ({lon[wrong[0]]}, {lat[wrong[0]]}); give degrees of WGS84: longitude -180 to 180, "
            "latitude -90 to 90"
        )
    return [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def populated_cells(
    lon: npt.ArrayLike, lat: npt.ArrayLike, weight: npt.ArrayLike, resolution: int
) -> list[str]:
    """List the cells in which a point of weight above 0 lies, ascending.

    A missing weight (NaN) counts as 0: nobody is known to live there.

    Raises
    ------
    InputDataError
        No point has a weight above 0, or such a point has no usable coordinates.
    """
    inhabited = np.asarray(weight, dtype=np.float64) > 0
    if not inhabited.any():
        raise InputDataError(
            f"cells: none of the {len(inhabited):,} population points has residents (a weight above 0); "
            "check the population column"
        )
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return sorted(set(cells_of_points(lon[inhabited], lat[inhabited], resolution)))


def cells_from_table(ids: Iterable[object], resolution: int, *, name: str = "table of cells") -> list[str]:
    """Check cells listed by the user and return them in the order given.

    Raises
    ------
    InputDataError
        The list is empty, or has values that are no H3 cells, cells of another resolution, or repeats;
        all kinds of problems are told at once. Rows are counted from 1.
    """
    cells = [str(value) for value in ids]
    valid = [h3.is_valid_cell(cell) for cell in cells]
    of_resolution = [
        ok and h3.get_resolution(cell) == resolution for ok, cell in zip(valid, cells, strict=True)
    ]
    invalid = [
        f"row {row}: {cell!r}" for row, (ok, cell) in enumerate(zip(valid, cells, strict=True), 1) if not ok
    ]
    other = [
        f"row {row}: {cell} of resolution {h3.get_resolution(cell)}"
        for row, (ok, fits, cell) in enumerate(zip(valid, of_resolution, cells, strict=True), 1)
        if ok and not fits
    ]
    repeated = [f"{cell} ({n} times)" for cell, n in Counter(cells).items() if n > 1]
    problems = [
        *_problem(invalid, "no H3 cell (expected an index like 89a8100c3bbffff)"),
        *_problem(other, f"not of the configured h3_resolution, {resolution}"),
        *_problem(repeated, "listed more than once"),
        *([] if cells else ["it lists no cell"]),
    ]
    if problems:
        raise InputDataError(
            f"cells: {name} cannot be used\n" + "\n".join(f"  - {text}" for text in problems)
        )
    return cells


def cell_polygons(ids: Sequence[str]) -> gpd.GeoSeries:
    """Return the hexagons (at twelve places of the world, pentagons) in EPSG:4326, indexed by cell."""
    corners = [h3.cell_to_boundary(cell) for cell in ids]
    ring = np.repeat(np.arange(len(corners)), [len(points) for points in corners])
    lat_lon = np.array([point for points in corners for point in points], dtype=np.float64).reshape(-1, 2)
    polygons = shapely.polygons(shapely.linearrings(lat_lon[:, ::-1], indices=ring))
    return gpd.GeoSeries(polygons, index=list(ids), crs=WGS84)


def representative_points(
    ids: Sequence[str], lon: npt.ArrayLike, lat: npt.ArrayLike, weight: npt.ArrayLike
) -> CellPoints:
    """Find the point of each cell where its residents are on average.

    It is the mean of the coordinates of the population points in the cell, weighted by residents, as in
    centres of population of census offices; degrees are averaged as they are, which inside one cell changes
    nothing visible. A cell without residents (no point, or only weights of 0 or NaN) keeps its centre.
    Points outside the cells, or without coordinates, are not used.

    Parameters
    ----------
    ids
        Cells of one resolution, without repeats.
    lon, lat, weight
        Population points: degrees WGS84 and residents, shape (n_points,).

    Raises
    ------
    InputDataError
        A weight is negative.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    weight = np.asarray(weight, dtype=np.float64)
    if (weight < 0).any():
        raise InputDataError(
            f"cells: {np.count_nonzero(weight < 0):,} population points have a negative number of residents "
            f"(least {np.nanmin(weight):g}); counts must be 0 or more"
        )
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids], dtype=np.float64).reshape(-1, 2)
    used = np.flatnonzero((weight > 0) & np.isfinite(lon) & np.isfinite(lat))
    row_of = {cell: row for row, cell in enumerate(ids)}
    resolution = h3.get_resolution(ids[0]) if len(ids) else 0
    cells = cells_of_points(lon[used], lat[used], resolution)
    row = np.array([row_of.get(cell, -1) for cell in cells], dtype=np.int64)
    used, row = used[row >= 0], row[row >= 0]

    residents = np.bincount(row, weight[used], minlength=len(ids))
    lived_in = residents > 0
    share = weight[used] / residents[row]
    return CellPoints(
        lon=np.where(lived_in, np.bincount(row, share * lon[used], minlength=len(ids)), centres[:, 1]),
        lat=np.where(lived_in, np.bincount(row, share * lat[used], minlength=len(ids)), centres[:, 0]),
        source=np.where(lived_in, "population", "centre"),
    )


class Homes(NamedTuple):
    """Where residents live within cells, cell by cell. Arrays of points have shape (n_points,)."""

    start: npt.NDArray[np.int64]  # (n_cells + 1,) points of cell i are start[i] to start[i + 1]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    residents: npt.NDArray[np.float64]  # above 0


def homes_in_cells(
    ids: Sequence[str], lon: npt.ArrayLike, lat: npt.ArrayLike, weight: npt.ArrayLike
) -> Homes:
    """Sort population points by the cell that they are in; parameters as ``representative_points``."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    weight = np.asarray(weight, dtype=np.float64)
    used = np.flatnonzero((weight > 0) & np.isfinite(lon) & np.isfinite(lat))
    row_of = {cell: row for row, cell in enumerate(ids)}
    resolution = h3.get_resolution(ids[0]) if len(ids) else 0
    cells = cells_of_points(lon[used], lat[used], resolution)
    row = np.array([row_of.get(cell, -1) for cell in cells], dtype=np.int64)
    order = np.argsort(row, kind="stable")[np.count_nonzero(row < 0) :]
    points = used[order]
    start = np.searchsorted(row[order], np.arange(len(ids) + 1))
    return Homes(start.astype(np.int64), lon[points], lat[points], weight[points])


def _polygons(area: gpd.GeoDataFrame | gpd.GeoSeries, name: str) -> list[shapely.Polygon]:
    """Check a study area and return its polygons, in degrees, merged where they touch."""
    if area.crs is None:
        raise InputDataError(
            f"cells: {name} has no coordinate reference system, so its place on Earth is unknown; save it "
            "with one (a .prj beside a shapefile, or a GeoPackage)"
        )
    geometry = gpd.GeoSeries(area.geometry)
    geometry = gpd.GeoSeries(geometry[~(geometry.isna() | geometry.is_empty)])
    if len(geometry) == 0:
        raise InputDataError(f"cells: {name} has no polygon; give the polygon(s) of the study area")
    other = sorted(set(geometry.geom_type) - {"Polygon", "MultiPolygon"})
    if other:
        raise InputDataError(
            f"cells: {name} has {', '.join(other)}; the study area must be Polygon or MultiPolygon"
        )
    merged = geometry.to_crs(WGS84).make_valid().union_all()
    parts = [part for part in shapely.get_parts(merged) if isinstance(part, shapely.Polygon)]
    if not parts or not np.isfinite(merged.bounds).all():
        raise InputDataError(
            f"cells: {name} has no area once placed on Earth; check its coordinates and its coordinate "
            f"reference system ({area.crs.to_string()})"
        )
    return parts


def _overlapping(polygon: shapely.Polygon, resolution: int, edge_m: float) -> list[str]:
    """List the cells that have a point in common with a polygon."""
    # H3's own choice of overlapping cells is marked experimental. Cells whose centre lies in the polygon
    # widened by more than a cell's radius are a superset (cells differ by up to 40 % from the average
    # size); geometry then decides.
    south, north = polygon.bounds[1], polygon.bounds[3]
    metres_a_degree = 111_000 * max(0.01, np.cos(np.radians(max(abs(south), abs(north)))))
    candidates = h3.geo_to_cells(polygon.buffer(2 * edge_m / metres_a_degree), resolution)
    hexagons = cell_polygons(candidates)
    shapely.prepare(polygon)
    return list(hexagons.index[hexagons.intersects(polygon)])


def _problem(examples: list[str], text: str) -> list[str]:
    """Describe a kind of problem with its number and first examples; nothing without examples."""
    if not examples:
        return []
    more = ", ..." if len(examples) > MAX_EXAMPLES else ""
    return [f"{len(examples):,} {text}: {'; '.join(examples[:MAX_EXAMPLES])}{more}"]

"""Mean income of cells, and population-weighted income deciles."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.apportion import (
    Apportioned,
    points_onto_cells,
    polygons_onto_cells,
    polygons_onto_cells_by_points,
    table_onto_cells,
)
from access.errors import DataQualityWarning, InputDataError
from access.vector_files import number_problems
from access.zones import checked_polygons, zone_of_points

SAME_INCOME = 1e-9  # relative; what apportioning does to one income in two cells
Table = TypeVar("Table", bound=pd.DataFrame)
_PRODUCT, _KNOWN, _ALL = "income x households", "households with income", "households"


@dataclass(frozen=True)
class CellIncome:
    """Income of cells and how much of it is known.

    Attributes
    ----------
    cells : DataFrame, (n_cells, 3)
        Index ``id``: ``income`` (NaN where no zone with an income has households in the cell),
        ``households`` (of all zones; NaN where no zone says), ``share_covered`` (0 to 1): the share of the
        cell's people whose zone has an income. People are those of the population grid where one is given,
        else the households; NaN in a cell without any.
    share_covered : float
        The same share over all cells. Households alone cannot tell what is missing where a zone without
        income has no household number either, as in many censuses: give a grid.
    zones, zones_without_income : int
        Source rows, and those without income or without households, which cannot enter a mean.
    zones_by_area : int
        With a population grid: zones without a grid point, spread by area instead.
    """

    cells: pd.DataFrame
    share_covered: float
    zones: int
    zones_without_income: int
    zones_by_area: int


def income_onto_cells(
    zones: gpd.GeoDataFrame,
    income_column: str,
    households_column: str,
    cell_ids: Sequence[str],
    *,
    grid: gpd.GeoDataFrame | None = None,
    weight_column: str | None = None,
) -> CellIncome:
    """Return the mean income of each cell: sum(income x households) / sum(households).

    Both sums run over the zones that have an income, each with its households inside the cell. Those are
    found by area, or by the points of a population grid where one is given. Nothing is filled in: a cell
    that meets no zone with an income has none, and ``share_covered`` says how far the others can be trusted.

    Parameters
    ----------
    zones : GeoDataFrame
        Census zones with a CRS.
    income_column : str
        Mean income per household or household head; NaN is missing.
    households_column : str
        Number of households (heads) the mean is over.
    cell_ids : sequence of str
        Distinct H3 cells of one resolution.
    grid, weight_column : GeoDataFrame and str, optional
        Grid points and their people, given together.

    Raises
    ------
    InputDataError
        If a column is missing, is text or has negative values; if no zone has both income and households;
        if none of those lies in the cells; and as ``polygons_onto_cells``.
    """
    summable = _summable(checked_polygons(zones, "income zones"), income_column, households_column)
    columns = [_PRODUCT, _KNOWN, _ALL]
    if grid is None or weight_column is None:
        spread = polygons_onto_cells(summable, columns, cell_ids, "income zones")
        return _mean_income(spread, summable, _covered(spread.cells, _KNOWN, _ALL))
    spread = polygons_onto_cells_by_points(summable, columns, grid, weight_column, cell_ids, "income zones")
    people = _people_by_coverage(summable, grid, weight_column)
    coverage = points_onto_cells(people, ["covered", "all"], cell_ids, "population grid").cells
    return _mean_income(spread, summable, _covered(coverage, "covered", "all"))


def income_from_table(
    table: pd.DataFrame,
    income_column: str,
    households_column: str,
    cell_ids: Sequence[str],
    *,
    id_column: str = "id",
) -> CellIncome:
    """Return the mean income of each cell from a table keyed by H3 cell, of the same resolution or finer.

    Raises
    ------
    InputDataError
        As ``income_onto_cells`` and ``table_onto_cells``.
    """
    summable = _summable(table, income_column, households_column)
    columns = [_PRODUCT, _KNOWN, _ALL]
    spread = table_onto_cells(summable, columns, cell_ids, id_column=id_column, what="income table")
    return _mean_income(spread, summable, _covered(spread.cells, _KNOWN, _ALL))


def income_deciles(income: pd.Series, population: pd.Series) -> pd.Series:
    """Return the population-weighted income decile of each cell: 1 is the poorest tenth, 10 the richest.

    Cells are ordered by income. A cell's residents take up a range of the ordered population; the cell
    belongs to the decile that holds the middle of that range, a middle on the line between two deciles to
    the upper one. A cell is never divided, so a decile holds about a tenth of the residents, not exactly.
    Cells of equal income (to 1e-9 relative) share one range and thus one decile, whatever their order.
    Cells without income or without residents have no decile and take no part. A warning says which deciles
    stay empty, as happens where few cells or large ties hold many people.

    Parameters
    ----------
    income : Series, (n_cells,)
        Mean income; NaN is missing.
    population : Series, (n_cells,)
        Residents, not negative; NaN counts as none. Same index as ``income``.

    Returns
    -------
    Series of Int64, (n_cells,)
        1 to 10, missing where there is none. The index is that of ``income``.

    Raises
    ------
    InputDataError
        If the two do not belong to the same cells, hold negative values or text, or if no cell has both
        income and residents.
    """
    if not income.index.equals(population.index):
        raise InputDataError("income deciles: income and population must be for the same cells in one order")
    both = pd.DataFrame({"income": income, "population": population})
    problems = number_problems(both, ["income", "population"])
    if problems:
        raise InputDataError("income deciles: " + "; ".join(problems))
    incomes = both["income"].to_numpy(dtype=np.float64, na_value=np.nan)
    people = both["population"].to_numpy(dtype=np.float64, na_value=np.nan)
    counted = ~np.isnan(incomes) & (people > 0)
    if not counted.any():
        raise InputDataError(f"income deciles: none of the {len(both)} cells has both income and residents")
    deciles = np.full(len(both), np.nan)
    deciles[counted] = _decile_of_middle(incomes[counted], people[counted])
    empty = sorted(set(range(1, 11)) - set(deciles[counted].astype(int)))
    if empty:
        warnings.warn(
            f"income deciles {', '.join(map(str, empty))} hold no cell: {counted.sum()} cells, some with "
            "many people or the same income, cannot be cut into tenths; these deciles have no result",
            DataQualityWarning,
            stacklevel=2,
        )
    return pd.Series(deciles, index=income.index, name="income_decile").astype("Int64")


def _decile_of_middle(
    incomes: npt.NDArray[np.float64], people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    tie = income_groups(incomes)
    people_in_tie = np.bincount(tie, weights=people)
    upper = np.cumsum(people_in_tie)
    middle = (upper - people_in_tie / 2) / upper[-1]
    decile_of_tie = np.floor(10 * middle + 1e-9) + 1  # the addend undoes rounding just below a line
    return np.asarray(decile_of_tie[tie])


def income_groups(incomes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Number the distinct incomes from 0, the lowest; incomes equal to 1e-9 relative share a number.

    Rounding makes twins of incomes that were one: the order must not tear them apart. No NaN, at least one.
    """
    order = np.argsort(incomes, kind="stable")
    ordered = incomes[order]
    groups = np.empty(len(incomes), dtype=np.int64)
    groups[order] = np.cumsum(np.r_[False, np.diff(ordered) > SAME_INCOME * np.abs(ordered[1:])])
    return groups


def _summable(table: Table, income_column: str, households_column: str) -> Table:
    """Return the table with three extensive columns from which means can be formed after spreading."""
    problems = number_problems(table, [income_column, households_column])
    if problems:
        raise InputDataError("income: " + "; ".join(problems))
    income = table[income_column].astype("float64")
    households = table[households_column].astype("float64")
    known = income.notna() & (households > 0)
    if not known.any():
        raise InputDataError(
            f"income: none of the {len(table)} rows has both an income ({income_column!r}) and households "
            f"({households_column!r})"
        )
    return table.assign(
        **{_PRODUCT: (income * households).where(known), _KNOWN: households.where(known), _ALL: households}
    )


def _people_by_coverage(
    zones: gpd.GeoDataFrame, grid: gpd.GeoDataFrame, weight_column: str
) -> gpd.GeoDataFrame:
    """Return the grid with all its people, and those of them who live in a zone with an income."""
    zone = zone_of_points(grid.geometry, zones)
    in_known = (zone >= 0) & zones[_KNOWN].notna().to_numpy()[zone]
    people = grid[weight_column].fillna(0.0).astype("float64")
    return gpd.GeoDataFrame({"covered": people.where(in_known, 0.0), "all": people}, geometry=grid.geometry)


def _covered(counts: pd.DataFrame, covered: str, everybody: str) -> tuple[pd.Series, float]:
    """Return the covered share of each cell and of all cells, NaN where there is nobody."""
    part, whole = counts[covered].fillna(0.0), counts[everybody].fillna(0.0)
    total = float(whole.sum())
    overall = min(1.0, float(part.sum()) / total) if total > 0 else float("nan")
    return (part / whole.where(whole > 0)).clip(upper=1.0), overall


def _mean_income(spread: Apportioned, summable: pd.DataFrame, covered: tuple[pd.Series, float]) -> CellIncome:
    cells = spread.cells
    known = cells[_KNOWN].where(cells[_KNOWN] > 0)
    if known.isna().all():
        raise InputDataError(
            f"income: none of the rows with an income has households in one of the {len(cells)} cells; "
            "check that both cover the same place"
        )
    table = pd.DataFrame(
        {"income": cells[_PRODUCT] / known, "households": cells[_ALL], "share_covered": covered[0]}
    )
    return CellIncome(
        table,
        share_covered=covered[1],
        zones=len(summable),
        zones_without_income=int(summable[_KNOWN].isna().sum()),
        zones_by_area=spread.zones_by_area,
    )

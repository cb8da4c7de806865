"""Equity indices for tables, under the names and argument order of the R package accessibility.

Tables are joined by ``id``. Results have the columns of R: those of ``group_by``, then the index. How many
residents each row speaks of is in ``result.attrs["covered_population"]``, a list in the order of the rows.

Where R and this package differ, both forms are offered and ours is the default:

- Palma: ``marginal_cell="split"`` cuts the marginal cell so that the groups hold exactly 10 % and 40 % of the
  residents; R is ``"whole"``.
- Theil: ``zeros="keep"`` counts residents who reach nothing with 0 ln 0 = 0; R drops them (``"drop"``).
- Concentration index: ``ties="average"`` gives cells of one income one rank; R is ``"order"``.
- Erreygers: ``bounds`` must be given, so that scenarios share them; R is ``"observed"``.
- Residents without income are left out of what is ordered by income; R ranks them as the poorest.
- Access that is missing is left out with its residents; R returns NA.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from access import equity_indices
from access.equity import palma
from access.equity_indices import Bounds, Ties
from access.equity_input import require_option
from access.equity_join import columns_of, index_table, joined_by_group, table_of_groups
from access.equity_theil_tables import TheilTables, theil_t
from access.errors import AccessError

__all__ = [
    "TheilTables",
    "concentration_index",
    "fgt_poverty",
    "gini_index",
    "palma_ratio",
    "theil_t",
]


def palma_ratio(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    income: str,
    group_by: str | Sequence[str] = (),
    *,
    marginal_cell: Literal["split", "whole"] = "split",
) -> pd.DataFrame:
    """Return mean access of the richest tenth over that of the poorest four tenths; 1 is equal.

    Parameters
    ----------
    accessibility_data : DataFrame
        Columns ``id``, ``opportunity`` and those of ``group_by``.
    sociodemographic_data : DataFrame
        Columns ``id``, ``population`` and ``income``.
    opportunity, population, income : str
        Names of the columns of access, residents and income per head.
    group_by : str or sequence of str
        Columns of ``accessibility_data``, such as the mode; one row for each combination.
    marginal_cell : {"split", "whole"}
        As ``access.equity.palma``.

    Returns
    -------
    DataFrame
        ``group_by`` and ``palma_ratio``; NaN where it is not defined.

    Raises
    ------
    InputDataError
        If a table cannot be used as it is; all problems at once.
    AccessError
        If ``marginal_cell`` is not known.
    """
    groups = joined_by_group(
        "palma_ratio",
        accessibility_data,
        sociodemographic_data,
        opportunity,
        {"population": population, "income": income},
        group_by,
    )
    found = [
        palma(*columns_of(group, "access", "income", "population"), marginal_cell=marginal_cell)
        for group in groups
    ]
    return index_table("palma_ratio", groups, found, group_by)


def gini_index(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    group_by: str | Sequence[str] = (),
) -> pd.DataFrame:
    """Return the Gini index of access: 0 when all have the same, towards 1 when few have all.

    Parameters and errors as ``palma_ratio``, without income.

    Returns
    -------
    DataFrame
        ``group_by`` and ``gini_index``; NaN where it is not defined.
    """
    groups = joined_by_group(
        "gini_index",
        accessibility_data,
        sociodemographic_data,
        opportunity,
        {"population": population},
        group_by,
    )
    found = [equity_indices.gini(*columns_of(group, "access", "population")) for group in groups]
    return index_table("gini_index", groups, found, group_by)


def concentration_index(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    income: str,
    type: Literal["standard", "corrected"],  # noqa: A002  (the name it has in R)
    group_by: str | Sequence[str] = (),
    *,
    ties: Ties = "average",
    bounds: Bounds | None = None,
) -> pd.DataFrame:
    """Return the concentration index of access over income: above 0 the rich have more.

    Parameters
    ----------
    accessibility_data, sociodemographic_data, opportunity, population, income, group_by
        As ``palma_ratio``.
    type : {"standard", "corrected"}
        The relative index, or the one of Erreygers (2009) for bounded access.
    ties : {"average", "order"}
        As ``access.equity_indices.concentration_index``; the order is that of ``accessibility_data``.
    bounds : (low, high) or "observed"
        For ``type="corrected"``, as ``access.equity_indices.erreygers_index``. Without them the observed
        ones, as in R: such results of two scenarios must not be compared; give bounds that both share, such
        as 0 and all opportunities of the region. ``result.attrs["bounds"]`` says which were used.

    Returns
    -------
    DataFrame
        ``group_by`` and ``concentration_index``; NaN where it is not defined.

    Raises
    ------
    InputDataError
        If a table cannot be used as it is, or access lies outside the bounds.
    AccessError
        If an option is not known, or bounds are given to the standard index.
    """
    require_option("type", type, ("standard", "corrected"))
    if bounds is not None and type == "standard":
        raise AccessError(f"bounds={bounds!r} with type='standard': only the corrected index has bounds")
    used: Bounds = "observed" if bounds is None else bounds
    groups = joined_by_group(
        "concentration_index",
        accessibility_data,
        sociodemographic_data,
        opportunity,
        {"population": population, "income": income},
        group_by,
    )
    columns = [columns_of(group, "access", "income", "population") for group in groups]
    if type == "standard":
        found = [equity_indices.concentration_index(*given, ties=ties) for given in columns]
        return index_table("concentration_index", groups, found, group_by)
    found = [equity_indices.erreygers_index(*given, bounds=used, ties=ties) for given in columns]
    table = index_table("concentration_index", groups, found, group_by)
    table.attrs["bounds"] = used
    return table


def fgt_poverty(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    poverty_line: float,
    group_by: str | Sequence[str] = (),
) -> pd.DataFrame:
    """Return the share of residents below a sufficiency line, and the depth and severity of what is missing.

    Parameters
    ----------
    accessibility_data, sociodemographic_data, opportunity, population, group_by
        As ``gini_index``.
    poverty_line : float
        Sufficient access; exactly so much is enough.

    Returns
    -------
    DataFrame
        ``group_by``, ``FGT0``, ``FGT1`` and ``FGT2``; NaN where nobody is covered.

    Raises
    ------
    InputDataError
        If a table cannot be used as it is.
    AccessError
        If the line is negative or not a finite number.
    """
    groups = joined_by_group(
        "fgt_poverty",
        accessibility_data,
        sociodemographic_data,
        opportunity,
        {"population": population},
        group_by,
    )
    found = []
    for group in groups:
        values, people = columns_of(group, "access", "population")
        found.append(equity_indices.fgt(values, poverty_line, people))
    columns = {
        "FGT0": [poverty.headcount for poverty in found],
        "FGT1": [poverty.depth for poverty in found],
        "FGT2": [poverty.severity for poverty in found],
    }
    return table_of_groups(groups, group_by, columns, [poverty.covered_population for poverty in found])

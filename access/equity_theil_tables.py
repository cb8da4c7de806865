"""Theil's T for tables: one number, or taken apart between and within socioeconomic groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity_indices import TheilParts, Zeros, theil, theil_by_group
from access.equity_join import GroupOfRows, columns_of, columns_to_group_by, index_table, joined_by_group

Floats = npt.NDArray[np.float64]


class TheilTables(TypedDict):
    """Theil's T between and within groups, as the three tables of R."""

    summary: pd.DataFrame  # component (between_group, within_group, total), value, share_of_total
    within_group_component: pd.DataFrame  # the group's column, value, share_of_component
    between_group_component: pd.DataFrame  # the group's column, value


@overload
def theil_t(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    socioeconomic_groups: None = None,
    group_by: str | Sequence[str] = (),
    *,
    zeros: Zeros = "keep",
) -> pd.DataFrame: ...
@overload
def theil_t(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    socioeconomic_groups: str,
    group_by: str | Sequence[str] = (),
    *,
    zeros: Zeros = "keep",
) -> TheilTables: ...
def theil_t(
    accessibility_data: pd.DataFrame,
    sociodemographic_data: pd.DataFrame,
    opportunity: str,
    population: str,
    socioeconomic_groups: str | None = None,
    group_by: str | Sequence[str] = (),
    *,
    zeros: Zeros = "keep",
) -> pd.DataFrame | TheilTables:
    """Return Theil's T of access, 0 when all have the same; with groups, between and within them.

    Parameters
    ----------
    accessibility_data, sociodemographic_data, opportunity, population, group_by
        As ``palma_ratio``.
    socioeconomic_groups : str, optional
        Column of ``sociodemographic_data`` with each cell's group. Cells without one are left out.
    zeros : {"keep", "drop"}
        As ``access.equity_indices.theil``.

    Returns
    -------
    DataFrame or dict of DataFrame
        Without groups ``group_by`` and ``theil_t``. With groups the tables ``summary``,
        ``within_group_component`` and ``between_group_component``.

    Raises
    ------
    InputDataError
        If a table cannot be used as it is, or no cell has a group.
    AccessError
        If ``zeros`` is not known.
    """
    wanted = {"population": population}
    if socioeconomic_groups is not None:
        wanted["group"] = socioeconomic_groups
    groups = joined_by_group(
        "theil_t",
        accessibility_data,
        sociodemographic_data,
        opportunity,
        wanted,
        group_by,
        labels=["group"],
    )
    if socioeconomic_groups is None:
        found = [theil(*columns_of(group, "access", "population"), zeros=zeros) for group in groups]
        return index_table("theil_t", groups, found, group_by)
    parts = []
    for group in groups:
        values, people = columns_of(group, "access", "population")
        parts.append(theil_by_group(values, people, group.cells["group"].array, zeros=zeros))
    return _theil_tables(groups, parts, socioeconomic_groups, group_by)


def _theil_tables(
    groups: Sequence[GroupOfRows], parts: Sequence[TheilParts], column: str, group_by: str | Sequence[str]
) -> TheilTables:
    summaries, withins, betweens = [], [], []
    for group, part in zip(groups, parts, strict=True):
        labels = dict(zip(columns_to_group_by(group_by), group.labels, strict=True))
        components = np.array([part.between.sum(), part.within.sum()])
        total = components.sum()
        values = np.append(components, total)
        names = ["between_group", "within_group", "total"]
        summary = {**labels, "component": names, "value": values, "share_of_total": _over(values, total)}
        summaries.append(pd.DataFrame(summary))
        own = {"value": part.within, "share_of_component": _over(part.within, components[1])}
        withins.append(pd.DataFrame({**labels, column: part.group, **own}))
        betweens.append(pd.DataFrame({**labels, column: part.group, "value": part.between}))
    return TheilTables(
        summary=pd.concat(summaries, ignore_index=True),
        within_group_component=pd.concat(withins, ignore_index=True),
        between_group_component=pd.concat(betweens, ignore_index=True),
    )


def _over(values: Floats, total: float) -> Floats:
    """Shares of a total; NaN where the total is 0 and there is nothing to share."""
    shares: Floats = values / total if total > 0 else np.full(len(values), np.nan)
    return shares

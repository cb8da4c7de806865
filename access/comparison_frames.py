"""Who gains and who loses as tables: by group, by right, by cell, and which part of it goes to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.comparison_benefit import ratio_of_changes, share_of_change
from access.comparison_cells import NO_DATA, STATES
from access.comparison_columns import ColumnChange
from access.comparison_groups import RICHER60
from access.comparison_notes import OF_BASE_RESIDENTS, joined
from access.comparison_rights import RightChange, names_by_cell, rights_rows
from access.comparison_table import Place, Ranges
from access.indicators import Row
from access.range_columns import place_of
from access.rights_residents import RightsResidents

if TYPE_CHECKING:
    import geopandas as gpd

Floats = npt.NDArray[np.float64]
WINNERS_COLUMNS = (
    "scenario",
    "measure",
    "service",
    "period",
    "cutoff_min",
    "group",
    "residents",
    "residents_gaining",
    "residents_losing",
    "residents_within_noise",
    "residents_unchanged",
    "residents_no_data",
    "gain",
    "loss",
    "mean_change",
    "low",
    "high",
    "unit",
    "note",
)
BENEFIT_COLUMNS = (
    "scenario",
    "service",
    "period",
    "cutoff_min",
    "measure",
    "group",
    "against",
    "value",
    "direction",
    "change_group",
    "change_against",
    "note",
)
RIGHTS_COLUMNS = (
    "scenario",
    "catalogue",
    "right",
    "group",
    "residents",
    "base_unmet",
    "unmet",
    "gaining",
    "losing",
    "no_data",
    "note",
)
RATIOS = (("poorest40", "richest10"), ("decile_1", "decile_10"))
"""Groups whose changes are divided; beside these each named group by everybody."""


def winners_frame(
    scenario: str, columns: Sequence[ColumnChange], ranges: Ranges, *, other_residents: bool
) -> pd.DataFrame:
    """Return who gains and loses of each measure, one row a group; sums as ``GroupChange``."""
    told = OF_BASE_RESIDENTS if other_residents else None
    rows: list[Row] = []
    for column in columns:
        for group, found in column.groups.items():
            if group == RICHER60:
                continue
            interval = column.interval(group, ranges)
            rows.append(
                {
                    "scenario": scenario,
                    "measure": column.family,
                    **column.where,
                    "group": group,
                    "residents": found.residents,
                    "residents_gaining": found.gaining,
                    "residents_losing": found.losing,
                    "residents_within_noise": found.within_noise,
                    "residents_unchanged": found.unchanged,
                    "residents_no_data": found.no_data,
                    "gain": found.gain,
                    "loss": found.loss,
                    "mean_change": found.mean_change,
                    "low": interval.low if interval else float("nan"),
                    "high": interval.high if interval else float("nan"),
                    "unit": column.unit,
                    "note": joined(column.note, told),
                }
            )
    return _frame(rows, WINNERS_COLUMNS)


def benefit_frame(
    scenario: str, columns: Sequence[ColumnChange], ranges: Ranges, named: Sequence[str]
) -> pd.DataFrame:
    """Return which part of the change of access goes to the poorest 40 %, and ratios of groups' changes.

    Parameters
    ----------
    named : sequence of str
        Named groups, each held against everybody.
    """
    pairs = [("share", "poorest40", RICHER60), *(("ratio", *pair) for pair in RATIOS)]
    pairs += [("ratio", name, "all") for name in named]
    rows: list[Row] = []
    for column in columns:
        if column.family != "access":
            continue
        for measure, group, against in pairs:
            if group not in column.groups:
                continue
            one, other = (column.mean_change(name, ranges) for name in (group, against))
            found = (share_of_change if measure == "share" else ratio_of_changes)(one, other)
            told: Row = {"scenario": scenario, **column.where, "measure": measure, "group": group}
            told |= {"against": against, **found._asdict()}
            rows.append(told | {"change_group": one.mean, "change_against": other.mean})
    return _frame(rows, BENEFIT_COLUMNS)


def rights_frame(
    scenario: str,
    changes: Sequence[RightChange],
    residents: RightsResidents,
    shares: Mapping[str, Floats],
) -> pd.DataFrame:
    """Return who gains and loses each right, as ``rights_rows``."""
    rows = [{"scenario": scenario, **row} for row in rights_rows(changes, residents, shares)]
    return pd.DataFrame(rows, columns=list(RIGHTS_COLUMNS))


def cells_frame(
    cells: Mapping[str, object],
    geometry: gpd.GeoSeries,
    columns: Sequence[ColumnChange],
    rights: Sequence[RightChange],
    headline: Mapping[str, object],
) -> gpd.GeoDataFrame:
    """Return one row a cell: the headline and its state, rights gained and lost, numbers before and after.

    Parameters
    ----------
    cells : mapping of str to array
        What is known of the cells: ``id``, ``population``, ``income``, ...
    headline : mapping
        ``service, period, cutoff_min``.
    """
    import geopandas as gpd

    n_cells = len(geometry)
    found = dict(cells) | _headline(columns, place_of("access", headline), n_cells)
    found["rights_gained"] = names_by_cell(rights, gained=True) or [""] * n_cells
    found["rights_lost"] = names_by_cell(rights, gained=False) or [""] * n_cells
    for column in columns:
        found[f"{column.name}_base"] = column.cells.base
        found[column.name] = column.cells.value
        found[f"{column.name}_change"] = column.cells.change
    return gpd.GeoDataFrame(found, geometry=geometry.to_numpy(), crs=geometry.crs)


def _headline(columns: Sequence[ColumnChange], place: Place, n_cells: int) -> dict[str, object]:
    nowhere = np.full(n_cells, np.nan)
    column = next((each for each in columns if each.place == place), None)
    states = np.full(n_cells, NO_DATA) if column is None else column.cells.state
    return {
        "headline_base": nowhere if column is None else column.cells.base,
        "headline_value": nowhere if column is None else column.cells.value,
        "headline_change": nowhere if column is None else column.cells.change,
        "headline_floor": nowhere if column is None or column.floor is None else column.floor,
        "headline_state": pd.Categorical.from_codes(
            np.asarray(states, dtype=np.int64), categories=pd.Index(list(STATES))
        ),
    }


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(columns)).astype({"cutoff_min": "Int64"})

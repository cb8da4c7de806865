"""What the register says about each zone: residents, income, rights, depth, and what would close the gap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import weighted_mean
from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import weighted_median

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
MOST = 0.5
RIGHTS_COLUMNS = (
    "zone_id",
    "right",
    "destinations",
    "judged_residents",
    "unmet_residents",
    "unmet_share",
    "depth",
    "missing_opportunities",
    "missing_minutes",
)


def zone_ids(cells: Sequence[str], zones: Ints, population: Floats, n_zones: int) -> list[str]:
    """Return the H3 index of each zone's cell with most residents, the first in ascending order for ties.

    The id is the same in another run, or another year, as long as this cell stays the largest: cells that
    join or leave at the edge do not change it.
    """
    best: list[tuple[float, str]] = [(0.0, "")] * n_zones
    for row in np.flatnonzero(zones >= 0).tolist():
        mine = (-float(population[row]), cells[row])
        best[zones[row]] = mine if not best[zones[row]][1] else min(best[zones[row]], mine)
    return [cell for _, cell in best]


def zone_facts(
    cells: Sequence[str],
    zones: Ints,
    population: Floats,
    income: Floats,
    access: Floats | None,
    *,
    income_shown: Bools | None = None,
) -> pd.DataFrame:
    """Return residents, income and access of each zone beside those of the region.

    Columns: ``population``, ``n_cells``, ``cells`` (ids, ascending, separated by commas), ``mean_income``,
    ``income_ratio`` and ``access_mean``, ``access_ratio`` (mean of the zone's residents, and that mean over
    the mean of all residents with a value; NaN where not defined).

    Parameters
    ----------
    income_shown : array of bool, shape (n_cells,), optional
        Cells whose income is shown to readers; by default all. Others do not enter the zone's mean income:
        it and the incomes of the other cells would give theirs away.
    """
    shown = population if income_shown is None else np.where(income_shown, population, 0.0)
    regional_income = weighted_mean(income, population).value
    regional_access = np.nan if access is None else weighted_mean(access, population).value
    rows = []
    for zone in range(int(zones.max(initial=-1)) + 1):
        here = zones == zone
        mean_income = weighted_mean(income[here], shown[here]).value
        mean_access = np.nan if access is None else weighted_mean(access[here], population[here]).value
        rows.append(
            {
                "population": float(population[here].sum()),
                "n_cells": int(here.sum()),
                "cells": ",".join(sorted(cells[row] for row in np.flatnonzero(here).tolist())),
                "mean_income": mean_income,
                "income_ratio": _ratio(mean_income, regional_income),
                "access_mean": mean_access,
                "access_ratio": _ratio(mean_access, regional_access),
            }
        )
    columns = ["population", "n_cells", "cells", "mean_income", "income_ratio", "access_mean", "access_ratio"]
    return pd.DataFrame(rows, columns=columns)


def rights_of_zones(
    ids: Sequence[str], zones: Ints, population: Floats, rights: RightsOfCells
) -> pd.DataFrame:
    """Return one row a zone and right: who lacks it, how deeply, and what is missing.

    ``judged_residents`` live where the right could be judged; ``unmet_share`` and ``depth`` (FGT1: the mean
    shortfall, those who have the right counting 0; Foster, Greer & Thorbecke 1984) are of these.
    ``missing_opportunities`` is the mean over residents who lack the right, ``missing_minutes`` their median:
    NaN where not known, infinite where most would never arrive.
    """
    rows = []
    for zone, zone_id in enumerate(ids):
        here = zones == zone
        for number, name in enumerate(rights.names):
            unmet = rights.unmet[number, here]
            judged = np.where(np.isnan(unmet), 0.0, population[here])
            lacking = np.where(unmet == 1, population[here], 0.0)
            total = float(judged.sum())
            values = (zone_id, name, rights.destinations[number], total, float(lacking.sum()))
            shortfall = rights.shortfall[number, here]
            rows.append(
                (
                    *values,
                    float(lacking.sum()) / total if total else np.nan,
                    weighted_mean(shortfall, judged).value,
                    np.nan
                    if rights.missing is None
                    else weighted_mean(rights.missing[number, here], lacking).value,
                    np.nan
                    if rights.extra_min is None
                    else weighted_median(rights.extra_min[number, here], lacking),
                )
            )
    types = dict.fromkeys(RIGHTS_COLUMNS[:3], "string") | dict.fromkeys(RIGHTS_COLUMNS[3:], "float64")
    return pd.DataFrame(rows, columns=list(RIGHTS_COLUMNS)).astype(types)


def gap_of_zones(ids: Sequence[str], of_zones: pd.DataFrame) -> pd.DataFrame:
    """Return for each zone its rights in short and the right in which most is missing.

    Columns: ``rights_unmet`` (names lacked by at least half of the residents judged, most first, separated by
    commas), ``rights_unmet_mean`` (rights that a resident lacks on average), ``depth`` (mean over the rights
    judged), and of the right with the largest depth, which is what would close most of the gap:
    ``missing_right``, ``missing_destinations``, ``missing_opportunities``, ``missing_minutes``. Of equal
    rights the one given first is named.
    """
    rows = []
    for zone_id in ids:
        mine = of_zones[of_zones["zone_id"] == zone_id]
        judged = mine[mine["judged_residents"] > 0]
        most = _largest_first(judged[judged["unmet_share"] >= MOST], "unmet_share", "depth")
        worst = _largest_first(judged, "depth", "unmet_share").head(1)
        lacking = worst[worst["unmet_residents"] > 0]
        first = {name: lacking[name].iloc[0] if len(lacking) else None for name in mine.columns}
        rows.append(
            {
                "rights_unmet": ",".join(most["right"]),
                "rights_unmet_mean": float(judged["unmet_share"].sum()) if len(judged) else np.nan,
                "depth": float(judged["depth"].mean()) if len(judged) else np.nan,
                "missing_right": first["right"],
                "missing_destinations": first["destinations"],
                "missing_opportunities": first["missing_opportunities"],
                "missing_minutes": first["missing_minutes"],
            }
        )
    columns = ["rights_unmet", "rights_unmet_mean", "depth", "missing_right", "missing_destinations"]
    numbers = ["missing_opportunities", "missing_minutes"]
    return pd.DataFrame(rows, columns=[*columns, *numbers]).astype(dict.fromkeys(numbers, "float64"))


def _largest_first(rights: pd.DataFrame, column: str, then: str) -> pd.DataFrame:
    """Sort by two columns, equal rows staying in the order given; rounding makes no difference."""
    keys = rights[[column, then]].round(9)
    return rights.loc[keys.sort_values([column, then], ascending=False).index]


def _ratio(value: float, reference: float) -> float:
    return value / reference if reference > 0 else float("nan")

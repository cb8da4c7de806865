"""The indices of a table of values one by one, by the functions of ``access.equity``: slow and obvious."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from access.equity import mean_in_income_range, palma, residents_below, weighted_mean
from access.equity_indices import concentration_index, gini
from access.income import income_deciles


def of_measure(
    values: np.ndarray, population: np.ndarray, income: np.ndarray, line: float, groups: dict[str, np.ndarray]
) -> dict[tuple[str, str], float]:
    """Return every index of one measure."""
    population = np.nan_to_num(population)
    people = {"all": population}
    decile = np.full(len(values), np.nan)
    if ((population > 0) & ~np.isnan(income)).any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = income_deciles(pd.Series(income), pd.Series(population))
        decile = found.astype("float64").to_numpy(na_value=np.nan)
    for n in range(1, 11):
        people[f"decile_{n}"] = np.where(decile == n, population, 0.0)
    people |= {name: population * share for name, share in groups.items()}
    sheet = {}
    for name, residents in people.items():
        sheet["mean_access", name] = weighted_mean(values, residents).value
        if not np.isnan(line):
            below = residents_below(values, line, residents)
            sheet["below_line_residents", name] = below.value
            covered = below.covered_population
            sheet["below_line_share", name] = below.value / covered if covered > 0 else np.nan
    rich, poor = sheet["mean_access", "decile_10"], sheet["mean_access", "decile_1"]
    sheet["difference_decile_10_decile_1", "all"] = rich - poor
    sheet["ratio_decile_10_decile_1", "all"] = rich / poor if poor > 0 else np.nan
    for name, low, high in (("poorest40", 0.0, 0.4), ("richest10", 0.9, 1.0), ("richer60", 0.4, 1.0)):
        known = np.where(np.isnan(values), 0.0, population)
        several = len(np.unique(income[(known > 0) & ~np.isnan(income)])) > 1
        mean = mean_in_income_range(values, income, known, low, high).value
        sheet["mean_access", name] = mean if several else np.nan
    sheet["gini", "all"] = gini(values, population).value
    sheet["ratio_richest10_poorest40", "all"] = palma(values, income, population).value
    sheet["concentration_index", "all"] = concentration_index(values, income, population).value
    return sheet

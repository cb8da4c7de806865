"""The rows of the table of indicators that one number a cell gives: by group, and between groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from access.equity import Summary, ratio_richest10_to_poorest40, weighted_mean
from access.equity_groups import difference_of_groups, ratio_of_groups
from access.equity_indices import concentration_index, gini, theil_by_group

if TYPE_CHECKING:
    from access.indicators import People, Row

Floats = npt.NDArray[np.float64]


def row_of(indicator: str, group: str, summary: Summary, unit: str, where: Mapping[str, object]) -> Row:
    """Return one row; a value that is not finite is marked as not defined."""
    return {
        "indicator": indicator,
        "cutoff_min": None,
        "standard": None,
        **where,
        "group": group,
        "value": summary.value,
        "unit": unit,
        "covered_population": summary.covered_population,
        "note": None if np.isfinite(summary.value) else "not defined",
    }


def access_rows(values: Floats, total: float, people: People, where: Mapping[str, object]) -> Iterator[Row]:
    """Yield how many opportunities are reached by whom, and how unequally."""
    unit = str(where["service"])
    groups = people.groups()
    for group, residents in groups.items():
        mean = weighted_mean(values, residents)
        yield row_of("mean_access", group, mean, unit, where)
        yield row_of("share_of_total", group, mean._replace(value=mean.value / total), "share", where)
    yield row_of("gini", "all", gini(values, people.population), "index", where)
    if np.isnan(people.income).all():
        return
    income, population = people.income, people.population
    ratio = ratio_richest10_to_poorest40(values, income, population)
    yield row_of("ratio_richest10_poorest40", "all", ratio, "ratio", where)
    yield row_of(
        "concentration_index", "all", concentration_index(values, income, population), "index", where
    )
    richest, poorest = groups["decile_10"], groups["decile_1"]
    yield row_of("ratio_decile10_decile1", "all", ratio_of_groups(values, richest, poorest), "ratio", where)
    yield row_of(
        "difference_decile10_decile1", "all", difference_of_groups(values, richest, poorest), unit, where
    )
    yield row_of("theil_between_share", "all", _between_share(values, people), "share", where)


def _between_share(values: Floats, people: People) -> Summary:
    """Share of Theil's T that lies between the income deciles, of the residents who have one."""
    known = ~np.isnan(people.decile) & ~np.isnan(values) & (people.population > 0)
    if len(np.unique(people.decile[known])) < 2:
        return Summary(float("nan"), 0.0)
    parts = theil_by_group(values[known], people.population[known], people.decile[known])
    between = float(parts.between.sum())
    whole = between + float(parts.within.sum())
    return Summary(between / whole if whole > 0 else float("nan"), parts.covered_population)


def nearest_rows(nearest: Floats, people: People, where: Mapping[str, object]) -> Iterator[Row]:
    """Yield the minutes to the nearest, and who reaches none."""
    reached = np.where(np.isinf(nearest), np.nan, nearest)
    for group, residents in people.groups().items():
        mean = weighted_mean(reached, residents)
        yield row_of("nearest_mean_min", group, mean, "min, of residents who reach one", where)
        known = ~np.isnan(nearest)
        never = Summary(float(residents[np.isinf(nearest)].sum()), float(residents[known].sum()))
        yield row_of("nearest_unreached_residents", group, never, "residents", where)


def line_rows(below: Floats, people: People, where: Mapping[str, object]) -> Iterator[Row]:
    """Yield the residents below a sufficiency line; ``below`` is 1, 0, or NaN where not known."""
    for group, residents in people.groups().items():
        share = weighted_mean(below, residents)
        count = Summary(
            share.value * share.covered_population if share.covered_population else 0.0,
            share.covered_population,
        )
        yield row_of("below_line_residents", group, count, "residents", where)
        yield row_of("below_line_share", group, share, "share", where)

"""From what cells reach to the columns and rows of a run: access by cell, by decile, below the lines.

Cells that are not snapped to a street have no value (NaN), never zero; a snapped cell that reaches nothing
has zero. A service or period without data has neither columns nor rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import Summary, ratio_richest10_to_poorest40, residents_below, weighted_mean
from access.reach_of_cells import Reach

Floats = npt.NDArray[np.float64]
DECILES = range(1, 11)
INDICATOR_COLUMNS = (
    "indicator",
    "service",
    "period",
    "cutoff_min",
    "group",
    "value",
    "unit",
    "covered_population",
    "note",
)


class Line(NamedTuple):
    """A sufficiency line: at least so many opportunities in less than ``within_min`` minutes."""

    name: str
    service: str
    at_least: float
    within_min: int


@dataclass(frozen=True)
class People:
    """Residents of the origin cells, all arrays of shape ``(n_cells,)``."""

    population: Floats
    income: Floats  # NaN = not known
    decile: Floats  # 1 poorest to 10 richest, NaN = not known
    snapped: npt.NDArray[np.bool_]


class PeriodAccess(NamedTuple):
    """What one period adds to a run."""

    columns: dict[str, npt.NDArray[np.generic] | pd.api.extensions.ExtensionArray]
    rows: list[dict[str, object]]


def period_access(
    period: str,
    reach: Mapping[str, Reach],
    opportunities: Mapping[str, Floats],
    people: People,
    cutoffs_min: Sequence[int],
    lines: Sequence[Line],
) -> PeriodAccess:
    """Measure every service in one period.

    Parameters
    ----------
    period : str
        Short name, part of the column names.
    reach : mapping of str to Reach
        What each cell reaches of each service within ``limits_of(cutoffs_min, lines)``.
    opportunities : mapping of str to array of float, shape (n_destinations,)
        Only services with data.
    people : People
        Who lives in the origin cells.
    cutoffs_min : sequence of int
        Travel-time limits.
    lines : sequence of Line
        Sufficiency lines; those of services without data are left out.

    Returns
    -------
    PeriodAccess
        Columns for the table of cells and rows for the table of indicators.
    """
    found = PeriodAccess({}, [])
    for service, counts in opportunities.items():
        within = {
            limit: np.where(people.snapped, values, np.nan) for limit, values in reach[service].within.items()
        }
        where = {"service": service, "period": period}
        for cutoff in cutoffs_min:
            values = within[cutoff]
            found.columns[f"{service}_in_{cutoff}min_{period}"] = values
            found.rows.extend(_access_rows(values, counts.sum(), people, {**where, "cutoff_min": cutoff}))
        nearest = np.where(people.snapped, reach[service].nearest_min, np.nan)
        found.columns[f"nearest_{service}_min_{period}"] = nearest
        found.rows.extend(_nearest_rows(nearest, people, where))
        for line in lines:
            if line.service == service:
                values = within[line.within_min]
                found.columns[f"below_{line.name}_{period}"] = _below(values, line.at_least)
                found.rows.extend(_line_rows(values, line, people, where))
    return found


def limits_of(cutoffs_min: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """Return all limits of travel time that ``period_access`` needs."""
    return sorted({*cutoffs_min, *(line.within_min for line in lines)})


def indicator_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the long table of indicators with its fixed columns and types."""
    table = pd.DataFrame(list(rows), columns=list(INDICATOR_COLUMNS))
    return table.astype({"cutoff_min": "Int64", "value": "float64", "covered_population": "float64"})


def _row(
    indicator: str, group: str, summary: Summary, unit: str, where: Mapping[str, object]
) -> dict[str, object]:
    return {
        "indicator": indicator,
        "cutoff_min": None,
        **where,
        "group": group,
        "value": summary.value,
        "unit": unit,
        "covered_population": summary.covered_population,
        "note": None if np.isfinite(summary.value) else "not defined",
    }


def _groups(people: People) -> Iterator[tuple[str, Floats]]:
    """Yield each group with its residents by cell: everyone, then the income deciles that exist."""
    yield "all", people.population
    if np.isnan(people.decile).all():
        return
    for n in DECILES:
        yield f"decile_{n}", np.where(people.decile == n, people.population, 0.0)


def _access_rows(
    values: Floats, total: float, people: People, where: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    unit = str(where["service"])
    for group, residents in _groups(people):
        mean = weighted_mean(values, residents)
        yield _row("mean_access", group, mean, unit, where)
        yield _row("share_of_total", group, mean._replace(value=mean.value / total), "share", where)
    if not np.isnan(people.income).all():
        ratio = ratio_richest10_to_poorest40(values, people.income, people.population)
        yield _row("ratio_richest10_poorest40", "all", ratio, "ratio", where)


def _nearest_rows(
    nearest: Floats, people: People, where: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    reached = np.where(np.isinf(nearest), np.nan, nearest)
    for group, residents in _groups(people):
        mean = weighted_mean(reached, residents)
        yield _row("nearest_mean_min", group, mean, "min, of residents who reach one", where)
        known = ~np.isnan(nearest)
        never = Summary(float(residents[np.isinf(nearest)].sum()), float(residents[known].sum()))
        yield _row("nearest_unreached_residents", group, never, "residents", where)


def _line_rows(
    values: Floats, line: Line, people: People, where: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    where = {**where, "cutoff_min": line.within_min}
    for group, residents in _groups(people):
        below = residents_below(values, line.at_least, residents)
        covered = below.covered_population
        share = below.value / covered if covered > 0 else float("nan")
        for indicator, summary, unit in (
            ("below_line_residents", below, "residents"),
            ("below_line_share", Summary(share, covered), "share"),
        ):
            yield {**_row(indicator, group, summary, unit, where), "note": line.name}


def _below(values: Floats, line: float) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(values < line, np.isnan(values))

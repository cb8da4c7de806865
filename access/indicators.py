"""From what cells reach to the columns and rows of a run: access by cell and by group, below the lines.

Cells that are not snapped to a street have no value (NaN), never zero; a snapped cell that reaches nothing
has zero. A service or period without data has neither columns nor rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.indicator_rows import access_rows, line_rows, nearest_rows
from access.reach_of_cells import Reach

Floats = npt.NDArray[np.float64]
DECILES = range(1, 11)
INDICATOR_COLUMNS = (
    "indicator",
    "service",
    "period",
    "cutoff_min",
    "standard",
    "group",
    "value",
    "low",
    "high",
    "interval_kind",
    "sources",
    "draws",
    "covered_population",
    "unit",
    "source",
    "note",
)
KEY = ("indicator", "service", "period", "cutoff_min", "standard", "group")
"""What tells one number from another; each may have several rows, one a kind of range."""

Row = dict[str, object]


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
    named: Mapping[str, Floats] = field(default_factory=dict)  # further counts, such as children

    def groups(self) -> dict[str, Floats]:
        """Return the residents of each group by cell: everyone, the deciles that exist, named groups."""
        groups = {"all": self.population}
        if not np.isnan(self.decile).all():
            groups |= {f"decile_{n}": np.where(self.decile == n, self.population, 0.0) for n in DECILES}
        return groups | {name: np.nan_to_num(counts) for name, counts in self.named.items()}


class Measured(NamedTuple):
    """One number a cell, from which indicators by group are made."""

    family: str  # "access", "nearest", "below" or "right"
    where: Mapping[str, object]  # service, period, cutoff_min, standard
    amount: Floats  # (n_cells,) reached, or minutes; NaN = not snapped
    required: float = float("nan")  # of lines and rights: so much is enough


class PeriodAccess(NamedTuple):
    """What one period adds to a run."""

    columns: dict[str, npt.NDArray[np.generic] | pd.api.extensions.ExtensionArray]
    rows: list[Row]
    measured: list[Measured]


def period_access(
    period: str,
    reach: Mapping[str, Reach],
    totals: Mapping[str, float],
    people: People,
    cutoffs_min: Mapping[int, int],
    lines: Sequence[Line],
) -> PeriodAccess:
    """Measure every service in one period.

    Parameters
    ----------
    period : str
        Short name, part of the column names.
    reach : mapping of str to Reach
        What each cell reaches of each service within ``limits_of(cutoffs_min, lines)``.
    totals : mapping of str to float
        All opportunities of each service; only services with data.
    people : People
        Who lives in the origin cells.
    cutoffs_min : mapping of int to int
        Name of each cutoff -> travel-time limit that is looked at: usually the same.
    lines : sequence of Line
        Sufficiency lines; those of services without data are left out.

    Returns
    -------
    PeriodAccess
        Columns for the table of cells, rows for the table of indicators, and what these were made of.
    """
    found = PeriodAccess({}, [], measured_of_period(period, reach, totals, people, cutoffs_min, lines))
    for each in found.measured:
        where, service = each.where, str(each.where["service"])
        if each.family == "access":
            found.columns[f"{service}_in_{where['cutoff_min']}min_{period}"] = each.amount
            found.rows.extend(access_rows(each.amount, totals[service], people, where))
        elif each.family == "nearest":
            found.columns[f"nearest_{service}_min_{period}"] = each.amount
            found.rows.extend(nearest_rows(each.amount, people, where))
        else:
            below = np.where(np.isnan(each.amount), np.nan, each.amount < each.required)
            found.columns[f"below_{where['standard']}_{period}"] = as_booleans(below)
            found.rows.extend(line_rows(below, people, where))
    return found


def measured_of_period(
    period: str,
    reach: Mapping[str, Reach],
    totals: Mapping[str, float],
    people: People,
    cutoffs_min: Mapping[int, int],
    lines: Sequence[Line],
) -> list[Measured]:
    """Return the numbers by cell of ``period_access`` alone, without columns and rows."""
    found = []
    for service in totals:
        within = {
            limit: np.where(people.snapped, values, np.nan) for limit, values in reach[service].within.items()
        }
        where: Row = {"service": service, "period": period}
        for cutoff, limit in cutoffs_min.items():
            found.append(Measured("access", {**where, "cutoff_min": cutoff}, within[limit]))
        nearest = np.where(people.snapped, reach[service].nearest_min, np.nan)
        found.append(Measured("nearest", where, nearest))
        for line in lines:
            if line.service == service:
                here = {**where, "cutoff_min": line.within_min, "standard": line.name}
                found.append(Measured("below", here, within[line.within_min], line.at_least))
    return found


def limits_of(cutoffs_min: Mapping[int, int], lines: Sequence[Line]) -> list[int]:
    """Return all limits of travel time that ``period_access`` needs."""
    return sorted({*cutoffs_min.values(), *(line.within_min for line in lines)})


def indicator_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the long table of indicators with its fixed columns and types."""
    table = pd.DataFrame(list(rows), columns=list(INDICATOR_COLUMNS))
    numbers = dict.fromkeys(("value", "low", "high", "covered_population"), "float64")
    return table.astype({"cutoff_min": "Int64", "draws": "Int64", **numbers})


def key_of(row: Mapping[str, object]) -> tuple[object, ...]:
    """Return what tells a number from others."""
    return tuple(row.get(name) for name in KEY)


def as_booleans(values: Floats) -> pd.arrays.BooleanArray:
    """Turn 0, 1 and NaN into a nullable column."""
    missing = np.isnan(values)
    return pd.arrays.BooleanArray(np.where(missing, 0.0, values).astype(np.bool_), missing)

"""The numbers of a base beside those of a scenario, row by row, with the interval of the difference.

Both columns are the numbers that a run would give, each of its own residents in its own income groups, so
that either can be checked against a run. Where a scenario adds residents the two populations differ, and the
note says so; who gains and loses is counted of the base's residents only (``access.comparison_winners``).

Added to the rows of a run: the mean access of the poorest 40 % and the richest 10 %, the two halves of the
Palma ratio, and where a scenario adds residents, their number and their mean access in the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.comparison_benefit import DifferenceRange
from access.comparison_cells import Better, relative_change
from access.comparison_groups import INCOME_RANGES, PALMA_GROUPS
from access.comparison_notes import (
    NOT_DEFINED_BASE,
    NOT_DEFINED_SCENARIO,
    ONLY_IN_BASE,
    ONLY_IN_SCENARIO,
    OTHER_RESIDENTS,
    joined,
)
from access.equity import mean_in_income_range, weighted_mean
from access.index_sheet import IndexKey
from access.indicator_rows import row_of
from access.indicators import KEY, Measured, People, Row, key_of
from access.range_columns import index_of

Floats = npt.NDArray[np.float64]
Place = tuple[object, ...]
Ranges = Mapping[tuple[Place, IndexKey], DifferenceRange]
"""Interval of the difference of each index of each column: ``Column.place`` and index."""

TABLE_COLUMNS = (
    "scenario",
    *KEY,
    "base",
    "value",
    "change",
    "low",
    "high",
    "interval_kind",
    "sources",
    "draws",
    "unit",
    "note",
    "relative_change",
    "better",
)
BETTER: dict[str, Better] = {
    "mean_access": "more",
    "share_of_total": "more",
    "nearest_mean_min": "less",
    "nearest_unreached_residents": "less",
    "below_line_residents": "less",
    "below_line_share": "less",
    "right_residents": "less",
    "right_headcount": "less",
    "right_depth": "less",
    "right_severity": "less",
    "basket_mean": "less",
    "penalty_residents": "less",
    "penalty_share": "less",
}
"""What is better of each indicator. Indices of inequality are not among them: nearer to equality may be more
or less, and a city where everybody loses may be more equal."""

AMOUNTS = ("mean_access", "nearest_mean_min")
"""Indicators whose change may be told as a share of the base, beside counts of residents; a share of a share
or of an index would mislead."""


def halves_of_palma(measured: Sequence[Measured], people: People) -> Iterator[Row]:
    """Yield the mean access of the poorest 40 % and the richest 10 %, as the Palma ratio divides them."""
    if np.isnan(people.income).all():
        return
    for each in measured:
        if each.family == "access":
            known = np.where(np.isnan(each.amount), 0.0, people.population)
            for group in PALMA_GROUPS:
                mean = mean_in_income_range(each.amount, people.income, known, *INCOME_RANGES[group])
                yield row_of("mean_access", group, mean, str(each.where["service"]), each.where)


def added_rows(
    measured: Sequence[Measured], base: People, scenario: People, added: Floats
) -> tuple[list[Row], list[Row]]:
    """Return rows of base and scenario about the number of residents, and of those added their access."""
    if not added.any():
        return [], []
    before, after = ([_residents(float(people.population.sum()))] for people in (base, scenario))
    for each in measured:
        if each.family == "access":
            mean = weighted_mean(each.amount, added)
            after.append(
                row_of("mean_access", "added_residents", mean, str(each.where["service"]), each.where)
            )
    return before, after


def _residents(number: float) -> Row:
    where: Row = {"service": None, "period": None, "cutoff_min": None, "standard": None}
    return {**where, "indicator": "residents", "group": "all", "value": number, "unit": "residents"}


def difference_table(
    scenario: str,
    base_rows: Sequence[Row],
    rows: Sequence[Row],
    ranges: Ranges | None = None,
    *,
    whom: Mapping[str, str] | None = None,
    other_residents: bool = False,
    totals: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the long table of both, in the order of the base's rows.

    Parameters
    ----------
    scenario : str
        Its name.
    base_rows, rows : sequence of dict
        Rows of a run; the first of each key counts.
    ranges : mapping, optional
        Interval of the difference by column and index.
    whom : mapping of str to str, optional
        Right -> group of people it is for in the draws, where they are known apart.
    other_residents : bool
        Whether the scenario has other residents; then every row says so.
    totals : mapping of str to float, optional
        All opportunities of the services of which both have as many. The ``share_of_total`` of others gets no
        interval, for its difference is no longer that of the means.

    Returns
    -------
    DataFrame
        ``TABLE_COLUMNS``. A row that one of the two has only keeps its number beside NaN.
    """
    before, after = ({key_of(row): row for row in reversed(some)} for some in (base_rows, rows))
    order = dict.fromkeys(key_of(row) for row in (*base_rows, *rows))
    told = OTHER_RESIDENTS if other_residents else None
    found = []
    for key in order:
        one, other = before.get(key), after.get(key)
        row = _both(one, other, told)
        interval = _interval(row, ranges or {}, whom or {}, totals or {})
        found.append({"scenario": scenario, **row, **interval})
    table = pd.DataFrame(found, columns=list(TABLE_COLUMNS))
    numbers = dict.fromkeys(("base", "value", "change", "low", "high", "relative_change"), "float64")
    return table.astype({"cutoff_min": "Int64", "draws": "Int64", **numbers})


def _both(one: Row | None, other: Row | None, told: str | None) -> Row:
    either: Row = one or other or {}
    base, value = _number(one), _number(other)
    amount = either["indicator"] in AMOUNTS or either.get("unit") == "residents"
    absent = None
    if one is None or other is None:
        absent = ONLY_IN_SCENARIO if one is None else ONLY_IN_BASE
    elif np.isnan(base) or np.isnan(value):
        absent = joined(
            NOT_DEFINED_BASE if np.isnan(base) else None, NOT_DEFINED_SCENARIO if np.isnan(value) else None
        )
    note = str(either["note"]) if either.get("note") and either["note"] != "not defined" else None
    return {
        **{name: either.get(name) for name in KEY},
        "base": base,
        "value": value,
        "change": value - base,
        "unit": either.get("unit"),
        "note": joined(note, absent, told),
        "relative_change": relative_change(base, value) if amount else float("nan"),
        "better": BETTER.get(str(either["indicator"])),
    }


def _number(row: Row | None) -> float:
    """Return the value of a row; one that is not finite is not defined."""
    value = row["value"] if row else None
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else float("nan")


def _interval(
    row: Row, ranges: Ranges, whom: Mapping[str, str], totals: Mapping[str, float]
) -> dict[str, object]:
    wanted = index_of(row, _group_drawn(row, whom))
    change = row["change"]
    if wanted is None or wanted not in ranges or not np.isfinite(float(str(change))):
        return {}
    found = ranges[wanted]
    if not np.isfinite(found.low):
        return {}
    unit = 1.0
    if row["indicator"] == "share_of_total":
        if row["service"] not in totals:
            return {}
        unit = 1 / totals[str(row["service"])]
    return {**found._asdict(), "low": unit * found.low, "high": unit * found.high}


def _group_drawn(row: Row, whom: Mapping[str, str]) -> str:
    """Return the group of the draws that a row speaks of; rights for some people count those people."""
    group, indicator = str(row["group"]), str(row["indicator"])
    of_right = whom.get(str(row["standard"])) if indicator.startswith(("right_", "penalty_")) else None
    if of_right is None:
        return group
    return of_right if group == "all" else "not drawn"

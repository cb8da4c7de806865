"""Small counts hidden in the tables of a run: indicators, cells and the zone register.

What is protected is what one could learn of few people: their income, their group, how they fare. How well a
*place* is served is no secret: travel times, rights and residents by cell stay, and what follows from them.

Decisions
---------
- An indicator of residents, or a share of them, is hidden where the residents counted, *or those not counted*
  among the residents it speaks of, are few. None or all of them are shown: 0 of 500 or 500 of 500 says how
  the whole group is served.
- Any other indicator (a mean, a ratio) is hidden where it speaks of few residents.
- Groups of one family (``decile_1`` to ``decile_10``; what stands before the last ``_`` or ``=``) are
  protected together with the group ``all``, and with the remainder that is in no group of the family.
- Cells with few residents lose the columns named (income, counts of groups). If that leaves cells that could
  be reckoned from the total, the next smallest cell loses them too.
- Families that overlap (deciles and ``poorest_40``) are not examined together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.errors import InputDataError
from access.suppression import DEFAULT_MINIMUM, ROUNDING, is_small, suppress_counts, suppress_table

Frame = TypeVar("Frame", bound=pd.DataFrame)
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
EVERYBODY = "all"
KEY = ("indicator", "service", "period", "cutoff_min", "standard")
NUMBERS = ("value", "low", "high")
COUNT_UNIT = "residents"
SHARE_UNIT = "share of residents"
SHARE_INDICATORS = ("below_line_share",)
_FAMILY = re.compile(r"(.+)[_=][^_=]+")


def suppressed_note(minimum: float) -> str:
    """Return what stands in the note of a hidden row."""
    return f"suppressed: fewer than {minimum:g} residents"


def suppress_indicators(
    frame: pd.DataFrame,
    minimum: float = DEFAULT_MINIMUM,
    *,
    share_indicators: Collection[str] = SHARE_INDICATORS,
) -> pd.DataFrame:
    """Return the table of indicators with small counts hidden: value, low and high NaN, and a note.

    All rows of one indicator and group, of every kind of interval, are hidden together.

    Parameters
    ----------
    frame : DataFrame
        Long table with ``indicator, group, value, unit, covered_population, note`` and, where they exist,
        ``service, period, cutoff_min, standard, low, high, interval_kind``.
    minimum : float
        Residents.
    share_indicators : collection of str
        Indicators whose value is a share of the covered residents; those with the unit ``share of
        residents`` are so anyhow.

    Raises
    ------
    InputDataError
        If a column is missing or the minimum is below 1.
    """
    _require(frame, ("indicator", "group", "value", "unit", "covered_population", "note"), "indicators")
    hidden = np.zeros(len(frame), dtype=bool)
    covered_hidden = np.zeros(len(frame), dtype=bool)
    key = [column for column in KEY if column in frame.columns]
    rows = frame.reset_index(drop=True)
    if len(rows):
        for _, block in rows.groupby(key, dropna=False, sort=False):
            groups, without_cover = _hidden_groups(block, minimum, share_indicators)
            at = block.index.to_numpy()
            hidden[at] = block["group"].isin(groups)
            covered_hidden[at] = block["group"].isin(without_cover)
    shown = frame.copy()
    for column in (name for name in NUMBERS if name in shown.columns):
        shown[column] = shown[column].astype("float64").mask(hidden)
    shown["covered_population"] = shown["covered_population"].astype("float64").mask(covered_hidden)
    shown["note"] = shown["note"].astype(object).mask(hidden, suppressed_note(minimum))
    return shown


def suppress_cells(
    frame: Frame,
    columns: Sequence[str],
    minimum: float = DEFAULT_MINIMUM,
    *,
    population: str = "population",
) -> Frame:
    """Return the table of cells without the columns named where few live, and with a column ``suppressed``.

    Parameters
    ----------
    columns : sequence of str
        What would tell of few people: income, its decile, counts of groups. Residents and access stay.
    population : str
        Column of residents; missing counts as 0.

    Raises
    ------
    InputDataError
        If a column is missing or the minimum is below 1.
    """
    _require(frame, (*columns, population), "cells")
    residents = np.nan_to_num(_floats(frame[population]))
    hidden = suppress_counts(residents, minimum).counts
    shown = frame.copy()
    for column in columns:
        shown[column] = _without(shown[column], hidden)
    shown["suppressed"] = hidden
    return shown


def suppress_zones(frame: Frame, minimum: float = DEFAULT_MINIMUM) -> Frame:
    """Return the zone register without the incomes of zones with few residents.

    Usually there are none: a zone has at least the residents that its definition asks for. Incomes of single
    small cells are kept out when zones are described (``access.exclusion_facts``).

    Raises
    ------
    InputDataError
        If a column is missing.
    """
    _require(frame, ("population", "mean_income", "income_ratio"), "zones")
    hidden = is_small(_floats(frame["population"]), minimum)
    shown = frame.copy()
    for column in ("mean_income", "income_ratio"):
        shown[column] = _without(shown[column], hidden)
    note = suppressed_note(minimum)
    shown["note"] = pd.Series([note if hide else None for hide in hidden], index=frame.index, dtype=str)
    return shown


def _hidden_groups(
    block: pd.DataFrame, minimum: float, share_indicators: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return the groups of one indicator that are hidden, and those whose covered residents are."""
    base = block.drop_duplicates("group").set_index("group")
    covered = base["covered_population"].astype("float64").fillna(0.0)
    counted = _counted(base, covered, share_indicators)
    families: dict[str, list[str]] = {}
    for group in (str(name) for name in base.index):
        if group != EVERYBODY:
            match = _FAMILY.fullmatch(group)
            families.setdefault(match.group(1) if match else group, []).append(group)
    hidden: set[str] = set()
    without_cover: set[str] = set()
    for members in families.values() or [[]]:
        known = [group for group in members if counted is None or not np.isnan(counted[group])]
        groups, residents, amounts = _with_remainder(known, covered, counted)
        if amounts is None:
            found = suppress_counts(residents, minimum)
            hidden |= {group for group, hide in zip(groups, found.counts, strict=True) if hide}
            if found.total:
                hidden.add(EVERYBODY)
            continue
        table = suppress_table(np.column_stack([amounts, residents - amounts]), minimum)
        hide_row = table.cells.any(axis=1) | table.row_totals
        hidden |= {group for group, hide in zip(groups, hide_row, strict=True) if hide}
        without_cover |= {group for group, hide in zip(groups, table.row_totals, strict=True) if hide}
        if table.column_totals.any() or table.total:
            hidden.add(EVERYBODY)
        if table.total:
            without_cover.add(EVERYBODY)
    few = set(covered.index[is_small(_floats(covered), minimum)])
    return hidden | few, without_cover


def _counted(base: pd.DataFrame, covered: pd.Series, share_indicators: Collection[str]) -> pd.Series | None:
    """Return how many residents the indicator counts in each group, None if it counts none."""
    values = base["value"].astype("float64")
    if base["unit"].iloc[0] == COUNT_UNIT:
        counted = values
    elif base["unit"].iloc[0] == SHARE_UNIT or base["indicator"].iloc[0] in share_indicators:
        counted = values * covered
    else:
        return None
    return counted.clip(lower=0.0).where(counted.isna() | (counted <= covered), covered)


def _with_remainder(
    members: Sequence[str], covered: pd.Series, counted: pd.Series | None
) -> tuple[list[str], Floats, Floats | None]:
    """Return a family's groups with those of everybody who are in none of them."""
    groups = list(members)
    residents = _floats(covered[groups])
    amounts = None if counted is None else _floats(counted[groups])
    if EVERYBODY not in covered.index or (counted is not None and np.isnan(counted[EVERYBODY])):
        return groups, residents, amounts
    rest = float(covered[EVERYBODY] - residents.sum())
    if amounts is None or counted is None:
        remainder = np.append(residents, max(rest, 0.0))
        return [*groups, EVERYBODY if not groups else ""], remainder, None
    rest_counted = float(np.clip(counted[EVERYBODY] - amounts.sum(), 0.0, max(rest, 0.0)))
    remainder = np.append(residents, max(rest, rest_counted))
    remainder[np.abs(remainder) < ROUNDING] = 0.0
    return [*groups, EVERYBODY if not groups else ""], remainder, np.append(amounts, rest_counted)


def _without(values: pd.Series, hidden: Bools) -> pd.Series:
    """Return the column with nothing in the hidden rows; whole numbers become such that can be missing."""
    if pd.api.types.is_integer_dtype(values) or pd.api.types.is_bool_dtype(values):
        values = values.convert_dtypes()
    return values.mask(hidden)


def _floats(values: pd.Series) -> Floats:
    numbers: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _require(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise InputDataError(
            f"suppression: the table of {what} has no column {', '.join(absent)}; it has "
            f"{', '.join(str(column) for column in frame.columns)}"
        )

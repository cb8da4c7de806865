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
  protected together with the group ``all``, and with the remainder that is in no group of the family: beside
  ``women`` this is men. The remainder of the deciles is no group: people of unknown income.
- Counts of *all* residents by how a place is served also follow from the table of cells; they are hidden so
  that nobody takes a number of few for a finding.
- Cells with few residents lose the columns named (income, counts of groups). If that leaves cells that could
  be reckoned from the total, the next smallest cell loses them too.
- That a cell lies in a zone of the register tells that its income is below the line. This is accepted: the
  line is one wide class.
- Families that overlap (deciles and ``poorest_40``) are not examined together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
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
SHARE_INDICATORS = (
    "below_line_share",
    "eu_typology_share",
    "near_frequent_transit_share",
    "penalty_share",
    "ptal_share",
    "right_headcount",
    "sdg_11_2_1_share",
)
WITHOUT_REMAINDER = ("decile",)  # who is in none is of unknown income, no group that anything is told of
_FAMILY = re.compile(r"(.+)[_=][^_=]+")


def suppressed_note(minimum: float) -> str:
    """Return what stands in the note of a hidden row."""
    return f"suppressed: fewer than {minimum:g} residents, or it would give such a count away"


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
    hidden, cover_hidden = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    groups = frame["group"].astype(str).to_numpy(dtype=object)
    counted = _counted(frame, share_indicators)
    covered = np.nan_to_num(_floats(frame["covered_population"]))
    key = [column for column in KEY if column in frame.columns]
    for rows in _blocks(frame, key):
        told: dict[str, tuple[float, float]] = {}
        for row in rows:  # intervals of other kinds repeat a group
            told.setdefault(groups[row], (covered[row], counted[row]))
        without_value, without_cover = _hidden_groups(told, minimum)
        hidden[rows] = [group in without_value for group in groups[rows]]
        cover_hidden[rows] = [group in without_cover for group in groups[rows]]
    shown = frame.copy()
    for column in (name for name in NUMBERS if name in shown.columns):
        shown[column] = shown[column].astype("float64").mask(hidden)
    shown["covered_population"] = shown["covered_population"].astype("float64").mask(cover_hidden)
    shown["note"] = shown["note"].astype(object).mask(hidden, suppressed_note(minimum))
    return shown


def hide_what_reveals(frame: pd.DataFrame) -> pd.DataFrame:
    """Hide the covered residents of a mean over those who reach one, where those who reach none are hidden.

    Their difference to all covered residents is the hidden count.
    """
    place = ["service", "period", "group"]
    never = frame["indicator"].eq("nearest_unreached_residents") & frame["value"].isna()
    hidden = pd.MultiIndex.from_frame(frame.loc[never, place])
    mean = frame["indicator"].eq("nearest_mean_min")
    reveals = mean & pd.MultiIndex.from_frame(frame[place]).isin(hidden)
    shown = frame.copy()
    shown["covered_population"] = shown["covered_population"].mask(reveals)
    return shown


def rounded_groups(frame: pd.DataFrame, groups: Sequence[str], digits: int = 4) -> pd.DataFrame:
    """Round numbers about groups whose members are hidden in some cells, so that they cannot be solved for.

    Many exact means over the same few residents are as many equations; and an exact mean of an income tenth,
    less all cells whose tenth is shown, would tell which cells are the hidden ones.

    Parameters
    ----------
    groups : sequence of str
        Groups of people, such as ``age_65_plus`` and ``decile_1``.
    digits : int
        Significant digits that stay.
    """
    shown = frame.copy()
    rows = shown["group"].isin(list(groups))
    for column in ("value", "low", "high", "covered_population"):
        numbers = shown.loc[rows, column].to_numpy(np.float64)
        size = np.floor(np.log10(np.abs(np.where(numbers == 0, 1.0, numbers))))
        scale = 10.0 ** (digits - 1 - np.nan_to_num(size))
        shown.loc[rows, column] = np.round(numbers * scale) / scale
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
    shown["note"] = pd.Series([note if hide else None for hide in hidden], index=frame.index, dtype="string")
    return shown


def _blocks(frame: pd.DataFrame, key: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """Return the row numbers of each indicator; a missing part of the key is a value like others."""
    if frame.empty:
        return []
    number = frame.groupby(list(key), dropna=False, sort=False).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(number[order])) + 1)


def _counted(frame: pd.DataFrame, share_indicators: Collection[str]) -> Floats:
    """Return how many residents each row counts: NaN where it counts none or has no value."""
    values, covered = _floats(frame["value"]), np.nan_to_num(_floats(frame["covered_population"]))
    unit = frame["unit"].astype(object).to_numpy()
    is_share = (unit == SHARE_UNIT) | frame["indicator"].isin(list(share_indicators)).to_numpy()
    numbers = np.where(unit == COUNT_UNIT, values, np.where(is_share, values * covered, np.nan))
    return np.clip(numbers, 0.0, covered)


def suppress_zone_rights(frame: pd.DataFrame, minimum: float = DEFAULT_MINIMUM) -> pd.DataFrame:
    """Return the rights by zone without figures about few residents, nor about few who are left.

    Where fewer than ``minimum`` of a zone's residents lack a right, or fewer than that have it, all numbers
    about who lacks it are hidden; nobody and everybody are shown.

    Raises
    ------
    InputDataError
        If a column is missing or the minimum is below 1.
    """
    about = ("unmet_residents", "unmet_share", "depth", "missing_opportunities", "missing_minutes")
    _require(frame, ("judged_residents", *about), "rights by zone")
    lacking, judged = _floats(frame["unmet_residents"]), _floats(frame["judged_residents"])
    hidden = is_small(lacking, minimum) | is_small(judged - lacking, minimum)
    shown = frame.copy()
    for column in about:
        shown[column] = _without(shown[column], hidden)
    note = suppressed_note(minimum)
    shown["note"] = pd.Series([note if hide else None for hide in hidden], index=frame.index, dtype=str)
    return shown


def _hidden_groups(told: Mapping[str, tuple[float, float]], minimum: float) -> tuple[set[str], set[str]]:
    """Return the groups of one indicator whose value is hidden, and those whose covered residents are.

    ``told`` holds for each group the covered residents and how many of them are counted (NaN: none are).
    """
    hidden = {group for group, (covered, _) in told.items() if ROUNDING < covered < minimum - ROUNDING}
    without_cover: set[str] = set()
    if not all(np.isnan(counted) for _, counted in told.values()):  # a group without a value is no group
        told = {group: both for group, both in told.items() if not np.isnan(both[1])}
    for family, members in _families(told).items():
        counts = np.array([told[group] for group in members], dtype=np.float64).reshape(-1, 2)
        if EVERYBODY in told and family not in WITHOUT_REMAINDER:
            rest = np.array(told[EVERYBODY]) - counts.sum(axis=0)
            members, counts = [*members, ""], np.vstack([counts, np.maximum(rest, 0.0)])
        if np.isnan(counts[:, 1]).any():
            found = suppress_counts(counts[:, 0], minimum)
            hidden |= set(np.array(members)[found.counts])
            hidden |= {EVERYBODY} if found.total else set()
            continue
        complement = counts[:, 0] - counts[:, 1]
        table = suppress_table(np.column_stack([counts[:, 1], np.maximum(complement, 0.0)]), minimum)
        hidden |= set(np.array(members)[table.cells.any(axis=1) | table.row_totals])
        without_cover |= set(np.array(members)[table.row_totals])
        hidden |= {EVERYBODY} if table.column_totals.any() or table.total else set()
        without_cover |= {EVERYBODY} if table.total else set()
    return hidden, without_cover


def _families(groups: Iterable[str]) -> dict[str, list[str]]:
    """Return the groups that divide the residents among them, and a family without any for everybody."""
    families: dict[str, list[str]] = {"": []}
    for group in groups:
        if group != EVERYBODY:
            match = _FAMILY.fullmatch(group)
            families.setdefault(match.group(1) if match else group, []).append(group)
    return families


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

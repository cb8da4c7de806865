"""Small counts hidden in the tables of a comparison, as in those of a run.

What a place gains is no secret; what follows from it about few people is (``access.suppression_results``).

- Counts of residents who gain, lose, stay within the noise and so on: small ones are hidden, and so many
  others of the same group, or of the same family of groups, that they cannot be found by subtraction.
- What follows from a hidden count (the sum of what these residents gain, the residents without a right in the
  scenario) is hidden with it.
- A number that the run hides is hidden in base and scenario; a change of a count by few residents hides the
  number of the scenario.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from access.indicators import KEY, Row, indicator_table
from access.suppression import is_small, suppress_counts, suppress_table
from access.suppression_results import (
    COUNT_UNIT,
    EVERYBODY,
    NUMBERS,
    hide_what_reveals,
    rounded_groups,
    suppress_cells,
    suppress_indicators,
    suppressed_note,
)

Bools = npt.NDArray[np.bool_]
DECILES = "decile_"
WINNER_KEY = ("scenario", "measure", "service", "period", "cutoff_min")
RIGHT_KEY = ("scenario", "catalogue", "right")
#: Counts of a group that add up to its residents, and what follows from each.
WINNER_COUNTS = {
    "residents_gaining": ("gain",),
    "residents_losing": ("loss",),
    "residents_within_noise": (),
    "residents_unchanged": (),
    "residents_no_data": (),
}


def shown_cells(cells: gpd.GeoDataFrame, minimum: float, told: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """Return the cells without income and decile where few live (and without the columns ``told``)."""
    hidden = [name for name in ("income", "income_decile", *told) if name in cells.columns]
    return suppress_cells(cells, hidden, minimum) if minimum else cells


def shown_table(
    table: pd.DataFrame,
    base_rows: Sequence[Row],
    rows: Sequence[Row],
    minimum: float,
    groups: Collection[str] = (),
) -> pd.DataFrame:
    """Return the table of numbers without those about few residents.

    Parameters
    ----------
    table
        ``access.comparison_table.TABLE_COLUMNS``.
    base_rows, rows
        The rows that a run would write of base and scenario.
    minimum
        Residents; 0 hides nothing.
    groups
        Named groups of people, whose numbers are rounded as in a run.
    """
    if not minimum or table.empty:
        return table
    keys = pd.MultiIndex.from_frame(_plain(table))
    of_run = keys.isin(_hidden_keys(base_rows, minimum)) | keys.isin(_hidden_keys(rows, minimum))
    few = is_small(np.abs(table["change"].to_numpy(dtype=np.float64)), minimum)
    few &= table["unit"].eq(COUNT_UNIT).to_numpy()
    shown = table.copy()
    for column in ("base", "value", "change", "low", "high", "relative_change"):
        if column in shown.columns:
            hidden = of_run if column == "base" else of_run | few
            shown[column] = shown[column].astype("float64").mask(hidden)
    note = suppressed_note(minimum)
    shown["note"] = shown["note"].astype(object).mask(of_run | few, note)
    return _rounded(shown, groups)


def shown_winners(winners: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return who gains and loses without counts of few residents and what follows from them."""
    if not minimum or winners.empty:
        return winners
    counts = [name for name in WINNER_COUNTS if name in winners.columns]
    hidden, whole = _hidden_counts(winners, WINNER_KEY, winners[counts].to_numpy(np.float64), minimum)
    shown = winners.copy()
    for place, name in enumerate(counts):
        for column in (name, *WINNER_COUNTS[name]):
            shown[column] = shown[column].astype("float64").mask(hidden[:, place])
    for column in ("residents", "mean_change", "low", "high"):
        if column in shown.columns:
            shown[column] = shown[column].astype("float64").mask(whole)
    return _noted(shown, hidden.any(axis=1) | whole, minimum)


def shown_rights(rights: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return rights gained and lost without counts of few residents and what follows from them."""
    if not minimum or rights.empty:
        return rights
    gaining, losing, residents = (
        np.nan_to_num(rights[name].to_numpy(np.float64)) for name in ("gaining", "losing", "residents")
    )
    counts = np.column_stack([gaining, losing, np.maximum(residents - gaining - losing, 0.0)])
    hidden, whole = _hidden_counts(rights, RIGHT_KEY, counts, minimum)
    unmet = np.nan_to_num(rights["base_unmet"].to_numpy(np.float64))
    few_unmet = is_small(unmet, minimum) | is_small(residents - unmet, minimum)
    then = np.nan_to_num(rights["unmet"].to_numpy(np.float64))
    few_then = is_small(then, minimum) | is_small(residents - then, minimum)
    moved = hidden[:, :2].any(axis=1)
    shown = rights.copy()
    masks = {
        "gaining": hidden[:, 0] | whole,
        "losing": hidden[:, 1] | whole,
        "base_unmet": few_unmet | whole,
        "unmet": few_then | moved | few_unmet | whole,
        "residents": whole,
    }
    for column, mask in masks.items():
        shown[column] = shown[column].astype("float64").mask(mask)
    return _noted(shown, np.logical_or.reduce(list(masks.values())), minimum)


def shown_benefit(benefit: pd.DataFrame, winners: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return shares and ratios without those of a group whose residents ``shown_winners`` hides."""
    if not minimum or benefit.empty or winners.empty:
        return benefit
    few = set(winners.loc[winners["residents"].isna(), "group"])
    hidden = (benefit["group"].isin(few) | benefit["against"].isin(few)).to_numpy(dtype=bool)
    shown = benefit.copy()
    for column in ("value", "change_group", "change_against"):
        shown[column] = shown[column].astype("float64").mask(hidden)
    return _noted(shown, hidden, minimum)


def _hidden_counts(
    frame: pd.DataFrame, key: Sequence[str], counts: npt.NDArray[np.float64], minimum: float
) -> tuple[Bools, Bools]:
    """Choose what to hide of counts by group: of each count, and of the group's residents."""
    counts = np.nan_to_num(counts)
    hidden, whole = np.zeros(counts.shape, dtype=bool), np.zeros(len(frame), dtype=bool)
    group = frame["group"].astype(str).to_numpy(dtype=object)
    block = frame.groupby([name for name in key if name in frame.columns], dropna=False, sort=False).ngroup()
    for number in range(int(block.max()) + 1):
        rows = np.flatnonzero(block.to_numpy() == number)
        if (
            not is_small(counts[rows], minimum).any()
            and not is_small(counts[rows].sum(axis=1), minimum).any()
        ):
            continue
        deciles = rows[[str(name).startswith(DECILES) for name in group[rows]]]
        if len(deciles) > 1:
            found = suppress_table(counts[deciles], minimum)
            hidden[deciles], whole[deciles] = found.cells, found.row_totals
            everybody = rows[group[rows] == EVERYBODY]
            hidden[everybody] |= found.column_totals
            whole[everybody] |= found.total
        for row in rows:
            if len(deciles) > 1 and row in deciles:
                continue
            alone = suppress_counts(counts[row], minimum)
            hidden[row] |= alone.counts
            whole[row] |= alone.total
    hidden[whole] |= counts[whole] > 0
    return hidden, whole


def _hidden_keys(rows: Sequence[Row], minimum: float) -> pd.MultiIndex:
    """Keys of the rows that a run would hide."""
    frame = hide_what_reveals(suppress_indicators(indicator_table(list(rows)), minimum))
    hidden = frame["note"].astype(str).str.startswith("suppressed").to_numpy()
    return pd.MultiIndex.from_frame(_plain(frame[hidden]))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Keys as plain values that compare: missing ones are empty."""
    return pd.DataFrame(
        {name: frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in KEY}
    )


def _rounded(table: pd.DataFrame, groups: Collection[str]) -> pd.DataFrame:
    """Round the numbers of named groups, and take their change from what is shown."""
    rows = table["group"].isin(list(groups))
    if not rows.any():
        return table
    named = pd.DataFrame(
        {
            name: table.loc[rows, source]
            for name, source in zip(NUMBERS, ("value", "low", "high"), strict=True)
        }
    ).assign(group=table.loc[rows, "group"], covered_population=table.loc[rows, "base"])
    rounded = rounded_groups(named, list(groups))
    shown = table.copy()
    shown.loc[rows, ["base", "value", "low", "high"]] = rounded[
        ["covered_population", "value", "low", "high"]
    ].to_numpy()
    shown.loc[rows, "change"] = shown.loc[rows, "value"] - shown.loc[rows, "base"]
    return shown


def _noted(frame: pd.DataFrame, hidden: Bools, minimum: float) -> pd.DataFrame:
    note = frame["note"].astype(object) if "note" in frame.columns else pd.Series(None, frame.index, object)
    return frame.assign(note=note.mask(hidden, suppressed_note(minimum)))

"""Stage of a run: the draws of watched numbers, so that another day's run can be compared draw by draw.

Kept are numbers of the headline's period and cutoff and those of rights, baskets and standards of supply. Of
each the draws of residents and incomes at the run's own travel times, and the values that the realisations of
the travel times give for residents and incomes as observed.

Hundreds of draws are hundreds of equations: where small counts are hidden, draws of income tenths and groups
would let a reader solve for what the table of cells hides. So in the draws a hidden cell has the mean income
and the group shares of the shown cells around it (``access.hidden_cells``); only its residents, access and
rights, which the table shows, are its own. Draws of groups therefore lie a little beside the number itself,
by as much in one run as in the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.config import HeadlineConfig
from access.config_evidence import UncertaintyConfig
from access.hidden_cells import DrawsAroundHidden, Surroundings
from access.index_draws import index_draws
from access.index_sheet import IndexKey, Sheet, sheet
from access.indicators import KEY, Row
from access.range_columns import LINE, Column, index_of
from access.stage_ranges import group_of
from access.uncertainty import InputDraws

Floats = npt.NDArray[np.float64]

DIGITS = 4
"""Significant digits of draws where small counts are hidden, as of the groups in the table."""

BY_PERIOD = (
    "mean_access",
    "nearest_mean_min",
    "nearest_unreached_residents",
    "below_line_share",
    "below_line_residents",
    "ratio_richest10_poorest40",
    "gini",
    "concentration_index",
    "difference_decile10_decile1",
    "ratio_decile10_decile1",
)
"""Watched in the headline's period and, where no line or right has its own, at its cutoff."""

ALWAYS = (
    "right_headcount",
    "right_residents",
    "right_depth",
    "basket_mean",
    "sdg_11_2_1_share",
    "sdg_11_2_1_residents",
    "near_frequent_transit_share",
    "near_frequent_transit_residents",
    "transport_performance",
)
"""Watched in whatever period they are judged."""

INPUTS, TRAVEL = "inputs", "travel"


def is_watched(row: Row, headline: HeadlineConfig) -> bool:
    """Say whether the draws of a number are kept."""
    if row["indicator"] in ALWAYS:
        return True
    own_limit = row.get("standard") is not None or row.get("cutoff_min") in (None, headline.cutoff_min)
    return row["indicator"] in BY_PERIOD and row.get("period") == headline.period and own_limit


def watched_draws(
    rows: Sequence[Row],
    realisations: Sequence[Sequence[Column]],
    draws: InputDraws,
    groups: Mapping[str, Floats],
    around: Surroundings,
    headline: HeadlineConfig,
    whom: Mapping[str, str],
    fingerprint: str,
) -> pd.DataFrame:
    """Return the draws of the watched rows: the key of the table of indicators, kind, numbers, fingerprint.

    Parameters
    ----------
    rows : sequence of dict
        All numbers of the run.
    realisations : sequence of sequence of Column
        Numbers by cell: of the own travel times, then of each realisation, in the same order.
    draws : InputDraws
    groups : mapping of str to array of float, shape (n_cells,)
        Share of the residents of each cell who belong to a group.
    around : Surroundings
        Cells whose incomes and groups are not shown, and those around them.
    whom : mapping of str to str
        Right -> group of people it is for, where they are known apart.
    fingerprint : str
        ``fingerprint_of``.
    """
    at = {column.place: number for number, column in enumerate(realisations[0])}
    chosen: list[tuple[Row, int, IndexKey]] = []
    for row in rows:
        wanted = index_of(row, group_of(row, whom)) if is_watched(row, headline) else None
        if wanted is not None and wanted[0] in at:
            chosen.append((row, at[wanted[0]], wanted[1]))
    if not chosen or not draws.n_draws:
        return pd.DataFrame(columns=[*KEY, "kind", "numbers", "fingerprint"])
    used = sorted({number for _, number, _ in chosen})
    place = {number: n for n, number in enumerate(used)}
    columns = [realisations[0][number] for number in used]
    one_realisation = replace(draws, realisation=np.zeros_like(draws.realisation))
    shown = DrawsAroundHidden.of(one_realisation, around)
    shares = {name: around.filled(share, draws.population) for name, share in groups.items()}
    lines = np.array([LINE if column.says_whether else np.nan for column in columns])
    unequal = np.array([column.family == "access" for column in columns])
    stack = [np.column_stack([each[number].values for number in used]) for each in realisations]
    drawn = index_draws(shown, stack[0], groups=shares, lines=lines, unequal=unequal).numbers
    income = around.filled(draws.income, draws.population)
    sheets = [
        sheet(_as_first(stack[0], one), draws.population, income, groups=shares, lines=lines, unequal=unequal)
        for one in (stack if len(stack) > 1 else [])
    ]
    found = []
    for row, number, key in chosen:
        if key not in drawn:
            continue
        told = {name: row.get(name) for name in KEY} | {"fingerprint": fingerprint}
        found.append({**told, "kind": INPUTS, "numbers": drawn[key][:, place[number]]})
        if sheets:
            found.append({**told, "kind": TRAVEL, "numbers": _of_sheets(sheets, key, place[number])})
    return pd.DataFrame(found, columns=[*KEY, "kind", "numbers", "fingerprint"])


def shown_draws(table: pd.DataFrame, indicators: pd.DataFrame, minimum: float) -> pd.DataFrame:
    """Return the draws of rows whose value is shown, in 32 bits; rounded where small counts are hidden.

    Parameters
    ----------
    indicators : DataFrame
        The table of indicators as it is published.
    """
    shown = indicators[indicators["value"].notna()]
    known = {_plain(row) for row in shown[list(KEY)].itertuples(index=False)}
    kept = table[[_plain(row) in known for row in table[list(KEY)].itertuples(index=False)]]
    numbers = [_rounded(row, DIGITS if minimum else None) for row in kept["numbers"]]
    return (
        kept.assign(numbers=pd.Series(numbers, index=kept.index, dtype=object))
        .astype({"cutoff_min": "Int64"})
        .reset_index(drop=True)
    )


def fingerprint_of(
    cells: Sequence[str], draws: InputDraws, given: UncertaintyConfig, margins: Mapping[str, Floats]
) -> str:
    """Return what is equal where the draws of two runs belong together, number by number.

    That is: the same cells, residents, incomes, stated errors, number of draws and start of the random
    numbers. Travel times are none of it. Access is the covariate that incomes are drawn around, so incomes
    of two days with other timetables differ a little; they go up and down together all the same.
    """
    words = {"source": True}
    later = {"travel_realisations": True, "spatial_process": True}
    errors = given.model_dump(mode="json", exclude={"population": words, "income": words, **later})
    digest = hashlib.sha256(json.dumps([list(cells), errors], sort_keys=True).encode())
    for numbers in (draws.population, draws.income, *(margins[name] for name in sorted(margins))):
        digest.update(np.ascontiguousarray(numbers, dtype=np.float64).tobytes())
    return digest.hexdigest()[:32]


def _as_first(first: Floats, values: Floats) -> Floats:
    """Take a cell that is known in one of two realisations only as the first has it."""
    return np.where(np.isnan(values) | np.isnan(first), first, values)


def _of_sheets(sheets: Sequence[Sheet], key: IndexKey, column: int) -> Floats:
    return np.array([one[key][column] for one in sheets])


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a key in which everything missing is None and whole numbers are ints."""
    plain = (None if value is None or pd.isna(value) else value for value in row)  # type: ignore[call-overload]
    return tuple(int(value) if isinstance(value, float | np.integer) else value for value in plain)


def _rounded(numbers: Floats, digits: int | None) -> npt.NDArray[np.float32]:
    """Round to significant digits; None keeps what 32 bits can hold."""
    if digits is None:
        return np.asarray(numbers, dtype=np.float32)
    known = np.isfinite(numbers) & (numbers != 0)
    size = np.floor(np.log10(np.abs(np.where(known, numbers, 1.0))))
    scale = 10.0 ** (digits - 1 - size)
    return np.asarray(np.where(known, np.round(numbers * scale) / scale, numbers), dtype=np.float32)

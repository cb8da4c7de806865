"""Cumulative opportunities of tables, by the names of the R package accessibility."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.decay import check_comparison
from access.decay_shapes import Comparison
from access.engine.weighing import sum_new_pairs
from access.errors import AccessError
from access.measure_tables_door import (
    DuplicatePairs,
    TravelTable,
    amounts_of,
    names,
    side_of_result,
    travel_table,
)
from access.measure_tables_pairs import StreamedCosts, bits
from access.measure_tables_source import TravelMatrix
from access.measures import cumulative
from access.measures_nearest import rising

Floats = npt.NDArray[np.float64]
Summary = Literal["median", "mean", "min", "max"] | Callable[[Floats], float]

_SUMMARIES: dict[str, Callable[..., Any]] = {
    "median": np.median, "mean": np.mean, "min": np.min, "max": np.max,
}  # fmt: skip


def cumulative_cutoff(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str | Sequence[str],
    cutoff: float | Sequence[float] | Sequence[Sequence[float]],
    group_by: str | Sequence[str] = (),
    active: bool = True,
    fill_missing_ids: bool = True,
    *,
    comparison: Comparison = "<",
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Sum the opportunities within a travel cost (cumulative opportunities).

    Without ``study_area`` places near the edge of the data show too little: what lies beyond it is not
    counted.

    Parameters
    ----------
    travel_matrix : DataFrame, str or Path
        ``from_id``, ``to_id`` and costs; a frame, or Parquet files of any size, such as those of a run. A
        pair without a row or with a null cost is not reached.
    land_use_data : DataFrame
        ``id`` and opportunities. A missing number, or a missing id, is unknown: who reaches it gets NaN.
    opportunity : str
        Column of ``land_use_data``; if passive, usually the population.
    travel_cost : str or sequence of str
        Column or columns of costs. With several, such as minutes and fares, a pair may have several rows, and
        counts once where any of its rows keeps *all* cutoffs.
    cutoff : float or sequence of float; with several costs a sequence of one of these for each
        Costs >= 0. Every combination is computed.
    group_by : str or sequence of str
        Further columns, such as the mode; each combination is computed by itself.
    active : bool
        By origin, what it reaches; else (passive access) by destination, who can reach it.
    fill_missing_ids : bool
        Whether who reaches nothing has a row with 0, for every group and cutoff; else there is no row.
    comparison : {"<", "<="}
        ``"<"``, R5's convention: times in whole minutes are within 30 when they are less than 30, as 30:59
        was cut to 30. ``"<="`` is what the R package accessibility does.
    study_area : sequence of ids, optional
        Only these ids get rows, while opportunities beyond them count (passive: people).
    duplicate_pairs : {"cheapest", "sum"}
        With one cost, whether a pair with several rows counts once or, as in R, once a row.

    Returns
    -------
    DataFrame
        ``id``, groups, costs (unless there is one cutoff of one cost) and the opportunity, sorted in this
        order; whole numbers if the opportunities are.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.
    """
    check_comparison(comparison)
    travel_costs = names(travel_cost)
    limits = _cutoffs(cutoff, len(travel_costs))
    table = travel_table(travel_matrix, travel_costs, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    amounts = table.in_each_group(amounts_of(land_use_data, [opportunity], table.ids(there))[opportunity])
    variants = pd.DataFrame(list(product(*limits)), columns=travel_costs)
    if len(travel_costs) == 1:
        options: dict[str, Any] = {"comparison": comparison, "active": active}
        values = cumulative(table.costs, amounts, limits[0], **options)
        reached = (
            None if fill_missing_ids else cumulative(table.costs, np.ones_like(amounts), limits[0], **options)
        )
    else:
        values = _within_all(table, amounts, variants, comparison, active)
        reached = (
            None
            if fill_missing_ids
            else _within_all(table, np.ones_like(amounts), variants, comparison, active)
        )
    return table.result(
        here,
        opportunity,
        as_whole(values, land_use_data[opportunity]),
        variants=variants if len(variants.columns) > 1 or len(variants) > 1 else None,
        keep=None if reached is None else reached > 0,
        study_area=study_area,
    )


def cumulative_interval(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    interval: Sequence[float] | Sequence[Sequence[float]],
    interval_increment: float = 1,
    summary_function: Summary = "median",
    group_by: str | Sequence[str] = (),
    active: bool = True,
    *,
    comparison: Comparison = "<",
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
    truncate: bool = True,
    pool_intervals: bool = False,
) -> pd.DataFrame:
    """Summarise cumulative opportunities over an interval of cutoffs (Tomasiello et al. 2023).

    One cutoff is arbitrary and results may hang on it. Parameters that are not listed are those of
    ``cumulative_cutoff``; so is the edge effect.

    Parameters
    ----------
    interval : pair of float, or sequence of such pairs
        First and last cutoff, >= 0, both included; the last only if the steps lead there.
    interval_increment : float
        Step from cutoff to cutoff, > 0.
    summary_function : {"median", "mean", "min", "max"} or callable
        How the values of one place become one; a callable takes an array (n_cutoffs,).
    truncate : bool
        Whether the summary is cut to a whole number, as in R, since half an opportunity cannot be reached.
    pool_intervals : bool
        Whether, as in R, the cutoffs of all intervals are put together and each interval is summarised over
        all that lie in it. By default each interval has its own cutoffs, as if it were asked for alone.

    Returns
    -------
    DataFrame
        ``id``, groups, ``interval`` (if there are several, such as ``"[30,60]"``, as they were given) and the
        opportunity. Every id of the matrix has a row; R leaves out some that reach nothing.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.
    """
    check_comparison(comparison)
    intervals = _intervals(interval, interval_increment)
    summarise = _summary(summary_function)
    grids = [rising(first, last, interval_increment) for first, last in intervals]
    cutoffs = np.unique(np.concatenate(grids))
    table = travel_table(travel_matrix, travel_cost, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    amounts = table.in_each_group(amounts_of(land_use_data, [opportunity], table.ids(there))[opportunity])
    within = cumulative(table.costs, amounts, list(cutoffs), comparison=comparison, active=active)
    values = np.empty((len(intervals), within.shape[1]))
    for number, ((first, last), grid) in enumerate(zip(intervals, grids, strict=True)):
        pooled = (cutoffs >= first) & (cutoffs <= last)
        values[number] = summarise(within[pooled if pool_intervals else np.isin(cutoffs, grid)])
    names_of_intervals = [f"[{first:.15g},{last:.15g}]" for first, last in intervals]
    return table.result(
        here,
        opportunity,
        _whole_if_known(np.trunc(values)) if truncate else values,
        variants=pd.DataFrame({"interval": names_of_intervals}) if len(intervals) > 1 else None,
        study_area=study_area,
    )


def as_whole(values: Floats, column: pd.Series[Any]) -> npt.NDArray[Any]:
    """Return sums as whole numbers if what was summed is of an integer type and all is known."""
    return _whole_if_known(values) if pd.api.types.is_integer_dtype(column.dtype) else values


def _whole_if_known(values: Floats) -> npt.NDArray[Any]:
    return values if np.isnan(values).any() else np.rint(values).astype(np.int64)


def _within_all(
    table: TravelTable, amounts: Floats, variants: pd.DataFrame, comparison: Comparison, active: bool
) -> Floats:
    """Sum what is within all cutoffs of each variant, each pair once, shape (n_variants, n_places)."""
    costs = table.costs
    assert isinstance(costs, StreamedCosts)  # noqa: S101  (several costs always are)
    values = np.zeros((len(variants), costs.n_origins if active else costs.n_destinations))
    n_there = len(table.to_ids if active else table.from_ids)
    seen = [bits(values.shape[1] * n_there) for _ in range(len(variants))]
    for rows in costs.rows():
        here, there = (rows.origin, rows.destination) if active else (rows.destination, rows.origin)
        for number, limits in enumerate(variants.itertuples(index=False)):
            within = np.ones(len(here), dtype=bool)
            for cost, limit in zip(rows.costs, limits, strict=True):
                within &= cost < limit if comparison == "<" else cost <= limit
            sum_new_pairs(here[within], there[within], n_there, amounts, seen[number], values[number])
    return values


def _cutoffs(cutoff: Any, n_costs: int) -> list[list[float]]:
    """Return the rising cutoffs of each cost."""
    alone = np.isscalar(cutoff) or (n_costs == 1 and not any(np.ndim(values) for values in cutoff))
    given = [cutoff] if alone else list(cutoff)
    if len(given) != n_costs:
        raise AccessError(f"cutoff must have one list for each of {n_costs} travel costs, got {cutoff!r}")
    result = []
    for values in given:
        numbers = np.atleast_1d(np.asarray(values))
        if not len(numbers) or numbers.dtype.kind not in "iuf":
            raise AccessError(f"cutoff must be a number or a list of numbers, got {values!r}")
        if not np.isfinite(numbers).all() or (numbers < 0).any():
            raise AccessError(f"cutoff must be finite and at least 0, got {values!r}")
        if len(np.unique(numbers)) < len(numbers):
            raise AccessError(f"cutoff has a value twice: {values!r}")
        result.append(sorted(numbers.tolist()))
    return result


def _intervals(interval: Any, increment: float) -> list[tuple[float, float]]:
    """Check the intervals."""
    problems = []
    if not (math.isfinite(increment) and increment > 0):
        problems.append(f"interval_increment must be finite and above 0, got {increment!r}")
    given = np.asarray(interval, dtype=np.float64)
    if given.ndim == 1:
        given = given[np.newaxis]
    if given.ndim != 2 or given.shape[1] != 2 or not len(given):
        problems.append(f"interval must be a pair of cutoffs or a list of pairs, got {interval!r}")
    elif not np.isfinite(given).all() or (given < 0).any() or (given[:, 0] >= given[:, 1]).any():
        problems.append(
            f"interval must rise from a first to a last cutoff, both at least 0, got {interval!r}"
        )
    if problems:
        raise AccessError("; ".join(problems))
    return [(first, last) for first, last in given.tolist()]


def _summary(function: Summary) -> Callable[[Floats], Floats]:
    """Return a function from (n_cutoffs, n_places) to (n_places,)."""
    if callable(function):
        return lambda values: np.apply_along_axis(function, 0, values).astype(np.float64)
    if function not in _SUMMARIES:
        raise AccessError(
            f"summary_function must be one of {', '.join(_SUMMARIES)} or a function, got {function!r}"
        )
    return lambda values: _SUMMARIES[function](values, axis=0)

"""Stage of a run: the input-uncertainty interval of every index that draws can give one.

Draws of residents and incomes go through every index. Travel times are computed again a few times, from other
homes within cells and other minutes within headways; how far that moves each index is added to its draws
(``with_travel_spread``). The run's own travel times stay the centre: from their homes, drawn one by one,
residents walk a little farther than from their mean point, and that known difference moves no range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import h3
import numpy as np
import numpy.typing as npt

from access.config_evidence import ComparisonConfig, InputErrorConfig, UncertaintyConfig
from access.index_draws import IndexDraws
from access.index_sheet import DECILE_RATIO, PALMA, IndexKey, Sheet
from access.indicators import People, Row
from access.range_columns import LINE, Column, index_of, period_columns, place_of, rights_columns
from access.rights import EvaluatedRight
from access.stage_comparison import modal_ratios
from access.stage_measures import Measures, PeriodMeasured
from access.stage_modes import ModeReach
from access.uncertainty import InputDraws, InputError, access_covariates, generator, input_draws
from access.uncertainty_kinds import INPUT_UNCERTAINTY

RATIOS = (PALMA, DECILE_RATIO)
TRAVEL_TIMES = "travel times: homes within cells and minutes within headways"
"""Name of this source of uncertainty."""

SIGNED = ("concentration_index", "difference_decile10_decile1")
"""Indices that may be below 0."""

Floats = npt.NDArray[np.float64]


def draws_of(
    people: People,
    cell_ids: Sequence[str],
    uncertainty: UncertaintyConfig,
    columns: Sequence[Column],
    margins: Mapping[str, Floats],
    n_realisations: int,
) -> InputDraws:
    """Fit what residents and incomes may truly be.

    Parameters
    ----------
    margins : mapping of str to array of float, shape (n_cells,)
        Standard deviation of the log error of ``population`` or ``income`` where margins are published.
    """
    near = h3_parents(cell_ids, 1)
    covariates = access_covariates(
        np.column_stack([c.values for c in columns if c.family == "access"]), population=people.population
    )

    def error(name: str, given: InputErrorConfig | None) -> InputError | None:
        if given is None:
            return None
        size = margins.get(name, given.relative_error or 0.0)
        found = InputError(f"{name}: {given.source.en}", size, given.correlation, near)
        if name == "income":
            return replace(found, covariates=covariates)
        return replace(found, totals=h3_parents(cell_ids, 2))

    return input_draws(
        people.population,
        people.income,
        seed=uncertainty.seed,
        population_error=error("population", uncertainty.population),
        income_error=error("income", uncertainty.income),
        n_realisations=max(1, n_realisations),
        realisation_source=TRAVEL_TIMES,
        n_draws=uncertainty.draws,
    )


def h3_parents(cell_ids: Sequence[str], levels: int) -> npt.NDArray[np.int64]:
    """Label each cell with its H3 parent, so many resolutions coarser."""
    resolution = max(0, h3.get_resolution(cell_ids[0]) - levels)
    parents = [h3.cell_to_parent(cell, resolution) for cell in cell_ids]
    return np.unique(parents, return_inverse=True)[1].astype(np.int64)


def travel_columns(
    measures: Measures,
    periods: Sequence[PeriodMeasured],
    rights: Sequence[EvaluatedRight],
    modes: Sequence[ModeReach],
) -> list[Column]:
    """Return the columns that depend on travel times."""
    columns = [column for period in periods for column in period_columns(period.measured)]
    for period in periods:
        columns += (Column("modal", *each) for each in modal_ratios(measures, period, modes))
    return [*columns, *rights_columns(rights)]


def stacked(realisations: Sequence[Sequence[Column]]) -> tuple[Floats, Floats]:
    """Return values (n_realisations, n_cells, n_columns) and lines (n_columns,) for ``index_draws``.

    A cell that is known in one realisation only, or in all but one, is taken as the first has it: who is
    covered must not change from draw to draw.
    """
    values = np.stack([np.column_stack([column.values for column in columns]) for columns in realisations])
    values = np.where(np.isnan(values).any(axis=0), values[0], values)
    lines = np.array([LINE if column.says_whether else np.nan for column in realisations[0]])
    return values, lines


def with_travel_spread(indices: IndexDraws, realised: Sequence[Sheet], seed: int) -> IndexDraws:
    """Add to each draw of an index what recomputed travel times move it by.

    A few realisations are a small sample: an index of another realisation lies around the run's own as
    Student's t with one degree of freedom less than realisations, times their standard deviation and
    sqrt(1 + 1 / n) (prediction of one more value of a normal sample); ratios on the log scale. The random
    number of a draw is common to all indices, and to all scenarios of one seed.

    Parameters
    ----------
    indices : IndexDraws
        At the run's own travel times.
    realised : sequence of dict
        The same indices for residents and incomes as observed, one sheet a realisation; at least 2.
    """
    n = len(realised)
    noise = generator(seed, "spread of travel times").standard_t(n - 1, indices.n_draws) * np.sqrt(1 + 1 / n)
    numbers = {}
    for key, drawn in indices.numbers.items():
        of_realised = np.array([one[key] for one in realised])
        if key in RATIOS:
            with np.errstate(divide="ignore", invalid="ignore"):
                spread = np.std(np.log(of_realised), axis=0, ddof=1)
            numbers[key] = drawn * np.exp(noise[:, None] * spread)
        else:
            numbers[key] = drawn + noise[:, None] * np.std(of_realised, axis=0, ddof=1)
    return replace(indices, numbers=numbers)


def ranged(
    rows: Sequence[Row],
    columns: Sequence[Column],
    indices: IndexDraws,
    n_travel: int,
    totals: Mapping[str, float],
    whom: Mapping[str, str],
) -> list[Row]:
    """Return the rows with the interval of each number that has one.

    Parameters
    ----------
    n_travel : int
        So many columns, the first, depend on travel times; the others are the same in all realisations, and
        travel times are none of their sources.
    totals : mapping of str to float
        All opportunities by service.
    whom : mapping of str to str
        Right -> group of people it is for, where they are known apart.
    """
    if not indices.n_draws:
        return list(rows)
    intervals = indices.intervals()
    at = {column.place: number for number, column in enumerate(columns)}
    found = []
    for row in rows:
        wanted = index_of(row, group_of(row, whom))
        number = at.get(wanted[0]) if wanted else None
        interval = intervals.get(wanted[1]) if wanted else None
        if wanted is None or number is None or interval is None or not np.isfinite(_number(row)):
            found.append(row)
            continue
        sources = [one for one in interval.sources if number < n_travel or one != TRAVEL_TIMES]
        if not sources or not np.isfinite(interval.low[number]):
            found.append(row)
            continue
        unit = 1 / totals[str(row["service"])] if row["indicator"] == "share_of_total" else 1.0
        ends = (interval.low[number], interval.high[number])
        low, high = (unit * float(end) for end in ends)
        if row["indicator"] not in SIGNED:
            low = max(low, 0.0)
        if row["unit"] == "share":
            high = min(high, 1.0)
        if row["unit"] == "residents":
            high = min(high, float(str(row["covered_population"])))
        found.append({**row, **_as_range(low, high, sources, interval.draws)})
    return found


def ranged_comparisons(
    rows: Sequence[Row],
    asked: Sequence[ComparisonConfig],
    columns: Sequence[Column],
    indices: IndexDraws,
) -> list[Row]:
    """Return the rows with the interval of each ratio of two groups: of the ratio of every draw."""
    groups = {each.name: (each.group, each.other) for each in asked}
    at = {column.place: number for number, column in enumerate(columns)}
    found = []
    for row in rows:
        place, kind = _compared_column(row)
        number = at.get(place) if indices.n_draws and row.get("standard") in groups else None
        if number is None or not np.isfinite(_number(row)):
            found.append(row)
            continue
        keys = [IndexKey(kind, group) for group in groups[str(row["standard"])]]
        first, second = (indices.numbers[key][:, [number]] for key in keys)
        if kind == "below_line_share":
            first, second = np.clip(first, 0, 1), np.clip(second, 0, 1)
        ratio = np.divide(first, second, out=np.full(first.shape, np.nan), where=second > 0)
        of_ratio = IndexKey("ratio")
        interval = replace(indices, numbers={of_ratio: ratio}, n_measures=1).interval(of_ratio)
        low, high = float(interval.low[0]), float(interval.high[0])
        found.append(
            {**row, **_as_range(low, high, interval.sources, interval.draws)} if np.isfinite(low) else row
        )
    return found


def _compared_column(row: Row) -> tuple[tuple[object, ...], str]:
    """Return the column that a comparison was made of, and the index of each group."""
    if row["indicator"] == "benefit_ratio":
        return place_of("access", {**row, "standard": None}), "mean_access"
    if row["indicator"] == "burden_ratio":
        return place_of("right", {"standard": row.get("right")}), "below_line_share"
    return (), ""


def _number(row: Row) -> float:
    value = row["value"]
    return value if isinstance(value, float) else float("nan")


def _as_range(low: float, high: float, sources: Sequence[str], draws: int) -> Row:
    return {
        "low": low,
        "high": high,
        "interval_kind": INPUT_UNCERTAINTY,
        "sources": "; ".join(sources),
        "draws": draws,
    }


def group_of(row: Row, whom: Mapping[str, str]) -> str:
    """Return the group of the draws that a row speaks of: rights for some people count those people."""
    group, indicator = str(row["group"]), str(row["indicator"])
    of_right = whom.get(str(row.get("standard"))) if indicator.startswith(("right_", "penalty_")) else None
    if of_right is None:
        return group
    return of_right if group == "all" else "not drawn"

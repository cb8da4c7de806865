"""Stage of a run: the input-uncertainty interval of every index that draws can give one.

Draws of residents and incomes go through every index; with realisations of the travel times these are
computed anew, each draw taking one of them. Realisations are centred, cell by cell, on the run's own values:
a point at random in a cell walks a little farther than the residents' mean point does, and that known
difference must widen no range and move none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import h3
import numpy as np
import numpy.typing as npt

from access.config_evidence import InputErrorConfig, UncertaintyConfig
from access.index_draws import IndexDraws
from access.index_sheet import CONCENTRATION, DECILE_DIFFERENCE, DECILE_RATIO, GINI, PALMA, IndexKey, mean_of
from access.indicators import Measured, People, Row
from access.ranges import INPUT_UNCERTAINTY
from access.rights import ROUNDING, EvaluatedRight
from access.rights_catalogue import RightsCatalogue
from access.run_network import RunNetwork
from access.stage_measures import PeriodMeasured
from access.stage_rights import ReachOfRun, as_written_only
from access.travel_again import reach_again, realised
from access.uncertainty import InputDraws, InputError, access_covariates, generator, input_draws

Floats = npt.NDArray[np.float64]
LINE = 0.5
"""Between 0 (unmet) and 1 (met)."""


class Columns(NamedTuple):
    """Numbers by cell that draws are taken of, in the form that ``access.index_draws`` reads."""

    measured: Sequence[Measured]
    values: Floats  # (n_cells, n_measures); of lines and rights 1 = met, 0 = unmet
    lines: Floats  # (n_measures,)


def columns_of(periods: Sequence[PeriodMeasured], rights: Sequence[EvaluatedRight]) -> list[Measured]:
    """Return every number by cell that has an index: of all periods, and of the rights that count."""
    found = [each for period in periods for each in period.measured]
    return found + [
        Measured(
            "right",
            {
                "service": right.right.service,
                "cutoff_min": right.right.within_min,
                "standard": right.right.name,
            },
            right.value,
            right.required,
        )
        for right in rights
        if right.counts
    ]


def amounts_of(measured: Sequence[Measured]) -> Floats:
    """Stack the amounts of all columns, (n_cells, n_measures)."""
    return np.column_stack([each.amount for each in measured])


def as_columns(measured: Sequence[Measured], amounts: Floats) -> Columns:
    """Turn amounts into what indices are taken of.

    A time never reached is not known here (its residents have a row of their own); a line or right is 1 where
    it is met and 0 where not.
    """
    values = np.where(np.isinf(amounts), np.nan, amounts)
    lines = np.full(len(measured), np.nan)
    for column, each in enumerate(measured):
        if each.family in ("below", "right"):
            met = amounts[:, column] >= each.required * (1 - ROUNDING)
            values[:, column] = np.where(np.isnan(amounts[:, column]), np.nan, met)
            lines[column] = LINE
    return Columns(measured, values, lines)


def centred(base: Floats, realised: Sequence[Floats]) -> list[Floats]:
    """Shift realisations so that their mean in each cell is the run's own amount; at least 0.

    Cells where the run or one realisation has no finite amount keep the run's.
    """
    stacked = np.stack(realised)
    usable = np.isfinite(base) & np.isfinite(stacked).all(axis=0)
    moved = np.where(usable, stacked - np.where(usable, stacked, 0).mean(axis=0), 0)
    return [np.where(usable, np.maximum(base + shift, 0), base) for shift in moved]


def draws_of(
    people: People,
    cell_ids: Sequence[str],
    uncertainty: UncertaintyConfig,
    columns: Columns,
    margins: Mapping[str, Floats],
    n_realisations: int,
) -> InputDraws:
    """Fit what residents and incomes may truly be.

    Parameters
    ----------
    margins : mapping of str to array of float, shape (n_cells,)
        Standard deviation of the log error of ``population`` or ``income`` where margins are published.
    """
    near = _parents(cell_ids, 1)
    covariates = access_covariates(columns.values[:, [c.family == "access" for c in columns.measured]])

    def error(name: str, given: InputErrorConfig | None) -> InputError | None:
        if given is None:
            return None
        size = margins.get(name, given.relative_error or 0.0)
        found = InputError(f"{name}: {given.source.en}", size, given.correlation, near)
        if name == "income":
            return replace(found, covariates=covariates)
        return replace(found, totals=_parents(cell_ids, 2))

    return input_draws(
        people.population,
        people.income,
        seed=uncertainty.seed,
        population_error=error("population", uncertainty.population),
        income_error=error("income", uncertainty.income),
        n_realisations=max(1, n_realisations),
        n_draws=uncertainty.draws,
    )


def _parents(cell_ids: Sequence[str], levels: int) -> npt.NDArray[np.int64]:
    resolution = max(0, h3.get_resolution(cell_ids[0]) - levels)
    parents = [h3.cell_to_parent(cell, resolution) for cell in cell_ids]
    return np.unique(parents, return_inverse=True)[1].astype(np.int64)


def realised_amounts(
    network: RunNetwork,
    reach: ReachOfRun,
    catalogues: list[RightsCatalogue],
    columns: Sequence[Measured],
    number: int,
    seed: int,
) -> Floats:
    """Compute travel times once more and return the amounts of the same columns."""
    random = generator(seed, "travel times", number)
    inputs, cells, stops = realised(network.inputs, network.cells, network.stops, random, network.threads)
    measures, limits = reach.measures, reach.limits_min
    again = []
    for period in reach.periods:
        plan = period.plan
        found = reach_again(inputs, cells, stops, [plan], measures.opportunities, limits, network.threads)[
            plan.config.name
        ]
        again.append(PeriodMeasured(plan, found, measures.access(plan.config.name, found), ()))
    rights = as_written_only(catalogues, reach.realised(inputs, cells, stops, again)) if catalogues else []
    measured = columns_of(again, rights)
    if [(each.family, each.where) for each in measured] != [(each.family, each.where) for each in columns]:
        raise RuntimeError("a realisation of the travel times measures something else; please report this")
    return amounts_of(measured)


def unmet_rights(columns: Columns, names: Collection[str]) -> Floats:
    """Return how many of some rights each cell lacks; NaN where none can be judged."""
    chosen = [
        column
        for column, each in enumerate(columns.measured)
        if each.family == "right" and each.where["standard"] in names
    ]
    unmet = 1 - columns.values[:, chosen]
    judged = ~np.isnan(unmet)
    return np.where(judged.any(axis=1), np.nansum(unmet, axis=1), np.nan)


def ranged(
    rows: Sequence[Row],
    columns: Columns,
    indices: IndexDraws,
    totals: Mapping[str, float],
    whom: Mapping[str, str],
) -> list[Row]:
    """Return the rows with the interval of each number that has one.

    Parameters
    ----------
    totals : mapping of str to float
        All opportunities by service.
    whom : mapping of str to str
        Right -> group of people it is for, where they are known apart.
    """
    if not indices.n_draws:
        return list(rows)
    intervals = indices.intervals()
    places = {_place(each.family == "right", each.where): at for at, each in enumerate(columns.measured)}
    found = []
    for row in rows:
        at = places.get(_place(str(row["indicator"]).startswith("right_"), row))
        key = _index_of(row, whom) if at is not None else None
        interval = intervals.get(key) if key else None
        if interval is None or at is None or not np.isfinite(interval.low[at]):
            found.append(row)
            continue
        unit = 1 / totals[str(row["service"])] if row["indicator"] == "share_of_total" else 1.0
        found.append(
            {
                **row,
                "low": float(interval.low[at]) * unit,
                "high": float(interval.high[at]) * unit,
                "interval_kind": INPUT_UNCERTAINTY,
                "sources": "; ".join(interval.sources),
                "draws": interval.draws,
            }
        )
    return found


def _place(is_right: bool, where: Mapping[str, object]) -> tuple[object, ...]:
    if is_right:
        return ("right", where.get("standard"))
    return tuple(where.get(name) for name in ("service", "period", "cutoff_min", "standard"))


def _index_of(row: Row, whom: Mapping[str, str]) -> IndexKey | None:
    """Return which index of the draws a row of the table shows."""
    indicator, group = str(row["indicator"]), str(row["group"])
    of_right = whom.get(str(row.get("standard")))
    if indicator.startswith("right_") and of_right:
        group = of_right if group == "all" else ""
    by_group = {
        "mean_access": mean_of(group),
        "share_of_total": mean_of(group),
        "nearest_mean_min": mean_of(group),
        "below_line_share": IndexKey("below_line_share", group),
        "below_line_residents": IndexKey("below_line_residents", group),
        "right_headcount": IndexKey("below_line_share", group),
        "right_residents": IndexKey("below_line_residents", group),
    }
    between = {
        "ratio_richest10_poorest40": PALMA,
        "gini": GINI,
        "concentration_index": CONCENTRATION,
        "difference_decile10_decile1": DECILE_DIFFERENCE,
        "ratio_decile10_decile1": DECILE_RATIO,
    }
    return by_group.get(indicator) or between.get(indicator)

"""Part of a run: transit beside car and bicycle, and the curves of the headline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import weighted_mean
from access.equity_curves import ShareCurve, concentration_curve, lorenz_curve
from access.indicator_rows import row_of
from access.indicators import Row
from access.modal_ratio import modal_ratio
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured, PeriodTimes, headline_access
from access.stage_modes import ModeReach
from access.stage_part import StagePart
from access.transport_performance import EU, transport_performance

Floats = npt.NDArray[np.float64]


def comparison_evidence(
    network: RunNetwork,
    measures: Measures,
    times: Sequence[PeriodTimes],
    periods: Sequence[PeriodMeasured],
    modes: Sequence[ModeReach],
) -> StagePart:
    """Compare transit with the other modes and with nearness, and draw the curves of the headline."""
    rows = [row for period in periods for row in _modal_rows(measures, period, modes)]
    headline = network.inputs.loaded.config.measures.headline
    columns = {}
    for period in times:
        if period.plan.config.name == headline.period and not period.plan.config.arrive_by:
            performance = performance_of_cells(network, measures, period)
            columns["transport_performance"] = performance
            place: Row = {"service": None, "period": headline.period, "cutoff_min": EU.cutoff_min}
            for group, residents in measures.people.groups().items():
                mean = weighted_mean(performance, residents)
                rows.append(row_of("transport_performance", group, mean, "percent", place))
    where, amount = headline_access(network.inputs, periods)
    tables = {} if amount is None else {"curves": curve_table(amount, measures, where)}
    return StagePart(rows, columns, tables)


def performance_of_cells(network: RunNetwork, measures: Measures, period: PeriodTimes) -> Floats:
    """Return, for each cell of the study area, the people reached in 30 minutes for 100 within 7.5 km."""
    points, people = network.inputs.cells.points, measures.people
    population = np.zeros(len(points.lon))
    population[measures.study_rows] = people.population
    found = np.full(len(points.lon), np.nan)
    for block in period.blocks():
        here = points.lon[block.origins], points.lat[block.origins]
        there = points.lon[block.destinations], points.lat[block.destinations]
        residents = population[block.destinations]
        found[block.origins] = transport_performance(block.minutes, here, there, residents, EU).performance
    return np.where(people.snapped, found[measures.study_rows], np.nan)


def curve_table(amount: Floats, measures: Measures, where: Row) -> pd.DataFrame:
    """Return the Lorenz curve and, with incomes, the concentration curve as points."""
    people = measures.people
    curves: dict[str, ShareCurve] = {"lorenz": lorenz_curve(amount, people.population)}
    if not np.isnan(people.income).all():
        curves["concentration"] = concentration_curve(amount, people.income, people.population)
    steps = np.linspace(0, 1, 101)  # even steps: the corners of the curve would tell single cells
    parts = [
        pd.DataFrame(
            {
                "kind": kind,
                **where,
                "population_share": steps,
                "access_share": np.interp(steps, curve.population_share, curve.access_share),
            }
        )
        for kind, curve in curves.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _modal_rows(measures: Measures, period: PeriodMeasured, modes: Sequence[ModeReach]) -> Iterator[Row]:
    groups = measures.people.groups()
    for where, ratio in modal_ratios(measures, period, modes):
        for group, residents in groups.items():
            yield row_of("modal_ratio", group, weighted_mean(ratio, residents), "ratio", where)


def modal_ratios(
    measures: Measures, period: PeriodMeasured, modes: Sequence[ModeReach]
) -> Iterator[tuple[Row, Floats]]:
    """Yield, by cell, what transit reaches over what another mode reaches in the same minutes."""
    snapped, study = measures.people.snapped, measures.study_rows
    for mode in modes:
        if not mode.mode:  # without steps: another network, no other mode
            continue
        for each in period.measured:
            if each.family != "access":
                continue
            limit = int(str(each.where["cutoff_min"]))
            if limit <= mode.longest_min:
                other = mode.reach[str(each.where["service"])].within[limit][study]
                ratio = modal_ratio(each.amount, np.where(snapped, other, np.nan))
                yield {**each.where, "standard": mode.name}, ratio

"""Part of a run: transit beside car and bicycle, and the curves of the headline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.equity import weighted_mean
from access.equity_curves import ShareCurve, concentration_curve, lorenz_curve
from access.evidence import Evidence
from access.indicator_rows import row_of
from access.indicators import Row
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured
from access.stage_modes import ModeReach

Floats = npt.NDArray[np.float64]


def comparison_evidence(
    network: RunNetwork,
    measures: Measures,
    periods: Sequence[PeriodMeasured],
    modes: Sequence[ModeReach],
) -> Evidence:
    """Compare transit with the other modes, and draw the curves of the headline."""
    rows = [row for period in periods for row in _modal_rows(measures, period, modes)]
    headline = network.inputs.loaded.config.measures.headline
    where = {"service": headline.service, "period": headline.period, "cutoff_min": headline.cutoff_min}
    found = (each.amount for period in periods for each in period.measured if each.where == where)
    amount = next(found, None)
    tables = {} if amount is None else {"curves": curve_table(amount, measures, where)}
    return Evidence(rows, tables=tables)


def curve_table(amount: Floats, measures: Measures, where: Row) -> pd.DataFrame:
    """Return the Lorenz curve and, with incomes, the concentration curve as points."""
    people = measures.people
    curves: dict[str, ShareCurve] = {"lorenz": lorenz_curve(amount, people.population)}
    if not np.isnan(people.income).all():
        curves["concentration"] = concentration_curve(amount, people.income, people.population)
    parts = [
        pd.DataFrame(
            {
                "kind": kind,
                **where,
                "population_share": curve.population_share,
                "access_share": curve.access_share,
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
    study = measures.study_rows
    for mode in modes:
        if not mode.mode:  # without steps: another network, no other mode
            continue
        for each in period.measured:
            if each.family != "access":
                continue
            limit = int(str(each.where["cutoff_min"]))
            if limit <= mode.longest_min:
                other = mode.reach[str(each.where["service"])].within[limit][study]
                ratio = np.divide(each.amount, other, out=np.full(len(other), np.nan), where=other > 0)
                yield {**each.where, "standard": mode.name}, ratio

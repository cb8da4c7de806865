"""Optional: the headline's indices "if this city were one draw of a spatial process", or why not.

Not about the uncertainty of this city's numbers: cells are a census, nothing was sampled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from access.block_bootstrap import IndexKind, block_bootstrap
from access.equity import ratio_richest10_to_poorest40, weighted_mean
from access.equity_indices import concentration_index, gini
from access.errors import InputDataError
from access.indicators import Row
from access.run_network import RunNetwork
from access.stage_measures import Measures, PeriodMeasured, headline_access
from access.stage_ranges import h3_parents

Floats = npt.NDArray[np.float64]
BLOCKS_COARSER = 2
"""Blocks are H3 parents so many resolutions coarser: about 49 cells each."""


@dataclass(frozen=True)
class SpatialProcess:
    """Rows of range, and what was refused with its reason."""

    rows: list[Row] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def spatial_process(
    network: RunNetwork, measures: Measures, periods: Sequence[PeriodMeasured], seed: int
) -> SpatialProcess:
    """Resample blocks of cells for the indices of the headline."""
    where, values = headline_access(network.inputs, periods)
    result = SpatialProcess()
    if values is None:
        return result
    people = measures.people
    income = people.income
    block = h3_parents(network.inputs.cells.study_ids, BLOCKS_COARSER)
    xy_m = _metres(network)
    indices: dict[str, tuple[IndexKind, Callable[[Floats], float]]] = {
        "mean_access": (IndexKind.MEAN, lambda residents: weighted_mean(values, residents).value),
        "gini": (IndexKind.INEQUALITY, lambda residents: gini(values, residents).value),
    }
    if not np.isnan(income).all():
        indices |= {
            "ratio_richest10_poorest40": (
                IndexKind.INEQUALITY,
                lambda residents: ratio_richest10_to_poorest40(values, income, residents).value,
            ),
            "concentration_index": (
                IndexKind.INEQUALITY,
                lambda residents: concentration_index(values, income, residents).value,
            ),
        }
    base = {row["indicator"]: row for period in periods for row in period.access.rows if _is(row, where)}
    for name, (kind, statistic) in indices.items():
        try:
            interval = block_bootstrap(
                statistic, values, people.population, xy_m, block, index_kind=kind, seed=seed
            )
        except InputDataError as refusal:
            result.refused[name] = str(refusal)
            continue
        ends = {"low": interval.low, "high": interval.high, "interval_kind": interval.kind}
        result.rows.append({**base[name], **ends})
    return result


def _is(row: Row, where: Row) -> bool:
    return row["group"] == "all" and all(row[name] == value for name, value in where.items())


def _metres(network: RunNetwork) -> Floats:
    """Return coordinates in metres, right to a few in a thousand within a city."""
    points = network.inputs.cells.study_points
    middle = np.radians(points.lat.mean())
    return np.column_stack([111_320 * np.cos(middle) * points.lon, 110_570 * points.lat])

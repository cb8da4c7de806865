"""Spatial availability pair by pair, with the factors it is made of, in the columns of the R package."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.competition import NoDemand
from access.decay import Decay
from access.errors import AccessError
from access.measure_tables_door import TravelTable
from access.weights import LongCosts

Floats = npt.NDArray[np.float64]


def available_by_pair(
    table: TravelTable,
    decays: Sequence[Decay],
    opportunity: str,
    opportunities: Floats,
    strength: Floats,
    total_strength: float,
    *,
    active: bool,
    no_demand: NoDemand,
    study_area: npt.ArrayLike | None,
) -> pd.DataFrame:
    """Return what each pair makes available, sorted by ids, groups and decay.

    Parameters
    ----------
    table : TravelTable
        Of a matrix that is held in memory.
    decays : sequence of Decay
        One or several.
    opportunity : str
        Name of the column of opportunities.
    opportunities, strength : arrays of float, (n_groups * n_ids,)
        Opportunities, and demand to the power of alpha.
    total_strength : float
        Sum of strength over all of the land use table, as in R; it cancels from the result.
    active, no_demand, study_area
        As in ``access.competition_tables.spatial_availability``.

    Raises
    ------
    AccessError
        If the matrix is read part by part.
    """
    if not isinstance(table.costs, LongCosts):
        raise AccessError("detailed_results needs a travel matrix that fits memory; give fewer rows")
    tables = [
        _of_one_decay(
            table, table.costs, decay, opportunity, opportunities, strength, total_strength, active, no_demand
        )
        for decay in decays
    ]
    if len(decays) > 1:
        for frame, decay in zip(tables, decays, strict=True):
            frame.insert(2 + table.groups.shape[1], "decay_function_arg", decay.argument)
    whole = pd.concat(tables, ignore_index=True)
    if study_area is not None:
        whole = whole[whole["from_id" if active else "to_id"].isin(np.asarray(study_area))]
    keys = ["from_id", "to_id", *table.groups.columns]
    return whole.sort_values(keys, kind="stable", ignore_index=True)


def _of_one_decay(
    table: TravelTable,
    costs: LongCosts,
    decay: Decay,
    opportunity: str,
    opportunities: Floats,
    strength: Floats,
    total_strength: float,
    active: bool,
    no_demand: NoDemand,
) -> pd.DataFrame:
    weight = decay.weights(costs.cost)
    person, place = (costs.origin, costs.destination) if active else (costs.destination, costs.origin)
    by_impedance = _shares(weight, place, no_demand)
    by_demand = strength[person] / total_strength
    combined = _shares(by_demand * by_impedance, place, no_demand)
    group = costs.origin // len(table.from_ids)
    columns = {"from_id": table.from_ids[costs.origin % len(table.from_ids)]}
    columns["to_id"] = table.to_ids[costs.destination % len(table.to_ids)]
    columns |= {str(name): column.to_numpy()[group] for name, column in table.groups.items()}
    columns |= {"demand_bal_fac": by_demand, "impedance_bal_fac": by_impedance, "combined_bal_fac": combined}
    columns[opportunity] = np.where(combined == 0, 0.0, combined * opportunities[place])
    return pd.DataFrame(columns)


def _shares(amounts: Floats, place: npt.NDArray[np.int32], no_demand: NoDemand) -> Floats:
    """Return each pair's share of the sum at its place; where that is 0, 0 or as in R NaN."""
    sums = np.bincount(place, weights=amounts)[place]
    nothing = np.nan if no_demand == "as_r" else 0.0
    shares: Floats = np.divide(amounts, sums, out=np.full(len(amounts), nothing), where=sums != 0)
    return shares

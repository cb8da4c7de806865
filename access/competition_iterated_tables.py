"""Competition on both sides for tables: ``access.competition_iterated`` with ids. Not in the R package."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.competition_iterated import iterated_competition
from access.competition_join import Turned, competition_of, result_of
from access.decay import Decay, Decays
from access.errors import AccessError, DataQualityWarning
from access.measure_tables_door import DuplicatePairs, TravelTable
from access.measure_tables_source import TravelMatrix
from access.weights import Costs, LongCosts

Floats = npt.NDArray[np.float64]


def competitive_access(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    demand: str,
    decay_function: Decay | Decays,
    group_by: str | Sequence[str] = (),
    fill_missing_ids: bool = True,
    *,
    active: bool = True,
    tolerance: float = 1e-9,
    max_steps: int = 1000,
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Return access when people compete for opportunities and these for people (Allen and Farber 2020).

    Relative: 1 is the mean over the people for whom it is defined.

    Parameters
    ----------
    tolerance, max_steps
        As in ``access.competition_iterated.iterated_competition``.
    travel_matrix, land_use_data, opportunity, travel_cost, demand, decay_function, group_by, fill_missing_ids
        As in ``access.competition_tables.floating_catchment_area``.
    active, study_area, duplicate_pairs
        As there too.

    Returns
    -------
    DataFrame
        ``id``, groups, ``decay_function_arg`` (if there are several) and the opportunity, sorted so;
        NaN where it is not defined.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.

    Warns
    -----
    DataQualityWarning
        If places with demand have no defined value: which, how many people, and why.
    """
    given = competition_of(
        travel_matrix,
        land_use_data,
        opportunity,
        travel_cost,
        demand,
        decay_function,
        group_by,
        active,
        duplicate_pairs,
    )
    ids = given.table.from_ids if active else given.table.to_ids
    n_there = len(given.table.to_ids if active else given.table.from_ids)
    values = []
    for decay in given.decays:
        for group in range(len(given.table.groups)):
            here = slice(group * len(ids), (group + 1) * len(ids))
            there = slice(group * n_there, (group + 1) * n_there)
            weights = _costs_of_group(given.table, group).weigh(decay)
            found = iterated_competition(
                weights if active else Turned(weights),
                given.opportunities[there],
                given.demand[here],
                tolerance=tolerance,
                max_steps=max_steps,
            )
            values.append(found.access)
            people = given.demand[here]
            _warn("reach another part of the network than most people", found.not_connected, ids, people)
            _warn("never settle against the rest", found.not_converging, ids, people)
    shape = (len(given.decays), -1)
    return result_of(given, opportunity, np.array(values).reshape(shape), fill_missing_ids, study_area)


def _costs_of_group(table: TravelTable, group: int) -> Costs:
    """Return the pairs of one group: groups share no place, so each has a level of its own."""
    costs = table.costs
    if len(table.groups) == 1:
        return costs
    if not isinstance(costs, LongCosts):
        raise AccessError("competitive_access with group_by needs a travel matrix that fits memory")
    n_from, n_to = len(table.from_ids), len(table.to_ids)
    rows = costs.origin // n_from == group
    return LongCosts(
        costs.origin[rows] - np.int32(group * n_from),
        costs.destination[rows] - np.int32(group * n_to),
        costs.cost[rows],
        n_from,
        n_to,
    )


def _warn(what: str, places: npt.NDArray[np.intp], ids: Any, people: Floats) -> None:
    if len(places):
        named = ", ".join(map(str, ids[places[:5]])) + (", ..." if len(places) > 5 else "")
        warnings.warn(
            f"competitive access is not defined for {len(places)} places with {people[places].sum():g} "
            f"people, which {what}: {named}; they have NaN and do not compete in the result",
            DataQualityWarning,
            stacklevel=3,
        )

"""Costs at which enough is reached, of tables, by the names of the R package accessibility."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.decay import check_comparison
from access.decay_shapes import Comparison
from access.errors import AccessError
from access.measure_tables_door import DuplicatePairs, amounts_of, side_of_result, travel_table
from access.measure_tables_source import TravelMatrix
from access.measures_nearest import balancing, cost_to_nth


def cost_to_closest(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    n: float | Sequence[float] = 1,
    group_by: str | Sequence[str] = (),
    active: bool = True,
    fill_missing_ids: bool = True,
    *,
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Return the lowest cost to reach n opportunities.

    Without ``study_area`` places near the edge of the data may show too high a cost: what lies beyond the
    edge is not counted.

    Parameters
    ----------
    n : float or sequence of float
        Numbers of opportunities, at least 1. Opportunities are counted, not places: one place with three
        schools is enough for n = 3. n = 1 is the nearest place with any, also with less than one.
    travel_matrix, land_use_data, opportunity, travel_cost, group_by, active, study_area, duplicate_pairs
        As in ``cumulative_cutoff``. A place with an unknown number of opportunities does not count.
    fill_missing_ids : bool
        Whether who never reaches n has a row with ``inf``; else there is no row.

    Returns
    -------
    DataFrame
        ``id``, groups, ``n`` (if there are several) and the travel cost, sorted in this order. ``inf`` = so
        many are never reached.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.
    """
    numbers = np.atleast_1d(np.asarray(n))
    if (
        numbers.dtype.kind not in "iuf"
        or not len(numbers)
        or not np.isfinite(numbers).all()
        or (numbers < 1).any()
    ):
        raise AccessError(f"n must be at least 1 opportunity, one number or a list of them, got {n!r}")
    if len(np.unique(numbers)) < len(numbers):
        raise AccessError(f"n has a number twice: {n!r}")
    numbers = np.sort(numbers)
    table = travel_table(travel_matrix, travel_cost, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    amounts = table.in_each_group(
        amounts_of(
            land_use_data, [opportunity], table.ids(there), missing="it does not count as a closest one"
        )[opportunity]
    )
    values = cost_to_nth(table.costs, amounts, numbers.tolist(), active=active)
    return table.result(
        here,
        travel_cost,
        values,
        variants=pd.DataFrame({"n": numbers}) if len(numbers) > 1 else None,
        keep=None if fill_missing_ids else np.isfinite(values),
        study_area=study_area,
    )


def balancing_cost(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    demand: str,
    cost_increment: float = 1,
    group_by: str | Sequence[str] = (),
    active: bool = True,
    fill_missing_ids: bool = True,
    *,
    comparison: Comparison = "<",
    balance: Literal[">", ">="] = ">",
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Return the cutoff within which a place reaches as many opportunities as it has people.

    The balancing cost, or time, of Barboza et al. (2021).

    Without ``study_area`` places near the edge of the data may show too high a cost: what lies beyond the
    edge is not counted.

    Parameters
    ----------
    demand : str
        Column of ``land_use_data`` with people at the places that get rows. Who has none is balanced at cost
        0; who has an unknown number gets NaN.
    cost_increment : float
        Cutoffs tried are 0, cost_increment, ... up to the highest cost of the matrix and, with
        ``comparison="<"``, one step more. The result is one of these cutoffs, not the cost of a place.
    comparison : {"<", "<="}
        When a place is within a cutoff. With whole minutes ``"<"`` gives one minute more than ``"<="``.
    balance : {">", ">="}
        ``">"`` is what the R package accessibility does; ``">="`` takes "as many as" at its word. In Belo
        Horizonte the two differ in 2 of 898 cells for jobs and in 21 for schools.
    travel_matrix, land_use_data, opportunity, travel_cost, group_by, active, study_area, duplicate_pairs
        As in ``cumulative_cutoff``. A place with an unknown number of opportunities does not count.
    fill_missing_ids : bool
        Whether who is never balanced has a row with NaN; else there is no row.

    Returns
    -------
    DataFrame
        ``id``, groups and the travel cost, sorted in this order. NaN = never balanced.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.
    """
    check_comparison(comparison)
    if balance not in (">", ">="):
        raise AccessError(f'balance must be ">" or ">=", got {balance!r}')
    if not (math.isfinite(cost_increment) and cost_increment > 0):
        raise AccessError(f"cost_increment must be finite and above 0, got {cost_increment!r}")
    table = travel_table(travel_matrix, travel_cost, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    effect = "it does not count as opportunities, and people without a number are not balanced"
    amounts = amounts_of(land_use_data, [opportunity], table.ids(there), missing=effect)[opportunity]
    people = amounts_of(land_use_data, [demand], table.ids(here), missing=effect)[demand]
    values = balancing(
        table.costs,
        table.in_each_group(amounts),
        table.in_each_group(people),
        cost_increment,
        comparison=comparison,
        more=balance == ">",
        active=active,
    )
    return table.result(
        here,
        travel_cost,
        values,
        keep=None if fill_missing_ids else ~np.isnan(values),
        study_area=study_area,
    )

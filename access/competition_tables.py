"""Access under competition for tables, by the names and argument order of the R package accessibility.

Where R and this package differ, ours is the default and ``no_demand="as_r"`` gives R's form: opportunities
that only places without demand reach count as nobody's here, with a warning that says how many they are. R
then returns infinity (floating catchment area) or NaN for everybody who has a row to them, even with weight 0
and even if there is nothing (spatial availability).

With ``study_area`` only places inside it have rows; those outside compete all the same. Without it, places
near the edge of the data seem to have fewer competitors, and fewer opportunities, than they have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from access import competition
from access.competition import NoDemand, demand_strength
from access.competition_join import competition_of, result_of, warn_of_nobody
from access.competition_pairs import available_by_pair
from access.decay import Decay, Decays, decay_exponential
from access.equity_input import require_option
from access.errors import AccessError
from access.measure_tables_door import DuplicatePairs
from access.measure_tables_source import TravelMatrix


def floating_catchment_area(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    demand: str,
    method: Literal["2sfca", "bfca"],
    decay_function: Decay | Decays,
    group_by: str | Sequence[str] = (),
    fill_missing_ids: bool = True,
    *,
    active: bool = True,
    no_demand: NoDemand = "zero",
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Return opportunities per person when all who can reach a place compete for what is there.

    Parameters
    ----------
    travel_matrix : DataFrame, str or Path
        Columns ``from_id``, ``to_id``, ``travel_cost`` and those of ``group_by``; a frame or Parquet files. A
        pair without a row or a cost is not reached.
    land_use_data : DataFrame
        Columns ``id``, ``opportunity`` and ``demand``.
    opportunity, travel_cost, demand : str
        Names of the columns of opportunities, costs and people who compete.
    method : {"2sfca", "bfca"}
        Two-step floating catchment area (Luo and Wang 2003): who reaches several places counts as demand at
        each. Balanced floating catchment area (Paez et al. 2019): nobody counts twice.
    decay_function : Decay or Decays
        Such as ``decay_exponential(0.1)``; with several parameters there are rows for each.
    group_by : str or sequence of str
        Columns of ``travel_matrix``; each combination is computed by itself.
    fill_missing_ids : bool
        Whether an id has a row with 0 for groups in which it has no pair; else there is no row.
    active : bool
        True: people at ``from_id`` compete for opportunities at ``to_id``. False: people at ``to_id`` compete
        for opportunities at ``from_id``, for a matrix made from the opportunities.
    no_demand : {"zero", "as_r"}
        What opportunities are worth that only places without demand reach.
    study_area : sequence of ids, optional
        Only these ids have rows.
    duplicate_pairs : {"cheapest", "sum"}
        What a pair with several rows counts as; ``"sum"`` as in R.

    Returns
    -------
    DataFrame
        ``id``, groups, ``decay_function_arg`` (if there are several) and the opportunity, sorted so.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.

    Warns
    -----
    DataQualityWarning
        If there are opportunities that nobody competes for.
    """
    require_option("method", method, ("2sfca", "bfca"))
    require_option("no_demand", no_demand, ("zero", "as_r"))
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
    measure = competition.two_step if method == "2sfca" else competition.balanced
    values = []
    for decay in given.decays:
        weights = given.weights(decay)
        values.append(measure(weights, given.opportunities, given.demand, no_demand=no_demand))
        if no_demand == "zero":
            warn_of_nobody(given, weights, decay, opportunity)
    return result_of(given, opportunity, np.array(values), fill_missing_ids, study_area)


def spatial_availability(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    demand: str,
    decay_function: Decay | Decays,
    alpha: float = 1,
    group_by: str | Sequence[str] = (),
    fill_missing_ids: bool = True,
    detailed_results: bool = False,
    *,
    active: bool = True,
    no_demand: NoDemand = "zero",
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Share out all opportunities among the places that reach them, by people and travel cost.

    The values add up to all opportunities that somebody competes for (Soukhov et al. 2023). They are counts
    and grow with the people of a place: divide by these before an equity index.

    Parameters
    ----------
    alpha : float
        Exponent of demand, >= 0; above 1 large places compete more.
    detailed_results : bool
        Whether to return each pair with its balancing factors instead of the sums; ``fill_missing_ids`` then
        has no effect.
    travel_matrix, land_use_data, opportunity, travel_cost, demand, decay_function, group_by
        As in ``floating_catchment_area``; so are the options by name.
    fill_missing_ids : bool
        As in ``floating_catchment_area``.

    Returns
    -------
    DataFrame
        ``id``, groups, ``decay_function_arg`` (if there are several) and the opportunity, sorted so.
        Detailed: ``from_id``, ``to_id``, groups, ``decay_function_arg``, ``demand_bal_fac``,
        ``impedance_bal_fac``, ``combined_bal_fac`` and the opportunity.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.

    Warns
    -----
    DataQualityWarning
        If there are opportunities that nobody competes for.
    """
    require_option("no_demand", no_demand, ("zero", "as_r"))
    if not (math.isfinite(alpha) and alpha >= 0):
        raise AccessError(f"alpha must be a finite number, 0 or more, got {alpha!r}")
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
    strength = demand_strength(given.demand, alpha)
    values = []
    for decay in given.decays:
        weights = given.weights(decay)
        found = competition.spatial_availability(weights, given.opportunities, given.demand, alpha)
        if no_demand == "as_r":
            # In R the weight 0 of a far pair times 0 / 0 is NaN too, so all pairs with a row count.
            alone = weights.to_destinations(strength) == 0
            all_rows = given.weights(decay_exponential(0))
            found[all_rows.to_origins(alone.astype(np.float64)) > 0] = np.nan
        else:
            warn_of_nobody(given, weights, decay, opportunity)
        values.append(found)
    if detailed_results:
        total = float(np.nansum(demand_strength(land_use_data[demand].to_numpy(np.float64), alpha)))
        return available_by_pair(
            given.table,
            given.decays,
            opportunity,
            given.opportunities,
            strength,
            total,
            active=active,
            no_demand=no_demand,
            study_area=study_area,
        )
    return result_of(given, opportunity, np.array(values), fill_missing_ids, study_area)

"""Gravity access of tables, by the name of the R package accessibility."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.decay import Decay, Decays
from access.decay_shapes import Custom, Floats
from access.errors import AccessError
from access.measure_tables_door import DuplicatePairs, amounts_of, side_of_result, travel_table
from access.measure_tables_source import TravelMatrix

DecayFunction = Decay | Decays | Callable[[Floats], npt.ArrayLike]


def gravity(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    decay_function: DecayFunction,
    group_by: str | Sequence[str] = (),
    active: bool = True,
    fill_missing_ids: bool = True,
    *,
    study_area: npt.ArrayLike | None = None,
    duplicate_pairs: DuplicatePairs = "cheapest",
) -> pd.DataFrame:
    """Sum the opportunities, each weighted by how far it is (Hansen 1959).

    Without ``study_area`` places near the edge of the data show too little: what lies beyond it is not
    counted.

    Parameters
    ----------
    decay_function : Decay, Decays or callable
        From a constructor such as ``decay_exponential(0.1)``; with several parameters, such as
        ``decay_exponential([0.1, 0.2])``, there are rows for each, told apart by ``decay_function_arg``. Or a
        function of your own, from an array of costs to one of weights of the same length.
    travel_matrix, land_use_data, opportunity, travel_cost, group_by, active, study_area, duplicate_pairs
        As in ``cumulative_cutoff``. A pair with a null or NaN cost is not reached and weighs 0; what weighs 0
        is left out, also where the number of its opportunities is unknown.
    fill_missing_ids : bool
        Whether an id has a row with 0 for groups in which it has no pair; else there is no row.

    Returns
    -------
    DataFrame
        ``id``, groups, ``decay_function_arg`` (if there are several) and the opportunity, sorted in this
        order.

    Raises
    ------
    AccessError
        With the problems of the arguments, or (InputDataError) of the tables.
    """
    decays = several_decays(decay_function)
    table = travel_table(travel_matrix, travel_cost, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    amounts = table.in_each_group(amounts_of(land_use_data, [opportunity], table.ids(there))[opportunity])
    weights = (table.costs.weigh(decay) for decay in decays)
    values = np.array([w.to_origins(amounts) if active else w.to_destinations(amounts) for w in weights])
    has_pairs = table.has_from if active else table.has_to
    return table.result(
        here,
        opportunity,
        values,
        variants=decay_arguments(decays),
        keep=None if fill_missing_ids else np.broadcast_to(has_pairs, values.shape),
        study_area=study_area,
    )


def several_decays(decay_function: DecayFunction) -> list[Decay]:
    """Return one or several decays in the order of rows: numbers rising, texts in alphabetical order.

    Raises
    ------
    AccessError
        If it is not made of decays.
    """
    given = list(decay_function) if isinstance(decay_function, tuple | list) else [decay_function]
    decays = [Custom(decay) if callable(decay) and not isinstance(decay, Decay) else decay for decay in given]
    if not decays or not all(isinstance(decay, Decay) for decay in decays):
        raise AccessError(
            f"decay_function must be a decay such as decay_exponential(0.1), got {decay_function!r}"
        )
    arguments = [decay.argument for decay in decays]
    if len(set(arguments)) < len(arguments):
        raise AccessError(f"decay_function has a parameter twice: {arguments}")
    return sorted(decays, key=lambda decay: (isinstance(decay.argument, str), decay.argument))


def decay_arguments(decays: Sequence[Decay]) -> pd.DataFrame | None:
    """Return column ``decay_function_arg`` of several decays, None for one."""
    if len(decays) == 1:
        return None
    return pd.DataFrame({"decay_function_arg": [decay.argument for decay in decays]})

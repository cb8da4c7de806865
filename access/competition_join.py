"""What the competition measures of tables share: joined tables, results, a warning of what is lost."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from access.competition import nobody_competes_for
from access.decay import Decay, Decays
from access.errors import DataQualityWarning
from access.measure_tables_door import DuplicatePairs, TravelTable, amounts_of, side_of_result, travel_table
from access.measure_tables_source import TravelMatrix
from access.measures_gravity import decay_arguments, several_decays
from access.weights import Weights

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Competition:
    """A travel matrix with opportunities on one side and people who compete for them on the other."""

    table: TravelTable
    opportunities: Floats  # (n_groups * n_ids,) at the side that is reached
    demand: Floats  # (n_groups * n_ids,) at the side that has rows
    decays: Sequence[Decay]
    active: bool

    def weights(self, decay: Decay) -> Weights:
        """Weights from people to opportunities."""
        weights = self.table.costs.weigh(decay)
        return weights if self.active else Turned(weights)


@dataclass(frozen=True, eq=False)
class Turned:
    """Weights seen from the destinations: people live there and opportunities lie at the origins."""

    weights: Weights

    def to_origins(self, amounts: npt.ArrayLike) -> Floats:
        """Return the sums at the destinations."""
        return self.weights.to_destinations(amounts)

    def to_destinations(self, amounts: npt.ArrayLike) -> Floats:
        """Return the sums at the origins."""
        return self.weights.to_origins(amounts)


def competition_of(
    travel_matrix: TravelMatrix,
    land_use_data: pd.DataFrame,
    opportunity: str,
    travel_cost: str,
    demand: str,
    decay_function: Decay | Decays,
    group_by: str | Sequence[str],
    active: bool,
    duplicate_pairs: DuplicatePairs,
) -> Competition:
    """Check the tables and join them."""
    decays = several_decays(decay_function)
    table = travel_table(travel_matrix, travel_cost, group_by=group_by, duplicate_pairs=duplicate_pairs)
    here, there = side_of_result(active)
    effect = "what it competes with is NaN"
    offered = amounts_of(land_use_data, [opportunity], table.ids(there))[opportunity]
    people = amounts_of(land_use_data, [demand], table.ids(here), missing=effect)[demand]
    return Competition(table, table.in_each_group(offered), table.in_each_group(people), decays, active)


def result_of(
    given: Competition,
    name: str,
    values: Floats,
    fill_missing_ids: bool,
    study_area: npt.ArrayLike | None,
) -> pd.DataFrame:
    """Return the table of a measure, values of shape (n_decays, n_groups * n_ids)."""
    has_pairs = given.table.has_from if given.active else given.table.has_to
    return given.table.result(
        side_of_result(given.active)[0],
        name,
        values,
        variants=decay_arguments(given.decays),
        keep=None if fill_missing_ids else np.broadcast_to(has_pairs, values.shape),
        study_area=study_area,
    )


def warn_of_nobody(given: Competition, weights: Weights, decay: Decay, opportunity: str) -> None:
    """Warn of opportunities that no demand reaches, in all groups together."""
    lost = nobody_competes_for(weights, given.opportunities, given.demand)
    if lost > 0:
        total = float(np.nansum(given.opportunities))
        warnings.warn(
            f"nobody competes for {lost:g} of {total:g} {opportunity} with {decay}: no place with demand "
            "reaches them, they count for nobody and are missing from the sum",
            DataQualityWarning,
            stacklevel=3,
        )

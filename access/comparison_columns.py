"""Every number by cell of a base beside that of a scenario, and its sums over groups of residents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.comparison_benefit import DifferenceRange, MeanChange
from access.comparison_cells import Better, CellChange, change_of_cells
from access.comparison_notes import NOISE_NOT_QUANTIFIED
from access.comparison_table import Place, Ranges
from access.comparison_winners import GroupChange, changes_by_group
from access.index_sheet import mean_of
from access.indicators import Measured
from access.range_columns import place_of

Floats = npt.NDArray[np.float64]
Floor = Mapping[Place, Floats]
"""Noise floor of the cells by column: ``place_of(family, where)`` -> (n_cells,)."""

FAMILIES: dict[str, Better] = {"access": "more", "nearest": "less"}
"""Numbers by cell that are compared, and what is better; rights and lines have their own tables."""


class ColumnChange(NamedTuple):
    """One number a cell, such as jobs in less than 45 minutes at midday."""

    family: str  # of FAMILIES
    where: Mapping[str, object]  # service, period, cutoff_min
    cells: CellChange
    groups: Mapping[str, GroupChange]
    floor: Floats | None

    @property
    def name(self) -> str:
        """Its column in the table of cells, as in that of a run."""
        service, period = self.where["service"], self.where["period"]
        if self.family == "nearest":
            return f"nearest_{service}_min_{period}"
        return f"{service}_in_{self.where['cutoff_min']}min_{period}"

    @property
    def place(self) -> Place:
        """What tells it from other columns."""
        return place_of(self.family, self.where)

    @property
    def unit(self) -> str:
        """Of what a resident gains or loses."""
        return str(self.where["service"]) if self.family == "access" else "min"

    @property
    def note(self) -> str | None:
        """Whether gains and losses go by the sign alone."""
        return NOISE_NOT_QUANTIFIED if self.floor is None else None

    def mean_change(self, group: str, ranges: Ranges) -> MeanChange:
        """Return how access of a group changes; nobody where there is no such group."""
        found = self.groups.get(group)
        if found is None:
            return MeanChange(float("nan"), 0.0)
        numbered = found.residents - found.no_data
        return MeanChange(found.mean_change, numbered, self.interval(group, ranges))

    def interval(self, group: str, ranges: Ranges) -> DifferenceRange | None:
        """Return the interval of the mean change; of minutes to the nearest there is none."""
        found = ranges.get((self.place, mean_of(group))) if self.family == "access" else None
        return found if found is not None and np.isfinite(found.low) else None


def column_changes(
    base: Sequence[Measured], scenario: Sequence[Measured], groups: Mapping[str, Floats], floor: Floor
) -> Iterator[ColumnChange]:
    """Yield every column of the base; where the scenario has no data for it, no cell has a change."""
    after = {place_of(each.family, each.where): each.amount for each in scenario}
    for each in base:
        better = FAMILIES.get(each.family)
        if better is None:
            continue
        place = place_of(each.family, each.where)
        value = after.get(place, np.full(len(each.amount), np.nan))
        cells = change_of_cells(each.amount, value, floor.get(place), better=better)
        yield ColumnChange(each.family, each.where, cells, changes_by_group(cells, groups), floor.get(place))

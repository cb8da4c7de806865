"""A small city on the H3 grid in which it is known who is poor and who is badly served.

127 cells, 100 residents each, income 1,000; every right met. ``Estate`` (7 cells) is poor and lacks both
rights, ``Enclave`` (7 cells) is rich and lacks both, ``Old town`` (7 cells) is poor and has both. They do not
touch.
"""

from __future__ import annotations

from typing import NamedTuple

import h3
import numpy as np
import numpy.typing as npt

from access.exclusion_rights import RightsOfCells
from access.exclusion_rule import IncomeLine, ZoneRule

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MIDDLE = "89a8100c3bbffff"
RIGHTS = ("doctor_30", "jobs_45")
RULE = ZoneRule(IncomeLine("share_of_median", 0.6), min_rights_unmet=2, min_residents=500)


class City(NamedTuple):
    """Arrays of shape (n_cells,) and places as masks of cells."""

    cells: list[str]
    population: Floats
    income: Floats
    access: Floats
    lacks: Floats  # (2, n_cells)
    estate: Bools
    enclave: Bools
    old_town: Bools

    def rights(self) -> RightsOfCells:
        """Both rights, half fulfilled where unmet: 1 of 2 doctors, 500 of 1,000 jobs."""
        missing = self.lacks * np.array([[1.0], [500.0]])
        extra = self.lacks * np.array([[10.0], [25.0]])
        return RightsOfCells(RIGHTS, ("doctors", "jobs"), self.lacks, self.lacks / 2, missing, extra)


def opposite(cell: str, middle: str) -> str:
    """Return the neighbour of the middle that faces another of its neighbours across it."""
    near = set(h3.grid_disk(cell, 1))
    return next(c for c in sorted(h3.grid_ring(middle, 1)) if near & set(h3.grid_disk(c, 1)) == {middle})


def city() -> City:
    cells = sorted(h3.grid_disk(MIDDLE, 6))
    corners = _corners()
    estate, enclave, old_town = (np.isin(cells, h3.grid_disk(corner, 1)) for corner in corners)
    lacks = (estate | enclave).astype(float)
    return City(
        cells,
        np.full(len(cells), 100.0),
        np.where(estate | old_town, 400.0, np.where(enclave, 9_000.0, 1_000.0)),
        np.where(lacks == 1, 500.0, 2_000.0),
        np.vstack([lacks, lacks]),
        estate,
        enclave,
        old_town,
    )


def _corners() -> list[str]:
    """Three cells at distance 4 from the middle and at least 4 from each other, the first in order."""
    chosen: list[str] = []
    for cell in sorted(h3.grid_ring(MIDDLE, 4)):
        if all(h3.grid_distance(cell, other) >= 4 for other in chosen):
            chosen.append(cell)
    return chosen[:3]

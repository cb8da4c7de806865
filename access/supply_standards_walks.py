"""Walks from cells to stops in metres, and what a cell finds within a distance.

A walk is known in whole seconds, rounded up, at the walking speed of the run (``access.network``). Its length
here is those seconds times the speed, so never shorter than the street and less than one second of walking
longer. Where the limit is a whole number of seconds, as 500 m at 3.6 km/h, nothing is lost by that; else a
walk that is less than a second below the limit may be left out, and none beyond it counts. Where a feed
describes its stations (``pathways.txt``) stairs and gates are in the seconds and so in the metres.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.engine.arrays import WalkLinks

Floats = npt.NDArray[np.float64]

TOLERANCE_M = 0.001
"""A millimetre: seconds times a speed without an exact binary form may come out a hair above a limit."""


class CellWalks(NamedTuple):
    """Walks from cells to stops, by cell. Arrays of shape ``(n_links,)``."""

    cell: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int32]
    length_m: Floats
    n_cells: int
    longest_m: float  # no longer walk was looked for


def cell_walks_m(access: WalkLinks, walk_speed_km_h: float, max_walk_min: float) -> CellWalks:
    """Turn the walks of a run into metres; a walk of less than 0 s (a timed departure) is 0 m."""
    m_per_s = walk_speed_km_h / 3.6
    n_cells = len(access.start) - 1
    cell = np.repeat(np.arange(n_cells, dtype=np.int64), np.diff(access.start))
    length_m = np.maximum(access.walk_s, 0) * m_per_s
    return CellWalks(cell, access.target, length_m, n_cells, max_walk_min * 60 * m_per_s)


def nearest_m(walks: CellWalks, counts: npt.NDArray[np.bool_]) -> Floats:
    """Return the metres to the nearest stop that counts, shape ``(n_cells,)``; infinite where none is found.

    Parameters
    ----------
    walks : CellWalks
    counts : array of bool, shape (n_stops,)
        Which stops count.
    """
    used = counts[walks.stop]
    nearest = np.full(walks.n_cells, np.inf)
    np.minimum.at(nearest, walks.cell[used], walks.length_m[used])
    return nearest


def best_within(walks: CellWalks, value_of_stop: Floats, limit_m: float) -> Floats:
    """Return the greatest value of a stop at most ``limit_m`` away, shape ``(n_cells,)``; 0 where none is."""
    used = walks.length_m <= limit_m + TOLERANCE_M
    best = np.zeros(walks.n_cells)
    np.maximum.at(best, walks.cell[used], value_of_stop[walks.stop[used]])
    return best

"""What each cell reaches, found block by block of a matrix of travel times that need not fit memory.

Blocks of whole rows are finished one by one. Blocks of columns, of arrive-by searches, add to what all cells
reach at each minute, 2 KB a cell and service; amounts that are no whole numbers are then added in another
order than in one go, which may change the last digit of a sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.matrix_reader import MatrixBlock
from access.measures import minutes_to_nth, opportunities_at_minute, summed_by_minute

Floats = npt.NDArray[np.float64]


class Reach(NamedTuple):
    """What each cell reaches of one service, arrays of shape ``(n_cells,)``."""

    within: dict[int, Floats]  # by limit: opportunities in strictly less than so many minutes
    nearest_min: Floats  # whole minutes within which the nearest is, inf = never


def reach_of_cells(
    blocks: Iterable[MatrixBlock],
    n_cells: int,
    opportunities: Mapping[str, Floats],
    limits_min: Sequence[int],
) -> dict[str, Reach]:
    """Reduce a matrix to what its origins reach of every service.

    Parameters
    ----------
    blocks : iterable of MatrixBlock
        All of a matrix ``(n_cells, n_destinations)``, each value once.
    n_cells : int
        Number of origins.
    opportunities : mapping of str to array of float, shape (n_destinations,)
        Opportunities of each service, >= 0.
    limits_min : sequence of int
        Limits of travel time, 0 to 255.
    """
    reach = {service: _nothing(n_cells, limits_min) for service in opportunities}
    added: dict[str, Floats] = {}
    for block in blocks:
        for service, amounts in opportunities.items():
            at_minute = opportunities_at_minute(block.minutes, amounts[block.destinations])
            if len(block.destinations) == len(amounts):
                _note(reach[service], block.origins, at_minute)
            elif service in added:
                added[service][block.origins] += at_minute
            else:
                added[service] = at_minute  # such blocks have all origins
    for service, at_minute in added.items():
        for first in range(0, n_cells, 1024):
            some = np.arange(first, min(first + 1024, n_cells))
            _note(reach[service], some, at_minute[some])
    return reach


def _nothing(n_cells: int, limits_min: Sequence[int]) -> Reach:
    return Reach({limit: np.zeros(n_cells) for limit in limits_min}, np.full(n_cells, np.inf))


def _note(reach: Reach, cells: npt.NDArray[np.int64], at_minute: Floats) -> None:
    by_minute = summed_by_minute(at_minute)
    for limit, values in reach.within.items():
        values[cells] = by_minute[:, limit]
    reach.nearest_min[cells] = minutes_to_nth(by_minute)

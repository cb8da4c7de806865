"""How large the changes are of those who gain or lose: by a tenth or more of what they reach, or hardly.

Half of a city may gain "beyond the noise" and most of it less than one opportunity in fifty. Decided here:
the change is held against what the same cell reached in the base; a cell that reached nothing before changes
by a tenth or more whatever it gains; exactly a tenth is a tenth, exactly 2 % is not less than 2 %.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from access.suppression import is_small

LARGE, SMALL = 0.1, 0.02


class Sizes(NamedTuple):
    """Residents of the cells that gain, or lose, by how much; both NaN where one of the counts is small."""

    tenth_or_more: float
    under_2_percent: float


def sizes_of(cells: pd.DataFrame, state: str, minimum: float = 0) -> Sizes:
    """Count residents by the size of their change at the headline.

    Parameters
    ----------
    cells
        With ``population, headline_base, headline_change, headline_state``.
    state
        ``"gain"`` or ``"loss"``.
    minimum
        Fewer residents than this are not told.
    """
    here = cells[(cells["headline_state"].astype(str) == state).to_numpy(dtype=bool)]
    residents = np.nan_to_num(here["population"].to_numpy(np.float64))
    base = here["headline_base"].to_numpy(np.float64)
    change = np.abs(here["headline_change"].to_numpy(np.float64))
    size = np.divide(change, base, out=np.full(len(base), np.inf), where=base > 0)
    large, small = (float(residents[chosen].sum()) for chosen in (size >= LARGE, size < SMALL))
    counts = np.array([large, small, residents.sum() - large - small])
    if minimum and is_small(counts, minimum).any():
        return Sizes(float("nan"), float("nan"))
    return Sizes(large, small)

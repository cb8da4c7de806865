"""How many residents of each group gain or lose access, and how much: always both, never only a net.

Everything speaks of the residents of the base (``access.comparison_groups``). Residents with a known change
gain, lose, stay within the noise or see no change; those of cells without data stand apart, so that the five
counts are all residents of the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.comparison_cells import GAIN, LOSS, NO_DATA, UNCHANGED, WITHIN_NOISE, CellChange

Floats = npt.NDArray[np.float64]


class GroupChange(NamedTuple):
    """What changes for one group; residents, and sums over them."""

    residents: float
    gaining: float
    losing: float
    within_noise: float
    unchanged: float
    no_data: float
    gain: float  # sum over the residents gaining of the opportunities more, or of the minutes fewer
    loss: float  # as a positive number
    mean_change: float  # per resident with a number, noise included; of minutes below 0 is better

    @property
    def has_anybody(self) -> bool:
        """Whether somebody's change is a number."""
        return not np.isnan(self.mean_change)


def changes_by_group(cells: CellChange, groups: Mapping[str, Floats]) -> dict[str, GroupChange]:
    """Add up the changes of cells over the residents of each group.

    Parameters
    ----------
    cells : CellChange
        One number a cell.
    groups : mapping of str to array of float, shape (n_cells,)
        Residents of each group by cell, also in fractions.

    Returns
    -------
    dict of str to GroupChange
        A time that is reached newly, or no longer, counts among the residents gaining or losing, and neither
        in ``gain`` and ``loss`` nor in ``mean_change``: there is no number of minutes.
    """
    if not groups:
        return {}
    residents = np.stack([*groups.values()])
    in_state = np.stack([cells.state == state for state in range(NO_DATA + 1)], axis=1) * 1.0
    counts = residents @ in_state
    better = np.nan_to_num(cells.improvement)
    gains = residents @ np.where(cells.state == GAIN, better, 0.0)
    losses = residents @ np.where(cells.state == LOSS, -better, 0.0)
    numbered = residents @ (~np.isnan(cells.change) * 1.0)
    sums = residents @ np.nan_to_num(cells.change)
    means = np.divide(sums, numbered, out=np.full(len(sums), np.nan), where=numbered > 0)
    return {
        name: GroupChange(
            residents=float(residents[n].sum()),
            gaining=float(counts[n, GAIN]),
            losing=float(counts[n, LOSS]),
            within_noise=float(counts[n, WITHIN_NOISE]),
            unchanged=float(counts[n, UNCHANGED]),
            no_data=float(counts[n, NO_DATA]),
            gain=float(gains[n]),
            loss=float(losses[n]),
            mean_change=float(means[n]),
        )
        for n, name in enumerate(groups)
    }

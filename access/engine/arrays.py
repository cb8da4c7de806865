"""Array types, sentinels and named groups of arrays shared by the kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int32]
Minutes = npt.NDArray[np.uint8]

UNREACHED_S = np.int32(2**30)
"""No arrival. Far from the int32 limit, so that adding a walk cannot overflow."""

UNREACHED_MIN = np.uint8(255)
"""No arrival within the maximum duration, in a matrix of whole minutes."""


class WalkLinks(NamedTuple):
    """Walks from each source to the targets within reach, in compressed-sparse-row form.

    Source ``i`` reaches ``target[start[i]:start[i + 1]]`` (ascending, no repeats) in ``walk_s`` seconds.
    A source that is not snapped to a street has no links.
    """

    start: npt.NDArray[np.int64]  # (n_sources + 1,)
    target: npt.NDArray[np.int32]  # (n_links,)
    walk_s: npt.NDArray[np.int32]  # (n_links,) whole seconds, rounded half up, >= 0

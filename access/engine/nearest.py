"""The cost at which enough has been reached: pairs of each place walked from the cheapest to the dearest.

Twin: ``tests/reference/measures.py``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from access.engine.compiled import kernel

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]
Integers = npt.NDArray[np.int64]


@kernel
def grouped_by_place(here: Positions, order: Integers, next_of: Integers, grouped: Integers) -> None:
    """Write the pairs in ``order`` to ``grouped``, place by place, each place's pairs still in ``order``.

    ``next_of[place]`` is where the pairs of a place begin; it ends where they end.
    """
    for k in range(len(order)):
        pair = order[k]
        place = here[pair]
        grouped[next_of[place]] = pair
        next_of[place] += 1


@kernel
def cost_of_enough(
    starts: Integers, cost: Floats, amount: Floats, needed: Floats, more: bool, reached: Floats
) -> None:
    """Write to ``reached[place, k]`` the cost at which the sum is at least, or more than, ``needed``.

    Pairs of a place lie from ``starts[place]`` to ``starts[place + 1]``, cheapest first; ``needed`` has the
    shape of ``reached``, which stays as it is where it is never enough. Ten tenths must make one: at least
    is to a relative 1e-12.
    """
    for place in range(len(starts) - 1):
        for k in range(needed.shape[1]):
            enough = needed[place, k]
            total = 0.0
            for pair in range(starts[place], starts[place + 1]):
                total += amount[pair]
                if total > enough or (not more and total >= enough * (1 - 1e-12)):
                    reached[place, k] = cost[pair]
                    break

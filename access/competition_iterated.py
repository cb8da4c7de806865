"""Competition on both sides until it settles: opportunities contested by people, people by opportunities.

Allen and Farber (2020): A_i = sum_j O_j f_ij / L_j with L_j = sum_i P_i f_ij / A_i, each put into the other.
As written this collapses, by sum O / sum P a step; so opportunities are scaled until there are as many as
people, and access is rescaled at each step. The result is relative: 1 is the mean over the people for whom
it is defined, 2 is twice that.

A solution exists only where every set of cells can share out what it alone reaches: a place with 1,000 jobs
that only 10 people reach has ever more for each of them, a step later more again. Where the solution is not
defined is found so, and written into the result:

1. Cells and destinations joined by weights above 0 make connected components. The one with most demand is
   kept; cells with demand in another one are *not connected*, since nothing fixes their level against the
   rest.
2. Within it, the change of each cell at a step is compared with the change of the median person. Where that
   goes on after ``max_steps``, has become steady, or has carried a cell 1e30 away from the median, the cells
   that change by more than ``tolerance`` are *not converging*. They are taken out with their demand, and the
   rest, with what it reaches, starts again.

So those left out do not compete in the result; how many people they are is to be told beside it. Where they
are more than half of the demand the rest says little: then nothing is defined. A cell that reaches no
opportunity at all has 0. A cell without people is given what a person living there would have.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from access.equity import weighted_quantiles
from access.errors import AccessError
from access.weights import Weights

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

FAR_FROM_THE_MEDIAN = 1e30
STEADY = 1e-3
"""A drift is steady when it changes by less than this part of the tolerance from one step to the next."""


class IteratedCompetition(NamedTuple):
    """Competitive access and where it is not defined."""

    access: Floats  # (n_origins,) relative to the mean of 1; NaN = not defined
    not_connected: Positions  # cells with demand outside the component with most demand
    not_converging: Positions  # cells with demand taken out since they never settle
    steps: int  # in all


def iterated_competition(
    weights: Weights,
    opportunities: Floats,
    demand: Floats,
    *,
    tolerance: float = 1e-9,
    max_steps: int = 500,
) -> IteratedCompetition:
    """Return access when people and opportunities compete on both sides (Allen and Farber 2020).

    Parameters
    ----------
    weights : Weights
        Of n_origins x n_destinations pairs.
    opportunities : array of float, shape (n_destinations,)
        At the destinations, >= 0; NaN counts as none.
    demand : array of float, shape (n_origins,)
        People who compete, >= 0; NaN counts as none.
    tolerance : float
        Relative change of a cell at one step, against the median person, below which it has converged.
    max_steps : int
        Limit for each start.

    Raises
    ------
    AccessError
        If the tolerance or the limit is not positive.
    """
    if not tolerance > 0 or max_steps < 1:
        raise AccessError(
            f"tolerance must be above 0 and max_steps at least 1, got {tolerance} and {max_steps}"
        )
    people, offered = (np.nan_to_num(amounts) for amounts in (demand, opportunities))
    reaching = weights.to_origins(offered) > 0
    peopled = reaching & (people > 0)
    main = _main_component(weights, peopled, people, offered)
    not_connected = peopled & ~main
    dropped = np.zeros(len(people), dtype=bool)
    steps, level = 0, np.ones(len(people))
    enough = people[peopled].sum() / 2
    while main.any() and people[main].sum() >= enough:
        level, drifting, taken = _settled(weights, main, people, offered, tolerance, max_steps)
        steps += taken
        if not drifting.any():
            break
        dropped |= drifting
        rest = main & ~drifting
        main = _main_component(weights, rest, people, offered)
        not_connected |= rest & ~main
    main &= people[main].sum() >= enough
    access = _everywhere(weights, main, people, offered, level)
    access[not_connected | dropped] = np.nan
    access[~reaching] = 0.0
    return IteratedCompetition(access, np.flatnonzero(not_connected), np.flatnonzero(dropped), steps)


def _main_component(weights: Weights, peopled: Flags, people: Floats, offered: Floats) -> Flags:
    """Return the cells of the connected component with most demand, among those peopled."""
    best = np.zeros(len(people), dtype=bool)
    left = peopled.copy()
    while people[left].sum() > people[best].sum():
        found = np.zeros(len(people), dtype=bool)
        found[np.argmax(np.where(left, people, -1.0))] = True
        while True:
            reached = (weights.to_destinations(found.astype(np.float64)) > 0) & (offered > 0)
            more = left & (weights.to_origins(reached.astype(np.float64)) > 0)
            if (more == found).all():
                break
            found = more
        left &= ~found
        best = found if people[found].sum() > people[best].sum() else best
    return best


def _settled(
    weights: Weights, main: Flags, people: Floats, offered: Floats, tolerance: float, max_steps: int
) -> tuple[Floats, Flags, int]:
    """Iterate from equal access; return the levels, the cells that drift from the rest, the steps taken."""
    level = np.ones(len(people))
    before = np.ones(len(people))
    for step in range(1, max_steps + 1):
        contested = weights.to_destinations(np.where(main, people / level, 0.0))
        new = weights.to_origins(_ratio(offered, contested))
        change = np.where(main, new / level, 1.0)
        change /= weighted_quantiles(change, np.where(main, people, 0.0), [0.5])[0]
        level = np.where(main, new / weighted_quantiles(new, np.where(main, people, 0.0), [0.5])[0], 1.0)
        drifting = main & (np.abs(change - 1) > tolerance)
        if not drifting.any():
            return level, drifting, step
        far = main & (np.abs(np.log(level)) > np.log(FAR_FROM_THE_MEDIAN))
        if far.any():
            return level, far, step
        if (np.abs(change - before)[main] <= STEADY * tolerance).all():
            break
        before = change
    return level, drifting, step


def _everywhere(weights: Weights, main: Flags, people: Floats, offered: Floats, level: Floats) -> Floats:
    """Return access of all cells at the settled levels, with mean 1 over the people of ``main``."""
    if not main.any():
        return np.full(len(people), np.nan)
    contested = weights.to_destinations(np.where(main, people / level, 0.0))
    access = weights.to_origins(_ratio(offered, contested))
    access = np.where(access > 0, access, np.nan)
    return np.asarray(access / np.average(access[main], weights=people[main]))


def _ratio(amounts: Floats, among: Floats) -> Floats:
    ratio: Floats = np.divide(amounts, among, out=np.zeros(len(amounts)), where=among > 0)
    return ratio

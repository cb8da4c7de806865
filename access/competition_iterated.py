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
2. Within it, the change of each cell at a step is compared with that of the median person. Cells whose change
   stays the same from step to step, that are 1e30 away from the median person, or that still change by more
   than ``tolerance`` after ``max_steps`` are *not converging*. They are taken out with their demand, and the
   rest, with what it reaches, goes on.

Where cells are joined by small weights only, the steps get small long before the end. So every ten steps the
rest of the way is estimated from how much the changes shrink (Aitken's extrapolation), which leaves the
solution as it is.

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

FAR = float(np.log(1e30))
STEADY = 1e-4
"""A change is steady when it shrinks by less than this part of itself at a step."""
STEPS_BETWEEN_ESTIMATES = 10


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
    max_steps: int = 1000,
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
        Limit for each start; the next one begins where the last one ended.

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
        level, drifting, taken = _settled(weights, main, people, offered, level, tolerance, max_steps)
        steps += taken
        if not drifting.any():
            break
        dropped |= drifting
        rest = main & ~drifting
        main = _main_component(weights, rest, people, offered)
        not_connected |= rest & ~main
    if people[main].sum() < enough:
        dropped |= main
        main = np.zeros(len(people), dtype=bool)
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
    weights: Weights,
    main: Flags,
    people: Floats,
    offered: Floats,
    level: Floats,
    tolerance: float,
    max_steps: int,
) -> tuple[Floats, Flags, int]:
    """Iterate from the levels given; return levels, the cells that drift from the rest, the steps taken."""
    here = people[main]
    logs = np.log(level[main])
    change = before = np.zeros(len(logs))
    moving = np.ones(len(logs), dtype=bool)
    step = 0
    while step < max_steps and moving.any():
        step += 1
        new = _access(weights, main, people, offered, logs)[main]
        before, change = change, _against_the_median(np.log(new) - logs, here)
        logs = _against_the_median(logs + change, here)
        moving = np.abs(change) > tolerance
        far = np.abs(logs) > FAR
        if far.any():
            moving = far
            break
        if step % STEPS_BETWEEN_ESTIMATES == 0:
            if (np.abs(change - before) <= STEADY * np.abs(change))[moving].all():
                break
            logs = logs + _rest_of_the_way(change, before)
    drifting = np.zeros(len(people), dtype=bool)
    drifting[main] = moving
    level = np.ones(len(people))
    level[main] = np.exp(logs)
    return level, drifting, step


def _rest_of_the_way(change: Floats, before: Floats) -> Floats:
    """Estimate what is still to come if changes go on shrinking as they just did; nothing if they do not."""
    size = float(before @ before)
    shrinking = float(change @ before) / size if size > 0 else 0.0
    if not 0.5 < shrinking < 1 - STEADY:
        return np.zeros(len(change))
    return np.asarray(np.clip(change * shrinking / (1 - shrinking), -5, 5))


def _against_the_median(values: Floats, people: Floats) -> Floats:
    return np.asarray(values - weighted_quantiles(values, people, [0.5])[0])


def _access(weights: Weights, main: Flags, people: Floats, offered: Floats, logs: Floats) -> Floats:
    """Return A_i = sum_j O_j f_ij / L_j with L_j = sum_i P_i f_ij / A_i over the cells of ``main``."""
    pressing = np.zeros(len(people))
    pressing[main] = people[main] / np.exp(logs)
    contested = weights.to_destinations(pressing)
    shares: Floats = np.divide(offered, contested, out=np.zeros(len(offered)), where=contested > 0)
    return weights.to_origins(shares)


def _everywhere(weights: Weights, main: Flags, people: Floats, offered: Floats, level: Floats) -> Floats:
    """Return access of all cells at the settled levels, with mean 1 over the people of ``main``."""
    if not main.any():
        return np.full(len(people), np.nan)
    access = _access(weights, main, people, offered, np.log(level[main]))
    access = np.where(access > 0, access, np.nan)
    return np.asarray(access / np.average(access[main], weights=people[main]))

"""Greedy search for a package of changes within a budget, lazily evaluated; interruptible and deterministic.

Each round adds the change with the largest improvement per extra vehicle-hour. Lazily (Minoux 1978; Leskovec
et al. 2007, "Cost-effective outbreak detection in networks", for costs): an improvement found in an earlier
round stands as an upper bound, so that only the leaders are computed anew beside what is already in the
package.

Departures from the papers:

- Access is not exactly submodular: a feeder is worth more once the trunk line is better. So at least
  ``LEADERS`` candidates are computed exactly before each pick, even where bounds would settle it earlier. A
  candidate that gains only from another one further down may still be missed.
- Changes of one family (one route) exclude one another. Where the family is in the package already, a
  candidate stands for *exchanging* its member, at the difference of cost and of value; its bound is then
  unknown, and it is computed anew.
- A single change that fits the budget and improves more than the whole package is returned instead of it
  (the better of both, as in the second paper).

Ties: the cheaper candidate first, then the one earlier in the list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

LEADERS = 3
"""Candidates computed exactly before each pick, at least."""

Package = tuple[int, ...]
"""Positions of candidates, ascending."""

Improvement = Callable[[Package], float]
"""Improvement of a package over the base; NaN where its changes do not go together."""


class Option(NamedTuple):
    """A candidate as the search sees it, computed alone."""

    cost: float  # extra vehicle-hours a week; 0 or less where the change costs nothing more
    improvement: float  # alone; NaN where it was not computed or does not fit
    family: Hashable  # of one family at most one is in a package


class Step(NamedTuple):
    """One pick."""

    added: int
    dropped: int | None  # the member of the same family that it replaces
    package: Package
    improvement: float  # of the whole package
    cost: float


@dataclass
class Found:
    """What a search gave, as far as it came."""

    options: list[Option] = field(default_factory=list)  # those computed alone, in order
    steps: list[Step] = field(default_factory=list)
    package: Package = ()
    improvement: float = 0.0
    cost: float = 0.0
    evaluations: int = 0
    complete: bool = True
    stopped: str = ""  # why it is not complete: "time limit" or "interrupted"


class _OutOfTimeError(Exception):
    """The time limit is over."""


def search(
    n_candidates: int,
    alone: Callable[[int], Option],
    improvement: Improvement,
    budget: float,
    *,
    out_of_time: Callable[[], bool] | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> Found:
    """Compute every candidate alone, then look for a package within the budget.

    Parameters
    ----------
    n_candidates : int
        Candidates, in the order in which they are computed.
    alone : callable
        Computes one of them; each is asked for once.
    improvement : callable
        Computes a package of several; each distinct one is asked for once.
    budget : float
        Extra vehicle-hours a week that the package may cost, at most.
    out_of_time : callable
        Asked before each computation; once true, the best so far is returned as not complete.
    advance : callable
        Told (candidates computed alone, all of them).

    Returns
    -------
    Found
        Also after Ctrl-C: ``complete`` is false then, and a package is the best of what was computed.
    """
    found = Found()
    known: dict[Package, float] = {(): 0.0}

    def go_on() -> None:
        if out_of_time is not None and out_of_time():
            raise _OutOfTimeError
        found.evaluations += 1

    def computed(package: Package) -> float:
        if package not in known:
            go_on()
            known[package] = improvement(package)
        return known[package]

    try:
        for number in range(n_candidates):
            go_on()
            found.options.append(alone(number))
            known[number,] = found.options[number].improvement
            if advance is not None:
                advance(number + 1, n_candidates)
        for step in greedy(found.options, computed, budget):
            _keep(found, step)
    except _OutOfTimeError:
        found.complete, found.stopped = False, "time limit"
    except KeyboardInterrupt:
        found.complete, found.stopped = False, "interrupted"
    _or_the_best_alone(found, budget)
    return found


def greedy(
    options: Sequence[Option], computed: Improvement, budget: float, *, leaders: int = LEADERS
) -> Iterable[Step]:
    """Yield one pick after the other until nothing that fits the budget improves anything.

    Candidates that improve nothing alone are not looked at.
    """
    gains = {number: option.improvement for number, option in enumerate(options) if option.improvement > 0}
    package: Package = ()
    while True:
        added = _leader(options, computed, budget, package, gains, leaders)
        if added is None:
            return
        dropped = next((each for each in package if options[each].family == options[added].family), None)
        package = _with(options, package, added)
        yield Step(added, dropped, package, computed(package), _cost(options, package))
        del gains[added]
        for number, option in enumerate(options):  # exchanges: no bound is known any more
            if number not in package and option.family == options[added].family and option.improvement > 0:
                gains[number] = np.inf


def _leader(
    options: Sequence[Option],
    computed: Improvement,
    budget: float,
    package: Package,
    gains: dict[int, float],
    leaders: int,
) -> int | None:
    """Return the best candidate, and note in ``gains`` what was computed on the way."""
    now, spent = computed(package), _cost(options, package)
    extra = {number: _cost(options, _with(options, package, number)) - spent for number in gains}
    waiting = [number for number in gains if spent + extra[number] <= budget + 1e-9]
    waiting.sort(key=lambda number: _rank(gains[number], extra[number], number))
    best: tuple[tuple[float, float, int], int] | None = None
    for n_exact, number in enumerate(waiting):
        bound = _rank(gains[number], extra[number], number)
        if best is not None and n_exact >= leaders and best[0] <= bound:
            break
        gain = computed(_with(options, package, number)) - now
        gains[number] = gain if gain > 0 else 0.0  # NaN, too: does not go together
        if gain > _ROUNDING * max(1.0, abs(now)):
            rank = _rank(gain, extra[number], number)
            best = (rank, number) if best is None or rank < best[0] else best
    return None if best is None else best[1]


_ROUNDING = 1e-12


def _rank(gain: float, extra_cost: float, number: int) -> tuple[float, float, int]:
    """Order of preference: gain per extra cost, then the cheaper, then the earlier; smallest first."""
    if gain <= 0:
        return (0.0, extra_cost, number)
    per_cost = np.inf if extra_cost <= 0 else gain / extra_cost
    return (-per_cost, extra_cost, number)


def _with(options: Sequence[Option], package: Package, number: int) -> Package:
    """Add a candidate, in place of the one of its family."""
    others = (each for each in package if options[each].family != options[number].family)
    return tuple(sorted({*others, number}))


def _cost(options: Sequence[Option], package: Package) -> float:
    return float(sum(options[number].cost for number in package))


def _keep(found: Found, step: Step) -> None:
    found.steps.append(step)
    found.package, found.improvement, found.cost = step.package, step.improvement, step.cost


def _or_the_best_alone(found: Found, budget: float) -> None:
    """Take a single candidate where it improves more than the package, within the same budget."""
    fits = [(number, option) for number, option in enumerate(found.options) if option.cost <= budget + 1e-9]
    for number, option in sorted(fits, key=lambda each: (each[1].cost, each[0])):
        if option.improvement > found.improvement:
            found.package, found.improvement, found.cost = (number,), option.improvement, option.cost
